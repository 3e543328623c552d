/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows from the state and stands beside it, made anew: the hints on the wheel, and how many
 * orders are open. For an engine that was not brought to its state by calls, which would have seen
 * to that. */
#ifndef SBL_REHINT_H
#define SBL_REHINT_H

#include "engine.h"

/* Put all hints on a wheel that has none, and set engine->orders_open. `base`: a time, not later
 * than now, by which all that was due is done; what is due later is done when `advance` comes
 * to it, even if it is before now. Nobody else uses the engine yet. false: no memory. Cost: every
 * row, order, id and transfer is looked at once. */
bool sbl_rehint(struct sellable *engine, struct sbl_worker *worker, int64_t base);

#endif
