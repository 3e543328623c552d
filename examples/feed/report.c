/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that both forms of the report show. */
#include "report.h"

#include <inttypes.h>

bool report_same(const struct report *report)
{
    bool agrees = true;
    for (size_t i = 0; i < report->run_count; i++) {
        const struct sellable_audit *audit = &report->results[i].audit;
        agrees = agrees && audit->consistent == 1 &&
                 audit->hash[0] == report->results[0].audit.hash[0] &&
                 audit->hash[1] == report->results[0].audit.hash[1];
    }
    return agrees;
}

bool result_told_right(const struct result *result)
{
    bool right = true;
    for (size_t c = 0; c < result->listeners.count; c++)
        right = right && result->listeners.listeners[c].wrong == 0;
    return right;
}

bool report_agrees(const struct report *report)
{
    bool agrees = report_same(report);
    for (size_t i = 0; i < report->run_count; i++)
        agrees = agrees && result_told_right(&report->results[i]);
    return agrees;
}

/* ---- events ---------------------------------------------------------------------------------- */

int64_t result_applied(const struct result *result)
{
    return (int64_t)(result->stats.events_applied - result->stats.replays_applied);
}

int64_t result_duplicates(const struct result *result)
{
    int64_t again = 0;
    for (size_t i = 0; i < result->worked_off.reason_count; i++)
        again += result->worked_off.reasons[i].known;
    return (int64_t)result->stats.events_duplicate - again;
}

int64_t result_refused(const struct result *result)
{
    return result->messages - result_applied(result) - result_duplicates(result);
}

int64_t report_rate(const struct result *result)
{
    return result->nanoseconds > 0
               ? (int64_t)((double)result->messages * 1e9 / (double)result->nanoseconds)
               : 0;
}

const char *report_hash(const uint64_t hash[2], char buffer[HASH_SIZE])
{
    snprintf(buffer, HASH_SIZE, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
    return buffer;
}
