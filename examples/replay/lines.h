/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines from a file descriptor, as they come. The caller can tell when the next one would have to
 * be waited for. */
#ifndef REPLAY_LINES_H
#define REPLAY_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    int descriptor;
    char *bytes;
    size_t capacity;
    size_t begin;    /* of what was not handed out yet */
    size_t searched; /* up to here there is no end of a line */
    size_t end;
    bool ended; /* there is no more to read */
};

struct line {
    char *bytes; /* the caller may write to them */
    size_t size; /* without the end of the line */
};

/* Is there a line (the last one need not end)? It is good until lines_wait. */
bool lines_next(struct lines *lines, struct line *line);

/* Read on; false after the end, or if reading fails (errno tells). */
bool lines_wait(struct lines *lines);

#endif
