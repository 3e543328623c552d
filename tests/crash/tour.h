/* SPDX-License-Identifier: Apache-2.0
 *
 * A tour through the crash images of a trace: as many as are wanted, over all its points, each laid
 * out and judged, in a child process. */
#ifndef SELLABLE_TESTS_CRASH_TOUR_H
#define SELLABLE_TESTS_CRASH_TOUR_H

#include "child.h"
#include "image.h"
#include "store.h"

struct tour {
    /* NULL: what lies in the folder is good, `marked` having been promised; else why it is not, in
     * words. `number`: of the image, from 0. */
    const char *(*verdict)(void *context, const char *folder, uint64_t marked, uint64_t number);
    void *context;
    uint64_t seed;
    uint64_t images; /* wanted, in all */
    char folder[STORE_PATH];
    uint32_t points; /* of the trace, and the pieces that are pending there, summed */
    uint64_t pieces;
    uint64_t judged; /* images */
    char wrong[CHILD_WORDS]; /* of the first that is not good; "": none */
};

/* One image is to be judged again, and no other. */
struct tour_only {
    bool wanted;
    uint32_t point;
    struct image_choice choice;
};

/* Begin to record beneath the tour's folder, which is made; or, where there is one already, beneath
 * that. */
void tour_begin(struct tour *tour);

/* The recording is over; false: the trace is not what lies on the disk. */
bool tour_recorded(struct tour *tour);

/* Judge; false: one was not good, or the child died of it. */
bool tour_run(struct tour *tour, const struct tour_only *only);

/* Lay out an image of this point in an empty folder. */
void tour_lay(const struct tour *tour, uint32_t point, uint64_t number, const char *folder);

void tour_end(struct tour *tour);

#endif
