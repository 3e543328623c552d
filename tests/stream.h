/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of random calls, as plain values: it can be made from a seed, printed, cut short, and
 * made against anything that answers the calls of sellable.h.
 *
 * A call names items, locations, channels, orders, units .. by number, so that it means the same
 * whatever was dropped before it. There are few of each, and small quantities, so that things
 * collide; some numbers stand for what never exists, or for a key that is none. */
#ifndef SELLABLE_TESTS_STREAM_H
#define SELLABLE_TESTS_STREAM_H

#include "random.h"
#include "sellable.h"

#include <stdbool.h>

/* Numbers below these are things that streams make; UNMADE is never made; the rest are no keys. */
enum {
    ITEMS = 6,
    PLAIN_ITEMS = 4, /* those after may be kits */
    LOCATIONS = 5,
    CHANNELS = 3,
    REGIONS = 2,
    UNITS = 4, /* numbers 1 to UNITS; 0: not given */
    REASONS = 6,
    REFERENCES = 8,
    SOURCES = 4,
    IDS = 60,          /* BAD_ID: one that is no key; NO_ID: not given */
    CORRELATIONS = 3,  /* numbers 1 to CORRELATIONS; 0: not given */
    CONTENTS = 3,      /* the same; LONG_CONTENT: more than is kept */
    LONG_CONTENT = CONTENTS + 1,
    ORDERS = 40,
    UNMADE = 8,
    EMPTY_KEY = 9,
    BROKEN_KEY = 10,
    LONG_KEY = 11,
    THINGS = 12,
    NOT_GIVEN = THINGS,
    REGION = 20, /* a region's number among locations: REGION + 0, 1, .. */
    BAD_ID = IDS,
    LONG_ID = IDS + 1,
    NO_ID = IDS + 2,
    BAD_ORDER_KEY = ORDERS,
    NO_ORDER = ORDERS + 1,
    UNKNOWN_NAME = 8, /* of units, reasons, references: a key that nothing has */
    BROKEN_NAME = 9,  /* the same: one that is none */
    CALL_LINES = 6,
    CALL_LOCATIONS = 6,
    CALL_SUBSTITUTES = 3,
    CALL_UNITS = 3,
    CALL_COMPONENTS = 3,
    CALL_OWNERS = 3,
    CALL_CHANNELS = 4,
    VIEWS = 3 /* that can be open at a time */
};

#define CALL_KINDS(X)                                                                              \
    X(ITEM_PUT, "item_put")                                                                        \
    X(LOCATION_PUT, "location_put")                                                                \
    X(CHANNEL_PUT, "channel_put")                                                                  \
    X(POLICY_PUT, "policy_put")                                                                    \
    X(HOLD_PUT, "hold_put")                                                                        \
    X(SOURCE_PUT, "source_put")                                                                    \
    X(OWNER_PUT, "owner_put")                                                                      \
    X(APPLY, "apply")                                                                              \
    X(RESERVE, "reserve")                                                                          \
    X(CONFIRM, "confirm")                                                                          \
    X(EXTEND, "extend")                                                                            \
    X(RELEASE, "release")                                                                          \
    X(ALLOCATE, "allocate")                                                                        \
    X(DEALLOCATE, "deallocate")                                                                    \
    X(SHIP, "ship")                                                                                \
    X(AMEND, "amend")                                                                              \
    X(RESOURCE, "resource")                                                                        \
    X(ADVANCE, "advance")                                                                          \
    X(EXCEPTION_PUT, "exception_put")                                                              \
    X(REPLAY, "exception_replay")                                                                  \
    X(DISCARD, "exception_discard")                                                                \
    X(EXCEPTIONS, "exceptions")                                                                    \
    X(AVAILABLE, "available")                                                                      \
    X(EXPLAIN, "explain")                                                                          \
    X(CELL, "cell")                                                                                \
    X(ORDER, "order")                                                                              \
    X(ORDERS, "orders")                                                                            \
    X(WAITING, "waiting")                                                                          \
    X(POLICY_FIND, "policy_find")                                                                  \
    X(ITEM_LOOK, "item_look")                                                                      \
    X(LOCATION_LOOK, "location_look")                                                              \
    X(ITEM_FIND, "item_find")                                                                      \
    X(LOCATION_FIND, "location_find")                                                              \
    X(CHANNEL_FIND, "channel_find")                                                                \
    X(REGION_FIND, "region_find")                                                                  \
    X(SOURCE_FIND, "source_find")                                                                  \
    X(SOURCE_LOOK, "source_look")                                                                  \
    X(CHANGES, "changes")                                                                          \
    X(SHORTAGES, "shortages")                                                                      \
    X(VIEW_OPEN, "view_open")                                                                      \
    X(VIEW_CLOSE, "view_close")                                                                    \
    X(VIEW_AVAILABILITY, "view_availability")                                                      \
    X(VIEW_CELLS, "view_cells")                                                                    \
    X(VIEW_ORDERS, "view_orders")                                                                  \
    X(FORK, "fork")                                                                                \
    X(SWAP, "swap")                                                                                \
    X(STATS, "stats")                                                                              \
    X(AUDIT, "audit")

enum call_kind {
#define CALL_KIND_ENUM(NAME, TEXT) CALL_##NAME,
    CALL_KINDS(CALL_KIND_ENUM)
#undef CALL_KIND_ENUM
        CALL_KIND_COUNT
};

/* What a stream is mostly about. */
#define STREAM_KINDS(X)                                                                            \
    X(PLAIN, "plain")                                                                              \
    X(DATES, "dates")                                                                              \
    X(FENCES, "fences")                                                                            \
    X(KITS, "kits")                                                                                \
    X(PARTIAL, "partial")                                                                          \
    X(LIFE, "life")                                                                                \
    X(EVENTS, "events")                                                                            \
    X(MIXED, "mixed")                                                                              \
    X(TOLD, "told")                                                                                \
    X(VIEWS, "views")

enum stream_kind {
#define STREAM_KIND_ENUM(NAME, TEXT) STREAM_##NAME,
    STREAM_KINDS(STREAM_KIND_ENUM)
#undef STREAM_KIND_ENUM
        STREAM_KIND_COUNT
};

/* What is done with the engine that was forked, and with its fork. A swap goes on with the one that
 * is kept beside. */
enum fork_use {
    FORK_IS_CLOSED,
    FORK_IS_KEPT,     /* beside the original */
    ORIGINAL_IS_KEPT, /* beside the fork, with which it goes on */
    ORIGINAL_IS_CLOSED,
    FORK_USES
};

enum fork_allocator { FORK_DEFAULT, FORK_OWN, FORK_HALF, FORK_ALLOCATORS }; /* HALF: of no use */

/* A line of an order, or a part. */
struct call_line {
    uint32_t item;
    uint32_t location; /* NOT_GIVEN: anywhere */
    uint32_t unit;
    bool by_handle;
    int64_t quantity;
    int64_t at_least;
    uint32_t substitute_count; /* those beyond CALL_SUBSTITUTES are the last again */
    uint32_t substitutes[CALL_SUBSTITUTES];
};

struct call_unit {
    uint32_t name;
    int64_t numerator;
    int64_t denominator;
};

struct call_component {
    uint32_t item;
    int64_t number;
};

struct call {
    enum call_kind kind;
    bool by_handle;    /* items, locations and channels are named by handle, else by key */
    bool unanswered;   /* NULL instead of an answer */
    uint32_t capacity; /* of the arrays of an answer */
    uint32_t item;     /* NOT_GIVEN: where that may be */
    uint32_t location;
    uint32_t to;       /* of resource */
    uint32_t channel;
    uint32_t order;    /* NO_ORDER: of a question, for none */
    uint32_t event_type;
    uint32_t reason;    /* of a hold; REASONS: none */
    uint32_t held;      /* of a receipt; the same */
    uint32_t reference; /* of schedule.set, receipt, transfer.*; NOT_GIVEN: none */
    uint32_t outcome;   /* of return.disposition */
    uint32_t unit;
    uint32_t has_expected;
    int64_t quantity;
    int64_t expected;
    int64_t time; /* of advance, extend; expires_at; until */
    uint32_t has_date;
    int64_t date; /* of orders and questions; due */
    uint32_t mode;
    uint32_t has_precedence;
    int32_t precedence;
    uint32_t closed;     /* of orders: those that are, too */
    uint32_t line_count; /* also of parts */
    struct call_line lines[CALL_LINES]; /* the last stands for all further ones */
    bool has_policy;
    struct sellable_policy policy; /* its locations are below, its unit is above */
    uint32_t locations[CALL_LOCATIONS];
    bool has_settings; /* of an item or a location */
    uint32_t set;
    uint32_t unset;
    uint32_t tracked;
    uint32_t unit_count;
    struct call_unit units[CALL_UNITS];
    uint32_t component_count;
    struct call_component components[CALL_COMPONENTS];
    uint32_t region; /* a number of regions; REGIONS: one that is no key */
    uint32_t active;

    /* Who sends an event, and when. */
    uint32_t source; /* NOT_GIVEN: none */
    bool source_by_handle;
    uint32_t id;
    uint32_t correlation;
    uint32_t content;
    uint32_t has_seq;
    int64_t seq;
    uint32_t has_at;
    int64_t at;
    uint32_t has_as_of;
    int64_t as_of;

    /* Sources, and what they own. */
    uint32_t declares;
    uint32_t has_max_lag;
    int64_t max_lag;
    uint32_t owned;
    uint32_t owned_type;
    uint32_t unset_rule;
    uint32_t owner_count;
    uint32_t owners[CALL_OWNERS]; /* if there are more, there are none */

    /* Exceptions. */
    uint64_t number; /* if `newest`, 0 is the one that was kept last, 1 the one before, .. */
    bool newest;
    bool mended; /* replayed as the event that the call is, else as it was */
    uint32_t status;
    uint32_t by_impact;

    /* What goes out. */
    uint32_t has_after; /* if `newest`, after is `number` less than the last position, else that */
    bool bare;          /* there is no array, though room is given */
    uint32_t view;      /* which one of VIEWS; `number`: from which item on, or for how many lines
                           of orders there is room; 0: for all */
    uint32_t left_out;  /* a set of columns that are not wanted, by their places */
    uint32_t channel_count;
    uint32_t channels[CALL_CHANNELS];
    enum fork_use use;
    enum fork_allocator allocator;
};

const char *call_kind_name(enum call_kind kind);
const char *stream_kind_name(enum stream_kind kind);

/* The keys that numbers stand for. */
struct sellable_key stream_item_key(uint32_t item);
struct sellable_key stream_location_key(uint32_t location);
struct sellable_key stream_channel_key(uint32_t channel);
struct sellable_key stream_region_key(uint32_t region);
struct sellable_key stream_order_key(uint32_t order);
struct sellable_key stream_reason_key(uint32_t reason);
struct sellable_key stream_unit_key(uint32_t unit);
struct sellable_key stream_reference_key(uint32_t reference); /* NOT_GIVEN: none */
struct sellable_key stream_source_key(uint32_t source);
struct sellable_key stream_id_key(uint32_t id);
struct sellable_key stream_correlation_key(uint32_t correlation);
struct sellable_key stream_content(uint32_t content); /* any bytes, not terminated */

/* What a call is in effect: of an event, and of an exception that is replayed as one, the call of
 * its type. APPLY: it is of supply, or no event. */
enum call_kind call_meaning(const struct call *call);

/* Fill `calls` with `count` calls, the same for the same seed. retention is the engine's. */
void stream_make(struct call *calls, uint32_t count, enum stream_kind kind, uint64_t seed,
                 int64_t retention);

/* One line on stderr that says all of a call. */
void stream_print(const struct call *call);

#endif
