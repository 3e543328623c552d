/* SPDX-License-Identifier: Apache-2.0
 *
 * Time: moving now, and doing what falls due by it. */
#include "engine.h"

/* ---- by time, then key ---- */

/* Does a come before b? Keys are compared only where times are equal; a blob that is gone meanwhile
 * gives any order, and its hint finds nothing to do. */
static bool before(const struct sbl_memory *memory, const struct sbl_due *a,
                   const struct sbl_due *b) {
    enum { WORDS = SBL_ENTRY_KEY + SBL_KEY_WORDS };
    uint64_t word[2][WORDS] = {{0}};
    if (a->at != b->at)
        return a->at < b->at;
    sbl_blob_copy(memory, a->reference, 0, word[0], WORDS);
    sbl_blob_copy(memory, b->reference, 0, word[1], WORDS);
    size_t size[2] = {word[0][SBL_ENTRY_SIZE] & 0xff, word[1][SBL_ENTRY_SIZE] & 0xff};
    size_t least = size[0] < size[1] ? size[0] : size[1];
    int order = memcmp(&word[0][SBL_ENTRY_KEY], &word[1][SBL_ENTRY_KEY],
                       least < SELLABLE_KEY_MAX ? least : SELLABLE_KEY_MAX);
    return order != 0 ? order < 0 : size[0] < size[1];
}

static void sift(const struct sbl_memory *memory, struct sbl_due *due, uint32_t root,
                 uint32_t count) {
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && before(memory, &due[child], &due[child + 1]))
            child++;
        if (!before(memory, &due[root], &due[child]))
            return;
        struct sbl_due swapped = due[root];
        due[root] = due[child];
        due[child] = swapped;
    }
}

/* Heap sort: in place, and no worst case. */
static void sort(const struct sbl_memory *memory, struct sbl_due *due, uint32_t count) {
    for (uint32_t root = count / 2; root > 0; root--)
        sift(memory, due, root - 1, count);
    for (uint32_t last = count; last > 1; last--) {
        struct sbl_due swapped = due[0];
        due[0] = due[last - 1];
        due[last - 1] = swapped;
        sift(memory, due, 0, last - 1);
    }
}

/* ---- what is due ---- */

enum sellable_status sbl_catch_up(struct sellable *engine, struct sbl_worker *worker) {
    for (;;) {
        struct sbl_seen world;
        uint32_t count;
        sbl_line_read(&engine->commit, &engine->commit.world, &world);
        int64_t now = sbl_now_of(&world.image), base = sbl_wheel_base(&engine->wheel);
        if (base >= now)
            return SELLABLE_OK;
        if (!sbl_wheel_due(&engine->wheel, worker, base, now, &count))
            return SELLABLE_NO_MEMORY;
        struct sbl_due *due = worker->scratch[SBL_SCRATCH_DUE].bytes;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t from = 0;
            struct sbl_found found = {.reference = 0};
            sbl_index_with_hash(&engine->orders, worker, due[i].hash, &from, &found);
            due[i].reference = found.reference;
        }
        sort(&engine->memory, due, count);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t hash = due[i].hash;
            if (sbl_order_due(engine, worker, hash) != SELLABLE_OK)
                return SELLABLE_NO_MEMORY;
        }
        if (!sbl_wheel_turn(&engine->wheel, worker, base, now))
            return SELLABLE_NO_MEMORY;
    }
}

bool sbl_hint(struct sellable *engine, struct sbl_worker *worker, const struct sbl_image *world,
              int64_t at, uint64_t hash, int64_t *put) {
    int64_t now = sbl_now_of(world);
    if (*put == now)
        return true;
    *put = now;
    return sbl_wheel_put(&engine->wheel, worker, now, at, hash);
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
        return SELLABLE_NO_MEMORY;
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        outcome = attempt_now(engine, call.worker, now);
        if (outcome != SBL_ABORTED)
            break;
    }
    if (outcome == SBL_NO_MEMORY)
        sbl_transaction_drop(call.worker);
    else
        status = sbl_catch_up(engine, call.worker);
    sbl_call_end(&call);
    return status;
}

int64_t sellable_now(const struct sellable *engine) {
    struct sbl_seen world;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    return sbl_now_of(&world.image);
}
