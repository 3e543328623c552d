/* SPDX-License-Identifier: Apache-2.0
 *
 * Planning an order: which item each line takes and how many, for when, and from where.
 *
 * A *request* is what was asked, its names looked up; nothing of it depends on an instant. A *plan*
 * belongs to one attempt: it settles the rows that matter (its *needs*: the items of all lines, of
 * their substitutes, and the components of kits), and decides on them with the formulas. What the
 * decision rests on are those rows and the world; so all of them become part of the transaction, or
 * are looked at again where the answer is no.
 *
 *   a line is judged on top of those before it, for the latest date: the first of its candidates
 *   that fits takes it; then the earliest date is looked for at which the sums need no more room
 *   than at the latest; then they are placed at that date.
 *
 * Callers guarantee: an attempt has begun, and the channel was read in it. Nothing here changes
 * what others see. Memory: the worker's scratch. */
#ifndef SBL_PLAN_H
#define SBL_PLAN_H

#include "sight.h"

/* ---- what is asked ---- */

/* A line, its names looked up: those that nothing has are SBL_ABSENT. */
#define SBL_ABSENT UINT32_MAX
struct sbl_wish {
    uint32_t item; /* the first of its candidates, among request.item: itself, then substitutes */
    uint32_t items;
    uint32_t location; /* 0: anywhere */
    uint32_t unit;     /* the number of a name; 0: the smallest */
    uint32_t as_asked; /* the same, but 0 for the name of the item's smallest unit, too */
};

struct sbl_request {
    const struct sellable_order *order;
    const struct sbl_key *key;
    uint32_t channel;         /* 0: there is none */
    uint32_t absent;          /* names that nothing has */
    const struct sbl_wish *wish;
    const uint32_t *item;
    uint64_t asked[2];
};

/* What can be wrong with lines and date without looking at anything. */
enum sellable_status sbl_request_fault(const struct sellable_order *order,
                                       struct sellable_answer *answer);

/* Look up what the order names. false: no memory. */
bool sbl_request_make(struct sellable *engine, struct sbl_worker *worker,
                      const struct sellable_order *order, const struct sbl_key *key,
                      uint32_t channel, struct sbl_request *request);

/* ---- what is decided ---- */

/* A row that matters. */
struct sbl_need {
    uint32_t item;
    struct sbl_line *row; /* NULL: there is none */
    struct sbl_seen seen;
    struct sbl_sight sight;
    bool counts;      /* its horizon does */
    int64_t asked;    /* by the lines so far */
    uint32_t turn;    /* when it was asked for first, from 1 */
    uint32_t located; /* the first of its located sums, among plan.located, from 1; 0: none */
    struct sbl_total total; /* for the latest date */
    uint32_t placed, placements; /* among plan.placement */
};

/* What lines ask of one item at one location. */
struct sbl_located {
    uint32_t next; /* of the same item, from 1 */
    uint32_t location;
    uint32_t turn;
    uint32_t line; /* the first that asks it */
    bool active;   /* the channel has it */
    int64_t asked;
    int64_t seen;  /* for the latest date */
};

struct sbl_plan {
    struct sellable *engine;
    struct sbl_worker *worker;
    const struct sbl_request *request;
    const struct sbl_image *world, *channel;
    int64_t now;
    int64_t latest;
    bool amends;              /* an order that is there: paused does not matter */
    bool partial;
    bool too_many;            /* rows, with all substitutes */
    struct sbl_need *need;    /* ascending by item */
    uint32_t needs;
    uint32_t located_count;   /* in the scratch, numbered from 1 */
    uint32_t turns;
    uint32_t line;            /* the line that is judged */
    const struct sbl_credit *credit;
    uint32_t credits;
    /* the outcome */
    int64_t date;
    struct sbl_placement *placement;
    uint32_t placed;
    uint64_t *kits; /* of the lines that stand, as order.h has them */
    uint32_t kit_words;
};

/* Settle every row of the request, and of `more` items besides. false: no memory. More than
 * SBL_PLAN_ROWS of them are none: then the plan is too_many. */
enum { SBL_PLAN_ROWS = 8000 };
bool sbl_plan_rows(struct sbl_plan *plan, const uint32_t *more, uint32_t count);

/* The need of an item; NULL: it is none. */
struct sbl_need *sbl_plan_need(const struct sbl_plan *plan, uint32_t item);

/* With the rows settled: decide. ok: the outcome is set, or *room says that there was no memory.
 * Else what stands against it, with its details in the answer. */
enum sellable_status sbl_plan_make(struct sbl_plan *plan, struct sellable_answer *answer,
                                   bool *room);

/* A located sum, by its number from 1; and the one of a need that comes after `turn`; NULL: there
 * is none. */
static inline struct sbl_located *sbl_located_at(const struct sbl_plan *plan, uint32_t number) {
    return (struct sbl_located *)plan->worker->scratch[SBL_SCRATCH_LOCATED].bytes + number - 1;
}
const struct sbl_located *sbl_located_next(const struct sbl_plan *plan,
                                           const struct sbl_need *need, uint32_t turn);

/* fill.c: where a need's sum comes from, at the plan's date. false: no memory. */
bool sbl_plan_place(struct sbl_plan *plan, struct sbl_need *need);

/* Is all still as it was settled? */
bool sbl_plan_still(const struct sbl_plan *plan);

#endif
