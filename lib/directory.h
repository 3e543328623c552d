/* SPDX-License-Identifier: Apache-2.0
 *
 * Files on the disk, as far as a log needs them: a lock that belongs to one process, a directory
 * that is made and made durable, disk space that is taken, and a mark by which a process knows that
 * it was forked off. Pure POSIX, and two words of Linux to madvise.
 *
 * THE LOCK is flock's, on a file of its own or on the file itself. Not fcntl's: that one is lost as
 * soon as the process closes any descriptor of the file, a backup's of the same process, say. But
 * flock's belongs to the open file, which a forked child inherits: the child would keep the lock
 * when its parent has died. So the open file is held by a mapping of one page instead of by a
 * descriptor (the kernel lets go of an open file, and of its lock, when nothing refers to it any
 * more, and a mapping refers), and the mapping is one that fork(2) leaves out (MADV_DONTFORK). Then
 * the lock ends with the process, however it ends, and with an exec. What is left: a fork by
 * another thread in the moment between opening and closing the descriptor. Whether the system keeps
 * the lock by the mapping is tried each time; if it does not, the descriptor stays.
 *
 * THE BIRTHMARK is a page that is wiped in a forked child (MADV_WIPEONFORK), so that it says who
 * one is without a call to the system and without global data. Where the system has no such pages,
 * the number of the process is compared.
 *
 * Callers guarantee: one thread at a time for each of these, but sbl_birthmark_is_here, which any
 * may call. Calls that a signal interrupts are made again here, a thousand times at most. */
#ifndef SBL_DIRECTORY_H
#define SBL_DIRECTORY_H

#include "base.h"

/* ---- the birthmark --------------------------------------------------------------------------- */

struct sbl_birthmark {
    uint64_t *page;   /* NULL: none; else word 0 is not 0 where it was begun, and 0 in a child */
    int64_t process;  /* 0: the page tells; else the number of the process that began it */
};

/* false: no memory. */
bool sbl_birthmark_begin(struct sbl_birthmark *mark);
void sbl_birthmark_end(struct sbl_birthmark *mark);

/* Is this the process that began it? Cost: one load. */
bool sbl_birthmark_is_here(const struct sbl_birthmark *mark);

/* ---- the lock -------------------------------------------------------------------------------- */

struct sbl_lock {
    void *page;     /* the mapping that holds it; NULL: the descriptor does */
    int descriptor; /* -1: none */
};

enum sbl_locked { SBL_LOCK_TAKEN, SBL_LOCK_BUSY, SBL_LOCK_FAILED };

/* Lock the file that `descriptor` has open, which is the lock's from now on: taken, it is locked;
 * else it is closed. */
enum sbl_locked sbl_lock_take(struct sbl_lock *lock, int descriptor);

/* In a forked child (`here` is false) only what is its own is closed: the lock stays the parent's.
 * */
void sbl_lock_release(struct sbl_lock *lock, bool here);

/* ---- a directory ----------------------------------------------------------------------------- */

struct sbl_directory {
    struct sbl_lock lock;
    int descriptor;
};

/* Make the directory if it is not there, durably, and lock it against other processes.
 *   ok
 *   invalid      it is in use, it is no directory, or what is in it is none of ours
 *   not_durable  the disk failed or is full, or there is no permission
 * If it is not ok, *reason says why, and nothing is left open. */
enum sellable_status sbl_directory_open(struct sbl_directory *directory, const char *path,
                                        const char **reason);
void sbl_directory_close(struct sbl_directory *directory, bool here);

/* Is there anything of that name in it? */
bool sbl_directory_has(const struct sbl_directory *directory, const char *name);

/* `path`/`name`, from malloc, for the caller to free; NULL: no memory. */
char *sbl_path_join(const char *path, const char *name);

/* Make durable which files are in the directory that has `path` in it. 0, or an errno. */
int sbl_sync_parent(const char *path);

/* ---- files ----------------------------------------------------------------------------------- */

/* All of the bytes at `offset`. 0, or an errno; fewer bytes in the file than asked for: ENODATA. */
int sbl_read_at(int descriptor, void *bytes, size_t size, uint64_t offset);

/* All of the bytes, at `offset`. 0, or an errno. */
int sbl_write_at(int descriptor, const void *bytes, size_t size, uint64_t offset);

/* The file is `size` bytes or more, disk space for them is taken, and its size durable. 0, or an
 * errno. */
int sbl_take_space(int descriptor, uint64_t size);

/* What an errno of these means, in words for a reason. */
const char *sbl_disk_reason(int error);

#endif
