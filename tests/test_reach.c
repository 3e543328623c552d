/* SPDX-License-Identifier: Apache-2.0
 *
 * What something leads to, copied from one memory to the same places of another: all of it, nothing
 * else, and what is free in between is free there. (Whole engines: test_fork.c.) */
#include "scene.h"

#include "random.h"
#include "reach.h"

#include <stdlib.h>

enum { STAMP = 5, SNAPSHOT = 6 };

struct two {
    struct sbl_memory from, to;
    struct sbl_cache cache, other; /* a worker's, of each */
    struct sbl_reach reach;
};

static struct two *two_memories(void) {
    static const struct sellable_allocator by_default;
    struct two *two = calloc(1, sizeof *two);
    assert_non_null(two);
    assert_true(sbl_memory_init(&two->from, &by_default));
    assert_true(sbl_memory_init(&two->to, &by_default));
    return two;
}

static bool copy_block(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                       uint32_t count) {
    struct two *two = context;
    assert_true(sbl_block_make(&two->to, reference));
    sbl_word *block = sbl_block_given(&two->to, reference);
    sbl_store(block, head);
    for (uint32_t i = 0; i < count; i++)
        sbl_store(&block[1 + i], sbl_load(&words[i]));
    return true;
}

static void copy_begins(struct two *two) {
    two->reach = (struct sbl_reach){.memory = &two->from,
                                    .lender = &two->to,
                                    .below = SNAPSHOT,
                                    .end = sbl_load(&two->from.cursor),
                                    .met = copy_block,
                                    .context = two};
    assert_true(sbl_reach_begin(&two->reach));
}

static void copy_ends(struct two *two) {
    sbl_reach_free(&two->reach, &two->to, &two->other);
    sbl_reach_end(&two->reach);
}

static void end(struct two *two) {
    sbl_memory_fini(&two->from);
    sbl_memory_fini(&two->to);
    free(two);
}

static uint32_t blob(struct two *two, uint32_t stamp, const uint64_t *words, uint32_t count) {
    uint32_t reference = sbl_blob_take(&two->from, &two->cache, stamp, words, count);
    assert_true(reference != 0);
    return reference;
}

/* The words of a blob in the copy; all 0 where nothing was copied. */
static uint64_t copied(const struct two *two, uint32_t reference, uint32_t word) {
    uint64_t value = 0;
    sbl_blob_copy(&two->to, reference, word, &value, 1);
    return value;
}

static void what_a_word_leads_to_is_copied_to_the_same_place_and_nothing_else(void **state) {
    (void)state;
    struct two *two = two_memories();
    const uint64_t leaf[] = {111, 222};
    uint32_t low = blob(two, STAMP, leaf, 2), high = blob(two, STAMP, leaf, 2);
    uint32_t beside = blob(two, STAMP, leaf, 2);
    const uint64_t middle[] = {7, sbl_pair(high, low), 9};
    uint32_t inner = blob(two, STAMP, middle, 3);
    const uint64_t top[] = {inner};
    uint32_t root = blob(two, 1, top, 1);
    copy_begins(two);
    assert_true(sbl_reach_word(&two->reach, sbl_pair(root, UINT32_MAX)));
    assert_true(sbl_reach_word(&two->reach, sbl_pair(root, root))); /* again: nothing more */
    copy_ends(two);
    equal(copied(two, root, 0), inner);
    equal(copied(two, inner, 0), 7);
    equal(copied(two, inner, 2), 9);
    equal(copied(two, low, 1), 222);
    equal(copied(two, high, 0), 111);
    equal(copied(two, beside, 0), 0);
    equal(sbl_blob_words(&two->to, inner), 3);
    end(two);
}

/* A hint has no stamp; what was made since the snapshot has its stamp, or a later one. */
static void what_the_snapshot_cannot_see_is_not_copied(void **state) {
    (void)state;
    struct two *two = two_memories();
    const uint64_t words[] = {5};
    uint32_t hint = blob(two, 0, words, 1), since = blob(two, SNAPSHOT, words, 1);
    uint32_t just = blob(two, SNAPSHOT - 1, words, 1);
    copy_begins(two);
    assert_true(sbl_reach_word(&two->reach, sbl_pair(hint, since)));
    assert_true(sbl_reach_word(&two->reach, just));
    copy_ends(two);
    equal(copied(two, hint, 0), 0);
    equal(copied(two, since, 0), 0);
    equal(copied(two, just, 0), 5);
    end(two);
}

static void a_blob_of_several_blocks_is_copied_whole(void **state) {
    (void)state;
    enum { WORDS = 100000 };
    struct two *two = two_memories();
    uint64_t *words = calloc(WORDS, sizeof *words), *got = calloc(WORDS, sizeof *got);
    assert_true(words != NULL && got != NULL);
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = (i + UINT64_C(1)) << 40; /* halves that name nothing */
    uint32_t reference = blob(two, STAMP, words, WORDS);
    copy_begins(two);
    assert_true(sbl_reach_word(&two->reach, reference));
    copy_ends(two);
    equal(sbl_blob_words(&two->to, reference), WORDS);
    equal(sbl_blob_copy(&two->to, reference, 0, got, WORDS), WORDS);
    assert_memory_equal(got, words, WORDS * sizeof *words);
    free(words);
    free(got);
    end(two);
}

static void any_words_may_be_taken_for_references(void **state) {
    (void)state;
    enum { BLOBS = 3000, WORDS = 9, TRIES = 20000 };
    struct two *two = two_memories();
    struct random random = {20140603};
    for (uint32_t i = 0; i < BLOBS; i++) {
        uint64_t words[WORDS];
        for (uint32_t k = 0; k < WORDS; k++)
            words[k] = random_next(&random) >> random_below(&random, 64);
        blob(two, 1 + random_below(&random, 9), words, 1 + random_below(&random, WORDS));
    }
    copy_begins(two);
    for (uint32_t i = 0; i < TRIES; i++)
        assert_true(sbl_reach_word(&two->reach, random_next(&random) >> random_below(&random, 64)));
    copy_ends(two);
    end(two);
}

/* ---- what is free ---------------------------------------------------------------------------- */

enum { KEPT = 400, GRANULES_MOST = 1 << 16 };

/* Blobs of several sizes, of which every second is copied; those between are spoiled, so that they
 * seem to be larger than they are. */
static void what_is_given_out_of_the_copy_never_touches_what_was_copied(void **state) {
    (void)state;
    struct two *two = two_memories();
    struct random random = {20140604};
    static uint32_t kept[KEPT];
    static bool taken[GRANULES_MOST];
    for (uint32_t i = 0; i < KEPT; i++) {
        const uint64_t words[40] = {UINT32_MAX - i}; /* names nothing */
        kept[i] = blob(two, STAMP, words, 3 + random_below(&random, 37));
        uint32_t other = blob(two, STAMP, words, 1 + random_below(&random, 39));
        sbl_store(sbl_block_given(&two->from, other),
                  sbl_pair(STAMP, (40 + random_below(&random, 60)) << 8 | 8));
    }
    copy_begins(two);
    for (uint32_t i = 0; i < KEPT; i++)
        assert_true(sbl_reach_word(&two->reach, kept[i]));
    copy_ends(two);
    assert_true(sbl_load(&two->to.cursor) <= sbl_load(&two->from.cursor) + 1);
    uint64_t end_of_copy = sbl_load(&two->to.cursor);
    for (uint32_t i = 0; i < 4 * KEPT; i++) {
        sbl_word *block;
        uint32_t words = 1 + random_below(&random, i % 2 == 0 ? 3 : 40);
        uint32_t reference = sbl_block_take(&two->to, &two->other, STAMP, words, &block);
        assert_true(reference != 0 && reference < GRANULES_MOST);
        uint32_t granules = sbl_head_granules(sbl_load(block));
        for (uint32_t k = 0; k < granules; k++) {
            assert_false(taken[reference + k]);
            taken[reference + k] = true;
        }
        for (uint32_t k = 0; k < words; k++)
            sbl_block_set(block, k, 0);
    }
    uint32_t used_again = 0;
    for (uint64_t i = 0; i < end_of_copy; i++)
        used_again += taken[i];
    assert_true(used_again > KEPT); /* it was not only new memory */
    for (uint32_t i = 0; i < KEPT; i++) {
        equal(copied(two, kept[i], 0), UINT32_MAX - i);
        assert_false(taken[kept[i]]);
    }
    end(two);
}

/* A slab that nothing was copied of is not taken. */
static void memory_that_nothing_leads_to_is_not_taken(void **state) {
    (void)state;
    enum { LARGE = 30000, MANY = 30 };
    struct two *two = two_memories();
    static uint64_t words[LARGE];
    for (uint32_t i = 0; i < MANY; i++)
        blob(two, STAMP, words, LARGE);
    uint32_t last = blob(two, STAMP, words, LARGE);
    copy_begins(two);
    assert_true(sbl_reach_word(&two->reach, last));
    copy_ends(two);
    equal(sbl_blob_words(&two->to, last), LARGE);
    assert_true(sbl_load(&two->from.taken) - sbl_load(&two->to.taken) >= UINT64_C(4) << 20);
    end(two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_word_leads_to_is_copied_to_the_same_place_and_nothing_else),
        cmocka_unit_test(what_the_snapshot_cannot_see_is_not_copied),
        cmocka_unit_test(a_blob_of_several_blocks_is_copied_whole),
        cmocka_unit_test(any_words_may_be_taken_for_references),
        cmocka_unit_test(what_is_given_out_of_the_copy_never_touches_what_was_copied),
        cmocka_unit_test(memory_that_nothing_leads_to_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
