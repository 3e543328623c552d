/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of supply.
 *
 * Of the library: sellable_apply. */
#include "replay.h"

static bool is_hold(int type)
{
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

void answer_event(struct replay *replay, const struct fields *in, int type)
{
    struct sellable_event event = {.type = (uint32_t)type};
    bool given;
    event.item_key = required_key(in, "item");
    event.location_key = required_key(in, "location");
    if (is_hold(type))
        event.reason = required_key(in, "reason");
    if (type == SELLABLE_RING_FENCE_SET)
        event.channel_key = required_key(in, "channel");
    if (type == SELLABLE_SCHEDULE_SET) {
        event.reference = required_key(in, "reference");
        /* An entry that is taken away is due no more. */
        bool away = json_is_integer(optional(in, "quantity")) &&
                    json_integer_value(optional(in, "quantity")) == 0;
        event.due = as_number(in, "due", away ? optional(in, "due") : required(in, "due"));
    }
    event.quantity = required_number(in, "quantity");
    event.unit = optional_key(in, "unit");
    if (type == SELLABLE_RING_FENCE_SET) {
        event.until = optional_number(in, "until", &given);
        event.until = never_zero(event.until, given);
    }
    if (!is_hold(type)) {
        event.expected = optional_number(in, "expected", &given);
        event.has_expected = given;
    }
    if (refused(replay))
        return;

    struct sellable_answer answer = {0};
    enum sellable_status status =
        sellable_apply(replay->engine, replay->worker, &event, &answer);
    bool varies = type == SELLABLE_ON_HAND_SET || type == SELLABLE_ON_HAND_ADJUST ||
                  type == SELLABLE_HOLD_SCRAP;
    if (status == SELLABLE_OK && varies) {
        begin_answer(replay, status);
        put_number(&replay->out, "variance", answer.variance);
        put_close(&replay->out, '}');
    } else if (status == SELLABLE_CONFLICT) {
        begin_answer(replay, status);
        put_number(&replay->out, "actual", answer.actual);
        put_close(&replay->out, '}');
    } else {
        answer_refusal(replay, status, &answer, "item");
    }
}
