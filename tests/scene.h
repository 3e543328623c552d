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
    expect(sellable_item_put(engine, NULL, key_of(key), NULL, &item, NULL), OK);
    return item;
}

static inline struct sellable_location location_of(struct sellable *engine, const char *key) {
    struct sellable_location location = {0};
    expect(sellable_location_put(engine, NULL, key_of(key), NULL, &location, NULL), OK);
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
                        (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS,
                                                 .locations = handles,
                                                 .location_count = count});
}

/* Settings of an item in a channel; a NULL: in all channels, or of the channel. */
static inline void policy_for(struct sellable *engine, const char *channel, const char *item,
                              struct sellable_policy policy) {
    struct sellable_scope scope = {.item_key = {NULL, 0}};
    if (channel) {
        scope.channel = channel_of(engine, channel);
    }
    if (item) {
        scope.item = item_of(engine, item);
    }
    expect(sellable_policy_put(engine, NULL, &scope, &policy, NULL), OK);
}

/* An item that is counted in one further unit, too: one of it is numerator / denominator. */
static inline struct sellable_item counted_in(struct sellable *engine, const char *key,
                                              const char *unit, int64_t numerator,
                                              int64_t denominator) {
    const struct sellable_unit units = {key_of(unit), numerator, denominator};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = &units, .unit_count = 1};
    struct sellable_item item = {0};
    expect(sellable_item_put(engine, NULL, key_of(key), &settings, &item, NULL), OK);
    return item;
}

/* A kit of so many of one item and so many of another (NULL: of one item only). */
static inline struct sellable_item kit_of(struct sellable *engine, const char *key,
                                          const char *first, int64_t number, const char *second,
                                          int64_t second_number) {
    struct sellable_component components[2] = {{.item = item_of(engine, first), .number = number}};
    if (second) {
        components[1] =
            (struct sellable_component){.item = item_of(engine, second), .number = second_number};
    }
    const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_COMPONENTS,
                                                    .components = components,
                                                    .component_count = second ? 2 : 1};
    struct sellable_item item = {0};
    expect(sellable_item_put(engine, NULL, key_of(key), &settings, &item, NULL), OK);
    return item;
}

static inline struct sellable_item untracked(struct sellable *engine, const char *key) {
    const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_TRACKED, .tracked = 0};
    struct sellable_item item = {0};
    expect(sellable_item_put(engine, NULL, key_of(key), &settings, &item, NULL), OK);
    return item;
}

static inline struct sellable_location location_with(struct sellable *engine, const char *key,
                                                     struct sellable_location_settings settings) {
    struct sellable_location location = {0};
    expect(sellable_location_put(engine, NULL, key_of(key), &settings, &location, NULL), OK);
    return location;
}

static inline void active(struct sellable *engine, const char *location, uint32_t active) {
    location_with(engine, location,
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_ACTIVE,
                                                      .active = active});
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

/* So many are left for a channel, until a time (0: without end). */
static inline void fence(struct sellable *engine, const char *item, const char *location,
                         const char *channel, int64_t quantity, int64_t until) {
    const struct sellable_event event = {.type = SELLABLE_RING_FENCE_SET,
                                         .item = item_of(engine, item),
                                         .location = location_of(engine, location),
                                         .channel = channel_of(engine, channel),
                                         .quantity = quantity,
                                         .until = until};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
}

/* Supply (or demand, below 0) under a reference. */
static inline void schedule(struct sellable *engine, const char *item, const char *location,
                            const char *reference, int64_t due, int64_t quantity) {
    const struct sellable_event event = {.type = SELLABLE_SCHEDULE_SET,
                                         .item = item_of(engine, item),
                                         .location = location_of(engine, location),
                                         .reference = key_of(reference),
                                         .due = due,
                                         .quantity = quantity};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
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

static inline struct sellable_line line_of(const char *item, int64_t quantity) {
    return (struct sellable_line){.item_key = key_of(item), .quantity = quantity};
}

static inline struct sellable_line line_at(const char *item, int64_t quantity,
                                           const char *location) {
    struct sellable_line line = line_of(item, quantity);
    line.location_key = key_of(location);
    return line;
}

/* An order of an array of lines. */
#define ORDER(order, channel, lines_)                                                              \
    ((struct sellable_order){.key = key_of(order),                                                 \
                             .channel_key = key_of(channel),                                       \
                             .lines = (lines_),                                                    \
                             .line_count = COUNT_OF(lines_)})

static inline struct sellable_part part_of(const char *item, int64_t quantity) {
    return (struct sellable_part){.item_key = key_of(item), .quantity = quantity};
}

static inline struct sellable_part part_at(const char *item, int64_t quantity,
                                           const char *location) {
    struct sellable_part part = part_of(item, quantity);
    part.location_key = key_of(location);
    return part;
}

static inline enum sellable_status confirm(struct sellable *engine, const char *order) {
    return sellable_confirm(engine, NULL, key_of(order), NULL);
}

static inline enum sellable_status release(struct sellable *engine, const char *order) {
    return sellable_release(engine, NULL, key_of(order), NULL, 0, NULL);
}

static inline enum sellable_status ship(struct sellable *engine, const char *order) {
    return sellable_ship(engine, NULL, key_of(order), NULL, 0, NULL);
}

static inline int64_t promisable(const struct sellable *engine, const char *channel,
                                 const char *item) {
    struct sellable_question question = {.item_key = key_of(item), .channel_key = key_of(channel)};
    struct sellable_availability availability = {.promisable = -1, .published = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    equal(availability.published, availability.promisable);
    return availability.promisable;
}

/* For a date; and for an order, without a date. */
static inline int64_t promisable_at(const struct sellable *engine, const char *channel,
                                    const char *item, int64_t date) {
    struct sellable_question question = {
        .item_key = key_of(item), .channel_key = key_of(channel), .has_date = 1, .date = date};
    struct sellable_availability availability = {.promisable = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    return availability.promisable;
}

static inline int64_t promisable_for(const struct sellable *engine, const char *channel,
                                     const char *item, const char *order) {
    struct sellable_question question = {
        .item_key = key_of(item), .channel_key = key_of(channel), .order = key_of(order)};
    struct sellable_availability availability = {.promisable = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    return availability.promisable;
}

static inline struct sellable_cell cell_of(const struct sellable *engine, const char *item,
                                           const char *location) {
    struct sellable_place place = {.item_key = key_of(item), .location_key = key_of(location)};
    struct sellable_cell cell;
    memset(&cell, 0xa5, sizeof cell);
    cell.fences = NULL;
    cell.schedule = NULL;
    cell.promised = NULL;
    cell.fence_capacity = cell.schedule_capacity = cell.promised_capacity = 0;
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
