/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's rows: each is the loop that a caller would write around one public function. The
 * record of a call (order and line, question, event) is filled in within the timed part; keys,
 * handles and the room for answers are there before. Every status is checked. */
#include "operations.h"

#include "stated.h"

#include <stdio.h>
#include <string.h>

struct chunk {
    struct sellable_order orders[CHUNK];
    struct sellable_line lines[CHUNK * LINES];
    struct sellable_answer answers[CHUNK];
    struct sellable_placement plans[CHUNK * LINES * LOCATIONS];
    struct sellable_question questions[CHUNK];
    struct sellable_availability availabilities[CHUNK];
    struct sellable_event events[CHUNK];
    enum sellable_status statuses[CHUNK];
};

/* ---- set-up ---------------------------------------------------------------------------------- */

static void put_channels(struct store *store)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        const struct channel_settings *settings = &workload_channels[i];
        struct sellable_location locations[LOCATIONS];
        for (size_t j = 0; j < settings->location_count; j++)
            locations[j] = store->locations[settings->locations[j]];
        struct sellable_policy policy = {
            .set = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SHARE | SELLABLE_SETTING_BUFFER |
                   SELLABLE_SETTING_PRECEDENCE,
            .locations = locations,
            .location_count = settings->location_count,
            .buffer = settings->buffer,
            .share = settings->share,
            .precedence = settings->precedence,
        };
        expect_ok(sellable_channel_put(store->engine, NULL, settings->key,
                                       store->kind == STORE_BARE ? NULL : &policy,
                                       &store->channels[i], NULL),
                  "sellable_channel_put");
    }
}

static void put_masters(struct store *store)
{
    for (size_t i = 0; i < LOCATIONS; i++)
        expect_ok(sellable_location_put(store->engine, NULL, workload_locations[i], NULL,
                                        &store->locations[i], NULL),
                  "sellable_location_put");
    put_channels(store);
    for (size_t i = 0; i < store->item_count; i++) {
        struct text text;
        workload_item_key(&text, i);
        expect_ok(sellable_item_put(store->engine, store->workers[0], text_key(&text), NULL,
                                    &store->items[i], NULL),
                  "sellable_item_put");
    }
}

/* The events that say what is in a cell: the first, or all three. */
enum { CELL_EVENTS = 3 };

static void describe_cell(struct sellable_event *events, struct sellable_item item,
                          struct sellable_location location)
{
    events[0] = (struct sellable_event){.type = SELLABLE_ON_HAND_SET,
                                        .item = item,
                                        .location = location,
                                        .quantity = CELL_ON_HAND};
    events[1] = (struct sellable_event){.type = SELLABLE_HOLD_PLACE,
                                        .item = item,
                                        .location = location,
                                        .reason = {"quality", 7},
                                        .quantity = CELL_HELD};
    events[2] = (struct sellable_event){.type = SELLABLE_SAFETY_STOCK_SET,
                                        .item = item,
                                        .location = location,
                                        .quantity = CELL_SAFETY_STOCK};
}

static void apply_chunk(struct store *store, size_t count)
{
    struct chunk *chunk = store->chunks[0];
    expect_ok(sellable_apply_batch(store->engine, store->workers[0], chunk->events, count,
                                   chunk->statuses, NULL),
              "sellable_apply_batch");
    for (size_t i = 0; i < count; i++)
        expect_ok(chunk->statuses[i], "an event of the set-up");
}

static void fill_cells(struct store *store)
{
    const size_t of_a_cell = store->kind == STORE_BARE ? 1 : CELL_EVENTS;
    size_t count = 0;
    double started = measure_processor();
    for (size_t i = 0; i < store->item_count; i++)
        for (size_t j = 0; j < LOCATIONS; j++) {
            describe_cell(&store->chunks[0]->events[count], store->items[i], store->locations[j]);
            count += of_a_cell;
            if (count + CELL_EVENTS > CHUNK) {
                apply_chunk(store, count);
                count = 0;
            }
        }
    apply_chunk(store, count);
    store->event_ns = (measure_processor() - started) /
                      (double)(store->item_count * LOCATIONS * of_a_cell);
}

void store_fill(struct store *store, struct sellable *engine, enum store_kind kind, size_t items,
                uint32_t threads)
{
    *store = (struct store){
        .engine = engine, .item_count = items, .threads = threads, .kind = kind};
    sellable_memory(store->engine, &store->opened);
    for (uint32_t i = 0; i < threads; i++) {
        expect_ok(sellable_worker_acquire(store->engine, &store->workers[i]),
                  "sellable_worker_acquire");
        struct chunk *chunk = store->chunks[i] = workload_memory(sizeof *chunk);
        for (size_t j = 0; j < CHUNK; j++) {
            chunk->answers[j].plan = &chunk->plans[j * LINES * LOCATIONS];
            chunk->answers[j].plan_capacity = LINES * LOCATIONS;
        }
    }
    store->items = workload_memory(items * sizeof *store->items);
    put_masters(store);
    fill_cells(store);
    if (kind == STORE_STATED) {
        struct sellable_memory before, after;
        sellable_memory(store->engine, &before);
        stated_mix(store);
        sellable_memory(store->engine, &after);
        store->mixed_bytes = (double)(after.block_bytes - before.block_bytes);
    }
}

void store_open(struct store *store, enum store_kind kind, size_t items, uint32_t threads)
{
    struct sellable_options options = {.items = items, .retention = STORE_RETENTION};
    struct sellable *engine;
    expect_ok(sellable_open(&options, &engine), "sellable_open");
    store_fill(store, engine, kind, items, threads);
}

void store_close(struct store *store)
{
    for (uint32_t i = 0; i < store->threads; i++) {
        sellable_worker_release(store->workers[i]);
        workload_memory_release(store->chunks[i], sizeof *store->chunks[i]);
    }
    workload_memory_release(store->items, store->item_count * sizeof *store->items);
    sellable_close(store->engine);
}

uint64_t store_release(struct store *store, const struct text *keys, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += sellable_release(store->engine, store->workers[0], text_key(&keys[i]), NULL, 0,
                                  NULL) != SELLABLE_OK;
    return wrong;
}

void store_forget(struct store *store, size_t closed)
{
    double started = measure_processor();
    expect_ok(sellable_advance(store->engine, store->workers[0],
                               sellable_now(store->engine) + STORE_RETENTION + 1, NULL),
              "sellable_advance");
    store->forget_ns += measure_processor() - started;
    store->forgotten += (double)closed;
}

struct totals store_totals(const struct store *store)
{
    const bool bare = store->kind == STORE_BARE;
    struct totals totals = {0, 0, 0};
    for (size_t i = 0; i < store->item_count; i++)
        for (size_t j = 0; j < LOCATIONS; j++) {
            struct sellable_place place = {.item = store->items[i],
                                           .location = store->locations[j]};
            struct sellable_cell cell = {.fences = NULL}; /* no room for these */
            expect_ok(sellable_cell(store->engine, &place, &cell), "sellable_cell");
            totals.on_hand += cell.on_hand;
            totals.reserved += cell.reserved;
            totals.broken += cell.held[SELLABLE_QUALITY] != (bare ? 0 : CELL_HELD) ||
                             cell.safety_stock != (bare ? 0 : CELL_SAFETY_STOCK) ||
                             cell.reserved < 0;
        }
    return totals;
}

/* ---- reserve --------------------------------------------------------------------------------- */

/* Fill in the order of one call. `zero` is 0, or is known only when the last answer is. */
static inline void fill_order(struct sellable_order *order, struct sellable_line *lines,
                              uint32_t line_count, const struct share *share, size_t call,
                              uint64_t zero)
{
    const struct request *requests = &share->requests[call * line_count];
    for (uint32_t i = 0; i < line_count; i++) {
        lines[i] = (struct sellable_line){.quantity = 1};
        if (share->by_key)
            lines[i].item_key = text_key(&share->item_keys[call * line_count + i + zero]);
        else
            lines[i].item.id = requests[i].item.id + (uint32_t)zero;
    }
    *order = (struct sellable_order){
        .key = text_key(&share->order_keys[call]),
        .lines = lines,
        .line_count = line_count,
        .expires_at = share->expires_at,
    };
    if (share->by_key)
        order->channel_key = workload_channels[request_channel(requests)].key;
    else
        order->channel = requests->channel;
}

/* What an accepted order took, by its plan; anything else counts as wrong. */
static inline uint64_t check_order(struct share *share, enum sellable_status status,
                                   const struct sellable_answer *answer, uint32_t line_count)
{
    int64_t units = 0;
    for (uint32_t i = 0; i < answer->plan_count && i < answer->plan_capacity; i++)
        units += answer->plan[i].quantity;
    share->wrong += status != SELLABLE_OK || units != line_count;
    share->units += units;
    return (uint64_t)status | (uint64_t)units;
}

static inline void reserve_singles(struct store *store, struct share *share, uint32_t line_count)
{
    struct sellable_worker *worker = store->workers[share->thread];
    struct sellable_placement plan[LINES * LOCATIONS];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = LINES * LOCATIONS};
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count / line_count; call++) {
        struct sellable_order order;
        struct sellable_line lines[LINES];
        fill_order(&order, lines, line_count, share, call, zero);
        enum sellable_status status = sellable_reserve(store->engine, worker, &order, &answer);
        zero = workload_carry(share->mode, check_order(share, status, &answer, line_count));
    }
}

static inline void reserve_batches(struct store *store, struct share *share, uint32_t line_count)
{
    struct chunk *chunk = store->chunks[share->thread];
    size_t calls = share->count / line_count;
    for (size_t done = 0, count; done < calls; done += count) {
        count = calls - done < CHUNK ? calls - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            fill_order(&chunk->orders[i], &chunk->lines[i * line_count], line_count, share,
                       done + i, 0);
        enum sellable_status status =
            sellable_reserve_batch(store->engine, store->workers[share->thread], chunk->orders,
                                   count, chunk->statuses, chunk->answers);
        share->wrong += status != SELLABLE_OK;
        for (size_t i = 0; i < count; i++)
            check_order(share, chunk->statuses[i], &chunk->answers[i], line_count);
    }
}

static void reserve_line(void *store, struct share *share)
{
    if (share->mode == BATCH)
        reserve_batches(store, share, 1);
    else
        reserve_singles(store, share, 1);
}

static void reserve_lines(void *store, struct share *share)
{
    if (share->mode == BATCH)
        reserve_batches(store, share, LINES);
    else
        reserve_singles(store, share, LINES);
}

void operations_reserve_latency(void *subject, struct share *share)
{
    struct store *store = subject;
    struct sellable_placement plan[LOCATIONS];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = LOCATIONS};
    double last = measure_wall();
    for (size_t call = 0; call < share->count; call++) {
        struct sellable_order order;
        struct sellable_line line;
        fill_order(&order, &line, 1, share, call, 0);
        enum sellable_status status =
            sellable_reserve(store->engine, store->workers[share->thread], &order, &answer);
        check_order(share, status, &answer, 1);
        measure_latency(share, call, &last);
    }
}

/* ---- confirm, release, ship ------------------------------------------------------------------ */

typedef enum sellable_status order_function(struct sellable *engine, struct sellable_worker *worker,
                                            struct sellable_key order,
                                            struct sellable_answer *answer);

/* Of one unit each; the keys come in another order than that in which the orders were taken, and
 * for release and ship they are those of orders taken long before. */
static inline void follow_orders(struct store *store, struct share *share, order_function *follow)
{
    struct sellable_worker *worker = store->workers[share->thread];
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        struct sellable_key key = text_key(&share->order_keys[call + zero]);
        enum sellable_status status = follow(store->engine, worker, key, NULL);
        share->wrong += status != SELLABLE_OK;
        share->units++;
        zero = workload_carry(share->mode, (uint64_t)status);
    }
}

/* There is no batch call of these alone: they are events of a batch. */
static void follow_batches(struct store *store, struct share *share, uint32_t type)
{
    struct chunk *chunk = store->chunks[share->thread];
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < CHUNK ? share->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            chunk->events[i] = (struct sellable_event){
                .type = type, .order_key = text_key(&share->order_keys[done + i])};
        enum sellable_status status =
            sellable_apply_batch(store->engine, store->workers[share->thread], chunk->events,
                                 count, chunk->statuses, NULL);
        share->wrong += status != SELLABLE_OK;
        for (size_t i = 0; i < count; i++)
            share->wrong += chunk->statuses[i] != SELLABLE_OK;
    }
    share->units += (int64_t)share->count;
}

static void confirm(void *store, struct share *share)
{
    if (share->mode == BATCH)
        follow_batches(store, share, SELLABLE_CONFIRM);
    else
        follow_orders(store, share, sellable_confirm);
}

/* The whole order, without parts. */
static enum sellable_status release_order(struct sellable *engine, struct sellable_worker *worker,
                                          struct sellable_key order,
                                          struct sellable_answer *answer)
{
    return sellable_release(engine, worker, order, NULL, 0, answer);
}

static enum sellable_status ship_order(struct sellable *engine, struct sellable_worker *worker,
                                       struct sellable_key order, struct sellable_answer *answer)
{
    return sellable_ship(engine, worker, order, NULL, 0, answer);
}

static void release(void *store, struct share *share)
{
    if (share->mode == BATCH)
        follow_batches(store, share, SELLABLE_RELEASE);
    else
        follow_orders(store, share, release_order);
}

static void ship(void *store, struct share *share)
{
    if (share->mode == BATCH)
        follow_batches(store, share, SELLABLE_SHIP);
    else
        follow_orders(store, share, ship_order);
}

/* ---- on_hand.adjust -------------------------------------------------------------------------- */

static inline void fill_event(struct sellable_event *event, const struct store *store,
                              const struct request *request, uint64_t zero)
{
    *event = (struct sellable_event){
        .type = SELLABLE_ON_HAND_ADJUST,
        .item = {request->item.id + (uint32_t)zero},
        .location = store->locations[request->slot % LOCATIONS],
        .quantity = 1,
    };
}

static inline uint64_t check_event(struct share *share, enum sellable_status status,
                                   const struct sellable_answer *answer)
{
    share->wrong += status != SELLABLE_OK || answer->variance != 1;
    share->units += answer->variance;
    return (uint64_t)status | (uint64_t)answer->variance;
}

static void adjust_singles(struct store *store, struct share *share)
{
    struct sellable_worker *worker = store->workers[share->thread];
    struct sellable_answer answer = {0};
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        struct sellable_event event;
        fill_event(&event, store, &share->requests[call], zero);
        enum sellable_status status = sellable_apply(store->engine, worker, &event, &answer);
        zero = workload_carry(share->mode, check_event(share, status, &answer));
    }
}

static void adjust_batches(struct store *store, struct share *share)
{
    struct chunk *chunk = store->chunks[share->thread];
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < CHUNK ? share->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            fill_event(&chunk->events[i], store, &share->requests[done + i], 0);
        enum sellable_status status =
            sellable_apply_batch(store->engine, store->workers[share->thread], chunk->events,
                                 count, chunk->statuses, chunk->answers);
        share->wrong += status != SELLABLE_OK;
        for (size_t i = 0; i < count; i++)
            check_event(share, chunk->statuses[i], &chunk->answers[i]);
    }
}

static void adjust(void *store, struct share *share)
{
    if (share->mode == BATCH)
        adjust_batches(store, share);
    else
        adjust_singles(store, share);
}

/* ---- available ------------------------------------------------------------------------------- */

static inline void fill_question(struct sellable_question *question, const struct share *share,
                                 size_t call, uint64_t zero)
{
    const struct request *request = &share->requests[call];
    *question = (struct sellable_question){.item = {0}};
    if (share->by_key) {
        question->item_key = text_key(&share->item_keys[call + zero]);
        question->channel_key = workload_channels[request_channel(request)].key;
    } else {
        question->item.id = request->item.id + (uint32_t)zero;
        question->channel = request->channel;
    }
}

static inline uint64_t check_question(struct share *share, enum sellable_status status,
                                      const struct sellable_availability *availability)
{
    share->wrong += status != SELLABLE_OK || availability->promisable <= 0;
    return (uint64_t)status | (uint64_t)availability->promisable;
}

static void available_singles(struct store *store, struct share *share)
{
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        struct sellable_question question;
        struct sellable_availability availability;
        fill_question(&question, share, call, zero);
        enum sellable_status status = sellable_available(store->engine, &question, &availability);
        zero = workload_carry(share->mode, check_question(share, status, &availability));
    }
}

static void available_batches(struct store *store, struct share *share)
{
    struct chunk *chunk = store->chunks[share->thread];
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < CHUNK ? share->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            fill_question(&chunk->questions[i], share, done + i, 0);
        sellable_available_batch(store->engine, chunk->questions, count, chunk->statuses,
                                 chunk->availabilities);
        for (size_t i = 0; i < count; i++)
            check_question(share, chunk->statuses[i], &chunk->availabilities[i]);
    }
}

static void available(void *store, struct share *share)
{
    if (share->mode == BATCH)
        available_batches(store, share);
    else
        available_singles(store, share);
}

/* ---- the rows -------------------------------------------------------------------------------- */

#define AVAILABLE(NAME, MODE, AGAINST, ...)                                                        \
    {.subject = ENGINE, .name = (NAME), .mode = (MODE), .body = available, .against = ROW_READ,    \
     .against_mode = (AGAINST), __VA_ARGS__}
#define RESERVE(NAME, MODE, AGAINST, ...)                                                          \
    {.subject = ENGINE, .name = (NAME), .mode = (MODE), .body = reserve_line,                      \
     .orders = TAKES_ORDERS, .against = ROW_PAIR, .against_mode = (AGAINST), __VA_ARGS__}
#define ORDER(MODE)                                                                                \
    {.subject = ENGINE, .name = "order of four lines, per line", .mode = (MODE),                   \
     .body = reserve_lines, .orders = TAKES_ORDERS, .lines = LINES, .against = ROW_RESERVE,        \
     .against_mode = (MODE)}
#define FOLLOW(NAME, MODE, BODY, ORDERS)                                                           \
    {.subject = ENGINE, .name = (NAME), .mode = (MODE), .body = (BODY), .orders = (ORDERS),        \
     .against = ROW_RESERVE, .against_mode = (MODE)}
#define ADJUST(MODE)                                                                               \
    {.subject = ENGINE, .name = "on_hand.adjust", .mode = (MODE), .body = adjust,                  \
     .adjusts = true, .against = ROW_RESERVE, .against_mode = (MODE)}

/* In this order a confirm follows a reserve with a timeout. */
const struct row_kind operations_rows[] = {
    AVAILABLE(ROW_AVAILABLE, INDEPENDENT, INDEPENDENT, .core = true),
    AVAILABLE(ROW_AVAILABLE, CHAINED, CHAINED, .core = true),
    AVAILABLE(ROW_AVAILABLE, FENCED, FENCED, .core = true),
    AVAILABLE(ROW_AVAILABLE, BATCH, INDEPENDENT, .core = true),
    AVAILABLE("available by key", INDEPENDENT, INDEPENDENT, .by_key = true),
    AVAILABLE("available by key", CHAINED, CHAINED, .by_key = true),
    AVAILABLE("available by key", BATCH, INDEPENDENT, .by_key = true),
    RESERVE(ROW_RESERVE, INDEPENDENT, INDEPENDENT, .core = true),
    FOLLOW("release", INDEPENDENT, release, RELEASES_ORDERS),
    RESERVE(ROW_RESERVE, CHAINED, CHAINED, .core = true),
    FOLLOW("release", CHAINED, release, RELEASES_ORDERS),
    RESERVE(ROW_RESERVE, FENCED, FENCED, .core = true),
    FOLLOW("ship", INDEPENDENT, ship, SHIPS_ORDERS),
    RESERVE(ROW_RESERVE, BATCH, INDEPENDENT, .core = true),
    FOLLOW("ship", CHAINED, ship, SHIPS_ORDERS),
    RESERVE("reserve with a timeout", INDEPENDENT, INDEPENDENT, .timeout = true),
    FOLLOW("confirm", INDEPENDENT, confirm, KEEPS_ORDERS),
    FOLLOW("release", FENCED, release, RELEASES_ORDERS),
    FOLLOW("release", BATCH, release, RELEASES_ORDERS),
    RESERVE("reserve with a timeout", CHAINED, CHAINED, .timeout = true),
    FOLLOW("confirm", CHAINED, confirm, KEEPS_ORDERS),
    FOLLOW("ship", FENCED, ship, SHIPS_ORDERS),
    FOLLOW("ship", BATCH, ship, SHIPS_ORDERS),
    RESERVE("reserve with a timeout", BATCH, INDEPENDENT, .timeout = true),
    FOLLOW("confirm", BATCH, confirm, KEEPS_ORDERS),
    RESERVE("reserve by key", INDEPENDENT, INDEPENDENT, .by_key = true),
    RESERVE("reserve by key", CHAINED, CHAINED, .by_key = true),
    RESERVE("reserve by key", BATCH, INDEPENDENT, .by_key = true),
    ORDER(INDEPENDENT),
    ORDER(CHAINED),
    ORDER(BATCH),
    ADJUST(INDEPENDENT),
    ADJUST(CHAINED),
    ADJUST(FENCED),
    ADJUST(BATCH),
};
const size_t operations_row_count = sizeof operations_rows / sizeof *operations_rows;
