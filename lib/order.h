/* SPDX-License-Identifier: Apache-2.0
 *
 * An order's record: an immutable blob that the order table leads to. A change of the order makes
 * another one.
 *
 *   begins as every entry of an index: hash, size, key (index.h); the word of the size holds also
 *            bits 8-15 state, bits 16-23 reserved, bits 24-39 channel, bits 40-63 number of
 *            placements
 *   then     what was asked for, 2 words: of a plain order, one line without a timeout, bit 63,
 *            channel and item, and the quantity; of any other 127 bits of a hash of it all; date;
 *            expires_at while it is open (0: none), the time it was closed at after
 *   then     5 words a placement: item (high half) and location; quantity; allocated; shipped;
 *            released
 *
 *   reserved of a placement = quantity - allocated - shipped - released
 *
 * Placements of an item stand together, items in the order of their first line, locations in the
 * order they are filled: the plan is the record. */
#ifndef SBL_ORDER_H
#define SBL_ORDER_H

#include "base.h"

enum {
    SBL_ORDER_ASKED = 0, /* words after the key */
    SBL_ORDER_DATE = 2,
    SBL_ORDER_TIME = 3,
    SBL_ORDER_PLACEMENTS = 4,
    SBL_PLACEMENT_WORDS = 5
};

struct sbl_placement {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
    int64_t allocated;
    int64_t shipped;
    int64_t released;
};

static inline uint32_t sbl_order_key_words(uint64_t meta) {
    return ((uint32_t)(meta & 0xff) + 7) / 8;
}
static inline enum sellable_order_state sbl_order_state(uint64_t meta) {
    return (enum sellable_order_state)(meta >> 8 & 0xff);
}
static inline uint32_t sbl_order_channel(uint64_t meta) { return (uint32_t)(meta >> 24) & 0xffff; }
static inline uint32_t sbl_order_count(uint64_t meta) { return (uint32_t)(meta >> 40); }

static inline uint64_t sbl_order_meta(uint64_t size, enum sellable_order_state state,
                                      uint32_t channel, uint32_t count) {
    return size | (uint64_t)state << 8 | (uint64_t)channel << 24 | (uint64_t)count << 40;
}

/* What was asked for by an order of one line without a timeout. */
#define SBL_ORDER_PLAIN (UINT64_C(1) << 63)
static inline void sbl_order_plain(uint32_t channel, uint32_t item, int64_t quantity,
                                   uint64_t asked[2]) {
    asked[0] = SBL_ORDER_PLAIN | (uint64_t)channel << 32 | item;
    asked[1] = (uint64_t)quantity;
}

static inline struct sbl_placement sbl_placement_of(const uint64_t *word) {
    return (struct sbl_placement){sbl_high(word[0]),  sbl_low(word[0]),  (int64_t)word[1],
                                  (int64_t)word[2], (int64_t)word[3], (int64_t)word[4]};
}
static inline void sbl_placement_put(uint64_t *word, const struct sbl_placement *placement) {
    word[0] = sbl_pair(placement->item, placement->location);
    word[1] = (uint64_t)placement->quantity;
    word[2] = (uint64_t)placement->allocated;
    word[3] = (uint64_t)placement->shipped;
    word[4] = (uint64_t)placement->released;
}
static inline int64_t sbl_placement_reserved(const struct sbl_placement *placement) {
    return sbl_subtract(sbl_subtract(sbl_subtract(placement->quantity, placement->allocated),
                                     placement->shipped),
                        placement->released);
}

#endif
