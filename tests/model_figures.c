/* SPDX-License-Identifier: Apache-2.0
 *
 * The formulas of the reference model: see model_figures.h. */
#include "model_figures.h"

#include <string.h>

/* ---- promises -------------------------------------------------------------------------------- */

int64_t promise_reserved(const struct promise *promise) {
    return promise->quantity - promise->allocated - promise->shipped - promise->released;
}

int64_t promise_waits(const struct promise *promise) {
    return model_least(model_most(0, promise->beyond - promise->released),
                       promise_reserved(promise));
}

int64_t promise_drawn(const struct promise *promise) {
    return model_least(promise->fenced, promise->quantity - promise->released);
}

int64_t promise_returns(const struct promise *promise) {
    struct promise after = *promise;
    after.released += promise_reserved(promise);
    return promise_drawn(promise) - promise_drawn(&after);
}

/* ---- a cell: what is there ------------------------------------------------------------------- */

static void add_entry(struct ledger *ledger, enum entry_kind kind, int64_t due, int64_t quantity) {
    ledger->entries[ledger->entry_count++] = (struct entry){kind, due, quantity};
}

/* What an order has promised at the cell: reserved, or promised for a later date; or it waits. */
static void add_promises(struct ledger *ledger, const struct order *order, uint32_t item,
                         uint32_t location) {
    int64_t promised = 0;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        if (promise->item != item || promise->location != location) {
            continue;
        }
        int64_t waits = promise_waits(promise), firm = promise_reserved(promise) - waits;
        ledger->backordered += waits;
        if (order->now.date > ledger->now) {
            promised += firm;
        } else {
            ledger->reserved += firm;
        }
    }
    if (promised > 0) {
        add_entry(ledger, ENTRY_PROMISED, order->now.date, promised);
    }
}

void fence_return(const struct model *model, struct cell *cell, uint32_t channel,
                  int64_t quantity) {
    struct fence *fence = &cell->fences[channel];
    model_saw(model, MODEL_RULE_FENCE_FULL, fence->quantity + quantity > SELLABLE_QUANTITY_MAX);
    fence->quantity = model_least(fence->quantity + quantity, SELLABLE_QUANTITY_MAX);
}

void ledger_read(struct ledger *ledger, const struct model *model, uint32_t item,
                 uint32_t location, const struct order *without) {
    struct cell cell = model->items[item].cells[location];
    ledger->now = model->now;
    ledger->on_hand = cell.on_hand;
    ledger->held = 0;
    for (int reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        ledger->held += cell.held[reason];
    }
    ledger->allocated = cell.allocated;
    ledger->safety_stock = cell.safety_stock;
    ledger->reserved = ledger->backordered = 0;
    ledger->entry_count = 0;
    for (uint32_t i = 0; i < cell.schedule_count; i++) {
        const struct scheduled *scheduled = &cell.schedule[i];
        bool supply = scheduled->quantity > 0;
        add_entry(ledger, supply ? ENTRY_SUPPLY : ENTRY_DEMAND, scheduled->due,
                  supply ? scheduled->quantity : -scheduled->quantity);
    }
    for (uint32_t i = 0; model->items[item].tracked && i < model->order_count; i++) {
        if (model->orders[i] != without) {
            add_promises(ledger, model->orders[i], item, location);
        }
    }
    for (uint32_t i = 0; without && i < without->now.count; i++) {
        const struct promise *promise = &without->now.list[i];
        if (promise->item == item && promise->location == location &&
            cell.fences[without->content.channel].in_force) {
            fence_return(model, &cell, without->content.channel, promise_returns(promise));
        }
    }
    for (uint32_t channel = 0; channel <= MODEL_CHANNELS; channel++) {
        ledger->fences[channel] = cell.fences[channel].quantity;
    }
}

/* ---- a cell: the formulas -------------------------------------------------------------------- */

/* net = on_hand - Σ held - allocated - reserved - safety_stock */
int64_t ledger_net(const struct ledger *ledger) {
    return ledger->on_hand - ledger->held - ledger->allocated - ledger->reserved -
           ledger->safety_stock;
}

int64_t ledger_due(const struct ledger *ledger, enum entry_kind kind, int64_t t) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < ledger->entry_count; i++) {
        const struct entry *entry = &ledger->entries[i];
        bool overdue_supply = kind == ENTRY_SUPPLY && entry->due <= ledger->now;
        if (entry->kind == kind && entry->due <= t && !overdue_supply) {
            sum += entry->quantity;
        }
    }
    return sum;
}

/* P(t) = net + Σ supply due in (now, t] - Σ demand and promised due <= t */
int64_t ledger_projected(const struct ledger *ledger, int64_t t) {
    return ledger_net(ledger) + ledger_due(ledger, ENTRY_SUPPLY, t) -
           ledger_due(ledger, ENTRY_DEMAND, t) - ledger_due(ledger, ENTRY_PROMISED, t);
}

/* low(t) = the least P(t') over all t' >= t: P changes when something is due. */
int64_t ledger_low(const struct ledger *ledger, int64_t t) {
    int64_t low = ledger_projected(ledger, t);
    for (uint32_t i = 0; i < ledger->entry_count; i++) {
        if (ledger->entries[i].due > t) {
            low = model_least(low, ledger_projected(ledger, ledger->entries[i].due));
        }
    }
    return low;
}

int64_t ledger_free(const struct ledger *ledger, int64_t t) {
    return model_most(0, ledger_low(ledger, t));
}

int64_t ledger_fenced(const struct ledger *ledger) {
    int64_t fenced = 0;
    for (uint32_t channel = 1; channel <= MODEL_CHANNELS; channel++) {
        fenced += ledger->fences[channel];
    }
    return fenced;
}

/* shared(t) = max(0, free(t) - fenced - backordered) */
int64_t ledger_shared(const struct ledger *ledger, int64_t t) {
    return model_most(0, ledger_free(ledger, t) - ledger_fenced(ledger) - ledger->backordered);
}

/* own(c,t) = min(ring_fence[c], max(0, free(t) - Σ ring_fence[d] of every d served before c)) */
int64_t ledger_own(const struct ledger *ledger, uint32_t channel, const uint32_t *served,
                   int64_t t) {
    int64_t before = 0;
    for (uint32_t i = 1; i <= served[0]; i++) {
        before += ledger->fences[served[i]];
    }
    return model_least(ledger->fences[channel], model_most(0, ledger_free(ledger, t) - before));
}

/* floor(shared(t) * share / 10 000), without going beyond 64 bits */
int64_t ledger_part(const struct ledger *ledger, int64_t share, int64_t t) {
    int64_t shared = ledger_shared(ledger, t);
    return shared / SELLABLE_SHARE_ALL * share +
           shared % SELLABLE_SHARE_ALL * share / SELLABLE_SHARE_ALL;
}

int64_t ledger_covered(const struct ledger *ledger) {
    return model_most(0, ledger_free(ledger, ledger->now) - ledger_fenced(ledger));
}

/* max(0, backordered - max(0, free - fenced)) */
int64_t ledger_waiting(const struct ledger *ledger) {
    return model_most(0, ledger->backordered - ledger_covered(ledger));
}

/* short = max(0, -low(now) - safety_stock, backordered - P(end of schedule) - safety_stock) */
int64_t ledger_short(const struct ledger *ledger) {
    int64_t missing = -ledger_low(ledger, ledger->now) - ledger->safety_stock;
    int64_t never = ledger->backordered - ledger_projected(ledger, INT64_MAX) -
                    ledger->safety_stock;
    return model_most(0, model_most(missing, never));
}

bool ledger_overflows(const struct ledger *ledger) {
    return model_beyond(ledger->on_hand) || model_beyond(ledger->held) ||
           model_beyond(ledger->allocated) || model_beyond(ledger->reserved) ||
           model_beyond(ledger->backordered) ||
           model_beyond(ledger_net(ledger)) ||
           model_beyond(ledger_due(ledger, ENTRY_PROMISED, INT64_MAX));
}

/* ---- a channel ------------------------------------------------------------------------------- */

struct places places_of(const struct model *model, const struct settings *settings) {
    struct places places = {0};
    bool all = !(settings->set & SELLABLE_SETTING_LOCATIONS);
    uint32_t named = all ? 1 : settings->location_count;
    for (uint32_t i = 0; i < named; i++) {
        uint32_t name = all ? 0 : settings->locations[i];
        uint32_t region = name & ~MODEL_REGION, fitting = 0, chosen[MODEL_LOCATIONS];
        for (uint32_t id = 1; id <= model->location_names.count; id++) {
            bool fits = all || (name & MODEL_REGION ? model->locations[id].region == region
                                                    : id == name);
            model_saw(model, MODEL_RULE_INACTIVE, fits && !model->locations[id].active);
            model_saw(model, MODEL_RULE_REGION, fits && (name & MODEL_REGION));
            if (fits && model->locations[id].active &&
                place_of(&places, id) == places.count) {
                chosen[fitting++] = id;
            }
        }
        /* by key: the least of those that are left comes next */
        while (fitting > 0) {
            uint32_t least = 0;
            for (uint32_t k = 1; k < fitting; k++) {
                const struct text *text = model->location_names.text;
                least = model_compare(&text[chosen[k]], &text[chosen[least]]) < 0 ? k : least;
            }
            places.list[places.count++] = chosen[least];
            chosen[least] = chosen[--fitting];
        }
    }
    return places;
}

uint32_t place_of(const struct places *places, uint32_t location) {
    uint32_t place = 0;
    while (place < places->count && places->list[place] != location) {
        place++;
    }
    return place;
}

void served_before(const struct model *model, uint32_t item, uint32_t channel, uint32_t *served) {
    const struct text *text = model->channel_names.text;
    int64_t precedence = precedence_in(model, item, channel);
    served[0] = 0;
    for (uint32_t other = 1; other <= model->channel_names.count; other++) {
        int64_t others = precedence_in(model, item, other);
        if (others > precedence ||
            (others == precedence && model_compare(&text[other], &text[channel]) < 0)) {
            served[++served[0]] = other;
        }
    }
}

/* ---- an offer -------------------------------------------------------------------------------- */

int64_t offer_seen(const struct offer *offer, uint32_t place) {
    return offer->part[place] + offer->own[place];
}

/* round down to whole units of max(0, pool - buffer + room) */
int64_t offer_with_room(const struct offer *offer, int64_t room) {
    int64_t most = model_most(0, offer->pool - offer->settings.buffer + room);
    most = model_least(most, SELLABLE_QUANTITY_MAX);
    return most - most % offer->unit;
}

/* The least room with which offer_with_room covers the quantity: whole units of it must fit. */
int64_t offer_need(const struct offer *offer, int64_t quantity) {
    int64_t over = quantity % offer->unit;
    int64_t whole = over > 0 ? quantity - over + offer->unit : quantity;
    return offer->tracked ? model_most(0, whole - offer->pool + offer->settings.buffer) : 0;
}

static void saw_terms(const struct model *model, const struct ledger *ledger, uint32_t channel,
                      const struct offer *offer, uint32_t place, int64_t t) {
    int64_t shared = ledger_shared(ledger, t), free = ledger_free(ledger, t);
    bool supply = false, demand = false;
    for (uint32_t i = 0; i < ledger->entry_count; i++) {
        bool overdue = ledger->entries[i].due <= ledger->now;
        supply = supply || (overdue && ledger->entries[i].kind == ENTRY_SUPPLY);
        demand = demand || (overdue && ledger->entries[i].kind == ENTRY_DEMAND);
    }
    model_saw(model, MODEL_RULE_SHARE, offer->part[place] < shared);
    model_saw(model, MODEL_RULE_LOOK_AHEAD, free < ledger_projected(ledger, t));
    model_saw(model, MODEL_RULE_OVERDUE_SUPPLY, supply);
    model_saw(model, MODEL_RULE_OVERDUE_DEMAND, demand && free > 0);
    model_saw(model, MODEL_RULE_FENCED,
              free > 0 && ledger_fenced(ledger) > ledger->fences[channel]);
    model_saw(model, MODEL_RULE_FENCE_PRECEDENCE,
              offer->own[place] < model_least(free, ledger->fences[channel]));
    model_saw(model, MODEL_RULE_CLAIM, ledger->backordered > 0 && ledger_covered(ledger) > 0);
}

struct offer offer_of(const struct model *model, uint32_t item, uint32_t channel, int64_t t,
                      const struct order *without) {
    struct offer offer = {.settings = settings_of(model, item, channel), .unit = 1};
    struct ledger ledger;
    uint32_t served[MODEL_CHANNELS + 1];
    int64_t pool = 0, waiting = 0;
    struct unit smallest;
    offer.tracked = model->items[item].tracked;
    offer.places = places_of(model, &offer.settings);
    served_before(model, item, channel, served);
    for (uint32_t i = 0; i < offer.places.count; i++) {
        ledger_read(&ledger, model, item, offer.places.list[i], without);
        offer.own[i] = ledger_own(&ledger, channel, served, t);
        offer.part[i] = ledger_part(&ledger, offer.settings.share, t);
        waiting += ledger_waiting(&ledger);
        pool = offer.settings.sourcing == SELLABLE_SINGLE ? model_most(pool, offer_seen(&offer, i))
                                                          : pool + offer_seen(&offer, i);
        saw_terms(model, &ledger, channel, &offer, i, t);
    }
    offer.pool = model_least(pool, SELLABLE_QUANTITY_MAX);
    offer.room = model_most(0, offer.settings.backorder - waiting);
    const struct unit *unit = model_unit(&model->items[item], &offer.settings.unit, &smallest);
    if (unit) {
        offer.unit = unit->numerator;
    }
    bool nothing = offer.settings.closed || offer.places.count == 0;
    offer.promisable = nothing          ? 0
                       : !offer.tracked ? SELLABLE_QUANTITY_MAX
                                        : offer_with_room(&offer, offer.room);
    model_saw(model, MODEL_RULE_STOPS, offer.pool < pool);
    model_saw(model, MODEL_RULE_ROOM, offer.settings.backorder > 0 && waiting > 0);
    model_saw(model, MODEL_RULE_BUFFER, offer.settings.buffer > 0 && pool > 0);
    model_saw(model, MODEL_RULE_CLOSED, offer.settings.closed && pool > 0);
    model_saw(model, MODEL_RULE_NOWHERE, offer.places.count == 0);
    model_saw(model, MODEL_RULE_UNIT,
              !nothing && offer.tracked &&
                  offer.promisable < offer.pool - offer.settings.buffer + offer.room);
    return offer;
}

/* ---- what may be promised, and what is shown ------------------------------------------------- */

int64_t promisable_of(const struct model *model, uint32_t item, uint32_t channel, int64_t t,
                      const struct order *without) {
    const struct item *kit = &model->items[item];
    if (kit->component_count == 0) {
        return offer_of(model, item, channel, t, without).promisable;
    }
    int64_t most = SELLABLE_QUANTITY_MAX;
    for (uint32_t i = 0; i < kit->component_count; i++) {
        struct component component = kit->components[i];
        most = model_least(most, offer_of(model, component.item, channel, t, without).promisable /
                                     component.number);
    }
    bool closed = settings_of(model, item, channel).closed != 0;
    model_saw(model, MODEL_RULE_KIT_CLOSED, closed && most > 0);
    return closed ? 0 : most;
}

int64_t horizon_end(const struct model *model, uint32_t item, uint32_t channel) {
    const struct item *kit = &model->items[item];
    int64_t days = kit->component_count > 0 ? SELLABLE_HORIZON_MAX
                                            : settings_of(model, item, channel).horizon;
    for (uint32_t i = 0; i < kit->component_count; i++) {
        days = model_least(days, settings_of(model, kit->components[i].item, channel).horizon);
    }
    return model->now + days * SELLABLE_DAY;
}

struct sellable_availability shown(const struct model *model, uint32_t item, uint32_t channel,
                                   int64_t promisable) {
    struct settings settings = settings_of(model, item, channel);
    int64_t published =
        promisable < settings.minimum ? 0 : model_least(settings.cap, promisable);
    enum sellable_level level = published == 0                ? SELLABLE_LEVEL_NONE
                                : published <= settings.low ? SELLABLE_LEVEL_LOW
                                                              : SELLABLE_LEVEL_OK;
    model_saw(model, MODEL_RULE_MINIMUM, promisable > 0 && promisable < settings.minimum);
    model_saw(model, MODEL_RULE_CAP, promisable > settings.cap);
    model_saw(model, MODEL_RULE_LOW, level == SELLABLE_LEVEL_LOW);
    return (struct sellable_availability){promisable, published, level, 0};
}
