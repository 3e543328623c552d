/* SPDX-License-Identifier: Apache-2.0
 *
 * Views and forks, of hostile records. A view is read through cursors of any kind, with some
 * columns left out; whatever happens meanwhile, it shows what it showed when it was opened. A fork
 * is the engine that it was made of, and neither knows of the other. */
#include "fuzz_run.h"
#include "slabs.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 8,          /* of one call */
    PLACEMENTS = 5,    /* of one call for orders: some go on with the next */
    CHANNELS_SHOWN = 4 /* from the first on */
};

static bool may_be_refused(enum sellable_status status) {
    return status == SELLABLE_NO_MEMORY && slabs_refused() > 0;
}

/* ---- all that a view shows, in one number ---------------------------------------------------- */

static void add_to(uint64_t *sum, uint64_t figure) {
    *sum = (*sum ^ figure) * UINT64_C(0x100000001b3);
    *sum ^= *sum >> 29;
}

/* Right after it was opened it shows what others are told when they ask. */
static void row_is_so(const struct sellable *engine, struct sellable_channel channel,
                      const struct sellable_availability_columns *columns, uint32_t place,
                      uint64_t i) {
    const struct sellable_question question = {.item = {columns->item[i]}, .channel = channel};
    struct sellable_availability figure;
    uint64_t at = place * columns->capacity + i;
    must_be(sellable_available(engine, &question, &figure), ==, SELLABLE_OK);
    must_be(columns->promisable[at], ==, figure.promisable);
    must_be(columns->published[at], ==, figure.published);
    must_be(columns->level[at], ==, figure.level);
}

static void show_availability(const struct sellable_view *view, bool just_opened, uint64_t *sum) {
    enum { FIGURES = CHANNELS_SHOWN * ROWS };
    uint32_t item[ROWS], shown = view->channels < CHANNELS_SHOWN ? view->channels : CHANNELS_SHOWN;
    int64_t promisable[FIGURES], published[FIGURES];
    uint8_t level[FIGURES];
    static const struct sellable_channel channels[CHANNELS_SHOWN] = {{1}, {2}, {3}, {4}};
    struct sellable_availability_columns columns = {.capacity = ROWS,
                                                    .count = ROWS,
                                                    .item = item,
                                                    .promisable = promisable,
                                                    .published = published,
                                                    .level = level};
    struct sellable_cursor cursor = {0, 0};
    uint32_t last = 0;
    while (columns.count == ROWS) {
        must_be(sellable_view_availability(view, channels, shown, &cursor, &columns), ==,
                SELLABLE_OK);
        must_be(columns.count, <=, ROWS);
        for (uint64_t i = 0; i < columns.count; i++) {
            must(item[i] > last && item[i] <= view->items);
            last = item[i];
            for (uint32_t place = 0; place < shown; place++) {
                add_to(sum, (uint64_t)promisable[place * ROWS + i]);
                add_to(sum, (uint64_t)published[place * ROWS + i] * 4 + level[place * ROWS + i]);
                if (just_opened)
                    row_is_so(view->engine, channels[place], &columns, place, i);
            }
        }
    }
}

/* The figures of a row, as a question gives them. */
static void cell_is_so(const struct sellable *engine, const struct sellable_cell_columns *columns,
                       uint64_t i) {
    const struct sellable_place place = {.item = {columns->item[i]},
                                         .location = {columns->location[i]}};
    struct sellable_cell cell = {.fence_capacity = 0};
    int64_t held = 0;
    must_be(sellable_cell(engine, &place, &cell), ==, SELLABLE_OK);
    for (size_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++)
        held += cell.held[reason];
    must_be(columns->on_hand[i], ==, cell.on_hand);
    must_be(columns->held[i], ==, held);
    must_be(columns->reserved[i], ==, cell.reserved);
    must_be(columns->backordered[i], ==, cell.backordered);
    must_be(columns->shared[i], ==, cell.shared);
    must_be(columns->short_[i], ==, cell.short_);
}

static void show_cells(const struct sellable_view *view, bool just_opened, uint64_t *sum) {
    uint32_t item[ROWS], location[ROWS];
    int64_t figures[6][ROWS];
    struct sellable_cell_columns columns = {.capacity = ROWS,
                                            .count = ROWS,
                                            .item = item,
                                            .location = location,
                                            .on_hand = figures[0],
                                            .held = figures[1],
                                            .reserved = figures[2],
                                            .backordered = figures[3],
                                            .shared = figures[4],
                                            .short_ = figures[5]};
    struct sellable_cursor cursor = {0, 0};
    uint64_t last = 0;
    while (columns.count == ROWS) {
        must_be(sellable_view_cells(view, &cursor, &columns), ==, SELLABLE_OK);
        must_be(columns.count, <=, ROWS);
        for (uint64_t i = 0; i < columns.count; i++) {
            uint64_t at = (uint64_t)item[i] << 32 | location[i];
            must(at > last && item[i] <= view->items && location[i] <= view->locations);
            last = at;
            add_to(sum, at);
            for (size_t figure = 0; figure < 6; figure++)
                add_to(sum, (uint64_t)figures[figure][i]);
            if (just_opened)
                cell_is_so(view->engine, &columns, i);
        }
    }
}

/* A walk over the orders can find no memory, for what sorts them: then it is not summed. */
static bool show_orders(struct sellable_view *view, uint64_t *sum) {
    struct sellable_key key[ROWS];
    uint32_t state[ROWS], lines[ROWS], line_item[PLACEMENTS];
    int64_t line_reserved[PLACEMENTS];
    uint64_t line[ROWS];
    struct sellable_order_columns columns = {.capacity = ROWS,
                                             .line_capacity = PLACEMENTS,
                                             .count = 1,
                                             .closed = 1,
                                             .key = key,
                                             .state = state,
                                             .line = line,
                                             .lines = lines,
                                             .line_item = line_item,
                                             .line_reserved = line_reserved};
    struct sellable_cursor cursor = {0, 0};
    while (columns.count > 0) {
        enum sellable_status status = sellable_view_orders(view, &cursor, &columns);
        if (may_be_refused(status))
            return false;
        must_be(status, ==, SELLABLE_OK);
        must(columns.count <= ROWS && columns.line_count <= PLACEMENTS);
        for (uint64_t i = 0; i < columns.count; i++) {
            must(state[i] >= SELLABLE_RESERVED && state[i] <= SELLABLE_RELEASED);
            must(line[i] + lines[i] <= columns.line_count);
            add_to(sum, key[i].size * 8 + state[i]);
            for (uint64_t byte = 0; byte < key[i].size; byte++)
                add_to(sum, (uint8_t)key[i].bytes[byte]);
            for (uint64_t at = line[i]; at < line[i] + lines[i]; at++)
                add_to(sum, (uint64_t)line_reserved[at] << 16 ^ line_item[at]);
        }
    }
    return true;
}

/* 0: there was no memory for it. */
static uint64_t show(struct sellable_view *view, bool just_opened) {
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    show_availability(view, just_opened, &sum);
    show_cells(view, just_opened, &sum);
    return show_orders(view, &sum) ? sum | 1 : 0;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static void open_one(struct run *run, struct seen *seen) {
    enum sellable_status status =
        sellable_view_open(run->guard.engine, run->worker, &seen->view);
    must(status == SELLABLE_OK || may_be_refused(status));
    must_be(seen->view.snapshot != 0, ==, status == SELLABLE_OK);
    seen->shown = status == SELLABLE_OK ? show(&seen->view, true) : 0;
}

static void shows_the_same(struct seen *seen) {
    uint64_t shown = show(&seen->view, false);
    must(shown == 0 || seen->shown == 0 || shown == seen->shown);
    seen->shown = seen->shown == 0 ? shown : seen->shown;
}

static void close_one(struct run *run, struct seen *seen) {
    enum sellable_status status = sellable_view_close(run->worker, &seen->view);
    must(status == SELLABLE_OK || may_be_refused(status));
    must_be(seen->view.snapshot == 0, ==, status == SELLABLE_OK);
    must_be(sellable_view_close(NULL, &seen->view), ==, SELLABLE_OK);
}

void run_close_views(struct run *run) {
    for (size_t i = 0; i < RUN_VIEWS; i++) {
        struct seen *seen = &run->seen[i];
        if (seen->view.snapshot != 0)
            shows_the_same(seen);
        close_one(run, seen);
    }
}

/* ---- cursors and columns of any kind --------------------------------------------------------- */

static struct sellable_cursor draw_cursor(struct bytes *bytes) {
    static const uint64_t edges[] = {UINT64_MAX, UINT64_MAX - 1, UINT32_MAX, (uint64_t)1 << 32,
                                     (uint64_t)1 << 63, UINT32_MAX - 1};
    struct sellable_cursor cursor = {0, 0};
    uint64_t *const fields[] = {&cursor.next, &cursor.within};
    for (size_t i = 0; i < 2; i++) {
        uint8_t kind = bytes_one(bytes);
        *fields[i] = kind < 96    ? 0
                     : kind < 224 ? kind % 16
                     : kind < 248 ? edges[kind % 6]
                                  : bytes_raw(bytes, 8);
    }
    return cursor;
}

/* An array, or none. */
static void *draw_column(struct bytes *bytes, size_t size, uint64_t count) {
    return bytes_chance(bytes, 96) ? NULL : bytes_memory((size_t)count * size);
}

static uint64_t draw_capacity(struct bytes *bytes) {
    return bytes_chance(bytes, 32) ? 64 : bytes_below(bytes, 6);
}

static void draw_availability(struct run *run, const struct sellable_view *view) {
    enum { CHANNELS_MOST = 3 };
    struct bytes *bytes = &run->bytes;
    uint64_t capacity = draw_capacity(bytes);
    uint32_t count = bytes_below(bytes, CHANNELS_MOST + 1);
    struct sellable_channel *channels = bytes_memory(count * sizeof *channels);
    for (uint32_t i = 0; i < count; i++)
        channels[i].id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 1 + i % 2;
    struct sellable_availability_columns columns = {.capacity = capacity, .count = 77};
    columns.item = draw_column(bytes, sizeof *columns.item, capacity);
    columns.promisable = draw_column(bytes, sizeof *columns.promisable, count * capacity);
    columns.published = draw_column(bytes, sizeof *columns.published, count * capacity);
    columns.level = draw_column(bytes, sizeof *columns.level, count * capacity);
    struct sellable_cursor cursor = draw_cursor(bytes);
    enum sellable_status status =
        sellable_view_availability(view, channels, count, &cursor, &columns);
    if (view->snapshot == 0 || capacity == 0) {
        must_be(status, ==, SELLABLE_INVALID);
        return;
    }
    must(status == SELLABLE_OK || status == SELLABLE_UNKNOWN_CHANNEL);
    must(columns.count <= (status == SELLABLE_OK ? capacity : 0));
    for (uint64_t i = 0; columns.item != NULL && i < columns.count; i++)
        must(columns.item[i] > 0 && columns.item[i] <= view->items);
}

static void draw_cells(struct run *run, const struct sellable_view *view) {
    struct bytes *bytes = &run->bytes;
    uint64_t capacity = draw_capacity(bytes);
    struct sellable_cell_columns columns = {.capacity = capacity, .count = 77};
    int64_t **const figures[] = {
        &columns.on_hand,     &columns.held,     &columns.allocated,    &columns.reserved,
        &columns.backordered, &columns.promised, &columns.safety_stock, &columns.fenced,
        &columns.net,         &columns.free,     &columns.shared,       &columns.short_,
    };
    columns.item = draw_column(bytes, sizeof *columns.item, capacity);
    columns.location = draw_column(bytes, sizeof *columns.location, capacity);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = draw_column(bytes, sizeof **figures[i], capacity);
    for (size_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        columns.held_by[i] = draw_column(bytes, sizeof *columns.held_by[i], capacity);
    struct sellable_cursor cursor = draw_cursor(bytes);
    enum sellable_status status = sellable_view_cells(view, &cursor, &columns);
    must_be(status == SELLABLE_INVALID, ==, view->snapshot == 0 || capacity == 0);
    must(status == SELLABLE_INVALID || columns.count <= capacity);
}

static void draw_orders(struct run *run, struct sellable_view *view) {
    struct bytes *bytes = &run->bytes;
    struct sellable_order_columns columns = {.capacity = draw_capacity(bytes), .count = 77};
    uint64_t room = columns.line_capacity = draw_capacity(bytes);
    uint32_t **const narrow[] = {&columns.channel, &columns.state, &columns.lines};
    uint32_t **const narrow_lines[] = {&columns.line_order, &columns.line_item,
                                       &columns.line_location};
    int64_t **const wide[] = {&columns.expires_at, &columns.date};
    int64_t **const wide_lines[] = {&columns.line_reserved, &columns.line_allocated,
                                    &columns.line_shipped,  &columns.line_released,
                                    &columns.line_dated,    &columns.line_backordered};
    columns.closed = bytes_flag(bytes);
    columns.key = draw_column(bytes, sizeof *columns.key, columns.capacity);
    columns.line = draw_column(bytes, sizeof *columns.line, columns.capacity);
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        *narrow[i] = draw_column(bytes, sizeof **narrow[i], columns.capacity);
    for (size_t i = 0; i < sizeof narrow_lines / sizeof *narrow_lines; i++)
        *narrow_lines[i] = draw_column(bytes, sizeof **narrow_lines[i], room);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        *wide[i] = draw_column(bytes, sizeof **wide[i], columns.capacity);
    for (size_t i = 0; i < sizeof wide_lines / sizeof *wide_lines; i++)
        *wide_lines[i] = draw_column(bytes, sizeof **wide_lines[i], room);
    struct sellable_cursor cursor = draw_cursor(bytes);
    bool wrong = view->snapshot == 0 || columns.capacity == 0 || room == 0 || columns.closed > 1;
    enum sellable_status status = sellable_view_orders(view, &cursor, &columns);
    must(wrong ? status == SELLABLE_INVALID : status == SELLABLE_OK || may_be_refused(status));
    if (status == SELLABLE_OK)
        must(columns.count <= columns.capacity && columns.line_count <= room);
    for (uint64_t i = 0; status == SELLABLE_OK && columns.key != NULL && i < columns.count; i++)
        read_bytes(run, columns.key[i].bytes, columns.key[i].size);
}

enum change call_view(struct run *run) {
    uint8_t kind = bytes_one(&run->bytes);
    struct seen *seen = &run->seen[kind % RUN_VIEWS];
    if (kind < 96 && seen->view.snapshot == 0) {
        open_one(run, seen);
    } else if (kind < 96) {
        shows_the_same(seen);
    } else if (kind < 128) {
        close_one(run, seen);
    } else {
        draw_availability(run, &seen->view);
        draw_cells(run, &seen->view);
        draw_orders(run, &seen->view);
    }
    return NOTHING;
}

/* ---- forks ----------------------------------------------------------------------------------- */

/* The same question of both, for each channel: the same is told. The original has heard it then. */
static enum change both_tell(struct run *run, struct sellable *fork) {
    enum { ROOM = 24 };
    static const struct sellable_channel first = {1};
    struct sellable_change told[2][ROOM];
    struct sellable_changes of_fork = {.channel = first, .changes = told[0], .capacity = ROOM};
    struct sellable_changes of_engine = {.channel = first, .changes = told[1], .capacity = ROOM};
    memset(told, 0, sizeof told);
    must_be(sellable_changes(fork, NULL, &of_fork), ==,
            sellable_changes(run->guard.engine, NULL, &of_engine));
    must_be(of_fork.count, ==, of_engine.count);
    must_be(of_fork.position, ==, of_engine.position);
    must_be(of_fork.more, ==, of_engine.more);
    must(memcmp(told[0], told[1], sizeof told[0]) == 0);
    if (sellable_channel_key(fork, first).size > 0)
        heard_answer(run->heard, run->guard.engine, &of_engine);
    return of_engine.count > 0 ? EXCEPTIONS : NOTHING;
}

/* Whatever happens to the fork, the engine stays as it is. */
static void change_fork(struct run *run, struct sellable *fork) {
    enum { EVENTS = 3 };
    struct sellable_audit audit;
    const struct sellable *regions = run->bytes.regions;
    run->bytes.regions = regions != NULL ? fork : NULL;
    for (int i = 0; i < EVENTS; i++) {
        struct sellable_event event = draw_event(&run->bytes);
        (void)!sellable_apply(fork, NULL, &event, NULL);
    }
    (void)!sellable_advance(fork, NULL, bytes_time(&run->bytes), NULL);
    run->bytes.regions = regions;
    must_be(sellable_audit(fork, NULL, &audit), ==, SELLABLE_OK);
    must(audit.consistent);
}

/* Refusals of slabs end with the call that they are for. */
static struct sellable *make_fork(struct run *run, uint8_t kind) {
    struct sellable_allocator lent = slabs_allocator();
    struct sellable *fork = NULL;
    if (kind == 255)
        lent.release = NULL;
    enum sellable_status status = sellable_fork(run->guard.engine, run->worker,
                                                kind >= 240 && kind < 255 ? NULL : &lent, &fork);
    if (kind == 255)
        must_be(status, ==, SELLABLE_INVALID);
    else
        must(status == SELLABLE_OK || may_be_refused(status));
    must_be(fork != NULL, ==, status == SELLABLE_OK);
    slabs_refuse(0, 0);
    return fork;
}

enum change call_fork(struct run *run) {
    uint8_t kind = bytes_one(&run->bytes);
    struct sellable_audit audit;
    struct sellable *fork = make_fork(run, kind);
    if (fork == NULL)
        return NOTHING;
    must_be(sellable_audit(fork, NULL, &audit), ==, SELLABLE_OK);
    must(audit.consistent);
    must(memcmp(audit.hash, run->guard.audit.hash, sizeof audit.hash) == 0);
    must(memcmp(audit.full, run->guard.audit.full, sizeof audit.full) == 0);
    must_be(audit.orders, ==, run->guard.audit.orders);
    enum change change = kind % 4 == 3 ? both_tell(run, fork) : NOTHING;
    if (kind % 4 != 0)
        change_fork(run, fork);
    sellable_close(fork);
    return change;
}
