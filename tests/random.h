/* SPDX-License-Identifier: Apache-2.0
 *
 * A small deterministic generator of random numbers for tests (SplitMix64): the whole state is one
 * number, so that a printed seed repeats a run on every machine. */
#ifndef SELLABLE_TESTS_RANDOM_H
#define SELLABLE_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random) {
    uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* One of 0, 1, .., count - 1; count > 0. The bias is below count / 2^64. */
static inline uint32_t random_below(struct random *random, uint32_t count) {
    return (uint32_t)(random_next(random) % count);
}

/* One of first, .., last. */
static inline int64_t random_between(struct random *random, int64_t first, int64_t last) {
    return first + (int64_t)(random_next(random) % ((uint64_t)(last - first) + 1));
}

/* True in so many of a hundred cases. */
static inline bool random_percent(struct random *random, uint32_t percent) {
    return random_below(random, 100) < percent;
}

#endif
