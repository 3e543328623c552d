/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of an item in a channel, of an item in all channels, of a channel: which goes before
 * which, setting by setting; and what of a policy is refused. */
#include "told.h"

#include "random.h"
#include "refused.h"

static struct sellable_scope scope_of(const char *item, const char *channel) {
    struct sellable_scope scope = {.item_key = {NULL, 0}};
    if (item) {
        scope.item_key = key_of(item);
    }
    if (channel) {
        scope.channel_key = key_of(channel);
    }
    return scope;
}

static struct sellable_policy found(const struct sellable *engine, const char *item,
                                    struct sellable_location *locations, uint32_t capacity) {
    struct sellable_policy policy;
    memset(&policy, 0x5a, sizeof policy);
    struct sellable_scope scope = scope_of(item, "web");
    expect(sellable_policy_find(engine, &scope, &policy, locations, capacity), OK);
    return policy;
}

/* Every setting, told apart by `which`: 1, 2, 3. */
static struct sellable_policy distinct(const struct scene *scene, uint32_t which) {
    static struct sellable_location lists[4][2];
    static const char *const units[] = {"", "case", "box", "pallet"};
    lists[which][0] = which == 1 ? scene->east : scene->west;
    lists[which][1] = which == 1 ? scene->west : scene->east;
    return (struct sellable_policy){.locations = lists[which],
                                    .location_count = which == 3 ? 1 : 2,
                                    .sourcing = which % 3,
                                    .buffer = which,
                                    .share = (int32_t)(1000 * which),
                                    .precedence = (int32_t)which - 9,
                                    .closed = which == 3,
                                    .paused = which == 2,
                                    .backorder = 10 + which,
                                    .horizon = 20 + which,
                                    .unit = key_of(units[which]),
                                    .cap = 30 + which,
                                    .minimum = 40 + which,
                                    .low = 50 + which,
                                    .interval = 60 + which,
                                    .step = 70 + which};
}

static void same_settings(const struct sellable_policy *got, const struct sellable_policy *wanted,
                          const struct sellable_location *locations) {
    equal(got->location_count, wanted->location_count);
    for (uint32_t i = 0; i < wanted->location_count; i++) {
        equal(locations[i].id, wanted->locations[i].id);
    }
    const int64_t figures[][2] = {{got->sourcing, wanted->sourcing},
                                  {got->buffer, wanted->buffer},
                                  {got->share, wanted->share},
                                  {got->precedence, wanted->precedence},
                                  {got->closed, wanted->closed},
                                  {got->paused, wanted->paused},
                                  {got->backorder, wanted->backorder},
                                  {got->horizon, wanted->horizon},
                                  {got->cap, wanted->cap},
                                  {got->minimum, wanted->minimum},
                                  {got->low, wanted->low},
                                  {got->interval, wanted->interval},
                                  {got->step, wanted->step},
                                  {(int64_t)got->unit.size, (int64_t)wanted->unit.size}};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        equal(figures[i][0], figures[i][1]);
    }
    if (wanted->unit.size) {
        assert_memory_equal(got->unit.bytes, wanted->unit.bytes, wanted->unit.size);
    }
}

/* ---- which goes before which ----------------------------------------------------------------- */

static void without_settings_all_have_their_defaults(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_policy defaults = {
        .share = SELLABLE_SHARE_ALL, .cap = LARGEST, .step = 1};
    struct sellable_location locations[4];
    struct sellable_policy policy = found(scene.engine, "A", locations, 4);
    equal(policy.set, 0);
    same_settings(&policy, &defaults, locations);
    policy = found(scene.engine, NULL, locations, 4);
    equal(policy.set, 0);
    same_settings(&policy, &defaults, locations);
    sellable_close(scene.engine);
}

static void an_item_in_a_channel_goes_before_it_in_all_and_that_before_the_channel(void **state) {
    (void)state;
    for (uint32_t number = 0; number < 15; number++) { /* setting by setting */
        uint32_t bit = 1u << number;
        struct scene scene = set_scene();
        struct sellable_location locations[4];
        const char *const scopes[][2] = {{NULL, "web"}, {"A", NULL}, {"A", "web"}};
        struct sellable_policy wanted = {.share = SELLABLE_SHARE_ALL, .cap = LARGEST, .step = 1};
        struct sellable_policy steps[4] = {wanted};
        for (uint32_t which = 1; which <= 3; which++) {
            const struct sellable_policy all = distinct(&scene, which);
            struct sellable_policy one = wanted;
            switch (bit) {
#define TAKE(BIT, field)                                                                           \
    case SELLABLE_SETTING_##BIT:                                                                   \
        one.field = all.field;                                                                     \
        break;
                TAKE(SOURCING, sourcing)
                TAKE(SHARE, share)
                TAKE(BUFFER, buffer)
                TAKE(PRECEDENCE, precedence)
                TAKE(CLOSED, closed)
                TAKE(BACKORDER, backorder)
                TAKE(HORIZON, horizon)
                TAKE(UNIT, unit)
                TAKE(CAP, cap)
                TAKE(MINIMUM, minimum)
                TAKE(LOW, low)
                TAKE(PAUSED, paused)
                TAKE(INTERVAL, interval)
                TAKE(STEP, step)
#undef TAKE
            default:
                one.locations = all.locations;
                one.location_count = all.location_count;
            }
            steps[which] = one;
            one.set = bit;
            struct sellable_scope scope = scope_of(scopes[which - 1][0], scopes[which - 1][1]);
            expect(sellable_policy_put(scene.engine, NULL, &scope, &one, NULL), OK);
            struct sellable_policy policy = found(scene.engine, "A", locations, 4);
            equal(policy.set, bit);
            same_settings(&policy, &steps[which], locations);
            policy = found(scene.engine, "B", locations, 4); /* of another item: the channel's */
            same_settings(&policy, &steps[1], locations);
        }
        for (uint32_t which = 3; which >= 1; which--) { /* and back, one by one */
            struct sellable_policy policy = found(scene.engine, "A", locations, 4);
            same_settings(&policy, &steps[which], locations);
            struct sellable_scope scope = scope_of(scopes[which - 1][0], scopes[which - 1][1]);
            policy = (struct sellable_policy){.unset = bit};
            expect(sellable_policy_put(scene.engine, NULL, &scope, &policy, NULL), OK);
        }
        struct sellable_policy policy = found(scene.engine, "A", locations, 4);
        equal(policy.set, 0);
        same_settings(&policy, &steps[0], locations);
        unchanged(&scene);
        sellable_close(scene.engine);
    }
}

static void all_settings_at_once_are_told_as_they_were_put(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_location locations[4];
    struct sellable_policy all = distinct(&scene, 2);
    all.set = SELLABLE_SETTINGS_ALL;
    policy_for(scene.engine, "web", NULL, all);
    struct sellable_policy policy = found(scene.engine, NULL, locations, 4);
    equal(policy.set, SELLABLE_SETTINGS_ALL);
    same_settings(&policy, &all, locations);
    locations[1].id = 77;
    policy = found(scene.engine, "A", locations, 1);
    equal(policy.location_count, 2);
    equal(locations[1].id, 77); /* no room for it */
    policy = found(scene.engine, "A", NULL, 0);
    equal(policy.location_count, 2);
    sellable_close(scene.engine);
}

static void figures_follow_the_settings_that_are_in_force(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 20);
    channel_of(engine, "shop");
    const struct sellable_policy three = {.set = SELLABLE_SETTING_BUFFER, .buffer = 3};
    const struct sellable_policy five = {.set = SELLABLE_SETTING_BUFFER, .buffer = 5};
    const struct sellable_policy half = {.set = SELLABLE_SETTING_SHARE, .share = 5000};
    const struct sellable_policy none = {.set = SELLABLE_SETTING_BUFFER};
    const struct sellable_policy back = {.unset = SELLABLE_SETTINGS_ALL};
    policy_for(engine, "web", NULL, three);
    equal(promisable(engine, "web", "A"), 17);
    policy_for(engine, NULL, "A", five);
    equal(promisable(engine, "web", "A"), 15);
    equal(promisable(engine, "shop", "A"), 15);
    policy_for(engine, "web", "A", half);
    equal(promisable(engine, "web", "A"), 5);
    equal(promisable(engine, "shop", "A"), 15);
    policy_for(engine, "web", "A", none); /* 0 is a setting, too */
    equal(promisable(engine, "web", "A"), 10);
    policy_for(engine, "web", "A", back);
    policy_for(engine, NULL, "A", back);
    equal(promisable(engine, "web", "A"), 17);
    lacks(engine, "web", "A", 18, "A 18>17");
    takes(engine, "O-1", "web", "A", 17, "17 A east");
    sellable_close(engine);
}

static void an_item_may_ship_from_other_locations_than_its_channel(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const char *const items[] = {"A", "B"};
    const char *const places[] = {"west", "east", "north"};
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        for (size_t j = 0; j < COUNT_OF(places); j++) {
            stock(engine, items[i], places[j], 2);
        }
    }
    location_with(engine, "north",
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of("us")});
    location_with(engine, "east",
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of("us")});
    channel_from(engine, "web", (const char *const[]){"west", NULL});
    channel_of(engine, "shop");
    struct sellable_location list[] = {location_of(engine, "north"), location_of(engine, "west")};
    struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = list, .location_count = 2};
    policy_for(engine, "web", "A", policy);
    equal(promisable(engine, "web", "A"), 4);
    equal(promisable(engine, "web", "B"), 2);
    equal(promisable(engine, "shop", "A"), 6);
    takes(engine, "O-1", "web", "A", 3, "2 A north, 1 A west");
    const struct sellable_line lines[] = {line_of("A", 1), line_of("B", 1),
                                          line_at("A", 1, "east")};
    refused(engine, &ORDER("O-2", "web", lines), "A 2>1");
    const struct sellable_line east[] = {line_at("A", 1, "east")};
    refused(engine, &ORDER("O-2", "web", east), "A@east 1>0");
    expect(release(engine, "O-1"), OK);
    expect(sellable_region_find(engine, key_of("us"), &list[0]), OK);
    policy_for(engine, NULL, "A", policy); /* a region, of the item in all channels */
    stock(engine, "A", "aachen", 7); /* in no region, and not in the list */
    stock(engine, "B", "aachen", 7);
    equal(promisable(engine, "shop", "A"), 6);
    equal(promisable(engine, "shop", "B"), 13);
    takes(engine, "O-2", "shop", "A", 5, "2 A east, 2 A north, 1 A west");
    expect(release(engine, "O-2"), OK);
    active(engine, "east", 0);
    takes(engine, "O-3", "shop", "A", 3, "2 A north, 1 A west");
    policy_for(engine, "shop", "A", (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS});
    lacks(engine, "shop", "A", 1, "A 1>0"); /* nowhere */
    policy_for(engine, "web", "A",
               (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 1});
    active(engine, "north", 0);
    takes(engine, "O-4", "web", "A", 2, "2 A west (1 wait)"); /* the first that is active */
    active(engine, "west", 0);
    lacks(engine, "web", "A", 1, "A 1>0");
    location_with(engine, "zurich", /* made last */
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of("eu")});
    expect(sellable_region_find(engine, key_of("eu"), &list[0]), OK);
    policy.location_count = 1;
    policy_for(engine, "web", "A", policy);
    takes(engine, "O-5", "web", "A", 1, "1 A zurich (1 wait)");
    sellable_close(engine);
}

static void settings_of_many_scopes_stay_apart(void **state) {
    (void)state;
    enum { SCOPES = 6, FIELDS = 4, STEPS = 4000 };
    static const char *const scopes[SCOPES][2] = {{"A", NULL}, {"A", "web"}, {"A", "shop"},
                                                  {"A", "edi"}, {"B", NULL}, {"B", "edi"}};
    static const uint32_t bits[FIELDS] = {SELLABLE_SETTING_LOCATIONS, SELLABLE_SETTING_CAP,
                                          SELLABLE_SETTING_UNIT, SELLABLE_SETTING_SHARE};
    static const char *const units[] = {"case", "box", "pallet"};
    struct random random = {31};
    struct scene scene = set_scene();
    const char *const channels[] = {"web", "shop", "edi"};
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        channel_of(scene.engine, channels[i]);
    }
    struct sellable_location places[4] = {scene.east, scene.west};
    places[2] = location_of(scene.engine, "north");
    places[3] = location_of(scene.engine, "south");
    struct sellable_policy kept[SCOPES] = {{.set = 0}}; /* as it should be */
    for (int step = 0; step < STEPS; step++) {
        uint32_t at = random_below(&random, SCOPES);
        struct sellable_policy policy = {.set = 0};
        struct sellable_policy *of = &kept[at];
        for (size_t i = 0; i < FIELDS; i++) {
            uint32_t choice = random_below(&random, 6);
            policy.set |= choice == 0 ? bits[i] : 0;
            policy.unset |= choice == 1 ? bits[i] : 0;
        }
        uint32_t first = random_below(&random, 4);
        policy.locations = places + first;
        policy.location_count = random_below(&random, 5 - first);
        policy.cap = random_between(&random, 0, 99);
        policy.share = (int32_t)random_between(&random, 0, SELLABLE_SHARE_ALL);
        policy.unit = key_of(units[random_below(&random, 3)]);
        struct sellable_scope scope = scope_of(scopes[at][0], scopes[at][1]);
        expect(sellable_policy_put(scene.engine, NULL, &scope, &policy, NULL), OK);
        if (policy.set & SELLABLE_SETTING_LOCATIONS) {
            of->locations = policy.locations;
            of->location_count = policy.location_count;
        }
        of->cap = policy.set & SELLABLE_SETTING_CAP ? policy.cap : of->cap;
        of->share = policy.set & SELLABLE_SETTING_SHARE ? policy.share : of->share;
        of->unit = policy.set & SELLABLE_SETTING_UNIT ? policy.unit : of->unit;
        of->set = (of->set | policy.set) & ~policy.unset;
        for (size_t i = 0; i < 6; i++) { /* A and B in each channel */
            const char *item = i < 3 ? "A" : "B", *channel = channels[i % 3];
            struct sellable_policy wanted = {.cap = LARGEST, .share = SELLABLE_SHARE_ALL};
            for (int own = 0; own < 2; own++) { /* of all channels, then of this one */
                for (size_t j = 0; j < SCOPES; j++) {
                    bool here = scopes[j][1] ? own && strcmp(scopes[j][1], channel) == 0 : !own;
                    if (!here || strcmp(scopes[j][0], item) != 0) {
                        continue;
                    }
                    uint32_t set = kept[j].set;
                    wanted.set |= set;
                    if (set & SELLABLE_SETTING_LOCATIONS) {
                        wanted.locations = kept[j].locations;
                        wanted.location_count = kept[j].location_count;
                    }
                    wanted.cap = set & SELLABLE_SETTING_CAP ? kept[j].cap : wanted.cap;
                    wanted.share = set & SELLABLE_SETTING_SHARE ? kept[j].share : wanted.share;
                    wanted.unit = set & SELLABLE_SETTING_UNIT ? kept[j].unit : wanted.unit;
                }
            }
            struct sellable_location locations[4];
            struct sellable_policy got;
            scope = scope_of(item, channel);
            expect(sellable_policy_find(scene.engine, &scope, &got, locations, 4), OK);
            equal(got.set, wanted.set);
            wanted.step = 1;
            same_settings(&got, &wanted, locations);
        }
    }
    sellable_close(scene.engine);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void every_setting_out_of_range_is_named_and_nothing_is_set(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct {
        const char *field;
        struct sellable_policy policy;
    } wrong[] = {
        {"set", {.set = SELLABLE_SETTINGS_ALL + 1}},
        {"set", {.set = 1u << 31}},
        {"unset", {.unset = SELLABLE_SETTINGS_ALL + 1}},
        {"unset", {.set = SELLABLE_SETTING_CAP, .unset = SELLABLE_SETTING_CAP}},
        {"locations", {.set = SELLABLE_SETTING_LOCATIONS, .location_count = 1}},
        {"sourcing", {.set = SELLABLE_SETTING_SOURCING, .sourcing = SELLABLE_SINGLE + 1}},
        {"share", {.set = SELLABLE_SETTING_SHARE, .share = -1}},
        {"share", {.set = SELLABLE_SETTING_SHARE, .share = SELLABLE_SHARE_ALL + 1}},
        {"buffer", {.set = SELLABLE_SETTING_BUFFER, .buffer = -1}},
        {"buffer", {.set = SELLABLE_SETTING_BUFFER, .buffer = LARGEST + 1}},
        {"precedence",
         {.set = SELLABLE_SETTING_PRECEDENCE, .precedence = SELLABLE_PRECEDENCE_MAX + 1}},
        {"precedence",
         {.set = SELLABLE_SETTING_PRECEDENCE, .precedence = -SELLABLE_PRECEDENCE_MAX - 1}},
        {"closed", {.set = SELLABLE_SETTING_CLOSED, .closed = 2}},
        {"paused", {.set = SELLABLE_SETTING_PAUSED, .paused = 2}},
        {"backorder", {.set = SELLABLE_SETTING_BACKORDER, .backorder = -1}},
        {"backorder", {.set = SELLABLE_SETTING_BACKORDER, .backorder = LARGEST + 1}},
        {"horizon", {.set = SELLABLE_SETTING_HORIZON, .horizon = -1}},
        {"horizon", {.set = SELLABLE_SETTING_HORIZON, .horizon = SELLABLE_HORIZON_MAX + 1}},
        {"unit", {.set = SELLABLE_SETTING_UNIT}},
        {"unit", {.set = SELLABLE_SETTING_UNIT, .unit = {"\xff", 1}}},
        {"cap", {.set = SELLABLE_SETTING_CAP, .cap = -1}},
        {"cap", {.set = SELLABLE_SETTING_CAP, .cap = LARGEST + 1}},
        {"minimum", {.set = SELLABLE_SETTING_MINIMUM, .minimum = -1}},
        {"minimum", {.set = SELLABLE_SETTING_MINIMUM, .minimum = LARGEST + 1}},
        {"low", {.set = SELLABLE_SETTING_LOW, .low = -1}},
        {"low", {.set = SELLABLE_SETTING_LOW, .low = LARGEST + 1}},
        {"interval", {.set = SELLABLE_SETTING_INTERVAL, .interval = -1}},
        {"interval", {.set = SELLABLE_SETTING_INTERVAL, .interval = SELLABLE_TIME_MAX + 1}},
        {"step", {.set = SELLABLE_SETTING_STEP, .step = -1}},
        {"step", {.set = SELLABLE_SETTING_STEP, .step = LARGEST + 1}},
    };
    struct sellable_answer answer = {.plan_capacity = 0};
    const struct sellable_scope scopes[] = {scope_of("A", "web"), scope_of("A", NULL),
                                            scope_of(NULL, "web")};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct sellable_policy policy = wrong[i].policy;
        struct sellable_channel none = {77};
        expect(sellable_channel_put(scene.engine, NULL, key_of("web"), &policy, &none, &answer),
               INVALID);
        names(&answer, wrong[i].field, 0);
        equal(none.id, 0);
        expect(sellable_channel_put(scene.engine, NULL, key_of("new"), &policy, &none, NULL),
               INVALID);
        expect(sellable_channel_find(scene.engine, key_of("new"), &none), UNKNOWN_CHANNEL);
        for (size_t j = 0; j < COUNT_OF(scopes); j++) {
            expect(sellable_policy_put(scene.engine, NULL, &scopes[j], &policy, &answer), INVALID);
            names(&answer, wrong[i].field, 0);
        }
        equal(found(scene.engine, "A", NULL, 0).set, 0);
        unchanged(&scene);
    }
    sellable_close(scene.engine);
}

static void a_refused_policy_sets_none_of_its_settings(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_STEP,
                                           .buffer = 2,
                                           .step = -1};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_channel_put(scene.engine, NULL, key_of("web"), &policy, NULL, &answer),
           INVALID);
    names(&answer, "step", 0);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void a_policy_needs_an_item_or_a_channel_that_exist(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_location nowhere[] = {scene.east, {77}};
    const struct sellable_policy good = {.set = SELLABLE_SETTING_BUFFER, .buffer = 2};
    const struct sellable_policy lost = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = nowhere, .location_count = 2};
    const struct {
        struct sellable_scope scope;
        const struct sellable_policy *policy;
        int status;
        const char *field;
        uint32_t line;
    } wrong[] = {
        {scope_of(NULL, NULL), &good, SELLABLE_INVALID, "item", 0},
        {scope_of("C", NULL), &good, SELLABLE_UNKNOWN_ITEM, "item", 0},
        {scope_of("C", "web"), &good, SELLABLE_UNKNOWN_ITEM, "item", 0},
        {scope_of("A", "shop"), &good, SELLABLE_UNKNOWN_CHANNEL, "channel", 0},
        {scope_of(NULL, "shop"), &good, SELLABLE_UNKNOWN_CHANNEL, "channel", 0},
        {{.item = {77}}, &good, SELLABLE_UNKNOWN_ITEM, "item", 0},
        {{.channel = {77}}, &good, SELLABLE_UNKNOWN_CHANNEL, "channel", 0},
        {scope_of("A", "web"), &lost, SELLABLE_UNKNOWN_LOCATION, "locations", 1},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        equal(sellable_policy_put(scene.engine, NULL, &wrong[i].scope, wrong[i].policy, &answer),
              wrong[i].status);
        names(&answer, wrong[i].field, wrong[i].line);
        equal(sellable_policy_put(scene.engine, NULL, &wrong[i].scope, wrong[i].policy, NULL),
              wrong[i].status);
        unchanged(&scene);
    }
    struct sellable_policy policy;
    struct sellable_scope scope = scope_of("C", "web");
    expect(sellable_policy_find(scene.engine, &scope, &policy, NULL, 0), UNKNOWN_ITEM);
    scope = scope_of("A", "shop");
    expect(sellable_policy_find(scene.engine, &scope, &policy, NULL, 0), UNKNOWN_CHANNEL);
    scope = scope_of("A", NULL);
    expect(sellable_policy_find(scene.engine, &scope, &policy, NULL, 0), UNKNOWN_CHANNEL);
    sellable_close(scene.engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_settings_all_have_their_defaults),
        cmocka_unit_test(an_item_in_a_channel_goes_before_it_in_all_and_that_before_the_channel),
        cmocka_unit_test(all_settings_at_once_are_told_as_they_were_put),
        cmocka_unit_test(figures_follow_the_settings_that_are_in_force),
        cmocka_unit_test(an_item_may_ship_from_other_locations_than_its_channel),
        cmocka_unit_test(settings_of_many_scopes_stay_apart),
        cmocka_unit_test(every_setting_out_of_range_is_named_and_nothing_is_set),
        cmocka_unit_test(a_refused_policy_sets_none_of_its_settings),
        cmocka_unit_test(a_policy_needs_an_item_or_a_channel_that_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
