/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an order of one line is filled from, if that is one location; see direct.c. */
#ifndef SBL_DIRECT_H
#define SBL_DIRECT_H

#include "engine.h"

/* The cell of the row's line that all of `asked` is taken from, out of what everybody shares, now.
 * SBL_ROW_CELLS: not so, or there is more to decide. Counts if the row's header and the world are
 * still the same afterwards. */
uint32_t sbl_direct_cell(const struct sellable *engine, uint32_t channel,
                         const struct sbl_image *row, int64_t asked);

#endif
