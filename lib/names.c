/* SPDX-License-Identifier: Apache-2.0
 *
 * See names.h; and the reasons for holds. */
#include "names.h"

#include "kinds.h"
#include "origin.h"
#include "tally.h"

static const char *const known[] = {"quality", "damage", "inspection", "blocked"};
enum { KNOWN = sizeof known / sizeof *known };

/* ---- names ---- */

struct sellable_key sbl_name_key(const struct sellable *engine, uint32_t name) {
    const struct sbl_line *line = sbl_name_line(engine, name);
    struct sbl_seen seen;
    if (line == NULL)
        return (struct sellable_key){NULL, 0};
    sbl_line_read(&engine->commit, line, &seen);
    uint32_t reference = sbl_low(seen.image.word[SBL_NAME_ENTRY]);
    return reference == 0 ? (struct sellable_key){NULL, 0}
                          : sbl_entry_key(&engine->memory, reference);
}

bool sbl_is_region(const struct sellable *engine, uint32_t name) {
    const struct sbl_line *line = sbl_name_line(engine, name);
    struct sbl_seen seen = {0};
    if (line != NULL)
        sbl_line_read(&engine->commit, line, &seen);
    return (seen.image.word[SBL_NAME_USE] & SBL_NAME_IS_REGION) != 0;
}

static enum sbl_outcome name_attempt(struct sellable *engine, struct sbl_worker *worker,
                                     const struct sbl_key *key, uint32_t *name) {
    struct sbl_seen world, catalog, seen;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->names, worker, key, &found);
    if (found.reference != 0) {
        *name = sbl_entry_number(engine, key, found.reference);
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    sbl_line_settle(worker, &engine->catalog, &catalog);
    uint64_t count = catalog.image.word[SBL_CATALOG_NAMES] + 1;
    if (count >= SBL_REGION || !sbl_array_grow(&engine->name, count - 1))
        return SBL_NO_MEMORY;
    *name = (uint32_t)count;
    uint32_t blob = sbl_entry_blob(worker, key, *name);
    if (blob == 0)
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_name_line(engine, *name);
    sbl_line_settle(worker, line, &seen);
    struct sbl_image image = seen.image, all = catalog.image;
    image.word[SBL_NAME_ENTRY] = blob;
    all.word[SBL_CATALOG_NAMES] = count;
    if (!sbl_index_put(&engine->names, worker, &found, key->hash, blob) ||
        !sbl_transaction_add(worker, line, (struct sbl_name){SBL_NAME, *name}, &seen, &image) ||
        !sbl_transaction_add(worker, &engine->catalog, (struct sbl_name){SBL_CATALOG, 0},
                             &catalog, &all))
        return SBL_NO_MEMORY;
    struct sbl_said said = sbl_say_nothing(worker, SELLABLE_DID_GROW);
    enum sbl_outcome outcome = sbl_transaction_commit(worker, false);
    sbl_say_on(worker, said);
    if (outcome == SBL_ACCEPTED) {
        sbl_count(&engine->names.entries, 1);
        sbl_index_grow(&engine->names, worker);
    }
    return outcome;
}

bool sbl_name_make(struct sellable *engine, struct sbl_worker *worker, const struct sbl_key *key,
                   uint32_t *name) {
    enum sbl_outcome outcome;
    if (sbl_is_in_vain(worker)) {
        *name = sbl_number_for(engine, &engine->names, key);
        return true;
    }
    SBL_UNTIL_DONE(outcome, worker, name_attempt(engine, worker, key, name));
    return outcome == SBL_ACCEPTED;
}

/* ---- reasons for holds ---- */

/* The declared reasons, by the numbers of their names. */
struct holds {
    struct sbl_seen catalog;
    uint32_t count;
    uint32_t name[SELLABLE_HOLD_REASONS_MAX];
};

static void read_holds(const struct sellable *engine, struct holds *holds) {
    uint64_t word[SELLABLE_HOLD_REASONS_MAX / 2] = {0};
    uint64_t from = holds->catalog.image.word[SBL_CATALOG_HOLDS];
    sbl_blob_copy(&engine->memory, sbl_low(from), 0, word, SELLABLE_HOLD_REASONS_MAX / 2);
    holds->count = sbl_high(from);
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        holds->name[i] = i % 2 == 0 ? sbl_low(word[i / 2]) : sbl_high(word[i / 2]);
}

static void look_at_holds(const struct sellable *engine, struct holds *holds) {
    do {
        sbl_line_read(&engine->commit, &engine->catalog, &holds->catalog);
        read_holds(engine, holds);
    } while (!sbl_line_still(&engine->commit, &engine->catalog, &holds->catalog));
}

static uint32_t place_of(const struct holds *holds, uint32_t name) {
    for (uint32_t i = 0; i < holds->count && i < SELLABLE_HOLD_REASONS_MAX; i++)
        if (holds->name[i] == name)
            return KNOWN + i;
    return SELLABLE_HOLD_REASONS_MAX;
}

static uint32_t known_hold(struct sellable_key key) {
    for (uint32_t i = 0; i < KNOWN; i++)
        if (sbl_key_is(key, known[i], strlen(known[i])))
            return i;
    return SELLABLE_HOLD_REASONS_MAX;
}

uint32_t sbl_hold_find(const struct sellable *engine, struct sellable_key key) {
    struct holds holds;
    uint32_t reason = known_hold(key), name;
    if (reason != SELLABLE_HOLD_REASONS_MAX || (name = sbl_name_find(engine, key)) == 0)
        return reason;
    look_at_holds(engine, &holds);
    return place_of(&holds, name);
}

/* *reason is SELLABLE_HOLD_REASONS_MAX if there is no room for one more. */
static enum sbl_outcome hold_attempt(struct sellable *engine, struct sbl_worker *worker,
                                     uint32_t name, uint32_t *reason) {
    struct sbl_seen world;
    struct holds holds;
    uint64_t word[SELLABLE_HOLD_REASONS_MAX / 2] = {0};
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_line_settle(worker, &engine->catalog, &holds.catalog);
    read_holds(engine, &holds);
    *reason = place_of(&holds, name);
    if (*reason != SELLABLE_HOLD_REASONS_MAX ||
        holds.count >= SELLABLE_HOLD_REASONS_MAX - KNOWN) {
        bool still = sbl_line_still(&engine->commit, &engine->catalog, &holds.catalog);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    *reason = KNOWN + holds.count;
    holds.name[holds.count] = name;
    for (uint32_t i = 0; i <= holds.count; i++)
        word[i / 2] |= (uint64_t)holds.name[i] << (32 * (i % 2));
    uint32_t blob = sbl_transaction_blob(worker, word, SELLABLE_HOLD_REASONS_MAX / 2);
    struct sbl_image image = holds.catalog.image;
    image.word[SBL_CATALOG_HOLDS] = sbl_pair(holds.count + 1, blob);
    if (blob == 0 ||
        !sbl_transaction_replaces(worker,
                                  sbl_low(holds.catalog.image.word[SBL_CATALOG_HOLDS])) ||
        !sbl_transaction_add(worker, &engine->catalog, (struct sbl_name){SBL_CATALOG, 0},
                             &holds.catalog, &image))
        return SBL_NO_MEMORY;
    return sbl_origin_commit(engine, worker, false);
}

enum sellable_status sbl_key_kinds(struct sellable_key from, struct sellable_answer *answer) {
    struct sbl_key key;
    return sbl_key_make(&key, from, 0)
               ? SELLABLE_OK
               : sbl_fault(answer, SELLABLE_INVALID, "key", SBL_NOT_A_KEY, 0);
}

enum sellable_status sellable_hold_put(struct sellable *engine, struct sellable_worker *held,
                                       struct sellable_key from, uint32_t *reason,
                                       struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    enum sbl_outcome outcome = SBL_ACCEPTED;
    uint32_t number = known_hold(from), name;
    sbl_answer_clear(answer);
    enum sellable_status status = sbl_key_kinds(from, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_HOLD, status);
    sbl_key_make(&key, from, engine->seed);
    if (number == SELLABLE_HOLD_REASONS_MAX) {
        if (!sbl_call_begin(engine, held, &call))
            return sbl_call_refused(engine);
        struct sellable_event *said = sbl_say(engine, call.worker, SELLABLE_HOLD);
        if (said != NULL)
            said->reason = from;
        outcome = SBL_NO_MEMORY;
        if (sbl_name_make(engine, call.worker, &key, &name))
            SBL_UNTIL_DONE(outcome, call.worker,
                           hold_attempt(engine, call.worker, name, &number));
        status = sbl_call_done(
            &call, outcome == SBL_NO_MEMORY ? SELLABLE_NO_MEMORY : SELLABLE_OK, answer);
    }
    if (status != SELLABLE_OK)
        ;
    else if (number == SELLABLE_HOLD_REASONS_MAX)
        status = sbl_fault(answer, SELLABLE_INVALID, "key", "there are 16 reasons already", 0);
    else if (reason != NULL)
        *reason = number;
    return sbl_tally_fault(engine, held, SELLABLE_HOLD, status);
}

struct sellable_key sellable_hold_key(const struct sellable *engine, uint32_t reason) {
    struct holds holds;
    if (reason < KNOWN)
        return (struct sellable_key){known[reason], strlen(known[reason])};
    look_at_holds(engine, &holds);
    return reason - KNOWN < holds.count && reason < SELLABLE_HOLD_REASONS_MAX
               ? sbl_name_key(engine, holds.name[reason - KNOWN])
               : (struct sellable_key){NULL, 0};
}
