/* SPDX-License-Identifier: Apache-2.0
 *
 * A row of the tables: an operation in one mode on one of the subjects. operations.c and
 * reference.c list theirs; section.c runs them; report.c prints them. */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"
#include "workload.h"

enum subject { FLOOR, ENGINE, ONE_MUTEX, STRIPED, ROW_LOCKS, CONCURRENCY_KIT, SUBJECTS };

/* What a row does with the orders of its keys. section.c sees to it that before a row the orders
 * are as the row needs them; that is not timed. */
enum orders {
    NO_ORDERS,
    TAKES_ORDERS,    /* needs fresh keys, leaves their orders open */
    KEEPS_ORDERS,    /* needs the orders of the row before, leaves them open */
    RELEASES_ORDERS, /* needs orders that have stood open for some time, leaves them closed */
    SHIPS_ORDERS     /* the same */
};

struct row_kind {
    enum subject subject;
    const char *name;
    enum mode mode;
    measure_body *body;
    enum orders orders;
    uint32_t lines;     /* requests of one call; 0 is 1 */
    bool by_key;
    bool timeout;
    bool core;          /* measured with every number of items and distribution */
    bool sleeps;        /* its threads may wait asleep: of several, the wall clock is what counts */
    bool adjusts;       /* units are added to on_hand */
    const char *against; /* the name of the row it is compared with; NULL: none */
    enum mode against_mode;
};

extern const struct row_kind operations_rows[];
extern const size_t operations_row_count;
extern const struct row_kind reference_rows[];
extern const size_t reference_row_count;

/* Names that other rows, the latencies and the targets refer to. */
#define ROW_READ "a line read"
#define ROW_CAS "a CAS"
#define ROW_PAIR "two CASes: row, order's slot"
#define ROW_AVAILABLE "available by handle"
#define ROW_RESERVE "reserve by handle"

/* What the cells of a subject add up to. */
struct totals {
    int64_t on_hand;
    int64_t reserved;
    uint64_t broken; /* cells whose hold or safety stock is not what it was, or that promise < 0 */
};

#endif
