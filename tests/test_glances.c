/* SPDX-License-Identifier: Apache-2.0
 *
 * A question is answered from as little as will do: from the line of a row, at a glance, in a sight.
 * An explanation always takes the longest way; so the two are compared, over scenes in which all
 * ways come up, while time goes on. */
#include "told.h"

#include "random.h"

#define HOUR (SELLABLE_DAY / 24)

enum { ITEMS = 12, CHANNELS = 9, QUESTIONS = ITEMS * CHANNELS };

static const char *const items[ITEMS] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J",
                                         "SET", "GIFT"};
static const char *const channels[CHANNELS] = {"web",  "edi",    "shop", "field", "outlet",
                                               "mail", "export", "vip",  "kiosk"};
static const char *const places[] = {"east", "north", "south", "west", "yard"};

static struct sellable_policy random_policy(struct random *random, uint32_t likely) {
    static const uint32_t settings[] = {
        SELLABLE_SETTING_CLOSED,     SELLABLE_SETTING_CAP,     SELLABLE_SETTING_MINIMUM,
        SELLABLE_SETTING_BUFFER,     SELLABLE_SETTING_SHARE,   SELLABLE_SETTING_LOW,
        SELLABLE_SETTING_HORIZON,    SELLABLE_SETTING_UNIT,    SELLABLE_SETTING_BACKORDER,
        SELLABLE_SETTING_PRECEDENCE, SELLABLE_SETTING_SOURCING};
    struct sellable_policy policy = {.cap = random_between(random, 0, 40),
                                     .minimum = random_between(random, 0, 9),
                                     .buffer = random_between(random, 0, 9),
                                     .share = (int32_t)random_between(random, 0, 10000),
                                     .low = random_between(random, 0, 20),
                                     .horizon = random_between(random, 0, 9),
                                     .unit = key_of("case"),
                                     .backorder = random_between(random, 0, 9),
                                     .precedence = (int32_t)random_between(random, -2, 2),
                                     .sourcing = random_below(random, 3),
                                     .closed = 1};
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        policy.set |= random_percent(random, i == 0 ? 5 : likely) ? settings[i] : 0;
    }
    return policy;
}

static void random_channels(struct sellable *engine, struct random *random) {
    for (size_t i = 0; i < CHANNELS; i++) {
        const char *list[COUNT_OF(places) + 1] = {NULL};
        size_t count = 0;
        for (size_t place = 0; place < COUNT_OF(places); place++) {
            if (random_percent(random, 60)) {
                list[count++] = places[place];
            }
        }
        if (random_percent(random, 50)) {
            channel_from(engine, channels[i], list);
        }
        channel_with(engine, channels[i], random_policy(random, i % 2 == 0 ? 10 : 30));
    }
}

/* Cells, and here and there a fence, what is dated, settings of its own. */
static void random_item(struct sellable *engine, struct random *random, const char *item) {
    static const int64_t most[] = {40, 40, 100000, SELLABLE_QUANTITY_MAX};
    size_t cells = random_percent(random, 80) ? 4 : COUNT_OF(places);
    bool fences = random_percent(random, 25), dates = random_percent(random, 40);
    counted_in(engine, item, "case", random_between(random, 1, 5), 1);
    for (size_t i = 0; i < cells; i++) {
        stock(engine, item, places[i],
              random_between(random, -3, most[random_below(random, COUNT_OF(most))]));
        for (uint32_t k = 0; fences && k < 2; k++) {
            fence(engine, item, places[i], channels[random_below(random, CHANNELS)],
                  random_between(random, 1, 9), 0);
        }
        for (uint32_t k = 0; dates && random_percent(random, 70) && k < 4; k++) {
            const char reference[3] = {'P', (char)('0' + k), 0};
            int64_t quantity = random_between(random, 1, 9);
            schedule(engine, item, places[i], reference, random_between(random, 1, 240) * HOUR,
                     random_percent(random, 80) ? quantity : -quantity);
        }
    }
    for (uint32_t k = 0; random_percent(random, 20) && k < 3; k++) {
        policy_for(engine, random_percent(random, 80) ? channels[random_below(random, CHANNELS)]
                                                      : NULL,
                   item, random_policy(random, 15));
    }
}

static void same(struct sellable_availability availability,
                 const struct sellable_explanation *explanation, const char *way, size_t i) {
    char name[64];
    (void)snprintf(name, sizeof name, "%s, %s in %s", way, items[i / CHANNELS],
                   channels[i % CHANNELS]);
    equal_at(availability.promisable, explanation->promisable, name, __FILE__, __LINE__);
    equal_at(availability.published, explanation->published, name, __FILE__, __LINE__);
    equal_at(availability.level, explanation->level, name, __FILE__, __LINE__);
}

/* Ask everything in all ways. */
static void compare(struct sellable *engine) {
    static struct sellable_question by_key[QUESTIONS], by_handle[QUESTIONS];
    static struct sellable_availability keyed[QUESTIONS], handled[QUESTIONS];
    static enum sellable_status statuses[2][QUESTIONS];
    for (size_t i = 0; i < QUESTIONS; i++) {
        by_key[i] = (struct sellable_question){.item_key = key_of(items[i / CHANNELS]),
                                               .channel_key = key_of(channels[i % CHANNELS])};
        by_handle[i] = (struct sellable_question){
            .item = item_of(engine, items[i / CHANNELS]),
            .channel = channel_of(engine, channels[i % CHANNELS])};
    }
    sellable_available_batch(engine, by_key, QUESTIONS, statuses[0], keyed);
    sellable_available_batch(engine, by_handle, QUESTIONS, statuses[1], handled);
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct sellable_explanation explanation = {0};
        struct sellable_availability single;
        expect(sellable_explain(engine, &by_handle[i], &explanation), OK);
        expect(sellable_available(engine, &by_handle[i], &single), OK);
        expect(statuses[0][i], OK);
        expect(statuses[1][i], OK);
        same(single, &explanation, "by handle", i);
        same(keyed[i], &explanation, "in a batch, by key", i);
        same(handled[i], &explanation, "in a batch, by handle", i);
    }
}

static void a_question_is_answered_as_its_explanation_says(void **state) {
    (void)state;
    enum { SCENES = 120, STEPS = 12 };
    struct random random = {5};
    for (int scene = 0; scene < SCENES; scene++) {
        struct sellable *engine = open_engine();
        int64_t now = 0;
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            location_of(engine, places[i]);
        }
        random_channels(engine, &random);
        for (size_t i = 0; i < ITEMS - 2; i++) {
            random_item(engine, &random, items[i]);
        }
        kit_of(engine, "SET", "A", 2, "B", 1);
        untracked(engine, "GIFT");
        for (int step = 0; step < STEPS; step++) {
            compare(engine);
            now += random_between(&random, 1, 30) * HOUR;
            now_is(engine, now);
            if (random_percent(&random, 20)) {
                active(engine, places[random_below(&random, COUNT_OF(places))],
                       random_below(&random, 2));
            }
            if (random_percent(&random, 20)) {
                channel_with(engine, channels[random_below(&random, CHANNELS)],
                             random_policy(&random, 20));
            }
        }
        sellable_close(engine);
    }
}

/* What is due takes effect with the first of it, not before: on the row's line nothing says what. */
static void what_is_dated_shows_from_when_it_matters(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct sellable_question question = {.item = counted_in(engine, "A", "case", 2, 1),
                                         .channel = channel_of(engine, "web")};
    struct sellable_availability availability;
    stock(engine, "A", "east", 100);
    schedule(engine, "A", "east", "PO", 3 * SELLABLE_DAY, 30);
    schedule(engine, "A", "east", "SO", 4 * SELLABLE_DAY, -20);
    expect(sellable_available(engine, &question, &availability), OK);
    equal(availability.promisable, 100); /* the supply comes before the demand */
    now_is(engine, 3 * SELLABLE_DAY - 1);
    expect(sellable_available(engine, &question, &availability), OK);
    equal(availability.promisable, 100);
    now_is(engine, 3 * SELLABLE_DAY); /* it has not come, and does not count */
    expect(sellable_available(engine, &question, &availability), OK);
    equal(availability.promisable, 80);
    sellable_close(engine);
}

/* Down to the last unit: where the share comes out even, and where one unit is missing for that. */
static void a_share_of_any_stock_is_exact(void **state) {
    (void)state;
    static const int32_t shares[] = {1, 3, 625, 3333, 4999, 5000, 8192, 9375, 9999, 10000};
    static const int64_t stocks[] = {10000, 9999, 20001, 123456789, SELLABLE_QUANTITY_MAX / 3,
                                     SELLABLE_QUANTITY_MAX - 1, SELLABLE_QUANTITY_MAX};
    struct sellable *engine = open_engine();
    struct sellable_question question = {.item = item_of(engine, "A"),
                                         .channel = channel_of(engine, "web")};
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        channel_with(engine, "web",
                     (struct sellable_policy){.set = SELLABLE_SETTING_SHARE, .share = shares[i]});
        for (size_t k = 0; k < COUNT_OF(stocks); k++) {
            struct sellable_availability availability;
            stock(engine, "A", "east", stocks[k]);
            expect(sellable_available(engine, &question, &availability), OK);
            equal(availability.promisable,
                  stocks[k] / 10000 * shares[i] + stocks[k] % 10000 * shares[i] / 10000);
        }
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_as_its_explanation_says),
        cmocka_unit_test(what_is_dated_shows_from_when_it_matters),
        cmocka_unit_test(a_share_of_any_stock_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
