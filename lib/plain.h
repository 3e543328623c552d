/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain order, decided without the general cases; see plain.c. */
#ifndef SBL_PLAIN_H
#define SBL_PLAIN_H

#include "engine.h"

/* An order that this may try: of one line that asks for an item and no more. Whatever else stands
 * in its fields, good or bad, is looked at elsewhere. */
static inline bool sbl_is_plain(const struct sellable_order *order) {
    const struct sellable_line *line = order->lines;
    if (SBL_UNLIKELY(line == NULL || order->line_count != 1))
        return false;
    uint64_t more = order->mode | order->has_date | order->has_precedence |
                    line->location.id | line->substitute_count | (uint64_t)order->expires_at |
                    (uintptr_t)line->location_key.bytes | (uintptr_t)line->unit.bytes |
                    (uint64_t)line->at_least >> 1;
    return more == 0 && (uint64_t)line->quantity - 1 < (uint64_t)SELLABLE_QUANTITY_MAX &&
           order->channel.id - 1 < SELLABLE_CHANNELS_MAX && line->item.id != 0;
}

/* A line that is to change, as sbl_line_clean reads it but for the second look at its header: the
 * swap finds out. false: there is a mark, or something is kept of it for a snapshot. */
static inline bool sbl_line_once(const struct sbl_line *line, struct sbl_seen *seen) {
    seen->header = sbl_load_acquire(HEADER, &line->header);
    seen->undecided = 0;
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        seen->image.word[i] = sbl_load_acquire(WORD, &line->word[i]);
    return (seen->header & SBL_MARK) == 0 && sbl_low(seen->image.word[SBL_STAMP]) == 0;
}

/* The first of a row's four locations that is this one; SBL_ROW_CELLS: none is. By Mycroft's test
 * for a zero among the parts of a word. */
static inline uint32_t sbl_row_cell_at(const struct sbl_image *row, uint32_t location) {
    const uint64_t ones = UINT64_C(0x0001000100010001);
    uint64_t other = row->word[SBL_ROW_LOCATIONS] ^ location * ones;
    uint64_t zero = (other - ones) & ~other & ones << 15;
    return zero == 0 ? SBL_ROW_CELLS : (uint32_t)__builtin_ctzll(zero) / 16;
}

/* An order's key, made ready, and where it will be looked for. */
struct sbl_start {
    struct sbl_key key;
    struct sbl_spot spot;
    bool is_key;
};
static inline void sbl_start_make(struct sbl_start *start, const struct sellable *engine,
                                  struct sellable_key key) {
    start->is_key = sbl_key_make(&start->key, key, engine->seed);
    if (SBL_LIKELY(start->is_key)) {
        start->spot = sbl_index_spot(&engine->orders, start->key.hash);
        sbl_prefetch(start->spot.line);
    }
}

/* true: it is accepted, and `answer` says how. false: nothing was done, or said. Cost: two lines
 * changed in one transaction. */
bool sbl_plain_order(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_order *order, const struct sbl_start *start,
                     struct sellable_answer *answer);

#endif
