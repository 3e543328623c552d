/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows from the state and stands beside it, made anew: the hints on the wheel, and how many
 * orders are open. For an engine that was not brought to its state by calls, which would have seen
 * to that.
 *
 * WHAT THE WHEEL IS DRAINED TO is not in the state, and need not be: whatever has been done of what
 * was due has left the state, or has a later time there. So what is there with a time that is past,
 * is undone: somebody was in the middle of an advance at that instant. The wheel begins just before
 * the earliest of these, or at now if there is none. By then all that was due is done, nothing that
 * is undone is missed, and each has its own time: so the next advance does them as this one would
 * have, by time, then key. What is due later is put where now has it, as others put theirs while
 * somebody drains (expiry.h). Something may be past and not wait for anything (the date of a
 * promise that has come): a hint too many, which finds nothing to do. */
#ifndef SBL_REHINT_H
#define SBL_REHINT_H

#include "engine.h"

/* Put all hints on a wheel that has none, and set engine->orders_open. Now is 0 or later. Nobody
 * else uses the engine yet. false: no memory. Any words may be in blocks: what they say to no sense
 * gives hints to no sense, and no more. Cost: every row, order, id and transfer is looked at
 * once. */
bool sbl_rehint(struct sellable *engine, struct sbl_worker *worker);

#endif
