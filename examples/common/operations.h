/* SPDX-License-Identifier: Apache-2.0
 *
 * What operations want to know, worked out of the engine's figures as sellable_stats says. */
#ifndef COMMON_OPERATIONS_H
#define COMMON_OPERATIONS_H

#include <sellable.h>

/* Of all events: how many were applied, or known already, without a hand. Of the units that are
 * promised: how many are there. Both in 1/10,000, rounded down, so that 10,000 means all. */
int64_t share_without_a_hand(const struct sellable_stats *stats);
int64_t reservation_accuracy(const struct sellable_stats *stats);

/* 1/10,000 as "99.87 %". */
enum { PERCENT_SIZE = 32 };
const char *percent(int64_t ten_thousandths, char buffer[PERCENT_SIZE]);
#define PERCENT(ten_thousandths) percent(ten_thousandths, (char[PERCENT_SIZE]){0})

#endif
