/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine on two counted logs. While it is filled its journal is seldom synced; after that a
 * checkpoint is written and the journal dropped, and what is measured begins there. */
#include "durable_store.h"

#include <stdio.h>
#include <string.h>

/* Bytes of a lazy log between two syncs. */
#define SKIPPED_MOST ((uint64_t)8 << 20)

/* ---- counted logs ---------------------------------------------------------------------------- */

static enum sellable_status append_counted(void *context, uint64_t position, const void *bytes,
                                           uint64_t size)
{
    struct counted *counted = context;
    counted->appends++;
    counted->bytes += size;
    counted->skipped += size;
    return counted->log.append(counted->log.context, position, bytes, size);
}

static enum sellable_status sync_counted(void *context)
{
    struct counted *counted = context;
    if (counted->lazy && counted->skipped < SKIPPED_MOST)
        return SELLABLE_OK;
    counted->skipped = 0;
    counted->syncs++;
    return counted->log.sync(counted->log.context);
}

static enum sellable_status read_counted(void *context, uint64_t from, uint64_t *position,
                                         const void **bytes, uint64_t *size)
{
    struct counted *counted = context;
    return counted->log.read(counted->log.context, from, position, bytes, size);
}

static enum sellable_status drop_counted(void *context, uint64_t position)
{
    struct counted *counted = context;
    return counted->log.drop(counted->log.context, position);
}

static uint64_t room_counted(void *context)
{
    struct counted *counted = context;
    return counted->log.room(counted->log.context);
}

static void close_counted(void *context)
{
    struct counted *counted = context;
    if (counted->lazy)
        expect_ok(counted->log.sync(counted->log.context), "a sync of the journal");
    counted->log.close(counted->log.context);
}

static struct sellable_log count_log(struct counted *counted)
{
    return (struct sellable_log){.context = counted,
                                 .append = append_counted,
                                 .sync = sync_counted,
                                 .read = read_counted,
                                 .drop = drop_counted,
                                 .room = room_counted,
                                 .close = close_counted};
}

/* ---- open, shut ------------------------------------------------------------------------------ */

void durable_store_journal(const struct durable_store *durable, char path[DURABLE_PATH])
{
    snprintf(path, DURABLE_PATH, "%s/journal", durable->keeper.folder);
}

void durable_store_checkpoints(const struct durable_store *durable, char path[DURABLE_PATH])
{
    snprintf(path, DURABLE_PATH, "%s/checkpoints", durable->keeper.folder);
}

static bool open_log(const char *path, struct counted *counted, char *why)
{
    const char *reason = "";
    *counted = (struct counted){.appends = 0};
    if (sellable_lmdb_open(path, 0, &counted->log, &reason) == SELLABLE_OK)
        return true;
    snprintf(why, WHY_SIZE, "%.150s", reason);
    return false;
}

static bool recover(struct durable_store *durable, enum durable_use use,
                    struct sellable_recovery *recovery, char *why)
{
    const struct sellable_options options = {.retention = STORE_RETENTION};
    struct sellable_recovery found = {.position = 0};
    struct sellable_durability durability = {
        .journal = count_log(&durable->journal),
        .checkpoints = count_log(&durable->checkpoints),
    };
    durable->journal.lazy = use == TO_FILL;
    enum sellable_status status =
        sellable_recover(&options, &durability, &durable->store.engine, &found);
    if (recovery)
        *recovery = found;
    if (status == SELLABLE_OK)
        return true;
    snprintf(why, WHY_SIZE, "sellable_recover: %s: %.40s: %.80s",
             sellable_status_name((int)status), found.field ? found.field : "",
             found.reason ? found.reason : "");
    return false;
}

bool durable_store_open(struct durable_store *durable, enum durable_use use,
                        struct sellable_recovery *recovery, char *why)
{
    char journal[DURABLE_PATH], checkpoints[DURABLE_PATH];
    durable_store_journal(durable, journal);
    durable_store_checkpoints(durable, checkpoints);
    durable->store.engine = NULL;
    if (!open_log(journal, &durable->journal, why))
        return false;
    if (!open_log(checkpoints, &durable->checkpoints, why)) {
        durable->journal.log.close(durable->journal.log.context);
        return false;
    }
    if (!recover(durable, use, recovery, why))
        return false;
    if (durable->filled)
        expect_ok(sellable_worker_acquire(durable->store.engine, &durable->store.workers[0]),
                  "sellable_worker_acquire");
    return true;
}

void durable_store_shut(struct durable_store *durable)
{
    sellable_worker_release(durable->store.workers[0]);
    sellable_close(durable->store.engine);
    durable->store.workers[0] = NULL;
    durable->store.engine = NULL;
}

static bool fill(struct durable_store *durable, size_t items, char *why)
{
    if (!durable_store_open(durable, TO_FILL, NULL, why))
        return false;
    store_fill(&durable->store, durable->store.engine, STORE_SETTLED, items, 1);
    durable->filled = true;
    double started = measure_wall();
    expect_ok(sellable_checkpoint(durable->store.engine, durable->store.workers[0], 0),
              "sellable_checkpoint");
    durable->checkpoint_ns = measure_wall() - started;
    durable->checkpoint_bytes = durable->checkpoints.bytes;
    durable_store_shut(durable);
    return true;
}

bool durable_store_make(struct durable_store *durable, const struct durable_place *place,
                        size_t items, char *why)
{
    *durable = (struct durable_store){.filled = false};
    if (keeper_open(&durable->keeper, place->folder, false, why) && fill(durable, items, why) &&
        durable_store_open(durable, TO_SERVE, NULL, why))
        return true;
    durable_store_close(durable);
    return false;
}

void durable_store_close(struct durable_store *durable)
{
    if (durable->filled)
        store_close(&durable->store);
    keeper_close(&durable->keeper);
}

static int count_order(void *context, const struct sellable_order_view *order)
{
    (void)order;
    ++*(int64_t *)context;
    return 0;
}

struct rival_sums durable_store_sums(const struct durable_store *durable)
{
    const struct sellable_selection every = {0};
    struct totals totals = store_totals(&durable->store);
    struct rival_sums sums = {.reserved = totals.reserved};
    expect_ok(sellable_orders(durable->store.engine, NULL, &every, count_order, &sums.orders),
              "sellable_orders");
    expect_ok(totals.broken > 0 ? SELLABLE_CONFLICT : SELLABLE_OK, "a look at the cells");
    return sums;
}

/* ---- reserve, release ------------------------------------------------------------------------ */

static void fill_order(struct durable_batch *batch, size_t at, const struct share *share,
                       size_t call)
{
    struct sellable_line *line = &batch->lines[at];
    *line = (struct sellable_line){.item_key = text_key(&share->item_keys[call]), .quantity = 1};
    batch->orders[at] = (struct sellable_order){
        .key = text_key(&share->order_keys[call]),
        .channel_key = workload_channels[request_channel(&share->requests[call])].key,
        .lines = line,
        .line_count = 1,
    };
    batch->answers[at] = (struct sellable_answer){.plan = &batch->plans[at * LOCATIONS],
                                                  .plan_capacity = LOCATIONS};
}

static void note(const struct durable_store *durable, const struct durable_batch *batch, size_t at,
                 struct share *share, size_t call, enum sellable_status wanted)
{
    const struct sellable_answer *answer = &batch->answers[at];
    int64_t location = -1;
    if (batch->statuses[at] == wanted && answer->plan_count == 1 && answer->plan[0].quantity == 1)
        for (int64_t i = 0; i < LOCATIONS; i++)
            if (durable->store.locations[i].id == answer->plan[0].location.id)
                location = i;
    rival_note(share, call, location);
}

static void reserve_batch(const struct durable_store *durable, struct sellable_worker *worker,
                          struct durable_batch *batch, struct share *share,
                          enum sellable_status wanted)
{
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < CHUNK ? share->count - done : CHUNK;
        for (size_t i = 0; i < count; i++)
            fill_order(batch, i, share, done + i);
        share->wrong += sellable_reserve_batch(durable->store.engine, worker, batch->orders, count,
                                               batch->statuses, batch->answers) != SELLABLE_OK;
        for (size_t i = 0; i < count; i++)
            note(durable, batch, i, share, done + i, wanted);
    }
}

void durable_store_reserve(const struct durable_store *durable, struct sellable_worker *worker,
                           struct durable_batch *batch, struct share *share,
                           enum sellable_status wanted)
{
    if (share->mode == BATCH) {
        reserve_batch(durable, worker, batch, share, wanted);
        return;
    }
    for (size_t call = 0; call < share->count; call++) {
        fill_order(batch, 0, share, call);
        batch->statuses[0] =
            sellable_reserve(durable->store.engine, worker, batch->orders, batch->answers);
        note(durable, batch, 0, share, call, wanted);
    }
}

uint64_t durable_store_release(const struct durable_store *durable, struct durable_batch *batch,
                               const struct text *keys, size_t count)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        batch->events[i] = (struct sellable_event){.type = SELLABLE_RELEASE,
                                                   .order_key = text_key(&keys[i])};
    expect_ok(sellable_apply_batch(durable->store.engine, durable->store.workers[0], batch->events,
                                   count, batch->statuses, NULL),
              "sellable_apply_batch");
    for (size_t i = 0; i < count; i++)
        wrong += batch->statuses[i] != SELLABLE_OK;
    return wrong;
}
