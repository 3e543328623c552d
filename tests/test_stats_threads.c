/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures while many threads write: what is counted is exactly what they did, and for who asks
 * again no counter has fallen.
 *
 *    test_stats_threads [long]      long: each race is run for half a minute */
#include "feeds.h"

/* ---- what the members did -------------------------------------------------------------------- */

enum { MEMBERS = 4, ITEMS = 8, ROUNDS = 3000, SHOPS = 3, NEVER = 1000000 };

/* Each member's own. */
struct did {
    uint64_t calls[SELLABLE_EVENT_TYPES_END][SELLABLE_STATUS_COUNT];
    uint64_t events, applied, duplicate, exceptions;
    uint64_t accepted[SHOPS + 1], refused[SHOPS + 1];
    int64_t units[SHOPS + 1], variance, absolute;
    uint64_t balances, variances;
    uint64_t source_applied[SOURCES + 1], source_duplicates[SOURCES + 1];
    uint64_t source_refused[SOURCES + 1];
    int64_t newest[SOURCES + 1];
    int64_t open;
};

struct race {
    struct did did[MEMBERS];
    atomic_uint done; /* members */
    uint64_t looks;
};

static struct did *own(const struct member *member) {
    return &((struct race *)member->shared)->did[member->number % MEMBERS];
}

static void buy(struct member *member, uint32_t number) {
    struct did *did = own(member);
    struct crew_key key;
    const struct sellable_line lines[2] = {
        {.item = {1 + random_below(&member->random, ITEMS)}, .quantity = 1 + number % 3},
        {.item = {1 + random_below(&member->random, ITEMS)}, .quantity = 1}};
    struct sellable_order order = {
        .key = numbered(&key, "o", (uint64_t)member->number * NEVER + number),
        .channel = {1 + random_below(&member->random, SHOPS)},
        .lines = lines,
        .line_count = 1 + random_below(&member->random, 2)};
    enum sellable_status status =
        sellable_reserve(member->engine, member->worker, &order, NULL);
    did->calls[SELLABLE_RESERVE][status]++;
    if (status == SELLABLE_INSUFFICIENT)
        did->refused[order.channel.id]++;
    if (status != SELLABLE_OK)
        return;
    did->accepted[order.channel.id]++;
    did->open++;
    for (uint32_t i = 0; i < order.line_count; i++)
        did->units[order.channel.id] += lines[i].quantity;
    if (random_percent(&member->random, 70)) {
        status = number % 2 == 0 ? sellable_release(member->engine, member->worker, order.key,
                                                    NULL, 0, NULL)
                                 : sellable_ship(member->engine, member->worker, order.key, NULL,
                                                 0, NULL);
        require_status(member, status, OK);
        did->calls[number % 2 == 0 ? SELLABLE_RELEASE : SELLABLE_SHIP][status]++;
        did->open--;
    }
}

static void tell(struct member *member) {
    struct did *did = own(member);
    struct crew_key id;
    uint32_t source = 1 + random_below(&member->random, SOURCES);
    bool balance = random_percent(&member->random, 30);
    const struct sellable_event event = {
        .type = balance ? SELLABLE_ON_HAND_SET : SELLABLE_ON_HAND_ADJUST,
        .item = {random_percent(&member->random, 5) ? NEVER
                                                    : 1 + random_below(&member->random, ITEMS)},
        .location = {EAST},
        .quantity = balance ? 50 : 2,
        .source = {source},
        .has_at = !balance,
        .at = FEED_BEGINS - (int64_t)random_below(&member->random, 100000),
        .id = numbered(&id, "e", random_below(&member->random, ROUNDS))};
    struct sellable_answer answer = {.plan_capacity = 0};
    enum sellable_status status =
        sellable_apply(member->engine, member->worker, &event, &answer);
    did->calls[event.type][status]++;
    did->events++;
    did->applied += status == SELLABLE_OK;
    did->duplicate += status == SELLABLE_DUPLICATE;
    did->exceptions += answer.exception != 0;
    did->source_applied[source] += status == SELLABLE_OK;
    did->source_duplicates[source] += status == SELLABLE_DUPLICATE;
    did->source_refused[source] += status != SELLABLE_OK && status != SELLABLE_DUPLICATE;
    if (status != SELLABLE_OK)
        return;
    int64_t at = event.has_at != 0 ? event.at : FEED_BEGINS;
    did->newest[source] = at > did->newest[source] ? at : did->newest[source];
    did->balances += balance;
    did->variances += balance && answer.variance != 0;
    did->variance += balance ? answer.variance : 0;
    did->absolute += balance ? llabs(answer.variance) : 0;
}

static void write_on(struct member *member) {
    for (uint32_t number = 0; number < ROUNDS && !atomic_load(&member->crew->over); number++) {
        if (random_percent(&member->random, 60))
            buy(member, number);
        else
            tell(member);
    }
    atomic_fetch_add(&((struct race *)member->shared)->done, 1);
}

/* ---- what is counted ------------------------------------------------------------------------- */

struct looked {
    struct sellable_stats all;
    struct sellable_channel_stats channel[SHOPS];
    struct sellable_source_stats source[SOURCES];
};

static void look(const struct sellable *engine, struct looked *looked) {
    looked->all = (struct sellable_stats){.channels = looked->channel,
                                          .sources = looked->source,
                                          .channel_capacity = SHOPS,
                                          .source_capacity = SOURCES};
    if (sellable_stats(engine, &looked->all) != SELLABLE_OK)
        abort();
}

static struct sellable *open_race(void) {
    struct sellable *engine = open_stocked(ITEMS, PLACES, 100, 0);
    declare_sources(engine);
    channel_of(engine, "shop");
    channel_of(engine, "market");
    return engine;
}

#define SUM(member)                                                                                \
    (race->did[0].member + race->did[1].member + race->did[2].member + race->did[3].member)

/* All that the members did since, and nothing else. */
static void is_exact(const struct race *race, const struct looked *before,
                     const struct looked *after) {
    for (uint32_t type = 0; type < SELLABLE_EVENT_TYPES_END; type++)
        for (uint32_t status = 0; status < SELLABLE_STATUS_COUNT; status++)
            equal(after->all.calls[type][status] - before->all.calls[type][status],
                  SUM(calls[type][status]));
    equal(after->all.events - before->all.events, SUM(events));
    equal(after->all.events_applied - before->all.events_applied, SUM(applied));
    equal(after->all.events_duplicate - before->all.events_duplicate, SUM(duplicate));
    equal(after->all.exceptions[SELLABLE_UNKNOWN_ITEM] + after->all.exceptions[SELLABLE_CONFLICT] +
              after->all.exceptions[SELLABLE_STALE],
          SUM(exceptions));
    equal(after->all.exception_counts.last, SUM(exceptions));
    equal(after->all.balances - before->all.balances, SUM(balances));
    equal(after->all.variances - before->all.variances, SUM(variances));
    equal(after->all.variance_sum - before->all.variance_sum, SUM(variance));
    equal(after->all.variance_absolute - before->all.variance_absolute, SUM(absolute));
    equal(after->all.orders_open, SUM(open));
    for (uint32_t i = 1; i <= SHOPS; i++) {
        equal(after->channel[i - 1].accepted, SUM(accepted[i]));
        equal(after->channel[i - 1].refused, SUM(refused[i]));
        equal(after->channel[i - 1].units, SUM(units[i]));
    }
    for (uint32_t i = 1; i <= SOURCES; i++) {
        const struct sellable_source_stats *source = &after->source[i - 1];
        int64_t newest = 0;
        for (uint32_t m = 0; m < MEMBERS; m++)
            newest = race->did[m].newest[i] > newest ? race->did[m].newest[i] : newest;
        equal(source->applied, SUM(source_applied[i]));
        equal(source->duplicates, SUM(source_duplicates[i]));
        equal(source->stale + source->refused, SUM(source_refused[i]));
        equal(source->newest_at, newest);
    }
}

/* What is short and promised is what the cells say one by one. */
static void is_what_cells_say(const struct sellable *engine, const struct sellable_stats *stats) {
    uint64_t cells = 0;
    int64_t units = 0, promised = 0;
    for (uint32_t i = 0; i < ITEMS * PLACES; i++) {
        struct sellable_cell cell = {.fence_capacity = 0};
        const struct sellable_place place = {.item = {1 + i / PLACES},
                                             .location = {1 + i % PLACES}};
        expect(sellable_cell(engine, &place, &cell), OK);
        cells += cell.short_ > 0;
        units += cell.short_;
        promised += cell.reserved + cell.allocated + cell.backordered;
    }
    equal(stats->cells_short, cells);
    equal(stats->units_short, units);
    equal(stats->units_promised, promised);
    assert_true(promised > 0);
}

/* What came up in all rounds; in one of them it may not. */
static uint64_t refused_ever, duplicate_ever, excepted_ever;

static void race_of_writers(uint32_t round) {
    (void)round;
    struct race *race = calloc(1, sizeof *race);
    struct sellable *engine = open_race();
    struct looked before, after;
    struct sellable_audit audit;
    look(engine, &before);
    crew_run(engine, MEMBERS, 0, write_on, race);
    look(engine, &after);
    is_exact(race, &before, &after);
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(after.all.orders_open, audit.orders);
    is_what_cells_say(engine, &after.all);
    excepted_ever += SUM(exceptions);
    duplicate_ever += SUM(duplicate);
    refused_ever += SUM(refused[1]);
    sellable_close(engine);
    free(race);
}

static void what_is_counted_is_exactly_what_the_threads_did(void **state) {
    (void)state;
    again_and_again(race_of_writers);
    assert_true(excepted_ever > 0 && duplicate_ever > 0 && refused_ever > 0);
}

/* ---- meanwhile ------------------------------------------------------------------------------- */

static void falls_nowhere(struct member *member, const struct looked *old,
                          const struct looked *new) {
    for (uint32_t type = 0; type < SELLABLE_EVENT_TYPES_END; type++)
        for (uint32_t status = 0; status < SELLABLE_STATUS_COUNT; status++)
            require_that(member, new->all.calls[type][status], >=, old->all.calls[type][status]);
    for (uint32_t status = 0; status < SELLABLE_STATUS_COUNT; status++)
        require_that(member, new->all.exceptions[status], >=, old->all.exceptions[status]);
    require_that(member, new->all.events, >=, old->all.events);
    require_that(member, new->all.events_applied, >=, old->all.events_applied);
    require_that(member, new->all.events_duplicate, >=, old->all.events_duplicate);
    require_that(member, new->all.balances, >=, old->all.balances);
    require_that(member, new->all.variances, >=, old->all.variances);
    require_that(member, new->all.variance_absolute, >=, old->all.variance_absolute);
    require_that(member, new->all.orders_open, <=, MEMBERS * ROUNDS);
    require_that(member, new->all.units_promised, >=, 0);
    for (uint32_t i = 0; i < SHOPS; i++) {
        require_that(member, new->channel[i].accepted, >=, old->channel[i].accepted);
        require_that(member, new->channel[i].refused, >=, old->channel[i].refused);
        require_that(member, new->channel[i].units, >=, old->channel[i].units);
    }
    for (uint32_t i = 0; i < SOURCES; i++) {
        require_that(member, new->source[i].applied, >=, old->source[i].applied);
        require_that(member, new->source[i].duplicates, >=, old->source[i].duplicates);
        require_that(member, new->source[i].stale, >=, old->source[i].stale);
        require_that(member, new->source[i].refused, >=, old->source[i].refused);
        require_that(member, new->source[i].newest_at, >=, old->source[i].newest_at);
    }
}

/* Until the others have done all of theirs. */
static void watch(struct member *member) {
    struct race *race = member->shared;
    static struct looked seen[2];
    bool done = false;
    look(member->engine, &seen[0]);
    for (uint32_t i = 1; !done && !atomic_load(&member->crew->over); i++) {
        done = atomic_load(&race->done) == MEMBERS - 1;
        look(member->engine, &seen[i % 2]);
        falls_nowhere(member, &seen[(i + 1) % 2], &seen[i % 2]);
        race->looks++;
    }
}

static void race_with_a_watcher(uint32_t round) {
    (void)round;
    struct race *race = calloc(1, sizeof *race);
    struct sellable *engine = open_race();
    crew_run_with(engine, MEMBERS, 0, watch, write_on, race);
    assert_true(race->looks > 0);
    sellable_close(engine);
    free(race);
}

static void no_counter_falls_while_others_write(void **state) {
    (void)state;
    again_and_again(race_with_a_watcher);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_exactly_what_the_threads_did),
        cmocka_unit_test(no_counter_falls_while_others_write),
    };
    if (argc > 1 && strcmp(argv[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
