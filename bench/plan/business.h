/* SPDX-License-Identifier: Apache-2.0
 *
 * A business, as the planner describes it, in an engine: its items and where they lie, who sells
 * them, the orders that stand open; and its calls. Everything is drawn beforehand, from fixed
 * starts. */
#ifndef PLAN_BUSINESS_H
#define PLAN_BUSINESS_H

#include <stdbool.h>
#include <stdint.h>

#include <sellable.h>

enum {
    BUSINESS_LINES = 64,     /* the most that an order has here */
    BUSINESS_THREADS = 256,
    BUSINESS_DRAWN = 1 << 20 /* items, drawn beforehand; each thread goes through them from a place
                                of its own */
};

/* What a call is. */
enum business_call { QUESTION, RESERVATION, CHANGE, ENDING, BUSINESS_CALLS };
extern const char *const business_call_names[BUSINESS_CALLS];

/* As described. Shares are of 1. */
struct business_terms {
    uint64_t items;
    uint32_t locations;
    uint32_t channels;
    double skew;                   /* of Zipf's law: the i-th most wanted item weighs 1 / i^skew */
    double questions;              /* shares of the calls that arrive; what is left are changes */
    double reservations;
    double lines[BUSINESS_LINES];  /* shares of the orders with 1, 2, ... lines */
    double cancelled;              /* share of the orders that end by release; the others ship */
    uint64_t open_orders;          /* stand open throughout: a new one ends the oldest */
    int64_t retention;             /* ms */
    uint32_t threads;              /* the most that will call */
    bool by_key;                   /* items and channels are named by keys, else by handles */
    const char *store;             /* a directory; NULL: nothing is durable */
    enum sellable_answering answering;
    int64_t linger;                /* microseconds */
};

struct business {
    struct business_terms terms;
    struct sellable *engine;
    struct sellable_worker *workers[BUSINESS_THREADS];
    struct sellable_item *items;
    struct sellable_location *locations;
    struct sellable_channel *channels;
    struct sellable_key *channel_keys;
    char *item_keys;       /* KEY_SIZE bytes each, by item */
    uint32_t *drawn;       /* BUSINESS_DRAWN indexes of items */
    uint32_t line_bounds[BUSINESS_LINES]; /* of a draw of 32 bits: up to where it is so many */
    uint32_t question_bound, reservation_bound, cancelled_bound;
    double filled;         /* s that it took to make all that */
    struct sellable_recovery recovery; /* of a store */
};

/* What a thread carries from call to call. */
struct business_thread {
    _Alignas(128) uint32_t number;
    uint64_t random;
    uint64_t drawn;   /* how many items it has drawn */
    uint64_t ordered; /* orders it has placed; */
    uint64_t ended;   /* and ended */
    uint64_t refused; /* reservations that did not fit */
    uint64_t faults;  /* answers that cannot be; */
    enum sellable_status fault; /* the last of them */
};

/* Open an engine and fill it. On a failure false, and *reason says why. */
bool business_open(struct business *business, const struct business_terms *terms,
                   const char **reason);
void business_close(struct business *business);

/* The same engine once more from its store: how long that takes, s. Negative: it failed. */
double business_recover(struct business *business, const char **reason);

/* Begin a thread, whose number is below terms.threads: it owns its share of the open orders. */
void business_thread_begin(const struct business *business, struct business_thread *thread,
                           uint32_t number);

/* What arrives next. */
enum business_call business_draw(const struct business *business, struct business_thread *thread);

/* Do it. ENDING takes the thread's oldest order; it follows a RESERVATION, outside of the rate. */
void business_do(const struct business *business, struct business_thread *thread,
                 enum business_call call);

#endif
