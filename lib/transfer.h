/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfers that are known: which item goes from where to where under which key. How much is on its
 * way is in the schedule, and nowhere else. An index (index.h) with, behind the key:
 *
 *   item (high half), from; to (low half); the time at which will be looked whether it has come:
 *   a retention after it was shipped or last received, and if something is still on its way then, a
 *   retention later again */
#ifndef SBL_TRANSFER_H
#define SBL_TRANSFER_H

#include "engine.h"

enum { SBL_TRANSFER_WORDS = 3 };

struct sbl_transfer {
    uint32_t item, from, to;
    int64_t check;
};

/* What is known of a key that was found; counts if its bucket is still the same. */
struct sbl_transfer sbl_transfer_read(const struct sellable *engine, const struct sbl_key *key,
                                      uint32_t reference);

/* Plan that it is known from now on, to be looked at at its `check`, for which the caller puts a
 * hint. Comes before the row, since buckets do. false: no memory. */
bool sbl_transfer_put(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_key *key, struct sbl_found *found,
                      const struct sbl_transfer *transfer);

/* Look at those with this hash whose time has come by `by` (due.c). ok, or no_memory. */
enum sellable_status sbl_transfers_look(struct sellable *engine, struct sbl_worker *worker,
                                        uint64_t hash, int64_t by);

#endif
