/* SPDX-License-Identifier: Apache-2.0
 *
 * Going through all there is: orders (all, of an item, at a location), what waits and could go, and
 * the handles of items, locations and channels. */
#include "told.h"

static struct sellable_selection selection_of(const char *item, const char *location) {
    struct sellable_selection selection = {.closed = 0};
    if (item) {
        selection.item_key = key_of(item);
    }
    if (location) {
        selection.location_key = key_of(location);
    }
    return selection;
}

/* What was visited, as text; the visiting ends after so many, and may change things meanwhile. */
struct visited {
    struct sellable *engine;
    struct told told;
    int most; /* 0: all */
    int count;
    void (*meanwhile)(struct sellable *engine);
};

static int visit_order(void *context, const struct sellable_order_view *order) {
    struct visited *visited = context;
    struct told *told = &visited->told;
    tell(told, "%s%.*s", told->size ? ", " : "", (int)order->key.size, order->key.bytes);
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_order_line *line = &order->lines[i];
        struct sellable_key item = sellable_item_key(visited->engine, line->item);
        struct sellable_key location = sellable_location_key(visited->engine, line->location);
        tell(told, " %lld%.*s/%.*s", (long long)(line->reserved + line->allocated), (int)item.size,
             item.bytes, (int)location.size, location.bytes);
    }
    if (visited->meanwhile) {
        visited->meanwhile(visited->engine);
    }
    return ++visited->count == visited->most;
}

static void orders_are_at(struct sellable *engine, struct sellable_selection selection,
                          const char *wanted, const char *file, int line) {
    struct visited visited = {.engine = engine};
    expect_at((int)sellable_orders(engine, NULL, &selection, visit_order, &visited), SELLABLE_OK,
              "sellable_orders", file, line);
    same_text_at(visited.told.text, wanted, file, line);
}
#define orders_are(engine, selection, wanted)                                                      \
    orders_are_at(engine, selection, wanted, __FILE__, __LINE__)

static int visit_waiting(void *context, const struct sellable_waiting *waiting) {
    struct visited *visited = context;
    struct told *told = &visited->told;
    struct sellable_key location = sellable_location_key(visited->engine, waiting->location);
    tell(told, "%s%.*s %lld %.*s", told->size ? ", " : "", (int)waiting->order.size,
         waiting->order.bytes, (long long)waiting->quantity, (int)location.size, location.bytes);
    equal(waiting->item.id, item_of(visited->engine, "A").id);
    if (visited->meanwhile) {
        visited->meanwhile(visited->engine);
    }
    return ++visited->count == visited->most;
}

static void waiting_is_at(struct sellable *engine, const char *location, const char *wanted,
                          const char *file, int line) {
    struct visited visited = {.engine = engine};
    struct sellable_selection selection = selection_of("A", location);
    expect_at((int)sellable_waiting(engine, NULL, &selection, visit_waiting, &visited),
              SELLABLE_OK, "sellable_waiting", file, line);
    same_text_at(visited.told.text, wanted, file, line);
}
#define waiting_is(engine, location, wanted)                                                       \
    waiting_is_at(engine, location, wanted, __FILE__, __LINE__)

/* ---- orders ---------------------------------------------------------------------------------- */

/* O-1: 2 A east; O-2: 1 A east, 3 A west, 1 B east; O-3: 2 B east; O-4 is closed. */
static struct sellable *ordered(void) {
    struct sellable *engine = open_engine();
    channel_from(engine, "web", (const char *const[]){"east", "west", NULL});
    stock(engine, "A", "east", 3);
    stock(engine, "A", "west", 5);
    stock(engine, "B", "east", 9);
    const struct sellable_line lines[] = {line_of("A", 4), line_of("B", 1)};
    takes(engine, "O-3", "web", "B", 2, "2 B east");
    takes(engine, "O-1", "web", "A", 2, "2 A east");
    takes(engine, "O-4", "web", "A", 1, "1 A east");
    expect(release(engine, "O-4"), OK);
    accepted(engine, &ORDER("O-2", "web", lines), "1 A east, 3 A west, 1 B east");
    return engine;
}

static void open_orders_are_visited_by_key_with_all_their_lines(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    orders_are(engine, selection_of(NULL, NULL),
               "O-1 2A/east, O-2 1A/east 3A/west 1B/east, O-3 2B/east");
    struct sellable_selection closed = selection_of(NULL, NULL);
    closed.closed = 1;
    orders_are(engine, closed,
               "O-1 2A/east, O-2 1A/east 3A/west 1B/east, O-3 2B/east, O-4 0A/east");
    expect(reserve(engine, "O-10", "web", "B", 1), OK);
    expect(reserve(engine, "O", "web", "B", 1), OK);
    expect(reserve(engine, "P", "web", "B", 1), OK);
    orders_are(engine, selection_of(NULL, "east"),
               "O 1B/east, O-1 2A/east, O-10 1B/east, O-2 1A/east 3A/west 1B/east, O-3 2B/east, "
               "P 1B/east");
    sellable_close(engine);
    engine = open_engine();
    orders_are(engine, closed, "");
    sellable_close(engine);
}

static void orders_are_selected_by_what_they_have_of_an_item_at_a_location(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    orders_are(engine, selection_of("A", NULL), "O-1 2A/east, O-2 1A/east 3A/west 1B/east");
    orders_are(engine, selection_of("B", NULL), "O-2 1A/east 3A/west 1B/east, O-3 2B/east");
    orders_are(engine, selection_of(NULL, "west"), "O-2 1A/east 3A/west 1B/east");
    orders_are(engine, selection_of("A", "west"), "O-2 1A/east 3A/west 1B/east");
    orders_are(engine, selection_of("B", "west"), ""); /* both, but not in one line */
    expect(sellable_allocate(engine, NULL, key_of("O-1"), NULL, 0, NULL), OK);
    const struct sellable_part west[] = {part_at("A", 3, "west")};
    expect(by_parts(sellable_ship, engine, "O-2", west), OK);
    orders_are(engine, selection_of("A", NULL), "O-1 2A/east, O-2 1A/east 0A/west 1B/east");
    orders_are(engine, selection_of("A", "west"), ""); /* it has nothing there any more */
    expect(ship(engine, "O-1"), OK);
    orders_are(engine, selection_of("A", "east"), "O-2 1A/east 0A/west 1B/east");
    struct sellable_selection handles = {.item = item_of(engine, "B"),
                                         .location = location_of(engine, "east")};
    orders_are(engine, handles, "O-2 1A/east 0A/west 1B/east, O-3 2B/east");
    sellable_close(engine);
}

/* A visited order is told as sellable_order tells it. */
static int compare_order(void *context, const struct sellable_order_view *order) {
    struct visited *visited = context;
    struct sellable_order_line lines[8];
    struct sellable_order_view asked = {.lines = lines, .line_capacity = COUNT_OF(lines)};
    expect(sellable_order(visited->engine, order->key, &asked), OK);
    equal(order->state, asked.state);
    equal(order->channel.id, asked.channel.id);
    equal(order->expires_at, asked.expires_at);
    equal(order->date, asked.date);
    equal(order->precedence, asked.precedence);
    equal(order->has_precedence, asked.has_precedence);
    equal(order->line_count, asked.line_count);
    assert_memory_equal(order->lines, lines, asked.line_count * sizeof lines[0]);
    visited->count++;
    return 0;
}

static void an_order_that_is_visited_is_told_as_one_that_is_asked_for(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON |
                                                 SELLABLE_SETTING_BACKORDER,
                                          .horizon = 9,
                                          .backorder = 9});
    schedule(engine, "A", "west", "PO-1", 3 * SELLABLE_DAY, 5);
    const struct sellable_line lines[] = {line_of("A", 12), line_of("B", 1)};
    struct sellable_order order = ORDER("O-6", "web", lines);
    order.expires_at = 500;
    order.has_precedence = 1;
    order.precedence = -3;
    accepted(engine, &order, "7 A west, 5 A east (5 wait), 1 B east");
    const struct sellable_part one[] = {part_at("A", 1, "west")};
    expect(by_parts(sellable_allocate, engine, "O-2", one), OK);
    struct visited visited = {.engine = engine};
    struct sellable_selection all = {.closed = 1};
    expect(sellable_orders(engine, NULL, &all, compare_order, &visited), OK);
    equal(visited.count, 5);
    sellable_close(engine);
}

static void a_visit_ends_when_it_says_so(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    struct visited visited = {.engine = engine, .most = 2};
    struct sellable_selection all = selection_of(NULL, NULL);
    expect(sellable_orders(engine, NULL, &all, visit_order, &visited), OK);
    assert_string_equal(visited.told.text, "O-1 2A/east, O-2 1A/east 3A/west 1B/east");
    sellable_close(engine);
}

static void change_everything(struct sellable *engine) {
    (void)!release(engine, "O-2");
    (void)!ship(engine, "O-3");
    (void)!reserve(engine, "O-5", "web", "B", 1);
    (void)!say(engine, SELLABLE_ON_HAND_ADJUST, "A", "east", NULL, 1);
    now_is(engine, sellable_now(engine) + 1);
}

static void what_a_visit_changes_is_not_seen_by_the_visiting(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    struct visited visited = {.engine = engine, .meanwhile = change_everything};
    struct sellable_selection all = selection_of(NULL, NULL);
    struct sellable_worker *worker;
    expect(sellable_worker_acquire(engine, &worker), OK);
    expect(sellable_orders(engine, worker, &all, visit_order, &visited), OK);
    assert_string_equal(visited.told.text,
                        "O-1 2A/east, O-2 1A/east 3A/west 1B/east, O-3 2B/east");
    orders_are(engine, all, "O-1 2A/east, O-5 1B/east");
    sellable_worker_release(worker);
    sellable_close(engine);
}

static void orders_say_what_is_wrong_with_the_selection(void **state) {
    (void)state;
    struct sellable *engine = ordered();
    struct visited visited = {.engine = engine};
    const struct {
        struct sellable_selection selection;
        int status;
    } wrong[] = {
        {{.closed = 2}, SELLABLE_INVALID},
        {{.closed = 1, .item_key = key_of("A")}, SELLABLE_INVALID},
        {{.closed = 1, .location_key = key_of("east")}, SELLABLE_INVALID},
        {{.item_key = key_of("C")}, SELLABLE_UNKNOWN_ITEM},
        {{.item = {77}}, SELLABLE_UNKNOWN_ITEM},
        {{.item_key = key_of("A"), .location_key = key_of("north")}, SELLABLE_UNKNOWN_LOCATION},
        {{.location = {77}}, SELLABLE_UNKNOWN_LOCATION},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        equal(sellable_orders(engine, NULL, &wrong[i].selection, visit_order, &visited),
              wrong[i].status);
        if (wrong[i].selection.item_key.bytes || wrong[i].selection.item.id) {
            equal(sellable_waiting(engine, NULL, &wrong[i].selection, visit_waiting, &visited),
                  wrong[i].status);
        }
    }
    equal(visited.count, 0);
    sellable_close(engine);
}

/* ---- what waits ------------------------------------------------------------------------------ */

/* Nothing is there; web (precedence 0), vip (5) and low (-5) may promise 20 each beyond stock. */
static struct sellable *waiting_room(void) {
    static const char *const channels[] = {"web", "vip", "low"};
    static const int32_t precedences[] = {0, 5, -5};
    struct sellable *engine = open_engine();
    stock(engine, "A", "east", 0);
    stock(engine, "A", "west", 0);
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        channel_with(engine, channels[i],
                     (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                     SELLABLE_SETTING_PRECEDENCE,
                                              .backorder = 50,
                                              .precedence = precedences[i]});
    }
    return engine;
}

static void waits(struct sellable *engine, const char *order, const char *channel,
                  int64_t quantity, const char *location) {
    const struct sellable_line lines[] = {line_at("A", quantity, location)};
    expect(sellable_reserve(engine, NULL, &ORDER(order, channel, lines), NULL), OK);
}

static void what_could_go_is_given_out_by_precedence_and_then_to_the_earlier_order(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    waits(engine, "O-9", "web", 3, "east");
    waits(engine, "O-1", "low", 2, "east");
    waits(engine, "O-5", "web", 2, "east");
    waits(engine, "O-7", "vip", 4, "east");
    waiting_is(engine, NULL, "");
    stock(engine, "A", "east", 6);
    waiting_is(engine, NULL, "O-7 4 east, O-9 2 east");
    stock(engine, "A", "east", 10);
    waiting_is(engine, NULL, "O-7 4 east, O-9 3 east, O-5 2 east, O-1 1 east");
    stock(engine, "A", "east", 100);
    waiting_is(engine, NULL, "O-7 4 east, O-9 3 east, O-5 2 east, O-1 2 east");
    const struct sellable_line lines[] = {line_at("A", 1, "east")};
    stock(engine, "A", "east", 0);
    struct sellable_order order = ORDER("O-8", "low", lines);
    order.has_precedence = 1; /* its own goes before its channel's */
    order.precedence = 9;
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    stock(engine, "A", "east", 6);
    waiting_is(engine, "east", "O-8 1 east, O-7 4 east, O-9 1 east");
    policy_for(engine, "web", "A", /* the channel's for the item, as it is now */
               (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE, .precedence = 7});
    waiting_is(engine, "east", "O-8 1 east, O-9 3 east, O-5 2 east");
    sellable_close(engine);
}

static void what_waits_goes_by_what_is_free_and_not_fenced(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    waits(engine, "O-1", "web", 9, "east");
    stock(engine, "A", "east", 6);
    fence(engine, "A", "east", "vip", 4, 0);
    waiting_is(engine, NULL, "O-1 2 east");
    schedule(engine, "A", "east", "D-1", SELLABLE_DAY, -1);
    waiting_is(engine, NULL, "O-1 1 east"); /* what a later commitment needs is not free */
    schedule(engine, "A", "east", "PO-1", SELLABLE_DAY, 8);
    waiting_is(engine, NULL, "O-1 2 east");
    hold(engine, "A", "east", "quality", 2);
    waiting_is(engine, NULL, "");
    expect(sellable_allocate(engine, NULL, key_of("O-1"), NULL, 0, NULL), OK);
    expect(say(engine, SELLABLE_HOLD_RELEASE, "A", "east", "quality", 2), OK);
    stock(engine, "A", "east", 60);
    waiting_is(engine, NULL, ""); /* nothing waits any more */
    sellable_close(engine);
}

static void each_location_gives_what_it_has_in_one_common_order(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    waits(engine, "O-1", "web", 3, "west");
    const struct sellable_line lines[] = {line_at("A", 2, "west"), line_at("A", 2, "east")};
    expect(sellable_reserve(engine, NULL, &ORDER("O-2", "vip", lines), NULL), OK);
    waits(engine, "O-3", "web", 3, "east");
    stock(engine, "A", "east", 4);
    stock(engine, "A", "west", 4);
    waiting_is(engine, NULL, "O-2 2 east, O-2 2 west, O-1 2 west, O-3 2 east");
    waiting_is(engine, "west", "O-2 2 west, O-1 2 west");
    struct visited visited = {.engine = engine, .most = 3, .meanwhile = change_everything};
    struct sellable_selection selection = selection_of("A", NULL);
    expect(sellable_waiting(engine, NULL, &selection, visit_waiting, &visited), OK);
    assert_string_equal(visited.told.text, "O-2 2 east, O-2 2 west, O-1 2 west");
    waiting_is(engine, NULL, "O-1 3 west");
    sellable_close(engine);
}

static void an_amended_order_waits_as_one_that_came_anew(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    waits(engine, "O-1", "web", 2, "east");
    waits(engine, "O-2", "web", 2, "east");
    stock(engine, "A", "east", 1);
    waiting_is(engine, NULL, "O-1 1 east");
    const struct sellable_line lines[] = {line_at("A", 3, "east")};
    expect(sellable_amend(engine, NULL, &ORDER("O-1", "web", lines), NULL), OK);
    stock(engine, "A", "east", 3);
    waiting_is(engine, NULL, "O-2 2 east, O-1 1 east");
    sellable_close(engine);
}

static void what_waits_is_of_the_item_that_is_asked_for(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    stock(engine, "B", "east", 1);
    const struct sellable_line lines[] = {line_of("B", 3), line_of("A", 2), line_of("C", 1)};
    stock(engine, "C", "east", 1);
    expect(sellable_reserve(engine, NULL, &ORDER("O-1", "web", lines), NULL), OK);
    stock(engine, "A", "east", 9);
    stock(engine, "B", "east", 9);
    waiting_is(engine, NULL, "O-1 2 east");
    waiting_is(engine, "east", "O-1 2 east");
    waiting_is(engine, "west", "");
    sellable_close(engine);
}

static void waiting_needs_an_item(void **state) {
    (void)state;
    struct sellable *engine = waiting_room();
    struct visited visited = {.engine = engine};
    const struct sellable_selection none = {.location_key = key_of("east")};
    const struct sellable_selection closed = {.item_key = key_of("A"), .closed = 1};
    enum sellable_status status =
        sellable_waiting(engine, NULL, &none, visit_waiting, &visited);
    assert_true(status == SELLABLE_INVALID || status == SELLABLE_UNKNOWN_ITEM);
    expect(sellable_waiting(engine, NULL, &closed, visit_waiting, &visited), INVALID);
    sellable_close(engine);
}

/* ---- handles --------------------------------------------------------------------------------- */

static void all_handles_come_one_after_another_as_they_were_made(void **state) {
    (void)state;
    enum { MANY = 3000 };
    struct sellable *engine = open_engine();
    equal(sellable_item_next(engine, (struct sellable_item){0}).id, 0);
    equal(sellable_location_next(engine, (struct sellable_location){0}).id, 0);
    equal(sellable_channel_next(engine, (struct sellable_channel){0}).id, 0);
    static uint32_t made[3][MANY];
    char text[16];
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "K%u", (unsigned)(i * 7 % MANY));
        made[0][i] = item_of(engine, text).id;
        if (i < MANY / 10) {
            made[1][i] = location_of(engine, text).id;
            made[2][i] = channel_of(engine, text).id;
        }
    }
    struct sellable_item item = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        item = sellable_item_next(engine, item);
        equal(item.id, made[0][i]);
    }
    equal(sellable_item_next(engine, item).id, 0);
    struct sellable_location location = {0};
    struct sellable_channel channel = {0};
    for (uint32_t i = 0; i < MANY / 10; i++) {
        location = sellable_location_next(engine, location);
        channel = sellable_channel_next(engine, channel);
        equal(location.id, made[1][i]);
        equal(channel.id, made[2][i]);
    }
    equal(sellable_location_next(engine, location).id, 0);
    equal(sellable_channel_next(engine, channel).id, 0);
    equal(sellable_item_next(engine, (struct sellable_item){UINT32_MAX}).id, 0);
    equal(sellable_location_next(engine, (struct sellable_location){UINT32_MAX}).id, 0);
    equal(sellable_channel_next(engine, (struct sellable_channel){UINT32_MAX}).id, 0);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_orders_are_visited_by_key_with_all_their_lines),
        cmocka_unit_test(orders_are_selected_by_what_they_have_of_an_item_at_a_location),
        cmocka_unit_test(an_order_that_is_visited_is_told_as_one_that_is_asked_for),
        cmocka_unit_test(a_visit_ends_when_it_says_so),
        cmocka_unit_test(what_a_visit_changes_is_not_seen_by_the_visiting),
        cmocka_unit_test(orders_say_what_is_wrong_with_the_selection),
        cmocka_unit_test(what_could_go_is_given_out_by_precedence_and_then_to_the_earlier_order),
        cmocka_unit_test(what_waits_goes_by_what_is_free_and_not_fenced),
        cmocka_unit_test(each_location_gives_what_it_has_in_one_common_order),
        cmocka_unit_test(an_amended_order_waits_as_one_that_came_anew),
        cmocka_unit_test(what_waits_is_of_the_item_that_is_asked_for),
        cmocka_unit_test(waiting_needs_an_item),
        cmocka_unit_test(all_handles_come_one_after_another_as_they_were_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
