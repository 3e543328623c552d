/* SPDX-License-Identifier: Apache-2.0
 *
 * orders.csv: rows put together to orders, in the very form in which sellable_reserve takes them.
 *
 * An order's rows need not stand together. What is broken in one row concerns the whole order, even
 * if that row gives away no more than the order's key.
 *
 * Of the library: sellable_channel_find, and the records sellable_order and sellable_line. */
#include "load.h"

#include "dates.h"
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ------------------------------------------------------------------------------------ */

struct columns {
    size_t order_id, line_no, order_date, channel, sku, qty;
};

static struct order *find_or_add_order(struct folder *folder, struct sellable_key key)
{
    struct order *order;
    HASH_FIND(hh, folder->orders, key.bytes, key.size, order);
    if (order != NULL)
        return order;
    order = allocate(1, sizeof *order);
    order->key = copy_text(key);
    order->month = MONTH_UNKNOWN;
    HASH_ADD_KEYPTR(hh, folder->orders, order->key.bytes, order->key.size, order);
    return order;
}

/* The row's date and channel: those of the order's rows before. */
static bool read_head(struct sellable *engine, struct table *table, const struct columns *columns,
                      struct order *order)
{
    if (columns->order_date != TABLE_NO_COLUMN) {
        struct sellable_key date = table_text(table, columns->order_date);
        int month = month_of_date(date);
        if (month == MONTH_UNKNOWN)
            return table_broken(table, columns->order_date, "\"%.*s\" is no date YYYY-MM-DD",
                                (int)date.size, date.bytes);
        if (order->month != MONTH_UNKNOWN && month != order->month)
            return table_broken(table, columns->order_date,
                                "the order has a date in another month before");
        order->month = month;
    }
    struct sellable_key key = table_text(table, columns->channel);
    struct sellable_channel channel;
    if (sellable_channel_find(engine, key, &channel) != SELLABLE_OK)
        return table_broken(table, columns->channel, "\"%.*s\" is neither online nor reseller",
                            (int)key.size, key.bytes);
    if (order->channel.id != 0 && channel.id != order->channel.id)
        return table_broken(table, columns->channel, "the order has another channel before");
    order->channel = channel;
    return true;
}

static bool read_line(struct sellable *engine, const struct folder *folder, struct table *table,
                      const struct columns *columns, const struct order *order,
                      struct sellable_line *line, int64_t *number)
{
    struct sellable_key sku = table_text(table, columns->sku);
    if (!find_item(engine, folder, sku, &line->item))
        return table_broken(table, columns->sku, "no item \"%.*s\" in items.csv", (int)sku.size,
                            sku.bytes);
    if (!table_number(table, columns->qty, 1, SELLABLE_QUANTITY_MAX, &line->quantity))
        return false;
    if (order->line_count == SELLABLE_LINES_MAX)
        return table_broken(table, columns->order_id, "the order has %d lines already",
                            SELLABLE_LINES_MAX);
    *number = (int64_t)order->line_count + 1;
    if (columns->line_no == TABLE_NO_COLUMN)
        return true;
    if (!table_number(table, columns->line_no, 0, INT64_MAX, number))
        return false;
    for (size_t i = 0; i < order->line_count; i++)
        if (order->numbers[i] == *number)
            return table_broken(table, columns->line_no, "the order has a line %" PRId64
                                " already", *number);
    return true;
}

static bool read_row(struct sellable *engine, struct folder *folder, struct table *table,
                     const struct columns *columns, struct order *order)
{
    /* "/" and a line's number may have to follow in the key. */
    enum { NUMBER_MAX = sizeof "/9223372036854775807" - 1 };
    struct sellable_line line = {0};
    int64_t number = 0;
    if (order->key.size == 0 || order->key.size > SELLABLE_KEY_MAX - NUMBER_MAX)
        return table_broken(table, columns->order_id, "not of 1 to %d bytes",
                            SELLABLE_KEY_MAX - NUMBER_MAX);
    if (!read_head(engine, table, columns, order) ||
        !read_line(engine, folder, table, columns, order, &line, &number))
        return false;

    folder->rows = grow(folder->rows, folder->row_count, &folder->rows_capacity,
                        sizeof *folder->rows);
    folder->rows[folder->row_count++] = (struct order_row){order, order->line_count};
    order->lines =
        grow(order->lines, order->line_count, &order->lines_capacity, sizeof *order->lines);
    order->numbers = grow(order->numbers, order->line_count, &order->numbers_capacity,
                          sizeof *order->numbers);
    order->lines[order->line_count] = line;
    order->numbers[order->line_count++] = number;
    return true;
}

void load_orders(struct sellable *engine, struct folder *folder)
{
    struct table table;
    table_open(&table, &folder->files[FILE_ORDERS], folder->path, "orders");
    const struct columns columns = {
        .order_id = table_column(&table, "order_id"),
        .line_no = table_column_if_any(&table, "line_no"),
        .order_date = table_column_if_any(&table, "order_date"),
        .channel = table_column(&table, "channel"),
        .sku = table_column(&table, "sku"),
        .qty = table_column(&table, "qty"),
    };
    folder->has_dates = columns.order_date != TABLE_NO_COLUMN;

    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        struct sellable_key key = table_text(&table, columns.order_id);
        if (row == TABLE_BROKEN && key.size == 0)
            continue;
        struct order *order = find_or_add_order(folder, key);
        if (row == TABLE_BROKEN || !read_row(engine, folder, &table, &columns, order))
            order->broken = true;
    }
    table_close(&table);
}

/* ---- what is to be promised ------------------------------------------------------------------ */

static void add_promise(struct folder *folder, struct order *order, struct sellable_key key,
                        const struct sellable_line *lines, size_t count, bool partial)
{
    struct promise *promise = &folder->promises[folder->promise_count++];
    promise->order = order;
    promise->request = (struct sellable_order){.key = key,
                                               .channel = order->channel,
                                               .lines = lines,
                                               .line_count = (uint32_t)count,
                                               .mode = partial ? SELLABLE_PARTIAL : SELLABLE_ALL};
    for (size_t i = 0; i < count; i++) {
        struct item *item = &folder->items[lines[i].item.id];
        item->wanted = sum(item->wanted, lines[i].quantity);
    }
}

/* "ORDER/LINE": with --per line each row is an order of its own. A line's number has no slash, so
 * no two rows share a key. */
static struct sellable_key line_key(const struct order *order, size_t line)
{
    char key[SELLABLE_KEY_MAX + 1];
    memcpy(key, order->key.bytes, order->key.size);
    int size = snprintf(key + order->key.size, sizeof key - order->key.size, "/%" PRId64,
                        order->numbers[line]);
    return copy_text((struct sellable_key){key, order->key.size + (size_t)size});
}

void choose_promises(struct folder *folder, int month, const struct options *options)
{
    bool per_line = options->per_line, partial = options->partial;
    folder->promises = allocate(folder->row_count, sizeof *folder->promises);
    for (struct order *order = folder->orders; order != NULL; order = order->hh.next) {
        bool chosen = month == MONTH_UNKNOWN || order->month == month;
        if (order->broken && !per_line)
            folder->orders_left_out += chosen || order->month == MONTH_UNKNOWN;
        else if (chosen && order->line_count > 0 && !per_line)
            add_promise(folder, order, order->key, order->lines, order->line_count, partial);
    }
    for (size_t i = 0; i < folder->row_count && per_line; i++) {
        struct order *order = folder->rows[i].order;
        size_t line = folder->rows[i].line;
        if (month == MONTH_UNKNOWN || order->month == month)
            add_promise(folder, order, line_key(order, line), &order->lines[line], 1, partial);
    }
}

void folder_free(struct folder *folder)
{
    for (size_t i = 0; i < folder->promise_count; i++)
        if (folder->promises[i].request.key.bytes != folder->promises[i].order->key.bytes)
            free((char *)folder->promises[i].request.key.bytes);
    struct order *order = folder->orders, *next_order;
    HASH_CLEAR(hh, folder->orders);
    for (; order != NULL; order = next_order) {
        next_order = order->hh.next;
        free((char *)order->key.bytes);
        free(order->lines);
        free(order->numbers);
        free(order);
    }
    struct cell *cell = folder->cells, *next_cell;
    HASH_CLEAR(hh, folder->cells);
    for (; cell != NULL; cell = next_cell) {
        next_cell = cell->hh.next;
        free(cell);
    }
    for (size_t i = 0; i < folder->items_end; i++)
        free((char *)folder->items[i].name.bytes);
    for (size_t i = 0; i < folder->locations_end; i++)
        free((char *)folder->locations[i].name.bytes);
    for (size_t i = 0; i < FILE_COUNT; i++)
        free(folder->files[i].path);
    free(folder->promises);
    free(folder->supplies);
    free(folder->rows);
    free(folder->items);
    free(folder->locations);
}
