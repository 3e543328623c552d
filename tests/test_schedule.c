/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates: what is scheduled, how far ahead a channel may promise it, what a promise for a later date
 * keeps free until then, and the earliest date that an order without one gets. Time starts at 0. */
#include "told.h"

#define DAY SELLABLE_DAY

/* So many of A in east; web has a horizon of so many days. */
static struct sellable *stocked(int64_t quantity, int64_t horizon) {
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = horizon});
    stock(engine, "A", "east", quantity);
    return engine;
}

static void due(struct sellable *engine, const char *reference, int64_t day, int64_t quantity) {
    schedule(engine, "A", "east", reference, day * DAY, quantity);
}

static int64_t on_day(const struct sellable *engine, int64_t day) {
    return promisable_at(engine, "web", "A", day * DAY);
}

/* An order of A for a day. */
static enum sellable_status reserve_for(struct sellable *engine, const char *order,
                                        int64_t quantity, int64_t date, struct reply *reply) {
    const struct sellable_line lines[] = {line_of("A", quantity)};
    struct sellable_order asked = ORDER(order, "web", lines);
    asked.has_date = 1;
    asked.date = date;
    return sellable_reserve(engine, NULL, &asked, empty(reply));
}

static void promise_for(struct sellable *engine, const char *order, int64_t quantity, int64_t day,
                        const char *plan) {
    struct reply reply;
    expect(reserve_for(engine, order, quantity, day * DAY, &reply), OK);
    equal(reply.answer.date, day * DAY);
    plan_is_at(engine, &reply, plan, __FILE__, __LINE__);
}

/* ---- supply and demand ----------------------------------------------------------------------- */

static void supply_counts_from_its_date_and_up_to_the_horizon(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    due(engine, "PO-2", 11, 7);
    equal(promisable_at(engine, "web", "A", 0), 2);
    equal(promisable_at(engine, "web", "A", 3 * DAY - 1), 2);
    equal(on_day(engine, 3), 7);
    equal(on_day(engine, 10), 7);
    equal(promisable(engine, "web", "A"), 7); /* without a date: at the horizon */
    equal(cell_of(engine, "A", "east").free, 2);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 11});
    equal(promisable(engine, "web", "A"), 14);
    channel_with(engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTING_HORIZON});
    equal(promisable(engine, "web", "A"), 2);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 1});
    now_is(engine, 2 * DAY - 1); /* it goes with the time */
    equal(promisable(engine, "web", "A"), 2);
    now_is(engine, 2 * DAY);
    equal(promisable(engine, "web", "A"), 7);
    sellable_close(engine);
}

static void a_promise_never_takes_what_a_later_commitment_needs(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 0);
    due(engine, "D-1", 5, -6);
    due(engine, "PO-1", 8, 4);
    equal(cell_of(engine, "A", "east").free, 4);
    equal(promisable(engine, "web", "A"), 4); /* also beyond the horizon */
    lacks(engine, "web", "A", 5, "A 5>4");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    equal(on_day(engine, 4), 4);
    equal(on_day(engine, 7), 4);
    equal(on_day(engine, 8), 8);
    takes(engine, "O-1", "web", "A", 4, "4 A east");
    equal(on_day(engine, 7), 0);
    equal(on_day(engine, 8), 4);
    cell_is(engine, "A", "east", "on_hand 10, reserved 4, D-1 -6 on day 5, PO-1 4 on day 8");
    sellable_close(engine);
}

static void more_demand_than_there_is_leaves_the_cell_short(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 20);
    due(engine, "D-1", 5, -13);
    due(engine, "PO-1", 8, 9);
    equal(promisable_at(engine, "web", "A", 0), 0);
    equal(promisable(engine, "web", "A"), 6);
    equal(cell_of(engine, "A", "east").short_, 3);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 2), OK);
    equal(cell_of(engine, "A", "east").short_, 3); /* 5 below, 2 of it by choice */
    equal(promisable(engine, "web", "A"), 4);
    sellable_close(engine);
}

static void of_one_date_supply_and_demand_count_together(void **state) {
    (void)state;
    struct sellable *engine = stocked(0, 10);
    due(engine, "D-1", 3, -4);
    due(engine, "PO-1", 3, 6);
    equal(cell_of(engine, "A", "east").short_, 0);
    equal(on_day(engine, 3), 2);
    sellable_close(engine);
}

static void overdue_supply_does_not_count_until_it_is_dated_anew(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    due(engine, "D-1", 2, -1);
    now_is(engine, 3 * DAY - 1);
    equal(promisable(engine, "web", "A"), 6);
    equal(cell_of(engine, "A", "east").free, 1); /* overdue demand counts */
    now_is(engine, 3 * DAY);
    equal(promisable(engine, "web", "A"), 1);
    due(engine, "PO-1", 4, 5); /* late */
    equal(promisable(engine, "web", "A"), 6);
    due(engine, "PO-2", 1, 9); /* overdue from the start */
    equal(promisable(engine, "web", "A"), 6);
    due(engine, "D-2", 1, -1);
    equal(promisable(engine, "web", "A"), 5);
    cell_is(engine, "A", "east",
            "on_hand 2, D-2 -1 on day 1, PO-2 9 on day 1, D-1 -1 on day 2, PO-1 5 on day 4");
    sellable_close(engine);
}

static void an_entry_is_replaced_by_its_reference_and_taken_away_by_0(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 10);
    due(engine, "PO-1", 3, 5);
    due(engine, "PO-1", 4, 2);
    cell_is(engine, "A", "east", "on_hand 1, PO-1 2 on day 4");
    equal(on_day(engine, 3), 1);
    equal(on_day(engine, 4), 3);
    due(engine, "PO-1", 2, -1);
    cell_is(engine, "A", "east", "on_hand 1, PO-1 -1 on day 2");
    due(engine, "PO-0", 2, 3);
    cell_is(engine, "A", "east", "on_hand 1, PO-0 3 on day 2, PO-1 -1 on day 2");
    due(engine, "PO-1", 9, 0);
    due(engine, "PO-9", 9, 0); /* there is none */
    cell_is(engine, "A", "east", "on_hand 1, PO-0 3 on day 2");
    schedule(engine, "A", "west", "PO-0", 5 * DAY, 4); /* another cell's, of the same name */
    equal(promisable(engine, "web", "A"), 8);
    sellable_close(engine);
}

/* ---- promises for a date --------------------------------------------------------------------- */

static void a_dated_promise_leaves_free_what_others_can_have_until_then(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    promise_for(engine, "O-1", 4, 3, "4 A east");
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3, promised 4 on day 3");
    order_is(engine, "O-1", "reserved A east: reserved 4, dated 4");
    equal(order_of(engine, "O-1").date, 3 * DAY);
    equal(promisable_at(engine, "web", "A", 0), 2);
    equal(on_day(engine, 3), 3);
    takes(engine, "O-2", "web", "A", 2, "2 A east");
    equal(on_day(engine, 3), 1);
    promise_for(engine, "O-3", 1, 4, "1 A east");
    equal(promisable(engine, "web", "A"), 0);
    cell_is(engine, "A", "east",
            "on_hand 2, reserved 2, PO-1 5 on day 3, promised 4 on day 3, promised 1 on day 4");
    sellable_close(engine);
}

static void a_promise_for_a_later_date_keeps_its_stock_from_today_on(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 10);
    promise_for(engine, "O-1", 8, 5, "8 A east");
    equal(cell_of(engine, "A", "east").net, 10);
    equal(cell_of(engine, "A", "east").free, 2);
    equal(promisable_at(engine, "web", "A", 0), 2);
    lacks(engine, "web", "A", 3, "A 3>2");
    sellable_close(engine);
}

static void when_the_date_comes_a_dated_promise_is_reserved(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    promise_for(engine, "O-1", 4, 3, "4 A east");
    now_is(engine, 3 * DAY - 1);
    order_is(engine, "O-1", "reserved A east: reserved 4, dated 4");
    now_is(engine, 3 * DAY); /* and the supply has not come: it is late */
    order_is(engine, "O-1", "reserved A east: reserved 4");
    cell_is(engine, "A", "east", "on_hand 2, reserved 4, PO-1 5 on day 3");
    equal(cell_of(engine, "A", "east").short_, 2);
    equal(promisable(engine, "web", "A"), 0);
    stock(engine, "A", "east", 7);
    due(engine, "PO-1", 3, 0);
    equal(cell_of(engine, "A", "east").short_, 0);
    equal(promisable(engine, "web", "A"), 3);
    sellable_close(engine);
}

static void a_dated_promise_may_be_allocated_shipped_and_released_before(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 10);
    promise_for(engine, "O-1", 8, 5, "8 A east");
    const struct sellable_part three[] = {part_of("A", 3)};
    const struct sellable_part two[] = {part_of("A", 2)};
    const struct sellable_part one[] = {part_of("A", 1)};
    expect(by_parts(sellable_allocate, engine, "O-1", three), OK);
    cell_is(engine, "A", "east", "on_hand 10, allocated 3, promised 5 on day 5");
    expect(by_parts(sellable_deallocate, engine, "O-1", one), OK);
    cell_is(engine, "A", "east", "on_hand 10, allocated 2, promised 6 on day 5");
    expect(by_parts(sellable_ship, engine, "O-1", three), OK);
    cell_is(engine, "A", "east", "on_hand 7, promised 5 on day 5");
    expect(by_parts(sellable_release, engine, "O-1", two), OK);
    cell_is(engine, "A", "east", "on_hand 7, promised 3 on day 5");
    order_is(engine, "O-1", "reserved A east: reserved 3, dated 3, shipped 3, released 2");
    equal(promisable(engine, "web", "A"), 4);
    now_is(engine, 5 * DAY);
    cell_is(engine, "A", "east", "on_hand 7, reserved 3");
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 4");
    sellable_close(engine);
}

static void a_dated_promise_that_expires_gives_everything_back(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    const struct sellable_line lines[] = {line_of("A", 6)};
    struct sellable_order order = ORDER("O-1", "web", lines);
    order.has_date = 1;
    order.date = 4 * DAY;
    order.expires_at = DAY;
    accepted(engine, &order, "6 A east");
    equal(promisable(engine, "web", "A"), 1);
    now_is(engine, DAY);
    order_is(engine, "O-1", "expired A east: released 6");
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3");
    equal(promisable(engine, "web", "A"), 7);
    now_is(engine, 4 * DAY);
    cell_is(engine, "A", "east", "on_hand 2, PO-1 5 on day 3");
    sellable_close(engine);
}

static void asked_for_an_order_what_it_has_dated_is_free(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    promise_for(engine, "O-1", 6, 4, "6 A east");
    equal(promisable(engine, "web", "A"), 1);
    equal(promisable_for(engine, "web", "A", "O-1"), 7);
    sellable_close(engine);
}

static void what_falls_due_in_one_step_goes_by_its_time(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 10);
    const struct sellable_line lines[] = {line_of("A", 3)};
    const struct {
        const char *order;
        int64_t date, expires_at;
    } cases[] = {{"O-1", 2, 3}, {"O-2", 3, 2}, {"O-3", 4, 9}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable_order order = ORDER(cases[i].order, "web", lines);
        order.has_date = 1;
        order.date = cases[i].date * DAY;
        order.expires_at = cases[i].expires_at * DAY;
        accepted(engine, &order, "3 A east");
    }
    fence(engine, "A", "east", "web", 1, 3 * DAY);
    now_is(engine, 5 * DAY);
    order_is(engine, "O-1", "expired A east: released 3");
    order_is(engine, "O-2", "expired A east: released 3");
    order_is(engine, "O-3", "reserved A east: reserved 3");
    cell_is(engine, "A", "east", "on_hand 10, reserved 3");
    now_is(engine, 9 * DAY);
    cell_is(engine, "A", "east", "on_hand 10");
    sellable_close(engine);
}

/* ---- the earliest date ----------------------------------------------------------------------- */

static void without_a_date_an_order_gets_the_earliest_that_can_be_had(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    due(engine, "PO-2", 6, 4);
    equal(takes(engine, "O-1", "web", "A", 2, "2 A east"), 0);
    equal(takes(engine, "O-2", "web", "A", 1, "1 A east"), 3 * DAY);
    equal(takes(engine, "O-3", "web", "A", 5, "5 A east"), 6 * DAY);
    equal(takes(engine, "O-4", "web", "A", 3, "3 A east"), 3 * DAY); /* of 4 then, and 3 on day 6 */
    lacks(engine, "web", "A", 1, "A 1>0");
    cell_is(engine, "A", "east",
            "on_hand 2, reserved 2, PO-1 5 on day 3, PO-2 4 on day 6, promised 4 on day 3, "
            "promised 5 on day 6");
    sellable_close(engine);
}

static void a_dip_that_is_to_come_moves_the_earliest_date_behind_it(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 10);
    due(engine, "D-1", 5, -6);
    due(engine, "PO-1", 8, 4);
    equal(takes(engine, "O-1", "web", "A", 6, "6 A east"), 8 * DAY);
    equal(takes(engine, "O-2", "web", "A", 2, "2 A east"), 0);
    sellable_close(engine);
}

static void all_items_of_an_order_get_one_date_within_the_smallest_horizon(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 10);
    due(engine, "PO-1", 3, 5);
    stock(engine, "B", "east", 1);
    schedule(engine, "B", "east", "PO-2", 2 * DAY, 4);
    schedule(engine, "B", "east", "PO-3", 5 * DAY, 4);
    policy_for(engine, "web", "B",
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 4});
    const struct sellable_line both[] = {line_of("A", 2), line_of("B", 5)};
    equal(accepted(engine, &ORDER("O-1", "web", both), "2 A east, 5 B east"), 3 * DAY);
    const struct sellable_line late[] = {line_of("A", 1), line_of("B", 1)};
    refused(engine, &ORDER("O-2", "web", late), "B 1>0"); /* it is due on day 5 */
    struct sellable_order order = ORDER("O-2", "web", late);
    order.has_date = 1;
    order.date = 4 * DAY + 1;
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "date");
    sellable_close(engine);
}

static void what_no_date_covers_waits_from_the_earliest_that_needs_no_more_room(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 3});
    due(engine, "PO-1", 3, 5);
    due(engine, "PO-2", 20, 50); /* beyond the horizon */
    equal(promisable(engine, "web", "A"), 10);
    equal(promisable_at(engine, "web", "A", 0), 5);
    equal(takes(engine, "O-1", "web", "A", 9, "9 A east (2 wait)"), 3 * DAY);
    order_is(engine, "O-1", "reserved A east: reserved 9, dated 7, waiting 2");
    cell_is(engine, "A", "east",
            "on_hand 2, backordered 2, PO-1 5 on day 3, PO-2 50 on day 20, promised 7 on day 3");
    equal(promisable(engine, "web", "A"), 1); /* room 3 - 2 */
    equal(cell_of(engine, "A", "east").short_, 0);
    due(engine, "PO-2", 20, 0);
    equal(cell_of(engine, "A", "east").short_, 2); /* nothing is to come that covers what waits */
    now_is(engine, 3 * DAY);
    order_is(engine, "O-1", "reserved A east: reserved 9, waiting 2");
    cell_is(engine, "A", "east", "on_hand 2, reserved 7, backordered 2, PO-1 5 on day 3");
    sellable_close(engine);
}

static void a_given_date_is_kept_though_it_needs_more_room(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 3});
    due(engine, "PO-1", 3, 5);
    promise_for(engine, "O-1", 4, 2, "4 A east (2 wait)");
    cell_is(engine, "A", "east",
            "on_hand 2, backordered 2, PO-1 5 on day 3, promised 2 on day 2");
    equal(on_day(engine, 3), 4); /* 5 - 2 for what waits, and room 3 - 2 */
    sellable_close(engine);
}

static void most_and_single_go_by_what_is_seen_at_the_date(void **state) {
    (void)state;
    const struct {
        uint32_t sourcing;
        int64_t quantity;
        const char *plan;
        int64_t date;
    } cases[] = {{SELLABLE_MOST, 6, "5 A west, 1 A east", 0},
                 {SELLABLE_MOST, 8, "8 A east", 3 * DAY},
                 {SELLABLE_SPLIT, 8, "8 A east", 3 * DAY},
                 {SELLABLE_MOST, 14, "12 A east, 2 A west", 3 * DAY},
                 {SELLABLE_SINGLE, 4, "4 A west", 0},
                 {SELLABLE_SINGLE, 6, "6 A east", 3 * DAY},
                 {SELLABLE_SINGLE, 12, "12 A east", 3 * DAY}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(2, 10);
        stock(engine, "A", "west", 5);
        due(engine, "PO-1", 3, 10);
        channel_with(engine, "web",
                     (struct sellable_policy){.set = SELLABLE_SETTING_SOURCING,
                                              .sourcing = cases[i].sourcing});
        equal(takes(engine, "O-1", "web", "A", cases[i].quantity, cases[i].plan), cases[i].date);
        sellable_close(engine);
    }
}

static void a_located_line_waits_for_the_date_at_which_it_fits_there(void **state) {
    (void)state;
    struct sellable *engine = stocked(9, 10);
    stock(engine, "A", "west", 1);
    schedule(engine, "A", "west", "PO-1", 3 * DAY, 4);
    const struct sellable_line two[] = {line_at("A", 2, "west"), line_of("A", 1)};
    const struct sellable_line six[] = {line_at("A", 6, "west")};
    refused(engine, &ORDER("O-1", "web", six), "A@west 6>5");
    equal(accepted(engine, &ORDER("O-1", "web", two), "2 A west, 1 A east"), 3 * DAY);
    cell_is(engine, "A", "west", "on_hand 1, PO-1 4 on day 3, promised 2 on day 3");
    cell_is(engine, "A", "east", "on_hand 9, promised 1 on day 3");
    sellable_close(engine);
}

static void a_unit_and_a_buffer_count_in_the_search_for_the_date(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 10);
    counted_in(engine, "A", "case", 4, 1);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_UNIT | SELLABLE_SETTING_BUFFER,
                                          .unit = key_of("case"),
                                          .buffer = 1});
    due(engine, "PO-1", 3, 3);
    due(engine, "PO-2", 6, 1);
    equal(promisable_at(engine, "web", "A", 0), 4);
    equal(on_day(engine, 3), 4); /* of 7 */
    equal(on_day(engine, 6), 8);
    equal(takes(engine, "O-1", "web", "A", 5, "5 A east"), 6 * DAY);
    lacks(engine, "web", "A", 1, "A 1>0"); /* 4 - 1 are no case */
    sellable_close(engine);
}

static void what_is_promised_at_a_cell_for_later_adds_up_to_the_limit_at_most(void **state) {
    (void)state;
    struct sellable *engine = stocked(LARGEST, 10);
    due(engine, "PO-1", 1, LARGEST);
    equal(on_day(engine, 1), LARGEST);
    promise_for(engine, "O-1", LARGEST - 1, 1, "999999999999999 A east");
    equal(on_day(engine, 1), LARGEST);
    struct reply reply;
    expect(reserve_for(engine, "O-2", 2, 1 * DAY, &reply), OVERFLOW);
    assert_null(reply.answer.field);
    promise_for(engine, "O-2", 1, 2, "1 A east");
    expect(reserve_for(engine, "O-3", 1, 1 * DAY, &reply), OVERFLOW);
    sellable_close(engine);
}

static void a_retry_is_told_the_first_date_again(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 10);
    due(engine, "PO-1", 3, 5);
    equal(takes(engine, "O-1", "web", "A", 4, "4 A east"), 3 * DAY);
    stock(engine, "A", "east", 40);
    const struct sellable_line lines[] = {line_of("A", 4)};
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), empty(&reply)), DUPLICATE);
    equal(reply.answer.date, 3 * DAY);
    plan_is_at(engine, &reply, "4 A east", __FILE__, __LINE__);
    sellable_close(engine);
}

static void a_date_before_now_or_beyond_the_horizon_is_invalid(void **state) {
    (void)state;
    struct sellable *engine = stocked(9, 2);
    now_is(engine, DAY);
    const int64_t wrong[] = {DAY - 1, 0, -1, 3 * DAY + 1, SELLABLE_TIME_MAX, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct reply reply;
        expect(reserve_for(engine, "O-1", 1, wrong[i], &reply), INVALID);
        assert_string_equal(reply.answer.field, "date");
        assert_non_null(reply.answer.reason);
        const struct sellable_question question = {.item_key = key_of("A"),
                                                   .channel_key = key_of("web"),
                                                   .has_date = 1,
                                                   .date = wrong[i]};
        struct sellable_availability availability = {.promisable = 77};
        expect(sellable_available(engine, &question, &availability), INVALID);
        equal(availability.promisable, 0);
    }
    equal(cell_of(engine, "A", "east").reserved, 0);
    equal(promisable_at(engine, "web", "A", DAY), 9);
    promise_for(engine, "O-1", 1, 1, "1 A east");
    promise_for(engine, "O-2", 1, 3, "1 A east");
    cell_is(engine, "A", "east", "on_hand 9, reserved 1, promised 1 on day 3");
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supply_counts_from_its_date_and_up_to_the_horizon),
        cmocka_unit_test(a_promise_never_takes_what_a_later_commitment_needs),
        cmocka_unit_test(more_demand_than_there_is_leaves_the_cell_short),
        cmocka_unit_test(of_one_date_supply_and_demand_count_together),
        cmocka_unit_test(overdue_supply_does_not_count_until_it_is_dated_anew),
        cmocka_unit_test(an_entry_is_replaced_by_its_reference_and_taken_away_by_0),
        cmocka_unit_test(a_dated_promise_leaves_free_what_others_can_have_until_then),
        cmocka_unit_test(a_promise_for_a_later_date_keeps_its_stock_from_today_on),
        cmocka_unit_test(when_the_date_comes_a_dated_promise_is_reserved),
        cmocka_unit_test(a_dated_promise_may_be_allocated_shipped_and_released_before),
        cmocka_unit_test(a_dated_promise_that_expires_gives_everything_back),
        cmocka_unit_test(what_falls_due_in_one_step_goes_by_its_time),
        cmocka_unit_test(asked_for_an_order_what_it_has_dated_is_free),
        cmocka_unit_test(without_a_date_an_order_gets_the_earliest_that_can_be_had),
        cmocka_unit_test(a_dip_that_is_to_come_moves_the_earliest_date_behind_it),
        cmocka_unit_test(all_items_of_an_order_get_one_date_within_the_smallest_horizon),
        cmocka_unit_test(what_no_date_covers_waits_from_the_earliest_that_needs_no_more_room),
        cmocka_unit_test(a_given_date_is_kept_though_it_needs_more_room),
        cmocka_unit_test(most_and_single_go_by_what_is_seen_at_the_date),
        cmocka_unit_test(a_located_line_waits_for_the_date_at_which_it_fits_there),
        cmocka_unit_test(a_unit_and_a_buffer_count_in_the_search_for_the_date),
        cmocka_unit_test(what_is_promised_at_a_cell_for_later_adds_up_to_the_limit_at_most),
        cmocka_unit_test(a_retry_is_told_the_first_date_again),
        cmocka_unit_test(a_date_before_now_or_beyond_the_horizon_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
