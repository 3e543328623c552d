/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders in batches: the lines of memory that later orders need are fetched while earlier ones are
 * decided. */
#include "reserve.h"
#include "tally.h"

/* A batch looks ahead, in steps of some orders each: the order's key is made ready, its bucket is
 * fetched, and the rows of its lines, or the buckets of their keys; then the blobs that those lead
 * to; then the items are known, and their rows are fetched; then what is behind those that have
 * more than their line; then it is the order's turn. */
enum { STEP = 5, AHEAD = 4 * STEP, RING = 32, LINES = 4, ROOT_LINES = 3 };

struct ahead {
    const struct sellable_order *order; /* as it was given, or the copy with what is known */
    struct sellable_order known;
    struct sellable_line line[LINES];
    struct sbl_key item_key[LINES];
    uint32_t by_key; /* bit i: line i names its item by key */
    struct sbl_start start;
};

/* Lines that name their items by key are copied, to be given handles. */
static void copy_lines(const struct sellable *engine, const struct sellable_order *order,
                       struct ahead *ahead) {
    ahead->known = *order;
    ahead->known.lines = ahead->line;
    ahead->order = &ahead->known;
    for (uint32_t i = 0; i < order->line_count; i++) {
        ahead->line[i] = order->lines[i];
        if (order->lines[i].item.id == 0 &&
            sbl_key_make(&ahead->item_key[i], order->lines[i].item_key, engine->seed)) {
            ahead->by_key |= 1u << i;
            sbl_index_prefetch_to_read(&engine->items, ahead->item_key[i].hash);
        }
    }
}

static void look_first(const struct sellable *engine, const struct sellable_order *order,
                       struct ahead *ahead) {
    bool keys = order->channel.id == 0;
    ahead->order = order;
    ahead->by_key = 0;
    sbl_start_make(&ahead->start, engine, order->key);
    if (order->lines == NULL || order->line_count == 0 || order->line_count > LINES)
        return;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sbl_line *row = sbl_row_line(engine, order->lines[i].item.id);
        if (row != NULL)
            sbl_prefetch(row);
        keys |= order->lines[i].item.id == 0;
    }
    if (keys)
        copy_lines(engine, order, ahead);
}

static void look_second(const struct sellable *engine, const struct ahead *ahead) {
    for (uint32_t left = ahead->by_key; left != 0; left &= left - 1)
        sbl_index_prefetch_entry(&engine->items, ahead->item_key[__builtin_ctz(left)].hash);
}

/* A key that nothing has yet stays a key: it is looked up in the order's turn. */
static void look_third(const struct sellable *engine, struct ahead *ahead) {
    for (uint32_t left = ahead->by_key; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        ahead->line[i].item.id = sbl_number_for(engine, &engine->items, &ahead->item_key[i]);
        const struct sbl_line *row = sbl_row_line(engine, ahead->line[i].item.id);
        if (row != NULL)
            sbl_prefetch(row);
    }
    if (ahead->order == &ahead->known && ahead->known.channel.id == 0)
        ahead->known.channel.id =
            sbl_number_of(engine, &engine->channels, ahead->known.channel_key);
}

/* Rows are here by now. */
static void look_fourth(const struct sellable *engine, const struct ahead *ahead) {
    const struct sellable_order *order = ahead->order;
    if (order->lines == NULL || order->line_count > LINES)
        return;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sbl_line *row = sbl_row_line(engine, order->lines[i].item.id);
        if (row != NULL &&
            (sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]) & SBL_ROW_GENERAL) != 0)
            sbl_row_fetch_root(&engine->memory, row, ROOT_LINES);
    }
}

static void reserve_all(struct sellable *engine, struct sbl_worker *worker,
                        const struct sellable_order *orders, size_t count,
                        enum sellable_status *statuses, struct sellable_answer *answers) {
    struct ahead ahead[RING];
    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i < count)
            look_first(engine, &orders[i], &ahead[i % RING]);
        if (i >= STEP && i - STEP < count)
            look_second(engine, &ahead[(i - STEP) % RING]);
        if (i >= 2 * STEP && i - 2 * STEP < count)
            look_third(engine, &ahead[(i - 2 * STEP) % RING]);
        if (i >= 3 * STEP && i - 3 * STEP < count)
            look_fourth(engine, &ahead[(i - 3 * STEP) % RING]);
        if (i >= AHEAD) {
            size_t turn = i - AHEAD;
            const struct ahead *now = &ahead[turn % RING];
            sbl_say_order(engine, worker, SELLABLE_RESERVE, now->order);
            statuses[turn] =
                sbl_reserve(engine, worker, now->order, &now->start,
                            answers == NULL ? NULL : &answers[turn]);
            sbl_tally_order(engine, worker, SELLABLE_RESERVE, statuses[turn]);
            if (SBL_UNLIKELY(engine->journal != NULL))
                sbl_call_each(engine, worker, &statuses[turn],
                              answers == NULL ? NULL : &answers[turn]);
        }
    }
}

enum sellable_status sellable_reserve_batch(struct sellable *engine, struct sellable_worker *held,
                                            const struct sellable_order *orders, size_t count,
                                            enum sellable_status *statuses,
                                            struct sellable_answer *answers) {
    struct sbl_call call;
    if (sbl_call_begin(engine, held, &call)) {
        reserve_all(engine, call.worker, orders, count, statuses, answers);
        return sbl_call_all_done(&call, statuses, count);
    }
    for (size_t i = 0; i < count; i++) {
        sbl_answer_clear(answers == NULL ? NULL : &answers[i]);
        statuses[i] = sbl_call_refused(engine);
    }
    return sbl_call_refused(engine);
}
