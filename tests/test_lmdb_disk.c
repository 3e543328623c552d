/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk that fails, or is full, under a log on LMDB.
 *
 *    test_lmdb_disk [long]      long: many more random lives before the space is used up */
#include "lmdb_faults.h"

#include "lmdb_log.h"

static struct batches batches;
static uint32_t lives = 40;

static struct sellable_log anew(void) {
    no_faults();
    folder_end(NULL);
    assert_int_equal(folder_begin(NULL), 0);
    batches.first = batches.count = 0;
    return opened();
}

/* ---- each call fails ------------------------------------------------------------------------- */

/* One of each: whatever is done until the first that is not ok. *synced: the batches that must be
 * there afterwards; *dropped: up to where they may be gone. */
static enum sellable_status a_life(uint32_t *synced, uint64_t *dropped) {
    struct sellable_log log;
    const char *reason = "";
    enum sellable_status status = sellable_lmdb_open(path, SMALL_FILE, &log, &reason);
    *synced = 0, *dropped = 0;
    if (status != SELLABLE_OK) {
        assert_true(strlen(reason) > 5);
        return status;
    }
    for (uint64_t position = 1; status == SELLABLE_OK && position < 40; position++) {
        uint64_t size = position % 4 == 0 ? 30000 : 64 + position * 8;
        status = append(&log, position, size);
        batches.at[batches.count++] = (struct batch){position, size};
        if (status == SELLABLE_OK && position % 5 == 0) {
            status = log.sync(log.context);
            *synced = status == SELLABLE_OK ? batches.count : *synced;
        }
        if (status == SELLABLE_OK && position % 12 == 0) {
            *dropped = position - 3;
            status = log.drop(log.context, *dropped);
        }
    }
    if (status != SELLABLE_OK) { /* nothing more is promised, and what was can be read */
        uint64_t calls = faults.calls;
        assert_int_not_equal(log.sync(log.context), SELLABLE_OK);
        assert_int_not_equal(append(&log, 100, 64), SELLABLE_OK);
        assert_int_not_equal(log.drop(log.context, 1), SELLABLE_OK);
        assert_int_equal(log.room(log.context), 0);
        assert_int_equal(faults.calls, calls);
        for (uint32_t i = 0; i < *synced; i++)
            if (batches.at[i].position >= *dropped)
                reads(&log, batches.at[i].position, &batches.at[i]);
        assert_int_equal(faults.calls, calls);
    }
    closes(&log);
    return status;
}

/* What was synced is there, in order, and whole; of the rest as much as is. */
static void is_there_again(uint32_t synced, uint64_t dropped) {
    uint64_t last, first, size;
    const void *bytes;
    struct sellable_log log = opened();
    assert_int_equal(log.read(log.context, UINT64_MAX, &last, &bytes, &size), SELLABLE_OK);
    if (size == 0)
        last = 0;
    assert_in_range(last, synced, batches.count);
    assert_int_equal(log.read(log.context, 0, &first, &bytes, &size), SELLABLE_OK);
    if (last > 0) {
        assert_in_range(first, 1, dropped > 1 ? dropped : 1);
        batches.first = (uint32_t)first - 1;
        batches.count = (uint32_t)last;
        holds(&log, &batches);
    }
    appends(&log, &batches, 1000, 64);
    syncs(&log);
    closes(&log);
    is_sound();
}

static void each_call_fails(int error, bool for_ever) {
    uint64_t calls = 1, ended = 0;
    for (uint64_t at = 1; at <= calls; at++) {
        uint32_t synced;
        uint64_t dropped;
        struct sellable_log log = anew();
        closes(&log);
        if (at % 2 == 0)
            assert_int_equal(unlink(path), 0); /* it has to be made */
        batches.first = batches.count = 0;
        faults = (struct faults){.at = at, .for_ever = for_ever, .error = error};
        enum sellable_status status = a_life(&synced, &dropped);
        calls = faults.calls > calls && status == SELLABLE_OK ? faults.calls : calls;
        calls = at >= calls && faults.failed > 0 ? at + 1 : calls;
        ended += status != SELLABLE_OK;
        assert_true(status != SELLABLE_OK || faults.failed == 0 || error == EINTR ||
                    error == SHORT || !for_ever);
        no_faults();
        is_there_again(synced, dropped);
    }
    print_message("%llu calls, %llu of them ended it\n", (unsigned long long)calls - 1,
                  (unsigned long long)ended);
    assert_true(calls > 30);
}

static void whichever_call_fails_what_was_synced_is_there_again(void **state) {
    (void)state;
    static const int errors[] = {EIO, ENOSPC, EINTR, SHORT, LATE};
    for (uint32_t i = 0; i < sizeof errors / sizeof *errors; i++)
        each_call_fails(errors[i], false);
}

static void from_whichever_call_on_all_fail_what_was_synced_is_there_again(void **state) {
    (void)state;
    static const int errors[] = {EIO, ENOSPC, SHORT, LATE};
    for (uint32_t i = 0; i < sizeof errors / sizeof *errors; i++)
        each_call_fails(errors[i], true);
}

static void the_meta_page_is_written_after_all_else_is_synced_and_is_synced_itself(void **state) {
    (void)state;
    struct sellable_log log = anew();
    appends(&log, &batches, 1, 64);
    appends(&log, &batches, 2, 100000);
    no_faults();
    syncs(&log);
    const char *order = faults.order + strspn(faults.order, "w");
    assert_true(order > faults.order);
    assert_string_equal(order, "sd");
    no_faults();
    syncs(&log); /* there is nothing to be synced */
    assert_string_equal(faults.order, "");
    closes(&log);
}

/* ---- space ----------------------------------------------------------------------------------- */

static uint64_t position;

/* What is worst for a page: the least that is counted on, one that is just too large for a leaf,
 * one that is just too large for a page of its own, and all that there is at once. */
static uint64_t worst(struct random *random, uint32_t kind, uint64_t left) {
    uint64_t page = sbl_lmdb_page_size(), size;
    switch (kind) {
    case 0:
        size = 64;
        break;
    case 1:
        size = page / 2 - 40;
        break;
    case 2:
        size = page - 24;
        break;
    case 3:
        size = left;
        break;
    case 4:
        size = random_percent(random, 50) ? 64 : page / 2 - 48;
        break;
    default:
        size = 64 + random_below(random, 40000) / 8 * 8;
    }
    size = size < left ? size : left;
    size = left - size < 64 ? left : size;
    return size < BATCH_BYTES ? size : BATCH_BYTES;
}

static void lives_on(struct sellable_log *log, struct random *random, uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t what = random_below(random, 100);
        uint64_t size = worst(random, random_below(random, 6), 60000);
        if (what < 60 && log->room(log->context) >= size)
            appends(log, &batches, ++position, size);
        else if (what < 90)
            syncs(log);
        else
            drops(log, &batches, position - random_below(random, (uint32_t)(position / 8 + 2)));
    }
}

static void uses_all_room(struct sellable_log *log, struct random *random, uint32_t kind) {
    uint32_t often = random_percent(random, 50) ? 30 : 2;
    uint64_t room = log->room(log->context) / 8 * 8;
    if (random_percent(random, 30)) { /* what was promised before holds after it, too */
        drops(log, &batches, position - random_below(random, (uint32_t)(position / 8 + 2)));
        syncs(log);
    }
    for (uint64_t left = room; left >= 64;) {
        uint64_t size = worst(random, kind, left);
        appends(log, &batches, ++position, size);
        left -= size;
        if (random_percent(random, often))
            syncs(log);
    }
    syncs(log);
}

static void as_much_as_room_says_can_be_appended_though_nothing_is_left_on_the_disk(void **state) {
    (void)state;
    uint64_t used = 0;
    for (uint64_t seed = 1; seed <= lives; seed++) {
        struct random random = {seed};
        struct sellable_log log = anew();
        position = 0;
        lives_on(&log, &random, random_below(&random, 300));
        faults.no_more_space = true;
        for (uint32_t round = 0; round < 4; round++) {
            used += log.room(log.context);
            uses_all_room(&log, &random, (uint32_t)seed % 6);
            holds(&log, &batches);
            drops(&log, &batches, position - random_below(&random, 20));
            syncs(&log);
        }
        closes(&log);
        log = opened();
        holds(&log, &batches);
        closes(&log);
        is_sound();
    }
    print_message("%llu bytes\n", (unsigned long long)used);
    assert_true(used > lives * UINT64_C(100000));
}

static void new_space_is_taken_when_half_is_used_and_room_comes_back(void **state) {
    (void)state;
    struct sellable_log log = anew();
    uint64_t least = UINT64_MAX;
    for (uint64_t i = 1; i < 1500; i++) {
        appends(&log, &batches, i, 2008);
        syncs(&log);
        uint64_t room = log.room(log.context);
        least = room < least ? room : least;
    }
    assert_true(size_of_file() >= 4 * SMALL_FILE);
    assert_in_range(least, SMALL_FILE / 5, SMALL_FILE / 2); /* 15/32 of half */
    holds(&log, &batches);
    closes(&log);
}

static void on_a_full_disk_room_ends_and_what_does_not_fit_ends_the_log(void **state) {
    (void)state;
    struct sellable_log log = anew();
    uint64_t appended = 0;
    enum sellable_status status = SELLABLE_OK;
    faults.no_more_space = true;
    while (status == SELLABLE_OK && appended < 100) {
        status = append(&log, ++appended, 30000);
        if (status == SELLABLE_OK)
            batches.at[batches.count++] = (struct batch){appended, 30000};
        if (status == SELLABLE_OK)
            syncs(&log);
    }
    assert_int_equal(status, SELLABLE_NOT_DURABLE);
    holds(&log, &batches);
    closes(&log);
    log = opened(); /* it opens, and has no room until there is some */
    assert_int_equal(log.room(log.context), 0);
    holds(&log, &batches);
    no_faults();
    syncs(&log);
    assert_true(log.room(log.context) > SMALL_FILE / 5);
    appends(&log, &batches, 200, 30000);
    syncs(&log);
    holds(&log, &batches);
    closes(&log);
}

static void a_new_file_on_a_full_disk_is_not_durable_and_leaves_nothing(void **state) {
    (void)state;
    struct sellable_log log = anew();
    closes(&log);
    assert_int_equal(unlink(path), 0);
    faults.no_more_space = true;
    refused_as(SELLABLE_NOT_DURABLE, "the disk is full");
    no_faults();
    folder_end(NULL);
    assert_int_equal(access(folder, F_OK), -1);
    assert_int_equal(folder_begin(NULL), 0);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_call_fails_what_was_synced_is_there_again),
        cmocka_unit_test(from_whichever_call_on_all_fail_what_was_synced_is_there_again),
        cmocka_unit_test(the_meta_page_is_written_after_all_else_is_synced_and_is_synced_itself),
        cmocka_unit_test(as_much_as_room_says_can_be_appended_though_nothing_is_left_on_the_disk),
        cmocka_unit_test(new_space_is_taken_when_half_is_used_and_room_comes_back),
        cmocka_unit_test(on_a_full_disk_room_ends_and_what_does_not_fit_ends_the_log),
        cmocka_unit_test(a_new_file_on_a_full_disk_is_not_durable_and_leaves_nothing),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        lives = 1000;
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
