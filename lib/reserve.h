/* SPDX-License-Identifier: Apache-2.0
 *
 * Promising one order, for the call and for the batch. */
#ifndef SBL_RESERVE_H
#define SBL_RESERVE_H

#include "engine.h"

/* `key` NULL: the order's is none. */
enum sellable_status sbl_reserve(struct sellable *engine, struct sbl_worker *worker,
                                 const struct sellable_order *order, const struct sbl_key *key,
                                 struct sellable_answer *answer);

#endif
