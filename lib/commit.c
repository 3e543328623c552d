/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading lines, and carrying transactions out. The argument is in commit.h; here it is done.
 *
 *   header     bit 0: mark; bits 1-22: the record's number; bits 23-63: tag
 *   reading    3 loads and the words; a marked line costs its record (2 lines) and a status
 *   carrying   for each line: swap the mark, store, swap it off; one swap for the decision */
#include "worker.h"

enum { SBL_VERDICT = 3, SBL_HELPED = 4 };

/* A spin of so many pauses in the hope that the owner of a mark takes it off: far less than a time
 * slice, far more than the few stores that it takes. */
enum { SBL_PATIENCE = 32 };

enum verdict { UNDECIDED = 0, ACCEPTED = SBL_VERDICT_ACCEPTED, ABORTED = 2, GONE = 3 };

/* Is this the status of a descriptor whose next transaction is that one? */
static bool is_before(uint64_t status, uint64_t transaction) {
    return ((sbl_sequence_of(status) + 1) & SBL_SEQUENCE) == (transaction & SBL_SEQUENCE);
}

static struct sbl_descriptor *descriptor_of(const struct sbl_commit *commit, uint64_t transaction) {
    return sbl_array_at(&commit->descriptor, transaction >> 48);
}

static enum verdict verdict_of(const struct sbl_commit *commit, uint64_t transaction) {
    const struct sbl_descriptor *descriptor = descriptor_of(commit, transaction);
    if (descriptor == NULL)
        return GONE;
    uint64_t status = sbl_load_acquire(STATUS, &descriptor->status);
    if (sbl_sequence_of(status) == (transaction & SBL_SEQUENCE))
        return (enum verdict)(status & SBL_VERDICT);
    return is_before(status, transaction) ? UNDECIDED : GONE;
}

/* ---- reading ---- */

/* The image that a line's record gives, if its transaction is accepted or not. */
static inline void image_of(const struct sbl_line *line, const struct sbl_record *record,
                            bool accepted, struct sbl_image *image) {
    uint64_t form = sbl_load_acquire(RECORD, &record->form);
    if ((form & SBL_THIN) == 0) {
        const sbl_word *word = accepted ? record->after : record->before;
        SBL_UNROLL
        for (int i = 0; i < SBL_WORDS; i++)
            image->word[i] = sbl_load_acquire(RECORD, &word[i]);
        return;
    }
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        image->word[i] = accepted && (form >> i & 1) != 0
                             ? sbl_load_acquire(RECORD, &record->after[i])
                             : sbl_load_acquire(WORD, &line->word[i]);
}

/* One attempt to read a line; false if it changed meanwhile. *accepted: the transaction whose
 * outcome the mark keeps, if it names one that is accepted; else 0. */
static bool look(const struct sbl_commit *commit, const struct sbl_line *line,
                        struct sbl_seen *seen, uint64_t *accepted) {
    *accepted = 0;
    if (sbl_line_clean(line, seen))
        return true;
    uint64_t header = seen->header;
    if ((header & SBL_MARK) == 0)
        return false;
    const struct sbl_record *record = sbl_record_at(commit, sbl_record_of(header));
    uint64_t transaction = sbl_load_acquire(RECORD, &record->transaction);
    enum verdict verdict = transaction == 0 ? ACCEPTED : verdict_of(commit, transaction);
    image_of(line, record, verdict == ACCEPTED, &seen->image);
    if (verdict == UNDECIDED) { /* nobody has stored in place before it is decided */
        seen->undecided = transaction;
        if (verdict_of(commit, transaction) != UNDECIDED)
            return false;
    }
    if (verdict == ACCEPTED)
        *accepted = transaction;
    return sbl_load(&line->header) == header && verdict != GONE;
}

void sbl_line_read_marked(const struct sbl_commit *commit, const struct sbl_line *line,
                          struct sbl_seen *seen) {
    uint64_t accepted;
    while (SBL_UNLIKELY(!look(commit, line, seen, &accepted)))
        ; /* somebody else's change took effect */
}

bool sbl_line_still_undecided(const struct sbl_commit *commit, const struct sbl_seen *seen) {
    return verdict_of(commit, seen->undecided) == UNDECIDED;
}

/* ---- deciding ---- */

/* Decide a transaction, if nobody has; returns its verdict. One that was sent back is aborted. */
static enum verdict decide(struct sbl_descriptor *descriptor, uint64_t transaction,
                           enum verdict verdict) {
    uint64_t status = sbl_load_acquire(STATUS, &descriptor->status);
    while (is_before(status, transaction)) {
        if ((status & SBL_SENT_BACK) != 0)
            verdict = ABORTED;
        if (sbl_cas(STATUS, &descriptor->status, &status, sbl_decided(transaction, (uint64_t)verdict)))
            return verdict;
    }
    return sbl_sequence_of(status) == (transaction & SBL_SEQUENCE)
               ? (enum verdict)(status & SBL_VERDICT)
               : GONE;
}

/* Tell the hook of an accepted transaction whose mark is about to go. If its descriptor carries
 * another by now, its owner has told, and the hook finds that this entry is not that one's. */
static SBL_NOINLINE void tell(struct sbl_worker *worker, uint64_t transaction) {
    const struct sbl_hook *hook = &worker->commit->hook;
    const struct sbl_descriptor *descriptor = descriptor_of(worker->commit, transaction);
    uint32_t entry = sbl_high(sbl_load_acquire(STATUS, &descriptor->count));
    if (entry != 0)
        hook->committed(hook->context, worker, entry, transaction, false);
}

/* An exclusive transaction, its marks in place: from here on, nothing that was planned on the old
 * world is accepted. The swap is made even where the bit is set: either the owner, who clears it
 * when it begins again, reads this swap and so the new world, or the bit is set after. */
static void send_back_others(struct sbl_worker *worker, uint64_t transaction) {
    struct sbl_commit *commit = worker->commit;
    uint64_t count = sbl_load(&commit->descriptors);
    while (!sbl_cas(COUNT, &commit->descriptors, &count, count))
        ; /* the same value again: a descriptor that is new after this finds the marked world */
    for (uint64_t i = 0; i < count; i++) {
        struct sbl_descriptor *descriptor = sbl_array_at(&commit->descriptor, i);
        if (i == transaction >> 48)
            continue;
        uint64_t status = sbl_load(&descriptor->status);
        while (!sbl_cas(STATUS, &descriptor->status, &status, status | SBL_SENT_BACK))
            ;
        if (SBL_UNLIKELY(commit->hook.prepare != NULL) && (status & SBL_VERDICT) == ACCEPTED)
            tell(worker, i << 48 | sbl_sequence_of(status));
    }
}

/* ---- helping ---- */

/* A mark that this worker put where none was, for a transaction of another: what it stores in
 * place. */
struct owed {
    struct sbl_line *line;
    uint64_t marked;
    bool accepted;
    struct sbl_image before, after;
};

bool sbl_worker_ready_to_help(struct sbl_worker *worker) {
    return sbl_buffer_reserve(worker->commit->memory, &worker->owed,
                              (SELLABLE_LINES_MAX + 4) * sizeof(struct owed));
}

/* Put the marks of a transaction and decide it. Of the marks put here, those on lines that had none
 * are owed: taken off later, out of the worker's own memory. */
static void help(struct sbl_worker *worker, uint64_t transaction) {
    struct sbl_commit *commit = worker->commit;
    struct sbl_descriptor *descriptor = descriptor_of(commit, transaction);
    sbl_store_release(HELPING, &worker->helping, transaction);
    uint64_t status = sbl_load_acquire(STATUS, &descriptor->status);
    do { /* said in the status, so that the owner finds it when it decides */
        if (!is_before(status, transaction)) {
            sbl_store_release(HELPING, &worker->helping, 0);
            return;
        }
    } while (!sbl_cas(STATUS, &descriptor->status, &status, status | SBL_HELPED));

    uint64_t form = sbl_load(&descriptor->count);
    uint32_t count = sbl_lines_of(form), first = worker->owed_count;
    const struct sbl_target *target = (const struct sbl_target *)(uintptr_t)sbl_load(&descriptor->targets);
    enum verdict goal = ACCEPTED;
    if (!sbl_buffer_reserve(commit->memory, &worker->owed, (first + count) * sizeof(struct owed)))
        goal = ABORTED;
    struct owed *owed = worker->owed.bytes;
    for (uint32_t i = 0; i < count && goal == ACCEPTED &&
                         is_before(sbl_load(&descriptor->status), transaction);
         i++) {
        struct sbl_line *line = (struct sbl_line *)(uintptr_t)sbl_load(&target[i].line);
        uint64_t expected = sbl_load(&target[i].expected), marked = sbl_load(&target[i].marked);
        uint64_t header = expected;
        if (sbl_cas(HEADER, &line->header, &header, marked)) {
            if ((expected & SBL_MARK) == 0) {
                owed[worker->owed_count].line = line;
                owed[worker->owed_count++].marked = marked;
            }
        } else if (header != marked) {
            goal = ABORTED;
        }
    }
    if (goal == ACCEPTED && (form & SBL_EXCLUSIVE) != 0)
        send_back_others(worker, transaction);
    enum verdict verdict = decide(descriptor, transaction, goal);
    for (uint32_t i = first; i < worker->owed_count; i++) {
        const struct sbl_record *record = sbl_record_at(commit, sbl_record_of(owed[i].marked));
        owed[i].accepted = verdict == ACCEPTED;
        image_of(owed[i].line, record, true, &owed[i].after);
        image_of(owed[i].line, record, false, &owed[i].before);
    }
    sbl_store_release(HELPING, &worker->helping, 0);
}

/* The value of a line with nothing undecided about it. What is owed grows by what is helped
 * here. */
static void settle(struct sbl_worker *worker, struct sbl_line *line, struct sbl_seen *seen,
                   int patience) {
    struct sbl_commit *commit = worker->commit;
    uint64_t accepted;
    for (;;) {
        if (!look(commit, line, seen, &accepted))
            continue;
        if (SBL_LIKELY((seen->header & SBL_MARK) == 0))
            return;
        if (patience > 0) {
            sbl_pause();
            patience--;
        } else if (seen->undecided != 0) {
            help(worker, seen->undecided);
        } else {
            if (SBL_UNLIKELY(commit->hook.prepare != NULL && accepted != 0))
                tell(worker, accepted);
            return;
        }
    }
}

/* Others laid their marks over the one that this worker put as the owner of the line: what they
 * left is stored in place, until the mark that is there is the one just stored. */
void sbl_line_follow(struct sbl_worker *worker, struct sbl_line *line) {
    struct sbl_seen seen;
    do {
        settle(worker, line, &seen, 0);
        SBL_UNROLL
        for (int i = 0; i < SBL_WORDS; i++)
            sbl_store_release(WORD, &line->word[i], seen.image.word[i]);
    } while (!sbl_cas(HEADER, &line->header, &seen.header, sbl_clean_after(seen.header)));
}

/* The owner of a line stores the outcome in place and takes its mark off. */
static void take_off(struct sbl_worker *worker, struct sbl_line *line, uint64_t marked,
                     const struct sbl_image *before, const struct sbl_image *after) {
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        if (after->word[i] != before->word[i])
            sbl_store_release(WORD, &line->word[i], after->word[i]);
    if (!sbl_cas(HEADER, &line->header, &marked, sbl_clean_after(marked)))
        sbl_line_follow(worker, line);
}

void sbl_worker_take_off_owed(struct sbl_worker *worker) {
    while (worker->owed_count != 0) {
        struct owed owed = ((struct owed *)worker->owed.bytes)[--worker->owed_count];
        take_off(worker, owed.line, owed.marked, &owed.before,
                 owed.accepted ? &owed.after : &owed.before);
    }
}

void sbl_line_settle_marked(struct sbl_worker *worker, struct sbl_line *line,
                            struct sbl_seen *seen) {
    settle(worker, line, seen, SBL_PATIENCE);
    while (SBL_UNLIKELY(worker->owed_count != 0)) {
        sbl_worker_take_off_owed(worker);
        settle(worker, line, seen, SBL_PATIENCE);
    }
}

/* ---- planning ---- */

bool sbl_transaction_begin(struct sbl_worker *worker, struct sbl_seen *world) {
    if (SBL_UNLIKELY(worker->spare == NULL && !sbl_worker_room(worker, 1)))
        return false;
    struct sbl_descriptor *descriptor = worker->descriptor;
    do { /* helping a settings change sends this worker back, too: look once more */
        worker->status = sbl_load_acquire(STATUS, &descriptor->status);
        while (SBL_UNLIKELY((worker->status & SBL_SENT_BACK) != 0))
            if (sbl_cas(STATUS, &descriptor->status, &worker->status,
                        worker->status & ~(uint64_t)SBL_SENT_BACK))
                worker->status &= ~(uint64_t)SBL_SENT_BACK;
        sbl_line_settle(worker, &worker->commit->world, world);
    } while (SBL_UNLIKELY(sbl_load(&descriptor->status) != worker->status));
    sbl_transaction_start(worker, worker->status,
                          sbl_low(world->image.word[SBL_WORLD_STAMP]),
                          world->image.word[SBL_WORLD_SNAPSHOT]);
    return true;
}

void sbl_transaction_start(struct sbl_worker *worker, uint64_t status, uint32_t stamp,
                           uint64_t snapshots) {
    worker->status = status;
    worker->transaction = sbl_transaction_after(worker, status);
    worker->stamp = stamp;
    worker->snapshot = sbl_high(snapshots);
    worker->oldest = sbl_low(snapshots);
    worker->planned_count = 0;
    worker->fresh_count = 0;
    worker->replaced_count = 0;
    worker->replaced_before = 0;
}

bool sbl_transaction_add(struct sbl_worker *worker, struct sbl_line *line, struct sbl_name name,
                         const struct sbl_seen *seen, const struct sbl_image *image) {
    struct sbl_commit *commit = worker->commit;
    uint32_t index = worker->planned_count;
    uint64_t stamp = sbl_pair(worker->stamp, 0);
    if (SBL_UNLIKELY(!sbl_worker_has_room(worker, index + 1)) &&
        !sbl_worker_room(worker, index + 1))
        return false;
    if (SBL_UNLIKELY(worker->snapshot != 0 || sbl_low(seen->image.word[SBL_STAMP]) != 0) &&
        !sbl_keep(worker, line, seen, &stamp))
        return false;
    worker->replaced_before = worker->replaced_count;
    uint32_t id = ((const uint32_t *)worker->free.bytes)[--worker->free_count];
    struct sbl_record *record = sbl_record_at(commit, id);
    bool thin = (seen->header & SBL_MARK) == 0;
    sbl_store_release(RECORD, &record->transaction, worker->transaction);
    sbl_store_release(RECORD, &record->after[SBL_STAMP], stamp);
    uint32_t changed = stamp != seen->image.word[SBL_STAMP];
    SBL_UNROLL
    for (int i = 1; i < SBL_WORDS; i++) {
        sbl_store_release(RECORD, &record->after[i], image->word[i]);
        changed |= (uint32_t)(image->word[i] != seen->image.word[i]) << i;
    }
    if (SBL_UNLIKELY(!thin))
        for (int i = 0; i < SBL_WORDS; i++)
            sbl_store_release(RECORD, &record->before[i], seen->image.word[i]);
    sbl_store_release(RECORD, &record->form, thin ? SBL_THIN | changed : 0);
    if (name.kind == SBL_ROW && sbl_high(seen->image.word[SBL_STAMP]) != worker->stamp)
        sbl_recent_mark(&commit->recent, name.number, worker->stamp);
    struct sbl_planned *planned = (struct sbl_planned *)worker->planned.bytes + index;
    planned->line = line;
    planned->record = record;
    planned->expected = seen->header;
    planned->marked = sbl_mark_after(seen->header, id);
    planned->changed = changed;
    planned->owner = false;
    struct sbl_target *target = worker->targets + index;
    sbl_store(&target->line, (uint64_t)(uintptr_t)line);
    sbl_store(&target->expected, planned->expected);
    sbl_store(&target->marked, planned->marked);
    sbl_store(&target->name, sbl_pair(name.kind, name.number));
    worker->planned_count = index + 1;
    return true;
}

/* ---- carrying out ---- */

static void record_is_free(struct sbl_worker *worker, uint64_t marked) {
    ((uint32_t *)worker->free.bytes)[worker->free_count++] = sbl_record_of(marked);
}

/* A decided transaction's mark is replaced by one that names no transaction, wherever it still
 * is. */
static void make_plain(struct sbl_worker *worker, struct sbl_line *line, uint64_t marked,
                       const struct sbl_record *record, bool accepted) {
    if (sbl_load_acquire(HEADER, &line->header) != marked)
        return;
    uint32_t id = ((const uint32_t *)worker->free.bytes)[--worker->free_count];
    struct sbl_record *plain = sbl_record_at(worker->commit, id);
    struct sbl_image image; /* of the line, if the mark is still there at the swap */
    image_of(line, record, accepted, &image);
    sbl_store_release(RECORD, &plain->transaction, 0);
    sbl_store_release(RECORD, &plain->form, 0);
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        sbl_store_release(RECORD, &plain->after[i], image.word[i]);
    uint64_t header = marked, laid = sbl_mark_after(marked, id);
    if (sbl_cas(HEADER, &line->header, &header, laid))
        sbl_worker_pending(worker, line, laid);
    else
        record_is_free(worker, laid);
}

bool sbl_transaction_leave(struct sbl_worker *worker, struct sbl_descriptor *descriptor,
                           uint64_t transaction, bool accepted) {
    bool looked_at = sbl_worker_helped(worker->commit, transaction);
    uint32_t count = sbl_lines_of(sbl_load(&descriptor->count));
    const struct sbl_target *target = (const struct sbl_target *)(uintptr_t)sbl_load(&descriptor->targets);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t marked = sbl_load(&target[i].marked);
        make_plain(worker, (struct sbl_line *)(uintptr_t)sbl_load(&target[i].line), marked,
                   sbl_array_at(&worker->commit->record, sbl_record_of(marked)), accepted);
    }
    if (looked_at)
        return false;
    for (uint32_t i = 0; i < count; i++)
        record_is_free(worker, sbl_load(&target[i].marked));
    return true;
}

/* As take_off, out of this worker's own record. */
static inline void take_off_own(struct sbl_worker *worker, const struct sbl_planned *planned,
                                bool accepted) {
    for (uint32_t left = accepted ? planned->changed : 0; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        sbl_store_release(WORD, &planned->line->word[i], sbl_load(&planned->record->after[i]));
    }
    uint64_t header = planned->marked;
    if (SBL_UNLIKELY(!sbl_cas(HEADER, &planned->line->header, &header, sbl_clean_after(header))))
        sbl_line_follow(worker, planned->line);
}

enum sbl_outcome sbl_transaction_commit(struct sbl_worker *worker, bool exclusive) {
    struct sbl_descriptor *descriptor = worker->descriptor;
    struct sbl_planned *planned = worker->planned.bytes;
    uint32_t count = worker->planned_count;
    uint64_t transaction = worker->transaction;
    enum verdict goal = ACCEPTED;
    const struct sbl_hook *hook = &worker->commit->hook;
    bool laid_over = false;
    uint32_t entry = 0;
    if (SBL_UNLIKELY(hook->prepare != NULL) && !worker->unheard) {
        entry = hook->prepare(hook->context, worker);
        if (entry == 0) {
            worker->refused = true;
            sbl_transaction_drop(worker);
            return SBL_NO_MEMORY;
        }
    }
    sbl_store_release(STATUS, &descriptor->count,
                      sbl_pair(entry, count | (exclusive ? SBL_EXCLUSIVE : 0)));
    for (uint32_t i = 0; i < count && goal == ACCEPTED; i++) {
        uint64_t header = planned[i].expected;
        if (SBL_LIKELY(sbl_cas(HEADER, &planned[i].line->header, &header, planned[i].marked)))
            planned[i].owner = (planned[i].expected & SBL_MARK) == 0;
        else if (header != planned[i].marked)
            goal = ABORTED;
        laid_over |= !planned[i].owner && goal == ACCEPTED;
    }
    if (exclusive && goal == ACCEPTED)
        send_back_others(worker, transaction);
    /* The instant. Unhelped, the status is still what it was before the world was read. */
    enum verdict verdict = goal;
    uint64_t status = worker->status;
    bool alone = sbl_cas(STATUS, &descriptor->status, &status,
                         sbl_decided(transaction, (uint64_t)goal));
    if (SBL_UNLIKELY(!alone))
        verdict = decide(descriptor, transaction, goal);
    bool accepted = verdict == ACCEPTED;
    if (SBL_UNLIKELY(entry != 0)) {
        worker->wrote |= accepted && worker->did != SELLABLE_DID_GROW;
        if (accepted)
            hook->committed(hook->context, worker, entry, transaction, true);
        else
            hook->dropped(hook->context, worker, entry);
    }

    for (uint32_t i = 0; i < count; i++)
        if (planned[i].owner)
            take_off_own(worker, &planned[i], accepted);
    if (SBL_LIKELY(alone && !laid_over)) {
        for (uint32_t i = 0; i < count; i++)
            record_is_free(worker, planned[i].marked);
    } else {
        sbl_worker_part(worker, accepted);
    }
    if (SBL_UNLIKELY(worker->owed_count != 0))
        sbl_worker_take_off_owed(worker);
    if (SBL_UNLIKELY((worker->fresh_count | worker->replaced_count) != 0))
        sbl_worker_end_attempt(worker, accepted);
    worker->planned_count = 0;
    worker->made_count = 0;
    return accepted ? SBL_ACCEPTED : SBL_ABORTED;
}

enum sbl_outcome sbl_carry_on(struct sbl_worker *worker, uint64_t status, uint32_t stamp,
                              const struct sbl_carried *carried, uint32_t count, uint32_t owned) {
    struct sbl_planned *planned = worker->planned.bytes;
    sbl_transaction_start(worker, status, stamp, 0);
    for (uint32_t i = 0; i < count; i++)
        planned[i] = (struct sbl_planned){carried[i].line,     carried[i].record,
                                          carried[i].expected, carried[i].marked,
                                          carried[i].changed,  i < owned};
    worker->free_count -= count;
    worker->planned_count = count;
    return sbl_transaction_commit(worker, false);
}

void sbl_back_off(uint32_t attempt) {
    if (attempt == 0)
        return;
    for (uint32_t i = 0; i < UINT32_C(4) << (attempt < 7 ? attempt : 7); i++)
        sbl_pause();
}
