/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk of two logs in memory, for engines to be opened on, one after another: it goes on when an
 * engine closes it, and a crash leaves of it what was synced. */
#ifndef SELLABLE_TESTS_MEMORY_DISK_H
#define SELLABLE_TESTS_MEMORY_DISK_H

#include "memory_log.h"

struct disk {
    struct memory_log journal, checkpoints;
};

static inline void goes_on(void *context) { (void)context; }

static inline struct sellable_durability on(struct disk *disk) {
    struct sellable_durability durability = {.journal = log_of(&disk->journal),
                                             .checkpoints = log_of(&disk->checkpoints)};
    durability.journal.close = durability.checkpoints.close = goes_on;
    return durability;
}

static inline struct disk *disk_new(void) {
    struct disk *disk = calloc(1, sizeof *disk);
    assert_non_null(disk);
    return disk;
}

/* No engine has broken the rules of a log. */
static inline void disk_free(struct disk *disk) {
    equal(disk->journal.wrong + disk->checkpoints.wrong, 0);
    log_close(&disk->journal);
    log_close(&disk->checkpoints);
    free(disk);
}

/* What a crash of the machine leaves: what was synced. */
static inline void crash(struct disk *disk) {
    log_forget(&disk->journal, disk->journal.synced, disk->journal.count);
    log_forget(&disk->checkpoints, disk->checkpoints.synced, disk->checkpoints.count);
}

static inline void log_copy_synced(const struct memory_log *log, struct memory_log *copy) {
    for (uint32_t i = 0; i < log->synced; i++) {
        struct log_batch *batch = &copy->batch[i];
        *batch = log->batch[i];
        batch->bytes = malloc(batch->size);
        assert_non_null(batch->bytes);
        memcpy(batch->bytes, log->batch[i].bytes, batch->size);
    }
    copy->count = copy->synced = log->synced;
}

/* The same, while an engine goes on with the disk: a disk of its own. Nobody commits meanwhile. */
static inline struct disk *disk_after_crash(const struct disk *disk) {
    struct disk *copy = disk_new();
    log_copy_synced(&disk->journal, &copy->journal);
    log_copy_synced(&disk->checkpoints, &copy->checkpoints);
    return copy;
}

#endif
