/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: what is called of stop_promises.h, and how it may be answered. */
#ifndef SELLABLE_TESTS_STOP_PROMISE_CALLS_H
#define SELLABLE_TESTS_STOP_PROMISE_CALLS_H

#include "stop_promises.h"

struct call {
    const char *name;
    void (*make)(struct part *part);
    uint32_t which;
};

static struct sellable_worker *worker_of(const struct part *part) {
    return part->scene->worker[part->number];
}

static void must(enum sellable_status status, const char *what) {
    if (status != SELLABLE_OK) {
        fprintf(stderr, "%s is answered %s\n", what, sellable_status_name((int)status));
        abort();
    }
}

/* Or another status of these: somebody was there before, or time has passed. */
#define ALSO(NAME) (1u << SELLABLE_##NAME)
static void may(enum sellable_status status, uint32_t also, const char *what) {
    if ((also >> status & 1) == 0)
        must(status, what);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void call_promise(struct part *part) {
    uint32_t promise = part->call->which;
    uint32_t also = ALSO(DUPLICATE);
    if (promise == NEW_DATE && sellable_now(part->scene->engine) > DATE)
        also |= ALSO(INVALID);
    if (promise == NEW_BEYOND || promise == NEW_PART) /* the other may have taken the room */
        also |= ALSO(INSUFFICIENT);
    enum sellable_status status = ask_promise(part->scene, worker_of(part), promise);
    if (promise == NEW_DATE && status == SELLABLE_INVALID) /* time passed meanwhile */
        also |= sellable_now(part->scene->engine) > DATE ? ALSO(INVALID) : 0;
    may(status, also, promises[promise].key);
}

static void call_amend(struct part *part) {
    static const struct sellable_line fenced[] = {{.item = {X}, .quantity = 5},
                                                  {.item = {Y}, .quantity = 1}};
    static const struct sellable_line kit[] = {{.item = {K}, .quantity = 2}};
    bool is_kit = part->call->which == OF_KIT;
    const struct sellable_order order = {.key = key_of(promises[part->call->which].key),
                                         .lines = is_kit ? kit : fenced,
                                         .line_count = is_kit ? 1 : 2};
    may(sellable_amend(part->scene->engine, worker_of(part), &order, NULL),
        ALSO(WRONG_STATE) | ALSO(INSUFFICIENT), "amend");
}

static void call_resource(struct part *part) {
    const struct sellable_move move = {.order = key_of(promises[part->call->which].key),
                                       .item = {X},
                                       .from = {1},
                                       .to = {2},
                                       .quantity = 1};
    may(sellable_resource(part->scene->engine, worker_of(part), &move, NULL), ALSO(WRONG_STATE),
        "resource");
}

static void call_extend(struct part *part) {
    may(sellable_extend(part->scene->engine, worker_of(part), key_of(promises[OF_TIME].key),
                        PROMISE_END + 1000, NULL),
        ALSO(WRONG_STATE) | ALSO(INVALID), "extend");
}

/* Of an order of several items: some of each; of a kit one kit; else one. */
static uint32_t parts_of(uint32_t promise, struct sellable_part *parts) {
    parts[0] = (struct sellable_part){.item = {promise == OF_KIT ? K : X}, .quantity = 1};
    parts[1] = (struct sellable_part){.item = {Y}, .location = {1}, .quantity = 2};
    return promise == OF_UNITS ? 2 : 1;
}

typedef enum sellable_status part_function(struct sellable *engine, struct sellable_worker *worker,
                                           struct sellable_key order,
                                           const struct sellable_part *parts, uint32_t part_count,
                                           struct sellable_answer *answer);

static void act_on_parts(struct part *part, part_function *act, const char *what) {
    struct sellable_part parts[2];
    uint32_t count = parts_of(part->call->which, parts);
    may(act(part->scene->engine, worker_of(part), key_of(promises[part->call->which].key), parts,
            count, NULL),
        ALSO(WRONG_STATE) | ALSO(UNKNOWN_ORDER), what);
}

static void call_allocate(struct part *part) {
    act_on_parts(part, sellable_allocate, "allocate");
}
static void call_deallocate(struct part *part) {
    act_on_parts(part, sellable_deallocate, "deallocate");
}
static void call_ship_parts(struct part *part) { act_on_parts(part, sellable_ship, "ship"); }
static void call_release_parts(struct part *part) {
    act_on_parts(part, sellable_release, "release");
}

/* ---- supply and masters ---------------------------------------------------------------------- */

static void call_fence(struct part *part) {
    const struct sellable_event event = {.type = SELLABLE_RING_FENCE_SET,
                                         .item = {Y},
                                         .location = {2},
                                         .channel = {SHOP},
                                         .quantity = FENCE_SHOP};
    must(sellable_apply(part->scene->engine, worker_of(part), &event, NULL), "ring_fence.set");
}

static void call_entry(struct part *part) {
    const struct sellable_event event = {.type = SELLABLE_SCHEDULE_SET,
                                         .item = {X},
                                         .location = {1},
                                         .quantity = 30,
                                         .reference = key_of(part->number == 0 ? "PO-1" : "PO-2"),
                                         .due = DUE};
    must(sellable_apply(part->scene->engine, worker_of(part), &event, NULL), "schedule.set");
}

static void call_item_policy(struct part *part) {
    const struct sellable_scope scope = {.item = {X},
                                         .channel = {part->call->which}};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW, .cap = 50, .low = 3};
    must(sellable_policy_put(part->scene->engine, worker_of(part), &scope, &policy, NULL),
         "policy_put");
}

static void call_kit(struct part *part) {
    const struct sellable_component components[] = {{.item = {Y}, .number = 3}};
    const struct sellable_unit units[] = {
        {.key = key_of("case"), .numerator = 12, .denominator = 1}};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = components, .component_count = 1};
    const struct sellable_item_settings counted = {
        .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 1};
    const struct sellable_item_settings plain = {.unset = SELLABLE_ITEM_COMPONENTS};
    struct sellable *engine = part->scene->engine;
    must(sellable_item_put(engine, worker_of(part), key_of("kit-1"), &kit, NULL, NULL), "a kit");
    must(sellable_item_put(engine, worker_of(part), key_of("kit-2"), NULL, NULL, NULL), "an item");
    must(sellable_item_put(engine, worker_of(part), key_of("kit-2"), &kit, NULL, NULL),
         "an item that becomes a kit");
    must(sellable_item_put(engine, worker_of(part), key_of("kit-2"), &plain, NULL, NULL),
         "and ceases to be one");
    must(sellable_item_put(engine, worker_of(part), key_of("Y"), &counted, NULL, NULL), "units");
}

static void call_region(struct part *part) {
    const struct sellable_location_settings settings = {
        .set = SELLABLE_LOCATION_REGION | SELLABLE_LOCATION_ACTIVE, .region = key_of("north")};
    uint32_t reason = 0;
    must(sellable_location_put(part->scene->engine, worker_of(part), key_of("location"), &settings,
                               NULL, NULL),
         "a region");
    must(sellable_hold_put(part->scene->engine, worker_of(part), key_of("customs"), &reason, NULL),
         "hold_put");
    if (reason <= SELLABLE_BLOCKED)
        must(SELLABLE_CONFLICT, "a reason of its own");
}

/* ---- questions ------------------------------------------------------------------------------- */

static int count_order(void *context, const struct sellable_order_view *order) {
    uint32_t *count = context;
    *count += order->line_count != 0;
    return 0;
}

static int count_waiting(void *context, const struct sellable_waiting *waiting) {
    int64_t *quantity = context;
    *quantity += waiting->quantity;
    return 0;
}

static void call_visit(struct part *part) {
    const struct sellable_selection selection = {.item = {X}};
    uint32_t orders = 0;
    int64_t waiting = 0;
    must(sellable_orders(part->scene->engine, worker_of(part), &selection, count_order, &orders),
         "orders");
    must(sellable_waiting(part->scene->engine, worker_of(part), &selection, count_waiting,
                          &waiting),
         "waiting");
    if (orders == 0 || waiting != 0) /* nothing comes for what waits */
        must(SELLABLE_WRONG_STATE, "what was visited");
}

static void call_ask(struct part *part) {
    const struct sellable *engine = part->scene->engine;
    struct sellable_location region;
    for (uint32_t item = X; item <= K; item++) {
        for (uint32_t channel = WEB; channel <= FEW; channel++) {
            struct sellable_term terms[8];
            struct sellable_question question = {.item = {item},
                                                 .channel = {channel},
                                                 .order = key_of(promises[OF_UNITS].key)};
            struct sellable_explanation why = {.terms = terms, .term_capacity = 8};
            struct sellable_availability availability;
            must(sellable_available(engine, &question, &availability), "available");
            must(sellable_explain(engine, &question, &why), "explain");
            struct sellable_scope scope = {.item = {item}, .channel = {channel}};
            struct sellable_policy policy;
            must(sellable_policy_find(engine, &scope, &policy, NULL, 0), "policy_find");
        }
        struct sellable_item_view view = {.unit_capacity = 0};
        must(sellable_item_look(engine, (struct sellable_item){item}, &view), "item_look");
        if ((view.component_count == 2) != (item == K))
            must(SELLABLE_INVALID, "what a kit is made of");
    }
    may(sellable_region_find(engine, key_of("north"), &region), ALSO(UNKNOWN_LOCATION), "a region");
    struct sellable_location_view view;
    must(sellable_location_look(engine, (struct sellable_location){1}, &view), "location_look");
    if (sellable_hold_key(engine, SELLABLE_DAMAGE).size != 6)
        must(SELLABLE_INVALID, "a reason");
    uint32_t items = 0;
    for (struct sellable_item item = {0}; (item = sellable_item_next(engine, item)).id != 0;)
        items++;
    if (items < K)
        must(SELLABLE_UNKNOWN_ITEM, "one after another");
}

#define PROMISE_CALLS                                                                              \
    {"reserve on a fence", call_promise, NEW_FENCE},                                               \
        {"reserve for a date", call_promise, NEW_DATE},                                            \
        {"reserve for the earliest date", call_promise, NEW_EARLIEST},                             \
        {"reserve a kit", call_promise, NEW_KIT}, {"reserve a part", call_promise, NEW_PART},      \
        {"reserve beyond stock", call_promise, NEW_BEYOND},                                        \
        {"reserve what is promised for later again", call_promise, OF_DATE},                       \
        {"amend on a fence", call_amend, OF_FENCE}, {"amend a kit", call_amend, OF_KIT},           \
        {"resource", call_resource, OF_UNITS},                                                     \
        {"resource what is for later", call_resource, OF_DATE}, {"extend", call_extend, 0},        \
        {"allocate a part", call_allocate, OF_UNITS},                                              \
        {"allocate what is for later", call_allocate, OF_DATE},                                    \
        {"deallocate a part", call_deallocate, OF_UNITS},                                          \
        {"ship a part", call_ship_parts, OF_UNITS},                                                \
        {"ship one kit", call_ship_parts, OF_KIT},                                                 \
        {"release a part", call_release_parts, OF_UNITS},                                          \
        {"release one kit", call_release_parts, OF_KIT},                                           \
        {"release to a fence", call_release_parts, OF_FENCE},                                      \
        {"release what waits", call_release_parts, BEYOND}, {"ring_fence.set", call_fence, 0},     \
        {"schedule.set", call_entry, 0}, {"change settings of an item", call_item_policy, 0},      \
        {"change settings of an item in a channel", call_item_policy, SHOP},                       \
        {"make a kit, and units", call_kit, 0}, {"make a region, and a reason", call_region, 0},   \
        {"visit orders", call_visit, 0}, {"ask of promises", call_ask, 0}

#endif
