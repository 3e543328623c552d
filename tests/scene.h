/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for tests that set a scene in one line each: "10 of A in east" and "two of A for web".
 * Whatever fails stops the test with the place of the caller and the names of both statuses. */
#ifndef SELLABLE_TESTS_SCENE_H
#define SELLABLE_TESTS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sellable.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define LARGEST SELLABLE_QUANTITY_MAX

static inline void expect_at(int got, int wanted, const char *call, const char *file, int line) {
    if (got != wanted) {
        print_error("%s answers %s, not %s\n", call, sellable_status_name(got),
                    sellable_status_name(wanted));
        _fail(file, line);
    }
}
#define expect(call, wanted) expect_at((int)(call), SELLABLE_##wanted, #call, __FILE__, __LINE__)

static inline void equal_at(int64_t got, int64_t wanted, const char *what, const char *file,
                            int line) {
    if (got != wanted) {
        print_error("%s is %lld, not %lld\n", what, (long long)got, (long long)wanted);
        _fail(file, line);
    }
}
#define equal(got, wanted) equal_at((int64_t)(got), (int64_t)(wanted), #got, __FILE__, __LINE__)

static inline struct sellable_key key_of(const char *text) {
    return (struct sellable_key){text, strlen(text)};
}

static inline struct sellable *open_engine(void) {
    struct sellable *engine = NULL;
    expect(sellable_open(NULL, &engine), OK);
    assert_non_null(engine);
    return engine;
}

/* Things are made when they are named first. */
static inline struct sellable_item item_of(struct sellable *engine, const char *key) {
    struct sellable_item item = {0};
    expect(sellable_item_put(engine, NULL, key_of(key), &item, NULL), OK);
    return item;
}

static inline struct sellable_location location_of(struct sellable *engine, const char *key) {
    struct sellable_location location = {0};
    expect(sellable_location_put(engine, NULL, key_of(key), &location, NULL), OK);
    return location;
}

static inline struct sellable_channel channel_of(struct sellable *engine, const char *key) {
    struct sellable_channel channel = {0};
    expect(sellable_channel_put(engine, NULL, key_of(key), NULL, &channel, NULL), OK);
    return channel;
}

static inline struct sellable_channel channel_with(struct sellable *engine, const char *key,
                                                   struct sellable_policy policy) {
    struct sellable_channel channel = {0};
    expect(sellable_channel_put(engine, NULL, key_of(key), &policy, &channel, NULL), OK);
    return channel;
}

/* A channel that ships from these locations, in this order; the list ends with NULL. */
static inline struct sellable_channel channel_from(struct sellable *engine, const char *key,
                                                   const char *const *locations) {
    struct sellable_location handles[16];
    uint32_t count = 0;
    for (; locations[count]; count++) {
        handles[count] = location_of(engine, locations[count]);
    }
    return channel_with(engine, key,
                        (struct sellable_policy){.set = SELLABLE_LOCATIONS,
                                                 .locations = handles,
                                                 .location_count = count});
}

/* One event by key, its item and location made if need be. */
static inline enum sellable_status say(struct sellable *engine, enum sellable_event_type type,
                                       const char *item, const char *location, const char *reason,
                                       int64_t quantity) {
    struct sellable_event event = {.type = (uint32_t)type,
                                   .item = item_of(engine, item),
                                   .location = location_of(engine, location),
                                   .quantity = quantity};
    if (reason) {
        event.reason = key_of(reason);
    }
    return sellable_apply(engine, NULL, &event, NULL);
}

static inline void stock(struct sellable *engine, const char *item, const char *location,
                         int64_t quantity) {
    expect(say(engine, SELLABLE_ON_HAND_SET, item, location, NULL, quantity), OK);
}

static inline void hold(struct sellable *engine, const char *item, const char *location,
                        const char *reason, int64_t quantity) {
    expect(say(engine, SELLABLE_HOLD_PLACE, item, location, reason, quantity), OK);
}

static inline void now_is(struct sellable *engine, int64_t now) {
    expect(sellable_advance(engine, NULL, now, NULL), OK);
    equal(sellable_now(engine), now);
}

/* An order of one line, by key, that expires at a time (0: never). */
static inline enum sellable_status reserve_until(struct sellable *engine, const char *order,
                                                 const char *channel, const char *item,
                                                 int64_t quantity, int64_t expires_at,
                                                 struct sellable_answer *answer) {
    struct sellable_line line = {.item_key = key_of(item), .quantity = quantity};
    struct sellable_order asked = {.key = key_of(order),
                                   .channel_key = key_of(channel),
                                   .lines = &line,
                                   .line_count = 1,
                                   .expires_at = expires_at};
    return sellable_reserve(engine, NULL, &asked, answer);
}

static inline enum sellable_status reserve(struct sellable *engine, const char *order,
                                           const char *channel, const char *item,
                                           int64_t quantity) {
    return reserve_until(engine, order, channel, item, quantity, 0, NULL);
}

static inline enum sellable_status confirm(struct sellable *engine, const char *order) {
    return sellable_confirm(engine, NULL, key_of(order), NULL);
}

static inline enum sellable_status release(struct sellable *engine, const char *order) {
    return sellable_release(engine, NULL, key_of(order), NULL);
}

static inline enum sellable_status ship(struct sellable *engine, const char *order) {
    return sellable_ship(engine, NULL, key_of(order), NULL);
}

static inline int64_t promisable(const struct sellable *engine, const char *channel,
                                 const char *item) {
    struct sellable_question question = {.item_key = key_of(item), .channel_key = key_of(channel)};
    struct sellable_availability availability = {-1, -1};
    expect(sellable_available(engine, &question, &availability), OK);
    equal(availability.published, availability.promisable);
    return availability.promisable;
}

static inline struct sellable_cell cell_of(const struct sellable *engine, const char *item,
                                           const char *location) {
    struct sellable_place place = {.item_key = key_of(item), .location_key = key_of(location)};
    struct sellable_cell cell;
    memset(&cell, 0xa5, sizeof cell);
    expect(sellable_cell(engine, &place, &cell), OK);
    return cell;
}

/* An order's state and head; its lines are left out. */
static inline struct sellable_order_view order_of(const struct sellable *engine,
                                                  const char *order) {
    struct sellable_order_view view = {0};
    expect(sellable_order(engine, key_of(order), &view), OK);
    return view;
}

static inline const char *state_of(const struct sellable *engine, const char *order) {
    return sellable_order_state_name((int)order_of(engine, order).state);
}

#endif
