/* SPDX-License-Identifier: Apache-2.0
 *
 * Items, locations, regions and hold reasons: every status by its smallest cause, as the header
 * documents it, what is told of them, and that a refused call changes nothing. */
#include "told.h"

#include "refused.h"

static enum sellable_status put_item(const struct scene *scene, const char *key,
                                     struct sellable_item_settings settings,
                                     struct sellable_answer *answer) {
    struct sellable_item item = {77};
    enum sellable_status status =
        sellable_item_put(scene->engine, NULL, key_of(key), &settings, &item, answer);
    equal(item.id == 0, status != SELLABLE_OK);
    return status;
}

/* ---- items ----------------------------------------------------------------------------------- */

static void every_setting_of_an_item_is_named_where_it_is_wrong(void **state) {
    (void)state;
    struct scene scene = set_scene();
    kit_of(scene.engine, "KIT", "B", 1, NULL, 0);
    const struct sellable_unit good = {key_of("case"), 12, 1};
    const struct sellable_unit units[][2] = {
        {good, {{NULL, 0}, 1, 1}},           {good, {key_of("\xff"), 1, 1}}, {good, good},
        {good, {key_of("box"), 0, 1}},       {good, {key_of("box"), -1, 1}},
        {good, {key_of("box"), LARGEST + 1, 1}}, {good, {key_of("box"), 1, 0}},
        {good, {key_of("box"), 1, LARGEST + 1}},
    };
    static const char *const fields[] = {"units.key",       "units.key",       "units.key",
                                         "units.numerator", "units.numerator", "units.numerator",
                                         "units.denominator", "units.denominator"};
    struct sellable_answer answer = {.plan_capacity = 0};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        struct sellable_item_settings settings = {
            .set = SELLABLE_ITEM_UNITS, .units = units[i], .unit_count = 2};
        expect(put_item(&scene, "A", settings, &answer), INVALID);
        names(&answer, fields[i], 1);
        expect(put_item(&scene, "new", settings, NULL), INVALID);
    }
    static struct sellable_unit many[SELLABLE_UNITS_MAX + 1];
    const struct sellable_component a = {.item = scene.a, .number = 1};
    const struct {
        struct sellable_item_settings settings;
        const char *field;
    } wrong[] = {
        {{.set = SELLABLE_ITEM_SETTINGS_ALL + 1}, "set"},
        {{.set = 1u << 31}, "set"},
        {{.unset = SELLABLE_ITEM_SETTINGS_ALL + 1}, "unset"},
        {{.set = SELLABLE_ITEM_TRACKED, .unset = SELLABLE_ITEM_TRACKED, .tracked = 1}, "unset"},
        {{.set = SELLABLE_ITEM_UNIT}, "unit"},
        {{.set = SELLABLE_ITEM_UNIT, .unit = key_of("\xc3")}, "unit"},
        {{.set = SELLABLE_ITEM_UNITS, .units = many, .unit_count = COUNT_OF(many)}, "units"},
        {{.set = SELLABLE_ITEM_UNITS, .unit_count = 1}, "units"},
        {{.set = SELLABLE_ITEM_TRACKED, .tracked = 2}, "tracked"},
        {{.set = SELLABLE_ITEM_COMPONENTS, .component_count = 1}, "components"},
        {{.set = SELLABLE_ITEM_COMPONENTS}, "components"},
        {{.set = SELLABLE_ITEM_COMPONENTS | SELLABLE_ITEM_TRACKED,
          .components = &a,
          .component_count = 1},
         "tracked"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        expect(put_item(&scene, "B", wrong[i].settings, &answer), INVALID);
        names(&answer, wrong[i].field, 0);
        expect(put_item(&scene, "new", wrong[i].settings, &answer), INVALID);
    }
    struct sellable_item_settings named = {.set = SELLABLE_ITEM_UNIT | SELLABLE_ITEM_UNITS,
                                           .unit = key_of("case"), /* a name twice */
                                           .units = &good,
                                           .unit_count = 1};
    expect(put_item(&scene, "A", named, &answer), INVALID);
    names(&answer, "units.key", 0);
    named.set = SELLABLE_ITEM_UNITS; /* or one after the other */
    expect(put_item(&scene, "B", named, &answer), OK);
    named.set = SELLABLE_ITEM_UNIT;
    expect(put_item(&scene, "B", named, &answer), INVALID);
    names(&answer, "unit", 0);
    named.unit = key_of("each");
    expect(put_item(&scene, "B", named, &answer), OK);
    const struct sellable_unit each[] = {good, {key_of("each"), 2, 1}};
    named = (struct sellable_item_settings){
        .set = SELLABLE_ITEM_UNITS, .units = each, .unit_count = 2};
    expect(put_item(&scene, "B", named, &answer), INVALID);
    names(&answer, "units.key", 1);
    expect(put_item(&scene, "KIT", (struct sellable_item_settings){.set = SELLABLE_ITEM_TRACKED},
                    &answer),
           INVALID);
    names(&answer, "tracked", 0);
    struct sellable_item none;
    expect(sellable_item_find(scene.engine, key_of("new"), &none), UNKNOWN_ITEM);
    struct sellable_item_view view = {.unit_capacity = 0};
    expect(sellable_item_look(scene.engine, scene.a, &view), OK);
    equal(view.unit_count, 0);
    sellable_close(scene.engine);
}

static void the_components_of_a_kit_are_looked_at_one_by_one(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_item kit = kit_of(scene.engine, "KIT", "B", 1, NULL, 0);
    struct sellable_item new = item_of(scene.engine, "NEW");
    const struct {
        struct sellable_component component;
        int status;
        const char *field;
    } wrong[] = {
        {{.item = scene.a, .number = 0}, SELLABLE_INVALID, "components.number"},
        {{.item = scene.a, .number = -1}, SELLABLE_INVALID, "components.number"},
        {{.item = scene.a, .number = LARGEST + 1}, SELLABLE_INVALID, "components.number"},
        {{.item_key = key_of("B"), .number = 1}, SELLABLE_INVALID, "components"}, /* twice */
        {{.item = kit, .number = 1}, SELLABLE_INVALID, "components.item"},
        {{.item = new, .number = 1}, SELLABLE_INVALID, "components.item"}, /* itself */
        {{.item_key = key_of("nothing"), .number = 1}, SELLABLE_UNKNOWN_ITEM, "components.item"},
        {{.item = {77}, .number = 1}, SELLABLE_UNKNOWN_ITEM, "components.item"},
        {{.number = 1}, SELLABLE_UNKNOWN_ITEM, "components.item"},
    };
    struct sellable_answer answer = {.plan_capacity = 0};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct sellable_component components[] = {{.item = scene.b, .number = 1},
                                                        wrong[i].component};
        const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_COMPONENTS,
                                                        .components = components,
                                                        .component_count = 2};
        equal(put_item(&scene, "NEW", settings, &answer), wrong[i].status);
        names(&answer, wrong[i].field, 1);
    }
    const struct sellable_component a = {.item = scene.a, .number = 1};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &a, .component_count = 1};
    expect(put_item(&scene, "B", settings, &answer), INVALID); /* KIT is made of it */
    assert_true(strncmp(answer.field, "components", 10) == 0);
    struct sellable_item_view view = {.unit_capacity = 0};
    expect(sellable_item_look(scene.engine, new, &view), OK);
    equal(view.component_count, 0);
    stock(scene.engine, "NEW", "east", 1); /* it is an item like others */
    sellable_close(scene.engine);
}

/* Something of a kind is kept for NEW, or (0) not any more. */
enum { KINDS_KEPT = 7 };
static void keep(struct sellable *engine, int kind, int64_t one) {
    switch (kind) {
    case 0:
        stock(engine, "NEW", "east", -one);
        break;
    case 1:
        expect(say(engine, one ? SELLABLE_HOLD_PLACE : SELLABLE_HOLD_RELEASE, "NEW", "west",
                   "quality", 1),
               OK);
        break;
    case 2:
        expect(say(engine, SELLABLE_ALLOCATION_SET, "NEW", "east", NULL, one), OK);
        break;
    case 3:
        expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "NEW", "east", NULL, one), OK);
        break;
    case 4:
        fence(engine, "NEW", "east", "web", one, 0);
        break;
    case 5:
        schedule(engine, "NEW", "east", "PO-1", SELLABLE_DAY, one);
        break;
    default: /* an open order, and nothing else: the warehouse says that nothing is allocated */
        if (one) {
            stock(engine, "NEW", "east", 1);
            expect(reserve(engine, "O-5", "web", "NEW", 1), OK);
            expect(sellable_allocate(engine, NULL, key_of("O-5"), NULL, 0, NULL), OK);
            expect(say(engine, SELLABLE_ALLOCATION_SET, "NEW", "east", NULL, 0), OK);
            stock(engine, "NEW", "east", 0);
        } else {
            expect(ship(engine, "O-5"), OK);
            stock(engine, "NEW", "east", 0);
        }
    }
}

static void an_item_becomes_a_kit_only_while_nothing_is_kept_for_it(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable *engine = scene.engine;
    const struct sellable_component b = {.item = scene.b, .number = 2};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &b, .component_count = 1};
    const struct sellable_item_settings no_kit = {.unset = SELLABLE_ITEM_COMPONENTS};
    struct sellable_answer answer = {.plan_capacity = 0};
    item_of(engine, "NEW");
    for (int kind = 0; kind < KINDS_KEPT; kind++) {
        keep(engine, kind, 1);
        expect(put_item(&scene, "NEW", kit, &answer), WRONG_STATE);
        keep(engine, kind, 0);
        expect(put_item(&scene, "NEW", kit, &answer), OK);
        equal(promisable(engine, "web", "NEW"), 0);
        expect(put_item(&scene, "NEW", no_kit, &answer), OK);
    }
    kit_of(engine, "OTHER", "A", 1, NULL, 0); /* an open order of another kit is in no way */
    expect(reserve(engine, "O-7", "web", "OTHER", 1), OK);
    expect(put_item(&scene, "NEW", kit, &answer), OK);
    stock(engine, "B", "east", 5);
    expect(reserve(engine, "O-6", "web", "NEW", 1), OK);
    expect(put_item(&scene, "NEW", no_kit, &answer), WRONG_STATE); /* an open order of the kit */
    expect(release(engine, "O-6"), OK);
    expect(put_item(&scene, "NEW", no_kit, &answer), OK);
    sellable_close(engine);
}

static void tracked_changes_only_while_no_open_order_holds_the_item(void **state) {
    (void)state;
    struct scene scene = set_scene(); /* O-1 holds 2 of A */
    struct sellable *engine = scene.engine;
    const struct sellable_item_settings service = {.set = SELLABLE_ITEM_TRACKED};
    const struct sellable_item_settings good = {.set = SELLABLE_ITEM_TRACKED, .tracked = 1};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(put_item(&scene, "A", service, &answer), WRONG_STATE);
    unchanged(&scene);
    expect(put_item(&scene, "A", good, &answer), OK); /* as it is already */
    expect(release(engine, "O-1"), OK);
    expect(put_item(&scene, "A", service, &answer), OK);
    equal(promisable(engine, "web", "A"), LARGEST);
    expect(reserve(engine, "O-3", "web", "A", 9), OK);
    expect(put_item(&scene, "A", good, &answer), WRONG_STATE);
    expect(put_item(&scene, "A", (struct sellable_item_settings){.unset = SELLABLE_ITEM_TRACKED},
                    &answer),
           WRONG_STATE);
    expect(ship(engine, "O-3"), OK);
    expect(put_item(&scene, "A", good, &answer), OK);
    equal(promisable(engine, "web", "A"), 8); /* its figures were kept */
    sellable_close(engine);
}

static void what_is_put_is_told_and_settings_that_are_not_named_stay(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_unit units[] = {{key_of("case"), 12, 1}, {key_of("half"), 2, 4}};
    const struct sellable_component components[] = {{.item_key = key_of("B"), .number = 3},
                                                    {.item = scene.a, .number = 1}};
    expect(put_item(&scene, "SET",
                    (struct sellable_item_settings){.set = SELLABLE_ITEM_COMPONENTS |
                                                           SELLABLE_ITEM_UNITS,
                                                    .components = components,
                                                    .component_count = 2,
                                                    .units = units,
                                                    .unit_count = 2},
                    NULL),
           OK);
    expect(put_item(&scene, "SET",
                    (struct sellable_item_settings){.set = SELLABLE_ITEM_UNIT,
                                                    .unit = key_of("each"),
                                                    .unit_count = 99,
                                                    .component_count = 99,
                                                    .tracked = 99},
                    NULL),
           OK);
    struct sellable_item set = item_of(scene.engine, "SET");
    struct sellable_unit told_units[3];
    struct sellable_component told[3];
    struct sellable_item_view view = {
        .units = told_units, .components = told, .unit_capacity = 3, .component_capacity = 3};
    expect(sellable_item_look(scene.engine, set, &view), OK);
    equal(view.unit_count, 2);
    equal(view.component_count, 2);
    equal(view.tracked, 1);
    equal(view.unit.size, 4);
    assert_memory_equal(view.unit.bytes, "each", 4);
    assert_memory_equal(told_units[0].key.bytes, "case", 4);
    equal(told_units[0].numerator, 12);
    equal(told_units[0].denominator, 1);
    assert_memory_equal(told_units[1].key.bytes, "half", 4);
    equal(told_units[1].numerator * 2, told_units[1].denominator);
    equal(told[0].item.id, scene.b.id);
    equal(told[0].number, 3);
    equal(told[0].item_key.size, 1);
    assert_memory_equal(told[0].item_key.bytes, "B", 1);
    equal(told[1].item.id, scene.a.id);
    told_units[1].numerator = told[1].number = 77;
    view.unit_capacity = view.component_capacity = 1; /* no room for the others */
    expect(sellable_item_look(scene.engine, set, &view), OK);
    equal(view.unit_count + view.component_count, 4);
    equal(told_units[1].numerator, 77);
    equal(told[1].number, 77);
    expect(put_item(&scene, "SET", (struct sellable_item_settings){
                                       .unset = SELLABLE_ITEM_SETTINGS_ALL}, NULL), OK);
    expect(sellable_item_look(scene.engine, set, &view), OK);
    equal(view.unit_count + view.component_count, 0);
    equal(view.unit.size, 0);
    equal(view.tracked, 1);
    const uint32_t strange[] = {0, 77, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        expect(sellable_item_look(scene.engine, (struct sellable_item){strange[i]}, &view),
               UNKNOWN_ITEM);
    }
    sellable_close(scene.engine);
}

/* ---- locations and regions ------------------------------------------------------------------- */

static void every_setting_of_a_location_is_named_where_it_is_wrong(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct {
        struct sellable_location_settings settings;
        const char *field;
    } wrong[] = {
        {{.set = SELLABLE_LOCATION_SETTINGS_ALL + 1}, "set"},
        {{.unset = 1u << 31}, "unset"},
        {{.set = SELLABLE_LOCATION_ACTIVE, .unset = SELLABLE_LOCATION_ACTIVE, .active = 1},
         "unset"},
        {{.set = SELLABLE_LOCATION_ACTIVE, .active = 2}, "active"},
        {{.set = SELLABLE_LOCATION_REGION}, "region"},
        {{.set = SELLABLE_LOCATION_REGION, .region = key_of("\xff")}, "region"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        struct sellable_location location = {77};
        expect(sellable_location_put(scene.engine, NULL, key_of("east"), &wrong[i].settings,
                                     &location, &answer),
               INVALID);
        names(&answer, wrong[i].field, 0);
        equal(location.id, 0);
        expect(sellable_location_put(scene.engine, NULL, key_of("new"), &wrong[i].settings, NULL,
                                     NULL),
               INVALID);
        expect(sellable_location_find(scene.engine, key_of("new"), &location), UNKNOWN_LOCATION);
        unchanged(&scene);
    }
    sellable_close(scene.engine);
}

static void a_location_is_told_with_its_region_and_whether_it_is_active(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_location_view view = {.active = 77};
    expect(sellable_location_look(scene.engine, scene.east, &view), OK);
    equal(view.active, 1);
    equal(view.region.size, 0);
    struct sellable_location_settings settings = {
        .set = SELLABLE_LOCATION_REGION | SELLABLE_LOCATION_ACTIVE, .region = key_of("us")};
    location_with(scene.engine, "east", settings);
    expect(sellable_location_look(scene.engine, scene.east, &view), OK);
    equal(view.active, 0);
    equal(view.region.size, 2);
    assert_memory_equal(view.region.bytes, "us", 2);
    location_with(scene.engine, "east",
                  (struct sellable_location_settings){.unset = SELLABLE_LOCATION_SETTINGS_ALL});
    expect(sellable_location_look(scene.engine, scene.east, &view), OK);
    equal(view.active, 1);
    equal(view.region.size, 0);
    unchanged(&scene);
    struct sellable_location region = {77};
    expect(sellable_region_find(scene.engine, key_of("us"), &region), OK);
    assert_true(region.id >> 31);
    assert_false(scene.east.id >> 31);
    expect(sellable_location_look(scene.engine, region, &view), UNKNOWN_LOCATION);
    expect(sellable_location_look(scene.engine, (struct sellable_location){0}, &view),
           UNKNOWN_LOCATION);
    const struct sellable_key none[] = {key_of("eu"), key_of("east"), {NULL, 0}, key_of("\xff")};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        region.id = 77;
        expect(sellable_region_find(scene.engine, none[i], &region), UNKNOWN_LOCATION);
        equal(region.id, 0);
    }
    sellable_close(scene.engine);
}

static void a_region_stands_for_its_locations_in_key_order_as_they_are_now(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const struct sellable_location_settings us = {.set = SELLABLE_LOCATION_REGION,
                                                  .region = key_of("us")};
    location_with(engine, "west", us);
    location_with(engine, "east", us);
    stock(engine, "A", "west", 2);
    stock(engine, "A", "east", 2);
    stock(engine, "A", "paris", 2);
    struct sellable_location list[3] = {location_of(engine, "paris")};
    expect(sellable_region_find(engine, key_of("us"), &list[1]), OK);
    struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = list, .location_count = 2};
    channel_with(engine, "web", policy);
    struct sellable_location told[2];
    const struct sellable_scope web = {.channel_key = key_of("web")};
    struct sellable_policy in_force;
    expect(sellable_policy_find(engine, &web, &in_force, told, 2), OK);
    equal(in_force.location_count, 2);
    equal(told[1].id, list[1].id); /* as it was named */
    takes(engine, "O-1", "web", "A", 5, "2 A paris, 2 A east, 1 A west");
    expect(release(engine, "O-1"), OK);
    location_with(engine, "boston", us); /* it is among them at once */
    stock(engine, "A", "boston", 1);
    takes(engine, "O-2", "web", "A", 4, "2 A paris, 1 A boston, 1 A east");
    expect(release(engine, "O-2"), OK);
    active(engine, "east", 0);
    location_with(engine, "west",
                  (struct sellable_location_settings){.unset = SELLABLE_LOCATION_REGION});
    equal(promisable(engine, "web", "A"), 3);
    active(engine, "east", 1);
    list[0] = location_of(engine, "east"); /* named by itself, too: it counts once, there */
    channel_with(engine, "web", policy);
    equal(promisable(engine, "web", "A"), 3);
    takes(engine, "O-3", "web", "A", 3, "2 A east, 1 A boston");
    expect(release(engine, "O-3"), OK);
    list[2] = list[1];
    policy.location_count = 3;
    struct reply reply;
    expect(sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, empty(&reply)),
           INVALID); /* twice the same */
    assert_string_equal(reply.answer.field, "locations");
    equal(reply.answer.line, 2);
    list[2].id++; /* a region that nobody made */
    expect(sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, empty(&reply)),
           UNKNOWN_LOCATION);
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = key_of("A"),
                                         .location = list[1]};
    expect(sellable_apply(engine, NULL, &event, NULL), UNKNOWN_LOCATION); /* nowhere else */
    sellable_close(engine);
}

/* ---- hold reasons ---------------------------------------------------------------------------- */

static void there_are_16_hold_reasons_four_known_from_the_start(void **state) {
    (void)state;
    static const char *const known[] = {"quality", "damage", "inspection", "blocked"};
    struct scene scene = set_scene();
    char text[16];
    uint32_t reason = 77;
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        (void)snprintf(text, sizeof text, "reason-%u", (unsigned)i);
        const char *key = i < 4 ? known[i] : text;
        struct sellable_key told = sellable_hold_key(scene.engine, i);
        equal(told.size, i < 4 ? strlen(key) : 0);
        expect(sellable_hold_put(scene.engine, NULL, key_of(key), &reason, NULL), OK);
        equal(reason, i);
        expect(sellable_hold_put(scene.engine, NULL, key_of(key), NULL, NULL), OK);
        told = sellable_hold_key(scene.engine, i);
        equal(told.size, strlen(key));
        assert_memory_equal(told.bytes, key, told.size);
        hold(scene.engine, "B", "west", key, i + 1);
    }
    struct sellable_cell cell = cell_of(scene.engine, "B", "west");
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        equal(cell.held[i], i + 1);
    }
    equal(cell.net, -136);
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_hold_put(scene.engine, NULL, key_of("one more"), &reason, &answer), INVALID);
    names(&answer, "key", 0);
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        expect(sellable_hold_put(scene.engine, NULL, no_keys[i], &reason, &answer), INVALID);
        names(&answer, "key", 0);
    }
    assert_null(sellable_hold_key(scene.engine, 16).bytes);
    assert_null(sellable_hold_key(scene.engine, UINT32_MAX).bytes);
    sellable_close(scene.engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_of_an_item_is_named_where_it_is_wrong),
        cmocka_unit_test(the_components_of_a_kit_are_looked_at_one_by_one),
        cmocka_unit_test(an_item_becomes_a_kit_only_while_nothing_is_kept_for_it),
        cmocka_unit_test(tracked_changes_only_while_no_open_order_holds_the_item),
        cmocka_unit_test(what_is_put_is_told_and_settings_that_are_not_named_stay),
        cmocka_unit_test(every_setting_of_a_location_is_named_where_it_is_wrong),
        cmocka_unit_test(a_location_is_told_with_its_region_and_whether_it_is_active),
        cmocka_unit_test(a_region_stands_for_its_locations_in_key_order_as_they_are_now),
        cmocka_unit_test(there_are_16_hold_reasons_four_known_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
