/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: a promise moves to another location. See model.h. */
#include "model_orders.h"

#include <string.h>

/* What a move names, by number. */
struct route {
    uint32_t item;
    uint32_t from;
    uint32_t to;
};

static enum sellable_status judge(const struct model *model, const struct sellable_move *move,
                                  struct route *route, struct sellable_answer *answer) {
    if (!model_is_key(move->order)) {
        return model_fault(answer, SELLABLE_INVALID, "order", 0);
    }
    if (move->quantity < 0 || move->quantity > SELLABLE_QUANTITY_MAX) {
        return model_fault(answer, SELLABLE_INVALID, "quantity", 0);
    }
    enum sellable_status status = model_enter(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    if (!order_find(model, move->order)) {
        return model_fault(answer, SELLABLE_UNKNOWN_ORDER, "order", 0);
    }
    route->item = model_resolve(&model->item_names, move->item.id, move->item_key);
    route->from = model_resolve(&model->location_names, move->from.id, move->from_key);
    route->to = model_resolve(&model->location_names, move->to.id, move->to_key);
    if (route->item == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", 0);
    }
    if (route->from == 0 || route->to == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, route->from ? "to" : "from", 0);
    }
    if (route->to == route->from) {
        return model_fault(answer, SELLABLE_INVALID, "to", 0);
    }
    return model_admit(model, answer);
}

static struct promise *promise_at(const struct order *order, uint32_t item, uint32_t location) {
    for (uint32_t i = 0; i < order->now.count; i++) {
        if (order->now.list[i].item == item && order->now.list[i].location == location) {
            return &order->now.list[i];
        }
    }
    return NULL;
}

static void tell_misfit(const struct route *route, int64_t asked, int64_t seen,
                        struct sellable_answer *answer) {
    if (answer) {
        answer->misfit_count = 1;
        if (answer->misfit_capacity > 0) {
            answer->misfits[0] = (struct sellable_misfit){.item = {route->item},
                                                          .location = {route->to},
                                                          .asked = asked,
                                                          .promisable = seen};
        }
    }
}

/* `from` gives up as a release does, but what moves was never promised there: so what is drawn and
 * what waits are written anew. */
static void give_up(struct model *model, struct order *order, struct promise *from,
                    int64_t quantity) {
    struct promise after = *from;
    after.released += quantity;
    int64_t drawn = promise_drawn(&after);
    int64_t waits = model_most(0, from->beyond - from->released - quantity);
    fence_give_back(model, order, from, promise_drawn(from) - drawn);
    from->quantity -= quantity;
    from->fenced = drawn;
    from->beyond = from->released + waits;
}

/* At `to`: beside what the order has of the item there, else after its other places. */
static void settle(struct order *order, const struct route *route, int64_t quantity,
                   int64_t fenced) {
    struct promises *now = &order->now;
    struct promise *to = promise_at(order, route->item, route->to);
    if (to) {
        to->fenced = promise_drawn(to);
    } else {
        uint32_t place = 0;
        for (uint32_t i = 0; i < now->count; i++) {
            place = now->list[i].item == route->item ? i + 1 : place;
        }
        now->list = model_room(now->list, now->count + 1, sizeof *now->list);
        memmove(now->list + place + 1, now->list + place,
                (now->count - place) * sizeof *now->list);
        now->count++;
        to = &now->list[place];
        *to = (struct promise){.item = route->item, .location = route->to};
    }
    to->quantity += quantity;
    to->fenced += fenced;
}

static void drop_empty(struct promises *promises) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < promises->count; i++) {
        if (promises->list[i].quantity > 0) {
            promises->list[kept++] = promises->list[i];
        }
    }
    promises->count = kept;
}

/* What is seen at `to` for the order's date, and how much of it is the channel's own. */
static int64_t seen_there(const struct model *model, const struct order *order,
                          const struct route *route, int64_t *own) {
    uint32_t channel = order->content.channel;
    struct offer offer = offer_of(model, route->item, channel,
                                  model_most(order->now.date, model->now), NULL);
    uint32_t place = place_of(&offer.places, route->to);
    *own = 0;
    if (place == offer.places.count) {
        return 0;
    }
    if (!offer.tracked) {
        return SELLABLE_QUANTITY_MAX;
    }
    *own = offer.own[place];
    return offer_seen(&offer, place);
}

static enum sellable_status resource(struct model *model, const struct sellable_move *move,
                                     struct sellable_answer *answer) {
    struct route route = {0};
    model_clear_answer(answer);
    enum sellable_status status = judge(model, move, &route, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    struct order *order = order_find(model, move->order);
    struct promise *from = promise_at(order, route.item, route.from);
    int64_t there = from ? promise_reserved(from) : 0;
    int64_t quantity = move->quantity ? move->quantity : there;
    if (there == 0 || quantity > there) {
        return SELLABLE_WRONG_STATE;
    }
    int64_t own, seen = seen_there(model, order, &route, &own);
    if (seen < quantity) {
        tell_misfit(&route, quantity, seen, answer);
        return SELLABLE_INSUFFICIENT;
    }
    struct ledger ledger;
    ledger_read(&ledger, model, route.item, route.to, NULL);
    bool dated = order->now.date > model->now;
    int64_t kept = dated ? ledger_due(&ledger, ENTRY_PROMISED, INT64_MAX) : ledger.reserved;
    if (model->items[route.item].tracked && model_beyond(kept + quantity)) {
        return SELLABLE_OVERFLOW;
    }
    status = model_remember(model);
    if (status != SELLABLE_OK) {
        return status;
    }
    int64_t fenced = model_least(own, quantity);
    give_up(model, order, from, quantity);
    settle(order, &route, quantity, fenced);
    drop_empty(&order->now);
    fence_draw(model, order,
               &(struct promise){.item = route.item, .location = route.to, .fenced = fenced});
    model_saw(model, MODEL_RULE_RESOURCED, true);
    return SELLABLE_OK;
}

enum sellable_status model_resource(struct model *model, const struct sellable_move *move,
                                    struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_RESOURCE, resource(model, move, answer));
}
