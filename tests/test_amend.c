/* SPDX-License-Identifier: Apache-2.0
 *
 * A promise that changes in one step: amend (other lines, another date) and resource (another
 * location). What is there is never given up unless the new one holds. */
#include "told.h"

#define DAY SELLABLE_DAY

/* web ships from east, then west; so many of A are in each; O-1 has some of them. */
static struct sellable *promised(int64_t east, int64_t west, int64_t quantity, const char *plan) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", east);
    stock(engine, "A", "west", west);
    takes(engine, "O-1", "web", "A", quantity, plan);
    return engine;
}

static enum sellable_status amend(struct sellable *engine, const struct sellable_line *lines,
                                  uint32_t count, struct reply *reply) {
    const struct sellable_order order = {
        .key = key_of("O-1"), .lines = lines, .line_count = count};
    return sellable_amend(engine, NULL, &order, empty(reply));
}

static enum sellable_status amend_to(struct sellable *engine, const char *item, int64_t quantity,
                                     struct reply *reply) {
    const struct sellable_line line = line_of(item, quantity);
    return amend(engine, &line, 1, reply);
}

static enum sellable_status resource(struct sellable *engine, const char *from, const char *to,
                                     int64_t quantity, struct reply *reply) {
    const struct sellable_move move = {.order = key_of("O-1"),
                                       .item_key = key_of("A"),
                                       .from_key = key_of(from),
                                       .to_key = key_of(to),
                                       .quantity = quantity};
    return sellable_resource(engine, NULL, &move, empty(reply));
}

/* ---- amend ----------------------------------------------------------------------------------- */

static void amend_counts_the_orders_own_promise_as_free(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 3, 6, "5 A east, 1 A west");
    struct reply reply;
    expect(amend_to(engine, "A", 8, &reply), OK);
    plan_is_at(engine, &reply, "5 A east, 3 A west", __FILE__, __LINE__);
    equal(promisable(engine, "web", "A"), 0);
    expect(amend_to(engine, "A", 2, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 2");
    cell_is(engine, "A", "east", "on_hand 5, reserved 2");
    cell_is(engine, "A", "west", "on_hand 3");
    sellable_close(engine);
}

static void the_old_promise_is_kept_where_the_new_one_does_not_hold(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 3, 6, "5 A east, 1 A west");
    stock(engine, "B", "west", 1);
    struct reply reply;
    expect(amend_to(engine, "A", 9, &reply), INSUFFICIENT);
    misfits_are_at(engine, &reply, "A 9>8", __FILE__, __LINE__);
    const struct sellable_line lines[] = {line_of("A", 1), line_of("B", 2)};
    expect(amend(engine, lines, 2, &reply), INSUFFICIENT);
    misfits_are_at(engine, &reply, "B 2>1", __FILE__, __LINE__);
    order_is(engine, "O-1", "reserved A east: reserved 5; A west: reserved 1");
    cell_is(engine, "A", "east", "on_hand 5, reserved 5");
    cell_is(engine, "B", "west", "on_hand 1");
    sellable_close(engine);
}

static void amend_changes_all_lines_in_one_step(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 3, 6, "5 A east, 1 A west");
    stock(engine, "B", "west", 4);
    stock(engine, "C", "east", 4);
    kit_of(engine, "SET", "C", 2, "B", 1);
    const struct sellable_line lines[] = {line_at("A", 2, "west"), line_of("SET", 1)};
    struct reply reply;
    expect(amend(engine, lines, 2, &reply), OK);
    plan_is_at(engine, &reply, "2 A west, 2 C east, 1 B west", __FILE__, __LINE__);
    order_is(engine, "O-1", "reserved A west: reserved 2; C east: reserved 2; B west: reserved 1");
    cell_is(engine, "A", "east", "on_hand 5");
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "west", "on_hand 1");
    sellable_close(engine);
}

static void amend_keeps_the_timeout_the_precedence_and_the_first_answer(void **state) {
    (void)state;
    struct sellable *engine = promised(9, 3, 1, "1 A east");
    const struct sellable_line lines[] = {line_of("A", 4)};
    struct sellable_order order = ORDER("O-2", "web", lines);
    order.expires_at = 100;
    order.has_precedence = 1;
    order.precedence = -7;
    accepted(engine, &order, "4 A east");
    const struct sellable_line more[] = {line_of("A", 10)};
    const struct sellable_order amended = {/* the rest is not looked at */
                                           .key = key_of("O-2"),
                                           .channel_key = key_of("nobody"),
                                           .lines = more,
                                           .line_count = 1,
                                           .expires_at = -5,
                                           .mode = 9,
                                           .precedence = 99999999};
    struct reply reply;
    expect(sellable_amend(engine, NULL, &amended, empty(&reply)), OK);
    plan_is_at(engine, &reply, "8 A east, 2 A west", __FILE__, __LINE__);
    struct sellable_order_view view = order_of(engine, "O-2");
    equal(view.expires_at, 100);
    equal(view.has_precedence, 1);
    equal(view.precedence, -7);
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), DUPLICATE);
    plan_is_at(engine, &reply, "4 A east", __FILE__, __LINE__);
    struct sellable_order other = order;
    other.lines = more;
    expect(sellable_reserve(engine, NULL, &other, empty(&reply)), CONFLICT);
    now_is(engine, 100);
    order_is(engine, "O-2", "expired A east: released 8; A west: released 2");
    cell_is(engine, "A", "east", "on_hand 9, reserved 1");
    sellable_close(engine);
}

static void amend_gives_the_fence_back_and_draws_on_it_anew(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_of(engine, "shop");
    stock(engine, "A", "east", 10);
    fence(engine, "A", "east", "web", 4, 0);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    takes(engine, "O-2", "shop", "A", 5, "5 A east");
    struct reply reply;
    expect(amend_to(engine, "A", 6, &reply), INSUFFICIENT);
    misfits_are_at(engine, &reply, "A 6>5", __FILE__, __LINE__);
    expect(amend_to(engine, "A", 5, &reply), OK);
    cell_is(engine, "A", "east", "on_hand 10, reserved 10");
    expect(amend_to(engine, "A", 1, &reply), OK);
    cell_is(engine, "A", "east", "on_hand 10, reserved 6, fence web 3");
    sellable_close(engine);
}

static void amend_says_what_is_wrong(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 3, 2, "2 A east");
    const char *const closed[] = {"released", "shipped", "allocated", "shipped in part"};
    for (size_t i = 0; i < COUNT_OF(closed); i++) {
        expect(reserve(engine, closed[i], "web", "A", 1 + (i == 3)), OK);
    }
    const struct sellable_part one[] = {part_of("A", 1)};
    expect(release(engine, "released"), OK);
    expect(ship(engine, "shipped"), OK);
    expect(sellable_allocate(engine, NULL, key_of("allocated"), NULL, 0, NULL), OK);
    expect(by_parts(sellable_ship, engine, "shipped in part", one), OK);
    const struct sellable_line good[] = {line_of("A", 1)};
    struct reply reply;
    for (size_t i = 0; i < COUNT_OF(closed); i++) {
        const struct sellable_order order = ORDER(closed[i], "web", good);
        expect(sellable_amend(engine, NULL, &order, empty(&reply)), WRONG_STATE);
    }
    struct sellable_order order = ORDER("O-9", "web", good);
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), UNKNOWN_ORDER);
    assert_string_equal(reply.answer.field, "key");
    order.key = key_of("");
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "key");
    const struct {
        struct sellable_line line;
        int status;
        const char *field;
    } wrong[] = {
        {{.item_key = key_of("A"), .quantity = 0}, SELLABLE_INVALID, "lines.quantity"},
        {{.item_key = key_of("A"), .quantity = 1, .unit = key_of("case")},
         SELLABLE_INVALID, "lines.unit"},
        {{.item_key = key_of("C"), .quantity = 1}, SELLABLE_UNKNOWN_ITEM, "lines.item"},
        {{.item_key = key_of("A"), .quantity = 1, .location_key = key_of("north")},
         SELLABLE_UNKNOWN_LOCATION, "lines.location"},
        {{.item_key = key_of("A"), .quantity = LARGEST}, SELLABLE_OVERFLOW, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct sellable_line lines[] = {line_of("A", 1), wrong[i].line};
        equal(amend(engine, lines, 2, &reply), wrong[i].status);
        if (wrong[i].field) {
            assert_non_null(reply.answer.field);
            assert_string_equal(reply.answer.field, wrong[i].field);
            equal(reply.answer.line, 1);
        }
    }
    expect(amend(engine, good, 0, &reply), INVALID);
    assert_string_equal(reply.answer.field, "line_count");
    order = ORDER("O-1", "web", good);
    order.has_date = 1;
    order.date = DAY; /* beyond the horizon */
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "date");
    order_is(engine, "O-1", "reserved A east: reserved 2");
    sellable_close(engine);
}

static void amend_keeps_the_date_or_takes_the_one_that_is_given(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    stock(engine, "A", "east", 2);
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    equal(takes(engine, "O-1", "web", "A", 4, "4 A east"), 3 * DAY);
    struct reply reply;
    expect(amend_to(engine, "A", 1, &reply), OK); /* not the earliest: the same */
    equal(reply.answer.date, 3 * DAY);
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3, promised 1 on day 3");
    const struct sellable_line six[] = {line_of("A", 6)};
    struct sellable_order order = ORDER("O-1", "web", six);
    order.has_date = 1;
    order.date = 2 * DAY;
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), INSUFFICIENT);
    misfits_are_at(engine, &reply, "A 6>2", __FILE__, __LINE__);
    order.date = 4 * DAY;
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), OK);
    equal(reply.answer.date, 4 * DAY);
    equal(order_of(engine, "O-1").date, 4 * DAY);
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3, promised 6 on day 4");
    now_is(engine, 3 * DAY);
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3, promised 6 on day 4");
    now_is(engine, 5 * DAY); /* its date has passed: now */
    stock(engine, "A", "east", 7);
    expect(amend_to(engine, "A", 7, &reply), OK);
    equal(reply.answer.date, 5 * DAY);
    cell_is(engine, "A", "east", "on_hand 7, reserved 7, PO-1 5 on day 3");
    sellable_close(engine);
}

static void the_kept_date_has_to_lie_within_the_new_items_horizon(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    stock(engine, "B", "east", 9);
    policy_for(engine, "web", "B", (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON});
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    equal(takes(engine, "O-1", "web", "A", 4, "4 A east"), 3 * DAY);
    struct reply reply;
    expect(amend_to(engine, "B", 1, &reply), INVALID);
    assert_string_equal(reply.answer.field, "date");
    const struct sellable_line lines[] = {line_of("B", 1)};
    struct sellable_order order = ORDER("O-1", "web", lines);
    order.has_date = 1; /* 0: now */
    expect(sellable_amend(engine, NULL, &order, empty(&reply)), OK);
    order_is(engine, "O-1", "reserved B east: reserved 1");
    cell_is(engine, "A", "east", "PO-1 5 on day 3");
    sellable_close(engine);
}

/* ---- resource -------------------------------------------------------------------------------- */

static void resource_moves_a_promise_in_one_step(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 4, 4, "4 A east");
    struct reply reply;
    expect(resource(engine, "east", "west", 3, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 1; A west: reserved 3");
    cell_is(engine, "A", "east", "on_hand 5, reserved 1");
    cell_is(engine, "A", "west", "on_hand 4, reserved 3");
    expect(resource(engine, "east", "west", 0, &reply), OK); /* all that is there */
    order_is(engine, "O-1", "reserved A west: reserved 4");
    expect(resource(engine, "west", "east", 4, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4");
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 1");
    cell_is(engine, "A", "west", "on_hand 4");
    sellable_close(engine);
}

static void whatever_became_of_an_order_a_retry_is_told_its_first_plan(void **state) {
    (void)state;
    struct sellable *engine = promised(5, 9, 7, "5 A east, 2 A west");
    const struct sellable_line lines[] = {line_of("A", 7)};
    const struct sellable_line others[] = {line_of("A", 9)};
    const struct sellable_part three[] = {part_of("A", 3)};
    struct reply reply;
    for (int step = 0; step < 8; step++) {
        switch (step) {
        case 0:
            expect(resource(engine, "east", "west", 5, &reply), OK);
            break;
        case 1:
            expect(amend(engine, others, 1, &reply), OK);
            break;
        case 2:
            expect(resource(engine, "west", "east", 0, &reply), INSUFFICIENT);
            break;
        case 3:
            expect(by_parts(sellable_release, engine, "O-1", three), OK);
            break;
        case 4:
            expect(by_parts(sellable_allocate, engine, "O-1", three), OK);
            break;
        case 5:
            expect(by_parts(sellable_deallocate, engine, "O-1", three), OK);
            break;
        case 6:
            expect(by_parts(sellable_ship, engine, "O-1", three), OK);
            break;
        default:
            expect(release(engine, "O-1"), OK);
        }
        expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), empty(&reply)),
               DUPLICATE);
        plan_is_at(engine, &reply, "5 A east, 2 A west", __FILE__, __LINE__);
        expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", others), NULL), CONFLICT);
    }
    order_is(engine, "O-1", "shipped A east: shipped 3, released 2; A west: released 4");
    sellable_close(engine);
}

static void resource_needs_to_be_seen_where_it_goes_to(void **state) {
    (void)state;
    struct sellable *engine = promised(9, 4, 6, "6 A east");
    stock(engine, "A", "north", 9);
    struct reply reply;
    expect(resource(engine, "east", "west", 5, &reply), INSUFFICIENT);
    misfits_are_at(engine, &reply, "A@west 5>4", __FILE__, __LINE__);
    expect(resource(engine, "east", "north", 1, &reply), INSUFFICIENT); /* not of this channel */
    misfits_are_at(engine, &reply, "A@north 1>0", __FILE__, __LINE__);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE |
                                                 SELLABLE_SETTING_BACKORDER,
                                          .share = 5000,
                                          .backorder = 50});
    expect(resource(engine, "east", "west", 3, &reply), INSUFFICIENT); /* half of 4; no room */
    misfits_are_at(engine, &reply, "A@west 3>2", __FILE__, __LINE__);
    order_is(engine, "O-1", "reserved A east: reserved 6");
    expect(resource(engine, "east", "west", 2, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4; A west: reserved 2");
    active(engine, "west", 0);
    expect(resource(engine, "east", "west", 1, &reply), INSUFFICIENT);
    expect(resource(engine, "west", "east", 1, &reply), OK); /* away from it, it may go */
    sellable_close(engine);
}

static void resource_says_what_is_wrong(void **state) {
    (void)state;
    struct sellable *engine = promised(9, 9, 6, "6 A east");
    item_of(engine, "B");
    expect(reserve(engine, "O-2", "web", "A", 1), OK);
    expect(release(engine, "O-2"), OK);
    const struct sellable_part two[] = {part_of("A", 2)};
    expect(by_parts(sellable_allocate, engine, "O-1", two), OK);
    struct reply reply;
    const int64_t quantities[] = {-1, LARGEST + 1, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(quantities); i++) {
        expect(resource(engine, "east", "west", quantities[i], &reply), INVALID);
        assert_string_equal(reply.answer.field, "quantity");
    }
    expect(resource(engine, "east", "east", 1, &reply), INVALID);
    assert_string_equal(reply.answer.field, "to");
    expect(resource(engine, "south", "east", 1, &reply), UNKNOWN_LOCATION);
    assert_string_equal(reply.answer.field, "from");
    expect(resource(engine, "east", "south", 1, &reply), UNKNOWN_LOCATION);
    assert_string_equal(reply.answer.field, "to");
    expect(resource(engine, "east", "west", 5, &reply), WRONG_STATE); /* 2 are allocated */
    expect(resource(engine, "west", "east", 1, &reply), WRONG_STATE);
    expect(resource(engine, "west", "east", 0, &reply), WRONG_STATE);
    struct sellable_move move = {.order = key_of("O-9"),
                                 .item_key = key_of("A"),
                                 .from_key = key_of("east"),
                                 .to_key = key_of("west")};
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), UNKNOWN_ORDER);
    assert_string_equal(reply.answer.field, "order");
    move.order = key_of("O-2");
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), WRONG_STATE);
    move.order = key_of("");
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "order");
    move.order = key_of("O-1");
    move.item_key = key_of("C");
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), UNKNOWN_ITEM);
    assert_string_equal(reply.answer.field, "item");
    move.item_key = key_of("B");
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), WRONG_STATE);
    order_is(engine, "O-1", "reserved A east: reserved 4, allocated 2");
    move.item = item_of(engine, "A"); /* a handle goes before the key */
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), OK);
    order_is(engine, "O-1", "reserved A east: allocated 2; A west: reserved 4");
    sellable_close(engine);
}

static void what_waits_moves_first_and_waits_no_more(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    stock(engine, "A", "east", 3);
    takes(engine, "O-1", "web", "A", 6, "6 A east (3 wait)");
    stock(engine, "A", "west", 5);
    struct reply reply;
    expect(resource(engine, "east", "west", 2, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4, waiting 1; A west: reserved 2");
    cell_is(engine, "A", "east", "on_hand 3, reserved 3, backordered 1");
    expect(resource(engine, "east", "west", 2, &reply), OK);
    cell_is(engine, "A", "east", "on_hand 3, reserved 2");
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 3");
    cell_is(engine, "A", "west", "on_hand 5");
    sellable_close(engine);
}

static void what_comes_to_a_place_where_something_waits_does_not_wait(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 2);
    takes(engine, "O-1", "web", "A", 8, "6 A east (3 wait), 2 A west");
    const struct sellable_part four[] = {part_at("A", 4, "east")};
    expect(by_parts(sellable_allocate, engine, "O-1", four), OK); /* and one of those that wait */
    order_is(engine, "O-1",
             "reserved A east: reserved 2, waiting 2, allocated 4; A west: reserved 2");
    stock(engine, "A", "east", 9);
    struct reply reply;
    expect(resource(engine, "west", "east", 2, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 4, waiting 2, allocated 4");
    cell_is(engine, "A", "east", "on_hand 9, allocated 4, reserved 2, backordered 2");
    cell_is(engine, "A", "west", "on_hand 2");
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 9, allocated 4");
    sellable_close(engine);
}

static void resource_gives_back_to_the_fence_and_draws_on_the_other(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", 10);
    stock(engine, "A", "west", 10);
    fence(engine, "A", "east", "web", 2, 0);
    takes(engine, "O-1", "web", "A", 5, "5 A east");
    fence(engine, "A", "west", "web", 3, 0);
    struct reply reply;
    expect(resource(engine, "east", "west", 4, &reply), OK); /* of 2 drawn there, 1 stays */
    cell_is(engine, "A", "east", "on_hand 10, reserved 1, fence web 1");
    cell_is(engine, "A", "west", "on_hand 10, reserved 4");
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 10, fence web 2");
    cell_is(engine, "A", "west", "on_hand 10, fence web 3");
    sellable_close(engine);
}

static void resource_moves_what_is_dated_too(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    location_of(engine, "west");
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    equal(takes(engine, "O-1", "web", "A", 5, "5 A east"), 3 * DAY);
    schedule(engine, "A", "west", "PO-2", 4 * DAY, 9); /* too late for it */
    stock(engine, "A", "west", 2);
    struct reply reply;
    expect(resource(engine, "east", "west", 3, &reply), INSUFFICIENT);
    misfits_are_at(engine, &reply, "A@west 3>2", __FILE__, __LINE__);
    schedule(engine, "A", "west", "PO-2", 3 * DAY, 9);
    expect(resource(engine, "east", "west", 3, &reply), OK);
    order_is(engine, "O-1", "reserved A east: reserved 2, dated 2; A west: reserved 3, dated 3");
    cell_is(engine, "A", "east", "PO-1 5 on day 3, promised 2 on day 3");
    cell_is(engine, "A", "west", "on_hand 2, PO-2 9 on day 3, promised 3 on day 3");
    now_is(engine, 3 * DAY);
    cell_is(engine, "A", "west", "on_hand 2, reserved 3, PO-2 9 on day 3");
    sellable_close(engine);
}

static void a_service_moves_wherever_its_channel_ships_from(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    location_of(engine, "north");
    untracked(engine, "GIFT");
    takes(engine, "O-1", "web", "GIFT", 5, "5 GIFT east");
    struct sellable_move move = {.order = key_of("O-1"),
                                 .item_key = key_of("GIFT"),
                                 .from_key = key_of("east"),
                                 .to_key = key_of("north"),
                                 .quantity = 2};
    struct reply reply;
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), INSUFFICIENT);
    misfits_are_at(engine, &reply, "GIFT@north 2>0", __FILE__, __LINE__);
    move.to_key = key_of("west");
    expect(sellable_resource(engine, NULL, &move, empty(&reply)), OK);
    order_is(engine, "O-1", "reserved GIFT east: reserved 3; GIFT west: reserved 2");
    cell_is(engine, "GIFT", "west", "");
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amend_counts_the_orders_own_promise_as_free),
        cmocka_unit_test(the_old_promise_is_kept_where_the_new_one_does_not_hold),
        cmocka_unit_test(amend_changes_all_lines_in_one_step),
        cmocka_unit_test(amend_keeps_the_timeout_the_precedence_and_the_first_answer),
        cmocka_unit_test(amend_gives_the_fence_back_and_draws_on_it_anew),
        cmocka_unit_test(amend_says_what_is_wrong),
        cmocka_unit_test(amend_keeps_the_date_or_takes_the_one_that_is_given),
        cmocka_unit_test(the_kept_date_has_to_lie_within_the_new_items_horizon),
        cmocka_unit_test(resource_moves_a_promise_in_one_step),
        cmocka_unit_test(whatever_became_of_an_order_a_retry_is_told_its_first_plan),
        cmocka_unit_test(resource_needs_to_be_seen_where_it_goes_to),
        cmocka_unit_test(resource_says_what_is_wrong),
        cmocka_unit_test(what_waits_moves_first_and_waits_no_more),
        cmocka_unit_test(what_comes_to_a_place_where_something_waits_does_not_wait),
        cmocka_unit_test(resource_gives_back_to_the_fence_and_draws_on_the_other),
        cmocka_unit_test(resource_moves_what_is_dated_too),
        cmocka_unit_test(a_service_moves_wherever_its_channel_ships_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
