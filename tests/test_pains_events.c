/* SPDX-License-Identifier: Apache-2.0
 *
 * What users of other systems suffered, shown to be impossible here where systems send events:
 * retries, exports, counts, late supply. Each test's name is the sentence that it proves. */
#include "every_event.h"

#include "random.h"

#define NOW STAGE_NOW
#define HOUR INT64_C(3600000)

/* So many of A in east, as counted an hour ago; web sells from east, then west. */
static struct sellable *counted(int64_t east) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    item_of(engine, "A");
    source_of(engine, "erp");
    source_of(engine, "wms");
    now_is(engine, NOW - HOUR);
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = east);
    now_is(engine, NOW);
    return engine;
}

static enum sellable_status resend(struct sellable *engine, struct sellable_event event) {
    return sellable_apply(engine, NULL, &event, NULL);
}

/* ---- retries --------------------------------------------------------------------------------- */

static void a_retried_release_or_compensation_gives_each_unit_back_once(void **state) {
    (void)state;
    struct sellable *engine = counted(10);
    fence(engine, "A", "east", "web", 4, 0);
    takes(engine, "O-1", "web", "A", 6, "6 A east");
    const struct sellable_part two = part_of("A", 2);
    const struct sellable_event released = EVENT(RELEASE, .order_key = key_of("O-1"),
                                                 .parts = &two, .part_count = 1, ID("r1"),
                                                 FROM("wms"), .reason = key_of("credit"));
    const struct sellable_event compensated =
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("c1"), FROM("wms"));
    applies_event(engine, released);
    applies_event(engine, compensated);
    for (int i = 0; i < 5; i++) {
        expect(resend(engine, released), DUPLICATE);
        expect(resend(engine, compensated), DUPLICATE);
    }
    cell_is(engine, "A", "east", "on_hand 11, reserved 4"); /* all 4 out of the fence */
    order_is(engine, "O-1", "reserved A east: reserved 4, released 2");
    applies(engine, RELEASE, .order_key = key_of("O-1"), ID("r2"));
    for (int i = 0; i < 5; i++) {
        expect(resend(engine, released), DUPLICATE);
    }
    cell_is(engine, "A", "east", "on_hand 11, fence web 4");
    sellable_close(engine);
}

static void a_shipment_told_by_two_systems_leaves_once(void **state) {
    (void)state;
    struct sellable *engine = counted(10);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    applies(engine, SHIP, .order_key = key_of("O-1"), FROM("wms"), ID("s1"));
    refuses(engine, WRONG_STATE, NULL, SHIP, .order_key = key_of("O-1"), FROM("erp"), ID("x9"));
    cell_is(engine, "A", "east", "on_hand 7");
    sellable_close(engine);
}

/* ---- exports and counts ---------------------------------------------------------------------- */

static void a_nightly_export_counts_no_reservation_and_no_shipment_twice(void **state) {
    (void)state;
    struct sellable *engine = counted(10);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    takes(engine, "O-2", "web", "A", 2, "2 A east");
    applies(engine, SHIP, .order_key = key_of("O-1"), FROM("wms"), AT(NOW));
    equal(promisable(engine, "web", "A"), 5);
    now_is(engine, NOW + HOUR);
    /* Made before the shipment: the 3 are not sold again. */
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 10, AS_OF(NOW - 1),
                  FROM("erp")),
          0);
    equal(promisable(engine, "web", "A"), 5);
    /* Made after it: they are not taken off again; nor are the 2 that are reserved. */
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 7, AS_OF(NOW + 1),
                  FROM("erp")),
          0);
    equal(promisable(engine, "web", "A"), 5);
    /* A shipment that the export has already, and is told only now. */
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 5, AS_OF(NOW + 9),
                  FROM("erp")),
          -2);
    applies(engine, SHIP, .order_key = key_of("O-2"), FROM("wms"), AT(NOW + 5));
    cell_is(engine, "A", "east", "on_hand 5");
    equal(promisable(engine, "web", "A"), 5);
    sellable_close(engine);
}

enum { FEED = 60, SHUFFLES = 4, FEEDS = 30 };

/* Movements and exports of four cells, each of an instant of its own; their ids are in `text`. */
static void draw_feed(struct random *random, struct sellable_event *feed, char text[FEED][8]) {
    static const uint32_t types[] = {SELLABLE_ON_HAND_SET, SELLABLE_ON_HAND_ADJUST,
                                     SELLABLE_ON_HAND_ADJUST, SELLABLE_RECEIPT,
                                     SELLABLE_RETURN_RECEIVE};
    for (int i = 0; i < FEED; i++) {
        (void)snprintf(text[i], sizeof text[i], "f%d", i);
        feed[i] = (struct sellable_event){.type = types[random_below(random, COUNT_OF(types))],
                                          .item_key = key_of(random_below(random, 2) ? "A" : "B"),
                                          .location_key =
                                              key_of(random_below(random, 2) ? "east" : "west"),
                                          .quantity = random_between(random, 1, 30),
                                          ID(text[i]),
                                          FROM("wms"),
                                          AT(NOW - i * 7 % FEED * 1000)};
    }
}

/* Each is sent once or twice, in any order. */
static struct sellable *fed(struct random *random, const struct sellable_event *feed) {
    struct sellable *engine = set_stage();
    uint32_t order[2 * FEED], count = 0;
    for (uint32_t i = 0; i < FEED; i++) {
        for (uint32_t times = 1 + random_below(random, 2); times > 0; times--) {
            uint32_t at = random_below(random, count + 1);
            if (at < count) {
                order[count] = order[at];
            }
            order[at] = i;
            count++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        enum sellable_status status = resend(engine, feed[order[i]]);
        assert_true(status == SELLABLE_OK || status == SELLABLE_DUPLICATE ||
                    (status == SELLABLE_STALE && feed[order[i]].type == SELLABLE_ON_HAND_SET));
    }
    return engine;
}

static void in_whatever_order_systems_are_heard_and_how_often_the_stock_is_the_same(void **state) {
    (void)state;
    struct random random = {4};
    for (int n = 0; n < FEEDS; n++) {
        struct sellable_event feed[FEED];
        char text[FEED][8];
        draw_feed(&random, feed, text);
        struct sellable *first = fed(&random, feed);
        for (int i = 1; i < SHUFFLES; i++) {
            struct sellable *engine = fed(&random, feed);
            same_hash(engine, first);
            sellable_close(engine);
        }
        sellable_close(first);
    }
}

static int name_order(void *context, const struct sellable_order_view *order) {
    tell_key(context, order->key);
    tell(context, " ");
    return 0;
}

static void a_count_below_what_is_reserved_applies_and_the_shortfall_is_named(void **state) {
    (void)state;
    struct sellable *engine = counted(10);
    takes(engine, "O-1", "web", "A", 6, "6 A east");
    takes(engine, "O-2", "web", "A", 3, "3 A east");
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 4, FROM("erp")), -6);
    struct sellable_cell cell = cell_of(engine, "A", "east");
    equal(cell.on_hand, 4);
    equal(cell.reserved, 9); /* nothing is cancelled */
    equal(cell.short_, 5);
    equal(promisable(engine, "web", "A"), 0);
    const struct sellable_selection there = {.item_key = key_of("A"),
                                             .location_key = key_of("east")};
    struct told told = {.size = 0};
    expect(sellable_orders(engine, NULL, &there, name_order, &told), OK);
    assert_string_equal(told.text, "O-1 O-2 ");
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -9, FROM("wms"));
    equal(cell_of(engine, "A", "east").short_, 14);
    equal(counts_of(engine).last, 0);
    sellable_close(engine);
}

static void what_is_fully_promised_ships_for_its_own_order(void **state) {
    (void)state;
    struct sellable *engine = counted(3);
    takes(engine, "O-1", "web", "A", 3, "3 A east");
    equal(promisable(engine, "web", "A"), 0);
    applies(engine, SHIP, .order_key = key_of("O-1"), FROM("wms"), ID("s1"));
    cell_is(engine, "A", "east", "");
    sellable_close(engine);
}

static void after_a_part_has_shipped_the_rest_can_be_freed(void **state) {
    (void)state;
    struct sellable *engine = counted(8);
    takes(engine, "O-1", "web", "A", 5, "5 A east");
    const struct sellable_part three = part_of("A", 3);
    applies(engine, ALLOCATE, .order_key = key_of("O-1"), .parts = &three, .part_count = 1);
    const struct sellable_part two = part_of("A", 2);
    applies(engine, SHIP, .order_key = key_of("O-1"), .parts = &two, .part_count = 1);
    applies(engine, DEALLOCATE, .order_key = key_of("O-1"));
    applies(engine, RELEASE, .order_key = key_of("O-1"));
    cell_is(engine, "A", "east", "on_hand 6");
    order_is(engine, "O-1", "shipped A east: shipped 2, released 3");
    equal(promisable(engine, "web", "A"), 6);
    sellable_close(engine);
}

/* ---- what is not for sale, or not there yet -------------------------------------------------- */

static void what_came_back_or_came_damaged_is_not_sold_before_it_is_released(void **state) {
    (void)state;
    struct sellable *engine = counted(2);
    applies(engine, RETURN_RECEIVE, OF("A", "east"), .quantity = 4, .order_key = key_of("O-7"));
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 5, .held = key_of("quality"));
    equal(promisable(engine, "web", "A"), 2);
    lacks(engine, "web", "A", 3, "A 3>2");
    applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 1,
            .outcome = SELLABLE_RESTOCK);
    applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 1,
            .outcome = SELLABLE_SCRAP);
    applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 2,
            .outcome = SELLABLE_TO_DAMAGE);
    equal(promisable(engine, "web", "A"), 3);
    applies(engine, HOLD_RELEASE, OF("A", "east"), .reason = key_of("quality"), .quantity = 5);
    equal(promisable(engine, "web", "A"), 8);
    sellable_close(engine);
}

static void what_is_on_its_way_between_locations_is_neither_sold_twice_nor_lost(void **state) {
    (void)state;
    struct sellable *engine = counted(10);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 2});
    applies(engine, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"), .quantity = 4,
            .reference = key_of("T-1"), .due = NOW + SELLABLE_DAY);
    equal(promisable_at(engine, "web", "A", NOW), 6);
    equal(promisable(engine, "web", "A"), 10); /* by the day after */
    equal(takes(engine, "O-1", "web", "A", 10, "6 A east, 4 A west"), NOW + SELLABLE_DAY);
    applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 4);
    equal(promisable(engine, "web", "A"), 0);
    equal(cell_of(engine, "A", "west").short_, 0);
    sellable_close(engine);
}

static void late_supply_drops_out_and_the_orders_that_it_was_for_are_short(void **state) {
    (void)state;
    struct sellable *engine = counted(0);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 5});
    schedule(engine, "A", "east", "PO-1", NOW + SELLABLE_DAY, 8);
    equal(takes(engine, "O-1", "web", "A", 6, "6 A east"), NOW + SELLABLE_DAY);
    equal(cell_of(engine, "A", "east").short_, 0);
    now_is(engine, NOW + SELLABLE_DAY); /* it has not come */
    equal(cell_of(engine, "A", "east").short_, 6);
    equal(promisable(engine, "web", "A"), 0);
    struct told told = {.size = 0};
    const struct sellable_selection there = {.item_key = key_of("A"),
                                             .location_key = key_of("east")};
    expect(sellable_orders(engine, NULL, &there, name_order, &told), OK);
    assert_string_equal(told.text, "O-1 ");
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 5, .reference = key_of("PO-1"));
    equal(cell_of(engine, "A", "east").short_, 1);
    schedule(engine, "A", "east", "PO-1", NOW + 2 * SELLABLE_DAY, 3); /* the rest, later */
    equal(promisable(engine, "web", "A"), 2);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 3, .reference = key_of("PO-1"));
    equal(cell_of(engine, "A", "east").short_, 0);
    equal(promisable(engine, "web", "A"), 2);
    sellable_close(engine);
}

/* ---- what can be known ----------------------------------------------------------------------- */

static void no_failure_hides_in_a_success_and_nothing_is_partial_unasked(void **state) {
    (void)state;
    struct sellable *engine = counted(5);
    const struct sellable_line lines[] = {line_of("A", 3), line_of("B", 1)};
    item_of(engine, "B");
    struct sellable_order order = ORDER("O-1", "web", lines);
    const struct sellable_event events[] = {
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("a")),
        EVENT(ON_HAND_ADJUST, OF("C", "east"), .quantity = 1, ID("b")),
        EVENT(RESERVE, .order = &order, ID("c")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("a")),
        EVENT(HOLD_SCRAP, OF("A", "east"), .reason = key_of("damage"), .quantity = 1),
    };
    const enum sellable_status wanted[] = {SELLABLE_OK, SELLABLE_UNKNOWN_ITEM,
                                           SELLABLE_INSUFFICIENT, SELLABLE_DUPLICATE,
                                           SELLABLE_WRONG_STATE};
    enum sellable_status statuses[COUNT_OF(events)];
    expect(sellable_apply_batch(engine, NULL, events, COUNT_OF(events), statuses, NULL), OK);
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        expect_at((int)statuses[i], (int)wanted[i], "an event of a batch", __FILE__, __LINE__);
    }
    equal(counts_of(engine).kept, 2); /* both that somebody has to look at */
    cell_is(engine, "A", "east", "on_hand 6");
    order.mode = SELLABLE_PARTIAL; /* if asked, the answer says what it has */
    struct reply reply;
    const struct sellable_event partial = EVENT(RESERVE, .order = &order, ID("d"));
    expect(sellable_apply(engine, NULL, &partial, empty(&reply)), OK);
    plan_is_at(engine, &reply, "3 A east", __FILE__, __LINE__);
    sellable_close(engine);
}

static void after_any_feed_the_audit_proves_that_no_counter_has_drifted(void **state) {
    (void)state;
    enum { EVENTS = 1500, ORDERS = 40 };
    struct random random = {20261121};
    struct sellable *engine = set_stage();
    uint32_t applied = 0;
    char text[16];
    for (uint32_t i = 0; i < EVENTS; i++) {
        uint32_t type = SELLABLE_ON_HAND_SET + random_below(&random, SELLABLE_RESOURCE);
        struct sellable_event event = every_event(type);
        struct sellable_line line = line_of("A", 1 + random_below(&random, 3));
        (void)snprintf(text, sizeof text, "P-%u", (unsigned)random_below(&random, ORDERS));
        struct sellable_order order = {.key = key_of(text),
                                       .channel_key = key_of("web"),
                                       .lines = &line,
                                       .line_count = 1};
        event.order_key = key_of(text);
        event.order = &order;
        if (type == SELLABLE_ON_HAND_SET) {
            event.quantity = random_below(&random, 40);
        }
        if (type == SELLABLE_TRANSFER_SHIP || type == SELLABLE_TRANSFER_RECEIVE) {
            event.reference = key_of(text);
        }
        enum sellable_status status = sellable_apply(engine, NULL, &event, NULL);
        applied += status == SELLABLE_OK;
        expect_at(status != SELLABLE_INVALID, 1, "no event is invalid", __FILE__, __LINE__);
        (void)sums_of(engine); /* it is consistent */
    }
    assert_true(applied > EVENTS / 3);
    sellable_close(engine);
}

static void every_screen_shows_the_same_number_and_what_it_is_made_of(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, RECEIPT, OF("A", "west"), .quantity = 2, .held = key_of("damage"));
    applies(engine, SAFETY_STOCK_SET, OF("A", "west"), .quantity = 3, FROM("erp"));
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 25, AS_OF(NOW));
    struct sellable_term terms[4];
    char because[200];
    const struct sellable_question question = {.item_key = key_of("A"),
                                               .channel_key = key_of("web")};
    struct sellable_explanation explanation = {.terms = terms,
                                               .term_capacity = COUNT_OF(terms),
                                               .because = because,
                                               .because_capacity = sizeof because};
    expect(sellable_explain(engine, &question, &explanation), OK);
    int64_t seen = 0;
    for (uint32_t i = 0; i < explanation.term_count; i++) {
        const struct sellable_term *term = &terms[i];
        const struct sellable_place place = {.item_key = key_of("A"), .location = term->location};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(term->on_hand, cell.on_hand);
        equal(term->net, cell.net);
        equal(term->net, term->on_hand - term->held - term->allocated - term->reserved -
                             term->safety_stock);
        seen += term->seen;
    }
    equal(explanation.term_count, 2);
    equal(explanation.pool, seen);
    equal(explanation.promisable, promisable(engine, "web", "A"));
    equal(explanation.promisable, 26); /* 25 - 7 - 2 - 2, and 17 - 2 - 3 */
    sellable_close(engine);
}

static void the_log_of_what_came_in_is_bounded_by_the_retention(void **state) {
    (void)state;
    enum { RETENTION = 1000, EVENTS = 500, ROUNDS = 20 };
    struct sellable *engine = stage_with((struct sellable_options){.retention = RETENTION});
    struct sellable_memory first = {.block_bytes = 0}, last;
    char id[32];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EVENTS; i++) {
            (void)snprintf(id, sizeof id, "e%d-%d", round, i);
            applies(engine, ON_HAND_ADJUST, OF("A", i % 2 ? "east" : "west"),
                    .quantity = i % 4 < 2 ? 1 : -1, ID(id), FROM("wms"));
        }
        equal(memory_of(engine).event_ids, EVENTS);
        now_is(engine, NOW + (round + 1) * RETENTION);
        equal(memory_of(engine).event_ids, 0);
        if (round == ROUNDS / 4) {
            first = memory_of(engine);
        }
    }
    last = memory_of(engine);
    assert_true(last.block_bytes <= first.block_bytes + first.block_bytes / 50);
    equal(last.slab_bytes, first.slab_bytes);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retried_release_or_compensation_gives_each_unit_back_once),
        cmocka_unit_test(a_shipment_told_by_two_systems_leaves_once),
        cmocka_unit_test(a_nightly_export_counts_no_reservation_and_no_shipment_twice),
        cmocka_unit_test(
            in_whatever_order_systems_are_heard_and_how_often_the_stock_is_the_same),
        cmocka_unit_test(a_count_below_what_is_reserved_applies_and_the_shortfall_is_named),
        cmocka_unit_test(what_is_fully_promised_ships_for_its_own_order),
        cmocka_unit_test(after_a_part_has_shipped_the_rest_can_be_freed),
        cmocka_unit_test(what_came_back_or_came_damaged_is_not_sold_before_it_is_released),
        cmocka_unit_test(what_is_on_its_way_between_locations_is_neither_sold_twice_nor_lost),
        cmocka_unit_test(late_supply_drops_out_and_the_orders_that_it_was_for_are_short),
        cmocka_unit_test(no_failure_hides_in_a_success_and_nothing_is_partial_unasked),
        cmocka_unit_test(after_any_feed_the_audit_proves_that_no_counter_has_drifted),
        cmocka_unit_test(every_screen_shows_the_same_number_and_what_it_is_made_of),
        cmocka_unit_test(the_log_of_what_came_in_is_bounded_by_the_retention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
