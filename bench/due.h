/* SPDX-License-Identifier: Apache-2.0
 *
 * What sellable_advance costs: engines with more and more open orders, each with a timeout, of
 * which ten fall due at each call. */
#ifndef BENCH_DUE_H
#define BENCH_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"

enum { DUE_SIZES = 3, DUE_AT_ONCE = 10 };

/* ns of a call, by round. */
struct due_row {
    size_t open;                /* orders, throughout */
    double nothing[ROUNDS_MAX]; /* of an advance to a time at which nothing is due */
    double ten[ROUNDS_MAX];     /* of one at which ten expire */
    double release[ROUNDS_MAX]; /* of ten calls of sellable_release, for comparison */
};

struct due {
    size_t rounds;
    struct due_row rows[DUE_SIZES];
    bool good; /* every answer, and what is reserved at the end */
};

/* With so many orders open, the last of them the most. */
void due_run(struct due *due, const size_t *open, size_t rounds);

#endif
