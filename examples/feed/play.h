/* SPDX-License-Identifier: Apache-2.0
 *
 * Playing a stream into an engine of its own, shift by shift. In each shift the engine is told the
 * time, the sources speak, and an operator works off what was refused. At the end of each day the
 * channels are told what has changed for them. */
#ifndef FEED_PLAY_H
#define FEED_PLAY_H

#include "listen.h"
#include "operator.h"
#include "send.h"

/* Who goes with it; functions that are NULL are not called. */
struct follower {
    void *context;
    bool (*begins)(void *context, int64_t shift); /* false: play no further */
    void (*answered)(void *context, const struct record *record); /* each, at its first try */
    void (*applied)(void *context, const struct message *message); /* once for each event: then, or
                                                                     when it was replayed */
};

struct play {
    const struct history *history;
    const struct stream *stream;
    const struct disorder *disorder; /* NULL: all in order */
    struct follower follower;
    struct sellable *engine;
    struct crew *crew;
    struct record *records; /* of a shift */
    size_t next;            /* message */
    struct worked_off worked_off;
    struct listeners listeners; /* from the end of the first day on */
    int64_t nanoseconds;        /* of sending */
};

/* Open the engine. What is pointed at has to stay. */
void play_begin(struct play *play, const struct history *history, const struct stream *stream,
                const struct disorder *disorder, size_t threads);

/* Play a day, from stream->opens to stream->last_day. False: the follower wanted no more. */
bool play_day(struct play *play, int64_t day);

/* All days are played: time moves on until what is closed is forgotten, and the channels ask until
 * they have heard all. */
void play_to_the_end(struct play *play);

/* Close the engine. */
void play_free(struct play *play);

#endif
