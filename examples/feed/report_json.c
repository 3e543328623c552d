/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one JSON object. */
#include "report.h"

#include "dates.h"
#include "json.h"
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
    json_end(json, '}');
}

/* ---- one run --------------------------------------------------------------------------------- */

/* What each kind of event was answered; only what occurred. */
static void put_answers(struct json *json, const struct result *result)
{
    json_begin(json, "answers", '[');
    for (size_t kind = 0; kind < MESSAGE_KINDS; kind++)
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            if (result->counts[kind][status] == 0)
                continue;
            json_begin(json, NULL, '{');
            json_string(json, "event", sellable_event_name((int)message_forms[kind].type));
            json_string(json, "status", sellable_status_name(status));
            json_number(json, "count", result->counts[kind][status]);
            json_end(json, '}');
        }
    json_end(json, ']');
}

static void put_reasons(struct json *json, const struct result *result)
{
    json_begin(json, "exceptions", '[');
    for (size_t i = 0; i < result->reason_count; i++) {
        const struct reason *reason = &result->reasons[i];
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
        const struct channel_tally *tally = &result->channels[c];
        json_begin(json, NULL, '{');
        json_text(json, "channel", history->channels[c].key);
        json_number(json, "orders", tally->orders);
        json_number(json, "units", tally->units);
        json_number(json, "lines_shipped", tally->lines_shipped);
        json_number(json, "units_shipped", tally->units_shipped);
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

static void put_run(struct json *json, const struct report *report, const struct result *result)
{
    json_begin(json, NULL, '{');
    json_boolean(json, "in_order", result->in_order);
    json_number(json, "messages", result->messages);
    json_number(json, "applied", result->applied);
    json_number(json, "duplicates", result->duplicates);
    json_number(json, "refused", result->refused);
    json_number(json, "nanoseconds", result->nanoseconds);
    json_number(json, "events_per_second", report_rate(result));
    put_answers(json, result);
    put_reasons(json, result);
    json_number(json, "exceptions_left", (int64_t)result->exceptions.kept);
    json_number(json, "exceptions_lost", (int64_t)result->exceptions.lost);
    json_begin(json, "gaps", '{');
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        json_number(json, source_names[i], (int64_t)result->gaps[i]);
    json_end(json, '}');
    put_channels(json, report->history, result);
    put_variance(json, "count", &result->explained);
    put_variance(json, "count_unexplained", &result->unexplained);
    put_endings(json, result);
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
    json_boolean(&json, "same", report_agrees(report));
    json_end(&json, '}');
}
