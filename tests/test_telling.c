/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes are asked for while everything changes, by several for each channel and at different
 * rhythms: nothing is missed, nothing is told twice, and in the end a channel was told what it
 * sees.
 *
 *    test_telling [long]      long: each race is run twenty times */
#include "bustle.h"
#include "heard.h"

enum { DURATION = 1200 }; /* ms of a race; the one of everything takes three times as long */

static uint32_t rounds = 1;

/* ---- everything changes ---------------------------------------------------------------------- */

enum { VIP_STEP = 3, VIP_INTERVAL = SELLABLE_DAY / 6, ANY_NUMBER = 2 * BUSTLE_ITEMS };

/* Who asks: for which channel, how much at a time, and how long after the last answer. */
static const struct rhythm {
    uint32_t channel, capacity;
    int64_t pause; /* microseconds */
} rhythms[] = {
    {WEB_SHOP, ANY_NUMBER, 0}, {WEB_SHOP, 20, 300}, {MARKET, 7, 0},
    {PARTNERS, ANY_NUMBER, 8000}, {OUTLET, 30, 100}, {VIP, ANY_NUMBER, 500},
};
enum { ASKERS = COUNT_OF(rhythms), WRITERS = 4, LOSER = 4, ENOUGH = 200 };

struct told_race {
    struct bustle bustle;
    struct heard heard[ASKERS];
    uint64_t lost, owed; /* answers that OUTLET's asker lost; items told again for that */
};

static void wait_for(int64_t microseconds) {
    const struct timespec pause = {0, microseconds * 1000};
    if (microseconds != 0)
        nanosleep(&pause, NULL);
}

/* Of OUTLET only one asks: so it knows what is owed to it, and hears that first. */
struct debts {
    uint64_t number[BUSTLE_ITEMS + 1]; /* of the last telling of each item */
    bool owed[BUSTLE_ITEMS + 1];
    struct sellable_change last[BUSTLE_ITEMS + 1];
};

static void lose_since(struct debts *debts, uint64_t after) {
    for (uint32_t item = 1; item <= BUSTLE_ITEMS; item++)
        debts->owed[item] |= debts->number[item] > after;
}

/* Keys of items are "I-0", "I-1", ..: by their bytes. */
static bool is_key_before(uint32_t a, uint32_t b) {
    struct crew_key one, other;
    (void)numbered(&one, "I", a - 1);
    (void)numbered(&other, "I", b - 1);
    return strcmp(one.bytes, other.bytes) < 0;
}

static void check_debts(struct member *member, struct debts *debts, const struct heard *heard,
                        uint64_t *again) {
    const struct heard_answer *answer = heard_last(heard);
    uint64_t owed = 0;
    for (uint32_t item = 1; item <= BUSTLE_ITEMS; item++)
        owed += debts->owed[item];
    uint64_t first = owed < answer->capacity ? owed : answer->capacity;
    require_that(member, answer->count, >=, first);
    if (owed > answer->capacity)
        require(member, answer->more);
    for (uint64_t n = 0; n < answer->count; n++) {
        const struct sellable_change *told = &heard->change[answer->first + n];
        if (told->item.id == 0 || told->item.id > BUSTLE_ITEMS) {
            require(member, false);
            return;
        }
        require_that(member, debts->owed[told->item.id], ==, n < first);
        if (n >= first)
            require(member, !same_told(&debts->last[told->item.id], told));
        if (n != 0 && n != first)
            require(member, is_key_before(told[-1].item.id, told->item.id));
        debts->owed[told->item.id] = false;
        debts->last[told->item.id] = *told;
        debts->number[told->item.id] = answer->position - answer->count + n + 1;
    }
    *again += first;
}

static void ask_and_lose(struct member *member) {
    struct told_race *race = member->shared;
    const struct rhythm *rhythm = &rhythms[member->number];
    struct heard *heard = &race->heard[member->number];
    struct debts *debts = calloc(1, sizeof *debts);
    require(member, debts != NULL);
    while (debts != NULL && crew_goes_on(member)) {
        uint64_t position = heard->answers == 0 ? 0 : heard_last(heard)->position;
        uint64_t after = position - random_next(&member->random) % (position + 1) % 60;
        bool loses = random_percent(&member->random, 15);
        if (loses)
            lose_since(debts, after);
        race->lost += loses;
        require_status(member,
                       hear(member->engine, member->worker, (struct sellable_channel){OUTLET},
                            loses ? &after : NULL, rhythm->capacity, heard),
                       OK);
        check_debts(member, debts, heard, &race->owed);
        wait_for(rhythm->pause);
    }
    free(debts);
}

static void ask_or_change(struct member *member) {
    struct told_race *race = member->shared;
    if (member->number >= ASKERS) {
        while (crew_goes_on(member))
            bustle(member, &race->bustle);
        return;
    }
    const struct rhythm *rhythm = &rhythms[member->number];
    if (rhythm->channel == OUTLET) {
        ask_and_lose(member);
        return;
    }
    while (crew_goes_on(member)) {
        require_status(member,
                       hear(member->engine, member->worker,
                            (struct sellable_channel){rhythm->channel}, NULL, rhythm->capacity,
                            &race->heard[member->number]),
                       OK);
        wait_for(rhythm->pause);
    }
}

/* All that is left is told; then it adds up. */
static void channel_adds_up(struct sellable *engine, struct told_race *race, uint32_t channel) {
    struct heard of_channel[ASKERS];
    size_t count = 0;
    const struct sellable_channel handle = {channel};
    bool is_vip = channel == VIP;
    uint32_t first = 0;
    while (rhythms[first].channel != channel)
        first++;
    do
        expect(hear(engine, NULL, handle, NULL, 50, &race->heard[first]), OK);
    while (heard_last(&race->heard[first])->more);
    expect(hear(engine, NULL, handle, NULL, 50, &race->heard[first]), OK);
    equal(heard_last(&race->heard[first])->count, 0);
    for (uint32_t i = 0; i < ASKERS; i++)
        if (rhythms[i].channel == channel)
            of_channel[count++] = race->heard[i];
    struct tellings tellings = tellings_of(of_channel, count);
    if (channel != OUTLET) /* who was told again what was lost has seen to that */
        tellings_differ(&tellings, BUSTLE_ITEMS, is_vip ? VIP_STEP : 1, is_vip ? VIP_INTERVAL : 0);
    told_is_seen(engine, handle, &tellings, BUSTLE_ITEMS, is_vip ? VIP_STEP : 1);
    print_message("           channel %u: told %llu times\n", channel,
                  (unsigned long long)tellings.count);
    assert_true(tellings.count > 0);
    tellings_free(&tellings);
}

static void race_of_the_told(void) {
    static struct told_race race;
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_bustle(40);
    channel_with(engine, "vip",
                 (struct sellable_policy){.set = SELLABLE_SETTING_STEP | SELLABLE_SETTING_INTERVAL,
                                          .step = VIP_STEP,
                                          .interval = VIP_INTERVAL});
    crew_run(engine, ASKERS + WRITERS, 3 * DURATION, ask_or_change, &race);
    now_is(engine, sellable_now(engine) + VIP_INTERVAL);
    for (uint32_t channel = 1; channel <= BUSTLE_CHANNELS; channel++)
        channel_adds_up(engine, &race, channel);
    print_message("           %llu answers were lost, %llu items told again\n",
                  (unsigned long long)race.lost, (unsigned long long)race.owed);
    if (race.heard[LOSER].answers >= ENOUGH) /* on a slow machine by luck only */
        assert_true(race.lost > 0 && race.owed > 0);
    for (uint32_t i = 0; i < ASKERS; i++)
        heard_free(&race.heard[i]);
    sellable_close(engine);
}

static void what_a_channel_was_told_is_what_it_sees_in_the_end(void **state) {
    (void)state;
    for (uint32_t round = 0; round < rounds; round++)
        race_of_the_told();
}

/* ---- who changed before it was asked is heard ------------------------------------------------ */

/* Two writers, each with items of its own, so that each knows the figure that every item has after
 * each of its changes. The items lie far apart; some are neighbours of one of the other writer;
 * some are plain: nothing is done to them that would make an order take another way. */
enum {
    SEEN_ITEMS = 3000, OWN_ITEMS = 6, SEEN_WRITERS = 2, FIGURES_MOST = 1 << 16,
    QUESTIONS_MOST = 1 << 16, WATCHED = OWN_ITEMS * SEEN_WRITERS, PLAIN_FROM = OWN_ITEMS / 2
};

static bool is_plain(uint32_t watched) { return watched % OWN_ITEMS >= PLAIN_FROM; }

static uint32_t watched_item(uint32_t watched) {
    uint32_t own = watched % OWN_ITEMS, writer = watched / OWN_ITEMS;
    uint32_t apart = is_plain(watched) ? 100 : 3; /* 1 and 4 are neighbours */
    return 1 + own * (SEEN_ITEMS / OWN_ITEMS) + apart * writer;
}

/* A kit of two of each but the plain ones; its figure is half of the item's. */
enum { KIT_NUMBER = 2 };
static uint32_t kit_of_watched(uint32_t watched) { return SEEN_ITEMS + 1 + watched; }

struct figures {
    int64_t figure[FIGURES_MOST]; /* by change; 0: before the first */
    atomic_uint begun, done;      /* changes */
    int64_t on_hand, held, fenced, reserved, safety_stock;
    bool has_order;
};

struct seen_question {
    uint64_t position;
    uint32_t done_before[WATCHED], begun_after[WATCHED];
};

struct seen_race {
    struct figures of[WATCHED];
    struct heard heard[2];
    struct seen_question *question[2];
    uint32_t questions[2], askers;
};

enum way_to_change { TAKEN, GIVEN_BACK, COUNTED, PLAIN_WAYS, ADJUSTED = PLAIN_WAYS, HELD, UNHELD,
                     FENCED, KEPT_BACK, BY_EVENT, IN_BATCH, WAYS };

/* The figure after the change; -1: it cannot be made now. */
static int64_t figure_after(struct figures *of, enum way_to_change way, int64_t quantity) {
    int64_t promisable = of->on_hand - of->held - of->safety_stock - of->fenced - of->reserved;
    switch (way) {
    case COUNTED:
        of->on_hand = 100 + quantity;
        break;
    case ADJUSTED:
    case BY_EVENT:
    case IN_BATCH:
        of->on_hand += quantity;
        break;
    case HELD:
        of->held += quantity;
        break;
    case UNHELD:
        if (of->held == 0)
            return -1;
        of->held = 0;
        break;
    case FENCED:
        of->fenced = quantity;
        break;
    case KEPT_BACK:
        of->safety_stock = quantity;
        break;
    case TAKEN:
        if (of->has_order || promisable < quantity)
            return -1;
        of->has_order = true;
        of->reserved = quantity;
        break;
    default: /* GIVEN_BACK */
        if (!of->has_order)
            return -1;
        of->has_order = false;
        of->reserved = 0;
        break;
    }
    promisable = of->on_hand - of->held - of->safety_stock - of->fenced - of->reserved;
    return promisable > 0 ? promisable : 0;
}

static enum sellable_status make_change(struct member *member, uint32_t watched,
                                        enum way_to_change way, int64_t quantity,
                                        uint32_t number) {
    static const uint32_t types[WAYS] = {
        [COUNTED] = SELLABLE_ON_HAND_SET,    [ADJUSTED] = SELLABLE_ON_HAND_ADJUST,
        [HELD] = SELLABLE_HOLD_PLACE,        [UNHELD] = SELLABLE_HOLD_RELEASE,
        [FENCED] = SELLABLE_RING_FENCE_SET,  [KEPT_BACK] = SELLABLE_SAFETY_STOCK_SET,
        [BY_EVENT] = SELLABLE_ON_HAND_ADJUST, [IN_BATCH] = SELLABLE_ON_HAND_ADJUST};
    struct crew_key key, id;
    struct sellable_event event = {.type = types[way],
                                   .item = {watched_item(watched)},
                                   .location = {1},
                                   .channel = {2},
                                   .quantity = way == COUNTED ? 100 + quantity : quantity};
    const struct sellable_line line = {.item = event.item, .quantity = quantity};
    enum sellable_status status;
    if (way == TAKEN)
        return reserve_lines(member, numbered(&key, "W", watched * 10000000 + number), &line, 1, 0,
                             NULL);
    if (way == HELD || way == UNHELD)
        event.reason = key_of("damage");
    if (way == BY_EVENT)
        event.id = numbered(&id, "E", watched * 10000000 + number);
    if (way != IN_BATCH)
        return sellable_apply(member->engine, member->worker, &event, NULL);
    enum sellable_status all =
        sellable_apply_batch(member->engine, member->worker, &event, 1, &status, NULL);
    return all != SELLABLE_OK ? all : status;
}

static void change_what_is_watched(struct member *member) {
    struct seen_race *race = member->shared;
    uint32_t own = member->number * OWN_ITEMS, order[WATCHED] = {0};
    while (crew_goes_on(member)) {
        uint32_t watched = own + random_below(&member->random, OWN_ITEMS);
        struct figures *of = &race->of[watched];
        enum way_to_change way =
            random_below(&member->random, is_plain(watched) ? PLAIN_WAYS : WAYS);
        int64_t quantity = way == UNHELD ? of->held : random_between(&member->random, 1, 9);
        uint32_t number = atomic_load(&of->done) + 1;
        if (number >= FIGURES_MOST)
            return;
        int64_t figure = figure_after(of, way, quantity);
        struct crew_key key;
        if (figure < 0)
            continue;
        of->figure[number] = figure;
        atomic_store(&of->begun, number);
        if (way == GIVEN_BACK)
            require_status(member,
                           sellable_release(member->engine, member->worker,
                                            numbered(&key, "W", watched * 10000000 +
                                                                    order[watched]),
                                            NULL, 0, NULL),
                           OK);
        else
            require_status(member, make_change(member, watched, way, quantity, number), OK);
        order[watched] = way == TAKEN ? number : order[watched];
        atomic_store(&of->done, number);
        if (random_percent(&member->random, 5))
            wait_for(50);
    }
}

static void ask_what_is_watched(struct member *member, uint32_t asker) {
    struct seen_race *race = member->shared;
    while (crew_goes_on(member) && race->questions[asker] < QUESTIONS_MOST) {
        struct seen_question *question = &race->question[asker][race->questions[asker]];
        for (uint32_t i = 0; i < WATCHED; i++)
            question->done_before[i] = atomic_load(&race->of[i].done);
        require_status(member,
                       hear(member->engine, member->worker, web, NULL, 4 * WATCHED,
                            &race->heard[asker]),
                       OK);
        for (uint32_t i = 0; i < WATCHED; i++)
            question->begun_after[i] = atomic_load(&race->of[i].begun);
        question->position = heard_last(&race->heard[asker])->position;
        race->questions[asker]++;
        wait_for(random_below(&member->random, 100));
    }
}

static void ask_or_change_what_is_watched(struct member *member) {
    if (member->number < SEEN_WRITERS)
        change_what_is_watched(member);
    else
        ask_what_is_watched(member, member->number - SEEN_WRITERS);
}

/* What was told by a position, of an item and its kit, is a figure of the time of the question. */
static void question_was_right(const struct seen_race *race, const struct seen_question *question,
                               const int64_t *told, uint32_t watched) {
    uint32_t first = question->done_before[watched], last = question->begun_after[watched];
    for (uint32_t kit = 0; kit < (is_plain(watched) ? 1u : 2u); kit++) {
        uint32_t item = kit == 0 ? watched_item(watched) : kit_of_watched(watched);
        int64_t number = kit == 0 ? 1 : KIT_NUMBER;
        uint32_t change = first;
        while (change <= last && race->of[watched].figure[change] / number != told[item])
            change++;
        if (change <= last)
            continue;
        print_error("by position %llu item %u was told %lld: after %u changes it was %lld, and %u "
                    "had begun\n",
                    (unsigned long long)question->position, item, (long long)told[item], first,
                    (long long)race->of[watched].figure[first] / number, last);
        fail();
    }
}

static void questions_were_right(struct seen_race *race) {
    static int64_t told[SEEN_ITEMS + WATCHED + 1];
    struct tellings tellings = tellings_of(race->heard, race->askers);
    uint64_t place = 0;
    uint32_t next[2] = {0, 0};
    memset(told, 0, sizeof told);
    tellings_differ(&tellings, SEEN_ITEMS + WATCHED, 1, 0);
    for (;;) { /* the questions by their position */
        uint32_t asker = race->askers;
        for (uint32_t i = 0; i < race->askers; i++)
            if (next[i] < race->questions[i] &&
                (asker == race->askers || race->question[i][next[i]].position <
                                              race->question[asker][next[asker]].position))
                asker = i;
        if (asker == race->askers)
            break;
        const struct seen_question *question = &race->question[asker][next[asker]++];
        for (; place < question->position; place++)
            told[tellings.told[place]->item.id] = tellings.told[place]->published;
        for (uint32_t i = 0; i < WATCHED; i++)
            question_was_right(race, question, told, i);
    }
    tellings_free(&tellings);
}

static void race_of_the_watched(uint32_t askers) {
    static struct seen_race race;
    memset(&race, 0, sizeof race);
    race.askers = askers;
    struct sellable *engine = open_stocked(SEEN_ITEMS, 1, 0, 0);
    equal(channel_of(engine, "other").id, 2);
    for (uint32_t i = 0; i < WATCHED; i++) {
        struct sellable_item item;
        struct crew_key key;
        const struct sellable_component component = {
            .item = {is_plain(i) ? SEEN_ITEMS : watched_item(i)}, .number = KIT_NUMBER};
        const struct sellable_item_settings kit = {
            .set = SELLABLE_ITEM_COMPONENTS, .components = &component, .component_count = 1};
        expect(sellable_item_put(engine, NULL, numbered(&key, "K", i), &kit, &item, NULL), OK);
        equal(item.id, kit_of_watched(i));
    }
    for (uint32_t i = 0; i < askers; i++) {
        race.question[i] = calloc(QUESTIONS_MOST, sizeof *race.question[i]);
        assert_non_null(race.question[i]);
    }
    expect(hear(engine, NULL, web, NULL, 4 * WATCHED, &race.heard[0]), OK); /* of all there is */
    crew_run(engine, SEEN_WRITERS + askers, DURATION, ask_or_change_what_is_watched, &race);
    questions_were_right(&race);
    print_message("           %u and %u questions\n", race.questions[0], race.questions[1]);
    for (uint32_t i = 0; i < askers; i++) {
        assert_true(race.questions[i] > 0);
        free(race.question[i]);
        heard_free(&race.heard[i]);
    }
    sellable_close(engine);
}

static void what_changed_before_a_question_is_told_by_its_answer(void **state) {
    (void)state;
    for (uint32_t round = 0; round < rounds; round++)
        race_of_the_watched(1);
}

static void what_changed_before_one_of_two_questions_is_told_by_its_position(void **state) {
    (void)state;
    for (uint32_t round = 0; round < rounds; round++)
        race_of_the_watched(2);
}

/* ---- what time changes ----------------------------------------------------------------------- */

/* Items of which nothing is there but what is to come: one at each of some times. Nobody touches
 * them; others change other items, and time passes: for AHEAD_CHANNEL, which may promise what comes
 * within a day, their figures rise and fall. PATIENT_CHANNEL sees the same, and is told an item
 * once in an interval at most. */
enum {
    DUE_ITEMS = 40, DUE_TIMES = 12, OTHER_ITEMS = 20, TICK = SELLABLE_DAY / 40, AHEAD_CHANNEL = 1,
    PATIENT_CHANNEL = 2, PATIENCE = SELLABLE_DAY / 7, TICKS = 5 * 40
};

struct time_race {
    int64_t due[DUE_ITEMS][DUE_TIMES];
    atomic_ullong ticks;
};

static int64_t comes_within_a_day(const struct time_race *race, uint32_t item, int64_t now) {
    int64_t coming = 0;
    for (uint32_t i = 0; i < DUE_TIMES; i++)
        coming += race->due[item - 1][i] > now && race->due[item - 1][i] <= now + SELLABLE_DAY;
    return coming;
}

struct told_at {
    int64_t published, at;
    bool ever;
};

static void ask_at(struct member *member, uint32_t channel, int64_t now, struct told_at *told) {
    struct sellable_change changes[DUE_ITEMS + OTHER_ITEMS];
    struct sellable_changes asked = {
        .channel = {channel}, .changes = changes, .capacity = COUNT_OF(changes)};
    require_status(member, sellable_changes(member->engine, member->worker, &asked), OK);
    for (uint64_t i = 0; i < asked.count; i++)
        if (changes[i].item.id <= DUE_ITEMS)
            told[changes[i].item.id - 1] = (struct told_at){changes[i].published, now, true};
}

static void let_time_pass(struct member *member) {
    struct time_race *race = member->shared;
    struct told_at ahead[DUE_ITEMS] = {{0, 0, false}}, patient[DUE_ITEMS] = {{0, 0, false}};
    for (int64_t tick = 0; tick < TICKS; tick++) {
        int64_t now = tick * TICK + random_between(&member->random, 0, TICK - 1);
        require_status(member, sellable_advance(member->engine, member->worker, now, NULL), OK);
        ask_at(member, AHEAD_CHANNEL, now, ahead);
        ask_at(member, PATIENT_CHANNEL, now, patient);
        for (uint32_t i = 0; i < DUE_ITEMS; i++) {
            int64_t figure = comes_within_a_day(race, i + 1, now);
            require_that(member, ahead[i].published, ==, figure);
            if (patient[i].published != figure)
                require(member, figure != 0 && patient[i].ever &&
                                    now - patient[i].at < PATIENCE);
        }
        atomic_fetch_add(&race->ticks, 1);
    }
    atomic_store(&member->crew->over, true);
}

static void change_others(struct member *member) {
    while (crew_goes_on(member)) {
        const struct sellable_event event = {
            .type = SELLABLE_ON_HAND_ADJUST,
            .item = {DUE_ITEMS + 1 + random_below(&member->random, OTHER_ITEMS)},
            .location = {1},
            .quantity = random_between(&member->random, -3, 5)};
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
        wait_for(20);
    }
}

static void what_time_changes_is_told_when_its_time_has_come(void **state) {
    (void)state;
    static struct time_race race;
    struct random random = {3};
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_stocked(DUE_ITEMS + OTHER_ITEMS, 1, 0, 0);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 1});
    equal(channel_with(engine, "patient",
                       (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON |
                                                       SELLABLE_SETTING_INTERVAL,
                                                .horizon = 1,
                                                .interval = PATIENCE})
              .id,
          PATIENT_CHANNEL);
    for (uint32_t i = 0; i < DUE_ITEMS * DUE_TIMES; i++) {
        struct crew_key key;
        int64_t *due = &race.due[i / DUE_TIMES][i % DUE_TIMES];
        *due = random_between(&random, 1, TICKS * TICK);
        const struct sellable_event event = {.type = SELLABLE_SCHEDULE_SET,
                                             .item = {1 + i / DUE_TIMES},
                                             .location = {1},
                                             .reference = numbered(&key, "PO", i),
                                             .due = *due,
                                             .quantity = 1};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
    }
    crew_run_with(engine, 3, 60 * DURATION, let_time_pass, change_others, &race);
    equal(race.ticks, TICKS);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_channel_was_told_is_what_it_sees_in_the_end),
        cmocka_unit_test(what_changed_before_a_question_is_told_by_its_answer),
        cmocka_unit_test(what_changed_before_one_of_two_questions_is_told_by_its_position),
        cmocka_unit_test(what_time_changes_is_told_when_its_time_has_come),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        rounds = 20;
    return cmocka_run_group_tests_name("telling", tests, NULL, NULL);
}
