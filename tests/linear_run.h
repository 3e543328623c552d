/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear: a program (linear_program.h) is run on an engine of its own, by fibers or
 * threads (interleave.h), and all that was answered becomes a history (linear.h). One at a time. */
#ifndef SELLABLE_TESTS_LINEAR_RUN_H
#define SELLABLE_TESTS_LINEAR_RUN_H

#include "scene.h"

#include "interleave.h"
#include "linear_program.h"

#include <stdatomic.h>
#include <time.h>

/* ---- memory ---------------------------------------------------------------------------------- */

/* One engine at a time: its slabs come from one piece of memory; what was touched is zeroed. */
static struct {
    unsigned char *bytes;
    atomic_size_t used;
} arena;

enum { ARENA = 64 << 20, PAGE = 4096 };

static inline void *arena_allocate(void *context, size_t size) {
    (void)context;
    size_t place = atomic_fetch_add(&arena.used, size);
    return place + size <= ARENA ? arena.bytes + place : NULL;
}

static inline void arena_release(void *context, void *slab, size_t size) {
    (void)context;
    (void)slab;
    (void)size;
}

static inline void arena_clear(void) {
    static unsigned char resident[ARENA / PAGE];
    if (arena.bytes == NULL) {
        arena.bytes =
            mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(arena.bytes, MAP_FAILED);
        (void)madvise(arena.bytes, ARENA, MADV_NOHUGEPAGE);
        return;
    }
    size_t used = atomic_exchange(&arena.used, 0);
    bool known = mincore(arena.bytes, used, resident) == 0;
    for (size_t page = 0; page * PAGE < used; page++) {
        if (!known || (resident[page] & 1) != 0) {
            memset(arena.bytes + page * PAGE, 0, PAGE);
        }
    }
}

/* ---- one call -------------------------------------------------------------------------------- */

/* What the engine answered, as it did; turned into figures when the run is over. */
struct raw {
    enum sellable_status status;
    uint32_t handle;
    int64_t now;
    struct sellable_answer answer;
    struct sellable_placement plan[LINEAR_PLACEMENTS];
    struct sellable_misfit misfits[LINEAR_LINES];
    struct sellable_availability availability;
    struct sellable_cell cell;
    struct sellable_explanation explanation;
    struct sellable_term terms[LINEAR_LOCATIONS];
    struct sellable_order_view view;
    struct sellable_order_line lines[LINEAR_PLACEMENTS];
};

/* The run. */
static struct {
    struct sellable *engine;
    struct program program;
    struct raw raw[LINEAR_CALLS];
    struct sellable_worker *worker[INTERLEAVE_MOST]; /* some threads hold one */
    uint32_t item[LINEAR_ITEMS], location[LINEAR_LOCATIONS], channel[LINEAR_CHANNELS];
    atomic_llong ticks;
} run;

static inline struct sellable_key one_sign(const char *signs, int64_t number) {
    return (struct sellable_key){signs + number, 1};
}
static inline struct sellable_key item_key(int64_t number) { return one_sign("ABC", number); }
static inline struct sellable_key location_key(int64_t number) { return one_sign("abc", number); }
static inline struct sellable_key channel_key(int64_t number) { return one_sign("xy", number); }
static inline struct sellable_key order_key(int64_t number) { return one_sign("1234", number); }

static inline uint32_t handle_of(const struct linear_call *call, const uint32_t *handles,
                          int64_t number) {
    return call->by_key ? 0 : handles[number];
}

static inline struct sellable_question question_of(const struct linear_call *call) {
    return (struct sellable_question){
        .item_key = item_key(call->item),
        .channel_key = channel_key(call->channel),
        .item = {handle_of(call, run.item, call->item)},
        .channel = {handle_of(call, run.channel, call->channel)}};
}

static inline struct sellable_event event_of(const struct linear_call *call) {
    static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    return (struct sellable_event){
        .type = call->event.type,
        .has_expected = call->event.has_expected,
        .item_key = item_key(call->item),
        .location_key = location_key(call->location),
        .item = {handle_of(call, run.item, call->item)},
        .location = {handle_of(call, run.location, call->location)},
        .reason = key_of(reasons[call->event.reason]),
        .quantity = call->event.quantity,
        .expected = call->event.expected};
}

static inline struct sellable_order order_asked(const struct linear_call *call,
                                         struct sellable_line *lines) {
    for (int64_t i = 0; i < call->line_count; i++) {
        lines[i] = (struct sellable_line){
            .item_key = item_key(call->line[i].item),
            .item = {handle_of(call, run.item, call->line[i].item)},
            .quantity = call->line[i].quantity};
    }
    return (struct sellable_order){
        .key = order_key(call->key),
        .channel_key = channel_key(call->channel),
        .lines = lines,
        .line_count = (uint32_t)call->line_count,
        .channel = {handle_of(call, run.channel, call->channel)},
        .expires_at = call->at};
}

static inline enum sellable_status put_channel(const struct linear_call *call,
                                        struct sellable_worker *worker, struct raw *raw) {
    struct sellable_location locations[LINEAR_LOCATIONS];
    struct sellable_channel channel = {0};
    for (int64_t i = 0; i < call->policy.location_count; i++) {
        int64_t location = call->policy.location[i];
        locations[i].id = location == LINEAR_LOCATIONS ? 60000 : run.location[location];
    }
    struct sellable_policy policy = {.set = call->policy.set,
                                     .unset = call->policy.unset,
                                     .locations = locations,
                                     .location_count = (uint32_t)call->policy.location_count,
                                     .buffer = call->policy.buffer,
                                     .share = (int32_t)call->policy.share,
                                     .closed = (uint32_t)call->policy.closed};
    enum sellable_status status = sellable_channel_put(
        run.engine, worker, channel_key(call->channel), &policy, &channel, &raw->answer);
    raw->handle = channel.id;
    return status;
}

static inline enum sellable_status do_one(const struct linear_call *call,
                                          struct sellable_worker *worker, struct raw *raw) {
    struct sellable *engine = run.engine;
    struct sellable_question question = question_of(call);
    struct sellable_event event = event_of(call);
    struct sellable_line lines[LINEAR_LINES];
    struct sellable_order order = order_asked(call, lines);
    struct sellable_place place = {.item_key = question.item_key,
                                   .location_key = event.location_key,
                                   .item = question.item,
                                   .location = event.location};
    struct sellable_item item = {0};
    struct sellable_location location = {0};
    enum sellable_status status = SELLABLE_OK;
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        status = sellable_item_put(engine, worker, question.item_key, &item, &raw->answer);
        raw->handle = item.id;
        return status;
    case LINEAR_LOCATION_PUT:
        status = sellable_location_put(engine, worker, place.location_key, &location, &raw->answer);
        raw->handle = location.id;
        return status;
    case LINEAR_CHANNEL_PUT:
        return put_channel(call, worker, raw);
    case LINEAR_APPLY:
        return sellable_apply(engine, worker, &event, &raw->answer);
    case LINEAR_RESERVE:
        return sellable_reserve(engine, worker, &order, &raw->answer);
    case LINEAR_CONFIRM:
        return sellable_confirm(engine, worker, order.key, &raw->answer);
    case LINEAR_RELEASE:
        return sellable_release(engine, worker, order.key, &raw->answer);
    case LINEAR_SHIP:
        return sellable_ship(engine, worker, order.key, &raw->answer);
    case LINEAR_ADVANCE:
        return sellable_advance(engine, worker, call->at, &raw->answer);
    case LINEAR_NOW:
        raw->now = sellable_now(engine);
        return SELLABLE_OK;
    case LINEAR_AVAILABLE:
        return sellable_available(engine, &question, &raw->availability);
    case LINEAR_EXPLAIN:
        return sellable_explain(engine, &question, &raw->explanation);
    case LINEAR_CELL:
        return sellable_cell(engine, &place, &raw->cell);
    case LINEAR_ORDER:
        return sellable_order(engine, order.key, &raw->view);
    case LINEAR_KIND_COUNT:
        break;
    }
    return status;
}

/* Several calls of one kind in one batch. */
static inline void do_batch(const struct linear_call *call, uint32_t count,
                     struct sellable_worker *worker, struct raw *raw) {
    struct sellable_line lines[PROGRAM_CALLS_MOST][LINEAR_LINES];
    struct sellable_order orders[PROGRAM_CALLS_MOST];
    struct sellable_event events[PROGRAM_CALLS_MOST];
    struct sellable_question questions[PROGRAM_CALLS_MOST];
    struct sellable_answer answers[PROGRAM_CALLS_MOST];
    struct sellable_availability availabilities[PROGRAM_CALLS_MOST] = {{0, 0}};
    enum sellable_status statuses[PROGRAM_CALLS_MOST], all = SELLABLE_OK;
    for (uint32_t i = 0; i < count; i++) {
        orders[i] = order_asked(&call[i], lines[i]);
        events[i] = event_of(&call[i]);
        questions[i] = question_of(&call[i]);
        answers[i] = raw[i].answer;
    }
    if (call->kind == LINEAR_RESERVE) {
        all = sellable_reserve_batch(run.engine, worker, orders, count, statuses, answers);
    } else if (call->kind == LINEAR_APPLY) {
        all = sellable_apply_batch(run.engine, worker, events, count, statuses, answers);
    } else {
        sellable_available_batch(run.engine, questions, count, statuses, availabilities);
    }
    for (uint32_t i = 0; i < count; i++) {
        raw[i].status = all == SELLABLE_OK ? statuses[i] : all;
        raw[i].answer = answers[i];
        raw[i].availability = availabilities[i];
    }
}

static inline void prepare(struct raw *raw) {
    memset(raw, 0xa5, sizeof *raw);
    raw->answer = (struct sellable_answer){.plan = raw->plan,
                                           .misfits = raw->misfits,
                                           .plan_capacity = LINEAR_PLACEMENTS,
                                           .misfit_capacity = LINEAR_LINES};
    raw->explanation =
        (struct sellable_explanation){.terms = raw->terms, .term_capacity = LINEAR_LOCATIONS};
    raw->view =
        (struct sellable_order_view){.lines = raw->lines, .line_capacity = LINEAR_PLACEMENTS};
}

/* The call at this place, and those that go on with it in one batch; returns how many. */
static inline uint32_t do_calls(uint32_t first, struct sellable_worker *worker) {
    struct linear_call *call = &run.program.history.call[first];
    struct raw *raw = &run.raw[first];
    uint32_t count = 1;
    while (call[count - 1].goes_on) {
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        prepare(&raw[i]);
    }
    interleave_step(__FILE__, 0);
    int64_t began = atomic_fetch_add(&run.ticks, 1);
    if (count == 1) {
        raw->status = do_one(call, worker, raw);
    } else {
        do_batch(call, count, worker, raw);
    }
    int64_t ended = atomic_fetch_add(&run.ticks, 1);
    interleave_step(__FILE__, 0);
    for (uint32_t i = 0; i < count; i++) {
        call[i].began = began;
        call[i].ended = ended;
    }
    return count;
}

/* ---- what was answered, as figures ----------------------------------------------------------- */

static inline void put(struct linear_answer *answer, int64_t figure) {
    assert_true(answer->count < LINEAR_FIGURES);
    answer->figure[answer->count++] = figure;
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

static inline void put_plan(struct linear_answer *answer, const struct raw *raw) {
    put(answer, raw->answer.date);
    for (uint32_t i = 0; i < raw->answer.plan_count; i++) {
        put(answer, item_number(raw->plan[i].item.id));
        put(answer, location_number(raw->plan[i].location.id));
        put(answer, raw->plan[i].quantity);
    }
}

static inline void put_explanation(struct linear_answer *answer, const struct raw *raw) {
    const struct sellable_explanation *all = &raw->explanation;
    int64_t head[] = {all->now,    all->share,      all->closed,   all->pool,
                      all->buffer, all->promisable, all->published};
    for (size_t i = 0; i < COUNT_OF(head); i++) {
        put(answer, head[i]);
    }
    for (uint32_t i = 0; i < all->term_count; i++) {
        const struct sellable_term *term = &raw->terms[i];
        int64_t terms[] = {location_number(term->location.id),
                           term->on_hand,
                           term->held,
                           term->allocated,
                           term->reserved,
                           term->safety_stock,
                           term->net,
                           term->free,
                           term->shared,
                           term->seen};
        for (size_t t = 0; t < COUNT_OF(terms); t++) {
            put(answer, terms[t]);
        }
    }
}

static inline void put_cell(struct linear_answer *answer, const struct sellable_cell *cell) {
    put(answer, cell->on_hand);
    for (uint32_t i = 0; i < LINEAR_HOLDS; i++) {
        put(answer, cell->held[i]);
    }
    int64_t rest[] = {cell->allocated, cell->reserved, cell->safety_stock, cell->net,
                      cell->free,      cell->shared,   cell->short_};
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        put(answer, rest[i]);
    }
}

static inline void put_order(struct linear_answer *answer, const struct raw *raw) {
    put(answer, raw->view.state);
    put(answer, channel_number(raw->view.channel.id));
    put(answer, raw->view.expires_at);
    put(answer, raw->view.date);
    for (uint32_t i = 0; i < raw->view.line_count; i++) {
        const struct sellable_order_line *line = &raw->lines[i];
        put(answer, item_number(line->item.id));
        put(answer, location_number(line->location.id));
        put(answer, line->reserved);
        put(answer, line->shipped);
        put(answer, line->released);
    }
}

static inline void put_done(struct linear_answer *answer, enum linear_kind kind,
                            const struct raw *raw) {
    switch (kind) {
    case LINEAR_ITEM_PUT:
        put(answer, item_number(raw->handle));
        break;
    case LINEAR_LOCATION_PUT:
        put(answer, location_number(raw->handle));
        break;
    case LINEAR_CHANNEL_PUT:
        put(answer, channel_number(raw->handle));
        break;
    case LINEAR_APPLY:
        put(answer, raw->answer.variance);
        break;
    case LINEAR_RESERVE:
        put_plan(answer, raw);
        break;
    case LINEAR_NOW:
        put(answer, raw->now);
        break;
    case LINEAR_AVAILABLE:
        put(answer, raw->availability.promisable);
        put(answer, raw->availability.published);
        break;
    case LINEAR_EXPLAIN:
        put_explanation(answer, raw);
        break;
    case LINEAR_CELL:
        put_cell(answer, &raw->cell);
        break;
    case LINEAR_ORDER:
        put_order(answer, raw);
        break;
    case LINEAR_CONFIRM:
    case LINEAR_RELEASE:
    case LINEAR_SHIP:
    case LINEAR_ADVANCE:
    case LINEAR_KIND_COUNT:
        break;
    }
}

/* As the specification tells it (linear.c). */
static inline void tell(struct linear_call *call, const struct raw *raw) {
    struct linear_answer *answer = &call->answer;
    bool names_line = call->kind == LINEAR_RESERVE || call->kind == LINEAR_CHANNEL_PUT;
    memset(answer, 0, sizeof *answer);
    answer->status = (int64_t)raw->status;
    if (raw->status == SELLABLE_OK) {
        put_done(answer, call->kind, raw);
    } else if (raw->status == SELLABLE_DUPLICATE) {
        put_plan(answer, raw);
    } else if (raw->status == SELLABLE_CONFLICT && call->kind == LINEAR_APPLY) {
        put(answer, raw->answer.actual);
    } else if (raw->status == SELLABLE_INSUFFICIENT) {
        for (uint32_t i = 0; i < raw->answer.misfit_count; i++) {
            put(answer, item_number(raw->misfits[i].item.id));
            put(answer, raw->misfits[i].asked);
            put(answer, raw->misfits[i].promisable);
        }
    } else if (names_line && raw->status != SELLABLE_CONFLICT &&
               raw->status != SELLABLE_OVERFLOW) {
        put(answer, raw->answer.line);
    }
}

/* ---- one history ----------------------------------------------------------------------------- */

static inline void work(uint32_t thread) {
    const struct program *program = &run.program;
    for (uint32_t i = program->set_up; i < program->end;) {
        bool mine = program->history.call[i].thread == thread;
        i += mine ? do_calls(i, run.worker[thread]) : 1;
    }
}

static inline void say_where(void) {
    fprintf(stderr, "seed %llu\n", (unsigned long long)run.program.seed);
}

static inline void run_program(enum interleave_way way, uint64_t seed) {
    struct program *program = &run.program;
    arena_clear();
    program_draw(program, seed);
    struct sellable_options options = {.allocator = {NULL, arena_allocate, arena_release},
                                       .orders = program->orders,
                                       .retention = program->history.retention};
    expect(sellable_open(&options, &run.engine), OK);
    interleave.stuck = say_where;
    atomic_store(&run.ticks, 0);
    memset(run.item, 0, sizeof run.item);
    memset(run.location, 0, sizeof run.location);
    memset(run.channel, 0, sizeof run.channel);
    for (uint32_t i = 0; i < program->set_up; i++) {
        const struct linear_call *call = &program->history.call[i];
        do_calls(i, NULL);
        uint32_t handle = run.raw[i].handle;
        if (call->kind == LINEAR_ITEM_PUT) {
            run.item[call->item] = handle;
        } else if (call->kind == LINEAR_LOCATION_PUT) {
            run.location[call->location] = handle;
        } else if (call->kind == LINEAR_CHANNEL_PUT) {
            run.channel[call->channel] = handle;
        }
    }
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        run.worker[i] = NULL;
        if (random_percent(&program->random, 50)) {
            expect(sellable_worker_acquire(run.engine, &run.worker[i]), OK);
        }
    }
    interleave_run(way, seed, program->threads, work);
    for (uint32_t i = program->end; i < program->history.count; i++) {
        do_calls(i, NULL);
    }
    for (uint32_t i = 0; i < program->history.count; i++) {
        tell(&program->history.call[i], &run.raw[i]);
    }
    for (uint32_t i = 0; i < INTERLEAVE_MOST; i++) {
        sellable_worker_release(run.worker[i]);
    }
    sellable_close(run.engine);
}

#endif
