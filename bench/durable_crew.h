/* SPDX-License-Identifier: Apache-2.0
 *
 * Callers that ask and wait: a thread each, which makes one call after the other until the time is
 * over. More of them than processors, since they sleep most of the time. */
#ifndef BENCH_DURABLE_CREW_H
#define BENCH_DURABLE_CREW_H

#include "measure.h"

enum { CREW_MAX = 256 };

/* What came of one run. */
struct crew {
    uint64_t run;      /* its number: no two runs give the same keys */
    uint32_t callers;
    size_t batch;
    size_t calls[CREW_MAX]; /* of each caller */
    int64_t units;
    uint64_t wrong;
    double wall;       /* ns from the first start to the last end */
    double half, hundredth; /* ns of a call: p50, p99 */
};

/* Where the callers begin among the requests, which they go through one after the other. */
struct crew_job {
    measure_body *body;
    void **lines; /* of each caller */
    uint32_t callers;
    size_t batch;
    double window; /* ns that calls are begun for */
    const struct workload *workload;
};

void crew_run(struct crew *crew, const struct crew_job *job);

/* The key of a caller's order: its number counts from 0 in a run. */
void crew_key(const struct crew *crew, uint32_t caller, size_t order, struct text *text);

/* Make the last call of the first caller once more, with another body or the same. */
void crew_again(const struct crew *crew, const struct crew_job *job, measure_body *body,
                struct share *share);

#endif
