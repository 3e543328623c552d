/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine tells, as text by which a test can be read and which a failure shows: the plan of
 * an order, what does not fit, an order's lines, a cell. Figures of 0 are left out. */
#ifndef SELLABLE_TESTS_TOLD_H
#define SELLABLE_TESTS_TOLD_H

#include "scene.h"

#include <stdbool.h>
#include <stdio.h>

struct told {
    char text[4000];
    size_t size;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline void
tell(struct told *told, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t left = sizeof told->text - told->size;
    int size = vsnprintf(told->text + told->size, left, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < left);
    told->size += (size_t)size;
}

static inline void tell_key(struct told *told, struct sellable_key key) {
    tell(told, "%.*s", (int)key.size, key.bytes);
}

/* ", reserved 3": a name and a figure, unless it is 0. */
static inline void tell_figure(struct told *told, const char *name, int64_t figure) {
    if (figure != 0) {
        tell(told, "%s%s %lld", told->size > 0 && told->text[told->size - 1] != ' ' ? ", " : "",
             name, (long long)figure);
    }
}

static inline void same_text_at(const char *got, const char *wanted, const char *file, int line) {
    if (strcmp(got, wanted) != 0) {
        print_error("told is \"%s\", not \"%s\"\n", got, wanted);
        _fail(file, line);
    }
}

/* An answer with room for a plan and for misfits. */
struct reply {
    struct sellable_answer answer;
    struct sellable_placement plan[16];
    struct sellable_misfit misfits[16];
};

static inline struct sellable_answer *empty(struct reply *reply) {
    memset(reply, 0x5a, sizeof *reply);
    reply->answer.plan = reply->plan;
    reply->answer.plan_capacity = COUNT_OF(reply->plan);
    reply->answer.misfits = reply->misfits;
    reply->answer.misfit_capacity = COUNT_OF(reply->misfits);
    return &reply->answer;
}

/* "3 A east, 5 A west (2 wait)" */
static inline void plan_is_at(const struct sellable *engine, const struct reply *reply,
                              const char *wanted, const char *file, int line) {
    struct told told = {.size = 0};
    for (uint32_t i = 0; i < reply->answer.plan_count && i < COUNT_OF(reply->plan); i++) {
        const struct sellable_placement *placed = &reply->plan[i];
        tell(&told, "%s%lld ", i ? ", " : "", (long long)placed->quantity);
        tell_key(&told, sellable_item_key(engine, placed->item));
        tell(&told, " ");
        tell_key(&told, sellable_location_key(engine, placed->location));
        if (placed->backordered) {
            tell(&told, " (%lld wait)", (long long)placed->backordered);
        }
    }
    same_text_at(told.text, wanted, file, line);
}

/* "A 9>5, B@west 7>6": 9 of A were asked, 5 could be had */
static inline void misfits_are_at(const struct sellable *engine, const struct reply *reply,
                                  const char *wanted, const char *file, int line) {
    struct told told = {.size = 0};
    for (uint32_t i = 0; i < reply->answer.misfit_count && i < COUNT_OF(reply->misfits); i++) {
        const struct sellable_misfit *misfit = &reply->misfits[i];
        tell(&told, "%s", i ? ", " : "");
        tell_key(&told, sellable_item_key(engine, misfit->item));
        if (misfit->location.id) {
            tell(&told, "@");
            tell_key(&told, sellable_location_key(engine, misfit->location));
        }
        tell(&told, " %lld>%lld", (long long)misfit->asked, (long long)misfit->promisable);
    }
    same_text_at(told.text, wanted, file, line);
}

/* The order is accepted with this plan; its date is the answer. */
static inline int64_t accepted_at(struct sellable *engine, const struct sellable_order *order,
                                  const char *plan, const char *file, int line) {
    struct reply reply;
    enum sellable_status status = sellable_reserve(engine, NULL, order, empty(&reply));
    expect_at((int)status, SELLABLE_OK, "sellable_reserve", file, line);
    equal_at(reply.answer.misfit_count, 0, "misfit_count", file, line);
    plan_is_at(engine, &reply, plan, file, line);
    return reply.answer.date;
}
#define accepted(engine, order, plan) accepted_at(engine, order, plan, __FILE__, __LINE__)

/* The order does not fit, for these reasons. */
static inline void refused_at(struct sellable *engine, const struct sellable_order *order,
                              const char *misfits, const char *file, int line) {
    struct reply reply;
    struct sellable_order_view view = {.line_capacity = 0};
    enum sellable_status status = sellable_reserve(engine, NULL, order, empty(&reply));
    expect_at((int)status, SELLABLE_INSUFFICIENT, "sellable_reserve", file, line);
    equal_at(reply.answer.plan_count, 0, "plan_count", file, line);
    misfits_are_at(engine, &reply, misfits, file, line);
    expect_at((int)sellable_order(engine, order->key, &view), SELLABLE_UNKNOWN_ORDER,
              "sellable_order after a refusal", file, line);
}
#define refused(engine, order, misfits) refused_at(engine, order, misfits, __FILE__, __LINE__)

/* The same of one line. */
static inline int64_t takes_at(struct sellable *engine, const char *order, const char *channel,
                               const char *item, int64_t quantity, const char *plan,
                               const char *file, int line) {
    const struct sellable_line lines[] = {line_of(item, quantity)};
    return accepted_at(engine, &ORDER(order, channel, lines), plan, file, line);
}
#define takes(engine, order, channel, item, quantity, plan)                                        \
    takes_at(engine, order, channel, item, quantity, plan, __FILE__, __LINE__)

static inline void lacks_at(struct sellable *engine, const char *channel, const char *item,
                            int64_t quantity, const char *misfits, const char *file, int line) {
    const struct sellable_line lines[] = {line_of(item, quantity)};
    refused_at(engine, &ORDER("too much", channel, lines), misfits, file, line);
}
#define lacks(engine, channel, item, quantity, misfits)                                            \
    lacks_at(engine, channel, item, quantity, misfits, __FILE__, __LINE__)

/* "reserved A east: reserved 3, waiting 1; A west: shipped 2": the state, then each line */
static inline void order_is_at(const struct sellable *engine, const char *order,
                               const char *wanted, const char *file, int line) {
    struct told told = {.size = 0};
    struct sellable_order_line lines[16];
    struct sellable_order_view view = {.lines = lines, .line_capacity = COUNT_OF(lines)};
    expect_at((int)sellable_order(engine, key_of(order), &view), SELLABLE_OK, "sellable_order",
              file, line);
    tell(&told, "%s", sellable_order_state_name((int)view.state));
    for (uint32_t i = 0; i < view.line_count && i < COUNT_OF(lines); i++) {
        tell(&told, "%s", i ? "; " : " ");
        tell_key(&told, sellable_item_key(engine, lines[i].item));
        tell(&told, " ");
        tell_key(&told, sellable_location_key(engine, lines[i].location));
        tell(&told, ": ");
        tell_figure(&told, "reserved", lines[i].reserved);
        tell_figure(&told, "dated", lines[i].dated);
        tell_figure(&told, "waiting", lines[i].backordered);
        tell_figure(&told, "allocated", lines[i].allocated);
        tell_figure(&told, "shipped", lines[i].shipped);
        tell_figure(&told, "released", lines[i].released);
    }
    same_text_at(told.text, wanted, file, line);
}
#define order_is(engine, order, wanted) order_is_at(engine, order, wanted, __FILE__, __LINE__)

/* "on_hand 9, held 1, reserved 3, fence web 2, promised 4 on day 3": all that is kept of a cell */
static inline void cell_is_at(const struct sellable *engine, const char *item,
                              const char *location, const char *wanted, const char *file,
                              int line) {
    struct told told = {.size = 0};
    struct sellable_fence fences[8];
    struct sellable_scheduled scheduled[8];
    struct sellable_promised promised[8];
    struct sellable_place place = {.item_key = key_of(item), .location_key = key_of(location)};
    struct sellable_cell cell = {.fences = fences,
                                 .schedule = scheduled,
                                 .promised = promised,
                                 .fence_capacity = COUNT_OF(fences),
                                 .schedule_capacity = COUNT_OF(scheduled),
                                 .promised_capacity = COUNT_OF(promised)};
    expect_at((int)sellable_cell(engine, &place, &cell), SELLABLE_OK, "sellable_cell", file, line);
    int64_t held = 0;
    for (size_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        held += cell.held[i];
    }
    tell_figure(&told, "on_hand", cell.on_hand);
    tell_figure(&told, "held", held);
    tell_figure(&told, "allocated", cell.allocated);
    tell_figure(&told, "reserved", cell.reserved);
    tell_figure(&told, "backordered", cell.backordered);
    tell_figure(&told, "safety_stock", cell.safety_stock);
    for (uint32_t i = 0; i < cell.fence_count && i < COUNT_OF(fences); i++) {
        struct sellable_key key = sellable_channel_key(engine, fences[i].channel);
        tell(&told, "%sfence %.*s %lld", told.size ? ", " : "", (int)key.size, key.bytes,
             (long long)fences[i].quantity);
    }
    for (uint32_t i = 0; i < cell.schedule_count && i < COUNT_OF(scheduled); i++) {
        tell(&told, "%s%.*s %lld on day %lld", told.size ? ", " : "",
             (int)scheduled[i].reference_size, scheduled[i].reference,
             (long long)scheduled[i].quantity, (long long)(scheduled[i].due / SELLABLE_DAY));
    }
    for (uint32_t i = 0; i < cell.promised_count && i < COUNT_OF(promised); i++) {
        tell(&told, "%spromised %lld on day %lld", told.size ? ", " : "",
             (long long)promised[i].quantity, (long long)(promised[i].due / SELLABLE_DAY));
    }
    same_text_at(told.text, wanted, file, line);
}
#define cell_is(engine, item, location, wanted)                                                    \
    cell_is_at(engine, item, location, wanted, __FILE__, __LINE__)

/* An action by parts on an order. */
#define by_parts(verb, engine, order, parts)                                                       \
    verb(engine, NULL, key_of(order), parts, COUNT_OF(parts), NULL)

#endif
