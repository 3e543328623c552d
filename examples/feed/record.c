/* SPDX-License-Identifier: Apache-2.0
 *
 * Each kind of message as a record of the library: sellable_event, and what belongs to it. */
#include "record.h"

#include "rules.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* An order that is not confirmed by then is given up. */
static const int64_t confirmed_within = 3600000;

/* A source that is silent for longer shows in the engine's statistics. */
static const int64_t silent_at_most = 4 * SELLABLE_DAY;

static void write_key(char buffer[SELLABLE_KEY_MAX + 1], struct sellable_key *key,
                      const char *word, struct sellable_key subject)
{
    int size = snprintf(buffer, SELLABLE_KEY_MAX + 1, "%s %.*s", word, (int)subject.size,
                        subject.bytes);
    *key = (struct sellable_key){buffer, (uint64_t)size};
}

/* The same source, subject and word give the same id: so a copy is known again. */
static void identify(struct record *record, const char *word, struct sellable_key subject)
{
    write_key(record->id, &record->event.id, word, subject);
}

static void correlate(struct record *record, const char *word, struct sellable_key subject)
{
    write_key(record->correlation, &record->event.correlation, word, subject);
}

static void place_at(struct record *record, const struct item *item)
{
    record->event.item_key = item->key;
    record->event.location_key = key_of(warehouse);
}

/* ---- masters --------------------------------------------------------------------------------- */

static void make_rule(struct record *record, const struct rule *rule)
{
    struct sellable_event *event = &record->event;
    char words[SELLABLE_KEY_MAX];
    record->owner = (struct sellable_owner){.source_key = key_of(source_names[rule->source])};
    record->ownership = (struct sellable_ownership){
        .owned = rule->owned, .type = rule->type, .owners = &record->owner, .owner_count = 1};
    event->ownership = &record->ownership;
    snprintf(words, sizeof words, "%u/%u", (unsigned)rule->owned, (unsigned)rule->type);
    identify(record, "owner", key_of(words));
}

static void make_product(struct record *record, const struct item *item)
{
    record->event.item_key = item->key;
    record->item = (struct sellable_item_settings){.set = SELLABLE_ITEM_UNIT, .unit = item->unit};
    if (item->outer.size > 0) {
        record->unit = (struct sellable_unit){item->outer, item->per_outer, 1};
        record->item.set |= SELLABLE_ITEM_UNITS;
        record->item.units = &record->unit;
        record->item.unit_count = 1;
    }
    record->event.item_settings = &record->item;
    identify(record, "item", item->key);
}

static void make_master(struct record *record, const void *subject, const struct history *history)
{
    struct sellable_event *event = &record->event;
    const struct channel *channel = subject;
    const struct item *item = subject;
    switch (record->message->kind) {
    case MESSAGE_DECLARE:
        event->declares = key_of(subject);
        event->max_lag = silent_at_most;
        event->max_lag_given = 1;
        identify(record, "source", event->declares);
        break;
    case MESSAGE_RULE: make_rule(record, subject); break;
    case MESSAGE_PLACE:
        event->location_key = key_of(subject);
        identify(record, "location", event->location_key);
        break;
    case MESSAGE_PRODUCT: make_product(record, item); break;
    case MESSAGE_SELLER:
        event->channel_key = channel->key;
        record->policy = channel_policy(channel->key, history);
        event->policy = &record->policy;
        identify(record, "channel", channel->key);
        break;
    default: /* MESSAGE_SETTING */
        event->item_key = item->key;
        record->policy = item_policy(item);
        event->policy = &record->policy;
        identify(record, "policy", item->key);
    }
}

/* ---- stock ----------------------------------------------------------------------------------- */

static void make_balance(struct record *record, const struct item *item, int64_t quantity)
{
    bool last = record->message->kind == MESSAGE_COUNT;
    place_at(record, item);
    record->event.quantity = quantity;
    record->event.has_as_of = 1;
    record->event.as_of = record->message->at;
    identify(record, last ? "count" : "opening", item->key);
}

static void make_purchase(struct record *record, const struct purchase *purchase)
{
    struct sellable_event *event = &record->event;
    place_at(record, purchase->item);
    event->reference = purchase->reference;
    event->due = purchase->due;
    event->quantity = purchase->outers;
    event->unit = purchase->item->outer;
    if (event->unit.size == 0) /* its outer is called as its unit is */
        event->quantity *= purchase->item->per_outer;
    identify(record, "schedule", purchase->reference);
    correlate(record, "purchase", purchase->reference);
}

static void make_movement(struct record *record, const struct movement *movement)
{
    struct sellable_event *event = &record->event;
    place_at(record, movement->item);
    event->quantity = movement->quantity;
    identify(record, "transaction", movement->key);
    if (!movement->is_receipt) {
        event->reason = key_of("stocktake");
    } else if (movement->purchase != NULL) {
        event->reference = movement->purchase->reference;
        correlate(record, "purchase", movement->purchase->reference);
    }
}

/* ---- orders ---------------------------------------------------------------------------------- */

bool is_in_shipment(const struct order *order, size_t line, const struct message *shipment)
{
    return order->picked[line] == day_of(shipment->at);
}

/* The lines that were picked then; none if those are all. */
static void make_parts(struct record *record, const struct order *order)
{
    uint32_t count = 0;
    for (size_t i = 0; i < order->line_count; i++)
        count += is_in_shipment(order, i, record->message);
    if (count == order->line_count)
        return;
    record->parts = allocate(count, sizeof *record->parts);
    for (size_t i = 0; i < order->line_count; i++)
        if (is_in_shipment(order, i, record->message))
            record->parts[record->event.part_count++] = (struct sellable_part){
                .item_key = order->lines[i].item_key, .quantity = order->lines[i].quantity};
    record->event.parts = record->parts;
}

static void make_order(struct record *record, const struct order *order,
                       const struct history *history)
{
    struct sellable_event *event = &record->event;
    record->order = (struct sellable_order){
        .key = order->key,
        .channel_key = history->channels[order->channel].key,
        .lines = order->lines,
        .line_count = (uint32_t)order->line_count,
        .expires_at = record->message->at + confirmed_within,
        .has_date = 1,
        .date = promise_date(history, order->day),
    };
    event->order = &record->order;
    identify(record, "reserve", order->key);
}

/* An order may leave on several days: so the day is part of the id. */
static void make_shipment(struct record *record, const struct order *order)
{
    char words[SELLABLE_KEY_MAX];
    snprintf(words, sizeof words, "ship %lld",
             (long long)(day_of(record->message->at) / SELLABLE_DAY));
    identify(record, words, order->key);
    record->event.order_key = order->key;
    make_parts(record, order);
}

static void make_step(struct record *record, const struct order *order, const char *word)
{
    identify(record, word, order->key);
    record->event.order_key = order->key;
}

static void make_of_order(struct record *record, const struct order *order,
                          const struct history *history)
{
    correlate(record, "order", order->key);
    switch (record->message->kind) {
    case MESSAGE_ORDER: make_order(record, order, history); break;
    case MESSAGE_CONFIRMATION: make_step(record, order, "confirm"); break;
    case MESSAGE_PICK: make_step(record, order, "allocate"); break;
    default: /* MESSAGE_SHIPMENT */ make_shipment(record, order);
    }
}

/* ---- any of them ----------------------------------------------------------------------------- */

static void make_origin(struct record *record)
{
    const struct message *message = record->message;
    struct sellable_event *event = &record->event;
    enum source source = message_forms[message->kind].source;
    event->type = message_forms[message->kind].type;
    if (source == SOURCE_NONE)
        return;
    event->source_key = key_of(source_names[source]);
    event->has_seq = 1;
    event->seq = message->seq;
    if (message->kind == MESSAGE_OPENING || message->kind == MESSAGE_COUNT)
        return; /* a balance has its as_of */
    event->has_at = 1;
    event->at = message->at;
}

void record_make(struct record *record, const struct message *message,
                 const struct history *history)
{
    *record = (struct record){.message = message};
    const struct item *item = message->subject;
    make_origin(record);
    switch (message->kind) {
    case MESSAGE_OPENING: make_balance(record, item, item->opening); break;
    case MESSAGE_COUNT: make_balance(record, item, item->count); break;
    case MESSAGE_PURCHASE: make_purchase(record, message->subject); break;
    case MESSAGE_ARRIVAL:
    case MESSAGE_STOCKTAKE: make_movement(record, message->subject); break;
    case MESSAGE_ORDER:
    case MESSAGE_CONFIRMATION:
    case MESSAGE_PICK:
    case MESSAGE_SHIPMENT: make_of_order(record, message->subject, history); break;
    default: make_master(record, message->subject, history);
    }
}

void record_clear(struct record *record)
{
    free(record->parts);
    record->parts = NULL;
}
