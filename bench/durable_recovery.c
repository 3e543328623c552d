/* SPDX-License-Identifier: Apache-2.0
 *
 * Coming back after a crash: open an engine from its checkpoint alone; then make changes, which
 * stay in the journal, and open it from both. Before each the files are put out of the system's
 * cache, as after a crash of the machine. Beside it as many bytes of the same files are read, and
 * no more. */
#include "durable.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "durable_store.h"

/* Orders stand open for so many batches; after more of them what was closed is forgotten. */
enum { OPEN_BATCHES = 8, FORGET_BATCHES = 256, ROUNDS_OF_IT = 3, PIECE = 1 << 20 };

/* Changes for each item, in a full run and in a test; items of a quick run. */
enum { CHANGES = 10, CHANGES_OF_TEST = 2, QUICK_PART = 10 };

struct coming_back {
    struct durable_recovery *recovery;
    struct durable_store durable;
    struct workload workload;
    struct durable_batch batch;
    struct rival_sums sums; /* what has to be there */
    uint64_t reserved, reserved_bytes; /* reservations, and what they put into the journal */
};

/* ---- files ----------------------------------------------------------------------------------- */

/* Put a file out of the cache; that needs all of it on the disk. */
static void sweep(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
}

static void sweep_both(const struct coming_back *back)
{
    char path[DURABLE_PATH];
    durable_store_journal(&back->durable, path);
    sweep(path);
    durable_store_checkpoints(&back->durable, path);
    sweep(path);
}

/* ns to read so many bytes of a file, or all of it if it is shorter. */
static double read_ns(const char *path, uint64_t bytes)
{
    static char piece[PIECE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    double started = measure_wall();
    ssize_t got = 1;
    for (uint64_t done = 0; file >= 0 && got > 0 && done < bytes; done += (uint64_t)got)
        got = read(file, piece, bytes - done < PIECE ? (size_t)(bytes - done) : PIECE);
    double ns = measure_wall() - started;
    if (file >= 0)
        close(file);
    return ns;
}

static double read_both(const struct coming_back *back)
{
    char path[DURABLE_PATH];
    sweep_both(back);
    durable_store_checkpoints(&back->durable, path);
    double ns = read_ns(path, back->recovery->checkpoint_bytes);
    durable_store_journal(&back->durable, path);
    return ns + read_ns(path, back->recovery->journal_bytes);
}

/* ---- changes --------------------------------------------------------------------------------- */

static void number_keys(struct text *keys, size_t batch)
{
    struct workload numbered = {.keys_given = batch * CHUNK};
    for (size_t i = 0; i < CHUNK; i++)
        workload_order_key(&numbered, &keys[i]);
}

static uint64_t reserve_batch(struct coming_back *back, size_t batch)
{
    struct text keys[CHUNK];
    size_t first = batch * CHUNK % (back->workload.request_count - CHUNK);
    struct share share = {.mode = BATCH,
                          .by_key = true,
                          .count = CHUNK,
                          .requests = back->workload.requests + first,
                          .item_keys = back->workload.item_keys + first,
                          .order_keys = keys};
    uint64_t before = back->durable.journal.bytes;
    number_keys(keys, batch);
    durable_store_reserve(&back->durable, back->durable.store.workers[0], &back->batch, &share,
                          SELLABLE_OK);
    back->reserved_bytes += back->durable.journal.bytes - before;
    back->reserved += CHUNK;
    return share.wrong;
}

static uint64_t release_batch(struct coming_back *back, size_t batch)
{
    struct text keys[CHUNK];
    number_keys(keys, batch);
    return durable_store_release(&back->durable, &back->batch, keys, CHUNK);
}

/* Reserve and release until there are so many changes; how many there are. */
static uint64_t make_changes(struct coming_back *back, uint64_t wanted)
{
    struct sellable *engine = back->durable.store.engine;
    uint64_t wrong = 0, first = sellable_position(engine);
    for (size_t batch = 0; sellable_position(engine) - first < wanted; batch++) {
        wrong += reserve_batch(back, batch);
        if (batch >= OPEN_BATCHES)
            wrong += release_batch(back, batch - OPEN_BATCHES);
        if (batch % FORGET_BATCHES == FORGET_BATCHES - 1)
            store_forget(&back->durable.store, 0);
    }
    expect_ok(wrong > 0 ? SELLABLE_INVALID : SELLABLE_OK, "a change");
    return sellable_position(engine) - first;
}

static bool change(struct coming_back *back)
{
    struct durable_recovery *recovery = back->recovery;
    if (!durable_store_open(&back->durable, TO_FILL, NULL, recovery->why))
        return false;
    recovery->changes = make_changes(back, recovery->asked);
    recovery->journal_bytes = back->durable.journal.bytes;
    recovery->reservation_bytes = (double)back->reserved_bytes / (double)back->reserved;
    back->sums = durable_store_sums(&back->durable);
    durable_store_shut(&back->durable);
    return true;
}

/* ---- coming back ----------------------------------------------------------------------------- */

/* Open it once; false if it does not open, or is not what it was. */
static bool come_back(struct coming_back *back, uint64_t changes, double *ns)
{
    struct sellable_recovery found;
    sweep_both(back);
    double started = measure_wall();
    if (!durable_store_open(&back->durable, TO_SERVE, &found, back->recovery->why))
        return false;
    *ns = measure_wall() - started;
    struct rival_sums sums = durable_store_sums(&back->durable);
    durable_store_shut(&back->durable);
    if (sums.reserved == back->sums.reserved && sums.orders == back->sums.orders &&
        found.replayed == changes)
        return true;
    snprintf(back->recovery->why, WHY_SIZE,
             "%lld units, %lld orders after %llu changes; there were %lld, %lld, %llu",
             (long long)sums.reserved, (long long)sums.orders, (unsigned long long)found.replayed,
             (long long)back->sums.reserved, (long long)back->sums.orders,
             (unsigned long long)changes);
    return false;
}

static bool all_rounds(struct coming_back *back, uint64_t changes, double *ns, double *read)
{
    bool good = true;
    for (size_t i = 0; good && i < back->recovery->rounds; i++) {
        good = come_back(back, changes, &ns[i]);
        read[i] = good ? read_both(back) : 0;
    }
    return good;
}

static bool measure_both(struct coming_back *back)
{
    struct durable_recovery *recovery = back->recovery;
    durable_store_shut(&back->durable);
    bool good = all_rounds(back, 0, recovery->checkpoint, recovery->checkpoint_read);
    good = good && change(back) &&
           all_rounds(back, recovery->changes, recovery->whole, recovery->whole_read);
    recovery->measured = good;
    return good;
}

bool durable_recovery_run(struct durable_recovery *recovery, const struct durable_place *place,
                          const struct options *options)
{
    struct coming_back *back = calloc(1, sizeof *back);
    size_t items = options->judged_items;
    if (options->quick && items > QUICK_PART)
        items /= QUICK_PART;
    *recovery = (struct durable_recovery){
        .items = items,
        .asked = items * (options->everything ? CHANGES_OF_TEST : CHANGES),
        .rounds = options->rounds < ROUNDS_OF_IT ? options->rounds : ROUNDS_OF_IT};
    back->recovery = recovery;
    back->workload = (struct workload){
        .items = items, .slots = options->slots, .calls = options->calls, .threads = 1};
    workload_init(&back->workload);
    bool good = true;
    if (durable_store_make(&back->durable, place, items, recovery->why)) {
        recovery->write = back->durable.checkpoint_ns;
        recovery->checkpoint_bytes = back->durable.checkpoint_bytes;
        workload_draw(&back->workload, UNIFORM, back->durable.store.items,
                      back->durable.store.channels);
        back->sums = durable_store_sums(&back->durable);
        good = measure_both(back);
        durable_store_close(&back->durable);
        if (!good)
            fprintf(stderr, "bench: durable: coming back: %s\n", recovery->why);
    }
    workload_fini(&back->workload);
    free(back);
    return good;
}
