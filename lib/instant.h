/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading at the instant of a snapshot: what visits, views and shortages have in common.
 *
 * Callers guarantee: the snapshot is open. Then all that is read here stays as it is, blobs too,
 * whatever others do meanwhile; nothing is looked at again. Nothing here writes what other threads
 * read, but opening and closing a visit. */
#ifndef SBL_INSTANT_H
#define SBL_INSTANT_H

#include "sight.h"

struct sbl_instant {
    struct sellable *engine;
    uint32_t snapshot;
};

/* A line as it was; of none (NULL) all is 0. */
static inline struct sbl_image sbl_image_at(const struct sbl_instant *at,
                                            const struct sbl_line *line) {
    struct sbl_image image = {{0}};
    if (line != NULL)
        sbl_snapshot_read(&at->engine->commit, at->snapshot, line, &image);
    return image;
}

/* The row of an item. One that has not changed since, and is not about to, is its words. */
static inline void sbl_row_at(const struct sbl_instant *at, const struct sbl_line *line,
                              struct sbl_image *image) {
    struct sbl_seen seen;
    if (SBL_LIKELY(sbl_line_clean(line, &seen)) &&
        SBL_LIKELY(sbl_high(seen.image.word[SBL_STAMP]) < at->snapshot))
        *image = seen.image;
    else
        sbl_snapshot_read(&at->engine->commit, at->snapshot, line, image);
}

/* The highest number of an item. */
uint32_t sbl_items_at(const struct sbl_instant *at);

/* Fetch what a walk over all rows reads some numbers later: a row, and its root where all is told
 * of it. */
enum { SBL_ROWS_AHEAD = 16, SBL_ROOTS_AHEAD = 8 };
static inline void sbl_prefetch_row(const struct sbl_instant *at, uint32_t item) {
    const struct sbl_line *line = sbl_row_line(at->engine, item);
    if (line != NULL)
        sbl_prefetch_to_read(line);
}
static inline void sbl_prefetch_root(const struct sbl_instant *at, uint32_t item) {
    const struct sbl_line *line = sbl_row_line(at->engine, item);
    if (line != NULL)
        sbl_row_fetch_root(&at->engine->memory, line, 1);
}

/* ---- a snapshot that is open during one call ---- */

struct sbl_visit {
    struct sbl_instant at;
    struct sbl_call call;
};

/* ok, or no_memory. */
enum sellable_status sbl_visit_begin(struct sbl_visit *visit, struct sellable *engine,
                                     struct sellable_worker *worker);
void sbl_visit_end(struct sbl_visit *visit);

/* ---- orders ---- */

static inline uint64_t sbl_order_meta_at(const struct sbl_instant *at, uint32_t reference) {
    uint64_t meta = 0;
    sbl_blob_copy(&at->engine->memory, reference, SBL_ENTRY_SIZE, &meta, 1);
    return meta;
}

/* The next placement of a record; *next begins with 0. */
bool sbl_placement_next(const struct sbl_instant *at, uint32_t reference, uint64_t meta,
                        uint32_t *next, struct sbl_placement *placement);

/* Who is served first: the order's own precedence, else its channel's for the item of that row. */
int32_t sbl_precedence_at(const struct sbl_instant *at, const struct sbl_image *row,
                          uint32_t reference, uint64_t meta);

/* An order in a list that is to be sorted by key. */
struct sbl_listed {
    uint64_t part; /* of the key: where the sorting is */
    uint32_t reference;
    uint32_t closed; /* 0 or 1 */
};
void sbl_listed_sort(const struct sbl_instant *at, struct sbl_listed *list, size_t count);

/* One more in such a list. false: no memory. */
bool sbl_listed_add(const struct sbl_instant *at, struct sbl_buffer *list, size_t *count,
                    uint32_t reference);

#endif
