/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions for changes: by what changed, at once and by pages, of a channel that asks for the
 * first time, and of all channels. Items are changed by an adjustment that every channel sees which
 * ships from that location; then caches are swept, and the question is timed. */
#include "told_bed.h"

#include <stdio.h>
#include <string.h>

#define ALL_AT_ONCE UINT64_MAX
#define ADJUSTMENT INT64_C(10000) /* of which the smallest share is something, too */

enum { FIRST_PAGES = 10 /* that are timed: each looks at all that is left */ };

static const struct changed {
    const char *name;
    size_t items;   /* that changed; at most half of all */
    size_t times;   /* that each did */
    uint32_t asking; /* channels, from the first on */
    uint64_t limit;
} changed[] = {
    {"changes: of nothing", 0, 0, 1, ALL_AT_ONCE},
    {"changes: of 1 item, 1,000 times", 1, 1000, 1, ALL_AT_ONCE},
    {"changes: of 100 items", 100, 1, 1, ALL_AT_ONCE},
    {"changes: of 100 items, 8 channels", 100, 1, CHANNELS, ALL_AT_ONCE},
    {"changes: of 10,000 items", 10000, 1, 1, ALL_AT_ONCE},
    {"changes: of 10,000, by 1,000", 10000, 1, 1, PAGE_TOLD},
    {"changes: of 10,000, 8 channels", 10000, 1, CHANNELS, ALL_AT_ONCE},
};
enum { CHANGED = sizeof changed / sizeof *changed };

static const char *const asked_available = "available by handle";

/* Channels that have never asked: two for each round, and two to warm up. */
static struct sellable_channel fresh[2 * (ROUNDS_MAX + 1)];
static size_t fresh_count, fresh_taken;

/* The first pages only. */
static uint64_t ask_pages(struct told_bed *bed, struct sellable_channel channel, uint64_t limit,
                          uint64_t pages)
{
    struct sellable_changes changes = {
        .channel = channel, .changes = bed->changes, .capacity = limit, .more = 1};
    uint64_t told = 0;
    for (uint64_t page = 0; page < pages && changes.more; page++) {
        expect_ok(sellable_changes(bed->store.engine, bed->store.workers[0], &changes),
                  "sellable_changes");
        told += changes.count;
    }
    return told;
}

/* How many were told, in all pages. */
static uint64_t ask(struct told_bed *bed, struct sellable_channel channel, uint64_t limit)
{
    uint64_t items = bed->told->items;
    return ask_pages(bed, channel, limit < items ? limit : items, UINT64_MAX);
}

/* All 8 channels ask for the first time: what that leaves behind. */
static void measure_memory(struct told_bed *bed)
{
    struct sellable_memory before, after;
    double tellings = 0;
    sellable_memory(bed->store.engine, &before);
    for (uint32_t i = 0; i < CHANNELS; i++)
        tellings += (double)ask(bed, bed->store.channels[i], ALL_AT_ONCE);
    sellable_memory(bed->store.engine, &after);
    bed->told->told_bytes = ((double)after.block_bytes - (double)before.block_bytes) / tellings;
    bed->told->told_slab_bytes = ((double)after.slab_bytes - (double)before.slab_bytes) / tellings;
}

void told_changes_open(struct told_bed *bed)
{
    char key[KEY_SIZE];
    fresh_count = 2 * (bed->told->rounds + 1);
    fresh_taken = 0;
    for (size_t i = 0; i < fresh_count; i++) {
        int size = snprintf(key, sizeof key, "fresh-%zu", i);
        expect_ok(sellable_channel_put(bed->store.engine, NULL,
                                       (struct sellable_key){key, (uint64_t)size}, NULL, &fresh[i],
                                       NULL),
                  "sellable_channel_put");
    }
    measure_memory(bed);
}

/* ---- some items changed ---------------------------------------------------------------------- */

/* Scattered, and no item twice: 7919 is a prime that divides no number of items given. */
static size_t item_number(const struct told_bed *bed, size_t i)
{
    return (size_t)((bed->drawn * 104729 + i * 7919) % bed->told->items);
}

static bool ships_from(uint32_t channel, size_t location)
{
    const struct channel_settings *settings = &workload_channels[channel];
    for (uint32_t i = 0; i < settings->location_count; i++)
        if (settings->locations[i] == location)
            return true;
    return false;
}

/* How many tellings that makes, of the channels that will ask. */
static uint64_t change_items(struct told_bed *bed, const struct changed *kind, size_t items)
{
    uint64_t expected = 0;
    for (size_t i = 0; i < items; i++) {
        const struct sellable_event event = {
            .type = SELLABLE_ON_HAND_ADJUST,
            .item = bed->store.items[item_number(bed, i)],
            .location = bed->store.locations[i % LOCATIONS],
            .quantity = ADJUSTMENT,
        };
        for (size_t j = 0; j < kind->times; j++)
            expect_ok(sellable_apply(bed->store.engine, bed->store.workers[0], &event, NULL),
                      "sellable_apply");
        for (uint32_t channel = 0; channel < kind->asking; channel++)
            expected += ships_from(channel, i % LOCATIONS);
    }
    return expected;
}

/* As many questions as there were tellings, of other items. */
static double available_of_others(struct told_bed *bed, size_t items, uint32_t channels,
                                  size_t distance)
{
    double started = measure_processor();
    for (size_t i = 0; i < items; i++) {
        size_t other = (item_number(bed, i) + distance) % bed->told->items;
        for (uint32_t channel = 0; channel < channels; channel++) {
            const struct sellable_question question = {.item = bed->store.items[other],
                                                       .channel = bed->store.channels[channel]};
            struct sellable_availability availability;
            enum sellable_status status =
                sellable_available(bed->store.engine, &question, &availability);
            bed->told->wrong += status != SELLABLE_OK;
        }
    }
    return told_since(started);
}

static void run_changed(struct told_bed *bed, const struct changed *kind)
{
    size_t items = kind->items < bed->told->items / 2 ? kind->items : bed->told->items / 2;
    bed->drawn++;
    for (uint32_t i = 0; i < CHANNELS; i++)
        (void)ask(bed, bed->store.channels[i], ALL_AT_ONCE);
    uint64_t expected = change_items(bed, kind, items), told = 0;
    told_sweep(bed);
    double started = measure_processor();
    for (uint32_t i = 0; i < kind->asking; i++)
        told += ask(bed, bed->store.channels[i], kind->limit);
    double ns = told_since(started);
    struct told_row *row = told_row(bed->told, kind->name, items > 0 ? asked_available : NULL,
                                    (double)expected);
    row->ns[bed->round] = ns;
    told_sweep(bed);
    row->reference[bed->round] =
        items > 0 ? available_of_others(bed, items, kind->asking, bed->told->items / 2) : 0;
    bed->told->wrong += told != expected;
}

/* ---- a channel's first question -------------------------------------------------------------- */

static double available_of_first(struct told_bed *bed, uint64_t count)
{
    double started = measure_processor();
    for (uint64_t i = 0; i < count; i++) {
        const struct sellable_question question = {.item = bed->store.items[i],
                                                   .channel = bed->store.channels[0]};
        struct sellable_availability availability;
        enum sellable_status status =
            sellable_available(bed->store.engine, &question, &availability);
        bed->told->wrong += status != SELLABLE_OK;
    }
    return told_since(started);
}

static void run_first(struct told_bed *bed, const char *name, uint64_t limit)
{
    size_t items = bed->told->items;
    struct sellable_channel channel = fresh[fresh_taken++];
    uint64_t timed, told;
    told_sweep(bed);
    double started = measure_processor();
    if (limit == ALL_AT_ONCE)
        told = timed = ask(bed, channel, limit);
    else
        told = timed = ask_pages(bed, channel, limit, FIRST_PAGES);
    double ns = told_since(started);
    struct told_row *row = told_row(bed->told, name, asked_available, (double)timed);
    row->ns[bed->round] = ns;
    if (told < items)
        told += ask(bed, channel, ALL_AT_ONCE);
    told_sweep(bed);
    row->reference[bed->round] = available_of_first(bed, timed);
    bed->told->wrong += told != items;
}

void told_changes_round(struct told_bed *bed)
{
    for (size_t i = 0; i < CHANGED; i++)
        run_changed(bed, &changed[i]);
    run_first(bed, "changes: first question, all items", ALL_AT_ONCE);
    run_first(bed, "changes: its first 10 pages of 1,000", PAGE_TOLD);
}
