/* SPDX-License-Identifier: Apache-2.0
 *
 * Which kind a peer is of, and the memory of their tables: a pool of pages that become huge as they
 * are touched. What is given back to it is used again for tables of that very size. */
#include "peer.h"

#include <pthread.h>
#include <stdlib.h>

#include "peer_rules.h"

/* Half a huge page and more: mappings of their own. */
static const size_t large = (size_t)1 << 20;

/* Addresses, of which pages are taken as they are touched. */
static const size_t pool_size = (size_t)4 << 30;
static const size_t line_size = 64;

enum { LISTS = 64 };

struct freed {
    struct freed *next;
    size_t size;
};

static struct {
    unsigned peers; /* open; they are opened and closed by one thread */
    pthread_mutex_t mutex;
    char *memory;
    size_t used;
    struct freed *freed[LISTS]; /* by size */
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static struct freed **list_of(size_t whole)
{
    return &pool.freed[whole / line_size % LISTS];
}

static void *from_pool(size_t whole)
{
    struct freed **list = list_of(whole);
    if (*list && (*list)->size == whole) {
        void *memory = *list;
        *list = (*list)->next;
        return memory;
    }
    if (pool.used + whole > pool_size)
        return malloc(whole);
    pool.used += whole;
    return pool.memory + pool.used - whole;
}

static void to_pool(void *memory, size_t whole)
{
    const char *bytes = memory;
    struct freed *freed = memory;
    if (bytes < pool.memory || bytes >= pool.memory + pool_size) {
        free(memory);
        return;
    }
    *freed = (struct freed){.next = *list_of(whole), .size = whole};
    *list_of(whole) = freed;
}

static size_t whole_lines(size_t size)
{
    return (size + line_size - 1) & ~(line_size - 1);
}

void *peer_table_memory(size_t size)
{
    if (size >= large)
        return workload_memory(size);
    pthread_mutex_lock(&pool.mutex);
    void *memory = from_pool(whole_lines(size));
    pthread_mutex_unlock(&pool.mutex);
    return memory;
}

void peer_table_release(void *memory, size_t size)
{
    if (size >= large) {
        workload_memory_release(memory, size);
        return;
    }
    pthread_mutex_lock(&pool.mutex);
    to_pool(memory, whole_lines(size));
    pthread_mutex_unlock(&pool.mutex);
}

struct peer *peer_open(enum peer_locks locks, size_t items, size_t orders)
{
    if (pool.peers++ == 0)
        pool.memory = workload_untouched_memory(pool_size);
    return (locks == PEER_CONCURRENCY_KIT ? &peer_ck : &peer_uthash)->open(locks, items, orders);
}

void peer_close(struct peer *peer)
{
    peer->kind->close(peer);
    if (--pool.peers > 0)
        return;
    workload_memory_release(pool.memory, pool_size);
    pool.memory = NULL;
    pool.used = 0;
    for (size_t i = 0; i < LISTS; i++)
        pool.freed[i] = NULL;
}

uint64_t peer_release(struct peer *peer, const struct text *keys, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !peer->kind->release(peer, &keys[i]);
    return wrong;
}

struct totals peer_totals(const struct peer *peer)
{
    return peer->kind->totals(peer);
}

void peer_available(void *peer, struct share *share)
{
    ((struct peer *)peer)->kind->available(peer, share);
}

void peer_reserve_line(void *peer, struct share *share)
{
    ((struct peer *)peer)->kind->reserve_line(peer, share);
}

void peer_reserve_lines(void *peer, struct share *share)
{
    ((struct peer *)peer)->kind->reserve_lines(peer, share);
}

void peer_reserve_latency(void *peer, struct share *share)
{
    ((struct peer *)peer)->kind->reserve_latency(peer, share);
}
