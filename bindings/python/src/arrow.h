/* SPDX-License-Identifier: Apache-2.0
 *
 * The Arrow C data interface: the records by which libraries hand each other columns without
 * copying them, as its specification lays them out, and what this package does with them.
 *
 * Out (arrow.c): a column's memory is a block that is counted. A batch refers to blocks, one for
 * each of its columns; so a block may stand in several batches, and lives until the last of them is
 * released, by whomever, on whatever thread, in whatever order: nothing here needs Python, its
 * lock, or an engine. In (read_arrow.c): a stream is drawn to its end, and its batches are kept.
 *
 * Errors of these functions are numbers of errno.h, as the interface has them. */
#ifndef SELLABLE_PYTHON_ARROW_H
#define SELLABLE_PYTHON_ARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/* Memory that columns refer to. It begins with one reference; NULL: there is no memory. */
struct arrow_block;
struct arrow_block *arrow_block_new(size_t bytes);
void *arrow_block_bytes(struct arrow_block *block); /* aligned to 64 */
struct arrow_block *arrow_block_ref(struct arrow_block *block);
void arrow_block_unref(struct arrow_block *block); /* NULL is accepted */

/* A column of text: rows of it one behind another, with where each begins. */
struct arrow_text {
    struct arrow_block *block; /* whose both are */
    const int32_t *offsets;    /* rows + 1 */
    const char *bytes;
    int64_t rows;
};

/* What a column is, in each batch: its name, its format as the interface writes them ("l": 64-bit
 * numbers, "u": text, "c": numbers of 8 bits, "tsm:UTC": ms since the epoch), and if the numbers
 * stand for words, the words. The name and the words are the table's. */
struct arrow_field {
    const char *name;
    const char *format;
    const struct arrow_text *words; /* NULL: the column is what it says */
    bool nullable;
};

/* What a column holds in one batch: rows of numbers, or of text. `valid` is a bit for each row, 0
 * where there is nothing; NULL: there is something everywhere. */
struct arrow_column {
    struct arrow_block *block; /* whose all of it is; a batch takes a reference of its own */
    const uint8_t *valid;
    int64_t nothing; /* rows without */
    const void *values;  /* of numbers */
    const struct arrow_text *text; /* else */
};

/* A table's columns, and a batch of `rows` rows of them. 0 or ENOMEM; then nothing is left behind.
 * What they need of `fields` and `columns` is taken in: those are the caller's again. */
int arrow_schema_make(struct ArrowSchema *schema, const struct arrow_field *fields, size_t count);
int arrow_batch_make(struct ArrowArray *batch, const struct arrow_field *fields,
                     const struct arrow_column *columns, size_t count, int64_t rows);

#endif
