/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of one side: see versus_side.h. */
#include "versus_side.h"

#include <stdio.h>
#include <string.h>

/* ---- what a put gives ------------------------------------------------------------------------ */

/* A handle that is given is remembered; one that failed must be 0. */
static void learn(uint32_t *handles, uint32_t thing, int status, uint32_t handle) {
    if (status == SELLABLE_OK && handles[thing] == 0) {
        handles[thing] = handle;
    }
}

/* A region is known once a location was put into it. */
static void learn_region(struct side *side, const struct call *call) {
    struct sellable_location region = {0};
    bool named = call->has_settings && (call->set & SELLABLE_LOCATION_REGION);
    if (named && call->region < REGIONS &&
        ASK_SIDE(side, region_find, stream_region_key(call->region), &region) == SELLABLE_OK) {
        side->handles.regions[call->region] = region.id;
    }
}

/* An event tells no handle: what it may have made is looked for. */
static void learn_by_key(struct side *side) {
    struct handles *handles = &side->handles;
    for (uint32_t thing = 0; thing < ITEMS; thing++) {
        struct sellable_item item;
        int status = (int)ASK_SIDE(side, item_find, stream_item_key(thing), &item);
        learn(handles->items, thing, status, item.id);
    }
    for (uint32_t thing = 0; thing < LOCATIONS; thing++) {
        struct sellable_location location;
        int status = (int)ASK_SIDE(side, location_find, stream_location_key(thing), &location);
        learn(handles->locations, thing, status, location.id);
    }
    for (uint32_t thing = 0; thing < CHANNELS; thing++) {
        struct sellable_channel channel;
        int status = (int)ASK_SIDE(side, channel_find, stream_channel_key(thing), &channel);
        learn(handles->channels, thing, status, channel.id);
    }
    for (uint32_t thing = 0; thing < SOURCES; thing++) {
        struct sellable_source source;
        int status = (int)ASK_SIDE(side, source_find, stream_source_key(thing), &source);
        learn(handles->sources, thing, status, source.id);
    }
    for (uint32_t thing = 0; thing < REGIONS; thing++) {
        struct sellable_location region;
        int status = (int)ASK_SIDE(side, region_find, stream_region_key(thing), &region);
        learn(handles->regions, thing, status, region.id);
    }
}

static void make_put(struct side *side, const struct call *call, struct input *input,
                     struct sellable_answer *answer, struct outcome *outcome) {
    struct sellable_item item = {77};
    struct sellable_location location = {77};
    struct sellable_channel channel = {77};
    struct sellable_source source = {77};
    struct handles *handles = &side->handles;
    uint32_t reason = 77;
    switch (call->kind) {
    case CALL_ITEM_PUT:
        outcome->status = (int)CALL_SIDE(side, item_put, stream_item_key(call->item),
                                         call->has_settings ? &input->item_settings : NULL, &item,
                                         answer);
        learn(handles->items, call->item, outcome->status, item.id);
        outcome_add(outcome, "handle", outcome_item(handles, item));
        break;
    case CALL_LOCATION_PUT:
        outcome->status = (int)CALL_SIDE(side, location_put, stream_location_key(call->location),
                                         call->has_settings ? &input->location_settings : NULL,
                                         &location, answer);
        learn(handles->locations, call->location, outcome->status, location.id);
        learn_region(side, call);
        outcome_add(outcome, "handle", outcome_location(handles, location));
        break;
    case CALL_CHANNEL_PUT:
        outcome->status =
            (int)CALL_SIDE(side, channel_put, stream_channel_key(call->channel),
                           call->has_policy ? &input->policy : NULL, &channel, answer);
        learn(handles->channels, call->channel, outcome->status, channel.id);
        outcome_add(outcome, "handle", outcome_channel(handles, channel));
        break;
    case CALL_SOURCE_PUT:
        outcome->status =
            (int)CALL_SIDE(side, source_put, stream_source_key(call->declares),
                           call->has_max_lag ? &call->max_lag : NULL, &source, answer);
        learn(handles->sources, call->declares, outcome->status, source.id);
        outcome_add(outcome, "handle", outcome_source(handles, source));
        break;
    default:
        outcome->status = (int)CALL_SIDE(side, hold_put, stream_reason_key(call->reason), &reason,
                                         answer);
        if (outcome->status == SELLABLE_OK) {
            outcome_add(outcome, "reason", reason);
            outcome_add_text(outcome, "reason's key", ASK_SIDE(side, hold_key, reason));
        }
    }
}

/* ---- exceptions ------------------------------------------------------------------------------ */

uint64_t side_exception_number(struct side *side, const struct call *call) {
    struct sellable_exception_counts counts;
    ASK_SIDE(side, exception_counts, &counts);
    return !call->newest                ? call->number
           : counts.last > call->number ? counts.last - call->number
                                        : 0;
}

/* False: it is none of these. */
static bool make_of_exception(struct side *side, const struct call *call, struct input *input,
                              struct sellable_answer *answer, struct outcome *outcome) {
    uint64_t number = side_exception_number(side, call);
    const char *reason = call->number % 2 ? "for a reason" : NULL;
    switch (call->kind) {
    case CALL_EXCEPTION_PUT:
        outcome->status = (int)CALL_SIDE(side, exception_put, &input->event,
                                         (enum sellable_status)call->status,
                                         call->by_handle ? "a field" : NULL, reason, answer);
        return true;
    case CALL_REPLAY:
        outcome->status = (int)CALL_SIDE(side, exception_replay, number,
                                         call->mended ? &input->event : NULL, answer);
        return true;
    case CALL_DISCARD:
        outcome->status = (int)CALL_SIDE(side, exception_discard, number, answer);
        return true;
    default:
        return false;
    }
}

/* ---- all changes ----------------------------------------------------------------------------- */

/* False: it is none. */
static bool change(struct side *side, const struct call *call, struct input *input,
                   struct sellable_answer *answer, struct outcome *outcome) {
    struct sellable_key order = stream_order_key(outcome_at_most(call->order, BAD_ORDER_KEY));
    const struct sellable_part *parts = call->line_count > 0 ? input->parts : NULL;
    switch (call->kind) {
    case CALL_ITEM_PUT:
    case CALL_LOCATION_PUT:
    case CALL_CHANNEL_PUT:
    case CALL_HOLD_PUT:
    case CALL_SOURCE_PUT:
        make_put(side, call, input, answer, outcome);
        return true;
    case CALL_POLICY_PUT:
        outcome->status =
            (int)CALL_SIDE(side, policy_put, &input->scope, &input->policy, answer);
        return true;
    case CALL_OWNER_PUT:
        outcome->status = (int)CALL_SIDE(side, owner_put, &input->ownership, answer);
        return true;
    case CALL_APPLY:
        outcome->status = (int)CALL_SIDE(side, apply, &input->event, answer);
        return true;
    case CALL_RESERVE:
        outcome->status = (int)CALL_SIDE(side, reserve, &input->order, answer);
        return true;
    case CALL_AMEND:
        outcome->status = (int)CALL_SIDE(side, amend, &input->order, answer);
        return true;
    case CALL_CONFIRM:
        outcome->status = (int)CALL_SIDE(side, confirm, order, answer);
        return true;
    case CALL_EXTEND:
        outcome->status = (int)CALL_SIDE(side, extend, order, call->time, answer);
        return true;
    case CALL_RELEASE:
        outcome->status = (int)CALL_SIDE(side, release, order, parts, call->line_count, answer);
        return true;
    case CALL_ALLOCATE:
        outcome->status = (int)CALL_SIDE(side, allocate, order, parts, call->line_count, answer);
        return true;
    case CALL_DEALLOCATE:
        outcome->status = (int)CALL_SIDE(side, deallocate, order, parts, call->line_count, answer);
        return true;
    case CALL_SHIP:
        outcome->status = (int)CALL_SIDE(side, ship, order, parts, call->line_count, answer);
        return true;
    case CALL_RESOURCE:
        outcome->status = (int)CALL_SIDE(side, resource, &input->move, answer);
        return true;
    case CALL_ADVANCE:
        outcome->status = (int)CALL_SIDE(side, advance, call->time, answer);
        return true;
    default:
        return make_of_exception(side, call, input, answer, outcome);
    }
}

void side_make(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct input input;
    outcome->status = 0;
    outcome->field = NULL;
    outcome->count = 0;
    if (side_ask(side, call, outcome) || side_tell(side, call, outcome) ||
        side_look(side, call, outcome)) {
        return;
    }
    outcome_fill(call, &side->handles, &input);
    if (change(side, call, &input, call->unanswered ? NULL : &input.answer, outcome) &&
        !call->unanswered) {
        outcome_read(call, &side->handles, &input, outcome);
    }
    bool event = call->kind == CALL_APPLY && call->event_type >= SELLABLE_ITEM;
    if (outcome->status == SELLABLE_OK && (event || call->kind == CALL_REPLAY)) {
        learn_by_key(side);
    }
}

/* ---- the engine's first items ---------------------------------------------------------------- */

bool side_make_others(struct side *engine, uint32_t count) {
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_CLOSED, .closed = 1};
    char words[16];
    bool made = true;
    for (uint32_t i = 0; i < count && made; i++) {
        struct sellable_scope scope = {.item = {0}};
        int size = snprintf(words, sizeof words, "other %u", i);
        struct sellable_key key = {words, (uint64_t)size};
        made = sellable_item_put(engine->engine, engine->worker, key, NULL, &scope.item, NULL) ==
                   SELLABLE_OK &&
               sellable_policy_put(engine->engine, engine->worker, &scope, &policy, NULL) ==
                   SELLABLE_OK &&
               scope.item.id == i + 1;
    }
    engine->others = engine->counted = count;
    return made;
}
