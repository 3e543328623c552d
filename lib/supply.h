/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of supply. */
#ifndef SBL_SUPPLY_H
#define SBL_SUPPLY_H

#include "engine.h"

/* Apply one, whose kinds of fields are in order. `source`: who sends it; 0: nobody. */
enum sellable_status sbl_supply(struct sellable *engine, struct sbl_worker *worker,
                                const struct sellable_event *event, uint32_t source,
                                struct sellable_answer *answer);

#endif
