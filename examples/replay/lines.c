/* SPDX-License-Identifier: Apache-2.0
 *
 * Each byte is searched for the end of a line once, however the input is cut. */
#include "lines.h"

#include "text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_AT_ONCE = 1 << 16 };

bool lines_next(struct lines *lines, struct line *line)
{
    char *begin = lines->bytes + lines->begin;
    size_t left = lines->end - lines->searched;
    char *found = left > 0 ? memchr(lines->bytes + lines->searched, '\n', left) : NULL;
    if (found != NULL) {
        *line = (struct line){begin, (size_t)(found - begin)};
        lines->begin = lines->searched = (size_t)(found + 1 - lines->bytes);
        return true;
    }
    lines->searched = lines->end;
    if (!lines->ended || lines->begin == lines->end)
        return false;
    *line = (struct line){begin, lines->end - lines->begin};
    lines->begin = lines->end;
    return true;
}

bool lines_wait(struct lines *lines)
{
    if (lines->ended)
        return false;
    size_t kept = lines->end - lines->begin;
    if (kept > 0 && lines->begin > 0)
        memmove(lines->bytes, lines->bytes + lines->begin, kept);
    lines->searched -= lines->begin;
    lines->begin = 0;
    lines->end = kept;
    lines->bytes = grow(lines->bytes, kept + READ_AT_ONCE, &lines->capacity, 1);
    for (;;) {
        ssize_t got =
            read(lines->descriptor, lines->bytes + lines->end, lines->capacity - lines->end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        lines->ended = got == 0;
        lines->end += (size_t)got;
        return got > 0 || lines->begin < lines->end;
    }
}
