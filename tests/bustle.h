/* SPDX-License-Identifier: Apache-2.0
 *
 * For races of those who look at everything (changes, views, audits): a firm in which everything
 * that can change does. Several hundred items at four locations, kits, five channels; each call of
 * bustle does one thing at random. What it is answered is not looked at: other races do that. */
#ifndef SELLABLE_TESTS_BUSTLE_H
#define SELLABLE_TESTS_BUSTLE_H

#include "crew.h"

enum {
    BUSTLE_ITEMS = 400, /* with handles 1, 2, ..; the last of them are kits */
    BUSTLE_KITS = 12,
    BUSTLE_PLAIN = BUSTLE_ITEMS - BUSTLE_KITS,
    BUSTLE_HOT = 6, /* of which half of all is */
    BUSTLE_LOCATIONS = 4,
    BUSTLE_ORDERS = 3000000 /* keys of each member */
};

/* Channels, by handle. */
enum { WEB_SHOP = 1, MARKET, PARTNERS, OUTLET, VIP, BUSTLE_CHANNELS = VIP };

struct bustle {
    uint64_t orders[CREW_MOST]; /* asked for, of each member */
};

static inline struct sellable_item bustle_item(struct random *random, bool kits) {
    uint32_t most = kits ? BUSTLE_ITEMS : BUSTLE_PLAIN;
    bool hot = random_percent(random, 50);
    uint32_t number = hot ? 1 + random_below(random, BUSTLE_HOT) * (BUSTLE_PLAIN / BUSTLE_HOT)
                          : 1 + random_below(random, most);
    return (struct sellable_item){number};
}

static inline struct sellable_location bustle_location(struct random *random) {
    return (struct sellable_location){1 + random_below(random, BUSTLE_LOCATIONS)};
}

static inline struct sellable_channel bustle_channel(struct random *random) {
    return (struct sellable_channel){1 + random_below(random, BUSTLE_CHANNELS)};
}

/* ---- orders ---------------------------------------------------------------------------------- */

static inline void bustle_order(struct member *member, struct bustle *bustle, bool amends) {
    struct random *random = &member->random;
    struct crew_key key;
    struct sellable_line lines[3];
    uint64_t *orders = &bustle->orders[member->number];
    uint64_t number = amends ? random_next(random) % (*orders + 1) : (*orders)++;
    struct sellable_order order = {
        .key = numbered(&key, "O", (uint64_t)member->number * BUSTLE_ORDERS + number),
        .channel = bustle_channel(random),
        .lines = lines,
        .line_count = 1 + random_below(random, COUNT_OF(lines)),
        .mode = random_percent(random, 20) ? SELLABLE_PARTIAL : SELLABLE_ALL};
    int64_t now = sellable_now(member->engine);
    for (uint32_t i = 0; i < order.line_count; i++)
        lines[i] = (struct sellable_line){.item = bustle_item(random, true),
                                          .quantity = random_between(random, 1, 4)};
    if (random_percent(random, 30))
        order.expires_at = now + random_between(random, 1, SELLABLE_DAY);
    if (random_percent(random, 15)) {
        order.has_date = 1;
        order.date = now + random_between(random, 0, SELLABLE_DAY);
        order.channel.id = PARTNERS;
    }
    (void)!(amends ? sellable_amend(member->engine, member->worker, &order, NULL)
                   : sellable_reserve(member->engine, member->worker, &order, NULL));
}

static inline void bustle_follow(struct member *member, const struct bustle *bustle) {
    struct random *random = &member->random;
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    struct crew_key text;
    uint64_t orders = bustle->orders[member->number];
    uint64_t recent = orders < 40 ? orders : 40;
    struct sellable_key key =
        numbered(&text, "O", (uint64_t)member->number * BUSTLE_ORDERS + orders - recent +
                                 random_next(random) % (recent + 1));
    switch (random_below(random, 6)) {
    case 0:
    case 1:
        (void)!sellable_release(engine, worker, key, NULL, 0, NULL);
        break;
    case 2:
        (void)!sellable_ship(engine, worker, key, NULL, 0, NULL);
        break;
    case 3:
        (void)!sellable_allocate(engine, worker, key, NULL, 0, NULL);
        break;
    case 4:
        (void)!sellable_deallocate(engine, worker, key, NULL, 0, NULL);
        break;
    default:
        (void)!sellable_confirm(engine, worker, key, NULL);
        break;
    }
}

/* ---- supply ---------------------------------------------------------------------------------- */

static inline void bustle_supply(struct member *member) {
    static const uint32_t types[] = {
        SELLABLE_ON_HAND_SET,       SELLABLE_ON_HAND_ADJUST,  SELLABLE_ON_HAND_ADJUST,
        SELLABLE_HOLD_PLACE,        SELLABLE_HOLD_RELEASE,    SELLABLE_ALLOCATION_ADJUST,
        SELLABLE_SAFETY_STOCK_SET,  SELLABLE_RING_FENCE_SET,  SELLABLE_RING_FENCE_SET,
        SELLABLE_SCHEDULE_SET,      SELLABLE_SCHEDULE_SET,    SELLABLE_RECEIPT,
        SELLABLE_TRANSFER_SHIP,     SELLABLE_RETURN_RECEIVE,  SELLABLE_RETURN_DISPOSITION};
    static const char *const references[] = {"PO-1", "PO-2", "PO-3"};
    struct random *random = &member->random;
    int64_t now = sellable_now(member->engine);
    struct crew_key transfer;
    struct sellable_event event = {.type = types[random_below(random, COUNT_OF(types))],
                                   .item = bustle_item(random, false),
                                   .location = bustle_location(random),
                                   .to = bustle_location(random),
                                   .channel = bustle_channel(random),
                                   .quantity = random_between(random, 1, 30),
                                   .reference = key_of(references[random_below(random, 3)]),
                                   .outcome = SELLABLE_RESTOCK,
                                   .due = now + random_between(random, 1, 3 * SELLABLE_DAY)};
    if (event.type == SELLABLE_HOLD_PLACE || event.type == SELLABLE_HOLD_RELEASE)
        event.reason = key_of("quality");
    if (event.type == SELLABLE_ON_HAND_ADJUST || event.type == SELLABLE_ALLOCATION_ADJUST)
        event.quantity = random_between(random, -10, 10);
    if (event.type == SELLABLE_SCHEDULE_SET)
        event.quantity = random_between(random, -5, 30);
    if (event.type == SELLABLE_RING_FENCE_SET && random_percent(random, 70))
        event.until = now + random_between(random, 1, 2 * SELLABLE_DAY);
    if (event.type == SELLABLE_TRANSFER_SHIP)
        event.reference = numbered(&transfer, "T", random_next(random) % 100000);
    if (random_percent(random, 20)) /* with an id, it goes another way */
        event.id = numbered(&transfer, "E", random_next(random));
    (void)!sellable_apply(member->engine, member->worker, &event, NULL);
}

/* ---- settings -------------------------------------------------------------------------------- */

/* Those of VIP are the test's own, and nobody pauses. */
static inline void bustle_policy(struct member *member) {
    static const struct sellable_location turned[] = {{3}, {1}, {4}};
    struct random *random = &member->random;
    struct sellable_scope scope = {.channel = {1 + random_below(random, BUSTLE_CHANNELS - 1)}};
    if (random_percent(random, 70))
        scope.item = bustle_item(random, true);
    if (scope.item.id != 0 && random_percent(random, 40))
        scope.channel.id = 0;
    static const uint32_t some[] = {
        SELLABLE_SETTING_SHARE,      SELLABLE_SETTING_BUFFER,  SELLABLE_SETTING_CAP,
        SELLABLE_SETTING_MINIMUM,    SELLABLE_SETTING_LOW,     SELLABLE_SETTING_CLOSED,
        SELLABLE_SETTING_PRECEDENCE, SELLABLE_SETTING_HORIZON, SELLABLE_SETTING_BACKORDER,
        SELLABLE_SETTING_SOURCING,   SELLABLE_SETTING_LOCATIONS};
    uint32_t setting = some[random_below(random, COUNT_OF(some))];
    bool sets = random_percent(random, 60);
    const struct sellable_policy policy = {.set = sets ? setting : 0,
                                           .unset = sets ? 0 : setting,
                                           .share = (int32_t)random_below(random, 10001),
                                           .buffer = random_between(random, 0, 20),
                                           .cap = random_between(random, 1, 60),
                                           .minimum = random_between(random, 0, 9),
                                           .low = random_between(random, 0, 20),
                                           .closed = random_below(random, 2),
                                           .precedence = (int32_t)random_below(random, 3),
                                           .horizon = random_between(random, 0, 3),
                                           .backorder = random_between(random, 0, 9),
                                           .sourcing = random_below(random, 3),
                                           .locations = turned,
                                           .location_count = random_below(random, 4)};
    (void)!sellable_policy_put(member->engine, member->worker, &scope, &policy, NULL);
}

static inline void bustle_place(struct member *member) {
    struct crew_key key;
    const struct sellable_location_settings settings = {
        .set = SELLABLE_LOCATION_ACTIVE, .active = random_percent(&member->random, 70)};
    (void)!sellable_location_put(
        member->engine, member->worker,
        numbered(&key, "L", random_below(&member->random, BUSTLE_LOCATIONS)), &settings, NULL,
        NULL);
}

/* A kit is made of other items. */
static inline void bustle_kit(struct member *member) {
    struct random *random = &member->random;
    struct crew_key key;
    struct sellable_component components[2] = {{.item = bustle_item(random, false), .number = 1},
                                               {.item = bustle_item(random, false), .number = 2}};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_COMPONENTS,
        .components = components,
        .component_count = components[0].item.id == components[1].item.id ? 1 : 2};
    (void)!sellable_item_put(
        member->engine, member->worker,
        numbered(&key, "I", BUSTLE_PLAIN + random_below(random, BUSTLE_KITS)), &settings, NULL,
        NULL);
}

static inline void bustle_time(struct member *member) {
    int64_t step = random_between(&member->random, 1, SELLABLE_DAY / 24);
    (void)!sellable_advance(member->engine, member->worker, sellable_now(member->engine) + step,
                            NULL);
}

/* ---- anything -------------------------------------------------------------------------------- */

/* One thing; what changes all that a channel sees is rare. */
static inline void bustle(struct member *member, struct bustle *bustle) {
    uint32_t chance = random_below(&member->random, 1000);
    if (chance < 380)
        bustle_order(member, bustle, false);
    else if (chance < 420)
        bustle_order(member, bustle, true);
    else if (chance < 640)
        bustle_follow(member, bustle);
    else if (chance < 960)
        bustle_supply(member);
    else if (chance < 980)
        bustle_policy(member);
    else if (chance < 982)
        bustle_place(member);
    else if (chance < 987)
        bustle_kit(member);
    else
        bustle_time(member);
}

/* ---- the scene ------------------------------------------------------------------------------- */

static inline struct sellable *open_bustle(int64_t quantity) {
    struct sellable *engine = open_stocked(BUSTLE_PLAIN, BUSTLE_LOCATIONS, quantity, 0);
    static const char *const names[] = {"web", "market", "partners", "outlet", "vip"};
    for (uint32_t i = 0; i < BUSTLE_CHANNELS; i++)
        equal(channel_of(engine, names[i]).id, i + 1);
    for (uint32_t i = BUSTLE_PLAIN; i < BUSTLE_ITEMS; i++) {
        struct sellable_item item;
        struct crew_key key;
        const struct sellable_component components[] = {{.item = {1 + i % 7}, .number = 1},
                                                        {.item = {20 + i % 30}, .number = 2}};
        const struct sellable_item_settings kit = {.set = SELLABLE_ITEM_COMPONENTS,
                                                   .components = components,
                                                   .component_count = COUNT_OF(components)};
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), &kit, &item, NULL), OK);
        equal(item.id, i + 1);
    }
    channel_with(engine, "market",
                 (struct sellable_policy){.set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW,
                                          .cap = 50,
                                          .low = 5});
    channel_with(engine, "partners",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 2});
    expect(sellable_advance(engine, NULL, SELLABLE_DAY, NULL), OK);
    return engine;
}

#endif
