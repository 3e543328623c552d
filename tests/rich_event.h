/* SPDX-License-Identifier: Apache-2.0
 *
 * One event of each type with all that a record can have, its texts and arrays in one place, so
 * that they can be spoiled. The stage of every_event.h takes it, if A is counted in "each", too. */
#ifndef SELLABLE_TESTS_RICH_EVENT_H
#define SELLABLE_TESTS_RICH_EVENT_H

#include "every_event.h"

enum { RICH = 3 /* entries of an array */, RICH_TEXT = 4000 };

struct rich {
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_line lines[RICH];
    struct sellable_substitute substitutes[RICH];
    struct sellable_part parts[RICH];
    struct sellable_item_settings item;
    struct sellable_unit units[RICH];
    struct sellable_component components[RICH];
    struct sellable_location_settings location;
    struct sellable_policy policy;
    struct sellable_location locations[RICH];
    struct sellable_ownership ownership;
    struct sellable_owner owners[RICH];
    struct sellable_item a;
    struct sellable_location east, west;
    struct sellable_source wms;
    uint32_t used;
    char text[RICH_TEXT];
};

static inline struct sellable_key word(struct rich *rich, const char *text) {
    size_t size = strlen(text);
    char *bytes = memcpy(rich->text + rich->used, text, size);
    rich->used += (uint32_t)size;
    assert_true(rich->used < RICH_TEXT);
    return (struct sellable_key){bytes, size};
}

static inline void rich_supply(struct rich *rich, uint32_t type) {
    struct sellable_event *event = &rich->event;
    const struct sellable_event every = every_event(type);
    *event = every;
    event->item_key = event->location_key = NO_KEY;
    if (type != SELLABLE_TRANSFER_RECEIVE) {
        event->item_key = word(rich, "A");
        event->location_key = word(rich, "east");
    }
    event->reason = NO_KEY;
    event->unit = word(rich, "each");
    switch (type) {
    case SELLABLE_ON_HAND_SET:
        event->has_as_of = 1;
        event->as_of = STAGE_NOW - 7;
        /* fall through */
    case SELLABLE_ON_HAND_ADJUST:
        event->has_expected = 1;
        event->expected = 20;
        break;
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP: event->reason = word(rich, "quality"); break;
    case SELLABLE_RING_FENCE_SET:
        event->channel_key = word(rich, "web");
        event->until = STAGE_NOW + 55;
        break;
    case SELLABLE_RECEIPT: event->held = word(rich, "inspection"); break;
    case SELLABLE_TRANSFER_SHIP: event->to_key = word(rich, "west"); break;
    case SELLABLE_RETURN_RECEIVE: event->order_key = word(rich, "O-1"); break;
    default: break;
    }
    if (type == SELLABLE_ON_HAND_ADJUST) {
        event->reason = word(rich, "cycle count");
    }
    if (every.reference.size) {
        char text[8] = {0};
        memcpy(text, every.reference.bytes, every.reference.size);
        event->reference = word(rich, text);
    }
}

static inline void rich_lines(struct rich *rich, uint32_t type) {
    rich->lines[0] = (struct sellable_line){.item_key = word(rich, "A"),
                                            .quantity = 2,
                                            .location_key = word(rich, "east"),
                                            .unit = word(rich, "each")};
    rich->lines[1] =
        (struct sellable_line){.item = rich->a, .location = rich->east, .quantity = 1};
    rich->lines[2] = (struct sellable_line){.item_key = word(rich, "B"),
                                            .quantity = 3,
                                            .substitutes = rich->substitutes,
                                            .substitute_count = 2};
    rich->substitutes[0].item_key = word(rich, "B");
    rich->substitutes[1].item = rich->a;
    rich->order = (struct sellable_order){.lines = rich->lines, .line_count = RICH};
    rich->event.order = &rich->order;
    if (type == SELLABLE_AMEND) {
        rich->order.key = word(rich, "O-1");
        return;
    }
    rich->lines[2].at_least = 2;
    rich->order.key = word(rich, "O-9");
    rich->order.channel_key = word(rich, "web");
    rich->order.expires_at = STAGE_NOW + 66;
    rich->order.mode = SELLABLE_PARTIAL;
    rich->order.has_date = 1;
    rich->order.date = STAGE_NOW;
    rich->order.has_precedence = 1;
    rich->order.precedence = -5;
}

static inline void rich_parts(struct rich *rich, uint32_t type) {
    rich->parts[0] = (struct sellable_part){
        .item_key = word(rich, "A"), .quantity = 1, .unit = word(rich, "each")};
    rich->parts[1] =
        (struct sellable_part){.item = rich->a, .location = rich->east, .quantity = 1};
    rich->event.parts = rich->parts;
    rich->event.part_count = 2;
    if (type == SELLABLE_RELEASE) {
        rich->event.reason = word(rich, "credit");
    }
}

static inline void rich_order(struct rich *rich, uint32_t type) {
    const struct sellable_event every = every_event(type);
    rich->event = (struct sellable_event){
        .type = type, .expires_at = every.expires_at, .quantity = every.quantity};
    if (type == SELLABLE_RESERVE || type == SELLABLE_AMEND) {
        rich_lines(rich, type);
        return;
    }
    rich->event.order_key =
        word(rich, every.order_key.bytes[every.order_key.size - 1] == '1' ? "O-1" : "O-2");
    if (type == SELLABLE_RESOURCE) {
        rich->event.item = rich->a;
        rich->event.location_key = word(rich, "east");
        rich->event.to_key = word(rich, "west");
    } else if (type != SELLABLE_CONFIRM && type != SELLABLE_EXTEND) {
        rich_parts(rich, type);
    }
}

static inline void rich_item(struct rich *rich) {
    rich->event.item_key = word(rich, "SET");
    rich->event.item_settings = &rich->item;
    rich->item = (struct sellable_item_settings){
        .set = SELLABLE_ITEM_UNIT | SELLABLE_ITEM_UNITS | SELLABLE_ITEM_COMPONENTS,
        .unset = SELLABLE_ITEM_TRACKED,
        .unit = word(rich, "set"),
        .units = rich->units,
        .unit_count = RICH,
        .components = rich->components,
        .component_count = 2};
    rich->units[0] = (struct sellable_unit){word(rich, "box"), 12, 1};
    rich->units[1] = (struct sellable_unit){word(rich, "third"), 10, 3};
    rich->units[2] = (struct sellable_unit){word(rich, "all"), LARGEST, LARGEST};
    rich->components[0] = (struct sellable_component){.item_key = word(rich, "B"), .number = 3};
    rich->components[1] = (struct sellable_component){.item = rich->a, .number = LARGEST};
}

static inline void rich_policy(struct rich *rich, uint32_t type) {
    bool all = type == SELLABLE_CHANNEL;
    rich->event.channel_key = word(rich, all ? "shop" : "web");
    if (!all) {
        rich->event.item_key = word(rich, "A");
    }
    rich->event.policy = &rich->policy;
    rich->policy = (struct sellable_policy){
        .set = all ? SELLABLE_SETTINGS_ALL : SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_CAP,
        .unset = all ? 0 : SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_UNIT,
        .locations = rich->locations,
        .location_count = 2,
        .sourcing = SELLABLE_MOST,
        .buffer = 1,
        .share = 9999,
        .precedence = -7,
        .closed = 1,
        .paused = 1,
        .backorder = 8,
        .horizon = 30,
        .unit = all ? word(rich, "each") : NO_KEY,
        .cap = LARGEST,
        .minimum = 2,
        .low = 3,
        .interval = 1000,
        .step = 4};
    rich->locations[0] = rich->west;
    rich->locations[1] = rich->east;
}

static inline void rich_ownership(struct rich *rich) {
    rich->event.ownership = &rich->ownership;
    rich->ownership = (struct sellable_ownership){.type = SELLABLE_RECEIPT,
                                                  .location_key = word(rich, "east"),
                                                  .owners = rich->owners,
                                                  .owner_count = 2};
    rich->owners[0].source_key = word(rich, "erp");
    rich->owners[1].source = rich->wms;
}

static inline void rich_master(struct rich *rich, uint32_t type) {
    rich->event = (struct sellable_event){.type = type};
    switch (type) {
    case SELLABLE_ITEM: rich_item(rich); break;
    case SELLABLE_LOCATION:
        rich->event.location_key = word(rich, "north");
        rich->event.location_settings = &rich->location;
        rich->location = (struct sellable_location_settings){
            .set = SELLABLE_LOCATION_REGION | SELLABLE_LOCATION_ACTIVE,
            .region = word(rich, "eu"),
            .active = 1};
        break;
    case SELLABLE_CHANNEL:
    case SELLABLE_POLICY: rich_policy(rich, type); break;
    case SELLABLE_HOLD: rich->event.reason = word(rich, "customs"); break;
    case SELLABLE_OWNER: rich_ownership(rich); break;
    case SELLABLE_SOURCE:
        rich->event.declares = word(rich, "3pl");
        rich->event.max_lag_given = 1;
        rich->event.max_lag = 60000;
        break;
    default: break;
    }
}

/* From nobody, with an id, a time and a correlation. */
static inline void rich_make(struct rich *rich, struct sellable *engine, uint32_t type) {
    memset(rich, 0, sizeof *rich);
    expect(sellable_item_find(engine, key_of("A"), &rich->a), OK);
    expect(sellable_location_find(engine, key_of("east"), &rich->east), OK);
    expect(sellable_location_find(engine, key_of("west"), &rich->west), OK);
    expect(sellable_source_find(engine, key_of("wms"), &rich->wms), OK);
    if (type <= SELLABLE_RETURN_DISPOSITION) {
        rich_supply(rich, type);
    } else if (type <= SELLABLE_RESOURCE) {
        rich_order(rich, type);
    } else {
        rich_master(rich, type);
    }
    rich->event.id = word(rich, "e1");
    rich->event.correlation = word(rich, "c1");
    rich->event.has_at = 1;
    rich->event.at = STAGE_NOW - 3;
}

#endif
