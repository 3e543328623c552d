/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_allocation.c: the calls of a script that have to do with the origin of events:
 * sources, owners, ids, transfers, balances, exceptions. */
#ifndef SELLABLE_TESTS_ALLOCATION_FEEDS_H
#define SELLABLE_TESTS_ALLOCATION_FEEDS_H

#include "crew.h"

#define EVERY_FEED_ACT(X)                                                                          \
    X(SOURCE, "source")                                                                            \
    X(OWNER, "owner")                                                                              \
    X(IDENTIFIED, "identified")                                                                    \
    X(BALANCE, "balance")                                                                          \
    X(RECEIPT, "receipt")                                                                          \
    X(TRANSFER, "transfer")                                                                        \
    X(RECEIVED, "received")                                                                        \
    X(REFUSED, "refused")                                                                          \
    X(PUT, "put")                                                                                  \
    X(REPLAY, "replay")                                                                            \
    X(DISCARD, "discard")                                                                          \
    X(EXCEPTIONS, "exceptions")                                                                    \
    X(AUDIT, "audit")

enum feed_act {
#define FEED_ACT(ACT, NAME) FEED_##ACT,
    EVERY_FEED_ACT(FEED_ACT)
#undef FEED_ACT
};

/* Keys of an event, which have to last as long as it. */
struct feed_keys {
    struct crew_key id, reference;
};

/* All come from the first source. */
static struct sellable_event feed_event(enum feed_act act, struct sellable_item item,
                                        uint32_t number, struct feed_keys *keys) {
    struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = item,
                                   .location = {1},
                                   .quantity = 2,
                                   .source = {1},
                                   .id = numbered(&keys->id, act == FEED_REPLAY ? "r" : "e",
                                                  (uint64_t)act * 100000 + number)};
    switch (act) {
    case FEED_IDENTIFIED:
        event.has_seq = 1;
        event.seq = 2 * (int64_t)number;
        break;
    case FEED_BALANCE:
        event.type = SELLABLE_ON_HAND_SET;
        event.quantity = 1000;
        event.has_as_of = 1;
        event.as_of = 1;
        break;
    case FEED_RECEIPT:
        event.type = SELLABLE_RECEIPT;
        event.held = key_of("inspection");
        event.has_at = 1;
        event.at = 5;
        break;
    case FEED_TRANSFER:
    case FEED_RECEIVED:
        event.type =
            act == FEED_TRANSFER ? SELLABLE_TRANSFER_SHIP : SELLABLE_TRANSFER_RECEIVE;
        event.reference = numbered(&keys->reference, "T", number);
        event.quantity = act == FEED_TRANSFER ? 2 : 1;
        event.to.id = 2;
        event.due = 100;
        break;
    case FEED_REFUSED:
        event.item.id = 0;
        event.item_key = key_of("nothing");
        break;
    default:
        break;
    }
    return event;
}

static int look_on(void *context, const struct sellable_exception *exception) {
    uint64_t *seen = context;
    *seen += exception->number;
    return 0;
}

/* What is asked of everything there is; nothing changes. */
static enum sellable_status ask_of_feeds(struct sellable *engine, struct sellable_worker *worker,
                                         enum feed_act act, uint32_t number) {
    const struct sellable_exception_selection selection = {.by_impact = number % 2};
    struct sellable_audit audit;
    uint64_t seen = 0;
    if (act == FEED_EXCEPTIONS)
        return sellable_exceptions(engine, worker, &selection, look_on, &seen);
    enum sellable_status status = sellable_audit(engine, worker, &audit);
    if (status == SELLABLE_OK)
        equal(audit.consistent, 1);
    return status;
}

/* A refused event that could not be kept counts as one that found no memory. */
static enum sellable_status keep_refused(struct sellable *engine, struct sellable_worker *worker,
                                         const struct sellable_event *event) {
    struct sellable_answer answer = {.exception = 0};
    enum sellable_status status = sellable_apply(engine, worker, event, &answer);
    if (status == SELLABLE_NO_MEMORY)
        return status;
    equal(status, SELLABLE_UNKNOWN_ITEM);
    return answer.exception != 0 ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

static enum sellable_status make_feed(struct sellable *engine, struct sellable_worker *worker,
                                      enum feed_act act, struct sellable_item item,
                                      uint32_t number) {
    static const struct sellable_owner owners[] = {{.source = {1}}};
    struct feed_keys keys;
    const struct sellable_event event = feed_event(act, item, number, &keys);
    const struct sellable_ownership rule = {.owned = SELLABLE_OWNED_ON_HAND,
                                            .location = {1 + number % 3},
                                            .owners = owners,
                                            .owner_count = 1};
    switch (act) {
    case FEED_SOURCE:
        return sellable_source_put(engine, worker, numbered(&keys.id, "S", number), NULL, NULL,
                                   NULL);
    case FEED_OWNER:
        return sellable_owner_put(engine, worker, &rule, NULL);
    case FEED_REFUSED:
        return keep_refused(engine, worker, &event);
    case FEED_PUT:
        return sellable_exception_put(engine, worker, &event, SELLABLE_INVALID, "quantity",
                                      "missing", NULL);
    case FEED_REPLAY:
        return sellable_exception_replay(engine, worker, number, &event, NULL);
    case FEED_DISCARD:
        return sellable_exception_discard(engine, worker, number, NULL);
    case FEED_EXCEPTIONS:
    case FEED_AUDIT:
        return ask_of_feeds(engine, worker, act, number);
    default:
        return sellable_apply(engine, worker, &event, NULL);
    }
}

/* What is kept of origins, as figures; returns how many. */
enum { FEED_FIGURES = 32 };

static uint32_t feed_figures(const struct sellable *engine, int64_t figures[FEED_FIGURES]) {
    struct sellable_exception_counts counts;
    struct sellable_memory memory;
    uint32_t count = 0;
    sellable_exception_counts(engine, &counts);
    sellable_memory(engine, &memory);
    const int64_t all[] = {(int64_t)counts.kept, (int64_t)counts.last, (int64_t)counts.lost,
                           (int64_t)memory.event_ids, (int64_t)memory.transfers};
    for (; count < COUNT_OF(all); count++)
        figures[count] = all[count];
    for (struct sellable_source source = {0};
         (source = sellable_source_next(engine, source)).id != 0 && count + 3 <= FEED_FIGURES;) {
        struct sellable_source_view view;
        expect(sellable_source_look(engine, source, &view), OK);
        figures[count++] = view.has_seq;
        figures[count++] = view.has_seq ? view.seq : 0;
        figures[count++] = (int64_t)view.gaps;
    }
    return count;
}

#endif
