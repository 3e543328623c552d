/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders: promised, replaced, moved, and what becomes of them.
 *
 * Of the library: sellable_reserve, sellable_amend, sellable_resource, sellable_confirm,
 * sellable_extend, sellable_release, sellable_allocate, sellable_deallocate, sellable_ship. */
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
        replay->substitutes[in->index][count++] =
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
        struct sellable_line *to = &replay->lines[count++];
        *to = (struct sellable_line){0};
        to->item_key = required_key(&line, "item");
        to->quantity = required_number(&line, "quantity");
        to->unit = optional_key(&line, "unit");
        to->location_key = optional_key(&line, "location");
        to->substitute_count = read_substitutes(replay, &line);
        to->substitutes = replay->substitutes[i];
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
        replay->parts[count++] = (struct sellable_part){
            .item_key = required_key(&part, "item"),
            .quantity = required_number(&part, "quantity"),
            .unit = optional_key(&part, "unit"),
            .location_key = optional_key(&part, "location"),
        };
    }
    return count;
}

/* ---- promises -------------------------------------------------------------------------------- */

static void put_plan(struct replay *replay, const struct sellable_answer *answer)
{
    struct text *out = &replay->out;
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
}

static void put_misfits(struct replay *replay, const struct sellable_answer *answer)
{
    struct text *out = &replay->out;
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
}

/* Room for as much as the answer says there is; then it is as new. */
static void make_room_for(struct replay *replay, struct sellable_answer *answer)
{
    struct room *room = &replay->room;
    room->plan = grow(room->plan, answer->plan_count, &room->plan_capacity, sizeof *room->plan);
    room->misfits =
        grow(room->misfits, answer->misfit_count, &room->misfit_capacity, sizeof *room->misfits);
    *answer = (struct sellable_answer){.plan = room->plan,
                                       .misfits = room->misfits,
                                       .plan_capacity = (uint32_t)room->plan_capacity,
                                       .misfit_capacity = (uint32_t)room->misfit_capacity};
}

typedef enum sellable_status promise_function(struct sellable *engine,
                                              struct sellable_worker *worker,
                                              const struct sellable_order *order,
                                              struct sellable_answer *answer);

/* The first answer's status, and all of its details: said once more, an order that was accepted is
 * a duplicate with the same plan, an amendment comes to the same, and a refusal is the same. */
static enum sellable_status promise(struct replay *replay, promise_function *call,
                                    const struct sellable_order *order,
                                    struct sellable_answer *answer)
{
    make_room_for(replay, answer);
    enum sellable_status status = call(replay->engine, replay->worker, order, answer);
    while (answer->plan_count > answer->plan_capacity ||
           answer->misfit_count > answer->misfit_capacity) {
        make_room_for(replay, answer);
        if (call(replay->engine, replay->worker, order, answer) == SELLABLE_NO_MEMORY)
            fail("out of memory");
    }
    return status;
}

static void answer_promise(struct replay *replay, enum sellable_status status,
                           const struct sellable_answer *answer)
{
    if (status != SELLABLE_OK && status != SELLABLE_DUPLICATE && status != SELLABLE_INSUFFICIENT &&
        status != SELLABLE_PAUSED) {
        answer_refusal(replay, status, answer, "order");
        return;
    }
    begin_answer(replay, status);
    if (status == SELLABLE_PAUSED)
        put_key(&replay->out, "item", replay->lines[answer->line].item_key);
    else if (status == SELLABLE_INSUFFICIENT)
        put_misfits(replay, answer);
    else
        put_plan(replay, answer);
    put_close(&replay->out, '}');
}

void answer_reserve(struct replay *replay, const struct fields *in, int number)
{
    (void)number;
    static const char *const modes[] = {"all", "partial"};
    struct sellable_order order = {.lines = replay->lines};
    bool given;
    order.key = required_key(in, "order");
    order.channel_key = required_key(in, "channel");
    order.line_count = read_lines(replay, in, false);
    order.mode = as_choice(in, "mode", optional(in, "mode"), modes, 2);
    order.expires_at = optional_number(in, "expires_at", &given);
    order.expires_at = never_zero(order.expires_at, given);
    order.date = optional_number(in, "date", &given);
    order.has_date = given;
    int64_t precedence = optional_number(in, "precedence", &given);
    order.has_precedence = given;
    order.precedence = precedence > INT32_MAX   ? INT32_MAX
                       : precedence < INT32_MIN ? INT32_MIN
                                                : (int32_t)precedence;
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status = promise(replay, sellable_reserve, &order, &answer);
    answer_promise(replay, status, &answer);
}

void answer_amend(struct replay *replay, const struct fields *in, int number)
{
    (void)number;
    struct sellable_order order = {.lines = replay->lines};
    bool given;
    order.key = required_key(in, "order");
    order.line_count = read_lines(replay, in, true);
    order.date = optional_number(in, "date", &given);
    order.has_date = given;
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status = promise(replay, sellable_amend, &order, &answer);
    answer_promise(replay, status, &answer);
}

void answer_resource(struct replay *replay, const struct fields *in, int number)
{
    (void)number;
    struct sellable_move move = {0};
    bool given;
    move.order = required_key(in, "order");
    move.item_key = required_key(in, "item");
    move.from_key = required_key(in, "from");
    move.to_key = required_key(in, "to");
    move.quantity = optional_number(in, "quantity", &given);
    move.quantity = never_zero(move.quantity, given);
    if (refused(replay))
        return;
    struct sellable_answer answer = {.misfit_count = 1}; /* there is one at most */
    make_room_for(replay, &answer);
    enum sellable_status status =
        sellable_resource(replay->engine, replay->worker, &move, &answer);
    if (status != SELLABLE_INSUFFICIENT) {
        answer_refusal(replay, status, &answer, "order");
        return;
    }
    begin_answer(replay, status);
    put_misfits(replay, &answer);
    put_close(&replay->out, '}');
}

/* ---- what becomes of them -------------------------------------------------------------------- */

void answer_extend(struct replay *replay, const struct fields *in, int number)
{
    (void)number;
    struct sellable_key order = required_key(in, "order");
    int64_t expires_at = required_number(in, "expires_at");
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status =
        sellable_extend(replay->engine, replay->worker, order, expires_at, &answer);
    answer_refusal(replay, status, &answer, "order");
}

void answer_confirm(struct replay *replay, const struct fields *in, int number)
{
    (void)number;
    struct sellable_key order = required_key(in, "order");
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status =
        sellable_confirm(replay->engine, replay->worker, order, &answer);
    answer_refusal(replay, status, &answer, "order");
}

void answer_parts(struct replay *replay, const struct fields *in, int number)
{
    static enum sellable_status (*const calls[])(
        struct sellable *, struct sellable_worker *, struct sellable_key,
        const struct sellable_part *, uint32_t, struct sellable_answer *) = {
        [ALLOCATE] = sellable_allocate,
        [DEALLOCATE] = sellable_deallocate,
        [SHIP] = sellable_ship,
        [RELEASE] = sellable_release,
    };
    struct sellable_key order = required_key(in, "order");
    uint32_t count = read_parts(replay, in);
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status = calls[number](replay->engine, replay->worker, order,
                                                count > 0 ? replay->parts : NULL, count, &answer);
    answer_refusal(replay, status, &answer, "order");
}
