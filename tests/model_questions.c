/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: questions. See model.h. */
#include "model_orders.h"

#include <string.h>

/* ---- available, explain ---------------------------------------------------------------------- */

/* A question, resolved. */
struct asked {
    uint32_t item;
    uint32_t channel;
    const struct order *without;
    int64_t date;
};

static enum sellable_status resolve(const struct model *model,
                                    const struct sellable_question *question,
                                    struct asked *asked) {
    asked->item = model_resolve(&model->item_names, question->item.id, question->item_key);
    asked->channel =
        model_resolve(&model->channel_names, question->channel.id, question->channel_key);
    asked->without = NULL;
    if (question->has_date > 1 || (question->has_date && model_beyond_time(question->date))) {
        return SELLABLE_INVALID;
    }
    if (asked->item == 0) {
        return SELLABLE_UNKNOWN_ITEM;
    }
    if (asked->channel == 0) {
        return SELLABLE_UNKNOWN_CHANNEL;
    }
    if (model_is_given(0, question->order)) {
        asked->without = order_find(model, question->order);
        if (!asked->without) {
            return SELLABLE_UNKNOWN_ORDER;
        }
    }
    int64_t end = horizon_end(model, asked->item, asked->channel);
    asked->date = question->has_date ? question->date : end;
    return asked->date < model->now || asked->date > end ? SELLABLE_INVALID : SELLABLE_OK;
}

enum sellable_status model_available(const struct model *model,
                                     const struct sellable_question *question,
                                     struct sellable_availability *availability) {
    struct asked asked;
    *availability = (struct sellable_availability){0, 0, SELLABLE_LEVEL_NONE, 0};
    enum sellable_status status = resolve(model, question, &asked);
    if (status == SELLABLE_OK) {
        int64_t promisable =
            promisable_of(model, asked.item, asked.channel, asked.date, asked.without);
        *availability = shown(model, asked.item, asked.channel, promisable);
        model_saw(model, MODEL_RULE_FOR_ORDER,
                  asked.without && promisable > promisable_of(model, asked.item, asked.channel,
                                                              asked.date, NULL));
    }
    return status;
}

static struct sellable_term term_of(const struct model *model, const struct asked *asked,
                                    uint32_t location, int64_t share) {
    struct ledger ledger;
    uint32_t served[MODEL_CHANNELS + 1];
    int64_t t = asked->date;
    ledger_read(&ledger, model, asked->item, location, asked->without);
    served_before(model, asked->item, asked->channel, served);
    int64_t own = ledger_own(&ledger, asked->channel, served, t);
    return (struct sellable_term){.location = {location},
                                  .on_hand = ledger.on_hand,
                                  .held = ledger.held,
                                  .allocated = ledger.allocated,
                                  .reserved = ledger.reserved,
                                  .safety_stock = ledger.safety_stock,
                                  .net = ledger_net(&ledger),
                                  .supply = ledger_due(&ledger, ENTRY_SUPPLY, t),
                                  .demand = ledger_due(&ledger, ENTRY_DEMAND, t),
                                  .promised = ledger_due(&ledger, ENTRY_PROMISED, t),
                                  .projected = ledger_projected(&ledger, t),
                                  .low = ledger_low(&ledger, t),
                                  .free = ledger_free(&ledger, t),
                                  .fenced = ledger_fenced(&ledger),
                                  .backordered = ledger.backordered,
                                  .shared = ledger_shared(&ledger, t),
                                  .fence = ledger.fences[asked->channel],
                                  .own = own,
                                  .seen = ledger_part(&ledger, share, t) + own,
                                  .waiting = ledger_waiting(&ledger)};
}

enum sellable_status model_explain(const struct model *model,
                                   const struct sellable_question *question,
                                   struct sellable_explanation *explanation) {
    struct asked asked;
    *explanation = (struct sellable_explanation){.terms = explanation->terms,
                                                 .term_capacity = explanation->term_capacity,
                                                 .because = explanation->because,
                                                 .because_capacity = explanation->because_capacity};
    enum sellable_status status = resolve(model, question, &asked);
    if (status != SELLABLE_OK) {
        return status;
    }
    struct offer offer = offer_of(model, asked.item, asked.channel, asked.date, asked.without);
    int64_t promisable =
        promisable_of(model, asked.item, asked.channel, asked.date, asked.without);
    struct sellable_availability figures = shown(model, asked.item, asked.channel, promisable);
    bool kit = model->items[asked.item].component_count > 0;
    for (uint32_t i = 0; !kit && offer.tracked && i < offer.places.count; i++) {
        if (explanation->term_count++ < explanation->term_capacity) {
            explanation->terms[i] =
                term_of(model, &asked, offer.places.list[i], offer.settings.share);
        }
    }
    explanation->item.id = asked.item;
    explanation->channel.id = asked.channel;
    explanation->now = model->now;
    explanation->date = asked.date;
    explanation->share = offer.settings.share;
    explanation->closed = offer.settings.closed;
    explanation->paused = offer.settings.paused;
    explanation->sourcing = offer.settings.sourcing;
    explanation->pool = kit ? 0 : offer.tracked ? offer.pool : offer.promisable;
    explanation->buffer = offer.settings.buffer;
    explanation->backorder = offer.settings.backorder;
    explanation->room = kit || !offer.tracked ? 0 : offer.room;
    explanation->unit = kit ? 1 : offer.unit;
    explanation->promisable = promisable;
    explanation->minimum = offer.settings.minimum;
    explanation->cap = offer.settings.cap;
    explanation->published = figures.published;
    explanation->level = figures.level;
    return SELLABLE_OK;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static enum sellable_status resolve_place(const struct model *model,
                                          const struct sellable_place *place, uint32_t *item,
                                          uint32_t *location) {
    *item = model_resolve(&model->item_names, place->item.id, place->item_key);
    *location = model_resolve(&model->location_names, place->location.id, place->location_key);
    return *item == 0       ? SELLABLE_UNKNOWN_ITEM
           : *location == 0 ? SELLABLE_UNKNOWN_LOCATION
                            : SELLABLE_OK;
}

static void tell_fences(const struct ledger *ledger, const struct cell *cell,
                        struct sellable_cell *view) {
    for (uint32_t channel = 1; channel <= MODEL_CHANNELS; channel++) {
        if (ledger->fences[channel] == 0) {
            continue;
        }
        if (view->fence_count < view->fence_capacity) {
            view->fences[view->fence_count] =
                (struct sellable_fence){.channel = {channel},
                                        .quantity = ledger->fences[channel],
                                        .until = cell->fences[channel].until};
        }
        view->fence_count++;
    }
}

/* By due, then reference: each time the least of those that come after the one before. */
static void tell_schedule(const struct cell *cell, struct sellable_cell *view) {
    const struct scheduled *last = NULL;
    view->schedule_count = cell->schedule_count;
    for (uint32_t i = 0; i < cell->schedule_count && i < view->schedule_capacity; i++) {
        const struct scheduled *next = NULL;
        for (uint32_t k = 0; k < cell->schedule_count; k++) {
            const struct scheduled *entry = &cell->schedule[k];
#define COMES_BEFORE(A, B)                                                                         \
    ((A)->due < (B)->due ||                                                                        \
     ((A)->due == (B)->due && model_compare(&(A)->reference, &(B)->reference) < 0))
            if ((!last || COMES_BEFORE(last, entry)) && (!next || COMES_BEFORE(entry, next))) {
                next = entry;
            }
        }
        view->schedule[i] = (struct sellable_scheduled){
            .due = next->due, .quantity = next->quantity, .reference_size = next->reference.size};
        memcpy(view->schedule[i].reference, next->reference.bytes, next->reference.size);
        last = next;
    }
}

/* By due; what several orders have promised for one time, together. */
static void tell_promised(const struct ledger *ledger, struct sellable_cell *view) {
    int64_t last = INT64_MIN;
    for (;;) {
        int64_t next = INT64_MAX;
        for (uint32_t i = 0; i < ledger->entry_count; i++) {
            const struct entry *entry = &ledger->entries[i];
            if (entry->kind == ENTRY_PROMISED && entry->due > last) {
                next = model_least(next, entry->due);
            }
        }
        if (next == INT64_MAX) {
            return;
        }
        int64_t before = last == INT64_MIN ? 0 : ledger_due(ledger, ENTRY_PROMISED, last);
        if (view->promised_count < view->promised_capacity) {
            view->promised[view->promised_count] = (struct sellable_promised){
                next, ledger_due(ledger, ENTRY_PROMISED, next) - before};
        }
        view->promised_count++;
        last = next;
    }
}

enum sellable_status model_cell(const struct model *model, const struct sellable_place *place,
                                struct sellable_cell *view) {
    struct ledger ledger;
    uint32_t item, location;
    *view = (struct sellable_cell){.fences = view->fences,
                                   .schedule = view->schedule,
                                   .promised = view->promised,
                                   .fence_capacity = view->fence_capacity,
                                   .schedule_capacity = view->schedule_capacity,
                                   .promised_capacity = view->promised_capacity};
    enum sellable_status status = resolve_place(model, place, &item, &location);
    if (status != SELLABLE_OK) {
        return status;
    }
    const struct cell *cell = &model->items[item].cells[location];
    ledger_read(&ledger, model, item, location, NULL);
    tell_fences(&ledger, cell, view);
    tell_schedule(cell, view);
    tell_promised(&ledger, view);
    view->on_hand = cell->on_hand;
    memcpy(view->held, cell->held, sizeof view->held);
    view->allocated = cell->allocated;
    view->reserved = ledger.reserved;
    view->backordered = ledger.backordered;
    view->safety_stock = cell->safety_stock;
    view->net = ledger_net(&ledger);
    view->free = ledger_free(&ledger, model->now);
    view->shared = ledger_shared(&ledger, model->now);
    view->short_ = ledger_short(&ledger);
    model_saw(model, MODEL_RULE_SHORT, view->short_ > 0);
    return SELLABLE_OK;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void tell_order(const struct model *model, const struct order *order,
                       struct sellable_order_view *view) {
    for (uint32_t i = 0; i < order->now.count && i < view->line_capacity; i++) {
        const struct promise *promise = &order->now.list[i];
        int64_t reserved = promise_reserved(promise);
        int64_t waits = promise_waits(promise);
        bool dated = order->now.date > model->now;
        view->lines[i] = (struct sellable_order_line){.item = {promise->item},
                                                      .location = {promise->location},
                                                      .reserved = reserved,
                                                      .allocated = promise->allocated,
                                                      .shipped = promise->shipped,
                                                      .released = promise->released,
                                                      .dated = dated ? reserved - waits : 0,
                                                      .backordered = waits};
    }
    view->line_count = order->now.count;
    view->state = order_state(order);
    view->channel.id = order->content.channel;
    view->expires_at = order->timeout;
    view->date = order->now.date;
    view->precedence = (int32_t)order->content.precedence;
    view->has_precedence = order->content.has_precedence;
    view->key = model_key(&order->key);
}

enum sellable_status model_order(const struct model *model, struct sellable_key key,
                                 struct sellable_order_view *view) {
    const struct order *order = order_find(model, key);
    view->line_count = 0;
    if (!order) {
        return model_is_key(key) ? SELLABLE_UNKNOWN_ORDER : SELLABLE_INVALID;
    }
    tell_order(model, order, view);
    return SELLABLE_OK;
}

/* What a selection names, 0 for what it does not. */
static enum sellable_status resolve_selection(const struct model *model,
                                              const struct sellable_selection *selection,
                                              uint32_t *item, uint32_t *location) {
    bool by_item = model_is_given(selection->item.id, selection->item_key);
    bool by_location = model_is_given(selection->location.id, selection->location_key);
    *item = model_resolve(&model->item_names, selection->item.id, selection->item_key);
    *location =
        model_resolve(&model->location_names, selection->location.id, selection->location_key);
    if (selection->closed > 1 || (selection->closed && (by_item || by_location))) {
        return SELLABLE_INVALID;
    }
    return by_item && *item == 0           ? SELLABLE_UNKNOWN_ITEM
           : by_location && *location == 0 ? SELLABLE_UNKNOWN_LOCATION
                                           : SELLABLE_OK;
}

static bool has_there(const struct order *order, uint32_t item, uint32_t location) {
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        if ((item == 0 || promise->item == item) &&
            (location == 0 || promise->location == location) &&
            promise_reserved(promise) + promise->allocated > 0) {
            return true;
        }
    }
    return false;
}

enum sellable_status model_orders(struct model *model, const struct sellable_selection *selection,
                                  int (*visit)(void *context,
                                               const struct sellable_order_view *order),
                                  void *context) {
    struct sellable_order_line lines[MODEL_ITEMS * MODEL_LOCATIONS];
    uint32_t item, location;
    enum sellable_status status = resolve_selection(model, selection, &item, &location);
    const struct order *last = NULL;
    while (status == SELLABLE_OK) {
        const struct order *next = NULL;
        for (uint32_t i = 0; i < model->order_count; i++) {
            const struct order *order = model->orders[i];
            bool meant = selection->closed || has_there(order, item, location);
            if (meant && (!last || model_compare(&last->key, &order->key) < 0) &&
                (!next || model_compare(&order->key, &next->key) < 0)) {
                next = order;
            }
        }
        if (!next) {
            break;
        }
        struct sellable_order_view view = {.lines = lines,
                                           .line_capacity = MODEL_ITEMS * MODEL_LOCATIONS};
        tell_order(model, next, &view);
        if (visit(context, &view) != 0) {
            break;
        }
        last = next;
    }
    return status;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static int64_t precedence_of(const struct model *model, const struct order *order, uint32_t item) {
    return order->content.has_precedence
               ? order->content.precedence
               : precedence_in(model, item, order->content.channel);
}

/* Higher precedence first, then the earlier order. */
static bool is_served_before(const struct model *model, const struct order *a,
                             const struct order *b, uint32_t item) {
    int64_t first = precedence_of(model, a, item), second = precedence_of(model, b, item);
    return first > second || (first == second && a->sequence < b->sequence);
}

static int64_t waits_at(const struct order *order, uint32_t item, uint32_t location) {
    int64_t waits = 0;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        if (promise->item == item && promise->location == location) {
            waits += promise_waits(promise);
        }
    }
    return waits;
}

/* Of a cell min(backordered, max(0, free - fenced)), less what goes to those served before. */
static int64_t covered_at(const struct model *model, const struct order *order, uint32_t item,
                          uint32_t location) {
    struct ledger ledger;
    ledger_read(&ledger, model, item, location, NULL);
    int64_t left = model_least(ledger.backordered, ledger_covered(&ledger));
    for (uint32_t i = 0; i < model->order_count; i++) {
        if (is_served_before(model, model->orders[i], order, item)) {
            left -= waits_at(model->orders[i], item, location);
        }
    }
    return model_least(waits_at(order, item, location), model_most(0, left));
}

/* One order's cells, by the locations' keys; false: visit has ended it. */
static bool visit_cells(const struct model *model, const struct order *order, uint32_t item,
                        uint32_t location,
                        int (*visit)(void *context, const struct sellable_waiting *waiting),
                        void *context) {
    uint32_t places[MODEL_LOCATIONS];
    uint32_t count = model_in_order(&model->location_names, places);
    for (uint32_t i = 0; i < count; i++) {
        struct sellable_waiting waiting = {.order = model_key(&order->key),
                                           .item = {item},
                                           .location = {places[i]}};
        if (location == 0 || location == places[i]) {
            waiting.quantity = covered_at(model, order, item, places[i]);
        }
        model_saw(model, MODEL_RULE_BACKORDER_WAIT, waiting.quantity > 0);
        if (waiting.quantity > 0 && visit(context, &waiting) != 0) {
            return false;
        }
    }
    return true;
}

enum sellable_status model_waiting(struct model *model, const struct sellable_selection *selection,
                                   int (*visit)(void *context,
                                                const struct sellable_waiting *waiting),
                                   void *context) {
    uint32_t item, location;
    if (!model_is_given(selection->item.id, selection->item_key)) {
        return SELLABLE_INVALID;
    }
    enum sellable_status status = resolve_selection(model, selection, &item, &location);
    if (status != SELLABLE_OK) {
        return status;
    }
    const struct order *last = NULL, *next = NULL;
    do {
        next = NULL;
        for (uint32_t i = 0; i < model->order_count; i++) {
            const struct order *order = model->orders[i];
            if ((!last || is_served_before(model, last, order, item)) &&
                (!next || is_served_before(model, order, next, item))) {
                next = order;
            }
        }
        last = next;
    } while (next && visit_cells(model, next, item, location, visit, context));
    return SELLABLE_OK;
}

/* ---- shortages ------------------------------------------------------------------------------- */

/* What an order has reserved, dated and waiting too, and allocated at a cell. */
static int64_t held_at(const struct order *order, uint32_t item, uint32_t location) {
    int64_t held = 0;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        if (promise->item == item && promise->location == location) {
            held += promise_reserved(promise) + promise->allocated;
        }
    }
    return held;
}

/* Who is served last is at risk first; of those that come after `last`, or NULL. */
static const struct order *next_at_risk(const struct model *model, const struct order *last,
                                        uint32_t item, uint32_t location) {
    const struct order *next = NULL;
    for (uint32_t i = 0; i < model->order_count; i++) {
        const struct order *order = model->orders[i];
        if (held_at(order, item, location) > 0 &&
            (!last || is_served_before(model, order, last, item)) &&
            (!next || is_served_before(model, next, order, item))) {
            next = order;
        }
    }
    return next;
}

/* As many as cover it; their number. */
static uint32_t orders_at_risk(const struct model *model, uint32_t item, uint32_t location,
                               int64_t missing, struct sellable_at_risk *list) {
    const struct order *last = NULL, *order;
    uint32_t count = 0;
    while (missing > 0 && (order = next_at_risk(model, last, item, location)) != NULL) {
        list[count++] = (struct sellable_at_risk){.order = model_key(&order->key),
                                                  .quantity = held_at(order, item, location)};
        model_saw(model, MODEL_RULE_SHORTAGE_RANK, last && order->sequence > last->sequence);
        missing -= held_at(order, item, location);
        last = order;
    }
    model_saw(model, MODEL_RULE_SHORTAGE_SOME, next_at_risk(model, last, item, location));
    model_saw(model, MODEL_RULE_SHORTAGE_NOBODY, count == 0);
    return count;
}

/* False: visit has ended it. */
static bool visit_shortage(const struct model *model, uint32_t item, uint32_t location,
                           int (*visit)(void *context, const struct sellable_shortage *shortage),
                           void *context) {
    struct sellable_at_risk list[MODEL_ORDERS];
    struct ledger ledger;
    ledger_read(&ledger, model, item, location, NULL);
    int64_t missing = ledger_short(&ledger);
    if (missing == 0 || !model->items[item].tracked) {
        return true;
    }
    model_saw(model, MODEL_RULE_SHORTAGE_INACTIVE, !model->locations[location].active);
    uint32_t count = orders_at_risk(model, item, location, missing, list);
    struct sellable_shortage shortage = {.item = {item},
                                         .location = {location},
                                         .short_ = missing,
                                         .orders = list,
                                         .order_count = count};
    return visit(context, &shortage) == 0;
}

enum sellable_status model_shortages(struct model *model,
                                     int (*visit)(void *context,
                                                  const struct sellable_shortage *shortage),
                                     void *context) {
    uint32_t items[MODEL_ITEMS], locations[MODEL_LOCATIONS];
    uint32_t item_count = model_in_order(&model->item_names, items);
    uint32_t location_count = model_in_order(&model->location_names, locations);
    for (uint32_t i = 0; i < item_count; i++) {
        for (uint32_t k = 0; k < location_count; k++) {
            if (!visit_shortage(model, items[i], locations[k], visit, context)) {
                return SELLABLE_OK;
            }
        }
    }
    return SELLABLE_OK;
}
