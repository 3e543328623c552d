/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's rows, and the engine that they work on. */
#ifndef BENCH_OPERATIONS_H
#define BENCH_OPERATIONS_H

#include "row.h"

/* Closed orders, and what else is remembered for a time, are for a second of the engine's. */
#define STORE_RETENTION INT64_C(1000)

struct chunk; /* the arrays of one thread's batches */

/* What is in an engine besides stock on hand at all locations, and its orders. */
enum store_kind {
    STORE_SETTLED, /* a hold and a safety stock in every cell, channels with settings */
    STORE_STATED,  /* the same, and the stated mix (stated.h) */
    STORE_BARE     /* nothing: no hold, no safety stock, no setting */
};

struct store {
    struct sellable *engine;
    struct sellable_worker *workers[THREADS_MAX];
    struct chunk *chunks[THREADS_MAX];
    struct sellable_item *items; /* by row */
    struct sellable_location locations[LOCATIONS];
    struct sellable_channel channels[CHANNELS];
    size_t item_count;
    uint32_t threads;
    enum store_kind kind;
    struct sellable_memory opened; /* before there was anything */
    double mixed_bytes; /* what the stated mix added to the rows */
    double event_ns;  /* what an event of the set-up took */
    double forget_ns; /* what closed orders took to be forgotten, in all */
    double forgotten; /* and how many they were */
};

/* Open an engine with all masters and cells. Ends the program with a message if that fails. */
void store_open(struct store *store, enum store_kind kind, size_t items, uint32_t threads);

/* The same with an engine that was opened with STORE_RETENTION, and is empty. */
void store_fill(struct store *store, struct sellable *engine, enum store_kind kind, size_t items,
                uint32_t threads);
void store_close(struct store *store);

/* Release the orders of these keys, and count the answers that are not ok. */
uint64_t store_release(struct store *store, const struct text *keys, size_t count);

/* Let the retention of `closed` orders pass. */
void store_forget(struct store *store, size_t closed);

struct totals store_totals(const struct store *store);

/* Reserve one unit by handle, call by call, each with its latency. */
void operations_reserve_latency(void *store, struct share *share);

#endif
