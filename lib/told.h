/* SPDX-License-Identifier: Apache-2.0
 *
 * What a channel was told: for each item the last figure, when, and the number of that telling; and
 * what it will have to be looked at for again. A tree of immutable blobs, behind one word of the
 * channel's line (feed.h): a new one shares what has not changed with the old.
 *
 *   page     32 items side by side
 *     word 0   bit i: item i has a record (low half); widths of published, number, at, wake in
 *              bits, 8 bits each (high half)
 *     word 1   bit i: item i has to be looked at again at a time, its wake
 *     words 2-5   the least published, number, at, wake of all
 *     then     the records' bits, one behind the other: 4 flags and the level (6 bits), published,
 *              number and at less the least; behind them all the wakes, of those that have one,
 *              less the least
 *   node     16 pages or nodes, 4 words each: the blob (low half) and what its records say together
 *            (high half: flags); the least wake; the highest number; the least at of those held
 *
 * So a record takes the bits that its page needs, all of a page as many: 10 bytes, more where
 * figures, times and numbers are far apart; and each can be read, and replaced by one that needs no
 * more, by itself. A page of 384 bytes holds 32 of them, and the wakes of some. The height of the
 * tree is how many levels of nodes there are.
 *
 * Callers guarantee: the tree that is read stays, or its line is looked at again. Cost: of reading,
 * a page and a node for each level; of n records put, the pages and nodes that lead to them. */
#ifndef SBL_TOLD_H
#define SBL_TOLD_H

#include "commit.h"

enum {
    SBL_TOLD_PAGE_BITS = 5,
    SBL_TOLD_NODE_BITS = 4,
    SBL_TOLD_HEAD = 6, /* words of a page before its records */
    SBL_TOLD_PAGE = 1 << SBL_TOLD_PAGE_BITS,
    SBL_TOLD_NODE = 1 << SBL_TOLD_NODE_BITS
};

/* Flags of a record. */
enum {
    SBL_TOLD_EVER = 1,    /* it was told: published, level, number, at */
    SBL_TOLD_PENDING = 2, /* it has to be looked at by the next question */
    SBL_TOLD_OWED = 4,    /* it has to be told again, whatever it is */
    SBL_TOLD_HELD = 8     /* it differs, and its interval is not over */
};
#define SBL_TOLD_NO_WAKE INT64_MAX

struct sbl_told {
    int64_t published;
    int64_t at;
    int64_t wake; /* when it has to be looked at again; SBL_TOLD_NO_WAKE: never */
    uint64_t number;
    uint32_t level;
    uint32_t flags;
};
static inline struct sbl_told sbl_told_nothing(void) {
    return (struct sbl_told){.wake = SBL_TOLD_NO_WAKE};
}
/* Is there anything to keep? */
static inline bool sbl_told_is(const struct sbl_told *told) {
    return told->flags != 0 || told->wake != SBL_TOLD_NO_WAKE;
}

struct sbl_told_tree {
    uint32_t root; /* 0: empty */
    uint32_t height;
};

/* What all records below say together. */
struct sbl_told_sum {
    uint32_t flags;
    int64_t wake;
    uint64_t number;
    int64_t held; /* the least `at` of those that are held back; INT64_MAX: none is */
};
struct sbl_told_sum sbl_told_sum(const struct sbl_memory *memory, struct sbl_told_tree tree);

/* A walk over records, by item, that are there in any of these ways: one of these flags; to be
 * looked at at this time or before; told later than that number. */
struct sbl_told_walk {
    const struct sbl_memory *memory;
    struct sbl_told_tree tree;
    uint32_t flags;
    int64_t wake;
    uint64_t number;
    uint64_t next;  /* item less 1 */
    uint64_t page;  /* of what is read; UINT64_MAX: none is */
    struct sbl_told record[SBL_TOLD_PAGE];
};
void sbl_told_walk_begin(struct sbl_told_walk *walk, const struct sbl_memory *memory,
                         struct sbl_told_tree tree, uint32_t flags, int64_t wake, uint64_t number);
bool sbl_told_walk_next(struct sbl_told_walk *walk, uint32_t *item, struct sbl_told *told);

/* Reading single records; of items that ascend a page is looked for once. */
struct sbl_told_reader {
    const struct sbl_memory *memory;
    struct sbl_told_tree tree;
    uint64_t page; /* the last; UINT64_MAX: none yet */
    uint32_t blob; /* of it; 0: it has none */
    uint64_t head[SBL_TOLD_HEAD];
};
static inline void sbl_told_reader_begin(struct sbl_told_reader *reader,
                                         const struct sbl_memory *memory,
                                         struct sbl_told_tree tree) {
    *reader = (struct sbl_told_reader){.memory = memory, .tree = tree, .page = UINT64_MAX};
}

/* The record of an item, or sbl_told_nothing. */
struct sbl_told sbl_told_of(struct sbl_told_reader *reader, uint32_t item);

/* What becomes of an item's record. */
struct sbl_told_put {
    uint32_t item;
    struct sbl_told told;
};

/* A tree with these records, ascending by item, each once; *tree becomes it. The blobs that were
 * made for it, and those that the old one alone leads to, are listed in the worker's scratch
 * (SBL_SCRATCH_MADE, SBL_SCRATCH_LEFT: references). false: no memory; those made are given back. */
struct sbl_told_blobs {
    size_t made, left;
};
bool sbl_told_put(struct sbl_worker *worker, uint32_t stamp, struct sbl_told_tree *tree,
                  const struct sbl_told_put *put, size_t count, struct sbl_told_blobs *blobs);
void sbl_told_give_back(struct sbl_worker *worker, const struct sbl_told_blobs *blobs);

#endif
