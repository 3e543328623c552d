/* SPDX-License-Identifier: Apache-2.0
 *
 * The run: shift by shift.
 *
 * Of the library: sellable_open, sellable_advance, sellable_item_find, sellable_channel_find,
 * sellable_explain, sellable_cell, sellable_source_find, sellable_source_look, sellable_audit,
 * sellable_close. */
#include "run.h"

#include "operator.h"
#include "progress.h"
#include "rules.h"
#include "send.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* As many refused events as a shift may have; there is room for more than any has messages. */
static const uint64_t exceptions_kept = UINT64_C(1) << 20;

struct play {
    const struct history *history;
    const struct stream *stream;
    struct result *result;
    struct sellable *engine;
    struct crew *crew;
    struct record *records; /* of a shift */
    struct row *row;        /* that the day belongs to */
    size_t next;            /* message */
    size_t item_count;
    struct sellable_item *items;       /* in the history's order; found on the first day */
    struct sellable_channel *channels; /* the same */
    struct progress progress;
};

/* ---- what was applied ------------------------------------------------------------------------ */

static void note_order(struct play *play, const struct order *order)
{
    struct channel_tally *tally = &play->result->channels[order->channel];
    play->row->orders++;
    tally->orders++;
    for (size_t i = 0; i < order->line_count; i++)
        tally->units = sum(tally->units, order->lines[i].quantity);
}

static void note_shipment(struct play *play, const struct order *order,
                          const struct message *message)
{
    struct channel_tally *tally = &play->result->channels[order->channel];
    for (size_t i = 0; i < order->line_count; i++) {
        if (!is_in_shipment(order, i, message))
            continue;
        play->row->lines++;
        tally->lines_shipped++;
        tally->units_shipped = sum(tally->units_shipped, order->lines[i].quantity);
    }
}

/* Once for each event: at its first try, or when it was replayed. */
static void note_applied(void *context, const struct message *message)
{
    struct play *play = context;
    if (message->kind == MESSAGE_ORDER)
        note_order(play, message->subject);
    else if (message->kind == MESSAGE_SHIPMENT)
        note_shipment(play, message->subject, message);
}

static void note_variance(struct play *play, const struct item *item, int64_t variance)
{
    struct variance *sums =
        item->unexplained ? &play->result->unexplained : &play->result->explained;
    sums->cells++;
    sums->differing += variance != 0;
    sums->sum = sum(sums->sum, variance);
    if (llabs(variance) > llabs(sums->largest)) {
        sums->largest = variance;
        sums->at = item;
    }
}

static void note(struct play *play, const struct record *record)
{
    struct result *result = play->result;
    const struct message *message = record->message;
    bool ok = record->status == SELLABLE_OK, duplicate = record->status == SELLABLE_DUPLICATE;
    if (record->status == SELLABLE_NO_MEMORY)
        fail("out of memory");
    result->counts[message->kind][record->status]++;
    result->messages++;
    result->applied += ok;
    result->duplicates += duplicate;
    result->refused += !ok && !duplicate;
    play->row->applied += ok;
    play->row->duplicates += duplicate;
    play->row->refused += !ok && !duplicate;
    if (ok && message->kind == MESSAGE_COUNT)
        note_variance(play, message->subject, record->variance);
    if (ok)
        note_applied(play, message);
}

/* ---- a shift, a day -------------------------------------------------------------------------- */

/* The engine is told the time, the sources speak, and an operator looks at what was refused. At
 * night it is exports, one after the other. */
static void play_shift(struct play *play, size_t count)
{
    const struct message *messages = &play->stream->messages[play->next];
    int64_t shift = shift_of(messages->sent);
    must(sellable_advance(play->engine, NULL, shift, NULL), "sellable_advance");
    for (size_t i = 0; i < count; i++)
        record_make(&play->records[i], &messages[i], play->history);
    (shift == day_of(shift) ? crew_send_in_order : crew_send)(play->crew, play->records, count,
                                                              &play->result->nanoseconds);
    for (size_t i = 0; i < count; i++)
        note(play, &play->records[i]);
    operate(play->engine, play->records, count, play->result, play->row, note_applied, play);
    for (size_t i = 0; i < count; i++)
        record_clear(&play->records[i]);
    play->next += count;
}

/* How many messages the shift has that begins with this one. */
static size_t count_shift(const struct stream *stream, size_t at)
{
    size_t count = 0;
    int64_t shift = shift_of(stream->messages[at].sent);
    while (at + count < stream->count && shift_of(stream->messages[at + count].sent) == shift)
        count++;
    return count;
}

static void play_day(struct play *play, int64_t day)
{
    const struct stream *stream = play->stream;
    must(sellable_advance(play->engine, NULL, day, NULL), "sellable_advance");
    while (play->next < stream->count && day_of(stream->messages[play->next].sent) == day)
        play_shift(play, count_shift(stream, play->next));
}

/* ---- what could be sold ---------------------------------------------------------------------- */

static void find_handles(struct play *play)
{
    const struct history *history = play->history;
    size_t i = 0;
    for (const struct item *item = history->items; item != NULL; item = item->hh.next)
        must(sellable_item_find(play->engine, item->key, &play->items[i++]),
             "sellable_item_find");
    for (size_t c = 0; c < history->channel_count; c++)
        must(sellable_channel_find(play->engine, history->channels[c].key, &play->channels[c]),
             "sellable_channel_find");
}

/* Out of stock, and of purchase orders under way; not what may be promised beyond that. */
static void ask(struct play *play)
{
    size_t channels = play->history->channel_count;
    play->row->figures = allocate(channels, sizeof *play->row->figures);
    for (size_t c = 0; c < channels; c++) {
        struct figure *figure = &play->row->figures[c];
        for (size_t i = 0; i < play->item_count; i++) {
            const struct sellable_question question = {.item = play->items[i],
                                                       .channel = play->channels[c]};
            struct sellable_explanation why = {0};
            must(sellable_explain(play->engine, &question, &why), "sellable_explain");
            int64_t units = why.pool > why.buffer ? why.pool - why.buffer : 0;
            figure->units = sum(figure->units, units);
            figure->empty += units == 0;
        }
    }
}

/* ---- how it ends ----------------------------------------------------------------------------- */

static void look_at_item(struct play *play, const struct item *item, struct ending *ending)
{
    const struct sellable_place place = {.item_key = item->key, .location_key = key_of(warehouse)};
    struct sellable_scheduled *schedule = allocate(SELLABLE_SCHEDULE_MAX, sizeof *schedule);
    struct sellable_cell cell = {.schedule = schedule, .schedule_capacity = SELLABLE_SCHEDULE_MAX};
    must(sellable_cell(play->engine, &place, &cell), "sellable_cell");
    /* Dated promises: with their dates behind them, there are none. */
    size_t dates = cell.promised_count;
    struct sellable_promised *promised = allocate(dates, sizeof *promised);
    cell.promised = promised;
    cell.promised_capacity = (uint32_t)dates;
    must(sellable_cell(play->engine, &place, &cell), "sellable_cell");
    *ending = (struct ending){.item = item,
                              .on_hand = cell.on_hand,
                              .reserved = cell.reserved,
                              .allocated = cell.allocated,
                              .backordered = cell.backordered,
                              .short_ = cell.short_};
    for (size_t i = 0; i < cell.schedule_count; i++)
        ending->coming += schedule[i].due > sellable_now(play->engine) ? schedule[i].quantity : 0;
    for (size_t i = 0; i < dates; i++)
        ending->promised += promised[i].quantity;
    free(schedule);
    free(promised);
}

static void look_at_end(struct play *play)
{
    struct result *result = play->result;
    result->endings = allocate(play->item_count, sizeof *result->endings);
    for (const struct item *item = play->history->items; item != NULL; item = item->hh.next)
        look_at_item(play, item, &result->endings[result->ending_count++]);
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        struct sellable_source source;
        struct sellable_source_view view;
        must(sellable_source_find(play->engine, key_of(source_names[i]), &source),
             "sellable_source_find");
        must(sellable_source_look(play->engine, source, &view), "sellable_source_look");
        result->gaps[i] = view.gaps;
    }
    sellable_exception_counts(play->engine, &result->exceptions);
    must(sellable_audit(play->engine, NULL, &result->audit), "sellable_audit");
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void begin(struct play *play, const struct options *options)
{
    struct result *result = play->result;
    const struct stream *stream = play->stream;
    size_t most = 0;
    for (size_t at = 0, count; at < stream->count; at += count) {
        count = count_shift(stream, at);
        most = count > most ? count : most;
    }
    play->records = allocate(most, sizeof *play->records);
    play->item_count = HASH_COUNT(play->history->items);
    play->items = allocate(play->item_count, sizeof *play->items);
    play->channels = allocate(play->history->channel_count, sizeof *play->channels);
    result->threads = options->threads;
    result->channels = allocate(play->history->channel_count, sizeof *result->channels);
    result->reasons = allocate(REASONS_MAX, sizeof *result->reasons);
    size_t days = (size_t)((stream->last_day - stream->opens) / SELLABLE_DAY) + 1;
    result->row_count = (days + options->row_days - 1) / options->row_days;
    result->rows = allocate(result->row_count, sizeof *result->rows);

    const struct sellable_options engine = {.exceptions = exceptions_kept};
    must(sellable_open(&engine, &play->engine), "sellable_open");
    play->crew = crew_hire(play->engine, options->threads);
}

static void play_days(struct play *play, const struct options *options, size_t shown)
{
    const struct stream *stream = play->stream;
    struct result *result = play->result;
    size_t first_shown = shown > 0 && shown < result->row_count ? result->row_count - shown : 0;
    for (int64_t day = stream->opens; day <= stream->last_day; day += SELLABLE_DAY) {
        size_t number = (size_t)((day - stream->opens) / SELLABLE_DAY);
        size_t row = number / options->row_days;
        play->row = &result->rows[row];
        play->row->last = day;
        if (number % options->row_days == 0)
            play->row->first = day;
        play_day(play, day);
        if (day == stream->opens)
            find_handles(play);
        bool row_ends =
            (number + 1) % options->row_days == 0 || day + SELLABLE_DAY > stream->last_day;
        if (row >= first_shown && row_ends)
            ask(play);
        progress_show(&play->progress, result->in_order ? "in order" : "shuffled", play->next,
                      stream->count);
    }
    progress_clear();
}

void run(const struct history *history, const struct stream *stream,
         const struct options *options, size_t shown, struct result *result)
{
    struct play play = {.history = history, .stream = stream, .result = result};
    begin(&play, options);
    play_days(&play, options, shown);
    must(sellable_advance(play.engine, NULL, stream->ends, NULL), "sellable_advance");
    look_at_end(&play);
    crew_dismiss(play.crew);
    sellable_close(play.engine);
    free(play.records);
    free(play.items);
    free(play.channels);
}

void result_free(struct result *result)
{
    for (size_t i = 0; i < result->row_count; i++)
        free(result->rows[i].figures);
    free(result->rows);
    free(result->reasons);
    free(result->channels);
    free(result->endings);
}
