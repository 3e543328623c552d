/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking the orders from several threads. */
#ifndef JOB_TAKE_H
#define JOB_TAKE_H

#include "load.h"

/* What the engine answered, and after how long. */
struct outcome {
    enum sellable_status status;
    int64_t nanoseconds;
    int64_t date;           /* if accepted: promised for this time */
    size_t thread;          /* that got the answer; its plan: */
    size_t plan_at, plan_count;
};

/* The plans of the orders that one thread got accepted, one after the other. */
struct plans {
    struct sellable_placement *placements;
    size_t count, capacity;
    size_t calls; /* that the thread made, refused ones among them */
};

struct taken {
    struct outcome *outcomes; /* one for each promise */
    struct plans *plans;      /* one for each thread */
    size_t threads;
    int64_t nanoseconds; /* from the first call to the end of the last */
};

/* Ask the engine for every promise of the folder. One thread keeps to the file's order; of more,
 * their scheduling decides which order comes first, and so who gets the last unit. */
void take_orders(struct sellable *engine, const struct folder *folder, size_t threads,
                 struct taken *taken);
void taken_free(struct taken *taken);

/* Now, or (duplicate) in an earlier run on the same store. */
bool is_promised(enum sellable_status status);

/* The placements of an accepted promise. */
const struct sellable_placement *plan_of(const struct taken *taken, const struct outcome *outcome);

#endif
