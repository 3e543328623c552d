/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks, threads, medians and percentiles. Threads are made for each row of each round: the
 * library keeps nothing for a thread, so a new one costs it nothing; their start is not timed. */
#include "measure.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double clock_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

double measure_wall(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

double measure_processor(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void measure_latency(struct share *share, size_t call, double *last)
{
    double now = measure_wall();
    double latency = now - *last;
    share->latencies[call] = latency < UINT32_MAX ? (uint32_t)latency : UINT32_MAX;
    *last = now;
}

/* The processors the program started with; read once, before any thread is bound. */
static const cpu_set_t *allowed_processors(void)
{
    static cpu_set_t allowed;
    static int known;
    if (!known) {
        if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
            CPU_ZERO(&allowed);
            CPU_SET(0, &allowed);
        }
        known = 1;
    }
    return &allowed;
}

uint32_t measure_processors(void)
{
    return (uint32_t)CPU_COUNT(allowed_processors());
}

/* The `count` processors from the `first` allowed one on. */
static cpu_set_t some_processors(uint32_t first, uint32_t count)
{
    const cpu_set_t *allowed = allowed_processors();
    cpu_set_t some;
    CPU_ZERO(&some);
    uint32_t seen = 0;
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, allowed))
            continue;
        if (seen >= first && seen < first + count)
            CPU_SET(i, &some);
        seen++;
    }
    return some;
}

struct runner {
    measure_body *body;
    void *subject;
    struct share *share;
    pthread_barrier_t *start;
    double started;
    double ended;
    double processor;
};

static void *run(void *argument)
{
    struct runner *runner = argument;
    pthread_barrier_wait(runner->start);
    runner->started = measure_wall();
    double processor = measure_processor();
    runner->body(runner->subject, runner->share);
    runner->processor = measure_processor() - processor;
    runner->ended = measure_wall();
    return NULL;
}

struct measure_times measure_threads(measure_body *body, void *subject, struct share *shares,
                                     uint32_t threads)
{
    struct runner runners[THREADS_MAX];
    pthread_t handles[THREADS_MAX];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, threads);
    for (uint32_t i = 0; i < threads; i++) {
        cpu_set_t where = threads <= measure_processors() ? some_processors(i, 1)
                                                          : some_processors(0, 2);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setaffinity_np(&attributes, sizeof where, &where);
        runners[i] = (struct runner){
            .body = body, .subject = subject, .share = &shares[i], .start = &start};
        if (pthread_create(&handles[i], &attributes, run, &runners[i]) != 0) {
            fprintf(stderr, "bench: no thread could be made\n");
            exit(1);
        }
        pthread_attr_destroy(&attributes);
    }
    double first = 0, last = 0;
    struct measure_times times = {0, 0};
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(handles[i], NULL);
        if (i == 0 || runners[i].started < first)
            first = runners[i].started;
        if (i == 0 || runners[i].ended > last)
            last = runners[i].ended;
        if (runners[i].processor > times.processor)
            times.processor = runners[i].processor;
    }
    pthread_barrier_destroy(&start);
    times.wall = last - first;
    return times;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double measure_median(const double *figures, size_t count)
{
    double sorted[ROUNDS_MAX];
    if (count == 0)
        return 0;
    memcpy(sorted, figures, count * sizeof *figures);
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

double measure_quantile(const double *figures, size_t count, double part)
{
    double sorted[ROUNDS_MAX];
    if (count == 0 || count > ROUNDS_MAX)
        return 0;
    memcpy(sorted, figures, count * sizeof *figures);
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    double place = part * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 == count)
        return sorted[below];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

double measure_least(const double *figures, size_t count)
{
    double least = count ? figures[0] : 0;
    for (size_t i = 1; i < count; i++)
        least = figures[i] < least ? figures[i] : least;
    return least;
}

double measure_most(const double *figures, size_t count)
{
    double most = count ? figures[0] : 0;
    for (size_t i = 1; i < count; i++)
        most = figures[i] > most ? figures[i] : most;
    return most;
}

static int compare_latencies(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

void measure_sort(uint32_t *figures, size_t count)
{
    qsort(figures, count, sizeof *figures, compare_latencies);
}

double measure_percentile(const uint32_t *sorted, size_t count, double part)
{
    size_t at = (size_t)((double)count * part);
    return sorted[at < count ? at : count - 1];
}
