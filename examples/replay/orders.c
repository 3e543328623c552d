/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders: promised, replaced, moved, and what becomes of them.
 *
 * Of the library: sellable_order, sellable_line, sellable_part (records), and the fields of
 * sellable_event that belong to these types; the plan and the misfits of sellable_answer. */
#include "replay.h"

#include <stdio.h>

/* ---- lines of orders ------------------------------------------------------------------------- */

static uint32_t read_substitutes(struct replay *replay, const struct fields *in)
{
    json_t *keys = as_array(in, "substitutes", optional(in, "substitutes"));
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(keys) && i < SUBSTITUTES_ROOM; i++) {
        char name[40];
        snprintf(name, sizeof name, "substitutes[%zu]", i);
        replay->arrays.substitutes[in->index][count++] =
            (struct sellable_substitute){.item_key = as_key(in, name, json_array_get(keys, i))};
    }
    return count;
}

static uint32_t read_lines(struct replay *replay, const struct fields *in, bool amends)
{
    json_t *lines = as_array(in, "lines", required(in, "lines"));
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(lines) && i < LINES_ROOM; i++) {
        const struct fields line = {json_array_get(lines, i), in->fault, "lines", i};
        as_object(&line, "", line.object);
        struct sellable_line *to = &replay->arrays.lines[count++];
        *to = (struct sellable_line){0};
        to->item_key = required_key(&line, "item");
        to->quantity = required_number(&line, "quantity");
        to->unit = optional_key(&line, "unit");
        to->location_key = optional_key(&line, "location");
        to->substitute_count = read_substitutes(replay, &line);
        to->substitutes = replay->arrays.substitutes[i];
        if (!amends)
            to->at_least = optional_number(&line, "at_least", NULL);
    }
    return count;
}

static uint32_t read_parts(struct replay *replay, const struct fields *in)
{
    json_t *given = optional(in, "lines");
    json_t *parts = as_array(in, "lines", given);
    /* None at all, of those that are named, is nothing: the library would take it for all. */
    if (given != NULL && json_array_size(parts) == 0)
        blame(in, "lines", "it names no line");
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(parts) && i < LINES_ROOM; i++) {
        const struct fields part = {json_array_get(parts, i), in->fault, "lines", i};
        as_object(&part, "", part.object);
        replay->arrays.parts[count++] = (struct sellable_part){
            .item_key = required_key(&part, "item"),
            .quantity = required_number(&part, "quantity"),
            .unit = optional_key(&part, "unit"),
            .location_key = optional_key(&part, "location"),
        };
    }
    return count;
}

/* ---- promises -------------------------------------------------------------------------------- */

void read_reserve(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    static const char *const modes[] = {"all", "partial"};
    struct sellable_order *order = &replay->arrays.order;
    bool given;
    *order = (struct sellable_order){.lines = replay->arrays.lines};
    order->key = event->order_key = required_key(in, "order");
    order->channel_key = required_key(in, "channel");
    order->line_count = read_lines(replay, in, false);
    order->mode = as_choice(in, "mode", optional(in, "mode"), modes, 2);
    order->expires_at = optional_number(in, "expires_at", &given);
    order->expires_at = never_zero(order->expires_at, given);
    order->date = optional_number(in, "date", &given);
    order->has_date = given;
    order->precedence = to_32_bits(optional_number(in, "precedence", &given));
    order->has_precedence = given;
    event->order = order;
}

void read_amend(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    struct sellable_order *order = &replay->arrays.order;
    bool given;
    *order = (struct sellable_order){.lines = replay->arrays.lines};
    order->key = event->order_key = required_key(in, "order");
    order->line_count = read_lines(replay, in, true);
    order->date = optional_number(in, "date", &given);
    order->has_date = given;
    event->order = order;
}

void read_resource(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    bool given;
    event->order_key = required_key(in, "order");
    event->item_key = required_key(in, "item");
    event->location_key = required_key(in, "from");
    event->to_key = required_key(in, "to");
    event->quantity = optional_number(in, "quantity", &given);
    event->quantity = never_zero(event->quantity, given);
}

/* ---- what becomes of them -------------------------------------------------------------------- */

void read_confirm(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    event->order_key = required_key(in, "order");
}

void read_extend(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    event->order_key = required_key(in, "order");
    event->expires_at = required_number(in, "expires_at");
}

void read_parts_of_order(struct replay *replay, const struct fields *in,
                         struct sellable_event *event)
{
    event->order_key = required_key(in, "order");
    event->part_count = read_parts(replay, in);
    event->parts = event->part_count > 0 ? replay->arrays.parts : NULL;
}

void read_release(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    read_parts_of_order(replay, in, event);
    event->reason = as_words(in, "reason", optional(in, "reason"));
}

/* ---- what is answered ------------------------------------------------------------------------ */

void answer_plan(struct replay *replay, enum sellable_status status,
                 const struct sellable_answer *answer)
{
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_open(out, "plan", '[');
    for (uint32_t i = 0; i < answer->plan_count; i++) {
        const struct sellable_placement *placement = &answer->plan[i];
        put_open(out, NULL, '{');
        put_key(out, "item", sellable_item_key(replay->engine, placement->item));
        put_key(out, "location", sellable_location_key(replay->engine, placement->location));
        put_number(out, "quantity", placement->quantity);
        put_number(out, "backordered", placement->backordered);
        put_close(out, '}');
    }
    put_close(out, ']');
    put_number(out, "date", answer->date);
    put_close(out, '}');
}

void answer_misfits(struct replay *replay, const struct sellable_answer *answer)
{
    struct text *out = &replay->out;
    begin_answer(replay, SELLABLE_INSUFFICIENT);
    put_open(out, "lines", '[');
    for (uint32_t i = 0; i < answer->misfit_count; i++) {
        const struct sellable_misfit *misfit = &answer->misfits[i];
        put_open(out, NULL, '{');
        put_key(out, "item", sellable_item_key(replay->engine, misfit->item));
        if (misfit->location.id != 0)
            put_key(out, "location", sellable_location_key(replay->engine, misfit->location));
        put_number(out, "asked", misfit->asked);
        put_number(out, "promisable", misfit->promisable);
        put_close(out, '}');
    }
    put_close(out, ']');
    put_close(out, '}');
}

struct sellable_answer new_answer(struct replay *replay, uint32_t placements, uint32_t misfits)
{
    struct room *room = &replay->room;
    room->plan = grow(room->plan, placements, &room->plan_capacity, sizeof *room->plan);
    room->misfits = grow(room->misfits, misfits, &room->misfit_capacity, sizeof *room->misfits);
    return (struct sellable_answer){.plan = room->plan,
                                    .misfits = room->misfits,
                                    .plan_capacity = (uint32_t)room->plan_capacity,
                                    .misfit_capacity = (uint32_t)room->misfit_capacity};
}
