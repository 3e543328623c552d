/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may write what: rules that name a quantity or an event type, everywhere or at one location,
 * and the sources that may. The world leads to them (SBL_WORLD_CHANNELS, high half), and they
 * change by exclusive transactions; so each event is judged by the rules of its own instant.
 *
 * A blob:
 *
 *   word 0   number of rules
 *   then     2 words a rule: what << 32 | location (0: everywhere); how many sources (low half) and
 *            from which word on (high half). Ascending
 *   then     the sources, one a word, ascending within their rule
 *
 * what: a quantity's number, or an event type's and SBL_OWNS_TYPE. */
#ifndef SBL_OWNER_H
#define SBL_OWNER_H

#include "engine.h"

enum { SBL_OWNS_TYPE = 256, SBL_OWNERS_MAX = 65535 };

static inline uint32_t sbl_owners_of(const struct sbl_image *world) {
    return sbl_high(world->word[SBL_WORLD_CHANNELS]);
}

/* The quantity that an event of this type writes, enum sellable_owned; 0: none that is owned. */
uint32_t sbl_owned_by(uint32_t type);

/* May a source (0: none) send an event of this type for a location (0: none)? What is read counts
 * if the world is still the same. Cost: four look-ups by halving. */
bool sbl_may_write(const struct sellable *engine, const struct sbl_image *world, uint32_t type,
                   uint32_t location, uint32_t source);

#endif
