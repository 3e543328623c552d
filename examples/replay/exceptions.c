/* SPDX-License-Identifier: Apache-2.0
 *
 * Events that were refused: listed, mended and replayed, discarded.
 *
 * Of the library: sellable_exceptions, sellable_exception_discard. */
#include "replay.h"

#include <stdlib.h>

static const char no_such_exception[] = "there is none of this number";

/* ---- the list -------------------------------------------------------------------------------- */

/* The field and what is wrong with it; never nothing. */
static void put_reason(struct replay *replay, const struct sellable_exception *exception)
{
    struct text *reason = &replay->scratch;
    const char *why = exception->reason[0] != '\0' ? exception->reason
                                                   : sellable_status_text((int)exception->status);
    reason->size = 0;
    if (exception->field[0] != '\0') {
        put_words(reason, exception->field);
        put_words(reason, ": ");
    }
    put_words(reason, why);
    put_key(&replay->out, "reason", (struct sellable_key){reason->bytes, reason->size});
}

static void put_exception(struct replay *replay, const struct sellable_exception *exception)
{
    struct text *out = &replay->out;
    put_number(out, "exception", (int64_t)exception->number);
    put_string(out, "status", sellable_status_name((int)exception->status));
    put_reason(replay, exception);
    if (exception->content_size > 0)
        put_json(out, "event", exception->content, exception->content_size);
    else
        put_null(out, "event");
}

static int visit_exception(void *context, const struct sellable_exception *exception)
{
    struct replay *replay = context;
    put_open(&replay->out, NULL, '{');
    put_exception(replay, exception);
    put_close(&replay->out, '}');
    return 0;
}

static int visit_by_impact(void *context, const struct sellable_exception *exception)
{
    struct replay *replay = context;
    put_open(&replay->out, NULL, '{');
    put_exception(replay, exception);
    put_number(&replay->out, "orders", (int64_t)exception->orders);
    put_close(&replay->out, '}');
    return 0;
}

void answer_exceptions(struct replay *replay, const struct fields *in)
{
    static const char *const orders[] = {"number", "impact"};
    struct sellable_exception_selection selection = {0};
    selection.by_impact = as_choice(in, "by", optional(in, "by"), orders, 2);
    if (refused(replay))
        return;
    /* Written as if it went well; if it did not, what was written is taken back. */
    size_t begin = replay->out.size;
    begin_answer(replay, SELLABLE_OK);
    put_open(&replay->out, "exceptions", '[');
    enum sellable_status status =
        sellable_exceptions(replay->engine, replay->worker, &selection,
                            selection.by_impact ? visit_by_impact : visit_exception, replay);
    if (status != SELLABLE_OK) {
        replay->out.size = begin;
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    put_close(&replay->out, ']');
    put_close(&replay->out, '}');
}

/* ---- replay and discard ---------------------------------------------------------------------- */

/* The number of an exception; 0 (which none has) for one that cannot be. */
static uint64_t read_number(const struct fields *in)
{
    int64_t number = required_number(in, "exception");
    return number > 0 ? (uint64_t)number : 0;
}

static int visit_content(void *context, const struct sellable_exception *exception)
{
    struct replay *replay = context;
    put_bytes(&replay->content, exception->content, exception->content_size);
    return 0;
}

/* The event as it came, read once more: what it names may be known by now. */
static void replay_as_kept(struct replay *replay, uint64_t number)
{
    const struct sellable_exception_selection selection = {.number = number};
    replay->content.size = 0;
    enum sellable_status status = sellable_exceptions(replay->engine, replay->worker, &selection,
                                                      visit_content, replay);
    if (status != SELLABLE_OK) {
        bool unknown = status == SELLABLE_INVALID;
        answer_field(replay, status, unknown ? "exception" : NULL,
                     unknown ? no_such_exception : sellable_status_text((int)status));
        return;
    }
    if (replay->content.size == 0) {
        answer_field(replay, SELLABLE_INVALID, "event", "its text was too long to be kept");
        return;
    }
    const struct fields event = {.object = parse_line(replay->content.bytes, replay->content.size,
                                                      &replay->scratch, &replay->fault),
                                 .fault = &replay->fault};
    answer_mended_event(replay, &event, number);
    json_decref(event.object);
}

void answer_replay(struct replay *replay, const struct fields *in)
{
    uint64_t number = read_number(in);
    const struct fields event = {.object = as_object(in, "event", optional(in, "event")),
                                 .fault = in->fault};
    if (refused(replay))
        return;
    if (number == 0)
        answer_field(replay, SELLABLE_INVALID, "exception", no_such_exception);
    else if (event.object != NULL)
        answer_mended_event(replay, &event, number);
    else
        replay_as_kept(replay, number);
}

void answer_discard(struct replay *replay, const struct fields *in)
{
    uint64_t number = read_number(in);
    if (refused(replay))
        return;
    struct sellable_answer answer = {0};
    enum sellable_status status =
        sellable_exception_discard(replay->engine, replay->worker, number, &answer);
    answer_refusal(replay, status, &answer, "exception");
}
