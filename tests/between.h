/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole call between any two atomic steps of another. A program that is linked with a library of
 * SBL_STEPS sets a scene once. Then, for one step of the call after another, a child of the process
 * begins the call anew on that scene, makes the other call where the step is, and goes on: nobody
 * has to be lucky, and what goes wrong - a crash, a call without end, a slab of any size - goes
 * wrong in the child.
 *
 * Both calls say what they were answered, and the child says in the end all that there is. That has
 * to be what it is after the one and then the other, or the other and then the one.
 *
 * This file defines sbl_step. It is for one program of one file. */
#ifndef SELLABLE_TESTS_BETWEEN_H
#define SELLABLE_TESTS_BETWEEN_H

#include "between_state.h"
#include "random.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATIENCE = 20,      /* seconds that a child may take */
    FAULTS_MOST = 3,    /* then a pair of calls is known to fail */
    SLABS_MOST = 1 << 28 /* bytes: more than any scene here needs */
};

/* Instead of a step: one after the other. */
#define OTHER_FIRST INT64_C(-1)
#define OTHER_LAST (INT64_MAX - 1)

/* ---- slabs ----------------------------------------------------------------------------------- */

static size_t slab_bytes;

/* What lies behind a slab may not be touched; and there is an end of slabs. */
static void *guarded_slab(void *context, size_t size) {
    (void)context;
    if (size > SLABS_MOST - slab_bytes)
        return NULL;
    char *slab =
        mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slab == MAP_FAILED || mprotect(slab + size, 4096, PROT_NONE) != 0)
        return NULL;
    slab_bytes += size;
    return slab;
}

static void guarded_back(void *context, void *slab, size_t size) {
    (void)context;
    slab_bytes -= size;
    munmap(slab, size + 4096);
}

/* Tables are large from the start: two orders do not meet in one bucket. */
static struct sellable *open_guarded(void) {
    const struct sellable_options options = {
        .allocator = {NULL, guarded_slab, guarded_back}, .items = 64, .orders = 64};
    struct sellable *engine = NULL;
    expect(sellable_open(&options, &engine), OK);
    return engine;
}

/* ---- a pair of calls ------------------------------------------------------------------------- */

/* Make a call, or several; say what was answered, the status first. */
typedef void between_call(struct sellable *engine, uint32_t which, struct text *said);

struct pair {
    const char *name;
    struct sellable *engine;
    between_call *call, *other;
    uint32_t call_which, other_which;
    bool audited; /* all that is allocated, is by orders: see audit_state */
    bool parts;   /* the call takes effect in several instants, the other perhaps between them */
    void (*settle)(struct sellable *engine, struct text *fault); /* if given: at the end */
};

/* What the child leaves to its parent. */
struct report {
    const char *file; /* where the step is; NULL: it was not reached */
    int line;
    int64_t steps; /* of the call, the other one after it */
    struct text fault, called, other, state;
};

static struct report *report;
static struct {
    const struct pair *pair;
    int64_t left; /* steps to go; below 0: none */
} stepping = {.left = -1};

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    if (stepping.left < 0 || stepping.left-- > 0)
        return;
    const struct pair *pair = stepping.pair;
    report->file = file;
    report->line = line;
    pair->other(pair->engine, pair->other_which, &report->other);
}

static _Noreturn void between_child(const struct pair *pair, int64_t step) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    for (size_t i = 0; i < COUNT_OF(signals); i++) /* cmocka would go on with the next test */
        (void)signal(signals[i], SIG_DFL);
    alarm(PATIENCE);
    if (step == OTHER_FIRST)
        pair->other(pair->engine, pair->other_which, &report->other);
    stepping.pair = pair;
    stepping.left = step;
    pair->call(pair->engine, pair->call_which, &report->called);
    if (step == OTHER_LAST)
        report->steps = OTHER_LAST - stepping.left;
    stepping.left = -1;
    if (step == OTHER_LAST)
        pair->other(pair->engine, pair->other_which, &report->other);
    if (pair->audited)
        audit_state(pair->engine, &report->fault);
    if (pair->settle != NULL)
        pair->settle(pair->engine, &report->fault);
    tell_state(pair->engine, &report->state);
    _exit(0);
}

/* One child; its report is there then. A signal is a fault, too. */
static void between_run(const struct pair *pair, int64_t step) {
    int ended = 0;
    if (report == NULL) {
        report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                      0);
        assert_true(report != MAP_FAILED);
    }
    report->file = NULL;
    text_clear(&report->fault);
    text_clear(&report->called);
    text_clear(&report->other);
    text_clear(&report->state);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        between_child(pair, step);
    assert_int_equal(waitpid(child, &ended, 0), child);
    if (WIFSIGNALED(ended))
        text_add(&report->fault, "%s", WTERMSIG(ended) == SIGALRM ? "no end" :
                                       strsignal(WTERMSIG(ended)));
    else if (WEXITSTATUS(ended) != 0)
        text_add(&report->fault, "it ends with %d", WEXITSTATUS(ended));
}

/* One after the other: after the call, before it. */
static struct report serial[2];

static bool as_after(const struct pair *pair, const struct report *one) {
    return text_same(&report->called, &one->called, pair->parts) &&
           text_same(&report->other, &one->other, pair->parts) &&
           (pair->parts || text_same(&report->state, &one->state, false));
}

static void print_fault(const struct pair *pair, int64_t step) {
    const char *file = report->file == NULL ? "" : report->file, *slash = strrchr(file, '/');
    print_error("%s: before step %" PRId64 ", %s:%d: ", pair->name, step,
                slash == NULL ? file : slash + 1, report->line);
    if (report->fault.size != 0) {
        print_error("%s\n", report->fault.bytes);
        return;
    }
    print_error("explained by neither order\n");
    const struct report *const all[] = {report, &serial[0], &serial[1]};
    static const char *const names[] = {"between", "after", "before"};
    for (int i = 0; i < 3; i++)
        print_error("    %-8s the call: %s\n             the other: %s\n", names[i],
                    all[i]->called.bytes, all[i]->other.bytes);
    for (int i = 1; i < 3 && !pair->parts; i++)
        text_print_difference(&report->state, &all[i]->state, names[i]);
}

/* false: that goes wrong already. */
static bool between_serial(const struct pair *pair) {
    for (int i = 0; i < 2; i++) {
        between_run(pair, i == 0 ? OTHER_LAST : OTHER_FIRST);
        if (report->fault.size != 0) {
            print_error("%s, one after the other: %s\n", pair->name, report->fault.bytes);
            return false;
        }
        serial[i] = *report;
    }
    return true;
}

/* The other call at every so many steps of the call, from one on to another. Returns the number of
 * faults; `*runs` rises by how often it was so. */
static uint32_t between_from(const struct pair *pair, int64_t first, int64_t last, int64_t stride,
                             uint64_t *runs) {
    uint32_t faults = 0;
    for (int64_t step = first; step < last && faults < FAULTS_MOST; step += stride, ++*runs) {
        between_run(pair, step);
        if (report->file == NULL)
            text_add(&report->fault, "the step is not reached");
        if (report->fault.size == 0 && (as_after(pair, &serial[0]) || as_after(pair, &serial[1])))
            continue;
        if (faults++ == 0)
            print_fault(pair, step);
    }
    return faults;
}

/* The same, as far as there are steps. */
static inline uint32_t between_steps(const struct pair *pair, int64_t first, int64_t last,
                                     int64_t stride, uint64_t *runs) {
    if (!between_serial(pair))
        return 1;
    return between_from(pair, first, last < serial[0].steps ? last : serial[0].steps, stride,
                        runs);
}

/* At about `most` steps of the call, evenly spread from a random one on; if there are no more, at
 * all. */
static uint32_t between(const struct pair *pair, int64_t most, struct random *random,
                        uint64_t *runs) {
    if (!between_serial(pair))
        return 1;
    int64_t steps = serial[0].steps, stride = steps > most ? steps / most : 1;
    return between_from(pair, random_between(random, 0, stride - 1), steps, stride, runs);
}

/* At every step there is. */
static inline void between_all(const struct pair *pair) {
    struct random random = {0};
    uint64_t runs = 0;
    assert_int_equal(between(pair, INT64_MAX, &random, &runs), 0);
    assert_in_range(runs, 50, 100000);
    sellable_close(pair->engine);
}

static inline void between_any_two(struct sellable *engine, const char *name,
                                   between_call *call, between_call *other) {
    between_all(&(struct pair){.name = name, .engine = engine, .call = call, .other = other});
}

#endif
