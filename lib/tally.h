/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting what is done, for operations.
 *
 * Each worker has counters of its own, on cache lines of their own: the call that holds the worker
 * reads a counter and writes it back, plainly; whoever asks adds up those of all workers, each as
 * it is just then. So counting never makes two threads meet, and takes no read-modify-write; and
 * for who asks again no counter has fallen.
 *
 *   calls      by type and status: at the end of a call, once; of an event at its end, whatever
 *              calls it made on its way
 *   channels   the first of them in the worker's own counters, the rest in slabs of their own, each
 *   sources    of which comes when it is needed first
 *   open       orders that came in less those that closed, with the worker itself: it has no way
 *              to fail, since what is open now follows from it
 *
 * A call does not fail for want of memory for its counters: then it is not counted; nor is one that
 * found no worker. What a call finds out on its way and has to be counted at its end stands in the
 * worker (sbl_noted). */
#ifndef SBL_TALLY_H
#define SBL_TALLY_H

#include "engine.h"

struct sbl_channel_tally {
    sbl_word accepted, refused;
    sbl_word units; /* stops at 10^15 */
    sbl_word unused;
};

struct sbl_source_tally {
    sbl_word applied, duplicates, stale, refused;
    sbl_word newest; /* sbl_newest_value; 0: nothing was applied */
    sbl_word unused[3];
};

enum {
    SBL_TALLY_BITS = 13,           /* of the bytes of a worker's counters */
    SBL_TALLY_CHANNELS = 32,       /* in them, and the same in a slab */
    SBL_TALLY_CHANNELS_IN_SLAB = 2048,
    SBL_TALLY_CHANNEL_SLABS = 2,
    SBL_TALLY_SOURCES = 16,
    SBL_TALLY_SOURCES_IN_SLAB = 1024,
    SBL_TALLY_SOURCE_SLABS = 64
};
static_assert(SBL_TALLY_CHANNEL_SLABS * SBL_TALLY_CHANNELS_IN_SLAB >= SELLABLE_CHANNELS_MAX,
              "there are slabs for all channels");

struct sbl_counters {
    sbl_word calls[SELLABLE_EVENT_TYPES_END][SELLABLE_STATUS_COUNT];
    sbl_word exceptions[SELLABLE_STATUS_COUNT];
    sbl_word events, applied, duplicate, replays;
    sbl_word balances, variances, variance_sum, variance_absolute;
    sbl_word expired;
    sbl_word channel_slab[SBL_TALLY_CHANNEL_SLABS]; /* addresses */
    sbl_word source_slab[SBL_TALLY_SOURCE_SLABS];
    struct sbl_channel_tally channel[SBL_TALLY_CHANNELS];
    struct sbl_source_tally source[SBL_TALLY_SOURCES];
};
static_assert(sizeof(struct sbl_counters) <= 1u << SBL_TALLY_BITS, "an element of the array");

/* ---- life ---- */

/* Begin with nothing counted, and so many orders open. */
void sbl_tally_begin(struct sellable *engine, uint64_t orders_open);
void sbl_tally_end(struct sellable *engine);

/* ---- counting ---- */

/* The counters of a worker; NULL: no memory. */
struct sbl_counters *sbl_tally_make(struct sellable *engine, struct sbl_worker *worker);
static inline struct sbl_counters *sbl_tally_of(struct sellable *engine,
                                                struct sbl_worker *worker) {
    return SBL_LIKELY(worker->tally != NULL) ? worker->tally : sbl_tally_make(engine, worker);
}

static inline void sbl_tally_add(sbl_word *own, int64_t amount) {
    sbl_store(own, sbl_load(own) + (uint64_t)amount);
}

/* A call has come to this end, of a type that there is (or 0); not counted if it was made for an
 * event, which is counted itself. */
static inline void sbl_tally_call(struct sellable *engine, struct sbl_worker *worker,
                                  uint32_t type, enum sellable_status status) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    if (SBL_LIKELY(tally != NULL) && SBL_LIKELY(worker->origin == NULL))
        sbl_tally_add(&tally->calls[type][status], 1);
}

/* The same before a worker was had; returns the status. */
enum sellable_status sbl_tally_fault(struct sellable *engine, struct sellable_worker *held,
                                     uint32_t type, enum sellable_status status);

/* Of a channel or a source that there is; NULL: no memory. */
struct sbl_channel_tally *sbl_tally_channel_slab(struct sellable *engine,
                                                 struct sbl_counters *tally, uint32_t channel);
static inline struct sbl_channel_tally *
sbl_tally_channel(struct sellable *engine, struct sbl_counters *tally, uint32_t channel) {
    return SBL_LIKELY(channel - 1 < SBL_TALLY_CHANNELS)
               ? &tally->channel[channel - 1]
               : sbl_tally_channel_slab(engine, tally, channel);
}

/* reserve or amend has come to this end, with what is noted of it. */
static inline void sbl_tally_order(struct sellable *engine, struct sbl_worker *worker,
                                   uint32_t type, enum sellable_status status) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    if (SBL_UNLIKELY(tally == NULL) || SBL_UNLIKELY(worker->origin != NULL))
        return;
    sbl_tally_add(&tally->calls[type][status], 1);
    bool accepted = status == SELLABLE_OK;
    if (!accepted && status != SELLABLE_INSUFFICIENT && status != SELLABLE_PAUSED)
        return;
    struct sbl_channel_tally *channel =
        sbl_tally_channel(engine, tally, worker->noted.channel);
    if (SBL_UNLIKELY(channel == NULL))
        return;
    if (!accepted) {
        sbl_tally_add(&channel->refused, 1);
        return;
    }
    /* What it was promised is at most INT64_MAX / 2 (sbl_add). */
    int64_t units = (int64_t)sbl_load(&channel->units) + worker->noted.units;
    sbl_tally_add(&channel->accepted, 1);
    sbl_store(&channel->units, (uint64_t)sbl_min(SELLABLE_QUANTITY_MAX, units));
}

/* An event was sent, or replayed, and has come to this end. */
void sbl_tally_event(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_event *event, bool replayed,
                     enum sellable_status status, int64_t variance);

/* A refused event is kept. */
void sbl_tally_exception(struct sellable *engine, struct sbl_worker *worker,
                         enum sellable_status status);

/* An order was released since its timeout passed. */
void sbl_tally_expired(struct sellable *engine, struct sbl_worker *worker);

/* An order is open from now on (+1), or no more (-1). */
static inline void sbl_tally_open(struct sbl_worker *worker, int64_t change) {
    sbl_tally_add(&worker->open, change);
}

/* A time as a counter, which is never 0. */
static inline uint64_t sbl_newest_value(int64_t at) {
    return (uint64_t)(at + SELLABLE_TIME_MAX + 1);
}
static inline int64_t sbl_newest_of(uint64_t value) {
    return (int64_t)value - SELLABLE_TIME_MAX - 1;
}

/* ---- asking ---- */

/* How many workers there are, and the counters of one; NULL: it has none yet. */
static inline uint64_t sbl_tally_workers(const struct sellable *engine) {
    return sbl_load_acquire(COUNT, &engine->commit.workers);
}
static inline const struct sbl_counters *sbl_tally_at(const struct sellable *engine,
                                                   uint64_t worker) {
    return sbl_array_at(&engine->tally, worker);
}

/* What a worker has counted of a channel, or of a source; NULL: nothing. */
const struct sbl_channel_tally *sbl_tally_channel_at(const struct sbl_counters *tally,
                                                     uint32_t channel);
const struct sbl_source_tally *sbl_tally_source_at(const struct sbl_counters *tally,
                                                   uint32_t source);

/* How many orders are open. Of several instants. */
uint64_t sbl_tally_orders_open(const struct sellable *engine);

#endif
