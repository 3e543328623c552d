/* SPDX-License-Identifier: Apache-2.0
 *
 * Directories, locks, and processes that are forked off. */
#include "lmdb_log.h"

#include "directory.h"

#include <signal.h>
#include <sys/wait.h>

enum { LIFE = 20 /* seconds */ };

static struct batches batches;

static struct sellable_log anew(void) {
    folder_end(NULL);
    assert_int_equal(folder_begin(NULL), 0);
    batches.first = batches.count = 0;
    struct sellable_log log = opened();
    appends(&log, &batches, 1, 64);
    syncs(&log);
    return log;
}

static const char in_use[] = "in use by another process, or opened twice";

/* The status with which a child ends, that does this. */
static int in_a_child(int (*what)(void *), void *with) {
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(what(with));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- the lock -------------------------------------------------------------------------------- */

static int opens_it(void *with) {
    struct sellable_log log;
    const char *reason;
    (void)with;
    enum sellable_status status = sellable_lmdb_open(path, SMALL_FILE, &log, &reason);
    if (status == SELLABLE_INVALID && strcmp(reason, in_use) == 0)
        return 7;
    return status == SELLABLE_OK ? 0 : 1;
}

static void one_process_has_the_log_until_it_closes_it(void **state) {
    (void)state;
    struct sellable_log log = anew();
    refused_as(SELLABLE_INVALID, in_use);
    assert_int_equal(in_a_child(opens_it, NULL), 7);
    appends(&log, &batches, 2, 64);
    syncs(&log);
    closes(&log);
    assert_int_equal(in_a_child(opens_it, NULL), 0);
    log = opened();
    holds(&log, &batches);
    closes(&log);
}

/* A lock of fcntl's would be gone by that. */
static void who_reads_the_file_in_the_same_process_does_not_take_the_lock_away(void **state) {
    (void)state;
    char bytes[100];
    struct sellable_log log = anew();
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(read(descriptor, bytes, sizeof bytes), (int)sizeof bytes);
    assert_int_equal(close(descriptor), 0);
    assert_int_equal(in_a_child(opens_it, NULL), 7);
    closes(&log);
}

/* Told in a pipe: the process that has the log, and then a child of it that lives on. */
static pid_t child_that_outlives(void) {
    int pipes[2];
    pid_t grandchild;
    assert_int_equal(pipe(pipes), 0);
    pid_t owner = fork();
    assert_true(owner >= 0);
    if (owner == 0) {
        struct sellable_log log = opened();
        (void)log;
        (void)alarm(LIFE); /* should the test fail, it does not live for ever */
        grandchild = fork();
        if (grandchild == 0) {
            (void)alarm(LIFE);
            for (;;)
                (void)pause();
        }
        if (write(pipes[1], &grandchild, sizeof grandchild) != sizeof grandchild)
            _exit(1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(pipes[0], &grandchild, sizeof grandchild), sizeof grandchild);
    refused_as(SELLABLE_INVALID, in_use);
    assert_int_equal(kill(owner, SIGKILL), 0);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    assert_int_equal(close(pipes[0]), 0);
    assert_int_equal(close(pipes[1]), 0);
    return grandchild;
}

static void the_lock_ends_with_its_process_though_a_child_of_it_lives_on(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    pid_t child = child_that_outlives();
    log = opened();
    assert_int_equal(kill(child, 0), 0); /* it does live */
    holds(&log, &batches);
    closes(&log);
    assert_int_equal(kill(child, SIGKILL), 0);
}

/* ---- a forked child -------------------------------------------------------------------------- */

static int does_nothing(void *with) {
    struct sellable_log *log = with;
    uint64_t position, size;
    const void *bytes;
    int wrong = append(log, 3, 64) != SELLABLE_NOT_DURABLE;
    wrong += log->sync(log->context) != SELLABLE_NOT_DURABLE;
    wrong += log->drop(log->context, 2) != SELLABLE_NOT_DURABLE;
    wrong += log->read(log->context, 1, &position, &bytes, &size) != SELLABLE_NOT_DURABLE;
    wrong += log->room(log->context) != 0;
    log->close(log->context);
    return wrong;
}

static void in_a_forked_child_all_answers_not_durable_and_the_parents_log_goes_on(void **state) {
    (void)state;
    struct sellable_log log = anew();
    appends(&log, &batches, 2, 5000); /* a transaction is open */
    assert_int_equal(in_a_child(does_nothing, &log), 0);
    refused_as(SELLABLE_INVALID, in_use); /* closing was the child's own affair */
    syncs(&log);
    appends(&log, &batches, 3, 64);
    syncs(&log);
    holds(&log, &batches);
    closes(&log);
    log = opened();
    holds(&log, &batches);
    closes(&log);
}

static int has_another_birthmark(void *with) {
    struct sbl_birthmark own, *mark = with;
    int wrong = sbl_birthmark_is_here(mark);
    wrong += !sbl_birthmark_begin(&own);
    wrong += !sbl_birthmark_is_here(&own);
    wrong += sbl_birthmark_is_here(mark);
    sbl_birthmark_end(mark);
    sbl_birthmark_end(&own);
    return wrong;
}

static void a_birthmark_is_known_where_it_was_begun_and_not_in_a_child(void **state) {
    (void)state;
    struct sbl_birthmark mark = {0};
    assert_false(sbl_birthmark_is_here(&mark));
    assert_true(sbl_birthmark_begin(&mark));
    assert_true(sbl_birthmark_is_here(&mark));
    assert_int_equal(in_a_child(has_another_birthmark, &mark), 0);
    assert_true(sbl_birthmark_is_here(&mark));
    sbl_birthmark_end(&mark);
    assert_false(sbl_birthmark_is_here(&mark));
}

/* ---- a directory ----------------------------------------------------------------------------- */

static void directory_is(enum sellable_status status, const char *reason) {
    struct sbl_directory directory;
    const char *found = "";
    enum sellable_status answer = sbl_directory_open(&directory, path, &found);
    assert_string_equal(found, reason);
    assert_int_equal(answer, status);
    if (answer == SELLABLE_OK)
        sbl_directory_close(&directory, true);
}

static void a_file_is_in_it(const char *name, const char *text) {
    char whole[PATH_BYTES + 20];
    (void)snprintf(whole, sizeof whole, "%s/%s", path, name);
    int descriptor = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(descriptor, text, strlen(text)), (int)strlen(text));
    assert_int_equal(close(descriptor), 0);
}

static void is_empty_again(void) {
    static const char *const names[] = {"lock", "x"};
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        char whole[PATH_BYTES + 20];
        (void)snprintf(whole, sizeof whole, "%s/%s", path, names[i]);
        (void)unlink(whole);
    }
}

static void a_directory_is_made_and_locked_and_known_again(void **state) {
    (void)state;
    struct sbl_directory directory;
    const char *reason;
    folder_end(NULL);
    assert_int_equal(folder_begin(NULL), 0);
    assert_int_equal(sbl_directory_open(&directory, path, &reason), SELLABLE_OK);
    directory_is(SELLABLE_INVALID, in_use);
    a_file_is_in_it("x", "ours");
    sbl_directory_close(&directory, true);
    directory_is(SELLABLE_OK, "");
    directory_is(SELLABLE_OK, "");
    is_empty_again();
    directory_is(SELLABLE_OK, ""); /* there, and empty */
    a_file_is_in_it("lock", "");   /* a crash in the middle */
    directory_is(SELLABLE_OK, "");
    a_file_is_in_it("lock", "sella");
    directory_is(SELLABLE_OK, "");
    is_empty_again();
    assert_int_equal(rmdir(path), 0);
}

static void a_directory_of_somebody_elses_is_left_alone(void **state) {
    (void)state;
    static const char none_of_ours[] = "what is in the directory is none of ours";
    folder_end(NULL);
    assert_int_equal(folder_begin(NULL), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    a_file_is_in_it("x", "theirs");
    directory_is(SELLABLE_INVALID, none_of_ours);
    char lock[PATH_BYTES + 20];
    (void)snprintf(lock, sizeof lock, "%s/lock", path);
    assert_int_equal(access(lock, F_OK), -1); /* nothing was left in it */
    a_file_is_in_it("lock", "sella");
    directory_is(SELLABLE_INVALID, none_of_ours);
    is_empty_again();
    a_file_is_in_it("lock", "a lock of another program\n");
    directory_is(SELLABLE_INVALID, none_of_ours);
    is_empty_again();
    assert_int_equal(rmdir(path), 0);
}

static void what_is_no_directory_is_refused(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    directory_is(SELLABLE_INVALID, "it is no directory");
    (void)snprintf(path, sizeof path, "%s/no/store", folder);
    directory_is(SELLABLE_NOT_DURABLE, "the directory that it is to be in is not there");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_has_the_log_until_it_closes_it),
        cmocka_unit_test(who_reads_the_file_in_the_same_process_does_not_take_the_lock_away),
        cmocka_unit_test(the_lock_ends_with_its_process_though_a_child_of_it_lives_on),
        cmocka_unit_test(in_a_forked_child_all_answers_not_durable_and_the_parents_log_goes_on),
        cmocka_unit_test(a_birthmark_is_known_where_it_was_begun_and_not_in_a_child),
        cmocka_unit_test(a_directory_is_made_and_locked_and_known_again),
        cmocka_unit_test(a_directory_of_somebody_elses_is_left_alone),
        cmocka_unit_test(what_is_no_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
