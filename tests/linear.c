/* SPDX-License-Identifier: Apache-2.0
 *
 * The specification (linear.h), rule by rule as sellable.h has them. */
#include "linear.h"

#include <string.h>

/* ---- answers --------------------------------------------------------------------------------- */

static void put(struct linear_answer *answer, int64_t figure) {
    if (answer->count < LINEAR_FIGURES) {
        answer->figure[answer->count] = figure;
    }
    answer->count++;
}

static void refuse(struct linear_answer *answer, enum sellable_status status) {
    answer->status = (int64_t)status;
}

/* A refusal that names the line, or the location, that is to blame. */
static void refuse_line(struct linear_answer *answer, enum sellable_status status, int64_t line) {
    refuse(answer, status);
    put(answer, line);
}

static bool is_beyond(int64_t quantity) {
    return quantity > SELLABLE_QUANTITY_MAX || quantity < -SELLABLE_QUANTITY_MAX;
}

static int64_t at_least_0(int64_t quantity) { return quantity > 0 ? quantity : 0; }

/* ---- figures --------------------------------------------------------------------------------- */

static int64_t held_of(const struct linear_cell *cell) {
    int64_t held = 0;
    for (int i = 0; i < LINEAR_HOLDS; i++) {
        held += cell->held[i];
    }
    return held;
}

static int64_t net_of(const struct linear_cell *cell) {
    return cell->on_hand - held_of(cell) - cell->allocated - cell->reserved - cell->safety_stock;
}

static int64_t seen_of(const struct linear_cell *cell, const struct linear_channel *channel) {
    /* The product free * share may overflow. */
    int64_t free = at_least_0(net_of(cell)), all = SELLABLE_SHARE_ALL;
    return free / all * channel->share + free % all * channel->share / all;
}

/* Where a channel ships from, in its order; returns how many. */
static int64_t route_of(const struct linear_state *state, const struct linear_channel *channel,
                        int64_t *location) {
    int64_t count = 0;
    if (channel->names_locations) {
        memcpy(location, channel->location, sizeof channel->location);
        return channel->location_count;
    }
    for (int64_t i = 0; i < LINEAR_LOCATIONS; i++) {
        if (state->location[i]) {
            location[count++] = i;
        }
    }
    return count;
}

static int64_t pool_of(const struct linear_state *state, int64_t item,
                       const struct linear_channel *channel) {
    int64_t location[LINEAR_LOCATIONS], count = route_of(state, channel, location), pool = 0;
    for (int64_t i = 0; i < count; i++) {
        pool += seen_of(&state->cell[item][location[i]], channel);
    }
    return pool < SELLABLE_QUANTITY_MAX ? pool : SELLABLE_QUANTITY_MAX;
}

static int64_t promisable_of(const struct linear_state *state, int64_t item,
                             const struct linear_channel *channel) {
    return channel->closed ? 0 : at_least_0(pool_of(state, item, channel) - channel->buffer);
}

/* ---- masters --------------------------------------------------------------------------------- */

static void channel_put(struct linear_state *state, const struct linear_call *call,
                        struct linear_answer *answer) {
    struct linear_channel *channel = &state->channel[call->channel];
    uint32_t set = call->policy.set, both = set | call->policy.unset;
    if ((set & SELLABLE_LOCATIONS) != 0) {
        for (int64_t i = 0; i < call->policy.location_count; i++) {
            int64_t location = call->policy.location[i];
            if (location == LINEAR_LOCATIONS || !state->location[location]) {
                refuse_line(answer, SELLABLE_UNKNOWN_LOCATION, i);
                return;
            }
            for (int64_t before = 0; before < i; before++) {
                if (call->policy.location[before] == location) {
                    refuse_line(answer, SELLABLE_INVALID, i);
                    return;
                }
            }
        }
    }
    if (!channel->exists) {
        *channel = (struct linear_channel){.exists = 1, .share = SELLABLE_SHARE_ALL};
    }
    if ((both & SELLABLE_SHARE) != 0) {
        channel->share = (set & SELLABLE_SHARE) != 0 ? call->policy.share : SELLABLE_SHARE_ALL;
    }
    if ((both & SELLABLE_BUFFER) != 0) {
        channel->buffer = (set & SELLABLE_BUFFER) != 0 ? call->policy.buffer : 0;
    }
    if ((both & SELLABLE_CLOSED) != 0) {
        channel->closed = (set & SELLABLE_CLOSED) != 0 ? call->policy.closed : 0;
    }
    if ((both & SELLABLE_LOCATIONS) != 0) {
        channel->names_locations = (set & SELLABLE_LOCATIONS) != 0;
        channel->location_count = 0;
        memset(channel->location, 0, sizeof channel->location);
        for (int64_t i = 0; channel->names_locations && i < call->policy.location_count; i++) {
            channel->location[channel->location_count++] = call->policy.location[i];
        }
    }
    put(answer, call->channel);
}

/* ---- supply ---------------------------------------------------------------------------------- */

static void apply(struct linear_state *state, const struct linear_call *call,
                  struct linear_answer *answer) {
    uint32_t type = call->event.type;
    int64_t quantity = call->event.quantity;
    bool hold = type >= SELLABLE_HOLD_PLACE && type <= SELLABLE_HOLD_SCRAP;
    bool set = type == SELLABLE_ON_HAND_SET || type == SELLABLE_ALLOCATION_SET ||
               type == SELLABLE_SAFETY_STOCK_SET;
    if ((hold && quantity <= 0) || (set && type != SELLABLE_ON_HAND_SET && quantity < 0)) {
        refuse(answer, SELLABLE_INVALID);
        return;
    }
    if (!state->item[call->item] || !state->location[call->location]) {
        refuse(answer,
               state->item[call->item] ? SELLABLE_UNKNOWN_LOCATION : SELLABLE_UNKNOWN_ITEM);
        return;
    }
    struct linear_cell *cell = &state->cell[call->item][call->location], changed = *cell;
    int64_t *figure = &changed.on_hand;
    if (hold) {
        figure = &changed.held[call->event.reason];
        quantity = type == SELLABLE_HOLD_PLACE ? quantity : -quantity;
        changed.on_hand += type == SELLABLE_HOLD_SCRAP ? quantity : 0;
    } else if (type == SELLABLE_ALLOCATION_SET || type == SELLABLE_ALLOCATION_ADJUST) {
        figure = &changed.allocated;
    } else if (type == SELLABLE_SAFETY_STOCK_SET) {
        figure = &changed.safety_stock;
    }
    if (call->event.has_expected && *figure != call->event.expected) {
        refuse(answer, SELLABLE_CONFLICT);
        put(answer, *figure);
        return;
    }
    *figure = set ? quantity : *figure + quantity;
    if (figure != &changed.on_hand && *figure < 0) {
        refuse(answer, SELLABLE_WRONG_STATE);
    } else if (is_beyond(*figure) || is_beyond(held_of(&changed)) || is_beyond(changed.on_hand) ||
               is_beyond(net_of(&changed))) {
        refuse(answer, SELLABLE_OVERFLOW);
    } else {
        put(answer, changed.on_hand - cell->on_hand);
        changed.exists = 1;
        *cell = changed;
    }
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void tell_plan(const struct linear_order *order, struct linear_answer *answer) {
    put(answer, order->date);
    for (int64_t i = 0; i < order->placement_count; i++) {
        put(answer, order->placement[i].item);
        put(answer, order->placement[i].location);
        put(answer, order->placement[i].quantity);
    }
}

/* The items of an order by first line, each with its lines added up; returns how many. */
static int64_t add_up(const struct linear_call *call, struct linear_line *asked) {
    int64_t count = 0;
    for (int64_t i = 0; i < call->line_count; i++) {
        int64_t same = 0;
        while (same < count && asked[same].item != call->line[i].item) {
            same++;
        }
        if (same == count) {
            asked[count++] = (struct linear_line){call->line[i].item, 0};
        }
        asked[same].quantity += call->line[i].quantity;
    }
    return count;
}

/* What stands against an order whatever stock there is; true if something does. */
static bool is_refused(const struct linear_state *state, const struct linear_call *call,
                       const struct linear_line *asked, int64_t count,
                       struct linear_answer *answer) {
    if (call->at != 0 && call->at <= state->now) {
        refuse_line(answer, SELLABLE_INVALID, 0);
        return true;
    }
    if (!state->channel[call->channel].exists) {
        refuse_line(answer, SELLABLE_UNKNOWN_CHANNEL, 0);
        return true;
    }
    for (int64_t i = 0; i < call->line_count; i++) {
        if (!state->item[call->line[i].item]) {
            refuse_line(answer, SELLABLE_UNKNOWN_ITEM, i);
            return true;
        }
    }
    for (int64_t i = 0; i < count; i++) {
        if (is_beyond(asked[i].quantity)) {
            refuse(answer, SELLABLE_OVERFLOW);
            return true;
        }
    }
    return false;
}

static void place(struct linear_state *state, const struct linear_channel *channel,
                  struct linear_order *order, struct linear_line asked) {
    int64_t location[LINEAR_LOCATIONS], count = route_of(state, channel, location);
    for (int64_t i = 0; i < count && asked.quantity > 0; i++) {
        struct linear_cell *cell = &state->cell[asked.item][location[i]];
        int64_t seen = seen_of(cell, channel);
        int64_t taken = seen < asked.quantity ? seen : asked.quantity;
        if (taken > 0) {
            cell->reserved += taken;
            order->placement[order->placement_count++] = (struct linear_placement){
                .item = asked.item, .location = location[i], .quantity = taken};
            asked.quantity -= taken;
        }
    }
}

static void reserve(struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    struct linear_order *order = &state->order[call->key];
    const struct linear_channel *channel = &state->channel[call->channel];
    struct linear_line asked[LINEAR_LINES];
    int64_t count = add_up(call, asked);
    bool fits = true;
    for (int64_t i = 0; i < call->line_count; i++) {
        if (call->line[i].quantity <= 0) {
            refuse_line(answer, SELLABLE_INVALID, i);
            return;
        }
    }
    if (order->state != 0) {
        bool same = order->channel == call->channel && order->asked_until == call->at &&
                    order->line_count == call->line_count &&
                    memcmp(order->line, call->line, sizeof order->line) == 0;
        refuse(answer, same ? SELLABLE_DUPLICATE : SELLABLE_CONFLICT);
        if (same) {
            tell_plan(order, answer);
        }
        return;
    }
    if (is_refused(state, call, asked, count, answer)) {
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t promisable = promisable_of(state, asked[i].item, channel);
        if (asked[i].quantity > promisable) {
            refuse(answer, SELLABLE_INSUFFICIENT);
            put(answer, asked[i].item);
            put(answer, asked[i].quantity);
            put(answer, promisable);
            fits = false;
        }
    }
    if (!fits) {
        return;
    }
    *order = (struct linear_order){.state = SELLABLE_RESERVED,
                                   .channel = call->channel,
                                   .asked_until = call->at,
                                   .line_count = call->line_count,
                                   .date = state->now,
                                   .expires_at = call->at};
    memcpy(order->line, call->line, sizeof order->line);
    for (int64_t i = 0; i < count; i++) {
        place(state, channel, order, asked[i]);
    }
    tell_plan(order, answer);
}

/* All that is reserved leaves the cells (shipped), or goes back to them. */
static void close_order(struct linear_state *state, struct linear_order *order,
                        enum sellable_order_state closed) {
    for (int64_t i = 0; i < order->placement_count; i++) {
        struct linear_placement *placement = &order->placement[i];
        struct linear_cell *cell = &state->cell[placement->item][placement->location];
        cell->reserved -= placement->quantity;
        if (closed == SELLABLE_SHIPPED) {
            cell->on_hand -= placement->quantity;
            placement->shipped = placement->quantity;
        } else {
            placement->released = placement->quantity;
        }
    }
    order->state = (int64_t)closed;
    order->expires_at = 0;
    order->closed_at = state->now;
}

static void change_order(struct linear_state *state, const struct linear_call *call,
                         struct linear_answer *answer) {
    struct linear_order *order = &state->order[call->key];
    if (order->state == 0) {
        refuse(answer, SELLABLE_UNKNOWN_ORDER);
    } else if (order->state != SELLABLE_RESERVED) {
        refuse(answer, SELLABLE_WRONG_STATE);
    } else if (call->kind == LINEAR_CONFIRM) {
        if (order->expires_at != 0 && order->expires_at <= state->now) {
            refuse(answer, SELLABLE_WRONG_STATE);
        } else {
            order->expires_at = 0;
        }
    } else if (call->kind == LINEAR_RELEASE) {
        close_order(state, order, SELLABLE_RELEASED);
    } else {
        for (int64_t i = 0; i < order->placement_count; i++) {
            const struct linear_placement *placement = &order->placement[i];
            if (is_beyond(state->cell[placement->item][placement->location].on_hand -
                          placement->quantity)) {
                refuse(answer, SELLABLE_OVERFLOW);
                return;
            }
        }
        close_order(state, order, SELLABLE_SHIPPED);
    }
}

/* When an order falls due: to expire, or to be forgotten; INT64_MAX: not by now. */
static int64_t due_at(const struct linear_state *state, const struct linear_order *order) {
    bool is_open = order->state == SELLABLE_RESERVED;
    int64_t at = is_open ? order->expires_at : order->closed_at + state->retention;
    bool runs = is_open ? order->expires_at != 0 : order->state != 0;
    return runs && at <= state->now ? at : INT64_MAX;
}

uint32_t linear_due(const struct linear_state *state, int64_t *at) {
    uint32_t keys = 0;
    bool expires = false;
    *at = INT64_MAX;
    for (uint32_t i = 0; i < LINEAR_KEYS; i++) {
        int64_t due = due_at(state, &state->order[i]);
        *at = due < *at ? due : *at;
    }
    for (uint32_t i = 0; i < LINEAR_KEYS && *at != INT64_MAX; i++) {
        const struct linear_order *order = &state->order[i];
        if (due_at(state, order) == *at && (order->state != SELLABLE_RESERVED || !expires)) {
            expires |= order->state == SELLABLE_RESERVED;
            keys |= 1u << i;
        }
    }
    return keys;
}

void linear_fall_due(struct linear_state *state, uint32_t key) {
    struct linear_order *order = &state->order[key];
    if (order->state == SELLABLE_RESERVED) {
        close_order(state, order, SELLABLE_EXPIRED);
    } else {
        memset(order, 0, sizeof *order);
    }
}

/* ---- questions ------------------------------------------------------------------------------- */

/* Item and channel of a question; false if one of them is unknown. */
static bool is_known(const struct linear_state *state, const struct linear_call *call,
                     struct linear_answer *answer) {
    if (!state->item[call->item]) {
        refuse(answer, SELLABLE_UNKNOWN_ITEM);
    } else if (!state->channel[call->channel].exists) {
        refuse(answer, SELLABLE_UNKNOWN_CHANNEL);
    }
    return answer->status == SELLABLE_OK;
}

static void available(const struct linear_state *state, const struct linear_call *call,
                      struct linear_answer *answer) {
    if (is_known(state, call, answer)) {
        int64_t promisable = promisable_of(state, call->item, &state->channel[call->channel]);
        put(answer, promisable);
        put(answer, promisable);
    }
}

static void explain(const struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    const struct linear_channel *channel = &state->channel[call->channel];
    int64_t location[LINEAR_LOCATIONS];
    if (!is_known(state, call, answer)) {
        return;
    }
    int64_t promisable = promisable_of(state, call->item, channel);
    int64_t pool = pool_of(state, call->item, channel);
    int64_t head[] = {state->now,      channel->share, channel->closed, pool,
                      channel->buffer, promisable,     promisable};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        put(answer, head[i]);
    }
    int64_t count = route_of(state, channel, location);
    for (int64_t i = 0; i < count; i++) {
        const struct linear_cell *cell = &state->cell[call->item][location[i]];
        int64_t net = net_of(cell), free = at_least_0(net);
        int64_t term[] = {location[i],     cell->on_hand,  held_of(cell),
                          cell->allocated, cell->reserved, cell->safety_stock,
                          net,             free,           free,
                          seen_of(cell, channel)};
        for (size_t t = 0; cell->exists && t < sizeof term / sizeof *term; t++) {
            put(answer, term[t]);
        }
    }
}

static void tell_cell(const struct linear_state *state, const struct linear_call *call,
                      struct linear_answer *answer) {
    if (!state->item[call->item] || !state->location[call->location]) {
        refuse(answer,
               state->item[call->item] ? SELLABLE_UNKNOWN_LOCATION : SELLABLE_UNKNOWN_ITEM);
        return;
    }
    const struct linear_cell *cell = &state->cell[call->item][call->location];
    put(answer, cell->on_hand);
    for (int i = 0; i < LINEAR_HOLDS; i++) {
        put(answer, cell->held[i]);
    }
    int64_t net = net_of(cell), free = at_least_0(net);
    int64_t rest[] = {cell->allocated, cell->reserved, cell->safety_stock, net, free, free,
                      at_least_0(-net - cell->safety_stock)};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        put(answer, rest[i]);
    }
}

static void tell_order(const struct linear_state *state, const struct linear_call *call,
                       struct linear_answer *answer) {
    const struct linear_order *order = &state->order[call->key];
    if (order->state == 0) {
        refuse(answer, SELLABLE_UNKNOWN_ORDER);
        return;
    }
    put(answer, order->state);
    put(answer, order->channel);
    put(answer, order->expires_at);
    put(answer, order->date);
    for (int64_t i = 0; i < order->placement_count; i++) {
        const struct linear_placement *placement = &order->placement[i];
        put(answer, placement->item);
        put(answer, placement->location);
        put(answer, placement->quantity - placement->shipped - placement->released);
        put(answer, placement->shipped);
        put(answer, placement->released);
    }
}

/* ---- any call -------------------------------------------------------------------------------- */

void linear_begin(struct linear_state *state, int64_t retention) {
    memset(state, 0, sizeof *state);
    state->retention = retention;
}

void linear_step(struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer) {
    memset(answer, 0, sizeof *answer);
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        state->item[call->item] = 1;
        put(answer, call->item);
        break;
    case LINEAR_LOCATION_PUT:
        state->location[call->location] = 1;
        put(answer, call->location);
        break;
    case LINEAR_CHANNEL_PUT:
        channel_put(state, call, answer);
        break;
    case LINEAR_APPLY:
        apply(state, call, answer);
        break;
    case LINEAR_RESERVE:
        reserve(state, call, answer);
        break;
    case LINEAR_CONFIRM:
    case LINEAR_RELEASE:
    case LINEAR_SHIP:
        change_order(state, call, answer);
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
    case LINEAR_KIND_COUNT:
        break;
    }
}
