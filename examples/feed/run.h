/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of a stream through an engine of its own, and what came of it. Day by day it is counted
 * here; as a whole, what the engine counts itself is taken from there (sellable_stats). */
#ifndef FEED_RUN_H
#define FEED_RUN_H

#include "options.h"
#include "play.h"

/* What a channel could sell at the end of a row's last day, over all items. */
struct figure {
    int64_t units;
    int64_t empty; /* items of which it could sell none */
};

/* A day, or a week. */
struct row {
    int64_t first, last; /* days */
    int64_t applied, duplicates, refused;
    int64_t replayed, discarded; /* of the exceptions */
    int64_t orders, lines;       /* accepted; shipped */
    struct figure *figures;      /* one for each channel; NULL: not asked for */
};

struct shipped {
    int64_t lines, units;
};

/* Of the final count, over the items it is about. */
struct variance {
    int64_t cells, differing, sum, largest; /* largest: with its sign */
    const struct item *at;                  /* where that is */
};

/* An item at the end. */
struct ending {
    const struct item *item;
    int64_t on_hand, reserved, allocated, backordered, promised;
    int64_t coming, short_;
};

/* An item that is short at the end. */
struct shortage {
    const struct item *item;
    int64_t short_;
    struct sellable_key *orders; /* at risk */
    size_t order_count;
};

struct result {
    bool in_order;
    size_t threads;
    int64_t messages; /* that were sent */
    struct worked_off worked_off;
    struct row *rows;
    size_t row_count;
    struct shipped *shipped;                /* of each of the history's channels */
    struct variance explained, unexplained; /* see struct item */
    struct ending *endings;                 /* by item number */
    size_t ending_count;
    struct shortage *shortages;
    size_t shortage_count, shortages_capacity;
    struct sellable_audit audit;
    struct sellable_stats stats;
    struct sellable_channel_stats *channels; /* of each of the history's */
    struct sellable_source_stats sources[SOURCE_COUNT];
    struct listeners listeners;
    int64_t nanoseconds; /* of sending */
};

/* Play the stream: of the last `shown` rows (0: of all) also what channels could sell. */
void run(const struct history *history, const struct stream *stream,
         const struct options *options, size_t shown, struct result *result);
void result_free(struct result *result);

#endif
