/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: a line becomes a record, with its origin and with its own text; the record is applied,
 * and the answer says what came of it. A line that does not even make a record is kept among the
 * exceptions all the same.
 *
 * Of the library: sellable_event_of, sellable_apply, sellable_exception_replay,
 * sellable_exception_put; sellable_reserve and sellable_amend for the rest of a very long plan. */
#include "replay.h"

#include <stdio.h>
#include <string.h>

/* For each type how it is read, and what the key that the library calls `key` is called there. */
static const struct form {
    read_function *read;
    const char *key;
} forms[SELLABLE_EVENT_TYPES_END] = {
    [SELLABLE_ON_HAND_SET] = {read_on_hand_set, "item"},
    [SELLABLE_ON_HAND_ADJUST] = {read_on_hand_adjust, "item"},
    [SELLABLE_HOLD_PLACE] = {read_held, "item"},
    [SELLABLE_HOLD_RELEASE] = {read_held, "item"},
    [SELLABLE_HOLD_SCRAP] = {read_held, "item"},
    [SELLABLE_ALLOCATION_SET] = {read_balance, "item"},
    [SELLABLE_ALLOCATION_ADJUST] = {read_balance, "item"},
    [SELLABLE_SAFETY_STOCK_SET] = {read_balance, "item"},
    [SELLABLE_RING_FENCE_SET] = {read_ring_fence, "item"},
    [SELLABLE_SCHEDULE_SET] = {read_schedule, "item"},
    [SELLABLE_RECEIPT] = {read_receipt, "item"},
    [SELLABLE_TRANSFER_SHIP] = {read_transfer_ship, "transfer"},
    [SELLABLE_TRANSFER_RECEIVE] = {read_transfer_receive, "transfer"},
    [SELLABLE_RETURN_RECEIVE] = {read_return_receive, "item"},
    [SELLABLE_RETURN_DISPOSITION] = {read_return_disposition, "item"},
    [SELLABLE_RESERVE] = {read_reserve, "order"},
    [SELLABLE_AMEND] = {read_amend, "order"},
    [SELLABLE_CONFIRM] = {read_confirm, "order"},
    [SELLABLE_EXTEND] = {read_extend, "order"},
    [SELLABLE_RELEASE] = {read_release, "order"},
    [SELLABLE_ALLOCATE] = {read_parts_of_order, "order"},
    [SELLABLE_DEALLOCATE] = {read_parts_of_order, "order"},
    [SELLABLE_SHIP] = {read_parts_of_order, "order"},
    [SELLABLE_RESOURCE] = {read_resource, "order"},
    [SELLABLE_ITEM] = {read_item, "item"},
    [SELLABLE_LOCATION] = {read_location, "location"},
    [SELLABLE_CHANNEL] = {read_channel, "channel"},
    [SELLABLE_POLICY] = {read_policy, "item"},
    [SELLABLE_HOLD] = {read_hold, "reason"},
    [SELLABLE_OWNER] = {read_owner, "quantity"},
    [SELLABLE_SOURCE] = {read_source, "source"},
};

/* Fields of the record that JSON calls otherwise. */
static const struct renamed {
    uint32_t type;
    const char *field;
    const char *name;
} renamed[] = {
    {SELLABLE_TRANSFER_SHIP, "reference", "transfer"},
    {SELLABLE_TRANSFER_SHIP, "location", "from"},
    {SELLABLE_TRANSFER_RECEIVE, "reference", "transfer"},
    {SELLABLE_RESOURCE, "location", "from"},
    {SELLABLE_OWNER, "owned", "quantity"},
    {SELLABLE_OWNER, "type", "quantity"},
    {SELLABLE_SOURCE, "declares", "source"},
};

/* ---- reading --------------------------------------------------------------------------------- */

/* Where `source` is what an event speaks of, it does not say who sends it. */
static bool says_its_source(uint32_t type)
{
    return type != SELLABLE_OWNER && type != SELLABLE_SOURCE;
}

static void read_origin(const struct fields *in, struct sellable_event *event)
{
    bool given;
    if (says_its_source(event->type))
        event->source_key = optional_key(in, "source");
    event->id = optional_key(in, "id");
    event->correlation = optional_key(in, "correlation");
    event->seq = optional_number(in, "seq", &given);
    event->has_seq = given;
    event->at = optional_number(in, "at", &given);
    event->has_at = given;
}

void read_event(struct replay *replay, const struct fields *in, uint32_t type,
                struct sellable_event *event)
{
    *event = (struct sellable_event){.type = type};
    forms[type].read(replay, in, event);
    read_origin(in, event);
}

/* The line's text goes with the event. One that is too long is not cut, but left out: a part of it
 * would be no JSON. */
static void attach_text(struct replay *replay, struct sellable_event *event)
{
    struct text *content = &replay->content;
    content->size = 0;
    put_compact(content, replay->input.bytes, replay->input.size);
    event->content = content->bytes;
    event->content_size = content->size <= SELLABLE_CONTENT_MAX ? content->size : 0;
}

/* ---- answering ------------------------------------------------------------------------------- */

static void answer_event_refusal(struct replay *replay, const struct fields *in,
                                 const struct sellable_event *event, enum sellable_status status,
                                 const struct sellable_answer *answer)
{
    struct sellable_answer named = *answer;
    const char *field = answer->field != NULL ? answer->field : "";
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (renamed[i].type == event->type && strcmp(renamed[i].field, field) == 0)
            named.field = renamed[i].name;
    char name[32];
    if (strcmp(field, "owners") == 0) {
        bool listed = json_is_array(optional(in, "source"));
        snprintf(name, sizeof name, listed ? "source[%u]" : "source", (unsigned)answer->line);
        named.field = name;
    }
    if (event->type == SELLABLE_ITEM)
        answer_item_refusal(replay, status, &named);
    else
        answer_refusal(replay, status, &named, forms[event->type].key);
}

/* An answer with one member beside the status. */
static void answer_number(struct replay *replay, enum sellable_status status, const char *name,
                          int64_t number)
{
    begin_answer(replay, status);
    put_number(&replay->out, name, number);
    put_close(&replay->out, '}');
}

static void answer_paused(struct replay *replay, const struct sellable_answer *answer)
{
    begin_answer(replay, SELLABLE_PAUSED);
    put_key(&replay->out, "item", replay->arrays.lines[answer->line].item_key);
    put_close(&replay->out, '}');
}

static bool is_promise(uint32_t type)
{
    return type == SELLABLE_RESERVE || type == SELLABLE_AMEND;
}

static bool tells_variance(uint32_t type)
{
    return type == SELLABLE_ON_HAND_SET || type == SELLABLE_ON_HAND_ADJUST ||
           type == SELLABLE_HOLD_SCRAP;
}

/* A duplicate of an order's key gets the first plan again; one of an id has none. */
static void answer_applied(struct replay *replay, const struct fields *in,
                           const struct sellable_event *event, enum sellable_status status,
                           const struct sellable_answer *answer)
{
    bool compared = answer->field != NULL && strcmp(answer->field, "expected") == 0;
    if (is_promise(event->type) && answer->plan_count > 0)
        answer_plan(replay, status, answer);
    else if (status == SELLABLE_INSUFFICIENT)
        answer_misfits(replay, answer);
    else if (status == SELLABLE_PAUSED)
        answer_paused(replay, answer);
    else if (status == SELLABLE_OK && tells_variance(event->type))
        answer_number(replay, status, "variance", answer->variance);
    else if (status == SELLABLE_CONFLICT && compared)
        answer_number(replay, status, "actual", answer->actual);
    else
        answer_event_refusal(replay, in, event, status, answer);
}

/* ---- applying -------------------------------------------------------------------------------- */

/* The rest of a plan, or of what does not fit: said once more without its origin, an order that was
 * accepted is a duplicate with the same plan, an amendment comes to the same, and a refusal is the
 * same. (It is one more call in the figures for operations.) */
static void ask_once_more(struct replay *replay, const struct sellable_event *event,
                          struct sellable_answer *answer)
{
    *answer = new_answer(replay, answer->plan_count, answer->misfit_count);
    enum sellable_status status =
        event->type == SELLABLE_AMEND
            ? sellable_amend(replay->engine, replay->worker, event->order, answer)
            : sellable_reserve(replay->engine, replay->worker, event->order, answer);
    if (status == SELLABLE_NO_MEMORY)
        fail("out of memory");
}

/* Apply an event, of its own accord or (with a number) in place of an exception, and answer. */
static void apply(struct replay *replay, const struct fields *in,
                  const struct sellable_event *event, uint64_t exception)
{
    struct sellable_answer answer = new_answer(replay, PLAN_ROOM, PLAN_ROOM);
    enum sellable_status status =
        exception == 0 ? sellable_apply(replay->engine, replay->worker, event, &answer)
                       : sellable_exception_replay(replay->engine, replay->worker, exception,
                                                   event, &answer);
    while (answer.plan_count > answer.plan_capacity ||
           answer.misfit_count > answer.misfit_capacity)
        ask_once_more(replay, event, &answer);
    replay->position = answer.position;
    answer_applied(replay, in, event, status, &answer);
}

void answer_event(struct replay *replay, const struct fields *in, uint32_t type)
{
    struct sellable_event event;
    read_event(replay, in, type, &event);
    attach_text(replay, &event);
    if (replay->fault.reason == NULL) {
        apply(replay, in, &event, 0);
        return;
    }
    enum sellable_status kept =
        sellable_exception_put(replay->engine, replay->worker, &event, SELLABLE_INVALID,
                               fault_field(&replay->fault), replay->fault.reason, NULL);
    if (kept == SELLABLE_OK)
        refused(replay);
    else
        answer_field(replay, kept, NULL, sellable_status_text((int)kept));
}

void answer_mended_event(struct replay *replay, const struct fields *in, uint64_t exception)
{
    uint32_t type = sellable_event_of(required_key(in, "type"));
    if (type == 0) {
        blame(in, "type", "there is no such type of events");
        refused(replay);
        return;
    }
    struct sellable_event event;
    read_event(replay, in, type, &event);
    if (!refused(replay))
        apply(replay, in, &event, exception);
}
