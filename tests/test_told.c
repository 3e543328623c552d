/* SPDX-License-Identifier: Apache-2.0
 *
 * What a channel was told, as it is kept (lib/told.h): packed pages under nodes, against a plain
 * array of records; records put in by random, few and many at a time, near and far apart, small
 * and as large as fields can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../lib/told.h"

#include "engine.h"

enum { ITEMS = 5000, ROUNDS = 1500, MANY_EACH = 50 };

struct stage {
    struct sellable *engine;
    struct sbl_worker *worker;
    struct sbl_told_tree tree;
    struct sbl_told record[ITEMS + 1]; /* as it should be */
    uint64_t random;
};

static uint64_t draw(struct stage *stage, uint64_t below) {
    stage->random ^= stage->random << 13;
    stage->random ^= stage->random >> 7;
    stage->random ^= stage->random << 17;
    return stage->random % below;
}

/* A number of up to so many bits, small ones as often as large. */
static uint64_t draw_bits(struct stage *stage, uint32_t bits) {
    return draw(stage, UINT64_C(1) << (1 + draw(stage, bits)));
}

static void set_up(struct stage *stage) {
    *stage = (struct stage){.random = UINT64_C(88172645463325252)};
    assert_int_equal(sellable_open(NULL, &stage->engine), SELLABLE_OK);
    stage->worker = sbl_worker_take(&stage->engine->commit);
    assert_non_null(stage->worker);
    for (uint32_t item = 0; item <= ITEMS; item++)
        stage->record[item] = sbl_told_nothing();
}

static void tear_down(struct stage *stage) {
    sbl_worker_give(stage->worker);
    sellable_close(stage->engine);
}

static struct sbl_told draw_record(struct stage *stage, uint64_t number) {
    struct sbl_told told = sbl_told_nothing();
    uint64_t kind = draw(stage, 10);
    if (kind == 0)
        return told; /* nothing is kept of it any more */
    told.flags = kind < 7 ? SBL_TOLD_EVER : (uint32_t)draw(stage, 16);
    told.level = (uint32_t)draw(stage, 3);
    told.published = (int64_t)draw_bits(stage, 49);
    told.at = (int64_t)draw_bits(stage, 52);
    told.number = number;
    if (draw(stage, 4) == 0)
        told.wake = (int64_t)draw_bits(stage, 52) - (int64_t)draw_bits(stage, 20);
    return told;
}

/* Some records among the first `items`, with numbers above all before. */
static void put_some(struct stage *stage, uint32_t round, uint32_t most, uint32_t items) {
    static struct sbl_told_put put[ITEMS];
    uint32_t step = 1 + items / (1 + (uint32_t)draw(stage, most));
    struct sbl_told_blobs blobs;
    size_t count = 0;
    for (uint32_t item = 1 + (uint32_t)draw(stage, step); item <= items;
         item += 1 + (uint32_t)draw(stage, step)) {
        stage->record[item] = draw_record(stage, (uint64_t)round * ITEMS + item);
        put[count++] = (struct sbl_told_put){item, stage->record[item]};
    }
    assert_true(sbl_told_put(stage->worker, 1, &stage->tree, put, count, &blobs));
    const uint32_t *left = stage->worker->scratch[SBL_SCRATCH_LEFT].bytes;
    for (size_t i = 0; i < blobs.left; i++)
        sbl_blob_give(&stage->engine->memory, &stage->worker->cache, left[i]);
}

static void assert_same(const struct sbl_told *got, const struct sbl_told *wanted) {
    if (!sbl_told_is(wanted)) {
        assert_false(sbl_told_is(got));
        return;
    }
    assert_int_equal(got->flags, wanted->flags);
    assert_int_equal(got->level, wanted->level);
    assert_int_equal(got->published, wanted->published);
    assert_int_equal(got->at, wanted->at);
    assert_int_equal(got->number, wanted->number);
    assert_int_equal(got->wake, wanted->wake);
}

static void read_all(struct stage *stage) {
    struct sbl_told_reader reader;
    struct sbl_told_sum sum = {0, SBL_TOLD_NO_WAKE, 0, INT64_MAX};
    sbl_told_reader_begin(&reader, &stage->engine->memory, stage->tree);
    for (uint32_t item = 1; item <= ITEMS; item++) {
        const struct sbl_told *record = &stage->record[item];
        const struct sbl_told got = sbl_told_of(&reader, item);
        assert_same(&got, record);
        sum.flags |= record->flags;
        sum.wake = sbl_min(sum.wake, record->wake);
        sum.number = sum.number > record->number ? sum.number : record->number;
        if ((record->flags & SBL_TOLD_HELD) != 0)
            sum.held = sbl_min(sum.held, record->at);
    }
    const struct sbl_told_sum got = sbl_told_sum(&stage->engine->memory, stage->tree);
    assert_int_equal(got.flags, sum.flags);
    assert_int_equal(got.wake, sum.wake);
    assert_int_equal(got.held, sum.held);
    assert_true(got.number >= sum.number); /* the latest may have been taken out since */
}

static bool is_wanted(const struct sbl_told *told, uint32_t flags, int64_t wake, uint64_t number) {
    return sbl_told_is(told) &&
           ((told->flags & flags) != 0 || told->wake <= wake || told->number > number);
}

static void walk_some(struct stage *stage, uint32_t round) {
    uint32_t flags = (uint32_t)draw(stage, 16), item, last = 0;
    int64_t wake = (int64_t)draw_bits(stage, 52);
    uint64_t number = draw(stage, 2) == 0 ? UINT64_MAX : (uint64_t)round * ITEMS / 2;
    struct sbl_told_walk walk;
    struct sbl_told told;
    sbl_told_walk_begin(&walk, &stage->engine->memory, stage->tree, flags, wake, number);
    while (sbl_told_walk_next(&walk, &item, &told)) {
        assert_in_range(item, last + 1, ITEMS);
        assert_same(&told, &stage->record[item]);
        assert_true(is_wanted(&told, flags, wake, number));
        while (++last < item)
            assert_false(is_wanted(&stage->record[last], flags, wake, number));
    }
    while (++last <= ITEMS)
        assert_false(is_wanted(&stage->record[last], flags, wake, number));
}

static void every_record_is_read_back_as_it_was_put(void **state) {
    static struct stage stage;
    (void)state;
    set_up(&stage);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        static const uint32_t items[] = {40, 600, ITEMS};
        put_some(&stage, round, round % MANY_EACH == 0 ? ITEMS : 20,
                 items[3 * (round - 1) / ROUNDS]);
        read_all(&stage);
        walk_some(&stage, round);
    }
    tear_down(&stage);
}

/* Puts what items were told in a later round, and gives back what that replaces. */
static void tell(struct stage *stage, struct sbl_told_put *put, size_t count, uint64_t round) {
    struct sbl_told_blobs blobs;
    for (size_t i = 0; i < count; i++)
        put[i].told = (struct sbl_told){.published = (int64_t)draw(stage, 5000),
                                        .at = (int64_t)round * 1000,
                                        .wake = SBL_TOLD_NO_WAKE,
                                        .number = round + i + 1,
                                        .level = SELLABLE_LEVEL_OK,
                                        .flags = SBL_TOLD_EVER};
    assert_true(sbl_told_put(stage->worker, 1, &stage->tree, put, count, &blobs));
    const uint32_t *left = stage->worker->scratch[SBL_SCRATCH_LEFT].bytes;
    for (size_t i = 0; i < blobs.left; i++)
        sbl_blob_give(&stage->engine->memory, &stage->worker->cache, left[i]);
}

/* All that leads there counted, after each item was told once, and then a million at random, a
 * thousand a second. */
static void a_record_takes_less_than_sixteen_bytes(void **state) {
    enum { MANY = 200000, TELLINGS = 1000000 };
    static struct stage stage;
    static struct sbl_told_put put[MANY];
    struct sellable_memory before, after;
    (void)state;
    set_up(&stage);
    sellable_memory(stage.engine, &before);
    for (uint32_t i = 0; i < MANY; i++)
        put[i].item = i + 1;
    tell(&stage, put, MANY, 0);
    for (uint64_t round = 1; round <= TELLINGS; round++) {
        put[0].item = 1 + (uint32_t)draw(&stage, MANY);
        tell(&stage, put, 1, MANY + round);
    }
    sellable_memory(stage.engine, &after);
    assert_in_range(after.block_bytes - before.block_bytes, MANY, 16 * MANY);
    tear_down(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_read_back_as_it_was_put),
        cmocka_unit_test(a_record_takes_less_than_sixteen_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
