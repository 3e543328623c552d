/* SPDX-License-Identifier: Apache-2.0
 *
 * Peers of uthash: a number of stripes, each with a lock, the items and the orders whose keys fall
 * into it. One mutex is one stripe. A call takes the locks of all stripes that it needs, in their
 * order; with row locks, that of the order's stripe and then those of its items, in theirs. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "peer_rules.h"

#define uthash_malloc(size) peer_table_memory(size)
#define uthash_free(memory, size) peer_table_release(memory, size)
#include <uthash.h>

/* By itself a table begins with 32 buckets, and has twice as many once ten keys meet in one: small
 * ones end with chains of four, each a line of memory. So all begin with as many as they will have
 * keys. Used where `peer` is known. */
#undef HASH_INITIAL_NUM_BUCKETS
#undef HASH_INITIAL_NUM_BUCKETS_LOG2
#define HASH_INITIAL_NUM_BUCKETS (1U << peer->bucket_bits)
#define HASH_INITIAL_NUM_BUCKETS_LOG2 (peer->bucket_bits)

enum { STRIPE_BITS = 10, STRIPES = 1 << STRIPE_BITS };

struct peer_item {
    struct peer_cell cells[LOCATIONS];
    atomic_uint lock; /* row locks */
    uint32_t stripe;
    struct text key;
    UT_hash_handle hh;
};

struct peer_order {
    UT_hash_handle hh;
    struct peer_order *next; /* free */
    struct peer_record record;
};

struct stripe {
    _Alignas(64) pthread_mutex_t mutex;
    atomic_uint lock; /* row locks */
    struct peer_item *items;
    struct peer_order *orders;
    struct peer_order *free_orders;
};

struct uthash_peer {
    struct peer peer;
    enum peer_locks locks;
    uint32_t stripe_count;
    uint32_t bucket_bits;
    size_t item_count;
    size_t order_count;
    struct stripe *stripes;
    struct peer_item *items;
    struct peer_order *orders;
};

/* ---- open and close -------------------------------------------------------------------------- */

static uint32_t key_hash(const struct text *key)
{
    uint32_t hash;
    HASH_VALUE(key->bytes, KEY_SIZE, hash);
    return hash;
}

/* By the highest bits: the tables within a stripe go by the lowest. */
static inline uint32_t stripe_of(const struct uthash_peer *peer, uint32_t hash)
{
    return peer->stripe_count == 1 ? 0 : hash >> (32 - STRIPE_BITS);
}

/* So many that a stripe has a bucket for each of its items, and of its orders. */
static uint32_t bits_of(size_t items, size_t orders, uint32_t stripes)
{
    size_t most = (items > orders ? items : orders) / stripes;
    uint32_t bits = 5;
    while (((size_t)1 << bits) < most)
        bits++;
    return bits;
}

static struct peer *open(enum peer_locks locks, size_t items, size_t orders)
{
    struct uthash_peer *peer = workload_memory(sizeof *peer);
    *peer = (struct uthash_peer){
        .peer = {&peer_uthash},
        .locks = locks,
        .stripe_count = locks == PEER_ONE_MUTEX ? 1 : STRIPES,
        .item_count = items,
        .order_count = locks == PEER_ONE_MUTEX ? orders : orders + orders / 2 + STRIPES * 64,
        .stripes = workload_memory(STRIPES * sizeof *peer->stripes),
        .items = workload_memory(items * sizeof *peer->items),
    };
    peer->bucket_bits = bits_of(items, orders, peer->stripe_count);
    peer->orders = workload_memory(peer->order_count * sizeof *peer->orders);
    for (uint32_t i = 0; i < peer->stripe_count; i++)
        pthread_mutex_init(&peer->stripes[i].mutex, NULL);
    for (size_t i = 0; i < peer->order_count; i++) {
        struct stripe *stripe = &peer->stripes[i % peer->stripe_count];
        peer->orders[i].next = stripe->free_orders;
        stripe->free_orders = &peer->orders[i];
    }
    for (size_t i = 0; i < items; i++) {
        struct peer_item *item = &peer->items[i];
        workload_item_key(&item->key, i);
        peer_fill_cells(item->cells);
        uint32_t hash = key_hash(&item->key);
        item->stripe = stripe_of(peer, hash);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, peer->stripes[item->stripe].items, item->key.bytes,
                                    KEY_SIZE, hash, item);
    }
    return &peer->peer;
}

static void close(struct peer *subject)
{
    struct uthash_peer *peer = (struct uthash_peer *)subject;
    for (uint32_t i = 0; i < peer->stripe_count; i++) {
        struct stripe *stripe = &peer->stripes[i];
        HASH_CLEAR(hh, stripe->items);
        HASH_CLEAR(hh, stripe->orders);
        pthread_mutex_destroy(&stripe->mutex);
    }
    workload_memory_release(peer->stripes, STRIPES * sizeof *peer->stripes);
    workload_memory_release(peer->items, peer->item_count * sizeof *peer->items);
    workload_memory_release(peer->orders, peer->order_count * sizeof *peer->orders);
    workload_memory_release(peer, sizeof *peer);
}

static struct totals totals(const struct peer *subject)
{
    const struct uthash_peer *peer = (const struct uthash_peer *)subject;
    struct totals totals = {0, 0, 0};
    for (size_t i = 0; i < peer->item_count; i++)
        peer_add_cells(&totals, peer->items[i].cells);
    return totals;
}

/* ---- locks ----------------------------------------------------------------------------------- */

/* A word that is 1 while somebody is in: test and test-and-set. */
static inline void spin_lock(atomic_uint *lock)
{
    while (atomic_exchange_explicit(lock, 1, memory_order_acquire))
        while (atomic_load_explicit(lock, memory_order_relaxed)) {
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        }
}

static inline void spin_unlock(atomic_uint *lock)
{
    atomic_store_explicit(lock, 0, memory_order_release);
}

/* What is held are stripes; with row locks items. */
static inline void lock_stripes(struct uthash_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = 0; i < held->count; i++)
        pthread_mutex_lock(&peer->stripes[held->numbers[i]].mutex);
}

static inline void unlock_stripes(struct uthash_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = held->count; i-- > 0;)
        pthread_mutex_unlock(&peer->stripes[held->numbers[i]].mutex);
}

static inline void lock_rows(struct uthash_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = 0; i < held->count; i++)
        spin_lock(&peer->items[held->numbers[i]].lock);
}

static inline void unlock_rows(struct uthash_peer *peer, const struct held_locks *held)
{
    for (uint32_t i = held->count; i-- > 0;)
        spin_unlock(&peer->items[held->numbers[i]].lock);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static struct peer_order *find_order(struct stripe *stripe, const struct text *key, uint32_t hash)
{
    struct peer_order *order;
    HASH_FIND_BYHASHVALUE(hh, stripe->orders, key->bytes, KEY_SIZE, hash, order);
    return order;
}

static struct peer_item *find_item(struct stripe *stripe, const struct text *key, uint32_t hash)
{
    struct peer_item *item;
    HASH_FIND_BYHASHVALUE(hh, stripe->items, key->bytes, KEY_SIZE, hash, item);
    return item;
}

/* With all locks held. */
static inline int64_t record_order(struct uthash_peer *peer, struct stripe *stripe, uint32_t hash,
                                   struct wish *wish)
{
    struct peer_order *order = find_order(stripe, wish->key, hash);
    if (order)
        return peer_again(&order->record, wish);
    order = stripe->free_orders;
    if (!order)
        return 0;
    for (uint32_t i = 0; i < wish->line_count; i++)
        wish->cells[i] = peer->items[wish->items[i]].cells;
    struct peer_order *next = order->next;
    if (!peer_promise(&order->record, wish))
        return 0;
    stripe->free_orders = next;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, stripe->orders, order->record.key.bytes, KEY_SIZE, hash,
                                order);
    return wish->line_count;
}

static int64_t reserve_striped(struct uthash_peer *peer, struct wish *wish)
{
    uint32_t hash = key_hash(wish->key), item_hashes[LINES] = {0};
    struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
    struct held_locks held = {.count = 0};
    peer_hold(&held, stripe_of(peer, hash));
    for (uint32_t i = 0; i < wish->line_count; i++) {
        if (wish->item_keys)
            item_hashes[i] = key_hash(&wish->item_keys[i]);
        peer_hold(&held, wish->item_keys ? stripe_of(peer, item_hashes[i])
                                         : peer->items[wish->items[i]].stripe);
    }
    lock_stripes(peer, &held);
    int64_t units = 0;
    bool known = true;
    for (uint32_t i = 0; wish->item_keys && known && i < wish->line_count; i++) {
        struct stripe *home = &peer->stripes[stripe_of(peer, item_hashes[i])];
        struct peer_item *item = find_item(home, &wish->item_keys[i], item_hashes[i]);
        known = item != NULL;
        if (known)
            wish->items[i] = (uint32_t)(item - peer->items);
    }
    if (known)
        units = record_order(peer, stripe, hash, wish);
    unlock_stripes(peer, &held);
    return units;
}

static int64_t reserve_row_locked(struct uthash_peer *peer, struct wish *wish)
{
    uint32_t hash = key_hash(wish->key);
    struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
    struct held_locks held = {.count = 0};
    for (uint32_t i = 0; i < wish->line_count; i++)
        peer_hold(&held, wish->items[i]);
    spin_lock(&stripe->lock);
    lock_rows(peer, &held);
    int64_t units = record_order(peer, stripe, hash, wish);
    unlock_rows(peer, &held);
    spin_unlock(&stripe->lock);
    return units;
}

static inline int64_t reserve(struct peer *subject, struct wish *wish)
{
    struct uthash_peer *peer = (struct uthash_peer *)subject;
    return peer->locks == PEER_ROW_LOCKS ? reserve_row_locked(peer, wish)
                                         : reserve_striped(peer, wish);
}

static inline int64_t ask(struct peer *subject, uint32_t number,
                          const struct channel_settings *settings)
{
    struct uthash_peer *peer = (struct uthash_peer *)subject;
    struct peer_item *item = &peer->items[number];
    int64_t answer;
    if (peer->locks == PEER_ROW_LOCKS) {
        spin_lock(&item->lock);
        answer = peer_promisable(item->cells, settings);
        spin_unlock(&item->lock);
    } else {
        struct stripe *stripe = &peer->stripes[item->stripe];
        pthread_mutex_lock(&stripe->mutex);
        answer = peer_promisable(item->cells, settings);
        pthread_mutex_unlock(&stripe->mutex);
    }
    return answer;
}

static bool release(struct peer *subject, const struct text *key)
{
    struct uthash_peer *peer = (struct uthash_peer *)subject;
    uint32_t hash = key_hash(key);
    struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
    struct peer_order *order = find_order(stripe, key, hash);
    if (!order)
        return false;
    for (uint32_t i = 0; i < order->record.line_count; i++)
        peer_give_back(peer->items[order->record.lines[i].item].cells, &order->record.lines[i]);
    HASH_DELETE(hh, stripe->orders, order);
    order->next = stripe->free_orders;
    stripe->free_orders = order;
    return true;
}

PEER_BODIES(reserve, ask)

const struct peer_kind peer_uthash = {
    .open = open, .close = close, .release = release, .totals = totals, PEER_BODIES_OF_KIND};
