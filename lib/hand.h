/* SPDX-License-Identifier: Apache-2.0
 *
 * An order at hand: its record, read into the worker's scratch within an attempt, and put back as
 * another. */
#ifndef SBL_HAND_H
#define SBL_HAND_H

#include "sight.h"

struct sbl_hand {
    struct sbl_found found;
    struct sbl_order order; /* its placements are this call's to change */
};

/* CHANGED: the order that was found is another by now. */
enum sbl_got { SBL_GOT, SBL_CHANGED, SBL_NO_ROOM };
enum sbl_got sbl_hand_take(struct sellable *engine, struct sbl_worker *worker,
                           const struct sbl_found *found, struct sbl_hand *hand);

/* The placements are about to be others than those of the first answer: keep that. false: no
 * memory. */
bool sbl_hand_keep_first(struct sbl_worker *worker, struct sbl_hand *hand);

/* Plan that a record comes where one was found, or belongs. Comes before the rows, since buckets
 * do. false: no memory. */
bool sbl_record_put(struct sellable *engine, struct sbl_worker *worker,
                    const struct sbl_order *order, struct sbl_found *found);

/* What a placement has at its cell. */
struct sbl_credit sbl_credit_of(const struct sbl_order *order,
                                const struct sbl_placement *placement);

#endif
