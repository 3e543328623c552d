/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions, and the batch forms: every status by its smallest cause, as the header documents it,
 * and every figure that is answered, by key and by handle. */
#include "refused.h"

#include <stdbool.h>

/* ---- questions ------------------------------------------------------------------------------- */

static struct sellable_question question_of(const struct scene *scene, bool by_handle) {
    if (by_handle) {
        return (struct sellable_question){.item = scene->a,
                                          .channel = scene->web,
                                          .item_key = key_of("nothing"),
                                          .channel_key = key_of("nobody")};
    }
    return (struct sellable_question){.item_key = key_of("A"), .channel_key = key_of("web")};
}

/* Questions with one thing that is not there, and what they are answered. */
struct wrong_question {
    struct sellable_question question;
    int status;
};

enum { WRONG_QUESTIONS = 9 };

static void wrong_questions(const struct scene *scene, struct wrong_question *wrong) {
    const struct sellable_key none[] = {key_of("nothing"), {NULL, 0}, {"\xff", 1}};
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        wrong[count].question = question_of(scene, false);
        wrong[count].question.item_key = none[i];
        wrong[count++].status = SELLABLE_UNKNOWN_ITEM;
        wrong[count].question = question_of(scene, false);
        wrong[count].question.channel_key = none[i];
        wrong[count++].status = SELLABLE_UNKNOWN_CHANNEL;
    }
    wrong[count].question = question_of(scene, false);
    wrong[count].question.item.id = 3;
    wrong[count++].status = SELLABLE_UNKNOWN_ITEM;
    wrong[count].question = question_of(scene, true);
    wrong[count].question.item.id = UINT32_MAX;
    wrong[count++].status = SELLABLE_UNKNOWN_ITEM;
    wrong[count].question = question_of(scene, false);
    wrong[count].question.channel.id = UINT32_MAX;
    wrong[count++].status = SELLABLE_UNKNOWN_CHANNEL;
    equal(count, WRONG_QUESTIONS);
}

static void available_answers_or_says_what_is_unknown(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct wrong_question wrong[WRONG_QUESTIONS];
    wrong_questions(&scene, wrong);
    struct sellable_question questions[WRONG_QUESTIONS + 2];
    enum sellable_status statuses[WRONG_QUESTIONS + 2];
    struct sellable_availability availabilities[WRONG_QUESTIONS + 2];
    questions[0] = question_of(&scene, false);
    questions[WRONG_QUESTIONS + 1] = question_of(&scene, true);
    for (size_t i = 0; i < WRONG_QUESTIONS; i++) {
        struct sellable_availability availability = {.promisable = 77, .published = 77};
        questions[1 + i] = wrong[i].question;
        equal(sellable_available(scene.engine, &wrong[i].question, &availability), wrong[i].status);
        equal(availability.promisable, 0);
        equal(availability.published, 0);
    }
    memset(availabilities, 0x5a, sizeof availabilities);
    sellable_available_batch(scene.engine, questions, COUNT_OF(questions), statuses,
                             availabilities);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        bool right = i == 0 || i == WRONG_QUESTIONS + 1;
        equal(statuses[i], right ? SELLABLE_OK : wrong[i - 1].status);
        equal(availabilities[i].promisable, right ? 6 : 0);
        equal(availabilities[i].published, right ? 6 : 0);
    }
    statuses[0] = SELLABLE_PAUSED;
    sellable_available_batch(scene.engine, questions, 0, statuses, availabilities);
    expect(statuses[0], PAUSED);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void explain_gives_every_term_or_says_what_is_unknown(void **state) {
    (void)state;
    struct scene scene = set_scene();
    hold(scene.engine, "A", "east", "quality", 1);
    expect(say(scene.engine, SELLABLE_SAFETY_STOCK_SET, "A", "west", NULL, 1), OK);
    expect(say(scene.engine, SELLABLE_ALLOCATION_SET, "A", "west", NULL, 4), OK);
    const struct sellable_location list[] = {scene.west, scene.east};
    channel_with(
        scene.engine, "web",
        (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SHARE |
                                        SELLABLE_SETTING_BUFFER,
                                 .locations = list,
                                 .location_count = 2,
                                 .share = 9999,
                                 .buffer = 1});
    for (int by_handle = 0; by_handle < 2; by_handle++) {
        struct sellable_term terms[3] = {{.on_hand = 77}, {.on_hand = 77}, {.on_hand = 77}};
        char words[500];
        memset(words, 'x', sizeof words);
        struct sellable_explanation explanation = {
            .terms = terms, .term_capacity = 3, .because = words, .because_capacity = sizeof words};
        struct sellable_question question = question_of(&scene, by_handle);
        expect(sellable_explain(scene.engine, &question, &explanation), OK);
        equal(explanation.term_count, 2);
        equal(explanation.item.id, scene.a.id);
        equal(explanation.channel.id, scene.web.id);
        equal(explanation.now, 10);
        equal(explanation.share, 9999);
        equal(explanation.closed, 0);
        equal(explanation.pool, 1);
        equal(explanation.buffer, 1);
        equal(explanation.promisable, 0);
        equal(explanation.published, 0);
        const int64_t wanted[2][10] = {{scene.west.id, 3, 0, 4, 0, 1, -2, 0, 0, 0},
                                       {scene.east.id, 5, 1, 0, 2, 0, 2, 2, 2, 1}};
        for (int i = 0; i < 2; i++) {
            equal(terms[i].location.id, wanted[i][0]);
            equal(terms[i].on_hand, wanted[i][1]);
            equal(terms[i].held, wanted[i][2]);
            equal(terms[i].allocated, wanted[i][3]);
            equal(terms[i].reserved, wanted[i][4]);
            equal(terms[i].safety_stock, wanted[i][5]);
            equal(terms[i].net, wanted[i][6]);
            equal(terms[i].free, wanted[i][7]);
            equal(terms[i].shared, wanted[i][8]);
            equal(terms[i].seen, wanted[i][9]);
        }
        equal(terms[2].on_hand, 77);
        equal(explanation.because_size > 0, 1);
        equal(strlen(words), explanation.because_size);
        /* Less room: counted all the same, the words cut off and ended. */
        uint32_t size = explanation.because_size;
        char beginning[9] = "........";
        terms[1].on_hand = 77;
        explanation = (struct sellable_explanation){
            .terms = terms, .term_capacity = 1, .because = beginning, .because_capacity = 8};
        expect(sellable_explain(scene.engine, &question, &explanation), OK);
        equal(explanation.term_count, 2);
        equal(terms[1].on_hand, 77);
        equal(explanation.because_size, size);
        equal(strlen(beginning), size < 7 ? size : 7);
        assert_memory_equal(beginning, words, strlen(beginning));
        equal(beginning[8], 0);
        explanation = (struct sellable_explanation){.terms = NULL};
        expect(sellable_explain(scene.engine, &question, &explanation), OK);
        equal(explanation.term_count, 2);
        equal(explanation.because_size, size);
    }
    struct wrong_question wrong[WRONG_QUESTIONS];
    wrong_questions(&scene, wrong);
    for (size_t i = 0; i < WRONG_QUESTIONS; i++) {
        struct sellable_explanation explanation;
        memset(&explanation, 0x5a, sizeof explanation);
        explanation.terms = NULL;
        explanation.because = NULL;
        explanation.term_capacity = explanation.because_capacity = 0;
        equal(sellable_explain(scene.engine, &wrong[i].question, &explanation), wrong[i].status);
        equal(explanation.term_count, 0);
        equal(explanation.share | explanation.closed | explanation.pool | explanation.buffer, 0);
        equal(explanation.promisable | explanation.published, 0);
    }
    sellable_close(scene.engine);
}

static void the_words_of_an_explanation_tell_the_cases_apart(void **state) {
    (void)state;
    struct scene scene = set_scene();
    static char words[4][500];
    const struct sellable_policy policies[] = {
        {.set = 0},
        {.set = SELLABLE_SETTING_BUFFER, .buffer = 3},
        {.set = SELLABLE_SETTING_CLOSED, .closed = 1},
        {.set = SELLABLE_SETTING_LOCATIONS, .unset = SELLABLE_SETTING_CLOSED},
    };
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        channel_with(scene.engine, "web", policies[i]);
        struct sellable_question question = question_of(&scene, true);
        struct sellable_explanation explanation = {.because = words[i],
                                                   .because_capacity = sizeof words[i]};
        expect(sellable_explain(scene.engine, &question, &explanation), OK);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(words[i], words[j]);
        }
    }
    sellable_close(scene.engine);
}

static void a_cell_is_answered_by_key_and_by_handle_or_unknown(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct {
        struct sellable_place place;
        int status;
    } cases[] = {
        {{.item_key = key_of("A"), .location_key = key_of("east")}, SELLABLE_OK},
        {{.item = scene.a, .location = scene.east, .item_key = key_of("B")}, SELLABLE_OK},
        {{.item_key = key_of("C"), .location_key = key_of("east")}, SELLABLE_UNKNOWN_ITEM},
        {{.item = {3}, .item_key = key_of("A"), .location = scene.east}, SELLABLE_UNKNOWN_ITEM},
        {{.item = {UINT32_MAX}, .location = scene.east}, SELLABLE_UNKNOWN_ITEM},
        {{.location = scene.east}, SELLABLE_UNKNOWN_ITEM},
        {{.item = scene.a, .location_key = key_of("north")}, SELLABLE_UNKNOWN_LOCATION},
        {{.item = scene.a, .location = {3}, .location_key = key_of("east")},
         SELLABLE_UNKNOWN_LOCATION},
        {{.item = scene.a, .location = {UINT32_MAX}}, SELLABLE_UNKNOWN_LOCATION},
        {{.item = scene.a}, SELLABLE_UNKNOWN_LOCATION},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable_cell cell = {.on_hand = 77};
        equal(sellable_cell(scene.engine, &cases[i].place, &cell), cases[i].status);
        if (cases[i].status == SELLABLE_OK) {
            equal(cell.on_hand, 5);
            equal(cell.reserved, 2);
            equal(cell.net, 3);
        }
    }
    const struct sellable_cell nothing = {0};
    struct sellable_cell cell = cell_of(scene.engine, "B", "west"); /* of which nothing was said */
    assert_memory_equal(&cell, &nothing, sizeof cell);
    sellable_close(scene.engine);
}

static void an_order_is_viewed_or_unknown_or_its_key_is_none(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_order_line lines[2] = {{.reserved = 77}, {.reserved = 77}};
    struct sellable_order_view view = {.lines = lines, .line_capacity = 1};
    expect(reserve(scene.engine, "O-3", "web", "A", 4), OK); /* 3 from east, 1 from west */
    expect(sellable_order(scene.engine, key_of("O-3"), &view), OK);
    equal(view.line_count, 2);
    equal(view.state, SELLABLE_RESERVED);
    equal(view.expires_at, 0);
    equal(view.date, 10);
    equal(lines[0].reserved, 3);
    equal(lines[1].reserved, 77); /* no room for it */
    expect(sellable_order(scene.engine, key_of("O-9"), &view), UNKNOWN_ORDER);
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        expect(sellable_order(scene.engine, no_keys[i], &view), INVALID);
    }
    sellable_close(scene.engine);
}

static void memory_counts_items_and_orders(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.items, 0);
    equal(memory.orders, 0);
    sellable_close(engine);
    struct scene scene = set_scene();
    sellable_memory(scene.engine, &memory);
    equal(memory.items, 2);
    equal(memory.orders, 2);
    const struct sellable_line lines[] = {line_of("A", 1), line_at("A", 1, "west")};
    expect(sellable_reserve(scene.engine, NULL, &ORDER("O-3", "web", lines), NULL), OK);
    expect(sellable_reserve(scene.engine, NULL, &ORDER("O-3", "web", lines), NULL), DUPLICATE);
    sellable_memory(scene.engine, &memory);
    equal(memory.orders, 3);
    assert_true(memory.slab_bytes >= memory.row_bytes + memory.block_bytes);
    assert_true(memory.row_bytes > 0);
    assert_true(memory.block_bytes > 0);
    sellable_close(scene.engine);
}

/* ---- batches --------------------------------------------------------------------------------- */

static void a_batch_of_events_answers_each_for_itself(void **state) {
    (void)state;
    for (int answered = 0; answered < 2; answered++) {
        struct scene scene = set_scene();
        struct sellable_event events[] = {
            {.type = SELLABLE_ON_HAND_SET, .quantity = 8},
            {.type = 0},
            {.type = SELLABLE_ON_HAND_ADJUST, .quantity = 2, .has_expected = 1, .expected = 8},
            {.type = SELLABLE_ON_HAND_ADJUST, .quantity = 2, .has_expected = 1, .expected = 8},
            {.type = SELLABLE_HOLD_RELEASE, .quantity = 1, .reason = key_of("damage")},
            {.type = SELLABLE_ON_HAND_ADJUST, .quantity = LARGEST},
            {.type = SELLABLE_ON_HAND_SET},
            {.type = SELLABLE_ON_HAND_SET},
            {.type = SELLABLE_ON_HAND_ADJUST, .quantity = -1},
        };
        const int wanted[] = {SELLABLE_OK,           SELLABLE_INVALID,          SELLABLE_OK,
                              SELLABLE_CONFLICT,     SELLABLE_WRONG_STATE,      SELLABLE_OVERFLOW,
                              SELLABLE_UNKNOWN_ITEM, SELLABLE_UNKNOWN_LOCATION, SELLABLE_OK};
        const int64_t variances[] = {3, 0, 2, 0, 0, 0, 0, 0, -1};
        enum { COUNT = COUNT_OF(events) };
        enum sellable_status statuses[COUNT];
        struct sellable_answer answers[COUNT];
        memset(answers, 0x5a, sizeof answers);
        for (size_t i = 0; i < COUNT; i++) {
            answers[i].plan_capacity = answers[i].misfit_capacity = 0;
            events[i].location = scene.east;
            if (i % 2) {
                events[i].item = scene.a;
            } else {
                events[i].item_key = key_of("A");
            }
        }
        events[6].item_key = key_of("nothing");
        events[7].location.id = 77;
        expect(sellable_apply_batch(scene.engine, NULL, events, COUNT, statuses,
                                    answered ? answers : NULL),
               OK);
        for (size_t i = 0; i < COUNT; i++) {
            equal(statuses[i], wanted[i]);
            if (answered && statuses[i] == SELLABLE_OK) {
                equal(answers[i].variance, variances[i]);
            }
        }
        if (answered) {
            names(&answers[0], NULL, 0);
            names(&answers[1], "type", 0);
            equal(answers[3].actual, 10);
            names(&answers[6], "item", 0);
            names(&answers[7], "location", 0);
        }
        equal(cell_of(scene.engine, "A", "east").on_hand, 9);
        expect(sellable_apply_batch(scene.engine, NULL, events, 0, statuses, NULL), OK);
        equal(cell_of(scene.engine, "A", "east").on_hand, 9);
        sellable_close(scene.engine);
    }
}

static void a_batch_of_orders_answers_each_for_itself(void **state) {
    (void)state;
    for (int answered = 0; answered < 2; answered++) {
        struct scene scene = set_scene(); /* 6 of A are free */
        const struct sellable_line two = {.item = scene.a, .quantity = 2};
        const struct sellable_line two_by_key = {.item_key = key_of("A"), .quantity = 2};
        const struct sellable_line five = {.item = scene.a, .quantity = 5};
        const struct sellable_line none = {.item = scene.a, .quantity = 0};
        const struct sellable_line nothing = {.item_key = key_of("nothing"), .quantity = 1};
        const struct sellable_line most[] = {{.item = scene.a, .quantity = LARGEST},
                                             {.item = scene.a, .quantity = 1}};
        const struct {
            const char *key;
            const struct sellable_line *lines;
            uint32_t line_count;
            int status;
        } cases[] = {
            {"P-1", &two, 1, SELLABLE_OK},           {"P-1", &two_by_key, 1, SELLABLE_DUPLICATE},
            {"P-1", &five, 1, SELLABLE_CONFLICT},    {"P-2", &five, 1, SELLABLE_INSUFFICIENT},
            {"P-2", &none, 1, SELLABLE_INVALID},     {"P-2", &nothing, 1, SELLABLE_UNKNOWN_ITEM},
            {"P-2", most, 2, SELLABLE_OVERFLOW},     {"P-2", &two, 1, SELLABLE_UNKNOWN_CHANNEL},
            {"P-2", &two, 1, SELLABLE_OK},           {"P-3", &two, 1, SELLABLE_OK},
            {"P-4", &two, 1, SELLABLE_INSUFFICIENT},
        };
        enum { COUNT = COUNT_OF(cases) };
        struct sellable_order orders[COUNT];
        enum sellable_status statuses[COUNT];
        struct sellable_answer answers[COUNT];
        struct sellable_placement plans[COUNT][2];
        struct sellable_misfit misfits[COUNT][1];
        memset(answers, 0x5a, sizeof answers);
        for (size_t i = 0; i < COUNT; i++) {
            answers[i].plan = plans[i];
            answers[i].misfits = misfits[i];
            answers[i].plan_capacity = 2;
            answers[i].misfit_capacity = 1;
            orders[i] = (struct sellable_order){.key = key_of(cases[i].key),
                                                .lines = cases[i].lines,
                                                .line_count = cases[i].line_count,
                                                .channel_key = key_of("web")};
            orders[i].channel.id = cases[i].status == SELLABLE_UNKNOWN_CHANNEL ? 77
                                   : i % 2                                     ? scene.web.id
                                                                               : 0;
        }
        expect(sellable_reserve_batch(scene.engine, NULL, orders, COUNT, statuses,
                                      answered ? answers : NULL),
               OK);
        for (size_t i = 0; i < COUNT; i++) {
            equal(statuses[i], cases[i].status);
        }
        if (answered) {
            equal(answers[0].plan_count, 1);
            equal(plans[0][0].quantity, 2);
            equal(plans[0][0].location.id, scene.east.id);
            equal(answers[1].plan_count, 1);
            equal(plans[1][0].quantity, 2);
            equal(answers[3].misfit_count, 1);
            equal(misfits[3][0].asked, 5);
            equal(misfits[3][0].promisable, 4);
            names(&answers[4], "lines.quantity", 0);
            names(&answers[5], "lines.item", 0);
            names(&answers[7], "channel", 0);
            equal(answers[8].plan_count, 2);
            equal(plans[8][0].location.id, scene.east.id);
            equal(plans[8][0].quantity, 1);
            equal(plans[8][1].location.id, scene.west.id);
            equal(plans[8][1].quantity, 1);
            equal(misfits[10][0].promisable, 0);
        }
        equal(promisable(scene.engine, "web", "A"), 0);
        expect(sellable_reserve_batch(scene.engine, NULL, orders, 0, statuses, NULL), OK);
        sellable_close(scene.engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(available_answers_or_says_what_is_unknown),
        cmocka_unit_test(explain_gives_every_term_or_says_what_is_unknown),
        cmocka_unit_test(the_words_of_an_explanation_tell_the_cases_apart),
        cmocka_unit_test(a_cell_is_answered_by_key_and_by_handle_or_unknown),
        cmocka_unit_test(an_order_is_viewed_or_unknown_or_its_key_is_none),
        cmocka_unit_test(memory_counts_items_and_orders),
        cmocka_unit_test(a_batch_of_events_answers_each_for_itself),
        cmocka_unit_test(a_batch_of_orders_answers_each_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
