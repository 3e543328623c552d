/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets the engine up, runs the parts round by round, and has the rows of audit, figures and
 * shortages. Plain rows first; then orders stand open; at last some cells are made short, and a
 * part of the rows is no longer plain. */
#include "told_bed.h"

#include <stdio.h>
#include <string.h>

/* ---- what the parts share -------------------------------------------------------------------- */

struct told_row *told_row(struct told *told, const char *name, const char *against, double count)
{
    struct told_row *row = told->rows;
    while (row < told->rows + told->row_count && strcmp(row->name, name) != 0)
        row++;
    if (row == told->rows + TOLD_ROWS_MAX)
        expect_ok(SELLABLE_NO_MEMORY, name);
    if (row == told->rows + told->row_count)
        told->row_count++;
    row->name = name;
    row->against = against;
    row->count = count;
    return row;
}

struct workload *told_workload(const struct told_bed *bed)
{
    static struct workload workload;
    workload = (struct workload){.items = bed->told->items,
                                 .slots = bed->options->slots,
                                 .calls = bed->told->calls,
                                 .threads = 1};
    workload_init(&workload);
    workload_draw(&workload, UNIFORM, bed->store.items, bed->store.channels);
    return &workload;
}

void told_take_orders(struct told_bed *bed, size_t count)
{
    struct workload *workload = bed->workload;
    const struct row_kind *kind = section_kind(ENGINE, ROW_RESERVE, BATCH);
    for (size_t done = 0; done < count; done += workload->calls) {
        size_t left = count - done;
        struct share share = {
            .mode = BATCH,
            .count = left < workload->calls ? left : workload->calls,
            .requests = workload->requests + bed->drawn++ % 16 * workload->calls,
            .order_keys = workload->order_keys,
        };
        workload_fresh_keys(workload, 1, share.count);
        kind->body(&bed->store, &share);
        bed->told->wrong += share.wrong;
    }
}

double told_blocks(const struct sellable *engine)
{
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    return (double)memory.block_bytes;
}

double told_reference(struct told_bed *bed, double read, unsigned char *area, size_t room,
                      double written)
{
    return floor_pass(bed->memory, bed->memory_size, read, area, room, written);
}

void told_sweep(struct told_bed *bed)
{
    floor_sweep(bed->memory, bed->memory_size);
}

/* ---- audit, figures, shortages --------------------------------------------------------------- */

static void run_audit(struct told_bed *bed)
{
    struct told_row *row = told_row(bed->told, "audit", "that memory read", 0);
    struct sellable_audit audit;
    double started = measure_processor();
    expect_ok(sellable_audit(bed->store.engine, bed->store.workers[0], &audit), "sellable_audit");
    row->ns[bed->round] = told_since(started);
    row->reference[bed->round] = told_reference(
        bed, bed->row_bytes + bed->block_bytes + bed->order_bytes, NULL, 0, 0);
    bed->told->wrong += !audit.consistent || audit.items != bed->told->items;
    bed->told->wrong += audit.orders != bed->told->orders;
}

static void run_stats(struct told_bed *bed)
{
    enum { TEXT = 1 << 20 };
    static char text[TEXT];
    struct told_row *row = told_row(bed->told, "stats", "first lines read", 0);
    struct told_row *as_text = told_row(bed->told, "metrics", "first lines read", 0);
    struct sellable_channel_stats channels[CHANNELS];
    struct sellable_stats stats = {.channels = channels, .channel_capacity = CHANNELS};
    uint64_t size;
    double started = measure_processor();
    expect_ok(sellable_stats(bed->store.engine, &stats), "sellable_stats");
    row->ns[bed->round] = told_since(started);
    started = measure_processor();
    expect_ok(sellable_metrics(bed->store.engine, text, TEXT, &size), "sellable_metrics");
    as_text->ns[bed->round] = told_since(started);
    row->reference[bed->round] = as_text->reference[bed->round] =
        told_reference(bed, bed->row_bytes, NULL, 0, 0);
    bed->told->wrong += stats.orders_open != bed->told->orders || size == 0 || size > TEXT;
    bed->told->wrong += stats.units_promised != (int64_t)bed->told->orders;
}

/* One cell in a hundred is counted, and nothing is there. */
enum { SHORT_EVERY = 100 / LOCATIONS };

static void make_short(struct told_bed *bed)
{
    for (size_t i = 0; i < bed->store.item_count; i += SHORT_EVERY) {
        const struct sellable_event event = {
            .type = SELLABLE_ON_HAND_SET,
            .item = bed->store.items[i],
            .location = bed->store.locations[i / SHORT_EVERY % LOCATIONS],
        };
        expect_ok(sellable_apply(bed->store.engine, bed->store.workers[0], &event, NULL),
                  "sellable_apply");
    }
}

struct shortages {
    uint64_t cells, orders;
    int64_t units;
};

static int count_shortage(void *context, const struct sellable_shortage *shortage)
{
    struct shortages *shortages = context;
    shortages->cells++;
    shortages->orders += shortage->order_count;
    shortages->units += shortage->short_;
    return 0;
}

static void run_shortages(struct told_bed *bed)
{
    const size_t expected = (bed->store.item_count + SHORT_EVERY - 1) / SHORT_EVERY;
    struct told_row *row = told_row(bed->told, "shortages, 1 % of cells short",
                                    "rows and orders read", (double)expected);
    struct shortages found = {0, 0, 0};
    double started = measure_processor();
    expect_ok(sellable_shortages(bed->store.engine, bed->store.workers[0], count_shortage, &found),
              "sellable_shortages");
    row->ns[bed->round] = told_since(started);
    row->reference[bed->round] =
        told_reference(bed, bed->row_bytes + bed->order_bytes, NULL, 0, 0);
    bed->told->wrong += found.cells != expected || found.units <= 0;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void open_bed(struct told_bed *bed, struct told *told, const struct options *options)
{
    struct sellable_memory memory;
    *bed = (struct told_bed){.told = told, .options = options};
    store_open(&bed->store, STORE_SETTLED, told->items, 2);
    bed->workload = told_workload(bed);
    sellable_memory(bed->store.engine, &memory);
    bed->row_bytes = (double)memory.row_bytes;
    bed->block_bytes = (double)memory.block_bytes;
    bed->memory_size = memory.row_bytes + memory.block_bytes;
    bed->memory_size += ((size_t)1 << 20) - bed->memory_size % ((size_t)1 << 20);
    bed->memory = workload_memory(bed->memory_size);
    bed->changes = workload_memory(told->items * sizeof *bed->changes);
}

static void close_bed(struct told_bed *bed)
{
    workload_memory_release(bed->changes, bed->told->items * sizeof *bed->changes);
    workload_memory_release(bed->memory, bed->memory_size);
    store_close(&bed->store);
    workload_fini(bed->workload);
}

static void round_of_plain_rows(struct told_bed *bed)
{
    told_changes_round(bed);
    told_view_plain(bed);
}

static void round_with_orders(struct told_bed *bed)
{
    told_view_orders(bed);
    told_fork_round(bed);
    run_audit(bed);
    run_stats(bed);
}

/* One round more warms up: the first writes over it. */
static void run_rounds(struct told_bed *bed, void (*run)(struct told_bed *bed))
{
    bed->round = 0;
    run(bed);
    for (; bed->round < bed->told->rounds; bed->round++)
        run(bed);
}

static void run_parts(struct told_bed *bed)
{
    told_changes_open(bed);
    run_rounds(bed, round_of_plain_rows);
    double before = told_blocks(bed->store.engine);
    told_take_orders(bed, bed->told->orders);
    bed->order_bytes = told_blocks(bed->store.engine) - before;
    run_rounds(bed, round_with_orders);
    told_meanwhile(bed);
    make_short(bed);
    run_rounds(bed, run_shortages);
    told_mix(bed);
    run_rounds(bed, told_view_mixed);
}

static bool consistent(struct told_bed *bed)
{
    struct sellable_audit audit;
    expect_ok(sellable_audit(bed->store.engine, NULL, &audit), "sellable_audit");
    if (bed->told->wrong == 0 && audit.consistent && audit.orders == bed->told->orders)
        return true;
    fprintf(stderr, "bench: told: %llu answers were wrong; open are %llu orders, not %zu; the "
                    "audit is %sconsistent\n",
            (unsigned long long)bed->told->wrong, (unsigned long long)audit.orders,
            bed->told->orders, audit.consistent ? "" : "not ");
    return false;
}

void told_run(struct told *told, const struct options *options)
{
    enum { CALLS_MOST = 3 * RHYTHM /* askers take much longer than those who write */ };
    static struct told_bed bed;
    *told = (struct told){.items = options->judged_items,
                          .calls = options->calls < CALLS_MOST ? options->calls : CALLS_MOST,
                          .orders = options->slots < options->judged_items
                                        ? options->slots
                                        : options->judged_items,
                          .rounds = options->rounds,
                          .good = true};
    told_writes_run(told, options);
    open_bed(&bed, told, options);
    run_parts(&bed);
    told->good = consistent(&bed) && told->good;
    close_bed(&bed);
}
