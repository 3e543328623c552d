/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: declaring them, and looking at one. See source.h. */
#include "source.h"

#include "kinds.h"
#include "origin.h"
#include "tally.h"

struct asked {
    const struct sbl_key *key;
    const int64_t *max_lag;
    uint32_t number; /* 0: there are too many */
};

/* The source's line with what is asked. */
static struct sbl_image changed(const struct sbl_image *old, const struct asked *asked,
                                uint32_t entry) {
    struct sbl_image image = *old;
    if (entry != 0)
        image.word[SBL_SOURCE_ENTRY] = entry;
    if (asked->max_lag != NULL)
        image.word[SBL_SOURCE_LAG] = (uint64_t)(*asked->max_lag + 1);
    return image;
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker,
                                struct asked *asked) {
    struct sbl_seen world, seen;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->sources, worker, asked->key, &found);
    bool is_new = found.reference == 0;
    uint32_t count = sbl_source_count(&world.image);
    asked->number = is_new ? count + 1 : sbl_entry_number(engine, asked->key, found.reference);
    if (asked->number > SBL_SOURCES_MAX)
        asked->number = 0;
    if (asked->number == 0 || (!is_new && asked->max_lag == NULL))
        return sbl_leave(engine, worker, &world);
    uint32_t entry = is_new ? sbl_entry_blob(worker, asked->key, asked->number) : 0;
    if ((is_new && entry == 0) || !sbl_array_grow(&engine->source, asked->number - 1))
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_source_line(engine, asked->number);
    sbl_line_settle(worker, line, &seen);
    struct sbl_image with_one_more = world.image, image = changed(&seen.image, asked, entry);
    with_one_more.word[SBL_WORLD_CHANNELS] += is_new ? UINT64_C(1) << 16 : 0;
    if (!sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &with_one_more) ||
        (is_new && !sbl_index_put(&engine->sources, worker, &found, asked->key->hash, entry)) ||
        !sbl_transaction_add(worker, line, (struct sbl_name){SBL_SOURCE, asked->number}, &seen,
                             &image))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, true);
    if (outcome == SBL_ACCEPTED && is_new) {
        sbl_count(&engine->sources.entries, 1);
        sbl_index_grow(&engine->sources, worker);
    }
    return outcome;
}

enum sellable_status sbl_source_kinds(struct sellable_key from, const int64_t *max_lag,
                                      struct sellable_answer *answer) {
    struct sbl_key key;
    if (!sbl_key_make(&key, from, 0))
        return sbl_fault(answer, SELLABLE_INVALID, "key", SBL_NOT_A_KEY, 0);
    if (max_lag != NULL && (*max_lag < -1 || *max_lag > SELLABLE_TIME_MAX))
        return sbl_fault(answer, SELLABLE_INVALID, "max_lag", "-1 (none), or 0 to 2^53", 0);
    return SELLABLE_OK;
}

enum sellable_status sellable_source_put(struct sellable *engine, struct sellable_worker *held,
                                         struct sellable_key from, const int64_t *max_lag,
                                         struct sellable_source *source,
                                         struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    struct asked asked = {.key = &key, .max_lag = max_lag};
    enum sbl_outcome outcome;
    sbl_answer_clear(answer);
    if (source != NULL)
        source->id = 0;
    enum sellable_status status = sbl_source_kinds(from, max_lag, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_SOURCE, status);
    sbl_key_make(&key, from, engine->seed);
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    struct sellable_event *said = sbl_say(engine, call.worker, SELLABLE_SOURCE);
    if (said != NULL) {
        said->declares = from;
        said->max_lag_given = max_lag != NULL;
        said->max_lag = max_lag == NULL ? 0 : *max_lag;
    }
    SBL_UNTIL_DONE(outcome, call.worker, attempt(engine, call.worker, &asked));
    if (outcome == SBL_NO_MEMORY)
        status = SELLABLE_NO_MEMORY;
    else if (asked.number == 0)
        status = sbl_fault(answer, SELLABLE_INVALID, "key", "there are 65,535 sources already", 0);
    else if (source != NULL)
        source->id = asked.number;
    sbl_tally_call(engine, call.worker, SELLABLE_SOURCE, status);
    return sbl_call_done(&call, status, answer);
}

static bool read_source(const struct sellable *engine, uint32_t source, struct sbl_seen *seen) {
    const struct sbl_line *line = sbl_source_line(engine, source);
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, seen);
    return sbl_low(seen->image.word[SBL_SOURCE_ENTRY]) != 0;
}

enum sellable_status sellable_source_find(const struct sellable *engine, struct sellable_key key,
                                          struct sellable_source *source) {
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    source->id = sbl_number_of(engine, &engine->sources, key);
    return source->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_SOURCE;
}

struct sellable_key sellable_source_key(const struct sellable *engine,
                                        struct sellable_source source) {
    struct sbl_seen seen;
    if (!read_source(engine, source.id, &seen))
        return (struct sellable_key){NULL, 0};
    return sbl_entry_key(&engine->memory, sbl_low(seen.image.word[SBL_SOURCE_ENTRY]));
}

struct sellable_source sellable_source_next(const struct sellable *engine,
                                            struct sellable_source after) {
    struct sbl_seen seen;
    uint32_t next = after.id < SBL_SOURCES_MAX ? after.id + 1 : 0;
    return (struct sellable_source){read_source(engine, next, &seen) ? next : 0};
}

enum sellable_status sellable_source_look(const struct sellable *engine,
                                          struct sellable_source source,
                                          struct sellable_source_view *view) {
    struct sbl_seen seen;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    *view = (struct sellable_source_view){-1, 0, 0, 0, 0};
    if (!read_source(engine, source.id, &seen))
        return SELLABLE_UNKNOWN_SOURCE;
    const uint64_t *word = seen.image.word;
    view->max_lag = (int64_t)word[SBL_SOURCE_LAG] - 1;
    view->seq = (int64_t)word[SBL_SOURCE_SEQ];
    view->gaps = word[SBL_SOURCE_GAPS];
    view->has_seq = (word[SBL_SOURCE_ENTRY] & SBL_SOURCE_NUMBERED) != 0;
    return SELLABLE_OK;
}
