/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch lies in one piece in the file (but for very large ones), and has a mark at its beginning
 * and a checksum at its end: so it is found wherever it is, though nothing that led to it can be
 * followed. What was written more than once, or given up, is found too. Each batch names the one
 * before it by its checksum; so from the last one back there is one way, as far as it goes, and
 * where it ends it goes on with the last batch before.
 *
 * This is the one place outside of the library that knows the form of its batches (lib/frame.h). */
#define _GNU_SOURCE /* memmem */
#include "scan.h"

#include "frame.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct batch {
    uint64_t position, last;
    uint64_t *frame;
    uint64_t bytes;
    struct sbl_chain before, own;
    bool chosen;
};

struct scan {
    struct batch *batches; /* by position, once all are found */
    size_t count, capacity;
};

/* ---- looking --------------------------------------------------------------------------------- */

/* The batch that lies there, copied to where words can be read; NULL: there is none. */
static uint64_t *batch_at(const char *bytes, size_t left)
{
    enum { LEAST = (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof(uint64_t) };
    uint64_t head[SBL_FRAME_HEAD];
    if (left < LEAST)
        return NULL;
    memcpy(head, bytes, sizeof head);
    uint64_t size = head[SBL_FRAME_BYTES];
    if (size < LEAST || size > left || size % sizeof(uint64_t) != 0)
        return NULL;
    uint64_t *frame = malloc(size);
    if (frame == NULL)
        fail("out of memory");
    memcpy(frame, bytes, size);
    uint32_t kind = sbl_high(frame[SBL_FRAME_FORM]);
    if ((kind == SBL_FRAME_FIRST || kind == SBL_FRAME_RECORDS) &&
        sbl_frame_fault(frame, size, kind, frame[SBL_FRAME_FROM]) == NULL)
        return frame;
    free(frame);
    return NULL;
}

static void add_batch(struct scan *scan, uint64_t *frame)
{
    bool is_first = sbl_high(frame[SBL_FRAME_FORM]) == SBL_FRAME_FIRST;
    scan->batches =
        grow(scan->batches, scan->count + 1, &scan->capacity, sizeof *scan->batches);
    scan->batches[scan->count++] = (struct batch){
        .position = frame[SBL_FRAME_FROM],
        .last = is_first ? 0 : frame[SBL_FRAME_TO],
        .frame = frame,
        .bytes = frame[SBL_FRAME_BYTES],
        .before = {{frame[SBL_FRAME_CHAIN], frame[SBL_FRAME_CHAIN + 1]}},
        .own = sbl_frame_chain(frame),
    };
}

static void look_for_batches(struct scan *scan, const char *bytes, size_t size)
{
    const uint64_t mark = SBL_FRAME_MAGIC;
    const char *at = bytes, *end = bytes + size;
    while ((at = memmem(at, (size_t)(end - at), &mark, sizeof mark)) != NULL) {
        uint64_t *frame = batch_at(at, (size_t)(end - at));
        if (frame != NULL)
            add_batch(scan, frame);
        at += frame != NULL ? frame[SBL_FRAME_BYTES] : 1;
    }
}

static void look_into_file(struct scan *scan, const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0)
        fail("%s: %s", path, strerror(errno));
    size_t size = (size_t)status.st_size;
    if (size > 0) {
        void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes == MAP_FAILED)
            fail("%s: %s", path, strerror(errno));
        look_for_batches(scan, bytes, size);
        munmap(bytes, size);
    }
    close(file);
}

/* ---- choosing -------------------------------------------------------------------------------- */

static int by_position(const void *left, const void *right)
{
    const struct batch *a = left, *b = right;
    return (a->position > b->position) - (a->position < b->position);
}

/* The one that a batch names, mostly right before it; else the last that ends before it; NULL:
 * there is none. */
static struct batch *choose_before(struct scan *scan, const struct batch *batch)
{
    struct batch *last = NULL;
    for (size_t i = (size_t)(batch - scan->batches); i-- > 0;) {
        struct batch *other = &scan->batches[i];
        if (other->last >= batch->position)
            continue;
        if (sbl_chain_equal(&other->own, &batch->before))
            return other;
        if (last == NULL || other->last > last->last)
            last = other;
    }
    return last;
}

static void choose(struct scan *scan)
{
    struct batch *batch = NULL;
    qsort(scan->batches, scan->count, sizeof *scan->batches, by_position);
    for (size_t i = 0; i < scan->count; i++)
        if (batch == NULL || scan->batches[i].last >= batch->last)
            batch = &scan->batches[i];
    for (; batch != NULL; batch = choose_before(scan, batch))
        batch->chosen = true;
    size_t kept = 0;
    for (size_t i = 0; i < scan->count; i++) {
        if (scan->batches[i].chosen)
            scan->batches[kept++] = scan->batches[i];
        else
            free(scan->batches[i].frame);
    }
    scan->count = kept;
}

/* ---- as a log -------------------------------------------------------------------------------- */

static enum sellable_status read_batch(void *context, uint64_t from, uint64_t *position,
                                       const void **bytes, uint64_t *size)
{
    const struct scan *scan = context;
    size_t low = 0, high = scan->count; /* how many are at `from` or before */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scan->batches[middle].position <= from)
            low = middle + 1;
        else
            high = middle;
    }
    *position = *size = 0;
    *bytes = NULL;
    if (scan->count > 0) {
        const struct batch *batch = &scan->batches[low > 0 ? low - 1 : 0];
        *position = batch->position;
        *bytes = batch->frame;
        *size = batch->bytes;
    }
    return SELLABLE_OK;
}

static enum sellable_status append_nothing(void *context, uint64_t position, const void *bytes,
                                           uint64_t size)
{
    (void)context, (void)position, (void)bytes, (void)size;
    return SELLABLE_NOT_DURABLE;
}

static enum sellable_status sync_nothing(void *context)
{
    (void)context;
    return SELLABLE_NOT_DURABLE;
}

static enum sellable_status drop_nothing(void *context, uint64_t position)
{
    (void)context, (void)position;
    return SELLABLE_NOT_DURABLE;
}

static uint64_t no_room(void *context)
{
    (void)context;
    return 0;
}

static void close_scan(void *context)
{
    struct scan *scan = context;
    for (size_t i = 0; i < scan->count; i++)
        free(scan->batches[i].frame);
    free(scan->batches);
    free(scan);
}

struct sellable_log scan_journal(const char *path, uint64_t *count)
{
    struct scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        fail("out of memory");
    if (path != NULL) {
        look_into_file(scan, path);
        choose(scan);
    }
    *count = scan->count;
    return (struct sellable_log){.context = scan,
                                 .append = append_nothing,
                                 .sync = sync_nothing,
                                 .read = read_batch,
                                 .drop = drop_nothing,
                                 .room = no_room,
                                 .close = close_scan};
}
