/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator does at the end of a shift: looks at the exceptions, replays them, and discards
 * those that are refused again. */
#ifndef FEED_OPERATOR_H
#define FEED_OPERATOR_H

#include "record.h"

/* Refused events of one status and type, and what became of the exceptions. */
struct reason {
    enum sellable_status status;
    enum sellable_event_type type;
    int64_t kept, replayed, known, discarded; /* known: applied by then, as a copy told it, too */
    enum sellable_status last;                /* why those that were discarded were refused again */
};
enum { REASONS_MAX = SELLABLE_STATUS_COUNT * SELLABLE_EVENT_TYPES_END };

/* What the operator has worked off, from the first shift on. */
struct worked_off {
    struct reason reasons[REASONS_MAX]; /* in the order in which they occurred first */
    size_t reason_count;
    int64_t replayed, discarded;
};

/* Work off all exceptions; each is of one of the shift's records. What is replayed goes to
 * `applied`, once. */
void operate(struct sellable *engine, const struct record *records, size_t count,
             struct worked_off *worked_off,
             void (*applied)(void *context, const struct message *message), void *context);

#endif
