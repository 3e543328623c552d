/* SPDX-License-Identifier: Apache-2.0
 *
 * Availability: a row for each item and channel.
 *
 * The engine fills the figures of some items for all channels at once, a channel's one behind
 * another: so a batch is one channel's part of that block. The keys of the items are written once,
 * and stand in the batches of all channels. */
#include "table.h"

#include <errno.h>
#include <stdlib.h>

/* The items that the last call filled, and how many channels of them were given. */
struct walk {
    struct arrow_block *figures;
    struct arrow_text items;
    struct sellable_availability_columns columns;
    uint32_t given;
};

enum { ITEM, CHANNEL, PROMISABLE, PUBLISHED, LEVEL, FIELDS };

static int describe(struct table *table, const struct sellable_view *view)
{
    struct sellable_key keys[SELLABLE_CHANNELS_MAX];
    for (uint32_t i = 0; i < table->wish.channel_count; i++)
        keys[i] = sellable_channel_key(view->engine, table->wish.channels[i]);
    if (text_of_keys(&table->channels, keys, table->wish.channel_count) != 0 ||
        text_of_names(&table->words, sellable_level_name, SELLABLE_LEVEL_NONE,
                      SELLABLE_LEVEL_OK + 1) != 0)
        return ENOMEM;
    table_add(table, "item", TEXT, NULL, false);
    table_add(table, "channel", INDEX, &table->channels, false);
    table_add(table, "promisable", NUMBER, NULL, false);
    table_add(table, "published", NUMBER, NULL, false);
    table_add(table, "level", SMALL_INDEX, &table->words, false);
    return 0;
}

static void forget(struct walk *walk)
{
    arrow_block_unref(walk->figures);
    arrow_block_unref(walk->items.block);
    *walk = (struct walk){.figures = NULL};
}

static void fini(void *walk)
{
    forget(walk);
}

/* So many items at a time that the block of all channels does not become too large. */
static size_t rows_of_block(const struct sellable_view *view, size_t channels)
{
    size_t rows = 16 * (size_t)TABLE_BATCH / channels;
    rows = rows < TABLE_BATCH ? rows : TABLE_BATCH;
    return rows < view->items ? rows : (size_t)view->items;
}

/* Fill the figures of the next items for all channels. */
static int fill(struct stream *stream, const struct sellable_view *view)
{
    const struct table_wish *wish = &stream->table->wish;
    struct walk *walk = stream->walk;
    size_t channels = wish->channel_count, rows = rows_of_block(view, channels);
    size_t figures = channels * rows;
    struct cutter cutter = {arrow_block_new(2 * cut_size(figures * 8) + cut_size(figures)), 0};
    uint32_t *items = malloc(rows * sizeof *items);
    struct sellable_key *keys = malloc(rows * sizeof *keys);
    int error = ENOMEM;
    if (cutter.block != NULL && items != NULL && keys != NULL) {
        walk->figures = cutter.block;
        walk->columns = (struct sellable_availability_columns){
            .capacity = rows,
            .item = items,
            .promisable = cut(&cutter, figures * 8),
            .published = cut(&cutter, figures * 8),
            .level = cut(&cutter, figures)};
        error = stream_answer(stream, sellable_view_availability(view, wish->channels,
                                                                 wish->channel_count,
                                                                 &stream->cursor, &walk->columns));
        if (error == 0)
            error = text_of_items(&walk->items, view->engine, items, keys, walk->columns.count);
        walk->columns.item = NULL;
    } else {
        arrow_block_unref(cutter.block);
    }
    free(items);
    free(keys);
    return error;
}

/* A channel's part of the block. */
static int give(struct stream *stream, struct ArrowArray *batch)
{
    struct walk *walk = stream->walk;
    const struct sellable_availability_columns *columns = &walk->columns;
    size_t rows = columns->count, first = walk->given * columns->capacity;
    struct arrow_block *block = arrow_block_new(rows * sizeof(int32_t));
    if (block == NULL)
        return ENOMEM;
    int32_t *channel = arrow_block_bytes(block);
    for (size_t i = 0; i < rows; i++)
        channel[i] = (int32_t)walk->given;
    const struct arrow_column filled[FIELDS] = {
        [ITEM] = {.block = walk->items.block, .text = &walk->items},
        [CHANNEL] = {.block = block, .values = channel},
        [PROMISABLE] = {.block = walk->figures, .values = columns->promisable + first},
        [PUBLISHED] = {.block = walk->figures, .values = columns->published + first},
        [LEVEL] = {.block = walk->figures, .values = columns->level + first}};
    int error = arrow_batch_make(batch, stream->table->fields, filled, FIELDS, (int64_t)rows);
    arrow_block_unref(block);
    if (error == 0)
        walk->given++;
    return error;
}

static int next(struct stream *stream, struct sellable_view *view, struct ArrowArray *batch)
{
    struct walk *walk = stream->walk;
    uint32_t channels = stream->table->wish.channel_count;
    if (channels == 0 || view->items == 0)
        return 0;
    if (walk->figures == NULL || walk->given == channels) {
        forget(walk);
        int error = fill(stream, view);
        if (error != 0)
            return error;
    }
    return walk->columns.count != 0 ? give(stream, batch) : 0;
}

const struct table_kind table_availability = {.name = "availability",
                                              .walk = sizeof(struct walk),
                                              .describe = describe,
                                              .next = next,
                                              .fini = fini};
