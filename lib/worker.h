/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker has for its transactions: records, descriptors, the blobs of an attempt, what it
 * keeps for snapshots. Only commit.c, worker.c and snapshot.c include this.
 *
 * Callers guarantee: the worker is the caller's. This file guarantees: no record or descriptor is
 * used again while a header names it or a worker says that it helps with it; all that a decided
 * transaction may still need was taken before it was decided. */
#ifndef SBL_WORKER_H
#define SBL_WORKER_H

#include "commit.h"

/* Room to add the line that makes `count` of them, and to end whatever happens then: a record for
 * it, a plain one for each line, a spare descriptor. false: no memory. */
bool sbl_worker_room(struct sbl_worker *worker, uint32_t count);
static inline bool sbl_worker_has_room(const struct sbl_worker *worker, uint32_t count) {
    return worker->free_count >= 2 * count + 2 && worker->spare != NULL &&
           worker->target_capacity >= count &&
           worker->planned.capacity >= (count + 1) * sizeof(struct sbl_planned);
}

/* One more entry of a list of this worker: a blob's reference, or, of `replaced`, a pair of
 * SBL_KEPT and a blob of older values with all that it leads to. false: no memory. */
enum { SBL_KEPT = 1 };
bool sbl_worker_note(struct sbl_worker *worker, struct sbl_buffer *list, uint32_t *count,
                     uint64_t entry);

/* kept.c: a snapshot is open, or was: the old value is put away if this change is the first since,
 * or what was put away goes. *stamp: the word SBL_STAMP of the new image. false: no memory. */
bool sbl_keep(struct sbl_worker *worker, const struct sbl_line *line, const struct sbl_seen *seen,
              uint64_t *stamp);

/* Give back a blob of older values, and all that it leads to. */
void sbl_kept_give(struct sbl_worker *worker, uint32_t kept);

/* commit.c: memory to help with a transaction of any size, so that nobody has to be aborted for
 * want of it. false: no memory. */
bool sbl_worker_ready_to_help(struct sbl_worker *worker);

/* A plain record that stays in a header until somebody changes that. */
void sbl_worker_pending(struct sbl_worker *worker, struct sbl_line *line, uint64_t header);

/* Does any worker say that it helps with this transaction? */
bool sbl_worker_helped(const struct sbl_commit *commit, uint64_t transaction);

/* After a transaction that was helped, or laid over marks of others: part with its records; with
 * the descriptor, too, while somebody looks at it. */
void sbl_worker_part(struct sbl_worker *worker, bool accepted);

/* The blobs of the attempt go where the verdict sends them. */
void sbl_worker_end_attempt(struct sbl_worker *worker, bool accepted);

/* commit.c: replace the marks of a decided transaction wherever they still are; true if its records
 * are free now, false if a helper may yet put a mark. Needs as many free records as it has
 * lines. */
bool sbl_transaction_leave(struct sbl_worker *worker, struct sbl_descriptor *descriptor,
                           uint64_t transaction, bool accepted);

/* Give the hook a transaction whose descriptor nobody changes meanwhile. */
void sbl_tell(struct sbl_worker *worker, const struct sbl_descriptor *descriptor,
              uint64_t transaction);

#endif
