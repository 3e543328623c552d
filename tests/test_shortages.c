/* SPDX-License-Identifier: Apache-2.0
 *
 * Shortages: which cells are short and by how much, and which orders are at risk. */
#include "told.h"

#define DAY SELLABLE_DAY

/* What was visited: "A east 3: O-9 2, O-4 5; B west 1:". The visiting ends after so many. */
struct visited {
    struct sellable *engine;
    struct told told;
    int most; /* 0: all */
    int count;
    void (*meanwhile)(struct sellable *engine);
};

static int visit_shortage(void *context, const struct sellable_shortage *shortage) {
    struct visited *visited = context;
    struct told *told = &visited->told;
    tell(told, "%s", told->size ? "; " : "");
    tell_key(told, sellable_item_key(visited->engine, shortage->item));
    tell(told, " ");
    tell_key(told, sellable_location_key(visited->engine, shortage->location));
    tell(told, " %lld:", (long long)shortage->short_);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        tell(told, "%s", i ? ", " : " ");
        tell_key(told, shortage->orders[i].order);
        tell(told, " %lld", (long long)shortage->orders[i].quantity);
    }
    if (visited->meanwhile) {
        visited->meanwhile(visited->engine);
    }
    return ++visited->count == visited->most;
}

static void shortages_are_at(struct sellable *engine, const char *wanted, const char *file,
                             int line) {
    struct visited visited = {.engine = engine};
    expect_at((int)sellable_shortages(engine, NULL, visit_shortage, &visited), SELLABLE_OK,
              "sellable_shortages", file, line);
    same_text_at(visited.told.text, wanted, file, line);
}
#define shortages_are(engine, wanted) shortages_are_at(engine, wanted, __FILE__, __LINE__)

static struct sellable *web_from_east(void) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    return engine;
}

static void precedence(struct sellable *engine, const char *channel, const char *item,
                       int32_t precedence) {
    policy_for(engine, channel, item,
               (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE,
                                        .precedence = precedence});
}

static void beyond(struct sellable *engine, const char *channel, int64_t backorder) {
    policy_for(engine, channel, NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER,
                                        .backorder = backorder});
}

/* An order of one line with more to it. */
static void order_with(struct sellable *engine, const char *key, const char *channel,
                       const char *item, int64_t quantity, struct sellable_order more) {
    struct sellable_line line = line_of(item, quantity);
    more.key = key_of(key);
    more.channel_key = key_of(channel);
    more.lines = &line;
    more.line_count = 1;
    expect(sellable_reserve(engine, NULL, &more, NULL), OK);
}

/* ---- which cells ----------------------------------------------------------------------------- */

static void a_count_that_takes_away_what_was_promised_makes_a_cell_short(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    shortages_are(engine, "");
    stock(engine, "A", "east", 10);
    takes(engine, "O-1", "web", "A", 7, "7 A east");
    shortages_are(engine, "");
    stock(engine, "A", "east", 7);
    shortages_are(engine, "");
    stock(engine, "A", "east", 6);
    shortages_are(engine, "A east 1: O-1 7");
    hold(engine, "A", "east", "damage", 2);
    shortages_are(engine, "A east 3: O-1 7");
    stock(engine, "A", "east", 9);
    shortages_are(engine, "");
    sellable_close(engine);
}

static void cells_come_by_key_of_item_then_of_location(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    static const char *const items[] = {"C", "A", "B", "AA"};
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        stock(engine, items[i], "west", 5);
        stock(engine, items[i], "east", 3);
        stock(engine, items[i], "south", -1);
    }
    takes(engine, "O-1", "web", "A", 4, "3 A east, 1 A west");
    takes(engine, "O-2", "web", "C", 5, "3 C east, 2 C west");
    stock(engine, "A", "west", 0);
    stock(engine, "C", "west", 0);
    stock(engine, "C", "east", 0);
    active(engine, "west", 0); /* a location that is inactive is short all the same */
    shortages_are(engine, "A south 1:; A west 1: O-1 1; AA south 1:; B south 1:; "
                          "C east 3: O-2 3; C south 1:; C west 2: O-2 2");
    sellable_close(engine);
}

static void safety_stock_is_not_promised_and_so_no_shortage(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    stock(engine, "A", "east", 10);
    takes(engine, "O-1", "web", "A", 6, "6 A east");
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 8), OK);
    equal(cell_of(engine, "A", "east").net, -4);
    shortages_are(engine, "");
    stock(engine, "A", "east", 6);
    shortages_are(engine, "");
    stock(engine, "A", "east", 5);
    shortages_are(engine, "A east 1: O-1 6");
    stock(engine, "B", "east", 2); /* less on hand than is kept back: nobody is at risk */
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "B", "east", NULL, 5), OK);
    shortages_are(engine, "A east 1: O-1 6");
    stock(engine, "B", "east", -2);
    shortages_are(engine, "A east 1: O-1 6; B east 2:");
    sellable_close(engine);
}

static void what_is_dated_counts_at_its_date(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 30});
    now_is(engine, 10 * DAY);
    stock(engine, "A", "east", 2);
    schedule(engine, "A", "east", "PO", 15 * DAY, 10);
    order_with(engine, "later", "web", "A", 9,
               (struct sellable_order){.has_date = 1, .date = 15 * DAY});
    shortages_are(engine, "");
    schedule(engine, "A", "east", "PO", 20 * DAY, 10); /* it comes after it is needed */
    shortages_are(engine, "A east 7: later 9");
    schedule(engine, "A", "east", "PO", 15 * DAY, 6);
    shortages_are(engine, "A east 1: later 9");
    schedule(engine, "A", "east", "WO", 25 * DAY, -2); /* demand of others counts */
    shortages_are(engine, "A east 3: later 9");
    schedule(engine, "A", "east", "PO-2", 24 * DAY, 2);
    shortages_are(engine, "A east 1: later 9");
    now_is(engine, 15 * DAY + 1); /* overdue supply does not count, and what was dated is due */
    shortages_are(engine, "A east 7: later 9");
    sellable_close(engine);
}

static void what_waits_is_short_if_nothing_to_come_covers_it(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    beyond(engine, "web", 10);
    stock(engine, "A", "east", 3);
    takes(engine, "O-1", "web", "A", 8, "8 A east (5 wait)");
    shortages_are(engine, "A east 5: O-1 8");
    schedule(engine, "A", "east", "PO", 5 * DAY, 4);
    shortages_are(engine, "A east 1: O-1 8");
    schedule(engine, "A", "east", "PO", 5 * DAY, 5);
    shortages_are(engine, "");
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 2), OK);
    shortages_are(engine, ""); /* what is kept back would cover it */
    sellable_close(engine);
}

static void kits_and_items_that_are_not_tracked_are_never_short(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    stock(engine, "A", "east", 9);
    kit_of(engine, "SET", "A", 3, NULL, 0);
    untracked(engine, "service");
    takes(engine, "O-1", "web", "SET", 2, "6 A east");
    takes(engine, "O-2", "web", "service", 5, "5 service east");
    stock(engine, "A", "east", 4);
    shortages_are(engine, "A east 2: O-1 6");
    stock(engine, "B", "east", -3);
    shortages_are(engine, "A east 2: O-1 6; B east 3:");
    untracked(engine, "B"); /* what it has by now is no cell any more */
    shortages_are(engine, "A east 2: O-1 6");
    sellable_close(engine);
}

static void rows_with_many_locations_are_looked_at_to_their_end(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    char key[16];
    for (int i = 0; i < 30; i++) {
        (void)snprintf(key, sizeof key, "L-%02d", i);
        stock(engine, "A", key, i % 7 == 6 ? -i : i);
    }
    shortages_are(engine, "A L-06 6:; A L-13 13:; A L-20 20:; A L-27 27:");
    sellable_close(engine);
}

/* ---- orders at risk -------------------------------------------------------------------------- */

static void the_latest_orders_are_at_risk_first_and_no_more_than_cover_it(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    stock(engine, "A", "east", 20);
    takes(engine, "O-3", "web", "A", 5, "5 A east");
    takes(engine, "O-1", "web", "A", 4, "4 A east");
    takes(engine, "O-2", "web", "A", 3, "3 A east");
    stock(engine, "A", "east", 9);
    shortages_are(engine, "A east 3: O-2 3");
    stock(engine, "A", "east", 8);
    shortages_are(engine, "A east 4: O-2 3, O-1 4");
    stock(engine, "A", "east", 5);
    shortages_are(engine, "A east 7: O-2 3, O-1 4");
    stock(engine, "A", "east", 1);
    shortages_are(engine, "A east 11: O-2 3, O-1 4, O-3 5");
    stock(engine, "A", "east", -9);
    shortages_are(engine, "A east 21: O-2 3, O-1 4, O-3 5"); /* there are no more */
    sellable_close(engine);
}

static void orders_of_lower_precedence_are_at_risk_before_others(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    channel_from(engine, "vip", (const char *const[]){"east", NULL});
    precedence(engine, "vip", NULL, 5);
    stock(engine, "A", "east", 20);
    takes(engine, "W-1", "web", "A", 2, "2 A east");
    takes(engine, "V-1", "vip", "A", 2, "2 A east");
    order_with(engine, "W-2", "web", "A", 2,
               (struct sellable_order){.has_precedence = 1, .precedence = 9});
    order_with(engine, "V-2", "vip", "A", 2,
               (struct sellable_order){.has_precedence = 1, .precedence = -1});
    takes(engine, "W-3", "web", "A", 2, "2 A east");
    stock(engine, "A", "east", 0);
    shortages_are(engine, "A east 10: V-2 2, W-3 2, W-1 2, V-1 2, W-2 2");
    precedence(engine, NULL, "A", 7); /* for the item in all channels, before the channel's own */
    shortages_are(engine, "A east 10: V-2 2, W-3 2, V-1 2, W-1 2, W-2 2");
    precedence(engine, "web", "A", 8); /* and for the item in this one before that */
    shortages_are(engine, "A east 10: V-2 2, V-1 2, W-3 2, W-1 2, W-2 2");
    sellable_close(engine);
}

static void what_is_allocated_is_at_risk_too_and_what_has_gone_is_not(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    stock(engine, "A", "east", 20);
    takes(engine, "O-1", "web", "A", 5, "5 A east");
    takes(engine, "O-2", "web", "A", 5, "5 A east");
    takes(engine, "O-3", "web", "A", 5, "5 A east");
    const struct sellable_part two[] = {part_of("A", 2)};
    expect(by_parts(sellable_allocate, engine, "O-2", two), OK);
    expect(by_parts(sellable_ship, engine, "O-2", (const struct sellable_part[]){part_of("A", 1)}),
           OK);
    expect(ship(engine, "O-3"), OK);
    const struct sellable_part one[] = {part_of("A", 1)};
    expect(by_parts(sellable_release, engine, "O-1", one), OK);
    stock(engine, "A", "east", 0);
    shortages_are(engine, "A east 8: O-2 4, O-1 4");
    expect(sellable_allocate(engine, NULL, key_of("O-1"), NULL, 0, NULL), OK);
    expect(release(engine, "O-2"), OK); /* of what is reserved; 1 stays allocated */
    shortages_are(engine, "A east 5: O-2 1, O-1 4");
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 9), OK); /* of who knows whom */
    shortages_are(engine, "A east 9: O-2 1, O-1 4");
    sellable_close(engine);
}

static void an_order_is_at_risk_where_it_is_placed_and_with_what_it_has_there(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 9);
    stock(engine, "B", "east", 9);
    const struct sellable_line lines[] = {line_of("A", 5), line_of("B", 4)};
    accepted(engine, &ORDER("both", "web", lines), "3 A east, 2 A west, 4 B east");
    takes(engine, "west", "web", "A", 4, "4 A west");
    stock(engine, "A", "west", 3);
    shortages_are(engine, "A west 3: west 4");
    stock(engine, "A", "west", 1);
    shortages_are(engine, "A west 5: west 4, both 2");
    stock(engine, "B", "east", 3);
    shortages_are(engine, "A west 5: west 4, both 2; B east 1: both 4");
    stock(engine, "A", "west", 12);
    stock(engine, "B", "west", 6);
    const struct sellable_move move = {.order = key_of("both"),
                                       .item_key = key_of("B"),
                                       .from_key = key_of("east"),
                                       .to_key = key_of("west")};
    expect(sellable_resource(engine, NULL, &move, NULL), OK);
    stock(engine, "B", "west", 0);
    shortages_are(engine, "B west 4: both 4");
    sellable_close(engine);
}

static void dated_and_waiting_orders_are_at_risk_with_all_they_have(void **state) {
    (void)state;
    struct sellable *engine = web_from_east();
    policy_for(engine, "web", NULL,
               (struct sellable_policy){
                   .set = SELLABLE_SETTING_HORIZON | SELLABLE_SETTING_BACKORDER,
                   .horizon = 30,
                   .backorder = 4});
    stock(engine, "A", "east", 5);
    schedule(engine, "A", "east", "PO", 3 * DAY, 6);
    order_with(engine, "now", "web", "A", 4, (struct sellable_order){.has_date = 1, .date = 0});
    order_with(engine, "later", "web", "A", 10,
               (struct sellable_order){.has_date = 1, .date = 3 * DAY});
    order_is(engine, "later", "reserved A east: reserved 10, dated 7, waiting 3");
    shortages_are(engine, "A east 3: later 10");
    stock(engine, "A", "east", 0);
    shortages_are(engine, "A east 8: later 10");
    schedule(engine, "A", "east", "PO", 3 * DAY, 0);
    shortages_are(engine, "A east 14: later 10, now 4");
    sellable_close(engine);
}

/* ---- the visit ------------------------------------------------------------------------------- */

static struct sellable *three_short(void) {
    struct sellable *engine = web_from_east();
    static const char *const items[] = {"A", "B", "C"};
    static const char *const orders[] = {"O-A", "O-B", "O-C"};
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        stock(engine, items[i], "east", 5);
        expect(reserve(engine, orders[i], "web", items[i], 5), OK);
        stock(engine, items[i], "east", (int64_t)i);
    }
    return engine;
}

static void mend_all(struct sellable *engine) {
    static const char *const items[] = {"A", "B", "C"};
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        stock(engine, items[i], "east", 50);
    }
    (void)release(engine, "O-B");
    precedence(engine, "web", NULL, 3);
    stock(engine, "D", "east", -1);
}

static void all_are_of_one_instant_whatever_the_visitor_changes(void **state) {
    (void)state;
    struct sellable *engine = three_short();
    struct visited visited = {.engine = engine, .meanwhile = mend_all};
    expect(sellable_shortages(engine, NULL, visit_shortage, &visited), OK);
    same_text_at(visited.told.text, "A east 5: O-A 5; B east 4: O-B 5; C east 3: O-C 5", __FILE__,
                 __LINE__);
    shortages_are(engine, "D east 1:");
    sellable_close(engine);
}

static void the_visitor_ends_the_visit(void **state) {
    (void)state;
    struct sellable *engine = three_short();
    struct sellable_worker *worker = NULL;
    struct visited visited = {.engine = engine, .most = 2};
    expect(sellable_worker_acquire(engine, &worker), OK);
    expect(sellable_shortages(engine, worker, visit_shortage, &visited), OK);
    same_text_at(visited.told.text, "A east 5: O-A 5; B east 4: O-B 5", __FILE__, __LINE__);
    sellable_worker_release(worker);
    sellable_close(engine);
}

/* Counted, and looked up. */
struct counted {
    const struct sellable *engine;
    int count;
};

static int count_shortage(void *context, const struct sellable_shortage *shortage) {
    struct counted *counted = context;
    const struct sellable_place place = {.item = shortage->item, .location = shortage->location};
    struct sellable_cell cell = {.fence_capacity = 0};
    int64_t sum = 0, last = 0;
    expect(sellable_cell(counted->engine, &place, &cell), OK);
    equal(shortage->short_, cell.short_);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        last = shortage->orders[i].quantity;
        sum += last;
    }
    assert_true(sum - last < cell.short_); /* no more than are needed */
    assert_true(sum >= cell.short_ || sum == cell.reserved + cell.backordered);
    counted->count++;
    return 0;
}

static void shortages_are_the_cells_that_tell_so(void **state) {
    (void)state;
    enum { ITEMS = 300 };
    struct sellable *engine = web_from_east();
    char item[16], order[16];
    int count = 0;
    beyond(engine, "web", 3);
    for (int64_t i = 0; i < ITEMS; i++) {
        (void)snprintf(item, sizeof item, "I-%lld", (long long)i);
        stock(engine, item, "east", 5);
        for (int64_t k = 0; k < 3; k++) {
            (void)snprintf(order, sizeof order, "O-%lld-%lld", (long long)i, (long long)k);
            (void)reserve(engine, order, "web", item, 1 + (i + k) % 3);
        }
        stock(engine, item, "east", i % 9);
        count += cell_of(engine, item, "east").short_ > 0;
    }
    assert_in_range(count, ITEMS / 4, ITEMS - 1);
    struct counted counted = {engine, 0};
    expect(sellable_shortages(engine, NULL, count_shortage, &counted), OK);
    equal(counted.count, count);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_that_takes_away_what_was_promised_makes_a_cell_short),
        cmocka_unit_test(cells_come_by_key_of_item_then_of_location),
        cmocka_unit_test(safety_stock_is_not_promised_and_so_no_shortage),
        cmocka_unit_test(what_is_dated_counts_at_its_date),
        cmocka_unit_test(what_waits_is_short_if_nothing_to_come_covers_it),
        cmocka_unit_test(kits_and_items_that_are_not_tracked_are_never_short),
        cmocka_unit_test(rows_with_many_locations_are_looked_at_to_their_end),
        cmocka_unit_test(the_latest_orders_are_at_risk_first_and_no_more_than_cover_it),
        cmocka_unit_test(orders_of_lower_precedence_are_at_risk_before_others),
        cmocka_unit_test(what_is_allocated_is_at_risk_too_and_what_has_gone_is_not),
        cmocka_unit_test(an_order_is_at_risk_where_it_is_placed_and_with_what_it_has_there),
        cmocka_unit_test(dated_and_waiting_orders_are_at_risk_with_all_they_have),
        cmocka_unit_test(all_are_of_one_instant_whatever_the_visitor_changes),
        cmocka_unit_test(the_visitor_ends_the_visit),
        cmocka_unit_test(shortages_are_the_cells_that_tell_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
