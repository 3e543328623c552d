/* SPDX-License-Identifier: Apache-2.0
 *
 * The atomics of lib/atomic.h, in the model checker: each word is an atomic of Relacy's, each edge
 * has orders that can be weakened while the program runs.
 *
 * A word keeps its 8 bytes: they hold the place of its atomic in a pool. The pool is made anew
 * before each execution, all zeroes, known to every thread; a word gets its atomic when it is first
 * touched.
 *
 * Beyond the values that a weak memory can give, three things are looked for:
 *   plain     A word that is loaded without order, and never swapped, is plain memory to the
 *             library: such loads, and all changes of it, must be ordered. So it is found, too, if
 *             a load could see a store that was made later: Relacy itself executes no load late.
 *   memory    Who touches a word sees the slab that it lies in made.
 *   swaps     One that fails may have read an old value. */
#ifndef SBL_MODEL_ATOMIC_H
#define SBL_MODEL_ATOMIC_H

#include <relacy/relacy.hpp>

#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef errno

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#define MODEL_EDGES(EDGE)                                                                          \
    EDGE(HEADER) EDGE(WORD) EDGE(RECORD) EDGE(BLOCK) EDGE(STATUS) EDGE(HELPING) EDGE(SLAB)         \
    EDGE(STACK) EDGE(WORKER) EDGE(COUNT) EDGE(TIMER) EDGE(ENTRY) EDGE(TAIL) EDGE(CONSUMED)

/* What no end needs any order for, and has none here: who sees a change by way of the world's stamp
 * sees the mark, since the verdict orders both. */
#define MODEL_UNORDERED(EDGE) EDGE(RECENT)

struct sbl_word {
    uint64_t place; /* execution << 20 | index in the pool */
};

namespace model {

#define MODEL_ENUMERATOR(NAME) EDGE_##NAME,
enum edge { MODEL_EDGES(MODEL_ENUMERATOR) EDGES, BEFORE_UNORDERED = EDGES - 1,
            MODEL_UNORDERED(MODEL_ENUMERATOR) ALL_EDGES };
#undef MODEL_ENUMERATOR

struct orders {
    bool acquire = true, release = true;
    rl::memory_order load() const { return acquire ? rl::mo_acquire : rl::mo_relaxed; }
    rl::memory_order store() const { return release ? rl::mo_release : rl::mo_relaxed; }
    rl::memory_order swap() const {
        return acquire ? release ? rl::mo_acq_rel : rl::mo_acquire : store();
    }
};
inline orders edges[EDGES];
inline orders orders_of(edge label) {
    return label < EDGES ? edges[label] : orders{false, false};
}

enum { POOL = 4096, SLABS = 256, THREADS_MOST = 8 };

/* One word in one execution. */
struct cell {
    rl::atomic<uint64_t> value;
    rl::var<unsigned> plain;
    cell() : value(0), plain(0) {}
};
struct slab {
    uintptr_t begin, end;
    rl::var<unsigned> *made; /* NULL: before the threads began */
};

inline uint64_t execution;
inline uint32_t cells_made, cells_used, cells_most, slabs_used;
inline bool running; /* the threads, not what comes before and after them */
inline unsigned period; /* a thread is interrupted once in so many steps; 1: as Relacy likes */
alignas(64) inline char cells[POOL * sizeof(cell)];
alignas(64) inline char made[SLABS * sizeof(rl::var<unsigned>)];
inline uint8_t slab_of[POOL];
inline slab slabs[SLABS];

[[noreturn]] inline void broken(const char *what) {
    fprintf(stderr, "model: %s\n", what);
    abort();
}

inline cell &cell_at(uint32_t index) { return reinterpret_cast<cell *>(cells)[index]; }

/* A thread that stops for ever before one of its next steps, counted from 1; 0: it does not. It is
 * thrown out of there, and takes no step any more. */
struct stopped_for_ever {};
inline unsigned stops_in[THREADS_MOST];

/* Before the threads of an execution: as many words as there may be. */
inline void begin_execution(uint32_t words) {
    static const unsigned periods[] = {1, 2, 8, 32, 128, 512};
    if (words > POOL)
        broken("the pool is too small");
    execution++;
    running = false;
    slabs_used = 0;
    cells_used = 0;
    memset(stops_in, 0, sizeof stops_in);
    for (cells_made = 0; cells_made < words; cells_made++)
        new (&cell_at(cells_made)) cell;
    period = rl::ctx().is_random_sched() ? periods[rl::rand(6)] : 1;
}

inline void end_execution() {
    running = false;
    for (uint32_t i = 0; i < slabs_used; i++)
        if (slabs[i].made != nullptr)
            slabs[i].made->~var();
    while (cells_made != 0)
        cell_at(--cells_made).~cell();
}

/* Memory that words may lie in. */
inline void slab_made(const void *begin, size_t bytes) {
    if (slabs_used == SLABS)
        broken("too many slabs");
    slab &one = slabs[slabs_used];
    one.begin = reinterpret_cast<uintptr_t>(begin);
    one.end = one.begin + bytes;
    one.made = nullptr;
    if (running)
        one.made = new (made + slabs_used * sizeof(rl::var<unsigned>)) rl::var<unsigned>(1);
    slabs_used++;
}

inline uint8_t find_slab(uintptr_t address) {
    for (uint32_t i = 0; i < slabs_used; i++)
        if (address >= slabs[i].begin && address < slabs[i].end)
            return static_cast<uint8_t>(i);
    return SLABS - 1; /* static: there since the beginning */
}

inline cell &cell_of(const sbl_word *from, rl::debug_info_param info) {
    sbl_word *word = const_cast<sbl_word *>(from);
    if (word->place >> 20 != execution) {
        if (cells_used == cells_made)
            broken("more words than the scene said");
        slab_of[cells_used] = find_slab(reinterpret_cast<uintptr_t>(word));
        word->place = execution << 20 | cells_used++;
        if (cells_used > cells_most)
            cells_most = cells_used;
    }
    uint32_t index = static_cast<uint32_t>(word->place & 0xfffff);
    if (slab_of[index] < slabs_used && slabs[slab_of[index]].made != nullptr)
        (void)(*slabs[slab_of[index]].made)(info).load();
    return cell_at(index);
}

/* A step that is not interrupted, but for once in a period: so threads also sleep for long. */
struct step {
    bool held;
    step() : held(false) {
        if (running && stops_in[rl::ctx().current_thread()] != 0 &&
            --stops_in[rl::ctx().current_thread()] == 0)
            throw stopped_for_ever();
        held = period > 1 && rl::rand(period) != 0;
        if (held)
            rl::ctx().disable_preemption();
    }
    ~step() {
        if (held)
            rl::ctx().enable_preemption();
    }
};

inline uint64_t load(const sbl_word *word, rl::debug_info_param info) {
    step one;
    cell &at = cell_of(word, info);
    uint64_t value = at.value.load(rl::mo_relaxed, info);
    (void)at.plain(info).load();
    return value;
}

inline uint64_t load(edge label, const sbl_word *word, rl::debug_info_param info) {
    step one;
    return cell_of(word, info).value.load(orders_of(label).load(), info);
}

/* To store what is there is no change: whoever loads it early or late gets the same. */
inline void stored_plain(cell &at, uint64_t value, rl::debug_info_param info) {
    if (at.value.debug_value() != value)
        at.plain(info).store(0);
}

inline void store(sbl_word *word, uint64_t value, rl::debug_info_param info) {
    step one;
    cell &at = cell_of(word, info);
    stored_plain(at, value, info);
    at.value.store(value, rl::mo_relaxed, info);
}

inline void store(edge label, sbl_word *word, uint64_t value, rl::debug_info_param info) {
    step one;
    cell &at = cell_of(word, info);
    if (label == EDGE_WORD || label == EDGE_RECORD || label == EDGE_BLOCK)
        stored_plain(at, value, info);
    at.value.store(value, orders_of(label).store(), info);
}

inline bool swap(edge label, sbl_word *word, uint64_t *expected, uint64_t desired,
                 rl::debug_info_param info) {
    step one;
    cell &at = cell_of(word, info);
    const orders order = orders_of(label);
    if (rl::ctx().is_random_sched()) {
        uint64_t old = at.value.load(order.load(), info);
        if (old != *expected) {
            *expected = old;
            return false;
        }
    }
    return at.value.compare_exchange(rl::bool_t<false>(), *expected, desired, order.swap(),
                                     order.load(), info);
}

inline uint64_t count(sbl_word *word, uint64_t amount, rl::debug_info_param info) {
    step one;
    return cell_of(word, info).value.fetch_add(amount, rl::mo_relaxed, info);
}

} // namespace model

#define sbl_load(word) model::load((word), RL_INFO)
#define sbl_store(word, value) model::store((word), (value), RL_INFO)
#define sbl_load_acquire(EDGE, word) model::load(model::EDGE_##EDGE, (word), RL_INFO)
#define sbl_store_release(EDGE, word, value)                                                       \
    model::store(model::EDGE_##EDGE, (word), (value), RL_INFO)
#define sbl_cas(EDGE, word, expected, desired)                                                     \
    model::swap(model::EDGE_##EDGE, (word), (expected), (desired), RL_INFO)
#define sbl_count(word, amount) model::count((word), (amount), RL_INFO)
#define sbl_pause() rl::yield(1, RL_INFO)

#endif
