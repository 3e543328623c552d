/* SPDX-License-Identifier: Apache-2.0
 *
 * Receipts, transfers, returns: what they move, what they lower, what they refuse. (What of them is
 * in a balance already: test_reconcile.c.) */
#include "every_event.h"

#define DUE (STAGE_NOW + SELLABLE_DAY)
enum { RETENTION = 1000 };

/* 10 of A in east, none in west; there are B, north, a case of 12 of A, and a kit of B. */
static struct sellable *open_dock(void) {
    struct sellable *engine = open_with((struct sellable_options){.retention = RETENTION});
    counted_in(engine, "A", "case", 12, 1);
    item_of(engine, "B");
    location_of(engine, "west");
    location_of(engine, "north");
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", 10);
    now_is(engine, STAGE_NOW);
    return engine;
}

static int64_t received(struct sellable *engine, const char *transfer, int64_t quantity) {
    return applies(engine, TRANSFER_RECEIVE, .reference = key_of(transfer), .quantity = quantity);
}

/* From east to west. */
static int64_t shipped(struct sellable *engine, const char *transfer, int64_t quantity) {
    return applies(engine, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
                   .reference = key_of(transfer), .quantity = quantity, .due = DUE);
}

static int64_t held_for(struct sellable *engine, enum sellable_hold reason) {
    return cell_of(engine, "A", "east").held[reason];
}

/* ---- receipts -------------------------------------------------------------------------------- */

static void a_receipt_lowers_its_entry_by_what_came_at_most_to_nothing(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 8);
    schedule(engine, "A", "east", "PO-2", DUE, 8);
    schedule(engine, "A", "west", "PO-1", DUE, 8);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 3, .reference = key_of("PO-1")),
          3);
    cell_is(engine, "A", "east", "on_hand 13, PO-1 5 on day 11, PO-2 8 on day 11");
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 5, .reference = key_of("PO-1")),
          5);
    cell_is(engine, "A", "east", "on_hand 18, PO-2 8 on day 11");
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 9, .reference = key_of("PO-2")),
          9); /* more than was to come */
    cell_is(engine, "A", "east", "on_hand 27");
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 1, .reference = key_of("PO-2")),
          1); /* there is no such entry any more */
    cell_is(engine, "A", "east", "on_hand 28");
    cell_is(engine, "A", "west", "PO-1 8 on day 11");
    sellable_close(engine);
}

static void a_receipt_without_a_reference_lowers_nothing(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 8);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 3), 3);
    cell_is(engine, "A", "east", "on_hand 13, PO-1 8 on day 11");
    applies(engine, RECEIPT, OF("A", "west"), .quantity = 2); /* a cell that is new */
    cell_is(engine, "A", "west", "on_hand 2");
    sellable_close(engine);
}

static void an_entry_that_is_demand_stays_when_something_comes_under_its_reference(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "D-1", DUE, -4);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 3, .reference = key_of("D-1"));
    cell_is(engine, "A", "east", "on_hand 13, D-1 -4 on day 11");
    sellable_close(engine);
}

static void an_entry_that_is_overdue_is_lowered_too_and_what_came_counts_at_once(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 8);
    now_is(engine, DUE);
    equal(promisable(engine, "web", "A"), 10);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 5, .reference = key_of("PO-1"));
    equal(promisable(engine, "web", "A"), 15);
    cell_is(engine, "A", "east", "on_hand 15, PO-1 3 on day 11");
    sellable_close(engine);
}

static void a_receipt_into_a_hold_is_on_hand_and_held(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 8);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 3, .reference = key_of("PO-1"),
                  .held = key_of("inspection")),
          3);
    cell_is(engine, "A", "east", "on_hand 13, held 3, PO-1 5 on day 11");
    equal(held_for(engine, SELLABLE_INSPECTION), 3);
    equal(promisable(engine, "web", "A"), 10);
    expect(sellable_hold_put(engine, NULL, key_of("customs"), NULL, NULL), OK);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 1, .held = key_of("customs"));
    equal(held_for(engine, (enum sellable_hold)4), 1);
    refuses(engine, INVALID, "held", RECEIPT, OF("A", "east"), .quantity = 1,
            .held = key_of("strike"));
    refuses(engine, INVALID, "held", RECEIPT, OF("A", "east"), .quantity = 1,
            .held = key_of("\xff"));
    sellable_close(engine);
}

static void what_came_into_a_hold_is_held_even_if_it_is_in_the_balance_already(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 8);
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 13);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 3, .reference = key_of("PO-1"),
                  .held = key_of("quality"), AT(STAGE_NOW)),
          0);
    cell_is(engine, "A", "east", "on_hand 13, held 3, PO-1 5 on day 11");
    equal(held_for(engine, SELLABLE_QUALITY), 3);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST - 13);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 5, AT(STAGE_NOW)), 0);
    cell_is(engine, "A", "east", "on_hand 1000000000000000, held 3, PO-1 5 on day 11");
    sellable_close(engine);
}

static void a_receipt_goes_to_the_limit_and_not_beyond(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    refuses(engine, OVERFLOW, NULL, RECEIPT, OF("A", "east"), .quantity = LARGEST - 9);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = LARGEST - 10);
    refuses(engine, OVERFLOW, NULL, RECEIPT, OF("A", "east"), .quantity = 1);
    applies(engine, HOLD_PLACE, OF("A", "west"), .reason = key_of("damage"),
            .quantity = LARGEST);
    refuses(engine, OVERFLOW, NULL, RECEIPT, OF("A", "west"), .quantity = 1,
            .held = key_of("damage"));
    refuses(engine, OVERFLOW, NULL, RECEIPT, OF("A", "west"), .quantity = 1,
            .held = key_of("quality")); /* the sum of what is held is kept */
    applies(engine, RECEIPT, OF("A", "west"), .quantity = 1);
    sellable_close(engine);
}

static void a_receipt_in_cases_brings_and_lowers_so_many_of_the_smallest(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "east", "PO-1", DUE, 30);
    equal(applies(engine, RECEIPT, OF("A", "east"), .quantity = 2, .unit = key_of("case"),
                  .reference = key_of("PO-1")),
          24);
    cell_is(engine, "A", "east", "on_hand 34, PO-1 6 on day 11");
    sellable_close(engine);
}

/* ---- transfers ------------------------------------------------------------------------------- */

static void a_transfer_leaves_is_on_its_way_and_comes_in_parts(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    equal(shipped(engine, "T-1", 5), -5);
    cell_is(engine, "A", "east", "on_hand 5");
    cell_is(engine, "A", "west", "T-1 5 on day 11");
    equal(memory_of(engine).transfers, 1);
    equal(received(engine, "T-1", 2), 2);
    cell_is(engine, "A", "west", "on_hand 2, T-1 3 on day 11");
    equal(received(engine, "T-1", 3), 3);
    cell_is(engine, "A", "west", "on_hand 5");
    cell_is(engine, "A", "east", "on_hand 5");
    refuses(engine, WRONG_STATE, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"),
            .quantity = 1);
    sellable_close(engine);
}

static void what_comes_beyond_a_transfer_is_put_on_hand_too(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    shipped(engine, "T-1", 5);
    equal(received(engine, "T-1", 7), 7);
    cell_is(engine, "A", "west", "on_hand 7");
    refuses(engine, WRONG_STATE, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"),
            .quantity = 1);
    sellable_close(engine);
}

static void a_transfer_may_leave_more_than_is_there_and_is_counted_in_units(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    equal(applies(engine, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
                  .reference = key_of("T-1"), .quantity = 2, .unit = key_of("case"), .due = DUE),
          -24);
    cell_is(engine, "A", "east", "on_hand -14");
    cell_is(engine, "A", "west", "T-1 24 on day 11");
    equal(applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 1,
                  .unit = key_of("case")),
          12);
    cell_is(engine, "A", "west", "on_hand 12, T-1 12 on day 11");
    refuses(engine, INVALID, "unit", TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 1,
            .unit = key_of("box"));
    sellable_close(engine);
}

static void a_transfer_replaces_the_entry_that_is_there_under_its_key(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    schedule(engine, "A", "west", "T-1", DUE + SELLABLE_DAY, 40);
    schedule(engine, "A", "east", "T-1", DUE + SELLABLE_DAY, 41);
    shipped(engine, "T-1", 5);
    cell_is(engine, "A", "west", "T-1 5 on day 11");
    cell_is(engine, "A", "east", "on_hand 5, T-1 41 on day 12");
    sellable_close(engine);
}

static void a_transfer_whose_entry_was_set_anew_is_as_much_as_that_says(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    shipped(engine, "T-1", 5);
    schedule(engine, "A", "west", "T-1", DUE + SELLABLE_DAY, 4); /* late, and one is lost */
    received(engine, "T-1", 1);
    cell_is(engine, "A", "west", "on_hand 1, T-1 3 on day 12");
    schedule(engine, "A", "west", "T-1", DUE, 0);
    refuses(engine, WRONG_STATE, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"),
            .quantity = 1);
    schedule(engine, "A", "west", "T-1", DUE, -2); /* demand is not on its way */
    refuses(engine, WRONG_STATE, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"),
            .quantity = 1);
    schedule(engine, "A", "west", "T-1", DUE, 2);
    equal(received(engine, "T-1", 2), 2);
    cell_is(engine, "A", "west", "on_hand 3");
    sellable_close(engine);
}

static void a_known_transfer_is_a_conflict_also_when_all_of_it_has_come(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    shipped(engine, "T-1", 5);
    for (int i = 0; i < 2; i++) {
        equal(refuses(engine, CONFLICT, "transfer", TRANSFER_SHIP, OF("A", "east"),
                      .to_key = key_of("west"), .reference = key_of("T-1"), .quantity = 5,
                      .due = DUE)
                  .actual,
              0);
        refuses(engine, CONFLICT, "transfer", TRANSFER_SHIP, OF("B", "north"),
                .to_key = key_of("east"), .reference = key_of("T-1"), .quantity = 1, .due = DUE);
        if (i == 0) {
            received(engine, "T-1", 5);
        }
    }
    sellable_close(engine);
}

static void a_transfer_needs_another_location_a_key_and_a_quantity(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    const struct sellable_event right =
        EVENT(TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"), .reference = key_of("T-1"),
              .quantity = 5, .due = DUE);
    const int64_t quantities[] = {0, -1, LARGEST + 1, INT64_MIN, INT64_MAX};
    const int64_t dues[] = {SELLABLE_TIME_MAX + 1, -SELLABLE_TIME_MAX - 1};
    struct sellable_event wrong = right;
    wrong.to_key = key_of("east");
    refuses_event(engine, INVALID, "to", wrong);
    wrong.to = location_of(engine, "east");
    wrong.to_key = key_of("west"); /* the handle counts */
    refuses_event(engine, INVALID, "to", wrong);
    wrong = right;
    wrong.to_key = key_of("south");
    refuses_event(engine, UNKNOWN_LOCATION, "to", wrong);
    wrong.to_key = (struct sellable_key){NULL, 0};
    refuses_event(engine, UNKNOWN_LOCATION, "to", wrong);
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        wrong = right;
        wrong.reference = no_keys[i];
        refuses_event(engine, INVALID, "transfer", wrong);
        refuses(engine, INVALID, "transfer", TRANSFER_RECEIVE, .reference = no_keys[i],
                .quantity = 1);
    }
    for (size_t i = 0; i < COUNT_OF(quantities); i++) {
        wrong = right;
        wrong.quantity = quantities[i];
        refuses_event(engine, INVALID, "quantity", wrong);
        refuses(engine, INVALID, "quantity", TRANSFER_RECEIVE, .reference = key_of("T-1"),
                .quantity = quantities[i]);
    }
    for (size_t i = 0; i < COUNT_OF(dues); i++) {
        wrong = right;
        wrong.due = dues[i];
        refuses_event(engine, INVALID, "due", wrong);
    }
    refuses(engine, WRONG_STATE, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"),
            .quantity = 1);
    applies_event(engine, right);
    sellable_close(engine);
}

static void a_transfer_needs_a_place_among_the_1024_references_at_its_end(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    char text[16];
    for (int i = 0; i < SELLABLE_SCHEDULE_MAX; i++) {
        (void)snprintf(text, sizeof text, "R-%d", i);
        schedule(engine, "A", "west", text, DUE, 1);
    }
    refuses(engine, INVALID, "transfer", TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
            .reference = key_of("T-1"), .quantity = 1, .due = DUE);
    equal(memory_of(engine).transfers, 0);
    shipped(engine, "R-7", 1); /* one that is there */
    schedule(engine, "A", "west", "R-8", DUE, 0);
    shipped(engine, "T-1", 1);
    equal(cell_of(engine, "A", "west").schedule_count, SELLABLE_SCHEDULE_MAX);
    sellable_close(engine);
}

static void a_transfer_goes_to_the_limit_at_both_ends_and_not_beyond(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = -LARGEST + 1);
    refuses(engine, OVERFLOW, NULL, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
            .reference = key_of("T-1"), .quantity = 2, .due = DUE);
    schedule(engine, "A", "west", "PO-1", DUE, LARGEST);
    refuses(engine, OVERFLOW, NULL, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
            .reference = key_of("T-1"), .quantity = 1, .due = DUE);
    cell_is(engine, "A", "east", "on_hand -999999999999999"); /* neither half of it */
    schedule(engine, "A", "west", "PO-1", DUE, LARGEST - 1);
    shipped(engine, "T-1", 1);
    applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = LARGEST);
    refuses(engine, OVERFLOW, NULL, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 1);
    sellable_close(engine);
}

static void a_transfer_of_one_item_is_found_by_its_key_whatever_else_is_named(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    shipped(engine, "T-1", 5);
    applies(engine, TRANSFER_RECEIVE, OF("nothing", "nowhere"), .to_key = key_of("nowhere"),
            .reference = key_of("T-1"), .quantity = 1, .due = INT64_MAX, .until = INT64_MAX);
    cell_is(engine, "A", "west", "on_hand 1, T-1 4 on day 11");
    sellable_close(engine);
}

/* ---- returns --------------------------------------------------------------------------------- */

static void what_is_returned_is_on_hand_and_under_inspection(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    equal(applies(engine, RETURN_RECEIVE, OF("A", "east"), .quantity = 3,
                  .order_key = key_of("never heard of")),
          3);
    cell_is(engine, "A", "east", "on_hand 13, held 3");
    equal(held_for(engine, SELLABLE_INSPECTION), 3);
    equal(promisable(engine, "web", "A"), 10);
    applies(engine, RETURN_RECEIVE, OF("A", "east"), .quantity = 1, .unit = key_of("case"));
    cell_is(engine, "A", "east", "on_hand 25, held 15");
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        if (no_keys[i].bytes != NULL) { /* else it is not given */
            refuses(engine, INVALID, "order", RETURN_RECEIVE, OF("A", "east"), .quantity = 1,
                    .order_key = no_keys[i]);
        }
    }
    refuses(engine, OVERFLOW, NULL, RETURN_RECEIVE, OF("A", "east"), .quantity = LARGEST);
    sellable_close(engine);
}

static void a_return_is_restocked_scrapped_or_damaged(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    applies(engine, RETURN_RECEIVE, OF("A", "east"), .quantity = 6);
    equal(applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 1,
                  .outcome = SELLABLE_RESTOCK),
          0);
    cell_is(engine, "A", "east", "on_hand 16, held 5");
    equal(promisable(engine, "web", "A"), 11);
    equal(applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 2,
                  .outcome = SELLABLE_SCRAP),
          -2);
    cell_is(engine, "A", "east", "on_hand 14, held 3");
    equal(promisable(engine, "web", "A"), 11);
    equal(applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 3,
                  .outcome = SELLABLE_TO_DAMAGE),
          0);
    cell_is(engine, "A", "east", "on_hand 14, held 3");
    equal(held_for(engine, SELLABLE_INSPECTION), 0);
    equal(held_for(engine, SELLABLE_DAMAGE), 3);
    equal(promisable(engine, "web", "A"), 11);
    sellable_close(engine);
}

static void no_more_leaves_inspection_than_is_in_it(void **state) {
    (void)state;
    struct sellable *engine = open_dock();
    hold(engine, "A", "east", "quality", 5); /* another reason */
    for (uint32_t outcome = SELLABLE_RESTOCK; outcome <= SELLABLE_TO_DAMAGE; outcome++) {
        applies(engine, RETURN_RECEIVE, OF("A", "east"), .quantity = 2);
        refuses(engine, WRONG_STATE, NULL, RETURN_DISPOSITION, OF("A", "east"), .quantity = 3,
                .outcome = outcome);
        applies(engine, RETURN_DISPOSITION, OF("A", "east"), .quantity = 2, .outcome = outcome);
        refuses(engine, WRONG_STATE, NULL, RETURN_DISPOSITION, OF("A", "east"), .quantity = 1,
                .outcome = outcome);
        refuses(engine, WRONG_STATE, NULL, RETURN_DISPOSITION, OF("A", "west"), .quantity = 1,
                .outcome = outcome);
    }
    const uint32_t none[] = {0, 4, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        refuses(engine, INVALID, "outcome", RETURN_DISPOSITION, OF("A", "east"), .quantity = 1,
                .outcome = none[i]);
    }
    sellable_close(engine);
}

/* ---- what they are of ------------------------------------------------------------------------ */

static void an_event_on_the_stock_of_a_kit_or_of_what_is_not_tracked_is_invalid(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const char *const items[] = {"KIT", "service"};
    kit_of(engine, "KIT", "B", 1, NULL, 0);
    untracked(engine, "service");
    for (uint32_t type = SELLABLE_ON_HAND_SET; type <= SELLABLE_RETURN_DISPOSITION; type++) {
        for (size_t i = 0; i < COUNT_OF(items) && type != SELLABLE_TRANSFER_RECEIVE; i++) {
            struct sellable_event event = every_event(type);
            event.item_key = key_of(items[i]);
            refuses_event(engine, INVALID, "item", event);
        }
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_lowers_its_entry_by_what_came_at_most_to_nothing),
        cmocka_unit_test(a_receipt_without_a_reference_lowers_nothing),
        cmocka_unit_test(an_entry_that_is_demand_stays_when_something_comes_under_its_reference),
        cmocka_unit_test(an_entry_that_is_overdue_is_lowered_too_and_what_came_counts_at_once),
        cmocka_unit_test(a_receipt_into_a_hold_is_on_hand_and_held),
        cmocka_unit_test(what_came_into_a_hold_is_held_even_if_it_is_in_the_balance_already),
        cmocka_unit_test(a_receipt_goes_to_the_limit_and_not_beyond),
        cmocka_unit_test(a_receipt_in_cases_brings_and_lowers_so_many_of_the_smallest),
        cmocka_unit_test(a_transfer_leaves_is_on_its_way_and_comes_in_parts),
        cmocka_unit_test(what_comes_beyond_a_transfer_is_put_on_hand_too),
        cmocka_unit_test(a_transfer_may_leave_more_than_is_there_and_is_counted_in_units),
        cmocka_unit_test(a_transfer_replaces_the_entry_that_is_there_under_its_key),
        cmocka_unit_test(a_transfer_whose_entry_was_set_anew_is_as_much_as_that_says),
        cmocka_unit_test(a_known_transfer_is_a_conflict_also_when_all_of_it_has_come),
        cmocka_unit_test(a_transfer_needs_another_location_a_key_and_a_quantity),
        cmocka_unit_test(a_transfer_needs_a_place_among_the_1024_references_at_its_end),
        cmocka_unit_test(a_transfer_goes_to_the_limit_at_both_ends_and_not_beyond),
        cmocka_unit_test(a_transfer_of_one_item_is_found_by_its_key_whatever_else_is_named),
        cmocka_unit_test(what_is_returned_is_on_hand_and_under_inspection),
        cmocka_unit_test(a_return_is_restocked_scrapped_or_damaged),
        cmocka_unit_test(no_more_leaves_inspection_than_is_in_it),
        cmocka_unit_test(an_event_on_the_stock_of_a_kit_or_of_what_is_not_tracked_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
