/* SPDX-License-Identifier: Apache-2.0
 *
 * What it costs to have something on the disk here: the rows that are durable do it once for each
 * reservation at least. Where the folder is memory it costs nothing, and they are not durable. */
#include "rival.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PAGE = 4096 };

struct disk {
    struct keeper keeper;
    int file;
};

static void *open_disk(size_t items, char *why)
{
    struct disk *disk = calloc(1, sizeof *disk);
    char path[sizeof disk->keeper.folder + 8];
    (void)items;
    if (keeper_open(&disk->keeper, NULL, false, why)) {
        snprintf(path, sizeof path, "%s/pages", disk->keeper.folder);
        disk->file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (disk->file >= 0)
            return disk;
        snprintf(why, WHY_SIZE, "no file can be made in %s", disk->keeper.folder);
        keeper_close(&disk->keeper);
    }
    free(disk);
    return NULL;
}

static void close_disk(void *subject)
{
    struct disk *disk = subject;
    close(disk->file);
    keeper_close(&disk->keeper);
    free(disk);
}

static bool sums_of_disk(void *subject, struct rival_sums *sums)
{
    (void)subject;
    *sums = (struct rival_sums){0, 0};
    return true;
}

static void append(void *subject, struct share *share)
{
    static const char page[PAGE] = {1};
    const struct disk *disk = subject;
    for (size_t i = 0; i < share->count; i++)
        share->wrong += write(disk->file, page, PAGE) != PAGE || fdatasync(disk->file) != 0;
}

const struct rival_kind rival_disk = {
    .open = open_disk,
    .close = close_disk,
    .sums = sums_of_disk,
    .form_count = 1,
    .forms = {{"a write of 4,096 bytes, and fdatasync", "no reservation: the disk alone", append,
               .floor = true}},
};
