/* SPDX-License-Identifier: Apache-2.0
 *
 * A log in memory: see memory_log.h. It sees to it that it is used as the header says. */
#include "memory_log.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES_LOG2 = 31, ROOM = 1 << 30 };

static enum sellable_status append(void *context, uint64_t position, const void *bytes,
                                   uint64_t size) {
    struct memory_log *log = context;
    bool rises = log->count == log->first || log->batches[log->count - 1].position < position;
    if (!rises || size % 8 != 0 || size == 0 || size > UINT64_C(1) << MOST_BYTES_LOG2) {
        log->unsound++;
    }
    struct batch *batches = realloc(log->batches, (log->count + 1) * sizeof *batches);
    void *copy = malloc(size);
    if (!batches || !copy) {
        abort();
    }
    memcpy(copy, bytes, size);
    log->batches = batches;
    log->batches[log->count++] = (struct batch){position, size, copy};
    return SELLABLE_OK;
}

static enum sellable_status sync_all(void *context) {
    (void)context;
    return SELLABLE_OK;
}

static enum sellable_status read_one(void *context, uint64_t from, uint64_t *position,
                                     const void **bytes, uint64_t *size) {
    const struct memory_log *log = context;
    uint32_t next = log->first; /* the first that lies behind `from` */
    *size = 0;
    while (next < log->count && log->batches[next].position <= from) {
        next++;
    }
    if (log->first == log->count) {
        return SELLABLE_OK;
    }
    const struct batch *batch = &log->batches[next > log->first ? next - 1 : next];
    *position = batch->position;
    *bytes = batch->bytes;
    *size = batch->size;
    return SELLABLE_OK;
}

static enum sellable_status drop(void *context, uint64_t position) {
    struct memory_log *log = context;
    while (log->first < log->count && log->batches[log->first].position < position) {
        log->first++;
    }
    return SELLABLE_OK;
}

static uint64_t room(void *context) {
    (void)context;
    return ROOM;
}

static void close_it(void *context) {
    (void)context;
}

struct sellable_log memory_log_of(struct memory_log *log) {
    return (struct sellable_log){log, append, sync_all, read_one, drop, room, close_it};
}

struct memory_log memory_log_copy(const struct memory_log *log, uint32_t count) {
    struct memory_log copy = {.first = log->first < count ? log->first : count};
    copy.batches = calloc(count + 1, sizeof *copy.batches);
    if (!copy.batches) {
        abort();
    }
    copy.count = count;
    for (uint32_t i = 0; i < count; i++) {
        copy.batches[i] = log->batches[i];
        copy.batches[i].bytes = malloc(log->batches[i].size);
        if (!copy.batches[i].bytes) {
            abort();
        }
        memcpy(copy.batches[i].bytes, log->batches[i].bytes, log->batches[i].size);
    }
    return copy;
}

void memory_log_free(struct memory_log *log) {
    for (uint32_t i = 0; i < log->count; i++) {
        free(log->batches[i].bytes);
    }
    free(log->batches);
    *log = (struct memory_log){.batches = NULL};
}
