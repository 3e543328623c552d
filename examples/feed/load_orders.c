/* SPDX-License-Identifier: Apache-2.0
 *
 * orders.csv: rows put together to orders, in the form in which the engine takes them. */
#include "history.h"

#include "support.h"

struct columns {
    size_t order_id, order_date, customer_id, sku, qty, picked_on;
};

/* One row: a line, and what it says of its order. */
struct row {
    struct sellable_key order;
    size_t channel;
    int64_t day, picked;
    const struct item *item;
    struct sellable_line line;
};

static bool read_customer(struct history *history, struct table *table, size_t column,
                          size_t *channel)
{
    struct sellable_key key;
    struct customer *customer;
    if (!read_key(table, column, &key))
        return false;
    HASH_FIND(hh, history->customers, key.bytes, key.size, customer);
    if (customer == NULL)
        return table_broken(table, column, "no customer \"%.*s\" in customers.csv", (int)key.size,
                            key.bytes);
    *channel = customer->channel;
    return true;
}

static bool read_row(struct history *history, struct table *table, const struct columns *columns,
                     struct row *row)
{
    if (!read_key(table, columns->order_id, &row->order) ||
        !read_date(table, columns->order_date, &row->day) ||
        !read_customer(history, table, columns->customer_id, &row->channel))
        return false;
    row->item = read_item(table, columns->sku, history);
    if (row->item == NULL ||
        !table_number(table, columns->qty, 1, SELLABLE_QUANTITY_MAX, &row->line.quantity))
        return false;
    row->line.item_key = row->item->key;
    row->picked = NEVER;
    if (table_text(table, columns->picked_on).size == 0)
        return true;
    if (!read_date(table, columns->picked_on, &row->picked))
        return false;
    if (row->picked < row->day)
        return table_broken(table, columns->picked_on, "before the order's day");
    return true;
}

static struct order *find_or_add_order(struct history *history, const struct row *row)
{
    struct order *order;
    HASH_FIND(hh, history->orders, row->order.bytes, row->order.size, order);
    if (order != NULL)
        return order;
    order = allocate(1, sizeof *order);
    order->key = copy_text(row->order);
    order->channel = row->channel;
    order->day = row->day;
    HASH_ADD_KEYPTR(hh, history->orders, order->key.bytes, order->key.size, order);
    return order;
}

static void add_line(struct history *history, struct table *table, const struct columns *columns,
                     const struct row *row)
{
    struct order *order = find_or_add_order(history, row);
    if (order->day != row->day) {
        table_broken(table, columns->order_date, "the order has another day before");
    } else if (order->channel != row->channel) {
        table_broken(table, columns->customer_id, "the order has another channel before");
    } else if (order->line_count == SELLABLE_LINES_MAX) {
        table_broken(table, columns->order_id, "the order has %d lines already",
                     SELLABLE_LINES_MAX);
    } else {
        order->lines =
            grow(order->lines, order->line_count, &order->lines_capacity, sizeof *order->lines);
        order->picked =
            grow(order->picked, order->line_count, &order->picked_capacity, sizeof *order->picked);
        order->items =
            grow(order->items, order->line_count, &order->items_capacity, sizeof *order->items);
        order->lines[order->line_count] = row->line;
        order->items[order->line_count] = row->item;
        order->picked[order->line_count++] = row->picked;
        history_extend(history, row->day);
        if (row->picked != NEVER)
            history_extend(history, row->picked);
    }
}

void load_orders(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_ORDERS], history->folder, "orders");
    const struct columns columns = {
        .order_id = table_column(&table, "order_id"),
        .order_date = table_column(&table, "order_date"),
        .customer_id = table_column(&table, "customer_id"),
        .sku = table_column(&table, "sku"),
        .qty = table_column(&table, "qty"),
        .picked_on = table_column(&table, "picked_on"),
    };
    for (enum table_row read; (read = table_next(&table)) != TABLE_END;) {
        struct row row = {0};
        if (read == TABLE_ROW && read_row(history, &table, &columns, &row))
            add_line(history, &table, &columns, &row);
    }
    table_close(&table);
}
