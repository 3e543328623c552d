/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_open, sellable_advance, sellable_close. */
#include "play.h"

#include "support.h"

#include <stdlib.h>

/* As many refused events as a shift may have; there is room for more than any has messages. */
static const uint64_t exceptions_kept = UINT64_C(1) << 20;

/* How many messages the shift has that begins with this one. */
static size_t count_shift(const struct stream *stream, size_t at)
{
    size_t count = 0;
    int64_t shift = shift_of(stream->messages[at].sent);
    while (at + count < stream->count && shift_of(stream->messages[at + count].sent) == shift)
        count++;
    return count;
}

void play_begin(struct play *play, const struct history *history, const struct stream *stream,
                const struct disorder *disorder, size_t threads)
{
    *play = (struct play){.history = history, .stream = stream, .disorder = disorder};
    size_t most = 0;
    for (size_t at = 0, count; at < stream->count; at += count) {
        count = count_shift(stream, at);
        most = count > most ? count : most;
    }
    play->records = allocate(most, sizeof *play->records);
    const struct sellable_options options = {.exceptions = exceptions_kept};
    must(sellable_open(&options, &play->engine), "sellable_open");
    play->crew = crew_hire(play->engine, threads);
}

/* ---- a shift, a day -------------------------------------------------------------------------- */

static void note_applied(void *context, const struct message *message)
{
    struct play *play = context;
    if (play->listeners.count > 0)
        listeners_note(&play->listeners, message);
    if (play->follower.applied != NULL)
        play->follower.applied(play->follower.context, message);
}

static void note(struct play *play, const struct record *record)
{
    if (record->status == SELLABLE_NO_MEMORY)
        fail("out of memory");
    if (play->follower.answered != NULL)
        play->follower.answered(play->follower.context, record);
    if (record->status == SELLABLE_OK)
        note_applied(play, record->message);
}

/* At night it is exports, one after the other. */
static void play_shift(struct play *play, int64_t shift, size_t count)
{
    const struct message *messages = &play->stream->messages[play->next];
    must(sellable_advance(play->engine, NULL, shift, NULL), "sellable_advance");
    for (size_t i = 0; i < count; i++)
        record_make(&play->records[i], &messages[i], play->history);
    (shift == day_of(shift) ? crew_send_in_order : crew_send)(play->crew, play->records, count,
                                                              &play->nanoseconds);
    for (size_t i = 0; i < count; i++)
        note(play, &play->records[i]);
    operate(play->engine, play->records, count, &play->worked_off, note_applied, play);
    for (size_t i = 0; i < count; i++)
        record_clear(&play->records[i]);
    play->next += count;
}

bool play_day(struct play *play, int64_t day)
{
    const struct stream *stream = play->stream;
    const struct follower *follower = &play->follower;
    must(sellable_advance(play->engine, NULL, day, NULL), "sellable_advance");
    while (play->next < stream->count && day_of(stream->messages[play->next].sent) == day) {
        int64_t shift = shift_of(stream->messages[play->next].sent);
        if (follower->begins != NULL && !follower->begins(follower->context, shift))
            return false;
        play_shift(play, shift, count_shift(stream, play->next));
    }
    if (day == stream->opens)
        listeners_begin(&play->listeners, play->engine, play->history, play->disorder);
    listeners_ask(&play->listeners);
    return true;
}

/* ---- the end --------------------------------------------------------------------------------- */

void play_to_the_end(struct play *play)
{
    must(sellable_advance(play->engine, NULL, play->stream->ends, NULL), "sellable_advance");
    listeners_ask_to_the_end(&play->listeners);
}

void play_free(struct play *play)
{
    crew_dismiss(play->crew);
    sellable_close(play->engine);
    listeners_free(&play->listeners);
    free(play->records);
}
