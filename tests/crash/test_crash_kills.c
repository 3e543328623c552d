/* SPDX-License-Identifier: Apache-2.0
 *
 * A process with several threads at work on a store is killed at random moments, again and again;
 * one store goes through all of it. After each kill, what was answered is there, each change once
 * and whole, nothing is oversold, and what was not answered can be made once more.
 *
 *     test_crash_kills              dozens of kills, some seconds
 *     test_crash_kills long [KILLS]    hundreds
 *     test_crash_kills SEED */
#include "child.h"
#include "crowd.h"
#include "store.h"

#include "random.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scene.h"

enum {
    KILLS = 40,
    KILLS_LONG = 600,
    KILLS_OF_CONTROL = 30,
    MOST_CHANGES = 150,        /* are answered until a kill, */
    MOST_MICROSECONDS = 1000,  /* and some moments pass; */
    EARLY_MICROSECONDS = 5000, /* one in four comes sooner, while the store is opened */
    PATIENCE = 500000,         /* microseconds; then it is killed anyway */
    GLANCE = 50,
    CHECKPOINT_EVERY = 60, /* changes, of the first thread */
    SECONDS_TO_SETTLE = 120
};

static uint64_t first_seed = UINT64_C(20260604);
static uint32_t kills = KILLS;

/* A way to work on the store, for one life of the process. */
struct life {
    struct crowd *crowd;
    char folder[STORE_PATH];
    struct store_way way;
    bool committer;
    uint32_t from[CROWD_THREADS]; /* what is looked at again when it is over */
    struct sellable *engine;
};

struct member {
    struct life *life;
    uint32_t thread;
};

/* ---- the process that is killed -------------------------------------------------------------- */

static void *work(void *context) {
    const struct member *member = context;
    struct life *life = member->life;
    struct crowd_diary *diary = &life->crowd->diaries[member->thread];
    bool waits = life->way.answering == SELLABLE_ANSWER_DECIDED;
    struct sellable_worker *worker = NULL;
    if (sellable_worker_acquire(life->engine, &worker) != SELLABLE_OK) {
        abort();
    }
    while (atomic_load(&diary->answered) < CROWD_ROW &&
           crowd_change(life->crowd, life->engine, worker, member->thread, waits)) {
        if (member->thread == 0 && atomic_load(&diary->answered) % CHECKPOINT_EVERY == 0 &&
            sellable_checkpoint(life->engine, worker, 0) != SELLABLE_OK) {
            abort();
        }
    }
    for (;;) {
        pause();
    }
}

static void live(struct life *life) {
    static pthread_t threads[CROWD_THREADS];
    static struct member members[CROWD_THREADS];
    struct sellable_recovery recovery;
    if (store_open(life->folder, &life->way, &life->engine, &recovery) != SELLABLE_OK ||
        !crowd_masters(life->engine) ||
        (life->committer && sellable_committer_start(life->engine) != SELLABLE_OK)) {
        abort();
    }
    for (uint32_t thread = 0; thread < CROWD_THREADS; thread++) {
        members[thread] = (struct member){life, thread};
        if (pthread_create(&threads[thread], NULL, work, &members[thread]) != 0) {
            abort();
        }
    }
    for (;;) {
        pause();
    }
}

static void sleep_microseconds(uint64_t microseconds) {
    struct timespec left = {.tv_sec = (time_t)(microseconds / 1000000),
                            .tv_nsec = (long)(microseconds % 1000000) * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static uint64_t answered_by(const struct crowd *crowd) {
    uint64_t sum = 0;
    for (uint32_t thread = 0; thread < CROWD_THREADS; thread++) {
        sum += atomic_load(&crowd->diaries[thread].answered);
    }
    return sum;
}

static void wait_for(const struct crowd *crowd, uint64_t answered, uint64_t microseconds) {
    for (uint64_t waited = 0; waited < PATIENCE && answered_by(crowd) < answered;
         waited += GLANCE) {
        sleep_microseconds(GLANCE);
    }
    sleep_microseconds(microseconds);
}

/* So many changes later, and some moments. False: it died of something else. */
static bool is_killed_after(struct life *life, uint64_t changes, uint64_t microseconds) {
    uint64_t answered = answered_by(life->crowd) + changes;
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        live(life);
    }
    wait_for(life->crowd, answered, microseconds);
    bool killed = pid > 0 && kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid &&
                  WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed) {
        printf("  before it was killed it ended: status %d\n", status);
    }
    return killed;
}

/* ---- after a kill ---------------------------------------------------------------------------- */

static void settle(struct child *child, void *context) {
    struct life *life = context;
    const struct store_way way = {.directory = life->way.directory};
    struct sellable_recovery recovery;
    child_does(child, SECONDS_TO_SETTLE, "opening the store again");
    enum sellable_status status = store_open(life->folder, &way, &life->engine, &recovery);
    if (status != SELLABLE_OK) {
        child_is_wrong(child, "opening answers %s: %s: %s", sellable_status_name((int)status),
                       recovery.field, recovery.reason);
        return;
    }
    child_does(child, SECONDS_TO_SETTLE, "looking at what is there");
    if (!crowd_masters(life->engine) ||
        !crowd_settle(life->crowd, life->engine, life->from)) {
        child_is_wrong(child, "%s", life->crowd->wrong[0] ? life->crowd->wrong : "masters");
    }
    sellable_close(life->engine);
}

static bool is_settled(struct life *life, uint32_t number) {
    struct child *child;
    bool good = child_run(&child, settle, life);
    if (!good) {
        printf("  after kill %u: %s\n", number, child->wrong);
    }
    child_free(child);
    for (uint32_t thread = 0; thread < CROWD_THREADS; thread++) {
        life->from[thread] = atomic_load(&life->crowd->diaries[thread].answered);
    }
    return good;
}

/* The ways to work take turns; the log is the same one throughout. */
static void choose_way(struct life *life, struct random *random) {
    life->way.answering =
        random_percent(random, 40) ? SELLABLE_ANSWER_DECIDED : SELLABLE_ANSWER_DURABLE;
    life->committer = random_percent(random, 30);
}

static bool survives(uint32_t count, struct store_way way) {
    struct life life = {.crowd = crowd_make(), .way = way};
    struct random random = {first_seed};
    bool good = true;
    uint32_t done = 0;
    store_folder_make(life.folder);
    for (; done < count && good; done++) {
        bool early = random_percent(&random, 25);
        uint32_t changes = early ? 0 : 1 + random_below(&random, MOST_CHANGES);
        uint32_t most = early ? EARLY_MICROSECONDS : MOST_MICROSECONDS;
        choose_way(&life, &random);
        good = is_killed_after(&life, changes, random_below(&random, most)) &&
               is_settled(&life, done + 1);
    }
    memset(life.from, 0, sizeof life.from);
    good = good && is_settled(&life, done);
    printf("  %u kills, %llu changes answered\n", done,
           (unsigned long long)answered_by(life.crowd));
    good = good && answered_by(life.crowd) > done;
    store_folder_remove(life.folder);
    crowd_free(life.crowd);
    return good;
}

/* ---- the tests ------------------------------------------------------------------------------- */

static void a_store_survives_kill_after_kill_with_all_that_was_answered_and_each_change_once(
    void **state) {
    (void)state;
    assert_true(survives(kills, (struct store_way){.directory = true}));
}

static void that_answers_are_given_before_the_log_has_them_is_seen(void **state) {
    (void)state;
    assert_false(survives(KILLS_OF_CONTROL, (struct store_way){.log = STORE_SYNC_IS_LATE}));
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        kills = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : KILLS_LONG;
    } else if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_store_survives_kill_after_kill_with_all_that_was_answered_and_each_change_once),
        cmocka_unit_test(that_answers_are_given_before_the_log_has_them_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
