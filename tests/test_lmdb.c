/* SPDX-License-Identifier: Apache-2.0
 *
 * A log on LMDB does what sellable.h says of a log.
 *
 *    test_lmdb [long]      long: many more random lives */
#include "lmdb_log.h"

static struct batches batches;
static uint32_t lives = 12;

/* Such that a few batches have all that many have: several parts, several transactions. */
static const struct sbl_lmdb_limits small_limits = {.part = 5 * 4096,
                                                    .transaction = 1 << 18,
                                                    .drop = 40};

static struct sellable_log anew(void) {
    folder_end(NULL);
    assert_int_equal(folder_begin(NULL), 0);
    batches.first = batches.count = 0;
    return opened();
}

static void batches_come_back_as_they_were_appended(void **state) {
    (void)state;
    static const uint64_t sizes[] = {8,    16,   64,   1992, 2000, 2008, 2016,   4048,
                                     4056, 4064, 4072, 8144, 8152, 8160, 300000, BATCH_BYTES};
    struct sellable_log log = anew();
    for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        appends(&log, &batches, i, sizes[i]);
    holds(&log, &batches); /* not synced yet */
    syncs(&log);
    holds(&log, &batches);
    closes(&log);
    log = opened();
    holds(&log, &batches);
    closes(&log);
}

static void an_empty_log_has_no_batch(void **state) {
    (void)state;
    struct sellable_log log = anew();
    reads(&log, 0, NULL);
    reads(&log, 7, NULL);
    reads(&log, UINT64_MAX, NULL);
    syncs(&log);
    closes(&log);
    log = opened();
    reads(&log, 0, NULL);
    closes(&log);
}

static void where_there_is_no_batch_the_one_before_is_read_or_else_the_one_after(void **state) {
    (void)state;
    struct sellable_log log = anew();
    appends(&log, &batches, 10, 64);
    appends(&log, &batches, 20, 64);
    appends(&log, &batches, UINT64_C(1) << 57, 64);
    for (int i = 0; i < 2; i++) {
        reads(&log, 0, &batches.at[0]);
        reads(&log, 9, &batches.at[0]);
        reads(&log, 10, &batches.at[0]);
        reads(&log, 19, &batches.at[0]);
        reads(&log, 20, &batches.at[1]);
        reads(&log, UINT64_C(1) << 56, &batches.at[1]);
        reads(&log, UINT64_C(1) << 57, &batches.at[2]);
        reads(&log, UINT64_MAX, &batches.at[2]);
        syncs(&log);
    }
    drops(&log, &batches, 15);
    reads(&log, 10, &batches.at[1]);
    closes(&log);
}

static void what_was_not_synced_may_be_lost_and_what_was_is_there(void **state) {
    (void)state;
    struct sellable_log log = anew();
    appends(&log, &batches, 1, 100 * 8);
    syncs(&log);
    assert_int_equal(append(&log, 2, 64), SELLABLE_OK);
    closes(&log);
    log = opened();
    holds(&log, &batches);
    appends(&log, &batches, 2, 5000);
    syncs(&log);
    closes(&log);
    log = opened();
    holds(&log, &batches);
    closes(&log);
}

static void what_is_dropped_is_gone_and_its_pages_are_used_again(void **state) {
    (void)state;
    struct sellable_log log = anew();
    uint64_t grown = 0;
    for (uint64_t position = 1; position < 3000; position++) {
        appends(&log, &batches, position, position % 7 == 0 ? 40000 : position % 300 * 8 + 8);
        if (position % 10 == 0)
            syncs(&log);
        if (position % 50 == 0) {
            drops(&log, &batches, position - 5);
            syncs(&log);
            holds(&log, &batches);
        }
        if (position == 500)
            grown = size_of_file();
    }
    assert_int_equal(size_of_file(), grown);
    drops(&log, &batches, UINT64_MAX);
    holds(&log, &batches);
    closes(&log);
}

static void what_cannot_be_appended_ends_the_log_and_all_else_can_be_read(void **state) {
    (void)state;
    static const struct batch wrong[] = {
        {5, 64}, {4, 64}, {6, 0}, {6, 12}, {6, (UINT64_C(1) << 31) + 8}, {UINT64_MAX, 64}};
    for (uint32_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sellable_log log = anew();
        appends(&log, &batches, 5, 64);
        syncs(&log);
        assert_int_equal(log.append(log.context, wrong[i].position, words_of(1, 64), wrong[i].size),
                         SELLABLE_NOT_DURABLE);
        assert_int_equal(append(&log, 6, 64), SELLABLE_NOT_DURABLE);
        assert_int_equal(log.sync(log.context), SELLABLE_NOT_DURABLE);
        assert_int_equal(log.drop(log.context, 6), SELLABLE_NOT_DURABLE);
        assert_int_equal(log.room(log.context), 0);
        holds(&log, &batches);
        closes(&log);
        log = opened();
        holds(&log, &batches);
        closes(&log);
    }
}

static void a_large_batch_lies_in_several_records_and_is_read_as_one(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    log = opened_with(&small_limits);
    appends(&log, &batches, 3, small_limits.part);
    appends(&log, &batches, 4, small_limits.part + 8);
    appends(&log, &batches, 6, 10 * small_limits.part);
    appends(&log, &batches, 7, 64 * small_limits.part);
    for (int i = 0; i < 2; i++) {
        holds(&log, &batches);
        reads(&log, 5, &batches.at[1]);
        reads(&log, 8, &batches.at[3]);
        syncs(&log);
    }
    is_sound();
    drops(&log, &batches, 6);
    holds(&log, &batches);
    syncs(&log);
    is_sound();
    closes(&log);
}

static void a_transaction_that_grows_large_is_committed_on_the_way(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    log = opened_with(&small_limits);
    for (uint64_t position = 1; position < 100; position++)
        appends(&log, &batches, position, 20000);
    closes(&log); /* without a sync: the end may be lost, no more than a transaction of it */
    log = opened();
    uint64_t last, size;
    const void *bytes;
    assert_int_equal(log.read(log.context, UINT64_MAX, &last, &bytes, &size), SELLABLE_OK);
    assert_in_range(last, 99 - small_limits.transaction / 20000 - 1, 99);
    batches.count = (uint32_t)last;
    holds(&log, &batches);
    closes(&log);
}

static void a_file_that_was_half_made_is_made_anew(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    assert_int_equal(unlink(path), 0);
    char early[PATH_BYTES + 4];
    (void)snprintf(early, sizeof early, "%s.new", path);
    int descriptor = open(early, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(descriptor, "half of it", 10), 10);
    assert_int_equal(close(descriptor), 0);
    log = opened();
    appends(&log, &batches, 1, 64);
    syncs(&log);
    closes(&log);
    assert_int_equal(access(early, F_OK), -1);
    is_sound();
}

static void a_file_that_cannot_be_made_is_not_durable_and_says_why(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    char good[PATH_BYTES];
    memcpy(good, path, sizeof good);
    (void)snprintf(path, sizeof path, "%s/no/log", folder);
    refused_as(SELLABLE_NOT_DURABLE, "the directory that it is to be in is not there");
    (void)snprintf(path, sizeof path, "%s/log/log", folder);
    refused_as(SELLABLE_NOT_DURABLE, "a part of the path is no directory");
    (void)snprintf(path, sizeof path, "%s", folder);
    refused_as(SELLABLE_INVALID, "it is no file");
    memcpy(path, good, sizeof good);
}

/* ---- random lives ---------------------------------------------------------------------------- */

static uint64_t drawn_size(struct random *random) {
    switch (random_below(random, 6)) {
    case 0:
        return 64 + random_below(random, 8) * 8;
    case 1:
        return 1984 + random_below(random, 6) * 8; /* about where a value gets pages of its own */
    case 2:
        return 8 + random_below(random, 2500) / 8 * 8;
    case 3:
        return 4048 + random_below(random, 6) * 8; /* about where it gets a second one */
    case 4:
        return 64 + random_below(random, 250) / 8 * 8;
    default:
        return 64 + random_below(random, 250000) / 8 * 8;
    }
}

static uint64_t drawn_position(struct random *random, bool within) {
    uint32_t there = batches.count - batches.first;
    if (!within || there == 0)
        return random_below(random, 100000);
    return batches.at[batches.first + random_below(random, there)].position +
           random_below(random, 2);
}

static void reads_at_random(struct sellable_log *log, struct random *random) {
    uint64_t from = drawn_position(random, random_percent(random, 70));
    const struct batch *found = NULL;
    for (uint32_t i = batches.first; i < batches.count; i++)
        if (found == NULL || batches.at[i].position <= from)
            found = &batches.at[i];
    reads(log, from, found);
}

/* Closed without a sync: the end may be gone. */
static void opens_again(struct sellable_log *log, struct random *random, uint32_t synced) {
    uint64_t last = 0, size;
    const void *bytes;
    closes(log);
    *log = opened_with(random_percent(random, 50) ? &small_limits : &sbl_lmdb_limits);
    assert_int_equal(log->read(log->context, UINT64_MAX, &last, &bytes, &size), SELLABLE_OK);
    while (batches.count > batches.first &&
           (size == 0 || batches.at[batches.count - 1].position > last))
        batches.count--;
    assert_true(batches.count >= synced);
    holds(log, &batches);
}

static void a_life(uint64_t seed) {
    struct random random = {seed};
    struct sellable_log log = anew();
    uint64_t position = 0;
    uint32_t synced = 0;
    for (int step = 0; step < 1200; step++) {
        uint32_t what = random_below(&random, 100);
        if (what < 50) {
            position += 1 + (random_percent(&random, 20) ? random_below(&random, 1000) : 0);
            appends(&log, &batches, position, drawn_size(&random));
        } else if (what < 75) {
            syncs(&log);
            synced = batches.count;
            is_sound();
        } else if (what < 80) {
            drops(&log, &batches, drawn_position(&random, true));
            syncs(&log);
            synced = batches.count;
        } else if (what < 98) {
            reads_at_random(&log, &random);
        } else {
            opens_again(&log, &random, synced);
            synced = batches.count;
        }
    }
    holds(&log, &batches);
    closes(&log);
    is_sound();
}

static void whatever_is_done_it_holds_what_it_should_and_the_check_finds_it_sound(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= lives; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        a_life(seed);
    }
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_come_back_as_they_were_appended),
        cmocka_unit_test(an_empty_log_has_no_batch),
        cmocka_unit_test(where_there_is_no_batch_the_one_before_is_read_or_else_the_one_after),
        cmocka_unit_test(what_was_not_synced_may_be_lost_and_what_was_is_there),
        cmocka_unit_test(what_is_dropped_is_gone_and_its_pages_are_used_again),
        cmocka_unit_test(what_cannot_be_appended_ends_the_log_and_all_else_can_be_read),
        cmocka_unit_test(a_large_batch_lies_in_several_records_and_is_read_as_one),
        cmocka_unit_test(a_transaction_that_grows_large_is_committed_on_the_way),
        cmocka_unit_test(a_file_that_was_half_made_is_made_anew),
        cmocka_unit_test(a_file_that_cannot_be_made_is_not_durable_and_says_why),
        cmocka_unit_test(whatever_is_done_it_holds_what_it_should_and_the_check_finds_it_sound),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        lives = 300;
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
