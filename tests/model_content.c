/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: all that makes two events the same, as bytes. Things stand there by number,
 * so that they are the same by handle or by key; all else as it was written. See model.h. */
#include "model_kept.h"

#include <string.h>

/* ---- bytes ----------------------------------------------------------------------------------- */

static void put_bytes(struct bytes *bytes, const void *more, size_t size) {
    bytes->at = model_room(bytes->at, bytes->size + size, 1);
    if (size > 0) {
        memcpy(bytes->at + bytes->size, more, size);
    }
    bytes->size += size;
}

static void put_number(struct bytes *bytes, int64_t number) {
    put_bytes(bytes, &number, sizeof number);
}

static void put_key(struct bytes *bytes, struct sellable_key key) {
    put_number(bytes, key.bytes ? (int64_t)key.size : 0);
    put_bytes(bytes, key.bytes, key.bytes ? key.size : 0);
}

bool content_is_same(const struct bytes *a, const struct bytes *b) {
    return a->size == b->size && memcmp(a->at, b->at, a->size) == 0;
}

/* ---- things ---------------------------------------------------------------------------------- */

/* One that is given and not known is none of those that were applied. */
static void put_thing(struct bytes *bytes, const struct names *names, uint32_t id,
                      struct sellable_key key) {
    uint32_t number = model_resolve(names, id, key);
    put_number(bytes, number == 0 && model_is_given(id, key) ? -1 : (int64_t)number);
}

static void put_item(struct bytes *bytes, const struct model *model, struct sellable_item item,
                     struct sellable_key key) {
    put_thing(bytes, &model->item_names, item.id, key);
}

static void put_location(struct bytes *bytes, const struct model *model,
                         struct sellable_location location, struct sellable_key key) {
    put_thing(bytes, &model->location_names, location.id, key);
}

static void put_channel(struct bytes *bytes, const struct model *model,
                        struct sellable_channel channel, struct sellable_key key) {
    put_thing(bytes, &model->channel_names, channel.id, key);
}

/* ---- supply ---------------------------------------------------------------------------------- */

static void put_transfer(struct bytes *bytes, const struct model *model,
                         const struct sellable_event *event) {
    put_key(bytes, event->reference);
    if (event->type == SELLABLE_TRANSFER_SHIP) {
        put_location(bytes, model, event->to, event->to_key);
        put_number(bytes, event->due);
    }
}

/* What belongs to one type, or to few. */
static void put_special(struct bytes *bytes, const struct model *model,
                        const struct sellable_event *event) {
    switch (event->type) {
    case SELLABLE_ON_HAND_SET:
        put_number(bytes, event->has_as_of);
        put_number(bytes, event->has_as_of ? event->as_of : 0);
        break;
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
        put_key(bytes, event->reason);
        break;
    case SELLABLE_RING_FENCE_SET:
        put_channel(bytes, model, event->channel, event->channel_key);
        put_number(bytes, event->until);
        break;
    case SELLABLE_SCHEDULE_SET:
        put_key(bytes, event->reference);
        put_number(bytes, event->due);
        break;
    case SELLABLE_RECEIPT:
        put_key(bytes, event->reference);
        put_key(bytes, event->held);
        break;
    case SELLABLE_TRANSFER_SHIP:
    case SELLABLE_TRANSFER_RECEIVE:
        put_transfer(bytes, model, event);
        break;
    case SELLABLE_RETURN_RECEIVE:
        put_key(bytes, event->order_key);
        break;
    case SELLABLE_RETURN_DISPOSITION:
        put_number(bytes, event->outcome);
        break;
    default:
        break;
    }
}

static void put_supply(struct bytes *bytes, const struct model *model,
                       const struct sellable_event *event) {
    if (event->type != SELLABLE_TRANSFER_RECEIVE) {
        put_item(bytes, model, event->item, event->item_key);
        put_location(bytes, model, event->location, event->location_key);
    }
    put_number(bytes, event->quantity);
    put_key(bytes, event->unit);
    put_number(bytes, event->has_expected);
    put_number(bytes, event->has_expected ? event->expected : 0);
    put_special(bytes, model, event);
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* An amendment takes all or nothing: at_least is not looked at. */
static void put_line(struct bytes *bytes, const struct model *model,
                     const struct sellable_line *line, bool amends) {
    put_item(bytes, model, line->item, line->item_key);
    put_location(bytes, model, line->location, line->location_key);
    put_number(bytes, line->quantity);
    put_key(bytes, line->unit);
    put_number(bytes, amends ? 0 : line->at_least);
    put_number(bytes, line->substitute_count);
    for (uint32_t i = 0; i < line->substitute_count; i++) {
        put_item(bytes, model, line->substitutes[i].item, line->substitutes[i].item_key);
    }
}

/* Of an amendment only the key, the lines and the date are read. */
static void put_order(struct bytes *bytes, const struct model *model,
                      const struct sellable_order *order, bool amends) {
    put_key(bytes, order->key);
    put_number(bytes, order->has_date);
    put_number(bytes, order->has_date ? order->date : 0);
    put_number(bytes, order->line_count);
    for (uint32_t i = 0; i < order->line_count; i++) {
        put_line(bytes, model, &order->lines[i], amends);
    }
    if (!amends) {
        put_channel(bytes, model, order->channel, order->channel_key);
        put_number(bytes, order->expires_at);
        put_number(bytes, order->mode);
        put_number(bytes, order->has_precedence);
        put_number(bytes, order->has_precedence ? order->precedence : 0);
    }
}

static void put_parts(struct bytes *bytes, const struct model *model,
                      const struct sellable_event *event) {
    put_number(bytes, event->part_count);
    for (uint32_t i = 0; i < event->part_count; i++) {
        const struct sellable_part *part = &event->parts[i];
        put_item(bytes, model, part->item, part->item_key);
        put_location(bytes, model, part->location, part->location_key);
        put_key(bytes, part->unit);
        put_number(bytes, part->quantity);
    }
}

static void put_life(struct bytes *bytes, const struct model *model,
                     const struct sellable_event *event) {
    put_key(bytes, event->order_key);
    switch (event->type) {
    case SELLABLE_EXTEND:
        put_number(bytes, event->expires_at);
        break;
    case SELLABLE_RELEASE:
        put_key(bytes, event->reason);
        put_parts(bytes, model, event);
        break;
    case SELLABLE_ALLOCATE:
    case SELLABLE_DEALLOCATE:
    case SELLABLE_SHIP:
        put_parts(bytes, model, event);
        break;
    case SELLABLE_RESOURCE:
        put_item(bytes, model, event->item, event->item_key);
        put_location(bytes, model, event->location, event->location_key);
        put_location(bytes, model, event->to, event->to_key);
        put_number(bytes, event->quantity);
        break;
    default:
        break;
    }
}

/* ---- masters --------------------------------------------------------------------------------- */

static void put_item_settings(struct bytes *bytes, const struct model *model,
                              const struct sellable_item_settings *settings) {
    put_number(bytes, settings->set);
    put_number(bytes, settings->unset);
    if (settings->set & SELLABLE_ITEM_UNIT) {
        put_key(bytes, settings->unit);
    }
    if (settings->set & SELLABLE_ITEM_TRACKED) {
        put_number(bytes, settings->tracked);
    }
    for (uint32_t i = 0; (settings->set & SELLABLE_ITEM_UNITS) && i < settings->unit_count; i++) {
        put_key(bytes, settings->units[i].key);
        put_number(bytes, settings->units[i].numerator);
        put_number(bytes, settings->units[i].denominator);
    }
    for (uint32_t i = 0;
         (settings->set & SELLABLE_ITEM_COMPONENTS) && i < settings->component_count; i++) {
        put_item(bytes, model, settings->components[i].item, settings->components[i].item_key);
        put_number(bytes, settings->components[i].number);
    }
}

static void put_location_settings(struct bytes *bytes,
                                  const struct sellable_location_settings *settings) {
    put_number(bytes, settings->set);
    put_number(bytes, settings->unset);
    if (settings->set & SELLABLE_LOCATION_REGION) {
        put_key(bytes, settings->region);
    }
    if (settings->set & SELLABLE_LOCATION_ACTIVE) {
        put_number(bytes, settings->active);
    }
}

/* What is not in `set` is not looked at. */
static void put_policy(struct bytes *bytes, const struct sellable_policy *policy) {
    const struct {
        uint32_t setting;
        int64_t value;
    } values[] = {
        {SELLABLE_SETTING_SOURCING, policy->sourcing},
        {SELLABLE_SETTING_SHARE, policy->share},
        {SELLABLE_SETTING_BUFFER, policy->buffer},
        {SELLABLE_SETTING_PRECEDENCE, policy->precedence},
        {SELLABLE_SETTING_CLOSED, policy->closed},
        {SELLABLE_SETTING_BACKORDER, policy->backorder},
        {SELLABLE_SETTING_HORIZON, policy->horizon},
        {SELLABLE_SETTING_CAP, policy->cap},
        {SELLABLE_SETTING_MINIMUM, policy->minimum},
        {SELLABLE_SETTING_LOW, policy->low},
        {SELLABLE_SETTING_PAUSED, policy->paused},
        {SELLABLE_SETTING_INTERVAL, policy->interval},
        {SELLABLE_SETTING_STEP, policy->step},
    };
    put_number(bytes, policy->set);
    put_number(bytes, policy->unset);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (policy->set & values[i].setting) {
            put_number(bytes, values[i].value);
        }
    }
    if (policy->set & SELLABLE_SETTING_UNIT) {
        put_key(bytes, policy->unit);
    }
    bool places = policy->set & SELLABLE_SETTING_LOCATIONS;
    for (uint32_t i = 0; places && i < policy->location_count; i++) {
        put_number(bytes, policy->locations[i].id);
    }
}

static void put_ownership(struct bytes *bytes, const struct model *model,
                          const struct sellable_ownership *ownership) {
    put_number(bytes, ownership->owned);
    put_number(bytes, ownership->type);
    put_location(bytes, model, ownership->location, ownership->location_key);
    put_number(bytes, ownership->unset);
    for (uint32_t i = 0; !ownership->unset && i < ownership->owner_count; i++) {
        const struct sellable_owner *owner = &ownership->owners[i];
        put_thing(bytes, &model->source_names, owner->source.id, owner->source_key);
    }
}

static void put_master(struct bytes *bytes, const struct model *model,
                       const struct sellable_event *event) {
    static const struct sellable_item_settings no_item_settings;
    static const struct sellable_location_settings no_location_settings;
    static const struct sellable_policy no_policy;
    switch (event->type) {
    case SELLABLE_ITEM:
        put_key(bytes, event->item_key);
        put_item_settings(bytes, model,
                          event->item_settings ? event->item_settings : &no_item_settings);
        break;
    case SELLABLE_LOCATION:
        put_key(bytes, event->location_key);
        put_location_settings(bytes, event->location_settings ? event->location_settings
                                                              : &no_location_settings);
        break;
    case SELLABLE_CHANNEL:
        put_key(bytes, event->channel_key);
        put_policy(bytes, event->policy ? event->policy : &no_policy);
        break;
    case SELLABLE_POLICY:
        put_item(bytes, model, event->item, event->item_key);
        put_channel(bytes, model, event->channel, event->channel_key);
        put_policy(bytes, event->policy ? event->policy : &no_policy);
        break;
    case SELLABLE_HOLD:
        put_key(bytes, event->reason);
        break;
    case SELLABLE_OWNER:
        put_ownership(bytes, model, event->ownership);
        break;
    default: /* source */
        put_key(bytes, event->declares);
        put_number(bytes, event->max_lag_given);
        put_number(bytes, event->max_lag_given ? event->max_lag : 0);
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

struct bytes content_of(const struct model *model, const struct sellable_event *event) {
    struct bytes bytes = {NULL, 0};
    put_number(&bytes, event->type);
    put_number(&bytes, event->has_at);
    put_number(&bytes, event->has_at ? event->at : 0);
    if (event->type <= SELLABLE_RETURN_DISPOSITION) {
        put_supply(&bytes, model, event);
    } else if (event->type <= SELLABLE_AMEND) {
        put_order(&bytes, model, event->order, event->type == SELLABLE_AMEND);
    } else if (event->type <= SELLABLE_RESOURCE) {
        put_life(&bytes, model, event);
    } else {
        put_master(&bytes, model, event);
    }
    return bytes;
}
