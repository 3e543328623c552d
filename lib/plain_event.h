/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain event, decided without the general cases; see plain_event.c. */
#ifndef SBL_PLAIN_EVENT_H
#define SBL_PLAIN_EVENT_H

#include "engine.h"

/* An event that this may try: on_hand.adjust by handle, whose fields are valid, and with which
 * nothing goes along. */
static inline bool sbl_is_plain_event(const struct sellable_event *event) {
    return event->type == SELLABLE_ON_HAND_ADJUST && event->item.id != 0 &&
           event->location.id != 0 &&
           (event->has_at | event->has_seq | event->has_expected | event->source.id) == 0 &&
           event->id.bytes == NULL && event->source_key.bytes == NULL &&
           event->unit.bytes == NULL && event->correlation.bytes == NULL &&
           event->quantity != 0 && sbl_is_quantity(event->quantity);
}

/* true: it is applied, and counted. false: nothing was done. Cost: one line changed, and its root
 * made anew. */
bool sbl_plain_event(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_event *event);

#endif
