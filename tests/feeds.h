/* SPDX-License-Identifier: Apache-2.0
 *
 * For races of events that have an origin: a feed, how a member of a crew sends one, and what two
 * engines hold, compared.
 *
 * A *feed* is so many streams of events. The events of one stream come in its order: each can only
 * be applied once those before it are, and would be refused a second time, were it not for its id.
 * Streams have items of their own: in whatever order they are mixed, the same is there at the end.
 * The first streams are numbered: one of each source. */
#ifndef SELLABLE_TESTS_FEEDS_H
#define SELLABLE_TESTS_FEEDS_H

#include "crew.h"

#include <sched.h>

/* ---- the scene ------------------------------------------------------------------------------- */

enum { ERP = 1, WMS, SHOP, STRANGER, SOURCES = STRANGER };
enum { EAST = 1, WEST, YARD, PLACES = YARD };

#define FEED_BEGINS (20 * SELLABLE_DAY) /* now, when a feed is sent */
#define FEED_STOCK INT64_C(1000000)     /* of each item at each place: more than is ever promised */

static const char *const source_keys[SOURCES + 1] = {"", "erp", "wms", "shop", "stranger"};

static inline void declare_sources(struct sellable *engine) {
    for (uint32_t i = 1; i <= SOURCES; i++) {
        struct sellable_source source;
        expect(sellable_source_put(engine, NULL, key_of(source_keys[i]), NULL, &source, NULL), OK);
        equal(source.id, i);
    }
    now_is(engine, FEED_BEGINS);
}

/* BITS: of a cell whose on_hand tells which events it has had, a power of two each. */
enum { THREADS = 6, BITS = 40 };

static int64_t duration = 1200; /* ms for which each race is run again and again */

static inline struct sellable *open_feeds(uint32_t items) {
    struct sellable *engine = open_stocked(items, PLACES, FEED_STOCK, 0);
    declare_sources(engine);
    return engine;
}

/* Run a race again and again; returns how often. */
static inline uint32_t again_and_again(void (*race)(uint32_t round)) {
    int64_t ends_at = milliseconds() + duration;
    uint32_t rounds = 0;
    do
        race(rounds++);
    while (milliseconds() < ends_at);
    print_message("           %u rounds\n", rounds);
    return rounds;
}

/* ---- one event ------------------------------------------------------------------------------- */

/* An event, and all that it leads to. */
struct sent {
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_line line;
    struct crew_key id, reference, order_key;
};

/* The number-th id; its source must have been set. */
static inline void identify(struct sent *sent, const char *kind, uint64_t number) {
    sent->event.id = numbered(&sent->id, kind, number);
}

static inline enum sellable_status send_event(struct member *member,
                                              const struct sellable_event *event,
                                              struct sellable_answer *answer) {
    return sellable_apply(member->engine, member->worker, event, answer);
}

/* The same event by keys: the same content. */
static inline enum sellable_status send_by_key(struct member *member,
                                               const struct sellable_event *event) {
    struct crew_key item, location;
    struct sellable_event by_key = *event;
    if (event->item.id != 0) {
        by_key.item.id = 0;
        by_key.item_key = numbered(&item, "I", event->item.id - 1);
    }
    if (event->location.id != 0) {
        by_key.location.id = 0;
        by_key.location_key = numbered(&location, "L", event->location.id - 1);
    }
    if (event->source.id != 0) {
        by_key.source.id = 0;
        by_key.source_key = key_of(source_keys[event->source.id]);
    }
    return send_event(member, &by_key, NULL);
}

/* ---- the steps of a stream ------------------------------------------------------------------- */

enum step {
    SHIP_TRANSFER, RECEIVE_PART, RECEIVE_REST, PLACE_HOLD, SCRAP_HOLD, RELEASE_HOLD, TAKE_BACK,
    JUDGE_RETURN, KEEP_BACK, ORDER_SUPPLY, RECEIVE_SUPPLY, MOVE_LATER, COUNT, MOVE_EARLIER,
    RESERVE_SOME, ALLOCATE_SOME, SHIP_SOME, RESERVE_MORE, RELEASE_MORE, STEPS
};

enum {
    MOVED = 5, RECEIVED_FIRST = 2, HELD = 3, SCRAPPED = 1, SUPPLIED = 7, COUNTED = 500, LATER = 4,
    EARLIER = 9, ROUND_MS = 10, SEQ_STEP = 3 /* every so many numbers one is left out */
};

/* The instant of a round's balance. */
static inline int64_t counted_at(uint32_t round) {
    return FEED_BEGINS - SELLABLE_DAY + (int64_t)round * ROUND_MS;
}

static inline void reserve_event(struct sent *sent, const char *kind, uint64_t subject) {
    sent->line = (struct sellable_line){.item = sent->event.item, .quantity = 2};
    sent->order = (struct sellable_order){.key = numbered(&sent->order_key, kind, subject),
                                          .channel = web,
                                          .lines = &sent->line,
                                          .line_count = 1};
    sent->event.order = &sent->order;
}

/* Of transfers, supply, and the yard, where balances come beside movements. */
static inline void stock_step(struct sent *sent, enum step step, uint64_t subject,
                              uint32_t round) {
    struct sellable_event *event = &sent->event;
    bool of_yard = step == MOVE_LATER || step == COUNT || step == MOVE_EARLIER;
    event->location.id = of_yard ? YARD : step == ORDER_SUPPLY || step == RECEIVE_SUPPLY ? WEST
                                                                                         : EAST;
    if (step <= RECEIVE_REST) {
        event->type = step == SHIP_TRANSFER ? SELLABLE_TRANSFER_SHIP : SELLABLE_TRANSFER_RECEIVE;
        event->reference = numbered(&sent->reference, "T", subject);
        event->to.id = WEST;
        event->quantity = step == SHIP_TRANSFER  ? MOVED
                          : step == RECEIVE_PART ? RECEIVED_FIRST
                                                 : MOVED - RECEIVED_FIRST;
    } else if (!of_yard) {
        event->type = step == ORDER_SUPPLY ? SELLABLE_SCHEDULE_SET : SELLABLE_RECEIPT;
        event->reference = numbered(&sent->reference, "PO", subject);
        event->quantity = SUPPLIED;
    } else if (step == COUNT) {
        event->type = SELLABLE_ON_HAND_SET;
        event->quantity = COUNTED + round;
        event->has_as_of = 1;
        event->as_of = counted_at(round);
    } else {
        event->type = SELLABLE_ON_HAND_ADJUST;
        event->quantity = step == MOVE_LATER ? LATER : EARLIER;
        event->has_at = 1;
        event->at = counted_at(round) + (step == MOVE_LATER ? 1 : -1);
        event->has_expected = step == MOVE_EARLIER;
        event->expected = COUNTED + round + LATER;
    }
    if (step == SHIP_TRANSFER || step == ORDER_SUPPLY)
        event->due = FEED_BEGINS + SELLABLE_DAY;
}

/* Holds, returns, safety stock: of the east. */
static inline void hold_step(struct sent *sent, enum step step, uint32_t round) {
    static const uint32_t types[STEPS] = {[PLACE_HOLD] = SELLABLE_HOLD_PLACE,
                                          [SCRAP_HOLD] = SELLABLE_HOLD_SCRAP,
                                          [RELEASE_HOLD] = SELLABLE_HOLD_RELEASE,
                                          [TAKE_BACK] = SELLABLE_RETURN_RECEIVE,
                                          [JUDGE_RETURN] = SELLABLE_RETURN_DISPOSITION,
                                          [KEEP_BACK] = SELLABLE_SAFETY_STOCK_SET};
    struct sellable_event *event = &sent->event;
    event->type = types[step];
    event->location.id = EAST;
    event->reason = step <= RELEASE_HOLD ? key_of("quality") : (struct sellable_key){NULL, 0};
    event->quantity = step == SCRAP_HOLD     ? SCRAPPED
                      : step == RELEASE_HOLD ? HELD - SCRAPPED
                                             : HELD;
    if (step == JUDGE_RETURN)
        event->outcome = SELLABLE_RESTOCK + round % 3;
    if (step == KEEP_BACK) {
        event->has_expected = 1;
        event->expected = round;
        event->quantity = round + 1;
    }
}

static inline void order_step(struct sent *sent, enum step step, uint64_t subject) {
    static const uint32_t types[STEPS] = {[RESERVE_SOME] = SELLABLE_RESERVE,
                                          [ALLOCATE_SOME] = SELLABLE_ALLOCATE,
                                          [SHIP_SOME] = SELLABLE_SHIP,
                                          [RESERVE_MORE] = SELLABLE_RESERVE,
                                          [RELEASE_MORE] = SELLABLE_RELEASE};
    const char *kind = step >= RESERVE_MORE ? "more" : "some";
    sent->event.type = types[step];
    if (types[step] == SELLABLE_RESERVE)
        reserve_event(sent, kind, subject);
    else
        sent->event.order_key = numbered(&sent->order_key, kind, subject);
    if (types[step] == SELLABLE_SHIP) {
        sent->event.has_at = 1;
        sent->event.at = FEED_BEGINS - SELLABLE_DAY;
    }
}

/* ---- the feed -------------------------------------------------------------------------------- */

struct feed {
    uint32_t streams, length; /* of each, so many events */
    bool together;            /* all send the same events at the same time, or each in its order */
    uint32_t members;
    struct sent *sent;
    atomic_uchar *ok;         /* of each event: how often it was answered so */
    atomic_uint passed;       /* events that were sent, by all */
    void (*meanwhile)(struct member *member, uint64_t number); /* between two events; or NULL */
    atomic_llong counted;     /* whatever that counts */
};

static inline void make_event(struct feed *feed, uint32_t stream, uint32_t index) {
    struct sent *sent = &feed->sent[stream * feed->length + index];
    enum step step = (enum step)(index % STEPS);
    uint32_t round = index / STEPS;
    uint64_t subject = (uint64_t)stream * feed->length + round;
    *sent = (struct sent){.event = {.item = {1 + stream}, .source = {ERP + stream % SHOP}}};
    if (step <= RECEIVE_REST || (step >= ORDER_SUPPLY && step <= MOVE_EARLIER))
        stock_step(sent, step, subject, round);
    else if (step < RESERVE_SOME)
        hold_step(sent, step, round);
    else
        order_step(sent, step, subject);
    identify(sent, "e", (uint64_t)stream * feed->length + index);
    if (stream < SHOP) {
        sent->event.has_seq = 1;
        sent->event.seq = index + index / SEQ_STEP;
    }
}

static inline struct feed feed_begin(uint32_t streams, uint32_t rounds, bool together,
                                     uint32_t members) {
    struct feed feed = {.streams = streams,
                        .length = rounds * STEPS,
                        .together = together,
                        .members = members};
    feed.sent = calloc((size_t)streams * feed.length, sizeof *feed.sent);
    feed.ok = calloc((size_t)streams * feed.length, sizeof *feed.ok);
    assert_true(feed.sent != NULL && feed.ok != NULL);
    for (uint32_t s = 0; s < streams; s++)
        for (uint32_t i = 0; i < feed.length; i++)
            make_event(&feed, s, i);
    return feed;
}

static inline void feed_end(struct feed *feed) {
    free(feed->sent);
    free(feed->ok);
}

static inline uint32_t feed_count(const struct feed *feed) { return feed->streams * feed->length; }

/* Sent as often as there are members: one time it is applied, else it is known. */
static inline void send_one(struct member *member, uint32_t place) {
    struct feed *feed = member->shared;
    const struct sellable_event *event = &feed->sent[place].event;
    enum sellable_status status = random_percent(&member->random, 50)
                                      ? send_event(member, event, NULL)
                                      : send_by_key(member, event);
    if (status == SELLABLE_OK)
        atomic_fetch_add(&feed->ok[place], 1);
    else if (status != SELLABLE_DUPLICATE)
        crew_trouble(member, __FILE__, __LINE__, "%s of stream %u, event %u, is answered %s",
                     sellable_event_name((int)event->type), place / feed->length,
                     place % feed->length, sellable_status_name((int)status));
    if (feed->meanwhile != NULL)
        feed->meanwhile(member, place);
}

/* Who is far ahead lets the others come. */
static inline void stay_together(struct member *member, atomic_uint *passed, uint32_t members,
                                 uint32_t own) {
    enum { AHEAD = 4 };
    atomic_fetch_add(passed, 1);
    while (atomic_load(passed) / members + AHEAD < own && !atomic_load(&member->crew->over))
        sched_yield();
}

/* Each member sends all of it, in the order of each stream. */
static inline void send_feed(struct member *member) {
    struct feed *feed = member->shared;
    uint32_t left = feed->streams, own = 0, *sent = calloc(feed->streams, sizeof *sent);
    uint32_t stream = 0;
    require(member, sent != NULL);
    while (left != 0 && sent != NULL && !atomic_load(&member->crew->over)) {
        stream = feed->together ? (stream + 1) % feed->streams
                                : random_below(&member->random, feed->streams);
        if (sent[stream] == feed->length)
            continue;
        send_one(member, stream * feed->length + sent[stream]);
        left -= ++sent[stream] == feed->length;
        if (feed->together)
            stay_together(member, &feed->passed, feed->members, ++own);
    }
    free(sent);
}

/* One of all the members has applied it. */
static inline void applied_once(const struct feed *feed) {
    for (uint32_t i = 0; i < feed_count(feed); i++)
        equal(feed->ok[i], 1);
}

/* ---- two engines ----------------------------------------------------------------------------- */

static inline void same_cell(const struct sellable *one, const struct sellable *other,
                             const struct sellable_place *place) {
    enum { ENTRIES = 64 };
    static struct sellable_scheduled scheduled[2][ENTRIES];
    struct sellable_cell a = {.schedule = scheduled[0], .schedule_capacity = ENTRIES};
    struct sellable_cell b = {.schedule = scheduled[1], .schedule_capacity = ENTRIES};
    memset(scheduled, 0, sizeof scheduled);
    expect(sellable_cell(one, place, &a), OK);
    expect(sellable_cell(other, place, &b), OK);
    equal(a.on_hand, b.on_hand);
    equal(a.allocated, b.allocated);
    equal(a.reserved, b.reserved);
    equal(a.backordered, b.backordered);
    equal(a.safety_stock, b.safety_stock);
    equal(a.net, b.net);
    for (uint32_t r = 0; r < SELLABLE_HOLD_REASONS_MAX; r++)
        equal(a.held[r], b.held[r]);
    equal(a.schedule_count, b.schedule_count);
    assert_in_range(a.schedule_count, 0, ENTRIES);
    for (uint32_t i = 0; i < a.schedule_count; i++) {
        equal(scheduled[0][i].due, scheduled[1][i].due);
        equal(scheduled[0][i].quantity, scheduled[1][i].quantity);
        equal(scheduled[0][i].reference_size, scheduled[1][i].reference_size);
        assert_memory_equal(scheduled[0][i].reference, scheduled[1][i].reference,
                            scheduled[0][i].reference_size);
    }
}

/* All cells of the first items, and what is known of the sources. */
static inline void same_stock(const struct sellable *one, const struct sellable *other,
                              uint32_t items) {
    for (uint32_t item = 1; item <= items; item++) {
        for (uint32_t location = 1; location <= PLACES; location++) {
            const struct sellable_place place = {.item = {item}, .location = {location}};
            same_cell(one, other, &place);
        }
    }
    for (uint32_t i = 1; i <= SOURCES; i++) {
        struct sellable_source_view a, b;
        expect(sellable_source_look(one, (struct sellable_source){i}, &a), OK);
        expect(sellable_source_look(other, (struct sellable_source){i}, &b), OK);
        equal(a.has_seq, b.has_seq);
        equal(a.seq, b.seq);
        equal(a.gaps, b.gaps);
    }
}

static inline struct sellable_audit audited(struct sellable *engine) {
    struct sellable_audit audit;
    expect(sellable_audit(engine, NULL, &audit), OK);
    if (!audit.consistent)
        print_error("item %u at %u is not what the orders make of it\n", audit.item.id,
                    audit.location.id);
    equal(audit.consistent, 1);
    return audit;
}

/* Nothing that an audit looks at differs. */
static inline void same_audit(struct sellable *one, struct sellable *other) {
    struct sellable_audit a = audited(one), b = audited(other);
    equal(a.items, b.items);
    equal(a.orders, b.orders);
    equal(a.hash[0], b.hash[0]);
    equal(a.hash[1], b.hash[1]);
    equal(a.full[0], b.full[0]);
    equal(a.full[1], b.full[1]);
}

#endif
