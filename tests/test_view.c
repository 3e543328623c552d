/* SPDX-License-Identifier: Apache-2.0
 *
 * Views: what they show is what questions answered at their instant, and stays so, whatever is
 * changed meanwhile and however many of them are open. Rows and columns: test_view_rows.c; memory:
 * test_view_memory.c. */
#include "motley.h"

/* ---- one instant ----------------------------------------------------------------------------- */

static int64_t shown(const struct sellable_view *view, struct sellable *engine,
                     const char *channel, const char *item) {
    struct sellable_channel channels[] = {channel_of(engine, channel)};
    struct sellable_cursor cursor = {.next = item_of(engine, item).id - 1};
    int64_t promisable = -1;
    struct sellable_availability_columns columns = {.capacity = 1, .promisable = &promisable};
    expect(sellable_view_availability(view, channels, 1, &cursor, &columns), OK);
    equal(columns.count, 1);
    return promisable;
}

static void a_view_shows_what_questions_answer_at_its_instant(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    is_pictured(&view, &picture);
    equal(shown(&view, engine, "plain", "bare"), 7 + 9 + 13);
    equal(shown(&view, engine, "part", "bare"), 2 + 2 + 4 - 2);
    equal(shown(&view, engine, "shut", "bare"), 0);
    equal(shown(&view, engine, "cases", "cased"), 36);
    equal(shown(&view, engine, "single", "wide"), 60);
    equal(shown(&view, engine, "nowhere", "bare"), 0);
    equal(shown(&view, engine, "north", "bare"), 9 + 4);
    equal(shown(&view, engine, "vip", "service"), LARGEST);
    equal(shown(&view, engine, "part", "soon"), (23 * 3333) / 10000 - 1); /* of now: not of day 4 */
    equal(view.items, picture.item[picture.items - 1].id);
    equal(view.locations, 6);
    equal(view.channels, 13);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static void it_stays_the_same_while_everything_is_changed(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    change_orders(engine);
    is_pictured(&view, &picture);
    for (int64_t round = 0; round < 6; round++) {
        change_all(engine, round);
        is_pictured(&view, &picture);
    }
    struct picture now = picture_of(engine);
    struct sellable_view other = view_of(engine);
    assert_int_not_equal(now.items, picture.items);
    is_pictured(&other, &now);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    is_pictured(&other, &now);
    expect(sellable_view_close(NULL, &other), OK);
    picture_free(&picture);
    picture_free(&now);
    sellable_close(engine);
}

static void each_setting_and_each_thing_changed_alone_leaves_a_view_as_it_was(void **state) {
    (void)state;
    static const char *const channels[] = {"plain", "part",  "shut", "shown", "cases",  "single",
                                           "most",  "beyond", "ahead", "north", "vip", "nowhere"};
    struct sellable *engine = motley();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    for (uint32_t i = 0; i < COUNT_OF(channels); i++) {
        with(engine, channels[i], NULL,
             .set = SELLABLE_SETTINGS_ALL & ~(SET(LOCATIONS) | SET(UNIT)), .sourcing = i % 3,
             .share = 1000, .buffer = 1, .precedence = 10 - (int32_t)i,
             .closed = i % 2, .backorder = 3, .horizon = 6, .cap = 9, .minimum = 2, .low = 4);
        is_pictured(&view, &picture);
        with(engine, channels[i], "fenced", .set = SET(PRECEDENCE), .precedence = (int32_t)i);
        with(engine, channels[i], "pair", .set = SET(CAP), .cap = 1);
        is_pictured(&view, &picture);
    }
    active(engine, "west", 0);
    is_pictured(&view, &picture);
    in_region(engine, "west", "us");
    in_region(engine, "east", "eu");
    is_pictured(&view, &picture);
    counted_in(engine, "cased", "case", 7, 1);
    is_pictured(&view, &picture);
    with(engine, "cases", NULL, .set = SET(UNIT), .unit = key_of("each"));
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

/* ---- several --------------------------------------------------------------------------------- */

static void several_views_each_show_their_own_instant(void **state) {
    (void)state;
    enum { VIEWS = 7 };
    struct sellable *engine = motley();
    struct sellable_view view[VIEWS];
    struct picture picture[VIEWS];
    for (int64_t i = 0; i < VIEWS; i++) {
        if (i == 3) {
            change_orders(engine);
        }
        change_all(engine, i);
        picture[i] = picture_of(engine);
        view[i] = view_of(engine);
    }
    change_all(engine, VIEWS);
    /* Closed inside out: nested, and in between. */
    static const int closed[VIEWS] = {3, 6, 0, 2, 5, 1, 4};
    for (int i = 0; i < VIEWS; i++) {
        for (int k = i; k < VIEWS; k++) {
            is_pictured(&view[closed[k]], &picture[closed[k]]);
        }
        expect(sellable_view_close(NULL, &view[closed[i]]), OK);
        change_all(engine, VIEWS + 1 + i);
    }
    for (int i = 0; i < VIEWS; i++) {
        picture_free(&picture[i]);
    }
    sellable_close(engine);
}

static void views_of_one_instant_show_the_same(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct picture picture = picture_of(engine);
    struct sellable_view first = view_of(engine), second = view_of(engine);
    change_all(engine, 1);
    is_pictured(&first, &picture);
    expect(sellable_view_close(NULL, &first), OK);
    change_all(engine, 2);
    is_pictured(&second, &picture);
    expect(sellable_view_close(NULL, &second), OK);
    picture_free(&picture);
    sellable_close(engine);
}

/* ---- what comes later, and what is no view --------------------------------------------------- */

static void what_came_later_is_not_there(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct sellable_view view = view_of(engine);
    uint64_t items = view.items;
    stock(engine, "later", "east", 5);
    struct sellable_channel channels[] = {{1}, channel_of(engine, "later")};
    struct sellable_cursor cursor = {items, 0};
    uint32_t item[4] = {0};
    struct sellable_availability_columns columns = {.capacity = 4, .item = item};
    expect(sellable_view_availability(&view, channels, 1, &cursor, &columns), OK);
    equal(columns.count, 0);
    columns.count = 77;
    cursor.next = 0;
    expect(sellable_view_availability(&view, channels, 2, &cursor, &columns), UNKNOWN_CHANNEL);
    equal(columns.count, 0);
    equal(cursor.next, 0);
    struct sellable_view now = view_of(engine);
    equal(now.items, items + 1);
    expect(sellable_view_availability(&now, channels, 2, &cursor, &columns), OK);
    equal(columns.count, 4);
    channels[1].id = 0;
    expect(sellable_view_availability(&now, channels, 2, &cursor, &columns), UNKNOWN_CHANNEL);
    channels[1].id = UINT32_MAX;
    expect(sellable_view_availability(&now, channels, 2, &cursor, &columns), UNKNOWN_CHANNEL);
    expect(sellable_view_close(NULL, &view), OK);
    expect(sellable_view_close(NULL, &now), OK);
    sellable_close(engine);
}

static void a_closed_view_and_no_room_are_invalid(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct sellable_view view = view_of(engine), nothing = {.snapshot = 0};
    struct sellable_channel channels[] = {{1}};
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {.capacity = 0};
    struct sellable_cell_columns cells = {.capacity = 0};
    struct sellable_order_columns orders = {.capacity = 0, .line_capacity = PICTURE_LINES};
    for (int i = 0; i < 3; i++) { /* no room; then the view closed; then one that never was open */
        struct sellable_view *at = i < 2 ? &view : &nothing;
        columns.count = cells.count = orders.count = orders.line_count = 9;
        expect(sellable_view_availability(at, channels, 1, &cursor, &columns), INVALID);
        expect(sellable_view_cells(at, &cursor, &cells), INVALID);
        expect(sellable_view_orders(at, &cursor, &orders), INVALID);
        equal(columns.count | cells.count | orders.count | orders.line_count, 0);
        equal(cursor.next | cursor.within, 0);
        columns.capacity = cells.capacity = orders.capacity = 5;
        expect(sellable_view_close(NULL, at), OK);
        equal(at->snapshot, 0);
    }
    expect(sellable_view_close(NULL, &view), OK); /* once more */
    view = view_of(engine);
    orders.line_capacity = 0;
    expect(sellable_view_orders(&view, &cursor, &orders), INVALID);
    orders.line_capacity = PICTURE_LINES;
    orders.closed = 2;
    expect(sellable_view_orders(&view, &cursor, &orders), INVALID);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

static void an_empty_engine_has_an_empty_view(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    equal(view.items | view.locations | view.channels, 0);
    stock(engine, "A", "east", 3);
    channel_of(engine, "web");
    expect(reserve(engine, "O", "web", "A", 1), OK);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static void a_worker_that_is_held_opens_and_closes_views(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct sellable_worker *worker = NULL;
    struct sellable_view view;
    expect(sellable_worker_acquire(engine, &worker), OK);
    struct picture picture = picture_of(engine);
    expect(sellable_view_open(engine, worker, &view), OK);
    change_all(engine, 3);
    is_pictured(&view, &picture);
    expect(sellable_view_close(worker, &view), OK);
    sellable_worker_release(worker);
    picture_free(&picture);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_shows_what_questions_answer_at_its_instant),
        cmocka_unit_test(it_stays_the_same_while_everything_is_changed),
        cmocka_unit_test(each_setting_and_each_thing_changed_alone_leaves_a_view_as_it_was),
        cmocka_unit_test(several_views_each_show_their_own_instant),
        cmocka_unit_test(views_of_one_instant_show_the_same),
        cmocka_unit_test(what_came_later_is_not_there),
        cmocka_unit_test(a_closed_view_and_no_room_are_invalid),
        cmocka_unit_test(an_empty_engine_has_an_empty_view),
        cmocka_unit_test(a_worker_that_is_held_opens_and_closes_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
