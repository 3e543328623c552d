/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine with hostile keys and a bit of everything: its metrics as text, and the figures that
 * they were made of, told in another way, for test_metrics.py to compare.
 *
 *    metrics_text FILE      the text goes to the file; the figures to standard output, a line each:
 *                           the sample's name, a label=value for each label (values in hexadecimal,
 *                           so that any key is a word), and the figure, of times in ms */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sellable.h"

static const char *const hostile[] = {
    "plain",
    "back\\slash",
    "\\",
    "ends with \\",
    "\"quoted\"",
    "\\\"",
    "two\nlines",
    "\n",
    "\\n is no newline",
    "{a=\"b\",c=\"d\"} 1 2 # {x=\"y\"} 3",
    "# EOF",
    "# HELP sellable_calls nothing",
    " spaces  and\ttab ",
    "\r\n",
    "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x9a\x80",
    "\xe2\x80\xa8 a line separator",
    "\x01\x7f",
    ",=}{",
};
enum { HOSTILE = sizeof hostile / sizeof *hostile, NOW = 1234567 };

static void must(int status, int wanted, const char *what) {
    if (status == wanted)
        return;
    fprintf(stderr, "%s: %s\n", what, sellable_status_name(status));
    exit(1);
}
#define MUST(call, WANTED) must((int)(call), SELLABLE_##WANTED, #call)

static struct sellable_key key_of(const char *text) {
    return (struct sellable_key){text, strlen(text)};
}

/* ---- something to count ---------------------------------------------------------------------- */

static void send(struct sellable *engine, struct sellable_event event,
                 enum sellable_status wanted) {
    must((int)sellable_apply(engine, NULL, &event, NULL), (int)wanted, "an event");
}

static void reserve(struct sellable *engine, uint32_t number, struct sellable_channel channel,
                    int64_t quantity, int64_t expires_at, enum sellable_status wanted) {
    char text[16];
    int size = snprintf(text, sizeof text, "o-%u", number);
    const struct sellable_line line = {.item = {1}, .quantity = quantity};
    const struct sellable_order order = {.key = {text, (uint64_t)size},
                                         .channel = channel,
                                         .lines = &line,
                                         .line_count = 1,
                                         .expires_at = expires_at};
    must((int)sellable_reserve(engine, NULL, &order, NULL), (int)wanted, "an order");
}

static void fill(struct sellable *engine) {
    const int64_t lag = 1500;
    struct sellable_change told[1];
    struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                   .item = {1},
                                   .location = {1},
                                   .quantity = 10000};
    MUST(sellable_item_put(engine, NULL, key_of("A"), NULL, NULL, NULL), OK);
    MUST(sellable_location_put(engine, NULL, key_of("east"), NULL, NULL, NULL), OK);
    send(engine, event, SELLABLE_OK);
    for (uint32_t i = 1; i <= HOSTILE; i++) {
        struct sellable_channel channel;
        struct sellable_changes changes = {.changes = told, .capacity = 1};
        MUST(sellable_channel_put(engine, NULL, key_of(hostile[i - 1]), NULL, &channel, NULL), OK);
        MUST(sellable_source_put(engine, NULL, key_of(hostile[i - 1]), i % 2 ? &lag : NULL, NULL,
                                 NULL), OK);
        for (uint32_t k = 0; k < i; k++)
            reserve(engine, 100 * i + k, channel, 1 + i, k == 1 ? NOW : 0, SELLABLE_OK);
        reserve(engine, 0, channel, 100000, 0, SELLABLE_INSUFFICIENT);
        changes.channel = channel;
        if (i % 3 != 0)
            MUST(sellable_changes(engine, NULL, &changes), OK);
    }
    event.type = SELLABLE_ON_HAND_ADJUST;
    event.id = key_of("twice");
    for (uint32_t i = 1; i < HOSTILE; i++) {
        event.source.id = i;
        event.has_seq = 1;
        event.seq = 2 * i;
        event.has_at = 1;
        event.at = i % 4 == 0 ? -(int64_t)i * 7 : (int64_t)i * 1001;
        event.quantity = 1;
        send(engine, event, SELLABLE_OK);
        send(engine, event, SELLABLE_DUPLICATE);
        event.quantity = 2;
        send(engine, event, SELLABLE_CONFLICT);
    }
    MUST(sellable_advance(engine, NULL, NOW, NULL), OK);
    const struct sellable_event count = {
        .type = SELLABLE_ON_HAND_SET, .item = {1}, .location = {1}, .quantity = -7};
    send(engine, count, SELLABLE_OK);
    MUST(sellable_apply(engine, NULL, &(struct sellable_event){.type = 77}, NULL), INVALID);
}

/* ---- the figures ----------------------------------------------------------------------------- */

static void put_label(const char *name, struct sellable_key value) {
    printf(" %s=", name);
    for (uint64_t i = 0; i < value.size; i++)
        printf("%02x", (unsigned char)value.bytes[i]);
}

static void put(const char *name, int64_t figure) { printf("%s %" PRId64 "\n", name, figure); }

static void put_of(const char *name, const char *label, struct sellable_key key, int64_t figure) {
    printf("%s", name);
    put_label(label, key);
    printf(" %" PRId64 "\n", figure);
}

static void put_calls(const struct sellable_stats *stats) {
    for (int type = 0; type < SELLABLE_EVENT_TYPES_END; type++) {
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            if (stats->calls[type][status] == 0)
                continue;
            printf("sellable_calls_total");
            put_label("type", key_of(sellable_event_name(type)));
            put_of("", "status", key_of(sellable_status_name(status)),
                   (int64_t)stats->calls[type][status]);
        }
    }
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++)
        if (stats->exceptions[status] != 0)
            put_of("sellable_exceptions_kept_total", "status",
                   key_of(sellable_status_name(status)), (int64_t)stats->exceptions[status]);
}

static void put_channel(const struct sellable *engine, const struct sellable_channel_stats *one) {
    struct sellable_key key = sellable_channel_key(engine, one->channel);
    put_of("sellable_channel_accepted_total", "channel", key, (int64_t)one->accepted);
    put_of("sellable_channel_refused_total", "channel", key, (int64_t)one->refused);
    put_of("sellable_channel_units_total", "channel", key, one->units);
    put_of("sellable_channel_told_total", "channel", key, (int64_t)one->told);
    put_of("sellable_channel_listens", "channel", key, one->listens);
    put_of("sellable_channel_untold", "channel", key, one->has_untold);
    if (one->has_untold != 0)
        put_of("sellable_channel_untold_since_seconds", "channel", key, one->untold_since);
}

static void put_source(const struct sellable *engine, const struct sellable_source_stats *one) {
    struct sellable_key key = sellable_source_key(engine, one->source);
    put_of("sellable_source_applied_total", "source", key, (int64_t)one->applied);
    put_of("sellable_source_duplicates_total", "source", key, (int64_t)one->duplicates);
    put_of("sellable_source_stale_total", "source", key, (int64_t)one->stale);
    put_of("sellable_source_refused_total", "source", key, (int64_t)one->refused);
    put_of("sellable_source_gaps_total", "source", key, (int64_t)one->gaps);
    put_of("sellable_source_silent", "source", key, one->silent);
    if (one->has_newest != 0) {
        put_of("sellable_source_newest_seconds", "source", key, one->newest_at);
        put_of("sellable_source_lag_seconds", "source", key, one->lag);
    }
}

static void put_all(const struct sellable *engine) {
    static struct sellable_channel_stats channels[HOSTILE];
    static struct sellable_source_stats sources[HOSTILE];
    static struct sellable_stats stats = {.channels = channels,
                                          .sources = sources,
                                          .channel_capacity = HOSTILE,
                                          .source_capacity = HOSTILE};
    MUST(sellable_stats(engine, &stats), OK);
    put_calls(&stats);
    for (uint32_t i = 0; i < HOSTILE; i++) {
        put_channel(engine, &channels[i]);
        put_source(engine, &sources[i]);
    }
    put("sellable_now_seconds", stats.now);
    put("sellable_events_total", (int64_t)stats.events);
    put("sellable_events_applied_total", (int64_t)stats.events_applied);
    put("sellable_events_duplicate_total", (int64_t)stats.events_duplicate);
    put("sellable_replays_applied_total", (int64_t)stats.replays_applied);
    put("sellable_exceptions", (int64_t)stats.exception_counts.kept);
    put("sellable_exceptions_last", (int64_t)stats.exception_counts.last);
    put("sellable_exceptions_lost_total", (int64_t)stats.exception_counts.lost);
    put("sellable_balances_total", (int64_t)stats.balances);
    put("sellable_variances_total", (int64_t)stats.variances);
    put("sellable_variance_units", stats.variance_sum);
    put("sellable_variance_absolute_units_total", stats.variance_absolute);
    put("sellable_orders_open", (int64_t)stats.orders_open);
    put("sellable_orders_expired_total", (int64_t)stats.orders_expired);
    put("sellable_cells_short", (int64_t)stats.cells_short);
    put("sellable_units_short", stats.units_short);
    put("sellable_units_promised", stats.units_promised);
    put("sellable_slab_bytes", (int64_t)stats.memory.slab_bytes);
    put("sellable_row_bytes", (int64_t)stats.memory.row_bytes);
    put("sellable_block_bytes", (int64_t)stats.memory.block_bytes);
    put("sellable_items", (int64_t)stats.memory.items);
    put("sellable_orders", (int64_t)stats.memory.orders);
    put("sellable_event_ids", (int64_t)stats.memory.event_ids);
    put("sellable_transfers", (int64_t)stats.memory.transfers);
}

int main(int argc, char **argv) {
    struct sellable *engine = NULL;
    uint64_t size = 0, again = 0;
    if (argc != 2)
        return 2;
    MUST(sellable_open(NULL, &engine), OK);
    fill(engine);
    put_all(engine); /* before the text takes memory for itself */
    MUST(sellable_metrics(engine, NULL, 0, &size), OK);
    char *text = malloc(size);
    FILE *file = fopen(argv[1], "wb");
    if (text == NULL || file == NULL)
        return 1;
    MUST(sellable_metrics(engine, text, size, &again), OK);
    if (again != size || fwrite(text, 1, size, file) != size || fclose(file) != 0)
        return 1;
    free(text);
    sellable_close(engine);
    return 0;
}
