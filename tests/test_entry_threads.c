/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of log entries (lib/entry.h), with threads that let others go first at any step: each
 * all its own entries and those of others, and reads. */
#include "scene.h"

#include "random.h"

#include "entry.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    THREADS = 4,
    BEFORE = 1000,     /* the position before the first */
    LET_GO_EVERY = 16,
    STEPS_MOST = 5000  /* of a round: more than any takes that ends */
};

struct put {
    uint32_t number;
    _Atomic uint64_t began, ended; /* the first put of it; 0: none */
    _Atomic uint64_t answered;     /* to its owner; 0: nothing yet */
    uint64_t position;             /* as read */
};

static struct sbl_memory memory;
static struct sbl_queue queue;
static struct sbl_entry_owner owners[THREADS];
static uint32_t rounds = 20000;
static struct put *all;

static struct {
    _Atomic uint64_t clock, wrong;
    _Atomic uint64_t offer[THREADS]; /* index + 1 of the transaction that is accepted */
    pthread_mutex_t committing;
    uint64_t read_to;
} bustle = {.committing = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local struct random *hesitates;
static _Thread_local uint64_t steps;

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    (void)file;
    (void)line;
    if (hesitates == NULL)
        return;
    if (++steps > (uint64_t)rounds * STEPS_MOST) {
        fprintf(stderr, "a call does not end\n");
        _Exit(1);
    }
    if (random_below(hesitates, 16) == 0)
        sched_yield();
}

static uint64_t transaction_of(uint64_t index) { return (index / rounds + 1) << 48 | (index + 1); }

static void note_earliest(_Atomic uint64_t *stamp) {
    uint64_t now = atomic_fetch_add(&bustle.clock, 1) + 1, before = atomic_load(stamp);
    while ((before == 0 || now < before) && !atomic_compare_exchange_weak(stamp, &before, now))
        ;
}

static void put(uint64_t index, bool own) {
    struct put *one = &all[index];
    note_earliest(&one->began);
    if (own)
        atomic_store(&one->answered, sbl_queue_put_own(&queue, &owners[index / rounds],
                                                       one->number, transaction_of(index)));
    else
        sbl_queue_put(&queue, one->number, transaction_of(index));
    note_earliest(&one->ended);
}

/* Read what is there, if nobody is at it: at least as far as `position`. */
static void read_up_to(uint64_t position) {
    if (pthread_mutex_trylock(&bustle.committing) != 0)
        return;
    const struct sbl_entry *entry;
    while ((entry = sbl_queue_next(&queue)) != NULL) {
        uint64_t index = sbl_load(&entry->payload[0]);
        bool right = index < (uint64_t)THREADS * rounds &&
                     sbl_load(&entry->payload[1]) == ~index && all[index].position == 0 &&
                     sbl_queue_read(&queue) == bustle.read_to + 1;
        atomic_fetch_add(&bustle.wrong, !right);
        if (!right)
            break;
        all[index].position = ++bustle.read_to;
        if (bustle.read_to % LET_GO_EVERY == 0)
            sbl_queue_let_go(&queue);
    }
    atomic_fetch_add(&bustle.wrong, bustle.read_to < position);
    sbl_queue_let_go(&queue);
    pthread_mutex_unlock(&bustle.committing);
}

static void *work(void *context) {
    uint64_t thread = (uint64_t)(uintptr_t)context;
    struct random random = {thread + 1};
    hesitates = &random;
    for (uint64_t round = 0; round < rounds && atomic_load(&bustle.wrong) == 0; round++) {
        uint64_t index = thread * rounds + round, other;
        uint32_t number = sbl_queue_take(&queue, &owners[thread], transaction_of(index));
        struct sbl_entry *entry = sbl_queue_entry(&queue, number);
        sbl_store(&entry->payload[0], index);
        sbl_store(&entry->payload[1], ~index);
        all[index].number = number;
        if (random_percent(&random, 10)) {
            sbl_queue_drop(&queue, &owners[thread], number);
            continue;
        }
        atomic_store(&bustle.offer[thread], index + 1);
        if ((other = atomic_load(&bustle.offer[random_below(&random, THREADS)])) != 0)
            put(other - 1, false);
        put(index, true);
        if (random_percent(&random, 30))
            read_up_to(atomic_load(&all[index].answered));
    }
    hesitates = NULL;
    return NULL;
}

static int by_position(const void *left, const void *right) {
    uint64_t a = all[*(const uint32_t *)left].position;
    uint64_t b = all[*(const uint32_t *)right].position;
    return (a > b) - (a < b);
}

/* In the order of positions, nothing began after what stands behind it had ended. */
static void expect_order_of_time(uint32_t count) {
    uint32_t *order = malloc(count * sizeof *order), read = 0;
    for (uint32_t i = 0; i < count; i++)
        if (all[i].position != 0)
            order[read++] = i;
        else
            assert_int_equal(all[i].ended, 0);
    qsort(order, read, sizeof *order, by_position);
    uint64_t earliest_end = UINT64_MAX;
    for (uint32_t i = read; i-- > 0;) {
        const struct put *one = &all[order[i]];
        assert_int_equal(one->position, BEFORE + 1 + i);
        assert_true(one->answered == 0 || one->answered == one->position);
        assert_true(one->began < earliest_end);
        if (one->ended < earliest_end)
            earliest_end = one->ended;
    }
    assert_int_equal(bustle.read_to, BEFORE + read);
    free(order);
}

static void every_entry_is_read_once_in_the_order_of_time(void **state) {
    (void)state;
    pthread_t thread[THREADS];
    all = calloc((size_t)THREADS * rounds, sizeof *all);
    assert_non_null(all);
    assert_true(sbl_queue_init(&queue, &memory, BEFORE));
    bustle.read_to = BEFORE;
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, (void *)i), 0);
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    read_up_to(0);
    assert_int_equal(atomic_load(&bustle.wrong), 0);
    expect_order_of_time(THREADS * rounds);
    assert_int_equal(sbl_queue_last(&queue), bustle.read_to);
    print_message("    %llu entries for %llu positions\n",
                  (unsigned long long)sbl_load(&queue.entries) - 1,
                  (unsigned long long)(bustle.read_to - BEFORE));
    sbl_queue_fini(&queue);
    free(all);
}

int main(int count, char **arguments) {
    const struct sellable_allocator mapped = {0};
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        rounds = 1000000;
    if (!sbl_memory_init(&memory, &mapped))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_read_once_in_the_order_of_time),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sbl_memory_fini(&memory);
    return failed;
}
