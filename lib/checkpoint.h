/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints: all that is kept at one instant (capture.h), in a log of its own; and back, into a
 * builder (builder.h). A checkpoint is a run of batches (frame.h), one after another:
 *
 *   head     what it stands for: the words of struct sbl_checkpoint_head
 *   pieces   lines and blocks, about 1 MiB of them; as many batches as it takes
 *   end      the position up to which the journal has to be there; how many lines, blocks, gaps
 *
 *   a line   its number (low half), kind (8 bits), which words are not 0 (8 bits)
 *            its header, without a mark; those words, SBL_STAMP without what is kept for snapshots
 *   a block  its reference (low half), SBL_PIECE_BLOCK in the uppermost bit
 *            its head, and the words; of one that is as large as can be, the link as well
 *   a gap    the first of some places that are free, one after another (low half), SBL_PIECE_GAP
 *            below the uppermost bit; how many granules each (low half), how many places
 *
 * Gaps come last. The word SBL_FRAME_TO of each batch is the position of the head; each names the
 * one before it by its checksum, the head none.
 *
 * WHAT COUNTS. A checkpoint is whole once its end is there. The end is appended when the journal is
 * durable as far as the checkpoint needs it, and only when it is durable itself the older ones are
 * forgotten. So a crash at any step leaves a whole one, or the journal from its beginning. One
 * without an end, at the end of the log, was not finished, and is passed over. Anything else that
 * is not as it was written is damage, and is told: the older one would be of another time than the
 * journal is, or nobody would notice.
 *
 * THE JOURNAL, where there is one. The snapshot is opened after `position` was the last of it: so
 * it has all changes up to there, and perhaps some more. Each line is settled before it is read:
 * so a change that the snapshot has stands in the queue, before whatever the queue ends with after
 * the walk. From `position` on the journal is applied again, line by line in its order, over what
 * the checkpoint has; since it reaches to `until` at least, each line ends as the last change of it
 * left it. So does each block that a line leads to then, though its place may have been used again
 * and again, and old records put there what was there once:
 *   - it was made after `position`: a record has it; and whatever was at its place before was no
 *     line's any more when a worker took the place, so the record that says so, and all that put
 *     anything there, come earlier; none comes later, for the place was not given out again.
 *   - it was made before: then a line led to it at every time since, so the snapshot sees it, and
 *     the checkpoint has it. The place was not given out since, so no record puts anything else. */
#ifndef SBL_CHECKPOINT_H
#define SBL_CHECKPOINT_H

#include "builder.h"
#include "capture.h"
#include "frame.h"

enum {
    SBL_FRAME_CHECKPOINT = 16, /* what a batch is (frame.h): a head, */
    SBL_FRAME_PIECES = 17,
    SBL_FRAME_CHECKPOINT_END = 18,
    SBL_CHECKPOINT_JOURNAL = 8
};

/* What a checkpoint stands for. */
struct sbl_checkpoint_head {
    uint64_t position;                        /* of the journal, before the snapshot was opened */
    uint64_t journal[SBL_CHECKPOINT_JOURNAL]; /* which journal, and where: its own words */
    uint64_t seed;                            /* of the hash tables: the engine's option */
    uint64_t now;                             /* the engine's time, for who looks at it */
};

/* ---- writing ---- */

struct sbl_checkpoint {
    struct sellable *engine;
    const struct sellable_log *log;
    uint64_t *frame; /* the batch in the making, and its words so far */
    uint64_t words;
    uint64_t first, position; /* of the head; of the next batch */
    uint64_t lines, blocks, gaps;
    struct sbl_chain chain;
    uint32_t gap, granules, places; /* to be written: free places that follow on one another */
    enum sellable_status status;
};

/* Begin behind what the log has. `head`: `seed` and `now` are filled in here. ok, no_memory,
 * not_durable. Whatever comes of it, sbl_checkpoint_fini. */
enum sellable_status sbl_checkpoint_begin(struct sbl_checkpoint *checkpoint,
                                          struct sellable *engine, const struct sellable_log *log,
                                          const struct sbl_checkpoint_head *head);

/* Write all that an open snapshot has. `settle`: capture.h. The same. */
enum sellable_status sbl_checkpoint_write(struct sbl_checkpoint *checkpoint, uint32_t snapshot,
                                          struct sbl_worker *worker,
                                          void (*settle)(struct sbl_worker *worker,
                                                         struct sbl_line *line));

/* The journal is durable up to `until`, which was its end after that: the checkpoint counts. The
 * older ones are forgotten. The same. */
enum sellable_status sbl_checkpoint_end(struct sbl_checkpoint *checkpoint, uint64_t until);

void sbl_checkpoint_fini(struct sbl_checkpoint *checkpoint);

/* ---- reading ---- */

struct sbl_checkpoint_found {
    struct sbl_checkpoint_head head;
    uint64_t first, last; /* its batches; 0: there is none */
    uint64_t until;
    uint64_t lines, blocks, gaps;
};

/* The newest that is whole. ok: also if there is none; invalid: *reason says what is wrong; else
 * what the log answered. */
enum sellable_status sbl_checkpoint_find(const struct sellable_log *log,
                                         struct sbl_checkpoint_found *found, const char **reason);

/* All of it into a builder, whose engine has the seed of the head. ok; invalid, with a reason;
 * no_memory; not_durable. */
enum sellable_status sbl_checkpoint_read(const struct sellable_log *log,
                                         const struct sbl_checkpoint_found *found,
                                         struct sbl_builder *builder, const char **reason);

#endif
