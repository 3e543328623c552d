/* SPDX-License-Identifier: Apache-2.0
 *
 * Every figure of a run, under a name of its own, with the name of the one that it is to be seen
 * beside. This is what a run file keeps, what two runs are compared by (compare.h), and what tables
 * are made from (tables.py). Bytes are figures, too, of one round. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "measure.h"

enum { FIGURES_MAX = 4096, FIGURE_NAME = 120 };

struct figure {
    char name[FIGURE_NAME];
    char reference[FIGURE_NAME]; /* "": none */
    bool bytes;                  /* else ns */
    size_t rounds;
    double values[ROUNDS_MAX];   /* by round */
};

struct figures {
    size_t count;
    struct figure figure[FIGURES_MAX];
};

/* Those of this run. */
extern struct figures figures_measured;

/* Keep one of this run; `reference` may be NULL. Of two with one name the last is kept. */
void figures_put(const char *name, const char *reference, const double *values, size_t rounds);
void figures_put_bytes(const char *name, double bytes);

/* NULL if there is none of that name. */
const struct figure *figures_find(const struct figures *figures, const char *name);

/* The list for JSON, with its name. */
void figures_json(const struct figures *figures);

#endif
