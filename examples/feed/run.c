/* SPDX-License-Identifier: Apache-2.0
 *
 * The run: day by day, and how it ends.
 *
 * Of the library: sellable_explain, sellable_cell, sellable_shortages, sellable_source_find,
 * sellable_stats, sellable_audit. */
#include "run.h"

#include "progress.h"
#include "rules.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

struct running {
    struct play play;
    struct result *result;
    struct row *row; /* that the day belongs to */
};

/* ---- what was answered ----------------------------------------------------------------------- */

static void note_shipment(struct running *running, const struct order *order,
                          const struct message *message)
{
    struct shipped *shipped = &running->result->shipped[order->channel];
    for (size_t i = 0; i < order->line_count; i++) {
        if (!is_in_shipment(order, i, message))
            continue;
        running->row->lines++;
        shipped->lines++;
        shipped->units = sum(shipped->units, order->lines[i].quantity);
    }
}

static void note_applied(void *context, const struct message *message)
{
    struct running *running = context;
    running->row->orders += message->kind == MESSAGE_ORDER;
    if (message->kind == MESSAGE_SHIPMENT)
        note_shipment(running, message->subject, message);
}

static void note_variance(struct result *result, const struct item *item, int64_t variance)
{
    struct variance *sums = item->unexplained ? &result->unexplained : &result->explained;
    sums->cells++;
    sums->differing += variance != 0;
    sums->sum = sum(sums->sum, variance);
    if (llabs(variance) > llabs(sums->largest)) {
        sums->largest = variance;
        sums->at = item;
    }
}

static void note_answered(void *context, const struct record *record)
{
    struct running *running = context;
    const struct message *message = record->message;
    bool ok = record->status == SELLABLE_OK, duplicate = record->status == SELLABLE_DUPLICATE;
    running->result->messages++;
    running->row->applied += ok;
    running->row->duplicates += duplicate;
    running->row->refused += !ok && !duplicate;
    if (ok && message->kind == MESSAGE_COUNT)
        note_variance(running->result, message->subject, record->variance);
}

/* ---- what could be sold ---------------------------------------------------------------------- */

/* Out of stock, and of purchase orders under way; not what may be promised beyond that. */
static void ask(struct running *running)
{
    const struct listeners *listeners = &running->play.listeners;
    running->row->figures = allocate(listeners->count, sizeof *running->row->figures);
    for (size_t c = 0; c < listeners->count; c++) {
        struct figure *figure = &running->row->figures[c];
        for (size_t i = 0; i < listeners->item_count; i++) {
            const struct sellable_question question = {
                .item = listeners->handles[i], .channel = listeners->listeners[c].channel};
            struct sellable_explanation why = {0};
            must(sellable_explain(running->play.engine, &question, &why), "sellable_explain");
            int64_t units = why.pool > why.buffer ? why.pool - why.buffer : 0;
            figure->units = sum(figure->units, units);
            figure->empty += units == 0;
        }
    }
}

/* ---- how it ends ----------------------------------------------------------------------------- */

static void look_at_item(struct sellable *engine, const struct item *item, struct ending *ending)
{
    const struct sellable_place place = {.item_key = item->key, .location_key = key_of(warehouse)};
    struct sellable_scheduled *schedule = allocate(SELLABLE_SCHEDULE_MAX, sizeof *schedule);
    struct sellable_cell cell = {.schedule = schedule, .schedule_capacity = SELLABLE_SCHEDULE_MAX};
    must(sellable_cell(engine, &place, &cell), "sellable_cell");
    /* Dated promises: with their dates behind them, there are none. */
    size_t dates = cell.promised_count;
    struct sellable_promised *promised = allocate(dates, sizeof *promised);
    cell.promised = promised;
    cell.promised_capacity = (uint32_t)dates;
    must(sellable_cell(engine, &place, &cell), "sellable_cell");
    *ending = (struct ending){.item = item,
                              .on_hand = cell.on_hand,
                              .reserved = cell.reserved,
                              .allocated = cell.allocated,
                              .backordered = cell.backordered,
                              .short_ = cell.short_};
    for (size_t i = 0; i < cell.schedule_count; i++)
        ending->coming += schedule[i].due > sellable_now(engine) ? schedule[i].quantity : 0;
    for (size_t i = 0; i < dates; i++)
        ending->promised += promised[i].quantity;
    free(schedule);
    free(promised);
}

static int note_shortage(void *context, const struct sellable_shortage *found)
{
    struct result *result = context;
    result->shortages = grow(result->shortages, result->shortage_count,
                             &result->shortages_capacity, sizeof *result->shortages);
    struct shortage *shortage = &result->shortages[result->shortage_count++];
    *shortage = (struct shortage){.item = result->listeners.items[found->item.id],
                                  .short_ = found->short_,
                                  .orders = allocate(found->order_count, sizeof *shortage->orders),
                                  .order_count = found->order_count};
    for (size_t i = 0; i < found->order_count; i++)
        shortage->orders[i] = copy_text(found->orders[i].order);
    return 0;
}

static void take_stats(struct sellable *engine, struct result *result)
{
    const struct listeners *listeners = &result->listeners;
    struct sellable_channel_stats *channels = allocate(listeners->count, sizeof *channels);
    struct sellable_source_stats sources[SOURCE_COUNT] = {0};
    result->stats = (struct sellable_stats){.channels = channels,
                                            .channel_capacity = (uint32_t)listeners->count,
                                            .sources = sources,
                                            .source_capacity = SOURCE_COUNT};
    must(sellable_stats(engine, &result->stats), "sellable_stats");
    result->channels = allocate(listeners->count, sizeof *result->channels);
    for (size_t c = 0; c < listeners->count; c++)
        for (uint32_t i = 0; i < result->stats.channel_count; i++)
            if (channels[i].channel.id == listeners->listeners[c].channel.id)
                result->channels[c] = channels[i];
    for (size_t s = 0; s < SOURCE_COUNT; s++) {
        struct sellable_source source;
        must(sellable_source_find(engine, key_of(source_names[s]), &source),
             "sellable_source_find");
        for (uint32_t i = 0; i < result->stats.source_count; i++)
            if (sources[i].source.id == source.id)
                result->sources[s] = sources[i];
    }
    free(channels);
    result->stats.channels = NULL;
    result->stats.sources = NULL;
}

static void look_at_end(struct play *play, struct result *result)
{
    result->worked_off = play->worked_off;
    result->nanoseconds = play->nanoseconds;
    result->listeners = play->listeners;
    play->listeners = (struct listeners){0};
    result->endings = allocate(result->listeners.item_count, sizeof *result->endings);
    for (const struct item *item = play->history->items; item != NULL; item = item->hh.next)
        look_at_item(play->engine, item, &result->endings[result->ending_count++]);
    must(sellable_shortages(play->engine, NULL, note_shortage, result), "sellable_shortages");
    take_stats(play->engine, result);
    must(sellable_audit(play->engine, NULL, &result->audit), "sellable_audit");
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void begin(struct running *running, const struct history *history,
                  const struct stream *stream, const struct options *options)
{
    struct result *result = running->result;
    play_begin(&running->play, history, stream, result->in_order ? NULL : &options->disorder,
               options->threads);
    running->play.follower = (struct follower){
        .context = running, .answered = note_answered, .applied = note_applied};
    result->threads = options->threads;
    result->shipped = allocate(history->channel_count, sizeof *result->shipped);
    size_t days = (size_t)((stream->last_day - stream->opens) / SELLABLE_DAY) + 1;
    result->row_count = (days + options->row_days - 1) / options->row_days;
    result->rows = allocate(result->row_count, sizeof *result->rows);
}

static void play_into_row(struct running *running, int64_t day)
{
    const struct worked_off *worked_off = &running->play.worked_off;
    int64_t replayed = worked_off->replayed, discarded = worked_off->discarded;
    play_day(&running->play, day);
    running->row->replayed += worked_off->replayed - replayed;
    running->row->discarded += worked_off->discarded - discarded;
    running->row->last = day;
}

static void play_days(struct running *running, const struct options *options, size_t shown)
{
    const struct stream *stream = running->play.stream;
    struct result *result = running->result;
    struct progress progress = {0};
    size_t first_shown = shown > 0 && shown < result->row_count ? result->row_count - shown : 0;
    for (int64_t day = stream->opens; day <= stream->last_day; day += SELLABLE_DAY) {
        size_t number = (size_t)((day - stream->opens) / SELLABLE_DAY);
        size_t row = number / options->row_days;
        running->row = &result->rows[row];
        if (number % options->row_days == 0)
            running->row->first = day;
        play_into_row(running, day);
        bool row_ends =
            (number + 1) % options->row_days == 0 || day + SELLABLE_DAY > stream->last_day;
        if (row >= first_shown && row_ends)
            ask(running);
        progress_show(&progress, result->in_order ? "in order" : "shuffled", running->play.next,
                      stream->count);
    }
    progress_clear();
}

void run(const struct history *history, const struct stream *stream,
         const struct options *options, size_t shown, struct result *result)
{
    struct running running = {.result = result};
    begin(&running, history, stream, options);
    play_days(&running, options, shown);
    play_to_the_end(&running.play);
    look_at_end(&running.play, result);
    play_free(&running.play);
}

void result_free(struct result *result)
{
    for (size_t i = 0; i < result->row_count; i++)
        free(result->rows[i].figures);
    for (size_t i = 0; i < result->shortage_count; i++) {
        for (size_t k = 0; k < result->shortages[i].order_count; k++)
            free((char *)result->shortages[i].orders[k].bytes);
        free(result->shortages[i].orders);
    }
    free(result->rows);
    free(result->shipped);
    free(result->endings);
    free(result->shortages);
    free(result->channels);
    listeners_free(&result->listeners);
}
