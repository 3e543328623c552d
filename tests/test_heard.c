/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes, with a thread stopped between any two atomic steps: of one who asks for them, and of one
 * who changes something. While it stands there others change things and ask, and hear all that
 * there is; and when it goes on, what it has told or changed adds up with what they have heard.
 *
 *    test_heard [long]       long: at all steps, not at some */
#include "between_feeds.h"
#include "heard.h"

static bool is_long;

enum { WEB_CHANNEL = 1, SHOP_CHANNEL = 2, HEARD_CHANNELS = 2, HEARD_ITEMS = 16, FULL = 64 };

/* Who has heard what: those of the scene and the other; the one who is stopped. */
enum { OTHERS, STOPPED };
static struct heard heard[HEARD_CHANNELS][2];
static bool is_under_way; /* a question for WEB_CHANNEL, not by the others */
static uint64_t known;    /* the position of WEB_CHANNEL that the others know */

static enum sellable_status ask(struct sellable *engine, uint32_t channel, const uint64_t *after,
                                uint64_t capacity, int who) {
    return hear(engine, NULL, (struct sellable_channel){channel}, after, capacity,
                &heard[channel - 1][who]);
}

/* ---- what was told, and what is seen --------------------------------------------------------- */

struct picture {
    int64_t published[HEARD_ITEMS + 1];
    uint32_t level[HEARD_ITEMS + 1];
};

static void see(const struct sellable *engine, uint32_t channel, struct picture *picture) {
    memset(picture, 0, sizeof *picture);
    for (uint32_t item = 1; item <= HEARD_ITEMS; item++) {
        const struct sellable_question question = {.item = {item}, .channel = {channel}};
        struct sellable_availability now;
        if (sellable_available(engine, &question, &now) == SELLABLE_OK) {
            picture->published[item] = now.published;
            picture->level[item] = now.level;
        }
    }
}

/* By the numbers of the tellings, as far as the others have heard them. */
static void recall(uint32_t channel, bool all, struct picture *picture) {
    uint64_t number[HEARD_ITEMS + 1] = {0};
    memset(picture, 0, sizeof *picture);
    for (int who = OTHERS; who <= (all ? STOPPED : OTHERS); who++) {
        const struct heard *of = &heard[channel - 1][who];
        for (uint64_t a = 0; a < of->answers; a++) {
            const struct heard_answer *answer = &of->answer[a];
            for (uint64_t n = 0; n < answer->count; n++) {
                const struct sellable_change *told = &of->change[answer->first + n];
                uint64_t its = answer->position - answer->count + n + 1;
                if (told->item.id > HEARD_ITEMS || its < number[told->item.id])
                    continue;
                number[told->item.id] = its;
                picture->published[told->item.id] = told->published;
                picture->level[told->item.id] = told->level;
            }
        }
    }
}

/* The first item of which something else was told than was seen, before or after; 0: none. */
static uint32_t item_that_differs(const struct picture *told, const struct picture *before,
                                  const struct picture *after) {
    for (uint32_t item = 1; item <= HEARD_ITEMS; item++) {
        bool is_before = told->published[item] == before->published[item] &&
                         told->level[item] == before->level[item];
        bool is_after = told->published[item] == after->published[item] &&
                        told->level[item] == after->level[item];
        if (!is_before && !is_after)
            return item;
    }
    return 0;
}

/* Ask until there is no more; what the stopped one was told and has not heard, too. */
static enum sellable_status ask_for_all(struct sellable *engine, uint32_t channel) {
    const struct heard *of = &heard[channel - 1][OTHERS];
    bool lost = false;
    enum sellable_status status;
    do {
        uint64_t *after = lost ? &known : NULL;
        status = ask(engine, channel, after, FULL, OTHERS);
        if (status != SELLABLE_OK)
            return status;
        const struct heard_answer *answer = heard_last(of);
        if (channel != WEB_CHANNEL)
            continue;
        lost = is_under_way && !lost && answer->position - answer->count > known;
        known = lost ? known : answer->position;
    } while (lost || heard_last(of)->more);
    return status;
}

/* What was told is what there was before the question or after it; and if something has changed
 * meanwhile, the next question tells that. */
static void ask_and_compare(struct sellable *engine, uint32_t channel, struct text *said) {
    struct picture told, before, after;
    for (int again = 0; again < 2; again++) {
        see(engine, channel, &before);
        enum sellable_status status = ask_for_all(engine, channel);
        see(engine, channel, &after);
        recall(channel, !is_under_way, &told);
        uint32_t item = item_that_differs(&told, &before, &after);
        if (status != SELLABLE_OK || item != 0) {
            text_add(said, "wrong: %s, channel %u of item %u: told %" PRId64 ", seen %" PRId64
                           ", then %" PRId64 " ", sellable_status_name((int)status), channel, item,
                     told.published[item], before.published[item], after.published[item]);
            return;
        }
        if (item_that_differs(&told, &after, &after) == 0)
            return;
    }
    text_add(said, "wrong: nothing changes, and channel %u is not told ", channel);
}

static void compare_all(struct sellable *engine, struct text *said) {
    for (uint32_t channel = 1; channel <= HEARD_CHANNELS; channel++)
        ask_and_compare(engine, channel, said);
}

/* At the end: no telling is missing, none is in two answers. */
static void settle(struct sellable *engine, struct text *fault) {
    is_under_way = false;
    compare_all(engine, fault);
    for (uint32_t channel = 0; channel < HEARD_CHANNELS; channel++) {
        bool is_there[1024] = {false};
        uint64_t position = 0, count = 0;
        for (int who = OTHERS; who <= STOPPED; who++) {
            const struct heard *of = &heard[channel][who];
            for (uint64_t a = 0; a < of->answers; a++) {
                position = of->answer[a].position > position ? of->answer[a].position : position;
                for (uint64_t n = 0; n < of->answer[a].count; n++) {
                    uint64_t number = of->answer[a].position - n;
                    if (number == 0 || number >= COUNT_OF(is_there) || is_there[number]) {
                        text_add(fault, "telling %" PRIu64 " is in two answers ", number);
                        return;
                    }
                    is_there[number] = true;
                    count++;
                }
            }
        }
        if (count != position)
            text_add(fault, "%" PRIu64 " tellings of %" PRIu64 " are in no answer ",
                     position - count, position);
    }
}

/* ---- the scene ------------------------------------------------------------------------------- */

/* Some things that change what both channels see, of plain items, kits, now and later. */
static void change_some(struct sellable *engine) {
    stock(engine, "A", "east", 60);
    stock(engine, "C", "east", 30);
    schedule(engine, "D", "east", "PO-9", DUE + 100, 5);
    expect(reserve(engine, "more", "web", "B", 1), OK);
}

static void begin_to_hear(void) {
    is_under_way = false;
    known = 0;
    for (uint32_t channel = 0; channel < HEARD_CHANNELS; channel++)
        for (int who = OTHERS; who <= STOPPED; who++)
            heard_free(&heard[channel][who]);
}

/* What the channels know of it when a thread is about to be stopped. */
enum knowledge { NOTHING, NOT_THE_LATEST, EVERYTHING };

static struct sellable *open_heard_scene(enum knowledge knowledge) {
    static const struct sellable_location turned[] = {{WEST}, {EAST}};
    struct sellable *engine = open_fed_scene();
    struct text said = {.size = 0};
    /* Of three one channel's fence leaves one to the other: who comes first is by precedence. */
    stock(engine, "B", "north", 3);
    fence(engine, "B", "north", "web", 2, 0);
    fence(engine, "B", "north", "shop", 2, 0);
    policy_for(engine, "shop", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS,
                                        .locations = turned,
                                        .location_count = COUNT_OF(turned)});
    begin_to_hear();
    if (knowledge != NOTHING) {
        compare_all(engine, &said);
        assert_true(known >= 5);
        change_some(engine);
    }
    if (knowledge == EVERYTHING)
        compare_all(engine, &said);
    assert_int_equal(said.size, 0);
    return engine;
}

/* ---- one who changes something is stopped ---------------------------------------------------- */

enum who_asks { ALL_ASK, SHOP_ASKS };

static void ask_meanwhile(struct sellable *engine, uint32_t which, struct text *said) {
    text_add(said, "heard ");
    if (which == ALL_ASK)
        compare_all(engine, said);
    else
        ask_and_compare(engine, SHOP_CHANNEL, said);
    if (strstr(said->bytes, "wrong") != NULL)
        text_add(&report->fault, "%s", said->bytes);
}

/* A new item, which is no one's component. */
static void call_new_item(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = KEY("N"),
                                         .location = {EAST},
                                         .quantity = 7};
    (void)which;
    tell_status(said, sellable_item_put(engine, NULL, key_of("N"), NULL, NULL, NULL));
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void call_batch(struct sellable *engine, uint32_t which, struct text *said) {
    enum sellable_status statuses[2];
    (void)which;
    tell_status(said, sellable_apply_batch(engine, NULL, events + FENCE_GONE, 2, statuses, NULL));
}

static void call_order_batch(struct sellable *engine, uint32_t which, struct text *said) {
    enum sellable_status statuses[2];
    (void)which;
    tell_status(said, sellable_reserve_batch(engine, NULL, asked + PLAIN, 2, statuses, NULL));
}

static void call_channel_between(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_PRECEDENCE | SELLABLE_SETTING_HORIZON,
        .precedence = 3,
        .horizon = 1};
    (void)which;
    tell_status(said, sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, NULL));
}

/* Of an item that nobody else counts, in one group of rows with all others. */
static void call_count_nearby(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = KEY("C"),
                                         .location = {NORTH},
                                         .quantity = 25};
    (void)which;
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void call_untracked(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_TRACKED, .tracked = 1};
    (void)which;
    tell_status(said, sellable_item_put(engine, NULL, key_of("S"), &settings, NULL, NULL));
}

static const struct listed more_listed[] = {
    {"a new item with stock", call_new_item, 0, false},
    {"events in a batch", call_batch, 0, false},
    {"orders in a batch", call_order_batch, 0, false},
    {"a channel's precedence and horizon", call_channel_between, 0, false},
    {"an item becomes tracked", call_untracked, 0, false},
    {"a count nearby", call_count_nearby, 0, false},
};

static const struct {
    const struct listed *list;
    size_t count;
} lists[] = {{listed, COUNT_OF(listed)},
             {fed_listed, COUNT_OF(fed_listed)},
             {more_listed, COUNT_OF(more_listed)}};

/* The next of all that change something, from *list and *place on; NULL: there are no more. */
static const struct listed *next_change(size_t *list, size_t *place) {
    for (; *list < COUNT_OF(lists); ++*list, *place = 0)
        while (*place < lists[*list].count) {
            const struct listed *one = &lists[*list].list[(*place)++];
            if (!one->asks)
                return one;
        }
    return NULL;
}

/* What the other does before it asks, if anything. */
static const struct listed *done_meanwhile;

static void change_and_ask(struct sellable *engine, uint32_t which, struct text *said) {
    struct text answer = {.size = 0};
    if (done_meanwhile != NULL)
        done_meanwhile->make(engine, done_meanwhile->which, &answer);
    ask_meanwhile(engine, which, said);
}

enum { ALL_STEPS = 1000000, MANY_STEPS = 200, SOME_STEPS = 8, FEW_STEPS = 2, FAULTY_MOST = 6 };

static void no_fault(uint32_t faulty, uint32_t pairs, uint64_t runs) {
    print_message("           %u pairs of calls, %" PRIu64 " times one within the other\n", pairs,
                  runs);
    assert_int_equal(faulty, 0);
    assert_true(runs > pairs);
}

static void stop_writers(const struct listed *meanwhile) {
    struct sellable *engine = open_heard_scene(EVERYTHING);
    struct random random = {11};
    uint64_t runs = 0;
    uint32_t pairs = 0, faulty = 0;
    size_t list = 0, place = 0;
    done_meanwhile = meanwhile;
    for (const struct listed *one; (one = next_change(&list, &place)) != NULL; pairs++) {
        char name[120];
        (void)snprintf(name, sizeof name, "%s, and %s, changes", one->name,
                       meanwhile == NULL ? "nothing" : meanwhile->name);
        const struct pair pair = {.name = name,
                                  .engine = engine,
                                  .call = one->make,
                                  .call_which = one->which,
                                  .other = change_and_ask,
                                  .parts = true,
                                  .settle = settle};
        if (faulty < FAULTY_MOST)
            faulty += between(&pair, is_long ? ALL_STEPS : SOME_STEPS, &random, &runs) != 0;
    }
    no_fault(faulty, pairs, runs);
    sellable_close(engine);
}

static void what_a_stopped_writer_has_changed_is_told_as_soon_as_it_is_seen(void **state) {
    (void)state;
    stop_writers(NULL);
}

static void what_others_change_beside_a_stopped_writer_is_told(void **state) {
    (void)state;
    stop_writers(&more_listed[COUNT_OF(more_listed) - 1]);
}

/* So many locations that a channel's line does not speak of the last. */
enum { FAR_LOCATIONS = 70 };

static void leave_the_last(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_location_settings settings = {.set = SELLABLE_LOCATION_ACTIVE};
    (void)which;
    tell_status(said, sellable_location_put(engine, NULL, key_of("last"), &settings, NULL, NULL));
}

static void a_location_that_goes_inactive_is_told_however_many_there_are(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    struct random random = {14};
    struct text said = {.size = 0};
    uint64_t runs = 0;
    char name[16];
    equal(channel_of(engine, "web").id, WEB_CHANNEL);
    equal(channel_of(engine, "shop").id, SHOP_CHANNEL);
    for (uint32_t i = 1; i < FAR_LOCATIONS; i++) {
        (void)snprintf(name, sizeof name, "L-%u", i);
        location_of(engine, name);
    }
    stock(engine, "A", "last", 8);
    begin_to_hear();
    compare_all(engine, &said);
    assert_int_equal(said.size, 0);
    done_meanwhile = NULL;
    const struct pair pair = {.name = "a location, and changes",
                              .engine = engine,
                              .call = leave_the_last,
                              .other = change_and_ask,
                              .parts = true,
                              .settle = settle};
    assert_int_equal(between(&pair, is_long ? ALL_STEPS : MANY_STEPS, &random, &runs), 0);
    sellable_close(engine);
}

/* ---- one who asks is stopped ----------------------------------------------------------------- */

enum question { PLAINLY, WITH_AFTER, WITH_LIMIT, AFTER_AND_LIMIT, QUESTIONS };

static void call_changes(struct sellable *engine, uint32_t which, struct text *said) {
    const uint64_t after = known / 2;
    bool has_after = which == WITH_AFTER || which == AFTER_AND_LIMIT;
    uint64_t capacity = which == WITH_LIMIT || which == AFTER_AND_LIMIT ? 2 : FULL;
    is_under_way = true;
    tell_status(said, ask(engine, WEB_CHANNEL, has_after ? &after : NULL, capacity, STOPPED));
    is_under_way = false;
}

static uint32_t stop_a_question(struct sellable *engine, enum question question,
                                enum who_asks who_asks, int64_t most, struct random *random,
                                uint64_t *runs) {
    char name[120];
    (void)snprintf(name, sizeof name, "changes %u, and %s", (unsigned)question,
                   done_meanwhile == NULL ? "changes" : done_meanwhile->name);
    const struct pair pair = {.name = name,
                              .engine = engine,
                              .call = call_changes,
                              .call_which = question,
                              .other = change_and_ask,
                              .other_which = who_asks,
                              .parts = true,
                              .settle = settle};
    return between(&pair, most, random, runs) != 0;
}

static void stop_questions(enum knowledge knowledge) {
    struct sellable *engine = open_heard_scene(knowledge);
    struct random random = {12};
    uint64_t runs = 0;
    uint32_t pairs = 0, faulty = 0;
    for (uint32_t question = PLAINLY; question < QUESTIONS; question++) {
        size_t list = 0, place = 0;
        done_meanwhile = NULL;
        faulty += stop_a_question(engine, question, ALL_ASK, is_long ? ALL_STEPS : MANY_STEPS,
                                  &random, &runs);
        while (faulty < FAULTY_MOST && (done_meanwhile = next_change(&list, &place)) != NULL) {
            faulty += stop_a_question(engine, question, ALL_ASK,
                                      is_long ? ALL_STEPS : FEW_STEPS, &random, &runs);
            pairs++;
        }
    }
    no_fault(faulty, pairs, runs);
    sellable_close(engine);
}

/* The question goes on, and stands where it began to look, wherever another channel is. */
static void what_changes_while_one_asks_is_told_to_it_next(void **state) {
    (void)state;
    struct sellable *engine = open_heard_scene(NOT_THE_LATEST);
    struct random random = {13};
    uint64_t runs = 0;
    uint32_t pairs = 0, faulty = 0;
    size_t list = 0, place = 0;
    while (faulty < FAULTY_MOST && (done_meanwhile = next_change(&list, &place)) != NULL) {
        faulty += stop_a_question(engine, PLAINLY, SHOP_ASKS, is_long ? ALL_STEPS : SOME_STEPS,
                                  &random, &runs);
        pairs++;
    }
    no_fault(faulty, pairs, runs);
    sellable_close(engine);
}

static void who_is_stopped_as_it_asks_loses_nothing_for_the_others(void **state) {
    (void)state;
    stop_questions(NOT_THE_LATEST);
}

static void who_is_stopped_in_a_first_question_loses_nothing_for_the_others(void **state) {
    (void)state;
    stop_questions(NOTHING);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_stopped_writer_has_changed_is_told_as_soon_as_it_is_seen),
        cmocka_unit_test(what_others_change_beside_a_stopped_writer_is_told),
        cmocka_unit_test(a_location_that_goes_inactive_is_told_however_many_there_are),
        cmocka_unit_test(what_changes_while_one_asks_is_told_to_it_next),
        cmocka_unit_test(who_is_stopped_as_it_asks_loses_nothing_for_the_others),
        cmocka_unit_test(who_is_stopped_in_a_first_question_loses_nothing_for_the_others),
    };
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests_name("heard", tests, NULL, NULL);
}
