/* SPDX-License-Identifier: Apache-2.0
 *
 * A promise moves from one location to another: what sellable_resource asks for, and what becomes
 * of the order's placements. */
#ifndef SBL_RESOURCE_H
#define SBL_RESOURCE_H

#include "hand.h"

/* By number; 0: there is none. */
struct sbl_resourced {
    uint32_t item, from, to;
    int64_t quantity; /* 0: all that is reserved there */
};

/* Who is meant, looked up by each attempt. ok: nothing is undecided about the item's row. */
enum sellable_status sbl_resource_places(struct sellable *engine, struct sbl_worker *worker,
                                         const struct sbl_image *world,
                                         const struct sellable_move *move,
                                         struct sbl_resourced *asked, struct sbl_seen *row,
                                         struct sellable_answer *answer);

/* Move it, if what is seen at the other location covers it. There is room for one placement
 * more. */
enum sellable_status sbl_resource(struct sellable *engine, const struct sbl_image *world,
                                  const struct sbl_resourced *asked, struct sbl_hand *hand,
                                  const struct sbl_seen *row, struct sellable_answer *answer);

#endif
