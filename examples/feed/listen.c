/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_item_find, sellable_channel_find, sellable_changes, sellable_available,
 * sellable_now. */
#include "listen.h"

#include "clock.h"
#include "disorder.h"
#include "support.h"

#include <stdlib.h>

/* A channel takes so many items at a time. */
enum { TOLD_AT_ONCE = 100 };

/* ---- items and channels ---------------------------------------------------------------------- */

static void find_items(struct listeners *listeners, const struct history *history)
{
    size_t room = 0;
    for (const struct item *item = history->items; item != NULL; item = item->hh.next) {
        struct sellable_item handle;
        must(sellable_item_find(listeners->engine, item->key, &handle), "sellable_item_find");
        listeners->handles[item->number] = handle;
        room = handle.id >= room ? handle.id + (size_t)1 : room;
    }
    listeners->items = allocate(room, sizeof *listeners->items);
    for (const struct item *item = history->items; item != NULL; item = item->hh.next)
        listeners->items[listeners->handles[item->number].id] = item;
}

void listeners_begin(struct listeners *listeners, struct sellable *engine,
                     const struct history *history, const struct disorder *disorder)
{
    *listeners = (struct listeners){.engine = engine,
                                    .disorder = disorder,
                                    .count = history->channel_count,
                                    .item_count = HASH_COUNT(history->items)};
    listeners->listeners = allocate(listeners->count, sizeof *listeners->listeners);
    listeners->handles = allocate(listeners->item_count, sizeof *listeners->handles);
    listeners->changes = allocate(listeners->item_count, sizeof *listeners->changes);
    find_items(listeners, history);
    for (size_t c = 0; c < listeners->count; c++) {
        struct listener *listener = &listeners->listeners[c];
        listener->known = allocate(listeners->item_count, sizeof *listener->known);
        must(sellable_channel_find(engine, history->channels[c].key, &listener->channel),
             "sellable_channel_find");
    }
}

void listeners_free(struct listeners *listeners)
{
    for (size_t c = 0; c < listeners->count; c++)
        free(listeners->listeners[c].known);
    free(listeners->listeners);
    free(listeners->items);
    free(listeners->handles);
    free(listeners->changes);
}

/* ---- what changed ---------------------------------------------------------------------------- */

void listeners_note(struct listeners *listeners, const struct message *message)
{
    const struct item *item = message->subject;
    const struct purchase *purchase = message->subject;
    const struct movement *movement = message->subject;
    const struct order *order = message->subject;
    switch (message->kind) {
    case MESSAGE_OPENING:
    case MESSAGE_COUNT: listeners->changes[item->number]++; break;
    case MESSAGE_PURCHASE: listeners->changes[purchase->item->number]++; break;
    case MESSAGE_ARRIVAL:
    case MESSAGE_STOCKTAKE: listeners->changes[movement->item->number]++; break;
    case MESSAGE_ORDER:
        for (size_t i = 0; i < order->line_count; i++)
            listeners->changes[order->items[i]->number]++;
        break;
    default: break; /* masters, and what only moves what is owed already */
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void hear(const struct listeners *listeners, struct listener *listener,
                 const struct sellable_change *change, int64_t now)
{
    const struct item *item = listeners->items[change->item.id];
    struct known *known = &listener->known[item->number];
    int64_t changes = listeners->changes[item->number] - known->changes;
    listener->coalesced += changes > 1 ? changes - 1 : 0;
    listener->distinct += !known->heard;
    listener->last[listener->heard % TELLINGS_KEPT] = (struct telling){
        .item = item, .at = now, .published = change->published, .level = change->level};
    listener->heard++;
    *known = (struct known){.published = change->published,
                            .level = change->level,
                            .heard = true,
                            .changes = listeners->changes[item->number]};
}

enum outcome { HEARD_ALL, MORE_TO_HEAR, LOST };

static enum outcome ask_once(struct listeners *listeners, struct listener *listener, bool may_lose)
{
    struct sellable_change changes[TOLD_AT_ONCE];
    struct sellable_changes question = {.channel = listener->channel,
                                        .has_after = 1,
                                        .after = listener->position,
                                        .changes = changes,
                                        .capacity = TOLD_AT_ONCE};
    int64_t began = nanoseconds_now();
    must(sellable_changes(listeners->engine, NULL, &question), "sellable_changes");
    listeners->nanoseconds += nanoseconds_now() - began;
    listener->asked++;
    if (may_lose && listeners->disorder != NULL &&
        disorder_loses(listeners->disorder, listeners->questions++)) {
        listener->lost++;
        return LOST;
    }
    int64_t now = sellable_now(listeners->engine);
    for (uint64_t i = 0; i < question.count; i++)
        hear(listeners, listener, &changes[i], now);
    listener->position = question.position;
    return question.more == 1 ? MORE_TO_HEAR : HEARD_ALL;
}

static void ask_all(struct listeners *listeners, bool may_lose)
{
    for (size_t c = 0; c < listeners->count; c++)
        while (ask_once(listeners, &listeners->listeners[c], may_lose) == MORE_TO_HEAR)
            continue;
}

void listeners_ask(struct listeners *listeners)
{
    ask_all(listeners, true);
}

/* ---- does it add up? ------------------------------------------------------------------------- */

static void compare(const struct listeners *listeners, struct listener *listener, size_t number)
{
    const struct known *known = &listener->known[number];
    const struct sellable_question question = {.item = listeners->handles[number],
                                               .channel = listener->channel};
    struct sellable_availability there;
    must(sellable_available(listeners->engine, &question, &there), "sellable_available");
    listener->levels[known->level]++;
    if (known->published == there.published && known->level == there.level)
        return;
    if (listener->wrong++ == 0)
        listener->wrong_at = listeners->items[listeners->handles[number].id];
}

void listeners_ask_to_the_end(struct listeners *listeners)
{
    ask_all(listeners, false);
    for (size_t c = 0; c < listeners->count; c++)
        for (size_t i = 0; i < listeners->item_count; i++)
            compare(listeners, &listeners->listeners[c], i);
}
