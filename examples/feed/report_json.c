/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one JSON object. */
#include "report.h"

#include "dates.h"
#include "json.h"
#include "operations.h"
#include "support.h"

static void put_files(struct json *json, const struct history *history)
{
    json_begin(json, "files", '[');
    for (size_t i = 0; i < FILE_COUNT; i++) {
        json_begin(json, NULL, '{');
        json_string(json, "path", history->files[i].path);
        json_number(json, "rows", (int64_t)history->files[i].rows);
        json_number(json, "broken", (int64_t)history->files[i].broken);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_disorder(struct json *json, const struct disorder *disorder)
{
    json_begin(json, "disorder", '{');
    json_number(json, "seed", (int64_t)disorder->seed);
    json_number(json, "duplicates", disorder->duplicates);
    json_number(json, "late", disorder->late);
    json_number(json, "late_days", disorder->late_days);
    json_number(json, "outages", disorder->outages);
    json_number(json, "swapped", disorder->swapped);
    json_number(json, "lost", disorder->lost);
    json_end(json, '}');
}

/* ---- one run --------------------------------------------------------------------------------- */

/* What each kind of event was answered, replays included; only what occurred. */
static void put_answers(struct json *json, const struct result *result)
{
    json_begin(json, "answers", '[');
    for (int type = 1; type < SELLABLE_EVENT_TYPES_END; type++)
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            if (result->stats.calls[type][status] == 0)
                continue;
            json_begin(json, NULL, '{');
            json_string(json, "event", sellable_event_name(type));
            json_string(json, "status", sellable_status_name(status));
            json_number(json, "count", (int64_t)result->stats.calls[type][status]);
            json_end(json, '}');
        }
    json_end(json, ']');
}

static void put_reasons(struct json *json, const struct result *result)
{
    json_begin(json, "exceptions", '[');
    for (size_t i = 0; i < result->worked_off.reason_count; i++) {
        const struct reason *reason = &result->worked_off.reasons[i];
        json_begin(json, NULL, '{');
        json_string(json, "status", sellable_status_name((int)reason->status));
        json_string(json, "event", sellable_event_name((int)reason->type));
        json_number(json, "kept", reason->kept);
        json_number(json, "replayed", reason->replayed);
        json_number(json, "known", reason->known);
        json_number(json, "discarded", reason->discarded);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_row(struct json *json, const struct history *history, const struct row *row)
{
    json_begin(json, NULL, '{');
    json_string(json, "first", DATE(row->first));
    json_string(json, "last", DATE(row->last));
    json_number(json, "applied", row->applied);
    json_number(json, "duplicates", row->duplicates);
    json_number(json, "refused", row->refused);
    json_number(json, "replayed", row->replayed);
    json_number(json, "discarded", row->discarded);
    json_number(json, "orders", row->orders);
    json_number(json, "lines_shipped", row->lines);
    json_begin(json, "channels", '[');
    for (size_t c = 0; c < history->channel_count && row->figures != NULL; c++) {
        json_begin(json, NULL, '{');
        json_text(json, "channel", history->channels[c].key);
        json_number(json, "units", row->figures[c].units);
        json_number(json, "items_with_none", row->figures[c].empty);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

static void put_channels(struct json *json, const struct history *history,
                         const struct result *result)
{
    json_begin(json, "channels", '[');
    for (size_t c = 0; c < history->channel_count; c++) {
        const struct sellable_channel_stats *stats = &result->channels[c];
        json_begin(json, NULL, '{');
        json_text(json, "channel", history->channels[c].key);
        json_number(json, "orders", (int64_t)stats->accepted);
        json_number(json, "refused", (int64_t)stats->refused);
        json_number(json, "units", stats->units);
        json_number(json, "lines_shipped", result->shipped[c].lines);
        json_number(json, "units_shipped", result->shipped[c].units);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_variance(struct json *json, const char *name, const struct variance *variance)
{
    json_begin(json, name, '{');
    json_number(json, "cells", variance->cells);
    json_number(json, "differing", variance->differing);
    json_number(json, "sum", variance->sum);
    json_number(json, "largest", variance->largest);
    if (variance->at != NULL)
        json_text(json, "item", variance->at->key);
    else
        json_null(json, "item");
    json_end(json, '}');
}

static void put_endings(struct json *json, const struct result *result)
{
    json_begin(json, "items", '[');
    for (size_t i = 0; i < result->ending_count; i++) {
        const struct ending *ending = &result->endings[i];
        json_begin(json, NULL, '{');
        json_text(json, "item", ending->item->key);
        json_boolean(json, "unexplained", ending->item->unexplained);
        json_number(json, "on_hand", ending->on_hand);
        json_number(json, "reserved", ending->reserved);
        json_number(json, "promised", ending->promised);
        json_number(json, "allocated", ending->allocated);
        json_number(json, "backordered", ending->backordered);
        json_number(json, "short", ending->short_);
        json_number(json, "to_come", ending->coming);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_shortages(struct json *json, const struct result *result)
{
    json_begin(json, "shortages", '[');
    for (size_t i = 0; i < result->shortage_count; i++) {
        const struct shortage *shortage = &result->shortages[i];
        json_begin(json, NULL, '{');
        json_text(json, "item", shortage->item->key);
        json_number(json, "short", shortage->short_);
        json_begin(json, "orders", '[');
        for (size_t k = 0; k < shortage->order_count; k++)
            json_text(json, NULL, shortage->orders[k]);
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, ']');
}

/* ---- what channels were told ----------------------------------------------------------------- */

static void put_tellings(struct json *json, const struct listener *listener)
{
    int64_t shown = listener->heard < TELLINGS_KEPT ? listener->heard : TELLINGS_KEPT;
    json_begin(json, "last", '[');
    for (int64_t n = listener->heard - shown; n < listener->heard; n++) {
        const struct telling *telling = &listener->last[n % TELLINGS_KEPT];
        json_begin(json, NULL, '{');
        json_text(json, "item", telling->item->key);
        json_text(json, "name", telling->item->name);
        json_string(json, "on", DATE(telling->at));
        json_number(json, "published", telling->published);
        json_string(json, "level", sellable_level_name((int)telling->level));
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_listener(struct json *json, const struct listener *listener)
{
    json_number(json, "asked", listener->asked);
    json_number(json, "lost", listener->lost);
    json_number(json, "heard", listener->heard);
    json_number(json, "items", listener->distinct);
    json_number(json, "coalesced", listener->coalesced);
    json_begin(json, "levels", '{');
    for (int level = 0; level < LEVELS; level++)
        json_number(json, sellable_level_name(level), listener->levels[level]);
    json_end(json, '}');
    put_tellings(json, listener);
    json_number(json, "wrong", listener->wrong);
    if (listener->wrong_at != NULL)
        json_text(json, "first_wrong", listener->wrong_at->key);
    else
        json_null(json, "first_wrong");
}

static void put_told(struct json *json, const struct history *history,
                     const struct result *result)
{
    json_begin(json, "told", '[');
    for (size_t c = 0; c < result->listeners.count; c++) {
        json_begin(json, NULL, '{');
        json_text(json, "channel", history->channels[c].key);
        json_number(json, "told", (int64_t)result->channels[c].told);
        put_listener(json, &result->listeners.listeners[c]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_boolean(json, "told_right", result_told_right(result));
    json_number(json, "asking_nanoseconds", result->listeners.nanoseconds);
}

/* ---- what the engine counts ------------------------------------------------------------------ */

static void put_sources(struct json *json, const struct result *result)
{
    json_begin(json, "sources", '[');
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        const struct sellable_source_stats *source = &result->sources[i];
        json_begin(json, NULL, '{');
        json_string(json, "source", source_names[i]);
        json_number(json, "applied", (int64_t)source->applied);
        json_number(json, "duplicates", (int64_t)source->duplicates);
        json_number(json, "stale", (int64_t)source->stale);
        json_number(json, "refused", (int64_t)source->refused);
        json_number(json, "gaps", (int64_t)source->gaps);
        json_number(json, "lag", source->lag);
        json_boolean(json, "silent", source->silent == 1);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_operations(struct json *json, const struct result *result)
{
    const struct sellable_stats *stats = &result->stats;
    json_begin(json, "operations", '{');
    json_number(json, "events", (int64_t)stats->events);
    json_number(json, "events_applied", (int64_t)stats->events_applied);
    json_number(json, "events_duplicate", (int64_t)stats->events_duplicate);
    json_number(json, "replays_applied", (int64_t)stats->replays_applied);
    json_number(json, "without_a_hand", share_without_a_hand(stats));
    json_number(json, "orders_open", (int64_t)stats->orders_open);
    json_number(json, "orders_expired", (int64_t)stats->orders_expired);
    json_number(json, "cells_short", (int64_t)stats->cells_short);
    json_number(json, "units_short", stats->units_short);
    json_number(json, "units_promised", stats->units_promised);
    json_number(json, "reservation_accuracy", reservation_accuracy(stats));
    json_number(json, "balances", (int64_t)stats->balances);
    json_number(json, "variances", (int64_t)stats->variances);
    json_number(json, "variance_sum", stats->variance_sum);
    json_number(json, "variance_absolute", stats->variance_absolute);
    json_number(json, "slab_bytes", (int64_t)stats->memory.slab_bytes);
    json_end(json, '}');
}

static void put_run(struct json *json, const struct report *report, const struct result *result)
{
    json_begin(json, NULL, '{');
    json_boolean(json, "in_order", result->in_order);
    json_number(json, "messages", result->messages);
    json_number(json, "applied", result_applied(result));
    json_number(json, "duplicates", result_duplicates(result));
    json_number(json, "refused", result_refused(result));
    json_number(json, "nanoseconds", result->nanoseconds);
    json_number(json, "events_per_second", report_rate(result));
    put_answers(json, result);
    put_reasons(json, result);
    json_number(json, "exceptions_left", (int64_t)result->stats.exception_counts.kept);
    json_number(json, "exceptions_lost", (int64_t)result->stats.exception_counts.lost);
    json_begin(json, "gaps", '{');
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        json_number(json, source_names[i], (int64_t)result->sources[i].gaps);
    json_end(json, '}');
    put_channels(json, report->history, result);
    put_variance(json, "count", &result->explained);
    put_variance(json, "count_unexplained", &result->unexplained);
    put_endings(json, result);
    put_shortages(json, result);
    put_told(json, report->history, result);
    put_sources(json, result);
    put_operations(json, result);
    json_begin(json, "rows", '[');
    for (size_t i = 0; i < result->row_count; i++)
        put_row(json, report->history, &result->rows[i]);
    json_end(json, ']');
    json_boolean(json, "consistent", result->audit.consistent == 1);
    json_string(json, "hash", HASH(result->audit.hash));
    json_string(json, "full", HASH(result->audit.full));
    json_number(json, "open_orders", (int64_t)result->audit.orders);
    json_end(json, '}');
}

void report_json(const struct report *report, FILE *out)
{
    struct json json = {.out = out};
    json_begin(&json, NULL, '{');
    json_string(&json, "version", sellable_version());
    json_string(&json, "folder", report->history->folder);
    json_string(&json, "opens", DATE(report->stream->opens));
    json_string(&json, "closes", DATE(report->stream->closes));
    json_string(&json, "ends", DATE(report->stream->ends));
    json_number(&json, "threads", (int64_t)report->options->threads);
    put_disorder(&json, &report->options->disorder);
    put_files(&json, report->history);
    json_begin(&json, "runs", '[');
    for (size_t i = 0; i < report->run_count; i++)
        put_run(&json, report, &report->results[i]);
    json_end(&json, ']');
    json_boolean(&json, "same", report_same(report));
    json_end(&json, '}');
}
