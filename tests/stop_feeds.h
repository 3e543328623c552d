/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: events that have an origin, transfers, balances and exceptions. They have items
 * of their own in the scene. Each event with an id has an effect of its own on its cell, a power of
 * two: so it can be seen at any time which have taken effect, and that none has twice. */
#ifndef SELLABLE_TESTS_STOP_FEEDS_H
#define SELLABLE_TESTS_STOP_FEEDS_H

#include "stop_promises.h"

/* ---- what is sent ---------------------------------------------------------------------------- */

/* F: at 1 what comes, at 2 what is received, at 3 what leaves. G: at 1 balances, at 2 parts of a
 * transfer. */
enum { F = K + 1, G, FEED_LAST = G };
enum { ERP = 1, WMS = 2 };
enum { BASE_FEED = 1 << 20, BASE_COUNTED = 5000, COUNTED = 1000, MOVED_LATER = 32,
       MOVED_EARLIER = 64, PART = 4, PARTS = 2, COUNTED_AT = NOW - 1000, EXCEPTIONS = 4 };

/* Those with a bit take effect once, whoever sends them: a second time they are duplicates. */
enum sent {
    SENT_NUMBERED, SENT_HELD, SENT_RECEIPT, SENT_SHIP, SENT_PART, SENT_RETURN, SENT_ORDER,
    SENT_ORDER_SHIPPED, SENT_WITH_AT, SENT_COUNT, SENT_LATER, SENT_EARLIER,
    SENT_AGAIN = SENT_EARLIER + 1, /* a part of a transfer, without an id */
    SENT_CONFLICT,                 /* a transfer that is known, or comes to be */
    SENT_REFUSED, SENT_PUT,        /* kept among the exceptions */
    SENT_REPLAY, SENT_DISCARD,     /* of exception 1, and 2 */
    SENTS
};

static const struct {
    struct sellable_event event;
    const char *id, *reference, *reason, *order;
    int64_t effect; /* on on_hand of its cell */
    uint32_t location; /* of the effect */
} sents[SENTS] = {
    [SENT_NUMBERED] = {
        .event = {.type = SELLABLE_ON_HAND_ADJUST, .item = {F}, .location = {1}, .source = {ERP},
                  .quantity = 1, .has_seq = 1, .seq = 9},
        .id = "s-numbered", .effect = 1, .location = 1,
    },
    [SENT_HELD] = {
        .event = {.type = SELLABLE_HOLD_SCRAP, .item = {F}, .location = {3}, .source = {WMS},
                  .quantity = 2},
        .id = "s-held", .reason = "quality", .effect = -2, .location = 3,
    },
    [SENT_RECEIPT] = {
        .event = {.type = SELLABLE_RECEIPT, .item = {F}, .location = {2}, .quantity = 4},
        .id = "s-receipt", .reference = "PO-F", .effect = 4, .location = 2,
    },
    [SENT_SHIP] = {
        .event = {.type = SELLABLE_TRANSFER_SHIP, .item = {F}, .location = {3}, .to = {1},
                  .source = {WMS}, .quantity = 8, .due = DUE, .has_seq = 1, .seq = 3},
        .id = "s-ship", .reference = "T-new", .effect = -8, .location = 3,
    },
    [SENT_PART] = {
        .event = {.type = SELLABLE_TRANSFER_RECEIVE, .source = {ERP}, .quantity = 16},
        .id = "s-part", .reference = "T-1", .effect = 16, .location = 2,
    },
    [SENT_RETURN] = {
        .event = {.type = SELLABLE_RETURN_RECEIVE, .item = {F}, .location = {1}, .source = {WMS},
                  .quantity = 32},
        .id = "s-return", .effect = 32, .location = 1,
    },
    [SENT_ORDER] = {
        .event = {.type = SELLABLE_RESERVE, .source = {ERP}},
        .id = "s-order", .order = "N-event", .location = 1,
    },
    [SENT_ORDER_SHIPPED] = {
        .event = {.type = SELLABLE_SHIP, .source = {WMS}, .has_at = 1, .at = NOW - 100},
        .id = "s-shipped", .order = "N-feed", .effect = -128, .location = 3,
    },
    [SENT_WITH_AT] = {
        .event = {.type = SELLABLE_ON_HAND_ADJUST, .item = {F}, .location = {2}, .source = {ERP},
                  .quantity = 256, .has_at = 1, .at = NOW + 5, .has_seq = 1, .seq = 10},
        .id = "s-at", .effect = 256, .location = 2,
    },
    [SENT_COUNT] = {
        .event = {.type = SELLABLE_ON_HAND_SET, .item = {G}, .location = {1}, .source = {WMS},
                  .quantity = COUNTED, .has_as_of = 1, .as_of = COUNTED_AT},
        .id = "s-count",
    },
    [SENT_LATER] = {
        .event = {.type = SELLABLE_ON_HAND_ADJUST, .item = {G}, .location = {1},
                  .quantity = MOVED_LATER, .has_at = 1, .at = COUNTED_AT + 1},
        .id = "s-later",
    },
    [SENT_EARLIER] = {
        .event = {.type = SELLABLE_ON_HAND_ADJUST, .item = {G}, .location = {1}, .source = {ERP},
                  .quantity = MOVED_EARLIER, .has_at = 1, .at = COUNTED_AT - 1},
        .id = "s-earlier",
    },
    [SENT_AGAIN] = {
        .event = {.type = SELLABLE_TRANSFER_RECEIVE, .quantity = PART},
        .reference = "T-2",
    },
    [SENT_CONFLICT] = {
        .event = {.type = SELLABLE_TRANSFER_SHIP, .item = {G}, .location = {2}, .to = {3},
                  .source = {ERP}, .quantity = 1, .due = DUE},
        .reference = "T-2",
    },
    [SENT_REFUSED] = {
        .event = {.type = SELLABLE_HOLD_PLACE, .item_key = {"nothing", 7}, .location = {1},
                  .source = {ERP}, .quantity = 1},
        .id = "s-refused", .reason = "quality",
    },
    [SENT_PUT] = {
        .event = {.type = SELLABLE_RECEIPT, .item = {F}, .location = {1}, .source = {ERP}},
        .id = "s-put",
    },
    [SENT_REPLAY] = {
        .event = {.type = SELLABLE_ON_HAND_ADJUST, .item = {F}, .location = {1}, .quantity = 512},
        .effect = 512, .location = 1,
    },
};

/* An order of two of F: none of it is shipped, unless it was the one of the scene. */
static enum sellable_status send_it(struct scene *scene, struct sellable_worker *worker,
                                    enum sent number, struct sellable_answer *answer) {
    const struct sellable_line line = {.item = {F}, .location = {1}, .quantity = 2};
    struct sellable_order order = {.channel = {WEB}, .lines = &line, .line_count = 1};
    struct sellable_event event = sents[number].event;
    if (sents[number].id != NULL)
        event.id = event.correlation = key_of(sents[number].id);
    if (sents[number].reference != NULL)
        event.reference = key_of(sents[number].reference);
    if (sents[number].reason != NULL)
        event.reason = key_of(sents[number].reason);
    if (sents[number].order != NULL) {
        event.order_key = order.key = key_of(sents[number].order);
        event.order = &order;
    }
    switch (number) {
    case SENT_PUT:
        return sellable_exception_put(scene->engine, worker, &event, SELLABLE_INVALID, "quantity",
                                      "missing", answer);
    case SENT_REPLAY:
        return sellable_exception_replay(scene->engine, worker, 1, &event, answer);
    case SENT_DISCARD:
        return sellable_exception_discard(scene->engine, worker, 2, answer);
    default:
        return sellable_apply(scene->engine, worker, &event, answer);
    }
}

/* ---- the scene ------------------------------------------------------------------------------- */

static void put_stock(struct sellable *engine, uint32_t type, uint32_t item, uint32_t location,
                      int64_t quantity) {
    const struct sellable_event event = {.type = type,
                                         .item = {item},
                                         .location = {location},
                                         .reason = key_of("quality"),
                                         .quantity = quantity,
                                         .reference = key_of("PO-F"),
                                         .has_as_of = type == SELLABLE_ON_HAND_SET,
                                         .as_of = OLD,
                                         .due = DUE};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
}

static void ship_transfer(struct sellable *engine, const char *key, uint32_t item,
                          int64_t quantity) {
    const struct sellable_event event = {.type = SELLABLE_TRANSFER_SHIP,
                                         .item = {item},
                                         .location = {3},
                                         .to = {2},
                                         .quantity = quantity,
                                         .due = DUE,
                                         .reference = key_of(key)};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    put_stock(engine, SELLABLE_ON_HAND_ADJUST, item, 3, quantity);
}

static void open_feeds(struct scene *scene) {
    struct sellable *engine = scene->engine;
    struct sellable_source source;
    const struct sellable_line line = {.item = {F}, .location = {3}, .quantity = 128};
    const struct sellable_order order = {.key = key_of(sents[SENT_ORDER_SHIPPED].order),
                                         .channel = {WEB},
                                         .lines = &line,
                                         .line_count = 1};
    equal(item_of(engine, "F").id, F);
    equal(item_of(engine, "G").id, G);
    expect(sellable_source_put(engine, NULL, key_of("erp"), NULL, &source, NULL), OK);
    equal(source.id, ERP);
    expect(sellable_source_put(engine, NULL, key_of("wms"), NULL, &source, NULL), OK);
    equal(source.id, WMS);
    for (uint32_t location = 1; location <= 3; location++)
        put_stock(engine, SELLABLE_ON_HAND_SET, F, location, BASE_FEED);
    put_stock(engine, SELLABLE_ON_HAND_SET, G, 1, BASE_COUNTED);
    put_stock(engine, SELLABLE_ON_HAND_SET, G, 3, 0);
    put_stock(engine, SELLABLE_HOLD_PLACE, F, 3, 2);
    put_stock(engine, SELLABLE_SCHEDULE_SET, F, 2, 4);
    ship_transfer(engine, "T-1", F, 100);
    ship_transfer(engine, "T-2", G, PART * PARTS);
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    for (uint32_t i = 0; i < EXCEPTIONS; i++)
        expect(send_it(scene, NULL, SENT_REFUSED, NULL), UNKNOWN_ITEM);
}

/* ---- what must hold -------------------------------------------------------------------------- */

/* Of each event: how often it has taken effect, at least and at most, by the answers; and how often
 * it was refused so that it is kept. */
struct effects {
    uint32_t ok[SENTS], known[SENTS], pending[SENTS], kept[SENTS];
};

static bool may_be_kept(uint32_t which) {
    return which == SENT_NUMBERED || which == SENT_AGAIN || which == SENT_CONFLICT ||
           which == SENT_REFUSED || which == SENT_PUT;
}

static struct effects effects_of(const struct scene *scene) {
    struct effects effects;
    memset(&effects, 0, sizeof effects);
    for (uint32_t h = 0; h < 3; h++) {
        for (uint32_t i = 0; i < scene->history[h].count; i++) {
            uint32_t which = scene->history[h].entry[i].which;
            int status = scene->history[h].entry[i].status;
            if (scene->history[h].entry[i].act != FEED)
                continue;
            bool is_ok = status == SELLABLE_OK, is_known = status == SELLABLE_DUPLICATE;
            bool is_pending = status == PENDING;
            effects.ok[which] += is_ok;
            effects.known[which] += is_ok || is_known;
            effects.pending[which] += is_pending;
            if (may_be_kept(which))
                effects.kept[which] +=
                    which == SENT_PUT ? is_ok : !is_ok && !is_known && !is_pending;
        }
    }
    return effects;
}

static struct sellable_cell cell_at(const struct scene *scene, uint32_t item, uint32_t location) {
    const struct sellable_place place = {.item = {item}, .location = {location}};
    struct sellable_cell cell = {.schedule_capacity = 0};
    if (sellable_cell(scene->engine, &place, &cell) != SELLABLE_OK)
        cell.on_hand = -1;
    return cell;
}

/* What a cell of F has had is a sum of effects, each of them there or not; and it has had no other.
 */
static const char *effects_fault(const struct scene *scene, const struct effects *effects) {
    static char fault[160];
    int64_t left[4] = {0};
    for (uint32_t location = 1; location <= 3; location++)
        left[location] = cell_at(scene, F, location).on_hand - BASE_FEED;
    for (uint32_t i = 0; i < SENTS; i++) {
        int64_t effect = sents[i].effect, *of = &left[sents[i].location];
        if (effect == 0)
            continue;
        bool is_there = ((effect < 0 ? -*of : *of) & (effect < 0 ? -effect : effect)) != 0;
        if (effects->ok[i] > 1 || (effects->known[i] != 0 && !is_there) ||
            (is_there && effects->known[i] + effects->pending[i] == 0))
            return snprintf(fault, sizeof fault, "event %u was %u times ok, and is%s there", i,
                            effects->ok[i], is_there ? "" : " not"),
                   fault;
    }
    for (uint32_t i = 0; i < SENTS; i++) {
        int64_t effect = sents[i].effect, *of = &left[sents[i].location];
        if (effect != 0 && ((effect < 0 ? -*of : *of) & (effect < 0 ? -effect : effect)) != 0)
            *of -= effect;
    }
    for (uint32_t location = 1; location <= 3; location++)
        if (left[location] != 0)
            return snprintf(fault, sizeof fault, "F at %u has %lld that no event has brought",
                            location, (long long)left[location]),
                   fault;
    return NULL;
}

/* Whatever came first: the balance, and what was moved after its instant. */
static bool is_balance_right(const struct scene *scene, const struct effects *effects) {
    int64_t on_hand = cell_at(scene, G, 1).on_hand;
    for (uint32_t ways = 0; ways < 8; ways++) {
        bool possible = true;
        for (uint32_t i = 0; i < 3; i++) {
            uint32_t known = effects->known[SENT_COUNT + i];
            uint32_t pending = effects->pending[SENT_COUNT + i];
            bool taken = (ways >> i & 1) != 0;
            possible &= taken ? known + pending != 0 : known == 0;
        }
        int64_t wanted = (ways & 1) != 0 ? COUNTED : BASE_COUNTED;
        wanted += (ways & 2) != 0 ? MOVED_LATER : 0;
        wanted += (ways & 4) != 0 && (ways & 1) == 0 ? MOVED_EARLIER : 0;
        if (possible && on_hand == wanted)
            return true;
    }
    return false;
}

static bool are_parts_right(const struct scene *scene, const struct effects *effects) {
    struct sellable_scheduled entries[4];
    const struct sellable_place place = {.item = {G}, .location = {2}};
    struct sellable_cell cell = {.schedule = entries, .schedule_capacity = 4};
    if (sellable_cell(scene->engine, &place, &cell) != SELLABLE_OK)
        return false;
    int64_t coming = cell.schedule_count == 0 ? 0 : entries[0].quantity, come = cell.on_hand;
    uint32_t ok = effects->ok[SENT_AGAIN], pending = effects->pending[SENT_AGAIN];
    return come + coming == PART * PARTS && come >= PART * (int64_t)ok &&
           come <= PART * (int64_t)(ok + pending) && ok <= PARTS;
}

static int see_exception(void *context, const struct sellable_exception *exception) {
    uint64_t *seen = context; /* how many; the last number; 1: out of order, or without words */
    seen[0]++;
    seen[2] |= exception->number <= seen[1] || exception->reason[0] == 0;
    seen[1] = exception->number;
    return 0;
}

static const char *exceptions_fault(const struct scene *scene, const struct effects *effects) {
    static char fault[160];
    struct sellable_exception_counts counts;
    uint64_t seen[3] = {0};
    uint64_t kept = EXCEPTIONS, coming = 0;
    for (uint32_t i = 0; i < SENTS; i++) {
        kept += effects->kept[i];
        coming += may_be_kept(i) ? effects->pending[i] : 0;
    }
    uint64_t left = effects->ok[SENT_REPLAY] + effects->ok[SENT_DISCARD];
    uint64_t leaving = effects->pending[SENT_REPLAY] + effects->pending[SENT_DISCARD];
    sellable_exception_counts(scene->engine, &counts);
    if (sellable_exceptions(scene->engine, NULL, NULL, see_exception, seen) != SELLABLE_OK)
        return "no exceptions";
    uint64_t gone = counts.last - counts.lost - counts.kept;
    if (counts.last < kept || counts.last > kept + coming || gone < left ||
        gone > left + leaving || seen[0] != counts.kept || seen[2] != 0 ||
        counts.kept > scene->exceptions || (counts.lost != 0 && counts.last <= scene->exceptions))
        return snprintf(fault, sizeof fault,
                        "%llu exceptions, %llu to come, %llu have left, %llu about to; there are "
                        "%llu, the last %llu, %llu lost, %llu seen",
                        (unsigned long long)kept, (unsigned long long)coming,
                        (unsigned long long)left, (unsigned long long)leaving,
                        (unsigned long long)counts.kept, (unsigned long long)counts.last,
                        (unsigned long long)counts.lost, (unsigned long long)seen[0]),
               fault;
    return NULL;
}

static const char *feeds_fault(const struct scene *scene) {
    struct effects effects = effects_of(scene);
    struct sellable_source_view view;
    const char *fault = effects_fault(scene, &effects);
    if (fault == NULL)
        fault = exceptions_fault(scene, &effects);
    if (fault != NULL)
        return fault;
    if (!is_balance_right(scene, &effects))
        return "on hand is not what the balance and the movements after it make";
    if (!are_parts_right(scene, &effects))
        return "of a transfer more or less has come than was received";
    if (sellable_source_look(scene->engine, (struct sellable_source){ERP}, &view) != SELLABLE_OK ||
        (effects.known[SENT_WITH_AT] != 0 && view.seq != 10))
        return "the seq of a source is not that of what was applied";
    return NULL;
}

static const char *audit_fault(const struct scene *scene) {
    struct sellable_audit audit;
    if (sellable_audit(scene->engine, NULL, &audit) != SELLABLE_OK || !audit.consistent)
        return "the audit finds a cell that is not what the orders make of it";
    return NULL;
}

#endif
