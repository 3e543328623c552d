/* SPDX-License-Identifier: Apache-2.0
 *
 * When calls arrive: each on its own, whatever became of those before (a Poisson process), at a
 * mean rate; and, so that it is as uneven as a business is, in a part of each period at `burst`
 * times the mean, in the rest of it as much slower. */
#ifndef PLAN_ARRIVALS_H
#define PLAN_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

enum { ARRIVALS_DRAWN = 1 << 14 };

struct arrivals {
    double at;      /* ns since the start: of the last arrival */
    double edge;    /* where the rate changes next; whole ns, so that it is met exactly */
    double rate[2]; /* arrivals a ns in the rest of a period, and in its first part */
    double wide[2]; /* ns that each is */
    bool fast;      /* in the first part */
    uint64_t drawn;
    const float *waits; /* ARRIVALS_DRAWN of them, exponential of mean 1 */
};

/* `rate`: mean of arrivals a second; `burst`: 1 to 1 / part; `part`: of each period, above 0 and
 * below 1; `period`: seconds. */
void arrivals_begin(struct arrivals *arrivals, const float *waits, uint64_t seed, double rate,
                    double burst, double part, double period);

/* The time of the next: ns since the start. Never before the one that it follows. */
double arrivals_next(struct arrivals *arrivals);

/* Draw what arrivals wait for. */
void arrivals_draw(float *waits, uint64_t seed);

#endif
