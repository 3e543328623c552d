/* SPDX-License-Identifier: Apache-2.0
 *
 * A log in memory: batches as they were appended, which a test can look at, spoil, and take away;
 * and that fails when it is told so. What was not synced can be lost. */
#ifndef SELLABLE_TESTS_MEMORY_LOG_H
#define SELLABLE_TESTS_MEMORY_LOG_H

#include "scene.h"

#include <stdlib.h>

enum { LOG_BATCHES = 1 << 12 };

struct log_batch {
    uint64_t position, size;
    void *bytes;
};

struct memory_log {
    struct log_batch batch[LOG_BATCHES];
    uint32_t count, synced; /* batches; of those that are durable */
    uint64_t room;          /* bytes that can be appended */
    uint64_t calls, fail_at; /* appends, syncs and drops; which of them fails, 0: none */
    bool failed;            /* then nothing is called but read and close */
    uint32_t wrong;         /* calls that broke the rules */
};

static inline bool log_fails(struct memory_log *log) {
    log->wrong += log->failed;
    log->calls++;
    log->failed = log->failed || (log->fail_at != 0 && log->calls >= log->fail_at);
    return log->failed;
}

static inline enum sellable_status log_append(void *context, uint64_t position, const void *bytes,
                                              uint64_t size) {
    struct memory_log *log = context;
    if (log_fails(log))
        return SELLABLE_NOT_DURABLE;
    uint64_t last = log->count == 0 ? 0 : log->batch[log->count - 1].position;
    log->wrong += (log->count != 0 && position <= last) || size % 8 != 0 || size == 0 ||
                  size > log->room || log->count == LOG_BATCHES;
    struct log_batch *batch = &log->batch[log->count];
    *batch = (struct log_batch){position, size, malloc(size)};
    if (batch->bytes == NULL)
        return SELLABLE_NO_MEMORY;
    memcpy(batch->bytes, bytes, size);
    log->count++;
    return SELLABLE_OK;
}

static inline enum sellable_status log_sync(void *context) {
    struct memory_log *log = context;
    if (log_fails(log))
        return SELLABLE_NOT_DURABLE;
    log->synced = log->count;
    return SELLABLE_OK;
}

static inline enum sellable_status log_read(void *context, uint64_t from, uint64_t *position,
                                            const void **bytes, uint64_t *size) {
    struct memory_log *log = context;
    uint32_t at = 0;
    *size = 0;
    if (log->count == 0)
        return SELLABLE_OK;
    while (at + 1 < log->count && log->batch[at + 1].position <= from)
        at++;
    *position = log->batch[at].position;
    *bytes = log->batch[at].bytes;
    *size = log->batch[at].size;
    return SELLABLE_OK;
}

/* The batches from one on go, up to another. */
static inline void log_forget(struct memory_log *log, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        free(log->batch[i].bytes);
    memmove(log->batch + from, log->batch + to, (log->count - to) * sizeof *log->batch);
    log->count -= to - from;
    log->synced = log->synced < log->count ? log->synced : log->count;
}

static inline enum sellable_status log_drop(void *context, uint64_t position) {
    struct memory_log *log = context;
    uint32_t gone = 0;
    if (log_fails(log))
        return SELLABLE_NOT_DURABLE;
    while (gone < log->count && log->batch[gone].position < position)
        gone++;
    log_forget(log, 0, gone);
    return SELLABLE_OK;
}

static inline uint64_t log_room(void *context) {
    const struct memory_log *log = context;
    return log->room;
}

static inline void log_close(void *context) {
    struct memory_log *log = context;
    log_forget(log, 0, log->count);
}

static inline struct sellable_log log_of(struct memory_log *log) {
    log->room = UINT64_MAX;
    return (struct sellable_log){log,      log_append, log_sync, log_read,
                                 log_drop, log_room,   log_close};
}

#endif
