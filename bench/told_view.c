/* SPDX-License-Identifier: Apache-2.0
 *
 * Views of everything in columns: what 8 channels may promise, cells, orders; of plain rows and of
 * a mix that has all there is. The caller's arrays hold all rows, or as many as stay in a cache and
 * are filled again and again. Beside each: the rows' memory is read once, and as many bytes are
 * written over an area of that size. */
#include "stated.h"
#include "told_bed.h"


static const char *const read_and_written = "rows read, as much written";

/* Bytes of a row over all columns that are asked for. */
enum {
    AVAILABILITY_BYTES = 4 + CHANNELS * (8 + 8 + 1),
    CELL_COLUMNS = 13,
    CELL_BYTES = 4 + 4 + CELL_COLUMNS * 8,
    ORDER_BYTES = 16 + 4 + 4 + 8 + 8 + 8 + 4,
    LINE_BYTES = 3 * 4 + 6 * 8
};

static struct sellable_view open_view(struct told_bed *bed)
{
    struct sellable_view view;
    expect_ok(sellable_view_open(bed->store.engine, bed->store.workers[0], &view),
              "sellable_view_open");
    return view;
}

static void close_view(struct told_bed *bed, struct sellable_view *view)
{
    expect_ok(sellable_view_close(bed->store.workers[0], view), "sellable_view_close");
}

/* An array of so many elements out of an area. */
static void *column(unsigned char **area, size_t size, size_t count)
{
    void *start = *area;
    *area += (size * count + 63) & ~(size_t)63;
    return start;
}

/* With room for the bytes of all rows, and what is lost between two columns. */
static unsigned char *open_area(size_t rows, size_t row_bytes, size_t *size)
{
    enum { COLUMNS_MOST = 32 };
    *size = rows * row_bytes + COLUMNS_MOST * 64;
    return workload_memory(*size);
}

/* ---- what channels may promise --------------------------------------------------------------- */

/* A row in some is asked directly, too. */
static void check_rows(struct told_bed *bed, const struct sellable_availability_columns *columns)
{
    const uint64_t some = 512;
    for (uint64_t i = 0; i < columns->count; i += some) {
        uint32_t channel = (uint32_t)(i / some % CHANNELS);
        const struct sellable_question question = {.item = {columns->item[i]},
                                                   .channel = bed->store.channels[channel]};
        struct sellable_availability availability;
        enum sellable_status status =
            sellable_available(bed->store.engine, &question, &availability);
        uint64_t at = channel * columns->capacity + i;
        bed->told->wrong += status != SELLABLE_OK ||
                            availability.promisable != columns->promisable[at] ||
                            availability.published != columns->published[at] ||
                            availability.level != columns->level[at];
    }
}

static void run_availability(struct told_bed *bed, const char *name, size_t rows, double read)
{
    double items = (double)bed->told->items, written = items * AVAILABILITY_BYTES;
    struct told_row *row = told_row(bed->told, name, read_and_written, items);
    size_t size;
    unsigned char *area = open_area(rows, AVAILABILITY_BYTES, &size), *left = area;
    struct sellable_availability_columns columns = {.capacity = rows, .count = rows};
    columns.item = column(&left, 4, rows);
    columns.promisable = column(&left, 8, CHANNELS * rows);
    columns.published = column(&left, 8, CHANNELS * rows);
    columns.level = column(&left, 1, CHANNELS * rows);
    struct sellable_view view = open_view(bed);
    struct sellable_cursor cursor = {0, 0};
    uint64_t filled = 0;
    told_sweep(bed);
    double started = measure_processor();
    while (columns.count == rows) {
        expect_ok(sellable_view_availability(&view, bed->store.channels, CHANNELS, &cursor,
                                             &columns),
                  "sellable_view_availability");
        filled += columns.count;
    }
    row->ns[bed->round] = told_since(started);
    bed->told->wrong += filled != bed->told->items;
    check_rows(bed, &columns);
    close_view(bed, &view);
    told_sweep(bed);
    row->reference[bed->round] = told_reference(bed, read, area, size, written);
    workload_memory_release(area, size);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void run_cells(struct told_bed *bed, const char *name, double read)
{
    double cells = (double)bed->told->items * LOCATIONS;
    struct told_row *row = told_row(bed->told, name, read_and_written, cells);
    size_t size;
    unsigned char *area = open_area(PAGE_ROWS, CELL_BYTES, &size), *left = area;
    struct sellable_cell_columns columns = {.capacity = PAGE_ROWS, .count = PAGE_ROWS};
    int64_t **const figures[CELL_COLUMNS] = {
        &columns.on_hand,     &columns.held,     &columns.allocated,    &columns.reserved,
        &columns.backordered, &columns.promised, &columns.safety_stock, &columns.fenced,
        &columns.net,         &columns.free,     &columns.shared,       &columns.short_,
        &columns.held_by[SELLABLE_QUALITY],
    };
    columns.item = column(&left, 4, PAGE_ROWS);
    columns.location = column(&left, 4, PAGE_ROWS);
    for (size_t i = 0; i < CELL_COLUMNS; i++)
        *figures[i] = column(&left, 8, PAGE_ROWS);
    struct sellable_view view = open_view(bed);
    struct sellable_cursor cursor = {0, 0};
    uint64_t filled = 0;
    told_sweep(bed);
    double started = measure_processor();
    while (columns.count == PAGE_ROWS) {
        expect_ok(sellable_view_cells(&view, &cursor, &columns), "sellable_view_cells");
        filled += columns.count;
        for (uint64_t i = 0; i < columns.count; i += PAGE_ROWS - 1)
            bed->told->wrong += columns.held[i] != CELL_HELD ||
                                columns.safety_stock[i] != CELL_SAFETY_STOCK;
    }
    row->ns[bed->round] = told_since(started);
    bed->told->wrong += filled != bed->told->items * LOCATIONS;
    close_view(bed, &view);
    told_sweep(bed);
    row->reference[bed->round] = told_reference(bed, read, area, size, cells * CELL_BYTES);
    workload_memory_release(area, size);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static unsigned char *order_columns(struct sellable_order_columns *columns, size_t *size)
{
    enum { ROWS = PAGE_ROWS }; /* of both parts */
    unsigned char *area = open_area(ROWS, ORDER_BYTES + LINE_BYTES, size), *left = area;
    *columns = (struct sellable_order_columns){
        .capacity = ROWS, .line_capacity = ROWS, .count = 1};
    columns->key = column(&left, sizeof *columns->key, ROWS);
    uint32_t **const narrow[] = {&columns->channel,   &columns->state,
                                 &columns->lines,     &columns->line_order,
                                 &columns->line_item, &columns->line_location};
    int64_t **const wide[] = {&columns->expires_at,    &columns->date,
                              &columns->line_reserved, &columns->line_allocated,
                              &columns->line_shipped,  &columns->line_released,
                              &columns->line_dated,    &columns->line_backordered};
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        *narrow[i] = column(&left, 4, ROWS);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        *wide[i] = column(&left, 8, ROWS);
    columns->line = column(&left, 8, ROWS);
    return area;
}

void told_view_orders(struct told_bed *bed)
{
    double orders = (double)bed->told->orders;
    struct told_row *row =
        told_row(bed->told, "view: orders, by 4,096", read_and_written, orders);
    struct sellable_order_columns columns;
    size_t size;
    unsigned char *area = order_columns(&columns, &size);
    struct sellable_view view = open_view(bed);
    struct sellable_cursor cursor = {0, 0};
    uint64_t filled = 0, lines = 0;
    told_sweep(bed);
    double started = measure_processor();
    while (columns.count > 0) {
        expect_ok(sellable_view_orders(&view, &cursor, &columns), "sellable_view_orders");
        filled += columns.count;
        lines += columns.line_count;
    }
    row->ns[bed->round] = told_since(started);
    bed->told->wrong += filled != bed->told->orders || lines != filled;
    close_view(bed, &view);
    told_sweep(bed);
    row->reference[bed->round] =
        told_reference(bed, bed->order_bytes, area, size, orders * (ORDER_BYTES + LINE_BYTES));
    workload_memory_release(area, size);
}

/* ---- plain rows, and the mix ----------------------------------------------------------------- */

void told_view_plain(struct told_bed *bed)
{
    struct told_row *row = told_row(bed->told, "view: opened and closed", NULL, 0);
    double started = measure_processor();
    struct sellable_view view = open_view(bed);
    close_view(bed, &view);
    row->ns[bed->round] = told_since(started);
    run_availability(bed, "view: 8 channels, plain, all at once", bed->told->items,
                     bed->row_bytes);
    run_availability(bed, "view: 8 channels, plain, by 4,096", PAGE_ROWS, bed->row_bytes);
    run_cells(bed, "view: cells, plain, by 4,096", bed->row_bytes + bed->block_bytes);
}

void told_view_mixed(struct told_bed *bed)
{
    double read = bed->row_bytes + bed->mixed_bytes;
    run_availability(bed, "view: 8 channels, mixed, all at once", bed->told->items, read);
    run_availability(bed, "view: 8 channels, mixed, by 4,096", PAGE_ROWS, read);
    run_cells(bed, "view: cells, mixed, by 4,096", read + bed->block_bytes);
}

void told_mix(struct told_bed *bed)
{
    double before = told_blocks(bed->store.engine);
    stated_mix(&bed->store);
    bed->mixed_bytes = told_blocks(bed->store.engine) - before;
}
