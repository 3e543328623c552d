/* SPDX-License-Identifier: Apache-2.0
 *
 * Random calls: see stream.h. Most are sensible and some are not; a few hundred of them reach every
 * status of every call. */
#include "stream_kinds.h"

#include <string.h>

/* ---- the kinds ------------------------------------------------------------------------------- */

#define SET(NAME) SELLABLE_SETTING_##NAME
#define SHOWN (SET(CAP) | SET(MINIMUM) | SET(LOW))
#define OLD (SET(LOCATIONS) | SET(SHARE) | SET(BUFFER) | SET(PRECEDENCE) | SET(CLOSED))

/* Masters, supply, orders and questions are asked for everywhere; what happens to orders more in
 * some kinds than in others. */
#define WEIGHTS(MASTERS, SUPPLY, PROMISE, ACT, CHANGE, TIME, ORIGIN, TOLD, VIEWED)                 \
    {                                                                                              \
        [CALL_ITEM_PUT] = MASTERS, [CALL_LOCATION_PUT] = MASTERS, [CALL_CHANNEL_PUT] = 4,          \
        [CALL_POLICY_PUT] = 2 * MASTERS, [CALL_HOLD_PUT] = 1, [CALL_APPLY] = SUPPLY,               \
        [CALL_RESERVE] = PROMISE, [CALL_CONFIRM] = 3, [CALL_EXTEND] = 3, [CALL_RELEASE] = ACT,     \
        [CALL_ALLOCATE] = ACT, [CALL_DEALLOCATE] = ACT / 2 + 1, [CALL_SHIP] = ACT,                 \
        [CALL_AMEND] = CHANGE, [CALL_RESOURCE] = CHANGE, [CALL_ADVANCE] = TIME,                    \
        [CALL_AVAILABLE] = 6, [CALL_EXPLAIN] = 3, [CALL_CELL] = 2, [CALL_ORDER] = 3,               \
        [CALL_ORDERS] = 2, [CALL_WAITING] = 2, [CALL_POLICY_FIND] = 2, [CALL_ITEM_LOOK] = 1,       \
        [CALL_LOCATION_LOOK] = 1, [CALL_ITEM_FIND] = 1, [CALL_LOCATION_FIND] = 1,                  \
        [CALL_CHANNEL_FIND] = 1, [CALL_REGION_FIND] = 1, [CALL_SOURCE_PUT] = 1 + ORIGIN / 3,       \
        [CALL_OWNER_PUT] = ORIGIN / 2, [CALL_SOURCE_FIND] = 1, [CALL_SOURCE_LOOK] = 1,             \
        [CALL_EXCEPTION_PUT] = ORIGIN / 3, [CALL_REPLAY] = 2 * ORIGIN, [CALL_DISCARD] = ORIGIN,    \
        [CALL_EXCEPTIONS] = ORIGIN, [CALL_CHANGES] = TOLD, [CALL_SHORTAGES] = VIEWED,              \
        [CALL_VIEW_OPEN] = VIEWED, [CALL_VIEW_CLOSE] = VIEWED / 3,                                 \
        [CALL_VIEW_AVAILABILITY] = 2 * VIEWED, [CALL_VIEW_CELLS] = VIEWED,                         \
        [CALL_VIEW_ORDERS] = VIEWED, [CALL_FORK] = VIEWED / 3, [CALL_SWAP] = VIEWED / 2,           \
        [CALL_STATS] = VIEWED, [CALL_AUDIT] = VIEWED / 3                                           \
    }

static const struct flavour flavours[STREAM_KIND_COUNT] = {
    [STREAM_PLAIN] = {.tick = 1,
                      .settings = OLD | SHOWN | SET(INTERVAL) | SET(STEP),
                      .overrides = 5,
                      .locations = 10,
                      .weights = WEIGHTS(2, 28, 32, 6, 1, 6, 0, 0, 0)},
    [STREAM_DATES] = {.tick = SELLABLE_DAY / 4,
                      .settings = OLD | SET(HORIZON) | SET(BACKORDER),
                      .overrides = 20,
                      .fences = 5,
                      .schedules = 45,
                      .dates = 50,
                      .locations = 10,
                      .located = 10,
                      .weights = WEIGHTS(1, 30, 32, 3, 3, 8, 0, 0, 0)},
    [STREAM_FENCES] = {.tick = SELLABLE_DAY / 4,
                       .settings = OLD | SET(BACKORDER) | SET(SOURCING),
                       .overrides = 40,
                       .fences = 40,
                       .schedules = 3,
                       .dates = 5,
                       .locations = 15,
                       .located = 10,
                       .ranks = 20,
                       .parts = 30,
                       .weights = WEIGHTS(2, 30, 32, 5, 3, 6, 0, 0, 0)},
    [STREAM_KITS] = {.tick = 20,
                     .settings = OLD | SHOWN | SET(UNIT) | SET(PAUSED) | SET(HORIZON),
                     .overrides = 50,
                     .fences = 3,
                     .schedules = 5,
                     .dates = 8,
                     .items = 40,
                     .kits = 80,
                     .untracked = 40,
                     .locations = 10,
                     .located = 10,
                     .parts = 40,
                     .weights = WEIGHTS(4, 28, 32, 4, 3, 5, 0, 0, 0)},
    [STREAM_PARTIAL] = {.tick = 20,
                        .settings = OLD | SET(SOURCING) | SET(BACKORDER) | SET(PAUSED) | SET(UNIT),
                        .overrides = 40,
                        .fences = 8,
                        .schedules = 8,
                        .dates = 10,
                        .items = 25,
                        .kits = 25,
                        .untracked = 5,
                        .locations = 20,
                        .located = 30,
                        .substitutes = 40,
                        .partial = 60,
                        .parts = 20,
                        .weights = WEIGHTS(2, 30, 36, 4, 3, 5, 0, 0, 0)},
    [STREAM_LIFE] = {.tick = SELLABLE_DAY / 4,
                     .settings = OLD | SET(SOURCING) | SET(BACKORDER) | SET(HORIZON),
                     .overrides = 20,
                     .fences = 20,
                     .schedules = 15,
                     .dates = 20,
                     .items = 15,
                     .kits = 30,
                     .untracked = 15,
                     .locations = 10,
                     .located = 15,
                     .ranks = 30,
                     .parts = 55,
                     .weights = WEIGHTS(1, 26, 26, 14, 12, 6, 0, 0, 0)},
    [STREAM_EVENTS] = {.tick = SELLABLE_DAY / 4,
                       .settings = SET(SHARE) | SET(SOURCING) | SET(BACKORDER) | SET(HORIZON),
                       .overrides = 20,
                       .fences = 2,
                       .schedules = 2,
                       .dates = 5,
                       .items = 10,
                       .kits = 25,
                       .untracked = 15,
                       .locations = 10,
                       .located = 25,
                       .substitutes = 5,
                       .partial = 10,
                       .ranks = 10,
                       .parts = 35,
                       .types = 96,
                       .origins = 90,
                       .focus = 55,
                       .weights = WEIGHTS(1, 110, 12, 3, 3, 8, 6, 0, 0)},
    [STREAM_MIXED] = {.tick = SELLABLE_DAY / 4,
                      .settings = SELLABLE_SETTINGS_ALL,
                      .overrides = 40,
                      .fences = 20,
                      .schedules = 20,
                      .dates = 25,
                      .items = 30,
                      .kits = 45,
                      .untracked = 20,
                      .locations = 25,
                      .located = 25,
                      .substitutes = 20,
                      .partial = 35,
                      .ranks = 20,
                      .parts = 40,
                      .types = 40,
                      .origins = 50,
                      .focus = 15,
                      .weights = WEIGHTS(3, 34, 34, 8, 6, 6, 2, 0, 0)},
    [STREAM_TOLD] = {.tick = SELLABLE_DAY / 4,
                     .settings = SELLABLE_SETTINGS_ALL,
                     .overrides = 60,
                     .fences = 10,
                     .schedules = 35,
                     .dates = 5,
                     .items = 40,
                     .kits = 60,
                     .untracked = 30,
                     .locations = 60,
                     .ranks = 10,
                     .focus = 30,
                     .late = 15,
                     .prompt = 60,
                     .interval = SELLABLE_DAY / 40,
                     .weights = WEIGHTS(3, 45, 16, 3, 2, 22, 1, 36, 2)},
    [STREAM_VIEWS] = {.tick = SELLABLE_DAY / 4,
                      .settings = SELLABLE_SETTINGS_ALL,
                      .overrides = 40,
                      .fences = 15,
                      .schedules = 20,
                      .dates = 15,
                      .items = 30,
                      .kits = 40,
                      .untracked = 20,
                      .locations = 30,
                      .located = 15,
                      .substitutes = 10,
                      .partial = 20,
                      .ranks = 25,
                      .parts = 30,
                      .types = 40,
                      .origins = 50,
                      .focus = 65,
                      .late = 10,
                      .interval = SELLABLE_DAY / 40,
                      .weights = WEIGHTS(3, 40, 45, 6, 4, 8, 3, 12, 9)},
};

/* ---- values ---------------------------------------------------------------------------------- */

/* A quantity >= 0. */
int64_t some_quantity(struct maker *maker, uint32_t limit) {
    static const int64_t limits[] = {SELLABLE_QUANTITY_MAX,     SELLABLE_QUANTITY_MAX - 1,
                                     SELLABLE_QUANTITY_MAX / 2, SELLABLE_QUANTITY_MAX / 2 + 1,
                                     SELLABLE_QUANTITY_MAX / 3, SELLABLE_QUANTITY_MAX - 5};
    if (percent(maker, maker->large ? 35 : 1)) {
        return CHOOSE(maker, limits);
    }
    return below(maker, limit);
}

/* What is beyond the limits of a quantity. */
int64_t out_of_range(struct maker *maker) {
    static const int64_t values[] = {SELLABLE_QUANTITY_MAX + 1, -SELLABLE_QUANTITY_MAX - 1,
                                     INT64_MAX, INT64_MIN};
    return CHOOSE(maker, values);
}

/* A thing to be named: mostly one of `count`. */
uint32_t some_thing(struct maker *maker, uint32_t count, uint32_t unknown_percent) {
    if (percent(maker, unknown_percent)) {
        return UNMADE + below(maker, THINGS - UNMADE);
    }
    return below(maker, count);
}

/* Mostly none. */
uint32_t some_unit(struct maker *maker) {
    if (!percent(maker, maker->flavour->items / 2)) {
        return percent(maker, 1) && percent(maker, 30) ? UNKNOWN_NAME + below(maker, 2) : 0;
    }
    return percent(maker, 2) ? UNKNOWN_NAME + below(maker, 2)
                             : 1 + below(maker, percent(maker, 5) ? UNITS : UNITS - 1);
}

/* Mostly later than now, near to it, and such that times coincide. */
static int64_t time_within(struct maker *maker, int64_t ticks) {
    int64_t tick = maker->flavour->tick;
    int64_t start = tick == 1 ? maker->clock : maker->clock - maker->clock % tick;
    if (percent(maker, 10)) {
        return maker->clock + random_between(&maker->random, -2, 30);
    }
    return start + random_between(&maker->random, percent(maker, 10) ? -1 : 1, ticks) * tick;
}

int64_t some_time(struct maker *maker) {
    return time_within(maker, maker->flavour->tick == 1 ? 60 : 14);
}

/* Mostly within a horizon. */
int64_t some_date(struct maker *maker) {
    return percent(maker, 15) ? maker->clock : time_within(maker, 8);
}

uint32_t some_weighted(struct maker *maker, const uint8_t *weights, uint32_t count) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    uint32_t point = sum > 0 ? below(maker, sum) : 0, number = 0;
    while (number + 1 < count && point >= weights[number]) {
        point -= weights[number++];
    }
    return number;
}

/* Mostly now or before, such that times coincide; seldom long ago, or ahead. */
int64_t some_past(struct maker *maker) {
    int64_t tick = maker->flavour->tick, start = maker->clock - maker->clock % tick;
    switch (below(maker, 20)) {
    case 0:
        return maker->clock + SELLABLE_DAY + below(maker, 2);
    case 1:
        return start + (1 + below(maker, 12)) * tick;
    case 2:
        return maker->clock - maker->retention + random_between(&maker->random, -1, 1);
    case 3:
        return start - below(maker, 60) * tick;
    case 4:
    case 5:
    case 6:
        return maker->clock - below(maker, 3);
    default:
        return start - below(maker, 6) * tick;
    }
}

const struct call *some_reserve(struct maker *maker) {
    uint32_t count = maker->reserve_count < LATEST ? maker->reserve_count : LATEST;
    if (count > 0 && percent(maker, 35)) {
        return &maker->reserves[(maker->reserve_count - 1) % LATEST];
    }
    return count == 0 ? NULL : &maker->reserves[below(maker, count)];
}

/* ---- time and questions ---------------------------------------------------------------------- */

static void make_advance(struct maker *maker, struct call *call) {
    static const int64_t times[] = {SELLABLE_TIME_MAX + 1, -SELLABLE_TIME_MAX - 1, INT64_MAX,
                                    INT64_MIN,             -SELLABLE_TIME_MAX,     0};
    call->time = maker->clock + below(maker, 25);
    if (maker->flavour->tick > 1 && percent(maker, 70)) {
        call->time = time_within(maker, percent(maker, 85) ? 2 : 14);
    } else if (percent(maker, 12)) {
        call->time = maker->clock + maker->retention - below(maker, 3);
    } else if (percent(maker, 10)) {
        call->time = CHOOSE(maker, times);
    } else if (percent(maker, 10)) {
        call->time = maker->clock - below(maker, 25);
    } else if (percent(maker, 1) && percent(maker, 20)) {
        call->time = SELLABLE_TIME_MAX;
    }
    if (call->time > maker->clock && call->time <= SELLABLE_TIME_MAX) {
        maker->clock = call->time;
    }
}

static void make_question(struct maker *maker, struct call *call) {
    if (!percent(maker, 25)) {
        call->order = NO_ORDER;
    }
    if (percent(maker, maker->flavour->dates)) {
        call->has_date = 1;
        call->date = some_date(maker);
    }
    if (percent(maker, 1)) {
        call->has_date = 2;
    }
}

/* Either, both or none of item and location, where that may be. */
static void make_selection(struct maker *maker, struct call *call) {
    uint32_t all = call->kind == CALL_ORDERS ? 40 : 4;
    call->item = percent(maker, all) ? NOT_GIVEN : call->item;
    call->location = percent(maker, 50) ? NOT_GIVEN : call->location;
    call->closed = percent(maker, 15);
    if (call->closed && percent(maker, 60)) {
        call->item = call->location = NOT_GIVEN;
    }
    if (percent(maker, 2)) {
        call->closed = 2;
    }
}

/* ---- streams --------------------------------------------------------------------------------- */

static bool is_put(enum call_kind kind) {
    return kind == CALL_ITEM_PUT || kind == CALL_LOCATION_PUT || kind == CALL_CHANNEL_PUT;
}

/* What is asked, told of exceptions and of time. */
static void make_rest(struct maker *maker, struct call *call) {
    switch (call->kind) {
    case CALL_ADVANCE:
        make_advance(maker, call);
        break;
    case CALL_AVAILABLE:
    case CALL_EXPLAIN:
        make_question(maker, call);
        break;
    case CALL_ORDERS:
    case CALL_WAITING:
        make_selection(maker, call);
        break;
    case CALL_POLICY_FIND:
        call->item = percent(maker, 30) ? NOT_GIVEN : call->item;
        break;
    case CALL_REGION_FIND:
        call->region = below(maker, REGIONS + 1);
        break;
    case CALL_SOURCE_FIND:
    case CALL_SOURCE_LOOK:
        make_source(maker, call);
        break;
    case CALL_EXCEPTION_PUT:
        make_exception(maker, call);
        break;
    case CALL_REPLAY:
    case CALL_DISCARD:
    case CALL_EXCEPTIONS:
        make_exception_number(maker, call);
        break;
    default:
        make_outgoing(maker, call);
    }
}

void make_body(struct maker *maker, struct call *call) {
    switch (call->kind) {
    case CALL_ITEM_PUT:
        make_item(maker, call);
        break;
    case CALL_LOCATION_PUT:
        make_location(maker, call);
        break;
    case CALL_CHANNEL_PUT:
    case CALL_POLICY_PUT:
        make_policy(maker, call);
        break;
    case CALL_HOLD_PUT:
        call->reason = percent(maker, 10) ? BROKEN_NAME : below(maker, REASONS);
        break;
    case CALL_APPLY:
        make_event(maker, call);
        break;
    case CALL_RESERVE:
        make_order(maker, call);
        break;
    case CALL_AMEND:
        make_amendment(maker, call);
        break;
    case CALL_RELEASE:
    case CALL_ALLOCATE:
    case CALL_DEALLOCATE:
    case CALL_SHIP:
        make_parts(maker, call);
        break;
    case CALL_RESOURCE:
        make_move(maker, call);
        break;
    case CALL_EXTEND:
        call->time = percent(maker, 5) ? out_of_range(maker) : some_time(maker);
        break;
    case CALL_SOURCE_PUT:
        make_source(maker, call);
        break;
    case CALL_OWNER_PUT:
        make_ownership(maker, call);
        break;
    default:
        make_rest(maker, call);
    }
}

struct call new_call(enum call_kind kind) {
    return (struct call){.kind = kind,
                         .capacity = 1,
                         .reason = REASONS,
                         .held = REASONS,
                         .reference = NOT_GIVEN,
                         .source = NOT_GIVEN,
                         .id = NO_ID};
}

static struct call make_call(struct maker *maker, enum call_kind kind) {
    struct call call = new_call(kind);
    uint32_t odd = is_put(kind) ? 0 : 2;
    call.by_handle = percent(maker, 50);
    call.unanswered = percent(maker, 5);
    call.capacity = percent(maker, 8) ? below(maker, 3) : UINT32_MAX;
    call.item = some_thing(maker, ITEMS, odd);
    call.location = some_thing(maker, LOCATIONS, odd);
    call.to = some_thing(maker, LOCATIONS, odd);
    call.channel = some_thing(maker, CHANNELS, odd);
    call.order = percent(maker, 2) ? BAD_ORDER_KEY : below(maker, ORDERS);
    if (kind != CALL_RESERVE && maker->reserve_count > 0 && percent(maker, 75)) {
        call.order = some_reserve(maker)->order;
    }
    if (is_put(kind) && percent(maker, 4)) {
        call.item = call.location = call.channel = EMPTY_KEY + below(maker, THINGS - EMPTY_KEY);
    }
    make_body(maker, &call);
    call.kind = kind;
    return call;
}

/* All the things there are, one after another; and how far a stream is when they are there. */
enum {
    PLACED = ITEMS + LOCATIONS,
    SOLD = PLACED + CHANNELS,
    MADE = SOLD + SOURCES,
    FURNISHED = MADE + ITEMS,
    FILLED = FURNISHED + 45
};

/* One of them, without a fault. */
static struct call make_thing(struct maker *maker, uint32_t thing) {
    bool item = thing < ITEMS, location = !item && thing < PLACED;
    bool channel = !item && !location && thing < SOLD;
    struct call call = new_call(item       ? CALL_ITEM_PUT
                                : location ? CALL_LOCATION_PUT
                                : channel  ? CALL_CHANNEL_PUT
                                           : CALL_SOURCE_PUT);
    call.capacity = below(maker, 3);
    call.item = item ? thing : 0;
    call.location = location ? thing - ITEMS : 0;
    call.channel = channel ? thing - PLACED : 0;
    call.declares = thing < SOLD ? 0 : thing - SOLD;
    if (location && percent(maker, 50)) {
        call.has_settings = true;
        call.set = SELLABLE_LOCATION_REGION;
        call.region = below(maker, REGIONS);
    }
    return call;
}

/* An item with what the kind is about, before anything is said of it: the last two become kits. */
static struct call furnish_item(struct maker *maker, uint32_t item) {
    struct call call = new_call(CALL_ITEM_PUT);
    call.item = item;
    call.has_settings = true;
    if (percent(maker, maker->flavour->items)) {
        call.set = SELLABLE_ITEM_UNITS | SELLABLE_ITEM_UNIT;
        call.unit = 1;
        call.unit_count = 2;
        call.units[0] = (struct call_unit){2, 2 + below(maker, 3), 1};
        call.units[1] = (struct call_unit){3, 3, 1 + below(maker, 3)};
    }
    if (item >= PLAIN_ITEMS && percent(maker, maker->flavour->kits)) {
        call.set |= SELLABLE_ITEM_COMPONENTS;
        call.component_count = 1 + below(maker, CALL_COMPONENTS);
        for (uint32_t i = 0; i < call.component_count; i++) {
            call.components[i] = (struct call_component){i + item % 2, 1 + below(maker, 3)};
        }
    } else if (percent(maker, maker->flavour->untracked) && item % 3 == 0) {
        call.set |= SELLABLE_ITEM_TRACKED;
    }
    return call;
}

/* What comes later than the rest. */
static void choose_late(struct maker *maker) {
    for (uint32_t thing = 0; thing < SOLD && maker->flavour->late > 0; thing++) {
        bool can = thing < ITEMS || thing >= PLACED;
        maker->late |= can && percent(maker, maker->flavour->late) ? UINT32_C(1) << thing : 0;
    }
}

static bool is_late(const struct maker *maker, uint32_t thing) {
    return maker->late & (UINT32_C(1) << thing);
}

/* One of those, now; items as they come when they are furnished at once. */
static struct call make_late(struct maker *maker) {
    uint32_t thing = below(maker, SOLD);
    while (!is_late(maker, thing)) {
        thing = (thing + 1) % SOLD;
    }
    maker->late &= ~(UINT32_C(1) << thing);
    return thing < ITEMS ? furnish_item(maker, thing) : make_thing(maker, thing);
}

/* First of all there must be something; `order`: in which it comes. */
static struct call begin(struct maker *maker, uint32_t i, const uint32_t *order) {
    static const enum call_kind filling[] = {CALL_APPLY, CALL_APPLY, CALL_APPLY, CALL_CHANNEL_PUT,
                                             CALL_POLICY_PUT};
    bool makes = i < MADE && !is_late(maker, order[i]);
    bool furnishes = i >= MADE && i < FURNISHED && !is_late(maker, i - MADE);
    if (makes && percent(maker, order[i] < SOLD ? 97 : 85)) { /* sources may come later */
        return make_thing(maker, order[i]);
    }
    return furnishes ? furnish_item(maker, i - MADE) : make_call(maker, CHOOSE(maker, filling));
}

/* Mostly another kind than `last`; in runs of a kind, so that there are batches. */
static enum call_kind next_kind(struct maker *maker, enum call_kind last) {
    const struct flavour *flavour = maker->flavour;
    bool advanced = last == CALL_ADVANCE && flavour->prompt > 0;
    if (advanced && percent(maker, flavour->prompt)) {
        return CALL_CHANGES;
    }
    return percent(maker, 30) ? last
                              : (enum call_kind)some_weighted(maker, flavour->weights,
                                                              CALL_KIND_COUNT);
}

void stream_make(struct call *calls, uint32_t count, enum stream_kind kind, uint64_t seed,
                 int64_t retention) {
    struct maker maker = {.random = {seed + (uint64_t)kind * UINT64_C(1000003)},
                          .flavour = &flavours[kind],
                          .fresh = true,
                          .retention = retention};
    enum call_kind next = CALL_APPLY;
    uint32_t order[MADE];
    maker.large = percent(&maker, 12);
    make_askers(&maker);
    choose_late(&maker);
    for (uint32_t i = 0; i < MADE; i++) {
        uint32_t place = below(&maker, i + 1);
        order[i] = order[place];
        order[place] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        maker.fresh = i < FILLED;
        if (maker.fresh) {
            calls[i] = begin(&maker, i, order);
        } else if (maker.late != 0 && percent(&maker, 4)) {
            calls[i] = make_late(&maker);
        } else {
            next = next_kind(&maker, next);
            calls[i] = make_call(&maker, next);
        }
    }
}
