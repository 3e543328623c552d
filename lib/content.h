/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event says: which fields belong to its type, a fingerprint of them, and the whole record
 * with all that it leads to, packed into one piece. */
#ifndef SBL_CONTENT_H
#define SBL_CONTENT_H

#include "engine.h"

/* Fields, or groups of them. */
enum {
    SBL_SAYS_ITEM = 1 << 0,
    SBL_SAYS_LOCATION = 1 << 1,
    SBL_SAYS_QUANTITY = 1 << 2,
    SBL_SAYS_EXPECTED = 1 << 3,
    SBL_SAYS_REASON = 1 << 4,
    SBL_SAYS_CHANNEL = 1 << 5,
    SBL_SAYS_UNTIL = 1 << 6,
    SBL_SAYS_REFERENCE = 1 << 7,
    SBL_SAYS_DUE = 1 << 8,
    SBL_SAYS_TO = 1 << 9,
    SBL_SAYS_AS_OF = 1 << 10,
    SBL_SAYS_HELD = 1 << 11,
    SBL_SAYS_OUTCOME = 1 << 12,
    SBL_SAYS_ORDER_KEY = 1 << 13,
    SBL_SAYS_ORDER = 1 << 14,
    SBL_SAYS_PARTS = 1 << 15,
    SBL_SAYS_EXPIRES = 1 << 16,
    SBL_SAYS_ITEM_SETTINGS = 1 << 17,
    SBL_SAYS_LOCATION_SETTINGS = 1 << 18,
    SBL_SAYS_POLICY = 1 << 19,
    SBL_SAYS_OWNERSHIP = 1 << 20,
    SBL_SAYS_DECLARES = 1 << 21,
    SBL_SAYS_UNIT = 1 << 22
};
uint32_t sbl_says(uint32_t type);
static inline bool sbl_is_event(uint32_t type) {
    return type > 0 && type < SELLABLE_EVENT_TYPES_END;
}
/* Does somebody send it? Declaring a source, and who owns what, has no sender. */
static inline bool sbl_is_sent(uint32_t type) {
    return type != SELLABLE_SOURCE && type != SELLABLE_OWNER;
}

/* 64 bits of what an event says; the same for handles and for keys, if there are such things.
 * Comes after the kinds of its fields were looked at. false: no memory. */
bool sbl_content_of(struct sellable *engine, struct sbl_worker *worker,
                    const struct sellable_event *event, uint64_t *content);

/* Pack a record with all that it leads to into a buffer, from byte `from` on, which is a multiple
 * of 8; *bytes: how many it takes, a multiple of 8 as well. false: no memory. What does not belong
 * to its type is left out, and so are arrays that are longer than they may be; keys that are too
 * long are cut behind the first byte that is too much: so they stay wrong. */
bool sbl_pack(struct sbl_memory *memory, struct sbl_buffer *buffer, size_t from,
              const struct sellable_event *event, size_t *bytes);

/* Make it a record again, once, where it lies. */
const struct sellable_event *sbl_unpack(void *piece);

#endif
