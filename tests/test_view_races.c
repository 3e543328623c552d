/* SPDX-License-Identifier: Apache-2.0
 *
 * Views, and shortages, while others change everything: what a view shows is of one instant - cells
 * count what orders hold, channels see what cells have at the locations that are active - and stays
 * so as long as it is open.
 *
 *    test_view_races [long]      long: half a minute */
#include "crew.h"

#include <sched.h>
#include <string.h>

enum { ITEMS = 40, PLACES = 6 /* at most */, CELLS = ITEMS * PLACES, STOCK = 30 };
enum { ORDERS = 4096, LINES = 8192 };
enum { RETENTION = 1000, BETWEEN = 40 };

static int64_t duration = 800; /* ms */
static uint32_t places;

/* ---- those who change things ----------------------------------------------------------------- */

static void act(struct member *member, struct sellable_key key) {
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    enum sellable_status status = SELLABLE_OK;
    switch (random_below(&member->random, 4)) {
    case 0: status = sellable_allocate(engine, worker, key, NULL, 0, NULL); break;
    case 1: status = sellable_ship(engine, worker, key, NULL, 0, NULL); break;
    case 2: status = sellable_release(engine, worker, key, NULL, 0, NULL); break;
    default: break;
    }
    require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE ||
                        status == SELLABLE_UNKNOWN_ORDER);
}

/* A few units from one place to the other: what there is of an item stays, but for what ships. */
static void move(struct member *member) {
    uint32_t item = 1 + random_below(&member->random, ITEMS);
    for (int64_t sign = -1; sign <= 1; sign += 2) {
        const struct sellable_event event = {
            .type = SELLABLE_ON_HAND_ADJUST,
            .item = {item},
            .location = {1 + random_below(&member->random, places)},
            .quantity = sign * 2};
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
    }
}

static void change(struct member *member) {
    struct crew_key bytes[3];
    for (uint64_t number = 0; crew_goes_on(member); number++) {
        struct sellable_line lines[2] = {
            {.item = {1 + random_below(&member->random, ITEMS)}, .quantity = 1},
            {.item = {1 + random_below(&member->random, ITEMS)}, .quantity = 2}};
        struct sellable_key key =
            numbered(&bytes[number % 3], "O", number << 8 | member->number);
        enum sellable_status status =
            reserve_lines(member, key, lines, 1 + random_below(&member->random, 2), 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        act(member, key);
        if (number >= 2)
            act(member, (struct sellable_key){bytes[(number + 1) % 3].bytes,
                                              strlen(bytes[(number + 1) % 3].bytes)});
        if (number % 4 == 0)
            move(member);
        if (number % BETWEEN == 0) /* so that closed orders are forgotten */
            require_status(member,
                           sellable_advance(member->engine, member->worker,
                                            sellable_now(member->engine) + RETENTION, NULL),
                           OK);
    }
}

/* One place comes and goes, of all channels at one instant. */
static void settle(struct member *member) {
    struct crew_key key;
    for (uint32_t round = 0; crew_goes_on(member); round++) {
        const struct sellable_location_settings settings = {.set = SELLABLE_LOCATION_ACTIVE,
                                                            .active = round % 2};
        require_status(member,
                       sellable_location_put(member->engine, member->worker,
                                             numbered(&key, "L", 2), &settings, NULL, NULL),
                       OK);
        (void)sched_yield();
    }
}

/* ---- those who look -------------------------------------------------------------------------- */

struct seen {
    uint64_t cells, orders, lines;
    uint32_t item[CELLS], location[CELLS];
    int64_t reserved[CELLS], allocated[CELLS], free[CELLS];
    uint32_t items[ITEMS];
    int64_t promisable[2 * ITEMS];
    uint32_t line_item[LINES], line_location[LINES];
    int64_t line_reserved[LINES], line_allocated[LINES];
    int64_t held[ITEMS + 1][PLACES + 1][2];
};

static void look_at_stock(struct member *member, const struct sellable_view *view,
                          struct seen *seen) {
    const struct sellable_channel channels[] = {{1}, {2}};
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {
        .capacity = ITEMS, .item = seen->items, .promisable = seen->promisable};
    struct sellable_cell_columns cells = {.capacity = CELLS,
                                          .item = seen->item,
                                          .location = seen->location,
                                          .reserved = seen->reserved,
                                          .allocated = seen->allocated,
                                          .free = seen->free};
    require_status(member, sellable_view_availability(view, channels, 2, &cursor, &columns), OK);
    require_that(member, columns.count, ==, ITEMS);
    cursor = (struct sellable_cursor){0, 0};
    require_status(member, sellable_view_cells(view, &cursor, &cells), OK);
    seen->cells = cells.count;
}

static void look_at_orders(struct member *member, struct sellable_view *view, struct seen *seen) {
    struct sellable_cursor cursor = {0, 0};
    struct sellable_order_columns columns = {.capacity = ORDERS,
                                             .line_capacity = LINES,
                                             .line_item = seen->line_item,
                                             .line_location = seen->line_location,
                                             .line_reserved = seen->line_reserved,
                                             .line_allocated = seen->line_allocated};
    memset(seen->held, 0, sizeof seen->held);
    do {
        require_status(member, sellable_view_orders(view, &cursor, &columns), OK);
        for (uint64_t i = 0; i < columns.line_count; i++) {
            int64_t *held = seen->held[seen->line_item[i]][seen->line_location[i]];
            held[0] += seen->line_reserved[i];
            held[1] += seen->line_allocated[i];
        }
        seen->orders += columns.count;
    } while (columns.count != 0);
}

/* What cells count is what orders hold, and what channels see is what the cells have: either with
 * the place that comes and goes, or without it, the same of all items. */
static void compare(struct member *member, const struct seen *seen) {
    int64_t all[ITEMS + 1] = {0}, without[ITEMS + 1] = {0};
    bool with = true, none = true;
    for (uint64_t i = 0; i < seen->cells; i++) {
        const int64_t *held = seen->held[seen->item[i]][seen->location[i]];
        require_that(member, seen->reserved[i], ==, held[0]);
        require_that(member, seen->allocated[i], ==, held[1]);
        all[seen->item[i]] += seen->free[i];
        without[seen->item[i]] += seen->location[i] == 3 ? 0 : seen->free[i];
    }
    for (uint32_t i = 0; i < ITEMS; i++) {
        with = with && seen->promisable[i] == all[i + 1];
        none = none && seen->promisable[i] == without[i + 1];
        require_that(member, seen->promisable[ITEMS + i], ==,
                     seen->promisable[i] > 5 ? seen->promisable[i] - 5 : 0);
    }
    require(member, with || none);
}

static int pass_shortage(void *context, const struct sellable_shortage *shortage) {
    struct member *member = context;
    int64_t sum = 0;
    for (uint64_t i = 0; i < shortage->order_count; i++)
        sum += shortage->orders[i].quantity;
    require_that(member, shortage->short_, >, 0);
    require(member, shortage->order_count == 0 ||
                        sum - shortage->orders[shortage->order_count - 1].quantity <
                            shortage->short_);
    return 0;
}

static void look(struct member *member) {
    struct seen *seen = calloc(2, sizeof *seen);
    uint64_t views = 0, orders = 0;
    require(member, seen != NULL);
    while (seen != NULL && crew_goes_on(member)) {
        struct sellable_view outer, inner;
        memset(seen, 0, 2 * sizeof *seen);
        require_status(member, sellable_view_open(member->engine, member->worker, &outer), OK);
        look_at_stock(member, &outer, &seen[0]);
        require_status(member, sellable_view_open(member->engine, member->worker, &inner), OK);
        look_at_stock(member, &inner, &seen[1]);
        look_at_orders(member, &inner, &seen[1]);
        compare(member, &seen[1]);
        require_status(member, sellable_view_close(member->worker, &inner), OK);
        look_at_orders(member, &outer, &seen[0]);
        compare(member, &seen[0]);
        memcpy(&seen[1], &seen[0], sizeof *seen);
        look_at_stock(member, &outer, &seen[1]);
        require(member, memcmp(&seen[0], &seen[1], sizeof *seen) == 0);
        require_status(member, sellable_view_close(member->worker, &outer), OK);
        require_status(
            member,
            sellable_shortages(member->engine, member->worker, pass_shortage, member), OK);
        views += 2;
        orders += seen[0].orders;
    }
    free(seen);
    require_that(member, views, >, 1);
    require_that(member, orders, >, 0);
}

static void work(struct member *member) {
    if (member->number < 3)
        look(member);
    else
        change(member);
}

static void play(uint32_t of) {
    places = of;
    struct sellable *engine = open_stocked(ITEMS, places, STOCK, RETENTION);
    struct sellable_audit audit;
    const struct sellable_policy less = {.set = SELLABLE_SETTING_BUFFER, .buffer = 5};
    expect(sellable_channel_put(engine, NULL, key_of("less"), &less, NULL, NULL), OK);
    expect(sellable_advance(engine, NULL, 1, NULL), OK);
    crew_run_with(engine, 8, duration, settle, work, NULL);
    expect(sellable_audit(engine, NULL, &audit), OK);
    equal(audit.consistent, 1);
    sellable_close(engine);
}

static void views_are_of_one_instant_while_others_change_everything(void **state) {
    (void)state;
    play(4); /* a row's line has no more */
}

static void and_so_of_rows_that_are_no_single_line(void **state) {
    (void)state;
    play(PLACES);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_of_one_instant_while_others_change_everything),
        cmocka_unit_test(and_so_of_rows_that_are_no_single_line),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
