/* SPDX-License-Identifier: Apache-2.0
 *
 * See worker.h and commit.h. */
#include "worker.h"

enum { SBL_RECORDS_AT_ONCE = 16 };
enum { UNBORN = 0, FREE = 1, TAKEN = 2 };

struct pending {
    struct sbl_line *line;
    uint64_t header;
};

struct set_aside {
    struct sbl_descriptor *descriptor;
    uint64_t transaction;
    bool accepted;
};

/* ---- life ---- */

/* One more of something that is counted: its number; false if there is no memory or no number
 * left. */
static bool one_more(sbl_word *count, struct sbl_array *array, uint64_t step, uint64_t most,
                     uint64_t *first) {
    *first = sbl_load_acquire(COUNT, count);
    do {
        if (*first + step > most || !sbl_array_grow(array, *first) ||
            !sbl_array_grow(array, *first + step - 1))
            return false;
    } while (!sbl_cas(COUNT, count, first, *first + step));
    return true;
}

/* The worker's next transactions are carried by this one. */
static void use_descriptor(struct sbl_worker *worker, struct sbl_descriptor *descriptor,
                           uint32_t id) {
    worker->descriptor = descriptor;
    worker->descriptor_id = id;
    worker->targets = (struct sbl_target *)(uintptr_t)sbl_load(&descriptor->targets);
    worker->target_capacity = sbl_low(sbl_load(&descriptor->capacity));
}

static bool take_descriptor(struct sbl_worker *worker, struct sbl_descriptor **descriptor,
                            uint32_t *id) {
    struct sbl_commit *commit = worker->commit;
    uint64_t number;
    if (!one_more(&commit->descriptors, &commit->descriptor, 1, SBL_DESCRIPTORS_MAX, &number))
        return false;
    *descriptor = sbl_array_at(&commit->descriptor, number);
    *id = (uint32_t)number;
    sbl_store(&(*descriptor)->targets, (uint64_t)(uintptr_t)(*descriptor)->few);
    sbl_store(&(*descriptor)->capacity, 3);
    return true;
}

bool sbl_commit_init(struct sbl_commit *commit, struct sbl_memory *memory) {
    commit->memory = memory;
    sbl_array_init(&commit->record, memory, SBL_RECORD_BITS, 9);
    sbl_array_init(&commit->descriptor, memory, 7, 9);
    sbl_array_init(&commit->worker, memory, 13, 3);
    sbl_recent_init(&commit->recent, memory);
    sbl_store(&commit->world.word[SBL_WORLD_STAMP], 1);
    return true;
}

void sbl_commit_fini(struct sbl_commit *commit) {
    if (commit->memory == NULL)
        return;
    uint64_t count = sbl_load(&commit->workers);
    for (uint64_t i = 0; i < count; i++) {
        struct sbl_worker *worker = sbl_array_at(&commit->worker, i);
        struct sbl_buffer *buffers[] = {&worker->planned, &worker->fresh,     &worker->replaced,
                                        &worker->free,    &worker->pending,   &worker->owed,
                                        &worker->set_aside, &worker->kept,     &worker->chain};
        for (size_t b = 0; b < sizeof buffers / sizeof *buffers; b++)
            sbl_buffer_fini(commit->memory, buffers[b]);
        for (size_t b = 0; b < SBL_SCRATCHES; b++)
            sbl_buffer_fini(commit->memory, &worker->scratch[b]);
    }
    sbl_recent_fini(&commit->recent);
    sbl_array_fini(&commit->worker);
    sbl_array_fini(&commit->descriptor);
    sbl_array_fini(&commit->record);
}

static bool claim(struct sbl_worker *worker) {
    uint64_t state = sbl_load(&worker->state);
    return state == FREE && sbl_cas(WORKER, &worker->state, &state, TAKEN);
}

struct sbl_worker *sbl_worker_take(struct sbl_commit *commit) {
    static_assert(sizeof(struct sbl_worker) <= 8192, "an element of the array of workers");
    uint64_t count = sbl_load_acquire(COUNT, &commit->workers), number;
    /* Threads have stacks of their own: a place on it is a cheap first guess that spreads them. */
    uint64_t guess = count == 0 ? 0 : ((uintptr_t)&number >> 16) % count;
    for (uint64_t i = 0; i < count; i++) {
        struct sbl_worker *worker = sbl_array_at(&commit->worker, (guess + i) % count);
        if (claim(worker))
            return worker;
    }
    if (!one_more(&commit->workers, &commit->worker, 1, SBL_WORKERS_MAX, &number))
        return NULL;
    struct sbl_worker *worker = sbl_array_at(&commit->worker, number);
    worker->commit = commit;
    sbl_store_release(WORKER, &worker->state, TAKEN);
    return worker;
}

void sbl_worker_give(struct sbl_worker *worker) {
    sbl_store_release(WORKER, &worker->state, FREE);
}

bool sbl_worker_helped(const struct sbl_commit *commit, uint64_t transaction) {
    uint64_t count = sbl_load_acquire(COUNT, &commit->workers);
    for (uint64_t i = 0; i < count; i++) {
        const struct sbl_worker *worker = sbl_array_at(&commit->worker, i);
        if (sbl_load_acquire(HELPING, &worker->helping) == transaction)
            return true;
    }
    return false;
}

/* ---- records and descriptors ---- */

/* Records whose header has moved on are free: whoever still reads one finds the header changed. */
static void collect_pending(struct sbl_worker *worker) {
    struct pending *pending = worker->pending.bytes;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < worker->pending_count; i++) {
        if (sbl_load(&pending[i].line->header) == pending[i].header)
            pending[kept++] = pending[i];
        else
            ((uint32_t *)worker->free.bytes)[worker->free_count++] =
                (uint32_t)(pending[i].header >> 1) & (SBL_RECORDS_MAX - 1);
    }
    worker->pending_count = kept;
}

/* Of the transactions set aside, one that nobody looks at any more gives its descriptor back.
 * `needed` free records are left over, whatever it takes. */
static bool collect_set_aside(struct sbl_worker *worker, uint32_t needed) {
    struct set_aside *list = worker->set_aside.bytes;
    for (uint32_t i = 0; i < worker->set_aside_count; i++) {
        struct set_aside one = list[i];
        if (worker->free_count < needed + 2 * sbl_lines_of(sbl_load(&one.descriptor->count)) ||
            !sbl_transaction_leave(worker, one.descriptor, one.transaction, one.accepted))
            continue;
        list[i] = list[--worker->set_aside_count];
        worker->spare = one.descriptor;
        worker->spare_id = (uint32_t)(one.transaction >> 48);
        return true;
    }
    return false;
}

static SBL_NOINLINE bool more_room(struct sbl_worker *worker, uint32_t count) {
    struct sbl_commit *commit = worker->commit;
    struct sbl_memory *memory = commit->memory;
    if (!sbl_buffer_reserve(memory, &worker->planned, (count + 1) * sizeof(struct sbl_planned)) ||
        !sbl_buffer_reserve(memory, &worker->set_aside,
                            (worker->set_aside_count + 2) * sizeof(struct set_aside)) ||
        !sbl_worker_ready_to_help(worker))
        return false;
    if (worker->free_count < 2 * count + 2)
        collect_pending(worker);
    while (worker->free_count < 2 * count + 2) {
        uint64_t first; /* each list has room for all records of this worker */
        size_t total = worker->record_count + SBL_RECORDS_AT_ONCE;
        if (!sbl_buffer_reserve(memory, &worker->free, total * sizeof(uint32_t)) ||
            !sbl_buffer_reserve(memory, &worker->pending, total * sizeof(struct pending)) ||
            !one_more(&commit->records, &commit->record, SBL_RECORDS_AT_ONCE, SBL_RECORDS_MAX,
                      &first))
            return false;
        worker->record_count += SBL_RECORDS_AT_ONCE;
        for (uint32_t i = 0; i < SBL_RECORDS_AT_ONCE; i++)
            ((uint32_t *)worker->free.bytes)[worker->free_count++] = (uint32_t)first + i;
    }
    if (worker->descriptor == NULL) {
        struct sbl_descriptor *first;
        uint32_t id;
        if (!take_descriptor(worker, &first, &id))
            return false;
        use_descriptor(worker, first, id);
    }
    if (worker->spare == NULL && !collect_set_aside(worker, 2 * count + 2) &&
        !take_descriptor(worker, &worker->spare, &worker->spare_id))
        return false;
    return true;
}

/* The descriptor holds so many targets; those already written stay. */
static SBL_NOINLINE bool more_targets(struct sbl_worker *worker, uint32_t count) {
    struct sbl_descriptor *descriptor = worker->descriptor;
    const struct sbl_target *old = (const struct sbl_target *)(uintptr_t)sbl_load(&descriptor->targets);
    uint32_t capacity = 4 * count < SBL_TARGETS_MAX ? 4 * count : SBL_TARGETS_MAX;
    sbl_word *block;
    if (count > SBL_TARGETS_MAX)
        return false;
    uint32_t reference =
        sbl_block_take(worker->commit->memory, &worker->cache, 0, 4 * capacity, &block);
    if (reference == 0)
        return false;
    struct sbl_target *grown = (struct sbl_target *)(block + 1);
    for (uint32_t i = 0; i < worker->planned_count; i++) {
        sbl_store_release(BLOCK, &grown[i].line, sbl_load(&old[i].line));
        sbl_store_release(BLOCK, &grown[i].expected, sbl_load(&old[i].expected));
        sbl_store_release(BLOCK, &grown[i].marked, sbl_load(&old[i].marked));
        sbl_store_release(BLOCK, &grown[i].name, sbl_load(&old[i].name));
    }
    sbl_blob_give(worker->commit->memory, &worker->cache,
                  sbl_high(sbl_load(&descriptor->capacity)));
    sbl_store(&descriptor->targets, (uint64_t)(uintptr_t)grown);
    sbl_store(&descriptor->capacity, sbl_pair(reference, capacity));
    use_descriptor(worker, descriptor, worker->descriptor_id);
    return true;
}

bool sbl_worker_room(struct sbl_worker *worker, uint32_t count) {
    return more_room(worker, count) &&
           (count <= worker->target_capacity || more_targets(worker, count));
}

void sbl_worker_pending(struct sbl_worker *worker, struct sbl_line *line, uint64_t header) {
    struct pending *pending = worker->pending.bytes;
    pending[worker->pending_count].line = line;
    pending[worker->pending_count++].header = header;
}

void sbl_worker_part(struct sbl_worker *worker, bool accepted) {
    struct sbl_descriptor *descriptor = worker->descriptor;
    if (sbl_transaction_leave(worker, descriptor, worker->transaction, accepted))
        return;
    ((struct set_aside *)worker->set_aside.bytes)[worker->set_aside_count++] =
        (struct set_aside){descriptor, worker->transaction, accepted};
    use_descriptor(worker, worker->spare, worker->spare_id);
    worker->spare = NULL;
}

/* ---- the blobs of an attempt ---- */

bool sbl_worker_note(struct sbl_worker *worker, struct sbl_buffer *list, uint32_t *count,
                     uint64_t entry) {
    if (!sbl_buffer_reserve(worker->commit->memory, list, (*count + 1) * sizeof entry))
        return false;
    ((uint64_t *)list->bytes)[(*count)++] = entry;
    return true;
}

bool sbl_transaction_fresh(struct sbl_worker *worker, uint32_t reference) {
    if (reference == 0 || sbl_worker_note(worker, &worker->fresh, &worker->fresh_count, reference))
        return true;
    sbl_blob_give(worker->commit->memory, &worker->cache, reference);
    return false;
}

uint32_t sbl_transaction_blob(struct sbl_worker *worker, const uint64_t *words, uint32_t count) {
    uint32_t reference =
        sbl_blob_take(worker->commit->memory, &worker->cache, worker->stamp, words, count);
    return sbl_transaction_fresh(worker, reference) ? reference : 0;
}

bool sbl_transaction_replaces(struct sbl_worker *worker, uint32_t reference) {
    return reference == 0 ||
           sbl_worker_note(worker, &worker->replaced, &worker->replaced_count, reference);
}

void sbl_worker_end_attempt(struct sbl_worker *worker, bool accepted) {
    const struct sbl_buffer *list = accepted ? &worker->replaced : &worker->fresh;
    uint32_t count = accepted ? worker->replaced_count : worker->fresh_count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t entry = ((uint64_t *)list->bytes)[i];
        if (SBL_UNLIKELY(sbl_high(entry) == SBL_KEPT))
            sbl_kept_give(worker, sbl_low(entry));
        else
            sbl_blob_give(worker->commit->memory, &worker->cache, sbl_low(entry));
    }
    worker->fresh_count = 0;
    worker->replaced_count = 0;
    worker->planned_count = 0;
}

void sbl_transaction_drop(struct sbl_worker *worker) {
    worker->made_count = 0;
    for (uint32_t i = 0; i < worker->planned_count; i++) {
        uint64_t marked = ((struct sbl_planned *)worker->planned.bytes)[i].marked;
        ((uint32_t *)worker->free.bytes)[worker->free_count++] =
            (uint32_t)(marked >> 1) & (SBL_RECORDS_MAX - 1);
    }
    sbl_worker_end_attempt(worker, false);
}
