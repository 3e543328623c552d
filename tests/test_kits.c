/* SPDX-License-Identifier: Apache-2.0
 *
 * Kits, units, and items that are not tracked. A SET is two of A and one of B. */
#include "told.h"

static struct sellable *stocked(int64_t a, int64_t b) {
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", a);
    stock(engine, "B", "east", b);
    kit_of(engine, "SET", "A", 2, "B", 1);
    channel_of(engine, "web");
    return engine;
}

static struct sellable_availability shown(const struct sellable *engine, const char *item) {
    struct sellable_question question = {.item_key = key_of(item), .channel_key = key_of("web")};
    struct sellable_availability availability = {.promisable = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    return availability;
}

static struct sellable_line unit_line(const char *item, int64_t quantity, const char *unit) {
    struct sellable_line line = line_of(item, quantity);
    line.unit = key_of(unit);
    return line;
}

/* ---- kits ------------------------------------------------------------------------------------ */

static void a_kit_is_promised_as_far_as_its_components_reach(void **state) {
    (void)state;
    struct sellable *engine = stocked(7, 5);
    equal(promisable(engine, "web", "SET"), 3);
    lacks(engine, "web", "SET", 4, "A 8>7");
    lacks(engine, "web", "SET", 6, "A 12>7, B 6>5");
    takes(engine, "O-1", "web", "SET", 2, "4 A east, 2 B east");
    equal(promisable(engine, "web", "SET"), 1); /* at once: of 3 A */
    takes(engine, "O-2", "web", "B", 3, "3 B east");
    equal(promisable(engine, "web", "SET"), 0);
    order_is(engine, "O-1", "reserved A east: reserved 4; B east: reserved 2");
    expect(ship(engine, "O-1"), OK); /* off the components, once */
    cell_is(engine, "A", "east", "on_hand 3");
    cell_is(engine, "B", "east", "on_hand 3, reserved 3");
    sellable_close(engine);
}

static void kits_and_their_components_in_one_order_are_added_up(void **state) {
    (void)state;
    struct sellable *engine = stocked(7, 5);
    kit_of(engine, "PAIR", "B", 1, "A", 1);
    const struct sellable_line too_many[] = {line_of("SET", 1), line_of("A", 6)};
    const struct sellable_line kits[] = {line_of("SET", 3), line_of("PAIR", 2)};
    const struct sellable_line fits[] = {line_of("B", 1), line_of("SET", 2), line_of("PAIR", 2)};
    refused(engine, &ORDER("O-1", "web", too_many), "A 8>7");
    refused(engine, &ORDER("O-1", "web", kits), "A 8>7");
    accepted(engine, &ORDER("O-1", "web", fits), "5 B east, 6 A east");
    sellable_close(engine);
}

static void each_component_is_placed_by_itself(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 1);
    stock(engine, "A", "west", 3);
    stock(engine, "B", "west", 5);
    takes(engine, "O-1", "web", "SET", 2, "3 A east, 1 A west, 1 B east, 1 B west");
    const struct sellable_line west[] = {line_at("SET", 2, "west")};
    const struct sellable_line one[] = {line_at("SET", 1, "west")};
    refused(engine, &ORDER("O-2", "web", west), "A 4>2");
    stock(engine, "A", "east", 9);
    refused(engine, &ORDER("O-2", "web", west), "A@west 4>2");
    accepted(engine, &ORDER("O-2", "web", one), "2 A west, 1 B west");
    sellable_close(engine);
}

static void the_components_settings_count_for_stock_and_the_kits_for_what_is_shown(void **state) {
    (void)state;
    struct sellable *engine = stocked(20, 20);
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_CAP |
                                               SELLABLE_SETTING_MINIMUM,
                                        .buffer = 3,
                                        .cap = 1,
                                        .minimum = 50});
    policy_for(engine, "web", "SET",
               (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_SHARE |
                                               SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW,
                                        .buffer = 100,
                                        .cap = 5,
                                        .low = 5});
    equal(shown(engine, "SET").promisable, 8); /* 17 of A */
    equal(shown(engine, "SET").published, 5);
    equal(shown(engine, "SET").level, SELLABLE_LEVEL_LOW);
    policy_for(engine, "web", "SET",
               (struct sellable_policy){.set = SELLABLE_SETTING_MINIMUM, .minimum = 9});
    equal(shown(engine, "SET").published, 0);
    equal(shown(engine, "SET").level, SELLABLE_LEVEL_NONE);
    takes(engine, "O-1", "web", "SET", 8, "16 A east, 8 B east");
    sellable_close(engine);
}

static void a_closed_kit_is_refused_itself_and_a_closed_component_by_its_name(void **state) {
    (void)state;
    struct sellable *engine = stocked(20, 20);
    policy_for(engine, "web", "SET",
               (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    equal(promisable(engine, "web", "SET"), 0);
    equal(promisable(engine, "web", "A"), 20);
    const struct sellable_line twice[] = {line_of("SET", 1), line_of("A", 1), line_of("SET", 2)};
    refused(engine, &ORDER("O-1", "web", twice), "SET 3>0");
    policy_for(engine, "web", "SET", (struct sellable_policy){.unset = SELLABLE_SETTING_CLOSED});
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    equal(promisable(engine, "web", "SET"), 0);
    lacks(engine, "web", "SET", 2, "A 4>0");
    sellable_close(engine);
}

static void a_kit_has_the_smallest_horizon_of_its_components(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 2);
    schedule(engine, "A", "east", "PO-1", 3 * SELLABLE_DAY, 10);
    schedule(engine, "B", "east", "PO-2", 3 * SELLABLE_DAY, 10);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    equal(promisable(engine, "web", "SET"), 6);
    policy_for(engine, "web", "B",
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 2});
    policy_for(engine, "web", "SET", /* its own does not count */
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 30});
    equal(promisable(engine, "web", "SET"), 1);
    equal(promisable_at(engine, "web", "SET", 2 * SELLABLE_DAY), 1);
    const struct sellable_question late = {.item_key = key_of("SET"),
                                           .channel_key = key_of("web"),
                                           .has_date = 1,
                                           .date = 2 * SELLABLE_DAY + 1};
    struct sellable_availability availability;
    expect(sellable_available(engine, &late, &availability), INVALID);
    sellable_close(engine);
}

static void a_part_of_a_kit_stands_for_its_components_as_they_were_accepted(void **state) {
    (void)state;
    struct sellable *engine = stocked(20, 20);
    takes(engine, "O-1", "web", "SET", 3, "6 A east, 3 B east");
    kit_of(engine, "SET", "A", 5, NULL, 0); /* another kit from now on */
    equal(promisable(engine, "web", "SET"), 2);
    const struct sellable_part one[] = {part_of("SET", 1)};
    const struct sellable_part three[] = {part_of("SET", 3)};
    expect(by_parts(sellable_release, engine, "O-1", one), OK);
    order_is(engine, "O-1",
             "reserved A east: reserved 4, released 2; B east: reserved 2, released 1");
    expect(by_parts(sellable_ship, engine, "O-1", three), WRONG_STATE);
    expect(by_parts(sellable_ship, engine, "O-1", one), OK);
    order_is(engine, "O-1",
             "reserved A east: reserved 2, shipped 2, released 2; "
             "B east: reserved 1, shipped 1, released 1");
    takes(engine, "O-2", "web", "A", 5, "5 A east");
    expect(by_parts(sellable_release, engine, "O-2", one), WRONG_STATE); /* it was not ordered */
    sellable_close(engine);
}

static void a_kit_has_no_stock_of_its_own(void **state) {
    (void)state;
    struct sellable *engine = stocked(20, 20);
    stock(engine, "A", "west", 1);
    for (uint32_t type = 1; type <= SELLABLE_RETURN_DISPOSITION; type++) {
        if (type == SELLABLE_TRANSFER_RECEIVE)
            continue; /* its item is that of the transfer */
        const struct sellable_event event = {.type = type,
                                             .to_key = key_of("west"),
                                             .outcome = SELLABLE_RESTOCK,
                                             .item_key = key_of("SET"),
                                             .location_key = key_of("east"),
                                             .channel_key = key_of("web"),
                                             .reason = key_of("quality"),
                                             .reference = key_of("PO-1"),
                                             .due = SELLABLE_DAY,
                                             .quantity = 1};
        struct reply reply;
        expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
        assert_string_equal(reply.answer.field, "item");
    }
    cell_is(engine, "SET", "east", "");
    sellable_close(engine);
}

/* ---- units ----------------------------------------------------------------------------------- */

static void a_line_in_a_unit_is_counted_in_the_smallest(void **state) {
    (void)state;
    struct sellable *engine = stocked(100, 100);
    counted_in(engine, "A", "case", 12, 1);
    const struct sellable_line lines[] = {unit_line("A", 3, "case"), line_of("A", 2)};
    accepted(engine, &ORDER("O-1", "web", lines), "38 A east");
    const struct sellable_line many[] = {unit_line("A", 6, "case")};
    refused(engine, &ORDER("O-2", "web", many), "A 72>62");
    const struct sellable_part part[] = {
        {.item_key = key_of("A"), .unit = key_of("case"), .quantity = 2}};
    expect(by_parts(sellable_allocate, engine, "O-1", part), OK);
    order_is(engine, "O-1", "reserved A east: reserved 14, allocated 24");
    sellable_close(engine);
}

static void units_are_exact_rationals_and_what_is_not_whole_is_invalid(void **state) {
    (void)state;
    const struct {
        int64_t numerator, denominator, quantity, smallest; /* 0: not whole */
    } cases[] = {
        {1, 3, 3, 1},
        {1, 3, 2, 0},
        {2, 6, 3, 1},
        {2, 3, 3, 2},
        {7, 2, 2, 7},
        {7, 2, 3, 0},
        {1000, 1, 5, 5000},
        {INT64_C(333333333333333), 3, 3, INT64_C(333333333333333)},
        {LARGEST, LARGEST, 17, 17},
        {LARGEST, 1, 1, LARGEST},
        {1, LARGEST, LARGEST, 1},
        {LARGEST - 1, LARGEST, LARGEST, LARGEST - 1}, /* the product is about 10^30 */
        {LARGEST - 1, LARGEST, LARGEST - 2, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(LARGEST, 0);
        counted_in(engine, "A", "unit", cases[i].numerator, cases[i].denominator);
        const struct sellable_line lines[] = {unit_line("A", cases[i].quantity, "unit")};
        struct reply reply;
        enum sellable_status status =
            sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), empty(&reply));
        if (cases[i].smallest) {
            equal(status, SELLABLE_OK);
            equal(reply.plan[0].quantity, cases[i].smallest);
        } else {
            equal(status, SELLABLE_INVALID);
            assert_string_equal(reply.answer.field, "lines.unit");
        }
        sellable_close(engine);
    }
}

static void events_are_counted_in_units_too(void **state) {
    (void)state;
    struct sellable *engine = stocked(0, 0);
    counted_in(engine, "A", "case", 12, 1);
    struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                   .item_key = key_of("A"),
                                   .location_key = key_of("east"),
                                   .unit = key_of("case"),
                                   .quantity = 2};
    struct reply reply;
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), OK);
    equal(reply.answer.variance, 24);
    event.type = SELLABLE_ON_HAND_ADJUST;
    event.quantity = -1;
    event.has_expected = 1;
    event.expected = 24; /* in the smallest unit */
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), OK);
    cell_is(engine, "A", "east", "on_hand 12");
    event.quantity = LARGEST; /* twelve times that */
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "quantity");
    event.unit = key_of("pallet");
    event.quantity = 1;
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "unit");
    counted_in(engine, "A", "third", 1, 3);
    event.unit = key_of("third");
    event.quantity = 4;
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
    cell_is(engine, "A", "east", "on_hand 12");
    sellable_close(engine);
}

static void the_smallest_unit_may_be_named_where_it_has_a_name(void **state) {
    (void)state;
    struct sellable *engine = stocked(9, 9);
    const struct sellable_item_settings named = {.set = SELLABLE_ITEM_UNIT, .unit = key_of("each")};
    expect(sellable_item_put(engine, NULL, key_of("A"), &named, NULL, NULL), OK);
    const struct sellable_line each[] = {unit_line("A", 2, "each")};
    const struct sellable_line plain[] = {line_of("A", 2)};
    const struct sellable_line other[] = {unit_line("B", 2, "each")};
    accepted(engine, &ORDER("O-1", "web", each), "2 A east");
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", plain), NULL), DUPLICATE);
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "web", other), NULL), INVALID);
    sellable_close(engine);
}

/* ---- not tracked ----------------------------------------------------------------------------- */

static void what_is_not_tracked_can_always_be_promised_and_is_in_no_cell(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 1);
    location_of(engine, "west");
    untracked(engine, "GIFT");
    channel_from(engine, "web", (const char *const[]){"west", "east", NULL});
    equal(promisable(engine, "web", "GIFT"), LARGEST);
    takes(engine, "O-1", "web", "GIFT", LARGEST, "1000000000000000 GIFT west");
    takes(engine, "O-2", "web", "GIFT", 5, "5 GIFT west");
    cell_is(engine, "GIFT", "west", "");
    const struct sellable_part two[] = {part_of("GIFT", 2)};
    const struct sellable_part one[] = {part_at("GIFT", 1, "west")};
    expect(by_parts(sellable_allocate, engine, "O-2", two), OK);
    expect(by_parts(sellable_ship, engine, "O-2", one), OK);
    expect(by_parts(sellable_release, engine, "O-2", one), OK);
    order_is(engine, "O-2",
             "reserved GIFT west: reserved 2, allocated 1, shipped 1, released 1");
    expect(ship(engine, "O-2"), OK);
    order_is(engine, "O-2", "shipped GIFT west: shipped 4, released 1");
    cell_is(engine, "GIFT", "west", "");
    expect(ship(engine, "O-1"), OK);
    sellable_close(engine);
}

static void what_is_not_tracked_is_closed_capped_and_needs_a_location_all_the_same(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 1);
    untracked(engine, "GIFT");
    policy_for(engine, "web", "GIFT",
               (struct sellable_policy){.set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW |
                                               SELLABLE_SETTING_BUFFER,
                                        .cap = 50,
                                        .low = 60,
                                        .buffer = 7});
    equal(shown(engine, "GIFT").promisable, LARGEST);
    equal(shown(engine, "GIFT").published, 50);
    equal(shown(engine, "GIFT").level, SELLABLE_LEVEL_LOW);
    policy_for(engine, "web", "GIFT",
               (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    equal(shown(engine, "GIFT").promisable, 0);
    lacks(engine, "web", "GIFT", 1, "GIFT 1>0");
    policy_for(engine, "web", "GIFT", (struct sellable_policy){.unset = SELLABLE_SETTINGS_ALL});
    active(engine, "east", 0);
    equal(promisable(engine, "web", "GIFT"), 0);
    lacks(engine, "web", "GIFT", 1, "GIFT 1>0");
    sellable_close(engine);
}

static void a_service_in_a_kit_does_not_limit_it(void **state) {
    (void)state;
    struct sellable *engine = stocked(7, 1);
    untracked(engine, "GIFT");
    kit_of(engine, "WRAPPED", "A", 2, "GIFT", 3);
    equal(promisable(engine, "web", "WRAPPED"), 3);
    takes(engine, "O-1", "web", "WRAPPED", 2, "4 A east, 6 GIFT east");
    equal(promisable(engine, "web", "WRAPPED"), 1);
    sellable_close(engine);
}

static void a_service_counts_with_its_horizon(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 1);
    untracked(engine, "GIFT");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    schedule(engine, "A", "east", "PO-1", 3 * SELLABLE_DAY, 5);
    const struct sellable_line lines[] = {line_of("GIFT", 1), line_of("A", 2)};
    policy_for(engine, "web", "GIFT",
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 2});
    refused(engine, &ORDER("O-1", "web", lines), "A 2>1");
    policy_for(engine, "web", "GIFT", (struct sellable_policy){.unset = SELLABLE_SETTING_HORIZON});
    equal(accepted(engine, &ORDER("O-1", "web", lines), "1 GIFT east, 2 A east"),
          3 * SELLABLE_DAY);
    order_is(engine, "O-1",
             "reserved GIFT east: reserved 1, dated 1; A east: reserved 2, dated 2");
    now_is(engine, 3 * SELLABLE_DAY);
    order_is(engine, "O-1", "reserved GIFT east: reserved 1; A east: reserved 2");
    sellable_close(engine);
}

static void stock_of_what_is_not_tracked_is_invalid(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 1);
    untracked(engine, "GIFT");
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = key_of("GIFT"),
                                         .location_key = key_of("east"),
                                         .quantity = 1};
    struct reply reply;
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "item");
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kit_is_promised_as_far_as_its_components_reach),
        cmocka_unit_test(kits_and_their_components_in_one_order_are_added_up),
        cmocka_unit_test(each_component_is_placed_by_itself),
        cmocka_unit_test(the_components_settings_count_for_stock_and_the_kits_for_what_is_shown),
        cmocka_unit_test(a_closed_kit_is_refused_itself_and_a_closed_component_by_its_name),
        cmocka_unit_test(a_kit_has_the_smallest_horizon_of_its_components),
        cmocka_unit_test(a_part_of_a_kit_stands_for_its_components_as_they_were_accepted),
        cmocka_unit_test(a_kit_has_no_stock_of_its_own),
        cmocka_unit_test(a_line_in_a_unit_is_counted_in_the_smallest),
        cmocka_unit_test(units_are_exact_rationals_and_what_is_not_whole_is_invalid),
        cmocka_unit_test(events_are_counted_in_units_too),
        cmocka_unit_test(the_smallest_unit_may_be_named_where_it_has_a_name),
        cmocka_unit_test(what_is_not_tracked_can_always_be_promised_and_is_in_no_cell),
        cmocka_unit_test(what_is_not_tracked_is_closed_capped_and_needs_a_location_all_the_same),
        cmocka_unit_test(a_service_in_a_kit_does_not_limit_it),
        cmocka_unit_test(a_service_counts_with_its_horizon),
        cmocka_unit_test(stock_of_what_is_not_tracked_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
