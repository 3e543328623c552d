/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: a row for each item and location of which anything is kept.
 *
 * A batch is one block, into which the engine writes the figures. What it gives for a location, its
 * number, becomes the place of its word, which is one less. */
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Figures of a cell by their names, in the order of the columns: but for those of each hold. */
#define FIGURES(X)                                                                                 \
    X(on_hand, "on_hand")                                                                          \
    X(held, "held")                                                                                \
    X(allocated, "allocated")                                                                      \
    X(reserved, "reserved")                                                                        \
    X(backordered, "backordered")                                                                  \
    X(promised, "promised")                                                                        \
    X(safety_stock, "safety_stock")                                                                \
    X(fenced, "fenced")                                                                            \
    X(net, "net")                                                                                  \
    X(free, "free")                                                                                \
    X(shared, "shared")                                                                            \
    X(short_, "short")

#define ONE(NAME, JSON) +1
enum { KEYS = 2, FIGURE_COUNT = 0 FIGURES(ONE) };
#undef ONE

/* Columns: item, location, the figures, and one for each reason that there is for holds. */
static size_t count_reasons(const struct table *table)
{
    return table->field_count - KEYS - FIGURE_COUNT;
}

static int describe(struct table *table, const struct sellable_view *view)
{
    if (text_of_locations(&table->locations, view) != 0)
        return ENOMEM;
    table_add(table, "item", TEXT, NULL, false);
    table_add(table, "location", INDEX, &table->locations, false);
#define ADD(NAME, JSON) table_add(table, JSON, NUMBER, NULL, false);
    FIGURES(ADD)
#undef ADD
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        struct sellable_key key = sellable_hold_key(view->engine, reason);
        if (key.size == 0)
            break;
        snprintf(table->names[reason], TABLE_NAME_MAX, "held_%.*s", (int)key.size, key.bytes);
        table_add(table, table->names[reason], NUMBER, NULL, false);
    }
    return 0;
}

/* So many rows that a small engine's batch is small. */
static size_t rows_of_batch(const struct sellable_view *view)
{
    uint64_t cells = view->items * view->locations;
    return cells < TABLE_BATCH ? (size_t)cells : TABLE_BATCH;
}

/* Where the engine is to write; and the same places as columns. */
static void lay_out(struct cutter *cutter, struct sellable_cell_columns *columns,
                    struct arrow_column *filled, size_t reasons)
{
    size_t rows = columns->capacity, count = 0;
    columns->location = cut(cutter, rows * sizeof *columns->location);
    filled[count++] = (struct arrow_column){.block = NULL};
    filled[count++] = (struct arrow_column){.block = cutter->block, .values = columns->location};
#define PLACE(NAME, JSON)                                                                          \
    columns->NAME = cut(cutter, rows * sizeof *columns->NAME);                                     \
    filled[count++] = (struct arrow_column){.block = cutter->block, .values = columns->NAME};
    FIGURES(PLACE)
#undef PLACE
    for (size_t i = 0; i < reasons; i++) {
        columns->held_by[i] = cut(cutter, rows * sizeof *columns->held_by[i]);
        filled[count++] =
            (struct arrow_column){.block = cutter->block, .values = columns->held_by[i]};
    }
}

/* The next cells, and the keys of their items. */
static int fill(struct stream *stream, const struct sellable_view *view,
                struct sellable_cell_columns *columns, struct arrow_text *items)
{
    struct sellable_key *keys = malloc(columns->capacity * sizeof *keys);
    columns->item = malloc(columns->capacity * sizeof *columns->item);
    int error = ENOMEM;
    if (keys != NULL && columns->item != NULL)
        error = stream_answer(stream, sellable_view_cells(view, &stream->cursor, columns));
    if (error == 0)
        error = text_of_items(items, view->engine, columns->item, keys, columns->count);
    for (size_t i = 0; error == 0 && i < columns->count; i++)
        columns->location[i]--;
    free(keys);
    free(columns->item);
    return error;
}

static int next(struct stream *stream, struct sellable_view *view, struct ArrowArray *batch)
{
    const struct table *table = stream->table;
    struct sellable_cell_columns columns = {.capacity = rows_of_batch(view)};
    struct arrow_column filled[TABLE_FIELDS_MAX];
    struct arrow_text items = {.block = NULL};
    if (columns.capacity == 0)
        return 0;
    struct cutter cutter = {
        arrow_block_new(table->field_count * cut_size(columns.capacity * sizeof(int64_t))), 0};
    if (cutter.block == NULL)
        return ENOMEM;
    lay_out(&cutter, &columns, filled, count_reasons(table));
    int error = fill(stream, view, &columns, &items);
    filled[0] = (struct arrow_column){.block = items.block, .text = &items};
    if (error == 0 && columns.count != 0)
        error = arrow_batch_make(batch, table->fields, filled, table->field_count,
                                 (int64_t)columns.count);
    arrow_block_unref(items.block);
    arrow_block_unref(cutter.block);
    return error;
}

const struct table_kind table_cells = {
    .name = "cells", .walk = 1, .describe = describe, .next = next};
