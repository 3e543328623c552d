/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the rows of the gates, round by round, engine after engine; see gates.h. A row comes right
 * after its reference, or as near to it as the orders allow that it needs. */
#include "gates.h"

#include <stdio.h>
#include <string.h>

/* What a row does; what has no name is not one of a section's rows. */
static const struct gate_kind {
    enum subject subject;
    const char *name;
    enum mode mode;
    uint32_t threads;
    bool hot;         /* all on one item */
    bool tail;        /* of more threads than processors: p99.9 of a call */
} kinds[GATE_ROWS] = {
    [GATE_READ_CHAINED] = {FLOOR, ROW_READ, CHAINED, .threads = 1},
    [GATE_ASK_CHAINED] = {ENGINE, ROW_AVAILABLE, CHAINED, .threads = 1},
    [GATE_READ] = {FLOOR, ROW_READ, INDEPENDENT, .threads = 1},
    [GATE_ASK] = {ENGINE, ROW_AVAILABLE, INDEPENDENT, .threads = 1},
    [GATE_ASK_BATCH] = {ENGINE, ROW_AVAILABLE, BATCH, .threads = 1},
    [GATE_ASK_KEY_BATCH] = {ENGINE, "available by key", BATCH, .threads = 1},
    [GATE_PAIR_CHAINED] = {FLOOR, ROW_PAIR, CHAINED, .threads = 1},
    [GATE_RESERVE_CHAINED] = {ENGINE, ROW_RESERVE, CHAINED, .threads = 1},
    [GATE_PAIR] = {FLOOR, ROW_PAIR, INDEPENDENT, .threads = 1},
    [GATE_RESERVE] = {ENGINE, ROW_RESERVE, INDEPENDENT, .threads = 1},
    [GATE_RELEASE] = {ENGINE, "release", INDEPENDENT, .threads = 1},
    [GATE_RESERVE_BATCH] = {ENGINE, ROW_RESERVE, BATCH, .threads = 1},
    [GATE_RELEASE_BATCH] = {ENGINE, "release", BATCH, .threads = 1},
    [GATE_RESERVE_KEY_BATCH] = {ENGINE, "reserve by key", BATCH, .threads = 1},
    [GATE_ORDER_BATCH] = {ENGINE, "order of four lines, per line", BATCH, .threads = 1},
    [GATE_RESERVE_TWO] = {ENGINE, ROW_RESERVE, INDEPENDENT, .threads = 2},
    [GATE_TIMEOUT] = {ENGINE, "reserve with a timeout", INDEPENDENT, .threads = 1},
    [GATE_CONFIRM] = {ENGINE, "confirm", INDEPENDENT, .threads = 1},
    [GATE_SHIP] = {ENGINE, "ship", INDEPENDENT, .threads = 1},
    [GATE_TIMEOUT_BATCH] = {ENGINE, "reserve with a timeout", BATCH, .threads = 1},
    [GATE_CONFIRM_BATCH] = {ENGINE, "confirm", BATCH, .threads = 1},
    [GATE_SHIP_BATCH] = {ENGINE, "ship", BATCH, .threads = 1},
    [GATE_ADJUST] = {ENGINE, "on_hand.adjust", INDEPENDENT, .threads = 1},
    [GATE_ADJUST_BATCH] = {ENGINE, "on_hand.adjust", BATCH, .threads = 1},
    [GATE_EXPORT] = {ENGINE, NULL, INDEPENDENT, .threads = 1},
    [GATE_EXPORT_REFERENCE] = {FLOOR, NULL, INDEPENDENT, .threads = 1},
    [GATE_HOT] = {ENGINE, ROW_RESERVE, INDEPENDENT, .threads = 2, .hot = true},
    [GATE_HOT_SPIN] = {ROW_LOCKS, "reserve, spin-lock in the row", INDEPENDENT, .threads = 2,
                       .hot = true},
    [GATE_TAIL] = {ENGINE, NULL, INDEPENDENT, .hot = true, .tail = true},
    [GATE_TAIL_MUTEXES] = {STRIPED, NULL, INDEPENDENT, .hot = true, .tail = true},
};

enum subject gates_subject(enum gate_row row)
{
    return kinds[row].subject;
}

struct gate_benches {
    struct options options; /* with the threads that the gates need */
    struct bench bench[BEDS];
    struct gate_area *area[BEDS];
};

/* ---- a round --------------------------------------------------------------------------------- */

static bool runs(const struct bench *bench, const struct gate_kind *kind)
{
    return (kind->subject <= ENGINE || bench->peers[kind->subject]) &&
           kind->threads <= measure_processors();
}

static double run_row(struct gates *gates, struct gate_benches *benches, enum bed bed,
                      enum gate_row row)
{
    const struct gate_kind *kind = &kinds[row];
    struct bench *bench = &benches->bench[bed];
    double latencies[LATENCY_FIGURES];
    if (row == GATE_EXPORT)
        return gates_export(bench, benches->area[bed], &gates->wrong);
    if (row == GATE_EXPORT_REFERENCE)
        return gates_export_reference(benches->area[bed]);
    if (!runs(bench, kind))
        return 0;
    if (kind->tail) {
        bench_latencies(bench, kind->subject, gates->tail_threads, latencies, &gates->wrong);
        return latencies[THOUSANDTH];
    }
    const struct row_kind *what = section_kind(kind->subject, kind->name, kind->mode);
    return bench_clock(what, kind->threads,
                       bench_run(bench, what, kind->threads, &gates->wrong));
}

static void run_round(struct gates *gates, struct gate_benches *benches, size_t round)
{
    for (enum bed bed = 0; bed < BEDS; bed++) {
        bool hot = false;
        if (gates->beds[bed].items == 0)
            continue;
        bench_draw(&benches->bench[bed], UNIFORM);
        for (enum gate_row row = 0; row < GATE_ROWS; row++) {
            if (kinds[row].hot && !hot)
                bench_draw(&benches->bench[bed], HOT);
            hot = kinds[row].hot;
            gates->beds[bed].ns[row][round] = run_row(gates, benches, bed, row);
        }
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void open_beds(struct gates *gates, struct gate_benches *benches,
                      const struct options *options)
{
    static const enum store_kind stores[BEDS] = {STORE_STATED, STORE_BARE, STORE_STATED};
    const uint32_t peers = UINT32_C(1) << ROW_LOCKS | UINT32_C(1) << STRIPED;
    benches->options = *options;
    benches->options.thread_counts = 1;
    benches->options.threads[0] = gates->tail_threads;
    for (enum bed bed = 0; bed < BEDS; bed++) {
        if (gates->beds[bed].items == 0)
            continue;
        bench_open(&benches->bench[bed], &benches->options, stores[bed], gates->beds[bed].items,
                   bed == BED_MIX ? peers : 0);
        benches->area[bed] = gates_area_open(&benches->bench[bed]);
    }
}

static void close_beds(struct gates *gates, struct gate_benches *benches)
{
    for (enum bed bed = 0; bed < BEDS; bed++) {
        if (gates->beds[bed].items == 0)
            continue;
        gates_bytes(&benches->bench[bed], bed == BED_LARGE, gates->beds[bed].bytes);
        gates->good = bench_audit(&benches->bench[bed]) && gates->good;
        gates_area_close(benches->area[bed]);
        bench_close(&benches->bench[bed]);
    }
}

void gates_run(struct gates *gates, const struct options *options)
{
    enum { TAIL_THREADS = 8 };
    static struct gate_benches benches;
    *gates = (struct gates){.rounds = options->rounds,
                            .calls = options->calls,
                            .slots = options->slots,
                            .tail_threads = TAIL_THREADS,
                            .good = true};
    gates->beds[BED_MIX].items = gates->beds[BED_DEFAULTS].items = options->judged_items;
    gates->beds[BED_LARGE].items = options->large_items;
    open_beds(gates, &benches, options);
    run_round(gates, &benches, 0); /* to warm up: the first round writes over it */
    for (size_t round = 0; round < gates->rounds; round++)
        run_round(gates, &benches, round);
    for (enum bed bed = 0; bed < BEDS; bed++)
        if (gates->beds[bed].items)
            bench_settle(&benches.bench[bed]);
    close_beds(gates, &benches);
    if (gates->wrong > 0) {
        fprintf(stderr, "bench: gates: %llu answers were wrong\n",
                (unsigned long long)gates->wrong);
        gates->good = false;
    }
}
