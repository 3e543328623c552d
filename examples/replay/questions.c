/* SPDX-License-Identifier: Apache-2.0
 *
 * Time, and questions.
 *
 * Of the library: sellable_advance, sellable_available, sellable_order, sellable_orders,
 * sellable_waiting; sellable_item_key and its like. */
#include "replay.h"

void answer_advance(struct replay *replay, const struct fields *in)
{
    int64_t at = required_number(in, "at");
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status = sellable_advance(replay->engine, replay->worker, at, &answer);
    if (answer.field != NULL)
        answer.field = "at";
    answer_refusal(replay, status, &answer, "at");
}

struct sellable_question read_question(const struct fields *in)
{
    struct sellable_question question = {0};
    bool given;
    question.item_key = required_key(in, "item");
    question.channel_key = required_key(in, "channel");
    question.date = optional_number(in, "date", &given);
    question.has_date = given;
    question.order = optional_key(in, "order");
    return question;
}

void answer_available(struct replay *replay, const struct fields *in)
{
    const struct sellable_question question = read_question(in);
    if (refused(replay))
        return;

    struct sellable_availability availability;
    enum sellable_status status =
        sellable_available(replay->engine, &question, &availability);
    if (status != SELLABLE_OK) {
        answer_question_refusal(replay, status);
        return;
    }
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_number(out, "promisable", availability.promisable);
    put_number(out, "published", availability.published);
    put_string(out, "level", sellable_level_name((int)availability.level));
    put_close(out, '}');
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* The members of an order's answer. */
static void put_order(struct replay *replay, const struct sellable_order_view *order)
{
    struct text *out = &replay->out;
    put_key(out, "order", order->key);
    put_string(out, "state", sellable_order_state_name((int)order->state));
    put_key(out, "channel", sellable_channel_key(replay->engine, order->channel));
    if (order->expires_at != 0)
        put_number(out, "expires_at", order->expires_at);
    else
        put_null(out, "expires_at");
    put_number(out, "date", order->date);
    put_open(out, "lines", '[');
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_order_line *line = &order->lines[i];
        put_open(out, NULL, '{');
        put_key(out, "item", sellable_item_key(replay->engine, line->item));
        put_key(out, "location", sellable_location_key(replay->engine, line->location));
        put_number(out, "reserved", line->reserved);
        put_number(out, "allocated", line->allocated);
        put_number(out, "shipped", line->shipped);
        put_number(out, "released", line->released);
        put_close(out, '}');
    }
    put_close(out, ']');
}

void answer_order(struct replay *replay, const struct fields *in)
{
    struct sellable_key key = required_key(in, "order");
    if (refused(replay))
        return;
    struct room *room = &replay->room;
    struct sellable_order_view view = {0};
    enum sellable_status status;
    do {
        room->order_lines = grow(room->order_lines, view.line_count, &room->order_line_capacity,
                                 sizeof *room->order_lines);
        view.lines = room->order_lines;
        view.line_capacity = (uint32_t)room->order_line_capacity;
        status = sellable_order(replay->engine, key, &view);
    } while (status == SELLABLE_OK && view.line_count > view.line_capacity);
    if (status != SELLABLE_OK) {
        answer_question_refusal(replay, status);
        return;
    }
    begin_answer(replay, status);
    put_order(replay, &view);
    put_close(&replay->out, '}');
}

static int visit_order(void *context, const struct sellable_order_view *order)
{
    struct replay *replay = context;
    put_open(&replay->out, NULL, '{');
    put_order(replay, order);
    put_close(&replay->out, '}');
    return 0;
}

static int visit_waiting(void *context, const struct sellable_waiting *waiting)
{
    struct replay *replay = context;
    struct text *out = &replay->out;
    put_open(out, NULL, '{');
    put_key(out, "order", waiting->order);
    put_key(out, "item", sellable_item_key(replay->engine, waiting->item));
    put_key(out, "location", sellable_location_key(replay->engine, waiting->location));
    put_number(out, "quantity", waiting->quantity);
    put_close(out, '}');
    return 0;
}

/* Both lists are written as if it went well; if it did not, what was written is taken back. */
static void answer_list(struct replay *replay, const struct fields *in, bool waiting)
{
    struct sellable_selection selection = {0};
    selection.item_key = required_key(in, "item");
    selection.location_key = optional_key(in, "location");
    if (refused(replay))
        return;
    size_t begin = replay->out.size;
    begin_answer(replay, SELLABLE_OK);
    put_open(&replay->out, waiting ? "waiting" : "orders", '[');
    enum sellable_status status =
        waiting ? sellable_waiting(replay->engine, replay->worker, &selection, visit_waiting,
                                   replay)
                : sellable_orders(replay->engine, replay->worker, &selection, visit_order, replay);
    if (status != SELLABLE_OK) {
        replay->out.size = begin;
        answer_question_refusal(replay, status);
        return;
    }
    put_close(&replay->out, ']');
    put_close(&replay->out, '}');
}

void answer_orders(struct replay *replay, const struct fields *in)
{
    answer_list(replay, in, false);
}

void answer_waiting(struct replay *replay, const struct fields *in)
{
    answer_list(replay, in, true);
}
