/* SPDX-License-Identifier: Apache-2.0
 *
 * What users of other systems suffered, shown to be impossible here: stock, and who may sell it.
 * Each test's name is the sentence that it proves. */
#include "scene.h"

#include "random.h"

#include <stdio.h>

static const char *const east_west[] = {"east", "west", NULL};

/* ---- promised twice, or not at all ----------------------------------------------------------- */

static void the_last_unit_is_not_sold_twice(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 1);
    channel_of(engine, "web");
    channel_of(engine, "shop");
    expect(reserve(engine, "O-1", "web", "A", 1), OK);
    expect(reserve(engine, "O-2", "shop", "A", 1), INSUFFICIENT);
    expect(reserve(engine, "O-3", "web", "A", 1), INSUFFICIENT);
    equal(cell_of(engine, "A", "east").reserved, 1);
    expect(release(engine, "O-1"), OK);
    expect(reserve(engine, "O-2", "shop", "A", 1), OK);
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

static void the_same_item_on_two_lines_is_added_up(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    struct sellable_channel web = channel_of(engine, "web");
    struct sellable_item a = item_of(engine, "A");
    struct sellable_line lines[] = {{.item = a, .quantity = 3},
                                    {.item_key = key_of("A"), .quantity = 3}};
    struct sellable_misfit misfit = {.asked = 0};
    struct sellable_answer answer = {.misfits = &misfit, .misfit_capacity = 1};
    struct sellable_order order = {
        .key = key_of("O-1"), .channel = web, .lines = lines, .line_count = 2};
    expect(sellable_reserve(engine, NULL, &order, &answer), INSUFFICIENT);
    equal(answer.misfit_count, 1);
    equal(misfit.asked, 6);
    equal(misfit.promisable, 5);
    lines[1].quantity = 2;
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    equal(order_of(engine, "O-1").line_count, 1);
    equal(cell_of(engine, "A", "east").reserved, 5);
    sellable_close(engine);
}

static void all_lines_are_promised_or_none_is(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    stock(engine, "B", "east", 1);
    struct sellable_channel web = channel_of(engine, "web");
    struct sellable_line lines[] = {{.item_key = key_of("A"), .quantity = 5},
                                    {.item_key = key_of("B"), .quantity = 2}};
    struct sellable_order order = {
        .key = key_of("O-1"), .channel = web, .lines = lines, .line_count = 2};
    expect(sellable_reserve(engine, NULL, &order, NULL), INSUFFICIENT);
    equal(cell_of(engine, "A", "east").reserved, 0);
    equal(cell_of(engine, "B", "east").reserved, 0);
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void each_of_many_answers_has_its_own_status(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    struct sellable_channel web = channel_of(engine, "web");
    struct sellable_line three = {.item_key = key_of("A"), .quantity = 3};
    struct sellable_order orders[3];
    const char *const keys[] = {"O-1", "O-2", "O-1"};
    const int wanted[] = {SELLABLE_OK, SELLABLE_INSUFFICIENT, SELLABLE_DUPLICATE};
    for (int i = 0; i < 3; i++) {
        orders[i] = (struct sellable_order){
            .key = key_of(keys[i]), .channel = web, .lines = &three, .line_count = 1};
    }
    enum sellable_status statuses[3];
    expect(sellable_reserve_batch(engine, NULL, orders, 3, statuses, NULL), OK);
    for (int i = 0; i < 3; i++) {
        equal(statuses[i], wanted[i]);
    }
    equal(cell_of(engine, "A", "east").reserved, 3);
    sellable_close(engine);
}

static void an_order_is_accepted_exactly_when_it_fits(void **state) {
    (void)state;
    enum { PLACES = 12 };
    struct random random = {7};
    for (int round = 0; round < 60; round++) {
        struct sellable *engine = open_engine();
        char location[8];
        int64_t total = 0;
        for (int i = 0; i < PLACES; i++) { /* a unit here and a unit there, and shortfalls */
            int64_t quantity = random_between(&random, -3, 4);
            (void)snprintf(location, sizeof location, "L%d", i);
            stock(engine, "A", location, quantity);
            total += quantity > 0 ? quantity : 0;
        }
        channel_of(engine, "web");
        equal(promisable(engine, "web", "A"), total);
        expect(reserve(engine, "too many", "web", "A", total + 1), INSUFFICIENT);
        char order[16];
        for (int count = 0; total > 0; count++) {
            int64_t quantity = random_between(&random, 1, total);
            (void)snprintf(order, sizeof order, "O-%d", count);
            expect(reserve(engine, order, "web", "A", total + 1), INSUFFICIENT);
            expect(reserve(engine, order, "web", "A", quantity), OK);
            total -= quantity;
            equal(promisable(engine, "web", "A"), total);
        }
        expect(reserve(engine, "one more", "web", "A", 1), INSUFFICIENT);
        sellable_close(engine);
    }
}

static void a_total_over_locations_is_split_and_the_plan_says_how(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 4);
    channel_from(engine, "web", (const char *const[]){"west", "east", NULL});
    struct sellable_placement plan[2];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = 2};
    equal(promisable(engine, "web", "A"), 7);
    expect(reserve_until(engine, "O-1", "web", "A", 6, 0, &answer), OK);
    equal(answer.plan_count, 2);
    equal(plan[0].location.id, location_of(engine, "west").id);
    equal(plan[0].quantity, 4);
    equal(plan[1].location.id, location_of(engine, "east").id);
    equal(plan[1].quantity, 2);
    equal(cell_of(engine, "A", "west").reserved, 4);
    equal(cell_of(engine, "A", "east").reserved, 2);
    sellable_close(engine);
}

/* ---- who may sell what ----------------------------------------------------------------------- */

static void two_channels_that_share_a_location_do_not_oversell_it(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "hub", 10);
    stock(engine, "A", "shop", 2);
    channel_from(engine, "web", (const char *const[]){"hub", NULL});
    channel_from(engine, "edi", (const char *const[]){"shop", "hub", NULL});
    expect(reserve(engine, "O-1", "edi", "A", 9), OK); /* 2 of the shop, 7 of the hub */
    equal(promisable(engine, "web", "A"), 3);
    expect(reserve(engine, "O-2", "web", "A", 4), INSUFFICIENT);
    expect(reserve(engine, "O-2", "web", "A", 3), OK);
    equal(promisable(engine, "edi", "A"), 0);
    equal(cell_of(engine, "A", "hub").reserved, 10);
    sellable_close(engine);
}

static void what_is_held_or_elsewhere_is_not_sold(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    stock(engine, "A", "another seller's", 50);
    stock(engine, "A", "west", 5);
    channel_from(engine, "web", east_west);
    hold(engine, "A", "east", "inspection", 2);
    hold(engine, "A", "west", "quality", 9); /* more than is there: east does not pay for it */
    equal(promisable(engine, "web", "A"), 3);
    expect(reserve(engine, "O-1", "web", "A", 4), INSUFFICIENT);
    expect(say(engine, SELLABLE_HOLD_RELEASE, "A", "east", "inspection", 1), OK);
    expect(reserve(engine, "O-1", "web", "A", 4), OK);
    equal(cell_of(engine, "A", "another seller's").reserved, 0);
    equal(cell_of(engine, "A", "west").reserved, 0);
    sellable_close(engine);
}

static void a_cancellation_leaves_the_buffer_alone(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 10);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = 4});
    channel_of(engine, "shop");
    for (int round = 0; round < 5; round++) {
        equal(promisable(engine, "web", "A"), 6);
        equal(promisable(engine, "shop", "A"), 10);
        char order[8];
        (void)snprintf(order, sizeof order, "O-%d", round);
        expect(reserve(engine, order, "web", "A", 7), INSUFFICIENT);
        expect(reserve(engine, order, "web", "A", 6), OK);
        equal(promisable(engine, "web", "A"), 0);
        equal(promisable(engine, "shop", "A"), 4);
        expect(release(engine, order), OK);
    }
    sellable_close(engine);
}

/* ---- counters that drift --------------------------------------------------------------------- */

static void reserved_is_the_sum_of_the_open_orders_at_any_time(void **state) {
    (void)state;
    enum { ORDERS = 400, CELLS = 6 };
    static const char *const locations[] = {"east", "west", "north"};
    static const char *const items[] = {"A", "B"};
    struct random random = {3};
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    for (int i = 0; i < CELLS; i++) {
        stock(engine, items[i / 3], locations[i % 3], 60);
    }
    char order[16];
    for (int64_t round = 1; round <= ORDERS; round++) {
        (void)snprintf(order, sizeof order, "O-%lld", (long long)round);
        struct sellable_line lines[2];
        for (int i = 0; i < 2; i++) {
            lines[i] = (struct sellable_line){.item_key = key_of(items[random_below(&random, 2)]),
                                              .quantity = random_between(&random, 1, 30)};
        }
        struct sellable_order asked = {.key = key_of(order),
                                       .channel_key = key_of("web"),
                                       .lines = lines,
                                       .line_count = 2,
                                       .expires_at = random_percent(&random, 50) ? round + 9 : 0};
        (void)!sellable_reserve(engine, NULL, &asked, NULL);
        (void)snprintf(order, sizeof order, "O-%lld", (long long)random_between(&random, 1, round));
        (void)!(random_percent(&random, 50) ? release(engine, order) : ship(engine, order));
        now_is(engine, round);
        if (random_percent(&random, 20)) {
            stock(engine, items[round % 2], locations[round % 3], random_below(&random, 60));
        }
        if (round % 20 != 0) {
            continue;
        }
        int64_t reserved[CELLS] = {0};
        for (int64_t i = 1; i <= round; i++) {
            struct sellable_order_line placed[6];
            struct sellable_order_view view = {.lines = placed, .line_capacity = 6};
            (void)snprintf(order, sizeof order, "O-%lld", (long long)i);
            if (sellable_order(engine, key_of(order), &view) != SELLABLE_OK) {
                continue;
            }
            for (uint32_t j = 0; j < view.line_count; j++) {
                for (int cell = 0; cell < CELLS; cell++) {
                    bool there =
                        placed[j].item.id == item_of(engine, items[cell / 3]).id &&
                        placed[j].location.id == location_of(engine, locations[cell % 3]).id;
                    reserved[cell] += there ? placed[j].reserved : 0;
                }
            }
        }
        for (int cell = 0; cell < CELLS; cell++) {
            equal(cell_of(engine, items[cell / 3], locations[cell % 3]).reserved, reserved[cell]);
        }
    }
    sellable_close(engine);
}

static void a_retry_gives_nothing_back_twice(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    channel_of(engine, "web");
    expect(reserve_until(engine, "O-1", "web", "A", 3, 50, NULL), OK);
    expect(reserve_until(engine, "O-1", "web", "A", 3, 50, NULL), DUPLICATE);
    equal(promisable(engine, "web", "A"), 2);
    expect(release(engine, "O-1"), OK);
    expect(release(engine, "O-1"), WRONG_STATE);
    expect(ship(engine, "O-1"), WRONG_STATE);
    now_is(engine, 60); /* nor does the timeout that ran */
    equal(promisable(engine, "web", "A"), 5);
    expect(reserve_until(engine, "O-1", "web", "A", 3, 50, NULL), DUPLICATE);
    equal(promisable(engine, "web", "A"), 5); /* and a late retry takes nothing */
    expect(reserve(engine, "O-2", "web", "A", 3), OK);
    expect(ship(engine, "O-2"), OK);
    expect(ship(engine, "O-2"), WRONG_STATE);
    equal(cell_of(engine, "A", "east").on_hand, 2);
    sellable_close(engine);
}

static void no_item_vanishes_from_sale(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    item_of(engine, "A");
    channel_of(engine, "web");
    equal(promisable(engine, "web", "A"), 0);
    stock(engine, "A", "west", 2);
    equal(promisable(engine, "web", "A"), 2);
    stock(engine, "A", "east", 3); /* a new location is there at once */
    equal(promisable(engine, "web", "A"), 5);
    channel_from(engine, "web", (const char *const[]){"east", NULL});
    equal(promisable(engine, "web", "A"), 3);
    channel_with(engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTING_LOCATIONS});
    equal(promisable(engine, "web", "A"), 5);
    stock(engine, "A", "west", 0);
    stock(engine, "A", "west", 2);
    equal(promisable(engine, "web", "A"), 5);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    equal(promisable(engine, "web", "A"), 0);
    channel_with(engine, "web", (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED});
    expect(reserve(engine, "O-1", "web", "A", 5), OK);
    expect(release(engine, "O-1"), OK);
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void large_numbers_are_exact(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", LARGEST);
    static const int32_t shares[] = {1, 3, 3333, 9999, 10000};
    static const int64_t seen[] = {100000000000, 300000000000, 333300000000000, 999900000000000,
                                   LARGEST};
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        channel_with(engine, "web",
                     (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = shares[i]});
        equal(promisable(engine, "web", "A"), seen[i]);
    }
    expect(reserve(engine, "O-1", "web", "A", LARGEST - 1), OK);
    equal(promisable(engine, "web", "A"), 1);
    expect(reserve(engine, "O-2", "web", "A", 2), INSUFFICIENT);
    expect(reserve(engine, "O-2", "web", "A", 1), OK);
    expect(release(engine, "O-1"), OK);
    equal(promisable(engine, "web", "A"), LARGEST - 1);
    stock(engine, "C", "east", INT64_C(954863206855602)); /* a double would make it one more */
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = 9443});
    equal(promisable(engine, "web", "C"), INT64_C(901677326233744));
    stock(engine, "B", "east", 10); /* shares of 3 + 3 + 3 leave 1; nothing is made up */
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = 3333});
    equal(promisable(engine, "web", "B"), 3);
    sellable_close(engine);
}

/* ---- promises that end ----------------------------------------------------------------------- */

static void a_promise_ends_exactly_at_its_time(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 1);
    channel_of(engine, "web");
    now_is(engine, 1000);
    for (int64_t wait = 1; wait < 5000000; wait *= 7) {
        char order[32];
        int64_t end = sellable_now(engine) + wait;
        (void)snprintf(order, sizeof order, "O-%lld", (long long)wait);
        expect(reserve_until(engine, order, "web", "A", 1, end, NULL), OK);
        now_is(engine, end - 1);
        equal(promisable(engine, "web", "A"), 0);
        now_is(engine, end);
        equal(promisable(engine, "web", "A"), 1);
        assert_string_equal(state_of(engine, order), "expired");
    }
    sellable_close(engine);
}

static void after_it_expired_an_order_is_not_confirmed(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 2);
    channel_of(engine, "web");
    expect(reserve_until(engine, "O-1", "web", "A", 1, 100, NULL), OK);
    expect(reserve_until(engine, "O-2", "web", "A", 1, 100, NULL), OK);
    now_is(engine, 99);
    expect(confirm(engine, "O-2"), OK); /* in time */
    now_is(engine, 100);
    expect(confirm(engine, "O-1"), WRONG_STATE);
    expect(ship(engine, "O-1"), WRONG_STATE);
    assert_string_equal(state_of(engine, "O-1"), "expired");
    assert_string_equal(state_of(engine, "O-2"), "reserved");
    expect(confirm(engine, "O-2"), OK);
    equal(promisable(engine, "web", "A"), 1);
    sellable_close(engine);
}

static void memory_is_bounded_by_what_is_open_and_the_retention(void **state) {
    (void)state;
    enum { ROUNDS = 40, ORDERS = 2000, RETENTION = 1000 };
    struct sellable_options options = {.retention = RETENTION};
    struct sellable *engine;
    struct sellable_memory memory;
    expect(sellable_open(&options, &engine), OK);
    stock(engine, "A", "east", LARGEST);
    stock(engine, "A", "west", LARGEST);
    channel_from(engine, "web", east_west);
    uint64_t slab_bytes = 0;
    for (int64_t round = 1; round <= ROUNDS; round++) {
        now_is(engine, round * RETENTION * 3);
        int64_t now = sellable_now(engine);
        for (int i = 0; i < ORDERS; i++) {
            char order[32]; /* never the same key twice */
            (void)snprintf(order, sizeof order, "O-%lld-%d", (long long)round, i);
            expect(reserve_until(engine, order, "web", "A", 1 + i % 5, i % 3 ? 0 : now + 1, NULL),
                   OK);
            if (i % 3 == 1) {
                expect(ship(engine, order), OK);
            } else if (i % 3 == 2) {
                expect(release(engine, order), OK);
            }
        }
        sellable_memory(engine, &memory);
        equal(memory.orders, ORDERS);
        now_is(engine, now + 1);
        now_is(engine, now + 1 + RETENTION);
        sellable_memory(engine, &memory);
        equal(memory.orders, 0);
        if (round == 4) {
            slab_bytes = memory.slab_bytes;
        }
    }
    equal(memory.slab_bytes, slab_bytes);
    equal(cell_of(engine, "A", "east").reserved, 0);
    sellable_close(engine);
}

/* ---- counts, shipments, places --------------------------------------------------------------- */

static void a_count_below_what_is_promised_applies_and_the_cell_is_short(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 10);
    stock(engine, "A", "west", 4);
    channel_from(engine, "web", east_west);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 1), OK);
    expect(reserve(engine, "O-1", "web", "A", 9), OK);
    stock(engine, "A", "east", 5);
    struct sellable_cell cell = cell_of(engine, "A", "east");
    equal(cell.on_hand, 5);
    equal(cell.reserved, 9);
    equal(cell.net, -5);
    equal(cell.free, 0);
    equal(cell.short_, 4); /* safety stock may be sold to those who were promised it */
    assert_string_equal(state_of(engine, "O-1"), "reserved");
    equal(promisable(engine, "web", "A"), 4); /* west does not pay for it */
    stock(engine, "A", "east", 9);
    equal(cell_of(engine, "A", "east").short_, 0);
    sellable_close(engine);
}

static void fully_promised_stock_is_shipped_by_its_own_order(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    channel_of(engine, "web");
    expect(reserve(engine, "O-1", "web", "A", 5), OK);
    equal(promisable(engine, "web", "A"), 0);
    expect(ship(engine, "O-1"), OK);
    equal(cell_of(engine, "A", "east").on_hand, 0);
    equal(cell_of(engine, "A", "east").reserved, 0);
    stock(engine, "A", "east", 2); /* also what is not there any more, by the count */
    expect(reserve(engine, "O-2", "web", "A", 2), OK);
    stock(engine, "A", "east", 1);
    expect(ship(engine, "O-2"), OK);
    equal(cell_of(engine, "A", "east").on_hand, -1);
    equal(cell_of(engine, "A", "east").short_, 1);
    sellable_close(engine);
}

static void a_promise_is_booked_and_ended_where_its_plan_says(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 3);
    channel_from(engine, "web", (const char *const[]){"west", "east", NULL});
    expect(reserve(engine, "O-1", "web", "A", 4), OK); /* 3 of west, 1 of east */
    expect(reserve(engine, "O-2", "web", "A", 1), OK); /* east */
    channel_from(engine, "web", (const char *const[]){"east", NULL});
    stock(engine, "A", "east", 30);
    expect(ship(engine, "O-1"), OK);
    equal(cell_of(engine, "A", "west").on_hand, 0);
    equal(cell_of(engine, "A", "east").on_hand, 29);
    equal(cell_of(engine, "A", "west").reserved, 0);
    equal(cell_of(engine, "A", "east").reserved, 1);
    channel_from(engine, "web", (const char *const[]){"west", NULL});
    expect(release(engine, "O-2"), OK);
    equal(cell_of(engine, "A", "east").reserved, 0);
    equal(cell_of(engine, "A", "west").reserved, 0);
    sellable_close(engine);
}

static void every_figure_is_explained_by_its_terms(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 20);
    stock(engine, "A", "west", 9);
    hold(engine, "A", "east", "damage", 2);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 3), OK);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "west", NULL, 4), OK);
    channel_from(engine, "web", east_west);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_BUFFER,
                                          .share = 5000,
                                          .buffer = 2});
    expect(reserve(engine, "O-1", "web", "A", 2), OK);
    struct sellable_term terms[2];
    char words[300] = "";
    struct sellable_explanation why = {
        .terms = terms, .term_capacity = 2, .because = words, .because_capacity = sizeof words};
    struct sellable_question question = {.item_key = key_of("A"), .channel_key = key_of("web")};
    expect(sellable_explain(engine, &question, &why), OK);
    equal(why.term_count, 2);
    int64_t pool = 0;
    for (uint32_t i = 0; i < 2; i++) {
        const struct sellable_term *term = &terms[i];
        equal(term->net,
              term->on_hand - term->held - term->allocated - term->reserved - term->safety_stock);
        equal(term->free, term->net > 0 ? term->net : 0);
        equal(term->seen, term->shared * why.share / SELLABLE_SHARE_ALL);
        pool += term->seen;
    }
    equal(why.pool, pool);
    equal(why.pool, 6 + 2);
    equal(why.promisable, pool - why.buffer);
    equal(why.promisable, promisable(engine, "web", "A"));
    equal(strlen(words) > 0, 1);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_unit_is_not_sold_twice),
        cmocka_unit_test(the_same_item_on_two_lines_is_added_up),
        cmocka_unit_test(all_lines_are_promised_or_none_is),
        cmocka_unit_test(each_of_many_answers_has_its_own_status),
        cmocka_unit_test(an_order_is_accepted_exactly_when_it_fits),
        cmocka_unit_test(a_total_over_locations_is_split_and_the_plan_says_how),
        cmocka_unit_test(two_channels_that_share_a_location_do_not_oversell_it),
        cmocka_unit_test(what_is_held_or_elsewhere_is_not_sold),
        cmocka_unit_test(a_cancellation_leaves_the_buffer_alone),
        cmocka_unit_test(reserved_is_the_sum_of_the_open_orders_at_any_time),
        cmocka_unit_test(a_retry_gives_nothing_back_twice),
        cmocka_unit_test(no_item_vanishes_from_sale),
        cmocka_unit_test(large_numbers_are_exact),
        cmocka_unit_test(a_promise_ends_exactly_at_its_time),
        cmocka_unit_test(after_it_expired_an_order_is_not_confirmed),
        cmocka_unit_test(memory_is_bounded_by_what_is_open_and_the_retention),
        cmocka_unit_test(a_count_below_what_is_promised_applies_and_the_cell_is_short),
        cmocka_unit_test(fully_promised_stock_is_shipped_by_its_own_order),
        cmocka_unit_test(a_promise_is_booked_and_ended_where_its_plan_says),
        cmocka_unit_test(every_figure_is_explained_by_its_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
