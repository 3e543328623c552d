/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator does at the end of a shift: looks at the exceptions, replays them, and discards
 * those that are refused again. */
#ifndef FEED_OPERATOR_H
#define FEED_OPERATOR_H

#include "record.h"
#include "run.h"

/* Work off all exceptions; each is of one of the shift's records. What is replayed goes to
 * `applied`, once. */
void operate(struct sellable *engine, struct record *records, size_t count, struct result *result,
             struct row *row, void (*applied)(void *context, const struct message *message),
             void *context);

#endif
