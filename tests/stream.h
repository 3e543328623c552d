/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of random calls, as plain values: it can be made from a seed, printed, cut short, and
 * made against anything that answers the calls of sellable.h.
 *
 * A call names items, locations, channels and orders by number, so that it means the same whatever
 * was dropped before it. There are few of each, and small quantities, so that things collide; some
 * numbers stand for what never exists, or for a key that is none. */
#ifndef SELLABLE_TESTS_STREAM_H
#define SELLABLE_TESTS_STREAM_H

#include "random.h"
#include "sellable.h"

#include <stdbool.h>

/* Numbers below these are things that streams make; UNMADE is never made; the rest are no keys. */
enum {
    ITEMS = 4,
    LOCATIONS = 5,
    CHANNELS = 3,
    ORDERS = 40,
    UNMADE = 6,
    EMPTY_KEY = 7,
    BROKEN_KEY = 8,
    LONG_KEY = 9,
    THINGS = 10,
    BAD_ORDER_KEY = ORDERS,
    CALL_LINES = 8,
    CALL_LOCATIONS = 6
};

#define CALL_KINDS(X)                                                                              \
    X(ITEM_PUT, "item_put")                                                                        \
    X(LOCATION_PUT, "location_put")                                                                \
    X(CHANNEL_PUT, "channel_put")                                                                  \
    X(APPLY, "apply")                                                                              \
    X(RESERVE, "reserve")                                                                          \
    X(CONFIRM, "confirm")                                                                          \
    X(RELEASE, "release")                                                                          \
    X(SHIP, "ship")                                                                                \
    X(ADVANCE, "advance")                                                                          \
    X(AVAILABLE, "available")                                                                      \
    X(EXPLAIN, "explain")                                                                          \
    X(CELL, "cell")                                                                                \
    X(ORDER, "order")                                                                              \
    X(ITEM_FIND, "item_find")                                                                      \
    X(LOCATION_FIND, "location_find")                                                              \
    X(CHANNEL_FIND, "channel_find")

enum call_kind {
#define CALL_KIND_ENUM(NAME, TEXT) CALL_##NAME,
    CALL_KINDS(CALL_KIND_ENUM)
#undef CALL_KIND_ENUM
        CALL_KIND_COUNT
};

struct call_line {
    uint32_t item;
    bool by_handle;
    int64_t quantity;
};

struct call {
    enum call_kind kind;
    bool by_handle;    /* items, locations and channels are named by handle, else by key */
    bool unanswered;   /* NULL instead of an answer */
    uint32_t capacity; /* of the arrays of an answer */
    uint32_t item;
    uint32_t location;
    uint32_t channel;
    uint32_t order;
    uint32_t event_type;
    uint32_t reason; /* 0 to 3: a hold reason; 4: none; 5: an unknown one */
    uint32_t has_expected;
    int64_t quantity;
    int64_t expected;
    int64_t time; /* of advance, and expires_at */
    uint32_t line_count;
    struct call_line lines[CALL_LINES]; /* the last stands for all further ones */
    bool has_policy;
    struct sellable_policy policy; /* its locations are below */
    uint32_t locations[CALL_LOCATIONS];
};

const char *call_kind_name(enum call_kind kind);

/* The keys that numbers stand for. */
struct sellable_key stream_item_key(uint32_t item);
struct sellable_key stream_location_key(uint32_t location);
struct sellable_key stream_channel_key(uint32_t channel);
struct sellable_key stream_order_key(uint32_t order);
struct sellable_key stream_reason_key(uint32_t reason);

/* Fill `calls` with `count` calls, the same for the same seed. retention is the engine's. */
void stream_make(struct call *calls, uint32_t count, uint64_t seed, int64_t retention);

/* One line on stderr that says all of a call. */
void stream_print(const struct call *call);

#endif
