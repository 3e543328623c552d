/* SPDX-License-Identifier: Apache-2.0
 *
 * The threads start together. Each notes into histograms of its own, added up at the end. */
#include "step.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "arrivals.h"
#include "measure.h"

static const double second = 1e9;

/* What waits at the end of a step has so much of its time to begin. */
static const double tail = 0.1;

/* The engine's time is told so often, ms. */
enum { TELL_EVERY = 50 };

struct caller {
    struct business_thread *state;
    const struct step *step;
    struct sellable_worker *worker;
    uint32_t number;
    pthread_barrier_t *start;
    struct arrivals arrivals;
    struct stream_part part;
    const struct record *record; /* of the stream: what arrives next */
    double early; /* ns before a call arrives from which on it is waited for without sleep */
    double began, ended;
    int64_t told;           /* ms of the run at which the engine was last told the time */
    uint64_t offered, sent, unsent;
    uint64_t refused, faults;
    enum sellable_status fault;
    struct histogram took[BUSINESS_CALLS];
    struct histogram waited;
};

static void sleep_until(double at)
{
    struct timespec time = {(time_t)(at / second), 0};
    time.tv_nsec = (long)(at - (double)time.tv_sec * second);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
}

/* Returns the time, which is `due` or later. */
static double wait_until(const struct caller *caller, double due)
{
    double now = measure_wall();
    if (now < due - caller->early) {
        sleep_until(due - caller->early);
        now = measure_wall();
    }
    while (now < due)
        now = measure_wall();
    return now;
}

/* The engine's time goes with the clock's: from one run to the next it goes on where it was. */
static void tell_time(struct caller *caller, double now)
{
    int64_t elapsed = (int64_t)((now - caller->began) / 1e6);
    if (caller->number != 0 || caller->step->stream || elapsed < caller->told + TELL_EVERY)
        return;
    struct sellable *engine = caller->step->engine;
    int64_t engine_now = sellable_now(engine) + elapsed - caller->told;
    enum sellable_status status = sellable_advance(engine, caller->worker, engine_now, NULL);
    if (status == SELLABLE_NOT_DURABLE) /* the queue is full: the next call tells it */
        return;
    caller->told = elapsed;
    if (status != SELLABLE_OK) {
        caller->faults++;
        caller->fault = status;
    }
}

/* Who sleeps wakes up late: by microseconds, and by milliseconds where a virtual machine gives its
 * processor back meanwhile. So nobody sleeps while there is a processor for each, and one for the
 * rest; where there is just one for each, sleep is over somewhat before the arrival. */
static double early_of(size_t threads, size_t processors)
{
    return threads < processors ? INFINITY : threads == processors ? 60e3 : 0;
}

/* When the next call arrives, ns since the start; infinite: none does. */
static double next_arrival(struct caller *caller)
{
    return caller->step->stream ? stream_part_next(&caller->part, &caller->record)
                                : arrivals_next(&caller->arrivals);
}

static enum business_call make(struct caller *caller)
{
    const struct step *step = caller->step;
    if (step->idle)
        return QUESTION;
    if (!step->stream) {
        enum business_call what = business_draw(step->business, caller->state);
        business_do(step->business, caller->state, what);
        return what;
    }
    enum sellable_status status = stream_do(caller->record, step->engine, caller->worker);
    caller->refused += status != SELLABLE_OK && status != SELLABLE_DUPLICATE;
    return stream_kind(caller->record);
}

/* An order that is placed ends an older one: a call of the same caller, right after it. */
static double call(struct caller *caller, double due)
{
    enum business_call what = make(caller);
    double now = measure_wall();
    histogram_note(&caller->took[what], (uint64_t)(now - due));
    caller->sent++;
    if (what == RESERVATION && !caller->step->stream) {
        double began = now;
        business_do(caller->step->business, caller->state, ENDING);
        now = measure_wall();
        histogram_note(&caller->took[ENDING], (uint64_t)(now - began));
    }
    return now;
}

static void run_open(struct caller *caller)
{
    const struct step *step = caller->step;
    double end = caller->began + step->seconds * second;
    double closing = end + step->seconds * second * tail;
    double middle = caller->began + step->seconds * second / 2;
    bool stops = step->stop > 0 && caller->number == 0;
    double now = caller->began;
    for (;;) {
        double due = caller->began + next_arrival(caller);
        if (due >= end)
            break;
        caller->offered++;
        if (now < closing)
            now = wait_until(caller, due);
        if (now >= closing) {
            caller->unsent++;
            histogram_note(&caller->waited, (uint64_t)(closing - due));
            continue;
        }
        if (stops && now >= middle) {
            sleep_until(now + step->stop * second);
            stops = false;
        }
        now = call(caller, due);
        tell_time(caller, now);
    }
    caller->ended = now;
}

static void run_closed(struct caller *caller)
{
    double end = caller->began + caller->step->seconds * second;
    double now = caller->began;
    const struct stream *stream = caller->step->stream;
    while (now < end && (!stream || !isinf(next_arrival(caller)))) {
        now = call(caller, now);
        tell_time(caller, now);
    }
    caller->offered = caller->sent;
    caller->ended = now;
}

static void *run_caller(void *argument)
{
    struct caller *caller = argument;
    struct business_thread before = *caller->state;
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* wake up when asked to, not when it suits */
    pthread_barrier_wait(caller->start);
    caller->began = measure_wall();
    if (caller->step->rate > 0)
        run_open(caller);
    else
        run_closed(caller);
    caller->refused += caller->state->refused - before.refused;
    caller->faults += caller->state->faults - before.faults;
    if (caller->state->faults > before.faults)
        caller->fault = caller->state->fault;
    return NULL;
}

static void gather(struct step *step, const struct caller *callers)
{
    double first = callers[0].began, last = callers[0].ended;
    for (uint32_t i = 0; i < step->threads; i++) {
        const struct caller *caller = &callers[i];
        step->offered += caller->offered;
        step->sent += caller->sent;
        step->unsent += caller->unsent;
        step->refused += caller->refused;
        step->faults += caller->faults;
        if (caller->faults > 0)
            step->fault = caller->fault;
        for (uint32_t kind = 0; kind < BUSINESS_CALLS; kind++)
            histogram_add(&step->took[kind], &caller->took[kind]);
        histogram_add(&step->waited, &caller->waited);
        first = caller->began < first ? caller->began : first;
        last = caller->ended > last ? caller->ended : last;
    }
    step->wall = (last - first) / second;
}

static bool start(struct caller *callers, pthread_t *threads, const struct step *step)
{
    for (uint32_t i = 0; i < step->threads; i++)
        if (pthread_create(&threads[i], NULL, run_caller, &callers[i]) != 0)
            return false; /* those that wait for it never will be many: the program ends */
    return true;
}

bool step_run(struct step *step, struct business_thread *states)
{
    static float waits[ARRIVALS_DRAWN];
    static uint64_t steps;
    pthread_t threads[BUSINESS_THREADS];
    pthread_barrier_t barrier;
    struct caller *callers = calloc(step->threads, sizeof *callers);
    if (!callers)
        return false;
    arrivals_draw(waits, ++steps);
    pthread_barrier_init(&barrier, NULL, step->threads);
    for (uint32_t i = 0; i < step->threads; i++) {
        struct caller *caller = &callers[i];
        caller->state = &states[i];
        caller->step = step;
        caller->number = i;
        caller->worker = step->workers[i];
        caller->start = &barrier;
        caller->early = early_of(step->threads, measure_processors());
        arrivals_begin(&caller->arrivals, waits, steps << 8 | i, step->rate / step->threads,
                       step->burst, step->part, step->period);
        if (step->stream)
            stream_part_begin(&caller->part, step->stream, i, step->threads, step->rate,
                              step->even);
    }
    if (!start(callers, threads, step))
        return false;
    for (uint32_t i = 0; i < step->threads; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    gather(step, callers);
    free(callers);
    return true;
}
