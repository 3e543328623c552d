/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking the orders from several threads, and counting what came of it. */
#ifndef JOB_TAKE_H
#define JOB_TAKE_H

#include "load.h"

/* What the engine answered, and after how long. */
struct outcome {
    enum sellable_status status;
    int64_t nanoseconds;
};

/* The plans of the orders that one thread got accepted, one after the other. */
struct plans {
    struct sellable_placement *placements;
    size_t count, capacity;
    size_t calls; /* that the thread made, refused ones among them */
};

struct taken {
    struct outcome *outcomes; /* one for each promise */
    struct plans *plans;      /* one for each thread */
    size_t threads;
    int64_t nanoseconds; /* from the first call to the end of the last */
};

/* Counts over a channel, or over all. */
struct tally {
    int64_t calls;
    int64_t orders_accepted, orders_refused;
    int64_t lines_accepted, lines_refused;
    int64_t units_promised;
    int64_t p50, p99, p999; /* latency, ns */
};

/* Ask the engine for every promise of the folder. One thread keeps to the file's order; of more,
 * their scheduling decides which order comes first, and so who gets the last unit. */
void take_orders(struct sellable *engine, const struct folder *folder, size_t threads,
                 struct taken *taken);
void taken_free(struct taken *taken);

/* The counts of the channel at this index; CHANNEL_COUNT: of all of them. */
void tally_orders(const struct folder *folder, const struct taken *taken, size_t channel,
                  struct tally *tally);

#endif
