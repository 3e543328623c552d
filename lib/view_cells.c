/* SPDX-License-Identifier: Apache-2.0
 *
 * The cells of a view, in columns: item by item, location by location, those of which anything is
 * kept. Where a walk is: the number of the item before, and the last location given of the next. */
#include "cell_now.h"
#include "instant.h"

/* ---- cells of a row, by number of location ---- */

/* A row has up to four cells in its line, in any order, and the others behind it, ascending. */
struct cells {
    struct sbl_walk walk;
    uint32_t line[SBL_ROW_CELLS]; /* ascending; */
    int lines, next;
    uint32_t beyond;              /* the next of the others; 0: there is none */
};

static uint32_t next_beyond(struct sbl_walk *walk) {
    uint32_t location;
    int64_t net;
    return sbl_walk_next(walk, &location, &net) ? location : 0;
}

static void cells_begin(struct cells *cells, const struct sbl_memory *memory,
                        const struct sbl_image *row) {
    cells->lines = cells->next = 0;
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(row, i);
        int at = cells->lines;
        if (location == 0)
            continue;
        for (; at > 0 && cells->line[at - 1] > location; at--)
            cells->line[at] = cells->line[at - 1];
        cells->line[at] = location;
        cells->lines++;
    }
    sbl_walk_begin(&cells->walk, memory, row);
    cells->walk.next = SBL_ROW_CELLS; /* those of the line are here already */
    cells->beyond = next_beyond(&cells->walk);
}

/* 0: no more. */
static uint32_t cells_next(struct cells *cells) {
    bool line = cells->next < cells->lines;
    if (line && (cells->beyond == 0 || cells->line[cells->next] < cells->beyond))
        return cells->line[cells->next++];
    uint32_t location = cells->beyond;
    if (location != 0)
        cells->beyond = next_beyond(&cells->walk);
    return location;
}

/* ---- one cell ---- */

/* What a balance was of, and that a fence of 0 is in force, are no quantities. Whatever is held,
 * allocated, reserved or kept back shows in net, or has stock on hand. */
static bool keeps(const struct sbl_cell_now *now, const struct sbl_tail *tail,
                  const struct sbl_memory *memory) {
    const struct sbl_cell *cell = &now->cell;
    struct sbl_dates dates;
    struct sbl_dated dated;
    int64_t any = cell->net | cell->on_hand | cell->backordered | cell->fenced;
    if (any != 0 || tail->dates == 0)
        return any != 0;
    sbl_dates_begin(&dates, memory, tail->dates, cell->location);
    return sbl_dates_next(&dates, &dated);
}

static void put(int64_t *column, uint64_t row, int64_t value) {
    if (column != NULL)
        column[row] = value;
}

static void put_cell(const struct sellable_cell_columns *columns, uint64_t row, uint32_t item,
                     const struct sbl_cell_now *now) {
    const struct sbl_cell *cell = &now->cell;
    if (columns->item != NULL)
        columns->item[row] = item;
    if (columns->location != NULL)
        columns->location[row] = cell->location;
    put(columns->on_hand, row, cell->on_hand);
    put(columns->held, row, sbl_held(cell));
    for (int i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        put(columns->held_by[i], row, cell->held[i]);
    put(columns->allocated, row, cell->allocated);
    put(columns->reserved, row, now->reserved);
    put(columns->backordered, row, cell->backordered);
    put(columns->promised, row, now->promised);
    put(columns->safety_stock, row, cell->safety_stock);
    put(columns->fenced, row, cell->fenced);
    put(columns->net, row, cell->net);
    put(columns->free, row, now->free);
    put(columns->shared, row, now->shared);
    put(columns->short_, row, now->short_);
}

/* The cells of an item behind cursor->within. false: there was no room for all. */
static bool put_cells(const struct sellable_view *view, uint32_t item,
                      const struct sbl_image *row, struct sellable_cursor *cursor,
                      struct sellable_cell_columns *columns) {
    const struct sbl_memory *memory = &view->engine->memory;
    const struct sbl_tail tail = sbl_row_tail(memory, row);
    struct cells cells;
    struct sbl_cell_now now;
    uint32_t location;
    cells_begin(&cells, memory, row);
    while ((location = cells_next(&cells)) != 0) {
        if (location <= cursor->within)
            continue;
        sbl_cell_now(memory, row, &tail, location, view->now, &now);
        if (!keeps(&now, &tail, memory))
            continue;
        if (columns->count == columns->capacity)
            return false;
        put_cell(columns, columns->count++, item, &now);
        cursor->within = location;
    }
    return true;
}

enum sellable_status sellable_view_cells(const struct sellable_view *view,
                                         struct sellable_cursor *cursor,
                                         struct sellable_cell_columns *columns) {
    const struct sbl_instant at = {view->engine, view->snapshot};
    if (view->engine != NULL && sbl_is_away(view->engine))
        return SELLABLE_NOT_DURABLE;
    columns->count = 0;
    if (view->snapshot == 0 || columns->capacity == 0)
        return SELLABLE_INVALID;
    while (cursor->next < view->items) {
        uint32_t item = (uint32_t)cursor->next + 1;
        const struct sbl_line *line = sbl_row_line(at.engine, item);
        struct sbl_image row = {{0}};
        sbl_prefetch_row(&at, item + SBL_ROWS_AHEAD);
        sbl_prefetch_root(&at, item + SBL_ROOTS_AHEAD);
        if (line != NULL)
            sbl_row_at(&at, line, &row);
        if (sbl_row_exists(&row) && !put_cells(view, item, &row, cursor, columns))
            break;
        cursor->next++;
        cursor->within = 0;
    }
    return SELLABLE_OK;
}
