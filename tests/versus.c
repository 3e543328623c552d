/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine versus reference model: see versus.h.
 *
 * A call of the engine that is to be part of a batch waits until the run of its kind ends; the
 * model answers at once. */
#include "versus.h"

#include "versus_lives.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, COMPARE_EVERY = 40 };

struct waiting {
    const struct call *call;
    struct outcome model;
};

struct match {
    struct side engine;
    struct side model;
    const struct call *current;
    struct waiting batch[BATCH];
    uint32_t batch_count;
    struct tally *tally;
    struct lives *lives; /* of an engine on a log; else NULL */
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

/* Of an engine on a log: what is not as it should be, or NULL. */
static void alive(struct match *match, const char *fault) {
    if (fault != NULL) {
        disagree(match, "%s", fault);
    }
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

/* What both have told, side by side. */
static void print_both(const struct outcome *engine, const struct outcome *model) {
    uint32_t most = engine->count > model->count ? engine->count : model->count;
    for (uint32_t i = 0; i < most; i++) {
        const struct figure *got = &engine->figures[i], *wanted = &model->figures[i];
        bool both = i < engine->count && i < model->count;
        if (both && got->value == wanted->value && strcmp(got->what, wanted->what) == 0) {
            fprintf(stderr, "    %s %lld\n", got->what, (long long)got->value);
            continue;
        }
        if (i < engine->count) {
            fprintf(stderr, "    engine: %s %lld\n", got->what, (long long)got->value);
        }
        if (i < model->count) {
            fprintf(stderr, "    model:  %s %lld\n", wanted->what, (long long)wanted->value);
        }
    }
}

static void same_figures(struct match *match, const struct call *call,
                         const struct outcome *engine, const struct outcome *model) {
    for (uint32_t i = 0; i < engine->count && i < model->count; i++) {
        const struct figure *got = &engine->figures[i], *wanted = &model->figures[i];
        if (strcmp(got->what, wanted->what) != 0) {
            disagree(match, "%s: the engine tells %s, the model %s", call_kind_name(call->kind),
                     got->what, wanted->what);
            return;
        }
        same(match, got->what, got->value, wanted->value);
    }
    same(match, "figures that are told", engine->count, model->count);
}

static void same_outcome(struct match *match, const struct call *call, const struct outcome *engine,
                         const struct outcome *model) {
    match->current = call;
    if (engine->status != model->status) {
        disagree(match, "status: engine %s (%s), model %s (%s)",
                 sellable_status_name(engine->status), engine->field ? engine->field : "-",
                 sellable_status_name(model->status), model->field ? model->field : "-");
        if (match->loud) {
            print_both(engine, model);
        }
        return;
    }
    same_field(match, engine, model);
    bool agreed = match->agree;
    same_figures(match, call, engine, model);
    if (match->loud && agreed && !match->agree) {
        print_both(engine, model);
    }
}

/* ---- what a call touches --------------------------------------------------------------------- */

static void ask_both(struct match *match, const struct call *call) {
    static struct outcome engine, model;
    side_make(&match->engine, call, &engine);
    side_make(&match->model, call, &model);
    same_outcome(match, call, &engine, &model);
}

/* A question about the same things as another call. */
static struct call question_of(const struct call *call, enum call_kind kind) {
    struct call question = {.kind = kind,
                            .capacity = UINT32_MAX,
                            .item = call->item,
                            .location = call->location,
                            .order = NO_ORDER,
                            .by_handle = call->by_handle};
    return question;
}

static void compare_counts(struct match *match) {
    struct sellable_exception_counts engine, model;
    sellable_exception_counts(match->engine.engine, &engine);
    model_exception_counts(match->model.model, &model);
    same(match, "exceptions: kept", (int64_t)engine.kept, (int64_t)model.kept);
    same(match, "exceptions: last", (int64_t)engine.last, (int64_t)model.last);
    same(match, "exceptions: lost", (int64_t)engine.lost, (int64_t)model.lost);
}

/* Of a channel that listens no untold change is missed. */
static void compare_untold(struct match *match) {
    struct side *engine = &match->engine;
    struct sellable_channel_stats channels[CHANNELS];
    struct sellable_stats stats = {.channels = channels, .channel_capacity = CHANNELS};
    if (sellable_stats(engine->engine, &stats) != SELLABLE_OK) {
        disagree(match, "there are no figures");
        return;
    }
    for (uint32_t i = 0; i < stats.channel_count && i < CHANNELS; i++) {
        const struct sellable_channel_stats *channel = &channels[i];
        int64_t number = outcome_channel(&engine->handles, channel->channel);
        struct sellable_channel own = {
            number < 0 ? 0 : match->model.handles.channels[number]};
        int64_t since = stats.now;
        bool untold = number >= 0 && channel->listens &&
                      model_has_untold(match->model.model, own, &since);
        if (untold && !channel->has_untold) {
            disagree(match, "channel %lld: there is something untold", (long long)number);
        }
        if (channel->has_untold && channel->untold_since > since) {
            disagree(match, "channel %lld: untold since %lld, not %lld", (long long)number,
                     (long long)channel->untold_since, (long long)since);
        }
    }
}

/* The cells of an event, its source and its exception; figures that only bound what is asked. */
static void compare_touched(struct match *match, const struct call *call) {
    match->current = call;
    compare_counts(match);
    if (call->kind == CALL_STATS) {
        compare_untold(match);
    }
    if (call->kind != CALL_APPLY && call->kind != CALL_REPLAY) {
        return;
    }
    struct call question = question_of(call, CALL_CELL);
    if (match->agree && question.item < ITEMS && question.location < LOCATIONS) {
        ask_both(match, &question);
    }
    question.location = call->to;
    if (match->agree && question.item < ITEMS && question.location < LOCATIONS) {
        ask_both(match, &question);
    }
    question.kind = CALL_SOURCE_LOOK;
    question.declares = call->source;
    if (match->agree && call->source < SOURCES) {
        ask_both(match, &question);
    }
    if (match->agree) {
        match->current = call;
    }
}

/* ---- batches --------------------------------------------------------------------------------- */

/* What makes things does not join: those that follow may name them by handle. */
static bool is_batchable(const struct call *call) {
    uint32_t type = call->event_type;
    bool makes = type == SELLABLE_ITEM || type == SELLABLE_LOCATION || type == SELLABLE_CHANNEL ||
                 type == SELLABLE_SOURCE;
    return (call->kind == CALL_APPLY && !makes) || call->kind == CALL_RESERVE ||
           call->kind == CALL_AVAILABLE;
}

/* Make the waiting calls, all of one kind, in one call of the engine. */
static void flush(struct match *match) {
    static struct input inputs[BATCH];
    static struct outcome outcome;
    struct sellable_event events[BATCH];
    struct sellable_order orders[BATCH];
    struct sellable_question questions[BATCH];
    struct sellable_answer answers[BATCH];
    struct sellable_availability availabilities[BATCH];
    enum sellable_status statuses[BATCH], status = SELLABLE_OK;
    uint32_t count = match->batch_count;
    struct side *engine = &match->engine;
    bool answered = false;
    if (count == 0) {
        return;
    }
    enum call_kind kind = match->batch[0].call->kind;
    for (uint32_t i = 0; i < count; i++) {
        outcome_fill(match->batch[i].call, &engine->handles, &inputs[i]);
        events[i] = inputs[i].event;
        orders[i] = inputs[i].order;
        questions[i] = inputs[i].question;
        answers[i] = inputs[i].answer;
        answered = answered || !match->batch[i].call->unanswered;
        statuses[i] = SELLABLE_NOT_DURABLE;
    }
    if (kind == CALL_APPLY) {
        status = sellable_apply_batch(engine->engine, engine->worker, events, count, statuses,
                                      answered ? answers : NULL);
    } else if (kind == CALL_RESERVE) {
        status = sellable_reserve_batch(engine->engine, engine->worker, orders, count, statuses,
                                        answered ? answers : NULL);
    } else {
        sellable_available_batch(engine->engine, questions, count, statuses, availabilities);
    }
    same(match, "the batch is ok", status, SELLABLE_OK);
    for (uint32_t i = 0; i < count; i++) {
        const struct call *call = match->batch[i].call;
        outcome.status = (int)statuses[i];
        outcome.field = NULL;
        outcome.count = 0;
        if (kind == CALL_AVAILABLE) {
            side_add_availability(&outcome, &availabilities[i]);
        } else if (!call->unanswered) {
            inputs[i].answer = answers[i];
            outcome_read(call, &engine->handles, &inputs[i], &outcome);
        }
        same_outcome(match, call, &outcome, &match->batch[i].model);
    }
    for (uint32_t i = 0; i < count && match->agree; i++) {
        compare_touched(match, match->batch[i].call);
    }
    match->batch_count = 0;
}

/* ---- a stream -------------------------------------------------------------------------------- */

/* What binds a figure of the engine, moved in the model by what is missing, raises it there, and
 * moved by one less does not. */
static void moves_the_figure(struct match *match, const struct call *call) {
    static struct input input;
    struct model *model = match->model.model;
    struct bound bound = side_ask_bound(&match->engine, call);
    bool unit = bound.binds == SELLABLE_BINDS_UNIT;
    if (!bound.told || bound.binds < SELLABLE_BINDS_CAP || bound.binds > SELLABLE_BINDS_UNIT) {
        return;
    }
    if (bound.missing == 0) {
        return; /* it alone does not raise the figure */
    }
    struct model_nudge nudge = {
        .binding = unit ? SELLABLE_BINDS_STOCK : (enum sellable_binding)bound.binds,
        .by = bound.missing};
    outcome_fill(call, &match->model.handles, &input);
    if (bound.location >= 0) {
        nudge.location =
            outcome_location_handle(&match->model.handles, (uint32_t)bound.location);
    }
    int64_t moved = model_would_publish(model, &input.question, &nudge);
    nudge.by--;
    int64_t less = model_would_publish(model, &input.question, &nudge);
    if (moved <= bound.published || less > bound.published) {
        match->current = call;
        disagree(match, "%lld, bound by %u (location %lld): moved by %lld %lld, by less %lld",
                 (long long)bound.published, bound.binds, (long long)bound.location,
                 (long long)bound.missing, (long long)moved, (long long)less);
    }
}

/* Available and explain at every date at which something may differ: around the first days. */
static void ask_at_dates(struct match *match, struct call call) {
    static const int64_t quarters[] = {0, 1, 2, 4, 7};
    call.order = NO_ORDER;
    call.kind = CALL_AVAILABLE;
    ask_both(match, &call);
    call.kind = CALL_EXPLAIN;
    ask_both(match, &call);
    moves_the_figure(match, &call);
    call.has_date = 1;
    for (size_t i = 0; i < sizeof quarters / sizeof quarters[0] && match->agree; i++) {
        int64_t quarter = SELLABLE_DAY / 4, now = model_now(match->model.model);
        call.date = quarters[i] == 0 ? now : now - now % quarter + quarters[i] * quarter;
        call.kind = i % 2 ? CALL_EXPLAIN : CALL_AVAILABLE;
        ask_both(match, &call);
        moves_the_figure(match, &call);
    }
}

static void compare_item(struct match *match, struct call call) {
    call.kind = CALL_ITEM_LOOK;
    ask_both(match, &call);
    call.kind = CALL_CELL;
    for (call.location = 0; call.location < LOCATIONS && match->agree; call.location++) {
        ask_both(match, &call);
    }
    for (call.channel = 0; call.channel < CHANNELS && match->agree; call.channel++) {
        call.by_handle = !call.by_handle;
        ask_at_dates(match, call);
        call.kind = CALL_POLICY_FIND;
        ask_both(match, &call);
    }
    call.location = NOT_GIVEN;
    call.kind = CALL_WAITING;
    ask_both(match, &call);
    call.kind = CALL_ORDERS;
    ask_both(match, &call);
}

static void compare_sources(struct match *match) {
    struct side *engine = &match->engine, *model = &match->model;
    struct sellable_source sources[2] = {{0}, {0}};
    struct call call = {.kind = CALL_SOURCE_LOOK, .capacity = UINT32_MAX};
    do {
        sources[0] = sellable_source_next(engine->engine, sources[0]);
        sources[1] = model_source_next(model->model, sources[1]);
        same(match, "the next source", outcome_source(&engine->handles, sources[0]),
             outcome_source(&model->handles, sources[1]));
    } while (sources[1].id && match->agree);
    for (call.declares = 0; call.declares < SOURCES && match->agree; call.declares++) {
        ask_both(match, &call);
    }
}

static void compare_exceptions(struct match *match) {
    struct call call = {.kind = CALL_EXCEPTIONS, .capacity = UINT32_MAX};
    compare_counts(match);
    for (call.by_impact = 0; call.by_impact < 2 && match->agree; call.by_impact++) {
        ask_both(match, &call);
    }
}

static void compare_masters(struct match *match) {
    struct side *engine = &match->engine, *model = &match->model;
    struct sellable_item items[2] = {{engine->others}, {0}};
    struct sellable_location locations[2] = {{0}, {0}};
    struct sellable_channel channels[2] = {{0}, {0}};
    do {
        items[0] = sellable_item_next(engine->engine, items[0]);
        items[1] = model_item_next(model->model, items[1]);
        same(match, "the next item", outcome_item(&engine->handles, items[0]),
             outcome_item(&model->handles, items[1]));
    } while (items[1].id && match->agree);
    do {
        locations[0] = sellable_location_next(engine->engine, locations[0]);
        locations[1] = model_location_next(model->model, locations[1]);
        same(match, "the next location", outcome_location(&engine->handles, locations[0]),
             outcome_location(&model->handles, locations[1]));
    } while (locations[1].id && match->agree);
    do {
        channels[0] = sellable_channel_next(engine->engine, channels[0]);
        channels[1] = model_channel_next(model->model, channels[1]);
        same(match, "the next channel", outcome_channel(&engine->handles, channels[0]),
             outcome_channel(&model->handles, channels[1]));
    } while (channels[1].id && match->agree);
}

/* Shortages, and the figures for operations. */
static void compare_operations(struct match *match) {
    struct call call = {.kind = CALL_SHORTAGES, .capacity = UINT32_MAX};
    ask_both(match, &call);
    call.kind = CALL_STATS;
    if (match->agree) {
        ask_both(match, &call);
    }
    if (match->agree) {
        compare_untold(match);
    }
}

/* All that is still to be told, and views that are still open. */
static void compare_rest(struct match *match) {
    static const enum call_kind reads[] = {CALL_VIEW_AVAILABILITY, CALL_VIEW_CELLS,
                                           CALL_VIEW_ORDERS, CALL_VIEW_CLOSE};
    struct call call = {.kind = CALL_CHANGES, .capacity = UINT32_MAX};
    for (call.channel = 0; call.channel < CHANNELS && match->agree; call.channel++) {
        ask_both(match, &call);
    }
    call.closed = 1;
    for (call.view = 0; call.view < VIEWS; call.view++) {
        for (size_t i = 0; i < sizeof reads / sizeof reads[0] && match->agree; i++) {
            call.kind = reads[i];
            ask_both(match, &call);
        }
    }
}

/* Everything that can be asked. */
static void compare_state(struct match *match) {
    struct sellable_memory engine, model;
    const struct call *after = match->current;
    struct call call = {.capacity = UINT32_MAX, .order = NO_ORDER};
    for (call.item = 0; call.item < ITEMS && match->agree; call.item++) {
        compare_item(match, call);
    }
    call.kind = CALL_ORDER;
    for (call.order = 0; call.order < ORDERS && match->agree; call.order++) {
        ask_both(match, &call);
    }
    call.kind = CALL_LOCATION_LOOK;
    for (call.location = 0; call.location < LOCATIONS && match->agree; call.location++) {
        ask_both(match, &call);
    }
    call.kind = CALL_ORDERS;
    call.item = call.location = NOT_GIVEN;
    for (call.closed = 0; call.closed < 2 && match->agree; call.closed++) {
        ask_both(match, &call);
    }
    compare_sources(match);
    compare_exceptions(match);
    if (match->agree) {
        match->current = after;
    }
    compare_masters(match);
    sellable_memory(match->engine.engine, &engine);
    model_memory(match->model.model, &model);
    same(match, "memory: items", (int64_t)engine.items - match->engine.others,
         (int64_t)model.items);
    same(match, "memory: orders", (int64_t)engine.orders, (int64_t)model.orders);
    same(match, "memory: event_ids", (int64_t)engine.event_ids, (int64_t)model.event_ids);
    same(match, "memory: transfers", (int64_t)engine.transfers, (int64_t)model.transfers);
    same(match, "now", sellable_now(match->engine.engine), model_now(match->model.model));
}

static void count(struct tally *tally, const struct call *call, int status) {
    bool event = call->kind == CALL_APPLY || (call->kind == CALL_REPLAY && call->mended);
    if (tally) {
        tally->counts[call->kind][status]++;
    }
    if (tally && event && call->event_type < SELLABLE_EVENT_TYPES_END) {
        tally->events[call->event_type][status]++;
    }
}

static void play(struct match *match, const struct call *calls, uint32_t call_count,
                 bool batches) {
    static struct outcome engine, model;
    for (uint32_t i = 0; i < call_count && match->agree; i++) {
        if (match->lives != NULL && match->batch_count == 0) {
            alive(match, lives_go_on(match->lives, &match->engine, &match->model, &i));
        }
        if (match->lives != NULL &&
            (calls[i].kind == CALL_FORK || calls[i].kind == CALL_SWAP)) {
            lives_keep_what_was(match->lives);
        }
        const struct call *call = &calls[i];
        bool joins = batches && is_batchable(call);
        match->current = call;
        if (match->batch_count > 0 &&
            (!joins || call->kind != match->batch[0].call->kind || match->batch_count == BATCH)) {
            flush(match);
        }
        side_make(&match->model, call, &model);
        count(match->tally, call, model.status);
        if (joins) {
            match->batch[match->batch_count].call = call;
            match->batch[match->batch_count++].model = model;
            continue;
        }
        side_make(&match->engine, call, &engine);
        same_outcome(match, call, &engine, &model);
        if (match->agree) {
            compare_touched(match, call);
        }
        if (match->agree && i % COMPARE_EVERY == 0) {
            compare_state(match);
        }
    }
    if (match->agree) {
        flush(match);
    }
    if (match->agree) {
        compare_state(match);
    }
    if (match->agree) {
        compare_operations(match);
    }
    if (match->agree) {
        compare_rest(match);
    }
}

static int count_order(void *context, const struct sellable_order_view *order) {
    (void)order;
    ++*(int64_t *)context;
    return 0;
}

/* What is kept in the cells is what the orders make of it; and the hashes, for who wants them. */
static void audit_engine(struct match *match, struct sellable_audit *audit) {
    struct sellable_audit own;
    struct sellable_selection all = {.closed = 0};
    struct sellable_memory memory;
    struct side *engine = &match->engine;
    int64_t open = 0;
    audit = audit ? audit : &own;
    same(match, "the audit is ok", sellable_audit(engine->engine, engine->worker, audit),
         SELLABLE_OK);
    same(match, "the audit is consistent", audit->consistent, 1);
    model_memory(match->model.model, &memory);
    (void)model_orders(match->model.model, &all, count_order, &open);
    same(match, "audit: items", (int64_t)audit->items - engine->others, (int64_t)memory.items);
    same(match, "audit: orders", (int64_t)audit->orders, open);
}

bool versus(const struct call *calls, uint32_t count, const struct variant *variant,
            const struct sellable_options *options, bool loud, struct tally *tally,
            struct sellable_audit *audit) {
    static const struct call opening = {.kind = CALL_ADVANCE, .capacity = UINT32_MAX};
    static struct match match;
    static struct lives lives;
    int64_t slab_bytes = 0;
    struct sellable_options opened = *options;
    opened.items = variant->items;
    opened.orders = variant->orders;
    opened.seed = variant->seed;
    struct sellable_allocator own = {&slab_bytes, allocate, give_back};
    if (variant->own_allocator) {
        opened.allocator = own;
    }
    memset(&match.engine, 0, sizeof match.engine);
    memset(&match.model, 0, sizeof match.model);
    match.batch_count = 0;
    match.loud = loud;
    match.agree = true;
    match.tally = tally;
    match.current = &opening;
    match.lives = variant->durable ? &lives : NULL;
    if (match.lives != NULL) {
        alive(&match, lives_begin(&lives, variant, &opened, &match.engine));
    } else if (sellable_open(&opened, &match.engine.engine) != SELLABLE_OK) {
        fprintf(stderr, "the engine cannot be opened\n");
        return false;
    }
    if (variant->worker && match.engine.worker == NULL &&
        sellable_worker_acquire(match.engine.engine, &match.engine.worker) != SELLABLE_OK) {
        disagree(&match, "there is no worker");
    }
    match.model.model = model_open(options, tally ? tally->rules : NULL);
    match.engine.allocator = match.model.allocator = &own;
    same(&match, "the first items are made", side_make_others(&match.engine, variant->others), 1);
    play(&match, calls, count, variant->batches);
    if (match.agree) {
        audit_engine(&match, audit);
    }
    if (match.engine.engine != NULL) {
        side_close(&match.engine);
    }
    side_close(&match.model);
    if (match.lives != NULL) {
        lives_end(&lives, tally);
    }
    same(&match, "slab bytes after close", slab_bytes, 0);
    return match.agree;
}
