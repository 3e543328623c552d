/* SPDX-License-Identifier: Apache-2.0
 *
 * For races of promises: what the records of all orders say of each cell, told once by a visit of
 * those that are open and once by key, and that every cell holds exactly that. */
#ifndef SELLABLE_TESTS_PROMISE_AUDIT_H
#define SELLABLE_TESTS_PROMISE_AUDIT_H

#include "crew.h"

enum { AUDITED_ITEMS = 8, AUDITED_LOCATIONS = 4, AUDITED_CHANNELS = 8 };

struct kept {
    int64_t reserved, dated, backordered, allocated, shipped;
    int64_t taken[AUDITED_CHANNELS + 1]; /* by channel: all but what was released */
};

struct promise_audit {
    struct kept kept[AUDITED_ITEMS][AUDITED_LOCATIONS];
    uint64_t open, closed;
    uint32_t states[SELLABLE_RELEASED + 1];
};

static inline void keep_order(struct promise_audit *audit,
                              const struct sellable_order_view *view) {
    bool is_open = view->state == SELLABLE_RESERVED || view->state == SELLABLE_ALLOCATED;
    int64_t reserved = 0, allocated = 0, shipped = 0;
    assert_in_range(view->state, SELLABLE_RESERVED, SELLABLE_RELEASED);
    assert_in_range(view->channel.id, 1, AUDITED_CHANNELS);
    for (uint32_t i = 0; i < view->line_count; i++) {
        const struct sellable_order_line *line = &view->lines[i];
        assert_in_range(line->item.id, 1, AUDITED_ITEMS);
        assert_in_range(line->location.id, 1, AUDITED_LOCATIONS);
        struct kept *kept = &audit->kept[line->item.id - 1][line->location.id - 1];
        kept->reserved += line->reserved - line->dated - line->backordered;
        kept->dated += line->dated;
        kept->backordered += line->backordered;
        kept->allocated += line->allocated;
        kept->shipped += line->shipped;
        kept->taken[view->channel.id] += line->reserved + line->allocated + line->shipped;
        assert_true(line->reserved >= 0 && line->allocated >= 0 && line->shipped >= 0);
        assert_true(line->released >= 0 && line->dated >= 0 && line->backordered >= 0);
        assert_true(line->dated + line->backordered <= line->reserved);
        reserved += line->reserved;
        allocated += line->allocated;
        shipped += line->shipped;
    }
    /* The state says what is left, and what is closed has no timeout. */
    equal(reserved > 0, view->state == SELLABLE_RESERVED);
    equal(reserved == 0 && allocated > 0, view->state == SELLABLE_ALLOCATED);
    equal(reserved == 0 && allocated == 0 && shipped > 0, view->state == SELLABLE_SHIPPED);
    if (!is_open)
        equal(view->expires_at, 0);
    audit->states[view->state]++;
    *(is_open ? &audit->open : &audit->closed) += 1;
}

/* One by key; false if there is none. */
static inline bool keep_key(struct promise_audit *audit, const struct sellable *engine,
                            struct sellable_key key) {
    struct sellable_order_line lines[64];
    struct sellable_order_view view = {.lines = lines, .line_capacity = COUNT_OF(lines)};
    if (sellable_order(engine, key, &view) == SELLABLE_UNKNOWN_ORDER)
        return false;
    assert_in_range(view.line_count, 1, COUNT_OF(lines));
    keep_order(audit, &view);
    return true;
}

static inline int keep_visited(void *context, const struct sellable_order_view *view) {
    keep_order(context, view);
    return 0;
}

/* Those that are open, by a visit, are those that are open by their keys. */
static inline void visit_agrees(struct sellable *engine, const struct promise_audit *by_key) {
    static struct promise_audit visited;
    const struct sellable_selection all = {.closed = 0};
    memset(&visited, 0, sizeof visited);
    expect(sellable_orders(engine, NULL, &all, keep_visited, &visited), OK);
    equal(visited.open, by_key->open);
    equal(visited.closed, 0);
    for (uint32_t n = 0; n < AUDITED_ITEMS * AUDITED_LOCATIONS; n++) {
        const struct kept *a = &visited.kept[n / AUDITED_LOCATIONS][n % AUDITED_LOCATIONS];
        const struct kept *b = &by_key->kept[n / AUDITED_LOCATIONS][n % AUDITED_LOCATIONS];
        equal(a->reserved, b->reserved);
        equal(a->dated, b->dated);
        equal(a->backordered, b->backordered);
        equal(a->allocated, b->allocated);
    }
}

/* A cell holds what the orders say; `stock` was put there once. Its fences are given back. */
static inline uint32_t cell_holds(const struct sellable *engine, const struct promise_audit *audit,
                                  uint32_t item, uint32_t location, int64_t stock,
                                  struct sellable_fence *fences) {
    static struct sellable_promised promised[4096];
    const struct kept *kept = &audit->kept[item - 1][location - 1];
    struct sellable_place place = {.item = {item}, .location = {location}};
    struct sellable_cell cell = {.fences = fences,
                                 .fence_capacity = AUDITED_CHANNELS,
                                 .promised = promised,
                                 .promised_capacity = COUNT_OF(promised)};
    int64_t dated = 0;
    expect(sellable_cell(engine, &place, &cell), OK);
    assert_in_range(cell.promised_count, 0, COUNT_OF(promised));
    for (uint32_t i = 0; i < cell.promised_count; i++) {
        assert_true(promised[i].due > sellable_now(engine));
        dated += promised[i].quantity;
    }
    equal(cell.reserved, kept->reserved);
    equal(dated, kept->dated);
    equal(cell.backordered, kept->backordered);
    equal(cell.allocated, kept->allocated);
    equal(cell.on_hand, stock - kept->shipped);
    equal(cell.net, cell.on_hand - cell.allocated - cell.reserved);
    return cell.fence_count;
}

#endif
