/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of views: an engine in which every rule about a figure counts somewhere, and calls that
 * change all of it. */
#ifndef SELLABLE_TESTS_MOTLEY_H
#define SELLABLE_TESTS_MOTLEY_H

#include "picture.h"
#include "told.h"

static const int64_t MOTLEY_NOW = 20 * SELLABLE_DAY;

#define SET(NAME) SELLABLE_SETTING_##NAME

/* One setting or some, of a channel, an item in a channel or in all. */
#define with(engine, channel, item, ...)                                                           \
    policy_for(engine, channel, item, (struct sellable_policy){__VA_ARGS__})

static inline struct sellable_location region_of(struct sellable *engine, const char *key) {
    struct sellable_location region = {0};
    expect(sellable_region_find(engine, key_of(key), &region), OK);
    return region;
}

static inline void in_region(struct sellable *engine, const char *location, const char *region) {
    location_with(engine, location,
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of(region)});
}

/* Channels: one for each setting. */
static inline void motley_channels(struct sellable *engine) {
    const struct sellable_location order[] = {location_of(engine, "west"),
                                              region_of(engine, "us")};
    const struct sellable_location north[] = {location_of(engine, "north")};
    channel_of(engine, "plain");
    with(engine, "part", NULL, .set = SET(SHARE) | SET(BUFFER), .share = 3333, .buffer = 2);
    with(engine, "shut", NULL, .set = SET(CLOSED), .closed = 1);
    with(engine, "shown", NULL, .set = SET(CAP) | SET(MINIMUM) | SET(LOW), .cap = 20,
         .minimum = 5, .low = 8);
    with(engine, "least", NULL, .set = SET(MINIMUM), .minimum = 10);
    with(engine, "cases", NULL, .set = SET(UNIT), .unit = key_of("case"));
    with(engine, "single", NULL, .set = SET(SOURCING), .sourcing = SELLABLE_SINGLE);
    with(engine, "most", NULL, .set = SET(SOURCING) | SET(LOCATIONS), .sourcing = SELLABLE_MOST,
         .locations = order, .location_count = 2);
    with(engine, "beyond", NULL, .set = SET(BACKORDER), .backorder = 7);
    with(engine, "ahead", NULL, .set = SET(HORIZON), .horizon = 10);
    with(engine, "nowhere", NULL, .set = SET(LOCATIONS) | SET(BACKORDER), .backorder = 9);
    with(engine, "north", NULL, .set = SET(LOCATIONS) | SET(BACKORDER), .locations = north,
         .location_count = 1, .backorder = 4);
    with(engine, "vip", NULL, .set = SET(PRECEDENCE) | SET(PAUSED), .precedence = 5, .paused = 1);
}

static inline void motley_items(struct sellable *engine) {
    const struct sellable_location west[] = {location_of(engine, "west")};
    const struct sellable_location us[] = {region_of(engine, "us")};
    item_of(engine, "bare");
    counted_in(engine, "cased", "case", 12, 1);
    item_of(engine, "fenced");
    item_of(engine, "dated");
    item_of(engine, "waited");
    item_of(engine, "listed");
    with(engine, NULL, "listed", .set = SET(LOCATIONS) | SET(CAP), .locations = west,
         .location_count = 1, .cap = 30);
    with(engine, "ahead", "listed", .set = SET(LOCATIONS) | SET(HORIZON), .locations = us,
         .location_count = 1, .horizon = 2);
    untracked(engine, "service");
    kit_of(engine, "pair", "bare", 2, "dated", 1);
    kit_of(engine, "soon", "service", 1, "dated", 1);
    kit_of(engine, "set", "fenced", 3, NULL, 0);
    with(engine, "plain", "set", .set = SET(CAP) | SET(LOW), .cap = 3, .low = 3);
    with(engine, NULL, "pair", .set = SET(MINIMUM), .minimum = 2);
    with(engine, "beyond", "pair", .set = SET(CLOSED), .closed = 1);
    with(engine, NULL, "dated", .set = SET(BUFFER), .buffer = 1);
    with(engine, "part", "dated", .set = SET(HORIZON), .horizon = 4);
}

static inline void motley_stock(struct sellable *engine) {
    static const char *const locations[] = {"east", "west", "south", "north", "far", "farther"};
    for (size_t i = 0; i < COUNT_OF(locations); i++) { /* more than a row's line has */
        stock(engine, "wide", locations[i], (int64_t)(10 * (i + 1)));
    }
    stock(engine, "bare", "east", 31);
    stock(engine, "bare", "west", 17);
    stock(engine, "bare", "north", 9);
    hold(engine, "bare", "west", "damage", 4);
    stock(engine, "cased", "east", 50);
    stock(engine, "cased", "south", 30);
    stock(engine, "fenced", "west", 40);
    fence(engine, "fenced", "west", "plain", 20, 0);
    fence(engine, "fenced", "west", "vip", 12, MOTLEY_NOW + SELLABLE_DAY);
    fence(engine, "fenced", "west", "ahead", 15, 0);
    with(engine, "ahead", "fenced", .set = SET(PRECEDENCE), .precedence = 9);
    stock(engine, "dated", "east", 25);
    schedule(engine, "dated", "east", "PO-1", MOTLEY_NOW + 3 * SELLABLE_DAY, 40);
    schedule(engine, "dated", "east", "WO-1", MOTLEY_NOW + 5 * SELLABLE_DAY, -5);
    schedule(engine, "dated", "west", "PO-2", MOTLEY_NOW - SELLABLE_DAY, 11); /* overdue */
    stock(engine, "waited", "east", 5);
    stock(engine, "listed", "west", 44);
    stock(engine, "listed", "east", 45);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "listed", "east", NULL, 6), OK);
    stock(engine, "lacking", "east", -8);
    stock(engine, "lacking", "west", 8);
    stock(engine, "nothing", "east", 0); /* a balance, of nothing */
    expect(say(engine, SELLABLE_ALLOCATION_SET, "cased", "south", NULL, 3), OK);
}

static inline void motley_orders(struct sellable *engine) {
    const struct sellable_line two[] = {line_of("bare", 20), line_of("cased", 1)};
    const struct sellable_line kits[] = {line_of("pair", 2), line_of("service", 3)};
    const struct sellable_line later[] = {line_of("dated", 30)};
    struct sellable_order dated = ORDER("dated", "ahead", later);
    dated.date = MOTLEY_NOW + 4 * SELLABLE_DAY;
    dated.has_date = 1;
    accepted(engine, &ORDER("two", "plain", two), "20 bare east, 1 cased east");
    accepted(engine, &ORDER("kits", "plain", kits), "4 bare east, 2 dated east, 3 service east");
    accepted(engine, &dated, "30 dated east");
    takes(engine, "waits", "beyond", "waited", 9, "9 waited east (4 wait)");
    takes(engine, "drawn", "plain", "fenced", 6, "6 fenced west");
    takes(engine, "gone", "plain", "bare", 1, "1 bare east");
    expect(release(engine, "gone"), OK);
    takes(engine, "sent", "plain", "cased", 7, "7 cased east");
    expect(ship(engine, "sent"), OK);
    takes(engine, "picked", "plain", "cased", 5, "5 cased east");
    const struct sellable_part some[] = {part_of("cased", 3)};
    expect(by_parts(sellable_allocate, engine, "picked", some), OK);
    expect(reserve_until(engine, "held", "plain", "wide", 25, MOTLEY_NOW + 1000, NULL), OK);
}

/* All of that into an engine that is new. */
static inline void motley_in(struct sellable *engine) {
    now_is(engine, MOTLEY_NOW);
    in_region(engine, "east", "us");
    in_region(engine, "north", "us");
    location_of(engine, "west");
    active(engine, "south", 0);
    motley_channels(engine);
    motley_items(engine);
    motley_stock(engine);
    motley_orders(engine);
}

static inline struct sellable *motley_with(const struct sellable_options *options) {
    struct sellable *engine = NULL;
    expect(sellable_open(options, &engine), OK);
    motley_in(engine);
    return engine;
}

static inline struct sellable *motley(void) { return motley_with(NULL); }

/* Each kind of thing becomes another: so many rounds of it differ. */
static inline void change_all(struct sellable *engine, int64_t round) {
    char key[32];
    stock(engine, "bare", "east", 60 + round);
    stock(engine, "wide", "farther", 5 + round);
    hold(engine, "bare", "west", "quality", 1);
    fence(engine, "fenced", "west", "vip", 3 + round % 4, 0);
    schedule(engine, "dated", "east", "PO-1", MOTLEY_NOW + (2 + round) * SELLABLE_DAY, 50 + round);
    schedule(engine, "nothing", "west", "PO-9", MOTLEY_NOW + 9 * SELLABLE_DAY, 1 + round);
    (void)snprintf(key, sizeof key, "new %lld", (long long)round);
    (void)reserve(engine, key, "plain", "bare", 1 + round % 5); /* while there are any */
    (void)snprintf(key, sizeof key, "item %lld", (long long)round);
    stock(engine, key, "west", round);
    (void)snprintf(key, sizeof key, "place %lld", (long long)round);
    location_of(engine, key);
    (void)snprintf(key, sizeof key, "channel %lld", (long long)round);
    channel_of(engine, key);
    kit_of(engine, "pair", "bare", 1 + round % 3, "listed", 1);
    active(engine, "east", (uint32_t)(round % 2));
    active(engine, "south", (uint32_t)(1 - round % 2));
    in_region(engine, "west", round % 2 ? "us" : "eu");
    with(engine, "part", NULL, .set = SET(SHARE) | SET(LOCATIONS), .share = 5000,
         .locations = &(struct sellable_location){1}, .location_count = 1);
    with(engine, "shut", NULL, .unset = SET(CLOSED));
    with(engine, "plain", NULL, .set = SET(PRECEDENCE) | SET(BUFFER),
         .precedence = (int32_t)round, .buffer = round);
    with(engine, "ahead", NULL, .set = SET(HORIZON), .horizon = 3 + round % 7);
    with(engine, NULL, "listed", .unset = SET(LOCATIONS), .set = SET(SHARE), .share = 9000);
    with(engine, NULL, "dated", .set = SET(MINIMUM), .minimum = 3 + round);
}

/* What becomes of the orders and of the time: once. */
static inline void change_orders(struct sellable *engine) {
    expect(ship(engine, "two"), OK);
    expect(release(engine, "kits"), OK);
    expect(sellable_allocate(engine, NULL, key_of("waits"), NULL, 0, NULL), OK);
    expect(ship(engine, "picked"), OK);
    now_is(engine, MOTLEY_NOW + 12 * SELLABLE_DAY);
    assert_string_equal(state_of(engine, "held"), "expired");
}

#endif
