/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders and time: what an answer to an order carries, how its life ends, what falls due; every
 * status by its smallest cause, by key and by handle. */
#include "refused.h"

#include <stdbool.h>

/* 4 of A and 3 of A again, for web, as order `key`: 3 from east, 4 of west are too many. */
static struct sellable_order order_for(const struct scene *scene, const char *key, bool by_handle,
                                       struct sellable_line *lines, int64_t first, int64_t second) {
    lines[0] = (struct sellable_line){.quantity = first, .item_key = key_of("A")};
    lines[1] = (struct sellable_line){.quantity = second, .item_key = key_of("A")};
    struct sellable_order order = {
        .key = key_of(key), .channel_key = key_of("web"), .lines = lines, .line_count = 2};
    if (by_handle) {
        lines[0].item = lines[1].item = scene->a;
        lines[0].item_key = lines[1].item_key = key_of("nothing");
        order.channel = scene->web;
        order.channel_key = key_of("nobody");
    }
    return order;
}

static void an_accepted_order_tells_its_plan_and_tells_it_again(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_line lines[2];
    for (int way = 0; way < 4; way++) { /* ok, then duplicate: by handle, too, and after its end */
        struct sellable_order order = order_for(&scene, "O-3", way % 2, lines, 3, 2);
        struct sellable_placement plan[3] = {{{0}, {0}, 0, 0}};
        struct sellable_answer answer = {.plan = plan, .plan_capacity = 3};
        enum sellable_status status = sellable_reserve(scene.engine, NULL, &order, &answer);
        equal(status, way == 0 ? SELLABLE_OK : SELLABLE_DUPLICATE);
        names(&answer, NULL, 0);
        equal(answer.date, 10);
        equal(answer.plan_count, 2);
        equal(plan[0].item.id, scene.a.id);
        equal(plan[0].location.id, scene.east.id);
        equal(plan[0].quantity, 3);
        equal(plan[0].backordered, 0);
        equal(plan[1].location.id, scene.west.id);
        equal(plan[1].quantity, 2);
        equal(plan[2].quantity, 0);
        answer = (struct sellable_answer){.plan = plan, .plan_capacity = 1};
        plan[1].quantity = 77;
        expect(sellable_reserve(scene.engine, NULL, &order, &answer), DUPLICATE);
        equal(answer.plan_count, 2);
        equal(plan[1].quantity, 77); /* no room for it */
        expect(sellable_reserve(scene.engine, NULL, &order, NULL), DUPLICATE);
        if (way == 2) {
            now_is(scene.engine, 20);
            expect(ship(scene.engine, "O-3"), OK);
        } else {
            equal(promisable(scene.engine, "web", "A"), 1);
        }
    }
    sellable_close(scene.engine);
}

static void what_does_not_fit_is_told_item_by_item(void **state) {
    (void)state;
    struct scene scene = set_scene();
    stock(scene.engine, "C", "west", 1);
    const struct sellable_line lines[] = {{.item = scene.b, .quantity = 1},
                                          {.item = scene.a, .quantity = 4},
                                          {.item_key = key_of("C"), .quantity = 1},
                                          {.item_key = key_of("A"), .quantity = 3},
                                          {.item = scene.b, .quantity = 2}};
    const struct sellable_order order = {
        .key = key_of("O-3"), .channel = scene.web, .lines = lines, .line_count = 5};
    struct sellable_misfit misfits[3] = {{{0}, {0}, 0, 0}};
    struct sellable_answer answer = {.misfits = misfits, .misfit_capacity = 3};
    expect(sellable_reserve(scene.engine, NULL, &order, &answer), INSUFFICIENT);
    names(&answer, NULL, 0);
    equal(answer.misfit_count, 2);
    equal(answer.plan_count, 0);
    equal(misfits[0].item.id, scene.b.id);
    equal(misfits[0].asked, 3);
    equal(misfits[0].promisable, 0);
    equal(misfits[0].location.id, 0);
    equal(misfits[1].item.id, scene.a.id);
    equal(misfits[1].asked, 7);
    equal(misfits[1].promisable, 6);
    equal(misfits[2].asked, 0);
    equal(promisable(scene.engine, "web", "C"), 1);
    misfits[1].asked = 77;
    answer = (struct sellable_answer){.misfits = misfits, .misfit_capacity = 1};
    expect(sellable_reserve(scene.engine, NULL, &order, &answer), INSUFFICIENT);
    equal(answer.misfit_count, 2);
    equal(misfits[1].asked, 77); /* no room for it */
    struct sellable_order_view view = {0};
    expect(sellable_order(scene.engine, order.key, &view), UNKNOWN_ORDER);
    expect(reserve(scene.engine, "O-3", "web", "A", 6), OK); /* the key stayed free */
    sellable_close(scene.engine);
}

static void lines_that_add_up_beyond_the_limit_are_overflow(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_line lines[2];
    struct sellable_answer answer = {.plan_capacity = 0};
    struct sellable_order order = order_for(&scene, "O-3", true, lines, LARGEST, 1);
    expect(sellable_reserve(scene.engine, NULL, &order, &answer), OVERFLOW);
    names(&answer, NULL, 0);
    order = order_for(&scene, "O-3", false, lines, LARGEST - 1, 1); /* at the limit */
    expect(sellable_reserve(scene.engine, NULL, &order, &answer), INSUFFICIENT);
    unchanged(&scene);
    sellable_close(scene.engine);
}

static enum sellable_status release_all(struct sellable *engine, struct sellable_worker *worker,
                                        struct sellable_key order,
                                        struct sellable_answer *answer) {
    return sellable_release(engine, worker, order, NULL, 0, answer);
}

static enum sellable_status ship_all(struct sellable *engine, struct sellable_worker *worker,
                                     struct sellable_key order, struct sellable_answer *answer) {
    return sellable_ship(engine, worker, order, NULL, 0, answer);
}

static void the_life_of_an_order_ends_once(void **state) {
    (void)state;
    static enum sellable_status (*const verbs[])(struct sellable *, struct sellable_worker *,
                                                 struct sellable_key, struct sellable_answer *) = {
        sellable_confirm, release_all, ship_all};
    for (size_t end = 0; end < 3; end++) { /* released, shipped, expired */
        struct scene scene = set_scene();
        struct sellable_answer answer = {.plan_capacity = 0};
        struct sellable_order_line line = {.reserved = 0};
        struct sellable_order_view view = {.lines = &line, .line_capacity = 1};
        for (size_t i = 0; i < COUNT_OF(verbs); i++) {
            expect(verbs[i](scene.engine, NULL, key_of("O-9"), &answer), UNKNOWN_ORDER);
            assert_non_null(answer.field);
            assert_non_null(answer.reason);
            expect(verbs[i](scene.engine, NULL, key_of("O-2"), &answer), WRONG_STATE);
            names(&answer, NULL, 0);
            expect(verbs[i](scene.engine, NULL, key_of("O-2"), NULL), WRONG_STATE);
            for (size_t j = 0; j < COUNT_OF(no_keys); j++) {
                expect(verbs[i](scene.engine, NULL, no_keys[j], &answer), INVALID);
                names(&answer, "key", 0);
            }
        }
        unchanged(&scene);
        expect(sellable_order(scene.engine, key_of("O-1"), &view), OK);
        equal(view.line_count, 1);
        equal(view.channel.id, scene.web.id);
        equal(view.date, 10);
        equal(line.item.id, scene.a.id);
        equal(line.location.id, scene.east.id);
        equal(line.reserved, 2);
        equal(line.allocated + line.shipped + line.released, 0);
        if (end == 2) {
            now_is(scene.engine, 100);
        } else {
            expect(verbs[1 + end](scene.engine, NULL, key_of("O-1"), &answer), OK);
            names(&answer, NULL, 0);
        }
        const uint32_t ends[] = {SELLABLE_RELEASED, SELLABLE_SHIPPED, SELLABLE_EXPIRED};
        expect(sellable_order(scene.engine, key_of("O-1"), &view), OK);
        equal(view.state, ends[end]);
        equal(view.expires_at, 0);
        equal(line.reserved, 0);
        equal(line.shipped, end == 1 ? 2 : 0);
        equal(line.released, end == 1 ? 0 : 2);
        struct sellable_cell cell = cell_of(scene.engine, "A", "east");
        equal(cell.reserved, 0);
        equal(cell.on_hand, end == 1 ? 3 : 5);
        for (size_t i = 0; i < COUNT_OF(verbs); i++) {
            expect(verbs[i](scene.engine, NULL, key_of("O-1"), &answer), WRONG_STATE);
        }
        equal(cell_of(scene.engine, "A", "east").on_hand, end == 1 ? 3 : 5);
        sellable_close(scene.engine);
    }
}

static void confirm_ends_the_timeout_and_may_be_said_twice(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    expect(sellable_confirm(scene.engine, NULL, key_of("O-1"), &answer), OK);
    names(&answer, NULL, 0);
    expect(confirm(scene.engine, "O-1"), OK);
    equal(order_of(scene.engine, "O-1").expires_at, 0);
    now_is(scene.engine, 1000);
    assert_string_equal(state_of(scene.engine, "O-1"), "reserved");
    expect(confirm(scene.engine, "O-1"), OK);
    expect(ship(scene.engine, "O-1"), OK);
    sellable_close(scene.engine);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void time_goes_forward_only_and_within_its_range(void **state) {
    (void)state;
    struct scene scene = set_scene();
    struct sellable_answer answer = {.plan_capacity = 0};
    const int64_t wrong[] = {SELLABLE_TIME_MAX + 1, -SELLABLE_TIME_MAX - 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        expect(sellable_advance(scene.engine, NULL, wrong[i], &answer), INVALID);
        names(&answer, "now", 0);
        unchanged(&scene);
    }
    const int64_t earlier[] = {10, 9, 0, -1, -SELLABLE_TIME_MAX};
    for (size_t i = 0; i < COUNT_OF(earlier); i++) {
        expect(sellable_advance(scene.engine, NULL, earlier[i], &answer), OK);
        names(&answer, NULL, 0);
        unchanged(&scene);
    }
    now_is(scene.engine, 99);
    assert_string_equal(state_of(scene.engine, "O-1"), "reserved");
    now_is(scene.engine, 100);
    assert_string_equal(state_of(scene.engine, "O-1"), "expired");
    now_is(scene.engine, SELLABLE_TIME_MAX);
    sellable_close(scene.engine);
    struct sellable *engine = open_engine();
    equal(sellable_now(engine), 0);
    expect(sellable_advance(engine, NULL, -5, NULL), OK);
    equal(sellable_now(engine), 0);
    sellable_close(engine);
}

static void a_closed_order_is_forgotten_when_its_retention_is_over(void **state) {
    (void)state;
    const int64_t retentions[] = {0, 1, 50};
    for (size_t i = 0; i < COUNT_OF(retentions); i++) {
        struct sellable_options options = {.retention = retentions[i]};
        struct sellable *engine;
        struct sellable_order_view view = {0};
        int64_t retention = retentions[i] ? retentions[i] : SELLABLE_RETENTION_DEFAULT;
        expect(sellable_open(&options, &engine), OK);
        stock(engine, "A", "east", 9);
        channel_of(engine, "web");
        now_is(engine, 1000);
        expect(reserve(engine, "released", "web", "A", 1), OK);
        expect(reserve(engine, "shipped", "web", "A", 1), OK);
        expect(reserve_until(engine, "expired", "web", "A", 1, 1003, NULL), OK);
        expect(reserve(engine, "open", "web", "A", 1), OK);
        expect(release(engine, "released"), OK);
        expect(ship(engine, "shipped"), OK);
        now_is(engine, 1000 + retention - 1);
        assert_string_equal(state_of(engine, "released"), "released");
        expect(reserve(engine, "released", "web", "A", 1), DUPLICATE);
        now_is(engine, 1000 + retention);
        expect(sellable_order(engine, key_of("released"), &view), UNKNOWN_ORDER);
        expect(sellable_order(engine, key_of("shipped"), &view), UNKNOWN_ORDER);
        expect(release(engine, "shipped"), UNKNOWN_ORDER);
        /* One that expires late is closed then: its retention starts at the time of the advance. */
        now_is(engine, 5000 + 2 * retention);
        int64_t closed_at = retention > 3 ? 1000 + retention - 1 : 5000 + 2 * retention;
        enum sellable_status known = sellable_order(engine, key_of("expired"), &view);
        equal(known,
              closed_at + retention <= sellable_now(engine) ? SELLABLE_UNKNOWN_ORDER : SELLABLE_OK);
        assert_string_equal(state_of(engine, "open"), "reserved");
        expect(reserve(engine, "released", "web", "A", 2), OK); /* the key is free again */
        equal(cell_of(engine, "A", "east").reserved, 3);
        sellable_close(engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_order_tells_its_plan_and_tells_it_again),
        cmocka_unit_test(what_does_not_fit_is_told_item_by_item),
        cmocka_unit_test(lines_that_add_up_beyond_the_limit_are_overflow),
        cmocka_unit_test(the_life_of_an_order_ends_once),
        cmocka_unit_test(confirm_ends_the_timeout_and_may_be_said_twice),
        cmocka_unit_test(time_goes_forward_only_and_within_its_range),
        cmocka_unit_test(a_closed_order_is_forgotten_when_its_retention_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
