/* SPDX-License-Identifier: Apache-2.0
 *
 * The figures for operations as text: OpenMetrics 1.0. Families by name; in a family samples by
 * number of the channel or source, by type and status. Keys are labels, as they are, but for what
 * the format escapes. Times are seconds, exact to the millisecond. */
#include "engine.h"

/* ---- a bounded writer ---- */

/* Beyond the capacity it only counts. */
struct writer {
    char *text;
    uint64_t capacity;
    uint64_t size; /* of all of it */
};

static void put_bytes(struct writer *writer, const char *bytes, uint64_t size) {
    if (writer->size < writer->capacity) {
        uint64_t room = writer->capacity - writer->size;
        memcpy(writer->text + writer->size, bytes, (size_t)(size < room ? size : room));
    }
    writer->size += size;
}

static void put(struct writer *writer, const char *text) { put_bytes(writer, text, strlen(text)); }

enum { DIGITS = 20, RADIX = 10 };

static void put_digits(struct writer *writer, uint64_t number, int least) {
    char digits[DIGITS];
    int at = DIGITS;
    for (; number != 0 || DIGITS - at < least; number /= RADIX)
        digits[--at] = (char)('0' + number % RADIX);
    put_bytes(writer, digits + at, (uint64_t)(DIGITS - at));
}

/* Its magnitude, with a minus before it where there is one. */
static uint64_t put_sign(struct writer *writer, int64_t number) {
    if (number < 0)
        put(writer, "-");
    return number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
}

static void put_number(struct writer *writer, int64_t number) {
    put_digits(writer, put_sign(writer, number), 1);
}

static void put_seconds(struct writer *writer, int64_t milliseconds) {
    enum { A_SECOND = 1000, PLACES = 3 };
    uint64_t all = put_sign(writer, milliseconds);
    put_digits(writer, all / A_SECOND, 1);
    put(writer, ".");
    put_digits(writer, all % A_SECOND, PLACES);
}

static void put_label(struct writer *writer, const char *name, struct sellable_key value) {
    put(writer, name);
    put(writer, "=\"");
    for (uint64_t i = 0; i < value.size; i++) {
        if (value.bytes[i] == '\n')
            put(writer, "\\n");
        else if (value.bytes[i] == '"' || value.bytes[i] == '\\')
            put(writer, value.bytes[i] == '"' ? "\\\"" : "\\\\");
        else
            put_bytes(writer, &value.bytes[i], 1);
    }
    put(writer, "\"");
}

static void put_word(struct writer *writer, const char *name, const char *value) {
    put_label(writer, name, (struct sellable_key){value, strlen(value)});
}

/* ---- families ---- */

enum of { OF_ENGINE, OF_CALLS, OF_EXCEPTIONS, OF_CHANNEL, OF_SOURCE };
enum kind { COUNTER, GAUGE };
enum form { NUMBER, FLAG, TIME, BYTES };

struct family {
    const char *name, *help; /* help without what the format escapes */
    enum of of;
    enum kind kind;
    enum form form;
    size_t at;    /* where the figure stands in the record of what it is of, */
    size_t given; /* and the flag that tells whether there is one; 0: there always is */
};

#define ENGINE_AT(member) offsetof(struct sellable_stats, member)
#define CHANNEL_AT(member) offsetof(struct sellable_channel_stats, member)
#define SOURCE_AT(member) offsetof(struct sellable_source_stats, member)

static const struct family families[] = {
    {"sellable_balances", "on_hand.set that were ok", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(balances), 0},
    {"sellable_block_bytes", "handed out to workers: keys, rows beyond the first line, orders",
     OF_ENGINE, GAUGE, BYTES, ENGINE_AT(memory.block_bytes), 0},
    {"sellable_calls", "calls and events that change something, by type and status", OF_CALLS,
     COUNTER, NUMBER, 0, 0},
    {"sellable_cells_short", "cells with less than what is promised there", OF_ENGINE, GAUGE,
     NUMBER, ENGINE_AT(cells_short), 0},
    {"sellable_channel_accepted", "orders: reserve and amend that were ok", OF_CHANNEL, COUNTER,
     NUMBER, CHANNEL_AT(accepted), 0},
    {"sellable_channel_listens", "1: the channel has asked for changes", OF_CHANNEL, GAUGE, FLAG,
     CHANNEL_AT(listens), 0},
    {"sellable_channel_refused", "reserve and amend that were insufficient or paused", OF_CHANNEL,
     COUNTER, NUMBER, CHANNEL_AT(refused), 0},
    {"sellable_channel_told", "changes that the channel was told", OF_CHANNEL, COUNTER, NUMBER,
     CHANNEL_AT(told), 0},
    {"sellable_channel_units", "of accepted reserves, in smallest units; stops at 10^15",
     OF_CHANNEL, COUNTER, NUMBER, CHANNEL_AT(units), 0},
    {"sellable_channel_untold", "1: something may have changed that the channel was not told",
     OF_CHANNEL, GAUGE, FLAG, CHANNEL_AT(has_untold), 0},
    {"sellable_channel_untold_since_seconds", "no change that may be untold is older", OF_CHANNEL,
     GAUGE, TIME, CHANNEL_AT(untold_since), CHANNEL_AT(has_untold)},
    {"sellable_event_ids", "ids of events that are remembered", OF_ENGINE, GAUGE, NUMBER,
     ENGINE_AT(memory.event_ids), 0},
    {"sellable_events", "events that were sent, or replayed", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(events), 0},
    {"sellable_events_applied", "events that were ok", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(events_applied), 0},
    {"sellable_events_duplicate", "events that were known already", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(events_duplicate), 0},
    {"sellable_exceptions", "refused events that are kept", OF_ENGINE, GAUGE, NUMBER,
     ENGINE_AT(exception_counts.kept), 0},
    {"sellable_exceptions_kept", "refused events, by status", OF_EXCEPTIONS, COUNTER, NUMBER, 0,
     0},
    {"sellable_exceptions_last", "the last number that an exception was given", OF_ENGINE, GAUGE,
     NUMBER, ENGINE_AT(exception_counts.last), 0},
    {"sellable_exceptions_lost", "exceptions that left because there were too many", OF_ENGINE,
     COUNTER, NUMBER, ENGINE_AT(exception_counts.lost), 0},
    {"sellable_items", "items", OF_ENGINE, GAUGE, NUMBER, ENGINE_AT(memory.items), 0},
    {"sellable_now_seconds", "the time that the engine was given last", OF_ENGINE, GAUGE, TIME,
     ENGINE_AT(now), 0},
    {"sellable_orders", "orders that are remembered, open or closed", OF_ENGINE, GAUGE, NUMBER,
     ENGINE_AT(memory.orders), 0},
    {"sellable_orders_expired", "orders released since their timeout passed", OF_ENGINE, COUNTER,
     NUMBER, ENGINE_AT(orders_expired), 0},
    {"sellable_orders_open", "orders that are open", OF_ENGINE, GAUGE, NUMBER,
     ENGINE_AT(orders_open), 0},
    {"sellable_replays_applied", "exceptions that were replayed, ok", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(replays_applied), 0},
    {"sellable_row_bytes", "first lines of items", OF_ENGINE, GAUGE, BYTES,
     ENGINE_AT(memory.row_bytes), 0},
    {"sellable_slab_bytes", "taken from the allocator, touched or not", OF_ENGINE, GAUGE, BYTES,
     ENGINE_AT(memory.slab_bytes), 0},
    {"sellable_source_applied", "events of the source that were ok", OF_SOURCE, COUNTER, NUMBER,
     SOURCE_AT(applied), 0},
    {"sellable_source_duplicates", "events of the source that were known already", OF_SOURCE,
     COUNTER, NUMBER, SOURCE_AT(duplicates), 0},
    {"sellable_source_gaps", "gaps in the numbers of the source", OF_SOURCE, COUNTER, NUMBER,
     SOURCE_AT(gaps), 0},
    {"sellable_source_lag_seconds", "the engine's time less that of the newest event", OF_SOURCE,
     GAUGE, TIME, SOURCE_AT(lag), SOURCE_AT(has_newest)},
    {"sellable_source_newest_seconds", "the latest time of an applied event", OF_SOURCE, GAUGE,
     TIME, SOURCE_AT(newest_at), SOURCE_AT(has_newest)},
    {"sellable_source_refused", "events of the source that were refused", OF_SOURCE, COUNTER,
     NUMBER, SOURCE_AT(refused), 0},
    {"sellable_source_silent", "1: longer than its max_lag", OF_SOURCE, GAUGE, FLAG,
     SOURCE_AT(silent), 0},
    {"sellable_source_stale", "events of the source that were stale", OF_SOURCE, COUNTER, NUMBER,
     SOURCE_AT(stale), 0},
    {"sellable_transfers", "transfers that are remembered", OF_ENGINE, GAUGE, NUMBER,
     ENGINE_AT(memory.transfers), 0},
    {"sellable_units_promised", "reserved, promised, backordered and allocated; stops at 10^15",
     OF_ENGINE, GAUGE, NUMBER, ENGINE_AT(units_promised), 0},
    {"sellable_units_short", "by how much cells are short; stops at 10^15", OF_ENGINE, GAUGE,
     NUMBER, ENGINE_AT(units_short), 0},
    {"sellable_variance_absolute_units", "absolute variances of balances; stops at 10^15",
     OF_ENGINE, COUNTER, NUMBER, ENGINE_AT(variance_absolute), 0},
    {"sellable_variance_units", "variances of balances, added up; stops at 10^15", OF_ENGINE,
     GAUGE, NUMBER, ENGINE_AT(variance_sum), 0},
    {"sellable_variances", "balances with a variance that is not 0", OF_ENGINE, COUNTER, NUMBER,
     ENGINE_AT(variances), 0},
};

/* ---- samples ---- */

static void put_name(struct writer *writer, const struct family *family) {
    put(writer, family->name);
    if (family->kind == COUNTER)
        put(writer, "_total");
}

/* A flag of 32 bits, or a figure of 64, somewhere in a record. */
static uint32_t flag_at(const void *record, size_t at) {
    uint32_t flag;
    memcpy(&flag, (const char *)record + at, sizeof flag);
    return flag;
}
static int64_t figure_at(const void *record, size_t at) {
    int64_t figure;
    memcpy(&figure, (const char *)record + at, sizeof figure);
    return figure;
}

/* After the name and the labels. */
static void put_value(struct writer *writer, const struct family *family, const void *record) {
    put(writer, " ");
    if (family->form == FLAG)
        put_number(writer, flag_at(record, family->at));
    else if (family->form == TIME)
        put_seconds(writer, figure_at(record, family->at));
    else
        put_number(writer, figure_at(record, family->at));
    put(writer, "\n");
}

static bool is_given(const struct family *family, const void *record) {
    return family->given == 0 || flag_at(record, family->given) != 0;
}

static void put_of(struct writer *writer, const struct family *family, const char *label,
                   struct sellable_key key, const void *record) {
    if (!is_given(family, record) || key.bytes == NULL)
        return;
    put_name(writer, family);
    put(writer, "{");
    put_label(writer, label, key);
    put(writer, "}");
    put_value(writer, family, record);
}

/* `type`: of the calls; exceptions have none: NULL. */
static void put_statuses(struct writer *writer, const struct family *family, const char *type,
                         const uint64_t count[SELLABLE_STATUS_COUNT]) {
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        if (count[status] == 0)
            continue;
        put_name(writer, family);
        put(writer, "{");
        if (type != NULL) {
            put_word(writer, "type", type);
            put(writer, ",");
        }
        put_word(writer, "status", sellable_status_name(status));
        put(writer, "} ");
        put_number(writer, (int64_t)count[status]);
        put(writer, "\n");
    }
}

static void put_head(struct writer *writer, const struct family *family) {
    const char *unit =
        family->form == TIME ? "seconds" : family->form == BYTES ? "bytes" : NULL;
    put(writer, "# TYPE ");
    put(writer, family->name);
    put(writer, family->kind == COUNTER ? " counter\n" : " gauge\n");
    if (unit != NULL) {
        put(writer, "# UNIT ");
        put(writer, family->name);
        put(writer, " ");
        put(writer, unit);
        put(writer, "\n");
    }
    put(writer, "# HELP ");
    put(writer, family->name);
    put(writer, " ");
    put(writer, family->help);
    put(writer, "\n");
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static void put_family(struct writer *writer, const struct sellable *engine,
                       const struct family *family, const struct sellable_stats *stats) {
    uint32_t channels = least(stats->channel_count, stats->channel_capacity);
    uint32_t sources = least(stats->source_count, stats->source_capacity);
    put_head(writer, family);
    switch (family->of) {
    case OF_ENGINE:
        put_name(writer, family);
        put_value(writer, family, stats);
        break;
    case OF_CALLS:
        for (int type = 0; type < SELLABLE_EVENT_TYPES_END; type++)
            put_statuses(writer, family, sellable_event_name(type), stats->calls[type]);
        break;
    case OF_EXCEPTIONS:
        put_statuses(writer, family, NULL, stats->exceptions);
        break;
    case OF_CHANNEL:
        for (uint32_t i = 0; i < channels; i++)
            put_of(writer, family, "channel",
                   sellable_channel_key(engine, stats->channels[i].channel), &stats->channels[i]);
        break;
    case OF_SOURCE:
        for (uint32_t i = 0; i < sources; i++)
            put_of(writer, family, "source",
                   sellable_source_key(engine, stats->sources[i].source), &stats->sources[i]);
        break;
    }
}

enum sellable_status sellable_metrics(struct sellable *engine, char *text, uint64_t capacity,
                                      uint64_t *size) {
    struct writer writer = {text, text == NULL ? 0 : capacity, 0};
    struct sbl_buffer buffer = {0};
    struct sellable_stats stats = {0};
    struct sbl_seen world;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    stats.channel_capacity = sbl_channel_count(&world.image); /* those made meanwhile come next */
    stats.source_capacity = sbl_source_count(&world.image);
    size_t channels = stats.channel_capacity * sizeof(struct sellable_channel_stats);
    size_t sources = stats.source_capacity * sizeof(struct sellable_source_stats);
    *size = 0;
    if (channels + sources != 0 &&
        !sbl_buffer_reserve(&engine->memory, &buffer, channels + sources))
        return SELLABLE_NO_MEMORY;
    if (channels + sources != 0) {
        stats.channels = buffer.bytes;
        stats.sources = (struct sellable_source_stats *)(void *)((char *)buffer.bytes + channels);
    }
    enum sellable_status status = sellable_stats(engine, &stats);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        put_family(&writer, engine, &families[i], &stats);
    put(&writer, "# EOF\n");
    *size = writer.size;
    sbl_buffer_fini(&engine->memory, &buffer);
    return status;
}
