/* SPDX-License-Identifier: Apache-2.0
 *
 * What channels were told, kept by who listens: each answer is judged when it comes, and at the end
 * everybody has heard what is so, or is held back for a reason that the settings name. */
#ifndef SELLABLE_TESTS_FUZZ_HEARD_H
#define SELLABLE_TESTS_FUZZ_HEARD_H

#include "fuzz.h"

enum { HEARD_CHANNELS = 32, HEARD_ITEMS = 256 /* of more, nothing is kept */ };

struct heard {
    struct {
        int64_t published;
        uint32_t level;
    } of[HEARD_CHANNELS][HEARD_ITEMS];      /* by the numbers of handles, from 0 */
    uint64_t position[HEARD_CHANNELS];      /* of the last answer */
    bool may_be_owed[HEARD_CHANNELS];       /* it has asked with a position that it had passed */
};

/* An answer was read (without an engine's own structures: by a harness of lines, too). */
void heard_note(struct heard *heard, struct sellable_channel channel, struct sellable_item item,
                int64_t published, uint32_t level);

/* Nobody has changed anything since: an answer that was ok is right, and is noted. */
void heard_answer(struct heard *heard, const struct sellable *engine,
                  const struct sellable_changes *answer);

/* Let all channels ask until they are told nothing more; then all have heard what is so. */
void heard_all(struct heard *heard, struct sellable *engine);

#endif
