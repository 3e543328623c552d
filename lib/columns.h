/* SPDX-License-Identifier: Apache-2.0
 *
 * What channels may promise, of many rows at once. Pure: plain values in, plain values out.
 *
 * Rows stand side by side, and what is shared of their cells in columns: a column for each
 * location, 0 where a row has none there. So a channel's figures are the same few steps for all of
 * them, without a branch, several rows at a time:
 *
 *    pool      = sum of floor(shared * share / 10000) over its columns (single: the largest)
 *    figure    = max(0, pool + more), with more = room - buffer
 *    published = 0 if figure < minimum, else min(cap, figure)
 *
 * That is what availability.h says of rows of which the channel sees its part of what is shared,
 * and no more; with numbers of 32 bits.
 *
 * WHY 32 BITS SUFFICE. What is shared of a cell is less than 2^28, and a row has at most four
 * cells: a pool is less than 2^30. `more` is within +-2^30, or less (then every figure is 0, as it
 * is with -2^30): a figure is less than 2^31. Of a cap, a minimum or a bound of `low` beyond that
 * only this matters: that no figure is. None of it comes near 10^15, where answers stop. A channel
 * with `more` beyond 2^30 is *wide*: its pools become numbers of 64 bits, and go through the
 * formulas as they stand in availability.h.
 *
 * WHY THE SHARE IS EXACT. With a = shared < 2^28 and s = share <= 10000 the part is computed as
 * floor(a * q + 1/20000), with q the number of type double next to s / 10000, or as next as any way
 * of rounding takes: off by less than 2^-52, as are product and sum in parts of themselves. So what
 * is floored is off by less than 2^28 * 3 * 2^-52 < 10^-6. a s / 10000 is a whole number of
 * 1/10000, and with 1/20000 on top at least 1/20000 above a whole number, and as much below the
 * next: its floor is what it should be. */
#ifndef SBL_COLUMNS_H
#define SBL_COLUMNS_H

#include "availability.h"

enum {
    SBL_COLUMN_ROWS = 512,
    SBL_COLUMNS = 12,
    SBL_COLUMN_BITS = 28, /* of what is shared of a cell */
    SBL_COLUMN_NONE = SBL_COLUMNS /* of a cell that there is not: it is written, not read */
};

struct sbl_columns {
    uint32_t rows;
    int32_t shared[SBL_COLUMNS + 1][SBL_COLUMN_ROWS] SBL_ALIGNED(64);
};

/* A channel's terms for it; `unit` is not looked at. */
struct sbl_narrow {
    int32_t more, minimum, cap, low;
    double share;
    bool single;
    bool all;   /* of what is shared it sees all */
    bool plain; /* what it may promise is published */
    bool wide;
};
struct sbl_narrow sbl_narrow_of(const struct sbl_terms *terms, bool anywhere);

/* Figures for all rows, of the channel's columns (bit i: column i), into the arrays that are not
 * NULL, which lie outside of all that is read. */
void sbl_columns_figures(const struct sbl_columns *columns, uint32_t chosen,
                         const struct sbl_terms *terms, const struct sbl_narrow *narrow,
                         int64_t *promisable, int64_t *published, uint8_t *level);

#endif
