/* SPDX-License-Identifier: Apache-2.0
 *
 * Views and forks of one side: see versus_side.h. */
#include "versus_side.h"

#include <stdlib.h>
#include <string.h>

/* A page of a view of either side. */
#define READ_SIDE(SIDE, VIEWED, NAME, ...)                                                         \
    ((SIDE)->engine ? sellable_view_##NAME(&(VIEWED)->view, __VA_ARGS__)                           \
                    : model_view_##NAME((VIEWED)->model, __VA_ARGS__))

static bool is_wanted(const struct call *call, uint32_t place) {
    return !(call->left_out & (UINT32_C(1) << place % 32));
}

static void *unless_left_out(const struct call *call, uint32_t place, void *column) {
    return is_wanted(call, place) ? column : NULL;
}

/* ---- availability ---------------------------------------------------------------------------- */

enum { ITEM_ROWS = ITEMS + 2, CELL_ROWS = PLACES + 2, ORDER_ROWS = ORDERS + 2, LINE_ROWS = 2048 };

struct availability_rows {
    uint32_t item[ITEM_ROWS];
    int64_t promisable[CALL_CHANNELS * ITEM_ROWS];
    int64_t published[CALL_CHANNELS * ITEM_ROWS];
    uint8_t level[CALL_CHANNELS * ITEM_ROWS];
};

static void add_items(struct side *side, const struct sellable_availability_columns *columns,
                      uint32_t channel_count, struct outcome *outcome) {
    for (uint64_t row = 0; row < columns->count && row < ITEM_ROWS; row++) {
        if (columns->item) {
            struct sellable_item item = {columns->item[row]};
            outcome_add(outcome, "row: item", outcome_item(&side->handles, item));
        }
        for (uint32_t c = 0; c < channel_count; c++) {
            uint64_t place = c * columns->capacity + row;
            if (columns->promisable) {
                outcome_add(outcome, "row: promisable", columns->promisable[place]);
            }
            if (columns->published) {
                outcome_add(outcome, "row: published", columns->published[place]);
            }
            if (columns->level) {
                outcome_add(outcome, "row: level", columns->level[place]);
            }
        }
    }
}

/* Rows that were not filled, and columns that were left out. */
static void add_rest(const struct sellable_availability_columns *columns,
                     const struct availability_rows *rows, uint32_t channel_count,
                     struct outcome *outcome) {
    for (uint32_t c = 0; c < channel_count; c++) {
        uint64_t place = c * columns->capacity + columns->count;
        uint64_t left = columns->capacity - columns->count;
        outcome_add_untouched(outcome, rows->promisable + place, left * sizeof *rows->promisable);
        outcome_add_untouched(outcome, rows->published + place, left * sizeof *rows->published);
        outcome_add_untouched(outcome, rows->level + place, left * sizeof *rows->level);
    }
    if (!columns->level) {
        outcome_add_untouched(outcome, rows->level, sizeof rows->level);
    }
}

static void read_availability(struct side *side, const struct call *call,
                              struct outcome *outcome) {
    static struct availability_rows rows;
    struct viewed *viewed = &side->views[call->view];
    struct sellable_channel channels[CALL_CHANNELS];
    struct sellable_cursor cursor = {.next = side->others + call->number};
    uint32_t count = call->capacity == 0 ? 0 : call->channel_count;
    struct sellable_availability_columns columns = {
        .capacity = outcome_at_most(call->capacity, ITEM_ROWS),
        .item = unless_left_out(call, 0, rows.item),
        .promisable = unless_left_out(call, 1, rows.promisable),
        .published = unless_left_out(call, 2, rows.published),
        .level = unless_left_out(call, 3, rows.level)};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t handle = side->handles.channels[call->channels[i]];
        channels[i].id = handle ? handle : BOGUS_HANDLE;
    }
    do {
        memset(&rows, RUBBISH, sizeof rows);
        columns.count = RUBBISH;
        outcome->status =
            (int)READ_SIDE(side, viewed, availability, channels, count, &cursor, &columns);
        if (outcome->status == SELLABLE_INVALID) {
            return;
        }
        outcome_add(outcome, "view: rows", (int64_t)columns.count);
        if (columns.count > columns.capacity) {
            return;
        }
        add_items(side, &columns, count, outcome);
        add_rest(&columns, &rows, count, outcome);
    } while (outcome->status == SELLABLE_OK && columns.count == columns.capacity);
}

/* ---- cells ----------------------------------------------------------------------------------- */

#define CELL_COLUMNS(X)                                                                            \
    X(on_hand) X(held) X(allocated) X(reserved) X(backordered) X(promised) X(safety_stock)         \
    X(fenced) X(net) X(free) X(shared) X(short_)

struct cell_rows {
    uint32_t item[CELL_ROWS];
    uint32_t location[CELL_ROWS];
#define CELL_ROW(NAME) int64_t NAME[CELL_ROWS];
    CELL_COLUMNS(CELL_ROW)
#undef CELL_ROW
    int64_t held_by[SELLABLE_HOLD_REASONS_MAX][CELL_ROWS];
};

static struct sellable_cell_columns columns_of_cells(const struct call *call,
                                                     struct cell_rows *rows) {
    uint32_t place = 2;
    struct sellable_cell_columns columns = {.capacity = outcome_at_most(call->capacity, CELL_ROWS),
                                            .item = unless_left_out(call, 0, rows->item),
                                            .location = unless_left_out(call, 1, rows->location)};
#define CELL_COLUMN(NAME) columns.NAME = unless_left_out(call, place++, rows->NAME);
    CELL_COLUMNS(CELL_COLUMN)
#undef CELL_COLUMN
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        columns.held_by[reason] = unless_left_out(call, place++, rows->held_by[reason]);
    }
    return columns;
}

/* One that says nothing may be there or not: it is left out. */
static void add_cell(struct side *side, const struct sellable_cell_columns *columns, uint64_t row,
                     struct outcome *outcome) {
    struct sellable_item item = {columns->item ? columns->item[row] : 0};
    struct sellable_location location = {columns->location ? columns->location[row] : 0};
    bool says_something = false;
#define OR_FIGURE(NAME) says_something = says_something || (columns->NAME && columns->NAME[row]);
    CELL_COLUMNS(OR_FIGURE)
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        OR_FIGURE(held_by[i])
    }
#undef OR_FIGURE
    if (!says_something) {
        return;
    }
    outcome_add(outcome, "cell: item", outcome_item(&side->handles, item));
    outcome_add(outcome, "cell: location", outcome_location(&side->handles, location));
#define ADD_FIGURE(NAME)                                                                           \
    if (columns->NAME) {                                                                           \
        outcome_add(outcome, "cell: " #NAME, columns->NAME[row]);                                  \
    }
    CELL_COLUMNS(ADD_FIGURE)
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        ADD_FIGURE(held_by[i])
    }
#undef ADD_FIGURE
}

static void read_cells(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct cell_rows rows;
    struct viewed *viewed = &side->views[call->view];
    struct sellable_cell_columns columns = columns_of_cells(call, &rows);
    struct sellable_cursor cursor = {.next = 0};
    do {
        columns.count = RUBBISH;
        outcome->status = (int)READ_SIDE(side, viewed, cells, &cursor, &columns);
        bool within = columns.count <= columns.capacity;
        if (outcome->status == SELLABLE_OK && !within) {
            outcome_add(outcome, "view: rows", (int64_t)columns.count);
        }
        for (uint64_t row = 0; outcome->status == SELLABLE_OK && within && row < columns.count;
             row++) {
            add_cell(side, &columns, row, outcome);
        }
    } while (outcome->status == SELLABLE_OK && columns.count == columns.capacity);
}

/* ---- orders ---------------------------------------------------------------------------------- */

#define ORDER_COLUMNS(X) X(state) X(expires_at) X(date) X(line) X(lines)
#define LINE_COLUMNS(X)                                                                            \
    X(line_order) X(line_reserved) X(line_allocated) X(line_shipped) X(line_released)              \
    X(line_dated) X(line_backordered)

struct order_rows {
    struct sellable_key key[ORDER_ROWS];
    uint32_t channel[ORDER_ROWS];
    uint32_t state[ORDER_ROWS];
    int64_t expires_at[ORDER_ROWS];
    int64_t date[ORDER_ROWS];
    uint64_t line[ORDER_ROWS];
    uint32_t lines[ORDER_ROWS];
    uint32_t line_order[LINE_ROWS];
    uint32_t line_item[LINE_ROWS];
    uint32_t line_location[LINE_ROWS];
    int64_t line_reserved[LINE_ROWS];
    int64_t line_allocated[LINE_ROWS];
    int64_t line_shipped[LINE_ROWS];
    int64_t line_released[LINE_ROWS];
    int64_t line_dated[LINE_ROWS];
    int64_t line_backordered[LINE_ROWS];
};

static struct sellable_order_columns columns_of_orders(const struct call *call,
                                                       struct order_rows *rows) {
    uint32_t place = 0;
    bool no_lines = call->closed > 1 && call->number > 0;
    struct sellable_order_columns columns = {
        .capacity = outcome_at_most(call->capacity, ORDER_ROWS),
        .line_capacity = no_lines ? 0 : LINE_ROWS,
        .closed = no_lines ? 0 : call->closed};
#define ORDER_COLUMN(NAME) columns.NAME = unless_left_out(call, place++, rows->NAME);
    ORDER_COLUMN(key)
    ORDER_COLUMN(channel)
    ORDER_COLUMNS(ORDER_COLUMN)
    ORDER_COLUMN(line_item)
    ORDER_COLUMN(line_location)
    LINE_COLUMNS(ORDER_COLUMN)
#undef ORDER_COLUMN
    return columns;
}

#define ADD_COLUMN(NAME)                                                                           \
    if (columns->NAME) {                                                                           \
        outcome_add(outcome, "order: " #NAME, (int64_t)columns->NAME[row]);                        \
    }

static void add_orders(struct side *side, const struct sellable_order_columns *columns,
                       struct outcome *outcome) {
    for (uint64_t row = 0; row < columns->count; row++) {
        if (columns->key) {
            outcome_add_text(outcome, "order: key", columns->key[row]);
        }
        if (columns->channel) {
            struct sellable_channel channel = {columns->channel[row]};
            outcome_add(outcome, "order: channel", outcome_channel(&side->handles, channel));
        }
        ORDER_COLUMNS(ADD_COLUMN)
    }
    for (uint64_t row = 0; row < columns->line_count; row++) {
        if (columns->line_item) {
            struct sellable_item item = {columns->line_item[row]};
            outcome_add(outcome, "line: item", outcome_item(&side->handles, item));
        }
        if (columns->line_location) {
            struct sellable_location location = {columns->line_location[row]};
            outcome_add(outcome, "line: location", outcome_location(&side->handles, location));
        }
        LINE_COLUMNS(ADD_COLUMN)
    }
}
#undef ADD_COLUMN

/* Row by row, each with its lines; a row that goes on with the last one tells only these. */
static void add_parts(struct side *side, const struct sellable_order_columns *columns,
                      struct sellable_key *last, struct outcome *outcome) {
    uint64_t line = 0;
    for (uint64_t row = 0; row < columns->count; row++) {
        struct sellable_key key = columns->key[row];
        struct sellable_order_columns one = {.key = &columns->key[row],
                                             .channel = &columns->channel[row],
                                             .state = &columns->state[row],
                                             .expires_at = &columns->expires_at[row],
                                             .date = &columns->date[row],
                                             .count = 1};
        bool again = last->size == key.size && memcmp(last->bytes, key.bytes, key.size) == 0;
        if (!again) {
            add_orders(side, &one, outcome);
        }
        uint64_t end = columns->line[row] + columns->lines[row];
        bool follows = columns->line[row] == line && end <= columns->line_count;
        for (line = columns->line[row]; follows && line < end; line++) {
            struct sellable_order_columns of_line = {
                .line_item = &columns->line_item[line],
                .line_location = &columns->line_location[line],
                .line_reserved = &columns->line_reserved[line],
                .line_allocated = &columns->line_allocated[line],
                .line_shipped = &columns->line_shipped[line],
                .line_released = &columns->line_released[line],
                .line_dated = &columns->line_dated[line],
                .line_backordered = &columns->line_backordered[line],
                .line_count = 1};
            follows = columns->line_order[line] == row;
            add_orders(side, &of_line, outcome);
        }
        if (!follows) {
            outcome_add(outcome, "lines do not follow", (int64_t)row);
        }
        *last = key;
    }
}

static uint64_t sum_of_keys(const struct viewed *viewed) {
    uint64_t mixed = viewed->key_count;
    for (uint32_t i = 0; i < viewed->key_count; i++) {
        for (uint64_t k = 0; k < viewed->keys[i].size; k++) {
            mixed = mixed * 257 + (unsigned char)viewed->keys[i].bytes[k];
        }
    }
    return mixed;
}

/* They are valid until the view is closed. */
static void remember_keys(struct viewed *viewed, const struct sellable_order_columns *columns) {
    for (uint64_t row = 0; columns->key && row < columns->count && viewed->key_count < ORDERS;
         row++) {
        viewed->keys[viewed->key_count++] = columns->key[row];
    }
}

static void read_orders(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct order_rows rows;
    struct viewed *viewed = &side->views[call->view];
    struct sellable_order_columns columns = columns_of_orders(call, &rows);
    struct sellable_cursor cursor = {.next = 0};
    struct sellable_key last = {NULL, 0};
    bool parts = columns.line_capacity > 0 && call->number > 0, within = true;
    if (parts) { /* an order may come in parts, and how it is parted is not to matter */
        struct call all = *call;
        all.left_out = 0;
        columns = columns_of_orders(&all, &rows);
        columns.line_capacity = call->number;
    }
    do {
        columns.count = columns.line_count = RUBBISH;
        outcome->status = (int)READ_SIDE(side, viewed, orders, &cursor, &columns);
        if (outcome->status != SELLABLE_OK) {
            return;
        }
        within = columns.count <= columns.capacity && columns.line_count <= columns.line_capacity;
        if (!parts || !within) {
            outcome_add(outcome, "view: orders", (int64_t)columns.count);
            outcome_add(outcome, "view: lines", (int64_t)columns.line_count);
        }
        if (within && parts) {
            add_parts(side, &columns, &last, outcome);
        } else if (within) {
            add_orders(side, &columns, outcome);
            remember_keys(viewed, &columns);
        }
    } while (within && columns.count > 0);
    viewed->keys_were = sum_of_keys(viewed);
}

/* ---- views ----------------------------------------------------------------------------------- */

static enum sellable_status close_view(struct side *side, struct viewed *viewed,
                                       struct outcome *outcome) {
    enum sellable_status status = SELLABLE_OK;
    if (outcome) {
        outcome_add(outcome, "the keys are what they were",
                    viewed->key_count == 0 || sum_of_keys(viewed) == viewed->keys_were);
    }
    if (side->engine) {
        status = sellable_view_close(side->worker, &viewed->view);
    } else if (viewed->model) {
        model_close(viewed->model);
    }
    memset(viewed, 0, sizeof *viewed);
    return status;
}

static uint32_t count_channels(const struct model *model) {
    struct sellable_channel channel = {0};
    uint32_t count = 0;
    while ((channel = model_channel_next(model, channel)).id != 0) {
        count++;
    }
    return count;
}

static uint32_t count_locations(const struct model *model) {
    struct sellable_location location = {0};
    uint32_t count = 0;
    while ((location = model_location_next(model, location)).id != 0) {
        count++;
    }
    return count;
}

static void open_view(struct side *side, const struct call *call, struct outcome *outcome) {
    struct viewed *viewed = &side->views[call->view];
    struct sellable_view *view = &viewed->view;
    struct sellable_memory memory;
    (void)close_view(side, viewed, outcome);
    if (side->engine) {
        memset(view, RUBBISH, sizeof *view);
        outcome->status = (int)sellable_view_open(side->engine, side->worker, view);
        outcome_add(outcome, "view: it is open", view->snapshot != 0);
    } else {
        viewed->model = model_fork(side->model);
        model_memory(side->model, &memory);
        view->now = model_now(side->model);
        view->items = memory.items;
        view->locations = count_locations(side->model);
        view->channels = count_channels(side->model);
        outcome_add(outcome, "view: it is open", 1);
    }
    outcome_add(outcome, "view: now", view->now);
    outcome_add(outcome, "view: items", (int64_t)view->items - side->others);
    outcome_add(outcome, "view: locations", view->locations);
    outcome_add(outcome, "view: channels", view->channels);
}

/* ---- forks ----------------------------------------------------------------------------------- */

static bool is_same_by_hash(struct side *side, struct side *fork) {
    struct sellable_audit one, other;
    return sellable_audit(side->engine, side->worker, &one) == SELLABLE_OK &&
           sellable_audit(fork->engine, fork->worker, &other) == SELLABLE_OK &&
           other.consistent == 1 && memcmp(one.hash, other.hash, sizeof one.hash) == 0 &&
           memcmp(one.full, other.full, sizeof one.full) == 0;
}

/* False: there is none. */
static bool open_fork(struct side *side, const struct call *call, struct side *fork,
                      struct outcome *outcome) {
    bool half = call->allocator == FORK_HALF, same = true;
    struct sellable_allocator of_no_use = {.context = NULL};
    const struct sellable_allocator *allocator = half                          ? &of_no_use
                                                 : call->allocator == FORK_OWN ? side->allocator
                                                                               : NULL;
    *fork = *side;
    fork->worker = NULL;
    fork->other = NULL;
    fork->counted = 0;
    memset(fork->views, 0, sizeof fork->views);
    if (!side->engine) {
        outcome->status = half ? SELLABLE_INVALID : SELLABLE_OK;
        fork->model = half ? NULL : model_fork(side->model);
    } else {
        of_no_use.allocate = side->allocator->allocate;
        outcome->status = (int)sellable_fork(side->engine, side->worker, allocator, &fork->engine);
    }
    if (outcome->status != SELLABLE_OK) {
        return false;
    }
    if (side->engine) {
        bool worker = !side->worker || sellable_worker_acquire(fork->engine, &fork->worker) ==
                                           SELLABLE_OK;
        same = worker && is_same_by_hash(side, fork);
    }
    outcome_add(outcome, "the fork has the same hashes", same);
    return true;
}

static void close_other(struct side *side) {
    if (side->other) {
        side_close(side->other);
        free(side->other);
        side->other = NULL;
    }
}

static void swap_sides(struct side *side) {
    struct side *other = side->other;
    if (other) {
        struct side was = *side;
        *side = *other;
        *other = was;
        other->other = NULL;
        side->other = other;
    }
}

static void use_fork(struct side *side, const struct call *call, struct outcome *outcome) {
    struct side *other = malloc(sizeof *other);
    if (!other || !open_fork(side, call, other, outcome)) {
        free(other);
        return;
    }
    close_other(side);
    side->other = other;
    if (call->use == ORIGINAL_IS_KEPT || call->use == ORIGINAL_IS_CLOSED) {
        swap_sides(side);
    }
    if (call->use == FORK_IS_CLOSED || call->use == ORIGINAL_IS_CLOSED) {
        close_other(side);
    }
}

void side_close(struct side *side) {
    close_other(side);
    for (uint32_t i = 0; i < VIEWS; i++) {
        (void)close_view(side, &side->views[i], NULL);
    }
    if (side->engine) {
        sellable_worker_release(side->worker);
        sellable_close(side->engine);
    } else {
        model_close(side->model);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

bool side_look(struct side *side, const struct call *call, struct outcome *outcome) {
    switch (call->kind) {
    case CALL_VIEW_OPEN:
        open_view(side, call, outcome);
        return true;
    case CALL_VIEW_CLOSE:
        outcome->status = (int)close_view(side, &side->views[call->view], outcome);
        return true;
    case CALL_VIEW_AVAILABILITY:
        read_availability(side, call, outcome);
        return true;
    case CALL_VIEW_CELLS:
        read_cells(side, call, outcome);
        return true;
    case CALL_VIEW_ORDERS:
        read_orders(side, call, outcome);
        return true;
    case CALL_FORK:
        use_fork(side, call, outcome);
        return true;
    case CALL_SWAP:
        swap_sides(side);
        return true;
    default:
        return false;
    }
}
