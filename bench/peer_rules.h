/* SPDX-License-Identifier: Apache-2.0
 *
 * What all peers have in common, whatever tables and locks they are built of: what is in a cell and
 * in an order's record, how much may be promised, how it is taken and given back, and the loops of
 * the rows. Nothing here locks: a peer calls it with its locks held. */
#ifndef BENCH_PEER_RULES_H
#define BENCH_PEER_RULES_H

#include <string.h>

#include "peer.h"

struct peer_cell {
    int64_t on_hand;
    int64_t held;
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
};

struct peer_line {
    uint32_t item;
    int64_t quantity;
    int64_t taken[LOCATIONS];
};

/* What is kept of an order. */
struct peer_record {
    struct text key;
    uint32_t channel;
    uint32_t line_count;
    struct peer_line lines[LINES];
};

/* What a call wants: one unit of each item, by number or, where `item_keys` is not NULL, by key:
 * then the peer looks up the numbers. The peer sets the cells of each line. */
struct wish {
    const struct text *key;
    uint32_t channel;
    uint32_t line_count;
    uint32_t items[LINES];
    struct peer_cell *cells[LINES];
    const struct text *item_keys;
};

/* What a peer of one kind does; a peer begins with its kind. */
struct peer_kind {
    struct peer *(*open)(enum peer_locks locks, size_t items, size_t orders);
    void (*close)(struct peer *peer);
    bool (*release)(struct peer *peer, const struct text *key); /* false: there is no such order */
    struct totals (*totals)(const struct peer *peer);
    measure_body *available;
    measure_body *reserve_line;
    measure_body *reserve_lines;
    measure_body *reserve_latency;
};
struct peer {
    const struct peer_kind *kind;
};
extern const struct peer_kind peer_uthash;
extern const struct peer_kind peer_ck;

/* ---- memory ---------------------------------------------------------------------------------- */

/* For tables that grow: huge pages, as everything else has them. Given back for good when the last
 * peer is closed. Any thread may ask for some. */
void *peer_table_memory(size_t size);
void peer_table_release(void *memory, size_t size);

/* ---- cells ----------------------------------------------------------------------------------- */

static inline void peer_fill_cells(struct peer_cell *cells)
{
    for (size_t i = 0; i < LOCATIONS; i++)
        cells[i] = (struct peer_cell){
            .on_hand = CELL_ON_HAND, .held = CELL_HELD, .safety_stock = CELL_SAFETY_STOCK};
}

static inline void peer_add_cells(struct totals *totals, const struct peer_cell *cells)
{
    for (size_t i = 0; i < LOCATIONS; i++) {
        totals->on_hand += cells[i].on_hand;
        totals->reserved += cells[i].reserved;
        totals->broken += cells[i].held != CELL_HELD || cells[i].reserved < 0 ||
                          cells[i].safety_stock != CELL_SAFETY_STOCK;
    }
}

static inline int64_t peer_seen_at(const struct peer_cell *cell,
                                   const struct channel_settings *settings)
{
    int64_t net =
        cell->on_hand - cell->held - cell->allocated - cell->reserved - cell->safety_stock;
    return net > 0 ? net * settings->share / SELLABLE_SHARE_ALL : 0;
}

static inline int64_t peer_promisable(const struct peer_cell *cells,
                                      const struct channel_settings *settings)
{
    int64_t pool = 0;
    for (uint32_t i = 0; i < settings->location_count; i++)
        pool += peer_seen_at(&cells[settings->locations[i]], settings);
    return pool > settings->buffer ? pool - settings->buffer : 0;
}

/* Take a line from the channel's locations in their order; it fits. */
static inline void peer_take(struct peer_cell *cells, const struct channel_settings *settings,
                             struct peer_line *line)
{
    int64_t left = line->quantity;
    for (uint32_t i = 0; i < settings->location_count && left > 0; i++) {
        struct peer_cell *cell = &cells[settings->locations[i]];
        int64_t seen = peer_seen_at(cell, settings);
        int64_t taken = seen < left ? seen : left;
        cell->reserved += taken;
        line->taken[settings->locations[i]] += taken;
        left -= taken;
    }
}

static inline void peer_give_back(struct peer_cell *cells, const struct peer_line *line)
{
    for (uint32_t i = 0; i < LOCATIONS; i++)
        cells[i].reserved -= line->taken[i];
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* Is the order that has the key already what this call asks for? */
static inline bool peer_same_wish(const struct peer_record *record, const struct wish *wish)
{
    bool same = record->channel == wish->channel && record->line_count == wish->line_count;
    for (uint32_t i = 0; same && i < wish->line_count; i++)
        same = record->lines[i].item == wish->items[i] && record->lines[i].quantity == 1;
    return same;
}

/* What a repeated key answers: the units promised, or -1 for a conflict. */
static inline int64_t peer_again(const struct peer_record *record, const struct wish *wish)
{
    return peer_same_wish(record, wish) ? (int64_t)wish->line_count : -1;
}

/* Take all lines and fill in the record, or change nothing and return false. Lines of one item are
 * taken one after the other, and given back if a later line does not fit. */
static inline bool peer_promise(struct peer_record *record, const struct wish *wish)
{
    const struct channel_settings *settings = &workload_channels[wish->channel];
    for (uint32_t i = 0; i < wish->line_count; i++) {
        record->lines[i] = (struct peer_line){.item = wish->items[i], .quantity = 1};
        if (peer_promisable(wish->cells[i], settings) < 1) {
            while (i-- > 0)
                peer_give_back(wish->cells[i], &record->lines[i]);
            return false;
        }
        peer_take(wish->cells[i], settings, &record->lines[i]);
    }
    record->key = *wish->key;
    record->channel = wish->channel;
    record->line_count = wish->line_count;
    return true;
}

/* ---- what one call holds --------------------------------------------------------------------- */

/* Numbers of what has a lock, ascending, none twice: so no two calls wait for each other in a
 * circle. */
struct held_locks {
    uint32_t count;
    uint32_t numbers[LINES + 1];
};

static inline void peer_hold(struct held_locks *held, uint32_t number)
{
    uint32_t at = held->count;
    while (at > 0 && held->numbers[at - 1] > number)
        at--;
    if (at > 0 && held->numbers[at - 1] == number)
        return;
    for (uint32_t i = held->count++; i > at; i--)
        held->numbers[i] = held->numbers[i - 1];
    held->numbers[at] = number;
}

/* ---- the loops of the rows ------------------------------------------------------------------- */

/* The units promised; 0: it does not fit, -1: a conflict. */
typedef int64_t peer_reserve(struct peer *peer, struct wish *wish);

#define PEER_INLINE static inline __attribute__((always_inline))

PEER_INLINE int64_t peer_reserve_call(struct peer *peer, peer_reserve *reserve,
                                      const struct share *share, uint32_t line_count, size_t call,
                                      uint64_t zero)
{
    const struct request *requests = &share->requests[call * line_count];
    struct wish wish = {
        .key = &share->order_keys[call],
        .channel = request_channel(requests),
        .line_count = line_count,
        .item_keys = share->by_key ? &share->item_keys[call * line_count + zero] : NULL,
    };
    for (uint32_t i = 0; i < line_count; i++)
        wish.items[i] = requests[i].row + (uint32_t)zero;
    return reserve(peer, &wish);
}

PEER_INLINE void peer_reserve_calls(struct peer *peer, peer_reserve *reserve, struct share *share,
                                    uint32_t line_count)
{
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count / line_count; call++) {
        int64_t units = peer_reserve_call(peer, reserve, share, line_count, call, zero);
        share->wrong += units != line_count;
        share->units += units;
        zero = workload_carry(share->mode, (uint64_t)units);
    }
}

PEER_INLINE void peer_reserve_latencies(struct peer *peer, peer_reserve *reserve,
                                        struct share *share)
{
    double last = measure_wall();
    for (size_t call = 0; call < share->count; call++) {
        int64_t units = peer_reserve_call(peer, reserve, share, 1, call, 0);
        share->wrong += units != 1;
        share->units += units;
        measure_latency(share, call, &last);
    }
}

/* What may be promised of an item, by number. */
typedef int64_t peer_ask(struct peer *peer, uint32_t item, const struct channel_settings *settings);

PEER_INLINE void peer_ask_calls(struct peer *peer, peer_ask *ask, struct share *share)
{
    uint64_t zero = 0;
    for (size_t call = 0; call < share->count; call++) {
        const struct request *request = &share->requests[call];
        int64_t answer = ask(peer, request->row + (uint32_t)zero,
                             &workload_channels[request_channel(request)]);
        share->wrong += answer <= 0;
        zero = workload_carry(share->mode, (uint64_t)answer);
    }
}

/* The bodies of a kind's rows around its two functions, and their place in the kind. */
#define PEER_BODIES(RESERVE, ASK)                                                                  \
    static void body_available(void *peer, struct share *share)                                    \
    {                                                                                              \
        peer_ask_calls(peer, ASK, share);                                                          \
    }                                                                                              \
    static void body_reserve_line(void *peer, struct share *share)                                 \
    {                                                                                              \
        peer_reserve_calls(peer, RESERVE, share, 1);                                               \
    }                                                                                              \
    static void body_reserve_lines(void *peer, struct share *share)                                \
    {                                                                                              \
        peer_reserve_calls(peer, RESERVE, share, LINES);                                           \
    }                                                                                              \
    static void body_reserve_latency(void *peer, struct share *share)                              \
    {                                                                                              \
        peer_reserve_latencies(peer, RESERVE, share);                                              \
    }
#define PEER_BODIES_OF_KIND                                                                        \
    .available = body_available, .reserve_line = body_reserve_line,                                \
    .reserve_lines = body_reserve_lines, .reserve_latency = body_reserve_latency

#endif
