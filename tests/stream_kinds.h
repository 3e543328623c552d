/* SPDX-License-Identifier: Apache-2.0
 *
 * What each kind of stream is about, in hundredths; for stream*.c only. */
#ifndef SELLABLE_TESTS_STREAM_KINDS_H
#define SELLABLE_TESTS_STREAM_KINDS_H

#include "stream.h"

struct flavour {
    int64_t tick;         /* times lie this far apart, or a few ms */
    uint32_t settings;    /* of a policy */
    uint32_t overrides;   /* of policies, those of an item */
    uint32_t fences;      /* of events */
    uint32_t schedules;   /* of events */
    uint32_t dates;       /* of orders and questions */
    uint32_t items;       /* item_put changes something; and units are named */
    uint32_t kits;        /* items that are kits from the start */
    uint32_t untracked;   /* the same */
    uint32_t locations;   /* location_put changes something */
    uint32_t located;     /* of lines */
    uint32_t substitutes; /* of lines */
    uint32_t partial;     /* of orders */
    uint32_t ranks;       /* of orders, those with a precedence of their own */
    uint32_t parts;       /* of release, allocate, deallocate, ship */
    uint32_t types;       /* of events, those of any type there is */
    uint32_t origins;     /* of events, those that tell who sends them, and when */
    uint32_t focus;       /* of supply, what is said of the same few cells */
    uint32_t late;        /* of items and channels, those that come later */
    uint32_t prompt;      /* of advances, those after which a channel asks for changes */
    int64_t interval;     /* of settings: their unit; 0: a ms */
    uint8_t weights[CALL_KIND_COUNT];
};

/* One call of a stream in the making. */
enum { LATEST = 12 };

struct maker {
    struct random random;
    const struct flavour *flavour;
    int64_t clock; /* the engine's now, if no call was dropped */
    int64_t retention;
    bool fresh;                   /* nothing was promised yet */
    bool large;                   /* quantities at the limits are common */
    struct call reserves[LATEST]; /* the latest, to be made again */
    uint32_t reserve_count;
    uint32_t allocated;         /* the order of the latest allocate */
    struct call events[LATEST]; /* as reserves */
    uint32_t event_count;
    int64_t seqs[SOURCES]; /* the last sent of each source */
    uint32_t ids;          /* sent so far */
    struct call held; /* the latest hold.place, schedule.set, transfer.ship, return.receive */
    struct call scheduled;
    struct call sent;
    struct call returned;
    struct call ruled; /* the latest rule of owners */
    uint32_t late;            /* a set of things that come later */
    uint8_t askers[CHANNELS]; /* how often each channel asks for changes */
    uint8_t viewed[VIEWS];    /* 1: such a view is open, if no call was dropped */
};

static inline bool percent(struct maker *maker, uint32_t chance) {
    return random_percent(&maker->random, chance);
}

static inline uint32_t below(struct maker *maker, uint32_t count) {
    return random_below(&maker->random, count);
}

#define CHOOSE(MAKER, ARRAY) ((ARRAY)[below(MAKER, (uint32_t)(sizeof(ARRAY) / sizeof *(ARRAY)))])

/* stream.c */
int64_t some_quantity(struct maker *maker, uint32_t limit);
int64_t out_of_range(struct maker *maker);
uint32_t some_thing(struct maker *maker, uint32_t count, uint32_t unknown_percent);
uint32_t some_unit(struct maker *maker);
int64_t some_time(struct maker *maker);
int64_t some_date(struct maker *maker);
/* A number below count, each as often as its weight says. */
uint32_t some_weighted(struct maker *maker, const uint8_t *weights, uint32_t count);
int64_t some_past(struct maker *maker);
const struct call *some_reserve(struct maker *maker); /* NULL: there was none yet */
struct call new_call(enum call_kind kind);
/* What a call of its kind is made of. */
void make_body(struct maker *maker, struct call *call);

/* stream_masters.c, stream_orders.c, stream_events.c, stream_origin.c, stream_told.c: what a
 * kind of call is made of */
void make_item(struct maker *maker, struct call *call);
void make_location(struct maker *maker, struct call *call);
void make_policy(struct maker *maker, struct call *call);
void make_order(struct maker *maker, struct call *call);
void make_amendment(struct maker *maker, struct call *call);
void make_parts(struct maker *maker, struct call *call);
void make_move(struct maker *maker, struct call *call);
void make_event(struct maker *maker, struct call *call);
void make_origin(struct maker *maker, struct call *call);
void make_ownership(struct maker *maker, struct call *call);
void make_source(struct maker *maker, struct call *call);
void make_exception(struct maker *maker, struct call *call);
void make_exception_number(struct maker *maker, struct call *call);
void make_askers(struct maker *maker);
void make_outgoing(struct maker *maker, struct call *call); /* changes, views, forks */

#endif
