/* SPDX-License-Identifier: Apache-2.0
 *
 * What a channel may promise, what it shows, and where it is placed: the settings of a channel one
 * by one, with figures that are worked out by hand beside them. */
#include "told.h"

static const char *const east_west[] = {"east", "west", NULL};

static struct sellable_availability shown(const struct sellable *engine, const char *item) {
    struct sellable_question question = {.item_key = key_of(item), .channel_key = key_of("web")};
    struct sellable_availability availability = {.promisable = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    return availability;
}

/* web ships from east, then west; so many of A are in each. */
static struct sellable *stocked(int64_t east, int64_t west) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", east_west);
    stock(engine, "A", "east", east);
    stock(engine, "A", "west", west);
    return engine;
}

static void web_has(struct sellable *engine, struct sellable_policy policy) {
    channel_with(engine, "web", policy);
}

/* ---- share, buffer, backorder ---------------------------------------------------------------- */

static void a_share_is_rounded_down_in_each_cell_and_is_of_what_is_left(void **state) {
    (void)state;
    struct sellable *engine = stocked(7, 5);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = 5000});
    equal(promisable(engine, "web", "A"), 5); /* 3 of 3.5 and 2 of 2.5, not 6 */
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    equal(promisable(engine, "web", "A"), 4); /* half of 5, half of 5 */
    takes(engine, "O-2", "web", "A", 4, "2 A east, 2 A west");
    equal(promisable(engine, "web", "A"), 2); /* half of 3, half of 3 */
    lacks(engine, "web", "A", 3, "A 3>2");
    channel_of(engine, "shop");
    equal(promisable(engine, "shop", "A"), 6);
    sellable_close(engine);
}

static void a_buffer_is_kept_back_over_all_locations(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 4);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = 5});
    equal(promisable(engine, "web", "A"), 2);
    lacks(engine, "web", "A", 3, "A 3>2");
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    equal(promisable(engine, "web", "A"), 0);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = LARGEST});
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

static void what_still_waits_uses_up_the_backorder(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 2);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    equal(promisable(engine, "web", "A"), 9);
    lacks(engine, "web", "A", 10, "A 10>9");
    takes(engine, "O-1", "web", "A", 7, "5 A east (2 wait), 2 A west");
    cell_is(engine, "A", "east", "on_hand 3, reserved 3, backordered 2");
    cell_is(engine, "A", "west", "on_hand 2, reserved 2");
    order_is(engine, "O-1",
             "reserved A east: reserved 5, waiting 2; A west: reserved 2");
    equal(promisable(engine, "web", "A"), 2); /* room 4 - 2 */
    stock(engine, "A", "east", 4);
    equal(promisable(engine, "web", "A"), 3); /* 1 is free, and has to go to what waits */
    stock(engine, "A", "east", 10);
    equal(cell_of(engine, "A", "east").free, 7);
    equal(cell_of(engine, "A", "east").shared, 5);
    equal(promisable(engine, "web", "A"), 9); /* 5 and all the room */
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 5");
    sellable_close(engine);
}

static void what_waits_has_no_claim_where_a_channel_does_not_ship_from(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 2);
    channel_from(engine, "shop", (const char *const[]){"west", NULL});
    channel_from(engine, "edi", (const char *const[]){"east", NULL});
    const char *const channels[] = {"web", "shop", "edi"};
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        channel_with(engine, channels[i],
                     (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 4});
    }
    takes(engine, "O-1", "edi", "A", 6, "6 A east (3 wait)");
    equal(promisable(engine, "edi", "A"), 1);
    equal(promisable(engine, "web", "A"), 3);  /* 2 of west, room 4 - 3 */
    equal(promisable(engine, "shop", "A"), 6); /* 2 of west, room 4 */
    sellable_close(engine);
}

static void buffer_and_backorder_set_each_other_off(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 0);
    web_has(engine,
            (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_BACKORDER,
                                     .buffer = 5,
                                     .backorder = 4});
    equal(promisable(engine, "web", "A"), 1); /* 2 - 5 + 4 */
    takes(engine, "O-1", "web", "A", 1, "1 A east");
    equal(promisable(engine, "web", "A"), 0); /* 1 - 5 + 4 */
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = 1});
    takes(engine, "O-2", "web", "A", 4, "4 A east (3 wait)"); /* 1 - 1 + 4 */
    equal(promisable(engine, "web", "A"), 0);                 /* 0 - 1 + 1 */
    sellable_close(engine);
}

static void sums_over_locations_stop_at_the_largest_quantity(void **state) {
    (void)state;
    struct sellable *engine = stocked(LARGEST, LARGEST);
    equal(promisable(engine, "web", "A"), LARGEST);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER,
                                             .backorder = LARGEST});
    equal(promisable(engine, "web", "A"), LARGEST);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = LARGEST});
    equal(promisable(engine, "web", "A"), LARGEST); /* 10^15 - 10^15 + 10^15 */
    web_has(engine, (struct sellable_policy){.unset = SELLABLE_SETTING_BACKORDER});
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void a_unit_rounds_promisable_down_to_whole_ones(void **state) {
    (void)state;
    const struct {
        int64_t numerator, denominator, on_hand, promisable;
    } cases[] = {{12, 1, 30, 24}, {12, 1, 11, 0}, {5, 2, 13, 10}, {10, 4, 13, 10}, {1, 3, 13, 13}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(cases[i].on_hand, 0);
        web_has(engine,
                (struct sellable_policy){.set = SELLABLE_SETTING_UNIT, .unit = key_of("case")});
        equal(promisable(engine, "web", "A"), cases[i].on_hand); /* it has no such unit */
        counted_in(engine, "A", "case", cases[i].numerator, cases[i].denominator);
        equal(promisable(engine, "web", "A"), cases[i].promisable);
        counted_in(engine, "A", "box", cases[i].numerator, cases[i].denominator);
        equal(promisable(engine, "web", "A"), cases[i].on_hand);
        sellable_close(engine);
    }
    struct sellable *engine = stocked(30, 0);
    counted_in(engine, "A", "case", 12, 1);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_UNIT, .unit = key_of("case")});
    lacks(engine, "web", "A", 25, "A 25>24");
    takes(engine, "O-1", "web", "A", 13, "13 A east");
    equal(promisable(engine, "web", "A"), 12); /* of 17 */
    sellable_close(engine);
}

static void buffer_and_backorder_count_before_it_is_rounded(void **state) {
    (void)state;
    struct sellable *engine = stocked(20, 9);
    counted_in(engine, "A", "case", 12, 1);
    web_has(engine,
            (struct sellable_policy){.set = SELLABLE_SETTING_UNIT | SELLABLE_SETTING_BUFFER |
                                            SELLABLE_SETTING_BACKORDER,
                                     .unit = key_of("case"),
                                     .buffer = 4,
                                     .backorder = 12});
    equal(promisable(engine, "web", "A"), 36); /* of 29 - 4 + 12 */
    sellable_close(engine);
}

static void cap_minimum_and_low_are_of_what_is_shown_alone(void **state) {
    (void)state;
    enum { NONE = SELLABLE_LEVEL_NONE, LOW = SELLABLE_LEVEL_LOW, FINE = SELLABLE_LEVEL_OK };
    const struct {
        uint32_t set;
        int64_t cap, minimum, low, published;
        uint32_t level;
    } cases[] = {
        {0, 0, 0, 0, 10, FINE},
        {SELLABLE_SETTING_CAP, 6, 0, 0, 6, FINE},
        {SELLABLE_SETTING_CAP, 11, 0, 0, 10, FINE},
        {SELLABLE_SETTING_CAP, 0, 0, 0, 0, NONE},
        {SELLABLE_SETTING_MINIMUM, 0, 10, 0, 10, FINE},
        {SELLABLE_SETTING_MINIMUM, 0, 11, 0, 0, NONE},
        {SELLABLE_SETTING_LOW, 0, 0, 9, 10, FINE},
        {SELLABLE_SETTING_LOW, 0, 0, 10, 10, LOW},
        {SELLABLE_SETTING_CAP | SELLABLE_SETTING_MINIMUM, 6, 8, 0, 6, FINE},
        {SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW, 6, 0, 6, 6, LOW},
        {SELLABLE_SETTING_MINIMUM | SELLABLE_SETTING_LOW, 0, 11, 20, 0, NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(7, 3);
        web_has(engine, (struct sellable_policy){.set = cases[i].set,
                                                 .cap = cases[i].cap,
                                                 .minimum = cases[i].minimum,
                                                 .low = cases[i].low});
        equal(shown(engine, "A").promisable, 10);
        equal(shown(engine, "A").published, cases[i].published);
        equal(shown(engine, "A").level, cases[i].level);
        lacks(engine, "web", "A", 11, "A 11>10"); /* promisable is what is enforced */
        takes(engine, "O-1", "web", "A", 10, "7 A east, 3 A west");
        equal(shown(engine, "A").published, 0);
        equal(shown(engine, "A").level, NONE);
        sellable_close(engine);
    }
}

static void a_closed_channel_promises_nothing_and_shows_0(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 2);
    stock(engine, "B", "east", 1);
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED | SELLABLE_SETTING_BACKORDER,
                                        .closed = 1,
                                        .backorder = 50});
    equal(promisable(engine, "web", "A"), 0);
    equal(promisable(engine, "web", "B"), 1);
    lacks(engine, "web", "A", 1, "A 1>0");
    policy_for(engine, "web", "A", (struct sellable_policy){.unset = SELLABLE_SETTING_CLOSED});
    equal(promisable(engine, "web", "A"), 55);
    sellable_close(engine);
}

static void without_an_active_location_nothing_is_promised(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 2);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 9});
    active(engine, "east", 0);
    equal(promisable(engine, "web", "A"), 11);
    takes(engine, "O-1", "web", "A", 4, "4 A west (2 wait)"); /* the first that is active */
    active(engine, "west", 0);
    equal(promisable(engine, "web", "A"), 0);
    lacks(engine, "web", "A", 1, "A 1>0");
    cell_is(engine, "A", "west", "on_hand 2, reserved 2, backordered 2"); /* it keeps its figures */
    active(engine, "east", 1);
    equal(promisable(engine, "web", "A"), 12); /* what waits in west uses no room now */
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS});
    equal(promisable(engine, "web", "A"), 0);
    sellable_close(engine);
}

static void a_paused_channel_takes_no_new_order_and_answers_all_else(void **state) {
    (void)state;
    struct sellable *engine = stocked(8, 2);
    stock(engine, "B", "east", 9);
    kit_of(engine, "SET", "B", 1, "A", 1);
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    equal(promisable(engine, "web", "A"), 8);
    const struct sellable_line lines[] = {line_of("B", 1), line_of("A", 1)};
    const struct sellable_line kits[] = {line_of("B", 1), line_of("B", 1), line_of("SET", 1)};
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "web", lines), empty(&reply)), PAUSED);
    equal(reply.answer.line, 1);
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "web", kits), empty(&reply)), PAUSED);
    equal(reply.answer.line, 2);
    expect(reserve(engine, "O-2", "web", "A", 100), PAUSED); /* before the figures are looked at */
    cell_is(engine, "A", "east", "on_hand 8, reserved 2");
    takes(engine, "O-3", "web", "B", 1, "1 B east");
    const struct sellable_line more[] = {line_of("A", 3)};
    expect(sellable_amend(engine, NULL, &ORDER("O-1", "web", more), NULL), OK);
    expect(ship(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 5");
    channel_of(engine, "shop");
    takes(engine, "O-4", "shop", "A", 1, "1 A east");
    sellable_close(engine);
}

/* ---- sourcing -------------------------------------------------------------------------------- */

static struct sellable *three_places(enum sellable_sourcing sourcing) {
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SOURCING,
                                          .sourcing = (uint32_t)sourcing});
    stock(engine, "A", "west", 5); /* all, in key order: east, north, west */
    stock(engine, "A", "north", 5);
    stock(engine, "A", "east", 2);
    return engine;
}

static void split_fills_one_location_after_another(void **state) {
    (void)state;
    struct sellable *engine = three_places(SELLABLE_SPLIT);
    takes(engine, "O-1", "web", "A", 3, "2 A east, 1 A north");
    takes(engine, "O-2", "web", "A", 8, "4 A north, 4 A west");
    takes(engine, "O-3", "web", "A", 1, "1 A west");
    lacks(engine, "web", "A", 1, "A 1>0");
    sellable_close(engine);
}

static void most_fills_where_most_is_seen_before_the_order(void **state) {
    (void)state;
    struct sellable *engine = three_places(SELLABLE_MOST);
    takes(engine, "O-1", "web", "A", 4, "4 A north"); /* of equals the first */
    takes(engine, "O-2", "web", "A", 6, "5 A west, 1 A east");
    takes(engine, "O-3", "web", "A", 2, "1 A east, 1 A north"); /* 1, 1, 0 */
    sellable_close(engine);
}

static void single_takes_all_of_an_item_from_one_location(void **state) {
    (void)state;
    struct sellable *engine = three_places(SELLABLE_SINGLE);
    equal(promisable(engine, "web", "A"), 5);
    lacks(engine, "web", "A", 6, "A 6>5");
    const struct sellable_line halves[] = {line_of("A", 3), line_of("A", 3)};
    refused(engine, &ORDER("halves", "web", halves), "A 6>5");
    takes(engine, "O-1", "web", "A", 2, "2 A east"); /* the first that covers it */
    takes(engine, "O-2", "web", "A", 3, "3 A north");
    takes(engine, "O-3", "web", "A", 3, "3 A west");
    stock(engine, "B", "west", 2);
    const struct sellable_line items[] = {line_of("A", 2), line_of("B", 2)};
    accepted(engine, &ORDER("O-4", "web", items), "2 A north, 2 B west");
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 3});
    equal(promisable(engine, "web", "A"), 5); /* 2 of west and 3 */
    takes(engine, "O-5", "web", "A", 4, "4 A west (2 wait)");
    equal(promisable(engine, "web", "A"), 1);
    takes(engine, "O-6", "web", "A", 1, "1 A east (1 wait)"); /* of equals the first */
    sellable_close(engine);
}

/* ---- lines with a location ------------------------------------------------------------------- */

static void a_line_with_a_location_is_filled_there_before_the_others(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 4);
    const struct sellable_line lines[] = {line_of("A", 4), line_at("A", 2, "west")};
    accepted(engine, &ORDER("O-1", "web", lines), "3 A west, 3 A east");
    cell_is(engine, "A", "west", "on_hand 4, reserved 3");
    sellable_close(engine);
}

static void a_line_with_a_location_does_not_take_more_than_is_seen_there(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 4);
    stock(engine, "A", "north", 9);
    const struct sellable_line five[] = {line_at("A", 5, "west")};
    const struct sellable_line north[] = {line_at("A", 1, "north")};
    const struct sellable_line both[] = {line_at("A", 4, "east"), line_at("A", 3, "west")};
    const struct sellable_line eight[] = {line_at("A", 4, "west"), line_at("A", 4, "east")};
    refused(engine, &ORDER("O-1", "web", five), "A@west 5>4");
    refused(engine, &ORDER("O-1", "web", north), "A@north 1>0"); /* web does not ship from there */
    refused(engine, &ORDER("O-1", "web", both), "A@east 4>3");
    refused(engine, &ORDER("O-1", "web", eight), "A 8>7"); /* the item as a whole goes before */
    active(engine, "west", 0);
    const struct sellable_line one[] = {line_at("A", 1, "west")};
    refused(engine, &ORDER("O-1", "web", one), "A@west 1>0");
    sellable_close(engine);
}

static void lines_with_locations_share_the_room_beyond_stock(void **state) {
    (void)state;
    const struct {
        int64_t east, west; /* of 3 and 4, and 2 more */
        const char *misfits, *plan;
    } cases[] = {
        {0, 6, NULL, "6 A west (2 wait)"},
        {4, 5, NULL, "4 A east (1 wait), 5 A west (1 wait)"},
        {0, 7, "A@west 7>6", NULL},
        {6, 0, "A@east 6>5", NULL},
        {5, 5, "A 10>9", NULL},
        {1, 6, NULL, "1 A east, 6 A west (2 wait)"},
        {1, 7, "A@west 7>6", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(3, 4);
        web_has(engine,
                (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 2});
        const struct sellable_line lines[] = {line_at("A", cases[i].east, "east"),
                                              line_at("A", cases[i].west, "west")};
        struct sellable_order order = ORDER("O-1", "web", lines);
        order.lines += cases[i].east == 0;
        order.line_count -= cases[i].east == 0 || cases[i].west == 0;
        if (cases[i].plan) {
            accepted(engine, &order, cases[i].plan);
        } else {
            refused(engine, &order, cases[i].misfits);
        }
        sellable_close(engine);
    }
}

static void with_single_a_located_line_takes_all_of_its_item_there(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 4);
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_SOURCING,
                                             .sourcing = SELLABLE_SINGLE});
    const struct sellable_line two_places[] = {line_at("A", 1, "east"), line_at("A", 1, "west")};
    const struct sellable_line four_in_east[] = {line_at("A", 2, "east"), line_of("A", 2)};
    const struct sellable_line five_in_west[] = {line_at("A", 2, "west"), line_of("A", 3)};
    const struct sellable_line three_in_west[] = {line_of("A", 2), line_at("A", 1, "west")};
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", two_places), empty(&reply)),
           INVALID);
    assert_string_equal(reply.answer.field, "lines.location");
    equal(reply.answer.line, 1);
    refused(engine, &ORDER("O-1", "web", four_in_east), "A@east 4>3");
    refused(engine, &ORDER("O-1", "web", five_in_west), "A 5>4");
    accepted(engine, &ORDER("O-1", "web", three_in_west), "3 A west");
    sellable_close(engine);
}

/* ---- of several orders ----------------------------------------------------------------------- */

static void asked_for_an_order_its_own_promise_is_free(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0);
    channel_of(engine, "shop");
    web_has(engine, (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 2});
    fence(engine, "A", "east", "web", 2, 0);
    takes(engine, "O-1", "web", "A", 6, "6 A east (1 wait)");
    takes(engine, "O-2", "web", "A", 1, "1 A east (1 wait)");
    equal(promisable(engine, "web", "A"), 0);
    equal(promisable_for(engine, "web", "A", "O-1"), 6); /* 2 fenced, 3 - 1, and room 2 */
    equal(promisable_for(engine, "web", "A", "O-2"), 1);
    equal(promisable_for(engine, "shop", "A", "O-1"), 2); /* the fence is web's again */
    expect(sellable_allocate(engine, NULL, key_of("O-1"), NULL, 0, NULL), OK);
    equal(promisable_for(engine, "web", "A", "O-1"), 1); /* allocated: it does not wait */
    equal(promisable(engine, "web", "A"), 1);
    expect(release(engine, "O-2"), OK);
    equal(promisable_for(engine, "web", "A", "O-2"), promisable(engine, "web", "A"));
    sellable_close(engine);
}

static void a_shortfall_of_one_location_does_not_eat_anothers_stock(void **state) {
    (void)state;
    struct sellable *engine = stocked(-5, 4);
    equal(promisable(engine, "web", "A"), 4);
    takes(engine, "O-1", "web", "A", 4, "4 A west");
    stock(engine, "A", "west", 1);
    stock(engine, "A", "east", 2);
    equal(cell_of(engine, "A", "west").short_, 3);
    equal(promisable(engine, "web", "A"), 2);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_rounded_down_in_each_cell_and_is_of_what_is_left),
        cmocka_unit_test(a_buffer_is_kept_back_over_all_locations),
        cmocka_unit_test(what_still_waits_uses_up_the_backorder),
        cmocka_unit_test(what_waits_has_no_claim_where_a_channel_does_not_ship_from),
        cmocka_unit_test(buffer_and_backorder_set_each_other_off),
        cmocka_unit_test(sums_over_locations_stop_at_the_largest_quantity),
        cmocka_unit_test(a_unit_rounds_promisable_down_to_whole_ones),
        cmocka_unit_test(buffer_and_backorder_count_before_it_is_rounded),
        cmocka_unit_test(cap_minimum_and_low_are_of_what_is_shown_alone),
        cmocka_unit_test(a_closed_channel_promises_nothing_and_shows_0),
        cmocka_unit_test(without_an_active_location_nothing_is_promised),
        cmocka_unit_test(a_paused_channel_takes_no_new_order_and_answers_all_else),
        cmocka_unit_test(split_fills_one_location_after_another),
        cmocka_unit_test(most_fills_where_most_is_seen_before_the_order),
        cmocka_unit_test(single_takes_all_of_an_item_from_one_location),
        cmocka_unit_test(a_line_with_a_location_is_filled_there_before_the_others),
        cmocka_unit_test(a_line_with_a_location_does_not_take_more_than_is_seen_there),
        cmocka_unit_test(lines_with_locations_share_the_room_beyond_stock),
        cmocka_unit_test(with_single_a_located_line_takes_all_of_its_item_there),
        cmocka_unit_test(asked_for_an_order_its_own_promise_is_free),
        cmocka_unit_test(a_shortfall_of_one_location_does_not_eat_anothers_stock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
