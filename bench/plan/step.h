/* SPDX-License-Identifier: Apache-2.0
 *
 * One step of a plan: calls at an offered rate for so many seconds, from so many threads; and how
 * long they took.
 *
 * OPEN LOOP. When a call arrives is drawn beforehand and depends on no answer. A call that finds
 * its thread busy waits, and its time counts from when it arrived: whatever keeps a thread is seen
 * by all calls that arrive meanwhile, as their callers would see it (no "coordinated omission").
 * When the step is over no more arrive; those that wait have a tenth of its time to begin. What has
 * not begun then was not sent: it is counted, and how long it had waited.
 *
 * Each thread has arrivals of its own, an equal part of the rate, as connections are spread over
 * the threads of a server. It sleeps until shortly before the next, and then looks at the clock
 * until it is there; where there are more threads than processors it sleeps all the time. */
#ifndef PLAN_STEP_H
#define PLAN_STEP_H

#include "business.h"
#include "histogram.h"
#include "stream.h"

struct step {
    const struct business *business; /* in: whose calls are made; */
    const struct stream *stream;     /* in: or, if it is given, the stream that is played */
    struct sellable *engine;         /* in: where */
    struct sellable_worker *const *workers; /* in: of each thread */
    bool idle;        /* in: calls do nothing: what they take is the machine's own */
    bool even;        /* in: the stream's calls arrive one like the other, not as recorded */
    double rate;      /* in: calls a second, all threads together; 0: each thread makes one call
                         after the other (closed loop: what the most is) */
    double seconds;   /* in */
    uint32_t threads; /* in */
    double burst;     /* in: times the mean, */
    double part;      /* in: for this part of each period; */
    double period;    /* in: s */
    double stop;      /* in: s that the first thread stands still at half time; to try it out */
    double wall;      /* s from the first start to the last end */
    uint64_t offered; /* arrived within the time; of a closed loop what was made */
    uint64_t sent;
    uint64_t unsent;
    uint64_t refused; /* reservations that did not fit; of a stream, whatever was not ok */
    uint64_t faults;  /* answers that cannot be; */
    enum sellable_status fault; /* one of them */
    struct histogram took[BUSINESS_CALLS]; /* ns from the arrival to the answer */
    struct histogram waited;               /* of what was not sent: ns from its arrival to the end */
};

/* Run it. `states` are the threads' of the business, and go on from step to step. False: no thread
 * could be made. */
bool step_run(struct step *step, struct business_thread *states);

#endif
