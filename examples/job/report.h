/* SPDX-License-Identifier: Apache-2.0
 *
 * The report: everything that the job found out, for people and for machines. */
#ifndef JOB_REPORT_H
#define JOB_REPORT_H

#include "ask.h"
#include "audit.h"
#include "take.h"

struct report {
    const struct sellable *engine; /* for the keys of handles */
    const struct folder *folder;
    const char *period; /* "2014-05"; NULL: all */
    bool plain, per_line;
    const struct wanted *wanted;
    size_t wanted_count;
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

void report_print(const struct report *report);
void report_json(const struct report *report);

#endif
