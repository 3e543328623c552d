/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting what came of the orders. */
#ifndef JOB_TALLY_H
#define JOB_TALLY_H

#include "take.h"

/* In full, in part (with --partial), or not at all. */
struct parts {
    int64_t full, part, refused;
};

/* Counts over a channel, or over all. */
struct tally {
    int64_t calls;
    struct parts orders, lines;
    int64_t units_promised;
    int64_t units_later; /* of those, for a later date than now */
    int64_t calls_known; /* accepted in an earlier run */
    int64_t calls_later; /* accepted, for a later date than now */
    int64_t p50, p99, p999; /* latency, ns */
};

/* The counts of the channel at this index; CHANNEL_COUNT: of all of them. */
void tally_orders(const struct folder *folder, const struct taken *taken, int64_t now,
                  size_t channel, struct tally *tally);

#endif
