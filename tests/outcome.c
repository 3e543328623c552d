/* SPDX-License-Identifier: Apache-2.0
 *
 * Records from calls, outcomes from answers: see outcome.h. */
#include "outcome.h"

#include <string.h>

uint32_t outcome_at_most(uint32_t count, uint32_t limit) {
    return count < limit ? count : limit;
}

/* ---- numbers and handles --------------------------------------------------------------------- */

static int64_t number_of(const uint32_t *handles, uint32_t count, uint32_t handle) {
    for (uint32_t i = 0; i < count; i++) {
        if (handle != 0 && handles[i] == handle) {
            return i;
        }
    }
    return handle == 0 ? NO_HANDLE : OTHER_HANDLE;
}

int64_t outcome_item(const struct handles *handles, struct sellable_item item) {
    return number_of(handles->items, THINGS, item.id);
}

int64_t outcome_location(const struct handles *handles, struct sellable_location location) {
    int64_t region = number_of(handles->regions, REGIONS, location.id);
    return region >= 0 ? REGION + region : number_of(handles->locations, THINGS, location.id);
}

int64_t outcome_channel(const struct handles *handles, struct sellable_channel channel) {
    return number_of(handles->channels, THINGS, channel.id);
}

static uint32_t handle_of(const uint32_t *handles, uint32_t thing) {
    return handles[thing] ? handles[thing] : BOGUS_HANDLE;
}

struct sellable_item outcome_item_handle(const struct handles *handles, uint32_t item) {
    return (struct sellable_item){handle_of(handles->items, item)};
}

struct sellable_location outcome_location_handle(const struct handles *handles,
                                                 uint32_t location) {
    return (struct sellable_location){location >= REGION
                                          ? handle_of(handles->regions, location - REGION)
                                          : handle_of(handles->locations, location)};
}

/* ---- from a call to records ------------------------------------------------------------------ */

/* By handle the key is that of something else, which must not matter. */
static void name_item(const struct handles *handles, bool by_handle, uint32_t item,
                      struct sellable_key *key, struct sellable_item *handle) {
    *key = (struct sellable_key){NULL, 0};
    *handle = (struct sellable_item){0};
    if (item != NOT_GIVEN) {
        *key = stream_item_key(by_handle ? (item + 1) % THINGS : item);
        handle->id = by_handle ? handle_of(handles->items, item) : 0;
    }
}

static void name_location(const struct handles *handles, bool by_handle, uint32_t location,
                          struct sellable_key *key, struct sellable_location *handle) {
    *key = (struct sellable_key){NULL, 0};
    *handle = (struct sellable_location){0};
    if (location != NOT_GIVEN) {
        *key = stream_location_key(by_handle ? (location + 1) % THINGS : location);
        handle->id = by_handle ? handle_of(handles->locations, location) : 0;
    }
}

static void name_channel(const struct handles *handles, bool by_handle, uint32_t channel,
                         struct sellable_key *key, struct sellable_channel *handle) {
    *key = (struct sellable_key){NULL, 0};
    *handle = (struct sellable_channel){0};
    if (channel != NOT_GIVEN) {
        *key = stream_channel_key(by_handle ? (channel + 1) % THINGS : channel);
        handle->id = by_handle ? handle_of(handles->channels, channel) : 0;
    }
}

static void fill_event(const struct call *call, const struct handles *handles,
                       struct sellable_event *event) {
    *event = (struct sellable_event){.type = call->event_type,
                                     .has_expected = call->has_expected,
                                     .quantity = call->quantity,
                                     .expected = call->expected,
                                     .unit = stream_unit_key(call->unit),
                                     .until = call->time,
                                     .due = call->date};
    if (call->reason != REASONS) {
        event->reason = stream_reason_key(call->reason);
    }
    event->reference = stream_reference_key(call->reference);
    name_item(handles, call->by_handle, call->item, &event->item_key, &event->item);
    name_location(handles, call->by_handle, call->location, &event->location_key,
                  &event->location);
    name_channel(handles, call->by_handle, call->channel, &event->channel_key, &event->channel);
}

static void fill_lines(const struct call *call, const struct handles *handles,
                       struct input *input) {
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        for (uint32_t k = 0; k <= SELLABLE_SUBSTITUTES_MAX; k++) {
            struct sellable_substitute *other = &input->substitutes[i][k];
            other->reserved = 0;
            name_item(handles, call->lines[i].by_handle,
                      call->lines[i].substitutes[outcome_at_most(k, CALL_SUBSTITUTES - 1)],
                      &other->item_key, &other->item);
        }
    }
    for (uint32_t i = 0; i < outcome_at_most(call->line_count, SELLABLE_LINES_MAX + 1); i++) {
        uint32_t shown = outcome_at_most(i, CALL_LINES - 1);
        const struct call_line *from = &call->lines[shown];
        struct sellable_line *line = &input->lines[i];
        struct sellable_part *part = &input->parts[i];
        *line = (struct sellable_line){.quantity = from->quantity,
                                       .unit = stream_unit_key(from->unit),
                                       .substitutes = input->substitutes[shown],
                                       .substitute_count = from->substitute_count,
                                       .at_least = from->at_least};
        name_item(handles, from->by_handle, from->item, &line->item_key, &line->item);
        name_location(handles, from->by_handle, from->location, &line->location_key,
                      &line->location);
        *part = (struct sellable_part){.item_key = line->item_key,
                                       .location_key = line->location_key,
                                       .item = line->item,
                                       .location = line->location,
                                       .unit = line->unit,
                                       .quantity = line->quantity};
    }
}

static void fill_order(const struct call *call, const struct handles *handles,
                       struct input *input) {
    input->order = (struct sellable_order){.key = stream_order_key(call->order),
                                           .lines = input->lines,
                                           .line_count = call->line_count,
                                           .expires_at = call->time,
                                           .date = call->date,
                                           .mode = call->mode,
                                           .has_date = call->has_date,
                                           .precedence = call->precedence,
                                           .has_precedence = call->has_precedence};
    name_channel(handles, call->by_handle, call->channel, &input->order.channel_key,
                 &input->order.channel);
    fill_lines(call, handles, input);
}

static void fill_settings(const struct call *call, const struct handles *handles,
                          struct input *input) {
    for (uint32_t i = 0; i <= SELLABLE_UNITS_MAX; i++) {
        const struct call_unit *from = &call->units[outcome_at_most(i, CALL_UNITS - 1)];
        input->units[i] = (struct sellable_unit){stream_unit_key(from->name), from->numerator,
                                                 from->denominator};
    }
    for (uint32_t i = 0; i <= SELLABLE_COMPONENTS_MAX; i++) {
        const struct call_component *from =
            &call->components[outcome_at_most(i, CALL_COMPONENTS - 1)];
        struct sellable_component *component = &input->components[i];
        *component = (struct sellable_component){.number = from->number};
        name_item(handles, call->by_handle, from->item, &component->item_key, &component->item);
    }
    input->item_settings = (struct sellable_item_settings){.set = call->set,
                                                           .unset = call->unset,
                                                           .unit = stream_unit_key(call->unit),
                                                           .units = input->units,
                                                           .components = input->components,
                                                           .unit_count = call->unit_count,
                                                           .component_count = call->component_count,
                                                           .tracked = call->tracked};
    input->location_settings =
        (struct sellable_location_settings){.set = call->set,
                                            .unset = call->unset,
                                            .region = stream_region_key(call->region),
                                            .active = call->active};
}

static void fill_policy(const struct call *call, const struct handles *handles,
                        struct input *input) {
    input->policy = call->policy;
    input->policy.locations = input->locations;
    input->policy.unit = stream_unit_key(call->unit);
    for (uint32_t i = 0; i < CALL_LOCATIONS; i++) {
        input->locations[i] = outcome_location_handle(handles, call->locations[i]);
    }
}

static void fill_questions(const struct call *call, const struct handles *handles,
                           struct input *input) {
    bool by_handle = call->by_handle;
    input->question =
        (struct sellable_question){.date = call->date, .has_date = call->has_date};
    if (call->order != NO_ORDER) {
        input->question.order = stream_order_key(call->order);
    }
    name_item(handles, by_handle, call->item, &input->question.item_key, &input->question.item);
    name_channel(handles, by_handle, call->channel, &input->question.channel_key,
                 &input->question.channel);
    input->scope = (struct sellable_scope){.item_key = input->question.item_key,
                                           .channel_key = input->question.channel_key,
                                           .item = input->question.item,
                                           .channel = input->question.channel};
    input->place = (struct sellable_place){.item_key = input->question.item_key,
                                           .item = input->question.item};
    name_location(handles, by_handle, call->location, &input->place.location_key,
                  &input->place.location);
    input->selection = (struct sellable_selection){.item_key = input->place.item_key,
                                                   .location_key = input->place.location_key,
                                                   .item = input->place.item,
                                                   .location = input->place.location,
                                                   .closed = call->closed};
    input->move = (struct sellable_move){.order = stream_order_key(outcome_at_most(
                                             call->order, BAD_ORDER_KEY)),
                                         .item_key = input->place.item_key,
                                         .from_key = input->place.location_key,
                                         .item = input->place.item,
                                         .from = input->place.location,
                                         .quantity = call->quantity};
    name_location(handles, by_handle, call->to, &input->move.to_key, &input->move.to);
}

void outcome_fill(const struct call *call, const struct handles *handles, struct input *input) {
    fill_questions(call, handles, input);
    switch (call->kind) {
    case CALL_APPLY:
        fill_event(call, handles, &input->event);
        break;
    case CALL_RESERVE:
    case CALL_AMEND:
        fill_order(call, handles, input);
        break;
    case CALL_RELEASE:
    case CALL_ALLOCATE:
    case CALL_DEALLOCATE:
    case CALL_SHIP:
        fill_lines(call, handles, input);
        break;
    case CALL_ITEM_PUT:
    case CALL_LOCATION_PUT:
        fill_settings(call, handles, input);
        break;
    case CALL_CHANNEL_PUT:
    case CALL_POLICY_PUT:
        fill_policy(call, handles, input);
        break;
    default:
        break;
    }
    memset(&input->answer, RUBBISH, sizeof input->answer);
    memset(input->plan, RUBBISH, sizeof input->plan);
    memset(input->misfits, RUBBISH, sizeof input->misfits);
    input->answer.plan = input->plan;
    input->answer.misfits = input->misfits;
    input->answer.plan_capacity = outcome_at_most(call->capacity, PLACES);
    input->answer.misfit_capacity = outcome_at_most(call->capacity, MISFITS);
}

/* ---- from an answer to an outcome ------------------------------------------------------------ */

void outcome_add(struct outcome *outcome, const char *what, int64_t value) {
    if (outcome->count < FIGURES) {
        outcome->figures[outcome->count++] = (struct figure){what, value};
    } else {
        struct figure *last = &outcome->figures[FIGURES - 1];
        last->value = (int64_t)((uint64_t)last->value * 31 + (uint64_t)value);
    }
}

void outcome_add_text(struct outcome *outcome, const char *what, struct sellable_key key) {
    uint64_t mixed = key.size;
    for (uint64_t i = 0; i < key.size; i++) {
        mixed = mixed * 257 + (unsigned char)key.bytes[i];
    }
    outcome_add(outcome, what, (int64_t)mixed);
}

void outcome_add_untouched(struct outcome *outcome, const void *bytes, size_t size) {
    const unsigned char *byte = bytes;
    bool untouched = true;
    for (size_t i = 0; i < size; i++) {
        untouched = untouched && byte[i] == RUBBISH;
    }
    outcome_add(outcome, "what lies beyond is untouched", untouched);
}

static void read_plan(const struct handles *handles, const struct sellable_answer *answer,
                      struct outcome *outcome) {
    uint32_t told = outcome_at_most(answer->plan_count, answer->plan_capacity);
    outcome_add(outcome, "plan_count", answer->plan_count);
    for (uint32_t i = 0; i < told; i++) {
        const struct sellable_placement *placed = &answer->plan[i];
        outcome_add(outcome, "plan: item", outcome_item(handles, placed->item));
        outcome_add(outcome, "plan: location", outcome_location(handles, placed->location));
        outcome_add(outcome, "plan: quantity", placed->quantity);
        outcome_add(outcome, "plan: backordered", placed->backordered);
    }
    outcome_add_untouched(outcome, answer->plan + told, (PLACES - told) * sizeof *answer->plan);
}

static void read_misfits(const struct handles *handles, const struct sellable_answer *answer,
                         struct outcome *outcome) {
    uint32_t told = outcome_at_most(answer->misfit_count, answer->misfit_capacity);
    outcome_add(outcome, "misfit_count", answer->misfit_count);
    for (uint32_t i = 0; i < told; i++) {
        const struct sellable_misfit *misfit = &answer->misfits[i];
        outcome_add(outcome, "misfit: item", outcome_item(handles, misfit->item));
        outcome_add(outcome, "misfit: location", outcome_location(handles, misfit->location));
        outcome_add(outcome, "misfit: asked", misfit->asked);
        outcome_add(outcome, "misfit: promisable", misfit->promisable);
    }
    outcome_add_untouched(outcome, answer->misfits + told,
                          (MISFITS - told) * sizeof *answer->misfits);
}

void outcome_read(const struct call *call, const struct handles *handles, const struct input *input,
                  struct outcome *outcome) {
    const struct sellable_answer *answer = &input->answer;
    int status = outcome->status;
    bool accepted = (call->kind == CALL_RESERVE || call->kind == CALL_AMEND) &&
                    (status == SELLABLE_OK || status == SELLABLE_DUPLICATE);
    outcome->field = answer->field;
    outcome_add(outcome, "a reason is given", answer->reason != NULL);
    outcome_add(outcome, "line", answer->line);
    if (accepted) {
        outcome_add(outcome, "date", answer->date);
    }
    if (call->kind == CALL_APPLY && status == SELLABLE_OK) {
        outcome_add(outcome, "variance", answer->variance);
    }
    if (call->kind == CALL_APPLY && status == SELLABLE_CONFLICT) {
        outcome_add(outcome, "actual", answer->actual);
    }
    read_plan(handles, answer, outcome);
    read_misfits(handles, answer, outcome);
}
