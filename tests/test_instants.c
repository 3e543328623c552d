/* SPDX-License-Identifier: Apache-2.0
 *
 * Views and shortages while others change everything: what they show is of one instant between
 * their call and its return, whenever it is read, and however often.
 *
 *    test_instants [long]      long: each race takes half a minute */
#include "bustle.h"
#include "promise_audit.h"

#include <sched.h>

static int64_t duration = 900; /* ms of each race */

/* ---- reading a view -------------------------------------------------------------------------- */

enum { READ_LINES = 8192, READ_ROWS = 512, READ_CELLS = BUSTLE_ITEMS * BUSTLE_LOCATIONS };

/* What views say of each cell and each order, added up; and a hash of all that was read. */
struct reading {
    uint64_t hash, cells, orders, items;
    int64_t on_hand[BUSTLE_ITEMS + 1], net[BUSTLE_ITEMS + 1], held[BUSTLE_ITEMS + 1],
        promisable[BUSTLE_ITEMS + 1];
    struct kept by_cell[BUSTLE_ITEMS + 1][BUSTLE_LOCATIONS + 1];
    struct kept by_order[BUSTLE_ITEMS + 1][BUSTLE_LOCATIONS + 1];
};

struct columns {
    uint32_t item[READ_ROWS], location[READ_ROWS];
    int64_t promisable[BUSTLE_CHANNELS * READ_ROWS], published[BUSTLE_CHANNELS * READ_ROWS];
    uint8_t level[BUSTLE_CHANNELS * READ_ROWS];
    int64_t on_hand[READ_ROWS], held[READ_ROWS], allocated[READ_ROWS], reserved[READ_ROWS],
        backordered[READ_ROWS], promised[READ_ROWS], safety_stock[READ_ROWS], fenced[READ_ROWS],
        net[READ_ROWS], free[READ_ROWS], shared[READ_ROWS], short_[READ_ROWS];
    struct sellable_key key[READ_ROWS];
    uint32_t channel[READ_ROWS], state[READ_ROWS], lines[READ_ROWS];
    int64_t expires_at[READ_ROWS], date[READ_ROWS];
    uint64_t line[READ_ROWS];
    uint32_t line_order[READ_LINES], line_item[READ_LINES], line_location[READ_LINES];
    int64_t line_reserved[READ_LINES], line_allocated[READ_LINES], line_dated[READ_LINES],
        line_backordered[READ_LINES];
};

/* One that reads a view: its room, and what it has read before. */
struct reader {
    struct columns columns;
    struct reading reading;
};

static void mix(struct reading *reading, int64_t figure) {
    reading->hash = (reading->hash ^ (uint64_t)figure) * UINT64_C(0x9e3779b97f4a7c15);
    reading->hash ^= reading->hash >> 29;
}

static void read_availability(struct member *member, const struct sellable_view *view,
                              uint64_t rows, struct reader *reader) {
    struct columns *all = &reader->columns;
    struct sellable_channel channels[BUSTLE_CHANNELS];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_availability_columns columns = {.capacity = rows,
                                                    .item = all->item,
                                                    .promisable = all->promisable,
                                                    .published = all->published,
                                                    .level = all->level};
    uint32_t count = view->channels < BUSTLE_CHANNELS ? view->channels : BUSTLE_CHANNELS;
    for (uint32_t i = 0; i < count; i++)
        channels[i].id = i + 1;
    do {
        require_status(member,
                       sellable_view_availability(view, channels, count, &cursor, &columns), OK);
        for (uint64_t row = 0; row < columns.count; row++) {
            require_that(member, all->item[row], <=, BUSTLE_ITEMS);
            mix(&reader->reading, all->item[row]);
            reader->reading.promisable[all->item[row] % (BUSTLE_ITEMS + 1)] =
                all->promisable[row];
            reader->reading.items++;
            for (uint32_t c = 0; c < count; c++) {
                mix(&reader->reading, all->promisable[c * rows + row]);
                mix(&reader->reading, all->published[c * rows + row]);
                mix(&reader->reading, all->level[c * rows + row]);
                require_that(member, all->published[c * rows + row], <=,
                             all->promisable[c * rows + row]);
            }
        }
    } while (columns.count == rows);
}

/* The figures of a cell follow from one another. */
static void cell_row(struct member *member, struct reader *reader, uint64_t row) {
    struct columns *all = &reader->columns;
    struct reading *reading = &reader->reading;
    const int64_t figures[] = {all->on_hand[row],  all->held[row],     all->allocated[row],
                               all->reserved[row], all->promised[row], all->safety_stock[row],
                               all->fenced[row],   all->net[row],      all->free[row],
                               all->shared[row],   all->short_[row],   all->backordered[row]};
    uint32_t item = all->item[row], location = all->location[row];
    if (item - 1 >= BUSTLE_ITEMS || location - 1 >= BUSTLE_LOCATIONS) {
        require(member, item - 1 < BUSTLE_ITEMS && location - 1 < BUSTLE_LOCATIONS);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++)
        mix(reading, figures[i]);
    require_that(member, all->net[row], ==,
                 all->on_hand[row] - all->held[row] - all->allocated[row] - all->reserved[row] -
                     all->safety_stock[row]);
    int64_t shared = all->free[row] - all->fenced[row] - all->backordered[row];
    require_that(member, all->shared[row], ==, shared > 0 ? shared : 0);
    reading->cells++;
    reading->on_hand[item] += all->on_hand[row];
    reading->held[item] += all->held[row];
    reading->net[item] += all->net[row];
    reading->by_cell[item][location] = (struct kept){.reserved = all->reserved[row],
                                                     .dated = all->promised[row],
                                                     .backordered = all->backordered[row],
                                                     .allocated = all->allocated[row]};
}

static void read_cells(struct member *member, const struct sellable_view *view, uint64_t rows,
                       struct reader *reader) {
    struct columns *all = &reader->columns;
    struct sellable_cursor cursor = {0, 0};
    struct sellable_cell_columns columns = {.capacity = rows,
                                            .item = all->item,
                                            .location = all->location,
                                            .on_hand = all->on_hand,
                                            .held = all->held,
                                            .allocated = all->allocated,
                                            .reserved = all->reserved,
                                            .backordered = all->backordered,
                                            .promised = all->promised,
                                            .safety_stock = all->safety_stock,
                                            .fenced = all->fenced,
                                            .net = all->net,
                                            .free = all->free,
                                            .shared = all->shared,
                                            .short_ = all->short_};
    do {
        require_status(member, sellable_view_cells(view, &cursor, &columns), OK);
        for (uint64_t row = 0; row < columns.count; row++)
            cell_row(member, reader, row);
    } while (columns.count == rows);
}

static void order_line(struct member *member, struct reader *reader, uint64_t line) {
    struct columns *all = &reader->columns;
    uint32_t item = all->line_item[line], location = all->line_location[line];
    if (item - 1 >= BUSTLE_ITEMS || location - 1 >= BUSTLE_LOCATIONS) {
        require(member, item - 1 < BUSTLE_ITEMS && location - 1 < BUSTLE_LOCATIONS);
        return;
    }
    struct kept *kept = &reader->reading.by_order[item][location];
    kept->reserved +=
        all->line_reserved[line] - all->line_dated[line] - all->line_backordered[line];
    kept->dated += all->line_dated[line];
    kept->backordered += all->line_backordered[line];
    kept->allocated += all->line_allocated[line];
    mix(&reader->reading, all->line_reserved[line]);
    mix(&reader->reading, all->line_allocated[line]);
    mix(&reader->reading, item * 16 + location);
}

static void read_orders(struct member *member, struct sellable_view *view, uint64_t rows,
                        struct reader *reader) {
    struct columns *all = &reader->columns;
    struct sellable_cursor cursor = {0, 0};
    struct sellable_order_columns columns = {.capacity = rows,
                                             .line_capacity = READ_LINES,
                                             .key = all->key,
                                             .channel = all->channel,
                                             .state = all->state,
                                             .expires_at = all->expires_at,
                                             .date = all->date,
                                             .line = all->line,
                                             .lines = all->lines,
                                             .line_order = all->line_order,
                                             .line_item = all->line_item,
                                             .line_location = all->line_location,
                                             .line_reserved = all->line_reserved,
                                             .line_allocated = all->line_allocated,
                                             .line_dated = all->line_dated,
                                             .line_backordered = all->line_backordered};
    do {
        require_status(member, sellable_view_orders(view, &cursor, &columns), OK);
        for (uint64_t row = 0; row < columns.count; row++) {
            for (uint64_t i = 0; i < all->key[row].size; i++)
                mix(&reader->reading, all->key[row].bytes[i]);
            mix(&reader->reading, all->state[row]);
            mix(&reader->reading, all->expires_at[row]);
            for (uint64_t l = all->line[row]; l < all->line[row] + all->lines[row]; l++) {
                require_that(member, all->line_order[l], ==, row);
                order_line(member, reader, l);
            }
            reader->reading.orders++;
        }
    } while (columns.count != 0);
}

/* All of it; as many rows at a time as the turn says. */
static void read_view(struct member *member, struct sellable_view *view, uint32_t turn,
                      struct reader *reader) {
    static const uint64_t rows[] = {READ_ROWS, 7, 100};
    memset(&reader->reading, 0, sizeof reader->reading);
    mix(&reader->reading, view->now);
    read_availability(member, view, rows[turn % COUNT_OF(rows)], reader);
    read_cells(member, view, rows[turn % COUNT_OF(rows)], reader);
    read_orders(member, view, rows[turn % COUNT_OF(rows)], reader);
}

/* Every cell holds what the orders say; `counted`: of what is allocated, too, which events set. */
static void cells_hold_what_orders_say(struct member *member, const struct reading *reading,
                                       bool counted) {
    for (uint32_t item = 1; item <= BUSTLE_ITEMS; item++) {
        for (uint32_t location = 1; location <= BUSTLE_LOCATIONS; location++) {
            const struct kept *cell = &reading->by_cell[item][location];
            const struct kept *orders = &reading->by_order[item][location];
            require_that(member, cell->reserved, ==, orders->reserved);
            require_that(member, cell->dated, ==, orders->dated);
            require_that(member, cell->backordered, ==, orders->backordered);
            if (counted)
                require_that(member, cell->allocated, ==, orders->allocated);
        }
    }
}

/* ---- nothing comes, nothing goes ------------------------------------------------------------- */

/* Units move between cells and orders, from item to item of an order, and from place to place. */
enum { MOVED = 10, MOVED_STOCK = 60, OF_ORDER = 6, MOVING_ORDERS = 25 };

static void make_moving(struct member *member, uint32_t which, bool amends) {
    struct crew_key key;
    uint32_t first = 1 + random_below(&member->random, MOVED);
    uint32_t second = 1 + first % MOVED;
    int64_t of_first = random_between(&member->random, 1, OF_ORDER - 1);
    const struct sellable_line lines[] = {{.item = {first}, .quantity = of_first},
                                          {.item = {second}, .quantity = OF_ORDER - of_first}};
    const struct sellable_order order = {
        .key = numbered(&key, "M", (uint64_t)member->number * BUSTLE_ORDERS + which),
        .channel = web,
        .lines = lines,
        .line_count = COUNT_OF(lines)};
    enum sellable_status status =
        amends ? sellable_amend(member->engine, member->worker, &order, NULL)
               : sellable_reserve(member->engine, member->worker, &order, NULL);
    require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT ||
                        status == SELLABLE_WRONG_STATE || status == SELLABLE_UNKNOWN_ORDER);
}

static void move_units(struct member *member) {
    uint32_t made = 0;
    while (crew_goes_on(member)) {
        struct sellable_worker *worker = member->worker;
        struct crew_key key;
        uint32_t recent = random_below(&member->random, MOVING_ORDERS);
        uint32_t which = made > recent ? made - recent : 0;
        struct sellable_key order =
            numbered(&key, "M", (uint64_t)member->number * BUSTLE_ORDERS + which);
        const struct sellable_move move = {.order = order,
                                           .item = {1 + random_below(&member->random, MOVED)},
                                           .from = bustle_location(&member->random),
                                           .to = bustle_location(&member->random)};
        struct sellable_event hold = {.type = random_percent(&member->random, 50)
                                                  ? SELLABLE_HOLD_PLACE
                                                  : SELLABLE_HOLD_RELEASE,
                                      .item = move.item,
                                      .location = move.from,
                                      .reason = key_of("quality"),
                                      .quantity = 1};
        switch (random_below(&member->random, 8)) {
        case 0:
        case 1:
            make_moving(member, ++made, false);
            break;
        case 2:
            make_moving(member, which, true);
            break;
        case 3:
            (void)!sellable_allocate(member->engine, worker, order, NULL, 0, NULL);
            break;
        case 4:
            (void)!sellable_deallocate(member->engine, worker, order, NULL, 0, NULL);
            break;
        case 5:
            (void)!sellable_resource(member->engine, worker, &move, NULL);
            break;
        case 6:
            (void)!sellable_apply(member->engine, worker, &hold, NULL);
            break;
        default:
            order = numbered(&key, "M", (uint64_t)member->number * BUSTLE_ORDERS + made -
                                            (made < MOVING_ORDERS ? made : MOVING_ORDERS));
            (void)!sellable_release(member->engine, worker, order, NULL, 0, NULL);
            break;
        }
    }
}

static void nothing_is_on_its_way(struct member *member, const struct reading *reading) {
    int64_t promised = 0;
    cells_hold_what_orders_say(member, reading, true);
    for (uint32_t item = 1; item <= MOVED; item++) {
        int64_t taken = 0;
        for (uint32_t location = 1; location <= BUSTLE_LOCATIONS; location++)
            taken += reading->by_order[item][location].reserved +
                     reading->by_order[item][location].allocated;
        promised += taken;
        require_that(member, reading->on_hand[item], ==, MOVED_STOCK * BUSTLE_LOCATIONS);
        require_that(member, reading->net[item] + reading->held[item] + taken, ==,
                     MOVED_STOCK * BUSTLE_LOCATIONS);
    }
    require_that(member, promised, ==, (int64_t)reading->orders * OF_ORDER);
}

/* The first three look, each with views of its own; time passes, and what is closed is forgotten.
 */
static void look_or_move(struct member *member) {
    enum { LOOKERS = 3 };
    atomic_ullong *views = member->shared;
    if (member->number >= LOOKERS) {
        move_units(member);
        return;
    }
    struct reader *reader = calloc(1, sizeof *reader);
    while (reader != NULL && crew_goes_on(member)) {
        struct sellable_view view;
        require_status(member, sellable_view_open(member->engine, member->worker, &view), OK);
        sched_yield();
        read_view(member, &view, 0, reader);
        nothing_is_on_its_way(member, &reader->reading);
        require_status(member, sellable_view_close(member->worker, &view), OK);
        if (member->number == 0)
            require_status(member,
                           sellable_advance(member->engine, member->worker,
                                            sellable_now(member->engine) + 2, NULL),
                           OK);
        atomic_fetch_add(views, 1);
    }
    free(reader);
}

static void a_view_sees_no_unit_on_its_way(void **state) {
    (void)state;
    atomic_ullong views = 0;
    struct sellable *engine = open_stocked(MOVED, BUSTLE_LOCATIONS, MOVED_STOCK, 1);
    crew_run(engine, 8, duration, look_or_move, &views);
    print_message("           %llu views\n", (unsigned long long)views);
    assert_true(views > 2);
    sellable_close(engine);
}

/* ---- a view stays as it is ------------------------------------------------------------------- */

/* Members 0 and 1 hold views of their own; 2 and 3 read the one that 2 has opened. */
struct held_race {
    struct bustle bustle;
    struct sellable_view shared;
    atomic_uint turn; /* odd: the shared view is open, 3 may read it; even: 2 may change it */
    _Atomic(uint64_t) hash;
    atomic_ullong views;
};

static void hold_views(struct member *member) {
    enum { HELD = 3, AGAIN = 3 };
    struct held_race *race = member->shared;
    struct reader *reader = calloc(1, sizeof *reader);
    while (reader != NULL && crew_goes_on(member)) {
        struct sellable_view view[HELD];
        uint64_t hash[HELD] = {0};
        for (uint32_t i = 0; i < HELD; i++) {
            require_status(member, sellable_view_open(member->engine, member->worker, &view[i]),
                           OK);
            require_that(member, view[i].items, >=, BUSTLE_ITEMS);
            sched_yield();
        }
        for (uint32_t again = 0; again < AGAIN; again++)
            for (uint32_t i = 0; i < HELD; i++) {
                read_view(member, &view[i], again, reader);
                cells_hold_what_orders_say(member, &reader->reading, false);
                if (again != 0)
                    require(member, reader->reading.hash == hash[i]);
                hash[i] = reader->reading.hash;
            }
        for (uint32_t i = 0; i < HELD; i++)
            require_status(member, sellable_view_close(member->worker, &view[i]), OK);
        atomic_fetch_add(&race->views, HELD);
    }
    free(reader);
}

/* Without the orders, of which one at a time may ask. */
static uint64_t hash_of_shared(struct member *member, struct reader *reader, uint32_t turn) {
    struct held_race *race = member->shared;
    memset(&reader->reading, 0, sizeof reader->reading);
    read_availability(member, &race->shared, turn % 2 == 0 ? READ_ROWS : 13, reader);
    read_cells(member, &race->shared, turn % 2 == 0 ? READ_ROWS : 13, reader);
    return reader->reading.hash;
}

static void read_together(struct member *member) {
    struct held_race *race = member->shared;
    struct reader *reader = calloc(1, sizeof *reader);
    bool opens = member->number == 2;
    for (uint32_t turn = 0; reader != NULL && crew_goes_on(member);) {
        uint32_t now = atomic_load(&race->turn);
        if ((now % 2 == 0) != opens) {
            sched_yield();
            continue;
        }
        if (!opens) {
            require(member, hash_of_shared(member, reader, turn++) == atomic_load(&race->hash));
            atomic_store(&race->turn, now + 1);
            continue;
        }
        if (now != 0) {
            require(member, hash_of_shared(member, reader, turn++) == atomic_load(&race->hash));
            require_status(member, sellable_view_close(member->worker, &race->shared), OK);
        }
        require_status(member, sellable_view_open(member->engine, member->worker, &race->shared),
                       OK);
        atomic_store(&race->hash, hash_of_shared(member, reader, turn++));
        atomic_store(&race->turn, now + 1);
        require(member, hash_of_shared(member, reader, turn++) == atomic_load(&race->hash));
    }
    free(reader);
}

static void hold_or_change(struct member *member) {
    struct held_race *race = member->shared;
    if (member->number < 2)
        hold_views(member);
    else if (member->number < 4)
        read_together(member);
    else
        while (crew_goes_on(member))
            bustle(member, &race->bustle);
}

static void a_view_shows_the_same_however_often_it_is_read(void **state) {
    (void)state;
    static struct held_race race;
    memset(&race, 0, sizeof race);
    struct sellable *engine = open_bustle(40);
    crew_run(engine, 8, 2 * duration, hold_or_change, &race);
    expect(sellable_view_close(NULL, &race.shared), OK);
    print_message("           %llu views held\n", (unsigned long long)race.views);
    assert_true(race.views > 0);
    sellable_close(engine);
}

/* ---- the instant ----------------------------------------------------------------------------- */

/* One member takes one away from the first item, then from the second, and so on: at every instant
 * the first lacks as many as the second, or one more. All that is there is promised: so it is short
 * by what was taken. */
enum { PROMISED = 4000000, PROMISED_EACH = 10 };

static void take_in_turn(struct member *member) {
    atomic_ullong *done = member->shared;
    while (crew_goes_on(member)) {
        for (uint32_t item = 1; item <= 2; item++) {
            struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                           .item = {item},
                                           .location = {1},
                                           .quantity = -1};
            require_status(member, sellable_apply(member->engine, member->worker, &event, NULL),
                           OK);
            atomic_fetch_add(done, 1);
        }
    }
}

static void is_of_the_instant(struct member *member, const int64_t lacks[3], int64_t before,
                              int64_t after) {
    require(member, lacks[1] == lacks[2] || lacks[1] == lacks[2] + 1);
    require_that(member, lacks[1] + lacks[2], >=, before);
    require_that(member, lacks[1] + lacks[2], <=, after + 1);
}

static void view_the_turn(struct member *member) {
    atomic_ullong *done = member->shared;
    struct sellable_view view;
    int64_t lacks[3] = {0}, before = (int64_t)atomic_load(done);
    require_status(member, sellable_view_open(member->engine, member->worker, &view), OK);
    int64_t after = (int64_t)atomic_load(done);
    uint32_t item[3];
    int64_t short_[3];
    struct sellable_cursor cursor = {0, 0};
    struct sellable_cell_columns columns = {.capacity = 3, .item = item, .short_ = short_};
    require_status(member, sellable_view_cells(&view, &cursor, &columns), OK);
    for (uint64_t row = 0; row < columns.count && row < 3; row++)
        lacks[item[row] % 3] = short_[row];
    is_of_the_instant(member, lacks, before, after);
    require_status(member, sellable_view_close(member->worker, &view), OK);
}

struct seen_short {
    struct member *member;
    int64_t lacks[3];
};

/* As many orders as cover it, the latest first, no more. */
static int see_short(void *context, const struct sellable_shortage *shortage) {
    struct seen_short *seen = context;
    int64_t covered = 0;
    require_that(seen->member, shortage->order_count, >, 0);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        require_that(seen->member, covered, <, shortage->short_);
        covered += shortage->orders[i].quantity;
    }
    require_that(seen->member, covered, >=, shortage->short_);
    seen->lacks[shortage->item.id % 3] = shortage->short_;
    return 0;
}

static void visit_the_turn(struct member *member) {
    atomic_ullong *done = member->shared;
    struct seen_short seen = {.member = member};
    int64_t before = (int64_t)atomic_load(done);
    require_status(member,
                   sellable_shortages(member->engine, member->worker, see_short, &seen), OK);
    is_of_the_instant(member, seen.lacks, before, (int64_t)atomic_load(done));
}

static void look_at_the_turn(struct member *member) {
    while (crew_goes_on(member))
        if (member->number % 2 == 0)
            view_the_turn(member);
        else
            visit_the_turn(member);
}

static void views_and_shortages_are_of_an_instant_between_call_and_return(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(2, 1, PROMISED, 0);
    atomic_ullong done = 0;
    for (uint32_t i = 0; i < 2 * PROMISED_EACH; i++) {
        struct member alone = {.engine = engine};
        struct crew_key key;
        const struct sellable_line line = {.item = {1 + i % 2},
                                           .quantity = PROMISED / PROMISED_EACH};
        expect(reserve_lines(&alone, numbered(&key, "P", i), &line, 1, 0, NULL), OK);
    }
    crew_run_with(engine, 5, duration, take_in_turn, look_at_the_turn, &done);
    assert_true(done > 0);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_sees_no_unit_on_its_way),
        cmocka_unit_test(a_view_shows_the_same_however_often_it_is_read),
        cmocka_unit_test(views_and_shortages_are_of_an_instant_between_call_and_return),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("instants", tests, NULL, NULL);
}
