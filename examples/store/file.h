/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of a store, read as it is: nothing in it changes, and neither LMDB nor an engine has it.
 * What is known of a batch is where its bytes lie, and they are read when they are asked for. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "frame.h"

#include <sellable.h>

#include <stdbool.h>
#include <stddef.h>

/* Some of the bytes of a batch, side by side. */
struct piece {
    uint64_t offset, bytes;
};

struct batch {
    uint64_t position;
    size_t piece, pieces; /* the first, and how many */

    /* scan.c: of what was looked through */
    bool whole;    /* its checksum is right, and the rest is known */
    bool led_to;   /* the file still leads to it */
    bool certain;  /* it was, and all before it */
    bool chosen;
    uint32_t kind;
    uint64_t last; /* the position of its last change; of a checkpoint's, its own */
    uint64_t begin; /* of a checkpoint's: the position of the head */
    struct sbl_chain before, own;
};

struct file {
    char *path;
    int descriptor;
    struct batch *batches; /* by position */
    size_t count, capacity;
    struct piece *pieces;
    size_t piece_count, piece_capacity;
    char *bytes; /* of the batch that was read last */
    size_t byte_capacity;
};

/* Open it, and keep whoever would change it from it; or the end of the program. */
void open_file(struct file *file, const char *directory, const char *name);
void close_file(struct file *file);

/* All batches that are in it. ok; invalid: it is damaged, and *reason says how; not_durable. */
enum sellable_status list_batches(struct file *file, const char **reason);

/* Those that either state of a damaged file leads to, some of them twice. */
void list_what_is_led_to(struct file *file);

/* Of a batch that lies in one piece, or its first; returns its number. */
size_t add_batch(struct file *file, uint64_t position, struct piece piece);
void add_piece(struct file *file, struct piece piece); /* of the batch that was added last */

uint64_t bytes_of(const struct file *file, const struct batch *batch);

/* Some bytes of it. false: they could not be read, or the file ends before. */
bool read_at(const struct file *file, void *bytes, struct piece piece);

/* The bytes of a batch, good until the next call; NULL: they could not be read. */
const uint64_t *read_bytes_of(struct file *file, const struct batch *batch);

/* The batches as a log, to be read only: from number `first` on. The file stays the caller's. */
struct file_log {
    struct file *file;
    size_t first;
};
struct sellable_log log_of(struct file_log *log);

#endif
