/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that is damaged, cut off or none of ours is refused in words before LMDB sees it, or it is
 * exactly what it was. What a batch says is the engine's to check: there a bit may be another one.
 *
 * The file is one in memory, as it is opened a great many times.
 *
 *    test_lmdb_damage [long]      long: every bit, but for most of the batches' own; every length;
 *                                 many more random damages */
#include "lmdb_log.h"

#include <sys/syscall.h>

enum {
    META_BYTES = 152,
    SECTOR = 512,
    PAGES_MAX = 4096,
    BEGINNING = 64,  /* of a page: there a batch has its head */
    OF_A_BATCH = 101 /* one of so many bits of its bytes is enough */
};

static bool all;
static uint64_t page_size;
static struct batches batches;

/* The store as it is when nothing is wrong. */
static int file;
static unsigned char *sound;
static uint64_t sound_size, used; /* bytes: of the file, and up to the last page that is used */
static bool live[PAGES_MAX];      /* a page that somebody reads, */
static bool checked[PAGES_MAX];   /* and more than its beginning before LMDB does */

static void write_at(const void *bytes, uint64_t size, uint64_t offset) {
    assert_int_equal(pwrite(file, bytes, size, (off_t)offset), (ssize_t)size);
}

static void restore(void) {
    assert_int_equal(ftruncate(file, 0), 0);
    assert_int_equal(ftruncate(file, (off_t)sound_size), 0);
    write_at(sound, used, 0);
}

/* The same where the file has not become shorter: what is free may say anything. */
static void restore_live_pages(void) {
    for (uint64_t page = 0; page < used / page_size; page++)
        if (live[page])
            write_at(sound + page * page_size, page_size, page * page_size);
}

/* The first is so large that the list of its pages, when it is dropped, needs a page of its own. */
static uint64_t first_sizes(uint64_t position) {
    return position == 1 ? 270 * page_size : position < 7 ? 4 * page_size : 64 + position % 8 * 8;
}

/* All that LMDB knows: branches and leaves, values within and on pages of their own, one of several
 * pages, and lists of free pages of both kinds. Made in a file, since it gets its name last. */
static int store_begin(void **state) {
    struct sbl_lmdb_state found;
    const char *reason;
    if (folder_begin(state) != 0)
        return -1;
    page_size = sbl_lmdb_page_size();
    struct sellable_log log = opened();
    for (uint64_t position = 1; position <= 200; position++)
        appends(&log, &batches, position, first_sizes(position));
    syncs(&log);
    drops(&log, &batches, 3);
    syncs(&log);
    appends(&log, &batches, 1000, 2 * page_size);
    appends(&log, &batches, 1001, page_size / 2);
    syncs(&log);
    closes(&log);
    sound_size = size_of_file();
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (sbl_lmdb_check(descriptor, &found, &reason) != SELLABLE_OK)
        return -1;
    used = found.pages * page_size;
    sound = malloc(used);
    bool read = pread(descriptor, sound, used, 0) == (ssize_t)used;
    (void)close(descriptor);
    (void)folder_end(state);
    file = (int)syscall(SYS_memfd_create, "log", 0);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return read && file >= 0 && used / page_size <= PAGES_MAX ? 0 : -1;
}

static int store_end(void **state) {
    (void)state;
    free(sound);
    return close(file);
}

static uint64_t bits_that_differ(const unsigned char *a, const unsigned char *b, uint64_t size) {
    uint64_t bits = 0;
    for (uint64_t i = 0; i < size; i++)
        bits += (uint64_t)__builtin_popcount((unsigned)(a[i] ^ b[i]));
    return bits;
}

/* It holds what it should, but for so many bits within batches. */
static uint64_t bits_within(struct sellable_log *log) {
    uint64_t from = UINT64_MAX, different = 0;
    for (uint32_t i = batches.count; i > batches.first; i--) {
        const struct batch *batch = &batches.at[i - 1];
        uint64_t position, size;
        const void *bytes;
        assert_int_equal(log->read(log->context, from, &position, &bytes, &size), SELLABLE_OK);
        assert_int_equal(size, batch->size);
        assert_int_equal(position, batch->position);
        if (memcmp(bytes, words_of(position, size), size) != 0)
            different += bits_that_differ(bytes, (const void *)words_of(position, size), size);
        from = position - 1;
    }
    return different;
}

/* ---- single bits ----------------------------------------------------------------------------- */

struct tally {
    uint64_t flipped, refused;
};

static void a_bit(uint64_t offset, uint32_t bit, struct tally *tally) {
    unsigned char changed = (unsigned char)(sound[offset] ^ 1U << bit);
    struct sbl_lmdb_state found;
    const char *reason = NULL;
    write_at(&changed, 1, offset);
    tally->flipped++;
    enum sellable_status status = sbl_lmdb_check(file, &found, &reason);
    if (status == SELLABLE_OK) {
        struct sellable_log log = opened();
        assert_in_range(bits_within(&log), 0, 1);
        closes(&log);
    } else {
        assert_int_equal(status, SELLABLE_INVALID);
        assert_true(strlen(reason) > 5);
        tally->refused++;
    }
    write_at(&sound[offset], 1, offset);
}

static void a_bit_of_a_meta_page_is_refused_or_of_no_use(void **state) {
    (void)state;
    struct tally tally = {0};
    restore();
    for (uint64_t page = 0; page < SBL_LMDB_METAS; page++)
        for (uint64_t i = 0; i < META_BYTES; i++)
            for (uint32_t bit = 0; bit < 8; bit++) {
                a_bit(page * page_size + i, bit, &tally);
                write_at(sound + page * page_size, META_BYTES, page * page_size);
            }
    print_message("%llu of %llu bits were refused\n", (unsigned long long)tally.refused,
                  (unsigned long long)tally.flipped);
    assert_true(tally.refused > tally.flipped / 2);
}

/* Pages that are free are in nobody's way, whatever they say. */
static void a_page_that_is_free_may_say_anything(void **state) {
    (void)state;
    unsigned char ones[SBL_LMDB_PAGE_SIZE_MAX];
    uint64_t count = 0;
    memset(ones, 0xff, sizeof ones);
    restore();
    for (uint64_t page = 0; page < used / page_size; page++) {
        struct sbl_lmdb_state found;
        const char *reason;
        write_at(ones, page_size, page * page_size);
        live[page] = sbl_lmdb_check(file, &found, &reason) != SELLABLE_OK;
        if (!live[page]) { /* free, or the middle of a value */
            struct sellable_log log = opened();
            uint64_t bits = bits_within(&log);
            closes(&log);
            live[page] = bits > 0;
        }
        count += live[page];
        write_at(sound + page * page_size, page_size, page * page_size);
        write_at(ones, page_size - BEGINNING, page * page_size + BEGINNING);
        checked[page] = sbl_lmdb_check(file, &found, &reason) != SELLABLE_OK;
        write_at(sound + page * page_size, page_size, page * page_size);
    }
    print_message("%llu of %llu pages are read\n", (unsigned long long)count,
                  (unsigned long long)(used / page_size));
    assert_in_range(count, 20, 60);
}

static void any_bit_of_the_file_is_refused_or_of_no_use_or_a_batchs(void **state) {
    (void)state;
    struct tally tally = {0};
    restore();
    /* A prime step comes to every place of a page, over many pages. */
    for (uint64_t bit = 0; bit < used * 8; bit += all ? 1 : 307) {
        uint64_t page = bit / 8 / page_size;
        bool beginning = bit / 8 % page_size < BEGINNING;
        if (live[page] && (checked[page] || beginning || bit % OF_A_BATCH == 0))
            a_bit(bit / 8, (uint32_t)(bit % 8), &tally);
    }
    print_message("%llu of %llu bits were refused\n", (unsigned long long)tally.refused,
                  (unsigned long long)tally.flipped);
    assert_true(tally.refused > tally.flipped / 50);
}

/* The number of a meta page is two less than its state's: LMDB leaves it so when the write of the
 * page fails. Or a bit has flipped, after all was well. The state is there. */
static void a_number_that_was_put_back_is_brought_right(void **state) {
    (void)state;
    enum { LAST_PAGE = 16 + 120, NUMBER = 16 + 128 };
    uint64_t number[SBL_LMDB_METAS], last_page;
    restore();
    for (uint64_t page = 0; page < SBL_LMDB_METAS; page++)
        memcpy(&number[page], sound + page * page_size + NUMBER, sizeof number[page]);
    uint64_t newest = number[0] > number[1] ? 0 : 1, old = number[newest] - 2;
    memcpy(&last_page, sound + newest * page_size + LAST_PAGE, sizeof last_page);
    last_page -= 2; /* of the state before, as LMDB puts it back, too */
    write_at(&old, sizeof old, newest * page_size + NUMBER);
    write_at(&last_page, sizeof last_page, newest * page_size + LAST_PAGE);
    struct sellable_log log = opened();
    holds(&log, &batches);
    closes(&log);
    unsigned char after[META_BYTES];
    assert_int_equal(pread(file, after, sizeof after, (off_t)(newest * page_size)), META_BYTES);
    assert_memory_equal(after, sound + newest * page_size, META_BYTES);
}

/* ---- files that are something else ----------------------------------------------------------- */

static void a_file_that_is_cut_off_is_refused(void **state) {
    (void)state;
    restore();
    uint64_t step = all ? 8 : 3 * SECTOR + 8;
    for (uint64_t size = used - 1; size > step; size -= step) {
        enum sellable_status status;
        assert_int_equal(ftruncate(file, (off_t)size), 0);
        assert_true(strlen(refused(&status)) > 5);
        assert_int_equal(status, SELLABLE_INVALID);
    }
    for (uint64_t size = used; size < used + 3 * page_size; size += SECTOR + 1) {
        restore();
        assert_int_equal(ftruncate(file, (off_t)size), 0);
        struct sellable_log log = opened();
        holds(&log, &batches);
        closes(&log);
    }
}

static void an_empty_file_is_refused(void **state) {
    (void)state;
    assert_int_equal(ftruncate(file, 0), 0);
    refused_as(SELLABLE_INVALID, "the file is empty");
}

static void bytes_of_another_kind_are_refused(void **state) {
    (void)state;
    restore();
    write_at("Once upon a midnight dreary", 27, 0);
    refused_as(SELLABLE_INVALID, "it is no LMDB file, or its beginning is damaged");
    restore();
    static const unsigned char turned[] = {0xbe, 0xef, 0xc0, 0xde};
    write_at(turned, sizeof turned, 16);
    refused_as(SELLABLE_INVALID, "it was made on a machine of another byte order");
    restore();
    static const unsigned char narrow[] = {0xde, 0xc0, 0xef, 0xbe, 1, 0, 0, 0};
    write_at(narrow, sizeof narrow, 12);
    refused_as(SELLABLE_INVALID, "it was made by a 32-bit program");
    restore();
    static const uint32_t newer = 2;
    write_at(&newer, sizeof newer, 20);
    refused_as(SELLABLE_INVALID, "it is of a newer format of LMDB");
    restore();
    static const uint32_t larger = 65536;
    write_at(&larger, sizeof larger, 16 + 24);
    refused_as(SELLABLE_INVALID, "its pages are of another size than this machine's");
}

static void pages_of_another_state_are_refused(void **state) {
    (void)state;
    restore();
    /* One meta page over the other, one page over another: whatever is found, it is not mixed. */
    for (uint64_t from = 0; from * page_size < used; from += all ? 1 : 7)
        for (uint64_t to = 0; to * page_size < used; to += all ? 1 : 5) {
            enum sellable_status status;
            if (from == to || !live[to])
                continue;
            restore_live_pages();
            write_at(sound + from * page_size, page_size, to * page_size);
            const char *reason = refused(&status);
            if (status == SELLABLE_OK) { /* a page that is free, or the middle of a value */
                struct sellable_log log = opened();
                (void)bits_within(&log);
                closes(&log);
            } else {
                assert_true(strlen(reason) > 5);
            }
        }
}

/* ---- damage with a purpose ------------------------------------------------------------------- */

enum { KIND = 10, BRANCH = 1, OWN = 4, PAGE_HEAD = 16, NODE_HEAD = 8 };

static uint16_t half_at(uint64_t offset) {
    uint16_t half;
    memcpy(&half, sound + offset, sizeof half);
    return half;
}

static uint64_t word_at(uint64_t offset) {
    uint64_t word;
    memcpy(&word, sound + offset, sizeof word);
    return word;
}

/* Where a list of free pages begins that has a page of its own: its length, then numbers that
 * fall. */
static uint64_t list_of_free_pages(void) {
    for (uint64_t page = SBL_LMDB_METAS; page < used / page_size; page++) {
        uint64_t at = page * page_size + PAGE_HEAD, count = word_at(at), falling = 1;
        if (!live[page] || half_at(page * page_size + KIND) != OWN || count > page_size / 8 - 3)
            continue;
        while (falling < count && word_at(at + falling * 8) > word_at(at + falling * 8 + 8))
            falling++;
        if (count > 200 && falling == count)
            return at;
    }
    fail_msg("there is no such list");
    return 0;
}

static void a_list_of_free_pages_that_is_wrong_is_refused(void **state) {
    (void)state;
    uint64_t list = list_of_free_pages(), count = word_at(list), turned[2], fewer = count - 1;
    restore();
    write_at(&fewer, sizeof fewer, list);
    refused_as(SELLABLE_INVALID, "a page is neither used nor free");
    fewer = count + page_size;
    write_at(&fewer, sizeof fewer, list);
    refused_as(SELLABLE_INVALID, "a list of free pages is longer than its record");
    restore();
    turned[0] = word_at(list + 16), turned[1] = word_at(list + 8);
    write_at(turned, sizeof turned, list + 8);
    refused_as(SELLABLE_INVALID, "a list of free pages is not in order");
    restore();
    turned[0] = used / page_size - 1; /* behind all that are free */
    write_at(turned, sizeof *turned, list + 8);
    refused_as(SELLABLE_INVALID, "a page is used twice");
    restore();
    turned[0] = SBL_LMDB_METAS - 1;
    write_at(turned, sizeof *turned, list + count * 8);
    refused_as(SELLABLE_INVALID, "a page number is not of this file");
}

static void keys_that_a_branch_has_not_got_are_refused(void **state) {
    (void)state;
    uint32_t found = 0;
    restore();
    for (uint64_t page = SBL_LMDB_METAS; page < used / page_size; page++) {
        uint64_t at = page * page_size;
        if (!live[page] || half_at(at + KIND) != BRANCH)
            continue;
        for (uint64_t slot = at + PAGE_HEAD + 2; slot < at + half_at(at + 12); slot += 2) {
            uint64_t key = at + half_at(slot) + NODE_HEAD, other = word_at(key) + 1;
            enum sellable_status status;
            write_at(&other, sizeof other, key);
            if (strcmp(refused(&status), "keys are not in order") == 0)
                found++;
            else /* of the state before: nobody looks for anything there */
                assert_int_equal(status, SELLABLE_OK);
            write_at(sound + key, sizeof other, key);
        }
    }
    assert_in_range(found, 3, 20);
}

/* ---- damage at random ------------------------------------------------------------------------ */

/* Bytes that lead somewhere else: a page's head, a slot, a node, a number. */
static void damage(struct random *random) {
    uint64_t pages = used / page_size, count = 1 + random_below(random, 3);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t page = random_below(random, (uint32_t)pages);
        while (!live[page])
            page = random_below(random, (uint32_t)pages);
        uint64_t within = random_percent(random, 60) ? random_below(random, 160) / 2 * 2
                                                     : random_below(random, (uint32_t)page_size);
        uint64_t value = random_percent(random, 50)
                             ? random_below(random, (uint32_t)pages)
                             : (uint64_t)random_between(random, 0, INT64_MAX);
        uint64_t size = UINT64_C(1) << random_below(random, 4);
        if (within + size > page_size)
            size = page_size - within;
        write_at(&value, size, page * page_size + within);
    }
}

/* What passed can be read and written to, and is sound afterwards. */
static void goes_on(void) {
    struct sbl_lmdb_state found;
    const char *reason;
    uint64_t position, size;
    const void *bytes;
    struct sellable_log log = opened();
    for (uint64_t from = 0; from < 1010; from += 3)
        (void)log.read(log.context, from, &position, &bytes, &size);
    for (uint64_t i = 2000; i < 2020; i++)
        (void)append(&log, i, i % 2 == 0 ? 72 : 4 * page_size);
    (void)log.sync(log.context);
    (void)log.drop(log.context, 2010);
    enum sellable_status status = log.sync(log.context);
    closes(&log);
    if (status == SELLABLE_OK && sbl_lmdb_check(file, &found, &reason) != SELLABLE_OK)
        fail_msg("%s", reason);
}

static void whatever_the_file_says_lmdb_is_not_led_astray(void **state) {
    (void)state;
    uint64_t passed = 0, count = all ? 200000 : 1500;
    restore();
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct random random = {seed};
        struct sbl_lmdb_state found;
        const char *reason;
        restore_live_pages();
        damage(&random);
        if (sbl_lmdb_check(file, &found, &reason) != SELLABLE_OK)
            continue;
        passed++;
        goes_on();
    }
    print_message("%llu of %llu were of no use to anybody\n", (unsigned long long)passed,
                  (unsigned long long)count);
    assert_in_range(passed, 1, count * 4 / 5);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_of_a_meta_page_is_refused_or_of_no_use),
        cmocka_unit_test(a_page_that_is_free_may_say_anything),
        cmocka_unit_test(any_bit_of_the_file_is_refused_or_of_no_use_or_a_batchs),
        cmocka_unit_test(a_number_that_was_put_back_is_brought_right),
        cmocka_unit_test(a_file_that_is_cut_off_is_refused),
        cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(bytes_of_another_kind_are_refused),
        cmocka_unit_test(pages_of_another_state_are_refused),
        cmocka_unit_test(a_list_of_free_pages_that_is_wrong_is_refused),
        cmocka_unit_test(keys_that_a_branch_has_not_got_are_refused),
        cmocka_unit_test(whatever_the_file_says_lmdb_is_not_led_astray),
    };
    all = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests(tests, store_begin, store_end);
}
