/* SPDX-License-Identifier: Apache-2.0
 *
 * items.csv, on_hand.csv, customers.csv. */
#include "history.h"

#include "support.h"

#include <string.h>

/* ---- items ----------------------------------------------------------------------------------- */

struct item_columns {
    size_t sku, name, unit, outer, per_outer, reorder_level;
};

static bool is_same(struct sellable_key a, struct sellable_key b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static void load_item(struct history *history, struct table *table,
                      const struct item_columns *columns)
{
    struct item *item = NULL, found = {.line = table->line};
    struct sellable_key unit, outer;
    if (!read_key(table, columns->sku, &found.key) || !read_key(table, columns->unit, &unit) ||
        !read_key(table, columns->outer, &outer) ||
        !table_number(table, columns->per_outer, 1, SELLABLE_QUANTITY_MAX, &found.per_outer) ||
        !table_number(table, columns->reorder_level, 0, SELLABLE_QUANTITY_MAX,
                      &found.reorder_level))
        return;
    HASH_FIND(hh, history->items, found.key.bytes, found.key.size, item);
    if (item != NULL) {
        table_broken(table, columns->sku, "the item stands in line %zu already", item->line);
        return;
    }
    item = allocate(1, sizeof *item);
    *item = found;
    item->key = copy_text(found.key);
    item->name = copy_text(table_text(table, columns->name));
    item->unit = copy_text(unit);
    /* "Each" in an outer of "Each" is one unit, not two. */
    if (!is_same(unit, outer))
        item->outer = copy_text(outer);
    item->number = HASH_COUNT(history->items);
    HASH_ADD_KEYPTR(hh, history->items, item->key.bytes, item->key.size, item);
}

static void load_items(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_ITEMS], history->folder, "items");
    const struct item_columns columns = {
        .sku = table_column(&table, "sku"),
        .name = table_column_if_any(&table, "name"),
        .unit = table_column(&table, "unit_package"),
        .outer = table_column(&table, "outer_package"),
        .per_outer = table_column(&table, "qty_per_outer"),
        .reorder_level = table_column(&table, "reorder_level"),
    };
    for (enum table_row row; (row = table_next(&table)) != TABLE_END;)
        if (row == TABLE_ROW)
            load_item(history, &table, &columns);
    table_close(&table);
}

/* ---- the count ------------------------------------------------------------------------------- */

static void load_on_hand(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_ON_HAND], history->folder, "on_hand");
    size_t sku = table_column(&table, "sku"), qty = table_column(&table, "qty");
    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        int64_t count;
        struct item *item = row == TABLE_ROW ? read_item(&table, sku, history) : NULL;
        if (item == NULL)
            continue;
        if (item->counted) {
            table_broken(&table, sku, "the item is counted in an earlier line already");
        } else if (table_number(&table, qty, -SELLABLE_QUANTITY_MAX, SELLABLE_QUANTITY_MAX,
                                &count)) {
            item->counted = true;
            item->count = count;
        }
    }
    table_close(&table);
}

/* ---- customers ------------------------------------------------------------------------------- */

static size_t find_or_add_channel(struct history *history, struct sellable_key key)
{
    for (size_t i = 0; i < history->channel_count; i++)
        if (is_same(history->channels[i].key, key))
            return i;
    history->channels = grow(history->channels, history->channel_count,
                             &history->channels_capacity, sizeof *history->channels);
    history->channels[history->channel_count].key = copy_text(key);
    return history->channel_count++;
}

static void load_customers(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_CUSTOMERS], history->folder, "customers");
    size_t customer_id = table_column(&table, "customer_id");
    size_t channel = table_column(&table, "channel");
    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        struct sellable_key key, channel_key;
        if (row == TABLE_BROKEN || !read_key(&table, customer_id, &key) ||
            !read_key(&table, channel, &channel_key))
            continue;
        struct customer *customer;
        HASH_FIND(hh, history->customers, key.bytes, key.size, customer);
        if (customer != NULL) {
            table_broken(&table, customer_id, "the customer stands in an earlier line already");
            continue;
        }
        customer = allocate(1, sizeof *customer);
        customer->key = copy_text(key);
        customer->channel = find_or_add_channel(history, channel_key);
        HASH_ADD_KEYPTR(hh, history->customers, customer->key.bytes, customer->key.size, customer);
    }
    table_close(&table);
    if (history->channel_count > SELLABLE_CHANNELS_MAX)
        fail("%s: %zu channels; at most %d are possible", history->files[FILE_CUSTOMERS].path,
             history->channel_count, SELLABLE_CHANNELS_MAX);
}

void load_masters(struct history *history)
{
    load_items(history);
    load_on_hand(history);
    load_customers(history);
}
