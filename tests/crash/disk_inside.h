/* SPDX-License-Identifier: Apache-2.0
 *
 * The disk under this process, from inside: what disk.c keeps, and the functions of libc in
 * disk_calls.c tell it. All but disk_begin is called between disk_begin and disk_end. */
#ifndef SELLABLE_TESTS_CRASH_DISK_INSIDE_H
#define SELLABLE_TESTS_CRASH_DISK_INSIDE_H

#include "disk.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>

enum { DISK_DESCRIPTORS = 1024, DISK_NOT_OURS = -1 };

struct disk_descriptor {
    bool ours;
    uint32_t file;
    bool is_folder;
    bool at_once;
};

struct disk {
    pthread_mutex_t lock;
    bool recording;
    char root[PATH_MAX];
    size_t root_size; /* 0: nothing is ours */
    struct disk_trace trace;
    uint32_t room;
    struct {
        char name[DISK_NAME]; /* "": none any more */
        bool is_folder;
    } files[DISK_FILES];
    struct disk_descriptor descriptors[DISK_DESCRIPTORS];
    enum disk_lie lie;
    enum disk_fault fault;
    uint64_t fails_at;
    bool for_ever;
    bool takes_no_space;
    struct disk_calls calls;
};
extern struct disk disk;

/* One call at a time; errno stays. */
void disk_begin(void);
void disk_end(void);

/* One more operation of the trace. */
struct disk_op *disk_say(enum disk_kind kind, uint32_t file);

/* Whether this call fails, and how; errno is set. */
enum disk_fault disk_fails(void);

/* The path from the root on, "" for the root itself; false: it is not beneath. */
bool disk_beneath(int folder, const char *path, char name[DISK_NAME]);

/* The number of a file by its name; DISK_NOT_OURS: none has it. */
int disk_file_of(const char *name);

uint32_t disk_make_name(const char *name, bool is_folder);
void disk_remove_name(const char *name);
void disk_rename_name(const char *name, const char *to);

/* Bytes were written; a file has another size. */
void disk_wrote(const struct disk_descriptor *ours, uint64_t offset, const void *bytes,
                size_t size);
void disk_sized(const struct disk_descriptor *ours, uint64_t size);

#endif
