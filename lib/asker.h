/* SPDX-License-Identifier: Apache-2.0
 *
 * A channel as it asks for plain rows: what a question for now needs of the channel, made ready,
 * and the answer out of the one line of an item.
 *
 * THE INSTANT. A channel's line holds, or leads to, all that a plain row's figure depends on beside
 * the row and the time: what follows from the locations' lines (the mask) changes with them, in one
 * transaction. The lines of the channel and of the world, which has the time, were as they are here
 * from when they were read until they are looked at again, behind the row: they had no mark then,
 * and have the same headers now. The row's words were so from when its header was read until it is
 * looked at again. The second span lies within the first; so there is an instant at which all three
 * lines were so.
 *
 * WHAT IS BEHIND the row's line does not matter to every question: form.h.
 *
 * THE SHARE of what is free in a cell is floor(free * share / 10000). Here it is the upper half of
 * the product of `free` and of share / 10000 in units of 2^-64, rounded up: that is too much by
 * less than free / 2^64, and what is free is at most 10^15 (on_hand is, and all else takes away),
 * so by less than 1 / 10000, the least that is missing at a floor. All of it would be 2^64: then
 * the factor is one less, and `free` one more.
 *
 * No branch hangs on what the row says, but for the last one: where the row's line is not there
 * yet, the processor goes on with the next question. */
#ifndef SBL_ASKER_H
#define SBL_ASKER_H

#include "form.h"
#include "policy.h"

struct sbl_asker {
    uint64_t header; /* of the channel's line, */
    uint64_t world;  /* and of the world's */
    uint64_t away;   /* bit L: it does not have location L, for L up to 63 */
    uint64_t look;   /* the bits of a row's form that matter to it */
    uint64_t odd;    /* not 0: it has to be asked in another way */
    uint64_t part;   /* its share of what is free, */
    uint64_t whole;  /* 1: all of it */
    bool single;     /* the largest part, and not the sum of them */
    uint32_t clock;  /* sbl_form_clock */
    int64_t less;    /* buffer less backorder */
    int64_t cap, minimum, low;
};

struct sbl_asked {
    int64_t promisable, published;
    uint32_t level;
};

enum { SBL_ASKER_LOCATIONS = 63 }; /* the highest that a mask speaks of */

static_assert(SBL_CHANNEL_AHEAD == SBL_ROW_DATES, "who looks ahead looks at dates");

/* The terms behind its layer. One cache line, hot. */
static inline void sbl_asker_terms(const struct sbl_memory *memory, uint32_t layer,
                                   struct sbl_asker *asker) {
    uint32_t limit;
    const sbl_word *block = sbl_block(memory, layer, &limit);
    uint32_t words = block == NULL ? 0 : sbl_head_words(sbl_load_acquire(BLOCK, block));
    if (words <= SBL_ASKED_WORDS || words >= limit || words == SBL_BLOCK_WORDS_MAX) {
        asker->odd = 1;
        return;
    }
    const sbl_word *word = block + 1 + words - SBL_ASKED_WORDS;
    asker->less = (int64_t)sbl_load_acquire(BLOCK, &word[SBL_ASKED_LESS]);
    asker->cap = (int64_t)sbl_load_acquire(BLOCK, &word[SBL_ASKED_CAP]);
    asker->minimum = (int64_t)sbl_load_acquire(BLOCK, &word[SBL_ASKED_MINIMUM]);
    asker->low = (int64_t)sbl_load_acquire(BLOCK, &word[SBL_ASKED_LOW]);
}

/* Read it, in whatever state the lines are: then it is odd. Cache lines: the world's and the
 * channel's; where it has such terms, theirs and its route's (all hot). */
static inline void sbl_asker_read(const struct sbl_commit *commit, const struct sbl_line *line,
                                  uint32_t channel, struct sbl_asker *asker) {
    asker->world = sbl_load_acquire(HEADER, &commit->world.header);
    asker->header = sbl_load_acquire(HEADER, &line->header);
    int64_t now = (int64_t)sbl_load_acquire(WORD, &commit->world.word[SBL_WORLD_NOW]);
    uint64_t form = sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_FORM]);
    uint64_t buffer = sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_BUFFER]);
    uint64_t mask = sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_MASK]);
    uint64_t part = sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_PART]);
    asker->away = ~(mask << 1);
    asker->look = (form & SBL_CHANNEL_AHEAD) | SBL_ROW_EXISTS | SBL_ROW_GROUPS | SBL_ROW_CLAIMS |
                  sbl_form_touched(channel);
    asker->odd = ((asker->world | asker->header) & SBL_MARK) |
                 ((form & (SBL_CHANNEL_EXISTS | SBL_CHANNEL_UNIT)) ^ SBL_CHANNEL_EXISTS);
    asker->part = part;
    asker->whole = part == UINT64_MAX;
    asker->single = (form >> 8 & 0xff) == SELLABLE_SINGLE;
    asker->clock = sbl_form_clock(now);
    asker->less = (int64_t)buffer;
    asker->cap = SELLABLE_QUANTITY_MAX;
    asker->minimum = asker->low = 0;
    if ((form & SBL_CHANNEL_ASKS) != 0) {
        uint64_t layer = sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_LAYER]);
        uint64_t route = (form & SBL_CHANNEL_NAMES_LOCATIONS) != 0
                             ? sbl_load_acquire(WORD, &line->word[SBL_CHANNEL_ROUTE])
                             : sbl_load_acquire(WORD, &commit->world.word[SBL_WORLD_ROUTE]);
        sbl_asker_terms(commit->memory, sbl_low(layer), asker);
        /* Closed, or nowhere: then nothing is promised beyond stock either. */
        bool anywhere = sbl_ranks_of(commit->memory, sbl_low(route)).first != 0;
        asker->odd |= (form & SBL_CHANNEL_CLOSED) | (uint64_t)!anywhere;
    }
}

/* Does a row with this form have something behind its line that matters? A hint. */
static inline bool sbl_asker_looks_behind(const struct sbl_asker *asker, uint64_t form) {
    return (((form & asker->look) ^ SBL_ROW_EXISTS) | sbl_form_shows(form, asker->clock)) != 0;
}

/* What of `net` at a location the asker may have. */
static inline int64_t sbl_asker_part(const struct sbl_asker *asker, uint64_t location,
                                     int64_t net) {
    __extension__ typedef unsigned __int128 product;
    uint64_t away = asker->away << (~location & 63); /* its highest bit is the location's */
    net = (int64_t)((uint64_t)net | away) < 0 ? 0 : net;
    return (int64_t)((product)((uint64_t)net + asker->whole) * asker->part >> 64);
}

/* What may be promised of a row, and what is published. false: ask in another way, the figures are
 * any. `line`: that which the asker was read from. Cache lines: the row's first; those looked at
 * again. */
static inline bool sbl_asker_ask(const struct sbl_asker *asker, const struct sbl_commit *commit,
                                 const struct sbl_line *line, const struct sbl_line *row,
                                 struct sbl_asked *asked) {
    static const uint64_t far = ~(uint64_t)SBL_ASKER_LOCATIONS & 0xffff;
    static const uint64_t anywhere = far | far << 16 | far << 32 | far << 48;
    uint64_t header = sbl_load_acquire(HEADER, &row->header);
    uint64_t form = sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]);
    uint64_t locations = sbl_load_acquire(WORD, &row->word[SBL_ROW_LOCATIONS]);
    uint64_t pool = 0, odd = asker->odd;
    int64_t part[SBL_ROW_CELLS];
    odd |= ((form & asker->look) ^ SBL_ROW_EXISTS) | (header & SBL_MARK) | (locations & anywhere) |
           sbl_form_shows(form, asker->clock);
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        part[i] = sbl_asker_part(asker, locations >> (16 * i),
                                 (int64_t)sbl_load_acquire(WORD, &row->word[SBL_ROW_NET + i]));
        pool += (uint64_t)part[i];
    }
    static_assert(SBL_ROW_CELLS == 4, "the largest of four");
    if (asker->single) /* known long before the row is here */
        pool = (uint64_t)sbl_max(sbl_max(part[0], part[1]), sbl_max(part[2], part[3]));
    uint64_t sum = (uint64_t)sbl_min((int64_t)pool, SELLABLE_QUANTITY_MAX) - (uint64_t)asker->less;
    int64_t promisable = sbl_max(0, sbl_min((int64_t)sum, SELLABLE_QUANTITY_MAX));
    int64_t published = promisable < asker->minimum ? 0 : sbl_min(asker->cap, promisable);
    asked->promisable = promisable;
    asked->published = published;
    asked->level = (uint32_t)(published != 0) + (uint32_t)(published > asker->low);
    odd |= (sbl_load(&row->header) ^ header) | (sbl_load(&line->header) ^ asker->header) |
           (sbl_load(&commit->world.header) ^ asker->world);
    return odd == 0;
}

#endif
