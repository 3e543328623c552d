/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of items, locations and channels, and who owns what. */
#include "draw.h"

/* Which settings are set and which go back: mostly few, and none in both. */
static void draw_sets(struct bytes *bytes, uint32_t all, uint32_t *set, uint32_t *unset) {
    uint8_t kind = bytes_one(bytes);
    *set = (uint32_t)bytes_raw(bytes, 2) & all;
    *unset = kind >= 192 ? (uint32_t)bytes_raw(bytes, 2) & all & ~*set : 0;
    if (kind == 255) {
        *set = (uint32_t)bytes_raw(bytes, 4);
        *unset = (uint32_t)bytes_raw(bytes, 4);
    }
}

static void draw_units(struct bytes *bytes, struct sellable_item_settings *settings) {
    settings->unit_count = bytes_count(bytes, SELLABLE_UNITS_MAX);
    if (bytes_chance(bytes, 8))
        return; /* a count without an array */
    struct sellable_unit *units = bytes_memory(settings->unit_count * sizeof *units);
    for (uint32_t i = 0; i < settings->unit_count; i++) {
        units[i].key = bytes_key(bytes, usual_units);
        units[i].numerator = bytes_quantity(bytes);
        units[i].denominator = bytes_chance(bytes, 64) ? bytes_quantity(bytes) : 1;
    }
    settings->units = units;
}

static void draw_components(struct bytes *bytes, struct sellable_item_settings *settings) {
    settings->component_count = bytes_count(bytes, SELLABLE_COMPONENTS_MAX);
    if (bytes_chance(bytes, 8))
        return;
    struct sellable_component *components =
        bytes_memory(settings->component_count * sizeof *components);
    for (uint32_t i = 0; i < settings->component_count; i++) {
        components[i].item_key = bytes_key(bytes, usual_items);
        components[i].item.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
        components[i].number = bytes_quantity(bytes);
    }
    settings->components = components;
}

const struct sellable_item_settings *draw_item_settings(struct bytes *bytes) {
    struct sellable_item_settings *settings = bytes_memory(sizeof *settings);
    draw_sets(bytes, SELLABLE_ITEM_SETTINGS_ALL, &settings->set, &settings->unset);
    if (settings->set & SELLABLE_ITEM_UNIT)
        settings->unit = bytes_key(bytes, usual_units);
    if (settings->set & SELLABLE_ITEM_UNITS)
        draw_units(bytes, settings);
    if (settings->set & SELLABLE_ITEM_COMPONENTS)
        draw_components(bytes, settings);
    settings->tracked = bytes_flag(bytes);
    return settings;
}

const struct sellable_location_settings *draw_location_settings(struct bytes *bytes) {
    struct sellable_location_settings *settings = bytes_memory(sizeof *settings);
    draw_sets(bytes, SELLABLE_LOCATION_SETTINGS_ALL, &settings->set, &settings->unset);
    if (settings->set & SELLABLE_LOCATION_REGION)
        settings->region = bytes_key(bytes, usual_regions);
    settings->active = bytes_flag(bytes);
    return settings;
}

static struct sellable_location draw_region(struct bytes *bytes) {
    struct sellable_location region = {REGION_BIT + bytes_below(bytes, 4)};
    if (bytes->regions != NULL)
        (void)!sellable_region_find(bytes->regions, bytes_key(bytes, usual_regions), &region);
    return region;
}

static void draw_locations(struct bytes *bytes, struct sellable_policy *policy) {
    policy->location_count = bytes_count(bytes, 16);
    if (bytes_chance(bytes, 8))
        return;
    struct sellable_location *locations =
        bytes_memory(policy->location_count * sizeof *locations);
    for (uint32_t i = 0; i < policy->location_count; i++) {
        uint8_t kind = bytes_one(bytes);
        locations[i].id = kind < 192   ? UINT32_C(1) + kind % 3
                          : kind < 224 ? draw_region(bytes).id
                                       : bytes_handle(bytes);
    }
    policy->locations = locations;
}

/* A channel that is closed or paused has not much to say. */
static uint32_t seldom_flag(struct bytes *bytes) {
    return bytes_chance(bytes, 64) ? bytes_flag(bytes) : 0;
}

const struct sellable_policy *draw_policy(struct bytes *bytes) {
    struct sellable_policy *policy = bytes_memory(sizeof *policy);
    draw_sets(bytes, SELLABLE_SETTINGS_ALL, &policy->set, &policy->unset);
    uint32_t set = policy->set;
    if (set & SELLABLE_SETTING_LOCATIONS)
        draw_locations(bytes, policy);
    if (set & SELLABLE_SETTING_SOURCING)
        policy->sourcing = bytes_choice(bytes, SELLABLE_SPLIT, SELLABLE_SINGLE + 1);
    if (set & SELLABLE_SETTING_SHARE)
        policy->share = (int32_t)bytes_number(bytes);
    if (set & SELLABLE_SETTING_BUFFER)
        policy->buffer = bytes_number(bytes);
    if (set & SELLABLE_SETTING_PRECEDENCE)
        policy->precedence = (int32_t)bytes_number(bytes);
    if (set & SELLABLE_SETTING_CLOSED)
        policy->closed = seldom_flag(bytes);
    if (set & SELLABLE_SETTING_BACKORDER)
        policy->backorder = bytes_number(bytes);
    if (set & SELLABLE_SETTING_HORIZON)
        policy->horizon = bytes_number(bytes);
    if (set & SELLABLE_SETTING_UNIT)
        policy->unit = bytes_key(bytes, usual_units);
    if (set & SELLABLE_SETTING_CAP)
        policy->cap = bytes_number(bytes);
    if (set & SELLABLE_SETTING_MINIMUM)
        policy->minimum = bytes_number(bytes);
    if (set & SELLABLE_SETTING_LOW)
        policy->low = bytes_number(bytes);
    if (set & SELLABLE_SETTING_PAUSED)
        policy->paused = seldom_flag(bytes);
    if (set & SELLABLE_SETTING_INTERVAL)
        policy->interval = bytes_number(bytes);
    if (set & SELLABLE_SETTING_STEP)
        policy->step = bytes_number(bytes);
    return policy;
}

const struct sellable_ownership *draw_ownership(struct bytes *bytes) {
    struct sellable_ownership *ownership = bytes_memory(sizeof *ownership);
    uint8_t more = bytes_one(bytes);
    if (more % 8 != 7)
        *(more & 8 ? &ownership->owned : &ownership->type) =
            more & 8 ? bytes_choice(bytes, SELLABLE_OWNED_ON_HAND, SELLABLE_OWNED_END)
                     : bytes_choice(bytes, SELLABLE_ON_HAND_SET, SELLABLE_EVENT_TYPES_END);
    if (more & 16)
        ownership->location_key = bytes_key(bytes, usual_locations);
    if ((more & 48) == 48)
        ownership->location.id = bytes_handle(bytes);
    ownership->unset = (more & 192) == 192 ? bytes_flag(bytes) : 0;
    ownership->owner_count = bytes_count(bytes, SELLABLE_LOCATIONS_MAX);
    if (bytes_chance(bytes, 8))
        return ownership;
    struct sellable_owner *owners = bytes_memory(ownership->owner_count * sizeof *owners);
    for (uint32_t i = 0; i < ownership->owner_count; i++) {
        owners[i].source_key = bytes_key(bytes, usual_sources);
        owners[i].source.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
    }
    ownership->owners = owners;
    return ownership;
}
