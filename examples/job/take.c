/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_worker_acquire, sellable_reserve, sellable_durable_wait,
 * sellable_worker_release. */
#include "take.h"

#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Whoever is free takes the next few promises of the file. So the file's order is nearly kept,
 * however the threads are scheduled, and a line of memory with outcomes is mostly one thread's. */
enum { DEALT_AT_ONCE = 8 };

struct taker {
    pthread_t thread;
    size_t number, threads;
    atomic_size_t *ready; /* threads that could begin */
    struct sellable *engine;
    const struct folder *folder;
    atomic_size_t *next; /* the first promise that nobody took as yet */
    struct plans *plans;
    struct outcome *outcomes; /* of all promises */
    int64_t began, ended;
};

static int64_t nanoseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool is_promised(enum sellable_status status)
{
    return status == SELLABLE_OK || status == SELLABLE_DUPLICATE;
}

static void take_one(struct taker *taker, struct sellable_worker *worker,
                     const struct sellable_order *request, struct outcome *outcome)
{
    struct plans *plans = taker->plans;
    /* No plan is longer: each item of the order from every location. */
    size_t room = request->line_count * taker->folder->location_count + 1;
    while (plans->capacity < plans->count + room)
        plans->placements = grow(plans->placements, plans->capacity, &plans->capacity,
                                 sizeof *plans->placements);

    /* The plan goes right behind the plans of the orders before. */
    struct sellable_answer answer = {0};
    answer.plan = plans->placements + plans->count;
    answer.plan_capacity = (uint32_t)room;
    int64_t before = nanoseconds_now();
    enum sellable_status status = sellable_reserve(taker->engine, worker, request, &answer);
    if (answer.position != 0) /* of a store; threads that wait at the same time share a sync */
        must(sellable_durable_wait(taker->engine, answer.position), "sellable_durable_wait");
    *outcome = (struct outcome){.status = status,
                                .nanoseconds = nanoseconds_now() - before,
                                .date = answer.date,
                                .thread = taker->number,
                                .plan_at = plans->count};
    plans->calls++;
    if (is_promised(status))
        outcome->plan_count = answer.plan_count;
    plans->count += outcome->plan_count;
}

static void *take(void *context)
{
    struct taker *taker = context;
    const struct folder *folder = taker->folder;
    struct sellable_worker *worker;
    must(sellable_worker_acquire(taker->engine, &worker), "sellable_worker_acquire");

    /* All begin at once: a thread that had to be woken up would find the work of a few milliseconds
     * done by the others. */
    atomic_fetch_add(taker->ready, 1);
    while (atomic_load(taker->ready) < taker->threads)
        sched_yield();
    taker->began = nanoseconds_now();
    for (size_t first; (first = atomic_fetch_add(taker->next, DEALT_AT_ONCE)) <
                       folder->promise_count;)
        for (size_t i = first; i < first + DEALT_AT_ONCE && i < folder->promise_count; i++)
            take_one(taker, worker, &folder->promises[i].request, &taker->outcomes[i]);
    taker->ended = nanoseconds_now();

    sellable_worker_release(worker);
    return NULL;
}

void take_orders(struct sellable *engine, const struct folder *folder, size_t threads,
                 struct taken *taken)
{
    struct taker *takers = allocate(threads, sizeof *takers);
    taken->outcomes = allocate(folder->promise_count, sizeof *taken->outcomes);
    taken->plans = allocate(threads, sizeof *taken->plans);
    taken->threads = threads;
    atomic_size_t ready = 0, next = 0;
    for (size_t t = 0; t < threads; t++) {
        takers[t] = (struct taker){.number = t,
                                   .threads = threads,
                                   .ready = &ready,
                                   .engine = engine,
                                   .folder = folder,
                                   .next = &next,
                                   .plans = &taken->plans[t],
                                   .outcomes = taken->outcomes};
        int error = pthread_create(&takers[t].thread, NULL, take, &takers[t]);
        if (error != 0)
            fail("thread %zu of %zu cannot be started: %s", t + 1, threads, strerror(error));
    }
    int64_t began = INT64_MAX, ended = 0;
    for (size_t t = 0; t < threads; t++) {
        pthread_join(takers[t].thread, NULL);
        began = takers[t].began < began ? takers[t].began : began;
        ended = takers[t].ended > ended ? takers[t].ended : ended;
    }
    taken->nanoseconds = ended - began;
    free(takers);

    for (size_t i = 0; i < folder->promise_count; i++) {
        /* Accepted, now or (it is in the store) in an earlier run; or refused since it does not
         * fit: into the stock, or into any number. Nothing else can be the answer to an order that
         * was checked before. */
        enum sellable_status status = taken->outcomes[i].status;
        if (status != SELLABLE_INSUFFICIENT && status != SELLABLE_OVERFLOW &&
            status != SELLABLE_DUPLICATE)
            must(status, "sellable_reserve");
    }
}

const struct sellable_placement *plan_of(const struct taken *taken, const struct outcome *outcome)
{
    return taken->plans[outcome->thread].placements + outcome->plan_at;
}

void taken_free(struct taken *taken)
{
    for (size_t t = 0; t < taken->threads; t++)
        free(taken->plans[t].placements);
    free(taken->plans);
    free(taken->outcomes);
}
