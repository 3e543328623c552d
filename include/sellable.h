/* SPDX-License-Identifier: Apache-2.0
 *
 * sellable: what can this channel sell right now? - answered, and promised, in one breath.
 *
 * This file is the manual. It reads from top to bottom:
 *
 *    1  the promise                       8  masters: items, locations, channels and their settings
 *    2  what concurrent callers may       9  supply: what ERP and WMS say is there
 *       rely on                          10  orders: reserve, confirm, ship, release
 *    3  what the library never does      11  time
 *    4  limits                           12  questions: available, explain, cell, order
 *    5  version                          13  memory
 *    6  statuses
 *    7  the engine, and workers
 *
 * 1. THE PROMISE
 *
 * An engine keeps, for each item at each location (a cell), what is physically there, what of it is
 * held, allocated and kept back, and what has been promised. For a channel it answers how much may
 * still be promised, and takes a promise (an order) exactly when every line of it fits:
 *
 *    unrestricted = on_hand - sum of held
 *    net          = unrestricted - allocated - reserved - safety_stock
 *    free         = max(0, net)            a location's shortfall never eats another's stock
 *    seen         = floor(free * share / 10000)                     of a cell, by a channel
 *    pool         = sum of seen over the channel's locations, at most 10^15
 *    promisable   = max(0, pool - buffer); 0 if the channel is closed or has no location
 *    published    = promisable
 *
 * All lines of an order are accepted at one instant, or none is. Nothing is ever oversold, and
 * nothing that fits is ever refused.
 *
 * 2. WHAT CONCURRENT CALLERS MAY RELY ON
 *
 *    (a) Every function may be called from any thread at any time on an open engine, except
 *        sellable_close, which must be the last call on it.
 *    (b) Linearizable: each call that answers with a status takes effect, or (a question, a
 *        refusal) looks at the whole state, at one instant between its start and its return.
 *        Changes of settings and of time are such calls, too. A batch is a sequence of such calls
 *        in its order.
 *    (c) Lock-free: a thread that is stopped at any instruction of any call, for ever, never keeps
 *        another call on any other thread from finishing. A call repeats a step only because some
 *        other call took effect meanwhile; where it backs off first, it does so a bounded number of
 *        times. Calls finish the work of stopped ones where that is in their way.
 *    (d) Questions write no memory that other threads read, and never wait.
 *    (e) Memory held back by a thread that is stopped inside a call is bounded by what that one
 *        call touches.
 *    (f) The same calls in the same order give the same state and the same answers.
 *
 * 3. WHAT THE LIBRARY NEVER DOES
 *
 * It has no global state, starts no thread, reads no clock, no environment and no locale, draws no
 * random number, prints nothing, and calls no allocator but the one it is given, and that for large
 * slabs only. Every call on bad input answers with a status that says what is wrong, and changes
 * nothing. A caller must not pass a dangling pointer, or NULL where a parameter is marked nonnull.
 *
 * 4. LIMITS
 *
 *    keys                 1 to 128 bytes of valid UTF-8
 *    quantities           whole numbers within +-10^15, and so is every sum kept in one cell
 *    time                 milliseconds since the Unix epoch within +-2^53, given by the caller
 *    locations            65,535
 *    channels             4,096
 *    lines of one order   256
 *    hold reasons         quality, damage, inspection, blocked
 *    items, orders        memory (at most 2^31 items; 128 GiB of blocks in one engine)
 *    workers              4,096 calls that change something at the same time
 *    platforms            64-bit, with lock-free 64-bit atomics
 *
 * Not yet here, of the inventory model: kits and units, untracked items, ring fences, backorders,
 * schedules and dated promises, item overrides, allocate, amend, events with identity. */
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

/* A key: bytes of UTF-8, not terminated. As a parameter it is read during the call only. As an
 * answer it belongs to the engine and stays valid until sellable_close. {NULL, 0} is "not
 * given". */
struct sellable_key {
    const char *bytes;
    uint64_t size;
};

/* Handles. They are given by the engine, counting from 1 (of items, a number may be skipped where two
 * threads make the same one at the same instant), valid until sellable_close, and never reused; id 0
 * is "not given". A handle saves the look-up of its key. Wherever a record has both, a
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

/* One place in a plan: so many of an item from a location. Items come in the order of their first
 * line, their locations in the order they are filled; an item and location stand there once.
 * `backordered` is 0 as yet. */
struct sellable_placement {
    struct sellable_item item;
    struct sellable_location location;
    int64_t quantity;
    int64_t backordered;
};

/* One item that does not fit: all lines with it summed, against what could be promised. `location`
 * is not given as yet. */
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
    int64_t date;                    /* ok, duplicate of reserve: promised for this time */
    int64_t variance;                /* ok of sellable_apply: on_hand after - before */
    int64_t actual;                  /* conflict of sellable_apply: the quantity that is there */
    const char *field;               /* invalid, unknown_*: the field, "lines.quantity"; else NULL */
    const char *reason;              /* the same: why, in English; else NULL. Never freed */
    uint32_t line;                   /* the same: the index within lines or locations; else 0 */
    uint32_t reserved;               /* 0 */
};

/* ---- 7. THE ENGINE, AND WORKERS -------------------------------------------------------------- */

struct sellable;        /* an engine: everything there is */
struct sellable_worker; /* the right to change an engine, by one call at a time */

/* Where slabs come from. `allocate` returns `size` bytes (a multiple of 4096), aligned to 4096 and
 * zeroed, or NULL; `release` takes them back, at close (or at once, if two threads brought the same
 * slab). Calls come from inside other calls, on their threads, perhaps at the same time: their
 * progress is the owner's matter. Slabs are 64 KiB and larger, and few. */
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
    int64_t retention;                   /* ms that closed orders are remembered; 0: 7 days */
};

#define SELLABLE_RETENTION_DEFAULT INT64_C(604800000)

/* Open an engine. `options` may be NULL.
 *   ok          *engine is open; the caller closes it
 *   invalid     options.items or .orders beyond 2^31, retention < 0 or beyond +-2^53, or one of the
 *               allocator's functions NULL and the other not
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

/* Make an item, or find it: putting one again changes nothing as yet. `item` may be NULL.
 *   ok          *item is its handle
 *   invalid     key: empty, longer than 128 bytes, or not UTF-8
 *   no_memory   nothing has changed
 * On a failure *item is {0}. Lock-free; cost: two lines of memory, more while tables grow. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_item_put(struct sellable *engine, struct sellable_worker *worker,
                      struct sellable_key key, struct sellable_item *item,
                      struct sellable_answer *answer);

/* Make a location, or find it. As sellable_item_put; also
 *   invalid     key: there are 65,535 locations already
 * A new location is at once among those of every channel that names none. Cost: by the number of
 * workers and locations. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_location_put(struct sellable *engine, struct sellable_worker *worker,
                          struct sellable_key key, struct sellable_location *location,
                          struct sellable_answer *answer);

/* The settings of a channel, one list: C name, number, JSON name, default, in words. */
#define SELLABLE_SETTINGS(X)                                                                       \
    X(LOCATIONS, 0, "locations", "where it ships from, in order; default: all, in key order")      \
    X(SOURCING, 1, "sourcing", "how it fills: split over several locations in that order")         \
    X(SHARE, 2, "share", "1/10,000 of each cell's shared stock that it sees; default 10,000")      \
    X(BUFFER, 3, "buffer", "kept back from it over all its locations; default 0")                  \
    X(PRECEDENCE, 4, "precedence", "who is served first when stock falls short; default 0")        \
    X(CLOSED, 5, "closed", "nothing may be promised; default 0")

enum sellable_setting {
#define SELLABLE_SETTING_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_##NAME = 1u << NUMBER,
    SELLABLE_SETTINGS(SELLABLE_SETTING_ENUM)
#undef SELLABLE_SETTING_ENUM
        SELLABLE_SETTINGS_ALL = (1u << 6) - 1
};

enum sellable_sourcing { SELLABLE_SPLIT = 0 };

/* A change of settings: those in `set` get the values here, those in `unset` go back to their
 * default, all others stay. Both are sets of enum sellable_setting. */
struct sellable_policy {
    uint32_t set;
    uint32_t unset;
    const struct sellable_location *locations; /* LOCATIONS: no one twice; read during the call */
    uint32_t location_count;                   /* LOCATIONS: 0 is nowhere */
    uint32_t sourcing;                         /* SOURCING: SELLABLE_SPLIT */
    int64_t buffer;                            /* BUFFER: 0 to 10^15 */
    int32_t share;                             /* SHARE: 0 to 10,000 */
    int32_t precedence;                        /* PRECEDENCE: within +-1,000,000 */
    uint32_t closed;                           /* CLOSED: 0 or 1 */
    uint32_t reserved;                         /* 0 */
};

/* Make a channel, or find it and change its settings, all at one instant: each order is decided on
 * the settings in force at its own instant. `policy` may be NULL (no setting), and so may
 * `channel`.
 *   ok                  *channel is its handle
 *   invalid             key: as above, or 4,096 channels already; set, unset: a bit that is no
 *                       setting; unset: one that is in set, too; locations (answer.line is the
 *                       index): twice the same, or more than 65,535; sourcing, buffer, share,
 *                       precedence, closed: out of range
 *   unknown_location    locations: no such handle (answer.line is the index)
 *   no_memory           nothing has changed
 * On a failure *channel is {0}. Cost: by the number of workers, and of locations named. Undecided
 * orders are helped or sent back. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_channel_put(struct sellable *engine, struct sellable_worker *worker,
                         struct sellable_key key, const struct sellable_policy *policy,
                         struct sellable_channel *channel, struct sellable_answer *answer);

/* The handle of a key.
 *   ok                                               the handle is set
 *   unknown_item, unknown_location, unknown_channel  it is {0}; so for a key that is none
 * A question; cost: two lines of memory. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_item_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_item *item);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_location_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_location *location);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status sellable_channel_find(
    const struct sellable *engine, struct sellable_key key, struct sellable_channel *channel);

/* The key of a handle; {NULL, 0} for a handle that the engine did not give. The bytes belong to the
 * engine until close. */
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_item_key(const struct sellable *engine, struct sellable_item item);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_location_key(const struct sellable *engine, struct sellable_location location);
SELLABLE_API SELLABLE_NONNULL(1) struct sellable_key
    sellable_channel_key(const struct sellable *engine, struct sellable_channel channel);

/* ---- 9. SUPPLY ------------------------------------------------------------------------------- */

/* What the systems around say of one cell. One list: C name, number, JSON name, effect. */
#define SELLABLE_EVENTS(X)                                                                         \
    X(ON_HAND_SET, 1, "on_hand.set", "on_hand is quantity; within +-10^15")                        \
    X(ON_HAND_ADJUST, 2, "on_hand.adjust", "on_hand rises by quantity, of any sign")               \
    X(HOLD_PLACE, 3, "hold.place", "held[reason] rises by quantity > 0")                           \
    X(HOLD_RELEASE, 4, "hold.release", "held[reason] falls by quantity > 0")                       \
    X(HOLD_SCRAP, 5, "hold.scrap", "held[reason] and on_hand fall by quantity > 0")                \
    X(ALLOCATION_SET, 6, "allocation.set", "allocated is quantity >= 0")                           \
    X(ALLOCATION_ADJUST, 7, "allocation.adjust", "allocated rises by quantity, of any sign")       \
    X(SAFETY_STOCK_SET, 8, "safety_stock.set", "safety_stock is quantity >= 0")

enum sellable_event_type {
#define SELLABLE_EVENT_ENUM(NAME, NUMBER, JSON, TEXT) SELLABLE_##NAME = NUMBER,
    SELLABLE_EVENTS(SELLABLE_EVENT_ENUM)
#undef SELLABLE_EVENT_ENUM
        SELLABLE_EVENT_TYPES_END = 9
};

struct sellable_event {
    uint32_t type;                      /* enum sellable_event_type */
    uint32_t has_expected;              /* 1: apply only if the quantity is `expected` now (set and
                                           adjust of on_hand, allocated, safety_stock); else 0 */
    struct sellable_key item_key;       /* read if item is not given */
    struct sellable_key location_key;   /* read if location is not given */
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_key reason;         /* hold.*: "quality", "damage", "inspection" or "blocked" */
    int64_t quantity;
    int64_t expected;
};

/* Apply one event, entirely and at one instant. Counts always apply: nothing is refused because it
 * falls below what is promised; the cell is then short.
 *   ok                               answer.variance is on_hand after - before
 *   invalid                          type; quantity: beyond +-10^15, or not as listed above;
 *                                    reason; has_expected; expected: beyond +-10^15
 *   unknown_item, unknown_location   item, location
 *   conflict                         expected is not the quantity; answer.actual is
 *   wrong_state                      held or allocated would fall below 0
 *   overflow                         a quantity, the sum of held, or net would go beyond +-10^15
 *   no_memory                        nothing has changed
 * Faults are looked for in this order: type, the fields' kinds, item, location, expected, state.
 * Lock-free; cost: the item's row copied beyond its first line. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_apply(struct sellable *engine, struct sellable_worker *worker,
                   const struct sellable_event *event, struct sellable_answer *answer);

/* Apply `count` events in their order, each at its own instant: statuses[i] is the answer to
 * events[i]. The rows that come next are fetched meanwhile. `answers` may be NULL, else `count` of
 * them. Returns ok, or no_memory if no worker could be had (then every status is that). */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status sellable_apply_batch(
    struct sellable *engine, struct sellable_worker *worker, const struct sellable_event *events,
    size_t count, enum sellable_status *statuses, struct sellable_answer *answers);

/* ---- 10. ORDERS ------------------------------------------------------------------------------ */

struct sellable_line {
    struct sellable_key item_key; /* read if item is not given */
    struct sellable_item item;
    uint32_t reserved;            /* 0 */
    int64_t quantity;             /* 1 to 10^15 */
};

struct sellable_order {
    struct sellable_key key;           /* the order's identity: its idempotency key */
    struct sellable_key channel_key;   /* read if channel is not given */
    const struct sellable_line *lines; /* 1 to 256; read during the call */
    uint32_t line_count;
    struct sellable_channel channel;
    int64_t expires_at;                /* ms, later than now: unless confirmed or shipped by then it
                                          is released; 0: never */
};

/* Promise an order: all of its lines, at one instant, or nothing. It is accepted exactly when at
 * that instant for every item the sum over its lines is at most promisable. It is filled from the
 * channel's locations in their order, as much as the channel sees at each.
 *   ok                             accepted; answer.plan says which location gives how many
 *   duplicate                      the same key and content was accepted before, whatever became of
 *                                  it since: the first plan again
 *   conflict                       the key was accepted with other content (channel, expires_at, or
 *                                  lines as they were written)
 *   insufficient                   does not fit; answer.misfits says what, and what could be had;
 *                                  the key stays free
 *   invalid                        key; line_count; lines: NULL; lines.quantity (answer.line);
 *                                  expires_at: not later than now, or beyond +-2^53
 *   unknown_channel, unknown_item  channel; lines.item (answer.line)
 *   overflow                       lines of one item add up to more than 10^15
 *   no_memory                      nothing has changed
 * Faults are looked for in this order: key, line_count, lines, the range of expires_at; then the
 * key among the orders that are remembered (so a retry gets its first answer, however late); then
 * expires_at against now, channel, items, overflow, and at last the figures.
 * Lock-free. Two calls with one key at the same instant: one takes effect, both get the same plan,
 * neither waits. Cost: a line of memory for the key and one for each item, and the order's
 * record. */
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

/* The life of an accepted order. Each takes the order's key and is one change at one instant.
 *   confirm   its timeout ends; confirmed twice is ok
 *   release   what is still reserved goes back to the cells it came from
 *   ship      what is still reserved leaves them: on_hand falls with it; its timeout ends
 * Answers:
 *   ok              done
 *   invalid         key
 *   unknown_order   key: no such order, or its retention is over
 *   wrong_state     nothing is reserved any more, or its expires_at has passed (confirm)
 *   no_memory       nothing has changed
 * Lock-free; cost: the order's record copied, and the rows it touches. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_confirm(struct sellable *engine, struct sellable_worker *worker,
                     struct sellable_key order, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_release(struct sellable *engine, struct sellable_worker *worker,
                     struct sellable_key order, struct sellable_answer *answer);
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_ship(struct sellable *engine, struct sellable_worker *worker,
                  struct sellable_key order, struct sellable_answer *answer);

/* ---- 11. TIME -------------------------------------------------------------------------------- */

/* Tell the engine what time it is: `now` becomes that, at one instant. Then whatever has fallen due
 * takes effect, each at an instant of its own, by time, then key: orders that expire are released,
 * closed orders whose retention is over are forgotten. When the call returns, all of that is done.
 * An earlier time than the engine's is ok and does nothing new.
 *   ok          done
 *   invalid     now: beyond +-2^53
 *   no_memory   now has moved; some of what is due is left for the next call of advance
 * Lock-free; cost: by the number of workers and of what falls due, not by what is open. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1) enum sellable_status
    sellable_advance(struct sellable *engine, struct sellable_worker *worker, int64_t now,
                     struct sellable_answer *answer);

/* The engine's time: the latest given to sellable_advance, 0 before the first. */
SELLABLE_API SELLABLE_NONNULL(1) int64_t sellable_now(const struct sellable *engine);

/* ---- 12. QUESTIONS --------------------------------------------------------------------------- */

/* Of which item, and for which channel. */
struct sellable_question {
    struct sellable_key item_key;    /* read if item is not given */
    struct sellable_key channel_key; /* read if channel is not given */
    struct sellable_item item;
    struct sellable_channel channel;
};

struct sellable_availability {
    int64_t promisable; /* the most that one order could promise at this instant */
    int64_t published;  /* what the channel is told */
};

/* How much may this channel promise of this item now?
 *   ok                              *availability is set
 *   unknown_item, unknown_channel   *availability is 0, 0
 * Cost by handle: the first line of the item's row; 64 bytes. Items with more than four locations
 * cost a few lines more. */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_available(const struct sellable *engine, const struct sellable_question *question,
                       struct sellable_availability *availability);

/* The same for `count` questions, in order, each at its own instant; statuses[i] and
 * availabilities[i] answer questions[i]. Rows are fetched ahead. */
SELLABLE_API SELLABLE_NONNULL(1) void sellable_available_batch(
    const struct sellable *engine, const struct sellable_question *questions, size_t count,
    enum sellable_status *statuses, struct sellable_availability *availabilities);

/* One location in an explanation: the terms in the order in which they are taken off. */
struct sellable_term {
    struct sellable_location location;
    uint32_t reserved_; /* 0 */
    int64_t on_hand;
    int64_t held; /* over all reasons */
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
    int64_t net;
    int64_t free;
    int64_t shared;
    int64_t seen;
};

/* The caller owns the record and both arrays, and sets the first two lines. */
struct sellable_explanation {
    struct sellable_term *terms; /* in: room, one for each of the channel's locations of which an
                                    event of the item told, in the channel's order */
    char *because;               /* in: room for words: what keeps it from being more */
    uint32_t term_capacity;      /* in */
    uint32_t because_capacity;   /* in: bytes; what does not fit is cut off; 0-terminated if > 0 */
    uint32_t term_count;         /* in all */
    uint32_t because_size;       /* in all, without the 0 */
    struct sellable_item item;
    struct sellable_channel channel;
    int64_t now;
    int64_t share;
    int64_t closed;
    int64_t pool;
    int64_t buffer;
    int64_t promisable;
    int64_t published;
};

/* Why is it this figure? Every term of it, of one instant, and in words which one binds.
 *   ok                              set
 *   unknown_item, unknown_channel   the figures are 0
 * Cost: the item's whole row. */
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

/* All that is kept of one item at one location, and what follows from it. held[] is indexed by
 * enum sellable_hold. */
enum sellable_hold {
    SELLABLE_QUALITY = 0,
    SELLABLE_DAMAGE = 1,
    SELLABLE_INSPECTION = 2,
    SELLABLE_BLOCKED = 3
};
struct sellable_cell {
    int64_t on_hand;
    int64_t held[SELLABLE_HOLD_REASONS_MAX];
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
    int64_t net;
    int64_t free;
    int64_t shared;
    int64_t short_; /* max(0, -net - safety_stock): promised and not there */
};

/* The cell of an item at a location, at one instant; all 0 if nothing was ever said of it.
 *   ok, unknown_item, unknown_location */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 2, 3) enum sellable_status
    sellable_cell(const struct sellable *engine, const struct sellable_place *place,
                  struct sellable_cell *cell);

enum sellable_order_state {
    SELLABLE_RESERVED = 1, /* something is still reserved */
    SELLABLE_ALLOCATED = 2, /* not as yet */
    SELLABLE_SHIPPED = 3,
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
    int64_t reserved;
    int64_t allocated;
    int64_t shipped;
    int64_t released;
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
};

/* An order, as it is at one instant.
 *   ok              *view is set
 *   invalid         the key is none
 *   unknown_order   no such order */
SELLABLE_API SELLABLE_CHECKED SELLABLE_NONNULL(1, 3) enum sellable_status
    sellable_order(const struct sellable *engine, struct sellable_key key,
                   struct sellable_order_view *view);

/* ---- 13. MEMORY ------------------------------------------------------------------------------ */

struct sellable_memory {
    uint64_t slab_bytes;  /* taken from the allocator, touched or not */
    uint64_t row_bytes;   /* first lines of items, as many as there are items */
    uint64_t block_bytes; /* handed out to workers: keys, rows beyond the first line, orders */
    uint64_t items;
    uint64_t orders;      /* remembered, open or closed */
};

/* What the engine has taken. A question; the figures are each of an instant of their own. */
SELLABLE_API SELLABLE_NONNULL(1, 2) void sellable_memory(const struct sellable *engine,
                                                         struct sellable_memory *memory);

#ifdef __cplusplus
}
#endif
#endif
