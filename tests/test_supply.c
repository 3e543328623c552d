/* SPDX-License-Identifier: Apache-2.0
 *
 * Supply (sellable_apply): every status by its smallest cause, as the header documents it, every
 * figure that an answer carries, and that nothing has changed when a call was refused: by key and
 * by handle. */
#include "refused.h"

#include <stdbool.h>

/* An event on A in east, by key or by handle; by handle the keys are others. */
static struct sellable_event event_of(const struct scene *scene, bool by_handle,
                                      enum sellable_event_type type, int64_t quantity) {
    struct sellable_event event = {.type = (uint32_t)type, .quantity = quantity};
    event.item_key = key_of(by_handle ? "nothing" : "A");
    event.location_key = key_of(by_handle ? "nowhere" : "east");
    if (by_handle) {
        event.item = scene->a;
        event.location = scene->east;
    }
    return event;
}

static void every_event_does_what_the_list_says(void **state) {
    (void)state;
    for (int by_handle = 0; by_handle < 2; by_handle++) {
        struct scene scene = set_scene(); /* on_hand 5, reserved 2 */
        const struct {
            enum sellable_event_type type;
            const char *reason;
            int64_t quantity, variance;
            int64_t on_hand, damage, allocated, safety_stock, net, short_;
        } steps[] = {
            {SELLABLE_ON_HAND_SET, NULL, 20, 15, 20, 0, 0, 0, 18, 0},
            {SELLABLE_ON_HAND_ADJUST, NULL, 5, 5, 25, 0, 0, 0, 23, 0},
            {SELLABLE_ON_HAND_ADJUST, NULL, -10, -10, 15, 0, 0, 0, 13, 0},
            {SELLABLE_HOLD_PLACE, "damage", 4, 0, 15, 4, 0, 0, 9, 0},
            {SELLABLE_HOLD_RELEASE, "damage", 1, 0, 15, 3, 0, 0, 10, 0},
            {SELLABLE_HOLD_SCRAP, "damage", 2, -2, 13, 1, 0, 0, 10, 0},
            {SELLABLE_ALLOCATION_SET, NULL, 6, 0, 13, 1, 6, 0, 4, 0},
            {SELLABLE_ALLOCATION_ADJUST, NULL, 2, 0, 13, 1, 8, 0, 2, 0},
            {SELLABLE_ALLOCATION_ADJUST, NULL, -3, 0, 13, 1, 5, 0, 5, 0},
            {SELLABLE_SAFETY_STOCK_SET, NULL, 7, 0, 13, 1, 5, 7, -2, 0},
            {SELLABLE_ON_HAND_SET, NULL, 5, -8, 5, 1, 5, 7, -10, 3},
            {SELLABLE_ON_HAND_SET, NULL, -4, -9, -4, 1, 5, 7, -19, 12},
        };
        for (size_t i = 0; i < COUNT_OF(steps); i++) {
            struct sellable_event event =
                event_of(&scene, by_handle, steps[i].type, steps[i].quantity);
            struct sellable_answer answer = {.plan_capacity = 0};
            if (steps[i].reason) {
                event.reason = key_of(steps[i].reason);
            }
            expect(sellable_apply(scene.engine, NULL, &event, &answer), OK);
            names(&answer, NULL, 0);
            equal(answer.variance, steps[i].variance);
            struct sellable_cell cell = cell_of(scene.engine, "A", "east");
            equal(cell.on_hand, steps[i].on_hand);
            equal(cell.held[SELLABLE_DAMAGE], steps[i].damage);
            equal(cell.allocated, steps[i].allocated);
            equal(cell.reserved, 2);
            equal(cell.safety_stock, steps[i].safety_stock);
            equal(cell.net, steps[i].net);
            equal(cell.free, steps[i].net > 0 ? steps[i].net : 0);
            equal(cell.shared, cell.free);
            equal(cell.short_, steps[i].short_);
        }
        sellable_close(scene.engine);
    }
}

static void each_reason_is_held_for_itself(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    for (int i = 0; i < 4; i++) {
        hold(scene.engine, "B", "west", reasons[i], i + 1);
    }
    expect(say(scene.engine, SELLABLE_HOLD_RELEASE, "B", "west", "quality", 2), WRONG_STATE);
    struct sellable_cell cell = cell_of(scene.engine, "B", "west");
    equal(cell.held[SELLABLE_QUALITY], 1);
    equal(cell.held[SELLABLE_DAMAGE], 2);
    equal(cell.held[SELLABLE_INSPECTION], 3);
    equal(cell.held[SELLABLE_BLOCKED], 4);
    for (int i = 4; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        equal(cell.held[i], 0);
    }
    equal(cell.net, -10);
    equal(cell.short_, 10);
    sellable_close(scene.engine);
}

static void a_wrong_event_is_refused_with_its_field(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_key quality = key_of("quality");
    const struct {
        const char *field;
        struct sellable_event event;
    } wrong[] = {
        {"type", {.type = 0}},
        {"type", {.type = SELLABLE_EVENT_TYPES_END}},
        {"type", {.type = UINT32_MAX}},
        {"quantity", {.type = SELLABLE_ON_HAND_SET, .quantity = LARGEST + 1}},
        {"quantity", {.type = SELLABLE_ON_HAND_SET, .quantity = -LARGEST - 1}},
        {"quantity", {.type = SELLABLE_HOLD_PLACE, .quantity = 0, .reason = quality}},
        {"quantity", {.type = SELLABLE_HOLD_PLACE, .quantity = -1, .reason = quality}},
        {"quantity", {.type = SELLABLE_HOLD_RELEASE, .quantity = 0, .reason = quality}},
        {"quantity", {.type = SELLABLE_HOLD_SCRAP, .quantity = 0, .reason = quality}},
        {"quantity", {.type = SELLABLE_ALLOCATION_SET, .quantity = -1}},
        {"quantity", {.type = SELLABLE_SAFETY_STOCK_SET, .quantity = -1}},
        {"reason", {.type = SELLABLE_HOLD_PLACE, .quantity = 1}},
        {"reason", {.type = SELLABLE_HOLD_PLACE, .quantity = 1, .reason = key_of("customs")}},
        {"reason", {.type = SELLABLE_HOLD_RELEASE, .quantity = 1, .reason = key_of("qualit")}},
        {"reason", {.type = SELLABLE_HOLD_SCRAP, .quantity = 1, .reason = key_of("Quality")}},
        {"has_expected", {.type = SELLABLE_ON_HAND_SET, .has_expected = 2}},
        {"has_expected",
         {.type = SELLABLE_HOLD_PLACE, .quantity = 1, .reason = quality, .has_expected = 1}},
        {"expected",
         {.type = SELLABLE_ON_HAND_SET, .has_expected = 1, .expected = LARGEST + 1}},
        {"expected",
         {.type = SELLABLE_SCHEDULE_SET,
          .reference = quality,
          .has_expected = 1,
          .expected = -LARGEST - 1}},
        {"unit", {.type = SELLABLE_ON_HAND_SET, .unit = key_of("case")}},
        {"quantity", {.type = SELLABLE_RING_FENCE_SET, .channel = scene.web, .quantity = -1}},
        {"quantity",
         {.type = SELLABLE_RING_FENCE_SET, .channel = scene.web, .quantity = LARGEST + 1}},
        {"until",
         {.type = SELLABLE_RING_FENCE_SET, .channel = scene.web, .quantity = 1, .until = 10}},
        {"until",
         {.type = SELLABLE_RING_FENCE_SET, .channel = scene.web, .quantity = 1, .until = -1}},
        {"until",
         {.type = SELLABLE_RING_FENCE_SET,
          .channel = scene.web,
          .quantity = 1,
          .until = SELLABLE_TIME_MAX + 1}},
        {"quantity",
         {.type = SELLABLE_SCHEDULE_SET, .reference = quality, .quantity = LARGEST + 1}},
        {"quantity",
         {.type = SELLABLE_SCHEDULE_SET, .reference = quality, .quantity = -LARGEST - 1}},
        {"reference", {.type = SELLABLE_SCHEDULE_SET, .quantity = 1}},
        {"reference", {.type = SELLABLE_SCHEDULE_SET, .quantity = 1, .reference = {"\xff", 1}}},
        {"due",
         {.type = SELLABLE_SCHEDULE_SET,
          .quantity = 1,
          .reference = quality,
          .due = SELLABLE_TIME_MAX + 1}},
        {"due",
         {.type = SELLABLE_SCHEDULE_SET,
          .quantity = 1,
          .reference = quality,
          .due = -SELLABLE_TIME_MAX - 1}},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        for (int by_handle = 0; by_handle < 2; by_handle++) {
            const struct sellable_event place =
                event_of(&scene, by_handle, SELLABLE_ON_HAND_SET, 0);
            struct sellable_event event = wrong[i].event;
            event.item = place.item;
            event.item_key = place.item_key;
            event.location = place.location;
            event.location_key = place.location_key;
            struct sellable_answer answer = {.plan_capacity = 0};
            expect(sellable_apply(scene.engine, NULL, &event, &answer), INVALID);
            names(&answer, wrong[i].field, 0);
            expect(sellable_apply(scene.engine, NULL, &event, NULL), INVALID);
            unchanged(&scene);
        }
    }
    sellable_close(scene.engine);
}

static void an_event_needs_an_item_and_a_location_that_exist(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    const uint32_t strange[] = {3, 70000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        struct sellable_event event = event_of(&scene, true, SELLABLE_ON_HAND_SET, 9);
        event.item_key = key_of("A"); /* not looked at: there is a handle */
        event.item.id = strange[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_ITEM);
        names(&answer, "item", 0);
        event.item = scene.a;
        event.location_key = key_of("east");
        event.location.id = strange[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_LOCATION);
        names(&answer, "location", 0);
    }
    const struct sellable_key none[] = {key_of("nothing"), {NULL, 0}, {"\xff", 1}};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        struct sellable_event event = event_of(&scene, false, SELLABLE_ON_HAND_SET, 9);
        event.item_key = none[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_ITEM);
        names(&answer, "item", 0);
        event = event_of(&scene, false, SELLABLE_ON_HAND_SET, 9);
        event.location_key = none[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_LOCATION);
        names(&answer, "location", 0);
    }
    struct sellable_item item;
    expect(sellable_item_find(scene.engine, key_of("nothing"), &item), UNKNOWN_ITEM);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void a_fence_needs_a_channel_that_exists(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    const struct sellable_key none[] = {key_of("shop"), {NULL, 0}, {"\xff", 1}};
    const uint32_t strange[] = {0, 2, 70000, UINT32_MAX};
    struct sellable_event event = event_of(&scene, true, SELLABLE_RING_FENCE_SET, 1);
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        event.channel_key = none[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_CHANNEL);
        names(&answer, "channel", 0);
    }
    for (size_t i = 1; i < COUNT_OF(strange); i++) {
        event.channel_key = key_of("web"); /* not looked at: there is a handle */
        event.channel.id = strange[i];
        expect(sellable_apply(scene.engine, NULL, &event, &answer), UNKNOWN_CHANNEL);
        names(&answer, "channel", 0);
    }
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void the_faults_of_an_event_are_named_in_their_order(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable *engine = scene.engine;
    kit_of(engine, "KIT", "B", 1, NULL, 0);
    fence(engine, "B", "east", "web", LARGEST, 0);
    struct sellable_event event = {.type = 0,
                                   .item_key = key_of("C"),
                                   .location_key = key_of("north"),
                                   .channel_key = key_of("shop"),
                                   .quantity = -1,
                                   .until = 5,
                                   .unit = key_of("case"),
                                   .has_expected = 1,
                                   .expected = 7};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
    names(&answer, "type", 0);
    event.type = SELLABLE_RING_FENCE_SET;
    expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
    names(&answer, "quantity", 0);
    event.quantity = 1;
    expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_ITEM);
    names(&answer, "item", 0);
    event.item_key = key_of("KIT");
    expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_LOCATION);
    names(&answer, "location", 0);
    event.location_key = key_of("east");
    expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_CHANNEL);
    names(&answer, "channel", 0);
    channel_of(engine, "shop");
    expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
    assert_true(strcmp(answer.field, "until") == 0 || strcmp(answer.field, "unit") == 0);
    event.until = 0;
    expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
    names(&answer, "unit", 0);
    event.unit = (struct sellable_key){NULL, 0};
    expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
    names(&answer, "item", 0);
    event.item_key = key_of("B");
    expect(sellable_apply(engine, NULL, &event, &answer), CONFLICT);
    equal(answer.actual, 0);
    event.expected = 0;
    expect(sellable_apply(engine, NULL, &event, &answer), OVERFLOW);
    sellable_close(engine);
}

static void an_event_that_expects_another_quantity_is_told_the_actual_one(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct {
        enum sellable_event_type type;
        int64_t actual;
    } cases[] = {{SELLABLE_ON_HAND_SET, 5},
                 {SELLABLE_ON_HAND_ADJUST, 5},
                 {SELLABLE_ALLOCATION_SET, 0},
                 {SELLABLE_ALLOCATION_ADJUST, 0},
                 {SELLABLE_SAFETY_STOCK_SET, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        struct sellable_event event = event_of(&scene, i % 2, cases[i].type, 3);
        event.has_expected = 1;
        event.expected = cases[i].actual + 1;
        expect(sellable_apply(scene.engine, NULL, &event, &answer), CONFLICT);
        equal(answer.actual, cases[i].actual);
        names(&answer, "expected", 0);
        unchanged(&scene);
        event.has_expected = 0; /* then it is not looked at */
        expect(sellable_apply(scene.engine, NULL, &event, &answer), OK);
        event.has_expected = 1;
        expect(sellable_apply(scene.engine, NULL, &event, &answer), CONFLICT);
        event.expected = answer.actual;
        event.quantity = cases[i].actual; /* of a set: back to what it was */
        if (event.type == SELLABLE_ON_HAND_ADJUST || event.type == SELLABLE_ALLOCATION_ADJUST) {
            event.quantity = -3;
        }
        expect(sellable_apply(scene.engine, NULL, &event, &answer), OK);
        unchanged(&scene);
    }
    sellable_close(scene.engine);
}

static void a_fence_and_an_entry_are_expected_by_their_own_quantity(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_event set_fence = event_of(&scene, false, SELLABLE_RING_FENCE_SET, 3);
    struct sellable_event set_entry = event_of(&scene, true, SELLABLE_SCHEDULE_SET, -3);
    set_fence.channel_key = key_of("web");
    set_entry.reference = key_of("D-1");
    set_entry.due = SELLABLE_DAY;
    const struct {
        struct sellable_event *event;
        int64_t set;
    } cases[] = {{&set_fence, 3}, {&set_entry, -3}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable_event *event = cases[i].event;
        event->has_expected = 1;
        event->expected = 1;
        expect(sellable_apply(scene.engine, NULL, event, &answer), CONFLICT);
        equal(answer.actual, 0); /* there is none */
        unchanged(&scene);
        event->expected = 0;
        expect(sellable_apply(scene.engine, NULL, event, &answer), OK);
        equal(answer.variance, 0);
        expect(sellable_apply(scene.engine, NULL, event, &answer), CONFLICT);
        equal(answer.actual, cases[i].set);
        event->expected = cases[i].set;
        event->quantity = 0;
        expect(sellable_apply(scene.engine, NULL, event, &answer), OK);
        unchanged(&scene);
    }
    sellable_close(scene.engine);
}

static void the_fences_of_a_cell_and_its_entries_add_up_to_the_limit_at_most(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    channel_of(engine, "shop");
    fence(engine, "A", "east", "web", LARGEST - 1, 0);
    fence(engine, "A", "east", "shop", 1, 0);
    fence(engine, "A", "west", "shop", LARGEST, 0); /* another cell */
    schedule(engine, "A", "east", "PO-1", SELLABLE_DAY, LARGEST - 1);
    schedule(engine, "A", "east", "PO-2", 2 * SELLABLE_DAY, 1);
    schedule(engine, "A", "east", "D-1", SELLABLE_DAY, -LARGEST);
    const struct sellable_event place = {.item_key = key_of("A"), .location_key = key_of("east")};
    const struct {
        uint32_t type;
        const char *name;
        int64_t quantity;
    } cases[] = {{SELLABLE_RING_FENCE_SET, "shop", 2},
                 {SELLABLE_SCHEDULE_SET, "PO-2", 2},
                 {SELLABLE_SCHEDULE_SET, "PO-3", 1},
                 {SELLABLE_SCHEDULE_SET, "D-2", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable_event event = place;
        struct sellable_answer answer = {.plan_capacity = 0};
        event.type = cases[i].type;
        event.quantity = cases[i].quantity;
        event.channel_key = event.reference = key_of(cases[i].name);
        event.due = SELLABLE_DAY;
        expect(sellable_apply(engine, NULL, &event, &answer), OVERFLOW);
        names(&answer, NULL, 0);
    }
    fence(engine, "A", "east", "shop", 0, 0);
    schedule(engine, "A", "east", "PO-2", SELLABLE_DAY, 0);
    schedule(engine, "A", "east", "PO-3", SELLABLE_DAY, 1);
    sellable_close(engine);
}

static void nothing_is_taken_off_that_is_not_there(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct {
        enum sellable_event_type type;
        const char *reason;
        int64_t quantity;
    } cases[] = {{SELLABLE_HOLD_RELEASE, "quality", 1},
                 {SELLABLE_HOLD_SCRAP, "blocked", 1},
                 {SELLABLE_ALLOCATION_ADJUST, NULL, -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int by_handle = 0; by_handle < 2; by_handle++) {
            struct sellable_answer answer = {.plan_capacity = 0};
            struct sellable_event event =
                event_of(&scene, by_handle, cases[i].type, cases[i].quantity);
            if (cases[i].reason) {
                event.reason = key_of(cases[i].reason);
            }
            expect(sellable_apply(scene.engine, NULL, &event, &answer), WRONG_STATE);
            names(&answer, NULL, 0);
            unchanged(&scene);
        }
    }
    sellable_close(scene.engine);
}

static void a_quantity_or_net_beyond_the_limit_is_overflow(void **state) {
    (void)state;
    const struct {
        enum sellable_event_type type;
        int64_t on_hand; /* of B in east, before */
        int64_t quantity;
        const char *reason;
    } cases[] = {
        {SELLABLE_ON_HAND_ADJUST, LARGEST, 1, NULL},
        {SELLABLE_ON_HAND_ADJUST, -LARGEST, -1, NULL},
        {SELLABLE_HOLD_PLACE, -LARGEST, 1, "quality"},
        {SELLABLE_ALLOCATION_SET, -LARGEST, 1, NULL},
        {SELLABLE_ALLOCATION_ADJUST, -LARGEST, 1, NULL},
        {SELLABLE_SAFETY_STOCK_SET, -LARGEST, 1, NULL},
        {SELLABLE_SAFETY_STOCK_SET, -1, LARGEST, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = set_scene();
        stock(scene.engine, "B", "east", cases[i].on_hand);
        struct sellable_event event = event_of(&scene, i % 2, cases[i].type, cases[i].quantity);
        event.item = scene.b;
        if (cases[i].reason) {
            event.reason = key_of(cases[i].reason);
        }
        struct sellable_answer answer = {.plan_capacity = 0};
        expect(sellable_apply(scene.engine, NULL, &event, &answer), OVERFLOW);
        names(&answer, NULL, 0);
        struct sellable_cell cell = cell_of(scene.engine, "B", "east");
        equal(cell.on_hand, cases[i].on_hand);
        equal(cell.net, cases[i].on_hand);
        stock(scene.engine, "B", "east", 0); /* then the scene is as it was */
        unchanged(&scene);
        sellable_close(scene.engine);
    }
    struct scene scene = set_scene(); /* what is at the limit is not beyond it */
    stock(scene.engine, "B", "east", -LARGEST);
    stock(scene.engine, "B", "east", LARGEST);
    hold(scene.engine, "B", "east", "quality", LARGEST);
    expect(say(scene.engine, SELLABLE_SAFETY_STOCK_SET, "B", "east", NULL, LARGEST), OK);
    equal(cell_of(scene.engine, "B", "east").net, -LARGEST);
    expect(say(scene.engine, SELLABLE_ALLOCATION_SET, "B", "east", NULL, 1), OVERFLOW);
    expect(say(scene.engine, SELLABLE_ON_HAND_ADJUST, "B", "east", NULL, -1), OVERFLOW);
    sellable_close(scene.engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_does_what_the_list_says),
        cmocka_unit_test(each_reason_is_held_for_itself),
        cmocka_unit_test(a_wrong_event_is_refused_with_its_field),
        cmocka_unit_test(an_event_needs_an_item_and_a_location_that_exist),
        cmocka_unit_test(a_fence_needs_a_channel_that_exists),
        cmocka_unit_test(the_faults_of_an_event_are_named_in_their_order),
        cmocka_unit_test(an_event_that_expects_another_quantity_is_told_the_actual_one),
        cmocka_unit_test(a_fence_and_an_entry_are_expected_by_their_own_quantity),
        cmocka_unit_test(the_fences_of_a_cell_and_its_entries_add_up_to_the_limit_at_most),
        cmocka_unit_test(nothing_is_taken_off_that_is_not_there),
        cmocka_unit_test(a_quantity_or_net_beyond_the_limit_is_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
