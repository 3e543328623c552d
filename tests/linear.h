/* SPDX-License-Identifier: Apache-2.0
 *
 * Is there one order of instants that explains every answer of a recorded history?
 *
 * A *history* holds calls on one engine, from its opening on: what was asked, by which thread,
 * between which two ticks of a counter that all threads share, and all that was answered. The
 * *specification* (linear_step) says what one call does to a state and answers, if calls come one
 * after another; it is written from sellable.h and the model alone, and shares no code with the
 * engine. linear_check looks for an order of the calls in which each takes effect between its two
 * ticks and the specification gives the very answers that were recorded.
 *
 * An advance is several instants. One moves now; each thing that has fallen due takes effect at an
 * instant of its own, by time: orders that expire at the same time by key; dated promises, fences
 * that end and orders that are forgotten at the same time in any order. Those are steps of no call,
 * which the search puts in where it likes, with one bound: when an advance returns, all that is due
 * by its time is done.
 *
 * The specification knows what makes several rows and records change at one instant: orders of
 * several lines and of kits, in both modes; fences; schedules, dated promises and what waits;
 * amend; transitions of parts; settings in all scopes. It leaves out units, substitutes, lines with
 * a location, the other two ways of sourcing, resource, untracked items and locations that are not
 * active: these are of one row, or arithmetic, which calls one after another show as well.
 *
 * Things are named by small numbers, which stand for keys in the order of keys. */
#ifndef SELLABLE_TESTS_LINEAR_H
#define SELLABLE_TESTS_LINEAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sellable.h"

enum {
    LINEAR_ITEMS = 3,
    LINEAR_LOCATIONS = 3,
    LINEAR_CHANNELS = 2,
    LINEAR_KEYS = 4,
    LINEAR_LINES = 3,
    LINEAR_HOLDS = 4,
    LINEAR_SETTINGS = 15,
    LINEAR_REFERENCES = 2, /* of a schedule */
    LINEAR_PARTS = 2,
    LINEAR_COMPONENTS = 2, /* a kit is made of the first so many items */
    LINEAR_PLACEMENTS = LINEAR_ITEMS * LINEAR_LOCATIONS,
    LINEAR_CALLS = 64,
    LINEAR_FIGURES = 100,
    LINEAR_NOBODY = 99 /* the thread of calls before and after the others */
};

/* The kinds of calls: C name, and the function. Questions come last. */
#define LINEAR_KINDS(X)                                                                            \
    X(ITEM_PUT, "item_put")                                                                        \
    X(LOCATION_PUT, "location_put")                                                                \
    X(CHANNEL_PUT, "channel_put")                                                                  \
    X(POLICY_PUT, "policy_put")                                                                    \
    X(APPLY, "apply")                                                                              \
    X(RESERVE, "reserve")                                                                          \
    X(AMEND, "amend")                                                                              \
    X(CONFIRM, "confirm")                                                                          \
    X(EXTEND, "extend")                                                                            \
    X(RELEASE, "release")                                                                          \
    X(ALLOCATE, "allocate")                                                                        \
    X(DEALLOCATE, "deallocate")                                                                    \
    X(SHIP, "ship")                                                                                \
    X(ADVANCE, "advance")                                                                          \
    X(NOW, "now")                                                                                  \
    X(AVAILABLE, "available")                                                                      \
    X(EXPLAIN, "explain")                                                                          \
    X(CELL, "cell")                                                                                \
    X(ORDER, "order")

enum linear_kind {
#define LINEAR_KIND_ENUM(NAME, WORD) LINEAR_##NAME,
    LINEAR_KINDS(LINEAR_KIND_ENUM)
#undef LINEAR_KIND_ENUM
        LINEAR_KIND_COUNT
};

/* An answer: the status, and every figure, in an order that each kind has of its own (linear.c). */
struct linear_answer {
    int64_t status;
    int64_t count;
    int64_t figure[LINEAR_FIGURES];
};

struct linear_line {
    int64_t item;
    int64_t quantity;
    int64_t at_least;
};

/* Of an item; location LINEAR_LOCATIONS: wherever it is. */
struct linear_part {
    int64_t item, location, quantity;
};

/* Settings: those in `set` have a value, by the number of the setting. */
struct linear_settings {
    int64_t set;
    int64_t value[LINEAR_SETTINGS];
    int64_t location_count;
    int64_t location[LINEAR_LOCATIONS]; /* of a call, LINEAR_LOCATIONS: a handle nothing has */
};

/* A call. What its kind does not ask for is 0. */
struct linear_call {
    enum linear_kind kind;
    uint32_t thread;
    bool by_key;      /* items, locations and channels are named by key, not by handle */
    bool goes_on;     /* the next call of the thread is the next of one batch */
    int64_t began, ended; /* ticks; the calls of a batch share theirs */
    int64_t key;      /* an order's */
    int64_t item, location, channel;
    int64_t at;       /* expires_at; the time of an advance; the until of a fence; the due of an
                         entry of a schedule */
    int64_t has_date, date;
    int64_t mode;
    int64_t for_order; /* of available: what the order `key` has counts as free */
    int64_t line_count;
    struct linear_line line[LINEAR_LINES];
    int64_t part_count;
    struct linear_part part[LINEAR_PARTS];
    int64_t component[LINEAR_COMPONENTS]; /* ITEM_PUT: if not 0, it becomes a kit of so many each */
    int64_t is_plain; /* ITEM_PUT: it is no kit any more */
    struct {
        uint32_t type;
        uint32_t reason;
        uint32_t reference;
        bool has_expected;
        int64_t quantity, expected;
    } event;
    int64_t of_item, of_channel; /* POLICY_PUT: 1: the scope has it */
    int64_t unset;
    struct linear_settings policy;
    struct linear_answer answer;
};

struct linear_history {
    int64_t retention;
    uint32_t count;
    struct linear_call call[LINEAR_CALLS]; /* those of one thread in their order */
};

/* ---- the state of the specification ---------------------------------------------------------- */

/* Whole words only, so that equal states have equal bytes. What of a cell is reserved, promised and
 * backordered stands in the orders alone. */

struct linear_fence {
    int64_t in_force, quantity, until;
};

struct linear_entry {
    int64_t quantity, due; /* 0: there is none */
};

struct linear_cell {
    int64_t on_hand, held[LINEAR_HOLDS], allocated, safety_stock;
    struct linear_fence fence[LINEAR_CHANNELS];
    struct linear_entry entry[LINEAR_REFERENCES];
};

/* What was placed at a cell: `fence` of it came from the channel's fence there, `beyond` is more
 * than was seen. */
struct linear_placement {
    int64_t item, location, quantity, fence, beyond, allocated, shipped, released;
};

/* The plan, as it was told first. */
struct linear_planned {
    int64_t item, location, quantity, backordered;
};

struct linear_order {
    int64_t state; /* enum sellable_order_state; 0: there is no such order */
    int64_t channel, asked_until, asked_has_date, asked_date, asked_mode, line_count;
    struct linear_line line[LINEAR_LINES];
    int64_t kits; /* items that were kits when it took them, as bits */
    int64_t date, is_dated; /* is_dated: the date has not come, or has not taken effect */
    int64_t expires_at, closed_at, placement_count;
    struct linear_placement placement[LINEAR_PLACEMENTS];
    int64_t first_date, planned_count;
    struct linear_planned planned[LINEAR_PLACEMENTS];
};

struct linear_state {
    int64_t now, retention;
    int64_t item[LINEAR_ITEMS], location[LINEAR_LOCATIONS], channel[LINEAR_CHANNELS]; /* exists */
    int64_t component[LINEAR_ITEMS][LINEAR_COMPONENTS]; /* all 0: it is no kit */
    struct linear_settings of_channel[LINEAR_CHANNELS];
    struct linear_settings of_item[LINEAR_ITEMS];
    struct linear_settings of_both[LINEAR_ITEMS][LINEAR_CHANNELS];
    struct linear_cell cell[LINEAR_ITEMS][LINEAR_LOCATIONS];
    struct linear_order order[LINEAR_KEYS];
};

void linear_begin(struct linear_state *state, int64_t retention);

/* One call at one instant: what it makes of the state, and what it answers. Advance moves now. */
void linear_step(struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer);

/* Which things may fall due next, as bits, and the time of those, INT64_MAX if there are none. And
 * one of them falling due, by its bit. */
uint32_t linear_due(const struct linear_state *state, int64_t *at);
void linear_fall_due(struct linear_state *state, uint32_t thing);

/* ---- the search ---- */

enum linear_verdict { LINEAR_EXPLAINED, LINEAR_UNEXPLAINED, LINEAR_TOO_LONG };

/* After a failure: how far the search came, the calls done as bits; and the state then. */
struct linear_search {
    uint64_t visited; /* states of all searches so far */
    uint64_t deepest;
    struct linear_state state;
};
enum linear_verdict linear_check(const struct linear_history *history,
                                 struct linear_search *search);

/* ---- for people ---- */

const char *linear_kind_name(enum linear_kind kind);
void linear_print_call(FILE *file, const struct linear_call *call);
/* The whole history by time; after a failed search also how far it came (else NULL). */
void linear_print(FILE *file, const struct linear_history *history,
                  const struct linear_search *search);

#endif
