/* SPDX-License-Identifier: Apache-2.0
 *
 * The feeder. Before each shift it waits until the shift's time has come at the speed that is
 * wanted; what the shifts before took is taken off. */
#include "feeder.h"

#include "clock.h"
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct feeder {
    struct play *play;
    pthread_t thread;
    pthread_mutex_t mutex; /* for all that follows */
    pthread_cond_t told;   /* something below was asked for */
    struct position position;
    bool pauses, stops;
    int64_t shift;      /* the engine's time of the last shift */
    int64_t since;      /* the real time up to which `owed` and the position's are reckoned */
    double owed;        /* days to wait before the next shift */
};

/* ---- waiting, with the mutex held ------------------------------------------------------------ */

/* Real time went on: at the speed of that time so many days passed. */
static void reckon(struct feeder *feeder)
{
    int64_t now = nanoseconds_now(), passed = now - feeder->since;
    feeder->since = now;
    if (feeder->pauses)
        return;
    feeder->position.nanoseconds += passed;
    feeder->owed -= (double)passed / (double)NANOSECONDS_A_SECOND * feeder->position.speed;
}

static void wait_until_told(struct feeder *feeder, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds =
        until.tv_nsec + (int64_t)(seconds * (double)NANOSECONDS_A_SECOND) + 1;
    until.tv_sec += (time_t)(nanoseconds / NANOSECONDS_A_SECOND);
    until.tv_nsec = (long)(nanoseconds % NANOSECONDS_A_SECOND);
    pthread_cond_timedwait(&feeder->told, &feeder->mutex, &until);
}

/* Seconds: as long as it may sleep at once; and of the time that it is late, what it hurries to
 * catch up on. */
static const double longest_wait = 60, longest_late = 0.25;

static void wait_for_shift(struct feeder *feeder)
{
    for (reckon(feeder); !feeder->stops; reckon(feeder)) {
        if (feeder->pauses) {
            pthread_cond_wait(&feeder->told, &feeder->mutex);
            continue;
        }
        if (feeder->position.speed <= 0 || feeder->owed <= 0)
            break;
        double seconds = feeder->owed / feeder->position.speed;
        wait_until_told(feeder, seconds < longest_wait ? seconds : longest_wait);
    }
    double late = feeder->position.speed * longest_late;
    feeder->owed = feeder->owed > -late ? feeder->owed : -late;
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* A shift begins: the one before is done. */
static bool begins(void *context, int64_t shift)
{
    struct feeder *feeder = context;
    const struct stream *stream = feeder->play->stream;
    pthread_mutex_lock(&feeder->mutex);
    feeder->owed += (double)(shift - feeder->shift) / (double)SELLABLE_DAY;
    feeder->shift = shift;
    feeder->position.sent = feeder->play->next;
    wait_for_shift(feeder);
    feeder->position.day = (size_t)((shift - stream->opens) / SELLABLE_DAY) + 1;
    bool goes_on = !feeder->stops;
    pthread_mutex_unlock(&feeder->mutex);
    return goes_on;
}

static void *work(void *context)
{
    struct feeder *feeder = context;
    struct play *play = feeder->play;
    bool goes_on = true;
    for (int64_t day = play->stream->opens; goes_on && day <= play->stream->last_day;
         day += SELLABLE_DAY)
        goes_on = play_day(play, day);
    if (goes_on)
        play_to_the_end(play);
    pthread_mutex_lock(&feeder->mutex);
    reckon(feeder);
    feeder->position.state = goes_on ? FEEDER_ENDED : FEEDER_STOPPED;
    feeder->position.sent = play->next;
    if (goes_on)
        feeder->position.day = feeder->position.days;
    pthread_mutex_unlock(&feeder->mutex);
    return NULL;
}

static void begin_mutex(struct feeder *feeder)
{
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    if (error == 0)
        error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(&feeder->told, &attributes);
    if (error == 0)
        error = pthread_mutex_init(&feeder->mutex, NULL);
    if (error != 0)
        fail("%s", strerror(error));
    pthread_condattr_destroy(&attributes);
}

struct feeder *feeder_start(struct play *play, double speed)
{
    const struct stream *stream = play->stream;
    struct feeder *feeder = allocate(1, sizeof *feeder);
    *feeder = (struct feeder){.play = play, .shift = stream->opens};
    feeder->position = (struct position){
        .speed = speed,
        .all = stream->count,
        .days = (size_t)((stream->last_day - stream->opens) / SELLABLE_DAY) + 1};
    feeder->since = nanoseconds_now();
    play->follower = (struct follower){.context = feeder, .begins = begins};
    begin_mutex(feeder);
    /* Signals are for the thread that waits for them. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&feeder->thread, NULL, work, feeder);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        fail("the feed's thread cannot be started: %s", strerror(error));
    return feeder;
}

/* ---- the display's side ---------------------------------------------------------------------- */

struct position feeder_look(struct feeder *feeder)
{
    pthread_mutex_lock(&feeder->mutex);
    struct position position = feeder->position;
    if (position.state == FEEDER_PLAYS && feeder->pauses)
        position.state = FEEDER_PAUSES;
    pthread_mutex_unlock(&feeder->mutex);
    return position;
}

void feeder_pause(struct feeder *feeder, bool pauses)
{
    pthread_mutex_lock(&feeder->mutex);
    if (feeder->position.state == FEEDER_PLAYS) {
        reckon(feeder);
        feeder->pauses = pauses;
    }
    pthread_cond_signal(&feeder->told);
    pthread_mutex_unlock(&feeder->mutex);
}

void feeder_set_speed(struct feeder *feeder, double speed)
{
    pthread_mutex_lock(&feeder->mutex);
    if (feeder->position.state == FEEDER_PLAYS) {
        reckon(feeder);
        feeder->position.speed = speed;
    }
    pthread_cond_signal(&feeder->told);
    pthread_mutex_unlock(&feeder->mutex);
}

void feeder_stop(struct feeder *feeder)
{
    pthread_mutex_lock(&feeder->mutex);
    feeder->stops = true;
    pthread_cond_signal(&feeder->told);
    pthread_mutex_unlock(&feeder->mutex);
    pthread_join(feeder->thread, NULL);
}

void feeder_free(struct feeder *feeder)
{
    pthread_mutex_destroy(&feeder->mutex);
    pthread_cond_destroy(&feeder->told);
    free(feeder);
}
