/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints: an engine made of one is what the other was at its instant, and goes on as that does
 * (twin_courses.h); whatever was spoiled in a log is told, whatever was not finished is passed
 * over, and what fails leaves the one before.
 *
 *    test_checkpoint [long | STREAMS [SEED]] */
#include "twin_courses.h"

#include "checkpointed.h"
#include "motley.h"
#include "random.h"

/* ---- a store --------------------------------------------------------------------------------- */

/* A log in memory with checkpoints in it, and what the newest of them is of. */
struct store {
    struct memory_log memory;
    struct sellable_log log;
    struct sellable *engine;
    struct sbl_worker *worker;
};

static struct store *store_of(struct sellable *engine) {
    struct store *store = calloc(1, sizeof *store);
    assert_non_null(store);
    store->log = log_of(&store->memory);
    store->engine = engine;
    store->worker = sbl_worker_take(&engine->commit);
    assert_non_null(store->worker);
    return store;
}

static void put_checkpoint(struct store *store) {
    expect((int)checkpoint_into(store->engine, store->worker, &store->log, true), OK);
}

static void put_unfinished(struct store *store) {
    expect((int)checkpoint_into(store->engine, store->worker, &store->log, false), OK);
}

static void close_store(struct store *store) {
    store->log.close(store->log.context);
    equal(store->memory.wrong, 0);
    if (store->worker != NULL) {
        sbl_worker_give(store->worker);
    }
    sellable_close(store->engine);
    free(store);
}

/* What the log has is what the engine with this audit was. */
static void store_has_at(const struct store *store, const struct sellable_audit *wanted,
                         const char *file, int line) {
    struct sellable *engine;
    const char *reason = NULL;
    struct sellable_options options = {.retention = store->engine->options.retention};
    expect_at((int)engine_from(&store->log, options, &engine, &reason), SELLABLE_OK,
              reason == NULL ? "a checkpoint" : reason, file, line);
    if (engine == NULL) {
        print_error("there is no checkpoint\n");
        _fail(file, line);
    }
    const struct sellable_audit got = audited_at(engine, file, line);
    if (!equal_hash(got.full, wanted->full)) {
        print_error("full is another one\n");
        _fail(file, line);
    }
    sellable_close(engine);
}
#define store_has(store, wanted) store_has_at(store, wanted, __FILE__, __LINE__)

static void store_has_nothing(const struct store *store) {
    struct sellable *engine;
    const char *reason = NULL;
    expect((int)engine_from(&store->log, (struct sellable_options){.seed = 0}, &engine, &reason),
           OK);
    assert_null(engine);
}

static void store_is_refused_at(const struct store *store, const char *what, const char *file,
                                int line) {
    struct sellable *engine;
    const char *reason = NULL;
    int status =
        (int)engine_from(&store->log, (struct sellable_options){.seed = 0}, &engine, &reason);
    if (status != SELLABLE_INVALID || reason == NULL || engine != NULL) {
        print_error("%s: %s\n", what, sellable_status_name(status));
        _fail(file, line);
    }
}
#define store_is_refused(store, what) store_is_refused_at(store, what, __FILE__, __LINE__)

/* ---- what there is in one -------------------------------------------------------------------- */

static void a_head_says_what_was_put_into_it(void **state) {
    (void)state;
    struct store *store = store_of(stage_with((struct sellable_options){.seed = 1234}));
    struct sbl_checkpoint_found found;
    const char *reason;
    put_checkpoint(store);
    expect((int)sbl_checkpoint_find(&store->log, &found, &reason), OK);
    equal(found.head.position, HEAD_POSITION);
    equal(found.head.journal[1], 2);
    equal(found.head.seed, 1234);
    equal(found.head.now, STAGE_NOW);
    equal(found.until, HEAD_UNTIL);
    assert_true(found.lines > 15 && found.blocks > 10);
    close_store(store);
}

static void an_empty_engine_has_a_checkpoint(void **state) {
    (void)state;
    struct store *store = store_of(open_with((struct sellable_options){.seed = 0}));
    const struct sellable_audit audit = audited(store->engine);
    store_has_nothing(store);
    put_checkpoint(store);
    store_has(store, &audit);
    close_store(store);
}

static void an_engine_with_every_setting_has_a_checkpoint(void **state) {
    (void)state;
    struct store *store = store_of(motley());
    const struct sellable_audit audit = audited(store->engine);
    put_checkpoint(store);
    store_has(store, &audit);
    close_store(store);
}

/* More than a batch; and blobs of several blocks. */
static void a_large_one_takes_several_batches(void **state) {
    (void)state;
    enum { MANY = 9000, LONG = SELLABLE_CONTENT_MAX };
    struct sellable *engine = stage_with((struct sellable_options){.retention = RETENTION});
    static char content[LONG];
    char key[32];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(key, sizeof key, "I-%d", i);
        stock(engine, key, "east", 1 + i % 9);
    }
    memset(content, 'x', sizeof content);
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                         .item_key = key_of("nobody's"),
                                         .content = content,
                                         .content_size = sizeof content};
    for (int i = 0; i < 9; i++) {
        expect(sellable_apply(engine, NULL, &event, NULL), UNKNOWN_ITEM);
    }
    struct store *store = store_of(engine);
    const struct sellable_audit audit = audited(engine);
    put_checkpoint(store);
    assert_true(store->memory.count > 3);
    store_has(store, &audit);
    close_store(store);
}

/* A new engine begins with tables that were made for as many as it is told of. */
static void room_that_is_made_at_once_does_not_matter(void **state) {
    (void)state;
    const struct sellable_options little = {.retention = RETENTION};
    const struct sellable_options much = {.retention = RETENTION, .items = 9000, .orders = 70000};
    const struct sellable_options *ways[2][2] = {{&little, &much}, {&much, &little}};
    for (int i = 0; i < 2; i++) {
        struct store *store = store_of(stage_with(*ways[i][0]));
        struct sellable *engine;
        const char *reason;
        put_checkpoint(store);
        expect((int)engine_from(&store->log, *ways[i][1], &engine, &reason), OK);
        are_twins(store->engine, engine, "with other room");
        expect(reserve(engine, "one more", "web", "A", 1), OK);
        (void)audited(engine);
        sellable_close(engine);
        close_store(store);
    }
}

/* ---- which of them counts -------------------------------------------------------------------- */

static void the_newest_that_is_whole_counts_and_the_older_are_forgotten(void **state) {
    (void)state;
    struct store *store = store_of(short_stage());
    put_checkpoint(store);
    uint64_t first = store->memory.batch[0].position;
    stock(store->engine, "A", "east", 50);
    const struct sellable_audit audit = audited(store->engine);
    put_checkpoint(store);
    store_has(store, &audit);
    assert_true(store->memory.batch[0].position > first + 1);
    struct sbl_checkpoint_found found;
    const char *reason;
    expect((int)sbl_checkpoint_find(&store->log, &found, &reason), OK);
    equal(found.first, store->memory.batch[0].position);
    equal(found.last, store->memory.batch[store->memory.count - 1].position);
    close_store(store);
}

static void one_that_was_not_finished_is_passed_over(void **state) {
    (void)state;
    struct store *store = store_of(short_stage());
    put_unfinished(store);
    store_has_nothing(store);
    put_unfinished(store);
    store_has_nothing(store);
    const struct sellable_audit audit = audited(store->engine);
    put_checkpoint(store);
    store_has(store, &audit);
    stock(store->engine, "A", "east", 50);
    put_unfinished(store);
    put_unfinished(store);
    store_has(store, &audit);
    const struct sellable_audit after = audited(store->engine);
    put_checkpoint(store);
    store_has(store, &after);
    close_store(store);
}

/* The log ends after each of its batches in turn. */
static void cut_after_any_batch_it_is_the_one_before(void **state) {
    (void)state;
    struct store *store = store_of(short_stage());
    const struct sellable_audit audit = audited(store->engine);
    put_checkpoint(store);
    uint32_t older = store->memory.count;
    stock(store->engine, "A", "east", 50);
    put_unfinished(store);
    while (store->memory.count > older) {
        store_has(store, &audit);
        log_forget(&store->memory, store->memory.count - 1, store->memory.count);
    }
    while (store->memory.count > 1) {
        log_forget(&store->memory, store->memory.count - 1, store->memory.count);
        store_has_nothing(store);
    }
    close_store(store);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static enum sellable_status keep_all(void *context, uint64_t position) {
    (void)context;
    (void)position;
    return SELLABLE_OK;
}

/* A whole one, and the older one before it; *first: the first batch of the newer. */
static struct store *store_of_two(uint32_t *first) {
    struct store *store = store_of(short_stage());
    store->log.drop = keep_all;
    put_checkpoint(store);
    *first = store->memory.count;
    stock(store->engine, "A", "east", 50);
    put_checkpoint(store);
    return store;
}

static void a_bit_flipped_in_any_byte_is_told(void **state) {
    (void)state;
    uint32_t first;
    struct store *store = store_of_two(&first);
    uint64_t bytes = 0;
    for (uint32_t i = first; i < store->memory.count; i++) {
        unsigned char *byte = store->memory.batch[i].bytes;
        for (uint64_t at = 0; at < store->memory.batch[i].size; at++) {
            byte[at] ^= (unsigned char)(1 << (at + i) % 8);
            store_is_refused(store, "a bit was flipped");
            byte[at] ^= (unsigned char)(1 << (at + i) % 8);
            bytes++;
        }
    }
    printf("%llu bytes\n", (unsigned long long)bytes);
    const struct sellable_audit audit = audited(store->engine);
    store_has(store, &audit);
    close_store(store);
}

static void a_batch_that_is_cut_off_is_told(void **state) {
    (void)state;
    uint32_t first;
    struct store *store = store_of_two(&first);
    for (uint32_t i = first; i < store->memory.count; i++) {
        uint64_t whole = store->memory.batch[i].size;
        for (uint64_t size = 1; size < whole; size += size < 200 ? 1 : 8) {
            store->memory.batch[i].size = size;
            store_is_refused(store, "a batch was cut off");
        }
        store->memory.batch[i].size = whole;
    }
    close_store(store);
}

/* Batches that are whole, but not where they were. */
static void a_batch_that_is_missing_or_of_another_checkpoint_is_told(void **state) {
    (void)state;
    struct store *one = store_of(short_stage()), *other = store_of(short_stage());
    stock(one->engine, "A", "east", 1000000); /* they differ by no more than this */
    put_checkpoint(one);
    stock(other->engine, "A", "east", 1000001);
    put_checkpoint(other);
    equal(one->memory.count, 3);
    equal(other->memory.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct log_batch mine = one->memory.batch[i];
        if (i != 2) { /* without its end it was not finished */
            memmove(one->memory.batch + i, one->memory.batch + i + 1, (2 - i) * sizeof mine);
            one->memory.count--;
            store_is_refused(one, "a batch is missing");
            memmove(one->memory.batch + i + 1, one->memory.batch + i, (2 - i) * sizeof mine);
            one->memory.count++;
        }
        one->memory.batch[i] = other->memory.batch[i];
        if (i != 0) { /* the heads are alike */
            store_is_refused(one, "a batch is of another checkpoint");
        }
        one->memory.batch[i] = mine;
    }
    const struct sellable_audit audit = audited(one->engine);
    store_has(one, &audit);
    close_store(one);
    close_store(other);
}

/* ---- what fails ------------------------------------------------------------------------------ */

/* Each append, sync and drop fails in turn: what was there stays, or the new one is. */
static void a_log_that_fails_leaves_the_one_before(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct store *store = store_of(short_stage());
        put_checkpoint(store);
        uint32_t older = store->memory.count;
        const struct sellable_audit before = audited(store->engine);
        stock(store->engine, "A", "east", 50);
        const struct sellable_audit after = audited(store->engine);
        store->memory.fail_at = store->memory.calls + n;
        enum sellable_status status =
            checkpoint_into(store->engine, store->worker, &store->log, true);
        bool failed = store->memory.failed;
        equal(status, failed ? SELLABLE_NOT_DURABLE : SELLABLE_OK);
        equal(store->memory.wrong, 0);
        struct sbl_seen world;
        sbl_line_read(&store->engine->commit, &store->engine->commit.world, &world);
        equal(world.image.word[SBL_WORLD_SNAPSHOT], 0);
        bool is_new = !failed || store->memory.synced > older;
        log_forget(&store->memory, store->memory.synced, store->memory.count);
        store_has(store, is_new ? &after : &before);
        close_store(store);
        if (!failed) {
            assert_true(n > 4);
            break;
        }
    }
}

/* Without room there is none, and the log has not failed. */
static void a_log_without_room_is_not_written_to(void **state) {
    (void)state;
    struct store *store = store_of(short_stage());
    put_checkpoint(store);
    const struct sellable_audit audit = audited(store->engine);
    stock(store->engine, "A", "east", 50);
    store->memory.room = 1000;
    expect((int)checkpoint_into(store->engine, store->worker, &store->log, true), NOT_DURABLE);
    equal(store->memory.wrong, 0);
    store_has(store, &audit);
    close_store(store);
}

/* Every request for memory is refused in turn, in writing and in reading. */
static void without_memory_there_is_none_and_nothing_is_left(void **state) {
    (void)state;
    const struct sellable_allocator lent = {&lender, lend, take_back};
    uint64_t refused[2] = {0, 0};
    for (int reading = 0; reading < 2; reading++) {
        for (uint64_t n = 1;; n++) {
            lender_begin(0, 0);
            struct sellable_options options = {.retention = RETENTION};
            options.allocator = reading ? (struct sellable_allocator){.allocate = NULL} : lent;
            struct store *store = store_of(stage_with(options));
            const struct sellable_audit audit = audited(store->engine);
            struct sellable *engine = NULL;
            const char *reason = NULL;
            enum sellable_status status;
            if (reading) {
                put_checkpoint(store);
            }
            lender.refuse_at = lender.requests + n;
            lender.refuse_for = 1;
            options.allocator = lent;
            status = reading ? engine_from(&store->log, options, &engine, &reason)
                             : checkpoint_into(store->engine, store->worker, &store->log, true);
            bool no_more = lender.requests < lender.refuse_at;
            lender.refuse_at = 0;
            if (status == SELLABLE_NO_MEMORY) {
                refused[reading]++;
                assert_null(engine);
                assert_null(reason);
                status = reading
                             ? engine_from(&store->log, options, &engine, &reason)
                             : checkpoint_into(store->engine, store->worker, &store->log, true);
            }
            expect((int)status, OK);
            store_has(store, &audit);
            sellable_close(engine);
            close_store(store);
            all_is_back();
            if (no_more) {
                break;
            }
        }
    }
    assert_true(refused[0] > 1 && refused[1] > 10);
}

/* ---- bytes that nobody wrote ----------------------------------------------------------------- */

/* A batch has these words in all now: its checksum, and the end's, are right again. */
static void frame_again(struct store *store, uint32_t batch, uint64_t words) {
    uint64_t *word = store->memory.batch[batch].bytes;
    uint64_t *end = store->memory.batch[batch + 1].bytes;
    store->memory.batch[batch].size = sbl_frame_end(word, words - SBL_FRAME_END,
                                                    word[SBL_FRAME_FROM], word[SBL_FRAME_TO]);
    const struct sbl_chain chain = sbl_frame_chain(word);
    memcpy(&end[SBL_FRAME_CHAIN], &chain, sizeof chain);
    sbl_frame_end(end, store->memory.batch[batch + 1].size / sizeof *end - SBL_FRAME_END,
                  end[SBL_FRAME_FROM], end[SBL_FRAME_TO]);
}

/* The pieces end after each word in turn, and the checksums are right. */
static void pieces_that_are_cut_off_are_told(void **state) {
    (void)state;
    struct store *store = store_of(short_stage());
    put_checkpoint(store);
    equal(store->memory.count, 3);
    struct log_batch *batch = &store->memory.batch[1];
    uint64_t whole = batch->size / sizeof(uint64_t);
    uint64_t *good = malloc(batch->size), *word = batch->bytes;
    assert_non_null(good);
    memcpy(good, word, batch->size);
    for (uint64_t words = SBL_FRAME_HEAD + SBL_FRAME_END; words < whole; words++) {
        batch->bytes = malloc(words * sizeof *word); /* of that size, for who watches over bounds */
        assert_non_null(batch->bytes);
        memcpy(batch->bytes, good, words * sizeof *word);
        frame_again(store, 1, words);
        store_is_refused(store, "pieces were cut off");
        free(batch->bytes);
    }
    batch->bytes = word;
    frame_again(store, 1, whole);
    const struct sellable_audit audit = audited(store->engine);
    store_has(store, &audit);
    free(good);
    close_store(store);
}

/* The checksums are right, and what they are of is not: no reading is out of bounds or without end,
 * and what cannot be walked is refused. */
static void words_that_say_anything_do_no_harm(void **state) {
    (void)state;
    enum { TRIES = 3000 };
    struct store *store = store_of(short_stage());
    struct random random = {20261122};
    uint32_t made = 0, refused = 0;
    put_checkpoint(store);
    equal(store->memory.count, 3);
    struct log_batch *batch = &store->memory.batch[1];
    uint64_t *word = batch->bytes, words = batch->size / sizeof *word;
    uint64_t *good = malloc(batch->size);
    assert_non_null(good);
    memcpy(good, word, batch->size);
    for (uint32_t i = 0; i < TRIES; i++) {
        struct sellable *engine;
        const char *reason = NULL;
        uint64_t changes = 1 + random_below(&random, 3);
        memcpy(word, good, batch->size);
        for (uint64_t k = 0; k < changes; k++) {
            uint64_t at = SBL_FRAME_HEAD + random_below(&random, (uint32_t)(words - 9));
            word[at] = random_below(&random, 2) == 0
                           ? word[at] ^ UINT64_C(1) << random_below(&random, 64)
                           : random_next(&random) >> random_below(&random, 64);
        }
        frame_again(store, 1, words);
        enum sellable_status status =
            engine_from(&store->log, (struct sellable_options){.seed = 0}, &engine, &reason);
        assert_true(status == SELLABLE_OK || status == SELLABLE_INVALID ||
                    status == SELLABLE_NO_MEMORY);
        made += status == SELLABLE_OK;
        refused += status == SELLABLE_INVALID;
        sellable_close(engine);
    }
    printf("%u were engines, %u were refused\n", made, refused);
    assert_true(made > 0 && refused > 0);
    free(good);
    close_store(store);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_says_what_was_put_into_it),
        cmocka_unit_test(an_empty_engine_has_a_checkpoint),
        cmocka_unit_test(an_engine_with_every_setting_has_a_checkpoint),
        cmocka_unit_test(a_large_one_takes_several_batches),
        cmocka_unit_test(room_that_is_made_at_once_does_not_matter),
        cmocka_unit_test(the_newest_that_is_whole_counts_and_the_older_are_forgotten),
        cmocka_unit_test(one_that_was_not_finished_is_passed_over),
        cmocka_unit_test(cut_after_any_batch_it_is_the_one_before),
        cmocka_unit_test(a_bit_flipped_in_any_byte_is_told),
        cmocka_unit_test(a_batch_that_is_cut_off_is_told),
        cmocka_unit_test(a_batch_that_is_missing_or_of_another_checkpoint_is_told),
        cmocka_unit_test(a_log_that_fails_leaves_the_one_before),
        cmocka_unit_test(a_log_without_room_is_not_written_to),
        cmocka_unit_test(without_memory_there_is_none_and_nothing_is_left),
        cmocka_unit_test(pieces_that_are_cut_off_are_told),
        cmocka_unit_test(words_that_say_anything_do_no_harm),
        TWIN_COURSES,
    };
    make_fork = checkpointed;
    twin_courses_are(argc, argv);
    return twin_courses_end(cmocka_run_group_tests(tests, NULL, NULL));
}
