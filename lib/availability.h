/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be promised, where it is placed, and why. Pure: plain values in, plain values out.
 *
 *    pool       = sum of seen over the channel's locations, at most 10^15
 *    promisable = 0 if closed, else max(0, pool - buffer)
 *    published  = promisable */
#ifndef SBL_AVAILABILITY_H
#define SBL_AVAILABILITY_H

#include "cell.h"

/* The settings that decide how much. */
struct sbl_terms {
    int64_t share;
    int64_t buffer;
    bool closed;
};

/* One of the channel's locations with its cell: rank is its place in the order of the channel. */
struct sbl_source {
    uint32_t location;
    uint32_t rank;
    int64_t net;
    int64_t seen;
    int64_t taken; /* by sbl_place */
};

static inline int64_t sbl_promisable(int64_t pool, const struct sbl_terms *terms) {
    return terms->closed ? 0 : sbl_max(0, sbl_min(pool, SELLABLE_QUANTITY_MAX) - terms->buffer);
}

static inline int64_t sbl_published(int64_t promisable) { return promisable; }

/* Put sources into the order of the channel. */
void sbl_order_sources(struct sbl_source *source, uint32_t count);

/* Sourcing `split`: take `quantity` from the sources in their order, at each as much as is seen
 * there. The quantity is at most their pool. */
void sbl_place(struct sbl_source *source, uint32_t count, int64_t quantity);

/* In words: what keeps promisable from being more. Writes at most `capacity` bytes with a 0 at the
 * end, returns the length of all of it. */
struct sbl_reason {
    struct sbl_terms terms;
    uint32_t locations; /* of the channel, that have a cell of the item */
    int64_t on_hand, held, allocated, reserved, safety_stock, free, seen; /* sums over those */
    int64_t shortfall; /* sum of what net is below 0 */
    int64_t pool;
    int64_t promisable;
};
uint32_t sbl_because(const struct sbl_reason *reason, char *text, uint32_t capacity);

#endif
