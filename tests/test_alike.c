/* SPDX-License-Identifier: Apache-2.0
 *
 * An order as a whole: what is done with it while a view is open, and what is kept of it for that,
 * leaves the same behind as what is done without, at once and for as long as anything of it is
 * remembered. Without, most orders are carried out in a way of their own. */
#include "every_event.h"

enum { RETENTION = 1000, TIMEOUT = 300, LATER = 600 };

static struct sellable *stage_of_two(void) {
    struct sellable *engine = stage_with((struct sellable_options){.retention = RETENTION});
    stock(engine, "B", "east", 40);
    stock(engine, "B", "west", 5);
    now_is(engine, STAGE_NOW + RETENTION); /* the stage's own movements are over */
    return engine;
}

static enum sellable_status act(struct sellable *engine, uint32_t type, const char *order) {
    struct sellable_key key = key_of(order);
    switch (type) {
    case SELLABLE_CONFIRM:
        return sellable_confirm(engine, NULL, key, NULL);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, NULL, key, sellable_now(engine) + LATER, NULL);
    case SELLABLE_RELEASE:
        return sellable_release(engine, NULL, key, NULL, 0, NULL);
    case SELLABLE_ALLOCATE:
        return sellable_allocate(engine, NULL, key, NULL, 0, NULL);
    case SELLABLE_DEALLOCATE:
        return sellable_deallocate(engine, NULL, key, NULL, 0, NULL);
    default:
        return sellable_ship(engine, NULL, key, NULL, 0, NULL);
    }
}

/* To both, of which the other has a view open; they are told the same. */
static void do_both(struct sellable *one, struct sellable *other, uint32_t type, const char *order,
                    const char *file, int line) {
    struct sellable_view view = {.now = 0};
    expect(sellable_view_open(other, NULL, &view), OK);
    equal_at(act(one, type, order), act(other, type, order), order, file, line);
    expect(sellable_view_close(NULL, &view), OK);
    same_sums_at(one, other, true, file, line);
}
#define DO_BOTH(type, order) do_both(one, other, SELLABLE_##type, order, __FILE__, __LINE__)

/* Of an item so many, as one placement, or as more. */
static void take(struct sellable *engine, const char *item, int64_t quantity, int64_t timeout,
                 const char *order) {
    struct sellable_line line = line_of(item, quantity);
    const struct sellable_order asked = {
        .key = key_of(order),
        .channel_key = key_of("web"),
        .lines = &line,
        .line_count = 1,
        .expires_at = timeout == 0 ? 0 : sellable_now(engine) + timeout};
    expect(sellable_reserve(engine, NULL, &asked, NULL), OK);
}

static void release_one(struct sellable *engine, const char *item, const char *order) {
    const struct sellable_part part = {.item_key = key_of(item), .quantity = 1};
    expect(sellable_release(engine, NULL, key_of(order), &part, 1, NULL), OK);
}

/* Two engines, in both of which orders are open. */
static struct sellable *one_of_two(void) {
    struct sellable *engine = stage_of_two();
    take(engine, "B", 3, 0, "open");
    take(engine, "B", 4, 0, "in part");
    release_one(engine, "B", "in part");
    take(engine, "B", 2, TIMEOUT, "timed");
    take(engine, "B", 2, TIMEOUT, "timed too");
    take(engine, "B", 2, TIMEOUT, "to expire");
    take(engine, "A", 2, 0, "of dated stock");
    take(engine, "B", 30, 0, "of two places");
    return engine;
}

static const char *const orders[] = {"open",      "in part",        "timed",         "timed too",
                                     "to expire", "of dated stock", "of two places", "of nobody"};
enum { ORDERS = sizeof orders / sizeof *orders };

/* Time passes, and with it what is remembered. */
static void until_all_is_forgotten(struct sellable *one, struct sellable *other) {
    int64_t begin = sellable_now(one);
    const int64_t after[] = {1,         TIMEOUT - 1, TIMEOUT,       LATER,
                             RETENTION - 1, RETENTION,   RETENTION + LATER + 1,
                             3 * RETENTION};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        now_is(one, begin + after[i]);
        now_is(other, begin + after[i]);
        same_full(one, other);
    }
    sellable_close(one);
    sellable_close(other);
}

static void each_change_of_a_whole_order_is_the_same_with_a_view_open(void **state) {
    (void)state;
    for (uint32_t first = SELLABLE_CONFIRM; first <= SELLABLE_SHIP; first++) {
        for (uint32_t second = SELLABLE_CONFIRM; second <= SELLABLE_SHIP; second++) {
            struct sellable *one = one_of_two(), *other = one_of_two();
            for (uint32_t i = 0; i < ORDERS; i++) {
                do_both(one, other, first, orders[i], __FILE__, __LINE__);
            }
            now_is(one, sellable_now(one) + 1);
            now_is(other, sellable_now(other) + 1);
            for (uint32_t i = 0; i < ORDERS; i++) {
                do_both(one, other, second, orders[i], __FILE__, __LINE__);
            }
            until_all_is_forgotten(one, other);
        }
    }
}

static void what_time_has_ended_is_refused_to_both(void **state) {
    (void)state;
    struct sellable *one = one_of_two(), *other = one_of_two();
    now_is(one, sellable_now(one) + TIMEOUT);
    now_is(other, sellable_now(other) + TIMEOUT);
    DO_BOTH(CONFIRM, "timed");
    DO_BOTH(EXTEND, "timed too");
    DO_BOTH(RELEASE, "to expire");
    expect(sellable_confirm(one, NULL, key_of("timed"), NULL), WRONG_STATE);
    expect(sellable_confirm(one, NULL, key_of("of nobody"), NULL), UNKNOWN_ORDER);
    until_all_is_forgotten(one, other);
}

static void an_untracked_item_stays_as_it_is_in_both(void **state) {
    (void)state;
    struct sellable *one = stage_of_two(), *other = stage_of_two();
    struct sellable *const both[] = {one, other};
    for (int i = 0; i < 2; i++) { /* it was tracked once */
        stock(both[i], "S", "east", 3);
        stock(both[i], "S", "west", 3);
        untracked(both[i], "S");
    }
    take(one, "S", 7, 0, "open");
    take(other, "S", 7, 0, "open");
    take(one, "S", 7, 0, "in part");
    take(other, "S", 7, 0, "in part");
    DO_BOTH(RELEASE, "open");
    DO_BOTH(SHIP, "in part");
    until_all_is_forgotten(one, other);
}

static void what_is_shipped_for_ever_takes_no_more_memory(void **state) {
    (void)state;
    enum { EARLY = 500, LONG = 5000, LITTLE = 4096 };
    struct sellable *engine = open_with((struct sellable_options){.retention = RETENTION});
    uint64_t early = 0;
    channel_of(engine, "web");
    stock(engine, "A", "east", LONG + 1);
    for (uint32_t i = 0; i < LONG; i++) {
        take(engine, "A", 1, 0, "open");
        expect(sellable_ship(engine, NULL, key_of("open"), NULL, 0, NULL), OK);
        now_is(engine, STAGE_NOW + (int64_t)i * RETENTION);
        if (i == EARLY) {
            early = memory_of(engine).block_bytes;
        }
    }
    assert_true(memory_of(engine).block_bytes <= early + LITTLE);
    sellable_close(engine);
}

/* So many that some pairs of keys have half of their hashes alike. */
static void of_many_orders_each_is_the_one_that_was_named(void **state) {
    (void)state;
    enum { MANY = 300000 };
    struct sellable *engine =
        open_with((struct sellable_options){.orders = MANY, .retention = RETENTION});
    char key[16];
    channel_of(engine, "web");
    stock(engine, "A", "east", MANY);
    const struct sellable_item item = item_of(engine, "A");
    const struct sellable_channel web = channel_of(engine, "web");
    const struct sellable_line line = {.item = item, .quantity = 1};
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "order-%06u", (unsigned)i);
        const struct sellable_order asked = {
            .key = key_of(key), .channel = web, .lines = &line, .line_count = 1};
        expect(sellable_reserve(engine, NULL, &asked, NULL), OK);
    }
    for (uint32_t i = 0; i < MANY; i += 2) {
        (void)snprintf(key, sizeof key, "order-%06u", (unsigned)i);
        expect(sellable_release(engine, NULL, key_of(key), NULL, 0, NULL), OK);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "order-%06u", (unsigned)i);
        expect_at((int)sellable_ship(engine, NULL, key_of(key), NULL, 0, NULL),
                  i % 2 == 0 ? SELLABLE_WRONG_STATE : SELLABLE_OK, key, __FILE__, __LINE__);
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_of_a_whole_order_is_the_same_with_a_view_open),
        cmocka_unit_test(what_time_has_ended_is_refused_to_both),
        cmocka_unit_test(an_untracked_item_stays_as_it_is_in_both),
        cmocka_unit_test(what_is_shipped_for_ever_takes_no_more_memory),
        cmocka_unit_test(of_many_orders_each_is_the_one_that_was_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
