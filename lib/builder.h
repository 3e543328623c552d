/* SPDX-License-Identifier: Apache-2.0
 *
 * The builder: an engine that was just opened becomes what lines and blocks say that are put into
 * it. They come from another engine (fork.c), from a checkpoint (checkpoint.h), or from records of
 * a log; in any order as far as lines and blocks go, and of one line or one place of a block the
 * later replaces the earlier. So blocks may be put that nothing leads to any more at the end.
 *
 * WHAT IS NOT IN LINES follows from them, and is made anew at the end:
 *   - counts (entries of the indexes, numbers of items) are counted. A number that was given to an
 *     item that is not there is not known to the engine.
 *   - where the keys of items are (item_entry): the index of items leads there.
 *   - which blocks are free: those that no line leads to (reach.h).
 *   - which rows have changed lately (recent.h): each is marked with the stamp of its last change.
 *     Changes that concern all rows change a location's or a channel's line: the latest stamp of
 *     these is at least that of the last such change. A mark too many costs a look, no more.
 *   - the wheel, and how many orders are open (rehint.h).
 * Nothing of a line's past is kept: no mark, no older values, and no snapshot is open.
 *
 * WHAT IS PUT IS NOT TRUSTED. A line that there cannot be, a block that cannot stand where it is
 * said to, tables that could not be walked are refused, with a reason; and whatever words there
 * are, nothing here reads out of bounds or without end. That what they say makes sense is another
 * matter: checksums see to it that they say what an engine once said (checkpoint.h, log_record.h),
 * and an audit looks at the rest.
 *
 * Callers guarantee: the engine is nobody else's meanwhile, and was not used yet. If anything here
 * answers false, it is to be closed. */
#ifndef SBL_BUILDER_H
#define SBL_BUILDER_H

#include "engine.h"
#include "reach.h"

enum { SBL_KINDS = SBL_TOLD + 1 };

/* The lines of a kind. */
struct sbl_lines {
    struct sbl_array *array; /* NULL: there are none, or just one */
    uint32_t first;          /* the number of that in place 0 */
    uint64_t most;           /* places that there can be */
    uint64_t count;          /* the highest place that was put, plus 1 */
};

struct sbl_builder {
    struct sellable *engine;
    struct sbl_worker *worker;
    struct sbl_lines lines[SBL_KINDS];
    uint64_t end;              /* granules up to the last block that was put */
    const char *reason;        /* why something was refused; NULL: nothing was, but memory */
};

/* Begin with an engine that was just opened. false: no memory. Whatever comes of it,
 * sbl_builder_fini. */
bool sbl_builder_begin(struct sbl_builder *builder, struct sellable *engine);
void sbl_builder_fini(struct sbl_builder *builder);

/* All lines that there are will be put whole: those that an engine begins with are gone. */
void sbl_builder_clear(struct sbl_builder *builder);

/* Tables begin as those of an engine that nobody told how many to expect: what records of a log say
 * of tables rests on how they began, and that must not hang on options. For an engine that a log
 * begins with, too. */
void sbl_builder_anew(struct sbl_builder *builder);

/* A line becomes this, and its header, without a mark. false: refused, or no memory. */
bool sbl_builder_line(struct sbl_builder *builder, struct sbl_name name, uint64_t header,
                      const struct sbl_image *image);
/* The same of some words (bit i of `changed`: word i), which stand one after another; the header
 * rises to that. */
bool sbl_builder_words(struct sbl_builder *builder, struct sbl_name name, uint64_t header,
                       uint32_t changed, const uint64_t *word);

/* A block: its head, and the words behind it, of the largest with its link. The same. */
bool sbl_builder_block(struct sbl_builder *builder, uint32_t reference, uint64_t head,
                       const uint64_t *word, uint32_t words);
/* The same in two steps: where the words belong, the head being there. NULL: refused, no memory. */
sbl_word *sbl_builder_place(struct sbl_builder *builder, uint32_t reference, uint64_t head,
                            uint32_t words);

/* So many places from one on, one after another, of so many granules each, are free, unless a block
 * is put there; so that they are given out in the sizes that they had. After the blocks around
 * them. false: refused. */
bool sbl_builder_gaps(struct sbl_builder *builder, uint32_t reference, uint32_t granules,
                      uint32_t count);

/* What a copy, which puts each line once, knows already, and need not look for. */
struct sbl_known {
    const struct sbl_reach *reach;                    /* which blocks there are */
    uint64_t buckets[SBL_KINDS], entries[SBL_KINDS];  /* of the indexes, by the kinds of lines */
    uint64_t items;                                   /* the last that there is; */
    uint32_t settings; /* and the stamp of the last change that concerns all rows */
};

static inline bool sbl_is_bucket(struct sbl_name name) {
    return name.kind == SBL_EVENT || (name.kind >= SBL_BUCKET && name.kind < SBL_NAME);
}

/* There is an item, whose key is in that blob: for who knows it already. false: no memory. */
bool sbl_builder_item(struct sbl_builder *builder, uint32_t item, uint32_t stamp,
                      uint32_t reference);

/* All that there is was put: the rest is made. `known` may be NULL. false: refused, or no memory.
 * Cost: every line, and every block that one leads to, is looked at. */
bool sbl_builder_end(struct sbl_builder *builder, const struct sbl_known *known);

/* The line of that name, made room for. NULL: refused, or no memory. */
struct sbl_line *sbl_line_of(struct sbl_builder *builder, struct sbl_name name);

#endif
