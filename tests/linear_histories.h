/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear*: many random programs are run, and each history is looked through. */
#ifndef SELLABLE_TESTS_LINEAR_HISTORIES_H
#define SELLABLE_TESTS_LINEAR_HISTORIES_H

#include "linear_run.h"

static struct linear_search search;

static struct {
    uint64_t seed;
    uint32_t histories;
    bool is_long, has_failed;
    uint64_t counts[LINEAR_KIND_COUNT][SELLABLE_STATUS_COUNT];
} test = {.seed = 1};

static bool overlap(const struct linear_call *a, const struct linear_call *b) {
    return a->thread != b->thread && a->began < b->ended && b->began < a->ended;
}

/* How many pairs of calls overlapped. */
static uint32_t overlaps(const struct program *program) {
    const struct linear_call *call = program->history.call;
    uint32_t pairs = 0;
    for (uint32_t i = program->set_up; i < program->end; i++) {
        for (uint32_t j = program->set_up; j < i; j++) {
            pairs += overlap(&call[i], &call[j]);
        }
    }
    return pairs;
}

static void fail_with_history(const char *way, const char *what) {
    fflush(stdout);
    fprintf(stderr, "\n%s: %s: seed %llu\n", way, what, (unsigned long long)run.program.seed);
    linear_print(stderr, &run.program.history, &search);
    test.has_failed = true;
    fail();
}

/* A figure that cannot be is put into one answer: no order explains the history any more. */
static void spoil_and_check(const char *way) {
    struct linear_history *history = &run.program.history;
    uint32_t calls = run.program.end - run.program.set_up;
    for (uint32_t i = 0; i < calls; i++) {
        uint32_t chosen = run.program.set_up + (i + (uint32_t)run.program.seed) % calls;
        struct linear_answer *answer = &history->call[chosen].answer;
        if (answer->count != 0 && history->call[chosen].fate == LINEAR_ANSWERED) {
            answer->figure[run.program.seed % (uint64_t)answer->count] += 7777;
            if (linear_check(history, &search) != LINEAR_UNEXPLAINED) {
                fail_with_history(way, "a figure is wrong, and an order was found");
            }
            return;
        }
    }
}

static void run_histories(enum interleave_way way, const char *name, uint32_t count) {
    uint64_t overlapping = 0, pairs = 0, calls = 0, visited = search.visited;
    int64_t began = (int64_t)time(NULL);
    for (uint64_t seed = test.seed; seed < test.seed + count; seed++) {
        run_program(way, seed);
        const struct program *program = &run.program;
        enum linear_verdict verdict = linear_check(&program->history, &search);
        if (verdict != LINEAR_EXPLAINED) {
            fail_with_history(name, verdict == LINEAR_TOO_LONG ? "the search was given up"
                                                               : "no order of instants");
        }
        uint32_t met = overlaps(program);
        overlapping += met != 0;
        pairs += met;
        calls += program->end - program->set_up;
        for (uint32_t i = 0; i < program->history.count; i++) {
            const struct linear_call *call = &program->history.call[i];
            test.counts[call->kind][call->answer.status] += call->fate == LINEAR_ANSWERED;
        }
        if (seed % 16 == 0) {
            spoil_and_check(name);
        }
    }
    printf("%s: seeds %llu to %llu: %u histories of %.1f calls; %.1f %% with overlap, %.1f pairs "
           "of calls each; %.1f states looked at each; %lld s\n",
           name, (unsigned long long)test.seed, (unsigned long long)(test.seed + count - 1), count,
           (double)calls / count, 100.0 * (double)overlapping / count, (double)pairs / count,
           (double)(search.visited - visited) / count, (long long)time(NULL) - began);
    assert_true(overlapping * 10 >= (uint64_t)count * (way == INTERLEAVE_IN_TURNS ? 5 : 2));
}

/* What a test_linear* is told; false: something else. */
static inline bool read_arguments(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        bool more = i + 1 < count;
        if (strcmp(arguments[i], "long") == 0) {
            test.is_long = true;
        } else if (more && strcmp(arguments[i], "histories") == 0) {
            test.histories = (uint32_t)strtoul(arguments[++i], NULL, 10);
        } else if (more && strcmp(arguments[i], "seed") == 0) {
            test.seed = strtoull(arguments[++i], NULL, 10);
        } else {
            fprintf(stderr, "usage: %s [long] [histories N] [seed N]\n", arguments[0]);
            return false;
        }
    }
    return true;
}

#endif
