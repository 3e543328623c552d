/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear: the calls of a program (linear_program.h) are made on an engine, and what it
 * answers is kept as it came. One program at a time. */
#ifndef SELLABLE_TESTS_LINEAR_CALLS_H
#define SELLABLE_TESTS_LINEAR_CALLS_H

#include "scene.h"

#include "interleave.h"
#include "linear_program.h"

#include <stdatomic.h>

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
    struct sellable_misfit misfits[LINEAR_ITEMS];
    struct sellable_availability availability;
    struct sellable_cell cell;
    struct sellable_fence fences[LINEAR_CHANNELS];
    struct sellable_scheduled schedule[LINEAR_REFERENCES];
    struct sellable_promised promised[LINEAR_KEYS];
    struct sellable_explanation explanation;
    struct sellable_term terms[LINEAR_LOCATIONS];
    struct sellable_order_view view;
    struct sellable_order_line lines[LINEAR_PLACEMENTS];
    struct sellable_source_view source;
    struct sellable_exception_counts counts;
    struct {
        uint64_t number;
        uint32_t status;
    } exception[LINEAR_EXCEPTIONS];
    uint32_t exceptions;
    struct linear_answer seen; /* of a view, as figures */
    struct {
        struct sellable_change change[LINEAR_ITEMS];
        uint64_t count, position;
    } told; /* of a question for changes, at the first of its items */
};

/* The run. */
static struct {
    struct sellable *engine;
    struct program program;
    struct raw raw[LINEAR_CALLS];
    struct sellable_worker *worker[INTERLEAVE_MOST]; /* some threads hold one */
    uint32_t item[LINEAR_ITEMS], location[LINEAR_LOCATIONS], channel[LINEAR_CHANNELS],
        source[1 + LINEAR_SOURCES];
    atomic_llong ticks;
    struct sellable_change told[LINEAR_CHANNELS][LINEAR_ITEMS]; /* last, of each item */
    uint64_t position[LINEAR_CHANNELS];
} run;

static inline struct sellable_key one_sign(const char *signs, int64_t number) {
    return (struct sellable_key){signs + number, 1};
}
static inline struct sellable_key item_key(int64_t number) { return one_sign("ABC", number); }
static inline struct sellable_key location_key(int64_t number) { return one_sign("abc", number); }
static inline struct sellable_key channel_key(int64_t number) { return one_sign("xy", number); }
static inline struct sellable_key order_key(int64_t number) { return one_sign("1234", number); }

static inline struct sellable_key source_key(int64_t number) { return one_sign(" pq", number); }
static inline struct sellable_key id_key(int64_t number) { return one_sign(" ij", number); }

static inline uint32_t handle_of(const struct linear_call *call, const uint32_t *handles,
                          int64_t number) {
    return call->by_key ? 0 : handles[number];
}

static inline struct sellable_question question_of(const struct linear_call *call) {
    return (struct sellable_question){
        .item_key = item_key(call->item),
        .channel_key = channel_key(call->channel),
        .item = {handle_of(call, run.item, call->item)},
        .channel = {handle_of(call, run.channel, call->channel)},
        .order = call->for_order ? order_key(call->key) : (struct sellable_key){NULL, 0},
        .date = call->date,
        .has_date = (uint32_t)call->has_date};
}

/* Who sends it, and when it happened. */
static inline void put_origin(const struct linear_call *call, struct sellable_event *event) {
    if (call->event.source != 0) {
        event->source_key = source_key(call->event.source);
        event->source.id = handle_of(call, run.source, call->event.source);
    }
    if (call->event.id != 0) {
        event->id = id_key(call->event.id);
    }
    event->has_seq = call->event.has_seq;
    event->seq = call->event.seq;
    event->has_at = call->event.has_at;
    event->at = call->event.at;
}

static inline struct sellable_event event_of(const struct linear_call *call) {
    static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    const struct sellable_key none = {NULL, 0};
    struct sellable_event event = {
        .type = call->event.type,
        .has_expected = call->event.has_expected,
        .item_key = item_key(call->item),
        .location_key = location_key(call->location),
        .item = {handle_of(call, run.item, call->item)},
        .location = {handle_of(call, run.location, call->location)},
        .reason = key_of(reasons[call->event.reason]),
        .quantity = call->event.quantity,
        .expected = call->event.expected,
        .channel_key = channel_key(call->channel),
        .channel = {handle_of(call, run.channel, call->channel)},
        .until = call->event.type == SELLABLE_RING_FENCE_SET ? call->at : 0,
        .reference = call->event.reference < LINEAR_REFERENCES
                         ? one_sign("rs", call->event.reference)
                         : none,
        .due = call->at,
        .to_key = location_key(call->event.to),
        .to = {handle_of(call, run.location, call->event.to)},
        .has_as_of = call->event.has_as_of,
        .as_of = call->event.as_of,
        .held = call->event.held != 0 ? key_of(reasons[call->event.held - 1]) : none,
        .outcome = (uint32_t)call->event.outcome};
    put_origin(call, &event);
    return event;
}

static inline struct sellable_order order_asked(const struct linear_call *call,
                                         struct sellable_line *lines) {
    for (int64_t i = 0; i < call->line_count; i++) {
        lines[i] = (struct sellable_line){
            .item_key = item_key(call->line[i].item),
            .item = {handle_of(call, run.item, call->line[i].item)},
            .quantity = call->line[i].quantity,
            .at_least = call->line[i].at_least};
    }
    return (struct sellable_order){
        .key = order_key(call->key),
        .channel_key = channel_key(call->channel),
        .lines = lines,
        .line_count = (uint32_t)call->line_count,
        .channel = {handle_of(call, run.channel, call->channel)},
        .expires_at = call->at,
        .mode = (uint32_t)call->mode,
        .has_date = (uint32_t)call->has_date,
        .date = call->date};
}

/* `locations` is of LINEAR_LOCATIONS. */
static inline struct sellable_policy policy_of(const struct linear_call *call,
                                               struct sellable_location *locations) {
    const int64_t *value = call->policy.value;
    for (int64_t i = 0; i < call->policy.location_count; i++) {
        int64_t location = call->policy.location[i];
        locations[i].id = location == LINEAR_LOCATIONS ? 60000 : run.location[location];
    }
    return (struct sellable_policy){.set = (uint32_t)call->policy.set,
                                    .unset = (uint32_t)call->unset,
                                    .locations = locations,
                                    .location_count = (uint32_t)call->policy.location_count,
                                    .share = (int32_t)value[2],
                                    .buffer = value[3],
                                    .precedence = (int32_t)value[4],
                                    .closed = (uint32_t)value[5],
                                    .backorder = value[6],
                                    .horizon = value[7],
                                    .cap = value[9],
                                    .minimum = value[10],
                                    .low = value[11],
                                    .paused = (uint32_t)value[12]};
}

static inline enum sellable_status put_item(const struct linear_call *call,
                                            struct sellable_worker *worker, struct raw *raw) {
    struct sellable_component components[LINEAR_COMPONENTS] = {{.number = 0}};
    struct sellable_item_settings kit = {.set = SELLABLE_ITEM_COMPONENTS,
                                         .components = components,
                                         .component_count = LINEAR_COMPONENTS};
    struct sellable_item item = {0};
    for (int64_t i = 0; i < LINEAR_COMPONENTS; i++) {
        components[i].item_key = item_key(i);
        components[i].item.id = handle_of(call, run.item, i);
        components[i].number = call->component[i];
    }
    const struct sellable_item_settings plain = {.unset = SELLABLE_ITEM_COMPONENTS};
    const struct sellable_item_settings *settings =
        call->component[0] != 0 ? &kit : (call->is_plain ? &plain : NULL);
    enum sellable_status status = sellable_item_put(run.engine, worker, item_key(call->item),
                                                    settings, &item, &raw->answer);
    raw->handle = item.id;
    return status;
}

static inline enum sellable_status put_channel(const struct linear_call *call,
                                               struct sellable_worker *worker, struct raw *raw) {
    struct sellable_location locations[LINEAR_LOCATIONS];
    struct sellable_channel channel = {0};
    struct sellable_policy policy = policy_of(call, locations);
    enum sellable_status status = sellable_channel_put(
        run.engine, worker, channel_key(call->channel), &policy, &channel, &raw->answer);
    raw->handle = channel.id;
    return status;
}

static inline enum sellable_status put_policy(const struct linear_call *call,
                                              struct sellable_worker *worker, struct raw *raw) {
    struct sellable_location locations[LINEAR_LOCATIONS];
    struct sellable_policy policy = policy_of(call, locations);
    struct sellable_scope scope = {.item = {0}};
    if (call->of_item) {
        scope.item_key = item_key(call->item);
        scope.item.id = handle_of(call, run.item, call->item);
    }
    if (call->of_channel) {
        scope.channel_key = channel_key(call->channel);
        scope.channel.id = handle_of(call, run.channel, call->channel);
    }
    return sellable_policy_put(run.engine, worker, &scope, &policy, &raw->answer);
}

static inline void parts_of(const struct linear_call *call, struct sellable_part *parts) {
    for (int64_t i = 0; i < call->part_count; i++) {
        const struct linear_part *part = &call->part[i];
        parts[i].item_key = item_key(part->item);
        parts[i].item.id = handle_of(call, run.item, part->item);
        parts[i].quantity = part->quantity;
        if (part->location != LINEAR_LOCATIONS) {
            parts[i].location_key = location_key(part->location);
            parts[i].location.id = handle_of(call, run.location, part->location);
        }
    }
}

static inline enum sellable_status change_parts(const struct linear_call *call,
                                                struct sellable_worker *worker, struct raw *raw) {
    typedef enum sellable_status change_function(
        struct sellable * engine, struct sellable_worker * worker, struct sellable_key order,
        const struct sellable_part *parts, uint32_t part_count, struct sellable_answer *answer);
    change_function *change = call->kind == LINEAR_RELEASE      ? sellable_release
                              : call->kind == LINEAR_ALLOCATE   ? sellable_allocate
                              : call->kind == LINEAR_DEALLOCATE ? sellable_deallocate
                                                                : sellable_ship;
    struct sellable_part parts[LINEAR_PARTS] = {{.quantity = 0}};
    parts_of(call, parts);
    return change(run.engine, worker, order_key(call->key),
                  call->part_count != 0 ? parts : NULL, (uint32_t)call->part_count, &raw->answer);
}

/* A call on an order, sent as an event. */
static inline enum sellable_status send_as_event(const struct linear_call *call,
                                                 struct sellable_worker *worker,
                                                 struct raw *raw) {
    static const uint32_t types[LINEAR_KIND_COUNT] = {[LINEAR_RESERVE] = SELLABLE_RESERVE,
                                                      [LINEAR_AMEND] = SELLABLE_AMEND,
                                                      [LINEAR_CONFIRM] = SELLABLE_CONFIRM,
                                                      [LINEAR_EXTEND] = SELLABLE_EXTEND,
                                                      [LINEAR_RELEASE] = SELLABLE_RELEASE,
                                                      [LINEAR_ALLOCATE] = SELLABLE_ALLOCATE,
                                                      [LINEAR_DEALLOCATE] = SELLABLE_DEALLOCATE,
                                                      [LINEAR_SHIP] = SELLABLE_SHIP};
    struct sellable_line lines[LINEAR_LINES];
    struct sellable_part parts[LINEAR_PARTS] = {{.quantity = 0}};
    struct sellable_order order = order_asked(call, lines);
    struct sellable_event event = {.type = types[call->kind],
                                   .order_key = order.key,
                                   .order = &order,
                                   .parts = call->part_count != 0 ? parts : NULL,
                                   .part_count = (uint32_t)call->part_count,
                                   .expires_at = call->at};
    parts_of(call, parts);
    put_origin(call, &event);
    return sellable_apply(run.engine, worker, &event, &raw->answer);
}

static inline enum sellable_status put_owner(const struct linear_call *call,
                                             struct sellable_worker *worker, struct raw *raw) {
    struct sellable_owner owners[LINEAR_SOURCES] = {{.reserved = 0}};
    struct sellable_ownership rule = {.owned = (uint32_t)call->rule.owned,
                                      .type = call->rule.owned == 0 ? SELLABLE_RESERVE : 0,
                                      .owners = owners,
                                      .unset = (uint32_t)call->rule.unset};
    for (uint32_t source = 1; source <= LINEAR_SOURCES; source++) {
        if ((call->rule.owners >> source & 1) != 0) {
            owners[rule.owner_count].source_key = source_key(source);
            owners[rule.owner_count++].source.id = handle_of(call, run.source, source);
        }
    }
    return sellable_owner_put(run.engine, worker, &rule, &raw->answer);
}

static inline int note_exception(void *context, const struct sellable_exception *exception) {
    struct raw *raw = context;
    if (raw->exceptions < LINEAR_EXCEPTIONS) {
        raw->exception[raw->exceptions].number = exception->number;
        raw->exception[raw->exceptions].status = exception->status;
    }
    raw->exceptions++;
    return 0;
}

/* The calls of sources and exceptions. */
static inline enum sellable_status do_one_of_origin(const struct linear_call *call,
                                                    struct sellable_worker *worker,
                                                    struct raw *raw) {
    struct sellable_event event = event_of(call);
    struct sellable_source source = {0};
    enum sellable_status status = SELLABLE_OK;
    switch (call->kind) {
    case LINEAR_SOURCE_PUT:
        status = sellable_source_put(run.engine, worker, source_key(call->event.source), NULL,
                                     &source, &raw->answer);
        raw->handle = source.id;
        break;
    case LINEAR_OWNER_PUT:
        status = put_owner(call, worker, raw);
        break;
    case LINEAR_REPLAY:
        status = sellable_exception_replay(run.engine, worker, (uint64_t)call->exception, &event,
                                           &raw->answer);
        break;
    case LINEAR_DISCARD:
        status = sellable_exception_discard(run.engine, worker, (uint64_t)call->exception,
                                            &raw->answer);
        break;
    case LINEAR_SOURCE:
        status = sellable_source_look(run.engine,
                                      (struct sellable_source){run.source[call->event.source]},
                                      &raw->source);
        break;
    case LINEAR_COUNTS:
        sellable_exception_counts(run.engine, &raw->counts);
        break;
    default: /* LINEAR_EXCEPTIONS_ASKED */
        raw->exceptions = 0;
        status = sellable_exceptions(run.engine, worker, NULL, note_exception, raw);
        break;
    }
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
    struct sellable_location location = {0};
    enum sellable_status status = SELLABLE_OK;
    if (call->as_event) {
        return send_as_event(call, worker, raw);
    }
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        return put_item(call, worker, raw);
    case LINEAR_LOCATION_PUT:
        status = sellable_location_put(engine, worker, place.location_key, NULL, &location,
                                       &raw->answer);
        raw->handle = location.id;
        return status;
    case LINEAR_CHANNEL_PUT:
        return put_channel(call, worker, raw);
    case LINEAR_POLICY_PUT:
        return put_policy(call, worker, raw);
    case LINEAR_APPLY:
        return sellable_apply(engine, worker, &event, &raw->answer);
    case LINEAR_RESERVE:
        return sellable_reserve(engine, worker, &order, &raw->answer);
    case LINEAR_AMEND:
        return sellable_amend(engine, worker, &order, &raw->answer);
    case LINEAR_CONFIRM:
        return sellable_confirm(engine, worker, order.key, &raw->answer);
    case LINEAR_EXTEND:
        return sellable_extend(engine, worker, order.key, call->at, &raw->answer);
    case LINEAR_RELEASE:
    case LINEAR_ALLOCATE:
    case LINEAR_DEALLOCATE:
    case LINEAR_SHIP:
        return change_parts(call, worker, raw);
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
    case LINEAR_SOURCE_PUT:
    case LINEAR_OWNER_PUT:
    case LINEAR_REPLAY:
    case LINEAR_DISCARD:
    case LINEAR_SOURCE:
    case LINEAR_COUNTS:
    case LINEAR_EXCEPTIONS_ASKED:
        return do_one_of_origin(call, worker, raw);
    case LINEAR_VIEW: /* read when the tick is taken */
    case LINEAR_CHANGES:
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
    struct sellable_availability availabilities[PROGRAM_CALLS_MOST] = {{0, 0, 0, 0}};
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

#endif
