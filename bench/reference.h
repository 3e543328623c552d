/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor: what the memory itself costs. One line of 64 bytes for each item's row and one for
 * each order that stands open, on memory that is got as the engine gets its own. */
#ifndef BENCH_REFERENCE_H
#define BENCH_REFERENCE_H

#include <stdatomic.h>

#include "row.h"

struct line {
    _Alignas(64) _Atomic uint64_t word;
};

struct floor {
    struct line *rows;
    struct line *slots;
    size_t row_count;
    size_t slot_count;
};

void floor_open(struct floor *floor, size_t rows, size_t slots);
void floor_close(struct floor *floor);

/* Read so many bytes once, of memory of that size (as often as it takes), and write as many others
 * over an area again and again, or nothing where it is NULL; ns. */
double floor_pass(const uint64_t *memory, size_t memory_size, double read, unsigned char *area,
                  size_t room, double written);

/* Let so much of other memory be read that caches hold nothing else. */
void floor_sweep(const uint64_t *memory, size_t memory_size);

/* Nothing but the clock, for the table of latencies. */
void floor_latency(void *floor, struct share *share);

#endif
