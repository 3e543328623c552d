/* SPDX-License-Identifier: Apache-2.0
 *
 * The guard over an engine: the audit after each call, and a count of all cells that shares nothing
 * with the audit: it adds the open orders up by a visit, and reads the cells. */
#include "slabs.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_fail(const char *file, int line, const char *what, int64_t got) {
    fprintf(stderr, "%s:%d: not so: %s (%lld)\n", file, line, what, (long long)got);
    abort();
}

/* ---- open, judge, close ---------------------------------------------------------------------- */

static struct sellable_audit audit_of(struct sellable *engine) {
    struct sellable_audit audit;
    must_be(sellable_audit(engine, NULL, &audit), ==, SELLABLE_OK);
    return audit;
}

void guard_open(struct guard *guard, const struct sellable_options *options) {
    struct sellable_options lent = *options;
    lent.allocator = slabs_allocator();
    must_be(sellable_open(&lent, &guard->engine), ==, SELLABLE_OK);
    guard->audit = audit_of(guard->engine);
}

static bool same(const uint64_t a[2], const uint64_t b[2]) {
    return a[0] == b[0] && a[1] == b[1];
}

void guard_judge(struct guard *guard, enum change allowed) {
    slabs_refuse(0, 0);
    struct sellable_audit audit = audit_of(guard->engine);
    must(audit.consistent);
    if (allowed != ANYTHING) {
        must(same(audit.hash, guard->audit.hash));
        must_be(audit.items, ==, guard->audit.items);
        must_be(audit.orders, ==, guard->audit.orders);
    }
    if (allowed == NOTHING)
        must(same(audit.full, guard->audit.full));
    guard->audit = audit;
}

void guard_close(struct guard *guard) {
    sellable_close(guard->engine);
    slabs_are_back();
}

/* ---- counting -------------------------------------------------------------------------------- */

/* What open orders have at a cell. */
struct kept {
    int64_t reserved, dated, backordered;
};

struct count {
    const struct sellable *engine;
    struct kept *kept;
    uint32_t items, locations; /* the largest handles */
    uint64_t orders;
};

static void order_is_whole(const struct sellable_order_view *order) {
    int64_t reserved = 0, allocated = 0, others = 0;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_order_line *line = &order->lines[i];
        must(line->reserved >= 0 && line->allocated >= 0 && line->shipped >= 0);
        must(line->released >= 0 && line->dated >= 0 && line->backordered >= 0);
        must_be(line->dated + line->backordered, <=, line->reserved);
        reserved += line->reserved;
        allocated += line->allocated;
        others += line->shipped + line->released;
    }
    must_be(reserved + allocated + others, >, 0);
    must_be(order->state, ==, reserved > 0 ? SELLABLE_RESERVED : SELLABLE_ALLOCATED);
    must(reserved > 0 || allocated > 0);
}

static int count_order(void *context, const struct sellable_order_view *order) {
    struct count *count = context;
    order_is_whole(order);
    must_be(order->key.size, <=, SELLABLE_KEY_MAX);
    count->orders++;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_order_line *line = &order->lines[i];
        must(line->item.id != 0 && line->item.id <= count->items);
        must(line->location.id != 0 && line->location.id <= count->locations);
        struct kept *kept =
            &count->kept[(size_t)line->item.id * (count->locations + 1) + line->location.id];
        kept->reserved += line->reserved - line->dated - line->backordered;
        kept->dated += line->dated;
        kept->backordered += line->backordered;
    }
    return 0;
}

static bool in_range(int64_t quantity) {
    return quantity >= -SELLABLE_QUANTITY_MAX && quantity <= SELLABLE_QUANTITY_MAX;
}

/* The lists of a cell: in order, without entries of nothing, of times that are yet to come. */
static int64_t lists_are_right(const struct sellable_cell *cell, int64_t now) {
    int64_t dated = 0;
    for (uint32_t i = 0; i < cell->fence_count; i++) {
        must_be(cell->fences[i].quantity, >, 0);
        must(cell->fences[i].until == 0 || cell->fences[i].until > now);
    }
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        must(cell->schedule[i].quantity != 0 && in_range(cell->schedule[i].quantity));
        must_be(cell->schedule[i].reference_size, >=, 1);
        must_be(cell->schedule[i].reference_size, <=, SELLABLE_KEY_MAX);
        must(i == 0 || cell->schedule[i - 1].due <= cell->schedule[i].due);
    }
    for (uint32_t i = 0; i < cell->promised_count; i++) {
        must_be(cell->promised[i].due, >, now);
        must_be(cell->promised[i].quantity, >, 0);
        must(i == 0 || cell->promised[i - 1].due < cell->promised[i].due);
        dated += cell->promised[i].quantity;
    }
    return dated;
}

/* The figures of a cell, against each other and what the orders have there. */
static void figures_are_right(const struct sellable_cell *cell, int64_t dated,
                              const struct kept *kept) {
    int64_t held = 0;
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        must_be(cell->held[i], >=, 0);
        held += cell->held[i];
    }
    must(in_range(cell->on_hand) && in_range(held) && in_range(cell->net));
    must(cell->allocated >= 0 && in_range(cell->allocated));
    must(cell->safety_stock >= 0 && in_range(cell->safety_stock));
    must_be(cell->net, ==,
            cell->on_hand - held - cell->allocated - cell->reserved - cell->safety_stock);
    must(cell->free >= 0 && cell->free <= (cell->net > 0 ? cell->net : 0));
    must(cell->shared >= 0 && cell->shared <= cell->free);
    must_be(cell->short_, >=, 0);
    must_be(cell->reserved, ==, kept->reserved);
    must_be(cell->backordered, ==, kept->backordered);
    must_be(dated, ==, kept->dated);
}

/* Of a kit nothing is kept. */
static void is_empty(const struct sellable_cell *cell) {
    must(cell->on_hand == 0 && cell->allocated == 0 && cell->safety_stock == 0);
    must(cell->reserved == 0 && cell->backordered == 0 && cell->net == 0);
    must(cell->fence_count == 0 && cell->schedule_count == 0 && cell->promised_count == 0);
}

static void cell_is_right(const struct count *count, struct sellable_item item,
                          struct sellable_location location,
                          const struct sellable_item_view *view) {
    const struct sellable_place place = {.item = item, .location = location};
    struct sellable_cell cell = {.fences = NULL};
    must_be(sellable_cell(count->engine, &place, &cell), ==, SELLABLE_OK);
    cell.fence_capacity = cell.fence_count;
    cell.schedule_capacity = cell.schedule_count;
    cell.promised_capacity = cell.promised_count;
    cell.fences = calloc(cell.fence_count + 1, sizeof *cell.fences);
    cell.schedule = calloc(cell.schedule_count + 1, sizeof *cell.schedule);
    cell.promised = calloc(cell.promised_count + 1, sizeof *cell.promised);
    must(cell.fences != NULL && cell.schedule != NULL && cell.promised != NULL);
    must_be(sellable_cell(count->engine, &place, &cell), ==, SELLABLE_OK);
    int64_t dated = lists_are_right(&cell, sellable_now(count->engine));
    if (view->tracked) /* what is not, is counted on its orders alone */
        figures_are_right(&cell, dated,
                          &count->kept[(size_t)item.id * (count->locations + 1) + location.id]);
    if (view->component_count > 0)
        is_empty(&cell);
    free(cell.fences);
    free(cell.schedule);
    free(cell.promised);
}

static void count_handles(struct count *count) {
    struct sellable_item item = {0};
    struct sellable_location location = {0};
    while ((item = sellable_item_next(count->engine, item)).id != 0)
        count->items = item.id > count->items ? item.id : count->items;
    while ((location = sellable_location_next(count->engine, location)).id != 0)
        count->locations = location.id > count->locations ? location.id : count->locations;
}

void guard_count(struct guard *guard) {
    const struct sellable_selection all = {.closed = 0};
    struct count count = {.engine = guard->engine};
    /* What is due may be left over where there was no memory. */
    must_be(sellable_advance(guard->engine, NULL, sellable_now(guard->engine), NULL), ==,
            SELLABLE_OK);
    guard_judge(guard, ANYTHING);
    count_handles(&count);
    count.kept =
        calloc((size_t)(count.items + 1) * (count.locations + 1), sizeof *count.kept);
    must(count.kept != NULL);
    must_be(sellable_orders(guard->engine, NULL, &all, count_order, &count), ==, SELLABLE_OK);
    must_be(count.orders, ==, guard->audit.orders);
    struct sellable_item item = {0};
    while ((item = sellable_item_next(guard->engine, item)).id != 0) {
        struct sellable_item_view view = {.units = NULL};
        struct sellable_location location = {0};
        must_be(sellable_item_look(guard->engine, item, &view), ==, SELLABLE_OK);
        while ((location = sellable_location_next(guard->engine, location)).id != 0)
            cell_is_right(&count, item, location, &view);
    }
    free(count.kept);
}
