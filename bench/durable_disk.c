/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the durable rows have their files, and what one write takes there that is to outlive the
 * machine: into a file that was written before, so that nothing but the bytes has to change; and at
 * the end of one that grows, which the file system has to note, too. */
#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 4096, LINE_SIZE = 1024 };

/* ---- where ----------------------------------------------------------------------------------- */

/* Is the path the folder of a mount, or below it? */
static bool is_below(const char *path, const char *mount)
{
    size_t size = strlen(mount);
    if (strncmp(path, mount, size) != 0)
        return false;
    return size == 1 || path[size] == '\0' || path[size] == '/';
}

/* The last of the longest mounts above the folder is the one that is seen there. */
void durable_place_look(struct durable_place *place)
{
    char path[PATH_MAX], line[LINE_SIZE], device[LINE_SIZE], mount[LINE_SIZE], system[LINE_SIZE];
    size_t longest = 0;
    *place = (struct durable_place){
        .folder = DURABLE_FOLDER, .system = "unknown", .device = "unknown"};
    FILE *mounts = fopen("/proc/self/mounts", "r");
    while (mounts && realpath(place->folder, path) && fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%1023s %1023s %1023s", device, mount, system) != 3 ||
            !is_below(path, mount) || strlen(mount) < longest)
            continue;
        longest = strlen(mount);
        snprintf(place->system, sizeof place->system, "%.60s", system);
        snprintf(place->device, sizeof place->device, "%.60s", device);
    }
    if (mounts)
        fclose(mounts);
    place->memory = strcmp(place->system, "tmpfs") == 0 || strcmp(place->system, "ramfs") == 0;
}

/* ---- the floor ------------------------------------------------------------------------------- */

struct disk {
    struct keeper keeper;
    int written; /* a file of PAGES that were written before */
    int growing;
    size_t page;
};

static const char page_of_ones[PAGE] = {1};

static int open_in(const struct disk *disk, const char *name, int flags)
{
    char path[sizeof disk->keeper.folder + 16];
    snprintf(path, sizeof path, "%s/%s", disk->keeper.folder, name);
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

static void close_disk(void *subject)
{
    struct disk *disk = subject;
    if (disk->written >= 0)
        close(disk->written);
    if (disk->growing >= 0)
        close(disk->growing);
    keeper_close(&disk->keeper);
    free(disk);
}

static bool write_before(const struct disk *disk)
{
    bool good = disk->written >= 0 && disk->growing >= 0;
    for (size_t i = 0; good && i < PAGES; i++)
        good = write(disk->written, page_of_ones, PAGE) == PAGE;
    return good && fsync(disk->written) == 0;
}

static void *open_disk(const struct durable_place *place, size_t items, char *why)
{
    struct disk *disk = calloc(1, sizeof *disk);
    (void)items;
    disk->written = disk->growing = -1;
    if (keeper_open(&disk->keeper, place->folder, false, why)) {
        disk->written = open_in(disk, "written", 0);
        disk->growing = open_in(disk, "growing", O_APPEND);
        if (write_before(disk))
            return disk;
        snprintf(why, WHY_SIZE, "a file in %.60s: %s", place->folder, strerror(errno));
    }
    close_disk(disk);
    return NULL;
}

static void *line_of_disk(void *subject, uint32_t caller, char *why)
{
    (void)caller;
    (void)why;
    return subject;
}

static void overwrite(void *subject, struct share *share)
{
    struct disk *disk = subject;
    off_t at = (off_t)(disk->page++ % PAGES * PAGE);
    share->units++;
    share->wrong += pwrite(disk->written, page_of_ones, PAGE, at) != PAGE ||
                    fdatasync(disk->written) != 0;
}

static void append(void *subject, struct share *share)
{
    const struct disk *disk = subject;
    share->units++;
    share->wrong += write(disk->growing, page_of_ones, PAGE) != PAGE ||
                    fdatasync(disk->growing) != 0;
}

const struct durable_kind durable_disk = {
    .name = "the disk",
    .floor = true,
    .open = open_disk,
    .close = close_disk,
    .line = line_of_disk,
    .form_count = 2,
    .forms = {{DURABLE_FLOOR, "no reservation: the disk alone, in a file written before", overwrite,
               1, 1},
              {"the same, where the file grows", "no reservation; the file system notes the growth",
               append, 1, 1}},
};
