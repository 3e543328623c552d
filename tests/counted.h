/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of figures: all of them in one record, which of them rose between two looks, and the
 * call of a type without an event. */
#ifndef SELLABLE_TESTS_COUNTED_H
#define SELLABLE_TESTS_COUNTED_H

#include "every_event.h"

enum { COUNTED_CHANNELS = 4, COUNTED_SOURCES = 4 };

struct figures {
    struct sellable_stats all;
    struct sellable_channel_stats channel[COUNTED_CHANNELS]; /* by number - 1 */
    struct sellable_source_stats source[COUNTED_SOURCES];
};

static inline struct figures figures_of(const struct sellable *engine) {
    struct figures figures;
    memset(&figures, 0xa5, sizeof figures);
    figures.all.channels = figures.channel;
    figures.all.channel_capacity = COUNTED_CHANNELS;
    figures.all.sources = figures.source;
    figures.all.source_capacity = COUNTED_SOURCES;
    expect(sellable_stats(engine, &figures.all), OK);
    figures.all.channels = NULL; /* the record is copied */
    figures.all.sources = NULL;
    return figures;
}

/* Of all calls, those of this type and status have risen by so many, and no others. */
static inline void only_rose_at(const struct figures *before, const struct figures *after,
                                uint32_t type, int status, uint64_t by, const char *file,
                                int line) {
    for (uint32_t t = 0; t < SELLABLE_EVENT_TYPES_END; t++) {
        for (int s = 0; s < SELLABLE_STATUS_COUNT; s++) {
            uint64_t rose = after->all.calls[t][s] - before->all.calls[t][s];
            uint64_t wanted = t == type && s == status ? by : 0;
            if (rose != wanted) {
                print_error("%s, %s rose by %llu, not %llu\n", sellable_event_name((int)t),
                            sellable_status_name(s), (unsigned long long)rose,
                            (unsigned long long)wanted);
                _fail(file, line);
            }
        }
    }
}
#define only_rose(before, after, type, status, by)                                                 \
    only_rose_at(before, after, type, (int)(status), by, __FILE__, __LINE__)

/* A figure of `all` has risen by so much between two looks. */
#define rose(before, after, member, by) equal((after).all.member - (before).all.member, by)

/* What an event of an order or a master says, by the call of its own. */
static inline enum sellable_status call_of_order(struct sellable *engine,
                                                 struct sellable_worker *worker,
                                                 const struct sellable_event *event,
                                                 struct sellable_answer *answer) {
    const struct sellable_move move = {.order = event->order_key,
                                       .item_key = event->item_key,
                                       .from_key = event->location_key,
                                       .to_key = event->to_key,
                                       .quantity = event->quantity};
    struct sellable_key order = event->order_key;
    switch (event->type) {
    case SELLABLE_RESERVE: return sellable_reserve(engine, worker, event->order, answer);
    case SELLABLE_AMEND: return sellable_amend(engine, worker, event->order, answer);
    case SELLABLE_CONFIRM: return sellable_confirm(engine, worker, order, answer);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, worker, order, event->expires_at, answer);
    case SELLABLE_RELEASE:
        return sellable_release(engine, worker, order, event->parts, event->part_count, answer);
    case SELLABLE_ALLOCATE:
        return sellable_allocate(engine, worker, order, event->parts, event->part_count, answer);
    case SELLABLE_DEALLOCATE:
        return sellable_deallocate(engine, worker, order, event->parts, event->part_count, answer);
    case SELLABLE_SHIP:
        return sellable_ship(engine, worker, order, event->parts, event->part_count, answer);
    default: return sellable_resource(engine, worker, &move, answer);
    }
}

static inline enum sellable_status call_of_master(struct sellable *engine,
                                                  struct sellable_worker *worker,
                                                  const struct sellable_event *event,
                                                  struct sellable_answer *answer) {
    const struct sellable_scope scope = {.item_key = event->item_key,
                                         .channel_key = event->channel_key};
    switch (event->type) {
    case SELLABLE_ITEM:
        return sellable_item_put(engine, worker, event->item_key, event->item_settings, NULL,
                                 answer);
    case SELLABLE_LOCATION:
        return sellable_location_put(engine, worker, event->location_key,
                                     event->location_settings, NULL, answer);
    case SELLABLE_CHANNEL:
        return sellable_channel_put(engine, worker, event->channel_key, event->policy, NULL,
                                    answer);
    case SELLABLE_POLICY:
        return sellable_policy_put(engine, worker, &scope, event->policy, answer);
    case SELLABLE_HOLD: return sellable_hold_put(engine, worker, event->reason, NULL, answer);
    case SELLABLE_OWNER: return sellable_owner_put(engine, worker, event->ownership, answer);
    default: return sellable_source_put(engine, worker, event->declares, NULL, NULL, answer);
    }
}

/* For types above those of supply, which have no such call. */
static inline enum sellable_status call_of(struct sellable *engine,
                                           struct sellable_worker *worker,
                                           const struct sellable_event *event,
                                           struct sellable_answer *answer) {
    return event->type <= SELLABLE_RESOURCE ? call_of_order(engine, worker, event, answer)
                                            : call_of_master(engine, worker, event, answer);
}

#endif
