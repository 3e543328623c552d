/* SPDX-License-Identifier: Apache-2.0
 *
 * The specification (linear.h), rule by rule as sellable.h has them: masters, supply, questions. */
#include "linear_spec.h"

#include <string.h>

/* ---- masters --------------------------------------------------------------------------------- */

/* Is anything kept for an item: a quantity, a fence, a schedule, an open order? */
static bool is_kept(const struct linear_state *state, int64_t item) {
    for (int64_t location = 0; location < LINEAR_LOCATIONS; location++) {
        const struct linear_cell *cell = &state->cell[item][location];
        bool kept = cell->on_hand != 0 || cell->allocated != 0 || cell->safety_stock != 0;
        for (int i = 0; i < LINEAR_HOLDS; i++) {
            kept |= cell->held[i] != 0;
        }
        for (int i = 0; i < LINEAR_CHANNELS; i++) {
            kept |= cell->fence[i].in_force != 0;
        }
        for (int i = 0; i < LINEAR_REFERENCES; i++) {
            kept |= cell->entry[i].quantity != 0;
        }
        if (kept) {
            return true;
        }
    }
    for (int key = 0; key < LINEAR_KEYS; key++) {
        const struct linear_order *order = &state->order[key];
        bool named = (order->kits >> item & 1) != 0;
        for (int64_t i = 0; i < order->placement_count; i++) {
            named |= order->placement[i].item == item;
        }
        if (named &&
            (order->state == SELLABLE_RESERVED || order->state == SELLABLE_ALLOCATED)) {
            return true;
        }
    }
    return false;
}

static void item_put(struct linear_state *state, const struct linear_call *call,
                     struct linear_answer *answer) {
    bool is_kit = linear_is_kit(state, call->item);
    bool becomes = call->component[0] != 0 || call->component[1] != 0;
    bool turns = is_kit ? call->is_plain != 0 : becomes;
    for (int64_t i = 0, line = 0; i < LINEAR_COMPONENTS; i++) {
        if (call->component[i] != 0 && !state->item[i]) {
            refuse_line(answer, SELLABLE_UNKNOWN_ITEM, line);
            return;
        }
        line += call->component[i] != 0;
    }
    if (turns && is_kept(state, call->item)) {
        refuse_line(answer, SELLABLE_WRONG_STATE, 0);
        return;
    }
    state->item[call->item] = 1;
    if (becomes || call->is_plain) {
        memcpy(state->component[call->item], call->component, sizeof call->component);
    }
    put(answer, call->item);
}

/* Settings that are wrong in themselves; true if there are any. */
static bool has_bad_locations(const struct linear_state *state, const struct linear_call *call,
                              struct linear_answer *answer) {
    if ((call->policy.set & SELLABLE_SETTING_LOCATIONS) == 0) {
        return false;
    }
    for (int64_t i = 0; i < call->policy.location_count; i++) {
        int64_t location = call->policy.location[i];
        if (location == LINEAR_LOCATIONS || !state->location[location]) {
            refuse_line(answer, SELLABLE_UNKNOWN_LOCATION, i);
            return true;
        }
        for (int64_t before = 0; before < i; before++) {
            if (call->policy.location[before] == location) {
                refuse_line(answer, SELLABLE_INVALID, i);
                return true;
            }
        }
    }
    return false;
}

static void change_settings(struct linear_settings *settings, const struct linear_call *call) {
    const struct linear_settings *given = &call->policy;
    settings->set = (settings->set & ~call->unset) | given->set;
    for (uint32_t i = 0; i < LINEAR_SETTINGS; i++) {
        bool changes = ((given->set | call->unset) >> i & 1) != 0;
        settings->value[i] = changes ? given->value[i] : settings->value[i];
    }
    if (((given->set | call->unset) & SELLABLE_SETTING_LOCATIONS) != 0) {
        settings->location_count = given->location_count;
        memcpy(settings->location, given->location, sizeof settings->location);
    }
}

static void channel_put(struct linear_state *state, const struct linear_call *call,
                        struct linear_answer *answer) {
    if (!has_bad_locations(state, call, answer)) {
        state->channel[call->channel] = 1;
        change_settings(&state->of_channel[call->channel], call);
        put(answer, call->channel);
    }
}

static void policy_put(struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    if (call->of_item && !state->item[call->item]) {
        refuse_line(answer, SELLABLE_UNKNOWN_ITEM, 0);
    } else if (call->of_channel && !state->channel[call->channel]) {
        refuse_line(answer, SELLABLE_UNKNOWN_CHANNEL, 0);
    } else if (!has_bad_locations(state, call, answer)) {
        struct linear_settings *scope =
            !call->of_item      ? &state->of_channel[call->channel]
            : !call->of_channel ? &state->of_item[call->item]
                                : &state->of_both[call->item][call->channel];
        change_settings(scope, call);
    }
}

/* ---- sources and owners ---------------------------------------------------------------------- */

static void source_put(struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    state->source[call->event.source].exists = 1;
    put(answer, call->event.source);
}

static void owner_put(struct linear_state *state, const struct linear_call *call) {
    state->has_rule[call->rule.owned] = call->rule.unset ? 0 : 1;
    state->rule[call->rule.owned] = call->rule.unset ? 0 : call->rule.owners;
}

/* ---- questions ------------------------------------------------------------------------------- */

/* Item and channel of a question; false if one of them is unknown. */
static bool is_known(const struct linear_state *state, const struct linear_call *call,
                     struct linear_answer *answer) {
    if (!state->item[call->item]) {
        refuse(answer, SELLABLE_UNKNOWN_ITEM);
    } else if (!state->channel[call->channel]) {
        refuse(answer, SELLABLE_UNKNOWN_CHANNEL);
    } else if (call->for_order && state->order[call->key].state == 0) {
        refuse(answer, SELLABLE_UNKNOWN_ORDER);
    } else if (call->has_date && (call->date < state->now ||
                                  call->date > linear_latest(state, call->item, call->channel))) {
        refuse(answer, SELLABLE_INVALID);
    }
    return answer->status == SELLABLE_OK;
}

static int64_t date_of(const struct linear_state *state, const struct linear_call *call) {
    return call->has_date ? call->date : linear_latest(state, call->item, call->channel);
}

static void put_published(const struct linear_state *state, int64_t item, int64_t channel,
                          int64_t promisable, struct linear_answer *answer) {
    int64_t published =
        promisable < linear_setting(state, item, channel, LINEAR_MINIMUM_SETTING)
            ? 0
            : least(promisable, linear_setting(state, item, channel, LINEAR_CAP_SETTING));
    bool low = published <= linear_setting(state, item, channel, LINEAR_LOW_SETTING);
    put(answer, promisable);
    put(answer, published);
    put(answer, published == 0 ? SELLABLE_LEVEL_NONE
                               : (low ? SELLABLE_LEVEL_LOW : SELLABLE_LEVEL_OK));
}

static void available(const struct linear_state *state, const struct linear_call *call,
                      struct linear_answer *answer) {
    if (!is_known(state, call, answer)) {
        return;
    }
    struct linear_state without = *state;
    if (call->for_order) {
        struct linear_order *order = &without.order[call->key];
        for (int64_t i = 0; i < order->placement_count; i++) {
            linear_give_back(&without, order, &order->placement[i],
                             linear_open(&order->placement[i]));
        }
    }
    put_published(state, call->item, call->channel,
                  linear_promisable(&without, call->item, call->channel, date_of(state, call)),
                  answer);
}

void linear_available(const struct linear_state *state, int64_t item, int64_t channel,
                      struct linear_answer *answer) {
    int64_t latest = linear_latest(state, item, channel);
    put_published(state, item, channel, linear_promisable(state, item, channel, latest), answer);
}

static void explain(const struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    int64_t location[LINEAR_LOCATIONS], item = call->item, channel = call->channel;
    if (!is_known(state, call, answer)) {
        return;
    }
    int64_t date = date_of(state, call);
    put(answer, state->now);
    put(answer, date);
    put_published(state, item, channel, linear_promisable(state, item, channel, date), answer);
    put(answer, linear_setting(state, item, channel, LINEAR_SHARE_SETTING));
    put(answer, linear_setting(state, item, channel, LINEAR_CLOSED_SETTING));
    put(answer, linear_pool(state, item, channel, date));
    put(answer, linear_setting(state, item, channel, LINEAR_BUFFER_SETTING));
    put(answer, linear_room(state, item, channel));
    int64_t count = linear_route(state, item, channel, location);
    for (int64_t i = 0; i < count; i++) {
        const struct linear_cell *cell = &state->cell[item][location[i]];
        struct linear_terms terms = linear_terms(state, item, location[i], channel, date);
        int64_t term[] = {location[i],
                          cell->on_hand,
                          linear_held(cell),
                          cell->allocated,
                          linear_reserved(state, item, location[i]),
                          cell->safety_stock,
                          linear_net(state, item, location[i]),
                          terms.supply,
                          terms.demand,
                          terms.promised,
                          terms.projected,
                          terms.low,
                          terms.free,
                          terms.fenced,
                          terms.backordered,
                          terms.shared,
                          terms.fence,
                          terms.own,
                          terms.seen,
                          terms.waiting};
        for (size_t t = 0; t < sizeof term / sizeof *term; t++) {
            put(answer, term[t]);
        }
    }
}

/* Fences by channel, the schedule by due and then reference, promises by due; none of 0. */
static void tell_lists(const struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    const struct linear_cell *cell = &state->cell[call->item][call->location];
    for (int64_t i = 0; i < LINEAR_CHANNELS; i++) {
        if (cell->fence[i].quantity != 0) {
            put(answer, i);
            put(answer, cell->fence[i].quantity);
            put(answer, cell->fence[i].until);
        }
    }
    bool turned = cell->entry[1].due < cell->entry[0].due;
    for (int64_t n = 0; n < LINEAR_REFERENCES; n++) {
        int64_t i = turned ? LINEAR_REFERENCES - 1 - n : n;
        if (cell->entry[i].quantity != 0) {
            put(answer, i);
            put(answer, cell->entry[i].quantity);
            put(answer, cell->entry[i].due);
        }
    }
    int64_t before = 0;
    for (int64_t date = INT64_MIN;;) { /* from one date to the next */
        int64_t next = INT64_MAX;
        for (int key = 0; key < LINEAR_KEYS; key++) {
            const struct linear_order *order = &state->order[key];
            next = order->is_dated && order->date > date ? least(next, order->date) : next;
        }
        if (next == INT64_MAX) {
            return;
        }
        int64_t promised = linear_promised(state, call->item, call->location, next);
        if (promised != before) {
            put(answer, next);
            put(answer, promised - before);
        }
        before = promised;
        date = next;
    }
}

int64_t linear_short(const struct linear_state *state, int64_t item, int64_t location) {
    const struct linear_cell *cell = &state->cell[item][location];
    struct linear_terms terms = linear_terms(state, item, location, 0, state->now);
    int64_t short_now = -terms.low - cell->safety_stock;
    int64_t short_last = terms.backordered - linear_last(state, item, location) -
                         cell->safety_stock;
    return at_least_0(short_now > short_last ? short_now : short_last);
}

static void tell_cell(const struct linear_state *state, const struct linear_call *call,
                      struct linear_answer *answer) {
    if (!state->item[call->item] || !state->location[call->location]) {
        refuse(answer,
               state->item[call->item] ? SELLABLE_UNKNOWN_LOCATION : SELLABLE_UNKNOWN_ITEM);
        return;
    }
    const struct linear_cell *cell = &state->cell[call->item][call->location];
    struct linear_terms terms = linear_terms(state, call->item, call->location, 0, state->now);
    put(answer, cell->on_hand);
    for (int i = 0; i < LINEAR_HOLDS; i++) {
        put(answer, cell->held[i]);
    }
    int64_t rest[] = {cell->allocated,
                      linear_reserved(state, call->item, call->location),
                      terms.backordered,
                      cell->safety_stock,
                      linear_net(state, call->item, call->location),
                      terms.free,
                      terms.shared,
                      linear_short(state, call->item, call->location)};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        put(answer, rest[i]);
    }
    tell_lists(state, call, answer);
}

static void tell_order(const struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    const struct linear_order *order = &state->order[call->key];
    if (order->state == 0) {
        refuse(answer, SELLABLE_UNKNOWN_ORDER);
    } else {
        linear_tell_order(order, answer);
    }
}

void linear_tell_order(const struct linear_order *order, struct linear_answer *answer) {
    put(answer, order->state);
    put(answer, order->channel);
    put(answer, order->expires_at);
    put(answer, order->date);
    for (int64_t i = 0; i < order->placement_count; i++) {
        const struct linear_placement *placement = &order->placement[i];
        int64_t open = linear_open(placement), waits = linear_waits(placement);
        put(answer, placement->item);
        put(answer, placement->location);
        put(answer, open);
        put(answer, placement->allocated);
        put(answer, placement->shipped);
        put(answer, placement->released);
        put(answer, order->is_dated ? open - waits : 0);
        put(answer, waits);
    }
}

static void tell_source(const struct linear_state *state, const struct linear_call *call,
                        struct linear_answer *answer) {
    const struct linear_source *source = &state->source[call->event.source];
    if (!source->exists) {
        refuse(answer, SELLABLE_UNKNOWN_SOURCE);
        return;
    }
    put(answer, source->has_seq);
    put(answer, source->has_seq ? source->seq : 0);
    put(answer, source->gaps);
}

static void tell_exceptions(const struct linear_state *state, struct linear_answer *answer) {
    for (int64_t i = 1; i <= LINEAR_EXCEPTIONS; i++) {
        if (state->exception[i].there) {
            put(answer, i);
            put(answer, state->exception[i].status);
        }
    }
}

/* ---- any call -------------------------------------------------------------------------------- */

void linear_begin(struct linear_state *state, const struct linear_history *history) {
    memset(state, 0, sizeof *state);
    state->retention = history->retention;
    state->most = history->exceptions != 0 ? history->exceptions : SELLABLE_EXCEPTIONS_DEFAULT;
}

/* Of an event without its origin. */
static void step(struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer) {
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        item_put(state, call, answer);
        break;
    case LINEAR_LOCATION_PUT:
        state->location[call->location] = 1;
        put(answer, call->location);
        break;
    case LINEAR_CHANNEL_PUT:
        channel_put(state, call, answer);
        break;
    case LINEAR_POLICY_PUT:
        policy_put(state, call, answer);
        break;
    case LINEAR_SOURCE_PUT:
        source_put(state, call, answer);
        break;
    case LINEAR_OWNER_PUT:
        owner_put(state, call);
        break;
    case LINEAR_APPLY:
    case LINEAR_REPLAY:
        linear_supply(state, call, answer);
        break;
    case LINEAR_DISCARD:
        linear_discard(state, call, answer);
        break;
    case LINEAR_RESERVE:
        linear_reserve(state, call, answer);
        break;
    case LINEAR_AMEND:
        linear_amend(state, call, answer);
        break;
    case LINEAR_CONFIRM:
    case LINEAR_EXTEND:
    case LINEAR_RELEASE:
    case LINEAR_ALLOCATE:
    case LINEAR_DEALLOCATE:
    case LINEAR_SHIP:
        linear_change(state, call, answer);
        break;
    case LINEAR_ADVANCE:
        state->now = call->at > state->now ? call->at : state->now;
        break;
    case LINEAR_NOW:
        put(answer, state->now);
        break;
    case LINEAR_AVAILABLE:
        available(state, call, answer);
        break;
    case LINEAR_EXPLAIN:
        explain(state, call, answer);
        break;
    case LINEAR_CELL:
        tell_cell(state, call, answer);
        break;
    case LINEAR_ORDER:
        tell_order(state, call, answer);
        break;
    case LINEAR_SOURCE:
        tell_source(state, call, answer);
        break;
    case LINEAR_COUNTS:
        put(answer, state->kept);
        put(answer, state->last);
        put(answer, state->lost);
        break;
    case LINEAR_EXCEPTIONS_ASKED:
        tell_exceptions(state, answer);
        break;
    case LINEAR_VIEW:
        linear_view(state, call, answer);
        break;
    case LINEAR_CHANGES:
        linear_changes(state, call, answer);
        break;
    case LINEAR_KIND_COUNT:
        break;
    }
}

void linear_step(struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer) {
    memset(answer, 0, sizeof *answer);
    if (call->kind == LINEAR_REPLAY) {
        linear_replay(state, call, step, answer);
    } else if (call->kind == LINEAR_APPLY || call->as_event) {
        linear_event(state, call, step, answer);
    } else {
        step(state, call, answer);
    }
}
