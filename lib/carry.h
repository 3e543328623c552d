/* SPDX-License-Identifier: Apache-2.0
 *
 * The commit of one line or two that change by a word or two each: begun, planned and carried out
 * in one, and compiled into its callers, which are the hottest paths. It is what sbl_transaction_add
 * and sbl_transaction_commit do with thin records, less what cannot come up there; where somebody
 * else comes in between, these take over.
 *
 * Callers guarantee: `status` is from sbl_transaction_status, read before the world, `stamp` the
 * world's after it; no snapshot is open there, and nothing is kept of the lines (the low half of
 * their SBL_STAMP is 0); the lines were read after that, had no mark, and stand in the global order;
 * no blobs of the attempt are noted. What the lines lead to no more once it is accepted is the
 * caller's to give back, as is what was made for it if not.
 *
 * Cost: a swap and two words for each line, twice; a swap of the status. Of the worker's, hot: the
 * records and the descriptor, a line each. */
#ifndef SBL_CARRY_H
#define SBL_CARRY_H

#include "worker.h"

/* Plan one: its record, and its place among the targets; the name, which only a hook
 * would read, is left out. */
static inline void sbl_carry_plan(struct sbl_worker *worker, uint32_t index, uint64_t transaction,
                                  uint64_t stamp, const struct sbl_single *single,
                                  struct sbl_carried *carried) {
    uint32_t id = ((const uint32_t *)worker->free.bytes)[worker->free_count - 1 - index];
    struct sbl_record *record = sbl_record_at(worker->commit, id);
    bool stamped = stamp != single->seen->image.word[SBL_STAMP];
    carried->line = single->line;
    carried->record = record;
    carried->expected = single->seen->header;
    carried->marked = sbl_mark_after(carried->expected, id);
    carried->changed = 1u << single->word[0] | 1u << single->word[1] | stamped;
    sbl_store_release(RECORD, &record->transaction, transaction);
    sbl_store_release(RECORD, &record->form, SBL_THIN | carried->changed);
    sbl_store_release(RECORD, &record->after[SBL_STAMP], stamp);
    sbl_store_release(RECORD, &record->after[single->word[0]], single->value[0]);
    if (single->word[1] != single->word[0])
        sbl_store_release(RECORD, &record->after[single->word[1]], single->value[1]);
    if (SBL_UNLIKELY(stamped) && single->name.kind == SBL_ROW)
        sbl_recent_mark(&worker->commit->recent, single->name.number, sbl_high(stamp));
    struct sbl_target *target = worker->targets + index;
    sbl_store(&target->line, (uint64_t)(uintptr_t)single->line);
    sbl_store(&target->expected, carried->expected);
    sbl_store(&target->marked, carried->marked);
}

/* Store its words in place, and take the mark off. */
static inline void sbl_carry_end(struct sbl_worker *worker, const struct sbl_single *single,
                                 uint64_t marked, uint64_t stamp) {
    if (SBL_UNLIKELY(stamp != single->seen->image.word[SBL_STAMP]))
        sbl_store_release(WORD, &single->line->word[SBL_STAMP], stamp);
    sbl_store_release(WORD, &single->line->word[single->word[0]], single->value[0]);
    if (single->word[1] != single->word[0])
        sbl_store_release(WORD, &single->line->word[single->word[1]], single->value[1]);
    if (SBL_UNLIKELY(!sbl_cas(HEADER, &single->line->header, &marked, sbl_clean_after(marked))))
        sbl_line_follow(worker, single->line);
}

/* `count`, 1 or 2, is known where this is compiled in. ACCEPTED: done. Else nothing was done:
 * somebody was there first, or there is no memory, or a hook is set. */
static inline enum sbl_outcome sbl_carry(struct sbl_worker *worker, uint64_t status,
                                         uint32_t stamp, const struct sbl_single *const *single,
                                         uint32_t count) {
    struct sbl_descriptor *descriptor = worker->descriptor;
    struct sbl_carried carried[2];
    uint64_t transaction = sbl_transaction_after(worker, status), word = sbl_pair(stamp, 0);
    uint64_t swapped = status;
    uint32_t owned = 0;
    if (SBL_UNLIKELY(!sbl_worker_has_room(worker, count) ||
                     worker->commit->hook.prepare != NULL))
        return SBL_NO_MEMORY;
    SBL_UNROLL
    for (uint32_t i = 0; i < count; i++)
        sbl_carry_plan(worker, i, transaction, word, single[i], &carried[i]);
    sbl_store(&descriptor->count, count);
    SBL_UNROLL
    for (uint32_t i = 0; i < count; i++) {
        uint64_t header = carried[i].expected;
        if (SBL_UNLIKELY(!sbl_cas(HEADER, &single[i]->line->header, &header, carried[i].marked)))
            break;
        owned++;
    }
    if (SBL_UNLIKELY(owned != count) ||
        SBL_UNLIKELY(!sbl_cas(STATUS, &descriptor->status, &swapped,
                              sbl_decided(transaction, SBL_VERDICT_ACCEPTED))))
        return sbl_carry_on(worker, status, stamp, carried, count, owned);
    SBL_UNROLL
    for (uint32_t i = 0; i < count; i++)
        sbl_carry_end(worker, single[i], carried[i].marked, word);
    if (SBL_UNLIKELY(worker->owed_count != 0))
        sbl_worker_take_off_owed(worker);
    return SBL_ACCEPTED;
}

static inline enum sbl_outcome sbl_transaction_one(struct sbl_worker *worker, uint64_t status,
                                                   uint32_t stamp,
                                                   const struct sbl_single *single) {
    return sbl_carry(worker, status, stamp, &single, 1);
}

static inline enum sbl_outcome sbl_transaction_pair(struct sbl_worker *worker, uint64_t status,
                                                    uint32_t stamp,
                                                    const struct sbl_single *first,
                                                    const struct sbl_single *second) {
    const struct sbl_single *const both[2] = {first, second};
    return sbl_carry(worker, status, stamp, both, 2);
}

#endif
