/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain change of an order: confirm and extend; and release and shipping of one with a single
 * placement, not dated, nothing of it drawn from a fence or waiting, nothing of it allocated or
 * shipped before, at one of the four cells of its row's line. They are carried out as change.c does
 * it, with every general case left out: where one turns up, or a mark, or a refusal, false is the
 * answer, nothing was done, and change.c takes over.
 *
 * A record is copied from its block into the next one, and what changes is written over: whatever
 * stands behind the placements stays as it is. What is read of the two lines that change, and of
 * the blocks that they lead to, need not be looked at again: the swap of their headers, which were
 * read first, finds out whether they have changed since. Until then torn words are numbers that
 * lead nowhere but into what can be read. Where nothing changes, the bucket is looked at again.
 *
 * Cache lines: the world's (hot); the key's bucket, the record (2), the row's first, and of
 * shipping its root: each is known only once the one before is here, so these are three misses in a
 * row, or four, where a reservation has its two lines at once. The new record's (2) are those of
 * the record before, or fetched by the block before; the hint's is the worker's own, its slot
 * hot. */
#include "plain_change.h"

#include "carry.h"
#include "raise.h"
#include "tally.h"

/* What is called in it is compiled into it: the parts of a path of some hundred instructions. */
#define IN_ONE_PIECE __attribute__((flatten))

/* What a change rests on, as it was seen. */
struct seen {
    uint64_t status;
    uint32_t stamp;
    int64_t now;
    struct sbl_seen bucket;
    int place;            /* the word of the bucket that leads to the record */
    uint32_t reference;   /* the record; */
    const sbl_word *word; /* its words, where they stand, */
    uint32_t words;       /* how many, */
    uint32_t fixed;       /* how many up to the end of its key, */
    uint64_t meta;        /* and the word of its size */
};

static inline uint64_t word_of(const struct seen *seen, uint32_t i) {
    return sbl_load_acquire(BLOCK, &seen->word[i]);
}

/* The world, before anything else is read. false: a mark, or a snapshot that is open. */
static inline bool read_world(const struct sellable *engine, const struct sbl_worker *worker,
                              struct seen *seen) {
    struct sbl_seen world;
    seen->status = sbl_transaction_status(worker);
    if (SBL_UNLIKELY(seen->status == SBL_NO_STATUS) ||
        SBL_UNLIKELY(!sbl_line_clean(&engine->commit.world, &world)))
        return false;
    seen->stamp = sbl_low(world.image.word[SBL_WORLD_STAMP]);
    seen->now = sbl_now_of(&world.image);
    return world.image.word[SBL_WORLD_SNAPSHOT] == 0;
}

/* Is that the key of the record? */
static inline bool has_key(const struct seen *seen, const struct sbl_key *key) {
    if ((seen->meta & 0xff) != key->size)
        return false;
    for (uint32_t i = 0; i < key->words; i++)
        if (word_of(seen, SBL_ENTRY_KEY + i) != key->word[i])
            return false;
    return true;
}

/* The order's bucket and record. false: it is not in the line of the bucket where it is looked for
 * first, or the record has many blocks. */
static inline bool read_record(const struct sellable *engine, const struct sbl_start *start,
                               struct seen *seen) {
    uint32_t limit;
    if (!sbl_line_once(start->spot.line, &seen->bucket))
        return false;
    seen->place = SBL_STAMP;
    SBL_UNROLL
    for (int i = SBL_BUCKET_FIRST; i < SBL_WORDS; i++)
        if (sbl_high(seen->bucket.image.word[i]) == (uint32_t)start->key.hash)
            seen->place = i;
    seen->reference = sbl_low(seen->bucket.image.word[seen->place]);
    const sbl_word *block = sbl_block(&engine->memory, seen->reference, &limit);
    if (SBL_UNLIKELY(seen->reference == 0) || SBL_UNLIKELY(block == NULL))
        return false;
    seen->word = block + 1;
    seen->words = sbl_head_words(sbl_load_acquire(BLOCK, block));
    seen->fixed = SBL_ENTRY_KEY + start->key.words;
    if (SBL_UNLIKELY(seen->words < seen->fixed + SBL_ORDER_PLACEMENTS || seen->words >= limit ||
                     seen->words >= SBL_BLOCK_WORDS_MAX))
        return false;
    seen->meta = word_of(seen, SBL_ENTRY_SIZE);
    return has_key(seen, &start->key);
}

/* The record with another state and time, in a block of its own; 0: no memory. */
static inline uint32_t make_record(struct sellable *engine, struct sbl_worker *worker,
                                   const struct seen *seen, enum sellable_order_state state,
                                   int64_t time, sbl_word **block) {
    uint32_t words = seen->words;
    uint32_t reference =
        sbl_block_take_small(&engine->memory, &worker->cache, seen->stamp, words, block);
    if (SBL_UNLIKELY(reference == 0))
        return 0;
    const sbl_word *from = seen->word;
    sbl_word *to = *block;
    SBL_UNROLL
    for (uint32_t i = 0; i < words; i++)
        sbl_block_set(to, i, sbl_load_acquire(BLOCK, &from[i]));
    sbl_block_set(to, SBL_ENTRY_SIZE, sbl_order_in_state(seen->meta, state));
    sbl_block_set(to, seen->fixed + SBL_ORDER_TIME, (uint64_t)time);
    return reference;
}

/* A line of which one word changes. */
static inline struct sbl_single with_word(struct sbl_line *line, struct sbl_name name,
                                          const struct sbl_seen *seen, int word, uint64_t value) {
    return (struct sbl_single){line, name, seen, {word, word}, {value, value}};
}

/* The bucket with another record in the place of the order's. */
static inline struct sbl_single with_record(const struct sellable *engine,
                                            const struct sbl_start *start, const struct seen *seen,
                                            uint32_t record) {
    return with_word(start->spot.line, sbl_index_name(&engine->orders, start->spot.bucket),
                     &seen->bucket, seen->place, sbl_pair((uint32_t)start->key.hash, record));
}

/* What became of a transaction: of the two records, one goes. */
static inline bool ended(struct sellable *engine, struct sbl_worker *worker,
                         const struct seen *seen, uint32_t record, bool accepted) {
    sbl_blob_give(&engine->memory, &worker->cache, accepted ? seen->reference : record);
    return accepted;
}

/* The order is looked at then. false: no memory. */
static inline bool put_hint(struct sellable *engine, struct sbl_worker *worker,
                            const struct seen *seen, int64_t at, uint64_t hash,
                            struct sbl_hinted *hinted) {
    *hinted = (struct sbl_hinted){seen->now, at, hash};
    return sbl_wheel_put(&engine->wheel, worker, seen->now, at, SBL_DUE_ORDER, hash);
}

/* ---- confirm and extend ---- */

/* The order gets another time, and stays what it is. */
static IN_ONE_PIECE SBL_NOINLINE bool put_time(struct sellable *engine, struct sbl_worker *worker,
                                  const struct sbl_start *start, const struct seen *seen,
                                  int64_t time) {
    sbl_word *block;
    uint32_t record =
        make_record(engine, worker, seen, sbl_order_state(seen->meta), time, &block);
    if (record == 0)
        return false;
    const struct sbl_single bucket = with_record(engine, start, seen, record);
    bool accepted =
        sbl_transaction_one(worker, seen->status, seen->stamp, &bucket) == SBL_ACCEPTED;
    return ended(engine, worker, seen, record, accepted);
}

/* When an open order ends by itself. false: it does not, or is closed, or should have ended. */
static inline bool has_timeout(const struct seen *seen) {
    int64_t time = (int64_t)word_of(seen, seen->fixed + SBL_ORDER_TIME);
    return sbl_order_is_open(seen->meta) && time != 0 && time > seen->now;
}

IN_ONE_PIECE bool sbl_plain_confirm(struct sellable *engine, struct sbl_worker *worker,
                       const struct sbl_start *start) {
    struct seen seen;
    if (!read_world(engine, worker, &seen) || !read_record(engine, start, &seen))
        return false;
    if (has_timeout(&seen))
        return put_time(engine, worker, start, &seen, 0);
    /* Open without one, if its bucket is still the same: so it is now, whatever the time. */
    return sbl_order_is_open(seen.meta) && word_of(&seen, seen.fixed + SBL_ORDER_TIME) == 0 &&
           sbl_line_still(&engine->commit, start->spot.line, &seen.bucket);
}

bool sbl_plain_extend(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_start *start, int64_t expires_at,
                      struct sbl_hinted *hinted) {
    struct seen seen;
    return read_world(engine, worker, &seen) && read_record(engine, start, &seen) &&
           has_timeout(&seen) && expires_at > seen.now &&
           put_hint(engine, worker, &seen, expires_at, start->key.hash, hinted) &&
           put_time(engine, worker, start, &seen, expires_at);
}

/* ---- release and ship ---- */

/* The only placement: all of it is reserved or released; and its row, which is fetched. */
struct placed {
    uint32_t item, location;
    int64_t quantity, released;
    struct sbl_line *line;
    struct sbl_seen row;
    uint32_t cell;
};

/* false: not so. */
static inline bool read_placement(const struct sellable *engine, const struct seen *seen,
                                  struct placed *placed) {
    uint32_t at = seen->fixed + SBL_ORDER_PLACEMENTS;
    if (sbl_order_count(seen->meta) != 1 || seen->words < at + SBL_PLACEMENT_WORDS ||
        (sbl_order_flags(seen->meta) & (SBL_ORDER_WIDE | SBL_ORDER_DATED)) != 0)
        return false;
    uint64_t where = word_of(seen, at);
    placed->item = sbl_high(where);
    placed->location = sbl_low(where);
    placed->line = sbl_row_line(engine, placed->item);
    if (SBL_UNLIKELY(placed->line == NULL))
        return false;
    sbl_prefetch(placed->line);
    placed->quantity = (int64_t)word_of(seen, at + SBL_PLACEMENT_QUANTITY);
    placed->released = (int64_t)word_of(seen, at + SBL_PLACEMENT_RELEASED);
    return (word_of(seen, at + SBL_PLACEMENT_ALLOCATED) |
            word_of(seen, at + SBL_PLACEMENT_SHIPPED)) == 0 &&
           placed->released < placed->quantity;
}

/* Promises leave the row of an item that is not tracked as it is. */
static inline bool is_tracked(const struct sellable *engine, const struct sbl_image *row) {
    return SBL_LIKELY(!sbl_row_has(row, SBL_ROW_OWN)) ||
           !sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, row).own).untracked;
}

/* The row's cell. false: it is not in the line, or nothing there changes. */
static inline bool read_cell(const struct sellable *engine, struct placed *placed) {
    if (!sbl_line_once(placed->line, &placed->row) || placed->location == 0)
        return false;
    placed->cell = sbl_row_cell_at(&placed->row.image, placed->location);
    return placed->cell != SBL_ROW_CELLS && is_tracked(engine, &placed->row.image);
}

/* The order's record as it is once that is all released, or shipped; 0: no memory. */
static inline uint32_t close_record(struct sellable *engine, struct sbl_worker *worker,
                                    const struct seen *seen, const struct placed *placed,
                                    enum sellable_order_state state) {
    uint32_t at = seen->fixed + SBL_ORDER_PLACEMENTS;
    sbl_word *block;
    uint32_t record = make_record(engine, worker, seen, state, seen->now, &block);
    if (SBL_UNLIKELY(record == 0))
        return 0;
    if (state == SELLABLE_RELEASED)
        sbl_block_set(block, at + SBL_PLACEMENT_RELEASED, (uint64_t)placed->quantity);
    else
        sbl_block_set(block, at + SBL_PLACEMENT_SHIPPED,
                      (uint64_t)sbl_subtract(placed->quantity, placed->released));
    return record;
}

/* What is common to both: a closed order is looked at again when it may be forgotten. */
static inline bool put_last_hint(struct sellable *engine, struct sbl_worker *worker,
                                 const struct sbl_start *start, const struct seen *seen,
                                 struct sbl_hinted *hinted) {
    return put_hint(engine, worker, seen, seen->now + engine->retention, start->key.hash, hinted);
}

/* The order and its row change together: a word of each. */
static inline bool commit(struct sellable *engine, struct sbl_worker *worker,
                          const struct sbl_start *start, const struct seen *seen, uint32_t record,
                          const struct placed *placed, int word, uint64_t value) {
    const struct sbl_single bucket = with_record(engine, start, seen, record);
    const struct sbl_name name = {SBL_ROW, placed->item};
    const struct sbl_single row = with_word(placed->line, name, &placed->row, word, value);
    return sbl_transaction_pair(worker, seen->status, seen->stamp, &bucket, &row) == SBL_ACCEPTED;
}

IN_ONE_PIECE bool sbl_plain_release(struct sellable *engine, struct sbl_worker *worker,
                       const struct sbl_start *start, struct sbl_hinted *hinted) {
    struct seen seen;
    struct placed placed;
    if (!read_world(engine, worker, &seen) || !read_record(engine, start, &seen) ||
        !read_placement(engine, &seen, &placed))
        return false;
    uint32_t record = close_record(engine, worker, &seen, &placed, SELLABLE_RELEASED);
    if (SBL_UNLIKELY(record == 0))
        return false;
    bool accepted =
        put_last_hint(engine, worker, start, &seen, hinted) && read_cell(engine, &placed) &&
        commit(engine, worker, start, &seen, record, &placed, SBL_ROW_NET + (int)placed.cell,
               (uint64_t)sbl_add(sbl_row_net(&placed.row.image, (int)placed.cell),
                                 sbl_subtract(placed.quantity, placed.released)));
    if (SBL_LIKELY(accepted))
        sbl_tally_open(worker, -1);
    return ended(engine, worker, &seen, record, accepted);
}

/* on_hand falls by what was reserved, which is remembered as of now; net stays. */
static inline bool take_out(struct sellable *engine, struct sbl_worker *worker,
                            const struct sbl_start *start, const struct seen *seen,
                            uint32_t record, const struct placed *placed) {
    int64_t check = seen->now + engine->retention;
    struct sbl_raised raised;
    if (!sbl_raise_on_hand(worker, seen->stamp, &placed->row.image, (int)placed->cell,
                           sbl_subtract(placed->released, placed->quantity), seen->now, check,
                           &raised))
        return false;
    bool accepted =
        (!raised.first || sbl_wheel_put(&engine->wheel, worker, seen->now, check, SBL_DUE_MOVED,
                                        placed->item)) &&
        commit(engine, worker, start, seen, record, placed, SBL_ROW_FORM, raised.form);
    sbl_raise_end(worker, &raised, accepted);
    return accepted;
}

IN_ONE_PIECE bool sbl_plain_ship(struct sellable *engine, struct sbl_worker *worker,
                    const struct sbl_start *start, struct sbl_hinted *hinted) {
    enum { ROOT_LINES = 3 }; /* of an item with stock in four cells, and some movements */
    struct seen seen;
    struct placed placed;
    if (!read_world(engine, worker, &seen) || !read_record(engine, start, &seen) ||
        !read_placement(engine, &seen, &placed))
        return false;
    uint32_t record = close_record(engine, worker, &seen, &placed, SELLABLE_SHIPPED);
    if (SBL_UNLIKELY(record == 0))
        return false;
    bool accepted = read_cell(engine, &placed) &&
                    sbl_is_quantity(sbl_row_net(&placed.row.image, (int)placed.cell));
    if (accepted) {
        sbl_row_fetch_root(&engine->memory, placed.line, ROOT_LINES);
        accepted = put_last_hint(engine, worker, start, &seen, hinted) &&
                   take_out(engine, worker, start, &seen, record, &placed);
    }
    if (SBL_LIKELY(accepted))
        sbl_tally_open(worker, -1);
    return ended(engine, worker, &seen, record, accepted);
}
