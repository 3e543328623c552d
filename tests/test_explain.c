/* SPDX-License-Identifier: Apache-2.0
 *
 * Why is it this figure? Every term of an explanation, worked out by hand; and what binds: moved
 * towards more, it raises what is published. */
#include "told.h"

#include "random.h"

#define DAY SELLABLE_DAY

/* An explanation with room for terms and words. */
struct explained {
    struct sellable_explanation why;
    struct sellable_term terms[4];
    char words[1000];
};

static void explain(const struct sellable *engine, struct sellable_question question,
                    struct explained *explained) {
    memset(explained, 0x5a, sizeof *explained);
    explained->why.terms = explained->terms;
    explained->why.term_capacity = COUNT_OF(explained->terms);
    explained->why.because = explained->words;
    explained->why.because_capacity = sizeof explained->words;
    expect(sellable_explain(engine, &question, &explained->why), OK);
    assert_true(explained->why.because_size > 0);
    equal(strlen(explained->words), explained->why.because_size);
}

static struct sellable_question question_of(const char *item) {
    return (struct sellable_question){.item_key = key_of(item), .channel_key = key_of("web")};
}

static struct sellable_availability available(const struct sellable *engine, const char *item) {
    struct sellable_question question = question_of(item);
    struct sellable_availability availability = {.published = -1};
    expect(sellable_available(engine, &question, &availability), OK);
    return availability;
}

static int64_t published(const struct sellable *engine, const char *item) {
    return available(engine, item).published;
}

/* ---- the terms ------------------------------------------------------------------------------- */

/* All of them differ from 0 somewhere: see the test below. */
static struct sellable *rich_scene(void) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"west", "east", "north", NULL});
    channel_from(engine, "edi", (const char *const[]){"east", NULL});
    channel_from(engine, "field", (const char *const[]){"west", NULL});
    channel_with(engine, "web",
                 (struct sellable_policy){
                     .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_HORIZON |
                            SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_BACKORDER |
                            SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW | SELLABLE_SETTING_UNIT,
                     .share = 5000,
                     .horizon = 4,
                     .buffer = 1,
                     .backorder = 5,
                     .cap = 50,
                     .low = 9,
                     .unit = key_of("pair")});
    channel_with(engine, "edi",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 4});
    channel_with(engine, "field",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 5});
    counted_in(engine, "A", "pair", 2, 1);
    now_is(engine, 1000);
    stock(engine, "A", "east", 20);
    hold(engine, "A", "east", "damage", 2);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 1), OK);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "A", "east", NULL, 1), OK);
    fence(engine, "A", "east", "web", 2, 0);
    fence(engine, "A", "east", "shop", 3, 0);
    schedule(engine, "A", "east", "PO-1", 2 * DAY, 6);
    schedule(engine, "A", "east", "D-1", 3 * DAY, -4);
    takes(engine, "O-1", "edi", "A", 5, "5 A east");
    const struct sellable_line lines[] = {line_of("A", 3)};
    struct sellable_order order = ORDER("O-2", "edi", lines);
    order.has_date = 1;
    order.date = 2 * DAY;
    accepted(engine, &order, "3 A east");
    stock(engine, "A", "west", 1);
    takes(engine, "O-3", "field", "A", 3, "3 A west (2 wait)");
    return engine;
}

static void an_explanation_has_every_term_as_of_its_date(void **state) {
    (void)state;
    struct sellable *engine = rich_scene();
    struct explained explained;
    struct sellable_question question = question_of("A");
    question.has_date = 1;
    question.date = 2 * DAY;
    explain(engine, question, &explained);
    const struct sellable_explanation *why = &explained.why;
    equal(why->term_count, 3);
    equal(explained.terms[2].location.id, location_of(engine, "north").id);
    equal(explained.terms[2].on_hand | explained.terms[2].seen, 0); /* nothing was said of it */
    const struct sellable_term *west = &explained.terms[0], *east = &explained.terms[1];
    equal(west->location.id, location_of(engine, "west").id);
    equal(east->location.id, location_of(engine, "east").id);
    const int64_t figures[][2] = {
        {east->on_hand, 20},   {east->held, 2},      {east->allocated, 1},
        {east->reserved, 5},   {east->net, 11},      {east->safety_stock, 1},
        {east->supply, 6},     {east->demand, 0},    {east->promised, 3},
        {east->projected, 14}, {east->low, 10}, /* 14 - 4 on day 3 */
        {east->free, 10},      {east->fenced, 5},    {east->backordered, 0},
        {east->shared, 5},     {east->fence, 2},     {east->own, 2},
        {east->seen, 4}, /* half of 5, and 2 */
        {east->waiting, 0},    {west->on_hand, 1},   {west->reserved, 1},
        {west->net, 0},        {west->projected, 0}, {west->low, 0},
        {west->free, 0},       {west->fenced, 0},    {west->backordered, 2},
        {west->shared, 0},     {west->seen, 0},      {west->waiting, 2},
        {why->now, 1000},      {why->date, 2 * DAY}, {why->share, 5000},
        {why->closed, 0},      {why->paused, 0},     {why->sourcing, SELLABLE_SPLIT},
        {why->pool, 4},        {why->buffer, 1},     {why->backorder, 5},
        {why->room, 3},        {why->unit, 2},       {why->promisable, 6},
        {why->minimum, 0},     {why->cap, 50},       {why->published, 6},
        {why->level, SELLABLE_LEVEL_LOW}};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "figure %u of the terms", (unsigned)i);
        equal_at(figures[i][0], figures[i][1], name, __FILE__, __LINE__);
    }
    equal(why->item.id, item_of(engine, "A").id);
    equal(why->channel.id, channel_of(engine, "web").id);
    equal(promisable_at(engine, "web", "A", 2 * DAY), 6);
    explain(engine, question_of("A"), &explained); /* of the horizon: day 4 */
    equal(why->date, 1000 + 4 * DAY);
    equal(east->supply, 6);
    equal(east->demand, 4);
    equal(east->promised, 3);
    equal(east->projected, 10);
    equal(east->low, 10);
    equal(why->promisable, 6);
    question.date = 1000; /* now */
    explain(engine, question, &explained);
    equal(east->supply, 0);
    equal(east->projected, 11);
    equal(east->low, 10);
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED | SELLABLE_SETTING_SOURCING |
                                               SELLABLE_SETTING_MINIMUM,
                                        .paused = 1,
                                        .sourcing = SELLABLE_MOST,
                                        .minimum = 7});
    explain(engine, question, &explained);
    equal(why->paused, 1);
    equal(why->sourcing, SELLABLE_MOST);
    equal(why->minimum, 7);
    equal(why->published, 0);
    equal(why->level, SELLABLE_LEVEL_NONE);
    sellable_close(engine);
}

static void an_explanation_for_an_order_counts_its_own_promise_as_free(void **state) {
    (void)state;
    struct sellable *engine = rich_scene();
    takes(engine, "O-4", "web", "A", 3, "3 A east");
    struct explained explained;
    struct sellable_question question = question_of("A");
    question.order = key_of("O-4");
    explain(engine, question, &explained);
    equal(explained.why.promisable, 6);
    equal(explained.why.pool, 4);
    equal(explained.terms[1].fence, 2);
    equal(explained.terms[1].free, 10);
    sellable_close(engine);
}

static void of_a_kit_and_of_a_service_there_are_no_terms(void **state) {
    (void)state;
    struct sellable *engine = rich_scene();
    stock(engine, "B", "east", 2);
    channel_with(engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTINGS_ALL});
    kit_of(engine, "SET", "A", 1, "B", 2);
    untracked(engine, "GIFT");
    struct explained explained;
    explain(engine, question_of("SET"), &explained);
    equal(explained.why.term_count, 0);
    equal(explained.why.promisable, 1);
    equal(explained.why.published, 1);
    equal(explained.why.binds, SELLABLE_BINDS_COMPONENT);
    equal(explained.why.component.id, item_of(engine, "B").id);
    explain(engine, question_of("GIFT"), &explained);
    equal(explained.why.term_count, 0);
    equal(explained.why.promisable, LARGEST);
    equal(explained.why.binds, SELLABLE_BINDS_NOTHING);
    sellable_close(engine);
}

/* ---- what binds ------------------------------------------------------------------------------ */

static const char *const places[] = {"east", "west"};

static void adjust(struct sellable *engine, const char *item, struct sellable_location location,
                   int64_t quantity) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                         .item = item_of(engine, item),
                                         .location = location,
                                         .quantity = quantity};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
}

/* The fences of others at a location become so much less, together. */
static void lower_fences(struct sellable *engine, const char *item,
                         struct sellable_location location, int64_t less) {
    struct sellable_fence fences[4];
    const struct sellable_place place = {.item_key = key_of(item), .location = location};
    struct sellable_cell cell = {.fences = fences, .fence_capacity = COUNT_OF(fences)};
    expect(sellable_cell(engine, &place, &cell), OK);
    for (uint32_t i = 0; i < cell.fence_count && less > 0; i++) {
        if (fences[i].channel.id != channel_of(engine, "web").id) {
            int64_t part = fences[i].quantity < less ? fences[i].quantity : less;
            const struct sellable_event event = {.type = SELLABLE_RING_FENCE_SET,
                                                 .item_key = key_of(item),
                                                 .location = location,
                                                 .channel = fences[i].channel,
                                                 .quantity = fences[i].quantity - part};
            expect(sellable_apply(engine, NULL, &event, NULL), OK);
            less -= part;
        }
    }
    equal(less, 0);
}

/* Moves what binds towards more, by what is missing; of a kit that of its component. */
static void move(struct sellable *engine, const char *item,
                 const struct sellable_explanation *why) {
    const struct sellable_location list[] = {location_of(engine, places[0]),
                                             location_of(engine, places[1])};
    struct sellable_policy policy = {.set = 0};
    struct explained inner;
    char component[SELLABLE_KEY_MAX + 1] = "";
    struct sellable_key key;
    switch ((enum sellable_binding)why->binds) {
    case SELLABLE_BINDS_CLOSED:
        policy.set = SELLABLE_SETTING_CLOSED;
        break;
    case SELLABLE_BINDS_LOCATIONS:
        active(engine, places[0], 1);
        active(engine, places[1], 1);
        policy.set = SELLABLE_SETTING_LOCATIONS;
        policy.locations = list;
        policy.location_count = COUNT_OF(list);
        break;
    case SELLABLE_BINDS_CAP:
        policy.set = SELLABLE_SETTING_CAP;
        policy.cap = why->cap + why->missing;
        break;
    case SELLABLE_BINDS_MINIMUM:
        policy.set = SELLABLE_SETTING_MINIMUM;
        policy.minimum = why->minimum - why->missing;
        break;
    case SELLABLE_BINDS_BUFFER:
        policy.set = SELLABLE_SETTING_BUFFER;
        policy.buffer = why->buffer - why->missing;
        break;
    case SELLABLE_BINDS_SHARE:
        policy.set = SELLABLE_SETTING_SHARE;
        policy.share = (int32_t)(why->share + why->missing);
        break;
    case SELLABLE_BINDS_STOCK:
    case SELLABLE_BINDS_UNIT:
        adjust(engine, item, why->location, why->missing);
        break;
    case SELLABLE_BINDS_FENCES:
        lower_fences(engine, item, why->location, why->missing);
        break;
    case SELLABLE_BINDS_COMPONENT:
        key = sellable_item_key(engine, why->component);
        memcpy(component, key.bytes, key.size);
        policy_for(engine, "web", component, /* these of its settings do not count for the kit */
                   (struct sellable_policy){.set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_MINIMUM,
                                            .cap = LARGEST});
        explain(engine, question_of(component), &inner);
        move(engine, component, &inner.why);
        break;
    case SELLABLE_BINDS_NOTHING:
        fail_msg("%s", "nothing binds, and there is nothing to move");
    }
    policy_for(engine, "web", item, policy);
}

static void a_few_figures_have_one_thing_that_binds(void **state) {
    (void)state;
    const struct {
        struct sellable_policy policy;
        int64_t on_hand; /* 0: of the item nothing was ever said */
        uint32_t binds;
    } cases[] = {
        {{.set = 0}, 5, SELLABLE_BINDS_STOCK},
        {{.set = 0}, 0, SELLABLE_BINDS_STOCK},
        {{.set = 0}, LARGEST, SELLABLE_BINDS_NOTHING},
        {{.set = SELLABLE_SETTING_CLOSED, .closed = 1}, 5, SELLABLE_BINDS_CLOSED},
        {{.set = SELLABLE_SETTING_LOCATIONS}, 5, SELLABLE_BINDS_LOCATIONS},
        {{.set = SELLABLE_SETTING_CAP, .cap = 4}, 5, SELLABLE_BINDS_CAP},
        {{.set = SELLABLE_SETTING_MINIMUM, .minimum = 6}, 5, SELLABLE_BINDS_MINIMUM},
        {{.set = SELLABLE_SETTING_BUFFER, .buffer = 2}, 5, SELLABLE_BINDS_BUFFER},
        {{.set = SELLABLE_SETTING_SHARE, .share = 300}, 1000020, SELLABLE_BINDS_SHARE},
        {{.set = SELLABLE_SETTING_UNIT, .unit = {"pair", 4}}, 4, SELLABLE_BINDS_UNIT},
        {{.set = SELLABLE_SETTING_UNIT, .unit = {"pair", 4}}, 5, SELLABLE_BINDS_STOCK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = open_engine();
        location_of(engine, "east");
        counted_in(engine, "A", "pair", 2, 1);
        if (cases[i].on_hand) {
            stock(engine, "A", "east", cases[i].on_hand);
        }
        channel_with(engine, "web", cases[i].policy);
        struct explained explained;
        explain(engine, question_of("A"), &explained);
        equal(explained.why.binds, cases[i].binds);
        if (cases[i].binds == SELLABLE_BINDS_STOCK) {
            equal(explained.why.location.id, location_of(engine, "east").id);
        }
        if (cases[i].binds != SELLABLE_BINDS_NOTHING) {
            int64_t before = explained.why.published;
            move(engine, "A", &explained.why);
            assert_true(published(engine, "A") > before);
        }
        char figure[24]; /* the words begin with it */
        (void)snprintf(figure, sizeof figure, "%lld", (long long)explained.why.published);
        assert_memory_equal(explained.words, figure, strlen(figure));
        const char *reason = strstr(explained.words, ": "); /* and give one reason */
        assert_non_null(reason);
        assert_null(strstr(reason + 2, ": "));
        sellable_close(engine);
    }
}

/* A small scene at random, of A, and of SET, so many of A and one of B. */
static struct sellable *random_scene(struct random *random) {
    static const uint32_t settings[] = {SELLABLE_SETTING_CLOSED,  SELLABLE_SETTING_CAP,
                                        SELLABLE_SETTING_MINIMUM, SELLABLE_SETTING_BUFFER,
                                        SELLABLE_SETTING_SHARE,   SELLABLE_SETTING_UNIT,
                                        SELLABLE_SETTING_HORIZON, SELLABLE_SETTING_BACKORDER,
                                        SELLABLE_SETTING_SOURCING};
    struct sellable *engine = open_engine();
    bool large = random_percent(random, 30);
    struct sellable_policy policy = {.cap = random_between(random, 0, 12),
                                     .minimum = random_between(random, 0, 12),
                                     .buffer = random_between(random, 0, 5),
                                     .share = (int32_t)random_between(random, 0, 10) * 1000,
                                     .unit = key_of("case"),
                                     .horizon = random_between(random, 0, 3),
                                     .backorder = random_between(random, 0, 4),
                                     .sourcing = random_below(random, 3),
                                     .closed = 1};
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        policy.set |= random_percent(random, i == 0 ? 5 : 15) ? settings[i] : 0;
    }
    counted_in(engine, "A", "case", random_between(random, 1, 5), 1);
    kit_of(engine, "SET", "A", random_between(random, 1, 3), "B", 1);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        stock(engine, "A", places[i],
              random_between(random, -2, 12) + (large ? 100000 * random_below(random, 3) : 0));
        stock(engine, "B", places[i], random_between(random, -2, 6));
        if (random_percent(random, 30)) {
            fence(engine, "A", places[i], "shop", random_between(random, 1, 6), 0);
        }
        if (random_percent(random, 30)) {
            fence(engine, "A", places[i], "web", random_between(random, 1, 6), 0);
        }
        if (random_percent(random, 20)) {
            schedule(engine, "A", places[i], "PO", DAY, random_between(random, -5, 9));
        }
        if (random_percent(random, 10)) {
            active(engine, places[i], 0);
        }
    }
    channel_with(engine, "web", policy);
    return engine;
}

/* A channel that is closed, or has no location, or no share, may have nothing to sell when it is
 * given them; then something else binds. */
static bool given_in_vain(const struct sellable *engine, const char *item,
                          const struct sellable_explanation *why) {
    struct explained now;
    explain(engine, question_of(item), &now);
    if (why->binds == SELLABLE_BINDS_COMPONENT) {
        char component[SELLABLE_KEY_MAX + 1] = "";
        struct sellable_key key = sellable_item_key(engine, now.why.component);
        memcpy(component, key.bytes, key.size);
        explain(engine, question_of(component), &now);
        return now.why.missing == 0;
    }
    if (why->missing == 0 && why->binds != SELLABLE_BINDS_CLOSED &&
        why->binds != SELLABLE_BINDS_LOCATIONS)
        return true; /* it alone does not raise the figure, and that is said */
    return (why->binds == SELLABLE_BINDS_CLOSED || why->binds == SELLABLE_BINDS_LOCATIONS ||
            (why->binds == SELLABLE_BINDS_SHARE && why->share == 0)) &&
           now.why.binds != why->binds;
}

/* In the same scene again, one less than what is missing raises nothing. */
static void less_is_not_enough(struct random start, const char *item,
                               struct sellable_explanation why) {
    if (why.missing < 2 || why.binds == SELLABLE_BINDS_SHARE) { /* which is given all there is */
        return;
    }
    struct sellable *engine = random_scene(&start);
    why.missing--;
    move(engine, item, &why);
    equal(published(engine, item), why.published);
    sellable_close(engine);
}

static void what_binds_moved_by_what_is_missing_raises_what_is_published(void **state) {
    (void)state;
    enum { SCENES = 3000, KINDS = SELLABLE_BINDS_COMPONENT + 1 };
    static const char *const kinds[KINDS] = {"nothing", "closed", "locations", "cap",
                                             "minimum", "buffer", "stock",     "fences",
                                             "share",   "unit",   "component"};
    struct random random = {21};
    int count[KINDS] = {0}, by_one[KINDS] = {0};
    for (int scene = 0; scene < SCENES; scene++) {
        const struct random start = random;
        struct sellable *engine = random_scene(&random);
        const char *item = scene % 3 == 0 ? "SET" : "A";
        struct explained explained;
        explain(engine, question_of(item), &explained);
        const struct sellable_explanation *why = &explained.why;
        equal(why->published, published(engine, item));
        assert_true(why->binds < KINDS);
        count[why->binds]++;
        by_one[why->binds] += why->missing == 1;
        /* Of a kit, its components may have to be moved once for each of the number it takes. A
         * figure that is just at its cap, or 0 and below its minimum, needs two moves: then the
         * cap, or the minimum, binds. */
        int64_t before = why->published;
        int64_t most = why->binds == SELLABLE_BINDS_COMPONENT ? 60 : 1;
        most += before == why->cap || (why->promisable == 0 && why->minimum > 1);
        for (int64_t i = 0; i < most && published(engine, item) == before; i++) {
            struct explained again;
            explain(engine, question_of(item), &again);
            move(engine, item, &again.why);
        }
        if (published(engine, item) <= before && !given_in_vain(engine, item, why)) {
            print_error("scene %d, %s: %s, moved, leaves %lld: %s\n", scene, item,
                        kinds[why->binds], (long long)before, explained.words);
            fail();
        }
        sellable_close(engine);
        less_is_not_enough(start, item, explained.why);
    }
    for (size_t kind = 1; kind < KINDS; kind++) {
        print_message("%s %d, by one %d\n", kinds[kind], count[kind], by_one[kind]);
        assert_true(count[kind] > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_explanation_has_every_term_as_of_its_date),
        cmocka_unit_test(an_explanation_for_an_order_counts_its_own_promise_as_free),
        cmocka_unit_test(of_a_kit_and_of_a_service_there_are_no_terms),
        cmocka_unit_test(a_few_figures_have_one_thing_that_binds),
        cmocka_unit_test(what_binds_moved_by_what_is_missing_raises_what_is_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
