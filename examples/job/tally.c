/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts. A plan says how many of each item were promised, not for which line: lines take what
 * they can in their order, so the first line of an item has all it asked for before the next has
 * any. */
#include "tally.h"

#include "support.h"

#include <stdlib.h>

static int shorter_first(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The latency that so many thousandths of the calls did not exceed. */
static int64_t percentile(const int64_t *sorted, size_t count, size_t thousandths)
{
    return count == 0 ? 0 : sorted[(count * thousandths + 999) / 1000 - 1];
}

/* What the plan gives a line, after the lines before it. */
static int64_t given_to_line(const struct sellable_order *request, size_t line,
                             const struct sellable_placement *plan, size_t plan_count)
{
    struct sellable_item item = request->lines[line].item;
    int64_t given = 0;
    for (size_t i = 0; i < plan_count; i++)
        given += plan[i].item.id == item.id ? plan[i].quantity : 0;
    for (size_t i = 0; i < line && given > 0; i++)
        given -= request->lines[i].item.id == item.id ? request->lines[i].quantity : 0;
    if (given <= 0)
        return 0;
    return given < request->lines[line].quantity ? given : request->lines[line].quantity;
}

static void count_lines(const struct promise *promise, const struct taken *taken,
                        const struct outcome *outcome, int64_t now, struct tally *tally)
{
    const struct sellable_order *request = &promise->request;
    struct order *order = promise->order;
    order->lines_taken += request->line_count;
    if (!is_promised(outcome->status)) {
        tally->lines.refused += request->line_count;
        return;
    }
    order->promised = true;
    tally->calls_later += outcome->date > now;
    for (size_t line = 0; line < request->line_count; line++) {
        int64_t given =
            given_to_line(request, line, plan_of(taken, outcome), outcome->plan_count);
        bool full = given == request->lines[line].quantity;
        order->lines_full += full;
        tally->lines.full += full;
        tally->lines.part += !full && given > 0;
        tally->lines.refused += given == 0;
        tally->units_promised = sum(tally->units_promised, given);
        if (outcome->date > now)
            tally->units_later = sum(tally->units_later, given);
    }
}

void tally_orders(const struct folder *folder, const struct taken *taken, int64_t now,
                  size_t channel, struct tally *tally)
{
    uint32_t only = channel < CHANNEL_COUNT ? folder->channels[channel].id : 0;
    int64_t *latencies = allocate(folder->promise_count, sizeof *latencies);
    size_t calls = 0;
    *tally = (struct tally){0};
    for (size_t i = 0; i < folder->promise_count; i++) {
        struct order *order = folder->promises[i].order;
        order->lines_taken = order->lines_full = 0;
        order->promised = false;
    }
    bool partial = false;
    for (size_t i = 0; i < folder->promise_count; i++) {
        const struct promise *promise = &folder->promises[i];
        if (only != 0 && promise->request.channel.id != only)
            continue;
        latencies[calls++] = taken->outcomes[i].nanoseconds;
        tally->calls_known += taken->outcomes[i].status == SELLABLE_DUPLICATE;
        partial = partial || promise->request.mode == SELLABLE_PARTIAL;
        count_lines(promise, taken, &taken->outcomes[i], now, tally);
    }
    for (struct order *order = folder->orders; order != NULL; order = order->hh.next) {
        if (order->lines_taken == 0)
            continue;
        bool full = order->lines_full == order->lines_taken;
        bool part = !full && partial && order->promised;
        tally->orders.full += full;
        tally->orders.part += part;
        tally->orders.refused += !full && !part;
    }
    qsort(latencies, calls, sizeof *latencies, shorter_first);
    tally->calls = (int64_t)calls;
    tally->p50 = percentile(latencies, calls, 500);
    tally->p99 = percentile(latencies, calls, 990);
    tally->p999 = percentile(latencies, calls, 999);
    free(latencies);
}
