/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of cells and orders: whatever differs gives another, and what is back where it
 * was the same. For masters see test_audit_masters.c, for what only `full` covers
 * test_audit_full.c; what the audit says of the cells is in test_consistent.c. */
#include "audited.h"

#include "told.h"

#define DAY SELLABLE_DAY

/* ---- the scene ------------------------------------------------------------------------------- */

static void accept(struct sellable *engine, struct sellable_order order) {
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
}

/* Everything there can be, at least once. */
static struct sellable *furnished(void) {
    struct sellable *engine = bare();
    declare_hold(engine, "customs");
    kit_of(engine, "SET", "A", 2, "B", 1);
    untracked(engine, "S");
    for (int i = 0; i < 2; i++)
        channel_with(engine, i == 0 ? "web" : "vip",
                     (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                     SELLABLE_SETTING_HORIZON,
                                              .backorder = 50,
                                              .horizon = 9});
    stock(engine, "A", "east", 100);
    stock(engine, "A", "west", 30);
    stock(engine, "B", "east", 40);
    hold(engine, "A", "east", "customs", 2);
    fence(engine, "A", "east", "web", 10, 9 * DAY);
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 40);
    const struct sellable_line a[] = {line_of("A", 6)}, b[] = {line_of("B", 45)};
    const struct sellable_line set[] = {line_of("SET", 1), line_of("S", 3)};
    struct sellable_order dated = ORDER("dated", "vip", a);
    dated.has_date = 1;
    dated.date = 2 * DAY;
    accept(engine, dated);
    struct sellable_order timed = ORDER("timed", "web", a);
    timed.expires_at = DAY;
    accept(engine, timed);
    accept(engine, ORDER("kit", "vip", set));
    accept(engine, ORDER("waits", "vip", b));
    accept(engine, ORDER("part", "vip", a));
    const struct sellable_part two[] = {part_of("A", 2)};
    expect(by_parts(sellable_allocate, engine, "part", two), OK);
    accept(engine, ORDER("closed", "web", a));
    expect(release(engine, "closed"), OK);
    return engine;
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* An event: type, location, quantity, and further fields. */
#define SAY(kind, where, ...)                                                                      \
    {.type = SELLABLE_##kind,                                                                      \
     .item_key = key_of("A"),                                                                      \
     .location_key = key_of(where),                                                                \
     .quantity = __VA_ARGS__}

static void each_figure_of_a_cell_counts(void **state) {
    (void)state;
    const struct sellable_event events[] = {
        SAY(ON_HAND_ADJUST, "east", 1),
        SAY(ON_HAND_ADJUST, "east", -1),
        SAY(ON_HAND_ADJUST, "west", 1),
        SAY(ON_HAND_ADJUST, "north", 1),
        SAY(ALLOCATION_ADJUST, "east", 1),
        SAY(SAFETY_STOCK_SET, "east", 1),
        SAY(SAFETY_STOCK_SET, "west", 1),
        SAY(HOLD_PLACE, "east", 1, .reason = key_of("customs")),
        SAY(HOLD_PLACE, "east", 1, .reason = key_of("quality")),
        SAY(HOLD_PLACE, "east", 1, .reason = key_of("damage")),
        SAY(HOLD_PLACE, "west", 1, .reason = key_of("damage")),
        SAY(RING_FENCE_SET, "east", 8, .channel_key = key_of("web"), .until = 9 * DAY),
        SAY(RING_FENCE_SET, "east", 9, .channel_key = key_of("web"), .until = 9 * DAY),
        SAY(RING_FENCE_SET, "east", 9, .channel_key = key_of("web"), .until = 8 * DAY),
        SAY(RING_FENCE_SET, "east", 9, .channel_key = key_of("web")),
        SAY(RING_FENCE_SET, "east", 9, .channel_key = key_of("vip")),
        SAY(RING_FENCE_SET, "west", 9, .channel_key = key_of("vip")),
        SAY(RING_FENCE_SET, "east", 0, .channel_key = key_of("web")),
        SAY(SCHEDULE_SET, "east", 41, .reference = key_of("PO-1"), .due = 3 * DAY),
        SAY(SCHEDULE_SET, "east", 40, .reference = key_of("PO-1"), .due = 3 * DAY + 1),
        SAY(SCHEDULE_SET, "east", 0, .reference = key_of("PO-1"), .due = 3 * DAY),
        SAY(SCHEDULE_SET, "east", 1, .reference = key_of("PO-2"), .due = 3 * DAY),
        SAY(SCHEDULE_SET, "east", -1, .reference = key_of("PO-2"), .due = 3 * DAY),
        SAY(SCHEDULE_SET, "west", 1, .reference = key_of("PO-2"), .due = 3 * DAY),
        SAY(SCHEDULE_SET, "east", 1, .reference = key_of("PO-3"), .due = 3 * DAY),
    };
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i <= COUNT_OF(events); i++) {
        struct sellable *engine = furnished();
        location_of(engine, "north");
        if (i < COUNT_OF(events))
            expect(sellable_apply(engine, NULL, &events[i], NULL), OK);
        is_distinct(&seen, audited(engine).hash, "event", i);
        sellable_close(engine);
    }
}

static void a_cell_that_is_back_at_0_is_as_one_that_never_was(void **state) {
    (void)state;
    const struct {
        struct sellable_event there, back;
    } pairs[] = {
        {SAY(ON_HAND_SET, "west", 7), SAY(ON_HAND_SET, "west", 0)},
        {SAY(ON_HAND_ADJUST, "west", -7), SAY(ON_HAND_ADJUST, "west", 7)},
        {SAY(ALLOCATION_SET, "west", 7), SAY(ALLOCATION_ADJUST, "west", -7)},
        {SAY(SAFETY_STOCK_SET, "west", 7), SAY(SAFETY_STOCK_SET, "west", 0)},
        {SAY(HOLD_PLACE, "west", 7, .reason = key_of("damage")),
         SAY(HOLD_RELEASE, "west", 7, .reason = key_of("damage"))},
        {SAY(RING_FENCE_SET, "west", 7, .channel_key = key_of("web"), .until = DAY),
         SAY(RING_FENCE_SET, "west", 0, .channel_key = key_of("web"))},
        {SAY(SCHEDULE_SET, "west", 7, .reference = key_of("PO-1")),
         SAY(SCHEDULE_SET, "west", 0, .reference = key_of("PO-1"))},
    };
    struct sellable *never = bare(), *touched = bare();
    for (uint32_t i = 0; i < COUNT_OF(pairs); i++) {
        expect(sellable_apply(touched, NULL, &pairs[i].there, NULL), OK);
        assert_false(equal_hash(audited(touched).hash, audited(never).hash));
        expect(sellable_apply(touched, NULL, &pairs[i].back, NULL), OK);
        are_alike(never, touched, "a cell that is back at 0");
    }
    sellable_close(never);
    sellable_close(touched);
}

static void a_fence_that_is_used_up_counts_while_it_is_in_force(void **state) {
    (void)state;
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        stock(engines[i], "A", "east", 5);
        fence(engines[i], "A", "east", "web", 5, i == 0 ? 0 : DAY);
        expect(reserve(engines[i], "O-1", "web", "A", 5), OK);
    }
    assert_false(equal_hash(audited(engines[0]).hash, audited(engines[1]).hash));
    now_is(engines[1], DAY);
    assert_false(equal_hash(audited(engines[0]).hash, audited(engines[1]).hash));
    fence(engines[0], "A", "east", "web", 0, 0);
    are_alike(engines[0], engines[1], "both fences are gone");
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* One call on an order. */
struct act {
    enum { RESERVE, CONFIRM, EXTEND, RELEASE, ALLOCATE, DEALLOCATE, SHIP, AMEND, MOVE } verb;
    const char *order;
    int64_t number; /* quantity of A; of EXTEND the time. 0: all */
    const char *location;
    const char *channel;
    int64_t expires_at, date;
    int32_t precedence;
};

/* The verb, the order, the number, and further fields. */
#define ACT(doing, which, ...) {.verb = doing, .order = which, .number = __VA_ARGS__}

static void make(struct sellable *engine, const struct act *act) {
    struct sellable_line line = line_of("A", act->number == 0 ? 1 : act->number);
    const struct sellable_part part = part_of("A", act->number);
    const struct sellable_key key = key_of(act->order);
    uint32_t parts = act->number != 0;
    if (act->location && act->verb == RESERVE)
        line.location_key = key_of(act->location);
    const struct sellable_order order = {.key = key,
                                         .channel_key = key_of(act->channel ? act->channel : "vip"),
                                         .lines = &line,
                                         .line_count = 1,
                                         .expires_at = act->expires_at,
                                         .date = act->date,
                                         .has_date = act->date != 0,
                                         .precedence = act->precedence,
                                         .has_precedence = act->precedence != 0};
    const struct sellable_move move = {.order = key,
                                       .item_key = key_of("A"),
                                       .from_key = key_of("east"),
                                       .to_key = key_of("west"),
                                       .quantity = act->number};
    const int status = act->verb == RESERVE   ? (int)sellable_reserve(engine, NULL, &order, NULL)
                       : act->verb == CONFIRM ? (int)sellable_confirm(engine, NULL, key, NULL)
                       : act->verb == EXTEND
                           ? (int)sellable_extend(engine, NULL, key, act->number, NULL)
                       : act->verb == RELEASE
                           ? (int)sellable_release(engine, NULL, key, &part, parts, NULL)
                       : act->verb == ALLOCATE
                           ? (int)sellable_allocate(engine, NULL, key, &part, parts, NULL)
                       : act->verb == DEALLOCATE
                           ? (int)sellable_deallocate(engine, NULL, key, &part, parts, NULL)
                       : act->verb == SHIP
                           ? (int)sellable_ship(engine, NULL, key, &part, parts, NULL)
                       : act->verb == AMEND ? (int)sellable_amend(engine, NULL, &order, NULL)
                                            : (int)sellable_resource(engine, NULL, &move, NULL);
    expect(status, OK);
}

static void each_part_of_an_order_counts(void **state) {
    (void)state;
    static const struct act acts[] = {
        ACT(RESERVE, "new", 1, .location = "east"),
        ACT(RESERVE, "new", 2, .location = "east"),
        ACT(RESERVE, "new", 1, .location = "west"),
        ACT(RESERVE, "new", 1, .location = "east", .channel = "web"),
        ACT(RESERVE, "other", 1, .location = "east"),
        ACT(RESERVE, "new", 1, .location = "east", .precedence = 1),
        ACT(RESERVE, "new", 1, .location = "east", .precedence = 2),
        ACT(RESERVE, "new", 1, .location = "east", .expires_at = DAY),
        ACT(RESERVE, "new", 1, .location = "east", .expires_at = 2 * DAY),
        ACT(RESERVE, "new", 1, .location = "east", .date = DAY),
        ACT(RESERVE, "new", 1, .location = "east", .date = 2 * DAY),
        ACT(CONFIRM, "timed", 0),
        ACT(EXTEND, "timed", 2 * DAY),
        ACT(RELEASE, "timed", 1),
        ACT(RELEASE, "timed", 0),
        ACT(RELEASE, "dated", 1),
        ACT(RELEASE, "dated", 2),
        ACT(RELEASE, "dated", 0),
        ACT(RELEASE, "part", 1),
        ACT(ALLOCATE, "part", 1),
        ACT(ALLOCATE, "part", 0),
        ACT(ALLOCATE, "dated", 1),
        ACT(DEALLOCATE, "part", 1),
        ACT(SHIP, "part", 1),
        ACT(SHIP, "part", 0),
        ACT(SHIP, "dated", 1),
        ACT(AMEND, "dated", 5),
        ACT(AMEND, "dated", 6, .date = 3 * DAY),
        ACT(AMEND, "timed", 5),
        ACT(MOVE, "dated", 1),
        ACT(MOVE, "dated", 0),
    };
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i <= COUNT_OF(acts); i++) {
        struct sellable *engine = furnished();
        if (i < COUNT_OF(acts))
            make(engine, &acts[i]);
        is_distinct(&seen, audited(engine).hash, "act", i);
        sellable_close(engine);
    }
}

/* How an order came to be what it is in all of these engines: 4 of A in west, for day 2. */
struct beginning {
    const char *item, *place;
    int64_t quantity, day;
    bool waits; /* nothing is there */
};

static struct sellable *begun(const struct beginning *beginning) {
    struct sellable *engine = bare();
    bool west = strcmp(beginning->place, "west") == 0;
    location_of(engine, "south");
    location_of(engine, "north");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                 SELLABLE_SETTING_HORIZON,
                                          .backorder = 9,
                                          .horizon = 9});
    stock(engine, "A", "west", 9);
    if (!west && !beginning->waits)
        stock(engine, beginning->item, beginning->place, 9);
    struct sellable_line lines[] = {
        line_at(beginning->item, beginning->quantity, beginning->place)};
    struct sellable_order order = ORDER("begun", "web", lines);
    order.has_date = 1;
    order.date = beginning->day * DAY;
    accept(engine, order);
    lines[0] = line_at("A", 4, "west");
    order.date = 2 * DAY;
    expect(sellable_amend(engine, NULL, &order, NULL), OK);
    if (!west && !beginning->waits)
        stock(engine, beginning->item, beginning->place, 0);
    order_is(engine, "begun", "reserved A west: reserved 4, dated 4");
    return engine;
}

/* A retry is answered with the first plan and date, whatever the order has become. */
static void the_first_answer_to_an_order_counts_while_it_is_no_longer_its_plan(void **state) {
    (void)state;
    static const struct beginning beginnings[] = {
        {"A", "west", 4, 2, false},  {"A", "west", 4, 1, false},  {"A", "west", 4, 3, false},
        {"A", "west", 3, 2, false},  {"A", "west", 5, 2, false},  {"A", "north", 4, 2, false},
        {"A", "south", 4, 2, false}, {"A", "south", 4, 2, true},  {"B", "north", 4, 2, false},
    };
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(beginnings); i++) {
        struct sellable *engine = begun(&beginnings[i]);
        is_distinct(&seen, audited(engine).hash, "beginning", i);
        sellable_close(engine);
    }
}

static void the_first_answer_counts_with_the_order_of_its_plan(void **state) {
    (void)state;
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        stock(engines[i], "A", "east", 9);
        stock(engines[i], "B", "east", 9);
        const struct sellable_line first[] = {line_of(i == 0 ? "A" : "B", 1),
                                              line_of(i == 0 ? "B" : "A", 1)};
        const struct sellable_line then[] = {line_of("A", 1)};
        accept(engines[i], ORDER("O-1", "web", first));
        const struct sellable_order amended = ORDER("O-1", "web", then);
        expect(sellable_amend(engines[i], NULL, &amended, NULL), OK);
    }
    assert_false(equal_hash(audited(engines[0]).hash, audited(engines[1]).hash));
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

static void an_order_that_went_and_came_back_is_as_one_that_never_went(void **state) {
    (void)state;
    struct sellable *engine = furnished();
    const struct sellable_line lines[] = {line_at("A", 4, "east")};
    accept(engine, ORDER("moves", "vip", lines));
    const struct sellable_audit before = audited(engine);
    for (int i = 0; i < 2; i++) {
        const struct sellable_move move = {.order = key_of("moves"),
                                           .item_key = key_of("A"),
                                           .from_key = key_of(i == 0 ? "east" : "west"),
                                           .to_key = key_of(i == 0 ? "west" : "east")};
        expect(sellable_resource(engine, NULL, &move, NULL), OK);
    }
    is_back(engine, before.hash, "as if it had never gone");
    sellable_close(engine);
}

static void the_components_of_a_kit_count_as_they_were_accepted(void **state) {
    (void)state;
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        stock(engines[i], "A", "east", 9);
        /* 2 of A as two kits of one, or as one kit of two; then the kit is the same. */
        const struct sellable_line lines[] = {line_of("K", i == 0 ? 2 : 1)};
        kit_of(engines[i], "K", "A", 1 + i, NULL, 0);
        accept(engines[i], ORDER("O-1", "web", lines));
        order_is(engines[i], "O-1", "reserved A east: reserved 2");
        kit_of(engines[i], "K", "A", 3, NULL, 0);
    }
    assert_false(equal_hash(audited(engines[0]).hash, audited(engines[1]).hash));
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

static void an_order_that_is_forgotten_leaves_nothing(void **state) {
    (void)state;
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++)
        stock(engines[i], "A", "east", 9);
    expect(reserve(engines[1], "O-1", "web", "A", 3), OK);
    expect(release(engines[1], "O-1"), OK);
    assert_false(equal_hash(audited(engines[0]).hash, audited(engines[1]).hash));
    now_is(engines[1], SELLABLE_RETENTION_DEFAULT);
    are_alike(engines[0], engines[1], "the order is forgotten");
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void the_time_counts_in_full_alone(void **state) {
    (void)state;
    struct sellable *engine = furnished();
    const struct sellable_audit before = audited(engine);
    assert_false(equal_hash(before.hash, before.full));
    now_is(engine, 1);
    is_back(engine, before.hash, "later");
    assert_false(equal_hash(before.full, audited(engine).full));
    sellable_close(engine);
}

static void items_and_open_orders_are_counted(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    equal(audited(engine).items, 0);
    equal(audited(engine).orders, 0);
    sellable_close(engine);
    engine = furnished();
    equal(audited(engine).items, 5); /* A, B, K, SET, S */
    equal(audited(engine).orders, 5);
    expect(ship(engine, "part"), OK);
    equal(audited(engine).orders, 4);
    sellable_close(engine);
}

/* The hash is written down and compared elsewhere, perhaps by another version: it stays what it
 * is. */
static void the_hash_of_a_state_stays_what_it_is(void **state) {
    (void)state;
    static const uint64_t nothing[] = {UINT64_C(0x05ea23ef06e28b2d), UINT64_C(0xe5189a9599e3f862)};
    static const uint64_t all[] = {UINT64_C(0xc4daacb29a9da454), UINT64_C(0xdaf05554b794fadb)};
    struct sellable *empty = open_engine(), *full = furnished();
    const struct sellable_audit none = audited(empty), some = audited(full);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(none.hash[i], nothing[i]);
        assert_int_equal(some.hash[i], all[i]);
    }
    sellable_close(empty);
    sellable_close(full);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_of_a_cell_counts),
        cmocka_unit_test(a_cell_that_is_back_at_0_is_as_one_that_never_was),
        cmocka_unit_test(a_fence_that_is_used_up_counts_while_it_is_in_force),
        cmocka_unit_test(each_part_of_an_order_counts),
        cmocka_unit_test(the_first_answer_to_an_order_counts_while_it_is_no_longer_its_plan),
        cmocka_unit_test(the_first_answer_counts_with_the_order_of_its_plan),
        cmocka_unit_test(an_order_that_went_and_came_back_is_as_one_that_never_went),
        cmocka_unit_test(the_components_of_a_kit_count_as_they_were_accepted),
        cmocka_unit_test(an_order_that_is_forgotten_leaves_nothing),
        cmocka_unit_test(the_time_counts_in_full_alone),
        cmocka_unit_test(items_and_open_orders_are_counted),
        cmocka_unit_test(the_hash_of_a_state_stays_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
