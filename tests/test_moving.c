/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads move stock: transfers that come in parts, balances among movements, and orders
 * meanwhile. Nothing is lost, and nothing is there twice.
 *
 *    test_moving [long]      long: each race is run for half a minute */
#include "feeds.h"

#include "promise_audit.h"

/* ---- transfers ------------------------------------------------------------------------------- */

enum { TRANSFERS = 60, TRANSFERRED = 21, PART = 2, PARTS = (TRANSFERRED + PART - 1) / PART };

struct transfers {
    atomic_uint passed;
    atomic_uint shipped[TRANSFERS], received[TRANSFERS];
};

/* Is something of a transfer on its way to the west? */
static bool is_on_its_way(const struct sellable *engine, uint32_t item, struct sellable_key key) {
    struct sellable_scheduled entries[TRANSFERS];
    struct sellable_cell cell = {.schedule = entries, .schedule_capacity = TRANSFERS};
    const struct sellable_place place = {.item = {item}, .location = {WEST}};
    bool found = false;
    if (sellable_cell(engine, &place, &cell) != SELLABLE_OK || cell.schedule_count > TRANSFERS)
        return true;
    for (uint32_t i = 0; i < cell.schedule_count; i++)
        found |= entries[i].reference_size == key.size &&
                 memcmp(entries[i].reference, key.bytes, key.size) == 0;
    return found;
}

/* Each ships all of them, of which one does, and then takes what it gets of what comes. */
static void move_stock(struct member *member) {
    struct transfers *transfers = member->shared;
    uint32_t own = 0;
    for (uint32_t t = 0; t < TRANSFERS && !atomic_load(&member->crew->over); t++) {
        struct crew_key key, id;
        struct sellable_event event = {.type = SELLABLE_TRANSFER_SHIP,
                                       .item = {1 + t % 3},
                                       .location = {EAST},
                                       .to = {WEST},
                                       .quantity = TRANSFERRED,
                                       .due = FEED_BEGINS + SELLABLE_DAY,
                                       .reference = numbered(&key, "T", t)};
        enum sellable_status status = send_event(member, &event, NULL);
        if (status == SELLABLE_OK)
            atomic_fetch_add(&transfers->shipped[t], 1);
        else
            require_status(member, status, CONFLICT);
        event.type = SELLABLE_TRANSFER_RECEIVE;
        event.quantity = PART;
        event.source.id = WMS;
        for (;;) {
            event.id = numbered(&id, "part", (uint64_t)member->number * 1000000 + own++);
            status = send_event(member, &event, NULL);
            if (status != SELLABLE_OK)
                break;
            atomic_fetch_add(&transfers->received[t], 1);
            require_status(member, send_event(member, &event, NULL), DUPLICATE);
        }
        require_status(member, status, WRONG_STATE);
        require(member, !is_on_its_way(member->engine, event.item.id, event.reference));
        stay_together(member, &transfers->passed, THREADS, t + 1);
    }
}

static void transfers_in_parts(uint32_t round) {
    (void)round;
    struct transfers *transfers = calloc(1, sizeof *transfers);
    struct sellable *engine = open_feeds(3);
    crew_run(engine, THREADS, 0, move_stock, transfers);
    for (uint32_t t = 0; t < TRANSFERS; t++) {
        equal(transfers->shipped[t], 1);
        equal(transfers->received[t], PARTS);
    }
    for (uint32_t i = 1; i <= 3; i++) {
        struct sellable_place place = {.item = {i}, .location = {EAST}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(cell.on_hand, FEED_STOCK - TRANSFERRED * TRANSFERS / 3);
        place.location.id = WEST;
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(cell.on_hand, FEED_STOCK + PARTS * PART * TRANSFERS / 3);
        equal(cell.schedule_count, 0);
    }
    (void)audited(engine);
    sellable_close(engine);
    free(transfers);
}

static void a_transfer_in_parts_is_received_until_all_has_come_and_no_further(void **state) {
    (void)state;
    again_and_again(transfers_in_parts);
}

/* ---- balances -------------------------------------------------------------------------------- */

enum { TIMES = 4000, BALANCES_IN_100 = 20 };

/* Of each instant there is a balance, or a movement, or neither. */
struct balances {
    int64_t quantity[TIMES];
    bool is_balance[TIMES], is_known[TIMES];
    atomic_uint next;
    atomic_llong variance;
    atomic_uint stale;
};

/* The same number of instants each time, in an order that looks like none. */
static uint32_t instant_of(uint32_t number) { return number * 1237 % TIMES; }

static void tell_balances(struct member *member) {
    struct balances *balances = member->shared;
    uint32_t number;
    while ((number = atomic_fetch_add(&balances->next, 1)) < TIMES) {
        uint32_t instant = instant_of(number);
        int64_t time = FEED_BEGINS - SELLABLE_DAY + instant;
        struct crew_key id;
        struct sellable_answer answer = {.variance = 0};
        struct sellable_event event = {.item = {1},
                                       .location = {EAST},
                                       .quantity = balances->quantity[instant],
                                       .source = {WMS},
                                       .id = numbered(&id, "balance", instant)};
        if (!balances->is_known[instant])
            continue;
        event.type = balances->is_balance[instant] ? SELLABLE_ON_HAND_SET : SELLABLE_ON_HAND_ADJUST;
        event.has_as_of = balances->is_balance[instant];
        event.as_of = event.at = time;
        event.has_at = !event.has_as_of;
        enum sellable_status status = send_event(member, &event, &answer);
        if (status == SELLABLE_STALE && balances->is_balance[instant])
            atomic_fetch_add(&balances->stale, 1);
        else
            require_status(member, status, OK);
        if (status == SELLABLE_OK)
            atomic_fetch_add(&balances->variance, answer.variance);
    }
}

static void balances_among_movements(uint32_t round) {
    struct balances *balances = calloc(1, sizeof *balances);
    struct sellable *engine = open_feeds(1);
    struct random random = {round};
    int64_t on_hand = FEED_STOCK;
    for (uint32_t i = 0; i < TIMES; i++) {
        balances->is_known[i] = random_percent(&random, 70);
        balances->is_balance[i] = random_percent(&random, BALANCES_IN_100) && i < TIMES * 9 / 10;
        balances->quantity[i] = random_between(&random, -50, 50);
        if (balances->is_known[i])
            on_hand = balances->quantity[i] + (balances->is_balance[i] ? 0 : on_hand);
    }
    crew_run(engine, THREADS, 0, tell_balances, balances);
    const struct sellable_place place = {.item = {1}, .location = {EAST}};
    struct sellable_cell cell = {.fence_capacity = 0};
    expect(sellable_cell(engine, &place, &cell), OK);
    equal(cell.on_hand, on_hand);
    equal(FEED_STOCK + balances->variance, on_hand);
    assert_true(balances->stale > 0);
    sellable_close(engine);
    free(balances);
}

static void balances_among_movements_give_the_same_sum_in_any_order(void **state) {
    (void)state;
    again_and_again(balances_among_movements);
}

/* ---- nothing is lost ------------------------------------------------------------------------- */

enum { KEPT_ITEMS = 3, STEPS_EACH = 600, MOVED_EACH = 4 };

struct conservation {
    atomic_llong moved[KEPT_ITEMS][PLACES]; /* into each cell, less what left it */
    atomic_uint shipped;
    atomic_uint received[CREW_MOST * STEPS_EACH];
};

/* A transfer's items and places follow from its number. */
static struct sellable_event transfer_event(uint32_t number, struct crew_key *key) {
    return (struct sellable_event){.item = {1 + number % KEPT_ITEMS},
                                   .location = {1 + number / KEPT_ITEMS % PLACES},
                                   .to = {1 + (number / KEPT_ITEMS + 1) % PLACES},
                                   .due = FEED_BEGINS + SELLABLE_DAY,
                                   .reference = numbered(key, "T", number)};
}

static void note_move(struct conservation *conservation, uint32_t item, uint32_t location,
                      int64_t quantity) {
    atomic_fetch_add(&conservation->moved[item - 1][location - 1], quantity);
}

static void ship_or_receive(struct member *member, struct conservation *conservation) {
    struct crew_key key;
    uint32_t shipped = atomic_load(&conservation->shipped);
    if (shipped == 0 || random_percent(&member->random, 25)) {
        struct sellable_event event =
            transfer_event(atomic_fetch_add(&conservation->shipped, 1), &key);
        event.type = SELLABLE_TRANSFER_SHIP;
        event.quantity = MOVED_EACH;
        require_status(member, send_event(member, &event, NULL), OK);
        note_move(conservation, event.item.id, event.location.id, -MOVED_EACH);
        return;
    }
    uint32_t number = random_below(&member->random, shipped);
    struct sellable_event event = transfer_event(number, &key);
    event.type = SELLABLE_TRANSFER_RECEIVE;
    event.quantity = 1;
    enum sellable_status status = send_event(member, &event, NULL);
    require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE);
    if (status == SELLABLE_OK) {
        atomic_fetch_add(&conservation->received[number], 1);
        note_move(conservation, event.item.id, event.to.id, 1);
    }
}

static void trade_and_move(struct member *member) {
    struct conservation *conservation = member->shared;
    for (uint32_t i = 0; i < STEPS_EACH && !atomic_load(&member->crew->over); i++) {
        struct crew_key key;
        struct sellable_order order = {
            .key = numbered(&key, "O", member->number * STEPS_EACH + i)};
        const struct sellable_line line = {
            .item = {1 + random_below(&member->random, KEPT_ITEMS)}, .quantity = 2};
        struct sellable_event event = {.type = SELLABLE_RESERVE,
                                       .order = &order,
                                       .source = {SHOP},
                                       .id = order.key,
                                       .order_key = order.key};
        order.channel = web;
        order.lines = &line;
        order.line_count = 1;
        ship_or_receive(member, conservation);
        require_status(member, send_event(member, &event, NULL), OK);
        event.type = SELLABLE_SHIP;
        event.id.size = 0;
        event.id.bytes = NULL;
        if (random_percent(&member->random, 50))
            require_status(member, send_event(member, &event, NULL), OK);
    }
}

static void trade_of_all_kinds(uint32_t round) {
    (void)round;
    struct conservation *conservation = calloc(1, sizeof *conservation);
    struct sellable *engine = open_feeds(KEPT_ITEMS);
    struct promise_audit *audit = calloc(1, sizeof *audit);
    struct sellable_fence fences[AUDITED_CHANNELS];
    crew_run(engine, THREADS, 0, trade_and_move, conservation);
    for (uint32_t i = 0; i < THREADS * STEPS_EACH; i++) {
        struct crew_key key;
        assert_true(keep_key(audit, engine, numbered(&key, "O", i)));
    }
    visit_agrees(engine, audit);
    for (uint32_t n = 0; n < KEPT_ITEMS * PLACES; n++) {
        uint32_t item = 1 + n / PLACES, location = 1 + n % PLACES;
        int64_t moved = conservation->moved[item - 1][location - 1];
        (void)cell_holds(engine, audit, item, location, FEED_STOCK + moved, fences);
    }
    uint64_t received = 0;
    for (uint32_t n = 0; n < conservation->shipped; n++) {
        assert_in_range(conservation->received[n], 0, MOVED_EACH);
        received += conservation->received[n];
    }
    assert_true(received > 0);
    (void)audited(engine);
    sellable_close(engine);
    free(audit);
    free(conservation);
}

static void orders_and_transfers_by_all_threads_lose_nothing(void **state) {
    (void)state;
    again_and_again(trade_of_all_kinds);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_in_parts_is_received_until_all_has_come_and_no_further),
        cmocka_unit_test(balances_among_movements_give_the_same_sum_in_any_order),
        cmocka_unit_test(orders_and_transfers_by_all_threads_lose_nothing),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("moving", tests, NULL, NULL);
}
