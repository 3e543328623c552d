/* SPDX-License-Identifier: Apache-2.0
 *
 * How answers begin, and refusals.
 *
 * Of the library: sellable_status_name, the fields field, reason and line of sellable_answer. */
#include "replay.h"

#include <stdio.h>
#include <string.h>

void begin_answer(struct replay *replay, enum sellable_status status)
{
    replay->status = status;
    put_open(&replay->out, NULL, '{');
    put_number(&replay->out, "line", replay->line);
    put_string(&replay->out, "status", sellable_status_name((int)status));
}

void answer_field(struct replay *replay, enum sellable_status status, const char *field,
                  const char *reason)
{
    begin_answer(replay, status);
    if (field != NULL)
        put_string(&replay->out, "field", field);
    else if (status == SELLABLE_INVALID)
        put_null(&replay->out, "field");
    if (reason != NULL)
        put_string(&replay->out, "reason", reason);
    put_close(&replay->out, '}');
}

const char *fault_field(struct fault *fault)
{
    put_bytes(&fault->field, "", 1);
    fault->field.size--;
    return fault->field.bytes;
}

bool refused(struct replay *replay)
{
    struct fault *fault = &replay->fault;
    if (fault->reason == NULL)
        return false;
    answer_field(replay, SELLABLE_INVALID, fault->field.size > 0 ? fault_field(fault) : NULL,
                 fault->reason);
    return true;
}

/* A field of the library's records, as it is called in a line. */
static void name_field(const struct sellable_answer *answer, const char *key, char *name,
                       size_t size)
{
    const char *field = answer->field;
    const char *inner = strchr(field, '.');
    if (strcmp(field, "key") == 0)
        snprintf(name, size, "%s", key);
    else if (strcmp(field, "line_count") == 0 || strcmp(field, "part_count") == 0 ||
             strcmp(field, "parts") == 0)
        snprintf(name, size, "lines");
    else if (strncmp(field, "lines.", 6) == 0 || strncmp(field, "parts.", 6) == 0)
        snprintf(name, size, "lines[%u]%s", (unsigned)answer->line, inner);
    else if (strcmp(field, "locations") == 0)
        snprintf(name, size, "locations[%u]", (unsigned)answer->line);
    else
        snprintf(name, size, "%s", field);
}

void answer_refusal(struct replay *replay, enum sellable_status status,
                    const struct sellable_answer *answer, const char *key)
{
    char name[64];
    if (answer->field != NULL)
        name_field(answer, key, name, sizeof name);
    answer_field(replay, status, answer->field != NULL ? name : NULL, answer->reason);
}

void answer_question_refusal(struct replay *replay, enum sellable_status status)
{
    static const char *const fields[SELLABLE_STATUS_COUNT] = {
        [SELLABLE_UNKNOWN_ITEM] = "item",       [SELLABLE_UNKNOWN_LOCATION] = "location",
        [SELLABLE_UNKNOWN_CHANNEL] = "channel", [SELLABLE_UNKNOWN_ORDER] = "order",
        [SELLABLE_INVALID] = "date",
    };
    const char *reason = status == SELLABLE_INVALID ? "it is before now, or beyond the horizon"
                                                    : sellable_status_text((int)status);
    answer_field(replay, status, fields[status], reason);
}

int compare_keys(struct sellable_key a, struct sellable_key b)
{
    uint64_t common = a.size < b.size ? a.size : b.size;
    int order = common > 0 ? memcmp(a.bytes, b.bytes, common) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}
