/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: what there is, and what the public functions have in common. */
#ifndef SBL_ENGINE_H
#define SBL_ENGINE_H

#include "availability.h"
#include "commit.h"
#include "expiry.h"
#include "index.h"
#include "item.h"
#include "order.h"
#include "policy.h"
#include "row.h"

struct sellable {
    struct sbl_memory memory;
    struct sbl_commit commit;
    struct sbl_journal *journal;    /* journal.h; NULL: no log. On the line that `row` begins on, which
                                       every question reads */
    struct sbl_array row;           /* lines, by item number - 1 */
    struct sbl_array location;      /* lines, by location number - 1 */
    struct sbl_array channel;       /* lines, by channel number - 1 */
    struct sbl_array name;          /* lines, by the number of a name - 1; names.h */
    struct sbl_line catalog;        /* names.h */
    struct sbl_array item_entry;    /* words: the blob with the key, by item number - 1 */
    struct sbl_array source;        /* lines, by source number - 1; source.h */
    struct sbl_array exception;     /* lines, by slot; exception.h */
    struct sbl_array feed;          /* lines, by channel number - 1; feed.h */
    struct sbl_array tally;         /* what was counted, by worker; tally.h */
    uint64_t orders_open;           /* when counting began */
    struct sbl_index items, locations, channels, orders, names, sources, transfers, ids;
    struct sbl_wheel wheel;
    struct sellable_options options; /* as it was opened */
    uint64_t seed;
    int64_t retention;
    int64_t ahead;
    uint64_t ids_most, exceptions_most; /* options.event_ids (0: no bound), .exceptions */
    sbl_word ids_taken;                 /* if there is a bound */
    sbl_word item_numbers SBL_ALIGNED(64); /* given out */
};

/* A worker for one call: the caller's, or one claimed for it. */
struct sbl_call {
    struct sellable *engine;
    struct sbl_worker *worker;
    bool claimed;
};

/* journal.c, for engines with a log. Opened: false in a process that was forked off. Refused: the
 * status of a call that could not begin. Closed: wait until what it answers is durable, if it is
 * not within another call; the status and answer.position that it ends with. Each: of one call in a
 * batch, none of which waits; then the batch is closed. */
bool sbl_call_opened(struct sellable *engine, struct sbl_worker *worker);
void sbl_call_left(const struct sbl_call *call);
enum sellable_status sbl_call_refused(const struct sellable *engine);
enum sellable_status sbl_call_closed(struct sellable *engine, const struct sbl_call *call,
                                     enum sellable_status status, struct sellable_answer *answer);
void sbl_call_each(struct sellable *engine, struct sbl_worker *worker,
                   enum sellable_status *status, struct sellable_answer *answer);
enum sellable_status sbl_call_all_closed(struct sellable *engine, const struct sbl_call *call,
                                         enum sellable_status *statuses, size_t count);

/* Within a call that makes many changes and waits at its end: wait now, if much is not written. */
void sbl_call_relieve(struct sellable *engine);

/* Is this a process that was forked off from the one that opened an engine with a log? Then every
 * question is not_durable, too. */
bool sbl_call_is_away(const struct sellable *engine);
static inline bool sbl_is_away(const struct sellable *engine) {
    return SBL_UNLIKELY(engine->journal != NULL) && sbl_call_is_away(engine);
}

static inline void sbl_call_end(const struct sbl_call *call) {
    if (SBL_UNLIKELY(call->engine->journal != NULL))
        sbl_call_left(call);
    if (call->claimed)
        sbl_worker_give(call->worker);
}
static inline bool sbl_call_begin(struct sellable *engine, struct sellable_worker *worker,
                                  struct sbl_call *call) {
    call->engine = engine;
    call->claimed = worker == NULL;
    call->worker = call->claimed ? sbl_worker_take(&engine->commit) : (struct sbl_worker *)worker;
    if (call->worker == NULL)
        return false;
    if (SBL_LIKELY(engine->journal == NULL) || sbl_call_opened(engine, call->worker))
        return true;
    sbl_call_end(call);
    return false;
}
/* The end of one that changes something. */
static inline enum sellable_status sbl_call_done(const struct sbl_call *call,
                                                 enum sellable_status status,
                                                 struct sellable_answer *answer) {
    if (SBL_UNLIKELY(call->engine->journal != NULL))
        return sbl_call_closed(call->engine, call, status, answer);
    sbl_call_end(call);
    return status;
}

static inline enum sellable_status sbl_call_all_done(const struct sbl_call *call,
                                                     enum sellable_status *statuses,
                                                     size_t count) {
    if (SBL_UNLIKELY(call->engine->journal != NULL))
        return sbl_call_all_closed(call->engine, call, statuses, count);
    sbl_call_end(call);
    return SELLABLE_OK;
}

/* What a call says that is no event of its own, for the log's audit trail: a record to fill in;
 * NULL: nobody wants to know, or it is part of something that was said. */
struct sellable_event *sbl_say_it(struct sbl_worker *worker, uint32_t type);
static inline struct sellable_event *sbl_say(const struct sellable *engine,
                                             struct sbl_worker *worker, uint32_t type) {
    return SBL_LIKELY(engine->journal == NULL) ? NULL : sbl_say_it(worker, type);
}
static inline void sbl_say_order(const struct sellable *engine, struct sbl_worker *worker,
                                 uint32_t type, const struct sellable_order *order) {
    struct sellable_event *said = sbl_say(engine, worker, type);
    if (SBL_UNLIKELY(said != NULL))
        said->order = order;
}
static inline void sbl_say_event(const struct sellable *engine, struct sbl_worker *worker,
                                 const struct sellable_event *event) {
    if (SBL_UNLIKELY(engine->journal != NULL))
        worker->said = event;
}

/* An answer begins empty; a fault is put into it. */
void sbl_answer_clear(struct sellable_answer *answer);
enum sellable_status sbl_fault(struct sellable_answer *answer, enum sellable_status status,
                               const char *field, const char *reason, uint32_t line);

/* The line of an item or channel that may be; NULL if the number was never given. */
static inline struct sbl_line *sbl_row_line(const struct sellable *engine, uint32_t item) {
    return item == 0 ? NULL : sbl_array_at_bits(&engine->row, item - 1, SBL_LINE_BITS);
}
static inline struct sbl_line *sbl_location_line(const struct sellable *engine,
                                                 uint32_t location) {
    return location == 0 || location > SELLABLE_LOCATIONS_MAX
               ? NULL
               : sbl_array_at_bits(&engine->location, location - 1, SBL_LINE_BITS);
}
static inline struct sbl_line *sbl_channel_line(const struct sellable *engine, uint32_t channel) {
    return channel == 0 || channel > SELLABLE_CHANNELS_MAX
               ? NULL
               : sbl_array_at_bits(&engine->channel, channel - 1, SBL_LINE_BITS);
}

/* Is there an item of this number? And its key, of one that there is, or was at a snapshot's
 * instant; {NULL, 0} of a number far beyond. */
static inline bool sbl_item_exists(const struct sellable *engine, uint32_t item) {
    const struct sbl_line *line = sbl_row_line(engine, item);
    struct sbl_seen seen;
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, &seen);
    return sbl_row_exists(&seen.image);
}
static inline struct sellable_key sbl_item_key(const struct sellable *engine, uint32_t item) {
    const sbl_word *entry = item == 0 ? NULL : sbl_array_at(&engine->item_entry, item - 1);
    return entry == NULL
               ? (struct sellable_key){NULL, 0}
               : sbl_entry_key(&engine->memory, (uint32_t)sbl_load_acquire(BLOCK, entry));
}

/* The number of a key in the index of items, locations or channels; 0: there is none. */
uint32_t sbl_number_for(const struct sellable *engine, const struct sbl_index *index,
                        const struct sbl_key *key);
uint32_t sbl_number_of(const struct sellable *engine, const struct sbl_index *index,
                       struct sellable_key key);

/* The blob of what an index finds: its key, then its number. 0: no memory. */
uint32_t sbl_entry_blob(struct sbl_worker *worker, const struct sbl_key *key, uint32_t number);
uint32_t sbl_entry_number(const struct sellable *engine, const struct sbl_key *key,
                          uint32_t reference);

#define SBL_NOT_A_KEY "1 to 128 bytes of valid UTF-8"

/* Try until it is done; an attempt that found no memory is dropped. */
#define SBL_UNTIL_DONE(outcome, worker, attempt_call)                                              \
    for (uint32_t tries_ = 0;; tries_++) {                                                         \
        sbl_back_off(tries_);                                                                      \
        (outcome) = (attempt_call);                                                                \
        if ((outcome) == SBL_NO_MEMORY)                                                            \
            sbl_transaction_drop(worker);                                                          \
        if ((outcome) != SBL_ABORTED)                                                              \
            break;                                                                                 \
    }

/* What a handle or a key names, as a number; 0: nothing. */
static inline uint32_t sbl_item_number(const struct sellable *engine, struct sellable_item item,
                                       struct sellable_key key) {
    return item.id != 0 ? item.id : sbl_number_of(engine, &engine->items, key);
}
static inline uint32_t sbl_location_number(const struct sellable *engine,
                                           struct sellable_location location,
                                           struct sellable_key key) {
    return location.id != 0 ? location.id : sbl_number_of(engine, &engine->locations, key);
}
static inline uint32_t sbl_channel_number(const struct sellable *engine,
                                          struct sellable_channel channel,
                                          struct sellable_key key) {
    return channel.id != 0 ? channel.id : sbl_number_of(engine, &engine->channels, key);
}
static inline bool sbl_is_given(struct sellable_key key) { return key.bytes != NULL; }

/* Byte by byte; the shorter of two that are alike comes first. */
int sbl_key_compare(struct sellable_key a, struct sellable_key b);

/* How many locations and channels there are in a world. */
static inline uint32_t sbl_location_count(const struct sbl_image *world) {
    return sbl_high(world->word[SBL_WORLD_ROUTE]);
}
static inline uint32_t sbl_channel_count(const struct sbl_image *world) {
    return sbl_low(world->word[SBL_WORLD_CHANNELS]) & 0xffff;
}
static inline uint32_t sbl_source_count(const struct sbl_image *world) {
    return sbl_low(world->word[SBL_WORLD_CHANNELS]) >> 16;
}
static inline int64_t sbl_now_of(const struct sbl_image *world) {
    return (int64_t)world->word[SBL_WORLD_NOW];
}

/* An attempt at a change of settings ends without a change, since all is so already, or cannot be:
 * that holds if the world is still the same. */
static inline enum sbl_outcome sbl_leave(struct sellable *engine, struct sbl_worker *worker,
                                         const struct sbl_seen *world) {
    bool still = sbl_line_still(&engine->commit, &engine->commit.world, world);
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

/* ---- what falls due (due.c, advance.c) ---- */

/* Do what is due of whatever a hint is of whose time has come (expiry.h), by the time of the hint:
 * what is due later has a hint of its own. ok, or no_memory. */
enum sellable_status sbl_due_do(struct sellable *engine, struct sbl_worker *worker,
                                const struct sbl_due *due);

/* In an attempt: put a hint on the wheel, unless this call has put the same for the same now.
 * Begins as {-1, 0, 0}. Of an event that will not be applied (origin.h) none is put. false: no
 * memory. */
struct sbl_hinted {
    int64_t now, at;
    uint64_t hash;
};
bool sbl_hint(struct sellable *engine, struct sbl_worker *worker, const struct sbl_image *world,
              int64_t at, enum sbl_due_kind kind, uint64_t hash, struct sbl_hinted *put);

/* Orders, and ids, are counted by each worker for itself, and added up 16 at a time; then the index
 * grows. */
enum { SBL_ENTRIES_AT_ONCE = 16 };
void sbl_entries_add(struct sbl_index *index, struct sbl_worker *worker, sbl_word *own,
                     int64_t entries);
static inline void sbl_entries_count(struct sbl_index *index, struct sbl_worker *worker,
                                     sbl_word *own, int64_t change) {
    int64_t entries = (int64_t)sbl_load(own) + change;
    if (SBL_LIKELY(entries < SBL_ENTRIES_AT_ONCE && entries > -SBL_ENTRIES_AT_ONCE))
        sbl_store(own, (uint64_t)entries);
    else
        sbl_entries_add(index, worker, own, entries);
}

/* An order came into the table (+1) or left it (-1). */
static inline void sbl_orders_count(struct sellable *engine, struct sbl_worker *worker,
                                    int64_t change) {
    sbl_entries_count(&engine->orders, worker, &worker->entries, change);
}

/* The same for the ids of events. Where there is a bound: a place for one more (false: there is
 * none), and back. */
static inline void sbl_ids_count(struct sellable *engine, struct sbl_worker *worker,
                                 int64_t change) {
    sbl_entries_count(&engine->ids, worker, &worker->ids, change);
}
bool sbl_ids_take(struct sellable *engine);
static inline bool sbl_ids_are_all(const struct sellable *engine) {
    return engine->ids_most != 0 && sbl_load(&engine->ids_taken) >= engine->ids_most;
}
void sbl_ids_give(struct sellable *engine);

#endif
