/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: struct sellable_log, which is filled in here; and from its inside, how batches
 * lie in a file of LMDB's (lib/lmdb_check.h). */
#include "file.h"

#include "lmdb_check.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening --------------------------------------------------------------------------------- */

/* The process that has a store open holds a lock on each of its files; and so does this one, which
 * others that read may share. */
void open_file(struct file *file, const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    struct stat status;
    *file = (struct file){.path = malloc(size)};
    if (file->path == NULL)
        fail("out of memory");
    snprintf(file->path, size, "%s/%s", directory, name);
    file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0)
        fail("%s: %s", file->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        fail("%s: it is no file", file->path);
    if (flock(file->descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        fail("%s: it is in use by another process", file->path);
}

void close_file(struct file *file)
{
    close(file->descriptor);
    free(file->path);
    free(file->batches);
    free(file->pieces);
    free(file->bytes);
}

/* ---- what is in it --------------------------------------------------------------------------- */

void add_piece(struct file *file, struct piece piece)
{
    file->pieces =
        grow(file->pieces, file->piece_count + 1, &file->piece_capacity, sizeof *file->pieces);
    file->pieces[file->piece_count++] = piece;
    file->batches[file->count - 1].pieces++;
}

size_t add_batch(struct file *file, uint64_t position, struct piece piece)
{
    file->batches = grow(file->batches, file->count + 1, &file->capacity, sizeof *file->batches);
    file->batches[file->count++] =
        (struct batch){.position = position, .piece = file->piece_count};
    add_piece(file, piece);
    return file->count - 1;
}

/* A record is a batch, or the next part of a large one. */
static void note_record(void *context, uint64_t key, uint64_t offset, uint64_t size)
{
    struct file *file = context;
    uint64_t position = sbl_lmdb_position(key), part = sbl_lmdb_part(key);
    struct piece piece = {offset + SBL_LMDB_HEAD, size - SBL_LMDB_HEAD};
    const struct batch *last = file->count == 0 ? NULL : &file->batches[file->count - 1];
    if (part > 0 && last != NULL && last->position == position && last->pieces == part)
        add_piece(file, piece);
    else /* if its beginning is missing, its checksum shows that it is none */
        add_batch(file, position, piece);
}

enum sellable_status list_batches(struct file *file, const char **reason)
{
    const struct sbl_lmdb_listener listener = {file, note_record};
    return sbl_lmdb_look(file->descriptor, &listener, reason);
}

void list_what_is_led_to(struct file *file)
{
    const struct sbl_lmdb_listener listener = {file, note_record};
    if (sbl_lmdb_salvage(file->descriptor, &listener) != SELLABLE_OK)
        fail("out of memory");
}

/* ---- bytes ----------------------------------------------------------------------------------- */

bool read_at(const struct file *file, void *bytes, struct piece piece)
{
    char *into = bytes;
    while (piece.bytes > 0) {
        ssize_t got = pread(file->descriptor, into, piece.bytes, (off_t)piece.offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        into += got;
        piece.offset += (uint64_t)got;
        piece.bytes -= (uint64_t)got;
    }
    return true;
}

uint64_t bytes_of(const struct file *file, const struct batch *batch)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < batch->pieces; i++)
        bytes += file->pieces[batch->piece + i].bytes;
    return bytes;
}

const uint64_t *read_bytes_of(struct file *file, const struct batch *batch)
{
    uint64_t done = 0;
    file->bytes = grow(file->bytes, bytes_of(file, batch), &file->byte_capacity, 1);
    for (size_t i = 0; i < batch->pieces; i++) {
        struct piece piece = file->pieces[batch->piece + i];
        if (!read_at(file, file->bytes + done, piece))
            return NULL;
        done += piece.bytes;
    }
    return (const uint64_t *)(const void *)file->bytes;
}

/* ---- as a log -------------------------------------------------------------------------------- */

static enum sellable_status log_read(void *context, uint64_t from, uint64_t *position,
                                     const void **bytes, uint64_t *size)
{
    const struct file_log *log = context;
    struct file *file = log->file;
    size_t low = log->first, high = file->count; /* up to `low` they are at `from` or before */
    *position = *size = 0;
    *bytes = NULL;
    if (low >= high)
        return SELLABLE_OK;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->batches[middle].position <= from)
            low = middle + 1;
        else
            high = middle;
    }
    const struct batch *batch = &file->batches[low > log->first ? low - 1 : low];
    *position = batch->position;
    *bytes = read_bytes_of(file, batch);
    *size = bytes_of(file, batch);
    return *bytes == NULL ? SELLABLE_NOT_DURABLE : SELLABLE_OK;
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

static void keep_file(void *context)
{
    (void)context;
}

struct sellable_log log_of(struct file_log *log)
{
    return (struct sellable_log){.context = log,
                                 .append = append_nothing,
                                 .sync = sync_nothing,
                                 .read = log_read,
                                 .drop = drop_nothing,
                                 .room = no_room,
                                 .close = keep_file};
}
