/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of the masters: whatever differs gives another, and what is taken back the same
 * as before. */
#include "audited.h"

/* ---- policies -------------------------------------------------------------------------------- */

/* One setting, of one of two values. */
static void put_setting(struct sellable *engine, const struct sellable_scope *scope,
                        uint32_t setting, int32_t value) {
    const struct sellable_location both[] = {location_of(engine, value ? "east" : "west"),
                                             location_of(engine, value ? "west" : "east")};
    const struct sellable_policy policy = {.set = 1u << setting,
                                           .locations = both,
                                           .location_count = 2,
                                           .sourcing = (uint32_t)value,
                                           .buffer = value,
                                           .share = value,
                                           .precedence = value,
                                           .closed = (uint32_t)value,
                                           .paused = (uint32_t)value,
                                           .backorder = value,
                                           .horizon = value,
                                           .unit = key_of(value ? "case" : "box"),
                                           .cap = value,
                                           .minimum = value,
                                           .low = value,
                                           .interval = value,
                                           .step = value};
    expect(sellable_policy_put(engine, NULL, scope, &policy, NULL), OK);
}

static void each_setting_counts_where_it_is_set_until_it_is_taken_back(void **state) {
    (void)state;
    static const char *const names[] = {
#define NAME_OF_SETTING(NAME, NUMBER, JSON, TEXT) JSON,
        SELLABLE_SETTINGS(NAME_OF_SETTING)
#undef NAME_OF_SETTING
    };
    const struct sellable_key a = key_of("A"), web = key_of("web"), vip = key_of("vip");
    const struct sellable_scope scopes[] = {{.channel_key = web},
                                            {.channel_key = vip},
                                            {.item_key = a},
                                            {.item_key = key_of("B")},
                                            {.item_key = a, .channel_key = web},
                                            {.item_key = a, .channel_key = vip}};
    static struct distinct seen;
    struct sellable *engine = bare();
    const struct sellable_audit empty = audited(engine);
    seen.count = 0;
    is_distinct(&seen, empty.hash, "without settings", 0);
    for (uint32_t scope = 0; scope < COUNT_OF(scopes); scope++) {
        for (uint32_t setting = 0; setting < COUNT_OF(names); setting++) {
            for (int32_t value = 0; value < 2; value++) {
                put_setting(engine, &scopes[scope], setting, value);
                is_distinct(&seen, audited(engine).hash, names[setting],
                            2 * scope + (uint32_t)value);
            }
            const struct sellable_policy none = {.unset = 1u << setting};
            expect(sellable_policy_put(engine, NULL, &scopes[scope], &none, NULL), OK);
            is_back(engine, empty.hash, names[setting]);
        }
    }
    sellable_close(engine);
}

static void lists_of_locations_count_by_what_they_name_and_in_which_order(void **state) {
    (void)state;
    struct sellable *engine = bare();
    static struct distinct seen;
    struct sellable_location region;
    const struct sellable_location east = location_of(engine, "east");
    located_in(engine, "us", "us"); /* a location called as the region */
    const struct sellable_location us = location_of(engine, "us");
    expect(sellable_region_find(engine, key_of("us"), &region), OK);
    const struct {
        uint32_t count;
        struct sellable_location location[2];
    } lists[] = {{0, {{0}}},       {1, {east}},         {1, {us}},           {1, {region}},
                 {2, {east, us}},  {2, {us, east}},     {2, {east, region}}, {2, {region, east}},
                 {2, {us, region}}, {2, {region, us}}};
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(lists); i++) {
        channel_with(engine, "web",
                     (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS,
                                              .locations = lists[i].location,
                                              .location_count = lists[i].count});
        is_distinct(&seen, audited(engine).hash, "a list", i);
    }
    sellable_close(engine);
}

/* ---- items ----------------------------------------------------------------------------------- */

static void each_setting_of_an_item_counts(void **state) {
    (void)state;
    const struct sellable_unit dozen[] = {{key_of("case"), 12, 1}, {key_of("box"), 5, 2}};
    const struct sellable_unit other[] = {
        {key_of("box"), 12, 1}, {key_of("case"), 13, 1}, {key_of("case"), 12, 5}};
    const struct sellable_component components[] = {{.item_key = key_of("A"), .number = 2},
                                                    {.item_key = key_of("B"), .number = 1},
                                                    {.item_key = key_of("A"), .number = 2},
                                                    {.item_key = key_of("B"), .number = 2},
                                                    {.item_key = key_of("A"), .number = 1}};
    const struct {
        const char *item;
        struct sellable_item_settings settings;
    } changes[] = {
#define UNITS(array, number)                                                                       \
    {.set = SELLABLE_ITEM_UNITS, .units = (array), .unit_count = (number)}
#define COMPONENTS(array, number)                                                                  \
    {.set = SELLABLE_ITEM_COMPONENTS, .components = (array), .component_count = (number)}
        {"K", {.set = SELLABLE_ITEM_UNIT, .unit = key_of("each")}},
        {"K", {.set = SELLABLE_ITEM_UNIT, .unit = key_of("case")}},
        {"A", {.set = SELLABLE_ITEM_UNIT, .unit = key_of("each")}},
        {"K", UNITS(dozen, 1)},
        {"K", UNITS(dozen, 2)},
        {"K", UNITS(dozen + 1, 1)},
        {"K", UNITS(other, 1)},
        {"K", UNITS(other + 1, 1)},
        {"K", UNITS(other + 2, 1)},
        {"K", {.set = SELLABLE_ITEM_TRACKED, .tracked = 0}},
        {"K", COMPONENTS(components, 1)},
        {"K", COMPONENTS(components, 2)},
        {"K", COMPONENTS(components + 1, 1)},
        {"K", COMPONENTS(components + 1, 2)}, /* they are placed in their order */
        {"K", COMPONENTS(components + 3, 1)},
        {"K", COMPONENTS(components + 4, 1)},
    };
    static struct distinct seen;
    struct sellable *engine = bare();
    const struct sellable_audit before = audited(engine);
    seen.count = 0;
    is_distinct(&seen, before.hash, "without settings", 0);
    for (uint32_t i = 0; i < COUNT_OF(changes); i++) {
        const struct sellable_item_settings none = {.unset = SELLABLE_ITEM_SETTINGS_ALL};
        expect(sellable_item_put(engine, NULL, key_of(changes[i].item), &changes[i].settings, NULL,
                                 NULL),
               OK);
        is_distinct(&seen, audited(engine).hash, "settings", i);
        expect(sellable_item_put(engine, NULL, key_of(changes[i].item), &none, NULL, NULL), OK);
        is_back(engine, before.hash, "settings taken back");
    }
    sellable_close(engine);
}

static void units_count_in_whatever_order_they_are_given(void **state) {
    (void)state;
    const struct sellable_unit units[] = {
        {key_of("case"), 12, 1}, {key_of("box"), 5, 2}, {key_of("case"), 24, 2}};
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        const struct sellable_item_settings settings = {
            .set = SELLABLE_ITEM_UNITS, .units = units + i, .unit_count = 2};
        expect(sellable_item_put(engines[i], NULL, key_of("A"), &settings, NULL, NULL), OK);
    }
    are_alike(engines[0], engines[1], "units in another order");
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

/* ---- all masters ----------------------------------------------------------------------------- */

static void each_master_counts(void **state) {
    (void)state;
    static struct distinct seen;
    struct sellable *engine = bare();
    seen.count = 0;
    is_distinct(&seen, audited(engine).hash, "as it was", 0);
    item_of(engine, "north");
    is_distinct(&seen, audited(engine).hash, "an item", 0);
    location_of(engine, "north");
    is_distinct(&seen, audited(engine).hash, "a location", 0);
    channel_of(engine, "north");
    is_distinct(&seen, audited(engine).hash, "a channel", 0);
    declare_hold(engine, "quality");
    assert_true(equal_hash(audited(engine).hash, seen.hash[seen.count - 1])); /* is always there */
    declare_hold(engine, "north");
    is_distinct(&seen, audited(engine).hash, "a hold", 0);
    const struct sellable_audit before = audited(engine);
    active(engine, "north", 0);
    is_distinct(&seen, audited(engine).hash, "inactive", 0);
    active(engine, "north", 1);
    is_back(engine, before.hash, "active again");
    located_in(engine, "north", "us");
    is_distinct(&seen, audited(engine).hash, "in a region", 0);
    located_in(engine, "north", "north");
    is_distinct(&seen, audited(engine).hash, "in another region", 0);
    location_with(engine, "north",
                  (struct sellable_location_settings){.unset = SELLABLE_LOCATION_REGION});
    is_back(engine, before.hash, "in no region");
    sellable_close(engine);
}

static void one_thing_is_not_taken_for_another(void **state) {
    (void)state;
    static const char *const keys[] = {"a", "aa", "aaaaaaaa", "aaaaaaaaa"};
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i < 3 * COUNT_OF(keys); i++) {
        struct sellable *engine = open_engine();
        const char *key = keys[i / 3];
        if (i % 3 == 0)
            item_of(engine, key);
        else if (i % 3 == 1)
            location_of(engine, key);
        else
            channel_of(engine, key);
        is_distinct(&seen, audited(engine).hash, key, i % 3);
        sellable_close(engine);
    }
}

/* ---- sources and what they own --------------------------------------------------------------- */

static void declare_source(struct sellable *engine, const char *source, int64_t max_lag) {
    expect(sellable_source_put(engine, NULL, key_of(source), &max_lag, NULL, NULL), OK);
}

static void a_source_counts_with_its_lag(void **state) {
    (void)state;
    static struct distinct seen;
    struct sellable *engine = bare();
    seen.count = 0;
    is_distinct(&seen, audited(engine).hash, "no source", 0);
    declare_source(engine, "erp", -1);
    is_distinct(&seen, audited(engine).hash, "a source", 0);
    declare_source(engine, "erp", 0);
    is_distinct(&seen, audited(engine).hash, "lag", 0);
    declare_source(engine, "erp", 60000);
    is_distinct(&seen, audited(engine).hash, "lag", 1);
    declare_source(engine, "erp", -1);
    is_back(engine, seen.hash[1], "no lag any more");
    declare_source(engine, "wms", -1);
    is_distinct(&seen, audited(engine).hash, "another source", 0);
    declare_source(engine, "wms", 60000);
    is_distinct(&seen, audited(engine).hash, "its lag", 0);
    declare_source(engine, "wms", -1);
    declare_source(engine, "erp", 60000);
    is_distinct(&seen, audited(engine).hash, "the lag of the other", 0);
    sellable_close(engine);
}

static void each_rule_of_ownership_counts_until_it_is_taken_back(void **state) {
    (void)state;
    const struct sellable_owner sources[] = {{.source_key = key_of("erp")},
                                             {.source_key = key_of("wms")},
                                             {.source_key = key_of("erp")}};
    struct sellable_ownership rules[] = {
        {.owned = SELLABLE_OWNED_ON_HAND},
        {.owned = SELLABLE_OWNED_ON_HAND, .owner_count = 1},
        {.owned = SELLABLE_OWNED_ON_HAND, .owner_count = 2},
        {.owned = SELLABLE_OWNED_HELD, .owner_count = 1},
        {.owned = SELLABLE_OWNED_ON_HAND, .owner_count = 1, .location_key = key_of("east")},
        {.owned = SELLABLE_OWNED_ON_HAND, .location_key = key_of("east")},
        {.owned = SELLABLE_OWNED_ON_HAND, .owner_count = 1, .location_key = key_of("west")},
        {.type = SELLABLE_ON_HAND_SET, .owner_count = 1},
        {.type = SELLABLE_RECEIPT, .owner_count = 1},
        {.type = SELLABLE_RECEIPT, .owner_count = 1, .location_key = key_of("west")},
    };
    static struct distinct seen;
    struct sellable *engine = bare();
    declare_source(engine, "erp", -1);
    declare_source(engine, "wms", -1);
    seen.count = 0;
    is_distinct(&seen, audited(engine).hash, "no rule", 0);
    for (uint32_t i = 0; i < COUNT_OF(rules); i++) {
        for (uint32_t first = 0; first < (rules[i].owner_count == 1 ? 2 : 1); first++) {
            rules[i].owners = sources + first;
            expect(sellable_owner_put(engine, NULL, &rules[i], NULL), OK);
            is_distinct(&seen, audited(engine).hash, "rule", i);
        }
        rules[i].unset = 1;
        expect(sellable_owner_put(engine, NULL, &rules[i], NULL), OK);
        is_back(engine, seen.hash[0], "the rule is taken back");
    }
    sellable_close(engine);
}

static void owners_count_in_whatever_order_they_are_named(void **state) {
    (void)state;
    const struct sellable_owner sources[] = {{.source_key = key_of("erp")},
                                             {.source_key = key_of("wms")},
                                             {.source_key = key_of("erp")}};
    struct sellable *engines[] = {bare(), bare()};
    for (int i = 0; i < 2; i++) {
        declare_source(engines[i], i == 0 ? "erp" : "wms", -1);
        declare_source(engines[i], i == 0 ? "wms" : "erp", -1);
        for (int k = 0; k < 2; k++) {
            const struct sellable_ownership rule = {
                .owned = i == k ? SELLABLE_OWNED_HELD : SELLABLE_OWNED_ALLOCATED,
                .owners = sources + i,
                .owner_count = 2};
            expect(sellable_owner_put(engines[i], NULL, &rule, NULL), OK);
        }
    }
    are_alike(engines[0], engines[1], "rules and owners in another order");
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setting_counts_where_it_is_set_until_it_is_taken_back),
        cmocka_unit_test(lists_of_locations_count_by_what_they_name_and_in_which_order),
        cmocka_unit_test(each_setting_of_an_item_counts),
        cmocka_unit_test(units_count_in_whatever_order_they_are_given),
        cmocka_unit_test(each_master_counts),
        cmocka_unit_test(one_thing_is_not_taken_for_another),
        cmocka_unit_test(a_source_counts_with_its_lag),
        cmocka_unit_test(each_rule_of_ownership_counts_until_it_is_taken_back),
        cmocka_unit_test(owners_count_in_whatever_order_they_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
