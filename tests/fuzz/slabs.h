/* SPDX-License-Identifier: Apache-2.0
 *
 * Slabs for the engines of a harness: counted, refused when it is told so, and used again from one
 * engine to the next, which is several times faster than to map each anew. A sanitizer sees who
 * writes beyond a slab, or to one that was given back. */
#ifndef SELLABLE_TESTS_FUZZ_SLABS_H
#define SELLABLE_TESTS_FUZZ_SLABS_H

#include "fuzz.h"

struct sellable_allocator slabs_allocator(void);

/* From the next request on, `before` are served, then `count` are not; count 0: all are served.
 * How many were not, since. */
void slabs_refuse(uint64_t before, uint64_t count);
uint64_t slabs_refused(void);

/* None is out. */
void slabs_are_back(void);

#endif
