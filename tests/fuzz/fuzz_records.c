/* SPDX-License-Identifier: Apache-2.0
 *
 * Hostile records: an input is decoded into options, perhaps a small scene, and then one call of
 * the public API after another, until the bytes are used up. After each call the answer makes
 * sense, and the state is consistent and, unless the call was accepted, as it was. */
#include "fuzz_run.h"
#include "slabs.h"

#include <stdlib.h>
#include <string.h>

/* ---- answers --------------------------------------------------------------------------------- */

/* An answer with little room, exactly as large as it says; or none. */
static struct sellable_answer *draw_answer(struct run *run) {
    uint8_t kind = bytes_one(&run->bytes);
    if (kind >= 224)
        return NULL;
    struct sellable_answer *answer = bytes_memory(sizeof *answer);
    memset(answer, 0x5a, sizeof *answer);
    answer->plan_capacity = kind % 4;
    answer->misfit_capacity = kind % 3;
    answer->plan = bytes_memory(answer->plan_capacity * sizeof *answer->plan);
    answer->misfits = bytes_memory(answer->misfit_capacity * sizeof *answer->misfits);
    return answer;
}

static bool status_is_kept(enum sellable_status status) {
    return status != SELLABLE_OK && status != SELLABLE_DUPLICATE &&
           status != SELLABLE_INSUFFICIENT && status != SELLABLE_PAUSED &&
           status != SELLABLE_NO_MEMORY && status != SELLABLE_NOT_DURABLE;
}

/* What is said beside a status fits it. */
static void judge_answer(const struct run *run, enum sellable_status status,
                         const struct sellable_answer *answer) {
    must(status >= 0 && status < SELLABLE_STATUS_COUNT);
    must(status != SELLABLE_NO_MEMORY || slabs_refused() > 0 || run->few_ids);
    if (answer == NULL)
        return;
    must(answer->field == NULL || answer->field[0] != '\0');
    must(answer->reason == NULL || answer->reason[0] != '\0');
    if (status == SELLABLE_INVALID)
        must(answer->field != NULL && answer->reason != NULL);
    if (status == SELLABLE_OK)
        must(answer->field == NULL && answer->reason == NULL);
    if (status != SELLABLE_OK && status != SELLABLE_DUPLICATE)
        must_be(answer->plan_count, ==, 0);
    must(status == SELLABLE_INSUFFICIENT || answer->misfit_count == 0);
}

/* A refused event is an exception exactly if its status and type say so. */
static enum change judge_event(struct run *run, const struct sellable_event *event,
                               enum sellable_status status, const struct sellable_answer *answer) {
    bool is_event = event->type >= SELLABLE_ON_HAND_SET && event->type < SELLABLE_EVENT_TYPES_END;
    bool keeps = is_event && status_is_kept(status);
    struct sellable_exception_counts counts;
    judge_answer(run, status, answer);
    if (answer != NULL && slabs_refused() == 0)
        must_be(answer->exception != 0, ==, keeps);
    if (answer != NULL && answer->exception != 0) {
        must(keeps);
        sellable_exception_counts(run->guard.engine, &counts);
        must_be(counts.last, ==, answer->exception);
        must(counts.kept >= 1 && counts.kept <= run->exceptions_kept);
    }
    return status == SELLABLE_OK ? ANYTHING : keeps ? EXCEPTIONS : NOTHING;
}

/* ---- events ---------------------------------------------------------------------------------- */

static uint64_t last_exception(const struct run *run) {
    struct sellable_exception_counts counts;
    sellable_exception_counts(run->guard.engine, &counts);
    return counts.last;
}

/* Of a pair of runs: the exception leaves at once. In the second run there was no such event, but
 * another exception instead, so that their numbers stay the same. */
static enum change leave_at_once(struct run *run) {
    static const struct sellable_event other = {.type = SELLABLE_CONFIRM};
    if (run->pair->second)
        must_be(sellable_exception_put(run->guard.engine, run->worker, &other, SELLABLE_STALE,
                                       NULL, NULL, NULL),
                ==, SELLABLE_OK);
    must_be(sellable_exception_discard(run->guard.engine, run->worker, last_exception(run), NULL),
            ==, SELLABLE_OK);
    return EXCEPTIONS;
}

static enum change apply(struct run *run) {
    struct sellable_event event = draw_event(&run->bytes);
    struct sellable_answer *answer = draw_answer(run);
    struct pair *pair = run->pair;
    if (pair != NULL && pair->second && pair->step[run->calls].refused)
        return leave_at_once(run);
    uint64_t last = last_exception(run);
    enum sellable_status status =
        sellable_apply(run->guard.engine, run->worker, &event, answer);
    enum change change = judge_event(run, &event, status, answer);
    if (pair == NULL || last_exception(run) == last)
        return change;
    must(!pair->second);
    pair->step[run->calls].refused = true;
    return leave_at_once(run);
}

/* Batches keep what was drawn in memory of their own size. */
static enum change apply_batch(struct run *run) {
    enum { MOST = 4 };
    size_t count = bytes_below(&run->bytes, MOST + 1);
    bool told = bytes_chance(&run->bytes, 192);
    struct sellable_event *events = bytes_memory(count * sizeof *events);
    enum sellable_status *statuses = bytes_memory(count * sizeof *statuses);
    struct sellable_answer *answers = told ? bytes_memory(count * sizeof *answers) : NULL;
    for (size_t i = 0; i < count; i++)
        events[i] = draw_event(&run->bytes);
    enum sellable_status all = sellable_apply_batch(run->guard.engine, run->worker, events, count,
                                                    statuses, answers);
    must(all == SELLABLE_OK || all == SELLABLE_NO_MEMORY);
    enum change change = NOTHING;
    for (size_t i = 0; i < count; i++) {
        judge_answer(run, statuses[i], told ? &answers[i] : NULL);
        if (statuses[i] == SELLABLE_OK)
            change = ANYTHING;
        else if (status_is_kept(statuses[i]) && change == NOTHING)
            change = EXCEPTIONS;
    }
    return change;
}

/* The same changes without an origin. */
static enum sellable_status order_directly(struct run *run, const struct sellable_event *event,
                                           struct sellable_answer *answer) {
    struct sellable *engine = run->guard.engine;
    struct sellable_worker *worker = run->worker;
    struct sellable_move move = {.order = event->order_key,
                                 .item_key = event->item_key,
                                 .from_key = event->location_key,
                                 .to_key = event->to_key,
                                 .item = event->item,
                                 .from = event->location,
                                 .to = event->to,
                                 .quantity = event->quantity};
    switch (event->type) {
    case SELLABLE_RESERVE:
        return sellable_reserve(engine, worker, event->order, answer);
    case SELLABLE_AMEND:
        return sellable_amend(engine, worker, event->order, answer);
    case SELLABLE_CONFIRM:
        return sellable_confirm(engine, worker, event->order_key, answer);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, worker, event->order_key, event->expires_at, answer);
    case SELLABLE_RELEASE:
        return sellable_release(engine, worker, event->order_key, event->parts, event->part_count,
                                answer);
    case SELLABLE_ALLOCATE:
        return sellable_allocate(engine, worker, event->order_key, event->parts,
                                 event->part_count, answer);
    case SELLABLE_DEALLOCATE:
        return sellable_deallocate(engine, worker, event->order_key, event->parts,
                                   event->part_count, answer);
    case SELLABLE_SHIP:
        return sellable_ship(engine, worker, event->order_key, event->parts, event->part_count,
                             answer);
    default:
        return sellable_resource(engine, worker, &move, answer);
    }
}

static enum sellable_status master_directly(struct run *run, const struct sellable_event *event,
                                            struct sellable_answer *answer) {
    struct sellable *engine = run->guard.engine;
    struct sellable_worker *worker = run->worker;
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_channel channel;
    struct sellable_source source;
    struct sellable_scope scope = {.item_key = event->item_key,
                                   .channel_key = event->channel_key,
                                   .item = event->item,
                                   .channel = event->channel};
    uint32_t reason;
    switch (event->type) {
    case SELLABLE_ITEM:
        return sellable_item_put(engine, worker, event->item_key, event->item_settings, &item,
                                 answer);
    case SELLABLE_LOCATION:
        return sellable_location_put(engine, worker, event->location_key,
                                     event->location_settings, &location, answer);
    case SELLABLE_CHANNEL:
        return sellable_channel_put(engine, worker, event->channel_key, event->policy, &channel,
                                    answer);
    case SELLABLE_POLICY:
        return sellable_policy_put(engine, worker, &scope, event->policy, answer);
    case SELLABLE_HOLD:
        return sellable_hold_put(engine, worker, event->reason, &reason, answer);
    case SELLABLE_OWNER:
        return sellable_owner_put(engine, worker, event->ownership, answer);
    default:
        return sellable_source_put(engine, worker, event->declares,
                                   event->max_lag_given ? &event->max_lag : NULL, &source, answer);
    }
}

/* What is marked nonnull has to be there. */
static bool lacks_a_record(const struct sellable_event *event) {
    switch (event->type) {
    case SELLABLE_RESERVE:
    case SELLABLE_AMEND:
        return event->order == NULL;
    case SELLABLE_POLICY:
        return event->policy == NULL;
    case SELLABLE_OWNER:
        return event->ownership == NULL;
    default:
        return event->type < SELLABLE_RESERVE || event->type > SELLABLE_SOURCE;
    }
}

static enum change call_directly(struct run *run) {
    struct sellable_event event = draw_event(&run->bytes);
    struct sellable_answer *answer = draw_answer(run);
    if (lacks_a_record(&event))
        return NOTHING;
    enum sellable_status status = event.type < SELLABLE_ITEM
                                      ? order_directly(run, &event, answer)
                                      : master_directly(run, &event, answer);
    judge_answer(run, status, answer);
    return status == SELLABLE_OK ? ANYTHING : NOTHING;
}

static enum change reserve_batch(struct run *run) {
    enum { MOST = 3 };
    struct sellable_order orders[MOST];
    enum sellable_status statuses[MOST];
    size_t count = bytes_below(&run->bytes, MOST + 1);
    for (size_t i = 0; i < count; i++)
        orders[i] = *draw_order(&run->bytes);
    enum sellable_status all = sellable_reserve_batch(run->guard.engine, run->worker, orders,
                                                      count, statuses, NULL);
    must(all == SELLABLE_OK || all == SELLABLE_NO_MEMORY);
    enum change change = NOTHING;
    for (size_t i = 0; i < count; i++) {
        judge_answer(run, statuses[i], NULL);
        change = statuses[i] == SELLABLE_OK ? ANYTHING : change;
    }
    return change;
}

static enum change advance(struct run *run) {
    int64_t before = sellable_now(run->guard.engine), now = bytes_time(&run->bytes);
    struct sellable_answer *answer = draw_answer(run);
    enum sellable_status status = sellable_advance(run->guard.engine, run->worker, now, answer);
    judge_answer(run, status, answer);
    run->bytes.now = sellable_now(run->guard.engine);
    if (status == SELLABLE_OK)
        must_be(run->bytes.now, ==, now > before ? now : before);
    return status == SELLABLE_INVALID ? NOTHING : ANYTHING;
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static enum change put_exception(struct run *run) {
    struct sellable_event event = draw_remnant(&run->bytes);
    struct sellable_answer *answer = draw_answer(run);
    uint32_t given = bytes_choice(&run->bytes, SELLABLE_CONFLICT, SELLABLE_STATUS_COUNT);
    uint8_t more = bytes_one(&run->bytes);
    enum sellable_status status = sellable_exception_put(
        run->guard.engine, run->worker, &event, (enum sellable_status)given,
        more & 1 ? "quantity" : NULL, more & 2 ? "it is missing" : NULL, answer);
    judge_answer(run, status, answer);
    bool kept = given < SELLABLE_STATUS_COUNT && status_is_kept((enum sellable_status)given);
    must(status == (kept ? SELLABLE_OK : SELLABLE_INVALID) || slabs_refused() > 0);
    return status == SELLABLE_OK ? EXCEPTIONS : NOTHING;
}

static uint64_t draw_exception(struct run *run) {
    struct sellable_exception_counts counts;
    sellable_exception_counts(run->guard.engine, &counts);
    uint8_t kind = bytes_one(&run->bytes);
    return kind < 240 ? counts.last - kind % 8 : bytes_raw(&run->bytes, 8);
}

static enum change replay(struct run *run, struct sellable_worker *worker, uint64_t number,
                          const struct sellable_event *event) {
    struct sellable_answer *answer = draw_answer(run);
    enum sellable_status status =
        sellable_exception_replay(run->guard.engine, worker, number, event, answer);
    judge_answer(run, status, answer);
    must(answer == NULL || answer->exception == 0);
    if (status == SELLABLE_DUPLICATE)
        return EXCEPTIONS;
    return status == SELLABLE_OK ? ANYTHING : NOTHING;
}

static enum change replay_one(struct run *run) {
    uint64_t number = draw_exception(run);
    struct sellable_event event;
    if (bytes_chance(&run->bytes, 128))
        return replay(run, run->worker, number, NULL);
    event = draw_event(&run->bytes);
    return replay(run, run->worker, number, &event);
}

static enum change discard(struct run *run) {
    uint64_t number = draw_exception(run);
    struct sellable_answer *answer = draw_answer(run);
    enum sellable_status status =
        sellable_exception_discard(run->guard.engine, run->worker, number, answer);
    judge_answer(run, status, answer);
    return status == SELLABLE_OK ? EXCEPTIONS : NOTHING;
}

void read_bytes(struct run *run, const void *bytes, uint64_t size) {
    for (uint64_t i = 0; i < size; i++)
        run->told += ((const uint8_t *)bytes)[i];
}

struct visit {
    struct run *run;
    uint64_t number; /* of the exception before */
    bool by_impact;
    bool again;      /* replay each within the visit, by the record that was kept */
    enum change change;
};

static int read_exception(void *context, const struct sellable_exception *exception) {
    struct visit *visit = context;
    struct run *run = visit->run;
    must(status_is_kept((enum sellable_status)exception->status));
    must(exception->field != NULL && exception->reason != NULL && exception->reason[0] != '\0');
    must(visit->by_impact || exception->number > visit->number);
    must(exception->content == NULL || exception->content_size <= SELLABLE_CONTENT_MAX);
    must_be(exception->type, <, SELLABLE_EVENT_TYPES_END);
    read_bytes(run, exception->source.bytes, exception->source.size);
    read_bytes(run, exception->id.bytes, exception->id.size);
    read_bytes(run, exception->correlation.bytes, exception->correlation.size);
    if (exception->content != NULL)
        read_bytes(run, exception->content, exception->content_size);
    visit->number = exception->number;
    if (visit->again && exception->event != NULL) {
        must(exception->type == 0 || exception->type == exception->event->type);
        /* The worker is busy: it is visiting. */
        enum change change = replay(run, NULL, exception->number, exception->event);
        visit->change = change > visit->change ? change : visit->change;
    }
    return 0;
}

static enum change visit_exceptions(struct run *run) {
    struct sellable_exception_selection selection = {.by_impact = bytes_flag(&run->bytes)};
    if (bytes_chance(&run->bytes, 64))
        selection.number = draw_exception(run);
    struct visit visit = {.run = run,
                          .by_impact = selection.by_impact != 0,
                          .again = bytes_chance(&run->bytes, 64)};
    enum sellable_status status = sellable_exceptions(
        run->guard.engine, run->worker, bytes_chance(&run->bytes, 32) ? NULL : &selection,
        read_exception, &visit);
    must(status == SELLABLE_OK || status == SELLABLE_INVALID ||
         (status == SELLABLE_NO_MEMORY && slabs_refused() > 0));
    return visit.change;
}

/* ---- questions ------------------------------------------------------------------------------- */

static int read_order(void *context, const struct sellable_order_view *order) {
    read_bytes(context, order->key.bytes, order->key.size);
    read_bytes(context, order->lines, order->line_count * sizeof *order->lines);
    return 0;
}

static int read_waiting(void *context, const struct sellable_waiting *waiting) {
    read_bytes(context, waiting->order.bytes, waiting->order.size);
    must_be(waiting->quantity, >, 0);
    return 0;
}

static void ask_figures(struct run *run) {
    struct sellable_question question = draw_question(&run->bytes);
    struct sellable_availability availability;
    char because[32];
    struct sellable_term terms[2];
    struct sellable_explanation explanation = {
        .terms = terms,
        .because = because,
        .term_capacity = bytes_below(&run->bytes, 3),
        .because_capacity = bytes_below(&run->bytes, sizeof because + 1),
    };
    enum sellable_status status =
        sellable_available(run->guard.engine, &question, &availability);
    must_be(sellable_explain(run->guard.engine, &question, &explanation), ==, status);
    must_be(explanation.promisable, ==, availability.promisable);
    must_be(explanation.published, ==, availability.published);
    must(availability.promisable >= 0 && availability.promisable <= SELLABLE_QUANTITY_MAX);
    must(availability.published >= 0 && availability.published <= availability.promisable);
}

static void ask_cell(struct run *run) {
    struct sellable_place place = draw_place(&run->bytes);
    struct sellable_cell cell = {.fence_capacity = bytes_below(&run->bytes, 3),
                                 .schedule_capacity = bytes_below(&run->bytes, 3),
                                 .promised_capacity = bytes_below(&run->bytes, 3)};
    cell.fences = bytes_memory(cell.fence_capacity * sizeof *cell.fences);
    cell.schedule = bytes_memory(cell.schedule_capacity * sizeof *cell.schedule);
    cell.promised = bytes_memory(cell.promised_capacity * sizeof *cell.promised);
    (void)!sellable_cell(run->guard.engine, &place, &cell);
}

static void ask_orders(struct run *run) {
    struct sellable_selection selection = draw_selection(&run->bytes);
    struct sellable_order_view view = {.line_capacity = bytes_below(&run->bytes, 3)};
    view.lines = bytes_memory(view.line_capacity * sizeof *view.lines);
    (void)!sellable_order(run->guard.engine, bytes_key(&run->bytes, usual_orders), &view);
    (void)!sellable_orders(run->guard.engine, run->worker, &selection, read_order, run);
    (void)!sellable_waiting(run->guard.engine, run->worker, &selection, read_waiting, run);
}

static void ask_masters(struct run *run) {
    const struct sellable *engine = run->guard.engine;
    struct sellable_scope scope = draw_scope(&run->bytes);
    struct sellable_policy policy;
    struct sellable_location locations[2], location = {bytes_handle(&run->bytes)};
    struct sellable_item_view item_view = {.unit_capacity = 0};
    struct sellable_location_view location_view;
    struct sellable_source_view source_view;
    struct sellable_source source = {bytes_handle(&run->bytes)};
    struct sellable_key key = sellable_source_key(engine, source);
    read_bytes(run, key.bytes, key.size);
    (void)!sellable_policy_find(engine, &scope, &policy, locations, 2);
    (void)!sellable_item_look(engine, scope.item, &item_view);
    (void)!sellable_location_look(engine, location, &location_view);
    (void)!sellable_source_look(engine, source, &source_view);
    (void)!sellable_source_find(engine, bytes_key(&run->bytes, usual_sources), &source);
    (void)!sellable_region_find(engine, bytes_key(&run->bytes, usual_regions), &location);
    (void)sellable_source_next(engine, source);
    (void)sellable_hold_key(engine, bytes_handle(&run->bytes));
    (void)sellable_event_of(bytes_key(&run->bytes, usual_reasons));
    must(sellable_event_name((int)bytes_raw(&run->bytes, 4)) != NULL);
}

static enum change ask(struct run *run) {
    static void (*const questions[])(struct run *) = {ask_figures, ask_cell, ask_orders,
                                                      ask_masters};
    questions[bytes_below(&run->bytes, sizeof questions / sizeof *questions)](run);
    return NOTHING;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static enum change swap_worker(struct run *run) {
    if (run->worker != NULL) {
        sellable_worker_release(run->worker);
        run->worker = NULL;
    } else if (sellable_worker_acquire(run->guard.engine, &run->worker) != SELLABLE_OK) {
        run->worker = NULL;
    }
    return NOTHING;
}

static void judge_pair(struct step *step, bool second, const uint64_t full[2]) {
    if (second)
        must(step->full[0] == full[0] && step->full[1] == full[1]);
    step->full[0] = full[0];
    step->full[1] = full[1];
}

static void call(struct run *run) {
    static const struct {
        uint32_t below; /* of 256 */
        enum change (*make)(struct run *run);
    } calls[] = {
        {112, apply},         {152, call_directly}, {164, apply_batch},
        {170, reserve_batch}, {182, advance},       {190, put_exception},
        {208, replay_one},    {214, discard},       {224, visit_exceptions},
        {232, ask},           {254, call_outgoing},
        {256, swap_worker},
    };
    uint32_t kind = bytes_one(&run->bytes), which = 0;
    uint8_t memory = bytes_one(&run->bytes);
    while (kind >= calls[which].below)
        which++;
    if (memory >= 240 && run->pair == NULL)
        slabs_refuse(memory % 4, 1 + memory % 3);
    enum change change = calls[which].make(run);
    bytes_forget(); /* nothing of the caller's may be needed any more */
    guard_judge(&run->guard, change);
    if (run->pair != NULL)
        judge_pair(&run->pair->step[run->calls], run->pair->second, run->guard.audit.full);
    run->calls++;
}

/* What most inputs would begin with: items, a kit, a service, stock, two sources, an order. */
static void set_scene(struct run *run) {
    static const struct sellable_key east = {"east", 4}, west = {"west", 4}, web = {"web", 3};
    const struct sellable_component two = {.item_key = {"A", 1}, .number = 2};
    const struct sellable_unit box = {{"case", 4}, 12, 1};
    const struct sellable_item_settings cases = {
        .set = SELLABLE_ITEM_UNITS, .units = &box, .unit_count = 1};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &two, .component_count = 1};
    const struct sellable_item_settings service = {.set = SELLABLE_ITEM_TRACKED};
    const struct sellable_policy ahead = {.set = SELLABLE_SETTING_HORIZON, .horizon = 5};
    const struct sellable_line line = {.item_key = {"A", 1}, .quantity = 3};
    const struct sellable_order order = {
        .key = {"O-1", 3}, .channel_key = web, .lines = &line, .line_count = 1};
    const struct sellable_event events[] = {
        {.type = SELLABLE_ITEM, .item_key = {"A", 1}, .item_settings = &cases},
        {.type = SELLABLE_ITEM, .item_key = {"B", 1}},
        {.type = SELLABLE_ITEM, .item_key = {"SET", 3}, .item_settings = &kit},
        {.type = SELLABLE_ITEM, .item_key = {"SERVICE", 7}, .item_settings = &service},
        {.type = SELLABLE_LOCATION, .location_key = east},
        {.type = SELLABLE_LOCATION, .location_key = west},
        {.type = SELLABLE_CHANNEL, .channel_key = web, .policy = &ahead},
        {.type = SELLABLE_CHANNEL, .channel_key = {"edi", 3}},
        {.type = SELLABLE_SOURCE, .declares = {"erp", 3}},
        {.type = SELLABLE_SOURCE, .declares = {"wms", 3}},
        {.type = SELLABLE_ON_HAND_SET, .item_key = {"A", 1}, .location_key = east, .quantity = 20},
        {.type = SELLABLE_ON_HAND_SET, .item_key = {"B", 1}, .location_key = west, .quantity = 9},
        {.type = SELLABLE_RESERVE, .order = &order},
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        must_be(sellable_apply(run->guard.engine, NULL, &events[i], NULL), ==, SELLABLE_OK);
    guard_judge(&run->guard, ANYTHING);
}

static void run_input(const uint8_t *bytes, size_t size, struct pair *pair) {
    struct run run = {.bytes = {.at = bytes, .left = size}, .pair = pair};
    run.heard = calloc(1, sizeof *run.heard);
    must(run.heard != NULL);
    uint8_t kind = bytes_one(&run.bytes);
    struct sellable_options options = {
        .seed = kind,
        .retention = kind & 1 ? SELLABLE_DAY : 0,
        .event_ids = kind & 2 ? 3 : 0,
        .exceptions = kind & 4 ? 2 : 0,
        .ahead = kind & 8 ? SELLABLE_DAY / 2 : 0,
    };
    run.few_ids = options.event_ids != 0;
    run.exceptions_kept =
        options.exceptions != 0 ? options.exceptions : SELLABLE_EXCEPTIONS_DEFAULT;
    guard_open(&run.guard, &options);
    run.bytes.regions = pair != NULL ? run.guard.engine : NULL;
    if (kind < 224)
        set_scene(&run);
    while (run.bytes.left > 0)
        call(&run);
    run_close_views(&run);
    guard_count(&run.guard);
    heard_all(run.heard, run.guard.engine);
    guard_judge(&run.guard, EXCEPTIONS); /* telling changes nothing else */
    free(run.heard);
    sellable_worker_release(run.worker);
    guard_close(&run.guard);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    enum { IN_PAIRS = 4 /* one input of so many */ };
    struct pair pair = {.second = false};
    if (size == 0 || bytes[0] / 16 % IN_PAIRS != 0) {
        run_input(bytes, size, NULL);
        return 0;
    }
    pair.step = calloc(size, sizeof *pair.step); /* a call takes two bytes at least */
    must(pair.step != NULL);
    run_input(bytes, size, &pair);
    pair.second = true;
    run_input(bytes, size, &pair);
    free(pair.step);
    return 0;
}
