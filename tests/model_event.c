/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: an event is the call of its type, with an origin. See model.h. */
#include "model_kept.h"

/* ---- orders ---------------------------------------------------------------------------------- */

static enum sellable_status promise(struct model *model, const struct sellable_event *event,
                                    struct sellable_answer *answer) {
    if (!event->order) {
        return model_fault(answer, SELLABLE_INVALID, "order", 0);
    }
    return event->type == SELLABLE_RESERVE ? model_reserve(model, event->order, answer)
                                           : model_amend(model, event->order, answer);
}

static enum sellable_status move(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    struct sellable_move move = {.order = event->order_key,
                                 .item_key = event->item_key,
                                 .from_key = event->location_key,
                                 .to_key = event->to_key,
                                 .item = event->item,
                                 .from = event->location,
                                 .to = event->to,
                                 .quantity = event->quantity};
    return model_resource(model, &move, answer);
}

static enum sellable_status act_on_order(struct model *model, const struct sellable_event *event,
                                         struct sellable_answer *answer) {
    struct sellable_key order = event->order_key;
    switch (event->type) {
    case SELLABLE_CONFIRM:
        return model_confirm(model, order, answer);
    case SELLABLE_EXTEND:
        return model_extend(model, order, event->expires_at, answer);
    case SELLABLE_RELEASE:
        return model_release(model, order, event->parts, event->part_count, answer);
    case SELLABLE_ALLOCATE:
        return model_allocate(model, order, event->parts, event->part_count, answer);
    case SELLABLE_DEALLOCATE:
        return model_deallocate(model, order, event->parts, event->part_count, answer);
    case SELLABLE_SHIP:
        return model_ship(model, order, event->parts, event->part_count, answer);
    case SELLABLE_RESOURCE:
        return move(model, event, answer);
    default:
        return promise(model, event, answer);
    }
}

/* ---- masters --------------------------------------------------------------------------------- */

static enum sellable_status put_policy(struct model *model, const struct sellable_event *event,
                                       struct sellable_answer *answer) {
    struct sellable_policy none = {0};
    struct sellable_scope scope = {.item_key = event->item_key,
                                   .channel_key = event->channel_key,
                                   .item = event->item,
                                   .channel = event->channel};
    return model_policy_put(model, &scope, event->policy ? event->policy : &none, answer);
}

static enum sellable_status put_master(struct model *model, const struct sellable_event *event,
                                       struct sellable_answer *answer) {
    switch (event->type) {
    case SELLABLE_ITEM:
        return model_item_put(model, event->item_key, event->item_settings, NULL, answer);
    case SELLABLE_LOCATION:
        return model_location_put(model, event->location_key, event->location_settings, NULL,
                                  answer);
    case SELLABLE_CHANNEL:
        return model_channel_put(model, event->channel_key, event->policy, NULL, answer);
    case SELLABLE_POLICY:
        return put_policy(model, event, answer);
    case SELLABLE_HOLD:
        return model_hold_put(model, event->reason, NULL, answer);
    case SELLABLE_OWNER:
        return event->ownership ? model_owner_put(model, event->ownership, answer)
                                : model_fault(answer, SELLABLE_INVALID, "ownership", 0);
    default:
        return model_source_put(model, event->declares,
                                event->max_lag_given ? &event->max_lag : NULL, NULL, answer);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool is_event(uint32_t type) {
    return type >= SELLABLE_ON_HAND_SET && type < SELLABLE_EVENT_TYPES_END;
}

enum sellable_status model_apply_event(struct model *model, const struct sellable_event *event,
                                       bool replays, struct sellable_answer *answer) {
    if (!is_event(event->type)) {
        model_count_event(model, event, replays, SELLABLE_INVALID, 0);
        return model_fault(answer, SELLABLE_INVALID, "type", 0);
    }
    model->event = event;
    model->replays = replays;
    enum sellable_status status =
        event->type <= SELLABLE_RETURN_DISPOSITION ? model_supply(model, event, answer)
        : event->type <= SELLABLE_RESOURCE         ? act_on_order(model, event, answer)
                                                   : put_master(model, event, answer);
    model->event = NULL;
    model->replays = false;
    model_count_event(model, event, replays, status, answer->variance);
    return status;
}

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    struct sellable_answer unread = {.plan = NULL};
    answer = answer ? answer : &unread;
    model_clear_answer(answer);
    enum sellable_status status = model_apply_event(model, event, false, answer);
    if (is_event(event->type)) {
        answer->exception =
            model_keep_exception(model, event, status, answer->field, answer->reason);
    }
    return status;
}
