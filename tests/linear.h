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
 * A view is one question about all there is, between the two ticks of its opening, whenever it is
 * read. A question for changes is one of each item, each at an instant of its own: it is told, with
 * its figures of then, or what it was told last is still so, or it is paused. Each channel is asked
 * for by one thread only: so it is known what was told last.
 *
 * A refused event is kept among the exceptions at an instant of its own, after that of its refusal
 * and before the call returns: the answer's number says which it was. That is a step of no call,
 * too.
 *
 * The specification knows what makes several rows and records change at one instant: orders of
 * several lines and of kits, in both modes; fences; schedules, dated promises and what waits;
 * amend; transitions of parts; settings in all scopes; and the origin of events: ids, seqs, owners
 * of quantities, balances among movements, transfers, exceptions. It leaves out units, substitutes,
 * lines with a location, the other two ways of sourcing, resource, untracked items and locations
 * that are not active: these are of one row, or arithmetic, which calls one after another show as
 * well.
 *
 * After a crash the history goes on with what is left. Then a call may be unanswered: its answer
 * came too late, and it took effect before the crash, or never will.
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
    LINEAR_REFERENCES = 2, /* of a schedule; and transfers */
    LINEAR_SOURCES = 2,    /* and "none" before them */
    LINEAR_IDS = 2,        /* of each */
    LINEAR_TIMES = 16,     /* of movements: 0, 1, .. */
    LINEAR_AHEAD = 4,      /* ms that an event may claim to come from the future */
    LINEAR_EXCEPTIONS = 40,
    LINEAR_PARTS = 2,
    LINEAR_COMPONENTS = 2, /* a kit is made of the first so many items */
    LINEAR_PLACEMENTS = LINEAR_ITEMS * LINEAR_LOCATIONS,
    LINEAR_CALLS = 64,
    LINEAR_FIGURES = 400,
    LINEAR_NOBODY = 99 /* the thread of calls before and after the others */
};

/* The kinds of calls: C name, and the function. Questions come last; those that are not drawn like
 * others come behind them. */
#define LINEAR_KINDS(X)                                                                            \
    X(ITEM_PUT, "item_put")                                                                        \
    X(LOCATION_PUT, "location_put")                                                                \
    X(CHANNEL_PUT, "channel_put")                                                                  \
    X(POLICY_PUT, "policy_put")                                                                    \
    X(SOURCE_PUT, "source_put")                                                                    \
    X(OWNER_PUT, "owner_put")                                                                      \
    X(APPLY, "apply")                                                                              \
    X(REPLAY, "replay")                                                                            \
    X(DISCARD, "discard")                                                                          \
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
    X(ORDER, "order")                                                                              \
    X(SOURCE, "source")                                                                            \
    X(COUNTS, "exception_counts")                                                                  \
    X(EXCEPTIONS_ASKED, "exceptions")                                                              \
    X(VIEW, "view")                                                                                \
    X(CHANGES, "changes")

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

/* What became of a call, where the engine does not live to the end of its history. */
enum linear_fate {
    LINEAR_ANSWERED,
    LINEAR_UNANSWERED, /* too late; by `ended` it has taken effect, with that answer, or never will */
    LINEAR_NEVER_MADE
};

/* A call. What its kind does not ask for is 0. */
struct linear_call {
    enum linear_kind kind;
    enum linear_fate fate;
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
        uint32_t reference; /* LINEAR_REFERENCES: not given; else also a transfer's key */
        bool has_expected;
        int64_t quantity, expected;
        bool has_at, has_as_of, has_seq;
        uint32_t held; /* a receipt's: 0: none; else a reason, from 1 */
        int64_t at, as_of, seq;
        int64_t to, outcome;
        int64_t source, id; /* also SOURCE_PUT, SOURCE; 0: none; else from 1 */
    } event;
    int64_t as_event;  /* a call on an order: it is sent as an event, with source, id and seq */
    int64_t exception; /* REPLAY (of an event, mended), DISCARD: the number */
    struct {
        int64_t owned, owners, unset; /* OWNER_PUT: enum sellable_owned, 0: reserve as an event;
                                         sources as bits */
    } rule;
    int64_t of_item, of_channel; /* POLICY_PUT: 1: the scope has it */
    struct {
        int64_t published, level; /* CHANGES: what the channel was told last of the item */
    } told;
    int64_t unset;
    struct linear_settings policy;
    struct linear_answer answer;
};

struct linear_history {
    int64_t retention, exceptions; /* as struct sellable_options has them */
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
    int64_t has_as_of, as_of;    /* of the last balance */
    int64_t moved[LINEAR_TIMES]; /* that no balance has covered since, by time */
};

struct linear_source {
    int64_t exists, has_seq, seq, gaps;
};

struct linear_id {
    int64_t known, content, at;
};

struct linear_transfer {
    int64_t known, item, to, check;
};

/* A refused event that is about to be kept (its number says in which turn), is there, or has
 * left. */
struct linear_exception {
    int64_t pending, there, status;
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
    struct linear_source source[1 + LINEAR_SOURCES];
    struct linear_id id[1 + LINEAR_SOURCES][LINEAR_IDS];
    int64_t has_rule[SELLABLE_OWNED_END], rule[SELLABLE_OWNED_END];
    struct linear_transfer transfer[LINEAR_REFERENCES];
    int64_t most, last, kept, lost; /* exceptions */
    struct linear_exception exception[LINEAR_EXCEPTIONS + 1];
};

void linear_begin(struct linear_state *state, const struct linear_history *history);

/* One call at one instant: what it makes of the state, and what it answers. Advance moves now. */
void linear_step(struct linear_state *state, const struct linear_call *call,
                 struct linear_answer *answer);

/* Which things may fall due next, as bits, and the time of those, INT64_MAX if there are none. And
 * one of them falling due, by its bit. */
uint64_t linear_due(const struct linear_state *state, int64_t *at);
void linear_fall_due(struct linear_state *state, uint32_t thing);

/* The refused event whose turn it is to be kept, if it is about to be; else false. */
bool linear_keep(struct linear_state *state);

/* The number that an event's answer says that it is kept under, which is its last figure; 0: it is
 * not kept, or there is no such number. */
int64_t linear_kept_under(const struct linear_answer *answer);

/* Is an event refused with that status kept at all? */
bool linear_is_kept(int64_t status);

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
