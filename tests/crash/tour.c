/* SPDX-License-Identifier: Apache-2.0
 *
 * A tour through crash images: see tour.h. Points where little is pending have few images; what
 * they leave is shared by those that follow. */
#include "tour.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_EACH = 60, LEAST_EACH = 2 };

void tour_begin(struct tour *tour) {
    if (tour->folder[0] == 0) {
        store_folder_make(tour->folder);
    }
    disk_record(tour->folder);
}

bool tour_recorded(struct tour *tour) {
    struct image image;
    disk_stop();
    disk_lie(DISK_HONEST);
    image_begin(&image, disk_trace());
    while (image_next(&image)) {
        tour->points++;
        tour->pieces += image.piece_count;
    }
    bool whole = image_is_disk(&image, tour->folder);
    image_end(&image);
    return whole;
}

void tour_lay(const struct tour *tour, uint32_t point, uint64_t number, const char *folder) {
    struct image image;
    image_begin(&image, disk_trace());
    for (uint32_t i = 0; i <= point; i++) {
        (void)image_next(&image);
    }
    image_lay(&image, image_choose(&image, number % image_count(&image), 0, tour->seed), folder);
    image_end(&image);
}

void tour_end(struct tour *tour) {
    disk_forget();
    store_folder_remove(tour->folder);
}

/* ---- in the child ---------------------------------------------------------------------------- */

struct guide {
    struct tour *tour;
    const struct tour_only *only;
};

static bool judge(struct child *child, const struct tour *tour, const struct image *image,
                  uint32_t point, struct image_choice choice) {
    child_does(child, SECONDS_EACH, "%" PRIu64 " %u %d %" PRIu64 " (%s)", tour->seed, point,
               (int)choice.way, choice.number, image_way_name(choice.way));
    store_folder_empty(tour->folder);
    image_lay(image, choice, tour->folder);
    const char *wrong =
        tour->verdict(tour->context, tour->folder, image->marked, child->figures[0]);
    if (wrong) {
        child_is_wrong(child, "image %s: %s", child->doing, wrong);
    }
    child->figures[0]++;
    return wrong == NULL;
}

/* False: one was not good. */
static bool judge_point(struct child *child, const struct tour *tour, const struct image *image,
                        uint32_t point, uint64_t whole) {
    uint64_t most = image_count(image);
    uint64_t count = most < whole ? most : whole;
    for (uint64_t i = 0; i < count; i++) {
        struct image_choice choice = image_choose(image, i, whole, tour->seed);
        if (!judge(child, tour, image, point, choice)) {
            return false;
        }
    }
    return true;
}

static void judge_all(struct child *child, void *context) {
    const struct guide *guide = context;
    const struct tour *tour = guide->tour;
    struct image image;
    uint64_t left = tour->images;
    disk_take_no_space();
    image_begin(&image, disk_trace());
    for (uint32_t point = 0; image_next(&image); point++) {
        uint64_t share = left / (tour->points - point), before = child->figures[0];
        uint64_t whole = share > LEAST_EACH ? share : LEAST_EACH;
        if (guide->only->wanted) {
            if (point == guide->only->point) {
                (void)judge(child, tour, &image, point, guide->only->choice);
            }
        } else if (!judge_point(child, tour, &image, point, whole)) {
            break;
        }
        uint64_t used = child->figures[0] - before;
        left = left > used ? left - used : 0;
    }
    image_end(&image);
}

bool tour_run(struct tour *tour, const struct tour_only *only) {
    static const struct tour_only all;
    struct guide guide = {tour, only ? only : &all};
    struct child *child;
    bool good = child_run(&child, judge_all, &guide);
    tour->judged = child->figures[0];
    snprintf(tour->wrong, sizeof tour->wrong, "%s", child->wrong);
    child_free(child);
    return good;
}
