/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls every hot path some thousand times, each path between two marks for callgrind, which counts
 * what is executed there and writes it down under the path's name. On standard output: each name,
 * and the calls that the count is for. instructions.py runs it and knows what to make of it.
 *
 *    hot_paths ITEMS
 *
 * All is done on two populations, the bench's own: `plain`, where everything has its default, and
 * `mixed`, the stated mix (bench/stated.h). Everything is drawn from fixed starts. All of it is done
 * some rounds long before it is counted in the last: memory is in use as in a program that has run
 * for some time, and no table grows any more. As many orders as items stand open meanwhile. Every
 * status is looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include "operations.h"

/* Calls of a path, and of one batch: few enough that a caller's records are still in the first
 * cache when they are read. A batch of orders of several lines has as many orders. */
enum { CALLS = 4096, BATCH_CALLS = 64, VIEW_ROWS = 1024, ROUNDS = 16 };

/* Who took the orders that others follow. */
enum { BY_HANDLE, BY_HANDLE_BATCH, BY_KEY, BY_KEY_BATCH, FOUR_BATCH, LOTS };

struct bed {
    const char *name;
    struct store store;
    struct sellable *engine; /* the store's, as the next */
    struct sellable_worker *worker;
    struct workload keys; /* of it, the count of keys that were given */
    struct text *item_keys;
    struct text order_keys[LOTS][CALLS];
    uint64_t random;
    uint64_t wrong; /* answers */

    /* A chunk of calls, and what came of it. */
    struct sellable_order orders[BATCH_CALLS];
    struct sellable_line lines[BATCH_CALLS * LINES];
    struct sellable_question questions[BATCH_CALLS];
    struct sellable_event events[BATCH_CALLS];
    struct sellable_key followed[BATCH_CALLS];
    enum sellable_status statuses[BATCH_CALLS];
    struct sellable_answer answers[BATCH_CALLS];
    struct sellable_placement plans[BATCH_CALLS][LINES * LOCATIONS];
    struct sellable_availability availabilities[BATCH_CALLS];
    struct sellable_view view;
    struct sellable_cursor cursor;
    int64_t promisable[VIEW_ROWS * CHANNELS];
    int64_t published[VIEW_ROWS * CHANNELS];
    struct sellable_availability_columns columns;
};

static uint64_t draw(struct bed *bed, uint64_t below)
{
    return workload_random(&bed->random) % below;
}

/* ---- what is asked for ----------------------------------------------------------------------- */

/* A path: `fill` makes a chunk of calls ready, from the call `first` on; `run`, which is counted,
 * makes them. */
struct path {
    const char *name;
    void (*fill)(struct bed *bed, const struct path *path, size_t first);
    void (*run)(struct bed *bed);
    uint32_t lot;
    bool by_key;
    uint32_t lines; /* of an order; 0: 1 */
    uint32_t chunk; /* 0: BATCH_CALLS */
};

static uint32_t lines_of(const struct path *path)
{
    return path->lines ? path->lines : 1;
}

static void fill_line(struct bed *bed, const struct path *path, struct sellable_line *line)
{
    uint64_t number = draw(bed, bed->store.item_count);
    *line = (struct sellable_line){.quantity = 1};
    if (path->by_key)
        line->item_key = text_key(&bed->item_keys[number]);
    else
        line->item = bed->store.items[number];
}

static void fill_orders(struct bed *bed, const struct path *path, size_t first)
{
    uint32_t lines = lines_of(path);
    for (size_t i = 0; i < BATCH_CALLS; i++) {
        uint64_t channel = draw(bed, CHANNELS);
        struct text *key = &bed->order_keys[path->lot][first + i];
        workload_order_key(&bed->keys, key);
        for (size_t j = i * lines; j < (i + 1) * lines; j++)
            fill_line(bed, path, &bed->lines[j]);
        bed->orders[i] = (struct sellable_order){
            .key = text_key(key), .lines = &bed->lines[i * lines], .line_count = lines};
        if (path->by_key)
            bed->orders[i].channel_key = workload_channels[channel].key;
        else
            bed->orders[i].channel = bed->store.channels[channel];
    }
}

static void fill_questions(struct bed *bed, const struct path *path, size_t first)
{
    (void)first;
    for (size_t i = 0; i < BATCH_CALLS; i++) {
        uint64_t number = draw(bed, bed->store.item_count), channel = draw(bed, CHANNELS);
        bed->questions[i] = (struct sellable_question){0};
        if (path->by_key) {
            bed->questions[i].item_key = text_key(&bed->item_keys[number]);
            bed->questions[i].channel_key = workload_channels[channel].key;
        } else {
            bed->questions[i].item = bed->store.items[number];
            bed->questions[i].channel = bed->store.channels[channel];
        }
    }
}

/* Orders are followed in another order than that in which they were taken. */
static void fill_followed(struct bed *bed, const struct path *path, size_t first)
{
    size_t count = CALLS / lines_of(path);
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->followed[i] = text_key(&bed->order_keys[path->lot][(first + i) * 1531 % count]);
}

static void fill_adjusts(struct bed *bed, const struct path *path, size_t first)
{
    (void)path;
    (void)first;
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->events[i] =
            (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                    .item = bed->store.items[draw(bed, bed->store.item_count)],
                                    .location = bed->store.locations[i % LOCATIONS],
                                    .quantity = 1};
}

static void fill_rows(struct bed *bed, const struct path *path, size_t first)
{
    (void)path;
    bed->cursor.next = first;
    memset(bed->statuses, SELLABLE_OK, sizeof bed->statuses); /* one call for all */
}

/* ---- the paths ------------------------------------------------------------------------------- */

static void reserve(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] =
            sellable_reserve(bed->engine, bed->worker, &bed->orders[i], &bed->answers[i]);
}

static void reserve_batch(struct bed *bed)
{
    bed->wrong += sellable_reserve_batch(bed->engine, bed->worker, bed->orders, BATCH_CALLS,
                                         bed->statuses, bed->answers) != SELLABLE_OK;
}

static void available(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] =
            sellable_available(bed->engine, &bed->questions[i], &bed->availabilities[i]);
}

static void available_batch(struct bed *bed)
{
    sellable_available_batch(bed->engine, bed->questions, BATCH_CALLS, bed->statuses,
                             bed->availabilities);
}

static void confirm(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] = sellable_confirm(bed->engine, bed->worker, bed->followed[i], NULL);
}

static void ship(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] =
            sellable_ship(bed->engine, bed->worker, bed->followed[i], NULL, 0, NULL);
}

static void release(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] =
            sellable_release(bed->engine, bed->worker, bed->followed[i], NULL, 0, NULL);
}

static void adjust(struct bed *bed)
{
    for (size_t i = 0; i < BATCH_CALLS; i++)
        bed->statuses[i] = sellable_apply(bed->engine, bed->worker, &bed->events[i], NULL);
}

static void adjust_batch(struct bed *bed)
{
    bed->wrong += sellable_apply_batch(bed->engine, bed->worker, bed->events, BATCH_CALLS,
                                       bed->statuses, NULL) != SELLABLE_OK;
}

static void view_rows(struct bed *bed)
{
    bed->statuses[0] = sellable_view_availability(&bed->view, bed->store.channels, CHANNELS,
                                                  &bed->cursor, &bed->columns);
    bed->wrong += bed->columns.count != VIEW_ROWS;
}

static const struct path paths[] = {
    {"reserve by handle", fill_orders, reserve, .lot = BY_HANDLE},
    {"reserve by handle, batch", fill_orders, reserve_batch, .lot = BY_HANDLE_BATCH},
    {"reserve by key", fill_orders, reserve, .lot = BY_KEY, .by_key = true},
    {"reserve by key, batch", fill_orders, reserve_batch, .lot = BY_KEY_BATCH, .by_key = true},
    {"a line of an order of four, batch", fill_orders, reserve_batch, .lot = FOUR_BATCH,
     .lines = LINES},
    {"available by handle", fill_questions, available, .by_key = false},
    {"available by handle, batch", fill_questions, available_batch, .by_key = false},
    {"available by key", fill_questions, available, .by_key = true},
    {"available by key, batch", fill_questions, available_batch, .by_key = true},
    {"confirm", fill_followed, confirm, .lot = BY_HANDLE},
    {"ship", fill_followed, ship, .lot = BY_HANDLE},
    {"release", fill_followed, release, .lot = BY_HANDLE_BATCH},
    {"on_hand.adjust", fill_adjusts, adjust, .by_key = false},
    {"on_hand.adjust, batch", fill_adjusts, adjust_batch, .by_key = false},
    {"a view's row of 8 figures", fill_rows, view_rows, .chunk = VIEW_ROWS},
};
enum { PATHS = sizeof paths / sizeof *paths };

/* Orders that stay open. Their keys are not needed again: the next lot's take their place. */
static const struct path stand = {"", fill_orders, reserve_batch, .lot = BY_HANDLE};

/* What ends the orders that no path has ended. */
static const struct path ends[] = {
    {"", fill_followed, release, .lot = BY_KEY},
    {"", fill_followed, release, .lot = BY_KEY_BATCH},
    {"", fill_followed, release, .lot = FOUR_BATCH, .lines = LINES},
};
enum { ENDS = sizeof ends / sizeof *ends };

/* ---- rounds ---------------------------------------------------------------------------------- */

static void run_path(struct bed *bed, const struct path *path)
{
    size_t chunk = path->chunk ? path->chunk : BATCH_CALLS;
    for (size_t first = 0; first < CALLS / lines_of(path); first += chunk) {
        /* What a chunk before left may not pass for the answer. */
        memset(bed->statuses, -1, sizeof bed->statuses);
        path->fill(bed, path, first);
        CALLGRIND_TOGGLE_COLLECT;
        path->run(bed);
        CALLGRIND_TOGGLE_COLLECT;
        for (size_t i = 0; i < BATCH_CALLS; i++)
            bed->wrong += bed->statuses[i] != SELLABLE_OK;
    }
}

static void run_counted(struct bed *bed, const struct path *path)
{
    char name[80];
    snprintf(name, sizeof name, "%s: %s", bed->name, path->name);
    CALLGRIND_START_INSTRUMENTATION;
    run_path(bed, path);
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("%s\t%d\n", name, CALLS);
}

static void run_paths(struct bed *bed, bool counted)
{
    for (size_t i = 0; i < PATHS; i++) {
        /* While a view is open, what changes is kept for it: so not before it is needed. */
        bool viewed = paths[i].run == view_rows;
        if (viewed)
            expect_ok(sellable_view_open(bed->engine, bed->worker, &bed->view),
                      "sellable_view_open");
        if (counted)
            run_counted(bed, &paths[i]);
        else
            run_path(bed, &paths[i]);
        if (viewed)
            expect_ok(sellable_view_close(bed->worker, &bed->view),
                      "sellable_view_close");
    }
    for (size_t i = 0; i < ENDS; i++)
        run_path(bed, &ends[i]);
    store_forget(&bed->store, LOTS * CALLS);
}

static void open_bed(struct bed *bed, enum store_kind kind, size_t items)
{
    store_open(&bed->store, kind, items, 1);
    bed->engine = bed->store.engine;
    bed->worker = bed->store.workers[0];
    bed->item_keys = workload_memory(items * sizeof *bed->item_keys);
    for (size_t i = 0; i < items; i++)
        workload_item_key(&bed->item_keys[i], i);
    for (size_t i = 0; i < BATCH_CALLS; i++) {
        bed->answers[i].plan = bed->plans[i];
        bed->answers[i].plan_capacity = LINES * LOCATIONS;
    }
    bed->columns = (struct sellable_availability_columns){
        .capacity = VIEW_ROWS, .promisable = bed->promisable, .published = bed->published};
    for (size_t i = 0; i < items; i += CALLS)
        run_path(bed, &stand);
}

static void close_bed(struct bed *bed)
{
    workload_memory_release(bed->item_keys, bed->store.item_count * sizeof *bed->item_keys);
    store_close(&bed->store);
}

static void run_population(const char *name, enum store_kind kind, size_t items)
{
    struct bed *bed = workload_memory(sizeof *bed);
    bed->name = name;
    open_bed(bed, kind, items);
    for (int round = 1; round <= ROUNDS; round++)
        run_paths(bed, round == ROUNDS);
    if (bed->wrong) {
        fprintf(stderr, "hot_paths: %llu answers were wrong\n", (unsigned long long)bed->wrong);
        exit(1);
    }
    close_bed(bed);
    workload_memory_release(bed, sizeof *bed);
}

int main(int count, char **arguments)
{
    size_t items = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
    if (items < CALLS || items > 1000000) {
        fprintf(stderr, "usage: hot_paths ITEMS, from %d to 1000000\n", CALLS);
        return 2;
    }
    run_population("plain", STORE_BARE, items);
    run_population("mixed", STORE_STATED, items);
    return 0;
}
