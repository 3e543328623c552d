/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain order, decided without the general cases; see plain.c. */
#ifndef SBL_PLAIN_H
#define SBL_PLAIN_H

#include "engine.h"

/* An order that this may try: its key and fields are valid. */
static inline bool sbl_is_plain(const struct sellable_order *order) {
    const struct sellable_line *line = order->lines;
    return order->line_count == 1 && order->expires_at == 0 && order->channel.id != 0 &&
           order->channel.id <= SELLABLE_CHANNELS_MAX && order->mode == SELLABLE_ALL &&
           (order->has_date | order->has_precedence | line->location.id |
            line->substitute_count) == 0 &&
           line->item.id != 0 && line->at_least <= 1 && line->location_key.bytes == NULL &&
           line->unit.bytes == NULL;
}

/* true: it is accepted, and `answer`, which was empty, says how. false: nothing was done. Cost: two
 * lines changed in one transaction. */
bool sbl_plain_order(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_order *order, const struct sbl_key *key,
                     struct sellable_answer *answer);

#endif
