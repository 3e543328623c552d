/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks an LMDB file through before LMDB maps it.
 *
 * LMDB follows what it finds in the file: page numbers, offsets, sizes, lists of free pages. A bit
 * that flipped may lead it anywhere, and a file that was cut off ends the process with a signal. So
 * all that it would follow is read here first, with pread, and must be exactly what LMDB would have
 * written. What holds after that:
 *
 *   - both meta pages are of this format, page size and byte order, and lie within the file, with
 *     all pages up to the last one that they name;
 *   - in the newest state: each page up to the last is accounted for exactly once, by a tree or by
 *     the list of free pages (or is a meta page);
 *   - each page of a tree has its own number, is what its level wants it to be, has its nodes side
 *     by side up to its end, with keys of 8 bytes that rise and lie between those of its parent;
 *   - a value on pages of its own has as many as its size wants, one behind the other;
 *   - a list of free pages falls, and is as long as it says; depths and counts are as recorded;
 *   - each batch's head is that of its key and its size; and there is the stamp.
 *
 * Values are not read, but for their heads. What no program looks at may say anything.
 *
 * THE STAMP. Each transaction T writes its own number, T, into the record with key 0. LMDB takes
 * the meta page with the higher number for the newest state, and believes it: with one bit of that
 * number gone, it would take the state before, without what was committed last, and nobody would
 * notice. But the state that a meta page leads to has its number in it, too. So:
 *
 *   - a meta page's number is its state's stamp, and even in page 0, odd in page 1;
 *   - the two stamps are T and T - 1, as each transaction writes the page that is two behind.
 *
 * Both states can be read at any time: what T - 1 needs is not written over until T + 1 is
 * committed, since LMDB takes pages again only that were given up before the state before the last.
 * A file begins with two transactions, before it gets its name.
 *
 * There is one state that is no damage, and breaks this rule: if the write of a meta page fails,
 * for T + 1, LMDB puts the number of T - 1 back into it, but leaves the rest, which leads to T + 1.
 * All of T + 1 was synced before. A flipped bit can look the same, in a T + 1 that was
 * acknowledged. In both cases T + 1 is whole and may be there, and in one it must: so the number is
 * brought right.
 *
 * The layout is LMDB's 0.9, data version 1, as the structs and their comments in mdb.c have it.
 *
 * Callers guarantee: nobody writes to the file meanwhile. Cost: each page of the trees is read
 * once, of a value's own pages the beginning; a bit for each page of the file. */
#ifndef SBL_LMDB_CHECK_H
#define SBL_LMDB_CHECK_H

#include "base.h"

/* ---- what we keep in it ---------------------------------------------------------------------- */

enum {
    /* A batch is one record, or, if it is large, several: the pages of a record lie side by side.
     * The key is 64 (position + 1) + the number of the part. */
    SBL_LMDB_PART_BITS = 6,
    SBL_LMDB_PARTS = 1 << SBL_LMDB_PART_BITS,

    /* Bytes of the whole batch; a seal over key, these, and the record's own size. */
    SBL_LMDB_HEAD_WORDS = 2,
    SBL_LMDB_HEAD = SBL_LMDB_HEAD_WORDS * 8,

    SBL_LMDB_STAMP_WORDS = 2, /* the transaction's number; seal */
    SBL_LMDB_STAMP = SBL_LMDB_STAMP_WORDS * 8
};

#define SBL_LMDB_STAMP_KEY UINT64_C(0)
#define SBL_LMDB_POSITION_MAX ((UINT64_MAX >> SBL_LMDB_PART_BITS) - 2)

static inline uint64_t sbl_lmdb_key(uint64_t position, uint64_t part) {
    return (position + 1) << SBL_LMDB_PART_BITS | part;
}
static inline uint64_t sbl_lmdb_position(uint64_t key) { return (key >> SBL_LMDB_PART_BITS) - 1; }
static inline uint64_t sbl_lmdb_part(uint64_t key) { return key & (SBL_LMDB_PARTS - 1); }

/* What the second word of a record says. `size`: the record's value, with its head. */
uint64_t sbl_lmdb_seal(uint64_t key, uint64_t word, uint64_t size);

/* ---- what LMDB makes of it ------------------------------------------------------------------- */

enum {
    SBL_LMDB_PAGE_HEAD = 16,     /* bytes before what a page holds */
    SBL_LMDB_NODE_HEAD = 8,      /* and before a node's key */
    SBL_LMDB_KEY = 8,            /* a key */
    SBL_LMDB_SLOT = 2,           /* where a node lies */
    SBL_LMDB_PAGE_SIZE_MAX = 32768,
    SBL_LMDB_PAGE_SIZE_MIN = 512,
    SBL_LMDB_METAS = 2,
    SBL_LMDB_DEPTH_MAX = 32      /* of a tree: LMDB's own bound */
};

/* The size of the pages that LMDB makes here. */
uint64_t sbl_lmdb_page_size(void);

/* The largest node that stays within its page; the value of a larger one has its own pages. */
static inline uint64_t sbl_lmdb_node_max(uint64_t page_size) {
    return (((page_size - SBL_LMDB_PAGE_HEAD) / 2) & ~UINT64_C(1)) - SBL_LMDB_SLOT;
}

/* The pages that a value of its own takes. */
static inline uint64_t sbl_lmdb_own_pages(uint64_t size, uint64_t page_size) {
    return (SBL_LMDB_PAGE_HEAD - 1 + size) / page_size + 1;
}

struct sbl_lmdb_state {
    uint64_t transaction; /* the newest */
    uint64_t pages;       /* up to the last that it uses */
};

/* Who wants to know what is in it. */
struct sbl_lmdb_listener {
    void *context;
    /* A record of a batch: where its value, with its head, lies in the file. The head is right, and
     * all of it is within the file; what the batch says was not looked at. */
    void (*record)(void *context, uint64_t key, uint64_t offset, uint64_t size);
};

/* May LMDB map the file? `state` is what it will find. A meta page that the head comment tells of
 * is brought right in the file, and nothing else is changed. ok invalid      *reason says why not
 * not_durable  the file could not be read; *reason says so no_memory */
enum sellable_status sbl_lmdb_check(int descriptor, struct sbl_lmdb_state *state,
                                    const char **reason);

/* The same, but nothing is changed in the file, which may be open to be read only; and the listener
 * is told of all batches of the newest state, by rising key. */
enum sellable_status sbl_lmdb_look(int descriptor, const struct sbl_lmdb_listener *listener,
                                   const char **reason);

/* Of a file that may be damaged anywhere: all batches that either of its two states still leads to,
 * so some of them twice. What is said of them holds as above. Those were committed, or are of the
 * one commit that was in its last write. ok: also if there are none; no_memory. */
enum sellable_status sbl_lmdb_salvage(int descriptor, const struct sbl_lmdb_listener *listener);

#endif
