/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: the systems that send events; declaring them, finding them, and events of unknown ones.
 * (How many there may be: test_limits.c; what they own: test_owners.c.) */
#include "every_event.h"

static void a_source_is_declared_once_and_found_again(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct sellable_source erp = source_of(engine, "erp"), wms = source_of(engine, "wms"), found;
    struct sellable_answer answer = {.plan_capacity = 0};
    equal(erp.id, 1);
    equal(wms.id, 2);
    equal(source_of(engine, "erp").id, erp.id);
    expect(sellable_source_put(engine, NULL, key_of("wms"), NULL, NULL, &answer), OK);
    names(&answer, NULL, 0);
    expect(sellable_source_find(engine, key_of("wms"), &found), OK);
    equal(found.id, wms.id);
    struct sellable_key key = sellable_source_key(engine, erp);
    equal(key.size, 3);
    assert_memory_equal(key.bytes, "erp", 3);
    found = sellable_source_next(engine, (struct sellable_source){0});
    equal(found.id, erp.id);
    found = sellable_source_next(engine, found);
    equal(found.id, wms.id);
    equal(sellable_source_next(engine, found).id, 0);
    sellable_close(engine);
}

static void a_source_that_is_not_is_unknown_to_every_question(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const uint32_t strange[] = {0, 2, 70000, UINT32_MAX};
    source_of(engine, "erp");
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        struct sellable_source source = {strange[i]};
        struct sellable_source_view view;
        expect(sellable_source_look(engine, source, &view), UNKNOWN_SOURCE);
        assert_null(sellable_source_key(engine, source).bytes);
        equal(sellable_source_key(engine, source).size, 0);
    }
    struct sellable_source source = {77};
    expect(sellable_source_find(engine, key_of("wms"), &source), UNKNOWN_SOURCE);
    equal(source.id, 0);
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        source.id = 77;
        expect(sellable_source_put(engine, NULL, no_keys[i], NULL, &source, &answer), INVALID);
        names(&answer, "key", 0);
        equal(source.id, 0);
        source.id = 77;
        expect(sellable_source_find(engine, no_keys[i], &source), UNKNOWN_SOURCE);
        equal(source.id, 0);
    }
    equal(sellable_source_next(engine, (struct sellable_source){1}).id, 0);
    sellable_close(engine);
}

static void the_lag_of_a_source_stays_unless_it_is_given_and_minus_one_takes_it_back(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const int64_t taken[] = {0, 60000, SELLABLE_TIME_MAX, -1, 5};
    const int64_t wrong[] = {-2, SELLABLE_TIME_MAX + 1, INT64_MIN, INT64_MAX};
    source_of(engine, "erp");
    equal(source_seen(engine, "erp").max_lag, -1);
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        expect(sellable_source_put(engine, NULL, key_of("erp"), &taken[i], NULL, NULL), OK);
        equal(source_seen(engine, "erp").max_lag, taken[i]);
        source_of(engine, "erp");
        equal(source_seen(engine, "erp").max_lag, taken[i]);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        struct sellable_source source = {77};
        expect(sellable_source_put(engine, NULL, key_of("erp"), &wrong[i], &source, &answer),
               INVALID);
        names(&answer, "max_lag", 0);
        equal(source.id, 0);
        expect(sellable_source_put(engine, NULL, key_of("new"), &wrong[i], &source, &answer),
               INVALID);
        expect(sellable_source_find(engine, key_of("new"), &source), UNKNOWN_SOURCE);
    }
    struct sellable_source_view view = source_seen(engine, "erp");
    equal(view.max_lag, 5);
    equal(view.has_seq, 0);
    equal(view.gaps, 0);
    sellable_close(engine);
}

static void an_event_of_an_unknown_source_is_refused_with_it_and_of_none_is_not(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            FROM("3pl"));
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            FROM("\xff"));
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            .source = {3});
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
            .source = {UINT32_MAX}, FROM("erp")); /* the handle counts */
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("3pl"), .source = {1});
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1);
    for (EACH_TYPE(type)) {
        struct sellable_event event = every_event(type);
        event.source_key = key_of("3pl");
        if (has_sender(type)) {
            refuses_event(engine, UNKNOWN_SOURCE, "source", event);
        }
    }
    sellable_close(engine);
}

static void what_an_owner_or_a_source_event_names_is_no_sender(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        if (has_sender(type)) {
            continue;
        }
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(type);
        event.source_key = key_of("somebody"); /* not looked at, nor its seq */
        event.id = key_of("e1");
        event.has_seq = 1;
        event.seq = 5;
        applies_event(engine, event);
        event.source_key = key_of("erp");
        refuses_event(engine, DUPLICATE, NULL, event);
        equal(source_seen(engine, "erp").has_seq, 0);
        refuses(engine, CONFLICT, "id", CONFIRM, .order_key = key_of("O-1"), ID("e1"));
        applies(engine, CONFIRM, .order_key = key_of("O-1"), ID("e1"), FROM("erp"), SEQ(1));
        sellable_close(engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_declared_once_and_found_again),
        cmocka_unit_test(a_source_that_is_not_is_unknown_to_every_question),
        cmocka_unit_test(the_lag_of_a_source_stays_unless_it_is_given_and_minus_one_takes_it_back),
        cmocka_unit_test(an_event_of_an_unknown_source_is_refused_with_it_and_of_none_is_not),
        cmocka_unit_test(what_an_owner_or_a_source_event_names_is_no_sender),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
