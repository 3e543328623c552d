/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting in place, without memory of its own and without a worst case: heap sort. */
#ifndef SBL_SORT_H
#define SBL_SORT_H

#include "base.h"

/* Does a come before b? */
typedef bool sbl_before(const void *context, const void *a, const void *b);

void sbl_sort(void *list, size_t size, size_t count, sbl_before *before, const void *context);

/* The same a step at a time: a heap, of which the last comes first. Pop puts that at the list's
 * end; the heap is the others then. */
void sbl_heap_make(void *list, size_t size, size_t count, sbl_before *before,
                   const void *context);
void sbl_heap_pop(void *list, size_t size, size_t count, sbl_before *before, const void *context);

#endif
