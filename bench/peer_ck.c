/* SPDX-License-Identifier: Apache-2.0
 *
 * A peer of Concurrency Kit: its hash table ck_ht, its spin-lock, its sequence lock.
 *
 * A ck_ht takes one writer at a time, and any number of readers beside it. So the items are one
 * table, which is only read once it is filled, and by handle is not even that. The orders are
 * 1,024 tables by the hash of the key, each with a spin-lock that a reservation holds from the look
 * for its key to the end: that makes a key idempotent. Rows are locked within, in their order.
 * Readers of a row take no lock: the row has a sequence, and they read again if it has moved.
 *
 * Not ck_ht_put_spmc alone tells whether a key is new: where it finds a free place of a removed
 * key first it puts a second entry of the same key there. So a look-up goes before.
 *
 * A removed key leaves a mark in the table that is never an empty place again, and the search for a
 * place ends at an empty one: with marks everywhere a put reads some hundred lines. So a table is
 * built anew once it has an eighth of marks. That happens while orders are closed, which is not
 * timed: in its rows the peer has its tables as good as new.
 *
 * Its locks are instructions of its own, which ThreadSanitizer does not see: it is told of them. */
#include <ck_ht.h>
#include <ck_sequence.h>
#include <ck_spinlock.h>
#include <stdio.h>
#include <stdlib.h>

#include "peer_rules.h"

enum { SHARD_BITS = 10, SHARDS = 1 << SHARD_BITS, MARKS_PART = 8 };
static const uint64_t seed = 1;

struct ck_item {
    _Alignas(64) ck_spinlock_t lock;
    ck_sequence_t sequence; /* of the cells */
    struct text key;
    struct peer_cell cells[LOCATIONS];
};

struct ck_order {
    struct ck_order *next; /* free */
    struct peer_record record;
};

struct shard {
    _Alignas(64) ck_spinlock_t lock;
    uint32_t marks;
    struct ck_order *free_orders;
    ck_ht_t orders;
};

struct ck_peer {
    struct peer peer;
    size_t item_count;
    size_t order_count;
    uint64_t shard_capacity;
    struct ck_item *items;
    struct ck_order *orders;
    struct shard *shards;
    ck_ht_t items_by_key;
};

/* ---- locks ----------------------------------------------------------------------------------- */

#if defined(__SANITIZE_THREAD__)
#define TOLD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TOLD 1
#endif
#endif
#ifdef TOLD
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define tell_acquired(lock) __tsan_acquire(lock)
#define tell_released(lock) __tsan_release(lock)
#else
#define tell_acquired(lock) (void)(lock)
#define tell_released(lock) (void)(lock)
#endif

static inline void lock(ck_spinlock_t *spinlock)
{
    ck_spinlock_lock(spinlock);
    tell_acquired(spinlock);
}

static inline void unlock(ck_spinlock_t *spinlock)
{
    tell_released(spinlock);
    ck_spinlock_unlock(spinlock);
}

/* Who locks a row is going to write it. */
static inline void lock_rows(struct ck_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = 0; i < held->count; i++) {
        struct ck_item *item = &peer->items[held->numbers[i]];
        lock(&item->lock);
        ck_sequence_write_begin(&item->sequence);
    }
}

static inline void unlock_rows(struct ck_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = held->count; i-- > 0;) {
        struct ck_item *item = &peer->items[held->numbers[i]];
        ck_sequence_write_end(&item->sequence);
        unlock(&item->lock);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* All tables, of which none is looked at by a reader without its lock while it grows: nothing has
 * to be put off. */
static void *table_memory(size_t size)
{
    return peer_table_memory(size);
}

static void table_release(void *memory, size_t size, bool later)
{
    (void)later;
    peer_table_release(memory, size);
}

static struct ck_malloc allocator = {.malloc = table_memory, .free = table_release};

static void need(bool done)
{
    if (done)
        return;
    fprintf(stderr, "bench: a table of Concurrency Kit has failed\n");
    exit(1);
}

/* All tables have the same seed. */
static inline ck_ht_hash_t hash_of(struct ck_peer *peer, const struct text *key)
{
    ck_ht_hash_t hash;
    ck_ht_hash(&hash, &peer->items_by_key, key->bytes, KEY_SIZE);
    return hash;
}

/* By the highest bits: the tables go by the lowest. */
static inline struct shard *shard_of(struct ck_peer *peer, ck_ht_hash_t hash)
{
    return &peer->shards[hash.value >> (64 - SHARD_BITS)];
}

static inline void *find(ck_ht_t *table, const struct text *key, ck_ht_hash_t hash)
{
    ck_ht_entry_t entry;
    ck_ht_entry_key_set(&entry, key->bytes, KEY_SIZE);
    return ck_ht_get_spmc(table, hash, &entry) ? ck_ht_entry_value(&entry) : NULL;
}

/* The key is not there, and stays where it is as long as the entry does. */
static inline void put(ck_ht_t *table, const struct text *key, ck_ht_hash_t hash, void *value)
{
    ck_ht_entry_t entry;
    ck_ht_entry_set(&entry, hash, key->bytes, KEY_SIZE, value);
    need(ck_ht_put_spmc(table, hash, &entry));
}

/* The same orders in a table without marks. */
static void build_anew(struct ck_peer *peer, struct shard *shard)
{
    ck_ht_t built;
    ck_ht_iterator_t iterator = CK_HT_ITERATOR_INITIALIZER;
    ck_ht_entry_t *entry;
    need(ck_ht_init(&built, CK_HT_MODE_BYTESTRING, NULL, &allocator, peer->shard_capacity, seed));
    while (ck_ht_next(&shard->orders, &iterator, &entry)) {
        struct ck_order *order = ck_ht_entry_value(entry);
        put(&built, &order->record.key, hash_of(peer, &order->record.key), order);
    }
    ck_ht_destroy(&shard->orders);
    shard->orders = built;
    shard->marks = 0;
}

/* ---- open and close -------------------------------------------------------------------------- */

static void open_shards(struct ck_peer *peer)
{
    /* At most half full, and with the marks too. */
    peer->shard_capacity = 2 * peer->order_count / SHARDS;
    for (uint32_t i = 0; i < SHARDS; i++) {
        ck_spinlock_init(&peer->shards[i].lock);
        need(ck_ht_init(&peer->shards[i].orders, CK_HT_MODE_BYTESTRING, NULL, &allocator,
                        peer->shard_capacity, seed));
    }
    for (size_t i = 0; i < peer->order_count; i++) {
        struct shard *shard = &peer->shards[i % SHARDS];
        peer->orders[i].next = shard->free_orders;
        shard->free_orders = &peer->orders[i];
    }
}

static struct peer *open(enum peer_locks locks, size_t items, size_t orders)
{
    (void)locks;
    struct ck_peer *peer = workload_memory(sizeof *peer);
    *peer = (struct ck_peer){
        .peer = {&peer_ck},
        .item_count = items,
        .order_count = orders + orders / 2 + SHARDS * 64,
        .items = workload_memory(items * sizeof *peer->items),
        .shards = workload_memory(SHARDS * sizeof *peer->shards),
    };
    peer->orders = workload_memory(peer->order_count * sizeof *peer->orders);
    need(ck_ht_init(&peer->items_by_key, CK_HT_MODE_BYTESTRING, NULL, &allocator, 2 * items, seed));
    open_shards(peer);
    for (size_t i = 0; i < items; i++) {
        struct ck_item *item = &peer->items[i];
        workload_item_key(&item->key, i);
        peer_fill_cells(item->cells);
        ck_spinlock_init(&item->lock);
        ck_sequence_init(&item->sequence);
        put(&peer->items_by_key, &item->key, hash_of(peer, &item->key), item);
    }
    return &peer->peer;
}

static void close(struct peer *subject)
{
    struct ck_peer *peer = (struct ck_peer *)subject;
    for (uint32_t i = 0; i < SHARDS; i++)
        ck_ht_destroy(&peer->shards[i].orders);
    ck_ht_destroy(&peer->items_by_key);
    workload_memory_release(peer->shards, SHARDS * sizeof *peer->shards);
    workload_memory_release(peer->items, peer->item_count * sizeof *peer->items);
    workload_memory_release(peer->orders, peer->order_count * sizeof *peer->orders);
    workload_memory_release(peer, sizeof *peer);
}

static struct totals totals(const struct peer *subject)
{
    const struct ck_peer *peer = (const struct ck_peer *)subject;
    struct totals totals = {0, 0, 0};
    for (size_t i = 0; i < peer->item_count; i++)
        peer_add_cells(&totals, peer->items[i].cells);
    return totals;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* The items of keys; false: one is not known. */
static inline bool find_items(struct ck_peer *peer, struct wish *wish)
{
    for (uint32_t i = 0; wish->item_keys && i < wish->line_count; i++) {
        const struct text *key = &wish->item_keys[i];
        const struct ck_item *item = find(&peer->items_by_key, key, hash_of(peer, key));
        if (!item)
            return false;
        wish->items[i] = (uint32_t)(item - peer->items);
    }
    return true;
}

/* With the shard's lock held. */
static inline int64_t record_order(struct ck_peer *peer, struct shard *shard, ck_ht_hash_t hash,
                                   struct wish *wish)
{
    struct ck_order *order = find(&shard->orders, wish->key, hash);
    if (order)
        return peer_again(&order->record, wish);
    order = shard->free_orders;
    if (!order)
        return 0;
    struct held_locks held = {.count = 0};
    for (uint32_t i = 0; i < wish->line_count; i++) {
        wish->cells[i] = peer->items[wish->items[i]].cells;
        peer_hold(&held, wish->items[i]);
    }
    lock_rows(peer, &held);
    bool fits = peer_promise(&order->record, wish);
    unlock_rows(peer, &held);
    if (!fits)
        return 0;
    shard->free_orders = order->next;
    put(&shard->orders, &order->record.key, hash, order);
    return wish->line_count;
}

static inline int64_t reserve(struct peer *subject, struct wish *wish)
{
    struct ck_peer *peer = (struct ck_peer *)subject;
    ck_ht_hash_t hash = hash_of(peer, wish->key);
    struct shard *shard = shard_of(peer, hash);
    if (!find_items(peer, wish))
        return 0;
    lock(&shard->lock);
    int64_t units = record_order(peer, shard, hash, wish);
    unlock(&shard->lock);
    return units;
}

static bool release(struct peer *subject, const struct text *key)
{
    struct ck_peer *peer = (struct ck_peer *)subject;
    ck_ht_hash_t hash = hash_of(peer, key);
    struct shard *shard = shard_of(peer, hash);
    ck_ht_entry_t entry;
    ck_ht_entry_key_set(&entry, key->bytes, KEY_SIZE);
    if (!ck_ht_remove_spmc(&shard->orders, hash, &entry))
        return false;
    struct ck_order *order = ck_ht_entry_value(&entry);
    for (uint32_t i = 0; i < order->record.line_count; i++)
        peer_give_back(peer->items[order->record.lines[i].item].cells, &order->record.lines[i]);
    order->next = shard->free_orders;
    shard->free_orders = order;
    if (++shard->marks > peer->shard_capacity / MARKS_PART)
        build_anew(peer, shard);
    return true;
}

/* ---- questions ------------------------------------------------------------------------------- */

/* The figures of a cell, by one that has no lock. */
static inline int64_t word_of(const int64_t *word)
{
    return (int64_t)ck_pr_load_64((const uint64_t *)word);
}

static inline struct peer_cell read_cell(const struct peer_cell *cell)
{
    return (struct peer_cell){
        .on_hand = word_of(&cell->on_hand),
        .held = word_of(&cell->held),
        .allocated = word_of(&cell->allocated),
        .reserved = word_of(&cell->reserved),
        .safety_stock = word_of(&cell->safety_stock),
    };
}

static inline int64_t ask(struct peer *subject, uint32_t number,
                          const struct channel_settings *settings)
{
    const struct ck_item *item = &((struct ck_peer *)subject)->items[number];
    struct peer_cell cells[LOCATIONS];
    unsigned version;
    do {
        version = ck_sequence_read_begin(&item->sequence);
        for (uint32_t i = 0; i < settings->location_count; i++)
            cells[settings->locations[i]] = read_cell(&item->cells[settings->locations[i]]);
    } while (ck_sequence_read_retry(&item->sequence, version));
    return peer_promisable(cells, settings);
}

PEER_BODIES(reserve, ask)

const struct peer_kind peer_ck = {
    .open = open, .close = close, .release = release, .totals = totals, PEER_BODIES_OF_KIND};
