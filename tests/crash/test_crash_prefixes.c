/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal that is cut short, batch by batch: each prefix opens in the state that was, and goes on
 * from there; with a checkpoint only one that reaches as far as the checkpoint needs it. And
 * journals whose batches are out of place, missing, or of another store: each is refused, in words.
 *
 *     test_crash_prefixes [long | SEED] */
#include "child.h"
#include "memory_log.h"
#include "workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

enum {
    PER_KIND = 14,
    PER_KIND_LONG = 60,
    STORIES_LONG = 6,
    SECONDS_EACH = 60,
    GOES_ON_EVERY = 5,
    CHECKPOINTS = 3 /* in a story that has some */
};

static uint64_t first_seed = UINT64_C(20260420);
static uint32_t per_kind = PER_KIND;
static uint32_t stories = 1;

struct story {
    struct workload workload;
    struct history history;
    struct memory_log journal, checkpoints;
    uint64_t reaches; /* the position that was durable when the last checkpoint was whole */
};

enum { OPENED, REFUSED }; /* figures of a child */

/* ---- the recording --------------------------------------------------------------------------- */

static enum sellable_status open_logs(struct memory_log *journal, struct memory_log *checkpoints,
                                      struct sellable **engine,
                                      struct sellable_recovery *recovery) {
    const struct sellable_options options = store_options();
    struct sellable_durability durability = {.journal = memory_log_of(journal)};
    *recovery = (struct sellable_recovery){.field = "", .reason = ""};
    if (checkpoints) {
        durability.checkpoints = memory_log_of(checkpoints);
    }
    return sellable_recover(&options, &durability, engine, recovery);
}

/* A checkpoint after each part of the steps; the journal before it is kept. */
static void checkpoint(struct story *story, struct side *side, uint32_t step, uint32_t wanted) {
    uint32_t every = story->workload.count / (wanted + 1);
    if (step % every != every - 1 || step / every >= wanted) {
        return;
    }
    expect(sellable_checkpoint(side->engine, NULL, 1), OK);
    story->reaches = sellable_durable(side->engine);
}

static void begin(struct story *story, uint64_t seed, uint32_t checkpoints) {
    struct side side = {.engine = NULL};
    struct sellable_recovery recovery;
    *story = (struct story){.reaches = 0};
    workload_make(&story->workload, per_kind, seed, false);
    history_begin(&story->history);
    expect(open_logs(&story->journal, &story->checkpoints, &side.engine, &recovery), OK);
    history_note(&story->history, &side, 0);
    for (uint32_t step = 0; step < story->workload.count; step++) {
        struct stepped done = workload_step(&story->workload, step, &side, NULL, NULL);
        equal(done.failed, 0);
        expect(sellable_durable_wait(side.engine, 0), OK);
        history_note(&story->history, &side, step + 1);
        checkpoint(story, &side, step, checkpoints);
    }
    sellable_close(side.engine);
    assert_string_equal(story->history.fault, "");
    equal(story->journal.unsound, 0);
    equal(story->checkpoints.unsound, 0);
}

static void end(struct story *story) {
    memory_log_free(&story->journal);
    memory_log_free(&story->checkpoints);
    history_free(&story->history);
    workload_free(&story->workload);
}

/* ---- each prefix ----------------------------------------------------------------------------- */

/* The last position in so many batches: what the store has to be at. Positions leave nothing out,
 * and a batch stands at the first of its own. */
static uint64_t last_of(const struct story *story, uint32_t count) {
    const struct memory_log *journal = &story->journal;
    return count >= journal->count ? story->history.last
           : count == 0            ? 0
                                   : journal->batches[count].position - 1;
}

static void open_prefix(struct child *child, struct story *story, uint32_t count,
                        bool with_checkpoints) {
    struct memory_log journal = memory_log_copy(&story->journal, count);
    struct memory_log checkpoints =
        memory_log_copy(&story->checkpoints, with_checkpoints ? story->checkpoints.count : 0);
    struct sellable *engine;
    struct sellable_recovery recovery;
    uint64_t last = last_of(story, count);
    child_does(child, SECONDS_EACH, "%u of %u batches, up to position %" PRIu64, count,
               story->journal.count, last);
    enum sellable_status status = open_logs(&journal, &checkpoints, &engine, &recovery);
    const char *wrong = NULL;
    if (status == SELLABLE_OK) {
        child->figures[OPENED]++;
        wrong = workload_judge(&story->workload, &story->history, engine, recovery.position, last,
                               count % GOES_ON_EVERY == 0);
    } else if (status == SELLABLE_INVALID && with_checkpoints && last < story->reaches &&
               recovery.field[0] != 0 && recovery.reason[0] != 0) {
        child->figures[REFUSED]++;
    } else {
        child_is_wrong(child, "%s: %s: %s: %s", child->doing, sellable_status_name((int)status),
                       recovery.field, recovery.reason);
    }
    if (wrong) {
        child_is_wrong(child, "%s: %s", child->doing, wrong);
    }
    memory_log_free(&journal);
    memory_log_free(&checkpoints);
}

static void open_prefixes(struct child *child, void *context) {
    struct story *story = context;
    for (uint32_t count = 0; count <= story->journal.count && child->wrong[0] == 0; count++) {
        open_prefix(child, story, count, false);
    }
}

static void open_prefixes_with_checkpoints(struct child *child, void *context) {
    struct story *story = context;
    for (uint32_t count = 0; count <= story->journal.count && child->wrong[0] == 0; count++) {
        open_prefix(child, story, count, true);
    }
}

static void in_a_child(void (*work)(struct child *, void *), struct story *story,
                       uint64_t refused_least) {
    struct child *child;
    bool good = child_run(&child, work, story);
    printf("  %u batches, %" PRIu64 " positions: %" PRIu64 " opened, %" PRIu64 " refused%s%s\n",
           story->journal.count, story->history.last, child->figures[OPENED],
           child->figures[REFUSED], good ? "" : ": ", child->wrong);
    assert_true(good);
    assert_true(child->figures[OPENED] != 0 && child->figures[REFUSED] >= refused_least);
    child_free(child);
}

static void each_prefix_of_the_journal_opens_in_the_state_that_was(void **state) {
    (void)state;
    for (uint32_t i = 0; i < stories; i++) {
        struct story story;
        begin(&story, first_seed + i, 0);
        in_a_child(open_prefixes, &story, 0);
        end(&story);
    }
}

static void with_a_checkpoint_each_prefix_that_reaches_as_far_does_and_no_other(void **state) {
    (void)state;
    for (uint32_t i = 0; i < stories; i++) {
        struct story story;
        begin(&story, first_seed + i, CHECKPOINTS);
        in_a_child(open_prefixes_with_checkpoints, &story, 1);
        end(&story);
    }
}

/* ---- journals that are none ------------------------------------------------------------------ */

/* What is done to a journal at one batch; positions stay as they were. */
enum harm { HARM_MISSING, HARM_SWAPPED, HARM_TWICE, HARM_FOREIGN, HARM_SHORT, HARM_LONG, HARMS };

static void swap_bytes(struct batch *a, struct batch *b) {
    struct batch kept = *a;
    a->size = b->size;
    a->bytes = b->bytes;
    b->size = kept.size;
    b->bytes = kept.bytes;
}

static void resize(struct batch *batch, uint64_t size) {
    unsigned char *bytes = calloc(1, size);
    assert_non_null(bytes);
    memcpy(bytes, batch->bytes, size < batch->size ? size : batch->size);
    free(batch->bytes);
    batch->bytes = bytes;
    batch->size = size;
}

/* False: it would be no harm there. */
static bool harm(struct memory_log *journal, struct memory_log *foreign, uint32_t at,
                 enum harm how) {
    struct batch *batch = &journal->batches[at];
    bool is_last = at + 1 == journal->count;
    switch (how) {
    case HARM_MISSING:
        if (is_last) {
            return false; /* a prefix */
        }
        free(batch->bytes);
        memmove(batch, batch + 1, (journal->count - at - 1) * sizeof *batch);
        journal->count--;
        return true;
    case HARM_SWAPPED:
        if (is_last) {
            return false;
        }
        swap_bytes(batch, batch + 1);
        return true;
    case HARM_TWICE:
        if (is_last) {
            return false;
        }
        resize(batch + 1, batch->size);
        memcpy(batch[1].bytes, batch->bytes, batch->size);
        return true;
    case HARM_FOREIGN:
        if (at >= foreign->count) {
            return false;
        }
        swap_bytes(batch, &foreign->batches[at]);
        return true;
    case HARM_SHORT:
        resize(batch, batch->size - 8);
        return true;
    default: resize(batch, batch->size + 8); return true;
    }
}

struct harmed {
    struct story ours, others;
};

static void open_harmed(struct child *child, struct harmed *both, uint32_t at, enum harm how) {
    struct memory_log journal = memory_log_copy(&both->ours.journal, both->ours.journal.count);
    struct memory_log foreign = memory_log_copy(&both->others.journal, both->others.journal.count);
    struct memory_log none = {.batches = NULL};
    struct sellable *engine;
    struct sellable_recovery recovery;
    child_does(child, SECONDS_EACH, "harm %d at batch %u", (int)how, at);
    if (harm(&journal, &foreign, at, how)) {
        enum sellable_status status = open_logs(&journal, &none, &engine, &recovery);
        if (status != SELLABLE_INVALID || strcmp(recovery.field, "journal") != 0 ||
            recovery.reason[0] == 0) {
            child_is_wrong(child, "%s: %s: %s: %s", child->doing,
                           sellable_status_name((int)status), recovery.field, recovery.reason);
        }
        child->figures[REFUSED]++;
    }
    memory_log_free(&journal);
    memory_log_free(&foreign);
}

static void open_all_harmed(struct child *child, void *context) {
    struct harmed *both = context;
    for (uint32_t at = 0; at < both->ours.journal.count && child->wrong[0] == 0; at++) {
        for (int how = 0; how < HARMS; how++) {
            open_harmed(child, both, at, (enum harm)how);
        }
    }
    child->figures[OPENED] = 1;
}

static void a_journal_with_a_batch_missing_swapped_repeated_foreign_or_resized_is_refused(
    void **state) {
    (void)state;
    static struct harmed both;
    struct child *child;
    begin(&both.ours, first_seed, 0);
    begin(&both.others, first_seed + stories, 0);
    bool good = child_run(&child, open_all_harmed, &both);
    printf("  %" PRIu64 " journals refused%s%s\n", child->figures[REFUSED], good ? "" : ": ",
           child->wrong);
    assert_true(good && child->figures[REFUSED] > both.ours.journal.count);
    child_free(child);
    end(&both.ours);
    end(&both.others);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        per_kind = PER_KIND_LONG;
        stories = STORIES_LONG;
    } else if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_prefix_of_the_journal_opens_in_the_state_that_was),
        cmocka_unit_test(with_a_checkpoint_each_prefix_that_reaches_as_far_does_and_no_other),
        cmocka_unit_test(
            a_journal_with_a_batch_missing_swapped_repeated_foreign_or_resized_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
