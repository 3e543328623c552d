/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_exception_counts, sellable_exceptions, sellable_exception_replay,
 * sellable_exception_discard. */
#include "operator.h"

#include "support.h"

#include <stdlib.h>

/* What is remembered of an exception. */
struct entry {
    uint64_t number;
    size_t reason; /* its index */
    enum sellable_status last;
    bool done;
};

struct list {
    struct entry *entries;
    size_t count, capacity;
    struct result *result;
};

static size_t find_or_add_reason(struct result *result, enum sellable_status status,
                                 enum sellable_event_type type)
{
    size_t i = 0;
    while (i < result->reason_count &&
           (result->reasons[i].status != status || result->reasons[i].type != type))
        i++;
    if (i == result->reason_count)
        result->reasons[result->reason_count++] = (struct reason){.status = status, .type = type};
    return i;
}

static int note(void *context, const struct sellable_exception *exception)
{
    struct list *list = context;
    size_t reason =
        find_or_add_reason(list->result, (enum sellable_status)exception->status,
                           (enum sellable_event_type)exception->type);
    list->entries = grow(list->entries, list->count, &list->capacity, sizeof *list->entries);
    list->entries[list->count++] = (struct entry){.number = exception->number, .reason = reason};
    list->result->reasons[reason].kept++;
    return 0;
}

static const struct message *message_of(const struct record *records, size_t count,
                                        uint64_t exception)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].exception == exception)
            return records[i].message;
    fail("exception %llu is of no event of its shift", (unsigned long long)exception);
}

/* Replay what is not done; whether any was. One may have waited for another behind it. */
static bool replay(struct sellable *engine, struct list *list, struct row *row,
                   const struct record *records, size_t count,
                   void (*applied)(void *context, const struct message *message), void *context)
{
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        struct entry *entry = &list->entries[i];
        struct reason *reason = &list->result->reasons[entry->reason];
        if (entry->done)
            continue;
        entry->last = sellable_exception_replay(engine, NULL, entry->number, NULL, NULL);
        entry->done = entry->last == SELLABLE_OK || entry->last == SELLABLE_DUPLICATE;
        any = any || entry->done;
        reason->replayed += entry->last == SELLABLE_OK;
        reason->known += entry->last == SELLABLE_DUPLICATE;
        if (entry->last == SELLABLE_OK) {
            row->replayed++;
            applied(context, message_of(records, count, entry->number));
        }
    }
    return any;
}

static void discard(struct sellable *engine, struct list *list, struct row *row)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *entry = &list->entries[i];
        struct reason *reason = &list->result->reasons[entry->reason];
        if (entry->done)
            continue;
        must(sellable_exception_discard(engine, NULL, entry->number, NULL),
             "sellable_exception_discard");
        reason->discarded++;
        reason->last = entry->last;
        row->discarded++;
    }
}

void operate(struct sellable *engine, struct record *records, size_t count, struct result *result,
             struct row *row, void (*applied)(void *context, const struct message *message),
             void *context)
{
    struct sellable_exception_counts counts;
    sellable_exception_counts(engine, &counts);
    if (counts.kept == 0)
        return;
    struct list list = {.result = result};
    must(sellable_exceptions(engine, NULL, NULL, note, &list), "sellable_exceptions");
    while (replay(engine, &list, row, records, count, applied, context))
        continue;
    discard(engine, &list, row);
    free(list.entries);
}
