/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables: what a view shows, as columns that are drawn batch by batch.
 *
 * A table says which columns there are, and of which view; it never changes. A stream is one walk
 * through it. Each kind of table has a file of its own (table_availability.c, table_cells.c,
 * table_orders.c) that fills its batches; table.c has what they share, and speaks the Arrow C
 * stream interface. The engine writes its figures into the memory that a batch then hands on: no
 * figure is copied.
 *
 * Tables and streams are counted, and need neither Python nor its lock: a consumer may draw from
 * any thread. Two streams of one table do not know of each other; one stream is drawn by one call
 * at a time, as the interface has it. */
#ifndef SELLABLE_PYTHON_TABLE_H
#define SELLABLE_PYTHON_TABLE_H

#include <sellable.h>
#include <stdatomic.h>

#include "arrow.h"
#include "view.h"

#define TABLE_BATCH 65536 /* rows of a batch, at most */
#define TABLE_FIELDS_MAX (16 + SELLABLE_HOLD_REASONS_MAX)
#define TABLE_NAME_MAX (SELLABLE_KEY_MAX + sizeof "held_")

struct table;
struct stream;

/* A kind of table. The functions answer 0 or a number of errno.h. */
struct table_kind {
    const char *name;
    size_t walk; /* bytes that a stream of it keeps, all 0 at first */
    bool alone;  /* a stream of it has the view for itself while it fills */
    /* Say which columns there are, with their words. */
    int (*describe)(struct table *table, const struct sellable_view *view);
    /* The next batch; behind the last one that is all 0. */
    int (*next)(struct stream *stream, struct sellable_view *view, struct ArrowArray *batch);
    /* Give back what the walk holds. */
    void (*fini)(void *walk);
};
extern const struct table_kind table_availability, table_cells, table_order_lines;

/* What is asked for; what does not concern a kind is not looked at. */
struct table_wish {
    const struct sellable_channel *channels; /* availability: of these, in their order */
    uint32_t channel_count;
    uint32_t closed; /* order lines: 1: of closed orders that are remembered, too */
};

struct table {
    atomic_size_t references;
    const struct table_kind *kind;
    struct view *view; /* a reference */
    struct table_wish wish;
    size_t field_count;
    struct arrow_field fields[TABLE_FIELDS_MAX];
    char names[SELLABLE_HOLD_REASONS_MAX][TABLE_NAME_MAX]; /* of the fields that are not constant */
    struct arrow_text channels, locations, words;          /* dictionaries, those that are needed */
    struct sellable_channel asked[];                       /* wish.channels */
};

/* NULL: *error says why, of errno.h (EBADF: the view is closed). One reference is the caller's. */
struct table *table_open(const struct table_kind *kind, struct view *view,
                         const struct table_wish *wish, int *error);
struct table *table_ref(struct table *table);
void table_unref(struct table *table); /* NULL is accepted */

struct stream {
    struct table *table; /* a reference */
    struct sellable_cursor cursor;
    int error; /* of errno.h; not 0: it has failed, and so does every further call */
    const char *why;
    void *walk; /* the kind's */
};

/* A stream of the table, by the interface; 0 or ENOMEM. */
int stream_open(struct table *table, struct ArrowArrayStream *stream);

/* ---- for the kinds ---- */

/* One more column (struct arrow_field). */
void table_add(struct table *table, const char *name, const char *format,
               const struct arrow_text *words, bool nullable);
#define NUMBER "l"       /* 64 bits */
#define INDEX "i"        /* 32 bits: the place of a word */
#define SMALL_INDEX "c"  /* 8 bits */
#define TEXT "u"
#define TIME "tsm:UTC"   /* ms since the Unix epoch */

/* Text out of keys, or of names that the library has for the numbers from `first` on. 0 or
 * ENOMEM. */
int text_of_keys(struct arrow_text *text, const struct sellable_key *keys, size_t count);
int text_of_names(struct arrow_text *text, const char *(*name)(int), int first, int count);
/* A word for each location, or channel, there was: the word of number n is at place n - 1. */
int text_of_locations(struct arrow_text *text, const struct sellable_view *view);
int text_of_channels(struct arrow_text *text, const struct sellable_view *view);
/* The keys of items, a row each; `keys` is room for them. */
int text_of_items(struct arrow_text *text, const struct sellable *engine, const uint32_t *items,
                  struct sellable_key *keys, size_t count);

/* What a status of the library is for a stream: 0, or how it has failed. */
int stream_answer(struct stream *stream, enum sellable_status status);

/* Columns cut out of one block, one behind another. */
struct cutter {
    struct arrow_block *block;
    size_t used;
};
size_t cut_size(size_t bytes); /* what a column of so many bytes takes */
void *cut(struct cutter *cutter, size_t bytes);

#endif
