/* SPDX-License-Identifier: Apache-2.0
 *
 * Random events: see stream.h. */
#include "stream_kinds.h"

#include <string.h>

static bool is_hold(uint32_t type) {
    return type >= SELLABLE_HOLD_PLACE && type <= SELLABLE_HOLD_SCRAP;
}

static bool is_of_pieces(uint32_t type) {
    return is_hold(type) ||
           (type >= SELLABLE_RECEIPT && type <= SELLABLE_RETURN_DISPOSITION);
}

/* ---- wrong ones ------------------------------------------------------------------------------ */

static void make_quantity_wrong(struct maker *maker, struct call *call) {
    uint32_t type = call->event_type;
    bool signed_too = type <= SELLABLE_ON_HAND_ADJUST || type == SELLABLE_ALLOCATION_ADJUST ||
                      type == SELLABLE_SCHEDULE_SET;
    bool pieces = is_of_pieces(type);
    switch (below(maker, 4)) {
    case 0:
        call->quantity = out_of_range(maker);
        break;
    case 1:
        call->quantity = pieces ? 0 : signed_too ? call->quantity : -1;
        break;
    case 2:
        call->has_expected = pieces ? 1 : 2;
        break;
    default:
        call->has_expected = !pieces;
        call->expected = pieces ? 0 : out_of_range(maker);
    }
}

static void make_event_wrong(struct maker *maker, struct call *call) {
    uint32_t type = call->event_type;
    bool less = percent(maker, 50);
    switch (below(maker, 8)) {
    case 0:
        call->event_type = less ? 0 : SELLABLE_EVENT_TYPES_END;
        break;
    case 1:
        call->reason = is_hold(type) ? UNKNOWN_NAME + (uint32_t)less : call->reason;
        call->held = type == SELLABLE_RECEIPT ? UNKNOWN_NAME + (uint32_t)less : call->held;
        call->outcome = type == SELLABLE_RETURN_DISPOSITION ? 4 * (uint32_t)less : call->outcome;
        break;
    case 2:
        call->time = less ? SELLABLE_TIME_MAX + 1 : INT64_MIN;
        call->has_as_of = type == SELLABLE_ON_HAND_SET ? 2 : call->has_as_of;
        break;
    case 3:
        call->date = less ? SELLABLE_TIME_MAX + 1 : -SELLABLE_TIME_MAX - 1;
        if (type == SELLABLE_ON_HAND_SET) {
            call->has_as_of = 1;
            call->as_of = call->date;
        }
        break;
    case 4:
        call->reference = less && type != SELLABLE_RECEIPT ? NOT_GIVEN : BROKEN_NAME;
        call->to = call->location;
        call->order = type == SELLABLE_RETURN_RECEIVE ? BAD_ORDER_KEY : call->order;
        break;
    default:
        make_quantity_wrong(maker, call);
    }
}

/* ---- supply ---------------------------------------------------------------------------------- */

static uint32_t some_type(struct maker *maker) {
    static const uint32_t old[] = {
        SELLABLE_ON_HAND_SET,    SELLABLE_ON_HAND_SET,       SELLABLE_ON_HAND_SET,
        SELLABLE_ON_HAND_ADJUST, SELLABLE_ON_HAND_ADJUST,    SELLABLE_ON_HAND_ADJUST,
        SELLABLE_HOLD_PLACE,     SELLABLE_HOLD_RELEASE,      SELLABLE_HOLD_SCRAP,
        SELLABLE_ALLOCATION_SET, SELLABLE_ALLOCATION_ADJUST, SELLABLE_SAFETY_STOCK_SET};
    static const uint8_t weights[SELLABLE_EVENT_TYPES_END] = {
        [SELLABLE_ON_HAND_SET] = 16,    [SELLABLE_ON_HAND_ADJUST] = 12,
        [SELLABLE_HOLD_PLACE] = 4,      [SELLABLE_HOLD_RELEASE] = 3,
        [SELLABLE_HOLD_SCRAP] = 4,      [SELLABLE_ALLOCATION_SET] = 2,
        [SELLABLE_ALLOCATION_ADJUST] = 2, [SELLABLE_SAFETY_STOCK_SET] = 2,
        [SELLABLE_RING_FENCE_SET] = 3,  [SELLABLE_SCHEDULE_SET] = 8,
        [SELLABLE_RECEIPT] = 10,        [SELLABLE_TRANSFER_SHIP] = 8,
        [SELLABLE_TRANSFER_RECEIVE] = 9, [SELLABLE_RETURN_RECEIVE] = 5,
        [SELLABLE_RETURN_DISPOSITION] = 7, [SELLABLE_RESERVE] = 14,
        [SELLABLE_AMEND] = 2,           [SELLABLE_CONFIRM] = 2,
        [SELLABLE_EXTEND] = 3,          [SELLABLE_RELEASE] = 3,
        [SELLABLE_ALLOCATE] = 4,        [SELLABLE_DEALLOCATE] = 4,
        [SELLABLE_SHIP] = 9,            [SELLABLE_RESOURCE] = 4,
        [SELLABLE_ITEM] = 2,            [SELLABLE_LOCATION] = 2,
        [SELLABLE_CHANNEL] = 2,         [SELLABLE_POLICY] = 2,
        [SELLABLE_HOLD] = 1,            [SELLABLE_OWNER] = 2,
        [SELLABLE_SOURCE] = 2};
    if (percent(maker, maker->flavour->types)) {
        return some_weighted(maker, weights, SELLABLE_EVENT_TYPES_END);
    }
    return percent(maker, maker->flavour->fences)      ? SELLABLE_RING_FENCE_SET
           : percent(maker, maker->flavour->schedules) ? SELLABLE_SCHEDULE_SET
                                                       : CHOOSE(maker, old);
}

static void choose_cell(struct maker *maker, struct call *call) {
    if (call->item < ITEMS && call->item >= PLAIN_ITEMS && percent(maker, 80)) {
        call->item = below(maker, PLAIN_ITEMS);
    }
    if (percent(maker, maker->flavour->focus)) {
        call->item = below(maker, 2);
        call->location = below(maker, 2);
    }
    if (call->to == call->location) {
        call->to = (call->to + 1) % LOCATIONS;
    }
}

static void take_cell(struct call *call, const struct call *from) {
    call->item = from->item;
    call->location = from->location;
}

/* What has come of what was on its way: of the same cell and reference as the latest. */
static void make_arrival(struct maker *maker, struct call *call) {
    uint32_t type = call->event_type;
    const struct call *from = type == SELLABLE_RECEIPT            ? &maker->scheduled
                              : type == SELLABLE_TRANSFER_RECEIVE ? &maker->sent
                                                                  : &maker->returned;
    bool known = from->quantity != 0 && percent(maker, 75);
    call->quantity = 1 + below(maker, 6);
    if (type == SELLABLE_RECEIPT) {
        call->reference = percent(maker, 25) ? NOT_GIVEN : below(maker, REFERENCES);
        call->held = percent(maker, 35) ? below(maker, REASONS) : REASONS;
    }
    if (known) {
        take_cell(call, from);
        call->reference = call->reference == NOT_GIVEN ? NOT_GIVEN : from->reference;
        call->quantity =
            from->quantity > 0 && percent(maker, 25) ? from->quantity : call->quantity;
    }
    if (type == SELLABLE_RECEIPT && maker->sent.quantity > 0 && percent(maker, 25)) {
        call->item = maker->sent.item; /* a transfer's entry falls by a receipt, too */
        call->location = maker->sent.to;
        call->reference = maker->sent.reference;
    }
}

static void make_journey(struct maker *maker, struct call *call) {
    bool sends = call->event_type == SELLABLE_TRANSFER_SHIP;
    call->reference = sends ? 3 + below(maker, REFERENCES - 3) : below(maker, REFERENCES);
    call->outcome = SELLABLE_RESTOCK + below(maker, 3);
    call->order = call->event_type != SELLABLE_RETURN_RECEIVE || percent(maker, 50)
                      ? NO_ORDER
                      : below(maker, ORDERS);
    if (sends && maker->scheduled.quantity != 0 && percent(maker, 12)) {
        call->item = maker->scheduled.item; /* what is scheduled there already */
        call->to = maker->scheduled.location;
        call->location = call->location == call->to ? (call->to + 1) % LOCATIONS : call->location;
        call->reference = maker->scheduled.reference;
    }
    if (sends || call->event_type == SELLABLE_RETURN_RECEIVE) {
        call->quantity = 1 + some_quantity(maker, 8);
        call->quantity -= call->quantity > SELLABLE_QUANTITY_MAX;
    } else {
        make_arrival(maker, call);
    }
}

/* What the types 1 to 10 have. */
static void make_figure(struct maker *maker, struct call *call) {
    uint32_t type = call->event_type;
    bool on_hand = type <= SELLABLE_ON_HAND_ADJUST;
    call->quantity = some_quantity(maker, on_hand                           ? 40
                                          : type == SELLABLE_SCHEDULE_SET   ? 15
                                          : type == SELLABLE_RING_FENCE_SET ? 12
                                                                            : 4);
    if (is_hold(type) && call->quantity == 0) {
        call->quantity = 1;
    }
    if (is_hold(type) && type != SELLABLE_HOLD_PLACE && maker->held.quantity > 0 &&
        percent(maker, 50)) {
        take_cell(call, &maker->held);
        call->reason = maker->held.reason;
    }
    if ((type == SELLABLE_ON_HAND_SET && percent(maker, 10)) ||
        (type == SELLABLE_ON_HAND_ADJUST && percent(maker, 40)) ||
        (type == SELLABLE_SCHEDULE_SET && percent(maker, 30)) ||
        (type == SELLABLE_ALLOCATION_ADJUST && percent(maker, 50))) {
        call->quantity = -call->quantity;
    }
    if (!is_hold(type) && percent(maker, 12)) {
        call->has_expected = 1;
        call->expected = below(maker, 8);
    }
    if (type == SELLABLE_ON_HAND_SET && percent(maker, maker->flavour->origins / 2)) {
        call->has_as_of = 1;
        call->as_of = some_past(maker);
    }
}

/* To be told of what becomes of it. */
static void remember_journey(struct maker *maker, const struct call *call) {
    if (call->event_type == SELLABLE_HOLD_PLACE) {
        maker->held = *call;
    } else if (call->event_type == SELLABLE_SCHEDULE_SET) {
        maker->scheduled = *call;
    } else if (call->event_type == SELLABLE_TRANSFER_SHIP) {
        maker->sent = *call;
    } else if (call->event_type == SELLABLE_RETURN_RECEIVE) {
        maker->returned = *call;
    }
}

static void make_supply(struct maker *maker, struct call *call) {
    uint32_t type = call->event_type;
    bool hold = is_hold(type) || type == SELLABLE_ON_HAND_ADJUST;
    choose_cell(maker, call);
    call->reason = hold ? below(maker, percent(maker, 80) ? 4 : REASONS) : REASONS;
    call->reference = below(maker, 5);
    call->unit = some_unit(maker);
    call->date = some_time(maker);
    call->time = percent(maker, 60) ? 0 : some_time(maker);
    if (type >= SELLABLE_RECEIPT) {
        make_journey(maker, call);
    } else {
        make_figure(maker, call);
    }
    if (type == SELLABLE_RING_FENCE_SET && percent(maker, 20)) { /* one that is set again in full */
        call->item = call->location = call->channel = call->unit = 0;
        call->quantity = SELLABLE_QUANTITY_MAX;
    }
    remember_journey(maker, call);
    if (percent(maker, 6)) {
        make_event_wrong(maker, call);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* What nothing makes stays unmade. */
static void make_things_known(struct maker *maker, struct call *call) {
    call->item = call->item == UNMADE ? below(maker, ITEMS) : call->item;
    call->location = call->location == UNMADE ? below(maker, LOCATIONS) : call->location;
    call->channel = call->channel == UNMADE ? below(maker, CHANNELS) : call->channel;
}

/* Some of these fields belong to its type, and some do not. */
static void change_content(struct maker *maker, struct call *call) {
    switch (below(maker, 9)) {
    case 0:
        call->quantity++;
        call->lines[0].quantity++;
        break;
    case 1:
        call->has_at = !call->has_at;
        break;
    case 2:
        call->at++;
        call->as_of++;
        call->expected++;
        break;
    case 3:
        call->has_expected = call->has_expected == 0 && call->event_type < SELLABLE_HOLD_PLACE;
        call->unset ^= SELLABLE_LOCATION_ACTIVE;
        break;
    case 4:
        call->reference = below(maker, REFERENCES);
        call->date++;
        call->order = below(maker, ORDERS);
        break;
    case 5:
        call->location = below(maker, LOCATIONS);
        call->to = (call->location + 1) % LOCATIONS;
        call->channel = (call->channel + 1) % CHANNELS;
        break;
    case 6:
        call->policy.cap++;
        call->tracked = !call->tracked;
        call->outcome = SELLABLE_RESTOCK + call->outcome % 3;
        call->reason = below(maker, REASONS);
        break;
    case 7: /* the smallest by its name is written otherwise than not at all */
        call->unit = call->unit ? 0 : 1;
        call->lines[0].unit = call->unit;
        break;
    default: /* as is 1 */
        call->lines[0].at_least = call->lines[0].at_least ? 0 : 1;
    }
}

/* An earlier one once more, as it was or nearly so. */
static void repeat_event(struct maker *maker, struct call *call) {
    uint32_t count = maker->event_count < LATEST ? maker->event_count : LATEST;
    *call = maker->events[below(maker, count)];
    call->by_handle = percent(maker, 50);
    call->source_by_handle = percent(maker, 50);
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        call->lines[i].by_handle = percent(maker, 50);
    }
    if (percent(maker, 30)) {
        call->correlation = below(maker, CORRELATIONS + 1);
        call->content = below(maker, CONTENTS + 1);
    }
    if (percent(maker, 15)) {
        call->source = call->source == NOT_GIVEN ? NOT_GIVEN : below(maker, SOURCES);
    } else if (percent(maker, 15)) {
        call->seq += random_between(&maker->random, -1, 1);
    } else if (percent(maker, 30)) {
        change_content(maker, call);
    }
}

void make_event(struct maker *maker, struct call *call) {
    enum call_kind kind = call->kind;
    if (maker->event_count > 0 && percent(maker, maker->flavour->origins / 6)) {
        repeat_event(maker, call);
        return;
    }
    call->event_type = some_type(maker);
    enum call_kind meaning = call_meaning(call);
    if (meaning == CALL_APPLY) {
        make_supply(maker, call);
    } else {
        uint32_t type = call->event_type;
        if (type == SELLABLE_ITEM || type == SELLABLE_LOCATION || type == SELLABLE_CHANNEL) {
            make_things_known(maker, call);
        }
        call->kind = meaning;
        make_body(maker, call);
        call->kind = kind;
        call->event_type = type;
    }
    if (percent(maker, maker->flavour->origins)) {
        make_origin(maker, call);
        maker->events[maker->event_count++ % LATEST] = *call;
    }
}
