/* SPDX-License-Identifier: Apache-2.0
 *
 * See reach.h. */
#include "reach.h"

enum { BITS = 64, NONE = 2 /* the first reference that can be given */ };

static size_t bitmap_bytes(const struct sbl_reach *reach) {
    return (size_t)(reach->end / BITS + 1) * sizeof(uint64_t);
}

bool sbl_reach_begin(struct sbl_reach *reach) {
    reach->tried = sbl_slab_take(reach->lender, bitmap_bytes(reach));
    reach->used = sbl_slab_take(reach->lender, bitmap_bytes(reach));
    return reach->tried != NULL && reach->used != NULL;
}

void sbl_reach_end(struct sbl_reach *reach) {
    sbl_slab_give(reach->lender, reach->tried, bitmap_bytes(reach));
    sbl_slab_give(reach->lender, reach->used, bitmap_bytes(reach));
    sbl_buffer_fini(reach->lender, &reach->list);
}

static bool has_bit(const uint64_t *bitmap, uint64_t at) {
    return (bitmap[at / BITS] >> at % BITS & 1) != 0;
}

static void set_bit(uint64_t *bitmap, uint64_t at) {
    bitmap[at / BITS] |= UINT64_C(1) << at % BITS;
}

/* ---- what is met ---- */

/* What may be a reference is looked at later, once. false: no memory. */
static bool list(struct sbl_reach *reach, uint32_t reference) {
    if (reference < NONE || reference >= reach->end || has_bit(reach->tried, reference))
        return true;
    set_bit(reach->tried, reference);
    if (!sbl_buffer_reserve(reach->lender, &reach->list,
                            ((size_t)reach->listed + 1) * sizeof reference))
        return false;
    ((uint32_t *)reach->list.bytes)[reach->listed++] = reference;
    return true;
}

uint32_t sbl_reach_fits(uint32_t reference, uint64_t head) {
    uint32_t granules = sbl_head_granules(head);
    return reference >= NONE && reference % SBL_SLAB_GRANULES + granules <= SBL_SLAB_GRANULES
               ? granules
               : 0;
}

/* How many granules the block takes that has this head there; 0: it is none that is to be met. */
static uint32_t granules_at(const struct sbl_reach *reach, uint32_t reference, uint64_t head) {
    uint32_t granules = sbl_reach_fits(reference, head), stamp = sbl_head_stamp(head);
    bool counts = stamp != 0 && stamp < reach->below;
    return counts && reference + (uint64_t)granules <= reach->end ? granules : 0;
}

/* Meet what is there, if it is a block, and list what it may lead to. false: no memory, or the end
 * of it. */
static bool meet(struct sbl_reach *reach, uint32_t reference) {
    uint32_t limit;
    const sbl_word *block = sbl_block(reach->memory, reference, &limit);
    uint64_t head = block == NULL ? 0 : sbl_load(block);
    uint32_t granules = granules_at(reach, reference, head), words = sbl_head_extent(head);
    if (granules == 0)
        return true;
    if (reach->met != NULL && !reach->met(reach->context, reference, head, block + 1, words))
        return false;
    for (uint32_t i = 1; i <= words; i++) {
        uint64_t word = sbl_load(&block[i]);
        if (!list(reach, sbl_low(word)) || !list(reach, sbl_high(word)))
            return false;
    }
    for (uint32_t i = 0; i < granules; i++)
        set_bit(reach->used, reference + i);
    reach->blocks[head & 0xff]++;
    reach->granules[head & 0xff] = granules;
    return true;
}

bool sbl_reach_word(struct sbl_reach *reach, uint64_t word) {
    if (!list(reach, sbl_low(word)) || !list(reach, sbl_high(word)))
        return false;
    while (reach->listed != 0)
        if (!meet(reach, ((const uint32_t *)reach->list.bytes)[--reach->listed]))
            return false;
    return true;
}

/* ---- what is free ---- */

/* The granule after the last that is used; NONE: there is none. */
static uint64_t last_used(const struct sbl_reach *reach) {
    uint64_t last = (reach->end + BITS - 1) / BITS;
    while (last > 0 && reach->used[last - 1] == 0)
        last--;
    return last == 0 ? NONE
                     : last * BITS - (uint64_t)__builtin_clzll(reach->used[last - 1]);
}

/* How many granules there are from one on, up to `most`, of which none is used. */
static uint32_t free_from(const struct sbl_reach *reach, uint64_t at, uint32_t most) {
    uint32_t run = 0;
    while (run < most && !has_bit(reach->used, at + run))
        run++;
    return run;
}

/* The largest block of at most so many granules: of a power of two, or that and a half. */
static uint32_t block_within(uint32_t granules) {
    uint32_t power = UINT32_C(1) << (31 - __builtin_clz(granules)), half = power / 2;
    return half != 0 && granules >= power + half ? power + half : power;
}

/* The granules of most blocks. */
static uint32_t usual_size(const struct sbl_reach *reach) {
    uint32_t most = 0;
    for (uint32_t class = 1; class < SBL_CLASSES; class++)
        most = reach->blocks[class] > reach->blocks[most] ? class : most;
    return reach->granules[most];
}

/* How many granules from one that is free on are given as one block: as many as the block had that
 * was there, if none of them is used; else as is usual, if there are. */
static uint32_t piece_at(const struct sbl_reach *reach, uint32_t reference, uint64_t end,
                         uint32_t usual) {
    uint32_t limit, left = end - reference < UINT32_MAX ? (uint32_t)(end - reference) : UINT32_MAX;
    const sbl_word *block = sbl_block(reach->memory, reference, &limit);
    uint64_t head = block == NULL ? 0 : sbl_load(block);
    uint32_t granules = sbl_head_granules(head);
    if (granules != 0 && granules <= left && free_from(reach, reference, granules) == granules)
        return granules;
    return block_within(free_from(reach, reference, usual < left ? usual : left));
}

/* Of one slab. */
static bool gaps_in(const struct sbl_reach *reach, uint64_t at, uint64_t end, uint32_t usual,
                    void *context,
                    bool (*gap)(void *context, uint32_t reference, uint32_t granules)) {
    while (at < end) {
        uint32_t piece = 1;
        if (!has_bit(reach->used, at)) {
            piece = piece_at(reach, (uint32_t)at, end, usual);
            if (!gap(context, (uint32_t)at, piece))
                return false;
        }
        at += piece;
    }
    return true;
}

bool sbl_reach_gaps(const struct sbl_reach *reach, const struct sbl_memory *to, void *context,
                    bool (*gap)(void *context, uint32_t reference, uint32_t granules)) {
    uint64_t last = last_used(reach);
    uint32_t usual = usual_size(reach);
    for (uint64_t slab = 0; slab * SBL_SLAB_GRANULES < last; slab++) {
        uint64_t at = slab * SBL_SLAB_GRANULES, end = at + SBL_SLAB_GRANULES;
        if (sbl_load(&to->slab[slab]) != 0 &&
            !gaps_in(reach, at < NONE ? NONE : at, end < last ? end : last, usual, context, gap))
            return false;
    }
    return true;
}

struct freed {
    struct sbl_memory *memory;
    struct sbl_cache *cache;
};

static bool free_one(void *context, uint32_t reference, uint32_t granules) {
    const struct freed *freed = context;
    sbl_block_free(freed->memory, freed->cache, reference, granules);
    return true;
}

void sbl_reach_free(const struct sbl_reach *reach, struct sbl_memory *to,
                    struct sbl_cache *cache) {
    struct freed freed = {to, cache};
    uint64_t last = last_used(reach);
    bool all = sbl_reach_gaps(reach, to, &freed, free_one);
    assert(all);
    sbl_store(&to->cursor, last + last % 2); /* blocks of 64 bytes keep to a line */
}
