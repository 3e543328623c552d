/* SPDX-License-Identifier: Apache-2.0
 *
 * The specification (linear.h): events of supply, and what moves stock. */
#include "linear_spec.h"

/* ---- kinds of events ------------------------------------------------------------------------- */

/* The quantity that an event sets, adjusts or takes from. */
static int64_t *figure_of(struct linear_cell *cell, const struct linear_call *call) {
    switch (call->event.type) {
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
        return &cell->held[call->event.reason];
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        return &cell->allocated;
    case SELLABLE_SAFETY_STOCK_SET:
        return &cell->safety_stock;
    case SELLABLE_RING_FENCE_SET:
        return &cell->fence[call->channel].quantity;
    case SELLABLE_SCHEDULE_SET:
        return &cell->entry[call->event.reference].quantity;
    default:
        return &cell->on_hand;
    }
}

static bool is_adjust(uint32_t type) {
    return type == SELLABLE_ON_HAND_ADJUST || type == SELLABLE_ALLOCATION_ADJUST;
}
static bool is_set(uint32_t type) {
    return type == SELLABLE_ON_HAND_SET || type == SELLABLE_ALLOCATION_SET ||
           type == SELLABLE_SAFETY_STOCK_SET || type == SELLABLE_RING_FENCE_SET ||
           type == SELLABLE_SCHEDULE_SET;
}
static bool may_be_negative(uint32_t type) {
    return type == SELLABLE_ON_HAND_SET || type == SELLABLE_ON_HAND_ADJUST ||
           type == SELLABLE_SCHEDULE_SET;
}

bool linear_has_bad_field(const struct linear_call *call) {
    uint32_t type = call->event.type;
    bool above_0 = !is_set(type) && !is_adjust(type);
    return (above_0 && call->event.quantity <= 0) ||
           (is_set(type) && !may_be_negative(type) && call->event.quantity < 0);
}

/* Where an event takes effect; transfer.receive: where its transfer goes. */
static struct linear_cell *cell_of(struct linear_state *state, const struct linear_call *call) {
    if (call->event.type == SELLABLE_TRANSFER_RECEIVE) {
        const struct linear_transfer *transfer = &state->transfer[call->event.reference];
        return &state->cell[transfer->item][transfer->to];
    }
    return &state->cell[call->item][call->location];
}

/* ---- what stands against it, whatever there is ----------------------------------------------- */

static bool is_unknown(const struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    uint32_t type = call->event.type;
    bool fence = type == SELLABLE_RING_FENCE_SET;
    if (type == SELLABLE_TRANSFER_RECEIVE) {
        return false;
    }
    if (!state->item[call->item]) {
        refuse(answer, SELLABLE_UNKNOWN_ITEM);
    } else if (!state->location[call->location] ||
               (type == SELLABLE_TRANSFER_SHIP && !state->location[call->event.to])) {
        refuse(answer, SELLABLE_UNKNOWN_LOCATION);
    } else if (fence && !state->channel[call->channel]) {
        refuse(answer, SELLABLE_UNKNOWN_CHANNEL);
    } else if ((fence && call->at != 0 && call->at <= state->now) ||
               linear_is_kit(state, call->item)) {
        refuse(answer, SELLABLE_INVALID);
    }
    return answer->status != SELLABLE_OK;
}

static int64_t as_of(const struct linear_state *state, const struct linear_call *call) {
    return call->event.has_as_of ? call->event.as_of
                                 : (call->event.has_at ? call->event.at : state->now);
}

/* A balance that is older than the last, or an event out of the future. */
static bool is_out_of_time(const struct linear_state *state, const struct linear_call *call,
                           struct linear_answer *answer) {
    bool balance = call->event.type == SELLABLE_ON_HAND_SET;
    if (balance) {
        const struct linear_cell *cell = &state->cell[call->item][call->location];
        int64_t instant = as_of(state, call);
        if ((cell->has_as_of && instant < cell->as_of) ||
            instant < state->now - state->retention) {
            refuse(answer, SELLABLE_STALE);
            return true;
        }
    }
    int64_t latest = state->now + LINEAR_AHEAD;
    if (state->now != 0 && ((call->event.has_at && call->event.at > latest) ||
                            (balance && call->event.has_as_of && call->event.as_of > latest))) {
        refuse(answer, SELLABLE_INVALID);
        return true;
    }
    return false;
}

/* Sums over one cell that must stay within their limits. */
static bool is_cell_beyond(const struct linear_state *state, int64_t item, int64_t location) {
    const struct linear_cell *cell = &state->cell[item][location];
    int64_t fences = 0, supply = 0, demand = 0;
    for (int i = 0; i < LINEAR_CHANNELS; i++) {
        fences += cell->fence[i].quantity;
    }
    for (int i = 0; i < LINEAR_REFERENCES; i++) {
        supply += at_least_0(cell->entry[i].quantity);
        demand += at_least_0(-cell->entry[i].quantity);
    }
    return is_beyond(linear_held(cell)) || is_beyond(cell->on_hand) ||
           is_beyond(cell->allocated) || is_beyond(fences) || is_beyond(supply) ||
           is_beyond(demand) || is_beyond(linear_net(state, item, location));
}

/* ---- movements and balances ------------------------------------------------------------------ */

static void move_at(struct linear_cell *cell, int64_t at, int64_t quantity) {
    cell->on_hand += quantity;
    cell->moved[at] += quantity;
}

void linear_move(struct linear_state *state, struct linear_cell *cell, int64_t quantity) {
    move_at(cell, state->now, quantity);
}

/* One with a time that the last balance covers is in it already. */
static void move(struct linear_state *state, struct linear_cell *cell,
                 const struct linear_call *call, int64_t quantity) {
    if (!call->event.has_at) {
        linear_move(state, cell, quantity);
    } else if (!cell->has_as_of || call->event.at > cell->as_of) {
        move_at(cell, call->event.at, quantity);
    }
}

static void balance(struct linear_state *state, struct linear_cell *cell,
                    const struct linear_call *call) {
    int64_t instant = as_of(state, call);
    cell->on_hand = call->event.quantity;
    for (int64_t at = 0; at < LINEAR_TIMES; at++) {
        if (at > instant) {
            cell->on_hand += cell->moved[at];
        } else {
            cell->moved[at] = 0;
        }
    }
    cell->has_as_of = 1;
    cell->as_of = instant;
}

/* ---- what each does -------------------------------------------------------------------------- */

static void lower(struct linear_entry *entry, int64_t quantity) {
    entry->quantity -= least(quantity, at_least_0(entry->quantity));
    entry->due = entry->quantity != 0 ? entry->due : 0;
}

static void ship_transfer(struct linear_state *state, const struct linear_call *call) {
    uint32_t key = call->event.reference;
    move(state, &state->cell[call->item][call->location], call, -call->event.quantity);
    state->cell[call->item][call->event.to].entry[key] =
        (struct linear_entry){call->event.quantity, call->at};
    state->transfer[key] = (struct linear_transfer){1, call->item, call->event.to,
                                                    state->now + state->retention};
}

static void receive_transfer(struct linear_state *state, const struct linear_call *call) {
    struct linear_transfer *transfer = &state->transfer[call->event.reference];
    struct linear_cell *cell = &state->cell[transfer->item][transfer->to];
    lower(&cell->entry[call->event.reference], call->event.quantity);
    move(state, cell, call, call->event.quantity);
    transfer->check = state->now + state->retention;
}

static void act_on_return(struct linear_state *state, struct linear_cell *cell,
                          const struct linear_call *call) {
    int64_t quantity = call->event.quantity;
    if (call->event.type == SELLABLE_RETURN_RECEIVE) {
        cell->held[SELLABLE_INSPECTION] += quantity;
        move(state, cell, call, quantity);
        return;
    }
    cell->held[SELLABLE_INSPECTION] -= quantity;
    if (call->event.outcome == SELLABLE_SCRAP) {
        move(state, cell, call, -quantity);
    } else if (call->event.outcome == SELLABLE_TO_DAMAGE) {
        cell->held[SELLABLE_DAMAGE] += quantity;
    }
}

static void act(struct linear_state *state, struct linear_cell *cell,
                const struct linear_call *call) {
    uint32_t type = call->event.type;
    int64_t quantity = call->event.quantity, *figure = figure_of(cell, call);
    switch (type) {
    case SELLABLE_ON_HAND_SET:
        balance(state, cell, call);
        break;
    case SELLABLE_ON_HAND_ADJUST:
        move(state, cell, call, quantity);
        break;
    case SELLABLE_HOLD_PLACE:
        *figure += quantity;
        break;
    case SELLABLE_HOLD_RELEASE:
        *figure -= quantity;
        break;
    case SELLABLE_HOLD_SCRAP:
        *figure -= quantity;
        move(state, cell, call, -quantity);
        break;
    case SELLABLE_RING_FENCE_SET:
        cell->fence[call->channel] = (struct linear_fence){quantity != 0, quantity,
                                                           quantity != 0 ? call->at : 0};
        break;
    case SELLABLE_SCHEDULE_SET:
        cell->entry[call->event.reference] =
            (struct linear_entry){quantity, quantity != 0 ? call->at : 0};
        break;
    case SELLABLE_RECEIPT:
        if (call->event.reference < LINEAR_REFERENCES) {
            lower(&cell->entry[call->event.reference], quantity);
        }
        if (call->event.held != 0) {
            cell->held[call->event.held - 1] += quantity;
        }
        move(state, cell, call, quantity);
        break;
    case SELLABLE_TRANSFER_SHIP:
        ship_transfer(state, call);
        break;
    case SELLABLE_TRANSFER_RECEIVE:
        receive_transfer(state, call);
        break;
    case SELLABLE_RETURN_RECEIVE:
    case SELLABLE_RETURN_DISPOSITION:
        act_on_return(state, cell, call);
        break;
    default: /* what is set, or adjusted, and nothing else */
        *figure = quantity + (is_adjust(type) ? *figure : 0);
        break;
    }
}

/* What it would leave cannot be. */
static bool is_below_0(const struct linear_cell *cell) {
    bool below = cell->allocated < 0;
    for (int i = 0; i < LINEAR_HOLDS; i++) {
        below |= cell->held[i] < 0;
    }
    return below;
}

static bool is_nothing_to_receive(const struct linear_state *state,
                                  const struct linear_call *call) {
    const struct linear_transfer *transfer = &state->transfer[call->event.reference];
    return !transfer->known ||
           state->cell[transfer->item][transfer->to].entry[call->event.reference].quantity <= 0;
}

void linear_supply(struct linear_state *state, const struct linear_call *call,
                   struct linear_answer *answer) {
    uint32_t type = call->event.type;
    struct linear_state with = *state;
    struct linear_cell *cell = cell_of(&with, call);
    int64_t before = cell->on_hand;
    if (is_unknown(state, call, answer)) {
        return;
    }
    if (!linear_may_write(state, call)) {
        refuse(answer, SELLABLE_NOT_OWNER);
        return;
    }
    if (call->event.has_expected && (is_set(type) || is_adjust(type)) &&
        *figure_of(cell, call) != call->event.expected) {
        refuse(answer, SELLABLE_CONFLICT);
        put(answer, *figure_of(cell, call));
        return;
    }
    if (is_out_of_time(state, call, answer)) {
        return;
    }
    if (type == SELLABLE_TRANSFER_SHIP && state->transfer[call->event.reference].known) {
        refuse(answer, SELLABLE_CONFLICT);
        put(answer, 0);
        return;
    }
    if (type == SELLABLE_TRANSFER_RECEIVE && is_nothing_to_receive(state, call)) {
        refuse(answer, SELLABLE_WRONG_STATE);
        return;
    }
    act(&with, cell, call);
    bool ships = type == SELLABLE_TRANSFER_SHIP, receives = type == SELLABLE_TRANSFER_RECEIVE;
    int64_t item = receives ? state->transfer[call->event.reference].item : call->item;
    int64_t to = receives ? state->transfer[call->event.reference].to : call->location;
    if (is_below_0(cell)) {
        refuse(answer, SELLABLE_WRONG_STATE);
    } else if (is_cell_beyond(&with, item, to) ||
               (ships && is_cell_beyond(&with, item, call->event.to))) {
        refuse(answer, SELLABLE_OVERFLOW);
    } else {
        put(answer, cell->on_hand - before);
        *state = with;
    }
}
