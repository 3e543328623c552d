/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots: see commit.h. Opening and closing one is an exclusive transaction on the world. */
#include "commit.h"

static enum sbl_outcome change_world(struct sbl_worker *worker, bool open, uint32_t *snapshot) {
    for (uint32_t attempt = 0;; attempt++) {
        struct sbl_seen world;
        sbl_back_off(attempt);
        if (!sbl_transaction_begin(worker, &world))
            return SBL_NO_MEMORY;
        struct sbl_image image = world.image;
        uint32_t newest = sbl_high(image.word[SBL_WORLD_SNAPSHOT]);
        uint32_t count = sbl_low(image.word[SBL_WORLD_SNAPSHOT]);
        if (open) {
            newest = *snapshot = sbl_low(++image.word[SBL_WORLD_STAMP]);
            count++;
        } else if (--count == 0) {
            newest = 0; /* while others are open, a value or two more than needed is kept */
        }
        image.word[SBL_WORLD_SNAPSHOT] = sbl_pair(newest, count);
        if (!sbl_transaction_add(worker, &worker->commit->world, (struct sbl_name){SBL_WORLD, 0},
                                 &world, &image)) {
            sbl_transaction_drop(worker);
            return SBL_NO_MEMORY;
        }
        enum sbl_outcome outcome = sbl_transaction_commit(worker, true);
        if (outcome != SBL_ABORTED)
            return outcome;
    }
}

enum sbl_outcome sbl_snapshot_open(struct sbl_worker *worker, uint32_t *snapshot) {
    return change_world(worker, true, snapshot);
}

enum sbl_outcome sbl_snapshot_close(struct sbl_worker *worker) {
    return change_world(worker, false, NULL);
}

void sbl_snapshot_read(const struct sbl_commit *commit, uint32_t snapshot,
                       const struct sbl_line *line, struct sbl_image *image) {
    struct sbl_seen seen;
    do {
        sbl_line_read(commit, line, &seen);
        *image = seen.image;
        while (sbl_high(image->word[SBL_STAMP]) >= snapshot) {
            uint32_t kept = sbl_low(image->word[SBL_STAMP]);
            memset(image, 0, sizeof *image); /* what was never changed before is all 0 */
            sbl_blob_copy(commit->memory, kept, 0, image->word, SBL_WORDS);
        }
    } while (!sbl_line_still(commit, line, &seen));
}
