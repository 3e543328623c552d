/* SPDX-License-Identifier: Apache-2.0
 *
 * Promising one order, for the call and for the batch. */
#ifndef SBL_RESERVE_H
#define SBL_RESERVE_H

#include "plain.h"

/* With its key made ready. */
enum sellable_status sbl_reserve_in_general(struct sellable *engine, struct sbl_worker *worker,
                                            const struct sellable_order *order,
                                            const struct sbl_start *start,
                                            struct sellable_answer *answer);

static inline enum sellable_status sbl_reserve(struct sellable *engine, struct sbl_worker *worker,
                                               const struct sellable_order *order,
                                               const struct sbl_start *start,
                                               struct sellable_answer *answer) {
    if (SBL_LIKELY(start->is_key) && SBL_LIKELY(sbl_is_plain(order)) &&
        SBL_LIKELY(worker->origin == NULL) &&
        SBL_LIKELY(sbl_plain_order(engine, worker, order, start, answer)))
        return SELLABLE_OK;
    return sbl_reserve_in_general(engine, worker, order, start, answer);
}

#endif
