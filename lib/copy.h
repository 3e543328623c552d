/* SPDX-License-Identifier: Apache-2.0
 *
 * Copying what lines lead to from one memory into another, each block to its own place: so that
 * references mean the same in both.
 *
 * WHAT IS COPIED. All that is reachable in a snapshot, and nothing else, without a word about what
 * it is. That rests on two rules that hold for every blob which a line leads to, itself or by way
 * of other blobs:
 *   - a reference is the low or the high half of a word;
 *   - its head has the stamp of the world that it was made in, which is below the snapshot's.
 * So every half of a word of what is copied is taken for a reference if there is such a block: if
 * what is there looks like a head, in all of its bits that are not free to be anything. What was
 * meant by some of them is a number, a part of a key or of a hash. If what such a number happens to
 * name was a block once, that is copied as well: it does no harm but that its room is not free.
 * Each place is looked at once, whatever it is; that bounds the work.
 *
 * OTHERS WRITE MEANWHILE. What the snapshot sees is immutable while it is open, and was written
 * before the header that leads to it: whoever read that (sbl_snapshot_read) sees all of it. What
 * others write is in blocks that the snapshot does not see, and if such a one is copied, what it
 * holds does not matter: all is read word by word, atomically, and nothing is done with it but to
 * look whether it could be a reference. Where the two overlap, both copies have the words of the
 * original at the same places: so they cannot spoil one another.
 *
 * WHAT IS FREE. Below the last block that was copied all that belongs to none is free, in pieces as
 * large as the blocks that were there. A slab of which nothing was copied is not there at all: its
 * references are lost, its memory was never taken. So a copy never takes more slabs for blocks than
 * the original has.
 *
 * Callers guarantee: the snapshot is open until the end; nobody else uses the other memory yet. The
 * memory for all of this comes from there, and is given back. */
#ifndef SBL_COPY_H
#define SBL_COPY_H

#include "memory.h"

struct sbl_copy {
    const struct sbl_memory *from;
    struct sbl_memory *to;
    uint32_t snapshot;
    uint64_t end;           /* granules that were given when it began */
    uint64_t *tried, *used; /* a bit for each: it was looked at; it belongs to a block */
    struct sbl_buffer list; /* of references that were not looked at yet */
    uint32_t listed;
};

/* Begin, once the snapshot is open. false: no memory; to be ended all the same. */
bool sbl_copy_begin(struct sbl_copy *copy, struct sbl_memory *to, const struct sbl_memory *from,
                    uint32_t snapshot);

/* Copy all that a word leads to. false: no memory. */
bool sbl_copy_word(struct sbl_copy *copy, uint64_t word);

/* Nothing more is copied: what is free becomes a worker's. */
void sbl_copy_free(struct sbl_copy *copy, struct sbl_cache *cache);

void sbl_copy_end(struct sbl_copy *copy);

#endif
