/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of checkpoints: one written into a log, and an engine made of it. */
#ifndef SELLABLE_TESTS_CHECKPOINTED_H
#define SELLABLE_TESTS_CHECKPOINTED_H

#include "memory_log.h"

#include "checkpoint.h"

enum { HEAD_POSITION = 77, HEAD_UNTIL = 99 };

static inline void settle_line(struct sbl_worker *worker, struct sbl_line *line) {
    struct sbl_seen seen;
    sbl_line_settle(worker, line, &seen);
}

/* The steps of writing one, as far as they go. `end`: the last of them, too. */
static inline enum sellable_status checkpoint_into(struct sellable *engine,
                                                   struct sbl_worker *worker,
                                                   const struct sellable_log *log, bool end) {
    const struct sbl_checkpoint_head head = {.position = HEAD_POSITION, .journal = {1, 2, 3}};
    struct sbl_checkpoint checkpoint;
    uint32_t snapshot;
    enum sellable_status status = sbl_checkpoint_begin(&checkpoint, engine, log, &head);
    if (status == SELLABLE_OK && sbl_snapshot_open(worker, &snapshot) == SBL_ACCEPTED) {
        status = sbl_checkpoint_write(&checkpoint, snapshot, worker, settle_line);
        enum sbl_outcome outcome = sbl_snapshot_close(worker, snapshot);
        (void)outcome;
    } else if (status == SELLABLE_OK) {
        status = SELLABLE_NO_MEMORY;
    }
    if (status == SELLABLE_OK && end)
        status = sbl_checkpoint_end(&checkpoint, HEAD_UNTIL);
    sbl_checkpoint_fini(&checkpoint);
    return status;
}

/* The newest that a log has, as an engine; NULL: *reason says why, or there is none. */
static inline enum sellable_status engine_from(const struct sellable_log *log,
                                               struct sellable_options options,
                                               struct sellable **engine, const char **reason) {
    struct sbl_checkpoint_found found;
    struct sbl_builder builder;
    *engine = NULL;
    enum sellable_status status = sbl_checkpoint_find(log, &found, reason);
    if (status != SELLABLE_OK || found.first == 0)
        return status;
    options.seed = found.head.seed;
    status = sellable_open(&options, engine);
    if (status != SELLABLE_OK)
        return status;
    status = sbl_builder_begin(&builder, *engine) ? SELLABLE_OK : SELLABLE_NO_MEMORY;
    if (status == SELLABLE_OK)
        status = sbl_checkpoint_read(log, &found, &builder, reason);
    if (status == SELLABLE_OK && !sbl_builder_end(&builder, NULL)) {
        *reason = builder.reason;
        status = *reason == NULL ? SELLABLE_NO_MEMORY : SELLABLE_INVALID;
    }
    sbl_builder_fini(&builder);
    if (status != SELLABLE_OK) {
        sellable_close(*engine);
        *engine = NULL;
    }
    return status;
}

/* What sellable_fork does, by way of a checkpoint. The seed that is asked for does not matter, nor
 * how much room. */
static inline enum sellable_status checkpointed(struct sellable *engine,
                                                struct sellable_worker *held,
                                                const struct sellable_allocator *allocator,
                                                struct sellable **other) {
    struct memory_log *memory = calloc(1, sizeof *memory);
    struct sellable_options options = engine->options;
    struct sbl_worker *worker =
        held == NULL ? sbl_worker_take(&engine->commit) : (struct sbl_worker *)held;
    const char *reason = NULL;
    *other = NULL;
    if (memory == NULL || worker == NULL)
        return SELLABLE_NO_MEMORY;
    const struct sellable_log log = log_of(memory);
    options.allocator =
        allocator == NULL ? (struct sellable_allocator){.allocate = NULL} : *allocator;
    options.items = options.orders = 0;
    options.seed = ~options.seed;
    enum sellable_status status = checkpoint_into(engine, worker, &log, true);
    if (status == SELLABLE_OK)
        status = engine_from(&log, options, other, &reason);
    if (reason != NULL)
        print_error("a checkpoint was refused: %s\n", reason);
    if (held == NULL)
        sbl_worker_give(worker);
    log.close(log.context);
    free(memory);
    return status;
}

#endif
