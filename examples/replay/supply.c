/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of supply: balances, holds, fences, schedules, receipts, transfers, returns. What is kept
 * of a cell, and how each event changes it, is in the manual of sellable_apply.
 *
 * Of the library: the fields of sellable_event that belong to these types. */
#include "replay.h"

static void read_quantity(const struct fields *in, struct sellable_event *event)
{
    event->quantity = required_number(in, "quantity");
    event->unit = optional_key(in, "unit");
}

static void read_cell(const struct fields *in, struct sellable_event *event)
{
    event->item_key = required_key(in, "item");
    event->location_key = required_key(in, "location");
}

static void read_expected(const struct fields *in, struct sellable_event *event)
{
    bool given;
    event->expected = optional_number(in, "expected", &given);
    event->has_expected = given;
}

/* ---- balances and holds ---------------------------------------------------------------------- */

void read_balance(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    read_cell(in, event);
    read_quantity(in, event);
    read_expected(in, event);
}

void read_on_hand_set(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    bool given;
    read_balance(replay, in, event);
    event->as_of = optional_number(in, "as_of", &given);
    event->has_as_of = given;
}

void read_on_hand_adjust(struct replay *replay, const struct fields *in,
                         struct sellable_event *event)
{
    read_balance(replay, in, event);
    event->reason = as_words(in, "reason", optional(in, "reason"));
}

void read_held(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    read_cell(in, event);
    event->reason = required_key(in, "reason");
    read_quantity(in, event);
}

/* ---- fences and schedules -------------------------------------------------------------------- */

void read_ring_fence(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    bool given;
    read_balance(replay, in, event);
    event->channel_key = required_key(in, "channel");
    event->until = optional_number(in, "until", &given);
    event->until = never_zero(event->until, given);
}

void read_schedule(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    read_balance(replay, in, event);
    event->reference = required_key(in, "reference");
    /* An entry that is taken away is due no more. */
    const json_t *quantity = optional(in, "quantity");
    bool away = json_is_integer(quantity) && json_integer_value(quantity) == 0;
    event->due = as_number(in, "due", away ? optional(in, "due") : required(in, "due"));
}

/* ---- what comes, goes, and comes back -------------------------------------------------------- */

void read_receipt(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    read_cell(in, event);
    read_quantity(in, event);
    event->reference = optional_key(in, "reference");
    event->held = optional_key(in, "held");
}

void read_transfer_ship(struct replay *replay, const struct fields *in,
                        struct sellable_event *event)
{
    (void)replay;
    event->reference = required_key(in, "transfer");
    event->item_key = required_key(in, "item");
    event->location_key = required_key(in, "from");
    event->to_key = required_key(in, "to");
    read_quantity(in, event);
    event->due = required_number(in, "due");
}

void read_transfer_receive(struct replay *replay, const struct fields *in,
                           struct sellable_event *event)
{
    (void)replay;
    event->reference = required_key(in, "transfer");
    read_quantity(in, event);
}

void read_return_receive(struct replay *replay, const struct fields *in,
                         struct sellable_event *event)
{
    (void)replay;
    read_cell(in, event);
    read_quantity(in, event);
    event->order_key = optional_key(in, "order");
}

void read_return_disposition(struct replay *replay, const struct fields *in,
                             struct sellable_event *event)
{
    (void)replay;
    static const char *const outcomes[] = {"restock", "scrap", "damage"};
    read_cell(in, event);
    read_quantity(in, event);
    /* enum sellable_outcome counts them from 1, in this order. */
    event->outcome = 1 + as_choice(in, "outcome", required(in, "outcome"), outcomes, 3);
}
