/* SPDX-License-Identifier: Apache-2.0
 *
 * Balances and movements: what a balance (on_hand.set) says of an instant, and what has happened
 * since, in whatever order they come. */
#include "every_event.h"

#define NOW STAGE_NOW
enum { AHEAD = 86400000, RETENTION = 1000 };

/* 10 of A in east, as counted at 0; the time is NOW. */
static struct sellable *counted(struct sellable_options options) {
    struct sellable *engine = open_with(options);
    stock(engine, "A", "east", 10);
    now_is(engine, NOW);
    return engine;
}

static struct sellable *counted_early(void) {
    return counted((struct sellable_options){.items = 0});
}

static int64_t adjusted(struct sellable *engine, int64_t quantity, int64_t at) {
    return applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = quantity, AT(at));
}

static int64_t balance(struct sellable *engine, int64_t quantity, int64_t as_of) {
    return applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = quantity, AS_OF(as_of));
}

static int64_t on_hand(struct sellable *engine) { return cell_of(engine, "A", "east").on_hand; }

/* ---- one cell -------------------------------------------------------------------------------- */

static void what_happened_after_a_balance_stays_on_top_of_it(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    equal(adjusted(engine, -3, NOW - 50), -3);
    equal(adjusted(engine, -1, NOW - 20), -1);
    equal(on_hand(engine), 6);
    equal(balance(engine, 20, NOW - 51), 10);
    equal(on_hand(engine), 16);
    equal(balance(engine, 20, NOW - 50), 3); /* what happened at its instant is in it */
    equal(on_hand(engine), 19);
    equal(balance(engine, 20, NOW - 21), 0);
    equal(balance(engine, 20, NOW - 20), 1);
    equal(on_hand(engine), 20);
    equal(balance(engine, 20, NOW), 0);
    sellable_close(engine);
}

static void a_movement_that_is_in_the_last_balance_leaves_on_hand_alone(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    equal(balance(engine, 20, NOW - 50), 10);
    equal(adjusted(engine, -3, NOW - 51), 0);
    equal(adjusted(engine, -3, NOW - 50), 0);
    equal(adjusted(engine, -3, -SELLABLE_TIME_MAX), 0);
    equal(on_hand(engine), 20);
    equal(adjusted(engine, -3, NOW - 49), -3);
    equal(balance(engine, 20, NOW - 50), 0); /* and it is not remembered: only that one is */
    equal(on_hand(engine), 17);
    sellable_close(engine);
}

static void a_movement_without_at_is_in_no_balance_before_it_and_later_ones_it_was_now(
    void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    equal(balance(engine, 20, NOW + AHEAD), 10); /* even one of the future */
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -3), -3);
    equal(on_hand(engine), 17);
    equal(balance(engine, 20, NOW + AHEAD), 3);
    sellable_close(engine);
    engine = counted_early();
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -3), -3);
    equal(balance(engine, 20, NOW - 1), 10);
    equal(on_hand(engine), 17);
    equal(balance(engine, 20, NOW), 3);
    now_is(engine, NOW + 5);
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -4), -4);
    equal(balance(engine, 20, NOW + 4), 0);
    equal(balance(engine, 20, NOW + 5), 4);
    sellable_close(engine);
}

static void a_movement_of_the_future_stays_on_top_until_a_balance_covers_it(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    equal(adjusted(engine, -3, NOW + AHEAD), -3);
    equal(balance(engine, 20, NOW + AHEAD - 1), 10);
    equal(on_hand(engine), 17);
    equal(balance(engine, 20, NOW + AHEAD), 3);
    sellable_close(engine);
}

static void the_instant_of_a_balance_is_as_of_else_at_else_now(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    adjusted(engine, -1, NOW - 1);
    adjusted(engine, -2, NOW);
    adjusted(engine, -4, NOW + 1);
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW - 2), AT(NOW)),
          10);
    equal(on_hand(engine), 13);
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AT(NOW - 1)), 1);
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20), 2);
    equal(on_hand(engine), 16);
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 20, AT(NOW - 1));
    sellable_close(engine);
    engine = open_engine(); /* before any time is given, now is 0 */
    equal(applies(engine, ON_HAND_SET, .item = item_of(engine, "A"),
                  .location = location_of(engine, "east"), .quantity = 5), 5);
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 5, AS_OF(-1));
    sellable_close(engine);
}

static void a_balance_older_than_the_last_or_than_the_retention_is_stale(void **state) {
    (void)state;
    struct sellable *engine = counted((struct sellable_options){.retention = RETENTION});
    location_of(engine, "west");
    item_of(engine, "B");
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 1,
            AS_OF(NOW - RETENTION - 1));
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "west"), .quantity = 1,
            AS_OF(NOW - RETENTION - 1)); /* a cell of which nothing was said */
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 1,
            AT(NOW - RETENTION - 1));
    balance(engine, 20, NOW - RETENTION);
    balance(engine, 21, NOW - RETENTION); /* the same instant once more */
    balance(engine, 22, NOW - 5);
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 1, AS_OF(NOW - 6));
    applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = 1, AS_OF(NOW - 6)); /* others */
    applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 1, AS_OF(NOW - 6));
    balance(engine, 23, NOW - 5);
    equal(on_hand(engine), 23);
    sellable_close(engine);
}

static void what_is_a_retention_old_or_less_is_still_on_top(void **state) {
    (void)state;
    struct sellable *engine = counted((struct sellable_options){.retention = RETENTION});
    equal(adjusted(engine, -3, NOW), -3);
    now_is(engine, NOW + RETENTION - 1);
    equal(balance(engine, 20, NOW - 1), 10);
    equal(on_hand(engine), 17);
    now_is(engine, NOW + RETENTION);
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW - 1));
    equal(balance(engine, 20, NOW), 3);
    sellable_close(engine);
}

static void as_of_and_at_may_be_a_day_ahead_once_a_time_was_given(void **state) {
    (void)state;
    const int64_t options[] = {0, 5000, SELLABLE_TIME_MAX};
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        struct sellable *engine = open_with((struct sellable_options){.ahead = options[i]});
        item_of(engine, "A");
        location_of(engine, "east");
        location_of(engine, "west");
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(SELLABLE_TIME_MAX));
        applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = 1, AS_OF(SELLABLE_TIME_MAX));
        now_is(engine, NOW);
        int64_t most = NOW + (options[i] == 0 ? AHEAD : options[i]);
        if (options[i] != SELLABLE_TIME_MAX) {
            refuses(engine, INVALID, "at", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
                    AT(most + 1));
            refuses(engine, INVALID, "at", ON_HAND_SET, OF("A", "east"), .quantity = 1,
                    AT(most + 1));
            refuses(engine, INVALID, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 1,
                    AS_OF(most + 1));
            refuses(engine, INVALID, "at", ON_HAND_SET, OF("A", "east"), .quantity = 1,
                    AS_OF(NOW), AT(most + 1));
        } else {
            most = SELLABLE_TIME_MAX;
        }
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(most));
        applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 1, AS_OF(most), AT(most));
        sellable_close(engine);
    }
}

static void of_every_type_at_may_be_a_day_ahead_and_no_more(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(type);
        event.as_of = INT64_MAX; /* not given */
        event.has_at = 1;
        event.at = NOW + AHEAD + 1;
        refuses_event(engine, INVALID, "at", event);
        event.at = NOW + AHEAD;
        applies_event(engine, event);
        sellable_close(engine);
    }
}

static void a_balance_expects_what_is_on_hand_now(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    adjusted(engine, -3, NOW);
    equal(refuses(engine, CONFLICT, "expected", ON_HAND_SET, OF("A", "east"), .quantity = 20,
                  AS_OF(NOW - 5), EXPECTED(10))
              .actual,
          7);
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW - 5),
                  EXPECTED(7)),
          10);
    equal(refuses(engine, CONFLICT, "expected", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
                  AT(NOW - 5), EXPECTED(20))
              .actual,
          17); /* also where on_hand stays as it is */
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(NOW - 5),
                  EXPECTED(17)),
          0);
    sellable_close(engine);
}

static void a_balance_with_what_is_on_top_stays_within_the_limit(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    adjusted(engine, 3, NOW);
    refuses(engine, OVERFLOW, NULL, ON_HAND_SET, OF("A", "east"), .quantity = LARGEST - 2,
            AS_OF(NOW - 5));
    equal(balance(engine, LARGEST - 3, NOW - 5), LARGEST - 13);
    equal(on_hand(engine), LARGEST);
    refuses(engine, OVERFLOW, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(NOW));
    equal(adjusted(engine, 1, NOW - 5), 0); /* in the balance: nothing rises */
    equal(balance(engine, -LARGEST, NOW), -2 * LARGEST);
    refuses(engine, OVERFLOW, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = -1);
    sellable_close(engine);
}

static void movements_of_the_limit_back_and_forth_are_added_up_exactly(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    balance(engine, 0, NOW - 50);
    for (int i = 0; i < 20; i++) {
        adjusted(engine, -LARGEST, NOW + i);
        adjusted(engine, LARGEST, NOW + i);
        adjusted(engine, 1, NOW + i);
        balance(engine, 0, NOW - 50);
        equal(on_hand(engine), i + 1);
    }
    balance(engine, 0, NOW + 9);
    equal(on_hand(engine), 10);
    sellable_close(engine);
}

static void of_many_movements_a_balance_keeps_those_after_it(void **state) {
    (void)state;
    enum { MANY = 1000 };
    struct sellable *engine = counted_early();
    balance(engine, 0, NOW - 1);
    for (int64_t i = 0; i < MANY; i++) {
        adjusted(engine, 1, NOW + i * 7 % MANY); /* each once, in another order */
    }
    equal(on_hand(engine), MANY);
    for (int64_t i = 0; i < MANY; i += 37) {
        equal(balance(engine, 0, NOW + i), i == 0 ? -1 : -37);
        equal(on_hand(engine), MANY - 1 - i);
    }
    sellable_close(engine);
}

static void an_instant_may_be_any_from_the_first_to_the_last(void **state) {
    (void)state;
    const int64_t times[] = {-SELLABLE_TIME_MAX, -SELLABLE_TIME_MAX + 1, -2, -1, 0, 1, 2,
                             SELLABLE_TIME_MAX - 1, SELLABLE_TIME_MAX};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct sellable *engine =
            open_with((struct sellable_options){.retention = SELLABLE_TIME_MAX});
        item_of(engine, "A");
        location_of(engine, "east");
        int64_t time = times[i];
        equal(adjusted(engine, 5, time), 5);
        equal(balance(engine, 20, time), 15);
        equal(adjusted(engine, 1, time), 0);
        if (time > -SELLABLE_TIME_MAX) {
            refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), .quantity = 1,
                    AS_OF(time - 1));
            equal(adjusted(engine, 1, time - 1), 0);
        }
        if (time < SELLABLE_TIME_MAX) {
            equal(adjusted(engine, 1, time + 1), 1);
            equal(balance(engine, 30, time), 10);
            equal(balance(engine, 30, time + 1), -1);
        }
        sellable_close(engine);
    }
}

static void a_balance_of_one_cell_leaves_what_moved_at_others_on_top_of_theirs(void **state) {
    (void)state;
    struct sellable *engine = counted_early();
    item_of(engine, "B");
    location_of(engine, "west");
    const char *const cells[][2] = {{"A", "east"}, {"A", "west"}, {"B", "east"}};
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        applies(engine, ON_HAND_ADJUST, OF(cells[i][0], cells[i][1]), .quantity = -1,
                AT(NOW - 10));
    }
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        applies(engine, ON_HAND_SET, OF(cells[i][0], cells[i][1]), .quantity = 50,
                AS_OF(NOW - 20));
        equal(cell_of(engine, cells[i][0], cells[i][1]).on_hand, 49);
        applies(engine, ON_HAND_SET, OF(cells[i][0], cells[i][1]), .quantity = 50, AS_OF(NOW));
        equal(cell_of(engine, cells[i][0], cells[i][1]).on_hand, 50);
    }
    sellable_close(engine);
}

/* ---- every movement -------------------------------------------------------------------------- */

static void of_a_movement_in_the_balance_all_else_applies(void **state) {
    (void)state;
    const char *const east = ", held 7, allocated 2, reserved 2, PO-1 5 on day 11";
    const char *const west = ", T-0 3 on day 11";
    const struct {
        uint32_t type;
        int east_moves, west_moves;
        const char *east, *west;
    } cases[] = {
        {SELLABLE_ON_HAND_ADJUST, 1, 0, east, west},
        {SELLABLE_HOLD_SCRAP, -1, 0, ", held 6, allocated 2, reserved 2, PO-1 5 on day 11", west},
        {SELLABLE_RECEIPT, 1, 0, ", held 7, allocated 2, reserved 2, PO-1 4 on day 11", west},
        {SELLABLE_TRANSFER_SHIP, -1, 0, east, ", T-0 3 on day 11, T-1 1 on day 11"},
        {SELLABLE_TRANSFER_RECEIVE, 0, 1, east, ", T-0 2 on day 11"},
        {SELLABLE_RETURN_RECEIVE, 1, 0, ", held 8, allocated 2, reserved 2, PO-1 5 on day 11",
         west},
        {SELLABLE_RETURN_DISPOSITION, -1, 0,
         ", held 6, allocated 2, reserved 2, PO-1 5 on day 11", west},
        {SELLABLE_SHIP, -2, 0, ", held 7, reserved 2, PO-1 5 on day 11", west},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int after = 0; after < 2; after++) {
            struct sellable *engine = set_stage();
            struct told told = {.size = 0}, there = {.size = 0};
            struct sellable_event event = every_event(cases[i].type);
            applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW));
            applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = 15, AS_OF(NOW));
            if (event.type == SELLABLE_RETURN_DISPOSITION) {
                event.outcome = SELLABLE_SCRAP;
            }
            event.has_at = 1;
            event.at = NOW + after;
            int64_t variance = applies_event(engine, event);
            if (event.type != SELLABLE_SHIP) {
                equal(variance, after * (cases[i].east_moves + cases[i].west_moves));
            }
            tell(&told, "on_hand %d%s", 20 + after * cases[i].east_moves, cases[i].east);
            cell_is(engine, "A", "east", told.text);
            tell(&there, "on_hand %d%s", 15 + after * cases[i].west_moves, cases[i].west);
            cell_is(engine, "A", "west", there.text);
            applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW));
            applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = 15, AS_OF(NOW));
            cell_is(engine, "A", "east", told.text); /* the same balance once more */
            cell_is(engine, "A", "west", there.text);
            applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW + 1));
            equal(on_hand(engine), 20);
            sellable_close(engine);
        }
    }
}

static void what_is_no_movement_is_neither_in_a_balance_nor_on_top_of_it(void **state) {
    (void)state;
    const uint32_t types[] = {SELLABLE_HOLD_PLACE,        SELLABLE_HOLD_RELEASE,
                              SELLABLE_ALLOCATION_SET,    SELLABLE_ALLOCATION_ADJUST,
                              SELLABLE_SAFETY_STOCK_SET,  SELLABLE_RING_FENCE_SET,
                              SELLABLE_SCHEDULE_SET,      SELLABLE_RETURN_DISPOSITION,
                              SELLABLE_RESERVE,           SELLABLE_RELEASE,
                              SELLABLE_ALLOCATE,          SELLABLE_DEALLOCATE,
                              SELLABLE_RESOURCE};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct sellable *engine = set_stage(), *other = set_stage();
        struct sellable_event event = every_event(types[i]);
        event.has_at = 1;
        event.at = NOW - 5;
        equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW)), 0);
        equal(applies_event(engine, event), 0);
        equal(applies_event(other, event), 0);
        equal(applies(other, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW)), 0);
        same_full(engine, other);
        sellable_close(engine);
        sellable_close(other);
    }
}

static void a_shipment_from_two_cells_is_in_the_balance_of_one_alone(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line lines[] = {line_at("A", 3, "east"), line_at("A", 4, "west")};
    accepted(engine, &ORDER("O-3", "web", lines), "3 A east, 4 A west");
    applies(engine, ON_HAND_SET, OF("A", "west"), .quantity = 15, AS_OF(NOW - 5));
    applies(engine, SHIP, .order_key = key_of("O-3"), AT(NOW - 5));
    cell_is(engine, "A", "east",
            "on_hand 17, held 7, allocated 2, reserved 2, PO-1 5 on day 11");
    cell_is(engine, "A", "west", "on_hand 15, T-0 3 on day 11");
    order_is(engine, "O-3", "shipped A east: shipped 3; A west: shipped 4");
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 30, AS_OF(NOW - 6));
    equal(on_hand(engine), 24); /* less the transfer's 3, too */
    sellable_close(engine);
}

static void of_a_kit_that_ships_each_component_is_in_its_own_balance_or_not(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    stock(engine, "B", "east", 9);
    now_is(engine, NOW + 5);
    kit_of(engine, "SET", "A", 2, "B", 3);
    takes(engine, "O-3", "web", "SET", 1, "2 A east, 3 B east");
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW + 3));
    applies(engine, SHIP, .order_key = key_of("O-3"), AT(NOW + 3));
    cell_is(engine, "A", "east",
            "on_hand 20, held 7, allocated 2, reserved 2, PO-1 5 on day 11");
    cell_is(engine, "B", "east", "on_hand 6");
    equal(applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 9, AS_OF(NOW + 2)), 0);
    equal(applies(engine, ON_HAND_SET, OF("B", "east"), .quantity = 6, AS_OF(NOW + 3)), 0);
    sellable_close(engine);
}

static void a_balance_touches_neither_holds_nor_promises_nor_what_is_on_its_way(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    equal(promisable(engine, "web", "A"), 24); /* 20 - 7 - 2 - 2, and 15 */
    equal(applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(NOW)), 0);
    cell_is(engine, "A", "east",
            "on_hand 20, held 7, allocated 2, reserved 2, PO-1 5 on day 11");
    equal(promisable(engine, "web", "A"), 24);
    sellable_close(engine);
}

/* ---- in whatever order ----------------------------------------------------------------------- */

/* The n-th order of `count` things. */
static void permutation(uint32_t n, uint32_t count, uint32_t *order) {
    uint32_t left[8];
    for (uint32_t i = 0; i < count; i++) {
        left[i] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rest = count - i, at = n % rest;
        order[i] = left[at];
        memmove(left + at, left + at + 1, (rest - at - 1) * sizeof *left);
        n /= rest;
    }
}

#define EXPORT (NOW - 1000)

static void a_nightly_export_before_amid_or_after_the_movements_it_covers_is_the_same(
    void **state) {
    (void)state;
    enum { COUNT = 6, ORDERS = 720 };
    const struct sellable_event feed[COUNT] = {
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 50, AS_OF(EXPORT), FROM("erp"), ID("x")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = -3, AT(EXPORT - 9), FROM("wms"),
              ID("a")),
        EVENT(RECEIPT, OF("A", "east"), .quantity = 4, .reference = key_of("PO-1"),
              AT(EXPORT - 4), FROM("wms"), ID("b")),
        EVENT(SHIP, .order_key = key_of("O-2"), AT(EXPORT), FROM("wms"), ID("c")),
        EVENT(RETURN_RECEIVE, OF("A", "east"), .quantity = 1, AT(EXPORT + 1), FROM("wms"),
              ID("d")),
        EVENT(HOLD_SCRAP, OF("A", "east"), .reason = key_of("quality"), .quantity = 2,
              AT(EXPORT + 8), FROM("wms"), ID("e")),
    };
    struct sellable *first = NULL;
    for (uint32_t n = 0; n < ORDERS; n++) {
        struct sellable *engine = stage_with((struct sellable_options){.seed = n});
        uint32_t order[COUNT];
        permutation(n, COUNT, order);
        for (int i = 0; i < COUNT; i++) {
            struct sellable_event event = feed[order[i]];
            applies_event(engine, event);
            if (i % 2 == 1) { /* and again, and one that came before */
                expect(sellable_apply(engine, NULL, &event, NULL), DUPLICATE);
                expect(sellable_apply(engine, NULL, &feed[order[0]], NULL), DUPLICATE);
            }
        }
        cell_is(engine, "A", "east", "on_hand 46, held 6, reserved 2, PO-1 1 on day 11");
        if (first == NULL) {
            first = engine;
        } else {
            same_full(engine, first);
            sellable_close(engine);
        }
    }
    sellable_close(first);
}

static void two_exports_and_the_movements_between_end_the_same_in_every_order(void **state) {
    (void)state;
    enum { COUNT = 5, ORDERS = 120 };
    const struct sellable_event feed[COUNT] = {
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 50, AS_OF(EXPORT), FROM("erp"), ID("x")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = -3, AT(EXPORT - 9), ID("a")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = -5, AT(EXPORT + 9), ID("b")),
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 44, AS_OF(EXPORT + 10), FROM("erp"),
              ID("y")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 7, AT(EXPORT + 11), ID("c")),
    };
    struct sellable *first = NULL;
    for (uint32_t n = 0; n < ORDERS; n++) {
        struct sellable *engine = set_stage();
        uint32_t order[COUNT];
        bool later = false;
        permutation(n, COUNT, order);
        for (int i = 0; i < COUNT; i++) {
            if (order[i] == 0 && later) {
                refuses_event(engine, STALE, "as_of", feed[0]);
            } else {
                applies_event(engine, feed[order[i]]);
            }
            later = later || order[i] == 3;
        }
        equal(on_hand(engine), 48); /* 44, and 7, less the transfer's 3 of just now */
        if (first == NULL) {
            first = engine;
        } else {
            for (uint64_t i = counts_of(engine).last; i > 0; i--) {
                expect(sellable_exception_discard(engine, NULL, i, NULL), OK);
            }
            same_hash(engine, first);
            sellable_close(engine);
        }
    }
    sellable_close(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_happened_after_a_balance_stays_on_top_of_it),
        cmocka_unit_test(a_movement_that_is_in_the_last_balance_leaves_on_hand_alone),
        cmocka_unit_test(
            a_movement_without_at_is_in_no_balance_before_it_and_later_ones_it_was_now),
        cmocka_unit_test(a_movement_of_the_future_stays_on_top_until_a_balance_covers_it),
        cmocka_unit_test(the_instant_of_a_balance_is_as_of_else_at_else_now),
        cmocka_unit_test(a_balance_older_than_the_last_or_than_the_retention_is_stale),
        cmocka_unit_test(what_is_a_retention_old_or_less_is_still_on_top),
        cmocka_unit_test(as_of_and_at_may_be_a_day_ahead_once_a_time_was_given),
        cmocka_unit_test(of_every_type_at_may_be_a_day_ahead_and_no_more),
        cmocka_unit_test(a_balance_expects_what_is_on_hand_now),
        cmocka_unit_test(a_balance_with_what_is_on_top_stays_within_the_limit),
        cmocka_unit_test(movements_of_the_limit_back_and_forth_are_added_up_exactly),
        cmocka_unit_test(of_many_movements_a_balance_keeps_those_after_it),
        cmocka_unit_test(an_instant_may_be_any_from_the_first_to_the_last),
        cmocka_unit_test(a_balance_of_one_cell_leaves_what_moved_at_others_on_top_of_theirs),
        cmocka_unit_test(of_a_movement_in_the_balance_all_else_applies),
        cmocka_unit_test(what_is_no_movement_is_neither_in_a_balance_nor_on_top_of_it),
        cmocka_unit_test(a_shipment_from_two_cells_is_in_the_balance_of_one_alone),
        cmocka_unit_test(of_a_kit_that_ships_each_component_is_in_its_own_balance_or_not),
        cmocka_unit_test(a_balance_touches_neither_holds_nor_promises_nor_what_is_on_its_way),
        cmocka_unit_test(
            a_nightly_export_before_amid_or_after_the_movements_it_covers_is_the_same),
        cmocka_unit_test(two_exports_and_the_movements_between_end_the_same_in_every_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
