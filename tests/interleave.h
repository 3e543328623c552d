/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that meet often: a program that is linked with a library of SBL_STEPS runs the same work
 *
 *    in turns   as fibers of one thread. A seeded scheduler chooses at every atomic step who goes
 *               on, so that a seed gives the same run again. Some runs switch at random. In others
 *               each fiber has a rank, the highest goes on, and falls to the lowest now and then,
 *               or at chosen lines of the source: so one stands still between two steps, while
 *               others do whole calls
 *    at once    as threads, which yield or spin at random steps: what no scheduler of steps shows
 *
 * This file defines sbl_step. It is for one program, and for one run at a time. */
#ifndef SELLABLE_TESTS_INTERLEAVE_H
#define SELLABLE_TESTS_INTERLEAVE_H

#include "random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { INTERLEAVE_MOST = 4 };

/* Sanitizers do not know who runs after a switch of stacks. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INTERLEAVE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INTERLEAVE_SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(INTERLEAVE_SANITIZED)
#define INTERLEAVE_FIBERS 1
#include <ucontext.h>
#endif

enum interleave_way { INTERLEAVE_ALONE, INTERLEAVE_IN_TURNS, INTERLEAVE_AT_ONCE };

/* More steps in one run than any number of calls takes that finish: somebody waits for ever. */
enum { INTERLEAVE_STEPS_MOST = 5000000 };

static struct {
    enum interleave_way way;
    uint32_t count;
    void (*work)(uint32_t thread);
    void (*stuck)(void); /* says what is going on, before the program ends */
    uint64_t seed;
    uint32_t every; /* about so many steps lie between two events of a thread */
} interleave;

static inline void interleave_stuck(void) {
    interleave.way = INTERLEAVE_ALONE;
    fprintf(stderr, "%d steps, and calls are not finished\n", INTERLEAVE_STEPS_MOST);
    if (interleave.stuck) {
        interleave.stuck();
    }
    fflush(NULL);
    _Exit(1);
}

/* The number of steps from one event to the next. */
static inline uint32_t interleave_quiet(struct random *random) {
    return 1 + random_below(random, 2 * interleave.every - 1);
}

/* ---- in turns -------------------------------------------------------------------------------- */

#ifdef INTERLEAVE_FIBERS

enum { FIBER_STACK = 256 * 1024, LINES = 41 };

static struct {
    ucontext_t caller, fiber[INTERLEAVE_MOST];
    char *stacks;
    bool runs[INTERLEAVE_MOST];
    int64_t rank[INTERLEAVE_MOST]; /* the highest of those that run goes on */
    int64_t lowest;
    enum { AT_RANDOM, BY_RANK, BY_LINE } choice;
    uint32_t current, left;
    uint32_t quiet;       /* so many steps to the next event */
    uint32_t line, stops; /* by line: at lines alike modulo LINES; so many times yet */
    const char *file;     /* by line: whose name has this in it */
    uint64_t steps;
    struct random random;
} turns;

static inline uint32_t turns_next(void) {
    uint32_t best = INTERLEAVE_MOST;
    if (turns.choice == AT_RANDOM) {
        do {
            best = random_below(&turns.random, interleave.count);
        } while (!turns.runs[best]);
        return best;
    }
    for (uint32_t i = 0; i < interleave.count; i++) {
        if (turns.runs[i] && (best == INTERLEAVE_MOST || turns.rank[i] > turns.rank[best])) {
            best = i;
        }
    }
    return best;
}

/* Does something happen at this step? */
static inline bool turns_event(const char *file, int line) {
    if (turns.choice == BY_LINE && turns.stops != 0 && (uint32_t)line % LINES == turns.line &&
        strstr(file, turns.file) != NULL && random_percent(&turns.random, 60)) {
        turns.stops--;
        return true;
    }
    if (--turns.quiet != 0) {
        return false;
    }
    turns.quiet = interleave_quiet(&turns.random);
    return true;
}

static inline void turns_step(const char *file, int line) {
    if (++turns.steps > INTERLEAVE_STEPS_MOST) {
        interleave_stuck();
    }
    if (!turns_event(file, line)) {
        return;
    }
    uint32_t from = turns.current;
    turns.rank[from] = turns.lowest--;
    turns.current = turns_next();
    if (turns.current != from) {
        swapcontext(&turns.fiber[from], &turns.fiber[turns.current]);
    }
}

static inline void turns_begin_fiber(void) {
    interleave.work(turns.current);
    turns.runs[turns.current] = false;
    if (--turns.left == 0) {
        setcontext(&turns.caller);
    }
    turns.current = turns_next();
    setcontext(&turns.fiber[turns.current]);
}

static inline void turns_run(void) {
    static const char *const files[] = {"commit", "commit",  "commit",  "commit",
                                        "",       "index", "question", "memory"};
    static const uint32_t at_random[] = {1, 2, 4, 8, 16, 32, 64};
    static const uint32_t by_rank[] = {20, 50, 100, 200, 400, 800, 1600};
    if (turns.stacks == NULL) { /* always in one place: the engine may look at its bits */
        void *place = (void *)(UINT64_C(1) << 40);
        turns.stacks = mmap(place, INTERLEAVE_MOST * (size_t)FIBER_STACK, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (turns.stacks == MAP_FAILED) {
            abort();
        }
    }
    turns.random.state = interleave.seed;
    uint32_t percent = random_below(&turns.random, 100);
    turns.choice = percent < 20 ? AT_RANDOM : (percent < 35 ? BY_RANK : BY_LINE);
    turns.line = random_below(&turns.random, LINES);
    turns.file = files[random_below(&turns.random, 8)];
    turns.stops = 1 + random_below(&turns.random, 4);
    interleave.every =
        (turns.choice == AT_RANDOM ? at_random : by_rank)[random_below(&turns.random, 7)];
    turns.steps = 0;
    turns.quiet = interleave_quiet(&turns.random);
    turns.lowest = 0;
    turns.left = interleave.count;
    for (uint32_t i = 0; i < interleave.count; i++) {
        turns.runs[i] = true;
        turns.rank[i] = random_below(&turns.random, 1000) + 1;
        getcontext(&turns.fiber[i]);
        turns.fiber[i].uc_stack.ss_sp = turns.stacks + (size_t)i * FIBER_STACK;
        turns.fiber[i].uc_stack.ss_size = FIBER_STACK;
        turns.fiber[i].uc_link = NULL;
        makecontext(&turns.fiber[i], turns_begin_fiber, 0);
    }
    turns.current = turns_next();
    swapcontext(&turns.caller, &turns.fiber[turns.current]);
}

#else
static inline void turns_step(const char *file, int line) {
    (void)file;
    (void)line;
}
static inline void turns_run(void) { abort(); }
#endif

/* ---- at once --------------------------------------------------------------------------------- */

static struct {
    pthread_t thread[INTERLEAVE_MOST];
    pthread_barrier_t start, end;
    atomic_uint ready;
    bool over;
} threads;

static _Thread_local struct {
    struct random random;
    uint32_t quiet;
    uint64_t steps;
} own;

static inline void threads_step(void) {
    if (++own.steps > INTERLEAVE_STEPS_MOST) {
        interleave_stuck();
    }
    if (--own.quiet != 0) {
        return;
    }
    own.quiet = interleave_quiet(&own.random);
    uint32_t chance = random_below(&own.random, 16);
    for (uint32_t i = 0; i < 1 + chance / 15 * 8 && chance >= 6; i++) {
        sched_yield();
    }
    for (volatile uint32_t i = chance < 6 ? random_below(&own.random, 400) : 0; i > 0; i--) {
    }
}

static inline void *threads_work(void *context) {
    uint32_t number = *(const uint32_t *)context;
    for (;;) {
        pthread_barrier_wait(&threads.start);
        if (threads.over) {
            return NULL;
        }
        if (number < interleave.count) {
            own.random.state = interleave.seed ^ (UINT64_C(0x5851f42d4c957f2d) * (number + 1));
            own.steps = 0;
            own.quiet = interleave_quiet(&own.random);
            atomic_fetch_add(&threads.ready, 1);
            while (atomic_load(&threads.ready) < interleave.count) {
                sched_yield();
            }
            interleave.work(number);
        }
        pthread_barrier_wait(&threads.end);
    }
}

static inline void threads_open(void) {
    static uint32_t number[INTERLEAVE_MOST];
    threads.over = false;
    pthread_barrier_init(&threads.start, NULL, INTERLEAVE_MOST + 1);
    pthread_barrier_init(&threads.end, NULL, INTERLEAVE_MOST + 1);
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        number[i] = i;
        if (pthread_create(&threads.thread[i], NULL, threads_work, &number[i]) != 0) {
            abort();
        }
    }
}

static inline void threads_close(void) {
    threads.over = true;
    pthread_barrier_wait(&threads.start);
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        pthread_join(threads.thread[i], NULL);
    }
    pthread_barrier_destroy(&threads.start);
    pthread_barrier_destroy(&threads.end);
}

static inline void threads_run(void) {
    static const uint32_t every[] = {4, 8, 16, 32, 64, 128, 256};
    struct random random = {interleave.seed};
    interleave.every = every[random_below(&random, 7)];
    atomic_store(&threads.ready, 0);
    pthread_barrier_wait(&threads.start);
    pthread_barrier_wait(&threads.end);
}

/* ---- either ---------------------------------------------------------------------------------- */

/* A place where another may go on: every atomic step, and wherever a work says so. */
static inline void interleave_step(const char *file, int line) {
    if (interleave.way == INTERLEAVE_IN_TURNS) {
        turns_step(file, line);
    } else if (interleave.way == INTERLEAVE_AT_ONCE) {
        threads_step();
    }
}

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    interleave_step(file, line);
}

/* Do the work `count` times at the same time; returns when all are done. At once: between
 * threads_open and threads_close. */
static inline void interleave_run(enum interleave_way way, uint64_t seed, uint32_t count,
                                  void (*work)(uint32_t thread)) {
    interleave.way = way;
    interleave.seed = seed;
    interleave.count = count;
    interleave.work = work;
    if (way == INTERLEAVE_IN_TURNS) {
        turns_run();
    } else {
        threads_run();
    }
    interleave.way = INTERLEAVE_ALONE;
}

#endif
