/* SPDX-License-Identifier: Apache-2.0
 *
 * Time: moving now, and doing what falls due by it. */
#include "origin.h"
#include "sort.h"

/* ---- by time, then key ---- */

enum { KEY_WORDS = SBL_ENTRY_KEY + SBL_KEY_WORDS };

/* The first eight bytes of a key as a number that orders as they do. */
static uint64_t first_bytes(const uint64_t *word) {
    unsigned char bytes[8];
    uint64_t first = 0;
    memcpy(bytes, &word[SBL_ENTRY_KEY], sizeof bytes);
    for (int i = 0; i < 8; i++)
        first = first << 8 | bytes[i];
    return first;
}

/* Does a come before b? Whole keys are compared only where times and first bytes are equal; a blob
 * that is gone meanwhile gives any order, and its hint finds nothing to do. */
static bool before(const void *memory, const void *first, const void *second) {
    const struct sbl_due *a = first, *b = second;
    uint64_t word[2][KEY_WORDS] = {{0}};
    if (a->at != b->at)
        return a->at < b->at;
    if (a->first != b->first)
        return a->first < b->first;
    if (a->reference == b->reference)
        return false;
    sbl_blob_copy(memory, a->reference, 0, word[0], KEY_WORDS);
    sbl_blob_copy(memory, b->reference, 0, word[1], KEY_WORDS);
    size_t size[2] = {word[0][SBL_ENTRY_SIZE] & 0xff, word[1][SBL_ENTRY_SIZE] & 0xff};
    size_t least = size[0] < size[1] ? size[0] : size[1];
    int order = memcmp(&word[0][SBL_ENTRY_KEY], &word[1][SBL_ENTRY_KEY],
                       least < SELLABLE_KEY_MAX ? least : SELLABLE_KEY_MAX);
    return order != 0 ? order < 0 : size[0] < size[1];
}

/* Who is it that is due? An order that is open has its turn by its key; fences, and one that is
 * only to be forgotten, have any. */
static void identify(struct sellable *engine, struct sbl_worker *worker, struct sbl_due *due) {
    uint64_t word[KEY_WORDS] = {0};
    struct sbl_progress progress = {NULL, 0, 0};
    struct sbl_found found = {.reference = 0};
    due->first = 0;
    due->reference = 0;
    if (due->kind != SBL_DUE_ORDER)
        return;
    if (!sbl_index_with_hash(&engine->orders, worker, due->hash, &progress, &found))
        return;
    sbl_blob_copy(&engine->memory, found.reference, 0, word, KEY_WORDS);
    if (sbl_order_state(word[SBL_ENTRY_SIZE]) != SELLABLE_RESERVED)
        return;
    due->first = first_bytes(word);
    due->reference = found.reference;
}

/* ---- what is due ---- */

enum { AHEAD = 8 };

/* Do everything that is due by `due_by`, which is not later than now. ok, or no_memory. */
static enum sellable_status catch_up(struct sellable *engine, struct sbl_worker *worker,
                                     int64_t due_by) {
    for (;;) {
        struct sbl_seen world;
        uint32_t count;
        sbl_line_read(&engine->commit, &engine->commit.world, &world);
        int64_t now = sbl_now_of(&world.image), base = sbl_wheel_base(&engine->wheel);
        if (base >= due_by || base >= now)
            return SELLABLE_OK;
        if (!sbl_wheel_due(&engine->wheel, worker, base, now, &count))
            return SELLABLE_NO_MEMORY;
        struct sbl_due *due = worker->scratch[SBL_SCRATCH_DUE].bytes;
        for (uint32_t i = 0; i < count; i++) {
            if (i + AHEAD < count)
                sbl_index_prefetch(&engine->orders, due[i + AHEAD].hash);
            identify(engine, worker, &due[i]);
        }
        sbl_sort(due, sizeof *due, count, before, &engine->memory);
        for (uint32_t i = 0; i < count; i++) {
            const struct sbl_due one = due[i];
            if (i + AHEAD < count)
                sbl_index_prefetch(&engine->orders, due[i + AHEAD].hash);
            if (sbl_due_do(engine, worker, &one) != SELLABLE_OK)
                return SELLABLE_NO_MEMORY;
            if (SBL_UNLIKELY(engine->journal != NULL))
                sbl_call_relieve(engine);
        }
        if (!sbl_wheel_turn(&engine->wheel, worker, base, now))
            return SELLABLE_NO_MEMORY;
    }
}

bool sbl_hint(struct sellable *engine, struct sbl_worker *worker, const struct sbl_image *world,
              int64_t at, enum sbl_due_kind kind, uint64_t hash, struct sbl_hinted *put) {
    int64_t now = sbl_now_of(world);
    if ((put->now == now && put->at == at && put->hash == hash) || sbl_is_in_vain(worker))
        return true;
    *put = (struct sbl_hinted){now, at, hash};
    return sbl_wheel_put(&engine->wheel, worker, now, at, kind, hash);
}

static enum sbl_outcome attempt_now(struct sellable *engine, struct sbl_worker *worker,
                                    int64_t now) {
    struct sbl_seen world;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    if (now <= sbl_now_of(&world.image)) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    struct sbl_image image = world.image;
    image.word[SBL_WORLD_NOW] = (uint64_t)now;
    if (!sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &image))
        return SBL_NO_MEMORY;
    return sbl_transaction_commit(worker, true);
}

enum sellable_status sellable_advance(struct sellable *engine, struct sellable_worker *held,
                                      int64_t now, struct sellable_answer *answer) {
    struct sbl_call call;
    enum sbl_outcome outcome;
    enum sellable_status status = SELLABLE_NO_MEMORY;
    sbl_answer_clear(answer);
    if (!sbl_is_time(now))
        return sbl_fault(answer, SELLABLE_INVALID, "now", "within +-2^53", 0);
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    call.worker->did = SELLABLE_DID_ADVANCE;
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        outcome = attempt_now(engine, call.worker, now);
        if (outcome != SBL_ABORTED)
            break;
    }
    call.worker->did = SELLABLE_DID_DUE;
    if (outcome == SBL_NO_MEMORY)
        sbl_transaction_drop(call.worker);
    else
        status = catch_up(engine, call.worker, now);
    return sbl_call_done(&call, status, answer);
}

int64_t sellable_now(const struct sellable *engine) {
    struct sbl_seen world;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    return sbl_now_of(&world.image);
}
