/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows and columns of a view: in which order they come, with how much room, what is left out,
 * and that what orders hold is what the cells count. */
#include "motley.h"

/* ---- availability ---------------------------------------------------------------------------- */

enum { MANY = 200 };

/* Items with stock of their number, in few or many locations; every tenth is no plain row. */
static struct sellable *many_items(void) {
    struct sellable *engine = open_engine();
    char key[16];
    channel_of(engine, "web");
    for (int64_t i = 1; i <= MANY; i++) {
        (void)snprintf(key, sizeof key, "I-%lld", (long long)i);
        stock(engine, key, "east", i);
        if (i % 10 == 0) {
            fence(engine, key, "east", "web", 1, 0);
        }
    }
    return engine;
}

static void rows_come_by_number_with_any_room_and_from_anywhere(void **state) {
    (void)state;
    static const uint32_t capacities[] = {1, 2, 63, 64, 65, MANY - 1, MANY, MANY + 1, 1000};
    struct sellable *engine = many_items();
    struct sellable_view view = view_of(engine);
    const struct sellable_channel web[] = {channel_of(engine, "web")};
    uint32_t item[1000];
    int64_t promisable[1000];
    for (size_t k = 0; k < COUNT_OF(capacities); k++) {
        for (uint64_t from = 0; from <= MANY; from += 37) {
            struct sellable_cursor cursor = {.next = from};
            struct sellable_availability_columns columns = {
                .capacity = capacities[k], .item = item, .promisable = promisable};
            uint64_t row = from;
            do {
                expect(sellable_view_availability(&view, web, 1, &cursor, &columns), OK);
                for (uint64_t i = 0; i < columns.count; i++) {
                    equal(item[i], ++row);
                    equal(promisable[i], row);
                }
                equal(cursor.next, row);
            } while (columns.count == columns.capacity);
            equal(row, MANY);
            expect(sellable_view_availability(&view, web, 1, &cursor, &columns), OK);
            equal(columns.count, 0); /* nothing comes after the last */
        }
    }
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

static void columns_that_are_null_are_not_filled_and_no_channels_are_asked(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct sellable_view view = view_of(engine);
    const struct sellable_channel two[] = {channel_of(engine, "part"), channel_of(engine, "shown")};
    enum { ROOM = 64 };
    uint32_t item[ROOM] = {0};
    int64_t all[2 * ROOM], one[2 * ROOM];
    uint8_t level[2 * ROOM], levels[2 * ROOM];
    struct sellable_availability_columns columns = {.capacity = ROOM, .item = item};
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_availability(&view, NULL, 0, &cursor, &columns), OK);
    equal(columns.count, view.items);
    equal(item[columns.count - 1], view.items);
    columns = (struct sellable_availability_columns){
        .capacity = ROOM, .published = all, .level = levels};
    cursor.next = 0;
    expect(sellable_view_availability(&view, two, 2, &cursor, &columns), OK);
    columns = (struct sellable_availability_columns){.capacity = ROOM, .published = one};
    cursor.next = 0;
    expect(sellable_view_availability(&view, two, 2, &cursor, &columns), OK);
    columns = (struct sellable_availability_columns){.capacity = ROOM, .level = level};
    cursor.next = 0;
    expect(sellable_view_availability(&view, two, 2, &cursor, &columns), OK);
    for (int c = 0; c < 2; c++) {
        assert_memory_equal(all + c * ROOM, one + c * ROOM, columns.count * sizeof *all);
        assert_memory_equal(levels + c * ROOM, level + c * ROOM, columns.count);
    }
    cursor.next = 0;
    expect(sellable_view_availability(&view, NULL, 1, &cursor, &columns), INVALID);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

static void any_number_of_channels_is_shown_in_the_order_of_the_list(void **state) {
    (void)state;
    enum { ASKED = 150, ROOM = 7 };
    struct sellable *engine = motley();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    struct sellable_channel asked[ASKED];
    static int64_t promisable[ASKED * ROOM];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {.capacity = ROOM, .promisable = promisable};
    for (uint32_t c = 0; c < ASKED; c++) { /* some of them more than once */
        asked[c] = picture.channel[(5 * c + c / 12) % picture.channels];
    }
    change_all(engine, 1);
    for (uint32_t row = 0; row < picture.items; row += ROOM) {
        expect(sellable_view_availability(&view, asked, ASKED, &cursor, &columns), OK);
        equal(columns.count, row + ROOM < picture.items ? ROOM : picture.items - row);
        for (uint32_t c = 0; c < ASKED; c++) {
            const struct sellable_availability *told =
                &picture.availability[(asked[c].id - picture.channel[0].id) * picture.items + row];
            for (uint32_t i = 0; i < columns.count; i++) {
                equal(promisable[c * ROOM + i], told[i].promisable);
            }
        }
    }
    equal(cursor.next, view.items);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

/* Rows that are alike, then some of which none is like the other, then what no sum may go beyond:
 * for channels of every kind. */
static void plain_rows_show_what_questions_answer(void **state) {
    (void)state;
    enum { ALIKE = 300, MIXED = 300, LARGE = 140 };
    static const char *const locations[] = {"east", "west", "north", "south"};
    struct sellable *engine = open_engine();
    char key[24];
    in_region(engine, "east", "us");
    location_of(engine, "west");
    in_region(engine, "north", "us");
    motley_channels(engine);
    with(engine, "part of one", NULL, .set = SET(SHARE) | SET(SOURCING), .share = 1234,
         .sourcing = SELLABLE_SINGLE);
    with(engine, "part of large", NULL, .set = SET(SHARE) | SET(CAP), .share = 9999,
         .cap = LARGEST - 1);
    for (int64_t i = 0; i < ALIKE + MIXED + LARGE; i++) {
        (void)snprintf(key, sizeof key, "I-%lld", (long long)i);
        for (int64_t k = 0; k < 4; k++) {
            int64_t place = i < ALIKE ? k : (k * (1 + 2 * (i % 2)) + i / 2) % 4;
            int64_t quantity = (i * 7 + k * 31) % 60 - 9;
            if (i < ALIKE || (i + k) % 5 != 0) {
                stock(engine, key, locations[place],
                      i < ALIKE + MIXED ? quantity : LARGEST - quantity * quantity);
            }
        }
    }
    struct picture picture = picture_of(engine);
    equal(picture.availability[picture.items - 1].promisable, LARGEST);
    struct sellable_view view = view_of(engine);
    for (uint32_t capacity = 100; capacity <= 1000; capacity += 300) {
        same_availability_at(&view, &picture, capacity, __FILE__, __LINE__);
    }
    for (int64_t i = 0; i < ALIKE + MIXED + LARGE; i += 3) { /* some have changed since */
        (void)snprintf(key, sizeof key, "I-%lld", (long long)i);
        stock(engine, key, "south", 77);
        fence(engine, key, "south", "vip", 5, 0);
    }
    same_availability_at(&view, &picture, 1000, __FILE__, __LINE__);
    same_availability_at(&view, &picture, 37, __FILE__, __LINE__);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static void locations_beyond_the_first_64_count_as_all(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    char key[16];
    for (int i = 0; i < 70; i++) {
        (void)snprintf(key, sizeof key, "L-%d", i);
        location_of(engine, key);
    }
    const struct sellable_location far[] = {location_of(engine, "L-66"),
                                            location_of(engine, "L-7")};
    channel_of(engine, "web");
    with(engine, "far", NULL, .set = SET(LOCATIONS), .locations = far, .location_count = 2);
    stock(engine, "A", "L-66", 5);
    stock(engine, "A", "L-7", 7);
    stock(engine, "A", "L-67", 11);
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    equal(picture.availability[0].promisable, 23);
    equal(picture.availability[1].promisable, 12);
    active(engine, "L-66", 0);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void cells_come_by_number_of_item_then_of_location(void **state) {
    (void)state;
    enum { PLACES = 40 };
    struct sellable *engine = open_engine();
    char key[16];
    for (int i = 0; i < PLACES; i++) {
        (void)snprintf(key, sizeof key, "L-%d", i);
        location_of(engine, key);
    }
    for (int i = 0; i < PLACES; i++) { /* not in the order in which they get a place in the row */
        (void)snprintf(key, sizeof key, "L-%d", (7 * i + 23) % PLACES);
        stock(engine, "A", key, i + 1);
    }
    stock(engine, "B", "L-9", 1);
    stock(engine, "B", "L-3", 1);
    struct picture picture = picture_of(engine);
    equal(picture.cells, PLACES + 2);
    struct sellable_view view = view_of(engine);
    stock(engine, "A", "L-5", 0);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static void cells_of_which_nothing_is_kept_are_left_out(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    item_of(engine, "never");
    stock(engine, "counted", "east", 0);             /* a balance is no quantity */
    stock(engine, "emptied", "east", 5);
    stock(engine, "emptied", "east", 0);
    fence(engine, "free", "east", "web", 3, 0);      /* nor is a fence that ended */
    fence(engine, "free", "east", "web", 0, 0);
    schedule(engine, "came", "east", "PO", 9, 5);
    schedule(engine, "came", "east", "PO", 9, 0);
    struct sellable_view view = view_of(engine);
    struct sellable_cell_columns columns = cells_room(10);
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_cells(&view, &cursor, &columns), OK);
    equal(columns.count, 0);
    expect(sellable_view_close(NULL, &view), OK);

    schedule(engine, "came", "west", "PO", 9, 5); /* what is dated is kept, and so on */
    stock(engine, "held", "east", 4);
    hold(engine, "held", "east", "damage", 4);
    stock(engine, "kept", "east", 1);
    expect(say(engine, SELLABLE_SAFETY_STOCK_SET, "kept", "east", NULL, 1), OK);
    fence(engine, "free", "west", "web", 3, 0);
    view = view_of(engine);
    cursor = (struct sellable_cursor){0, 0};
    expect(sellable_view_cells(&view, &cursor, &columns), OK);
    equal(columns.count, 4);
    equal(columns.item[0], item_of(engine, "free").id);
    equal(columns.fenced[0], 3);
    equal(columns.item[1], item_of(engine, "came").id);
    equal(columns.location[1], location_of(engine, "west").id);
    equal(columns.item[2], item_of(engine, "held").id);
    equal(columns.held_by[SELLABLE_DAMAGE][2], 4);
    equal(columns.net[3], 0);
    cells_free(&columns);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

static void columns_of_cells_and_orders_that_are_null_are_not_filled(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct sellable_view view = view_of(engine);
    int64_t net[PICTURE_ENTRIES];
    struct sellable_cell_columns cells = {.capacity = PICTURE_ENTRIES, .net = net};
    struct sellable_order_columns orders = {.capacity = PICTURE_ENTRIES,
                                            .line_capacity = PICTURE_LINES};
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_cells(&view, &cursor, &cells), OK);
    equal(net[0], cell_of(engine, "bare", "east").net);
    cursor = (struct sellable_cursor){0, 0};
    expect(sellable_view_orders(&view, &cursor, &orders), OK);
    equal(orders.count, 7);
    equal(orders.line_count, 11);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static struct sellable_key bytes_of(const char *bytes, uint64_t size) {
    return (struct sellable_key){bytes, size};
}

static void orders_come_by_key_byte_by_byte(void **state) {
    (void)state;
    static const char zeros[] = "a\0\0\0\0\0\0\0\0\0";
    static const char longest[] =
        "0123456789012345678901234567890123456789012345678901234567890123"
        "0123456789012345678901234567890123456789012345678901234567890123";
    const struct sellable_key keys[] = {
        bytes_of(zeros, 1), bytes_of(zeros, 2), bytes_of(zeros, 8), bytes_of(zeros, 9),
        key_of("order 12345678"), key_of("order 12345679"), key_of("order 1234567"),
        key_of("order 123456789"), key_of("order 12345678\x01"), key_of("z"), key_of("\xc3\xa9"),
        bytes_of(longest, 128), bytes_of(longest, 127), bytes_of(longest, 120), key_of("b")};
    struct sellable *engine = open_engine();
    channel_of(engine, "web");
    stock(engine, "A", "east", 1000);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct sellable_line lines[] = {line_of("A", 1)};
        struct sellable_order order = ORDER("", "web", lines);
        order.key = keys[i];
        expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    }
    struct sellable_view view = view_of(engine);
    struct shown_orders *shown = orders_room(PICTURE_ENTRIES, 0);
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_orders(&view, &cursor, &shown->columns), OK);
    equal(shown->columns.count, COUNT_OF(keys));
    for (size_t i = 1; i < COUNT_OF(keys); i++) {
        struct sellable_key a = shown->key[i - 1], b = shown->key[i];
        int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);
        assert_true(order < 0 || (order == 0 && a.size < b.size));
    }
    free(shown);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

static void keys_stay_until_the_view_is_closed(void **state) {
    (void)state;
    struct sellable_options options = {.retention = 1000};
    struct sellable *engine = motley_with(&options);
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    struct shown_orders *shown = orders_room(PICTURE_ENTRIES, 1);
    struct sellable_cursor cursor = {0, 0};
    expect(sellable_view_orders(&view, &cursor, &shown->columns), OK);
    for (uint32_t i = 0; i < picture.orders; i++) {
        char key[SELLABLE_KEY_MAX + 1] = {0};
        memcpy(key, picture.order[i].key, picture.order[i].order.key.size);
        (void)release(engine, key);
        (void)ship(engine, key);
    }
    now_is(engine, MOTLEY_NOW + 100 * SELLABLE_DAY); /* all of them are forgotten */
    struct sellable_order_view gone;
    gone = (struct sellable_order_view){.line_capacity = 0};
    expect(sellable_order(engine, key_of("gone"), &gone), UNKNOWN_ORDER);
    for (int64_t round = 0; round < 5; round++) {
        change_all(engine, round);
    }
    equal(shown->columns.count, picture.orders);
    for (uint32_t i = 0; i < picture.orders; i++) {
        same_order_at(shown, i, &picture.order[i], __FILE__, __LINE__);
    }
    is_pictured(&view, &picture);
    free(shown);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

/* An order of so many items, each from so many locations. */
static void place_widely(struct sellable *engine, const char *order, int items, int locations) {
    static struct sellable_line lines[SELLABLE_LINES_MAX];
    char key[16], place[16];
    for (int i = 0; i < items; i++) {
        (void)snprintf(key, sizeof key, "I-%d", i);
        for (int k = 0; k < locations; k++) {
            (void)snprintf(place, sizeof place, "L-%d", k);
            expect(say(engine, SELLABLE_ON_HAND_ADJUST, key, place, NULL, 1), OK);
        }
        lines[i] = (struct sellable_line){.item = item_of(engine, key), .quantity = locations};
    }
    struct sellable_order wide = {.key = key_of(order),
                                  .channel = channel_of(engine, "web"),
                                  .lines = lines,
                                  .line_count = (uint32_t)items};
    expect(sellable_reserve(engine, NULL, &wide, NULL), OK);
}

static void an_order_whose_placements_have_no_room_goes_on_with_the_next_call(void **state) {
    (void)state;
    enum { ITEMS = 230, PLACES = 40, PLACEMENTS = ITEMS * PLACES };
    static const uint64_t capacities[] = {1, 7, PLACEMENTS - 1, PLACEMENTS, PLACEMENTS + 1,
                                          2 * PLACEMENTS};
    struct sellable *engine = open_engine();
    place_widely(engine, "large", ITEMS, PLACES);
    stock(engine, "I-0", "L-0", 5);
    expect(reserve(engine, "a", "web", "I-0", 1), OK);
    expect(reserve(engine, "z", "web", "I-0", 1), OK);
    struct sellable_view view = view_of(engine);
    int64_t *reserved = picture_room(NULL, 2 * PLACEMENTS, sizeof *reserved);
    uint32_t *item = picture_room(NULL, 2 * PLACEMENTS, sizeof *item);
    for (size_t k = 0; k < COUNT_OF(capacities); k++) {
        struct sellable_key key[4];
        uint64_t line[4], seen[3] = {0}, rows = 0;
        uint32_t lines[4];
        struct sellable_cursor cursor = {0, 0};
        struct sellable_order_columns columns = {.capacity = 4,
                                                 .line_capacity = capacities[k],
                                                 .key = key,
                                                 .line = line,
                                                 .lines = lines,
                                                 .line_item = item,
                                                 .line_reserved = reserved};
        do {
            expect(sellable_view_orders(&view, &cursor, &columns), OK);
            for (uint64_t row = 0, at = 0; row < columns.count; row++, rows++) {
                uint64_t *order = &seen[key[row].bytes[0] == 'a' ? 0 : key[row].size == 5 ? 1 : 2];
                equal(line[row], at);
                assert_in_range(lines[row], 1, capacities[k]);
                for (uint32_t i = 0; i < lines[row]; i++, at++, ++*order) {
                    equal(reserved[at], 1);
                    equal(item[at], 1 + (order == &seen[1] ? *order / PLACES : 0));
                }
            }
        } while (columns.count != 0);
        equal(seen[0], 1);
        equal(seen[1], PLACEMENTS);
        equal(seen[2], 1);
        /* Its first part has one place less, which the order before it took. */
        equal(rows, 2 + (PLACEMENTS + 1 + capacities[k] - 1) / capacities[k] -
                        (capacities[k] == 1));
    }
    free(reserved);
    free(item);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

/* ---- both ------------------------------------------------------------------------------------ */

/* Over all cells, what is promised is what the orders hold; and so what is allocated, where no
 * event has set it. */
static void what_orders_hold_is_what_cells_count(void **state) {
    (void)state;
    struct sellable *engine = motley();
    expect(say(engine, SELLABLE_ALLOCATION_SET, "cased", "south", NULL, 0), OK);
    struct sellable_view view = view_of(engine);
    change_orders(engine);
    change_all(engine, 1);
    struct sellable_cell_columns cells = cells_room(PICTURE_ENTRIES);
    struct shown_orders *orders = orders_room(PICTURE_ENTRIES, 0);
    struct sellable_cursor cursor = {0, 0};
    int64_t kept[4] = {0}, held[4] = {0};
    uint32_t service = item_of(engine, "service").id;
    expect(sellable_view_cells(&view, &cursor, &cells), OK);
    for (uint64_t i = 0; i < cells.count; i++) {
        kept[0] += cells.reserved[i];
        kept[1] += cells.promised[i];
        kept[2] += cells.backordered[i];
        kept[3] += cells.allocated[i];
    }
    cursor = (struct sellable_cursor){0, 0};
    expect(sellable_view_orders(&view, &cursor, &orders->columns), OK);
    for (uint64_t i = 0; i < orders->columns.line_count; i++) {
        if (orders->line_item[i] == service) { /* counted on the order alone */
            continue;
        }
        held[0] += orders->line_reserved[i] - orders->line_dated[i] - orders->line_backordered[i];
        held[1] += orders->line_dated[i];
        held[2] += orders->line_backordered[i];
        held[3] += orders->line_allocated[i];
    }
    for (int i = 0; i < 4; i++) {
        assert_true(held[i] > 0);
        equal(kept[i], held[i]);
    }
    cells_free(&cells);
    free(orders);
    expect(sellable_view_close(NULL, &view), OK);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_by_number_with_any_room_and_from_anywhere),
        cmocka_unit_test(columns_that_are_null_are_not_filled_and_no_channels_are_asked),
        cmocka_unit_test(any_number_of_channels_is_shown_in_the_order_of_the_list),
        cmocka_unit_test(plain_rows_show_what_questions_answer),
        cmocka_unit_test(locations_beyond_the_first_64_count_as_all),
        cmocka_unit_test(cells_come_by_number_of_item_then_of_location),
        cmocka_unit_test(cells_of_which_nothing_is_kept_are_left_out),
        cmocka_unit_test(columns_of_cells_and_orders_that_are_null_are_not_filled),
        cmocka_unit_test(orders_come_by_key_byte_by_byte),
        cmocka_unit_test(keys_stay_until_the_view_is_closed),
        cmocka_unit_test(an_order_whose_placements_have_no_room_goes_on_with_the_next_call),
        cmocka_unit_test(what_orders_hold_is_what_cells_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
