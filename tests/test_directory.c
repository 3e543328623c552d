/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that signals interrupt: this program's own are found before the C library's. */
#define _GNU_SOURCE /* memfd_create */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "directory.h"

static uint64_t interruptions; /* so many of the calls that come are interrupted */
static uint64_t calls;         /* that came */

static bool is_interrupted(void) {
    calls++;
    if (interruptions == 0)
        return false;
    interruptions--;
    errno = EINTR;
    return true;
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
    return is_interrupted() ? -1 : syscall(SYS_pread64, descriptor, bytes, size, offset);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    return is_interrupted() ? -1 : syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}
int fsync(int descriptor) { return is_interrupted() ? -1 : (int)syscall(SYS_fsync, descriptor); }
int flock(int descriptor, int operation) {
    return is_interrupted() ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    return is_interrupted() ? EINTR : ftruncate(descriptor, offset + size) == 0 ? 0 : errno;
}

/* ---- the calls ------------------------------------------------------------------------------- */

static int file;

static int writes(void) { return sbl_write_at(file, "content", 7, 0); }
static int reads(void) {
    char bytes[7];
    return sbl_read_at(file, bytes, sizeof bytes, 0);
}
static int takes_space(void) { return sbl_take_space(file, 4096); }
static int syncs_a_folder(void) { return sbl_sync_parent("/tmp/any"); }
static int locks(void) {
    struct sbl_lock lock;
    enum sbl_locked locked = sbl_lock_take(&lock, dup(file));
    int error = locked == SBL_LOCK_TAKEN ? 0 : EINTR;
    if (error == 0)
        sbl_lock_release(&lock, true);
    return error;
}

static int (*const all[])(void) = {writes, reads, takes_space, syncs_a_folder, locks};
enum { ALL = sizeof all / sizeof all[0] };

static void interrupted_some_times_a_call_is_made_again_and_succeeds(void **state) {
    (void)state;
    for (int i = 0; i < ALL; i++) {
        interruptions = 900;
        assert_int_equal(all[i](), 0);
        assert_int_equal(interruptions, 0);
    }
}

static void interrupted_for_ever_a_call_fails_and_comes_back(void **state) {
    (void)state;
    for (int i = 0; i < ALL; i++) {
        interruptions = UINT64_MAX;
        calls = 0;
        assert_int_equal(all[i](), EINTR);
        assert_in_range(calls, 1000, 3000);
        interruptions = 0;
    }
}

static int begin(void **state) {
    (void)state;
    file = memfd_create("file", 0);
    return file < 0 ? -1 : writes();
}

static int end(void **state) {
    (void)state;
    return close(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_some_times_a_call_is_made_again_and_succeeds),
        cmocka_unit_test(interrupted_for_ever_a_call_fails_and_comes_back),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
