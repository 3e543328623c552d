/* SPDX-License-Identifier: Apache-2.0
 *
 * Where some bytes stand in a file, read from its beginning to its end in large pieces. What cannot
 * be read is passed over. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "file.h"

struct search {
    const struct file *file;
    const void *pattern;
    size_t size;
    char *chunk;
    uint64_t begin, bytes; /* of the chunk, in the file */
    uint64_t next;         /* where to go on */
    uint64_t end;          /* of the file */
    uint64_t unreadable;   /* bytes that were passed over */
};

/* The pattern stays the caller's. */
void begin_search(struct search *search, const struct file *file, const void *pattern,
                  size_t size);
void end_search(struct search *search);

/* The next place at `next` or behind it. */
bool find_next(struct search *search, uint64_t *offset);

#endif
