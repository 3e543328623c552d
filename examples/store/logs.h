/* SPDX-License-Identifier: Apache-2.0
 *
 * The two logs of a store, to be read, as they are on the disk. */
#ifndef STORE_LOGS_H
#define STORE_LOGS_H

#include "file.h"

struct logs {
    struct file journal, checkpoints;
    struct file_log all, written; /* of them */
    struct file_log later;        /* of the journal what a checkpoint stands behind, and on: */
    bool has_later;               /* salvaged logs only: it is a part of it, not all */
    bool damaged;                 /* one of the two is; told on standard error */
};

/* Or the end of the program. ok; invalid: one is damaged, and recovery says which, and how. */
enum sellable_status open_logs(struct logs *logs, const char *directory,
                               struct sellable_recovery *recovery);

/* What is left of them, if they are damaged. */
void salvage_logs(struct logs *logs, const char *directory);

void close_logs(struct logs *logs);

/* Nothing was ever written into them. */
bool are_new(const struct logs *logs);

/* As the library wants them. */
struct sellable_log journal_of(struct logs *logs);
struct sellable_log later_journal_of(struct logs *logs);
struct sellable_log checkpoints_of(struct logs *logs);

#endif
