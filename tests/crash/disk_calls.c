/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk under this process: the functions of libc that change files, and those that read them:
 * see disk.h. Of each first its own work, by the kernel's number; then, if it did something to a
 * file that is ours, a line of the trace. */

/* These give the functions below bodies and names of their own. */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#define _GNU_SOURCE

#include "disk_inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- descriptors ----------------------------------------------------------------------------- */

static struct disk_descriptor *descriptor_of(int fd) {
    struct disk_descriptor *found = fd >= 0 && fd < DISK_DESCRIPTORS ? &disk.descriptors[fd] : NULL;
    return found && found->ours ? found : NULL;
}

static void learn(int fd, const char *name, int flags) {
    struct stat found;
    assert(fd < DISK_DESCRIPTORS && fstat(fd, &found) == 0);
    int file = disk_file_of(name);
    bool is_new = file == DISK_NOT_OURS;
    if (is_new) {
        disk.calls.changed += (flags & O_CREAT) != 0 && found.st_size == 0;
        file = (int)disk_make_name(name, S_ISDIR(found.st_mode));
    }
    disk.descriptors[fd] = (struct disk_descriptor){
        .ours = true,
        .file = (uint32_t)file,
        .is_folder = S_ISDIR(found.st_mode),
        .at_once = (flags & O_DSYNC) != 0,
    };
    if (!is_new && disk.recording && (flags & O_TRUNC) != 0) {
        disk_say(DISK_SIZE, (uint32_t)file)->size = 0;
    }
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    char name[DISK_NAME];
    disk_begin();
    bool ours = disk_beneath(folder, path, name);
    int fd = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        if (ours && fd >= 0) {
            learn(fd, name, flags);
        }
    }
    disk_end();
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_at(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    if (ours) {
        ours->ours = false;
    }
    int done = (int)syscall(SYS_close, fd);
    disk_end();
    return done;
}

/* ---- reading, writing ------------------------------------------------------------------------ */

/* Half of it, if this call is to fall short. */
static bool is_let(const struct disk_descriptor *ours, size_t *size) {
    enum disk_fault fault = ours ? disk_fails() : DISK_WORKS;
    if (fault == DISK_SHORT && *size > 1) {
        *size /= 2;
        return true;
    }
    return fault == DISK_WORKS;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    ssize_t done = -1;
    if (is_let(ours, &size)) {
        done = syscall(SYS_pwrite64, fd, bytes, size, offset);
        if (ours && done > 0) {
            disk_wrote(ours, (uint64_t)offset, bytes, (size_t)done);
        }
    }
    disk_end();
    return done;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    ssize_t done = -1;
    if (is_let(ours, &size)) {
        off_t offset = ours ? (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
        done = syscall(SYS_write, fd, bytes, size);
        if (ours && done > 0) {
            disk_wrote(ours, (uint64_t)offset, bytes, (size_t)done);
        }
    }
    disk_end();
    return done;
}

/* Piece by piece; it may end within one. */
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    ssize_t done = 0;
    for (int i = 0; i < count; i++) {
        ssize_t now = pwrite(fd, pieces[i].iov_base, pieces[i].iov_len, offset + done);
        if (now < 0) {
            return done > 0 ? done : now;
        }
        done += now;
        if ((size_t)now < pieces[i].iov_len) {
            break;
        }
    }
    return done;
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    disk_begin();
    bool ours = descriptor_of(fd) != NULL;
    disk_end();
    if (!ours) {
        return syscall(SYS_writev, fd, pieces, count);
    }
    off_t offset = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
    ssize_t done = pwritev(fd, pieces, count, offset);
    if (done > 0) {
        syscall(SYS_lseek, fd, offset + done, SEEK_SET);
    }
    return done;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset) {
    disk_begin();
    bool let = is_let(descriptor_of(fd), &size);
    disk_end();
    return let ? syscall(SYS_pread64, fd, bytes, size, offset) : -1;
}

ssize_t read(int fd, void *bytes, size_t size) {
    disk_begin();
    bool let = is_let(descriptor_of(fd), &size);
    disk_end();
    return let ? syscall(SYS_read, fd, bytes, size) : -1;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

int ftruncate(int fd, off_t size) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = (int)syscall(SYS_ftruncate, fd, size);
        if (ours && done == 0) {
            disk_sized(ours, (uint64_t)size);
        }
    }
    disk_end();
    return done;
}

static uint64_t size_of(int fd) {
    struct stat now;
    return fstat(fd, &now) == 0 ? (uint64_t)now.st_size : 0;
}

/* As if it had been taken. */
static int claim(int fd, int mode, off_t offset, off_t size) {
    bool grows = mode == 0 && size_of(fd) < (uint64_t)(offset + size);
    return grows ? (int)syscall(SYS_ftruncate, fd, offset + size) : 0;
}

int fallocate(int fd, int mode, off_t offset, off_t size) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    uint64_t before = size_of(fd);
    assert(!ours || (mode & ~FALLOC_FL_KEEP_SIZE) == 0);
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = disk.takes_no_space ? claim(fd, mode, offset, size)
                                   : (int)syscall(SYS_fallocate, fd, mode, offset, size);
        if (ours && done == 0 && size_of(fd) != before) {
            disk_sized(ours, size_of(fd));
        }
    }
    disk_end();
    return done;
}

int posix_fallocate(int fd, off_t offset, off_t size) {
    int before = errno;
    int error = fallocate(fd, 0, offset, size) == 0 ? 0 : errno;
    errno = before;
    return error;
}

/* ---- making durable -------------------------------------------------------------------------- */

static int sync_by(long number, int fd) {
    disk_begin();
    struct disk_descriptor *ours = descriptor_of(fd);
    bool left_out = ours && disk.lie != DISK_HONEST;
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = left_out || (ours && disk.recording) ? 0 : (int)syscall(number, fd);
        if (ours && done == 0 && disk.recording && !left_out) {
            disk_say(ours->is_folder ? DISK_SYNC_FOLDER : DISK_SYNC, ours->file);
        }
    }
    disk_end();
    return done;
}

int fsync(int fd) {
    return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return sync_by(SYS_fdatasync, fd);
}

/* ---- names of files -------------------------------------------------------------------------- */

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char name[DISK_NAME], new_name[DISK_NAME];
    disk_begin();
    bool ours = disk_beneath(from_folder, from, name) && disk_beneath(to_folder, to, new_name);
    assert(!ours || (flags & RENAME_EXCHANGE) == 0);
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
        if (ours && done == 0) {
            disk_rename_name(name, new_name);
        }
    }
    disk_end();
    return done;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder, const char *path, int flags) {
    char name[DISK_NAME];
    disk_begin();
    bool ours = disk_beneath(folder, path, name);
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = (int)syscall(SYS_unlinkat, folder, path, flags);
        if (ours && done == 0) {
            disk_remove_name(name);
        }
    }
    disk_end();
    return done;
}

int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    char name[DISK_NAME];
    disk_begin();
    bool ours = disk_beneath(folder, path, name);
    int done = -1;
    if (!ours || disk_fails() == DISK_WORKS) {
        done = (int)syscall(SYS_mkdirat, folder, path, mode);
        if (ours && done == 0 && disk_file_of(name) == DISK_NOT_OURS) {
            disk.calls.changed++;
            disk_make_name(name, true);
        }
    }
    disk_end();
    return done;
}

int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}

/* Where the C library gives the same function another name. */
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_at(folder, path, flags, mode);
}

int creat64(const char *path, mode_t mode) {
    return creat(path, mode);
}

ssize_t pread64(int fd, void *bytes, size_t size, off_t offset) {
    return pread(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset) {
    return pwrite(fd, bytes, size, offset);
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off_t offset) {
    return pwritev(fd, pieces, count, offset);
}

int ftruncate64(int fd, off_t size) {
    return ftruncate(fd, size);
}

int fallocate64(int fd, int mode, off_t offset, off_t size) {
    return fallocate(fd, mode, offset, size);
}

int posix_fallocate64(int fd, off_t offset, off_t size) {
    return posix_fallocate(fd, offset, size);
}
