/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_between.c: what was answered, and all that an engine holds, as text, by keys; two runs
 * are the same if their texts are. And the sums that hold whatever was called: each cell holds what
 * the orders say, and stock that nothing was promised beyond does not fall below 0. */
#ifndef SELLABLE_TESTS_BETWEEN_STATE_H
#define SELLABLE_TESTS_BETWEEN_STATE_H

#include "scene.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Of larger scenes the rest is not looked at. */
enum { TEXT_MOST = 1 << 15, TOLD_ITEMS = 12, TOLD_LOCATIONS = 8, TOLD_LINES = 24, ROOM = 12 };

struct text {
    uint32_t size;
    char bytes[TEXT_MOST];
};

static inline void text_clear(struct text *text) {
    text->size = 0;
    text->bytes[0] = 0;
}

__attribute__((format(printf, 2, 3))) static inline void text_add(struct text *text,
                                                                  const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text->bytes + text->size, TEXT_MOST - text->size, format, arguments);
    va_end(arguments);
    if (size < 0 || (uint32_t)size >= TEXT_MOST - text->size) {
        fprintf(stderr, "a text is too long\n");
        abort();
    }
    text->size += (uint32_t)size;
}

static inline void text_key(struct text *text, struct sellable_key key) {
    text_add(text, " %.*s", (int)key.size, key.size == 0 ? "" : key.bytes);
}

/* Or only their first words, which is a status. */
static inline bool text_same(const struct text *a, const struct text *b, bool first_words) {
    size_t word = strcspn(a->bytes, " ");
    return first_words ? word == strcspn(b->bytes, " ") && memcmp(a->bytes, b->bytes, word) == 0
                       : a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* The first line that is not the same. */
static inline void text_print_difference(const struct text *a, const struct text *b,
                                         const char *name) {
    uint32_t line = 0;
    for (uint32_t i = 0; i < a->size && i < b->size && a->bytes[i] == b->bytes[i]; i++)
        line = a->bytes[i] == '\n' ? i + 1 : line;
    print_error("    between  %.*s\n    %-8s %.*s\n", (int)strcspn(a->bytes + line, "\n"),
                a->bytes + line, name, (int)strcspn(b->bytes + line, "\n"), b->bytes + line);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* An answer with room for a plan and for misfits. */
struct roomy {
    struct sellable_placement plan[ROOM];
    struct sellable_misfit misfits[ROOM];
    struct sellable_answer answer;
};

static inline struct sellable_answer *with_room(struct roomy *roomy) {
    memset(roomy, 0, sizeof *roomy);
    roomy->answer.plan = roomy->plan;
    roomy->answer.misfits = roomy->misfits;
    roomy->answer.plan_capacity = roomy->answer.misfit_capacity = ROOM;
    return &roomy->answer;
}

static inline void tell_status(struct text *text, enum sellable_status status) {
    text_add(text, "%s", sellable_status_name((int)status));
}

static inline void tell_answer(const struct sellable *engine, struct text *text,
                               enum sellable_status status, const struct sellable_answer *answer) {
    tell_status(text, status);
    for (uint32_t i = 0; i < answer->plan_count && i < answer->plan_capacity; i++) {
        text_key(text, sellable_item_key(engine, answer->plan[i].item));
        text_key(text, sellable_location_key(engine, answer->plan[i].location));
        text_add(text, " %" PRId64 "(%" PRId64 ")", answer->plan[i].quantity,
                 answer->plan[i].backordered);
    }
    for (uint32_t i = 0; i < answer->misfit_count && i < answer->misfit_capacity; i++) {
        text_key(text, sellable_item_key(engine, answer->misfits[i].item));
        text_key(text, sellable_location_key(engine, answer->misfits[i].location));
        text_add(text, " %" PRId64 " of %" PRId64, answer->misfits[i].promisable,
                 answer->misfits[i].asked);
    }
    text_add(text, "; date %" PRId64 " variance %" PRId64 " actual %" PRId64 " %s %s %u; ",
             answer->date, answer->variance, answer->actual, answer->field ? answer->field : "",
             answer->reason ? answer->reason : "", answer->line);
}

static inline void tell_term(struct text *text, const struct sellable_term *term) {
    text_add(text, " %u: net %" PRId64 " supply %" PRId64 " promised %" PRId64 " low %" PRId64
                   " fenced %" PRId64 " shared %" PRId64 " own %" PRId64 " seen %" PRId64
                   " waiting %" PRId64,
             term->location.id, term->net, term->supply, term->promised, term->low, term->fenced,
             term->shared, term->own, term->seen, term->waiting);
}

static inline void tell_cell(const struct sellable *engine, struct text *text,
                             struct sellable_place place) {
    struct sellable_fence fences[ROOM];
    struct sellable_scheduled schedule[ROOM];
    struct sellable_promised promised[ROOM];
    struct sellable_cell cell = {.fences = fences,
                                 .schedule = schedule,
                                 .promised = promised,
                                 .fence_capacity = ROOM,
                                 .schedule_capacity = ROOM,
                                 .promised_capacity = ROOM};
    tell_status(text, sellable_cell(engine, &place, &cell));
    text_add(text, " on_hand %" PRId64 " allocated %" PRId64 " reserved %" PRId64
                   " backordered %" PRId64 " net %" PRId64 " free %" PRId64 " shared %" PRId64
                   " short %" PRId64,
             cell.on_hand, cell.allocated, cell.reserved, cell.backordered, cell.net, cell.free,
             cell.shared, cell.short_);
    for (uint32_t i = 0; i < cell.fence_count && i < ROOM; i++)
        text_add(text, " fence %u: %" PRId64 " until %" PRId64, fences[i].channel.id,
                 fences[i].quantity, fences[i].until);
    for (uint32_t i = 0; i < cell.schedule_count && i < ROOM; i++)
        text_add(text, " %.*s: %" PRId64 " at %" PRId64, (int)schedule[i].reference_size,
                 schedule[i].reference, schedule[i].quantity, schedule[i].due);
    for (uint32_t i = 0; i < cell.promised_count && i < ROOM; i++)
        text_add(text, " promised %" PRId64 " for %" PRId64, promised[i].quantity, promised[i].due);
    text_add(text, "\n");
}

static inline void tell_order(const struct sellable *engine, struct text *text,
                              const struct sellable_order_view *view) {
    text_key(text, view->key);
    text_add(text, " %s channel %u expires_at %" PRId64 " date %" PRId64,
             sellable_order_state_name((int)view->state), view->channel.id, view->expires_at,
             view->date);
    for (uint32_t i = 0; i < view->line_count && i < TOLD_LINES; i++) {
        const struct sellable_order_line *line = &view->lines[i];
        text_key(text, sellable_item_key(engine, line->item));
        text_key(text, sellable_location_key(engine, line->location));
        text_add(text, " %" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 " dated %" PRId64
                       " waits %" PRId64,
                 line->reserved, line->allocated, line->shipped, line->released, line->dated,
                 line->backordered);
    }
    text_add(text, "\n");
}

static inline int tell_exception(void *context, const struct sellable_exception *exception) {
    struct text *text = context;
    text_add(text, "exception %" PRIu64 " %s type %u %s %s orders %" PRIu64, exception->number,
             sellable_status_name((int)exception->status), exception->type, exception->field,
             exception->reason, exception->orders);
    text_key(text, exception->source);
    text_key(text, exception->id);
    text_add(text, "\n");
    return 0;
}

static inline void tell_audit(struct sellable *engine, struct text *text) {
    struct sellable_audit audit;
    tell_status(text, sellable_audit(engine, NULL, &audit));
    text_add(text,
             " consistent %u items %" PRIu64 " orders %" PRIu64 " %" PRIx64 " %" PRIx64
             " full %" PRIx64 " %" PRIx64 "\n",
             audit.consistent, audit.items, audit.orders, audit.hash[0], audit.hash[1],
             audit.full[0], audit.full[1]);
}

/* ---- all there is ---------------------------------------------------------------------------- */

static inline void tell_item(const struct sellable *engine, struct text *text,
                             struct sellable_item item) {
    struct sellable_unit units[4];
    struct sellable_component components[4];
    struct sellable_item_view view = {
        .units = units, .components = components, .unit_capacity = 4, .component_capacity = 4};
    text_key(text, sellable_item_key(engine, item));
    tell_status(text, sellable_item_look(engine, item, &view));
    text_key(text, view.unit);
    text_add(text, " tracked %u", view.tracked);
    for (uint32_t i = 0; i < view.unit_count && i < 4; i++) {
        text_key(text, units[i].key);
        text_add(text, " %" PRId64 "/%" PRId64, units[i].numerator, units[i].denominator);
    }
    for (uint32_t i = 0; i < view.component_count && i < 4; i++) {
        text_key(text, components[i].item_key);
        text_add(text, " %" PRId64, components[i].number);
    }
    text_add(text, "\n");
}

static inline void tell_policy(const struct sellable *engine, struct text *text,
                               struct sellable_item item, struct sellable_channel channel) {
    struct sellable_location locations[TOLD_LOCATIONS];
    const struct sellable_scope scope = {.item = item, .channel = channel};
    const struct sellable_question question = {.item = item, .channel = channel};
    struct sellable_policy policy;
    struct sellable_availability availability;
    text_add(text, "channel %u ", channel.id);
    tell_status(text, sellable_policy_find(engine, &scope, &policy, locations, TOLD_LOCATIONS));
    text_add(text, " %x share %d buffer %" PRId64 " backorder %" PRId64 " cap %" PRId64 " from",
             policy.set, policy.share, policy.buffer, policy.backorder, policy.cap);
    for (uint32_t i = 0; i < policy.location_count && i < TOLD_LOCATIONS; i++)
        text_add(text, " %x", locations[i].id);
    if (item.id != 0) {
        tell_status(text, sellable_available(engine, &question, &availability));
        text_add(text, " promisable %" PRId64 " published %" PRId64, availability.promisable,
                 availability.published);
    }
    text_add(text, "\n");
}

struct telling {
    const struct sellable *engine;
    struct text *text;
};

static inline int tell_visited(void *context, const struct sellable_order_view *view) {
    const struct telling *telling = context;
    tell_order(telling->engine, telling->text, view);
    return 0;
}

static inline void tell_origins(struct sellable *engine, struct text *text) {
    struct sellable_exception_counts counts;
    for (struct sellable_source source = {0};
         (source = sellable_source_next(engine, source)).id != 0;) {
        struct sellable_source_view view;
        text_key(text, sellable_source_key(engine, source));
        tell_status(text, sellable_source_look(engine, source, &view));
        text_add(text, " max_lag %" PRId64 " seq %u %" PRId64 " gaps %" PRIu64 "\n", view.max_lag,
                 view.has_seq, view.seq, view.gaps);
    }
    tell_status(text, sellable_exceptions(engine, NULL, NULL, tell_exception, text));
    sellable_exception_counts(engine, &counts);
    text_add(text, " exceptions %" PRIu64 " last %" PRIu64 " lost %" PRIu64 "\n", counts.kept,
             counts.last, counts.lost);
}

static inline void tell_state(struct sellable *engine, struct text *text) {
    struct telling telling = {engine, text};
    const struct sellable_selection all = {.closed = 1};
    struct sellable_channel channel = {0};
    text_add(text, "now %" PRId64 "\n", sellable_now(engine));
    for (struct sellable_item item = {0};
         (item = sellable_item_next(engine, item)).id != 0 && item.id <= TOLD_ITEMS;) {
        tell_item(engine, text, item);
        for (struct sellable_location location = {0};
             (location = sellable_location_next(engine, location)).id != 0;)
            tell_cell(engine, text, (struct sellable_place){.item = item, .location = location});
        while ((channel = sellable_channel_next(engine, channel)).id != 0)
            tell_policy(engine, text, item, channel);
    }
    while ((channel = sellable_channel_next(engine, channel)).id != 0)
        tell_policy(engine, text, (struct sellable_item){0}, channel);
    for (struct sellable_location location = {0};
         (location = sellable_location_next(engine, location)).id != 0;) {
        struct sellable_location_view view;
        text_key(text, sellable_location_key(engine, location));
        tell_status(text, sellable_location_look(engine, location, &view));
        text_key(text, view.region);
        text_add(text, " active %u\n", view.active);
    }
    tell_status(text, sellable_orders(engine, NULL, &all, tell_visited, &telling));
    tell_origins(engine, text);
    tell_audit(engine, text);
}

/* ---- sums ------------------------------------------------------------------------------------ */

struct kept_there {
    int64_t reserved, dated, backordered, allocated;
};

struct audit {
    struct text *fault;
    struct kept_there kept[TOLD_ITEMS][TOLD_LOCATIONS];
};

static inline int audit_order(void *context, const struct sellable_order_view *view) {
    struct audit *audit = context;
    int64_t reserved = 0, allocated = 0;
    for (uint32_t i = 0; i < view->line_count; i++) {
        const struct sellable_order_line *line = &view->lines[i];
        if (line->reserved < 0 || line->allocated < 0 || line->shipped < 0 || line->released < 0 ||
            line->dated < 0 || line->backordered < 0 ||
            line->dated + line->backordered > line->reserved)
            text_add(audit->fault, "a line of %.*s is wrong", (int)view->key.size, view->key.bytes);
        reserved += line->reserved;
        allocated += line->allocated;
        if (line->item.id > TOLD_ITEMS || line->location.id > TOLD_LOCATIONS)
            continue;
        struct kept_there *kept = &audit->kept[line->item.id - 1][line->location.id - 1];
        kept->reserved += line->reserved - line->dated - line->backordered;
        kept->dated += line->dated;
        kept->backordered += line->backordered;
        kept->allocated += line->allocated;
    }
    if ((reserved > 0) != (view->state == SELLABLE_RESERVED) ||
        (reserved == 0 && allocated > 0) != (view->state == SELLABLE_ALLOCATED))
        text_add(audit->fault, "the state of %.*s is wrong", (int)view->key.size, view->key.bytes);
    return 0;
}

static inline void audit_cell(const struct sellable *engine, struct audit *audit,
                              struct sellable_item item, struct sellable_location location) {
    struct sellable_place place = {.item = item, .location = location};
    struct sellable_promised promised[ROOM];
    struct sellable_cell cell = {.promised = promised, .promised_capacity = ROOM};
    struct sellable_item_view view = {.unit_capacity = 0};
    const struct kept_there *kept = &audit->kept[item.id - 1][location.id - 1];
    int64_t dated = 0;
    if (sellable_cell(engine, &place, &cell) != SELLABLE_OK || cell.promised_count > ROOM ||
        sellable_item_look(engine, item, &view) != SELLABLE_OK) {
        text_add(audit->fault, "no cell");
        return;
    }
    for (uint32_t i = 0; i < cell.promised_count; i++)
        dated += promised[i].quantity;
    /* What is scheduled may fail to come, and what waits may be shipped all the same. */
    bool short_of_stock = cell.net < 0 && cell.schedule_count == 0 && cell.backordered == 0;
    bool counted = view.tracked == 0 || view.component_count != 0 ||
                   (cell.reserved == kept->reserved && dated == kept->dated &&
                    cell.backordered == kept->backordered && cell.allocated == kept->allocated);
    if (short_of_stock || !counted)
        text_add(audit->fault,
                 "item %u at %u: net %" PRId64 ", %" PRId64 " reserved, %" PRId64
                 " dated, %" PRId64 " wait, %" PRId64 " allocated; by the orders %" PRId64
                 ", %" PRId64 ", %" PRId64 ", %" PRId64,
                 item.id, location.id, cell.net, cell.reserved, dated, cell.backordered,
                 cell.allocated, kept->reserved, kept->dated, kept->backordered, kept->allocated);
}

static inline void audit_state(struct sellable *engine, struct text *fault) {
    static struct audit audit;
    const struct sellable_selection all = {.closed = 1};
    memset(&audit, 0, sizeof audit);
    audit.fault = fault;
    if (sellable_orders(engine, NULL, &all, audit_order, &audit) != SELLABLE_OK)
        text_add(fault, "no orders");
    for (struct sellable_item item = {0};
         (item = sellable_item_next(engine, item)).id != 0 && item.id <= TOLD_ITEMS;)
        for (struct sellable_location location = {0};
             (location = sellable_location_next(engine, location)).id != 0 &&
             location.id <= TOLD_LOCATIONS;)
            audit_cell(engine, &audit, item, location);
}

#endif
