/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine, in memory alone or on a directory that outlives the run. */
#ifndef JOB_STORE_H
#define JOB_STORE_H

#include "load.h"

/* What was there when it was opened. */
struct store {
    const char *directory; /* NULL: in memory alone */
    struct sellable_recovery found;
    uint64_t items, orders; /* in it; orders: open ones */
};

/* Open the engine. A store is that of one job: with another day it ends the program. */
struct sellable *open_engine(const struct options *options, struct store *store);

/* Wait until all that was decided is durable. In memory alone there is nothing to wait for. */
void wait_for_all(struct sellable *engine);

/* The same, if there is much. The library keeps what is decided and not durable in a queue of a
 * limited size: who decides and does not wait calls this from time to time. */
void keep_up(struct sellable *engine);

/* Every open order in the store has to be one of those that are to be promised: else it is the
 * store of another job, and the program ends. */
void check_orders(struct sellable *engine, const struct folder *folder,
                  const struct store *store);

#endif
