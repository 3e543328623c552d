/* SPDX-License-Identifier: Apache-2.0
 *
 * The limits in the header's table: what is at each is taken, one beyond it is refused. (Keys, hold
 * reasons, channels and locations: test_status.c, test_masters.c, test_many.c; ids of events,
 * exceptions, how far ahead a time may be: test_origin.c, test_exceptions.c, test_reconcile.c.) */
#include "told.h"

static const char *name_of(char prefix, uint32_t number) {
    static char text[4][16];
    static uint32_t next;
    char *name = text[next++ % 4];
    (void)snprintf(name, sizeof text[0], "%c%u", prefix, (unsigned)number);
    return name;
}

static void an_order_has_256_lines_at_most(void **state) {
    (void)state;
    static struct sellable_line lines[SELLABLE_LINES_MAX + 1];
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    for (uint32_t i = 0; i <= SELLABLE_LINES_MAX; i++) {
        stock(engine, name_of('I', i), "east", 1);
        lines[i] = (struct sellable_line){.item = item_of(engine, name_of('I', i)), .quantity = 1};
    }
    struct sellable_order order = {.key = key_of("O-1"),
                                   .channel_key = key_of("web"),
                                   .lines = lines,
                                   .line_count = SELLABLE_LINES_MAX + 1};
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "line_count");
    order.line_count = SELLABLE_LINES_MAX;
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), OK);
    equal(reply.answer.plan_count, SELLABLE_LINES_MAX);
    equal(order_of(engine, "O-1").line_count, SELLABLE_LINES_MAX);
    equal(promisable(engine, "web", "I255"), 0);
    equal(promisable(engine, "web", "I256"), 1);
    expect(ship(engine, "O-1"), OK);
    equal(cell_of(engine, "I255", "east").on_hand, 0);
    sellable_close(engine);
}

/* Kits K0 .. of 64 items each, of I0 and so on. */
static void kits_of_64(struct sellable *engine, uint32_t kits) {
    struct sellable_component components[SELLABLE_COMPONENTS_MAX];
    for (uint32_t kit = 0; kit < kits; kit++) {
        for (uint32_t i = 0; i < SELLABLE_COMPONENTS_MAX; i++) {
            const char *item = name_of('I', kit * SELLABLE_COMPONENTS_MAX + i);
            stock(engine, item, "east", 3);
            components[i] =
                (struct sellable_component){.item = item_of(engine, item), .number = 1 + i % 3};
        }
        const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_COMPONENTS,
                                                        .components = components,
                                                        .component_count = SELLABLE_COMPONENTS_MAX};
        expect(sellable_item_put(engine, NULL, key_of(name_of('K', kit)), &settings, NULL, NULL),
               OK);
    }
}

static void an_order_has_1024_items_at_most_once_kits_are_taken_apart(void **state) {
    (void)state;
    enum { KITS = SELLABLE_ITEMS_OF_ORDER_MAX / SELLABLE_COMPONENTS_MAX };
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    kits_of_64(engine, KITS);
    stock(engine, "one more", "east", 3);
    struct sellable_line lines[KITS + 2];
    for (uint32_t i = 0; i < KITS; i++) {
        lines[i] = (struct sellable_line){.item = item_of(engine, name_of('K', i)), .quantity = 1};
    }
    lines[KITS] = line_of("I77", 1); /* which is there already */
    lines[KITS + 1] = line_of("one more", 1);
    struct sellable_order order = ORDER("O-1", "web", lines);
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "line_count");
    cell_is(engine, "I0", "east", "on_hand 3");
    order.line_count = KITS + 1;
    expect(sellable_reserve(engine, NULL, &order, empty(&reply)), OK);
    equal(reply.answer.plan_count, SELLABLE_ITEMS_OF_ORDER_MAX);
    cell_is(engine, "I0", "east", "on_hand 3, reserved 1");
    cell_is(engine, "I77", "east", "on_hand 3, reserved 3"); /* 13th of K1: 2, and 1 */
    equal(order_of(engine, "O-1").line_count, SELLABLE_ITEMS_OF_ORDER_MAX);
    expect(release(engine, "O-1"), OK);
    cell_is(engine, "I77", "east", "on_hand 3");
    sellable_close(engine);
}

static void a_kit_has_64_components_at_most(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    kits_of_64(engine, 1);
    equal(promisable(engine, "web", "K0"), 1); /* the third is there three times */
    struct sellable_component components[SELLABLE_COMPONENTS_MAX + 1];
    for (uint32_t i = 0; i < COUNT_OF(components); i++) {
        components[i] = (struct sellable_component){.item = item_of(engine, name_of('J', i)),
                                                    .number = 1};
    }
    const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_COMPONENTS,
                                                    .components = components,
                                                    .component_count = COUNT_OF(components)};
    struct reply reply;
    expect(sellable_item_put(engine, NULL, key_of("K1"), &settings, NULL, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "components");
    struct sellable_item_view view = {.component_capacity = 0};
    expect(sellable_item_look(engine, item_of(engine, "K0"), &view), OK);
    equal(view.component_count, SELLABLE_COMPONENTS_MAX);
    sellable_close(engine);
}

static void an_item_has_32_units_at_most(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    stock(engine, "A", "east", 100);
    static char texts[SELLABLE_UNITS_MAX + 1][8];
    struct sellable_unit units[SELLABLE_UNITS_MAX + 1];
    for (int i = 0; i <= SELLABLE_UNITS_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "u%d", i);
        units[i] = (struct sellable_unit){key_of(texts[i]), i + 1, 1};
    }
    struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = SELLABLE_UNITS_MAX + 1};
    struct reply reply;
    expect(sellable_item_put(engine, NULL, key_of("A"), &settings, NULL, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "units");
    settings.unit_count = SELLABLE_UNITS_MAX;
    expect(sellable_item_put(engine, NULL, key_of("A"), &settings, NULL, NULL), OK);
    struct sellable_line lines[] = {line_of("A", 2)};
    lines[0].unit = key_of("u31");
    accepted(engine, &ORDER("O-1", "web", lines), "64 A east");
    sellable_close(engine);
}

static void a_line_has_16_substitutes_at_most(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    item_of(engine, "A");
    struct sellable_substitute substitutes[SELLABLE_SUBSTITUTES_MAX + 1];
    for (uint32_t i = 0; i <= SELLABLE_SUBSTITUTES_MAX; i++) {
        substitutes[i] = (struct sellable_substitute){.item = item_of(engine, name_of('S', i))};
    }
    stock(engine, "S15", "east", 1);
    struct sellable_line lines[] = {line_of("A", 1)};
    lines[0].substitutes = substitutes;
    lines[0].substitute_count = SELLABLE_SUBSTITUTES_MAX + 1;
    struct reply reply;
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "lines.substitutes");
    lines[0].substitute_count = SELLABLE_SUBSTITUTES_MAX;
    accepted(engine, &ORDER("O-1", "web", lines), "1 S15 east");
    sellable_close(engine);
}

static void a_cell_has_1024_references_at_most(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 2000});
    static struct sellable_scheduled entries[SELLABLE_SCHEDULE_MAX];
    for (uint32_t i = 0; i < SELLABLE_SCHEDULE_MAX; i++) {
        uint32_t number = i * 7 % SELLABLE_SCHEDULE_MAX; /* each once, in another order */
        schedule(engine, "A", "east", name_of('R', number), (1 + number) * SELLABLE_DAY, 2);
    }
    struct sellable_event event = {.type = SELLABLE_SCHEDULE_SET,
                                   .item_key = key_of("A"),
                                   .location_key = key_of("east"),
                                   .reference = key_of("one more"),
                                   .due = SELLABLE_DAY,
                                   .quantity = 1};
    struct reply reply;
    expect(sellable_apply(engine, NULL, &event, empty(&reply)), INVALID);
    assert_string_equal(reply.answer.field, "reference");
    schedule(engine, "A", "east", "R512", 5 * SELLABLE_DAY, 3); /* one that is there */
    schedule(engine, "A", "west", "one more", SELLABLE_DAY, 1); /* another cell */
    equal(promisable(engine, "web", "A"), 2050);
    struct sellable_place place = {.item_key = key_of("A"), .location_key = key_of("east")};
    struct sellable_cell cell = {.schedule = entries, .schedule_capacity = SELLABLE_SCHEDULE_MAX};
    expect(sellable_cell(engine, &place, &cell), OK);
    equal(cell.schedule_count, SELLABLE_SCHEDULE_MAX);
    for (uint32_t i = 1; i < SELLABLE_SCHEDULE_MAX; i++) {
        assert_true(entries[i - 1].due <= entries[i].due);
    }
    equal(promisable_at(engine, "web", "A", 4 * SELLABLE_DAY), 9);
    equal(promisable_at(engine, "web", "A", 5 * SELLABLE_DAY), 14);
    schedule(engine, "A", "east", "R512", 0, 0); /* then there is room for one */
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    expect(reserve(engine, "O-1", "web", "A", 2047), OK);
    expect(reserve(engine, "O-2", "web", "A", 2), INSUFFICIENT);
    sellable_close(engine);
}

static void a_horizon_is_3660_days_at_most_and_reaches_so_far(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON,
                                          .horizon = SELLABLE_HORIZON_MAX});
    schedule(engine, "A", "east", "PO-1", SELLABLE_HORIZON_MAX * SELLABLE_DAY, 4);
    schedule(engine, "A", "east", "PO-2", SELLABLE_HORIZON_MAX * SELLABLE_DAY + 1, 4);
    equal(promisable(engine, "web", "A"), 4);
    now_is(engine, SELLABLE_TIME_MAX); /* there is no date beyond this */
    equal(promisable(engine, "web", "A"), 0);
    stock(engine, "A", "east", 3);
    schedule(engine, "A", "east", "PO-3", SELLABLE_TIME_MAX, 4);
    equal(promisable(engine, "web", "A"), 3);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    sellable_close(engine);
}

static void precedence_reaches_a_million_up_and_down(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 5);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE,
                                          .precedence = -SELLABLE_PRECEDENCE_MAX});
    channel_with(engine, "shop",
                 (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE,
                                          .precedence = SELLABLE_PRECEDENCE_MAX});
    fence(engine, "A", "east", "web", 4, 0);
    fence(engine, "A", "east", "shop", 4, 0);
    equal(promisable(engine, "shop", "A"), 4);
    equal(promisable(engine, "web", "A"), 1);
    const struct sellable_line lines[] = {line_of("A", 1)};
    struct sellable_order order = ORDER("O-1", "web", lines);
    order.has_precedence = 1;
    order.precedence = SELLABLE_PRECEDENCE_MAX;
    accepted(engine, &order, "1 A east");
    order.key = key_of("O-2");
    order.channel_key = key_of("shop");
    order.precedence = -SELLABLE_PRECEDENCE_MAX;
    accepted(engine, &order, "1 A east");
    equal(order_of(engine, "O-1").precedence, SELLABLE_PRECEDENCE_MAX);
    equal(order_of(engine, "O-2").precedence, -SELLABLE_PRECEDENCE_MAX);
    sellable_close(engine);
}

static void a_cell_has_a_fence_for_each_of_many_channels_and_all_hold_reasons(void **state) {
    (void)state;
    enum { CHANNELS = 100 };
    struct sellable *engine = open_engine();
    char text[8];
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        struct sellable_key key = sellable_hold_key(engine, i);
        if (key.size == 0) {
            key = key_of(name_of('H', i));
            expect(sellable_hold_put(engine, NULL, key, NULL, NULL), OK);
        }
        const struct sellable_event event = {.type = SELLABLE_HOLD_PLACE,
                                             .item = item_of(engine, "A"),
                                             .location = location_of(engine, "east"),
                                             .reason = key,
                                             .quantity = 1};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
    }
    stock(engine, "A", "east", 150 + SELLABLE_HOLD_REASONS_MAX);
    for (uint32_t i = 0; i < CHANNELS; i++) { /* each once, in another order */
        (void)snprintf(text, sizeof text, "C%02u", (unsigned)(i * 7 % CHANNELS));
        fence(engine, "A", "east", text, 2, 0);
    }
    struct sellable_fence fences[CHANNELS];
    struct sellable_place place = {.item_key = key_of("A"), .location_key = key_of("east")};
    struct sellable_cell cell = {.fences = fences, .fence_capacity = CHANNELS};
    expect(sellable_cell(engine, &place, &cell), OK);
    equal(cell.fence_count, CHANNELS);
    equal(cell.free, 150);
    equal(cell.shared, 0);
    for (uint32_t i = 0; i < CHANNELS; i++) { /* the first 75 by their keys have their 2 */
        (void)snprintf(text, sizeof text, "C%02u", (unsigned)i);
        equal(fences[i].quantity, 2);
        equal(promisable(engine, text, "A"), i < 75 ? 2 : 0);
    }
    expect(reserve(engine, "O-1", "C60", "A", 2), OK);
    equal(promisable(engine, "C60", "A"), 0);
    equal(promisable(engine, "C74", "A"), 2); /* served after it, and as before */
    equal(promisable(engine, "C75", "A"), 0);
    expect(reserve(engine, "O-2", "C75", "A", 1), INSUFFICIENT);
    sellable_close(engine);
}

static void there_are_65535_sources_and_no_more(void **state) {
    (void)state;
    enum { SOURCES = 65535 };
    struct sellable *engine = open_engine();
    struct sellable_source source, last;
    struct reply reply;
    for (uint32_t i = 1; i <= SOURCES; i++) {
        expect(sellable_source_put(engine, NULL, key_of(name_of('S', i)), NULL, &last, NULL), OK);
        equal(last.id, i);
    }
    expect(sellable_source_put(engine, NULL, key_of("one more"), NULL, &source, empty(&reply)),
           INVALID);
    assert_string_equal(reply.answer.field, "key");
    expect(sellable_source_find(engine, key_of("one more"), &source), UNKNOWN_SOURCE);
    expect(sellable_source_put(engine, NULL, key_of(name_of('S', 777)), NULL, &source, NULL), OK);
    equal(source.id, 777);
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item = item_of(engine, "A"),
                                         .location = location_of(engine, "east"),
                                         .quantity = 1,
                                         .source = last,
                                         .has_seq = 1,
                                         .seq = 5};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    struct sellable_source_view view;
    expect(sellable_source_look(engine, last, &view), OK);
    equal(view.seq, 5);
    sellable_close(engine);
}

static void a_rule_names_65535_sources_and_an_engine_has_a_rule_for_each_of_many_places(
    void **state) {
    (void)state;
    enum { SOURCES = 65535, PLACES = 300 };
    static struct sellable_owner owners[SOURCES];
    struct sellable *engine = open_engine();
    for (uint32_t i = 0; i < SOURCES; i++) {
        expect(sellable_source_put(engine, NULL, key_of(name_of('S', i)), NULL, NULL, NULL), OK);
        owners[i].source.id = SOURCES - i;
    }
    item_of(engine, "A");
    struct sellable_ownership rule = {
        .owned = SELLABLE_OWNED_ON_HAND, .owners = owners, .owner_count = SOURCES};
    expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
    for (uint32_t i = 0; i < PLACES; i++) {
        location_of(engine, name_of('L', i));
        rule.location_key = key_of(name_of('L', i));
        rule.owners = owners + i * 7;
        rule.owner_count = 1;
        expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
    }
    location_of(engine, "elsewhere");
    struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                   .item_key = key_of("A"),
                                   .location_key = key_of("elsewhere"),
                                   .quantity = 1};
    expect(sellable_apply(engine, NULL, &event, NULL), NOT_OWNER);
    for (uint32_t i = 0; i < SOURCES; i += 4111) {
        event.source_key = key_of(name_of('S', i));
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
    }
    for (uint32_t i = 0; i < PLACES; i++) {
        event.location_key = key_of(name_of('L', i));
        event.source = owners[i * 7].source;
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
        event.source = owners[i * 7 + 1].source;
        expect(sellable_apply(engine, NULL, &event, NULL), NOT_OWNER);
    }
    sellable_close(engine);
}

/* 300 locations, in which 1 (or, `different`, 2, 3, ..) of A each are. */
enum { MANY = 300 };
static struct sellable *many_places(bool different) {
    struct sellable *engine = open_engine();
    for (uint32_t i = 0; i < MANY; i++) {
        location_of(engine, name_of('L', i));
    }
    for (uint32_t i = 0; i < MANY; i++) { /* each once, in another order */
        stock(engine, "A", name_of('L', i * 7 % MANY), different ? i + 2 : 1);
    }
    return engine;
}

static void an_order_stands_at_many_locations_and_an_item_at_many_too(void **state) {
    (void)state;
    struct sellable *engine = many_places(false);
    channel_of(engine, "web");
    equal(promisable(engine, "web", "A"), MANY);
    static struct sellable_placement plan[MANY];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = MANY};
    expect(reserve_until(engine, "O-1", "web", "A", MANY, 0, &answer), OK);
    equal(answer.plan_count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        equal(plan[i].quantity, 1);
        equal(cell_of(engine, "A", name_of('L', i)).reserved, 1);
        if (i > 0) { /* all, in key order */
            struct sellable_key one = sellable_location_key(engine, plan[i - 1].location);
            struct sellable_key next = sellable_location_key(engine, plan[i].location);
            int order = memcmp(one.bytes, next.bytes, one.size < next.size ? one.size : next.size);
            assert_true(order < 0 || (order == 0 && one.size < next.size));
        }
    }
    struct reply reply; /* less room: counted all the same */
    expect(reserve_until(engine, "O-1", "web", "A", MANY, 0, empty(&reply)), DUPLICATE);
    equal(reply.answer.plan_count, MANY);
    expect(release(engine, "O-1"), OK);
    equal(promisable(engine, "web", "A"), MANY);
    sellable_close(engine);
}

static void most_sorts_many_locations_and_a_list_keeps_its_order(void **state) {
    (void)state;
    struct sellable *engine = many_places(true);
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SOURCING,
                                          .sourcing = SELLABLE_MOST});
    static struct sellable_placement plan[MANY];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = MANY};
    int64_t all = promisable(engine, "web", "A");
    equal(all, MANY * (MANY + 3) / 2); /* 2 + 3 + .. + 301 */
    expect(reserve_until(engine, "O-1", "web", "A", all, 0, &answer), OK);
    for (uint32_t i = 0; i < MANY; i++) {
        equal(plan[i].quantity, MANY + 1 - i);
    }
    expect(release(engine, "O-1"), OK);
    struct sellable_location list[MANY / 2];
    for (uint32_t i = 0; i < COUNT_OF(list); i++) {
        list[i] = location_of(engine, name_of('L', i * 11 % MANY));
    }
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS |
                                                 SELLABLE_SETTING_SOURCING,
                                          .locations = list,
                                          .location_count = COUNT_OF(list)});
    all = promisable(engine, "web", "A");
    expect(reserve_until(engine, "O-2", "web", "A", all, 0, &answer), OK);
    equal(answer.plan_count, COUNT_OF(list));
    for (uint32_t i = 0; i < COUNT_OF(list); i++) {
        equal(plan[i].location.id, list[i].id);
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_has_256_lines_at_most),
        cmocka_unit_test(an_order_has_1024_items_at_most_once_kits_are_taken_apart),
        cmocka_unit_test(a_kit_has_64_components_at_most),
        cmocka_unit_test(an_item_has_32_units_at_most),
        cmocka_unit_test(a_line_has_16_substitutes_at_most),
        cmocka_unit_test(a_cell_has_1024_references_at_most),
        cmocka_unit_test(a_horizon_is_3660_days_at_most_and_reaches_so_far),
        cmocka_unit_test(precedence_reaches_a_million_up_and_down),
        cmocka_unit_test(a_cell_has_a_fence_for_each_of_many_channels_and_all_hold_reasons),
        cmocka_unit_test(there_are_65535_sources_and_no_more),
        cmocka_unit_test(
            a_rule_names_65535_sources_and_an_engine_has_a_rule_for_each_of_many_places),
        cmocka_unit_test(an_order_stands_at_many_locations_and_an_item_at_many_too),
        cmocka_unit_test(most_sorts_many_locations_and_a_list_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
