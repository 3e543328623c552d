/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the specification (linear.h): orders that are asked for, or amended. An order that is amended
 * is decided on a copy of the state in which it has given back what it had. */
#include "linear_spec.h"

#include <string.h>

/* The items of an order by first line, kits taken apart, each with its lines added up. */
struct needs {
    int64_t count, kits; /* kits: those that were taken apart, as bits */
    int64_t item[LINEAR_ITEMS];
    int64_t quantity[LINEAR_ITEMS];
};

static void need(struct needs *needs, int64_t item, int64_t quantity) {
    int64_t same = 0;
    while (same < needs->count && needs->item[same] != item) {
        same++;
    }
    if (same == needs->count) {
        needs->item[same] = item;
        needs->quantity[same] = 0;
        needs->count++;
    }
    needs->quantity[same] += quantity;
}

static void need_line(const struct linear_state *state, struct needs *needs, int64_t item,
                      int64_t quantity) {
    if (!linear_is_kit(state, item)) {
        need(needs, item, quantity);
        return;
    }
    needs->kits |= 1 << item;
    for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
        if (state->component[item][i] != 0) {
            need(needs, i, quantity * state->component[item][i]);
        }
    }
}

static struct needs needs_of(const struct linear_state *state, const struct linear_call *call) {
    struct needs needs = {.count = 0};
    for (int64_t i = 0; i < call->line_count; i++) {
        need_line(state, &needs, call->line[i].item, call->line[i].quantity);
    }
    return needs;
}

/* ---- what stands against an order, whatever stock there is ----------------------------------- */

/* In the channel of the order, an item is paused: a kit also by a component of it. */
static bool is_paused(const struct linear_state *state, int64_t item, int64_t channel) {
    bool paused = linear_setting(state, item, channel, LINEAR_PAUSED_SETTING) != 0;
    for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
        paused |= state->component[item][i] != 0 &&
                  linear_setting(state, i, channel, LINEAR_PAUSED_SETTING) != 0;
    }
    return paused;
}

static int64_t latest_of(const struct linear_state *state, const struct linear_call *call,
                         int64_t channel) {
    int64_t latest = INT64_MAX;
    for (int64_t i = 0; i < call->line_count; i++) {
        latest = least(latest, linear_latest(state, call->line[i].item, channel));
    }
    return latest;
}

static bool has_bad_line(const struct linear_call *call, struct linear_answer *answer) {
    for (int64_t i = 0; i < call->line_count; i++) {
        if (call->line[i].quantity <= 0) {
            refuse_line(answer, SELLABLE_INVALID, i);
            return true;
        }
    }
    return false;
}

static bool has_unknown_item(const struct linear_state *state, const struct linear_call *call,
                             struct linear_answer *answer) {
    for (int64_t i = 0; i < call->line_count; i++) {
        if (!state->item[call->line[i].item]) {
            refuse_line(answer, SELLABLE_UNKNOWN_ITEM, i);
            return true;
        }
    }
    return false;
}

static bool adds_up_beyond(const struct needs *needs, struct linear_answer *answer) {
    for (int64_t i = 0; i < needs->count; i++) {
        if (is_beyond(needs->quantity[i])) {
            refuse(answer, SELLABLE_OVERFLOW);
            return true;
        }
    }
    return false;
}

/* ---- does it fit? ---------------------------------------------------------------------------- */

static bool fits(const struct linear_state *state, const struct needs *needs, int64_t channel,
                 int64_t date) {
    for (int64_t i = 0; i < needs->count; i++) {
        if (needs->quantity[i] > linear_promisable(state, needs->item[i], channel, date)) {
            return false;
        }
    }
    return true;
}

static void tell_misfits(const struct linear_state *state, const struct needs *needs,
                         int64_t channel, int64_t date, struct linear_answer *answer) {
    refuse(answer, SELLABLE_INSUFFICIENT);
    for (int64_t i = 0; i < needs->count; i++) {
        int64_t promisable = linear_promisable(state, needs->item[i], channel, date);
        if (needs->quantity[i] > promisable) {
            put(answer, needs->item[i]);
            put(answer, needs->quantity[i]);
            put(answer, promisable);
        }
    }
}

/* Mode partial: each line, in order, takes the most that fits on top of those before it. */
static struct needs partly(const struct linear_state *state, const struct linear_call *call,
                           int64_t channel, int64_t date) {
    struct needs taken = {.count = 0};
    for (int64_t i = 0; i < call->line_count; i++) {
        int64_t most = call->line[i].quantity;
        for (; most > 0; most--) {
            struct needs with = taken;
            need_line(state, &with, call->line[i].item, most);
            if (fits(state, &with, channel, date)) {
                break;
            }
        }
        if (most > 0 && most >= call->line[i].at_least) {
            need_line(state, &taken, call->line[i].item, most);
        }
    }
    return taken;
}

/* The least room with which what is needed of an item fits. */
static int64_t room_needed(const struct linear_state *state, const struct needs *needs, int64_t i,
                           int64_t channel, int64_t date) {
    return at_least_0(needs->quantity[i] +
                      linear_setting(state, needs->item[i], channel, LINEAR_BUFFER_SETTING) -
                      linear_pool(state, needs->item[i], channel, date));
}

static bool is_as_good(const struct linear_state *state, const struct needs *needs,
                       int64_t channel, int64_t date, int64_t latest) {
    for (int64_t i = 0; i < needs->count; i++) {
        if (room_needed(state, needs, i, channel, date) >
            room_needed(state, needs, i, channel, latest)) {
            return false;
        }
    }
    return true;
}

/* The earliest date that is as good as the latest: only now, and where stock is due, is it new. */
static int64_t earliest(const struct linear_state *state, const struct needs *needs,
                        int64_t channel, int64_t latest) {
    int64_t best = is_as_good(state, needs, channel, state->now, latest) ? state->now : latest;
    for (int64_t i = 0; i < needs->count; i++) {
        for (int64_t location = 0; location < LINEAR_LOCATIONS; location++) {
            const struct linear_cell *cell = &state->cell[needs->item[i]][location];
            for (int r = 0; r < LINEAR_REFERENCES; r++) {
                int64_t due = cell->entry[r].due;
                if (cell->entry[r].quantity != 0 && due > state->now && due < best &&
                    is_as_good(state, needs, channel, due, latest)) {
                    best = due;
                }
            }
        }
    }
    return best;
}

/* ---- placing it ------------------------------------------------------------------------------ */

static struct linear_placement *placement_at(struct linear_order *order, int64_t item,
                                             int64_t location) {
    for (int64_t i = 0; i < order->placement_count; i++) {
        if (order->placement[i].item == item && order->placement[i].location == location) {
            return &order->placement[i];
        }
    }
    struct linear_placement *placement = &order->placement[order->placement_count++];
    *placement = (struct linear_placement){.item = item, .location = location};
    return placement;
}

/* First what is the channel's own at each location, then its part of the shared stock at each; what
 * is beyond that waits at the first. */
static void place(struct linear_state *state, struct linear_order *order, int64_t item,
                  int64_t quantity) {
    struct linear_terms terms[LINEAR_LOCATIONS];
    int64_t location[LINEAR_LOCATIONS];
    int64_t count = linear_route(state, item, order->channel, location), left = quantity;
    for (int64_t i = 0; i < count; i++) {
        terms[i] = linear_terms(state, item, location[i], order->channel, order->date);
    }
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < count && left > 0; i++) {
            int64_t taken = least(left, pass == 0 ? terms[i].own : terms[i].part);
            if (taken > 0) {
                struct linear_placement *placement = placement_at(order, item, location[i]);
                placement->quantity += taken;
                placement->fence += pass == 0 ? taken : 0;
                left -= taken;
            }
        }
    }
    if (left > 0) {
        struct linear_placement *placement = placement_at(order, item, location[0]);
        placement->quantity += left;
        placement->beyond = left;
    }
    for (int64_t i = 0; i < order->placement_count; i++) {
        if (order->placement[i].item == item) {
            state->cell[item][order->placement[i].location].fence[order->channel].quantity -=
                order->placement[i].fence;
        }
    }
}

/* Everything that is needed, at the order's date; the order has nothing as yet. */
static void place_all(struct linear_state *state, struct linear_order *order,
                      const struct needs *needs) {
    struct linear_order placed = *order;
    placed.placement_count = 0;
    memset(placed.placement, 0, sizeof placed.placement);
    for (int64_t i = 0; i < needs->count; i++) {
        place(state, &placed, needs->item[i], needs->quantity[i]);
    }
    placed.kits = needs->kits;
    placed.is_dated = placed.date > state->now;
    *order = placed;
}

static void tell_placed(const struct linear_order *order, struct linear_answer *answer) {
    put(answer, order->date);
    for (int64_t i = 0; i < order->placement_count; i++) {
        put(answer, order->placement[i].item);
        put(answer, order->placement[i].location);
        put(answer, order->placement[i].quantity);
        put(answer, order->placement[i].beyond);
    }
}

/* ---- reserve --------------------------------------------------------------------------------- */

static bool is_same(const struct linear_order *order, const struct linear_call *call) {
    return order->channel == call->channel && order->asked_until == call->at &&
           order->asked_has_date == call->has_date && order->asked_date == call->date &&
           order->asked_mode == call->mode && order->line_count == call->line_count &&
           memcmp(order->line, call->line, sizeof order->line) == 0;
}

static void repeat(const struct linear_order *order, struct linear_answer *answer) {
    refuse(answer, SELLABLE_DUPLICATE);
    put(answer, order->first_date);
    for (int64_t i = 0; i < order->planned_count; i++) {
        put(answer, order->planned[i].item);
        put(answer, order->planned[i].location);
        put(answer, order->planned[i].quantity);
        put(answer, order->planned[i].backordered);
    }
}

static bool is_refused(const struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    if (call->at != 0 && call->at <= state->now) {
        refuse_line(answer, SELLABLE_INVALID, 0);
        return true;
    }
    if (!state->channel[call->channel]) {
        refuse_line(answer, SELLABLE_UNKNOWN_CHANNEL, 0);
        return true;
    }
    if (has_unknown_item(state, call, answer)) {
        return true;
    }
    if (call->has_date &&
        (call->date < state->now || call->date > latest_of(state, call, call->channel))) {
        refuse_line(answer, SELLABLE_INVALID, 0);
        return true;
    }
    for (int64_t i = 0; i < call->line_count; i++) {
        if (is_paused(state, call->line[i].item, call->channel)) {
            refuse_line(answer, SELLABLE_PAUSED, i);
            return true;
        }
    }
    struct needs needs = needs_of(state, call);
    return adds_up_beyond(&needs, answer);
}

void linear_reserve(struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    struct linear_order *order = &state->order[call->key];
    if (has_bad_line(call, answer)) {
        return;
    }
    if (order->state != 0) {
        if (is_same(order, call)) {
            repeat(order, answer);
        } else {
            refuse(answer, SELLABLE_CONFLICT);
        }
        return;
    }
    if (is_refused(state, call, answer)) {
        return;
    }
    int64_t latest = call->has_date ? call->date : latest_of(state, call, call->channel);
    struct needs asked = needs_of(state, call), needs = asked;
    if (call->mode == SELLABLE_PARTIAL) {
        needs = partly(state, call, call->channel, latest);
    }
    if (needs.count == 0 || !fits(state, &needs, call->channel, latest)) {
        tell_misfits(state, &asked, call->channel, latest, answer);
        return;
    }
    *order = (struct linear_order){.state = SELLABLE_RESERVED,
                                   .channel = call->channel,
                                   .asked_until = call->at,
                                   .asked_has_date = call->has_date,
                                   .asked_date = call->date,
                                   .asked_mode = call->mode,
                                   .line_count = call->line_count,
                                   .date = latest,
                                   .expires_at = call->at};
    memcpy(order->line, call->line, sizeof order->line);
    if (!call->has_date) {
        order->date = earliest(state, &needs, call->channel, latest);
    }
    place_all(state, order, &needs);
    order->first_date = order->date;
    order->planned_count = order->placement_count;
    for (int64_t i = 0; i < order->placement_count; i++) {
        const struct linear_placement *placement = &order->placement[i];
        order->planned[i] = (struct linear_planned){placement->item, placement->location,
                                                    placement->quantity, placement->beyond};
    }
    tell_placed(order, answer);
}

/* ---- amend ----------------------------------------------------------------------------------- */

static bool is_untouched(const struct linear_order *order) {
    for (int64_t i = 0; i < order->placement_count; i++) {
        if (order->placement[i].allocated != 0 || order->placement[i].shipped != 0) {
            return false;
        }
    }
    return order->state == SELLABLE_RESERVED;
}

void linear_amend(struct linear_state *state, const struct linear_call *call,
                  struct linear_answer *answer) {
    const struct linear_order *old = &state->order[call->key];
    int64_t channel = old->channel;
    if (has_bad_line(call, answer)) {
        return;
    }
    if (old->state == 0) {
        refuse_line(answer, SELLABLE_UNKNOWN_ORDER, 0);
        return;
    }
    if (!is_untouched(old)) {
        refuse_line(answer, SELLABLE_WRONG_STATE, 0);
        return;
    }
    if (has_unknown_item(state, call, answer)) {
        return;
    }
    int64_t date = call->has_date ? call->date : (old->date >= state->now ? old->date : state->now);
    if (date < state->now || date > latest_of(state, call, channel)) {
        refuse_line(answer, SELLABLE_INVALID, 0);
        return;
    }
    struct needs needs = needs_of(state, call);
    if (adds_up_beyond(&needs, answer)) {
        return;
    }
    struct linear_state with = *state;
    struct linear_order *order = &with.order[call->key];
    for (int64_t i = 0; i < order->placement_count; i++) {
        struct linear_placement *placement = &order->placement[i];
        linear_give_back(&with, order, placement, linear_open(placement));
    }
    if (!fits(&with, &needs, channel, date)) {
        tell_misfits(&with, &needs, channel, date, answer);
        return;
    }
    order->date = date;
    place_all(&with, order, &needs);
    *state = with;
    tell_placed(order, answer);
}
