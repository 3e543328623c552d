/* SPDX-License-Identifier: Apache-2.0
 *
 * Crash images: see image.h. The pieces that are pending stand in one list, in the order in which
 * they were made; a sync takes those of its file out of it, and into what is durable. */
#include "image.h"

#include "random.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_PIECES = 256, EXACT_BITS = 20, PATHS = PATH_MAX + DISK_NAME };

static void need(bool well, const char *what) {
    if (!well) {
        perror(what);
        abort();
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Room for bytes up to `end`; what is new is zero. */
static unsigned char *reach(unsigned char *bytes, uint64_t *old_end, uint64_t end) {
    uint64_t wanted = (end + SECTOR - 1) / SECTOR * SECTOR;
    if (wanted <= *old_end) {
        return bytes;
    }
    unsigned char *larger = realloc(bytes, wanted);
    need(larger != NULL, "realloc");
    memset(larger + *old_end, 0, wanted - *old_end);
    *old_end = wanted;
    return larger;
}

/* A file has another size: what lies beyond it is zero from then on. */
static void cut(unsigned char *bytes, uint64_t end, uint64_t size) {
    if (size < end) {
        memset(bytes + size, 0, end - size);
    }
}

static struct piece *add_piece(struct image *image, enum piece_kind kind, uint32_t file,
                               uint64_t number) {
    if (image->piece_count == image->piece_room) {
        image->piece_room = image->piece_room ? 2 * image->piece_room : FIRST_PIECES;
        image->pieces = realloc(image->pieces, image->piece_room * sizeof *image->pieces);
        need(image->pieces != NULL, "realloc");
    }
    struct piece *piece = &image->pieces[image->piece_count++];
    *piece = (struct piece){.kind = kind, .file = file, .op = image->next, .number = number};
    return piece;
}

static void add_size(struct image *image, uint32_t file, uint64_t size) {
    struct image_file *now = &image->files[file];
    if (size != now->seen_size) {
        cut(now->seen, now->seen_end, size);
        now->seen_size = size;
        add_piece(image, PIECE_SIZE, file, size);
    }
}

static void add_write(struct image *image, const struct disk_op *op) {
    struct image_file *file = &image->files[op->file];
    uint64_t end = op->offset + op->size;
    if (end > file->seen_size) {
        add_size(image, op->file, end);
    }
    file->seen = reach(file->seen, &file->seen_end, end);
    memcpy(file->seen + op->offset, op->bytes, op->size);
    for (uint64_t sector = op->offset / SECTOR; sector * SECTOR < end; sector++) {
        struct piece *piece = add_piece(image, PIECE_SECTOR, op->file, sector);
        memcpy(piece->bytes, file->seen + sector * SECTOR, SECTOR);
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static struct image_name *find_name(struct image_name *names, uint32_t count, const char *name) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i].name, name) == 0) {
            return &names[i];
        }
    }
    return NULL;
}

static uint32_t without_name(struct image_name *names, uint32_t count, const char *name) {
    struct image_name *found = find_name(names, count, name);
    if (found) {
        *found = names[--count];
    }
    return count;
}

/* What an operation does to names; returns how many there are then. */
static uint32_t change_names(struct image_name *names, uint32_t count, const struct disk_op *op) {
    struct image_name *found;
    switch (op->kind) {
    case DISK_MAKE:
        assert(count < DISK_FILES);
        names[count] = (struct image_name){.file = op->file, .is_folder = op->is_folder};
        memcpy(names[count].name, op->name, DISK_NAME);
        return count + 1;
    case DISK_RENAME:
        count = without_name(names, count, op->to);
        found = find_name(names, count, op->name);
        if (found) {
            memcpy(found->name, op->to, DISK_NAME);
        }
        return count;
    default: return without_name(names, count, op->name);
    }
}

/* ---- making durable -------------------------------------------------------------------------- */

static void settle(struct image *image, const struct piece *piece) {
    struct image_file *file = &image->files[piece->file];
    switch (piece->kind) {
    case PIECE_SECTOR:
        file->durable = reach(file->durable, &file->durable_end, (piece->number + 1) * SECTOR);
        memcpy(file->durable + piece->number * SECTOR, piece->bytes, SECTOR);
        break;
    case PIECE_SIZE:
        cut(file->durable, file->durable_end, piece->number);
        file->durable_size = piece->number;
        break;
    default:
        image->name_count =
            change_names(image->names, image->name_count, &image->trace->ops[piece->op]);
    }
}

/* A sync of a file, of a folder's names, or of one write: what it makes durable, and what of the
 * pending can no longer be seen because of that. */
static bool is_settled_by(const struct piece *piece, const struct disk_op *sync, uint32_t at) {
    if (piece->file != sync->file) {
        return false;
    }
    switch (sync->kind) {
    case DISK_SYNC: return piece->kind != PIECE_NAME;
    case DISK_SYNC_FOLDER: return piece->kind == PIECE_NAME;
    default:
        return piece->op == at || piece->kind == PIECE_SIZE ||
               (piece->kind == PIECE_SECTOR && piece->number >= sync->offset / SECTOR &&
                piece->number * SECTOR < sync->offset + sync->size);
    }
}

static void make_durable(struct image *image, uint32_t at) {
    const struct disk_op *sync = &image->trace->ops[at];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < image->piece_count; i++) {
        const struct piece *piece = &image->pieces[i];
        if (is_settled_by(piece, sync, at)) {
            settle(image, piece);
        } else {
            image->pieces[kept++] = *piece;
        }
    }
    image->piece_count = kept;
}

/* ---- along the trace ------------------------------------------------------------------------- */

void image_begin(struct image *image, const struct disk_trace *trace) {
    memset(image, 0, sizeof *image);
    image->trace = trace;
}

void image_end(struct image *image) {
    for (uint32_t file = 0; file < DISK_FILES; file++) {
        free(image->files[file].durable);
        free(image->files[file].seen);
    }
    free(image->pieces);
}

static bool is_sync(const struct disk_op *op) {
    return op->kind == DISK_SYNC || op->kind == DISK_SYNC_FOLDER ||
           (op->kind == DISK_WRITE && op->at_once);
}

/* An operation begins: what it does may be there from now on. A write that is durable on return is
 * pending meanwhile. */
static void begin_op(struct image *image, const struct disk_op *op) {
    switch (op->kind) {
    case DISK_WRITE: add_write(image, op); break;
    case DISK_SIZE: add_size(image, op->file, op->size); break;
    case DISK_MAKE:
    case DISK_RENAME:
    case DISK_REMOVE: add_piece(image, PIECE_NAME, op->folder, 0); break;
    case DISK_MARK: image->marked = op->mark > image->marked ? op->mark : image->marked; break;
    default: break;
    }
}

bool image_next(struct image *image) {
    const struct disk_trace *trace = image->trace;
    if (image->next > trace->count) {
        return false;
    }
    if (image->next > trace->begun && is_sync(&trace->ops[image->next - 1])) {
        make_durable(image, image->next - 1);
    }
    for (; image->next < trace->count; image->next++) {
        const struct disk_op *op = &trace->ops[image->next];
        begin_op(image, op);
        if (is_sync(op) && image->next < trace->begun) {
            make_durable(image, image->next);
        } else if (is_sync(op)) {
            image->next++;
            return true;
        }
    }
    image->next++; /* the end, once */
    return true;
}

/* ---- choosing -------------------------------------------------------------------------------- */

const char *image_way_name(enum image_way way) {
    static const char *const names[IMAGE_WAYS] = {"none", "all",        "bits", "first", "last",
                                                  "but one", "one", "some calls", "some", "most"};
    return names[way];
}

uint64_t image_count(const struct image *image) {
    return image->piece_count < 32 ? UINT64_C(1) << image->piece_count : UINT64_C(1) << 32;
}

struct image_choice image_choose(const struct image *image, uint64_t number, uint64_t whole,
                                 uint64_t seed) {
    static const enum image_way ways[] = {
        IMAGE_FIRST, IMAGE_SOME, IMAGE_BUT_ONE, IMAGE_LAST,
        IMAGE_MOST,  IMAGE_ONE,  IMAGE_SOME,    IMAGE_SOME_CALLS,
    };
    enum { WAYS = sizeof ways / sizeof ways[0] };
    if (image->piece_count <= EXACT_BITS && image_count(image) <= whole) {
        return (struct image_choice){IMAGE_BITS, number};
    }
    if (number < 2) {
        return (struct image_choice){number == 0 ? IMAGE_NONE : IMAGE_ALL, 0};
    }
    struct random random = {seed ^ ((uint64_t)image->next << 32) ^ number};
    enum image_way way = ways[(number - 2) % WAYS];
    uint64_t chance = random_next(&random);
    bool counted = way != IMAGE_SOME && way != IMAGE_MOST && way != IMAGE_SOME_CALLS;
    return (struct image_choice){way, counted ? chance % image->piece_count : chance};
}

static bool is_there(const struct image *image, struct image_choice choice, uint32_t i) {
    struct random random = {choice.number ^
                            (uint64_t)(choice.way == IMAGE_SOME_CALLS ? image->pieces[i].op : i)};
    switch (choice.way) {
    case IMAGE_NONE: return false;
    case IMAGE_BITS: return (choice.number >> i & 1) != 0;
    case IMAGE_FIRST: return i < choice.number;
    case IMAGE_LAST: return i >= choice.number;
    case IMAGE_BUT_ONE: return i != choice.number;
    case IMAGE_ONE: return i == choice.number;
    case IMAGE_SOME:
    case IMAGE_SOME_CALLS: return random_percent(&random, 50);
    case IMAGE_MOST: return random_percent(&random, 90);
    default: return true;
    }
}

/* ---- laying out ------------------------------------------------------------------------------ */

static void path_of(char path[PATHS], const char *folder, const char *name) {
    need(snprintf(path, PATHS, "%s/%s", folder, name) < PATHS, "a path");
}

/* The size that a file has: the last of those that are there, or the durable one. */
static uint64_t size_of(const struct image *image, struct image_choice choice, uint32_t file) {
    uint64_t size = image->files[file].durable_size;
    for (uint32_t i = 0; i < image->piece_count; i++) {
        const struct piece *piece = &image->pieces[i];
        if (piece->kind == PIECE_SIZE && piece->file == file && is_there(image, choice, i)) {
            size = piece->number;
        }
    }
    return size;
}

static void put(int fd, const unsigned char *bytes, uint64_t size, uint64_t offset,
                uint64_t limit) {
    size = offset >= limit ? 0 : size < limit - offset ? size : limit - offset;
    need(size == 0 || pwrite(fd, bytes, size, (off_t)offset) == (ssize_t)size, "pwrite");
}

static void lay_file(const struct image *image, struct image_choice choice, uint32_t file,
                     const char *path) {
    const struct image_file *from = &image->files[file];
    uint64_t size = size_of(image, choice, file);
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
    need(fd >= 0, "open");
    put(fd, from->durable, from->durable_end, 0, size);
    for (uint32_t i = 0; i < image->piece_count; i++) {
        const struct piece *piece = &image->pieces[i];
        if (piece->kind == PIECE_SECTOR && piece->file == file && is_there(image, choice, i)) {
            put(fd, piece->bytes, SECTOR, piece->number * SECTOR, size);
        }
    }
    need(ftruncate(fd, (off_t)size) == 0 && close(fd) == 0, "ftruncate");
}

/* The names that are there: after the first that is missing in a folder, none of that folder is. */
static uint32_t names_of(const struct image *image, struct image_choice choice,
                         struct image_name *names) {
    bool missing[DISK_FILES] = {false};
    uint32_t count = image->name_count;
    memcpy(names, image->names, sizeof image->names);
    for (uint32_t i = 0; i < image->piece_count; i++) {
        const struct piece *piece = &image->pieces[i];
        if (piece->kind != PIECE_NAME) {
            continue;
        }
        missing[piece->file] = missing[piece->file] || !is_there(image, choice, i);
        if (!missing[piece->file]) {
            count = change_names(names, count, &image->trace->ops[piece->op]);
        }
    }
    return count;
}

/* A name is there only if its folder is. */
static bool has_folder(const struct image_name *names, uint32_t count, const char *name) {
    const char *slash = strrchr(name, '/');
    char folder[DISK_NAME] = "";
    if (!slash) {
        return true;
    }
    memcpy(folder, name, (size_t)(slash - name));
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].is_folder && strcmp(names[i].name, folder) == 0) {
            return has_folder(names, count, folder);
        }
    }
    return false;
}

void image_lay(const struct image *image, struct image_choice choice, const char *folder) {
    struct image_name names[DISK_FILES];
    char path[PATHS];
    uint32_t count = names_of(image, choice, names);
    for (int folders = 1; folders >= 0; folders--) {
        for (uint32_t i = 0; i < count; i++) {
            if (names[i].is_folder != (folders == 1) || !has_folder(names, count, names[i].name)) {
                continue;
            }
            path_of(path, folder, names[i].name);
            if (folders == 1) {
                need(mkdir(path, 0700) == 0, "mkdir");
            } else {
                lay_file(image, choice, names[i].file, path);
            }
        }
    }
}

bool image_is_disk(const struct image *image, const char *folder) {
    struct image_name names[DISK_FILES];
    uint32_t count = names_of(image, (struct image_choice){IMAGE_ALL, 0}, names);
    bool same = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct image_file *file = &image->files[names[i].file];
        char path[PATHS];
        path_of(path, folder, names[i].name);
        int fd = open(path, O_RDONLY);
        struct stat there;
        need(fd >= 0 && fstat(fd, &there) == 0, "open");
        if (!names[i].is_folder) {
            uint64_t size = (uint64_t)there.st_size;
            uint64_t end = file->seen_end < size ? file->seen_end : size;
            unsigned char *bytes = malloc(end + 1);
            need(bytes && pread(fd, bytes, end, 0) == (ssize_t)end, "pread");
            same = same && size == file->seen_size && memcmp(bytes, file->seen, end) == 0;
            free(bytes);
        }
        close(fd);
    }
    return same;
}
