/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker has for its transactions: records, descriptors, the blobs of an attempt, what it
 * keeps for snapshots. Only commit.c, worker.c, kept.c, snapshot.c and carry.h include this.
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

/* ---- headers and statuses; see commit.c ---- */

#define SBL_TAG (UINT64_C(1) << 23)
#define SBL_SEQUENCE (UINT64_MAX >> 16)
enum { SBL_VERDICT_ACCEPTED = 1 };

static inline uint64_t sbl_clean_after(uint64_t header) {
    return (header & ~(SBL_TAG - 1)) + SBL_TAG;
}
static inline uint64_t sbl_mark_after(uint64_t header, uint32_t record) {
    return sbl_clean_after(header) | (uint64_t)record << 1 | SBL_MARK;
}
static inline uint32_t sbl_record_of(uint64_t header) {
    return (uint32_t)(header >> 1) & (SBL_RECORDS_MAX - 1);
}
static inline struct sbl_record *sbl_record_at(const struct sbl_commit *commit, uint32_t id) {
    return sbl_array_at_bits(&commit->record, id, SBL_RECORD_BITS);
}
static inline uint64_t sbl_sequence_of(uint64_t status) { return status >> 16; }
static inline uint64_t sbl_decided(uint64_t transaction, uint64_t verdict) {
    return (transaction & SBL_SEQUENCE) << 16 | verdict;
}
/* The transaction that a worker begins at this status. */
static inline uint64_t sbl_transaction_after(const struct sbl_worker *worker, uint64_t status) {
    return (uint64_t)worker->descriptor_id << 48 |
           ((sbl_sequence_of(status) + 1) & SBL_SEQUENCE);
}

/* In the low half of a descriptor's count. */
#define SBL_EXCLUSIVE (UINT64_C(1) << 31)
static inline uint32_t sbl_lines_of(uint64_t count) { return sbl_low(count & ~SBL_EXCLUSIVE); }

/* ---- commit.c, for carry.h ---- */

/* Others laid their marks over the one that this worker put as the owner of the line: what they
 * left is stored in place, until the mark that is there is the one just stored. */
void sbl_line_follow(struct sbl_worker *worker, struct sbl_line *line);

/* Take off the marks that this worker put for others. */
void sbl_worker_take_off_owed(struct sbl_worker *worker);

/* A line of one or two, as it is carried out. */
struct sbl_carried {
    struct sbl_line *line;
    struct sbl_record *record;
    uint64_t expected, marked;
    uint32_t changed; /* bit i: word i changes */
};

/* Somebody came in between: on as any transaction, with the first `owned` marks put. */
enum sbl_outcome sbl_carry_on(struct sbl_worker *worker, uint64_t status, uint32_t stamp,
                              const struct sbl_carried *carried, uint32_t count, uint32_t owned);

#endif
