/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one JSON object on stdout. Latencies are in nanoseconds. */
#include "json.h"
#include "report.h"

#include "support.h"

static void put_files(struct json *json, const struct folder *folder)
{
    json_begin(json, "files", '[');
    for (size_t i = 0; i < FILE_COUNT; i++) {
        const struct file *file = &folder->files[i];
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

static void put_wanted(struct json *json, const struct report *report)
{
    json_begin(json, "wanted", '[');
    for (size_t i = 0; i < report->wanted_count; i++) {
        const struct wanted *wanted = &report->wanted[i];
        json_begin(json, NULL, '{');
        json_text(json, "item", sellable_item_key(report->engine, wanted->item->handle));
        json_text(json, "name", wanted->item->name);
        json_number(json, "ordered", wanted->item->wanted);
        json_begin(json, "channels", '[');
        for (size_t c = 0; c < CHANNEL_COUNT; c++) {
            json_begin(json, NULL, '{');
            json_text(json, "channel",
                      sellable_channel_key(report->engine, report->folder->channels[c]));
            json_number(json, "promisable", wanted->availability[c].promisable);
            json_number(json, "published", wanted->availability[c].published);
            json_end(json, '}');
        }
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, ']');
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
    json_begin(json, "cells", '[');
    for (size_t i = 0; i < why->term_count && i < why->term_capacity; i++) {
        const struct sellable_term *term = &why->terms[i];
        json_begin(json, NULL, '{');
        json_text(json, "location", sellable_location_key(report->engine, term->location));
        json_number(json, "on_hand", term->on_hand);
        json_number(json, "held", term->held);
        json_number(json, "allocated", term->allocated);
        json_number(json, "reserved", term->reserved);
        json_number(json, "safety_stock", term->safety_stock);
        json_number(json, "net", term->net);
        json_number(json, "free", term->free);
        json_number(json, "shared", term->shared);
        json_number(json, "seen", term->seen);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_number(json, "share", why->share);
    json_boolean(json, "closed", why->closed != 0);
    json_number(json, "pool", why->pool);
    json_number(json, "buffer", why->buffer);
    json_number(json, "promisable", why->promisable);
    json_number(json, "published", why->published);
    json_string(json, "because", report->explained->because);
    json_end(json, '}');
}

static void put_pair(struct json *json, const char *name, int64_t accepted, int64_t refused)
{
    json_begin(json, name, '{');
    json_number(json, "accepted", accepted);
    json_number(json, "refused", refused);
    json_end(json, '}');
}

static void put_tally(struct json *json, const struct report *report, const struct tally *tally)
{
    put_pair(json, "orders", tally->orders_accepted, tally->orders_refused);
    put_pair(json, "lines", tally->lines_accepted, tally->lines_refused);
    json_number(json, "units_promised", tally->units_promised);
    json_number(json, "calls", tally->calls);
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
        json_text(json, "channel",
                  sellable_channel_key(report->engine, report->folder->channels[c]));
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
    json_number(json, "reserved", audit->reserved);
    json_number(json, "differing_cells", audit->differing);
    json_number(json, "oversold_cells", audit->oversold);
    json_end(json, '}');
}

void report_json(const struct report *report)
{
    struct json json = {.out = stdout};
    const struct folder *folder = report->folder;
    json_begin(&json, NULL, '{');
    json_string(&json, "version", sellable_version());
    json_string(&json, "folder", folder->path);
    if (report->period != NULL)
        json_string(&json, "period", report->period);
    else
        json_null(&json, "period");
    json_boolean(&json, "plain", report->plain);
    json_string(&json, "per", report->per_line ? "line" : "order");
    json_number(&json, "threads", (int64_t)report->taken->threads);
    put_files(&json, folder);
    json_number(&json, "items", (int64_t)folder->item_count);
    json_number(&json, "locations", (int64_t)folder->location_count);
    json_number(&json, "orders_left_out", (int64_t)folder->orders_left_out);
    put_wanted(&json, report);
    put_explained(&json, report);
    put_tallies(&json, report);
    put_memory(&json, report);
    put_audit(&json, &report->audit);
    json_end(&json, '}');
}
