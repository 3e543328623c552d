/* SPDX-License-Identifier: Apache-2.0
 *
 * See sort.h. */
#include "sort.h"

static void swap(unsigned char *a, unsigned char *b, size_t size) {
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

void sbl_sort(void *list, size_t size, size_t count, sbl_before *before, const void *context) {
    unsigned char *bytes = list;
    for (size_t root = count / 2; root > 0; root--)
        sift(bytes, size, root - 1, count, before, context);
    for (size_t last = count; last > 1; last--) {
        swap(bytes, bytes + (last - 1) * size, size);
        sift(bytes, size, 0, last - 1, before, context);
    }
}
