/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine stops at any moment: what its disk may hold then (image.h) is laid out and opened.
 * Each image must open, in the state of its position, no earlier than what was answered for.
 *
 *     test_crash_images                 some seconds
 *     test_crash_images long [IMAGES]   a million, or so many, over several stories
 *     test_crash_images SEED POINT WAY NUMBER    one image again */
#include "disk.h"
#include "tour.h"
#include "workload.h"

#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

enum {
    IMAGES = 3000,
    IMAGES_OF_DIRECTORY = 60,
    IMAGES_LONG = 1000000,
    STORIES_LONG = 20,
    PER_KIND = 16,
    PER_KIND_OF_CONTROL = 5,
    GOES_ON_EVERY = 25,
    AGAIN = 8, /* crashes after crashes, for each story */
    STEPS_AGAIN = 25,
    CHOICES = 1000
};

static uint64_t first_seed = UINT64_C(20260107);
static uint64_t images_wanted = IMAGES;
static uint32_t stories = 1;
static struct tour_only only;

struct story {
    struct workload workload;
    struct history history;
    struct store_way way; /* in which the images are opened */
};

static const char *verdict(void *context, const char *folder, uint64_t marked, uint64_t number) {
    struct story *story = context;
    return workload_verdict(&story->workload, &story->history, folder, &story->way, marked,
                            number % GOES_ON_EVERY == 0);
}

/* Whether all images of a story are good; what is wrong with the first that is not is printed. */
static bool is_good(uint64_t seed, struct store_way way, enum disk_lie lie, uint64_t images,
                    uint32_t per_kind, bool checkpoints) {
    struct story story = {.way = {.directory = way.directory}};
    struct tour tour = {
        .verdict = verdict, .context = &story, .seed = seed, .images = images};
    workload_make(&story.workload, per_kind, seed, checkpoints);
    tour_begin(&tour);
    disk_lie(lie);
    workload_record(&story.workload, tour.folder, &way, &story.history);
    assert_true(tour_recorded(&tour));
    assert_string_equal(story.history.fault, "");
    bool good = tour_run(&tour, &only);
    printf("  seed %" PRIu64 ": %u steps, %" PRIu64 " positions, %u points, %" PRIu64
           " pieces; %" PRIu64 " images%s%s\n",
           seed, story.workload.count, story.history.last, tour.points, tour.pieces, tour.judged,
           good ? "" : ": ", tour.wrong);
    tour_end(&tour);
    history_free(&story.history);
    workload_free(&story.workload);
    return good;
}

static void every_crash_image_opens_in_a_state_that_was_and_has_all_that_was_answered(
    void **state) {
    (void)state;
    for (uint32_t story = 0; story < stories; story++) {
        assert_true(is_good(first_seed + story, (struct store_way){.directory = false},
                            DISK_HONEST, images_wanted / stories, PER_KIND, true));
    }
}

static void so_does_every_image_of_a_store_in_a_directory(void **state) {
    (void)state;
    assert_true(is_good(first_seed, (struct store_way){.directory = true}, DISK_HONEST,
                        IMAGES_OF_DIRECTORY, PER_KIND_OF_CONTROL, true));
}

static void so_does_every_image_if_calls_answer_before_they_are_durable(void **state) {
    (void)state;
    assert_true(is_good(first_seed,
                        (struct store_way){.answering = SELLABLE_ANSWER_DECIDED}, DISK_HONEST,
                        IMAGES / 4, PER_KIND, true));
}

/* ---- crash after crash ----------------------------------------------------------------------- */

/* A story until it crashes; what a disk has then is opened, the story goes on, and crashes
 * again. */
static bool is_good_again(uint64_t seed, uint64_t images) {
    static const struct store_way way = {.directory = false};
    struct random random = {seed};
    struct story story = {.way = way};
    struct tour first = {.seed = seed};
    struct tour second = {
        .verdict = verdict, .context = &story, .seed = seed, .images = images};
    workload_make(&story.workload, PER_KIND, seed, true);
    tour_begin(&first);
    workload_record(&story.workload, first.folder, &way, &story.history);
    assert_true(tour_recorded(&first));
    assert_string_equal(story.history.fault, "");
    store_folder_make(second.folder);
    uint32_t point = random_below(&random, first.points);
    tour_lay(&first, point, random_next(&random) % CHOICES, second.folder);
    tour_end(&first);
    tour_begin(&second);
    workload_resume(&story.workload, second.folder, &way, STEPS_AGAIN, &story.history);
    assert_true(tour_recorded(&second));
    assert_string_equal(story.history.fault, "");
    bool good = tour_run(&second, NULL);
    printf("  seed %" PRIu64 ": crash at point %u of %u, then %u points; %" PRIu64 " images%s%s\n",
           seed, point, first.points, second.points, second.judged, good ? "" : ": ",
           second.wrong);
    tour_end(&second);
    history_free(&story.history);
    workload_free(&story.workload);
    return good;
}

static void a_store_that_crashed_and_goes_on_survives_the_next_crash(void **state) {
    (void)state;
    for (uint32_t i = 0; i < stories * AGAIN; i++) {
        assert_true(is_good_again(first_seed + i, images_wanted / stories / AGAIN / 4));
    }
}

/* ---- controls: the test sees what it is for -------------------------------------------------- */

static void that_nothing_is_synced_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, (struct store_way){.directory = false}, DISK_NO_SYNC, IMAGES,
                         PER_KIND_OF_CONTROL, false));
}

static void that_what_commits_overtakes_what_it_commits_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, (struct store_way){.directory = false}, DISK_NO_DATA_SYNC,
                         IMAGES, PER_KIND_OF_CONTROL, false));
}

static void that_a_log_syncs_too_late_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, (struct store_way){.log = STORE_SYNC_IS_LATE}, DISK_HONEST,
                         IMAGES, PER_KIND_OF_CONTROL, false));
}

static void that_a_log_swaps_two_batches_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, (struct store_way){.log = STORE_SWAPS}, DISK_HONEST, IMAGES,
                         PER_KIND_OF_CONTROL, false));
}

static void read_arguments(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        images_wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : IMAGES_LONG;
        stories = STORIES_LONG;
    } else if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    if (argc > 4) {
        only.wanted = true;
        only.point = (uint32_t)strtoul(argv[2], NULL, 10);
        only.choice.way = (enum image_way)strtol(argv[3], NULL, 10);
        only.choice.number = strtoull(argv[4], NULL, 10);
    }
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    const struct CMUnitTest one[] = {
        cmocka_unit_test(
            every_crash_image_opens_in_a_state_that_was_and_has_all_that_was_answered),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_crash_image_opens_in_a_state_that_was_and_has_all_that_was_answered),
        cmocka_unit_test(so_does_every_image_of_a_store_in_a_directory),
        cmocka_unit_test(so_does_every_image_if_calls_answer_before_they_are_durable),
        cmocka_unit_test(a_store_that_crashed_and_goes_on_survives_the_next_crash),
        cmocka_unit_test(that_nothing_is_synced_is_seen),
        cmocka_unit_test(that_what_commits_overtakes_what_it_commits_is_seen),
        cmocka_unit_test(that_a_log_syncs_too_late_is_seen),
        cmocka_unit_test(that_a_log_swaps_two_batches_is_seen),
    };
    return only.wanted ? cmocka_run_group_tests(one, NULL, NULL)
                       : cmocka_run_group_tests(tests, NULL, NULL);
}
