/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks and checkpoints of an engine that others change meanwhile: each is of one instant, whole,
 * and lives on by itself until all that was pending in it has come and gone.
 *
 *    test_fork_threads [long]
 *
 * Every order takes as many of an item as of its twin, and so does everything that becomes of it;
 * so at any instant both have the same on hand and the same reserved. Every order has a timeout,
 * every fence an end: so an engine that is left alone is empty of them after some time. */
#include "crew.h"

#include "audited.h"
#include "checkpointed.h"

enum {
    PAIRS = 8,
    THREADS = 5,
    ORDERS_EACH = 64, /* keys of a member */
    STOCK = 1 << 20,
    RETENTION = 500,
    STEP = 20,        /* ms of the engine's time, at most */
    DURATION = 1500,
    DURATION_LONG = 30000
};

static int64_t duration = DURATION;
static atomic_uint forks, made, orders;

struct scene {
    struct sellable_item item[2 * PAIRS];
    struct sellable_location location[2];
    struct sellable_channel web;
    struct sellable_source wms;
};

/* ---- what others do -------------------------------------------------------------------------- */

static void reserve_pair(struct member *member, struct sellable_key key) {
    const struct scene *scene = member->shared;
    uint32_t pair = random_below(&member->random, PAIRS);
    int64_t quantity = random_between(&member->random, 1, 5);
    struct sellable_line lines[2] = {{.item = scene->item[2 * pair], .quantity = quantity},
                                     {.item = scene->item[2 * pair + 1], .quantity = quantity}};
    const struct sellable_order order = {
        .key = key,
        .channel = scene->web,
        .lines = lines,
        .line_count = 2,
        .expires_at = sellable_now(member->engine) + random_between(&member->random, 1, 90)};
    enum sellable_status status =
        sellable_reserve(member->engine, member->worker, &order, NULL);
    if (status == SELLABLE_OK)
        atomic_fetch_add(&orders, 1);
    else if (status != SELLABLE_CONFLICT && status != SELLABLE_DUPLICATE) /* or it is late */
        require_status(member, status, INVALID);
}

/* Stock of an item of one's own, made if need be; with an id, and fences that end. */
static void other_event(struct member *member) {
    const struct scene *scene = member->shared;
    struct crew_key item, id;
    uint64_t number = random_below(&member->random, 500);
    struct sellable_item own = {0};
    require_status(member,
                   sellable_item_put(member->engine, member->worker,
                                     numbered(&item, "item", number), NULL, &own, NULL),
                   OK);
    struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = own,
                                   .location = scene->location[number % 2],
                                   .quantity = 1,
                                   .source = scene->wms,
                                   .id = numbered(&id, "id", random_next(&member->random))};
    enum sellable_status status =
        sellable_apply(member->engine, member->worker, &event, NULL);
    require_status(member, status, OK);
    event.type = SELLABLE_RING_FENCE_SET;
    event.channel = scene->web;
    event.until = sellable_now(member->engine) + random_between(&member->random, 1, 90);
    event.id = (struct sellable_key){NULL, 0};
    status = sellable_apply(member->engine, member->worker, &event, NULL);
    if (status != SELLABLE_OK) /* it is late, and kept among the exceptions */
        require_status(member, status, INVALID);
    atomic_fetch_add(&made, 1);
}

static void do_something(struct member *member) {
    struct crew_key text;
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    const struct sellable_key key =
        numbered(&text, "order",
                 member->number * ORDERS_EACH + random_below(&member->random, ORDERS_EACH));
    struct sellable_audit audit;
    enum sellable_status status = SELLABLE_OK;
    switch (random_below(&member->random, 24)) {
    case 0: other_event(member); break;
    case 1: status = sellable_ship(engine, worker, key, NULL, 0, NULL); break;
    case 2:
    case 3: status = sellable_release(engine, worker, key, NULL, 0, NULL); break;
    case 4:
        status = sellable_extend(engine, worker, key,
                                 sellable_now(engine) +
                                     random_between(&member->random, 1, 90), NULL);
        break;
    case 5:
    case 6:
        status = sellable_advance(engine, worker,
                                  sellable_now(engine) +
                                      random_between(&member->random, 1, STEP), NULL);
        break;
    case 7:
        if (random_below(&member->random, 8) == 0) {
            require_status(member, sellable_audit(engine, worker, &audit), OK);
            require(member, audit.consistent == 1);
        }
        break;
    default: reserve_pair(member, key); break;
    }
    require(member, status != SELLABLE_NO_MEMORY);
}

static void bustle(struct member *member) {
    while (crew_goes_on(member))
        do_something(member);
}

/* ---- what is true of every fork -------------------------------------------------------------- */

struct sums {
    int64_t on_hand, reserved;
};

static struct sums sums_of(struct member *member, const struct sellable *engine, uint32_t item) {
    const struct scene *scene = member->shared;
    struct sums sums = {0, 0};
    for (int i = 0; i < 2; i++) {
        const struct sellable_place place = {.item = scene->item[item],
                                             .location = scene->location[i]};
        struct sellable_cell cell = {.fence_capacity = 0};
        require_status(member, sellable_cell(engine, &place, &cell), OK);
        sums.on_hand += cell.on_hand;
        sums.reserved += cell.reserved;
    }
    return sums;
}

static struct sellable_audit audit_of(struct member *member, struct sellable *engine) {
    struct sellable_audit audit = {.consistent = 0};
    require_status(member, sellable_audit(engine, NULL, &audit), OK);
    require(member, audit.consistent == 1);
    return audit;
}

static void is_whole(struct member *member, struct sellable *fork) {
    struct sellable_memory memory;
    const struct sellable_audit audit = audit_of(member, fork);
    for (uint32_t i = 0; i < PAIRS; i++) {
        const struct sums one = sums_of(member, fork, 2 * i);
        const struct sums twin = sums_of(member, fork, 2 * i + 1);
        require_that(member, one.on_hand, ==, twin.on_hand);
        require_that(member, one.reserved, ==, twin.reserved);
    }
    sellable_memory(fork, &memory);
    require_that(member, audit.items, ==, memory.items);
    require_that(member, audit.orders, <=, memory.orders);
}

/* Its own fork is the same; and its first calls work. */
static void is_an_engine(struct member *member, struct sellable *fork) {
    struct sellable *second = NULL;
    const struct sellable_audit audit = audit_of(member, fork);
    require_status(member, sellable_fork(fork, NULL, NULL, &second), OK);
    if (second == NULL)
        return;
    const struct sellable_audit same = audit_of(member, second);
    require(member, equal_hash(audit.full, same.full));
    struct member alone = *member;
    alone.engine = second;
    alone.worker = NULL;
    for (int i = 0; i < 200; i++)
        do_something(&alone);
    is_whole(member, second);
    sellable_close(second);
    const struct sellable_audit still = audit_of(member, fork);
    require(member, equal_hash(audit.full, still.full));
}

/* After some time nothing is left that has an end. */
static void comes_to_rest(struct member *member, struct sellable *fork) {
    struct sellable_memory memory;
    struct sellable_item item = {0};
    for (int i = 0; i < 3; i++)
        require_status(member,
                       sellable_advance(fork, NULL, sellable_now(fork) + RETENTION, NULL), OK);
    sellable_memory(fork, &memory);
    require_that(member, memory.orders, ==, 0);
    require_that(member, memory.event_ids, ==, 0);
    for (uint32_t i = 0; i < 2 * PAIRS; i++)
        require_that(member, sums_of(member, fork, i).reserved, ==, 0);
    while ((item = sellable_item_next(fork, item)).id != 0)
        for (int i = 0; i < 2; i++) {
            const struct scene *scene = member->shared;
            const struct sellable_place place = {.item = item, .location = scene->location[i]};
            struct sellable_cell cell = {.fence_capacity = 0};
            require_status(member, sellable_cell(fork, &place, &cell), OK);
            require_that(member, cell.fence_count, ==, 0);
        }
    is_whole(member, fork);
}

static void fork_again_and_again(struct member *member) {
    for (uint32_t i = 0; crew_goes_on(member); i++) {
        struct sellable *fork = NULL;
        require_status(member,
                       (i % 2 == 0 ? sellable_fork : checkpointed)(member->engine, member->worker,
                                                                   NULL, &fork),
                       OK);
        if (fork == NULL)
            return;
        is_whole(member, fork);
        is_an_engine(member, fork);
        comes_to_rest(member, fork);
        sellable_close(fork);
        atomic_fetch_add(&forks, 1);
    }
}

static void all_work(struct member *member) {
    if (member->number == 1)
        fork_again_and_again(member);
    else
        bustle(member);
}

static void set_scene(struct sellable *engine, struct scene *scene) {
    struct crew_key key;
    scene->location[0] = location_of(engine, "east");
    scene->location[1] = location_of(engine, "west");
    scene->web = channel_of(engine, "web");
    expect(sellable_source_put(engine, NULL, key_of("wms"), NULL, &scene->wms, NULL), OK);
    for (uint32_t i = 0; i < 2 * PAIRS; i++) {
        expect(sellable_item_put(engine, NULL, numbered(&key, "pair", i), NULL, &scene->item[i],
                                 NULL),
               OK);
        for (int k = 0; k < 2; k++) {
            const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                                 .item = scene->item[i],
                                                 .location = scene->location[k],
                                                 .quantity = STOCK};
            expect(sellable_apply(engine, NULL, &event, NULL), OK);
        }
    }
    now_is(engine, 1);
}

static void forks_and_checkpoints_are_each_of_one_instant_while_others_go_on(void **state) {
    (void)state;
    const struct sellable_options options = {.retention = RETENTION};
    struct scene scene;
    struct sellable *engine = NULL;
    expect(sellable_open(&options, &engine), OK);
    set_scene(engine, &scene);
    crew_run_with(engine, THREADS, duration, fork_again_and_again, all_work, &scene);
    printf("%u forks while %u orders were accepted, %u other changes\n", atomic_load(&forks),
           atomic_load(&orders), atomic_load(&made));
    assert_true(atomic_load(&forks) > 1 && atomic_load(&orders) > 100 && atomic_load(&made) > 10);
    (void)audited(engine);
    struct sellable *last = NULL;
    expect(sellable_fork(engine, NULL, NULL, &last), OK);
    are_alike(engine, last, "when all are done");
    sellable_close(engine);
    (void)audited(last);
    sellable_close(last);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forks_and_checkpoints_are_each_of_one_instant_while_others_go_on),
    };
    if (argc > 1 && strcmp(argv[1], "long") == 0)
        duration = DURATION_LONG;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
