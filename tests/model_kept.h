/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reference model keeps, for the files model*.c only.
 *
 * Things are numbered 1, 2, 3, .. as they are made; 0 is none. A cell stands in
 * items[item].cells[location], what was set for an item in a channel in overrides[item][channel]
 * (item 0: for the channel, channel 0: for the item in all). Of an order each promise is kept, and
 * what became of it:
 *
 *    quantity = reserved + allocated + shipped + released
 *    waits    = min(max(0, beyond - released), reserved)       of reserved: it waits for stock
 *    drawn    = min(fenced, quantity - released)               of quantity: it came from a fence */
#ifndef SELLABLE_TESTS_MODEL_KEPT_H
#define SELLABLE_TESTS_MODEL_KEPT_H

#include "model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODEL_ITEMS = 24,
    MODEL_LOCATIONS = 12,
    MODEL_CHANNELS = 8,
    MODEL_SOURCES = 8,
    MODEL_NAMED = 2 * MODEL_LOCATIONS, /* locations and regions that one policy can name */
    MODEL_ORDERS = 256,
    MODEL_TRANSFERS = 256
};

#define MODEL_REGION (UINT32_C(1) << 31) /* with it, a number is a region's */

struct text {
    char bytes[SELLABLE_KEY_MAX];
    uint32_t size; /* 0: not given */
};

/* Things of one kind, by number. */
struct names {
    uint32_t count;
    uint32_t limit;
    struct text text[MODEL_ITEMS + 1];
};

/* One of it is numerator / denominator, in lowest terms, of the smallest. */
struct unit {
    struct text name;
    int64_t numerator;
    int64_t denominator;
};

struct component {
    uint32_t item;
    int64_t number;
};

struct fence {
    bool in_force; /* it may be used up, and still be in force */
    int64_t quantity;
    int64_t until; /* 0: it has no end */
};

struct scheduled {
    struct text reference;
    int64_t due;
    int64_t quantity;
};

/* What moved on_hand, and when. */
struct movement {
    int64_t time;
    int64_t quantity;
};

struct cell {
    int64_t on_hand;
    int64_t held[SELLABLE_HOLD_REASONS_MAX];
    int64_t allocated;
    int64_t safety_stock;
    struct fence fences[MODEL_CHANNELS + 1];
    struct scheduled *schedule;
    uint32_t schedule_count;
    bool has_as_of; /* a balance was set, the last one of this instant */
    int64_t as_of;
    struct movement *movements; /* those that no balance covers */
    uint32_t movement_count;
};

struct item {
    struct cell cells[MODEL_LOCATIONS + 1];
    bool tracked;
    struct text unit;
    struct unit units[SELLABLE_UNITS_MAX];
    uint32_t unit_count;
    struct component components[SELLABLE_COMPONENTS_MAX];
    uint32_t component_count; /* 0: it is no kit */
};

struct location {
    uint32_t region; /* 0: it is in none */
    bool active;
};

/* Settings: all of them, of which those in `set` were set. */
struct settings {
    uint32_t set;
    uint32_t locations[MODEL_NAMED];
    uint32_t location_count;
    uint32_t sourcing;
    int64_t share, buffer, precedence, closed, backorder, horizon, cap, minimum, low, paused;
    int64_t interval, step;
    struct text unit;
};

/* A line as it was written, defaults filled in. */
struct written {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
    int64_t at_least;
    struct text unit; /* not given: the smallest */
    bool is_smallest; /* by its name */
    bool no_unit;     /* one is given that is no key: no item has it */
    uint32_t substitutes[SELLABLE_SUBSTITUTES_MAX];
    uint32_t substitute_count;
};

/* What makes two reservations the same. */
struct content {
    uint32_t channel;
    uint32_t mode;
    bool has_date;
    int64_t date;
    int64_t expires_at;
    bool has_precedence;
    int64_t precedence;
    struct written *lines;
    uint32_t line_count;
};

struct promise {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
    int64_t fenced; /* of quantity, from the channel's fence */
    int64_t beyond; /* of quantity, beyond stock */
    int64_t allocated;
    int64_t shipped;
    int64_t released;
};

/* A kit as it was when it was accepted. */
struct accepted_kit {
    uint32_t item;
    struct component components[SELLABLE_COMPONENTS_MAX];
    uint32_t component_count;
};

struct promises {
    struct promise *list;
    uint32_t count;
    struct accepted_kit *kits;
    uint32_t kit_count;
    int64_t date;
};

struct order {
    struct text key;
    struct content content;
    struct promises first; /* what was answered at first */
    struct promises now;
    uint64_t sequence; /* which order was accepted earlier */
    int64_t timeout;   /* the running one; 0: none */
    bool expired;
    bool closed;
    int64_t closed_at;
};

struct source {
    int64_t max_lag; /* -1: none */
    bool has_seq;
    int64_t seq; /* the last applied */
    uint64_t gaps;
};

/* Who may write a quantity or send an event type, exactly one of which is not 0. */
struct ownership {
    uint32_t owned;
    uint32_t type;
    uint32_t location; /* 0: everywhere */
    bool may[MODEL_SOURCES + 1]; /* by source; may[0] is never true */
};

struct bytes {
    unsigned char *at;
    size_t size;
};

/* An event that was applied. */
struct event_id {
    uint32_t source; /* 0: none */
    struct text id;
    struct bytes content;
    int64_t applied_at;
};

/* Its quantity is the entry of this key at `to`. */
struct transfer {
    struct text key;
    uint32_t item;
    uint32_t to;
    int64_t check; /* when it is looked whether it can be forgotten */
};

struct exception {
    uint64_t number;
    enum sellable_status status;
    uint32_t type;
    char *field;
    char *reason;
    struct record *record;
    bool is_put;    /* what could not be made a record: of it there is what it is about */
    bool has_event; /* the record is all of the event, and there are no bytes of the sender's */
    struct bytes content;
    int64_t kept_at;
};

/* What a channel was last told of an item. */
struct told {
    bool ever;
    bool owed;      /* it was not heard */
    bool held_back; /* by interval or step, when it was last looked at */
    bool untold;    /* it was to be told at `untold_at`, and was not looked at for it since */
    int64_t untold_at;
    int64_t published;
    uint32_t level;
    int64_t told_at;
    uint64_t number; /* of this telling */
};

struct listener {
    bool listens;
    uint64_t position; /* how many it was ever told */
    struct told told[MODEL_ITEMS + 1];
    uint64_t asked_at; /* model->changes, when it was last asked and told all */
};

/* What is counted for operations since the model was opened. */
struct channel_counts {
    uint64_t accepted;
    uint64_t refused;
    int64_t units;
};

struct source_counts {
    uint64_t applied, duplicates, stale, refused;
    bool has_newest;
    int64_t newest_at;
};

struct counts {
    uint64_t calls[SELLABLE_EVENT_TYPES_END][SELLABLE_STATUS_COUNT];
    uint64_t exceptions[SELLABLE_STATUS_COUNT];
    uint64_t events, events_applied, events_duplicate, replays_applied;
    uint64_t balances, variances;
    int64_t variance_sum, variance_absolute;
    uint64_t expired;
    struct channel_counts channels[MODEL_CHANNELS + 1];
    struct source_counts sources[MODEL_SOURCES + 1];
};

struct model {
    struct names item_names;
    struct names location_names;
    struct names channel_names;
    struct names region_names;
    struct names reason_names; /* numbered from 1, as all; held[] from 0 */
    struct names source_names;
    struct item items[MODEL_ITEMS + 1];
    struct location locations[MODEL_LOCATIONS + 1];
    struct settings overrides[MODEL_ITEMS + 1][MODEL_CHANNELS + 1];
    struct order *orders[MODEL_ORDERS];
    uint32_t order_count;
    uint64_t sequence;
    int64_t now;
    int64_t retention;
    int64_t ahead;
    uint64_t *rules;

    struct source sources[MODEL_SOURCES + 1];
    struct ownership *ownerships;
    uint32_t ownership_count;
    struct event_id *ids;
    uint64_t id_count;
    uint64_t id_limit; /* 0: none */
    struct transfer transfers[MODEL_TRANSFERS];
    uint32_t transfer_count;
    struct exception *exceptions; /* by number */
    uint64_t exception_count;
    uint64_t exception_limit;
    uint64_t exceptions_kept; /* in all */
    uint64_t exceptions_lost;
    struct listener listeners[MODEL_CHANNELS + 1];
    struct counts counts;
    uint64_t changes; /* calls that changed something, but for those that tell the time */

    const struct sellable_event *event; /* that is being applied; NULL: a call without an origin */
    bool replays;                       /* it is an exception's: its seq is not looked at */
};

static inline void model_saw(const struct model *model, enum model_rule rule, bool so) {
    if (so && model->rules) {
        model->rules[rule]++;
    }
}

static inline int64_t model_least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline int64_t model_most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static inline bool model_beyond(int64_t quantity) {
    return quantity > SELLABLE_QUANTITY_MAX || quantity < -SELLABLE_QUANTITY_MAX;
}

static inline bool model_beyond_time(int64_t time) {
    return time > SELLABLE_TIME_MAX || time < -SELLABLE_TIME_MAX;
}

/* ---- model.c --------------------------------------------------------------------------------- */

/* Room for so many, with what was there before; there is always some. */
void *model_room(void *old, size_t count, size_t size);
void *model_copy(const void *from, size_t count, size_t size);
_Noreturn void model_too_small(const char *what);

bool model_is_key(struct sellable_key key);
struct text model_text(struct sellable_key key);
struct sellable_key model_key(const struct text *text);
bool model_is_same(const struct text *a, const struct text *b);
int model_compare(const struct text *a, const struct text *b); /* as keys: byte by byte */

/* The number of a key, 0 if there is none; of a handle, or if none is given of a key. */
uint32_t model_find(const struct names *names, struct sellable_key key);
uint32_t model_resolve(const struct names *names, uint32_t id, struct sellable_key key);
uint32_t model_add(struct names *names, struct sellable_key key);
struct sellable_key model_key_of(const struct names *names, uint32_t id);
/* All numbers, by their keys; how many. */
uint32_t model_in_order(const struct names *names, uint32_t *ids);
static inline bool model_is_given(uint32_t id, struct sellable_key key) {
    return id != 0 || key.size != 0 || key.bytes != NULL;
}

/* Everything but what the caller sets. answer may be NULL, here and below. */
void model_clear_answer(struct sellable_answer *answer);
enum sellable_status model_fault(struct sellable_answer *answer, enum sellable_status status,
                                 const char *field, uint32_t line);
void model_drop_order(struct order *order); /* its memory */

/* ---- model_stats.c --------------------------------------------------------------------------- */

/* The answer to a call of this type; an event is counted as such, whatever call it becomes. */
enum sellable_status model_counted(struct model *model, uint32_t type,
                                   enum sellable_status status);
/* The answer to an event that was sent or replayed; NULL: there was none to be replayed. */
void model_count_event(struct model *model, const struct sellable_event *event, bool replays,
                       enum sellable_status status, int64_t variance);
/* The answer to reserve and amend, and what was promised. */
void model_count_order(struct model *model, uint32_t channel, enum sellable_status status,
                       int64_t units);

/* ---- model_cell.c ---------------------------------------------------------------------------- */

/* With memory of its own; and that memory given back. */
struct cell cell_copy(const struct cell *cell);
void cell_drop(struct cell *cell);

/* Physical stock comes or goes, by the event that is being applied or, at now, by a call: unless a
 * balance contains it already. */
void cell_move(const struct model *model, struct cell *cell, int64_t quantity);
/* on_hand was so much at that instant. */
void cell_balance(const struct model *model, struct cell *cell, int64_t quantity, int64_t as_of);

struct scheduled *cell_entry(struct cell *cell, const struct text *reference);
/* An entry replaced, taken away or added; false: there are too many. */
bool cell_schedule(struct cell *cell, const struct text *reference, int64_t due, int64_t quantity);
/* Supply that has come lowers its entry, at most to nothing. */
void cell_arrive(const struct model *model, struct cell *cell, const struct text *reference,
                 int64_t quantity);
/* Sums of what is scheduled; a single quantity is within them. */
bool cell_schedule_overflows(const struct cell *cell);

/* ---- model_origin.c: who says so, and when --------------------------------------------------- */

/* Each call asks these three, at its place, in this order; without an event they do nothing. After
 * the kinds of its fields: its source, its id, its seq. */
enum sellable_status model_enter(const struct model *model, struct sellable_answer *answer);
/* After all that it names is known and can be: its owner, its `at`. */
enum sellable_status model_admit(const struct model *model, struct sellable_answer *answer);
/* Last of all, before it takes effect, which is certain then: its id and seq are remembered; or
 * there are too many ids. */
enum sellable_status model_remember(struct model *model);
/* All three, of a call that names nothing and has no state to look at. */
enum sellable_status model_pass(struct model *model, struct sellable_answer *answer);

/* The source of such an event is not looked at, nor is its seq. */
bool model_comes_from_nobody(uint32_t type);

/* model_admit in two, for what writes a quantity at a location (0: it is not known). */
bool model_is_owner(const struct model *model, uint32_t type, uint32_t owned, uint32_t location);
bool model_is_ahead(const struct model *model, int64_t time);
void model_forget_ids(struct model *model);

/* ---- model_content.c ------------------------------------------------------------------------- */

/* All that makes two events the same. The caller frees its memory. */
struct bytes content_of(const struct model *model, const struct sellable_event *event);
bool content_is_same(const struct bytes *a, const struct bytes *b);

/* ---- model_record.c -------------------------------------------------------------------------- */

/* An event with all that it leads to. */
struct record *record_keep(const struct sellable_event *event);
const struct sellable_event *record_event(const struct record *record);
void record_drop(struct record *record); /* NULL is accepted */

/* ---- model_supply.c, model_event.c, model_exceptions.c --------------------------------------- */

/* Types 1 to 15. */
enum sellable_status model_supply(struct model *model, const struct sellable_event *event,
                                  struct sellable_answer *answer);
struct transfer *model_transfer(struct model *model, const struct text *key);
void model_forget_transfers(struct model *model);

/* What sellable_apply does but for keeping an exception. */
enum sellable_status model_apply_event(struct model *model, const struct sellable_event *event,
                                       bool replays, struct sellable_answer *answer);
/* Its number; 0: such a refusal is not kept. */
uint64_t model_keep_exception(struct model *model, const struct sellable_event *event,
                              enum sellable_status status, const char *field, const char *reason);
void model_drop_exceptions(struct model *model); /* their memory */

/* ---- model_units.c: from a unit to the smallest ---------------------------------------------- */

/* A unit of an item by name; not given: the smallest. NULL: it has none of that name. */
const struct unit *model_unit(const struct item *item, const struct text *name,
                              struct unit *smallest);
enum conversion { CONVERTED, NO_UNIT, NOT_WHOLE, TOO_MUCH };
enum conversion model_convert(const struct model *model, uint32_t item, const struct text *unit,
                              int64_t quantity, int64_t *smallest);

#endif
