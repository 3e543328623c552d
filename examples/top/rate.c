/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates. */
#include "rate.h"

#include "clock.h"

void rates_add(struct rates *rates, int64_t nanoseconds, double events, double days)
{
    const struct sample now = {nanoseconds, events, days};
    size_t first = rates->count < SAMPLES ? 0 : rates->count % SAMPLES;
    const struct sample *oldest = rates->count == 0 ? &now : &rates->samples[first];
    double seconds =
        (double)(now.nanoseconds - oldest->nanoseconds) / (double)NANOSECONDS_A_SECOND;
    rates->events = seconds > 0 ? (now.events - oldest->events) / seconds : 0;
    rates->days = seconds > 0 ? (now.days - oldest->days) / seconds : 0;
    rates->samples[rates->count++ % SAMPLES] = now;
}
