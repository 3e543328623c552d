/* SPDX-License-Identifier: Apache-2.0
 *
 * What lines lead to: every block that is reachable from their words, each met once; and what is
 * free between those. For whoever copies all of it to the same places of another memory, so that
 * references mean the same there, or writes it out; and for a memory that was filled by others.
 *
 * WHAT IS MET. All that is reachable, and nothing else, without a word about what it is. That rests
 * on two rules that hold for every blob which a line leads to, itself or by way of other blobs:
 *   - a reference is the low or the high half of a word;
 *   - its head has the stamp of the world that it was made in, which is below `below`.
 * So every half of a word of what is met is taken for a reference if there is such a block: if what
 * is there looks like a head, in all of its bits that are not free to be anything. What was meant
 * by some of them is a number, a part of a key or of a hash. If what such a number happens to name
 * was a block once, that is met as well: it does no harm but that its room is not free. Each place
 * is looked at once, whatever it is; that bounds the work, whatever bytes there are.
 *
 * OTHERS WRITE MEANWHILE, where `below` is the stamp of an open snapshot. What that sees is
 * immutable while it is open, and was written before the header that leads to it: whoever read that
 * (sbl_snapshot_read) sees all of it. What others write is in blocks that the snapshot does not
 * see, and if such a one is met, what it holds does not matter: all is read word by word,
 * atomically, and nothing is done with it but to look whether it could be a reference. Where the
 * two overlap, both have the same words at the same places: so copies of them cannot spoil one
 * another.
 *
 * WHAT IS FREE. Below the last block that was met all that belongs to none is free, in pieces as
 * large as the blocks that were there; where none was, as large as most blocks are that were met. A
 * slab of which the memory has nothing stays so: its references are lost, its memory was never
 * taken.
 *
 * Callers guarantee: a snapshot is open until the end, or nobody else uses the memory. */
#ifndef SBL_REACH_H
#define SBL_REACH_H

#include "memory.h"

struct sbl_reach {
    const struct sbl_memory *memory; /* where the blocks are */
    struct sbl_memory *lender;       /* what is needed here comes from there, and goes back */
    uint64_t below;                  /* what has this stamp, or none, is not met */
    uint64_t end;                    /* granules that may be in use */
    uint64_t *tried, *used;          /* a bit for each: it was looked at; it belongs to a block */
    struct sbl_buffer list;          /* of references that were not looked at yet */
    uint32_t listed;
    uint32_t blocks[SBL_CLASSES], granules[SBL_CLASSES]; /* that were met of a class; their size */
    /* What is done with each block; NULL: nothing. false: it ends here. */
    bool (*met)(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                uint32_t count);
    void *context;
};

/* Begin, with the fields above `tried`, and those below `granules`, filled in, the others 0. false:
 * no memory; to be ended all the same. */
bool sbl_reach_begin(struct sbl_reach *reach);

/* Meet all that a word leads to. false: no memory, or `met` said so. */
bool sbl_reach_word(struct sbl_reach *reach, uint64_t word);

/* Nothing more is met: each piece that is free, where `to` has memory for it. false: `gap` said
 * so. */
bool sbl_reach_gaps(const struct sbl_reach *reach, const struct sbl_memory *to, void *context,
                    bool (*gap)(void *context, uint32_t reference, uint32_t granules));

/* The same: in `to`, which has a block at the place of each that was met, they become a
 * worker's. */
void sbl_reach_free(const struct sbl_reach *reach, struct sbl_memory *to, struct sbl_cache *cache);

void sbl_reach_end(struct sbl_reach *reach);

/* A block with this head can stand there: its granules. 0: no. Pure. */
uint32_t sbl_reach_fits(uint32_t reference, uint64_t head);

/* The words of a block behind its head, with its link. Pure. */
static inline uint32_t sbl_head_extent(uint64_t head) {
    uint32_t words = sbl_head_words(head);
    return words + (words == SBL_BLOCK_WORDS_MAX ? 1 : 0);
}

#endif
