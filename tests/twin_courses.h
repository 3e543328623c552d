/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of a fork, or of whatever else is an engine as another was at an instant: the same
 * calls have the same answers in both from then on, and all that falls due does so in both
 * alike. */
#ifndef SELLABLE_TESTS_TWIN_COURSES_H
#define SELLABLE_TESTS_TWIN_COURSES_H

#include "twins.h"

#include "movement.h"
#include "rich_event.h"

#include "engine.h"

#include <stdlib.h>

enum {
    CALLS = 300,
    STRIDE = 10, /* calls between two looks at both */
    STREAMS = 12,
    STREAMS_LONG = 300,
    RETENTION = 1000
};

static uint64_t first_seed = UINT64_C(20140602);
static uint64_t last_seed; /* of the stream that is played */
static uint64_t told_before, told_after; /* changes, before and after forks */
static uint32_t streams = STREAMS;

/* ---- random calls ---------------------------------------------------------------------------- */

/* Time passes by half retentions, until all is forgotten that can be. */
static void let_time_pass(struct twins *twins, int64_t retention) {
    enum { HALVES = 9 };
    if (sellable_now(twins->one.engine) > SELLABLE_TIME_MAX - HALVES * retention) {
        return; /* a stream may go as far as time does */
    }
    for (int i = 0; i < HALVES; i++) {
        int64_t now = sellable_now(twins->one.engine) + retention / 2 + i;
        now_is(twins->one.engine, now);
        now_is(twins->other.engine, now);
        are_twins(twins->one.engine, twins->other.engine, "after some time");
        twins_are_told(twins, (uint64_t)i % 3, 1 + (uint64_t)i);
    }
    equal(memory_of(twins->other.engine).event_ids, 0);
    equal(memory_of(twins->other.engine).orders, memory_of(twins->one.engine).orders);
}

struct way {
    struct sellable_options options;
    bool snapshot; /* another one is open when the fork is made */
};

static void play_stream(enum stream_kind kind, uint64_t seed, const struct way *way) {
    static struct call calls[CALLS];
    struct twins twins;
    uint32_t part = CALLS / 2 + (uint32_t)(seed % 50);
    int64_t retention = way->options.retention;
    memset(&twins, 0, sizeof twins);
    stream_make(calls, CALLS, kind, seed, retention);
    twins.one.engine = open_with(way->options);
    for (uint32_t i = 0; i < part; i += STRIDE) {
        twins_play(&twins, calls + i, i + STRIDE < part ? STRIDE : part - i);
        told_before += twins_are_told(&twins, i / STRIDE % 3, i / STRIDE % 5);
    }
    twins_part(&twins, NULL);
    are_twins(twins.one.engine, twins.other.engine, "at its instant");
    for (uint32_t i = part; i < CALLS; i += STRIDE) {
        twins_play(&twins, calls + i, i + STRIDE < CALLS ? STRIDE : CALLS - i);
        told_after += twins_are_told(&twins, i / STRIDE % 4, i / STRIDE % 7);
        are_twins(twins.one.engine, twins.other.engine, "after the same calls");
    }
    let_time_pass(&twins, retention);
    sellable_close(twins.one.engine);
    sellable_close(twins.other.engine);
}

static void the_same_calls_have_the_same_answers_in_both(void **state) {
    (void)state;
    static const struct way ways[] = {
        {.options = {.retention = SELLABLE_DAY}},
        {.options = {.retention = 5000, .seed = 77, .items = 3000, .orders = 5000}},
        {.options = {.retention = 10 * SELLABLE_DAY, .event_ids = 9, .exceptions = 3}},
    };
    uint64_t seed = first_seed;
    for (uint32_t i = 0; i < streams; i++) {
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++) {
            last_seed = seed;
            play_stream((enum stream_kind)kind, seed, &ways[seed % COUNT_OF(ways)]);
            seed++;
        }
    }
    printf("%u streams of each kind from seed %llu; %llu changes told before forks, %llu after\n",
           streams, (unsigned long long)first_seed, (unsigned long long)told_before,
           (unsigned long long)told_after);
    assert_true(told_before > 0 && told_after > 0);
}

/* ---- what falls due -------------------------------------------------------------------------- */

/* The stage of every event with a short retention, and its fork. */
struct pair {
    struct sellable *engine, *fork;
};

static struct pair pair_of(struct sellable *engine) {
    return (struct pair){engine, fork_of(engine)};
}

static void both_are_at(const struct pair *pair, int64_t now) {
    now_is(pair->engine, now);
    now_is(pair->fork, now);
    are_twins(pair->engine, pair->fork, "at the same time");
}

static void close_both(const struct pair *pair) {
    sellable_close(pair->engine);
    sellable_close(pair->fork);
}

static struct sellable *short_stage(void) {
    return stage_with((struct sellable_options){.retention = RETENTION});
}

static void a_timeout_passes_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    expect(reserve_until(engine, "O-7", "web", "A", 1, STAGE_NOW + 70, NULL), OK);
    expect(reserve_until(engine, "O-8", "web", "A", 1, STAGE_NOW + 70, NULL), OK);
    expect(sellable_extend(engine, NULL, key_of("O-8"), STAGE_NOW + 90, NULL), OK);
    const struct pair pair = pair_of(engine);
    both_are_at(&pair, STAGE_NOW + 69);
    assert_string_equal(state_of(pair.fork, "O-7"), "reserved");
    both_are_at(&pair, STAGE_NOW + 70);
    assert_string_equal(state_of(pair.fork, "O-7"), "expired");
    both_are_at(&pair, STAGE_NOW + 89);
    assert_string_equal(state_of(pair.fork, "O-8"), "reserved");
    both_are_at(&pair, STAGE_NOW + 90);
    assert_string_equal(state_of(pair.fork, "O-8"), "expired");
    close_both(&pair);
}

static void a_closed_order_is_forgotten_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    expect(ship(engine, "O-2"), OK);
    const struct pair pair = pair_of(engine);
    equal(memory_of(pair.fork).orders, 2);
    both_are_at(&pair, STAGE_NOW + RETENTION - 1);
    equal(memory_of(pair.fork).orders, 2);
    both_are_at(&pair, STAGE_NOW + RETENTION);
    equal(memory_of(pair.fork).orders, 1);
    close_both(&pair);
}

static void a_dated_promise_becomes_reserved_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    const struct sellable_line line = line_of("A", 3);
    const struct sellable_order order = {.key = key_of("O-7"),
                                         .channel_key = key_of("web"),
                                         .lines = &line,
                                         .line_count = 1,
                                         .has_date = 1,
                                         .date = STAGE_NOW + SELLABLE_DAY};
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 3});
    expect(sellable_reserve(engine, NULL, &order, NULL), OK);
    const struct pair pair = pair_of(engine);
    int64_t before = cell_of(engine, "A", "east").reserved;
    both_are_at(&pair, STAGE_NOW + SELLABLE_DAY - 1);
    equal(cell_of(pair.fork, "A", "east").reserved, before);
    both_are_at(&pair, STAGE_NOW + SELLABLE_DAY);
    equal(cell_of(pair.fork, "A", "east").reserved, before + 3 - 2); /* O-1 has expired */
    close_both(&pair);
}

/* What is left of all fences of A at a location. */
static int64_t fenced(const struct sellable *engine, const char *location) {
    struct sellable_fence fences[4];
    const struct sellable_place place = {.item_key = key_of("A"),
                                         .location_key = key_of(location)};
    struct sellable_cell cell = {.fences = fences, .fence_capacity = COUNT_OF(fences)};
    int64_t sum = 0;
    expect(sellable_cell(engine, &place, &cell), OK);
    for (uint32_t i = 0; i < cell.fence_count; i++) {
        sum += fences[i].quantity;
    }
    return sum;
}

static void a_fence_ends_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    channel_of(engine, "vip");
    fence(engine, "A", "east", "vip", 4, STAGE_NOW + 55);
    fence(engine, "A", "west", "vip", 4, STAGE_NOW + 60);
    fence(engine, "A", "west", "web", 1, 0);
    const struct pair pair = pair_of(engine);
    both_are_at(&pair, STAGE_NOW + 54);
    equal(fenced(pair.fork, "east"), 4);
    both_are_at(&pair, STAGE_NOW + 55);
    equal(fenced(pair.fork, "east"), 0);
    equal(fenced(pair.fork, "west"), 5);
    both_are_at(&pair, STAGE_NOW + 60);
    equal(fenced(pair.fork, "west"), 1);
    close_both(&pair);
}

static void an_id_is_forgotten_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"));
    now_is(engine, STAGE_NOW + 10);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e2"), FROM("wms"));
    const struct pair pair = pair_of(engine);
    both_are_at(&pair, STAGE_NOW + RETENTION - 1);
    equal(memory_of(pair.fork).event_ids, 2);
    both_are_at(&pair, STAGE_NOW + RETENTION);
    equal(memory_of(pair.fork).event_ids, 1);
    both_are_at(&pair, STAGE_NOW + RETENTION + 10);
    equal(memory_of(pair.fork).event_ids, 0);
    close_both(&pair);
}

static void a_transfer_that_has_come_is_forgotten_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-0"), .quantity = 3);
    const struct pair pair = pair_of(engine);
    both_are_at(&pair, STAGE_NOW + RETENTION - 1);
    equal(memory_of(pair.fork).transfers, 1);
    both_are_at(&pair, STAGE_NOW + RETENTION);
    equal(memory_of(pair.fork).transfers, 0);
    close_both(&pair);
}

/* Does a row remember movements? */
static bool remembers(const struct sellable *engine, const char *item) {
    struct sellable_item found;
    struct sbl_seen seen;
    expect(sellable_item_find(engine, key_of(item), &found), OK);
    sbl_line_read(&engine->commit, sbl_row_line(engine, found.id), &seen);
    return sbl_row_tail(&engine->memory, &seen.image).moved != 0;
}

static void movements_are_forgotten_in_the_fork(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    stock(engine, "B", "east", 5);
    now_is(engine, STAGE_NOW + 5 * RETENTION);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    now_is(engine, STAGE_NOW + 5 * RETENTION + 10);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    const struct pair pair = pair_of(engine);
    assert_true(remembers(pair.fork, "B"));
    for (int i = 1; i <= 80; i++) {
        both_are_at(&pair, STAGE_NOW + 5 * RETENTION + 25 * i);
        equal(remembers(pair.fork, "B"), remembers(engine, "B"));
    }
    assert_false(remembers(pair.fork, "B"));
    close_both(&pair);
}

/* The advance finds no memory after it has moved now: what is due by then is not done. */
static void what_an_advance_has_left_undone_is_due_in_the_fork(void **state) {
    (void)state;
    lender_begin(0, 0);
    struct sellable *engine = stage_with((struct sellable_options){
        .allocator = {&lender, lend, take_back}, .retention = RETENTION});
    expect(reserve_until(engine, "O-7", "web", "A", 1, STAGE_NOW + 70, NULL), OK);
    now_is(engine, STAGE_NOW + 1);
    struct sellable_worker *first, *worker;
    expect(sellable_worker_acquire(engine, &first), OK);
    expect(sellable_worker_acquire(engine, &worker), OK); /* has never looked for what is due */
    expect(sellable_confirm(engine, worker, key_of("O-2"), NULL), OK);
    lender.refuse_at = lender.requests + 1;
    lender.refuse_for = UINT64_MAX / 2;
    expect(sellable_advance(engine, worker, STAGE_NOW + 80, NULL), NO_MEMORY);
    lender.refuse_at = 0;
    equal(sellable_now(engine), STAGE_NOW + 80);
    sellable_worker_release(first);
    sellable_worker_release(worker);
    const struct pair pair = pair_of(engine);
    are_twins(engine, pair.fork, "in the middle of an advance");
    assert_string_equal(state_of(pair.fork, "O-7"), "reserved");
    expect(sellable_confirm(pair.fork, NULL, key_of("O-7"), NULL), WRONG_STATE);
    both_are_at(&pair, STAGE_NOW + 80);
    assert_string_equal(state_of(pair.fork, "O-7"), "expired");
    both_are_at(&pair, STAGE_NOW + 80 + RETENTION - 1);
    equal(memory_of(pair.fork).orders, 3);
    both_are_at(&pair, STAGE_NOW + 80 + RETENTION);
    equal(memory_of(pair.fork).orders, 2);
    close_both(&pair);
    all_is_back();
}

/* ---- neither knows of the other -------------------------------------------------------------- */

static struct sellable_audit full_of(struct sellable *engine) { return audited(engine); }

static void full_is(struct sellable *engine, const struct sellable_audit *wanted,
                    const char *what) {
    const struct sellable_audit audit = full_of(engine);
    if (!equal_hash(audit.full, wanted->full)) {
        fail_msg("it has changed: %s", what);
    }
}

/* One event of each type, and time. */
static void bustle(struct sellable *engine) {
    static struct rich rich;
    for (EACH_TYPE(type)) {
        rich_make(&rich, engine, type);
        enum sellable_status status = sellable_apply(engine, NULL, &rich.event, NULL);
        assert_true(status != SELLABLE_NO_MEMORY);
    }
    now_is(engine, sellable_now(engine) + SELLABLE_DAY / 2);
    item_of(engine, "new");
    location_of(engine, "newest");
    stock(engine, "new", "newest", 7);
}

static void neither_sees_what_becomes_of_the_other(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    counted_in(engine, "A", "each", 1, 1);
    const struct pair pair = pair_of(engine);
    const struct sellable_audit at_first = full_of(engine);
    bustle(pair.fork);
    full_is(engine, &at_first, "the original, by what was done in the fork");
    const struct sellable_audit forked = full_of(pair.fork);
    assert_false(equal_hash(forked.full, at_first.full));
    bustle(engine);
    bustle(engine);
    full_is(pair.fork, &forked, "the fork, by what was done in the original");
    close_both(&pair);
}

static void keys_and_handles_name_the_same_in_both(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    kit_of(engine, "SET", "A", 2, "B", 1);
    const struct pair pair = pair_of(engine);
    struct sellable_item item = {0}, forked = {0};
    uint32_t items = 0;
    while ((item = sellable_item_next(engine, item)).id != 0) {
        struct sellable_key key = sellable_item_key(engine, item);
        struct sellable_key copy = sellable_item_key(pair.fork, item);
        expect(sellable_item_find(pair.fork, key, &forked), OK);
        equal(forked.id, item.id);
        equal(sbl_key_compare(key, copy), 0);
        assert_ptr_not_equal(key.bytes, copy.bytes);
        items++;
    }
    equal(items, 3);
    equal(item_of(pair.fork, "D").id, item_of(engine, "D").id);
    equal(location_of(pair.fork, "D").id, location_of(engine, "D").id);
    equal(channel_of(pair.fork, "D").id, channel_of(engine, "D").id);
    equal(source_of(pair.fork, "D").id, source_of(engine, "D").id);
    close_both(&pair);
}

static int note_order(void *context, const struct sellable_waiting *waiting) {
    struct told *told = context;
    tell_key(told, waiting->order);
    tell(told, " ");
    return 0;
}

static void is_waiting(struct sellable *engine, const char *wanted) {
    const struct sellable_selection of_b = {.item_key = key_of("B")};
    struct told told = {.size = 0};
    expect(sellable_waiting(engine, NULL, &of_b, note_order, &told), OK);
    same_text_at(told.text, wanted, __FILE__, __LINE__);
}

/* By how often the row had changed then; it had changed a few times before the first. */
static void who_was_promised_first_stays_first(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    for (int i = 0; i < 20; i++) {
        stock(engine, "B", "east", i % 2);
    }
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER, .backorder = 9});
    stock(engine, "B", "east", 0);
    expect(reserve(engine, "first", "web", "B", 2), OK);
    const struct pair pair = pair_of(engine);
    expect(reserve(pair.fork, "second", "web", "B", 2), OK);
    expect(reserve(engine, "second", "web", "B", 2), OK);
    stock(pair.fork, "B", "east", 4);
    stock(engine, "B", "east", 4);
    is_waiting(engine, "first second ");
    is_waiting(pair.fork, "first second ");
    close_both(&pair);
}

/* ---- what channels were told ----------------------------------------------------------------- */

/* What a channel is told now: items and figures. */
static void is_told(struct sellable *engine, const char *channel, const char *wanted) {
    static struct telling telling;
    struct sellable_channel found;
    struct told told = {.size = 0};
    expect(sellable_channel_find(engine, key_of(channel), &found), OK);
    tell_channel(engine, found, 0, TWIN_TOLD, &telling);
    for (uint64_t i = 0; i < telling.changes.count; i++) {
        tell_key(&told, sellable_item_key(engine, telling.change[i].item));
        tell(&told, " %lld ", (long long)telling.change[i].published);
    }
    same_text_at(told.text, wanted, __FILE__, __LINE__);
}

static void the_fork_knows_what_channels_were_told(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    stock(engine, "B", "east", 8);
    stock(engine, "C", "east", 3);
    is_told(engine, "web", "A 24 B 8 C 3 ");
    is_told(engine, "web", "");
    struct sellable *fork = fork_of(engine);
    is_told(fork, "web", "");
    stock(fork, "B", "east", 9);
    is_told(fork, "web", "B 9 ");
    is_told(engine, "web", "");
    sellable_close(fork);
    sellable_close(engine);
}

static void what_changed_before_the_fork_is_told_in_both(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    stock(engine, "B", "east", 8);
    is_told(engine, "web", "A 24 B 8 ");
    stock(engine, "B", "east", 7); /* a row; */
    struct sellable *fork = fork_of(engine);
    is_told(fork, "web", "B 7 ");
    is_told(engine, "web", "B 7 ");
    sellable_close(fork);
    channel_of(engine, "vip");
    fence(engine, "B", "east", "vip", 5, 0);
    fence(engine, "B", "east", "web", 5, 0);
    is_told(engine, "vip", "A 24 B 5 ");
    channel_with(engine, "web", /* now the other one is served first: that concerns every row */
                 (struct sellable_policy){.set = SELLABLE_SETTING_PRECEDENCE, .precedence = 1});
    fork = fork_of(engine);
    is_told(fork, "vip", "B 2 ");
    is_told(engine, "vip", "B 2 ");
    sellable_close(fork);
    location_with(engine, "west", /* and this one */
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_ACTIVE});
    fork = fork_of(engine);
    is_told(fork, "vip", "A 9 ");
    is_told(engine, "vip", "A 9 ");
    sellable_close(fork);
    sellable_close(engine);
}

static void a_fork_of_a_fork_is_the_same_again_whoever_is_closed_first(void **state) {
    (void)state;
    enum { GENERATIONS = 6 };
    struct sellable *engine = short_stage();
    counted_in(engine, "A", "each", 1, 1);
    bustle(engine);
    for (int i = 0; i < GENERATIONS; i++) {
        struct sellable *fork = fork_of(engine), *second = fork_of(fork);
        are_twins(engine, fork, "the fork");
        are_twins(engine, second, "its fork");
        sellable_close(i % 2 == 0 ? engine : fork);
        sellable_close(i % 2 == 0 ? fork : engine);
        engine = second;
        now_is(engine, sellable_now(engine) + RETENTION / 3);
        stock(engine, "B", "west", i);
    }
    sellable_close(engine);
}

/* ---- snapshots ------------------------------------------------------------------------------- */

/* What snapshots of an engine are open: its world's word. */
static uint64_t snapshots_of(const struct sellable *engine) {
    struct sbl_seen world;
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    return world.image.word[SBL_WORLD_SNAPSHOT] | world.image.word[SBL_WORLD_OPEN];
}

static void snapshots_stay_with_the_original(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    struct sellable_worker *worker;
    uint32_t older, newer;
    counted_in(engine, "A", "each", 1, 1);
    expect(sellable_worker_acquire(engine, &worker), OK);
    assert_int_equal(sbl_snapshot_open((struct sbl_worker *)worker, &older), SBL_ACCEPTED);
    bustle(engine);
    assert_int_equal(sbl_snapshot_open((struct sbl_worker *)worker, &newer), SBL_ACCEPTED);
    bustle(engine);
    const struct pair pair = pair_of(engine);
    are_twins(engine, pair.fork, "while snapshots are open");
    assert_true(snapshots_of(engine) != 0);
    equal(snapshots_of(pair.fork), 0);
    assert_int_equal(sbl_snapshot_close((struct sbl_worker *)worker, older), SBL_ACCEPTED);
    assert_int_equal(sbl_snapshot_close((struct sbl_worker *)worker, newer), SBL_ACCEPTED);
    equal(snapshots_of(engine), 0);
    sellable_worker_release(worker);
    bustle(pair.fork);
    bustle(engine);
    are_twins(engine, pair.fork, "after snapshots");
    close_both(&pair);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void figures_begin_anew_but_for_what_there_is_now(void **state) {
    (void)state;
    struct sellable_stats before = {.channels = NULL}, after = {.channels = NULL};
    struct sellable *engine = short_stage();
    counted_in(engine, "A", "each", 1, 1);
    bustle(engine);
    expect(ship(engine, "O-2"), OK);
    const struct pair pair = pair_of(engine);
    expect(sellable_stats(engine, &before), OK);
    expect(sellable_stats(pair.fork, &after), OK);
    assert_true(before.events > 0 && before.orders_open > 0 && before.units_promised > 0);
    equal(after.events, 0);
    equal(after.orders_expired, 0);
    equal(after.balances, 0);
    equal(after.now, before.now);
    equal(after.orders_open, before.orders_open);
    equal(after.cells_short, before.cells_short);
    equal(after.units_promised, before.units_promised);
    equal(after.exception_counts.kept, before.exception_counts.kept);
    equal(after.memory.orders, before.memory.orders);
    expect(reserve(pair.fork, "one more", "web", "B", 0), INVALID);
    now_is(pair.fork, sellable_now(engine) + 2 * SELLABLE_DAY);
    now_is(engine, sellable_now(pair.fork));
    expect(sellable_stats(engine, &before), OK);
    expect(sellable_stats(pair.fork, &after), OK);
    equal(after.orders_open, before.orders_open);
    close_both(&pair);
}

/* ---- room ---------------------------------------------------------------------------------- */

/* Orders come and go: what they leave is free again in the fork, and in its fork. */
static void churn(struct sellable *engine, int generation) {
    enum { MANY = 3000 };
    char key[32];
    stock(engine, "A", "east", 10 * MANY);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "C-%d-%d", generation, i);
        expect(reserve_until(engine, key, "web", "A", 1 + i % 3,
                             sellable_now(engine) + 10 + i % 100, NULL),
               OK);
        if (i % 2 == 0) {
            expect(release(engine, key), OK);
        }
    }
    now_is(engine, sellable_now(engine) + 2 * RETENTION); /* those that expire are closed now, */
    now_is(engine, sellable_now(engine) + 2 * RETENTION); /* and forgotten */
    equal(memory_of(engine).orders, 2);
}

static void what_is_free_in_the_original_is_free_in_its_forks(void **state) {
    (void)state;
    enum { GENERATIONS = 8 };
    struct sellable *engine = short_stage();
    churn(engine, 0);
    uint64_t most = memory_of(engine).block_bytes;
    for (int i = 1; i <= GENERATIONS; i++) {
        struct sellable *fork = fork_of(engine);
        are_twins(engine, fork, "after a churn");
        assert_true(memory_of(fork).block_bytes <= memory_of(engine).block_bytes);
        assert_true(memory_of(fork).slab_bytes <= memory_of(engine).slab_bytes);
        sellable_close(engine);
        engine = fork;
        churn(engine, i);
        assert_true(memory_of(engine).block_bytes <= 2 * most);
    }
    sellable_close(engine);
}

/* More items, locations and buckets than the arrays begin with. */
static void a_large_engine_is_copied_whole(void **state) {
    (void)state;
    enum { MANY = 5000, PLACES_MOST = 40 };
    struct sellable *engine = short_stage();
    char key[32], place[32];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "I-%d", i);
        (void)snprintf(place, sizeof place, "L-%d", i % PLACES_MOST);
        stock(engine, key, place, 1 + i % 9);
        if (i % 100 == 0) { /* and one with many cells */
            stock(engine, "I-0", place, i);
        }
        if (i % 3 == 0) {
            (void)snprintf(place, sizeof place, "P-%d", i);
            stock(engine, key, "east", 5);
            expect(reserve(engine, place, "web", key, 1), OK);
        }
    }
    const struct pair pair = pair_of(engine);
    const struct sellable_audit wanted = full_of(engine);
    full_is(pair.fork, &wanted, "a large one");
    equal(memory_of(pair.fork).items, memory_of(engine).items);
    for (int i = 0; i < MANY; i += 7) {
        (void)snprintf(key, sizeof key, "N-%d", i);
        stock(engine, key, "east", i);
        stock(pair.fork, key, "east", i);
    }
    const struct sellable_audit after = full_of(engine);
    full_is(pair.fork, &after, "a large one that has grown");
    close_both(&pair);
}

/* ---- all of it ------------------------------------------------------------------------------- */

#define TWIN_COURSES                                                                               \
    cmocka_unit_test(the_same_calls_have_the_same_answers_in_both),                                \
    cmocka_unit_test(a_timeout_passes_in_the_fork),                                                \
    cmocka_unit_test(a_closed_order_is_forgotten_in_the_fork),                                     \
    cmocka_unit_test(a_dated_promise_becomes_reserved_in_the_fork),                                \
    cmocka_unit_test(a_fence_ends_in_the_fork),                                                    \
    cmocka_unit_test(an_id_is_forgotten_in_the_fork),                                              \
    cmocka_unit_test(a_transfer_that_has_come_is_forgotten_in_the_fork),                           \
    cmocka_unit_test(movements_are_forgotten_in_the_fork),                                         \
    cmocka_unit_test(what_an_advance_has_left_undone_is_due_in_the_fork),                          \
    cmocka_unit_test(neither_sees_what_becomes_of_the_other),                                      \
    cmocka_unit_test(keys_and_handles_name_the_same_in_both),                                      \
    cmocka_unit_test(who_was_promised_first_stays_first),                                          \
    cmocka_unit_test(the_fork_knows_what_channels_were_told),                                      \
    cmocka_unit_test(what_changed_before_the_fork_is_told_in_both),                                \
    cmocka_unit_test(a_fork_of_a_fork_is_the_same_again_whoever_is_closed_first),                  \
    cmocka_unit_test(snapshots_stay_with_the_original),                                            \
    cmocka_unit_test(figures_begin_anew_but_for_what_there_is_now),                                \
    cmocka_unit_test(what_is_free_in_the_original_is_free_in_its_forks),                           \
    cmocka_unit_test(a_large_engine_is_copied_whole)

static inline void twin_courses_are(int argc, char **argv) {
    if (argc > 1) {
        streams = strcmp(argv[1], "long") == 0 ? STREAMS_LONG : (uint32_t)atoi(argv[1]);
    }
    if (argc > 2) {
        first_seed = strtoull(argv[2], NULL, 10);
    }
}

static inline int twin_courses_end(int failed) {
    if (failed != 0) {
        print_error("the last stream had seed %llu\n", (unsigned long long)last_seed);
    }
    return failed;
}

#endif
