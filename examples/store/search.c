/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem, SEEK_DATA */
#include "search.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20, SECTOR = 512 };

void begin_search(struct search *search, const struct file *file, const void *pattern,
                  size_t size)
{
    struct stat status;
    if (fstat(file->descriptor, &status) != 0)
        fail("%s: %s", file->path, strerror(errno));
    *search = (struct search){.file = file,
                              .pattern = pattern,
                              .size = size,
                              .chunk = malloc(CHUNK),
                              .end = (uint64_t)status.st_size};
    if (search->chunk == NULL)
        fail("out of memory");
}

void end_search(struct search *search)
{
    free(search->chunk);
}

/* Sector by sector; those that cannot be read are as if there were nothing in them. */
static void read_around_what_cannot_be_read(struct search *search)
{
    for (uint64_t done = 0, now; done < search->bytes; done += now) {
        now = search->bytes - done < SECTOR ? search->bytes - done : SECTOR;
        if (read_at(search->file, search->chunk + done,
                    (struct piece){search->begin + done, now}))
            continue;
        memset(search->chunk + done, 0, now);
        search->unreadable += now;
    }
}

/* Space that was taken and never written to is most of a file. */
static void pass_hole(struct search *search)
{
    off_t data = lseek(search->file->descriptor, (off_t)search->next, SEEK_DATA);
    if (data > (off_t)search->next)
        search->next = (uint64_t)data < search->end ? (uint64_t)data : search->end;
    else if (data < 0 && errno == ENXIO)
        search->next = search->end;
}

static void read_chunk(struct search *search)
{
    pass_hole(search);
    search->begin = search->next;
    search->bytes = search->end - search->begin < CHUNK ? search->end - search->begin : CHUNK;
    if (!read_at(search->file, search->chunk, (struct piece){search->begin, search->bytes}))
        read_around_what_cannot_be_read(search);
}

bool find_next(struct search *search, uint64_t *offset)
{
    while (search->next < search->end && search->end - search->next >= search->size) {
        if (search->next < search->begin ||
            search->next + search->size > search->begin + search->bytes)
            read_chunk(search);
        uint64_t from = search->next - search->begin;
        const char *found = /* NULL, too, if less is left than the pattern */
            memmem(search->chunk + from, search->bytes - from, search->pattern, search->size);
        if (found != NULL) {
            *offset = search->begin + (uint64_t)(found - search->chunk);
            search->next = *offset + 1;
            return true;
        }
        if (search->bytes < search->size)
            return false;
        search->next = search->begin + search->bytes - search->size + 1;
    }
    return false;
}
