/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes out, of hostile records: changes, shortages, figures. Arrays are of exactly the room
 * that is said; each answer is compared with what questions of another kind say at that instant. */
#include "fuzz_run.h"
#include "slabs.h"

#include <string.h>

static bool is_no_memory(enum sellable_status status) {
    return status == SELLABLE_NO_MEMORY && slabs_refused() > 0;
}

/* ---- changes --------------------------------------------------------------------------------- */

/* A position: mostly one that the channel has passed, or is at. */
static uint64_t draw_after(struct run *run, uint64_t position) {
    uint8_t kind = bytes_one(&run->bytes);
    if (kind >= 248)
        return bytes_raw(&run->bytes, 8);
    return kind >= 128 ? position - kind % 8 : kind % 16;
}

static struct sellable_changes draw_changes(struct run *run) {
    struct bytes *bytes = &run->bytes;
    struct sellable_changes asked;
    memset(&asked, 0x5a, sizeof asked);
    asked.channel_key = bytes_key(bytes, usual_channels);
    asked.channel.id = bytes_chance(bytes, 64) ? bytes_handle(bytes) : 0;
    asked.has_after = bytes_chance(bytes, 96) ? bytes_flag(bytes) : 0;
    uint32_t channel = asked.channel.id ? asked.channel.id : 1;
    asked.after = draw_after(
        run, channel <= HEARD_CHANNELS ? run->heard->position[channel - 1] : bytes_one(bytes));
    asked.capacity = bytes_chance(bytes, 128) ? 64 : bytes_below(bytes, 6);
    asked.changes = bytes_memory(asked.capacity * sizeof *asked.changes);
    if (bytes_chance(bytes, 12)) /* room without an array */
        asked.changes = NULL;
    return asked;
}

static enum change ask_changes(struct run *run) {
    struct sellable_changes asked = draw_changes(run);
    enum sellable_status status = sellable_changes(run->guard.engine, run->worker, &asked);
    if (asked.has_after > 1 || (asked.changes == NULL && asked.capacity > 0)) {
        must_be(status, ==, SELLABLE_INVALID);
        return NOTHING;
    }
    if (status != SELLABLE_OK) {
        must(status == SELLABLE_UNKNOWN_CHANNEL || is_no_memory(status));
        must(asked.count == 0 && (status != SELLABLE_UNKNOWN_CHANNEL ||
                                  (asked.position == 0 && asked.more == 0)));
        return NOTHING;
    }
    heard_answer(run->heard, run->guard.engine, &asked);
    return asked.count > 0 || asked.has_after ? EXCEPTIONS : NOTHING;
}

/* ---- shortages ------------------------------------------------------------------------------- */

struct short_visit {
    struct run *run;
    bool again;   /* release each order at risk within the visit */
    uint64_t cells;
    int64_t units;
    struct sellable_item item; /* of the one before */
    struct sellable_location location;
    enum change change;
};

static int compare_keys(struct sellable_key a, struct sellable_key b) {
    int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static void is_in_order(const struct short_visit *visit, const struct sellable_shortage *shortage) {
    const struct sellable *engine = visit->run->guard.engine;
    if (visit->cells == 0)
        return;
    int items = compare_keys(sellable_item_key(engine, visit->item),
                             sellable_item_key(engine, shortage->item));
    must(items < 0 ||
         (items == 0 && compare_keys(sellable_location_key(engine, visit->location),
                                     sellable_location_key(engine, shortage->location)) < 0));
}

/* As many orders as cover it, and not one more. */
static void orders_cover(struct run *run, const struct sellable_shortage *shortage) {
    int64_t covered = 0;
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        const struct sellable_at_risk *order = &shortage->orders[i];
        struct sellable_order_view view = {.line_capacity = 0};
        must_be(covered, <, shortage->short_);
        must_be(order->quantity, >, 0);
        read_bytes(run, order->order.bytes, order->order.size);
        must_be(sellable_order(run->guard.engine, order->order, &view), ==, SELLABLE_OK);
        covered += order->quantity;
    }
}

static int read_shortage(void *context, const struct sellable_shortage *shortage) {
    struct short_visit *visit = context;
    struct run *run = visit->run;
    is_in_order(visit, shortage);
    must_be(shortage->short_, >, 0);
    if (!visit->again) {
        const struct sellable_place place = {.item = shortage->item,
                                             .location = shortage->location};
        struct sellable_cell cell = {.fence_capacity = 0};
        must_be(sellable_cell(run->guard.engine, &place, &cell), ==, SELLABLE_OK);
        must_be(shortage->short_, ==, cell.short_);
        orders_cover(run, shortage);
    }
    for (uint64_t i = 0; visit->again && i < shortage->order_count; i++)
        if (sellable_release(run->guard.engine, NULL, shortage->orders[i].order, NULL, 0, NULL) ==
            SELLABLE_OK)
            visit->change = ANYTHING;
    visit->item = shortage->item;
    visit->location = shortage->location;
    visit->cells++;
    visit->units += shortage->short_;
    return 0;
}

/* Of items that are tracked: of others there is no stock to be short of. */
static uint64_t count_short(const struct sellable *engine, int64_t *units) {
    struct sellable_item item = {0};
    uint64_t count = 0;
    *units = 0;
    while ((item = sellable_item_next(engine, item)).id != 0) {
        struct sellable_item_view view = {.unit_capacity = 0};
        struct sellable_location location = {0};
        must_be(sellable_item_look(engine, item, &view), ==, SELLABLE_OK);
        while (view.tracked && (location = sellable_location_next(engine, location)).id != 0) {
            const struct sellable_place place = {.item = item, .location = location};
            struct sellable_cell cell = {.fence_capacity = 0};
            must_be(sellable_cell(engine, &place, &cell), ==, SELLABLE_OK);
            count += cell.short_ > 0;
            *units += cell.short_;
        }
    }
    *units = *units < SELLABLE_QUANTITY_MAX ? *units : SELLABLE_QUANTITY_MAX;
    return count;
}

static enum change ask_shortages(struct run *run) {
    struct short_visit visit = {.run = run, .again = bytes_chance(&run->bytes, 32)};
    int64_t units;
    enum sellable_status status =
        sellable_shortages(run->guard.engine, run->worker, read_shortage, &visit);
    must(status == SELLABLE_OK || is_no_memory(status));
    if (status == SELLABLE_OK && !visit.again)
        must_be(visit.cells, ==, count_short(run->guard.engine, &units));
    return visit.change;
}

/* ---- figures --------------------------------------------------------------------------------- */

static void channels_are_right(const struct run *run, const struct sellable_stats *stats) {
    uint32_t room = stats->channel_capacity < stats->channel_count ? stats->channel_capacity
                                                                    : stats->channel_count;
    for (uint32_t i = 0; i < room; i++) {
        const struct sellable_channel_stats *of = &stats->channels[i];
        must_be(of->channel.id, ==, i + 1);
        must(of->listens <= 1 && of->has_untold <= 1 && of->units >= 0);
        must(!of->has_untold || of->untold_since <= stats->now);
        if (i < HEARD_CHANNELS)
            must_be(of->told, ==, run->heard->position[i]);
    }
}

static void sources_are_right(const struct sellable_stats *stats) {
    uint32_t room = stats->source_capacity < stats->source_count ? stats->source_capacity
                                                                  : stats->source_count;
    for (uint32_t i = 0; i < room; i++) {
        const struct sellable_source_stats *of = &stats->sources[i];
        must_be(of->source.id, ==, i + 1);
        must(of->silent <= 1 && of->has_newest <= 1 && of->lag >= 0);
    }
}

static void sums_are_right(const struct run *run, const struct sellable_stats *stats) {
    struct sellable_exception_counts counts;
    struct sellable_memory memory;
    int64_t units;
    sellable_exception_counts(run->guard.engine, &counts);
    sellable_memory(run->guard.engine, &memory);
    must(memcmp(&counts, &stats->exception_counts, sizeof counts) == 0);
    must(memcmp(&memory, &stats->memory, sizeof memory) == 0);
    must_be(stats->now, ==, sellable_now(run->guard.engine));
    must_be(stats->orders_open, ==, run->guard.audit.orders);
    must_be(stats->cells_short, ==, count_short(run->guard.engine, &units));
    must_be(stats->units_short, ==, units);
    must(stats->units_promised >= 0 && stats->units_promised <= SELLABLE_QUANTITY_MAX);
    must(stats->events_applied + stats->events_duplicate <= stats->events);
    must(stats->replays_applied <= stats->events_applied && stats->variances <= stats->balances);
    must(stats->variance_absolute >= 0 && stats->variance_absolute <= SELLABLE_QUANTITY_MAX);
}

static enum change ask_stats(struct run *run) {
    struct sellable_stats stats;
    memset(&stats, 0x5a, sizeof stats);
    stats.channel_capacity = bytes_below(&run->bytes, 6);
    stats.source_capacity = bytes_below(&run->bytes, 4);
    stats.channels = bytes_memory(stats.channel_capacity * sizeof *stats.channels);
    stats.sources = bytes_memory(stats.source_capacity * sizeof *stats.sources);
    if (stats.channel_capacity == 0)
        stats.channels = NULL;
    must_be(sellable_stats(run->guard.engine, &stats), ==, SELLABLE_OK);
    channels_are_right(run, &stats);
    sources_are_right(&stats);
    sums_are_right(run, &stats);
    return NOTHING;
}

static enum change ask_metrics(struct run *run) {
    static const char end[] = "# EOF\n";
    enum { END = sizeof end - 1 };
    uint64_t capacity = bytes_raw(&run->bytes, 2), size = 77, whole = 77;
    char *text = capacity > 0 ? bytes_memory(capacity) : NULL;
    enum sellable_status status = sellable_metrics(run->guard.engine, text, capacity, &size);
    must(status == SELLABLE_OK || (is_no_memory(status) && size == 0));
    if (status != SELLABLE_OK)
        return NOTHING;
    must_be(size, >, END);
    char *exact = bytes_memory(size);
    if (sellable_metrics(run->guard.engine, exact, size, &whole) != SELLABLE_OK)
        return NOTHING;
    must_be(whole, ==, size);
    must(memcmp(exact + size - END, end, END) == 0);
    if (capacity >= size)
        must(memcmp(text, exact, size) == 0);
    return NOTHING;
}

/* ---- all of it ------------------------------------------------------------------------------- */

enum change call_outgoing(struct run *run) {
    static enum change (*const calls[])(struct run *run) = {
        ask_changes, ask_changes, ask_changes, ask_changes, ask_changes,   call_view,
        call_view,   call_view,   call_view,   ask_stats,   ask_shortages, ask_shortages,
        ask_metrics, ask_changes, call_view,   call_fork,
    };
    return calls[bytes_below(&run->bytes, sizeof calls / sizeof *calls)](run);
}
