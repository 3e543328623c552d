/* SPDX-License-Identifier: Apache-2.0
 *
 * See order.h. */
#include "order.h"

#include "index.h"

bool sbl_placement_at(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                      uint32_t flags, uint32_t i, struct sbl_placement *placement) {
    uint64_t word[SBL_PLACEMENT_WORDS_WIDE];
    uint32_t words = sbl_placement_words(flags);
    if (sbl_blob_copy(memory, blob, from + i * words, word, words) != words)
        return false;
    *placement = sbl_placement_of(word, flags);
    return true;
}

static uint32_t flags_of(const struct sbl_order *order) {
    uint32_t flags = order->flags & (SBL_ORDER_DATED | SBL_ORDER_PRECEDENCE);
    for (uint32_t i = 0; i < order->placement_count; i++)
        if ((order->placement[i].fenced | order->placement[i].beyond) != 0)
            flags |= SBL_ORDER_WIDE;
    if (order->kit_words != 0)
        flags |= SBL_ORDER_KITS;
    if (order->first_words != 0)
        flags |= SBL_ORDER_FIRST;
    return flags;
}

uint32_t sbl_order_words(const struct sbl_order *order) {
    uint32_t flags = flags_of(order);
    uint32_t words = SBL_ENTRY_KEY + order->key_words + SBL_ORDER_PLACEMENTS +
                     order->placement_count * sbl_placement_words(flags);
    words += (flags & SBL_ORDER_PRECEDENCE) != 0;
    words += (flags & SBL_ORDER_KITS) != 0 ? 1 + order->kit_words : 0;
    return words + ((flags & SBL_ORDER_FIRST) != 0 ? 1 + order->first_words : 0);
}

static uint64_t *put(uint64_t *at, const uint64_t *words, uint32_t count) {
    memcpy(at, words, count * sizeof *at);
    return at + count;
}

static uint64_t *put_counted(uint64_t *at, const uint64_t *words, uint32_t count) {
    *at = count;
    return put(at + 1, words, count);
}

void sbl_order_write(const struct sbl_order *order, uint64_t *word) {
    uint32_t flags = flags_of(order), step = sbl_placement_words(flags);
    uint64_t *at = word + SBL_ENTRY_KEY;
    word[SBL_ENTRY_HASH] = order->hash;
    word[SBL_ENTRY_SIZE] = sbl_order_meta(order->key_size, order->state, flags, order->channel,
                                          order->placement_count);
    at = put(at, order->key, order->key_words);
    at[SBL_ORDER_ASKED] = order->asked[0];
    at[SBL_ORDER_ASKED + 1] = order->asked[1];
    at[SBL_ORDER_DATE] = (uint64_t)order->date;
    at[SBL_ORDER_TIME] = (uint64_t)order->time;
    at += SBL_ORDER_PLACEMENTS;
    for (uint32_t i = 0; i < order->placement_count; i++, at += step) {
        const struct sbl_placement *placement = &order->placement[i];
        const uint64_t words[SBL_PLACEMENT_WORDS_WIDE] = {
            sbl_pair(placement->item, placement->location),
            (uint64_t)placement->quantity,
            (uint64_t)placement->allocated,
            (uint64_t)placement->shipped,
            (uint64_t)placement->released,
            placement->since,
            (uint64_t)placement->fenced,
            (uint64_t)placement->beyond};
        put(at, words, step);
    }
    if ((flags & SBL_ORDER_PRECEDENCE) != 0)
        *at++ = (uint64_t)order->precedence;
    if ((flags & SBL_ORDER_KITS) != 0)
        at = put_counted(at, order->kits, order->kit_words);
    if ((flags & SBL_ORDER_FIRST) != 0)
        put_counted(at, order->first, order->first_words);
}

void sbl_order_read(const uint64_t *word, uint32_t words, struct sbl_order *order,
                    struct sbl_placement *placement) {
    uint64_t meta = word[SBL_ENTRY_SIZE];
    uint32_t flags = sbl_order_flags(meta), step = sbl_placement_words(flags);
    const uint64_t *at = word + SBL_ENTRY_KEY, *end = word + words;
    *order = (struct sbl_order){.hash = word[SBL_ENTRY_HASH],
                                .key_size = (uint32_t)(meta & 0xff),
                                .key_words = sbl_order_key_words(meta),
                                .key = at,
                                .state = sbl_order_state(meta),
                                .channel = sbl_order_channel(meta),
                                .flags = flags,
                                .placement_count = sbl_order_count(meta),
                                .placement = placement};
    at += order->key_words;
    order->asked[0] = at[SBL_ORDER_ASKED];
    order->asked[1] = at[SBL_ORDER_ASKED + 1];
    order->date = (int64_t)at[SBL_ORDER_DATE];
    order->time = (int64_t)at[SBL_ORDER_TIME];
    at += SBL_ORDER_PLACEMENTS;
    for (uint32_t i = 0; i < order->placement_count; i++, at += step)
        placement[i] = sbl_placement_of(at, flags);
    if ((flags & SBL_ORDER_PRECEDENCE) != 0 && at < end)
        order->precedence = (int32_t)*at++;
    if ((flags & SBL_ORDER_KITS) != 0 && at < end) {
        order->kit_words = (uint32_t)*at;
        order->kits = at + 1;
        at += 1 + order->kit_words;
    }
    if ((flags & SBL_ORDER_FIRST) != 0 && at < end) {
        order->first_words = (uint32_t)*at;
        order->first = at + 1;
    }
}

enum sellable_order_state sbl_order_state_of(const struct sbl_order *order,
                                             enum sellable_order_state closed) {
    bool reserved = false, allocated = false, shipped = false;
    for (uint32_t i = 0; i < order->placement_count; i++) {
        reserved |= sbl_placement_reserved(&order->placement[i]) != 0;
        allocated |= order->placement[i].allocated != 0;
        shipped |= order->placement[i].shipped != 0;
    }
    if (reserved)
        return SELLABLE_RESERVED;
    if (allocated)
        return SELLABLE_ALLOCATED;
    return shipped ? SELLABLE_SHIPPED : closed;
}

bool sbl_order_names(const uint64_t *word, uint32_t words, uint32_t item) {
    uint64_t meta = word[SBL_ENTRY_SIZE];
    uint32_t flags = sbl_order_flags(meta), step = sbl_placement_words(flags);
    const uint64_t *end = word + words;
    const uint64_t *at = word + SBL_ENTRY_KEY + sbl_order_key_words(meta) + SBL_ORDER_PLACEMENTS;
    for (uint32_t i = 0; i < sbl_order_count(meta) && at + step <= end; i++, at += step)
        if (sbl_high(at[0]) == item)
            return true;
    at += (flags & SBL_ORDER_PRECEDENCE) != 0;
    if ((flags & SBL_ORDER_KITS) == 0 || at >= end)
        return false;
    const uint64_t *kits = at + 1;
    for (uint64_t i = 0; i < at[0] && kits + i < end; i += 1 + 2 * (uint64_t)sbl_low(kits[i]))
        if (sbl_high(kits[i]) == item)
            return true;
    return false;
}
