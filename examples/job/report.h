/* SPDX-License-Identifier: Apache-2.0
 *
 * The report: everything that the job found out, for people and for machines. */
#ifndef JOB_REPORT_H
#define JOB_REPORT_H

#include "ask.h"
#include "audit.h"
#include "store.h"

struct report {
    const struct sellable *engine; /* for the keys of handles, and what it keeps */
    const struct folder *folder;
    const struct options *options;
    const struct store *store;
    const char *period; /* "2014-05"; NULL: all */
    const struct forecast *forecast;
    const struct explained *explained;
    const struct taken *taken;
    struct tally tallies[CHANNEL_COUNT + 1]; /* each channel, then all */
    struct sellable_memory before, after;    /* the orders were taken */
    struct audit audit;
};

/* Calls a second, and bytes a piece; 0 where there is nothing to divide by. */
int64_t report_rate(const struct report *report, const struct tally *tally);
int64_t report_bytes_per_item(const struct report *report);
int64_t report_bytes_per_order(const struct report *report);

/* Units on the purchase orders under way. */
int64_t report_inbound_units(const struct report *report);

/* The next item of the forecast at or after `at` that is shown, of those that are wanted or of
 * those that change; forecast->count: there is none. */
enum listed { LISTED_WANTED, LISTED_CHANGED };
size_t report_next(const struct report *report, enum listed listed, size_t at);

/* The settings of a channel that are in force. Up to folder->location_count of its locations go to
 * `locations`. */
void report_policy(const struct report *report, size_t channel, struct sellable_policy *policy,
                   struct sellable_location *locations);

void report_print(const struct report *report);
void report_json(const struct report *report);

#endif
