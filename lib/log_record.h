/* SPDX-License-Identifier: Apache-2.0
 *
 * A log record: what one transaction did to the lines and blocks, and what was said that made it.
 * Words, in the byte order of the machine:
 *
 *   head     word 0  words in all (low half), the version of this form (high half)
 *            word 1  the position; written when the record leaves the queue, as is the checksum
 *            word 2  how many lines (low half), how many blocks (high half)
 *            word 3  words of what was said (low half), its type (high half): of the event, or
 *                    enum sellable_did
 *            word 4  the engine's now of the world that it was planned on
 *   a line   its number (low half), kind (8 bits), which words changed (8 bits)
 *            its header, as it is after the change, without a mark
 *            the words that changed, as they are now; SBL_STAMP without what is kept for snapshots
 *   a block  its reference (low half), how many words (high half)
 *            its head, and the words; of one that is as large as can be, the link as well
 *   said     the event, packed (content.h), words of 0 left out: for each 64 words a word that says
 *            which of them are there, and those
 *   checksum XXH3-64 of all before
 *
 * Applying the records of a prefix of the log in its order, to an engine that has nothing or a
 * checkpoint from before, makes every line and every block that a line leads to what they were: of
 * each line the log has every change in its order (commit.h, hook), and a block that lines lead to
 * is not used for anything else before a record that says they do so no more. */
#ifndef SBL_LOG_RECORD_H
#define SBL_LOG_RECORD_H

#include "content.h"

enum {
    SBL_LOG_SIZE = 0,
    SBL_LOG_POSITION = 1,
    SBL_LOG_PARTS = 2,
    SBL_LOG_SAID = 3,
    SBL_LOG_NOW = 4,
    SBL_LOG_HEAD = 5,
    SBL_LOG_VERSION = 1,
    SBL_LOG_LEAST = SBL_LOG_HEAD + 1 /* words of the smallest */
};

/* Write the record of an attempt that is ready to be committed into the worker's scratch
 * (SBL_SCRATCH_LOG). Returns its words; 0: no memory. */
uint32_t sbl_log_record_make(struct sbl_worker *worker, int64_t now);

/* Its position is known: it is whole. */
void sbl_log_record_seal(uint64_t *record, uint64_t position);

/* Is this a record, whole, within `words` words? Returns its words, or 0. Pure. */
uint32_t sbl_log_record_check(const uint64_t *record, uint64_t words);

/* What a record that was checked has: a line that it changes, */
struct sbl_log_line {
    struct sbl_name name;
    uint32_t changed; /* bit i: word i */
    uint64_t header;
    const uint64_t *word; /* those that changed */
};

/* a block that it made. */
struct sbl_log_block {
    uint32_t reference, words; /* words: with the link, if it has one */
    uint64_t head;
    const uint64_t *word;
};

/* Each of them in turn, until one of the two (NULL: not wanted) answers false. false: it did, or
 * the parts do not fit what the record says of them. */
bool sbl_log_record_parts(const uint64_t *record, void *context,
                          bool (*line)(void *context, const struct sbl_log_line *line),
                          bool (*block)(void *context, const struct sbl_log_block *block));

/* What was said, as an event in the buffer; NULL: nothing was, or there is no memory. */
const struct sellable_event *sbl_log_record_said(const uint64_t *record,
                                                 struct sbl_memory *memory,
                                                 struct sbl_buffer *buffer);

#endif
