/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel of the library itself - lines, transactions, workers, memory, snapshots, the wheel -
 * compiled as C++ over the atomics of model_atomic.h, and what the scenes share: one commit, a few
 * lines, a worker for each thread, and what threads do with them. */
#ifndef SBL_MODEL_ENGINE_H
#define SBL_MODEL_ENGINE_H

#include "model_atomic.h"

#include <initializer_list>
#include <sys/mman.h>

#define SBL_ATOMIC_HEADER "model_atomic.h"
#define class class_
#include "commit.c"
#include "carry.h"
#include "entry.c"
#include "expiry.c"
#include "kept.c"
#include "memory.c"
#include "recent.c"
#include "snapshot.c"
#include "worker.c"
#undef class

namespace model {

enum { LINES = 4, WORKERS = 6, ARENA = 24 << 20 };

inline sbl_memory memory;
inline sbl_commit commit;
inline sbl_line lines[LINES];
inline sbl_wheel wheel;
inline sbl_worker *workers[WORKERS];
alignas(4096) inline char arena[ARENA];
inline size_t arena_used;

/* Only workers have plain fields that begin as zeroes; the few that there are begin their slab. */
inline void *allocate(void *, size_t bytes) {
    bytes = (bytes + 63) & ~static_cast<size_t>(63);
    if (arena_used + bytes > ARENA)
        broken("the arena is too small");
    char *slab = arena + arena_used;
    arena_used += bytes;
    memset(slab, 0, sbl_min(bytes, WORKERS * 8192));
    slab_made(slab, bytes);
    return slab;
}
inline void release(void *, void *, size_t) {}

/* The value of a line at version v: what is not of one version is torn. */
inline uint64_t word_of(uint64_t version, int index) {
    return version * 16 + (version == 0 ? 0 : static_cast<uint64_t>(index));
}
inline uint64_t version_of(const sbl_image &image) {
    uint64_t version = image.word[1] / 16;
    RL_ASSERT(image.word[1] == word_of(version, 1));
    RL_ASSERT(image.word[2] == word_of(version, 2));
    return version;
}
inline void set_version(sbl_image &image, uint64_t version) {
    image.word[1] = word_of(version, 1);
    image.word[2] = word_of(version, 2);
}

/* Lines are rows: of items in two groups of recent.h. */
inline uint32_t item_of(int line) {
    return 1 + static_cast<uint32_t>(line % 2 << SBL_RECENT_ROW_BITS) +
           static_cast<uint32_t>(line / 2);
}
inline sbl_name name_of(int line) { return sbl_name{SBL_ROW, item_of(line)}; }
inline int line_of(uint64_t item) {
    int line = 0;
    while (line < LINES && item_of(line) != item)
        line++;
    return line;
}

/* ---- what threads do ---- */

/* Carry out a transaction over some lines, all or nothing. `plan` makes the new image of each; if
 * it returns false for one, nothing is done, and false is the answer. */
template <typename plan>
bool change(sbl_worker *worker, std::initializer_list<int> which, plan image_of) {
    for (;;) {
        sbl_seen world, seen;
        RL_ASSERT(sbl_transaction_begin(worker, &world));
        for (int line : which) {
            sbl_line_settle(worker, &lines[line], &seen);
            sbl_image image = seen.image;
            if (!image_of(world.image, image)) {
                sbl_transaction_drop(worker);
                return false;
            }
            RL_ASSERT(sbl_transaction_add(worker, &lines[line], name_of(line), &seen, &image));
        }
        if (sbl_transaction_commit(worker, false) == SBL_ACCEPTED)
            return true;
    }
}

/* Add 1 to the version of some lines. */
inline void change(sbl_worker *worker, std::initializer_list<int> which) {
    change(worker, which, [](const sbl_image &, sbl_image &image) {
        set_version(image, version_of(image) + 1);
        return true;
    });
}

inline uint64_t read(int line) {
    sbl_seen seen;
    sbl_line_read(&commit, &lines[line], &seen);
    return version_of(seen.image);
}

/* Two lines at one instant, as questions read them. */
inline void read_both(uint64_t versions[2]) {
    sbl_seen first, second;
    do {
        sbl_line_read(&commit, &lines[0], &first);
        sbl_line_read(&commit, &lines[1], &second);
    } while (!sbl_line_still(&commit, &lines[0], &first) ||
             !sbl_line_still(&commit, &lines[1], &second));
    versions[0] = version_of(first.image);
    versions[1] = version_of(second.image);
}

/* A later now, an exclusive change. */
inline void advance(sbl_worker *worker, uint64_t now) {
    for (;;) {
        sbl_seen world;
        RL_ASSERT(sbl_transaction_begin(worker, &world));
        sbl_image image = world.image;
        image.word[SBL_WORLD_NOW] = now;
        RL_ASSERT(sbl_transaction_add(worker, &commit.world, sbl_name{SBL_WORLD, 0}, &world,
                                      &image));
        if (sbl_transaction_commit(worker, true) == SBL_ACCEPTED)
            return;
    }
}

/* ---- scenes ---- */

/* A scene: what threads do, and what must hold. `taken` workers are there from the beginning. */
template <typename scene, int threads, int taken = threads, uint32_t words = 1024>
struct stage : rl::test_suite<scene, threads> {
    void before() {
        begin_execution(words);
        sellable_allocator allocator = {};
        allocator.allocate = allocate;
        allocator.release = release;
        arena_used = 0;
        memset(static_cast<void *>(&memory), 0, sizeof memory);
        memset(static_cast<void *>(&commit), 0, sizeof commit);
        sbl_memory_init(&memory, &allocator);
        sbl_commit_init(&commit, &memory);
        for (int i = 0; i < LINES; i++)
            sbl_recent_grow(&commit.recent, item_of(i));
        for (int i = 0; i < taken; i++)
            workers[i] = sbl_worker_take(&commit);
        for (int i = 0; i < taken; i++)
            sbl_worker_room(workers[i], 3);
        static_cast<scene *>(this)->set();
        running = true;
    }
    void after() {
        running = false;
        static_cast<scene *>(this)->end();
        end_execution();
    }
    void set() {}
    void end() {}
};

} // namespace model

#endif
