/* SPDX-License-Identifier: Apache-2.0
 *
 * The library among the durable ones: sellable_reserve as by default, which answers once the effect
 * is durable; each caller has a worker of its own. After each row its orders are released and
 * forgotten, and a checkpoint is written, after which the journal is dropped: as one would do it
 * from time to time. None of that is timed. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>

#include "durable_store.h"

#define CARRIES "no network, no SQL"

struct own_line {
    struct own *own;
    struct sellable_worker *worker;
    struct durable_batch batch;
};

struct own {
    struct durable_store durable;
    struct own_line *lines[CREW_MAX];
};

static void release_workers(struct own *own)
{
    for (size_t i = 0; i < CREW_MAX; i++)
        if (own->lines[i]) {
            sellable_worker_release(own->lines[i]->worker);
            own->lines[i]->worker = NULL;
        }
}

static void close_own(void *subject)
{
    struct own *own = subject;
    release_workers(own);
    durable_store_close(&own->durable);
    for (size_t i = 0; i < CREW_MAX; i++)
        free(own->lines[i]);
    free(own);
}

static void *open_own(const struct durable_place *place, size_t items, char *why)
{
    struct own *own = calloc(1, sizeof *own);
    if (durable_store_make(&own->durable, place, items, why))
        return own;
    free(own);
    return NULL;
}

static void *line_of_own(void *subject, uint32_t caller, char *why)
{
    struct own *own = subject;
    struct own_line **line = &own->lines[caller];
    if (!*line)
        *line = calloc(1, sizeof **line);
    (*line)->own = own;
    if (!(*line)->worker &&
        sellable_worker_acquire(own->durable.store.engine, &(*line)->worker) != SELLABLE_OK) {
        snprintf(why, WHY_SIZE, "there is no worker for so many callers");
        return NULL;
    }
    return *line;
}

void durable_own_draw(void *subject, struct workload *workload)
{
    struct store *store = &((struct own *)subject)->durable.store;
    workload_draw(workload, UNIFORM, store->items, store->channels);
}

static bool sums_of_own(void *subject, struct rival_sums *sums)
{
    *sums = durable_store_sums(&((struct own *)subject)->durable);
    return true;
}

/* The keys of a run, one caller after the other: into batches of CHUNK, whoever they are of. */
static uint64_t release_all(struct own *own, const struct crew *crew)
{
    struct durable_batch *batch = &own->lines[0]->batch;
    struct text keys[CHUNK];
    uint64_t wrong = 0;
    size_t filled = 0;
    for (uint32_t caller = 0; caller < crew->callers; caller++)
        for (size_t i = 0; i < crew->calls[caller] * crew->batch; i++) {
            crew_key(crew, caller, i, &keys[filled++]);
            if (filled == CHUNK) {
                wrong += durable_store_release(&own->durable, batch, keys, filled);
                filled = 0;
            }
        }
    return wrong + durable_store_release(&own->durable, batch, keys, filled);
}

static void settle(void *subject, const struct crew *crew)
{
    struct own *own = subject;
    uint64_t wrong = release_all(own, crew);
    expect_ok(wrong > 0 ? SELLABLE_UNKNOWN_ORDER : SELLABLE_OK, "a release");
    store_forget(&own->durable.store, 0);
    expect_ok(sellable_checkpoint(own->durable.store.engine, own->durable.store.workers[0], 0),
              "sellable_checkpoint");
}

static void written(void *subject, struct durable_written *written)
{
    const struct counted *journal = &((struct own *)subject)->durable.journal;
    *written = (struct durable_written){journal->syncs, journal->bytes};
}

static bool reopen(void *subject, char *why)
{
    struct own *own = subject;
    release_workers(own);
    durable_store_shut(&own->durable);
    return durable_store_open(&own->durable, TO_SERVE, NULL, why);
}

static void reserve(void *line, struct share *share)
{
    struct own_line *own = line;
    durable_store_reserve(&own->own->durable, own->worker, &own->batch, share, SELLABLE_OK);
}

static void reserve_again(void *line, struct share *share)
{
    struct own_line *own = line;
    durable_store_reserve(&own->own->durable, own->worker, &own->batch, share, SELLABLE_DUPLICATE);
}

#define SINGLE "sellable"
#define BATCHED "sellable: batches of 128"

const struct durable_kind durable_own = {
    .name = "sellable",
    .open = open_own,
    .close = close_own,
    .line = line_of_own,
    .sums = sums_of_own,
    .settle = settle,
    .written = written,
    .reopen = reopen,
    .again = reserve_again,
    .form_count = 6,
    .forms = {{SINGLE, CARRIES, reserve, 1, 1},
              {SINGLE, CARRIES, reserve, FEW, 1},
              {SINGLE, CARRIES, reserve, SOME, 1},
              {SINGLE, CARRIES, reserve, MANY_CALLERS, 1},
              {BATCHED, CARRIES "; one wait", reserve, 1, CHUNK},
              {BATCHED, CARRIES "; one wait", reserve, FEW, CHUNK}},
};
