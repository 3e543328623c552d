/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the specification (linear.h): what a view shows of one instant, and what a question for
 * changes tells of one item. */
#include "linear_spec.h"

/* A cell of which nothing is kept is not shown. */
static void view_cell(const struct linear_state *state, int64_t item, int64_t location,
                      struct linear_answer *answer) {
    const struct linear_cell *cell = &state->cell[item][location];
    struct linear_terms terms = linear_terms(state, item, location, 0, state->now);
    int64_t figures[] = {cell->on_hand,
                         linear_held(cell),
                         cell->allocated,
                         linear_reserved(state, item, location),
                         terms.backordered,
                         linear_promised(state, item, location, INT64_MAX),
                         cell->safety_stock,
                         terms.fenced,
                         linear_net(state, item, location),
                         terms.free,
                         terms.shared,
                         linear_short(state, item, location)};
    bool is_kept = false;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        is_kept |= figures[i] != 0;
    }
    if (!is_kept) {
        return;
    }
    put(answer, item);
    put(answer, location);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        put(answer, figures[i]);
    }
}

void linear_view(const struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer) {
    put(answer, state->now);
    put(answer, state->channel[call->channel]);
    for (int64_t item = 0; item < LINEAR_ITEMS && state->channel[call->channel]; item++) {
        if (state->item[item]) {
            put(answer, item);
            linear_available(state, item, call->channel, answer);
        }
    }
    for (int64_t item = 0; item < LINEAR_ITEMS; item++) {
        for (int64_t location = 0; location < LINEAR_LOCATIONS; location++) {
            view_cell(state, item, location, answer);
        }
    }
    for (int64_t key = 0; key < LINEAR_KEYS; key++) {
        const struct linear_order *order = &state->order[key];
        if (order->state == SELLABLE_RESERVED || order->state == SELLABLE_ALLOCATED) {
            put(answer, key);
            linear_tell_order(order, answer);
        }
    }
}

void linear_changes(const struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    enum { PROMISABLE, PUBLISHED, LEVEL };
    struct linear_answer now = {.count = 0};
    if (!state->channel[call->channel]) {
        refuse(answer, SELLABLE_UNKNOWN_CHANNEL);
        return;
    }
    bool tells = state->item[call->item] != 0 &&
                 !linear_setting(state, call->item, call->channel, LINEAR_PAUSED_SETTING);
    if (tells) {
        linear_available(state, call->item, call->channel, &now);
        tells = now.figure[PUBLISHED] != call->told.published ||
                now.figure[LEVEL] != call->told.level;
    }
    put(answer, tells);
    for (int64_t i = 0; i < now.count && tells; i++) {
        put(answer, now.figure[i]);
    }
}
