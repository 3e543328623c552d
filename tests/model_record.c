/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: an event with all that it leads to, kept. What cannot be an array, as its
 * count is beyond the limits, is left out: the count alone is judged then. See model.h. */
#include "model_kept.h"

#include <stdlib.h>
#include <string.h>

struct record {
    struct sellable_event event;
    void **blocks;
    size_t block_count;
};

/* A copy of `count` things; NULL if there are none, or too many. */
static void *keep(struct record *record, const void *from, size_t count, size_t most,
                  size_t size) {
    if (!from || count == 0 || count > most) {
        return NULL;
    }
    void *copy = model_room(NULL, count, size);
    memcpy(copy, from, count * size);
    record->blocks =
        model_room(record->blocks, record->block_count + 1, sizeof *record->blocks);
    record->blocks[record->block_count++] = copy;
    return copy;
}

static void keep_key(struct record *record, struct sellable_key *key) {
    const char *bytes = keep(record, key->bytes, key->size, SIZE_MAX, 1);
    key->bytes = bytes ? bytes : key->size == 0 && key->bytes ? "" : NULL;
}

static void keep_order(struct record *record) {
    struct sellable_order *order = keep(record, record->event.order, 1, 1, sizeof *order);
    record->event.order = order;
    if (!order) {
        return;
    }
    keep_key(record, &order->key);
    keep_key(record, &order->channel_key);
    struct sellable_line *lines = keep(record, order->lines, order->line_count,
                                       SELLABLE_LINES_MAX, sizeof *lines);
    order->lines = lines;
    for (uint32_t i = 0; lines && i < order->line_count; i++) {
        struct sellable_substitute *others =
            keep(record, lines[i].substitutes, lines[i].substitute_count,
                 SELLABLE_SUBSTITUTES_MAX, sizeof *others);
        keep_key(record, &lines[i].item_key);
        keep_key(record, &lines[i].location_key);
        keep_key(record, &lines[i].unit);
        lines[i].substitutes = others;
        for (uint32_t k = 0; others && k < lines[i].substitute_count; k++) {
            keep_key(record, &others[k].item_key);
        }
    }
}

static void keep_parts(struct record *record) {
    struct sellable_part *parts = keep(record, record->event.parts, record->event.part_count,
                                       SELLABLE_LINES_MAX, sizeof *parts);
    record->event.parts = parts;
    for (uint32_t i = 0; parts && i < record->event.part_count; i++) {
        keep_key(record, &parts[i].item_key);
        keep_key(record, &parts[i].location_key);
        keep_key(record, &parts[i].unit);
    }
}

static void keep_item_settings(struct record *record) {
    struct sellable_item_settings *settings =
        keep(record, record->event.item_settings, 1, 1, sizeof *settings);
    record->event.item_settings = settings;
    if (!settings) {
        return;
    }
    settings->unit_count *= (settings->set & SELLABLE_ITEM_UNITS) != 0;
    settings->component_count *= (settings->set & SELLABLE_ITEM_COMPONENTS) != 0;
    struct sellable_unit *units =
        keep(record, settings->units, settings->unit_count, SELLABLE_UNITS_MAX, sizeof *units);
    struct sellable_component *components =
        keep(record, settings->components, settings->component_count, SELLABLE_COMPONENTS_MAX,
             sizeof *components);
    for (uint32_t i = 0; units && i < settings->unit_count; i++) {
        keep_key(record, &units[i].key);
    }
    for (uint32_t i = 0; components && i < settings->component_count; i++) {
        keep_key(record, &components[i].item_key);
    }
    settings->units = units;
    settings->components = components;
    keep_key(record, &settings->unit);
}

static void keep_settings(struct record *record) {
    struct sellable_location_settings *location =
        keep(record, record->event.location_settings, 1, 1, sizeof *location);
    struct sellable_policy *policy = keep(record, record->event.policy, 1, 1, sizeof *policy);
    record->event.location_settings = location;
    record->event.policy = policy;
    if (location) {
        keep_key(record, &location->region);
    }
    if (policy) {
        keep_key(record, &policy->unit);
        policy->location_count *= (policy->set & SELLABLE_SETTING_LOCATIONS) != 0;
        policy->locations = keep(record, policy->locations, policy->location_count,
                                 SELLABLE_LOCATIONS_MAX, sizeof *policy->locations);
    }
}

static void keep_ownership(struct record *record) {
    struct sellable_ownership *ownership =
        keep(record, record->event.ownership, 1, 1, sizeof *ownership);
    record->event.ownership = ownership;
    if (!ownership) {
        return;
    }
    keep_key(record, &ownership->location_key);
    ownership->owner_count *= ownership->unset == 0;
    struct sellable_owner *owners = keep(record, ownership->owners, ownership->owner_count,
                                         SELLABLE_LOCATIONS_MAX, sizeof *owners);
    ownership->owners = owners;
    for (uint32_t i = 0; owners && i < ownership->owner_count; i++) {
        keep_key(record, &owners[i].source_key);
    }
}

static void keep_keys(struct record *record) {
    struct sellable_event *event = &record->event;
    struct sellable_key *keys[] = {
        &event->item_key,    &event->location_key, &event->reason,    &event->unit,
        &event->channel_key, &event->reference,    &event->to_key,    &event->held,
        &event->order_key,   &event->declares,     &event->source_key, &event->id,
        &event->correlation,
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        keep_key(record, keys[i]);
    }
}

/* What other types have leads nowhere, and counts nothing. */
static void clear_others(struct sellable_event *event) {
    uint32_t type = event->type;
    bool parts = type == SELLABLE_RELEASE || type == SELLABLE_ALLOCATE ||
                 type == SELLABLE_DEALLOCATE || type == SELLABLE_SHIP;
    bool policy = type == SELLABLE_CHANNEL || type == SELLABLE_POLICY;
    bool order = type == SELLABLE_RESERVE || type == SELLABLE_AMEND;
    event->order = order ? event->order : NULL;
    event->parts = parts ? event->parts : NULL;
    event->part_count *= parts;
    event->policy = policy ? event->policy : NULL;
    event->item_settings = type == SELLABLE_ITEM ? event->item_settings : NULL;
    event->location_settings = type == SELLABLE_LOCATION ? event->location_settings : NULL;
    event->ownership = type == SELLABLE_OWNER ? event->ownership : NULL;
}

struct record *record_keep(const struct sellable_event *event) {
    struct record *record = model_room(NULL, 1, sizeof *record);
    *record = (struct record){.event = *event};
    clear_others(&record->event);
    keep_keys(record);
    keep_order(record);
    keep_parts(record);
    keep_item_settings(record);
    keep_settings(record);
    keep_ownership(record);
    record->event.content = NULL;
    record->event.content_size = 0;
    return record;
}

const struct sellable_event *record_event(const struct record *record) {
    return &record->event;
}

void record_drop(struct record *record) {
    if (record) {
        for (size_t i = 0; i < record->block_count; i++) {
            free(record->blocks[i]);
        }
        free(record->blocks);
        free(record);
    }
}
