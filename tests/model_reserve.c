/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: orders are promised, or amended. See model.h. */
#include "model_orders.h"

#include <stdlib.h>
#include <string.h>

/* ---- what was written ------------------------------------------------------------------------ */

static bool is_range_of_lines(const struct sellable_order *asked, struct sellable_answer *answer) {
    for (uint32_t i = 0; i < asked->line_count; i++) {
        const struct sellable_line *line = &asked->lines[i];
        const char *fault = NULL;
        if (line->quantity < 1 || line->quantity > SELLABLE_QUANTITY_MAX) {
            fault = "lines.quantity";
        } else if (line->substitute_count > SELLABLE_SUBSTITUTES_MAX ||
                   (line->substitute_count > 0 && !line->substitutes)) {
            fault = "lines.substitutes";
        } else if (line->at_least < 0 || line->at_least > SELLABLE_QUANTITY_MAX) {
            fault = "lines.at_least";
        }
        if (fault) {
            (void)model_fault(answer, SELLABLE_INVALID, fault, i);
            return false;
        }
    }
    return true;
}

/* The fields, each by itself; of an amendment only the key, the lines and the date. */
static enum sellable_status judge_fields(const struct sellable_order *asked, bool amends,
                                         struct sellable_answer *answer) {
    const char *fault = NULL;
    if (!model_is_key(asked->key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    if (asked->line_count == 0 || asked->line_count > SELLABLE_LINES_MAX) {
        return model_fault(answer, SELLABLE_INVALID, "line_count", 0);
    }
    if (!asked->lines) {
        return model_fault(answer, SELLABLE_INVALID, "lines", 0);
    }
    if (!is_range_of_lines(asked, answer)) {
        return SELLABLE_INVALID;
    }
    if (asked->has_date > 1) {
        fault = "has_date";
    } else if (asked->has_date && model_beyond_time(asked->date)) {
        fault = "date";
    } else if (amends) {
        return SELLABLE_OK;
    } else if (model_beyond_time(asked->expires_at)) {
        fault = "expires_at";
    }
    if (!fault && asked->mode > SELLABLE_PARTIAL) {
        fault = "mode";
    } else if (!fault && asked->has_precedence > 1) {
        fault = "has_precedence";
    } else if (!fault && asked->has_precedence &&
               (asked->precedence > SELLABLE_PRECEDENCE_MAX ||
                asked->precedence < -SELLABLE_PRECEDENCE_MAX)) {
        fault = "precedence";
    }
    return fault ? model_fault(answer, SELLABLE_INVALID, fault, 0) : SELLABLE_OK;
}

#define NO_LOCATION UINT32_MAX /* one is given that does not exist */

/* As it was written, defaults filled in. Of an item that does not exist the number is 0. */
static struct content read_content(const struct model *model, const struct sellable_order *asked) {
    struct content content = {
        .channel = model_resolve(&model->channel_names, asked->channel.id, asked->channel_key),
        .mode = asked->mode,
        .has_date = asked->has_date,
        .date = asked->has_date ? asked->date : 0,
        .expires_at = asked->expires_at,
        .has_precedence = asked->has_precedence,
        .precedence = asked->has_precedence ? asked->precedence : 0,
        .lines = model_room(NULL, asked->line_count, sizeof *content.lines),
        .line_count = asked->line_count};
    for (uint32_t i = 0; i < asked->line_count; i++) {
        const struct sellable_line *line = &asked->lines[i];
        struct written *written = &content.lines[i];
        memset(written, 0, sizeof *written);
        written->item = model_resolve(&model->item_names, line->item.id, line->item_key);
        written->location =
            model_resolve(&model->location_names, line->location.id, line->location_key);
        if (written->location == 0 && model_is_given(line->location.id, line->location_key)) {
            written->location = NO_LOCATION;
        }
        written->quantity = line->quantity;
        written->at_least = line->at_least ? line->at_least : 1;
        written->unit = model_text(line->unit);
        written->no_unit = model_is_given(0, line->unit) && written->unit.size == 0;
        written->is_smallest =
            written->item && model_is_same(&written->unit, &model->items[written->item].unit);
        written->substitute_count = line->substitute_count;
        for (uint32_t k = 0; k < line->substitute_count; k++) {
            const struct sellable_substitute *other = &line->substitutes[k];
            written->substitutes[k] =
                model_resolve(&model->item_names, other->item.id, other->item_key);
        }
    }
    return content;
}

/* The smallest unit by its name is the same as none. */
static bool is_same_unit(const struct written *a, const struct written *b) {
    bool smallest = a->is_smallest || a->unit.size == 0;
    bool too = b->is_smallest || b->unit.size == 0;
    return a->no_unit == b->no_unit &&
           (smallest || too ? smallest == too : model_is_same(&a->unit, &b->unit));
}

static bool is_same_line(const struct written *a, const struct written *b) {
    bool same = a->item == b->item && a->location == b->location && a->quantity == b->quantity &&
                a->at_least == b->at_least && is_same_unit(a, b) &&
                a->substitute_count == b->substitute_count;
    for (uint32_t i = 0; same && i < a->substitute_count; i++) {
        same = a->substitutes[i] == b->substitutes[i];
    }
    return same;
}

static bool is_same_content(const struct content *a, const struct content *b) {
    bool same = a->channel == b->channel && a->mode == b->mode && a->has_date == b->has_date &&
                a->date == b->date && a->expires_at == b->expires_at &&
                a->has_precedence == b->has_precedence && a->precedence == b->precedence &&
                a->line_count == b->line_count;
    for (uint32_t i = 0; same && i < a->line_count; i++) {
        same = is_same_line(&a->lines[i], &b->lines[i]);
    }
    return same;
}

/* ---- what it names --------------------------------------------------------------------------- */

static enum sellable_status judge_names(const struct content *content,
                                        struct sellable_answer *answer) {
    for (uint32_t i = 0; i < content->line_count; i++) {
        const struct written *line = &content->lines[i];
        if (line->item == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "lines.item", i);
        }
        for (uint32_t k = 0; k < line->substitute_count; k++) {
            if (line->substitutes[k] == 0) {
                return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "lines.substitutes", i);
            }
        }
    }
    for (uint32_t i = 0; i < content->line_count; i++) {
        if (content->lines[i].location == NO_LOCATION) {
            return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "lines.location", i);
        }
    }
    return SELLABLE_OK;
}

/* A line in the smallest unit of each candidate. */
static enum sellable_status convert_line(const struct model *model, const struct written *line,
                                         uint32_t number, struct wanted *wanted,
                                         struct sellable_answer *answer) {
    struct unit smallest;
    if (line->no_unit) {
        return model_fault(answer, SELLABLE_INVALID, "lines.unit", number);
    }
    *wanted = (struct wanted){.location = line->location, .count = 1 + line->substitute_count};
    for (uint32_t k = 0; k < wanted->count; k++) {
        wanted->candidates[k] = k == 0 ? line->item : line->substitutes[k - 1];
        enum conversion conversion = model_convert(model, wanted->candidates[k], &line->unit,
                                                   line->quantity, &wanted->quantity[k]);
        if (conversion != CONVERTED) {
            return model_fault(answer, SELLABLE_INVALID,
                               conversion == TOO_MUCH ? "lines.quantity" : "lines.unit", number);
        }
    }
    const struct unit *unit = model_unit(&model->items[line->item], &line->unit, &smallest);
    wanted->step = unit->numerator;
    /* what is at least so many of the unit, though that number may not come out whole */
    int64_t units = line->at_least / unit->denominator, over = line->at_least % unit->denominator;
    bool huge = units >= SELLABLE_QUANTITY_MAX / unit->numerator;
    wanted->at_least = huge ? SELLABLE_QUANTITY_MAX
                            : (units + (over > 0)) * unit->numerator;
    return SELLABLE_OK;
}

static enum sellable_status convert_lines(const struct model *model,
                                          const struct content *content, struct wanted *lines,
                                          struct sellable_answer *answer) {
    enum sellable_status status = SELLABLE_OK;
    for (uint32_t i = 0; i < content->line_count && status == SELLABLE_OK; i++) {
        status = convert_line(model, &content->lines[i], i, &lines[i], answer);
    }
    return status;
}

/* Located lines under single; the horizon; what is paused. */
static enum sellable_status judge_lines(struct asker *asker, const struct wanted *lines,
                                        uint32_t count, const int64_t *date,
                                        struct sellable_answer *answer) {
    const struct model *model = asker->model;
    struct basket basket = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = lines[i].candidates[0];
        (void)basket_add(model, &basket, item, lines[i].quantity[0], lines[i].location);
        if (basket_is_torn(asker, &basket, item)) {
            return model_fault(answer, SELLABLE_INVALID, "lines.location", i);
        }
    }
    asker->latest = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < lines[i].count; k++) {
            uint32_t item = lines[i].candidates[k];
            if (k == 0 || asker->paused_too || !is_paused(model, item, asker->channel)) {
                asker->latest =
                    model_least(asker->latest, horizon_end(model, item, asker->channel));
            }
        }
    }
    if (date && (*date < model->now || *date > asker->latest)) {
        model_saw(model, MODEL_RULE_HORIZON, *date > asker->latest);
        return model_fault(answer, SELLABLE_INVALID, "date", 0);
    }
    asker->latest = date ? *date : asker->latest;
    enum sellable_status status = model_admit(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    for (uint32_t i = 0; i < count && !asker->paused_too; i++) {
        if (is_paused(model, lines[i].candidates[0], asker->channel)) {
            model_saw(model, MODEL_RULE_PAUSED, true);
            return model_fault(answer, SELLABLE_PAUSED, "lines.item", i);
        }
    }
    return SELLABLE_OK;
}

/* ---- the promise ----------------------------------------------------------------------------- */

/* What would be promised at this instant; or nothing, and why. */
static enum sellable_status promise(struct asker *asker, const struct wanted *lines,
                                    uint32_t count, uint32_t mode, const int64_t *date,
                                    struct promises *promises, struct sellable_answer *answer) {
    struct basket basket;
    enum sellable_status status = judge_lines(asker, lines, count, date, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    bool within = basket_choose(asker, lines, count, mode == SELLABLE_PARTIAL, &basket);
    if (basket.torn > 0) {
        return model_fault(answer, SELLABLE_INVALID, "lines.location", basket.torn - 1);
    }
    if (!within) {
        return SELLABLE_OVERFLOW;
    }
    bool nothing = basket.count == 0;
    for (uint32_t i = 0; nothing && i < count; i++) { /* all of each line is told */
        (void)basket_add(asker->model, &basket, lines[i].candidates[0], lines[i].quantity[0],
                         lines[i].location);
    }
    uint32_t misfits = basket_misfits(asker, &basket, answer ? answer->misfits : NULL,
                                      answer ? answer->misfit_capacity : 0);
    if (misfits > 0 || nothing) {
        if (answer) {
            answer->misfit_count = misfits;
        }
        return SELLABLE_INSUFFICIENT;
    }
    model_saw(asker->model, MODEL_RULE_DATE, date && *date > asker->model->now);
    basket_place(asker, &basket, date ? *date : basket_date(asker, &basket), promises);
    return SELLABLE_OK;
}

static enum sellable_status tell_plan(const struct promises *promises, enum sellable_status status,
                                      struct sellable_answer *answer) {
    if (answer) {
        answer->plan_count = promises->count;
        answer->date = promises->date;
        for (uint32_t i = 0; i < promises->count && i < answer->plan_capacity; i++) {
            const struct promise *placed = &promises->list[i];
            answer->plan[i] = (struct sellable_placement){.item = {placed->item},
                                                          .location = {placed->location},
                                                          .quantity = placed->quantity,
                                                          .backordered = placed->beyond};
        }
    }
    return status;
}

static void draw_fences(struct model *model, const struct order *order) {
    for (uint32_t i = 0; i < order->now.count; i++) {
        fence_draw(model, order, &order->now.list[i]);
        model_saw(model, MODEL_RULE_BACKORDER, order->now.list[i].beyond > 0);
    }
}

/* ---- reserve --------------------------------------------------------------------------------- */

static enum sellable_status accept(struct model *model, struct order *order,
                                   struct sellable_answer *answer) {
    if (model->order_count == MODEL_ORDERS) {
        model_too_small("orders");
    }
    model->orders[model->order_count++] = order;
    if (order_overflows(model, order)) {
        model_saw(model, MODEL_RULE_CELL_OVERFLOW, true);
        model->order_count--;
        return SELLABLE_OVERFLOW;
    }
    enum sellable_status status = model_remember(model);
    if (status != SELLABLE_OK) {
        model->order_count--;
        return status;
    }
    draw_fences(model, order);
    order->sequence = ++model->sequence;
    return tell_plan(&order->now, SELLABLE_OK, answer);
}

static enum sellable_status reserve(struct model *model, struct order *order,
                                    struct sellable_answer *answer) {
    const struct content *content = &order->content;
    static struct wanted lines[SELLABLE_LINES_MAX];
    struct asker asker = {.model = model, .channel = content->channel};
    if (content->expires_at != 0 && content->expires_at <= model->now) {
        return model_fault(answer, SELLABLE_INVALID, "expires_at", 0);
    }
    if (content->channel == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", 0);
    }
    enum sellable_status status = judge_names(content, answer);
    if (status == SELLABLE_OK) {
        status = convert_lines(model, content, lines, answer);
    }
    if (status == SELLABLE_OK) {
        status = promise(&asker, lines, content->line_count, content->mode,
                         content->has_date ? &content->date : NULL, &order->now, answer);
    }
    if (status == SELLABLE_OK) {
        order->first = promises_copy(&order->now);
        order->timeout = content->expires_at;
        status = accept(model, order, answer);
    }
    return status;
}

/* The first answer again, or a new one. */
static enum sellable_status reserve_once(struct model *model, const struct sellable_order *asked,
                                         struct sellable_answer *answer) {
    model_clear_answer(answer);
    enum sellable_status status = judge_fields(asked, false, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    struct order *order = model_room(NULL, 1, sizeof *order);
    *order = (struct order){.key = model_text(asked->key), .content = read_content(model, asked)};
    const struct order *known = order_find(model, asked->key);
    if (known) {
        status = model_admit(model, answer);
    }
    if (known && status == SELLABLE_OK) {
        status = is_same_content(&known->content, &order->content)
                     ? tell_plan(&known->first, SELLABLE_DUPLICATE, answer)
                     : SELLABLE_CONFLICT;
    } else if (!known) {
        status = reserve(model, order, answer);
    }
    if (status != SELLABLE_OK) {
        model_drop_order(order);
    }
    return status;
}

enum sellable_status model_reserve(struct model *model, const struct sellable_order *asked,
                                   struct sellable_answer *answer) {
    uint32_t channel =
        model_resolve(&model->channel_names, asked->channel.id, asked->channel_key);
    enum sellable_status status = reserve_once(model, asked, answer);
    const struct order *order = order_find(model, asked->key);
    int64_t units = 0;
    for (uint32_t i = 0; status == SELLABLE_OK && i < order->now.count; i++) {
        units += order->now.list[i].quantity;
    }
    model_count_order(model, channel, status, units);
    return model_counted(model, SELLABLE_RESERVE, status);
}

/* ---- amend ----------------------------------------------------------------------------------- */

/* The old promise goes back, the new one is drawn, in one step. */
static enum sellable_status replace(struct model *model, struct order *order,
                                    struct promises *promises, struct sellable_answer *answer) {
    struct promises old = order->now;
    order->now = *promises;
    if (order_overflows(model, order)) {
        order->now = old;
        model_saw(model, MODEL_RULE_CELL_OVERFLOW, true);
        return SELLABLE_OVERFLOW;
    }
    enum sellable_status status = model_remember(model);
    if (status != SELLABLE_OK) {
        order->now = old;
        return status;
    }
    for (uint32_t i = 0; i < old.count; i++) {
        fence_give_back(model, order, &old.list[i], promise_returns(&old.list[i]));
    }
    draw_fences(model, order);
    *promises = old;
    order->sequence = ++model->sequence;
    return tell_plan(&order->now, SELLABLE_OK, answer);
}

static bool can_be_amended(const struct order *order) {
    bool can = order_is_open(order);
    for (uint32_t i = 0; i < order->now.count; i++) {
        can = can && order->now.list[i].allocated == 0 && order->now.list[i].shipped == 0;
    }
    return can;
}

static enum sellable_status amend(struct model *model, const struct sellable_order *asked,
                                  struct order *order, const struct content *content,
                                  struct sellable_answer *answer) {
    static struct wanted lines[SELLABLE_LINES_MAX];
    struct asker asker = {.model = model,
                          .channel = order->content.channel,
                          .without = order,
                          .paused_too = true};
    struct promises promises = {0};
    int64_t date = asked->has_date ? asked->date : model_most(order->now.date, model->now);
    if (!can_be_amended(order)) {
        enum sellable_status admitted = model_admit(model, answer);
        return admitted == SELLABLE_OK ? SELLABLE_WRONG_STATE : admitted;
    }
    enum sellable_status status = judge_names(content, answer);
    if (status == SELLABLE_OK) {
        status = convert_lines(model, content, lines, answer);
    }
    if (status == SELLABLE_OK) {
        status = promise(&asker, lines, content->line_count, SELLABLE_ALL, &date, &promises,
                         answer);
    }
    if (status == SELLABLE_OK) {
        struct asker with = asker;
        struct basket basket;
        with.without = NULL;
        memset(with.has_offer, 0, sizeof with.has_offer);
        (void)basket_choose(&with, lines, content->line_count, false, &basket);
        model_saw(model, MODEL_RULE_AMENDED, basket_misfits(&with, &basket, NULL, 0) > 0);
        status = replace(model, order, &promises, answer);
    }
    free(promises.list);
    free(promises.kits);
    return status;
}

static enum sellable_status amend_known(struct model *model, const struct sellable_order *asked,
                                        struct sellable_answer *answer) {
    model_clear_answer(answer);
    enum sellable_status status = judge_fields(asked, true, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    struct order *order = order_find(model, asked->key);
    if (!order) {
        return model_fault(answer, SELLABLE_UNKNOWN_ORDER, "key", 0);
    }
    struct content content = read_content(model, asked);
    status = amend(model, asked, order, &content, answer);
    free(content.lines);
    return status;
}

enum sellable_status model_amend(struct model *model, const struct sellable_order *asked,
                                 struct sellable_answer *answer) {
    const struct order *order = order_find(model, asked->key);
    enum sellable_status status = amend_known(model, asked, answer);
    if (order) {
        model_count_order(model, order->content.channel, status, 0);
    }
    return model_counted(model, SELLABLE_AMEND, status);
}
