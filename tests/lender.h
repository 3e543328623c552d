/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that counts what it gives and gets back, and gives nothing when it is told so: at
 * the n-th request, or by chance. There is one of it. */
#ifndef SELLABLE_TESTS_LENDER_H
#define SELLABLE_TESTS_LENDER_H

#include "scene.h"

#include "random.h"

#include <pthread.h>
#include <sys/mman.h>

enum { SLABS = 1 << 14 };

/* Slabs that are out, by the order of their requests. */
static struct lender {
    pthread_mutex_t lock;
    uint64_t requests, refused;
    uint64_t refuse_at, refuse_for; /* from which request on, and how many; 0: none */
    uint32_t one_in;                /* refuse so many by chance; 0: none */
    struct random random;
    struct {
        void *slab;
        size_t size;
    } out[SLABS];
    uint64_t given, back, wrong;
} lender = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline void *lend(void *context, size_t size) {
    struct lender *from = context;
    void *slab = NULL;
    pthread_mutex_lock(&from->lock);
    from->requests++;
    from->wrong += size == 0 || size % 4096 != 0;
    bool refuse = (from->refuse_at != 0 && from->requests >= from->refuse_at &&
                   from->requests < from->refuse_at + from->refuse_for) ||
                  (from->one_in != 0 && random_below(&from->random, from->one_in) == 0);
    from->refused += refuse;
    if (!refuse)
        slab = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slab == MAP_FAILED)
        slab = NULL;
    if (slab != NULL && from->given < SLABS) {
        from->out[from->given].slab = slab;
        from->out[from->given].size = size;
        from->given++;
    }
    pthread_mutex_unlock(&from->lock);
    return slab;
}

static inline void take_back(void *context, void *slab, size_t size) {
    struct lender *to = context;
    bool known = false;
    pthread_mutex_lock(&to->lock);
    for (uint64_t i = to->given; i-- > 0 && !known;) {
        if (to->out[i].slab != slab)
            continue;
        known = true;
        to->wrong += to->out[i].size != size;
        to->out[i].slab = NULL;
        to->back++;
        munmap(slab, size);
    }
    to->wrong += !known;
    pthread_mutex_unlock(&to->lock);
}

static inline void lender_begin(uint64_t refuse_at, uint64_t refuse_for) {
    lender.requests = lender.refused = lender.given = lender.back = lender.wrong = 0;
    lender.refuse_at = refuse_at;
    lender.refuse_for = refuse_for;
    lender.one_in = 0;
}

static inline void all_is_back_at(const char *file, int line) {
    equal_at((int64_t)lender.back, (int64_t)lender.given, "slabs that came back", file, line);
    equal_at((int64_t)lender.wrong, 0, "slabs not lent, or of another size", file, line);
    assert_true(lender.given < SLABS);
}
#define all_is_back() all_is_back_at(__FILE__, __LINE__)

#endif
