/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain order: one line, item and channel by handle, no timeout, filled from one location out
 * of what everybody shares, while nobody else is at the same lines. It is decided as reserve.c does
 * it, with every general case left out: where one turns up, false is the answer, nothing was done,
 * and reserve.c takes over. Of a row whose line tells all (form.h), in a channel with nothing but
 * what its line holds, all is seen at once; of any other, direct.c works it out.
 *
 * What is read of the two lines that change need not be looked at again: the swap of their headers,
 * which were read first, finds out whether they have changed since. Until then torn words do no
 * more than lead to a plan that is not accepted.
 *
 * Cache lines: the world's, the channel's and the route's (hot); the key's bucket, the row's first
 * (both fetched ahead); the order's record (2, fetched ahead by the block before); the worker's own
 * (hot): two records, the descriptor, counters. */
#include "plain.h"

#include "carry.h"
#include "direct.h"
#include "form.h"
#include "tally.h"

/* Of such a row: the cell of the channel's first location that has anything free; SBL_ROW_CELLS:
 * none has. */
static inline uint32_t first_cell(const struct sbl_image *row, const struct sbl_ranks *ranks) {
    uint32_t cell = sbl_row_cell_at(row, ranks->first), best = UINT32_MAX;
    if (SBL_LIKELY(cell != SBL_ROW_CELLS && sbl_row_net(row, (int)cell) > 0))
        return cell;
    cell = SBL_ROW_CELLS;
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(row, i);
        if (location == 0 || sbl_row_net(row, i) <= 0)
            continue;
        uint32_t rank = sbl_rank_in(ranks, location) - 1; /* none comes last */
        cell = rank < best ? (uint32_t)i : cell;
        best = rank < best ? rank : best;
    }
    return cell;
}

/* What the order's record will say, in a block, but for where it is filled and since when. */
struct record {
    uint32_t reference; /* 0: no memory */
    sbl_word *placement;
};
static inline struct record begin_record(struct sellable *engine, struct sbl_worker *worker,
                                         const struct sellable_order *order,
                                         const struct sbl_key *key,
                                         const struct sbl_settings *settings) {
    const struct sellable_line *line = order->lines;
    uint32_t words = SBL_ENTRY_KEY + key->words + SBL_ORDER_PLACEMENTS + SBL_PLACEMENT_WORDS;
    uint64_t asked[2];
    sbl_word *block;
    uint32_t reference = sbl_block_take_small(&engine->memory, &worker->cache, settings->stamp,
                                              words, &block);
    if (SBL_UNLIKELY(reference == 0))
        return (struct record){0, NULL};
    sbl_order_plain(order->channel.id, line->item.id, line->quantity, asked);
    sbl_block_set(block, SBL_ENTRY_HASH, key->hash);
    sbl_block_set(block, SBL_ENTRY_SIZE,
                  sbl_order_meta(key->size, SELLABLE_RESERVED, 0, order->channel.id, 1));
    sbl_block_set(block, SBL_ENTRY_KEY, key->word[0]);
    for (uint32_t i = 1; i < key->words; i++)
        sbl_block_set(block, SBL_ENTRY_KEY + i, key->word[i]);
    sbl_word *fixed = block + SBL_ENTRY_KEY + key->words;
    sbl_block_set(fixed, SBL_ORDER_ASKED, asked[0]);
    sbl_block_set(fixed, SBL_ORDER_ASKED + 1, asked[1]);
    sbl_block_set(fixed, SBL_ORDER_DATE, (uint64_t)settings->now);
    sbl_block_set(fixed, SBL_ORDER_TIME, 0);
    sbl_word *placement = fixed + SBL_ORDER_PLACEMENTS;
    sbl_block_set(placement, 1, (uint64_t)line->quantity);
    SBL_UNROLL
    for (uint32_t i = 2; i < SBL_PLACEMENT_WORDS - 1; i++)
        sbl_block_set(placement, i, 0);
    return (struct record){reference, placement};
}
static inline void end_record(const struct record *record, uint32_t item, uint32_t location,
                              uint64_t since) {
    sbl_block_set(record->placement, 0, sbl_pair(item, location));
    sbl_block_set(record->placement, SBL_PLACEMENT_WORDS - 1, since);
}

/* The cell that all of it is filled from; SBL_ROW_CELLS: there is none such. */
static inline uint32_t cell_for(const struct sellable *engine, const struct sellable_order *order,
                                const struct sbl_settings *settings,
                                const struct sbl_ranks *ranks, const struct sbl_image *row) {
    const struct sellable_line *line = order->lines;
    uint64_t form = row->word[SBL_ROW_FORM];
    if (SBL_UNLIKELY(!sbl_form_is_bare(form, order->channel.id, sbl_form_clock(settings->now))) ||
        SBL_UNLIKELY(((form & SBL_ROW_GROUPS) | (settings->form & SBL_CHANNEL_TAKES)) != 0))
        return sbl_direct_cell(engine, order->channel.id, row, line->quantity);
    /* If that location alone covers the order and the buffer, the pool does. */
    uint32_t cell = first_cell(row, ranks);
    if (SBL_UNLIKELY(cell == SBL_ROW_CELLS) ||
        SBL_UNLIKELY(line->quantity >
                     sbl_part(sbl_row_net(row, (int)cell), settings->share) - settings->buffer))
        return SBL_ROW_CELLS;
    return cell;
}

static inline void tell(struct sellable_answer *answer, const struct sellable_order *order,
                        int64_t now, uint32_t location) {
    if (answer == NULL)
        return;
    *answer = (struct sellable_answer){.plan = answer->plan,
                                       .misfits = answer->misfits,
                                       .plan_capacity = answer->plan_capacity,
                                       .misfit_capacity = answer->misfit_capacity,
                                       .plan_count = 1,
                                       .date = now};
    if (answer->plan != NULL && answer->plan_capacity != 0)
        answer->plan[0] = (struct sellable_placement){
            order->lines[0].item, {location}, order->lines[0].quantity, 0};
}

/* The two lines, read and changed. false: something general turned up, or somebody was there. */
static inline bool take(struct sellable *engine, struct sbl_worker *worker, uint64_t status,
                        const struct sellable_order *order, const struct sbl_start *start,
                        const struct sbl_settings *settings, struct sbl_line *row_line,
                        const struct record *record, uint32_t *location) {
    const struct sellable_line *line = order->lines;
    const struct sbl_ranks ranks = sbl_ranks_of(&engine->memory, settings->route);
    struct sbl_seen bucket, row;
    bool clean = sbl_line_once(row_line, &row);
    clean &= sbl_line_once(start->spot.line, &bucket);
    int place = sbl_index_plain_place(&bucket.image, &start->spot, start->key.hash);
    if (SBL_UNLIKELY(!clean || place == 0))
        return false;
    uint32_t cell = cell_for(engine, order, settings, &ranks, &row.image);
    if (SBL_UNLIKELY(cell == SBL_ROW_CELLS))
        return false;
    *location = sbl_row_location(&row.image, (int)cell);
    end_record(record, line->item.id, *location, sbl_header_tag(row.header));
    uint64_t entry = sbl_pair((uint32_t)start->key.hash, record->reference);
    int word = SBL_ROW_NET + (int)cell;
    uint64_t net = row.image.word[word] - (uint64_t)line->quantity;
    const struct sbl_single singles[2] = {
        {start->spot.line, sbl_index_name(&engine->orders, start->spot.bucket), &bucket,
         {place, place}, {entry, entry}},
        {row_line, {SBL_ROW, line->item.id}, &row, {word, word}, {net, net}}};
    return SBL_LIKELY(sbl_transaction_pair(worker, status, settings->stamp, &singles[0],
                                           &singles[1]) == SBL_ACCEPTED);
}

bool sbl_plain_order(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_order *order, const struct sbl_start *start,
                     struct sellable_answer *answer) {
    struct sbl_line *row = sbl_row_line(engine, order->lines[0].item.id);
    const struct sbl_line *channel = sbl_channel_line(engine, order->channel.id);
    struct sbl_settings settings;
    uint32_t location;
    uint64_t status = sbl_transaction_status(worker); /* before the world is read */
    if (SBL_UNLIKELY(status == SBL_NO_STATUS || row == NULL || channel == NULL) ||
        SBL_UNLIKELY(!sbl_settings_read(&engine->commit.world, channel, &settings)) ||
        SBL_UNLIKELY(settings.snapshot != 0) ||
        SBL_UNLIKELY((settings.form & SBL_CHANNEL_CLOSED) != 0))
        return false;
    /* Made while the row and the bucket are on their way. */
    const struct record record = begin_record(engine, worker, order, &start->key, &settings);
    if (SBL_UNLIKELY(record.reference == 0))
        return false;
    if (SBL_UNLIKELY(!take(engine, worker, status, order, start, &settings, row, &record,
                           &location))) {
        sbl_blob_give(&engine->memory, &worker->cache, record.reference);
        return false;
    }
    tell(answer, order, settings.now, location);
    sbl_orders_count(engine, worker, 1);
    sbl_tally_open(worker, 1);
    worker->noted.channel = order->channel.id;
    worker->noted.units = order->lines[0].quantity;
    return true;
}
