/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the specification (linear.h): what becomes of orders, by a call or in the course of time. A
 * change of parts is made on a copy of the state, which counts if every part could be met. */
#include "linear_spec.h"

#include <string.h>

/* ---- placements ------------------------------------------------------------------------------ */

static int64_t drawn_of(const struct linear_placement *placement) {
    return least(placement->fence, placement->quantity - placement->released);
}

void linear_give_back(struct linear_state *state, const struct linear_order *order,
                      struct linear_placement *placement, int64_t quantity) {
    struct linear_fence *fence =
        &state->cell[placement->item][placement->location].fence[order->channel];
    int64_t drawn = drawn_of(placement);
    placement->released += quantity;
    if (fence->in_force) {
        fence->quantity =
            least(SELLABLE_QUANTITY_MAX, fence->quantity + drawn - drawn_of(placement));
    }
}

/* How much of a placement a kind of change can act on. */
static int64_t reach_of(enum linear_kind kind, const struct linear_placement *placement) {
    return kind == LINEAR_DEALLOCATE ? placement->allocated : linear_open(placement);
}

/* What is taken off the cell's one number stops at 0. */
static void take_allocated(struct linear_cell *cell, struct linear_placement *placement,
                           int64_t quantity) {
    placement->allocated -= quantity;
    cell->allocated -= least(quantity, at_least_0(cell->allocated));
}

static void act_on(struct linear_state *state, enum linear_kind kind,
                   const struct linear_order *order, struct linear_placement *placement,
                   int64_t quantity) {
    struct linear_cell *cell = &state->cell[placement->item][placement->location];
    switch (kind) {
    case LINEAR_RELEASE:
        linear_give_back(state, order, placement, quantity);
        break;
    case LINEAR_ALLOCATE:
        placement->allocated += quantity;
        cell->allocated += quantity;
        break;
    case LINEAR_DEALLOCATE:
        take_allocated(cell, placement, quantity);
        break;
    default: /* ship, of what is reserved */
        placement->shipped += quantity;
        linear_move(state, cell, -quantity);
        break;
    }
}

/* A part of an order, or (item LINEAR_ITEMS) of anything: as much as can be, up to `most`. */
static int64_t act_on_part(struct linear_state *state, enum linear_kind kind,
                           struct linear_order *order, const struct linear_part *part,
                           int64_t most) {
    int64_t left = most;
    for (int pass = kind == LINEAR_SHIP ? 0 : 1; pass < 2; pass++) {
        for (int64_t n = 0; n < order->placement_count; n++) {
            int64_t i = kind == LINEAR_RELEASE ? order->placement_count - 1 - n : n;
            struct linear_placement *placement = &order->placement[i];
            bool meant = (part->item == LINEAR_ITEMS || part->item == placement->item) &&
                         (part->location == LINEAR_LOCATIONS ||
                          part->location == placement->location);
            int64_t reach = pass == 0 ? placement->allocated : reach_of(kind, placement);
            int64_t quantity = meant ? least(left, reach) : 0;
            if (quantity > 0 && pass == 0) {
                take_allocated(&state->cell[placement->item][placement->location], placement,
                               quantity);
            }
            if (quantity > 0) {
                act_on(state, kind, order, placement, quantity);
            }
            left -= quantity;
        }
    }
    return most - left;
}

/* ---- the order ------------------------------------------------------------------------------- */

static void settle(struct linear_state *state, struct linear_order *order,
                   enum sellable_order_state nothing_left) {
    int64_t open = 0, allocated = 0, shipped = 0;
    for (int64_t i = 0; i < order->placement_count; i++) {
        open += linear_open(&order->placement[i]);
        allocated += order->placement[i].allocated;
        shipped += order->placement[i].shipped;
    }
    order->state = open > 0        ? SELLABLE_RESERVED
                   : allocated > 0 ? SELLABLE_ALLOCATED
                   : shipped > 0   ? SELLABLE_SHIPPED
                                   : (int64_t)nothing_left;
    if (open == 0 && allocated == 0) {
        order->expires_at = 0;
        order->is_dated = 0;
        order->closed_at = state->now;
    }
}

static bool is_open(const struct linear_order *order) {
    return order->state == SELLABLE_RESERVED || order->state == SELLABLE_ALLOCATED;
}

static void act(struct linear_state *state, const struct linear_call *call,
                struct linear_answer *answer) {
    const struct linear_part anything = {LINEAR_ITEMS, LINEAR_LOCATIONS, 0};
    struct linear_state with = *state;
    struct linear_order *order = &with.order[call->key];
    bool met = true;
    if (call->part_count == 0) {
        met = act_on_part(&with, call->kind, order, &anything, INT64_MAX) > 0;
    }
    for (int located = 1; located >= 0; located--) {
        for (int64_t i = 0; i < call->part_count; i++) {
            const struct linear_part *part = &call->part[i];
            if ((part->location != LINEAR_LOCATIONS) == located) {
                met &= act_on_part(&with, call->kind, order, part, part->quantity) ==
                       part->quantity;
            }
        }
    }
    if (!met) {
        refuse_line(answer, SELLABLE_WRONG_STATE, 0);
        return;
    }
    for (int64_t i = 0; i < order->placement_count; i++) {
        const struct linear_placement *placement = &order->placement[i];
        const struct linear_cell *cell = &with.cell[placement->item][placement->location];
        if (is_beyond(cell->on_hand) || is_beyond(cell->allocated) ||
            is_beyond(linear_net(&with, placement->item, placement->location))) {
            refuse(answer, SELLABLE_OVERFLOW);
            return;
        }
    }
    if (call->kind == LINEAR_ALLOCATE || call->kind == LINEAR_SHIP) {
        order->expires_at = 0;
    }
    settle(&with, order, SELLABLE_RELEASED);
    *state = with;
}

void linear_change(struct linear_state *state, const struct linear_call *call,
                   struct linear_answer *answer) {
    struct linear_order *order = &state->order[call->key];
    bool timed = call->kind == LINEAR_CONFIRM || call->kind == LINEAR_EXTEND;
    if (order->state == 0) {
        refuse_line(answer, SELLABLE_UNKNOWN_ORDER, 0);
    } else if (call->kind == LINEAR_EXTEND && call->at <= state->now) {
        refuse_line(answer, SELLABLE_INVALID, 0);
    } else if (!is_open(order) || (timed && order->expires_at != 0 &&
                                   order->expires_at <= state->now)) {
        refuse_line(answer, SELLABLE_WRONG_STATE, 0);
    } else if (call->kind == LINEAR_CONFIRM) {
        order->expires_at = 0;
    } else if (call->kind == LINEAR_EXTEND && order->expires_at == 0) {
        refuse_line(answer, SELLABLE_WRONG_STATE, 0);
    } else if (call->kind == LINEAR_EXTEND) {
        order->expires_at = call->at;
    } else {
        act(state, call, answer);
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

/* What may fall due, by its bit: an order (it expires, or is forgotten), an order's date, a fence,
 * an id or a transfer. */
enum { ORDER_BIT = 0, DATE_BIT = LINEAR_KEYS, FENCE_BIT = 2 * LINEAR_KEYS, ORIGIN_BIT =
       FENCE_BIT + LINEAR_ITEMS * LINEAR_LOCATIONS * LINEAR_CHANNELS, BITS =
       ORIGIN_BIT + LINEAR_ORIGIN_BITS };

static struct linear_fence *fence_of(struct linear_state *state, uint32_t thing) {
    uint32_t number = thing - FENCE_BIT, cell = number / LINEAR_CHANNELS;
    return &state->cell[cell / LINEAR_LOCATIONS][cell % LINEAR_LOCATIONS]
                .fence[number % LINEAR_CHANNELS];
}

/* INT64_MAX: not by now. */
static int64_t due_at(const struct linear_state *state, uint32_t thing) {
    int64_t at = INT64_MAX;
    if (thing >= ORIGIN_BIT) {
        at = linear_origin_due_at(state, thing - ORIGIN_BIT);
    } else if (thing >= FENCE_BIT) {
        uint32_t number = thing - FENCE_BIT, cell = number / LINEAR_CHANNELS;
        const struct linear_fence *fence =
            &state->cell[cell / LINEAR_LOCATIONS][cell % LINEAR_LOCATIONS]
                 .fence[number % LINEAR_CHANNELS];
        at = fence->in_force && fence->until != 0 ? fence->until : at;
    } else if (thing >= DATE_BIT) {
        const struct linear_order *order = &state->order[thing - DATE_BIT];
        at = order->is_dated ? order->date : at;
    } else {
        const struct linear_order *order = &state->order[thing];
        if (is_open(order)) {
            at = order->expires_at != 0 ? order->expires_at : at;
        } else if (order->state != 0) {
            at = order->closed_at + state->retention;
        }
    }
    return at <= state->now ? at : INT64_MAX;
}

uint64_t linear_due(const struct linear_state *state, int64_t *at) {
    uint64_t things = 0;
    bool expires = false;
    *at = INT64_MAX;
    for (uint32_t i = 0; i < BITS; i++) {
        *at = least(*at, due_at(state, i));
    }
    for (uint32_t i = 0; i < BITS && *at != INT64_MAX; i++) {
        bool is_expiry = i < DATE_BIT && is_open(&state->order[i]);
        if (due_at(state, i) == *at && !(is_expiry && expires)) {
            expires |= is_expiry;
            things |= UINT64_C(1) << i;
        }
    }
    return things;
}

void linear_fall_due(struct linear_state *state, uint32_t thing) {
    if (thing >= ORIGIN_BIT) {
        linear_origin_falls_due(state, thing - ORIGIN_BIT);
    } else if (thing >= FENCE_BIT) {
        *fence_of(state, thing) = (struct linear_fence){0};
    } else if (thing >= DATE_BIT) {
        state->order[thing - DATE_BIT].is_dated = 0;
    } else if (is_open(&state->order[thing])) {
        const struct linear_part anything = {LINEAR_ITEMS, LINEAR_LOCATIONS, 0};
        struct linear_order *order = &state->order[thing];
        (void)act_on_part(state, LINEAR_RELEASE, order, &anything, INT64_MAX);
        settle(state, order, SELLABLE_EXPIRED);
        order->expires_at = 0;
    } else {
        memset(&state->order[thing], 0, sizeof state->order[thing]);
    }
}
