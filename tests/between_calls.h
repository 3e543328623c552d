/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_between.c: a scene in which everything that can be promised is, and the calls that
 * change it or ask about it. */
#ifndef SELLABLE_TESTS_BETWEEN_CALLS_H
#define SELLABLE_TESTS_BETWEEN_CALLS_H

#include "between_views.h"

#define KEY(text) {text, sizeof text - 1}
#define DUE (2 * SELLABLE_DAY)

enum { STARTED = 1000, TIMEOUT = 2000, FENCE_END = 3000 };
enum { EAST = 1, NORTH = 2, WEST = 3 };

/* ---- orders ---------------------------------------------------------------------------------- */

#define LINES(...)                                                                                 \
    .lines = (const struct sellable_line[]){__VA_ARGS__},                                          \
    .line_count = sizeof((const struct sellable_line[]){__VA_ARGS__}) / sizeof(struct sellable_line)
#define WEB .channel_key = KEY("web")

enum asked {
    PLAIN, LINED, KITS, PARTIAL, SUBSTITUTED, LOCATED, DATED, BEYOND, OF_SHOP, /* new */
    OPEN, TIMED, LATER, OF_KIT, WAITING, ON_FLOOR,                             /* in the scene */
    AMENDED
};

static const struct sellable_order asked[] = {
    [PLAIN] = {.key = KEY("n-plain"), WEB, LINES({.item_key = KEY("A"), .quantity = 9})},
    [LINED] = {.key = KEY("n-lined"), WEB, .expires_at = TIMEOUT,
               LINES({.item_key = KEY("B"), .quantity = 3}, {.item_key = KEY("A"), .quantity = 6},
                     {.item_key = KEY("S"), .quantity = 1})},
    [KITS] = {.key = KEY("n-kits"), WEB, LINES({.item_key = KEY("K"), .quantity = 4})},
    [PARTIAL] = {.key = KEY("n-partial"), WEB, .mode = SELLABLE_PARTIAL,
                 LINES({.item_key = KEY("A"), .quantity = 900, .at_least = 2},
                       {.item_key = KEY("B"), .quantity = 2})},
    [SUBSTITUTED] = {.key = KEY("n-substituted"), WEB,
                     LINES({.item_key = KEY("C"), .quantity = 5, .substitute_count = 2,
                            .substitutes =
                                (const struct sellable_substitute[]){{.item_key = KEY("K")},
                                                                     {.item_key = KEY("B")}}})},
    [LOCATED] = {.key = KEY("n-located"), WEB,
                 LINES({.item_key = KEY("B"), .quantity = 4, .location_key = KEY("west")},
                       {.item_key = KEY("B"), .quantity = 1})},
    [DATED] = {.key = KEY("n-dated"), WEB, .has_date = 1, .date = DUE,
               LINES({.item_key = KEY("D"), .quantity = 7}, {.item_key = KEY("A"), .quantity = 2})},
    [BEYOND] = {.key = KEY("n-beyond"), WEB, .has_precedence = 1, .precedence = 2,
                LINES({.item_key = KEY("E"), .quantity = 8})},
    [OF_SHOP] = {.key = KEY("n-plain"), .channel_key = KEY("shop"),
                 LINES({.item_key = KEY("A"), .quantity = 6})},
    [OPEN] = {.key = KEY("open"), WEB,
              LINES({.item_key = KEY("A"), .quantity = 8}, {.item_key = KEY("B"), .quantity = 2})},
    [TIMED] = {.key = KEY("timed"), WEB, .expires_at = TIMEOUT,
               LINES({.item_key = KEY("A"), .quantity = 3})},
    [LATER] = {.key = KEY("later"), WEB, .has_date = 1, .date = DUE,
               LINES({.item_key = KEY("D"), .quantity = 6})},
    [OF_KIT] = {.key = KEY("of-kit"), WEB, LINES({.item_key = KEY("K"), .quantity = 2})},
    [WAITING] = {.key = KEY("waiting"), WEB, LINES({.item_key = KEY("E"), .quantity = 10})},
    [ON_FLOOR] = {.key = KEY("on-floor"), WEB, LINES({.item_key = KEY("A"), .quantity = 2})},
    [AMENDED] = {.key = KEY("open"), LINES({.item_key = KEY("B"), .quantity = 5},
                                           {.item_key = KEY("A"), .quantity = 9})},
};

static void call_reserve(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    tell_answer(engine, said, sellable_reserve(engine, NULL, &asked[which], with_room(&roomy)),
                &roomy.answer);
}

static void call_amend(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    tell_answer(engine, said, sellable_amend(engine, NULL, &asked[which], with_room(&roomy)),
                &roomy.answer);
}

static void call_resource(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_move move = {.order = asked[which].key,
                                       .item_key = KEY("A"),
                                       .from = {EAST},
                                       .to = {WEST},
                                       .quantity = 4};
    struct roomy roomy;
    tell_answer(engine, said, sellable_resource(engine, NULL, &move, with_room(&roomy)),
                &roomy.answer);
}

typedef enum sellable_status on_parts(struct sellable *engine, struct sellable_worker *worker,
                                      struct sellable_key order, const struct sellable_part *parts,
                                      uint32_t part_count, struct sellable_answer *answer);

/* Three of A; of a kit one; of what waits a part. */
static void act(struct sellable *engine, on_parts *on, uint32_t which, struct text *said) {
    const struct sellable_part part = {.item_key = which == OF_KIT    ? key_of("K")
                                                   : which == WAITING ? key_of("E")
                                                                      : key_of("A"),
                                       .quantity = which == OF_KIT ? 1 : which == ON_FLOOR ? 2 : 3};
    struct roomy roomy;
    tell_answer(engine, said, on(engine, NULL, asked[which].key, &part, 1, with_room(&roomy)),
                &roomy.answer);
}

static void call_release(struct sellable *engine, uint32_t which, struct text *said) {
    act(engine, sellable_release, which, said);
}
static void call_ship(struct sellable *engine, uint32_t which, struct text *said) {
    act(engine, sellable_ship, which, said);
}
static void call_allocate(struct sellable *engine, uint32_t which, struct text *said) {
    act(engine, sellable_allocate, which, said);
}
static void call_deallocate(struct sellable *engine, uint32_t which, struct text *said) {
    act(engine, sellable_deallocate, which, said);
}

static void call_extend(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_extend(engine, NULL, asked[which].key, DUE, NULL));
}

/* Past a timeout, the end of a fence, and a date. */
static void call_advance(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_advance(engine, NULL, DUE + 1, NULL));
}

/* ---- masters and supply ---------------------------------------------------------------------- */

static void call_units(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_unit units[] = {{KEY("case"), 6, 1}, {KEY("pair"), 2, 1}};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 2};
    (void)which;
    tell_status(said, sellable_item_put(engine, NULL, key_of("A"), &settings, NULL, NULL));
}

static void call_components(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_component components[] = {{.item_key = KEY("B"), .number = 1},
                                                    {.item_key = KEY("C"), .number = 1}};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = components, .component_count = 2};
    (void)which;
    tell_status(said, sellable_item_put(engine, NULL, key_of("K"), &settings, NULL, NULL));
}

static void call_region(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_location_settings settings = {
        .set = SELLABLE_LOCATION_REGION, .region = KEY("coast")};
    (void)which;
    tell_status(said, sellable_location_put(engine, NULL, key_of("west"), &settings, NULL, NULL));
}

static void call_inactive(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_location_settings settings = {.set = SELLABLE_LOCATION_ACTIVE};
    (void)which;
    tell_status(said, sellable_location_put(engine, NULL, key_of("east"), &settings, NULL, NULL));
}

static void call_locations(struct sellable *engine, uint32_t which, struct text *said) {
    static const struct sellable_location locations[] = {{WEST}, {EAST}};
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS |
                                                  SELLABLE_SETTING_BUFFER,
                                           .locations = locations,
                                           .location_count = 2,
                                           .buffer = 3};
    (void)which;
    tell_status(said, sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, NULL));
}

static void call_policy(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_scope scope = {.item_key = KEY("A")};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_CAP, .share = 6000, .cap = 7};
    (void)which;
    tell_status(said, sellable_policy_put(engine, NULL, &scope, &policy, NULL));
}

enum said_event { SUPPLY_COMES, DEMAND_COMES, FENCE_SET, FENCE_GONE, COUNTED, COUNTED_WAITED };

static const struct sellable_event events[] = {
    [SUPPLY_COMES] = {.type = SELLABLE_SCHEDULE_SET, .item_key = KEY("D"), .location = {EAST},
                      .reference = KEY("PO-2"), .due = DUE - 5, .quantity = 11},
    [DEMAND_COMES] = {.type = SELLABLE_SCHEDULE_SET, .item_key = KEY("A"), .location = {EAST},
                      .reference = KEY("a longer reference"), .due = DUE + 9, .quantity = -2},
    [FENCE_SET] = {.type = SELLABLE_RING_FENCE_SET, .item_key = KEY("B"), .location = {EAST},
                   .channel_key = KEY("shop"), .quantity = 4, .until = FENCE_END},
    [FENCE_GONE] = {.type = SELLABLE_RING_FENCE_SET, .item_key = KEY("A"), .location = {EAST},
                    .channel_key = KEY("web"), .quantity = 0},
    [COUNTED] = {.type = SELLABLE_ON_HAND_SET, .item_key = KEY("A"), .location = {WEST},
                 .quantity = 17},
    [COUNTED_WAITED] = {.type = SELLABLE_ON_HAND_SET, .item_key = KEY("E"), .location = {EAST},
                        .quantity = 9},
};

static void call_apply(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    tell_answer(engine, said, sellable_apply(engine, NULL, &events[which], with_room(&roomy)),
                &roomy.answer);
}

/* ---- questions ------------------------------------------------------------------------------- */

static const char *const asked_items[] = {"A", "D", "K"};

static void call_available(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_question question = {.item_key = key_of(asked_items[which]),
                                               .channel_key = KEY("web"),
                                               .order = asked[OPEN].key};
    struct sellable_availability availability;
    tell_status(said, sellable_available(engine, &question, &availability));
    text_add(said, " %" PRId64 " %" PRId64, availability.promisable, availability.published);
}

static void call_explain(struct sellable *engine, uint32_t which, struct text *said) {
    struct sellable_term terms[TOLD_LOCATIONS];
    char because[200];
    const struct sellable_question question = {.item_key = key_of(asked_items[which]),
                                               .channel_key = KEY("web")};
    struct sellable_explanation why = {.terms = terms,
                                       .because = because,
                                       .term_capacity = TOLD_LOCATIONS,
                                       .because_capacity = sizeof because};
    tell_status(said, sellable_explain(engine, &question, &why));
    text_add(said, " %s: %" PRId64 " of %" PRId64 " for %" PRId64, because, why.published, why.pool,
             why.date);
    for (uint32_t i = 0; i < why.term_count && i < TOLD_LOCATIONS; i++)
        tell_term(said, &terms[i]);
}

static void call_cell(struct sellable *engine, uint32_t which, struct text *said) {
    tell_cell(engine, said,
              (struct sellable_place){.item_key = key_of(asked_items[which]), .location = {EAST}});
}

static void call_orders(struct sellable *engine, uint32_t which, struct text *said) {
    struct telling telling = {engine, said};
    const struct sellable_selection selection = {.item_key = key_of(asked_items[which])};
    text_add(said, "all ");
    tell_status(said, sellable_orders(engine, NULL, &selection, tell_visited, &telling));
}

static int tell_waiting(void *context, const struct sellable_waiting *waiting) {
    text_key(context, waiting->order);
    text_add(context, " %u %" PRId64, waiting->location.id, waiting->quantity);
    return 0;
}

static void call_waiting(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_selection selection = {.item_key = KEY("E")};
    (void)which;
    text_add(said, "all");
    tell_status(said, sellable_waiting(engine, NULL, &selection, tell_waiting, said));
}

/* ---- the list -------------------------------------------------------------------------------- */

/* `asks`: it changes nothing that another call could meet. */
static const struct listed {
    const char *name;
    between_call *make;
    uint32_t which;
    bool asks;
} listed[] = {
    {"reserve", call_reserve, PLAIN, false},
    {"reserve lines", call_reserve, LINED, false},
    {"reserve a kit", call_reserve, KITS, false},
    {"reserve a part", call_reserve, PARTIAL, false},
    {"reserve with substitutes", call_reserve, SUBSTITUTED, false},
    {"reserve at a location", call_reserve, LOCATED, false},
    {"reserve for a date", call_reserve, DATED, false},
    {"reserve beyond stock", call_reserve, BEYOND, false},
    {"reserve the same key", call_reserve, OF_SHOP, false},
    {"amend", call_amend, AMENDED, false},
    {"resource", call_resource, OPEN, false},
    {"release a part", call_release, OPEN, false},
    {"release a kit", call_release, OF_KIT, false},
    {"release what waits", call_release, WAITING, false},
    {"ship a part", call_ship, OPEN, false},
    {"ship what waits", call_ship, WAITING, false},
    {"allocate a part", call_allocate, TIMED, false},
    {"allocate a kit", call_allocate, OF_KIT, false},
    {"deallocate", call_deallocate, ON_FLOOR, false},
    {"extend", call_extend, TIMED, false},
    {"advance", call_advance, 0, false},
    {"units", call_units, 0, false},
    {"another kit", call_components, 0, false},
    {"a region", call_region, 0, false},
    {"an inactive location", call_inactive, 0, false},
    {"a channel's locations", call_locations, 0, false},
    {"an item's policy", call_policy, 0, false},
    {"supply", call_apply, SUPPLY_COMES, false},
    {"demand", call_apply, DEMAND_COMES, false},
    {"a fence", call_apply, FENCE_SET, false},
    {"a fence less", call_apply, FENCE_GONE, false},
    {"a count", call_apply, COUNTED, false},
    {"a count of what waits", call_apply, COUNTED_WAITED, false},
    {"available", call_available, 0, true},
    {"available for a date", call_available, 1, true},
    {"available of a kit", call_available, 2, true},
    {"explain", call_explain, 0, true},
    {"explain for a date", call_explain, 1, true},
    {"cell", call_cell, 0, true},
    {"cell with a schedule", call_cell, 1, true},
    {"orders", call_orders, 0, true},
    {"waiting", call_waiting, 0, true},
    {"shortages", call_shortages, 0, true},
    {"a view", call_view, 0, true},
    {"a fork", call_fork, 0, true},
};

/* ---- the scene ------------------------------------------------------------------------------- */

static struct sellable *open_scene(void) {
    struct sellable *engine = open_guarded();
    static const char *const items[] = {"A", "B", "C", "D", "E"};
    for (size_t i = 0; i < COUNT_OF(items); i++)
        item_of(engine, items[i]);
    equal(location_of(engine, "east").id, EAST);
    equal(location_of(engine, "north").id, NORTH);
    equal(location_of(engine, "west").id, WEST);
    const struct sellable_location_settings coast = {.set = SELLABLE_LOCATION_REGION,
                                                     .region = KEY("coast")};
    location_with(engine, "north", coast);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    struct sellable_location region;
    expect(sellable_region_find(engine, key_of("coast"), &region), OK);
    channel_with(engine, "shop",
                 (struct sellable_policy){
                     .set = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SOURCING,
                     .locations = &region,
                     .location_count = 1,
                     .sourcing = SELLABLE_MOST});
    kit_of(engine, "K", "A", 2, "B", 1);
    untracked(engine, "S");
    now_is(engine, STARTED);
    stock(engine, "A", "east", 20);
    stock(engine, "A", "north", 8);
    stock(engine, "A", "west", 10);
    stock(engine, "B", "east", 10);
    stock(engine, "B", "west", 7);
    stock(engine, "C", "east", 3);
    stock(engine, "D", "east", 2);
    stock(engine, "E", "east", 4);
    schedule(engine, "D", "east", "PO-1", DUE - 10, 20);
    fence(engine, "A", "east", "web", 12, FENCE_END);
    fence(engine, "B", "west", "shop", 2, 0);
    policy_for(engine, "web", "E",
               (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 20});
    for (uint32_t order = OPEN; order <= ON_FLOOR; order++)
        expect(sellable_reserve(engine, NULL, &asked[order], NULL), OK);
    expect(sellable_allocate(engine, NULL, asked[ON_FLOOR].key, NULL, 0, NULL), OK);
    expect(reserve(engine, "short", "web", "C", 2), OK); /* until what is scheduled comes */
    hold(engine, "C", "east", "quality", 2);
    schedule(engine, "C", "east", "PO-3", DUE, 1);
    return engine;
}

#endif
