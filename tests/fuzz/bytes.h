/* SPDX-License-Identifier: Apache-2.0
 *
 * Values out of bytes: usual ones most of the time, so that calls get far, and else whatever a
 * caller could get wrong. After the last byte all are zeros. Memory for what a call reads is of
 * exactly its size and gone after the call, so that a sanitizer sees who reads more, or later. */
#ifndef SELLABLE_TESTS_FUZZ_BYTES_H
#define SELLABLE_TESTS_FUZZ_BYTES_H

#include "fuzz.h"

struct bytes {
    const uint8_t *at;
    size_t left;
    int64_t now; /* of the engine: most times are about it */
    const struct sellable *regions; /* not NULL: handles of regions are asked of this engine; else
                                       they are guessed */
};

/* The bit by which a region's handle is known. */
#define REGION_BIT (UINT32_C(1) << 31)

uint8_t bytes_one(struct bytes *bytes);
uint64_t bytes_raw(struct bytes *bytes, size_t size);

/* One of 0, 1, .., count - 1, out of one byte. */
uint32_t bytes_below(struct bytes *bytes, uint32_t count);

/* In so many of 256 cases. */
bool bytes_chance(struct bytes *bytes, uint32_t cases);

/* Zeroed memory until bytes_forget; of no bytes too. */
void *bytes_memory(size_t size);
void bytes_forget(void);

/* Mostly within the range that is asked for. */
int64_t bytes_quantity(struct bytes *bytes);
int64_t bytes_time(struct bytes *bytes);
int64_t bytes_number(struct bytes *bytes); /* of a setting: small, mostly */
uint32_t bytes_flag(struct bytes *bytes);
uint32_t bytes_choice(struct bytes *bytes, uint32_t first, uint32_t end);
uint32_t bytes_handle(struct bytes *bytes); /* mostly 0: then the key counts */

/* How many; mostly few, at times one more than `limit`. */
uint32_t bytes_count(struct bytes *bytes, uint32_t limit);

/* A key, mostly of a list that ends with NULL; or not given; or new; or none at all. */
struct sellable_key bytes_key(struct bytes *bytes, const char *const *usual);

#endif
