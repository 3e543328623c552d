/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that both forms of the report show.
 *
 * Of the library: sellable_policy_find. */
#include "report.h"

#include "support.h"

int64_t report_rate(const struct report *report, const struct tally *tally)
{
    int64_t nanoseconds = report->taken->nanoseconds;
    return nanoseconds > 0 ? (int64_t)((double)tally->calls * 1e9 / (double)nanoseconds) : 0;
}

int64_t report_bytes_per_item(const struct report *report)
{
    const struct sellable_memory *memory = &report->before;
    uint64_t bytes = memory->row_bytes + memory->block_bytes;
    return memory->items > 0 ? (int64_t)(bytes / memory->items) : 0;
}

int64_t report_bytes_per_order(const struct report *report)
{
    uint64_t bytes = report->after.block_bytes - report->before.block_bytes;
    return report->after.orders > 0 ? (int64_t)(bytes / report->after.orders) : 0;
}

int64_t report_inbound_units(const struct report *report)
{
    int64_t units = 0;
    for (size_t i = 0; i < report->folder->supply_count; i++)
        units = sum(units, report->folder->supplies[i].quantity);
    return units;
}

size_t report_next(const struct report *report, enum listed listed, size_t at)
{
    const struct forecast *forecast = report->forecast;
    for (; at < forecast->count; at++)
        if (listed == LISTED_WANTED ? forecast->items[at].item->wanted > 0
                                    : forecast->items[at].changes)
            break;
    return at;
}

void report_policy(const struct report *report, size_t channel, struct sellable_policy *policy,
                   struct sellable_location *locations)
{
    const struct sellable_scope scope = {.channel = report->folder->channels[channel]};
    must(sellable_policy_find(report->engine, &scope, policy, locations,
                              (uint32_t)report->folder->location_count),
         "sellable_policy_find");
}
