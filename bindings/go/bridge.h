/* SPDX-License-Identifier: Apache-2.0
 *
 * What Go calls. cgo hands over numbers, and memory of C, at no cost; so these functions take keys
 * and records that the Go side has laid out in memory of C (scratch.go), arrays of Go that hold no
 * pointers, and numbers; small answers they return by value. Nothing of Go's escapes to the heap
 * for a call, and no pointer of Go's is ever stored in C. */
#ifndef SELLABLE_GO_BRIDGE_H
#define SELLABLE_GO_BRIDGE_H

#if defined(__has_include)
#if !__has_include(<sellable.h>)
#error "sellable.h is missing: run ./dev amalgamate, or build with -tags sellable_pkgconfig"
#endif
#endif
#include <sellable.h>
#include <stdlib.h>
#include <string.h>

/* What the calls of a binding cost before they do anything. */
static inline int go_empty(int value) { return value; }

/* ---- questions ---- */

struct go_available {
    struct sellable_availability availability;
    int status;
};

static inline struct go_available go_available(const struct sellable *engine, uint32_t item,
                                               uint32_t channel) {
    const struct sellable_question question = {.item = {item}, .channel = {channel}};
    struct go_available answer = {.status = 0};
    answer.status = (int)sellable_available(engine, &question, &answer.availability);
    return answer;
}

static inline struct go_available go_ask(const struct sellable *engine,
                                         const struct sellable_question *question) {
    struct go_available answer = {.status = 0};
    answer.status = (int)sellable_available(engine, question, &answer.availability);
    return answer;
}

/* The first of a batch that was refused; at: count, if none was. */
struct go_first {
    size_t at;
    int status;
};

enum { GO_AT_ONCE = 128 }; /* questions that are made on the stack at a time */

static inline struct go_first go_available_items(const struct sellable *engine,
                                                 const uint32_t *items, size_t count,
                                                 uint32_t channel,
                                                 struct sellable_availability *availabilities) {
    struct sellable_question questions[GO_AT_ONCE];
    enum sellable_status statuses[GO_AT_ONCE];
    struct go_first first = {count, SELLABLE_OK};
    size_t room = count < GO_AT_ONCE ? count : GO_AT_ONCE;
    for (size_t i = 0; i < room; i++)
        questions[i] = (struct sellable_question){.channel = {channel}};
    for (size_t from = 0; from < count; from += GO_AT_ONCE) {
        size_t now = count - from < GO_AT_ONCE ? count - from : GO_AT_ONCE;
        for (size_t i = 0; i < now; i++)
            questions[i].item.id = items[from + i];
        sellable_available_batch(engine, questions, now, statuses, availabilities + from);
        for (size_t i = 0; i < now && first.at == count; i++)
            if (statuses[i] != SELLABLE_OK)
                first = (struct go_first){from + i, (int)statuses[i]};
    }
    return first;
}

/* ---- logs ---- */

static inline void go_log_close(void (*close)(void *context), void *context) { close(context); }

/* ---- visits: the record goes to a function of Go's, which copies it ---- */

extern int sellableGoVisit(uintptr_t context, void *record);

#define GO_VISIT(RECORD)                                                                           \
    static inline int go_visit_##RECORD(void *context, const struct sellable_##RECORD *record) {   \
        return sellableGoVisit((uintptr_t)context, (void *)(uintptr_t)record);                     \
    }
GO_VISIT(order_view)
GO_VISIT(waiting)
GO_VISIT(shortage)
GO_VISIT(exception)
#undef GO_VISIT

static inline int go_orders(struct sellable *engine, const struct sellable_selection *selection,
                            uintptr_t context) {
    return (int)sellable_orders(engine, NULL, selection, go_visit_order_view, (void *)context);
}
static inline int go_waiting(struct sellable *engine, const struct sellable_selection *selection,
                             uintptr_t context) {
    return (int)sellable_waiting(engine, NULL, selection, go_visit_waiting, (void *)context);
}
static inline int go_shortages(struct sellable *engine, uintptr_t context) {
    return (int)sellable_shortages(engine, NULL, go_visit_shortage, (void *)context);
}
static inline int go_exceptions(struct sellable *engine,
                                const struct sellable_exception_selection *selection,
                                uintptr_t context) {
    return (int)sellable_exceptions(engine, NULL, selection, go_visit_exception, (void *)context);
}

/* ---- changes ---- */

struct go_told {
    uint64_t count;
    uint64_t position;
    uint32_t more;
    int status;
};

static inline struct go_told go_changes(struct sellable *engine, uint32_t channel, int has_after,
                                        uint64_t after, struct sellable_change *changes,
                                        uint64_t capacity) {
    struct sellable_changes asked = {.channel = {channel},
                                     .has_after = (uint32_t)has_after,
                                     .after = after,
                                     .changes = changes,
                                     .capacity = capacity};
    int status = (int)sellable_changes(engine, NULL, &asked);
    return (struct go_told){asked.count, asked.position, asked.more, status};
}

/* ---- views: columns lie one after another in arrays of Go's, `capacity` rows each ---- */

struct go_rows {
    uint64_t count;
    uint64_t placements; /* of orders */
    int status;
};

static inline struct go_rows go_view_availability(const struct sellable_view *view,
                                                  const uint32_t *channels, uint32_t channel_count,
                                                  struct sellable_cursor *cursor,
                                                  uint64_t capacity, uint32_t *items,
                                                  int64_t *figures, uint8_t *levels) {
    struct sellable_availability_columns columns = {
        .capacity = capacity,
        .item = items,
        .promisable = figures,
        .published = figures + capacity * channel_count,
        .level = levels,
    };
    int status = (int)sellable_view_availability(
        view, (const struct sellable_channel *)channels, channel_count, cursor, &columns);
    return (struct go_rows){columns.count, 0, status};
}

/* The figures of a cell, in the order in which Go has their columns. */
enum { GO_CELL_FIGURES = 12 + SELLABLE_HOLD_REASONS_MAX };

static inline struct go_rows go_view_cells(const struct sellable_view *view,
                                           struct sellable_cursor *cursor, uint64_t capacity,
                                           uint32_t *handles, int64_t *figures) {
    struct sellable_cell_columns columns = {.capacity = capacity};
    int64_t **wanted[] = {
        &columns.on_hand,      &columns.held,   &columns.allocated, &columns.reserved,
        &columns.backordered,  &columns.promised, &columns.safety_stock, &columns.fenced,
        &columns.net,          &columns.free,   &columns.shared,    &columns.short_,
    };
    size_t plain = sizeof wanted / sizeof *wanted;
    columns.item = handles;
    columns.location = handles + capacity;
    for (size_t i = 0; i < plain; i++)
        *wanted[i] = figures + i * capacity;
    for (size_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        columns.held_by[i] = figures + (plain + i) * capacity;
    int status = (int)sellable_view_cells(view, cursor, &columns);
    return (struct go_rows){columns.count, 0, status};
}

/* Of orders: channel, state, lines; of placements: order, item, location (32 bits). Of orders:
 * expires_at, date, line; of placements: reserved, allocated, shipped, released, dated, backordered
 * (64 bits). Keys stand in memory of C. */
enum { GO_ORDER_HANDLES = 3, GO_ORDER_FIGURES = 3, GO_LINE_HANDLES = 3, GO_LINE_FIGURES = 6 };

static inline struct go_rows go_view_orders(struct sellable_view *view,
                                            struct sellable_cursor *cursor, uint32_t closed,
                                            uint64_t capacity, uint64_t line_capacity,
                                            struct sellable_key *keys, uint32_t *handles,
                                            int64_t *figures, uint32_t *line_handles,
                                            int64_t *line_figures) {
    struct sellable_order_columns columns = {
        .capacity = capacity,
        .line_capacity = line_capacity,
        .closed = closed,
        .key = keys,
        .channel = handles,
        .state = handles + capacity,
        .lines = handles + 2 * capacity,
        .expires_at = figures,
        .date = figures + capacity,
        .line = (uint64_t *)(figures + 2 * capacity),
        .line_order = line_handles,
        .line_item = line_handles + line_capacity,
        .line_location = line_handles + 2 * line_capacity,
        .line_reserved = line_figures,
        .line_allocated = line_figures + line_capacity,
        .line_shipped = line_figures + 2 * line_capacity,
        .line_released = line_figures + 3 * line_capacity,
        .line_dated = line_figures + 4 * line_capacity,
        .line_backordered = line_figures + 5 * line_capacity,
    };
    int status = (int)sellable_view_orders(view, cursor, &columns);
    return (struct go_rows){columns.count, columns.line_count, status};
}

#endif
