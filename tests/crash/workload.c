/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done to a store: see workload.h. The changes come from the streams of random calls that
 * the engine is compared with its model by, a few of each kind, one after the other. */
#include "workload.h"

#include "disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAM = 300,
    CHECKPOINT_EVERY = 37,
    REOPEN_EVERY = 53,
    BATCH_EVERY = 7,
    WAIT_EVERY = 5, /* where nothing else does */
    MASTERS = 4,    /* kinds of them */
    TRIES = 2,      /* for each call that is wanted of a stream */
    KEPT_ANYWAY = 4,
    MOMENTS = 1 << 16,
    BYTES_OF_WORDS = 240
};

static void *made(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory) {
        abort();
    }
    return memory;
}

/* ---- the story ------------------------------------------------------------------------------- */

static bool is_change(const struct call *call) {
    return call->kind <= CALL_DISCARD || call->kind == CALL_CHANGES;
}

static bool makes_master(const struct call *call) {
    return call->kind == CALL_ITEM_PUT || call->kind == CALL_LOCATION_PUT ||
           call->kind == CALL_CHANNEL_PUT || call->kind == CALL_SOURCE_PUT;
}

static void add_step(struct workload *workload, enum step_kind kind, uint32_t call) {
    workload->steps[workload->count++] = (struct step){kind, call};
}

static void add_change(struct workload *workload, const struct call *call, bool checkpoints) {
    uint32_t number = workload->call_count++;
    bool joins = call->kind == CALL_APPLY && number % BATCH_EVERY == 0;
    workload->calls[number] = *call;
    add_step(workload, joins ? STEP_BATCH : STEP_CALL, number);
    if (checkpoints && number % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1) {
        bool keeps = number / CHECKPOINT_EVERY % 2 == 1;
        add_step(workload, keeps ? STEP_CHECKPOINT_KEEPS : STEP_CHECKPOINT, number);
    }
    if (checkpoints && number % REOPEN_EVERY == REOPEN_EVERY - 1) {
        add_step(workload, STEP_REOPEN, number);
    }
}

/* Calls are tried on an engine in memory first: most of those that change nothing are left out. */
struct trial {
    struct side side;
    struct random random;
    uint64_t full[2];
    bool checkpoints;
};

static bool changes_something(struct trial *trial, const struct call *call) {
    static struct outcome outcome;
    struct sellable_audit audit;
    side_make(&trial->side, call, &outcome);
    if (sellable_audit(trial->side.engine, NULL, &audit) != SELLABLE_OK) {
        abort();
    }
    bool changed = audit.full[0] != trial->full[0] || audit.full[1] != trial->full[1];
    memcpy(trial->full, audit.full, sizeof trial->full);
    return changed;
}

/* One of each number, to begin with. */
static void add_masters(struct workload *workload, struct trial *trial, const struct call *stream) {
    bool made[CALL_SOURCE_PUT + 1][THINGS] = {{false}};
    for (uint32_t i = 0; i < STREAM; i++) {
        const struct call *call = &stream[i];
        uint32_t number = call->kind == CALL_ITEM_PUT       ? call->item
                          : call->kind == CALL_LOCATION_PUT ? call->location
                          : call->kind == CALL_CHANNEL_PUT  ? call->channel
                                                            : call->declares;
        if (makes_master(call) && number < THINGS && !made[call->kind][number]) {
            made[call->kind][number] = true;
            (void)changes_something(trial, call);
            add_change(workload, call, trial->checkpoints);
        }
    }
}

/* What mostly changes nothing, is refused by chance, or comes late in a stream. */
static bool is_seldom(const struct call *call) {
    return call->kind > CALL_APPLY;
}

/* Some of a stream, over all of its length. */
static void add_some(struct workload *workload, struct trial *trial, const struct call *stream,
                     uint32_t wanted) {
    uint32_t taken = 0;
    for (uint32_t i = 0; i < STREAM && taken < wanted; i++) {
        bool tried = is_change(&stream[i]) &&
                     (is_seldom(&stream[i]) ||
                      random_below(&trial->random, STREAM) < TRIES * wanted);
        if (tried && (changes_something(trial, &stream[i]) ||
                      random_percent(&trial->random, KEPT_ANYWAY))) {
            add_change(workload, &stream[i], trial->checkpoints);
            taken++;
        }
    }
}

void workload_make(struct workload *workload, uint32_t per_kind, uint64_t seed, bool checkpoints) {
    const struct sellable_options options = store_options();
    struct call *stream = made(STREAM, sizeof *stream);
    struct trial trial = {.random = {seed}, .checkpoints = checkpoints};
    uint32_t most = per_kind * STREAM_KIND_COUNT + THINGS * MASTERS;
    *workload = (struct workload){.calls = made(most, sizeof *stream)};
    workload->steps = made(3 * (size_t)most, sizeof *workload->steps);
    if (sellable_open(&options, &trial.side.engine) != SELLABLE_OK) {
        abort();
    }
    stream_make(stream, STREAM, STREAM_MIXED, seed, options.retention);
    add_masters(workload, &trial, stream);
    for (int kind = 0; kind < STREAM_KIND_COUNT; kind++) {
        stream_make(stream, STREAM, (enum stream_kind)kind, seed + (uint64_t)kind,
                    options.retention);
        add_some(workload, &trial, stream, per_kind);
    }
    sellable_close(trial.side.engine);
    free(stream);
}

void workload_free(struct workload *workload) {
    free(workload->calls);
    free(workload->steps);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void count(struct stepped *done, int status) {
    done->promised += status == SELLABLE_OK || status == SELLABLE_DUPLICATE;
    done->failed += status == SELLABLE_NOT_DURABLE;
    done->refused += status != SELLABLE_OK && status != SELLABLE_DUPLICATE &&
                     status != SELLABLE_NOT_DURABLE;
}

static void make_batch(struct side *side, const struct call *call, struct stepped *done) {
    static struct input input;
    struct sellable_event events[WORKLOAD_BATCH];
    enum sellable_status statuses[WORKLOAD_BATCH] = {SELLABLE_OK};
    outcome_fill(call, &side->handles, &input);
    for (uint32_t i = 0; i < WORKLOAD_BATCH; i++) {
        events[i] = input.event;
    }
    if (sellable_apply_batch(side->engine, side->worker, events, WORKLOAD_BATCH, statuses, NULL) !=
        SELLABLE_OK) {
        done->refused++;
        return;
    }
    for (uint32_t i = 0; i < WORKLOAD_BATCH; i++) {
        count(done, (int)statuses[i]);
    }
}

static void reopen(struct side *side, const char *folder, const struct store_way *way,
                   struct stepped *done) {
    struct sellable_recovery recovery;
    sellable_close(side->engine);
    count(done, (int)store_open(folder, way, &side->engine, &recovery));
}

struct stepped workload_step(const struct workload *workload, uint32_t step, struct side *side,
                             const char *folder, const struct store_way *way) {
    static struct outcome outcome;
    const struct call *call = &workload->calls[workload->steps[step].call];
    struct stepped done = {0, 0, 0};
    switch (workload->steps[step].kind) {
    case STEP_CALL:
        side_make(side, call, &outcome);
        count(&done, outcome.status);
        break;
    case STEP_BATCH: make_batch(side, call, &done); break;
    case STEP_CHECKPOINT:
        count(&done, (int)sellable_checkpoint(side->engine, side->worker, 0));
        break;
    case STEP_CHECKPOINT_KEEPS:
        count(&done, (int)sellable_checkpoint(side->engine, side->worker, 1));
        break;
    default: reopen(side, folder, way, &done);
    }
    return done;
}

/* ---- the history ----------------------------------------------------------------------------- */

static bool same_sum(const uint64_t a[2], const uint64_t b[2]) {
    return a[0] == b[0] && a[1] == b[1];
}

/* The state of a position; false: it is known as another one. */
static bool note(struct history *history, uint64_t position, const uint64_t full[2]) {
    struct moment *moment = &history->moments[position];
    if (moment->known) {
        return same_sum(moment->full, full);
    }
    moment->known = true;
    moment->full[0] = full[0];
    moment->full[1] = full[1];
    return true;
}

void history_begin(struct history *history) {
    *history = (struct history){.moments = made(MOMENTS, sizeof *history->moments)};
}

void history_note(struct history *history, const struct side *side, uint32_t steps) {
    struct sellable_audit audit;
    uint64_t position = sellable_position(side->engine);
    bool audited = sellable_audit(side->engine, NULL, &audit) == SELLABLE_OK;
    if (!audited || audit.consistent != 1 || position >= MOMENTS) {
        snprintf(history->fault, sizeof history->fault, "step %u: no audit, or not consistent",
                 steps);
        return;
    }
    struct moment *moment = &history->moments[position];
    if (!note(history, position, audit.full)) {
        snprintf(history->fault, sizeof history->fault,
                 "step %u changed something, and no position, which is %" PRIu64, steps, position);
    }
    moment->boundary = true;
    moment->steps = steps;
    moment->handles = side->handles;
    memcpy(moment->told, side->positions, sizeof moment->told);
    history->at = position;
    history->last = position > history->last ? position : history->last;
}

/* The steps from..to - 1, each with its moment and its mark. */
static void play(const struct workload *workload, struct side *side, const char *folder,
                 const struct store_way *way, uint32_t from, uint32_t to,
                 struct history *history) {
    for (uint32_t step = from; step < to && history->fault[0] == 0; step++) {
        struct stepped done = workload_step(workload, step, side, folder, way);
        if (side->engine && way->answering == SELLABLE_ANSWER_DECIDED &&
            step % WAIT_EVERY == WAIT_EVERY - 1) {
            done.failed += sellable_durable_wait(side->engine, 0) != SELLABLE_OK;
        }
        if (!side->engine || done.failed != 0) {
            snprintf(history->fault, sizeof history->fault, "step %u: not durable, or not opened",
                     step);
            return;
        }
        uint64_t before = history->at, durable = sellable_durable(side->engine);
        history_note(history, side, step + 1);
        bool rose = history->at != before && workload->steps[step].kind == STEP_CALL;
        if (rose && done.promised != 0 && durable != history->at &&
            way->answering == SELLABLE_ANSWER_DURABLE) {
            snprintf(history->fault, sizeof history->fault,
                     "step %u is answered, and durable is %" PRIu64 " of %" PRIu64, step, durable,
                     history->at);
        }
        disk_mark(durable);
    }
}

/* What is closed is durable. */
static void close_marked(struct side *side, const struct history *history) {
    if (side->engine) {
        sellable_close(side->engine);
        disk_mark(history->at);
    }
}

static bool opens(struct side *side, const char *folder, const struct store_way *way,
                  struct history *history) {
    struct sellable_recovery recovery;
    enum sellable_status status = store_open(folder, way, &side->engine, &recovery);
    if (status != SELLABLE_OK) {
        snprintf(history->fault, sizeof history->fault, "opening answers %s: %s: %s",
                 sellable_status_name((int)status), recovery.field, recovery.reason);
    }
    return status == SELLABLE_OK;
}

void workload_record(const struct workload *workload, const char *folder,
                     const struct store_way *way, struct history *history) {
    struct side side = {.engine = NULL};
    history_begin(history);
    if (opens(&side, folder, way, history)) {
        history_note(history, &side, 0);
        play(workload, &side, folder, way, 0, workload->count, history);
        close_marked(&side, history);
    }
}

void workload_resume(const struct workload *workload, const char *folder,
                     const struct store_way *way, uint32_t steps, struct history *history) {
    struct side side = {.engine = NULL};
    if (!opens(&side, folder, way, history)) {
        return;
    }
    history->at = sellable_position(side.engine);
    disk_mark(history->at);
    const struct moment *from = &history->moments[history->at];
    if (from->boundary) {
        uint32_t left = workload->count - from->steps;
        side.handles = from->handles;
        memcpy(side.positions, from->told, sizeof side.positions);
        play(workload, &side, folder, way, from->steps,
             from->steps + (left < steps ? left : steps), history);
    }
    close_marked(&side, history);
}

void history_free(struct history *history) {
    free(history->moments);
}

/* ---- the verdict ----------------------------------------------------------------------------- */

static char words[BYTES_OF_WORDS];

/* The remaining steps, from a moment on, lead to the last state. */
static const char *go_on(const struct workload *workload, const struct history *history,
                         struct side *side, const struct moment *from) {
    struct sellable_audit audit;
    side->handles = from->handles;
    memcpy(side->positions, from->told, sizeof side->positions);
    for (uint32_t step = from->steps; step < workload->count; step++) {
        if (workload->steps[step].kind == STEP_REOPEN) {
            continue;
        }
        if (workload_step(workload, step, side, NULL, NULL).failed != 0) {
            snprintf(words, sizeof words, "going on: step %u is not durable", step);
            return words;
        }
    }
    const struct moment *last = &history->moments[history->last];
    if (sellable_audit(side->engine, NULL, &audit) != SELLABLE_OK || audit.consistent != 1 ||
        !same_sum(audit.full, last->full)) {
        snprintf(words, sizeof words, "going on from step %u leads elsewhere", from->steps);
        return words;
    }
    return NULL;
}

static const char *judge(const struct workload *workload, struct history *history,
                         struct sellable *engine, uint64_t position, uint64_t promised,
                         bool goes_on) {
    struct side side = {.engine = engine};
    struct sellable_audit audit;
    if (position < promised || position > history->last) {
        snprintf(words, sizeof words,
                 "position %" PRIu64 "; promised was %" PRIu64 ", the last one given %" PRIu64,
                 position, promised, history->last);
        return words;
    }
    if (sellable_audit(engine, NULL, &audit) != SELLABLE_OK || audit.consistent != 1) {
        snprintf(words, sizeof words, "position %" PRIu64 ": not consistent", position);
        return words;
    }
    if (sellable_position(engine) != position || sellable_durable(engine) != position) {
        snprintf(words, sizeof words, "position %" PRIu64 ": the engine says another one",
                 position);
        return words;
    }
    if (!note(history, position, audit.full)) {
        snprintf(words, sizeof words, "position %" PRIu64 ": another state than it was", position);
        return words;
    }
    const struct moment *moment = &history->moments[position];
    return goes_on && moment->boundary ? go_on(workload, history, &side, moment) : NULL;
}

const char *workload_judge(const struct workload *workload, struct history *history,
                           struct sellable *engine, uint64_t position, uint64_t promised,
                           bool goes_on) {
    const char *wrong = judge(workload, history, engine, position, promised, goes_on);
    sellable_close(engine);
    return wrong;
}

const char *workload_verdict(const struct workload *workload, struct history *history,
                             const char *folder, const struct store_way *way, uint64_t promised,
                             bool goes_on) {
    struct sellable *engine;
    struct sellable_recovery recovery;
    enum sellable_status status = store_open(folder, way, &engine, &recovery);
    if (status != SELLABLE_OK) {
        snprintf(words, sizeof words, "opening answers %s: %s: %s",
                 sellable_status_name((int)status), recovery.field, recovery.reason);
        return words;
    }
    return workload_judge(workload, history, engine, recovery.position, promised, goes_on);
}
