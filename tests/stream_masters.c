/* SPDX-License-Identifier: Apache-2.0
 *
 * Random items, locations and settings: see stream.h. */
#include "stream_kinds.h"

/* ---- items ----------------------------------------------------------------------------------- */

static void make_item_wrong(struct maker *maker, struct call *call) {
    switch (below(maker, 10)) {
    case 0:
        call->set |= SELLABLE_ITEM_SETTINGS_ALL + 1;
        break;
    case 1:
        call->unset |= SELLABLE_ITEM_TRACKED;
        call->set |= SELLABLE_ITEM_TRACKED;
        break;
    case 2:
        call->set |= SELLABLE_ITEM_UNIT;
        call->unit = BROKEN_NAME;
        break;
    case 3:
        call->set |= SELLABLE_ITEM_UNITS;
        call->unit_count = 1 + below(maker, CALL_UNITS);
        call->units[below(maker, call->unit_count)].name = BROKEN_NAME;
        break;
    case 4:
        call->set |= SELLABLE_ITEM_UNITS;
        call->unit_count = 2;
        call->units[1].name = call->units[0].name;
        break;
    case 5:
        call->set |= SELLABLE_ITEM_UNITS;
        call->unit_count = percent(maker, 50) ? SELLABLE_UNITS_MAX + 1 : 1;
        call->units[0].numerator = percent(maker, 50) ? 0 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 6:
        call->set |= SELLABLE_ITEM_UNITS;
        call->unit_count = 1;
        call->units[0].denominator = percent(maker, 50) ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 7:
        call->set |= SELLABLE_ITEM_TRACKED;
        call->tracked = 2;
        break;
    case 8:
        call->set |= SELLABLE_ITEM_COMPONENTS;
        call->component_count = percent(maker, 50) ? 0 : SELLABLE_COMPONENTS_MAX + 1;
        break;
    default:
        call->set |= SELLABLE_ITEM_COMPONENTS;
        call->component_count = 1;
        call->components[0].number = percent(maker, 50) ? 0 : out_of_range(maker);
    }
}

void make_item(struct maker *maker, struct call *call) {
    static const int64_t factors[] = {1, 2, 2, 3, 4, 5, 6, 12, SELLABLE_QUANTITY_MAX};
    call->has_settings = percent(maker, maker->flavour->items) || percent(maker, 3);
    if (!call->has_settings) {
        return;
    }
    for (uint32_t bit = 1; bit <= SELLABLE_ITEM_SETTINGS_ALL; bit <<= 1) {
        uint32_t chance = bit == SELLABLE_ITEM_COMPONENTS && call->item < PLAIN_ITEMS ? 5 : 25;
        if (percent(maker, chance)) {
            call->set |= bit;
        } else if (percent(maker, 10)) {
            call->unset |= bit;
        }
    }
    call->tracked = !percent(maker, 25);
    call->unit = 1 + (percent(maker, 90) ? 0 : below(maker, UNITS));
    call->unit_count = below(maker, CALL_UNITS + 1);
    for (uint32_t i = 0; i < CALL_UNITS; i++) {
        call->units[i] = (struct call_unit){2 + (i + below(maker, 12) / 11) % 3,
                                            factors[below(maker, percent(maker, 98) ? 7 : 9)],
                                            factors[below(maker, percent(maker, 80) ? 2 : 5)]};
    }
    call->component_count = 1 + below(maker, CALL_COMPONENTS);
    uint32_t start = below(maker, PLAIN_ITEMS);
    for (uint32_t i = 0; i < CALL_COMPONENTS; i++) {
        bool odd = percent(maker, 6), unmade = percent(maker, 30);
        call->components[i].item = odd && unmade ? UNMADE
                                   : odd         ? below(maker, ITEMS)
                                                 : (start + i) % PLAIN_ITEMS;
        call->components[i].number =
            percent(maker, 99) ? 1 + below(maker, 3) : SELLABLE_QUANTITY_MAX;
    }
    if (percent(maker, 8)) {
        make_item_wrong(maker, call);
    }
}

/* ---- locations ------------------------------------------------------------------------------- */

void make_location(struct maker *maker, struct call *call) {
    call->has_settings = percent(maker, maker->flavour->locations);
    if (!call->has_settings) {
        return;
    }
    for (uint32_t bit = 1; bit <= SELLABLE_LOCATION_SETTINGS_ALL; bit <<= 1) {
        if (percent(maker, 45)) {
            call->set |= bit;
        } else if (percent(maker, 40)) {
            call->unset |= bit;
        }
    }
    call->region = below(maker, REGIONS);
    call->active = percent(maker, 50);
    if (!percent(maker, 8)) {
        return;
    }
    switch (below(maker, 4)) {
    case 0:
        call->set |= SELLABLE_LOCATION_SETTINGS_ALL + 1;
        break;
    case 1:
        call->set |= SELLABLE_LOCATION_ACTIVE;
        call->unset |= SELLABLE_LOCATION_ACTIVE;
        break;
    case 2:
        call->set |= SELLABLE_LOCATION_REGION;
        call->region = REGIONS;
        break;
    default:
        call->set |= SELLABLE_LOCATION_ACTIVE;
        call->active = 2;
    }
}

/* ---- settings -------------------------------------------------------------------------------- */

static void make_policy_wrong(struct maker *maker, struct call *call) {
    struct sellable_policy *policy = &call->policy;
    bool less = percent(maker, 50);
    uint32_t number = below(maker, 18);
    if (number < 15) { /* the setting of this number, out of range */
        policy->set |= 1u << number;
        policy->unset &= ~(1u << number);
    }
    switch (number) {
    case 0:
        policy->location_count = 1 + policy->location_count % (CALL_LOCATIONS - 1);
        if (less) { /* twice the same */
            call->locations[policy->location_count] = call->locations[0];
            policy->location_count++;
        } else {
            call->locations[below(maker, policy->location_count)] = UNMADE;
        }
        break;
    case 1:
        policy->sourcing = 3;
        break;
    case 2:
        policy->share = less ? -1 : 10001;
        break;
    case 3:
        policy->buffer = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 4:
        policy->precedence = less ? -1000001 : 1000001;
        break;
    case 5:
        policy->closed = 2;
        break;
    case 6:
        policy->backorder = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 7:
        policy->horizon = less ? -1 : SELLABLE_HORIZON_MAX + 1;
        break;
    case 8:
        call->unit = less ? 0 : BROKEN_NAME;
        break;
    case 9:
        policy->cap = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 10:
        policy->minimum = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 11:
        policy->low = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 12:
        policy->paused = 2;
        break;
    case 13:
        policy->interval = less ? -1 : SELLABLE_TIME_MAX + 1;
        break;
    case 14:
        policy->step = less ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 15:
        policy->set |= 1u << 15;
        break;
    case 16:
        policy->unset |= 1u << 15;
        break;
    default:
        policy->set |= SELLABLE_SETTING_SHARE;
        policy->unset |= SELLABLE_SETTING_SHARE;
    }
}

/* Some of the locations and regions, shuffled. */
static void make_locations(struct maker *maker, struct call *call) {
    enum { NAMED = LOCATIONS + REGIONS };
    uint32_t named[NAMED] = {0};
    for (uint32_t i = 0; i < NAMED; i++) {
        uint32_t place = below(maker, i + 1);
        named[i] = named[place];
        named[place] = i < LOCATIONS ? i : REGION + i - LOCATIONS;
    }
    for (uint32_t i = 0; i < CALL_LOCATIONS; i++) {
        call->locations[i] = named[i];
    }
    call->policy.location_count = percent(maker, 6) ? 0 : 1 + below(maker, LOCATIONS);
}

void make_policy(struct maker *maker, struct call *call) {
    static const int32_t shares[] = {10000, 5000, 3333, 9999, 7500, 0, 1};
    static const int64_t days[] = {0, 1, 1, 2, 2, 3, 3, SELLABLE_HORIZON_MAX};
    struct sellable_policy *policy = &call->policy;
    bool override = call->kind == CALL_POLICY_PUT && percent(maker, maker->flavour->overrides);
    if (call->kind == CALL_POLICY_PUT) {
        uint32_t either = override ? 1 + below(maker, 2) : percent(maker, 10) ? 3 : 0;
        call->item = either == 0 || either == 3 ? NOT_GIVEN : call->item;
        call->channel = either == 1 || either == 3 ? NOT_GIVEN : call->channel;
    }
    call->has_policy = call->kind == CALL_POLICY_PUT || percent(maker, 90);
    for (uint32_t bit = 1; bit <= SELLABLE_SETTINGS_ALL; bit <<= 1) {
        bool hard = bit == SELLABLE_SETTING_CLOSED || bit == SELLABLE_SETTING_PAUSED;
        if (!(maker->flavour->settings & bit)) {
            continue;
        }
        if (percent(maker, hard ? 7 : maker->fresh ? 30 : 20)) {
            policy->set |= bit;
        } else if (percent(maker, hard ? 40 : 15)) {
            policy->unset |= bit;
        }
    }
    make_locations(maker, call);
    policy->sourcing = below(maker, 3);
    policy->share = shares[below(maker, percent(maker, 85) ? 5 : 7)];
    policy->buffer = some_quantity(maker, 5);
    policy->precedence = (int32_t)below(maker, 5) - 2;
    policy->closed = percent(maker, 50);
    policy->paused = percent(maker, 50);
    policy->backorder = some_quantity(maker, 12);
    policy->horizon = days[below(maker, percent(maker, 95) ? 7 : 8)];
    policy->cap = some_quantity(maker, 30);
    policy->minimum = some_quantity(maker, 8);
    policy->low = some_quantity(maker, 20);
    policy->interval = below(maker, 100);
    policy->interval *= maker->flavour->interval > 0 ? maker->flavour->interval : 1;
    policy->step = below(maker, 5);
    call->unit = 1 + below(maker, UNITS);
    if (percent(maker, 12)) {
        make_policy_wrong(maker, call);
    }
}
