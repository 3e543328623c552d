/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine that is kept in a folder: see store.h. */
#define _XOPEN_SOURCE 700 /* nftw */

#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETENTION_DAYS = 5, OPEN_FILES = 8 };

/* ---- folders --------------------------------------------------------------------------------- */

void store_folder_make(char folder[STORE_PATH]) {
    const char *given = getenv("TMPDIR");
    const char *parent = given                             ? given
                         : access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                           : "/tmp";
    int size = snprintf(folder, STORE_PATH, "%s/sellable-crash-XXXXXX", parent);
    if (size >= STORE_PATH || !mkdtemp(folder)) {
        perror("a folder for the test");
        abort();
    }
}

static const char *kept_folder;

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *where) {
    (void)found;
    (void)type;
    (void)where;
    return kept_folder && strcmp(path, kept_folder) == 0 ? 0 : remove(path);
}

void store_folder_empty(const char *folder) {
    kept_folder = folder;
    (void)nftw(folder, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

void store_folder_remove(const char *folder) {
    kept_folder = NULL;
    (void)nftw(folder, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

/* ---- logs that lie --------------------------------------------------------------------------- */

struct liar {
    struct sellable_log inner;
    enum store_log how;
    void *held; /* SWAPS: a batch that waits for the next one */
    uint64_t held_size, held_position;
};

static enum sellable_status liar_append(void *context, uint64_t position, const void *bytes,
                                        uint64_t size) {
    struct liar *liar = context;
    const struct sellable_log *inner = &liar->inner;
    if (liar->how == STORE_SYNC_IS_LATE) {
        enum sellable_status status = inner->sync(inner->context);
        return status == SELLABLE_OK ? inner->append(inner->context, position, bytes, size)
                                     : status;
    }
    if (liar->how == STORE_HIDES_FAILURES) {
        (void)inner->append(inner->context, position, bytes, size);
        return SELLABLE_OK;
    }
    if (!liar->held) {
        liar->held = malloc(size);
        if (!liar->held) {
            return SELLABLE_NO_MEMORY;
        }
        memcpy(liar->held, bytes, size);
        liar->held_size = size;
        liar->held_position = position;
        return SELLABLE_OK;
    }
    enum sellable_status status =
        inner->append(inner->context, liar->held_position, bytes, size);
    if (status == SELLABLE_OK) {
        status = inner->append(inner->context, position, liar->held, liar->held_size);
    }
    free(liar->held);
    liar->held = NULL;
    return status;
}

static enum sellable_status liar_sync(void *context) {
    struct liar *liar = context;
    enum sellable_status status =
        liar->how == STORE_SYNC_IS_LATE ? SELLABLE_OK : liar->inner.sync(liar->inner.context);
    return liar->how == STORE_HIDES_FAILURES ? SELLABLE_OK : status;
}

static enum sellable_status liar_read(void *context, uint64_t from, uint64_t *position,
                                      const void **bytes, uint64_t *size) {
    struct liar *liar = context;
    return liar->inner.read(liar->inner.context, from, position, bytes, size);
}

static enum sellable_status liar_drop(void *context, uint64_t position) {
    struct liar *liar = context;
    return liar->inner.drop(liar->inner.context, position);
}

static uint64_t liar_room(void *context) {
    struct liar *liar = context;
    return liar->inner.room(liar->inner.context);
}

static void liar_close(void *context) {
    struct liar *liar = context;
    liar->inner.close(liar->inner.context);
    free(liar->held);
    free(liar);
}

static bool make_liar(struct sellable_log *log, enum store_log how) {
    struct liar *liar = calloc(1, sizeof *liar);
    if (!liar) {
        return false;
    }
    liar->inner = *log;
    liar->how = how;
    *log = (struct sellable_log){liar,      liar_append, liar_sync, liar_read,
                                 liar_drop, liar_room,   liar_close};
    return true;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Small pages: these engines are small, and live shortly. */
static void *small_pages(void *context, size_t size) {
    (void)context;
    void *slab = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return slab == MAP_FAILED ? NULL : slab;
}

static void give_back(void *context, void *slab, size_t size) {
    (void)context;
    munmap(slab, size);
}

struct sellable_options store_options(void) {
    return (struct sellable_options){
        .allocator = {NULL, small_pages, give_back},
        .retention = RETENTION_DAYS * SELLABLE_DAY,
    };
}

enum sellable_status store_log_open(const char *folder, const char *name, struct sellable_log *log,
                                    const char **reason) {
    char path[STORE_PATH + STORE_ID_BYTES];
    snprintf(path, sizeof path, "%s/store/%s", folder, name);
    return sellable_lmdb_open(path, STORE_BYTES, log, reason);
}

/* What sellable_store_open does of itself. */
enum sellable_status store_make(const char *folder) {
    char path[STORE_PATH + STORE_ID_BYTES];
    snprintf(path, sizeof path, "%s/store", folder);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return SELLABLE_NOT_DURABLE;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return SELLABLE_NOT_DURABLE;
    }
    bool well = fsync(fd) == 0;
    close(fd);
    return well ? SELLABLE_OK : SELLABLE_NOT_DURABLE;
}

static enum sellable_status open_logs(const char *folder, enum store_log how,
                                      struct sellable_durability *durability,
                                      struct sellable_recovery *recovery) {
    enum sellable_status status = store_make(folder);
    recovery->field = "directory";
    recovery->reason = "";
    if (status != SELLABLE_OK) {
        return status;
    }
    recovery->field = "journal";
    status = store_log_open(folder, "journal", &durability->journal, &recovery->reason);
    if (status != SELLABLE_OK) {
        return status;
    }
    recovery->field = "checkpoint";
    status = store_log_open(folder, "checkpoints", &durability->checkpoints, &recovery->reason);
    if (status == SELLABLE_OK && how != STORE_HONEST && !make_liar(&durability->journal, how)) {
        status = SELLABLE_NO_MEMORY;
        durability->checkpoints.close(durability->checkpoints.context);
    }
    if (status != SELLABLE_OK) {
        durability->journal.close(durability->journal.context);
    }
    return status;
}

enum sellable_status store_open(const char *folder, const struct store_way *way,
                                struct sellable **engine, struct sellable_recovery *recovery) {
    struct sellable_durability durability = {.answering = way->answering};
    struct sellable_options options = store_options();
    char path[STORE_PATH + STORE_ID_BYTES];
    *engine = NULL;
    *recovery = (struct sellable_recovery){.field = "", .reason = ""};
    if (way->directory) {
        snprintf(path, sizeof path, "%s/store", folder);
        return sellable_store_open(path, &options, &durability, engine, recovery);
    }
    enum sellable_status status = open_logs(folder, way->log, &durability, recovery);
    return status == SELLABLE_OK ? sellable_recover(&options, &durability, engine, recovery)
                                 : status;
}
