/* SPDX-License-Identifier: Apache-2.0
 *
 * A log on LMDB under test: a folder of its own for its file, batches whose bytes follow from their
 * position, and a list of what has to be in it. */
#ifndef SELLABLE_TESTS_LMDB_LOG_H
#define SELLABLE_TESTS_LMDB_LOG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lmdb_check.h"
#include "log_lmdb.h"
#include "random.h"
#include "sellable.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCHES_MAX = 40000,
    SMALL_FILE = 1 << 20,  /* the smallest that there is */
    BATCH_BYTES = 4 << 20, /* the largest that is appended here */
    PATH_BYTES = 300
};

/* What has to be in a log: the batches from `first` on. */
struct batches {
    uint32_t first, count;
    struct batch {
        uint64_t position, size;
    } at[BATCHES_MAX];
};

/* ---- files ----------------------------------------------------------------------------------- */

static char folder[PATH_BYTES / 2];
static char path[PATH_BYTES];

/* In memory, where that can be: nothing here turns on what a disk does, but much is synced. */
static inline int folder_begin(void **state) {
    (void)state;
    static const char memory[] = "/dev/shm";
    const char *temporary = getenv("TMPDIR");
    if (temporary == NULL)
        temporary = access(memory, W_OK) == 0 ? memory : "/tmp";
    (void)snprintf(folder, sizeof folder, "%.100s/sellable-lmdb-XXXXXX", temporary);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/log", folder);
    return 0;
}

static inline void remove_file(const char *name) {
    char whole[PATH_BYTES];
    (void)snprintf(whole, sizeof whole, "%s/%s", folder, name);
    (void)unlink(whole);
}

static inline int folder_end(void **state) {
    (void)state;
    remove_file("log");
    remove_file("log.new");
    remove_file("other");
    (void)rmdir(folder);
    return 0;
}

static inline uint64_t size_of_file(void) {
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    return (uint64_t)file.st_size;
}

/* ---- the log --------------------------------------------------------------------------------- */

static inline struct sellable_log opened_with(const struct sbl_lmdb_limits *limits) {
    struct sellable_log log = {0};
    const char *reason = "";
    enum sellable_status status = sbl_log_lmdb_open(path, SMALL_FILE, limits, &log, &reason);
    if (status != SELLABLE_OK)
        fail_msg("it could not be opened: %s", reason);
    return log;
}

static inline struct sellable_log opened(void) { return opened_with(&sbl_lmdb_limits); }

/* Why it cannot be opened. */
static inline const char *refused(enum sellable_status *status) {
    struct sellable_log log;
    const char *reason = "";
    *status = sellable_lmdb_open(path, SMALL_FILE, &log, &reason);
    if (*status == SELLABLE_OK)
        log.close(log.context);
    return reason;
}

static inline void refused_as(enum sellable_status status, const char *reason) {
    enum sellable_status found;
    assert_string_equal(refused(&found), reason);
    assert_int_equal(found, status);
}

static inline const uint64_t *words_of(uint64_t position, uint64_t size) {
    static uint64_t words[BATCH_BYTES / 8];
    struct random random = {position + 1};
    assert_true(size <= sizeof words);
    for (uint64_t i = 0; i < size / 8; i++)
        words[i] = random_next(&random);
    return words;
}

static inline enum sellable_status append(struct sellable_log *log, uint64_t position,
                                          uint64_t size) {
    return log->append(log->context, position, words_of(position, size), size);
}

static inline void appends(struct sellable_log *log, struct batches *batches, uint64_t position,
                           uint64_t size) {
    assert_int_equal(append(log, position, size), SELLABLE_OK);
    assert_true(batches->count < BATCHES_MAX);
    batches->at[batches->count++] = (struct batch){position, size};
}

static inline void syncs(struct sellable_log *log) {
    assert_int_equal(log->sync(log->context), SELLABLE_OK);
}

static inline void drops(struct sellable_log *log, struct batches *batches, uint64_t position) {
    assert_int_equal(log->drop(log->context, position), SELLABLE_OK);
    while (batches->first < batches->count && batches->at[batches->first].position < position)
        batches->first++;
}

static inline void closes(struct sellable_log *log) {
    log->close(log->context);
    log->context = NULL;
}

/* What is read from a position on is this batch; NULL: there is none. */
static inline void reads(struct sellable_log *log, uint64_t from, const struct batch *batch) {
    uint64_t position, size;
    const void *bytes;
    assert_int_equal(log->read(log->context, from, &position, &bytes, &size), SELLABLE_OK);
    if (batch == NULL) {
        assert_int_equal(size, 0);
        return;
    }
    assert_int_equal(size, batch->size);
    assert_int_equal(position, batch->position);
    assert_int_equal((uintptr_t)bytes % 8, 0);
    assert_memory_equal(bytes, words_of(position, size), size);
}

/* All of them are there, and nothing else: read from the end, and beyond the beginning. */
static inline void holds(struct sellable_log *log, const struct batches *batches) {
    uint64_t from = UINT64_MAX;
    for (uint32_t i = batches->count; i > batches->first; i--) {
        reads(log, from, &batches->at[i - 1]);
        from = batches->at[i - 1].position - 1;
    }
    if (from != UINT64_MAX)
        reads(log, from, &batches->at[batches->first]);
    else if (batches->first == batches->count)
        reads(log, from, NULL);
}

/* What lmdb_check.h says of the file as it is. */
static inline void is_sound(void) {
    struct sbl_lmdb_state found;
    const char *reason;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    assert_true(descriptor >= 0);
    if (sbl_lmdb_check(descriptor, &found, &reason) != SELLABLE_OK)
        fail_msg("%s", reason);
    assert_int_equal(close(descriptor), 0);
}

#endif
