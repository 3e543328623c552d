/* SPDX-License-Identifier: Apache-2.0
 *
 * See hand.h. */
#include "hand.h"

enum sbl_got sbl_hand_take(struct sellable *engine, struct sbl_worker *worker,
                           const struct sbl_found *found, struct sbl_hand *hand) {
    struct sbl_buffer *words = &worker->scratch[SBL_SCRATCH_ORDER];
    struct sbl_buffer *placements = &worker->scratch[SBL_SCRATCH_HAND];
    enum { USUAL = 64 }; /* words: most records have fewer */
    uint32_t count = USUAL;
    hand->found = *found;
    if (!sbl_buffer_reserve(&engine->memory, words, USUAL * sizeof(uint64_t)))
        return SBL_NO_ROOM;
    uint64_t *word = words->bytes;
    uint32_t copied = sbl_blob_copy(&engine->memory, found->reference, 0, word, USUAL);
    if (copied < USUAL) {
        count = copied;
    } else {
        count = sbl_blob_words(&engine->memory, found->reference);
        if (!sbl_line_still(&engine->commit, found->line, &found->seen))
            return SBL_CHANGED;
        if (!sbl_buffer_reserve(&engine->memory, words, count * sizeof(uint64_t)))
            return SBL_NO_ROOM;
        word = words->bytes;
        copied = sbl_blob_copy(&engine->memory, found->reference, 0, word, count);
    }
    if (!sbl_line_still(&engine->commit, found->line, &found->seen) || copied != count)
        return SBL_CHANGED;
    if (!sbl_buffer_reserve(&engine->memory, placements,
                            (sbl_order_count(word[SBL_ENTRY_SIZE]) + 1) *
                                sizeof(struct sbl_placement)))
        return SBL_NO_ROOM;
    sbl_order_read(word, count, &hand->order, placements->bytes);
    return SBL_GOT;
}

bool sbl_hand_keep_first(struct sbl_worker *worker, struct sbl_hand *hand) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_FIRST];
    struct sbl_order *order = &hand->order;
    if (order->first_words != 0)
        return true;
    uint32_t words = 1 + SBL_FIRST_WORDS * order->placement_count;
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return false;
    uint64_t *first = scratch->bytes, *at = first + 1;
    first[0] = (uint64_t)order->date;
    for (uint32_t i = 0; i < order->placement_count; i++, at += SBL_FIRST_WORDS) {
        const struct sbl_placement *placement = &order->placement[i];
        at[0] = sbl_pair(placement->item, placement->location);
        at[1] = (uint64_t)placement->quantity;
        at[2] = (uint64_t)placement->beyond;
    }
    order->first = first;
    order->first_words = words;
    return true;
}

bool sbl_record_put(struct sellable *engine, struct sbl_worker *worker,
                    const struct sbl_order *order, struct sbl_found *found) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_RECORD];
    uint32_t words = sbl_order_words(order);
    if (!sbl_buffer_reserve(&engine->memory, scratch, words * sizeof(uint64_t)))
        return false;
    sbl_order_write(order, scratch->bytes);
    uint32_t blob = sbl_transaction_blob(worker, scratch->bytes, words);
    return blob != 0 && sbl_index_put(&engine->orders, worker, found, order->hash, blob);
}

struct sbl_credit sbl_credit_of(const struct sbl_order *order,
                                const struct sbl_placement *placement) {
    bool dated = (order->flags & SBL_ORDER_DATED) != 0;
    int64_t firm = sbl_placement_firm(placement);
    struct sbl_placement released = *placement; /* as if all that is reserved went back */
    released.released = sbl_add(released.released, sbl_placement_reserved(placement));
    return (struct sbl_credit){.item = placement->item,
                               .location = placement->location,
                               .firm = dated ? 0 : firm,
                               .dated = dated ? firm : 0,
                               .due = order->date,
                               .waiting = sbl_placement_waiting(placement),
                               .drawn = sbl_subtract(sbl_placement_drawn(placement),
                                                     sbl_placement_drawn(&released))};
}
