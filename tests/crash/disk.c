/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk under this process, as it is recorded: see disk.h, disk_inside.h. */
#define _GNU_SOURCE /* nftw */

#include "disk_inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FIRST_OPS = 1024, OPEN_FOLDERS = 8 };

struct disk disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the trace ------------------------------------------------------------------------------- */

static void *grown(void *memory, size_t size) {
    void *larger = realloc(memory, size);
    if (!larger) {
        abort();
    }
    return larger;
}

struct disk_op *disk_say(enum disk_kind kind, uint32_t file) {
    if (disk.trace.count == disk.room) {
        disk.room = disk.room ? 2 * disk.room : FIRST_OPS;
        disk.trace.ops = grown(disk.trace.ops, disk.room * sizeof *disk.trace.ops);
    }
    struct disk_op *op = &disk.trace.ops[disk.trace.count++];
    *op = (struct disk_op){.kind = kind, .file = file};
    return op;
}

void disk_begin(void) {
    pthread_mutex_lock(&disk.lock);
}

void disk_end(void) {
    int error = errno;
    pthread_mutex_unlock(&disk.lock);
    errno = error;
}

static void set_root(const char *root) {
    size_t size = strlen(root);
    assert(root[0] == '/' && size < sizeof disk.root);
    memcpy(disk.root, root, size + 1);
    disk.root_size = size;
    memset(disk.files, 0, sizeof disk.files);
    memset(disk.descriptors, 0, sizeof disk.descriptors);
    disk.files[DISK_ROOT].is_folder = true;
    disk.trace.files = DISK_ROOT + 1;
}

void disk_forget(void) {
    disk_begin();
    for (uint32_t i = 0; i < disk.trace.count; i++) {
        free(disk.trace.ops[i].bytes);
    }
    free(disk.trace.ops);
    disk.trace = (struct disk_trace){.ops = NULL};
    disk.room = 0;
    disk_end();
}

void disk_stop(void) {
    disk_begin();
    disk.recording = false;
    disk.root_size = 0;
    memset(disk.descriptors, 0, sizeof disk.descriptors);
    disk_end();
}

const struct disk_trace *disk_trace(void) {
    return &disk.trace;
}

void disk_mark(uint64_t mark) {
    disk_begin();
    if (disk.recording) {
        disk_say(DISK_MARK, DISK_ROOT)->mark = mark;
    }
    disk_end();
}

void disk_lie(enum disk_lie lie) {
    disk_begin();
    disk.lie = lie;
    disk_end();
}

void disk_take_no_space(void) {
    disk_begin();
    disk.takes_no_space = true;
    disk_end();
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Without what says nothing: "//", "/./". */
static void plain_name(const char *path, char name[DISK_NAME]) {
    size_t used = 0;
    while (*path) {
        size_t size = strcspn(path, "/");
        assert(size != 2 || path[0] != '.' || path[1] != '.');
        if (size != 0 && (size != 1 || path[0] != '.')) {
            assert(used + 1 + size < DISK_NAME);
            if (used != 0) {
                name[used++] = '/';
            }
            memcpy(name + used, path, size);
            used += size;
        }
        path += size + (path[size] == '/');
    }
    name[used] = 0;
}

/* The path from the root on, "" for the root itself; false: it is not beneath. */
bool disk_beneath(int folder, const char *path, char name[DISK_NAME]) {
    char whole[2 * PATH_MAX];
    if (disk.root_size == 0 || !path) {
        return false;
    }
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        char link[64], there[PATH_MAX] = ".";
        snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d",
                 folder);
        ssize_t size = readlink(link, there, sizeof there - 1);
        there[size > 0 ? size : 0] = 0;
        snprintf(whole, sizeof whole, "%s/%s", there, path);
    }
    size_t size = disk.root_size;
    if (strncmp(whole, disk.root, size) != 0 || (whole[size] != '/' && whole[size] != 0)) {
        return false;
    }
    plain_name(whole + size, name);
    return true;
}

/* The number of a file by its name; DISK_NOT_OURS: none has it. */
int disk_file_of(const char *name) {
    if (name[0] == 0) {
        return DISK_ROOT;
    }
    for (uint32_t file = DISK_ROOT + 1; file < disk.trace.files; file++) {
        if (strcmp(disk.files[file].name, name) == 0) {
            return (int)file;
        }
    }
    return DISK_NOT_OURS;
}

static uint32_t folder_of(const char *name) {
    char folder[DISK_NAME] = "";
    const char *slash = strrchr(name, '/');
    if (slash) {
        memcpy(folder, name, (size_t)(slash - name));
        folder[slash - name] = 0;
    }
    int file = disk_file_of(folder);
    assert(file != DISK_NOT_OURS);
    return (uint32_t)file;
}

uint32_t disk_make_name(const char *name, bool is_folder) {
    assert(disk.trace.files < DISK_FILES);
    uint32_t file = disk.trace.files++;
    memcpy(disk.files[file].name, name, DISK_NAME);
    disk.files[file].is_folder = is_folder;
    if (disk.recording) {
        struct disk_op *op = disk_say(DISK_MAKE, file);
        op->folder = folder_of(name);
        op->is_folder = is_folder;
        memcpy(op->name, name, DISK_NAME);
    }
    return file;
}

void disk_remove_name(const char *name) {
    int file = disk_file_of(name);
    if (file == DISK_NOT_OURS) {
        return;
    }
    disk.files[file].name[0] = 0;
    disk.calls.changed++;
    if (disk.recording) {
        struct disk_op *op = disk_say(DISK_REMOVE, (uint32_t)file);
        op->folder = folder_of(name);
        memcpy(op->name, name, DISK_NAME);
    }
}

void disk_rename_name(const char *name, const char *to) {
    int file = disk_file_of(name), replaced = disk_file_of(to);
    assert(file != DISK_NOT_OURS);
    if (replaced != DISK_NOT_OURS) {
        disk.files[replaced].name[0] = 0;
    }
    memcpy(disk.files[file].name, to, DISK_NAME);
    disk.calls.changed++;
    if (disk.recording) {
        assert(folder_of(name) == folder_of(to));
        struct disk_op *op = disk_say(DISK_RENAME, (uint32_t)file);
        op->folder = folder_of(to);
        memcpy(op->name, name, DISK_NAME);
        memcpy(op->to, to, DISK_NAME);
    }
}

/* ---- faults ---------------------------------------------------------------------------------- */

const char *disk_fault_name(enum disk_fault fault) {
    static const char *const names[DISK_FAULTS] = {"none", "EIO", "ENOSPC", "short", "EINTR"};
    return names[fault];
}

void disk_fail(const char *root, enum disk_fault fault, uint64_t number, bool for_ever) {
    disk_begin();
    if (!disk.recording) {
        set_root(root);
    }
    disk.fault = fault;
    disk.fails_at = number;
    disk.for_ever = for_ever;
    disk.calls = (struct disk_calls){0, 0, 0};
    disk_end();
}

struct disk_calls disk_works(void) {
    disk_begin();
    struct disk_calls calls = disk.calls;
    disk.fault = DISK_WORKS;
    disk.fails_at = 0;
    disk_end();
    return calls;
}

/* Whether this call fails, and how; errno is set. */
enum disk_fault disk_fails(void) {
    uint64_t number = ++disk.calls.made;
    uint64_t until = !disk.for_ever                ? disk.fails_at
                     : disk.fault == DISK_EINTR ? disk.fails_at + DISK_STORM
                                                : UINT64_MAX;
    bool does = disk.fault != DISK_WORKS && number >= disk.fails_at && number <= until;
    if (!does) {
        return DISK_WORKS;
    }
    disk.calls.failed++;
    errno = disk.fault == DISK_ENOSPC ? ENOSPC : disk.fault == DISK_EINTR ? EINTR : EIO;
    return disk.fault;
}

/* ---- what happens ---------------------------------------------------------------------------- */

void disk_wrote(const struct disk_descriptor *ours, uint64_t offset, const void *bytes,
                size_t size) {
    disk.calls.changed++;
    if (!disk.recording || size == 0) {
        return;
    }
    struct disk_op *op = disk_say(DISK_WRITE, ours->file);
    op->offset = offset;
    op->size = size;
    op->at_once = ours->at_once && disk.lie != DISK_NO_SYNC;
    op->bytes = grown(NULL, size);
    memcpy(op->bytes, bytes, size);
}

void disk_sized(const struct disk_descriptor *ours, uint64_t size) {
    disk.calls.changed++;
    if (disk.recording) {
        disk_say(DISK_SIZE, ours->file)->size = size;
    }
}

/* ---- what was there before ------------------------------------------------------------------- */

/* As if it had just been written, and synced. */
static int record_old(const char *path, const struct stat *found, int type, struct FTW *where) {
    char name[DISK_NAME];
    (void)where;
    disk_begin();
    if (disk_beneath(AT_FDCWD, path, name) && name[0] != 0) {
        uint32_t file = disk_make_name(name, type == FTW_D);
        uint64_t size = type == FTW_D ? 0 : (uint64_t)found->st_size;
        struct disk_descriptor all = {.ours = true, .file = file};
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
        unsigned char *bytes = grown(NULL, size + 1);
        bool well = fd >= 0 &&
                    (size == 0 || syscall(SYS_pread64, fd, bytes, size, 0) == (long)size);
        assert(well);
        disk_wrote(&all, 0, bytes, well ? size : 0);
        disk_say(DISK_SYNC, file);
        disk_say(DISK_SYNC_FOLDER, folder_of(name));
        syscall(SYS_close, fd);
        free(bytes);
    }
    disk_end();
    return 0;
}

void disk_record(const char *root) {
    disk_forget();
    disk_begin();
    set_root(root);
    disk.recording = true;
    disk_end();
    (void)nftw(root, record_old, OPEN_FOLDERS, FTW_PHYS);
    disk_begin();
    disk.trace.begun = disk.trace.count;
    disk_end();
}
