/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the specification (linear.h): settings in force, and the formulas of sellable.h, section 1,
 * term by term. */
#include "linear_spec.h"

#include <string.h>

/* ---- settings -------------------------------------------------------------------------------- */

static int64_t default_of(uint32_t setting) {
    switch (setting) {
    case LINEAR_SHARE_SETTING:
        return SELLABLE_SHARE_ALL;
    case LINEAR_CAP_SETTING:
        return SELLABLE_QUANTITY_MAX;
    case LINEAR_STEP_SETTING:
        return 1;
    default:
        return 0;
    }
}

/* The nearest scope in which a setting is set, or NULL. */
static const struct linear_settings *scope_of(const struct linear_state *state, int64_t item,
                                              int64_t channel, uint32_t setting) {
    const struct linear_settings *scopes[] = {&state->of_both[item][channel], &state->of_item[item],
                                              &state->of_channel[channel]};
    for (uint32_t i = 0; i < 3; i++) {
        if ((scopes[i]->set >> setting & 1) != 0) {
            return scopes[i];
        }
    }
    return NULL;
}

int64_t linear_setting(const struct linear_state *state, int64_t item, int64_t channel,
                       uint32_t setting) {
    const struct linear_settings *scope = scope_of(state, item, channel, setting);
    return scope != NULL ? scope->value[setting] : default_of(setting);
}

int64_t linear_route(const struct linear_state *state, int64_t item, int64_t channel,
                     int64_t *location) {
    const struct linear_settings *scope =
        scope_of(state, item, channel, LINEAR_LOCATIONS_SETTING);
    int64_t count = 0;
    if (scope != NULL) {
        memcpy(location, scope->location, sizeof scope->location);
        return scope->location_count;
    }
    for (int64_t i = 0; i < LINEAR_LOCATIONS; i++) {
        if (state->location[i]) {
            location[count++] = i;
        }
    }
    return count;
}

int64_t linear_latest(const struct linear_state *state, int64_t item, int64_t channel) {
    int64_t horizon = SELLABLE_HORIZON_MAX;
    if (!linear_is_kit(state, item)) {
        horizon = linear_setting(state, item, channel, LINEAR_HORIZON_SETTING);
    }
    for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
        if (state->component[item][i] != 0) {
            horizon =
                least(horizon, linear_setting(state, i, channel, LINEAR_HORIZON_SETTING));
        }
    }
    return state->now + horizon * SELLABLE_DAY;
}

/* ---- what orders have ------------------------------------------------------------------------ */

bool linear_is_kit(const struct linear_state *state, int64_t item) {
    bool kit = false;
    for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
        kit |= state->component[item][i] != 0;
    }
    return kit;
}

int64_t linear_open(const struct linear_placement *placement) {
    return placement->quantity - placement->allocated - placement->shipped - placement->released;
}

int64_t linear_waits(const struct linear_placement *placement) {
    return least(at_least_0(placement->beyond - placement->released), linear_open(placement));
}

/* Over all orders: those that are dated up to `date`, those that are not, and what waits. */
struct kept {
    int64_t reserved, promised, backordered;
};

static struct kept kept_of(const struct linear_state *state, int64_t item, int64_t location,
                           int64_t date) {
    struct kept kept = {0, 0, 0};
    for (int64_t key = 0; key < LINEAR_KEYS; key++) {
        const struct linear_order *order = &state->order[key];
        for (int64_t i = 0; i < order->placement_count; i++) {
            const struct linear_placement *placement = &order->placement[i];
            if (placement->item != item || placement->location != location) {
                continue;
            }
            int64_t waits = linear_waits(placement), firm = linear_open(placement) - waits;
            kept.backordered += waits;
            if (!order->is_dated) {
                kept.reserved += firm;
            } else if (order->date <= date) {
                kept.promised += firm;
            }
        }
    }
    return kept;
}

int64_t linear_reserved(const struct linear_state *state, int64_t item, int64_t location) {
    return kept_of(state, item, location, 0).reserved;
}
int64_t linear_backordered(const struct linear_state *state, int64_t item, int64_t location) {
    return kept_of(state, item, location, 0).backordered;
}
int64_t linear_promised(const struct linear_state *state, int64_t item, int64_t location,
                        int64_t date) {
    return kept_of(state, item, location, date).promised;
}

/* ---- a cell ---------------------------------------------------------------------------------- */

int64_t linear_held(const struct linear_cell *cell) {
    int64_t held = 0;
    for (int i = 0; i < LINEAR_HOLDS; i++) {
        held += cell->held[i];
    }
    return held;
}

int64_t linear_net(const struct linear_state *state, int64_t item, int64_t location) {
    const struct linear_cell *cell = &state->cell[item][location];
    return cell->on_hand - linear_held(cell) - cell->allocated -
           linear_reserved(state, item, location) - cell->safety_stock;
}

static int64_t supply_of(const struct linear_state *state, const struct linear_cell *cell,
                         int64_t date) {
    int64_t supply = 0;
    for (int i = 0; i < LINEAR_REFERENCES; i++) {
        const struct linear_entry *entry = &cell->entry[i];
        supply += entry->quantity > 0 && entry->due > state->now && entry->due <= date
                      ? entry->quantity
                      : 0;
    }
    return supply;
}

static int64_t demand_of(const struct linear_cell *cell, int64_t date) {
    int64_t demand = 0;
    for (int i = 0; i < LINEAR_REFERENCES; i++) {
        const struct linear_entry *entry = &cell->entry[i];
        demand -= entry->quantity < 0 && entry->due <= date ? entry->quantity : 0;
    }
    return demand;
}

static int64_t projected_of(const struct linear_state *state, int64_t item, int64_t location,
                            int64_t date) {
    const struct linear_cell *cell = &state->cell[item][location];
    return linear_net(state, item, location) + supply_of(state, cell, date) -
           demand_of(cell, date) - linear_promised(state, item, location, date);
}

int64_t linear_last(const struct linear_state *state, int64_t item, int64_t location) {
    return projected_of(state, item, location, INT64_MAX);
}

/* P changes only at these times. */
static int64_t low_of(const struct linear_state *state, int64_t item, int64_t location,
                      int64_t date) {
    const struct linear_cell *cell = &state->cell[item][location];
    int64_t low = projected_of(state, item, location, date);
    for (int i = 0; i < LINEAR_REFERENCES; i++) {
        if (cell->entry[i].quantity != 0 && cell->entry[i].due > date) {
            low = least(low, projected_of(state, item, location, cell->entry[i].due));
        }
    }
    for (int key = 0; key < LINEAR_KEYS; key++) {
        if (state->order[key].is_dated && state->order[key].date > date) {
            low = least(low, projected_of(state, item, location, state->order[key].date));
        }
    }
    return low;
}

/* What of the free stock is fenced for those served before the channel. */
static int64_t fenced_before(const struct linear_state *state, int64_t item, int64_t location,
                             int64_t channel) {
    int64_t own = linear_setting(state, item, channel, LINEAR_PRECEDENCE_SETTING), before = 0;
    for (int64_t other = 0; other < LINEAR_CHANNELS; other++) {
        int64_t its = linear_setting(state, item, other, LINEAR_PRECEDENCE_SETTING);
        if (its > own || (its == own && other < channel)) {
            before += state->cell[item][location].fence[other].quantity;
        }
    }
    return before;
}

/* The product may overflow. */
static int64_t part_of(int64_t shared, int64_t share) {
    int64_t all = SELLABLE_SHARE_ALL;
    return shared / all * share + shared % all * share / all;
}

struct linear_terms linear_terms(const struct linear_state *state, int64_t item, int64_t location,
                                 int64_t channel, int64_t date) {
    const struct linear_cell *cell = &state->cell[item][location];
    struct linear_terms terms = {
        .supply = supply_of(state, cell, date),
        .demand = demand_of(cell, date),
        .promised = linear_promised(state, item, location, date),
        .projected = projected_of(state, item, location, date),
        .low = low_of(state, item, location, date),
        .backordered = linear_backordered(state, item, location),
        .fence = cell->fence[channel].quantity,
    };
    for (int i = 0; i < LINEAR_CHANNELS; i++) {
        terms.fenced += cell->fence[i].quantity;
    }
    int64_t free_now = at_least_0(low_of(state, item, location, state->now));
    terms.free = at_least_0(terms.low);
    terms.shared = at_least_0(terms.free - terms.fenced - terms.backordered);
    terms.own = least(terms.fence, at_least_0(terms.free - fenced_before(state, item, location,
                                                                          channel)));
    terms.part =
        part_of(terms.shared, linear_setting(state, item, channel, LINEAR_SHARE_SETTING));
    terms.seen = terms.part + terms.own;
    terms.waiting = at_least_0(terms.backordered - at_least_0(free_now - terms.fenced));
    return terms;
}

/* ---- an item --------------------------------------------------------------------------------- */

int64_t linear_pool(const struct linear_state *state, int64_t item, int64_t channel,
                    int64_t date) {
    int64_t location[LINEAR_LOCATIONS], pool = 0;
    int64_t count = linear_route(state, item, channel, location);
    for (int64_t i = 0; i < count; i++) {
        pool += linear_terms(state, item, location[i], channel, date).seen;
    }
    return least(pool, SELLABLE_QUANTITY_MAX);
}

int64_t linear_room(const struct linear_state *state, int64_t item, int64_t channel) {
    int64_t location[LINEAR_LOCATIONS];
    int64_t count = linear_route(state, item, channel, location);
    int64_t room = linear_setting(state, item, channel, LINEAR_BACKORDER_SETTING);
    for (int64_t i = 0; i < count; i++) {
        room -= linear_terms(state, item, location[i], channel, state->now).waiting;
    }
    return at_least_0(room);
}

int64_t linear_promisable(const struct linear_state *state, int64_t item, int64_t channel,
                          int64_t date) {
    int64_t location[LINEAR_LOCATIONS], promisable = SELLABLE_QUANTITY_MAX;
    if (linear_setting(state, item, channel, LINEAR_CLOSED_SETTING)) {
        return 0;
    }
    if (linear_is_kit(state, item)) {
        for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
            int64_t number = state->component[item][i];
            if (number != 0) {
                promisable =
                    least(promisable, linear_promisable(state, i, channel, date) / number);
            }
        }
        return promisable;
    }
    if (linear_route(state, item, channel, location) == 0) {
        return 0;
    }
    return least(promisable,
                 at_least_0(linear_pool(state, item, channel, date) -
                            linear_setting(state, item, channel, LINEAR_BUFFER_SETTING) +
                            linear_room(state, item, channel)));
}
