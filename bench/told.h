/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes out: changes, views, forks, audit, figures for operations; and what all of it costs
 * those who write meanwhile. On engines of its own; each row has a loop of bare memory beside it
 * that was timed right before or after, in the same round. */
#ifndef BENCH_TOLD_H
#define BENCH_TOLD_H

#include "section.h"

enum {
    LISTENING_COUNTS = 4,
    TOLD_WRITES_MAX = 8,
    TOLD_ROWS_MAX = 32,
    RHYTHM = 10000 /* writes between two questions of one channel */
};

/* A write, by how many channels listen: ns of one, by round. The askers' time is not in it. */
struct told_write {
    const char *name;
    enum mode mode;
    bool aside; /* the askers have a thread of their own */
    double ns[LISTENING_COUNTS][ROUNDS_MAX];
};

/* What goes over many things at once: ns of all of it, by round. */
struct told_row {
    const char *name;
    const char *against;          /* what the reference loop does; NULL: there is none */
    double count;                 /* things told, or filled in; 0: of one call */
    double ns[ROUNDS_MAX];
    double reference[ROUNDS_MAX];
};

struct told {
    size_t items;
    size_t calls;
    size_t orders; /* open, throughout */
    size_t rounds;
    uint32_t listening[LISTENING_COUNTS]; /* channels */
    size_t write_count;
    struct told_write writes[TOLD_WRITES_MAX];
    double swap[ROUNDS_MAX]; /* a CAS on a random line: the reference of writes */
    size_t row_count;
    struct told_row rows[TOLD_ROWS_MAX];
    double told_bytes, told_slab_bytes; /* kept of one item and channel told */
    double fork_bytes;                  /* rows and blocks of a fork */
    size_t latency_count;
    struct latency latencies[LATENCIES_MAX];
    uint64_t wrong; /* answers */
    bool good;      /* no answer was wrong, and the audits say so */
};

void told_run(struct told *told, const struct options *options);
void told_report(const struct options *options, const struct told *told);

#endif
