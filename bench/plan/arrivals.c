/* SPDX-License-Identifier: Apache-2.0
 *
 * The waits are drawn beforehand: a logarithm a call would be a part of what is measured. */
#include "arrivals.h"

#include <math.h>

#include "workload.h"

static const double second = 1e9;

/* Their mean is 1 to the last digit: they come round again and again, and what they were off by
 * would be what the rate is off by. */
void arrivals_draw(float *waits, uint64_t seed)
{
    double sum = 0;
    for (uint32_t i = 0; i < ARRIVALS_DRAWN; i++) {
        double uniform = (double)((workload_random(&seed) >> 11) + 1) * 0x1p-53;
        waits[i] = (float)-log(uniform);
        sum += waits[i];
    }
    for (uint32_t i = 0; i < ARRIVALS_DRAWN; i++)
        waits[i] = (float)(waits[i] * ARRIVALS_DRAWN / sum);
}

void arrivals_begin(struct arrivals *arrivals, const float *waits, uint64_t seed, double rate,
                    double burst, double part, double period)
{
    double mean = rate / second;
    double slow = (1 - burst * part) / (1 - part);
    double whole = round(period * second), first = round(part * period * second);
    *arrivals = (struct arrivals){
        .edge = first,
        .rate = {mean * (slow > 0 ? slow : 0), mean * burst},
        .wide = {whole - first, first},
        .fast = true,
        .drawn = workload_random(&seed),
        .waits = waits,
    };
}

/* In a stretch of one rate, the wait in arrivals is a wait in time; what is left of it at the
 * stretch's end goes on in the next, at that one's rate. */
double arrivals_next(struct arrivals *arrivals)
{
    double left = arrivals->waits[arrivals->drawn++ % ARRIVALS_DRAWN];
    for (;;) {
        double rate = arrivals->rate[arrivals->fast];
        double until_edge = rate * (arrivals->edge - arrivals->at);
        if (left < until_edge)
            return arrivals->at += left / rate;
        left -= until_edge;
        arrivals->at = arrivals->edge;
        arrivals->fast = !arrivals->fast;
        arrivals->edge += arrivals->wide[arrivals->fast];
    }
}
