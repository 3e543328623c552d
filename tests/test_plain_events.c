/* SPDX-License-Identifier: Apache-2.0
 *
 * on_hand.adjust by handle, with nothing that goes along: the event that is applied in one pass.
 * One that says why (a correlation) is applied in the general way, and must come to the same. */
#include "audited.h"
#include "crew.h"
#include "events.h"

enum { ITEMS = 3, PLACES = 6, STEPS = 3000, RETENTION = 2000, FIRST_NOW = 1000000 };
static const char *const items[ITEMS] = {"A", "B", "C"};
static const char *const places[PLACES + 1] = {"a", "b", "c", "d", "e", "f", NULL};

/* Six cells of each of three items: a row's line has four. */
static struct sellable *open_store(void) {
    struct sellable *engine = open_with((struct sellable_options){.retention = RETENTION});
    channel_from(engine, "web", places);
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t place = 0; place < PLACES; place++)
            stock(engine, items[i], places[place], 1000);
    now_is(engine, FIRST_NOW);
    return engine;
}

/* One step of a random course of things, the same for both ways of adjusting. */
static void step(struct sellable *engine, struct random *random, int64_t *now, bool plain) {
    const uint32_t kind = random_below(random, 100);
    struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = item_of(engine, items[random_below(random, ITEMS)]),
                                   .location =
                                       location_of(engine, places[random_below(random, PLACES)]),
                                   .quantity = random_between(random, -3, 5)};
    int64_t past = random_below(random, RETENTION);
    if (kind < 6) {
        now_is(engine, *now += 1 + random_below(random, 400));
        return;
    }
    if (kind < 9) {
        event.type = SELLABLE_ON_HAND_SET;
        event.has_as_of = 1;
        event.as_of = *now - past;
        event.quantity = 500;
    } else if (kind < 12) {
        event.type = SELLABLE_SAFETY_STOCK_SET;
        event.quantity += 3;
    } else if (kind < 15) {
        event.type = SELLABLE_RING_FENCE_SET;
        event.channel = channel_of(engine, "web");
        event.quantity += 3;
        event.until = kind == 12 ? *now + past + 1 : 0;
    } else if (!plain) {
        event.correlation = key_of("because");
    }
    enum sellable_status status = sellable_apply(engine, NULL, &event, NULL);
    assert_true(status == SELLABLE_OK || status == SELLABLE_STALE);
}

static void a_plain_event_does_what_any_other_does(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct sellable *plain = open_store(), *other = open_store();
        struct random one = {seed}, two = {seed};
        int64_t now = FIRST_NOW, later = FIRST_NOW;
        for (uint32_t i = 1; i <= STEPS; i++) {
            step(plain, &one, &now, true);
            step(other, &two, &later, false);
            if (i % 50 != 0)
                continue;
            const struct sellable_audit a = audited(plain), b = audited(other);
            assert_true(equal_hash(a.hash, b.hash));
            assert_true(equal_hash(a.full, b.full));
        }
        sellable_close(plain);
        sellable_close(other);
    }
}

/* One unit a millisecond, at one cell or at two in turn. */
static void adjust_at_each_time(struct sellable *engine, uint32_t times) {
    for (uint32_t i = 1; i <= times; i++) {
        now_is(engine, FIRST_NOW + i);
        equal(applies(engine, ON_HAND_ADJUST, .item = item_of(engine, "A"),
                      .location = location_of(engine, i % 2 == 0 ? "a" : "b"), .quantity = 1),
              1);
    }
}

static void a_balance_of_any_instant_knows_what_plain_events_moved_since(void **state) {
    (void)state;
    enum { TIMES = 40 };
    for (uint32_t as_of = 0; as_of <= TIMES; as_of++) {
        struct sellable *engine = open_store();
        adjust_at_each_time(engine, TIMES);
        applies(engine, ON_HAND_SET, OF("A", "a"), .quantity = 70, AS_OF(FIRST_NOW + as_of));
        equal(cell_of(engine, "A", "a").on_hand, 70 + TIMES / 2 - as_of / 2);
        equal(cell_of(engine, "A", "b").on_hand, 1000 + TIMES / 2);
        sellable_close(engine);
    }
}

static void what_plain_events_moved_is_forgotten_after_the_retention(void **state) {
    (void)state;
    struct sellable *engine = open_store();
    adjust_at_each_time(engine, 30);
    uint64_t before = memory_of(engine).block_bytes;
    for (uint32_t round = 1; round < 6000; round++) {
        now_is(engine, FIRST_NOW + (int64_t)round * 3 * RETENTION);
        applies(engine, ON_HAND_ADJUST, .item = item_of(engine, "A"),
                .location = location_of(engine, "a"), .quantity = 1);
    }
    assert_in_range(memory_of(engine).block_bytes, before, before + 64 * 1024);
    sellable_close(engine);
}

/* Something is held, so that net does not come to the limit at the same time. */
static void a_plain_event_stops_at_the_limits_of_a_quantity(void **state) {
    (void)state;
    struct sellable *engine = open_store();
    hold(engine, "A", "a", "quality", 10);
    struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = item_of(engine, "A"),
                                   .location = location_of(engine, "a"),
                                   .quantity = SELLABLE_QUANTITY_MAX - 1000};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    event.quantity = 1;
    expect(sellable_apply(engine, NULL, &event, NULL), OVERFLOW);
    equal(cell_of(engine, "A", "a").on_hand, SELLABLE_QUANTITY_MAX);
    event.quantity = -SELLABLE_QUANTITY_MAX;
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    equal(cell_of(engine, "A", "a").on_hand, 0);
    event.quantity = 11 - SELLABLE_QUANTITY_MAX;
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    event.quantity = -2;
    expect(sellable_apply(engine, NULL, &event, NULL), OVERFLOW); /* net, now */
    equal(cell_of(engine, "A", "a").net, 1 - SELLABLE_QUANTITY_MAX);
    sellable_close(engine);
}

/* ---- many threads ---------------------------------------------------------------------------- */

enum { THREADS = 4, EACH = 4000 };

/* Each moves stock of two cells of one row, up and down, while time goes on. */
static void move_to_and_fro(struct member *member) {
    for (uint32_t i = 0; i < EACH; i++) {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .item = {1},
                                       .location = {1 + (i + member->number) % 2},
                                       .quantity = i % 2 == 0 ? 3 : -1};
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
        if (member->number == 0 && i % 500 == 0)
            require_status(member,
                           sellable_advance(member->engine, member->worker, FIRST_NOW + 1 + i / 4,
                                            NULL),
                           OK);
    }
}

static void plain_events_of_many_threads_at_one_row_all_count(void **state) {
    (void)state;
    struct sellable *engine = open_store();
    crew_run(engine, THREADS, 0, move_to_and_fro, NULL);
    equal(cell_of(engine, "A", "a").on_hand + cell_of(engine, "A", "b").on_hand,
          2000 + THREADS * EACH);
    applies(engine, ON_HAND_SET, OF("A", "a"), .quantity = 0, AS_OF(FIRST_NOW - 1));
    applies(engine, ON_HAND_SET, OF("A", "b"), .quantity = 0, AS_OF(FIRST_NOW - 1));
    equal(cell_of(engine, "A", "a").on_hand + cell_of(engine, "A", "b").on_hand,
          THREADS * EACH); /* all movements are remembered */
    audited(engine);
    sellable_close(engine);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void an_item_with_four_cells_takes_256_bytes_and_its_place_in_the_index(void **state) {
    (void)state;
    enum { MANY = 8000, CELLS = 4 };
    struct sellable *engine = open_with((struct sellable_options){.items = MANY});
    for (uint32_t place = 0; place < CELLS; place++)
        location_of(engine, places[place]);
    const uint64_t before = memory_of(engine).block_bytes;
    for (uint32_t i = 0; i < MANY; i++) {
        char key[17];
        struct sellable_item item;
        (void)snprintf(key, sizeof key, "item-%011u", i);
        expect(sellable_item_put(engine, NULL, key_of(key), NULL, &item, NULL), OK);
        for (uint32_t place = 1; place <= CELLS; place++) {
            applies(engine, ON_HAND_SET, .item = item, .location = {place}, .quantity = 100000000);
            applies(engine, HOLD_PLACE, .item = item, .location = {place},
                    .reason = key_of("quality"), .quantity = 5);
            applies(engine, SAFETY_STOCK_SET, .item = item, .location = {place}, .quantity = 10);
        }
    }
    const struct sellable_memory memory = memory_of(engine);
    assert_in_range((memory.row_bytes + memory.block_bytes - before) / MANY, 64, 260);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_event_does_what_any_other_does),
        cmocka_unit_test(a_balance_of_any_instant_knows_what_plain_events_moved_since),
        cmocka_unit_test(what_plain_events_moved_is_forgotten_after_the_retention),
        cmocka_unit_test(a_plain_event_stops_at_the_limits_of_a_quantity),
        cmocka_unit_test(plain_events_of_many_threads_at_one_row_all_count),
        cmocka_unit_test(an_item_with_four_cells_takes_256_bytes_and_its_place_in_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
