/* SPDX-License-Identifier: Apache-2.0
 *
 * Much of everything: items, locations, channels, orders, lines, and keys of every length. What is
 * answered is the same as of few.
 *
 *    test_many [long]      long: also as many locations as there may be */
#include "scene.h"

#include "random.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- keys and items -------------------------------------------------------------------------- */

/* The number-th key: `size` bytes of UTF-8 of one to four bytes a sign that end with the number. */
static struct sellable_key long_key(char *bytes, uint32_t number, uint32_t size) {
    static const char *const signs[] = {"k", "\xc3\xb6", "\xe6\xbc\xa2", "\xf0\x9f\x93\xa6"};
    char digits[12];
    uint32_t tail = (uint32_t)snprintf(digits, sizeof digits, "%u", number);
    uint32_t filled = 0;
    size = size < tail ? tail : size;
    for (uint32_t i = number; filled + tail < size; i++) {
        const char *sign = signs[i % 4];
        uint32_t width = (uint32_t)strlen(sign);
        if (filled + tail + width > size) {
            sign = "k";
            width = 1;
        }
        memcpy(bytes + filled, sign, width);
        filled += width;
    }
    memcpy(bytes + filled, digits, tail);
    return (struct sellable_key){bytes, size};
}

static void thousands_of_items_with_keys_of_every_length_are_found_again(void **state) {
    (void)state;
    enum { ITEMS = 20000 };
    struct sellable *engine = open_engine();
    static struct sellable_item items[ITEMS];
    char bytes[SELLABLE_KEY_MAX];
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct sellable_key key = long_key(bytes, i, 1 + i % SELLABLE_KEY_MAX);
        struct sellable_item none;
        expect(sellable_item_find(engine, key, &none), UNKNOWN_ITEM);
        expect(sellable_item_put(engine, NULL, key, NULL, &items[i], NULL), OK);
        assert_int_not_equal(items[i].id, 0);
    }
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct sellable_key key = long_key(bytes, i, 1 + i % SELLABLE_KEY_MAX);
        struct sellable_item found, put;
        expect(sellable_item_find(engine, key, &found), OK);
        expect(sellable_item_put(engine, NULL, key, NULL, &put, NULL), OK);
        equal(found.id, items[i].id);
        equal(put.id, items[i].id);
        struct sellable_key given = sellable_item_key(engine, items[i]);
        equal(given.size, key.size);
        assert_memory_equal(given.bytes, key.bytes, key.size);
    }
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.items, ITEMS);
    sellable_close(engine);
}

static void keys_that_begin_alike_or_hold_a_zero_byte_are_different(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    char bytes[SELLABLE_KEY_MAX];
    memset(bytes, 'x', sizeof bytes);
    const struct sellable_key zeros[] = {{"a", 1}, {"a\0", 2}, {"a\0b", 3}, {"\0", 1}, {"\0\0", 2}};
    struct sellable_channel web = channel_of(engine, "web");
    struct sellable_location east = location_of(engine, "east");
    enum { KEYS = SELLABLE_KEY_MAX + COUNT_OF(zeros) };
    for (uint32_t way = 0; way < 2; way++) {
        for (uint32_t i = 0; i < KEYS; i++) {
            struct sellable_key key = i < SELLABLE_KEY_MAX ? (struct sellable_key){bytes, i + 1}
                                                           : zeros[i - SELLABLE_KEY_MAX];
            struct sellable_item item;
            struct sellable_availability availability;
            expect(sellable_item_put(engine, NULL, key, NULL, &item, NULL), OK);
            struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                           .item_key = key,
                                           .location = east,
                                           .quantity = 10 * i};
            struct sellable_question question = {.item_key = key, .channel = web};
            if (way == 0) {
                expect(sellable_available(engine, &question, &availability), OK);
                equal(availability.promisable, 0);
                expect(sellable_apply(engine, NULL, &event, NULL), OK);
            }
            expect(sellable_available(engine, &question, &availability), OK);
            equal(availability.promisable, 10 * i);
        }
    }
    for (uint32_t i = 0; i < SELLABLE_KEY_MAX; i++) { /* the same for orders */
        struct sellable_line line = {.item_key = {bytes, SELLABLE_KEY_MAX}, .quantity = 1};
        struct sellable_order order = {
            .key = {bytes, i + 1}, .channel = web, .lines = &line, .line_count = 1};
        expect(sellable_reserve(engine, NULL, &order, NULL), OK);
        expect(sellable_reserve(engine, NULL, &order, NULL), DUPLICATE);
    }
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.items, KEYS);
    equal(memory.orders, SELLABLE_KEY_MAX);
    sellable_close(engine);
}

/* ---- locations ------------------------------------------------------------------------------- */

enum { PLACES = 300 };

/* An engine with 300 locations, made in an order that is not their keys'; on_hand[i] of A, and
 * holds of all reasons here and there. Returns the free stock of each, by key order. */
static struct sellable *wide_scene(struct sellable_location *locations, int64_t *seen) {
    static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    struct sellable *engine = open_engine();
    char text[16];
    for (uint32_t i = 0; i < PLACES; i++) {
        uint32_t place = i * 7 % PLACES;
        (void)snprintf(text, sizeof text, "L%03u", place);
        locations[place] = location_of(engine, text);
        int64_t on_hand = 5 + place % 20, held = 0;
        stock(engine, "A", text, on_hand);
        for (uint32_t reason = 0; reason < place % 5; reason++) {
            hold(engine, "A", text, reasons[reason], 1 + reason);
            held += 1 + reason;
        }
        seen[place] = on_hand > held ? on_hand - held : 0;
    }
    return engine;
}

static void an_item_in_300_locations_is_promised_from_all_in_key_order(void **state) {
    (void)state;
    static struct sellable_location locations[PLACES];
    static struct sellable_placement plan[PLACES];
    int64_t seen[PLACES], total = 0;
    struct sellable *engine = wide_scene(locations, seen);
    struct sellable_item a = item_of(engine, "A");
    channel_of(engine, "web");
    for (uint32_t i = 0; i < PLACES; i++) {
        total += seen[i];
    }
    equal(promisable(engine, "web", "A"), total);
    struct sellable_answer answer = {.plan = plan, .plan_capacity = PLACES};
    expect(reserve(engine, "O-1", "web", "A", total + 1), INSUFFICIENT);
    expect(reserve_until(engine, "O-1", "web", "A", total - 1, 0, &answer), OK);
    uint32_t entry = 0;
    for (uint32_t i = 0; i < PLACES; i++) {
        if (seen[i] > 0) {
            equal(plan[entry].item.id, a.id);
            equal(plan[entry].location.id, locations[i].id);
            equal(plan[entry].quantity, seen[i] - (entry + 1 == answer.plan_count));
            entry++;
        }
    }
    equal(answer.plan_count, entry);
    equal(promisable(engine, "web", "A"), 1);
    expect(reserve_until(engine, "O-1", "web", "A", total - 1, 0, &answer), DUPLICATE);
    equal(answer.plan_count, entry);
    static struct sellable_order_line lines[PLACES];
    struct sellable_order_view view = {.lines = lines, .line_capacity = PLACES};
    expect(ship(engine, "O-1"), OK);
    expect(sellable_order(engine, key_of("O-1"), &view), OK);
    equal(view.line_count, entry);
    for (uint32_t i = 0; i < entry; i++) {
        equal(lines[i].location.id, plan[i].location.id);
        equal(lines[i].shipped, plan[i].quantity);
    }
    equal(promisable(engine, "web", "A"), 1);
    static struct sellable_term terms[PLACES];
    struct sellable_explanation why = {.terms = terms, .term_capacity = PLACES};
    struct sellable_question question = {.item = a, .channel_key = key_of("web")};
    expect(sellable_explain(engine, &question, &why), OK);
    equal(why.term_count, PLACES);
    for (uint32_t i = 0; i < PLACES; i++) {
        equal(terms[i].location.id, locations[i].id);
    }
    equal(why.pool, 1);
    sellable_close(engine);
}

static void a_list_of_300_locations_is_kept_in_its_own_order(void **state) {
    (void)state;
    static struct sellable_location locations[PLACES], list[PLACES];
    static struct sellable_placement plan[PLACES];
    int64_t seen[PLACES], total = 0;
    struct sellable *engine = wide_scene(locations, seen);
    for (uint32_t i = 0; i < PLACES; i++) {
        list[i] = locations[PLACES - 1 - i];
        total += seen[i] / 2;
    }
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS |
                                                 SELLABLE_SETTING_SHARE,
                                          .locations = list,
                                          .location_count = PLACES,
                                          .share = 5000});
    struct sellable_answer answer = {.plan = plan, .plan_capacity = PLACES};
    equal(promisable(engine, "web", "A"), total);
    expect(reserve(engine, "O-1", "web", "A", total + 1), INSUFFICIENT);
    expect(reserve_until(engine, "O-1", "web", "A", total, 0, &answer), OK);
    uint32_t entry = 0;
    for (uint32_t i = 0; i < PLACES; i++) {
        uint32_t place = PLACES - 1 - i;
        if (seen[place] / 2 > 0) {
            equal(plan[entry].location.id, locations[place].id);
            equal(plan[entry++].quantity, seen[place] / 2);
        }
    }
    equal(answer.plan_count, entry);
    expect(release(engine, "O-1"), OK);
    equal(promisable(engine, "web", "A"), total);
    sellable_close(engine);
}

static void a_sum_over_locations_stops_at_the_limit(void **state) {
    (void)state;
    enum { FULL = 20 };
    struct sellable *engine = open_engine();
    char text[16];
    for (uint32_t i = 0; i < FULL; i++) {
        (void)snprintf(text, sizeof text, "L%02u", i);
        stock(engine, "A", text, LARGEST);
        stock(engine, "B", text, i % 2 ? LARGEST : -LARGEST);
    }
    channel_of(engine, "web");
    equal(promisable(engine, "web", "A"), LARGEST);
    equal(promisable(engine, "web", "B"), LARGEST);
    for (uint32_t i = 0; i < FULL; i++) { /* and yet all of it can be had */
        equal(promisable(engine, "web", "A"), LARGEST);
        (void)snprintf(text, sizeof text, "O-%u", i);
        expect(reserve(engine, text, "web", "A", LARGEST), OK);
    }
    equal(promisable(engine, "web", "A"), 0);
    expect(reserve(engine, "O", "web", "A", 1), INSUFFICIENT);
    for (uint32_t i = 0; i < FULL; i++) {
        (void)snprintf(text, sizeof text, "O-%u", i);
        expect(i % 2 ? ship(engine, text) : release(engine, text), OK);
    }
    equal(promisable(engine, "web", "A"), LARGEST);
    equal(cell_of(engine, "A", "L01").on_hand, 0);
    equal(cell_of(engine, "A", "L02").net, LARGEST);
    sellable_close(engine);
}

static void there_are_65535_locations_and_no_more(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    char text[16];
    channel_of(engine, "web");
    for (uint32_t i = 0; i < SELLABLE_LOCATIONS_MAX; i++) {
        (void)snprintf(text, sizeof text, "L%u", i * 31 % SELLABLE_LOCATIONS_MAX);
        location_of(engine, text);
    }
    struct sellable_location location = {77};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_location_put(engine, NULL, key_of("new"), NULL, &location, &answer), INVALID);
    assert_string_equal(answer.field, "key");
    equal(location.id, 0);
    expect(sellable_location_find(engine, key_of("new"), &location), UNKNOWN_LOCATION);
    expect(sellable_location_put(engine, NULL, key_of("L65534"), NULL, &location, NULL), OK);
    stock(engine, "A", "L0", 1);
    stock(engine, "A", "L65534", 2);
    equal(promisable(engine, "web", "A"), 3);
    expect(reserve(engine, "O-1", "web", "A", 3), OK);
    equal(order_of(engine, "O-1").line_count, 2);
    sellable_close(engine);
}

/* ---- channels -------------------------------------------------------------------------------- */

static void each_of_300_channels_sells_by_its_own_settings(void **state) {
    (void)state;
    enum { CHANNELS = 300 };
    static struct sellable_location locations[PLACES];
    static struct sellable_channel channels[CHANNELS];
    int64_t seen[PLACES];
    struct sellable *engine = wide_scene(locations, seen);
    char text[16];
    for (uint32_t i = 0; i < CHANNELS; i++) {
        struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS |
                                                SELLABLE_SETTING_SHARE |
                                                SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_CLOSED,
                                         .locations = &locations[i / 2],
                                         .location_count = 1 + i % (PLACES / 2),
                                         .share = (int32_t)(10000 - 17 * i),
                                         .buffer = i % 7,
                                         .closed = i % 10 == 9};
        (void)snprintf(text, sizeof text, "C%u", i);
        channels[i] = channel_with(engine, text, policy);
    }
    for (uint32_t i = 0; i < CHANNELS; i++) {
        int64_t pool = 0;
        for (uint32_t j = 0; j < 1 + i % (PLACES / 2); j++) {
            pool += seen[i / 2 + j] * (10000 - 17 * i) / 10000;
        }
        int64_t wanted = i % 10 == 9 || pool < i % 7 ? 0 : pool - i % 7;
        (void)snprintf(text, sizeof text, "C%u", i);
        equal(promisable(engine, text, "A"), wanted);
        struct sellable_key key = sellable_channel_key(engine, channels[i]);
        assert_memory_equal(key.bytes, text, strlen(text));
        expect(reserve(engine, "O", text, "A", wanted + 1), INSUFFICIENT);
        if (wanted > 0) {
            expect(reserve(engine, text, text, "A", wanted), OK);
            expect(release(engine, text), OK);
        }
    }
    sellable_close(engine);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void a_hundred_thousand_orders_are_kept_and_ended_each_for_itself(void **state) {
    (void)state;
    enum { ORDERS = 100000, ITEMS = 50 };
    struct sellable_options options = {.retention = 1000000};
    struct sellable *engine;
    struct sellable_memory memory;
    struct sellable_item items[ITEMS];
    char text[24];
    expect(sellable_open(&options, &engine), OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        (void)snprintf(text, sizeof text, "I%u", i);
        stock(engine, text, "east", 2 * ORDERS);
        items[i] = item_of(engine, text);
    }
    struct sellable_channel web = channel_of(engine, "web");
    for (uint32_t way = 0; way < 2; way++) { /* once more: all are duplicates */
        for (uint32_t i = 0; i < ORDERS; i++) {
            (void)snprintf(text, sizeof text, "order %u", i);
            struct sellable_line line = {.item = items[i % ITEMS], .quantity = 1 + i % 2};
            struct sellable_order order = {.key = key_of(text),
                                           .channel = web,
                                           .lines = &line,
                                           .line_count = 1,
                                           .expires_at = i % 4 ? 0 : 1 + i * 7919u % ORDERS};
            enum sellable_status status = sellable_reserve(engine, NULL, &order, NULL);
            equal(status, way ? SELLABLE_DUPLICATE : SELLABLE_OK);
        }
    }
    sellable_memory(engine, &memory);
    equal(memory.orders, ORDERS);
    for (uint32_t i = 0; i < ORDERS; i++) { /* of four: one expires, ships, is released, stays */
        (void)snprintf(text, sizeof text, "order %u", i);
        if (i % 4 == 1 || i % 4 == 2) {
            expect(i % 4 == 1 ? ship(engine, text) : release(engine, text), OK);
        }
    }
    int64_t expired = 0;
    for (int64_t now = 0; now <= ORDERS; now += ORDERS / 10) {
        now_is(engine, now);
        expired = 0;
        for (uint32_t i = 0; i < ORDERS; i += 4) {
            expired += 1 + (int64_t)(i * 7919u % ORDERS) <= now;
        }
        int64_t reserved = 0;
        for (uint32_t i = 0; i < ITEMS; i++) {
            (void)snprintf(text, sizeof text, "I%u", i);
            reserved += cell_of(engine, text, "east").reserved;
        }
        /* One each of every order that may expire, two each of those that stay. */
        equal(reserved, ORDERS / 4 - expired + 2 * (ORDERS / 4));
    }
    static const char *const states[] = {"expired", "shipped", "released", "reserved"};
    for (uint32_t i = 0; i < ORDERS; i++) {
        (void)snprintf(text, sizeof text, "order %u", i);
        assert_string_equal(state_of(engine, text), states[i % 4]);
    }
    now_is(engine, ORDERS + 1000000);
    sellable_memory(engine, &memory);
    equal(memory.orders, ORDERS / 4);
    for (uint32_t i = 0; i < ORDERS; i += 997) {
        struct sellable_order_view view = {0};
        (void)snprintf(text, sizeof text, "order %u", i);
        equal(sellable_order(engine, key_of(text), &view),
              i % 4 == 3 ? SELLABLE_OK : SELLABLE_UNKNOWN_ORDER);
    }
    sellable_close(engine);
}

static void orders_of_256_lines_are_split_over_many_locations_each(void **state) {
    (void)state;
    enum { WIDE = 40, LINES = SELLABLE_LINES_MAX, PLAN = LINES * WIDE };
    struct sellable *engine = open_engine();
    static struct sellable_line lines[LINES];
    static struct sellable_placement plan[PLAN], again[PLAN];
    struct sellable_location locations[WIDE];
    char text[16];
    for (uint32_t i = 0; i < WIDE; i++) {
        (void)snprintf(text, sizeof text, "L%02u", i);
        locations[i] = location_of(engine, text);
    }
    for (uint32_t i = 0; i < LINES; i++) {
        (void)snprintf(text, sizeof text, "I%u", i * 101 % LINES);
        lines[i] = (struct sellable_line){.item = item_of(engine, text), .quantity = 2 * WIDE};
        for (uint32_t j = 0; j < WIDE; j++) {
            struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                           .item = lines[i].item,
                                           .location = locations[j],
                                           .quantity = 4};
            expect(sellable_apply(engine, NULL, &event, NULL), OK);
        }
    }
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = 5000});
    struct sellable_order order = {
        .key = key_of("O-1"), .channel_key = key_of("web"), .lines = lines, .line_count = LINES};
    static struct sellable_misfit misfits[LINES];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = PLAN};
    lines[200].quantity++;
    answer.misfits = misfits;
    answer.misfit_capacity = LINES;
    expect(sellable_reserve(engine, NULL, &order, &answer), INSUFFICIENT);
    equal(answer.misfit_count, 1);
    equal(misfits[0].item.id, lines[200].item.id);
    lines[200].quantity--;
    expect(sellable_reserve(engine, NULL, &order, &answer), OK);
    equal(answer.plan_count, PLAN);
    for (uint32_t i = 0; i < PLAN; i++) {
        equal(plan[i].item.id, lines[i / WIDE].item.id);
        equal(plan[i].location.id, locations[i % WIDE].id);
        equal(plan[i].quantity, 2);
    }
    answer.plan = again;
    expect(sellable_reserve(engine, NULL, &order, &answer), DUPLICATE);
    assert_memory_equal(plan, again, sizeof plan);
    order.key = key_of("O-2"); /* now half of the rest is seen: 1 at each */
    for (uint32_t i = 0; i < LINES; i++) {
        lines[i].quantity = WIDE;
    }
    expect(sellable_reserve(engine, NULL, &order, &answer), OK);
    expect(ship(engine, "O-1"), OK);
    expect(release(engine, "O-2"), OK);
    for (uint32_t i = 0; i < LINES; i += 17) {
        struct sellable_place place = {.item = lines[i].item, .location = locations[i % WIDE]};
        struct sellable_cell cell;
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(cell.on_hand, 2);
        equal(cell.reserved, 0);
    }
    sellable_close(engine);
}

static void an_order_of_256_lines_of_one_item_takes_their_sum(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct sellable_line lines[SELLABLE_LINES_MAX];
    stock(engine, "A", "east", 1000);
    struct sellable_item a = item_of(engine, "A");
    channel_of(engine, "web");
    int64_t sum = 0;
    for (uint32_t i = 0; i < SELLABLE_LINES_MAX; i++) {
        lines[i] = (struct sellable_line){.item = a, .quantity = 1 + i % 5};
        sum += lines[i].quantity;
    }
    struct sellable_order order = {.key = key_of("O-1"),
                                   .channel_key = key_of("web"),
                                   .lines = lines,
                                   .line_count = SELLABLE_LINES_MAX};
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    equal(order_of(engine, "O-1").line_count, 1);
    equal(cell_of(engine, "A", "east").reserved, sum);
    lines[255].quantity += 1;
    expect(sellable_reserve(engine, NULL, &order, NULL), CONFLICT);
    sellable_close(engine);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_items_with_keys_of_every_length_are_found_again),
        cmocka_unit_test(keys_that_begin_alike_or_hold_a_zero_byte_are_different),
        cmocka_unit_test(an_item_in_300_locations_is_promised_from_all_in_key_order),
        cmocka_unit_test(a_list_of_300_locations_is_kept_in_its_own_order),
        cmocka_unit_test(a_sum_over_locations_stops_at_the_limit),
        cmocka_unit_test(each_of_300_channels_sells_by_its_own_settings),
        cmocka_unit_test(a_hundred_thousand_orders_are_kept_and_ended_each_for_itself),
        cmocka_unit_test(orders_of_256_lines_are_split_over_many_locations_each),
        cmocka_unit_test(an_order_of_256_lines_of_one_item_takes_their_sum),
    };
    const struct CMUnitTest long_tests[] = {
        cmocka_unit_test(there_are_65535_locations_and_no_more),
    };
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        return cmocka_run_group_tests(long_tests, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
