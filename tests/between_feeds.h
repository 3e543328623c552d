/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_between.c: events that have an origin, movements, transfers and exceptions, and the
 * scene in which they meet one another and some of the calls of between_calls.h. */
#ifndef SELLABLE_TESTS_BETWEEN_FEEDS_H
#define SELLABLE_TESTS_BETWEEN_FEEDS_H

#include "between_calls.h"

enum { ERP = 1, WMS = 2, BALANCE_AT = STARTED + 100, MOVEMENT_AT = BALANCE_AT + 50 };

/* ---- events ---------------------------------------------------------------------------------- */

enum fed {
    NUMBERED, NUMBERED_NEXT, SAME_ID, EXPECTED, BALANCE, BALANCE_NOW, AFTER_BALANCE,
    BEFORE_BALANCE, SHIPPED, SHIPPED_AGAIN, RECEIVED_PART, RECEIVED_REST, RECEIVED, RETURNED,
    RESTOCKED, ORDERED, CONFIRMED, ORDER_SHIPPED, UNKNOWN, OF_NOBODY, DECLARED_SOURCE, NAMED_ITEM,
    OLD_ID
};

#define AT_EAST(ITEM) .item_key = KEY(ITEM), .location_key = KEY("east")
#define FROM(SOURCE, ID) .source_key = KEY(SOURCE), .id = KEY(ID)

static const struct sellable_event fed[] = {
    [NUMBERED] = {.type = SELLABLE_ON_HAND_ADJUST, AT_EAST("A"), .quantity = 5,
                  FROM("erp", "f-1"), .has_seq = 1, .seq = 7},
    [NUMBERED_NEXT] = {.type = SELLABLE_SAFETY_STOCK_SET, AT_EAST("B"), .quantity = 1,
                       FROM("erp", "f-2"), .has_seq = 1, .seq = 9},
    [SAME_ID] = {.type = SELLABLE_ON_HAND_ADJUST, AT_EAST("C"), .quantity = 2,
                 FROM("erp", "f-1")},
    [EXPECTED] = {.type = SELLABLE_ON_HAND_ADJUST, AT_EAST("C"), .quantity = 4,
                  .has_expected = 1, .expected = 3, FROM("wms", "f-3")},
    [BALANCE] = {.type = SELLABLE_ON_HAND_SET, .item_key = KEY("A"), .location_key = KEY("west"),
                 .quantity = 30, .has_as_of = 1, .as_of = BALANCE_AT, FROM("wms", "f-4")},
    [BALANCE_NOW] = {.type = SELLABLE_ON_HAND_SET, .item_key = KEY("A"),
                     .location_key = KEY("west"), .quantity = 40},
    [AFTER_BALANCE] = {.type = SELLABLE_ON_HAND_ADJUST, .item_key = KEY("A"),
                       .location_key = KEY("west"), .quantity = 3, .has_at = 1,
                       .at = MOVEMENT_AT, FROM("wms", "f-5")},
    [BEFORE_BALANCE] = {.type = SELLABLE_ON_HAND_ADJUST, .item_key = KEY("A"),
                        .location_key = KEY("west"), .quantity = 6, .has_at = 1,
                        .at = BALANCE_AT - 1, .id = KEY("f-5")},
    [SHIPPED] = {.type = SELLABLE_TRANSFER_SHIP, AT_EAST("B"), .to_key = KEY("west"),
                 .quantity = 3, .due = DUE, .reference = KEY("T-2"), FROM("wms", "f-6"),
                 .has_seq = 1, .seq = 1},
    [SHIPPED_AGAIN] = {.type = SELLABLE_TRANSFER_SHIP, AT_EAST("B"), .to_key = KEY("north"),
                       .quantity = 2, .due = DUE, .reference = KEY("T-2")},
    [RECEIVED_PART] = {.type = SELLABLE_TRANSFER_RECEIVE, .quantity = 3,
                       .reference = KEY("T-1"), FROM("wms", "f-7")},
    [RECEIVED_REST] = {.type = SELLABLE_TRANSFER_RECEIVE, .quantity = 8,
                       .reference = KEY("T-1")},
    [RECEIVED] = {.type = SELLABLE_RECEIPT, AT_EAST("D"), .quantity = 12,
                  .reference = KEY("PO-1"), .held = KEY("inspection"), FROM("wms", "f-8")},
    [RETURNED] = {.type = SELLABLE_RETURN_RECEIVE, AT_EAST("D"), .quantity = 2,
                  .order_key = KEY("later"), FROM("erp", "f-9")},
    [RESTOCKED] = {.type = SELLABLE_RETURN_DISPOSITION, AT_EAST("D"), .quantity = 2,
                   .outcome = SELLABLE_RESTOCK},
    [ORDERED] = {.type = SELLABLE_RESERVE, .order = &asked[PLAIN], FROM("erp", "f-10")},
    [CONFIRMED] = {.type = SELLABLE_CONFIRM, .order_key = KEY("open"), FROM("erp", "f-11")},
    [ORDER_SHIPPED] = {.type = SELLABLE_SHIP, .order_key = KEY("open"), .has_at = 1,
                       .at = BALANCE_AT - 1, FROM("wms", "f-12")},
    [UNKNOWN] = {.type = SELLABLE_ON_HAND_ADJUST, AT_EAST("nothing"), .quantity = 1,
                 FROM("erp", "f-13")},
    [OF_NOBODY] = {.type = SELLABLE_HOLD_PLACE, AT_EAST("A"), .reason = KEY("damage"),
                   .quantity = 1},
    [DECLARED_SOURCE] = {.type = SELLABLE_SOURCE, .declares = KEY("shop"), .max_lag_given = 1,
                         .max_lag = 60000, .id = KEY("f-14")},
    [OLD_ID] = {.type = SELLABLE_SAFETY_STOCK_SET, .item_key = KEY("B"),
                .location_key = KEY("west"), .quantity = 1, FROM("erp", "f-old")},
    [NAMED_ITEM] = {.type = SELLABLE_ITEM, .item_key = KEY("new"), FROM("erp", "f-15")},
};

/* The number that a refused event is kept under is not told: that is done at an instant of its own.
 */
static void send_fed(struct sellable *engine, enum fed number, struct text *said) {
    struct roomy roomy;
    tell_answer(engine, said, sellable_apply(engine, NULL, &fed[number], with_room(&roomy)),
                &roomy.answer);
}

static void call_fed(struct sellable *engine, uint32_t which, struct text *said) {
    send_fed(engine, (enum fed)which, said);
}

/* ---- owners, sources, exceptions ------------------------------------------------------------- */

/* Holds are the warehouse's, everywhere or in the east. */
static void call_owner(struct sellable *engine, uint32_t which, struct text *said) {
    static const struct sellable_owner owners[] = {{.source_key = KEY("wms")}};
    const struct sellable_ownership rule = {.owned = SELLABLE_OWNED_HELD,
                                            .location = {which},
                                            .owners = owners,
                                            .owner_count = 1};
    tell_status(said, sellable_owner_put(engine, NULL, &rule, NULL));
}

static void call_source(struct sellable *engine, uint32_t which, struct text *said) {
    const int64_t max_lag = which;
    struct sellable_source source;
    tell_status(said, sellable_source_put(engine, NULL, which == 0 ? key_of("shop") : key_of("erp"),
                                          &max_lag, &source, NULL));
    text_add(said, " %u", source.id);
}

static void call_put(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_exception_put(engine, NULL, &fed[RECEIVED], SELLABLE_INVALID,
                                             "quantity", "missing", NULL));
}

/* So far that ids and movements are forgotten, and fences and timeouts end. */
static void call_far_advance(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_advance(engine, NULL,
                                       STARTED + SELLABLE_RETENTION_DEFAULT + SELLABLE_DAY, NULL));
}

/* Exception 1 as it was; or mended, with an id that others may bring. */
static void call_replay(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    const struct sellable_event *mended = which == UNKNOWN ? NULL : &fed[which];
    tell_answer(engine, said,
                sellable_exception_replay(engine, NULL, 1, mended, with_room(&roomy)),
                &roomy.answer);
}

static void call_discard(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    tell_answer(engine, said, sellable_exception_discard(engine, NULL, which, with_room(&roomy)),
                &roomy.answer);
}

static void call_exceptions(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_exception_selection selection = {.by_impact = which};
    text_add(said, "all");
    tell_status(said, sellable_exceptions(engine, NULL, &selection, tell_exception, said));
}

static void call_audit(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_audit(engine, said);
}

/* ---- the list -------------------------------------------------------------------------------- */

static const struct listed fed_listed[] = {
    {"an event", call_fed, NUMBERED, false},
    {"the next of its source", call_fed, NUMBERED_NEXT, false},
    {"another with the same id", call_fed, SAME_ID, false},
    {"with expected", call_fed, EXPECTED, false},
    {"a balance", call_fed, BALANCE, false},
    {"a balance of now", call_fed, BALANCE_NOW, false},
    {"a movement after it", call_fed, AFTER_BALANCE, false},
    {"a movement before it", call_fed, BEFORE_BALANCE, false},
    {"a transfer", call_fed, SHIPPED, false},
    {"a transfer of the same key", call_fed, SHIPPED_AGAIN, false},
    {"a part of a transfer", call_fed, RECEIVED_PART, false},
    {"the rest of a transfer", call_fed, RECEIVED_REST, false},
    {"a receipt", call_fed, RECEIVED, false},
    {"a return", call_fed, RETURNED, false},
    {"what becomes of it", call_fed, RESTOCKED, false},
    {"an order as an event", call_fed, ORDERED, false},
    {"confirm as an event", call_fed, CONFIRMED, false},
    {"ship as an event", call_fed, ORDER_SHIPPED, false},
    {"an event that is known", call_fed, OLD_ID, false},
    {"a refused event", call_fed, UNKNOWN, false},
    {"a hold of nobody", call_fed, OF_NOBODY, false},
    {"a source as an event", call_fed, DECLARED_SOURCE, false},
    {"an item as an event", call_fed, NAMED_ITEM, false},
    {"owner", call_owner, 0, false},
    {"owner in the east", call_owner, EAST, false},
    {"a new source", call_source, 0, false},
    {"a source again", call_source, 5, false},
    {"exception_put", call_put, 0, false},
    {"replay as it was", call_replay, UNKNOWN, false},
    {"replay mended", call_replay, NUMBERED, false},
    {"replay mended otherwise", call_replay, RECEIVED_PART, false},
    {"discard", call_discard, 1, false},
    {"discard the last", call_discard, 2, false},
    /* Of the other list: */
    {"reserve", call_reserve, PLAIN, false},
    {"ship a part", call_ship, OPEN, false},
    {"release a part", call_release, OPEN, false},
    {"advance", call_advance, 0, false},
    {"advance far", call_far_advance, 0, false},
    {"a count", call_apply, COUNTED, false},
    {"supply", call_apply, SUPPLY_COMES, false},
    {"exceptions", call_exceptions, 0, true},
    {"exceptions by impact", call_exceptions, 1, true},
    {"audit", call_audit, 0, true},
    {"a view", call_view, 0, true},
    {"a fork", call_fork, 0, true},
    {"cell with a schedule", call_cell, 1, true},
};

/* ---- the scene ------------------------------------------------------------------------------- */

static struct sellable *open_fed_scene(void) {
    struct sellable *engine = open_scene();
    struct sellable_source source;
    const struct sellable_event on_its_way = {.type = SELLABLE_TRANSFER_SHIP,
                                              .item_key = KEY("A"),
                                              .location_key = KEY("east"),
                                              .to_key = KEY("north"),
                                              .quantity = 5,
                                              .due = DUE,
                                              .reference = KEY("T-1")};
    expect(sellable_source_put(engine, NULL, key_of("erp"), NULL, &source, NULL), OK);
    equal(source.id, ERP);
    expect(sellable_source_put(engine, NULL, key_of("wms"), NULL, &source, NULL), OK);
    equal(source.id, WMS);
    expect(sellable_apply(engine, NULL, &on_its_way, NULL), OK);
    expect(sellable_apply(engine, NULL, &fed[OLD_ID], NULL), OK);
    stock(engine, "A", "east", 40);
    for (int i = 0; i < 2; i++)
        expect(sellable_apply(engine, NULL, &fed[UNKNOWN], NULL), UNKNOWN_ITEM);
    return engine;
}

#endif
