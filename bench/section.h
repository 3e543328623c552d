/* SPDX-License-Identifier: Apache-2.0
 *
 * A section of the report: all rows for one number of items and one distribution. A bench holds
 * what the sections of one number of items share: the engine, the floor, the peers. */
#ifndef BENCH_SECTION_H
#define BENCH_SECTION_H

#include "operations.h"
#include "peer.h"
#include "reference.h"
#include "row.h"

enum { COUNTS_MAX = 8, ROWS_MAX = 80, LATENCIES_MAX = 8 };

struct options {
    size_t items[COUNTS_MAX];
    size_t item_counts;
    size_t judged_items; /* every row is measured with these, and the gates are for them */
    size_t large_items;  /* of the gates' larger engine; 0: none */
    uint32_t threads[COUNTS_MAX]; /* rising; those beyond the processors are for latencies */
    size_t thread_counts;
    size_t rounds;  /* at least */
    double seconds; /* that the rounds of a section go on for at least */
    size_t calls;   /* of one thread in one row of one round */
    size_t slots;   /* orders that stand open throughout: a power of two */
    const char *section; /* of the report, to be measured, with commas between; NULL: all */
    const char *only; /* rows whose name holds this, and the floor; NULL: all */
    bool everything;  /* every row and distribution */
    bool quick;
    bool json;
    const char *compare; /* a stored run's file; NULL: none */
    const char *run;     /* another, in place of measuring; NULL: none */
};

/* One row's figures by thread count and round: ns for each request, of all threads together. */
struct row {
    const struct row_kind *kind;
    double processor[COUNTS_MAX][ROUNDS_MAX];
    double wall[COUNTS_MAX][ROUNDS_MAX];
};

/* Latencies of one kind of call, in ns: medians over the rounds. */
struct latency {
    const char *name;
    double half, hundredth, thousandth, most; /* p50, p99, p99.9, the longest */
    double rate;                              /* calls a second of all threads */
};

struct section {
    size_t items;
    enum distribution distribution;
    size_t thread_counts;
    uint32_t threads[COUNTS_MAX];
    size_t rounds;
    size_t row_count;
    struct row rows[ROWS_MAX];
    uint32_t latency_threads; /* 0: not measured */
    size_t latency_count;
    struct latency latencies[LATENCIES_MAX];
    uint64_t wrong; /* answers, in all rows */
};

/* The orders that the last row took, under the workload's keys. */
struct lot {
    bool open;
    enum subject subject;
    uint32_t threads;
    size_t orders; /* of each thread */
    int64_t units;
};

/* The orders that stand open in a subject, of one unit each: as many throughout, but not the same.
 * Those of a lot take the places of some that are closed for them. */
struct standing {
    struct text *keys; /* options->slots of them, a power of two */
    size_t first;      /* the places of those that a row is to close: first + i * STANDING_STRIDE */
};

struct bench {
    const struct options *options;
    size_t items;
    struct store store;
    struct floor floor;
    struct peer *peers[SUBJECTS]; /* by subject; NULL where there is none */
    struct workload workload;
    struct lot lot;
    struct standing standing[SUBJECTS];
    uint64_t random;
    struct totals ledger[SUBJECTS]; /* what the cells have to add up to */
    struct sellable_memory before;  /* the orders that stand open */
    struct sellable_memory after;
    double fresh_ns[SUBJECTS];      /* an order into memory never touched before; 0: no peer */
    size_t slices;                  /* of requests, taken so far */
    uint64_t wrong;                 /* answers, outside of rows */
};

/* The peers that a bench needs for rows whose name holds options->only, as bits by subject. */
uint32_t bench_peers(const struct options *options);

/* Open everything for a number of items, with the orders that stand open, and these peers. */
void bench_open(struct bench *bench, const struct options *options, enum store_kind kind,
                size_t items, uint32_t peers);

/* Do the cells add up to what was done? Says on stderr where they do not. */
bool bench_audit(struct bench *bench);
void bench_close(struct bench *bench);

/* From now on requests are drawn so. */
void bench_draw(struct bench *bench, enum distribution distribution);

/* Run a row once; ns for each request. */
struct measure_times bench_run(struct bench *bench, const struct row_kind *kind, uint32_t threads,
                               uint64_t *wrong);

/* Of the two, that which counts: threads that sleep while they wait are not running. */
double bench_clock(const struct row_kind *kind, uint32_t threads, struct measure_times times);

/* Reserve from so many threads, more of them than processors, call by call; ns of a call. `threads`
 * is at most the most of options->threads. */
enum latency_figure { HALF, HUNDREDTH, THOUSANDTH, LONGEST, RATE, LATENCY_FIGURES };
void bench_latencies(struct bench *bench, enum subject subject, uint32_t threads,
                     double figures[LATENCY_FIGURES], uint64_t *wrong);

/* The last row's orders join those that stand open. */
void bench_settle(struct bench *bench);

/* Measure all rows of a distribution. */
void section_run(struct bench *bench, enum distribution distribution, struct section *section);

/* What a row of the library or of the floor does; there has to be one. */
const struct row_kind *section_kind(enum subject subject, const char *name, enum mode mode);

/* The row of a name and mode, or NULL. */
const struct row *section_row(const struct section *section, const char *name, enum mode mode);

/* A row's figures for a thread count's index by round, by the clock that counts. */
const double *section_figures(const struct section *section, const struct row *row, size_t threads);

/* A row's figure for a thread count's index: the median over the rounds, by the clock that
 * counts. */
double section_figure(const struct section *section, const struct row *row, size_t threads);

/* The median over the rounds of row / reference with one thread; 0 if either is not there. */
double section_ratio(const struct section *section, const struct row *row,
                     const struct row *reference);

/* How many times the throughput of one thread; 0 if one was not measured. */
double section_gain(const struct section *section, const struct row *row, size_t threads);

#endif
