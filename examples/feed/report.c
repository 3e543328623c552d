/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that both forms of the report show. */
#include "report.h"

#include <inttypes.h>

bool report_agrees(const struct report *report)
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
