/* SPDX-License-Identifier: Apache-2.0 */
#include "directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ANYONE = 0777,    /* a directory's mode, and a file's: the caller's umask says the rest */
    ANY_FILE = 0666
};

static const char lock_name[] = "lock";

/* What the lock's file says, so that a directory is known for ours. */
static const char lock_text[] = "sellable store\n";
enum { LOCK_TEXT = sizeof lock_text - 1 };

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* A call that a signal interrupted is made again; but if that happens so often in a row, without
 * anything coming of it, it has failed. */
enum { PATIENCE = 1000 };

static bool was_interrupted(int error, int *times) { return error == EINTR && ++*times < PATIENCE; }

/* ---- the birthmark --------------------------------------------------------------------------- */

bool sbl_birthmark_begin(struct sbl_birthmark *mark) {
    void *page =
        mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *mark = (struct sbl_birthmark){0};
    if (page == MAP_FAILED)
        return false;
#ifdef MADV_WIPEONFORK
    if (madvise(page, page_size(), MADV_WIPEONFORK) != 0)
#endif
        mark->process = getpid();
    mark->page = page;
    mark->page[0] = 1;
    return true;
}

void sbl_birthmark_end(struct sbl_birthmark *mark) {
    if (mark->page != NULL)
        (void)munmap(mark->page, page_size());
    *mark = (struct sbl_birthmark){0};
}

bool sbl_birthmark_is_here(const struct sbl_birthmark *mark) {
    if (mark->page == NULL || mark->page[0] == 0)
        return false;
    return mark->process == 0 || mark->process == getpid();
}

/* ---- the lock -------------------------------------------------------------------------------- */

static int close_quietly(int descriptor) {
    if (descriptor >= 0)
        (void)close(descriptor);
    return -1;
}

static enum sbl_locked lock_now(int descriptor) {
    int status, times = 0;
    do
        status = flock(descriptor, LOCK_EX | LOCK_NB);
    while (status != 0 && was_interrupted(errno, &times));
    if (status == 0)
        return SBL_LOCK_TAKEN;
    return errno == EWOULDBLOCK ? SBL_LOCK_BUSY : SBL_LOCK_FAILED;
}

/* The same file, opened anew: another open file, with locks of its own. */
static int open_again(int descriptor) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof descriptor];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_RDWR | O_CLOEXEC);
}

/* Hand the lock over from the descriptor to a mapping that no child inherits, if the system lets a
 * mapping hold it; else the descriptor goes on holding it. */
static void hold_by_mapping(struct sbl_lock *lock) {
#ifdef MADV_DONTFORK
    int again = open_again(lock->descriptor);
    if (again < 0)
        return;
    void *page = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, lock->descriptor, 0);
    if (page == MAP_FAILED || madvise(page, page_size(), MADV_DONTFORK) != 0) {
        if (page != MAP_FAILED)
            (void)munmap(page, page_size());
        (void)close_quietly(again);
        return;
    }
    (void)close(lock->descriptor);
    if (lock_now(again) == SBL_LOCK_TAKEN) { /* the mapping did not hold it: this one does */
        (void)munmap(page, page_size());
        lock->descriptor = again;
        return;
    }
    (void)close(again);
    *lock = (struct sbl_lock){.page = page, .descriptor = -1};
#else
    (void)lock;
#endif
}

enum sbl_locked sbl_lock_take(struct sbl_lock *lock, int descriptor) {
    *lock = (struct sbl_lock){.descriptor = descriptor};
    enum sbl_locked locked = lock_now(descriptor);
    if (locked == SBL_LOCK_TAKEN)
        hold_by_mapping(lock);
    else
        lock->descriptor = close_quietly(descriptor);
    return locked;
}

void sbl_lock_release(struct sbl_lock *lock, bool here) {
    if (lock->page != NULL && here) /* a child has no such mapping: something else may be there */
        (void)munmap(lock->page, page_size());
    (void)close_quietly(lock->descriptor);
    *lock = (struct sbl_lock){.descriptor = -1};
}

/* ---- a directory ----------------------------------------------------------------------------- */

char *sbl_path_join(const char *path, const char *name) {
    size_t first = strlen(path), second = strlen(name);
    char *joined = malloc(first + second + sizeof "/");
    if (joined == NULL)
        return NULL;
    memcpy(joined, path, first + 1);
    joined[first] = '/';
    memcpy(joined + first + 1, name, second + 1);
    return joined;
}

static int sync_quietly(int descriptor) {
    int status, times = 0;
    do
        status = fsync(descriptor);
    while (status != 0 && was_interrupted(errno, &times));
    return status == 0 ? 0 : errno;
}

/* The folder that `path` is in, from malloc. A slash at its end does not count. */
static char *parent_of(const char *path) {
    size_t size = strlen(path);
    char *parent = malloc(size + sizeof ".");
    if (parent == NULL)
        return NULL;
    memcpy(parent, path, size + 1);
    while (size > 1 && path[size - 1] == '/')
        size--;
    while (size > 0 && path[size - 1] != '/')
        size--;
    memcpy(parent + size, ".", sizeof "."); /* "a/." is "a", "/." is "/", "." is here */
    return parent;
}

int sbl_sync_parent(const char *path) {
    char *parent = parent_of(path);
    if (parent == NULL)
        return ENOMEM;
    int descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = descriptor < 0 ? errno : sync_quietly(descriptor);
    free(parent);
    (void)close_quietly(descriptor);
    return error;
}

/* Is there anything in it that a new directory, or a new disk's, would not have? */
static bool is_empty(int descriptor) {
    int copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    if (list == NULL) {
        (void)close_quietly(copy);
        return false;
    }
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(list)) != NULL;)
        empty = entry->d_name[0] == '.' || strcmp(entry->d_name, "lost+found") == 0 ||
                strcmp(entry->d_name, lock_name) == 0;
    (void)closedir(list);
    return empty;
}

/* The lock's file says that the directory is ours. One that is empty was not written to the end, in
 * a directory that has nothing else. 0, or an errno; EEXIST: none of ours. */
static int is_ours(int directory, int descriptor) {
    char text[LOCK_TEXT];
    struct stat now;
    if (fstat(descriptor, &now) != 0)
        return errno;
    if (now.st_size == 0) {
        if (!is_empty(directory))
            return EEXIST;
        int error = sbl_write_at(descriptor, lock_text, LOCK_TEXT, 0);
        if (error == 0)
            error = sync_quietly(descriptor);
        return error != 0 ? error : sync_quietly(directory);
    }
    size_t size = now.st_size < LOCK_TEXT ? (size_t)now.st_size : LOCK_TEXT;
    int error = sbl_read_at(descriptor, text, size, 0);
    if (error != 0)
        return error;
    if (memcmp(text, lock_text, size) != 0)
        return EEXIST;
    if (size == LOCK_TEXT)
        return 0;
    /* The text's beginning: a crash in the middle. */
    return is_empty(directory) ? sbl_write_at(descriptor, lock_text, LOCK_TEXT, 0) : EEXIST;
}

static enum sellable_status refuse(const char **reason, enum sellable_status status,
                                   const char *why) {
    *reason = why;
    return status;
}

static const char foreign[] = "what is in the directory is none of ours";

static enum sellable_status lock_directory(struct sbl_directory *directory, const char **reason) {
    /* Nothing is made in somebody else's. */
    if (!sbl_directory_has(directory, lock_name) && !is_empty(directory->descriptor))
        return refuse(reason, SELLABLE_INVALID, foreign);
    int descriptor = openat(directory->descriptor, lock_name,
                            O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, ANY_FILE);
    if (descriptor < 0)
        return refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(errno));
    /* Known for ours under the lock only: another process may be writing it. The lock takes the
     * descriptor, and a mapping of it may be all that is left: so a second one looks. */
    int looks = openat(directory->descriptor, lock_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (looks < 0) {
        (void)close(descriptor);
        return refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(errno));
    }
    enum sbl_locked locked = sbl_lock_take(&directory->lock, descriptor);
    int error = locked == SBL_LOCK_TAKEN ? is_ours(directory->descriptor, looks) : 0;
    (void)close(looks);
    if (locked == SBL_LOCK_BUSY)
        return refuse(reason, SELLABLE_INVALID, "in use by another process, or opened twice");
    if (locked == SBL_LOCK_FAILED)
        return refuse(reason, SELLABLE_NOT_DURABLE, "the file system has no locks");
    if (error == 0)
        return SELLABLE_OK;
    sbl_lock_release(&directory->lock, true);
    if (error == EEXIST)
        return refuse(reason, SELLABLE_INVALID, foreign);
    return refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(error));
}

enum sellable_status sbl_directory_open(struct sbl_directory *directory, const char *path,
                                        const char **reason) {
    *directory = (struct sbl_directory){.lock.descriptor = -1, .descriptor = -1};
    if (mkdir(path, ANYONE) == 0) {
        int error = sbl_sync_parent(path);
        if (error != 0)
            return refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(error));
    } else if (errno != EEXIST) {
        return refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(errno));
    }
    directory->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->descriptor < 0)
        return errno == ENOTDIR
                   ? refuse(reason, SELLABLE_INVALID, "it is no directory")
                   : refuse(reason, SELLABLE_NOT_DURABLE, sbl_disk_reason(errno));
    enum sellable_status status = lock_directory(directory, reason);
    if (status != SELLABLE_OK)
        directory->descriptor = close_quietly(directory->descriptor);
    return status;
}

void sbl_directory_close(struct sbl_directory *directory, bool here) {
    sbl_lock_release(&directory->lock, here);
    directory->descriptor = close_quietly(directory->descriptor);
}

bool sbl_directory_has(const struct sbl_directory *directory, const char *name) {
    return faccessat(directory->descriptor, name, F_OK, 0) == 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

int sbl_read_at(int descriptor, void *bytes, size_t size, uint64_t offset) {
    char *into = bytes;
    for (int times = 0; size > 0;) {
        ssize_t got = pread(descriptor, into, size, (off_t)offset);
        if (got < 0 && was_interrupted(errno, &times))
            continue;
        if (got <= 0)
            return got == 0 ? ENODATA : errno;
        times = 0;
        into += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

int sbl_write_at(int descriptor, const void *bytes, size_t size, uint64_t offset) {
    const char *from = bytes;
    for (int times = 0; size > 0;) {
        ssize_t put = pwrite(descriptor, from, size, (off_t)offset);
        if (put < 0 && was_interrupted(errno, &times))
            continue;
        if (put <= 0)
            return put == 0 ? ENOSPC : errno;
        times = 0;
        from += put;
        offset += (uint64_t)put;
        size -= (size_t)put;
    }
    return 0;
}

int sbl_take_space(int descriptor, uint64_t size) {
    struct stat now;
    int error, times = 0;
    if (size > INT64_MAX)
        return EFBIG;
    do
        error = posix_fallocate(descriptor, 0, (off_t)size);
    while (was_interrupted(error, &times));
    if (error == 0)
        error = sync_quietly(descriptor);
    if (error == 0 && fstat(descriptor, &now) != 0)
        error = errno;
    if (error == 0 && (uint64_t)now.st_size < size)
        error = ENOSPC;
    return error;
}

const char *sbl_disk_reason(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "the disk is full";
    case EFBIG:
        return "the file would be larger than is allowed";
    case EACCES:
    case EPERM:
        return "there is no permission";
    case EROFS:
        return "the disk can only be read";
    case ENOENT:
        return "the directory that it is to be in is not there";
    case ENOTDIR:
        return "a part of the path is no directory";
    case ENAMETOOLONG:
        return "the path is too long";
    case EMFILE:
    case ENFILE:
        return "too many files are open";
    case ENOMEM:
        return "no memory";
    default:
        return "the disk failed";
    }
}
