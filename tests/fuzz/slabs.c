/* SPDX-License-Identifier: Apache-2.0
 *
 * See slabs.h. A harness has one thread, and one engine at a time. */
#include "slabs.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif
#ifdef POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

enum { SLABS_MAX = 1024, PAGE = 4096 };

/* All there are; those that are not out lie ready. */
static struct slab {
    void *memory;
    size_t size;
    bool out;
} slabs[SLABS_MAX];
static size_t slab_count;

static uint64_t served_before, refused_count, refused;

static bool refuses(void) {
    if (refused_count == 0)
        return false;
    if (served_before > 0) {
        served_before--;
        return false;
    }
    refused_count--;
    refused++;
    return true;
}

static struct slab *ready_slab(size_t size) {
    for (size_t i = 0; i < slab_count; i++)
        if (!slabs[i].out && slabs[i].size == size)
            return &slabs[i];
    must_be(slab_count, <, SLABS_MAX);
    struct slab *slab = &slabs[slab_count++];
    slab->size = size;
    must_be(posix_memalign(&slab->memory, PAGE, size), ==, 0);
    return slab;
}

static void *take(void *context, size_t size) {
    must(context == slabs);
    must(size > 0 && size % PAGE == 0);
    if (refuses())
        return NULL;
    struct slab *slab = ready_slab(size);
    slab->out = true;
    ASAN_UNPOISON_MEMORY_REGION(slab->memory, size);
    return memset(slab->memory, 0, size);
}

static void give_back(void *context, void *memory, size_t size) {
    size_t i = 0;
    must(context == slabs);
    while (i < slab_count && slabs[i].memory != memory)
        i++;
    must(i < slab_count && slabs[i].out && slabs[i].size == size);
    slabs[i].out = false;
    ASAN_POISON_MEMORY_REGION(memory, size);
}

struct sellable_allocator slabs_allocator(void) {
    return (struct sellable_allocator){slabs, take, give_back};
}

void slabs_refuse(uint64_t before, uint64_t count) {
    served_before = before;
    refused_count = count;
    refused = 0;
}

uint64_t slabs_refused(void) {
    return refused;
}

void slabs_are_back(void) {
    for (size_t i = 0; i < slab_count; i++)
        must(!slabs[i].out);
}
