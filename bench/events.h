/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of events: without an origin, with an id, with all of an origin, once more, and the mix
 * of a warehouse's day (mix.h). They have an engine of their own, with as many ids remembered
 * throughout as the other rows have orders open, and the floor's rows beside them. And what is
 * kept of ids and movements, and what a cell costs with many of these. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "mix.h"
#include "section.h"

enum { EVENT_ROWS_MAX = 8, MOVED_SIZES = 3 };

struct event_row {
    const char *name;
    const char *against; /* the floor's row; NULL: it is one of the floor */
    double ns[MODES][COUNTS_MAX][ROUNDS_MAX]; /* by thread count */
};

/* Calls on one cell with so many movements remembered: ns, by round. */
struct moved_row {
    size_t movements;
    double adjust[ROUNDS_MAX];
    double set[ROUNDS_MAX]; /* on_hand.set as of before them: all are added up */
};

struct events {
    size_t items;
    size_t calls;
    size_t remembered; /* ids, throughout */
    size_t rounds;
    size_t thread_counts;
    uint32_t threads[COUNTS_MAX];
    size_t row_count;
    struct event_row rows[EVENT_ROWS_MAX];
    struct moved_row moved[MOVED_SIZES];
    double id_bytes, id_slab_bytes;             /* of one id; of slabs, with the index */
    double movement_bytes, movement_slab_bytes; /* of one movement */
    double forget_ns;                           /* of one id, with all of its time */
    uint64_t wrong;                             /* answers */
    bool good; /* no answer was wrong, the cells add up, the audit is consistent */
};

/* Measure the rows whose name holds `only` (NULL: all), with those that belong to them. */
void events_run(struct events *events, const struct options *options);

double events_figure(const struct events *events, const struct event_row *row, enum mode mode,
                     size_t threads);

/* Medians over the rounds: row / its row of the floor, with one thread; and how many times the
 * throughput of one thread. 0 if something of it was not measured. */
double events_ratio(const struct events *events, const struct event_row *row, enum mode mode);
double events_gain(const struct events *events, const struct event_row *row, enum mode mode,
                   size_t threads);

#endif
