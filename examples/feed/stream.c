/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream in order. The files have days for orders, picking and purchase orders; the hours here
 * are made up around those of the transactions (receipts 07:00, issues 12:00, stocktakes 14:00). */
#include "stream.h"

#include "disorder.h"
#include "rules.h"
#include "support.h"

#include <stdlib.h>

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static const int64_t shift_begins[] = {0, 7 * HOUR, 14 * HOUR};
enum { SHIFTS_A_DAY = sizeof shift_begins / sizeof *shift_begins };

static const int64_t orders_begin = 8 * HOUR, orders_last = 3 * HOUR;
static const int64_t picked_at = 11 * HOUR + 30 * MINUTE, shipped_at = 12 * HOUR;
static const int64_t surprises_told_at = 14 * HOUR, purchases_at = 16 * HOUR;

const char *const source_names[SOURCE_COUNT] = {"oms", "wms", "erp"};

const struct message_form message_forms[MESSAGE_KINDS] = {
#define MESSAGE_FORM(NAME, TYPE, SOURCE_NAME, OVERTAKEN)                                           \
    {SELLABLE_##TYPE, SOURCE_##SOURCE_NAME, OVERTAKEN},
    MESSAGES(MESSAGE_FORM)
#undef MESSAGE_FORM
};

int64_t day_of(int64_t instant)
{
    return instant - instant % SELLABLE_DAY;
}

int64_t shift_of(int64_t instant)
{
    int64_t day = day_of(instant);
    size_t shift = SHIFTS_A_DAY - 1;
    while (shift > 0 && instant - day < shift_begins[shift])
        shift--;
    return day + shift_begins[shift];
}

/* ---- what is said ---------------------------------------------------------------------------- */

static void add(struct stream *stream, enum message_kind kind, const void *subject, int64_t at)
{
    stream->messages =
        grow(stream->messages, stream->count, &stream->capacity, sizeof *stream->messages);
    stream->messages[stream->count] = (struct message){.kind = kind,
                                                       .subject = subject,
                                                       .at = at,
                                                       .sent = at,
                                                       .number = (uint32_t)stream->count};
    stream->count++;
}

static void add_masters(struct stream *stream, const struct history *history)
{
    int64_t at = stream->opens;
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        add(stream, MESSAGE_DECLARE, source_names[i], at);
    for (size_t i = 0; i < rule_count; i++)
        add(stream, MESSAGE_RULE, &rules[i], at);
    add(stream, MESSAGE_PLACE, warehouse, at);
    for (size_t i = 0; i < history->channel_count; i++)
        add(stream, MESSAGE_SELLER, &history->channels[i], at);
    for (const struct item *item = history->items; item != NULL; item = item->hh.next)
        add(stream, MESSAGE_PRODUCT, item, at);
    for (const struct item *item = history->items; item != NULL; item = item->hh.next) {
        add(stream, MESSAGE_SETTING, item, at);
        add(stream, MESSAGE_OPENING, item, at);
    }
}

/* An order goes to the floor as a whole on the day its first line is picked, and leaves once on
 * each day on which lines of it were picked. (Were it allocated line by line, an allocation that is
 * told after its shipment would take another line's units.) */
static void add_shipments(struct stream *stream, const struct order *order)
{
    int64_t begins = NEVER;
    for (size_t i = 0; i < order->line_count; i++) {
        int64_t day = order->picked[i];
        bool first = day != NEVER && day <= stream->closes;
        for (size_t k = 0; k < i && first; k++)
            first = order->picked[k] != day;
        if (!first)
            continue;
        begins = begins == NEVER || day < begins ? day : begins;
        add(stream, MESSAGE_SHIPMENT, order, day + shipped_at);
    }
    if (begins != NEVER)
        add(stream, MESSAGE_PICK, order, begins + picked_at);
}

/* The orders of a day come one after the other, evenly over the morning. */
static void add_orders(struct stream *stream, const struct history *history)
{
    size_t days = (size_t)((stream->closes - stream->opens) / SELLABLE_DAY) + 1;
    int64_t *orders = allocate(days, sizeof *orders), *come = allocate(days, sizeof *come);
    for (const struct order *order = history->orders; order != NULL; order = order->hh.next)
        if (order->day <= stream->closes)
            orders[(order->day - stream->opens) / SELLABLE_DAY]++;
    for (const struct order *order = history->orders; order != NULL; order = order->hh.next) {
        if (order->day > stream->closes || order->line_count == 0)
            continue;
        size_t day = (size_t)((order->day - stream->opens) / SELLABLE_DAY);
        int64_t slot = orders_last / orders[day];
        int64_t at = order->day + orders_begin + slot * come[day]++;
        add(stream, MESSAGE_ORDER, order, at);
        add(stream, MESSAGE_CONFIRMATION, order, at + slot / 2);
        add_shipments(stream, order);
    }
    free(orders);
    free(come);
}

static void add_supply(struct stream *stream, const struct history *history)
{
    for (const struct purchase *purchase = history->purchases; purchase != NULL;
         purchase = purchase->hh.next)
        if (purchase->day <= stream->closes)
            add(stream, MESSAGE_PURCHASE, purchase, purchase->day + purchases_at);
    for (size_t i = 0; i < history->movement_count; i++) {
        const struct movement *movement = &history->movements[i];
        if (day_of(movement->at) > stream->closes)
            continue;
        add(stream, movement->is_receipt ? MESSAGE_ARRIVAL : MESSAGE_STOCKTAKE, movement,
            movement->at);
        /* What changes what can be promised is told after the orders of its day. */
        struct message *message = &stream->messages[stream->count - 1];
        int64_t told = day_of(message->at) + surprises_told_at;
        if (message->sent < told && !(movement->is_receipt && is_expected(movement)))
            message->sent = told;
    }
}

static void add_count(struct stream *stream, const struct history *history)
{
    for (const struct item *item = history->items; item != NULL; item = item->hh.next)
        if (item->counted && stream->counted_at != NEVER)
            add(stream, MESSAGE_COUNT, item, stream->counted_at);
}

/* ---- the order in which it comes ------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct message *a = left, *b = right;
    if (a->sent != b->sent)
        return a->sent < b->sent ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->is_copy - b->is_copy;
}

/* A source numbers what it sends; a copy is the same message, with the same number. */
static void number(struct stream *stream)
{
    int64_t next[SOURCE_COUNT + 1] = {0};
    int64_t *seqs = allocate(stream->count, sizeof *seqs);
    for (size_t i = 0; i < stream->count; i++) {
        struct message *message = &stream->messages[i];
        if (!message->is_copy)
            seqs[message->number] = ++next[message_forms[message->kind].source];
        message->seq = seqs[message->number];
    }
    free(seqs);
}

void stream_make(struct stream *stream, const struct history *history, int64_t until,
                 const struct disorder *disorder, bool in_order)
{
    bool cut = until != NEVER && until < history->closes;
    *stream = (struct stream){.opens = history->opens,
                              .closes = cut ? until : history->closes,
                              .counted_at = NEVER};
    if (!cut)
        stream->counted_at = stream->closes + SELLABLE_DAY;
    stream->last_day = stream->closes + (disorder->late_days + COPY_DAYS + 1) * SELLABLE_DAY;
    stream->ends = stream->last_day + SELLABLE_DAY + SELLABLE_RETENTION_DEFAULT;
    add_masters(stream, history);
    add_orders(stream, history);
    add_supply(stream, history);
    add_count(stream, history);
    if (!in_order)
        disorder_times(stream, disorder);
    qsort(stream->messages, stream->count, sizeof *stream->messages, compare);
    number(stream);
    if (!in_order)
        disorder_sequence(stream, disorder);
}

void stream_free(struct stream *stream)
{
    free(stream->messages);
}
