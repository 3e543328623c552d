/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads start together; each notes how long every call took. The clock ends with the last call
 * that was begun in time. */
#include "durable_crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Latencies of a caller that are kept, the last ones; and what a key's number is made of: the run
 * above, the caller, the order. A key has 40 bits for it. */
enum { KEPT = 1 << 15, ORDER_BITS = 20, CALLER_BITS = 8, CALLERS_APART = 7919 };

struct caller {
    _Alignas(128) struct share share;
    const struct crew_job *job;
    struct crew *crew;
    pthread_barrier_t *start;
    atomic_bool *over;
    struct text keys[CHUNK];
    uint32_t *latencies; /* KEPT of them */
    size_t calls;
    double started, ended;
};

void crew_key(const struct crew *crew, uint32_t caller, size_t order, struct text *text)
{
    struct workload numbered = {
        .keys_given = (crew->run << CALLER_BITS | caller) << ORDER_BITS | order};
    workload_order_key(&numbered, text);
}

/* The next call: its keys, and the requests that it is about. */
static void fill_share(struct share *share, struct text *keys, const struct crew *crew,
                       const struct crew_job *job, uint32_t caller, size_t call)
{
    const struct workload *workload = job->workload;
    size_t first = (caller * (size_t)CALLERS_APART + call * job->batch) %
                   (workload->request_count - job->batch);
    for (size_t i = 0; i < job->batch; i++)
        crew_key(crew, caller, call * job->batch + i, &keys[i]);
    share->thread = caller;
    share->mode = job->batch > 1 ? BATCH : INDEPENDENT;
    share->by_key = true;
    share->count = job->batch;
    share->requests = workload->requests + first;
    share->item_keys = workload->item_keys + first;
    share->order_keys = keys;
}

static bool is_room(const struct caller *caller)
{
    return (caller->calls + 1) * caller->job->batch < (size_t)1 << ORDER_BITS;
}

static void *call_on(void *argument)
{
    struct caller *caller = argument;
    const struct crew_job *job = caller->job;
    uint32_t number = caller->share.thread;
    pthread_barrier_wait(caller->start);
    double last = caller->started = measure_wall();
    do {
        fill_share(&caller->share, caller->keys, caller->crew, job, number, caller->calls);
        caller->share.latencies = caller->latencies;
        job->body(job->lines[number], &caller->share);
        measure_latency(&caller->share, caller->calls++ % KEPT, &last);
    } while (!atomic_load_explicit(caller->over, memory_order_relaxed) && is_room(caller));
    caller->ended = last;
    return NULL;
}

/* p50 and p99 of what all callers kept. */
static void judge(struct crew *crew, struct caller *callers)
{
    size_t count = 0;
    uint32_t *all = calloc((size_t)CREW_MAX * KEPT, sizeof *all);
    if (!all) {
        fprintf(stderr, "bench: no memory for latencies\n");
        exit(1);
    }
    for (uint32_t i = 0; i < crew->callers; i++) {
        size_t kept = callers[i].calls < KEPT ? callers[i].calls : KEPT;
        memcpy(all + count, callers[i].latencies, kept * sizeof *all);
        count += kept;
    }
    measure_sort(all, count);
    crew->half = measure_percentile(all, count, 0.5);
    crew->hundredth = measure_percentile(all, count, 0.99);
    free(all);
}

static void gather(struct crew *crew, struct caller *callers)
{
    double first = callers[0].started, last = callers[0].ended;
    for (uint32_t i = 0; i < crew->callers; i++) {
        crew->calls[i] = callers[i].calls;
        crew->units += callers[i].share.units;
        crew->wrong += callers[i].share.wrong;
        first = callers[i].started < first ? callers[i].started : first;
        last = callers[i].ended > last ? callers[i].ended : last;
    }
    crew->wall = last - first;
    judge(crew, callers);
}

static void wait_for(double ns)
{
    struct timespec time = {(time_t)(ns / 1e9), (long)(ns - (double)(time_t)(ns / 1e9) * 1e9)};
    nanosleep(&time, NULL);
}

void crew_run(struct crew *crew, const struct crew_job *job)
{
    static uint64_t runs;
    static uint32_t *latencies; /* touched once */
    pthread_t threads[CREW_MAX];
    pthread_barrier_t start;
    atomic_bool over = false;
    size_t size = job->callers * sizeof(struct caller);
    struct caller *callers = workload_memory(size);
    if (!latencies)
        latencies = workload_memory((size_t)CREW_MAX * KEPT * sizeof *latencies);
    *crew = (struct crew){.run = runs++, .callers = job->callers, .batch = job->batch};
    pthread_barrier_init(&start, NULL, job->callers + 1);
    for (uint32_t i = 0; i < job->callers; i++) {
        callers[i].share.thread = i;
        callers[i].job = job;
        callers[i].crew = crew;
        callers[i].start = &start;
        callers[i].over = &over;
        callers[i].latencies = latencies + (size_t)i * KEPT;
        if (pthread_create(&threads[i], NULL, call_on, &callers[i]) != 0) {
            fprintf(stderr, "bench: no thread could be made\n");
            exit(1);
        }
    }
    pthread_barrier_wait(&start);
    wait_for(job->window);
    atomic_store_explicit(&over, true, memory_order_relaxed);
    for (uint32_t i = 0; i < job->callers; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    gather(crew, callers);
    workload_memory_release(callers, size);
}

void crew_again(const struct crew *crew, const struct crew_job *job, measure_body *body,
                struct share *share)
{
    struct text keys[CHUNK];
    *share = (struct share){.count = 0};
    fill_share(share, keys, crew, job, 0, crew->calls[0] - 1);
    body(job->lines[0], share);
    share->order_keys = NULL; /* they end here */
}
