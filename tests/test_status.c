/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening, workers, items, locations, channels: every status by its smallest cause, as the header
 * documents it, and that nothing has changed when a call was refused. */
#include "refused.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- version, statuses, options, workers ----------------------------------------------------- */

static void version_and_names_are_those_of_the_header(void **state) {
    (void)state;
    assert_string_equal(sellable_version(), SELLABLE_VERSION);
    int count = 0;
#define CHECK_STATUS(NAME, NUMBER, JSON, TEXT)                                                     \
    equal(SELLABLE_##NAME, NUMBER);                                                                \
    assert_string_equal(sellable_status_name(NUMBER), JSON);                                       \
    assert_string_equal(sellable_status_text(NUMBER), TEXT);                                       \
    count++;
    SELLABLE_STATUSES(CHECK_STATUS)
    equal(count, SELLABLE_STATUS_COUNT);
    const int none[] = {-1, SELLABLE_STATUS_COUNT, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        assert_string_equal(sellable_status_name(none[i]), "unknown");
        assert_string_equal(sellable_status_text(none[i]), "unknown");
        assert_string_equal(sellable_order_state_name(none[i]), "unknown");
    }
    assert_string_equal(sellable_order_state_name(0), "unknown");
    assert_string_equal(sellable_order_state_name(SELLABLE_RESERVED), "reserved");
    assert_string_equal(sellable_order_state_name(SELLABLE_ALLOCATED), "allocated");
    assert_string_equal(sellable_order_state_name(SELLABLE_SHIPPED), "shipped");
    assert_string_equal(sellable_order_state_name(SELLABLE_EXPIRED), "expired");
    assert_string_equal(sellable_order_state_name(SELLABLE_RELEASED), "released");
    assert_string_equal(sellable_order_state_name(6), "unknown");
    assert_string_equal(sellable_level_name(SELLABLE_LEVEL_NONE), "none");
    assert_string_equal(sellable_level_name(SELLABLE_LEVEL_LOW), "low");
    assert_string_equal(sellable_level_name(SELLABLE_LEVEL_OK), "ok");
    assert_string_equal(sellable_level_name(3), "unknown");
    assert_string_equal(sellable_level_name(-1), "unknown");
}

/* Slabs of the test's own, of which there are only so many. */
struct slabs {
    int64_t left;
    int64_t taken;
};

static void *take_slab(void *context, size_t size) {
    struct slabs *slabs = context;
    void *slab = NULL;
    if (slabs->left == 0 || size % 4096 != 0 || posix_memalign(&slab, 4096, size) != 0) {
        return NULL;
    }
    slabs->left--;
    slabs->taken++;
    return memset(slab, 0, size);
}

static void return_slab(void *context, void *slab, size_t size) {
    ((struct slabs *)context)->taken -= size > 0;
    free(slab);
}

static void open_says_what_is_wrong_with_its_options(void **state) {
    (void)state;
    struct slabs slabs = {0};
    const uint64_t room = UINT64_C(1) << 31;
    const struct sellable_options wrong[] = {
        {.retention = -1},
        {.retention = SELLABLE_TIME_MAX + 1},
        {.items = room + 1},
        {.orders = room + 1},
        {.items = UINT64_MAX},
        {.event_ids = room + 1},
        {.event_ids = UINT64_MAX},
        {.exceptions = room + 1},
        {.exceptions = UINT64_MAX},
        {.ahead = -1},
        {.ahead = SELLABLE_TIME_MAX + 1},
        {.allocator = {.allocate = take_slab}},
        {.allocator = {.release = return_slab}},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct sellable *engine = (struct sellable *)&slabs;
        expect(sellable_open(&wrong[i], &engine), INVALID);
        assert_null(engine);
    }
    struct sellable *engine = (struct sellable *)&slabs;
    struct sellable_options nothing = {.allocator = {&slabs, take_slab, return_slab}};
    expect(sellable_open(&nothing, &engine), NO_MEMORY);
    assert_null(engine);
    sellable_close(NULL);
    struct sellable_options most = {.retention = SELLABLE_TIME_MAX,
                                    .event_ids = room,
                                    .exceptions = room,
                                    .ahead = SELLABLE_TIME_MAX};
    expect(sellable_open(&most, &engine), OK);
    sellable_close(engine);
}

static void an_engine_without_slabs_refuses_and_keeps_what_it_has(void **state) {
    (void)state;
    enum { TRIES = 2000000 };
    struct slabs slabs = {.left = 40};
    struct sellable_options options = {.allocator = {&slabs, take_slab, return_slab}};
    struct sellable *engine;
    enum sellable_status status = sellable_open(&options, &engine);
    expect(status, OK);
    stock(engine, "A", "east", 5);
    channel_of(engine, "web");
    slabs.left = 0;
    uint64_t made = 1;
    char text[16];
    struct sellable_item item = {77};
    struct sellable_answer answer = {.plan_capacity = 0};
    for (status = SELLABLE_OK; status == SELLABLE_OK && made < TRIES; made++) {
        (void)snprintf(text, sizeof text, "I%llu", (unsigned long long)made);
        status = sellable_item_put(engine, NULL, key_of(text), NULL, &item, &answer);
    }
    expect(status, NO_MEMORY);
    equal(item.id, 0);
    names(&answer, NULL, 0);
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.items, made - 1);
    expect(sellable_item_find(engine, key_of(text), &item), UNKNOWN_ITEM);
    equal(promisable(engine, "web", "A"), 5);
    slabs.left = -1; /* without limit */
    expect(sellable_item_put(engine, NULL, key_of(text), NULL, &item, &answer), OK);
    sellable_close(engine);
    equal(slabs.taken, 0);
}

static void there_are_4096_workers_and_no_more(void **state) {
    (void)state;
    enum { WORKERS = 4096 };
    struct sellable *engine = open_engine();
    static struct sellable_worker *workers[WORKERS + 1];
    for (int i = 0; i < WORKERS; i++) {
        expect(sellable_worker_acquire(engine, &workers[i]), OK);
        assert_non_null(workers[i]);
    }
    expect(sellable_worker_acquire(engine, &workers[WORKERS]), NO_MEMORY);
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_item item = {77};
    expect(sellable_item_put(engine, NULL, key_of("A"), NULL, &item, &answer), NO_MEMORY);
    equal(item.id, 0);
    expect(sellable_advance(engine, NULL, 5, &answer), NO_MEMORY);
    struct sellable_event events[2] = {{.type = SELLABLE_ON_HAND_SET}};
    struct sellable_order orders[2] = {{.line_count = 0}};
    enum sellable_status statuses[2] = {SELLABLE_OK, SELLABLE_OK};
    expect(sellable_apply_batch(engine, NULL, events, 2, statuses, NULL), NO_MEMORY);
    expect(statuses[0], NO_MEMORY);
    expect(statuses[1], NO_MEMORY);
    statuses[0] = statuses[1] = SELLABLE_OK;
    expect(sellable_reserve_batch(engine, NULL, orders, 2, statuses, NULL), NO_MEMORY);
    expect(statuses[0], NO_MEMORY);
    expect(statuses[1], NO_MEMORY);
    expect(sellable_item_put(engine, workers[7], key_of("A"), NULL, &item, NULL), OK);
    sellable_worker_release(workers[7]);
    expect(sellable_item_put(engine, NULL, key_of("B"), NULL, &item, NULL), OK);
    expect(sellable_worker_acquire(engine, &workers[7]), OK);
    for (int i = 0; i < WORKERS; i++) {
        sellable_worker_release(workers[i]);
    }
    sellable_worker_release(NULL);
    sellable_close(engine);
}

static int visit_nothing(void *context, const struct sellable_order_view *order) {
    (void)context, (void)order;
    fail_msg("%s", "nothing is visited without memory");
    return 0;
}

static int visit_no_exception(void *context, const struct sellable_exception *exception) {
    (void)context, (void)exception;
    fail_msg("%s", "nothing is visited without memory");
    return 0;
}

static int visit_no_waiting(void *context, const struct sellable_waiting *waiting) {
    (void)context, (void)waiting;
    fail_msg("%s", "nothing is visited without memory");
    return 0;
}

static void without_a_worker_every_change_is_no_memory_and_nothing_changes(void **state) {
    (void)state;
    enum { WORKERS = 4096 };
    struct scene scene = set_scene();
    struct sellable *engine = scene.engine;
    static struct sellable_worker *workers[WORKERS];
    expect(say(engine, SELLABLE_HOLD_RELEASE, "A", "east", "quality", 1), WRONG_STATE);
    for (int i = 0; i < WORKERS; i++) {
        expect(sellable_worker_acquire(engine, &workers[i]), OK);
    }
    const struct sellable_item_settings item = {.unset = SELLABLE_ITEM_UNIT};
    const struct sellable_location_settings place = {.unset = SELLABLE_LOCATION_REGION};
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER, .buffer = 1};
    const struct sellable_scope scope = {.item = scene.a};
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item = scene.a,
                                         .location = scene.east,
                                         .quantity = 9};
    const struct sellable_line line = {.item = scene.a, .quantity = 1};
    const struct sellable_order order = {
        .key = key_of("O-3"), .channel = scene.web, .lines = &line, .line_count = 1};
    const struct sellable_order amended = {.key = key_of("O-1"), .lines = &line, .line_count = 1};
    const struct sellable_move move = {
        .order = key_of("O-1"), .item = scene.a, .from = scene.east, .to = scene.west};
    const struct sellable_selection selection = {.item = scene.a};
    const struct sellable_ownership ownership = {.owned = SELLABLE_OWNED_HELD};
    const struct sellable_key open = key_of("O-1"), fresh = key_of("new");
    const struct sellable_event unknown = {.type = SELLABLE_ON_HAND_SET, .item_key = fresh};
    uint32_t reason;
    struct sellable_audit audit;
    struct sellable_answer answer = {.plan_capacity = 0};
    const enum sellable_status statuses[] = {
        sellable_item_put(engine, NULL, fresh, NULL, NULL, &answer),
        sellable_item_put(engine, NULL, key_of("A"), &item, NULL, &answer),
        sellable_location_put(engine, NULL, fresh, NULL, NULL, &answer),
        sellable_location_put(engine, NULL, key_of("east"), &place, NULL, &answer),
        sellable_channel_put(engine, NULL, fresh, NULL, NULL, &answer),
        sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, &answer),
        sellable_policy_put(engine, NULL, &scope, &policy, &answer),
        sellable_hold_put(engine, NULL, fresh, &reason, &answer),
        sellable_source_put(engine, NULL, fresh, NULL, NULL, &answer),
        sellable_owner_put(engine, NULL, &ownership, &answer),
        sellable_apply(engine, NULL, &event, &answer),
        sellable_reserve(engine, NULL, &order, &answer),
        sellable_amend(engine, NULL, &amended, &answer),
        sellable_resource(engine, NULL, &move, &answer),
        sellable_confirm(engine, NULL, open, &answer),
        sellable_extend(engine, NULL, open, 200, &answer),
        sellable_release(engine, NULL, open, NULL, 0, &answer),
        sellable_allocate(engine, NULL, open, NULL, 0, &answer),
        sellable_deallocate(engine, NULL, open, NULL, 0, &answer),
        sellable_ship(engine, NULL, open, NULL, 0, &answer),
        sellable_advance(engine, NULL, 50, &answer),
        sellable_orders(engine, NULL, &selection, visit_nothing, NULL),
        sellable_waiting(engine, NULL, &selection, visit_no_waiting, NULL),
        sellable_exceptions(engine, NULL, NULL, visit_no_exception, NULL),
        sellable_exception_put(engine, NULL, &unknown, SELLABLE_INVALID, "f", "r", &answer),
        sellable_exception_replay(engine, NULL, 1, &event, &answer),
        sellable_exception_discard(engine, NULL, 1, &answer),
        sellable_audit(engine, NULL, &audit),
    };
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        char call[32];
        (void)snprintf(call, sizeof call, "call %u without a worker", (unsigned)i);
        expect_at((int)statuses[i], SELLABLE_NO_MEMORY, call, __FILE__, __LINE__);
    }
    for (int i = 0; i < WORKERS; i++) {
        sellable_worker_release(workers[i]);
    }
    unchanged(&scene);
    struct sellable_exception_counts counts;
    sellable_exception_counts(engine, &counts);
    equal(counts.kept, 1);
    equal(counts.last, 1);
    sellable_close(engine);
}

/* ---- masters --------------------------------------------------------------------------------- */

static void what_is_no_key_is_invalid_to_make_and_unknown_to_find(void **state) {
    (void)state;
    struct scene scene = set_scene();
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        struct sellable_answer answer = {.plan_capacity = 0};
        struct sellable_item item = {77};
        struct sellable_location location = {77};
        struct sellable_channel channel = {77};
        expect(sellable_item_put(scene.engine, NULL, no_keys[i], NULL, &item, &answer), INVALID);
        names(&answer, "key", 0);
        equal(item.id, 0);
        expect(sellable_location_put(scene.engine, NULL, no_keys[i], NULL, &location, &answer),
               INVALID);
        names(&answer, "key", 0);
        equal(location.id, 0);
        expect(sellable_channel_put(scene.engine, NULL, no_keys[i], NULL, &channel, &answer),
               INVALID);
        names(&answer, "key", 0);
        item.id = location.id = channel.id = 77;
        expect(sellable_item_find(scene.engine, no_keys[i], &item), UNKNOWN_ITEM);
        expect(sellable_location_find(scene.engine, no_keys[i], &location), UNKNOWN_LOCATION);
        expect(sellable_channel_find(scene.engine, no_keys[i], &channel), UNKNOWN_CHANNEL);
        equal(item.id, 0);
        equal(location.id, 0);
        equal(channel.id, 0);
    }
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void making_again_finds_and_handles_give_their_keys(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_item item = {0};
    struct sellable_location location = {0};
    struct sellable_channel channel = {0};
    expect(sellable_item_put(scene.engine, NULL, key_of("A"), NULL, &item, &answer), OK);
    names(&answer, NULL, 0);
    equal(item.id, scene.a.id);
    expect(sellable_location_put(scene.engine, NULL, key_of("east"), NULL, &location, &answer), OK);
    names(&answer, NULL, 0);
    equal(location.id, scene.east.id);
    expect(sellable_channel_put(scene.engine, NULL, key_of("web"), NULL, &channel, &answer), OK);
    names(&answer, NULL, 0);
    equal(channel.id, scene.web.id);
    expect(sellable_item_put(scene.engine, NULL, key_of("A"), NULL, NULL, NULL), OK);
    expect(sellable_location_put(scene.engine, NULL, key_of("east"), NULL, NULL, NULL), OK);
    expect(sellable_channel_put(scene.engine, NULL, key_of("web"), NULL, NULL, NULL), OK);
    expect(sellable_item_find(scene.engine, key_of("B"), &item), OK);
    equal(item.id, scene.b.id);
    expect(sellable_location_find(scene.engine, key_of("west"), &location), OK);
    equal(location.id, scene.west.id);
    expect(sellable_channel_find(scene.engine, key_of("web"), &channel), OK);
    equal(channel.id, scene.web.id);
    struct sellable_key keys[] = {sellable_item_key(scene.engine, scene.b),
                                  sellable_location_key(scene.engine, scene.west),
                                  sellable_channel_key(scene.engine, scene.web)};
    const char *const texts[] = {"B", "west", "web"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        equal(keys[i].size, strlen(texts[i]));
        assert_memory_equal(keys[i].bytes, texts[i], keys[i].size);
    }
    const uint32_t strange[] = {0, 3, 70000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        keys[0] = sellable_item_key(scene.engine, (struct sellable_item){strange[i]});
        keys[1] = sellable_location_key(scene.engine, (struct sellable_location){strange[i]});
        keys[2] = sellable_channel_key(scene.engine, (struct sellable_channel){strange[i]});
        for (size_t j = 0; j < COUNT_OF(keys); j++) {
            assert_null(keys[j].bytes);
            equal(keys[j].size, 0);
        }
    }
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void a_location_that_a_channel_names_twice_is_refused(void **state) {
    (void)state;
    struct scene scene = set_scene();
    const struct sellable_location twice[] = {scene.east, scene.west, scene.east};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = twice, .location_count = 3};
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_channel_put(scene.engine, NULL, key_of("web"), &policy, NULL, &answer),
           INVALID);
    names(&answer, "locations", 2);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void unknown_and_too_many_locations_of_a_channel_are_refused(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    const uint32_t strange[] = {0, 3, 70000, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        const struct sellable_location list[] = {scene.west, {strange[i]}};
        struct sellable_policy policy = {
            .set = SELLABLE_SETTING_LOCATIONS, .locations = list, .location_count = 2};
        expect(sellable_channel_put(scene.engine, NULL, key_of("web"), &policy, NULL, &answer),
               UNKNOWN_LOCATION);
        names(&answer, "locations", 1);
        unchanged(&scene);
    }
    static struct sellable_location many[SELLABLE_LOCATIONS_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = scene.east;
    }
    struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = many, .location_count = COUNT_OF(many)};
    expect(sellable_channel_put(scene.engine, NULL, key_of("web"), &policy, NULL, &answer),
           INVALID);
    assert_string_equal(answer.field, "locations");
    unchanged(&scene);
    sellable_close(scene.engine);
}

static void settings_that_are_not_named_stay_and_unset_ones_go_back(void **state) {
    (void)state;
    struct scene scene = set_scene(); /* 3 and 3 of A are free */
    struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SHARE |
                                            SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_PRECEDENCE |
                                            SELLABLE_SETTING_SOURCING,
                                     .locations = &scene.west,
                                     .location_count = 1,
                                     .share = 6667,
                                     .buffer = 1,
                                     .precedence = -SELLABLE_PRECEDENCE_MAX,
                                     .sourcing = SELLABLE_SPLIT};
    channel_with(scene.engine, "web", policy);
    equal(promisable(scene.engine, "web", "A"), 1); /* floor(3 * 0.6667) - 1 */
    /* What is not in `set` is not looked at. */
    channel_with(scene.engine, "web",
                 (struct sellable_policy){.share = -5, .buffer = -5, .closed = 7, .sourcing = 9});
    equal(promisable(scene.engine, "web", "A"), 1);
    channel_with(scene.engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTING_BUFFER});
    equal(promisable(scene.engine, "web", "A"), 2);
    channel_with(scene.engine, "web",
                 (struct sellable_policy){.unset = SELLABLE_SETTING_LOCATIONS});
    equal(promisable(scene.engine, "web", "A"), 4);
    channel_with(scene.engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTING_SHARE});
    equal(promisable(scene.engine, "web", "A"), 6);
    channel_with(scene.engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_CLOSED, .closed = 1});
    equal(promisable(scene.engine, "web", "A"), 0);
    expect(reserve(scene.engine, "O-3", "web", "A", 1), INSUFFICIENT);
    channel_with(scene.engine, "web", (struct sellable_policy){.unset = SELLABLE_SETTINGS_ALL});
    equal(promisable(scene.engine, "web", "A"), 6);
    channel_with(scene.engine, "web", (struct sellable_policy){.set = SELLABLE_SETTING_LOCATIONS});
    equal(promisable(scene.engine, "web", "A"), 0); /* nowhere */
    sellable_close(scene.engine);
}

static void there_are_4096_channels_and_no_more(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    char text[16];
    for (int i = 0; i < SELLABLE_CHANNELS_MAX; i++) {
        (void)snprintf(text, sizeof text, "C%d", i);
        channel_of(engine, text);
    }
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_channel channel;
    expect(sellable_channel_put(engine, NULL, key_of("new"), NULL, &channel, &answer), INVALID);
    names(&answer, "key", 0);
    expect(sellable_channel_find(engine, key_of("new"), &channel), UNKNOWN_CHANNEL);
    expect(sellable_channel_put(engine, NULL, key_of(text), NULL, &channel, &answer), OK);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_and_names_are_those_of_the_header),
        cmocka_unit_test(open_says_what_is_wrong_with_its_options),
        cmocka_unit_test(an_engine_without_slabs_refuses_and_keeps_what_it_has),
        cmocka_unit_test(there_are_4096_workers_and_no_more),
        cmocka_unit_test(without_a_worker_every_change_is_no_memory_and_nothing_changes),
        cmocka_unit_test(what_is_no_key_is_invalid_to_make_and_unknown_to_find),
        cmocka_unit_test(making_again_finds_and_handles_give_their_keys),
        cmocka_unit_test(a_location_that_a_channel_names_twice_is_refused),
        cmocka_unit_test(unknown_and_too_many_locations_of_a_channel_are_refused),
        cmocka_unit_test(settings_that_are_not_named_stay_and_unset_ones_go_back),
        cmocka_unit_test(there_are_4096_channels_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
