/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: the calls of fences, dates, kits and parts of orders. They have items, channels
 * and orders of their own in the scene, which the ledger of stop_scene.h knows nothing of: here
 * every cell must hold what the orders' records say, at each instant at which all stand still. */
#ifndef SELLABLE_TESTS_STOP_PROMISES_H
#define SELLABLE_TESTS_STOP_PROMISES_H

#include "stop_scene.h"

/* ---- the scene ------------------------------------------------------------------------------- */

/* X and Y are plain, K is a kit of two X and one Y. Both are at locations 1 and 2; of Y a few are
 * at 3. "own" sees nothing but its fences: X at 2, and Y at 1 until FENCE_END. "ahead" has a
 * horizon; "few" ships from 3 alone, and may promise beyond stock; "outlet" publishes within
 * limits. */
enum { X = ITEMS + 1, Y, K, PLACES = 3 };
enum { WEB = 1, SHOP, OWN_FENCES, AHEAD, FEW, OUTLET };
enum { OUTLET_CAP = 900, OUTLET_LOW = 1000, OUTLET_MINIMUM = 1190 }; /* of W there is less */
enum { BASE = 100000, BASE_FEW = 4, FENCE_X = 500, FENCE_Y = 300, FENCE_SHOP = 3 };
enum { FENCE_END = 275000, DATE = 280000, DUE = 290000, PROMISE_END = 295000 };

static const struct {
    const char *key;
    uint32_t channel;
    int64_t expires_at, date; /* 0: none */
    uint32_t mode, count;
    struct {
        uint32_t item;
        int64_t quantity;
    } line[2];
} promises[] = {
    /* There from the start: */
    {"N-fence", OWN_FENCES, 0, 0, SELLABLE_ALL, 2, {{X, 4}, {Y, 3}}},
    {"N-date", AHEAD, 0, DATE, SELLABLE_ALL, 1, {{X, 6}}},
    {"N-kit", WEB, 0, 0, SELLABLE_ALL, 2, {{K, 3}, {X, 1}}},
    {"N-beyond", FEW, 0, 0, SELLABLE_ALL, 1, {{X, 5}}},
    {"N-timed", AHEAD, PROMISE_END, DATE, SELLABLE_ALL, 2, {{Y, 2}, {X, 1}}},
    {"N-units", WEB, 0, 0, SELLABLE_ALL, 2, {{X, 9}, {Y, 9}}},
    /* Asked for meanwhile: */
    {"N-new-fence", OWN_FENCES, 0, 0, SELLABLE_ALL, 1, {{X, 2}}},
    {"N-new-date", AHEAD, 0, DATE, SELLABLE_ALL, 2, {{X, 1}, {Y, 1}}},
    {"N-new-earliest", AHEAD, 0, 0, SELLABLE_ALL, 1, {{Y, 2}}},
    {"N-new-kit", WEB, 0, 0, SELLABLE_ALL, 1, {{K, 2}}},
    {"N-new-part", FEW, 0, 0, SELLABLE_PARTIAL, 2, {{Y, 50}, {X, 50}}},
    {"N-new-beyond", FEW, 0, 0, SELLABLE_ALL, 1, {{X, 2}}},
};
enum promise {
    OF_FENCE, OF_DATE, OF_KIT, BEYOND, OF_TIME, OF_UNITS, NEW_FENCE, NEW_DATE, NEW_EARLIEST,
    NEW_KIT, NEW_PART, NEW_BEYOND, PROMISES
};

static enum sellable_status ask_promise(struct scene *scene, struct sellable_worker *worker,
                                        uint32_t promise) {
    struct sellable_line lines[2] = {{.quantity = 0}};
    struct sellable_order order = {.key = key_of(promises[promise].key),
                                   .channel = {promises[promise].channel},
                                   .lines = lines,
                                   .line_count = promises[promise].count,
                                   .expires_at = promises[promise].expires_at,
                                   .mode = promises[promise].mode,
                                   .has_date = promises[promise].date != 0,
                                   .date = promises[promise].date};
    for (uint32_t i = 0; i < order.line_count; i++)
        lines[i] = (struct sellable_line){.item = {promises[promise].line[i].item},
                                          .quantity = promises[promise].line[i].quantity};
    return sellable_reserve(scene->engine, worker, &order, NULL);
}

static void fence_is(struct sellable *engine, uint32_t item, uint32_t location, uint32_t channel,
                     int64_t quantity, int64_t until) {
    const struct sellable_event event = {.type = SELLABLE_RING_FENCE_SET,
                                         .item = {item},
                                         .location = {location},
                                         .channel = {channel},
                                         .quantity = quantity,
                                         .until = until};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
}

static void open_promises(struct scene *scene) {
    struct sellable *engine = scene->engine;
    const struct sellable_component components[] = {{.item = {X}, .number = 2},
                                                    {.item = {Y}, .number = 1}};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = components, .component_count = 2};
    static const struct sellable_location third[] = {{PLACES}};
    struct sellable_item item;
    equal(item_of(engine, "X").id, X);
    equal(item_of(engine, "Y").id, Y);
    expect(sellable_item_put(engine, NULL, key_of("K"), &kit, &item, NULL), OK);
    equal(item.id, K);
    equal(channel_with(engine, "own", (struct sellable_policy){.set = SELLABLE_SETTING_SHARE}).id,
          OWN_FENCES);
    equal(channel_with(engine, "ahead", (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON,
                                                                 .horizon = 30})
              .id,
          AHEAD);
    equal(channel_with(engine, "few",
                       (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS |
                                                       SELLABLE_SETTING_BACKORDER,
                                                .locations = third,
                                                .location_count = 1,
                                                .backorder = 40})
              .id,
          FEW);
    equal(channel_with(engine, "outlet",
                       (struct sellable_policy){.set = SELLABLE_SETTING_MINIMUM |
                                                       SELLABLE_SETTING_LOW | SELLABLE_SETTING_CAP,
                                                .minimum = OUTLET_MINIMUM,
                                                .low = OUTLET_LOW,
                                                .cap = OUTLET_CAP})
              .id,
          OUTLET);
    for (uint32_t i = X; i <= Y; i++) {
        struct sellable_event event = {
            .type = SELLABLE_ON_HAND_SET, .item = {i}, .quantity = BASE};
        for (event.location.id = 1; event.location.id < PLACES; event.location.id++)
            expect(sellable_apply(engine, NULL, &event, NULL), OK);
        event = (struct sellable_event){.type = SELLABLE_SCHEDULE_SET,
                                        .item = {i},
                                        .location = {1},
                                        .quantity = 20,
                                        .reference = key_of("PO-1"),
                                        .due = DUE};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
    }
    stock(engine, "Y", "L-3", BASE_FEW);
    fence_is(engine, X, 2, OWN_FENCES, FENCE_X, 0);
    fence_is(engine, Y, 1, OWN_FENCES, FENCE_Y, FENCE_END);
    for (uint32_t promise = 0; promise < NEW_FENCE; promise++)
        expect(ask_promise(scene, NULL, promise), OK);
    const struct sellable_part some[] = {{.item = {X}, .quantity = 2},
                                         {.item = {Y}, .location = {1}, .quantity = 3}};
    expect(sellable_allocate(engine, NULL, key_of(promises[OF_UNITS].key), some, 2, NULL), OK);
}

/* ---- what must hold -------------------------------------------------------------------------- */

/* What the records of all orders say of a cell. */
struct recorded {
    int64_t reserved, promised, backordered, allocated, shipped, drawn;
};

static const char *record_orders(const struct scene *scene,
                                 struct recorded recorded[2][PLACES]) {
    static char fault[160];
    for (uint32_t promise = 0; promise < PROMISES; promise++) {
        struct sellable_order_line lines[8];
        struct sellable_order_view view = {.lines = lines, .line_capacity = 8};
        int64_t total[2] = {0, 0};
        if (sellable_order(scene->engine, key_of(promises[promise].key), &view) != SELLABLE_OK)
            continue;
        for (uint32_t i = 0; i < view.line_count; i++) {
            const struct sellable_order_line *line = &lines[i];
            uint32_t item = line->item.id - X, place = line->location.id - 1;
            if (item > 1 || place >= PLACES)
                return "an order is placed where it cannot be";
            struct recorded *at = &recorded[item][place];
            at->reserved += line->reserved - line->dated - line->backordered;
            at->promised += line->dated;
            at->backordered += line->backordered;
            at->allocated += line->allocated;
            at->shipped += line->shipped;
            if (view.channel.id == OWN_FENCES)
                at->drawn += line->reserved + line->allocated + line->shipped;
            total[item] += line->reserved + line->allocated + line->shipped + line->released;
            if (line->reserved < 0 || line->allocated < 0 || line->shipped < 0 ||
                line->released < 0 || line->dated + line->backordered > line->reserved)
                return snprintf(fault, sizeof fault, "a line of %s is wrong",
                                promises[promise].key),
                       fault;
        }
        /* As it was asked for, or as it was amended: never a part of either. */
        bool kit = promise == OF_KIT && total[0] == 7 && total[1] == 3;
        bool amended_kit = promise == OF_KIT && total[0] == 4 && total[1] == 2;
        bool fenced = promise == OF_FENCE && total[0] == 4 && total[1] == 3;
        bool amended = promise == OF_FENCE && total[0] == 5 && total[1] == 1;
        bool units = promise == OF_UNITS && total[0] == 9 && total[1] == 9;
        if (promise <= OF_UNITS && promise != OF_DATE && promise != BEYOND && promise != OF_TIME &&
            !kit && !amended_kit && !fenced && !amended && !units)
            return snprintf(fault, sizeof fault, "%s has %lld of X and %lld of Y",
                            promises[promise].key, (long long)total[0], (long long)total[1]),
                   fault;
    }
    return NULL;
}

/* The fences at a cell are what was set, less what the orders of "own" have drawn. */
static bool is_fence_right(const struct scene *scene, const struct sellable_fence *fences,
                           uint32_t count, uint32_t item, uint32_t place, int64_t drawn) {
    bool may_have_ended = sellable_now(scene->engine) >= FENCE_END;
    bool must_have_ended = scene->advanced >= FENCE_END;
    int64_t own = -1, shop = 0;
    for (uint32_t i = 0; i < count; i++)
        *(fences[i].channel.id == SHOP ? &shop : &own) = fences[i].quantity;
    if (shop != 0 && (item != Y || place != 2 || shop != FENCE_SHOP))
        return false;
    if (item == X && place == 2)
        return own == FENCE_X - drawn;
    if (item == Y && place == 1)
        return own == -1 ? may_have_ended : own == FENCE_Y - drawn && !must_have_ended;
    return own == -1;
}

static const char *promises_fault(const struct scene *scene) {
    static char fault[240];
    struct recorded recorded[2][PLACES] = {{{0}}};
    const char *wrong = record_orders(scene, recorded);
    for (uint32_t n = 0; n < 2 * PLACES && wrong == NULL; n++) {
        uint32_t item = X + n / PLACES, place = 1 + n % PLACES;
        const struct recorded *at = &recorded[item - X][place - 1];
        struct sellable_fence fences[4];
        struct sellable_promised dated[4];
        struct sellable_place where = {.item = {item}, .location = {place}};
        struct sellable_cell cell = {
            .fences = fences, .fence_capacity = 4, .promised = dated, .promised_capacity = 4};
        int64_t base = place < PLACES ? BASE : (item == Y ? BASE_FEW : 0), promised = 0;
        if (sellable_cell(scene->engine, &where, &cell) != SELLABLE_OK)
            return "no cell of X or Y";
        for (uint32_t i = 0; i < cell.promised_count; i++)
            promised += i < 4 ? dated[i].quantity : 0;
        if (cell.on_hand != base - at->shipped || cell.reserved != at->reserved ||
            cell.allocated != at->allocated || cell.backordered != at->backordered ||
            promised != at->promised)
            return snprintf(fault, sizeof fault,
                            "%s at %u: %lld on hand, %lld reserved, %lld allocated, %lld wait, "
                            "%lld promised; by the orders %lld, %lld, %lld, %lld, %lld",
                            item == X ? "X" : "Y", place, (long long)cell.on_hand,
                            (long long)cell.reserved, (long long)cell.allocated,
                            (long long)cell.backordered, (long long)promised,
                            (long long)(base - at->shipped), (long long)at->reserved,
                            (long long)at->allocated, (long long)at->backordered,
                            (long long)at->promised),
                   fault;
        if (!is_fence_right(scene, fences, cell.fence_count, item, place, at->drawn))
            return snprintf(fault, sizeof fault, "%s at %u: a fence, of which %lld are drawn",
                            item == X ? "X" : "Y", place, (long long)at->drawn),
                   fault;
    }
    return wrong;
}

#endif
