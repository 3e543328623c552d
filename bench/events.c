/* SPDX-License-Identifier: Apache-2.0
 *
 * Between rows, not timed: what a row of the mix left is taken back, time goes on by a step, and
 * the ids of the rows long before are forgotten: so as many are remembered throughout, in memory
 * that was used before. */
#include "events.h"

#include <stdio.h>
#include <string.h>

/* The engine's time at the first event: from then on it judges what lies ahead of it. */
#define FIRST INT64_C(1000000)

enum kind { PLAIN, IDENTIFIED, FULL, REPEATED, MIXED };

/* REPEATED sends the events of the row before it. */
static const struct {
    const char *name;
    const char *against;
    enum kind kind;
} kinds_of_row[] = {
    {ROW_CAS, NULL, PLAIN},
    {ROW_PAIR, NULL, PLAIN},
    {"event without an origin", ROW_CAS, PLAIN},
    {"event with an id", ROW_PAIR, IDENTIFIED},
    {"event with id, source, seq, at", ROW_PAIR, FULL},
    {"the same again: duplicate", ROW_PAIR, REPEATED},
    {"events of a warehouse, mixed", ROW_PAIR, MIXED},
};
enum { KINDS_OF_ROW = sizeof kinds_of_row / sizeof *kinds_of_row };

/* The arrays of a thread's batches. */
struct chunk {
    struct sellable_event events[CHUNK];
    struct sellable_order orders[CHUNK];
    struct sellable_line lines[CHUNK];
    enum sellable_status statuses[CHUNK];
    struct sellable_answer answers[CHUNK];
};

struct bed {
    struct store store;
    struct floor floor;
    struct workload workload;
    struct mix_step *steps;
    struct chunk *chunks[THREADS_MAX];
    struct sellable_source sources[THREADS_MAX];
    uint64_t seq[THREADS_MAX]; /* the last that was given */
    uint32_t threads;
    size_t slices;             /* of requests, taken so far */
    int64_t step;              /* of time, after each row */
    enum kind kind;            /* of the row that is measured */
    int64_t now;
    int64_t on_hand;           /* what the cells have to add up to */
    uint64_t wrong;
    double forget_ns, forgotten;
};

/* ---- calls ----------------------------------------------------------------------------------- */

static inline void fill_adjust(struct sellable_event *event, const struct bed *bed,
                               const struct share *share, size_t of)
{
    const struct request *request = &share->requests[of];
    *event = (struct sellable_event){
        .type = SELLABLE_ON_HAND_ADJUST,
        .item = request->item,
        .location = bed->store.locations[request->slot % LOCATIONS],
        .quantity = 1,
    };
}

/* The record of a call. A balance is of the instant before all that this row sends. */
static inline void fill(struct sellable_event *event, struct sellable_order *order,
                        struct sellable_line *line, const struct bed *bed,
                        const struct share *share, size_t call, uint64_t zero)
{
    size_t of = (bed->kind == REPEATED ? bed->workload.turns[call] : call) + zero;
    if (bed->kind == MIXED)
        mix_fill(event, order, line, &bed->steps[call], share, bed->store.locations, zero);
    else
        fill_adjust(event, bed, share, of);
    if (bed->kind == PLAIN)
        return;
    event->id = text_key(&share->order_keys[of]);
    if (bed->kind == IDENTIFIED)
        return;
    event->source = bed->sources[share->thread];
    event->has_seq = 1;
    event->seq = (int64_t)(bed->seq[share->thread] + of + 1);
    event->has_at = 1;
    event->at = bed->now;
    event->has_as_of = 1;
    event->as_of = bed->now - 1;
}

/* What the cells have got is added up; a shipment takes the one unit that was ordered. */
static inline uint64_t check(const struct bed *bed, struct share *share,
                             const struct sellable_event *event, enum sellable_status status,
                             const struct sellable_answer *answer)
{
    if (bed->kind == REPEATED) {
        share->wrong += status != SELLABLE_DUPLICATE;
        return (uint64_t)status;
    }
    share->wrong += status != SELLABLE_OK;
    if (event->type == SELLABLE_ON_HAND_ADJUST)
        share->wrong += answer->variance != 1;
    if (event->type < SELLABLE_RESERVE)
        share->units += answer->variance;
    else if (event->type == SELLABLE_SHIP)
        share->units--;
    return (uint64_t)status;
}

static void send_singles(struct bed *bed, struct share *share)
{
    struct sellable_worker *worker = bed->store.workers[share->thread];
    struct sellable_answer answer = {.plan = NULL};
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_line line;
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        fill(&event, &order, &line, bed, share, call, zero);
        enum sellable_status status =
            sellable_apply(bed->store.engine, worker, &event, &answer);
        zero = workload_carry(share->mode, check(bed, share, &event, status, &answer));
    }
}

static void send_batches(struct bed *bed, struct share *share)
{
    struct chunk *chunk = bed->chunks[share->thread];
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < CHUNK ? share->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            fill(&chunk->events[i], &chunk->orders[i], &chunk->lines[i], bed, share, done + i, 0);
        enum sellable_status status =
            sellable_apply_batch(bed->store.engine, bed->store.workers[share->thread],
                                 chunk->events, count, chunk->statuses, chunk->answers);
        share->wrong += status != SELLABLE_OK;
        for (size_t i = 0; i < count; i++)
            check(bed, share, &chunk->events[i], chunk->statuses[i], &chunk->answers[i]);
    }
}

static void send_events(void *subject, struct share *share)
{
    if (share->mode == BATCH)
        send_batches(subject, share);
    else
        send_singles(subject, share);
}

/* ---- between rows ---------------------------------------------------------------------------- */

static void take_back(struct bed *bed, struct share *share)
{
    for (size_t call = 0; call < share->count; call++) {
        struct sellable_event event;
        struct sellable_answer answer = {.plan = NULL};
        if (!mix_undo(&event, &bed->steps[call], call, share, bed->store.locations))
            continue;
        enum sellable_status status = sellable_apply(
            bed->store.engine, bed->store.workers[share->thread], &event, &answer);
        bed->wrong += status != SELLABLE_OK;
        bed->on_hand += event.type == SELLABLE_SHIP ? -1 : answer.variance;
    }
}

/* Time goes on; what is forgotten is counted. */
static void go_on(struct bed *bed)
{
    struct sellable_memory before, after;
    sellable_memory(bed->store.engine, &before);
    bed->now += bed->step;
    double started = measure_processor();
    expect_ok(sellable_advance(bed->store.engine, bed->store.workers[0], bed->now, NULL),
              "sellable_advance");
    bed->forget_ns += measure_processor() - started;
    sellable_memory(bed->store.engine, &after);
    bed->forgotten += (double)(before.event_ids - after.event_ids);
}

/* ---- one row, once --------------------------------------------------------------------------- */

static measure_body *body_of(const char *name, enum mode mode)
{
    for (size_t i = 0; i < reference_row_count; i++)
        if (reference_rows[i].mode == mode && strcmp(reference_rows[i].name, name) == 0)
            return reference_rows[i].body;
    return send_events;
}

static void fill_shares(struct bed *bed, struct share *shares, uint32_t threads, enum mode mode)
{
    size_t calls = bed->workload.calls;
    if (bed->kind != REPEATED) {
        workload_fresh_keys(&bed->workload, threads, calls);
        bed->slices += threads;
    }
    for (uint32_t i = 0; i < threads; i++)
        shares[i] = (struct share){
            .thread = i,
            .mode = mode,
            .count = calls,
            .requests = bed->workload.requests +
                        (bed->slices - i) * calls % bed->workload.request_count,
            .order_keys = bed->workload.order_keys + i * calls,
        };
}

static double run_row(struct bed *bed, size_t row, enum mode mode, uint32_t threads)
{
    struct share shares[THREADS_MAX];
    measure_body *body = body_of(kinds_of_row[row].name, mode);
    bed->kind = kinds_of_row[row].kind;
    fill_shares(bed, shares, threads, mode);
    struct measure_times times = measure_threads(
        body, body == send_events ? (void *)bed : (void *)&bed->floor, shares, threads);
    for (uint32_t i = 0; i < threads; i++) {
        bed->wrong += shares[i].wrong;
        bed->on_hand += shares[i].units;
        if (bed->kind == FULL || bed->kind == MIXED)
            bed->seq[i] += shares[i].count;
        if (bed->kind == MIXED)
            take_back(bed, &shares[i]);
    }
    if (bed->kind == IDENTIFIED || bed->kind == REPEATED || bed->kind == MIXED)
        go_on(bed);
    return times.processor / (double)(threads * bed->workload.calls);
}

static void run_round(struct events *events, struct bed *bed, size_t round)
{
    for (size_t t = 0; t < events->thread_counts; t++)
        for (enum mode mode = INDEPENDENT; mode < MODES; mode++)
            for (size_t row = 0; row < events->row_count; row++)
                events->rows[row].ns[mode][t][round] =
                    run_row(bed, row, mode, events->threads[t]);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

/* So many events of a type at random cells, with ids or without; what one of them took. */
static void fill_memory(struct bed *bed, struct sellable_event event, bool identified,
                        size_t count, double *block_bytes, double *slab_bytes)
{
    struct sellable_memory before, after;
    sellable_memory(bed->store.engine, &before);
    for (size_t i = 0; i < count; i++) {
        struct text text;
        uint64_t drawn = workload_random(&(uint64_t){i});
        workload_order_key(&bed->workload, &text);
        event.item = bed->store.items[drawn % bed->store.item_count];
        event.location = bed->store.locations[(drawn >> 40) % LOCATIONS];
        if (identified)
            event.id = text_key(&text);
        expect_ok(sellable_apply(bed->store.engine, bed->store.workers[0], &event, NULL),
                  "sellable_apply");
    }
    sellable_memory(bed->store.engine, &after);
    if (identified && after.event_ids - before.event_ids != count)
        expect_ok(SELLABLE_INVALID, "the number of ids");
    *block_bytes = (double)(after.block_bytes - before.block_bytes) / (double)count;
    *slab_bytes = (double)(after.slab_bytes - before.slab_bytes) / (double)count;
}

/* As many ids, and movements, as stand throughout. An id alone comes with what changes nothing. */
static void measure_memory(struct events *events, struct bed *bed)
{
    const struct sellable_event nothing = {.type = SELLABLE_SAFETY_STOCK_SET,
                                           .quantity = CELL_SAFETY_STOCK};
    const struct sellable_event movement = {.type = SELLABLE_ON_HAND_ADJUST, .quantity = 1};
    fill_memory(bed, nothing, true, events->remembered, &events->id_bytes,
                &events->id_slab_bytes);
    fill_memory(bed, movement, false, events->remembered, &events->movement_bytes,
                &events->movement_slab_bytes);
    bed->on_hand += (int64_t)events->remembered;
}

/* ---- a cell with many movements -------------------------------------------------------------- */

static double time_event(struct sellable *engine, const struct sellable_event *event)
{
    double started = measure_processor();
    expect_ok(sellable_apply(engine, NULL, event, NULL), "sellable_apply");
    return measure_processor() - started;
}

/* Movements of different times, so that each is remembered by itself; then some more, timed; then
 * a balance of an instant before them all, timed, which has all of them on top. */
static void run_moved(struct moved_row *row, size_t rounds)
{
    enum { TIMED = 32 };
    struct sellable *engine;
    struct sellable_event event = {
        .type = SELLABLE_ON_HAND_ADJUST, .quantity = 1, .item = {1}, .location = {1}};
    expect_ok(sellable_open(NULL, &engine), "sellable_open");
    expect_ok(sellable_item_put(engine, NULL, (struct sellable_key){"hot", 3}, NULL, NULL, NULL),
              "sellable_item_put");
    expect_ok(sellable_location_put(engine, NULL, workload_locations[0], NULL, NULL, NULL),
              "sellable_location_put");
    expect_ok(sellable_advance(engine, NULL, FIRST, NULL), "sellable_advance");
    event.has_at = 1;
    for (event.at = FIRST; event.at < FIRST + (int64_t)row->movements; event.at++)
        expect_ok(sellable_apply(engine, NULL, &event, NULL), "sellable_apply");
    for (size_t round = 0; round < rounds; round++) {
        double adjust = 0, set = 0;
        for (size_t i = 0; i < TIMED; i++, event.at++) {
            struct sellable_event balance = event;
            balance.type = SELLABLE_ON_HAND_SET;
            balance.has_as_of = 1;
            balance.as_of = FIRST - 1;
            adjust += time_event(engine, &event);
            set += time_event(engine, &balance);
        }
        row->adjust[round] = adjust / TIMED;
        row->set[round] = set / TIMED;
    }
    sellable_close(engine);
}

/* ---- open, audit, close ---------------------------------------------------------------------- */

static void open_bed(struct bed *bed, const struct events *events, size_t slots)
{
    *bed = (struct bed){.threads = events->threads[events->thread_counts - 1]};
    bed->workload = (struct workload){.items = events->items,
                                      .slots = slots,
                                      .calls = events->calls,
                                      .threads = bed->threads};
    workload_init(&bed->workload);
    store_open(&bed->store, STORE_SETTLED, events->items, bed->threads);
    floor_open(&bed->floor, events->items, slots);
    bed->on_hand = (int64_t)(events->items * LOCATIONS) * CELL_ON_HAND;
    bed->steps = workload_memory(events->calls * sizeof *bed->steps);
    mix_draw(bed->steps, events->calls);
    for (uint32_t i = 0; i < bed->threads; i++) {
        const char name = (char)('A' + i);
        bed->chunks[i] = workload_memory(sizeof *bed->chunks[i]);
        expect_ok(sellable_source_put(bed->store.engine, NULL, (struct sellable_key){&name, 1},
                                      NULL, &bed->sources[i], NULL),
                  "sellable_source_put");
    }
    bed->step = STORE_RETENTION * (int64_t)events->calls / (int64_t)slots + 1;
    bed->now = FIRST;
    go_on(bed);
    workload_draw(&bed->workload, UNIFORM, bed->store.items, bed->store.channels);
}

static bool audit(struct bed *bed)
{
    struct sellable_audit found;
    struct totals totals = store_totals(&bed->store);
    expect_ok(sellable_audit(bed->store.engine, NULL, &found), "sellable_audit");
    if (bed->wrong == 0 && totals.on_hand == bed->on_hand && totals.reserved == 0 &&
        totals.broken == 0 && found.consistent && found.orders == 0)
        return true;
    fprintf(stderr,
            "bench: events: %llu answers were wrong; on_hand adds up to %lld, not %lld; reserved "
            "are %lld, open %llu orders; %llu cells are broken, the audit is %sconsistent\n",
            (unsigned long long)bed->wrong, (long long)totals.on_hand, (long long)bed->on_hand,
            (long long)totals.reserved, (unsigned long long)found.orders,
            (unsigned long long)totals.broken, found.consistent ? "" : "not ");
    return false;
}

static void close_bed(struct bed *bed)
{
    for (uint32_t i = 0; i < bed->threads; i++)
        workload_memory_release(bed->chunks[i], sizeof *bed->chunks[i]);
    workload_memory_release(bed->steps, bed->workload.calls * sizeof *bed->steps);
    store_close(&bed->store);
    floor_close(&bed->floor);
    workload_fini(&bed->workload);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Rows follow each other: if one is wanted, all are run. */
static bool wanted(const char *only)
{
    for (size_t i = 0; i < KINDS_OF_ROW; i++)
        if (!only || (kinds_of_row[i].against && strstr(kinds_of_row[i].name, only)))
            return true;
    return false;
}

static void name_rows(struct events *events, const struct options *options)
{
    static const size_t moved[MOVED_SIZES] = {10, 1000, 100000}, few[MOVED_SIZES] = {10, 100, 200};
    events->row_count = KINDS_OF_ROW;
    for (size_t i = 0; i < KINDS_OF_ROW; i++) {
        events->rows[i].name = kinds_of_row[i].name;
        events->rows[i].against = kinds_of_row[i].against;
    }
    for (size_t i = 0; i < MOVED_SIZES; i++)
        events->moved[i].movements = (options->everything ? few : moved)[i];
    for (size_t i = 0; i < options->thread_counts; i++)
        if (options->threads[i] <= measure_processors())
            events->threads[events->thread_counts++] = options->threads[i];
}

void events_run(struct events *events, const struct options *options)
{
    static struct bed bed;
    *events = (struct events){.items = options->judged_items,
                              .calls = options->calls,
                              .remembered = options->slots,
                              .rounds = options->rounds,
                              .good = true};
    if (!wanted(options->only))
        return;
    name_rows(events, options);
    if (events->thread_counts == 0)
        return;
    open_bed(&bed, events, options->slots);
    measure_memory(events, &bed);
    run_round(events, &bed, 0); /* to warm up: the first round writes over it */
    bed.forget_ns = bed.forgotten = 0;
    for (size_t round = 0; round < events->rounds; round++)
        run_round(events, &bed, round);
    events->forget_ns = bed.forgotten > 0 ? bed.forget_ns / bed.forgotten : 0;
    events->good = audit(&bed);
    events->wrong = bed.wrong;
    close_bed(&bed);
    for (size_t i = 0; i < MOVED_SIZES; i++)
        run_moved(&events->moved[i], events->rounds);
}

/* ---- figures --------------------------------------------------------------------------------- */

double events_figure(const struct events *events, const struct event_row *row, enum mode mode,
                     size_t threads)
{
    return measure_median(row->ns[mode][threads], events->rounds);
}

/* A batch is compared with the floor's calls that nothing hangs on. */
double events_ratio(const struct events *events, const struct event_row *row, enum mode mode)
{
    double ratios[ROUNDS_MAX];
    enum mode against_mode = mode == BATCH ? INDEPENDENT : mode;
    for (size_t i = 0; row->against && i < events->row_count; i++) {
        const struct event_row *other = &events->rows[i];
        if (strcmp(other->name, row->against) != 0 || events->threads[0] != 1)
            continue;
        for (size_t round = 0; round < events->rounds; round++)
            ratios[round] = row->ns[mode][0][round] / other->ns[against_mode][0][round];
        return measure_median(ratios, events->rounds);
    }
    return 0;
}

double events_gain(const struct events *events, const struct event_row *row, enum mode mode,
                   size_t threads)
{
    double gains[ROUNDS_MAX];
    if (events->threads[0] != 1)
        return 0;
    for (size_t round = 0; round < events->rounds; round++)
        gains[round] = row->ns[mode][0][round] / row->ns[mode][threads][round];
    return measure_median(gains, events->rounds);
}
