/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine versus reference model: see versus.h.
 *
 * A call of the engine that is to be part of a batch waits until the run of its kind ends; the
 * model answers at once. */
#include "versus.h"

#include "model.h"
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, COMPARE_EVERY = 16, WORDS = 160 };

struct waiting {
    const struct call *call;
    struct outcome model;
};

struct match {
    struct sellable *engine;
    struct sellable_worker *worker;
    struct model *model;
    struct handles engine_handles;
    struct handles model_handles;
    const struct call *current;
    struct waiting batch[BATCH];
    uint32_t batch_count;
    struct tally *tally;
    bool loud;
    bool agree;
};

static void disagree(struct match *match, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void disagree(struct match *match, const char *format, ...) {
    if (match->loud && match->agree) {
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "  ");
        vfprintf(stderr, format, arguments);
        fprintf(stderr, "\n  after: ");
        va_end(arguments);
        stream_print(match->current);
    }
    match->agree = false;
}

static void same(struct match *match, const char *what, int64_t engine, int64_t model) {
    if (engine != model) {
        disagree(match, "%s: engine %lld, model %lld", what, (long long)engine, (long long)model);
    }
}

/* ---- slabs of the test's own ----------------------------------------------------------------- */

static void *allocate(void *context, size_t size) {
    void *slab = NULL;
    if (posix_memalign(&slab, 4096, size) != 0) {
        return NULL;
    }
    memset(slab, 0, size);
    *(int64_t *)context += (int64_t)size;
    return slab;
}

static void give_back(void *context, void *slab, size_t size) {
    *(int64_t *)context -= (int64_t)size;
    free(slab);
}

/* ---- one call -------------------------------------------------------------------------------- */

#define ON_EITHER(NAME, ...)                                                                       \
    (on_engine ? sellable_##NAME(match->engine, match->worker, __VA_ARGS__)                        \
               : model_##NAME(match->model, __VA_ARGS__))
#define ASK_EITHER(NAME, ...)                                                                      \
    (on_engine ? sellable_##NAME(match->engine, __VA_ARGS__)                                       \
               : model_##NAME(match->model, __VA_ARGS__))

static void ask_order(struct match *match, const struct call *call, bool on_engine,
                      struct outcome *outcome) {
    const struct handles *handles = on_engine ? &match->engine_handles : &match->model_handles;
    struct sellable_order_view *view = &outcome->of.order.head;
    view->lines = outcome->of.order.lines;
    view->line_capacity = outcome_at_most(call->capacity, PLACES);
    outcome->status = (int)ASK_EITHER(order, stream_order_key(call->order), view);
    if (outcome->status != SELLABLE_OK) {
        memset(&outcome->of, 0, sizeof outcome->of);
        return;
    }
    view->lines = NULL;
    view->channel.id = (uint32_t)outcome_number_of(handles->channels, view->channel.id);
    for (uint32_t i = 0; i < outcome_at_most(view->line_count, view->line_capacity); i++) {
        outcome_place(handles, &outcome->of.order.lines[i].item,
                      &outcome->of.order.lines[i].location);
    }
}

static bool says_nothing(const struct sellable_term *term) {
    return term->on_hand == 0 && term->held == 0 && term->allocated == 0 && term->reserved == 0 &&
           term->safety_stock == 0;
}

/* The terms have to give the figures; there are words that end where they should. */
static void check_explanation(struct match *match, const struct sellable_explanation *figures,
                              const struct sellable_term *terms) {
    int64_t pool = 0;
    for (uint32_t i = 0; i < figures->term_count; i++) {
        const struct sellable_term *term = &terms[i];
        int64_t net =
            term->on_hand - term->held - term->allocated - term->reserved - term->safety_stock;
        same(match, "a term's net", term->net, net);
        same(match, "a term's free", term->free, net > 0 ? net : 0);
        same(match, "a term's shared", term->shared, term->free);
        same(match, "a term's seen", term->seen,
             (int64_t)((uint64_t)term->free * (uint64_t)figures->share / SELLABLE_SHARE_ALL));
        pool += term->seen;
    }
    int64_t rest = figures->pool - figures->buffer, limit = SELLABLE_QUANTITY_MAX;
    same(match, "the sum of seen", figures->pool, pool < limit ? pool : limit);
    same(match, "pool - buffer", figures->promisable, figures->closed || rest < 0 ? 0 : rest);
    same(match, "published", figures->published, figures->promisable);
}

static void check_words(struct match *match, const char *words, uint32_t capacity, uint32_t size) {
    same(match, "because says something", size > 0, true);
    if (capacity > 0) {
        same(match, "the words' size", (int64_t)strlen(words), outcome_at_most(size, capacity - 1));
    }
}

/* A cell that says nothing may be there or not: its term is left out. */
static void ask_explanation(struct match *match, const struct call *call, bool on_engine,
                            struct outcome *outcome) {
    struct handles *handles = on_engine ? &match->engine_handles : &match->model_handles;
    struct sellable_explanation *head = &outcome->of.explanation.head;
    struct sellable_term terms[LOCATIONS];
    char words[WORDS];
    struct input input;
    outcome_fill(call, handles, &input);
    memset(words, 'x', sizeof words);
    *head =
        (struct sellable_explanation){.terms = terms,
                                      .because = words,
                                      .term_capacity = LOCATIONS,
                                      .because_capacity = outcome_at_most(call->capacity, WORDS)};
    outcome->status = (int)ASK_EITHER(explain, &input.question, head);
    if (outcome->status == SELLABLE_OK) {
        check_explanation(match, head, terms);
        head->item.id = (uint32_t)outcome_number_of(handles->items, head->item.id);
        head->channel.id = (uint32_t)outcome_number_of(handles->channels, head->channel.id);
        if (on_engine) {
            check_words(match, words, head->because_capacity, head->because_size);
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < outcome_at_most(head->term_count, LOCATIONS); i++) {
        if (!says_nothing(&terms[i])) {
            terms[i].location.id =
                (uint32_t)outcome_number_of(handles->locations, terms[i].location.id);
            outcome->of.explanation.terms[count++] = terms[i];
        }
    }
    head->term_count = count;
    head->terms = NULL;
    head->because = NULL;
    head->because_capacity = head->because_size = 0;
    if (outcome->status != SELLABLE_OK) {
        head->item.id = head->channel.id = 0;
        head->now = 0;
    }
}

static void make(struct match *match, const struct call *call, bool on_engine,
                 struct outcome *outcome) {
    struct handles *handles = on_engine ? &match->engine_handles : &match->model_handles;
    struct input input;
    outcome_fill(call, handles, &input);
    struct sellable_answer *answer = call->unanswered ? NULL : &input.answer;
    struct sellable_key order = stream_order_key(call->order);
    struct sellable_item item = {77};
    struct sellable_location location = {77};
    struct sellable_channel channel = {77};
    memset(outcome, 0, sizeof *outcome);
    bool answered = !call->unanswered;
    switch (call->kind) {
    case CALL_ITEM_PUT:
        outcome->status = (int)ON_EITHER(item_put, stream_item_key(call->item), &item, answer);
        outcome->handle = outcome_learn(handles->items, true, call->item, outcome->status, item.id);
        break;
    case CALL_LOCATION_PUT:
        outcome->status =
            (int)ON_EITHER(location_put, stream_location_key(call->location), &location, answer);
        outcome->handle =
            outcome_learn(handles->locations, true, call->location, outcome->status, location.id);
        break;
    case CALL_CHANNEL_PUT:
        outcome->status = (int)ON_EITHER(channel_put, stream_channel_key(call->channel),
                                         call->has_policy ? &input.policy : NULL, &channel, answer);
        if (outcome->status == SELLABLE_OK) {
            outcome->handle =
                outcome_learn(handles->channels, true, call->channel, outcome->status, channel.id);
        }
        break;
    case CALL_APPLY:
        outcome->status = (int)ON_EITHER(apply, &input.event, answer);
        break;
    case CALL_RESERVE:
        outcome->status = (int)ON_EITHER(reserve, &input.order, answer);
        break;
    case CALL_CONFIRM:
        outcome->status = (int)ON_EITHER(confirm, order, answer);
        break;
    case CALL_RELEASE:
        outcome->status = (int)ON_EITHER(release, order, answer);
        break;
    case CALL_SHIP:
        outcome->status = (int)ON_EITHER(ship, order, answer);
        break;
    case CALL_ADVANCE:
        outcome->status = (int)ON_EITHER(advance, call->time, answer);
        break;
    default:
        answered = false;
        break;
    }
    if (answered) {
        outcome_read(call, handles, &input, outcome);
    }
    switch (call->kind) {
    case CALL_AVAILABLE:
        outcome->of.availability = (struct sellable_availability){-7, -7};
        outcome->status = (int)ASK_EITHER(available, &input.question, &outcome->of.availability);
        break;
    case CALL_CELL:
        outcome->status = (int)ASK_EITHER(cell, &input.place, &outcome->of.cell);
        if (outcome->status != SELLABLE_OK) {
            memset(&outcome->of.cell, 0, sizeof outcome->of.cell);
        }
        break;
    case CALL_EXPLAIN:
        ask_explanation(match, call, on_engine, outcome);
        break;
    case CALL_ORDER:
        ask_order(match, call, on_engine, outcome);
        break;
    case CALL_ITEM_FIND:
        outcome->status = (int)ASK_EITHER(item_find, stream_item_key(call->item), &item);
        outcome->handle = outcome_learn(handles->items, false, 0, outcome->status, item.id);
        break;
    case CALL_LOCATION_FIND:
        outcome->status =
            (int)ASK_EITHER(location_find, stream_location_key(call->location), &location);
        outcome->handle = outcome_learn(handles->locations, false, 0, outcome->status, location.id);
        break;
    case CALL_CHANNEL_FIND:
        outcome->status =
            (int)ASK_EITHER(channel_find, stream_channel_key(call->channel), &channel);
        outcome->handle = outcome_learn(handles->channels, false, 0, outcome->status, channel.id);
        break;
    default:
        break;
    }
}

/* ---- comparing answers ----------------------------------------------------------------------- */

/* A field is named alike; where the header leaves the name open, that there is one is enough. */
static void same_field(struct match *match, const struct outcome *engine,
                       const struct outcome *model) {
    const char *got = engine->field ? engine->field : "none";
    const char *wanted = model->field ? model->field : "none";
    bool open =
        model->field && (model->status == SELLABLE_UNKNOWN_ORDER || strcmp(wanted, "unset") == 0);
    if (open ? !engine->field : strcmp(got, wanted) != 0) {
        disagree(match, "field: engine %s, model %s", got, wanted);
    }
}

/* What of two different records differs. */
static void differ(struct match *match, const struct call *call, const struct outcome *engine,
                   const struct outcome *model) {
    const int64_t *left = (const int64_t *)&engine->of, *right = (const int64_t *)&model->of;
    for (size_t i = 0; i < sizeof engine->of / sizeof *left; i++) {
        if (left[i] != right[i]) {
            disagree(match, "%s: the answer's word %zu: engine %lld, model %lld",
                     call_kind_name(call->kind), i, (long long)left[i], (long long)right[i]);
        }
    }
}

static void same_outcome(struct match *match, const struct call *call, const struct outcome *engine,
                         const struct outcome *model) {
    match->current = call;
    if (engine->status != model->status) {
        disagree(match, "status: engine %s, model %s", sellable_status_name(engine->status),
                 sellable_status_name(model->status));
        return;
    }
    same_field(match, engine, model);
    same(match, "a reason is given", engine->has_reason, model->has_reason);
    same(match, "line", engine->line, model->line);
    same(match, "plan_count", engine->plan_count, model->plan_count);
    same(match, "misfit_count", engine->misfit_count, model->misfit_count);
    same(match, "date", engine->date, model->date);
    same(match, "variance", engine->variance, model->variance);
    same(match, "actual", engine->actual, model->actual);
    same(match, "handle", engine->handle, model->handle);
    if (memcmp(&engine->of, &model->of, sizeof engine->of) != 0) {
        differ(match, call, engine, model);
    }
}

/* ---- batches --------------------------------------------------------------------------------- */

static bool is_batchable(const struct call *call) {
    return call->kind == CALL_APPLY || call->kind == CALL_RESERVE || call->kind == CALL_AVAILABLE;
}

/* Make the waiting calls, all of one kind, in one call of the engine. */
static void flush(struct match *match) {
    static struct input inputs[BATCH];
    struct sellable_event events[BATCH];
    struct sellable_order orders[BATCH];
    struct sellable_question questions[BATCH];
    struct sellable_answer answers[BATCH];
    struct sellable_availability availabilities[BATCH];
    enum sellable_status statuses[BATCH], status = SELLABLE_OK;
    uint32_t count = match->batch_count;
    bool answered = false;
    if (count == 0) {
        return;
    }
    enum call_kind kind = match->batch[0].call->kind;
    for (uint32_t i = 0; i < count; i++) {
        outcome_fill(match->batch[i].call, &match->engine_handles, &inputs[i]);
        events[i] = inputs[i].event;
        orders[i] = inputs[i].order;
        questions[i] = inputs[i].question;
        answers[i] = inputs[i].answer;
        answered = answered || !match->batch[i].call->unanswered;
        statuses[i] = SELLABLE_NOT_DURABLE;
    }
    if (kind == CALL_APPLY) {
        status = sellable_apply_batch(match->engine, match->worker, events, count, statuses,
                                      answered ? answers : NULL);
    } else if (kind == CALL_RESERVE) {
        status = sellable_reserve_batch(match->engine, match->worker, orders, count, statuses,
                                        answered ? answers : NULL);
    } else {
        sellable_available_batch(match->engine, questions, count, statuses, availabilities);
    }
    same(match, "the batch is ok", status, SELLABLE_OK);
    for (uint32_t i = 0; i < count; i++) {
        const struct call *call = match->batch[i].call;
        struct outcome outcome;
        memset(&outcome, 0, sizeof outcome);
        outcome.status = (int)statuses[i];
        if (kind == CALL_AVAILABLE) {
            outcome.of.availability = availabilities[i];
        } else if (!call->unanswered) {
            inputs[i].answer = answers[i];
            outcome_read(call, &match->engine_handles, &inputs[i], &outcome);
        }
        same_outcome(match, call, &outcome, &match->batch[i].model);
    }
    match->batch_count = 0;
}

/* ---- a stream -------------------------------------------------------------------------------- */

static void ask_both(struct match *match, struct call call) {
    struct outcome engine, model;
    make(match, &call, true, &engine);
    make(match, &call, false, &model);
    const struct call *after = match->current;
    same_outcome(match, &call, &engine, &model);
    match->current = after;
}

/* Everything that can be asked. */
static void compare_state(struct match *match) {
    struct sellable_memory engine, model;
    for (uint32_t item = 0; item < ITEMS; item++) {
        struct call call = {.item = item, .capacity = UINT32_MAX};
        call.kind = CALL_CELL;
        for (call.location = 0; call.location < LOCATIONS; call.location++) {
            ask_both(match, call);
        }
        for (call.channel = 0; call.channel < CHANNELS; call.channel++) {
            call.by_handle = !call.by_handle;
            call.kind = CALL_AVAILABLE;
            ask_both(match, call);
            call.kind = CALL_EXPLAIN;
            ask_both(match, call);
        }
    }
    struct call call = {.kind = CALL_ORDER, .capacity = UINT32_MAX};
    for (call.order = 0; call.order < ORDERS; call.order++) {
        ask_both(match, call);
    }
    sellable_memory(match->engine, &engine);
    model_memory(match->model, &model);
    same(match, "memory: items", (int64_t)engine.items, (int64_t)model.items);
    same(match, "memory: orders", (int64_t)engine.orders, (int64_t)model.orders);
    same(match, "now", sellable_now(match->engine), model_now(match->model));
}

static void play(struct match *match, const struct call *calls, uint32_t count, bool batches) {
    for (uint32_t i = 0; i < count && match->agree; i++) {
        const struct call *call = &calls[i];
        struct outcome engine, model;
        bool joins = batches && is_batchable(call);
        match->current = call;
        if (match->batch_count > 0 &&
            (!joins || call->kind != match->batch[0].call->kind || match->batch_count == BATCH)) {
            flush(match);
        }
        make(match, call, false, &model);
        if (match->tally) {
            match->tally->counts[call->kind][model.status]++;
        }
        if (joins) {
            match->batch[match->batch_count++] = (struct waiting){call, model};
            continue;
        }
        make(match, call, true, &engine);
        same_outcome(match, call, &engine, &model);
        if (match->agree && i % COMPARE_EVERY == 0) {
            compare_state(match);
        }
    }
    if (match->agree) {
        flush(match);
        compare_state(match);
    }
}

bool versus(const struct call *calls, uint32_t count, const struct variant *variant,
            int64_t retention, bool loud, struct tally *tally) {
    static const struct call opening = {.kind = CALL_ADVANCE};
    int64_t slab_bytes = 0;
    struct sellable_options options = {.items = variant->items,
                                       .orders = variant->orders,
                                       .seed = variant->seed,
                                       .retention = retention};
    if (variant->own_allocator) {
        options.allocator = (struct sellable_allocator){&slab_bytes, allocate, give_back};
    }
    struct match match = {.loud = loud, .agree = true, .tally = tally, .current = &opening};
    if (sellable_open(&options, &match.engine) != SELLABLE_OK) {
        fprintf(stderr, "the engine cannot be opened\n");
        return false;
    }
    if (variant->worker && sellable_worker_acquire(match.engine, &match.worker) != SELLABLE_OK) {
        disagree(&match, "there is no worker");
    }
    match.model = model_open(retention);
    play(&match, calls, count, variant->batches);
    sellable_worker_release(match.worker);
    sellable_close(match.engine);
    model_close(match.model);
    same(&match, "slab bytes after close", slab_bytes, 0);
    return match.agree;
}
