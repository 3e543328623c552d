/* SPDX-License-Identifier: Apache-2.0
 *
 * A run of hostile records: what the calls of one input share. fuzz_records.c has the runs, and
 * what comes in; fuzz_told.c what goes out. */
#ifndef SELLABLE_TESTS_FUZZ_RUN_H
#define SELLABLE_TESTS_FUZZ_RUN_H

#include "draw.h"
#include "heard.h"

/* What a call of the first run came to. */
struct step {
    bool refused;
    uint64_t full[2]; /* hash after it */
};

/* Two runs of one input, the second without the single events that the first one refused: the same
 * state after each call. So a refusal leaves nothing, of ids, sequences, movements neither; only
 * regions may have other handles. */
struct pair {
    bool second;
    struct step *step; /* by call */
};

/* A view that is open across calls, and what it showed when it was opened. */
struct seen {
    struct sellable_view view;
    uint64_t shown;
};

enum { RUN_VIEWS = 3 };

struct run {
    struct guard guard;
    struct bytes bytes;
    struct sellable_worker *worker; /* NULL: calls claim one for themselves */
    uint64_t exceptions_kept;       /* the most: options.exceptions */
    bool few_ids;                   /* options.event_ids are few: one more has no memory */
    uint64_t told;                  /* what visits have read, so that it has to be there */
    struct pair *pair;              /* NULL: this run is by itself, and slabs may be refused */
    size_t calls;
    struct heard *heard;
    struct seen seen[RUN_VIEWS];
};

/* Every byte is there. */
void read_bytes(struct run *run, const void *bytes, uint64_t size);

/* One of the calls by which something goes out: fuzz_told.c, fuzz_view.c. */
enum change call_outgoing(struct run *run);
enum change call_view(struct run *run);
enum change call_fork(struct run *run);

/* Each shows at last what it showed at first. */
void run_close_views(struct run *run);

#endif
