/* SPDX-License-Identifier: Apache-2.0
 *
 * See copy.h. */
#include "copy.h"

enum { BITS = 64, NONE = 2 /* the first reference that can be given */ };

static size_t bitmap_bytes(const struct sbl_copy *copy) {
    return (size_t)((copy->end + BITS - 1) / BITS) * sizeof(uint64_t);
}

bool sbl_copy_begin(struct sbl_copy *copy, struct sbl_memory *to, const struct sbl_memory *from,
                    uint32_t snapshot) {
    *copy = (struct sbl_copy){.from = from, .to = to, .snapshot = snapshot};
    copy->end = sbl_load(&from->cursor);
    copy->tried = sbl_slab_take(to, bitmap_bytes(copy));
    copy->used = sbl_slab_take(to, bitmap_bytes(copy));
    return copy->tried != NULL && copy->used != NULL;
}

void sbl_copy_end(struct sbl_copy *copy) {
    sbl_slab_give(copy->to, copy->tried, bitmap_bytes(copy));
    sbl_slab_give(copy->to, copy->used, bitmap_bytes(copy));
    sbl_buffer_fini(copy->to, &copy->list);
}

static bool has_bit(const uint64_t *bitmap, uint64_t at) {
    return (bitmap[at / BITS] >> at % BITS & 1) != 0;
}

static void set_bit(uint64_t *bitmap, uint64_t at) {
    bitmap[at / BITS] |= UINT64_C(1) << at % BITS;
}

/* ---- copying ---- */

/* What may be a reference is looked at later, once. false: no memory. */
static bool list(struct sbl_copy *copy, uint32_t reference) {
    if (reference < NONE || reference >= copy->end || has_bit(copy->tried, reference))
        return true;
    set_bit(copy->tried, reference);
    if (!sbl_buffer_reserve(copy->to, &copy->list, (copy->listed + 1) * sizeof reference))
        return false;
    ((uint32_t *)copy->list.bytes)[copy->listed++] = reference;
    return true;
}

/* How many granules the block takes that has this head there; 0: it is none that the snapshot could
 * see. */
static uint32_t granules_at(const struct sbl_copy *copy, uint32_t reference, uint64_t head) {
    uint32_t granules = sbl_head_granules(head), stamp = sbl_head_stamp(head);
    bool fits = reference % SBL_SLAB_GRANULES + granules <= SBL_SLAB_GRANULES &&
                reference + (uint64_t)granules <= copy->end;
    return stamp != 0 && stamp < copy->snapshot && fits ? granules : 0;
}

/* Copy what is there, if it is a block, and list what it may lead to. false: no memory. */
static bool copy_block(struct sbl_copy *copy, uint32_t reference) {
    uint32_t limit;
    const sbl_word *from = sbl_block(copy->from, reference, &limit);
    uint64_t head = from == NULL ? 0 : sbl_load(from);
    uint32_t granules = granules_at(copy, reference, head);
    if (granules == 0)
        return true;
    if (!sbl_block_make(copy->to, reference))
        return false;
    sbl_word *to = sbl_block_given(copy->to, reference);
    uint32_t words = sbl_head_words(head);
    words += words == SBL_BLOCK_WORDS_MAX ? 1 : 0; /* a link */
    sbl_store(to, head);
    for (uint32_t i = 1; i <= words; i++) {
        uint64_t word = sbl_load(&from[i]);
        sbl_store(&to[i], word);
        if (!list(copy, sbl_low(word)) || !list(copy, sbl_high(word)))
            return false;
    }
    for (uint32_t i = 0; i < granules; i++)
        set_bit(copy->used, reference + i);
    return true;
}

bool sbl_copy_word(struct sbl_copy *copy, uint64_t word) {
    if (!list(copy, sbl_low(word)) || !list(copy, sbl_high(word)))
        return false;
    while (copy->listed != 0)
        if (!copy_block(copy, ((const uint32_t *)copy->list.bytes)[--copy->listed]))
            return false;
    return true;
}

/* ---- what is free ---- */

/* The granule after the last that is used; NONE: there is none. */
static uint64_t last_used(const struct sbl_copy *copy) {
    uint64_t last = (copy->end + BITS - 1) / BITS;
    while (last > 0 && copy->used[last - 1] == 0)
        last--;
    return last == 0 ? NONE
                     : last * BITS - (uint64_t)__builtin_clzll(copy->used[last - 1]);
}

/* How many granules from one that is free on are given as one block: as many as the block had that
 * was there, if none of them is used; else one. */
static uint32_t piece_at(const struct sbl_copy *copy, uint32_t reference, uint64_t end) {
    uint32_t limit;
    const sbl_word *from = sbl_block(copy->from, reference, &limit);
    uint32_t granules = from == NULL ? 0 : sbl_head_granules(sbl_load(from));
    if (granules == 0 || reference + (uint64_t)granules > end)
        return 1;
    for (uint32_t i = 1; i < granules; i++)
        if (has_bit(copy->used, reference + i))
            return 1;
    return granules;
}

void sbl_copy_free(struct sbl_copy *copy, struct sbl_cache *cache) {
    uint64_t last = last_used(copy);
    for (uint64_t slab = 0; slab * SBL_SLAB_GRANULES < last; slab++) {
        uint64_t at = slab * SBL_SLAB_GRANULES, end = at + SBL_SLAB_GRANULES;
        if (sbl_load(&copy->to->slab[slab]) == 0)
            continue;
        end = end < last ? end : last;
        for (at = at < NONE ? NONE : at; at < end;) {
            if (has_bit(copy->used, at)) {
                at++;
                continue;
            }
            uint32_t granules = piece_at(copy, (uint32_t)at, end);
            sbl_block_free(copy->to, cache, (uint32_t)at, granules);
            at += granules;
        }
    }
    sbl_store(&copy->to->cursor, last + last % 2); /* blocks of 64 bytes keep to a line */
}
