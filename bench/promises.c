/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine with as many items of each kind, each call on one of them at random. Within the timed
 * part: the call's record, the call, a look at the answer. What a row's orders took is given back
 * before the next row, and the orders are forgotten. */
#include "promises.h"

#include <stdio.h>
#include <string.h>

#define RETENTION INT64_C(1000)

/* What an item is: a plain row; one with a fence of either channel at its first location; one with
 * four entries in its schedule there; what kits are made of; a kit of three of these. */
enum kind { PLAIN, FENCED_ROW, SCHEDULED, COMPONENT, KIT, KINDS };

enum { WEB = 1, AHEAD_OF_TIME = 2 /* with a horizon */, HORIZON = 30, ENTRIES = 4, UNITS = 4 };

#define STOCK INT64_C(1000000000)
#define FENCE INT64_C(100000000)
#define PROMISE_DATE (3 * SELLABLE_DAY) /* between two entries */

struct bed {
    struct sellable *engine;
    struct sellable_worker *worker;
    size_t items, calls;
    struct text *keys; /* of the lot: the orders that the last row took */
    uint32_t *drawn;   /* by call: the number of an item within its kind */
    bool lot;
    uint64_t keys_given;
    uint64_t random;
    uint64_t wrong;
    int64_t shipped;
    enum kind kind; /* of the row that is measured */
};

/* ---- set-up ---------------------------------------------------------------------------------- */

static struct sellable_item item_of(const struct bed *bed, enum kind kind, size_t number)
{
    return (struct sellable_item){(uint32_t)(kind * bed->items + number % bed->items) + 1};
}

static void put_item(struct bed *bed, enum kind kind, size_t number)
{
    struct text text;
    struct sellable_component parts[3] = {{.number = 1}, {.number = 1}, {.number = 1}};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = parts, .component_count = 3};
    struct sellable_item item, wanted = item_of(bed, kind, number);
    for (size_t i = 0; i < 3; i++)
        parts[i].item = item_of(bed, COMPONENT, number + i * bed->items / 3);
    workload_item_key(&text, kind * bed->items + number);
    expect_ok(sellable_item_put(bed->engine, bed->worker, text_key(&text),
                                kind == KIT ? &kit : NULL, &item, NULL),
              "sellable_item_put");
    if (item.id != wanted.id)
        expect_ok(SELLABLE_UNKNOWN_ITEM, "the order of handles");
}

static void apply(struct bed *bed, const struct sellable_event *event)
{
    expect_ok(sellable_apply(bed->engine, bed->worker, event, NULL), "sellable_apply");
}

static void fill_item(struct bed *bed, enum kind kind, size_t number)
{
    static const char references[ENTRIES][4] = {"PO1", "SO2", "PO3", "PO4"};
    static const int64_t days[ENTRIES] = {1, 2, 5, 9}, quantities[ENTRIES] = {50, -20, 30, 10};
    struct sellable_event event = {.item = item_of(bed, kind, number)};
    for (uint32_t i = 1; i <= LOCATIONS; i++) {
        event.type = SELLABLE_ON_HAND_SET;
        event.location.id = i;
        event.quantity = STOCK;
        apply(bed, &event);
    }
    event.location.id = 1;
    for (uint32_t i = 0; kind == FENCED_ROW && i < 2; i++) {
        event.type = SELLABLE_RING_FENCE_SET;
        event.channel.id = WEB + i;
        event.quantity = FENCE;
        apply(bed, &event);
    }
    for (uint32_t i = 0; kind == SCHEDULED && i < ENTRIES; i++) {
        event.type = SELLABLE_SCHEDULE_SET;
        event.reference = (struct sellable_key){references[i], 3};
        event.due = days[i] * SELLABLE_DAY;
        event.quantity = quantities[i];
        apply(bed, &event);
    }
}

static void open_bed(struct bed *bed, size_t items, size_t calls)
{
    const struct sellable_options options = {.items = items * KINDS, .retention = RETENTION};
    const struct sellable_policy ahead = {.set = SELLABLE_SETTING_HORIZON, .horizon = HORIZON};
    *bed = (struct bed){.items = items, .calls = calls};
    expect_ok(sellable_open(&options, &bed->engine), "sellable_open");
    expect_ok(sellable_worker_acquire(bed->engine, &bed->worker), "sellable_worker_acquire");
    for (size_t i = 0; i < LOCATIONS; i++)
        expect_ok(sellable_location_put(bed->engine, bed->worker, workload_locations[i], NULL,
                                        NULL, NULL),
                  "sellable_location_put");
    expect_ok(sellable_channel_put(bed->engine, bed->worker, (struct sellable_key){"web", 3}, NULL,
                                   NULL, NULL),
              "sellable_channel_put");
    expect_ok(sellable_channel_put(bed->engine, bed->worker, (struct sellable_key){"ahead", 5},
                                   &ahead, NULL, NULL),
              "sellable_channel_put");
    for (enum kind kind = PLAIN; kind < KINDS; kind++)
        for (size_t i = 0; i < items; i++) {
            put_item(bed, kind, i);
            if (kind != KIT)
                fill_item(bed, kind, i);
        }
    bed->keys = workload_memory(calls * sizeof *bed->keys);
    bed->drawn = workload_memory(calls * sizeof *bed->drawn);
}

static void close_bed(struct bed *bed)
{
    workload_memory_release(bed->keys, bed->calls * sizeof *bed->keys);
    workload_memory_release(bed->drawn, bed->calls * sizeof *bed->drawn);
    sellable_worker_release(bed->worker);
    sellable_close(bed->engine);
}

/* ---- between rows ---------------------------------------------------------------------------- */

/* What the last row took goes back, but for what was shipped, and is forgotten. */
static void end_lot(struct bed *bed)
{
    if (!bed->lot)
        return;
    for (size_t i = 0; i < bed->calls; i++) {
        struct sellable_key key = text_key(&bed->keys[i]);
        enum sellable_status status =
            sellable_deallocate(bed->engine, bed->worker, key, NULL, 0, NULL);
        bed->wrong += status != SELLABLE_OK && status != SELLABLE_WRONG_STATE;
        bed->wrong +=
            sellable_release(bed->engine, bed->worker, key, NULL, 0, NULL) != SELLABLE_OK;
    }
    expect_ok(sellable_advance(bed->engine, bed->worker, sellable_now(bed->engine) + RETENTION + 1,
                               NULL),
              "sellable_advance");
    bed->lot = false;
}

static void begin_lot(struct bed *bed)
{
    for (size_t i = 0; i < bed->calls; i++) {
        uint64_t number = bed->keys_given++;
        memcpy(bed->keys[i].bytes, "promise-", 8);
        for (size_t digit = KEY_SIZE; digit-- > 8; number >>= 4)
            bed->keys[i].bytes[digit] = "0123456789abcdef"[number & 15];
    }
    bed->lot = true;
}

static void draw_items(struct bed *bed)
{
    for (size_t i = 0; i < bed->calls; i++)
        bed->drawn[i] = (uint32_t)(workload_random(&bed->random) % bed->items);
}

/* Orders are followed in another order than that in which they were taken. */
static size_t turn_of(const struct bed *bed, size_t call)
{
    return call * 7919 % bed->calls;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* Each returns what the next one hangs on; `zero` is 0. */
typedef uint64_t promise_call(struct bed *bed, size_t call, uint64_t zero);

static uint64_t judge(struct bed *bed, enum sellable_status status, bool right)
{
    bed->wrong += status != SELLABLE_OK || !right;
    return (uint64_t)status;
}

static inline uint64_t ask(struct bed *bed, size_t call, uint64_t zero, uint32_t channel,
                           int64_t date)
{
    struct sellable_question question = {
        .item = item_of(bed, bed->kind, bed->drawn[call] + zero),
        .channel = {channel},
        .has_date = date != 0,
        .date = date,
    };
    struct sellable_availability availability;
    enum sellable_status status = sellable_available(bed->engine, &question, &availability);
    return judge(bed, status, availability.promisable > 0) | (uint64_t)availability.promisable;
}

static uint64_t available(struct bed *bed, size_t call, uint64_t zero)
{
    return ask(bed, call, zero, WEB, 0);
}

static uint64_t available_ahead(struct bed *bed, size_t call, uint64_t zero)
{
    return ask(bed, call, zero, AHEAD_OF_TIME, 0);
}

static uint64_t available_on_a_date(struct bed *bed, size_t call, uint64_t zero)
{
    return ask(bed, call, zero, AHEAD_OF_TIME, PROMISE_DATE);
}

/* The order of a call; the caller puts its lines in. */
static inline struct sellable_order order_of(struct bed *bed, size_t call, uint32_t channel,
                                             const struct sellable_line *lines, uint32_t count)
{
    return (struct sellable_order){.key = text_key(&bed->keys[call]),
                                   .channel = {channel},
                                   .lines = lines,
                                   .line_count = count};
}

/* `placed`: how many units its plan has to hold. */
static inline uint64_t take(struct bed *bed, const struct sellable_order *order, int64_t placed)
{
    struct sellable_placement plan[3 * LOCATIONS];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = 3 * LOCATIONS};
    enum sellable_status status = sellable_reserve(bed->engine, bed->worker, order, &answer);
    for (uint32_t i = 0; i < answer.plan_count; i++)
        placed -= plan[i].quantity;
    return judge(bed, status, placed == 0);
}

static uint64_t reserve(struct bed *bed, size_t call, uint64_t zero)
{
    struct sellable_line line = {.item = item_of(bed, bed->kind, bed->drawn[call] + zero),
                                 .quantity = 1};
    struct sellable_order order = order_of(bed, call, WEB, &line, 1);
    return take(bed, &order, bed->kind == KIT ? 3 : 1);
}

static uint64_t reserve_ahead(struct bed *bed, size_t call, uint64_t zero)
{
    struct sellable_line line = {.item = item_of(bed, bed->kind, bed->drawn[call] + zero),
                                 .quantity = 1};
    struct sellable_order order = order_of(bed, call, AHEAD_OF_TIME, &line, 1);
    return take(bed, &order, 1);
}

static uint64_t reserve_on_a_date(struct bed *bed, size_t call, uint64_t zero)
{
    struct sellable_line line = {.item = item_of(bed, bed->kind, bed->drawn[call] + zero),
                                 .quantity = 1};
    struct sellable_order order = order_of(bed, call, AHEAD_OF_TIME, &line, 1);
    order.has_date = 1;
    order.date = PROMISE_DATE;
    return take(bed, &order, 1);
}

/* The same three items that a kit is made of. */
static inline uint64_t reserve_three(struct bed *bed, size_t call, uint64_t zero, bool partial)
{
    struct sellable_line lines[3];
    for (size_t i = 0; i < 3; i++)
        lines[i] = (struct sellable_line){
            .item = item_of(bed, COMPONENT, bed->drawn[call] + zero + i * bed->items / 3),
            .quantity = 1};
    if (partial) /* more than there is of the last: it is left out, the others are taken */
        lines[2].at_least = lines[2].quantity = LOCATIONS * STOCK + 1;
    struct sellable_order order = order_of(bed, call, WEB, lines, 3);
    order.mode = partial ? SELLABLE_PARTIAL : SELLABLE_ALL;
    return take(bed, &order, partial ? 2 : 3);
}

static uint64_t reserve_lines(struct bed *bed, size_t call, uint64_t zero)
{
    return reserve_three(bed, call, zero, false);
}

static uint64_t reserve_partial(struct bed *bed, size_t call, uint64_t zero)
{
    return reserve_three(bed, call, zero, true);
}

/* For the rows that follow: so many units each. */
static uint64_t reserve_units(struct bed *bed, size_t call, uint64_t zero)
{
    struct sellable_line line = {.item = item_of(bed, PLAIN, bed->drawn[call] + zero),
                                 .quantity = UNITS};
    struct sellable_order order = order_of(bed, call, WEB, &line, 1);
    order.expires_at = sellable_now(bed->engine) + SELLABLE_DAY;
    return take(bed, &order, UNITS);
}

static uint64_t extend(struct bed *bed, size_t call, uint64_t zero)
{
    struct sellable_key key = text_key(&bed->keys[turn_of(bed, call) + zero]);
    return judge(bed,
                 sellable_extend(bed->engine, bed->worker, key,
                                 sellable_now(bed->engine) + 2 * SELLABLE_DAY, NULL),
                 true);
}

/* One unit more. */
static uint64_t amend(struct bed *bed, size_t call, uint64_t zero)
{
    size_t turn = turn_of(bed, call) + zero;
    struct sellable_line line = {.item = item_of(bed, PLAIN, bed->drawn[turn]),
                                 .quantity = UNITS + 1};
    struct sellable_order order = order_of(bed, turn, WEB, &line, 1);
    return judge(bed, sellable_amend(bed->engine, bed->worker, &order, NULL), true);
}

static uint64_t resource(struct bed *bed, size_t call, uint64_t zero)
{
    size_t turn = turn_of(bed, call) + zero;
    const struct sellable_move move = {.order = text_key(&bed->keys[turn]),
                                       .item = item_of(bed, PLAIN, bed->drawn[turn]),
                                       .from = {1},
                                       .to = {2},
                                       .quantity = 1};
    return judge(bed, sellable_resource(bed->engine, bed->worker, &move, NULL), true);
}

typedef enum sellable_status part_function(struct sellable *engine, struct sellable_worker *worker,
                                           struct sellable_key order,
                                           const struct sellable_part *parts, uint32_t part_count,
                                           struct sellable_answer *answer);

static inline uint64_t act_on_a_part(struct bed *bed, size_t call, uint64_t zero,
                                     part_function *act)
{
    size_t turn = turn_of(bed, call) + zero;
    const struct sellable_part part = {.item = item_of(bed, PLAIN, bed->drawn[turn]),
                                       .quantity = 1};
    struct sellable_key key = text_key(&bed->keys[turn]);
    return judge(bed, act(bed->engine, bed->worker, key, &part, 1, NULL), true);
}

static uint64_t allocate(struct bed *bed, size_t call, uint64_t zero)
{
    return act_on_a_part(bed, call, zero, sellable_allocate);
}

static uint64_t deallocate(struct bed *bed, size_t call, uint64_t zero)
{
    return act_on_a_part(bed, call, zero, sellable_deallocate);
}

static uint64_t ship(struct bed *bed, size_t call, uint64_t zero)
{
    bed->shipped++;
    return act_on_a_part(bed, call, zero, sellable_ship);
}

static uint64_t release(struct bed *bed, size_t call, uint64_t zero)
{
    return act_on_a_part(bed, call, zero, sellable_release);
}

static uint64_t allocate_and_ship(struct bed *bed, size_t call, uint64_t zero)
{
    return allocate(bed, call, zero) | ship(bed, call, zero);
}

/* ---- the rows -------------------------------------------------------------------------------- */

#define AVAILABLE_PLAIN "available, plain row"
#define RESERVE_PLAIN "reserve, plain row"
#define RESERVE_THREE "reserve, three lines"
#define RESERVE_UNITS "reserve, four units"

/* A row either takes a lot of orders, or follows the lot of the row before, or needs none. */
static const struct {
    const char *name;
    enum kind kind;
    promise_call *call;
    enum { ASKS, TAKES, FOLLOWS } lot;
    const char *against;
} kinds_of_row[] = {
    {AVAILABLE_PLAIN, PLAIN, available, ASKS, NULL},
    {"available, fenced row", FENCED_ROW, available, ASKS, AVAILABLE_PLAIN},
    {"available, four dates, horizon", SCHEDULED, available_ahead, ASKS, AVAILABLE_PLAIN},
    {"available, four dates, on a date", SCHEDULED, available_on_a_date, ASKS, AVAILABLE_PLAIN},
    {"available, kit of three", KIT, available, ASKS, AVAILABLE_PLAIN},
    {RESERVE_PLAIN, PLAIN, reserve, TAKES, NULL},
    {"reserve, fenced row", FENCED_ROW, reserve, TAKES, RESERVE_PLAIN},
    {"reserve, four dates, the earliest", SCHEDULED, reserve_ahead, TAKES, RESERVE_PLAIN},
    {"reserve, four dates, for a date", SCHEDULED, reserve_on_a_date, TAKES, RESERVE_PLAIN},
    {RESERVE_THREE, COMPONENT, reserve_lines, TAKES, RESERVE_PLAIN},
    {"reserve, kit of three", KIT, reserve, TAKES, RESERVE_THREE},
    {"reserve, partial, two of three", COMPONENT, reserve_partial, TAKES, RESERVE_THREE},
    {RESERVE_UNITS, PLAIN, reserve_units, TAKES, RESERVE_PLAIN},
    {"extend", PLAIN, extend, FOLLOWS, RESERVE_UNITS},
    {"amend", PLAIN, amend, FOLLOWS, RESERVE_UNITS},
    {"resource one of five", PLAIN, resource, FOLLOWS, RESERVE_UNITS},
    {"release one of five", PLAIN, release, FOLLOWS, RESERVE_UNITS},
    {"allocate one of four", PLAIN, allocate, FOLLOWS, RESERVE_UNITS},
    {"deallocate it", PLAIN, deallocate, FOLLOWS, RESERVE_UNITS},
    {"allocate one and ship it, both", PLAIN, allocate_and_ship, FOLLOWS, RESERVE_UNITS},
};
enum { KINDS_OF_ROW = sizeof kinds_of_row / sizeof *kinds_of_row };

static double measure_row(struct bed *bed, size_t row, enum mode mode)
{
    if (kinds_of_row[row].lot != FOLLOWS)
        draw_items(bed);
    if (kinds_of_row[row].lot == TAKES) {
        end_lot(bed);
        begin_lot(bed);
    }
    bed->kind = kinds_of_row[row].kind;
    promise_call *call = kinds_of_row[row].call;
    uint64_t zero = 0;
    double started = measure_processor();
    for (size_t i = 0; i < bed->calls; i++)
        zero = workload_carry(mode, call(bed, i, zero));
    return (measure_processor() - started) / (double)bed->calls;
}

static void run_round(struct promises *promises, struct bed *bed, size_t round)
{
    for (size_t mode = INDEPENDENT; mode < PROMISE_MODES; mode++)
        for (size_t row = 0; row < promises->row_count; row++)
            promises->rows[row].ns[mode][round] = measure_row(bed, row, (enum mode)mode);
}

/* All that was taken has gone back. */
static bool audit(struct bed *bed)
{
    int64_t missing = -bed->shipped, kept = 0, fences = 0;
    end_lot(bed);
    for (uint32_t item = 1; item <= KIT * bed->items; item++)
        for (uint32_t location = 1; location <= LOCATIONS; location++) {
            struct sellable_fence fence[2];
            struct sellable_place place = {.item = {item}, .location = {location}};
            struct sellable_cell cell = {.fences = fence, .fence_capacity = 2};
            expect_ok(sellable_cell(bed->engine, &place, &cell), "sellable_cell");
            missing += STOCK - cell.on_hand;
            kept += cell.reserved + cell.allocated + cell.backordered + cell.promised_count;
            for (uint32_t i = 0; i < cell.fence_count; i++)
                fences += fence[i].quantity - FENCE;
        }
    if (bed->wrong == 0 && missing == 0 && kept == 0 && fences == 0)
        return true;
    fprintf(stderr,
            "bench: fences, dates, kits: %llu answers were wrong; %lld units are missing, %lld "
            "still kept, %lld of fences\n",
            (unsigned long long)bed->wrong, (long long)missing, (long long)kept,
            (long long)fences);
    return false;
}

/* Rows follow each other: if one is wanted, all are run. */
static bool wanted(const char *only)
{
    for (size_t i = 0; i < KINDS_OF_ROW; i++)
        if (!only || strstr(kinds_of_row[i].name, only))
            return true;
    return false;
}

void promises_run(struct promises *promises, size_t items, size_t calls, size_t rounds,
                  const char *only)
{
    struct bed bed;
    *promises = (struct promises){.items = items, .calls = calls, .rounds = rounds, .good = true};
    if (!wanted(only))
        return;
    open_bed(&bed, items, calls);
    promises->row_count = KINDS_OF_ROW;
    for (size_t i = 0; i < KINDS_OF_ROW; i++) {
        promises->rows[i].name = kinds_of_row[i].name;
        promises->rows[i].against = kinds_of_row[i].against;
    }
    run_round(promises, &bed, 0); /* to warm up: the first round writes over it */
    for (size_t round = 0; round < rounds; round++)
        run_round(promises, &bed, round);
    promises->good = audit(&bed);
    promises->wrong = bed.wrong;
    close_bed(&bed);
}

/* ---- figures --------------------------------------------------------------------------------- */

double promises_figure(const struct promises *promises, const struct promise_row *row,
                       enum mode mode)
{
    return measure_median(row->ns[mode], promises->rounds);
}

double promises_ratio(const struct promises *promises, const struct promise_row *row,
                      enum mode mode)
{
    double ratios[ROUNDS_MAX];
    for (size_t i = 0; row->against && i < promises->row_count; i++) {
        const struct promise_row *other = &promises->rows[i];
        if (strcmp(other->name, row->against) != 0)
            continue;
        for (size_t round = 0; round < promises->rounds; round++)
            ratios[round] = row->ns[mode][round] / other->ns[mode][round];
        return measure_median(ratios, promises->rounds);
    }
    return 0;
}
