/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests with threads: a crew of them that work at the same time on one engine, and what must
 * hold of the engine when they are done.
 *
 * A member must not use the asserts of cmocka, which jump: it says require(member, ..), and the
 * first that does not hold ends the work of all and fails the test in crew_run. */
#ifndef SELLABLE_TESTS_CREW_H
#define SELLABLE_TESTS_CREW_H

#include "scene.h"

#include "random.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CREW_MOST = 16 };

struct crew {
    struct sellable *engine;
    void *shared;    /* the test's own */
    int64_t ends_at; /* ms of the monotonic clock */
    atomic_bool over;
    pthread_barrier_t start;
    pthread_mutex_t lock; /* of the trouble */
    char trouble[400];
};

struct member {
    struct crew *crew;
    struct sellable *engine;
    void *shared;
    struct sellable_worker *worker; /* every second member holds one, the others give NULL */
    uint32_t number;
    struct random random;
    void (*work)(struct member *);
};

static inline int64_t milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static inline bool crew_goes_on(struct member *member) {
    return !atomic_load_explicit(&member->crew->over, memory_order_relaxed) &&
           milliseconds() < member->crew->ends_at;
}

__attribute__((format(printf, 4, 5))) static inline void
crew_trouble(struct member *member, const char *file, int line, const char *format, ...) {
    struct crew *crew = member->crew;
    pthread_mutex_lock(&crew->lock);
    if (crew->trouble[0] == 0) {
        int size = snprintf(crew->trouble, sizeof crew->trouble, "%s:%d: member %u: ", file, line,
                            member->number);
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(crew->trouble + size, sizeof crew->trouble - (size_t)size, format,
                        arguments);
        va_end(arguments);
    }
    pthread_mutex_unlock(&crew->lock);
    atomic_store(&crew->over, true);
}
#define require(member, condition)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            crew_trouble(member, __FILE__, __LINE__, "not so: %s", #condition);                    \
    } while (0)
/* got relation wanted, with both values told. */
#define require_that(member, got, relation, wanted)                                                \
    do {                                                                                           \
        int64_t got_ = (int64_t)(got), wanted_ = (int64_t)(wanted);                                \
        if (!(got_ relation wanted_))                                                              \
            crew_trouble(member, __FILE__, __LINE__, "not so: %s " #relation " %s: %lld, %lld",    \
                         #got, #wanted, (long long)got_, (long long)wanted_);                      \
    } while (0)
#define require_status(member, got, wanted)                                                        \
    do {                                                                                           \
        int got_ = (int)(got);                                                                     \
        if (got_ != SELLABLE_##wanted)                                                             \
            crew_trouble(member, __FILE__, __LINE__, "%s answers %s, not %s", #got,                \
                         sellable_status_name(got_), sellable_status_name(SELLABLE_##wanted));     \
    } while (0)

static inline void *crew_member(void *context) {
    struct member *member = context;
    pthread_barrier_wait(&member->crew->start);
    member->work(member);
    return NULL;
}

/* So many threads do the work, the first of them `first` if that is not NULL; returns when all are
 * done, for `duration` ms where they ask crew_goes_on. */
static inline void crew_run_with(struct sellable *engine, uint32_t count, int64_t duration,
                                 void (*first)(struct member *), void (*work)(struct member *),
                                 void *shared) {
    static uint64_t seed = 1; /* so that no two crews of a run do the same */
    pthread_t thread[CREW_MOST];
    struct member member[CREW_MOST];
    struct crew crew = {
        .engine = engine, .shared = shared, .ends_at = milliseconds() + duration};
    assert_in_range(count, 1, CREW_MOST);
    pthread_mutex_init(&crew.lock, NULL);
    pthread_barrier_init(&crew.start, NULL, count);
    for (uint32_t i = 0; i < count; i++) {
        member[i] = (struct member){.crew = &crew,
                                    .engine = engine,
                                    .shared = shared,
                                    .number = i,
                                    .random = {seed++},
                                    .work = i == 0 && first != NULL ? first : work};
        if (i % 2 == 1)
            expect(sellable_worker_acquire(engine, &member[i].worker), OK);
    }
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, crew_member, &member[i]), 0);
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(thread[i], NULL);
        sellable_worker_release(member[i].worker);
    }
    pthread_barrier_destroy(&crew.start);
    pthread_mutex_destroy(&crew.lock);
    if (crew.trouble[0] != 0)
        fail_msg("%s", crew.trouble);
}

static inline void crew_run(struct sellable *engine, uint32_t count, int64_t duration,
                            void (*work)(struct member *), void *shared) {
    crew_run_with(engine, count, duration, NULL, work, shared);
}

/* ---- keys that are numbers ------------------------------------------------------------------- */

struct crew_key {
    char bytes[24];
};

static inline struct sellable_key numbered(struct crew_key *key, const char *kind,
                                           uint64_t number) {
    int size = snprintf(key->bytes, sizeof key->bytes, "%s-%llu", kind,
                        (unsigned long long)number);
    return (struct sellable_key){key->bytes, (uint64_t)size};
}

/* ---- a scene with numbers -------------------------------------------------------------------- */

/* Items I-0, I-1, .. with handles 1, 2, ..; locations L-0, ..; a channel "web" from all of them;
 * `quantity` of each item at each location. */
static inline struct sellable *open_stocked(uint32_t items, uint32_t locations, int64_t quantity,
                                            int64_t retention) {
    struct sellable *engine = NULL;
    struct crew_key key;
    const struct sellable_options options = {.retention = retention};
    expect(sellable_open(&options, &engine), OK);
    for (uint32_t l = 0; l < locations; l++) {
        struct sellable_location location;
        expect(sellable_location_put(engine, NULL, numbered(&key, "L", l), NULL, &location, NULL),
               OK);
        equal(location.id, l + 1);
    }
    for (uint32_t i = 0; i < items; i++) {
        struct sellable_item item;
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), NULL, &item, NULL), OK);
        equal(item.id, i + 1);
        for (uint32_t l = 0; l < locations; l++) {
            struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                           .item = item,
                                           .location = {l + 1},
                                           .quantity = quantity};
            expect(sellable_apply(engine, NULL, &event, NULL), OK);
        }
    }
    equal(channel_of(engine, "web").id, 1);
    return engine;
}

static const struct sellable_channel web = {1};

static inline enum sellable_status reserve_lines(struct member *member, struct sellable_key key,
                                                 const struct sellable_line *lines, uint32_t count,
                                                 int64_t expires_at,
                                                 struct sellable_answer *answer) {
    struct sellable_order order = {.key = key,
                                   .channel = web,
                                   .lines = lines,
                                   .line_count = count,
                                   .expires_at = expires_at};
    return sellable_reserve(member->engine, member->worker, &order, answer);
}

/* ---- the audit ------------------------------------------------------------------------------- */

enum { AUDIT_LOCATIONS = 16 };

/* What all orders of some keys say of each cell: items and locations are those with the first
 * handles. */
struct audit {
    uint32_t items, locations;
    int64_t (*reserved)[AUDIT_LOCATIONS];
    int64_t (*shipped)[AUDIT_LOCATIONS];
    uint32_t states[SELLABLE_RELEASED + 1];
};

static inline struct audit audit_begin(uint32_t items, uint32_t locations) {
    struct audit audit = {.items = items, .locations = locations};
    assert_in_range(locations, 1, AUDIT_LOCATIONS);
    audit.reserved = calloc(items, sizeof *audit.reserved);
    audit.shipped = calloc(items, sizeof *audit.shipped);
    assert_non_null(audit.reserved);
    assert_non_null(audit.shipped);
    return audit;
}

/* Count an order in, if there is one with the key; its state, or 0. */
static inline uint32_t audit_order(struct audit *audit, const struct sellable *engine,
                                   struct sellable_key key) {
    static struct sellable_order_line lines[SELLABLE_LINES_MAX * 4];
    struct sellable_order_view view = {.lines = lines, .line_capacity = COUNT_OF(lines)};
    if (sellable_order(engine, key, &view) == SELLABLE_UNKNOWN_ORDER)
        return 0;
    assert_in_range(view.line_count, 1, COUNT_OF(lines));
    assert_in_range(view.state, SELLABLE_RESERVED, SELLABLE_RELEASED);
    for (uint32_t i = 0; i < view.line_count; i++) {
        const struct sellable_order_line *line = &lines[i];
        assert_in_range(line->item.id, 1, audit->items);
        assert_in_range(line->location.id, 1, audit->locations);
        audit->reserved[line->item.id - 1][line->location.id - 1] += line->reserved;
        audit->shipped[line->item.id - 1][line->location.id - 1] += line->shipped;
        equal(line->reserved > 0, view.state == SELLABLE_RESERVED);
        equal(line->shipped > 0, view.state == SELLABLE_SHIPPED);
        equal(line->released > 0,
              view.state == SELLABLE_RELEASED || view.state == SELLABLE_EXPIRED);
    }
    audit->states[view.state]++;
    return view.state;
}

/* Every cell holds in reserve what the orders say, nothing is oversold, and with what was shipped
 * on_hand is what was ever put there: `stock` at each cell, plus `added` of each item's first. */
static inline void audit_end(struct audit *audit, const struct sellable *engine, int64_t stock,
                             const int64_t *added) {
    for (uint32_t i = 0; i < audit->items; i++) {
        for (uint32_t l = 0; l < audit->locations; l++) {
            struct sellable_place place = {.item = {i + 1}, .location = {l + 1}};
            struct sellable_cell cell;
            enum sellable_status status = sellable_cell(engine, &place, &cell);
            if (status == SELLABLE_UNKNOWN_ITEM) { /* a number may have been left over */
                equal(audit->reserved[i][l] + audit->shipped[i][l], 0);
                continue;
            }
            expect(status, OK);
            equal(cell.reserved, audit->reserved[i][l]);
            assert_true(cell.net >= 0);
            if (stock >= 0)
                equal(cell.on_hand + audit->shipped[i][l],
                      stock + (l == 0 && added != NULL ? added[i] : 0));
        }
    }
    free(audit->reserved);
    free(audit->shipped);
}

#endif
