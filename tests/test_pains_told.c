/* SPDX-License-Identifier: Apache-2.0
 *
 * What users of other systems suffered, shown to be impossible here of what goes out: figures that
 * were older than others, reports that took seconds, shortfalls that nobody was told of, two
 * screens with two numbers, logs without end. Each test's name is the sentence that it proves. */
#include "events.h"

#include "crew.h"

#include <stdlib.h>

#define NOW (10 * SELLABLE_DAY)

/* Each step that touches what threads share, of this thread: so what a call looks at is counted,
 * and no clock is asked. */
static _Thread_local uint64_t steps;
void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    (void)file;
    (void)line;
    steps++;
}

/* What one question tells, and of one item what was told last. */
enum { TOLD_MOST = 1024 };
struct ears {
    struct sellable_change told[TOLD_MOST]; /* by number of item */
    struct sellable_change answer[TOLD_MOST];
    struct sellable_changes asked;
};

static enum sellable_status listen(struct sellable *engine, struct ears *ears,
                                   struct sellable_channel channel) {
    ears->asked = (struct sellable_changes){
        .channel = channel, .changes = ears->answer, .capacity = TOLD_MOST};
    enum sellable_status status = sellable_changes(engine, NULL, &ears->asked);
    for (uint64_t i = 0; status == SELLABLE_OK && i < ears->asked.count; i++)
        ears->told[ears->answer[i].item.id] = ears->answer[i];
    return status;
}

static struct ears *open_ears(void) {
    struct ears *ears = calloc(1, sizeof *ears);
    assert_non_null(ears);
    return ears;
}

/* ---- an index that is stale ------------------------------------------------------------------ */

enum { RISING_ITEMS = 8 };

/* Counts only rise. */
static void count_more(struct member *member) {
    while (crew_goes_on(member)) {
        const struct sellable_event event = {
            .type = SELLABLE_ON_HAND_ADJUST,
            .item = {1 + random_below(&member->random, RISING_ITEMS)},
            .location = {1 + random_below(&member->random, 2)},
            .quantity = 1};
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
    }
}

/* What was seen before the question, what it told, and what is seen after it. */
static void compare_what_is_told(struct member *member) {
    struct ears *ears = member->shared;
    while (crew_goes_on(member)) {
        int64_t seen[RISING_ITEMS + 1];
        struct sellable_availability figure;
        for (uint32_t item = 1; item <= RISING_ITEMS; item++) {
            const struct sellable_question question = {.item = {item}, .channel = web};
            require_status(member, sellable_available(member->engine, &question, &figure), OK);
            seen[item] = figure.published;
        }
        require_status(member, listen(member->engine, ears, web), OK);
        for (uint32_t item = 1; item <= RISING_ITEMS; item++) {
            const struct sellable_question question = {.item = {item}, .channel = web};
            require_that(member, ears->told[item].published, >=, seen[item]);
            require_status(member, sellable_available(member->engine, &question, &figure), OK);
            require_that(member, figure.published, >=, ears->told[item].published);
        }
    }
}

static void what_a_channel_is_told_is_never_older_than_what_was_seen_before(void **state) {
    (void)state;
    enum { THREADS = 3, DURATION = 300 };
    struct ears *ears = open_ears();
    struct sellable *engine = open_stocked(RISING_ITEMS, 2, 5, 0);
    crew_run_with(engine, THREADS, DURATION, compare_what_is_told, count_more, ears);
    expect(listen(engine, ears, web), OK);
    for (uint32_t item = 1; item <= RISING_ITEMS; item++) {
        const struct sellable_question question = {.item = {item}, .channel = web};
        struct sellable_availability figure;
        expect(sellable_available(engine, &question, &figure), OK);
        equal(ears->told[item].published, figure.published);
        assert_true(figure.published >= 10);
    }
    sellable_close(engine);
    free(ears);
}

/* ---- answers that take seconds --------------------------------------------------------------- */

enum { FEW_ITEMS = 100, MANY_ITEMS = 20000, CHANGED_ITEMS = 3 };

/* Everybody has heard everything; then three items change, far from each other. */
static struct sellable *three_changed(uint32_t items) {
    struct sellable *engine = open_stocked(items, 2, 5, 0);
    struct sellable_change *room = calloc(items, sizeof *room);
    struct sellable_changes asked = {.channel = web, .changes = room, .capacity = items};
    assert_non_null(room);
    expect(sellable_changes(engine, NULL, &asked), OK);
    equal(asked.count, items);
    expect(sellable_changes(engine, NULL, &asked), OK);
    equal(asked.count, 0);
    free(room);
    for (uint32_t i = 0; i < CHANGED_ITEMS; i++) {
        const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                             .item = {1 + i * (items / CHANGED_ITEMS)},
                                             .location = {1},
                                             .quantity = 1};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
    }
    return engine;
}

static uint64_t steps_of_available(const struct sellable *engine, uint32_t item) {
    const struct sellable_question question = {.item = {item}, .channel = web};
    struct sellable_availability figure;
    uint64_t before = steps;
    expect(sellable_available(engine, &question, &figure), OK);
    return steps - before;
}

static uint64_t steps_of_changes(struct sellable *engine) {
    struct sellable_change told[CHANGED_ITEMS + 1];
    struct sellable_changes asked = {
        .channel = web, .changes = told, .capacity = COUNT_OF(told)};
    uint64_t before = steps;
    expect(sellable_changes(engine, NULL, &asked), OK);
    equal(asked.count, CHANGED_ITEMS);
    return steps - before;
}

static void how_long_an_answer_takes_does_not_depend_on_how_many_items_there_are(void **state) {
    (void)state;
    struct sellable *few = three_changed(FEW_ITEMS), *many = three_changed(MANY_ITEMS);
    uint64_t one = steps_of_available(few, FEW_ITEMS);
    assert_true(one > 0); /* they are counted */
    equal(steps_of_available(many, MANY_ITEMS), one);
    equal(steps_of_available(many, 1), one);
    /* Of 200 times as many items: the same three, and a few words of the way to each. */
    uint64_t of_few = steps_of_changes(few), of_many = steps_of_changes(many);
    assert_in_range(of_many, of_few / 2, 3 * of_few);
    assert_in_range(of_many, 1, MANY_ITEMS / 4);
    sellable_close(few);
    sellable_close(many);
}

/* ---- counts, and supply that is late --------------------------------------------------------- */

/* "A east 5: O-2 3, O-1 6; " */
static int tell_shortage(void *context, const struct sellable_shortage *shortage) {
    struct told *told = context;
    tell(told, "%u@%u %lld:", shortage->item.id, shortage->location.id,
         (long long)shortage->short_);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        tell(told, " ");
        tell_key(told, shortage->orders[i].order);
        tell(told, " %lld", (long long)shortage->orders[i].quantity);
    }
    tell(told, "; ");
    return 0;
}

static void shortages_are_at(struct sellable *engine, const char *wanted, const char *file,
                             int line) {
    struct told told = {.size = 0};
    expect_at((int)sellable_shortages(engine, NULL, tell_shortage, &told), SELLABLE_OK,
              "sellable_shortages", file, line);
    same_text_at(told.text, wanted, file, line);
}
#define shortages_are(engine, wanted) shortages_are_at(engine, wanted, __FILE__, __LINE__)

/* web sells A from east, with a horizon of five days. */
static struct sellable *open_shop(int64_t quantity) {
    struct sellable *engine = open_engine();
    item_of(engine, "A");
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 5});
    stock(engine, "A", "east", quantity);
    now_is(engine, NOW);
    return engine;
}

static void a_count_below_what_is_promised_applies_and_names_the_orders_at_risk(void **state) {
    (void)state;
    struct sellable *engine = open_shop(10);
    struct ears *ears = open_ears();
    takes(engine, "O-1", "web", "A", 5, "5 A east");
    takes(engine, "O-2", "web", "A", 3, "3 A east");
    shortages_are(engine, "");
    expect(listen(engine, ears, web), OK);
    equal(ears->told[1].published, 2);
    stock(engine, "A", "east", 6); /* nothing is refused, and nothing is cancelled */
    equal(cell_of(engine, "A", "east").reserved, 8);
    assert_string_equal(state_of(engine, "O-2"), "reserved");
    shortages_are(engine, "1@1 2: O-2 3; ");
    expect(listen(engine, ears, web), OK);
    equal(ears->asked.count, 1);
    equal(ears->told[1].published, 0);
    equal(ears->told[1].level, SELLABLE_LEVEL_NONE);
    stock(engine, "A", "east", 4);
    shortages_are(engine, "1@1 4: O-2 3 O-1 5; ");
    expect(release(engine, "O-2"), OK); /* whoever sees it acts on it */
    shortages_are(engine, "1@1 1: O-1 5; ");
    stock(engine, "A", "east", 5);
    shortages_are(engine, "");
    sellable_close(engine);
    free(ears);
}

static void late_supply_is_told_to_the_channel_and_names_the_order_that_it_was_for(void **state) {
    (void)state;
    struct sellable *engine = open_shop(0);
    struct ears *ears = open_ears();
    schedule(engine, "A", "east", "PO-1", NOW + SELLABLE_DAY, 8);
    equal(takes(engine, "O-1", "web", "A", 6, "6 A east"), NOW + SELLABLE_DAY);
    expect(listen(engine, ears, web), OK);
    equal(ears->told[1].published, 2);
    shortages_are(engine, "");
    now_is(engine, NOW + SELLABLE_DAY); /* it has not come; no event says so */
    shortages_are(engine, "1@1 6: O-1 6; ");
    expect(listen(engine, ears, web), OK);
    equal(ears->asked.count, 1);
    equal(ears->told[1].published, 0);
    schedule(engine, "A", "east", "PO-1", NOW + 3 * SELLABLE_DAY, 8); /* re-dated */
    shortages_are(engine, "1@1 6: O-1 6; ");
    expect(listen(engine, ears, web), OK);
    equal(ears->told[1].published, 2);
    applies(engine, RECEIPT, OF("A", "east"), .quantity = 8, .reference = key_of("PO-1"));
    shortages_are(engine, "");
    sellable_close(engine);
    free(ears);
}

/* ---- two screens, two numbers ---------------------------------------------------------------- */

enum { SCREEN_ITEMS = 6, SCREEN_ROOM = SCREEN_ITEMS + 1 };

/* The figures of a view by number of item, for the first channel; and that its cells add up. */
static void read_view(const struct sellable_view *view, int64_t published[SCREEN_ROOM]) {
    uint32_t item[SCREEN_ROOM];
    int64_t figure[SCREEN_ROOM];
    struct sellable_availability_columns columns = {
        .capacity = SCREEN_ROOM, .item = item, .published = figure};
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_availability(view, &web, 1, &cursor, &columns), OK);
    equal(columns.count, SCREEN_ITEMS);
    for (uint64_t i = 0; i < columns.count; i++)
        published[item[i]] = figure[i];
}

static int64_t explained(const struct sellable *engine, uint32_t item) {
    const struct sellable_question question = {.item = {item}, .channel = web};
    struct sellable_explanation explanation = {.term_capacity = 0};
    expect(sellable_explain(engine, &question, &explanation), OK);
    return explanation.published;
}

static int64_t published_now(const struct sellable *engine, uint32_t item) {
    const struct sellable_question question = {.item = {item}, .channel = web};
    struct sellable_availability figure;
    expect(sellable_available(engine, &question, &figure), OK);
    return figure.published;
}

/* Anything that changes what is seen. */
static void disturb(struct sellable *engine, struct random *random, int64_t round) {
    struct crew_key key, text;
    const struct sellable_line line = {.item = {1 + random_below(random, SCREEN_ITEMS)},
                                       .quantity = random_between(random, 1, 4)};
    const struct sellable_order order = {.key = numbered(&key, "O", (uint64_t)round),
                                         .channel = web,
                                         .lines = &line,
                                         .line_count = 1,
                                         .expires_at = NOW + (round + 3) * 1000};
    const struct sellable_event count = {.type = SELLABLE_ON_HAND_SET,
                                         .item = {1 + random_below(random, SCREEN_ITEMS)},
                                         .location = {1 + random_below(random, 2)},
                                         .quantity = random_between(random, 0, 30)};
    (void)!sellable_reserve(engine, NULL, &order, NULL);
    (void)!sellable_ship(engine, NULL, numbered(&text, "O", random_below(random, 90)), NULL, 0,
                         NULL);
    expect(sellable_apply(engine, NULL, &count, NULL), OK);
    if (round % 7 == 0)
        policy_for(engine, "web", NULL,
                   (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER,
                                            .buffer = random_between(random, 0, 3)});
    now_is(engine, NOW + round * 1000);
}

static void every_screen_shows_the_same_number_at_the_same_instant(void **state) {
    (void)state;
    enum { ROUNDS = 100 };
    struct random random = {23};
    struct ears *ears = open_ears();
    struct sellable *engine = open_stocked(SCREEN_ITEMS, 2, 20, 0);
    struct sellable_view before = {.snapshot = 0}, view;
    int64_t then[SCREEN_ROOM] = {0}, still[SCREEN_ROOM] = {0}, shown[SCREEN_ROOM] = {0};
    now_is(engine, NOW);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        disturb(engine, &random, round);
        expect(sellable_view_open(engine, NULL, &view), OK);
        expect(listen(engine, ears, web), OK);
        read_view(&view, shown);
        for (uint32_t item = 1; item <= SCREEN_ITEMS; item++) {
            equal(shown[item], published_now(engine, item));
            equal(shown[item], explained(engine, item));
            equal(shown[item], ears->told[item].published);
        }
        if (before.snapshot != 0) { /* an older screen shows an older number, and says of when */
            read_view(&before, still);
            for (uint32_t item = 1; item <= SCREEN_ITEMS; item++)
                equal(still[item], then[item]);
            assert_true(before.now < view.now);
        }
        expect(sellable_view_close(NULL, &before), OK);
        before = view;
        memcpy(then, shown, sizeof then);
    }
    expect(sellable_view_close(NULL, &before), OK);
    sellable_close(engine);
    free(ears);
}

/* ---- counters that drift --------------------------------------------------------------------- */

enum { DRIFT_ITEMS = 8 };

static void take_and_give_back(struct member *member) {
    for (uint64_t i = 0; crew_goes_on(member); i++) {
        struct crew_key key;
        const struct sellable_line line = {.item = {1 + random_below(&member->random, DRIFT_ITEMS)},
                                           .quantity = random_between(&member->random, 1, 3)};
        struct sellable_key order = numbered(&key, "O", member->number + 100 * i);
        (void)!reserve_lines(member, order, &line, 1, 0, NULL);
        if (random_percent(&member->random, 70))
            (void)!sellable_release(member->engine, member->worker, order, NULL, 0, NULL);
        else
            (void)!sellable_ship(member->engine, member->worker, order, NULL, 0, NULL);
    }
}

/* At any time, while others write; and what is true of the engine is true of its fork. */
static void audit_on(struct member *member) {
    uint64_t *audits = member->shared;
    while (crew_goes_on(member)) {
        struct sellable_audit audit;
        struct sellable *fork;
        require_status(member, sellable_audit(member->engine, member->worker, &audit), OK);
        require(member, audit.consistent);
        require_status(member, sellable_fork(member->engine, member->worker, NULL, &fork), OK);
        require_status(member, sellable_audit(fork, NULL, &audit), OK);
        require(member, audit.consistent);
        sellable_close(fork);
        ++*audits;
    }
}

static void the_audit_proves_at_any_time_that_no_counter_has_drifted(void **state) {
    (void)state;
    enum { THREADS = 3, DURATION = 300 };
    uint64_t audits = 0;
    struct sellable *engine = open_stocked(DRIFT_ITEMS, 2, 1000000, 0);
    crew_run_with(engine, THREADS, DURATION, audit_on, take_and_give_back, &audits);
    assert_true(audits > 0);
    struct sellable_audit audit;
    struct sellable_stats stats = {.channel_capacity = 0};
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(audit.consistent, 1);
    expect(sellable_stats(engine, &stats), OK);
    equal(stats.units_promised == 0, audit.orders == 0);
    sellable_close(engine);
}

/* ---- logs without end ------------------------------------------------------------------------ */

static void take_ship_and_forget(struct sellable *engine, int64_t round, int64_t retention) {
    enum { ORDERS = 200 };
    struct crew_key key;
    for (uint64_t i = 0; i < ORDERS; i++) {
        struct sellable_key order = numbered(&key, "O", (uint64_t)round * ORDERS + i);
        const struct sellable_line line = {.item = {1 + (uint32_t)(i % SCREEN_ITEMS)},
                                           .quantity = 1};
        const struct sellable_order asked = {
            .key = order, .channel = web, .lines = &line, .line_count = 1};
        expect(sellable_reserve(engine, NULL, &asked, NULL), OK);
        expect(sellable_ship(engine, NULL, order, NULL, 0, NULL), OK);
    }
    now_is(engine, NOW + round * (retention + 1));
}

static void what_is_kept_is_bounded_by_the_retention_whoever_looks_or_never_asks(void **state) {
    (void)state;
    enum { RETENTION = 1000, WARM = 40, ROUNDS = 120 };
    struct sellable *engine = open_stocked(SCREEN_ITEMS, 2, LARGEST / 4, RETENTION);
    struct sellable_memory warm = {.slab_bytes = 0};
    struct ears *ears = open_ears();
    struct sellable_view held, passing;
    channel_of(engine, "never asks");
    struct sellable_channel asked_once = channel_of(engine, "asked once");
    now_is(engine, NOW);
    expect(listen(engine, ears, asked_once), OK);
    expect(sellable_view_open(engine, NULL, &held), OK); /* and nobody closes it */
    for (int64_t round = 1; round <= ROUNDS; round++) {
        expect(sellable_view_open(engine, NULL, &passing), OK);
        take_ship_and_forget(engine, round, RETENTION);
        expect(listen(engine, ears, web), OK);
        expect(sellable_view_close(NULL, &passing), OK);
        if (round == WARM)
            warm = memory_of(engine);
    }
    struct sellable_memory last = memory_of(engine);
    equal(last.orders, 0);
    assert_true(last.block_bytes <= warm.block_bytes + warm.block_bytes / 20);
    equal(last.slab_bytes, warm.slab_bytes);
    expect(sellable_view_close(NULL, &held), OK);
    sellable_close(engine);
    free(ears);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_channel_is_told_is_never_older_than_what_was_seen_before),
        cmocka_unit_test(how_long_an_answer_takes_does_not_depend_on_how_many_items_there_are),
        cmocka_unit_test(a_count_below_what_is_promised_applies_and_names_the_orders_at_risk),
        cmocka_unit_test(late_supply_is_told_to_the_channel_and_names_the_order_that_it_was_for),
        cmocka_unit_test(every_screen_shows_the_same_number_at_the_same_instant),
        cmocka_unit_test(the_audit_proves_at_any_time_that_no_counter_has_drifted),
        cmocka_unit_test(what_is_kept_is_bounded_by_the_retention_whoever_looks_or_never_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
