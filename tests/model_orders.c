/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: cells, what a channel may promise of them, orders, time. See model.h. */
#include "model_kept.h"

#include <stdlib.h>
#include <string.h>

/* ---- cells: the formulas --------------------------------------------------------------------- */

static struct cell cell_at(const struct model *model, uint32_t item, uint32_t location) {
    const struct item *row = &model->items[item];
    return location < row->cell_count ? row->cells[location] : (struct cell){0};
}

static void cell_store(struct model *model, uint32_t item, uint32_t location, struct cell cell) {
    struct item *row = &model->items[item];
    if (location >= row->cell_count) {
        row->cells = model_room(row->cells, location + 1, sizeof *row->cells);
        memset(row->cells + row->cell_count, 0,
               (location + 1 - row->cell_count) * sizeof *row->cells);
        row->cell_count = location + 1;
    }
    cell.exists = true;
    row->cells[location] = cell;
}

static int64_t held_of(const struct cell *cell) {
    int64_t sum = 0;
    for (int reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        sum += cell->held[reason];
    }
    return sum;
}

static int64_t net_of(const struct cell *cell) {
    return cell->on_hand - held_of(cell) - cell->allocated - cell->reserved - cell->safety_stock;
}

static int64_t free_of(const struct cell *cell) {
    int64_t net = net_of(cell);
    return net > 0 ? net : 0;
}

/* free * share may take all 64 bits: unsigned. */
static int64_t seen_of(const struct cell *cell, const struct channel *channel) {
    return (int64_t)((uint64_t)free_of(cell) * (uint64_t)channel->share / SELLABLE_SHARE_ALL);
}

/* ---- channels: where they sell from, and how much -------------------------------------------- */

static int by_key(const void *left, const void *right) {
    const struct name *a = *(struct name *const *)left, *b = *(struct name *const *)right;
    int order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);
    return order ? order : a->size < b->size ? -1 : a->size > b->size;
}

/* The channel's locations in its order; the caller frees them. */
static uint32_t *locations_of(const struct model *model, const struct channel *channel,
                              uint32_t *count) {
    *count = channel->all_locations ? model->location_names.count : channel->location_count;
    uint32_t *locations = model_room(NULL, *count, sizeof *locations);
    if (!channel->all_locations) {
        memcpy(locations, channel->locations, *count * sizeof *locations);
        return locations;
    }
    struct name **names = model_room(NULL, *count, sizeof(struct name *));
    for (uint32_t i = 0; i < *count; i++) {
        names[i] = model->location_names.by_id[i + 1];
    }
    qsort(names, *count, sizeof(struct name *), by_key);
    for (uint32_t i = 0; i < *count; i++) {
        locations[i] = names[i]->id;
    }
    free(names);
    return locations;
}

static int64_t at_most(int64_t quantity, int64_t limit) {
    return quantity < limit ? quantity : limit;
}

/* A sum over cells stops at the limit, as every answer does, before the buffer is taken off it: so
 * the figures of an explanation give one another. */
static int64_t pool_of(const struct model *model, uint32_t item, const struct channel *channel) {
    uint32_t count;
    uint32_t *locations = locations_of(model, channel, &count);
    int64_t pool = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct cell cell = cell_at(model, item, locations[i]);
        pool = at_most(pool + seen_of(&cell, channel), SELLABLE_QUANTITY_MAX);
    }
    free(locations);
    return pool;
}

static int64_t promisable_of(const struct model *model, uint32_t item,
                             const struct channel *channel) {
    int64_t rest = pool_of(model, item, channel) - channel->buffer;
    return channel->closed || rest < 0 ? 0 : rest;
}

/* ---- supply ---------------------------------------------------------------------------------- */

static bool beyond(int64_t quantity) {
    return quantity > SELLABLE_QUANTITY_MAX || quantity < -SELLABLE_QUANTITY_MAX;
}

static int hold_of(struct sellable_key reason) {
    static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    for (int i = 0; i < 4; i++) {
        if (reason.bytes && reason.size == strlen(reasons[i]) &&
            memcmp(reason.bytes, reasons[i], reason.size) == 0) {
            return i;
        }
    }
    return -1;
}

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    model_clear_answer(answer);
    uint32_t type = event->type;
    int64_t quantity = event->quantity;
    if (type < SELLABLE_ON_HAND_SET || type >= SELLABLE_EVENT_TYPES_END) {
        return model_fault(answer, SELLABLE_INVALID, "type", 0);
    }
    bool hold =
        type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE || type == SELLABLE_HOLD_SCRAP;
    bool set = type == SELLABLE_ALLOCATION_SET || type == SELLABLE_SAFETY_STOCK_SET;
    if (beyond(quantity) || (hold && quantity <= 0) || (set && quantity < 0)) {
        return model_fault(answer, SELLABLE_INVALID, "quantity", 0);
    }
    int reason = hold_of(event->reason);
    if (hold && reason < 0) {
        return model_fault(answer, SELLABLE_INVALID, "reason", 0);
    }
    if (event->has_expected > 1 || (hold && event->has_expected)) {
        return model_fault(answer, SELLABLE_INVALID, "has_expected", 0);
    }
    uint32_t item = model_resolve(&model->item_names, event->item.id, event->item_key);
    if (item == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", 0);
    }
    uint32_t location =
        model_resolve(&model->location_names, event->location.id, event->location_key);
    if (location == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", 0);
    }

    struct cell cell = cell_at(model, item, location);
    int64_t before = cell.on_hand;
    int64_t *changed = type == SELLABLE_ON_HAND_SET || type == SELLABLE_ON_HAND_ADJUST
                           ? &cell.on_hand
                       : hold                              ? &cell.held[reason]
                       : type == SELLABLE_SAFETY_STOCK_SET ? &cell.safety_stock
                                                           : &cell.allocated;
    if (event->has_expected && event->expected != *changed) {
        if (answer) {
            answer->actual = *changed;
        }
        return SELLABLE_CONFLICT;
    }
    switch (type) {
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_ALLOCATION_ADJUST:
    case SELLABLE_HOLD_PLACE:
        *changed += quantity;
        break;
    case SELLABLE_HOLD_RELEASE:
        *changed -= quantity;
        break;
    case SELLABLE_HOLD_SCRAP:
        *changed -= quantity;
        cell.on_hand -= quantity;
        break;
    default:
        *changed = quantity;
    }
    if ((hold && *changed < 0) || cell.allocated < 0) {
        return SELLABLE_WRONG_STATE;
    }
    if (beyond(*changed) || beyond(cell.on_hand) || beyond(held_of(&cell)) ||
        beyond(net_of(&cell))) {
        return SELLABLE_OVERFLOW;
    }
    cell_store(model, item, location, cell);
    if (answer) {
        answer->variance = cell.on_hand - before;
    }
    return SELLABLE_OK;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static struct order *find_order(const struct model *model, struct sellable_key key) {
    struct order *order = NULL;
    if (model_is_key(key)) {
        HASH_FIND(hh, model->orders, key.bytes, (unsigned)key.size, order);
    }
    return order;
}

static enum sellable_status tell_plan(const struct order *order, enum sellable_status status,
                                      struct sellable_answer *answer) {
    if (answer) {
        answer->plan_count = order->plan_count;
        answer->date = order->date;
        for (uint32_t i = 0; i < order->plan_count && i < answer->plan_capacity; i++) {
            answer->plan[i] = (struct sellable_placement){.item = {order->plan[i].item},
                                                          .location = {order->plan[i].location},
                                                          .quantity = order->plan[i].quantity};
        }
    }
    return status;
}

static uint32_t item_of_line(const struct model *model, const struct sellable_line *line) {
    return model_resolve(&model->item_names, line->item.id, line->item_key);
}

static bool is_same_content(const struct model *model, const struct order *order,
                            const struct sellable_order *asked) {
    uint32_t channel = model_resolve(&model->channel_names, asked->channel.id, asked->channel_key);
    if (order->channel != channel || order->expires_at != asked->expires_at ||
        order->line_count != asked->line_count) {
        return false;
    }
    for (uint32_t i = 0; i < order->line_count; i++) {
        if (order->lines[i].item != item_of_line(model, &asked->lines[i]) ||
            order->lines[i].quantity != asked->lines[i].quantity) {
            return false;
        }
    }
    return true;
}

/* The lines with equal items added up, in the order of their first line; false on overflow. */
static bool add_up(const struct model *model, const struct sellable_order *asked,
                   struct written *sums, uint32_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < asked->line_count; i++) {
        uint32_t item = item_of_line(model, &asked->lines[i]), place = 0;
        while (place < *count && sums[place].item != item) {
            place++;
        }
        if (place == *count) {
            sums[(*count)++] = (struct written){item, 0};
        }
        sums[place].quantity += asked->lines[i].quantity;
        if (beyond(sums[place].quantity)) {
            return false;
        }
    }
    return true;
}

/* Take what each of the channel's locations shows of the item, in their order, up to the sum. */
static void take(struct model *model, struct order *order, const struct channel *channel,
                 struct written sum) {
    uint32_t count;
    uint32_t *locations = locations_of(model, channel, &count);
    for (uint32_t i = 0; i < count && sum.quantity > 0; i++) {
        struct cell cell = cell_at(model, sum.item, locations[i]);
        int64_t part = at_most(seen_of(&cell, channel), sum.quantity);
        if (part > 0) {
            cell.reserved += part;
            cell_store(model, sum.item, locations[i], cell);
            order->plan = model_room(order->plan, order->plan_count + 1, sizeof *order->plan);
            order->plan[order->plan_count++] = (struct promise){sum.item, locations[i], part};
            sum.quantity -= part;
        }
    }
    free(locations);
}

static struct order *new_order(const struct model *model, const struct sellable_order *asked) {
    struct order *order = model_room(NULL, 1, sizeof *order);
    *order = (struct order){
        .channel = model_resolve(&model->channel_names, asked->channel.id, asked->channel_key),
        .lines = model_room(NULL, asked->line_count, sizeof *order->lines),
        .line_count = asked->line_count,
        .expires_at = asked->expires_at,
        .date = model->now,
        .state = SELLABLE_RESERVED,
        .timeout = asked->expires_at};
    memcpy(order->key, asked->key.bytes, asked->key.size);
    for (uint32_t i = 0; i < asked->line_count; i++) {
        order->lines[i] =
            (struct written){item_of_line(model, &asked->lines[i]), asked->lines[i].quantity};
    }
    return order;
}

enum sellable_status model_reserve(struct model *model, const struct sellable_order *asked,
                                   struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (!model_is_key(asked->key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    if (asked->line_count == 0 || asked->line_count > SELLABLE_LINES_MAX || !asked->lines) {
        return model_fault(answer, SELLABLE_INVALID, "line_count", 0);
    }
    for (uint32_t i = 0; i < asked->line_count; i++) {
        if (asked->lines[i].quantity < 1 || asked->lines[i].quantity > SELLABLE_QUANTITY_MAX) {
            return model_fault(answer, SELLABLE_INVALID, "lines.quantity", i);
        }
    }
    if (asked->expires_at < -SELLABLE_TIME_MAX || asked->expires_at > SELLABLE_TIME_MAX) {
        return model_fault(answer, SELLABLE_INVALID, "expires_at", 0);
    }
    struct order *known = find_order(model, asked->key);
    if (known) {
        return is_same_content(model, known, asked) ? tell_plan(known, SELLABLE_DUPLICATE, answer)
                                                    : SELLABLE_CONFLICT;
    }
    if (asked->expires_at != 0 && asked->expires_at <= model->now) {
        return model_fault(answer, SELLABLE_INVALID, "expires_at", 0);
    }
    uint32_t channel_id =
        model_resolve(&model->channel_names, asked->channel.id, asked->channel_key);
    if (channel_id == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", 0);
    }
    for (uint32_t i = 0; i < asked->line_count; i++) {
        if (item_of_line(model, &asked->lines[i]) == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "lines.item", i);
        }
    }
    struct written sums[SELLABLE_LINES_MAX];
    uint32_t count;
    if (!add_up(model, asked, sums, &count)) {
        return SELLABLE_OVERFLOW;
    }

    const struct channel *channel = &model->channels[channel_id];
    uint32_t misfits = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t promisable = promisable_of(model, sums[i].item, channel);
        if (sums[i].quantity > promisable) {
            if (answer && misfits < answer->misfit_capacity) {
                answer->misfits[misfits] = (struct sellable_misfit){
                    .item = {sums[i].item}, .asked = sums[i].quantity, .promisable = promisable};
            }
            misfits++;
        }
    }
    if (misfits > 0) {
        if (answer) {
            answer->misfit_count = misfits;
        }
        return SELLABLE_INSUFFICIENT;
    }
    struct order *order = new_order(model, asked);
    for (uint32_t i = 0; i < count; i++) {
        take(model, order, channel, sums[i]);
    }
    HASH_ADD_KEYPTR(hh, model->orders, order->key, (unsigned)asked->key.size, order);
    return tell_plan(order, SELLABLE_OK, answer);
}

/* Everything still reserved leaves the order: back to its cells, or, shipped, out of them. */
static void close_order(struct model *model, struct order *order, uint32_t state) {
    for (uint32_t i = 0; i < order->plan_count; i++) {
        struct promise promise = order->plan[i];
        struct cell cell = cell_at(model, promise.item, promise.location);
        cell.reserved -= promise.quantity;
        if (state == SELLABLE_SHIPPED) {
            cell.on_hand -= promise.quantity;
        }
        cell_store(model, promise.item, promise.location, cell);
    }
    order->state = state;
    order->timeout = 0;
    order->closed_at = model->now;
}

/* The open order of a key; else NULL and why. */
static struct order *open_order(struct model *model, struct sellable_key key,
                                struct sellable_answer *answer, enum sellable_status *status) {
    model_clear_answer(answer);
    struct order *order = find_order(model, key);
    *status = !model_is_key(key) ? model_fault(answer, SELLABLE_INVALID, "key", 0)
              : !order           ? model_fault(answer, SELLABLE_UNKNOWN_ORDER, "key", 0)
              : order->state != SELLABLE_RESERVED ? SELLABLE_WRONG_STATE
                                                  : SELLABLE_OK;
    return *status == SELLABLE_OK ? order : NULL;
}

enum sellable_status model_confirm(struct model *model, struct sellable_key key,
                                   struct sellable_answer *answer) {
    enum sellable_status status;
    struct order *order = open_order(model, key, answer, &status);
    if (order) {
        order->timeout = 0;
    }
    return status;
}

enum sellable_status model_release(struct model *model, struct sellable_key key,
                                   struct sellable_answer *answer) {
    enum sellable_status status;
    struct order *order = open_order(model, key, answer, &status);
    if (order) {
        close_order(model, order, SELLABLE_RELEASED);
    }
    return status;
}

enum sellable_status model_ship(struct model *model, struct sellable_key key,
                                struct sellable_answer *answer) {
    enum sellable_status status;
    struct order *order = open_order(model, key, answer, &status);
    if (order) {
        close_order(model, order, SELLABLE_SHIPPED);
    }
    return status;
}

/* ---- time ------------------------------------------------------------------------------------ */

enum sellable_status model_advance(struct model *model, int64_t now,
                                   struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (now < -SELLABLE_TIME_MAX || now > SELLABLE_TIME_MAX) {
        return model_fault(answer, SELLABLE_INVALID, "now", 0);
    }
    if (now > model->now) {
        model->now = now;
    }
    struct order *order, *next;
    HASH_ITER(hh, model->orders, order, next) {
        if (order->state == SELLABLE_RESERVED && order->timeout != 0 &&
            order->timeout <= model->now) {
            close_order(model, order, SELLABLE_EXPIRED);
        }
        if (order->state != SELLABLE_RESERVED &&
            order->closed_at + model->retention <= model->now) {
            model_forget_order(model, order);
        }
    }
    return SELLABLE_OK;
}

int64_t model_now(const struct model *model) {
    return model->now;
}

/* ---- questions ------------------------------------------------------------------------------- */

static enum sellable_status resolve_question(const struct model *model,
                                             const struct sellable_question *question,
                                             uint32_t *item, uint32_t *channel) {
    *item = model_resolve(&model->item_names, question->item.id, question->item_key);
    *channel = model_resolve(&model->channel_names, question->channel.id, question->channel_key);
    return *item == 0      ? SELLABLE_UNKNOWN_ITEM
           : *channel == 0 ? SELLABLE_UNKNOWN_CHANNEL
                           : SELLABLE_OK;
}

enum sellable_status model_available(const struct model *model,
                                     const struct sellable_question *question,
                                     struct sellable_availability *availability) {
    uint32_t item, channel;
    enum sellable_status status = resolve_question(model, question, &item, &channel);
    int64_t promisable =
        status == SELLABLE_OK ? promisable_of(model, item, &model->channels[channel]) : 0;
    *availability = (struct sellable_availability){promisable, promisable};
    return status;
}

enum sellable_status model_explain(const struct model *model,
                                   const struct sellable_question *question,
                                   struct sellable_explanation *explanation) {
    uint32_t item, channel_id, count;
    *explanation = (struct sellable_explanation){.terms = explanation->terms,
                                                 .term_capacity = explanation->term_capacity,
                                                 .because = explanation->because,
                                                 .because_capacity = explanation->because_capacity};
    enum sellable_status status = resolve_question(model, question, &item, &channel_id);
    if (status != SELLABLE_OK) {
        return status;
    }
    const struct channel *channel = &model->channels[channel_id];
    uint32_t *locations = locations_of(model, channel, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct cell cell = cell_at(model, item, locations[i]);
        if (!cell.exists) {
            continue;
        }
        if (explanation->term_count < explanation->term_capacity) {
            explanation->terms[explanation->term_count] =
                (struct sellable_term){.location = {locations[i]},
                                       .on_hand = cell.on_hand,
                                       .held = held_of(&cell),
                                       .allocated = cell.allocated,
                                       .reserved = cell.reserved,
                                       .safety_stock = cell.safety_stock,
                                       .net = net_of(&cell),
                                       .free = free_of(&cell),
                                       .shared = free_of(&cell),
                                       .seen = seen_of(&cell, channel)};
        }
        explanation->term_count++;
    }
    free(locations);
    explanation->item.id = item;
    explanation->channel.id = channel_id;
    explanation->now = model->now;
    explanation->share = channel->share;
    explanation->closed = channel->closed;
    explanation->pool = pool_of(model, item, channel);
    explanation->buffer = channel->buffer;
    explanation->promisable = promisable_of(model, item, channel);
    explanation->published = explanation->promisable;
    return SELLABLE_OK;
}

enum sellable_status model_cell(const struct model *model, const struct sellable_place *place,
                                struct sellable_cell *view) {
    *view = (struct sellable_cell){0};
    uint32_t item = model_resolve(&model->item_names, place->item.id, place->item_key);
    uint32_t location =
        model_resolve(&model->location_names, place->location.id, place->location_key);
    if (item == 0 || location == 0) {
        return item == 0 ? SELLABLE_UNKNOWN_ITEM : SELLABLE_UNKNOWN_LOCATION;
    }
    struct cell cell = cell_at(model, item, location);
    view->on_hand = cell.on_hand;
    memcpy(view->held, cell.held, sizeof view->held);
    view->allocated = cell.allocated;
    view->reserved = cell.reserved;
    view->safety_stock = cell.safety_stock;
    view->net = net_of(&cell);
    view->free = view->shared = free_of(&cell);
    int64_t missing = -net_of(&cell) - cell.safety_stock;
    view->short_ = missing > 0 ? missing : 0;
    return SELLABLE_OK;
}

enum sellable_status model_order(const struct model *model, struct sellable_key key,
                                 struct sellable_order_view *view) {
    const struct order *order = find_order(model, key);
    view->line_count = 0;
    if (!order) {
        return model_is_key(key) ? SELLABLE_UNKNOWN_ORDER : SELLABLE_INVALID;
    }
    for (uint32_t i = 0; i < order->plan_count && i < view->line_capacity; i++) {
        struct promise promise = order->plan[i];
        bool open = order->state == SELLABLE_RESERVED, shipped = order->state == SELLABLE_SHIPPED;
        view->lines[i] =
            (struct sellable_order_line){.item = {promise.item},
                                         .location = {promise.location},
                                         .reserved = open ? promise.quantity : 0,
                                         .shipped = shipped ? promise.quantity : 0,
                                         .released = open || shipped ? 0 : promise.quantity};
    }
    view->line_count = order->plan_count;
    view->state = order->state;
    view->channel.id = order->channel;
    view->expires_at = order->timeout;
    view->date = order->date;
    return SELLABLE_OK;
}

void model_memory(const struct model *model, struct sellable_memory *memory) {
    *memory = (struct sellable_memory){.items = model->item_names.count,
                                       .orders = HASH_COUNT(model->orders)};
}
