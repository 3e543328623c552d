/* SPDX-License-Identifier: Apache-2.0
 *
 * See raise.h. */
#include "raise.h"

#include "movement.h"

enum { WORDS_MAX = 127 };
#define MOVEMENT (UINT64_C(1) << SBL_HEAD_MOVES) /* one more, in a head */

/* A root in its block, as it was read. */
struct root {
    const sbl_word *word;  /* the block's, from its head on */
    uint64_t head;         /* the root's: word 1 of the block */
    uint32_t words;        /* of the root */
    uint32_t moves, moved; /* movements in it, and at which word they begin */
};

static inline uint64_t at(const struct root *root, uint32_t word) {
    return sbl_load_acquire(BLOCK, &root->word[1 + word]);
}

/* false: there is none, it is large, or torn. */
static inline bool read_root(const struct sbl_memory *memory, uint32_t reference,
                             struct root *root) {
    uint32_t limit;
    root->word = sbl_block(memory, reference, &limit);
    if (reference == 0 || root->word == NULL)
        return false;
    root->words = sbl_head_words(sbl_load_acquire(BLOCK, root->word));
    if (root->words - 1 >= WORDS_MAX || root->words >= limit)
        return false;
    root->head = at(root, 0);
    root->moves = sbl_head_moves(root->head);
    bool any = (root->head & SBL_HEAD_MOVED) != 0;
    uint32_t part = any ? 1 + SBL_MOVEMENT_WORDS * root->moves : 0;
    root->moved = root->words - part + any;
    return sbl_head_figures(root->head) + part < root->words && root->moves <= SBL_MOVED_IN_ROOT;
}

/* Where the figure of a cell is in a root; 0: it is not there. */
static inline uint32_t find_figure(const struct root *root, uint64_t tag) {
    uint32_t last = sbl_head_figures(root->head), i = 1;
    while (i <= last && at(root, i) < tag)
        i++;
    return i <= last && (at(root, i) ^ tag) >> SBL_FIGURE_BITS == 0 ? i : 0;
}

/* The movement that one more joins, as its number, and the sum; else `moves`. */
static inline uint32_t find_move(const struct root *root, uint32_t location, int64_t now,
                                 int64_t amount, int64_t *sum) {
    uint32_t i = 0;
    while (i < root->moves && !sbl_movement_joins(at(root, root->moved + 2 * i),
                                                  at(root, root->moved + 2 * i + 1), location, now,
                                                  amount, sum))
        i++;
    if (i == root->moves)
        *sum = amount; /* which it may have been too large for another to join */
    return i;
}

/* All movements of the root become a node before the older ones. 0: no memory. */
static SBL_NOINLINE uint32_t make_node(struct sbl_worker *worker, uint32_t stamp,
                                       const struct root *root, uint32_t older) {
    struct sbl_memory *memory = worker->commit->memory;
    uint64_t head = 0;
    sbl_word *block;
    sbl_blob_copy(memory, older, 0, &head, 1);
    uint32_t node = sbl_block_take(memory, &worker->cache, stamp, SBL_NODE_WORDS, &block);
    if (node == 0)
        return 0;
    sbl_block_set(block, 0, sbl_pair(sbl_high(head) + 1, older));
    for (uint32_t i = 0; i + SBL_MOVED_HEAD < SBL_NODE_WORDS; i++)
        sbl_block_set(block, SBL_MOVED_HEAD + i, at(root, root->moved + i));
    return node;
}

/* The words behind a block's head, a granule at a time: what is behind the last is the block's. */
static inline void copy_words(sbl_word *to, const sbl_word *from, uint32_t words) {
    SBL_UNROLL
    for (int i = 1; i < SBL_GRANULE_WORDS; i++)
        sbl_store_release(BLOCK, &to[i], sbl_load_acquire(BLOCK, &from[i]));
    for (uint32_t done = SBL_GRANULE_WORDS; done <= words; done += SBL_GRANULE_WORDS) {
        to += SBL_GRANULE_WORDS;
        from += SBL_GRANULE_WORDS;
        SBL_UNROLL
        for (int i = 0; i < SBL_GRANULE_WORDS; i++)
            sbl_store_release(BLOCK, &to[i], sbl_load_acquire(BLOCK, &from[i]));
    }
}

/* What becomes of a root: so many words stay, then come others. */
struct next {
    uint64_t head;
    uint32_t stay, more;
    uint64_t word[4];
};

/* The movements that are there make way; what is left is where the older ones are. false: no
 * memory. */
static inline bool make_way(struct sbl_worker *worker, uint32_t stamp, const struct root *old,
                            struct next *next, uint32_t *node) {
    const uint64_t last = UINT64_C(1) << (SBL_HEAD_TAIL + SBL_TAIL_WORDS - 1);
    bool behind = (old->head & last) != 0;
    next->stay = old->moved - 1 - behind;
    uint64_t tail = behind ? at(old, next->stay) : 0;
    *node = make_node(worker, stamp, old, sbl_low(tail));
    next->head = (old->head | last) - MOVEMENT * old->moves;
    next->word[next->more++] = sbl_pair(sbl_high(tail), *node);
    next->word[next->more++] = at(old, old->moved - 1);
    return *node != 0;
}

bool sbl_raise_on_hand(struct sbl_worker *worker, uint32_t stamp, const struct sbl_image *row,
                       int cell, int64_t amount, int64_t now, int64_t check,
                       struct sbl_raised *raised) {
    const uint64_t tag = sbl_figure_tag((uint32_t)cell, SBL_ON_HAND, 0);
    uint32_t location = sbl_row_location(row, cell);
    struct root old;
    int64_t sum = amount;
    sbl_word *block;
    raised->old_root = sbl_high(row->word[SBL_ROW_FORM]);
    raised->node = 0;
    if (!read_root(worker->commit->memory, raised->old_root, &old))
        return false;
    uint32_t figure = find_figure(&old, tag);
    int64_t on_hand = figure == 0 ? 0 : sbl_add(sbl_figure_value(at(&old, figure)), amount);
    if (on_hand == 0 || !sbl_is_quantity(on_hand))
        return false;
    struct next next;
    next.head = old.head;
    next.stay = old.words;
    next.more = 0;
    uint32_t move = find_move(&old, location, now, amount, &sum);
    raised->first = (old.head & SBL_HEAD_MOVED) == 0;
    if (raised->first)
        next.word[next.more++] = (uint64_t)check;
    if (SBL_UNLIKELY(move == SBL_MOVED_IN_ROOT) &&
        !make_way(worker, stamp, &old, &next, &raised->node))
        return false;
    if (move == old.moves) {
        next.head = (next.head | SBL_HEAD_MOVED) + MOVEMENT;
        next.word[next.more++] = sbl_movement_time(location, now);
        next.word[next.more++] = sbl_movement_amount(location, sum);
    }
    raised->root = sbl_block_take(worker->commit->memory, &worker->cache, stamp,
                                  next.stay + next.more, &block);
    if (raised->root == 0) {
        sbl_raise_end(worker, raised, false);
        return false;
    }
    copy_words(block, old.word, next.stay);
    sbl_block_set(block, 0, next.head);
    sbl_block_set(block, figure, sbl_figure_word(tag, on_hand));
    if (move != old.moves)
        sbl_block_set(block, old.moved + SBL_MOVEMENT_WORDS * move + 1,
                      sbl_movement_amount(location, sum));
    for (uint32_t i = 0; i < next.more; i++)
        sbl_block_set(block, next.stay + i, next.word[i]);
    raised->form = sbl_pair(raised->root,
                            sbl_low(row->word[SBL_ROW_FORM] | SBL_ROW_TAIL));
    return true;
}
