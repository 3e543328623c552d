/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened, as the folder's files tell it:
 *
 *    items.csv         sku, name, unit_package, outer_package, qty_per_outer, reorder_level
 *    customers.csv     customer_id, channel
 *    orders.csv        order_id, order_date, customer_id, sku, qty, picked_on (empty: never)
 *    inbound.csv       purchase orders: po_id, order_date, expected_date, sku, ordered_outers
 *    transactions.csv  transaction_id, at (YYYY-MM-DD HH:MM), type (issue, receipt, stocktake),
 *                      sku, qty (signed), po_id (of a receipt; may be empty)
 *    on_hand.csv       sku, qty: the count at the close, after all that
 *
 * Dates are YYYY-MM-DD. Columns stand in any order, others are not looked at. Every file may be
 * packed: NAME.csv.gz. A row that is broken is counted and left out.
 *
 * The warehouse's issues are the orders that were picked, so of these rows only the sums are used:
 * to find with what the stock opened. */
#ifndef FEED_HISTORY_H
#define FEED_HISTORY_H

#include "table.h"

#include <uthash.h>

enum file_kind {
    FILE_ITEMS,
    FILE_CUSTOMERS,
    FILE_ORDERS,
    FILE_INBOUND,
    FILE_TRANSACTIONS,
    FILE_ON_HAND,
    FILE_COUNT
};

/* Keys are shortened to leave room for the words that make a message's id of them. */
enum { KEY_MAX = 50, NEVER = -1 };

struct item {
    struct sellable_key key, name;
    struct sellable_key unit;       /* the smallest */
    struct sellable_key outer;      /* the unit of purchase orders; {NULL, 0}: the smallest */
    int64_t per_outer;
    int64_t reorder_level;
    bool counted;                   /* it stands in on_hand.csv: */
    int64_t count;
    int64_t moved;                  /* the sum of its transactions */
    int64_t lowest;                 /* the least such sum up to any of them; 0 or less */
    int64_t opening;
    bool unexplained;               /* the transactions do not lead to the count */
    size_t line;                    /* of items.csv */
    size_t number;                  /* from 0, in the order of that file */
    UT_hash_handle hh;
};

struct channel {
    struct sellable_key key;
};

struct customer {
    struct sellable_key key;
    size_t channel; /* its index */
    UT_hash_handle hh;
};

/* An order in the form in which the engine takes it; lines name their items by key. */
struct order {
    struct sellable_key key;
    size_t channel;
    int64_t day;               /* it came in */
    struct sellable_line *lines;
    const struct item **items; /* of each line */
    int64_t *picked;           /* the day of each line, or NEVER */
    size_t line_count, lines_capacity, items_capacity, picked_capacity;
    UT_hash_handle hh;
};

/* A line of a purchase order. Its reference, "ORDER/SKU", names the entry in the schedule. */
struct purchase {
    struct sellable_key reference;
    const struct item *item;
    int64_t day, due;
    int64_t outers;   /* ordered */
    int64_t received; /* in the smallest unit, by all its receipts */
    size_t line;      /* of inbound.csv */
    UT_hash_handle hh;
};

/* A receipt, or a stocktake that found more or less than was thought. */
struct movement {
    struct sellable_key key; /* transaction_id */
    const struct item *item;
    const struct purchase *purchase; /* of a receipt, if it names one */
    int64_t at;
    int64_t quantity;
    bool is_receipt;
};

struct history {
    const char *folder;
    struct file files[FILE_COUNT];
    struct item *items;       /* hashes, in the order of their files */
    struct customer *customers;
    struct order *orders;
    struct purchase *purchases;
    struct channel *channels; /* in the order in which customers.csv names them first */
    size_t channel_count, channels_capacity;
    struct movement *movements;
    size_t movement_count, movements_capacity;
    int64_t opens, closes;    /* the first day, and the last */
    int64_t lead_days;        /* the longest that a purchase order was under way, as planned */
};

/* Read the folder; a file or column that is missing ends the program with a message. */
void history_read(struct history *history, const char *folder);
void history_free(struct history *history);

/* Parts of reading. What stock there was, and who buys; orders; what came in and went out. */
void load_masters(struct history *history);
void load_orders(struct history *history);
void load_movements(struct history *history);

/* Whether the schedule falls by all that this receipt brings, before it is due, in whatever order
 * the receipts of its purchase order come: then it counts alike before and after it. */
bool is_expected(const struct movement *movement);

/* The day of a field, from 1970 on; else the row is broken: false. */
bool read_date(struct table *table, size_t column, int64_t *day);

/* A field of 1 to KEY_MAX bytes; else the row is broken: false. */
bool read_key(struct table *table, size_t column, struct sellable_key *key);

/* The item that a field names; NULL: the row is broken. */
struct item *read_item(struct table *table, size_t column, const struct history *history);

/* Something happened on this day. */
void history_extend(struct history *history, int64_t day);

#endif
