/* SPDX-License-Identifier: Apache-2.0
 *
 * A log in memory, which outlives the engine: to be cut short, and opened again. */
#ifndef SELLABLE_TESTS_CRASH_MEMORY_LOG_H
#define SELLABLE_TESTS_CRASH_MEMORY_LOG_H

#include "sellable.h"

#include <stdbool.h>

struct batch {
    uint64_t position;
    uint64_t size;
    void *bytes;
};

struct memory_log {
    struct batch *batches;
    uint32_t count;
    uint32_t first;   /* those before it were dropped */
    uint32_t unsound; /* how often the engine did not keep to the rules of a log */
};

struct sellable_log memory_log_of(struct memory_log *log);

/* The same bytes once more, of the first `count` batches. */
struct memory_log memory_log_copy(const struct memory_log *log, uint32_t count);
void memory_log_free(struct memory_log *log);

#endif
