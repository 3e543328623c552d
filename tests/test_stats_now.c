/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of what there is now: open orders, stock that is short, what is promised, memory; what
 * channels are told; forks; and that no call fails for want of memory for its counters. */
#include "counted.h"
#include "lender.h"

/* ---- orders ---------------------------------------------------------------------------------- */

static void open_is_at(struct sellable *engine, uint64_t wanted, const char *file, int line) {
    struct sellable_audit audit;
    expect_at((int)sellable_audit(engine, NULL, &audit), SELLABLE_OK, "sellable_audit", file,
              line);
    equal_at((int64_t)figures_of(engine).all.orders_open, (int64_t)wanted, "orders_open", file,
             line);
    equal_at((int64_t)audit.orders, (int64_t)wanted, "the audit's orders", file, line);
}
#define open_is(engine, wanted) open_is_at(engine, wanted, __FILE__, __LINE__)

static void an_order_is_open_until_nothing_is_left_to_be_done_with_it(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* O-1 reserved, O-2 allocated */
    const struct sellable_line located[] = {line_at("A", 1, "west")};
    const struct sellable_line two[] = {line_of("A", 1), line_of("A", 2)};
    const struct sellable_part part[] = {part_of("A", 1)};
    open_is(engine, 2);
    expect(reserve(engine, "P-1", "web", "A", 3), OK); /* in the shortest way, */
    expect(sellable_reserve(engine, NULL, &ORDER("P-2", "web", two), NULL), OK); /* the next, */
    expect(sellable_reserve(engine, NULL, &ORDER("P-3", "web", located), NULL), OK); /* the last */
    open_is(engine, 5);
    expect(reserve(engine, "P-1", "web", "A", 3), DUPLICATE);
    expect(reserve(engine, "P-4", "web", "A", 3000), INSUFFICIENT);
    expect(sellable_amend(engine, NULL, &ORDER("P-1", "", two), NULL), OK);
    expect(sellable_allocate(engine, NULL, key_of("P-2"), part, 1, NULL), OK);
    expect(sellable_ship(engine, NULL, key_of("P-2"), part, 1, NULL), OK);
    expect(sellable_deallocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    expect(sellable_release(engine, NULL, key_of("P-2"), part, 1, NULL), OK);
    open_is(engine, 5);
    expect(ship(engine, "P-2"), OK);
    open_is(engine, 4);
    expect(ship(engine, "P-2"), WRONG_STATE);
    expect(release(engine, "P-3"), OK);
    expect(release(engine, "P-3"), WRONG_STATE);
    open_is(engine, 3);
    expect(confirm(engine, "O-1"), OK);
    now_is(engine, STAGE_NOW + 30 * SELLABLE_DAY); /* the closed ones are forgotten */
    open_is(engine, 3);
    applies(engine, RELEASE, .order_key = key_of("O-1"));
    open_is(engine, 2);
    sellable_close(engine);
}

static void orders_that_expire_are_counted_and_closed(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* O-1 expires in a day */
    const struct sellable_part part[] = {part_of("A", 1)};
    const struct sellable_line dated[] = {line_of("A", 1)};
    struct sellable_order later = ORDER("P-4", "web", dated);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 5});
    expect(reserve_until(engine, "P-1", "web", "A", 2, STAGE_NOW + 10, NULL), OK);
    expect(reserve_until(engine, "P-2", "web", "A", 2, STAGE_NOW + 10, NULL), OK);
    expect(reserve_until(engine, "P-3", "web", "A", 2, STAGE_NOW + 10, NULL), OK);
    later.has_date = 1;
    later.date = STAGE_NOW + SELLABLE_DAY; /* it arrives then, and stays open */
    expect(sellable_reserve(engine, NULL, &later, NULL), OK);
    expect(sellable_release(engine, NULL, key_of("P-1"), part, 1, NULL), OK);
    expect(sellable_allocate(engine, NULL, key_of("P-2"), part, 1, NULL), OK); /* its end */
    expect(release(engine, "P-3"), OK);
    open_is(engine, 5);
    equal(figures_of(engine).all.orders_expired, 0);
    now_is(engine, STAGE_NOW + 10);
    open_is(engine, 4);
    equal(figures_of(engine).all.orders_expired, 1);
    now_is(engine, STAGE_NOW + 2 * SELLABLE_DAY);
    open_is(engine, 3);
    equal(figures_of(engine).all.orders_expired, 2);
    now_is(engine, STAGE_NOW + 20 * SELLABLE_DAY);
    open_is(engine, 3);
    equal(figures_of(engine).all.orders_expired, 2);
    sellable_close(engine);
}

/* ---- stock ----------------------------------------------------------------------------------- */

/* What all cells say, one by one. */
struct cells {
    uint64_t short_;
    int64_t units, promised;
};

static struct cells cells_of(const struct sellable *engine) {
    struct cells sum = {0};
    for (struct sellable_item item = {0}; (item = sellable_item_next(engine, item)).id != 0;) {
        for (struct sellable_location at = {0};
             (at = sellable_location_next(engine, at)).id != 0;) {
            const struct sellable_place place = {.item = item, .location = at};
            struct sellable_promised promised[8];
            struct sellable_cell cell = {.promised = promised, .promised_capacity = 8};
            expect(sellable_cell(engine, &place, &cell), OK);
            assert_true(cell.promised_count <= 8);
            sum.short_ += cell.short_ > 0;
            sum.units += cell.short_;
            sum.promised += cell.reserved + cell.allocated + cell.backordered;
            for (uint32_t i = 0; i < cell.promised_count; i++)
                sum.promised += promised[i].quantity;
        }
    }
    return sum;
}

static void stock_is_at(const struct sellable *engine, uint64_t cells, int64_t units,
                        int64_t promised, const char *file, int line) {
    struct figures figures = figures_of(engine);
    struct cells sum = cells_of(engine);
    equal_at((int64_t)figures.all.cells_short, (int64_t)cells, "cells_short", file, line);
    equal_at(figures.all.units_short, units, "units_short", file, line);
    equal_at(figures.all.units_promised, promised, "units_promised", file, line);
    equal_at((int64_t)sum.short_, (int64_t)cells, "cells that are short", file, line);
    equal_at(sum.units, units, "units of the cells", file, line);
    equal_at(sum.promised, promised, "promises of the cells", file, line);
}
#define stock_is(engine, cells, units, promised)                                                   \
    stock_is_at(engine, cells, units, promised, __FILE__, __LINE__)

static void a_count_that_takes_away_what_is_promised_makes_cells_short(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* 2 reserved and 2 allocated of A in east */
    stock_is(engine, 0, 0, 4);
    expect(reserve(engine, "P-1", "web", "A", 20), OK); /* 20 more, some in west */
    stock_is(engine, 0, 0, 24);
    stock(engine, "A", "east", 10); /* of which 7 are held */
    struct sellable_cell east = cell_of(engine, "A", "east");
    assert_true(east.short_ > 0);
    stock_is(engine, 1, east.short_, 24);
    stock(engine, "A", "west", 0);
    struct sellable_cell west = cell_of(engine, "A", "west");
    assert_true(west.short_ > 0);
    stock_is(engine, 2, east.short_ + west.short_, 24);
    applies(engine, SAFETY_STOCK_SET, OF("A", "west"), .quantity = 100); /* that is not short */
    stock_is(engine, 2, east.short_ + west.short_, 24);
    stock(engine, "A", "east", 100);
    stock_is(engine, 1, west.short_, 24);
    applies(engine, ALLOCATION_SET, OF("B", "west"), .quantity = 5);
    stock_is(engine, 2, west.short_ + 5, 29);
    sellable_close(engine);
}

static void what_waits_and_what_is_dated_is_promised_and_may_be_short(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line lines[] = {line_of("B", 4)};
    struct sellable_order dated = ORDER("P-1", "web", lines);
    policy_for(engine, "web", "B",
               (struct sellable_policy){
                   .set = SELLABLE_SETTING_HORIZON | SELLABLE_SETTING_BACKORDER,
                   .horizon = 10,
                   .backorder = 6});
    schedule(engine, "B", "east", "PO-9", STAGE_NOW + SELLABLE_DAY, 4);
    dated.has_date = 1;
    dated.date = STAGE_NOW + 2 * SELLABLE_DAY;
    expect(sellable_reserve(engine, NULL, &dated, NULL), OK);
    stock_is(engine, 0, 0, 8);
    schedule(engine, "B", "east", "PO-9", STAGE_NOW + SELLABLE_DAY, 1); /* less comes */
    stock_is(engine, 1, 3, 8);
    now_is(engine, STAGE_NOW + 3 * SELLABLE_DAY); /* it is reserved, and nothing came */
    stock_is(engine, 1, 4, 6); /* and O-1 has expired */
    expect(reserve(engine, "P-2", "web", "B", 2), OK); /* waits, where nothing will come */
    struct sellable_cell east = cell_of(engine, "B", "east");
    equal(east.backordered, 2);
    stock_is(engine, 1, east.short_, 8);
    stock(engine, "B", "east", 6);
    stock_is(engine, 0, 0, 8);
    sellable_close(engine);
}

static void cells_beyond_the_first_of_an_item_count_as_all(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    enum { PLACES = 30 };
    item_of(engine, "B");
    for (uint32_t i = 0; i < PLACES; i++) {
        char key[8];
        snprintf(key, sizeof key, "l-%u", i);
        stock(engine, "A", key, 1 + i);
        applies(engine, ALLOCATION_SET, OF("A", key), .quantity = 10);
    }
    stock_is(engine, 9, 45, 300); /* 1 to 9 of 10 */
    for (uint32_t i = 0; i < 9; i++) {
        char key[8];
        snprintf(key, sizeof key, "l-%u", i);
        stock(engine, "A", key, 10);
    }
    stock_is(engine, 0, 0, 300);
    sellable_close(engine);
}

static void what_is_held_kept_back_or_waits_is_told_apart_from_what_is_promised(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    location_of(engine, "west");
    stock(engine, "A", "east", 20);
    hold(engine, "A", "east", "quality", 3);
    hold(engine, "A", "east", "damage", 2);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 4);
    stock_is(engine, 0, 0, 0);
    channel_from(engine, "web", (const char *const[]){"east", NULL});
    expect(reserve(engine, "O-1", "web", "A", 5), OK);
    expect(reserve(engine, "O-2", "web", "A", 2), OK);
    expect(sellable_allocate(engine, NULL, key_of("O-2"), NULL, 0, NULL), OK);
    stock_is(engine, 0, 0, 7);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 30});
    expect(reserve(engine, "O-3", "web", "A", 30), OK); /* 4 of them out of stock */
    equal(cell_of(engine, "A", "east").backordered, 26);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 0);
    stock_is(engine, 1, 22, 37); /* net is 4, for which 26 wait */
    sellable_close(engine);
}

static void what_is_not_tracked_is_never_short(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    item_of(engine, "A");
    location_of(engine, "east");
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -1);
    equal(figures_of(engine).all.cells_short, 1);
    untracked(engine, "A");
    equal(figures_of(engine).all.cells_short, 0);
    equal(figures_of(engine).all.units_short, 0);
    sellable_close(engine);
}

static void units_that_are_short_or_promised_stop_where_quantities_do(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    location_of(engine, "east");
    location_of(engine, "west");
    item_of(engine, "A");
    item_of(engine, "B");
    applies(engine, ALLOCATION_SET, OF("A", "east"), .quantity = LARGEST);
    applies(engine, ALLOCATION_SET, OF("B", "west"), .quantity = LARGEST);
    struct figures figures = figures_of(engine);
    equal(figures.all.cells_short, 2);
    equal(figures.all.units_short, LARGEST);
    equal(figures.all.units_promised, LARGEST);
    sellable_close(engine);
}

/* ---- memory, channels, forks ----------------------------------------------------------------- */

static void memory_and_time_and_exceptions_are_those_of_their_own_questions(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, UNKNOWN_ITEM, "item", RECEIPT, OF("Z", "east"), .quantity = 1);
    struct figures figures = figures_of(engine);
    struct sellable_memory memory = memory_of(engine);
    struct sellable_exception_counts counts = counts_of(engine);
    assert_memory_equal(&figures.all.memory, &memory, sizeof memory);
    assert_memory_equal(&figures.all.exception_counts, &counts, sizeof counts);
    equal(figures.all.now, STAGE_NOW);
    equal(memory.transfers, 1);
    sellable_close(engine);
}

static void a_channel_says_what_it_was_told_and_whether_something_may_be_untold(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_change told[4];
    struct sellable_changes changes = {
        .channel_key = key_of("web"), .changes = told, .capacity = COUNT_OF(told)};
    struct figures figures = figures_of(engine);
    equal(figures.channel[0].listens, 0);
    equal(figures.channel[0].told, 0);
    expect(sellable_changes(engine, NULL, &changes), OK);
    assert_true(changes.count > 0);
    figures = figures_of(engine);
    equal(figures.channel[0].listens, 1);
    equal(figures.channel[0].told, changes.position);
    stock(engine, "A", "east", 99);
    now_is(engine, STAGE_NOW + 1);
    figures = figures_of(engine);
    equal(figures.channel[0].has_untold, 1);
    assert_true(figures.channel[0].untold_since <= STAGE_NOW);
    sellable_close(engine);
}

static void a_fork_begins_to_count_anew_but_for_what_there_is_now(void **state) {
    (void)state;
    struct sellable *engine = set_stage(), *fork = NULL;
    stock(engine, "A", "east", 5);
    struct figures original = figures_of(engine);
    expect(sellable_fork(engine, NULL, NULL, &fork), OK);
    struct figures figures = figures_of(fork);
    static const struct figures none;
    assert_memory_equal(figures.all.calls, none.all.calls, sizeof none.all.calls);
    equal(figures.all.events + figures.all.balances + figures.all.orders_expired, 0);
    equal(figures.channel[0].accepted + (uint64_t)figures.channel[0].units, 0);
    equal(figures.all.orders_open, 2);
    equal(figures.all.now, STAGE_NOW);
    equal(figures.all.cells_short, original.all.cells_short);
    equal(figures.all.units_short, original.all.units_short);
    equal(figures.all.units_promised, original.all.units_promised);
    open_is(fork, 2);
    expect(release(fork, "O-1"), OK);
    open_is(fork, 1);
    open_is(engine, 2);
    equal(figures_of(fork).all.calls[SELLABLE_RELEASE][SELLABLE_OK], 1);
    equal(figures_of(engine).all.calls[SELLABLE_RELEASE][SELLABLE_OK], 0);
    sellable_close(fork);
    sellable_close(engine);
}

/* ---- without memory -------------------------------------------------------------------------- */

/* The counters of the 40th channel have a slab of their own: the next one that is asked for. */
static void a_call_does_not_fail_for_want_of_memory_for_its_counters(void **state) {
    (void)state;
    enum { FORTIETH = 40 };
    static struct sellable_channel_stats channels[FORTIETH];
    struct sellable_stats stats = {.channels = channels, .channel_capacity = FORTIETH};
    lender_begin(0, 0);
    struct sellable *engine = stage_with(
        (struct sellable_options){.allocator = {&lender, lend, take_back}});
    for (uint32_t i = 2; i <= FORTIETH; i++) {
        char key[8];
        snprintf(key, sizeof key, "k-%u", i);
        equal(channel_of(engine, key).id, i);
    }
    expect(reserve(engine, "P-1", "k-2", "A", 1), OK);
    lender.refuse_at = lender.requests + 1;
    lender.refuse_for = UINT32_MAX;
    expect(reserve(engine, "P-2", "k-40", "A", 1), OK);
    equal(lender.refused, 1);
    lender.refuse_at = 0;
    expect(sellable_stats(engine, &stats), OK);
    equal(channels[FORTIETH - 1].accepted, 0);
    equal(stats.orders_open, 4);
    expect(reserve(engine, "P-3", "k-40", "A", 1), OK);
    expect(sellable_stats(engine, &stats), OK);
    equal(channels[FORTIETH - 1].accepted, 1);
    equal(stats.orders_open, 5);
    sellable_close(engine);
    all_is_back();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_open_until_nothing_is_left_to_be_done_with_it),
        cmocka_unit_test(orders_that_expire_are_counted_and_closed),
        cmocka_unit_test(a_count_that_takes_away_what_is_promised_makes_cells_short),
        cmocka_unit_test(what_waits_and_what_is_dated_is_promised_and_may_be_short),
        cmocka_unit_test(cells_beyond_the_first_of_an_item_count_as_all),
        cmocka_unit_test(what_is_held_kept_back_or_waits_is_told_apart_from_what_is_promised),
        cmocka_unit_test(what_is_not_tracked_is_never_short),
        cmocka_unit_test(units_that_are_short_or_promised_stop_where_quantities_do),
        cmocka_unit_test(memory_and_time_and_exceptions_are_those_of_their_own_questions),
        cmocka_unit_test(a_channel_says_what_it_was_told_and_whether_something_may_be_untold),
        cmocka_unit_test(a_fork_begins_to_count_anew_but_for_what_there_is_now),
        cmocka_unit_test(a_call_does_not_fail_for_want_of_memory_for_its_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
