/* SPDX-License-Identifier: Apache-2.0
 *
 * See memory.h. The shared stacks are Treiber's (1986), a tag beside the reference: a batch that
 * was taken and put back while a thread slept between reading the stack and changing it is not
 * mistaken, unless that happened 2^32 times in between. */
#include "memory.h"

#include <sys/mman.h>

enum { SBL_CHUNK = 512 /* granules a worker takes at once */, SBL_LARGE = 128 /* those, singly */ };

static const size_t huge_page = (size_t)2 << 20;

static void *map_slab(void *context, size_t bytes) {
    (void)context;
    size_t extra = bytes >= huge_page ? huge_page : 0;
    char *start = mmap(NULL, bytes + extra, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    if (extra == 0)
        return start;
    char *aligned = (char *)(((uintptr_t)start + huge_page - 1) & ~(uintptr_t)(huge_page - 1));
    size_t before = (size_t)(aligned - start);
    if (before != 0)
        munmap(start, before);
    if (extra != before)
        munmap(aligned + bytes, extra - before);
    madvise(aligned, bytes, MADV_HUGEPAGE);
    return aligned;
}

static void unmap_slab(void *context, void *slab, size_t bytes) {
    (void)context;
    munmap(slab, bytes);
}

static size_t slab_size(size_t bytes) {
    size_t unit = bytes >= huge_page ? huge_page : (size_t)64 << 10;
    return (bytes + unit - 1) / unit * unit;
}

void *sbl_slab_take(struct sbl_memory *memory, size_t bytes) {
    void *slab = memory->allocator.allocate(memory->allocator.context, slab_size(bytes));
    if (slab != NULL)
        sbl_count(&memory->taken, slab_size(bytes));
    return slab;
}

void sbl_slab_give(struct sbl_memory *memory, void *slab, size_t bytes) {
    if (slab == NULL)
        return;
    sbl_count(&memory->taken, -(uint64_t)slab_size(bytes));
    memory->allocator.release(memory->allocator.context, slab, slab_size(bytes));
}

bool sbl_memory_init(struct sbl_memory *memory, const struct sellable_allocator *allocator) {
    memory->allocator = *allocator;
    if (memory->allocator.allocate == NULL) {
        memory->allocator.allocate = map_slab;
        memory->allocator.release = unmap_slab;
    }
    memory->slab = sbl_slab_take(memory, SBL_SLABS * sizeof(sbl_word));
    sbl_store(&memory->cursor, 2); /* reference 0 is none; blocks of 64 bytes keep to a line */
    return memory->slab != NULL;
}

void sbl_memory_fini(struct sbl_memory *memory) {
    if (memory->slab == NULL)
        return;
    for (uint32_t i = 0; i < SBL_SLABS; i++)
        sbl_slab_give(memory, (void *)(uintptr_t)sbl_load(&memory->slab[i]),
                      (size_t)SBL_SLAB_GRANULES * SBL_GRANULE);
    sbl_slab_give(memory, memory->slab, SBL_SLABS * sizeof(sbl_word));
}

/* Put a new slab where there is none; whoever comes second gives its own back. */
static bool fill_slab(struct sbl_memory *memory, sbl_word *place, size_t bytes) {
    if (sbl_load_acquire(SLAB, place) != 0)
        return true;
    void *slab = sbl_slab_take(memory, bytes);
    if (slab == NULL)
        return false;
    uint64_t none = 0;
    if (!sbl_cas(SLAB, place, &none, (uint64_t)(uintptr_t)slab))
        sbl_slab_give(memory, slab, bytes);
    return true;
}

/* `granules` never used, in one slab; 0 if there are none. */
static uint32_t take_fresh(struct sbl_memory *memory, uint32_t granules) {
    uint64_t cursor = sbl_load(&memory->cursor);
    for (;;) {
        uint64_t start = cursor;
        if (start % SBL_SLAB_GRANULES + granules > SBL_SLAB_GRANULES)
            start += SBL_SLAB_GRANULES - start % SBL_SLAB_GRANULES;
        if (start + granules > (uint64_t)SBL_SLABS * SBL_SLAB_GRANULES)
            return 0;
        if (!fill_slab(memory, &memory->slab[start / SBL_SLAB_GRANULES],
                       (size_t)SBL_SLAB_GRANULES * SBL_GRANULE))
            return 0;
        if (sbl_cas(SLAB, &memory->cursor, &cursor, start + granules))
            return (uint32_t)start;
    }
}

/* Sizes in granules: 1, 2, 3, 4, 6, 8, 12, 16 ... 6144, 8192. */
static uint32_t class_granules(uint32_t class) {
    if (class < 2)
        return class + 1;
    return class % 2 == 0 ? 3u << (class / 2 - 1) : 4u << (class / 2 - 1);
}

static uint32_t class_of(uint32_t granules) {
    if (granules <= 2)
        return granules - 1;
    uint32_t bit = 31u - (uint32_t)__builtin_clz(granules - 1); /* 2^bit < granules <= 2^(bit+1) */
    return granules <= 3u << (bit - 1) ? 2 * bit : 2 * bit + 1;
}

/* A batch is a block that carries the references of others: word 1 the batch below it on the stack,
 * then two references a word. */
static uint32_t batch_size(uint32_t class) {
    uint32_t carried = 2 * (class_granules(class) * SBL_GRANULE_WORDS - 2);
    return carried < SBL_BATCH ? carried + 1 : SBL_BATCH;
}

/* A batch from the shared stack becomes this worker's; false if there is none. */
static SBL_NOINLINE bool take_batch(struct sbl_memory *memory, struct sbl_cache *cache,
                                    uint32_t class) {
    uint64_t top = sbl_load_acquire(STACK, &memory->stack[class]);
    while (sbl_low(top) != 0) {
        const sbl_word *carrier = sbl_block_given(memory, sbl_low(top));
        uint32_t below = sbl_low(sbl_load_acquire(BLOCK, &carrier[1]));
        if (!sbl_cas(STACK, &memory->stack[class], &top, sbl_pair(sbl_high(top) + 1, below)))
            continue;
        uint32_t *reference = cache->list[class].reference;
        uint32_t count = batch_size(class);
        for (uint32_t i = 1; i < count; i++) {
            uint64_t two = sbl_load(&carrier[2 + (i - 1) / 2]);
            reference[i] = i % 2 == 1 ? sbl_low(two) : sbl_high(two);
        }
        reference[0] = sbl_low(top);
        cache->list[class].count = count;
        for (uint32_t i = count - 1; i > 0 && i + 4 >= count; i--)
            sbl_block_fetch(memory, reference[i]);
        return true;
    }
    return false;
}

static SBL_NOINLINE void give_batch(struct sbl_memory *memory, struct sbl_cache *cache,
                                    uint32_t class) {
    uint32_t count = batch_size(class);
    uint32_t rest = cache->list[class].count -= count;
    const uint32_t *reference = cache->list[class].reference + rest;
    sbl_word *carrier = sbl_block_given(memory, reference[0]);
    for (uint32_t i = 1; i < count; i += 2)
        sbl_store_release(BLOCK, &carrier[2 + (i - 1) / 2],
                          sbl_pair(i + 1 < count ? reference[i + 1] : 0, reference[i]));
    uint64_t top = sbl_load(&memory->stack[class]);
    do
        sbl_store_release(BLOCK, &carrier[1], sbl_low(top));
    while (!sbl_cas(STACK, &memory->stack[class], &top, sbl_pair(sbl_high(top) + 1, reference[0])));
}

/* A block that was never used; 0 if there is none. */
static uint32_t fresh_block(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t granules) {
    if (granules >= SBL_LARGE)
        return take_fresh(memory, granules);
    if (cache->fresh_end - cache->fresh < granules) {
        uint32_t start = take_fresh(memory, SBL_CHUNK);
        if (start == 0)
            return 0;
        cache->fresh = start;
        cache->fresh_end = start + SBL_CHUNK;
    }
    uint32_t reference = cache->fresh;
    cache->fresh += granules;
    if (cache->fresh_end - cache->fresh > 4 * granules)
        sbl_block_fetch(memory, cache->fresh + 3 * granules);
    return reference;
}

/* The size of a block for so many words, its head and, if it is as large as can be, its link. */
static uint32_t class_for(uint32_t words) {
    uint32_t all = words + (words == SBL_BLOCK_WORDS_MAX ? 2 : 1);
    return class_of((all + SBL_GRANULE_WORDS - 1) / SBL_GRANULE_WORDS);
}

uint32_t sbl_block_take(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t stamp,
                        uint32_t words, sbl_word **block) {
    uint32_t class = class_for(words);
    uint32_t reference;
    if (cache->list[class].count != 0 || take_batch(memory, cache, class)) {
        uint32_t count = --cache->list[class].count;
        reference = cache->list[class].reference[count];
        if (count >= SBL_FETCH_AHEAD)
            sbl_block_fetch(memory, cache->list[class].reference[count - SBL_FETCH_AHEAD]);
    } else {
        reference = fresh_block(memory, cache, class_granules(class));
        if (reference == 0)
            return 0;
    }
    *block = sbl_block_given(memory, reference);
    sbl_store_release(BLOCK, *block, sbl_pair(stamp, words << 8 | class));
    return reference;
}

static void give_block(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t reference,
                       uint64_t head) {
    uint32_t class = head & 0xff;
    assert(class < SBL_CLASSES);
    if (cache->list[class].count == SBL_FREE)
        give_batch(memory, cache, class);
    cache->list[class].reference[cache->list[class].count++] = reference;
}

/* The block after this one in its chain; 0: it is the last. */
static uint32_t next_of(const sbl_word *block, uint64_t head, uint32_t limit) {
    if (SBL_LIKELY(sbl_head_words(head) != SBL_BLOCK_WORDS_MAX) || limit < SBL_BLOCK_WORDS_MAX + 2)
        return 0;
    return sbl_low(sbl_load_acquire(BLOCK, &block[1 + SBL_BLOCK_WORDS_MAX]));
}

uint32_t sbl_blob_take(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t stamp,
                       const uint64_t *words, uint32_t count) {
    uint32_t next = 0, rest = count;
    do { /* the last block first: each names the one after it */
        uint32_t part = rest % SBL_BLOCK_WORDS_MAX;
        if (part == 0 && rest != 0)
            part = SBL_BLOCK_WORDS_MAX;
        sbl_word *block;
        uint32_t reference = sbl_block_take(memory, cache, stamp, part, &block);
        if (reference == 0) {
            sbl_blob_give(memory, cache, next);
            return 0;
        }
        if (part == SBL_BLOCK_WORDS_MAX)
            sbl_block_set(block, part, next);
        rest -= part;
        for (uint32_t i = 0; i < part; i++)
            sbl_block_set(block, i, words[rest + i]);
        next = reference;
    } while (rest != 0);
    return next;
}

uint32_t sbl_blob_copy(const struct sbl_memory *memory, uint32_t reference, uint32_t from,
                       uint64_t *words, uint32_t capacity) {
    uint32_t copied = 0, hops = 0;
    while (reference != 0 && copied < capacity && hops++ < SBL_SLABS) {
        uint32_t limit;
        sbl_word *block = sbl_block(memory, reference, &limit);
        if (block == NULL)
            break;
        uint64_t head = sbl_load_acquire(BLOCK, block);
        uint32_t count = sbl_head_words(head);
        if (count > limit - 1)
            count = limit - 1;
        if (from >= count) {
            from -= count;
        } else {
            for (uint32_t i = from; i < count && copied < capacity; i++)
                words[copied++] = sbl_load_acquire(BLOCK, &block[1 + i]);
            from = 0;
        }
        reference = next_of(block, head, limit);
    }
    return copied;
}

uint32_t sbl_blob_words(const struct sbl_memory *memory, uint32_t reference) {
    uint32_t words = 0, hops = 0;
    while (reference != 0 && hops++ < SBL_SLABS) {
        uint32_t limit;
        sbl_word *block = sbl_block(memory, reference, &limit);
        if (block == NULL)
            break;
        uint64_t head = sbl_load_acquire(BLOCK, block);
        uint32_t count = sbl_head_words(head);
        words += count > limit - 1 ? limit - 1 : count;
        reference = next_of(block, head, limit);
    }
    return words;
}

void sbl_blob_give(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t reference) {
    while (reference != 0) {
        const sbl_word *block = sbl_block_given(memory, reference);
        uint64_t head = sbl_load(block);
        uint32_t next = next_of(block, head, UINT32_MAX);
        give_block(memory, cache, reference, head);
        reference = next;
    }
}

uint32_t sbl_head_granules(uint64_t head) {
    uint32_t class = head & 0xff, words = sbl_head_words(head);
    if (head == 0 || class >= SBL_CLASSES || words > SBL_BLOCK_WORDS_MAX ||
        class_for(words) != class)
        return 0;
    return class_granules(class);
}

bool sbl_block_make(struct sbl_memory *memory, uint32_t reference) {
    return fill_slab(memory, &memory->slab[reference / SBL_SLAB_GRANULES],
                     (size_t)SBL_SLAB_GRANULES * SBL_GRANULE);
}

void sbl_block_free(struct sbl_memory *memory, struct sbl_cache *cache, uint32_t reference,
                    uint32_t granules) {
    uint32_t class = class_of(granules), words = granules * SBL_GRANULE_WORDS - 1;
    uint64_t head = sbl_pair(0, (words < SBL_BLOCK_WORDS_MAX ? words : SBL_BLOCK_WORDS_MAX) << 8 |
                                    class); /* so that its size can be seen */
    assert(class_granules(class) == granules);
    sbl_store_release(BLOCK, sbl_block_given(memory, reference), head);
    give_block(memory, cache, reference, head);
}

void sbl_array_init(struct sbl_array *array, struct sbl_memory *memory, uint32_t element_bits,
                    uint32_t base_bits) {
    array->memory = memory;
    array->element_bits = element_bits;
    array->base_bits = base_bits;
    array->base = UINT64_C(1) << base_bits;
}

/* Of the segment of indexes whose highest bit, the base added, is this. */
static size_t segment_bytes(const struct sbl_array *array, uint32_t bit) {
    return (size_t)1 << (bit + array->element_bits);
}

void sbl_array_fini(struct sbl_array *array) {
    for (uint32_t bit = array->base_bits; bit < SBL_SEGMENTS && array->memory != NULL; bit++) {
        uintptr_t segment = sbl_load(&array->segment[bit]);
        if (segment != 0)
            sbl_slab_give(array->memory, (void *)segment, segment_bytes(array, bit));
    }
}

bool sbl_array_grow(struct sbl_array *array, uint64_t index) {
    uint32_t bit = 63u - (uint32_t)__builtin_clzll(index + array->base);
    return bit + array->element_bits < 63 &&
           fill_slab(array->memory, &array->segment[bit], segment_bytes(array, bit));
}

bool sbl_buffer_reserve(struct sbl_memory *memory, struct sbl_buffer *buffer, size_t bytes) {
    if (bytes <= buffer->capacity)
        return true;
    size_t capacity = slab_size(bytes > 2 * buffer->capacity ? bytes : 2 * buffer->capacity);
    void *grown = sbl_slab_take(memory, capacity);
    if (grown == NULL)
        return false;
    if (buffer->capacity != 0)
        memcpy(grown, buffer->bytes, buffer->capacity);
    sbl_slab_give(memory, buffer->bytes, buffer->capacity);
    buffer->bytes = grown;
    buffer->capacity = capacity;
    return true;
}

void sbl_buffer_fini(struct sbl_memory *memory, struct sbl_buffer *buffer) {
    sbl_slab_give(memory, buffer->bytes, buffer->capacity);
    buffer->bytes = NULL;
    buffer->capacity = 0;
}
