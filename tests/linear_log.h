/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_linear_log: a program on an engine with a log. Its calls are answered early, somebody
 * commits meanwhile, and at the end the log is opened again, and goes on with the history. Or they
 * are answered once they are durable, and the machine crashes amid them: just before a sync, the
 * latest instant at which what it brings is not there. Then what was promised has to be explained,
 * and what was found after; of what was not answered, or refused, each may have taken effect, or
 * not. */
#ifndef SELLABLE_TESTS_LINEAR_LOG_H
#define SELLABLE_TESTS_LINEAR_LOG_H

#include "linear_calls.h"
#include "memory_disk.h"

enum run_log { WITHOUT_A_LOG, ANSWERED_EARLY, ANSWERED_DURABLY };

static struct {
    enum run_log kind;
    struct sellable_options options;
    struct disk *disk, *left; /* the run's; and what a crash has left of it */
    uint32_t syncs;           /* until the crash; 0: there is none */
    int64_t crash;            /* its tick */
    uint64_t fates[3];        /* how many calls had which, of all runs */
} run_log;

/* ---- its life -------------------------------------------------------------------------------- */

/* The last instant at which the batch is not there: what was answered by then rests on those before.
 * A disk takes its time, in which others go on. The committer is one at a time. */
static inline enum sellable_status sync_unless_it_crashes_before(void *context) {
    enum { STEPS = 100 };
    for (uint32_t step = 0; step < STEPS && run_log.syncs != 0; step++) {
        interleave_step(__FILE__, __LINE__);
    }
    if (run_log.syncs != 0 && --run_log.syncs == 0) {
        run_log.left = disk_after_crash(run_log.disk);
        run_log.crash = atomic_fetch_add(&run.ticks, 1);
    }
    return log_sync(context);
}

static inline struct sellable *engine_on(struct disk *disk) {
    struct sellable_durability durability = on(disk);
    struct sellable_recovery recovery;
    struct sellable *engine = NULL;
    durability.journal.sync = sync_unless_it_crashes_before;
    durability.answering = run_log.kind == ANSWERED_EARLY ? SELLABLE_ANSWER_DECIDED
                                                          : SELLABLE_ANSWER_DURABLE;
    if (sellable_recover(&run_log.options, &durability, &engine, &recovery) != SELLABLE_OK) {
        fail_msg("%s: %s", recovery.field, recovery.reason);
    }
    return engine;
}

static inline enum sellable_status run_log_open(const struct sellable_options *options) {
    if (run_log.kind == WITHOUT_A_LOG) {
        return sellable_open(options, &run.engine);
    }
    run_log.options = *options;
    run_log.disk = disk_new();
    run_log.left = NULL;
    run_log.syncs = 0;
    run_log.crash = INT64_MAX;
    run.engine = engine_on(run_log.disk);
    return SELLABLE_OK;
}

/* The scene is set: choose when it crashes. */
static inline void run_log_start(struct random *random, uint32_t calls) {
    if (run_log.kind == ANSWERED_DURABLY) {
        run_log.syncs = 1 + random_below(random, calls);
    }
}

/* The threads that a program has, and one that commits, if there is room for it. */
static inline uint32_t run_log_threads(uint32_t threads) {
    return threads + (run_log.kind == ANSWERED_EARLY && threads < INTERLEAVE_MOST);
}

static inline void run_log_commit(void) {
    enum { TIMES = 6, STEPS = 40 };
    for (uint32_t i = 0; i < TIMES; i++) {
        expect(sellable_durable_wait(run.engine, 0), OK);
        for (uint32_t step = 0; step < STEPS; step++) {
            interleave_step(__FILE__, __LINE__);
        }
    }
}

/* The threads are done. If it has not crashed, it does now. */
static inline void run_log_crash(void) {
    if (run_log.kind == ANSWERED_EARLY) {
        expect(sellable_durable_wait(run.engine, 0), OK);
    }
    if (run_log.kind != WITHOUT_A_LOG && run_log.left == NULL) {
        run_log.left = disk_after_crash(run_log.disk);
        run_log.crash = atomic_fetch_add(&run.ticks, 1);
    }
    run_log.syncs = 0;
}

/* Go on with what the crash has left. */
static inline void run_log_go_on(void) {
    if (run_log.kind != WITHOUT_A_LOG) {
        sellable_close(run.engine);
        run.engine = engine_on(run_log.left);
    }
}

static inline void run_log_close(void) {
    if (run_log.kind != WITHOUT_A_LOG) {
        disk_free(run_log.disk);
        disk_free(run_log.left);
    }
}

/* ---- what is left of a history --------------------------------------------------------------- */

/* Who was told nothing, or has promised nothing. Questions may have seen what a crash has taken. */
static inline enum linear_fate fate_of(const struct linear_call *call, const struct raw *raw) {
    bool promised = raw->status == SELLABLE_OK || raw->status == SELLABLE_DUPLICATE;
    bool asks = call->kind >= LINEAR_NOW && call->kind != LINEAR_CHANGES;
    if (call->began > run_log.crash) {
        return LINEAR_NEVER_MADE;
    }
    if (asks || (call->kind == LINEAR_CHANGES && !promised)) {
        return LINEAR_NEVER_MADE;
    }
    return promised && call->ended < run_log.crash ? LINEAR_ANSWERED : LINEAR_UNANSWERED;
}

/* A channel that was about to be told something: it is not known what it was told last. */
static inline void leave_out(struct linear_history *history, uint32_t from, int64_t channel) {
    for (uint32_t i = 0; i < history->count; i++) {
        struct linear_call *call = &history->call[i];
        bool unknown = call->fate == LINEAR_UNANSWERED || i >= from;
        if (call->kind == LINEAR_CHANGES && call->channel == channel && unknown) {
            call->fate = LINEAR_NEVER_MADE;
        }
    }
}

/* Of the calls that were made at the same time: what became of each. */
static inline void run_log_fates(struct program *program) {
    struct linear_history *history = &program->history;
    if (run_log.kind != ANSWERED_DURABLY) {
        return;
    }
    for (uint32_t i = program->set_up, first = i; i < program->end; i++) {
        struct linear_call *call = &history->call[i];
        bool goes_on = i != program->set_up && call[-1].goes_on && call->kind == LINEAR_CHANGES;
        first = goes_on ? first : i; /* the items of one question have one answer */
        call->fate = fate_of(call, &run.raw[first]);
        if (call->fate == LINEAR_UNANSWERED && call->ended > run_log.crash) {
            call->ended = run_log.crash;
        }
    }
    for (uint32_t i = program->set_up; i < program->end; i++) {
        if (history->call[i].kind == LINEAR_CHANGES &&
            history->call[i].fate == LINEAR_UNANSWERED) {
            leave_out(history, program->end, history->call[i].channel);
        }
        run_log.fates[history->call[i].fate]++;
    }
}

#endif
