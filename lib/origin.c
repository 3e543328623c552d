/* SPDX-License-Identifier: Apache-2.0
 *
 * See origin.h. */
#include "origin.h"

#include "content.h"
#include "source.h"

enum { AT_ONCE = SBL_ENTRY_KEY + SBL_KEY_WORDS + 1 + SBL_ID_WORDS };

/* What is kept of an id, in the blob that was found. */
static void read_id(const struct sellable *engine, const struct sbl_key *id, uint32_t reference,
                    uint64_t word[SBL_ID_WORDS]) {
    word[SBL_ID_CONTENT] = word[SBL_ID_AT] = 0;
    sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_KEY + id->words, word, SBL_ID_WORDS);
}

static enum sellable_status look_at_id(struct sbl_origin *origin, struct sbl_worker *worker,
                                       struct sellable_answer *answer) {
    struct sellable *engine = origin->engine;
    uint64_t word[SBL_ID_WORDS];
    sbl_index_settle(&engine->ids, worker, &origin->id, &origin->found);
    if (origin->found.reference == 0)
        return SELLABLE_OK;
    read_id(engine, &origin->id, origin->found.reference, word);
    return word[SBL_ID_CONTENT] == origin->content
               ? SELLABLE_DUPLICATE
               : sbl_fault(answer, SELLABLE_CONFLICT, "id",
                           "applied before, with other content", 0);
}

static enum sellable_status look_at_seq(struct sbl_origin *origin, struct sbl_worker *worker,
                                        struct sellable_answer *answer) {
    const uint64_t *word = origin->sender.image.word;
    sbl_line_settle(worker, sbl_source_line(origin->engine, origin->source), &origin->sender);
    if ((word[SBL_SOURCE_ENTRY] & SBL_SOURCE_NUMBERED) == 0 ||
        origin->event->seq > (int64_t)word[SBL_SOURCE_SEQ])
        return SELLABLE_OK;
    return sbl_fault(answer, SELLABLE_STALE, "seq", "not above the last of its source", 0);
}

enum sellable_status sbl_origin_look(struct sbl_origin *origin, struct sbl_worker *worker,
                                     struct sellable_answer *answer) {
    struct sellable *engine = origin->engine;
    const struct sellable_event *event = origin->event;
    bool sent = sbl_is_sent(event->type) &&
                (event->source.id != 0 || sbl_is_given(event->source_key));
    enum sellable_status status = SELLABLE_OK;
    origin->done = origin->left = origin->spoiled = origin->reached = false;
    origin->full = origin->identified && sbl_ids_are_all(engine);
    sbl_line_settle(worker, &engine->commit.world, &origin->world);
    if (sent && (origin->source == 0 || origin->source > sbl_source_count(&origin->world.image)))
        return sbl_fault(answer, SELLABLE_UNKNOWN_SOURCE, "source", "no such source", 0);
    if (origin->identified)
        status = look_at_id(origin, worker, answer);
    else
        origin->found.line = NULL;
    if (status == SELLABLE_OK && origin->numbered)
        status = look_at_seq(origin, worker, answer);
    else
        origin->sender.header = 0;
    return status;
}

bool sbl_origin_still(const struct sbl_origin *origin) {
    const struct sbl_commit *commit = &origin->engine->commit;
    return sbl_line_still(commit, &commit->world, &origin->world) &&
           (origin->found.line == NULL ||
            sbl_line_still(commit, origin->found.line, &origin->found.seen)) &&
           (origin->sender.header == 0 ||
            sbl_line_still(commit, sbl_source_line(origin->engine, origin->source),
                           &origin->sender));
}

/* ---- going along ---- */

static bool put_seq(struct sbl_origin *origin, struct sbl_worker *worker) {
    struct sbl_image image = origin->sender.image;
    bool before = (image.word[SBL_SOURCE_ENTRY] & SBL_SOURCE_NUMBERED) != 0;
    int64_t seq = origin->event->seq;
    if (before && seq > sbl_add((int64_t)image.word[SBL_SOURCE_SEQ], 1))
        image.word[SBL_SOURCE_GAPS]++;
    image.word[SBL_SOURCE_ENTRY] |= SBL_SOURCE_NUMBERED;
    image.word[SBL_SOURCE_SEQ] = (uint64_t)seq;
    return sbl_transaction_add(worker, sbl_source_line(origin->engine, origin->source),
                               (struct sbl_name){SBL_SOURCE, origin->source}, &origin->sender,
                               &image);
}

static bool put_id(struct sbl_origin *origin, struct sbl_worker *worker) {
    struct sellable *engine = origin->engine;
    const struct sbl_image *world = &origin->world.image;
    uint64_t word[AT_ONCE];
    int64_t now = sbl_now_of(world);
    uint32_t words = sbl_entry_begin(word, &origin->id);
    word[words + SBL_ID_CONTENT] = origin->content;
    word[words + SBL_ID_AT] = (uint64_t)now;
    uint32_t blob = sbl_transaction_blob(worker, word, words + SBL_ID_WORDS);
    return blob != 0 &&
           sbl_hint(engine, worker, world, now + engine->retention, SBL_DUE_ID, origin->id.hash,
                    &origin->hinted) &&
           sbl_index_put(&engine->ids, worker, &origin->found, origin->id.hash, blob);
}

/* All that goes along. false: no memory, or it is spoiled. */
static bool put_all(struct sbl_origin *origin, struct sbl_worker *worker) {
    bool there = true;
    if ((origin->numbered && !put_seq(origin, worker)) ||
        (origin->identified && !put_id(origin, worker)) ||
        (origin->exception != 0 &&
         !sbl_exception_take_out(origin->engine, worker, origin->exception, &there)))
        return false;
    origin->spoiled = !there;
    return there;
}

enum sbl_outcome sbl_origin_commit(struct sellable *engine, struct sbl_worker *worker,
                                   bool exclusive) {
    struct sbl_origin *origin = worker->origin;
    if (SBL_LIKELY(origin == NULL))
        return sbl_transaction_commit(worker, exclusive);
    origin->reached = sbl_is_in_vain(worker);
    origin->spoiled = !origin->reached && !sbl_origin_still(origin);
    if (origin->reached || origin->spoiled)
        return SBL_NO_MEMORY;
    origin->full = origin->reached = origin->identified && !sbl_ids_take(engine);
    if (origin->full)
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome =
        put_all(origin, worker) ? sbl_transaction_commit(worker, exclusive) : SBL_NO_MEMORY;
    origin->done = outcome == SBL_ACCEPTED;
    if (origin->identified && !origin->done)
        sbl_ids_give(engine);
    return outcome;
}

enum sbl_outcome sbl_origin_alone(struct sbl_origin *origin, struct sbl_worker *worker) {
    struct sbl_seen world;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    return sbl_origin_commit(origin->engine, worker, false);
}

/* A bucket stays as it was found. false: no memory. */
static bool keep(struct sbl_worker *worker, const struct sbl_index *index,
                 const struct sbl_found *found) {
    return sbl_transaction_add(worker, found->line, sbl_index_name(index, found->bucket),
                               &found->seen, &found->seen.image);
}

enum sbl_outcome sbl_origin_known(struct sbl_worker *worker, const struct sbl_found *order) {
    struct sbl_origin *origin = worker->origin;
    struct sellable *engine = origin->engine;
    bool there = true;
    origin->spoiled = !sbl_origin_still(origin);
    if (origin->spoiled || (order != NULL && !keep(worker, &engine->orders, order)) ||
        (origin->identified && !keep(worker, &engine->ids, &origin->found)) ||
        !sbl_exception_take_out(engine, worker, origin->exception, &there))
        return SBL_NO_MEMORY;
    origin->spoiled = !there;
    if (!there)
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, false);
    origin->left = outcome == SBL_ACCEPTED;
    return outcome;
}

/* ---- forgetting ---- */

/* One id with the hash that is past. *any: there was one. */
static enum sbl_outcome attempt_id(struct sellable *engine, struct sbl_worker *worker,
                                   uint64_t hash, int64_t by, bool *any) {
    struct sbl_seen world;
    struct sbl_found found;
    struct sbl_progress progress = {NULL, 0, 0};
    *any = false;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    by = sbl_min(by, sbl_now_of(&world.image));
    while (sbl_index_with_hash(&engine->ids, worker, hash, &progress, &found)) {
        uint64_t word[AT_ONCE] = {0};
        uint32_t words = sbl_blob_copy(&engine->memory, found.reference, 0, word, AT_ONCE);
        uint64_t size = word[SBL_ENTRY_SIZE] & 0xff;
        uint32_t at = SBL_ENTRY_KEY + (uint32_t)(size + 7) / 8 + SBL_ID_AT;
        if (!sbl_line_still(&engine->commit, found.line, &found.seen)) {
            sbl_transaction_drop(worker);
            return SBL_ABORTED;
        }
        if (at >= words || word[SBL_ENTRY_HASH] != hash ||
            (int64_t)word[at] + engine->retention > by)
            continue;
        *any = true;
        return sbl_index_put(&engine->ids, worker, &found, hash, 0)
                   ? sbl_transaction_commit(worker, false)
                   : SBL_NO_MEMORY;
    }
    bool still = sbl_line_still(&engine->commit, found.line, &found.seen);
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

enum sellable_status sbl_ids_forget(struct sellable *engine, struct sbl_worker *worker,
                                    uint64_t hash, int64_t by) {
    bool any = true;
    while (any) {
        enum sbl_outcome outcome;
        SBL_UNTIL_DONE(outcome, worker, attempt_id(engine, worker, hash, by, &any));
        if (outcome == SBL_NO_MEMORY)
            return SELLABLE_NO_MEMORY;
        if (any) {
            sbl_ids_count(engine, worker, -1);
            sbl_ids_give(engine);
        }
    }
    return SELLABLE_OK;
}
