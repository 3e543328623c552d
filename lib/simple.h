/* SPDX-License-Identifier: Apache-2.0
 *
 * The simple order, decided without the general cases; see simple.c. */
#ifndef SBL_SIMPLE_H
#define SBL_SIMPLE_H

#include "plan.h"

/* true: it is accepted, and `answer`, which was empty, says how. false: nothing was done; it may be
 * tried in general. */
bool sbl_simple_order(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_request *request, struct sellable_answer *answer,
                      struct sbl_hinted *hinted);

#endif
