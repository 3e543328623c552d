/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures for operations: calls by type and status, events, exceptions, balances. (Channels and
 * sources: test_stats_each.c; orders and stock: test_stats_now.c; with many threads:
 * test_stats_threads.c; as text: test_metrics.py.) */
#include "counted.h"

/* ---- calls and events ------------------------------------------------------------------------ */

static void nothing_is_counted_in_an_engine_that_was_just_opened(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    static const struct figures none;
    struct figures figures = figures_of(engine);
    assert_memory_equal(figures.all.calls, none.all.calls, sizeof none.all.calls);
    assert_memory_equal(figures.all.exceptions, none.all.exceptions, sizeof none.all.exceptions);
    equal(figures.all.channel_count, 0);
    equal(figures.all.source_count, 0);
    equal(figures.all.events + figures.all.events_applied + figures.all.events_duplicate, 0);
    equal(figures.all.replays_applied + figures.all.balances + figures.all.variances, 0);
    equal(figures.all.variance_sum + figures.all.variance_absolute, 0);
    equal(figures.all.orders_open + figures.all.orders_expired + figures.all.cells_short, 0);
    equal(figures.all.units_short + figures.all.units_promised, 0);
    equal(figures.all.exception_counts.last, 0);
    equal(figures.all.now, 0);
    equal(figures.all.memory.items + figures.all.memory.orders, 0);
    assert_true(figures.all.memory.slab_bytes > 0);
    sellable_close(engine);
}

static void a_call_is_counted_once_by_its_type_and_status(void **state) {
    (void)state;
    for (uint32_t type = SELLABLE_RESERVE; type < SELLABLE_EVENT_TYPES_END; type++) {
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(type);
        struct sellable_worker *worker = NULL;
        expect(sellable_worker_acquire(engine, &worker), OK);
        struct figures before = figures_of(engine);
        expect(call_of(engine, NULL, &event, NULL), OK);
        struct figures after = figures_of(engine);
        only_rose(&before, &after, type, SELLABLE_OK, 1);
        rose(before, after, events, 0);
        enum sellable_status again = call_of(engine, worker, &event, NULL);
        struct figures twice = figures_of(engine);
        only_rose(&after, &twice, type, again, 1);
        rose(after, twice, exception_counts.last, 0);
        sellable_worker_release(worker);
        sellable_close(engine);
    }
}

/* What is wrong in the kind of its fields. */
static struct sellable_event wrong_event(uint32_t type) {
    static const struct sellable_order none = {.line_count = 0};
    static const struct sellable_ownership nothing = {.owned = 0};
    struct sellable_event event = every_event(type);
    event.item_key = event.location_key = event.channel_key = event.declares = NO_KEY;
    event.order_key = event.reason = NO_KEY;
    event.order = &none;
    event.ownership = &nothing;
    event.correlation = key_of(""); /* of any type */
    return event;
}

static void a_call_with_a_wrong_field_is_counted_as_invalid_with_and_without_a_worker(
    void **state) {
    (void)state;
    for (uint32_t type = SELLABLE_RESERVE; type < SELLABLE_EVENT_TYPES_END; type++) {
        struct sellable *engine = set_stage();
        struct sellable_event event = wrong_event(type);
        struct sellable_worker *worker = NULL;
        expect(sellable_worker_acquire(engine, &worker), OK);
        struct figures before = figures_of(engine);
        expect(call_of(engine, NULL, &event, NULL), INVALID);
        expect(call_of(engine, worker, &event, NULL), INVALID);
        struct figures after = figures_of(engine);
        only_rose(&before, &after, type, SELLABLE_INVALID, 2);
        rose(before, after, events, 0);
        rose(before, after, exceptions[SELLABLE_INVALID], 0);
        sellable_worker_release(worker);
        sellable_close(engine);
    }
}

static void an_event_is_counted_once_whatever_calls_it_makes(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        for (int origin = 0; origin < 2; origin++) {
            struct sellable *engine = set_stage();
            struct sellable_event event = every_event(type);
            if (origin != 0) {
                event.id = key_of("e-1");
                event.source_key = key_of("erp");
            }
            struct figures before = figures_of(engine);
            applies_event(engine, event);
            struct figures after = figures_of(engine);
            only_rose(&before, &after, type, SELLABLE_OK, 1);
            rose(before, after, events, 1);
            rose(before, after, events_applied, 1);
            if (origin != 0) {
                expect(sellable_apply(engine, NULL, &event, NULL), DUPLICATE);
                struct figures twice = figures_of(engine);
                only_rose(&after, &twice, type, SELLABLE_DUPLICATE, 1);
                rose(after, twice, events, 1);
                rose(after, twice, events_applied, 0);
                rose(after, twice, events_duplicate, 1);
            }
            sellable_close(engine);
        }
    }
}

static void a_refused_event_is_counted_with_its_status_and_as_an_exception(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        struct sellable_event event = wrong_event(type);
        struct figures before = figures_of(engine);
        expect(sellable_apply(engine, NULL, &event, NULL), INVALID);
        struct figures after = figures_of(engine);
        only_rose(&before, &after, type, SELLABLE_INVALID, 1);
        rose(before, after, events, 1);
        rose(before, after, events_applied + after.all.events_duplicate, 0);
        rose(before, after, exceptions[SELLABLE_INVALID], 1);
        rose(before, after, exception_counts.last, 1);
        sellable_close(engine);
    }
}

static void what_is_no_event_is_counted_under_no_type(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const uint32_t types[] = {0, SELLABLE_EVENT_TYPES_END, 1000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const struct sellable_event event = {.type = types[i]};
        struct figures before = figures_of(engine);
        expect(sellable_apply(engine, NULL, &event, NULL), INVALID);
        struct figures after = figures_of(engine);
        only_rose(&before, &after, 0, SELLABLE_INVALID, 1);
        rose(before, after, events, 1);
        rose(before, after, exceptions[SELLABLE_INVALID], 0);
    }
    sellable_close(engine);
}

static void a_batch_counts_each_of_its_orders_and_events(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line few[] = {line_of("A", 2)}, many[] = {line_of("A", 1000)};
    const struct sellable_order orders[] = {
        ORDER("P-1", "web", few), ORDER("P-2", "web", few), ORDER("P-2", "web", few),
        ORDER("P-3", "web", many), ORDER("", "web", few)};
    const struct sellable_event events[] = {
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1),
        EVENT(ON_HAND_ADJUST, OF("Z", "east"), .quantity = 1),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 2)};
    enum sellable_status statuses[5];
    struct figures before = figures_of(engine);
    expect(sellable_reserve_batch(engine, NULL, orders, COUNT_OF(orders), statuses, NULL), OK);
    struct figures after = figures_of(engine);
    rose(before, after, calls[SELLABLE_RESERVE][SELLABLE_OK], 2);
    rose(before, after, calls[SELLABLE_RESERVE][SELLABLE_DUPLICATE], 1);
    rose(before, after, calls[SELLABLE_RESERVE][SELLABLE_INSUFFICIENT], 1);
    rose(before, after, calls[SELLABLE_RESERVE][SELLABLE_INVALID], 1);
    equal(after.channel[0].accepted - before.channel[0].accepted, 2);
    equal(after.channel[0].units - before.channel[0].units, 4);
    equal(after.channel[0].refused - before.channel[0].refused, 1);
    rose(before, after, events, 0);
    expect(sellable_apply_batch(engine, NULL, events, COUNT_OF(events), statuses, NULL), OK);
    struct figures last = figures_of(engine);
    rose(after, last, calls[SELLABLE_ON_HAND_ADJUST][SELLABLE_OK], 2);
    rose(after, last, calls[SELLABLE_ON_HAND_ADJUST][SELLABLE_UNKNOWN_ITEM], 1);
    rose(after, last, events, 3);
    sellable_close(engine);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static void a_replay_is_an_event_and_a_hand(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event event = EVENT(RECEIPT, OF("C", "east"), .quantity = 4, ID("e-1"));
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_ITEM);
    struct figures before = figures_of(engine);
    equal(before.all.exceptions[SELLABLE_UNKNOWN_ITEM], 1);
    expect(sellable_exception_replay(engine, NULL, answer.exception, NULL, NULL), UNKNOWN_ITEM);
    struct figures refused = figures_of(engine);
    only_rose(&before, &refused, SELLABLE_RECEIPT, SELLABLE_UNKNOWN_ITEM, 1);
    rose(before, refused, events, 1);
    rose(before, refused, replays_applied, 0);
    rose(before, refused, exceptions[SELLABLE_UNKNOWN_ITEM], 0); /* it is kept already */
    item_of(engine, "C");
    before = figures_of(engine);
    expect(sellable_exception_replay(engine, NULL, answer.exception, NULL, NULL), OK);
    struct figures done = figures_of(engine);
    only_rose(&before, &done, SELLABLE_RECEIPT, SELLABLE_OK, 1);
    rose(before, done, events, 1);
    rose(before, done, events_applied, 1);
    rose(before, done, replays_applied, 1);
    equal(done.all.exception_counts.kept, 0);
    expect(sellable_exception_replay(engine, NULL, answer.exception, &event, NULL), INVALID);
    struct figures gone = figures_of(engine);
    only_rose(&done, &gone, SELLABLE_RECEIPT, SELLABLE_INVALID, 1);
    rose(done, gone, replays_applied, 0);
    sellable_close(engine);
}

static void a_replay_of_what_was_applied_meanwhile_is_a_duplicate_and_no_hand(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event event = EVENT(RECEIPT, OF("C", "east"), .quantity = 4, ID("e-1"));
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_ITEM);
    item_of(engine, "C");
    applies_event(engine, event);
    struct figures before = figures_of(engine);
    expect(sellable_exception_replay(engine, NULL, answer.exception, NULL, NULL), DUPLICATE);
    struct figures after = figures_of(engine);
    only_rose(&before, &after, SELLABLE_RECEIPT, SELLABLE_DUPLICATE, 1);
    rose(before, after, events_duplicate, 1);
    rose(before, after, replays_applied, 0);
    equal(after.all.exception_counts.kept, 0);
    sellable_close(engine);
}

static void exceptions_are_counted_by_status_and_stay_counted_when_they_leave(void **state) {
    (void)state;
    struct sellable *engine = stage_with((struct sellable_options){.exceptions = 2});
    struct sellable_answer answer = {.plan_capacity = 0};
    const struct sellable_event event = {.type = SELLABLE_RECEIPT};
    expect(sellable_exception_put(engine, NULL, &event, SELLABLE_STALE, "f", "r", &answer), OK);
    expect(sellable_exception_put(engine, NULL, &event, SELLABLE_NOT_OWNER, "f", "r", NULL), OK);
    expect(sellable_exception_put(engine, NULL, &event, SELLABLE_OK, "f", "r", NULL), INVALID);
    expect(sellable_exception_discard(engine, NULL, answer.exception, NULL), OK);
    for (int i = 0; i < 3; i++) {
        const struct sellable_event strange = EVENT(RECEIPT, OF("A", "north"), .quantity = 1);
        expect(sellable_apply(engine, NULL, &strange, NULL), UNKNOWN_LOCATION);
    }
    struct figures figures = figures_of(engine);
    uint64_t sum = 0;
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        sum += figures.all.exceptions[status];
    }
    equal(figures.all.exceptions[SELLABLE_STALE], 1);
    equal(figures.all.exceptions[SELLABLE_NOT_OWNER], 1);
    equal(figures.all.exceptions[SELLABLE_UNKNOWN_LOCATION], 3);
    equal(sum, 5);
    equal(figures.all.exception_counts.last, 5);
    equal(figures.all.exception_counts.kept, 2);
    equal(figures.all.exception_counts.lost, 2);
    equal(figures.all.calls[SELLABLE_RECEIPT][SELLABLE_STALE], 0); /* it was never sent */
    sellable_close(engine);
}

/* ---- balances -------------------------------------------------------------------------------- */

static void variances_are_those_of_balances_that_were_applied(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct figures before = figures_of(engine);
    equal(applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 10), 10);
    equal(applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 10), 0);
    equal(applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 3), -7);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 100);
    refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_SET, OF("Z", "east"), .quantity = 10);
    struct figures after = figures_of(engine);
    rose(before, after, balances, 3);
    rose(before, after, variances, 2);
    rose(before, after, variance_sum, 3);
    rose(before, after, variance_absolute, 17);
    sellable_close(engine);
}

static void sums_of_variances_stop_where_quantities_do_and_come_back_exactly(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    item_of(engine, "A");
    location_of(engine, "east");
    for (int i = 0; i < 3; i++) {
        applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = -LARGEST);
        applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = LARGEST);
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -LARGEST);
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -LARGEST);
    }
    struct figures figures = figures_of(engine);
    equal(figures.all.variance_sum, LARGEST);
    equal(figures.all.variance_absolute, LARGEST);
    equal(figures.all.balances, 6);
    for (int i = 0; i < 3; i++) {
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST);
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST);
        applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 10 - LARGEST);
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -10);
    }
    figures = figures_of(engine); /* up by 2, 2, 2 less 1; down by 2 less 10 units, three times */
    equal(figures.all.variance_sum, 30 - LARGEST);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_counted_in_an_engine_that_was_just_opened),
        cmocka_unit_test(a_call_is_counted_once_by_its_type_and_status),
        cmocka_unit_test(a_call_with_a_wrong_field_is_counted_as_invalid_with_and_without_a_worker),
        cmocka_unit_test(an_event_is_counted_once_whatever_calls_it_makes),
        cmocka_unit_test(a_refused_event_is_counted_with_its_status_and_as_an_exception),
        cmocka_unit_test(what_is_no_event_is_counted_under_no_type),
        cmocka_unit_test(a_batch_counts_each_of_its_orders_and_events),
        cmocka_unit_test(a_replay_is_an_event_and_a_hand),
        cmocka_unit_test(a_replay_of_what_was_applied_meanwhile_is_a_duplicate_and_no_hand),
        cmocka_unit_test(exceptions_are_counted_by_status_and_stay_counted_when_they_leave),
        cmocka_unit_test(variances_are_those_of_balances_that_were_applied),
        cmocka_unit_test(sums_of_variances_stop_where_quantities_do_and_come_back_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
