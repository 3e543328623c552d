/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit of cells: it says no as soon as one figure is not what the orders make of it, and
 * where; it says yes while threads write; it is of one instant; and it leaves nothing behind where
 * there is no memory.
 *
 *    test_consistent [long]      long: each race takes half a minute */
#include "engine.h"

#include "audited.h"
#include "crew.h"
#include "lender.h"

#define DAY SELLABLE_DAY

static int64_t duration = 900; /* ms of each race */

/* ---- what is wrong is found ------------------------------------------------------------------ */

/* What the engine makes of a cell. */
enum figure { RESERVED, BACKORDERED, PROMISED };

/* One figure rises, behind everybody's back. */
static void spoil(struct sellable *engine, const char *item, const char *location,
                  enum figure figure, int64_t amount) {
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    uint32_t number = item_of(engine, item).id, there = location_of(engine, location).id;
    struct sbl_line *line = sbl_row_line(engine, number);
    struct sbl_seen world, seen;
    struct sbl_edit edit;
    assert_true(sbl_transaction_begin(worker, &world));
    sbl_line_settle(worker, line, &seen);
    sbl_edit_begin(&edit, worker, &seen.image);
    if (figure == RESERVED)
        assert_true(sbl_edit_add(&edit, there, SBL_NET, 0, -amount));
    else if (figure == BACKORDERED)
        assert_true(sbl_edit_add(&edit, there, SBL_BACKORDERED, 0, amount));
    else
        assert_true(sbl_edit_promised(&edit, there, 2 * DAY, amount));
    assert_true(sbl_edit_end(&edit, line, number, &seen));
    assert_int_equal(sbl_transaction_commit(worker, false), SBL_ACCEPTED);
    sbl_worker_give(worker);
}

/* The audit says where: "" means that all is well. */
static void wrong_at_is(struct sellable *engine, const char *item, const char *location,
                        const char *file, int line) {
    struct sellable_audit audit;
    expect_at((int)sellable_audit(engine, NULL, &audit), SELLABLE_OK, "sellable_audit", file,
              line);
    equal_at(audit.consistent, *item == 0, "consistent", file, line);
    equal_at(audit.item.id, *item == 0 ? 0 : item_of(engine, item).id, "item", file, line);
    equal_at(audit.location.id, *item == 0 ? 0 : location_of(engine, location).id, "location",
             file, line);
}
#define wrong_at(engine, item, location) wrong_at_is(engine, item, location, __FILE__, __LINE__)
#define all_is_well(engine) wrong_at_is(engine, "", "", __FILE__, __LINE__)

/* 3 of A in east are reserved and 4 wait; 5 of A in west are promised for day 2; S is a service. */
static struct sellable *ordered(void) {
    struct sellable *engine = bare();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                 SELLABLE_SETTING_HORIZON,
                                          .backorder = 9,
                                          .horizon = 9});
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 5);
    untracked(engine, "S");
    const struct sellable_line west[] = {line_at("A", 5, "west"), line_of("S", 1)};
    const struct sellable_line east[] = {line_at("A", 7, "east")};
    struct sellable_order dated = ORDER("dated", "web", west);
    dated.has_date = 1;
    dated.date = 2 * DAY;
    expect(sellable_reserve(engine, NULL, &dated, NULL), OK);
    expect(sellable_reserve(engine, NULL, &ORDER("waits", "web", east), NULL), OK);
    equal(cell_of(engine, "A", "east").reserved, 3);
    equal(cell_of(engine, "A", "east").backordered, 4);
    return engine;
}

static void each_figure_that_no_order_accounts_for_is_found(void **state) {
    (void)state;
    static const char *const items[] = {"A", "B"}, *const locations[] = {"east", "west"};
    struct sellable *engine = ordered();
    all_is_well(engine);
    for (uint32_t i = 0; i < 2 * 2 * 3 * 2; i++) {
        const char *item = items[i % 2], *location = locations[i / 2 % 2];
        enum figure figure = (enum figure)(i / 4 % 3);
        int64_t amount = i / 12 == 0 ? 1 : -1;
        spoil(engine, item, location, figure, amount);
        wrong_at(engine, item, location);
        spoil(engine, item, location, figure, -amount);
        all_is_well(engine);
    }
    sellable_close(engine);
}

static void the_same_sum_of_another_figure_or_date_is_found(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    spoil(engine, "A", "west", PROMISED, -5);
    spoil(engine, "A", "west", RESERVED, 5);
    wrong_at(engine, "A", "west");
    spoil(engine, "A", "west", RESERVED, -5);
    spoil(engine, "A", "west", BACKORDERED, 5);
    wrong_at(engine, "A", "west");
    spoil(engine, "A", "west", BACKORDERED, -5);
    spoil(engine, "A", "west", PROMISED, 5);
    all_is_well(engine);
    now_is(engine, 2 * DAY); /* it is in reserved now */
    all_is_well(engine);
    spoil(engine, "A", "west", RESERVED, -5);
    spoil(engine, "A", "west", PROMISED, 5);
    wrong_at(engine, "A", "west");
    sellable_close(engine);
}

static void what_is_lost_all_at_once_is_found(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    spoil(engine, "A", "east", RESERVED, -3);
    spoil(engine, "A", "east", BACKORDERED, -4);
    wrong_at(engine, "A", "east");
    spoil(engine, "A", "west", PROMISED, -5);
    wrong_at(engine, "A", "east");
    sellable_close(engine);
}

/* By keys, whatever their handles. */
static void the_first_cell_that_is_wrong_is_told(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    static const char *const keys[] = {"d", "b", "c", "a", "aa"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        location_of(engine, keys[i]);
        stock(engine, keys[i], "d", 1);
    }
    channel_of(engine, "web");
    expect(reserve(engine, "O-1", "web", "a", 1), OK);
    spoil(engine, "d", "a", RESERVED, 1);
    wrong_at(engine, "d", "a");
    spoil(engine, "b", "d", BACKORDERED, 1);
    wrong_at(engine, "b", "d");
    spoil(engine, "b", "c", PROMISED, 1);
    wrong_at(engine, "b", "c");
    spoil(engine, "c", "a", PROMISED, 1);
    wrong_at(engine, "b", "c");
    spoil(engine, "aa", "b", RESERVED, 1);
    wrong_at(engine, "aa", "b");
    spoil(engine, "a", "d", RESERVED, 1);
    wrong_at(engine, "a", "d");
    spoil(engine, "a", "d", RESERVED, -2);
    wrong_at(engine, "a", "d");
    sellable_close(engine);
}

static void what_is_not_tracked_is_in_no_cell(void **state) {
    (void)state;
    static const enum figure figures[] = {RESERVED, BACKORDERED, PROMISED};
    struct sellable *engine = ordered();
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        spoil(engine, "S", "east", figures[i], 1); /* as many as its order has */
        wrong_at(engine, "S", "east");
        spoil(engine, "S", "east", figures[i], -1);
        all_is_well(engine);
    }
    sellable_close(engine);
}

static void what_others_own_is_not_looked_at(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    expect(sellable_allocate(engine, NULL, key_of("waits"), NULL, 0, NULL), OK);
    all_is_well(engine);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 1), OK);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 2), OK);
    stock(engine, "A", "west", -9);
    all_is_well(engine);
    expect(sellable_ship(engine, NULL, key_of("waits"), NULL, 0, NULL), OK);
    expect(release(engine, "dated"), OK);
    all_is_well(engine);
    sellable_close(engine);
}

/* ---- while others write ---------------------------------------------------------------------- */

enum { THREADS = 8, AUDITORS = 2, ITEMS = 6, LOCATIONS = 6, OPEN = 12 };

struct traffic {
    atomic_ullong audits, writes;
    atomic_llong now;
};

static void audit_all_the_time(struct member *member) {
    struct traffic *traffic = member->shared;
    while (crew_goes_on(member)) {
        struct sellable_audit audit;
        require_status(member, sellable_audit(member->engine, member->worker, &audit), OK);
        require_that(member, audit.consistent, ==, 1);
        require_that(member, audit.items, >=, ITEMS + 2);
        atomic_fetch_add(&traffic->audits, 1);
    }
}

/* What is reserved in one call: up to three lines, perhaps located, dated, with a timeout. */
static void draw_order(struct member *member, struct sellable_order *order,
                       struct sellable_line *lines) {
    const struct traffic *traffic = member->shared;
    struct random *random = &member->random;
    int64_t now = atomic_load(&traffic->now);
    order->channel = web;
    order->lines = lines;
    order->line_count = 1 + random_below(random, 3);
    for (uint32_t i = 0; i < order->line_count; i++)
        lines[i] = (struct sellable_line){
            .item = {1 + random_below(random, ITEMS + 2)}, /* a kit and a service, too */
            .location = {random_percent(random, 30) ? 1 + random_below(random, LOCATIONS) : 0},
            .quantity = random_between(random, 1, 40)};
    order->mode = random_percent(random, 20) ? SELLABLE_PARTIAL : SELLABLE_ALL;
    order->has_date = random_percent(random, 30);
    order->date = now + random_between(random, 1, 99);
    order->expires_at = random_percent(random, 40) ? now + random_between(random, 1, 99) : 0;
}

/* Any call on one order. */
static void change_order(struct member *member, struct sellable_key key) {
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    struct random *random = &member->random;
    struct sellable_line lines[3];
    struct sellable_order order = {.key = key};
    const struct sellable_part part = {.item = {1 + random_below(random, ITEMS)},
                                       .quantity = random_between(random, 1, 9)};
    const struct sellable_move move = {.order = key,
                                       .item = part.item,
                                       .from = {1 + random_below(random, LOCATIONS)},
                                       .to = {1 + random_below(random, LOCATIONS)}};
    uint32_t parts = random_below(random, 2);
    switch (random_below(random, 9)) {
    case 0: (void)!sellable_allocate(engine, worker, key, &part, parts, NULL); break;
    case 1: (void)!sellable_deallocate(engine, worker, key, &part, parts, NULL); break;
    case 2: (void)!sellable_ship(engine, worker, key, &part, parts, NULL); break;
    case 3: (void)!sellable_release(engine, worker, key, &part, parts, NULL); break;
    case 4: (void)!sellable_confirm(engine, worker, key, NULL); break;
    case 5: (void)!sellable_resource(engine, worker, &move, NULL); break;
    case 6:
        draw_order(member, &order, lines);
        (void)!sellable_amend(engine, worker, &order, NULL);
        break;
    default:
        draw_order(member, &order, lines);
        (void)!sellable_reserve(engine, worker, &order, NULL);
        break;
    }
}

static void change_supply(struct member *member) {
    const struct traffic *traffic = member->shared;
    struct random *random = &member->random;
    struct sellable_event event = {.item = {1 + random_below(random, ITEMS)},
                                   .location = {1 + random_below(random, LOCATIONS)},
                                   .quantity = random_between(random, 1, 60),
                                   .channel = web,
                                   .reference = {"PO", 2},
                                   .reason = {"damage", 6}};
    static const uint32_t types[] = {SELLABLE_ON_HAND_SET, SELLABLE_RING_FENCE_SET,
                                     SELLABLE_SCHEDULE_SET, SELLABLE_HOLD_PLACE,
                                     SELLABLE_ALLOCATION_SET, SELLABLE_RECEIPT};
    event.type = types[random_below(random, COUNT_OF(types))];
    if (event.type == SELLABLE_ON_HAND_SET)
        event.quantity *= 10; /* mostly enough */
    event.until = event.due = atomic_load(&traffic->now) + random_between(random, 1, 60);
    (void)!sellable_apply(member->engine, member->worker, &event, NULL);
}

/* Settings, new items, and the time. */
static void change_the_rest(struct member *member) {
    struct traffic *traffic = member->shared;
    struct random *random = &member->random;
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_BACKORDER |
                                                  SELLABLE_SETTING_HORIZON,
                                           .backorder = random_between(random, 0, 200),
                                           .horizon = 1};
    struct crew_key key;
    switch (random_below(random, 8)) {
    case 0:
        require_status(member, sellable_channel_put(member->engine, member->worker,
                                                    (struct sellable_key){"web", 3}, &policy, NULL,
                                                    NULL), OK);
        break;
    case 1:
        require_status(member, sellable_item_put(member->engine, member->worker,
                                                 numbered(&key, "new", random_below(random, 99)),
                                                 NULL, NULL, NULL), OK);
        break;
    default:
        require_status(member, sellable_advance(member->engine, member->worker,
                                                atomic_fetch_add(&traffic->now, 1) + 1, NULL), OK);
        break;
    }
}

static void write_or_audit(struct member *member) {
    struct traffic *traffic = member->shared;
    struct crew_key key;
    if (member->number < AUDITORS) {
        audit_all_the_time(member);
        return;
    }
    for (uint64_t number = 0; crew_goes_on(member); number++) {
        uint32_t share = random_below(&member->random, 100);
        if (share < 80) /* a few orders, which others change, too */
            change_order(member, numbered(&key, "O", number / OPEN + random_below(&member->random,
                                                                                   OPEN)));
        else if (share < 98)
            change_supply(member);
        else
            change_the_rest(member);
        atomic_fetch_add(&traffic->writes, 1);
    }
}

static void the_audit_says_yes_while_threads_write(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(ITEMS, LOCATIONS, 100, 20);
    struct traffic traffic = {.now = 0};
    equal(kit_of(engine, "kit", "I-0", 2, "I-1", 1).id, ITEMS + 1);
    equal(untracked(engine, "service").id, ITEMS + 2);
    crew_run(engine, THREADS, duration, write_or_audit, &traffic);
    assert_true(traffic.audits > 0 && traffic.writes > 0);
    all_is_well(engine);
    sellable_close(engine);
}

/* ---- one instant ----------------------------------------------------------------------------- */

struct two_states {
    uint64_t hash[2][2];
    atomic_ullong seen[2];
};

static const struct sellable_line both_lines[2][2] = {{{.item = {1}, .quantity = 3},
                                                       {.item = {2}, .quantity = 1}},
                                                      {{.item = {1}, .quantity = 1},
                                                       {.item = {2}, .quantity = 3}}};

static enum sellable_status swap_lines(struct sellable *engine, struct sellable_worker *worker,
                                       uint64_t which) {
    const struct sellable_order order = {.key = key_of("swapped"),
                                         .channel = web,
                                         .lines = both_lines[which % 2],
                                         .line_count = 2};
    return sellable_amend(engine, worker, &order, NULL);
}

static void swap_or_audit(struct member *member) {
    struct two_states *states = member->shared;
    for (uint64_t number = 0; member->number == 0 && crew_goes_on(member); number++)
        require_status(member, swap_lines(member->engine, member->worker, number), OK);
    while (crew_goes_on(member)) {
        struct sellable_audit audit;
        require_status(member, sellable_audit(member->engine, member->worker, &audit), OK);
        uint32_t which = equal_hash(audit.hash, states->hash[1]);
        require(member, equal_hash(audit.hash, states->hash[which]));
        atomic_fetch_add(&states->seen[which], 1);
    }
}

/* The lines of an order change together, forth and back: there are two states, and no third. */
static void the_hash_is_of_one_instant(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2, 1, 9, 0);
    struct two_states states = {.hash = {{0}}};
    const struct sellable_order order = {
        .key = key_of("swapped"), .channel = web, .lines = both_lines[0], .line_count = 2};
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    for (uint64_t which = 2; which-- > 0;) {
        expect(swap_lines(engine, NULL, which), OK);
        const struct sellable_audit audit = audited(engine);
        memcpy(states.hash[which], audit.hash, sizeof audit.hash);
    }
    assert_false(equal_hash(states.hash[0], states.hash[1]));
    crew_run(engine, 3, duration, swap_or_audit, &states);
    assert_true(states.seen[0] > 0 && states.seen[1] > 0);
    sellable_close(engine);
}

/* ---- what is not carried out yet ------------------------------------------------------------- */

/* The time alone, as advance moves it before it does what is due. */
static void move_now(struct sellable *engine, int64_t now) {
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    struct sbl_seen world;
    assert_true(sbl_transaction_begin(worker, &world));
    struct sbl_image image = world.image;
    image.word[SBL_WORLD_NOW] = (uint64_t)now;
    assert_true(sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                                    &world, &image));
    assert_int_equal(sbl_transaction_commit(worker, true), SBL_ACCEPTED);
    sbl_worker_give(worker);
}

static void what_is_past_does_not_count_even_before_it_is_forgotten(void **state) {
    (void)state;
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                             .item_key = key_of("A"),
                                             .location_key = key_of("east"),
                                             .quantity = 1,
                                             .id = key_of("e1")};
        struct sellable_memory memory;
        expect(sellable_apply(engines[i], NULL, &event, NULL), OK);
        if (i == 0)
            now_is(engines[i], SELLABLE_RETENTION_DEFAULT);
        else
            move_now(engines[i], SELLABLE_RETENTION_DEFAULT);
        sellable_memory(engines[i], &memory);
        equal(memory.event_ids, i);
    }
    are_alike(engines[0], engines[1], "what is there");
    assert_true(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

/* ---- no memory ------------------------------------------------------------------------------- */

/* More cells with something reserved than the first table of the audit has room for; a long order;
 * movements; an exception with much to say. */
static struct sellable *stocked_on_loan(void) {
    enum { MANY = 2600, LONG = 200 };
    const struct sellable_options options = {.allocator = {&lender, lend, take_back}};
    static char content[SELLABLE_CONTENT_MAX];
    struct sellable_line lines[LONG];
    struct sellable *engine = NULL;
    struct crew_key key;
    expect(sellable_open(&options, &engine), OK);
    const struct sellable_location east = location_of(engine, "east");
    channel_of(engine, "web");
    for (uint32_t i = 0; i < MANY; i++) {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .location = east,
                                       .quantity = 9};
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), NULL, &event.item, NULL),
               OK);
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
        struct sellable_line line = {.item = event.item, .quantity = 1};
        const struct sellable_order order = {
            .key = key_of(key.bytes), .channel = web, .lines = &line, .line_count = 1};
        expect(sellable_reserve(engine, NULL, &order, NULL), OK);
        lines[i % LONG] = line;
    }
    const struct sellable_order order = {
        .key = key_of("long"), .channel = web, .lines = lines, .line_count = LONG};
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    const struct sellable_event wrong = {.type = SELLABLE_ON_HAND_SET,
                                         .content = content,
                                         .content_size = sizeof content};
    expect(sellable_apply(engine, NULL, &wrong, NULL), UNKNOWN_ITEM);
    return engine;
}

/* A worker that has nothing yet asks for all that it needs. */
static enum sellable_status audit_by_a_new_worker(struct sellable *engine,
                                                  struct sellable_audit *audit) {
    struct sellable_worker *worker, *used;
    expect(sellable_worker_acquire(engine, &used), OK); /* the one that has made the scene */
    enum sellable_status status = sellable_worker_acquire(engine, &worker);
    if (status == SELLABLE_OK) {
        status = sellable_audit(engine, worker, audit);
        sellable_worker_release(worker);
    }
    sellable_worker_release(used);
    return status;
}

static bool no_snapshot_is_open(struct sellable *engine) {
    struct sbl_seen world;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    return world.image.word[SBL_WORLD_SNAPSHOT] == 0;
}

static void without_memory_nothing_is_left_behind(void **state) {
    (void)state;
    struct sellable_audit audit, before;
    lender_begin(0, 0);
    struct sellable *engine = stocked_on_loan();
    uint64_t first = lender.requests + 1;
    expect(audit_by_a_new_worker(engine, &before), OK);
    uint64_t last = lender.requests;
    sellable_close(engine);
    all_is_back();
    assert_true(last >= first + 6);
    for (uint64_t refused = first; refused <= last; refused++) {
        lender_begin(refused, 1);
        engine = stocked_on_loan();
        memset(&audit, 0xa5, sizeof audit);
        expect(audit_by_a_new_worker(engine, &audit), NO_MEMORY);
        equal(lender.refused, 1);
        equal(audit.consistent, 0xa5a5a5a5); /* it is not set */
        assert_true(no_snapshot_is_open(engine));
        uint64_t out = lender.given - lender.back;
        expect(audit_by_a_new_worker(engine, &audit), OK);
        assert_memory_equal(&audit, &before, sizeof audit);
        expect(audit_by_a_new_worker(engine, &audit), OK);
        assert_true(lender.given - lender.back <= out + last - first);
        sellable_close(engine);
        all_is_back();
    }
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_that_no_order_accounts_for_is_found),
        cmocka_unit_test(the_same_sum_of_another_figure_or_date_is_found),
        cmocka_unit_test(what_is_lost_all_at_once_is_found),
        cmocka_unit_test(the_first_cell_that_is_wrong_is_told),
        cmocka_unit_test(what_is_not_tracked_is_in_no_cell),
        cmocka_unit_test(what_others_own_is_not_looked_at),
        cmocka_unit_test(the_audit_says_yes_while_threads_write),
        cmocka_unit_test(the_hash_is_of_one_instant),
        cmocka_unit_test(what_is_past_does_not_count_even_before_it_is_forgotten),
        cmocka_unit_test(without_memory_nothing_is_left_behind),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
