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
