/* SPDX-License-Identifier: Apache-2.0
 *
 * The gates: what the library has to reach, each beside its reference, all in one run. Three
 * engines take turns in every round, so that a row and its reference saw the same machine:
 *   the stated mix       (stated.h)
 *   nothing but defaults stock at 4 locations, no hold, no safety stock, channels without settings
 *   the mix, larger      with many times the items
 * On each, in each round, every row is run once. */
#ifndef BENCH_GATES_H
#define BENCH_GATES_H

#include "section.h"

enum bed { BED_MIX, BED_DEFAULTS, BED_LARGE, BEDS };

enum gate_row {
    GATE_READ_CHAINED,
    GATE_ASK_CHAINED,
    GATE_READ,
    GATE_ASK,
    GATE_ASK_BATCH,
    GATE_ASK_KEY_BATCH,
    GATE_PAIR_CHAINED,
    GATE_RESERVE_CHAINED,
    GATE_PAIR,
    GATE_RESERVE,
    GATE_RELEASE,
    GATE_RESERVE_BATCH,
    GATE_RELEASE_BATCH,
    GATE_RESERVE_KEY_BATCH,
    GATE_ORDER_BATCH,
    GATE_RESERVE_TWO,
    GATE_TIMEOUT,
    GATE_CONFIRM,
    GATE_SHIP,
    GATE_TIMEOUT_BATCH,
    GATE_CONFIRM_BATCH,
    GATE_SHIP_BATCH,
    GATE_ADJUST,
    GATE_ADJUST_BATCH,
    GATE_EXPORT,
    GATE_EXPORT_REFERENCE,
    GATE_HOT,
    GATE_HOT_SPIN,
    GATE_TAIL,
    GATE_TAIL_MUTEXES,
    GATE_ROWS
};

enum gate_bytes {
    GATE_FIRST_LINE,  /* of an item */
    GATE_ITEM,        /* with all blocks, without its key */
    GATE_ITEM_INDEX,  /* and with what stands in the index for it */
    GATE_TOLD,        /* of one item and channel */
    GATE_ORDER,       /* open, of one line, without its key */
    GATE_ORDER_INDEX, /* the same, with the index as it has grown, and other room taken */
    GATE_BYTES
};

struct gate_bed {
    size_t items; /* 0: not measured */
    double ns[GATE_ROWS][ROUNDS_MAX]; /* of one request, or one item; 0: not measured */
    double bytes[GATE_BYTES];
};

struct gates {
    size_t rounds;
    size_t calls;
    size_t slots;
    uint32_t tail_threads;
    struct gate_bed beds[BEDS];
    uint64_t wrong; /* answers */
    bool good;      /* no answer was wrong, and the cells add up at the end */
};

void gates_run(struct gates *gates, const struct options *options);

/* gates_export.c: all published figures by a view, and beside it what it has to read and write;
 * and what the engine keeps. */
struct gate_area; /* memory to read and to write */
struct gate_area *gates_area_open(const struct bench *bench);
void gates_area_close(struct gate_area *area);
double gates_export(struct bench *bench, struct gate_area *area, uint64_t *wrong); /* ns an item */
double gates_export_reference(struct gate_area *area);

/* Bytes that are kept. All channels ask for changes; not of a larger engine, where that takes long:
 * then what is told stays 0. */
void gates_bytes(struct bench *bench, bool larger, double bytes[GATE_BYTES]);

/* What a row is of: the engine, a peer, or nothing but memory. */
enum subject gates_subject(enum gate_row row);

/* gates_report.c */
void gates_report(const struct options *options, const struct gates *gates);

#endif
