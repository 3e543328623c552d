/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads on one engine. Each test is a race whose outcome is known whoever wins it: sums at
 * the end, and what holds of every answer meanwhile.
 *
 *    test_threads [long]      long: each race takes half a minute */
#include "crew.h"

#include <sched.h>

enum { THREADS = 8 };

static int64_t duration = 900; /* ms of each race */

/* Orders of member m are m * EACH + 0, 1, .. */
enum { EACH = 10000000 };

/* ---- stock and orders ------------------------------------------------------------------------ */

struct traffic {
    uint32_t items, most_lines;
    uint32_t made[CREW_MOST];      /* orders asked for, of each member */
    atomic_llong *added;           /* to on_hand at the first location, by item */
    atomic_ullong accepted, refused, shipped, released;
};

/* Ask for orders, ship and release some of the own, put stock back; refusals have a reason. */
static void trade(struct member *member) {
    struct traffic *traffic = member->shared;
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH, number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct sellable_line lines[8];
        struct sellable_misfit misfits[8];
        struct sellable_placement plan[64];
        struct sellable_answer answer = {
            .plan = plan, .plan_capacity = 64, .misfits = misfits, .misfit_capacity = 8};
        uint32_t count = 1 + random_below(&member->random, traffic->most_lines);
        int64_t asked = 0, placed = 0;
        for (uint32_t i = 0; i < count; i++) {
            lines[i] = (struct sellable_line){
                .item = {1 + random_below(&member->random, traffic->items)},
                .quantity = random_between(&member->random, 1, 4)};
            asked += lines[i].quantity;
        }
        enum sellable_status status = reserve_lines(member, numbered(&key, "O", first + number),
                                                    lines, count, 0, &answer);
        if (status == SELLABLE_OK) {
            atomic_fetch_add(&traffic->accepted, 1);
            for (uint32_t i = 0; i < answer.plan_count; i++)
                placed += plan[i].quantity;
            require_that(member, placed, ==, asked);
        } else {
            require_status(member, status, INSUFFICIENT);
            require_that(member, answer.misfit_count, >, 0);
            for (uint32_t i = 0; i < answer.misfit_count; i++) {
                require_that(member, misfits[i].promisable, <, misfits[i].asked);
                require_that(member, misfits[i].promisable, >=, 0);
            }
            atomic_fetch_add(&traffic->refused, 1);
        }
        struct sellable_key old =
            numbered(&key, "O", first + random_next(&member->random) % (number + 1));
        switch (random_below(&member->random, 8)) {
        case 0:
        case 1:
        case 2:
            status = sellable_release(member->engine, member->worker, old, NULL, 0, NULL);
            if (status == SELLABLE_OK)
                atomic_fetch_add(&traffic->released, 1);
            break;
        case 3:
            status = sellable_ship(member->engine, member->worker, old, NULL, 0, NULL);
            if (status == SELLABLE_OK)
                atomic_fetch_add(&traffic->shipped, 1);
            break;
        case 4: {
            uint32_t item = 1 + random_below(&member->random, traffic->items);
            struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                           .item = {item},
                                           .location = {1},
                                           .quantity = 3};
            require_status(member, sellable_apply(member->engine, member->worker, &event, NULL),
                           OK);
            atomic_fetch_add(&traffic->added[item - 1], 3);
            break;
        }
        default:
            break;
        }
    }
    traffic->made[member->number] = (uint32_t)number;
}

static void race_of_traders(uint32_t items, uint32_t locations, uint32_t most_lines,
                            int64_t quantity) {
    struct sellable *engine = open_stocked(items, locations, quantity, 0);
    struct traffic traffic = {.items = items, .most_lines = most_lines};
    int64_t *added = calloc(items, sizeof *added);
    traffic.added = calloc(items, sizeof *traffic.added);
    crew_run(engine, THREADS, duration, trade, &traffic);
    struct audit audit = audit_begin(items, locations);
    struct crew_key key;
    uint64_t known = 0;
    for (uint32_t m = 0; m < THREADS; m++)
        for (uint64_t i = 0; i < traffic.made[m]; i++)
            known += audit_order(&audit, engine, numbered(&key, "O", (uint64_t)m * EACH + i)) != 0;
    for (uint32_t i = 0; i < items; i++)
        added[i] = traffic.added[i];
    equal(known, traffic.accepted);
    equal(audit.states[SELLABLE_SHIPPED], traffic.shipped);
    equal(audit.states[SELLABLE_RELEASED], traffic.released);
    audit_end(&audit, engine, quantity, added);
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.orders, known);
    print_message("           %llu accepted, %llu refused, %llu released, %llu shipped\n",
                  (unsigned long long)traffic.accepted, (unsigned long long)traffic.refused,
                  (unsigned long long)traffic.released, (unsigned long long)traffic.shipped);
    assert_true(traffic.accepted > 0);
    free(traffic.added);
    free(added);
    sellable_close(engine);
}

static void one_hot_item_is_never_oversold(void **state) {
    (void)state;
    race_of_traders(1, 1, 1, 500);
}

static void one_hot_item_in_nine_locations_is_never_oversold(void **state) {
    (void)state;
    race_of_traders(1, 9, 1, 100);
}

static void many_items_keep_their_sums(void **state) {
    (void)state;
    race_of_traders(2000, 3, 4, 200);
}

static void orders_that_overlap_keep_their_sums(void **state) {
    (void)state;
    race_of_traders(6, 6, 8, 400);
}

/* ---- all or nothing -------------------------------------------------------------------------- */

enum { PAIRS = 4, PAIR_STOCK = 1000 };

/* Items 2p + 1 and 2p + 2 are promised and released together, one line each. */
static void trade_in_pairs(struct member *member) {
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH, number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct sellable_line lines[2 * PAIRS];
        uint32_t count = 0, skipped = random_below(&member->random, PAIRS + 1);
        int64_t quantity = random_between(&member->random, 1, 5);
        for (uint32_t p = 0; p < PAIRS; p++)
            for (uint32_t i = 1; i <= 2 && p != skipped; i++)
                lines[count++] = (struct sellable_line){.item = {2 * p + i}, .quantity = quantity};
        enum sellable_status status =
            reserve_lines(member, numbered(&key, "O", first + number), lines, count, 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        /* A refusal tells of all its items at one instant. */
        struct sellable_misfit misfits[2 * PAIRS];
        struct sellable_answer answer = {.misfits = misfits, .misfit_capacity = 2 * PAIRS};
        for (uint32_t i = 0; i < 2 * PAIRS; i++)
            lines[i] = (struct sellable_line){.item = {i + 1}, .quantity = PAIR_STOCK + 1};
        require_status(member,
                       reserve_lines(member, numbered(&key, "X", 0), lines, 2 * PAIRS, 0, &answer),
                       INSUFFICIENT);
        require_that(member, answer.misfit_count, ==, 2 * PAIRS);
        for (uint32_t i = 0; i + 1 < answer.misfit_count; i += 2)
            require_that(member, misfits[i].promisable, ==, misfits[i + 1].promisable);
        if (number >= 20) {
            status = sellable_release(member->engine, member->worker,
                                      numbered(&key, "O", first + number - 20), NULL, 0, NULL);
            require(member, status == SELLABLE_OK || status == SELLABLE_UNKNOWN_ORDER);
        }
    }
    for (uint64_t i = 0; i < number; i++) {
        enum sellable_status status = sellable_release(
            member->engine, member->worker, numbered(&key, "O", first + i), NULL, 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE ||
                            status == SELLABLE_UNKNOWN_ORDER);
    }
}

static void nobody_sees_a_part_of_an_order(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2 * PAIRS, 2, PAIR_STOCK / 2, 0);
    crew_run(engine, THREADS, duration, trade_in_pairs, NULL);
    struct audit audit = audit_begin(2 * PAIRS, 2);
    audit_end(&audit, engine, PAIR_STOCK / 2, NULL);
    sellable_close(engine);
}

/* ---- the same keys --------------------------------------------------------------------------- */

enum { SHARED_KEYS = 40000, SHARED_ITEMS = 3 };

struct outcome_of_key {
    int8_t status;
    uint8_t count;
    uint16_t quantity[2 * SHARED_ITEMS]; /* of the plan, item and location by item and location */
    uint8_t item[2 * SHARED_ITEMS];
    uint8_t location[2 * SHARED_ITEMS];
};

struct same_keys {
    atomic_uint done; /* keys that every member has asked for lie below the least of these */
    uint32_t contents;
    struct outcome_of_key *outcome[THREADS];
    uint32_t reached[THREADS];
};

static void ask_for_the_same_keys(struct member *member) {
    struct same_keys *same = member->shared;
    struct crew_key key;
    uint32_t k = 0;
    for (; k < SHARED_KEYS && crew_goes_on(member); k++) {
        struct sellable_placement plan[2 * SHARED_ITEMS];
        struct sellable_answer answer = {.plan = plan, .plan_capacity = COUNT_OF(plan)};
        struct sellable_line lines[SHARED_ITEMS];
        struct outcome_of_key *outcome = &same->outcome[member->number][k];
        for (uint32_t i = 0; i < SHARED_ITEMS; i++)
            lines[i] = (struct sellable_line){.item = {SHARED_ITEMS - i},
                                              .quantity = 1 + member->number % same->contents};
        outcome->status = (int8_t)reserve_lines(member, numbered(&key, "S", k), lines,
                                                1 + k % SHARED_ITEMS, 0, &answer);
        outcome->count = (uint8_t)answer.plan_count;
        for (uint32_t i = 0; i < answer.plan_count && i < COUNT_OF(plan); i++) {
            outcome->quantity[i] = (uint16_t)plan[i].quantity;
            outcome->item[i] = (uint8_t)plan[i].item.id;
            outcome->location[i] = (uint8_t)plan[i].location.id;
        }
        /* Stay together: who is far ahead lets the others come. */
        atomic_fetch_add(&same->done, 1);
        while (atomic_load(&same->done) / THREADS + 8 < k && crew_goes_on(member))
            sched_yield();
    }
    same->reached[member->number] = k;
}

/* `contents`: how many different orders contend for each key. */
static void race_for_keys(uint32_t contents, int64_t quantity) {
    struct sellable *engine = open_stocked(SHARED_ITEMS, 2, quantity, 0);
    struct same_keys same = {.contents = contents};
    uint32_t reached = SHARED_KEYS, accepted = 0, contended = 0;
    for (uint32_t m = 0; m < THREADS; m++)
        same.outcome[m] = calloc(SHARED_KEYS, sizeof *same.outcome[m]);
    crew_run(engine, THREADS, duration, ask_for_the_same_keys, &same);
    for (uint32_t m = 0; m < THREADS; m++)
        reached = same.reached[m] < reached ? same.reached[m] : reached;
    struct audit audit = audit_begin(SHARED_ITEMS, 2);
    struct crew_key key;
    for (uint32_t k = 0; k < SHARED_KEYS; k++)
        (void)audit_order(&audit, engine, numbered(&key, "S", k));
    for (uint32_t k = 0; k < reached; k++) {
        const struct outcome_of_key *winner = NULL;
        uint32_t winners = 0, content = 0;
        for (uint32_t m = 0; m < THREADS; m++) {
            if (same.outcome[m][k].status == SELLABLE_OK) {
                winner = &same.outcome[m][k];
                content = m % contents;
                winners++;
            }
        }
        assert_true(winners <= 1);
        accepted += winners;
        for (uint32_t m = 0; m < THREADS; m++) {
            struct outcome_of_key one = same.outcome[m][k];
            if (one.status == SELLABLE_OK)
                continue;
            contended += one.status == SELLABLE_DUPLICATE;
            if (one.status == SELLABLE_DUPLICATE) {
                assert_non_null(winner);
                equal(m % contents, content);
                one.status = SELLABLE_OK;
                assert_memory_equal(&one, winner, sizeof one);
            } else if (one.status == SELLABLE_CONFLICT) {
                assert_non_null(winner);
                assert_int_not_equal(m % contents, content);
            } else { /* it may have asked before the one that was accepted */
                equal(one.status, SELLABLE_INSUFFICIENT);
            }
        }
    }
    print_message("           %u keys, %u accepted, %u duplicates\n", reached, accepted, contended);
    assert_true(accepted > 0 && contended > 0);
    audit_end(&audit, engine, quantity, NULL);
    for (uint32_t m = 0; m < THREADS; m++)
        free(same.outcome[m]);
    sellable_close(engine);
}

static void of_the_same_key_from_all_threads_one_is_accepted(void **state) {
    (void)state;
    race_for_keys(1, 1000000);
}

static void of_the_same_key_with_two_contents_one_is_accepted(void **state) {
    (void)state;
    race_for_keys(2, 1000000);
}

static void of_the_same_key_when_stock_runs_out_at_most_one_is_accepted(void **state) {
    (void)state;
    race_for_keys(2, 1000);
}

/* ---- each unit goes back exactly once -------------------------------------------------------- */

enum { ENDED_ORDERS = 20000 };

struct endings {
    uint32_t orders;
    atomic_uint turn;
    atomic_uchar *ok; /* per order: how often release, ship (4 bits each) was ok */
    atomic_uchar *confirmed;
};

static void end_the_same_orders(struct member *member) {
    struct endings *endings = member->shared;
    struct crew_key key;
    for (uint32_t o = 0; o < endings->orders && crew_goes_on(member); o++) {
        struct sellable_key order = numbered(&key, "E", o);
        uint32_t way = random_below(&member->random, 3);
        enum sellable_status status =
            way == 0   ? sellable_release(member->engine, member->worker, order, NULL, 0, NULL)
            : way == 1 ? sellable_ship(member->engine, member->worker, order, NULL, 0, NULL)
                       : sellable_confirm(member->engine, member->worker, order, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE);
        if (status == SELLABLE_OK && way < 2)
            atomic_fetch_add(&endings->ok[o], way == 0 ? 1 : 16);
        if (status == SELLABLE_OK && way == 2)
            atomic_fetch_add(&endings->confirmed[o], 1);
        atomic_fetch_add(&endings->turn, 1);
        while (atomic_load(&endings->turn) / THREADS + 4 < o && crew_goes_on(member))
            sched_yield();
    }
}

static void of_release_and_ship_from_all_threads_one_takes_effect(void **state) {
    (void)state;
    enum { STOCK = 100000 };
    struct sellable *engine = open_stocked(4, 3, STOCK, 0);
    struct endings endings = {.ok = calloc(ENDED_ORDERS, 1), .confirmed = calloc(ENDED_ORDERS, 1)};
    struct member alone = {.engine = engine};
    struct crew_key key;
    for (endings.orders = 0; endings.orders < ENDED_ORDERS; endings.orders++) {
        uint32_t o = endings.orders;
        const struct sellable_line lines[] = {{.item = {1 + o % 4}, .quantity = 1 + o % 3},
                                              {.item = {1 + (o + 1) % 4}, .quantity = 2}};
        expect(reserve_lines(&alone, numbered(&key, "E", o), lines, 2, 0, NULL), OK);
    }
    crew_run(engine, THREADS, duration, end_the_same_orders, &endings);
    struct audit audit = audit_begin(4, 3);
    uint32_t shipped = 0, released = 0;
    for (uint32_t o = 0; o < ENDED_ORDERS; o++) {
        uint32_t state_now = audit_order(&audit, engine, numbered(&key, "E", o));
        unsigned char ok = endings.ok[o];
        assert_true(ok == 0 || ok == 1 || ok == 16);
        equal(state_now, ok == 0   ? SELLABLE_RESERVED
                         : ok == 1 ? SELLABLE_RELEASED
                                   : SELLABLE_SHIPPED);
        released += ok == 1;
        shipped += ok == 16;
    }
    print_message("           %u released, %u shipped\n", released, shipped);
    assert_true(released > 0 && shipped > 0);
    audit_end(&audit, engine, STOCK, NULL);
    free(endings.ok);
    free(endings.confirmed);
    sellable_close(engine);
}

/* ---- workers --------------------------------------------------------------------------------- */

struct holders {
    struct {
        struct sellable_worker *worker;
        uint32_t member;
    } held[CREW_MOST];
    pthread_mutex_t lock;
};

static void hold_workers(struct member *member) {
    struct holders *holders = member->shared;
    while (crew_goes_on(member)) {
        struct sellable_worker *worker;
        require_status(member, sellable_worker_acquire(member->engine, &worker), OK);
        pthread_mutex_lock(&holders->lock);
        for (uint32_t i = 0; i < THREADS; i++)
            require(member, holders->held[i].worker != worker);
        holders->held[member->number].worker = worker;
        pthread_mutex_unlock(&holders->lock);
        struct crew_key key;
        require_status(member,
                       sellable_item_put(member->engine, worker, numbered(&key, "I", 0), NULL, NULL,
                                         NULL),
                       OK);
        pthread_mutex_lock(&holders->lock);
        holders->held[member->number].worker = NULL;
        pthread_mutex_unlock(&holders->lock);
        sellable_worker_release(worker);
    }
}

static void a_worker_is_held_by_one_at_a_time(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(1, 1, 1, 0);
    struct holders holders = {.lock = PTHREAD_MUTEX_INITIALIZER};
    crew_run(engine, THREADS, duration / 2, hold_workers, &holders);
    struct sellable_memory before, after;
    sellable_memory(engine, &before);
    crew_run(engine, THREADS, duration / 2, hold_workers, &holders);
    sellable_memory(engine, &after); /* workers that were given back are taken again */
    assert_true(after.slab_bytes <= before.slab_bytes + ((uint64_t)4 << 20));
    sellable_close(engine);
}

/* ---- batches --------------------------------------------------------------------------------- */

enum { BATCH = 40 };

static void trade_in_batches(struct member *member) {
    struct traffic *traffic = member->shared;
    uint64_t first = (uint64_t)member->number * EACH;
    uint32_t number = 0;
    while (number + BATCH < EACH && crew_goes_on(member)) {
        struct crew_key keys[BATCH];
        struct sellable_line lines[BATCH];
        struct sellable_order orders[BATCH];
        struct sellable_answer answers[BATCH] = {{0}};
        enum sellable_status statuses[BATCH];
        struct sellable_event events[BATCH];
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t item = 1 + random_below(&member->random, traffic->items);
            uint64_t o = first + number + i - (i == BATCH - 1); /* the last is there twice */
            lines[i] = (struct sellable_line){.item = {item}, .quantity = 2};
            if (i == BATCH - 1)
                lines[i] = lines[i - 1];
            orders[i] = (struct sellable_order){.key = numbered(&keys[i], "O", o),
                                                .channel = web,
                                                .lines = &lines[i],
                                                .line_count = 1};
            events[i] = (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                                .item = {item},
                                                .location = {1},
                                                .quantity = 1};
        }
        require_status(member,
                       sellable_reserve_batch(member->engine, member->worker, orders, BATCH,
                                              statuses, answers),
                       OK);
        for (uint32_t i = 0; i < BATCH; i++) {
            require(member, statuses[i] == SELLABLE_OK || statuses[i] == SELLABLE_INSUFFICIENT ||
                                (i == BATCH - 1 && statuses[i] == SELLABLE_DUPLICATE));
            atomic_fetch_add(statuses[i] == SELLABLE_OK ? &traffic->accepted : &traffic->refused,
                             1);
        }
        require(member, statuses[BATCH - 2] != SELLABLE_OK ||
                            statuses[BATCH - 1] == SELLABLE_DUPLICATE);
        number += BATCH;
        if (!random_percent(&member->random, 40))
            continue;
        require_status(member,
                       sellable_apply_batch(member->engine, member->worker, events, BATCH,
                                            statuses, answers),
                       OK);
        for (uint32_t i = 0; i < BATCH; i++) {
            require_status(member, statuses[i], OK);
            atomic_fetch_add(&traffic->added[events[i].item.id - 1], 1);
        }
    }
    traffic->made[member->number] = number;
}

static void batches_from_all_threads_keep_their_sums(void **state) {
    (void)state;
    enum { ITEMS = 20, LOCATIONS = 2, STOCK = 500 };
    struct sellable *engine = open_stocked(ITEMS, LOCATIONS, STOCK, 0);
    atomic_llong counted[ITEMS] = {0};
    int64_t added[ITEMS];
    struct traffic traffic = {.items = ITEMS, .added = counted};
    crew_run(engine, THREADS, duration, trade_in_batches, &traffic);
    struct audit audit = audit_begin(ITEMS, LOCATIONS);
    struct crew_key key;
    uint64_t known = 0;
    for (uint32_t m = 0; m < THREADS; m++)
        for (uint32_t i = 0; i < traffic.made[m]; i++)
            known += audit_order(&audit, engine, numbered(&key, "O", (uint64_t)m * EACH + i)) != 0;
    for (uint32_t i = 0; i < ITEMS; i++)
        added[i] = counted[i];
    equal(known, traffic.accepted);
    assert_true(traffic.accepted > 0 && traffic.refused > 0);
    audit_end(&audit, engine, STOCK, added);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_hot_item_is_never_oversold),
        cmocka_unit_test(one_hot_item_in_nine_locations_is_never_oversold),
        cmocka_unit_test(many_items_keep_their_sums),
        cmocka_unit_test(orders_that_overlap_keep_their_sums),
        cmocka_unit_test(nobody_sees_a_part_of_an_order),
        cmocka_unit_test(of_the_same_key_from_all_threads_one_is_accepted),
        cmocka_unit_test(of_the_same_key_with_two_contents_one_is_accepted),
        cmocka_unit_test(of_the_same_key_when_stock_runs_out_at_most_one_is_accepted),
        cmocka_unit_test(of_release_and_ship_from_all_threads_one_takes_effect),
        cmocka_unit_test(a_worker_is_held_by_one_at_a_time),
        cmocka_unit_test(batches_from_all_threads_keep_their_sums),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
