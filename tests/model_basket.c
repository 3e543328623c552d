/* SPDX-License-Identifier: Apache-2.0
 *
 * Baskets of the reference model: see model_basket.h. */
#include "model_basket.h"

#include <string.h>

/* ---- adding up ------------------------------------------------------------------------------- */

static bool add_one(struct basket *basket, uint32_t item, int64_t quantity, uint32_t location) {
    uint32_t place = 0;
    while (place < basket->count && basket->items[place] != item) {
        place++;
    }
    if (place == basket->count) {
        basket->items[basket->count++] = item;
    }
    basket->sum[item] += quantity;
    if (location != 0) {
        if (basket->located[item][location] == 0) {
            basket->located_at[item][basket->located_count[item]++] = location;
        }
        basket->located[item][location] += quantity;
    }
    return basket->sum[item] <= SELLABLE_QUANTITY_MAX;
}

bool basket_add(const struct model *model, struct basket *basket, uint32_t item, int64_t quantity,
                uint32_t location) {
    const struct item *kit = &model->items[item];
    const int64_t limit = SELLABLE_QUANTITY_MAX;
    bool within = add_one(basket, item, quantity, kit->component_count > 0 ? 0 : location);
    model_saw(model, MODEL_RULE_KIT, kit->component_count > 0);
    for (uint32_t i = 0; i < kit->component_count; i++) {
        struct component component = kit->components[i];
        bool too_many = quantity > limit / component.number;
        int64_t number = too_many ? limit + 1 : quantity * component.number;
        within = add_one(basket, component.item, number, location) && within;
    }
    return within;
}

/* ---- what fits ------------------------------------------------------------------------------- */

static struct offer *offer_for(struct asker *asker, uint32_t item) {
    if (!asker->has_offer[item]) {
        asker->offers[item] =
            offer_of(asker->model, item, asker->channel, asker->latest, asker->without);
        asker->has_offer[item] = true;
    }
    return &asker->offers[item];
}

/* What is asked of one location by name: with sourcing single, all of the item. */
static int64_t asked_at(const struct offer *offer, const struct basket *basket, uint32_t item,
                        uint32_t location) {
    return offer->settings.sourcing == SELLABLE_SINGLE ? basket->sum[item]
                                                       : basket->located[item][location];
}

/* What the channel sees there, to fill a line that names the location. */
static int64_t seen_at(const struct offer *offer, uint32_t location) {
    uint32_t place = place_of(&offer->places, location);
    return place == offer->places.count ? 0
           : !offer->tracked            ? SELLABLE_QUANTITY_MAX
                                        : offer_seen(offer, place);
}

/* Beyond what is seen at the named locations; no room covers what is not the channel's. */
static int64_t located_need(const struct offer *offer, const struct basket *basket,
                            uint32_t item) {
    int64_t need = 0;
    for (uint32_t i = 0; i < basket->located_count[item]; i++) {
        uint32_t location = basket->located_at[item][i];
        if (place_of(&offer->places, location) == offer->places.count) {
            return INT64_MAX;
        }
        need += model_most(0, asked_at(offer, basket, item, location) - seen_at(offer, location));
    }
    return need;
}

bool basket_is_torn(const struct asker *asker, const struct basket *basket, uint32_t item) {
    const struct item *kit = &asker->model->items[item];
    bool torn = false;
    for (uint32_t i = 0; i < kit->component_count; i++) {
        torn = torn || basket_is_torn(asker, basket, kit->components[i].item);
    }
    return torn ||
           (basket->located_count[item] > 1 &&
            settings_of(asker->model, item, asker->channel).sourcing == SELLABLE_SINGLE);
}

bool basket_fits(struct asker *asker, const struct basket *basket, uint32_t item) {
    const struct item *kit = &asker->model->items[item];
    if (kit->component_count == 0) {
        const struct offer *offer = offer_for(asker, item);
        return basket->sum[item] <= offer->promisable &&
               located_need(offer, basket, item) <= offer->room &&
               !basket_is_torn(asker, basket, item);
    }
    bool fits = !settings_of(asker->model, item, asker->channel).closed;
    for (uint32_t i = 0; i < kit->component_count; i++) {
        fits = fits && basket_fits(asker, basket, kit->components[i].item);
    }
    return fits;
}

/* ---- which candidate takes a line ------------------------------------------------------------ */

bool is_paused(const struct model *model, uint32_t item, uint32_t channel) {
    const struct item *kit = &model->items[item];
    bool paused = settings_of(model, item, channel).paused != 0;
    for (uint32_t i = 0; i < kit->component_count; i++) {
        paused = paused || settings_of(model, kit->components[i].item, channel).paused;
    }
    return paused;
}

/* Put it in if it fits. */
static bool try_line(struct asker *asker, struct basket *basket, uint32_t item, int64_t quantity,
                     uint32_t location) {
    struct basket trial = *basket;
    if (!basket_add(asker->model, &trial, item, quantity, location) ||
        !basket_fits(asker, &trial, item)) {
        return false;
    }
    *basket = trial;
    return true;
}

/* As many whole units of the line as fit: if some number fits, so does every smaller one. */
static void take_part(struct asker *asker, struct basket *basket, const struct wanted *line) {
    int64_t fits = 0, too_many = line->quantity[0] / line->step + 1;
    while (fits + 1 < too_many) {
        int64_t middle = fits + (too_many - fits) / 2;
        struct basket trial = *basket;
        if (try_line(asker, &trial, line->candidates[0], middle * line->step, line->location)) {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    int64_t quantity = fits * line->step;
    model_saw(asker->model, MODEL_RULE_AT_LEAST, quantity > 0 && quantity < line->at_least);
    if (quantity > 0 && quantity >= line->at_least) {
        model_saw(asker->model, MODEL_RULE_PARTIAL, true);
        (void)basket_add(asker->model, basket, line->candidates[0], quantity, line->location);
    }
}

bool basket_choose(struct asker *asker, const struct wanted *lines, uint32_t count, bool partly,
                   struct basket *basket) {
    bool within = true;
    memset(basket, 0, sizeof *basket);
    for (uint32_t i = 0; i < count; i++) {
        const struct wanted *line = &lines[i];
        bool taken = false;
        if (partly && line->quantity[0] < line->at_least) {
            model_saw(asker->model, MODEL_RULE_AT_LEAST, true);
            continue; /* all of it is too little */
        }
        for (uint32_t k = 0; k < line->count && !taken; k++) {
            bool passed = k > 0 && !asker->paused_too &&
                          is_paused(asker->model, line->candidates[k], asker->channel);
            model_saw(asker->model, MODEL_RULE_SUBSTITUTE_PAUSED, passed);
            taken = !passed && try_line(asker, basket, line->candidates[k], line->quantity[k],
                                        line->location);
            model_saw(asker->model, MODEL_RULE_SUBSTITUTE, taken && k > 0);
        }
        if (!taken && partly) {
            take_part(asker, basket, line);
        } else if (!taken) {
            within = basket_add(asker->model, basket, line->candidates[0], line->quantity[0],
                                line->location) &&
                     within;
            bool tears = basket->torn == 0 && basket_is_torn(asker, basket, line->candidates[0]);
            basket->torn = tears ? i + 1 : basket->torn;
        }
    }
    return within;
}

/* ---- what does not fit ----------------------------------------------------------------------- */

static void tell(struct sellable_misfit *misfits, uint32_t capacity, uint32_t *count,
                 struct sellable_misfit misfit) {
    misfit.asked = model_least(misfit.asked, SELLABLE_QUANTITY_MAX);
    if (*count < capacity) {
        misfits[*count] = misfit;
    }
    (*count)++;
}

uint32_t basket_misfits(struct asker *asker, const struct basket *basket,
                        struct sellable_misfit *misfits, uint32_t capacity) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < basket->count; i++) {
        uint32_t item = basket->items[i];
        struct sellable_misfit misfit = {.item = {item}, .asked = basket->sum[item]};
        if (asker->model->items[item].component_count > 0) {
            if (settings_of(asker->model, item, asker->channel).closed) {
                tell(misfits, capacity, &count, misfit);
            }
            continue;
        }
        const struct offer *offer = offer_for(asker, item);
        if (basket->sum[item] > offer->promisable) {
            misfit.promisable = offer->promisable;
            tell(misfits, capacity, &count, misfit);
            continue;
        }
        bool fits = located_need(offer, basket, item) <= offer->room;
        model_saw(asker->model, MODEL_RULE_LOCATED_MISFIT, !fits);
        for (uint32_t k = 0; !fits && k < basket->located_count[item]; k++) {
            uint32_t location = basket->located_at[item][k];
            bool ours = place_of(&offer->places, location) < offer->places.count;
            int64_t asked = asked_at(offer, basket, item, location);
            int64_t seen = seen_at(offer, location);
            if (asked > seen) {
                misfit.location.id = location;
                misfit.asked = asked;
                misfit.promisable =
                    ours ? model_least(seen + offer->room, SELLABLE_QUANTITY_MAX) : 0;
                tell(misfits, capacity, &count, misfit);
            }
        }
    }
    return count;
}

/* ---- when ------------------------------------------------------------------------------------ */

static int64_t need_at(const struct asker *asker, const struct basket *basket, uint32_t item,
                       int64_t t) {
    struct offer offer = offer_of(asker->model, item, asker->channel, t, asker->without);
    return model_most(offer_need(&offer, basket->sum[item]), located_need(&offer, basket, item));
}

static bool will_do(const struct asker *asker, const struct basket *basket, int64_t t) {
    for (uint32_t i = 0; i < basket->count; i++) {
        uint32_t item = basket->items[i];
        if (asker->model->items[item].component_count == 0 &&
            need_at(asker, basket, item, t) > need_at(asker, basket, item, asker->latest)) {
            return false;
        }
    }
    return true;
}

/* What an earlier date has differs only where something falls due: those dates are tried. */
int64_t basket_date(struct asker *asker, const struct basket *basket) {
    const struct model *model = asker->model;
    int64_t earliest = asker->latest;
    if (will_do(asker, basket, model->now)) {
        earliest = model->now;
    }
    for (uint32_t i = 0; i < basket->count; i++) {
        for (uint32_t location = 1; location <= model->location_names.count; location++) {
            struct ledger ledger;
            ledger_read(&ledger, model, basket->items[i], location, asker->without);
            for (uint32_t k = 0; k < ledger.entry_count; k++) {
                int64_t due = ledger.entries[k].due;
                if (due > model->now && due < earliest && will_do(asker, basket, due)) {
                    earliest = due;
                }
            }
        }
    }
    model_saw(model, MODEL_RULE_EARLIEST, earliest > model->now);
    model_saw(model, MODEL_RULE_EARLIER, earliest < asker->latest);
    return earliest;
}

/* ---- where ----------------------------------------------------------------------------------- */

void promises_add(struct promises *promises, uint32_t item, uint32_t location, int64_t quantity,
                  int64_t fenced, int64_t beyond) {
    uint32_t place = 0;
    while (place < promises->count && (promises->list[place].item != item ||
                                       promises->list[place].location != location)) {
        place++;
    }
    if (quantity == 0) {
        return;
    }
    if (place == promises->count) {
        promises->list = model_room(promises->list, place + 1, sizeof *promises->list);
        promises->list[place] = (struct promise){.item = item, .location = location};
        promises->count++;
    }
    promises->list[place].quantity += quantity;
    promises->list[place].fenced += fenced;
    promises->list[place].beyond += beyond;
}

/* Take of what is left of the offer at one place: up to so much of own and of the shared part. */
static int64_t take(struct offer *left, uint32_t place, int64_t quantity, bool own, bool part,
                    uint32_t item, struct promises *promises) {
    int64_t fenced = own ? model_least(quantity, left->own[place]) : 0;
    int64_t shared = part ? model_least(quantity - fenced, left->part[place]) : 0;
    left->own[place] -= fenced;
    left->part[place] -= shared;
    promises_add(promises, item, left->places.list[place], fenced + shared, fenced, 0);
    return fenced + shared;
}

/* All of it at one place, own first, then the shared part, then beyond stock. */
static void take_all(struct offer *left, uint32_t place, int64_t quantity, uint32_t item,
                     struct promises *promises) {
    int64_t beyond = quantity - take(left, place, quantity, true, true, item, promises);
    promises_add(promises, item, left->places.list[place], beyond, 0, beyond);
}

/* single: the first place that covers it, else the one that sees most. */
static uint32_t single_place(const struct offer *offer, int64_t quantity) {
    uint32_t most = 0;
    for (uint32_t place = 0; place < offer->places.count; place++) {
        if (offer_seen(offer, place) >= quantity) {
            return place;
        }
        most = offer_seen(offer, place) > offer_seen(offer, most) ? place : most;
    }
    return most;
}

/* The places in the order in which they are filled; most: stable, by what is seen before. */
static void fill_order(const struct offer *offer, uint32_t *order) {
    for (uint32_t i = 0; i < offer->places.count; i++) {
        uint32_t k = i;
        while (offer->settings.sourcing == SELLABLE_MOST && k > 0 &&
               offer_seen(offer, order[k - 1]) < offer_seen(offer, i)) {
            order[k] = order[k - 1];
            k--;
        }
        order[k] = i;
    }
}

static void place_item(const struct asker *asker, const struct basket *basket, uint32_t item,
                       int64_t date, struct promises *promises) {
    const struct model *model = asker->model;
    struct offer left = offer_of(model, item, asker->channel, date, asker->without);
    uint32_t order[MODEL_LOCATIONS];
    int64_t rest = basket->sum[item];
    bool single = left.settings.sourcing == SELLABLE_SINGLE;
    fill_order(&left, order);
    model_saw(model, MODEL_RULE_MOST, left.places.count > 0 && !single && order[0] != 0);
    model_saw(model, MODEL_RULE_UNTRACKED, !left.tracked);
    model_saw(model, MODEL_RULE_LOCATED, basket->located_count[item] > 0);
    for (uint32_t i = 0; i < basket->located_count[item]; i++) {
        uint32_t location = basket->located_at[item][i];
        int64_t quantity = asked_at(&left, basket, item, location);
        if (left.tracked) {
            take_all(&left, place_of(&left.places, location), quantity, item, promises);
        } else {
            promises_add(promises, item, location, quantity, 0, 0);
        }
        rest -= quantity;
    }
    if (!left.tracked && rest > 0) {
        promises_add(promises, item, left.places.list[0], rest, 0, 0);
    } else if (single && rest > 0) {
        uint32_t place = single_place(&left, rest);
        model_saw(model, MODEL_RULE_SINGLE, place != 0);
        take_all(&left, place, rest, item, promises);
    } else if (left.tracked) {
        for (uint32_t i = 0; i < left.places.count; i++) {
            rest -= take(&left, order[i], rest, true, false, item, promises);
        }
        for (uint32_t i = 0; i < left.places.count; i++) {
            rest -= take(&left, order[i], rest, false, true, item, promises);
        }
        if (rest > 0) {
            promises_add(promises, item, left.places.list[0], rest, 0, rest);
        }
    }
}

void basket_place(const struct asker *asker, const struct basket *basket, int64_t date,
                  struct promises *promises) {
    promises->date = date;
    for (uint32_t i = 0; i < basket->count; i++) {
        uint32_t id = basket->items[i];
        const struct item *item = &asker->model->items[id];
        if (item->component_count == 0) {
            place_item(asker, basket, id, date, promises);
            continue;
        }
        promises->kits =
            model_room(promises->kits, promises->kit_count + 1, sizeof *promises->kits);
        struct accepted_kit *kit = &promises->kits[promises->kit_count++];
        kit->item = id;
        kit->component_count = item->component_count;
        memcpy(kit->components, item->components, sizeof kit->components);
    }
}
