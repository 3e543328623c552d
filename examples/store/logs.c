/* SPDX-License-Identifier: Apache-2.0
 *
 * A store's files are there, and are opened as they are: the library would make those that are not.
 *
 * Of the library: sellable_lmdb_open, struct sellable_log. */
#include "logs.h"

#include "scan.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The process that has a store open holds a lock on each of its files. */
static void expect_unused(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fail("%s: %s", path, strerror(errno));
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        fail("%s: it is in use by another process", path);
    close(file);
}

static char *path_of(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        fail("out of memory");
    snprintf(path, size, "%s/%s", directory, name);
    return path;
}

/* Of a damaged journal what is found in it, of damaged checkpoints nothing. */
static struct sellable_log look_for(const char *path, const char *why, bool is_journal)
{
    uint64_t count;
    struct sellable_log found = scan_journal(is_journal ? path : NULL, &count);
    fprintf(stderr, "%s: %s: %s; ", program_name, path, why);
    if (is_journal)
        fprintf(stderr, "looked through for batches: %llu found\n", (unsigned long long)count);
    else
        fputs("left out\n", stderr);
    return found;
}

static struct sellable_log open_log(const char *directory, const char *name, bool salvage,
                                    bool *damaged)
{
    struct sellable_log log;
    char *path = path_of(directory, name);
    const char *reason = "";
    expect_unused(path);
    enum sellable_status status = sellable_lmdb_open(path, 0, &log, &reason);
    if (status != SELLABLE_OK && (!salvage || status != SELLABLE_INVALID))
        fail("%s: %s", path, status == SELLABLE_NO_MEMORY ? "out of memory" : reason);
    if (status != SELLABLE_OK) {
        log = look_for(path, reason, strcmp(name, "journal") == 0);
        *damaged = true;
    }
    free(path);
    return log;
}

void open_logs(struct logs *logs, const char *directory, bool salvage)
{
    logs->damaged = false;
    logs->journal = open_log(directory, "journal", salvage, &logs->damaged);
    logs->checkpoints = open_log(directory, "checkpoints", salvage, &logs->damaged);
}

void close_logs(struct logs *logs)
{
    logs->journal.close(logs->journal.context);
    logs->checkpoints.close(logs->checkpoints.context);
}
