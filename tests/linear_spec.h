/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the specification (linear.h) share: settings, figures, answers. */
#ifndef SELLABLE_TESTS_LINEAR_SPEC_H
#define SELLABLE_TESTS_LINEAR_SPEC_H

#include "linear.h"

/* ---- answers ---- */

static inline void put(struct linear_answer *answer, int64_t figure) {
    if (answer->count < LINEAR_FIGURES) {
        answer->figure[answer->count] = figure;
    }
    answer->count++;
}

static inline void refuse(struct linear_answer *answer, enum sellable_status status) {
    answer->status = (int64_t)status;
}

/* A refusal that names the line, or the location, that is to blame. */
static inline void refuse_line(struct linear_answer *answer, enum sellable_status status,
                               int64_t line) {
    refuse(answer, status);
    put(answer, line);
}

static inline bool is_beyond(int64_t quantity) {
    return quantity > SELLABLE_QUANTITY_MAX || quantity < -SELLABLE_QUANTITY_MAX;
}

static inline int64_t at_least_0(int64_t quantity) { return quantity > 0 ? quantity : 0; }

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- settings (linear_figures.c) ---- */

enum { /* by number, as in SELLABLE_SETTINGS */
#define LINEAR_SETTING(NAME, NUMBER, JSON, TEXT) LINEAR_##NAME##_SETTING = NUMBER,
    SELLABLE_SETTINGS(LINEAR_SETTING)
#undef LINEAR_SETTING
};

/* The value in force for an item in a channel. */
int64_t linear_setting(const struct linear_state *state, int64_t item, int64_t channel,
                       uint32_t setting);

/* Where a channel ships an item from, in its order; returns how many. */
int64_t linear_route(const struct linear_state *state, int64_t item, int64_t channel,
                     int64_t *location);

/* ---- figures (linear_figures.c) ---- */

bool linear_is_kit(const struct linear_state *state, int64_t item);

/* Of a placement that is neither allocated, shipped nor released; and of that, what waits. */
int64_t linear_open(const struct linear_placement *placement);
int64_t linear_waits(const struct linear_placement *placement);

/* Of a cell, over all orders. The last: promised for times up to `date`. */
int64_t linear_reserved(const struct linear_state *state, int64_t item, int64_t location);
int64_t linear_backordered(const struct linear_state *state, int64_t item, int64_t location);
int64_t linear_promised(const struct linear_state *state, int64_t item, int64_t location,
                        int64_t date);

int64_t linear_held(const struct linear_cell *cell);
int64_t linear_net(const struct linear_state *state, int64_t item, int64_t location);

/* Every term of a cell, at a date, for a channel: as struct sellable_term has them. */
struct linear_terms {
    int64_t supply, demand, promised, projected, low, free, fenced, backordered, shared, fence,
        own, part /* of the shared stock */, seen, waiting;
};
struct linear_terms linear_terms(const struct linear_state *state, int64_t item, int64_t location,
                                 int64_t channel, int64_t date);

/* P after everything that is to come. */
int64_t linear_last(const struct linear_state *state, int64_t item, int64_t location);

int64_t linear_pool(const struct linear_state *state, int64_t item, int64_t channel, int64_t date);
int64_t linear_room(const struct linear_state *state, int64_t item, int64_t channel);
int64_t linear_promisable(const struct linear_state *state, int64_t item, int64_t channel,
                          int64_t date);

/* The latest date for an item in a channel; of a kit the earliest of its components'. */
int64_t linear_latest(const struct linear_state *state, int64_t item, int64_t channel);

/* The shortfall of a cell. */
int64_t linear_short(const struct linear_state *state, int64_t item, int64_t location);

/* ---- questions (linear.c, linear_views.c) ---- */

/* What a channel may promise and what it is told, without a date: promisable, published, level. */
void linear_available(const struct linear_state *state, int64_t item, int64_t channel,
                      struct linear_answer *answer);

/* The head of an order and its lines. */
void linear_tell_order(const struct linear_order *order, struct linear_answer *answer);

void linear_view(const struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer);
void linear_changes(const struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer);

/* ---- orders (linear_orders.c) ---- */

void linear_reserve(struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer);
void linear_amend(struct linear_state *state, const struct linear_call *call,
                  struct linear_answer *answer);

/* ---- supply (linear_supply.c) ---- */

/* An event of supply, of whom it comes from and whether it is late left aside. */
void linear_supply(struct linear_state *state, const struct linear_call *call,
                   struct linear_answer *answer);

/* Its fields, as far as they can be wrong by themselves. */
bool linear_has_bad_field(const struct linear_call *call);

/* on_hand rises, at the engine's time. */
void linear_move(struct linear_state *state, struct linear_cell *cell, int64_t quantity);

/* ---- origin (linear_origin.c) ---- */

/* A call that is an event: `plain` is what it does without its origin. */
typedef void linear_plain(struct linear_state *state, const struct linear_call *call,
                          struct linear_answer *answer);
void linear_event(struct linear_state *state, const struct linear_call *call, linear_plain *plain,
                  struct linear_answer *answer);
void linear_replay(struct linear_state *state, const struct linear_call *call, linear_plain *plain,
                   struct linear_answer *answer);
void linear_discard(struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer);

/* Of the thing of a cell that an event writes. */
bool linear_may_write(const struct linear_state *state, const struct linear_call *call);

/* ids and transfers that fall due: as linear_due has them, numbered from 0. */
enum { LINEAR_ORIGIN_BITS = (1 + LINEAR_SOURCES) * LINEAR_IDS + LINEAR_REFERENCES };
int64_t linear_origin_due_at(const struct linear_state *state, uint32_t thing);
void linear_origin_falls_due(struct linear_state *state, uint32_t thing);

/* ---- what becomes of them (linear_changes.c) ---- */

/* confirm, extend, release, allocate, deallocate, ship. */
void linear_change(struct linear_state *state, const struct linear_call *call,
                   struct linear_answer *answer);

/* So much of what is open at a placement goes back to where it came from. */
void linear_give_back(struct linear_state *state, const struct linear_order *order,
                      struct linear_placement *placement, int64_t quantity);

#endif
