/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines and events, by the very functions of replay (examples/replay): there and back. */
#ifndef SELLABLE_TESTS_EVENT_LINES_H
#define SELLABLE_TESTS_EVENT_LINES_H

#include "sellable.h"

#include <stdbool.h>

/* From now on keys are those of this engine. */
void lines_of(struct sellable *engine);

/* There are two readers: what the one has read stays until it reads again. */
enum reader { FIRST, SECOND };

/* The event of a line. False: it is none, or a field is wrong. */
bool line_read(enum reader reader, struct sellable_key line, struct sellable_event *event);

/* Why not. */
const char *line_fault(enum reader reader);

/* An event as a line; it stays until the next but one. False: a handle has no key. */
bool line_write(const struct sellable_event *event, struct sellable_key *line);

/* Answer a line, as replay does. */
enum sellable_status line_answer(struct sellable_key line);

/* What a line of a scenario sends to replay; not given: nothing. It stays until the next. */
struct sellable_key line_sent(struct sellable_key line);

#endif
