/* SPDX-License-Identifier: Apache-2.0
 *
 * sellable: what can this channel sell right now? - answered, and promised, in one breath.
 *
 * This file is the manual. It reads from top to bottom:
 *
 *    1  the promise                       9  orders: reserve, amend, confirm, ship, release ...
 *    2  what concurrent callers may      10  time
 *       rely on                          11  events: all that comes in, with its origin
 *    3  what the library never does      12  exceptions: refused events
 *    4  limits                           13  questions: available, explain, cell, orders,
 *    5  version                              shortages, audit
 *    6  statuses                         14  changes: what a channel is told
 *    7  the engine, and workers          15  views: everything at one instant, in columns
 *    8  masters: items, locations,       16  forks: an engine of this instant, to try things
 *       channels, settings, holds,       17  figures for operations
 *       sources and what they own        18  memory
 *                                        19  durability
 *
 * 1. THE PROMISE
 *
 * An engine keeps, for each item at each location (a cell), what is physically there, what of it is
 * held, allocated and kept back, and what has been promised. For a channel it answers how much may
 * still be promised, and takes a promise (an order) exactly when every line of it fits:
 *
 *    unrestricted = on_hand - sum of held
 *    net          = unrestricted - allocated - reserved - safety_stock
 *    P(t)         = net + supply due in (now, t] - demand and dated promises due by t
 *    low(t)       = the least P from t on     a promise never takes what a later commitment needs
 *    free(t)      = max(0, low(t))            a location's shortfall never eats another's stock
 *    shared(t)    = max(0, free(t) - fenced - backordered)
 *    own(c,t)     = min(ring_fence[c], max(0, free(t) - fences of those served before c))
 *    seen(c,t)    = floor(shared(t) * share / 10000) + own(c,t)        of a cell, by a channel
 *    pool(c,t)    = sum of seen over the channel's active locations (sourcing single: the largest
 *                   of them), at most 10^15
 *    room(c)      = max(0, backorder - what waits there beyond stock)
 *    promisable   = max(0, pool - buffer + room), in whole units of the channel's unit, at most
 *                   10^15; 0 if the channel is closed or has no active location; 10^15 of an item
 *                   that is not tracked; of a kit the least over its components of
 *                   floor(promisable / number)
 *    published    = 0 if promisable < minimum, else min(cap, promisable)
 *
 * All lines of an order are accepted at one instant, or none is. Nothing is ever oversold, and
 * nothing that fits is ever refused. Without a date, now counts in the cells, and of promisable the
 * end of the channel's horizon: it is the most that may be promised.
 *
 * 2. WHAT CONCURRENT CALLERS MAY RELY ON
 *
 *    (a) Every function may be called from any thread at any time on an open engine, except
 *        sellable_close, which must be the last call on it.
 *    (b) Linearizable: each call that answers with a status takes effect, or (a question, a
 *        refusal) looks at the whole state, at one instant between its start and its return.
 *        Changes of settings and of time are such calls, too. A batch is a sequence of such calls
 *        in its order; so is sellable_changes, of one telling an item.
 *    (c) Lock-free: a thread that is stopped at any instruction of any call, for ever, never keeps
 *        another call on any other thread from finishing. A call repeats a step only because some
 *        other call took effect meanwhile; where it backs off first, it does so a bounded number of
 *        times. Calls finish the work of stopped ones where that is in their way.
 *    (d) Questions write no memory that other threads read, and never wait; but sellable_orders,
 *        sellable_waiting, sellable_shortages, sellable_exceptions and sellable_audit open a
 *        snapshot, and close it; a view is one.
 *    (e) Memory held back by a thread that is stopped inside a call is bounded by what that one
 *        call touches.
 *    (f) The same calls in the same order give the same state and the same answers.
 *
 * 3. WHAT THE LIBRARY NEVER DOES
 *
 * It has no global state, starts no thread unless asked to, reads no clock, no environment and no
 * locale, draws no random number, prints nothing, and calls no allocator but the one it is given,
 * and that for large slabs only. (What is durable, section 19, reads a monotonic clock while it
 * waits, draws a number that marks a new log, and has files.) Every call on bad input answers with
 * a status that says what is wrong, and changes nothing. A caller must not pass a dangling pointer,
 * or NULL where a parameter is marked nonnull.
 *
 * 4. LIMITS
 *
 *    keys                 1 to 128 bytes of valid UTF-8
 *    quantities           whole numbers within +-10^15, and so is every sum kept in one cell
 *    time                 milliseconds since the Unix epoch within +-2^53, given by the caller
 *    locations            65,535; regions: memory
 *    channels             4,096
 *    sources              65,535
 *    lines of one order   256; 1,024 different items once kits are taken apart, 8,000 with all that
 *                         substitutes are made of
 *    components of a kit  64
 *    units of an item     32
 *    hold reasons         16, four of them known from the start
 *    substitutes          16 a line
 *    schedule             1,024 references a cell
 *    horizon              3,660 days of 86,400,000 ms
 *    items, orders        memory (at most 2^31 items; 128 GiB of blocks in one engine)
 *    workers              4,096 calls that change something at the same time
 *    snapshots            2^32 in the life of an engine, with those questions for changes since
 *                         whose predecessor something was changed; then no_memory
 *    platforms            64-bit, with lock-free 64-bit atomics */
#ifndef SELLABLE_H
#define SELLABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define SELLABLE_API
#elif defined(__GNUC__)
#define SELLABLE_API __attribute__((visibility("default")))
#else
#define SELLABLE_API
#endif

#if defined(__GNUC__)
#define SELLABLE_CHECKED __attribute__((warn_unused_result))
#define SELLABLE_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#else
#define SELLABLE_CHECKED
#define SELLABLE_NONNULL(...)
#endif

/* ---- 5. VERSION ------------------------------------------------------------------------------ */

#define SELLABLE_VERSION_MAJOR 0
#define SELLABLE_VERSION_MINOR 1
#define SELLABLE_VERSION_PATCH 0
#define SELLABLE_VERSION "0.1.0"

/* The version of the library that is linked, as "major.minor.patch". Never NULL, never freed. */
SELLABLE_API const char *sellable_version(void);

/* ---- 6. STATUSES ----------------------------------------------------------------------------- */

/* Every status: C name, stable number, stable name in JSON, and its meaning. A call answers only
 * with the statuses that its own comment lists. Numbers are never reused. */
#define SELLABLE_STATUSES(X)                                                                       \
    X(OK, 0, "ok", "done, or answered")                                                            \
    X(DUPLICATE, 1, "duplicate", "the same key with the same content: the first answer again")     \
    X(CONFLICT, 2, "conflict", "the same key with other content, or another value than expected")  \
    X(INSUFFICIENT, 3, "insufficient", "does not fit into what may be promised now")               \
    X(PAUSED, 4, "paused", "the channel takes no new order with the item")                         \
    X(UNKNOWN_ITEM, 5, "unknown_item", "no item has this key or handle")                           \
    X(UNKNOWN_LOCATION, 6, "unknown_location", "no location has this key or handle")               \
    X(UNKNOWN_CHANNEL, 7, "unknown_channel", "no channel has this key or handle")                  \
    X(UNKNOWN_SOURCE, 8, "unknown_source", "no source has this key or handle")                     \
    X(UNKNOWN_ORDER, 9, "unknown_order", "no order has this key")                                  \
    X(NOT_OWNER, 10, "not_owner", "the source may not write this quantity")                        \
    X(STALE, 11, "stale", "older than what is known already")                                      \
    X(INVALID, 12, "invalid", "a field is out of its range; the answer names it")                  \
    X(WRONG_STATE, 13, "wrong_state", "what is asked for is not possible in this state")           \
    X(OVERFLOW, 14, "overflow", "a quantity or sum would go beyond 10^15")                         \
    X(NO_MEMORY, 15, "no_memory", "the allocator gave no slab; nothing has changed")               \
    X(NOT_DURABLE, 16, "not_durable", "the log cannot take the change; nothing has changed")

enum sellable_status {
#define SELLABLE_STATUS_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_##NAME = NUMBER,
    SELLABLE_STATUSES(SELLABLE_STATUS_ENUM)
#undef SELLABLE_STATUS_ENUM
        SELLABLE_STATUS_COUNT = 17
};

/* The stable name of a status ("insufficient"), and its meaning in English. For a number that is no
 * status: "unknown". Never NULL, never freed. */
SELLABLE_API const char *sellable_status_name(int status);
SELLABLE_API const char *sellable_status_text(int status);

/* ---- records that several functions share ---------------------------------------------------- */

/* Quantities lie within +-SELLABLE_QUANTITY_MAX, times within +-SELLABLE_TIME_MAX. */
#define SELLABLE_QUANTITY_MAX INT64_C(1000000000000000)
#define SELLABLE_TIME_MAX (INT64_C(1) << 53)
#define SELLABLE_KEY_MAX 128
#define SELLABLE_LINES_MAX 256
#define SELLABLE_LOCATIONS_MAX 65535
#define SELLABLE_CHANNELS_MAX 4096
#define SELLABLE_SHARE_ALL 10000
#define SELLABLE_PRECEDENCE_MAX 1000000
#define SELLABLE_HOLD_REASONS_MAX 16
#define SELLABLE_ITEMS_OF_ORDER_MAX 1024
#define SELLABLE_COMPONENTS_MAX 64
#define SELLABLE_UNITS_MAX 32
#define SELLABLE_SUBSTITUTES_MAX 16
#define SELLABLE_SCHEDULE_MAX 1024
#define SELLABLE_HORIZON_MAX 3660
#define SELLABLE_DAY INT64_C(86400000)

/* A key: bytes of UTF-8, not terminated. As a parameter it is read during the call only. As an
 * answer it belongs to the engine and stays valid until sellable_close. {NULL, 0} is "not
 * given". */
struct sellable_key {
    const char *bytes;
    uint64_t size;
};

/* Handles. They are given by the engine, counting from 1 (of items, a number may be skipped where
 * two threads make the same one at the same instant), valid until sellable_close, and never reused;
 * id 0 is "not given". A handle saves the look-up of its key. Wherever a record has both, a
 * handle that is given counts and the key is not looked at. */
struct sellable_item {
    uint32_t id;
};
struct sellable_location {
    uint32_t id;
};
struct sellable_channel {
    uint32_t id;
};
struct sellable_source {
    uint32_t id;
};

/* One place in a plan: so many of an item from a location, of which `backordered` are beyond its
 * stock and wait. Items come in the order of their first line, the components of a kit in its
 * order; their locations in the order they are filled; an item and location stand there once. An
 * item that is not tracked stands at the channel's first active location. */
struct sellable_placement {
    struct sellable_item item;
    struct sellable_location location;
    int64_t quantity;
    int64_t backordered;
};

/* One item that does not fit: all lines with it summed, kits taken apart, against what could be
 * promised. `location` is given where the item as a whole fits, but not what its lines ask of that
 * location: `promisable` is then what is seen there, and room. A kit stands here itself, with 0, if
 * the channel has closed it. */
struct sellable_misfit {
    struct sellable_item item;
    struct sellable_location location;
    int64_t asked;
    int64_t promisable;
};

/* What a changing call has to say beside its status. The caller owns the record and the two arrays;
 * sets the first two lines (all 0: no details wanted of that kind); reads the rest after the call.
 * The counts tell how many entries there are in all; entries beyond a capacity are left out.
 * NULL instead of an answer is allowed everywhere. */
struct sellable_answer {
    struct sellable_placement *plan; /* in: room for the plan of an accepted order */
    struct sellable_misfit *misfits; /* in: room for the items that do not fit, by first line */
    uint32_t plan_capacity;          /* in */
    uint32_t misfit_capacity;        /* in */
    uint32_t plan_count;             /* ok, duplicate */
    uint32_t misfit_count;           /* insufficient */
    int64_t date;                    /* ok, duplicate of reserve, amend: promised for this time */
    int64_t variance;                /* ok of sellable_apply: on_hand after - before */
    int64_t actual;                  /* conflict of sellable_apply: the quantity that is there */
    const char *field;               /* invalid, unknown_*, paused, stale: the field; conflict of
                                        sellable_apply: "expected", "id", "transfer", if it is
                                        that; or NULL */
    const char *reason;              /* the same, and perhaps more: why, in English; else NULL.
                                        Never freed */
    uint32_t line;                   /* the same: the index within an array of the call (lines,
                                        parts, locations, units, components); else 0 */
    uint32_t reserved;               /* 0 */
    uint64_t exception;              /* sellable_apply: the number that the refused event is kept
                                        under; 0: it is not */
    uint64_t position;               /* of an engine with a log (section 19): where it stands there,
                                        and all that it rests on; 0: nothing to wait for */
};

/* ---- 7. THE ENGINE, AND WORKERS -------------------------------------------------------------- */

struct sellable;        /* an engine: everything there is */
struct sellable_worker; /* the right to change an engine, by one call at a time */

/* Where slabs come from. `allocate` returns `size` bytes (a multiple of 4096), aligned to 4096 and
 * zeroed, or NULL; `release` takes them back, at close (or before, if two threads brought the same
 * slab, and of the lists that a visit makes). Calls come from inside other calls, on their threads,
 * perhaps at the same time: their progress is the owner's matter. Slabs are 64 KiB and larger, and
 * few. */
struct sellable_allocator {
    void *context;
    void *(*allocate)(void *context, size_t size);
    void (*release)(void *context, void *slab, size_t size);
};

/* How to open. Zero-initialise it; every 0 is the default. */
struct sellable_options {
    struct sellable_allocator allocator; /* all NULL: anonymous mmap with huge pages advised */
    uint64_t items;                      /* make room for so many at once (no limit, no need) */
    uint64_t orders;                     /* the same, for orders remembered at a time */
    uint64_t seed;                       /* of the hash tables; give a secret one where keys come
                                            from strangers. It shows in no answer */
    int64_t retention;                   /* ms that closed orders, the ids of events, movements and
                                            transfers are remembered; 0: 7 days */
    uint64_t event_ids;                  /* the most that are remembered at a time; 0: memory */
    uint64_t exceptions;                 /* the most refused events that are kept; 0: 4,096 */
    int64_t ahead;                       /* ms that an event may claim to come from the future; 0: a
                                            day */
};

#define SELLABLE_RETENTION_DEFAULT INT64_C(604800000)
#define SELLABLE_EXCEPTIONS_DEFAULT 4096

/* Open an engine. `options` may be NULL.
 *   ok          *engine is open; the caller closes it
 *   invalid     options.items, .orders, .event_ids or .exceptions beyond 2^31; retention or ahead
 *               < 0 or beyond 2^53; one of the allocator's functions NULL and the other not
 *   no_memory   the allocator gave nothing
 * On failure *engine is NULL and nothing is left behind. Cost: a few slabs, plus what is
 * pre-sized. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(2) enum sellable_status
    sellable_open(const struct sellable_options *options, struct sellable **engine);

/* Close an engine and give back all its memory; NULL is accepted. No other call may be running or
 * follow. Keys and workers that came from it are gone. */
SELLABLE_API void sellable_close(struct sellable *engine);

/* A worker is what a changing call works with. A caller that makes many calls from one thread holds
 * one; a binding keeps a pool. Used by one call at a time; it may move between threads if the
 * hand-over is ordered (a mutex, a channel). Where a function takes a worker, NULL makes the call
 * claim a free one for itself, for about one more atomic instruction.
 *   ok          *worker is the caller's, who gives it back with sellable_worker_release
 *   no_memory   no slab for a further worker, or all 4,096 are taken
 * Lock-free; cost: one compare-and-swap for each worker looked at. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2) enum sellable_status
    sellable_worker_acquire(struct sellable *engine, struct sellable_worker **worker);

/* Give a worker back; NULL is accepted. No call may be using it. */
SELLABLE_API void sellable_worker_release(struct sellable_worker *worker);

/* ---- 8. MASTERS ------------------------------------------------------------------------------ */

/* A unit that an item is also counted in: one of it is numerator / denominator of the smallest. */
struct sellable_unit {
    struct sellable_key key;
    int64_t numerator;   /* 1 to 10^15 */
    int64_t denominator; /* 1 to 10^15 */
};

/* What a kit is made of: `number` of an item that is no kit. */
struct sellable_component {
    struct sellable_key item_key; /* read if item is not given */
    struct sellable_item item;
    uint32_t reserved; /* 0 */
    int64_t number;    /* 1 to 10^15 */
};

/* Settings of an item. Those in `set` get the values here, those in `unset` go back to their
 * default, all others stay. */
enum sellable_item_setting {
    SELLABLE_ITEM_UNIT = 1,       /* the name of the smallest unit; default: it has none */
    SELLABLE_ITEM_UNITS = 2,      /* the further units, all of them; default: none */
    SELLABLE_ITEM_TRACKED = 4,    /* 0: a service; it can always be promised; default: 1 */
    SELLABLE_ITEM_COMPONENTS = 8, /* of a kit, all of them; default: it is no kit */
    SELLABLE_ITEM_SETTINGS_ALL = 15
};
struct sellable_item_settings {
    uint32_t set;
    uint32_t unset;
    struct sellable_key unit;
    const struct sellable_unit *units;           /* read during the call, as all arrays */
    const struct sellable_component *components; /* no item twice */
    uint32_t unit_count;                         /* 0 to 32 */
    uint32_t component_count;                    /* 1 to 64 */
    uint32_t tracked;                            /* 0 or 1 */
    uint32_t reserved;                           /* 0 */
};

/* Make an item, or find it and change its settings, all at one instant. `settings` may be NULL
 * (none), and so may `item`.
 *   ok            *item is its handle
 *   invalid       key: empty, longer than 128 bytes, or not UTF-8; set, unset: a bit that is no
 *                 setting; unset: one that is in set, too; unit, units, units.key, units.numerator,
 *                 units.denominator: no key, out of range, a name twice; tracked: not 0 or 1, or 0
 *                 of a kit; components, components.number: out of range, an item twice;
 *                 components.item: a kit, or the item itself; or the item that is to be a kit is a
 *                 component of another
 *   unknown_item  components.item (answer.line is the index)
 *   wrong_state   becoming a kit, or ceasing to be one, while something is kept for the item
 *                 (a quantity that is not 0, a schedule) or an open order holds it; becoming
 *                 tracked, or ceasing to be, while an open order holds it
 *   no_memory     nothing has changed
 * On a failure *item is {0}. Lock-free; cost: two lines of memory, more while tables grow; with
 * settings also by the number of workers; where an item that is there turns into a kit or ceases to
 * be tracked, or the reverse, one pass over items and orders. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_item_put(struct sellable *engine, struct sellable_worker *worker,
                      struct sellable_key key, const struct sellable_item_settings *settings,
                      struct sellable_item *item, struct sellable_answer *answer);

/* Settings of a location; as above. */
enum sellable_location_setting {
    SELLABLE_LOCATION_REGION = 1, /* default: in none */
    SELLABLE_LOCATION_ACTIVE = 2, /* 0: it gives nothing to any channel, and keeps its figures;
                                     default: 1 */
    SELLABLE_LOCATION_SETTINGS_ALL = 3
};
struct sellable_location_settings {
    uint32_t set;
    uint32_t unset;
    struct sellable_key region;
    uint32_t active;   /* 0 or 1 */
    uint32_t reserved; /* 0 */
};

/* Make a location, or find it and change its settings, all at one instant. `settings` and
 * `location` may be NULL.
 *   ok          *location is its handle
 *   invalid     key: as above, or there are 65,535 locations already; set, unset: as above; region:
 *               no key; active: not 0 or 1
 *   no_memory   nothing has changed
 * A new location is at once among those of every channel that names none, or its region. Cost: by
 * the number of workers, locations and channels. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_location_put(struct sellable *engine, struct sellable_worker *worker,
                          struct sellable_key key,
                          const struct sellable_location_settings *settings,
                          struct sellable_location *location, struct sellable_answer *answer);

/* A handle that stands for all locations of a region, wherever a policy lists locations, and
 * nowhere else: a location's number never has its highest bit. A region is known once a location
 * was put into it.
 *   ok, unknown_location (then it is {0}) */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_region_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_location *region);

/* The settings of a channel, one list: C name, number, JSON name, default, in words. */
#define SELLABLE_SETTINGS(X)                                                                       \
    X(LOCATIONS, 0, "locations", "where it ships from, in order; default: all, in key order")      \
    X(SOURCING, 1, "sourcing", "how it fills: split, most or single; default split")               \
    X(SHARE, 2, "share", "1/10,000 of each cell's shared stock that it sees; default 10,000")      \
    X(BUFFER, 3, "buffer", "kept back from it over all its locations; default 0")                  \
    X(PRECEDENCE, 4, "precedence", "who is served first when stock falls short; default 0")        \
    X(CLOSED, 5, "closed", "nothing may be promised, and it shows 0; default 0")                   \
    X(BACKORDER, 6, "backorder", "how far it may promise beyond stock; default 0")                 \
    X(HORIZON, 7, "horizon", "days ahead that it may promise scheduled stock; default 0")          \
    X(UNIT, 8, "unit", "promisable is in whole ones of it, if the item has it; default: smallest") \
    X(CAP, 9, "cap", "the most it shows; default: no such end")                                    \
    X(MINIMUM, 10, "minimum", "it shows 0 below this; default 0")                                  \
    X(LOW, 11, "low", "what it shows is `low` at or below this; default 0")                        \
    X(PAUSED, 12, "paused", "takes no new order with the item; default 0")                         \
    X(INTERVAL, 13, "interval", "ms before an item is told again; default 0")                      \
    X(STEP, 14, "step", "the least difference that is told; default 1")

enum sellable_setting {
#define SELLABLE_SETTING_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_SETTING_##NAME = 1u << NUMBER,
    SELLABLE_SETTINGS(SELLABLE_SETTING_ENUM)
#undef SELLABLE_SETTING_ENUM
        SELLABLE_SETTINGS_ALL = (1u << 15) - 1
};

/* split: fill from one location after another, in the order of `locations`. most: the same, but
 * those where most is seen first. single: one location takes all of an item: the first that covers
 * it, else the one where most is seen. */
enum sellable_sourcing { SELLABLE_SPLIT = 0, SELLABLE_MOST = 1, SELLABLE_SINGLE = 2 };

/* A change of settings: those in `set` get the values here, those in `unset` go back to what they
 * would be without it, all others stay. Both are sets of enum sellable_setting. Zero-initialise
 * it. */
struct sellable_policy {
    uint32_t set;
    uint32_t unset;
    const struct sellable_location *locations; /* LOCATIONS: and regions; none twice; read during
                                                  the call */
    uint32_t location_count;                   /* LOCATIONS: 0 is nowhere */
    uint32_t sourcing;                         /* SOURCING: enum sellable_sourcing */
    int64_t buffer;                            /* BUFFER: 0 to 10^15 */
    int32_t share;                             /* SHARE: 0 to 10,000 */
    int32_t precedence;                        /* PRECEDENCE: within +-1,000,000 */
    uint32_t closed;                           /* CLOSED: 0 or 1 */
    uint32_t paused;                           /* PAUSED: 0 or 1 */
    int64_t backorder;                         /* BACKORDER: 0 to 10^15 */
    int64_t horizon;                           /* HORIZON: 0 to 3,660 */
    struct sellable_key unit;                  /* UNIT: a unit's name */
    int64_t cap;                               /* CAP: 0 to 10^15 */
    int64_t minimum;                           /* MINIMUM: 0 to 10^15 */
    int64_t low;                               /* LOW: 0 to 10^15 */
    int64_t interval;                          /* INTERVAL: 0 to 2^53 */
    int64_t step;                              /* STEP: 0 to 10^15 */
};

/* Make a channel, or find it and change its settings, all at one instant: each order is decided on
 * the settings in force at its own instant. `policy` may be NULL (no setting), and so may
 * `channel`.
 *   ok                  *channel is its handle
 *   invalid             key: as above, or 4,096 channels already; set, unset: a bit that is no
 *                       setting; unset: one that is in set, too; locations (answer.line is the
 *                       index): twice the same, or more than 65,535; any other setting by its name:
 *                       out of range
 *   unknown_location    locations: no such handle (answer.line is the index)
 *   no_memory           nothing has changed
 * On a failure *channel is {0}. Cost: by the number of workers, and of locations named. Undecided
 * orders are helped or sent back. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_channel_put(struct sellable *engine, struct sellable_worker *worker,
                         struct sellable_key key, const struct sellable_policy *policy,
                         struct sellable_channel *channel, struct sellable_answer *answer);

/* For what a policy is meant: an item in a channel, an item in all channels, a channel. */
struct sellable_scope {
    struct sellable_key item_key;    /* read if item is not given; may be not given, too */
    struct sellable_key channel_key; /* the same */
    struct sellable_item item;
    struct sellable_channel channel;
};

/* Change settings of an item in one channel, of an item in all channels, or of a channel. What is
 * set for an item in a channel goes before what is set for the item in all, that before the
 * channel's own, that before the default; setting by setting.
 *   ok                              done
 *   invalid                         item: neither item nor channel is given; else as above
 *   unknown_item, unknown_channel, unknown_location
 *   no_memory                       nothing has changed
 * Cost: as sellable_channel_put, and the item's settings copied. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3, 4) enum sellable_status
    sellable_policy_put(struct sellable *engine, struct sellable_worker *worker,
                        const struct sellable_scope *scope, const struct sellable_policy *policy,
                        struct sellable_answer *answer);

/* The settings in force: for an item in a channel; without an item, the channel's. `set` tells
 * which of them were set somewhere; the others have their default, of CAP 10^15. As many locations
 * (and regions) as were named go to the caller's array up to its capacity; policy->location_count
 * is how many there are. policy->unit belongs to the engine.
 *   ok, unknown_item, unknown_channel */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status sellable_policy_find(
    const struct sellable *engine, const struct sellable_scope *scope,
    struct sellable_policy *policy, struct sellable_location *locations, uint32_t capacity);

/* What is known of an item. The caller owns the record and both arrays, and sets the first three
 * lines. Units in the order they were given, components too. */
struct sellable_item_view {
    struct sellable_unit *units;           /* in: room */
    struct sellable_component *components; /* in: room; keys of items are set as well */
    uint32_t unit_capacity, component_capacity;
    uint32_t unit_count, component_count; /* in all; components 0: it is no kit */
    struct sellable_key unit;             /* of the smallest unit, if it has a name */
    uint32_t tracked;
    uint32_t reserved; /* 0 */
};

/*   ok, unknown_item */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_item_look(
    const struct sellable *engine, struct sellable_item item, struct sellable_item_view *view);

/* What is known of a location; region {NULL, 0}: it is in none.
 *   ok, unknown_location */
struct sellable_location_view {
    struct sellable_key region;
    uint32_t active;
    uint32_t reserved; /* 0 */
};
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_location_look(const struct sellable *engine, struct sellable_location location,
                           struct sellable_location_view *view);

/* Declare a reason for holds, or find it: 16 in all. Known from the start are those of enum
 * sellable_hold. `reason` may be NULL; it is the reason's place in held[].
 *   ok          *reason is set
 *   invalid     key: as above, or 16 reasons already
 *   no_memory   nothing has changed */
enum sellable_hold {
    SELLABLE_QUALITY = 0,
    SELLABLE_DAMAGE = 1,
    SELLABLE_INSPECTION = 2,
    SELLABLE_BLOCKED = 3
};
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_hold_put(struct sellable *engine, struct sellable_worker *worker,
                      struct sellable_key key, uint32_t *reason, struct sellable_answer *answer);

/* The key of a reason; {NULL, 0} if there are not so many. */
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_hold_key(const struct sellable *engine, uint32_t reason);

/* A source is a system that sends events. Declare it, or find it and change its setting.
 * `max_lag`: ms of silence after which operations want to know; NULL leaves it as it is, -1 takes
 * it back (none, the default). `source` may be NULL.
 *   ok          *source is its handle
 *   invalid     key: as above, or 65,535 sources already; max_lag: not -1 to 2^53
 *   no_memory   nothing has changed
 * On a failure *source is {0}. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_source_put(struct sellable *engine, struct sellable_worker *worker,
                        struct sellable_key key, const int64_t *max_lag,
                        struct sellable_source *source, struct sellable_answer *answer);

/* What is known of a source. */
struct sellable_source_view {
    int64_t max_lag;  /* -1: none */
    int64_t seq;      /* the last applied, if has_seq */
    uint64_t gaps;    /* how often one was applied that was more than one above the last */
    uint32_t has_seq; /* 0 or 1 */
    uint32_t reserved; /* 0 */
};
/*   ok, unknown_source */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_source_look(
    const struct sellable *engine, struct sellable_source source,
    struct sellable_source_view *view);

/* What a source may own, one list: C name, number, JSON name, the events that write it. */
#define SELLABLE_OWNED(X)                                                                          \
    X(ON_HAND, 1, "on_hand",                                                                       \
      "on_hand.*, receipt, transfer.ship (from), transfer.receive (to), return.receive")           \
    X(HELD, 2, "held", "hold.place, hold.release, hold.scrap, return.disposition")                 \
    X(ALLOCATED, 3, "allocated", "allocation.*")                                                   \
    X(SAFETY_STOCK, 4, "safety_stock", "safety_stock.set")                                         \
    X(RING_FENCE, 5, "ring_fence", "ring_fence.set")                                               \
    X(SCHEDULE, 6, "schedule", "schedule.set")

enum sellable_owned {
#define SELLABLE_OWNED_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_OWNED_##NAME = NUMBER,
    SELLABLE_OWNED(SELLABLE_OWNED_ENUM)
#undef SELLABLE_OWNED_ENUM
        SELLABLE_OWNED_END = 7
};

/* One of the sources that may write. */
struct sellable_owner {
    struct sellable_key source_key; /* read if source is not given */
    struct sellable_source source;
    uint32_t reserved; /* 0 */
};

/* Which sources may write a quantity, or send an event type; everywhere, or at one location. */
struct sellable_ownership {
    uint32_t owned;                      /* enum sellable_owned (of none of these is an order's
                                            event, not even ship); or 0, and then */
    uint32_t type;                       /* enum sellable_event_type; exactly one of the two */
    struct sellable_key location_key;    /* read if location is not given; neither: everywhere */
    struct sellable_location location;   /* a quantity, or an event type of supply, only */
    uint32_t owner_count;                /* 0 to 65,535; 0: nobody may */
    const struct sellable_owner *owners; /* read during the call; twice the same counts once */
    uint32_t unset;                      /* 1: take the rule back, whatever the owners; else 0 */
    uint32_t reserved;                   /* 0 */
};

/* Set such a rule, in place of the one that was there. Of the rules that speak of an event the
 * first counts: its type at the location, its type everywhere, the quantity it writes at the
 * location, that everywhere; without any, everybody may. An event from a source that the rule does
 * not name, or from none, is not_owner. (The events `owner` and `source` come from nobody: a rule
 * for one of these shuts everybody out, until this call takes it back.)
 *   ok                 done
 *   invalid            owned, type: neither, both, or none such; location: given with an event type
 *                      that is not of supply; owners: NULL, or too many; unset: not 0 or 1
 *   unknown_source     owners (answer.line is the index)
 *   unknown_location   location
 *   no_memory          nothing has changed
 * Only events have owners (sellable_apply); the calls of this section and the next do not look.
 * Cost: by the number of workers, and of all rules. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_owner_put(struct sellable *engine, struct sellable_worker *worker,
                       const struct sellable_ownership *ownership,
                       struct sellable_answer *answer);

/* The handle of a key.
 *   ok                                               the handle is set
 *   unknown_item, unknown_location,
 *   unknown_channel, unknown_source                  it is {0}; so for a key that is none
 * A question; cost: two lines of memory. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_item_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_item *item);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_location_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_location *location);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_channel_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_channel *channel);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_source_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_source *source);

/* The key of a handle, of a location also of a region's; {NULL, 0} for a handle that the engine did
 * not give. The bytes belong to the engine until close. */
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_item_key(const struct sellable *engine, struct sellable_item item);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_location_key(const struct sellable *engine, struct sellable_location location);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_channel_key(const struct sellable *engine, struct sellable_channel channel);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_source_key(const struct sellable *engine, struct sellable_source source);

/* All there are, one after another: the next handle after `after`, {0} after the last; begin with
 * {0}. In the order in which they were made, or nearly so where threads make them at one instant;
 * what is made meanwhile comes last. */
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_item
    sellable_item_next(const struct sellable *engine, struct sellable_item after);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_location
    sellable_location_next(const struct sellable *engine, struct sellable_location after);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_channel
    sellable_channel_next(const struct sellable *engine, struct sellable_channel after);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_source
    sellable_source_next(const struct sellable *engine, struct sellable_source after);

/* ---- 9. ORDERS ------------------------------------------------------------------------------- */

/* An item that may stand for another. */
struct sellable_substitute {
    struct sellable_key item_key; /* read if item is not given */
    struct sellable_item item;
    uint32_t reserved; /* 0 */
};

struct sellable_line {
    struct sellable_key item_key; /* read if item is not given */
    struct sellable_item item;
    struct sellable_location location;             /* fill it there only */
    int64_t quantity;                              /* 1 to 10^15, in `unit` */
    struct sellable_key location_key;              /* read if location is not given; neither:
                                                      anywhere */
    struct sellable_key unit;                      /* not given: the item's smallest */
    const struct sellable_substitute *substitutes; /* in order; the first that covers all of the
                                                      line takes it, after the item itself */
    uint32_t substitute_count;                     /* 0 to 16 */
    uint32_t reserved;                             /* 0 */
    int64_t at_least;                              /* mode partial: nothing below this, in `unit`; 0
                                                      is 1 */
};

/* all: all lines as they are, or nothing. partial: each line, in order, takes what it can, in whole
 * units of its own, nothing below its at_least; nothing at all on any line is `insufficient`. */
enum sellable_mode { SELLABLE_ALL = 0, SELLABLE_PARTIAL = 1 };

struct sellable_order {
    struct sellable_key key;           /* the order's identity: its idempotency key */
    struct sellable_key channel_key;   /* read if channel is not given */
    const struct sellable_line *lines; /* 1 to 256; read during the call */
    uint32_t line_count;
    struct sellable_channel channel;
    int64_t expires_at;                /* ms, later than now: unless confirmed, allocated or shipped
                                          by then, what is reserved is released; 0: never */
    int64_t date;                      /* if has_date: promise it for this time, from now to the
                                          horizon; else for the earliest that can be had */
    uint32_t mode;                     /* enum sellable_mode */
    uint32_t has_date;                 /* 0 or 1 */
    int32_t precedence;                /* if has_precedence: within +-10^6; else the channel's */
    uint32_t has_precedence;           /* 0 or 1 */
};

/* Promise an order: all of its lines, at one instant, or nothing (mode partial: what it can).
 *
 * Accepted, in mode all, exactly when at that instant, for every item, the sum over its lines (kits
 * taken apart) is at most promisable at the order's date; and what lines with a location take
 * beyond what is seen there, summed over the locations, is at most `room`. Without a date it is
 * settled for the latest, now + the smallest horizon of its items, and then promised for the
 * earliest date at which that needs no more room.
 *
 * Filled in two passes over the channel's locations in the order of its sourcing: first its own
 * fences, then its part of the shared stock; lines with a location before, there. What goes beyond
 * is backordered: at the line's location, else at the channel's first active one. For a date later
 * than now it is `promised` there until that time comes, and `reserved` from then on.
 *   ok                             accepted; answer.plan says which location gives how many,
 *                                  answer.date for when
 *   duplicate                      the same key and content was accepted before, whatever became of
 *                                  it since: the first plan and date again
 *   conflict                       the key was accepted with other content (channel, mode, date,
 *                                  expires_at, precedence, lines with item, quantity, unit,
 *                                  location, substitutes, at_least, as they were written)
 *   insufficient                   does not fit; answer.misfits says what, and what could be had;
 *                                  the key stays free
 *   paused                         the channel takes no new order with lines.item (answer.line)
 *   invalid                        key; line_count; lines: NULL; lines.quantity, lines.unit,
 *                                  lines.substitutes, lines.at_least, lines.location (answer.line):
 *                                  out of range, not whole in the smallest unit, no unit of the
 *                                  item; lines of one item name several locations though sourcing
 *                                  is single; line_count: more than 1,024 items, or 8,000 with
 *                                  all substitutes and their components; mode; has_date;
 *                                  date: before now, beyond the horizon; has_precedence,
 *                                  precedence; expires_at: not later than now, or beyond +-2^53
 *   unknown_channel, unknown_item, unknown_location
 *                                  channel; lines.item, lines.substitutes, lines.location
 *   overflow                       lines of one item add up to more than 10^15, or a sum kept in a
 *                                  cell would
 *   no_memory                      nothing has changed
 * Faults are looked for in this order: key, line_count, lines, the range of fields; then the
 * key among the orders that are remembered (so a retry gets its first answer, however late); then
 * expires_at against now, channel, items, locations, units, date, paused, overflow, and at last the
 * figures.
 * Lock-free. Two calls with one key at the same instant: one takes effect, both get the same plan,
 * neither waits. Cost: a line of memory for the key and one for each item, and the order's record;
 * where dated stock decides, a search over the items' schedules. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_reserve(struct sellable *engine, struct sellable_worker *worker,
                     const struct sellable_order *order, struct sellable_answer *answer);

/* Promise `count` orders in their order, each at its own instant: statuses[i] answers orders[i].
 * The lines of memory of later orders are fetched while earlier ones are decided: several times
 * faster than single calls. `answers` may be NULL, else `count` of them. Returns ok, or no_memory
 * if no worker could be had (then every status is that). */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status sellable_reserve_batch(
    struct sellable *engine, struct sellable_worker *worker, const struct sellable_order *orders,
    size_t count, enum sellable_status *statuses, struct sellable_answer *answers);

/* Part of an order: so many of an item, perhaps at one location. A kit stands for its components as
 * they were accepted. */
struct sellable_part {
    struct sellable_key item_key;     /* read if item is not given */
    struct sellable_key location_key; /* read if location is not given; neither: wherever it is */
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_key unit; /* not given: the smallest */
    int64_t quantity;         /* 1 to 10^15, in `unit` */
};

/* The life of an accepted order. Each takes the order's key and is one change at one instant.
 *   confirm      its timeout ends; confirmed twice is ok
 *   extend       its timeout, which is running, moves to `expires_at`
 *   release      what is reserved (or dated, or waits) goes back where it came from: to the fence,
 *                if one is in force there, else to everybody; what waits, first
 *   allocate     what is reserved becomes allocated; its timeout ends
 *   deallocate   what is allocated becomes reserved again
 *   ship         what is allocated, then what is reserved, leaves: on_hand falls with it; its
 *                timeout ends
 * The last four act on `part_count` (0 to 256) parts of the order, or without any (NULL, 0) on all
 * they can act on. Over several locations they go in the order filled, release in the reverse;
 * parts with a location are taken before those without.
 *   ok                               done
 *   invalid                          key; parts, parts.quantity, parts.unit (answer.line);
 *                                    expires_at: not later than now, or beyond +-2^53
 *   unknown_order                    key: no such order, or its retention is over
 *   unknown_item, unknown_location   parts.item, parts.location (answer.line)
 *   wrong_state                      there is not so much of it to act on, or nothing; confirm,
 *                                    extend: the order is closed or its expires_at has passed;
 *                                    extend: no timeout is running
 *   overflow                         a quantity of a cell would go beyond +-10^15
 *   no_memory                        nothing has changed
 * Lock-free; cost: the order's record copied, and the rows it touches. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_confirm(struct sellable *engine, struct sellable_worker *worker,
                     struct sellable_key order, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_extend(struct sellable *engine, struct sellable_worker *worker,
                    struct sellable_key order, int64_t expires_at, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_release(struct sellable *engine, struct sellable_worker *worker,
                     struct sellable_key order, const struct sellable_part *parts,
                     uint32_t part_count, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_allocate(struct sellable *engine, struct sellable_worker *worker,
                      struct sellable_key order, const struct sellable_part *parts,
                      uint32_t part_count, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_deallocate(struct sellable *engine, struct sellable_worker *worker,
                        struct sellable_key order, const struct sellable_part *parts,
                        uint32_t part_count, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_ship(struct sellable *engine, struct sellable_worker *worker,
                  struct sellable_key order, const struct sellable_part *parts,
                  uint32_t part_count, struct sellable_answer *answer);

/* Replace an order's lines, and its date if one is given, in one step and for the same channel: the
 * old promise is given up exactly if the new one holds. What the order has counts as free for it.
 * Read of `order`: key, lines, line_count, has_date, date; the rest is not looked at (mode is all,
 * the timeout and the precedence stay). Without a date it keeps its own, or now, if that has
 * passed. Answers as sellable_reserve, but for duplicate, conflict, paused; also
 *   unknown_order   key
 *   wrong_state     something of it is allocated or shipped, or it is closed
 * A later retry of the reservation still gets its first answer. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_amend(struct sellable *engine, struct sellable_worker *worker,
                   const struct sellable_order *order, struct sellable_answer *answer);

/* From where to where a promise moves. */
struct sellable_move {
    struct sellable_key order;
    struct sellable_key item_key; /* read if the handle is not given, as the next two */
    struct sellable_key from_key;
    struct sellable_key to_key;
    struct sellable_item item;
    struct sellable_location from;
    struct sellable_location to;
    uint32_t reserved; /* 0 */
    int64_t quantity;  /* 1 to 10^15 in the smallest unit; 0: all that is reserved there */
};

/* Move what an order has reserved (or dated) of an item from one location to another of its
 * channel's, in one step, if `seen` there covers it; what waits, first.
 *   ok                                              done
 *   invalid                                         order: no key; quantity; to: the same as from
 *   unknown_order, unknown_item, unknown_location   order; item; from, to
 *   wrong_state                                     there is not so much of it there, or nothing
 *   insufficient                                    answer.misfits: what is seen at `to`
 *   overflow, no_memory */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_resource(struct sellable *engine, struct sellable_worker *worker,
                      const struct sellable_move *move, struct sellable_answer *answer);

/* ---- 10. TIME -------------------------------------------------------------------------------- */

/* Tell the engine what time it is: `now` becomes that, at one instant. Then whatever has fallen due
 * takes effect, each at an instant of its own, by time, then key: orders that expire are released,
 * dated promises become reserved, fences end; what is past its retention is forgotten (closed
 * orders, ids of events, transfers that have come, movements; those of one time in any order).
 * Supply that was due and did not come no longer counts. When the call returns, all of that is
 * done. An earlier time than the engine's is ok and does nothing new.
 *   ok          done
 *   invalid     now: beyond +-2^53
 *   no_memory   now has moved; some of what is due is left for the next call of advance
 * Lock-free; cost: by the number of workers and of what falls due, not by what is open. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_advance(struct sellable *engine, struct sellable_worker *worker, int64_t now,
                     struct sellable_answer *answer);

/* The engine's time: the latest given to sellable_advance, 0 before the first. */
SELLABLE_API SELLABLE_NONNULL(1) int64_t sellable_now(const struct sellable *engine);

/* ---- 11. EVENTS ------------------------------------------------------------------------------ */

/* What comes in, whatever system sends it, has one canonical form: a record with a type, the fields
 * of that type, and who says so. Every change there is can be sent as an event; the calls of
 * sections 8 and 9 are the same changes without an origin.
 *
 * Supply says something of one cell, or of two; `on_hand`, `held` and so on are the cell's. A
 * *movement* is what brings or takes physical stock; it is marked M. One list: C name, number, JSON
 * name, effect. */
#define SELLABLE_EVENTS(X)                                                                         \
    X(ON_HAND_SET, 1, "on_hand.set", "on_hand was quantity at as_of; within +-10^15")              \
    X(ON_HAND_ADJUST, 2, "on_hand.adjust", "M: on_hand rises by quantity, of any sign")            \
    X(HOLD_PLACE, 3, "hold.place", "held[reason] rises by quantity > 0")                           \
    X(HOLD_RELEASE, 4, "hold.release", "held[reason] falls by quantity > 0")                       \
    X(HOLD_SCRAP, 5, "hold.scrap", "M: held[reason] and on_hand fall by quantity > 0")             \
    X(ALLOCATION_SET, 6, "allocation.set", "allocated is quantity >= 0")                           \
    X(ALLOCATION_ADJUST, 7, "allocation.adjust", "allocated rises by quantity, of any sign")       \
    X(SAFETY_STOCK_SET, 8, "safety_stock.set", "safety_stock is quantity >= 0")                    \
    X(RING_FENCE_SET, 9, "ring_fence.set", "what is left for a channel is quantity >= 0; 0: none") \
    X(SCHEDULE_SET, 10, "schedule.set", "an entry is quantity: > 0 supply, < 0 demand; 0: none")   \
    X(RECEIPT, 11, "receipt", "M: on_hand rises by quantity > 0, its entry falls; into a hold?")   \
    X(TRANSFER_SHIP, 12, "transfer.ship", "M: quantity > 0 leaves, and is on its way to `to`")     \
    X(TRANSFER_RECEIVE, 13, "transfer.receive", "M: quantity > 0 of a transfer has come")          \
    X(RETURN_RECEIVE, 14, "return.receive", "M: on_hand and held[inspection] rise by it, > 0")     \
    X(RETURN_DISPOSITION, 15, "return.disposition", "held[inspection] falls by it, > 0: outcome")  \
    X(RESERVE, 16, "reserve", "sellable_reserve")                                                  \
    X(AMEND, 17, "amend", "sellable_amend")                                                        \
    X(CONFIRM, 18, "confirm", "sellable_confirm")                                                  \
    X(EXTEND, 19, "extend", "sellable_extend")                                                     \
    X(RELEASE, 20, "release", "sellable_release")                                                  \
    X(ALLOCATE, 21, "allocate", "sellable_allocate")                                               \
    X(DEALLOCATE, 22, "deallocate", "sellable_deallocate")                                         \
    X(SHIP, 23, "ship", "M: sellable_ship")                                                        \
    X(RESOURCE, 24, "resource", "sellable_resource")                                               \
    X(ITEM, 25, "item", "sellable_item_put")                                                       \
    X(LOCATION, 26, "location", "sellable_location_put")                                           \
    X(CHANNEL, 27, "channel", "sellable_channel_put")                                              \
    X(POLICY, 28, "policy", "sellable_policy_put")                                                 \
    X(HOLD, 29, "hold", "sellable_hold_put")                                                       \
    X(OWNER, 30, "owner", "sellable_owner_put")                                                    \
    X(SOURCE, 31, "source", "sellable_source_put")

enum sellable_event_type {
#define SELLABLE_EVENT_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_##NAME = NUMBER,
    SELLABLE_EVENTS(SELLABLE_EVENT_ENUM)
#undef SELLABLE_EVENT_ENUM
        SELLABLE_EVENT_TYPES_END = 32
};

/* The JSON name of an event type ("on_hand.set"); "unknown" for a number that is none. And the
 * number of a name; 0 for one that is none. Never freed. */
SELLABLE_API const char *sellable_event_name(int type);
SELLABLE_API uint32_t sellable_event_of(struct sellable_key name);

/* What return.disposition does with what it takes out of inspection. */
enum sellable_outcome {
    SELLABLE_RESTOCK = 1,   /* it can be sold */
    SELLABLE_SCRAP = 2,     /* M: on_hand falls by it, too */
    SELLABLE_TO_DAMAGE = 3  /* held[damage] rises by it */
};

/* Which fields belong to which type: those of `supply` to the types 1 to 15 as they are listed
 * there, those below to the types that they name. Fields of other types are not looked at. */
struct sellable_event {
    uint32_t type;                    /* enum sellable_event_type */
    uint32_t has_expected;            /* 1: apply only if the quantity is `expected` now (a set or
                                         an adjust); else 0 */

    /* Supply. Keys are read where the handle is not given. */
    struct sellable_key item_key;     /* also of ITEM, POLICY, RESOURCE */
    struct sellable_key location_key; /* also of LOCATION; of transfer.ship, RESOURCE: from where */
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_key reason;       /* hold.*, HOLD: a reason for holds. on_hand.adjust, release:
                                         any words, of which SELLABLE_CONTENT_MAX bytes count */
    int64_t quantity;                 /* in `unit`; also of RESOURCE */
    int64_t expected;                 /* in the smallest unit */
    struct sellable_key unit;         /* not given: the smallest */
    struct sellable_key channel_key;  /* ring_fence.set; also of CHANNEL, POLICY */
    struct sellable_channel channel;
    uint32_t outcome;                 /* return.disposition: enum sellable_outcome */
    int64_t until;                    /* ring_fence.set: later than now; 0: it has no end */
    struct sellable_key reference;    /* schedule.set: names the entry within the cell; receipt: the
                                         entry that falls, if given; transfer.*: the transfer */
    int64_t due;                      /* schedule.set, transfer.ship */
    struct sellable_key to_key;       /* transfer.ship, RESOURCE: to where */
    struct sellable_location to;
    uint32_t has_as_of;               /* on_hand.set: 1 if as_of is given */
    int64_t as_of;                    /* the instant of the balance; not given: `at`, else now */
    struct sellable_key held;         /* receipt: the hold it goes into, if given */

    /* Orders. */
    struct sellable_key order_key;        /* CONFIRM to RESOURCE: the order; return.receive: the
                                             order it was part of, if given; not looked up */
    const struct sellable_order *order;   /* RESERVE, AMEND */
    const struct sellable_part *parts;    /* RELEASE, ALLOCATE, DEALLOCATE, SHIP */
    uint32_t part_count;
    uint32_t max_lag_given;               /* SOURCE: 1 if max_lag is */
    int64_t expires_at;                   /* EXTEND */

    /* Masters. */
    const struct sellable_item_settings *item_settings;         /* ITEM; NULL: none */
    const struct sellable_location_settings *location_settings; /* LOCATION; NULL: none */
    const struct sellable_policy *policy;                       /* CHANNEL, POLICY; NULL: none */
    const struct sellable_ownership *ownership;                 /* OWNER */
    struct sellable_key declares;         /* SOURCE: the source that is declared */
    int64_t max_lag;                      /* SOURCE: as sellable_source_put */

    /* Who says so, and when. All may be left out. SOURCE and OWNER come from nobody: their source
     * and seq are not looked at. */
    struct sellable_key source_key;       /* read if source is not given */
    struct sellable_source source;
    uint32_t has_seq;                     /* 1 if seq is given */
    int64_t seq;                          /* rises within the source; without one not looked at */
    uint32_t has_at;                      /* 1 if at is given */
    uint32_t reserved;                    /* 0 */
    int64_t at;                           /* when it happened */
    struct sellable_key id;               /* idempotency key within its source */
    struct sellable_key correlation;      /* carried to the exception that it becomes */
    const void *content;                  /* what the sender wants to have kept if it is refused
                                             (its JSON, say): any bytes; NULL: the record itself */
    uint64_t content_size;                /* bytes; beyond SELLABLE_CONTENT_MAX they are cut off */
};

#define SELLABLE_CONTENT_MAX 65536
#define SELLABLE_RECORD_MAX 1048576 /* bytes of a record with all it leads to, to be kept whole */

/* Apply one event, entirely and at one instant, with all that is kept of its origin; or refuse it.
 * Counts always apply: nothing is refused because it falls below what is promised; the cell is then
 * short.
 *
 * IDENTITY. An `id` that was applied before, from the same source, is a duplicate; with other
 * content a conflict. Events without a source have one space of ids together. Content is the type
 * and the fields that belong to it, `at`, as_of and expected, as they were written; not seq, not
 * correlation. Ids are remembered for the retention. At most options.event_ids of them: beyond that
 * an event with a new id is refused with no_memory, and nothing is forgotten before its time. (An
 * event takes its place a moment before it takes effect: one that then does not may have cost
 * another its place.)
 *
 * SEQUENCE. A seq at or below the last applied of its source is stale; one that is more than one
 * above it is applied, and a gap is counted. One source's numbered events are sent one after
 * another.
 *
 * BALANCE. on_hand.set says what on_hand was at as_of: movements that happened after that and are
 * applied already stay on top of it. A movement that comes later with an `at` at or before the
 * cell's last as_of is in that balance already: on_hand stays, the rest of it applies. A movement
 * without `at` is never in a balance applied before it; for later ones it happened at the engine's
 * now. Movements are remembered for the retention (or until a later as_of covers them). A variance
 * of 0 is also that of a movement that was in the balance.
 *
 * RECEIPTS, TRANSFERS, RETURNS. A receipt with a reference lowers that entry of the cell's schedule
 * by what came, at most to nothing (an entry that is demand stays), and puts all of it on hand. A
 * transfer is one item; it is an entry of the schedule at `to` with the transfer's key as its
 * reference (one that is there is replaced), and can be received in parts; what comes beyond the
 * entry is put on hand, too. Its key is remembered until the entry is gone and, at a multiple of
 * the retention after it was shipped or last received, that is noticed.
 *
 *   ok               of supply, answer.variance is on_hand after - before (where there are two
 *                    cells, of the one where it comes from)
 *   duplicate        the id was applied before, with this content; or that of sellable_reserve
 *   conflict         the id was, with another; expected is not the quantity (answer.actual is);
 *                    transfer.ship: the transfer is known; or that of sellable_reserve
 *   unknown_source   source
 *   stale            seq; as_of: older than the cell's last, or than the retention; answer.field
 *                    says which
 *   not_owner        the source, or none, may not write this (sellable_owner_put)
 *   invalid          type; order, ownership: there is none; quantity: beyond +-10^15, not as listed
 *                    above, or not whole in the smallest unit; unit: the item has none of that
 *                    name; reason, held: none such; has_expected, has_as_of, has_seq, has_at: not 0
 *                    or 1; expected: beyond +-10^15; until: beyond +-2^53, or not later than now;
 *                    reference (of a transfer "transfer"): no key, or the cell has 1,024 already;
 *                    order (of a return): given, and no key; outcome; due: beyond +-2^53; to: the
 *                    same location as from; id, correlation: given, and no key; at, as_of: beyond
 *                    +-2^53, or more than options.ahead later than now, if a time was ever given;
 *                    item: a kit, which has no stock of its own, or not tracked; or what the call
 *                    of its type says
 *   unknown_item, unknown_location, unknown_channel
 *                    item; location, to; channel; or what the call of its type says
 *   wrong_state      held or allocated would fall below 0; transfer.receive: no such transfer, or
 *                    all of it has come; or what the call of its type says
 *   overflow         a quantity, a sum over one cell, or net would go beyond +-10^15
 *   no_memory        nothing has changed; or options.event_ids are remembered
 *   insufficient, paused, unknown_order   what the call of its type says
 * A fence that is set anew says what is left from then on. An entry that is set again is replaced.
 * Fields are named as they are in the JSON, and by the calls of their types.
 * Faults are looked for in this order: the kinds of fields; source; id; seq; things that are not
 * known, or not such that the event can be; owner; expected; as_of and at; state.
 *
 * A refused event is kept among the exceptions (section 12), a moment after it was refused, and
 * answer.exception is its number; but not if it is no event (type), nor for duplicate,
 * insufficient, paused, no_memory, not_durable.
 * Lock-free; cost: the item's row copied beyond its first line; with an id about 160 bytes and one
 * line of memory more, with a seq the line of its source; on_hand.set: all movements that are
 * remembered of the item, at whatever location. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_apply(struct sellable *engine, struct sellable_worker *worker,
                   const struct sellable_event *event, struct sellable_answer *answer);

/* Apply `count` events in their order, each at its own instant: statuses[i] is the answer to
 * events[i]. The rows that come next are fetched meanwhile. `answers` may be NULL, else `count` of
 * them. Returns ok, or no_memory if no worker could be had (then every status is that). */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status sellable_apply_batch(
    struct sellable *engine, struct sellable_worker *worker, const struct sellable_event *events,
    size_t count, enum sellable_status *statuses, struct sellable_answer *answers);

/* ---- 12. EXCEPTIONS -------------------------------------------------------------------------- */

/* Refused events are kept until they are mended and replayed, or discarded: at most
 * options.exceptions of them; one more, and the oldest leaves. They are numbered from 1. */
struct sellable_exception {
    uint64_t number;
    uint32_t status;                      /* enum sellable_status */
    uint32_t type;                        /* enum sellable_event_type; 0: it was none */
    const char *field;                    /* as answer.field and .reason; "" if there is none */
    const char *reason;
    struct sellable_key source;           /* as it was given, known or not */
    struct sellable_key id;
    struct sellable_key correlation;
    const void *content;                  /* what the sender gave, or NULL: then */
    uint64_t content_size;
    const struct sellable_event *event;   /* the record, with all that it leads to, but for arrays
                                             that were too long; else, or if it was larger than
                                             SELLABLE_RECORD_MAX, NULL */
    int64_t kept_at;                      /* the engine's now */
    uint64_t orders;                      /* open orders that have something at a cell that it
                                             names, or are the order that it names; 0
                                             unless selected by impact */
};

struct sellable_exception_selection {
    uint64_t number;    /* this one alone; 0: all */
    uint32_t by_impact; /* 0: by number; 1: those with more open orders first, then by number */
    uint32_t reserved;  /* 0 */
};

/* Visit the exceptions, all as they are at one instant. The record and all it leads to is the
 * library's and good until visit returns; if that is not 0, the visiting ends. visit may call
 * anything but sellable_close; what it changes is not seen. `selection` may be NULL: all, by
 * number.
 *   ok          all were visited, or visit ended it
 *   invalid     number: there is none (left, or never was); by_impact: not 0 or 1
 *   no_memory   some may have been visited
 * Cost: what there is, and a snapshot meanwhile; by impact also one pass over the orders. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4) enum sellable_status sellable_exceptions(
    struct sellable *engine, struct sellable_worker *worker,
    const struct sellable_exception_selection *selection,
    int (*visit)(void *context, const struct sellable_exception *exception), void *context);

/* Keep what could not even be made a record: of `event` are read type (or 0), source_key or source,
 * id, correlation, content, and what says which cells it is about: item, location, to, order_key.
 * Keys that are none are kept as they are, and so are field and reason, up to 128 bytes.
 *   ok          answer.exception is its number
 *   invalid     status: none that is kept (see sellable_apply)
 *   no_memory   nothing has changed */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_exception_put(struct sellable *engine, struct sellable_worker *worker,
                           const struct sellable_event *event, enum sellable_status status,
                           const char *field, const char *reason,
                           struct sellable_answer *answer);

/* Apply the event of an exception, mended: `event`; or NULL, if its record was kept: that. Its seq
 * is not looked at. If it is applied, or turns out to be a duplicate, the exception leaves, at the
 * same instant; refused again it stays as it is. Two that replay the same: one of them does.
 *   invalid     exception: there is none of that number; event: NULL, and no record was kept
 *   else        as sellable_apply */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_exception_replay(struct sellable *engine, struct sellable_worker *worker,
                              uint64_t number, const struct sellable_event *event,
                              struct sellable_answer *answer);

/* Forget an exception. Cost, as of a replay: a look at each exception that is kept.
 *   ok, no_memory
 *   invalid     exception: there is none of that number */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_exception_discard(struct sellable *engine, struct sellable_worker *worker,
                               uint64_t number, struct sellable_answer *answer);

/* How many there are (at one instant). */
struct sellable_exception_counts {
    uint64_t kept; /* now */
    uint64_t last; /* the last number given: how many were kept in all */
    uint64_t lost; /* left because there were too many */
};
SELLABLE_API SELLABLE_NONNULL(1, 2) void
    sellable_exception_counts(const struct sellable *engine,
                              struct sellable_exception_counts *counts);

/* ---- 13. QUESTIONS --------------------------------------------------------------------------- */

/* Of which item, for which channel, and for when. */
struct sellable_question {
    struct sellable_key item_key;    /* read if item is not given */
    struct sellable_key channel_key; /* read if channel is not given */
    struct sellable_item item;
    struct sellable_channel channel;
    struct sellable_key order; /* not given, or: what this order has counts as free */
    int64_t date;              /* if has_date: from now to the horizon; else the end of it */
    uint32_t has_date;         /* 0 or 1 */
    uint32_t reserved;         /* 0 */
};

/* Of what a channel is told. */
enum sellable_level { SELLABLE_LEVEL_NONE = 0, SELLABLE_LEVEL_LOW = 1, SELLABLE_LEVEL_OK = 2 };

/* "none", "low", "ok"; else "unknown". Never freed. */
SELLABLE_API const char *sellable_level_name(int level);

struct sellable_availability {
    int64_t promisable; /* the most that one order could promise at this instant */
    int64_t published;  /* what the channel is told */
    uint32_t level;     /* enum sellable_level, of published */
    uint32_t reserved;  /* 0 */
};

/* How much may this channel promise of this item?
 *   ok                              *availability is set; else it is 0, 0, none
 *   unknown_item, unknown_channel
 *   unknown_order                   an order is given that is not
 *   invalid                         has_date; date: before now, or beyond the (smallest) horizon
 * Cost by handle: the first line of the item's row; 64 bytes, where the item has at most four
 * locations and neither fences nor dated stock nor settings of its own; a few lines more where it
 * has. Of a kit, that of its components. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_available(const struct sellable *engine, const struct sellable_question *question,
                       struct sellable_availability *availability);

/* The same for `count` questions, in order, each at its own instant; statuses[i] and
 * availabilities[i] answer questions[i]. Rows are fetched ahead. */
SELLABLE_API SELLABLE_NONNULL(1) void sellable_available_batch(
    const struct sellable *engine, const struct sellable_question *questions, size_t count,
    enum sellable_status *statuses, struct sellable_availability *availabilities);

/* One location in an explanation: the terms in the order in which they are used; at the date of the
 * question, where they depend on one. */
struct sellable_term {
    struct sellable_location location;
    uint32_t reserved_; /* 0 */
    int64_t on_hand;
    int64_t held; /* over all reasons */
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
    int64_t net;
    int64_t supply;    /* scheduled, due after now and by the date */
    int64_t demand;    /* scheduled, due by the date */
    int64_t promised;  /* dated promises, due by the date */
    int64_t projected; /* P: net + supply - demand - promised */
    int64_t low;       /* the least P from the date on */
    int64_t free;
    int64_t fenced;      /* over all channels */
    int64_t backordered;
    int64_t shared;
    int64_t fence; /* of this channel */
    int64_t own;
    int64_t seen;
    int64_t waiting; /* of backordered, what stock does not cover now: it uses up room */
};

/* What keeps `published` from being more: a term that, moved towards more by `missing` (which is 1
 * wherever 1 does), raises it. */
enum sellable_binding {
    SELLABLE_BINDS_NOTHING = 0,   /* it is 10^15 */
    SELLABLE_BINDS_CLOSED = 1,    /* the channel is closed for it */
    SELLABLE_BINDS_LOCATIONS = 2, /* the channel has no active location */
    SELLABLE_BINDS_CAP = 3,
    SELLABLE_BINDS_MINIMUM = 4,
    SELLABLE_BINDS_BUFFER = 5,
    SELLABLE_BINDS_STOCK = 6,     /* on_hand at `location` */
    SELLABLE_BINDS_FENCES = 7,    /* the fences of others at `location` */
    SELLABLE_BINDS_SHARE = 8,
    SELLABLE_BINDS_UNIT = 9,      /* `missing` more stock makes another unit, at `location` */
    SELLABLE_BINDS_COMPONENT = 10 /* of a kit: `component` */
};

/* The caller owns the record and both arrays, and sets the first two lines. */
struct sellable_explanation {
    struct sellable_term *terms; /* in: room, one for each of the channel's active locations, in the
                                    channel's order */
    char *because;               /* in: room for words: what keeps it from being more */
    uint32_t term_capacity;      /* in */
    uint32_t because_capacity;   /* in: bytes; what does not fit is cut off; 0-terminated if > 0 */
    uint32_t term_count;         /* in all; of a kit and of what is not tracked 0 */
    uint32_t because_size;       /* in all, without the 0 */
    struct sellable_item item;
    struct sellable_channel channel;
    int64_t now;
    int64_t date;     /* for which it was worked out */
    int64_t share;
    int64_t closed;   /* 0 or 1, as paused */
    int64_t paused;
    int64_t sourcing; /* enum sellable_sourcing */
    int64_t pool;
    int64_t buffer;
    int64_t backorder;
    int64_t room;
    int64_t unit; /* promisable is a multiple of it: n of n/d */
    int64_t promisable;
    int64_t minimum;
    int64_t cap; /* 10^15: none */
    int64_t published;
    uint32_t level;
    uint32_t binds;                    /* enum sellable_binding */
    struct sellable_item component;    /* of a kit: the one that it is short of */
    struct sellable_location location; /* STOCK, FENCES, UNIT: where */
    int64_t missing;                   /* how far the term has to move; 0 if it alone does not raise
                                          the figure; of CLOSED, LOCATIONS, COMPONENT and NOTHING
                                          0 */
};

/* Why is it this figure? Every term of it, of one instant, and in words which one binds.
 *   ok                              set; else the figures are 0
 *   unknown_item, unknown_channel, unknown_order, invalid   as sellable_available
 * Cost: the item's whole row, and the number of locations; of a kit, its components. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_explain(const struct sellable *engine, const struct sellable_question *question,
                     struct sellable_explanation *explanation);

/* Of which item, and where. */
struct sellable_place {
    struct sellable_key item_key;
    struct sellable_key location_key;
    struct sellable_item item;
    struct sellable_location location;
};

/* What is left for a channel at a cell. */
struct sellable_fence {
    struct sellable_channel channel;
    uint32_t reserved; /* 0 */
    int64_t quantity;
    int64_t until; /* 0: it has no end */
};

/* An entry of a cell's schedule; the key's bytes are here. */
struct sellable_scheduled {
    int64_t due;
    int64_t quantity; /* > 0 supply, < 0 demand */
    uint32_t reference_size;
    char reference[SELLABLE_KEY_MAX];
};

/* What was promised at a cell for a later time. */
struct sellable_promised {
    int64_t due;
    int64_t quantity;
};

/* All that is kept of one item at one location, and what follows from it, of now. held[] is indexed
 * by the reason's number (enum sellable_hold, sellable_hold_put). The caller owns the record and
 * the three arrays, and sets the first four lines (all 0: not wanted). */
struct sellable_cell {
    struct sellable_fence *fences;         /* in: room; by channel; none of 0 */
    struct sellable_scheduled *schedule;   /* in: room; by due, then reference */
    struct sellable_promised *promised;    /* in: room; by due; sellable_orders tells whose */
    uint32_t fence_capacity, schedule_capacity, promised_capacity;
    uint32_t fence_count, schedule_count, promised_count; /* in all */
    int64_t on_hand;
    int64_t held[SELLABLE_HOLD_REASONS_MAX];
    int64_t allocated;
    int64_t reserved;
    int64_t backordered;
    int64_t safety_stock;
    int64_t net;
    int64_t free;
    int64_t shared;
    int64_t short_; /* max(0, -low(now) - safety_stock, backordered - P(end) - safety_stock) */
};

/* The cell of an item at a location, at one instant; all 0 if nothing was ever said of it.
 *   ok, unknown_item, unknown_location */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_cell(const struct sellable *engine, const struct sellable_place *place,
                  struct sellable_cell *cell);

enum sellable_order_state {
    SELLABLE_RESERVED = 1,  /* something is still reserved, dated or waiting */
    SELLABLE_ALLOCATED = 2, /* else: something is allocated */
    SELLABLE_SHIPPED = 3,   /* else: something was shipped */
    SELLABLE_EXPIRED = 4,
    SELLABLE_RELEASED = 5
};

/* "reserved", "allocated", "shipped", "expired", "released"; else "unknown". */
SELLABLE_API const char *sellable_order_state_name(int state);

/* One placement of an order and what became of it:
 * its quantity = reserved + allocated + shipped + released. */
struct sellable_order_line {
    struct sellable_item item;
    struct sellable_location location;
    int64_t reserved; /* also what is dated, and what waits */
    int64_t allocated;
    int64_t shipped;
    int64_t released;
    int64_t dated;       /* of reserved: promised for the order's date, which is yet to come */
    int64_t backordered; /* of reserved: it waits for stock */
};

/* The caller owns the record and the array, and sets the first line. */
struct sellable_order_view {
    struct sellable_order_line *lines; /* in: room; as they are filled, items by first line */
    uint32_t line_capacity;            /* in */
    uint32_t line_count;               /* in all */
    uint32_t state;                    /* enum sellable_order_state */
    struct sellable_channel channel;
    int64_t expires_at;                /* 0: no timeout is running; so of every closed order */
    int64_t date;                      /* promised for */
    int32_t precedence;                /* if has_precedence: the order's own */
    uint32_t has_precedence;
    struct sellable_key key;           /* as asked; within a visit: valid until that returns */
};

/* An order, as it is at one instant.
 *   ok              *view is set
 *   invalid         the key is none
 *   unknown_order   no such order */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_order(const struct sellable *engine, struct sellable_key key,
                   struct sellable_order_view *view);

/* Which orders to visit. */
struct sellable_selection {
    struct sellable_key item_key;     /* read if item is not given; neither: of any item */
    struct sellable_key location_key; /* the same, of a location */
    struct sellable_item item;
    struct sellable_location location;
    uint32_t closed;   /* 1: those that are closed and remembered, too; only if neither item nor
                          location is given */
    uint32_t reserved; /* 0 */
};

/* Visit the open orders that have something reserved or allocated of that item, and there, by key,
 * all as they are at one instant; item and location in one of their lines. `visit` gets each with
 * all its lines; the view is the library's and good until visit returns; if that is not 0, the
 * visiting ends. visit may call anything but sellable_close; what it changes is not seen.
 *   ok                                       all were visited, or visit ended it
 *   invalid                                  closed
 *   unknown_item, unknown_location
 *   no_memory                                some may have been visited
 * Cost: one pass over all orders, and a snapshot meanwhile: the first change of a row or an order
 * after it copies the old one. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3, 4) enum sellable_status
    sellable_orders(struct sellable *engine, struct sellable_worker *worker,
                    const struct sellable_selection *selection,
                    int (*visit)(void *context, const struct sellable_order_view *order),
                    void *context);

/* A backordered quantity that stock covers now. */
struct sellable_waiting {
    struct sellable_key order; /* valid until visit returns */
    struct sellable_item item;
    struct sellable_location location;
    int64_t quantity;
};

/* Visit what waits for an item and could go: of each cell min(backordered, max(0, free - fenced)),
 * given to its orders in the order in which they are served: higher precedence first (the order's,
 * else its channel's for the item), then the earlier order. All are visited in that order; one
 * order at several locations by the locations' keys. As sellable_orders; selection.item
 * must be given, the location may be.
 *   ok, invalid, unknown_item, unknown_location, no_memory */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3, 4) enum sellable_status
    sellable_waiting(struct sellable *engine, struct sellable_worker *worker,
                     const struct sellable_selection *selection,
                     int (*visit)(void *context, const struct sellable_waiting *waiting),
                     void *context);

/* An order at risk, and what it has at the cell that is short. */
struct sellable_at_risk {
    struct sellable_key order; /* valid until visit returns */
    int64_t quantity;          /* reserved (dated and waiting, too) and allocated there */
};

/* A cell that is short: what is promised there is not there, since a count or a delay took it away.
 * The record and the array are the library's, and good until visit returns. */
struct sellable_shortage {
    struct sellable_item item;
    struct sellable_location location;
    int64_t short_; /* as in struct sellable_cell; > 0 */
    const struct sellable_at_risk *orders; /* as many as cover it: lowest precedence first (the
                                              order's, else its channel's for the item), of equals
                                              the latest first */
    uint64_t order_count; /* 0: nothing is promised there; on_hand is less than what is kept back */
};

/* Visit the cells that are short, by the items' keys, then the locations', all as they are at one
 * instant. If visit does not return 0, the visiting ends; it may call anything but sellable_close;
 * what it changes is not seen.
 *   ok          all were visited, or visit ended it
 *   no_memory   some may have been visited
 * Cost: one pass over the first lines of the items, one over the orders if a cell is short, and a
 * snapshot meanwhile. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_shortages(struct sellable *engine, struct sellable_worker *worker,
                       int (*visit)(void *context, const struct sellable_shortage *shortage),
                       void *context);

/* ---- the audit ---- */

struct sellable_audit {
    uint32_t consistent; /* 1: every cell is what the orders make of it */
    uint32_t reserved;   /* 0 */
    struct sellable_item item;         /* else: the first that is not, and where */
    struct sellable_location location;
    uint64_t hash[2];    /* over masters, cells and orders */
    uint64_t full[2];    /* over all that, and ids, sequences, as_of, movements, transfers,
                            exceptions, what was told */
    uint64_t items;
    uint64_t orders;     /* open */
};

/* Recompute what the engine keeps in the cells out of the orders (reserved, promised by date,
 * backordered), all of one instant, while others write; and hash the state: equal states have equal
 * hashes, whatever handles, seed and threads they were made with, and in whatever order independent
 * things came. What is only remembered, and is past its retention, is not in `full`.
 *   ok          *audit is set
 *   no_memory   it is not
 * Cost: one pass over everything, sorted by key, and a snapshot meanwhile. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_audit(struct sellable *engine, struct sellable_worker *worker,
                   struct sellable_audit *audit);

/* ---- 14. CHANGES: WHAT A CHANNEL IS TOLD ----------------------------------------------------- */

/* What a channel is told of an item. */
struct sellable_change {
    struct sellable_item item;
    uint32_t level; /* enum sellable_level, of published */
    int64_t published;
    int64_t promisable;
};

/* A question for changes. The caller owns the record and the array. */
struct sellable_changes {
    struct sellable_key channel_key;  /* in: read if channel is not given */
    struct sellable_channel channel;  /* in */
    uint32_t has_after;               /* in: 1 if after is given */
    uint64_t after;                   /* in: the position up to which nothing was lost */
    struct sellable_change *changes;  /* in: room for what is told: first what is told again, then
                                         the rest; each by the items' keys */
    uint64_t capacity;                /* in: no more items than this are told */
    uint64_t count;                   /* how many were told */
    uint64_t position;                /* how many the channel was ever told, those included */
    uint32_t more;                    /* 1: there was no room for all that was to be told */
    uint32_t reserved;                /* 0 */
};

/* Tell a channel what has changed for it. Each item is told whose published figure or level differs
 * from what the channel was last told of it (never told: 0, none), once, with its newest figures,
 * however often it changed since. Asking is telling: what stands in `changes` counts as told.
 *
 * INTERVAL AND STEP (of the item's settings in this channel). An item that was told is told again
 * once `interval` ms have passed since, for a difference of at least `step`. From 0, and with
 * another level, it needs no step; to 0 neither, and no interval. What is paused is not told.
 *
 * LOST ANSWERS. With `after` = the position of an earlier answer, what was told since that counts
 * as not heard: it is told again, before anything else, changed or not, whatever interval and step
 * say; what has no room is told again by the next questions, with or without `after`. Each telling
 * counts one in the position. An `after` at or beyond the position changes nothing.
 *
 * WHO LOOKS AT WHAT. A channel that never asked is told everything there is. Else a question looks
 * at the items that have changed since the channel's last one, and at the kits made of them; at
 * those whose figure moves with time (their dated stock comes within the horizon, or falls
 * overdue), or whose interval is over; and at what had no room. After a change of the channel's
 * settings, of another's precedence, or of a location it looks at all items. Writers are not
 * concerned: they note an item once, however many channels ask. A channel that never asks again
 * costs nothing.
 *
 *   ok                count, position, more are set
 *   unknown_channel   the same, all 0
 *   invalid           has_after: not 0 or 1; changes: NULL, and capacity is not 0
 *   no_memory         nothing was told
 * Several threads may ask for one channel: each item is told to one of them. Who is stopped before
 * its answer has told nothing. Each item's figures are of an instant of their own, within the call.
 * Lock-free; cost: some of sellable_available for each item it looks at, and about 14 bytes kept
 * for each item and channel told, 15 where stock is dated. Where there is less room than items to look
 * at, all of them are put in order by key each time: what is large is better asked for in large
 * parts. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_changes(struct sellable *engine, struct sellable_worker *worker,
                     struct sellable_changes *changes);

/* ---- 15. VIEWS: EVERYTHING AT ONE INSTANT, IN COLUMNS ---------------------------------------- */

/* A view shows the engine as it was at one instant, while others go on changing it. The caller owns
 * the record; sellable_view_open sets it, and nobody else changes it. */
struct sellable_view {
    struct sellable *engine;
    int64_t now;        /* the engine's, then */
    uint64_t items;     /* the highest number of an item, then */
    uint32_t locations; /* how many, then */
    uint32_t channels;
    uint32_t snapshot;  /* 0: it is closed */
    uint32_t reserved;  /* 0 */
    void *list;         /* the library's */
    uint64_t list_bytes;
    uint64_t list_count;
};

/* Open a view. Any number may be open at a time; each may be held for ever: the first change of a
 * row, an order or a setting after its instant keeps the old value for it, so that it holds back at
 * most the memory that the state of its instant took.
 *   ok          the caller closes it
 *   no_memory   view->snapshot is 0
 * Cost: an exclusive change, by the number of workers. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_view_open(struct sellable *engine, struct sellable_worker *worker,
                       struct sellable_view *view);

/* Close it; keys that it gave are gone. A view that is closed, or is all 0, is accepted.
 *   ok
 *   no_memory   it is still open; to be tried again */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(2) enum sellable_status
    sellable_view_close(struct sellable_worker *worker, struct sellable_view *view);

/* Where a walk through a view is. Zero-initialise it; it is the library's from then on. */
struct sellable_cursor {
    uint64_t next;
    uint64_t within;
};

/* What channels may promise: a row for each item, in the order of their numbers. The caller owns
 * the arrays, each with room for `capacity` rows; those that are NULL are not filled. The figure of
 * row i for the channel at place c of the list stands at [c * capacity + i]. */
struct sellable_availability_columns {
    uint64_t capacity;   /* in: rows */
    uint64_t count;      /* how many were filled */
    uint32_t *item;      /* handles */
    int64_t *promisable; /* channel_count * capacity of them, and so of the next two */
    int64_t *published;
    uint8_t *level;      /* enum sellable_level */
};

/* Fill the next rows; all have been given when count < capacity.
 *   ok
 *   unknown_channel   a channel that is none at the view's instant; count is 0
 *   invalid           the view is closed; capacity is 0
 * Several threads may read one view, with cursors of their own (by `cursor.next` = the number of
 * the first item less 1 each can begin where it likes). Cost: the item's first line once, and as
 * sellable_available for each channel. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4, 5) enum sellable_status
    sellable_view_availability(const struct sellable_view *view,
                               const struct sellable_channel *channels, uint32_t channel_count,
                               struct sellable_cursor *cursor,
                               struct sellable_availability_columns *columns);

/* Cells: a row for each item and location of which anything is kept, by number of item, then of
 * location. As above; the figures as in struct sellable_cell. */
struct sellable_cell_columns {
    uint64_t capacity; /* in: rows */
    uint64_t count;
    uint32_t *item;
    uint32_t *location;
    int64_t *on_hand;
    int64_t *held;     /* over all reasons */
    int64_t *held_by[SELLABLE_HOLD_REASONS_MAX]; /* by reason */
    int64_t *allocated;
    int64_t *reserved;
    int64_t *backordered;
    int64_t *promised; /* for later dates */
    int64_t *safety_stock;
    int64_t *fenced;   /* over all channels */
    int64_t *net;
    int64_t *free;
    int64_t *shared;
    int64_t *short_;
};

/*   ok
 *   invalid   the view is closed; capacity is 0 */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_view_cells(const struct sellable_view *view, struct sellable_cursor *cursor,
                        struct sellable_cell_columns *columns);

/* Orders, by key, and their placements: those of row i are rows line[i] to line[i] + lines[i] - 1
 * of the second part. As above; an order whose placements have no room goes on with the next call:
 * it has a row there, too, with the rest of them. */
struct sellable_order_columns {
    uint64_t capacity;            /* in: orders; */
    uint64_t line_capacity;       /* in: and placements */
    uint64_t count;
    uint64_t line_count;
    uint32_t closed;              /* in: 1: those that are closed and remembered, too; all calls of
                                     a walk alike */
    uint32_t reserved_;           /* 0 */
    struct sellable_key *key;     /* valid until the view is closed */
    uint32_t *channel;
    uint32_t *state;              /* enum sellable_order_state */
    int64_t *expires_at;          /* 0: no timeout is running */
    int64_t *date;
    uint64_t *line;
    uint32_t *lines;
    uint32_t *line_order;         /* of a placement: its order's row */
    uint32_t *line_item;
    uint32_t *line_location;
    int64_t *line_reserved;       /* as in struct sellable_order_line */
    int64_t *line_allocated;
    int64_t *line_shipped;
    int64_t *line_released;
    int64_t *line_dated;
    int64_t *line_backordered;
};

/* Used by one call on a view at a time: the orders are sorted at the first.
 *   ok          all have been given when count is 0
 *   invalid     the view is closed; capacity or line_capacity is 0; closed
 *   no_memory   count is 0 */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_view_orders(struct sellable_view *view, struct sellable_cursor *cursor,
                         struct sellable_order_columns *columns);

/* ---- 16. FORKS: AN ENGINE OF THIS INSTANT, TO TRY THINGS ------------------------------------- */

/* Open another engine that is what this one is at one instant: masters, cells, orders, ids,
 * exceptions, time, what channels were told; with the same options, but for the allocator. From
 * then on neither knows of the other. Handles are the same numbers in both; keys and workers belong
 * to one. Figures for operations begin anew in the fork, but for what there is now. `allocator`
 * may be NULL: as sellable_open without one.
 *   ok          *fork is open; the caller closes it
 *   invalid     one of the allocator's functions is NULL and the other not
 *   no_memory   *fork is NULL, and nothing is left behind
 * Cost: all the memory is read and written once, and the hints of what falls due are made anew; a
 * snapshot of the original meanwhile. Nobody is stopped. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4) enum sellable_status
    sellable_fork(struct sellable *engine, struct sellable_worker *worker,
                  const struct sellable_allocator *allocator, struct sellable **fork);

/* ---- 17. FIGURES FOR OPERATIONS -------------------------------------------------------------- */

/* Counted since the engine was opened, each by the worker of its call for itself, so that counting
 * never makes two threads meet; added up when somebody asks. */

struct sellable_channel_stats {
    struct sellable_channel channel;
    uint32_t listens;      /* 1: it has asked for changes */
    uint64_t accepted;     /* orders: reserve and amend that were ok */
    uint64_t refused;      /* reserve and amend that were insufficient or paused */
    int64_t units;         /* of the accepted reserves, in the items' smallest units; stops at
                              10^15 */
    uint64_t told;         /* changes that it was ever told: its position */
    int64_t untold_since;  /* if has_untold: the engine's time; no untold change is older */
    uint32_t has_untold;   /* 1: it listens, and something may have changed that it was not told */
    uint32_t reserved;     /* 0 */
};

struct sellable_source_stats {
    struct sellable_source source;
    uint32_t silent;     /* 1: it has a max_lag, and lag is beyond it, or it never sent anything
                            once a time was given */
    uint64_t applied;    /* events that were ok */
    uint64_t duplicates;
    uint64_t stale;
    uint64_t refused;    /* all others */
    uint64_t gaps;
    int64_t newest_at;   /* the latest `at` of its applied events; of one without `at` the engine's
                            now; if has_newest */
    int64_t lag;         /* the engine's now - newest_at, at least 0; if has_newest */
    uint32_t has_newest;
    uint32_t reserved;   /* 0 */
};

struct sellable_memory {
    uint64_t slab_bytes;  /* taken from the allocator, touched or not */
    uint64_t row_bytes;   /* first lines of items, as many as there are items */
    uint64_t block_bytes; /* handed out to workers: keys, rows beyond the first line, orders */
    uint64_t items;
    uint64_t orders;      /* remembered, open or closed */
    uint64_t event_ids;   /* remembered */
    uint64_t transfers;   /* the same */
};

/* The caller owns the record and the arrays, and sets the first three lines (all 0: not wanted). */
struct sellable_stats {
    struct sellable_channel_stats *channels;      /* in: room; by number */
    struct sellable_source_stats *sources;        /* in: room; by number */
    uint32_t channel_capacity, source_capacity;   /* in */
    uint32_t channel_count, source_count;         /* in all */
    int64_t now;
    uint64_t calls[SELLABLE_EVENT_TYPES_END][SELLABLE_STATUS_COUNT]; /* by type of change (an event,
                                                     or the call of its own), and status */
    uint64_t events;            /* sent to sellable_apply, or replayed */
    uint64_t events_applied;    /* of those: ok, */
    uint64_t events_duplicate;  /* or known already */
    uint64_t replays_applied;   /* by hand: exceptions that were replayed, ok */
    uint64_t exceptions[SELLABLE_STATUS_COUNT];   /* kept in all, by status */
    struct sellable_exception_counts exception_counts;
    uint64_t balances;          /* on_hand.set that were ok; */
    uint64_t variances;         /* of those: with a variance that is not 0; */
    int64_t variance_sum;       /* their sum, */
    int64_t variance_absolute;  /* and that of their absolute values; both stop at 10^15 */
    uint64_t orders_open;       /* now */
    uint64_t orders_expired;    /* ever: released since their timeout passed */
    uint64_t cells_short;       /* now, */
    int64_t units_short;        /* and by how much; stops at 10^15 */
    int64_t units_promised;     /* now: reserved, promised, backordered and allocated, over all
                                   cells; stops at 10^15 */
    struct sellable_memory memory;
};

/* The figures. Each is of an instant of its own.
 *   reservation accuracy = 1 - units_short / units_promised, at least 0
 *   synchronisation lag  = lag of each source
 *   without a hand       = (events_applied + events_duplicate - replays_applied) / events
 * The oversell rate has no counter: nothing is accepted that does not fit, and sellable_audit shows
 * that what the cells count as promised is what the orders hold; what counts take away later is
 * units_short.
 *   ok
 * calls[0] has the events whose type was none; units of a kit are those of its components. In a
 * fork a source with a max_lag is silent until it has sent something there.
 * Cost: one pass over the items' rows, the workers, channels and sources. Questions (available,
 * explain ...) are not counted: they write nothing. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2) enum sellable_status
    sellable_stats(const struct sellable *engine, struct sellable_stats *stats);

/* The same as text for a monitoring system: OpenMetrics 1.0, UTF-8, names sellable_..., labels
 * channel, source, type, status, with "# EOF" at the end. Writes at most `capacity` bytes, sets
 * *size to how many it takes; if that is more, what was written is not whole. No 0 at the end.
 *   ok
 *   no_memory   *size is 0 */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4) enum sellable_status
    sellable_metrics(struct sellable *engine, char *text, uint64_t capacity, uint64_t *size);

/* ---- 18. MEMORY ------------------------------------------------------------------------------ */

/* What the engine has taken. A question; the figures are each of an instant of their own. */
SELLABLE_API SELLABLE_NONNULL(1, 2) void sellable_memory(const struct sellable *engine,
                                                         struct sellable_memory *memory);

/* ---- 19. DURABILITY -------------------------------------------------------------------------- */

/* An engine that was opened with sellable_recover or sellable_store_open writes every change into a
 * log before it answers for it. What it promises:
 *
 *   - A changing call that answers ok or duplicate has its effect, and all that this rests on, in
 *     the log, and the log made durable. After a crash of the process or the machine, the same call
 *     finds exactly that. One that was not answered may be there or not, but whole.
 *   - Every change has a *position* in the log: 1, 2, 3, ... A change that builds on another (of
 *     the same item, order, key, setting) has the higher position. So what survives a crash is all
 *     changes up to some position, and that position is at least the last that was answered for.
 *   - Deciding waits for nobody; making durable does. Callers that wait share their commits: one of
 *     them writes what all have decided meanwhile, and syncs once.
 *   - The first append or sync that fails ends it: that call and all that would change something
 *     answer not_durable from then on, questions go on with what was decided, and opening anew
 *     recovers what was durable. A sync that failed is not tried again.
 *   - Space is taken before a decision: memory for the record, and room in the log. Without it the
 *     answer is not_durable, and nothing has changed.
 *   - In a process that was forked off (fork(2)) every call on such an engine that answers with a
 *     status answers not_durable, and nothing is written.
 *
 * Questions, and answers other than ok and duplicate, promise nothing: they may rest on what is
 * decided and not durable yet.
 *
 * A LOG keeps batches of bytes, each at a position; the positions rise. Bring your own by filling
 * this in: every function is given, and is called by one thread at a time. What is in the bytes
 * (versions, lengths, checksums) is the engine's. Each function but `room` answers ok, no_memory,
 * or not_durable: it failed. After that nothing but `read` and `close` is called. */
struct sellable_log {
    void *context;
    /* Put a batch behind all that is there. `position` is above that of every batch there is. Size
     * is a multiple of 8 and at most 2^31. The bytes are the caller's again on return. After a
     * crash a batch is there as a whole or not at all: what is left of one that was not synced is
     * the log's to leave out. */
    enum sellable_status (*append)(void *context, uint64_t position, const void *bytes,
                                   uint64_t size);
    /* Make all that was appended survive a crash of the machine. Until then it may be lost, but
     * only its end: never a batch before one that stays. */
    enum sellable_status (*sync)(void *context);
    /* The batch at `from`, or else the last before it, or else the first after it. *size is 0 if
     * there is none at all. The bytes are aligned to 8, and good until the next call. */
    enum sellable_status (*read)(void *context, uint64_t from, uint64_t *position,
                                 const void **bytes, uint64_t *size);
    /* Forget all batches below `position`; it is enough if that lasts with the next sync. */
    enum sellable_status (*drop)(void *context, uint64_t position);
    /* How many bytes can still be appended, in batches of 64 bytes or more, for which space is
     * taken already: on the disk, in whatever bounds it. */
    uint64_t (*room)(void *context);
    /* Give back everything. What was not synced may be lost. */
    void (*close)(void *context);
};

/* When a changing call answers. */
enum sellable_answering {
    SELLABLE_ANSWER_DURABLE = 0, /* once its effect is durable; */
    SELLABLE_ANSWER_DECIDED = 1  /* once it is decided: answer.position is what to wait for
                                    (sellable_durable_wait). A crash may lose the last ones, though
                                    they were answered. Somebody has to wait, or the library's
                                    thread to run: what is not written yet takes the log's room */
};

/* Zero-initialise it; every 0 is the default. */
struct sellable_durability {
    struct sellable_log journal;     /* sellable_recover: given; sellable_store_open: not read */
    struct sellable_log checkpoints; /* the same; all NULL: there can be none */
    uint32_t answering;              /* enum sellable_answering */
    uint32_t reserved;               /* 0 */
    int64_t linger;                  /* microseconds that a commit waits for more to share it, 0 to
                                        1,000,000; read from a monotonic clock, the only one there
                                        is */
    uint64_t batch;                  /* bytes at which it waits no longer; 0: 1 MiB; at most
                                        1 GiB */
    uint64_t queue;                  /* bytes that may be decided and not yet written; 0: 64 MiB.
                                        Beyond that, or beyond the log's room: not_durable; so is a
                                        single change that is larger (of a channel that is told
                                        very many items at once, say: let it ask for fewer) */
};

/* What was found. */
struct sellable_recovery {
    uint64_t position;   /* the last change that is there; 0: none */
    uint64_t checkpoint; /* the position that the checkpoint stands for; 0: none was used */
    uint64_t replayed;   /* changes applied from the journal */
    const char *field;   /* "journal", "checkpoint", "directory", or an option's; "": nothing */
    const char *reason;  /* why it could not be opened, in words; never freed */
};

/* Open an engine on two logs: it is what they hold; new, if they are empty. The logs are the
 * engine's from the call on, whatever comes of it: it closes them. `options` as sellable_open; but
 * the seed of the hash tables is the one that the logs began with. `recovery` may be NULL.
 *   ok           *engine is open; the caller closes it (which commits what is still to be written)
 *   invalid      an option (recovery.field names it), or what the logs hold cannot be trusted:
 *                damaged, cut off, swapped, of another store, of a newer format (recovery.field is
 *                "journal" or "checkpoint"); nothing was changed in them
 *   not_durable  a log failed
 *   no_memory
 * Cost: the newest checkpoint and the journal since are read; the hints of what falls due are made
 * anew. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(2, 3) enum sellable_status
    sellable_recover(const struct sellable_options *options,
                     const struct sellable_durability *durability, struct sellable **engine,
                     struct sellable_recovery *recovery);

/* The same on a directory, made if it is not there: two LMDB environments in it, one for the
 * journal, one for checkpoints. One process at a time: the directory is locked. `durability` may be
 * NULL: every default.
 *   invalid      also: this library was built without LMDB (recovery.field is "directory"), the
 *                directory is in use, or is none of ours
 *   else         as sellable_recover */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4) enum sellable_status
    sellable_store_open(const char *directory, const struct sellable_options *options,
                        const struct sellable_durability *durability, struct sellable **engine,
                        struct sellable_recovery *recovery);

/* An LMDB environment as a log: a file `path`, made if it is not there. `bytes`: disk space taken
 * at once, and again whenever half of it is used; 0: 64 MiB. The file is looked through before LMDB
 * maps it, which trusts what it finds there.
 *   ok           *log is open
 *   invalid      the file is damaged, cut off, or none of ours; or there is no LMDB: see *reason
 *   not_durable  the disk failed, or is full; *reason says so
 *   no_memory */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3, 4) enum sellable_status
    sellable_lmdb_open(const char *path, uint64_t bytes, struct sellable_log *log,
                       const char **reason);

/* The last position that was given, and the last that is durable; 0: none, or no log. */
SELLABLE_API SELLABLE_NONNULL(1) uint64_t sellable_position(const struct sellable *engine);
SELLABLE_API SELLABLE_NONNULL(1) uint64_t sellable_durable(const struct sellable *engine);

/* Wait until a position is durable; commits, if nobody else does. A position that was not given
 * yet, or is 0, counts as the last one given.
 *   ok            it is, or the engine has no log
 *   not_durable   the log failed before it was */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_durable_wait(struct sellable *engine, uint64_t position);

/* A thread of the library's own that commits, for callers who would rather not: it waits for
 * something to write. Started at most once at a time; sellable_close stops it.
 *   ok
 *   invalid       the engine has no log
 *   wrong_state   start: it runs; stop: it does not
 *   no_memory     no thread could be had */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_committer_start(struct sellable *engine);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_committer_stop(struct sellable *engine);

/* Write a checkpoint of this instant, so that recovery begins there; then forget older ones, and,
 * if `keep_journal` is 0, the journal before it (and with it the audit trail of that time).
 * Everybody goes on meanwhile. One at a time.
 *   ok
 *   invalid       the engine has no log for checkpoints; keep_journal: not 0 or 1
 *   wrong_state   another one is being written
 *   not_durable   a log failed, or that for checkpoints has no room: then there is none any more,
 *                 until it is opened anew
 *   no_memory
 * Cost: all that is kept is read and written; a snapshot meanwhile, two bits for each 32 bytes of
 * blocks. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_checkpoint(struct sellable *engine, struct sellable_worker *worker,
                        uint32_t keep_journal);

/* THE AUDIT TRAIL. What a journal says, change by change, in the order of the log: what was said,
 * by whom, and what it did. Replaying the events of a whole journal into an empty engine, in their
 * order, gives the same `hash` (sellable_audit); but where orders were decided while an advance was
 * still carrying out what fell due, which a replay does at once, they may find other places. */
struct sellable_trail;

/* What a change is that no event says. */
enum sellable_did {
    SELLABLE_DID_ADVANCE = 0x1000, /* the engine's time became `now` */
    SELLABLE_DID_DUE = 0x1001,     /* something fell due: `order` or cells say what */
    SELLABLE_DID_TELL = 0x1002,    /* a channel was told changes: `channel` */
    SELLABLE_DID_REFUSE = 0x1003,  /* an event came among the exceptions, or left them */
    SELLABLE_DID_GROW = 0x1004,    /* nothing that shows: tables grew, names were met */
    SELLABLE_DID_LOST = 0x1005     /* what was here cannot be read: `reason` */
};

/* Figures of a cell (model: section 2). */
struct sellable_trail_figures {
    int64_t on_hand;
    int64_t held; /* over all reasons */
    int64_t allocated;
    int64_t reserved;
    int64_t backordered;
    int64_t safety_stock;
    int64_t promised; /* for later dates */
    int64_t net;
};

/* A cell that the change touched. */
struct sellable_trail_cell {
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_trail_figures before, after;
};

/* One change. All that it leads to is good until the next call. Keys that are not given are to be
 * had by their handles from sellable_trail_engine. */
struct sellable_trail_entry {
    uint64_t position;                 /* 0: the end */
    int64_t now;                       /* the engine's time, at its decision or a little before */
    const struct sellable_event *event; /* what was said; NULL: no event */
    uint32_t did;                      /* then: enum sellable_did; else 0 */
    struct sellable_channel channel;   /* TELL: to whom */
    struct sellable_key order;         /* DUE: the order that expired, was moved to now, or left;
                                          else not given */
    const struct sellable_trail_cell *cells; /* by item number, then in the row's order */
    uint64_t cell_count;
    const char *reason;                /* LOST: why, in words */
    uint64_t lost;                     /* LOST: the last position that is not there; 0: unknown */
};

/* Begin to read the trail of a journal. Logs as those of sellable_recover, whose caller goes on to
 * own them; nobody writes into them meanwhile. `checkpoints` may be NULL, or all NULL; it is needed
 * where the journal does not go back to its beginning. `salvage`: 1: damage is passed over, and
 * what can be read behind it is read; then `before` and `after` count only up to the first damage.
 *   ok            *trail is open; the caller closes it
 *   invalid       as sellable_recover, if not `salvage`; salvage: not 0 or 1
 *   not_durable   a log failed
 *   no_memory
 * Cost: the logs are read once here, and once more by and by; two engines' memory. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 4) enum sellable_status
    sellable_trail_open(const struct sellable_log *journal, const struct sellable_log *checkpoints,
                        uint32_t salvage, struct sellable_trail **trail,
                        struct sellable_recovery *recovery);
SELLABLE_API void sellable_trail_close(struct sellable_trail *trail); /* NULL is accepted */

/* The next change; entry->position is 0 if there is none.
 *   ok
 *   no_memory, not_durable */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2) enum sellable_status
    sellable_trail_next(struct sellable_trail *trail, struct sellable_trail_entry *entry);

/* An engine of what the journal ends with, for keys and questions; NULL, if it could not be made
 * (salvage). Its handles are those of the events. Without a log; the trail's. */
SELLABLE_API SELLABLE_NONNULL(1) const struct sellable *
    sellable_trail_engine(const struct sellable_trail *trail);

#ifdef __cplusplus
}
#endif
#endif
