/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: the calls that look at everything - changes, views, shortages, figures, forks -
 * and what must hold of what was told. */
#ifndef SELLABLE_TESTS_STOP_TELL_CALLS_H
#define SELLABLE_TESTS_STOP_TELL_CALLS_H

#include "stop_feed_calls.h"

enum { TELL_LIMIT = 3, TELL_ALL = 64, TELL_ITEMS = 32, VIEW_ROWS = 4, VIEW_LINES = 8192 };

/* ---- changes --------------------------------------------------------------------------------- */

enum question { ASK_ALL, ASK_SOME, ASK_AGAIN };

static void call_changes(struct part *part) {
    for (uint32_t channel = WEB; channel <= SHOP; channel++) {
        struct heard *heard = &part->scene->heard[channel - WEB][part->number];
        uint64_t after = heard->answers == 0 ? 0 : heard_last(heard)->position / 2;
        enum question question = part->call->which;
        must(hear(part->scene->engine, worker_of(part), (struct sellable_channel){channel},
                  question == ASK_AGAIN ? &after : NULL,
                  question == ASK_SOME ? TELL_LIMIT : TELL_ALL, heard),
             "changes");
    }
}

/* Nobody is under way: each telling is in one answer, and with a last question the channels were
 * told what they see. */
static void what_was_told_is_right(struct scene *scene) {
    for (uint32_t channel = WEB; channel <= SHOP; channel++) {
        struct heard *heard = scene->heard[channel - WEB];
        const struct sellable_channel handle = {channel};
        do
            expect(hear(scene->engine, NULL, handle, NULL, TELL_ALL, &heard[0]), OK);
        while (heard_last(&heard[0])->more);
        struct tellings tellings = tellings_of(heard, 3);
        told_is_seen(scene->engine, handle, &tellings, TELL_ITEMS, 1);
        tellings_free(&tellings);
    }
}

static void forget_what_was_told(struct scene *scene) {
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t thread = 0; thread < 3; thread++)
            heard_free(&scene->heard[i][thread]);
}

/* ---- views ----------------------------------------------------------------------------------- */

static void read_columns(struct sellable_view *view, struct sellable_key *first) {
    const struct sellable_channel channels[] = {{SHOP}, {WEB}};
    uint32_t item[VIEW_ROWS], state[VIEW_ROWS], lines[VIEW_ROWS];
    int64_t published[2 * VIEW_ROWS], net[VIEW_ROWS];
    struct sellable_key key[VIEW_ROWS];
    struct sellable_cursor rows = {0, 0}, cells = {0, 0}, orders = {0, 0};
    struct sellable_availability_columns availability = {
        .capacity = VIEW_ROWS, .item = item, .published = published};
    struct sellable_cell_columns cell = {.capacity = VIEW_ROWS, .item = item, .net = net};
    struct sellable_order_columns order = {.capacity = VIEW_ROWS,
                                           .line_capacity = VIEW_LINES,
                                           .closed = 1,
                                           .key = key,
                                           .state = state,
                                           .lines = lines};
    do
        must(sellable_view_availability(view, channels, 2, &rows, &availability), "availability");
    while (availability.count == VIEW_ROWS);
    do
        must(sellable_view_cells(view, &cells, &cell), "cells");
    while (cell.count == VIEW_ROWS);
    *first = (struct sellable_key){NULL, 0};
    do {
        must(sellable_view_orders(view, &orders, &order), "orders");
        if (order.count != 0 && first->bytes == NULL)
            *first = key[0];
    } while (order.count != 0);
}

static void call_view(struct part *part) {
    struct sellable_view view;
    struct sellable_key first;
    must(sellable_view_open(part->scene->engine, worker_of(part), &view), "view_open");
    read_columns(&view, &first);
    if (view.items < FEED_LAST || first.bytes == NULL ||
        memcmp(first.bytes, "N-beyond", first.size) != 0)
        must(SELLABLE_INVALID, "a view of what was there");
    must(sellable_view_close(worker_of(part), &view), "view_close");
}

static int see_shortage(void *context, const struct sellable_shortage *shortage) {
    uint64_t *seen = context;
    ++*seen;
    return shortage->short_ <= 0;
}

static void call_shortages(struct part *part) {
    uint64_t seen = 0;
    must(sellable_shortages(part->scene->engine, worker_of(part), see_shortage, &seen),
         "shortages");
}

/* ---- figures, forks -------------------------------------------------------------------------- */

static void call_stats(struct part *part) {
    struct sellable_channel_stats channels[4];
    struct sellable_source_stats sources[4];
    static _Thread_local char text[1 << 16];
    uint64_t size;
    struct sellable_stats stats = {.channels = channels,
                                   .sources = sources,
                                   .channel_capacity = 4,
                                   .source_capacity = 4};
    must(sellable_stats(part->scene->engine, &stats), "stats");
    if (stats.channel_count < FEW || stats.source_count < WMS || stats.now < NOW)
        must(SELLABLE_INVALID, "stats of what is there");
    must(sellable_metrics(part->scene->engine, text, sizeof text, &size), "metrics");
}

static void call_fork(struct part *part) {
    struct sellable *fork = NULL;
    struct sellable_audit audit;
    const struct sellable_allocator allocator = {NULL, lend, take_back};
    must(sellable_fork(part->scene->engine, worker_of(part), &allocator, &fork), "fork");
    must(sellable_audit(fork, NULL, &audit), "audit of a fork");
    if (!audit.consistent || audit.items < FEED_LAST)
        must(SELLABLE_INVALID, "a fork");
    sellable_close(fork);
}

/* So many channels and sources that who counts for the last takes a slab for that. What they ask
 * for changes nothing. */
static void call_many(struct part *part) {
    enum { CHANNELS_COUNTED = 33, SOURCES_COUNTED = 17 };
    struct sellable *engine = part->scene->engine;
    struct sellable_worker *worker = worker_of(part);
    const struct sellable_component component = {.item = {P}, .number = 1};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &component, .component_count = 1};
    const struct sellable_line line = {.item = {P}, .quantity = SELLABLE_QUANTITY_MAX};
    struct sellable_order order = {.key = key_of("too much"), .lines = &line, .line_count = 1};
    struct sellable_event event = {
        .type = SELLABLE_ALLOCATION_ADJUST, .item = {G}, .location = {3}, .quantity = 0};
    char text[16];
    for (uint32_t i = 0; i < CHANNELS_COUNTED; i++) {
        (void)snprintf(text, sizeof text, "channel %u", i);
        must(sellable_channel_put(engine, worker, key_of(text), NULL, &order.channel, NULL),
             "a channel of many");
    }
    for (uint32_t i = 0; i < SOURCES_COUNTED; i++) {
        (void)snprintf(text, sizeof text, "source %u", i);
        must(sellable_source_put(engine, worker, key_of(text), NULL, &event.source, NULL),
             "a source of many");
    }
    if (sellable_reserve(engine, worker, &order, NULL) != SELLABLE_INSUFFICIENT)
        must(SELLABLE_INVALID, "to ask for too much");
    must(sellable_apply(engine, worker, &event, NULL), "to adjust by nothing");
    if (sellable_item_put(engine, worker, key_of("X"), &kit, NULL, NULL) != SELLABLE_INVALID)
        must(SELLABLE_WRONG_STATE, "a component that is to be a kit");
    call_stats(part);
}

#define TELL_CALLS                                                                                 \
    {"ask for changes", call_changes, ASK_ALL}, {"ask for some", call_changes, ASK_SOME},          \
        {"ask for what was lost", call_changes, ASK_AGAIN}, {"a view", call_view, 0},              \
        {"shortages", call_shortages, 0}, {"stats", call_stats, 0}

#endif
