/* SPDX-License-Identifier: Apache-2.0
 *
 * How often something took how long: counts in buckets whose width grows with the value, so that
 * each tells its values to within a sixty-fourth. After the log-linear histograms of HdrHistogram.
 * Noting costs a few instructions, and one line of memory. */
#ifndef PLAN_HISTOGRAM_H
#define PLAN_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_FINE = 6, /* bits of a value that a bucket keeps, below the highest */
    HISTOGRAM_BITS = 42, /* longer than 2^42 ns, more than an hour: counted as that */
    HISTOGRAM_BUCKETS = (HISTOGRAM_BITS - HISTOGRAM_FINE + 1) << HISTOGRAM_FINE
};

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
};

static inline size_t histogram_bucket(uint64_t value)
{
    if (value >> HISTOGRAM_BITS)
        return HISTOGRAM_BUCKETS - 1;
    if (value >> HISTOGRAM_FINE == 0)
        return (size_t)value;
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(value) - HISTOGRAM_FINE;
    return ((size_t)shift << HISTOGRAM_FINE) + (size_t)(value >> shift);
}

/* The least value of a bucket. */
static inline uint64_t histogram_least(size_t bucket)
{
    size_t row = bucket >> HISTOGRAM_FINE;
    if (row == 0)
        return bucket;
    uint64_t low = bucket & (((size_t)1 << HISTOGRAM_FINE) - 1);
    return (((uint64_t)1 << HISTOGRAM_FINE) + low) << (row - 1);
}

static inline void histogram_note(struct histogram *histogram, uint64_t value)
{
    histogram->counts[histogram_bucket(value)]++;
}

static inline void histogram_add(struct histogram *into, const struct histogram *from)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->counts[i] += from->counts[i];
}

#endif
