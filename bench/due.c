/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders 0 to 9 expire at one time, 10 to 19 at the next, and so on. Those that have expired are
 * followed by as many new ones with the latest times, so that as many stand open in each round.
 * Nothing is forgotten meanwhile: the retention is longer than the run. */
#include "due.h"

#include <stdio.h>
#include <string.h>

enum { ADVANCES = 20 /* of each kind in one round */, ITEMS = 10000 };

/* From one time at which ten are due to the next; half of it is a time at which nothing is. */
#define STEP INT64_C(10)
#define STOCK INT64_C(1000000000)

struct line_of_orders {
    struct sellable *engine;
    struct sellable_worker *worker;
    uint64_t first, end; /* by number: those that are open */
    uint64_t wrong;
};

static struct sellable_key key_of(struct text *text, uint64_t number)
{
    memcpy(text->bytes, "due-", 4);
    for (size_t i = KEY_SIZE; i-- > 4; number >>= 4)
        text->bytes[i] = "0123456789abcdef"[number & 15];
    return text_key(text);
}

static int64_t expiry_of(uint64_t number)
{
    return (int64_t)(number / DUE_AT_ONCE + 1) * STEP;
}

static void add_order(struct line_of_orders *orders)
{
    struct text text;
    uint64_t number = orders->end++;
    struct sellable_line line = {.item = {(uint32_t)(number * 7919 % ITEMS) + 1}, .quantity = 1};
    struct sellable_order order = {.key = key_of(&text, number),
                                   .channel = {1},
                                   .lines = &line,
                                   .line_count = 1,
                                   .expires_at = expiry_of(number)};
    orders->wrong +=
        sellable_reserve(orders->engine, orders->worker, &order, NULL) != SELLABLE_OK;
}

static void open_orders(struct line_of_orders *orders, size_t count)
{
    const struct sellable_options options = {
        .items = ITEMS, .orders = count, .retention = INT64_C(1) << 50};
    struct sellable_event event = {
        .type = SELLABLE_ON_HAND_SET, .location = {1}, .quantity = STOCK};
    *orders = (struct line_of_orders){0};
    expect_ok(sellable_open(&options, &orders->engine), "sellable_open");
    expect_ok(sellable_worker_acquire(orders->engine, &orders->worker), "sellable_worker_acquire");
    expect_ok(sellable_location_put(orders->engine, orders->worker, workload_locations[0], NULL,
                                    NULL, NULL),
              "sellable_location_put");
    expect_ok(sellable_channel_put(orders->engine, orders->worker, (struct sellable_key){"web", 3},
                                   NULL, NULL, NULL),
              "sellable_channel_put");
    for (uint64_t i = 0; i < ITEMS; i++) {
        struct text text;
        workload_item_key(&text, i);
        expect_ok(sellable_item_put(orders->engine, orders->worker, text_key(&text), NULL,
                                    &event.item, NULL),
                  "sellable_item_put");
        expect_ok(sellable_apply(orders->engine, orders->worker, &event, NULL), "sellable_apply");
    }
    while (orders->end < count)
        add_order(orders);
}

static void advance(struct line_of_orders *orders, int64_t now)
{
    orders->wrong +=
        sellable_advance(orders->engine, orders->worker, now, NULL) != SELLABLE_OK;
}

/* Three clocks that run in turn, so that each kind saw the same machine. */
static void run_round(struct line_of_orders *orders, struct due_row *row, size_t round)
{
    double nothing = 0, ten = 0, release = 0;
    for (uint32_t i = 0; i < ADVANCES; i++) {
        int64_t due = expiry_of(orders->first);
        double started = measure_processor();
        advance(orders, due - STEP / 2);
        nothing += measure_processor() - started;
        started = measure_processor();
        advance(orders, due);
        ten += measure_processor() - started;
        orders->first += DUE_AT_ONCE;
        /* The next ten are released by hand; when their time comes nothing is left to do. */
        struct text text[DUE_AT_ONCE];
        for (uint64_t j = 0; j < DUE_AT_ONCE; j++)
            (void)key_of(&text[j], orders->first + j);
        started = measure_processor();
        for (uint32_t j = 0; j < DUE_AT_ONCE; j++)
            orders->wrong += sellable_release(orders->engine, orders->worker, text_key(&text[j]),
                                              NULL, 0, NULL) != SELLABLE_OK;
        release += measure_processor() - started;
        advance(orders, expiry_of(orders->first));
        orders->first += DUE_AT_ONCE;
        for (uint32_t j = 0; j < 2 * DUE_AT_ONCE; j++)
            add_order(orders);
    }
    row->nothing[round] = nothing / ADVANCES;
    row->ten[round] = ten / ADVANCES;
    row->release[round] = release / ADVANCES;
}

/* One unit is reserved for each order that is open, and none is open that should not be. */
static bool audit(const struct line_of_orders *orders)
{
    int64_t reserved = 0;
    for (uint32_t item = 1; item <= ITEMS; item++) {
        struct sellable_place place = {.item = {item}, .location = {1}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect_ok(sellable_cell(orders->engine, &place, &cell), "sellable_cell");
        reserved += cell.reserved;
    }
    if (orders->wrong == 0 && reserved == (int64_t)(orders->end - orders->first))
        return true;
    fprintf(stderr, "bench: advance: %llu answers were wrong, %lld are reserved, not %lld\n",
            (unsigned long long)orders->wrong, (long long)reserved,
            (long long)(orders->end - orders->first));
    return false;
}

void due_run(struct due *due, const size_t *open, size_t rounds)
{
    struct line_of_orders orders[DUE_SIZES];
    *due = (struct due){.rounds = rounds, .good = true};
    for (size_t i = 0; i < DUE_SIZES; i++) {
        due->rows[i].open = open[i];
        open_orders(&orders[i], open[i]);
        run_round(&orders[i], &due->rows[i], 0); /* to warm up */
    }
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < DUE_SIZES; i++)
            run_round(&orders[i], &due->rows[i], round);
    for (size_t i = 0; i < DUE_SIZES; i++) {
        due->good = audit(&orders[i]) && due->good;
        sellable_worker_release(orders[i].worker);
        sellable_close(orders[i].engine);
    }
}
