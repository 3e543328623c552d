/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine crashes: of what was written since the last sync some sectors are on the disk and
 * some are not, in any order. At each write and each sync, files are made as they may be then, and
 * each is found sound, with all that was synced, and whole batches beyond.
 *
 *    test_lmdb_crash [long]      long: many more lives, and more files at each step */
#include "lmdb_faults.h"

#include "lmdb_log.h"

enum { SECTOR = 512, PENDING_MAX = 4096, FILE_MAX = 16 << 20 };

static struct batches batches;
static uint32_t lives = 2, images_at_once = 2;

/* The disk, and what was written and not synced. */
static unsigned char *disk;
static uint64_t disk_size; /* as synced */
static struct {
    uint32_t count;
    struct {
        uint64_t offset, size;
        unsigned char *bytes;
    } at[PENDING_MAX];
} pending;

static char real_path[PATH_BYTES], image_path[PATH_BYTES];
static int image;
static struct random chance;
static uint32_t synced;   /* batches that must be there */
static uint64_t dropped;  /* and may be gone below this */
static uint64_t images;

static void all_pending_is_synced(uint64_t size) {
    for (uint32_t i = 0; i < pending.count; i++) {
        memcpy(disk + pending.at[i].offset, pending.at[i].bytes, pending.at[i].size);
        free(pending.at[i].bytes);
    }
    pending.count = 0;
    disk_size = size;
}

/* Some sectors of what is pending, or all, or none. */
static void make_image(void) {
    uint64_t now = size_of_file();
    uint64_t size = now > disk_size && random_percent(&chance, 50) ? disk_size : now;
    uint32_t kept = random_percent(&chance, 20) ? 100 : random_below(&chance, 100);
    assert_int_equal(ftruncate(image, 0), 0);
    assert_int_equal(ftruncate(image, (off_t)size), 0);
    assert_int_equal(pwrite(image, disk, size, 0), (ssize_t)size);
    for (uint32_t i = 0; i < pending.count; i++)
        for (uint64_t at = 0; at < pending.at[i].size;) {
            uint64_t offset = pending.at[i].offset + at, left = pending.at[i].size - at;
            uint64_t part = SECTOR - offset % SECTOR;
            part = part < left ? part : left;
            if (offset + part <= size && random_percent(&chance, kept))
                assert_int_equal(pwrite(image, pending.at[i].bytes + at, part, (off_t)offset),
                                 (ssize_t)part);
            at += part;
        }
}

/* Found sound; what was synced is there, and beyond it a beginning of what was not. */
static void image_is_right(void) {
    uint64_t first = 0, last = 0, size;
    const void *bytes;
    uint32_t count = batches.count;
    memcpy(path, image_path, sizeof path);
    struct sellable_log log = opened();
    assert_int_equal(log.read(log.context, 0, &first, &bytes, &size), SELLABLE_OK);
    assert_int_equal(log.read(log.context, UINT64_MAX, &last, &bytes, &size), SELLABLE_OK);
    if (size == 0)
        assert_true(synced == 0 || batches.at[synced - 1].position < dropped);
    else {
        assert_in_range(last, synced, batches.count);
        assert_in_range(first, 1, dropped > 1 ? dropped : 1);
        batches.first = (uint32_t)first - 1;
        batches.count = (uint32_t)last;
        holds(&log, &batches);
    }
    closes(&log);
    batches.first = 0, batches.count = count;
    memcpy(path, real_path, sizeof path);
    images++;
}

static void crashes(int descriptor, const void *bytes, size_t size, int64_t offset) {
    struct stat file;
    assert_int_equal(fstat(descriptor, &file), 0);
    if (!S_ISREG(file.st_mode))
        return;
    watch = NULL; /* what is done here is not watched */
    for (uint32_t i = 0; i < images_at_once; i++) {
        make_image();
        image_is_right();
    }
    watch = crashes;
    if (bytes == NULL) {
        all_pending_is_synced((uint64_t)file.st_size);
        return;
    }
    assert_true(pending.count < PENDING_MAX && (uint64_t)offset + size <= FILE_MAX);
    unsigned char *copy = malloc(size);
    memcpy(copy, bytes, size);
    pending.at[pending.count].offset = (uint64_t)offset;
    pending.at[pending.count].size = size;
    pending.at[pending.count++].bytes = copy;
    if ((fcntl(descriptor, F_GETFL) & O_DSYNC) == 0)
        return;
    watch = NULL; /* while it is written, and then it is synced */
    make_image();
    image_is_right();
    watch = crashes;
    all_pending_is_synced((uint64_t)file.st_size);
}

static void a_life(uint64_t seed) {
    struct random random = {seed};
    struct sellable_log log = opened();
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    batches.first = batches.count = synced = 0, dropped = 0;
    disk_size = size_of_file();
    assert_int_equal(pread(descriptor, disk, disk_size, 0), (ssize_t)disk_size);
    assert_int_equal(close(descriptor), 0);
    watch = crashes;
    for (uint64_t position = 1; position < 150; position++) {
        uint32_t what = random_below(&random, 100);
        appends(&log, &batches, position,
                what < 70 ? 64 + what * 8 : what < 95 ? what * 100 / 8 * 8 : 200000);
        if (random_percent(&random, 30)) {
            syncs(&log);
            synced = batches.count;
        }
        if (random_percent(&random, 6)) {
            uint64_t end = position - random_below(&random, (uint32_t)(position / 3 + 1));
            dropped = end > dropped ? end : dropped; /* what is below may still be there */
            assert_int_equal(log.drop(log.context, end), SELLABLE_OK);
        }
    }
    watch = NULL;
    closes(&log);
    all_pending_is_synced(0);
}

static void after_a_crash_at_any_step_all_that_was_synced_is_there(void **state) {
    (void)state;
    disk = calloc(1, FILE_MAX);
    image = (int)syscall(SYS_memfd_create, "image", 0);
    (void)snprintf(image_path, sizeof image_path, "/proc/self/fd/%d", image);
    memcpy(real_path, path, sizeof real_path);
    for (uint64_t seed = 1; seed <= lives; seed++) {
        chance = (struct random){seed};
        a_life(seed);
        assert_int_equal(unlink(path), 0);
    }
    print_message("%llu files\n", (unsigned long long)images);
    assert_true(images > (uint64_t)lives * 400);
    free(disk);
    assert_int_equal(close(image), 0);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_crash_at_any_step_all_that_was_synced_is_there),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        lives = 60, images_at_once = 8;
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
