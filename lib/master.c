/* SPDX-License-Identifier: Apache-2.0
 *
 * Masters: making and finding items, locations and channels. */
#include "engine.h"

static const char not_a_key[] = "1 to 128 bytes of valid UTF-8";

/* The blob of an item, location or channel: its key, then its number. 0: no memory. */
static uint32_t entry_blob(struct sbl_worker *worker, const struct sbl_key *key, uint32_t number) {
    uint64_t word[SBL_ENTRY_KEY + SBL_KEY_WORDS + 1];
    uint32_t words = sbl_entry_begin(word, key);
    word[words++] = number;
    return sbl_transaction_blob(worker, word, words);
}

static uint32_t entry_number(const struct sellable *engine, const struct sbl_key *key,
                             uint32_t reference) {
    uint64_t number = 0;
    sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_KEY + key->words, &number, 1);
    return (uint32_t)number;
}

static struct sellable_key key_in_line(const struct sellable *engine, const struct sbl_line *line,
                                       uint32_t word) {
    struct sbl_seen seen;
    if (line == NULL)
        return (struct sellable_key){NULL, 0};
    sbl_line_read(&engine->commit, line, &seen);
    uint32_t reference = sbl_low(seen.image.word[word]);
    return reference == 0 ? (struct sellable_key){NULL, 0}
                          : sbl_entry_key(&engine->memory, reference);
}

struct sellable_key sellable_item_key(const struct sellable *engine, struct sellable_item item) {
    const struct sbl_line *line = sbl_row_line(engine, item.id);
    struct sbl_seen seen;
    if (line == NULL)
        return (struct sellable_key){NULL, 0};
    sbl_line_read(&engine->commit, line, &seen);
    if (!sbl_row_exists(&seen.image))
        return (struct sellable_key){NULL, 0};
    const sbl_word *entry = sbl_array_at(&engine->item_entry, item.id - 1);
    return sbl_entry_key(&engine->memory, (uint32_t)sbl_load_acquire(BLOCK, entry));
}

struct sellable_key sellable_location_key(const struct sellable *engine,
                                          struct sellable_location location) {
    return key_in_line(engine, sbl_location_line(engine, location.id), SBL_LOCATION_ENTRY);
}

struct sellable_key sellable_channel_key(const struct sellable *engine,
                                         struct sellable_channel channel) {
    return key_in_line(engine, sbl_channel_line(engine, channel.id), SBL_CHANNEL_ENTRY);
}

enum sellable_status sellable_item_find(const struct sellable *engine, struct sellable_key key,
                                        struct sellable_item *item) {
    item->id = sbl_number_of(engine, &engine->items, key);
    return item->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_ITEM;
}

enum sellable_status sellable_location_find(const struct sellable *engine, struct sellable_key key,
                                            struct sellable_location *location) {
    location->id = sbl_number_of(engine, &engine->locations, key);
    return location->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

enum sellable_status sellable_channel_find(const struct sellable *engine, struct sellable_key key,
                                           struct sellable_channel *channel) {
    channel->id = sbl_number_of(engine, &engine->channels, key);
    return channel->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_CHANNEL;
}

/* Try until it is done; an attempt that found no memory is dropped. */
#define SBL_UNTIL_DONE(outcome, worker, attempt_call)                                              \
    for (uint32_t attempt = 0;; attempt++) {                                                       \
        sbl_back_off(attempt);                                                                     \
        (outcome) = (attempt_call);                                                                \
        if ((outcome) == SBL_NO_MEMORY)                                                            \
            sbl_transaction_drop(worker);                                                          \
        if ((outcome) != SBL_ABORTED)                                                              \
            break;                                                                                 \
    }

/* ---- items ---- */

/* A number for a new item: one that was left over, or the next. 0: no memory. */
static uint32_t item_number(struct sellable *engine, struct sbl_worker *worker) {
    if (worker->spare_item == 0) {
        uint64_t number = sbl_load_acquire(COUNT, &engine->item_numbers);
        do {
            if (number >= UINT32_MAX / 2 || !sbl_array_grow(&engine->row, number) ||
                !sbl_array_grow(&engine->item_entry, number))
                return 0;
        } while (!sbl_cas(COUNT, &engine->item_numbers, &number, number + 1));
        worker->spare_item = (uint32_t)number + 1;
    }
    return worker->spare_item;
}

static enum sbl_outcome item_attempt(struct sellable *engine, struct sbl_worker *worker,
                                     const struct sbl_key *key, uint32_t *number) {
    struct sbl_seen world, row;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->items, worker, key, &found);
    if (found.reference != 0) {
        *number = entry_number(engine, key, found.reference);
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    *number = item_number(engine, worker);
    uint32_t blob = *number == 0 ? 0 : entry_blob(worker, key, *number);
    if (blob == 0)
        return SBL_NO_MEMORY;
    /* Nobody else knows the number before this is accepted. */
    sbl_store_release(BLOCK, (sbl_word *)sbl_array_at(&engine->item_entry, *number - 1), blob);
    struct sbl_line *line = sbl_row_line(engine, *number);
    sbl_line_settle(worker, line, &row);
    struct sbl_image image = row.image;
    image.word[SBL_ROW_FORM] |= SBL_ROW_EXISTS;
    if (!sbl_index_put(&engine->items, worker, &found, key->hash, blob) ||
        !sbl_transaction_add(worker, line, (struct sbl_name){SBL_ROW, *number}, &row, &image))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, false);
    if (outcome == SBL_ACCEPTED) {
        worker->spare_item = 0;
        sbl_count(&engine->items.entries, 1);
        sbl_index_grow(&engine->items, worker);
    }
    return outcome;
}

enum sellable_status sellable_item_put(struct sellable *engine, struct sellable_worker *held,
                                       struct sellable_key from, struct sellable_item *item,
                                       struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    uint32_t number = 0;
    sbl_answer_clear(answer);
    if (item != NULL)
        item->id = 0;
    if (!sbl_key_make(&key, from, engine->seed))
        return sbl_fault(answer, SELLABLE_INVALID, "key", not_a_key, 0);
    if (!sbl_call_begin(engine, held, &call))
        return SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome;
    SBL_UNTIL_DONE(outcome, call.worker, item_attempt(engine, call.worker, &key, &number));
    sbl_call_end(&call);
    if (outcome == SBL_NO_MEMORY)
        return SELLABLE_NO_MEMORY;
    if (item != NULL)
        item->id = number;
    return SELLABLE_OK;
}

/* ---- locations ---- */

static bool key_before(struct sellable_key a, struct sellable_key b) {
    int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);
    return order != 0 ? order < 0 : a.size < b.size;
}

/* The route over all locations with one more: those whose key comes after it move up by one. NULL:
 * no memory. */
static uint64_t *route_with(const struct sellable *engine, struct sbl_worker *worker,
                            const struct sbl_image *world, uint32_t number,
                            struct sellable_key key) {
    uint32_t words = sbl_route_words(number), rank = 1;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return NULL;
    uint64_t *route = scratch->bytes;
    uint32_t old = sbl_low(world->word[SBL_WORLD_ROUTE]);
    memset(route, 0, words * sizeof *route);
    sbl_blob_copy(&engine->memory, old, 0, route, words);
    route[0] = number;
    for (uint32_t other = 1; other < number; other++) {
        uint32_t other_rank = sbl_rank(&engine->memory, old, other);
        if (key_before(sellable_location_key(engine, (struct sellable_location){other}), key))
            rank++;
        else
            sbl_route_set(route, other, other_rank + 1);
    }
    sbl_route_set(route, number, rank);
    return route;
}

static enum sbl_outcome location_attempt(struct sellable *engine, struct sbl_worker *worker,
                                         const struct sbl_key *key, struct sellable_key from,
                                         uint32_t *number) {
    struct sbl_seen world;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->locations, worker, key, &found);
    if (found.reference != 0) {
        *number = entry_number(engine, key, found.reference);
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    *number = 0;
    uint32_t count = sbl_location_count(&world.image) + 1;
    if (count > SELLABLE_LOCATIONS_MAX) {
        bool still = sbl_line_still(&engine->commit, &engine->commit.world, &world);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    uint32_t blob = entry_blob(worker, key, count);
    uint64_t *route = route_with(engine, worker, &world.image, count, from);
    uint32_t route_blob =
        route == NULL ? 0 : sbl_transaction_blob(worker, route, sbl_route_words(count));
    if (blob == 0 || route_blob == 0 || !sbl_array_grow(&engine->location, count - 1))
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_location_line(engine, count);
    struct sbl_seen location;
    sbl_line_settle(worker, line, &location);
    struct sbl_image image = world.image, made = location.image;
    image.word[SBL_WORLD_ROUTE] = sbl_pair(count, route_blob);
    made.word[SBL_LOCATION_ENTRY] = blob;
    if (!sbl_transaction_replaces(worker, sbl_low(world.image.word[SBL_WORLD_ROUTE])) ||
        !sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &image) ||
        !sbl_transaction_add(worker, line, (struct sbl_name){SBL_LOCATION, count}, &location,
                             &made) ||
        !sbl_index_put(&engine->locations, worker, &found, key->hash, blob))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, true);
    if (outcome == SBL_ACCEPTED) {
        *number = count;
        sbl_count(&engine->locations.entries, 1);
        sbl_index_grow(&engine->locations, worker);
    }
    return outcome;
}

enum sellable_status sellable_location_put(struct sellable *engine, struct sellable_worker *held,
                                           struct sellable_key from,
                                           struct sellable_location *location,
                                           struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    uint32_t number = 0;
    sbl_answer_clear(answer);
    if (location != NULL)
        location->id = 0;
    if (!sbl_key_make(&key, from, engine->seed))
        return sbl_fault(answer, SELLABLE_INVALID, "key", not_a_key, 0);
    if (!sbl_call_begin(engine, held, &call))
        return SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome;
    SBL_UNTIL_DONE(outcome, call.worker,
                   location_attempt(engine, call.worker, &key, from, &number));
    sbl_call_end(&call);
    if (outcome == SBL_NO_MEMORY)
        return SELLABLE_NO_MEMORY;
    if (number == 0)
        return sbl_fault(answer, SELLABLE_INVALID, "key", "there are 65,535 locations already", 0);
    if (location != NULL)
        location->id = number;
    return SELLABLE_OK;
}

/* ---- channels ---- */

/* The route that a policy names: its blob, and the mask of its first 64 locations. false: no
 * memory. */
static bool named_route(struct sbl_worker *worker, const struct sellable_policy *policy,
                        uint32_t *blob, uint64_t *mask) {
    uint32_t highest = 0;
    for (uint32_t i = 0; i < policy->location_count; i++)
        if (policy->locations[i].id > highest)
            highest = policy->locations[i].id;
    uint32_t words = sbl_route_words(highest);
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return false;
    uint64_t *route = scratch->bytes;
    memset(route, 0, words * sizeof *route);
    route[0] = highest;
    *mask = 0;
    for (uint32_t i = 0; i < policy->location_count; i++) {
        uint32_t location = policy->locations[i].id;
        sbl_route_set(route, location, i + 1);
        if (location <= 64)
            *mask |= UINT64_C(1) << (location - 1);
    }
    *blob = sbl_transaction_blob(worker, route, words);
    return *blob != 0;
}

/* Locations that are not there, or named twice: its index, else the count. */
static uint32_t location_fault(struct sbl_worker *worker, const struct sellable_policy *policy,
                               uint32_t known, enum sellable_status *status) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, known / 8 + 1)) {
        *status = SELLABLE_NO_MEMORY;
        return 0;
    }
    unsigned char *named = scratch->bytes;
    memset(named, 0, known / 8 + 1);
    for (uint32_t i = 0; i < policy->location_count; i++) {
        uint32_t location = policy->locations[i].id;
        if (location == 0 || location > known) {
            *status = SELLABLE_UNKNOWN_LOCATION;
            return i;
        }
        if ((named[location / 8] >> (location % 8) & 1) != 0) {
            *status = SELLABLE_INVALID;
            return i;
        }
        named[location / 8] = (unsigned char)(named[location / 8] | 1u << (location % 8));
    }
    *status = SELLABLE_OK;
    return policy->location_count;
}

/* One attempt; *status and *line are set if the outcome is ACCEPTED. */
static enum sbl_outcome channel_attempt(struct sellable *engine, struct sbl_worker *worker,
                                        const struct sbl_key *key,
                                        const struct sellable_policy *policy, uint32_t *number,
                                        enum sellable_status *status, uint32_t *at) {
    struct sbl_seen world, seen;
    struct sbl_found found;
    uint32_t route = 0;
    uint64_t mask = 0;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->channels, worker, key, &found);
    *status = SELLABLE_OK;
    bool is_new = found.reference == 0;
    *number = is_new ? sbl_channel_count(&world.image) + 1
                     : entry_number(engine, key, found.reference);
    if (*number > SELLABLE_CHANNELS_MAX)
        *status = SELLABLE_OVERFLOW;
    else if ((policy->set & SELLABLE_LOCATIONS) != 0)
        *at = location_fault(worker, policy, sbl_location_count(&world.image), status);
    if (*status == SELLABLE_NO_MEMORY)
        return SBL_NO_MEMORY;
    if (*status != SELLABLE_OK || (!is_new && (policy->set | policy->unset) == 0)) {
        bool still = sbl_line_still(&engine->commit, &engine->commit.world, &world);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    uint32_t blob = is_new ? entry_blob(worker, key, *number) : 0;
    if ((is_new && blob == 0) || !sbl_array_grow(&engine->channel, *number - 1) ||
        ((policy->set & SELLABLE_LOCATIONS) != 0 && !named_route(worker, policy, &route, &mask)))
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_channel_line(engine, *number);
    sbl_line_settle(worker, line, &seen);
    struct sbl_image changed = world.image;
    struct sbl_image image = sbl_channel_with(&seen.image, policy, route, mask);
    if (is_new) {
        changed.word[SBL_WORLD_CHANNELS] = *number;
        image.word[SBL_CHANNEL_ENTRY] = blob;
    }
    if (!sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &changed))
        return SBL_NO_MEMORY;
    uint32_t old = sbl_low(seen.image.word[SBL_CHANNEL_ROUTE]);
    if (old != sbl_low(image.word[SBL_CHANNEL_ROUTE]) && !sbl_transaction_replaces(worker, old))
        return SBL_NO_MEMORY;
    if (!sbl_transaction_add(worker, line, (struct sbl_name){SBL_CHANNEL, *number}, &seen,
                             &image) ||
        (is_new && !sbl_index_put(&engine->channels, worker, &found, key->hash, blob)))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, true);
    if (outcome == SBL_ACCEPTED && is_new) {
        sbl_count(&engine->channels.entries, 1);
        sbl_index_grow(&engine->channels, worker);
    }
    return outcome;
}

enum sellable_status sellable_channel_put(struct sellable *engine, struct sellable_worker *held,
                                          struct sellable_key from,
                                          const struct sellable_policy *policy,
                                          struct sellable_channel *channel,
                                          struct sellable_answer *answer) {
    static const struct sellable_policy nothing;
    struct sbl_call call;
    struct sbl_key key;
    uint32_t number = 0, at = 0;
    const char *reason = NULL;
    enum sellable_status status = SELLABLE_OK;
    sbl_answer_clear(answer);
    if (channel != NULL)
        channel->id = 0;
    if (policy == NULL)
        policy = &nothing;
    if (!sbl_key_make(&key, from, engine->seed))
        return sbl_fault(answer, SELLABLE_INVALID, "key", not_a_key, 0);
    const char *field = sbl_policy_fault(policy, &reason);
    if (field != NULL)
        return sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
    if (!sbl_call_begin(engine, held, &call))
        return SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome;
    SBL_UNTIL_DONE(outcome, call.worker,
                   channel_attempt(engine, call.worker, &key, policy, &number, &status, &at));
    sbl_call_end(&call);
    if (outcome == SBL_NO_MEMORY)
        return SELLABLE_NO_MEMORY;
    if (status == SELLABLE_OVERFLOW)
        return sbl_fault(answer, SELLABLE_INVALID, "key", "there are 4,096 channels already", 0);
    if (status == SELLABLE_INVALID)
        return sbl_fault(answer, status, "locations", "named twice", at);
    if (status == SELLABLE_UNKNOWN_LOCATION)
        return sbl_fault(answer, status, "locations", "no location has this handle", at);
    if (channel != NULL)
        channel->id = number;
    return SELLABLE_OK;
}
