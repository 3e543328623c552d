/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: struct sellable_recovery, struct sellable_log. */
#include "logs.h"

#include "scan.h"
#include "store.h"

#include <stdio.h>

/* Both are held from here on. */
static void open_files(struct logs *logs, const char *directory)
{
    *logs = (struct logs){.has_later = false};
    open_file(&logs->journal, directory, "journal");
    open_file(&logs->checkpoints, directory, "checkpoints");
    logs->all = (struct file_log){&logs->journal, 0};
    logs->written = (struct file_log){&logs->checkpoints, 0};
    logs->later = logs->all;
}

static enum sellable_status list(struct file *file, const char *field,
                                 struct sellable_recovery *recovery)
{
    const char *reason = "";
    enum sellable_status status = list_batches(file, &reason);
    *recovery = (struct sellable_recovery){.field = field, .reason = reason};
    return status;
}

enum sellable_status open_logs(struct logs *logs, const char *directory,
                               struct sellable_recovery *recovery)
{
    open_files(logs, directory);
    enum sellable_status status = list(&logs->journal, "journal", recovery);
    return status == SELLABLE_OK ? list(&logs->checkpoints, "checkpoint", recovery) : status;
}

/* false: it is damaged, and why is told. */
static bool is_sound(struct file *file)
{
    const char *reason = "";
    if (list_batches(file, &reason) == SELLABLE_OK)
        return true;
    fprintf(stderr, "%s: %s: %s\n", program_name, file->path, reason);
    return false;
}

void salvage_logs(struct logs *logs, const char *directory)
{
    uint64_t newest = 0;
    open_files(logs, directory);
    bool sound = is_sound(&logs->journal);
    salvage_journal(&logs->journal, sound);
    logs->damaged = !sound;
    sound = is_sound(&logs->checkpoints);
    enum salvaged salvaged = salvage_checkpoint(&logs->checkpoints, &logs->journal, &newest);
    logs->damaged = logs->damaged || !sound || salvaged == SALVAGED_NOTHING;
    const struct file *journal = &logs->journal;
    size_t first = 0;
    while (first + 1 < journal->count && journal->batches[first].position < newest)
        first++;
    logs->later.first = first;
    logs->has_later = salvaged == SALVAGED && first < journal->count &&
                      journal->batches[0].position < newest &&
                      journal->batches[first].position > 0;
}

void close_logs(struct logs *logs)
{
    close_file(&logs->journal);
    close_file(&logs->checkpoints);
}

bool are_new(const struct logs *logs)
{
    return logs->journal.count == 0 && logs->checkpoints.count == 0;
}

struct sellable_log journal_of(struct logs *logs)
{
    return log_of(&logs->all);
}

struct sellable_log later_journal_of(struct logs *logs)
{
    return log_of(&logs->later);
}

struct sellable_log checkpoints_of(struct logs *logs)
{
    return log_of(&logs->written);
}
