/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots: see commit.h. Opening and closing one is an exclusive transaction on the world. */
#include "commit.h"

/* The stamps of those that are open, ascending, with one more or one less; in the worker's scratch.
 * NULL: no memory. */
static uint64_t *stamps_with(struct sbl_worker *worker, const struct sbl_image *world, bool open,
                             uint32_t snapshot, uint32_t *count) {
    struct sbl_memory *memory = worker->commit->memory;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ENTRIES];
    uint32_t blob = sbl_low(world->word[SBL_WORLD_OPEN]), before;
    before = sbl_high(world->word[SBL_WORLD_OPEN]);
    if (!sbl_buffer_reserve(memory, scratch, ((size_t)before + 1) * sizeof(uint64_t)))
        return NULL;
    uint64_t *stamp = scratch->bytes;
    before = sbl_blob_copy(memory, blob, 0, stamp, before);
    *count = 0;
    for (uint32_t i = 0; i < before; i++)
        if (open || stamp[i] != snapshot)
            stamp[(*count)++] = stamp[i];
    if (open)
        stamp[(*count)++] = snapshot;
    return stamp;
}

/* Stamps do not begin again: there are no more then. */
static bool is_last(const struct sbl_image *world) {
    return sbl_low(world->word[SBL_WORLD_STAMP]) == UINT32_MAX;
}

/* Snapshots and stamps are this engine's own, and no log has to know of them: what is recovered has
 * none open, and a stamp behind all that lines carry. So a snapshot can be had when a log fails. */
static enum sbl_outcome commit_unheard(struct sbl_worker *worker) {
    bool before = worker->unheard;
    worker->unheard = true;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, true);
    worker->unheard = before;
    return outcome;
}

static enum sbl_outcome attempt(struct sbl_worker *worker, bool open, uint32_t *snapshot) {
    struct sbl_seen world;
    uint32_t count, blob = 0;
    if (!sbl_transaction_begin(worker, &world) || (open && is_last(&world.image)))
        return SBL_NO_MEMORY;
    struct sbl_image image = world.image;
    if (open)
        *snapshot = sbl_low(++image.word[SBL_WORLD_STAMP]);
    const uint64_t *stamp = stamps_with(worker, &world.image, open, *snapshot, &count);
    if (stamp == NULL)
        return SBL_NO_MEMORY;
    if (count != 0 && (blob = sbl_transaction_blob(worker, stamp, count)) == 0)
        return SBL_NO_MEMORY;
    image.word[SBL_WORLD_OPEN] = sbl_pair(count, blob);
    image.word[SBL_WORLD_SNAPSHOT] =
        count == 0 ? 0 : sbl_pair((uint32_t)stamp[count - 1], (uint32_t)stamp[0]);
    if (!sbl_transaction_replaces(worker, sbl_low(world.image.word[SBL_WORLD_OPEN])) ||
        !sbl_transaction_add(worker, &worker->commit->world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &image))
        return SBL_NO_MEMORY;
    return commit_unheard(worker);
}

static enum sbl_outcome change_world(struct sbl_worker *worker, bool open, uint32_t *snapshot) {
    for (uint32_t tries = 0;; tries++) {
        sbl_back_off(tries);
        enum sbl_outcome outcome = attempt(worker, open, snapshot);
        if (outcome == SBL_NO_MEMORY)
            sbl_transaction_drop(worker);
        if (outcome != SBL_ABORTED)
            return outcome;
    }
}

/* Closing changes the world, whose old value is kept then: the room to note that is made before it
 * opens, or it would stay open for want of memory. */
static bool can_close(struct sbl_worker *worker) {
    enum { ROOM = 64 * sizeof(uint64_t) };
    struct sbl_memory *memory = worker->commit->memory;
    return sbl_buffer_reserve(memory, &worker->replaced, ROOM) &&
           sbl_buffer_reserve(memory, &worker->kept, ROOM) &&
           sbl_buffer_reserve(memory, &worker->chain, ROOM);
}

enum sbl_outcome sbl_snapshot_open(struct sbl_worker *worker, uint32_t *snapshot) {
    return can_close(worker) ? change_world(worker, true, snapshot) : SBL_NO_MEMORY;
}

enum sbl_outcome sbl_snapshot_close(struct sbl_worker *worker, uint32_t snapshot) {
    return change_world(worker, false, &snapshot);
}

void sbl_snapshot_read(const struct sbl_commit *commit, uint32_t snapshot,
                       const struct sbl_line *line, struct sbl_image *image) {
    struct sbl_seen seen;
    do {
        sbl_line_read(commit, line, &seen);
        *image = seen.image;
        while (sbl_high(image->word[SBL_STAMP]) >= snapshot &&
               sbl_line_still(commit, line, &seen)) { /* else what is kept may be any words */
            uint32_t kept = sbl_low(image->word[SBL_STAMP]);
            memset(image, 0, sizeof *image); /* what was never changed before is all 0 */
            sbl_blob_copy(commit->memory, kept, 0, image->word, SBL_WORDS);
        }
    } while (!sbl_line_still(commit, line, &seen));
}

static enum sbl_outcome raise(struct sbl_worker *worker) {
    struct sbl_seen world;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    if (is_last(&world.image)) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    struct sbl_image image = world.image;
    image.word[SBL_WORLD_STAMP]++;
    if (!sbl_transaction_add(worker, &worker->commit->world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &image))
        return SBL_NO_MEMORY;
    return commit_unheard(worker);
}

enum sbl_outcome sbl_stamp_raise(struct sbl_worker *worker) {
    for (uint32_t tries = 0;; tries++) {
        sbl_back_off(tries);
        enum sbl_outcome outcome = raise(worker);
        if (outcome == SBL_NO_MEMORY)
            sbl_transaction_drop(worker);
        if (outcome != SBL_ABORTED)
            return outcome;
    }
}
