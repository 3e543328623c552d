/* SPDX-License-Identifier: Apache-2.0
 *
 * Ring fences: who sees what is set aside, who draws on it, where it goes back to, when it ends. */
#include "told.h"

/* 10 of A in east, of which so many are left for web; shop and web ship from everywhere. */
static struct sellable *fenced(int64_t quantity) {
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 10);
    channel_of(engine, "web"); /* made before shop, whose key is the smaller */
    channel_of(engine, "shop");
    fence(engine, "A", "east", "web", quantity, 0);
    return engine;
}

static int64_t left_for(const struct sellable *engine, const char *channel) {
    struct sellable_fence fences[8];
    struct sellable_place place = {.item_key = key_of("A"), .location_key = key_of("east")};
    struct sellable_cell cell = {.fences = fences, .fence_capacity = COUNT_OF(fences)};
    expect(sellable_cell(engine, &place, &cell), OK);
    assert_true(cell.fence_count <= COUNT_OF(fences));
    for (uint32_t i = 0; i < cell.fence_count; i++) {
        struct sellable_key key = sellable_channel_key(engine, fences[i].channel);
        if (key.size == strlen(channel) && memcmp(key.bytes, channel, key.size) == 0) {
            return fences[i].quantity;
        }
    }
    return 0;
}

static enum sellable_status release_some(struct sellable *engine, const char *order,
                                         int64_t quantity) {
    const struct sellable_part parts[] = {part_of("A", quantity)};
    return by_parts(sellable_release, engine, order, parts);
}

/* ---- who sees it, who draws on it ------------------------------------------------------------ */

static void only_its_own_channel_sees_a_fence(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    equal(promisable(engine, "web", "A"), 10);
    equal(promisable(engine, "shop", "A"), 6);
    lacks(engine, "shop", "A", 7, "A 7>6");
    takes(engine, "O-1", "shop", "A", 6, "6 A east");
    equal(promisable(engine, "shop", "A"), 0);
    equal(promisable(engine, "web", "A"), 4);
    equal(cell_of(engine, "A", "east").free, 4);
    equal(cell_of(engine, "A", "east").shared, 0);
    sellable_close(engine);
}

static void what_a_channel_reserves_draws_on_its_fence_first(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    equal(left_for(engine, "web"), 1);
    equal(promisable(engine, "shop", "A"), 6);
    equal(promisable(engine, "web", "A"), 7);
    takes(engine, "O-2", "web", "A", 2, "2 A east"); /* 1 of the fence, 1 of the others' */
    equal(left_for(engine, "web"), 0);
    equal(promisable(engine, "shop", "A"), 5);
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

static void own_stock_everywhere_goes_before_shared_stock_anywhere(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    stock(engine, "A", "west", 5);
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    fence(engine, "A", "west", "web", 2, 0);
    takes(engine, "O-1", "web", "A", 4, "2 A west, 2 A east");
    cell_is(engine, "A", "west", "on_hand 5, reserved 2");
    fence(engine, "A", "west", "web", 1, 0);
    takes(engine, "O-2", "web", "A", 6, "3 A west, 3 A east"); /* 1 own, 3 and 2 shared */
    sellable_close(engine);
}

static void a_line_with_a_location_draws_on_the_fence_there_first(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    const struct sellable_line lines[] = {line_at("A", 5, "east")};
    accepted(engine, &ORDER("O-1", "web", lines), "5 A east");
    equal(left_for(engine, "web"), 0);
    equal(promisable(engine, "shop", "A"), 5);
    sellable_close(engine);
}

static void a_share_is_of_shared_stock_and_not_of_the_fence(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = 2500});
    equal(promisable(engine, "web", "A"), 5); /* a quarter of 6, and 4 */
    channel_with(engine, "web", (struct sellable_policy){.set = SELLABLE_SETTING_SHARE});
    equal(promisable(engine, "web", "A"), 4);
    sellable_close(engine);
}

static void a_fence_of_a_channel_that_does_not_ship_from_there_binds_others_all_the_same(
    void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    stock(engine, "A", "west", 1);
    channel_from(engine, "web", (const char *const[]){"west", NULL});
    equal(promisable(engine, "web", "A"), 1);
    equal(promisable(engine, "shop", "A"), 7);
    sellable_close(engine);
}

static void where_fences_exceed_what_is_free_precedence_and_then_the_key_decide(void **state) {
    (void)state;
    struct sellable *engine = fenced(6);
    fence(engine, "A", "east", "shop", 6, 0);
    channel_of(engine, "edi");
    equal(promisable(engine, "shop", "A"), 6); /* the smaller key */
    equal(promisable(engine, "web", "A"), 4);
    equal(promisable(engine, "edi", "A"), 0);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE, .precedence = 1});
    equal(promisable(engine, "shop", "A"), 4);
    equal(promisable(engine, "web", "A"), 6);
    policy_for(engine, "web", "A", /* of the item: it goes before the channel's */
               (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE, .precedence = -1});
    equal(promisable(engine, "shop", "A"), 6);
    equal(promisable(engine, "web", "A"), 4);
    lacks(engine, "web", "A", 5, "A 5>4");
    takes(engine, "O-1", "shop", "A", 6, "6 A east");
    takes(engine, "O-2", "web", "A", 4, "4 A east");
    equal(left_for(engine, "web"), 2);
    equal(left_for(engine, "shop"), 0);
    sellable_close(engine);
}

static void what_waits_does_not_claim_what_is_fenced(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    channel_with(engine, "shop",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 5});
    takes(engine, "O-1", "shop", "A", 9, "9 A east (3 wait)");
    equal(promisable(engine, "shop", "A"), 2);
    equal(promisable(engine, "web", "A"), 4); /* its fence is whole */
    stock(engine, "A", "east", 12);
    equal(promisable(engine, "shop", "A"), 4); /* 2 more cover 2 of the 3 */
    equal(promisable(engine, "web", "A"), 4);
    stock(engine, "A", "east", 14);
    equal(promisable(engine, "shop", "A"), 6);
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

/* ---- where it goes back to ------------------------------------------------------------------- */

static void what_is_released_goes_back_to_the_fence_once(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    takes(engine, "O-1", "web", "A", 6, "6 A east"); /* 4 of the fence */
    equal(left_for(engine, "web"), 0);
    expect(release_some(engine, "O-1", 1), OK); /* min(4, 6 - 1) stay drawn */
    equal(left_for(engine, "web"), 0);
    equal(promisable(engine, "shop", "A"), 5);
    expect(release_some(engine, "O-1", 2), OK); /* min(4, 6 - 3) stay drawn */
    equal(left_for(engine, "web"), 1);
    equal(promisable(engine, "shop", "A"), 6);
    expect(release(engine, "O-1"), OK);
    equal(left_for(engine, "web"), 4);
    equal(promisable(engine, "shop", "A"), 6);
    expect(release(engine, "O-1"), WRONG_STATE);
    cell_is(engine, "A", "east", "on_hand 10, fence web 4");
    sellable_close(engine);
}

static void what_waits_goes_back_before_what_is_shared_and_that_before_the_fence(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 3});
    takes(engine, "O-1", "web", "A", 13, "13 A east (3 wait)"); /* 4 own, 6 shared, 3 beyond */
    expect(release_some(engine, "O-1", 2), OK);
    cell_is(engine, "A", "east", "on_hand 10, reserved 10, backordered 1");
    expect(release_some(engine, "O-1", 6), OK);
    cell_is(engine, "A", "east", "on_hand 10, reserved 5");
    equal(promisable(engine, "shop", "A"), 5);
    expect(release_some(engine, "O-1", 2), OK);
    cell_is(engine, "A", "east", "on_hand 10, reserved 3, fence web 1");
    equal(promisable(engine, "shop", "A"), 6);
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 10, fence web 4");
    sellable_close(engine);
}

static void what_expires_goes_back_to_the_fence(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    expect(reserve_until(engine, "O-1", "web", "A", 5, 100, NULL), OK);
    equal(left_for(engine, "web"), 0);
    now_is(engine, 100);
    cell_is(engine, "A", "east", "on_hand 10, fence web 4");
    sellable_close(engine);
}

static void what_was_shipped_or_allocated_does_not_go_back(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    const struct sellable_part three[] = {part_of("A", 3)};
    takes(engine, "O-1", "web", "A", 6, "6 A east");
    expect(by_parts(sellable_ship, engine, "O-1", three), OK);
    expect(release(engine, "O-1"), OK); /* 3 of 6: min(4, 3) stay drawn */
    cell_is(engine, "A", "east", "on_hand 7, fence web 1");
    takes(engine, "O-2", "web", "A", 3, "3 A east");
    expect(sellable_allocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    cell_is(engine, "A", "east", "on_hand 7, allocated 3");
    expect(sellable_deallocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    cell_is(engine, "A", "east", "on_hand 7, reserved 3");
    expect(release(engine, "O-2"), OK);
    cell_is(engine, "A", "east", "on_hand 7, fence web 1");
    sellable_close(engine);
}

static void of_a_fence_set_anew_what_is_released_comes_on_top(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    fence(engine, "A", "east", "web", 5, 0); /* what is left from now on */
    equal(left_for(engine, "web"), 5);
    expect(release(engine, "O-1"), OK);
    equal(left_for(engine, "web"), 8);
    equal(promisable(engine, "shop", "A"), 2);
    sellable_close(engine);
}

static void without_a_fence_in_force_it_goes_back_to_everybody(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    fence(engine, "A", "east", "web", 0, 0); /* taken away, with the 1 that was left */
    equal(promisable(engine, "shop", "A"), 7);
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "A", "east", "on_hand 10");
    equal(promisable(engine, "shop", "A"), 10);
    sellable_close(engine);
}

static void what_returns_to_a_fence_stops_at_the_largest_quantity(void **state) {
    (void)state;
    struct sellable *engine = fenced(4);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    fence(engine, "A", "east", "web", LARGEST - 1, 0);
    expect(release(engine, "O-1"), OK);
    equal(left_for(engine, "web"), LARGEST);
    equal(promisable(engine, "shop", "A"), 0);
    equal(promisable(engine, "web", "A"), 10);
    sellable_close(engine);
}

/* ---- when it ends ---------------------------------------------------------------------------- */

static void a_fence_ends_exactly_at_its_time(void **state) {
    (void)state;
    struct sellable *engine = fenced(0);
    fence(engine, "A", "east", "web", 4, 50);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    now_is(engine, 49);
    equal(promisable(engine, "shop", "A"), 6);
    now_is(engine, 50);
    equal(promisable(engine, "shop", "A"), 7);
    cell_is(engine, "A", "east", "on_hand 10, reserved 3");
    expect(release(engine, "O-1"), OK); /* it has ended: back to everybody */
    cell_is(engine, "A", "east", "on_hand 10");
    sellable_close(engine);
}

static void setting_a_fence_anew_moves_its_end(void **state) {
    (void)state;
    struct sellable *engine = fenced(0);
    fence(engine, "A", "east", "web", 4, 50);
    fence(engine, "A", "east", "shop", 2, 40);
    fence(engine, "A", "east", "web", 3, 60);
    now_is(engine, 50);
    cell_is(engine, "A", "east", "on_hand 10, fence web 3");
    fence(engine, "A", "east", "web", 2, 0); /* without end */
    now_is(engine, 1000);
    cell_is(engine, "A", "east", "on_hand 10, fence web 2");
    sellable_close(engine);
}

static void a_fence_that_is_used_up_is_still_in_force_until_its_end(void **state) {
    (void)state;
    struct sellable *engine = fenced(0);
    fence(engine, "A", "east", "web", 2, 50);
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    expect(release(engine, "O-1"), OK);
    equal(left_for(engine, "web"), 2);
    takes(engine, "O-2", "web", "A", 2, "2 A east");
    now_is(engine, 50);
    fence(engine, "A", "east", "web", 1, 0); /* another one */
    expect(release(engine, "O-2"), OK);
    equal(left_for(engine, "web"), 3); /* there is one in force: it goes there */
    sellable_close(engine);
}

static void at_one_time_an_order_that_expires_and_a_fence_that_ends_leave_nothing_behind(
    void **state) {
    (void)state;
    struct sellable *engine = fenced(0);
    fence(engine, "A", "east", "web", 4, 50);
    expect(reserve_until(engine, "O-1", "web", "A", 3, 50, NULL), OK);
    now_is(engine, 90);
    cell_is(engine, "A", "east", "on_hand 10");
    equal(promisable(engine, "shop", "A"), 10);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_own_channel_sees_a_fence),
        cmocka_unit_test(what_a_channel_reserves_draws_on_its_fence_first),
        cmocka_unit_test(own_stock_everywhere_goes_before_shared_stock_anywhere),
        cmocka_unit_test(a_line_with_a_location_draws_on_the_fence_there_first),
        cmocka_unit_test(a_share_is_of_shared_stock_and_not_of_the_fence),
        cmocka_unit_test(
            a_fence_of_a_channel_that_does_not_ship_from_there_binds_others_all_the_same),
        cmocka_unit_test(where_fences_exceed_what_is_free_precedence_and_then_the_key_decide),
        cmocka_unit_test(what_waits_does_not_claim_what_is_fenced),
        cmocka_unit_test(what_is_released_goes_back_to_the_fence_once),
        cmocka_unit_test(what_waits_goes_back_before_what_is_shared_and_that_before_the_fence),
        cmocka_unit_test(what_expires_goes_back_to_the_fence),
        cmocka_unit_test(what_was_shipped_or_allocated_does_not_go_back),
        cmocka_unit_test(of_a_fence_set_anew_what_is_released_comes_on_top),
        cmocka_unit_test(without_a_fence_in_force_it_goes_back_to_everybody),
        cmocka_unit_test(what_returns_to_a_fence_stops_at_the_largest_quantity),
        cmocka_unit_test(a_fence_ends_exactly_at_its_time),
        cmocka_unit_test(setting_a_fence_anew_moves_its_end),
        cmocka_unit_test(a_fence_that_is_used_up_is_still_in_force_until_its_end),
        cmocka_unit_test(
            at_one_time_an_order_that_expires_and_a_fence_that_ends_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
