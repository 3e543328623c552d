/* SPDX-License-Identifier: Apache-2.0
 *
 * A small store whose files are damaged: a bit flipped, cut off, swapped, missing, another store's.
 * It is refused, in words, or opens in exactly the state that it had; never in another, and nothing
 * crashes.
 *
 *     test_crash_damage           bits at a distance, some seconds
 *     test_crash_damage long      every bit
 *     test_crash_damage SEED */
#include "child.h"
#include "disk.h"
#include "workload.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"

enum {
    PER_KIND = 4,
    FILES = 2,
    PATHS = STORE_PATH + STORE_ID_BYTES,
    PAGE = 4096,
    BITS = 8,
    BITS_WANTED = 3000,   /* of each file, if not all */
    UNUSED_EVERY = 32771, /* bits, in what nothing was ever written to */
    LENGTHS_WANTED = 150,
    SECONDS_EACH = 60
};

static uint64_t first_seed = UINT64_C(20260517);
static bool every_bit;

static const char *const names[FILES] = {"journal", "checkpoints"};

struct kept {
    unsigned char *bytes;
    uint64_t size;
    uint64_t used; /* up to the last page that has a bit set */
};

struct store {
    struct workload workload;
    struct history history;
    struct kept files[FILES];
    char folder[STORE_PATH];
};

enum { SAME, REFUSED, TRIED }; /* figures of a child */

/* ---- files ----------------------------------------------------------------------------------- */

static void path_of(char path[PATHS], const struct store *store, uint32_t file) {
    snprintf(path, PATHS, "%s/store/%s", store->folder, names[file]);
}

static struct kept read_file(const char *path) {
    struct kept kept = {.bytes = NULL};
    struct stat found;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &found) == 0);
    kept.size = (uint64_t)found.st_size;
    kept.bytes = malloc(kept.size);
    assert_non_null(kept.bytes);
    assert_true(read(fd, kept.bytes, kept.size) == (ssize_t)kept.size);
    close(fd);
    for (uint64_t i = 0; i < kept.size; i++) {
        kept.used = kept.bytes[i] != 0 ? (i / PAGE + 1) * PAGE : kept.used;
    }
    return kept;
}

/* The first bytes of what was kept, as many as `size`. */
static void write_file(const struct store *store, uint32_t file, const struct kept *kept,
                       uint64_t size) {
    char path[PATHS];
    path_of(path, store, file);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    uint64_t written = size < kept->used ? size : kept->used;
    if (fd < 0 || write(fd, kept->bytes, written) != (ssize_t)written ||
        ftruncate(fd, (off_t)size) != 0 || close(fd) != 0) {
        abort();
    }
}

static void put_back(const struct store *store) {
    for (uint32_t file = 0; file < FILES; file++) {
        write_file(store, file, &store->files[file], store->files[file].size);
    }
}

static void flip(const struct store *store, uint32_t file, uint64_t bit) {
    char path[PATHS];
    unsigned char byte;
    off_t at = (off_t)(bit / BITS);
    path_of(path, store, file);
    int fd = open(path, O_RDWR);
    if (fd < 0 || pread(fd, &byte, 1, at) != 1) {
        abort();
    }
    byte ^= (unsigned char)(1U << (bit % BITS));
    if (pwrite(fd, &byte, 1, at) != 1 || close(fd) != 0) {
        abort();
    }
}

/* ---- the store ------------------------------------------------------------------------------- */

/* Closed, with a checkpoint in the middle; whole, as it was. */
static void begin(struct store *store, uint64_t seed) {
    static const struct store_way way = {.directory = false};
    struct side side = {.engine = NULL};
    struct sellable_recovery recovery;
    char path[PATHS];
    *store = (struct store){.folder = ""};
    workload_make(&store->workload, PER_KIND, seed, false);
    store_folder_make(store->folder);
    history_begin(&store->history);
    expect(store_open(store->folder, &way, &side.engine, &recovery), OK);
    for (uint32_t step = 0; step < store->workload.count; step++) {
        (void)workload_step(&store->workload, step, &side, NULL, NULL);
        if (step == store->workload.count / 2) {
            expect(sellable_checkpoint(side.engine, NULL, 0), OK);
        }
    }
    expect(sellable_durable_wait(side.engine, 0), OK);
    history_note(&store->history, &side, store->workload.count);
    sellable_close(side.engine);
    for (uint32_t file = 0; file < FILES; file++) {
        path_of(path, store, file);
        store->files[file] = read_file(path);
    }
}

static void end(struct store *store) {
    for (uint32_t file = 0; file < FILES; file++) {
        free(store->files[file].bytes);
    }
    store_folder_remove(store->folder);
    history_free(&store->history);
    workload_free(&store->workload);
}

/* Refused, in words, or the same as ever. True: something was written, and all is to be put
 * back. */
static bool open_damaged(struct child *child, struct store *store) {
    static const struct store_way way = {.directory = false};
    struct sellable *engine;
    struct sellable_recovery recovery;
    disk_fail(store->folder, DISK_WORKS, 0, false);
    enum sellable_status status = store_open(store->folder, &way, &engine, &recovery);
    child->figures[TRIED]++;
    if (status == SELLABLE_OK) {
        const char *wrong = workload_judge(&store->workload, &store->history, engine,
                                           recovery.position, store->history.last, false);
        child->figures[SAME]++;
        if (wrong) {
            child_is_wrong(child, "%s: %s", child->doing, wrong);
        }
        return disk_works().changed != 0;
    }
    child->figures[REFUSED]++;
    if (status != SELLABLE_INVALID || recovery.field[0] == 0 || recovery.reason[0] == 0) {
        child_is_wrong(child, "%s: %s, '%s': '%s'", child->doing,
                       sellable_status_name((int)status), recovery.field, recovery.reason);
    }
    return disk_works().changed != 0;
}

/* ---- kinds of damage ------------------------------------------------------------------------- */

static void one_bit(struct child *child, struct store *store, uint32_t file, uint64_t bit) {
    child_does(child, SECONDS_EACH, "bit %" PRIu64 " of byte %" PRIu64 " of the %s", bit % BITS,
               bit / BITS, names[file]);
    flip(store, file, bit);
    uint64_t refused = child->figures[REFUSED];
    if (open_damaged(child, store)) {
        put_back(store);
        if (child->figures[REFUSED] != refused) {
            child_is_wrong(child, "%s: refused, and yet it was written to", child->doing);
        }
    } else {
        flip(store, file, bit);
    }
}

static void flip_bits(struct child *child, void *context) {
    struct store *store = context;
    disk_take_no_space();
    for (uint32_t file = 0; file < FILES; file++) {
        uint64_t used = store->files[file].used * BITS, all = store->files[file].size * BITS;
        uint64_t distance = every_bit || used < BITS_WANTED ? 1 : used / BITS_WANTED | 1;
        for (uint64_t bit = 0; bit < all && child->wrong[0] == 0;
             bit += bit < used ? distance : UNUSED_EVERY) {
            one_bit(child, store, file, bit);
        }
    }
}

/* At the ends of pages, and between. */
static void cut_off(struct child *child, void *context) {
    struct store *store = context;
    disk_take_no_space();
    for (uint32_t file = 0; file < FILES; file++) {
        uint64_t step = every_bit ? PAGE / BITS : store->files[file].size / LENGTHS_WANTED | 1;
        for (uint64_t size = 0; size < store->files[file].size && child->wrong[0] == 0;
             size += size % PAGE == 0 ? 1 : step) {
            child_does(child, SECONDS_EACH, "the %s cut at %" PRIu64 " of %" PRIu64, names[file],
                       size, store->files[file].size);
            write_file(store, file, &store->files[file], size);
            (void)open_damaged(child, store);
            put_back(store);
        }
    }
}

/* One file is put in the place of another, or of the same one of another store. */
struct pair {
    struct store ours, others;
};

static void try_file(struct child *child, struct pair *pair, uint32_t file, const struct kept *kept,
                     const char *what) {
    child_does(child, SECONDS_EACH, "the %s is %s", names[file], what);
    write_file(&pair->ours, file, kept, kept->size);
    (void)open_damaged(child, &pair->ours);
    put_back(&pair->ours);
}

static void exchange(struct child *child, void *context) {
    struct pair *pair = context;
    char path[PATHS];
    for (uint32_t file = 0; file < FILES; file++) {
        const struct kept empty = {.bytes = pair->ours.files[file].bytes};
        try_file(child, pair, file, &pair->ours.files[1 - file], "the other file");
        try_file(child, pair, file, &pair->others.files[file], "another store's");
        try_file(child, pair, file, &pair->others.files[1 - file], "another store's other file");
        try_file(child, pair, file, &empty, "empty");
        child_does(child, SECONDS_EACH, "the %s is missing", names[file]);
        path_of(path, &pair->ours, file);
        if (unlink(path) != 0) {
            abort();
        }
        (void)open_damaged(child, &pair->ours);
        put_back(&pair->ours);
    }
    child_does(child, SECONDS_EACH, "the files are swapped");
    write_file(&pair->ours, 0, &pair->ours.files[1], pair->ours.files[1].size);
    write_file(&pair->ours, 1, &pair->ours.files[0], pair->ours.files[0].size);
    (void)open_damaged(child, &pair->ours);
    put_back(&pair->ours);
}

/* ---- the tests ------------------------------------------------------------------------------- */

static struct child *in_a_child(void (*work)(struct child *, void *), void *context) {
    struct child *child;
    bool good = child_run(&child, work, context);
    printf("  %" PRIu64 " tried: %" PRIu64 " refused, %" PRIu64 " as ever%s%s\n",
           child->figures[TRIED], child->figures[REFUSED], child->figures[SAME],
           good ? "" : ": ", child->wrong);
    assert_true(good);
    return child;
}

static void a_bit_that_flipped_is_told_or_changes_nothing(void **state) {
    (void)state;
    struct store store;
    begin(&store, first_seed);
    struct child *child = in_a_child(flip_bits, &store);
    assert_true(child->figures[REFUSED] > child->figures[SAME] / 16);
    child_free(child);
    end(&store);
}

static void a_file_that_is_cut_off_is_told(void **state) {
    (void)state;
    struct store store;
    begin(&store, first_seed);
    struct child *child = in_a_child(cut_off, &store);
    assert_true(child->figures[REFUSED] != 0);
    child_free(child);
    end(&store);
}

static void a_file_that_is_swapped_foreign_empty_or_missing_is_told(void **state) {
    (void)state;
    static struct pair pair;
    begin(&pair.ours, first_seed);
    begin(&pair.others, first_seed + 1);
    struct child *child = in_a_child(exchange, &pair);
    equal(child->figures[SAME], 0);
    child_free(child);
    end(&pair.ours);
    end(&pair.others);
}

int main(int argc, char **argv) {
    every_bit = argc > 1 && strcmp(argv[1], "long") == 0;
    if (argc > 1 && !every_bit) {
        first_seed = strtoull(argv[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_that_flipped_is_told_or_changes_nothing),
        cmocka_unit_test(a_file_that_is_cut_off_is_told),
        cmocka_unit_test(a_file_that_is_swapped_foreign_empty_or_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
