/* SPDX-License-Identifier: Apache-2.0
 *
 * What a journal writes into its log: batches. Words, in the byte order of the machine:
 *
 *   head       word 0  magic;  word 1  version of the form (low half), what it is (high half)
 *              word 2  bytes in all;  words 3, 4  the first position and the last
 *              words 5, 6  the checksum of the batch before it
 *   records    log_record.h
 *   checksum   2 words: XXH3-128 of all before: so each batch stands for all before it
 *
 * The first of a log, at position 0, has in place of records what all that follow rest on. Pure. */
#ifndef SBL_FRAME_H
#define SBL_FRAME_H

#include "base.h"

#define SBL_FRAME_MAGIC UINT64_C(0x656c62616c6c6573) /* "sellable" */
enum {
    SBL_FRAME_VERSION = 1,
    SBL_FRAME_FIRST = 1,   /* what it is: the first of a log, */
    SBL_FRAME_RECORDS = 2, /* records */

    SBL_FRAME_FORM = 1,
    SBL_FRAME_BYTES = 2,
    SBL_FRAME_FROM = 3,
    SBL_FRAME_TO = 4,
    SBL_FRAME_CHAIN = 5,
    SBL_FRAME_HEAD = 7, /* words of the head */
    SBL_FRAME_END = 2   /* and of the checksum */
};

/* All before a position, in 128 bits. */
struct sbl_chain {
    uint64_t word[2];
};
bool sbl_chain_equal(const struct sbl_chain *a, const struct sbl_chain *b);

/* What all records of a log rest on: the first batch. */
struct sbl_log_first {
    uint64_t mark[2]; /* drawn at random: so two logs that begin alike are two */
    uint64_t seed;    /* of the hash tables */
};
enum { SBL_LOG_FIRST_WORDS = sizeof(struct sbl_log_first) / sizeof(uint64_t) };

/* The head of a batch, but for what is known only at its end. */
void sbl_frame_begin(uint64_t *frame, uint32_t kind, const struct sbl_chain *before);

/* `words` are there, with the head; room for the checksum is. Returns the bytes of it all. */
uint64_t sbl_frame_end(uint64_t *frame, uint64_t words, uint64_t from, uint64_t to);

/* Why this is no whole batch of that kind at that position, in words; NULL: it is. */
const char *sbl_frame_fault(const uint64_t *frame, uint64_t bytes, uint32_t kind,
                            uint64_t position);

/* Of a whole batch: what the next one names. */
struct sbl_chain sbl_frame_chain(const uint64_t *frame);

#endif
