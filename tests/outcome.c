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

int64_t outcome_source(const struct handles *handles, struct sellable_source source) {
    return number_of(handles->sources, THINGS, source.id);
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

struct sellable_source outcome_source_handle(const struct handles *handles, uint32_t source) {
    return (struct sellable_source){handle_of(handles->sources, source)};
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

static void name_source(const struct handles *handles, bool by_handle, uint32_t source,
                        struct sellable_key *key, struct sellable_source *handle) {
    *key = (struct sellable_key){NULL, 0};
    *handle = (struct sellable_source){0};
    if (source != NOT_GIVEN) {
        *key = stream_source_key(by_handle ? (source + 1) % THINGS : source);
        handle->id = by_handle ? handle_of(handles->sources, source) : 0;
    }
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

static void fill_ownership(const struct call *call, const struct handles *handles,
                           struct input *input) {
    const struct sellable_owner *owners =
        call->owner_count <= CALL_OWNERS ? input->owners : NULL; /* as if there were so many */
    input->ownership = (struct sellable_ownership){.owned = call->owned,
                                                   .type = call->owned_type,
                                                   .owner_count = call->owner_count,
                                                   .owners = owners,
                                                   .unset = call->unset_rule};
    name_location(handles, call->by_handle, call->location, &input->ownership.location_key,
                  &input->ownership.location);
    for (uint32_t i = 0; i < CALL_OWNERS; i++) {
        input->owners[i] = (struct sellable_owner){.reserved = 0};
        name_source(handles, call->by_handle, call->owners[i], &input->owners[i].source_key,
                    &input->owners[i].source);
    }
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

/* ---- events ---------------------------------------------------------------------------------- */

/* A master that is put is named by its key alone. */
static void fill_names(const struct call *call, const struct handles *handles,
                       struct sellable_event *event) {
    enum call_kind meaning = call_meaning(call);
    bool handle = call->by_handle;
    bool item = handle && meaning != CALL_ITEM_PUT;
    bool location = handle && meaning != CALL_LOCATION_PUT;
    bool channel = handle && meaning != CALL_CHANNEL_PUT;
    name_item(handles, item, call->item, &event->item_key, &event->item);
    name_location(handles, location, call->location, &event->location_key, &event->location);
    name_location(handles, handle, call->to, &event->to_key, &event->to);
    name_channel(handles, channel, call->channel, &event->channel_key, &event->channel);
    if (call->reason != REASONS) {
        event->reason = stream_reason_key(call->reason);
    }
    if (call->held != REASONS) {
        event->held = stream_reason_key(call->held);
    }
    event->reference = stream_reference_key(call->reference);
    event->declares = stream_source_key(call->declares);
    if (call->order != NO_ORDER) {
        event->order_key = stream_order_key(call->order);
    }
}

/* With bytes of the sender's there is no record that could tell which handle it was. */
static void fill_origin(const struct call *call, const struct handles *handles,
                        struct sellable_event *event) {
    struct sellable_key content = stream_content(call->content);
    name_source(handles, call->source_by_handle && call->content == 0, call->source,
                &event->source_key, &event->source);
    event->has_seq = call->has_seq;
    event->seq = call->seq;
    event->has_at = call->has_at;
    event->at = call->at;
    event->id = stream_id_key(call->id);
    event->correlation = stream_correlation_key(call->correlation);
    event->content = content.bytes;
    event->content_size = content.size;
}

/* What an event of another type has; it is not to be looked at. */
static const void *rubbish(void) {
    return (const void *)(uintptr_t)RUBBISH;
}

/* What it leads to. */
static void fill_pointers(const struct call *call, struct input *input) {
    struct sellable_event *event = &input->event;
    event->order = rubbish();
    event->parts = rubbish();
    event->item_settings = rubbish();
    event->location_settings = rubbish();
    event->policy = rubbish();
    event->ownership = rubbish();
    event->part_count = RUBBISH;
    switch (call_meaning(call)) {
    case CALL_RESERVE:
    case CALL_AMEND:
        event->order = &input->order;
        break;
    case CALL_RELEASE:
    case CALL_ALLOCATE:
    case CALL_DEALLOCATE:
    case CALL_SHIP:
        event->parts = call->line_count > 0 ? input->parts : NULL;
        event->part_count = call->line_count;
        break;
    case CALL_ITEM_PUT:
        event->item_settings = call->has_settings ? &input->item_settings : NULL;
        break;
    case CALL_LOCATION_PUT:
        event->location_settings = call->has_settings ? &input->location_settings : NULL;
        break;
    case CALL_CHANNEL_PUT:
    case CALL_POLICY_PUT:
        event->policy = call->has_policy ? &input->policy : NULL;
        break;
    case CALL_OWNER_PUT:
        event->ownership = &input->ownership;
        break;
    default:
        break;
    }
}

static void fill_event(const struct call *call, const struct handles *handles,
                       struct input *input) {
    struct sellable_event *event = &input->event;
    *event = (struct sellable_event){.type = call->event_type,
                                     .has_expected = call->has_expected,
                                     .quantity = call->quantity,
                                     .expected = call->expected,
                                     .unit = stream_unit_key(call->unit),
                                     .outcome = call->outcome,
                                     .until = call->time,
                                     .due = call->date,
                                     .has_as_of = call->has_as_of,
                                     .as_of = call->as_of,
                                     .max_lag_given = call->has_max_lag,
                                     .expires_at = call->time,
                                     .max_lag = call->max_lag};
    fill_pointers(call, input);
    fill_names(call, handles, event);
    fill_origin(call, handles, event);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void fill_body(const struct call *call, const struct handles *handles,
                      struct input *input) {
    switch (call_meaning(call)) {
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
    case CALL_OWNER_PUT:
        fill_ownership(call, handles, input);
        break;
    default:
        break;
    }
}

void outcome_fill(const struct call *call, const struct handles *handles, struct input *input) {
    bool replays = call->kind == CALL_REPLAY && call->mended;
    fill_questions(call, handles, input);
    fill_body(call, handles, input);
    if (call->kind == CALL_APPLY || call->kind == CALL_EXCEPTION_PUT || replays) {
        fill_event(call, handles, input);
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

bool outcome_names_field(int status) {
    return status == SELLABLE_INVALID || status == SELLABLE_PAUSED || status == SELLABLE_STALE ||
           (status >= SELLABLE_UNKNOWN_ITEM && status <= SELLABLE_UNKNOWN_ORDER);
}

void outcome_read(const struct call *call, const struct handles *handles, const struct input *input,
                  struct outcome *outcome) {
    const struct sellable_answer *answer = &input->answer;
    enum call_kind meaning = call_meaning(call);
    int status = outcome->status;
    bool event = call->kind == CALL_APPLY || call->kind == CALL_REPLAY;
    bool accepted = (meaning == CALL_RESERVE || meaning == CALL_AMEND) &&
                    (status == SELLABLE_OK || status == SELLABLE_DUPLICATE);
    if (outcome_names_field(status)) {
        outcome->field = answer->field;
        outcome_add(outcome, "a reason is given", answer->reason != NULL);
    }
    outcome_add(outcome, "line", answer->line);
    if (accepted) {
        outcome_add(outcome, "date", answer->date);
    }
    if (event && meaning == CALL_APPLY && status == SELLABLE_OK) {
        outcome_add(outcome, "variance", answer->variance);
    }
    if (event && status == SELLABLE_CONFLICT) {
        outcome_add(outcome, "actual", answer->actual);
    }
    if (call->kind == CALL_APPLY || call->kind == CALL_EXCEPTION_PUT) {
        outcome_add(outcome, "exception", (int64_t)answer->exception);
    }
    if (!event || status == SELLABLE_OK || status == SELLABLE_DUPLICATE ||
        status == SELLABLE_INSUFFICIENT) { /* else there may have been a plan before */
        read_plan(handles, answer, outcome);
        read_misfits(handles, answer, outcome);
    }
}
