/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory: slabs, blocks, segmented arrays, private buffers.
 *
 * A slab comes from the caller's allocator and goes back at close, not before: what was once a
 * block stays readable memory for ever. So nobody who reads needs to be waited for: a reader copies
 * what it wants, looks at the header of the line again, and throws the copy away if that has
 * changed.
 *
 * A block is a piece of a slab, named by a 32-bit reference (0: none) in units of 32 bytes; a blob
 * is a chain of blocks that holds any number of words. Blobs are immutable from when a line refers
 * to them until no line does. Freed blocks stay with the worker that freed them, up to a bound, as
 * a list of references, so that taking one touches no memory that is not needed, and those that
 * come next are fetched meanwhile; beyond the bound they go to a shared stack, up to 32 at a time,
 * the references in one of them.
 *
 * Callers guarantee: a blob is freed once, by one worker, after no line's header that is or can
 * become current leads to it. This file guarantees: a block is given to one worker at a time; a
 * failed call has changed nothing. Progress: lock-free, except for what the allocator does. Limits:
 * 128 GiB of blocks; a stopped worker keeps at most its bounded free lists and one chunk. */
#ifndef SBL_MEMORY_H
#define SBL_MEMORY_H

#include "atomic.h"
#include "base.h"

enum {
    SBL_GRANULE = 32,                       /* bytes */
    SBL_GRANULE_WORDS = SBL_GRANULE / 8,
    SBL_SLAB_GRANULES = 65536,              /* 2 MiB */
    SBL_SLABS = 65536,
    SBL_CLASSES = 26,
    SBL_BLOCK_WORDS_MAX = 32768 - 2,        /* in one block: 256 KiB less its head and a link */
    SBL_BATCH = 32,                         /* at most, to and from the shared stack */
    SBL_FREE = 2 * SBL_BATCH,               /* of one size with one worker */
    SBL_SEGMENTS = 64 /* of an array: one for each highest bit */
};

struct sbl_memory {
    struct sellable_allocator allocator;
    sbl_word *slab;                          /* [SBL_SLABS] addresses */
    sbl_word taken;                          /* bytes from the allocator */
    sbl_word cursor SBL_ALIGNED(64);         /* granules of slabs handed out so far */
    sbl_word stack[SBL_CLASSES] SBL_ALIGNED(64); /* batches: tag, reference */
};

/* A worker's own blocks. Touched by one call at a time. */
struct sbl_cache {
    struct {
        uint32_t count;
        uint32_t reference[SBL_FREE];
    } list[SBL_CLASSES];
    uint32_t fresh, fresh_end; /* granules never used */
};

/* false if the allocator gives nothing; then nothing is left behind. */
bool sbl_memory_init(struct sbl_memory *memory, const struct sellable_allocator *allocator);
void sbl_memory_fini(struct sbl_memory *memory);

/* A slab outside of the blocks, zeroed; NULL if there is none. `bytes` is rounded up alike
 * in both. */
void *sbl_slab_take(struct sbl_memory *memory, size_t bytes);
void sbl_slab_give(struct sbl_memory *memory, void *slab, size_t bytes);

/* ---- blocks and blobs ---- */

/* The words of a block: word 0 is its head (class, words, stamp), then come its words, in a block
 * that is as large as can be a link to the next of the chain. NULL for a reference that was never
 * given. *limit: words that can be read there. */
static inline sbl_word *sbl_block(const struct sbl_memory *memory, uint32_t reference,
                                  uint32_t *limit) {
    uintptr_t slab = sbl_load_acquire(SLAB, &memory->slab[reference / SBL_SLAB_GRANULES]);
    uint32_t granule = reference % SBL_SLAB_GRANULES;
    *limit = (SBL_SLAB_GRANULES - granule) * SBL_GRANULE_WORDS;
    if (SBL_UNLIKELY(slab == 0))
        return NULL;
    return (sbl_word *)(slab + (uintptr_t)granule * SBL_GRANULE);
}

/* The same for a reference that was given: to who owns the block, or knows that it stays. */
static inline sbl_word *sbl_block_given(const struct sbl_memory *memory, uint32_t reference) {
    uintptr_t slab = sbl_load_acquire(SLAB, &memory->slab[reference / SBL_SLAB_GRANULES]);
    return (sbl_word *)(slab + (uintptr_t)(reference % SBL_SLAB_GRANULES) * SBL_GRANULE);
}

static inline uint32_t sbl_head_words(uint64_t head) { return sbl_low(head) >> 8; }
static inline uint32_t sbl_head_stamp(uint64_t head) { return sbl_high(head); }

/* One block with room for `words` (at most SBL_BLOCK_WORDS_MAX), its head written; 0 if there is no
 * memory. The words are the caller's to write, with sbl_block_set. `stamp`: the world's, for who
 * has to know which snapshots can see it (commit.h). */
uint32_t sbl_block_take(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t stamp,
                        uint32_t words, sbl_word **block);

/* The class of blocks of 1 to 8 granules. */
enum { SBL_SMALL_GRANULES = 8 };
static inline uint32_t sbl_small_class(uint32_t granules) {
    static const uint8_t class[SBL_SMALL_GRANULES + 1] = {0, 0, 1, 2, 3, 4, 4, 5, 5};
    return class[granules];
}

/* Fetch the first lines of a block that will be written soon: a store to memory that is not in the
 * cache holds up the next swap. */
static inline void sbl_block_fetch(const struct sbl_memory *memory, uint32_t reference) {
    const sbl_word *block = sbl_block_given(memory, reference);
    sbl_prefetch(block);
    sbl_prefetch((const void *)((uintptr_t)block + 64));
}

/* The same as sbl_block_take, compiled in for small ones of which this worker has some. */
enum { SBL_FETCH_AHEAD = 4 /* of the free blocks: the one that is taken so many later */ };
static inline uint32_t sbl_block_take_small(struct sbl_memory *memory, struct sbl_cache *cache,
                                            uint32_t stamp, uint32_t words, sbl_word **block) {
    uint32_t granules = (words + 1 + SBL_GRANULE_WORDS - 1) / SBL_GRANULE_WORDS;
    if (SBL_UNLIKELY(granules > SBL_SMALL_GRANULES))
        return sbl_block_take(memory, cache, stamp, words, block);
    uint32_t class = sbl_small_class(granules), count = cache->list[class].count;
    if (SBL_UNLIKELY(count == 0))
        return sbl_block_take(memory, cache, stamp, words, block);
    uint32_t reference = cache->list[class].reference[--count];
    cache->list[class].count = count;
    if (SBL_LIKELY(count >= SBL_FETCH_AHEAD))
        sbl_block_fetch(memory, cache->list[class].reference[count - SBL_FETCH_AHEAD]);
    *block = sbl_block_given(memory, reference);
    sbl_store_release(BLOCK, *block, sbl_pair(stamp, words << 8 | class));
    return reference;
}

static inline void sbl_block_set(sbl_word *block, uint32_t index, uint64_t value) {
    sbl_store_release(BLOCK, &block[1 + index], value);
}

/* A blob with these words; 0 if there is no memory. */
uint32_t sbl_blob_take(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t stamp,
                       const uint64_t *words, uint32_t count);

/* Copy up to `capacity` words of a blob, from word `from` on; returns how many there were to copy.
 * What is copied from a blob that was freed meanwhile is any words at all: the caller finds that
 * out at the line's header. 0 is a blob of no words. */
uint32_t sbl_blob_copy(const struct sbl_memory *memory, uint32_t reference, uint32_t from,
                       uint64_t *words, uint32_t capacity);

/* How many words a blob has; as copied, any number if it was freed meanwhile. */
uint32_t sbl_blob_words(const struct sbl_memory *memory, uint32_t reference);

/* Back to the worker; 0 is accepted. */
void sbl_blob_give(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t reference);

/* ---- for a copy of some blocks (copy.h) ---- */

/* How many granules a block with this head takes; 0: it is no head of a block. Pure. */
uint32_t sbl_head_granules(uint64_t head);

/* Memory for the place of a reference, whoever else has it or not. false: there is none. */
bool sbl_block_make(struct sbl_memory *memory, uint32_t reference);

/* So many granules, as a block has, which nobody has: they are the worker's from now on. */
void sbl_block_free(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t reference,
                    uint32_t granules);

/* ---- segmented arrays: they grow without moving ---- */

/* Segment 0 holds 2^base_bits elements, each further one as many as all before it: so the highest
 * bit of an index gives its segment. Elements begin as zeroes. */
struct sbl_array {
    struct sbl_memory *memory;
    uint32_t element_bits; /* an element has 2^element_bits bytes */
    uint32_t base_bits;
    uint64_t base;                  /* 2^base_bits */
    sbl_word segment[SBL_SEGMENTS]; /* addresses, by the highest bit of index + base */
};

void sbl_array_init(struct sbl_array *array, struct sbl_memory *memory, uint32_t element_bits,
                    uint32_t base_bits);
void sbl_array_fini(struct sbl_array *array);

/* Make room for element `index`; false if there is no memory. */
bool sbl_array_grow(struct sbl_array *array, uint64_t index);

/* The element, or NULL where no room was made yet; `bits`: the array's element_bits, known where
 * this is compiled in. */
static inline void *sbl_array_at_bits(const struct sbl_array *array, uint64_t index,
                                      uint32_t bits) {
    uint64_t place = index + array->base;
    uint64_t bit = UINT64_C(63) ^ (uint64_t)__builtin_clzll(place);
    uintptr_t segment = sbl_load_acquire(SLAB, &array->segment[bit]);
    if (SBL_UNLIKELY(segment == 0))
        return NULL;
    return (void *)(segment + ((place & ~(UINT64_C(1) << bit)) << bits));
}
static inline void *sbl_array_at(const struct sbl_array *array, uint64_t index) {
    return sbl_array_at_bits(array, index, array->element_bits);
}

/* ---- private buffers: one worker's scratch ---- */

struct sbl_buffer {
    void *bytes;
    size_t capacity;
};

/* At least `bytes`, what was there kept; false if there is no memory, and then unchanged. */
bool sbl_buffer_reserve(struct sbl_memory *memory, struct sbl_buffer *buffer, size_t bytes);
void sbl_buffer_fini(struct sbl_memory *memory, struct sbl_buffer *buffer);

#endif
