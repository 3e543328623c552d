/* SPDX-License-Identifier: Apache-2.0
 *
 * Each call to the disk fails once, and from then on for ever: with EIO, ENOSPC, half of what was
 * asked for, EINTR. Nothing crashes; what is not durable is answered so, and everything after it;
 * questions go on; and opened anew, when the disk works again, all that was answered is there.
 *
 *     test_crash_faults [long]    long: a longer story, and others */
#include "child.h"
#include "disk.h"
#include "workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

enum { PER_KIND = 4, PER_KIND_LONG = 12, STORIES_LONG = 6, SECONDS_EACH = 20 };

static uint64_t first_seed = UINT64_C(20260311);
static uint32_t per_kind = PER_KIND;
static uint32_t stories = 1;

struct story {
    uint64_t seed;
    struct workload workload;
    struct history history;
    struct store_way way;
    char folder[STORE_PATH];
};

enum { RUNS, FAILED, ENDED, UNOPENED, CALLS }; /* figures of a child */

/* ---- one run --------------------------------------------------------------------------------- */

/* What is seen while the disk fails. */
struct run {
    struct side side;
    struct sellable_recovery recovery;
    uint64_t promised; /* the position up to which it was answered */
    bool failed;       /* something answered not_durable, so all changes are to; */
    uint64_t full[2];  /* the state is this one from then on */
    bool unopened;     /* it could not be opened, at first or again */
    bool lost;         /* opened again it had less: nothing of it had been promised */
};

/* After the first change that failed: questions are answered, and nothing changes any more. */
static void is_still(struct child *child, const struct run *run) {
    struct sellable_audit audit;
    if (sellable_audit(run->side.engine, NULL, &audit) != SELLABLE_OK || audit.consistent != 1) {
        child_is_wrong(child, "%s: after the failure it is not consistent", child->doing);
    }
    if (audit.full[0] != run->full[0] || audit.full[1] != run->full[1]) {
        child_is_wrong(child, "%s: after the failure something changed", child->doing);
    }
    bool all = sellable_durable(run->side.engine) == sellable_position(run->side.engine);
    if (sellable_durable_wait(run->side.engine, 0) !=
        (all ? SELLABLE_OK : SELLABLE_NOT_DURABLE)) {
        child_is_wrong(child, "%s: after the failure a wait is answered otherwise", child->doing);
    }
}

static void has_failed(struct run *run) {
    struct sellable_audit audit;
    run->failed = true;
    if (sellable_audit(run->side.engine, NULL, &audit) == SELLABLE_OK) {
        run->full[0] = audit.full[0];
        run->full[1] = audit.full[1];
    }
}

static void one_step(struct child *child, struct story *story, struct run *run, uint32_t step) {
    enum step_kind kind = story->workload.steps[step].kind;
    uint64_t position = sellable_position(run->side.engine);
    struct stepped done =
        workload_step(&story->workload, step, &run->side, story->folder, &story->way);
    if (!run->side.engine) {
        run->unopened = true;
        return;
    }
    if (run->failed && sellable_position(run->side.engine) != position) {
        child_is_wrong(child, "%s: step %u has a position, after one was not durable",
                       child->doing, step);
    } else if (!run->failed && done.failed != 0 && kind <= STEP_BATCH) {
        has_failed(run);
    }
    if (kind == STEP_REOPEN && sellable_position(run->side.engine) < position) {
        run->lost = true; /* what nobody had waited for when the close could not write it */
    }
    uint64_t durable = sellable_durable(run->side.engine);
    run->promised = durable > run->promised ? durable : run->promised;
}

/* The story was recorded with an audit after each step, and so it is played: after the snapshot of
 * one, a question for changes may note once more how far it came, which is a position. */
static void looked_at(const struct run *run) {
    struct sellable_audit audit;
    if (sellable_audit(run->side.engine, NULL, &audit) != SELLABLE_OK) {
        abort();
    }
}

/* Once something was lost, what is opened anew is not what the story is about. */
static bool goes_on(const struct story *story, const struct run *run, uint32_t step) {
    return !run->unopened && !run->lost &&
           !(run->failed && story->workload.steps[step].kind == STEP_REOPEN);
}

/* All steps, with a disk that fails; the store is closed then. */
static void play(struct child *child, struct story *story, struct run *run) {
    enum sellable_status status =
        store_open(story->folder, &story->way, &run->side.engine, &run->recovery);
    if (status == SELLABLE_OK) {
        for (uint32_t step = 0; step < story->workload.count && goes_on(story, run, step);
             step++) {
            one_step(child, story, run, step);
            if (run->side.engine) {
                looked_at(run);
            }
        }
    } else {
        run->unopened = true;
        if (status != SELLABLE_NOT_DURABLE) {
            child_is_wrong(child, "%s: opening answers %s", child->doing,
                           sellable_status_name((int)status));
        }
    }
    if (run->side.engine) {
        if (run->failed) {
            is_still(child, run);
        }
        sellable_close(run->side.engine);
    }
}

/* The lowest descriptor that is free: the same after each run, or one was left open. */
static int free_descriptor(void) {
    int fd = dup(STDIN_FILENO);
    close(fd);
    return fd;
}

static uint64_t run_once(struct child *child, struct story *story, enum disk_fault fault,
                         uint64_t number, bool for_ever) {
    struct run run = {.promised = 0};
    int descriptor = free_descriptor();
    child_does(child, SECONDS_EACH, "seed %" PRIu64 ", %s at call %" PRIu64 "%s", story->seed,
               disk_fault_name(fault), number, for_ever ? " and from then on" : "");
    store_folder_empty(story->folder);
    disk_fail(story->folder, fault, number, for_ever);
    play(child, story, &run);
    struct disk_calls calls = disk_works();
    const char *wrong = workload_verdict(&story->workload, &story->history, story->folder,
                                         &story->way, run.promised, false);
    if (wrong) {
        child_is_wrong(child, "%s: then %s", child->doing, wrong);
    }
    if (free_descriptor() != descriptor) {
        child_is_wrong(child, "%s: a file was left open", child->doing);
    }
    child->figures[RUNS]++;
    child->figures[FAILED] += calls.failed != 0;
    child->figures[ENDED] += run.failed;
    child->figures[UNOPENED] += run.unopened;
    return calls.made;
}

static void run_all(struct child *child, void *context) {
    struct story *story = context;
    disk_take_no_space();
    uint64_t calls = run_once(child, story, DISK_WORKS, 0, false);
    child->figures[CALLS] = calls;
    for (int fault = DISK_EIO; fault < DISK_FAULTS; fault++) {
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            for (uint64_t number = 1; number <= calls && child->wrong[0] == 0; number++) {
                (void)run_once(child, story, (enum disk_fault)fault, number, for_ever == 1);
            }
        }
    }
}

/* ---- the tests ------------------------------------------------------------------------------- */

static void tell(uint64_t seed, const struct child *child) {
    printf("  seed %" PRIu64 ": %" PRIu64 " calls to the disk, %" PRIu64 " runs; in %" PRIu64
           " one failed, in %" PRIu64 " a change was not durable, in %" PRIu64
           " it could not be opened%s%s\n",
           seed, child->figures[CALLS], child->figures[RUNS], child->figures[FAILED],
           child->figures[ENDED], child->figures[UNOPENED], child->wrong[0] ? ": " : "",
           child->wrong);
}

static bool is_good(uint64_t seed, struct store_way way) {
    struct story story = {.seed = seed, .way = {.answering = way.answering}};
    struct child *child = NULL;
    workload_make(&story.workload, per_kind, seed, true);
    store_folder_make(story.folder);
    workload_record(&story.workload, story.folder, &story.way, &story.history);
    bool good = story.history.fault[0] == 0;
    story.way = way;
    if (!good) {
        printf("  %s\n", story.history.fault);
    } else {
        good = child_run(&child, run_all, &story);
        tell(seed, child);
        good = good && child->figures[FAILED] + 1 == child->figures[RUNS] &&
               child->figures[ENDED] != 0 && child->figures[UNOPENED] != 0;
        child_free(child);
    }
    store_folder_remove(story.folder);
    history_free(&story.history);
    workload_free(&story.workload);
    return good;
}

static void whatever_call_to_the_disk_fails_what_was_answered_is_there_and_no_more_is(
    void **state) {
    (void)state;
    for (uint32_t story = 0; story < stories; story++) {
        assert_true(is_good(first_seed + story, (struct store_way){.directory = false}));
    }
}

/* A log that says of a sync that failed that it did not. */
static void that_a_failed_sync_is_not_told_is_seen(void **state) {
    (void)state;
    assert_false(is_good(first_seed, (struct store_way){.log = STORE_HIDES_FAILURES}));
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        per_kind = PER_KIND_LONG;
        stories = STORIES_LONG;
    } else if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            whatever_call_to_the_disk_fails_what_was_answered_is_there_and_no_more_is),
        cmocka_unit_test(that_a_failed_sync_is_not_told_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
