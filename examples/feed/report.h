/* SPDX-License-Identifier: Apache-2.0
 *
 * What came of the runs, for people and for machines. */
#ifndef FEED_REPORT_H
#define FEED_REPORT_H

#include "run.h"

enum { RUNS_MAX = 2, ROWS_SHOWN = 30, SHORTAGES_SHOWN = 20 };

struct report {
    const struct history *history;
    const struct options *options;
    const struct stream *stream; /* any of them: for its period */
    const struct result *results;
    size_t run_count; /* in order; then shuffled, unless only that was asked for */
};

/* Whether all runs ended consistent, and in the same state. */
bool report_same(const struct report *report);

/* Whether each channel knows what there is. */
bool result_told_right(const struct result *result);

/* Both, of all runs. */
bool report_agrees(const struct report *report);

/* At their first try, what the sources sent was applied, known already, or refused: as the engine
 * counts it, less what the operator sent again. */
int64_t result_applied(const struct result *result);
int64_t result_duplicates(const struct result *result);
int64_t result_refused(const struct result *result);

/* Events a second; 0 where there is nothing to divide by. */
int64_t report_rate(const struct result *result);

/* "32 hex digits". */
enum { HASH_SIZE = 33 };
const char *report_hash(const uint64_t hash[2], char buffer[HASH_SIZE]);
#define HASH(hash) report_hash(hash, (char[HASH_SIZE]){0})

void report_print(const struct report *report);
void report_json(const struct report *report, FILE *out);

#endif
