/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks: another engine that is what this one is at one instant.
 *
 * THE INSTANT is that of a snapshot of the original, open while the fork is made. What is kept is
 * in lines, and in the blobs that they lead to; so every line of the fork gets the value of the
 * original's line in the snapshot, and what it leads to is copied to the same references (copy.h).
 * Nothing of a line's past goes along: no mark, no older values, and no snapshot is open in the
 * fork. Its world goes on with the stamp of the snapshot: all that was copied was changed before
 * that, as if the fork had just opened and closed that snapshot itself.
 *
 * What is not in lines follows from them, and is made anew:
 *   - counts (entries of the indexes, numbers of items) are counted. A number that was given to an
 *     item that is not there at the instant is not known to the fork. A bucket that was born after
 *     it is none: in the snapshot it is all 0, and buckets are born one after another.
 *   - which rows have changed lately (recent.h): each is marked with the stamp of its last change.
 *     Of settings that concern all rows that stamp is known only if it is older than the snapshot;
 *     if they changed since, they are marked as if they had changed just before it, too.
 *   - the wheel, and how many orders are open (rehint.h). What the wheel is drained to is read
 *     before the snapshot is opened: by then all that was due was done, and the snapshot has it. If
 *     somebody is in the middle of an advance, the rest is due in the fork, too: its next advance
 *     carries that out.
 * A row's header keeps its tag, for it tells which of two promises is the earlier (order.h, since):
 * the original's of now may be above that of the instant, which is as good.
 *
 * OTHERS go on meanwhile: nothing of the original is written but by opening and closing the
 * snapshot. A thread that is stopped here leaves a snapshot open. Nobody knows the fork before it
 * is whole; without memory it is closed like any engine.
 *
 * Callers guarantee: the worker is theirs. This file guarantees: the fork is whole, or there is
 * none. Cost: what lines lead to is read and written once, every line is read once; of memory the
 * fork's own, and meanwhile two bits for each 32 bytes of the original's blocks. */
#include "copy.h"
#include "exception.h"
#include "feed.h"
#include "names.h"
#include "rehint.h"
#include "source.h"

struct fork {
    const struct sellable *from;
    struct sellable *to;
    uint32_t snapshot;
    struct sbl_copy copy;
    struct sbl_image world; /* at the instant */
};

/* ---- lines ---- */

/* The line of the fork becomes this; and what it leads to is copied. false: no memory. */
static bool put_line(struct fork *fork, const struct sbl_line *from, struct sbl_line *to,
                     const struct sbl_image *image) {
    sbl_store(&to->header, sbl_header_clean(sbl_load(&from->header)));
    sbl_store(&to->word[SBL_STAMP], sbl_pair(sbl_high(image->word[SBL_STAMP]), 0));
    for (int i = SBL_STAMP + 1; i < SBL_WORDS; i++) {
        sbl_store(&to->word[i], image->word[i]);
        if (!sbl_copy_word(&fork->copy, image->word[i]))
            return false;
    }
    return true;
}

static bool copy_line(struct fork *fork, const struct sbl_line *from, struct sbl_line *to,
                      struct sbl_image *image) {
    sbl_snapshot_read(&fork->from->commit, fork->snapshot, from, image);
    return put_line(fork, from, to, image);
}

/* A line of an array, where the original has one. false: no memory. */
static bool copy_element(struct fork *fork, const struct sbl_array *from, struct sbl_array *to,
                         uint64_t index, struct sbl_image *image) {
    const struct sbl_line *line = sbl_array_at(from, index);
    memset(image, 0, sizeof *image);
    return line == NULL || (sbl_array_grow(to, index) &&
                            copy_line(fork, line, sbl_array_at(to, index), image));
}

static bool copy_lines(struct fork *fork, const struct sbl_array *from, struct sbl_array *to,
                       uint64_t count) {
    struct sbl_image image;
    for (uint64_t i = 0; i < count; i++)
        if (!copy_element(fork, from, to, i, &image))
            return false;
    return true;
}

/* ---- all there is ---- */

static bool copy_world(struct fork *fork) {
    const struct sbl_line *world = &fork->from->commit.world;
    sbl_snapshot_read(&fork->from->commit, fork->snapshot, world, &fork->world);
    fork->world.word[SBL_WORLD_SNAPSHOT] = 0;
    fork->world.word[SBL_WORLD_OPEN] = 0;
    return put_line(fork, world, &fork->to->commit.world, &fork->world);
}

static bool copy_masters(struct fork *fork) {
    const struct sellable *from = fork->from;
    struct sellable *to = fork->to;
    const struct sbl_image *world = &fork->world;
    struct sbl_image catalog;
    return copy_lines(fork, &from->location, &to->location, sbl_location_count(world)) &&
           copy_lines(fork, &from->channel, &to->channel, sbl_channel_count(world)) &&
           copy_lines(fork, &from->feed, &to->feed, sbl_channel_count(world)) &&
           copy_lines(fork, &from->source, &to->source, sbl_source_count(world)) &&
           copy_line(fork, &from->catalog, &to->catalog, &catalog) &&
           copy_lines(fork, &from->name, &to->name, catalog.word[SBL_CATALOG_NAMES]);
}

static bool copy_exceptions(struct fork *fork) {
    const struct sbl_array *from = &fork->from->exception;
    struct sbl_image head;
    if (!copy_element(fork, from, &fork->to->exception, 0, &head))
        return false;
    uint64_t slots = sbl_high(head.word[SBL_EXCEPTION_COUNT]);
    return copy_lines(fork, from, &fork->to->exception, slots + 1);
}

/* An item's row, and the blob with its key. */
static bool copy_item(struct fork *fork, uint32_t item, bool *exists) {
    const struct sellable *from = fork->from;
    struct sellable *to = fork->to;
    struct sbl_recent *recent = &to->commit.recent;
    struct sbl_image row;
    if (!sbl_array_grow(&to->item_entry, item - 1) || !sbl_recent_grow(recent, item) ||
        !copy_element(fork, &from->row, &to->row, item - 1, &row))
        return false;
    *exists = sbl_row_exists(&row);
    if (!*exists)
        return true;
    const sbl_word *entry = sbl_array_at(&from->item_entry, item - 1);
    uint64_t reference = sbl_load_acquire(BLOCK, entry);
    sbl_store((sbl_word *)sbl_array_at(&to->item_entry, item - 1), reference);
    sbl_recent_mark(recent, item, sbl_high(row.word[SBL_STAMP]));
    return sbl_copy_word(&fork->copy, reference);
}

static bool copy_items(struct fork *fork) {
    uint64_t last = 0, given = sbl_load_acquire(COUNT, &fork->from->item_numbers);
    uint64_t all = sbl_load(&fork->from->commit.recent.all);
    bool exists;
    for (uint64_t item = 1; item <= given; item++) {
        if (!copy_item(fork, (uint32_t)item, &exists))
            return false;
        last = exists ? item : last;
    }
    sbl_store(&fork->to->item_numbers, last);
    sbl_recent_mark_all(&fork->to->commit.recent,
                        all < fork->snapshot ? (uint32_t)all : fork->snapshot - 1);
    return true;
}

/* At the instant there were at most as many buckets as are counted now, and one more that was born
 * and is not counted yet. */
static bool copy_index(struct fork *fork, const struct sbl_index *from, struct sbl_index *to) {
    uint64_t born = 0, all = 0, counted = sbl_load_acquire(COUNT, &from->buckets);
    for (uint64_t bucket = 0; bucket <= counted; bucket++) {
        struct sbl_image image;
        uint32_t entries;
        if (!copy_element(fork, &from->bucket, &to->bucket, bucket, &image))
            return false;
        if (!sbl_bucket_count(&image, &entries))
            continue;
        born = bucket + 1;
        all += entries;
    }
    sbl_store(&to->buckets, born);
    sbl_store(&to->entries, all);
    return true;
}

static bool copy_indexes(struct fork *fork) {
    const struct sellable *from = fork->from;
    struct sellable *to = fork->to;
    if (!copy_index(fork, &from->items, &to->items) ||
        !copy_index(fork, &from->locations, &to->locations) ||
        !copy_index(fork, &from->channels, &to->channels) ||
        !copy_index(fork, &from->orders, &to->orders) ||
        !copy_index(fork, &from->names, &to->names) ||
        !copy_index(fork, &from->sources, &to->sources) ||
        !copy_index(fork, &from->transfers, &to->transfers) ||
        !copy_index(fork, &from->ids, &to->ids))
        return false;
    if (to->ids_most != 0)
        sbl_store(&to->ids_taken, sbl_load(&to->ids.entries));
    return true;
}

/* All of the snapshot into an engine that was just opened; `done`: what the original's wheel was
 * drained to before. false: no memory. */
static bool copy_all(struct fork *fork, int64_t done) {
    struct sbl_worker *worker = sbl_worker_take(&fork->to->commit);
    bool copied = worker != NULL &&
                  sbl_copy_begin(&fork->copy, &fork->to->memory, &fork->from->memory,
                                 fork->snapshot) &&
                  copy_world(fork) && copy_masters(fork) && copy_indexes(fork) &&
                  copy_items(fork) && copy_exceptions(fork);
    if (copied)
        sbl_copy_free(&fork->copy, &worker->cache);
    sbl_copy_end(&fork->copy);
    copied = copied && sbl_rehint(fork->to, worker, done);
    if (worker != NULL)
        sbl_worker_give(worker);
    return copied;
}

/* ---- the call ---- */

static enum sellable_status make(struct fork *fork, struct sbl_worker *worker) {
    int64_t done = sbl_wheel_base(&fork->from->wheel);
    if (sbl_snapshot_open(worker, &fork->snapshot) != SBL_ACCEPTED)
        return SELLABLE_NO_MEMORY;
    bool copied = copy_all(fork, done);
    /* As in the audit: what it may leave is a snapshot too many, which costs, and is right. */
    enum sbl_outcome outcome = sbl_snapshot_close(worker, fork->snapshot);
    (void)outcome;
    return copied ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

enum sellable_status sellable_fork(struct sellable *engine, struct sellable_worker *held,
                                   const struct sellable_allocator *allocator,
                                   struct sellable **forked) {
    static const struct sellable_allocator by_default;
    struct sellable_options options = engine->options;
    struct fork fork = {.from = engine};
    struct sbl_call call;
    options.allocator = allocator == NULL ? by_default : *allocator;
    *forked = NULL;
    enum sellable_status status = sellable_open(&options, &fork.to);
    if (status != SELLABLE_OK)
        return status;
    status = SELLABLE_NO_MEMORY;
    if (sbl_call_begin(engine, held, &call)) {
        status = make(&fork, call.worker);
        sbl_call_end(&call);
    }
    if (status == SELLABLE_OK)
        *forked = fork.to;
    else
        sellable_close(fork.to);
    return status;
}
