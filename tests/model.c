/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: names, channels and their settings. See model.h. */
#include "model_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *model_room(void *old, size_t count, size_t size) {
    void *memory = realloc(old, (count ? count : 1) * size);
    if (!memory) {
        fprintf(stderr, "the reference model is out of memory\n");
        abort();
    }
    return memory;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* One code point of UTF-8, as in table 3-7 of the Unicode standard: its bytes, or 0. */
static uint32_t code_point_size(const unsigned char *bytes, uint64_t left) {
    uint32_t size = bytes[0] < 0x80                       ? 1
                    : bytes[0] >= 0xc2 && bytes[0] < 0xe0 ? 2
                    : bytes[0] >= 0xe0 && bytes[0] < 0xf0 ? 3
                    : bytes[0] >= 0xf0 && bytes[0] < 0xf5 ? 4
                                                          : 0;
    if (size == 0 || size > left) {
        return 0;
    }
    for (uint32_t i = 1; i < size; i++) {
        if (bytes[i] < 0x80 || bytes[i] > 0xbf) {
            return 0;
        }
    }
    bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
    bool surrogate = bytes[0] == 0xed && bytes[1] > 0x9f;
    bool too_high = bytes[0] == 0xf4 && bytes[1] > 0x8f;
    return overlong || surrogate || too_high ? 0 : size;
}

bool model_is_key(struct sellable_key key) {
    if (!key.bytes || key.size == 0 || key.size > SELLABLE_KEY_MAX) {
        return false;
    }
    uint64_t i = 0;
    while (i < key.size) {
        uint32_t size = code_point_size((const unsigned char *)key.bytes + i, key.size - i);
        if (size == 0) {
            return false;
        }
        i += size;
    }
    return true;
}

/* The id of a key, 0 if there is none. */
static uint32_t find(const struct names *names, struct sellable_key key) {
    if (!model_is_key(key)) {
        return 0;
    }
    struct name *name;
    HASH_FIND(hh, names->by_key, key.bytes, (unsigned)key.size, name);
    return name ? name->id : 0;
}

/* A handle that is given counts, and the key is not looked at. */
uint32_t model_resolve(const struct names *names, uint32_t id, struct sellable_key key) {
    return id == 0 ? find(names, key) : id <= names->count ? id : 0;
}

static uint32_t add(struct names *names, struct sellable_key key) {
    struct name *name = model_room(NULL, 1, sizeof *name);
    memcpy(name->bytes, key.bytes, key.size);
    name->size = (uint32_t)key.size;
    name->id = ++names->count;
    names->by_id = model_room(names->by_id, names->count + 1, sizeof *names->by_id);
    names->by_id[name->id] = name;
    HASH_ADD_KEYPTR(hh, names->by_key, name->bytes, name->size, name);
    return name->id;
}

static struct sellable_key key_of(const struct names *names, uint32_t id) {
    if (id == 0 || id > names->count) {
        return (struct sellable_key){NULL, 0};
    }
    return (struct sellable_key){names->by_id[id]->bytes, names->by_id[id]->size};
}

static void forget_names(struct names *names) {
    HASH_CLEAR(hh, names->by_key);
    for (uint32_t id = 1; id <= names->count; id++) {
        free(names->by_id[id]);
    }
    free(names->by_id);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* Everything but what the caller sets. */
void model_clear_answer(struct sellable_answer *answer) {
    if (answer) {
        *answer = (struct sellable_answer){.plan = answer->plan,
                                           .misfits = answer->misfits,
                                           .plan_capacity = answer->plan_capacity,
                                           .misfit_capacity = answer->misfit_capacity};
    }
}

enum sellable_status model_fault(struct sellable_answer *answer, enum sellable_status status,
                                 const char *field, uint32_t line) {
    if (answer) {
        answer->field = field;
        answer->reason = sellable_status_text((int)status);
        answer->line = line;
    }
    return status;
}

/* ---- the model ------------------------------------------------------------------------------- */

struct model *model_open(int64_t retention) {
    struct model *model = model_room(NULL, 1, sizeof *model);
    *model = (struct model){.retention = retention ? retention : SELLABLE_RETENTION_DEFAULT};
    return model;
}

void model_forget_order(struct model *model, struct order *order) {
    HASH_DEL(model->orders, order);
    free(order->lines);
    free(order->plan);
    free(order);
}

void model_close(struct model *model) {
    if (!model) {
        return;
    }
    struct order *order, *next;
    HASH_ITER(hh, model->orders, order, next) {
        model_forget_order(model, order);
    }
    for (uint32_t id = 1; id <= model->item_names.count; id++) {
        free(model->items[id].cells);
    }
    for (uint32_t id = 1; id <= model->channel_names.count; id++) {
        free(model->channels[id].locations);
    }
    free(model->items);
    free(model->channels);
    forget_names(&model->item_names);
    forget_names(&model->location_names);
    forget_names(&model->channel_names);
    free(model);
}

/* ---- masters --------------------------------------------------------------------------------- */

enum sellable_status model_item_put(struct model *model, struct sellable_key key,
                                    struct sellable_item *item, struct sellable_answer *answer) {
    model_clear_answer(answer);
    uint32_t id = 0;
    if (model_is_key(key)) {
        id = find(&model->item_names, key);
        if (id == 0) {
            id = add(&model->item_names, key);
            model->items = model_room(model->items, id + 1, sizeof *model->items);
            model->items[id] = (struct item){0};
        }
    }
    if (item) {
        item->id = id;
    }
    return id ? SELLABLE_OK : model_fault(answer, SELLABLE_INVALID, "key", 0);
}

enum sellable_status model_location_put(struct model *model, struct sellable_key key,
                                        struct sellable_location *location,
                                        struct sellable_answer *answer) {
    model_clear_answer(answer);
    uint32_t id = 0;
    if (model_is_key(key)) {
        id = find(&model->location_names, key);
        if (id == 0 && model->location_names.count < SELLABLE_LOCATIONS_MAX) {
            id = add(&model->location_names, key);
        }
    }
    if (location) {
        location->id = id;
    }
    return id ? SELLABLE_OK : model_fault(answer, SELLABLE_INVALID, "key", 0);
}

/* The first fault of a policy's values; ok if there is none. */
static enum sellable_status judge_policy(const struct model *model,
                                         const struct sellable_policy *policy,
                                         struct sellable_answer *answer) {
    const uint32_t all = SELLABLE_SETTINGS_ALL;
    uint32_t set = policy->set;
    if (set & ~all) {
        return model_fault(answer, SELLABLE_INVALID, "set", 0);
    }
    if ((policy->unset & ~all) || (policy->unset & set)) {
        return model_fault(answer, SELLABLE_INVALID, "unset", 0);
    }
    if ((set & SELLABLE_SOURCING) && policy->sourcing != SELLABLE_SPLIT) {
        return model_fault(answer, SELLABLE_INVALID, "sourcing", 0);
    }
    if ((set & SELLABLE_SHARE) && (policy->share < 0 || policy->share > SELLABLE_SHARE_ALL)) {
        return model_fault(answer, SELLABLE_INVALID, "share", 0);
    }
    if ((set & SELLABLE_BUFFER) && (policy->buffer < 0 || policy->buffer > SELLABLE_QUANTITY_MAX)) {
        return model_fault(answer, SELLABLE_INVALID, "buffer", 0);
    }
    if ((set & SELLABLE_PRECEDENCE) && (policy->precedence < -SELLABLE_PRECEDENCE_MAX ||
                                        policy->precedence > SELLABLE_PRECEDENCE_MAX)) {
        return model_fault(answer, SELLABLE_INVALID, "precedence", 0);
    }
    if ((set & SELLABLE_CLOSED) && policy->closed > 1) {
        return model_fault(answer, SELLABLE_INVALID, "closed", 0);
    }
    if (!(set & SELLABLE_LOCATIONS)) {
        return SELLABLE_OK;
    }
    if (policy->location_count > SELLABLE_LOCATIONS_MAX ||
        (policy->location_count > 0 && !policy->locations)) {
        return model_fault(answer, SELLABLE_INVALID, "locations", 0);
    }
    for (uint32_t i = 0; i < policy->location_count; i++) {
        uint32_t id = policy->locations[i].id;
        if (id == 0 || id > model->location_names.count) {
            return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "locations", i);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (policy->locations[j].id == id) {
                return model_fault(answer, SELLABLE_INVALID, "locations", i);
            }
        }
    }
    return SELLABLE_OK;
}

static void change_settings(struct channel *channel, const struct sellable_policy *policy) {
    uint32_t set = policy->set, changed = policy->set | policy->unset;
    if (changed & SELLABLE_LOCATIONS) {
        channel->all_locations = !(set & SELLABLE_LOCATIONS);
        channel->location_count = channel->all_locations ? 0 : policy->location_count;
        channel->locations =
            model_room(channel->locations, channel->location_count, sizeof *channel->locations);
        for (uint32_t i = 0; i < channel->location_count; i++) {
            channel->locations[i] = policy->locations[i].id;
        }
    }
    if (changed & SELLABLE_SHARE) {
        channel->share = set & SELLABLE_SHARE ? policy->share : SELLABLE_SHARE_ALL;
    }
    if (changed & SELLABLE_BUFFER) {
        channel->buffer = set & SELLABLE_BUFFER ? policy->buffer : 0;
    }
    if (changed & SELLABLE_PRECEDENCE) {
        channel->precedence = set & SELLABLE_PRECEDENCE ? policy->precedence : 0;
    }
    if (changed & SELLABLE_CLOSED) {
        channel->closed = set & SELLABLE_CLOSED ? policy->closed : 0;
    }
}

enum sellable_status model_channel_put(struct model *model, struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_channel *channel,
                                       struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (channel) {
        channel->id = 0;
    }
    uint32_t id = find(&model->channel_names, key);
    if (!model_is_key(key) || (id == 0 && model->channel_names.count == SELLABLE_CHANNELS_MAX)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    if (policy) {
        enum sellable_status status = judge_policy(model, policy, answer);
        if (status != SELLABLE_OK) {
            return status;
        }
    }
    if (id == 0) {
        id = add(&model->channel_names, key);
        model->channels = model_room(model->channels, id + 1, sizeof *model->channels);
        model->channels[id] = (struct channel){.all_locations = true, .share = SELLABLE_SHARE_ALL};
    }
    if (policy) {
        change_settings(&model->channels[id], policy);
    }
    if (channel) {
        channel->id = id;
    }
    return SELLABLE_OK;
}

enum sellable_status model_item_find(const struct model *model, struct sellable_key key,
                                     struct sellable_item *item) {
    item->id = find(&model->item_names, key);
    return item->id ? SELLABLE_OK : SELLABLE_UNKNOWN_ITEM;
}

enum sellable_status model_location_find(const struct model *model, struct sellable_key key,
                                         struct sellable_location *location) {
    location->id = find(&model->location_names, key);
    return location->id ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

enum sellable_status model_channel_find(const struct model *model, struct sellable_key key,
                                        struct sellable_channel *channel) {
    channel->id = find(&model->channel_names, key);
    return channel->id ? SELLABLE_OK : SELLABLE_UNKNOWN_CHANNEL;
}

struct sellable_key model_item_key(const struct model *model, struct sellable_item item) {
    return key_of(&model->item_names, item.id);
}

struct sellable_key model_location_key(const struct model *model,
                                       struct sellable_location location) {
    return key_of(&model->location_names, location.id);
}

struct sellable_key model_channel_key(const struct model *model, struct sellable_channel channel) {
    return key_of(&model->channel_names, channel.id);
}
