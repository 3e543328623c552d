/* SPDX-License-Identifier: Apache-2.0
 *
 * What a write costs by how many channels listen: engines that differ in nothing else, and each
 * channel asks for changes after so many writes (RHYTHM): on the thread that writes, in its turn,
 * with its time left out; or on a thread of its own, as often as it can keep up with. */
#include "told_bed.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { LISTENING_MOST = 64 };

static const uint32_t listening[LISTENING_COUNTS] = {0, 1, 8, LISTENING_MOST};

#define ADJUST "on_hand.adjust"

static const struct {
    const char *row;
    enum mode mode;
} calls[] = {
    {ROW_RESERVE, INDEPENDENT},
    {ROW_RESERVE, BATCH},
    {ADJUST, INDEPENDENT},
    {ADJUST, BATCH},
};
enum { CALLS = sizeof calls / sizeof *calls };

/* One engine, with so many channels of its 64 that listen. */
struct listened {
    struct told_bed bed;
    struct sellable_channel channels[LISTENING_MOST];
    uint32_t listening;
};

/* What the two threads of a row share. */
struct turn {
    struct listened *listened;
    const struct row_kind *kind;
    bool aside;
    double ns;           /* of the writes */
    uint64_t wrong;
    atomic_size_t written;
    atomic_bool over;
};

/* ---- asking ---------------------------------------------------------------------------------- */

static void ask_one(struct listened *listened, uint32_t thread, uint32_t channel)
{
    struct told_bed *bed = &listened->bed;
    struct sellable_changes changes = {.channel = listened->channels[channel],
                                       .changes = bed->changes,
                                       .capacity = bed->told->items};
    expect_ok(sellable_changes(bed->store.engine, bed->store.workers[thread], &changes),
              "sellable_changes");
}

static void ask_all(struct listened *listened, uint32_t thread)
{
    for (uint32_t i = 0; i < listened->listening; i++)
        ask_one(listened, thread, i);
}

/* One round of questions for each RHYTHM of writes, or fewer if they take longer. */
static void ask_on(struct turn *turn)
{
    size_t seen = 0;
    while (!atomic_load_explicit(&turn->over, memory_order_relaxed)) {
        size_t written = atomic_load_explicit(&turn->written, memory_order_relaxed);
        if (written == seen)
            continue;
        seen = written;
        ask_all(turn->listened, 1);
    }
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_on(struct turn *turn, const struct share *all)
{
    struct told_bed *bed = &turn->listened->bed;
    for (size_t done = 0; done < all->count; done += RHYTHM) {
        struct share share = *all;
        share.count = all->count - done < RHYTHM ? all->count - done : RHYTHM;
        share.requests += done;
        share.order_keys += done;
        double started = measure_processor();
        turn->kind->body(&bed->store, &share);
        turn->ns += told_since(started);
        turn->wrong += share.wrong;
        atomic_fetch_add_explicit(&turn->written, share.count, memory_order_relaxed);
        if (!turn->aside)
            ask_all(turn->listened, 0);
    }
    atomic_store(&turn->over, true);
}

static void run_thread(void *turn, struct share *share)
{
    if (share->thread == 0)
        write_on(turn, share);
    else
        ask_on(turn);
}

/* ns of one write. What it took is given back and forgotten, and everybody has asked again. */
static double run_write(struct listened *listened, const struct row_kind *kind, bool aside,
                        const struct workload *workload, size_t slice)
{
    struct told_bed *bed = &listened->bed;
    struct turn turn = {.listened = listened, .kind = kind, .aside = aside};
    struct share shares[2] = {
        {.mode = kind->mode,
         .count = workload->calls,
         .requests = workload->requests + slice % 16 * workload->calls,
         .order_keys = workload->order_keys},
        {.thread = 1},
    };
    (void)measure_threads(run_thread, &turn, shares, aside ? 2 : 1);
    bed->told->wrong += turn.wrong;
    if (kind->orders == TAKES_ORDERS) {
        bed->told->wrong += store_release(&bed->store, workload->order_keys, workload->calls);
        store_forget(&bed->store, workload->calls);
    }
    ask_all(listened, 0);
    return turn.ns / (double)workload->calls;
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static double run_swaps(struct floor *floor, const struct workload *workload, size_t slice)
{
    struct share share = {.count = workload->calls,
                          .requests = workload->requests + slice % 16 * workload->calls};
    const struct row_kind *kind = section_kind(FLOOR, ROW_CAS, INDEPENDENT);
    return measure_threads(kind->body, floor, &share, 1).processor / (double)workload->calls;
}

static void run_round(struct told *told, struct listened *all, struct floor *floor, size_t round)
{
    struct workload *workload = all[0].bed.workload;
    uint64_t slice = (uint64_t)round * 5;
    told->swap[round] = run_swaps(floor, workload, (size_t)slice++);
    for (size_t i = 0; i < told->write_count; i++) {
        struct told_write *write = &told->writes[i];
        const struct row_kind *kind = section_kind(ENGINE, write->name, write->mode);
        slice++;
        for (size_t j = 0; j < LISTENING_COUNTS; j++) {
            workload_fresh_keys(workload, 1, workload->calls);
            write->ns[j][round] =
                run_write(&all[j], kind, write->aside, workload, (size_t)slice);
        }
    }
}

static void name_writes(struct told *told)
{
    for (size_t aside = 0; aside < 2; aside++)
        for (size_t i = 0; i < CALLS; i++)
            told->writes[told->write_count++] = (struct told_write){
                .name = calls[i].row, .mode = calls[i].mode, .aside = aside != 0};
    memcpy(told->listening, listening, sizeof listening);
}

/* ---- the engines ----------------------------------------------------------------------------- */

static void put_channels(struct listened *listened)
{
    struct store *store = &listened->bed.store;
    char key[KEY_SIZE];
    memcpy(listened->channels, store->channels, sizeof store->channels);
    for (size_t i = CHANNELS; i < LISTENING_MOST; i++) {
        const struct channel_settings *settings = &workload_channels[i % CHANNELS];
        const struct sellable_policy policy = {
            .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_BUFFER,
            .share = settings->share,
            .buffer = settings->buffer};
        int size = snprintf(key, sizeof key, "channel-%zu", i);
        expect_ok(sellable_channel_put(store->engine, NULL,
                                       (struct sellable_key){key, (uint64_t)size}, &policy,
                                       &listened->channels[i], NULL),
                  "sellable_channel_put");
    }
}

/* Requests and keys are the first engine's: handles are the same in all. */
static void open_engine(struct listened *listened, struct listened *first, struct told *told,
                        const struct options *options)
{
    struct told_bed *bed = &listened->bed;
    *bed = (struct told_bed){.told = told, .options = options};
    store_open(&bed->store, STORE_SETTLED, told->items, 2);
    put_channels(listened);
    bool is_first = listened == first;
    bed->workload = is_first ? told_workload(bed) : first->bed.workload;
    bed->changes = is_first ? workload_memory(told->items * sizeof *bed->changes)
                            : first->bed.changes;
    told_take_orders(bed, told->orders);
    ask_all(listened, 0);
}

static bool consistent(const struct listened *listened)
{
    struct sellable_audit audit;
    const struct told_bed *bed = &listened->bed;
    expect_ok(sellable_audit(bed->store.engine, NULL, &audit), "sellable_audit");
    return audit.consistent && audit.orders == bed->told->orders;
}

void told_writes_run(struct told *told, const struct options *options)
{
    static struct listened all[LISTENING_COUNTS];
    struct floor floor;
    name_writes(told);
    for (size_t i = 0; i < LISTENING_COUNTS; i++) {
        all[i].listening = listening[i];
        open_engine(&all[i], &all[0], told, options);
    }
    floor_open(&floor, told->items, options->slots);
    run_round(told, all, &floor, 0); /* to warm up: the first round writes over it */
    for (size_t round = 0; round < told->rounds; round++)
        run_round(told, all, &floor, round);
    for (size_t i = LISTENING_COUNTS; i-- > 0;) {
        told->good = consistent(&all[i]) && told->good;
        store_close(&all[i].bed.store);
    }
    workload_memory_release(all[0].bed.changes, told->items * sizeof *all[0].bed.changes);
    workload_fini(all[0].bed.workload);
    floor_close(&floor);
}
