/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear: views, and questions for changes; and then any call of a program, between two
 * ticks. A view is read when the second is taken: whatever happens by then is not in it. */
#ifndef SELLABLE_TESTS_LINEAR_VIEWS_H
#define SELLABLE_TESTS_LINEAR_VIEWS_H

#include "cell_columns.h"
#include "linear_calls.h"

/* ---- figures --------------------------------------------------------------------------------- */

static inline void put(struct linear_answer *answer, int64_t figure) {
    assert_true(answer->count < LINEAR_FIGURES);
    answer->figure[answer->count++] = figure;
}

static inline void put_all(struct linear_answer *answer, const int64_t *figures, size_t count) {
    for (size_t i = 0; i < count; i++) {
        put(answer, figures[i]);
    }
}

/* The number of a thing from its handle: that of its key. A handle that is none has -1. */
static inline int64_t number_of(struct sellable_key key, const char *signs) {
    const char *found = key.size == 1 ? strchr(signs, key.bytes[0]) : NULL;
    return found != NULL ? found - signs : -1;
}
static inline int64_t item_number(uint32_t id) {
    return number_of(sellable_item_key(run.engine, (struct sellable_item){id}), "ABC");
}
static inline int64_t location_number(uint32_t id) {
    return number_of(sellable_location_key(run.engine, (struct sellable_location){id}), "abc");
}
static inline int64_t channel_number(uint32_t id) {
    return number_of(sellable_channel_key(run.engine, (struct sellable_channel){id}), "xy");
}

/* ---- a view ---------------------------------------------------------------------------------- */

/* As the specification has it: by the numbers of things, and no cell of which nothing is kept. */
enum { VIEW_LINES = 8192, VIEW_CELLS = LINEAR_ITEMS * LINEAR_LOCATIONS };

static inline void read_availability(const struct linear_call *call,
                                     const struct sellable_view *view,
                                     struct linear_answer *answer) {
    struct sellable_channel channel = {run.channel[call->channel]};
    uint32_t item[LINEAR_ITEMS];
    int64_t promisable[LINEAR_ITEMS], published[LINEAR_ITEMS];
    uint8_t level[LINEAR_ITEMS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {.capacity = LINEAR_ITEMS,
                                                    .item = item,
                                                    .promisable = promisable,
                                                    .published = published,
                                                    .level = level};
    if (channel.id == 0 &&
        sellable_channel_find(run.engine, channel_key(call->channel), &channel) != SELLABLE_OK) {
        put(answer, 0); /* it is not there yet */
        return;
    }
    enum sellable_status status =
        sellable_view_availability(view, &channel, 1, &cursor, &columns);
    put(answer, status == SELLABLE_OK);
    for (int64_t number = 0; number < LINEAR_ITEMS && status == SELLABLE_OK; number++) {
        for (uint64_t row = 0; row < columns.count; row++) {
            if (item_number(item[row]) == number) {
                const int64_t figures[] = {number, promisable[row], published[row], level[row]};
                put_all(answer, figures, COUNT_OF(figures));
            }
        }
    }
}

static inline void read_cells(const struct sellable_view *view, struct linear_answer *answer) {
    int64_t figure[CELL_FIGURES * VIEW_CELLS];
    uint32_t item[VIEW_CELLS], location[VIEW_CELLS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_cell_columns columns = cell_columns_over(VIEW_CELLS, item, location, figure);
    if (sellable_view_cells(view, &cursor, &columns) != SELLABLE_OK) {
        columns.count = 0;
    }
    for (int64_t cell = 0; cell < VIEW_CELLS; cell++) {
        for (uint64_t row = 0; row < columns.count; row++) {
            int64_t figures[CELL_FIGURES], is_kept = 0;
            for (uint32_t i = 0; i < CELL_FIGURES; i++) {
                figures[i] = figure[i * VIEW_CELLS + row];
                is_kept |= figures[i];
            }
            if (is_kept != 0 && item_number(item[row]) == cell / LINEAR_LOCATIONS &&
                location_number(location[row]) == cell % LINEAR_LOCATIONS) {
                put(answer, cell / LINEAR_LOCATIONS);
                put(answer, cell % LINEAR_LOCATIONS);
                put_all(answer, figures, COUNT_OF(figures));
            }
        }
    }
}

static inline void read_orders(const struct linear_call *call, struct sellable_view *view,
                               struct linear_answer *answer) {
    enum { FIGURES = 6 };
    static struct view_lines {
        uint32_t item[VIEW_LINES], location[VIEW_LINES];
        int64_t figure[FIGURES][VIEW_LINES];
    } buffers[INTERLEAVE_MOST + 1]; /* one for each thread */
    struct view_lines *buffer =
        &buffers[call->thread < INTERLEAVE_MOST ? call->thread : INTERLEAVE_MOST];
    struct sellable_key key[LINEAR_KEYS];
    uint32_t channel[LINEAR_KEYS], state[LINEAR_KEYS], lines[LINEAR_KEYS];
    int64_t expires_at[LINEAR_KEYS], date[LINEAR_KEYS];
    uint64_t line[LINEAR_KEYS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_order_columns columns = {.capacity = LINEAR_KEYS,
                                             .line_capacity = VIEW_LINES,
                                             .key = key,
                                             .channel = channel,
                                             .state = state,
                                             .expires_at = expires_at,
                                             .date = date,
                                             .line = line,
                                             .lines = lines,
                                             .line_item = buffer->item,
                                             .line_location = buffer->location,
                                             .line_reserved = buffer->figure[0],
                                             .line_allocated = buffer->figure[1],
                                             .line_shipped = buffer->figure[2],
                                             .line_released = buffer->figure[3],
                                             .line_dated = buffer->figure[4],
                                             .line_backordered = buffer->figure[5]};
    if (sellable_view_orders(view, &cursor, &columns) != SELLABLE_OK) {
        columns.count = 0;
    }
    for (uint64_t row = 0; row < columns.count; row++) { /* by key */
        const int64_t head[] = {number_of(key[row], "1234"), state[row],
                                channel_number(channel[row]), expires_at[row], date[row]};
        put_all(answer, head, COUNT_OF(head));
        for (uint64_t l = line[row]; l < line[row] + lines[row]; l++) {
            put(answer, item_number(buffer->item[l]));
            put(answer, location_number(buffer->location[l]));
            for (uint32_t i = 0; i < FIGURES; i++) {
                put(answer, buffer->figure[i][l]);
            }
        }
    }
}

static inline void read_view(const struct linear_call *call, struct sellable_view *view,
                             struct linear_answer *answer) {
    memset(answer, 0, sizeof *answer);
    put(answer, view->now);
    read_availability(call, view, answer);
    read_cells(view, answer);
    read_orders(call, view, answer);
}

/* ---- changes --------------------------------------------------------------------------------- */

static inline void ask_for_changes(const struct linear_call *call, struct sellable_worker *worker,
                                   struct raw *raw) {
    struct sellable_changes asked = {
        .channel_key = channel_key(call->channel),
        .channel = {handle_of(call, run.channel, call->channel)},
        .changes = raw->told.change,
        .capacity = LINEAR_ITEMS};
    raw->status = sellable_changes(run.engine, worker, &asked);
    raw->told.count = asked.count;
    raw->told.position = asked.position;
}

/* ---- any call -------------------------------------------------------------------------------- */

static inline void prepare(struct raw *raw) {
    memset(raw, 0xa5, sizeof *raw);
    raw->answer = (struct sellable_answer){.plan = raw->plan,
                                           .misfits = raw->misfits,
                                           .plan_capacity = LINEAR_PLACEMENTS,
                                           .misfit_capacity = LINEAR_ITEMS};
    raw->cell = (struct sellable_cell){.fences = raw->fences,
                                       .schedule = raw->schedule,
                                       .promised = raw->promised,
                                       .fence_capacity = LINEAR_CHANNELS,
                                       .schedule_capacity = LINEAR_REFERENCES,
                                       .promised_capacity = LINEAR_KEYS};
    raw->explanation =
        (struct sellable_explanation){.terms = raw->terms, .term_capacity = LINEAR_LOCATIONS};
    raw->view =
        (struct sellable_order_view){.lines = raw->lines, .line_capacity = LINEAR_PLACEMENTS};
}

/* The call at this place, and those that go on with it in one batch; returns how many. */
static inline uint32_t do_calls(uint32_t first, struct sellable_worker *worker) {
    struct linear_call *call = &run.program.history.call[first];
    struct raw *raw = &run.raw[first];
    struct sellable_view view;
    uint32_t count = 1;
    while (call[count - 1].goes_on) {
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        prepare(&raw[i]);
    }
    interleave_step(__FILE__, 0);
    int64_t began = atomic_fetch_add(&run.ticks, 1);
    if (call->kind == LINEAR_CHANGES) {
        ask_for_changes(call, worker, raw);
    } else if (call->kind == LINEAR_VIEW) {
        raw->status = sellable_view_open(run.engine, worker, &view);
    } else if (count == 1) {
        raw->status = do_one(call, worker, raw);
    } else {
        do_batch(call, count, worker, raw);
    }
    int64_t ended = atomic_fetch_add(&run.ticks, 1);
    interleave_step(__FILE__, 0);
    if (call->kind == LINEAR_VIEW && raw->status == SELLABLE_OK) {
        read_view(call, &view, &raw->seen);
        (void)!sellable_view_close(worker, &view);
    }
    for (uint32_t i = 0; i < count; i++) {
        call[i].began = began;
        call[i].ended = ended;
    }
    return count;
}

#endif
