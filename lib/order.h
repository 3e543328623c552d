/* SPDX-License-Identifier: Apache-2.0
 *
 * An order's record: an immutable blob that the order table leads to. A change of the order makes
 * another one.
 *
 *   begins as every entry of an index: hash, size, key (index.h); the word of the size holds also
 *            bits 8-15 state, bits 16-23 what follows (below), bits 24-39 channel, bits 40-63
 *            number of placements
 *   then     what was asked for, 2 words: of a plain order, one line without a timeout, bit 63,
 *            channel and item, and the quantity; of any other 127 bits of a hash of it all; date;
 *            expires_at while it is open (0: none), the time it was closed at after
 *   then     6 words a placement: item (high half) and location; quantity; allocated; shipped;
 *            released; since. Two more if the record is WIDE: fenced, beyond
 *   then     if PRECEDENCE: one word
 *   then     if KITS: how many words, and for each kit: item (high half) and number of components;
 *            2 words a component: item, number
 *   then     if FIRST, that is, if the placements are no longer those of the first answer: how many
 *            placements that had, its date, and 3 words each: item and location, quantity, beyond
 *
 * Of a placement, with w = max(0, beyond - released):
 *   reserved = quantity - allocated - shipped - released
 *   waiting  = min(w, reserved)          in backordered of its cell
 *   firm     = reserved - waiting        in reserved, or, if the order is DATED, in promised
 *   drawn    = min(fenced, quantity - released)   from the fence
 * so what waits is released first, and allocated and shipped last; and each unit of a fence goes
 * back once. `since` is how often the row had changed when the promise was made: of two promises of
 * one item, the one with the smaller number is the earlier.
 *
 * Placements of an item stand together, items in the order of their first line, locations in the
 * order they are filled: the plan is the record. */
#ifndef SBL_ORDER_H
#define SBL_ORDER_H

#include "memory.h"

enum {
    SBL_ORDER_ASKED = 0, /* words after the key */
    SBL_ORDER_DATE = 2,
    SBL_ORDER_TIME = 3,
    SBL_ORDER_PLACEMENTS = 4,
    SBL_PLACEMENT_QUANTITY = 1, /* of a placement's words */
    SBL_PLACEMENT_ALLOCATED = 2,
    SBL_PLACEMENT_SHIPPED = 3,
    SBL_PLACEMENT_RELEASED = 4,
    SBL_PLACEMENT_WORDS = 6,
    SBL_PLACEMENT_WORDS_WIDE = 8,
    SBL_FIRST_WORDS = 3
};

enum sbl_order_flag {
    SBL_ORDER_WIDE = 1,
    SBL_ORDER_DATED = 2,      /* its date is yet to come: what is firm is promised for it */
    SBL_ORDER_PRECEDENCE = 4,
    SBL_ORDER_KITS = 8,
    SBL_ORDER_FIRST = 16
};

struct sbl_placement {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
    int64_t allocated;
    int64_t shipped;
    int64_t released;
    int64_t fenced;
    int64_t beyond;
    uint64_t since;
};

static inline uint32_t sbl_order_key_words(uint64_t meta) {
    return ((uint32_t)(meta & 0xff) + 7) / 8;
}
static inline enum sellable_order_state sbl_order_state(uint64_t meta) {
    return (enum sellable_order_state)(meta >> 8 & 0xff);
}
static inline bool sbl_order_is_open(uint64_t meta) {
    return sbl_order_state(meta) == SELLABLE_RESERVED ||
           sbl_order_state(meta) == SELLABLE_ALLOCATED;
}
static inline uint32_t sbl_order_flags(uint64_t meta) { return (uint32_t)(meta >> 16) & 0xff; }
static inline uint32_t sbl_order_channel(uint64_t meta) { return (uint32_t)(meta >> 24) & 0xffff; }
static inline uint32_t sbl_order_count(uint64_t meta) { return (uint32_t)(meta >> 40); }

static inline uint64_t sbl_order_meta(uint64_t size, enum sellable_order_state state,
                                      uint32_t flags, uint32_t channel, uint32_t count) {
    return size | (uint64_t)state << 8 | (uint64_t)flags << 16 | (uint64_t)channel << 24 |
           (uint64_t)count << 40;
}

/* The same in another state. */
static inline uint64_t sbl_order_in_state(uint64_t meta, enum sellable_order_state state) {
    return (meta & ~(UINT64_C(0xff) << 8)) | (uint64_t)state << 8;
}

/* What was asked for by an order of one line without anything further. */
#define SBL_ORDER_PLAIN (UINT64_C(1) << 63)
static inline void sbl_order_plain(uint32_t channel, uint32_t item, int64_t quantity,
                                   uint64_t asked[2]) {
    asked[0] = SBL_ORDER_PLAIN | (uint64_t)channel << 32 | item;
    asked[1] = (uint64_t)quantity;
}

/* ---- placements: pure ---- */

static inline int64_t sbl_placement_reserved(const struct sbl_placement *placement) {
    return sbl_subtract(sbl_subtract(sbl_subtract(placement->quantity, placement->allocated),
                                     placement->shipped),
                        placement->released);
}
static inline int64_t sbl_placement_waiting(const struct sbl_placement *placement) {
    return sbl_min(sbl_max(0, sbl_subtract(placement->beyond, placement->released)),
                   sbl_placement_reserved(placement));
}
static inline int64_t sbl_placement_firm(const struct sbl_placement *placement) {
    return sbl_subtract(sbl_placement_reserved(placement), sbl_placement_waiting(placement));
}
static inline int64_t sbl_placement_drawn(const struct sbl_placement *placement) {
    return sbl_min(placement->fenced, sbl_subtract(placement->quantity, placement->released));
}

static inline uint32_t sbl_placement_words(uint32_t flags) {
    return (flags & SBL_ORDER_WIDE) != 0 ? SBL_PLACEMENT_WORDS_WIDE : SBL_PLACEMENT_WORDS;
}
static inline struct sbl_placement sbl_placement_of(const uint64_t *word, uint32_t flags) {
    bool wide = (flags & SBL_ORDER_WIDE) != 0;
    return (struct sbl_placement){.item = sbl_high(word[0]),
                                  .location = sbl_low(word[0]),
                                  .quantity = (int64_t)word[1],
                                  .allocated = (int64_t)word[2],
                                  .shipped = (int64_t)word[3],
                                  .released = (int64_t)word[4],
                                  .since = word[5],
                                  .fenced = wide ? (int64_t)word[6] : 0,
                                  .beyond = wide ? (int64_t)word[7] : 0};
}

/* The placement `i` of a record in a blob, whose placements begin at word `from`; false: it ends
 * before. */
bool sbl_placement_at(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                      uint32_t flags, uint32_t i, struct sbl_placement *placement);

/* ---- a whole record, in one's own memory ---- */

struct sbl_order {
    uint64_t hash;
    uint32_t key_size, key_words;
    const uint64_t *key; /* words, ended with zeroes */
    enum sellable_order_state state;
    uint32_t channel;
    uint32_t flags; /* of what is taken from the record: DATED, PRECEDENCE, FIRST */
    uint64_t asked[2];
    int64_t date;
    int64_t time;
    int32_t precedence;
    uint32_t placement_count;
    struct sbl_placement *placement;
    uint32_t kit_words;
    const uint64_t *kits;
    uint32_t first_words; /* the date, then 3 words each */
    const uint64_t *first;
};

/* How many words it takes, and write them; flags that follow from the content are set. */
uint32_t sbl_order_words(const struct sbl_order *order);
void sbl_order_write(const struct sbl_order *order, uint64_t *word);

/* Read a record; `placement` has room for as many as it has. It goes on pointing into `word`. */
void sbl_order_read(const uint64_t *word, uint32_t words, struct sbl_order *order,
                    struct sbl_placement *placement);

/* Does a record name an item, in a placement or as a kit? */
bool sbl_order_names(const uint64_t *word, uint32_t words, uint32_t item);

/* What it is now, by its placements; `closed`: what it becomes if nothing is left of it. */
enum sellable_order_state sbl_order_state_of(const struct sbl_order *order,
                                             enum sellable_order_state closed);

#endif
