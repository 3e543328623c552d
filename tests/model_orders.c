/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: the life of an accepted order, and time. See model.h. */
#include "model_orders.h"

#include <stdlib.h>
#include <string.h>

/* ---- orders ---------------------------------------------------------------------------------- */

struct order *order_find(const struct model *model, struct sellable_key key) {
    struct text text = model_text(key);
    for (uint32_t i = 0; text.size > 0 && i < model->order_count; i++) {
        if (model_is_same(&model->orders[i]->key, &text)) {
            return model->orders[i];
        }
    }
    return NULL;
}

struct promises promises_copy(const struct promises *promises) {
    struct promises copy = *promises;
    copy.list = model_copy(promises->list, promises->count, sizeof *promises->list);
    copy.kits = model_copy(promises->kits, promises->kit_count, sizeof *promises->kits);
    return copy;
}

void order_forget(struct model *model, struct order *order) {
    uint32_t place = 0;
    while (model->orders[place] != order) {
        place++;
    }
    model->orders[place] = model->orders[--model->order_count];
    model_drop_order(order);
}

enum sellable_order_state order_state(const struct order *order) {
    bool reserved = false, allocated = false, shipped = false;
    for (uint32_t i = 0; i < order->now.count; i++) {
        reserved = reserved || promise_reserved(&order->now.list[i]) > 0;
        allocated = allocated || order->now.list[i].allocated > 0;
        shipped = shipped || order->now.list[i].shipped > 0;
    }
    return reserved         ? SELLABLE_RESERVED
           : allocated      ? SELLABLE_ALLOCATED
           : shipped        ? SELLABLE_SHIPPED
           : order->expired ? SELLABLE_EXPIRED
                            : SELLABLE_RELEASED;
}

bool order_is_open(const struct order *order) {
    enum sellable_order_state state = order_state(order);
    return state == SELLABLE_RESERVED || state == SELLABLE_ALLOCATED;
}

static struct cell *cell_of(struct model *model, const struct promise *promise) {
    return &model->items[promise->item].cells[promise->location];
}

void fence_draw(struct model *model, const struct order *order, const struct promise *promise) {
    cell_of(model, promise)->fences[order->content.channel].quantity -= promise->fenced;
    model_saw(model, MODEL_RULE_FENCE, promise->fenced > 0);
}

void fence_give_back(struct model *model, const struct order *order,
                     const struct promise *promise, int64_t quantity) {
    struct cell *cell = cell_of(model, promise);
    bool in_force = cell->fences[order->content.channel].in_force;
    if (quantity > 0 && in_force) {
        fence_return(model, cell, order->content.channel, quantity);
    }
    model_saw(model, MODEL_RULE_FENCE_GIVEN_BACK, quantity > 0 && in_force);
    model_saw(model, MODEL_RULE_FENCE_GONE, quantity > 0 && !in_force);
}

bool order_overflows(const struct model *model, const struct order *order) {
    struct ledger ledger;
    bool overflows = false;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        ledger_read(&ledger, model, promise->item, promise->location, NULL);
        overflows = overflows || (model->items[promise->item].tracked && ledger_overflows(&ledger));
    }
    return overflows;
}

/* It is closed once nothing of it is reserved or allocated. */
static void close_if_done(struct model *model, struct order *order) {
    if (!order->closed && !order_is_open(order)) {
        order->closed = true;
        order->closed_at = model->now;
        order->timeout = 0;
    }
}

/* ---- confirm, extend ------------------------------------------------------------------------- */

static struct order *known_order(struct model *model, struct sellable_key key,
                                 struct sellable_answer *answer, enum sellable_status *status) {
    struct order *order = order_find(model, key);
    *status = model_is_key(key) ? model_enter(model, answer)
                                : model_fault(answer, SELLABLE_INVALID, "key", 0);
    if (*status == SELLABLE_OK && !order) {
        *status = model_fault(answer, SELLABLE_UNKNOWN_ORDER, "key", 0);
    }
    return order;
}

/* A timeout that ends or moves, of an order that allows it. */
static enum sellable_status set_timeout(struct model *model, struct order *order, int64_t timeout,
                                        bool allowed, struct sellable_answer *answer) {
    enum sellable_status status = model_admit(model, answer);
    if (status == SELLABLE_OK && !allowed) {
        status = SELLABLE_WRONG_STATE;
    }
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status == SELLABLE_OK) {
        order->timeout = timeout;
    }
    return status;
}

enum sellable_status model_confirm(struct model *model, struct sellable_key key,
                                   struct sellable_answer *answer) {
    enum sellable_status status;
    model_clear_answer(answer);
    struct order *order = known_order(model, key, answer, &status);
    if (status == SELLABLE_OK) {
        status = set_timeout(model, order, 0, !order->closed, answer);
    }
    return model_counted(model, SELLABLE_CONFIRM, status);
}

static enum sellable_status extend(struct model *model, struct sellable_key key,
                                   int64_t expires_at, struct sellable_answer *answer) {
    enum sellable_status status;
    model_clear_answer(answer);
    if (model_is_key(key) && model_beyond_time(expires_at)) {
        return model_fault(answer, SELLABLE_INVALID, "expires_at", 0);
    }
    struct order *order = known_order(model, key, answer, &status);
    if (status == SELLABLE_OK && expires_at <= model->now) {
        return model_fault(answer, SELLABLE_INVALID, "expires_at", 0);
    }
    if (status != SELLABLE_OK) {
        return status;
    }
    return set_timeout(model, order, expires_at, !order->closed && order->timeout != 0, answer);
}

enum sellable_status model_extend(struct model *model, struct sellable_key key,
                                  int64_t expires_at, struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_EXTEND, extend(model, key, expires_at, answer));
}

/* ---- what acts on quantities ----------------------------------------------------------------- */

enum verb { RELEASE, ALLOCATE, DEALLOCATE, SHIP_ALLOCATED, SHIP_RESERVED };

/* How much of a promise it can act on. */
static int64_t reach(enum verb verb, const struct promise *promise) {
    bool allocated = verb == DEALLOCATE || verb == SHIP_ALLOCATED;
    return allocated ? promise->allocated : promise_reserved(promise);
}

/* What leaves `allocated` of a cell, which others may have set lower. */
static void leave_allocated(struct model *model, struct cell *cell, int64_t quantity) {
    model_saw(model, MODEL_RULE_ALLOCATED_STOPS, quantity > cell->allocated);
    cell->allocated = model_most(0, cell->allocated - quantity);
}

/* NULL: it is not tracked, and lies nowhere. */
static void leave_floor(struct model *model, struct cell *cell, int64_t quantity) {
    if (cell) {
        cell_move(model, cell, -quantity);
    }
}

static void act(struct model *model, struct order *order, enum verb verb,
                struct promise *promise, int64_t quantity) {
    struct cell untracked = {0};
    bool tracked = model->items[promise->item].tracked;
    struct cell *cell = tracked ? cell_of(model, promise) : &untracked;
    struct cell *floor = tracked ? cell : NULL; /* what has none leaves none */
    int64_t drawn = promise_drawn(promise);
    switch (verb) {
    case RELEASE:
        model_saw(model, MODEL_RULE_WAIT_RELEASED, promise_waits(promise) > 0);
        promise->released += quantity;
        fence_give_back(model, order, promise, drawn - promise_drawn(promise));
        break;
    case ALLOCATE:
        promise->allocated += quantity;
        cell->allocated += quantity;
        break;
    case DEALLOCATE:
        promise->allocated -= quantity;
        leave_allocated(model, cell, quantity);
        break;
    case SHIP_ALLOCATED:
        promise->allocated -= quantity;
        promise->shipped += quantity;
        leave_allocated(model, cell, quantity);
        leave_floor(model, floor, quantity);
        break;
    case SHIP_RESERVED:
        promise->shipped += quantity;
        leave_floor(model, floor, quantity);
        break;
    }
}

/* Take up to so many of an item (0: of any) at a location (0: at any), in the order filled, or, to
 * release, in the reverse. What was taken. */
static int64_t sweep(struct model *model, struct order *order, enum verb verb, uint32_t item,
                     uint32_t location, int64_t quantity) {
    int64_t left = quantity;
    uint32_t places = 0;
    for (uint32_t i = 0; i < order->now.count && left > 0; i++) {
        struct promise *promise =
            &order->now.list[verb == RELEASE ? order->now.count - 1 - i : i];
        bool meant = (item == 0 || promise->item == item) &&
                     (location == 0 || promise->location == location);
        int64_t part = meant ? model_least(left, reach(verb, promise)) : 0;
        if (part > 0) {
            act(model, order, verb, promise, part);
            left -= part;
            places++;
        }
    }
    model_saw(model, MODEL_RULE_PARTS_SPREAD, item != 0 && places > 1);
    return quantity - left;
}

/* Ship takes what is allocated first, over all locations, then what is reserved. */
static int64_t sweep_all(struct model *model, struct order *order, enum verb verb, uint32_t item,
                         uint32_t location, int64_t quantity) {
    int64_t taken = 0;
    if (verb == SHIP_RESERVED) {
        taken = sweep(model, order, SHIP_ALLOCATED, item, location, quantity);
    }
    return taken + sweep(model, order, verb, item, location, quantity - taken);
}

/* ---- parts ----------------------------------------------------------------------------------- */

struct piece {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
};

static enum sellable_status read_parts(const struct model *model,
                                       const struct sellable_part *parts, uint32_t count,
                                       struct piece *pieces, struct sellable_answer *answer) {
    for (uint32_t i = 0; i < count; i++) {
        const struct sellable_part *part = &parts[i];
        struct piece *piece = &pieces[i];
        struct text unit = model_text(part->unit);
        piece->item = model_resolve(&model->item_names, part->item.id, part->item_key);
        if (piece->item == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "parts.item", i);
        }
        piece->location =
            model_resolve(&model->location_names, part->location.id, part->location_key);
        if (piece->location == 0 && model_is_given(part->location.id, part->location_key)) {
            return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "parts.location", i);
        }
        bool no_unit = model_is_given(0, part->unit) && unit.size == 0;
        enum conversion conversion =
            no_unit ? NO_UNIT
                    : model_convert(model, piece->item, &unit, part->quantity, &piece->quantity);
        if (conversion != CONVERTED) {
            return model_fault(answer, SELLABLE_INVALID,
                               conversion == TOO_MUCH ? "parts.quantity" : "parts.unit", i);
        }
    }
    return SELLABLE_OK;
}

static const struct accepted_kit *kit_of(const struct order *order, uint32_t item) {
    for (uint32_t i = 0; i < order->now.kit_count; i++) {
        if (order->now.kits[i].item == item) {
            return &order->now.kits[i];
        }
    }
    return NULL;
}

/* A piece, or the components of its kit as accepted; false: there is not so much of it. */
static bool take_piece(struct model *model, struct order *order, enum verb verb,
                       const struct piece *piece) {
    const struct accepted_kit *kit = kit_of(order, piece->item);
    if (!kit) {
        return sweep_all(model, order, verb, piece->item, piece->location, piece->quantity) ==
               piece->quantity;
    }
    model_saw(model, MODEL_RULE_KIT_PART, true);
    for (uint32_t i = 0; i < kit->component_count; i++) {
        struct component component = kit->components[i];
        if (piece->quantity > SELLABLE_QUANTITY_MAX / component.number) {
            return false;
        }
        int64_t quantity = piece->quantity * component.number;
        if (sweep_all(model, order, verb, component.item, piece->location, quantity) != quantity) {
            return false;
        }
    }
    return true;
}

/* Those with a location first, each kind in the order given. */
static bool take_pieces(struct model *model, struct order *order, enum verb verb,
                        const struct piece *pieces, uint32_t count) {
    bool taken = true;
    for (int located = 1; located >= 0; located--) {
        for (uint32_t i = 0; i < count && taken; i++) {
            if ((pieces[i].location != 0) == (located == 1)) {
                taken = take_piece(model, order, verb, &pieces[i]);
            }
        }
    }
    return taken;
}

/* ---- release, allocate, deallocate, ship ----------------------------------------------------- */

static enum sellable_status judge_parts(const struct sellable_part *parts, uint32_t count,
                                        struct sellable_answer *answer) {
    if (count > SELLABLE_LINES_MAX || (count > 0 && !parts)) {
        return model_fault(answer, SELLABLE_INVALID, "parts", 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].quantity < 1 || parts[i].quantity > SELLABLE_QUANTITY_MAX) {
            return model_fault(answer, SELLABLE_INVALID, "parts.quantity", i);
        }
    }
    return SELLABLE_OK;
}

/* The order and the cells that it touches, to be put back if it cannot be. */
struct before {
    struct cell *cells;
    struct promise *promises;
};

static struct before remember(struct model *model, const struct order *order) {
    uint32_t count = order->now.count;
    struct before before = {model_room(NULL, count, sizeof *before.cells),
                            model_room(NULL, count, sizeof *before.promises)};
    for (uint32_t i = 0; i < count; i++) {
        before.promises[i] = order->now.list[i];
        before.cells[i] = cell_copy(cell_of(model, &order->now.list[i]));
    }
    return before;
}

static void put_back(struct model *model, struct order *order, struct before *before) {
    for (uint32_t i = 0; i < order->now.count; i++) {
        struct cell *cell = cell_of(model, &order->now.list[i]), tried = *cell;
        order->now.list[i] = before->promises[i];
        *cell = before->cells[i];
        before->cells[i] = tried;
    }
}

static void forget_before(const struct order *order, struct before *before) {
    for (uint32_t i = 0; i < order->now.count; i++) {
        cell_drop(&before->cells[i]);
    }
    free(before->cells);
    free(before->promises);
}

/* What was shipped is in the balances of some cells already, or of all. */
static void saw_ship(const struct model *model, const struct order *order,
                     const struct before *before) {
    uint32_t shipped = 0, stayed = 0;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *now = &order->now.list[i];
        const struct cell *cell = &model->items[now->item].cells[now->location];
        bool ships = model->items[now->item].tracked &&
                     now->shipped > before->promises[i].shipped;
        shipped += ships;
        stayed += ships && cell->on_hand == before->cells[i].on_hand;
    }
    model_saw(model, MODEL_RULE_SHIP_IN_BALANCE, stayed > 0);
    model_saw(model, MODEL_RULE_SHIP_IN_SOME, stayed > 0 && stayed < shipped);
}

static enum sellable_status transition(struct model *model, struct sellable_key key,
                                       enum verb verb, const struct sellable_part *parts,
                                       uint32_t count, struct sellable_answer *answer) {
    static struct piece pieces[SELLABLE_LINES_MAX];
    enum sellable_status status;
    model_clear_answer(answer);
    if (model_is_key(key)) {
        status = judge_parts(parts, count, answer);
        if (status != SELLABLE_OK) {
            return status;
        }
    }
    struct order *order = known_order(model, key, answer, &status);
    if (status == SELLABLE_OK) {
        status = read_parts(model, parts, count, pieces, answer);
    }
    status = status == SELLABLE_OK ? model_admit(model, answer) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    struct before before = remember(model, order);
    bool taken = count > 0 ? take_pieces(model, order, verb, pieces, count)
                           : sweep_all(model, order, verb, 0, 0, INT64_MAX) > 0;
    status = !taken                              ? SELLABLE_WRONG_STATE
             : order_overflows(model, order) ? SELLABLE_OVERFLOW
                                             : model_remember(model);
    if (status == SELLABLE_OK) {
        model_saw(model, MODEL_RULE_PARTS, count > 0);
        saw_ship(model, order, &before);
        if (verb == ALLOCATE || verb == SHIP_RESERVED) {
            order->timeout = 0;
        }
        close_if_done(model, order);
    } else {
        model_saw(model, MODEL_RULE_CELL_OVERFLOW, status == SELLABLE_OVERFLOW);
        put_back(model, order, &before);
    }
    forget_before(order, &before);
    return status;
}

enum sellable_status model_release(struct model *model, struct sellable_key order,
                                   const struct sellable_part *parts, uint32_t part_count,
                                   struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_RELEASE,
                         transition(model, order, RELEASE, parts, part_count, answer));
}

enum sellable_status model_allocate(struct model *model, struct sellable_key order,
                                    const struct sellable_part *parts, uint32_t part_count,
                                    struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_ALLOCATE,
                         transition(model, order, ALLOCATE, parts, part_count, answer));
}

enum sellable_status model_deallocate(struct model *model, struct sellable_key order,
                                      const struct sellable_part *parts, uint32_t part_count,
                                      struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_DEALLOCATE,
                         transition(model, order, DEALLOCATE, parts, part_count, answer));
}

enum sellable_status model_ship(struct model *model, struct sellable_key order,
                                const struct sellable_part *parts, uint32_t part_count,
                                struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_SHIP,
                         transition(model, order, SHIP_RESERVED, parts, part_count, answer));
}

/* ---- time ------------------------------------------------------------------------------------ */

static void expire(struct model *model, struct order *order) {
    order->expired = true;
    model->counts.expired++;
    (void)sweep(model, order, RELEASE, 0, 0, INT64_MAX);
    close_if_done(model, order);
    model_saw(model, MODEL_RULE_EXPIRED, true);
}

static void end_fences(struct model *model) {
    for (uint32_t item = 1; item <= model->item_names.count; item++) {
        for (uint32_t location = 1; location <= model->location_names.count; location++) {
            for (uint32_t channel = 1; channel <= model->channel_names.count; channel++) {
                struct fence *fence = &model->items[item].cells[location].fences[channel];
                if (fence->in_force && fence->until != 0 && fence->until <= model->now) {
                    *fence = (struct fence){.in_force = false};
                    model_saw(model, MODEL_RULE_FENCE_ENDED, true);
                }
            }
        }
    }
}

/* Dated promises and supply need nothing: the ledger compares their dates with now. What expires
 * returns to its fence before fences end, as either order gives the same. */
enum sellable_status model_advance(struct model *model, int64_t now,
                                   struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (model_beyond_time(now)) {
        return model_fault(answer, SELLABLE_INVALID, "now", 0);
    }
    int64_t before = model->now;
    model->now = model_most(model->now, now);
    for (uint32_t i = 0; i < model->order_count; i++) {
        struct order *order = model->orders[i];
        model_saw(model, MODEL_RULE_DATED_ARRIVAL,
                  !order->closed && order->now.date > before && order->now.date <= model->now);
        if (order->timeout != 0 && order->timeout <= model->now) {
            expire(model, order);
        }
    }
    end_fences(model);
    for (uint32_t i = model->order_count; i > 0; i--) {
        struct order *order = model->orders[i - 1];
        if (order->closed && order->closed_at + model->retention <= model->now) {
            order_forget(model, order);
            model_saw(model, MODEL_RULE_FORGOTTEN, true);
        }
    }
    model_forget_ids(model);
    model_forget_transfers(model);
    return SELLABLE_OK;
}
