/* SPDX-License-Identifier: Apache-2.0
 *
 * A stage on which one event of each type can be applied, and that event. */
#ifndef SELLABLE_TESTS_EVERY_EVENT_H
#define SELLABLE_TESTS_EVERY_EVENT_H

#include "events.h"

#define STAGE_NOW (10 * SELLABLE_DAY)

/* A: 20 in east and 15 in west, as counted at 0; of which are held 3 (quality) and 4 (inspection)
 * in east; 5 are on their way there as PO-1, and 3 to west as the transfer T-0. O-1 has 2 reserved,
 * with a timeout; O-2 has 2 allocated. Nobody owns anything; erp and wms may send. */
static inline struct sellable *stage_with(struct sellable_options options) {
    struct sellable *engine = open_with(options);
    item_of(engine, "A");
    item_of(engine, "B");
    location_of(engine, "east");
    location_of(engine, "west");
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    source_of(engine, "erp");
    source_of(engine, "wms");
    stock(engine, "A", "east", 23);
    stock(engine, "A", "west", 15);
    now_is(engine, STAGE_NOW);
    hold(engine, "A", "east", "quality", 3);
    hold(engine, "A", "east", "inspection", 4);
    schedule(engine, "A", "east", "PO-1", STAGE_NOW + SELLABLE_DAY, 5);
    applies(engine, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"), .quantity = 3,
            .reference = key_of("T-0"), .due = STAGE_NOW + SELLABLE_DAY);
    expect(reserve_until(engine, "O-1", "web", "A", 2, STAGE_NOW + SELLABLE_DAY, NULL), OK);
    expect(reserve(engine, "O-2", "web", "A", 2), OK);
    expect(sellable_allocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    return engine;
}

static inline struct sellable *set_stage(void) {
    return stage_with((struct sellable_options){.items = 0});
}

static inline struct sellable_event supply_of_every(uint32_t type) {
    struct sellable_event event = {
        .type = type, OF("A", "east"), .quantity = 1, .reason = key_of("quality")};
    switch (type) {
    case SELLABLE_ON_HAND_SET: event.quantity = 30; break;
    case SELLABLE_RING_FENCE_SET: event.channel_key = key_of("web"); break;
    case SELLABLE_SCHEDULE_SET:
        event.reference = key_of("PO-2");
        event.due = STAGE_NOW + SELLABLE_DAY;
        break;
    case SELLABLE_RECEIPT: event.reference = key_of("PO-1"); break;
    case SELLABLE_TRANSFER_SHIP:
        event.to_key = key_of("west");
        event.reference = key_of("T-1");
        event.due = STAGE_NOW + SELLABLE_DAY;
        break;
    case SELLABLE_TRANSFER_RECEIVE:
        event.item_key = event.location_key = NO_KEY;
        event.reference = key_of("T-0");
        break;
    case SELLABLE_RETURN_DISPOSITION: event.outcome = SELLABLE_RESTOCK; break;
    default: break;
    }
    return event;
}

static inline struct sellable_event order_of_every(uint32_t type) {
    static const struct sellable_line line = {.item_key = {"A", 1}, .quantity = 1};
    static const struct sellable_order fresh = {.key = {"O-9", 3},
                                                .channel_key = {"web", 3},
                                                .lines = &line,
                                                .line_count = 1},
                                       amended = {.key = {"O-1", 3},
                                                  .lines = &line,
                                                  .line_count = 1};
    struct sellable_event event = {.type = type, .order_key = key_of("O-1")};
    switch (type) {
    case SELLABLE_RESERVE:
    case SELLABLE_AMEND:
        event.order_key = NO_KEY;
        event.order = type == SELLABLE_RESERVE ? &fresh : &amended;
        break;
    case SELLABLE_EXTEND: event.expires_at = STAGE_NOW + 2 * SELLABLE_DAY; break;
    case SELLABLE_DEALLOCATE:
    case SELLABLE_SHIP: event.order_key = key_of("O-2"); break;
    case SELLABLE_RESOURCE:
        event.item_key = key_of("A");
        event.location_key = key_of("east");
        event.to_key = key_of("west");
        event.quantity = 1;
        break;
    default: break;
    }
    return event;
}

static inline struct sellable_event master_of_every(uint32_t type) {
    static const struct sellable_item_settings item = {.set = SELLABLE_ITEM_UNIT,
                                                       .unit = {"each", 4}};
    static const struct sellable_location_settings location = {.set = SELLABLE_LOCATION_REGION,
                                                               .region = {"eu", 2}};
    static const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER, .buffer = 1};
    static const struct sellable_owner erp = {.source_key = {"erp", 3}};
    static const struct sellable_ownership ownership = {
        .owned = SELLABLE_OWNED_SAFETY_STOCK, .owners = &erp, .owner_count = 1};
    struct sellable_event event = {.type = type};
    switch (type) {
    case SELLABLE_ITEM:
        event.item_key = key_of("C");
        event.item_settings = &item;
        break;
    case SELLABLE_LOCATION:
        event.location_key = key_of("north");
        event.location_settings = &location;
        break;
    case SELLABLE_CHANNEL:
        event.channel_key = key_of("shop");
        event.policy = &policy;
        break;
    case SELLABLE_POLICY:
        event.item_key = key_of("A");
        event.channel_key = key_of("web");
        event.policy = &policy;
        break;
    case SELLABLE_HOLD: event.reason = key_of("customs"); break;
    case SELLABLE_OWNER: event.ownership = &ownership; break;
    case SELLABLE_SOURCE: event.declares = key_of("3pl"); break;
    default: break;
    }
    return event;
}

/* One of this type that the stage takes, of no source. */
static inline struct sellable_event every_event(uint32_t type) {
    return type <= SELLABLE_RETURN_DISPOSITION ? supply_of_every(type)
           : type <= SELLABLE_RESOURCE         ? order_of_every(type)
                                               : master_of_every(type);
}

/* Whether a source can send it: of `owner` and `source` the source that they name is no sender. */
static inline bool has_sender(uint32_t type) {
    return type != SELLABLE_OWNER && type != SELLABLE_SOURCE;
}

/* for each type of an event */
#define EACH_TYPE(type)                                                                            \
    uint32_t type = SELLABLE_ON_HAND_SET;                                                          \
    type < SELLABLE_EVENT_TYPES_END;                                                               \
    type++

/* All that is kept of an engine, of its exceptions too. */
struct sums {
    uint64_t hash[2], full[2];
};

static inline struct sums sums_of(struct sellable *engine) {
    struct sellable_audit audit;
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(audit.consistent, 1);
    return (struct sums){{audit.hash[0], audit.hash[1]}, {audit.full[0], audit.full[1]}};
}

static inline void same_sums_at(struct sellable *one, struct sellable *other, bool full,
                                const char *file, int line) {
    struct sums a = sums_of(one), b = sums_of(other);
    equal_at(memcmp(a.hash, b.hash, sizeof a.hash), 0, "the hashes differ", file, line);
    if (full) {
        equal_at(memcmp(a.full, b.full, sizeof a.full), 0, "the full hashes differ", file, line);
    }
}
#define same_hash(one, other) same_sums_at(one, other, false, __FILE__, __LINE__)
#define same_full(one, other) same_sums_at(one, other, true, __FILE__, __LINE__)

#endif
