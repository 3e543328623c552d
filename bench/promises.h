/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of all that goes beyond plain stock: fences, dates, kits, orders that take what they
 * can, and what may happen to a part of an order. They have an engine of their own, so that the
 * other rows see no trace of them; their reference is the same call on a plain row of that
 * engine. */
#ifndef BENCH_PROMISES_H
#define BENCH_PROMISES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"

enum { PROMISE_ROWS_MAX = 32, PROMISE_MODES = 2 /* independent, chained */ };

struct promise_row {
    const char *name;
    const char *against; /* the name of the row it is compared with; NULL: none */
    double ns[PROMISE_MODES][ROUNDS_MAX];
};

struct promises {
    size_t items; /* of each kind */
    size_t calls;
    size_t rounds;
    size_t row_count;
    struct promise_row rows[PROMISE_ROWS_MAX];
    uint64_t wrong; /* answers */
    bool good;      /* no answer was wrong, and the cells add up at the end */
};

/* Measure the rows whose name holds `only` (NULL: all), and those that they are compared with. */
void promises_run(struct promises *promises, size_t items, size_t calls, size_t rounds,
                  const char *only);

double promises_figure(const struct promises *promises, const struct promise_row *row,
                       enum mode mode);

/* The median over the rounds of row / reference; 0 if there is none. */
double promises_ratio(const struct promises *promises, const struct promise_row *row,
                      enum mode mode);

#endif
