/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of views: a picture of an engine, taken question by question while nothing changes, and
 * whether a view shows the same, however much or little room its columns have. */
#ifndef SELLABLE_TESTS_PICTURE_H
#define SELLABLE_TESTS_PICTURE_H

#include "scene.h"

#include <stdbool.h>
#include <stdlib.h>

enum { PICTURE_ENTRIES = 64, PICTURE_LINES = 8192, PICTURE_LINES_OF_ORDER = 64 };

struct pictured_cell {
    struct sellable_cell cell;
    struct sellable_item item;
    struct sellable_location location;
    int64_t held, promised, fenced; /* sums */
};

struct pictured_order {
    char key[SELLABLE_KEY_MAX];
    struct sellable_order_view order;
    struct sellable_order_line lines[PICTURE_LINES_OF_ORDER];
};

struct picture {
    const struct sellable *engine;
    int64_t now;
    struct sellable_channel *channel;
    struct sellable_item *item;
    struct sellable_availability *availability; /* [channel * items + item] */
    struct pictured_cell *cell;                 /* those of which anything is kept */
    struct pictured_order *order;               /* all that are remembered */
    uint32_t channels, items, cells, orders;
};

static inline void *picture_room(void *room, size_t count, size_t size) {
    void *grown = realloc(room, (count + 1) * size);
    assert_non_null(grown);
    return grown;
}

/* ---- taking one ------------------------------------------------------------------------------ */

static inline void picture_cell(struct picture *picture, struct sellable_item item,
                                struct sellable_location location) {
    struct sellable_fence fences[PICTURE_ENTRIES];
    struct sellable_promised promised[PICTURE_ENTRIES];
    const struct sellable_place place = {.item = item, .location = location};
    struct pictured_cell one = {.item = item, .location = location};
    one.cell = (struct sellable_cell){.fences = fences,
                                      .promised = promised,
                                      .fence_capacity = PICTURE_ENTRIES,
                                      .promised_capacity = PICTURE_ENTRIES};
    expect(sellable_cell(picture->engine, &place, &one.cell), OK);
    assert_in_range(one.cell.fence_count, 0, PICTURE_ENTRIES);
    assert_in_range(one.cell.promised_count, 0, PICTURE_ENTRIES);
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        one.held += one.cell.held[i];
    }
    for (uint32_t i = 0; i < one.cell.fence_count; i++) {
        one.fenced += fences[i].quantity;
    }
    for (uint32_t i = 0; i < one.cell.promised_count; i++) {
        one.promised += promised[i].quantity;
    }
    const struct sellable_cell *cell = &one.cell;
    if ((cell->on_hand | one.held | cell->allocated | cell->reserved | cell->backordered |
         cell->safety_stock | one.fenced | cell->net) != 0 ||
        cell->schedule_count + cell->promised_count != 0) {
        picture->cell = picture_room(picture->cell, picture->cells, sizeof one);
        picture->cell[picture->cells++] = one;
    }
}

static inline int picture_order(void *context, const struct sellable_order_view *order) {
    struct picture *picture = context;
    picture->order = picture_room(picture->order, picture->orders, sizeof *picture->order);
    struct pictured_order *one = &picture->order[picture->orders++];
    assert_in_range(order->line_count, 0, PICTURE_LINES_OF_ORDER);
    one->order = *order;
    memcpy(one->key, order->key.bytes, order->key.size);
    memcpy(one->lines, order->lines, order->line_count * sizeof *order->lines);
    return 0;
}

static inline void picture_masters(struct picture *picture) {
    const struct sellable *engine = picture->engine;
    for (struct sellable_channel channel =
             sellable_channel_next(engine, (struct sellable_channel){0});
         channel.id; channel = sellable_channel_next(engine, channel)) {
        picture->channel = picture_room(picture->channel, picture->channels, sizeof channel);
        picture->channel[picture->channels++] = channel;
    }
    for (struct sellable_item item = sellable_item_next(engine, (struct sellable_item){0}); item.id;
         item = sellable_item_next(engine, item)) {
        picture->item = picture_room(picture->item, picture->items, sizeof item);
        picture->item[picture->items++] = item;
        for (struct sellable_location at =
                 sellable_location_next(engine, (struct sellable_location){0});
             at.id; at = sellable_location_next(engine, at)) {
            picture_cell(picture, item, at);
        }
    }
}

static inline struct picture picture_of(struct sellable *engine) {
    struct picture picture = {.engine = engine, .now = sellable_now(engine)};
    struct sellable_selection all = {.closed = 1};
    picture_masters(&picture);
    picture.availability = picture_room(NULL, (size_t)picture.channels * picture.items,
                                        sizeof *picture.availability);
    for (uint32_t c = 0; c < picture.channels; c++) {
        for (uint32_t i = 0; i < picture.items; i++) {
            struct sellable_question question = {.item = picture.item[i],
                                                 .channel = picture.channel[c]};
            expect(sellable_available(engine, &question,
                                      &picture.availability[c * picture.items + i]),
                   OK);
        }
    }
    expect(sellable_orders(engine, NULL, &all, picture_order, &picture), OK);
    return picture;
}

static inline void picture_free(struct picture *picture) {
    free(picture->channel);
    free(picture->item);
    free(picture->availability);
    free(picture->cell);
    free(picture->order);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static inline void same_figure_at(int64_t shown, int64_t told, const char *what,
                                  const struct sellable *engine, struct sellable_item item,
                                  struct sellable_key where, const char *file, int line) {
    if (shown == told) {
        return;
    }
    struct sellable_key key = sellable_item_key(engine, item);
    print_error("%s of %.*s, %.*s: the view shows %lld, told was %lld\n", what, (int)key.size,
                key.bytes, (int)where.size, where.bytes, (long long)shown, (long long)told);
    _fail(file, line);
}

/* What channels may promise; `capacity` rows at a time. */
static inline void same_availability_at(const struct sellable_view *view,
                                        const struct picture *picture, uint32_t capacity,
                                        const char *file, int line) {
    size_t figures = (size_t)capacity * picture->channels;
    uint32_t *item = picture_room(NULL, capacity, sizeof *item), row = 0;
    int64_t *promisable = picture_room(NULL, figures, sizeof *promisable);
    int64_t *published = picture_room(NULL, figures, sizeof *published);
    uint8_t *level = picture_room(NULL, figures, sizeof *level);
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {
        .capacity = capacity, .item = item, .promisable = promisable, .published = published,
        .level = level};
    do {
        expect_at((int)sellable_view_availability(view, picture->channel, picture->channels,
                                                  &cursor, &columns),
                  SELLABLE_OK, "sellable_view_availability", file, line);
        assert_in_range(columns.count, 0, picture->items - row);
        for (uint32_t i = 0; i < columns.count; i++, row++) {
            equal_at(item[i], picture->item[row].id, "an item", file, line);
            for (uint32_t c = 0; c < picture->channels; c++) {
                const struct sellable_availability *told =
                    &picture->availability[c * picture->items + row];
                struct sellable_key where =
                    sellable_channel_key(picture->engine, picture->channel[c]);
                size_t at = (size_t)c * capacity + i;
#define SAME(shown, told, what)                                                                    \
    same_figure_at(shown, told, what, picture->engine, picture->item[row], where, file, line)
                SAME(promisable[at], told->promisable, "promisable");
                SAME(published[at], told->published, "published");
                SAME(level[at], told->level, "level");
#undef SAME
            }
        }
    } while (columns.count == capacity);
    equal_at(row, picture->items, "items of the view", file, line);
    free(item);
    free(promisable);
    free(published);
    free(level);
}

/* Columns of cells, with room for `capacity` of them: freed by cells_free. */
static inline int64_t **cell_column(struct sellable_cell_columns *columns, size_t i) {
    int64_t **const column[] = {&columns->on_hand,      &columns->held,     &columns->allocated,
                                &columns->reserved,     &columns->backordered,
                                &columns->promised,     &columns->safety_stock,
                                &columns->fenced,       &columns->net,      &columns->free,
                                &columns->shared,       &columns->short_};
    return i < COUNT_OF(column) ? column[i] : NULL;
}
static inline struct sellable_cell_columns cells_room(uint32_t capacity) {
    struct sellable_cell_columns columns = {.capacity = capacity};
    columns.item = picture_room(NULL, capacity, sizeof *columns.item);
    columns.location = picture_room(NULL, capacity, sizeof *columns.location);
    for (size_t i = 0; cell_column(&columns, i) != NULL; i++) {
        *cell_column(&columns, i) = picture_room(NULL, capacity, sizeof(int64_t));
    }
    for (int i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        columns.held_by[i] = picture_room(NULL, capacity, sizeof(int64_t));
    }
    return columns;
}
static inline void cells_free(struct sellable_cell_columns *columns) {
    free(columns->item);
    free(columns->location);
    for (size_t i = 0; cell_column(columns, i) != NULL; i++) {
        free(*cell_column(columns, i));
    }
    for (int i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        free(columns->held_by[i]);
    }
}

static inline void same_cell_at(const struct picture *picture, const struct pictured_cell *told,
                                const struct sellable_cell_columns *shown, uint32_t i,
                                const char *file, int line) {
    const struct sellable_cell *cell = &told->cell;
    struct sellable_key where = sellable_location_key(picture->engine, told->location);
    equal_at(shown->item[i], told->item.id, "a cell's item", file, line);
    equal_at(shown->location[i], told->location.id, "a cell's location", file, line);
#define SAME(column, value)                                                                        \
    same_figure_at(shown->column[i], value, #column, picture->engine, told->item, where, file, line)
    SAME(on_hand, cell->on_hand);
    SAME(held, told->held);
    for (int reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        SAME(held_by[reason], cell->held[reason]);
    }
    SAME(allocated, cell->allocated);
    SAME(reserved, cell->reserved);
    SAME(backordered, cell->backordered);
    SAME(promised, told->promised);
    SAME(safety_stock, cell->safety_stock);
    SAME(fenced, told->fenced);
    SAME(net, cell->net);
    SAME(free, cell->free);
    SAME(shared, cell->shared);
    SAME(short_, cell->short_);
#undef SAME
}

static inline void same_cells_at(const struct sellable_view *view, const struct picture *picture,
                                 uint32_t capacity, const char *file, int line) {
    struct sellable_cell_columns columns = cells_room(capacity);
    struct sellable_cursor cursor = {0, 0};
    uint32_t row = 0;
    do {
        expect_at((int)sellable_view_cells(view, &cursor, &columns), SELLABLE_OK,
                  "sellable_view_cells", file, line);
        assert_in_range(columns.count, 0, picture->cells - row);
        for (uint32_t i = 0; i < columns.count; i++) {
            same_cell_at(picture, &picture->cell[row++], &columns, i, file, line);
        }
    } while (columns.count == capacity);
    equal_at(row, picture->cells, "cells of the view", file, line);
    cells_free(&columns);
}

/* Columns of orders, with room for `capacity` of them and PICTURE_LINES placements. */
struct shown_orders {
    struct sellable_order_columns columns;
    struct sellable_key key[PICTURE_ENTRIES];
    uint32_t channel[PICTURE_ENTRIES], state[PICTURE_ENTRIES], lines[PICTURE_ENTRIES];
    int64_t expires_at[PICTURE_ENTRIES], date[PICTURE_ENTRIES];
    uint64_t line[PICTURE_ENTRIES];
    uint32_t line_order[PICTURE_LINES], line_item[PICTURE_LINES], line_location[PICTURE_LINES];
    int64_t line_reserved[PICTURE_LINES], line_allocated[PICTURE_LINES];
    int64_t line_shipped[PICTURE_LINES], line_released[PICTURE_LINES];
    int64_t line_dated[PICTURE_LINES], line_backordered[PICTURE_LINES];
};
static inline struct shown_orders *orders_room(uint32_t capacity, uint32_t closed) {
    struct shown_orders *shown = picture_room(NULL, 0, sizeof *shown);
    assert_in_range(capacity, 1, PICTURE_ENTRIES);
    shown->columns = (struct sellable_order_columns){
        .capacity = capacity,
        .line_capacity = PICTURE_LINES,
        .closed = closed,
        .key = shown->key,
        .channel = shown->channel,
        .state = shown->state,
        .expires_at = shown->expires_at,
        .date = shown->date,
        .line = shown->line,
        .lines = shown->lines,
        .line_order = shown->line_order,
        .line_item = shown->line_item,
        .line_location = shown->line_location,
        .line_reserved = shown->line_reserved,
        .line_allocated = shown->line_allocated,
        .line_shipped = shown->line_shipped,
        .line_released = shown->line_released,
        .line_dated = shown->line_dated,
        .line_backordered = shown->line_backordered};
    return shown;
}

static inline void same_line_at(const struct shown_orders *shown, uint64_t at, uint32_t row,
                                const struct sellable_order_line *told, const char *file,
                                int line) {
    equal_at(shown->line_order[at], row, "a placement's order", file, line);
    equal_at(shown->line_item[at], told->item.id, "a placement's item", file, line);
    equal_at(shown->line_location[at], told->location.id, "its location", file, line);
    equal_at(shown->line_reserved[at], told->reserved, "reserved of a placement", file, line);
    equal_at(shown->line_allocated[at], told->allocated, "allocated of one", file, line);
    equal_at(shown->line_shipped[at], told->shipped, "shipped of one", file, line);
    equal_at(shown->line_released[at], told->released, "released of one", file, line);
    equal_at(shown->line_dated[at], told->dated, "dated of one", file, line);
    equal_at(shown->line_backordered[at], told->backordered, "backordered of one", file, line);
}

static inline void same_order_at(const struct shown_orders *shown, uint32_t row,
                                 const struct pictured_order *told, const char *file, int line) {
    const struct sellable_order_view *order = &told->order;
    if (shown->key[row].size != order->key.size ||
        memcmp(shown->key[row].bytes, told->key, order->key.size) != 0) {
        print_error("the view shows order %.*s, told was %.*s\n", (int)shown->key[row].size,
                    shown->key[row].bytes, (int)order->key.size, told->key);
        _fail(file, line);
    }
    equal_at(shown->channel[row], order->channel.id, "an order's channel", file, line);
    equal_at(shown->state[row], order->state, "an order's state", file, line);
    equal_at(shown->expires_at[row], order->expires_at, "expires_at", file, line);
    equal_at(shown->date[row], order->date, "an order's date", file, line);
    equal_at(shown->lines[row], order->line_count, "an order's lines", file, line);
    for (uint32_t i = 0; i < order->line_count; i++) {
        same_line_at(shown, shown->line[row] + i, row, &told->lines[i], file, line);
    }
}

static inline bool is_open(const struct pictured_order *order) {
    return order->order.state == SELLABLE_RESERVED || order->order.state == SELLABLE_ALLOCATED;
}

static inline void same_orders_at(struct sellable_view *view, const struct picture *picture,
                                  uint32_t capacity, uint32_t closed, const char *file, int line) {
    struct shown_orders *shown = orders_room(capacity, closed);
    struct sellable_cursor cursor = {0, 0};
    uint32_t next = 0;
    do {
        expect_at((int)sellable_view_orders(view, &cursor, &shown->columns), SELLABLE_OK,
                  "sellable_view_orders", file, line);
        uint64_t lines = 0;
        for (uint32_t row = 0; row < shown->columns.count; row++, next++) {
            while (closed == 0 && next < picture->orders && !is_open(&picture->order[next])) {
                next++;
            }
            assert_in_range(next, 0, picture->orders - 1);
            equal_at((int64_t)shown->line[row], (int64_t)lines, "a first placement", file, line);
            same_order_at(shown, row, &picture->order[next], file, line);
            lines += shown->lines[row];
        }
        equal_at((int64_t)shown->columns.line_count, (int64_t)lines, "line_count", file, line);
    } while (shown->columns.count != 0);
    while (closed == 0 && next < picture->orders && !is_open(&picture->order[next])) {
        next++;
    }
    equal_at(next, picture->orders, "orders of the view", file, line);
    free(shown);
}

/* All of it, with much room and with little. */
static inline void is_pictured_at(struct sellable_view *view, const struct picture *picture,
                                  const char *file, int line) {
    static const uint32_t capacities[] = {1, 3, PICTURE_ENTRIES};
    equal_at(view->now, picture->now, "the view's now", file, line);
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        same_availability_at(view, picture, capacities[i], file, line);
        same_cells_at(view, picture, capacities[i], file, line);
        same_orders_at(view, picture, capacities[i], 1, file, line);
        same_orders_at(view, picture, capacities[i], 0, file, line);
    }
}
#define is_pictured(view, picture) is_pictured_at(view, picture, __FILE__, __LINE__)

static inline struct sellable_view view_of_at(struct sellable *engine, const char *file,
                                              int line) {
    struct sellable_view view;
    memset(&view, 0xa5, sizeof view);
    expect_at((int)sellable_view_open(engine, NULL, &view), SELLABLE_OK, "sellable_view_open",
              file, line);
    return view;
}
#define view_of(engine) view_of_at(engine, __FILE__, __LINE__)

#endif
