/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes a feed a real one: copies, delays, outages, and messages that overtake each other. The
 * same seed gives the same disorder. */
#ifndef FEED_DISORDER_H
#define FEED_DISORDER_H

#include "stream.h"

/* Before the messages are sorted and numbered: when each of them is sent, and what twice. */
void disorder_times(struct stream *stream, const struct disorder *disorder);

/* After it: some come behind the next message of their source, and so with a stale number. */
void disorder_sequence(struct stream *stream, const struct disorder *disorder);

#endif
