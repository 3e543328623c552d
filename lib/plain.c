/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain order: one line, item and channel by handle, no timeout, filled from one location,
 * while nobody else is at the same lines. It is decided as reserve.c does it, with every general
 * case left out: where one turns up, false is the answer, nothing was done, and reserve.c takes
 * over.
 *
 * Cache lines: the world's, the channel's and the route's (hot); the key's bucket, the row's first
 * (both fetched ahead); the order's record (2, fetched ahead by the block before); the worker's own
 * (hot). */
#include "plain.h"

#include "tally.h"

/* What a plain order depends on, as it was seen. */
struct seen {
    struct sbl_settings settings;
    struct sbl_ranks ranks;
    struct sbl_line *bucket_line, *row_line;
    uint32_t bucket_number;
    struct sbl_seen bucket, row;
};

/* false: a mark, a snapshot that is open, or no such channel. */
static inline bool read_settings(const struct sellable *engine, uint32_t channel,
                                 struct seen *seen) {
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    if (line == NULL || !sbl_settings_read(&engine->commit.world, line, &seen->settings) ||
        seen->settings.snapshot != 0 ||
        (seen->settings.form & (SBL_CHANNEL_CLOSED | SBL_CHANNEL_TAKES)) != 0)
        return false;
    seen->ranks = sbl_ranks_of(&engine->memory, seen->settings.route);
    return true;
}

/* The two lines that will change; false: there is a mark, or something general. */
static inline bool read_lines(struct sellable *engine, const struct sellable_order *order,
                              const struct sbl_key *key, struct seen *seen) {
    seen->row_line = sbl_row_line(engine, order->lines[0].item.id);
    if (seen->row_line == NULL ||
        !sbl_index_plain(&engine->orders, key->hash, &seen->bucket_line, &seen->bucket_number,
                         &seen->bucket) ||
        !sbl_line_clean(seen->row_line, &seen->row))
        return false;
    const struct sbl_image *row = &seen->row.image;
    return sbl_row_is_plain(row) &&
           (sbl_low(row->word[SBL_STAMP]) | sbl_low(seen->bucket.image.word[SBL_STAMP])) == 0;
}

/* The cell of the channel's first location that has anything free, if that alone covers the order
 * and the buffer: then the pool does, and the order is filled there. -1: not so. */
static inline int first_cell(const struct seen *seen, int64_t asked) {
    const struct sbl_image *row = &seen->row.image;
    uint32_t best = UINT32_MAX;
    int cell = 0;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(row, i);
        if (location == 0 || sbl_row_net(row, i) <= 0)
            continue;
        uint32_t rank = sbl_rank_in(&seen->ranks, location) - 1; /* none comes last */
        cell = rank < best ? i : cell;
        best = rank < best ? rank : best;
    }
    if (best == UINT32_MAX)
        return -1;
    int64_t part = sbl_part(sbl_row_net(row, cell), seen->settings.share);
    return asked <= part - seen->settings.buffer ? cell : -1;
}

/* The order's record, in a block; 0: no memory. */
static inline uint32_t make_record(struct sellable *engine, struct sbl_worker *worker,
                                   const struct sellable_order *order, const struct sbl_key *key,
                                   const struct seen *seen, uint32_t location) {
    uint32_t words = SBL_ENTRY_KEY + key->words + SBL_ORDER_PLACEMENTS + SBL_PLACEMENT_WORDS;
    uint64_t asked[2];
    sbl_word *block;
    uint32_t reference = sbl_block_take(&engine->memory, &worker->cache,
                                        seen->settings.stamp, words, &block);
    if (reference == 0)
        return 0;
    sbl_order_plain(order->channel.id, order->lines[0].item.id, order->lines[0].quantity, asked);
    sbl_block_set(block, SBL_ENTRY_HASH, key->hash);
    sbl_block_set(block, SBL_ENTRY_SIZE,
                  sbl_order_meta(key->size, SELLABLE_RESERVED, 0, order->channel.id, 1));
    for (uint32_t i = 0; i < key->words; i++)
        sbl_block_set(block, SBL_ENTRY_KEY + i, key->word[i]);
    sbl_word *fixed = block + SBL_ENTRY_KEY + key->words;
    sbl_block_set(fixed, SBL_ORDER_ASKED, asked[0]);
    sbl_block_set(fixed, SBL_ORDER_ASKED + 1, asked[1]);
    sbl_block_set(fixed, SBL_ORDER_DATE, (uint64_t)seen->settings.now);
    sbl_block_set(fixed, SBL_ORDER_TIME, 0);
    sbl_word *placement = fixed + SBL_ORDER_PLACEMENTS;
    sbl_block_set(placement, 0, sbl_pair(order->lines[0].item.id, location));
    sbl_block_set(placement, 1, (uint64_t)order->lines[0].quantity);
    for (uint32_t i = 2; i < SBL_PLACEMENT_WORDS - 1; i++)
        sbl_block_set(placement, i, 0);
    sbl_block_set(placement, SBL_PLACEMENT_WORDS - 1, sbl_header_tag(seen->row.header));
    return reference;
}

static inline void tell(struct sellable_answer *answer, const struct sellable_order *order,
                        int64_t now, uint32_t location) {
    if (answer == NULL)
        return;
    answer->date = now;
    answer->plan_count = 1;
    if (answer->plan != NULL && answer->plan_capacity != 0)
        answer->plan[0] = (struct sellable_placement){
            order->lines[0].item, {location}, order->lines[0].quantity, 0};
}

bool sbl_plain_order(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_order *order, const struct sbl_key *key,
                     struct sellable_answer *answer) {
    const struct sellable_line *line = order->lines;
    struct seen seen;
    uint64_t status = sbl_transaction_status(worker); /* before the world is read */
    if (status == SBL_NO_STATUS || !read_settings(engine, order->channel.id, &seen) ||
        !read_lines(engine, order, key, &seen))
        return false;
    int cell = first_cell(&seen, line->quantity);
    if (cell < 0)
        return false;
    uint32_t location = sbl_row_location(&seen.row.image, cell);
    uint32_t record = make_record(engine, worker, order, key, &seen, location);
    if (record == 0)
        return false;
    int place = sbl_index_plain_place(&seen.bucket.image);
    const struct sbl_single bucket = {seen.bucket_line,
                                      sbl_index_name(&engine->orders, seen.bucket_number),
                                      &seen.bucket, place, sbl_pair((uint32_t)key->hash, record)};
    const struct sbl_single row = {
        seen.row_line, {SBL_ROW, line->item.id}, &seen.row, SBL_ROW_NET + cell,
        seen.row.image.word[SBL_ROW_NET + cell] - (uint64_t)line->quantity};
    if (sbl_transaction_pair(worker, status, seen.settings.stamp, &bucket, &row) != SBL_ACCEPTED) {
        sbl_blob_give(&engine->memory, &worker->cache, record);
        return false;
    }
    tell(answer, order, seen.settings.now, location);
    sbl_orders_count(engine, worker, 1);
    sbl_tally_open(worker, 1);
    worker->noted.channel = order->channel.id;
    worker->noted.units = line->quantity;
    return true;
}
