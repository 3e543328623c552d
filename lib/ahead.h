/* SPDX-License-Identifier: Apache-2.0
 *
 * What the events of a batch will need, fetched some events before their turn: the row of an item
 * by handle, and what is behind it; of a change of an order the bucket of its key, its record, the
 * row of its first placement, and what is behind that. Each step reads what the step before has
 * fetched. All of it is a hint: torn words, or an order that is no more, lead to a line fetched in
 * vain. */
#ifndef SBL_AHEAD_H
#define SBL_AHEAD_H

#include "content.h"
#include "seek.h"

struct sbl_ahead {
    const struct sbl_line *row;
    struct sbl_sought order; /* its record, where it has a bucket */
};

/* The row by handle, or the order's bucket. */
static inline void sbl_ahead_first(const struct sellable *engine,
                                   const struct sellable_event *event, struct sbl_ahead *ahead) {
    uint32_t says = sbl_says(event->type);
    const struct sellable_order *order = event->type == SELLABLE_RESERVE ? event->order : NULL;
    uint32_t item = (says & SBL_SAYS_ITEM) != 0 ? event->item.id : 0;
    ahead->order.bucket = NULL;
    ahead->order.block = NULL;
    if (order != NULL)
        item = order->lines != NULL && order->line_count != 0 ? order->lines[0].item.id : 0;
    if (order != NULL || ((says & SBL_SAYS_ORDER_KEY) != 0 && event->type >= SELLABLE_CONFIRM))
        sbl_seek(&engine->orders, order != NULL ? order->key : event->order_key, engine->seed,
                 &ahead->order);
    ahead->row = sbl_row_line(engine, item);
    if (ahead->row != NULL)
        sbl_prefetch(ahead->row);
}

/* The order's record. */
static inline void sbl_ahead_second(const struct sellable *engine, struct sbl_ahead *ahead) {
    if (ahead->order.bucket == NULL)
        return;
    sbl_seek_entry(&engine->memory, &ahead->order);
    if (ahead->order.block != NULL)
        sbl_prefetch_to_read(
            (const void *)((uintptr_t)ahead->order.block + sizeof(struct sbl_line)));
}

/* The row of its first placement. */
static inline void sbl_ahead_third(const struct sellable *engine, struct sbl_ahead *ahead) {
    uint32_t first = 1 + SBL_ENTRY_KEY + ahead->order.key.words + SBL_ORDER_PLACEMENTS;
    if (ahead->order.bucket == NULL || ahead->order.block == NULL || ahead->order.words <= first)
        return;
    uint64_t placement = sbl_load_acquire(BLOCK, &ahead->order.block[first]);
    ahead->row = sbl_row_line(engine, sbl_high(placement));
    if (ahead->row != NULL)
        sbl_prefetch(ahead->row);
}

/* What is behind the row, where the event changes it, or the row has more than cells. */
static inline void sbl_ahead_fourth(const struct sellable *engine,
                                    const struct sellable_event *event,
                                    const struct sbl_ahead *ahead) {
    enum { ROOT_LINES = 3 };
    bool by_net = event->type == SELLABLE_RESERVE || event->type == SELLABLE_RELEASE ||
                  event->type == SELLABLE_CONFIRM;
    if (ahead->row != NULL &&
        (!by_net ||
         (sbl_load_acquire(WORD, &ahead->row->word[SBL_ROW_FORM]) & SBL_ROW_GENERAL) != 0))
        sbl_row_fetch_root(&engine->memory, ahead->row, ROOT_LINES);
}

#endif
