/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of CSV exports, read into an engine. What the engine keeps is not kept here again; what
 * stands here is what the report and the audit need beside it, and the orders, ready to be taken.
 *
 *    items.csv       sku, safety_stock, and name if there is one
 *    locations.csv   location_id, and name if there is one
 *    on_hand.csv     sku, location_id, qty
 *    orders.csv      order_id, channel (online or reseller), sku, qty; and, if there are any,
 *                    line_no and order_date (YYYY-MM-DD, a time may follow)
 *    inbound.csv     purchase orders, if there are any: po_id, po_line_id, order_date, due_date
 *                    (as above), sku, order_qty
 *
 * Columns stand in any order, others are not looked at. Every file may be packed: NAME.csv.gz. */
#ifndef JOB_LOAD_H
#define JOB_LOAD_H

#include "options.h"
#include "table.h"

#include <sellable.h>
#include <stdbool.h>
#include <uthash.h>

enum file_kind {
    FILE_ITEMS,
    FILE_LOCATIONS,
    FILE_ON_HAND,
    FILE_ORDERS,
    FILE_INBOUND, /* without a path: it was not read */
    FILE_COUNT
};

/* An item at a location: what the files said, for the audit. */
struct cell {
    uint64_t key; /* made of its item and location */
    struct sellable_item item;
    struct sellable_location location;
    size_t line;          /* of on_hand.csv; 0: it has none */
    int64_t on_hand;
    int64_t safety_stock; /* kept back here, of the item's */
    int64_t promised;     /* the audit's sum over the plans */
    int64_t left;         /* the audit's: of what is there, or has come, not promised */
    bool oversold;        /* the audit's: that fell below 0 */
    UT_hash_handle hh;
};

/* Handles are small and dense: what the job knows of an item stands in an array at its handle. */
struct item {
    struct sellable_item handle; /* {0}: no item has this id */
    struct sellable_key name;
    size_t line; /* of items.csv */
    int64_t safety_stock;
    int64_t wanted;       /* ordered in the period */
    struct cell *fullest; /* its cell with most on hand, the first of equals; NULL: none */
};
struct location {
    struct sellable_location handle;
    struct sellable_key name;
};

/* A line of a purchase order that is under way. */
struct supply {
    struct cell *cell;
    int64_t due;
    int64_t quantity;
};

/* One order of the file, all of its lines. */
struct order {
    struct sellable_key key;
    struct sellable_channel channel;
    struct sellable_line *lines;
    int64_t *numbers; /* line_no of each */
    size_t line_count, lines_capacity, numbers_capacity;
    int month;   /* see month_of_date; MONTH_UNKNOWN: none of its rows gave a date */
    bool broken; /* one of its rows is */
    /* After the orders were taken: of its lines, how many were asked for, and promised in full;
     * and whether anything was promised at all. */
    size_t lines_taken, lines_full;
    bool promised;
    UT_hash_handle hh;
};
struct order_row {
    struct order *order;
    size_t line; /* the index in order->lines */
};

/* What is asked of the engine as one: an order, or with --per line one line of it. */
struct promise {
    struct sellable_order request;
    struct order *order;
};

struct folder {
    const char *path;
    struct file files[FILE_COUNT];
    struct sellable_channel channels[CHANNEL_COUNT];
    struct item *items; /* by handle */
    size_t items_end, item_count;
    struct location *locations; /* by handle */
    size_t locations_end, location_count;
    struct sellable_location first; /* of locations.csv */
    struct cell *cells;   /* a hash by key, in the order of on_hand.csv */
    struct supply *supplies;
    size_t supply_count, supplies_capacity;
    struct order *orders; /* a hash by key, in the order of orders.csv */
    struct order_row *rows; /* the good rows of orders.csv in its order */
    size_t row_count, rows_capacity;
    bool has_dates;
    struct promise *promises; /* what is to be taken, in the file's order */
    size_t promise_count;
    size_t orders_left_out; /* of the period, since a row of theirs is broken */
};

/* Read items, locations and on-hand balances into the engine, and keep safety stock back. */
void load_stock(struct sellable *engine, struct folder *folder, enum safety safety);

/* Schedule the purchase orders that were ordered before the engine's now and are due after it. */
void load_inbound(struct sellable *engine, struct folder *folder);

/* Read the orders; they are taken later. Channels and items must be known to the engine by now. */
void load_orders(struct sellable *engine, struct folder *folder);

/* The item or location of a key, if a file has it: a store may know others. */
bool find_item(const struct sellable *engine, const struct folder *folder,
               struct sellable_key key, struct sellable_item *item);
bool find_location(const struct sellable *engine, const struct folder *folder,
                   struct sellable_key key, struct sellable_location *location);

/* Fill folder->promises, and wanted of each item: the orders of the month (MONTH_UNKNOWN: all),
 * each as a whole or line by line. */
void choose_promises(struct folder *folder, int month, const struct options *options);

/* The cell of an item at a location, if a file has something there; add_cell makes it. */
struct cell *find_cell(const struct folder *folder, struct sellable_item item,
                       struct sellable_location location);
struct cell *add_cell(struct folder *folder, struct sellable_item item,
                      struct sellable_location location);

void folder_free(struct folder *folder);

#endif
