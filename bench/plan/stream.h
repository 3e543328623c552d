/* SPDX-License-Identifier: Apache-2.0
 *
 * A recorded stream: JSON Lines as of examples/replay, played again at another rate. Masters (items,
 * locations, channels, settings, holds, owners, sources) are put into an engine when it is read;
 * what follows, events and questions, is what arrives, each at its `at`, or with the line before.
 * Each step plays it from the beginning, in a fork of that engine. */
#ifndef PLAN_STREAM_H
#define PLAN_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <sellable.h>

#include "business.h"

struct record; /* one that arrives */

struct stream {
    struct sellable *base; /* masters, and nothing else */
    struct record *records;
    uint64_t count;
    uint64_t passed_over; /* lines of other types: explain, cell ... */
    double span;          /* ms from the first to the last; 0: they have no times */
    void *lines;          /* what the records' keys are in */
    void *arena;          /* and their arrays */
};

/* Read it. On a failure false, *reason says why, and of *line it was; 0: of none. */
bool stream_open(struct stream *stream, const char *path, const char **reason, uint64_t *line);
void stream_close(struct stream *stream);

/* A thread's part of the stream: what is of one numbered source, one order or one item stays
 * together, and in its order. */
struct stream_part {
    const struct stream *stream;
    uint64_t next;   /* of all records */
    uint32_t number; /* this part's, */
    uint32_t parts;  /* of so many */
    double scale;    /* ns of the step for each ms of the stream; */
    double each;     /* or, if it is even, ns from one record of the stream to the next */
};

/* When this part's next record arrives, ns since the start: at a rate of so many a second, spread
 * as they were recorded or (`even`) all alike. Infinite: there are no more. */
void stream_part_begin(struct stream_part *part, const struct stream *stream, uint32_t number,
                       uint32_t parts, double rate, bool even);
double stream_part_next(struct stream_part *part, const struct record **record);

/* What kind of call it is (a change is all that neither asks nor promises); and make it. */
enum business_call stream_kind(const struct record *record);
enum sellable_status stream_do(const struct record *record, struct sellable *engine,
                               struct sellable_worker *worker);

#endif
