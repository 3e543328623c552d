/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending a shift's records, from one thread or from several: each source's by one thread, in its
 * order. */
#ifndef FEED_SEND_H
#define FEED_SEND_H

#include "record.h"

struct crew; /* the threads */

/* The crew of an engine: 1 to SOURCE_COUNT threads, of which the caller's is one. */
struct crew *crew_hire(struct sellable *engine, size_t threads);
void crew_dismiss(struct crew *crew);

/* Send the records; all are answered when it returns. The nanoseconds it took are added. */
void crew_send(struct crew *crew, struct record *records, size_t count, int64_t *nanoseconds);

/* What one source says has to come before what another says: the caller's thread sends all. */
void crew_send_in_order(struct crew *crew, struct record *records, size_t count,
                        int64_t *nanoseconds);

#endif
