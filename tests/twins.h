/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of forks: an engine and its fork, side by side; random calls made of both; and that all
 * they answer is the same. A fork, or what a test has instead of it. */
#ifndef SELLABLE_TESTS_TWINS_H
#define SELLABLE_TESTS_TWINS_H

#include "audited.h"
#include "lender.h"
#include "versus_side.h"
#include "whole.h"

enum { TWIN_TOLD = 64 };

/* How a fork is made. */
static enum sellable_status (*make_fork)(struct sellable *engine, struct sellable_worker *worker,
                                         const struct sellable_allocator *allocator,
                                         struct sellable **fork) = sellable_fork;

static inline struct sellable *fork_at(struct sellable *engine,
                                       const struct sellable_allocator *allocator,
                                       const char *file, int line) {
    struct sellable *fork = NULL;
    expect_at((int)make_fork(engine, NULL, allocator, &fork), SELLABLE_OK, "a fork", file, line);
    return fork;
}
#define fork_of(engine) fork_at(engine, NULL, __FILE__, __LINE__)

/* Both have the same of everything that is remembered, and of all that can be asked. */
static inline void are_twins_at(struct sellable *one, struct sellable *other, const char *what,
                                const char *file, int line) {
    const struct sellable_audit wanted = audited_at(one, file, line);
    const struct sellable_audit got = audited_at(other, file, line);
    same_whole_at(whole_of(other), whole_of(one), what, file, line);
    if (!equal_hash(got.hash, wanted.hash) || !equal_hash(got.full, wanted.full)) {
        print_error("%s: hash or full is another one\n", what);
        _fail(file, line);
    }
    equal_at((int64_t)got.orders, (int64_t)wanted.orders, what, file, line);
    equal_at((int64_t)got.items, (int64_t)wanted.items, what, file, line);
}
#define are_twins(one, other, what) are_twins_at(one, other, what, __FILE__, __LINE__)

/* ---- the same calls -------------------------------------------------------------------------- */

struct twins {
    struct side one, other; /* other: NULL as long as there is only one */
};

/* What both can be asked alike: not what is for views and forks, or begins anew in a fork. */
static inline bool is_for_twins(const struct call *call) {
    switch (call->kind) {
    case CALL_CHANGES: /* twins_are_told */
    case CALL_SHORTAGES:
    case CALL_VIEW_OPEN:
    case CALL_VIEW_CLOSE:
    case CALL_VIEW_AVAILABILITY:
    case CALL_VIEW_CELLS:
    case CALL_VIEW_ORDERS:
    case CALL_FORK:
    case CALL_SWAP:
    case CALL_STATS:
    case CALL_AUDIT: return false;
    default: return true;
    }
}

static inline void same_outcome_at(const struct call *call, const struct outcome *one,
                                   const struct outcome *other, const char *file, int line) {
    bool same = one->status == other->status && one->count == other->count &&
                strcmp(one->field ? one->field : "", other->field ? other->field : "") == 0;
    for (uint32_t i = 0; same && i < one->count && i < FIGURES; i++) {
        same = one->figures[i].value == other->figures[i].value;
    }
    if (!same) {
        print_error("the original answers %s with %u figures, the fork %s with %u\n",
                    sellable_status_name(one->status), one->count,
                    sellable_status_name(other->status), other->count);
        for (uint32_t i = 0; i < one->count && i < other->count; i++) {
            if (one->figures[i].value != other->figures[i].value) {
                print_error("  %s: %lld, %lld\n", one->figures[i].what,
                            (long long)one->figures[i].value, (long long)other->figures[i].value);
            }
        }
        stream_print(call);
        _fail(file, line);
    }
}

/* Make calls of the one, and of the other, if it is there; answers are the same. */
static inline void twins_play_at(struct twins *twins, const struct call *calls, uint32_t count,
                                 const char *file, int line) {
    static struct outcome one, other;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_for_twins(&calls[i])) {
            continue;
        }
        side_make(&twins->one, &calls[i], &one);
        if (twins->other.engine != NULL) {
            side_make(&twins->other, &calls[i], &other);
            same_outcome_at(&calls[i], &one, &other, file, line);
        }
    }
}
#define twins_play(twins, calls, count) twins_play_at(twins, calls, count, __FILE__, __LINE__)

/* The fork begins where the original is, handles and all. */
static inline void twins_part(struct twins *twins, const struct sellable_allocator *allocator) {
    twins->other = twins->one;
    twins->other.worker = NULL;
    twins->other.engine = fork_at(twins->one.engine, allocator, __FILE__, __LINE__);
}

/* ---- what channels are told ------------------------------------------------------------------ */

struct telling {
    struct sellable_change change[TWIN_TOLD];
    struct sellable_changes changes;
};

/* Up to `capacity` changes, with an `after` so many before the last position (0: without). */
static inline void tell_channel(struct sellable *engine, struct sellable_channel channel,
                                uint64_t back, uint64_t capacity, struct telling *telling) {
    memset(telling, 0, sizeof *telling);
    telling->changes = (struct sellable_changes){.channel = channel};
    expect(sellable_changes(engine, NULL, &telling->changes), OK); /* where it is */
    if (back != 0 && back <= telling->changes.position) {
        telling->changes.has_after = 1;
        telling->changes.after = telling->changes.position - back;
    }
    telling->changes.changes = telling->change;
    telling->changes.capacity = capacity;
    expect(sellable_changes(engine, NULL, &telling->changes), OK);
}

/* Every channel asks in both, and is told the same. Returns how many changes that were. */
static inline uint64_t twins_are_told(struct twins *twins, uint64_t back, uint64_t capacity) {
    static struct telling one, other;
    struct sellable_channel channel = {0};
    uint64_t told = 0;
    while ((channel = sellable_channel_next(twins->one.engine, channel)).id != 0) {
        tell_channel(twins->one.engine, channel, back, capacity, &one);
        told += one.changes.count;
        if (twins->other.engine == NULL) {
            continue;
        }
        tell_channel(twins->other.engine, channel, back, capacity, &other);
        equal(other.changes.count, one.changes.count);
        equal(other.changes.position, one.changes.position);
        equal(other.changes.more, one.changes.more);
        assert_memory_equal(other.change, one.change, sizeof one.change);
    }
    return told;
}

#endif
