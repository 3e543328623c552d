/* SPDX-License-Identifier: Apache-2.0
 *
 * See tally.h. */
#include "tally.h"

#include "content.h"
#include "source.h"

/* ---- life ---- */

void sbl_tally_begin(struct sellable *engine, uint64_t orders_open) {
    sbl_array_init(&engine->tally, &engine->memory, SBL_TALLY_BITS, 3);
    engine->orders_open = orders_open;
}

static void give_slabs(struct sbl_memory *memory, const sbl_word *slab, int count, size_t bytes) {
    for (int i = 0; i < count; i++)
        if (sbl_load(&slab[i]) != 0)
            sbl_slab_give(memory, (void *)(uintptr_t)sbl_load(&slab[i]), bytes);
}

enum {
    CHANNEL_SLAB = SBL_TALLY_CHANNELS_IN_SLAB * sizeof(struct sbl_channel_tally),
    SOURCE_SLAB = SBL_TALLY_SOURCES_IN_SLAB * sizeof(struct sbl_source_tally)
};
static_assert(SBL_TALLY_SOURCE_SLABS * SBL_TALLY_SOURCES_IN_SLAB >= SBL_SOURCES_MAX,
              "there are slabs for all sources");

void sbl_tally_end(struct sellable *engine) {
    uint64_t workers = sbl_tally_workers(engine);
    for (uint64_t i = 0; i < workers; i++) {
        const struct sbl_counters *tally = sbl_tally_at(engine, i);
        if (tally == NULL)
            continue;
        give_slabs(&engine->memory, tally->channel_slab, SBL_TALLY_CHANNEL_SLABS, CHANNEL_SLAB);
        give_slabs(&engine->memory, tally->source_slab, SBL_TALLY_SOURCE_SLABS, SOURCE_SLAB);
    }
    sbl_array_fini(&engine->tally);
}

SBL_NOINLINE struct sbl_counters *sbl_tally_make(struct sellable *engine,
                                              struct sbl_worker *worker) {
    uint64_t workers = sbl_tally_workers(engine), number = 0;
    while (number < workers && sbl_array_at(&engine->commit.worker, number) != worker)
        number++;
    assert(number < workers);
    if (!sbl_array_grow(&engine->tally, number))
        return NULL;
    return worker->tally = sbl_array_at(&engine->tally, number);
}

/* ---- counting ---- */

enum sellable_status sbl_tally_fault(struct sellable *engine, struct sellable_worker *held,
                                     uint32_t type, enum sellable_status status) {
    struct sbl_call call;
    if (!sbl_call_begin(engine, held, &call))
        return status;
    sbl_tally_call(engine, call.worker, type, status);
    return sbl_call_done(&call, status, NULL);
}

/* The place of thing `place` in slabs of `in_slab` each with `size` bytes; NULL: no memory. */
static void *in_slab(struct sbl_memory *memory, sbl_word *slab, uint32_t place, uint32_t in_slab,
                     size_t size) {
    sbl_word *address = &slab[place / in_slab];
    uintptr_t begin = (uintptr_t)sbl_load(address); /* its own worker's */
    if (begin == 0) {
        begin = (uintptr_t)sbl_slab_take(memory, in_slab * size);
        if (begin == 0)
            return NULL;
        sbl_store_release(SLAB, address, begin);
    }
    return (void *)(begin + place % in_slab * size);
}

SBL_NOINLINE struct sbl_channel_tally *
sbl_tally_channel_slab(struct sellable *engine, struct sbl_counters *tally, uint32_t channel) {
    if (channel == 0 || channel > SELLABLE_CHANNELS_MAX)
        return NULL;
    return in_slab(&engine->memory, tally->channel_slab, channel - 1, SBL_TALLY_CHANNELS_IN_SLAB,
                   sizeof(struct sbl_channel_tally));
}

static struct sbl_source_tally *source_tally(struct sellable *engine, struct sbl_counters *tally,
                                             uint32_t source) {
    if (source - 1 < SBL_TALLY_SOURCES)
        return &tally->source[source - 1];
    return in_slab(&engine->memory, tally->source_slab, source - 1, SBL_TALLY_SOURCES_IN_SLAB,
                   sizeof(struct sbl_source_tally));
}

/* Who has sent it; 0: nobody, or nobody who is known. What its call has noted saves the look-up;
 * a fault was found before it looked. */
static uint32_t sender_of(const struct sellable *engine, const struct sbl_worker *worker,
                          const struct sellable_event *event, enum sellable_status status) {
    if (!sbl_is_sent(event->type))
        return 0;
    if (status == SELLABLE_OK || status == SELLABLE_DUPLICATE || status == SELLABLE_STALE)
        return worker->noted.source;
    const struct sellable_source source = {
        worker->noted.source != 0
            ? worker->noted.source
            : sbl_source_number(engine, event->source, event->source_key)};
    return sellable_source_key(engine, source).bytes != NULL ? source.id : 0;
}

static void count_source(struct sellable *engine, struct sbl_counters *tally, uint32_t number,
                         enum sellable_status status, int64_t at) {
    struct sbl_source_tally *source = source_tally(engine, tally, number);
    if (source == NULL)
        return;
    switch (status) {
    case SELLABLE_OK:
        sbl_tally_add(&source->applied, 1);
        if (sbl_newest_value(at) > sbl_load(&source->newest))
            sbl_store(&source->newest, sbl_newest_value(at));
        break;
    case SELLABLE_DUPLICATE:
        sbl_tally_add(&source->duplicates, 1);
        break;
    case SELLABLE_STALE:
        sbl_tally_add(&source->stale, 1);
        break;
    default:
        sbl_tally_add(&source->refused, 1);
        break;
    }
}

static void count_balance(struct sbl_counters *tally, int64_t variance) {
    const int64_t far = INT64_MAX / 4; /* a sum comes back from there exactly */
    int64_t sum = sbl_add((int64_t)sbl_load(&tally->variance_sum), variance);
    int64_t absolute = sbl_add((int64_t)sbl_load(&tally->variance_absolute),
                               variance < 0 ? sbl_subtract(0, variance) : variance);
    sbl_tally_add(&tally->balances, 1);
    sbl_tally_add(&tally->variances, variance != 0);
    sbl_store(&tally->variance_sum, (uint64_t)sbl_max(-far, sbl_min(far, sum)));
    sbl_store(&tally->variance_absolute, (uint64_t)sbl_min(SELLABLE_QUANTITY_MAX, absolute));
}

void sbl_tally_event(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_event *event, bool replayed,
                     enum sellable_status status, int64_t variance) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    uint32_t type = event != NULL && sbl_is_event(event->type) ? event->type : 0;
    if (tally == NULL)
        return;
    if (type == SELLABLE_RESERVE || type == SELLABLE_AMEND)
        sbl_tally_order(engine, worker, type, status);
    else
        sbl_tally_call(engine, worker, type, status);
    sbl_tally_add(&tally->events, 1);
    if (SBL_LIKELY(status == SELLABLE_OK)) {
        sbl_tally_add(&tally->applied, 1);
        if (replayed)
            sbl_tally_add(&tally->replays, 1);
        if (type == SELLABLE_ON_HAND_SET)
            count_balance(tally, variance);
    } else if (status == SELLABLE_DUPLICATE) {
        sbl_tally_add(&tally->duplicate, 1);
    }
    uint32_t source = type == 0 ? 0 : sender_of(engine, worker, event, status);
    if (source != 0)
        count_source(engine, tally, source, status, worker->noted.at);
}

void sbl_tally_exception(struct sellable *engine, struct sbl_worker *worker,
                         enum sellable_status status) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    if (tally != NULL)
        sbl_tally_add(&tally->exceptions[status], 1);
}

void sbl_tally_expired(struct sellable *engine, struct sbl_worker *worker) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    if (tally != NULL)
        sbl_tally_add(&tally->expired, 1);
}

/* ---- asking ---- */

static const void *slab_at(const sbl_word *slab, uint32_t place, uint32_t in_slab, size_t size) {
    uintptr_t begin = (uintptr_t)sbl_load_acquire(SLAB, &slab[place / in_slab]);
    return begin == 0 ? NULL : (const void *)(begin + place % in_slab * size);
}

const struct sbl_channel_tally *sbl_tally_channel_at(const struct sbl_counters *tally,
                                                     uint32_t channel) {
    if (channel - 1 < SBL_TALLY_CHANNELS)
        return &tally->channel[channel - 1];
    return slab_at(tally->channel_slab, channel - 1, SBL_TALLY_CHANNELS_IN_SLAB,
                   sizeof(struct sbl_channel_tally));
}

const struct sbl_source_tally *sbl_tally_source_at(const struct sbl_counters *tally,
                                                   uint32_t source) {
    if (source - 1 < SBL_TALLY_SOURCES)
        return &tally->source[source - 1];
    return slab_at(tally->source_slab, source - 1, SBL_TALLY_SOURCES_IN_SLAB,
                   sizeof(struct sbl_source_tally));
}

uint64_t sbl_tally_orders_open(const struct sellable *engine) {
    uint64_t workers = sbl_tally_workers(engine);
    int64_t open = (int64_t)engine->orders_open;
    for (uint64_t i = 0; i < workers; i++) {
        const struct sbl_worker *worker = sbl_array_at(&engine->commit.worker, i);
        open += (int64_t)sbl_load(&worker->open);
    }
    return (uint64_t)sbl_max(0, open); /* of several instants: it may be less for one */
}
