/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks; and what those who write feel of forks, views, audits and questions that are under way on
 * another thread. */
#include "told_bed.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* ---- forks ----------------------------------------------------------------------------------- */

static double bytes_of(const struct sellable *engine)
{
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    return (double)(memory.row_bytes + memory.block_bytes);
}

/* Into memory that was never touched, as the fork's. */
static double copy_of_as_much(struct told_bed *bed, double bytes)
{
    size_t size = (size_t)bytes;
    double started = measure_processor();
    unsigned char *copy = workload_untouched_memory(size);
    for (size_t at = 0, piece; at < size; at += piece) {
        piece = size - at < bed->memory_size ? size - at : bed->memory_size;
        memcpy(copy + at, bed->memory, piece);
    }
    double ns = told_since(started);
    workload_memory_release(copy, size);
    return ns;
}

/* The first is compared with the engine that it was made of. */
static void check_fork(struct told_bed *bed, struct sellable *fork)
{
    struct sellable_audit audits[2];
    expect_ok(sellable_audit(bed->store.engine, NULL, &audits[0]), "sellable_audit");
    expect_ok(sellable_audit(fork, NULL, &audits[1]), "sellable_audit of a fork");
    bed->told->wrong += memcmp(audits[0].full, audits[1].full, sizeof audits[0].full) != 0;
    bed->told->wrong += !audits[1].consistent || audits[1].orders != bed->told->orders;
}

void told_fork_round(struct told_bed *bed)
{
    struct told_row *row =
        told_row(bed->told, "fork", "as much read and written", 0);
    struct sellable *fork;
    double started = measure_processor();
    expect_ok(sellable_fork(bed->store.engine, bed->store.workers[0], NULL, &fork),
              "sellable_fork");
    row->ns[bed->round] = told_since(started);
    bed->told->fork_bytes = bytes_of(fork);
    if (bed->round == 0)
        check_fork(bed, fork);
    sellable_close(fork);
    row->reference[bed->round] = copy_of_as_much(bed, bed->told->fork_bytes);
}

/* ---- meanwhile: on the other thread ---------------------------------------------------------- */

enum { LATENCIES_KEPT = 1 << 22, QUESTIONS_A_SECOND = 100 };
#define SECOND 1e9 /* ns */

struct meanwhile {
    struct told_bed *bed;
    void (*act)(struct meanwhile *meanwhile);
    double span;          /* ns that it goes on for at least */
    atomic_bool acting;   /* calls are timed that begin and end in this */
    atomic_bool over;
    uint32_t *latencies;
    size_t count;
    double sum;
    uint64_t asked, wrong; /* of the other thread: questions, answers */
};

static void pause_for(double ns)
{
    const struct timespec time = {.tv_nsec = (long)ns};
    if (ns > 0)
        nanosleep(&time, NULL);
}

static void do_nothing(struct meanwhile *meanwhile)
{
    (void)meanwhile;
    pause_for(SECOND / QUESTIONS_A_SECOND);
}

static void do_fork(struct meanwhile *meanwhile)
{
    struct sellable *fork;
    expect_ok(sellable_fork(meanwhile->bed->store.engine, NULL, NULL, &fork), "sellable_fork");
    atomic_store(&meanwhile->acting, false);
    sellable_close(fork); /* gives memory back, and is no part of it */
    atomic_store(&meanwhile->acting, true);
}

static void do_view(struct meanwhile *meanwhile)
{
    static uint32_t item[PAGE_ROWS];
    static int64_t published[CHANNELS * PAGE_ROWS];
    struct told_bed *bed = meanwhile->bed;
    struct sellable_availability_columns columns = {
        .capacity = PAGE_ROWS, .count = PAGE_ROWS, .item = item, .published = published};
    struct sellable_cursor cursor = {0, 0};
    struct sellable_view view;
    expect_ok(sellable_view_open(bed->store.engine, NULL, &view), "sellable_view_open");
    while (columns.count == PAGE_ROWS)
        expect_ok(sellable_view_availability(&view, bed->store.channels, CHANNELS, &cursor,
                                             &columns),
                  "sellable_view_availability");
    expect_ok(sellable_view_close(NULL, &view), "sellable_view_close");
}

static void do_audit(struct meanwhile *meanwhile)
{
    struct sellable_audit audit;
    expect_ok(sellable_audit(meanwhile->bed->store.engine, NULL, &audit), "sellable_audit");
    meanwhile->wrong += !audit.consistent;
}

static void ask_changes(struct told_bed *bed, uint64_t channel)
{
    struct sellable_changes changes = {.channel = bed->store.channels[channel % CHANNELS],
                                       .changes = bed->changes,
                                       .capacity = bed->told->items};
    expect_ok(sellable_changes(bed->store.engine, NULL, &changes), "sellable_changes");
}

/* Channels take turns. */
static void do_changes(struct meanwhile *meanwhile)
{
    double started = measure_wall();
    ask_changes(meanwhile->bed, meanwhile->asked++);
    pause_for(SECOND / QUESTIONS_A_SECOND - (measure_wall() - started));
}

static void act(struct meanwhile *meanwhile)
{
    double started = measure_wall();
    atomic_store(&meanwhile->acting, true);
    do
        meanwhile->act(meanwhile);
    while (measure_wall() - started < meanwhile->span);
    atomic_store(&meanwhile->acting, false);
    atomic_store(&meanwhile->over, true);
}

/* ---- meanwhile: who writes ------------------------------------------------------------------- */

static void note_latency(struct meanwhile *meanwhile, double ns)
{
    meanwhile->sum += ns;
    meanwhile->latencies[meanwhile->count++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

/* As many orders as one row has, one after another. */
static void reserve_lot(struct meanwhile *meanwhile)
{
    struct told_bed *bed = meanwhile->bed;
    const struct request *requests =
        bed->workload->requests + bed->drawn % 16 * bed->workload->calls;
    for (size_t i = 0; i < bed->workload->calls; i++) {
        const struct sellable_line line = {.item = requests[i].item, .quantity = 1};
        const struct sellable_order order = {.key = text_key(&bed->workload->order_keys[i]),
                                             .channel = requests[i].channel,
                                             .lines = &line,
                                             .line_count = 1};
        bool timed = atomic_load_explicit(&meanwhile->acting, memory_order_relaxed);
        double started = measure_wall();
        enum sellable_status status =
            sellable_reserve(bed->store.engine, bed->store.workers[0], &order, NULL);
        double ns = measure_wall() - started;
        if (timed && atomic_load_explicit(&meanwhile->acting, memory_order_relaxed) &&
            meanwhile->count < LATENCIES_KEPT)
            note_latency(meanwhile, ns);
        bed->told->wrong += status != SELLABLE_OK;
    }
}

/* Lot after lot; each is given back and forgotten, not timed. */
static void write_on(struct meanwhile *meanwhile)
{
    struct told_bed *bed = meanwhile->bed;
    while (!atomic_load(&meanwhile->over)) {
        workload_fresh_keys(bed->workload, 1, bed->workload->calls);
        reserve_lot(meanwhile);
        bed->told->wrong +=
            store_release(&bed->store, bed->workload->order_keys, bed->workload->calls);
        store_forget(&bed->store, bed->workload->calls);
    }
}

static void run_thread(void *meanwhile, struct share *share)
{
    if (share->thread == 0)
        write_on(meanwhile);
    else
        act(meanwhile);
}

static const struct {
    const char *name;
    void (*act)(struct meanwhile *meanwhile);
} acts[] = {
    {"reserve, nothing else", do_nothing}, {"during forks", do_fork},
    {"during views, walked", do_view},     {"during audits", do_audit},
    {"with changes asked, 100 a second", do_changes},
};
enum { ACTS = sizeof acts / sizeof *acts, FIGURES = 5 };

static void run_act(struct meanwhile *meanwhile, size_t number,
                    double figures[FIGURES][ROUNDS_MAX])
{
    size_t round = meanwhile->bed->round;
    struct share shares[2] = {{.thread = 0}, {.thread = 1}};
    meanwhile->act = acts[number].act;
    meanwhile->count = 0;
    meanwhile->sum = 0;
    atomic_store(&meanwhile->over, false);
    (void)measure_threads(run_thread, meanwhile, shares, 2);
    size_t count = meanwhile->count;
    if (count == 0) /* there was no processor for both */
        return;
    measure_sort(meanwhile->latencies, count);
    figures[0][round] = measure_percentile(meanwhile->latencies, count, 0.5);
    figures[1][round] = measure_percentile(meanwhile->latencies, count, 0.99);
    figures[2][round] = measure_percentile(meanwhile->latencies, count, 0.999);
    figures[3][round] = meanwhile->latencies[count - 1];
    figures[4][round] = SECOND * (double)count / meanwhile->sum;
}

void told_meanwhile(struct told_bed *bed)
{
    static double figures[ACTS][FIGURES][ROUNDS_MAX];
    struct meanwhile meanwhile = {.bed = bed};
    struct told *told = bed->told;
    meanwhile.span = bed->options->everything ? SECOND / 100 : SECOND / 2;
    meanwhile.latencies = workload_memory(LATENCIES_KEPT * sizeof *meanwhile.latencies);
    for (uint64_t channel = 0; channel < CHANNELS; channel++)
        ask_changes(bed, channel);
    for (bed->round = 0; bed->round < told->rounds; bed->round++)
        for (size_t i = 0; i < ACTS; i++)
            run_act(&meanwhile, i, figures[i]);
    for (size_t i = 0; i < ACTS; i++)
        told->latencies[told->latency_count++] = (struct latency){
            .name = acts[i].name,
            .half = measure_median(figures[i][0], told->rounds),
            .hundredth = measure_median(figures[i][1], told->rounds),
            .thousandth = measure_median(figures[i][2], told->rounds),
            .most = measure_median(figures[i][3], told->rounds),
            .rate = measure_median(figures[i][4], told->rounds),
        };
    told->wrong += meanwhile.wrong;
    workload_memory_release(meanwhile.latencies,
                            LATENCIES_KEPT * sizeof *meanwhile.latencies);
}
