/* SPDX-License-Identifier: Apache-2.0
 *
 * What users of other systems suffered, shown to be impossible here: kits, units, dates, and what
 * becomes of a promise. Each test's name is the sentence that it proves. */
#include "told.h"

#include "random.h"

#define DAY SELLABLE_DAY

static struct sellable *stocked(int64_t east, int64_t west) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", east);
    stock(engine, "A", "west", west);
    return engine;
}

static enum sellable_status some(enum sellable_status (*act)(struct sellable *,
                                                             struct sellable_worker *,
                                                             struct sellable_key,
                                                             const struct sellable_part *, uint32_t,
                                                             struct sellable_answer *),
                                 struct sellable *engine, const char *order, int64_t quantity) {
    const struct sellable_part parts[] = {part_of("A", quantity)};
    return by_parts(act, engine, order, parts);
}

/* ---- kits and units -------------------------------------------------------------------------- */

static void an_item_beside_a_kit_that_is_made_of_it_is_added_up(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    kit_of(engine, "SET", "A", 2, NULL, 0);
    const struct sellable_line lines[] = {line_of("SET", 2), line_of("A", 2)};
    refused(engine, &ORDER("O-1", "web", lines), "A 6>5");
    const struct sellable_line fewer[] = {line_of("A", 1), line_of("SET", 2)};
    accepted(engine, &ORDER("O-1", "web", fewer), "5 A east");
    sellable_close(engine);
}

static void kits_live_off_their_components_and_take_them_off_once(void **state) {
    (void)state;
    struct sellable *engine = stocked(6, 0);
    stock(engine, "B", "east", 9);
    kit_of(engine, "SET", "A", 2, "B", 3);
    equal(promisable(engine, "web", "SET"), 3);
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    equal(promisable(engine, "web", "SET"), 2); /* at once */
    takes(engine, "O-2", "web", "SET", 1, "2 A east, 3 B east");
    equal(promisable(engine, "web", "A"), 2);
    expect(sellable_allocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    equal(promisable(engine, "web", "A"), 2);
    expect(ship(engine, "O-2"), OK);
    equal(promisable(engine, "web", "A"), 2);
    cell_is(engine, "A", "east", "on_hand 4, reserved 2");
    cell_is(engine, "B", "east", "on_hand 6");
    stock(engine, "B", "east", 2);
    equal(promisable(engine, "web", "SET"), 0);
    sellable_close(engine);
}

static void units_neither_strand_nor_make_up_stock(void **state) {
    (void)state;
    struct sellable *engine = stocked(10, 0);
    counted_in(engine, "A", "third", 10, 3); /* three of them are all there is */
    struct sellable_line lines[] = {line_of("A", 3)};
    lines[0].unit = key_of("third");
    accepted(engine, &ORDER("O-1", "web", lines), "10 A east");
    equal(promisable(engine, "web", "A"), 0);
    expect(release(engine, "O-1"), OK);
    equal(promisable(engine, "web", "A"), 10);
    lines[0].quantity = 1; /* 3.33..: not rounded, but refused */
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "web", lines), NULL), INVALID);
    counted_in(engine, "A", "kg", 1000, 1); /* kept in grams */
    struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                   .item_key = key_of("A"),
                                   .location_key = key_of("east"),
                                   .quantity = 300};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    for (int i = 0; i < 3; i++) { /* 0.1 three times is 0.3 */
        const char *const orders[] = {"P-1", "P-2", "P-3"};
        expect(reserve(engine, orders[i], "web", "A", 100), OK);
    }
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

/* ---- a hold and a payment -------------------------------------------------------------------- */

static void a_shopper_is_not_blocked_by_their_own_hold_nor_does_that_oversell(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 1);
    expect(reserve_until(engine, "cart", "web", "A", 3, 100, NULL), OK);
    equal(promisable(engine, "web", "A"), 0);
    equal(promisable_for(engine, "web", "A", "cart"), 3);
    const struct sellable_line same[] = {line_of("A", 3)};
    const struct sellable_line more[] = {line_of("A", 4)};
    const struct sellable_line fewer[] = {line_of("A", 1)};
    expect(sellable_amend(engine, NULL, &ORDER("cart", "web", same), NULL), OK);
    expect(sellable_amend(engine, NULL, &ORDER("cart", "web", more), NULL), INSUFFICIENT);
    lacks(engine, "web", "A", 1, "A 1>0"); /* for others nothing is free */
    expect(sellable_amend(engine, NULL, &ORDER("cart", "web", fewer), NULL), OK);
    takes(engine, "O-1", "web", "A", 2, "1 A east, 1 A west");
    equal(promisable_for(engine, "web", "A", "cart"), 1);
    sellable_close(engine);
}

static void a_hold_does_not_lapse_while_the_payment_is_under_way(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 0);
    expect(reserve_until(engine, "paying", "web", "A", 1, 100, NULL), OK);
    expect(reserve_until(engine, "late", "web", "A", 1, 100, NULL), OK);
    now_is(engine, 99);
    expect(sellable_extend(engine, NULL, key_of("paying"), 200, NULL), OK);
    now_is(engine, 150);
    equal(promisable(engine, "web", "A"), 1);
    expect(confirm(engine, "paying"), OK); /* the payment came */
    expect(sellable_extend(engine, NULL, key_of("late"), 300, NULL), WRONG_STATE);
    expect(confirm(engine, "late"), WRONG_STATE); /* it is told, before money is taken */
    now_is(engine, 1000);
    expect(ship(engine, "paying"), OK);
    sellable_close(engine);
}

/* ---- every unit once ------------------------------------------------------------------------- */

static void every_unit_goes_back_where_it_came_from_exactly_once(void **state) {
    (void)state;
    enum { ORDERS = 40, STEPS = 2000 };
    struct random random = {5};
    for (int round = 0; round < 10; round++) {
        struct sellable *engine = stocked(30, 20);
        fence(engine, "A", "east", "web", 7, 0);
        fence(engine, "A", "west", "web", 5, 0);
        channel_with(engine, "web",
                     (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                     SELLABLE_SETTING_HORIZON,
                                              .backorder = 15,
                                              .horizon = 4});
        schedule(engine, "A", "west", "PO-1", 2 * DAY, 10);
        int64_t shipped[2] = {0, 0};
        for (int step = 0; step < STEPS; step++) {
            char order[16];
            (void)snprintf(order, sizeof order, "O-%u", (unsigned)random_below(&random, ORDERS));
            int64_t quantity = random_between(&random, 1, 12);
            switch (random_below(&random, 6)) {
            case 0:
                (void)!some(sellable_release, engine, order, quantity);
                (void)!some(sellable_release, engine, order, quantity); /* as a retry would */
                break;
            case 1:
                (void)!some(sellable_allocate, engine, order, quantity);
                break;
            case 2:
                (void)!some(sellable_deallocate, engine, order, quantity);
                break;
            case 3:
                (void)!some(sellable_ship, engine, order, 1);
                break;
            default:
                (void)!reserve_until(engine, order, "web", "A", quantity,
                                     random_percent(&random, 30) ? 1000 : 0, NULL);
            }
        }
        now_is(engine, 1000);
        for (int i = 0; i < ORDERS; i++) {
            char order[16];
            struct sellable_order_line lines[2];
            struct sellable_order_view view = {.lines = lines, .line_capacity = 2};
            (void)snprintf(order, sizeof order, "O-%d", i);
            if (sellable_order(engine, key_of(order), &view) != SELLABLE_OK) {
                continue;
            }
            (void)!sellable_deallocate(engine, NULL, key_of(order), NULL, 0, NULL);
            (void)!release(engine, order);
            expect(sellable_order(engine, key_of(order), &view), OK);
            for (uint32_t j = 0; j < view.line_count; j++) {
                equal(lines[j].reserved + lines[j].allocated, 0);
                shipped[lines[j].location.id == location_of(engine, "west").id] +=
                    lines[j].shipped;
            }
        }
        const char *const places[] = {"east", "west"};
        const int64_t counts[] = {30, 20};
        for (int i = 0; i < 2; i++) {
            struct sellable_cell cell = cell_of(engine, "A", places[i]);
            equal(cell.on_hand, counts[i] - shipped[i]);
            equal(cell.reserved, 0);
            equal(cell.backordered, 0);
            equal(cell.allocated, 0);
            equal(cell.promised_count, 0);
        }
        sellable_close(engine);
    }
}

static void after_a_partial_shipment_the_rest_is_freed(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 3);
    takes(engine, "O-1", "web", "A", 7, "5 A east, 2 A west");
    expect(some(sellable_allocate, engine, "O-1", 4), OK);
    expect(some(sellable_ship, engine, "O-1", 3), OK);
    expect(some(sellable_deallocate, engine, "O-1", 1), OK);
    expect(some(sellable_release, engine, "O-1", 1), OK);
    order_is(engine, "O-1",
             "reserved A east: reserved 2, shipped 3; A west: reserved 1, released 1");
    expect(release(engine, "O-1"), OK);
    order_is(engine, "O-1", "shipped A east: shipped 3, released 2; A west: released 2");
    cell_is(engine, "A", "east", "on_hand 2");
    cell_is(engine, "A", "west", "on_hand 3");
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void a_promise_at_the_wrong_place_is_moved_and_the_plan_is_the_record(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 3);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    const struct sellable_move move = {.order = key_of("O-1"),
                                       .item_key = key_of("A"),
                                       .from_key = key_of("east"),
                                       .to_key = key_of("west")};
    expect(sellable_resource(engine, NULL, &move, NULL), OK);
    order_is(engine, "O-1", "reserved A west: reserved 3");
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 5");
    cell_is(engine, "A", "west", "");
    sellable_close(engine);
}

/* ---- beyond stock, and later ----------------------------------------------------------------- */

static void what_is_promised_beyond_stock_has_a_limit_and_what_is_to_come_a_date(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 0);
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    schedule(engine, "A", "east", "PO-2", 300 * DAY, 50);
    channel_of(engine, "shop");
    lacks(engine, "shop", "A", 2, "A 2>1"); /* neither, unless it was set */
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                 SELLABLE_SETTING_HORIZON,
                                          .backorder = 2,
                                          .horizon = 30});
    lacks(engine, "web", "A", 9, "A 9>8");
    equal(takes(engine, "O-1", "web", "A", 1, "1 A east"), 0);
    equal(takes(engine, "O-2", "web", "A", 4, "4 A east"), 3 * DAY);
    equal(takes(engine, "O-3", "web", "A", 3, "3 A east (2 wait)"), 3 * DAY);
    lacks(engine, "web", "A", 1, "A 1>0");
    order_is(engine, "O-3", "reserved A east: reserved 3, dated 1, waiting 2");
    sellable_close(engine);
}

static void supply_that_is_late_leaves_the_cell_short_of_what_was_promised(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 30});
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    equal(takes(engine, "O-1", "web", "A", 4, "4 A east"), 3 * DAY);
    equal(cell_of(engine, "A", "east").short_, 0);
    schedule(engine, "A", "east", "PO-1", 9 * DAY, 5); /* it will be late */
    equal(cell_of(engine, "A", "east").short_, 3);
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 2); /* it will be less */
    equal(cell_of(engine, "A", "east").short_, 1);
    schedule(engine, "A", "east", "PO-1", 3 * DAY, 5);
    now_is(engine, 3 * DAY); /* it did not come */
    equal(cell_of(engine, "A", "east").short_, 3);
    order_is(engine, "O-1", "reserved A east: reserved 4"); /* nothing is cancelled silently */
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

static void an_order_is_taken_in_part_only_if_that_was_asked_for(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 0);
    stock(engine, "B", "east", 9);
    const struct sellable_line lines[] = {line_of("B", 2), line_of("A", 5)};
    struct sellable_order order = ORDER("O-1", "web", lines);
    refused(engine, &order, "A 5>3");
    cell_is(engine, "B", "east", "on_hand 9");
    order.mode = SELLABLE_PARTIAL;
    accepted(engine, &order, "2 B east, 3 A east"); /* and the plan says so */
    sellable_close(engine);
}

static void what_is_set_aside_for_one_channel_is_not_sold_by_another(void **state) {
    (void)state;
    struct sellable *engine = stocked(6, 0);
    channel_of(engine, "shop");
    fence(engine, "A", "east", "shop", 4, 0);
    lacks(engine, "web", "A", 3, "A 3>2");
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    takes(engine, "O-2", "shop", "A", 4, "4 A east");
    active(engine, "east", 0);
    stock(engine, "A", "east", 60);
    lacks(engine, "web", "A", 1, "A 1>0");
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_beside_a_kit_that_is_made_of_it_is_added_up),
        cmocka_unit_test(kits_live_off_their_components_and_take_them_off_once),
        cmocka_unit_test(units_neither_strand_nor_make_up_stock),
        cmocka_unit_test(a_shopper_is_not_blocked_by_their_own_hold_nor_does_that_oversell),
        cmocka_unit_test(a_hold_does_not_lapse_while_the_payment_is_under_way),
        cmocka_unit_test(every_unit_goes_back_where_it_came_from_exactly_once),
        cmocka_unit_test(after_a_partial_shipment_the_rest_is_freed),
        cmocka_unit_test(a_promise_at_the_wrong_place_is_moved_and_the_plan_is_the_record),
        cmocka_unit_test(what_is_promised_beyond_stock_has_a_limit_and_what_is_to_come_a_date),
        cmocka_unit_test(supply_that_is_late_leaves_the_cell_short_of_what_was_promised),
        cmocka_unit_test(an_order_is_taken_in_part_only_if_that_was_asked_for),
        cmocka_unit_test(what_is_set_aside_for_one_channel_is_not_sold_by_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
