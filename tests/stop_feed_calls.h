/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: what is called of stop_feeds.h, and how it may be answered. */
#ifndef SELLABLE_TESTS_STOP_FEED_CALLS_H
#define SELLABLE_TESTS_STOP_FEED_CALLS_H

#include "stop_feeds.h"
#include "stop_promise_calls.h"

/* An event with a seq may be late: the next of its source was applied before. */
static uint32_t may_be_answered(enum sent number) {
    switch (number) {
    case SENT_NUMBERED:
        return ALSO(DUPLICATE) | ALSO(STALE);
    case SENT_AGAIN:
        return ALSO(WRONG_STATE);
    case SENT_CONFLICT:
        return 0;
    case SENT_REPLAY:
    case SENT_DISCARD:
        return ALSO(INVALID);
    case SENT_PUT:
        return 0;
    default:
        return ALSO(DUPLICATE);
    }
}

static void make_sent(struct part *part, enum sent number) {
    struct sellable_answer answer = {.field = NULL};
    uint32_t entry = begin_entry(part, FEED, number);
    enum sellable_status status = send_it(part->scene, worker_of(part), number, &answer);
    end_entry(part, entry, status);
    bool refused = number == SENT_REFUSED && status == SELLABLE_UNKNOWN_ITEM;
    bool conflict = number == SENT_CONFLICT && status == SELLABLE_CONFLICT;
    if (!refused && !conflict)
        may(status, may_be_answered(number), "an event");
    if ((refused || number == SENT_PUT) && answer.exception <= EXCEPTIONS)
        must(SELLABLE_INVALID, "the number of an exception");
    if (status == SELLABLE_INVALID &&
        (answer.field == NULL || strcmp(answer.field, "exception") != 0))
        must(status, "a replay");
}

static void call_sent(struct part *part) { make_sent(part, (enum sent)part->call->which); }

static void call_sents(struct part *part) {
    struct sellable_event events[2];
    enum sellable_status statuses[2];
    uint32_t first = part->scene->history[part->number].count;
    for (uint32_t i = 0; i < 2; i++) {
        (void)begin_entry(part, FEED, SENT_COUNT + i);
        events[i] = sents[SENT_COUNT + i].event;
        events[i].id = events[i].correlation = key_of(sents[SENT_COUNT + i].id);
    }
    must(sellable_apply_batch(part->scene->engine, worker_of(part), events, 2, statuses, NULL),
         "apply_batch");
    for (uint32_t i = 0; i < 2; i++) {
        end_entry(part, first + i, statuses[i]);
        may(statuses[i], ALSO(DUPLICATE), "an event of a batch");
    }
}

/* Rules and sources that change nothing for those who send. */
static void call_owner(struct part *part) {
    static const struct sellable_owner both[] = {{.source = {WMS}}, {.source = {ERP}}};
    const struct sellable_ownership rule = {.type = SELLABLE_TRANSFER_SHIP,
                                            .location = {1 + part->call->which},
                                            .owners = both,
                                            .owner_count = 2};
    must(sellable_owner_put(part->scene->engine, worker_of(part), &rule, NULL), "owner_put");
}

static void call_source(struct part *part) {
    const int64_t max_lag = 60000;
    struct sellable_source source = {0}, found = {0};
    struct sellable *engine = part->scene->engine;
    must(sellable_source_put(engine, worker_of(part), key_of("erp"), &max_lag, NULL, NULL),
         "source_put");
    must(sellable_source_put(engine, worker_of(part), key_of("shop"), NULL, &source, NULL),
         "source_put");
    must(sellable_source_find(engine, key_of("shop"), &found), "source_find");
    if (source.id <= WMS || source.id != found.id ||
        sellable_source_key(engine, source).size != 4)
        must(SELLABLE_UNKNOWN_SOURCE, "the same source");
}

static void call_look_at_feeds(struct part *part) {
    const struct sellable *engine = part->scene->engine;
    struct sellable_source_view view;
    uint32_t sources = 0;
    for (struct sellable_source source = {0};
         (source = sellable_source_next(engine, source)).id != 0; sources++)
        must(sellable_source_look(engine, source, &view), "source_look");
    if (sources < WMS)
        must(SELLABLE_UNKNOWN_SOURCE, "one after another");
    struct sellable_exception_counts counts;
    sellable_exception_counts(engine, &counts);
    if (counts.last < EXCEPTIONS || counts.kept > part->scene->exceptions)
        must(SELLABLE_INVALID, "how many exceptions");
}

static void call_exceptions(struct part *part) {
    const struct sellable_exception_selection by_impact = {.by_impact = part->call->which};
    uint64_t seen[3] = {0};
    must(sellable_exceptions(part->scene->engine, worker_of(part), &by_impact, see_exception,
                             seen),
         "exceptions");
    if (seen[0] > part->scene->exceptions)
        must(SELLABLE_INVALID, "as many exceptions");
}

static void call_audit(struct part *part) {
    struct sellable_audit audit;
    must(sellable_audit(part->scene->engine, worker_of(part), &audit), "audit");
    if (!audit.consistent || audit.items < FEED_LAST)
        must(SELLABLE_INVALID, "an audit");
}

#define FEED_CALLS                                                                                 \
    {"apply with id, source and seq", call_sent, SENT_NUMBERED},                                   \
        {"hold.scrap with an id", call_sent, SENT_HELD},                                           \
        {"receipt", call_sent, SENT_RECEIPT}, {"transfer.ship", call_sent, SENT_SHIP},             \
        {"transfer.receive", call_sent, SENT_PART}, {"return.receive", call_sent, SENT_RETURN},    \
        {"reserve as an event", call_sent, SENT_ORDER},                                            \
        {"ship as an event", call_sent, SENT_ORDER_SHIPPED},                                       \
        {"apply with seq and at", call_sent, SENT_WITH_AT},                                    \
        {"on_hand.set with as_of", call_sent, SENT_COUNT},                                         \
        {"a movement after it", call_sent, SENT_LATER},                                            \
        {"a movement before it", call_sent, SENT_EARLIER},                                         \
        {"transfer.receive until all has come", call_sent, SENT_AGAIN},                            \
        {"transfer.ship in conflict", call_sent, SENT_CONFLICT},                                   \
        {"an event that is refused", call_sent, SENT_REFUSED},                                     \
        {"exception_put", call_sent, SENT_PUT}, {"exception_replay", call_sent, SENT_REPLAY},      \
        {"exception_discard", call_sent, SENT_DISCARD}, {"apply two with ids", call_sents, 0},     \
        {"owner_put", call_owner, 0}, {"owner_put elsewhere", call_owner, 1},                      \
        {"source_put", call_source, 0}, {"look at sources", call_look_at_feeds, 0},                \
        {"visit exceptions", call_exceptions, 0},                                                  \
        {"visit exceptions by impact", call_exceptions, 1}, {"audit", call_audit, 0}

#endif
