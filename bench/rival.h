/* SPDX-License-Identifier: Apache-2.0
 *
 * What people run today, beside the library, in one run: Redis, PostgreSQL, SQLite and a commerce
 * engine, started by the bench itself. Each has the same items, stock and channels (workload.h),
 * and makes the same reservations: one unit of one item under a fresh key, from the first location
 * in the channel's order that has it; the order is recorded, and a repeated key promises nothing
 * more. Where one of them does less, its row says so. */
#ifndef BENCH_RIVAL_H
#define BENCH_RIVAL_H

#include "rival_keeper.h"
#include "section.h"

enum { RIVAL_ROWS_MAX = 24, RIVAL_FORMS_MAX = 5 };

/* ---- one of them ----------------------------------------------------------------------------- */

/* How its reservations are made: a row. */
struct rival_form {
    const char *name;
    const char *carries; /* what it carries that the library does not, and what it does not carry */
    measure_body *body;
    enum mode mode;
    bool by_key;  /* items and channels are named by their keys */
    bool keyless; /* it keeps no key: a repeated one is not known */
    bool floor;   /* no reservation at all: what one costs at least */
};

/* What there is in its database: the sum of what cells say is reserved, and the orders of forms
 * that keep them. */
struct rival_sums {
    int64_t reserved;
    int64_t orders;
};

struct rival_kind {
    /* Start it, and load the items; NULL if that fails, with the reason in `why`. */
    void *(*open)(size_t items, char *why);
    void (*close)(void *rival);
    /* False if it could not be asked. */
    bool (*sums)(void *rival, struct rival_sums *sums);
    /* Between the rounds, not timed: the orders of these keys are done with. May be NULL. */
    void (*settle)(void *rival, const struct text *keys, size_t count);
    measure_body *again; /* for keys that were given before; NULL: as the first time */
    size_t items_most; /* it is loaded with no more; 0: with all */
    size_t form_count;
    struct rival_form forms[RIVAL_FORMS_MAX];
};

extern const struct rival_kind rival_own, rival_disk, rival_redis, rival_redis_durable,
    rival_sqlite_memory, rival_sqlite_disk, rival_postgres, rival_oscar;

/* The rows of the library itself that the others are compared with. */
#define RIVAL_SINGLE "sellable: by key, single calls"
#define RIVAL_BATCH "sellable: by key, batches of 1,024"

/* Bodies get the rival, and a share of one thread: its answers are counted as wrong unless they say
 * that the order took one unit, now or when its key was given first. Nothing runs out here, so it
 * came from the first location of the channel's list. */
static inline void rival_note(struct share *share, size_t call, int64_t location)
{
    uint32_t channel = request_channel(&share->requests[call]);
    bool taken = location == (int64_t)workload_channels[channel].locations[0];
    share->wrong += !taken;
    share->units += taken;
}

/* What one location lets a channel see of it, and of the channel's locations all that may be
 * promised; as peer.c does, for those that are given the figures and decide outside. Answers the
 * first location that has a unit, or -1 if none may be promised. */
struct rival_cell {
    int64_t on_hand, held, allocated, reserved, safety_stock;
};
int rival_choose(const struct rival_cell *cells, const struct channel_settings *settings);

/* Draw the requests, of the library's own handles. */
void rival_own_draw(void *own, struct workload *workload);

/* A text of bench/rivals/; freed by the caller. NULL if it cannot be read. */
char *rival_text(const char *name);

/* ---- all of them ----------------------------------------------------------------------------- */

struct rival_row {
    const struct rival_form *form;
    size_t items;
    size_t calls;          /* at a time; 0: it was not measured */
    size_t times;          /* in one round */
    double ns[ROUNDS_MAX]; /* one reservation, by the wall clock */
    char why[WHY_SIZE];    /* if it could not be measured: why */
};

struct rivals {
    size_t items;
    size_t rounds;
    size_t row_count;
    struct rival_row rows[RIVAL_ROWS_MAX];
    double running; /* part of the time of the library's own rows that their thread was running */
    bool good;      /* no answer was wrong, and what is in each database is what was promised */
    bool missing;   /* one of them could not be started */
};

/* Start all that can be, measure, look at their sums, stop them. A test of tiny size starts none
 * unless the section is asked for: then there are no rows. */
void rivals_run(struct rivals *rivals, const struct options *options);
void rivals_report(const struct options *options, const struct rivals *rivals);

/* The row of a name, or NULL if it was not measured. */
const struct rival_row *rivals_row(const struct rivals *rivals, const char *name);

#endif
