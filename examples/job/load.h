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
 *
 * Columns stand in any order, others are not looked at. Every file may be packed: NAME.csv.gz. */
#ifndef JOB_LOAD_H
#define JOB_LOAD_H

#include "table.h"

#include <sellable.h>
#include <stdbool.h>
#include <uthash.h>

enum { CHANNEL_COUNT = 2 };
enum file_kind { FILE_ITEMS, FILE_LOCATIONS, FILE_ON_HAND, FILE_ORDERS, FILE_COUNT };

/* An item at a location: what the files said, for the audit. */
struct cell {
    uint64_t key; /* made of its item and location */
    struct sellable_location location;
    size_t line; /* of on_hand.csv */
    int64_t on_hand;
    int64_t safety_stock;
    int64_t promised; /* the audit's sum over the plans */
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

/* One order of the file, all of its lines. */
struct order {
    struct sellable_key key;
    struct sellable_channel channel;
    struct sellable_line *lines;
    int64_t *numbers; /* line_no of each */
    size_t line_count, lines_capacity, numbers_capacity;
    size_t lines_taken, lines_accepted; /* after the orders were taken */
    int month;             /* see month_of; MONTH_UNKNOWN: none of its rows gave a date */
    bool broken;           /* one of its rows is */
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
    struct cell *cells;   /* a hash by key, in the order of on_hand.csv */
    struct order *orders; /* a hash by key, in the order of orders.csv */
    struct order_row *rows; /* the good rows of orders.csv in its order */
    size_t row_count, rows_capacity;
    bool has_dates;
    struct promise *promises; /* what is to be taken, in the file's order */
    size_t promise_count;
    size_t orders_left_out; /* of the period, since a row of theirs is broken */
};

/* Months are counted from January of the year 0. */
enum { MONTH_UNKNOWN = -1 };

/* The month of "YYYY-MM", or of "YYYY-MM-DD" and whatever time follows a space or a T;
 * MONTH_UNKNOWN if it is none. */
int month_of_month(struct sellable_key text);
int month_of_date(struct sellable_key text);

/* The first instant of a month, UTC, in ms since the Unix epoch. */
int64_t month_begins(int month);

/* Read items, locations and on-hand balances into the engine. Unless `plain`, an item's safety
 * stock is kept back where most of it is. */
void load_stock(struct sellable *engine, struct folder *folder, bool plain);

/* Read the orders; they are taken later. Channels and items must be known to the engine by now. */
void load_orders(struct sellable *engine, struct folder *folder);

/* Fill folder->promises, and wanted of each item: the orders of the month (MONTH_UNKNOWN: all),
 * each as a whole or line by line. */
void choose_promises(struct folder *folder, int month, bool per_line);

/* The cell of an item at a location, if on_hand.csv has one; add_cell makes it. */
struct cell *find_cell(const struct folder *folder, struct sellable_item item,
                       struct sellable_location location);
struct cell *add_cell(struct folder *folder, struct sellable_item item,
                      struct sellable_location location);

void folder_free(struct folder *folder);

#endif
