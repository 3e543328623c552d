/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of an accepted order: confirm, extend, release, allocate, deallocate, ship, resource.
 * Each is one change of the order's record and of the rows that it touches. */
#include "change.h"

#include "kinds.h"
#include "names.h"
#include "origin.h"
#include "plain_change.h"
#include "resource.h"
#include "tally.h"

/* ---- what is asked ---- */

enum transition { CONFIRM, EXTEND, RELEASE, ALLOCATE, DEALLOCATE, SHIP, RESOURCE };

struct asked {
    enum transition transition;
    const struct sellable_part *parts;
    uint32_t part_count;
    int64_t expires_at;
    const struct sellable_move *move; /* resource; */
    struct sbl_resourced resourced;   /* each attempt looks it up */
    bool has_at;                      /* ship: when it happened */
    int64_t at;
};

/* They have the order of the types of events. */
static_assert(SELLABLE_CONFIRM + EXTEND == SELLABLE_EXTEND &&
                  SELLABLE_CONFIRM + RESOURCE == SELLABLE_RESOURCE,
              "a transition gives the type");
static uint32_t type_of(const struct asked *asked) {
    return SELLABLE_CONFIRM + (uint32_t)asked->transition;
}

static enum sellable_status parts_fault(const struct sellable_part *parts, uint32_t count,
                                        struct sellable_answer *answer) {
    if (count > SELLABLE_LINES_MAX || (count != 0 && parts == NULL))
        return sbl_fault(answer, SELLABLE_INVALID, "parts", "at most 256, and where they are", 0);
    for (uint32_t i = 0; i < count; i++)
        if (parts[i].quantity <= 0 || parts[i].quantity > SELLABLE_QUANTITY_MAX)
            return sbl_fault(answer, SELLABLE_INVALID, "parts.quantity", "1 to 10^15", i);
    return SELLABLE_OK;
}

/* ---- on placements ---- */

/* Move up to `quantity` of a placement; returns how many could be. Shipping has two ways. */
enum way { TO_RELEASED, TO_ALLOCATED, FROM_ALLOCATED, ALLOCATED_OUT, RESERVED_OUT };

static int64_t move(enum way way, struct sbl_placement *placement, int64_t quantity) {
    int64_t there = way == FROM_ALLOCATED || way == ALLOCATED_OUT
                        ? placement->allocated
                        : sbl_placement_reserved(placement);
    int64_t moved = sbl_min(there, quantity);
    switch (way) {
    case TO_RELEASED:
        placement->released += moved;
        break;
    case TO_ALLOCATED:
        placement->allocated += moved;
        break;
    case FROM_ALLOCATED:
        placement->allocated -= moved;
        break;
    case ALLOCATED_OUT:
        placement->allocated -= moved;
        placement->shipped += moved;
        break;
    case RESERVED_OUT:
        placement->shipped += moved;
        break;
    }
    return moved;
}

/* Of an item (0: all), at a location (0: all), in the order filled or the reverse. Returns what is
 * left of the quantity. */
static int64_t move_all(struct sbl_order *order, enum way way, uint32_t item, uint32_t location,
                        int64_t quantity) {
    for (uint32_t i = 0; i < order->placement_count && quantity > 0; i++) {
        uint32_t at = way == TO_RELEASED ? order->placement_count - 1 - i : i;
        struct sbl_placement *placement = &order->placement[at];
        if ((item == 0 || placement->item == item) &&
            (location == 0 || placement->location == location))
            quantity -= move(way, placement, quantity);
    }
    return quantity;
}

static int64_t act(struct sbl_order *order, enum transition transition, uint32_t item,
                   uint32_t location, int64_t quantity) {
    switch (transition) {
    case RELEASE:
        return move_all(order, TO_RELEASED, item, location, quantity);
    case ALLOCATE:
        return move_all(order, TO_ALLOCATED, item, location, quantity);
    case DEALLOCATE:
        return move_all(order, FROM_ALLOCATED, item, location, quantity);
    case SHIP:
        quantity = move_all(order, ALLOCATED_OUT, item, location, quantity);
        return move_all(order, RESERVED_OUT, item, location, quantity);
    case CONFIRM:
    case EXTEND:
    case RESOURCE:
        break;
    }
    return quantity;
}

/* The components of a kit as the order has them; NULL: it is none of its kits. */
static const uint64_t *kit_in(const struct sbl_order *order, uint32_t item) {
    for (uint32_t i = 0; i < order->kit_words; i += 1 + 2 * sbl_low(order->kits[i]))
        if (sbl_high(order->kits[i]) == item)
            return &order->kits[i];
    return NULL;
}

/* A part of the order, as much as is named. wrong_state: there is not so much. */
static enum sellable_status act_on_part(struct sbl_order *order, enum transition transition,
                                        uint32_t item, uint32_t location, int64_t quantity) {
    const uint64_t *kit = kit_in(order, item);
    int64_t left = 0;
    if (kit == NULL)
        left = act(order, transition, item, location, quantity);
    for (uint32_t i = 0; kit != NULL && i < sbl_low(kit[0]) && left == 0; i++)
        left = act(order, transition, (uint32_t)kit[1 + 2 * i], location,
                   sbl_multiply(quantity, (int64_t)kit[2 + 2 * i]));
    return left == 0 ? SELLABLE_OK : SELLABLE_WRONG_STATE;
}

/* What a part names, and how many in the smallest unit. */
static enum sellable_status part_of(const struct sellable *engine, const struct sbl_image *world,
                                    const struct sellable_part *part, uint32_t number,
                                    uint32_t *item, uint32_t *location, int64_t *quantity,
                                    struct sellable_answer *answer) {
    struct sbl_seen seen = {0};
    struct sbl_own own = {0};
    struct sbl_unit unit = {0, 1, 1};
    bool known;
    *item = sbl_item_number(engine, part->item, part->item_key);
    *location = sbl_location_number(engine, part->location, part->location_key);
    const struct sbl_line *row = sbl_row_line(engine, *item);
    if (row != NULL)
        sbl_line_read(&engine->commit, row, &seen);
    if (!sbl_row_exists(&seen.image))
        return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "parts.item", "no such item", number);
    bool named = part->location.id != 0 || sbl_is_given(part->location_key);
    if (named && (*location == 0 || *location > sbl_location_count(world)))
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "parts.location", "no such location",
                         number);
    *quantity = part->quantity;
    if (!sbl_is_given(part->unit))
        return SELLABLE_OK;
    uint32_t name = sbl_name_find(engine, part->unit);
    for (;;) {
        own = sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, &seen.image).own);
        known = name != 0 && sbl_unit_find(&engine->memory, &own, name, &unit);
        if (sbl_line_still(&engine->commit, row, &seen))
            break;
        sbl_line_read(&engine->commit, row, &seen);
    }
    if (known && sbl_in_smallest(&unit, part->quantity, quantity))
        return SELLABLE_OK;
    return sbl_fault(answer, SELLABLE_INVALID,
                     known && part->quantity % unit.denominator == 0 ? "parts.quantity"
                                                                     : "parts.unit",
                     "no unit of the item, not whole in the smallest, or beyond 10^15", number);
}

/* Those with a location first. */
static enum sellable_status act_on_parts(const struct sellable *engine,
                                         const struct sbl_image *world, const struct asked *asked,
                                         struct sbl_order *order, struct sellable_answer *answer) {
    enum sellable_status status = SELLABLE_OK, acted = SELLABLE_OK;
    for (int located = 1; located >= 0; located--) {
        for (uint32_t i = 0; i < asked->part_count; i++) {
            uint32_t item = 0, location = 0;
            int64_t quantity = 0;
            status = part_of(engine, world, &asked->parts[i], i, &item, &location, &quantity,
                             answer);
            if (status != SELLABLE_OK)
                return status;
            if ((location != 0) == (located != 0) && acted == SELLABLE_OK)
                acted = act_on_part(order, asked->transition, item, location, quantity);
        }
    }
    return acted;
}

static enum sellable_status act_on_all(struct sbl_order *order, enum transition transition) {
    int64_t most = INT64_MAX / 2;
    return act(order, transition, 0, 0, most) == most ? SELLABLE_WRONG_STATE : SELLABLE_OK;
}

/* ---- one attempt ---- */

static bool is_open(const struct sbl_order *order) {
    return order->state == SELLABLE_RESERVED || order->state == SELLABLE_ALLOCATED;
}

/* May this be done now, and what becomes of the order? ok with *nothing: done, nothing changes. */
static enum sellable_status change_order(struct sellable *engine, const struct sbl_seen *world,
                                         const struct asked *asked, struct sbl_hand *hand,
                                         const struct sbl_seen *row, bool *nothing,
                                         struct sellable_answer *answer) {
    struct sbl_order *order = &hand->order;
    int64_t now = sbl_now_of(&world->image);
    bool open = is_open(order);
    *nothing = false;
    switch (asked->transition) {
    case CONFIRM:
        *nothing = open && order->time == 0;
        if (!open || (order->time != 0 && order->time <= now))
            return SELLABLE_WRONG_STATE;
        order->time = 0;
        return SELLABLE_OK;
    case EXTEND:
        if (asked->expires_at <= now)
            return sbl_fault(answer, SELLABLE_INVALID, "expires_at", "not later than now", 0);
        if (!open || order->time == 0 || order->time <= now)
            return SELLABLE_WRONG_STATE;
        order->time = asked->expires_at;
        return SELLABLE_OK;
    case RESOURCE:
        return sbl_resource(engine, &world->image, &asked->resourced, hand, row, answer);
    case RELEASE:
    case ALLOCATE:
    case DEALLOCATE:
    case SHIP:
        break;
    }
    enum sellable_status status =
        asked->part_count == 0 ? act_on_all(order, asked->transition)
                               : act_on_parts(engine, &world->image, asked, order, answer);
    if (status != SELLABLE_OK)
        return status;
    if (asked->transition == ALLOCATE || asked->transition == SHIP)
        order->time = 0;
    return SELLABLE_OK;
}

/* The answer holds if what it rests on is still so. */
static enum sbl_outcome answer_now(struct sellable *engine, struct sbl_worker *worker,
                                   const struct sbl_seen *world, const struct sbl_hand *hand,
                                   uint32_t item, const struct sbl_seen *row) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *line = sbl_row_line(engine, item);
    bool still = sbl_line_still(commit, &commit->world, world) &&
                 sbl_line_still(commit, hand->found.line, &hand->found.seen) &&
                 (line == NULL || sbl_line_still(commit, line, row));
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker,
                                struct asked *asked, const struct sbl_key *key,
                                struct sbl_hinted hinted[2],
                                struct sellable_answer *answer, enum sellable_status *status) {
    struct sbl_seen world, row = {0};
    struct sbl_hand hand;
    struct sbl_found found;
    bool nothing = false;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    const struct sbl_moment moment = {asked->has_at, asked->at, sbl_now_of(&world.image),
                                      engine->retention};
    sbl_index_settle(&engine->orders, worker, key, &found);
    hand.found = found;
    if (found.reference == 0) {
        *status = sbl_fault(answer, SELLABLE_UNKNOWN_ORDER,
                            asked->transition == RESOURCE ? "order" : "key",
                            "no order has this key", 0);
        return answer_now(engine, worker, &world, &hand, 0, &row);
    }
    enum sbl_got got = sbl_hand_take(engine, worker, &found, &hand);
    if (got != SBL_GOT) {
        if (got == SBL_NO_ROOM)
            return SBL_NO_MEMORY;
        sbl_transaction_drop(worker);
        return SBL_ABORTED;
    }
    *status = SELLABLE_OK;
    if (asked->transition == RESOURCE) {
        /* After the order, which is named first if it is absent. */
        *status = sbl_resource_places(engine, worker, &world.image, asked->move,
                                      &asked->resourced, &row, answer);
        if (*status == SELLABLE_OK && !sbl_hand_keep_first(worker, &hand))
            return SBL_NO_MEMORY;
    }
    struct sbl_order before;
    bool rows = asked->transition != CONFIRM && asked->transition != EXTEND;
    if (rows && !sbl_order_copy(worker, &hand, &before))
        return SBL_NO_MEMORY;
    if (*status == SELLABLE_OK)
        *status = change_order(engine, &world, asked, &hand, &row, &nothing, answer);
    if (*status != SELLABLE_OK || (nothing && worker->origin == NULL))
        return answer_now(engine, worker, &world, &hand, asked->resourced.item, &row);
    if (!rows && !sbl_record_put(engine, worker, &hand.order, &hand.found))
        return SBL_NO_MEMORY;
    if (rows)
        *status = sbl_order_change(engine, worker, &world.image, &before, &hand,
                                   SELLABLE_RELEASED, &moment, &hinted[0]);
    if (*status == SELLABLE_OVERFLOW)
        return answer_now(engine, worker, &world, &hand, asked->resourced.item, &row);
    if (*status == SELLABLE_STALE) {
        sbl_transaction_drop(worker);
        return SBL_ABORTED;
    }
    /* What was seen at the other location is of the row that is changed. */
    if (asked->transition == RESOURCE &&
        !sbl_line_still(&engine->commit, sbl_row_line(engine, asked->resourced.item), &row)) {
        sbl_transaction_drop(worker);
        return SBL_ABORTED;
    }
    if (*status != SELLABLE_OK ||
        (asked->transition == EXTEND &&
         !sbl_hint(engine, worker, &world.image, hand.order.time, SBL_DUE_ORDER, hand.order.hash,
                   &hinted[1])))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, false);
    if (outcome == SBL_ACCEPTED && rows && is_open(&before) && !is_open(&hand.order))
        sbl_tally_open(worker, -1);
    return outcome;
}

/* Without the general cases; false: nothing was done. */
static bool change_plainly(struct sellable *engine, struct sbl_worker *worker,
                           const struct asked *asked, const struct sbl_start *start,
                           struct sbl_hinted hinted[2]) {
    if (worker->origin != NULL || asked->part_count != 0)
        return false;
    switch (asked->transition) {
    case CONFIRM:
        return sbl_plain_confirm(engine, worker, start);
    case EXTEND:
        return sbl_plain_extend(engine, worker, start, asked->expires_at, &hinted[1]);
    case RELEASE:
        return sbl_plain_release(engine, worker, start, &hinted[0]);
    case SHIP:
        return !asked->has_at && sbl_plain_ship(engine, worker, start, &hinted[0]);
    case ALLOCATE:
    case DEALLOCATE:
    case RESOURCE:
        break;
    }
    return false;
}

static SBL_NOINLINE enum sellable_status
change_generally(struct sellable *engine, struct sbl_worker *worker, struct asked *asked,
                 const struct sbl_key *key, struct sbl_hinted hinted[2],
                 struct sellable_answer *answer) {
    enum sellable_status status = SELLABLE_OK;
    for (uint32_t tries = 0;; tries++) {
        sbl_back_off(tries);
        sbl_answer_clear(answer);
        enum sbl_outcome outcome = attempt(engine, worker, asked, key, hinted, answer,
                                           &status);
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_answer_clear(answer);
            status = SELLABLE_NO_MEMORY;
        }
        if (outcome != SBL_ABORTED)
            return status;
    }
}

/* A call of its own; shipping by an event has said so already. */
static SBL_NOINLINE void say_change(struct sbl_worker *worker, const struct asked *asked,
                                    const struct sbl_start *start) {
    struct sellable_event *said = sbl_say_it(worker, type_of(asked));
    const struct sellable_move *move = asked->move;
    if (said == NULL)
        return;
    said->order_key = sbl_key_bytes(&start->key);
    said->parts = asked->parts;
    said->part_count = asked->part_count;
    said->expires_at = asked->expires_at;
    if (move == NULL)
        return;
    said->item = move->item;
    said->item_key = move->item_key;
    said->location = move->from;
    said->location_key = move->from_key;
    said->to = move->to;
    said->to_key = move->to_key;
    said->quantity = move->quantity;
}

/* The answer has been cleared. */
static inline enum sellable_status change(struct sellable *engine, struct sellable_worker *held,
                                   struct asked *asked, const struct sbl_start *start,
                                   struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_hinted hinted[2] = {{-1, 0, 0}, {-1, 0, 0}};
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    if (SBL_UNLIKELY(engine->journal != NULL))
        say_change(call.worker, asked, start);
    enum sellable_status status =
        SBL_LIKELY(change_plainly(engine, call.worker, asked, start, hinted))
            ? SELLABLE_OK
            : change_generally(engine, call.worker, asked, &start->key, hinted, answer);
    sbl_tally_call(engine, call.worker, type_of(asked), status);
    return sbl_call_done(&call, status, answer);
}

/* ---- the calls ---- */

enum sellable_status sbl_parts_kinds(struct sellable_key order, const struct sellable_part *parts,
                                     uint32_t count, struct sellable_answer *answer) {
    enum sellable_status status = sbl_key_kinds(order, answer);
    return status != SELLABLE_OK ? status : parts_fault(parts, count, answer);
}

enum sellable_status sbl_extend_kinds(struct sellable_key order, int64_t expires_at,
                                      struct sellable_answer *answer) {
    enum sellable_status status = sbl_key_kinds(order, answer);
    if (status == SELLABLE_OK && !sbl_is_time(expires_at))
        status = sbl_fault(answer, SELLABLE_INVALID, "expires_at", "within +-2^53", 0);
    return status;
}

enum sellable_status sbl_move_kinds(const struct sellable_move *move,
                                    struct sellable_answer *answer) {
    struct sbl_key key;
    if (!sbl_key_make(&key, move->order, 0))
        return sbl_fault(answer, SELLABLE_INVALID, "order", SBL_NOT_A_KEY, 0);
    if (move->quantity < 0 || move->quantity > SELLABLE_QUANTITY_MAX)
        return sbl_fault(answer, SELLABLE_INVALID, "quantity", "1 to 10^15, or 0 for all", 0);
    return SELLABLE_OK;
}

static enum sellable_status change_parts(struct sellable *engine, struct sellable_worker *worker,
                                         struct asked *asked, struct sellable_key order,
                                         struct sellable_answer *answer) {
    struct sbl_start start;
    sbl_answer_clear(answer);
    sbl_start_make(&start, engine, order);
    enum sellable_status status = SELLABLE_OK;
    if (SBL_UNLIKELY(!start.is_key || asked->part_count != 0))
        status = sbl_parts_kinds(order, asked->parts, asked->part_count, answer);
    if (SBL_UNLIKELY(status != SELLABLE_OK))
        return sbl_tally_fault(engine, worker, type_of(asked), status);
    return change(engine, worker, asked, &start, answer);
}

enum sellable_status sellable_confirm(struct sellable *engine, struct sellable_worker *worker,
                                      struct sellable_key order, struct sellable_answer *answer) {
    struct asked asked = {.transition = CONFIRM};
    return change_parts(engine, worker, &asked, order, answer);
}

enum sellable_status sellable_extend(struct sellable *engine, struct sellable_worker *worker,
                                     struct sellable_key order, int64_t expires_at,
                                     struct sellable_answer *answer) {
    struct sbl_start start;
    struct asked asked = {.transition = EXTEND, .expires_at = expires_at};
    sbl_answer_clear(answer);
    enum sellable_status status = sbl_extend_kinds(order, expires_at, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, worker, type_of(&asked), status);
    sbl_start_make(&start, engine, order);
    return change(engine, worker, &asked, &start, answer);
}

enum sellable_status sellable_release(struct sellable *engine, struct sellable_worker *worker,
                                      struct sellable_key order, const struct sellable_part *parts,
                                      uint32_t part_count, struct sellable_answer *answer) {
    struct asked asked = {.transition = RELEASE, .parts = parts, .part_count = part_count};
    return change_parts(engine, worker, &asked, order, answer);
}

enum sellable_status sellable_allocate(struct sellable *engine, struct sellable_worker *worker,
                                       struct sellable_key order,
                                       const struct sellable_part *parts, uint32_t part_count,
                                       struct sellable_answer *answer) {
    struct asked asked = {.transition = ALLOCATE, .parts = parts, .part_count = part_count};
    return change_parts(engine, worker, &asked, order, answer);
}

enum sellable_status sellable_deallocate(struct sellable *engine, struct sellable_worker *worker,
                                         struct sellable_key order,
                                         const struct sellable_part *parts, uint32_t part_count,
                                         struct sellable_answer *answer) {
    struct asked asked = {.transition = DEALLOCATE, .parts = parts, .part_count = part_count};
    return change_parts(engine, worker, &asked, order, answer);
}

enum sellable_status sellable_ship(struct sellable *engine, struct sellable_worker *worker,
                                   struct sellable_key order, const struct sellable_part *parts,
                                   uint32_t part_count, struct sellable_answer *answer) {
    struct asked asked = {.transition = SHIP, .parts = parts, .part_count = part_count};
    return change_parts(engine, worker, &asked, order, answer);
}

enum sellable_status sbl_shipped(struct sellable *engine, struct sellable_worker *worker,
                                 const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    struct asked asked = {.transition = SHIP,
                          .parts = event->parts,
                          .part_count = event->part_count,
                          .has_at = event->has_at != 0,
                          .at = event->at};
    return change_parts(engine, worker, &asked, event->order_key, answer);
}

enum sellable_status sellable_resource(struct sellable *engine, struct sellable_worker *worker,
                                       const struct sellable_move *moved,
                                       struct sellable_answer *answer) {
    struct sbl_start start;
    struct asked asked = {.transition = RESOURCE, .move = moved};
    sbl_answer_clear(answer);
    enum sellable_status status = sbl_move_kinds(moved, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, worker, type_of(&asked), status);
    sbl_start_make(&start, engine, moved->order);
    return change(engine, worker, &asked, &start, answer);
}
