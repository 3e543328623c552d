/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders that are refused: every status of sellable_reserve by its smallest cause, as the header
 * documents it, by key and by handle, which fault is named first, and that nothing has changed. */
#include "told.h"

#include "refused.h"

static void other_content_under_a_known_key_is_a_conflict(void **state) {
    (void)state;
    struct scene scene = set_scene();
    channel_of(scene.engine, "shop");
    struct sellable_line one = {.item_key = key_of("A"), .quantity = 2};
    const struct sellable_order known = {.key = key_of("O-1"),
                                         .channel_key = key_of("web"),
                                         .lines = &one,
                                         .line_count = 1,
                                         .expires_at = 100};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_reserve(scene.engine, NULL, &known, &answer), DUPLICATE);
    const struct sellable_line more = {.item = scene.a, .quantity = 3};
    const struct sellable_line other = {.item = scene.b, .quantity = 2};
    const struct sellable_line halves[] = {{.item = scene.a, .quantity = 1},
                                           {.item = scene.a, .quantity = 1}};
    struct sellable_order different[5];
    for (size_t i = 0; i < COUNT_OF(different); i++) {
        different[i] = known;
    }
    different[0].channel_key = key_of("shop");
    different[1].expires_at = 0;
    different[2].lines = &more;
    different[3].lines = &other;
    different[4].lines = halves;
    different[4].line_count = 2;
    for (size_t i = 0; i < COUNT_OF(different); i++) {
        expect(sellable_reserve(scene.engine, NULL, &different[i], &answer), CONFLICT);
        names(&answer, NULL, 0);
        equal(answer.plan_count, 0);
        unchanged(&scene);
    }
    now_is(scene.engine, 200); /* expired; its key is still taken, its content still known */
    expect(sellable_reserve(scene.engine, NULL, &different[2], &answer), CONFLICT);
    expect(sellable_reserve(scene.engine, NULL, &known, &answer), DUPLICATE);
    assert_string_equal(state_of(scene.engine, "O-1"), "expired");
    sellable_close(scene.engine);
}

/* An order that uses every field; `lines` and `substitutes` are the caller's to change. */
static struct sellable_order rich_order(struct sellable_line *lines,
                                        struct sellable_substitute *substitutes) {
    substitutes[0] = (struct sellable_substitute){.item_key = key_of("B")};
    substitutes[1] = (struct sellable_substitute){.item_key = key_of("C")};
    lines[0] = (struct sellable_line){.item_key = key_of("A"), .quantity = 3};
    lines[1] = (struct sellable_line){.item_key = key_of("A"),
                                      .quantity = 1,
                                      .location_key = key_of("west"),
                                      .unit = key_of("pair"),
                                      .substitutes = substitutes,
                                      .substitute_count = 2,
                                      .at_least = 1};
    return (struct sellable_order){.key = key_of("O-3"),
                                   .channel_key = key_of("web"),
                                   .lines = lines,
                                   .line_count = 2,
                                   .expires_at = 100,
                                   .has_date = 1,
                                   .date = 10,
                                   .mode = SELLABLE_PARTIAL,
                                   .has_precedence = 1,
                                   .precedence = 5};
}

static void every_field_of_an_order_is_part_of_its_content(void **state) {
    (void)state;
    enum { FIELDS = 18 };
    struct scene scene = set_scene();
    struct sellable *engine = scene.engine;
    channel_of(engine, "shop");
    const struct sellable_unit units[] = {{key_of("pair"), 2, 1}, {key_of("both"), 2, 1}};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 2};
    const char *const items[] = {"A", "B", "C"};
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        expect(sellable_item_put(engine, NULL, key_of(items[i]), &settings, NULL, NULL), OK);
    }
    struct sellable_line lines[3];
    struct sellable_substitute substitutes[2];
    struct sellable_order order = rich_order(lines, substitutes);
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    for (int field = 0; field < FIELDS; field++) {
        order = rich_order(lines, substitutes);
        expect(sellable_reserve(engine, NULL, &order, NULL), DUPLICATE);
        struct sellable_line swapped = lines[0];
        switch (field) {
        case 0:
            order.channel_key = key_of("shop");
            break;
        case 1:
            order.expires_at = 101;
            break;
        case 2:
            order.expires_at = 0;
            break;
        case 3:
            order.has_date = 0;
            break;
        case 4:
            order.date = 11;
            break;
        case 5:
            order.mode = SELLABLE_ALL;
            break;
        case 6:
            order.has_precedence = 0;
            break;
        case 7:
            order.precedence = 6;
            break;
        case 8:
            order.line_count = 1;
            break;
        case 9:
            lines[2] = lines[0];
            order.line_count = 3;
            break;
        case 10:
            lines[0] = lines[1];
            lines[1] = swapped;
            break;
        case 11:
            lines[0].item_key = key_of("B");
            break;
        case 12:
            lines[1].quantity = 2;
            break;
        case 13:
            lines[1].unit = key_of("both"); /* the same in another word */
            break;
        case 14:
            lines[1].location_key = key_of("east");
            break;
        case 15:
            substitutes[1].item_key = key_of("A");
            break;
        case 16:
            lines[1].substitute_count = 1;
            break;
        default:
            lines[1].at_least = 2;
        }
        expect(sellable_reserve(engine, NULL, &order, NULL), CONFLICT);
    }
    order = rich_order(lines, substitutes);
    lines[1].item = scene.a; /* by handle it is the same, and at least 1 is the default */
    lines[1].location = scene.west;
    lines[1].at_least = 0;
    substitutes[0].item = scene.b;
    order.channel = scene.web;
    expect(sellable_reserve(engine, NULL, &order, NULL), DUPLICATE);
    order_is(engine, "O-3", "reserved A west: reserved 2; A east: reserved 3");
    sellable_close(engine);
}

static void a_wrong_order_is_refused_with_its_field(void **state) {
    (void)state;
    struct scene scene = set_scene();
    static struct sellable_line lines[SELLABLE_LINES_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        lines[i] = (struct sellable_line){.item = scene.a, .quantity = 1};
    }
    const struct sellable_order good = {
        .key = key_of("O-3"), .channel = scene.web, .lines = lines, .line_count = 3};
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_order order = good;
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        order.key = no_keys[i];
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), INVALID);
        names(&answer, "key", 0);
    }
    const uint32_t counts[] = {0, SELLABLE_LINES_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        order = good;
        order.line_count = counts[i];
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), INVALID);
        names(&answer, "line_count", 0);
    }
    const int64_t quantities[] = {0, -1, LARGEST + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(quantities); i++) {
        lines[2].quantity = quantities[i];
        expect(sellable_reserve(scene.engine, NULL, &good, &answer), INVALID);
        names(&answer, "lines.quantity", 2);
        lines[2].quantity = 1;
    }
    const int64_t times[] = {10, 9, -1, SELLABLE_TIME_MAX + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        order = good;
        order.expires_at = times[i];
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), INVALID);
        names(&answer, "expires_at", 0);
        expect(sellable_reserve(scene.engine, NULL, &order, NULL), INVALID);
    }
    unchanged(&scene);
    order.expires_at = SELLABLE_TIME_MAX;
    expect(sellable_reserve(scene.engine, NULL, &order, &answer), OK);
    sellable_close(scene.engine);
}

static void every_field_of_an_order_is_named_where_it_is_out_of_range(void **state) {
    (void)state;
    struct scene scene = set_scene();
    static const struct sellable_substitute b = {.item_key = {"B", 1}};
    static const struct sellable_substitute nothing = {.item_key = {"nothing", 7}};
    const struct sellable_line line = {.item = scene.a, .quantity = 1};
    const struct sellable_order order = {.line_count = 2};
    struct {
        struct sellable_order order;
        struct sellable_line line;
        int status;
        const char *field;
        uint32_t index;
    } wrong[] = {
        {order, line, SELLABLE_INVALID, "mode", 0},
        {order, line, SELLABLE_INVALID, "has_date", 0},
        {order, line, SELLABLE_INVALID, "has_precedence", 0},
        {order, line, SELLABLE_INVALID, "precedence", 0},
        {order, line, SELLABLE_INVALID, "precedence", 0},
        {order, line, SELLABLE_INVALID, "lines.substitutes", 1},
        {order, line, SELLABLE_INVALID, "lines.at_least", 1},
        {order, line, SELLABLE_INVALID, "lines.at_least", 1},
        {order, line, SELLABLE_INVALID, "lines.unit", 1},
        {order, line, SELLABLE_UNKNOWN_ITEM, "lines.substitutes", 1},
        {order, line, SELLABLE_UNKNOWN_LOCATION, "lines.location", 1},
        {order, line, SELLABLE_UNKNOWN_LOCATION, "lines.location", 1},
    };
    wrong[0].order.mode = 2;
    wrong[1].order.has_date = 2;
    wrong[2].order.has_precedence = 2;
    wrong[3].order.has_precedence = wrong[4].order.has_precedence = 1;
    wrong[3].order.precedence = SELLABLE_PRECEDENCE_MAX + 1;
    wrong[4].order.precedence = -SELLABLE_PRECEDENCE_MAX - 1;
    wrong[5].line.substitutes = &b;
    wrong[5].line.substitute_count = SELLABLE_SUBSTITUTES_MAX + 1;
    wrong[6].line.at_least = -1;
    wrong[7].line.at_least = LARGEST + 1;
    wrong[8].line.unit = key_of("case");
    wrong[9].line.substitutes = &nothing;
    wrong[9].line.substitute_count = 1;
    wrong[10].line.location_key = key_of("north");
    wrong[11].line.location.id = 77;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct sellable_line lines[] = {line, wrong[i].line};
        struct sellable_answer answer = {.plan_capacity = 0};
        wrong[i].order.key = key_of("O-3");
        wrong[i].order.channel = scene.web;
        wrong[i].order.lines = lines;
        equal(sellable_reserve(scene.engine, NULL, &wrong[i].order, &answer), wrong[i].status);
        names(&answer, wrong[i].field, wrong[i].index);
        unchanged(&scene);
    }
    const struct sellable_order none = {
        .key = key_of("O-3"), .channel = scene.web, .lines = NULL, .line_count = 2};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_reserve(scene.engine, NULL, &none, &answer), INVALID);
    names(&answer, "lines", 0);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void the_faults_of_an_order_are_named_in_their_order(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable *engine = scene.engine;
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    struct sellable_line lines[] = {
        {.item_key = key_of("C"), .quantity = LARGEST, .location_key = key_of("north")},
        {.item_key = key_of("A"), .quantity = 0, .unit = key_of("case")}};
    struct sellable_order order = {.key = key_of(""),
                                   .channel_key = key_of("shop"),
                                   .lines = lines,
                                   .expires_at = 5,
                                   .has_date = 1,
                                   .date = 5};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "key", 0);
    order.key = key_of("O-1"); /* which is known */
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "line_count", 0);
    order.line_count = 2;
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "lines.quantity", 1);
    lines[1].quantity = LARGEST;
    expect(sellable_reserve(engine, NULL, &order, &answer), CONFLICT);
    order.key = key_of("O-3");
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "expires_at", 0);
    order.expires_at = 0;
    expect(sellable_reserve(engine, NULL, &order, &answer), UNKNOWN_CHANNEL);
    order.channel_key = key_of("web");
    expect(sellable_reserve(engine, NULL, &order, &answer), UNKNOWN_ITEM);
    names(&answer, "lines.item", 0);
    lines[0].item_key = key_of("A");
    expect(sellable_reserve(engine, NULL, &order, &answer), UNKNOWN_LOCATION);
    names(&answer, "lines.location", 0);
    lines[0].location_key = key_of("east");
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "lines.unit", 1);
    lines[1].unit = (struct sellable_key){NULL, 0};
    expect(sellable_reserve(engine, NULL, &order, &answer), INVALID);
    names(&answer, "date", 0);
    order.date = 10;
    expect(sellable_reserve(engine, NULL, &order, &answer), PAUSED);
    equal(answer.line, 0);
    policy_for(engine, "web", "A", (struct sellable_policy){.unset = SELLABLE_SETTING_PAUSED});
    expect(sellable_reserve(engine, NULL, &order, &answer), OVERFLOW);
    lines[1].quantity = 1;
    lines[0].quantity = 9;
    expect(sellable_reserve(engine, NULL, &order, &answer), INSUFFICIENT);
    unchanged(&scene);
    sellable_close(engine);
}

static void an_order_needs_a_channel_and_items_that_exist(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_line lines[2] = {{.item = scene.a, .quantity = 1},
                                     {.item = scene.a, .quantity = 1}};
    const struct sellable_order good = {
        .key = key_of("O-3"), .channel = scene.web, .lines = lines, .line_count = 2};
    const struct sellable_key none[] = {key_of("nothing"), {NULL, 0}, {"\xff", 1}};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        struct sellable_order order = good;
        order.channel.id = 0;
        order.channel_key = none[i];
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), UNKNOWN_CHANNEL);
        names(&answer, "channel", 0);
        lines[1].item.id = 0;
        lines[1].item_key = none[i];
        expect(sellable_reserve(scene.engine, NULL, &good, &answer), UNKNOWN_ITEM);
        names(&answer, "lines.item", 1);
        lines[1].item = scene.a;
    }
    const uint32_t strange[] = {3, 70000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        struct sellable_order order = good;
        order.channel.id = strange[i];
        order.channel_key = key_of("web"); /* not looked at: there is a handle */
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), UNKNOWN_CHANNEL);
        names(&answer, "channel", 0);
        lines[1].item.id = strange[i];
        lines[1].item_key = key_of("A");
        expect(sellable_reserve(scene.engine, NULL, &good, &answer), UNKNOWN_ITEM);
        names(&answer, "lines.item", 1);
        lines[1].item = scene.a;
    }
    unchanged(&scene);
    expect(sellable_reserve(scene.engine, NULL, &good, &answer), OK); /* the key stayed free */
    sellable_close(scene.engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_content_under_a_known_key_is_a_conflict),
        cmocka_unit_test(every_field_of_an_order_is_part_of_its_content),
        cmocka_unit_test(a_wrong_order_is_refused_with_its_field),
        cmocka_unit_test(every_field_of_an_order_is_named_where_it_is_out_of_range),
        cmocka_unit_test(the_faults_of_an_order_are_named_in_their_order),
        cmocka_unit_test(an_order_needs_a_channel_and_items_that_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
