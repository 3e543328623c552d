/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor's loops, and the list of all rows that the library is compared with. In a chained loop
 * the next line's address is computed from the last word read, so no two misses overlap. */
#include "reference.h"

#include "peer.h"

#include <string.h>

void floor_open(struct floor *floor, size_t rows, size_t slots)
{
    *floor = (struct floor){
        .rows = workload_memory(rows * sizeof *floor->rows),
        .slots = workload_memory(slots * sizeof *floor->slots),
        .row_count = rows,
        .slot_count = slots,
    };
}

void floor_close(struct floor *floor)
{
    workload_memory_release(floor->rows, floor->row_count * sizeof *floor->rows);
    workload_memory_release(floor->slots, floor->slot_count * sizeof *floor->slots);
}

/* The word's old value: what a chain hangs on. */
static inline uint64_t read_line(struct line *line)
{
    return atomic_load_explicit(&line->word, memory_order_acquire);
}

static inline uint64_t swap_line(struct line *line)
{
    uint64_t word = atomic_load_explicit(&line->word, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&line->word, &word, word + 1))
        ;
    return word;
}

static inline void read_all(struct floor *floor, struct share *share, enum mode mode)
{
    uint64_t zero = 0;
    for (size_t i = 0; i < share->count; i++) {
        const struct request *request = &share->requests[i];
        if (mode == BATCH)
            __builtin_prefetch(&floor->rows[request[AHEAD].row], 0, 3);
        uint64_t word = read_line(&floor->rows[request->row + zero]);
        zero = mode == BATCH ? 0 : workload_carry(mode, word);
    }
}

static inline void swap_all(struct floor *floor, struct share *share, enum mode mode)
{
    uint64_t zero = 0;
    for (size_t i = 0; i < share->count; i++) {
        const struct request *request = &share->requests[i];
        if (mode == BATCH)
            __builtin_prefetch(&floor->rows[request[AHEAD].row], 1, 3);
        uint64_t word = swap_line(&floor->rows[request->row + zero]);
        zero = mode == BATCH ? 0 : workload_carry(mode, word);
    }
}

/* The order's slot hangs on the row, and the next row on the slot. */
static inline void swap_pairs(struct floor *floor, struct share *share, enum mode mode)
{
    uint64_t zero = 0;
    for (size_t i = 0; i < share->count; i++) {
        const struct request *request = &share->requests[i];
        if (mode == BATCH) {
            __builtin_prefetch(&floor->rows[request[AHEAD].row], 1, 3);
            __builtin_prefetch(&floor->slots[request[AHEAD].slot], 1, 3);
        }
        uint64_t word = swap_line(&floor->rows[request->row + zero]);
        zero = mode == INDEPENDENT || mode == BATCH ? 0 : workload_zero_of(word);
        word = swap_line(&floor->slots[request->slot + zero]);
        zero = mode == BATCH ? 0 : workload_carry(mode, word);
    }
}

/* One loop is compiled for each mode, so that the floor carries no branch on it. */
#define FLOOR_BODY(NAME, LOOP, MODE)                                                               \
    static void NAME(void *floor, struct share *share)                                             \
    {                                                                                              \
        LOOP(floor, share, MODE);                                                                  \
    }
FLOOR_BODY(read_independent, read_all, INDEPENDENT)
FLOOR_BODY(read_chained, read_all, CHAINED)
FLOOR_BODY(read_fenced, read_all, FENCED)
FLOOR_BODY(read_prefetched, read_all, BATCH)
FLOOR_BODY(swap_independent, swap_all, INDEPENDENT)
FLOOR_BODY(swap_chained, swap_all, CHAINED)
FLOOR_BODY(swap_fenced, swap_all, FENCED)
FLOOR_BODY(swap_prefetched, swap_all, BATCH)
FLOOR_BODY(pair_independent, swap_pairs, INDEPENDENT)
FLOOR_BODY(pair_chained, swap_pairs, CHAINED)
FLOOR_BODY(pair_fenced, swap_pairs, FENCED)
FLOOR_BODY(pair_prefetched, swap_pairs, BATCH)

void floor_latency(void *floor, struct share *share)
{
    (void)floor;
    double last = measure_wall();
    for (size_t call = 0; call < share->count; call++)
        measure_latency(share, call, &last);
}

/* ---- over everything ------------------------------------------------------------------------- */

/* Read, and be needed. */
static uint64_t read_words(const uint64_t *words, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += words[i];
    return sum;
}

double floor_pass(const uint64_t *memory, size_t memory_size, double read, unsigned char *area,
                  size_t room, double written)
{
    enum { PIECE = 1 << 15 };
    size_t pieces = (size_t)read / PIECE + 1, at = 0;
    size_t each = (size_t)(written / (double)pieces);
    double started = measure_processor();
    for (size_t i = 0; i < pieces; i++) {
        size_t from = i * PIECE % memory_size;
        uint64_t sum = read_words(memory + from / sizeof *memory, PIECE / sizeof *memory);
        if (area == NULL || each == 0) {
            (void)workload_zero_of(sum >> 1);
            continue;
        }
        at = at + each <= room ? at : 0;
        memset(area + at, (int)sum, each < room ? each : room);
        at += each;
    }
    return measure_processor() - started;
}

void floor_sweep(const uint64_t *memory, size_t memory_size)
{
    const size_t most = (size_t)1 << 27; /* more than caches hold */
    size_t size = memory_size < most ? memory_size : most;
    (void)workload_zero_of(read_words(memory, size / sizeof *memory) >> 1);
}

/* ---- the rows -------------------------------------------------------------------------------- */

#define FLOOR_ROW(NAME, MODE, BODY)                                                                \
    {.subject = FLOOR, .name = (NAME), .mode = (MODE), .body = (BODY), .core = true}
#define PEER_AVAILABLE(SUBJECT, NAME, MODE, ...)                                                   \
    {.subject = (SUBJECT), .name = "available, " NAME, .mode = (MODE), .body = peer_available,     \
     .against = ROW_READ, .against_mode = (MODE), __VA_ARGS__}
#define PEER_RESERVE(SUBJECT, NAME, MODE, ...)                                                     \
    {.subject = (SUBJECT), .name = "reserve, " NAME, .mode = (MODE), .body = peer_reserve_line,    \
     .orders = TAKES_ORDERS, .against = ROW_PAIR, .against_mode = (MODE), __VA_ARGS__}
#define PEER_ORDER(SUBJECT, NAME)                                                                  \
    {.subject = (SUBJECT), .name = "order of four, per line, " NAME, .mode = INDEPENDENT,          \
     .body = peer_reserve_lines, .orders = TAKES_ORDERS, .lines = LINES, .sleeps = true,           \
     .against = ROW_PAIR, .against_mode = INDEPENDENT}

const struct row_kind reference_rows[] = {
    FLOOR_ROW(ROW_READ, INDEPENDENT, read_independent),
    FLOOR_ROW(ROW_READ, CHAINED, read_chained),
    FLOOR_ROW(ROW_READ, FENCED, read_fenced),
    FLOOR_ROW(ROW_READ, BATCH, read_prefetched),
    FLOOR_ROW(ROW_CAS, INDEPENDENT, swap_independent),
    FLOOR_ROW(ROW_CAS, CHAINED, swap_chained),
    FLOOR_ROW(ROW_CAS, FENCED, swap_fenced),
    FLOOR_ROW(ROW_CAS, BATCH, swap_prefetched),
    FLOOR_ROW(ROW_PAIR, INDEPENDENT, pair_independent),
    FLOOR_ROW(ROW_PAIR, CHAINED, pair_chained),
    FLOOR_ROW(ROW_PAIR, FENCED, pair_fenced),
    FLOOR_ROW(ROW_PAIR, BATCH, pair_prefetched),
    PEER_AVAILABLE(ONE_MUTEX, "one mutex", INDEPENDENT, .sleeps = true),
    PEER_AVAILABLE(STRIPED, "1,024 mutexes", INDEPENDENT, .core = true, .sleeps = true),
    PEER_AVAILABLE(STRIPED, "1,024 mutexes", CHAINED, .sleeps = true),
    PEER_AVAILABLE(ROW_LOCKS, "spin-lock in the row", INDEPENDENT, .core = false),
    PEER_RESERVE(ONE_MUTEX, "one mutex", INDEPENDENT, .core = true, .sleeps = true),
    PEER_RESERVE(ONE_MUTEX, "one mutex", CHAINED, .sleeps = true),
    PEER_RESERVE(ONE_MUTEX, "one mutex, by key", INDEPENDENT, .by_key = true, .sleeps = true),
    PEER_ORDER(ONE_MUTEX, "one mutex"),
    PEER_RESERVE(STRIPED, "1,024 mutexes", INDEPENDENT, .core = true, .sleeps = true),
    PEER_RESERVE(STRIPED, "1,024 mutexes", CHAINED, .sleeps = true),
    PEER_RESERVE(STRIPED, "1,024 mutexes, by key", INDEPENDENT, .by_key = true, .sleeps = true),
    PEER_ORDER(STRIPED, "1,024 mutexes"),
    PEER_RESERVE(ROW_LOCKS, "spin-lock in the row", INDEPENDENT, .core = true),
    PEER_RESERVE(ROW_LOCKS, "spin-lock in the row", CHAINED, .core = false),
    PEER_AVAILABLE(CONCURRENCY_KIT, "Concurrency Kit", INDEPENDENT, .core = true),
    PEER_AVAILABLE(CONCURRENCY_KIT, "Concurrency Kit", CHAINED, .core = false),
    PEER_RESERVE(CONCURRENCY_KIT, "Concurrency Kit", INDEPENDENT, .core = true),
    PEER_RESERVE(CONCURRENCY_KIT, "Concurrency Kit", CHAINED, .core = false),
    PEER_RESERVE(CONCURRENCY_KIT, "Concurrency Kit, by key", INDEPENDENT, .by_key = true),
    PEER_ORDER(CONCURRENCY_KIT, "Concurrency Kit"),
};
const size_t reference_row_count = sizeof reference_rows / sizeof *reference_rows;
