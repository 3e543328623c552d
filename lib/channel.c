/* SPDX-License-Identifier: Apache-2.0
 *
 * Channels and policies: making channels, and settings at all three places. */
#include "form.h"
#include "names.h"
#include "route.h"
#include "sight.h"
#include "kinds.h"
#include "origin.h"
#include "tally.h"

/* ---- what is asked ---- */

struct asked {
    const struct sbl_key *key; /* channel_put: of the channel; else NULL */
    const struct sellable_policy *policy;
    uint32_t unit;             /* the number of its name */
    uint32_t channel, item;    /* 0: not given */
    enum sellable_status status;
    uint32_t at;               /* the index of a location that is none, or is there twice */
};

/* Is every handle there, and once? The number of the first that is not, else the count. */
static uint32_t list_fault(const struct sellable *engine, struct sbl_worker *worker,
                           const struct sellable_policy *policy, uint32_t known,
                           enum sellable_status *status) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    size_t bytes = known / 8 + 1;
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, bytes)) {
        *status = SELLABLE_NO_MEMORY;
        return 0;
    }
    unsigned char *named = scratch->bytes;
    memset(named, 0, bytes);
    *status = SELLABLE_OK;
    for (uint32_t i = 0; i < policy->location_count; i++) {
        uint32_t location = policy->locations[i].id;
        bool twice = false;
        if ((location & SBL_REGION) != 0) {
            if (!sbl_is_region(engine, location & ~SBL_REGION))
                *status = SELLABLE_UNKNOWN_LOCATION;
            for (uint32_t k = 0; k < i && !twice; k++)
                twice = policy->locations[k].id == location;
        } else if (location == 0 || location > known) {
            *status = SELLABLE_UNKNOWN_LOCATION;
        } else {
            twice = (named[location / 8] >> (location % 8) & 1) != 0;
            named[location / 8] = (unsigned char)(named[location / 8] | 1u << (location % 8));
        }
        if (twice)
            *status = SELLABLE_INVALID;
        if (*status != SELLABLE_OK)
            return i;
    }
    return policy->location_count;
}

/* A layer's words: as it was read, with the policy's changes; and room for what questions ask.
 * NULL: no memory. */
static uint64_t *layer_words(const struct sellable *engine, struct sbl_worker *worker,
                             const struct asked *asked, struct sbl_layer *layer,
                             uint32_t *words) {
    const struct sellable_policy *policy = asked->policy;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ENTRIES];
    const struct sbl_layer old = *layer;
    sbl_layer_change(layer, policy, asked->unit);
    *words = sbl_layer_words(layer->set, layer->count);
    if (!sbl_buffer_reserve(worker->commit->memory, scratch,
                            (*words + SBL_ASKED_WORDS) * sizeof(uint64_t)))
        return NULL;
    uint64_t *word = scratch->bytes;
    uint32_t at = sbl_layer_put(layer, word);
    memset(word + at, 0, (*words - at) * sizeof *word);
    if ((policy->set & SELLABLE_SETTING_LOCATIONS) == 0)
        sbl_blob_copy(&engine->memory, old.blob, old.from, word + at, *words - at);
    for (uint32_t i = 0; (policy->set & SELLABLE_SETTING_LOCATIONS) != 0 && i < layer->count; i++)
        word[at + i / 2] |= (uint64_t)policy->locations[i].id << (32 * (i % 2));
    return word;
}

/* ---- a channel's own ---- */

/* The channel's line with the policy's changes. false: no memory. */
static bool changed_channel(struct sellable *engine, struct sbl_worker *worker,
                            const struct sbl_image *world, const struct asked *asked,
                            const struct sbl_image *channel, struct sbl_image *image) {
    struct sbl_layer layer = {0};
    struct sbl_places places = {.engine = engine, .worker = worker};
    uint32_t blob = sbl_low(channel->word[SBL_CHANNEL_LAYER]), route, words;
    uint64_t mask;
    const uint32_t both = asked->policy->set | asked->policy->unset;
    if (blob != 0)
        sbl_layer_read(&engine->memory, blob, 0, &layer);
    uint64_t *word = layer_words(engine, worker, asked, &layer, &words);
    if (word != NULL)
        sbl_layer_asked(&layer, word + words);
    blob = word == NULL ? 0 : sbl_transaction_blob(worker, word, words + SBL_ASKED_WORDS);
    if (blob == 0)
        return false;
    bool names = (layer.set & SELLABLE_SETTING_LOCATIONS) != 0;
    route = sbl_low(channel->word[SBL_CHANNEL_ROUTE]);
    mask = channel->word[SBL_CHANNEL_MASK];
    if ((both & SELLABLE_SETTING_LOCATIONS) != 0 || !sbl_channel_exists(channel)) {
        if (!sbl_places_read(&places, world, NULL, 0, 0))
            return false;
        mask = sbl_places_mask(&places);
        if (names && !sbl_route_of_list(&places, &layer, asked->policy->locations, &route, &mask))
            return false;
    }
    *image = sbl_channel_with(channel, &layer, blob, route, mask);
    return true;
}

static enum sbl_outcome channel_attempt(struct sellable *engine, struct sbl_worker *worker,
                                        struct asked *asked) {
    const struct sellable_policy *policy = asked->policy;
    struct sbl_seen world, seen;
    struct sbl_found found = {.reference = 0};
    struct sbl_image image, changed;
    bool is_new = false;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    asked->status = SELLABLE_OK;
    if (asked->key != NULL) {
        sbl_index_settle(&engine->channels, worker, asked->key, &found);
        is_new = found.reference == 0;
        asked->channel = is_new ? sbl_channel_count(&world.image) + 1
                                : sbl_entry_number(engine, asked->key, found.reference);
    }
    if (asked->key == NULL &&
        (asked->channel == 0 || asked->channel > sbl_channel_count(&world.image)))
        asked->status = SELLABLE_UNKNOWN_CHANNEL;
    else if (asked->channel > SELLABLE_CHANNELS_MAX)
        asked->status = SELLABLE_OVERFLOW;
    else if ((policy->set & SELLABLE_SETTING_LOCATIONS) != 0)
        asked->at = list_fault(engine, worker, policy, sbl_location_count(&world.image),
                               &asked->status);
    if (asked->status == SELLABLE_NO_MEMORY)
        return SBL_NO_MEMORY;
    if (asked->status != SELLABLE_OK || (!is_new && (policy->set | policy->unset) == 0))
        return sbl_leave(engine, worker, &world);
    uint32_t blob = is_new ? sbl_entry_blob(worker, asked->key, asked->channel) : 0;
    if ((is_new && blob == 0) || !sbl_array_grow(&engine->channel, asked->channel - 1))
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_channel_line(engine, asked->channel);
    sbl_line_settle(worker, line, &seen);
    if (!changed_channel(engine, worker, &world.image, asked, &seen.image, &image))
        return SBL_NO_MEMORY;
    changed = world.image;
    if (is_new) {
        changed.word[SBL_WORLD_CHANNELS]++;
        image.word[SBL_CHANNEL_LAYER] |= (uint64_t)blob << 32;
    }
    uint32_t old_route = sbl_low(seen.image.word[SBL_CHANNEL_ROUTE]);
    if (!sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &changed) ||
        !sbl_transaction_replaces(worker, sbl_low(seen.image.word[SBL_CHANNEL_LAYER])) ||
        (old_route != sbl_low(image.word[SBL_CHANNEL_ROUTE]) &&
         !sbl_transaction_replaces(worker, old_route)) ||
        !sbl_transaction_add(worker, line, (struct sbl_name){SBL_CHANNEL, asked->channel}, &seen,
                             &image) ||
        (is_new && !sbl_index_put(&engine->channels, worker, &found, asked->key->hash, blob)))
        return SBL_NO_MEMORY;
    /* Another precedence changes what others see of the fences. */
    if (sbl_high(seen.image.word[SBL_CHANNEL_FORM]) != sbl_high(image.word[SBL_CHANNEL_FORM]) &&
        !sbl_is_in_vain(worker))
        sbl_recent_mark_all(&engine->commit.recent, worker->stamp);
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, true);
    if (outcome == SBL_ACCEPTED && is_new) {
        sbl_count(&engine->channels.entries, 1);
        sbl_index_grow(&engine->channels, worker);
    }
    return outcome;
}

/* ---- an item's ---- */

/* The bits of a row's form (form.h) for the channels that these policies speak of. */
static uint64_t touched_by(const uint64_t *policies, uint32_t words) {
    uint64_t touched = 0;
    for (uint64_t at = 1; at < words; at += 1 + (uint64_t)sbl_high(policies[at]))
        touched |= sbl_low(policies[at]) == 0 ? SBL_FORM_TOUCHED
                                              : sbl_form_touched(sbl_low(policies[at]));
    return touched;
}

/* The item's policies with one layer changed, or taken out if nothing is set in it any more. *blob
 * 0: none are left. *touched: whom they touch. false: no memory. */
static bool changed_policies(struct sellable *engine, struct sbl_worker *worker,
                             const struct asked *asked, uint32_t policies, uint32_t *blob,
                             uint64_t *touched) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_SETTINGS];
    struct sbl_layer layer = {0};
    uint32_t place, words, all = sbl_blob_words(&engine->memory, policies);
    bool found = sbl_layer_find(&engine->memory, policies, asked->channel, &layer, &place);
    uint32_t old = found ? 1 + layer.words : 0;
    const uint64_t *changed = layer_words(engine, worker, asked, &layer, &words);
    size_t room = (size_t)all + words + 2;
    if (changed == NULL ||
        !sbl_buffer_reserve(worker->commit->memory, scratch, room * sizeof(uint64_t)))
        return false;
    uint64_t *word = scratch->bytes;
    word[0] = 0;
    sbl_blob_copy(&engine->memory, policies, 0, word, all);
    all = all == 0 ? 1 : all;
    if (place + old > all) /* torn: the attempt will be aborted */
        place = all = 1, old = 0;
    uint32_t new = layer.set == 0 ? 0 : 1 + words;
    memmove(word + place + new, word + place + old, (all - place - old) * sizeof *word);
    if (new != 0) {
        word[place] = sbl_pair(words, asked->channel);
        memcpy(word + place + 1, changed, words * sizeof *word);
    }
    word[0] = word[0] + (new != 0 ? 1 : 0) - (old != 0 ? 1 : 0);
    all += new - old;
    *touched = touched_by(word, all);
    *blob = word[0] == 0 ? 0 : sbl_transaction_blob(worker, word, all);
    return word[0] == 0 || *blob != 0;
}

static enum sbl_outcome item_attempt(struct sellable *engine, struct sbl_worker *worker,
                                     struct asked *asked) {
    const struct sellable_policy *policy = asked->policy;
    struct sbl_line *line = sbl_row_line(engine, asked->item);
    struct sbl_seen world, row;
    struct sbl_edit edit;
    uint32_t blob;
    uint64_t touched;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    asked->status = SELLABLE_OK;
    if (line != NULL)
        sbl_line_settle(worker, line, &row);
    if (line == NULL || !sbl_row_exists(&row.image))
        asked->status = SELLABLE_UNKNOWN_ITEM;
    else if (asked->channel > sbl_channel_count(&world.image))
        asked->status = SELLABLE_UNKNOWN_CHANNEL;
    else if ((policy->set & SELLABLE_SETTING_LOCATIONS) != 0)
        asked->at = list_fault(engine, worker, policy, sbl_location_count(&world.image),
                               &asked->status);
    if (asked->status == SELLABLE_NO_MEMORY)
        return SBL_NO_MEMORY;
    if (asked->status != SELLABLE_OK || (policy->set | policy->unset) == 0)
        return sbl_leave(engine, worker, &world);
    sbl_edit_begin(&edit, worker, &row.image);
    struct sbl_own own = sbl_own_of(&engine->memory, sbl_edit_tail(&edit)->own);
    if (!changed_policies(engine, worker, asked, sbl_edit_tail(&edit)->policies, &blob,
                          &touched) ||
        !sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0},
                             &world, &world.image) ||
        !sbl_edit_settings(&edit, &sbl_edit_tail(&edit)->policies, blob))
        return SBL_NO_MEMORY;
    bool all = own.untracked || own.components != 0;
    edit.image.word[SBL_ROW_FORM] &= ~(SBL_ROW_OWN | SBL_FORM_TOUCHED);
    edit.image.word[SBL_ROW_FORM] |= (blob != 0 || all ? SBL_ROW_OWN : 0) |
                                     (all ? SBL_FORM_TOUCHED : touched);
    return sbl_edit_end(&edit, line, asked->item, &row)
               ? sbl_origin_commit(engine, worker, true)
               : SBL_NO_MEMORY;
}

/* ---- the calls ---- */

/* What is wrong with the policy; else its unit gets a number, if it has one. */
static enum sellable_status unit_of(struct sellable *engine, struct sbl_worker *worker,
                                    struct asked *asked) {
    struct sbl_key key;
    if ((asked->policy->set & SELLABLE_SETTING_UNIT) == 0)
        return SELLABLE_OK;
    sbl_key_make(&key, asked->policy->unit, engine->seed);
    return sbl_name_make(engine, worker, &key, &asked->unit) ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

static enum sellable_status policy_fault(const struct sellable_policy *policy,
                                         struct sellable_answer *answer) {
    struct sbl_key key;
    const char *reason = NULL, *field = sbl_policy_fault(policy, &reason);
    if (field == NULL && (policy->set & SELLABLE_SETTING_UNIT) != 0 &&
        !sbl_key_make(&key, policy->unit, 0)) {
        field = "unit";
        reason = SBL_NOT_A_KEY;
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

enum sellable_status sbl_channel_kinds(struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_answer *answer) {
    enum sellable_status status = sbl_key_kinds(key, answer);
    return status != SELLABLE_OK || policy == NULL ? status : policy_fault(policy, answer);
}

enum sellable_status sbl_policy_kinds(const struct sellable_scope *scope,
                                      const struct sellable_policy *policy,
                                      struct sellable_answer *answer) {
    bool is_item = scope->item.id != 0 || sbl_is_given(scope->item_key);
    bool is_channel = scope->channel.id != 0 || sbl_is_given(scope->channel_key);
    if (!is_item && !is_channel)
        return sbl_fault(answer, SELLABLE_INVALID, "item", "neither item nor channel", 0);
    return policy == NULL ? SELLABLE_OK : policy_fault(policy, answer);
}

static enum sellable_status tell(const struct asked *asked, struct sellable_answer *answer) {
    switch (asked->status) {
    case SELLABLE_OVERFLOW:
        return sbl_fault(answer, SELLABLE_INVALID, "key", "there are 4,096 channels already", 0);
    case SELLABLE_INVALID:
        return sbl_fault(answer, SELLABLE_INVALID, "locations", "named twice", asked->at);
    case SELLABLE_UNKNOWN_LOCATION:
        return sbl_fault(answer, asked->status, "locations", "no location has this handle",
                         asked->at);
    case SELLABLE_UNKNOWN_ITEM:
        return sbl_fault(answer, asked->status, "item", "no such item", 0);
    case SELLABLE_UNKNOWN_CHANNEL:
        return sbl_fault(answer, asked->status, "channel", "no such channel", 0);
    default:
        return asked->status;
    }
}

static void say(const struct sellable *engine, struct sbl_worker *worker,
                const struct asked *asked) {
    struct sellable_event *said = sbl_say(
        engine, worker, asked->key != NULL ? SELLABLE_CHANNEL : SELLABLE_POLICY);
    if (SBL_LIKELY(said == NULL))
        return;
    if (asked->key != NULL)
        said->channel_key = sbl_key_bytes(asked->key);
    said->channel.id = asked->channel;
    said->item.id = asked->item;
    said->policy = asked->policy;
}

static enum sellable_status put(struct sellable *engine, struct sellable_worker *held,
                                struct asked *asked, bool is_item,
                                struct sellable_answer *answer) {
    struct sbl_call call;
    enum sbl_outcome outcome = SBL_NO_MEMORY;
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    say(engine, call.worker, asked);
    if (unit_of(engine, call.worker, asked) == SELLABLE_OK)
        SBL_UNTIL_DONE(outcome, call.worker,
                       is_item ? item_attempt(engine, call.worker, asked)
                               : channel_attempt(engine, call.worker, asked));
    enum sellable_status status =
        outcome == SBL_NO_MEMORY ? SELLABLE_NO_MEMORY : tell(asked, answer);
    sbl_tally_call(engine, call.worker, asked->key != NULL ? SELLABLE_CHANNEL : SELLABLE_POLICY,
                   status);
    return sbl_call_done(&call, status, answer);
}

enum sellable_status sellable_channel_put(struct sellable *engine, struct sellable_worker *held,
                                          struct sellable_key from,
                                          const struct sellable_policy *policy,
                                          struct sellable_channel *channel,
                                          struct sellable_answer *answer) {
    static const struct sellable_policy nothing;
    struct sbl_key key;
    struct asked asked = {.key = &key, .policy = policy == NULL ? &nothing : policy};
    sbl_answer_clear(answer);
    if (channel != NULL)
        channel->id = 0;
    enum sellable_status status = sbl_channel_kinds(from, policy, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_CHANNEL, status);
    sbl_key_make(&key, from, engine->seed);
    status = put(engine, held, &asked, false, answer);
    if (status == SELLABLE_OK && channel != NULL)
        channel->id = asked.channel;
    return status;
}

enum sellable_status sellable_policy_put(struct sellable *engine, struct sellable_worker *held,
                                         const struct sellable_scope *scope,
                                         const struct sellable_policy *policy,
                                         struct sellable_answer *answer) {
    struct asked asked = {.policy = policy};
    sbl_answer_clear(answer);
    bool is_item = scope->item.id != 0 || sbl_is_given(scope->item_key);
    bool is_channel = scope->channel.id != 0 || sbl_is_given(scope->channel_key);
    enum sellable_status status = sbl_policy_kinds(scope, policy, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_POLICY, status);
    asked.item = sbl_item_number(engine, scope->item, scope->item_key);
    asked.channel = sbl_channel_number(engine, scope->channel, scope->channel_key);
    if (is_item && is_channel && asked.channel == 0)
        asked.channel = SELLABLE_CHANNELS_MAX + 1; /* unknown, and not all */
    return put(engine, held, &asked, is_item, answer);
}

/* What is in force, where the item and the channel are as they were read. */
static enum sellable_status find_policy(const struct sellable *engine, uint32_t item,
                                        bool is_item, uint32_t channel,
                                        struct sellable_policy *policy,
                                        struct sellable_location *locations, uint32_t capacity,
                                        bool *still) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    struct sbl_seen world, seen = {0}, settings = {0};
    struct sbl_layer layer;
    *still = true;
    sbl_line_read(commit, &commit->world, &world);
    if (is_item && row != NULL)
        sbl_line_read(commit, row, &seen);
    if (line != NULL)
        sbl_line_read(commit, line, &settings);
    if (is_item && !sbl_row_exists(&seen.image))
        return SELLABLE_UNKNOWN_ITEM;
    if (!sbl_channel_exists(&settings.image))
        return SELLABLE_UNKNOWN_CHANNEL;
    uint32_t policies = is_item ? sbl_row_tail(&engine->memory, &seen.image).policies : 0;
    sbl_layers(engine, policies, channel, &settings.image, &layer);
    const struct sbl_terms terms = sbl_terms_of(&layer);
    *policy = (struct sellable_policy){.set = layer.set,
                                       .locations = locations,
                                       .location_count = layer.count,
                                       .sourcing = terms.sourcing,
                                       .buffer = terms.buffer,
                                       .share = (int32_t)terms.share,
                                       .precedence = terms.precedence,
                                       .closed = terms.closed,
                                       .paused = terms.paused,
                                       .backorder = terms.backorder,
                                       .horizon = terms.horizon / SELLABLE_DAY,
                                       .cap = terms.cap,
                                       .minimum = terms.minimum,
                                       .low = terms.low,
                                       .interval = layer.value[SBL_INTERVAL],
                                       .step = 1};
    if ((layer.set & SELLABLE_SETTING_STEP) != 0)
        policy->step = layer.value[SBL_STEP];
    if ((layer.set & SELLABLE_SETTING_UNIT) != 0)
        policy->unit = sbl_name_key(engine, (uint32_t)layer.value[SBL_UNIT]);
    for (uint32_t i = 0; locations != NULL && i < layer.count && i < capacity; i++)
        locations[i].id = sbl_layer_location(&engine->memory, &layer, i);
    *still = sbl_line_still(commit, &commit->world, &world) &&
             (!is_item || sbl_line_still(commit, row, &seen));
    return SELLABLE_OK;
}

enum sellable_status sellable_policy_find(const struct sellable *engine,
                                          const struct sellable_scope *scope,
                                          struct sellable_policy *policy,
                                          struct sellable_location *locations,
                                          uint32_t capacity) {
    bool is_item = scope->item.id != 0 || sbl_is_given(scope->item_key), still;
    uint32_t item = sbl_item_number(engine, scope->item, scope->item_key);
    uint32_t channel = sbl_channel_number(engine, scope->channel, scope->channel_key);
    enum sellable_status status;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    do {
        *policy = (struct sellable_policy){0};
        status = find_policy(engine, item, is_item, channel, policy, locations, capacity, &still);
    } while (!still);
    return status;
}

enum sellable_status sellable_channel_find(const struct sellable *engine, struct sellable_key key,
                                           struct sellable_channel *channel) {
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    channel->id = sbl_number_of(engine, &engine->channels, key);
    return channel->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_CHANNEL;
}

static bool read_channel(const struct sellable *engine, uint32_t channel, struct sbl_seen *seen) {
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, seen);
    return sbl_channel_exists(&seen->image);
}

struct sellable_key sellable_channel_key(const struct sellable *engine,
                                         struct sellable_channel channel) {
    struct sbl_seen seen;
    if (!read_channel(engine, channel.id, &seen))
        return (struct sellable_key){NULL, 0};
    return sbl_entry_key(&engine->memory, sbl_channel_entry(&seen.image));
}

struct sellable_channel sellable_channel_next(const struct sellable *engine,
                                              struct sellable_channel after) {
    struct sbl_seen seen;
    uint32_t next = after.id < SELLABLE_CHANNELS_MAX ? after.id + 1 : 0;
    return (struct sellable_channel){read_channel(engine, next, &seen) ? next : 0};
}
