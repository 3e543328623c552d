/* SPDX-License-Identifier: Apache-2.0
 *
 * How fast something grows, over the last seconds. */
#ifndef TOP_RATE_H
#define TOP_RATE_H

#include <stddef.h>
#include <stdint.h>

enum { SAMPLES = 16 };

struct sample {
    int64_t nanoseconds; /* real time */
    double events, days;
};

/* Zero-initialise it. */
struct rates {
    struct sample samples[SAMPLES]; /* a ring */
    size_t count;                   /* ever taken */
    double events, days;            /* a second */
};

/* A new sample; the rates are those since the oldest one that is kept. */
void rates_add(struct rates *rates, int64_t nanoseconds, double events, double days);

#endif
