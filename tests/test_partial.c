/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders that take what they can (mode partial), and lines that another item may stand in for. */
#include "told.h"

static struct sellable *stocked(int64_t a, int64_t b, int64_t c) {
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", a);
    stock(engine, "B", "east", b);
    stock(engine, "C", "east", c);
    channel_of(engine, "web");
    return engine;
}

#define PARTIAL(order, lines_)                                                                     \
    ((struct sellable_order){.key = key_of(order),                                                 \
                             .channel_key = key_of("web"),                                         \
                             .lines = (lines_),                                                    \
                             .line_count = COUNT_OF(lines_),                                       \
                             .mode = SELLABLE_PARTIAL})

static struct sellable_line at_least(struct sellable_line line, int64_t quantity) {
    line.at_least = quantity;
    return line;
}

static struct sellable_line in_unit(struct sellable_line line, const char *unit) {
    line.unit = key_of(unit);
    return line;
}

static struct sellable_line or_else(struct sellable_line line,
                                    const struct sellable_substitute *substitutes,
                                    uint32_t count) {
    line.substitutes = substitutes;
    line.substitute_count = count;
    return line;
}

/* ---- partial --------------------------------------------------------------------------------- */

static void partial_lines_take_in_their_order_what_they_can(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 1, 0);
    const struct sellable_line lines[] = {line_of("A", 3), line_of("B", 2), line_of("A", 4),
                                          line_of("C", 1)};
    accepted(engine, &PARTIAL("O-1", lines), "5 A east, 1 B east");
    order_is(engine, "O-1", "reserved A east: reserved 5; B east: reserved 1");
    const struct sellable_line more[] = {line_of("C", 2), line_of("A", 1), line_of("C", 1)};
    refused(engine, &PARTIAL("O-2", more), "C 3>0, A 1>0");
    sellable_close(engine);
}

static void a_line_takes_nothing_below_its_at_least(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 2, 0);
    const struct sellable_line six[] = {at_least(line_of("A", 8), 6), at_least(line_of("B", 9), 2)};
    accepted(engine, &PARTIAL("O-1", six), "2 B east");
    const struct sellable_line again[] = {at_least(line_of("A", 8), 6)};
    refused(engine, &PARTIAL("O-2", again), "A 8>5");
    const struct sellable_line five[] = {at_least(line_of("A", 8), 5)};
    accepted(engine, &PARTIAL("O-2", five), "5 A east");
    sellable_close(engine);
}

static void at_least_is_for_lines_that_may_be_cut(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0, 0);
    const struct sellable_line lines[] = {at_least(line_of("A", 2), 3)};
    refused(engine, &PARTIAL("O-1", lines), ""); /* it never takes 3, though 2 would fit */
    accepted(engine, &ORDER("O-1", "web", lines), "2 A east");
    sellable_close(engine);
}

static void a_partial_line_takes_whole_units_of_its_own(void **state) {
    (void)state;
    struct sellable *engine = stocked(30, 13, 0);
    counted_in(engine, "A", "case", 12, 1);
    counted_in(engine, "B", "case", 5, 2);
    const struct sellable_line lines[] = {in_unit(line_of("A", 5), "case"),
                                          in_unit(line_of("B", 6), "case"), line_of("A", 9)};
    accepted(engine, &PARTIAL("O-1", lines), "30 A east, 10 B east"); /* 24 and 6 of A */
    const struct sellable_line more[] = {in_unit(line_of("B", 2), "case")};
    refused(engine, &PARTIAL("O-2", more), "B 5>3");
    stock(engine, "A", "east", 60);
    const struct sellable_line three[] = {at_least(in_unit(line_of("A", 5), "case"), 3)};
    const struct sellable_line two[] = {at_least(in_unit(line_of("A", 5), "case"), 2)};
    refused(engine, &PARTIAL("O-2", three), "A 60>30");
    accepted(engine, &PARTIAL("O-2", two), "24 A east");
    sellable_close(engine);
}

static void a_partial_line_of_kits_takes_whole_kits(void **state) {
    (void)state;
    struct sellable *engine = stocked(7, 5, 0);
    kit_of(engine, "SET", "A", 2, "B", 1);
    const struct sellable_line lines[] = {line_of("SET", 9), line_of("A", 9)};
    accepted(engine, &PARTIAL("O-1", lines), "7 A east, 3 B east");
    sellable_close(engine);
}

static void a_partial_line_with_a_location_takes_what_is_there(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 0, 0);
    stock(engine, "A", "west", 4);
    const struct sellable_line lines[] = {line_at("A", 9, "west"), line_at("A", 1, "east"),
                                          line_of("A", 9)};
    accepted(engine, &PARTIAL("O-1", lines), "4 A west, 3 A east");
    const struct sellable_line none[] = {line_at("A", 2, "west")};
    stock(engine, "A", "east", 9);
    refused(engine, &PARTIAL("O-2", none), "A@west 2>0");
    sellable_close(engine);
}

static void a_partial_line_uses_the_room_beyond_stock(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 0, 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 2});
    const struct sellable_line lines[] = {line_of("A", 9)};
    accepted(engine, &PARTIAL("O-1", lines), "5 A east (2 wait)");
    sellable_close(engine);
}

static void what_fits_in_full_is_the_same_in_both_modes(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 2, 0);
    const struct sellable_line lines[] = {line_of("A", 5), line_of("B", 2)};
    accepted(engine, &PARTIAL("O-1", lines), "5 A east, 2 B east");
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), NULL), CONFLICT);
    expect(sellable_reserve(engine, NULL, &PARTIAL("O-1", lines), NULL), DUPLICATE);
    sellable_close(engine);
}

static void a_partial_order_is_told_the_same_again_when_there_is_more(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 0, 0);
    const struct sellable_line lines[] = {line_of("A", 8)};
    accepted(engine, &PARTIAL("O-1", lines), "5 A east");
    stock(engine, "A", "east", 50);
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &PARTIAL("O-1", lines), empty(&reply)), DUPLICATE);
    plan_is_at(engine, &reply, "5 A east", __FILE__, __LINE__);
    cell_is(engine, "A", "east", "on_hand 50, reserved 5");
    sellable_close(engine);
}

static void a_partial_order_is_settled_for_the_latest_date(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 0, 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    schedule(engine, "A", "east", "PO-1", 3 * SELLABLE_DAY, 5);
    const struct sellable_line lines[] = {line_of("A", 9)};
    equal(accepted(engine, &PARTIAL("O-1", lines), "7 A east"), 3 * SELLABLE_DAY);
    sellable_close(engine);
}

/* ---- substitutes ----------------------------------------------------------------------------- */

static void the_first_that_covers_the_whole_line_takes_it(void **state) {
    (void)state;
    const struct {
        int64_t quantity;
        const char *plan; /* NULL: the item itself stands, and does not fit */
    } cases[] = {{2, "2 A east"}, {3, "3 B east"}, {5, "5 B east"}, {6, "6 C east"}, {10, NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = stocked(2, 5, 9);
        const struct sellable_substitute others[] = {{.item_key = key_of("B")},
                                                     {.item = item_of(engine, "C")}};
        const struct sellable_line lines[] = {or_else(line_of("A", cases[i].quantity), others, 2)};
        if (cases[i].plan) {
            accepted(engine, &ORDER("O-1", "web", lines), cases[i].plan);
        } else {
            refused(engine, &ORDER("O-1", "web", lines), "A 10>2");
            accepted(engine, &PARTIAL("O-1", lines), "2 A east"); /* nor is it split up */
        }
        sellable_close(engine);
    }
}

static void each_line_is_judged_on_top_of_those_before(void **state) {
    (void)state;
    struct sellable *engine = stocked(3, 5, 0);
    const struct sellable_substitute b[] = {{.item_key = key_of("B")}};
    const struct sellable_line lines[] = {or_else(line_of("A", 2), b, 1),
                                          or_else(line_of("A", 2), b, 1),
                                          or_else(line_of("A", 1), b, 1)};
    accepted(engine, &ORDER("O-1", "web", lines), "3 A east, 2 B east");
    const struct sellable_line later[] = {or_else(line_of("A", 2), b, 1), line_of("B", 2)};
    refused(engine, &ORDER("O-2", "web", later), "B 4>3"); /* later lines are not looked at then */
    sellable_close(engine);
}

static void a_paused_or_closed_substitute_is_passed_over(void **state) {
    (void)state;
    struct sellable *engine = stocked(0, 5, 5);
    kit_of(engine, "SET", "B", 1, NULL, 0);
    const struct sellable_substitute others[] = {{.item_key = key_of("SET")},
                                                 {.item_key = key_of("B")},
                                                 {.item_key = key_of("C")}};
    const struct sellable_line lines[] = {or_else(line_of("A", 1), others, 3)};
    policy_for(engine, "web", "SET",
               (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    accepted(engine, &ORDER("O-1", "web", lines), "1 B east");
    policy_for(engine, "web", "B",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    accepted(engine, &ORDER("O-2", "web", lines), "1 C east");
    policy_for(engine, "web", "SET", (struct sellable_policy){.unset = SELLABLE_SETTING_CLOSED});
    accepted(engine, &ORDER("O-3", "web", lines), "1 C east"); /* a kit of what is paused */
    policy_for(engine, "web", "C",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    refused(engine, &ORDER("O-4", "web", lines), "A 1>0");
    policy_for(engine, "web", "B", (struct sellable_policy){.unset = SELLABLE_SETTING_PAUSED});
    accepted(engine, &ORDER("O-4", "web", lines), "1 B east");
    order_is(engine, "O-4", "reserved B east: reserved 1");
    sellable_close(engine);
}

static void a_substitute_takes_the_lines_unit_as_its_own_has_it(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 15, 99);
    counted_in(engine, "A", "case", 12, 1);
    counted_in(engine, "B", "case", 10, 1);
    const struct sellable_substitute b[] = {{.item_key = key_of("B")}};
    const struct sellable_substitute c[] = {{.item_key = key_of("B")}, {.item_key = key_of("C")}};
    const struct sellable_line lines[] = {or_else(in_unit(line_of("A", 1), "case"), b, 1)};
    accepted(engine, &ORDER("O-1", "web", lines), "10 B east");
    const struct sellable_line none[] = {line_of("C", 1),
                                         or_else(in_unit(line_of("A", 1), "case"), c, 2)};
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "web", none), empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "lines.unit");
    equal(reply.answer.line, 1);
    sellable_close(engine);
}

static void a_substitute_is_filled_where_the_line_says(void **state) {
    (void)state;
    struct sellable *engine = stocked(9, 5, 5);
    stock(engine, "C", "west", 2);
    const struct sellable_substitute others[] = {{.item_key = key_of("B")},
                                                 {.item_key = key_of("C")}};
    const struct sellable_line lines[] = {or_else(line_at("A", 2, "west"), others, 2)};
    accepted(engine, &ORDER("O-1", "web", lines), "2 C west");
    refused(engine, &ORDER("O-2", "web", lines), "A@west 2>0");
    sellable_close(engine);
}

static void only_what_no_other_takes_is_told_as_what_does_not_fit(void **state) {
    (void)state;
    struct sellable *engine = stocked(5, 1, 0);
    stock(engine, "A", "west", 4);
    const struct sellable_substitute b[] = {{.item_key = key_of("B")}};
    const struct sellable_line lines[] = {or_else(line_of("A", 1), b, 1),
                                          or_else(line_of("C", 1), b, 1), line_at("A", 2, "east"),
                                          or_else(line_at("A", 5, "west"), b, 1)};
    refused(engine, &ORDER("O-1", "web", lines), "A@west 5>4"); /* B takes the line of C */
    const struct sellable_line both[] = {line_at("A", 6, "east"), line_at("A", 1, "west")};
    refused(engine, &ORDER("O-1", "web", both), "A@east 6>5");
    sellable_close(engine);
}

static void a_kit_may_stand_in_and_be_stood_in_for(void **state) {
    (void)state;
    struct sellable *engine = stocked(1, 5, 5);
    kit_of(engine, "SET", "B", 2, "C", 1);
    const struct sellable_substitute set[] = {{.item_key = key_of("SET")}};
    const struct sellable_substitute c[] = {{.item_key = key_of("C")}};
    const struct sellable_line by_kit[] = {or_else(line_of("A", 2), set, 1)};
    const struct sellable_line of_kit[] = {or_else(line_of("SET", 1), c, 1)};
    accepted(engine, &ORDER("O-1", "web", by_kit), "4 B east, 2 C east");
    const struct sellable_part one[] = {part_of("SET", 1)};
    accepted(engine, &ORDER("O-2", "web", of_kit), "1 C east"); /* one B is left */
    expect(by_parts(sellable_release, engine, "O-1", one), OK);
    order_is(engine, "O-1",
             "reserved B east: reserved 2, released 2; C east: reserved 1, released 1");
    expect(by_parts(sellable_release, engine, "O-2", one), WRONG_STATE); /* another took it */
    sellable_close(engine);
}

static void partial_is_of_the_item_itself_where_none_covers_it(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 5, 9);
    const struct sellable_substitute b[] = {{.item_key = key_of("B")}};
    const struct sellable_line lines[] = {or_else(line_of("A", 6), b, 1),
                                          or_else(line_of("A", 4), b, 1)};
    accepted(engine, &PARTIAL("O-1", lines), "2 A east, 4 B east");
    sellable_close(engine);
}

static void the_horizon_is_also_that_of_substitutes_that_may_be_taken(void **state) {
    (void)state;
    struct sellable *engine = stocked(2, 9, 9);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 10});
    policy_for(engine, "web", "B", (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON});
    schedule(engine, "A", "east", "PO-1", 3 * SELLABLE_DAY, 5);
    const struct sellable_substitute b[] = {{.item_key = key_of("B")}};
    const struct sellable_line lines[] = {or_else(line_of("A", 4), b, 1)};
    equal(accepted(engine, &ORDER("O-1", "web", lines), "4 B east"), 0); /* of A there are 2 now */
    policy_for(engine, "web", "B",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    equal(accepted(engine, &ORDER("O-2", "web", lines), "4 A east"), 3 * SELLABLE_DAY);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partial_lines_take_in_their_order_what_they_can),
        cmocka_unit_test(a_line_takes_nothing_below_its_at_least),
        cmocka_unit_test(at_least_is_for_lines_that_may_be_cut),
        cmocka_unit_test(a_partial_line_takes_whole_units_of_its_own),
        cmocka_unit_test(a_partial_line_of_kits_takes_whole_kits),
        cmocka_unit_test(a_partial_line_with_a_location_takes_what_is_there),
        cmocka_unit_test(a_partial_line_uses_the_room_beyond_stock),
        cmocka_unit_test(what_fits_in_full_is_the_same_in_both_modes),
        cmocka_unit_test(a_partial_order_is_told_the_same_again_when_there_is_more),
        cmocka_unit_test(a_partial_order_is_settled_for_the_latest_date),
        cmocka_unit_test(the_first_that_covers_the_whole_line_takes_it),
        cmocka_unit_test(each_line_is_judged_on_top_of_those_before),
        cmocka_unit_test(a_paused_or_closed_substitute_is_passed_over),
        cmocka_unit_test(a_substitute_takes_the_lines_unit_as_its_own_has_it),
        cmocka_unit_test(a_substitute_is_filled_where_the_line_says),
        cmocka_unit_test(only_what_no_other_takes_is_told_as_what_does_not_fit),
        cmocka_unit_test(a_kit_may_stand_in_and_be_stood_in_for),
        cmocka_unit_test(partial_is_of_the_item_itself_where_none_covers_it),
        cmocka_unit_test(the_horizon_is_also_that_of_substitutes_that_may_be_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
