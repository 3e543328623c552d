/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening and closing, workers, memory, and what the public functions have in common. */
#include "engine.h"

#include "journal.h"
#include "tally.h"

/* Numbers of the indexes. */
enum {
    ITEMS = 0,
    LOCATIONS = 1,
    CHANNELS = 2,
    ORDERS = 3,
    NAMES = 4,
    SOURCES = 5,
    TRANSFERS = 6,
    IDS = SBL_EVENT - SBL_BUCKET
};

/* The power of two that holds `count`, at least 2^least. */
static uint32_t bits_for(uint64_t count, uint32_t least) {
    uint32_t bits = least;
    while ((UINT64_C(1) << bits) < count)
        bits++;
    return bits;
}

static bool options_fault(const struct sellable_options *options) {
    const uint64_t most = UINT64_C(1) << 31;
    return options->items > most || options->orders > most || options->event_ids > most ||
           options->exceptions > most || options->retention < 0 || options->ahead < 0 ||
           options->retention > SELLABLE_TIME_MAX || options->ahead > SELLABLE_TIME_MAX ||
           (options->allocator.allocate == NULL) != (options->allocator.release == NULL);
}

static bool set_up(struct sellable *engine, const struct sellable_options *options) {
    struct sbl_memory *memory = &engine->memory;
    struct sbl_commit *commit = &engine->commit;
    if (memory->slab == NULL || !sbl_commit_init(commit, memory))
        return false;
    sbl_array_init(&engine->row, memory, SBL_LINE_BITS, bits_for(options->items, 10));
    sbl_array_init(&engine->location, memory, SBL_LINE_BITS, 10);
    sbl_array_init(&engine->channel, memory, SBL_LINE_BITS, 10);
    sbl_array_init(&engine->name, memory, 6, 10);
    sbl_array_init(&engine->source, memory, 6, 10);
    sbl_array_init(&engine->exception, memory, 6, 10);
    sbl_array_init(&engine->feed, memory, 6, 10);
    sbl_array_init(&engine->item_entry, memory, 3, bits_for(options->items, 13));
    sbl_tally_begin(engine, 0);
    engine->options = *options;
    engine->seed = options->seed;
    engine->retention = options->retention == 0 ? SELLABLE_RETENTION_DEFAULT : options->retention;
    engine->ahead = options->ahead == 0 ? SELLABLE_DAY : options->ahead;
    engine->ids_most = options->event_ids;
    engine->exceptions_most =
        options->exceptions == 0 ? SELLABLE_EXCEPTIONS_DEFAULT : options->exceptions;
    return sbl_index_init(&engine->items, commit, ITEMS, SBL_LOAD_CALM, options->items) &&
           sbl_index_init(&engine->locations, commit, LOCATIONS, SBL_LOAD_LIVELY, 0) &&
           sbl_index_init(&engine->channels, commit, CHANNELS, SBL_LOAD_LIVELY, 0) &&
           sbl_index_init(&engine->orders, commit, ORDERS, SBL_LOAD_LIVELY, options->orders) &&
           sbl_index_init(&engine->names, commit, NAMES, SBL_LOAD_LIVELY, 0) &&
           sbl_index_init(&engine->sources, commit, SOURCES, SBL_LOAD_LIVELY, 0) &&
           sbl_index_init(&engine->transfers, commit, TRANSFERS, SBL_LOAD_LIVELY, 0) &&
           sbl_index_init(&engine->ids, commit, IDS, SBL_LOAD_LIVELY, 0) &&
           sbl_array_grow(&engine->exception, 0) && sbl_array_grow(&engine->row, 0) &&
           sbl_array_grow(&engine->item_entry, 0);
}

enum sellable_status sellable_open(const struct sellable_options *options,
                                   struct sellable **engine) {
    static const struct sellable_options defaults;
    struct sbl_memory memory = {0};
    *engine = NULL;
    if (options == NULL)
        options = &defaults;
    if (options_fault(options))
        return SELLABLE_INVALID;
    if (!sbl_memory_init(&memory, &options->allocator))
        return SELLABLE_NO_MEMORY;
    struct sellable *opened = sbl_slab_take(&memory, sizeof *opened);
    if (opened == NULL) {
        sbl_memory_fini(&memory);
        return SELLABLE_NO_MEMORY;
    }
    opened->memory = memory; /* nothing points into it yet */
    if (!set_up(opened, options)) {
        sellable_close(opened);
        return SELLABLE_NO_MEMORY;
    }
    *engine = opened;
    return SELLABLE_OK;
}

void sellable_close(struct sellable *engine) {
    if (engine == NULL)
        return;
    sbl_journal_end(engine);
    sbl_index_fini(&engine->ids);
    sbl_index_fini(&engine->transfers);
    sbl_index_fini(&engine->sources);
    sbl_index_fini(&engine->names);
    sbl_index_fini(&engine->orders);
    sbl_index_fini(&engine->channels);
    sbl_index_fini(&engine->locations);
    sbl_index_fini(&engine->items);
    sbl_array_fini(&engine->item_entry);
    sbl_array_fini(&engine->feed);
    sbl_array_fini(&engine->exception);
    sbl_array_fini(&engine->source);
    sbl_array_fini(&engine->name);
    sbl_array_fini(&engine->channel);
    sbl_array_fini(&engine->location);
    sbl_array_fini(&engine->row);
    sbl_tally_end(engine);
    sbl_commit_fini(&engine->commit);
    struct sbl_memory memory = engine->memory;
    sbl_slab_give(&memory, engine, sizeof *engine);
    sbl_memory_fini(&memory);
}

enum sellable_status sellable_worker_acquire(struct sellable *engine,
                                             struct sellable_worker **worker) {
    *worker = (struct sellable_worker *)sbl_worker_take(&engine->commit);
    return *worker != NULL ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

void sellable_worker_release(struct sellable_worker *worker) {
    if (worker != NULL)
        sbl_worker_give((struct sbl_worker *)worker);
}

void sbl_answer_clear(struct sellable_answer *answer) {
    if (answer == NULL)
        return;
    *answer = (struct sellable_answer){.plan = answer->plan,
                                       .misfits = answer->misfits,
                                       .plan_capacity = answer->plan_capacity,
                                       .misfit_capacity = answer->misfit_capacity};
}

enum sellable_status sbl_fault(struct sellable_answer *answer, enum sellable_status status,
                               const char *field, const char *reason, uint32_t line) {
    if (answer != NULL) {
        answer->field = field;
        answer->reason = reason;
        answer->line = line;
    }
    return status;
}

uint32_t sbl_entry_blob(struct sbl_worker *worker, const struct sbl_key *key, uint32_t number) {
    uint64_t word[SBL_ENTRY_KEY + SBL_KEY_WORDS + 1];
    uint32_t words = sbl_entry_begin(word, key);
    word[words++] = number;
    return sbl_transaction_blob(worker, word, words);
}

uint32_t sbl_entry_number(const struct sellable *engine, const struct sbl_key *key,
                          uint32_t reference) {
    uint64_t number = 0; /* the word behind the key; such a blob stays as it is */
    sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_KEY + key->words, &number, 1);
    return (uint32_t)number;
}

int sbl_key_compare(struct sellable_key a, struct sellable_key b) {
    uint64_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.bytes, b.bytes, size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

uint32_t sbl_number_for(const struct sellable *engine, const struct sbl_index *index,
                        const struct sbl_key *key) {
    struct sbl_found found;
    sbl_index_find(index, key, &found);
    return sbl_entry_number(engine, key, found.reference);
}

uint32_t sbl_number_of(const struct sellable *engine, const struct sbl_index *index,
                       struct sellable_key from) {
    struct sbl_key key;
    return sbl_key_make(&key, from, engine->seed) ? sbl_number_for(engine, index, &key) : 0;
}

void sbl_entries_add(struct sbl_index *index, struct sbl_worker *worker, sbl_word *own,
                     int64_t entries) {
    sbl_store(own, 0);
    sbl_count(&index->entries, (uint64_t)entries);
    sbl_index_grow(index, worker);
}

bool sbl_ids_take(struct sellable *engine) {
    uint64_t taken = sbl_load(&engine->ids_taken);
    if (engine->ids_most == 0)
        return true;
    do
        if (taken >= engine->ids_most)
            return false;
    while (!sbl_cas(COUNT, &engine->ids_taken, &taken, taken + 1));
    return true;
}

void sbl_ids_give(struct sellable *engine) {
    if (engine->ids_most != 0)
        sbl_count(&engine->ids_taken, (uint64_t)-1);
}

void sellable_memory(const struct sellable *engine, struct sellable_memory *memory) {
    uint64_t workers = sbl_load_acquire(COUNT, &engine->commit.workers);
    memory->slab_bytes = sbl_load(&engine->memory.taken);
    memory->items = sbl_load(&engine->items.entries);
    memory->row_bytes = memory->items * sizeof(struct sbl_line);
    memory->block_bytes = sbl_load(&engine->memory.cursor) * SBL_GRANULE;
    int64_t orders = (int64_t)sbl_load(&engine->orders.entries);
    int64_t ids = (int64_t)sbl_load(&engine->ids.entries);
    memory->transfers = sbl_load(&engine->transfers.entries);
    for (uint64_t i = 0; i < workers; i++) {
        const struct sbl_worker *worker = sbl_array_at(&engine->commit.worker, i);
        orders += (int64_t)sbl_load(&worker->entries);
        ids += (int64_t)sbl_load(&worker->ids);
    }
    memory->orders = (uint64_t)sbl_max(0, orders); /* of several instants: it may be less for one */
    memory->event_ids = (uint64_t)sbl_max(0, ids);
}
