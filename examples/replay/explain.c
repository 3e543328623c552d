/* SPDX-License-Identifier: Apache-2.0
 *
 * Why is it this figure?
 *
 * Of the library: sellable_explain; sellable_cell for what the terms do not single out;
 * sellable_item_look and sellable_available for the components of a kit. */
#include "replay.h"

/* The explanation in full, however long it is. */
static enum sellable_status explain(struct replay *replay,
                                    const struct sellable_question *question,
                                    struct sellable_explanation *explanation)
{
    struct room *room = &replay->room;
    *explanation = (struct sellable_explanation){0};
    enum sellable_status status;
    do {
        room->terms = grow(room->terms, explanation->term_count, &room->term_capacity,
                           sizeof *room->terms);
        room->because = grow(room->because, (size_t)explanation->because_size + 1,
                             &room->because_capacity, 1);
        *explanation =
            (struct sellable_explanation){.terms = room->terms,
                                          .because = room->because,
                                          .term_capacity = (uint32_t)room->term_capacity,
                                          .because_capacity = (uint32_t)room->because_capacity};
        status = sellable_explain(replay->engine, question, explanation);
    } while (status == SELLABLE_OK && (explanation->term_count > explanation->term_capacity ||
                                       explanation->because_size >= explanation->because_capacity));
    return status;
}

/* The terms of one location, in the order in which they are used. Where the question is asked for
 * an order, they are without what that order has. */
static void put_term(struct replay *replay, const struct sellable_explanation *explanation,
                     const struct sellable_term *term, struct sellable_key order)
{
    struct text *out = &replay->out;
    struct sellable_place place = {.item = explanation->item, .location = term->location};
    struct sellable_cell cell;
    if (look_at_cell(replay, &place, &cell) != SELLABLE_OK)
        fail("a cell that was explained is not there");
    put_open(out, NULL, '{');
    put_key(out, "location", sellable_location_key(replay->engine, term->location));
    put_number(out, "on_hand", term->on_hand);
    put_held(replay, &cell);
    put_number(out, "unrestricted", term->on_hand - term->held);
    put_number(out, "allocated", term->allocated);
    put_number(out, "reserved", term->reserved);
    put_number(out, "backordered", term->backordered);
    put_number(out, "safety_stock", term->safety_stock);
    put_fences(replay, &cell, explanation->channel, term->fence);
    put_schedule(replay, &cell);
    put_promised(replay, place, &cell, order);
    put_number(out, "net", term->net);
    put_number(out, "projected", term->projected);
    put_number(out, "low", term->low);
    put_number(out, "free", term->free);
    put_number(out, "fenced", term->fenced);
    put_number(out, "shared", term->shared);
    put_number(out, "own", term->own);
    put_number(out, "short", cell.short_);
    put_number(out, "seen", term->seen);
    put_close(out, '}');
}

/* What each component of a kit gives, if it is one. */
static void put_components(struct replay *replay, const struct sellable_explanation *explanation,
                           struct sellable_key order)
{
    struct text *out = &replay->out;
    struct sellable_item_view kit = {.components = replay->arrays.components,
                                     .component_capacity = COMPONENTS_ROOM};
    if (sellable_item_look(replay->engine, explanation->item, &kit) != SELLABLE_OK ||
        kit.component_count == 0)
        return;
    /* A horizon may end where no date can be named any more; nothing falls due there. */
    int64_t date =
        explanation->date < SELLABLE_TIME_MAX ? explanation->date : SELLABLE_TIME_MAX;
    put_open(out, "components", '[');
    for (uint32_t i = 0; i < kit.component_count; i++) {
        const struct sellable_component *component = &kit.components[i];
        const struct sellable_question question = {.item = component->item,
                                                   .channel = explanation->channel,
                                                   .order = order,
                                                   .date = date,
                                                   .has_date = 1};
        struct sellable_availability availability;
        if (sellable_available(replay->engine, &question, &availability) != SELLABLE_OK)
            fail("a component of a kit that was explained has no answer");
        put_open(out, NULL, '{');
        put_key(out, "item", sellable_item_key(replay->engine, component->item));
        put_number(out, "number", component->number);
        put_number(out, "promisable", availability.promisable);
        put_close(out, '}');
    }
    put_close(out, ']');
}

void answer_explain(struct replay *replay, const struct fields *in)
{
    const struct sellable_question question = read_question(in);
    if (refused(replay))
        return;
    struct sellable_explanation explanation;
    enum sellable_status status = explain(replay, &question, &explanation);
    if (status != SELLABLE_OK) {
        answer_question_refusal(replay, status);
        return;
    }

    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_key(out, "item", sellable_item_key(replay->engine, explanation.item));
    put_key(out, "channel", sellable_channel_key(replay->engine, explanation.channel));
    put_number(out, "date", explanation.date);
    put_open(out, "cells", '[');
    for (uint32_t i = 0; i < explanation.term_count; i++)
        put_term(replay, &explanation, &explanation.terms[i], question.order);
    put_close(out, ']');
    put_components(replay, &explanation, question.order);
    put_number(out, "pool", explanation.pool);
    put_number(out, "buffer", explanation.buffer);
    put_number(out, "room", explanation.room);
    put_number(out, "unit", explanation.unit);
    put_number(out, "promisable", explanation.promisable);
    put_number(out, "minimum", explanation.minimum);
    if (explanation.cap < SELLABLE_QUANTITY_MAX)
        put_number(out, "cap", explanation.cap);
    else
        put_null(out, "cap");
    put_number(out, "published", explanation.published);
    put_string(out, "level", sellable_level_name((int)explanation.level));
    put_key(out, "because",
            (struct sellable_key){explanation.because, explanation.because_size});
    put_close(out, '}');
}
