/* SPDX-License-Identifier: Apache-2.0
 *
 * What a channel could be told of an item, and whether it is: the figures of one instant against
 * what it was told last. */
#ifndef SBL_OFFER_H
#define SBL_OFFER_H

#include "engine.h"
#include "told.h"

struct sbl_offer {
    struct sellable_change change;
    int64_t interval, step;
    int64_t wake; /* when time alone will change it; SBL_TOLD_NO_WAKE: never */
    int64_t now;
    bool paused;
};

/* What the channel may promise of an item, all of one instant. false: there is no such item. */
bool sbl_offer(const struct sellable *engine, uint32_t channel, uint32_t item,
               struct sbl_offer *offer);

/* Is it told? Held back: not before its interval is over. Pure. */
enum sbl_verdict { SBL_NOT_TOLD, SBL_HELD_BACK, SBL_TELL };
enum sbl_verdict sbl_judge(const struct sbl_told *last, const struct sbl_offer *offer);

#endif
