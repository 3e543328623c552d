/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done to a store while its disk is recorded: a short story of every kind of change, the
 * same for the same seed; and the history of states that it goes through. */
#ifndef SELLABLE_TESTS_CRASH_WORKLOAD_H
#define SELLABLE_TESTS_CRASH_WORKLOAD_H

#include "versus_side.h"
#include "store.h"

enum { WORKLOAD_BATCH = 3 };

enum step_kind {
    STEP_CALL,
    STEP_BATCH,      /* the same event three times, and its neighbours */
    STEP_CHECKPOINT, /* and the journal before it is forgotten */
    STEP_CHECKPOINT_KEEPS,
    STEP_REOPEN
};

struct step {
    enum step_kind kind;
    uint32_t call;
};

struct workload {
    struct call *calls;
    uint32_t call_count;
    struct step *steps;
    uint32_t count;
};

/* A state that the store is in when a step is done. */
struct moment {
    bool known;     /* full is */
    bool boundary;  /* it is the state after a step; the rest is known, too */
    uint32_t steps; /* so many were done */
    uint64_t full[2];
    struct handles handles;
    uint64_t told[THINGS];
};

/* By position. */
struct history {
    struct moment *moments;
    uint64_t last; /* the highest there was, and the one that was noted last */
    uint64_t at;
    char fault[160]; /* "": none: what cannot be, whatever happens to the disk */
};

/* `per_kind` changes of each kind of stream. `checkpoints`: there are some, and reopenings. */
void workload_make(struct workload *workload, uint32_t per_kind, uint64_t seed, bool checkpoints);
void workload_free(struct workload *workload);

/* The statuses of a step: how many calls were promised, refused, not durable. */
struct stepped {
    uint32_t promised; /* ok, duplicate */
    uint32_t refused;
    uint32_t failed; /* not_durable */
};
struct stepped workload_step(const struct workload *workload, uint32_t step, struct side *side,
                             const char *folder, const struct store_way *way);

/* A history of nothing yet; and that this is the state after so many steps. */
void history_begin(struct history *history);
void history_note(struct history *history, const struct side *side, uint32_t steps);

/* Do all steps on a new store beneath `folder`, write the history, and mark on the disk (disk.h) up
 * to where was promised. The engine is closed again. */
void workload_record(const struct workload *workload, const char *folder,
                     const struct store_way *way, struct history *history);
void history_free(struct history *history);

/* Open what lies beneath `folder`, and go on from there for some steps of the story, with marks, as
 * above; what it comes to is noted in the history. */
void workload_resume(const struct workload *workload, const char *folder,
                     const struct store_way *way, uint32_t steps, struct history *history);

/* NULL: the store beneath `folder` opens, in the state of its position, which is not below
 * `promised`; else what is wrong, in words. `goes_on`: the remaining steps lead where they led. */
const char *workload_verdict(const struct workload *workload, struct history *history,
                             const char *folder, const struct store_way *way, uint64_t promised,
                             bool goes_on);

/* The same of an engine that was opened; it is closed. */
const char *workload_judge(const struct workload *workload, struct history *history,
                           struct sellable *engine, uint64_t position, uint64_t promised,
                           bool goes_on);

#endif
