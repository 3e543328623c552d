/* SPDX-License-Identifier: Apache-2.0
 *
 * All that any channel's figures of a row depend on, read once: its cells, what is dated and what
 * is claimed there, its settings. A sight (sight.h) is of one channel, and reads what that one
 * needs; who wants many channels' figures of a row reads it once, and asks the formulas for each.
 *
 * Callers guarantee: a snapshot is open, and the row is as that shows it: so the blobs that it
 * leads to stay, and are read where they are.
 *
 * Cost: the root's first line and its last, where the tail is; of a row with claims all its
 * figures; and the blobs that the tail leads to, one or two lines each. */
#ifndef SBL_OUTLOOK_H
#define SBL_OUTLOOK_H

#include "engine.h"

enum { SBL_OUTLOOK_FENCES = 6 };

/* A blob in one block, where it is. */
struct sbl_words {
    const sbl_word *word;
    uint32_t count;
};
static inline uint64_t sbl_word_at(const struct sbl_words *words, uint32_t i) {
    return sbl_load_acquire(BLOCK, &words->word[i]);
}

struct sbl_prospect {
    uint32_t location; /* 0: the row has no such cell */
    uint32_t dated, dated_end; /* its entries among those of the row */
    int64_t net;
    int64_t fenced, backordered;
};

struct sbl_fence {
    uint32_t cell, channel;
    int64_t quantity;
};

struct sbl_outlook {
    struct sbl_prospect cell[SBL_ROW_CELLS];
    struct sbl_words root, dates, policies;
    struct sbl_tail tail; /* but what moved, and kits */
    bool waits;           /* something is backordered */
    uint32_t fences;
    struct sbl_fence fence[SBL_OUTLOOK_FENCES];
};

/* Three steps, each some rows before the next, so that what one reads was fetched by the one
 * before. The root is fetched: its head, its claims, and where the tail would be if it were where
 * that of the row before was, which is what `tail` says. */
void sbl_outlook_fetch(const struct sbl_memory *memory, const struct sbl_image *row,
                       uint32_t tail);
/* Root and tail are read, and fetched what they lead to. */
void sbl_outlook_begin(struct sbl_outlook *outlook, const struct sbl_memory *memory,
                       const struct sbl_image *row, uint32_t *tail);

/* The rest is read. false: the row has more than this: it is a kit, or not tracked, has more cells
 * than its line, very many fences, or a blob of several blocks. */
bool sbl_outlook_read(const struct sbl_memory *memory, const struct sbl_image *row,
                      struct sbl_outlook *outlook);

/* The next of the item's layers (policy.h); *next begins with 0. *layer: its word among them.
 * false: there is none. */
static inline bool sbl_outlook_layer(const struct sbl_outlook *outlook, uint32_t *next,
                                     uint32_t *channel, uint32_t *layer) {
    const uint32_t place = *next == 0 ? 1 : *next;
    if (place >= outlook->policies.count)
        return false;
    const uint64_t head = sbl_word_at(&outlook->policies, place);
    *channel = sbl_low(head);
    *layer = place + 1;
    *next = place + 1 + sbl_high(head);
    return true;
}

/* low of a cell at dates that ascend, none before now. */
void sbl_outlook_lows(const struct sbl_outlook *outlook, uint32_t cell, int64_t now,
                      const int64_t *date, uint32_t dates, int64_t *low);
static inline int64_t sbl_outlook_low(const struct sbl_outlook *outlook, uint32_t cell,
                                      int64_t now, int64_t date) {
    int64_t low = outlook->cell[cell].net;
    if (outlook->cell[cell].dated != outlook->cell[cell].dated_end)
        sbl_outlook_lows(outlook, cell, now, &date, 1, &low);
    return low;
}

#endif
