/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots, and the visits of orders that are made through one: what is read is of the one instant
 * at which it was opened, whatever happens meanwhile; and what was kept for it goes when it is
 * closed.
 *
 *    test_snapshot [long]      long: each race takes half a minute */
#include "engine.h"

#include "crew.h"

#include <sched.h>

enum { THREADS = 8, EACH = 10000000 };

static int64_t duration = 900; /* ms of each race */

static uint32_t opened(struct sbl_worker *worker) {
    uint32_t snapshot = 0;
    assert_int_equal(sbl_snapshot_open(worker, &snapshot), SBL_ACCEPTED);
    return snapshot;
}

/* One cell of an item, as a snapshot sees it. */
static struct sbl_cell cell_in(const struct sellable *engine, uint32_t snapshot, uint32_t item,
                               uint32_t location) {
    struct sbl_image row;
    struct sbl_cell cell;
    sbl_snapshot_read(&engine->commit, snapshot, sbl_row_line(engine, item), &row);
    sbl_row_cell(&engine->memory, &row, location, &cell);
    return cell;
}

/* ---- alone ----------------------------------------------------------------------------------- */

static void a_snapshot_sees_what_was_before_it_and_nothing_after(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2, 6, 10, 0); /* four cells in the line, two behind it */
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    uint32_t snapshot = opened(worker);
    stock(engine, "I-0", "L-0", 20);
    stock(engine, "I-0", "L-5", 30);
    hold(engine, "I-0", "L-5", "damage", 4);
    expect(reserve(engine, "O-1", "web", "I-0", 21), OK);
    equal(cell_in(engine, snapshot, 1, 1).on_hand, 10);
    equal(cell_in(engine, snapshot, 1, 1).net, 10);
    equal(cell_in(engine, snapshot, 1, 6).on_hand, 10);
    equal(cell_in(engine, snapshot, 1, 6).net, 10);
    equal(cell_in(engine, snapshot, 1, 6).held[SELLABLE_DAMAGE], 0);
    equal(cell_in(engine, snapshot, 2, 1).on_hand, 10); /* never changed */
    equal(cell_of(engine, "I-0", "L-0").on_hand, 20);
    assert_int_equal(sbl_snapshot_close(worker, snapshot), SBL_ACCEPTED);
    snapshot = opened(worker);
    equal(cell_in(engine, snapshot, 1, 1).on_hand, 20);
    equal(cell_in(engine, snapshot, 1, 1).net, 0);
    equal(cell_in(engine, snapshot, 1, 2).net, 9);
    equal(cell_in(engine, snapshot, 1, 6).net, 26);
    assert_int_equal(sbl_snapshot_close(worker, snapshot), SBL_ACCEPTED);
    sbl_worker_give(worker);
    sellable_close(engine);
}

static void several_snapshots_each_see_their_own_instant(void **state) {
    (void)state;
    enum { SNAPSHOTS = 20 };
    struct sellable *engine = open_stocked(1, 5, 0, 0);
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    uint32_t snapshot[SNAPSHOTS];
    for (uint32_t i = 0; i < SNAPSHOTS; i++) { /* two changes between each, of line and of blob */
        stock(engine, "I-0", "L-0", i);
        stock(engine, "I-0", "L-4", 100 + i);
        snapshot[i] = opened(worker);
    }
    stock(engine, "I-0", "L-0", 1000);
    for (uint32_t closed = 0; closed < SNAPSHOTS; closed++) {
        for (uint32_t i = closed; i < SNAPSHOTS; i++) {
            equal(cell_in(engine, snapshot[i], 1, 1).on_hand, i);
            equal(cell_in(engine, snapshot[i], 1, 5).on_hand, 100 + i);
        }
        stock(engine, "I-0", "L-0", 1000 + closed);
        stock(engine, "I-0", "L-4", 2000 + closed);
        assert_int_equal(sbl_snapshot_close(worker, snapshot[closed]), SBL_ACCEPTED);
        stock(engine, "I-0", "L-4", 3000 + closed);
    }
    sbl_worker_give(worker);
    sellable_close(engine);
}

static void an_item_made_after_a_snapshot_is_not_in_it(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(1, 1, 5, 0);
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    struct sbl_image row;
    uint32_t snapshot = opened(worker);
    stock(engine, "later", "L-0", 7);
    sbl_snapshot_read(&engine->commit, snapshot, sbl_row_line(engine, 2), &row);
    assert_false(sbl_row_exists(&row));
    sbl_snapshot_read(&engine->commit, snapshot, sbl_row_line(engine, 1), &row);
    assert_true(sbl_row_exists(&row));
    assert_int_equal(sbl_snapshot_close(worker, snapshot), SBL_ACCEPTED);
    sbl_worker_give(worker);
    sellable_close(engine);
}

/* Everything changes in each round while a snapshot is open; then nothing of it is kept. */
static void when_a_snapshot_is_closed_nothing_is_kept_for_it(void **state) {
    (void)state;
    enum { ROUNDS = 3000, ITEMS = 40 };
    struct sellable *engine = open_stocked(ITEMS, 6, 1000000, 1);
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    struct sellable_memory before = {0}, after;
    struct crew_key key;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t snapshots = 1 + round % 3, open[3];
        for (uint32_t i = 0; i < snapshots; i++) {
            open[i] = opened(worker);
            for (uint32_t item = 1; item <= ITEMS; item++) {
                struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                               .item = {item},
                                               .location = {1 + round % 6},
                                               .quantity = 1};
                expect(sellable_apply(engine, NULL, &event, NULL), OK);
            }
            struct sellable_line line = {.item = {1 + round % ITEMS}, .quantity = 10};
            struct sellable_order order = {.key = numbered(&key, "O", 3 * round + i),
                                           .channel = web,
                                           .lines = &line,
                                           .line_count = 1};
            expect(sellable_reserve(engine, NULL, &order, NULL), OK);
            expect(sellable_release(engine, NULL, order.key, NULL, 0, NULL), OK);
        }
        for (uint32_t i = 0; i < snapshots; i++)
            assert_int_equal(sbl_snapshot_close(worker, open[i]), SBL_ACCEPTED);
        now_is(engine, 10 * (round + 1)); /* the orders are forgotten */
        if (round == ROUNDS / 3)
            sellable_memory(engine, &before);
    }
    sellable_memory(engine, &after);
    equal(after.orders, 0);
    equal(after.slab_bytes, before.slab_bytes);
    print_message("           %llu KiB of blocks after %d rounds, %llu KiB after %d\n",
                  (unsigned long long)before.block_bytes >> 10, ROUNDS / 3,
                  (unsigned long long)after.block_bytes >> 10, ROUNDS);
    assert_true(after.block_bytes <= before.block_bytes + ((uint64_t)64 << 10));
    sbl_worker_give(worker);
    sellable_close(engine);
}

/* ---- meanwhile ------------------------------------------------------------------------------- */

/* Move units of on_hand from the first cell of one item to that of another, in one transaction, as
 * a transfer will. net goes along. */
static bool move(struct member *member, struct sbl_worker *worker, uint32_t from, uint32_t to,
                 int64_t quantity) {
    struct sellable *engine = member->engine;
    uint32_t items[] = {from < to ? from : to, from < to ? to : from};
    enum sbl_outcome outcome;
    do {
        struct sbl_seen world, seen;
        if (!sbl_transaction_begin(worker, &world))
            return false;
        for (int i = 0; i < 2; i++) {
            struct sbl_line *line = sbl_row_line(engine, items[i]);
            struct sbl_edit edit;
            struct sbl_cell cell;
            uint32_t location = 1 + items[i] % 6; /* in the line, or behind it */
            sbl_line_settle(worker, line, &seen);
            sbl_row_cell(&engine->memory, &seen.image, location, &cell);
            int64_t change = items[i] == from ? -quantity : quantity;
            cell.on_hand += change;
            cell.net += change;
            sbl_edit_begin(&edit, worker, &seen.image);
            if (!sbl_edit_cell(&edit, &cell) || !sbl_edit_end(&edit, line, items[i], &seen)) {
                sbl_transaction_drop(worker);
                return false;
            }
        }
        outcome = sbl_transaction_commit(worker, false);
    } while (outcome == SBL_ABORTED);
    return outcome == SBL_ACCEPTED;
}

enum { MOVED_ITEMS = 12, MOVED_STOCK = 1000 };

struct moving {
    atomic_ullong moves, snapshots;
};

static void move_units(struct member *member) {
    struct moving *moving = member->shared;
    struct sbl_worker *worker = sbl_worker_take(&member->engine->commit);
    require(member, worker != NULL);
    while (worker != NULL && crew_goes_on(member)) {
        uint32_t from = 1 + random_below(&member->random, MOVED_ITEMS);
        uint32_t to = 1 + random_below(&member->random, MOVED_ITEMS);
        if (from == to)
            continue;
        require(member, move(member, worker, from, to, random_between(&member->random, 1, 9)));
        atomic_fetch_add(&moving->moves, 1);
    }
    if (worker != NULL)
        sbl_worker_give(worker);
}

static void look_at_sums(struct member *member) {
    struct moving *moving = member->shared;
    if (member->number >= 3) {
        move_units(member);
        return;
    }
    struct sbl_worker *worker = sbl_worker_take(&member->engine->commit);
    while (crew_goes_on(member)) {
        uint32_t snapshot;
        int64_t seen[MOVED_ITEMS], sum = 0, net = 0;
        if (sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
            break;
        for (uint32_t round = 0; round < 3; round++) { /* and it stays as it is */
            sum = net = 0;
            for (uint32_t item = 1; item <= MOVED_ITEMS; item++) {
                struct sbl_cell cell =
                    cell_in(member->engine, snapshot, item, 1 + item % 6);
                sum += cell.on_hand;
                net += cell.net;
                if (round > 0)
                    require_that(member, cell.on_hand, ==, seen[item - 1]);
                seen[item - 1] = cell.on_hand;
            }
            require_that(member, sum, ==, MOVED_ITEMS * MOVED_STOCK);
            require_that(member, net, ==, MOVED_ITEMS * MOVED_STOCK);
            sched_yield();
        }
        require_that(member, sbl_snapshot_close(worker, snapshot), ==, SBL_ACCEPTED);
        atomic_fetch_add(&moving->snapshots, 1);
    }
    sbl_worker_give(worker);
}

static void a_snapshot_sees_no_unit_on_its_way(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(MOVED_ITEMS, 6, MOVED_STOCK, 0);
    struct moving moving = {0};
    crew_run(engine, THREADS, duration, look_at_sums, &moving);
    print_message("           %llu moves, %llu snapshots\n", (unsigned long long)moving.moves,
                  (unsigned long long)moving.snapshots);
    assert_true(moving.moves > 0 && moving.snapshots > 0);
    sellable_close(engine);
}

/* ---- the audit of a snapshot ----------------------------------------------------------------- */

enum { BOOKED_ITEMS = 5, BOOKED_LOCATIONS = 6 };

/* What an order says, added to `reserved`. */
static void add_blob(const struct sellable *engine, uint32_t reference,
                     int64_t reserved[BOOKED_ITEMS][BOOKED_LOCATIONS]) {
    uint64_t meta = 0;
    sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_SIZE, &meta, 1);
    uint32_t first = SBL_ENTRY_KEY + sbl_order_key_words(meta) + SBL_ORDER_PLACEMENTS;
    for (uint32_t i = 0; i < sbl_order_count(meta); i++) {
        struct sbl_placement placement;
        if (!sbl_placement_at(&engine->memory, reference, first, sbl_order_flags(meta), i,
                              &placement))
            continue;
        if (placement.item - 1 < BOOKED_ITEMS && placement.location - 1 < BOOKED_LOCATIONS)
            reserved[placement.item - 1][placement.location - 1] +=
                sbl_placement_reserved(&placement);
    }
}

/* Of every order that the snapshot sees: the entries of its buckets (index.h), those that were
 * born. */
static uint64_t add_orders(const struct sellable *engine, uint32_t snapshot,
                           int64_t reserved[BOOKED_ITEMS][BOOKED_LOCATIONS]) {
    uint64_t buckets = sbl_load_acquire(COUNT, &engine->orders.buckets), orders = 0;
    for (uint64_t b = 0; b < buckets + 8; b++) { /* one may be born and not counted yet */
        const struct sbl_line *line = sbl_array_at(&engine->orders.bucket, b);
        struct sbl_image image;
        if (line == NULL)
            break;
        sbl_snapshot_read(&engine->commit, snapshot, line, &image);
        uint32_t beyond = sbl_low(image.word[1]) >> 8;
        if ((image.word[1] & 0xff) == 0)
            continue;
        for (uint32_t i = 2; i < SBL_WORDS; i++) {
            add_blob(engine, sbl_low(image.word[i]), reserved);
            orders += image.word[i] != 0;
        }
        for (uint32_t i = 0; i < beyond; i++) {
            uint64_t entry = 0;
            sbl_blob_copy(&engine->memory, sbl_high(image.word[1]), i, &entry, 1);
            add_blob(engine, sbl_low(entry), reserved);
            orders += entry != 0;
        }
    }
    return orders;
}

static void book(struct member *member) {
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH;
    for (uint64_t number = 0; number < EACH && crew_goes_on(member); number++) {
        struct sellable_line lines[3];
        for (int i = 0; i < 3; i++)
            lines[i] = (struct sellable_line){
                .item = {1 + random_below(&member->random, BOOKED_ITEMS)},
                .quantity = random_between(&member->random, 1, 200)};
        enum sellable_status status = reserve_lines(
            member, numbered(&key, "O", first + number), lines,
            1 + random_below(&member->random, 3), 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        if (number < 30)
            continue;
        status = sellable_release(member->engine, member->worker,
                                  numbered(&key, "O", first + number - 30), NULL, 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_UNKNOWN_ORDER);
    }
}

static void audit_snapshots(struct member *member) {
    struct moving *moving = member->shared;
    struct sellable *engine = member->engine;
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    while (crew_goes_on(member)) {
        int64_t reserved[BOOKED_ITEMS][BOOKED_LOCATIONS] = {{0}};
        uint32_t snapshot;
        if (sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
            break;
        uint64_t orders = add_orders(engine, snapshot, reserved);
        for (uint32_t item = 1; item <= BOOKED_ITEMS; item++) {
            for (uint32_t location = 1; location <= BOOKED_LOCATIONS; location++) {
                struct sbl_cell cell = cell_in(engine, snapshot, item, location);
                require_that(member, sbl_reserved(&cell), ==, reserved[item - 1][location - 1]);
                require_that(member, cell.net, >=, 0);
            }
        }
        require_that(member, sbl_snapshot_close(worker, snapshot), ==, SBL_ACCEPTED);
        atomic_fetch_add(&moving->moves, orders);
        atomic_fetch_add(&moving->snapshots, 1);
        int64_t now = sellable_now(engine) + 2; /* what is closed is forgotten */
        require_status(member, sellable_advance(engine, NULL, now, NULL), OK);
    }
    sbl_worker_give(worker);
}

static void in_a_snapshot_every_cell_holds_what_its_orders_say(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(BOOKED_ITEMS, BOOKED_LOCATIONS, 1500, 1);
    struct moving moving = {0};
    crew_run_with(engine, 3, duration, audit_snapshots, book, &moving);
    print_message("           %llu snapshots, with %llu orders\n",
                  (unsigned long long)moving.snapshots, (unsigned long long)moving.moves);
    assert_true(moving.snapshots > 1);
    sellable_close(engine);
}

/* ---- the instant ----------------------------------------------------------------------------- */

/* One member changes the first item, then the second, and so on: at every instant the first is as
 * many as the second, or one more. Another opens snapshots: what was done before is in it. */
static void count_in_turn(struct member *member) {
    atomic_ullong *done = member->shared;
    while (crew_goes_on(member)) {
        for (uint32_t item = 1; item <= 2; item++) {
            struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                           .item = {item},
                                           .location = {1},
                                           .quantity = 1};
            require_status(member, sellable_apply(member->engine, member->worker, &event, NULL),
                           OK);
            atomic_fetch_add(done, 1);
        }
    }
}

static void look_at_the_turn(struct member *member) {
    atomic_ullong *done = member->shared;
    struct sbl_worker *worker = sbl_worker_take(&member->engine->commit);
    while (crew_goes_on(member)) {
        uint32_t snapshot;
        int64_t before = (int64_t)atomic_load(done);
        if (sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
            break;
        int64_t after = (int64_t)atomic_load(done);
        int64_t second = cell_in(member->engine, snapshot, 2, 1).on_hand;
        int64_t first = cell_in(member->engine, snapshot, 1, 1).on_hand;
        require(member, first == second || first == second + 1);
        require_that(member, first + second, >=, before);
        require_that(member, first + second, <=, after + 1);
        require_that(member, sbl_snapshot_close(worker, snapshot), ==, SBL_ACCEPTED);
    }
    sbl_worker_give(worker);
}

static void a_snapshot_is_of_an_instant_between_its_call_and_its_return(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2, 1, 0, 0);
    atomic_ullong done = 0;
    crew_run_with(engine, 4, duration, count_in_turn, look_at_the_turn, &done);
    assert_true(done > 0);
    sellable_close(engine);
}

/* ---- visits ---------------------------------------------------------------------------------- */

/* Each member takes the next order, then ends its oldest: at every instant it has WINDOW of them,
 * or one more, and their numbers have no gap. Each is one kit of items 1 and 2, and perhaps
 * amended to three. */
enum { WINDOW = 30, VISITED_STOCK = 1000000, A_KIT = 3 };

static enum sellable_status take_kits(struct member *member, uint64_t number, int64_t kits,
                                      bool amends) {
    struct crew_key key;
    const struct sellable_line line = {.item = {A_KIT}, .quantity = kits};
    const struct sellable_order order = {
        .key = numbered(&key, "V", number), .channel = web, .lines = &line, .line_count = 1};
    return amends ? sellable_amend(member->engine, member->worker, &order, NULL)
                  : sellable_reserve(member->engine, member->worker, &order, NULL);
}

static void keep_a_window(struct member *member) {
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH;
    for (uint64_t number = WINDOW; number < EACH && crew_goes_on(member); number++) {
        require_status(member, take_kits(member, first + number, 1, false), OK);
        require_status(member, take_kits(member, first + number - WINDOW / 2, 3, true), OK);
        struct sellable_key oldest = numbered(&key, "V", first + number - WINDOW);
        require_status(member,
                       number % 2 == 0
                           ? sellable_release(member->engine, member->worker, oldest, NULL, 0, NULL)
                           : sellable_ship(member->engine, member->worker, oldest, NULL, 0, NULL),
                       OK);
    }
}

struct seen_orders {
    struct member *member;
    uint64_t least[CREW_MOST], most[CREW_MOST], count[CREW_MOST], orders;
};

static int see_order(void *context, const struct sellable_order_view *order) {
    struct seen_orders *seen = context;
    uint64_t number = strtoull(order->key.bytes + 2, NULL, 10), m = number / EACH;
    if (m >= CREW_MOST) {
        require(seen->member, m < CREW_MOST);
        return 1;
    }
    seen->least[m] = seen->count[m] == 0 || number < seen->least[m] ? number : seen->least[m];
    seen->most[m] = number > seen->most[m] ? number : seen->most[m];
    seen->count[m]++;
    seen->orders++;
    require_that(seen->member, order->line_count, ==, 2);
    require_that(seen->member, order->state, ==, SELLABLE_RESERVED);
    if (order->line_count == 2) {
        require_that(seen->member, order->lines[0].reserved, ==, order->lines[1].reserved);
        require(seen->member, order->lines[0].reserved == 1 || order->lines[0].reserved == 3);
    }
    return 0;
}

static void look_at_windows(struct member *member) {
    atomic_ullong *visits = member->shared;
    while (crew_goes_on(member)) {
        const struct sellable_selection selection = {.item = {1}};
        struct seen_orders seen = {.member = member};
        require_status(member,
                       sellable_orders(member->engine, member->worker, &selection, see_order,
                                       &seen),
                       OK);
        for (uint32_t m = 1; m < THREADS; m++) {
            require_that(member, seen.count[m], >=, WINDOW);
            require_that(member, seen.count[m], <=, WINDOW + 1);
            require_that(member, seen.most[m] - seen.least[m] + 1, ==, seen.count[m]);
        }
        atomic_fetch_add(visits, 1);
    }
}

static void orders_are_visited_as_they_are_at_one_instant(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2, 1, VISITED_STOCK, 0);
    const struct sellable_component components[] = {{.item = {1}, .number = 1},
                                                    {.item = {2}, .number = 1}};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = components, .component_count = 2};
    struct sellable_item item;
    atomic_ullong visits = 0;
    struct member alone = {.engine = engine};
    expect(sellable_item_put(engine, NULL, key_of("kit"), &kit, &item, NULL), OK);
    equal(item.id, A_KIT);
    for (uint64_t m = 1; m < THREADS; m++)
        for (uint64_t number = 0; number < WINDOW; number++)
            expect(take_kits(&alone, m * EACH + number, 1, false), OK);
    crew_run_with(engine, THREADS, duration, look_at_windows, keep_a_window, &visits);
    print_message("           %llu visits\n", (unsigned long long)visits);
    assert_true(visits > 1);
    sellable_close(engine);
}

/* The same with orders of one unit that wait, for which there is stock of COMES, or half of it. */
enum { COMES = 10 };

static enum sellable_status wait_for_one(struct member *member, uint64_t number) {
    struct crew_key key;
    const struct sellable_line line = {.item = {1}, .quantity = 1};
    return reserve_lines(member, numbered(&key, "V", number), &line, 1, 0, NULL);
}

static void keep_waiting(struct member *member) {
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH;
    for (uint64_t number = WINDOW; number < EACH && crew_goes_on(member); number++) {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                       .item = {1},
                                       .location = {1},
                                       .quantity = number % 2 == 0 ? COMES : COMES / 2};
        require_status(member, wait_for_one(member, first + number), OK);
        require_status(member,
                       sellable_release(member->engine, member->worker,
                                        numbered(&key, "V", first + number - WINDOW), NULL, 0,
                                        NULL),
                       OK);
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
    }
}

struct seen_waiting {
    struct member *member;
    uint64_t last[CREW_MOST];
    int64_t quantity;
};

/* Of each member the oldest, one after another. */
static int see_waiting(void *context, const struct sellable_waiting *waiting) {
    struct seen_waiting *seen = context;
    uint64_t number = strtoull(waiting->order.bytes + 2, NULL, 10), m = number / EACH;
    require(seen->member, m < CREW_MOST);
    require(seen->member, seen->last[m % CREW_MOST] == 0 ||
                              number == seen->last[m % CREW_MOST] + 1);
    seen->last[m % CREW_MOST] = number;
    seen->quantity += waiting->quantity;
    require_that(seen->member, waiting->quantity, ==, 1);
    return 0;
}

static void look_at_who_waits(struct member *member) {
    atomic_ullong *visits = member->shared;
    while (crew_goes_on(member)) {
        const struct sellable_selection selection = {.item = {1}};
        struct seen_waiting seen = {.member = member};
        require_status(member,
                       sellable_waiting(member->engine, member->worker, &selection, see_waiting,
                                        &seen),
                       OK);
        require(member, seen.quantity == COMES || seen.quantity == COMES / 2);
        atomic_fetch_add(visits, 1);
    }
}

static void what_waits_is_given_its_stock_at_one_instant(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(1, 1, 0, 0);
    struct member alone = {.engine = engine};
    atomic_ullong visits = 0;
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER,
                                          .backorder = VISITED_STOCK});
    for (uint64_t m = 1; m < THREADS; m++)
        for (uint64_t number = 0; number < WINDOW; number++)
            expect(wait_for_one(&alone, m * EACH + number), OK);
    stock(engine, "I-0", "L-0", COMES);
    crew_run_with(engine, THREADS, duration, look_at_who_waits, keep_waiting, &visits);
    print_message("           %llu visits\n", (unsigned long long)visits);
    assert_true(visits > 1);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_sees_what_was_before_it_and_nothing_after),
        cmocka_unit_test(several_snapshots_each_see_their_own_instant),
        cmocka_unit_test(an_item_made_after_a_snapshot_is_not_in_it),
        cmocka_unit_test(when_a_snapshot_is_closed_nothing_is_kept_for_it),
        cmocka_unit_test(a_snapshot_sees_no_unit_on_its_way),
        cmocka_unit_test(in_a_snapshot_every_cell_holds_what_its_orders_say),
        cmocka_unit_test(a_snapshot_is_of_an_instant_between_its_call_and_its_return),
        cmocka_unit_test(orders_are_visited_as_they_are_at_one_instant),
        cmocka_unit_test(what_waits_is_given_its_stock_at_one_instant),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
