/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures for operations: what the workers have counted (tally.h), added up; what the masters say;
 * and one pass over the rows. It writes nothing that others read. Each figure is of an instant of
 * its own; each row is read at one. */
#include "cell_now.h"
#include "feed.h"
#include "source.h"
#include "tally.h"

/* ---- what was counted ---- */

static uint64_t sum_of(const sbl_word *own, uint64_t sum) { return sum + sbl_load(own); }

/* What stops at 10^15, and what has any sign. */
static int64_t units_of(const sbl_word *own, int64_t sum) {
    return sbl_min(SELLABLE_QUANTITY_MAX, sbl_add(sum, (int64_t)sbl_load(own)));
}

static void add_calls(const struct sbl_counters *tally, struct sellable_stats *stats) {
    for (int type = 0; type < SELLABLE_EVENT_TYPES_END; type++)
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++)
            stats->calls[type][status] =
                sum_of(&tally->calls[type][status], stats->calls[type][status]);
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++)
        stats->exceptions[status] = sum_of(&tally->exceptions[status], stats->exceptions[status]);
    stats->events = sum_of(&tally->events, stats->events);
    stats->events_applied = sum_of(&tally->applied, stats->events_applied);
    stats->events_duplicate = sum_of(&tally->duplicate, stats->events_duplicate);
    stats->replays_applied = sum_of(&tally->replays, stats->replays_applied);
    stats->balances = sum_of(&tally->balances, stats->balances);
    stats->variances = sum_of(&tally->variances, stats->variances);
    stats->variance_sum = sbl_add(stats->variance_sum, (int64_t)sbl_load(&tally->variance_sum));
    stats->variance_absolute = units_of(&tally->variance_absolute, stats->variance_absolute);
    stats->orders_expired = sum_of(&tally->expired, stats->orders_expired);
}

static void add_channels(const struct sbl_counters *tally, struct sellable_channel_stats *channels,
                         uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct sellable_channel_stats *channel = &channels[i];
        const struct sbl_channel_tally *own = sbl_tally_channel_at(tally, channel->channel.id);
        if (own == NULL)
            continue;
        channel->accepted = sum_of(&own->accepted, channel->accepted);
        channel->refused = sum_of(&own->refused, channel->refused);
        channel->units = units_of(&own->units, channel->units);
    }
}

static void add_sources(const struct sbl_counters *tally, struct sellable_source_stats *sources,
                        uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct sellable_source_stats *source = &sources[i];
        const struct sbl_source_tally *own = sbl_tally_source_at(tally, source->source.id);
        if (own == NULL)
            continue;
        source->applied = sum_of(&own->applied, source->applied);
        source->duplicates = sum_of(&own->duplicates, source->duplicates);
        source->stale = sum_of(&own->stale, source->stale);
        source->refused = sum_of(&own->refused, source->refused);
        uint64_t newest = sbl_load(&own->newest);
        if (newest == 0 || (source->has_newest != 0 &&
                            source->newest_at >= sbl_newest_of(newest)))
            continue;
        source->has_newest = 1;
        source->newest_at = sbl_newest_of(newest);
    }
}

/* ---- with what is known of a source ---- */

static void finish_source(const struct sellable *engine, struct sellable_source_stats *source,
                          int64_t now) {
    struct sellable_source_view view;
    if (sellable_source_look(engine, source->source, &view) != SELLABLE_OK)
        return;
    source->gaps = view.gaps;
    if (source->has_newest != 0)
        source->lag = sbl_max(0, sbl_subtract(now, source->newest_at));
    bool late = source->has_newest != 0 ? source->lag > view.max_lag : now != 0;
    source->silent = view.max_lag >= 0 && late;
}

/* ---- the rows ---- */

/* What a pass over them adds up. */
struct promises {
    uint64_t cells; /* short */
    int64_t shorts;
    int64_t promised;
};

/* Add those of one row; what was read counts if it is still so. What is not tracked is never
 * short. */
static void add_cells(const struct sbl_memory *memory, const struct sbl_image *row, int64_t now,
                      struct promises *sum) {
    struct sbl_tail tail = sbl_row_tail(memory, row);
    bool tracked = !sbl_row_has(row, SBL_ROW_OWN) || !sbl_own_of(memory, tail.own).untracked;
    struct sbl_cell_now cell;
    struct sbl_walk walk;
    uint32_t location;
    int64_t net;
    sbl_walk_begin(&walk, memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        if (location == 0)
            continue;
        sbl_cell_now(memory, row, &tail, location, now, &cell);
        sum->cells += tracked && cell.short_ > 0;
        sum->shorts = sbl_add(sum->shorts, tracked ? cell.short_ : 0);
        sum->promised = sbl_add(sum->promised, sbl_cell_promised(&cell));
    }
}

static void add_row(const struct sellable *engine, const struct sbl_line *line,
                    struct promises *sum) {
    const struct sbl_commit *commit = &engine->commit;
    struct sbl_seen row, world;
    struct promises with;
    bool dated, still;
    do {
        sbl_line_read(commit, &commit->world, &world);
        sbl_line_read(commit, line, &row);
        dated = sbl_row_has(&row.image, SBL_ROW_DATES);
        int64_t promised;
        with = *sum;
        if (sbl_row_promised(&engine->memory, &row.image, &promised))
            with.promised = sbl_add(with.promised, promised);
        else
            add_cells(&engine->memory, &row.image, sbl_now_of(&world.image), &with);
        still = sbl_line_still(commit, line, &row) &&
                (!dated || sbl_line_still(commit, &commit->world, &world));
    } while (!still);
    *sum = with;
}

static struct promises add_rows(const struct sellable *engine) {
    enum { AHEAD = 12, ROOT_LINES = 3 };
    uint64_t count = sbl_load_acquire(COUNT, &engine->item_numbers);
    struct promises sum = {0};
    for (uint64_t item = 1; item <= count; item++) {
        const struct sbl_line *line = sbl_row_line(engine, (uint32_t)item);
        const struct sbl_line *later =
            item + AHEAD <= count ? sbl_row_line(engine, (uint32_t)(item + AHEAD)) : NULL;
        if (later != NULL)
            sbl_row_fetch_root(&engine->memory, later, ROOT_LINES);
        if (line != NULL)
            add_row(engine, line, &sum);
    }
    return sum;
}

/* ---- all of it ---- */

/* How many of an array are filled. */
static uint32_t room_of(const void *array, uint32_t capacity, uint32_t count) {
    return array == NULL ? 0 : capacity < count ? capacity : count;
}

/* Of all workers, and what else there is of channels and sources. */
static void add_workers(const struct sellable *engine, struct sellable_stats *stats) {
    uint64_t workers = sbl_tally_workers(engine);
    uint32_t channels = room_of(stats->channels, stats->channel_capacity, stats->channel_count);
    uint32_t sources = room_of(stats->sources, stats->source_capacity, stats->source_count);
    for (uint32_t i = 0; i < channels; i++)
        stats->channels[i] = (struct sellable_channel_stats){.channel = {i + 1}};
    for (uint32_t i = 0; i < sources; i++)
        stats->sources[i] = (struct sellable_source_stats){.source = {i + 1}};
    for (uint64_t i = 0; i < workers; i++) {
        const struct sbl_counters *tally = sbl_tally_at(engine, i);
        if (tally == NULL)
            continue;
        add_calls(tally, stats);
        add_channels(tally, stats->channels, channels);
        add_sources(tally, stats->sources, sources);
    }
    for (uint32_t i = 0; i < channels; i++)
        sbl_feed_look(engine, i + 1, &stats->channels[i]);
    for (uint32_t i = 0; i < sources; i++)
        finish_source(engine, &stats->sources[i], stats->now);
    stats->variance_sum =
        sbl_max(-SELLABLE_QUANTITY_MAX, sbl_min(SELLABLE_QUANTITY_MAX, stats->variance_sum));
}

static void begin(const struct sbl_image *world, struct sellable_stats *stats) {
    *stats = (struct sellable_stats){.channels = stats->channels,
                                     .sources = stats->sources,
                                     .channel_capacity = stats->channel_capacity,
                                     .source_capacity = stats->source_capacity,
                                     .channel_count = sbl_channel_count(world),
                                     .source_count = sbl_source_count(world),
                                     .now = sbl_now_of(world)};
}

enum sellable_status sellable_stats(const struct sellable *engine, struct sellable_stats *stats) {
    struct sbl_seen world;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    begin(&world.image, stats);
    add_workers(engine, stats);
    stats->orders_open = sbl_tally_orders_open(engine);
    const struct promises sum = add_rows(engine);
    stats->cells_short = sum.cells;
    stats->units_short = sbl_min(SELLABLE_QUANTITY_MAX, sum.shorts);
    stats->units_promised = sbl_max(0, sbl_min(SELLABLE_QUANTITY_MAX, sum.promised));
    sellable_exception_counts(engine, &stats->exception_counts);
    sellable_memory(engine, &stats->memory);
    return SELLABLE_OK;
}
