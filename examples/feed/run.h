/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of a stream through an engine of its own, and what came of it. */
#ifndef FEED_RUN_H
#define FEED_RUN_H

#include "stream.h"

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

/* Refused events of one status and type, and what became of the exceptions. */
struct reason {
    enum sellable_status status;
    enum sellable_event_type type;
    int64_t kept, replayed, known, discarded; /* known: applied by then, as a copy told it, too */
    enum sellable_status last;                /* why those that were discarded were refused again */
};
enum { REASONS_MAX = SELLABLE_STATUS_COUNT * SELLABLE_EVENT_TYPES_END };

struct channel_tally {
    int64_t orders, units;               /* accepted */
    int64_t lines_shipped, units_shipped;
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

struct result {
    bool in_order;
    size_t threads;
    int64_t counts[MESSAGE_KINDS][SELLABLE_STATUS_COUNT]; /* as they came */
    int64_t messages, applied, duplicates, refused;
    struct reason *reasons;
    size_t reason_count;
    struct row *rows;
    size_t row_count;
    struct channel_tally *channels; /* as many as the history has */
    struct variance explained, unexplained; /* see struct item */
    struct ending *endings;
    size_t ending_count;
    struct sellable_audit audit;
    struct sellable_exception_counts exceptions;
    uint64_t gaps[SOURCE_COUNT];
    int64_t nanoseconds; /* of sending */
};

/* Play the stream: of the last `shown` rows (0: of all) also what channels could sell. */
void run(const struct history *history, const struct stream *stream,
         const struct options *options, size_t shown, struct result *result);
void result_free(struct result *result);

#endif
