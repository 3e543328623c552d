/* SPDX-License-Identifier: Apache-2.0
 *
 * Order lines: a row for each placement of an order, with what there is to say of the order.
 *
 * The engine gives orders and their placements apart. The figures of placements are written where
 * they stay; what an order says is put beside each of its placements. */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Figures of a placement by their names, in the order of the columns. */
#define FIGURES(X)                                                                                 \
    X(reserved) X(allocated) X(shipped) X(released) X(dated) X(backordered)

enum { ORDER, CHANNEL, STATE, EXPIRES_AT, DATE, ITEM, LOCATION, FIRST_FIGURE };
#define ONE(NAME) +1
enum { FIELDS = FIRST_FIGURE FIGURES(ONE) };
#undef ONE

static int describe(struct table *table, const struct sellable_view *view)
{
    if (text_of_channels(&table->channels, view) != 0 ||
        text_of_locations(&table->locations, view) != 0 ||
        text_of_names(&table->words, sellable_order_state_name, SELLABLE_RESERVED,
                      SELLABLE_RELEASED) != 0)
        return ENOMEM;
    table_add(table, "order", TEXT, NULL, false);
    table_add(table, "channel", INDEX, &table->channels, false);
    table_add(table, "state", SMALL_INDEX, &table->words, false);
    table_add(table, "expires_at", TIME, NULL, true);
    table_add(table, "date", TIME, NULL, false);
    table_add(table, "item", TEXT, NULL, false);
    table_add(table, "location", INDEX, &table->locations, false);
#define ADD(NAME) table_add(table, #NAME, NUMBER, NULL, false);
    FIGURES(ADD)
#undef ADD
    return 0;
}

/* What a stream has room for: what the engine says of the orders of a batch, and of each placement
 * which of them it is of. */
struct walk {
    struct sellable_key order_keys[TABLE_BATCH], keys[TABLE_BATCH];
    uint32_t channel[TABLE_BATCH], state[TABLE_BATCH];
    int64_t expires_at[TABLE_BATCH], date[TABLE_BATCH];
    uint32_t line_order[TABLE_BATCH], line_item[TABLE_BATCH];
};

/* A column that an order's value is put into beside each of its placements. */
struct spread {
    int32_t *channel, *location;
    int8_t *state;
    int64_t *expires_at, *date;
    uint8_t *running; /* a bit for each row: a timeout is */
    int64_t without;  /* rows where none is */
};

/* Where the engine is to write, and the rest; and the same places as columns. */
static void lay_out(struct cutter *cutter, struct walk *walk, struct spread *spread,
                    struct sellable_order_columns *columns, struct arrow_column *filled)
{
    size_t rows = TABLE_BATCH, place = FIRST_FIGURE;
    *columns = (struct sellable_order_columns){.capacity = rows,
                                               .line_capacity = rows,
                                               .key = walk->order_keys,
                                               .channel = walk->channel,
                                               .state = walk->state,
                                               .expires_at = walk->expires_at,
                                               .date = walk->date,
                                               .line_order = walk->line_order,
                                               .line_item = walk->line_item};
    *spread = (struct spread){.channel = cut(cutter, rows * sizeof(int32_t)),
                              .location = cut(cutter, rows * sizeof(int32_t)),
                              .state = cut(cutter, rows),
                              .expires_at = cut(cutter, rows * sizeof(int64_t)),
                              .date = cut(cutter, rows * sizeof(int64_t)),
                              .running = cut(cutter, rows / 8)};
    columns->line_location = (uint32_t *)spread->location;
    filled[CHANNEL] = (struct arrow_column){.block = cutter->block, .values = spread->channel};
    filled[STATE] = (struct arrow_column){.block = cutter->block, .values = spread->state};
    filled[EXPIRES_AT] = (struct arrow_column){.block = cutter->block,
                                               .values = spread->expires_at,
                                               .valid = spread->running};
    filled[DATE] = (struct arrow_column){.block = cutter->block, .values = spread->date};
    filled[LOCATION] = (struct arrow_column){.block = cutter->block, .values = spread->location};
#define PLACE(NAME)                                                                                \
    columns->line_##NAME = cut(cutter, rows * sizeof(int64_t));                                    \
    filled[place++] =                                                                              \
        (struct arrow_column){.block = cutter->block, .values = columns->line_##NAME};
    FIGURES(PLACE)
#undef PLACE
}

static void spread_orders(struct walk *walk, struct spread *spread, size_t rows)
{
    memset(spread->running, 0, (rows + 7) / 8);
    for (size_t i = 0; i < rows; i++) {
        uint32_t order = walk->line_order[i];
        bool running = walk->expires_at[order] != 0;
        walk->keys[i] = walk->order_keys[order];
        spread->channel[i] = (int32_t)walk->channel[order] - 1;
        spread->state[i] = (int8_t)(walk->state[order] - SELLABLE_RESERVED);
        spread->expires_at[i] = walk->expires_at[order];
        spread->date[i] = walk->date[order];
        spread->running[i / 8] |= (uint8_t)(running << i % 8);
        spread->without += !running;
        spread->location[i]--;
    }
}

/* The columns out of a block that the engine has filled. */
static int give(struct stream *stream, const struct sellable *engine, struct spread *spread,
                struct arrow_column *filled, size_t rows, struct ArrowArray *batch)
{
    struct walk *walk = stream->walk;
    struct arrow_text orders = {.block = NULL}, items = {.block = NULL};
    spread_orders(walk, spread, rows);
    int error = text_of_keys(&orders, walk->keys, rows);
    if (error == 0)
        error = text_of_items(&items, engine, walk->line_item, walk->keys, rows);
    filled[EXPIRES_AT].nothing = spread->without;
    filled[ORDER] = (struct arrow_column){.block = orders.block, .text = &orders};
    filled[ITEM] = (struct arrow_column){.block = items.block, .text = &items};
    if (error == 0)
        error = arrow_batch_make(batch, stream->table->fields, filled, FIELDS, (int64_t)rows);
    arrow_block_unref(orders.block);
    arrow_block_unref(items.block);
    return error;
}

static int next(struct stream *stream, struct sellable_view *view, struct ArrowArray *batch)
{
    struct sellable_order_columns columns;
    struct arrow_column filled[FIELDS];
    struct spread spread;
    struct cutter cutter = {arrow_block_new(TABLE_BATCH * (FIELDS + 1) * sizeof(int64_t)), 0};
    if (cutter.block == NULL)
        return ENOMEM;
    lay_out(&cutter, stream->walk, &spread, &columns, filled);
    columns.closed = stream->table->wish.closed;
    int error = stream_answer(stream, sellable_view_orders(view, &stream->cursor, &columns));
    if (error == 0 && columns.line_count != 0)
        error = give(stream, view->engine, &spread, filled, columns.line_count, batch);
    arrow_block_unref(cutter.block);
    return error;
}

const struct table_kind table_order_lines = {.name = "order_lines",
                                             .walk = sizeof(struct walk),
                                             .alone = true,
                                             .describe = describe,
                                             .next = next};
