/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one JSON object on stdout. Latencies are in nanoseconds. */
#include "report.h"

#include "dates.h"
#include "json.h"
#include "support.h"

#include <stdlib.h>

static void put_files(struct json *json, const struct folder *folder)
{
    json_begin(json, "files", '[');
    for (size_t i = 0; i < FILE_COUNT; i++) {
        const struct file *file = &folder->files[i];
        if (file->path == NULL)
            continue;
        json_begin(json, NULL, '{');
        json_string(json, "path", file->path);
        json_number(json, "rows", (int64_t)file->rows);
        json_number(json, "broken", (int64_t)file->broken);
        json_begin(json, "faults", '[');
        for (size_t k = 0; k < file->broken && k < FAULTS_SHOWN; k++) {
            json_begin(json, NULL, '{');
            json_number(json, "line", (int64_t)file->faults[k].line);
            json_string(json, "column", file->faults[k].column);
            json_string(json, "reason", file->faults[k].reason);
            json_end(json, '}');
        }
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_settings(struct json *json, const struct report *report)
{
    const struct folder *folder = report->folder;
    struct sellable_location *locations = allocate(folder->location_count, sizeof *locations);
    json_string(json, "safety", safety_names[report->options->safety]);
    json_begin(json, "settings", '[');
    for (size_t c = 0; c < CHANNEL_COUNT; c++) {
        struct sellable_policy policy;
        report_policy(report, c, &policy, locations);
        json_begin(json, NULL, '{');
        json_string(json, "channel", channel_names[c]);
        json_number(json, "precedence", policy.precedence);
        json_number(json, "share", policy.share);
        json_number(json, "horizon", policy.horizon);
        json_string(json, "sourcing", sourcing_names[policy.sourcing]);
        if ((policy.set & SELLABLE_SETTING_LOCATIONS) == 0) {
            json_null(json, "locations");
        } else {
            json_begin(json, "locations", '[');
            for (uint32_t i = 0; i < policy.location_count; i++)
                json_text(json, NULL, sellable_location_key(report->engine, locations[i]));
            json_end(json, ']');
        }
        json_end(json, '}');
    }
    json_end(json, ']');
    free(locations);
}

static void put_store(struct json *json, const struct report *report)
{
    const struct store *store = report->store;
    if (store->directory == NULL) {
        json_null(json, "store");
        return;
    }
    json_begin(json, "store", '{');
    json_string(json, "directory", store->directory);
    json_begin(json, "found", '{');
    json_number(json, "position", (int64_t)store->found.position);
    json_number(json, "checkpoint", (int64_t)store->found.checkpoint);
    json_number(json, "replayed", (int64_t)store->found.replayed);
    json_number(json, "items", (int64_t)store->items);
    json_number(json, "orders", (int64_t)store->orders);
    json_end(json, '}');
    json_number(json, "known", report->tallies[CHANNEL_COUNT].calls_known);
    json_number(json, "position", (int64_t)sellable_position(report->engine));
    json_number(json, "durable", (int64_t)sellable_durable(report->engine));
    json_end(json, '}');
}

/* ---- what may be promised -------------------------------------------------------------------- */

static void put_number_or_null(struct json *json, const char *name, int64_t number, bool is_null)
{
    if (is_null)
        json_null(json, name);
    else
        json_number(json, name, number);
}

static void put_totals(struct json *json, const struct report *report)
{
    const struct forecast *forecast = report->forecast;
    json_begin(json, "totals", '[');
    for (size_t c = 0; c < CHANNEL_COUNT; c++) {
        const struct total *total = &forecast->totals[c];
        json_begin(json, NULL, '{');
        json_string(json, "channel", channel_names[c]);
        json_begin(json, "dates", '[');
        for (size_t d = 0; d < DATE_COUNT; d++) {
            json_begin(json, NULL, '{');
            json_string(json, "date", DATE(forecast->dates[d]));
            put_number_or_null(json, "items", total->items[d], total->beyond[d]);
            put_number_or_null(json, "promisable", total->units[d], total->beyond[d]);
            json_end(json, '}');
        }
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, ']');
}

/* Null, for a date beyond the channel's horizon. */
static void put_figure(struct json *json, const struct forecast *forecast, size_t channel,
                       const struct figure *figure)
{
    json_begin(json, NULL, '{');
    json_string(json, "channel", channel_names[channel]);
    json_number(json, "promisable", figure->most.promisable);
    json_number(json, "published", figure->most.published);
    json_begin(json, "dates", '[');
    for (size_t d = 0; d < DATE_COUNT; d++) {
        json_begin(json, NULL, '{');
        json_string(json, "date", DATE(forecast->dates[d]));
        put_number_or_null(json, "promisable", figure->at[d].promisable, figure->beyond[d]);
        put_number_or_null(json, "published", figure->at[d].published, figure->beyond[d]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

static void put_items(struct json *json, const struct report *report, const char *name,
                      enum listed listed)
{
    const struct forecast *forecast = report->forecast;
    json_begin(json, name, '[');
    size_t shown = 0, at = report_next(report, listed, 0);
    for (; at < forecast->count && shown < report->options->top; shown++) {
        const struct promisable *promisable = &forecast->items[at];
        json_begin(json, NULL, '{');
        json_text(json, "item", promisable->key);
        json_text(json, "name", promisable->item->name);
        json_number(json, "ordered", promisable->item->wanted);
        json_number(json, "to_come", promisable->coming);
        json_begin(json, "channels", '[');
        for (size_t c = 0; c < CHANNEL_COUNT; c++)
            put_figure(json, forecast, c, &promisable->channels[c]);
        json_end(json, ']');
        json_end(json, '}');
        at = report_next(report, listed, at + 1);
    }
    json_end(json, ']');
}

/* ---- why ------------------------------------------------------------------------------------- */

static void put_term(struct json *json, const struct report *report,
                     const struct sellable_term *term)
{
    json_begin(json, NULL, '{');
    json_text(json, "location", sellable_location_key(report->engine, term->location));
    json_number(json, "on_hand", term->on_hand);
    json_number(json, "held", term->held);
    json_number(json, "allocated", term->allocated);
    json_number(json, "reserved", term->reserved);
    json_number(json, "safety_stock", term->safety_stock);
    json_number(json, "net", term->net);
    json_number(json, "supply", term->supply);
    json_number(json, "demand", term->demand);
    json_number(json, "promised", term->promised);
    json_number(json, "projected", term->projected);
    json_number(json, "low", term->low);
    json_number(json, "free", term->free);
    json_number(json, "fenced", term->fenced);
    json_number(json, "backordered", term->backordered);
    json_number(json, "shared", term->shared);
    json_number(json, "own", term->own);
    json_number(json, "seen", term->seen);
    json_end(json, '}');
}

static void put_explained(struct json *json, const struct report *report)
{
    const struct sellable_explanation *why = &report->explained->explanation;
    if (why->item.id == 0) {
        json_null(json, "explained");
        return;
    }
    json_begin(json, "explained", '{');
    json_text(json, "item", sellable_item_key(report->engine, why->item));
    json_text(json, "channel", sellable_channel_key(report->engine, why->channel));
    json_string(json, "date", DATE(why->date));
    json_begin(json, "cells", '[');
    for (size_t i = 0; i < why->term_count && i < why->term_capacity; i++)
        put_term(json, report, &why->terms[i]);
    json_end(json, ']');
    json_number(json, "share", why->share);
    json_boolean(json, "closed", why->closed != 0);
    json_number(json, "pool", why->pool);
    json_number(json, "buffer", why->buffer);
    json_number(json, "room", why->room);
    json_number(json, "promisable", why->promisable);
    json_number(json, "published", why->published);
    json_string(json, "because", report->explained->because);
    json_end(json, '}');
}

/* ---- what came of the orders ----------------------------------------------------------------- */

static void put_parts(struct json *json, const char *name, const struct parts *parts)
{
    json_begin(json, name, '{');
    json_number(json, "accepted", parts->full);
    json_number(json, "in_part", parts->part);
    json_number(json, "refused", parts->refused);
    json_end(json, '}');
}

static void put_tally(struct json *json, const struct report *report, const struct tally *tally)
{
    put_parts(json, "orders", &tally->orders);
    put_parts(json, "lines", &tally->lines);
    json_number(json, "units_promised", tally->units_promised);
    json_number(json, "units_later", tally->units_later);
    json_number(json, "calls", tally->calls);
    json_number(json, "calls_later", tally->calls_later);
    json_number(json, "calls_per_second", report_rate(report, tally));
    json_begin(json, "latency", '{');
    json_number(json, "p50", tally->p50);
    json_number(json, "p99", tally->p99);
    json_number(json, "p99.9", tally->p999);
    json_end(json, '}');
}

static void put_tallies(struct json *json, const struct report *report)
{
    json_begin(json, "channels", '[');
    for (size_t c = 0; c < CHANNEL_COUNT; c++) {
        json_begin(json, NULL, '{');
        json_string(json, "channel", channel_names[c]);
        put_tally(json, report, &report->tallies[c]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_begin(json, "all", '{');
    put_tally(json, report, &report->tallies[CHANNEL_COUNT]);
    json_end(json, '}');
    json_number(json, "nanoseconds", report->taken->nanoseconds);
    json_begin(json, "calls_by_thread", '[');
    for (size_t t = 0; t < report->taken->threads; t++)
        json_number(json, NULL, (int64_t)report->taken->plans[t].calls);
    json_end(json, ']');
}

static void put_memory(struct json *json, const struct report *report)
{
    json_begin(json, "memory", '{');
    json_number(json, "slab_bytes", (int64_t)report->after.slab_bytes);
    json_number(json, "row_bytes", (int64_t)report->after.row_bytes);
    json_number(json, "block_bytes", (int64_t)report->after.block_bytes);
    json_number(json, "items", (int64_t)report->after.items);
    json_number(json, "orders", (int64_t)report->after.orders);
    json_number(json, "bytes_per_item", report_bytes_per_item(report));
    json_number(json, "bytes_per_order", report_bytes_per_order(report));
    json_end(json, '}');
}

static void put_audit(struct json *json, const struct audit *audit)
{
    json_begin(json, "audit", '{');
    json_boolean(json, "passed", audit->passed);
    json_number(json, "cells", audit->cells);
    json_number(json, "ordered", audit->ordered);
    json_number(json, "planned", audit->planned);
    json_number(json, "reserved", audit->kept - audit->dated);
    json_number(json, "promised_later", audit->dated);
    json_number(json, "differing_cells", audit->differing);
    json_number(json, "oversold_cells", audit->oversold);
    json_number(json, "unsafe_items", audit->unsafe);
    json_end(json, '}');
}

void report_json(const struct report *report)
{
    struct json json = {.out = stdout};
    const struct folder *folder = report->folder;
    json_begin(&json, NULL, '{');
    json_string(&json, "version", sellable_version());
    json_string(&json, "folder", folder->path);
    put_store(&json, report);
    if (report->period != NULL)
        json_string(&json, "period", report->period);
    else
        json_null(&json, "period");
    json_string(&json, "now", DATE(sellable_now(report->engine)));
    json_boolean(&json, "plain", report->options->plain);
    json_string(&json, "per", report->options->per_line ? "line" : "order");
    json_string(&json, "mode", report->options->partial ? "partial" : "all");
    put_settings(&json, report);
    json_number(&json, "threads", (int64_t)report->taken->threads);
    put_files(&json, folder);
    json_number(&json, "items", (int64_t)folder->item_count);
    json_number(&json, "locations", (int64_t)folder->location_count);
    json_number(&json, "orders_left_out", (int64_t)folder->orders_left_out);
    json_begin(&json, "purchase_orders", '{');
    json_number(&json, "lines", (int64_t)folder->supply_count);
    json_number(&json, "units", report_inbound_units(report));
    json_end(&json, '}');
    put_totals(&json, report);
    put_items(&json, report, "wanted", LISTED_WANTED);
    put_items(&json, report, "changed", LISTED_CHANGED);
    put_explained(&json, report);
    put_tallies(&json, report);
    put_memory(&json, report);
    put_audit(&json, &report->audit);
    json_end(&json, '}');
}
