/* SPDX-License-Identifier: Apache-2.0
 *
 * What feeds of a warehouse send in a day, in the proportions in which they send it. */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include "workload.h"

/* In a hundred events; what follows on something (a shipment on its order, a receipt on what was
 * announced) comes after it, of the same thread.
 *    45 on_hand.adjust       8 receipt with reference   2 + 2 transfer.ship, transfer.receive
 *    15 reserve              8 schedule.set             3 on_hand.set with as_of
 *    12 ship               3 + 2 hold.place, hold.release */
struct mix_step {
    uint32_t type; /* enum sellable_event_type */
    uint32_t of;   /* the call that it follows on, or itself */
    bool followed; /* a later call follows on this one */
};

enum { MIX_UNITS = 10 /* announced, and received, at once */ };

/* The same for every thread and row. */
void mix_draw(struct mix_step *steps, size_t count);

/* Fill in the event of a step; `order` and `line` are room for what it leads to. Its origin is the
 * caller's. `zero` is 0. */
void mix_fill(struct sellable_event *event, struct sellable_order *order,
              struct sellable_line *line, const struct mix_step *step,
              const struct share *share, const struct sellable_location *locations,
              uint64_t zero);

/* The event that takes back what a step left, if nothing followed on it; false: it left nothing. */
bool mix_undo(struct sellable_event *event, const struct mix_step *step, size_t call,
              const struct share *share, const struct sellable_location *locations);

#endif
