/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_allocation.c: a script of calls, which are made on an engine one after another, and all
 * public figures of that engine as one number. */
#ifndef SELLABLE_TESTS_ALLOCATION_STAGE_H
#define SELLABLE_TESTS_ALLOCATION_STAGE_H

#include "allocation_feeds.h"

#include "lender.h"

static enum sellable_status open_lent(struct sellable **engine, uint64_t expected) {
    const struct sellable_options options = {.allocator = {&lender, lend, take_back},
                                             .items = expected,
                                             .orders = expected,
                                             .retention = 1000};
    return sellable_open(&options, engine);
}

/* ---- a script -------------------------------------------------------------------------------- */

/* What the calls of a script act on. */
struct stage {
    struct sellable *engine;
    struct sellable_worker *worker; /* of the calls; NULL: none is given */
    struct sellable_worker *workers[300];
    uint32_t worker_count;
    uint32_t orders; /* keys asked for so far */
    uint32_t items, locations, channels; /* that there may be by now */
    uint32_t plain;                      /* items, the first of them, that are no kits */
};

#define EVERY_ACT(X)                                                                               \
    X(ITEM, "item")                                                                                \
    X(LOCATION, "location")                                                                        \
    X(CHANNEL, "channel")                                                                          \
    X(POLICY, "policy")                                                                            \
    X(EVENT, "event")                                                                              \
    X(EVENTS, "events")                                                                            \
    X(WORKER, "worker")                                                                            \
    X(USE, "use")                                                                                  \
    X(FRESH, "fresh")                                                                              \
    X(ADVANCE, "advance")                                                                          \
    X(ITEM_POLICY, "item_policy")                                                                  \
    X(KIT, "kit")                                                                                  \
    X(UNITS, "units")                                                                              \
    X(REGION, "region")                                                                            \
    X(REASON, "reason")                                                                            \
    X(FENCE, "fence")                                                                              \
    X(ENTRY, "entry")                                                                              \
    X(VISIT, "visit")                                                                              \
    EVERY_FEED_ACT(X)                                                                              \
    /* From here on the number is an order's. */                                                   \
    X(ORDER, "order")                                                                              \
    X(WIDE_ORDER, "wide")                                                                          \
    X(TIMED_ORDER, "timed")                                                                        \
    X(ORDERS, "orders")                                                                            \
    X(CONFIRM, "confirm")                                                                          \
    X(RELEASE, "release")                                                                          \
    X(SHIP, "ship")                                                                                \
    X(FENCED, "fenced")                                                                            \
    X(DATED, "dated")                                                                              \
    X(KIT_ORDER, "kit_order")                                                                      \
    X(PARTIAL, "partial")                                                                          \
    X(BEYOND, "beyond")                                                                            \
    X(AMEND, "amend")                                                                              \
    X(RESOURCE, "resource")                                                                        \
    X(EXTEND, "extend")                                                                            \
    X(ALLOCATE, "allocate")                                                                        \
    X(DEALLOCATE, "deallocate")                                                                    \
    X(SHIP_PART, "ship_part")                                                                      \
    X(RELEASE_PART, "release_part")

enum act {
#define ACT(ACT, NAME) ACT,
    EVERY_ACT(ACT)
#undef ACT
        ACTS
};

struct step {
    enum act act;
    uint32_t number; /* of the item, order, .. */
};

struct script {
    struct step *step;
    uint32_t count, capacity;
};

static void add(struct script *script, enum act act, uint32_t number) {
    if (script->count == script->capacity) {
        script->capacity = script->capacity == 0 ? 1024 : 2 * script->capacity;
        script->step = realloc(script->step, script->capacity * sizeof *script->step);
        assert_non_null(script->step);
    }
    script->step[script->count++] = (struct step){act, number};
}

enum { MANY = 24 /* in a batch */, CELLS = 9 /* of an item */ };

static enum sellable_status make_order(struct stage *stage, uint32_t number, uint32_t count,
                                       int64_t expires_at) {
    struct sellable_line lines[SELLABLE_LINES_MAX];
    struct crew_key key;
    struct sellable_order order = {.key = numbered(&key, "O", number),
                                   .channel_key = {"C-0", 3},
                                   .lines = lines,
                                   .line_count = count,
                                   .expires_at = expires_at};
    for (uint32_t i = 0; i < count; i++)
        lines[i] = (struct sellable_line){.item = {1 + (number + i) % stage->items}, .quantity = 1};
    return sellable_reserve(stage->engine, stage->worker, &order, NULL);
}

/* In a batch each has a status of its own: those that found no memory are asked for again. */
static enum sellable_status make_orders(struct stage *stage, uint32_t number) {
    struct sellable_order orders[MANY];
    struct sellable_line line[MANY];
    struct crew_key key[MANY];
    enum sellable_status statuses[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        line[i] = (struct sellable_line){.item = {1 + (number + i) % stage->items}, .quantity = 1};
        orders[i] = (struct sellable_order){.key = numbered(&key[i], "O", number + i),
                                            .channel = {1},
                                            .lines = &line[i],
                                            .line_count = 1};
    }
    enum sellable_status status =
        sellable_reserve_batch(stage->engine, stage->worker, orders, MANY, statuses, NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        if (status == SELLABLE_NO_MEMORY)
            equal(statuses[i], SELLABLE_NO_MEMORY);
        else if (statuses[i] == SELLABLE_NO_MEMORY)
            statuses[i] = sellable_reserve(stage->engine, stage->worker, &orders[i], NULL);
        if (status != SELLABLE_NO_MEMORY)
            equal(statuses[i], SELLABLE_OK);
    }
    return status;
}

static enum sellable_status make_events(struct stage *stage, uint32_t number) {
    struct sellable_event events[MANY];
    enum sellable_status statuses[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        events[i] = (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                            .item = {1 + (number + i) % stage->items},
                                            .location = {1 + i % 7},
                                            .quantity = 2};
    enum sellable_status status =
        sellable_apply_batch(stage->engine, stage->worker, events, MANY, statuses, NULL);
    for (uint32_t i = 0; i < MANY && status != SELLABLE_NO_MEMORY; i++) {
        if (statuses[i] == SELLABLE_NO_MEMORY)
            statuses[i] = sellable_apply(stage->engine, stage->worker, &events[i], NULL);
        equal(statuses[i], SELLABLE_OK);
    }
    return status;
}

static enum sellable_status make_event(struct stage *stage, uint32_t number) {
    static const struct sellable_key reasons[] = {{"quality", 7}, {"blocked", 7}};
    uint32_t cell = number / stage->items;
    struct sellable_event event = {.type = SELLABLE_ON_HAND_SET + cell / CELLS % 3,
                                   .item = {1 + number % stage->items},
                                   .location = {1 + cell % CELLS},
                                   .quantity = 1000 + number % 7};
    if (event.type == SELLABLE_HOLD_PLACE) {
        event.reason = reasons[number % 2];
        event.quantity = 1;
    }
    return sellable_apply(stage->engine, stage->worker, &event, NULL);
}

static enum sellable_status make_policy(struct stage *stage, uint32_t number) {
    struct sellable_location places[SELLABLE_CHANNELS_MAX];
    struct crew_key key;
    uint32_t count = number % 2 == 0 ? stage->locations : 3;
    for (uint32_t i = 0; i < count; i++)
        places[i] = (struct sellable_location){count - i};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SHARE | SELLABLE_SETTING_HORIZON |
               SELLABLE_SETTING_BACKORDER,
        .locations = places,
        .location_count = count,
        .share = (int32_t)(5000 + number),
        .horizon = 30,
        .backorder = 100000};
    return sellable_channel_put(stage->engine, stage->worker, numbered(&key, "C", 1), &policy,
                                NULL, NULL);
}

/* ---- promises: of item N the orders with number N mod items have something ------------------- */

enum { FENCE_OF_ALL = 500, DATE_OF_ALL = 50000, PROMISED = 4 /* units of an order */ };

static struct sellable_item item_for(const struct stage *stage, uint32_t number) {
    return (struct sellable_item){1 + number % stage->plain};
}

/* So many of the last items are kits: of the first item and one more. */
static enum sellable_status make_kit(struct stage *stage, uint32_t number) {
    struct crew_key key;
    const struct sellable_component parts[] = {{.item = {1}, .number = 1},
                                               {.item = {2 + number % 7}, .number = 2}};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = parts, .component_count = 2};
    enum sellable_status status = sellable_item_put(
        stage->engine, stage->worker, numbered(&key, "K", number), &kit, NULL, NULL);
    stage->items += status == SELLABLE_OK;
    return status;
}

static enum sellable_status make_units(struct stage *stage, uint32_t number) {
    struct crew_key key, name;
    const struct sellable_unit units[] = {
        {.key = numbered(&name, "case", number), .numerator = 12, .denominator = 1}};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 1};
    return sellable_item_put(stage->engine, stage->worker,
                             numbered(&key, "I", number % stage->plain), &settings, NULL, NULL);
}

static enum sellable_status make_region(struct stage *stage, uint32_t number) {
    struct crew_key key, name;
    const struct sellable_location_settings settings = {
        .set = SELLABLE_LOCATION_REGION, .region = numbered(&name, "R", number)};
    return sellable_location_put(stage->engine, stage->worker, numbered(&key, "L", number % 3),
                                 &settings, NULL, NULL);
}

/* In one channel, or in all. */
static enum sellable_status make_item_policy(struct stage *stage, uint32_t number) {
    const struct sellable_scope scope = {.item = item_for(stage, number),
                                         .channel = {number % 2}};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW, .cap = 1000 + number, .low = 3};
    return sellable_policy_put(stage->engine, stage->worker, &scope, &policy, NULL);
}

static enum sellable_status make_promise_event(struct stage *stage, uint32_t number, bool fence) {
    struct crew_key key;
    const struct sellable_event event = {
        .type = fence ? SELLABLE_RING_FENCE_SET : SELLABLE_SCHEDULE_SET,
        .item = item_for(stage, number),
        .location = {1 + number / stage->plain % 2},
        .channel = {1 + number % 2},
        .quantity = FENCE_OF_ALL + number,
        .until = number % 3 == 0 ? 2 * DATE_OF_ALL + number : 0,
        .reference = numbered(&key, "PO", number),
        .due = DATE_OF_ALL / 2 + number};
    return sellable_apply(stage->engine, stage->worker, &event, NULL);
}

/* Channel 1 has fences; 2 a horizon and backorder. */
static enum sellable_status make_promise(struct stage *stage, enum act act, uint32_t number) {
    struct crew_key key;
    struct sellable_line lines[] = {
        {.item = item_for(stage, number), .quantity = PROMISED},
        {.item = item_for(stage, number + 1), .quantity = PROMISED}};
    struct sellable_order order = {.key = numbered(&key, "O", number),
                                   .channel = {act == DATED || act == BEYOND ? 2 : 1},
                                   .lines = lines,
                                   .line_count = 2,
                                   .has_date = act == DATED,
                                   .date = act == DATED ? DATE_OF_ALL + number : 0,
                                   .mode = act == PARTIAL ? SELLABLE_PARTIAL : SELLABLE_ALL,
                                   .expires_at = act == DATED ? 3 * DATE_OF_ALL : 0};
    if (act == KIT_ORDER)
        lines[0].item.id = stage->plain + 1 + number % (stage->items - stage->plain);
    if (act == PARTIAL) /* of the second nothing */
        lines[1].quantity = lines[1].at_least = 1000000;
    if (act == BEYOND) { /* of the last item there is nothing */
        lines[0].item.id = stage->plain;
        order.line_count = 1;
    }
    return sellable_reserve(stage->engine, stage->worker, &order, NULL);
}

static enum sellable_status make_amend(struct stage *stage, uint32_t number) {
    struct crew_key key;
    const struct sellable_line lines[] = {{.item = item_for(stage, number), .quantity = PROMISED},
                                          {.item = item_for(stage, number + 2), .quantity = 1},
                                          {.item = item_for(stage, number + 3), .quantity = 1}};
    const struct sellable_order order = {
        .key = numbered(&key, "O", number), .lines = lines, .line_count = 3};
    return sellable_amend(stage->engine, stage->worker, &order, NULL);
}

/* Channel 1 ships from the first location first, channel 2 from its fence there, or the third. */
static enum sellable_status make_resource(struct stage *stage, uint32_t number) {
    struct crew_key key;
    const struct sellable_move move = {.order = numbered(&key, "O", number),
                                       .item = item_for(stage, number),
                                       .from = {number < stage->plain || number % 2 == 1 ? 1 : 3},
                                       .to = {2},
                                       .quantity = 1};
    return sellable_resource(stage->engine, stage->worker, &move, NULL);
}

static enum sellable_status make_parts(struct stage *stage, enum act act, uint32_t number) {
    struct crew_key key;
    const struct sellable_part part = {.item = item_for(stage, number), .quantity = 1};
    struct sellable_key order = numbered(&key, "O", number);
    struct sellable *engine = stage->engine;
    return act == ALLOCATE     ? sellable_allocate(engine, stage->worker, order, &part, 1, NULL)
           : act == DEALLOCATE ? sellable_deallocate(engine, stage->worker, order, &part, 1, NULL)
           : act == SHIP_PART  ? sellable_ship(engine, stage->worker, order, &part, 1, NULL)
                               : sellable_release(engine, stage->worker, order, &part, 1, NULL);
}

static int visit_one(void *context, const struct sellable_order_view *order) {
    uint64_t *lines = context;
    *lines += order->line_count;
    return 0;
}

static enum sellable_status make_visit(struct stage *stage, uint32_t number) {
    const struct sellable_selection selection = {.item = item_for(stage, number)};
    uint64_t lines = 0;
    return sellable_orders(stage->engine, stage->worker, &selection, visit_one, &lines);
}

/* ---- any step -------------------------------------------------------------------------------- */

static enum sellable_status make(struct stage *stage, const struct step *step) {
    struct sellable *engine = stage->engine;
    struct crew_key text;
    struct sellable_key order = numbered(&text, "O", step->number);
    enum sellable_status status;
    switch (step->act) {
    case ITEM:
        status = sellable_item_put(engine, stage->worker, numbered(&text, "I", step->number), NULL,
                                   NULL, NULL);
        stage->items += status == SELLABLE_OK;
        stage->plain = stage->items;
        return status;
    case LOCATION:
        status = sellable_location_put(engine, stage->worker, numbered(&text, "L", step->number),
                                       NULL, NULL, NULL);
        stage->locations += status == SELLABLE_OK;
        return status;
    case CHANNEL:
        status = sellable_channel_put(engine, stage->worker, numbered(&text, "C", step->number),
                                      NULL, NULL, NULL);
        stage->channels += status == SELLABLE_OK;
        return status;
    case POLICY:
        return make_policy(stage, step->number);
    case EVENT:
        return make_event(stage, step->number);
    case ORDER:
        return make_order(stage, step->number, 1 + step->number % 3, 0);
    case WIDE_ORDER:
        return make_order(stage, step->number, SELLABLE_LINES_MAX, 0);
    case TIMED_ORDER:
        return make_order(stage, step->number, 2, 5000 + step->number % 100);
    case CONFIRM:
        return sellable_confirm(engine, stage->worker, order, NULL);
    case RELEASE:
        return sellable_release(engine, stage->worker, order, NULL, 0, NULL);
    case SHIP:
        return sellable_ship(engine, stage->worker, order, NULL, 0, NULL);
    case ADVANCE:
        return sellable_advance(engine, stage->worker, step->number, NULL);
    case ORDERS:
        return make_orders(stage, step->number);
    case EVENTS:
        return make_events(stage, step->number);
    case WORKER:
        status = sellable_worker_acquire(engine, &stage->workers[stage->worker_count]);
        equal(status == SELLABLE_OK, stage->workers[stage->worker_count] != NULL);
        stage->worker_count += status == SELLABLE_OK;
        return status;
    case USE: {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .item = {1},
                                       .location = {1},
                                       .quantity = 1};
        return sellable_apply(engine, stage->workers[step->number], &event, NULL);
    }
    case FRESH: /* the next calls have all to take anew */
        status = sellable_worker_acquire(engine, &stage->worker);
        if (status == SELLABLE_OK)
            stage->workers[stage->worker_count++] = stage->worker;
        return status;
    case ITEM_POLICY:
        return make_item_policy(stage, step->number);
    case KIT:
        return make_kit(stage, step->number);
    case UNITS:
        return make_units(stage, step->number);
    case REGION:
        return make_region(stage, step->number);
    case REASON:
        return sellable_hold_put(engine, stage->worker, numbered(&text, "H", step->number), NULL,
                                 NULL);
    case FENCE:
    case ENTRY:
        return make_promise_event(stage, step->number, step->act == FENCE);
    case VISIT:
        return make_visit(stage, step->number);
    case FENCED:
    case DATED:
    case KIT_ORDER:
    case PARTIAL:
    case BEYOND:
        return make_promise(stage, step->act, step->number);
    case AMEND:
        return make_amend(stage, step->number);
    case RESOURCE:
        return make_resource(stage, step->number);
    case EXTEND:
        return sellable_extend(engine, stage->worker, order, 4 * DATE_OF_ALL, NULL);
    case ALLOCATE:
    case DEALLOCATE:
    case SHIP_PART:
    case RELEASE_PART:
        return make_parts(stage, step->act, step->number);
    case SOURCE:
    case OWNER:
    case IDENTIFIED:
    case BALANCE:
    case RECEIPT:
    case TRANSFER:
    case RECEIVED:
    case REFUSED:
    case PUT:
    case REPLAY:
    case DISCARD:
    case EXCEPTIONS:
    case AUDIT:
        return make_feed(engine, stage->worker, (enum feed_act)(step->act - SOURCE),
                         item_for(stage, step->number), step->number);
    case ACTS:
        break;
    }
    return SELLABLE_INVALID;
}

/* ---- all public figures ---------------------------------------------------------------------- */

static void mix(uint64_t *digest, uint64_t value) {
    *digest = (*digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    *digest ^= *digest >> 29;
}

static void mix_all(uint64_t *digest, const int64_t *figures, size_t count) {
    for (size_t i = 0; i < count; i++)
        mix(digest, (uint64_t)figures[i]);
}

static void mix_cell(uint64_t *digest, const struct stage *stage, uint32_t item,
                     uint32_t location) {
    static struct sellable_scheduled entries[64];
    static struct sellable_promised promised[64];
    static struct sellable_fence fences[4];
    struct sellable_place place = {.item = {item}, .location = {location}};
    struct sellable_cell cell = {.fences = fences,
                                 .schedule = entries,
                                 .promised = promised,
                                 .fence_capacity = COUNT_OF(fences),
                                 .schedule_capacity = COUNT_OF(entries),
                                 .promised_capacity = COUNT_OF(promised)};
    mix(digest, sellable_cell(stage->engine, &place, &cell));
    const int64_t figures[] = {cell.on_hand, cell.allocated, cell.reserved,    cell.safety_stock,
                               cell.net,     cell.free,      cell.shared,      cell.short_,
                               cell.backordered, cell.fence_count, cell.schedule_count,
                               cell.promised_count};
    mix_all(digest, figures, COUNT_OF(figures));
    mix_all(digest, cell.held, SELLABLE_HOLD_REASONS_MAX);
    for (uint32_t i = 0; i < cell.fence_count && i < COUNT_OF(fences); i++)
        mix_all(digest, (int64_t[]){fences[i].channel.id, fences[i].quantity, fences[i].until}, 3);
    for (uint32_t i = 0; i < cell.schedule_count && i < COUNT_OF(entries); i++)
        mix_all(digest,
                (int64_t[]){entries[i].due, entries[i].quantity, entries[i].reference_size}, 3);
    for (uint32_t i = 0; i < cell.promised_count && i < COUNT_OF(promised); i++)
        mix_all(digest, (int64_t[]){promised[i].due, promised[i].quantity}, 2);
}

static void mix_masters(uint64_t *digest, const struct stage *stage) {
    struct crew_key key;
    for (uint32_t i = 0; i < 40 && stage->items != 0; i++) {
        struct sellable_item item = {1 + (stage->items - 1) * i / 39};
        struct sellable_item_view view = {.unit_capacity = 0};
        struct sellable_scope scope = {.item = item, .channel = {1}};
        struct sellable_policy policy = {.set = 0};
        struct sellable_location region;
        mix(digest, sellable_item_look(stage->engine, item, &view));
        mix(digest, view.unit_count * 100 + view.component_count);
        mix(digest, sellable_policy_find(stage->engine, &scope, &policy, NULL, 0));
        mix_all(digest, (int64_t[]){policy.set, policy.cap, policy.low, policy.horizon}, 4);
        mix(digest, sellable_region_find(stage->engine, numbered(&key, "R", i), &region));
        mix(digest, sellable_hold_key(stage->engine, i).size);
    }
}

static uint64_t figures(const struct stage *stage, bool all) {
    const struct sellable *engine = stage->engine;
    struct sellable_memory memory;
    struct crew_key key;
    uint64_t digest = 1;
    uint32_t every = all || stage->items <= 300 ? 1 : 97;
    int64_t of_feeds[FEED_FIGURES];
    mix_all(&digest, of_feeds, feed_figures(engine, of_feeds));
    sellable_memory(engine, &memory);
    mix(&digest, (uint64_t)sellable_now(engine));
    mix(&digest, memory.items);
    mix(&digest, memory.orders);
    mix_masters(&digest, stage);
    for (uint32_t i = 1; i <= stage->items + 1; i += i + 20 < stage->items ? every : 1) {
        struct sellable_item item;
        mix(&digest, sellable_item_find(engine, numbered(&key, "I", i - 1), &item));
        mix(&digest, item.id);
        mix(&digest, sellable_item_key(engine, (struct sellable_item){i}).size);
        for (uint32_t location = 1; location <= 10; location++)
            mix_cell(&digest, stage, i, location);
        for (uint32_t channel = 1; channel <= 3; channel++) {
            struct sellable_question question = {.item = {i}, .channel = {channel}};
            struct sellable_availability availability;
            mix(&digest, sellable_available(engine, &question, &availability));
            mix(&digest, (uint64_t)availability.promisable);
        }
    }
    for (uint32_t i = 0; i <= stage->locations; i++) {
        struct sellable_location location;
        mix(&digest, sellable_location_find(engine, numbered(&key, "L", i), &location));
        mix(&digest, location.id);
        mix(&digest, sellable_location_key(engine, (struct sellable_location){i + 1}).size);
    }
    for (uint32_t i = 0; i <= stage->channels; i++) {
        struct sellable_channel channel;
        mix(&digest, sellable_channel_find(engine, numbered(&key, "C", i), &channel));
        mix(&digest, channel.id);
        mix(&digest, sellable_channel_key(engine, (struct sellable_channel){i + 1}).size);
    }
    for (uint32_t i = 0; i <= stage->orders; i += i + 20 < stage->orders ? every : 1) {
        struct sellable_order_line lines[8];
        struct sellable_order_view view = {.lines = lines, .line_capacity = 8};
        mix(&digest, sellable_order(engine, numbered(&key, "O", i), &view));
        mix(&digest, view.state);
        mix(&digest, (uint64_t)view.expires_at);
        mix(&digest, view.line_count);
        for (uint32_t l = 0; l < view.line_count && l < 8; l++) {
            mix(&digest, lines[l].item.id * 100 + lines[l].location.id);
            mix_all(&digest,
                    (int64_t[]){lines[l].reserved, lines[l].allocated, lines[l].shipped,
                                lines[l].released, lines[l].dated, lines[l].backordered},
                    6);
        }
    }
    return digest;
}

#endif
