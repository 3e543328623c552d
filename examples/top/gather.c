/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_worker_acquire, sellable_stats, sellable_shortages, sellable_item_key,
 * sellable_audit, sellable_worker_release. */
#include "gather.h"

#include "stream.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

void figures_begin(struct figures *figures, struct sellable *engine,
                   const struct history *history)
{
    *figures = (struct figures){.history = history, .engine = engine};
    must(sellable_worker_acquire(engine, &figures->worker), "sellable_worker_acquire");
    struct sellable_stats *stats = &figures->stats;
    stats->channel_capacity = (uint32_t)history->channel_count;
    stats->channels = allocate(stats->channel_capacity, sizeof *stats->channels);
    stats->source_capacity = SOURCE_COUNT;
    stats->sources = allocate(stats->source_capacity, sizeof *stats->sources);
}

void figures_free(struct figures *figures)
{
    sellable_worker_release(figures->worker);
    free(figures->stats.channels);
    free(figures->stats.sources);
}

/* Sorted in, if it is one of the largest so far. */
static int note_shortage(void *context, const struct sellable_shortage *shortage)
{
    struct figures *figures = context;
    size_t at = figures->shortage_count;
    figures->short_cells++;
    while (at > 0 && figures->shortages[at - 1].units < shortage->short_)
        at--;
    if (at == SHORTAGES_KEPT)
        return 0;
    size_t moved = figures->shortage_count - at;
    moved -= figures->shortage_count == SHORTAGES_KEPT;
    memmove(&figures->shortages[at + 1], &figures->shortages[at],
            moved * sizeof *figures->shortages);
    const struct sellable_key key = sellable_item_key(figures->engine, shortage->item);
    struct item *item;
    HASH_FIND(hh, figures->history->items, key.bytes, key.size, item);
    figures->shortages[at] = (struct short_cell){
        .item = item, .units = shortage->short_, .orders = shortage->order_count};
    figures->shortage_count += figures->shortage_count < SHORTAGES_KEPT;
    return 0;
}

void figures_take(struct figures *figures, bool with_audit)
{
    must(sellable_stats(figures->engine, &figures->stats), "sellable_stats");
    figures->shortage_count = 0;
    figures->short_cells = 0;
    must(sellable_shortages(figures->engine, figures->worker, note_shortage, figures),
         "sellable_shortages");
    if (with_audit) {
        must(sellable_audit(figures->engine, figures->worker, &figures->audit), "sellable_audit");
        figures->audited = true;
    }
}
