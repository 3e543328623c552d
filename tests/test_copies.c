/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks, audits and figures for operations while others change everything: each fork is an engine
 * of one instant, with what channels were told by then; audits find no fault; no counter falls.
 *
 *    test_copies [long]      long: each race is run twenty times */
#include "bustle.h"
#include "heard.h"

enum { DURATION = 1500 }; /* ms of a race */

static uint32_t rounds = 1;

/* ---- forks ----------------------------------------------------------------------------------- */

enum { FORKS_MOST = 2000, PLENTY = 2 * BUSTLE_ITEMS, FORKERS = 2 };

/* Of a fork: how far WEB_SHOP had been told in the original, what it was told after that in the
 * fork, and what it saw there. */
struct forked {
    uint64_t position, first, count; /* of the fork's tellings, among the forker's */
    int64_t published[BUSTLE_ITEMS + 1];
};

struct fork_race {
    struct bustle bustle;
    struct heard heard; /* by the only one who asks for WEB_SHOP in the original */
    struct heard in_forks[FORKERS];
    struct forked *forked[FORKERS];
    uint32_t forks[FORKERS];
    atomic_ullong audits;
};

static const struct sellable_channel web_shop = {WEB_SHOP};

/* Nobody else knows the fork: all that it says, it says of one instant. */
static void look_into_fork(struct member *member, struct sellable *fork, struct heard *heard,
                           struct forked *forked) {
    struct sellable_changes where = {.channel = web_shop};
    struct sellable_audit audit = {.consistent = 0};
    require_status(member, sellable_audit(fork, NULL, &audit), OK);
    require_that(member, audit.consistent, ==, 1);
    require_that(member, audit.items, ==, BUSTLE_ITEMS);
    require_status(member, sellable_changes(fork, NULL, &where), OK);
    forked->position = where.position;
    forked->first = heard->changes;
    require_status(member, hear(fork, NULL, web_shop, NULL, PLENTY, heard), OK);
    forked->count = heard->changes - forked->first;
    require_that(member, heard_last(heard)->position, ==, forked->position + forked->count);
    for (uint32_t item = 1; item <= BUSTLE_ITEMS; item++) {
        const struct sellable_question question = {.item = {item}, .channel = web_shop};
        struct sellable_availability now = {.published = -1};
        require_status(member, sellable_available(fork, &question, &now), OK);
        forked->published[item] = now.published;
    }
}

/* A fork is changed in turn, and nothing of that is in the original. */
static void change_fork(struct member *member, struct sellable *fork) {
    struct member in_fork = *member;
    struct bustle *bustles = calloc(1, sizeof *bustles);
    struct sellable_audit audit = {.consistent = 0};
    require(member, bustles != NULL);
    in_fork.engine = fork;
    in_fork.worker = NULL;
    for (uint32_t i = 0; bustles != NULL && i < 100; i++)
        bustle(&in_fork, bustles);
    require_status(member, sellable_audit(fork, NULL, &audit), OK);
    require_that(member, audit.consistent, ==, 1);
    free(bustles);
}

static void make_forks(struct member *member) {
    struct fork_race *race = member->shared;
    uint32_t forker = member->number, *forks = &race->forks[forker];
    while (crew_goes_on(member) && *forks < FORKS_MOST) {
        struct sellable *fork = NULL;
        require_status(member, sellable_fork(member->engine, member->worker, NULL, &fork), OK);
        if (fork == NULL)
            return;
        look_into_fork(member, fork, &race->in_forks[forker], &race->forked[forker][*forks]);
        if (*forks % 4 == 0)
            change_fork(member, fork);
        sellable_close(fork);
        ++*forks;
    }
}

static void audit_the_original(struct member *member) {
    struct fork_race *race = member->shared;
    while (crew_goes_on(member)) {
        struct sellable_audit audit = {.consistent = 0};
        require_status(member, sellable_audit(member->engine, member->worker, &audit), OK);
        require_that(member, audit.consistent, ==, 1);
        require_that(member, audit.item.id, ==, 0);
        atomic_fetch_add(&race->audits, 1);
    }
}

static void fork_or_change(struct member *member) {
    struct fork_race *race = member->shared;
    if (member->number < FORKERS) {
        make_forks(member);
    } else if (member->number == FORKERS) {
        audit_the_original(member);
    } else if (member->number == FORKERS + 1) {
        while (crew_goes_on(member))
            require_status(member,
                           hear(member->engine, member->worker, web_shop, NULL, PLENTY,
                                &race->heard),
                           OK);
    } else {
        while (crew_goes_on(member))
            bustle(member, &race->bustle);
    }
}

/* What the original had told by the fork's position, and then the fork, is what is seen in it. */
static void fork_was_told_right(const struct forked *forked, const struct tellings *tellings,
                                const struct sellable_change *in_fork) {
    static int64_t told[BUSTLE_ITEMS + 1];
    memset(told, 0, sizeof told);
    assert_in_range(forked->position, 0, tellings->count);
    for (uint64_t place = 0; place < forked->position; place++)
        told[tellings->told[place]->item.id] = tellings->told[place]->published;
    for (uint64_t n = 0; n < forked->count; n++)
        told[in_fork[forked->first + n].item.id] = in_fork[forked->first + n].published;
    for (uint32_t item = 1; item <= BUSTLE_ITEMS; item++)
        equal(told[item], forked->published[item]);
}

static void race_of_forks(void) {
    static struct fork_race race;
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_bustle(40);
    for (uint32_t i = 0; i < FORKERS; i++) {
        race.forked[i] = calloc(FORKS_MOST, sizeof *race.forked[i]);
        assert_non_null(race.forked[i]);
    }
    crew_run(engine, FORKERS + 5, 2 * DURATION, fork_or_change, &race);
    struct tellings tellings = tellings_of(&race.heard, 1);
    for (uint32_t i = 0; i < FORKERS; i++)
        for (uint32_t n = 0; n < race.forks[i]; n++)
            fork_was_told_right(&race.forked[i][n], &tellings, race.in_forks[i].change);
    print_message("           %u and %u forks, %llu audits, %llu tellings\n", race.forks[0],
                  race.forks[1], (unsigned long long)race.audits,
                  (unsigned long long)tellings.count);
    assert_true(race.forks[0] > 0 && race.forks[1] > 0 && race.audits > 0);
    tellings_free(&tellings);
    for (uint32_t i = 0; i < FORKERS; i++) {
        free(race.forked[i]);
        heard_free(&race.in_forks[i]);
    }
    heard_free(&race.heard);
    sellable_close(engine);
}

static void a_fork_is_of_one_instant_with_what_was_told_by_then(void **state) {
    (void)state;
    for (uint32_t round = 0; round < rounds; round++)
        race_of_forks();
}

/* ---- a fork and a view of the same instant --------------------------------------------------- */

/* Nobody changes the hash while both are made: then they are of one state, whoever asks meanwhile
 * for anything. */
static void ask_anything(struct member *member) {
    while (crew_goes_on(member)) {
        struct sellable_audit audit = {.consistent = 0};
        struct sellable_view view;
        struct sellable_question question = {.item = {1}, .channel = {1}};
        struct sellable_availability now;
        require_status(member, sellable_view_open(member->engine, member->worker, &view), OK);
        require_status(member, sellable_audit(member->engine, member->worker, &audit), OK);
        require_status(member, sellable_available(member->engine, &question, &now), OK);
        require_status(member, sellable_view_close(member->worker, &view), OK);
    }
}

static void fork_and_compare(struct member *member) {
    const struct sellable_audit *wanted = member->shared;
    while (crew_goes_on(member)) {
        struct sellable *fork = NULL;
        struct sellable_audit audit = {.consistent = 0};
        require_status(member, sellable_fork(member->engine, member->worker, NULL, &fork), OK);
        if (fork == NULL)
            return;
        require_status(member, sellable_audit(fork, NULL, &audit), OK);
        for (int i = 0; i < 2; i++) {
            require(member, audit.hash[i] == wanted->hash[i]);
            require(member, audit.full[i] == wanted->full[i]);
        }
        require_that(member, audit.consistent, ==, 1);
        sellable_close(fork);
    }
}

static void bustle_for_a_while(struct member *member) {
    struct fork_race *race = member->shared;
    struct sellable_change changes[50];
    for (uint32_t i = 0; i < 3000; i++) {
        struct sellable_changes some = {.channel = {1 + i % BUSTLE_CHANNELS},
                                        .changes = changes,
                                        .capacity = COUNT_OF(changes),
                                        .has_after = i % 3 == 0,
                                        .after = i};
        bustle(member, &race->bustle);
        if (i % 20 == 0)
            require_status(member, sellable_changes(member->engine, member->worker, &some), OK);
    }
}

static void forks_have_the_hashes_of_the_original_whoever_asks_meanwhile(void **state) {
    (void)state;
    static struct fork_race race;
    struct sellable_audit audit = {.consistent = 0};
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_bustle(40);
    crew_run(engine, 3, 0, bustle_for_a_while, &race);
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(audit.consistent, 1);
    crew_run_with(engine, 4, DURATION / 2, ask_anything, fork_and_compare, &audit);
    sellable_close(engine);
}

/* ---- figures for operations ------------------------------------------------------------------ */

/* For who asks again: as many as before, or more. */
static void none_has_fallen(struct member *member, const struct sellable_stats *before,
                            const struct sellable_stats *after) {
    for (uint32_t type = 0; type < SELLABLE_EVENT_TYPES_END; type++)
        for (uint32_t status = 0; status < SELLABLE_STATUS_COUNT; status++)
            require_that(member, after->calls[type][status], >=, before->calls[type][status]);
    require_that(member, after->events, >=, before->events);
    require_that(member, after->events_applied, >=, before->events_applied);
    require_that(member, after->events_duplicate, >=, before->events_duplicate);
    require_that(member, after->balances, >=, before->balances);
    require_that(member, after->variances, >=, before->variances);
    require_that(member, after->variance_absolute, >=, before->variance_absolute);
    require_that(member, after->orders_expired, >=, before->orders_expired);
    require_that(member, after->now, >=, before->now);
    for (uint32_t i = 0; i < BUSTLE_CHANNELS; i++) {
        require_that(member, after->channels[i].accepted, >=, before->channels[i].accepted);
        require_that(member, after->channels[i].refused, >=, before->channels[i].refused);
        require_that(member, after->channels[i].units, >=, before->channels[i].units);
        require_that(member, after->channels[i].told, >=, before->channels[i].told);
        require_that(member, after->channels[i].listens, >=, before->channels[i].listens);
    }
}

static void look_at_figures(struct member *member) {
    struct sellable_channel_stats channels[2][BUSTLE_CHANNELS];
    struct sellable_stats *stats = calloc(2, sizeof *stats);
    static char text[1 << 17];
    memset(channels, 0, sizeof channels);
    require(member, stats != NULL);
    for (uint32_t turn = 0; stats != NULL && crew_goes_on(member); turn++) {
        struct sellable_stats *now = &stats[turn % 2];
        uint64_t size = 0;
        now->channels = channels[turn % 2];
        now->channel_capacity = BUSTLE_CHANNELS;
        require_status(member, sellable_stats(member->engine, now), OK);
        require_that(member, now->channel_count, ==, BUSTLE_CHANNELS);
        if (turn != 0)
            none_has_fallen(member, &stats[(turn + 1) % 2], now);
        if (member->number == 0 && turn % 8 == 0) {
            require_status(member, sellable_metrics(member->engine, text, sizeof text, &size),
                           OK);
            require_that(member, size, >, 6);
            require(member,
                    size <= sizeof text && memcmp(text + size - 6, "# EOF\n", 6) == 0);
        }
    }
    free(stats);
}

static void look_or_change(struct member *member) {
    struct fork_race *race = member->shared;
    if (member->number < 2) {
        look_at_figures(member);
        return;
    }
    while (crew_goes_on(member)) {
        bustle(member, &race->bustle);
        if (member->number == 2 && random_percent(&member->random, 2))
            require_status(member,
                           hear(member->engine, member->worker, web_shop, NULL, PLENTY,
                                &race->heard),
                           OK);
    }
}

static void no_counter_ever_falls_and_in_the_end_they_are_right(void **state) {
    (void)state;
    static struct fork_race race;
    struct sellable_channel_stats channels[BUSTLE_CHANNELS];
    struct sellable_stats stats = {.channels = channels, .channel_capacity = BUSTLE_CHANNELS};
    struct sellable_audit audit = {.consistent = 0};
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_bustle(40);
    crew_run(engine, 6, DURATION, look_or_change, &race);
    expect(sellable_stats(engine, &stats), OK);
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(stats.orders_open, audit.orders);
    equal(stats.now, sellable_now(engine));
    equal(channels[WEB_SHOP - 1].told, heard_last(&race.heard)->position);
    uint64_t accepted = 0;
    for (uint32_t i = 0; i < BUSTLE_CHANNELS; i++)
        accepted += channels[i].accepted;
    equal(accepted, stats.calls[SELLABLE_RESERVE][SELLABLE_OK] +
                        stats.calls[SELLABLE_AMEND][SELLABLE_OK]);
    heard_free(&race.heard);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_is_of_one_instant_with_what_was_told_by_then),
        cmocka_unit_test(forks_have_the_hashes_of_the_original_whoever_asks_meanwhile),
        cmocka_unit_test(no_counter_ever_falls_and_in_the_end_they_are_right),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        rounds = 20;
    return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}
