/* SPDX-License-Identifier: Apache-2.0
 *
 * The system's calls that change files, of the program and of LMDB in it: they are counted, and one
 * of them fails when it is told so, or all from one on. LMDB, a shared library, finds these before
 * it finds the C library's. */
#ifndef SELLABLE_TESTS_LMDB_FAULTS_H
#define SELLABLE_TESTS_LMDB_FAULTS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Instead of an errno: half of the bytes are written, and said to be; all are, and EIO is said. */
enum { SHORT = -1, LATE = -2 };

static struct faults {
    uint64_t calls;     /* since it was told so */
    uint64_t at;        /* the call that fails; 0: none */
    bool for_ever;      /* and all behind it */
    int error;          /* how */
    uint64_t failed;    /* so many have */
    bool no_more_space; /* posix_fallocate beyond what there is fails */
    char order[100];    /* the first of them: w a write, d one that is synced at once, s a sync */
} faults;

/* Told of each write before it is done, and of each sync, if it is there. */
static void (*watch)(int descriptor, const void *bytes, size_t size, int64_t offset);

static void watched(int descriptor, const void *bytes, size_t size, int64_t offset) {
    if (watch != NULL)
        watch(descriptor, bytes, size, offset);
}

/* Does this call fail? */
static bool fails(void) {
    faults.calls++;
    bool now = faults.at != 0 && (faults.calls == faults.at ||
                                  (faults.for_ever && faults.calls > faults.at));
    faults.failed += now;
    if (now)
        errno = faults.error < 0 ? EIO : faults.error;
    return now;
}

/* What a failed write leaves to be written of so many bytes, or parts. */
static size_t still_written(size_t size) {
    return faults.error == SHORT ? size / 2 : faults.error == LATE ? size : 0;
}

static ssize_t failed_write(ssize_t written) {
    if (faults.error == SHORT)
        return written;
    errno = faults.error == LATE ? EIO : faults.error;
    return -1;
}

static void remember(char what) {
    size_t length = strlen(faults.order);
    if (length + 1 < sizeof faults.order)
        faults.order[length] = what;
}

static ssize_t real_write(int descriptor, const void *bytes, size_t size, int64_t offset) {
    remember((syscall(SYS_fcntl, descriptor, F_GETFL) & O_DSYNC) != 0 ? 'd' : 'w');
    return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

/* In the C library's place stand functions of other names here: which of two names a header gives
 * to a function that takes an offset depends on how the program is built. */
#define IN_PLACE_OF(name, function, result, ...)                                                   \
    result in_place_of_##name(__VA_ARGS__) __asm__(#name) __attribute__((alias(#function)));

ssize_t faulty_pwrite(int descriptor, const void *bytes, size_t size, int64_t offset);
ssize_t faulty_pwrite(int descriptor, const void *bytes, size_t size, int64_t offset) {
    watched(descriptor, bytes, size, offset);
    if (!fails())
        return real_write(descriptor, bytes, size, offset);
    return failed_write(real_write(descriptor, bytes, still_written(size), offset));
}
IN_PLACE_OF(pwrite, faulty_pwrite, ssize_t, int, const void *, size_t, int64_t)
IN_PLACE_OF(pwrite64, faulty_pwrite, ssize_t, int, const void *, size_t, int64_t)

ssize_t faulty_writev(int descriptor, const struct iovec *parts, int count);
ssize_t faulty_writev(int descriptor, const struct iovec *parts, int count) {
    int64_t offset = syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
    for (int i = 0; i < count; offset += (int64_t)parts[i++].iov_len)
        watched(descriptor, parts[i].iov_base, parts[i].iov_len, offset);
    remember('w');
    if (!fails())
        return syscall(SYS_writev, descriptor, parts, count);
    return failed_write(syscall(SYS_writev, descriptor, parts, still_written((size_t)count)));
}
IN_PLACE_OF(writev, faulty_writev, ssize_t, int, const struct iovec *, int)

/* A sync that failed may have written some; this one writes nothing. */
int faulty_fdatasync(int descriptor);
int faulty_fdatasync(int descriptor) {
    watched(descriptor, NULL, 0, 0);
    remember('s');
    return fails() ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}
IN_PLACE_OF(fdatasync, faulty_fdatasync, int, int)

int faulty_fsync(int descriptor);
int faulty_fsync(int descriptor) {
    watched(descriptor, NULL, 0, 0);
    return fails() ? -1 : (int)syscall(SYS_fsync, descriptor);
}
IN_PLACE_OF(fsync, faulty_fsync, int, int)

int faulty_ftruncate(int descriptor, int64_t size);
int faulty_ftruncate(int descriptor, int64_t size) {
    return fails() ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}
IN_PLACE_OF(ftruncate, faulty_ftruncate, int, int, int64_t)
IN_PLACE_OF(ftruncate64, faulty_ftruncate, int, int, int64_t)

int faulty_fallocate(int descriptor, int64_t offset, int64_t size);
int faulty_fallocate(int descriptor, int64_t offset, int64_t size) {
    int64_t end = syscall(SYS_lseek, descriptor, 0, SEEK_END);
    if (fails())
        return errno;
    if (faults.no_more_space && offset + size > end)
        return ENOSPC;
    return syscall(SYS_fallocate, descriptor, 0, offset, size) == 0 ? 0 : errno;
}
IN_PLACE_OF(posix_fallocate, faulty_fallocate, int, int, int64_t, int64_t)
IN_PLACE_OF(posix_fallocate64, faulty_fallocate, int, int, int64_t, int64_t)

int faulty_rename(const char *from, const char *to);
int faulty_rename(const char *from, const char *to) {
    return fails() ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}
IN_PLACE_OF(rename, faulty_rename, int, const char *, const char *)

/* From now on all is well. */
static inline void no_faults(void) { faults = (struct faults){0}; }

#endif
