/* SPDX-License-Identifier: Apache-2.0
 *
 * Crash images: what a disk may hold if the machine stops at some point of a trace (disk.h).
 *
 * What is assumed of a disk: what was synced is there. Of the rest, sector by sector of 512 bytes,
 * each of the contents since then may be there, or the one before; a file may have any of the sizes
 * since then, and what is written beyond it is lost; what a file gained in size and was not written
 * is zero. Of the names of a folder, any first part of what was done to them since it was synced.
 * Nothing of one file, or folder, says anything about another.
 *
 * So the images at a point are the subsets of the pieces that are pending there: sectors, sizes,
 * names. Only points just before a sync matter: at any other one less is pending than at the next
 * of these, and no more was promised. */
#ifndef SELLABLE_TESTS_CRASH_IMAGE_H
#define SELLABLE_TESTS_CRASH_IMAGE_H

#include "disk.h"

enum { SECTOR = 512 };

enum piece_kind { PIECE_SECTOR, PIECE_SIZE, PIECE_NAME };

struct piece {
    enum piece_kind kind;
    uint32_t file;
    uint32_t op; /* of the trace */
    uint64_t number; /* SECTOR: which; SIZE: the size */
    unsigned char bytes[SECTOR];
};

/* A file: what of it is durable, and what a reader sees. */
struct image_file {
    unsigned char *durable, *seen;
    uint64_t durable_end, seen_end; /* bytes from here on are zero */
    uint64_t durable_size, seen_size;
};

struct image_name {
    char name[DISK_NAME];
    uint32_t file;
    bool is_folder;
};

struct image {
    const struct disk_trace *trace;
    uint32_t next; /* operations before this one were begun */
    uint64_t marked;
    struct image_file files[DISK_FILES];
    struct image_name names[DISK_FILES]; /* durable ones */
    uint32_t name_count;
    struct piece *pieces; /* pending, in order */
    uint32_t piece_count, piece_room;
};

/* Which pieces are there. */
enum image_way {
    IMAGE_NONE,
    IMAGE_ALL,
    IMAGE_BITS,        /* piece i, if bit i of the number is set */
    IMAGE_FIRST,       /* so many, in the order in which they were written */
    IMAGE_LAST,        /* all but so many */
    IMAGE_BUT_ONE,     /* all but this one */
    IMAGE_ONE,         /* this one */
    IMAGE_SOME_CALLS,  /* of each write, all or nothing, by chance */
    IMAGE_SOME,        /* each by chance */
    IMAGE_MOST,        /* nearly all */
    IMAGE_WAYS
};

struct image_choice {
    enum image_way way;
    uint64_t number; /* or a seed */
};

void image_begin(struct image *image, const struct disk_trace *trace);
void image_end(struct image *image);

/* On to the next point just before a sync, or to the trace's end; false: it was there. */
bool image_next(struct image *image);

/* How many images there are at this point, at most 2^32. */
uint64_t image_count(const struct image *image);

/* The choice of this number; `whole` of them make all there are, if there are as few. */
struct image_choice image_choose(const struct image *image, uint64_t number, uint64_t whole,
                                 uint64_t seed);
const char *image_way_name(enum image_way way);

/* Lay an image out in an empty folder. */
void image_lay(const struct image *image, struct image_choice choice, const char *folder);

/* Whether the trace, at its end and with all of it, is what lies in the folder; what is read
 * through a mapping is no part of it. */
bool image_is_disk(const struct image *image, const char *folder);

#endif
