/* SPDX-License-Identifier: Apache-2.0
 *
 * A crowd of threads on one store that is killed now and then. Each makes an endless row of
 * changes, the same whenever it is asked, and writes down in a diary, which survives the process,
 * what it begins and what it was answered. Orders, ids and the row of a thread are its own; the
 * items are everybody's, and scarce.
 *
 * So after a kill it is known what must be there: all that was answered, and of each thread's one
 * change that was begun and not answered, all or nothing. Made once more, it is there once. */
#ifndef SELLABLE_TESTS_CRASH_CROWD_H
#define SELLABLE_TESTS_CRASH_CROWD_H

#include "sellable.h"

#include <stdatomic.h>
#include <stdbool.h>

enum {
    CROWD_THREADS = 4,
    CROWD_ITEMS = 3,
    CROWD_LOCATIONS = 2,
    CROWD_ROW = 1 << 16, /* the most changes of a thread */
    CROWD_BATCH = 3,
    CROWD_WORDS = 200
};

/* Of a change: its answers, one more than the status; 0: none yet. */
struct crowd_answer {
    unsigned char status[CROWD_BATCH];
};

struct crowd_diary {
    atomic_uint begun;    /* changes of the row that were begun */
    atomic_uint answered; /* and those that were answered; all before them were, too */
    struct crowd_answer answers[CROWD_ROW];
};

/* Shared between the processes. */
struct crowd {
    struct crowd_diary diaries[CROWD_THREADS];
    char wrong[CROWD_WORDS]; /* "": nothing */
};

struct crowd *crowd_make(void);
void crowd_free(struct crowd *crowd);

/* Items, locations, the channel, the source: made, if they are not there. */
bool crowd_masters(struct sellable *engine);

/* The next change of a thread's row; one that was begun and not answered is made again. False: it
 * was not durable. `waits`: the engine answers when it has decided. */
bool crowd_change(struct crowd *crowd, struct sellable *engine, struct sellable_worker *worker,
                  uint32_t thread, bool waits);

/* Each thread's change that was not answered, once more; then everything that is there is what the
 * diaries say: orders from this change of each row on, and all stock. False, and `wrong` says what
 * is not. */
bool crowd_settle(struct crowd *crowd, struct sellable *engine,
                  const uint32_t from[CROWD_THREADS]);

#endif
