/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures for operations. */
#include "operations.h"

#include <inttypes.h>
#include <stdio.h>

static const int64_t whole = 10000;

/* Quantities go up to 10^15: times 10,000 they do not fit into 64 bits. */
static int64_t part_of(int64_t part, int64_t all)
{
    return all > 0 ? (int64_t)((double)part / (double)all * (double)whole) : whole;
}

int64_t share_without_a_hand(const struct sellable_stats *stats)
{
    return part_of(
        (int64_t)(stats->events_applied + stats->events_duplicate - stats->replays_applied),
        (int64_t)stats->events);
}

int64_t reservation_accuracy(const struct sellable_stats *stats)
{
    int64_t there = stats->units_promised - stats->units_short;
    return part_of(there > 0 ? there : 0, stats->units_promised);
}

const char *percent(int64_t ten_thousandths, char buffer[PERCENT_SIZE])
{
    snprintf(buffer, PERCENT_SIZE, "%" PRId64 ".%02" PRId64 " %%", ten_thousandths / 100,
             ten_thousandths % 100);
    return buffer;
}
