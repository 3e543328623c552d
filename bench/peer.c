/* SPDX-License-Identifier: Apache-2.0
 *
 * A peer is a number of stripes, each with a lock, the items and the orders whose keys fall into
 * it. One mutex is one stripe. A call takes the locks of all stripes that it needs, in their order,
 * so no two calls wait for each other in a circle; with row locks, that of the order's stripe and
 * then those of its items, in theirs. */
#include "peer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tables get memory with huge pages as everything else does, where they are large. */
static void *table_memory(size_t size);
static void table_release(void *memory, size_t size);
#define uthash_malloc(size) table_memory(size)
#define uthash_free(memory, size) table_release(memory, size)
#include <uthash.h>

enum { STRIPE_BITS = 10, STRIPES = 1 << STRIPE_BITS };

struct peer_cell {
    int64_t on_hand;
    int64_t held;
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
};

struct peer_item {
    struct peer_cell cells[LOCATIONS];
    atomic_uint lock; /* row locks */
    uint32_t stripe;
    struct text key;
    UT_hash_handle hh;
};

struct peer_line {
    uint32_t item;
    int64_t quantity;
    int64_t taken[LOCATIONS];
};

struct peer_order {
    UT_hash_handle hh;
    struct peer_order *next; /* free */
    struct text key;
    uint32_t channel;
    uint32_t line_count;
    struct peer_line lines[LINES];
};

struct stripe {
    _Alignas(64) pthread_mutex_t mutex;
    atomic_uint lock; /* row locks */
    struct peer_item *items;
    struct peer_order *orders;
    struct peer_order *free_orders;
};

struct peer {
    enum peer_locks locks;
    uint32_t stripe_count;
    size_t item_count;
    size_t order_count;
    struct stripe *stripes;
    struct peer_item *items;
    struct peer_order *orders;
};

/* Half a huge page and more. */
static const size_t large = (size_t)1 << 20;

static void *table_memory(size_t size)
{
    return size < large ? malloc(size) : workload_memory(size);
}

static void table_release(void *memory, size_t size)
{
    if (size < large)
        free(memory);
    else
        workload_memory_release(memory, size);
}

/* ---- open and close -------------------------------------------------------------------------- */

static uint32_t key_hash(const struct text *key)
{
    uint32_t hash;
    HASH_VALUE(key->bytes, KEY_SIZE, hash);
    return hash;
}

/* By the highest bits: the tables within a stripe go by the lowest. */
static inline uint32_t stripe_of(const struct peer *peer, uint32_t hash)
{
    return peer->stripe_count == 1 ? 0 : hash >> (32 - STRIPE_BITS);
}

struct peer *peer_open(enum peer_locks locks, size_t items, size_t orders)
{
    struct peer *peer = workload_memory(sizeof *peer);
    *peer = (struct peer){
        .locks = locks,
        .stripe_count = locks == PEER_ONE_MUTEX ? 1 : STRIPES,
        .item_count = items,
        .order_count = locks == PEER_ONE_MUTEX ? orders : orders + orders / 2 + STRIPES * 64,
        .stripes = workload_memory(STRIPES * sizeof *peer->stripes),
        .items = workload_memory(items * sizeof *peer->items),
    };
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
        for (size_t j = 0; j < LOCATIONS; j++)
            item->cells[j] = (struct peer_cell){.on_hand = CELL_ON_HAND,
                                                .held = CELL_HELD,
                                                .safety_stock = CELL_SAFETY_STOCK};
        uint32_t hash = key_hash(&item->key);
        item->stripe = stripe_of(peer, hash);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, peer->stripes[item->stripe].items, item->key.bytes,
                                    KEY_SIZE, hash, item);
    }
    return peer;
}

void peer_close(struct peer *peer)
{
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

struct totals peer_totals(const struct peer *peer)
{
    struct totals totals = {0, 0, 0};
    for (size_t i = 0; i < peer->item_count; i++)
        for (size_t j = 0; j < LOCATIONS; j++) {
            const struct peer_cell *cell = &peer->items[i].cells[j];
            totals.on_hand += cell->on_hand;
            totals.reserved += cell->reserved;
            totals.broken += cell->held != CELL_HELD || cell->reserved < 0 ||
                             cell->safety_stock != CELL_SAFETY_STOCK;
        }
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

/* What one call holds: numbers of stripes, or of items with row locks; ascending, none twice. */
struct held_locks {
    uint32_t count;
    uint32_t numbers[LINES + 1];
};

static inline void hold(struct held_locks *held, uint32_t number)
{
    uint32_t at = held->count;
    while (at > 0 && held->numbers[at - 1] > number)
        at--;
    if (at > 0 && held->numbers[at - 1] == number)
        return;
    for (uint32_t i = held->count++; i > at; i--)
        held->numbers[i] = held->numbers[i - 1];
    held->numbers[at] = number;
}

static inline void lock_stripes(struct peer *peer, const struct held_locks *held)
{
    for (uint32_t i = 0; i < held->count; i++)
        pthread_mutex_lock(&peer->stripes[held->numbers[i]].mutex);
}

static inline void unlock_stripes(struct peer *peer, const struct held_locks *held)
{
    for (uint32_t i = held->count; i-- > 0;)
        pthread_mutex_unlock(&peer->stripes[held->numbers[i]].mutex);
}

static inline void lock_rows(struct peer *peer, const struct held_locks *held)
{
    for (uint32_t i = 0; i < held->count; i++)
        spin_lock(&peer->items[held->numbers[i]].lock);
}

static inline void unlock_rows(struct peer *peer, const struct held_locks *held)
{
    for (uint32_t i = held->count; i-- > 0;)
        spin_unlock(&peer->items[held->numbers[i]].lock);
}

/* ---- what may be promised -------------------------------------------------------------------- */

static inline int64_t seen_at(const struct peer_cell *cell, const struct channel_settings *settings)
{
    int64_t net =
        cell->on_hand - cell->held - cell->allocated - cell->reserved - cell->safety_stock;
    return net > 0 ? net * settings->share / SELLABLE_SHARE_ALL : 0;
}

static inline int64_t promisable(const struct peer_item *item,
                                 const struct channel_settings *settings)
{
    int64_t pool = 0;
    for (uint32_t i = 0; i < settings->location_count; i++)
        pool += seen_at(&item->cells[settings->locations[i]], settings);
    return pool > settings->buffer ? pool - settings->buffer : 0;
}

/* Take a line from the channel's locations in their order; it fits. */
static inline void take(struct peer_item *item, const struct channel_settings *settings,
                        struct peer_line *line)
{
    int64_t left = line->quantity;
    for (uint32_t i = 0; i < settings->location_count && left > 0; i++) {
        struct peer_cell *cell = &item->cells[settings->locations[i]];
        int64_t seen = seen_at(cell, settings);
        int64_t taken = seen < left ? seen : left;
        cell->reserved += taken;
        line->taken[settings->locations[i]] += taken;
        left -= taken;
    }
}

static inline void give_back(struct peer *peer, const struct peer_line *line)
{
    for (uint32_t i = 0; i < LOCATIONS; i++)
        peer->items[line->item].cells[i].reserved -= line->taken[i];
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

/* What a call wants: one unit of each item, by number or, where `item_keys` is not NULL, by key. */
struct wish {
    const struct text *key;
    uint32_t channel;
    uint32_t line_count;
    uint32_t items[LINES];
    const struct text *item_keys;
};

/* Is the order that has the key already what this call asks for? */
static bool same_wish(const struct peer_order *order, const struct wish *wish)
{
    bool same = order->channel == wish->channel && order->line_count == wish->line_count;
    for (uint32_t i = 0; same && i < wish->line_count; i++)
        same = order->lines[i].item == wish->items[i] && order->lines[i].quantity == 1;
    return same;
}

/* With all locks held: the units promised, or -1 for a conflict, or 0 if it does not fit. Lines of
 * one item are taken one after the other, and given back if a later line does not fit. */
static inline int64_t record_order(struct peer *peer, struct stripe *stripe, uint32_t hash,
                                   const struct wish *wish)
{
    struct peer_order *order = find_order(stripe, wish->key, hash);
    if (order)
        return same_wish(order, wish) ? (int64_t)wish->line_count : -1;
    order = stripe->free_orders;
    if (!order)
        return 0;
    struct peer_order *next = order->next;
    const struct channel_settings *settings = &workload_channels[wish->channel];
    for (uint32_t i = 0; i < wish->line_count; i++) {
        struct peer_item *item = &peer->items[wish->items[i]];
        order->lines[i] = (struct peer_line){.item = wish->items[i], .quantity = 1};
        if (promisable(item, settings) < 1) {
            while (i-- > 0)
                give_back(peer, &order->lines[i]);
            return 0;
        }
        take(item, settings, &order->lines[i]);
    }
    stripe->free_orders = next;
    order->key = *wish->key;
    order->channel = wish->channel;
    order->line_count = wish->line_count;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, stripe->orders, order->key.bytes, KEY_SIZE, hash, order);
    return wish->line_count;
}

static int64_t reserve_striped(struct peer *peer, struct wish *wish)
{
    uint32_t hash = key_hash(wish->key), item_hashes[LINES] = {0};
    struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
    struct held_locks held = {.count = 0};
    hold(&held, stripe_of(peer, hash));
    for (uint32_t i = 0; i < wish->line_count; i++) {
        if (wish->item_keys)
            item_hashes[i] = key_hash(&wish->item_keys[i]);
        hold(&held, wish->item_keys ? stripe_of(peer, item_hashes[i])
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

static int64_t reserve_row_locked(struct peer *peer, const struct wish *wish)
{
    uint32_t hash = key_hash(wish->key);
    struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
    struct held_locks held = {.count = 0};
    for (uint32_t i = 0; i < wish->line_count; i++)
        hold(&held, wish->items[i]);
    spin_lock(&stripe->lock);
    lock_rows(peer, &held);
    int64_t units = record_order(peer, stripe, hash, wish);
    unlock_rows(peer, &held);
    spin_unlock(&stripe->lock);
    return units;
}

static inline int64_t reserve(struct peer *peer, const struct share *share, uint32_t line_count,
                              size_t call, uint64_t zero)
{
    const struct request *requests = &share->requests[call * line_count];
    struct wish wish = {
        .key = &share->order_keys[call],
        .channel = request_channel(requests),
        .line_count = line_count,
        .item_keys = share->by_key ? &share->item_keys[call * line_count + zero] : NULL,
    };
    for (uint32_t i = 0; i < line_count; i++)
        wish.items[i] = requests[i].row + (uint32_t)zero;
    return peer->locks == PEER_ROW_LOCKS ? reserve_row_locked(peer, &wish)
                                         : reserve_striped(peer, &wish);
}

static inline void reserve_calls(struct peer *peer, struct share *share, uint32_t line_count)
{
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count / line_count; call++) {
        int64_t units = reserve(peer, share, line_count, call, zero);
        share->wrong += units != line_count;
        share->units += units;
        zero = workload_carry(share->mode, (uint64_t)units);
    }
}

void peer_reserve_line(void *peer, struct share *share)
{
    reserve_calls(peer, share, 1);
}

void peer_reserve_lines(void *peer, struct share *share)
{
    reserve_calls(peer, share, LINES);
}

void peer_reserve_latency(void *peer, struct share *share)
{
    double last = measure_wall();
    for (size_t call = 0; call < share->count; call++) {
        int64_t units = reserve(peer, share, 1, call, 0);
        share->wrong += units != 1;
        share->units += units;
        measure_latency(share, call, &last);
    }
}

void peer_available(void *subject, struct share *share)
{
    struct peer *peer = subject;
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        const struct request *request = &share->requests[call];
        const struct channel_settings *settings = &workload_channels[request_channel(request)];
        struct peer_item *item = &peer->items[request->row + zero];
        struct stripe *stripe = &peer->stripes[item->stripe];
        int64_t answer;
        if (peer->locks == PEER_ROW_LOCKS) {
            spin_lock(&item->lock);
            answer = promisable(item, settings);
            spin_unlock(&item->lock);
        } else {
            pthread_mutex_lock(&stripe->mutex);
            answer = promisable(item, settings);
            pthread_mutex_unlock(&stripe->mutex);
        }
        share->wrong += answer <= 0;
        zero = workload_carry(share->mode, (uint64_t)answer);
    }
}

/* Not timed, and alone: no lock is needed. */
uint64_t peer_release(struct peer *peer, const struct text *keys, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t hash = key_hash(&keys[i]);
        struct stripe *stripe = &peer->stripes[stripe_of(peer, hash)];
        struct peer_order *order = find_order(stripe, &keys[i], hash);
        if (!order) {
            wrong++;
            continue;
        }
        for (uint32_t j = 0; j < order->line_count; j++)
            give_back(peer, &order->lines[j]);
        HASH_DELETE(hh, stripe->orders, order);
        order->next = stripe->free_orders;
        stripe->free_orders = order;
    }
    return wrong;
}
