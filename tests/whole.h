/* SPDX-License-Identifier: Apache-2.0
 *
 * All that an engine shows of its state, but the exceptions, as one text: two of them can be
 * compared, and a difference can be read. */
#ifndef SELLABLE_TESTS_WHOLE_H
#define SELLABLE_TESTS_WHOLE_H

#include "scene.h"

#include <stdio.h>
#include <stdlib.h>

enum { WHOLE_MAX = 1 << 18, WHOLE_ENTRIES = 1100 };

struct whole {
    const struct sellable *engine;
    size_t size;
    char text[WHOLE_MAX];
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline void
whole_add(struct whole *whole, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t left = sizeof whole->text - whole->size;
    int size = vsnprintf(whole->text + whole->size, left, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < left);
    whole->size += (size_t)size;
}

static inline void whole_key(struct whole *whole, const char *name, struct sellable_key key) {
    whole_add(whole, " %s %.*s", name, (int)key.size, key.bytes ? key.bytes : "");
}

static inline void whole_figure(struct whole *whole, const char *name, int64_t figure) {
    if (figure != 0) {
        whole_add(whole, " %s %lld", name, (long long)figure);
    }
}

static inline void whole_cell(struct whole *whole, struct sellable_item item,
                              struct sellable_location location) {
    static struct sellable_scheduled schedule[WHOLE_ENTRIES];
    struct sellable_fence fences[64];
    struct sellable_promised promised[64];
    const struct sellable_place place = {.item = item, .location = location};
    struct sellable_cell cell = {.fences = fences,
                                 .schedule = schedule,
                                 .promised = promised,
                                 .fence_capacity = COUNT_OF(fences),
                                 .schedule_capacity = COUNT_OF(schedule),
                                 .promised_capacity = COUNT_OF(promised)};
    expect(sellable_cell(whole->engine, &place, &cell), OK);
    whole_key(whole, "\n  at", sellable_location_key(whole->engine, location));
    whole_figure(whole, "on_hand", cell.on_hand);
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        if (cell.held[i] != 0) {
            whole_key(whole, "held", sellable_hold_key(whole->engine, i));
            whole_figure(whole, "", cell.held[i]);
        }
    }
    whole_figure(whole, "allocated", cell.allocated);
    whole_figure(whole, "reserved", cell.reserved);
    whole_figure(whole, "backordered", cell.backordered);
    whole_figure(whole, "safety_stock", cell.safety_stock);
    whole_figure(whole, "net", cell.net);
    whole_figure(whole, "short", cell.short_);
    for (uint32_t i = 0; i < cell.fence_count && i < COUNT_OF(fences); i++) {
        whole_key(whole, "fence", sellable_channel_key(whole->engine, fences[i].channel));
        whole_figure(whole, "", fences[i].quantity);
        whole_figure(whole, "until", fences[i].until);
    }
    for (uint32_t i = 0; i < cell.schedule_count && i < COUNT_OF(schedule); i++) {
        whole_add(whole, " entry %.*s %lld at %lld", (int)schedule[i].reference_size,
                  schedule[i].reference, (long long)schedule[i].quantity,
                  (long long)schedule[i].due);
    }
    for (uint32_t i = 0; i < cell.promised_count && i < COUNT_OF(promised); i++) {
        whole_figure(whole, "promised", promised[i].quantity);
        whole_figure(whole, "at", promised[i].due);
    }
}

static inline void whole_items(struct whole *whole) {
    const struct sellable *engine = whole->engine;
    for (struct sellable_item item = sellable_item_next(engine, (struct sellable_item){0}); item.id;
         item = sellable_item_next(engine, item)) {
        struct sellable_item_view view = {.unit_capacity = 0};
        expect(sellable_item_look(engine, item, &view), OK);
        whole_key(whole, "\nitem", sellable_item_key(engine, item));
        whole_add(whole, " units %u components %u tracked %u", (unsigned)view.unit_count,
                  (unsigned)view.component_count, (unsigned)view.tracked);
        for (struct sellable_location at =
                 sellable_location_next(engine, (struct sellable_location){0});
             at.id; at = sellable_location_next(engine, at)) {
            whole_cell(whole, item, at);
        }
    }
}

static inline int whole_order(void *context, const struct sellable_order_view *order) {
    struct whole *whole = context;
    whole_key(whole, "\norder", order->key);
    whole_add(whole, " %s expires %lld date %lld", sellable_order_state_name((int)order->state),
              (long long)order->expires_at, (long long)order->date);
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_order_line *line = &order->lines[i];
        whole_key(whole, "\n  of", sellable_item_key(whole->engine, line->item));
        whole_key(whole, "at", sellable_location_key(whole->engine, line->location));
        whole_figure(whole, "reserved", line->reserved);
        whole_figure(whole, "allocated", line->allocated);
        whole_figure(whole, "shipped", line->shipped);
        whole_figure(whole, "released", line->released);
        whole_figure(whole, "dated", line->dated);
        whole_figure(whole, "backordered", line->backordered);
    }
    return 0;
}

static inline void whole_masters(struct whole *whole) {
    const struct sellable *engine = whole->engine;
    for (struct sellable_location at =
             sellable_location_next(engine, (struct sellable_location){0});
         at.id; at = sellable_location_next(engine, at)) {
        struct sellable_location_view view;
        expect(sellable_location_look(engine, at, &view), OK);
        whole_key(whole, "\nlocation", sellable_location_key(engine, at));
        whole_key(whole, "in", view.region);
        whole_figure(whole, "active", view.active);
    }
    for (struct sellable_channel channel =
             sellable_channel_next(engine, (struct sellable_channel){0});
         channel.id; channel = sellable_channel_next(engine, channel)) {
        whole_key(whole, "\nchannel", sellable_channel_key(engine, channel));
    }
    for (struct sellable_source source = sellable_source_next(engine, (struct sellable_source){0});
         source.id; source = sellable_source_next(engine, source)) {
        struct sellable_source_view view;
        expect(sellable_source_look(engine, source, &view), OK);
        whole_key(whole, "\nsource", sellable_source_key(engine, source));
        whole_add(whole, " max_lag %lld seq %u %lld gaps %llu", (long long)view.max_lag,
                  (unsigned)view.has_seq, (long long)view.seq, (unsigned long long)view.gaps);
    }
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        whole_key(whole, "reason", sellable_hold_key(engine, i));
    }
}

/* The audit's hash stands for what has no question of its own (owners, policies). */
static inline struct whole *whole_of(struct sellable *engine) {
    struct whole *whole = malloc(sizeof *whole);
    struct sellable_memory memory;
    struct sellable_audit audit;
    const struct sellable_selection all = {.closed = 1};
    assert_non_null(whole);
    whole->engine = engine;
    whole->size = 0;
    sellable_memory(engine, &memory);
    whole_add(whole, "now %lld items %llu orders %llu ids %llu transfers %llu",
              (long long)sellable_now(engine), (unsigned long long)memory.items,
              (unsigned long long)memory.orders, (unsigned long long)memory.event_ids,
              (unsigned long long)memory.transfers);
    whole_masters(whole);
    whole_items(whole);
    expect(sellable_orders(engine, NULL, &all, whole_order, whole), OK);
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(audit.consistent, 1);
    whole_add(whole, "\nhash %016llx%016llx", (unsigned long long)audit.hash[0],
              (unsigned long long)audit.hash[1]);
    return whole;
}

/* The line in which a text differs from another begins here. */
static inline size_t line_that_differs(const char *one, const char *other) {
    size_t begin = 0, i = 0;
    for (; one[i] == other[i] && one[i]; i++) {
        if (one[i] == '\n') {
            begin = i + 1;
        }
    }
    return begin;
}

/* Both are freed. */
static inline void same_whole_at(struct whole *got, struct whole *wanted, const char *what,
                                 const char *file, int line) {
    if (strcmp(got->text, wanted->text) != 0) {
        const char *one = got->text + line_that_differs(got->text, wanted->text);
        const char *other = wanted->text + line_that_differs(wanted->text, got->text);
        print_error("%s: the state has \"%.*s\", not \"%.*s\"\n", what,
                    (int)strcspn(one, "\n"), one, (int)strcspn(other, "\n"), other);
        _fail(file, line);
    }
    free(got);
    free(wanted);
}
#define same_whole(got, wanted) same_whole_at(got, wanted, "here", __FILE__, __LINE__)

#endif
