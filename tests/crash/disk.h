/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk under this process: every call that changes a file beneath a folder is recorded, and can
 * be made to fail.
 *
 * The functions of libc that change files (open, pwrite, writev, ftruncate, fdatasync, rename ..)
 * are defined in disk_calls.c, and ask the kernel by its numbers. Since an executable's symbols
 * come before a shared library's, LMDB calls these, too. Files beneath the folder that is recorded
 * are known by their descriptors; all others pass by. That nothing was missed is seen by comparing
 * what the trace gives with what lies on the disk (image_is_disk).
 *
 * One recording at a time; any number of threads. */
#ifndef SELLABLE_TESTS_CRASH_DISK_H
#define SELLABLE_TESTS_CRASH_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum { DISK_NAME = 64, DISK_FILES = 32, DISK_ROOT = 0, DISK_STORM = 3000 };

enum disk_kind {
    DISK_MAKE,        /* a file, or a folder, has its name */
    DISK_RENAME,      /* name -> to */
    DISK_REMOVE,      /* a name is gone */
    DISK_WRITE,       /* bytes of a file */
    DISK_SIZE,        /* a file has another size */
    DISK_SYNC,        /* what is in a file is durable, and its size */
    DISK_SYNC_FOLDER, /* the names in a folder are */
    DISK_MARK         /* said by the program itself: see disk_mark */
};

/* Names are paths from the root on; a file keeps its number through renames. */
struct disk_op {
    enum disk_kind kind;
    uint32_t file;
    uint32_t folder;      /* in which a name is */
    bool is_folder;       /* MAKE */
    bool at_once;         /* WRITE: is itself durable on return (O_DSYNC); nothing else is */
    uint64_t offset;      /* WRITE */
    uint64_t size;        /* WRITE, SIZE */
    uint64_t mark;        /* MARK */
    unsigned char *bytes; /* WRITE */
    char name[DISK_NAME];
    char to[DISK_NAME];
};

struct disk_trace {
    struct disk_op *ops;
    uint32_t count;
    uint32_t begun; /* operations before this one say what was there already */
    uint32_t files; /* numbers below are in use; DISK_ROOT is the root */
};

/* Record what happens beneath `root`, an absolute path of a folder, until disk_stop. What is there
 * already is durable. The trace is good until disk_forget. */
void disk_record(const char *root);
void disk_stop(void);
void disk_forget(void);
const struct disk_trace *disk_trace(void);

/* The program has promised so much: everything up to that number. */
void disk_mark(uint64_t mark);

/* What is left out, for controls: calls that sync do nothing, and say that they did. */
enum disk_lie {
    DISK_HONEST,
    DISK_NO_SYNC,      /* none does */
    DISK_NO_DATA_SYNC, /* only writes that are durable on return are, so they overtake the others */
};
void disk_lie(enum disk_lie lie);

/* From now on space that is taken is only said to be: for the many images that are opened once. */
void disk_take_no_space(void);

/* Let calls fail beneath the root: the one of this number (from 1), or all from it on. */
enum disk_fault {
    DISK_WORKS,
    DISK_EIO,
    DISK_ENOSPC,
    DISK_SHORT, /* a write or read does half of it; other calls fail with EIO */
    DISK_EINTR, /* for ever: so many times (DISK_STORM), since LMDB asks again until it ends */
    DISK_FAULTS
};
void disk_fail(const char *root, enum disk_fault fault, uint64_t number, bool for_ever);
/* Nothing fails any more; what there was since disk_fail. */
struct disk_calls {
    uint64_t made;
    uint64_t failed;
    uint64_t changed; /* so many did something to a file, or a name */
} disk_works(void);
const char *disk_fault_name(enum disk_fault fault);

#endif
