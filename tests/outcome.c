/* SPDX-License-Identifier: Apache-2.0
 *
 * Records from calls, outcomes from answers: see outcome.h. */
#include "outcome.h"

#include <string.h>

/* ---- from a call to records ------------------------------------------------------------------ */

static uint32_t handle_of(const uint32_t *handles, uint32_t thing) {
    return handles[thing] ? handles[thing] : BOGUS_HANDLE;
}

/* By handle the key is that of something else, which must not matter. */
static void name_item(const struct handles *handles, bool by_handle, uint32_t item,
                      struct sellable_key *key, struct sellable_item *handle) {
    *key = stream_item_key(by_handle ? (item + 1) % THINGS : item);
    handle->id = by_handle ? handle_of(handles->items, item) : 0;
}

static void name_location(const struct handles *handles, bool by_handle, uint32_t location,
                          struct sellable_key *key, struct sellable_location *handle) {
    *key = stream_location_key(by_handle ? (location + 1) % THINGS : location);
    handle->id = by_handle ? handle_of(handles->locations, location) : 0;
}

static void name_channel(const struct handles *handles, bool by_handle, uint32_t channel,
                         struct sellable_key *key, struct sellable_channel *handle) {
    *key = stream_channel_key(by_handle ? (channel + 1) % THINGS : channel);
    handle->id = by_handle ? handle_of(handles->channels, channel) : 0;
}

uint32_t outcome_at_most(uint32_t count, uint32_t limit) {
    return count < limit ? count : limit;
}

/* What is to be set by the call is filled with rubbish. */
static void fill_answer(const struct call *call, struct input *input) {
    memset(&input->answer, 0xa5, sizeof input->answer);
    memset(input->plan, 0xa5, sizeof input->plan);
    memset(input->misfits, 0xa5, sizeof input->misfits);
    input->answer.plan = input->plan;
    input->answer.misfits = input->misfits;
    input->answer.plan_capacity = outcome_at_most(call->capacity, PLACES);
    input->answer.misfit_capacity = outcome_at_most(call->capacity, ITEMS);
}

void outcome_fill(const struct call *call, const struct handles *handles, struct input *input) {
    bool by_handle = call->by_handle;
    input->event = (struct sellable_event){.type = call->event_type,
                                           .has_expected = call->has_expected,
                                           .reason = stream_reason_key(call->reason),
                                           .quantity = call->quantity,
                                           .expected = call->expected};
    name_item(handles, by_handle, call->item, &input->event.item_key, &input->event.item);
    name_location(handles, by_handle, call->location, &input->event.location_key,
                  &input->event.location);
    name_item(handles, by_handle, call->item, &input->question.item_key, &input->question.item);
    name_channel(handles, by_handle, call->channel, &input->question.channel_key,
                 &input->question.channel);
    name_item(handles, by_handle, call->item, &input->place.item_key, &input->place.item);
    name_location(handles, by_handle, call->location, &input->place.location_key,
                  &input->place.location);
    if (call->kind == CALL_RESERVE) {
        input->order = (struct sellable_order){.key = stream_order_key(call->order),
                                               .lines = input->lines,
                                               .line_count = call->line_count,
                                               .expires_at = call->time};
        name_channel(handles, by_handle, call->channel, &input->order.channel_key,
                     &input->order.channel);
        for (uint32_t i = 0; i < outcome_at_most(call->line_count, SELLABLE_LINES_MAX + 1); i++) {
            const struct call_line *line = &call->lines[outcome_at_most(i, CALL_LINES - 1)];
            input->lines[i] = (struct sellable_line){.quantity = line->quantity};
            name_item(handles, line->by_handle, line->item, &input->lines[i].item_key,
                      &input->lines[i].item);
        }
    }
    if (call->kind == CALL_CHANNEL_PUT) {
        input->policy = call->policy;
        input->policy.locations = input->locations;
        for (uint32_t i = 0; i < CALL_LOCATIONS; i++) {
            input->locations[i].id = handle_of(handles->locations, call->locations[i]);
        }
    }
    fill_answer(call, input);
}

/* ---- from an answer to an outcome ------------------------------------------------------------ */

int64_t outcome_number_of(const uint32_t *handles, uint32_t handle) {
    for (int64_t i = 0; i < THINGS; i++) {
        if (handle != 0 && handles[i] == handle) {
            return i;
        }
    }
    return -1;
}

void outcome_place(const struct handles *handles, struct sellable_item *item,
                   struct sellable_location *location) {
    item->id = (uint32_t)outcome_number_of(handles->items, item->id);
    if (location->id != 0) {
        location->id = 1 + (uint32_t)outcome_number_of(handles->locations, location->id);
    }
}

void outcome_read(const struct call *call, const struct handles *handles, const struct input *input,
                  struct outcome *outcome) {
    const struct sellable_answer *answer = &input->answer;
    int status = outcome->status;
    outcome->field = answer->field;
    outcome->has_reason = answer->reason != NULL;
    outcome->line = answer->line;
    outcome->plan_count = answer->plan_count;
    outcome->misfit_count = answer->misfit_count;
    if (call->kind == CALL_RESERVE && (status == SELLABLE_OK || status == SELLABLE_DUPLICATE)) {
        outcome->date = answer->date;
    }
    if (call->kind == CALL_APPLY && status == SELLABLE_OK) {
        outcome->variance = answer->variance;
    }
    if (call->kind == CALL_APPLY && status == SELLABLE_CONFLICT) {
        outcome->actual = answer->actual;
    }
    if (call->kind != CALL_RESERVE) {
        return;
    }
    /* All of both arrays: what lies beyond a count or a capacity must not be written. */
    memcpy(outcome->of.answer.plan, input->plan, sizeof input->plan);
    memcpy(outcome->of.answer.misfits, input->misfits, sizeof input->misfits);
    for (uint32_t i = 0; i < outcome_at_most(answer->plan_count, answer->plan_capacity); i++) {
        outcome_place(handles, &outcome->of.answer.plan[i].item,
                      &outcome->of.answer.plan[i].location);
    }
    for (uint32_t i = 0; i < outcome_at_most(answer->misfit_count, answer->misfit_capacity); i++) {
        outcome_place(handles, &outcome->of.answer.misfits[i].item,
                      &outcome->of.answer.misfits[i].location);
    }
}

/* One that failed must be 0. */
int64_t outcome_learn(uint32_t *handles, bool put, uint32_t thing, int status, uint32_t handle) {
    if (put && status == SELLABLE_OK && handles[thing] == 0) {
        handles[thing] = handle;
    }
    return status == SELLABLE_OK || handle != 0 ? outcome_number_of(handles, handle) : THINGS;
}
