/* SPDX-License-Identifier: Apache-2.0
 *
 * See cell_now.h. */
#include "cell_now.h"

/* What a figure adds to reserved and allocated, which are all that is left of on_hand beside net.
 * The kinds that stand for nothing physical add nothing. */
static int64_t part_of(uint64_t figure) {
    switch (sbl_figure_kind(figure)) {
    case SBL_ON_HAND:
        return sbl_figure_value(figure);
    case SBL_HELD:
    case SBL_SAFETY_STOCK:
        return -sbl_figure_value(figure);
    default:
        return 0;
    }
}

bool sbl_row_promised(const struct sbl_memory *memory, const struct sbl_image *row,
                      int64_t *promised) {
    enum { FIGURES = 16 }; /* at once; a row has more rarely */
    uint32_t root = sbl_high(row->word[SBL_ROW_FORM]), count;
    uint64_t word[1 + FIGURES] = {0};
    *promised = 0;
    if (sbl_row_has(row, SBL_ROW_GROUPS | SBL_ROW_CLAIMS | SBL_ROW_DATES))
        return false;
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        int64_t net = sbl_row_location(row, i) == 0 ? 0 : sbl_row_net(row, i);
        if (net < 0)
            return false;
        *promised = sbl_subtract(*promised, net);
    }
    sbl_blob_copy(memory, root, 0, word, 1 + FIGURES);
    count = sbl_head_figures(word[0]);
    if (count > FIGURES)
        return false;
    for (uint32_t i = 0; i < count; i++)
        *promised = sbl_add(*promised, part_of(word[1 + i]));
    return true;
}

void sbl_cell_now(const struct sbl_memory *memory, const struct sbl_image *row,
                  const struct sbl_tail *tail, uint32_t location, int64_t now,
                  struct sbl_cell_now *cell) {
    struct sbl_projection projection;
    struct sbl_dates dates;
    struct sbl_dated dated;
    sbl_row_cell(memory, row, location, &cell->cell);
    sbl_projection_begin(&projection, now, now, cell->cell.net);
    cell->promised = 0;
    if (tail->dates != 0) {
        sbl_dates_begin(&dates, memory, tail->dates, location);
        while (sbl_dates_next(&dates, &dated)) {
            bool promised = dated.kind == SBL_PROMISED;
            sbl_projection_add(&projection, dated.due, dated.quantity, promised);
            cell->promised = sbl_add(cell->promised, promised ? dated.quantity : 0);
        }
        sbl_projection_end(&projection);
    }
    cell->reserved = sbl_reserved(&cell->cell);
    cell->free = sbl_free(projection.low);
    cell->shared = sbl_shared(cell->free, cell->cell.fenced, cell->cell.backordered);
    cell->short_ = sbl_short(projection.low, projection.sum, cell->cell.backordered,
                             cell->cell.safety_stock);
}
