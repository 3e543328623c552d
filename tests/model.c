/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: keys and names, locations and hold reasons, from opening to closing. See
 * model.h. */
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

void *model_copy(const void *from, size_t count, size_t size) {
    void *copy = model_room(NULL, count, size);
    if (count > 0) {
        memcpy(copy, from, count * size);
    }
    return copy;
}

void model_too_small(const char *what) {
    fprintf(stderr, "the reference model is not made for so many %s\n", what);
    abort();
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

struct text model_text(struct sellable_key key) {
    struct text text = {.size = 0};
    if (model_is_key(key)) {
        memcpy(text.bytes, key.bytes, key.size);
        text.size = (uint32_t)key.size;
    }
    return text;
}

struct sellable_key model_key(const struct text *text) {
    return text->size ? (struct sellable_key){text->bytes, text->size}
                      : (struct sellable_key){NULL, 0};
}

int model_compare(const struct text *a, const struct text *b) {
    int order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);
    return order ? order : a->size < b->size ? -1 : a->size > b->size;
}

bool model_is_same(const struct text *a, const struct text *b) {
    return model_compare(a, b) == 0;
}

uint32_t model_find(const struct names *names, struct sellable_key key) {
    struct text text = model_text(key);
    for (uint32_t id = 1; text.size > 0 && id <= names->count; id++) {
        if (model_is_same(&names->text[id], &text)) {
            return id;
        }
    }
    return 0;
}

/* A handle that is given counts, and the key is not looked at. */
uint32_t model_resolve(const struct names *names, uint32_t id, struct sellable_key key) {
    return id == 0 ? model_find(names, key) : id <= names->count ? id : 0;
}

uint32_t model_add(struct names *names, struct sellable_key key) {
    if (names->count == names->limit) {
        model_too_small("things of a kind");
    }
    names->text[++names->count] = model_text(key);
    return names->count;
}

uint32_t model_in_order(const struct names *names, uint32_t *ids) {
    for (uint32_t id = 1; id <= names->count; id++) {
        uint32_t place = id - 1;
        for (; place > 0 && model_compare(&names->text[id], &names->text[ids[place - 1]]) < 0;
             place--) {
            ids[place] = ids[place - 1];
        }
        ids[place] = id;
    }
    return names->count;
}

struct sellable_key model_key_of(const struct names *names, uint32_t id) {
    return id == 0 || id > names->count ? (struct sellable_key){NULL, 0}
                                        : model_key(&names->text[id]);
}

/* ---- answers --------------------------------------------------------------------------------- */

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

struct model *model_open(const struct sellable_options *options, uint64_t *rules) {
    static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};
    struct model *model = calloc(1, sizeof *model);
    if (!model) {
        model_too_small("models");
    }
    model->item_names.limit = MODEL_ITEMS;
    model->location_names.limit = MODEL_LOCATIONS;
    model->channel_names.limit = MODEL_CHANNELS;
    model->region_names.limit = MODEL_LOCATIONS;
    model->reason_names.limit = SELLABLE_HOLD_REASONS_MAX;
    for (int i = 0; i < 4; i++) {
        model_add(&model->reason_names, (struct sellable_key){reasons[i], strlen(reasons[i])});
    }
    model->source_names.limit = MODEL_SOURCES;
    model->retention = options->retention ? options->retention : SELLABLE_RETENTION_DEFAULT;
    model->ahead = options->ahead ? options->ahead : SELLABLE_DAY;
    model->id_limit = options->event_ids;
    model->exception_limit =
        options->exceptions ? options->exceptions : SELLABLE_EXCEPTIONS_DEFAULT;
    model->rules = rules;
    return model;
}

void model_drop_order(struct order *order) {
    free(order->content.lines);
    free(order->first.list);
    free(order->first.kits);
    free(order->now.list);
    free(order->now.kits);
    free(order);
}

void model_close(struct model *model) {
    for (uint32_t i = 0; i < model->order_count; i++) {
        model_drop_order(model->orders[i]);
    }
    for (uint32_t item = 0; item <= MODEL_ITEMS; item++) {
        for (uint32_t location = 0; location <= MODEL_LOCATIONS; location++) {
            cell_drop(&model->items[item].cells[location]);
        }
    }
    for (uint64_t i = 0; i < model->id_count; i++) {
        free(model->ids[i].content.at);
    }
    free(model->ids);
    free(model->ownerships);
    model_drop_exceptions(model);
    free(model);
}

int64_t model_now(const struct model *model) {
    return model->now;
}

void model_memory(const struct model *model, struct sellable_memory *memory) {
    *memory = (struct sellable_memory){.items = model->item_names.count,
                                       .orders = model->order_count,
                                       .event_ids = model->id_count,
                                       .transfers = model->transfer_count};
}

/* ---- locations, and regions ------------------------------------------------------------------ */

static enum sellable_status put_location(struct model *model, struct sellable_key key,
                                         const struct sellable_location_settings *settings,
                                         struct sellable_location *location,
                                         struct sellable_answer *answer) {
    struct sellable_location_settings none = {0};
    const uint32_t all = SELLABLE_LOCATION_SETTINGS_ALL;
    model_clear_answer(answer);
    settings = settings ? settings : &none;
    if (location) {
        location->id = 0;
    }
    if (!model_is_key(key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    if (settings->set & ~all) {
        return model_fault(answer, SELLABLE_INVALID, "set", 0);
    }
    if ((settings->unset & ~all) || (settings->unset & settings->set)) {
        return model_fault(answer, SELLABLE_INVALID, "unset", 0);
    }
    if ((settings->set & SELLABLE_LOCATION_REGION) && !model_is_key(settings->region)) {
        return model_fault(answer, SELLABLE_INVALID, "region", 0);
    }
    if ((settings->set & SELLABLE_LOCATION_ACTIVE) && settings->active > 1) {
        return model_fault(answer, SELLABLE_INVALID, "active", 0);
    }
    enum sellable_status status = model_pass(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    uint32_t id = model_find(&model->location_names, key);
    if (id == 0) {
        id = model_add(&model->location_names, key);
        model->locations[id] = (struct location){.active = true};
    }
    if (settings->set & SELLABLE_LOCATION_REGION) {
        uint32_t region = model_find(&model->region_names, settings->region);
        model->locations[id].region =
            region ? region : model_add(&model->region_names, settings->region);
    } else if (settings->unset & SELLABLE_LOCATION_REGION) {
        model->locations[id].region = 0;
    }
    if (settings->set & SELLABLE_LOCATION_ACTIVE) {
        model->locations[id].active = settings->active;
    } else if (settings->unset & SELLABLE_LOCATION_ACTIVE) {
        model->locations[id].active = true;
    }
    if (location) {
        location->id = id;
    }
    return SELLABLE_OK;
}

enum sellable_status model_location_put(struct model *model, struct sellable_key key,
                                        const struct sellable_location_settings *settings,
                                        struct sellable_location *location,
                                        struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_LOCATION,
                         put_location(model, key, settings, location, answer));
}

enum sellable_status model_location_look(const struct model *model,
                                         struct sellable_location location,
                                         struct sellable_location_view *view) {
    *view = (struct sellable_location_view){.active = 0};
    if (location.id == 0 || location.id > model->location_names.count) {
        return SELLABLE_UNKNOWN_LOCATION;
    }
    view->active = model->locations[location.id].active;
    view->region = model_key_of(&model->region_names, model->locations[location.id].region);
    return SELLABLE_OK;
}

enum sellable_status model_region_find(const struct model *model, struct sellable_key key,
                                       struct sellable_location *region) {
    uint32_t id = model_find(&model->region_names, key);
    region->id = id ? id | MODEL_REGION : 0;
    return id ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

/* ---- hold reasons ---------------------------------------------------------------------------- */

static enum sellable_status put_hold(struct model *model, struct sellable_key key,
                                     uint32_t *reason, struct sellable_answer *answer) {
    model_clear_answer(answer);
    uint32_t id = model_find(&model->reason_names, key);
    if (!model_is_key(key) || (id == 0 && model->reason_names.count == SELLABLE_HOLD_REASONS_MAX)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    enum sellable_status status = model_pass(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    id = id ? id : model_add(&model->reason_names, key);
    if (reason) {
        *reason = id - 1;
    }
    return SELLABLE_OK;
}

enum sellable_status model_hold_put(struct model *model, struct sellable_key key, uint32_t *reason,
                                    struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_HOLD, put_hold(model, key, reason, answer));
}

struct sellable_key model_hold_key(const struct model *model, uint32_t reason) {
    return model_key_of(&model->reason_names, reason + 1);
}

/* ---- finding --------------------------------------------------------------------------------- */

enum sellable_status model_item_find(const struct model *model, struct sellable_key key,
                                     struct sellable_item *item) {
    item->id = model_find(&model->item_names, key);
    return item->id ? SELLABLE_OK : SELLABLE_UNKNOWN_ITEM;
}

enum sellable_status model_location_find(const struct model *model, struct sellable_key key,
                                         struct sellable_location *location) {
    location->id = model_find(&model->location_names, key);
    return location->id ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

enum sellable_status model_channel_find(const struct model *model, struct sellable_key key,
                                        struct sellable_channel *channel) {
    channel->id = model_find(&model->channel_names, key);
    return channel->id ? SELLABLE_OK : SELLABLE_UNKNOWN_CHANNEL;
}

struct sellable_key model_item_key(const struct model *model, struct sellable_item item) {
    return model_key_of(&model->item_names, item.id);
}

struct sellable_key model_location_key(const struct model *model,
                                       struct sellable_location location) {
    return model_key_of(&model->location_names, location.id);
}

struct sellable_key model_channel_key(const struct model *model, struct sellable_channel channel) {
    return model_key_of(&model->channel_names, channel.id);
}

static uint32_t next_of(const struct names *names, uint32_t after) {
    return after < names->count ? after + 1 : 0;
}

struct sellable_item model_item_next(const struct model *model, struct sellable_item after) {
    return (struct sellable_item){next_of(&model->item_names, after.id)};
}

struct sellable_location model_location_next(const struct model *model,
                                             struct sellable_location after) {
    return (struct sellable_location){next_of(&model->location_names, after.id)};
}

struct sellable_channel model_channel_next(const struct model *model,
                                           struct sellable_channel after) {
    return (struct sellable_channel){next_of(&model->channel_names, after.id)};
}
