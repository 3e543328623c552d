/* SPDX-License-Identifier: Apache-2.0
 *
 * The orders of a view, in columns. The first call lists all that are remembered, by key; the list
 * stays with the view, so that each call goes on where the one before it ended. Where a walk is:
 * how many of the list were given, and how many placements of the next. */
#include "instant.h"
#include "look.h"

/* The list, if it is not there yet. false: no memory, and there is none. */
static bool list_orders(const struct sbl_instant *at, struct sellable_view *view) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    struct sbl_buffer list = {NULL, 0};
    size_t count = 0;
    if (view->list != NULL)
        return true;
    bool room = sbl_buffer_reserve(&at->engine->memory, &list, sizeof(struct sbl_listed));
    while (room && sbl_index_walk(&at->engine->orders, at->snapshot, &walk, &found))
        room = sbl_listed_add(at, &list, &count, found.reference);
    if (!room) {
        sbl_buffer_fini(&at->engine->memory, &list);
        return false;
    }
    sbl_listed_sort(at, list.bytes, count);
    view->list = list.bytes;
    view->list_bytes = list.capacity;
    view->list_count = count;
    return true;
}

#define PUT(column, row, value)                                                                    \
    do {                                                                                           \
        if ((column) != NULL)                                                                      \
            (column)[row] = (value);                                                               \
    } while (0)

static void put_line(const struct sellable_order_columns *columns, uint64_t row, uint32_t order,
                     bool dated, const struct sbl_placement *placement) {
    PUT(columns->line_order, row, order);
    PUT(columns->line_item, row, placement->item);
    PUT(columns->line_location, row, placement->location);
    PUT(columns->line_reserved, row, sbl_placement_reserved(placement));
    PUT(columns->line_allocated, row, placement->allocated);
    PUT(columns->line_shipped, row, placement->shipped);
    PUT(columns->line_released, row, placement->released);
    PUT(columns->line_dated, row, dated ? sbl_placement_firm(placement) : 0);
    PUT(columns->line_backordered, row, sbl_placement_waiting(placement));
}

/* An order with its placements behind *within, as far as there is room. *within becomes how many
 * were given by now; 0: all of them. */
static void put_order(const struct sbl_instant *at, uint32_t reference, uint64_t *within,
                      struct sellable_order_columns *columns) {
    uint64_t meta = sbl_order_meta_at(at, reference), first = columns->line_count;
    bool dated = (sbl_order_flags(meta) & SBL_ORDER_DATED) != 0;
    struct sellable_order_view order = {.line_capacity = 0};
    struct sbl_placement placement;
    uint64_t row = columns->count++;
    uint32_t next = (uint32_t)*within;
    while (columns->line_count < columns->line_capacity &&
           sbl_placement_next(at, reference, meta, &next, &placement))
        put_line(columns, columns->line_count++, (uint32_t)row, dated, &placement);
    *within = next < sbl_order_count(meta) ? next : 0;
    sbl_view_order(at->engine, reference, &order);
    PUT(columns->key, row, sbl_entry_key(&at->engine->memory, reference));
    PUT(columns->channel, row, order.channel.id);
    PUT(columns->state, row, order.state);
    PUT(columns->expires_at, row, order.expires_at);
    PUT(columns->date, row, order.date);
    PUT(columns->line, row, first);
    PUT(columns->lines, row, (uint32_t)(columns->line_count - first));
}

enum sellable_status sellable_view_orders(struct sellable_view *view,
                                          struct sellable_cursor *cursor,
                                          struct sellable_order_columns *columns) {
    const struct sbl_instant at = {view->engine, view->snapshot};
    if (view->engine != NULL && sbl_is_away(view->engine))
        return SELLABLE_NOT_DURABLE;
    columns->count = columns->line_count = 0;
    if (view->snapshot == 0 || columns->capacity == 0 || columns->line_capacity == 0 ||
        columns->closed > 1)
        return SELLABLE_INVALID;
    if (!list_orders(&at, view))
        return SELLABLE_NO_MEMORY;
    const struct sbl_listed *listed = view->list;
    while (cursor->next < view->list_count && columns->count < columns->capacity &&
           columns->line_count < columns->line_capacity) {
        if (listed[cursor->next].closed <= columns->closed)
            put_order(&at, listed[cursor->next].reference, &cursor->within, columns);
        if (cursor->within != 0)
            break;
        cursor->next++;
    }
    return SELLABLE_OK;
}
