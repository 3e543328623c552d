/* SPDX-License-Identifier: Apache-2.0
 *
 * The log on LMDB by itself, under crash images: after a crash all batches are there that were
 * synced, whole, and of what came after them a beginning; what was dropped may be gone, and nothing
 * else.
 *
 *     test_crash_log                 some seconds
 *     test_crash_log long [IMAGES]
 *     test_crash_log SEED POINT WAY NUMBER    one image again */
#include "disk.h"
#include "tour.h"

#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

enum {
    IMAGES = 6000,
    IMAGES_LONG = 1000000,
    STORIES = 2,
    STORIES_LONG = 20,
    BATCHES = 120,
    SMALL_WORDS = 200,
    LARGE_WORDS = 6000,
    HUGE_WORDS = 16000,
    WORDS = 160
};

static uint64_t first_seed = UINT64_C(20260209);
static uint64_t images_wanted = IMAGES;
static uint32_t stories = STORIES;
static struct tour_only only;

/* Batch i stands at positions[i]; its bytes follow from the seed and i. */
struct story {
    uint64_t seed;
    uint64_t positions[BATCHES + 1];
    uint64_t sizes[BATCHES];
    uint32_t dropped[BATCHES + 1]; /* by the time that so many were appended */
    const char *fault;             /* what failed while it was recorded */
    uint64_t *bytes;
};

static void make_story(struct story *story, uint64_t seed) {
    struct random random = {seed};
    *story = (struct story){.seed = seed};
    story->bytes = calloc(HUGE_WORDS, sizeof *story->bytes);
    assert_non_null(story->bytes);
    for (uint32_t i = 0; i < BATCHES; i++) {
        uint32_t most = random_percent(&random, 5)    ? HUGE_WORDS
                        : random_percent(&random, 30) ? LARGE_WORDS
                                                      : SMALL_WORDS;
        story->sizes[i] = (1 + random_below(&random, most)) * sizeof(uint64_t);
        story->positions[i + 1] = story->positions[i] + 1 + random_below(&random, 9);
    }
}

static const void *bytes_of(struct story *story, uint32_t batch) {
    struct random random = {story->seed ^ ((uint64_t)batch << 32)};
    for (uint64_t i = 0; i < story->sizes[batch] / sizeof *story->bytes; i++) {
        story->bytes[i] = random_next(&random);
    }
    return story->bytes;
}

/* ---- the recording --------------------------------------------------------------------------- */

static bool sync_log(const struct sellable_log *log, uint32_t appended) {
    if (log->sync(log->context) != SELLABLE_OK) {
        return false;
    }
    disk_mark(appended);
    return true;
}

/* What comes after a batch, by chance: it is synced, older ones are dropped, the log is opened
 * anew. */
static bool go_on(struct story *story, struct random *random, struct sellable_log *log,
                  const char *folder, uint32_t appended) {
    bool well = true;
    const char *reason = "";
    uint32_t dropped = story->dropped[appended - 1];
    if (random_percent(random, 8)) {
        dropped += random_below(random, appended - dropped);
        well = log->drop(log->context, story->positions[dropped]) == SELLABLE_OK;
    }
    story->dropped[appended] = dropped;
    if (well && random_percent(random, 60)) {
        well = sync_log(log, appended);
    }
    if (well && random_percent(random, 3)) {
        well = sync_log(log, appended);
        log->close(log->context);
        enum sellable_status status = store_log_open(folder, "journal", log, &reason);
        if (status != SELLABLE_OK) {
            story->fault = reason;
            *log = (struct sellable_log){.close = NULL};
            return false;
        }
    }
    return well;
}

static void record(struct story *story, const char *folder) {
    struct random random = {~story->seed};
    struct sellable_log log;
    bool well = true;
    if (store_make(folder) != SELLABLE_OK ||
        store_log_open(folder, "journal", &log, &story->fault) != SELLABLE_OK) {
        return;
    }
    for (uint32_t i = 0; i < BATCHES && well; i++) {
        if (log.room(log.context) < story->sizes[i]) {
            well = sync_log(&log, i); /* takes more */
        }
        well = well && log.append(log.context, story->positions[i], bytes_of(story, i),
                          story->sizes[i]) == SELLABLE_OK &&
               go_on(story, &random, &log, folder, i + 1);
    }
    well = well && sync_log(&log, BATCHES);
    story->fault = well ? "" : story->fault && story->fault[0] ? story->fault : "a call failed";
    if (log.close) {
        log.close(log.context);
    }
}

/* ---- the verdict ----------------------------------------------------------------------------- */

static char words[WORDS];

/* Whether this batch is there; if it is, its bytes are right, or *wrong says that they are not. */
static bool is_there(struct story *story, const struct sellable_log *log, uint32_t batch,
                     const char **wrong) {
    uint64_t position = 0, size = 0;
    const void *bytes = NULL;
    if (log->read(log->context, story->positions[batch], &position, &bytes, &size) != SELLABLE_OK) {
        *wrong = "a batch cannot be read";
        return false;
    }
    if (size == 0 || position != story->positions[batch]) {
        return false;
    }
    if (size != story->sizes[batch] || memcmp(bytes, bytes_of(story, batch), size) != 0) {
        snprintf(words, sizeof words, "batch %u has other bytes", batch);
        *wrong = words;
    }
    return true;
}

/* Batches first, .., last - 1 are there, and no other. */
static const char *look_through(struct story *story, const struct sellable_log *log,
                                uint64_t synced) {
    const char *wrong = NULL;
    uint32_t first = 0, last;
    while (first < BATCHES && !is_there(story, log, first, &wrong) && !wrong) {
        first++;
    }
    for (last = first; last < BATCHES && !wrong && is_there(story, log, last, &wrong); last++) {
    }
    for (uint32_t i = last; i < BATCHES && !wrong; i++) {
        if (is_there(story, log, i, &wrong) && !wrong) {
            snprintf(words, sizeof words, "batch %u is there, and %u is not", i, last);
            return words;
        }
    }
    if (wrong) {
        return wrong;
    }
    last = first == BATCHES ? 0 : last;
    first = last == 0 ? 0 : first;
    uint32_t may = story->dropped[last < BATCHES ? last + 1 : last];
    if (last < synced || first > may) {
        snprintf(words, sizeof words,
                 "there are batches %u to %u; synced was up to %" PRIu64 ", dropped up to %u",
                 first, last, synced, may);
        return words;
    }
    return NULL;
}

static const char *verdict(void *context, const char *folder, uint64_t marked, uint64_t number) {
    struct story *story = context;
    struct sellable_log log;
    const char *reason = "";
    (void)number;
    enum sellable_status status = store_make(folder);
    if (status == SELLABLE_OK) {
        status = store_log_open(folder, "journal", &log, &reason);
    }
    if (status != SELLABLE_OK) {
        snprintf(words, sizeof words, "opening answers %s: %s", sellable_status_name((int)status),
                 reason);
        return words;
    }
    const char *wrong = look_through(story, &log, marked);
    if (!wrong && log.append(log.context, story->positions[BATCHES], bytes_of(story, 0),
                             story->sizes[0]) != SELLABLE_OK) {
        wrong = "nothing can be appended";
    }
    if (!wrong && log.sync(log.context) != SELLABLE_OK) {
        wrong = "it cannot be synced";
    }
    log.close(log.context);
    return wrong;
}

/* ---- the tests ------------------------------------------------------------------------------- */

static bool is_good(uint64_t seed, enum disk_lie lie, uint64_t images) {
    struct story story;
    struct tour tour = {
        .verdict = verdict, .context = &story, .seed = seed, .images = images};
    make_story(&story, seed);
    tour_begin(&tour);
    disk_lie(lie);
    record(&story, tour.folder);
    assert_true(tour_recorded(&tour));
    assert_string_equal(story.fault, "");
    bool good = tour_run(&tour, &only);
    printf("  seed %" PRIu64 ": %u points, %" PRIu64 " pieces; %" PRIu64 " images%s%s\n", seed,
           tour.points, tour.pieces, tour.judged, good ? "" : ": ", tour.wrong);
    tour_end(&tour);
    free(story.bytes);
    return good;
}

static void after_a_crash_all_batches_that_were_synced_are_there_and_a_beginning_of_the_rest(
    void **state) {
    (void)state;
    for (uint32_t i = 0; i < stories; i++) {
        assert_true(is_good(first_seed + i, DISK_HONEST, images_wanted / stories));
    }
}

static void that_nothing_is_synced_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, DISK_NO_SYNC, IMAGES));
}

static void that_what_commits_overtakes_what_it_commits_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, DISK_NO_DATA_SYNC, IMAGES));
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        images_wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : IMAGES_LONG;
        stories = STORIES_LONG;
    } else if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    if (argc > 4) {
        stories = 1;
        only.wanted = true;
        only.point = (uint32_t)strtoul(argv[2], NULL, 10);
        only.choice.way = (enum image_way)strtol(argv[3], NULL, 10);
        only.choice.number = strtoull(argv[4], NULL, 10);
    }
    const struct CMUnitTest one[] = {
        cmocka_unit_test(
            after_a_crash_all_batches_that_were_synced_are_there_and_a_beginning_of_the_rest),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            after_a_crash_all_batches_that_were_synced_are_there_and_a_beginning_of_the_rest),
        cmocka_unit_test(that_nothing_is_synced_is_seen),
        cmocka_unit_test(that_what_commits_overtakes_what_it_commits_is_seen),
    };
    return only.wanted ? cmocka_run_group_tests(one, NULL, NULL)
                       : cmocka_run_group_tests(tests, NULL, NULL);
}
