/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the engine: what may be promised today and in the days to come, and why not more. */
#ifndef JOB_ASK_H
#define JOB_ASK_H

#include "load.h"

/* Today, half way, and the last day that is shown. */
enum { DATE_COUNT = 3 };

/* What a channel may promise of an item. */
struct figure {
    struct sellable_availability most; /* without a date: by the end of the channel's horizon */
    struct sellable_availability at[DATE_COUNT];
    bool beyond[DATE_COUNT]; /* the date lies beyond the horizon: at[] is 0 */
};

/* An item and what each channel may promise of it. */
struct promisable {
    const struct item *item;
    struct sellable_key key;
    int64_t coming; /* on purchase orders due by the last date */
    bool changes;   /* a channel may promise more, or less, on a later date than today */
    struct figure channels[CHANNEL_COUNT];
};

/* What a channel may promise over all items. */
struct total {
    int64_t items[DATE_COUNT]; /* of which it may promise any */
    int64_t units[DATE_COUNT];
    bool beyond[DATE_COUNT];
};

struct forecast {
    int64_t days[DATE_COUNT];  /* ahead of now */
    int64_t dates[DATE_COUNT];
    struct promisable *items;  /* the most wanted first; equals by key */
    size_t count;
    struct total totals[CHANNEL_COUNT];
};

/* An answer of sellable_explain with the room it needs. */
struct explained {
    struct sellable_explanation explanation;
    char because[1024];
};

/* Ask for every item, every channel and every date; `ahead` is the last, in days. */
void ask_all(const struct sellable *engine, const struct folder *folder, int64_t ahead,
             struct forecast *forecast);
void forecast_free(struct forecast *forecast);

/* Explain one figure, for the last channel by the end of its horizon: of the most wanted item that
 * changes, else of the most wanted that is anywhere. The caller frees explanation.terms. */
void ask_why(const struct sellable *engine, const struct folder *folder,
             const struct forecast *forecast, struct explained *explained);

#endif
