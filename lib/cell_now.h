/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell of a row with all that follows from it, of now: what is told of it, and counted. What is
 * read counts if the row is still the same afterwards, or is of an open snapshot. */
#ifndef SBL_CELL_NOW_H
#define SBL_CELL_NOW_H

#include "row.h"

struct sbl_cell_now {
    struct sbl_cell cell;
    int64_t reserved;
    int64_t promised; /* for later dates */
    int64_t free;
    int64_t shared;
    int64_t short_;
};

/* `tail`: the row's. All 0 (but the location) if the row has no such cell. */
void sbl_cell_now(const struct sbl_memory *memory, const struct sbl_image *row,
                  const struct sbl_tail *tail, uint32_t location, int64_t now,
                  struct sbl_cell_now *cell);

/* Everything that is promised at it: for now, for later, beyond stock, or on its way out. */
static inline int64_t sbl_cell_promised(const struct sbl_cell_now *now) {
    return sbl_add(sbl_add(now->reserved, now->promised),
                   sbl_add(now->cell.backordered, now->cell.allocated));
}

/* What is promised at all cells of a row, added up, if no look at each of them is needed: none has
 * dated stock, waits, or can be short. false: it is. */
bool sbl_row_promised(const struct sbl_memory *memory, const struct sbl_image *row,
                      int64_t *promised);

#endif
