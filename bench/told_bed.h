/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files told*.c share: an engine with its orders, and how a row gets its figures. */
#ifndef BENCH_TOLD_BED_H
#define BENCH_TOLD_BED_H

#include "told.h"

enum { PAGE_ROWS = 4096 /* of a view, given by one call */, PAGE_TOLD = 1000 };

struct told_bed {
    struct told *told;
    const struct options *options;
    struct store store;
    struct workload *workload;
    struct sellable_change *changes; /* room for all items */
    uint64_t *memory;                /* what reference loops read */
    size_t memory_size;              /* bytes */
    uint64_t drawn;
    size_t round;
    double row_bytes;   /* first lines of the items */
    double block_bytes; /* the rest of their rows, and keys */
    double order_bytes; /* all orders */
    double mixed_bytes; /* what the mix added to the rows */
};

/* The figures of this round go to the row of that name. */
struct told_row *told_row(struct told *told, const char *name, const char *against, double count);

/* Requests for the engine's items and channels; there is one at a time. */
struct workload *told_workload(const struct told_bed *bed);

/* So many orders of one unit each, under keys that are kept nowhere. */
void told_take_orders(struct told_bed *bed, size_t count);

/* Let so much of other memory be read that caches hold nothing else. */
void told_sweep(struct told_bed *bed);

/* Read so many bytes once, and write as many others over an area again and again; the time. */
double told_reference(struct told_bed *bed, double read, unsigned char *area, size_t room,
                      double written);

/* ns of the calling thread since then. */
static inline double told_since(double started)
{
    return measure_processor() - started;
}

double told_blocks(const struct sellable *engine); /* bytes handed out */

/* The parts: each fills in the rows of a round. */
void told_writes_run(struct told *told, const struct options *options);
void told_changes_open(struct told_bed *bed);
void told_changes_round(struct told_bed *bed);
void told_view_plain(struct told_bed *bed);
void told_view_orders(struct told_bed *bed);
void told_view_mixed(struct told_bed *bed);
void told_mix(struct told_bed *bed);
void told_fork_round(struct told_bed *bed);
void told_meanwhile(struct told_bed *bed); /* all rounds */

#endif
