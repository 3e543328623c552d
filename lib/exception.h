/* SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions: events that were refused, until somebody mends them.
 *
 * They are lines in slots 1, 2, ... of an array, chained from the oldest to the newest, which is by
 * their numbers; slots that are free are chained, too. Line 0 is the head:
 *
 *   head    word 1 the last number given; word 2 how many are kept (low half), and how many slots
 *           were ever used; word 3 the oldest (low half), the newest; word 4 the first free slot;
 *           word 5 how many left because there were too many
 *   a slot  word 1 its number, 0 if it is free; word 2 its blob (exception.c); word 3 the next
 *           older (low half), the next newer; of a free slot the next free one (high half)
 *
 * One more touches the head, its slot, the newest, and if there are too many the oldest and the one
 * after it, at one instant. Finding one by its number looks at every slot. */
#ifndef SBL_EXCEPTION_H
#define SBL_EXCEPTION_H

#include "engine.h"

enum {
    SBL_EXCEPTION_LAST = 1,
    SBL_EXCEPTION_COUNT = 2,
    SBL_EXCEPTION_ENDS = 3,
    SBL_EXCEPTION_FREE = 4,
    SBL_EXCEPTION_LOST = 5,

    SBL_EXCEPTION_NUMBER = 1,
    SBL_EXCEPTION_BLOB = 2,
    SBL_EXCEPTION_BESIDE = 3
};

/* Keep a refused event. `says`: which of its fields count (content.h); `is_record`: it is a whole
 * record, which is kept if the sender gave no content; *number: under which it is kept. ok or
 * no_memory. */
enum sellable_status sbl_exception_keep(struct sellable *engine, struct sbl_worker *worker,
                                        const struct sellable_event *event, uint32_t says,
                                        bool is_record, enum sellable_status status,
                                        const char *field, const char *reason, uint64_t *number);

/* The record of an exception, in the worker's scratch until its next event; NULL: there is none.
 * *there: there is an exception of that number. *room false: no memory. */
const struct sellable_event *sbl_exception_record(struct sellable *engine,
                                                  struct sbl_worker *worker, uint64_t number,
                                                  bool *there, bool *room);

bool sbl_exception_is_there(const struct sellable *engine, uint64_t number);

/* Forget one. ok, no_memory, or invalid: there is none. */
enum sellable_status sbl_exception_drop(struct sellable *engine, struct sbl_worker *worker,
                                        uint64_t number);

/* Is this a status that an event is kept for? Pure. */
bool sbl_is_kept(enum sellable_status status);

/* ---- the words of a blob ---- */

/* It begins with this; then come, each with as many bytes as `size` says, and each from a word of
 * its own on: field, reason, source, id, correlation; the keys of the order, the item and the
 * locations that it is about, which may not be there yet; and the content or the record. */
enum sbl_kept_part {
    SBL_KEPT_FIELD,
    SBL_KEPT_REASON,
    SBL_KEPT_SOURCE,
    SBL_KEPT_ID,
    SBL_KEPT_CORRELATION,
    SBL_KEPT_ORDER,
    SBL_KEPT_ITEM,
    SBL_KEPT_LOCATION,
    SBL_KEPT_TO,
    SBL_KEPT_CONTENT,
    SBL_KEPT_PARTS
};
struct sbl_kept {
    uint64_t number;
    int64_t kept_at;
    uint32_t status, type;
    uint32_t is_record; /* the content is a packed record (content.h) */
    uint32_t reserved;  /* 0 */
    uint32_t size[SBL_KEPT_PARTS];
};
static_assert(sizeof(struct sbl_kept) % 8 == 0, "parts begin with a word");

/* Read a blob, whose words were counted when it was surely there, into a buffer; `part` gets where
 * each part is. What is read counts if the line that leads there is still the same, or is of an
 * open snapshot. false: no memory, or no such blob. */
bool sbl_kept_read(struct sellable *engine, struct sbl_buffer *buffer, uint32_t blob,
                   uint32_t words, const struct sbl_kept **kept, char *part[SBL_KEPT_PARTS]);

#endif
