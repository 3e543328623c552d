/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads send the same events: whoever is first, each takes effect exactly once, at one
 * instant, and what is kept of it - id, seq, the place among exceptions - is kept at that instant,
 * too.
 *
 *    test_feeds [long]      long: each race is run for half a minute */
#include "feeds.h"

/* ---- a feed ---------------------------------------------------------------------------------- */

/* One thread sends it once. */
static struct sellable *reference_of(struct feed *feed, uint32_t items) {
    struct sellable *engine = open_feeds(items);
    crew_run(engine, 1, 0, send_feed, feed);
    return engine;
}

static void race_of_feeds(uint32_t streams, uint32_t rounds, bool together) {
    struct feed alone = feed_begin(streams, rounds, false, 1);
    struct feed feed = feed_begin(streams, rounds, together, THREADS);
    struct sellable *engine = open_feeds(streams), *reference = reference_of(&alone, streams);
    crew_run(engine, THREADS, 0, send_feed, &feed);
    applied_once(&alone);
    applied_once(&feed);
    same_stock(engine, reference, streams);
    same_audit(engine, reference);
    crew_run(engine, THREADS, 0, send_feed, &feed); /* all is known: nothing happens any more */
    applied_once(&feed);
    same_audit(engine, reference);
    struct sellable_memory memory;
    struct sellable_exception_counts counts;
    sellable_memory(engine, &memory);
    sellable_exception_counts(engine, &counts);
    equal(memory.event_ids, feed_count(&feed));
    equal(counts.last, 0);
    sellable_close(engine);
    sellable_close(reference);
    feed_end(&feed);
    feed_end(&alone);
}

static void feeds_in_all_orders(uint32_t round) { race_of_feeds(8 + round % 17, 3, false); }
static void feeds_at_the_same_time(uint32_t round) { race_of_feeds(1 + round % 4, 6, true); }

static void a_feed_from_all_threads_leaves_what_it_leaves_sent_once(void **state) {
    (void)state;
    again_and_again(feeds_in_all_orders);
}

static void an_event_that_is_known_is_a_duplicate_never_a_refusal(void **state) {
    (void)state;
    again_and_again(feeds_at_the_same_time);
}

/* ---- a feed, and everything else ------------------------------------------------------------- */

enum { BUSY_STREAMS = 12, BUSY_ITEMS = BUSY_STREAMS + 1, BUSY_ROUNDS = 8 };

/* Rules that let the feed in, whatever they say of others. */
static void put_owner(struct member *member, bool strangers) {
    static const struct sellable_owner everybody[] = {
        {.source = {SHOP}}, {.source = {ERP}}, {.source = {WMS}}, {.source = {STRANGER}}};
    struct sellable_ownership rule = {.owners = everybody, .owner_count = strangers ? 4 : 3};
    if (random_percent(&member->random, 50))
        rule.owned = SELLABLE_OWNED_ON_HAND;
    else
        rule.type = SELLABLE_ON_HAND_ADJUST;
    if (random_percent(&member->random, 50))
        rule.location.id = YARD;
    rule.unset = random_percent(&member->random, 30);
    require_status(member, sellable_owner_put(member->engine, member->worker, &rule, NULL), OK);
}

static void put_master(struct member *member) {
    struct crew_key key, name;
    uint32_t number = random_below(&member->random, BUSY_STREAMS);
    const struct sellable_unit unit = {.key = numbered(&name, "unit", number % 3),
                                       .numerator = 6,
                                       .denominator = 1};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = &unit, .unit_count = 1};
    const struct sellable_location_settings place = {
        .set = SELLABLE_LOCATION_ACTIVE | SELLABLE_LOCATION_REGION,
        .active = random_percent(&member->random, 50),
        .region = key_of("south")};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW, .cap = number, .low = 3};
    const int64_t max_lag = number;
    struct sellable *engine = member->engine;
    switch (random_below(&member->random, 4)) {
    case 0:
        require_status(member,
                       sellable_item_put(engine, member->worker, numbered(&key, "I", number),
                                         &settings, NULL, NULL),
                       OK);
        break;
    case 1: /* the yard: promises never come to it */
        require_status(member,
                       sellable_location_put(engine, member->worker,
                                             numbered(&key, "L", YARD - 1), &place, NULL, NULL),
                       OK);
        break;
    case 2:
        require_status(member,
                       sellable_channel_put(engine, member->worker, key_of("web"), &policy, NULL,
                                            NULL),
                       OK);
        break;
    default:
        require_status(member,
                       sellable_source_put(engine, member->worker, key_of("erp"), &max_lag, NULL,
                                           NULL),
                       OK);
        break;
    }
}

/* An order of its own comes and goes, or expires. */
static void pass_by(struct member *member, uint64_t number) {
    struct crew_key key;
    const struct sellable_line lines[] = {
        {.item = {1 + random_below(&member->random, BUSY_STREAMS)}, .quantity = 3},
        {.item = {1 + random_below(&member->random, BUSY_STREAMS)}, .quantity = 1}};
    int64_t expires_at =
        random_percent(&member->random, 30) ? sellable_now(member->engine) + SELLABLE_DAY : 0;
    struct sellable_key order =
        numbered(&key, "pass", (uint64_t)member->number * 10000000 + number);
    require_status(member, reserve_lines(member, order, lines, 2, expires_at, NULL), OK);
    if (expires_at == 0)
        require_status(
            member, sellable_release(member->engine, member->worker, order, NULL, 0, NULL), OK);
}

/* Of the stranger's what is let in, counts. */
static void be_strange(struct member *member, struct feed *feed) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                         .item = {BUSY_ITEMS},
                                         .location = {YARD},
                                         .quantity = 1,
                                         .source = {STRANGER}};
    enum sellable_status status = send_event(member, &event, NULL);
    require(member, status == SELLABLE_OK || status == SELLABLE_NOT_OWNER);
    if (status == SELLABLE_OK)
        atomic_fetch_add(&feed->counted, 1);
}

static void do_something_else(struct member *member, uint64_t number) {
    switch (random_below(&member->random, 12)) {
    case 0:
    case 1:
        pass_by(member, number);
        break;
    case 2:
        be_strange(member, member->shared);
        break;
    case 3:
        put_owner(member, random_percent(&member->random, 50));
        break;
    case 4:
        put_master(member);
        break;
    case 5:
        require_status(member,
                       sellable_advance(member->engine, member->worker,
                                        sellable_now(member->engine) + 1, NULL),
                       OK);
        break;
    default:
        break;
    }
}

static void busy_feeds(uint32_t round) {
    struct feed alone = feed_begin(BUSY_STREAMS, BUSY_ROUNDS, false, 1);
    struct feed feed = feed_begin(BUSY_STREAMS, BUSY_ROUNDS, round % 2 == 0, THREADS);
    struct sellable *engine = open_feeds(BUSY_ITEMS);
    struct sellable *reference = reference_of(&alone, BUSY_ITEMS);
    feed.meanwhile = do_something_else;
    crew_run(engine, THREADS, 0, send_feed, &feed);
    applied_once(&feed);
    now_is(engine, FEED_BEGINS + 3 * SELLABLE_DAY); /* all that passed by has gone */
    const struct sellable_event back = {.type = SELLABLE_ON_HAND_ADJUST,
                                        .item = {BUSY_ITEMS},
                                        .location = {YARD},
                                        .quantity = -atomic_load(&feed.counted),
                                        .source = {ERP}};
    expect(sellable_apply(engine, NULL, &back, NULL), OK);
    same_stock(engine, reference, BUSY_ITEMS);
    (void)audited(engine);
    sellable_close(engine);
    sellable_close(reference);
    feed_end(&feed);
    feed_end(&alone);
}

static void a_feed_amid_orders_masters_owners_and_time_leaves_the_same_stock(void **state) {
    (void)state;
    again_and_again(busy_feeds);
}

/* ---- a duplicate, and its effect ------------------------------------------------------------- */

enum { BIT_EVENTS = 2000, BIT_ITEMS = BIT_EVENTS / BITS };

struct effects {
    atomic_uint passed;
    atomic_uchar ok[BIT_EVENTS];
    uint32_t contents; /* that the same id has */
    atomic_uint conflicts, duplicates;
};

/* on_hand of a cell is the sum of the events it has had, a power of two each: none is there twice,
 * and each shows. */
static struct sellable_event bit_event(uint32_t number, struct crew_key *key) {
    return (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                   .item = {1 + number / BITS},
                                   .location = {EAST},
                                   .quantity = INT64_C(1) << number % BITS,
                                   .source = {WMS},
                                   .id = numbered(key, "b", number)};
}

static void look_for_effect(struct member *member, uint32_t number) {
    const struct sellable_place place = {.item = {1 + number / BITS}, .location = {EAST}};
    struct sellable_cell cell = {.fence_capacity = 0};
    require_status(member, sellable_cell(member->engine, &place, &cell), OK);
    require_that(member, cell.on_hand >> number % BITS & 1, ==, 1);
}

static void send_bits(struct member *member) {
    struct effects *effects = member->shared;
    for (uint32_t n = 0; n < BIT_EVENTS && !atomic_load(&member->crew->over); n++) {
        struct crew_key key;
        struct sellable_event event = bit_event(n, &key);
        if (member->number % effects->contents == 1) /* other words, the same effect */
            event.reason = key_of("as counted");
        enum sellable_status status = send_event(member, &event, NULL);
        if (status == SELLABLE_OK)
            atomic_fetch_add(&effects->ok[n], 1);
        else if (status == SELLABLE_CONFLICT && effects->contents > 1)
            atomic_fetch_add(&effects->conflicts, 1);
        else
            require_status(member, status, DUPLICATE);
        look_for_effect(member, n);
        stay_together(member, &effects->passed, THREADS, n + 1);
    }
}

static void race_of_bits(uint32_t contents) {
    struct effects *effects = calloc(1, sizeof *effects);
    struct sellable *engine = open_stocked(BIT_ITEMS, PLACES, 0, 0);
    effects->contents = contents;
    declare_sources(engine);
    crew_run(engine, THREADS, 0, send_bits, effects);
    for (uint32_t n = 0; n < BIT_EVENTS; n++)
        equal(effects->ok[n], 1);
    for (uint32_t i = 1; i <= BIT_ITEMS; i++) {
        const struct sellable_place place = {.item = {i}, .location = {EAST}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(cell.on_hand, (INT64_C(1) << BITS) - 1);
    }
    /* Of two contents, half of the threads have the other one. */
    equal(effects->conflicts, contents > 1 ? (uint64_t)BIT_EVENTS * THREADS / 2 : 0);
    sellable_close(engine);
    free(effects);
}

static void bits_of_one_content(uint32_t round) {
    (void)round;
    race_of_bits(1);
}
static void bits_of_two_contents(uint32_t round) {
    (void)round;
    race_of_bits(2);
}

static void who_is_told_duplicate_finds_the_effect(void **state) {
    (void)state;
    again_and_again(bits_of_one_content);
}

static void of_two_contents_with_one_id_one_takes_effect_the_other_is_a_conflict(void **state) {
    (void)state;
    again_and_again(bits_of_two_contents);
}

/* ---- seq ------------------------------------------------------------------------------------- */

enum { NUMBERED = 3000 };

struct numbers {
    atomic_uint next;
    atomic_uchar ok[NUMBERED + 1];
};

/* Each takes the next number, as a source never would: its events overtake one another. */
static void send_numbers(struct member *member) {
    struct numbers *numbers = member->shared;
    uint32_t number;
    while ((number = 1 + atomic_fetch_add(&numbers->next, 1)) <= NUMBERED) {
        const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                             .item = {1 + number % 3},
                                             .location = {EAST},
                                             .quantity = 1,
                                             .source = {ERP},
                                             .has_seq = 1,
                                             .seq = number};
        struct sellable_answer answer = {.field = NULL};
        enum sellable_status status = send_event(member, &event, &answer);
        struct sellable_source_view view;
        if (status == SELLABLE_OK)
            atomic_store(&numbers->ok[number], 1);
        else
            require_status(member, status, STALE);
        require(member, status == SELLABLE_OK ||
                            (answer.field != NULL && strcmp(answer.field, "seq") == 0));
        require_status(member, sellable_source_look(member->engine, event.source, &view), OK);
        require_that(member, view.seq, >=, number);
        if (random_percent(&member->random, 20))
            sched_yield();
    }
}

/* Each that was applied, was above all before: so the gaps follow from which of them were. */
static void numbers_in_any_order(uint32_t round) {
    (void)round;
    struct numbers *numbers = calloc(1, sizeof *numbers);
    struct sellable *engine = open_feeds(3);
    struct sellable_source_view view;
    crew_run(engine, THREADS, 0, send_numbers, numbers);
    uint32_t applied = 0, last = 0, gaps = 0;
    int64_t on_hand = 0;
    for (uint32_t n = 1; n <= NUMBERED; n++) {
        if (!numbers->ok[n])
            continue;
        gaps += applied != 0 && n > last + 1;
        applied++;
        last = n;
    }
    for (uint32_t i = 1; i <= 3; i++) {
        const struct sellable_place place = {.item = {i}, .location = {EAST}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        on_hand += cell.on_hand;
    }
    expect(sellable_source_look(engine, (struct sellable_source){ERP}, &view), OK);
    equal(view.seq, NUMBERED);
    equal(view.seq, last);
    equal(view.gaps, gaps);
    equal(on_hand, 3 * FEED_STOCK + applied);
    sellable_close(engine);
    free(numbers);
}

static void events_that_overtake_one_another_are_applied_in_rising_order(void **state) {
    (void)state;
    again_and_again(numbers_in_any_order);
}

/* ---- how many ids are remembered, and how long ----------------------------------------------- */

enum { IDS_MOST = 300, IDS_SENT = 500 };

struct id_race {
    atomic_uint ok, no_memory;
};

/* All of them, each in an order of its own; those there is no room for do nothing. */
static void send_ids(struct member *member) {
    struct id_race *race = member->shared;
    uint32_t first = random_below(&member->random, IDS_SENT);
    for (uint32_t i = 0; i < IDS_SENT; i++) {
        struct crew_key key;
        const struct sellable_event event = bit_event((first + i) % IDS_SENT, &key);
        enum sellable_status status = send_event(member, &event, NULL);
        struct sellable_memory memory;
        if (status == SELLABLE_OK)
            atomic_fetch_add(&race->ok, 1);
        else if (status == SELLABLE_NO_MEMORY)
            atomic_fetch_add(&race->no_memory, 1);
        else
            require_status(member, status, DUPLICATE);
        sellable_memory(member->engine, &memory);
        require_that(member, memory.event_ids, <=, IDS_MOST);
    }
}

/* Afterwards none is forgotten before its time, and all are when it has come. */
static void ids_up_to_the_most(uint32_t round) {
    (void)round;
    const struct sellable_options options = {.event_ids = IDS_MOST, .retention = SELLABLE_DAY};
    struct sellable *engine = NULL;
    struct sellable_memory memory;
    struct sellable_exception_counts counts;
    expect(sellable_open(&options, &engine), OK);
    struct crew_key key;
    for (uint32_t l = 0; l < PLACES; l++)
        expect(sellable_location_put(engine, NULL, numbered(&key, "L", l), NULL, NULL, NULL), OK);
    for (uint32_t i = 0; i <= IDS_SENT / BITS; i++)
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), NULL, NULL, NULL), OK);
    declare_sources(engine);
    for (uint32_t period = 0; period < 3; period++) {
        struct id_race race = {.ok = 0};
        now_is(engine, FEED_BEGINS + (period + 1) * SELLABLE_DAY - 1);
        sellable_memory(engine, &memory);
        equal(memory.event_ids, period == 0 ? 0 : IDS_MOST);
        now_is(engine, FEED_BEGINS + (period + 1) * SELLABLE_DAY);
        sellable_memory(engine, &memory);
        equal(memory.event_ids, 0);
        crew_run(engine, THREADS, 0, send_ids, &race);
        assert_true(race.ok <= IDS_MOST);
        assert_true(race.no_memory >= IDS_SENT - IDS_MOST);
        crew_run(engine, 1, 0, send_ids, &race); /* now nobody is in the way of anybody */
        sellable_memory(engine, &memory);
        equal(memory.event_ids, IDS_MOST);
        equal(race.ok, IDS_MOST);
    }
    sellable_exception_counts(engine, &counts);
    equal(counts.last, 0);
    sellable_close(engine);
}

static void no_more_ids_are_remembered_than_may_be_and_none_is_forgotten_early(void **state) {
    (void)state;
    again_and_again(ids_up_to_the_most);
}

/* ---- memory ---------------------------------------------------------------------------------- */

enum { PERIOD_EVENTS = 300, PERIODS = 40, WARM_PERIODS = 10 };

/* All send the same, some of it refused: whoever is late has done it in vain. */
static void send_the_same(struct member *member) {
    atomic_uint *passed = member->shared;
    for (uint32_t i = 0; i < PERIOD_EVENTS && !atomic_load(&member->crew->over); i++) {
        struct crew_key key, id;
        struct sellable_event event = {.type = SELLABLE_TRANSFER_SHIP,
                                       .item = {1 + i % 2},
                                       .location = {EAST},
                                       .to = {WEST},
                                       .quantity = 2,
                                       .due = FEED_BEGINS,
                                       .reference = numbered(&key, "T", i),
                                       .source = {WMS},
                                       .id = numbered(&id, "ship", i)};
        enum sellable_status status = send_event(member, &event, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_DUPLICATE);
        event.type = SELLABLE_TRANSFER_RECEIVE;
        event.id = numbered(&id, "receive", i);
        status = send_event(member, &event, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_DUPLICATE);
        event.id = (struct sellable_key){NULL, 0};
        require_status(member, send_event(member, &event, NULL), WRONG_STATE);
        stay_together(member, passed, THREADS, i + 1);
    }
}

/* Period after period, each of which is forgotten. */
static void what_is_forgotten_gives_its_memory_back(void **state) {
    (void)state;
    const struct sellable_options options = {.retention = SELLABLE_DAY, .exceptions = 16};
    struct sellable *engine = NULL;
    struct crew_key key;
    uint64_t warm = 0;
    expect(sellable_open(&options, &engine), OK);
    for (uint32_t l = 0; l < PLACES; l++)
        expect(sellable_location_put(engine, NULL, numbered(&key, "L", l), NULL, NULL, NULL), OK);
    for (uint32_t i = 0; i < 2; i++)
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), NULL, NULL, NULL), OK);
    declare_sources(engine);
    for (uint32_t period = 0; period < PERIODS; period++) {
        atomic_uint passed = 0;
        struct sellable_memory memory;
        crew_run(engine, THREADS, 0, send_the_same, &passed);
        now_is(engine, FEED_BEGINS + (3 * period + 3) * SELLABLE_DAY);
        sellable_memory(engine, &memory);
        equal(memory.event_ids, 0);
        equal(memory.transfers, 0);
        if (period == WARM_PERIODS)
            warm = memory.block_bytes;
        if (period == PERIODS - 1)
            print_message("           %llu KiB, at the end %llu KiB\n",
                          (unsigned long long)warm >> 10,
                          (unsigned long long)memory.block_bytes >> 10);
        if (period > WARM_PERIODS)
            assert_true(memory.block_bytes <= warm + warm / 4);
    }
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_from_all_threads_leaves_what_it_leaves_sent_once),
        cmocka_unit_test(an_event_that_is_known_is_a_duplicate_never_a_refusal),
        cmocka_unit_test(a_feed_amid_orders_masters_owners_and_time_leaves_the_same_stock),
        cmocka_unit_test(who_is_told_duplicate_finds_the_effect),
        cmocka_unit_test(of_two_contents_with_one_id_one_takes_effect_the_other_is_a_conflict),
        cmocka_unit_test(events_that_overtake_one_another_are_applied_in_rising_order),
        cmocka_unit_test(no_more_ids_are_remembered_than_may_be_and_none_is_forgotten_early),
        cmocka_unit_test(what_is_forgotten_gives_its_memory_back),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("feeds", tests, NULL, NULL);
}
