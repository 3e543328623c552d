/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder as a whole, fields that several files have, and with what the stock opened. */
#include "history.h"

#include "dates.h"
#include "support.h"

#include <stdlib.h>

bool read_date(struct table *table, size_t column, int64_t *day)
{
    struct sellable_key date = table_text(table, column);
    if (!day_begins(date, day) || *day < 0)
        return table_broken(table, column, "\"%.*s\" is no date YYYY-MM-DD from 1970 on",
                            date.size > 40 ? 40 : (int)date.size, date.bytes);
    return true;
}

bool read_key(struct table *table, size_t column, struct sellable_key *key)
{
    *key = table_text(table, column);
    if (key->size == 0 || key->size > KEY_MAX)
        return table_broken(table, column, "not of 1 to %d bytes", KEY_MAX);
    return true;
}

struct item *read_item(struct table *table, size_t column, const struct history *history)
{
    struct sellable_key sku = table_text(table, column);
    struct item *item = NULL;
    if (sku.size > 0)
        HASH_FIND(hh, history->items, sku.bytes, sku.size, item);
    if (item == NULL)
        table_broken(table, column, "no item \"%.*s\" in items.csv",
                     sku.size > 40 ? 40 : (int)sku.size, sku.bytes);
    return item;
}

void history_extend(struct history *history, int64_t day)
{
    history->opens = history->opens == NEVER || day < history->opens ? day : history->opens;
    history->closes = day > history->closes ? day : history->closes;
}

/* What was there before the first transaction: what the count at the close and the transactions
 * leave. Where that is less than went out of it at some time, the transactions do not explain the
 * count; then the least is taken that was certainly there. */
static void find_openings(struct history *history)
{
    for (struct item *item = history->items; item != NULL; item = item->hh.next) {
        item->opening = item->count - item->moved;
        item->unexplained = item->counted && item->opening + item->lowest < 0;
        if (!item->counted || item->unexplained)
            item->opening = -item->lowest;
    }
}

void history_read(struct history *history, const char *folder)
{
    *history = (struct history){.folder = folder, .opens = NEVER, .closes = NEVER};
    load_masters(history);
    load_orders(history);
    load_movements(history);
    find_openings(history);
    if (history->opens == NEVER)
        fail("%s: nothing happened: no order and no transaction", folder);
}

/* ---- giving it back -------------------------------------------------------------------------- */

static void free_key(struct sellable_key key)
{
    free((char *)key.bytes);
}

static void free_masters(struct history *history)
{
    struct item *item = history->items, *next_item;
    HASH_CLEAR(hh, history->items);
    for (; item != NULL; item = next_item) {
        next_item = item->hh.next;
        free_key(item->key);
        free_key(item->name);
        free_key(item->unit);
        free_key(item->outer);
        free(item);
    }
    struct customer *customer = history->customers, *next_customer;
    HASH_CLEAR(hh, history->customers);
    for (; customer != NULL; customer = next_customer) {
        next_customer = customer->hh.next;
        free_key(customer->key);
        free(customer);
    }
    for (size_t i = 0; i < history->channel_count; i++)
        free_key(history->channels[i].key);
    free(history->channels);
}

void history_free(struct history *history)
{
    struct order *order = history->orders, *next_order;
    HASH_CLEAR(hh, history->orders);
    for (; order != NULL; order = next_order) {
        next_order = order->hh.next;
        free_key(order->key);
        free(order->lines);
        free(order->items);
        free(order->picked);
        free(order);
    }
    struct purchase *purchase = history->purchases, *next_purchase;
    HASH_CLEAR(hh, history->purchases);
    for (; purchase != NULL; purchase = next_purchase) {
        next_purchase = purchase->hh.next;
        free_key(purchase->reference);
        free(purchase);
    }
    for (size_t i = 0; i < history->movement_count; i++)
        free_key(history->movements[i].key);
    free(history->movements);
    free_masters(history);
    for (size_t i = 0; i < FILE_COUNT; i++)
        free(history->files[i].path);
}
