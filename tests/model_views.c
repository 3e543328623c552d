/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: models of one instant, and what they show in columns. See model.h. */
#include "model_orders.h"

#include <stdlib.h>
#include <string.h>

/* ---- a model of this instant ----------------------------------------------------------------- */

static struct order *copy_order(const struct order *order) {
    const struct content *content = &order->content;
    struct order *copy = model_copy(order, 1, sizeof *order);
    copy->content.lines = model_copy(content->lines, content->line_count, sizeof *content->lines);
    copy->first = promises_copy(&order->first);
    copy->now = promises_copy(&order->now);
    return copy;
}

static struct exception copy_exception(const struct exception *exception) {
    struct exception copy = *exception;
    const struct bytes *content = &exception->content;
    copy.field = model_copy(exception->field, strlen(exception->field) + 1, 1);
    copy.reason = model_copy(exception->reason, strlen(exception->reason) + 1, 1);
    copy.record = record_keep(record_event(exception->record));
    copy.content.at = content->at ? model_copy(content->at, content->size, 1) : NULL;
    return copy;
}

struct model *model_fork(const struct model *model) {
    struct model *fork = model_copy(model, 1, sizeof *model);
    memset(&fork->counts, 0, sizeof fork->counts);
    for (uint32_t item = 0; item <= model->item_names.count; item++) {
        for (uint32_t location = 0; location <= MODEL_LOCATIONS; location++) {
            fork->items[item].cells[location] = cell_copy(&model->items[item].cells[location]);
        }
    }
    for (uint32_t i = 0; i < model->order_count; i++) {
        fork->orders[i] = copy_order(model->orders[i]);
    }
    fork->ownerships =
        model_copy(model->ownerships, model->ownership_count, sizeof *model->ownerships);
    fork->ids = model_copy(model->ids, model->id_count, sizeof *model->ids);
    for (uint64_t i = 0; i < model->id_count; i++) {
        const struct bytes *content = &model->ids[i].content;
        fork->ids[i].content.at = model_copy(content->at, content->size, 1);
    }
    fork->exceptions =
        model_copy(model->exceptions, model->exception_count, sizeof *model->exceptions);
    for (uint64_t i = 0; i < model->exception_count; i++) {
        fork->exceptions[i] = copy_exception(&model->exceptions[i]);
    }
    return fork;
}

/* ---- availability ---------------------------------------------------------------------------- */

static void show_item(const struct model *view, uint32_t item,
                      const struct sellable_channel *channels, uint32_t channel_count,
                      struct sellable_availability_columns *columns) {
    uint64_t row = columns->count++;
    if (columns->item) {
        columns->item[row] = item;
    }
    for (uint32_t c = 0; c < channel_count; c++) {
        uint32_t channel = channels[c].id;
        uint64_t place = c * columns->capacity + row;
        struct sellable_availability figures = shown(
            view, item, channel,
            promisable_of(view, item, channel, horizon_end(view, item, channel), NULL));
        if (columns->promisable) {
            columns->promisable[place] = figures.promisable;
        }
        if (columns->published) {
            columns->published[place] = figures.published;
        }
        if (columns->level) {
            columns->level[place] = (uint8_t)figures.level;
        }
    }
}

enum sellable_status model_view_availability(struct model *view,
                                             const struct sellable_channel *channels,
                                             uint32_t channel_count,
                                             struct sellable_cursor *cursor,
                                             struct sellable_availability_columns *columns) {
    columns->count = 0;
    if (!view || columns->capacity == 0) {
        return SELLABLE_INVALID;
    }
    for (uint32_t i = 0; i < channel_count; i++) {
        if (channels[i].id == 0 || channels[i].id > view->channel_names.count) {
            return SELLABLE_UNKNOWN_CHANNEL;
        }
    }
    while (columns->count < columns->capacity && cursor->next < view->item_names.count) {
        show_item(view, (uint32_t)++cursor->next, channels, channel_count, columns);
    }
    return SELLABLE_OK;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void show_cell(const struct model *view, uint32_t item, uint32_t location,
                      struct sellable_cell_columns *columns) {
    const struct cell *cell = &view->items[item].cells[location];
    struct ledger ledger;
    uint64_t row = columns->count++;
    ledger_read(&ledger, view, item, location, NULL);
    const struct {
        int64_t *column;
        int64_t figure;
    } figures[] = {
        {columns->on_hand, ledger.on_hand},
        {columns->held, ledger.held},
        {columns->allocated, ledger.allocated},
        {columns->reserved, ledger.reserved},
        {columns->backordered, ledger.backordered},
        {columns->promised, ledger_due(&ledger, ENTRY_PROMISED, INT64_MAX)},
        {columns->safety_stock, ledger.safety_stock},
        {columns->fenced, ledger_fenced(&ledger)},
        {columns->net, ledger_net(&ledger)},
        {columns->free, ledger_free(&ledger, view->now)},
        {columns->shared, ledger_shared(&ledger, view->now)},
        {columns->short_, ledger_short(&ledger)},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (figures[i].column) {
            figures[i].column[row] = figures[i].figure;
        }
    }
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        if (columns->held_by[reason]) {
            columns->held_by[reason][row] = cell->held[reason];
        }
    }
    if (columns->item) {
        columns->item[row] = item;
    }
    if (columns->location) {
        columns->location[row] = location;
    }
}

/* A row for every cell there could be: those of which nothing is kept have all figures 0. */
enum sellable_status model_view_cells(struct model *view, struct sellable_cursor *cursor,
                                      struct sellable_cell_columns *columns) {
    columns->count = 0;
    if (!view || columns->capacity == 0) {
        return SELLABLE_INVALID;
    }
    uint64_t locations = view->location_names.count;
    while (columns->count < columns->capacity &&
           cursor->next < view->item_names.count * locations) {
        uint64_t number = cursor->next++;
        show_cell(view, (uint32_t)(1 + number / locations), (uint32_t)(1 + number % locations),
                  columns);
    }
    return SELLABLE_OK;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* Those that come after the cursor, as far as there is room. */
struct page {
    struct sellable_order_columns *columns;
    struct sellable_cursor *cursor;
    uint64_t passed;
};

static void show_line(const struct sellable_order_line *line,
                      struct sellable_order_columns *columns) {
    uint64_t row = columns->line_count++;
#define SHOW_LINE(NAME, VALUE)                                                                     \
    if (columns->line_##NAME) {                                                                    \
        columns->line_##NAME[row] = (VALUE);                                                       \
    }
    SHOW_LINE(order, (uint32_t)columns->count)
    SHOW_LINE(item, line->item.id)
    SHOW_LINE(location, line->location.id)
    SHOW_LINE(reserved, line->reserved)
    SHOW_LINE(allocated, line->allocated)
    SHOW_LINE(shipped, line->shipped)
    SHOW_LINE(released, line->released)
    SHOW_LINE(dated, line->dated)
    SHOW_LINE(backordered, line->backordered)
#undef SHOW_LINE
}

static int show_order(void *context, const struct sellable_order_view *order) {
    struct page *page = context;
    struct sellable_order_columns *columns = page->columns;
    struct sellable_cursor *cursor = page->cursor;
    if (page->passed++ < cursor->next) {
        return 0;
    }
    uint64_t room = columns->line_capacity - columns->line_count;
    if (columns->count == columns->capacity || room == 0) {
        return 1;
    }
    uint64_t first = cursor->within, end = order->line_count;
    end = end - first > room ? first + room : end;
    uint64_t row = columns->count;
#define SHOW_ORDER(NAME, VALUE)                                                                    \
    if (columns->NAME) {                                                                           \
        columns->NAME[row] = (VALUE);                                                              \
    }
    SHOW_ORDER(key, order->key)
    SHOW_ORDER(channel, order->channel.id)
    SHOW_ORDER(state, order->state)
    SHOW_ORDER(expires_at, order->expires_at)
    SHOW_ORDER(date, order->date)
    SHOW_ORDER(line, columns->line_count)
    SHOW_ORDER(lines, (uint32_t)(end - first))
#undef SHOW_ORDER
    for (uint64_t i = first; i < end; i++) {
        show_line(&order->lines[i], columns);
    }
    columns->count++;
    cursor->within = end < order->line_count ? end : 0;
    cursor->next += end == order->line_count;
    return end < order->line_count; /* the rest comes with the next page */
}

enum sellable_status model_view_orders(struct model *view, struct sellable_cursor *cursor,
                                       struct sellable_order_columns *columns) {
    struct page page = {.columns = columns, .cursor = cursor};
    struct sellable_selection selection = {.closed = columns->closed};
    columns->count = columns->line_count = 0;
    if (!view || columns->capacity == 0 || columns->line_capacity == 0 || columns->closed > 1) {
        return SELLABLE_INVALID;
    }
    (void)model_orders(view, &selection, show_order, &page);
    return SELLABLE_OK;
}
