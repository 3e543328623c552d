/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept of an item at a location; parts of it stand in explanations, too.
 *
 * Of the library: sellable_cell, and sellable_orders for whose the dated promises are. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

enum sellable_status look_at_cell(struct replay *replay, struct sellable_place *place,
                                  struct sellable_cell *cell)
{
    struct room *room = &replay->room;
    *cell = (struct sellable_cell){0};
    enum sellable_status status;
    do {
        room->fences =
            grow(room->fences, cell->fence_count, &room->fence_capacity, sizeof *room->fences);
        room->schedule = grow(room->schedule, cell->schedule_count, &room->schedule_capacity,
                              sizeof *room->schedule);
        *cell = (struct sellable_cell){.fences = room->fences,
                                       .schedule = room->schedule,
                                       .fence_capacity = (uint32_t)room->fence_capacity,
                                       .schedule_capacity = (uint32_t)room->schedule_capacity};
        status = sellable_cell(replay->engine, place, cell);
    } while (status == SELLABLE_OK && (cell->fence_count > cell->fence_capacity ||
                                       cell->schedule_count > cell->schedule_capacity));
    return status;
}

void put_held(struct replay *replay, const struct sellable_cell *cell)
{
    put_open(&replay->out, "held", '{');
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++)
        if (cell->held[reason] != 0)
            put_number_of_key(&replay->out, sellable_hold_key(replay->engine, reason),
                              cell->held[reason]);
    put_close(&replay->out, '}');
}

void put_fences(struct replay *replay, const struct sellable_cell *cell,
                struct sellable_channel channel, int64_t quantity)
{
    put_open(&replay->out, "ring_fence", '{');
    for (uint32_t i = 0; i < cell->fence_count; i++) {
        struct sellable_channel of = cell->fences[i].channel;
        int64_t left = of.id == channel.id ? quantity : cell->fences[i].quantity;
        if (left != 0)
            put_number_of_key(&replay->out, sellable_channel_key(replay->engine, of), left);
    }
    put_close(&replay->out, '}');
}

void put_schedule(struct replay *replay, const struct sellable_cell *cell)
{
    struct text *out = &replay->out;
    put_open(out, "schedule", '[');
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        const struct sellable_scheduled *entry = &cell->schedule[i];
        put_open(out, NULL, '{');
        put_key(out, "reference",
                (struct sellable_key){entry->reference, entry->reference_size});
        put_number(out, "due", entry->due);
        put_number(out, "quantity", entry->quantity);
        put_close(out, '}');
    }
    put_close(out, ']');
}

/* ---- dated promises -------------------------------------------------------------------------- */

struct dated_visit {
    struct room *room;
    struct sellable_place place;
    struct sellable_key except;
    size_t count;
};

static int visit_dated(void *context, const struct sellable_order_view *order)
{
    struct dated_visit *visit = context;
    if (order->key.size == visit->except.size &&
        memcmp(order->key.bytes, visit->except.bytes, order->key.size) == 0)
        return 0;
    int64_t quantity = 0;
    for (uint32_t i = 0; i < order->line_count; i++)
        if (order->lines[i].item.id == visit->place.item.id &&
            order->lines[i].location.id == visit->place.location.id)
            quantity += order->lines[i].dated;
    if (quantity == 0)
        return 0;
    struct room *room = visit->room;
    room->dated =
        grow(room->dated, visit->count + 1, &room->dated_capacity, sizeof *room->dated);
    struct dated *entry = &room->dated[visit->count++];
    *entry = (struct dated){order->date, quantity, order->key.size, {0}};
    memcpy(entry->order, order->key.bytes, order->key.size);
    return 0;
}

static int by_due_then_order(const void *left, const void *right)
{
    const struct dated *a = left, *b = right;
    if (a->due != b->due)
        return a->due < b->due ? -1 : 1;
    return compare_keys((struct sellable_key){a->order, a->order_size},
                        (struct sellable_key){b->order, b->order_size});
}

void put_promised(struct replay *replay, struct sellable_place place,
                  const struct sellable_cell *cell, struct sellable_key except)
{
    struct text *out = &replay->out;
    struct dated_visit visit = {&replay->room, place, except, 0};
    if (cell->promised_count > 0) {
        const struct sellable_selection selection = {.item = place.item,
                                                     .location = place.location};
        if (sellable_orders(replay->engine, replay->worker, &selection, visit_dated, &visit) !=
            SELLABLE_OK)
            fail("out of memory");
        if (visit.count > 0)
            qsort(replay->room.dated, visit.count, sizeof *replay->room.dated, by_due_then_order);
    }
    put_open(out, "promised", '[');
    for (size_t i = 0; i < visit.count; i++) {
        const struct dated *entry = &replay->room.dated[i];
        put_open(out, NULL, '{');
        put_key(out, "order", (struct sellable_key){entry->order, entry->order_size});
        put_number(out, "due", entry->due);
        put_number(out, "quantity", entry->quantity);
        put_close(out, '}');
    }
    put_close(out, ']');
}

/* ---- the question ---------------------------------------------------------------------------- */

void answer_cell(struct replay *replay, const struct fields *in)
{
    struct sellable_place place = {0};
    place.item_key = required_key(in, "item");
    place.location_key = required_key(in, "location");
    if (refused(replay))
        return;
    struct sellable_cell cell;
    enum sellable_status status = look_at_cell(replay, &place, &cell);
    if (status != SELLABLE_OK ||
        sellable_item_find(replay->engine, place.item_key, &place.item) != SELLABLE_OK ||
        sellable_location_find(replay->engine, place.location_key, &place.location) !=
            SELLABLE_OK) {
        answer_question_refusal(replay, status);
        return;
    }
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_number(out, "on_hand", cell.on_hand);
    put_held(replay, &cell);
    put_number(out, "allocated", cell.allocated);
    put_number(out, "reserved", cell.reserved);
    put_number(out, "backordered", cell.backordered);
    put_number(out, "safety_stock", cell.safety_stock);
    put_fences(replay, &cell, (struct sellable_channel){0}, 0);
    put_number(out, "net", cell.net);
    put_number(out, "free", cell.free);
    put_number(out, "shared", cell.shared);
    put_number(out, "short", cell.short_);
    put_schedule(replay, &cell);
    put_promised(replay, place, &cell, (struct sellable_key){NULL, 0});
    put_close(out, '}');
}
