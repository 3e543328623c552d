/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell, and the formulas of the model over it. Plain values in, plain values out.
 *
 *    unrestricted = on_hand - sum of held
 *    net          = unrestricted - allocated - reserved - safety_stock
 *    free         = max(0, net)
 *    shared       = free                      (no fences and no backorders as yet)
 *    seen(c)      = floor(shared * share / 10000)
 *    short        = max(0, -net - safety_stock)
 *
 * Kept are net, on_hand, held, allocated and safety_stock; `reserved` is what they leave over. So a
 * promise changes one figure, the one that questions read, and nothing is kept twice. */
#ifndef SBL_CELL_H
#define SBL_CELL_H

#include "base.h"

struct sbl_cell {
    uint32_t location;
    int64_t net;
    int64_t on_hand;
    int64_t allocated;
    int64_t safety_stock;
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

static inline int64_t sbl_short(const struct sbl_cell *cell) {
    return sbl_max(0, sbl_subtract(sbl_subtract(0, cell->net), cell->safety_stock));
}

/* floor(shared * share / 10000) without a product that overflows: with shared = 10000 a + b it is
 * a share + floor(b share / 10000). */
static inline int64_t sbl_part(int64_t shared, int64_t share) {
    if (SBL_LIKELY(share == SELLABLE_SHARE_ALL))
        return shared;
    return shared / SELLABLE_SHARE_ALL * share +
           shared % SELLABLE_SHARE_ALL * share / SELLABLE_SHARE_ALL;
}

static inline int64_t sbl_seen_of(int64_t net, int64_t share) {
    return sbl_part(sbl_free(net), share);
}

#endif
