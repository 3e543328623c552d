/* SPDX-License-Identifier: Apache-2.0
 *
 * The wheel: what to look at when a time has come: an order, the fences or the movements of an
 * item, an event's id, a transfer. A hierarchical timing wheel (Varghese and Lauck 1987) of 10
 * levels of 64 slots, 1 ms the finest.
 *
 * It holds *hints*: a time, and a hash or an item's number. The truth is in the order, the row and
 * so on: a hint too many does no harm, so it may be there twice, or for an order that is closed
 * since. None may be missing.
 *
 *    base = the time up to which all that was due has been done
 *    a hint due at T > base is in slot (T / 64^l) mod 64 of level l, that of the highest bit of T
 *    xor base
 *
 * TWO THREADS. A hint is put in where it belongs with base = *now* of its transaction's world,
 * before that is decided; if now moves meanwhile, the transaction is sent back (commit.h), and puts
 * another one in its new place. Base is never beyond now. Draining from base to now does all that
 * is due, then clears each slot on the way: what is due later is filed where it belongs with now,
 * what is done goes, in one swap for the slot; the last step moves base. Several threads may drain
 * at once, to the same now or not:
 *   - a hint is only ever moved to a lower level, and both walks go from the highest level down: so
 *     who is on the way meets a hint before another has moved it, or after;
 *   - who moves a hint files it first, and takes it away after: it may be met twice, and never
 *     not at all;
 *   - a hint that is not where base would have put it was put there by somebody for a later time: a
 *     drainer that was overtaken leaves it. For if T belongs in a slot with base B and with N > B,
 *     it does so with every time between: so what belongs there for a newer now is never what B put
 *     there and now moves.
 *
 * A slot's word counts how often its chain was taken off, and how often something was put on it. A
 * chain that is taken off while it is walked may be used again: that count is looked at after each
 * step, and the walk begins anew. What is put on top meanwhile is due later, and needs no walk.
 *
 * Cost: a hint put in is a swap; draining costs the slots between (640 at most) and what is due,
 * each hint filed anew at most 10 times in its life. Limits: a chain taken off 2^16 times while one
 * thread sleeps between two steps of its walk. */
#ifndef SBL_EXPIRY_H
#define SBL_EXPIRY_H

#include "commit.h"

enum { SBL_WHEEL_LEVELS = 10, SBL_WHEEL_SLOTS = 64 };

struct sbl_wheel {
    sbl_word base SBL_ALIGNED(64);
    sbl_word slot[SBL_WHEEL_LEVELS][SBL_WHEEL_SLOTS] SBL_ALIGNED(64);
};

enum sbl_due_kind {
    SBL_DUE_ORDER = 0,
    SBL_DUE_FENCES = 1,
    SBL_DUE_ID = 2,       /* of an event, by its hash */
    SBL_DUE_TRANSFER = 3, /* by its hash */
    SBL_DUE_MOVED = 4     /* movements of an item */
};

struct sbl_due {
    int64_t at;
    uint64_t hash;              /* of an order; or the number of an item */
    enum sbl_due_kind kind;
    uint64_t first;     /* for the layers above, where times are equal: how its key begins, */
    uint32_t reference; /* and all of it; 0: it does not matter */
};

static inline int64_t sbl_wheel_base(const struct sbl_wheel *wheel) {
    return (int64_t)sbl_load_acquire(TIMER, &wheel->base);
}

/* Of a wheel without hints that nobody else uses yet: all that was due by then is done. */
static inline void sbl_wheel_begin(struct sbl_wheel *wheel, int64_t base) {
    sbl_store_release(TIMER, &wheel->base, (uint64_t)base);
}

/* Put a hint in, for a time later than now. false: no memory. */
bool sbl_wheel_put(struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t now, int64_t at,
                   enum sbl_due_kind kind, uint64_t hash);

/* All hints due by `now`, into the worker's scratch SBL_SCRATCH_DUE, in no order. false: no
 * memory. */
bool sbl_wheel_due(const struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t base,
                   int64_t now, uint32_t *count);

/* After all of those are done: file anew what comes later, and move base to now. false: no
 * memory. */
bool sbl_wheel_turn(struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t base, int64_t now);

#endif
