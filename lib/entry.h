/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of the log, and the queue that gives them their one order.
 *
 * WORDS. An *entry* is 64 bytes: what is written into the log for one transaction, before it is
 * there. It has a number, and belongs to one owner, who uses it for one transaction after another.
 * Taken for a transaction, an entry is *unborn*; once it is put into the queue it has a *position*.
 * The queue is a list, from one entry to the next; the *tail* is the last of it that is known, by
 * its number and position in one word. The *committer*, one at a time, reads the queue. What it has
 * read it *lets go*, and the owner can use it again.
 *
 * INVARIANT. Each entry of the queue has the position of the one before it and 1. All up to the
 * tail are linked and have their positions. Behind the tail at most one is linked, with its
 * position or without. The tail never goes back. An unborn position says for which transaction, a
 * null link says how often its entry was used: once changed, neither ever returns; nor does a tail.
 *
 * TO PUT an entry N, taken for transaction X, anybody may, and any number at the same time, do
 * this:
 *     read the tail, which names L                                              (TAIL)
 *     N is not unborn for X: done                                               (ENTRY)
 *     read L's link; the tail has moved: again                                  (ENTRY)
 *     it is null: swap exactly that null to N; that fails: again                (ENTRY)
 *     it names M: read L's position and M's; the tail has moved: again          (ENTRY)
 *     M is unborn: swap exactly what was read to L's position and 1             (ENTRY)
 *     swap the tail, from exactly what was read, to M and that position         (TAIL)
 *     M is not N: again
 *
 * WHY IT STANDS THERE ONCE. An entry has its position before the tail is moved to it; so who reads
 * a tail at N or behind it sees N's position, and is done. Who links N has read an earlier tail L,
 * then N unborn, then a null, then the tail, still L: the null is L's, as it is used now. If the
 * swap succeeds, nothing was ever linked behind L, so N neither: and it does not stand at L or
 * before. Once N is linked, nothing else is at L, and the tail passes L only by moving to N.
 *
 * WHY EACH POSITION IS GIVEN ONCE. M gets its position from L's, both read before the tail was
 * still L: so M is the one behind L, as both are used now. A swap that comes late fails: that
 * unborn value is gone, and so is that tail.
 *
 * TWO THREADS.
 *   - A links N, and stops for ever. B comes with P, finds N behind the tail, gives it its
 *     position, moves the tail, and puts P behind it.
 *   - A reads the tail, L, and sleeps. L is passed, read, let go, and used again. If A then reads
 *     a word of L's new use, it finds the tail changed: who stored that word had seen the tail past
 *     L (CONSUMED, ENTRY). If it had read the old one, its swap fails.
 *   - A wants to put N for X, and sleeps; others put it, it is read, let go, and taken for Y: N
 *     is not unborn for X. If A had read before that N was unborn, its tail is from before N, and
 *     all that it may swap has changed. So a put may come late, and may even be of an entry that
 *     turns out to be another transaction's; of X it has to be known that it is accepted.
 *
 * THE ORDER. Who has put N, or has seen its position, has seen it linked; what is put by anybody
 * who knows of that is linked behind it. A transaction's entry is put before the first of its marks
 * goes or is laid over (commit.h): so whatever builds on it has a higher position.
 *
 * READING. The committer goes along the links as far as the tail has come; before it finds nothing,
 * it helps what is linked behind the tail. So it finds all that was put before it looked. It keeps
 * the last that it has read, for its link. Those before that are the owners' again: neither the
 * committer nor the tail comes back to them (CONSUMED).
 *
 * WHY IT IS LOCK-FREE. Who begins again has found the tail moved, or L's null gone: an entry came
 * to stand in the queue. Each entry sends anybody back at most three times. Reading is bounded.
 *
 * Callers guarantee: an entry is put only for a transaction that was seen accepted, and its payload
 * was written before that; its number was read after the entry was taken (an edge of the caller's);
 * the owner puts it, too, or drops it, before it takes another; an owner is used by one call at a
 * time, and committers come one after the other (by edges of their own). This file guarantees:
 * every entry that is put is read, once, in the order of positions; a failed call has changed
 * nothing. Limits: 4 million entries; while one thread sleeps between two steps, 2^42 uses of an
 * entry, 2^42 positions, 2^47 transactions of one descriptor.
 *
 * Cost of a put that meets nobody: three swaps, on three lines: the last entry's, which whoever put
 * that had, one's own, and the tail's. */
#ifndef SBL_ENTRY_H
#define SBL_ENTRY_H

#include "memory.h"

enum {
    SBL_QUEUE_NUMBER_BITS = 22,
    SBL_QUEUE_ENTRIES_MAX = 1 << SBL_QUEUE_NUMBER_BITS,
    SBL_QUEUE_PAYLOAD = 5,   /* words */
    SBL_QUEUE_ENTRY_BITS = 6 /* of an entry's bytes, as an element of an array */
};

struct sbl_entry {
    sbl_word link;     /* how often used << 22 | the number of the one behind it; 0: null */
    sbl_word position; /* or SBL_UNBORN | the transaction */
    sbl_word payload[SBL_QUEUE_PAYLOAD]; /* the owner's until it is put, then the committer's */
    uint32_t after;    /* the owner's: the next in one of its lists */
} SBL_ALIGNED(64);

static_assert(sizeof(struct sbl_entry) == 1 << SBL_QUEUE_ENTRY_BITS, "an element of an array");

struct sbl_queue {
    struct sbl_array entry; /* number 0: where the queue begins; it comes behind nothing */
    sbl_word entries;       /* numbers given */
    sbl_word tail SBL_ALIGNED(64);     /* position << 22 | number */
    sbl_word consumed SBL_ALIGNED(64); /* entries at positions below it are let go */
    sbl_word head SBL_ALIGNED(64);     /* the committer's: the number of the last that it read, */
    sbl_word known;                    /* and a position that the tail has come to */
} SBL_ALIGNED(64);

/* Whose entries: a worker's. Zeroes: it has none. */
struct sbl_entry_owner {
    uint32_t oldest, newest; /* of those that were put; 0: none */
    uint32_t dropped;        /* the last of those that were not */
    uint64_t consumed;       /* the queue's, as last read */
};

/* An empty queue: the first position that it gives is the one after `last`. false: no memory. */
bool sbl_queue_init(struct sbl_queue *queue, struct sbl_memory *memory, uint64_t last);
/* A queue of zeroes is accepted. */
void sbl_queue_fini(struct sbl_queue *queue);

static inline struct sbl_entry *sbl_queue_entry(const struct sbl_queue *queue, uint32_t number) {
    return sbl_array_at_bits(&queue->entry, number, SBL_QUEUE_ENTRY_BITS);
}

/* ---- the owner's ---- */

/* The number of an entry for this transaction (commit.h: descriptor << 48 | sequence number). 0:
 * there is no memory, or no number left. */
uint32_t sbl_queue_take(struct sbl_queue *queue, struct sbl_entry_owner *owner,
                        uint64_t transaction);

/* It is not put: the transaction was not accepted. */
void sbl_queue_drop(struct sbl_queue *queue, struct sbl_entry_owner *owner, uint32_t number);

/* Put one's own, whoever else has put it. Its position. */
uint64_t sbl_queue_put_own(struct sbl_queue *queue, struct sbl_entry_owner *owner, uint32_t number,
                           uint64_t transaction);

/* ---- everybody's ---- */

/* Put an entry of somebody, if nobody has. Its position; or a later one, if it was let go since. */
uint64_t sbl_queue_put(struct sbl_queue *queue, uint32_t number, uint64_t transaction);

/* A position that was given, not before that of anything that was put before this call. */
uint64_t sbl_queue_last(struct sbl_queue *queue);

/* ---- the committer's ---- */

/* The next entry, in the order of positions, good until it is let go; NULL: there is none. */
const struct sbl_entry *sbl_queue_next(struct sbl_queue *queue);

/* The position of the one read last. */
uint64_t sbl_queue_read(const struct sbl_queue *queue);

/* What was read is not looked at any more. */
void sbl_queue_let_go(struct sbl_queue *queue);

#endif
