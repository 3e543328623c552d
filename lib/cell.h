/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell, and the formulas of the model over it. Plain values in, plain values out.
 *
 *    unrestricted = on_hand - sum of held
 *    net          = unrestricted - allocated - reserved - safety_stock
 *    P(t)         = net + supply due in (now, t] - demand and promised due by t
 *    low(t)       = the least P(t') for t' >= t
 *    free(t)      = max(0, low(t))
 *    shared(t)    = max(0, free(t) - fenced - backordered)
 *    own(c,t)     = min(fence of c, max(0, free(t) - fences of those served before c))
 *    seen(c,t)    = floor(shared(t) * share / 10000) + own(c,t)
 *    short        = max(0, -low(now) - safety_stock, backordered - P(end) - safety_stock)
 *
 * Kept are net, on_hand, held, allocated, safety_stock, backordered and the fences; `reserved` is
 * what they leave over. So a promise changes one figure, the one that questions read, and nothing
 * is kept twice. */
#ifndef SBL_CELL_H
#define SBL_CELL_H

#include "base.h"

struct sbl_cell {
    uint32_t location;
    int64_t net;
    int64_t on_hand;
    int64_t allocated;
    int64_t safety_stock;
    int64_t backordered;
    int64_t fenced; /* the sum of its fences */
    int64_t held[SELLABLE_HOLD_REASONS_MAX];
};

static inline int64_t sbl_held(const struct sbl_cell *cell) {
    int64_t held = 0;
    for (int i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        held = sbl_add(held, cell->held[i]);
    return held;
}

/* What would be net if nothing were reserved. */
static inline int64_t sbl_net_unreserved(const struct sbl_cell *cell) {
    int64_t unrestricted = sbl_subtract(cell->on_hand, sbl_held(cell));
    return sbl_subtract(sbl_subtract(unrestricted, cell->allocated), cell->safety_stock);
}

static inline int64_t sbl_reserved(const struct sbl_cell *cell) {
    return sbl_subtract(sbl_net_unreserved(cell), cell->net);
}

static inline int64_t sbl_free(int64_t net) { return sbl_max(0, net); }

static inline int64_t sbl_shared(int64_t free, int64_t fenced, int64_t backordered) {
    return sbl_max(0, sbl_subtract(sbl_subtract(free, fenced), backordered));
}

/* `before`: the sum of the fences of those that are served before. */
static inline int64_t sbl_own(int64_t fence, int64_t free, int64_t before) {
    return sbl_min(fence, sbl_max(0, sbl_subtract(free, before)));
}

/* What waits beyond what stock covers now: it uses up room. */
static inline int64_t sbl_uncovered(int64_t backordered, int64_t free, int64_t fenced) {
    return sbl_max(0, sbl_subtract(backordered, sbl_max(0, sbl_subtract(free, fenced))));
}

static inline int64_t sbl_short(int64_t low, int64_t end, int64_t backordered,
                                int64_t safety_stock) {
    int64_t now = sbl_subtract(sbl_subtract(0, low), safety_stock);
    int64_t later = sbl_subtract(sbl_subtract(backordered, end), safety_stock);
    return sbl_max(0, sbl_max(now, later));
}

/* P and low of a date, from what is dated at a cell: given one entry after another, by due. */
struct sbl_projection {
    int64_t now, date;
    int64_t projected;  /* P(date), once it is passed */
    int64_t low;        /* the least so far */
    int64_t sum;        /* P of the entries so far */
    int64_t due;        /* of the last entry */
    int64_t supply, demand, promised; /* due by the date, and counted */
    bool passed;        /* an entry was later than the date */
};

static inline void sbl_projection_begin(struct sbl_projection *projection, int64_t now,
                                        int64_t date, int64_t net) {
    *projection = (struct sbl_projection){.now = now,
                                          .date = date,
                                          .projected = net,
                                          .low = net,
                                          .sum = net,
                                          .due = INT64_MIN};
}

/* All that is due at one time counts together, so the least is looked at before a later one. */
static inline void sbl_projection_settle(struct sbl_projection *projection, int64_t due) {
    if (due == projection->due)
        return;
    if (projection->passed)
        projection->low = sbl_min(projection->low, projection->sum);
    if (!projection->passed && due > projection->date) {
        projection->passed = true;
        projection->projected = projection->low = projection->sum;
    }
    projection->due = due;
}

static inline void sbl_projection_add(struct sbl_projection *projection, int64_t due,
                                      int64_t quantity, bool promised) {
    sbl_projection_settle(projection, due);
    int64_t change = promised ? sbl_subtract(0, quantity) : quantity;
    if (change > 0 && !promised && due <= projection->now)
        return; /* overdue supply */
    projection->sum = sbl_add(projection->sum, change);
    if (due > projection->date)
        return;
    if (promised)
        projection->promised = sbl_add(projection->promised, quantity);
    else if (quantity > 0)
        projection->supply = sbl_add(projection->supply, quantity);
    else
        projection->demand = sbl_subtract(projection->demand, quantity);
}

/* After the last; then sum is P at the end of it all. */
static inline void sbl_projection_end(struct sbl_projection *projection) {
    sbl_projection_settle(projection, INT64_MAX);
}

/* floor(shared * share / 10000) without a product that overflows: with shared = 10000 a + b it is
 * a share + floor(b share / 10000). */
static inline int64_t sbl_part(int64_t shared, int64_t share) {
    if (SBL_LIKELY(share == SELLABLE_SHARE_ALL))
        return shared;
    return shared / SELLABLE_SHARE_ALL * share +
           shared % SELLABLE_SHARE_ALL * share / SELLABLE_SHARE_ALL;
}

#endif
