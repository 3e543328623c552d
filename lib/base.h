/* SPDX-License-Identifier: Apache-2.0
 *
 * The ground: arithmetic that cannot overflow, and the few words of C that every file uses. */
#ifndef SBL_BASE_H
#define SBL_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sellable.h"

#define SBL_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define SBL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define SBL_NOINLINE __attribute__((noinline))
#define SBL_UNROLL _Pragma("GCC unroll 8") /* a loop over the words of a line */
#define SBL_ALIGNED(bytes) __attribute__((aligned(bytes)))

static_assert(sizeof(void *) == 8, "sellable needs a 64-bit platform");

static inline int64_t sbl_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t sbl_max(int64_t a, int64_t b) { return a > b ? a : b; }

/* A sum of quantities, each of any value: exact where it can be, else pinned far outside of what is
 * valid. So a sum over words that turn out torn, and are thrown away, is never undefined. */
static inline int64_t sbl_add(int64_t a, int64_t b) {
    int64_t sum;
    if (SBL_UNLIKELY(__builtin_add_overflow(a, b, &sum)))
        return b < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return sum;
}
static inline int64_t sbl_subtract(int64_t a, int64_t b) {
    int64_t difference;
    if (SBL_UNLIKELY(__builtin_sub_overflow(a, b, &difference)))
        return b > 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return difference;
}

static inline int64_t sbl_multiply(int64_t a, int64_t b) {
    int64_t product;
    if (SBL_UNLIKELY(__builtin_mul_overflow(a, b, &product)))
        return (a < 0) != (b < 0) ? INT64_MIN / 2 : INT64_MAX / 2;
    return product;
}

static inline bool sbl_is_quantity(int64_t value) {
    return value >= -SELLABLE_QUANTITY_MAX && value <= SELLABLE_QUANTITY_MAX;
}
static inline bool sbl_is_time(int64_t value) {
    return value >= -SELLABLE_TIME_MAX && value <= SELLABLE_TIME_MAX;
}

static inline uint32_t sbl_low(uint64_t word) { return (uint32_t)word; }
static inline uint32_t sbl_high(uint64_t word) { return (uint32_t)(word >> 32); }
static inline uint64_t sbl_pair(uint32_t high, uint32_t low) {
    return (uint64_t)high << 32 | low;
}

/* Fetch a line of memory to read it, or to change it. */
static inline void sbl_prefetch_to_read(const void *address) { __builtin_prefetch(address, 0, 3); }
static inline void sbl_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
