/* SPDX-License-Identifier: Apache-2.0
 *
 * Linearizable with a log, too: the random programs of test_linear on an engine that answers early,
 * whose log is opened again and goes on with the history; and on one that answers what is durable,
 * amid whose calls the machine crashes: what it promised, and what it is found to be after, has an
 * order of instants.
 *
 *    test_linear_log [long] [histories N] [seed N]       as test_linear */
#include "linear_histories.h"

/* ---- the checker itself ---------------------------------------------------------------------- */

/* There is one piece, which somebody takes; then it crashed, and somebody asks. */
static void verdict_is(enum linear_fate fate, int64_t ended, int64_t left,
                       enum linear_verdict verdict) {
    struct linear_history history = {
        .retention = SELLABLE_RETENTION_DEFAULT,
        .count = 6,
        .call = {{.kind = LINEAR_ITEM_PUT, .answer = {0, 1, {0}}},
                 {.kind = LINEAR_LOCATION_PUT, .answer = {0, 1, {0}}},
                 {.kind = LINEAR_CHANNEL_PUT, .answer = {0, 1, {0}}},
                 {.kind = LINEAR_APPLY,
                  .event = {.type = SELLABLE_ON_HAND_SET, .quantity = 1},
                  .answer = {0, 1, {1}}},
                 {.kind = LINEAR_RESERVE,
                  .fate = fate,
                  .line_count = 1,
                  .line = {{0, 1, 0}},
                  .answer = {SELLABLE_OK, 5, {0, 0, 0, 1, 0}}},
                 {.kind = LINEAR_AVAILABLE,
                  .answer = {SELLABLE_OK,
                             3,
                             {left, left, left != 0 ? SELLABLE_LEVEL_OK : SELLABLE_LEVEL_NONE}}}}};
    for (uint32_t i = 0; i < history.count; i++) {
        history.call[i].thread = i;
        history.call[i].began = 2 * (int64_t)i;
        history.call[i].ended = i == 4 ? ended : 2 * (int64_t)i + 1;
    }
    enum linear_verdict got = linear_check(&history, &search);
    if (got != verdict) {
        linear_print(stderr, &history, &search);
    }
    assert_int_equal(got, verdict);
}

static void what_was_promised_is_there_and_what_was_not_answered_may_be(void **state) {
    (void)state;
    const int64_t in_time = 9, still_going = 99;
    verdict_is(LINEAR_ANSWERED, in_time, 0, LINEAR_EXPLAINED);
    verdict_is(LINEAR_ANSWERED, in_time, 1, LINEAR_UNEXPLAINED); /* lost */
    verdict_is(LINEAR_UNANSWERED, in_time, 0, LINEAR_EXPLAINED);
    verdict_is(LINEAR_UNANSWERED, in_time, 1, LINEAR_EXPLAINED);
    verdict_is(LINEAR_NEVER_MADE, in_time, 1, LINEAR_EXPLAINED);
    verdict_is(LINEAR_NEVER_MADE, in_time, 0, LINEAR_UNEXPLAINED);
    verdict_is(LINEAR_UNANSWERED, still_going, 0, LINEAR_EXPLAINED);
}

/* ---- random histories ------------------------------------------------------------------------ */

static void run_with(enum run_log log, enum interleave_way way, const char *name, uint32_t few,
                     uint32_t many) {
    uint32_t count = test.is_long ? many : few;
    if (test.has_failed) {
        skip();
    }
    run_log.kind = log;
    if (way == INTERLEAVE_AT_ONCE) {
        threads_open();
    }
    run_histories(way, name, test.histories != 0 ? test.histories : count);
    if (way == INTERLEAVE_AT_ONCE) {
        threads_close();
    }
}

static void histories_in_turns_go_on_when_the_log_is_opened_again(void **state) {
    (void)state;
#ifdef INTERLEAVE_FIBERS
    run_with(ANSWERED_EARLY, INTERLEAVE_IN_TURNS, "in turns", 6000, 200000);
#else
    skip();
#endif
}

static void histories_at_once_go_on_when_the_log_is_opened_again(void **state) {
    (void)state;
    run_with(ANSWERED_EARLY, INTERLEAVE_AT_ONCE, "at once", 2000, 100000);
}

static void what_was_answered_is_explained_by_what_a_crash_leaves(void **state) {
    (void)state;
    run_with(ANSWERED_DURABLY, INTERLEAVE_AT_ONCE, "amid a crash, at once", 6000, 200000);
    print_message("    calls that were answered %llu, too late %llu, left out %llu\n",
                  (unsigned long long)run_log.fates[LINEAR_ANSWERED],
                  (unsigned long long)run_log.fates[LINEAR_UNANSWERED],
                  (unsigned long long)run_log.fates[LINEAR_NEVER_MADE]);
    assert_true(run_log.fates[LINEAR_ANSWERED] > 0 && run_log.fates[LINEAR_UNANSWERED] > 0);
}

int main(int count, char **arguments) {
    if (!read_arguments(count, arguments)) {
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_promised_is_there_and_what_was_not_answered_may_be),
        cmocka_unit_test(what_was_answered_is_explained_by_what_a_crash_leaves),
        cmocka_unit_test(histories_in_turns_go_on_when_the_log_is_opened_again),
        cmocka_unit_test(histories_at_once_go_on_when_the_log_is_opened_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
