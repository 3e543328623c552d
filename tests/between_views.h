/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_between.c: the questions that are of one instant for all there is - a view, a fork,
 * shortages - told as text. */
#ifndef SELLABLE_TESTS_BETWEEN_VIEWS_H
#define SELLABLE_TESTS_BETWEEN_VIEWS_H

#include "between.h"
#include "cell_columns.h"

/* Few rows at a time, so that a walk goes on in the midst of things. */
enum { VIEW_ROWS = 3, VIEW_LINES = 8192, VIEW_CHANNELS = 2 };

static void tell_view_availability(const struct sellable_view *view, struct text *said) {
    const struct sellable_channel channels[VIEW_CHANNELS] = {{2}, {1}};
    uint32_t item[VIEW_ROWS];
    int64_t promisable[VIEW_CHANNELS * VIEW_ROWS], published[VIEW_CHANNELS * VIEW_ROWS];
    uint8_t level[VIEW_CHANNELS * VIEW_ROWS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {.capacity = VIEW_ROWS,
                                                    .item = item,
                                                    .promisable = promisable,
                                                    .published = published,
                                                    .level = level};
    do {
        enum sellable_status status =
            sellable_view_availability(view, channels, VIEW_CHANNELS, &cursor, &columns);
        if (status != SELLABLE_OK) {
            tell_status(said, status);
            return;
        }
        for (uint64_t row = 0; row < columns.count; row++) {
            text_add(said, " item %u", item[row]);
            for (uint32_t c = 0; c < VIEW_CHANNELS; c++)
                text_add(said, " %" PRId64 " %" PRId64 " %u", promisable[c * VIEW_ROWS + row],
                         published[c * VIEW_ROWS + row], level[c * VIEW_ROWS + row]);
        }
    } while (columns.count == VIEW_ROWS);
    text_add(said, "\n");
}

static void tell_view_cells(const struct sellable_view *view, struct text *said) {
    uint32_t item[VIEW_ROWS], location[VIEW_ROWS];
    int64_t figure[CELL_FIGURES * VIEW_ROWS], damaged[VIEW_ROWS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_cell_columns columns = cell_columns_over(VIEW_ROWS, item, location, figure);
    columns.held_by[SELLABLE_DAMAGE] = damaged;
    do {
        enum sellable_status status = sellable_view_cells(view, &cursor, &columns);
        if (status != SELLABLE_OK) {
            tell_status(said, status);
            return;
        }
        for (uint64_t row = 0; row < columns.count; row++) {
            text_add(said, " cell %u %u:", item[row], location[row]);
            for (uint32_t f = 0; f < CELL_FIGURES; f++)
                if (figure[f * VIEW_ROWS + row] != 0)
                    text_add(said, " %s %" PRId64, cell_figure_names[f],
                             figure[f * VIEW_ROWS + row]);
            text_add(said, " damage %" PRId64, damaged[row]);
        }
    } while (columns.count == VIEW_ROWS);
    text_add(said, "\n");
}

static void tell_view_orders(struct sellable_view *view, struct text *said) {
    struct sellable_key key[VIEW_ROWS];
    uint32_t state[VIEW_ROWS], lines[VIEW_ROWS];
    int64_t expires_at[VIEW_ROWS], date[VIEW_ROWS];
    uint64_t line[VIEW_ROWS];
    static uint32_t item[VIEW_LINES], location[VIEW_LINES];
    static int64_t reserved[VIEW_LINES], shipped[VIEW_LINES], released[VIEW_LINES];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_order_columns columns = {.capacity = VIEW_ROWS,
                                             .line_capacity = VIEW_LINES,
                                             .closed = 1,
                                             .key = key,
                                             .state = state,
                                             .expires_at = expires_at,
                                             .date = date,
                                             .line = line,
                                             .lines = lines,
                                             .line_item = item,
                                             .line_location = location,
                                             .line_reserved = reserved,
                                             .line_shipped = shipped,
                                             .line_released = released};
    do {
        enum sellable_status status = sellable_view_orders(view, &cursor, &columns);
        if (status != SELLABLE_OK) {
            tell_status(said, status);
            return;
        }
        for (uint64_t row = 0; row < columns.count; row++) {
            text_key(said, key[row]);
            text_add(said, " %s until %" PRId64 " for %" PRId64,
                     sellable_order_state_name((int)state[row]), expires_at[row], date[row]);
            for (uint64_t l = line[row]; l < line[row] + lines[row]; l++)
                text_add(said, " %u %u %" PRId64 " %" PRId64 " %" PRId64, item[l], location[l],
                         reserved[l], shipped[l], released[l]);
        }
    } while (columns.count != 0);
    text_add(said, "\n");
}

/* Open, read, close. Nothing of it may be of another instant than the rest. */
static void call_view(struct sellable *engine, uint32_t which, struct text *said) {
    struct sellable_view view;
    (void)which;
    tell_status(said, sellable_view_open(engine, NULL, &view));
    text_add(said, " now %" PRId64 " items %" PRIu64 " locations %u channels %u", view.now,
             view.items, view.locations, view.channels);
    tell_view_availability(&view, said);
    tell_view_cells(&view, said);
    tell_view_orders(&view, said);
    tell_status(said, sellable_view_close(NULL, &view));
}

/* All that the fork says, it says of one instant of the original. */
static void call_fork(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_allocator guarded = {NULL, guarded_slab, guarded_back};
    struct sellable *fork = NULL;
    enum sellable_status status = sellable_fork(engine, NULL, &guarded, &fork);
    (void)which;
    tell_status(said, status);
    text_add(said, " ");
    if (status == SELLABLE_OK) {
        tell_state(fork, said);
        sellable_close(fork);
    }
}

static int tell_shortage(void *context, const struct sellable_shortage *shortage) {
    text_add(context, " item %u at %u short %" PRId64, shortage->item.id, shortage->location.id,
             shortage->short_);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        text_key(context, shortage->orders[i].order);
        text_add(context, " %" PRId64, shortage->orders[i].quantity);
    }
    return 0;
}

static void call_shortages(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    text_add(said, "all");
    tell_status(said, sellable_shortages(engine, NULL, tell_shortage, said));
}

#endif
