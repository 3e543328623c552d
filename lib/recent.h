/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows have changed lately, so that who looks for changes need not look at every row.
 *
 * A *group* is 16 rows that stand side by side. Over the groups stands a tree of words, 64 below
 * one: the word of a group, and every word above it, is at least the stamp (commit.h) of each of
 * its rows that was ever changed. Beside it `all`: the same of settings that concern every row.
 *
 * INVARIANT. When a transaction is accepted, the words over each row that it changes are at least
 * its stamp. For whoever plans a change of a row whose own last stamp is older marks them first;
 * and if that stamp is the same, whoever set it did. A mark of a transaction that is not accepted
 * is one too many, and does no harm.
 *
 * TWO THREADS. A raises the world's stamp from g to g + 1 (an exclusive transaction), and looks at
 * the rows under words of g and less; B changes a row.
 *   - B is accepted before A: it carried g or less, and marked before it was accepted. A's raise
 *     swaps each descriptor's status, so it sees B's verdict, and B's marks (STATUS); or it sees
 *     them through whoever helped B (HEADER, STATUS).
 *   - B planned on g, and A comes first: B is sent back, and plans again, on g + 1.
 *   - B plans on g + 1: its mark is g + 1, for who looks next, even if A has seen its change.
 * So with a stamp s at which a reader stood, nothing that it did not see is under words below s: a
 * next time it looks under words of s and more. One that reads the words without raising the stamp
 * stands at g still, and loses nothing: it sees what happened before it, and the rest is marked g.
 *
 * Cost: of a change, nothing if the row has changed since the stamp was raised, for its line says
 * so; else 5 words read, and written by the first of each subtree. Of a walk: what it finds, and 64
 * words for each. Memory: half a byte a row. */
#ifndef SBL_RECENT_H
#define SBL_RECENT_H

#include "memory.h"

enum {
    SBL_RECENT_LEVELS = 5,
    SBL_RECENT_ROW_BITS = 4,  /* 16 rows are a group */
    SBL_RECENT_FAN_BITS = 6
};

struct sbl_recent {
    struct sbl_array level[SBL_RECENT_LEVELS]; /* words; of groups, of 64 groups ... */
    sbl_word all;
};

void sbl_recent_init(struct sbl_recent *recent, struct sbl_memory *memory);
void sbl_recent_fini(struct sbl_recent *recent);

/* Make room for a row; false: no memory. */
bool sbl_recent_grow(struct sbl_recent *recent, uint32_t item);

/* A change of this row, or of settings for all, is planned with this stamp. */
void sbl_recent_mark(struct sbl_recent *recent, uint32_t item, uint32_t stamp);
void sbl_recent_mark_all(struct sbl_recent *recent, uint32_t stamp);

/* Is there a mark of this stamp or later? */
bool sbl_recent_any(const struct sbl_recent *recent, uint32_t since);
static inline bool sbl_recent_all(const struct sbl_recent *recent, uint32_t since) {
    return sbl_load(&recent->all) >= since;
}

/* The first item of the next group with a mark of this stamp or later, from the group of *item on;
 * false: there is none up to item `last`. */
bool sbl_recent_next(const struct sbl_recent *recent, uint32_t since, uint64_t last,
                     uint64_t *item);

#endif
