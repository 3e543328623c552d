/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: refused events. See model.h. */
#include "model_orders.h"

#include <stdlib.h>
#include <string.h>

/* ---- kept ------------------------------------------------------------------------------------ */

static bool is_kept(enum sellable_status status) {
    switch (status) {
    case SELLABLE_OK:
    case SELLABLE_DUPLICATE:
    case SELLABLE_INSUFFICIENT:
    case SELLABLE_PAUSED:
    case SELLABLE_NO_MEMORY:
    case SELLABLE_NOT_DURABLE:
        return false;
    default:
        return (int)status > 0 && (int)status < SELLABLE_STATUS_COUNT;
    }
}

static char *copy_of(const char *words) {
    char *copy = model_room(NULL, strlen(words) + 1, 1);
    memcpy(copy, words, strlen(words) + 1);
    return copy;
}

static void drop(struct exception *exception) {
    free(exception->field);
    free(exception->reason);
    free(exception->content.at);
    record_drop(exception->record);
}

static void take_out(struct model *model, struct exception *exception) {
    uint64_t place = (uint64_t)(exception - model->exceptions);
    drop(exception);
    memmove(exception, exception + 1,
            (model->exception_count - place - 1) * sizeof *exception);
    model->exception_count--;
}

void model_drop_exceptions(struct model *model) {
    while (model->exception_count > 0) {
        drop(&model->exceptions[--model->exception_count]);
    }
    free(model->exceptions);
}

uint64_t model_keep_exception(struct model *model, const struct sellable_event *event,
                              enum sellable_status status, const char *field,
                              const char *reason) {
    if (!is_kept(status)) {
        return 0;
    }
    model->counts.exceptions[status]++;
    if (model->exception_count == model->exception_limit) {
        take_out(model, &model->exceptions[0]);
        model->exceptions_lost++;
        model_saw(model, MODEL_RULE_EXCEPTION_LOST, true);
    }
    model->exceptions =
        model_room(model->exceptions, model->exception_count + 1, sizeof *model->exceptions);
    struct exception *kept = &model->exceptions[model->exception_count++];
    bool reasoned = reason && reason[0];
    size_t size = event->content_size < SELLABLE_CONTENT_MAX ? (size_t)event->content_size
                                                             : SELLABLE_CONTENT_MAX;
    *kept = (struct exception){.number = ++model->exceptions_kept,
                               .status = status,
                               .type = event->type,
                               .field = copy_of(field ? field : ""),
                               .reason = copy_of(reasoned ? reason
                                                          : sellable_status_text((int)status)),
                               .record = record_keep(event),
                               .has_event = !event->content,
                               .kept_at = model->now};
    if (event->content) {
        model_saw(model, MODEL_RULE_EXCEPTION_CONTENT, true);
        kept->content = (struct bytes){model_room(NULL, size, 1), size};
        memcpy(kept->content.at, event->content, size);
    }
    return kept->number;
}

enum sellable_status model_exception_put(struct model *model, const struct sellable_event *event,
                                         enum sellable_status status, const char *field,
                                         const char *reason, struct sellable_answer *answer) {
    struct sellable_event read = {.type = event->type,
                                  .item_key = event->item_key,
                                  .location_key = event->location_key,
                                  .item = event->item,
                                  .location = event->location,
                                  .to_key = event->to_key,
                                  .to = event->to,
                                  .order_key = event->order_key,
                                  .source_key = event->source_key,
                                  .source = event->source,
                                  .id = event->id,
                                  .correlation = event->correlation,
                                  .content = event->content,
                                  .content_size = event->content_size};
    model_clear_answer(answer);
    if (!is_kept(status)) {
        return model_fault(answer, SELLABLE_INVALID, "status", 0);
    }
    uint64_t number = model_keep_exception(model, &read, status, field, reason);
    model->exceptions[model->exception_count - 1].has_event = false;
    model->exceptions[model->exception_count - 1].is_put = true;
    model_saw(model, MODEL_RULE_EXCEPTION_PUT, true);
    if (answer) {
        answer->exception = number;
    }
    return SELLABLE_OK;
}

void model_exception_counts(const struct model *model, struct sellable_exception_counts *counts) {
    *counts = (struct sellable_exception_counts){.kept = model->exception_count,
                                                 .last = model->exceptions_kept,
                                                 .lost = model->exceptions_lost};
}

/* ---- listed ---------------------------------------------------------------------------------- */

static struct exception *find(struct model *model, uint64_t number) {
    for (uint64_t i = 0; i < model->exception_count; i++) {
        if (model->exceptions[i].number == number) {
            return &model->exceptions[i];
        }
    }
    return NULL;
}

/* The order has something reserved or allocated there. */
static bool holds_at(const struct order *order, uint32_t item, uint32_t location) {
    bool holds = false;
    for (uint32_t i = 0; i < order->now.count; i++) {
        const struct promise *promise = &order->now.list[i];
        holds = holds || (promise->item == item && promise->location == location &&
                          promise_reserved(promise) + promise->allocated > 0);
    }
    return holds;
}

/* Those fields that say what it is about, of the types that have them. */
static struct sellable_event about(const struct exception *exception) {
    struct sellable_event about = *record_event(exception->record);
    uint32_t type = about.type;
    bool moves = type == SELLABLE_RESOURCE;
    bool placed = (type < SELLABLE_RESERVE && type != SELLABLE_TRANSFER_RECEIVE) || moves;
    bool ordered = type >= SELLABLE_CONFIRM && type <= SELLABLE_RESOURCE;
    if (exception->is_put) {
        return about;
    }
    if (!placed) {
        about.item = (struct sellable_item){0};
        about.item_key = (struct sellable_key){NULL, 0};
    }
    if (type != SELLABLE_TRANSFER_SHIP && !moves) {
        about.to = (struct sellable_location){0};
        about.to_key = (struct sellable_key){NULL, 0};
    }
    if (!ordered && type != SELLABLE_RETURN_RECEIVE) {
        about.order_key = (struct sellable_key){NULL, 0};
    }
    if ((type == SELLABLE_RESERVE || type == SELLABLE_AMEND) && about.order) {
        about.order_key = about.order->key;
    }
    return about;
}

static uint64_t impact_of(const struct model *model, const struct exception *exception) {
    struct sellable_event about_it = about(exception);
    uint32_t item = model_resolve(&model->item_names, about_it.item.id, about_it.item_key);
    uint32_t here =
        model_resolve(&model->location_names, about_it.location.id, about_it.location_key);
    uint32_t to = model_resolve(&model->location_names, about_it.to.id, about_it.to_key);
    const struct order *asked = order_find(model, about_it.order_key);
    uint64_t orders = 0;
    for (uint32_t i = 0; i < model->order_count; i++) {
        const struct order *order = model->orders[i];
        bool there = item != 0 && (holds_at(order, item, here) || holds_at(order, item, to));
        orders += order_is_open(order) && (there || order == asked);
    }
    return orders;
}

static struct sellable_exception view_of(const struct model *model,
                                         const struct exception *exception, uint64_t orders) {
    const struct sellable_event *event = record_event(exception->record);
    bool by_handle = event->source.id != 0;
    return (struct sellable_exception){
        .number = exception->number,
        .status = (uint32_t)exception->status,
        .type = exception->type,
        .field = exception->field,
        .reason = exception->reason,
        .source = by_handle ? model_source_key(model, event->source) : event->source_key,
        .id = event->id,
        .correlation = event->correlation,
        .content = exception->content.at,
        .content_size = exception->content.size,
        .event = exception->has_event ? event : NULL,
        .kept_at = exception->kept_at,
        .orders = orders};
}

struct ranked {
    const struct exception *exception;
    uint64_t orders;
};

static int by_orders(const void *a, const void *b) {
    const struct ranked *one = a, *other = b;
    if (one->orders != other->orders) {
        return one->orders > other->orders ? -1 : 1;
    }
    return one->exception->number < other->exception->number ? -1 : 1;
}

enum sellable_status
model_exceptions(struct model *model, const struct sellable_exception_selection *selection,
                 int (*visit)(void *context, const struct sellable_exception *exception),
                 void *context) {
    struct sellable_exception_selection all = {0};
    selection = selection ? selection : &all;
    if (selection->by_impact > 1 || (selection->number && !find(model, selection->number))) {
        return SELLABLE_INVALID;
    }
    uint64_t count = 0;
    struct ranked *ranked = model_room(NULL, model->exception_count, sizeof *ranked);
    for (uint64_t i = 0; i < model->exception_count; i++) {
        const struct exception *exception = &model->exceptions[i];
        if (selection->number == 0 || selection->number == exception->number) {
            uint64_t orders = selection->by_impact ? impact_of(model, exception) : 0;
            model_saw(model, MODEL_RULE_EXCEPTION_IMPACT,
                      count > 0 && orders > ranked[count - 1].orders);
            ranked[count++] = (struct ranked){exception, orders};
        }
    }
    qsort(ranked, count, sizeof *ranked, by_orders);
    bool ended = false;
    for (uint64_t i = 0; i < count && !ended; i++) {
        struct sellable_exception view = view_of(model, ranked[i].exception, ranked[i].orders);
        ended = visit(context, &view) != 0;
    }
    free(ranked);
    return SELLABLE_OK;
}

/* ---- replayed, discarded --------------------------------------------------------------------- */

static void saw_replay(const struct model *model, enum sellable_status status, bool mended) {
    bool ok = status == SELLABLE_OK, duplicate = status == SELLABLE_DUPLICATE;
    model_saw(model, MODEL_RULE_REPLAY_APPLIED, ok && !mended);
    model_saw(model, MODEL_RULE_REPLAY_MENDED, ok && mended);
    model_saw(model, MODEL_RULE_REPLAY_DUPLICATE, duplicate);
    model_saw(model, MODEL_RULE_REPLAY_REFUSED, !ok && !duplicate);
}

enum sellable_status model_exception_replay(struct model *model, uint64_t number,
                                            const struct sellable_event *event,
                                            struct sellable_answer *answer) {
    struct sellable_answer unread = {.plan = NULL};
    struct exception *exception = find(model, number);
    answer = answer ? answer : &unread;
    model_clear_answer(answer);
    if (!exception) {
        model_count_event(model, event, true, SELLABLE_INVALID, 0);
        return model_fault(answer, SELLABLE_INVALID, "exception", 0);
    }
    if (!event && !exception->has_event) {
        model_saw(model, MODEL_RULE_REPLAY_NO_RECORD, true);
        model_count_event(model, NULL, true, SELLABLE_INVALID, 0);
        return model_fault(answer, SELLABLE_INVALID, "event", 0);
    }
    enum sellable_status status = model_apply_event(
        model, event ? event : record_event(exception->record), true, answer);
    saw_replay(model, status, event != NULL);
    if (status == SELLABLE_OK || status == SELLABLE_DUPLICATE) {
        take_out(model, exception);
    }
    return status;
}

enum sellable_status model_exception_discard(struct model *model, uint64_t number,
                                             struct sellable_answer *answer) {
    struct exception *exception = find(model, number);
    model_clear_answer(answer);
    if (!exception) {
        return model_fault(answer, SELLABLE_INVALID, "exception", 0);
    }
    take_out(model, exception);
    model_saw(model, MODEL_RULE_EXCEPTION_DISCARDED, true);
    return SELLABLE_OK;
}
