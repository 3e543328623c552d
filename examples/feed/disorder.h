/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes a feed a real one: copies, delays, outages, and messages that overtake each other. The
 * same seed gives the same disorder. */
#ifndef FEED_DISORDER_H
#define FEED_DISORDER_H

#include "stream.h"

/* How a feed is put out of order. Shares are in percent. */
struct disorder {
    uint64_t seed;
    int64_t duplicates; /* of all messages: sent once more, at once or up to three days later */
    int64_t late;       /* of shipments and receipts: told late, with their true `at` */
    int64_t late_days;  /* by 1 to so many days */
    int64_t outages;    /* of days: the order system is heard only after the warehouse */
    int64_t swapped;    /* of what warehouse and ERP send: overtaken by the next of that source */
    int64_t lost;       /* of the answers that channels get */
};

/* Before the messages are sorted and numbered: when each of them is sent, and what twice. */
void disorder_times(struct stream *stream, const struct disorder *disorder);

/* After it: some come behind the next message of their source, and so with a stale number. */
void disorder_sequence(struct stream *stream, const struct disorder *disorder);

/* Whether the answer to this question for changes (of all channels, counted from 0) is lost. */
bool disorder_loses(const struct disorder *disorder, uint64_t question);

#endif
