/* SPDX-License-Identifier: Apache-2.0
 *
 * One figure of a row rises: what an event or a parcel does most often to the stock of a cell, done
 * in one pass from the old root's block to a new one. edit.c does anything; this does what is in
 * the line's own cells and is there already, and leaves the rest to it.
 *
 * What is read of the root may be torn. Counts are bounded by the block, so nothing is read or
 * written beyond one; and what was made of torn words never becomes a row's, for the swap of the
 * line's header, from the one that was seen, comes after.
 *
 * Cost: the root's block (2 lines of an item with stock, a hold and safety stock in four cells, 3
 * or 4 with its movements), which a new one replaces that was given back a short while ago; of one
 * in seven, a line of the node before. */
#ifndef SBL_RAISE_H
#define SBL_RAISE_H

#include "row.h"

struct sbl_raised {
    uint32_t root;     /* the new one, */
    uint32_t node;     /* and of movements, or 0: who called gives them back if the row does not */
    uint32_t old_root; /* become it, and this one if it does */
    uint64_t form;     /* the row's, with the new root */
    bool first;        /* movement: then who ends this puts a hint for `check` first */
};

/* on_hand of a cell of the line rises by `amount`, and that is remembered as of `now`; `check`: if
 * it is the first, when to look for what is past. false: it is not so simple, and nothing was
 * done. */
bool sbl_raise_on_hand(struct sbl_worker *worker, uint32_t stamp, const struct sbl_image *row,
                       int cell, int64_t amount, int64_t now, int64_t check,
                       struct sbl_raised *raised);

/* It came to nothing, or the row has become it. */
static inline void sbl_raise_end(struct sbl_worker *worker, const struct sbl_raised *raised,
                                 bool accepted) {
    struct sbl_memory *memory = worker->commit->memory;
    if (accepted) {
        sbl_blob_give(memory, &worker->cache, raised->old_root);
        return;
    }
    sbl_blob_give(memory, &worker->cache, raised->root);
    sbl_blob_give(memory, &worker->cache, raised->node);
}

#endif
