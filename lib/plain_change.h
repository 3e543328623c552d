/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain change of an order, decided without the general cases; see plain_change.c. */
#ifndef SBL_PLAIN_CHANGE_H
#define SBL_PLAIN_CHANGE_H

#include "plain.h"

/* true: it is done, and the answer is ok. false: nothing was done, but perhaps a hint put, which
 * `hinted` says. Of an order as a whole, outside of events. Cost: release and ship change two lines
 * in one transaction; confirm and extend one, or none where there is no timeout to be ended. */
bool sbl_plain_confirm(struct sellable *engine, struct sbl_worker *worker,
                       const struct sbl_start *start);
bool sbl_plain_extend(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_start *start, int64_t expires_at,
                      struct sbl_hinted *hinted);
bool sbl_plain_release(struct sellable *engine, struct sbl_worker *worker,
                       const struct sbl_start *start, struct sbl_hinted *hinted);
bool sbl_plain_ship(struct sellable *engine, struct sbl_worker *worker,
                    const struct sbl_start *start, struct sbl_hinted *hinted);

#endif
