/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls from C: what the other languages' programs do (bindings/calls.py, bindings/go), in the
 * bench's own process. */
#include <stdlib.h>
#include <string.h>

#include "bindings.h"
#include "operations.h"

/* Requests are drawn once, and gone through again and again. */
enum { DRAWN = 1 << 16, DRAWN_MASK = DRAWN - 1 };

struct request_of {
    uint32_t row;
    uint32_t location; /* 0 to LOCATIONS - 1 */
};

struct own {
    struct sellable *engine;
    struct sellable_worker *worker;
    struct sellable_channel channel;
    struct sellable_location locations[LOCATIONS];
    size_t item_count;
    struct sellable_item *items; /* by row */
    struct text *item_keys;      /* by row */
    struct text *order_keys;     /* of one call */
    struct request_of drawn[DRAWN];
    uint64_t orders;             /* ever */
    int64_t now;
    enum sellable_status statuses[BINDINGS_BATCH];
    union {
        struct {
            struct sellable_question questions[BINDINGS_BATCH];
            struct sellable_availability availabilities[BINDINGS_BATCH];
        };
        struct {
            struct sellable_order orders_asked[BINDINGS_BATCH];
            struct sellable_line lines[BINDINGS_BATCH];
        };
        struct sellable_event events[BINDINGS_BATCH];
    };
};

static const struct sellable_key channel_key = {"web", 3};

static const struct request_of *request_at(const struct own *own, size_t i)
{
    return &own->drawn[i & DRAWN_MASK];
}

/* ---- calls: how many answers were wrong ------------------------------------------------------ */

/* Takes what sellable_available takes; called by its address, as a function of a library is. */
static int nothing(const void *engine, const void *question, const void *availability)
{
    (void)engine, (void)question, (void)availability;
    return 0;
}
static int (*volatile const empty_function)(const void *, const void *, const void *) = nothing;

static uint64_t call_nothing(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += empty_function(own->engine, own->questions, own->availabilities) != 0;
    return wrong;
}

static uint64_t available_by_key(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    struct sellable_availability availability;
    for (size_t i = 0; i < count; i++) {
        struct sellable_question question = {
            .item_key = text_key(&own->item_keys[request_at(own, i)->row]),
            .channel_key = channel_key};
        wrong += sellable_available(own->engine, &question, &availability) != SELLABLE_OK;
    }
    return wrong;
}

static uint64_t available_by_handle(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    struct sellable_availability availability;
    for (size_t i = 0; i < count; i++) {
        struct sellable_question question = {.item = own->items[request_at(own, i)->row],
                                             .channel = own->channel};
        wrong += sellable_available(own->engine, &question, &availability) != SELLABLE_OK;
    }
    return wrong;
}

static uint64_t count_wrong(const struct own *own)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < BINDINGS_BATCH; i++)
        wrong += own->statuses[i] != SELLABLE_OK;
    return wrong;
}

static uint64_t available_batch(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t first = 0; first < count; first += BINDINGS_BATCH) {
        for (size_t i = 0; i < BINDINGS_BATCH; i++)
            own->questions[i] = (struct sellable_question){
                .item = own->items[request_at(own, first + i)->row], .channel = own->channel};
        sellable_available_batch(own->engine, own->questions, BINDINGS_BATCH, own->statuses,
                                 own->availabilities);
        wrong += count_wrong(own);
    }
    return wrong;
}

static struct sellable_order order_of(const struct own *own, struct sellable_line *line, size_t i)
{
    *line = (struct sellable_line){.item = own->items[request_at(own, i)->row], .quantity = 1};
    return (struct sellable_order){.key = text_key(&own->order_keys[i]),
                                   .channel = own->channel,
                                   .lines = line,
                                   .line_count = 1};
}

static uint64_t reserve(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct sellable_line line;
        struct sellable_order order = order_of(own, &line, i);
        wrong += sellable_reserve(own->engine, own->worker, &order, NULL) != SELLABLE_OK;
    }
    return wrong;
}

static uint64_t reserve_batch(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t first = 0; first < count; first += BINDINGS_BATCH) {
        for (size_t i = 0; i < BINDINGS_BATCH; i++)
            own->orders_asked[i] = order_of(own, &own->lines[i], first + i);
        expect_ok(sellable_reserve_batch(own->engine, own->worker, own->orders_asked,
                                         BINDINGS_BATCH, own->statuses, NULL),
                  "sellable_reserve_batch");
        wrong += count_wrong(own);
    }
    return wrong;
}

static struct sellable_event adjustment(const struct own *own, size_t i)
{
    const struct request_of *request = request_at(own, i);
    return (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = own->items[request->row],
                                   .location = own->locations[request->location],
                                   .quantity = 1};
}

static uint64_t adjust(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct sellable_event event = adjustment(own, i);
        wrong += sellable_apply(own->engine, own->worker, &event, NULL) != SELLABLE_OK;
    }
    return wrong;
}

static uint64_t adjust_batch(struct own *own, size_t count)
{
    uint64_t wrong = 0;
    for (size_t first = 0; first < count; first += BINDINGS_BATCH) {
        for (size_t i = 0; i < BINDINGS_BATCH; i++)
            own->events[i] = adjustment(own, first + i);
        expect_ok(sellable_apply_batch(own->engine, own->worker, own->events, BINDINGS_BATCH,
                                       own->statuses, NULL),
                  "sellable_apply_batch");
        wrong += count_wrong(own);
    }
    return wrong;
}

static const struct {
    const char *name;
    uint64_t (*call)(struct own *own, size_t count);
    bool takes_orders;
} calls[] = {
    {BINDINGS_EMPTY, call_nothing, false},
    {"available by key", available_by_key, false},
    {"available by handle", available_by_handle, false},
    {"available, a batch", available_batch, false},
    {"reserve", reserve, true},
    {"reserve, a batch", reserve_batch, true},
    {"on_hand.adjust", adjust, false},
    {"on_hand.adjust, a batch", adjust_batch, false},
};

/* ---- between the calls ----------------------------------------------------------------------- */

static void fresh_keys(struct own *own, size_t count)
{
    own->order_keys = realloc(own->order_keys, count * sizeof *own->order_keys);
    expect_ok(own->order_keys ? SELLABLE_OK : SELLABLE_NO_MEMORY, "keys of orders");
    for (size_t i = 0; i < count; i++)
        workload_text(&own->order_keys[i], "order-", own->orders++);
}

/* Let the time pass for which what is closed, and what has moved, is remembered. */
static void forget(struct own *own)
{
    own->now += 2 * STORE_RETENTION;
    expect_ok(sellable_advance(own->engine, own->worker, own->now, NULL), "sellable_advance");
}

/* The orders are there, and then no more: how many were missing. */
static uint64_t close_orders(struct own *own, size_t count)
{
    struct sellable_stats stats = {.channels = NULL};
    expect_ok(sellable_stats(own->engine, &stats), "sellable_stats");
    uint64_t wrong = stats.orders_open != count;
    for (size_t i = 0; i < count; i++)
        wrong += sellable_release(own->engine, own->worker, text_key(&own->order_keys[i]), NULL, 0,
                                  NULL) != SELLABLE_OK;
    return wrong;
}

static bool run(void *side, const char *call, size_t count, struct bindings_answer *answer)
{
    struct own *own = side;
    *answer = (struct bindings_answer){.ns = -1};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, call) != 0)
            continue;
        if (calls[i].takes_orders)
            fresh_keys(own, count);
        double start = measure_processor();
        answer->wrong = calls[i].call(own, count);
        answer->ns = measure_processor() - start;
        if (calls[i].takes_orders)
            answer->wrong += close_orders(own, count);
        forget(own);
    }
    return true;
}

static bool sums_of(void *side, struct bindings_sums *sums)
{
    struct own *own = side;
    struct sellable_audit audit;
    struct sellable_cell cell = {.fences = NULL};
    *sums = (struct bindings_sums){0};
    for (size_t row = 0; row < own->item_count; row++)
        for (size_t i = 0; i < LOCATIONS; i++) {
            struct sellable_place place = {.item = own->items[row], .location = own->locations[i]};
            expect_ok(sellable_cell(own->engine, &place, &cell), "sellable_cell");
            sums->on_hand += cell.on_hand;
            sums->reserved += cell.reserved;
        }
    expect_ok(sellable_audit(own->engine, own->worker, &audit), "sellable_audit");
    sums->consistent = audit.consistent;
    return true;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static void put_masters(struct own *own)
{
    static const struct sellable_key keys[LOCATIONS] = {
        {"east", 4}, {"north", 5}, {"south", 5}, {"west", 4}};
    for (size_t i = 0; i < LOCATIONS; i++)
        expect_ok(sellable_location_put(own->engine, own->worker, keys[i], NULL,
                                        &own->locations[i], NULL),
                  "sellable_location_put");
    expect_ok(sellable_channel_put(own->engine, own->worker, channel_key, NULL, &own->channel,
                                   NULL),
              "sellable_channel_put");
    for (size_t row = 0; row < own->item_count; row++) {
        workload_item_key(&own->item_keys[row], row);
        expect_ok(sellable_item_put(own->engine, own->worker, text_key(&own->item_keys[row]), NULL,
                                    &own->items[row], NULL),
                  "sellable_item_put");
        for (size_t i = 0; i < LOCATIONS; i++) {
            struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                           .item = own->items[row],
                                           .location = own->locations[i],
                                           .quantity = BINDINGS_STOCK};
            expect_ok(sellable_apply(own->engine, own->worker, &event, NULL), "sellable_apply");
        }
    }
}

static void *open_own(size_t items, char *why)
{
    (void)why;
    const struct sellable_options options = {.items = items, .retention = STORE_RETENTION};
    struct own *own = workload_memory(sizeof *own);
    uint64_t random = 1;
    *own = (struct own){.item_count = items};
    own->items = workload_memory(items * sizeof *own->items);
    own->item_keys = workload_memory(items * sizeof *own->item_keys);
    expect_ok(sellable_open(&options, &own->engine), "sellable_open");
    expect_ok(sellable_worker_acquire(own->engine, &own->worker), "sellable_worker_acquire");
    put_masters(own);
    for (size_t i = 0; i < DRAWN; i++) {
        uint64_t drawn = workload_random(&random) >> 16;
        own->drawn[i] = (struct request_of){(uint32_t)(drawn % items),
                                            (uint32_t)(drawn / items % LOCATIONS)};
    }
    return own;
}

static void close_own(void *side)
{
    struct own *own = side;
    sellable_close(own->engine);
    free(own->order_keys);
    workload_memory_release(own->items, own->item_count * sizeof *own->items);
    workload_memory_release(own->item_keys, own->item_count * sizeof *own->item_keys);
    workload_memory_release(own, sizeof *own);
}

const struct bindings_side bindings_in_c = {"C", open_own, close_own, run, sums_of};
