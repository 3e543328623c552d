/* SPDX-License-Identifier: Apache-2.0
 *
 * See sort.h. */
#include "sort.h"

static void swap(unsigned char *a, unsigned char *b, size_t size) {
    uint64_t x, y;
    for (; size >= sizeof x; size -= sizeof x, a += sizeof x, b += sizeof x) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        memcpy(a, &y, sizeof y);
        memcpy(b, &x, sizeof x);
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char swapped = a[i];
        a[i] = b[i];
        b[i] = swapped;
    }
}

static void sift(unsigned char *list, size_t size, size_t root, size_t count, sbl_before *before,
                 const void *context) {
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && before(context, list + child * size, list + (child + 1) * size))
            child++;
        if (!before(context, list + root * size, list + child * size))
            return;
        swap(list + root * size, list + child * size, size);
    }
}

void sbl_heap_make(void *list, size_t size, size_t count, sbl_before *before,
                   const void *context) {
    for (size_t root = count / 2; root > 0; root--)
        sift(list, size, root - 1, count, before, context);
}

void sbl_heap_pop(void *list, size_t size, size_t count, sbl_before *before,
                  const void *context) {
    unsigned char *bytes = list;
    if (count < 2)
        return;
    swap(bytes, bytes + (count - 1) * size, size);
    sift(bytes, size, 0, count - 1, before, context);
}

void sbl_sort(void *list, size_t size, size_t count, sbl_before *before, const void *context) {
    sbl_heap_make(list, size, count, before, context);
    for (size_t last = count; last > 1; last--)
        sbl_heap_pop(list, size, last, before, context);
}
