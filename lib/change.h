/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying out a change of an order: its record, and the difference on every row. */
#ifndef SBL_CHANGE_H
#define SBL_CHANGE_H

#include "hand.h"
#include "movement.h"

/* The order as it is, with placements of its own, to be compared later; the hand's placements get
 * room for one more. false: no memory. */
bool sbl_order_copy(struct sbl_worker *worker, struct sbl_hand *hand, struct sbl_order *before);

/* Plan that the order at hand becomes what it is now: its state and time follow from its
 * placements (`closed`: what it is if nothing is left), and each row changes by the difference.
 * `moment`: of what is shipped; NULL: it is time that does this, and nothing is refused.
 * ok, overflow, no_memory, or stale: a row has changed, the attempt is lost. */
enum sellable_status sbl_order_change(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_image *world,
                                      const struct sbl_order *before, struct sbl_hand *hand,
                                      enum sellable_order_state closed,
                                      const struct sbl_moment *moment,
                                      struct sbl_hinted *hinted);

/* sellable_ship, of what was shipped at the event's time, if it has one. */
enum sellable_status sbl_shipped(struct sellable *engine, struct sellable_worker *worker,
                                 const struct sellable_event *event,
                                 struct sellable_answer *answer);

#endif
