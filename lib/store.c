/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory with a journal and checkpoints in it; and writing a checkpoint.
 *
 *   DIR/lock          held by the process that has it open (directory.h)
 *   DIR/journal       an LMDB environment, and
 *   DIR/checkpoints   another: so that a checkpoint never stops the journal */
#include <stdlib.h>

#include "checkpoint.h"
#include "journal.h"

/* ---- the directory ---- */

/* The log of checkpoints, and the directory that it gives back when it is closed: the engine closes
 * it after the journal. */
struct store {
    struct sbl_directory directory;
    struct sellable_log inner;
};

static enum sellable_status store_append(void *context, uint64_t position, const void *bytes,
                                         uint64_t size) {
    const struct sellable_log *inner = &((struct store *)context)->inner;
    return inner->append(inner->context, position, bytes, size);
}
static enum sellable_status store_sync(void *context) {
    const struct sellable_log *inner = &((struct store *)context)->inner;
    return inner->sync(inner->context);
}
static enum sellable_status store_read(void *context, uint64_t from, uint64_t *position,
                                       const void **bytes, uint64_t *size) {
    const struct sellable_log *inner = &((struct store *)context)->inner;
    return inner->read(inner->context, from, position, bytes, size);
}
static enum sellable_status store_drop(void *context, uint64_t position) {
    const struct sellable_log *inner = &((struct store *)context)->inner;
    return inner->drop(inner->context, position);
}
static uint64_t store_room(void *context) {
    const struct sellable_log *inner = &((struct store *)context)->inner;
    return inner->room(inner->context);
}
static void store_close(void *context) {
    struct store *store = context;
    if (store->inner.close != NULL)
        store->inner.close(store->inner.context);
    sbl_directory_close(&store->directory, true);
    free(store);
}

static enum sellable_status open_log(const char *directory, const char *name,
                                     struct sellable_log *log, const char **reason) {
    char *path = sbl_path_join(directory, name);
    if (path == NULL)
        return SELLABLE_NO_MEMORY;
    enum sellable_status status = sellable_lmdb_open(path, 0, log, reason);
    free(path);
    return status;
}

/* Both logs. The journal is made first: where there are checkpoints, and no journal, it was lost, and
 * a new one would be another store. */
static enum sellable_status open_logs(const char *directory, struct store *store,
                                      struct sellable_log *journal, const char **field,
                                      const char **reason) {
    *field = "journal";
    if (sbl_directory_has(&store->directory, "checkpoints") &&
        !sbl_directory_has(&store->directory, "journal")) {
        *reason = "it is missing";
        return SELLABLE_INVALID;
    }
    enum sellable_status status = open_log(directory, "journal", journal, reason);
    if (status != SELLABLE_OK)
        return status;
    *field = "checkpoint";
    status = open_log(directory, "checkpoints", &store->inner, reason);
    if (status != SELLABLE_OK)
        journal->close(journal->context);
    return status;
}

enum sellable_status sellable_store_open(const char *directory,
                                         const struct sellable_options *options,
                                         const struct sellable_durability *durability,
                                         struct sellable **engine,
                                         struct sellable_recovery *recovery) {
    static const struct sellable_durability defaults;
    struct sellable_durability both = durability == NULL ? defaults : *durability;
    struct sellable_recovery own;
    const char *field = "directory", *reason = NULL;
    struct store *store = calloc(1, sizeof *store);
    *engine = NULL;
    recovery = recovery == NULL ? &own : recovery;
    *recovery = (struct sellable_recovery){.field = "", .reason = ""};
    if (store == NULL)
        return SELLABLE_NO_MEMORY;
    enum sellable_status status = sbl_directory_open(&store->directory, directory, &reason);
    if (status != SELLABLE_OK) {
        free(store);
    } else {
        both.checkpoints = (struct sellable_log){store,      store_append, store_sync, store_read,
                                                 store_drop, store_room,   store_close};
        status = open_logs(directory, store, &both.journal, &field, &reason);
        if (status == SELLABLE_OK)
            return sellable_recover(options, &both, engine, recovery);
        store_close(store);
    }
    recovery->field = field;
    recovery->reason = reason == NULL ? sellable_status_text((int)status) : reason;
    return status;
}

/* ---- checkpoints ---- */

static void settle(struct sbl_worker *worker, struct sbl_line *line) {
    struct sbl_seen seen;
    sbl_line_settle(worker, line, &seen);
}

/* The snapshot into the log; then the journal has to reach as far as what the snapshot has. */
static enum sellable_status write_all(struct sellable *engine, struct sbl_worker *worker,
                                      struct sbl_checkpoint *checkpoint) {
    uint32_t snapshot;
    struct sbl_log_end end;
    if (sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
        return SELLABLE_NO_MEMORY;
    enum sellable_status status = sbl_checkpoint_write(checkpoint, snapshot, worker, settle);
    /* As in the audit: what it may leave is a snapshot too many, which costs, and is right. */
    enum sbl_outcome outcome = sbl_snapshot_close(worker, snapshot);
    (void)outcome;
    if (status == SELLABLE_OK)
        status = sbl_journal_settle(engine->journal, &end);
    return status == SELLABLE_OK ? sbl_checkpoint_end(checkpoint, end.position) : status;
}

static enum sellable_status write_checkpoint(struct sellable *engine, struct sbl_worker *worker,
                                             struct sbl_log_end *end) {
    struct sbl_journal *journal = engine->journal;
    struct sbl_checkpoint checkpoint;
    struct sbl_checkpoint_head head = {0};
    enum sellable_status status = sbl_journal_settle(journal, end);
    if (status != SELLABLE_OK)
        return status;
    head.position = end->position;
    memcpy(head.journal, end, sizeof *end);
    status = sbl_checkpoint_begin(&checkpoint, engine, &journal->checkpoints, &head);
    if (status == SELLABLE_OK)
        status = write_all(engine, worker, &checkpoint);
    sbl_checkpoint_fini(&checkpoint);
    return status;
}

enum sellable_status sellable_checkpoint(struct sellable *engine, struct sellable_worker *held,
                                         uint32_t keep_journal) {
    struct sbl_journal *journal = engine->journal;
    struct sbl_call call;
    struct sbl_log_end end;
    if (journal == NULL || journal->checkpoints.append == NULL || keep_journal > 1)
        return SELLABLE_INVALID;
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    enum sellable_status status = SELLABLE_WRONG_STATE;
    if (sbl_journal_checkpoint(journal, true)) {
        status = journal->checkpoints_failed ? SELLABLE_NOT_DURABLE
                                             : write_checkpoint(engine, call.worker, &end);
        journal->checkpoints_failed |= status == SELLABLE_NOT_DURABLE; /* not written to again */
        if (status == SELLABLE_OK && keep_journal == 0)
            status = sbl_journal_forget(journal, end.newest);
        sbl_journal_checkpoint(journal, false);
    }
    sbl_call_end(&call);
    return status;
}
