/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks, threads, medians and percentiles. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "workload.h"

enum { ROUNDS_MAX = 64 };

/* What a row does for one share. */
typedef void measure_body(void *subject, struct share *share);

struct measure_times {
    double processor; /* ns that the thread which ran longest was running */
    double wall;      /* ns from the first start to the last end */
};

/* Note what a call took: from `*last` to now, which becomes the next call's start. */
void measure_latency(struct share *share, size_t call, double *last);

/* Processors this program may use. */
uint32_t measure_processors(void);

double measure_wall(void);      /* ns */
double measure_processor(void); /* ns of the calling thread */

/* Run one thread for each share, all at once: each on a processor of its own if there are as many,
 * else all of them on the first two. */
struct measure_times measure_threads(measure_body *body, void *subject, struct share *shares,
                                     uint32_t threads);

double measure_median(const double *figures, size_t count);

/* Where that part of them lies below; between two of them in proportion. */
double measure_quantile(const double *figures, size_t count, double part);
double measure_least(const double *figures, size_t count);
double measure_most(const double *figures, size_t count);

/* Sort, and then the value that `part` of the figures do not exceed. */
void measure_sort(uint32_t *figures, size_t count);
double measure_percentile(const uint32_t *sorted, size_t count, double part);

#endif
