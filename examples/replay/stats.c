/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures for operations, as members of one object or as the text that a monitoring system reads.
 *
 * Of the library: sellable_stats, sellable_metrics; sellable_source_look for the sequence and the
 * lag that is allowed. */
#include "replay.h"

#include <stdlib.h>

/* ---- lists by key ---------------------------------------------------------------------------- */

static int by_key(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    return compare_keys(a->key, b->key);
}

/* Room for so many names, which the caller fills in. */
static struct named *room_for_names(struct replay *replay, uint32_t count)
{
    struct room *room = &replay->room;
    room->named = grow(room->named, count, &room->named_capacity, sizeof *room->named);
    return room->named;
}

static void sort_names(struct named *names, uint32_t count)
{
    if (count > 0)
        qsort(names, count, sizeof *names, by_key);
}

/* ---- channels -------------------------------------------------------------------------------- */

static void put_channel(struct replay *replay, struct sellable_key key,
                        const struct sellable_channel_stats *channel)
{
    struct text *out = &replay->out;
    put_open(out, NULL, '{');
    put_key(out, "channel", key);
    put_number(out, "accepted", (int64_t)channel->accepted);
    put_number(out, "refused", (int64_t)channel->refused);
    put_number(out, "units", channel->units);
    put_flag(out, "listens", channel->listens != 0);
    put_number(out, "told", (int64_t)channel->told);
    if (channel->has_untold)
        put_number(out, "untold_since", channel->untold_since);
    put_close(out, '}');
}

static void put_channels(struct replay *replay, const struct sellable_stats *stats)
{
    struct named *names = room_for_names(replay, stats->channel_count);
    for (uint32_t i = 0; i < stats->channel_count; i++)
        names[i] = (struct named){
            sellable_channel_key(replay->engine, stats->channels[i].channel), i};
    sort_names(names, stats->channel_count);
    put_open(&replay->out, "channels", '[');
    for (uint32_t i = 0; i < stats->channel_count; i++)
        put_channel(replay, names[i].key, &stats->channels[names[i].place]);
    put_close(&replay->out, ']');
}

/* ---- sources --------------------------------------------------------------------------------- */

static void put_source(struct replay *replay, struct sellable_key key,
                       const struct sellable_source_stats *source)
{
    struct text *out = &replay->out;
    struct sellable_source_view view;
    if (sellable_source_look(replay->engine, source->source, &view) != SELLABLE_OK)
        fail("a source that was listed is not there");
    put_open(out, NULL, '{');
    put_key(out, "source", key);
    if (view.has_seq)
        put_number(out, "seq", view.seq);
    else
        put_null(out, "seq");
    put_number(out, "applied", (int64_t)source->applied);
    put_number(out, "duplicates", (int64_t)source->duplicates);
    put_number(out, "stale", (int64_t)source->stale);
    put_number(out, "refused", (int64_t)source->refused);
    put_number(out, "gaps", (int64_t)source->gaps);
    if (source->has_newest) {
        put_number(out, "newest_at", source->newest_at);
        put_number(out, "lag", source->lag);
    }
    if (view.max_lag >= 0)
        put_number(out, "max_lag", view.max_lag);
    else
        put_null(out, "max_lag");
    put_flag(out, "silent", source->silent != 0);
    put_close(out, '}');
}

static void put_sources(struct replay *replay, const struct sellable_stats *stats)
{
    struct named *names = room_for_names(replay, stats->source_count);
    for (uint32_t i = 0; i < stats->source_count; i++)
        names[i] =
            (struct named){sellable_source_key(replay->engine, stats->sources[i].source), i};
    sort_names(names, stats->source_count);
    put_open(&replay->out, "sources", '[');
    for (uint32_t i = 0; i < stats->source_count; i++)
        put_source(replay, names[i].key, &stats->sources[names[i].place]);
    put_close(&replay->out, ']');
}

/* ---- counts ---------------------------------------------------------------------------------- */

/* Under the names of their statuses, those that are not 0; nothing at all if all of them are and
 * `empty` does not ask for it. */
static void put_statuses(struct replay *replay, const char *name,
                         const uint64_t counts[SELLABLE_STATUS_COUNT], bool empty)
{
    struct text *out = &replay->out;
    bool opened = empty;
    if (opened)
        put_open(out, name, '{');
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        if (counts[status] == 0)
            continue;
        if (!opened)
            put_open(out, name, '{');
        opened = true;
        put_number(out, sellable_status_name(status), (int64_t)counts[status]);
    }
    if (opened)
        put_close(out, '}');
}

static void put_calls(struct replay *replay, const struct sellable_stats *stats)
{
    put_open(&replay->out, "calls", '{');
    for (int type = 1; type < SELLABLE_EVENT_TYPES_END; type++)
        put_statuses(replay, sellable_event_name(type), stats->calls[type], false);
    put_close(&replay->out, '}');
}

static void put_exception_counts(struct replay *replay, const struct sellable_stats *stats)
{
    struct text *out = &replay->out;
    put_open(out, "exceptions", '{');
    put_number(out, "kept", (int64_t)stats->exception_counts.kept);
    put_number(out, "last", (int64_t)stats->exception_counts.last);
    put_number(out, "lost", (int64_t)stats->exception_counts.lost);
    put_close(out, '}');
    put_statuses(replay, "exceptions_by_status", stats->exceptions, true);
}

static void put_counts(struct replay *replay, const struct sellable_stats *stats)
{
    struct text *out = &replay->out;
    put_number(out, "events", (int64_t)stats->events);
    put_number(out, "events_applied", (int64_t)stats->events_applied);
    put_number(out, "events_duplicate", (int64_t)stats->events_duplicate);
    put_number(out, "replays_applied", (int64_t)stats->replays_applied);
    put_exception_counts(replay, stats);
    put_number(out, "balances", (int64_t)stats->balances);
    put_number(out, "variances", (int64_t)stats->variances);
    put_number(out, "variance_sum", stats->variance_sum);
    put_number(out, "variance_absolute", stats->variance_absolute);
    put_number(out, "orders_open", (int64_t)stats->orders_open);
    put_number(out, "orders_expired", (int64_t)stats->orders_expired);
    put_number(out, "cells_short", (int64_t)stats->cells_short);
    put_number(out, "units_short", stats->units_short);
    put_number(out, "units_promised", stats->units_promised);
}

static void put_memory(struct replay *replay, const struct sellable_memory *memory)
{
    struct text *out = &replay->out;
    put_open(out, "memory", '{');
    put_number(out, "slab_bytes", (int64_t)memory->slab_bytes);
    put_number(out, "row_bytes", (int64_t)memory->row_bytes);
    put_number(out, "block_bytes", (int64_t)memory->block_bytes);
    put_number(out, "items", (int64_t)memory->items);
    put_number(out, "orders", (int64_t)memory->orders);
    put_number(out, "event_ids", (int64_t)memory->event_ids);
    put_number(out, "transfers", (int64_t)memory->transfers);
    put_close(out, '}');
}

/* ---- the question ---------------------------------------------------------------------------- */

/* All the figures; their arrays are in the room. */
static enum sellable_status look_at_stats(struct replay *replay, struct sellable_stats *stats)
{
    struct room *room = &replay->room;
    *stats = (struct sellable_stats){0};
    enum sellable_status status;
    do {
        room->channels = grow(room->channels, stats->channel_count, &room->channel_capacity,
                              sizeof *room->channels);
        room->sources = grow(room->sources, stats->source_count, &room->source_capacity,
                             sizeof *room->sources);
        *stats = (struct sellable_stats){.channels = room->channels,
                                         .sources = room->sources,
                                         .channel_capacity = (uint32_t)room->channel_capacity,
                                         .source_capacity = (uint32_t)room->source_capacity};
        status = sellable_stats(replay->engine, stats);
    } while (status == SELLABLE_OK && (stats->channel_count > stats->channel_capacity ||
                                       stats->source_count > stats->source_capacity));
    return status;
}

static void answer_members(struct replay *replay)
{
    struct sellable_stats stats;
    enum sellable_status status = look_at_stats(replay, &stats);
    if (status != SELLABLE_OK) {
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    begin_answer(replay, status);
    put_number(&replay->out, "now", stats.now);
    put_calls(replay, &stats);
    put_counts(replay, &stats);
    put_channels(replay, &stats);
    put_sources(replay, &stats);
    put_memory(replay, &stats.memory);
    put_close(&replay->out, '}');
}

static void answer_text(struct replay *replay)
{
    struct room *room = &replay->room;
    enum sellable_status status;
    uint64_t size = 0;
    do {
        room->metrics = grow(room->metrics, size, &room->metrics_capacity, 1);
        status = sellable_metrics(replay->engine, room->metrics, room->metrics_capacity, &size);
    } while (status == SELLABLE_OK && size > room->metrics_capacity);
    if (status != SELLABLE_OK) {
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    begin_answer(replay, status);
    put_key(&replay->out, "text", (struct sellable_key){room->metrics, size});
    put_close(&replay->out, '}');
}

void answer_stats(struct replay *replay, const struct fields *in)
{
    static const char *const formats[] = {"json", "openmetrics"};
    uint32_t format = as_choice(in, "format", optional(in, "format"), formats, 2);
    if (refused(replay))
        return;
    if (format == 0)
        answer_members(replay);
    else
        answer_text(replay);
}
