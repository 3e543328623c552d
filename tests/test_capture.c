/* SPDX-License-Identifier: Apache-2.0
 *
 * What a capture gives, and what a builder makes of pieces that come in any order, again, and in
 * parts, as from a log's records. (Whole engines: test_fork.c, test_checkpoint.c.) */
#include "twins.h"

#include "builder.h"
#include "capture.h"
#include "events.h"
#include "every_event.h"
#include "motley.h"
#include "random.h"

#include <stdlib.h>

enum { PIECES = 1 << 14 };

struct piece {
    bool is_line;
    struct sbl_name name;
    uint64_t header; /* of the line, or of the block: its head */
    struct sbl_image image;
    uint32_t reference, words;
    uint64_t *word;
};

struct pieces {
    struct piece piece[PIECES];
    uint32_t count;
    uint64_t seed;
};

static bool keep_line(void *context, struct sbl_name name, uint64_t header,
                      const struct sbl_image *image) {
    struct pieces *pieces = context;
    assert_true(pieces->count < PIECES);
    pieces->piece[pieces->count++] =
        (struct piece){.is_line = true, .name = name, .header = header, .image = *image};
    return true;
}

static bool keep_block(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                       uint32_t count) {
    struct pieces *pieces = context;
    assert_true(pieces->count < PIECES);
    struct piece *piece = &pieces->piece[pieces->count++];
    *piece = (struct piece){.header = head, .reference = reference, .words = count};
    piece->word = malloc((count + 1) * sizeof *piece->word);
    assert_non_null(piece->word);
    for (uint32_t i = 0; i < count; i++) {
        piece->word[i] = sbl_load(&words[i]);
    }
    return true;
}

static struct pieces *pieces_of(struct sellable *engine) {
    struct pieces *pieces = calloc(1, sizeof *pieces);
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    assert_true(pieces != NULL && worker != NULL);
    struct sbl_capture capture = {.engine = engine, .sink = {pieces, keep_line, keep_block, NULL}};
    assert_int_equal(sbl_snapshot_open(worker, &capture.snapshot), SBL_ACCEPTED);
    assert_true(sbl_capture_all(&capture, &engine->memory));
    sbl_capture_end(&capture);
    assert_int_equal(sbl_snapshot_close(worker, capture.snapshot), SBL_ACCEPTED);
    sbl_worker_give(worker);
    pieces->seed = engine->seed;
    return pieces;
}

static void drop(struct pieces *pieces) {
    for (uint32_t i = 0; i < pieces->count; i++) {
        free(pieces->piece[i].word);
    }
    free(pieces);
}

/* ---- helpers --------------------------------------------------------------------------------- */

static void begin(struct sbl_builder *builder, struct sellable_options options) {
    struct sellable *engine;
    expect(sellable_open(&options, &engine), OK);
    assert_true(sbl_builder_begin(builder, engine));
}

static struct sellable *ended(struct sbl_builder *builder) {
    if (!sbl_builder_end(builder, NULL)) {
        fail_msg("refused: %s", builder->reason == NULL ? "no memory" : builder->reason);
    }
    sbl_builder_fini(builder);
    return builder->engine;
}

static bool put(struct sbl_builder *builder, const struct piece *piece) {
    return piece->is_line ? sbl_builder_line(builder, piece->name, piece->header, &piece->image)
                          : sbl_builder_block(builder, piece->reference, piece->header,
                                              piece->word, piece->words);
}

static void put_all(struct sbl_builder *builder, const struct pieces *pieces) {
    for (uint32_t i = 0; i < pieces->count; i++) {
        assert_true(put(builder, &pieces->piece[i]));
    }
}

/* Only what changed of a line; blocks whole. */
static void put_changes(struct sbl_builder *builder, const struct pieces *before,
                        const struct pieces *after) {
    for (uint32_t i = 0; i < after->count; i++) {
        const struct piece *piece = &after->piece[i];
        uint64_t word[SBL_WORDS];
        uint32_t changed = 0, words = 0;
        if (!piece->is_line) {
            assert_true(put(builder, piece));
            continue;
        }
        struct sbl_image old = {{0}};
        for (uint32_t k = 0; k < before->count; k++) {
            if (before->piece[k].is_line && before->piece[k].name.kind == piece->name.kind &&
                before->piece[k].name.number == piece->name.number) {
                old = before->piece[k].image;
            }
        }
        for (int w = 0; w < SBL_WORDS; w++) {
            if (old.word[w] != piece->image.word[w]) {
                changed |= 1u << w;
                word[words++] = piece->image.word[w];
            }
        }
        assert_true(sbl_builder_words(builder, piece->name, piece->header, changed, word));
    }
}

static void shuffle(struct pieces *pieces, uint64_t seed) {
    struct random random = {seed};
    for (uint32_t i = pieces->count; i > 1; i--) {
        uint32_t other = random_below(&random, i);
        struct piece piece = pieces->piece[i - 1];
        pieces->piece[i - 1] = pieces->piece[other];
        pieces->piece[other] = piece;
    }
}

static void same_again(struct sellable *engine, struct sellable *built, const char *what) {
    are_twins(engine, built, what);
    expect(reserve(engine, "one more", "web", "A", 1), OK);
    expect(reserve(built, "one more", "web", "A", 1), OK);
    are_twins(engine, built, what);
}

/* ---- capturing ------------------------------------------------------------------------------- */

static void every_line_has_a_name_of_its_own(void **state) {
    (void)state;
    struct sellable *engine = motley();
    struct pieces *pieces = pieces_of(engine);
    struct sbl_builder builder;
    begin(&builder, (struct sellable_options){.seed = pieces->seed});
    static struct sbl_line *line[PIECES];
    uint32_t lines = 0, blocks = 0, kinds = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        blocks += !pieces->piece[i].is_line;
        if (!pieces->piece[i].is_line) {
            continue;
        }
        line[lines] = sbl_line_of(&builder, pieces->piece[i].name);
        assert_non_null(line[lines]);
        for (uint32_t k = 0; k < lines; k++) {
            assert_ptr_not_equal(line[k], line[lines]);
        }
        kinds |= 1u << pieces->piece[i].name.kind;
        lines++;
    }
    assert_true(lines > 50 && blocks > 50);
    assert_true((kinds & 1u << SBL_ROW) != 0 && (kinds & 1u << SBL_CATALOG) != 0);
    sbl_builder_fini(&builder);
    sellable_close(builder.engine);
    sellable_close(engine);
    drop(pieces);
}

static void names_that_no_line_has_are_refused(void **state) {
    (void)state;
    static const struct sbl_name names[] = {
        {SBL_WORLD, 1},    {SBL_CATALOG, 1},         {SBL_ROW, 0},      {SBL_LOCATION, 0},
        {SBL_CHANNEL, 0},  {SBL_CHANNEL, 4097},      {SBL_TOLD, 0},     {SBL_SOURCE, 65536},
        {SBL_NAME, 0},     {SBL_ROW, UINT32_MAX},    {SBL_KINDS, 0},    {UINT32_MAX, 0},
        {SBL_BUCKET, UINT32_MAX}, {SBL_LOCATION, 65536}, {SBL_ROW, 1 << 20}, {SBL_TOLD, 4097}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct sbl_builder builder;
        const struct sbl_image image = {{0}};
        begin(&builder, (struct sellable_options){.seed = 0});
        assert_false(sbl_builder_line(&builder, names[i], 0, &image));
        assert_non_null(builder.reason);
        sbl_builder_fini(&builder);
        sellable_close(builder.engine);
    }
}

static void blocks_that_cannot_stand_there_are_refused(void **state) {
    (void)state;
    const uint64_t head = sbl_pair(1, 3 << 8), words[4] = {0}; /* of one granule */
    const struct {
        uint32_t reference, count;
        uint64_t head;
    } tries[] = {{0, 3, head},
                 {1, 3, head},
                 {2, 2, head},
                 {2, 4, head},
                 {2, 3, head + 1},
                 {2, 0, 0},
                 {2, 3, head | 0xff},
                 {SBL_SLAB_GRANULES - 1, 4, sbl_pair(1, 4 << 8 | 1)}};
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        struct sbl_builder builder;
        begin(&builder, (struct sellable_options){.seed = 0});
        assert_true(sbl_builder_block(&builder, 2, head, words, 3));
        assert_false(sbl_builder_block(&builder, tries[i].reference, tries[i].head, words,
                                       tries[i].count));
        assert_non_null(builder.reason);
        sbl_builder_fini(&builder);
        sellable_close(builder.engine);
    }
}

static void gaps_that_cannot_be_there_are_refused(void **state) {
    (void)state;
    static const struct {
        uint32_t reference, granules, count;
    } tries[] = {{2, 5, 1},
                 {2, 0, 1},
                 {2, UINT32_MAX, 1},
                 {2, 16384, 1},
                 {2, 1, SBL_SLAB_GRANULES - 1},
                 {2, 8192, UINT32_MAX},
                 {SBL_SLAB_GRANULES - 1, 2, 1}};
    const uint64_t words[3] = {0};
    struct sbl_builder builder;
    begin(&builder, (struct sellable_options){.seed = 0});
    assert_true(sbl_builder_block(&builder, 2, sbl_pair(1, 3 << 8), words, 3));
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        builder.reason = NULL;
        assert_false(sbl_builder_gaps(&builder, tries[i].reference, tries[i].granules,
                                      tries[i].count));
        assert_non_null(builder.reason);
    }
    assert_true(sbl_builder_gaps(&builder, 3, 1, SBL_SLAB_GRANULES - 3));
    assert_true(sbl_builder_gaps(&builder, SBL_SLAB_GRANULES, 8, 7)); /* where no memory is */
    sbl_builder_fini(&builder);
    sellable_close(builder.engine);
}

/* In each bucket: another depth, and more entries beyond its line than are there. */
static void tables_that_cannot_be_walked_are_refused(void **state) {
    (void)state;
    struct sellable *engine = stage_with((struct sellable_options){.seed = 3});
    struct pieces *pieces = pieces_of(engine);
    uint32_t buckets = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        struct piece *piece = &pieces->piece[i];
        uint64_t *form = &piece->image.word[SBL_BUCKET_FORM], good = *form;
        if (!piece->is_line || !sbl_is_bucket(piece->name)) {
            continue;
        }
        const uint64_t bad[] = {0, good + 1, good - 1, good | 0xff, good + (100 << 8)};
        for (size_t k = 0; k < COUNT_OF(bad); k++) {
            struct sbl_builder builder;
            begin(&builder, (struct sellable_options){.seed = 3});
            sbl_builder_clear(&builder);
            *form = bad[k];
            put_all(&builder, pieces);
            *form = good;
            assert_false(sbl_builder_end(&builder, NULL));
            assert_non_null(builder.reason);
            sbl_builder_fini(&builder);
            sellable_close(builder.engine);
        }
        buckets++;
    }
    assert_true(buckets >= 8);
    sellable_close(engine);
    drop(pieces);
}

/* ---- building -------------------------------------------------------------------------------- */

static void pieces_may_come_in_any_order(void **state) {
    (void)state;
    struct sellable *engine = stage_with((struct sellable_options){.seed = 5});
    struct pieces *pieces = pieces_of(engine);
    for (uint64_t i = 0; i < 5; i++) {
        struct sbl_builder builder;
        begin(&builder, (struct sellable_options){.seed = 5});
        sbl_builder_clear(&builder);
        shuffle(pieces, i);
        put_all(&builder, pieces);
        struct sellable *built = ended(&builder);
        are_twins(engine, built, "in another order");
        sellable_close(built);
    }
    sellable_close(engine);
    drop(pieces);
}

/* From the beginning, by steps each of which says only what changed: as a log does. */
static void changes_one_after_another_lead_to_the_same(void **state) {
    (void)state;
    enum { STEPS = 12, ORDERS = 60 };
    static const struct sellable_options rooms[] = {{.seed = 9}, {.seed = 9, .orders = 5000},
                                                    {.seed = 9, .items = 9000}};
    struct sellable *engine = stage_with((struct sellable_options){.seed = 9, .retention = 500});
    struct sellable *fresh = open_with((struct sellable_options){.seed = 9});
    struct pieces *step[STEPS + 1] = {pieces_of(fresh)};
    char key[32];
    for (int s = 1; s <= STEPS; s++) {
        for (int i = 0; i < ORDERS; i++) {
            (void)snprintf(key, sizeof key, "S-%d-%d", s, i);
            stock(engine, "A", "east", 1000);
            expect(reserve_until(engine, key, "web", "A", 1 + i % 3,
                                 sellable_now(engine) + 1 + i, NULL),
                   OK);
            (void)snprintf(key, sizeof key, "item %d", ORDERS * s + i);
            stock(engine, key, "west", i);
        }
        if (s % 3 == 0) {
            now_is(engine, sellable_now(engine) + 1000);
        }
        step[s] = pieces_of(engine);
    }
    uint64_t bytes = memory_of(engine).block_bytes;
    sellable_close(fresh);
    for (size_t r = 0; r < COUNT_OF(rooms); r++) {
        struct sbl_builder builder;
        begin(&builder, rooms[r]);
        sbl_builder_anew(&builder);
        for (int s = 1; s <= STEPS; s++) {
            put_changes(&builder, step[s - 1], step[s]);
        }
        struct sellable *built = ended(&builder);
        assert_true(memory_of(built).block_bytes <= bytes + 64);
        same_again(engine, built, "step by step");
        expect(release(engine, "one more"), OK);
        now_is(engine, sellable_now(engine) + 2000);
        now_is(engine, sellable_now(engine) + 2000);
        now_is(built, sellable_now(engine) - 2000);
        now_is(built, sellable_now(engine));
        sellable_close(built);
        if (r + 1 < COUNT_OF(rooms)) { /* the original as it was */
            sellable_close(engine);
            begin(&builder, rooms[0]);
            sbl_builder_clear(&builder);
            put_all(&builder, step[STEPS]);
            engine = ended(&builder);
        }
    }
    sellable_close(engine);
    for (int s = 0; s <= STEPS; s++) {
        drop(step[s]);
    }
}

static void no_snapshot_is_open_in_what_is_built(void **state) {
    (void)state;
    const struct sbl_name name = {SBL_WORLD, 0};
    const uint64_t words[] = {sbl_pair(3, 99), sbl_pair(4, 2), sbl_pair(2, 7)};
    struct sbl_builder builder;
    begin(&builder, (struct sellable_options){.seed = 0});
    assert_true(sbl_builder_words(&builder, name, 0,
                                  1u << SBL_STAMP | 1u << SBL_WORLD_SNAPSHOT |
                                      1u << SBL_WORLD_OPEN,
                                  words));
    struct sellable *built = ended(&builder);
    const struct sbl_line *world = &built->commit.world;
    equal(sbl_load(&world->word[SBL_STAMP]), sbl_pair(3, 0));
    equal(sbl_load(&world->word[SBL_WORLD_SNAPSHOT]), 0);
    equal(sbl_load(&world->word[SBL_WORLD_OPEN]), 0);
    stock(built, "A", "east", 1);
    (void)audited(built);
    sellable_close(built);
}

/* What nothing leads to any more at the end is given out again. */
static void what_was_replaced_is_free(void **state) {
    (void)state;
    enum { MANY = 3000 };
    struct sellable *engine = stage_with((struct sellable_options){.retention = 100});
    char key[32];
    stock(engine, "A", "east", MANY);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "G-%d", i);
        expect(reserve_until(engine, key, "web", "A", 1, sellable_now(engine) + 50, NULL), OK);
    }
    struct pieces *full = pieces_of(engine);
    now_is(engine, sellable_now(engine) + 200);
    now_is(engine, sellable_now(engine) + 200);
    struct pieces *empty = pieces_of(engine);
    struct sbl_builder builder;
    begin(&builder, (struct sellable_options){.retention = 100});
    sbl_builder_clear(&builder);
    put_all(&builder, full);
    put_all(&builder, empty);
    /* Buckets that were split stay. */
    struct sellable *built = ended(&builder);
    are_twins(engine, built, "when most is gone");
    uint64_t bytes = memory_of(built).block_bytes;
    expect(reserve(built, "last", "web", "A", 1), OK);
    for (int i = 0; i < MANY / 2; i++) {
        (void)snprintf(key, sizeof key, "H-%d", i);
        expect(reserve_until(built, key, "web", "A", 1, sellable_now(built) + 50, NULL), OK);
    }
    (void)audited(built);
    assert_true(memory_of(built).block_bytes <= bytes + (UINT64_C(256) << 10));
    sellable_close(built);
    sellable_close(engine);
    drop(full);
    drop(empty);
}

/* A line or a block that is not put is missed, or the engine is another; nothing worse happens. */
static void a_piece_that_is_missing_does_no_harm(void **state) {
    (void)state;
    struct sellable *engine = stage_with((struct sellable_options){.seed = 3});
    struct pieces *pieces = pieces_of(engine);
    uint32_t refused = 0;
    for (uint32_t left_out = 0; left_out < pieces->count; left_out++) {
        struct sbl_builder builder;
        begin(&builder, (struct sellable_options){.seed = 3});
        sbl_builder_clear(&builder);
        for (uint32_t i = 0; i < pieces->count; i++) {
            assert_true(i == left_out || put(&builder, &pieces->piece[i]));
        }
        if (!sbl_builder_end(&builder, NULL)) {
            assert_non_null(builder.reason);
            refused++;
        }
        sbl_builder_fini(&builder);
        sellable_close(builder.engine);
    }
    assert_true(refused > 8); /* the tables at least */
    sellable_close(engine);
    drop(pieces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_has_a_name_of_its_own),
        cmocka_unit_test(names_that_no_line_has_are_refused),
        cmocka_unit_test(blocks_that_cannot_stand_there_are_refused),
        cmocka_unit_test(gaps_that_cannot_be_there_are_refused),
        cmocka_unit_test(tables_that_cannot_be_walked_are_refused),
        cmocka_unit_test(pieces_may_come_in_any_order),
        cmocka_unit_test(changes_one_after_another_lead_to_the_same),
        cmocka_unit_test(no_snapshot_is_open_in_what_is_built),
        cmocka_unit_test(what_was_replaced_is_free),
        cmocka_unit_test(a_piece_that_is_missing_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
