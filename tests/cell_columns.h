/* SPDX-License-Identifier: Apache-2.0
 *
 * The columns of a view's cells as one table: figure f of row r at [f * capacity + r]. */
#ifndef SELLABLE_TESTS_CELL_COLUMNS_H
#define SELLABLE_TESTS_CELL_COLUMNS_H

#include "sellable.h"

enum { CELL_FIGURES = 12 };

/* Their names, in their order. */
static const char *const cell_figure_names[CELL_FIGURES] = {
    "on_hand",      "held",   "allocated", "reserved", "backordered", "promised",
    "safety_stock", "fenced", "net",       "free",     "shared",      "short"};

static inline struct sellable_cell_columns cell_columns_over(uint64_t capacity, uint32_t *item,
                                                             uint32_t *location, int64_t *figure) {
    return (struct sellable_cell_columns){.capacity = capacity,
                                          .item = item,
                                          .location = location,
                                          .on_hand = figure,
                                          .held = figure + capacity,
                                          .allocated = figure + 2 * capacity,
                                          .reserved = figure + 3 * capacity,
                                          .backordered = figure + 4 * capacity,
                                          .promised = figure + 5 * capacity,
                                          .safety_stock = figure + 6 * capacity,
                                          .fenced = figure + 7 * capacity,
                                          .net = figure + 8 * capacity,
                                          .free = figure + 9 * capacity,
                                          .shared = figure + 10 * capacity,
                                          .short_ = figure + 11 * capacity};
}

#endif
