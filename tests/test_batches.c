/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch is a sequence of single calls in its order: two engines are told the same at random, one
 * in batches, one call by call; every answer and every figure is the same. */
#include "told.h"

#include "random.h"

enum { ITEMS = 5, LOCATIONS = 3, CHANNELS = 3, BATCH = 40, ROUNDS = 60 };

static const char *const items[ITEMS] = {"A", "B", "C", "SET", "GIFT"};
static const char *const locations[LOCATIONS] = {"east", "north", "west"};
static const char *const channels[CHANNELS] = {"web", "shop", "edi"};
static const char *const reasons[] = {"quality", "damage", "customs"};

static struct sellable *set_up(void) {
    struct sellable *engine = open_engine();
    for (int i = 0; i < LOCATIONS; i++) {
        location_of(engine, locations[i]);
    }
    for (int i = 0; i < 3; i++) {
        counted_in(engine, items[i], "case", 3 + i, 1 + i % 2);
    }
    kit_of(engine, "SET", "A", 2, "B", 1);
    untracked(engine, "GIFT");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON | SELLABLE_SETTING_SHARE |
                                                 SELLABLE_SETTING_SOURCING,
                                          .horizon = 5,
                                          .share = 7000,
                                          .sourcing = SELLABLE_MOST});
    channel_with(engine, "shop",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                 SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_UNIT,
                                          .backorder = 6,
                                          .buffer = 1,
                                          .unit = key_of("case")});
    channel_with(engine, "edi",
                 (struct sellable_policy){.set = SELLABLE_SETTING_SOURCING |
                                                 SELLABLE_SETTING_HORIZON,
                                          .horizon = 2,
                                          .sourcing = SELLABLE_SINGLE});
    return engine;
}

static struct sellable_key one_of(struct random *random, const char *const *keys, uint32_t count) {
    return key_of(random_percent(random, 2) ? "nothing" : keys[random_below(random, count)]);
}

static struct sellable_event random_event(struct random *random, const struct sellable *engine) {
    static const char *const references[] = {"PO-1", "PO-2", "D-1"};
    struct sellable_event event = {
        .type = (uint32_t)random_between(random, 0, SELLABLE_EVENT_TYPES_END),
        .item_key = one_of(random, items, ITEMS),
        .location_key = one_of(random, locations, LOCATIONS),
        .channel_key = one_of(random, channels, CHANNELS),
        .reason = one_of(random, reasons, COUNT_OF(reasons)),
        .reference = one_of(random, references, COUNT_OF(references)),
        .due = sellable_now(engine) + random_between(random, -1, 6) * SELLABLE_DAY,
        .quantity = random_between(random, -4, 12)};
    if (random_percent(random, 60)) {
        event.type = SELLABLE_ON_HAND_SET;
        event.quantity = random_between(random, 0, 30);
    }
    if (random_percent(random, 20)) {
        event.unit = key_of("case");
    }
    if (random_percent(random, 10)) {
        event.has_expected = 1;
        event.expected = random_between(random, 0, 6);
    }
    if (random_percent(random, 30)) {
        event.until = sellable_now(engine) + random_between(random, 0, 4) * SELLABLE_DAY;
    }
    return event;
}

/* Orders of a batch, and what they point to. */
struct orders {
    struct sellable_order order[BATCH];
    struct sellable_line line[BATCH][3];
    struct sellable_substitute substitute[BATCH][2];
    char key[BATCH][16];
};

static void random_orders(struct random *random, const struct sellable *engine,
                          struct orders *orders) {
    int64_t now = sellable_now(engine);
    for (int i = 0; i < BATCH; i++) {
        uint32_t lines = 1 + random_below(random, 3);
        (void)snprintf(orders->key[i], sizeof orders->key[i], "O-%u",
                       (unsigned)random_below(random, 4000));
        for (uint32_t j = 0; j < lines; j++) {
            struct sellable_line *line = &orders->line[i][j];
            *line = (struct sellable_line){.item_key = one_of(random, items, ITEMS),
                                           .quantity = random_between(random, 1, 6),
                                           .at_least = random_between(random, 0, 3)};
            if (random_percent(random, 20)) {
                line->location_key = one_of(random, locations, LOCATIONS);
            }
            if (random_percent(random, 15)) {
                line->unit = key_of("case");
            }
        }
        orders->substitute[i][0] =
            (struct sellable_substitute){.item_key = one_of(random, items, ITEMS)};
        orders->substitute[i][1] =
            (struct sellable_substitute){.item_key = one_of(random, items, ITEMS)};
        orders->line[i][0].substitutes = orders->substitute[i];
        orders->line[i][0].substitute_count =
            random_percent(random, 20) ? 1 + random_below(random, 2) : 0;
        orders->order[i] = (struct sellable_order){
            .key = key_of(orders->key[i]),
            .channel_key = one_of(random, channels, CHANNELS),
            .lines = orders->line[i],
            .line_count = lines,
            .expires_at = random_percent(random, 40) ? now + random_between(random, 0, 9) : 0,
            .has_date = random_percent(random, 20),
            .date = now + random_between(random, 0, 3) * SELLABLE_DAY,
            .mode = random_percent(random, 30) ? SELLABLE_PARTIAL : SELLABLE_ALL,
            .has_precedence = random_percent(random, 20),
            .precedence = (int32_t)random_between(random, -5, 5)};
    }
}

static void same_answer(const struct reply *one, const struct reply *other, int status) {
    const struct sellable_answer *a = &one->answer;
    const struct sellable_answer *b = &other->answer;
    bool told = status == SELLABLE_OK || status == SELLABLE_DUPLICATE;
    if (told || status == SELLABLE_INSUFFICIENT) {
        equal(a->plan_count, b->plan_count);
        equal(a->misfit_count, b->misfit_count);
        for (uint32_t i = 0; i < a->plan_count && i < COUNT_OF(one->plan); i++) {
            assert_memory_equal(&one->plan[i], &other->plan[i], sizeof one->plan[i]);
        }
        for (uint32_t i = 0; i < a->misfit_count && i < COUNT_OF(one->misfits); i++) {
            assert_memory_equal(&one->misfits[i], &other->misfits[i], sizeof one->misfits[i]);
        }
    }
    if (told) {
        equal(a->date, b->date);
    }
    if (status == SELLABLE_INVALID) {
        assert_string_equal(a->field, b->field);
        assert_string_equal(a->reason, b->reason);
        equal(a->line, b->line);
    }
}

static void the_same_is_kept(const struct sellable *one, const struct sellable *other) {
    for (int item = 0; item < ITEMS; item++) {
        for (int location = 0; location < LOCATIONS; location++) {
            struct sellable_cell a = cell_of(one, items[item], locations[location]);
            struct sellable_cell b = cell_of(other, items[item], locations[location]);
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
}

static void batches_of_events_and_orders_equal_single_calls(void **state) {
    (void)state;
    struct random random = {11};
    struct sellable *batched = set_up();
    struct sellable *single = set_up();
    static struct orders orders;
    static struct reply replies[BATCH];
    int seen[SELLABLE_STATUS_COUNT] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        struct sellable_event events[BATCH];
        struct sellable_answer answers[BATCH];
        enum sellable_status statuses[BATCH];
        struct reply reply;
        for (int i = 0; i < BATCH; i++) {
            events[i] = random_event(&random, batched);
            answers[i] = *empty(&replies[i]);
        }
        expect(sellable_apply_batch(batched, NULL, events, BATCH, statuses, answers), OK);
        for (int i = 0; i < BATCH; i++) {
            equal(statuses[i], sellable_apply(single, NULL, &events[i], empty(&reply)));
            if (statuses[i] == SELLABLE_OK) {
                equal(answers[i].variance, reply.answer.variance);
            } else if (statuses[i] == SELLABLE_CONFLICT) {
                equal(answers[i].actual, reply.answer.actual);
            }
        }
        random_orders(&random, batched, &orders);
        for (int i = 0; i < BATCH; i++) {
            answers[i] = *empty(&replies[i]);
        }
        expect(sellable_reserve_batch(batched, NULL, orders.order, BATCH, statuses, answers), OK);
        for (int i = 0; i < BATCH; i++) {
            equal(statuses[i], sellable_reserve(single, NULL, &orders.order[i], empty(&reply)));
            replies[i].answer = answers[i];
            same_answer(&replies[i], &reply, (int)statuses[i]);
            seen[statuses[i]]++;
        }
        the_same_is_kept(batched, single);
        int64_t now = sellable_now(batched) + random_between(&random, 0, SELLABLE_DAY / 2);
        now_is(batched, now);
        now_is(single, now);
    }
    const int wanted[] = {SELLABLE_OK, SELLABLE_CONFLICT, SELLABLE_INSUFFICIENT, SELLABLE_INVALID,
                          SELLABLE_UNKNOWN_ITEM, SELLABLE_UNKNOWN_LOCATION,
                          SELLABLE_UNKNOWN_CHANNEL};
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        if (seen[wanted[i]] == 0) {
            print_error("no order was answered %s\n", sellable_status_name(wanted[i]));
            fail();
        }
    }
    sellable_close(batched);
    sellable_close(single);
}

static void batches_of_questions_equal_single_calls(void **state) {
    (void)state;
    struct random random = {12};
    struct sellable *engine = set_up();
    static struct orders orders;
    for (int round = 0; round < ROUNDS; round++) {
        struct sellable_question questions[BATCH];
        struct sellable_availability availabilities[BATCH];
        enum sellable_status statuses[BATCH];
        for (int i = 0; i < BATCH; i++) {
            struct sellable_event event = random_event(&random, engine);
            (void)!sellable_apply(engine, NULL, &event, NULL);
        }
        random_orders(&random, engine, &orders);
        expect(sellable_reserve_batch(engine, NULL, orders.order, BATCH, statuses, NULL), OK);
        for (int i = 0; i < BATCH; i++) {
            questions[i] = (struct sellable_question){
                .item_key = one_of(&random, items, ITEMS),
                .channel_key = one_of(&random, channels, CHANNELS),
                .has_date = random_percent(&random, 40),
                .date = sellable_now(engine) + random_between(&random, 0, 3) * SELLABLE_DAY};
            if (random_percent(&random, 30)) {
                questions[i].order = key_of(orders.key[random_below(&random, BATCH)]);
            }
        }
        memset(availabilities, 0x5a, sizeof availabilities);
        sellable_available_batch(engine, questions, BATCH, statuses, availabilities);
        for (int i = 0; i < BATCH; i++) {
            struct sellable_availability availability;
            memset(&availability, 0xa5, sizeof availability);
            equal(statuses[i], sellable_available(engine, &questions[i], &availability));
            assert_memory_equal(&availabilities[i], &availability, sizeof availability);
        }
        now_is(engine, sellable_now(engine) + random_between(&random, 0, SELLABLE_DAY / 2));
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_of_events_and_orders_equal_single_calls),
        cmocka_unit_test(batches_of_questions_equal_single_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
