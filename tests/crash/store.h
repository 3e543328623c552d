/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening an engine that is kept in a folder, in ways that differ; and logs that break what a log
 * promises, for controls. */
#ifndef SELLABLE_TESTS_CRASH_STORE_H
#define SELLABLE_TESTS_CRASH_STORE_H

#include "sellable.h"

#include <stdbool.h>

enum {
    STORE_PATH = 256,
    STORE_BYTES = 1 << 20, /* disk space for each log */
    STORE_ID_BYTES = 40
};

/* What the journal does other than it should. */
enum store_log {
    STORE_HONEST,
    STORE_SYNC_IS_LATE, /* says that it did, and does it at the next one */
    STORE_SWAPS,        /* each two batches stand at each other's position */
    STORE_HIDES_FAILURES /* answers ok, whatever became of it */
};

struct store_way {
    bool directory; /* sellable_store_open; else sellable_recover on two LMDB logs of few bytes */
    enum store_log log;
    uint32_t answering; /* enum sellable_answering */
};

/* Whoever has a folder for files: under TMPDIR, else where memory is, else /tmp. Removed, with what
 * is in it, by store_folder_remove; emptied by store_folder_empty. */
void store_folder_make(char folder[STORE_PATH]);
void store_folder_empty(const char *folder);
void store_folder_remove(const char *folder);

/* Open what is kept beneath `folder`, in folder/store. */
enum sellable_status store_open(const char *folder, const struct store_way *way,
                                struct sellable **engine, struct sellable_recovery *recovery);

/* folder/store is there, durably. */
enum sellable_status store_make(const char *folder);

/* The log of this name beneath `folder`, of a store that is closed: "journal", "checkpoints". */
enum sellable_status store_log_open(const char *folder, const char *name, struct sellable_log *log,
                                    const char **reason);

/* The options of all engines of these tests. */
struct sellable_options store_options(void);

#endif
