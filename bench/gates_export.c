/* SPDX-License-Identifier: Apache-2.0
 *
 * What all 8 channels publish of all items, by one walk through a view into arrays of the caller
 * that hold all of it. Beside it: the rows' memory is read once (first lines, and what the mix put
 * behind them), and as many bytes as the arrays take are written over them once. And the bytes that
 * the engine keeps. */
#include "gates.h"

/* Of an item: its handle, and what each channel publishes. */
enum { EXPORTED_BYTES = sizeof(uint32_t) + CHANNELS * sizeof(int64_t) };

struct gate_area {
    size_t items;
    double read;          /* bytes of rows */
    uint64_t *memory;     /* as much as that, in whole pieces */
    size_t memory_size;
    int64_t *published;   /* for all channels and items */
    uint32_t *handles;    /* behind them */
};

struct gate_area *gates_area_open(const struct bench *bench)
{
    const size_t whole = (size_t)1 << 20;
    struct gate_area *area = workload_memory(sizeof *area);
    *area = (struct gate_area){.items = bench->items};
    area->read = (double)bench->before.row_bytes + bench->store.mixed_bytes;
    area->memory_size = ((size_t)area->read / whole + 1) * whole;
    area->memory = workload_memory(area->memory_size);
    area->published = workload_memory(bench->items * EXPORTED_BYTES);
    area->handles = (uint32_t *)(area->published + bench->items * CHANNELS);
    return area;
}

void gates_area_close(struct gate_area *area)
{
    workload_memory_release(area->memory, area->memory_size);
    workload_memory_release(area->published, area->items * EXPORTED_BYTES);
    workload_memory_release(area, sizeof *area);
}

/* Some are asked directly, too. */
static uint64_t check_some(struct bench *bench, const struct gate_area *area)
{
    const size_t step = area->items / 1000 + 1;
    uint64_t wrong = 0;
    for (size_t i = 0; i < area->items; i += step) {
        uint32_t channel = (uint32_t)(i / step % CHANNELS);
        const struct sellable_question question = {.item = {area->handles[i]},
                                                   .channel = bench->store.channels[channel]};
        struct sellable_availability availability;
        enum sellable_status status =
            sellable_available(bench->store.engine, &question, &availability);
        wrong += status != SELLABLE_OK ||
                 availability.published != area->published[channel * area->items + i];
    }
    return wrong;
}

double gates_export(struct bench *bench, struct gate_area *area, uint64_t *wrong)
{
    struct sellable_view view;
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {
        .capacity = area->items, .item = area->handles, .published = area->published};
    floor_sweep(area->memory, area->memory_size);
    double started = measure_processor();
    expect_ok(sellable_view_open(bench->store.engine, bench->store.workers[0], &view),
              "sellable_view_open");
    expect_ok(sellable_view_availability(&view, bench->store.channels, CHANNELS, &cursor, &columns),
              "sellable_view_availability");
    double ns = measure_processor() - started;
    *wrong += columns.count != area->items;
    *wrong += check_some(bench, area);
    expect_ok(sellable_view_close(bench->store.workers[0], &view), "sellable_view_close");
    return ns / (double)area->items;
}

double gates_export_reference(struct gate_area *area)
{
    size_t size = area->items * EXPORTED_BYTES;
    floor_sweep(area->memory, area->memory_size);
    return floor_pass(area->memory, area->memory_size, area->read, (unsigned char *)area->published,
                      size, (double)size) /
           (double)area->items;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* All channels ask for the first time: bytes of each item and channel that is told. */
static double told_bytes(struct bench *bench)
{
    struct sellable *engine = bench->store.engine;
    struct sellable_change *room = workload_memory(bench->items * sizeof *room);
    struct sellable_memory before, after;
    double told = 0;
    sellable_memory(engine, &before);
    for (uint32_t i = 0; i < CHANNELS; i++) {
        struct sellable_changes changes = {
            .channel = bench->store.channels[i], .changes = room, .capacity = bench->items};
        expect_ok(sellable_changes(engine, bench->store.workers[0], &changes),
                  "sellable_changes");
        told += (double)changes.count;
    }
    sellable_memory(engine, &after);
    workload_memory_release(room, bench->items * sizeof *room);
    return told > 0 ? (double)(after.block_bytes - before.block_bytes) / told : 0;
}

void gates_bytes(struct bench *bench, bool larger, double bytes[GATE_BYTES])
{
    const struct sellable_memory *opened = &bench->store.opened, *before = &bench->before;
    const struct sellable_memory *after = &bench->after;
    const double items = (double)bench->items, orders = (double)bench->options->slots;
    struct sellable_options nothing = {0};
    struct sellable_memory empty;
    struct sellable *engine;
    expect_ok(sellable_open(&nothing, &engine), "sellable_open");
    sellable_memory(engine, &empty);
    sellable_close(engine);
    bytes[GATE_FIRST_LINE] = (double)before->row_bytes / items;
    bytes[GATE_ITEM] = ((double)(before->row_bytes + before->block_bytes) / items) - KEY_SIZE;
    /* An engine that expects so many items takes their first lines and their index at once. */
    bytes[GATE_ITEM_INDEX] =
        ((double)(opened->slab_bytes - empty.slab_bytes + before->block_bytes) / items) - KEY_SIZE;
    bytes[GATE_ORDER] =
        ((double)(after->block_bytes - before->block_bytes) / orders) - KEY_SIZE;
    bytes[GATE_ORDER_INDEX] =
        ((double)(after->slab_bytes - before->slab_bytes) / orders) - KEY_SIZE;
    bytes[GATE_TOLD] = larger ? 0 : told_bytes(bench);
}
