/* SPDX-License-Identifier: Apache-2.0
 *
 * A message in the canonical form in which the engine takes it: what an adapter of a source makes
 * of what the source said. */
#ifndef FEED_RECORD_H
#define FEED_RECORD_H

#include "stream.h"

/* The event, all that it leads to, and what the engine answered. It must not be moved. */
struct record {
    const struct message *message;
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_item_settings item;
    struct sellable_policy policy;
    struct sellable_ownership ownership;
    struct sellable_owner owner;
    struct sellable_unit unit;
    struct sellable_part *parts; /* the record's own */
    char id[SELLABLE_KEY_MAX + 1], correlation[SELLABLE_KEY_MAX + 1];

    enum sellable_status status;
    int64_t variance;   /* ok: on_hand after - before */
    uint64_t exception; /* refused: kept under this number; else 0 */
};

void record_make(struct record *record, const struct message *message,
                 const struct history *history);
void record_clear(struct record *record);

/* Whether a line of an order left with this shipment. */
bool is_in_shipment(const struct order *order, size_t line, const struct message *shipment);

#endif
