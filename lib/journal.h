/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: every change on its way into a log, and who waits for it.
 *
 *   a transaction ──► entry, made before it is decided ──► queue, by whoever takes its marks off
 *                                                             │
 *   who waits ──► one of them is the committer ──► batch ──► append ──► sync ──► durable position
 *
 * ORDER. What the hook of the commit promises is that a change which builds on another is committed
 * after that one was put into the queue; so it has the higher position. The log has the changes in
 * the order of their positions, and what of it survives is a beginning of it: batches are appended
 * in order, each names the one before it by its checksum, and is whole or not there.
 *
 * WHO WAITS. A call answers once the newest position that it has met is durable: that of its own
 * change, and of every change whose mark it found and told of. A call that found what it answers
 * with in lines without a mark (a duplicate) waits for the last position there is: what is in a
 * line without a mark was put into the queue before.
 *
 * SPACE. `waiting` counts the bytes of entries that are made and not yet written; one more is made
 * only if it stays within the option, and within what the log says it has room for. So a decision
 * never finds the log full.
 *
 * FAILURE. The first append or sync that fails sets `failed`, for good: no entry is made any more,
 * and whoever waits is told. What was decided and not written stays visible; opening the log anew
 * shows what was durable.
 *
 * Progress: making and putting entries is lock-free; waiting is waiting: a mutex, for the role of
 * the committer, and the disk. Limits: a record of at most 2^31 bytes. */
#ifndef SBL_JOURNAL_H
#define SBL_JOURNAL_H

#include <pthread.h>

#include "directory.h"
#include "engine.h"
#include "frame.h"

/* ---- the journal ---- */

struct sbl_journal {
    struct sellable *engine;
    struct sellable_log log, checkpoints;
    struct sellable_durability options;
    struct sbl_log_first first;
    struct sbl_queue queue;
    struct sbl_birthmark birthmark;
    sbl_word waiting SBL_ALIGNED(64); /* bytes of entries that are not written yet */
    sbl_word room;                    /* bytes that the log can take */
    sbl_word failed;
    sbl_word durable;                 /* the last position that is */
    pthread_mutex_t mutex;            /* over what follows; never held while a change is decided */
    pthread_cond_t news;              /* a commit has ended */
    pthread_cond_t work;              /* for the library's own thread: somebody waits */
    bool committing;                  /* somebody is; all below is that one's */
    bool checkpointing, checkpoints_failed;
    bool running, stopping;           /* the library's own thread */
    pthread_t thread;
    struct sbl_chain chain;           /* of all that was appended */
    uint64_t newest;                  /* the position of the batch appended last */
    struct sbl_buffer batch;
};

/* Where a log stands, for a journal to go on from there. */
struct sbl_log_end {
    struct sbl_log_first first;
    struct sbl_chain chain;
    uint64_t position; /* the last */
    uint64_t newest;   /* and that of the last batch */
};

/* The engine writes into the logs from now on, behind `end`; nobody else uses it yet. `is_new`: the
 * log is empty, and gets its first batch. The logs stay the caller's if this fails. ok, no_memory,
 * not_durable. */
enum sellable_status sbl_journal_begin(struct sellable *engine,
                                       const struct sellable_durability *options,
                                       const struct sbl_log_end *end, bool is_new);

/* Commit what is left, close the logs, give all back; NULL is accepted. */
void sbl_journal_end(struct sellable *engine);

/* Wait until all that was put into the queue so far is durable; *end: where the log stands then, or
 * a little later. ok, not_durable. */
enum sellable_status sbl_journal_settle(struct sbl_journal *journal, struct sbl_log_end *end);

/* Somebody begins to write a checkpoint (false: somebody else does already), or has ended. */
bool sbl_journal_checkpoint(struct sbl_journal *journal, bool begins);

/* Forget the batches below a position, one of a batch. ok, no_memory, not_durable: the log failed,
 * and with it the journal. */
enum sellable_status sbl_journal_forget(struct sbl_journal *journal, uint64_t position);

#endif
