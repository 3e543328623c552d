/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hashes do not ask how a state was made: the same independent things, in any order, by
 * any threads, in an engine with any seed, give the same ones.
 *
 *    test_audit_order [long]      long: in many more orders */
#include "audited.h"

#include "crew.h"

#define DAY SELLABLE_DAY
#define NOW (100 * DAY)

static uint64_t ways = 12; /* in which it is done */

/* ---- what is done ---------------------------------------------------------------------------- */

/* Rounds of shares of work; the shares of one round do not depend on each other. Share i has item
 * I-(i/2), location L-(i%12), channel C-(i%6), source S-i; half of the items have no stock. */
enum { ROUNDS = 5, SHARES = 48, STOCKED = SHARES / 2, LOCATIONS = 12, CHANNELS = 6 };

#define MUST(call) require_status(member, call, OK)

static void put_masters(struct member *member, uint32_t i) {
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    struct crew_key key, region;
    const struct sellable_unit unit = {i % 2 == 0 ? key_of("case") : key_of("box"), 2 + i, 1};
    const struct sellable_item_settings counted = {
        .set = SELLABLE_ITEM_UNITS, .units = &unit, .unit_count = 1};
    const struct sellable_location_settings placed = {.set = SELLABLE_LOCATION_REGION,
                                                      .region = numbered(&region, "R", i % 5)};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_BACKORDER | SELLABLE_SETTING_UNIT,
        .buffer = i,
        .backorder = 90,
        .unit = key_of("case")};
    const int64_t max_lag = i;
    MUST(sellable_item_put(engine, worker, numbered(&key, "I", i), &counted, NULL, NULL));
    MUST(sellable_source_put(engine, worker, numbered(&key, "S", i), &max_lag, NULL, NULL));
    if (i < LOCATIONS)
        MUST(sellable_location_put(engine, worker, numbered(&key, "L", i), &placed, NULL, NULL));
    if (i < CHANNELS)
        MUST(sellable_channel_put(engine, worker, numbered(&key, "C", i), &policy, NULL, NULL));
    if (i < 5)
        MUST(sellable_hold_put(engine, worker, numbered(&key, "H", i), NULL, NULL));
    MUST(sellable_advance(engine, worker, NOW, NULL));
}

static void put_more_masters(struct member *member, uint32_t i) {
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    struct crew_key key, part, item, channel, location, source;
    struct sellable_location region;
    const struct sellable_component component = {.item_key = numbered(&part, "I", i / 2),
                                                 .number = 2};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &component, .component_count = 1};
    const struct sellable_scope scope = {.item_key = numbered(&item, "I", STOCKED + i / 2),
                                         .channel_key = numbered(&channel, "C", i % CHANNELS)};
    const struct sellable_owner owner = {.source_key = numbered(&source, "S", i)};
    const struct sellable_ownership rule = {.owned = SELLABLE_OWNED_SAFETY_STOCK,
                                            .location_key = numbered(&location, "L", i),
                                            .owners = &owner,
                                            .owner_count = 1};
    MUST(sellable_item_put(engine, worker, numbered(&key, "KIT", i), &kit, NULL, NULL));
    MUST(sellable_region_find(engine, numbered(&key, "R", i % 5), &region));
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_LOW |
                                                  SELLABLE_SETTING_LOCATIONS,
                                           .low = i,
                                           .locations = &region,
                                           .location_count = 1};
    MUST(sellable_policy_put(engine, worker, &scope, &policy, NULL));
    if (i < LOCATIONS)
        MUST(sellable_owner_put(engine, worker, &rule, NULL));
}

/* What a source says, with a number and an id for each; the last it says is wrong. */
static void put_stock(struct member *member, uint32_t i) {
    static const uint32_t types[] = {SELLABLE_ON_HAND_ADJUST, SELLABLE_HOLD_PLACE,
                                     SELLABLE_RING_FENCE_SET, SELLABLE_SCHEDULE_SET,
                                     SELLABLE_ON_HAND_SET,    SELLABLE_TRANSFER_SHIP,
                                     SELLABLE_RECEIPT,        SELLABLE_ALLOCATION_SET};
    struct crew_key item, other, location, to, reason, channel, reference, source, id;
    struct sellable_event event = {.location_key = numbered(&location, "L", i % LOCATIONS),
                                   .to_key = numbered(&to, "L", (i + 1) % LOCATIONS),
                                   .reason = numbered(&reason, "H", i % 5),
                                   .channel_key = numbered(&channel, "C", i % CHANNELS),
                                   .until = NOW + i + 1,
                                   .reference = numbered(&reference, "PO", i),
                                   .due = NOW + DAY + i,
                                   .source_key = numbered(&source, "S", i),
                                   .has_seq = 1,
                                   .has_at = 1,
                                   .at = NOW - i % 3};
    for (uint32_t k = 0; k < COUNT_OF(types); k++) {
        event.type = types[k];
        event.quantity = k == 0 ? 1000 : 10 + i;
        event.item_key = k == 4 ? numbered(&other, "I", STOCKED + i / 2)
                                : numbered(&item, "I", i / 2);
        event.seq = 2 * (int64_t)k;
        event.id = numbered(&id, "e", k);
        MUST(sellable_apply(member->engine, member->worker, &event, NULL));
    }
    event.type = SELLABLE_SCHEDULE_SET;
    event.due = SELLABLE_TIME_MAX + 1;
    event.seq++;
    require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), INVALID);
}

/* There is more than all of them ask for. */
static void put_orders(struct member *member, uint32_t i) {
    struct crew_key key, channel, item, location, kit;
    const struct sellable_line lines[] = {
        {.item_key = numbered(&item, "I", i / 2),
         .location_key = numbered(&location, "L", i % LOCATIONS),
         .quantity = 1 + i % 3},
        {.item_key = numbered(&kit, "KIT", i / 3), .quantity = 1}};
    const struct sellable_order order = {.key = numbered(&key, "O", i),
                                         .channel_key = numbered(&channel, "C", (i + 1) % CHANNELS),
                                         .lines = lines,
                                         .line_count = 1 + i % 2,
                                         .expires_at = i % 5 == 0 ? NOW + 5 * DAY : 0};
    MUST(sellable_reserve(member->engine, member->worker, &order, NULL));
}

static void go_on(struct member *member, uint32_t i) {
    struct crew_key number, transfer, source;
    const struct sellable_key key = numbered(&number, "O", i);
    const struct sellable_event receive = {.type = SELLABLE_TRANSFER_RECEIVE,
                                           .reference = numbered(&transfer, "PO", i),
                                           .quantity = 2,
                                           .source_key = numbered(&source, "S", i)};
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    if (i % 4 == 0)
        MUST(sellable_release(engine, worker, key, NULL, 0, NULL));
    if (i % 4 == 1)
        MUST(sellable_allocate(engine, worker, key, NULL, 0, NULL));
    if (i % 8 == 1)
        MUST(sellable_ship(engine, worker, key, NULL, 0, NULL));
    if (i % 4 == 2)
        MUST(sellable_confirm(engine, worker, key, NULL));
    MUST(sellable_apply(engine, worker, &receive, NULL));
}

static void (*const rounds[ROUNDS])(struct member *, uint32_t) = {
    put_masters, put_more_masters, put_stock, put_orders, go_on};

/* ---- and how --------------------------------------------------------------------------------- */

/* Which round, and in which order. */
struct plan {
    uint32_t round, members;
    uint32_t order[SHARES];
};

static void do_shares(struct member *member) {
    const struct plan *plan = member->shared;
    for (uint32_t i = member->number; i < SHARES; i += plan->members)
        rounds[plan->round](member, plan->order[i]);
}

static struct sellable *made_by(uint32_t members, uint64_t seed, bool shuffled) {
    const struct sellable_options options = {.seed = seed};
    struct random random = {seed};
    struct sellable *engine = NULL;
    struct plan plan = {.members = members};
    expect(sellable_open(&options, &engine), OK);
    for (plan.round = 0; plan.round < ROUNDS; plan.round++) {
        for (uint32_t i = 0; i < SHARES; i++) {
            uint32_t at = shuffled ? random_below(&random, i + 1) : i;
            plan.order[i] = plan.order[at];
            plan.order[at] = i;
        }
        crew_run(engine, members, 0, do_shares, &plan);
    }
    return engine;
}

static void both_are_one(struct sellable *one, struct sellable *other, const char *how) {
    are_alike(one, other, how);
    assert_true(equal_hash(audited(one).full, audited(other).full));
}

static void independent_things_may_come_in_any_order_by_any_thread_with_any_seed(void **state) {
    (void)state;
    struct sellable *plain = made_by(1, 0, false);
    equal(audited(plain).orders, SHARES - SHARES / 4 - SHARES / 8);
    equal(audited(plain).items, 2 * SHARES);
    for (uint64_t way = 1; way <= ways; way++) {
        struct sellable *other = made_by(way % 3 == 0 ? 1 : 4, way, true);
        both_are_one(plain, other, way % 3 == 0 ? "in another order" : "by several threads");
        if (way == ways) { /* and so it stays while time goes by */
            for (int64_t day = 1; day <= 9; day++) {
                now_is(plain, NOW + day * DAY);
                now_is(other, NOW + day * DAY);
                both_are_one(plain, other, "later");
            }
        }
        sellable_close(other);
    }
    sellable_close(plain);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_things_may_come_in_any_order_by_any_thread_with_any_seed),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        ways = 1000;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
