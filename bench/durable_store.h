/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine on a journal and checkpoints in two LMDB files, as sellable_store_open has it, but with
 * what goes through the two logs counted. */
#ifndef BENCH_DURABLE_STORE_H
#define BENCH_DURABLE_STORE_H

#include "durable.h"

/* A log, and what has gone through it. */
struct counted {
    struct sellable_log log;
    bool lazy;        /* it syncs now and then, and when it is closed */
    uint64_t skipped; /* bytes since */
    uint64_t appends, syncs;
    uint64_t bytes; /* appended */
};

struct durable_store {
    struct keeper keeper; /* of the folder */
    struct store store;
    struct counted journal, checkpoints;
    double checkpoint_ns; /* that the checkpoint took when it was made, */
    uint64_t checkpoint_bytes; /* and how large it is */
    bool filled;
};

/* How it is opened: to be filled, when its journal is lazy; or as by default. */
enum durable_use { TO_FILL, TO_SERVE };

/* Make a folder and an engine with all masters and cells in it, a checkpoint of that, and no
 * journal; open as by default. False, with the reason, if that is not possible. */
bool durable_store_make(struct durable_store *durable, const struct durable_place *place,
                        size_t items, char *why);

/* Open it again, from what is on the disk. `recovery` may be NULL. */
bool durable_store_open(struct durable_store *durable, enum durable_use use,
                        struct sellable_recovery *recovery, char *why);
void durable_store_shut(struct durable_store *durable);

/* Shut it, if it is open, and remove the folder. */
void durable_store_close(struct durable_store *durable);

/* The paths of its two files. */
void durable_store_journal(const struct durable_store *durable, char path[DURABLE_PATH]);
void durable_store_checkpoints(const struct durable_store *durable, char path[DURABLE_PATH]);

/* What a batch of reservations by key is put together from. */
struct durable_batch {
    struct sellable_order orders[CHUNK];
    struct sellable_line lines[CHUNK];
    struct sellable_answer answers[CHUNK];
    struct sellable_placement plans[CHUNK * LOCATIONS];
    enum sellable_status statuses[CHUNK];
    struct sellable_event events[CHUNK];
};

/* Reserve one unit for each request of the share, call by call or all at once; each has to have the
 * status, and is noted as rival_note has it. */
void durable_store_reserve(const struct durable_store *durable, struct sellable_worker *worker,
                           struct durable_batch *batch, struct share *share,
                           enum sellable_status wanted);

/* What its cells and orders add up to; ends the program if a hold or a safety stock is not what it
 * was. */
struct rival_sums durable_store_sums(const struct durable_store *durable);

/* Release the orders of these keys, CHUNK at most; how many answers were not ok. */
uint64_t durable_store_release(const struct durable_store *durable, struct durable_batch *batch,
                               const struct text *keys, size_t count);

#endif
