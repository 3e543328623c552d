/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of each channel and each source: what was promised and refused, who sent what and how
 * long ago; for arrays of any size. */
#include "counted.h"

/* ---- channels -------------------------------------------------------------------------------- */

static void a_channel_counts_what_it_was_promised_and_refused(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* web is 1; its O-1 and O-2 were 2 each */
    const struct sellable_line two[] = {line_of("A", 1), line_of("A", 2)};
    const struct sellable_line located[] = {line_at("A", 4, "west")};
    const struct sellable_line much[] = {line_of("A", 1000)};
    kit_of(engine, "SET", "A", 2, NULL, 0);
    untracked(engine, "SERVICE");
    const struct sellable_line others[] = {line_of("SET", 1), line_of("SERVICE", 5)};
    channel_of(engine, "shop");
    struct figures figures = figures_of(engine);
    equal(figures.all.channel_count, 2);
    equal(figures.channel[0].channel.id, 1);
    equal(figures.channel[1].channel.id, 2);
    equal(figures.channel[0].accepted, 2);
    equal(figures.channel[0].units, 4);
    expect(sellable_reserve(engine, NULL, &ORDER("P-1", "web", two), NULL), OK);
    expect(sellable_reserve(engine, NULL, &ORDER("P-1", "web", two), NULL), DUPLICATE);
    expect(sellable_reserve(engine, NULL, &ORDER("P-2", "web", located), NULL), OK);
    expect(sellable_reserve(engine, NULL, &ORDER("P-3", "web", others), NULL), OK);
    expect(sellable_reserve(engine, NULL, &ORDER("P-4", "web", much), NULL), INSUFFICIENT);
    expect(sellable_reserve(engine, NULL, &ORDER("P-1", "web", much), NULL), CONFLICT);
    struct sellable_order partial = ORDER("P-5", "shop", much);
    partial.mode = SELLABLE_PARTIAL;
    int64_t left = promisable(engine, "shop", "A");
    expect(sellable_reserve(engine, NULL, &partial, NULL), OK);
    figures = figures_of(engine);
    equal(figures.channel[0].accepted, 5);
    equal(figures.channel[0].units, 4 + 3 + 4 + 2 + 5);
    equal(figures.channel[0].refused, 1);
    equal(figures.channel[1].accepted, 1);
    equal(figures.channel[1].units, left);
    equal(figures.channel[1].refused, 0);
    sellable_close(engine);
}

static void an_amendment_is_accepted_or_refused_for_its_orders_channel_without_units(
    void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    channel_of(engine, "shop");
    expect(reserve(engine, "S-1", "shop", "A", 1), OK);
    const struct sellable_line more[] = {line_of("A", 2)}, much[] = {line_of("A", 1000)};
    struct figures before = figures_of(engine);
    expect(sellable_amend(engine, NULL, &ORDER("S-1", "", more), NULL), OK);
    expect(sellable_amend(engine, NULL, &ORDER("S-1", "", much), NULL), INSUFFICIENT);
    expect(sellable_amend(engine, NULL, &ORDER("S-2", "", much), NULL), UNKNOWN_ORDER);
    const struct sellable_order again = ORDER("S-1", "", much);
    refuses(engine, INSUFFICIENT, NULL, AMEND, .order = &again, ID("e-1"));
    struct figures after = figures_of(engine);
    equal(after.channel[1].accepted - before.channel[1].accepted, 1);
    equal(after.channel[1].refused - before.channel[1].refused, 2);
    equal(after.channel[1].units - before.channel[1].units, 0);
    equal(after.channel[0].accepted - before.channel[0].accepted, 0);
    equal(after.channel[0].refused - before.channel[0].refused, 0);
    sellable_close(engine);
}

static void what_is_paused_is_refused_and_events_of_orders_count_for_the_channel(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line lines[] = {line_of("A", 3)}, much[] = {line_of("A", 1000)};
    const struct sellable_order order = ORDER("P-1", "web", lines);
    const struct sellable_order large = ORDER("P-2", "web", much);
    struct figures before = figures_of(engine);
    applies(engine, RESERVE, .order = &order, ID("e-1"), FROM("erp"));
    refuses(engine, DUPLICATE, NULL, RESERVE, .order = &order, ID("e-1"), FROM("erp"));
    refuses(engine, INSUFFICIENT, NULL, RESERVE, .order = &large, ID("e-2"), FROM("erp"));
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    expect(reserve(engine, "P-3", "web", "A", 1), PAUSED);
    struct figures after = figures_of(engine);
    equal(after.channel[0].accepted - before.channel[0].accepted, 1);
    equal(after.channel[0].units - before.channel[0].units, 3);
    equal(after.channel[0].refused - before.channel[0].refused, 2);
    equal(after.source[0].applied - before.source[0].applied, 1);
    equal(after.source[0].duplicates - before.source[0].duplicates, 1);
    equal(after.source[0].refused - before.source[0].refused, 1);
    sellable_close(engine);
}

static void units_of_a_channel_stop_where_quantities_do(void **state) {
    (void)state;
    enum { MANY = 10000 }; /* more than 64 bits could hold */
    struct sellable *engine = open_engine();
    untracked(engine, "SERVICE");
    location_of(engine, "east");
    channel_of(engine, "web");
    expect(reserve(engine, "O-1", "web", "SERVICE", LARGEST - 1), OK);
    equal(figures_of(engine).channel[0].units, LARGEST - 1);
    expect(reserve(engine, "O-2", "web", "SERVICE", LARGEST), OK);
    equal(figures_of(engine).channel[0].units, LARGEST);
    for (uint32_t i = 3; i <= MANY; i++) {
        char key[16];
        snprintf(key, sizeof key, "O-%u", i);
        expect(reserve(engine, key, "web", "SERVICE", LARGEST), OK);
    }
    equal(figures_of(engine).channel[0].units, LARGEST);
    equal(figures_of(engine).channel[0].accepted, MANY);
    sellable_close(engine);
}

/* ---- sources --------------------------------------------------------------------------------- */

static void a_source_counts_its_events_by_what_became_of_them(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* erp is 1, wms is 2 */
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"), SEQ(3));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"), SEQ(5), ID("a"));
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"),
            SEQ(6), ID("a"));
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"),
            SEQ(5));
    refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_ADJUST, OF("Z", "east"), .quantity = 1,
            FROM("wms"), SEQ(6));
    refuses(engine, INVALID, "quantity", ON_HAND_ADJUST, OF("A", "east"),
            .quantity = 2 * LARGEST, .source = {2});
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            FROM("3pl"));
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            .source = {3});
    refuses(engine, INVALID, "quantity", ON_HAND_ADJUST, OF("A", "east"),
            .quantity = 2 * LARGEST, .source = {UINT32_MAX});
    applies(engine, SOURCE, .declares = key_of("3pl"), FROM("wms"));
    refuses(engine, INVALID, "key", SOURCE, .declares = key_of(""), FROM("wms"));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1);
    struct figures figures = figures_of(engine);
    equal(figures.all.source_count, 3);
    equal(figures.source[1].source.id, 2);
    equal(figures.source[1].applied, 2);
    equal(figures.source[1].duplicates, 1);
    equal(figures.source[1].stale, 1);
    equal(figures.source[1].refused, 2);
    equal(figures.source[1].gaps, 1);
    equal(figures.source[0].applied + figures.source[0].refused + figures.source[0].stale, 0);
    equal(figures.source[2].applied + figures.source[2].refused + figures.source[2].stale, 0);
    sellable_close(engine);
}

static void the_newest_event_of_a_source_is_that_with_the_latest_time(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    equal(figures_of(engine).source[0].has_newest, 0);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 1, FROM("erp"), AT(-5000));
    struct figures figures = figures_of(engine);
    equal(figures.source[0].has_newest, 1);
    equal(figures.source[0].newest_at, -5000);
    equal(figures.source[0].lag, STAGE_NOW + 5000);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 1, FROM("erp"),
            AT(STAGE_NOW - 100));
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 1, FROM("erp"),
            AT(STAGE_NOW - 200));
    refuses(engine, UNKNOWN_ITEM, "item", SAFETY_STOCK_SET, OF("Z", "east"), .quantity = 1,
            FROM("erp"), AT(STAGE_NOW));
    figures = figures_of(engine);
    equal(figures.source[0].newest_at, STAGE_NOW - 100);
    equal(figures.source[0].lag, 100);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 1, FROM("erp"));
    equal(figures_of(engine).source[0].newest_at, STAGE_NOW);
    now_is(engine, STAGE_NOW + 70);
    equal(figures_of(engine).source[0].lag, 70);
    applies(engine, SAFETY_STOCK_SET, OF("A", "east"), .quantity = 1, FROM("erp"),
            AT(STAGE_NOW + 1000));
    figures = figures_of(engine);
    equal(figures.source[0].newest_at, STAGE_NOW + 1000);
    equal(figures.source[0].lag, 0); /* of what comes from the future */
    equal(figures.source[1].has_newest, 0);
    sellable_close(engine);
}

static void a_source_is_silent_beyond_its_lag_or_if_it_never_sent_once_a_time_was_given(
    void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const int64_t lag = 1000, none = -1, at_once = 0;
    item_of(engine, "A");
    location_of(engine, "east");
    source_of(engine, "free");
    expect(sellable_source_put(engine, NULL, key_of("wms"), &lag, NULL, NULL), OK);
    expect(sellable_source_put(engine, NULL, key_of("mute"), &lag, NULL, NULL), OK);
    expect(sellable_source_put(engine, NULL, key_of("old"), &lag, NULL, NULL), OK);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"));
    struct figures figures = figures_of(engine);
    equal(figures.source[1].silent + figures.source[2].silent, 0); /* no time yet */
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("old"), AT(-1001));
    equal(figures_of(engine).source[3].silent, 1);
    now_is(engine, 1000);
    figures = figures_of(engine);
    equal(figures.source[0].silent, 0);
    equal(figures.source[1].silent, 0); /* 1000 is not beyond 1000 */
    equal(figures.source[2].silent, 1);
    now_is(engine, 1001);
    equal(figures_of(engine).source[1].silent, 1);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("wms"));
    equal(figures_of(engine).source[1].silent, 0);
    expect(sellable_source_put(engine, NULL, key_of("wms"), &at_once, NULL, NULL), OK);
    equal(figures_of(engine).source[1].silent, 0);
    now_is(engine, 1002);
    equal(figures_of(engine).source[1].silent, 1);
    expect(sellable_source_put(engine, NULL, key_of("wms"), &none, NULL, NULL), OK);
    equal(figures_of(engine).source[1].silent, 0);
    sellable_close(engine);
}

static void a_fault_that_is_found_before_the_source_counts_for_it_and_no_other(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event none = EVENT(RECEIPT, OF("A", "east"), .quantity = -1);
    const struct sellable_event wms =
        EVENT(RECEIPT, OF("A", "east"), .quantity = -1, FROM("wms"));
    struct sellable_answer answer = {.plan_capacity = 0};
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 1, FROM("erp"));
    expect(sellable_apply(engine, NULL, &none, &answer), INVALID);
    expect(sellable_apply(engine, NULL, &wms, NULL), INVALID);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 1, FROM("erp"));
    expect(sellable_exception_replay(engine, NULL, answer.exception, NULL, NULL), INVALID);
    struct figures figures = figures_of(engine);
    equal(figures.source[0].applied, 2);
    equal(figures.source[0].refused, 0);
    equal(figures.source[1].applied, 0);
    equal(figures.source[1].refused, 1);
    sellable_close(engine);
}

/* ---- room ------------------------------------------------------------------------------------ */

static void arrays_are_filled_as_far_as_there_is_room_and_all_are_counted(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    channel_of(engine, "shop");
    struct sellable_channel_stats channels[2];
    struct sellable_source_stats sources[2];
    for (uint32_t room = 0; room <= 2; room++) {
        memset(channels, 0xa5, sizeof channels);
        memset(sources, 0xa5, sizeof sources);
        struct sellable_stats stats = {.channels = channels,
                                       .sources = sources,
                                       .channel_capacity = room,
                                       .source_capacity = room};
        expect(sellable_stats(engine, &stats), OK);
        equal(stats.channel_count, 2);
        equal(stats.source_count, 2);
        for (uint32_t i = 0; i < 2; i++) {
            equal(channels[i].channel.id, i < room ? i + 1 : 0xa5a5a5a5);
            equal(sources[i].source.id, i < room ? i + 1 : 0xa5a5a5a5);
        }
        equal(stats.channel_capacity, room);
        assert_ptr_equal(stats.channels, channels);
    }
    struct sellable_stats none = {.channel_capacity = 2, .source_capacity = 2};
    expect(sellable_stats(engine, &none), OK);
    equal(none.channel_count, 2);
    sellable_close(engine);
}

static void the_channel_and_the_source_of_any_number_are_counted_as_the_first(void **state) {
    (void)state;
    enum { MANY = 2112 }; /* some that have slabs of their own, of two */
    struct sellable *engine = set_stage();
    static struct sellable_channel_stats channels[MANY];
    static struct sellable_source_stats sources[MANY];
    struct sellable_stats stats = {.channels = channels,
                                   .sources = sources,
                                   .channel_capacity = MANY,
                                   .source_capacity = MANY};
    for (uint32_t i = 3; i <= MANY; i++) {
        char key[16], order[16];
        snprintf(key, sizeof key, "k-%u", i);
        snprintf(order, sizeof order, "o-%u", i);
        struct sellable_channel channel = channel_of(engine, key);
        source_of(engine, key);
        if (i % 33 == 0) {
            expect(reserve(engine, order, key, "A", 1), OK);
            expect(reserve(engine, "no", key, "A", 1000), INSUFFICIENT);
            applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM(key));
        }
        equal(channel.id, i - 1);
    }
    channel_of(engine, "last");
    equal(reserve(engine, "last", "last", "A", 1000), SELLABLE_INSUFFICIENT);
    expect(sellable_stats(engine, &stats), OK);
    equal(stats.channel_count, MANY);
    equal(stats.source_count, MANY);
    for (uint32_t i = 3; i <= MANY; i++) {
        bool used = i % 33 == 0;
        equal(channels[i - 2].accepted, used);
        equal(channels[i - 2].units, used);
        equal(channels[i - 2].refused, used);
        equal(sources[i - 1].applied, used);
        equal(sources[i - 1].has_newest, used);
    }
    equal(channels[MANY - 1].refused, 1);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_counts_what_it_was_promised_and_refused),
        cmocka_unit_test(an_amendment_is_accepted_or_refused_for_its_orders_channel_without_units),
        cmocka_unit_test(what_is_paused_is_refused_and_events_of_orders_count_for_the_channel),
        cmocka_unit_test(units_of_a_channel_stop_where_quantities_do),
        cmocka_unit_test(a_source_counts_its_events_by_what_became_of_them),
        cmocka_unit_test(a_fault_that_is_found_before_the_source_counts_for_it_and_no_other),
        cmocka_unit_test(the_newest_event_of_a_source_is_that_with_the_latest_time),
        cmocka_unit_test(
            a_source_is_silent_beyond_its_lag_or_if_it_never_sent_once_a_time_was_given),
        cmocka_unit_test(arrays_are_filled_as_far_as_there_is_room_and_all_are_counted),
        cmocka_unit_test(the_channel_and_the_source_of_any_number_are_counted_as_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
