/* SPDX-License-Identifier: Apache-2.0
 *
 * The stated mix: what the gates are measured on. To an engine whose cells have all a hold and a
 * safety stock, and whose channels have lists, shares, buffers and precedences (workload.c), it
 * adds
 *   channels   a horizon, a cap and a mark for low, backorders, another sourcing, a minimum, a step
 *   10 %       of the items: three receipts and a demand, scheduled at the first location
 *    5 %       two fences, at two locations, for two channels
 *    5 %       settings of their own for a channel: a cap and a buffer
 * so that no two channels have the same settings. */
#ifndef BENCH_STATED_H
#define BENCH_STATED_H

#include "operations.h"

void stated_mix(struct store *store);

/* Of an item, by its row: does it have nothing of its own but cells? */
bool stated_plain(size_t row);

#endif
