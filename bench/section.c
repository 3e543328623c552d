/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the rows round by round, so that each row of a round saw the same machine as its reference.
 * Between rows, not timed: orders are closed and forgotten, keys are made anew. */
#include "section.h"

#include "stated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this many items there is room for the engine and the floor only. */
static const size_t peer_items_max = 2000000;

/* Later than any time of a run. */
#define TIMEOUT (INT64_C(1) << 40)

static void *subject_of(struct bench *bench, enum subject subject)
{
    if (subject == FLOOR)
        return &bench->floor;
    return subject == ENGINE ? (void *)&bench->store : (void *)bench->peers[subject];
}

static uint32_t most_threads(const struct options *options)
{
    return options->threads[options->thread_counts - 1];
}

/* Of the latencies: half as many calls, since they may have many threads. */
static size_t latency_calls(const struct options *options)
{
    return options->calls / 2;
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* Odd, so that the places of a power of two are all met before one is met twice. */
#define STANDING_STRIDE UINT64_C(0x9e3779b1)

static struct text *standing_key(struct bench *bench, enum subject subject, uint64_t place)
{
    return &bench->standing[subject].keys[place & (bench->options->slots - 1)];
}

static uint64_t release_one(struct bench *bench, enum subject subject, const struct text *key)
{
    return subject == ENGINE ? store_release(&bench->store, key, 1)
                             : peer_release(bench->peers[subject], key, 1);
}

/* Let the last row's orders join those that stand open, each for one of these taken at random,
 * which is released. So memory that becomes free is not that which was used last, and lies
 * anywhere. Orders of several lines are released themselves. */
void bench_settle(struct bench *bench)
{
    struct lot *lot = &bench->lot;
    size_t all = lot->threads * lot->orders;
    if (!lot->open)
        return;
    bool joins = lot->units == (int64_t)all;
    for (size_t i = 0; i < all; i++) {
        struct text key = *workload_key(&bench->workload, bench->workload.order_keys, i,
                                        lot->orders);
        if (joins) {
            struct text *other =
                standing_key(bench, lot->subject, workload_random(&bench->random));
            struct text joining = key;
            key = *other;
            *other = joining;
        }
        bench->wrong += release_one(bench, lot->subject, &key);
    }
    if (lot->subject == ENGINE)
        store_forget(&bench->store, all);
    bench->ledger[lot->subject].reserved -= lot->units;
    lot->open = false;
}

/* Name the standing orders that the next row is to close. */
static void choose_closed(struct bench *bench)
{
    struct standing *standing = &bench->standing[ENGINE];
    standing->first = (size_t)workload_random(&bench->random);
    for (size_t i = 0; i < bench->lot.threads * bench->lot.orders; i++)
        *workload_key(&bench->workload, bench->workload.later_keys, i, bench->lot.orders) =
            *standing_key(bench, ENGINE, standing->first + i * STANDING_STRIDE);
}

/* They are closed: the lot takes their places. */
static void replace_closed(struct bench *bench)
{
    size_t all = bench->lot.threads * bench->lot.orders;
    for (size_t i = 0; i < all; i++)
        *standing_key(bench, ENGINE, bench->standing[ENGINE].first + i * STANDING_STRIDE) =
            *workload_key(&bench->workload, bench->workload.order_keys, i, bench->lot.orders);
    store_forget(&bench->store, all);
    bench->lot.open = false;
}

/* What a row's answers mean for the cells, and for the orders that are there. */
static void account(struct bench *bench, const struct row_kind *kind, uint32_t threads,
                    size_t orders, int64_t units)
{
    struct totals *ledger = &bench->ledger[kind->subject];
    if (kind->adjusts)
        ledger->on_hand += units;
    if (kind->orders == TAKES_ORDERS) {
        ledger->reserved += units;
        bench->lot = (struct lot){true, kind->subject, threads, orders, units};
    }
    if (kind->orders == RELEASES_ORDERS || kind->orders == SHIPS_ORDERS) {
        ledger->reserved -= units;
        if (kind->orders == SHIPS_ORDERS)
            ledger->on_hand -= units;
        replace_closed(bench);
    }
}

/* ---- one row, once --------------------------------------------------------------------------- */

static struct measure_times run_body(struct bench *bench, const struct row_kind *kind,
                                     measure_body *body, uint32_t threads, size_t count,
                                     uint32_t *latencies, uint64_t *wrong)
{
    struct workload *workload = &bench->workload;
    size_t orders = count / (kind->lines ? kind->lines : 1);
    bool follows = kind->orders != NO_ORDERS && kind->orders != TAKES_ORDERS;
    struct share shares[THREADS_MAX];
    for (uint32_t i = 0; i < threads; i++) {
        size_t first = bench->slices++ * workload->calls % workload->request_count;
        const struct text *keys = follows ? workload->later_keys : workload->order_keys;
        shares[i] = (struct share){
            .thread = i,
            .mode = kind->mode,
            .by_key = kind->by_key,
            .expires_at = kind->timeout ? sellable_now(bench->store.engine) + TIMEOUT : 0,
            .count = count,
            .requests = workload->requests + first,
            .item_keys = workload->item_keys + first,
            .order_keys = keys + i * workload->calls,
            .latencies = latencies ? latencies + i * count : NULL,
        };
    }
    struct measure_times times =
        measure_threads(body, subject_of(bench, kind->subject), shares, threads);
    int64_t units = 0;
    for (uint32_t i = 0; i < threads; i++) {
        *wrong += shares[i].wrong;
        units += shares[i].units;
    }
    account(bench, kind, threads, orders, units);
    times.processor /= (double)(threads * count);
    times.wall /= (double)(threads * count);
    return times;
}

const struct row_kind *section_kind(enum subject subject, const char *name, enum mode mode)
{
    const struct row_kind *kinds = subject == ENGINE ? operations_rows : reference_rows;
    size_t count = subject == ENGINE ? operations_row_count : reference_row_count;
    for (size_t i = 0; i < count; i++)
        if (kinds[i].subject == subject && kinds[i].mode == mode &&
            strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    fprintf(stderr, "bench: there is no row %s\n", name);
    exit(1);
}

/* See to it that the orders are as the row needs them. */
static void prepare(struct bench *bench, const struct row_kind *kind, uint32_t threads,
                    size_t count)
{
    struct lot *lot = &bench->lot;
    if (kind->orders == NO_ORDERS)
        return;
    if (kind->orders == TAKES_ORDERS) {
        bench_settle(bench);
        workload_fresh_keys(&bench->workload, threads, count / (kind->lines ? kind->lines : 1));
        return;
    }
    /* As many new orders as will be closed, of one unit each: the last row's, if they are that. */
    if (!lot->open || lot->subject != ENGINE || lot->threads != threads || lot->orders != count ||
        lot->units != (int64_t)(threads * count)) {
        const struct row_kind *reserve = section_kind(ENGINE, ROW_RESERVE, BATCH);
        prepare(bench, reserve, threads, count);
        run_body(bench, reserve, reserve->body, threads, count, NULL, &bench->wrong);
    }
    if (kind->orders != KEEPS_ORDERS)
        choose_closed(bench);
}

struct measure_times bench_run(struct bench *bench, const struct row_kind *kind, uint32_t threads,
                               uint64_t *wrong)
{
    prepare(bench, kind, threads, bench->workload.calls);
    return run_body(bench, kind, kind->body, threads, bench->workload.calls, NULL, wrong);
}

/* ---- a section ------------------------------------------------------------------------------- */

static bool measured(const struct bench *bench, const struct row_kind *kind,
                     enum distribution distribution)
{
    if (kind->subject > ENGINE && !bench->peers[kind->subject])
        return false;
    if (bench->options->only)
        return kind->subject == FLOOR || strstr(kind->name, bench->options->only);
    return kind->core || bench->options->everything ||
           (distribution == UNIFORM && bench->items == bench->options->judged_items);
}

/* A peer takes its time to be set up: only those that a row needs. */
uint32_t bench_peers(const struct options *options)
{
    uint32_t wanted = 0;
    for (size_t i = 0; i < reference_row_count; i++)
        if (!options->only || strstr(reference_rows[i].name, options->only))
            wanted |= UINT32_C(1) << reference_rows[i].subject;
    return wanted;
}

static void list_rows(const struct bench *bench, struct section *section,
                      const struct row_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (measured(bench, &kinds[i], section->distribution) && section->row_count < ROWS_MAX)
            section->rows[section->row_count++].kind = &kinds[i];
}

static void run_round(struct bench *bench, struct section *section, size_t round)
{
    for (size_t t = 0; t < section->thread_counts; t++)
        for (size_t i = 0; i < section->row_count; i++) {
            struct row *row = &section->rows[i];
            struct measure_times times =
                bench_run(bench, row->kind, section->threads[t], &section->wrong);
            row->processor[t][round] = times.processor;
            row->wall[t][round] = times.wall;
        }
}

static const struct {
    const char *name;
    enum subject subject;
    const char *row;
    measure_body *body;
} latency_calls_of[] = {
    {"nothing but the clock", FLOOR, ROW_READ, floor_latency},
    {"reserve by handle", ENGINE, ROW_RESERVE, operations_reserve_latency},
    {"one mutex", ONE_MUTEX, "reserve, one mutex", peer_reserve_latency},
    {"1,024 mutexes", STRIPED, "reserve, 1,024 mutexes", peer_reserve_latency},
    {"spin-lock in the row", ROW_LOCKS, "reserve, spin-lock in the row", peer_reserve_latency},
    {"Concurrency Kit", CONCURRENCY_KIT, "reserve, Concurrency Kit", peer_reserve_latency},
};
enum { LATENCY_KINDS = sizeof latency_calls_of / sizeof *latency_calls_of };

void bench_latencies(struct bench *bench, enum subject subject, uint32_t threads,
                     double figures[LATENCY_FIGURES], uint64_t *wrong)
{
    size_t i = 0, calls = latency_calls(bench->options), all = threads * calls;
    while (latency_calls_of[i].subject != subject)
        i++;
    uint32_t *latencies = workload_memory(all * sizeof *latencies);
    const struct row_kind *kind = section_kind(subject, latency_calls_of[i].row, INDEPENDENT);
    prepare(bench, kind, threads, calls);
    struct measure_times times =
        run_body(bench, kind, latency_calls_of[i].body, threads, calls, latencies, wrong);
    measure_sort(latencies, all);
    figures[HALF] = measure_percentile(latencies, all, 0.5);
    figures[HUNDREDTH] = measure_percentile(latencies, all, 0.99);
    figures[THOUSANDTH] = measure_percentile(latencies, all, 0.999);
    figures[LONGEST] = latencies[all - 1];
    figures[RATE] = 1e9 / times.wall;
    workload_memory_release(latencies, all * sizeof *latencies);
}

/* Medians of what stands `LATENCY_FIGURES` apart. */
static double median_of(double (*figures)[LATENCY_FIGURES], enum latency_figure figure,
                        size_t rounds)
{
    double by_round[ROUNDS_MAX];
    for (size_t i = 0; i < rounds; i++)
        by_round[i] = figures[i][figure];
    return measure_median(by_round, rounds);
}

/* All threads on the one hot item, more of them than processors. */
static void run_latencies(struct bench *bench, struct section *section)
{
    static double figures[LATENCY_KINDS][ROUNDS_MAX][LATENCY_FIGURES];
    for (size_t round = 0; round < section->rounds; round++)
        for (size_t i = 0; i < LATENCY_KINDS; i++)
            if (subject_of(bench, latency_calls_of[i].subject))
                bench_latencies(bench, latency_calls_of[i].subject, section->latency_threads,
                                figures[i][round], &section->wrong);
    for (size_t i = 0; i < LATENCY_KINDS; i++) {
        if (!subject_of(bench, latency_calls_of[i].subject))
            continue;
        section->latencies[section->latency_count++] = (struct latency){
            .name = latency_calls_of[i].name,
            .half = median_of(figures[i], HALF, section->rounds),
            .hundredth = median_of(figures[i], HUNDREDTH, section->rounds),
            .thousandth = median_of(figures[i], THOUSANDTH, section->rounds),
            .most = median_of(figures[i], LONGEST, section->rounds),
            .rate = median_of(figures[i], RATE, section->rounds),
        };
    }
}

void bench_draw(struct bench *bench, enum distribution distribution)
{
    workload_draw(&bench->workload, distribution, bench->store.items, bench->store.channels);
}

double bench_clock(const struct row_kind *kind, uint32_t threads, struct measure_times times)
{
    return kind->sleeps && threads > 1 ? times.wall : times.processor;
}

void section_run(struct bench *bench, enum distribution distribution, struct section *section)
{
    const struct options *options = bench->options;
    *section = (struct section){.items = bench->items, .distribution = distribution};
    for (size_t i = 0; i < options->thread_counts; i++)
        if (options->threads[i] <= measure_processors())
            section->threads[section->thread_counts++] = options->threads[i];
    if (distribution == HOT && most_threads(options) > 1)
        section->latency_threads = most_threads(options);
    list_rows(bench, section, reference_rows, reference_row_count);
    list_rows(bench, section, operations_rows, operations_row_count);

    bench_draw(bench, distribution);
    run_round(bench, section, 0); /* to warm up: the first round writes over it */
    double started = measure_wall();
    while (section->rounds < ROUNDS_MAX &&
           (section->rounds < options->rounds ||
            measure_wall() - started < options->seconds * 1e9))
        run_round(bench, section, section->rounds++);
    if (section->latency_threads)
        run_latencies(bench, section);
    bench_settle(bench);
}

/* ---- open, audit, close ---------------------------------------------------------------------- */

/* The orders that stand open from now on, so that an order's slot and record are not in a cache.
 * They go into memory that was never touched: what they take is a figure of its own. */
static void stand(struct bench *bench, enum subject subject, const char *name)
{
    const struct row_kind *kind = section_kind(subject, name, INDEPENDENT);
    size_t count = bench->options->slots;
    struct request *requests = workload_memory(count * sizeof *requests);
    struct text *keys = workload_memory(count * sizeof *keys);
    bench->standing[subject].keys = keys;
    for (size_t i = 0; i < count; i++) {
        struct request *request = &requests[i];
        request->row = (uint32_t)(workload_random(&bench->random) % bench->items);
        request->slot = (uint32_t)i;
        request->item = bench->store.items[request->row];
        request->channel = bench->store.channels[request_channel(request)];
        workload_order_key(&bench->workload, &keys[i]);
    }
    struct share share = {.count = count, .requests = requests, .order_keys = keys};
    struct measure_times times =
        measure_threads(kind->body, subject_of(bench, subject), &share, 1);
    bench->fresh_ns[subject] = times.processor / (double)count;
    bench->ledger[subject].reserved += share.units;
    bench->wrong += share.wrong;
    workload_memory_release(requests, count * sizeof *requests);
}

/* In the middle, and with nothing of its own in any mix. */
static size_t hot_row(size_t items)
{
    size_t row = items / 2;
    while (row + 1 < items && !stated_plain(row))
        row++;
    return row;
}

void bench_open(struct bench *bench, const struct options *options, enum store_kind kind,
                size_t items, uint32_t peers_wanted)
{
    *bench = (struct bench){.options = options, .items = items};
    bench->workload = (struct workload){.items = items,
                                        .hot = hot_row(items),
                                        .slots = options->slots,
                                        .calls = options->calls,
                                        .threads = most_threads(options)};
    workload_init(&bench->workload);
    store_open(&bench->store, kind, items, most_threads(options));
    floor_open(&bench->floor, items, options->slots);
    static const struct {
        enum subject subject;
        enum peer_locks locks;
        const char *reserve;
    } peers[] = {
        {ONE_MUTEX, PEER_ONE_MUTEX, "reserve, one mutex"},
        {STRIPED, PEER_STRIPED, "reserve, 1,024 mutexes"},
        {ROW_LOCKS, PEER_ROW_LOCKS, "reserve, spin-lock in the row"},
        {CONCURRENCY_KIT, PEER_CONCURRENCY_KIT, "reserve, Concurrency Kit"},
    };
    size_t orders = options->slots + most_threads(options) * options->calls;
    for (enum subject i = ENGINE; i < SUBJECTS; i++)
        bench->ledger[i].on_hand = (int64_t)(items * LOCATIONS) * CELL_ON_HAND;
    sellable_memory(bench->store.engine, &bench->before);
    stand(bench, ENGINE, ROW_RESERVE);
    sellable_memory(bench->store.engine, &bench->after);
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        if (items > peer_items_max || !(peers_wanted >> peers[i].subject & 1))
            continue;
        bench->peers[peers[i].subject] = peer_open(peers[i].locks, items, orders);
        stand(bench, peers[i].subject, peers[i].reserve);
    }
}

bool bench_audit(struct bench *bench)
{
    static const char *const names[SUBJECTS] = {"", "the engine", "one mutex", "1,024 mutexes",
                                                "the spin-locks", "Concurrency Kit"};
    bool good = bench->wrong == 0;
    if (!good)
        fprintf(stderr, "bench: %llu answers between the rows were wrong\n",
                (unsigned long long)bench->wrong);
    for (enum subject i = ENGINE; i < SUBJECTS; i++) {
        if (!subject_of(bench, i))
            continue;
        struct totals found =
            i == ENGINE ? store_totals(&bench->store) : peer_totals(bench->peers[i]);
        const struct totals *ledger = &bench->ledger[i];
        if (found.on_hand == ledger->on_hand && found.reserved == ledger->reserved &&
            found.broken == 0)
            continue;
        good = false;
        fprintf(stderr,
                "bench: the cells of %s add up to on_hand %lld, reserved %lld; expected are %lld, "
                "%lld; %llu cells are broken\n",
                names[i], (long long)found.on_hand, (long long)found.reserved,
                (long long)ledger->on_hand, (long long)ledger->reserved,
                (unsigned long long)found.broken);
    }
    return good;
}

void bench_close(struct bench *bench)
{
    store_close(&bench->store);
    floor_close(&bench->floor);
    for (enum subject i = ONE_MUTEX; i < SUBJECTS; i++)
        if (bench->peers[i])
            peer_close(bench->peers[i]);
    for (enum subject i = ENGINE; i < SUBJECTS; i++)
        workload_memory_release(bench->standing[i].keys,
                                bench->options->slots * sizeof *bench->standing[i].keys);
    workload_fini(&bench->workload);
}

/* ---- figures --------------------------------------------------------------------------------- */

const struct row *section_row(const struct section *section, const char *name, enum mode mode)
{
    for (size_t i = 0; name && i < section->row_count; i++)
        if (section->rows[i].kind->mode == mode && strcmp(section->rows[i].kind->name, name) == 0)
            return &section->rows[i];
    return NULL;
}

/* Threads that sleep while they wait are not running: of those the wall clock counts. */
const double *section_figures(const struct section *section, const struct row *row, size_t threads)
{
    bool by_wall = row->kind->sleeps && section->threads[threads] > 1;
    return by_wall ? row->wall[threads] : row->processor[threads];
}

double section_figure(const struct section *section, const struct row *row, size_t threads)
{
    return measure_median(section_figures(section, row, threads), section->rounds);
}

double section_ratio(const struct section *section, const struct row *row,
                     const struct row *reference)
{
    double ratios[ROUNDS_MAX];
    if (!row || !reference || section->threads[0] != 1)
        return 0;
    for (size_t i = 0; i < section->rounds; i++)
        ratios[i] = row->processor[0][i] / reference->processor[0][i];
    return measure_median(ratios, section->rounds);
}

double section_gain(const struct section *section, const struct row *row, size_t threads)
{
    double gains[ROUNDS_MAX];
    if (!row || section->threads[0] != 1)
        return 0;
    for (size_t i = 0; i < section->rounds; i++)
        gains[i] = row->processor[0][i] / section_figures(section, row, threads)[i];
    return measure_median(gains, section->rounds);
}
