/* SPDX-License-Identifier: Apache-2.0
 *
 * What a user would write without the library: items and orders in hash tables, locks around them.
 * It promises by the same rules as the engine (net, share, buffer, the channel's list of
 * locations), records each order with what it took from where, and answers a repeated key with the
 * same again. What it does not do: settings that change, timeouts, events, explanations, snapshots;
 * and a thread that stops while it holds a lock stops the others. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "row.h"

struct peer;

/* uthash with one mutex around everything; with 1,024, chosen by the hash of an item's or an
 * order's key; with a spin-lock in each item and 1,024 for the orders. Concurrency Kit's hash
 * tables, with its spin-locks in each item and for the orders. */
enum peer_locks { PEER_ONE_MUTEX, PEER_STRIPED, PEER_ROW_LOCKS, PEER_CONCURRENCY_KIT };

struct peer *peer_open(enum peer_locks locks, size_t items, size_t orders);
void peer_close(struct peer *peer);

/* Release the orders of these keys and forget them; counts those that are not there. Not timed, and
 * alone: no lock is needed. */
uint64_t peer_release(struct peer *peer, const struct text *keys, size_t count);

struct totals peer_totals(const struct peer *peer);

/* Bodies of rows: by handle or by key as the share says, of one line or of four. */
void peer_available(void *peer, struct share *share);
void peer_reserve_line(void *peer, struct share *share);
void peer_reserve_lines(void *peer, struct share *share);
void peer_reserve_latency(void *peer, struct share *share);

#endif
