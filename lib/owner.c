/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of ownership; see owner.h. */
#include "owner.h"

#include "kinds.h"
#include "origin.h"
#include "sort.h"
#include "source.h"
#include "tally.h"

/* ---- asking ---- */

uint32_t sbl_owned_by(uint32_t type) {
    static const uint8_t owned[SELLABLE_EVENT_TYPES_END] = {
        [SELLABLE_ON_HAND_SET] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_ON_HAND_ADJUST] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_RECEIPT] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_TRANSFER_SHIP] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_TRANSFER_RECEIVE] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_RETURN_RECEIVE] = SELLABLE_OWNED_ON_HAND,
        [SELLABLE_HOLD_PLACE] = SELLABLE_OWNED_HELD,
        [SELLABLE_HOLD_RELEASE] = SELLABLE_OWNED_HELD,
        [SELLABLE_HOLD_SCRAP] = SELLABLE_OWNED_HELD,
        [SELLABLE_RETURN_DISPOSITION] = SELLABLE_OWNED_HELD,
        [SELLABLE_ALLOCATION_SET] = SELLABLE_OWNED_ALLOCATED,
        [SELLABLE_ALLOCATION_ADJUST] = SELLABLE_OWNED_ALLOCATED,
        [SELLABLE_SAFETY_STOCK_SET] = SELLABLE_OWNED_SAFETY_STOCK,
        [SELLABLE_RING_FENCE_SET] = SELLABLE_OWNED_RING_FENCE,
        [SELLABLE_SCHEDULE_SET] = SELLABLE_OWNED_SCHEDULE,
    };
    return type < SELLABLE_EVENT_TYPES_END ? owned[type] : 0;
}

static uint64_t rule_key(uint32_t what, uint32_t location) { return sbl_pair(what, location); }

static uint64_t word_at(const struct sbl_memory *memory, uint32_t blob, uint32_t i) {
    uint64_t word = 0;
    sbl_blob_copy(memory, blob, i, &word, 1);
    return word;
}

/* Where among `count` ascending words, `step` apart from word `first` on, a value is, or would
 * be. */
static uint32_t place_of(const struct sbl_memory *memory, uint32_t blob, uint32_t first,
                         uint32_t step, uint32_t count, uint64_t value) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (word_at(memory, blob, first + step * middle) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Its sources, if there is such a rule. */
static bool find_rule(const struct sbl_memory *memory, uint32_t blob, uint64_t key,
                      uint64_t *sources) {
    uint32_t count = sbl_low(word_at(memory, blob, 0));
    uint32_t at = place_of(memory, blob, 1, 2, count, key);
    if (at >= count || word_at(memory, blob, 1 + 2 * at) != key)
        return false;
    *sources = word_at(memory, blob, 2 + 2 * at);
    return true;
}

bool sbl_may_write(const struct sellable *engine, const struct sbl_image *world, uint32_t type,
                   uint32_t location, uint32_t source) {
    const struct sbl_memory *memory = &engine->memory;
    uint32_t blob = sbl_owners_of(world), owned = sbl_owned_by(type);
    const uint64_t keys[] = {rule_key(SBL_OWNS_TYPE + type, location),
                             rule_key(SBL_OWNS_TYPE + type, 0), rule_key(owned, location),
                             rule_key(owned, 0)};
    uint64_t sources = 0;
    bool found = false;
    if (blob == 0)
        return true;
    for (int i = 0; i < 4 && !found; i++)
        found = find_rule(memory, blob, keys[i], &sources);
    if (!found || source == 0)
        return !found;
    uint32_t count = sbl_low(sources), from = sbl_high(sources);
    uint32_t at = place_of(memory, blob, from, 1, count, source);
    return at < count && word_at(memory, blob, from + at) == source;
}

/* ---- changing ---- */

struct asked {
    const struct sellable_ownership *ownership;
    uint32_t what;
    uint64_t key;
    uint32_t location; /* 0: everywhere */
    bool located;      /* one is named */
    enum sellable_status status;
    uint32_t at;       /* which of the owners */
};

static bool is_less(const void *context, const void *a, const void *b) {
    (void)context;
    return *(const uint64_t *)a < *(const uint64_t *)b;
}

/* The sources of the new rule, ascending, none twice, at `word`. Returns how many; *status says if
 * one is unknown. */
static uint32_t put_sources(const struct sellable *engine, const struct sbl_image *world,
                            struct asked *asked, uint64_t *word) {
    const struct sellable_ownership *ownership = asked->ownership;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ownership->owner_count; i++) {
        uint32_t source = sbl_source_number(engine, ownership->owners[i].source,
                                            ownership->owners[i].source_key);
        if (source == 0 || source > sbl_source_count(world)) {
            asked->status = SELLABLE_UNKNOWN_SOURCE;
            asked->at = i;
            return 0;
        }
        word[i] = source;
    }
    sbl_sort(word, sizeof *word, ownership->owner_count, is_less, NULL);
    for (uint32_t i = 0; i < ownership->owner_count; i++)
        if (count == 0 || word[count - 1] != word[i])
            word[count++] = word[i];
    return count;
}

/* The old rules without the one that is asked for, and that, if it is not to go. `word` has room.
 * Returns the words; 0: no rule is left. Pure. */
static uint32_t rules_with(const struct asked *asked, const uint64_t *old, const uint64_t *sources,
                           uint32_t source_count, uint64_t *word) {
    uint32_t count = sbl_low(old[0]), place = 0, rules = 0;
    bool puts = asked->ownership->unset == 0;
    while (place < count && old[1 + 2 * place] < asked->key)
        place++;
    bool there = place < count && old[1 + 2 * place] == asked->key;
    uint32_t at = 1 + 2 * (count - (there ? 1 : 0) + (puts ? 1 : 0));
    word[0] = at / 2;
    for (uint32_t i = 0; i <= count; i++) {
        if (i == place && puts) {
            word[1 + 2 * rules] = asked->key;
            word[2 + 2 * rules++] = sbl_pair(at, source_count);
            memcpy(word + at, sources, source_count * sizeof *word);
            at += source_count;
        }
        if (i == count || (there && i == place))
            continue;
        uint64_t list = old[2 + 2 * i];
        word[1 + 2 * rules] = old[1 + 2 * i];
        word[2 + 2 * rules++] = sbl_pair(at, sbl_low(list));
        memcpy(word + at, old + sbl_high(list), sbl_low(list) * sizeof *word);
        at += sbl_low(list);
    }
    return rules == 0 ? 0 : at;
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker,
                                struct asked *asked) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_OWNERS];
    struct sbl_seen world;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    uint32_t blob = sbl_owners_of(&world.image), owners = asked->ownership->owner_count;
    size_t words = sbl_blob_words(&engine->memory, blob) + 1;
    if (!sbl_line_still(&engine->commit, &engine->commit.world, &world)) {
        sbl_transaction_drop(worker);
        return SBL_ABORTED;
    }
    if (!sbl_buffer_reserve(&engine->memory, scratch,
                            (2 * words + 2 + 2 * (size_t)owners) * sizeof(uint64_t)))
        return SBL_NO_MEMORY;
    uint64_t *old = scratch->bytes, *sources = old + words, *word = sources + owners;
    old[0] = 0;
    sbl_blob_copy(&engine->memory, blob, 0, old, (uint32_t)words);
    asked->status = SELLABLE_OK;
    uint32_t count = put_sources(engine, &world.image, asked, sources);
    if (asked->located)
        asked->location = sbl_location_number(engine, asked->ownership->location,
                                              asked->ownership->location_key);
    if (asked->status == SELLABLE_OK && asked->located &&
        (asked->location == 0 || asked->location > sbl_location_count(&world.image)))
        asked->status = SELLABLE_UNKNOWN_LOCATION;
    if (asked->status != SELLABLE_OK ||
        !sbl_line_still(&engine->commit, &engine->commit.world, &world))
        return sbl_leave(engine, worker, &world);
    asked->key = rule_key(asked->what, asked->location);
    words = rules_with(asked, old, sources, count, word);
    uint32_t made = words == 0 ? 0 : sbl_transaction_blob(worker, word, (uint32_t)words);
    struct sbl_image image = world.image;
    image.word[SBL_WORLD_CHANNELS] = sbl_pair(made, sbl_low(image.word[SBL_WORLD_CHANNELS]));
    if ((words != 0 && made == 0) || !sbl_transaction_replaces(worker, blob) ||
        !sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &image))
        return SBL_NO_MEMORY;
    return sbl_origin_commit(engine, worker, true);
}

enum sellable_status sbl_owner_kinds(const struct sellable_ownership *ownership,
                                     struct sellable_answer *answer) {
    const char *field = NULL, *reason = "one of owned and type";
    bool located = ownership->location.id != 0 || sbl_is_given(ownership->location_key);
    if (ownership->owned != 0 && ownership->type != 0) {
        field = "owned";
    } else if (ownership->owned >= SELLABLE_OWNED_END) {
        field = "owned";
        reason = "no such quantity";
    } else if (ownership->owned == 0 &&
               (ownership->type == 0 || ownership->type >= SELLABLE_EVENT_TYPES_END)) {
        field = "type";
        reason = "no such event";
    } else if (ownership->type > SELLABLE_RETURN_DISPOSITION && located) {
        field = "location";
        reason = "the event has no location";
    } else if (ownership->unset > 1) {
        field = "unset";
        reason = "0 or 1";
    } else if (ownership->unset == 0 &&
               (ownership->owner_count > SBL_OWNERS_MAX ||
                (ownership->owner_count != 0 && ownership->owners == NULL))) {
        field = "owners";
        reason = "at most 65,535, and where they are";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

enum sellable_status sellable_owner_put(struct sellable *engine, struct sellable_worker *held,
                                        const struct sellable_ownership *ownership,
                                        struct sellable_answer *answer) {
    struct sbl_call call;
    enum sbl_outcome outcome;
    struct sellable_ownership asks = *ownership;
    sbl_answer_clear(answer);
    enum sellable_status status = sbl_owner_kinds(ownership, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_OWNER, status);
    if (asks.unset != 0)
        asks.owner_count = 0;
    struct asked asked = {.ownership = &asks};
    asked.located = asks.location.id != 0 || sbl_is_given(asks.location_key);
    asked.what = asks.owned != 0 ? asks.owned : SBL_OWNS_TYPE + asks.type;
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    struct sellable_event *said = sbl_say(engine, call.worker, SELLABLE_OWNER);
    if (said != NULL)
        said->ownership = &asks;
    SBL_UNTIL_DONE(outcome, call.worker, attempt(engine, call.worker, &asked));
    if (outcome == SBL_NO_MEMORY)
        status = SELLABLE_NO_MEMORY;
    else if (asked.status == SELLABLE_UNKNOWN_SOURCE)
        status = sbl_fault(answer, asked.status, "owners", "no such source", asked.at);
    else if (asked.status != SELLABLE_OK)
        status = sbl_fault(answer, asked.status, "location", "no such location", 0);
    sbl_tally_call(engine, call.worker, SELLABLE_OWNER, status);
    return sbl_call_done(&call, status, answer);
}
