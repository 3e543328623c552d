/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of an order after it was accepted: its timeout, and every transition by line and
 * quantity, over several locations, with stock that waits. */
#include "told.h"

typedef enum sellable_status verb(struct sellable *engine, struct sellable_worker *worker,
                                  struct sellable_key order, const struct sellable_part *parts,
                                  uint32_t part_count, struct sellable_answer *answer);

static verb *const verbs[] = {sellable_release, sellable_allocate, sellable_deallocate,
                              sellable_ship};

static enum sellable_status some(verb *act, struct sellable *engine, const char *order,
                                 int64_t quantity) {
    const struct sellable_part parts[] = {part_of("A", quantity)};
    return by_parts(act, engine, order, parts);
}

static enum sellable_status all(verb *act, struct sellable *engine, const char *order) {
    return act(engine, NULL, key_of(order), NULL, 0, NULL);
}

/* web ships from east, then west; so many of A are in each. */
static struct sellable *stocked(int64_t east, int64_t west) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", east);
    stock(engine, "A", "west", west);
    return engine;
}

static enum sellable_status extend(struct sellable *engine, const char *order, int64_t time) {
    return sellable_extend(engine, NULL, key_of(order), time, NULL);
}

/* ---- the timeout ----------------------------------------------------------------------------- */

static void extend_moves_a_timeout_that_is_running(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    expect(reserve_until(engine, "O-1", "web", "A", 2, 100, NULL), OK);
    expect(reserve_until(engine, "O-2", "web", "A", 1, 100, NULL), OK);
    expect(extend(engine, "O-1", 200), OK);
    expect(extend(engine, "O-2", 50), OK); /* sooner, too */
    equal(order_of(engine, "O-1").expires_at, 200);
    now_is(engine, 50);
    order_is(engine, "O-2", "expired A east: released 1");
    now_is(engine, 199);
    order_is(engine, "O-1", "reserved A east: reserved 2");
    expect(extend(engine, "O-1", 300), OK);
    expect(extend(engine, "O-1", 200), OK);
    now_is(engine, 200);
    order_is(engine, "O-1", "expired A east: released 2");
    equal(promisable(engine, "web", "A"), 5);
    now_is(engine, 300);
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void extend_and_confirm_need_an_open_order_and_extend_a_timeout(void **state) {
    (void)state;
    struct sellable *engine = stocked(50, 0);
    const char *const running[] = {"expired", "confirmed", "allocated", "shipped", "released",
                                   "part"};
    expect(reserve(engine, "without", "web", "A", 1), OK);
    for (size_t i = 0; i < COUNT_OF(running); i++) {
        expect(reserve_until(engine, running[i], "web", "A", 2, i == 0 ? 50 : 100, NULL), OK);
    }
    expect(confirm(engine, "confirmed"), OK);
    expect(all(sellable_allocate, engine, "allocated"), OK);
    expect(ship(engine, "shipped"), OK);
    expect(release(engine, "released"), OK);
    expect(some(sellable_ship, engine, "part", 1), OK);
    now_is(engine, 50);
    expect(extend(engine, "without", 900), WRONG_STATE);
    for (size_t i = 0; i < COUNT_OF(running); i++) {
        expect(extend(engine, running[i], 900), WRONG_STATE);
        equal(order_of(engine, running[i]).expires_at, 0);
    }
    now_is(engine, 100);
    order_is(engine, "confirmed", "reserved A east: reserved 2");
    order_is(engine, "allocated", "allocated A east: allocated 2");
    order_is(engine, "part", "reserved A east: reserved 1, shipped 1");
    expect(confirm(engine, "without"), OK);
    expect(confirm(engine, "confirmed"), OK);
    expect(confirm(engine, "allocated"), OK);
    expect(confirm(engine, "part"), OK);
    expect(confirm(engine, "expired"), WRONG_STATE);
    expect(confirm(engine, "shipped"), WRONG_STATE);
    expect(confirm(engine, "released"), WRONG_STATE);
    sellable_close(engine);
}

static void extend_says_what_is_wrong(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    now_is(engine, 10);
    expect(reserve_until(engine, "O-1", "web", "A", 2, 100, NULL), OK);
    struct reply reply;
    const int64_t wrong[] = {10, 9, 0, -1, SELLABLE_TIME_MAX + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        expect(sellable_extend(engine, NULL, key_of("O-1"), wrong[i], empty(&reply)), INVALID);
        assert_string_equal(reply.answer.field, "expires_at");
        assert_non_null(reply.answer.reason);
    }
    expect(sellable_extend(engine, NULL, key_of(""), 200, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "key");
    expect(sellable_extend(engine, NULL, key_of("O-9"), 200, empty(&reply)), UNKNOWN_ORDER);
    assert_string_equal(reply.answer.field, "key");
    equal(order_of(engine, "O-1").expires_at, 100);
    expect(extend(engine, "O-1", 11), OK);
    expect(extend(engine, "O-1", SELLABLE_TIME_MAX), OK);
    sellable_close(engine);
}

static void part_of_an_order_that_was_released_does_not_end_its_timeout(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    expect(reserve_until(engine, "O-1", "web", "A", 4, 100, NULL), OK);
    expect(some(sellable_release, engine, "O-1", 1), OK);
    equal(order_of(engine, "O-1").expires_at, 100);
    now_is(engine, 100);
    order_is(engine, "O-1", "expired A east: released 4");
    cell_is(engine, "A", "east", "on_hand 5");
    sellable_close(engine);
}

/* ---- by line and quantity -------------------------------------------------------------------- */

static void every_transition_goes_by_quantity(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 0);
    takes(engine, "O-1", "web", "A", 7, "7 A east");
    expect(some(sellable_allocate, engine, "O-1", 4), OK);
    order_is(engine, "O-1", "reserved A east: reserved 3, allocated 4");
    cell_is(engine, "A", "east", "on_hand 10, allocated 4, reserved 3");
    equal(promisable(engine, "web", "A"), 3);
    expect(some(sellable_deallocate, engine, "O-1", 1), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4, allocated 3");
    expect(some(sellable_ship, engine, "O-1", 5), OK); /* 3 that are allocated, 2 reserved */
    order_is(engine, "O-1", "reserved A east: reserved 2, shipped 5");
    cell_is(engine, "A", "east", "on_hand 5, reserved 2");
    expect(some(sellable_release, engine, "O-1", 1), OK);
    expect(all(sellable_allocate, engine, "O-1"), OK);
    order_is(engine, "O-1", "allocated A east: allocated 1, shipped 5, released 1");
    expect(all(sellable_deallocate, engine, "O-1"), OK);
    expect(release(engine, "O-1"), OK); /* the rest, after a partial shipment */
    order_is(engine, "O-1", "shipped A east: shipped 5, released 2");
    cell_is(engine, "A", "east", "on_hand 5");
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void more_than_there_is_or_nothing_is_wrong_state_and_does_nothing(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 3);
    stock(engine, "B", "east", 5);
    const struct sellable_line lines[] = {line_of("A", 6), line_of("B", 1)};
    accepted(engine, &ORDER("O-1", "web", lines), "6 A east, 1 B east");
    expect(some(sellable_allocate, engine, "O-1", 2), OK);
    const int64_t most[] = {4, 4, 2, 6}; /* release, allocate, deallocate, ship */
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        const struct sellable_part twice[] = {part_of("A", most[i]), part_of("A", 1)};
        const struct sellable_part second[] = {part_of("A", 1), part_of("B", 2)};
        const struct sellable_part elsewhere[] = {part_at("A", 1, "west")};
        expect(some(verbs[i], engine, "O-1", most[i] + 1), WRONG_STATE);
        expect(by_parts(verbs[i], engine, "O-1", twice), WRONG_STATE);
        expect(by_parts(verbs[i], engine, "O-1", second), WRONG_STATE);
        expect(by_parts(verbs[i], engine, "O-1", elsewhere), WRONG_STATE);
        order_is(engine, "O-1",
                 "reserved A east: reserved 4, allocated 2; B east: reserved 1");
        cell_is(engine, "A", "east", "on_hand 10, allocated 2, reserved 4");
        cell_is(engine, "B", "east", "on_hand 5, reserved 1");
    }
    expect(all(sellable_deallocate, engine, "O-1"), OK);
    expect(all(sellable_deallocate, engine, "O-1"), WRONG_STATE); /* there is nothing */
    expect(all(sellable_allocate, engine, "O-1"), OK);
    expect(all(sellable_allocate, engine, "O-1"), WRONG_STATE);
    expect(release(engine, "O-1"), WRONG_STATE);
    expect(ship(engine, "O-1"), OK);
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        expect(all(verbs[i], engine, "O-1"), WRONG_STATE);
        expect(some(verbs[i], engine, "O-1", 1), WRONG_STATE);
    }
    order_is(engine, "O-1", "shipped A east: shipped 6; B east: shipped 1");
    sellable_close(engine);
}

static void parts_say_what_is_wrong_with_them(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 3);
    counted_in(engine, "A", "third", 1, 3);
    item_of(engine, "B");
    takes(engine, "O-1", "web", "A", 6, "6 A east");
    expect(some(sellable_allocate, engine, "O-1", 3), OK);
    const struct {
        struct sellable_part part;
        const char *field;
        int status;
    } wrong[] = {
        {{.item_key = key_of("A"), .quantity = 0}, "parts.quantity", SELLABLE_INVALID},
        {{.item_key = key_of("A"), .quantity = -1}, "parts.quantity", SELLABLE_INVALID},
        {{.item_key = key_of("A"), .quantity = LARGEST + 1}, "parts.quantity", SELLABLE_INVALID},
        {{.item_key = key_of("A"), .quantity = 3, .unit = key_of("case")},
         "parts.unit", SELLABLE_INVALID},
        {{.item_key = key_of("A"), .quantity = 4, .unit = key_of("third")},
         "parts.unit", SELLABLE_INVALID},
        {{.item_key = key_of("C"), .quantity = 1}, "parts.item", SELLABLE_UNKNOWN_ITEM},
        {{.item = {77}, .quantity = 1}, "parts.item", SELLABLE_UNKNOWN_ITEM},
        {{.quantity = 1}, "parts.item", SELLABLE_UNKNOWN_ITEM},
        {{.item_key = key_of("A"), .location_key = key_of("north"), .quantity = 1},
         "parts.location", SELLABLE_UNKNOWN_LOCATION},
        {{.item_key = key_of("A"), .location = {77}, .quantity = 1},
         "parts.location", SELLABLE_UNKNOWN_LOCATION},
        {{.item_key = key_of("B"), .quantity = 1}, NULL, SELLABLE_WRONG_STATE},
    };
    static struct sellable_part many[SELLABLE_LINES_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = part_of("A", 1);
    }
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        struct reply reply;
        for (size_t j = 0; j < COUNT_OF(wrong); j++) {
            const struct sellable_part parts[] = {part_of("A", 1), wrong[j].part};
            enum sellable_status status =
                verbs[i](engine, NULL, key_of("O-1"), parts, 2, empty(&reply));
            equal(status, wrong[j].status);
            if (wrong[j].field) {
                assert_non_null(reply.answer.field);
                assert_string_equal(reply.answer.field, wrong[j].field);
                assert_non_null(reply.answer.reason);
                equal(reply.answer.line, 1);
            } else {
                assert_null(reply.answer.field);
            }
        }
        expect(verbs[i](engine, NULL, key_of("O-1"), many, COUNT_OF(many), empty(&reply)),
               INVALID);
        assert_string_equal(reply.answer.field, "parts");
        expect(verbs[i](engine, NULL, key_of("O-9"), many, 1, empty(&reply)), UNKNOWN_ORDER);
        assert_string_equal(reply.answer.field, "key");
        expect(verbs[i](engine, NULL, key_of(""), many, 1, empty(&reply)), INVALID);
        assert_string_equal(reply.answer.field, "key");
        order_is(engine, "O-1", "reserved A east: reserved 3, allocated 3");
        cell_is(engine, "A", "east", "on_hand 10, allocated 3, reserved 3");
    }
    const struct sellable_part thirds[] = {
        {.item = item_of(engine, "A"), .unit = key_of("third"), .quantity = 6}};
    expect(by_parts(sellable_ship, engine, "O-1", thirds), OK);
    order_is(engine, "O-1", "reserved A east: reserved 3, allocated 1, shipped 2");
    sellable_close(engine);
}

/* ---- over several locations ------------------------------------------------------------------ */

static void transitions_go_in_the_order_filled_and_release_in_the_reverse(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 9);
    takes(engine, "O-1", "web", "A", 6, "3 A east, 3 A west");
    expect(some(sellable_allocate, engine, "O-1", 4), OK);
    order_is(engine, "O-1", "reserved A east: allocated 3; A west: reserved 2, allocated 1");
    expect(some(sellable_deallocate, engine, "O-1", 2), OK);
    order_is(engine, "O-1",
             "reserved A east: reserved 2, allocated 1; A west: reserved 2, allocated 1");
    expect(some(sellable_release, engine, "O-1", 3), OK);
    order_is(engine, "O-1",
             "reserved A east: reserved 1, allocated 1, released 1; "
             "A west: allocated 1, released 2");
    expect(some(sellable_ship, engine, "O-1", 2), OK); /* what is allocated, everywhere */
    order_is(engine, "O-1",
             "reserved A east: reserved 1, shipped 1, released 1; A west: shipped 1, released 2");
    cell_is(engine, "A", "west", "on_hand 8");
    sellable_close(engine);
}

static void parts_with_a_location_are_taken_before_those_without(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 9);
    takes(engine, "O-1", "web", "A", 6, "3 A east, 3 A west");
    const struct sellable_part parts[] = {part_of("A", 2), part_at("A", 2, "east")};
    expect(by_parts(sellable_allocate, engine, "O-1", parts), OK); /* 2 and 1 of east, 1 of west */
    order_is(engine, "O-1", "reserved A east: allocated 3; A west: reserved 2, allocated 1");
    const struct sellable_part back[] = {part_of("A", 1), part_at("A", 2, "west")};
    expect(by_parts(sellable_release, engine, "O-1", back), WRONG_STATE);
    const struct sellable_part ships[] = {part_of("A", 1), part_at("A", 3, "west")};
    expect(by_parts(sellable_ship, engine, "O-1", ships), OK);
    order_is(engine, "O-1", "allocated A east: allocated 2, shipped 1; A west: shipped 3");
    cell_is(engine, "A", "west", "on_hand 6");
    cell_is(engine, "A", "east", "on_hand 2, allocated 2");
    sellable_close(engine);
}

/* ---- what the warehouse says meanwhile ------------------------------------------------------- */

static void what_orders_take_off_allocated_stops_at_0(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 0);
    takes(engine, "O-1", "web", "A", 4, "4 A east");
    takes(engine, "O-2", "web", "A", 4, "4 A east");
    expect(all(sellable_allocate, engine, "O-1"), OK);
    expect(all(sellable_allocate, engine, "O-2"), OK);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 5), OK);
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 6, allocated 1");
    expect(all(sellable_deallocate, engine, "O-2"), OK);
    cell_is(engine, "A", "east", "on_hand 6, reserved 4");
    order_is(engine, "O-2", "reserved A east: reserved 4");
    sellable_close(engine);
}

static void a_transition_beyond_the_largest_quantity_is_overflow(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    takes(engine, "O-1", "web", "A", 5, "5 A east");
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, LARGEST), OK);
    expect(all(sellable_allocate, engine, "O-1"), OVERFLOW); /* allocated */
    order_is(engine, "O-1", "reserved A east: reserved 5");
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 0), OK);
    expect(all(sellable_allocate, engine, "O-1"), OK);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 0), OK);
    stock(engine, "A", "east", -LARGEST + 4);
    expect(ship(engine, "O-1"), OVERFLOW);                            /* on_hand */
    expect(all(sellable_deallocate, engine, "O-1"), OVERFLOW);        /* net */
    order_is(engine, "O-1", "allocated A east: allocated 5");
    cell_is(engine, "A", "east", "on_hand -999999999999996");
    stock(engine, "A", "east", -LARGEST + 5);
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand -1000000000000000");
    sellable_close(engine);
}

/* ---- what waits ------------------------------------------------------------------------------ */

static void allocate_and_ship_take_what_waits_last(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    takes(engine, "O-1", "web", "A", 6, "6 A east (3 wait)");
    expect(some(sellable_allocate, engine, "O-1", 4), OK);
    order_is(engine, "O-1", "reserved A east: reserved 2, waiting 2, allocated 4");
    cell_is(engine, "A", "east", "on_hand 3, allocated 4, backordered 2");
    expect(some(sellable_release, engine, "O-1", 1), OK);
    cell_is(engine, "A", "east", "on_hand 3, allocated 4, backordered 1");
    expect(all(sellable_deallocate, engine, "O-1"), OK); /* of 5, 2 of them waiting still */
    cell_is(engine, "A", "east", "on_hand 3, reserved 3, backordered 2");
    expect(some(sellable_ship, engine, "O-1", 4), OK);
    order_is(engine, "O-1", "reserved A east: reserved 1, waiting 1, shipped 4, released 1");
    cell_is(engine, "A", "east", "on_hand -1, backordered 1");
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand -2");
    sellable_close(engine);
}

static void what_waits_is_released_first(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    takes(engine, "O-1", "web", "A", 6, "6 A east (3 wait)");
    expect(some(sellable_release, engine, "O-1", 2), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4, waiting 1, released 2");
    cell_is(engine, "A", "east", "on_hand 3, reserved 3, backordered 1");
    equal(promisable(engine, "web", "A"), 3);
    expect(some(sellable_release, engine, "O-1", 2), OK);
    cell_is(engine, "A", "east", "on_hand 3, reserved 2");
    equal(promisable(engine, "web", "A"), 5);
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 3");
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extend_moves_a_timeout_that_is_running),
        cmocka_unit_test(extend_and_confirm_need_an_open_order_and_extend_a_timeout),
        cmocka_unit_test(extend_says_what_is_wrong),
        cmocka_unit_test(part_of_an_order_that_was_released_does_not_end_its_timeout),
        cmocka_unit_test(every_transition_goes_by_quantity),
        cmocka_unit_test(more_than_there_is_or_nothing_is_wrong_state_and_does_nothing),
        cmocka_unit_test(parts_say_what_is_wrong_with_them),
        cmocka_unit_test(transitions_go_in_the_order_filled_and_release_in_the_reverse),
        cmocka_unit_test(parts_with_a_location_are_taken_before_those_without),
        cmocka_unit_test(what_orders_take_off_allocated_stops_at_0),
        cmocka_unit_test(a_transition_beyond_the_largest_quantity_is_overflow),
        cmocka_unit_test(allocate_and_ship_take_what_waits_last),
        cmocka_unit_test(what_waits_is_released_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
