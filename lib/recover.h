/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine out of what its logs hold: the newest checkpoint, then the journal from there on.
 *
 *   checkpoint ──► lines, blocks ──┐
 *                                  ├──► builder ──► engine ──► journal goes on
 *   journal ──► batches ──► records ┘
 *
 * Nothing is believed: every batch and every record has its checksum, each batch names the one
 * before it, positions follow one another without a gap. A checkpoint stands for all up to a
 * position, with the chain of the journal there, and says how far the journal must reach at least:
 * it has effects of changes up to there. So a journal that is not the checkpoint's, or has lost its
 * end, is found.
 *
 * The checkpoint may have effects of records that are applied once more: since of every line the
 * log has all changes in their order, the line ends as it ended then. */
#ifndef SBL_RECOVER_H
#define SBL_RECOVER_H

#include "builder.h"
#include "journal.h"

/* What is read, and where it stands. */
struct sbl_reading {
    const struct sellable_log *log; /* the journal */
    struct sbl_log_end end;         /* of what was read */
    uint64_t batches, records;
    uint64_t from;                  /* records at or before this position are passed over */
    const char *reason;             /* why it cannot be believed; NULL */
};

/* Read on, batch by batch, from behind `end`; `each` gets every record, in order; it answers false
 * to end it. ok: all was read; invalid: the reason says why not, or `each` said so; no_memory,
 * not_durable. */
enum sellable_status sbl_read_journal(struct sbl_reading *reading, void *context,
                                      bool (*each)(void *context, const uint64_t *record));

/* Begin at the first batch, which says what all rest on. `is_empty`: there is none. */
enum sellable_status sbl_read_first(struct sbl_reading *reading, bool *is_empty);

/* Put a record into the builder; *stamp rises to the newest that its lines carry. false: refused,
 * or no memory. */
bool sbl_apply_record(const uint64_t *record, struct sbl_builder *builder, uint32_t *stamp);

/* Stamps are not in the log (snapshot.c): the world goes on with the newest that anything
 * carries. */
bool sbl_put_stamp(struct sbl_builder *builder, uint32_t stamp);

#endif
