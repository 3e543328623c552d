/* SPDX-License-Identifier: Apache-2.0
 *
 * For each type its members, in the order in which people write them. What is not given is left
 * out, so that a reader finds it not given again.
 *
 * Of the library: sellable_event and all that it leads to; sellable_event_name; the keys of
 * handles. */
#include "event_text.h"

#include <string.h>

/* An event that is being written. */
struct pen {
    struct text *text;
    const struct names *names;
    bool whole; /* the key of every handle was known so far */
};

/* ---- keys ------------------------------------------------------------------------------------ */

static bool is_given(struct sellable_key key)
{
    return key.size > 0;
}

static void write_key(struct pen *pen, const char *name, struct sellable_key key)
{
    if (is_given(key))
        put_key(pen->text, name, key);
}

/* What has a key, or a handle, or (then it is left out) neither. */
static void write_thing(struct pen *pen, const char *name, uint32_t handle,
                        struct sellable_key key)
{
    write_key(pen, name, key);
    if (handle == 0 || is_given(key))
        return;
    put_null(pen->text, name);
    pen->whole = false;
}

static struct sellable_key key_of_item(const struct pen *pen, struct sellable_item item,
                                       struct sellable_key key)
{
    return item.id != 0 ? pen->names->item(pen->names->context, item) : key;
}

static void write_item(struct pen *pen, const char *name, struct sellable_item item,
                       struct sellable_key key)
{
    write_thing(pen, name, item.id, key_of_item(pen, item, key));
}

static void write_location(struct pen *pen, const char *name, struct sellable_location location,
                           struct sellable_key key)
{
    write_thing(pen, name, location.id,
                location.id != 0 ? pen->names->location(pen->names->context, location) : key);
}

static void write_channel(struct pen *pen, struct sellable_channel channel,
                          struct sellable_key key)
{
    write_thing(pen, "channel", channel.id,
                channel.id != 0 ? pen->names->channel(pen->names->context, channel) : key);
}

static void write_source(struct pen *pen, const char *name, struct sellable_source source,
                         struct sellable_key key)
{
    write_thing(pen, name, source.id,
                source.id != 0 ? pen->names->source(pen->names->context, source) : key);
}

/* ---- supply ---------------------------------------------------------------------------------- */

static void write_cell(struct pen *pen, const struct sellable_event *event)
{
    write_item(pen, "item", event->item, event->item_key);
    write_location(pen, "location", event->location, event->location_key);
}

static void write_quantity(struct pen *pen, const struct sellable_event *event)
{
    put_number(pen->text, "quantity", event->quantity);
    write_key(pen, "unit", event->unit);
}

/* Sets and adjusts. */
static void write_balance(struct pen *pen, const struct sellable_event *event)
{
    write_cell(pen, event);
    write_quantity(pen, event);
    if (event->has_expected)
        put_number(pen->text, "expected", event->expected);
}

static void write_on_hand_set(struct pen *pen, const struct sellable_event *event)
{
    write_balance(pen, event);
    if (event->has_as_of)
        put_number(pen->text, "as_of", event->as_of);
}

static void write_on_hand_adjust(struct pen *pen, const struct sellable_event *event)
{
    write_balance(pen, event);
    write_key(pen, "reason", event->reason);
}

static void write_held(struct pen *pen, const struct sellable_event *event)
{
    write_cell(pen, event);
    write_key(pen, "reason", event->reason);
    write_quantity(pen, event);
}

static void write_ring_fence(struct pen *pen, const struct sellable_event *event)
{
    write_balance(pen, event);
    write_channel(pen, event->channel, event->channel_key);
    if (event->until != 0)
        put_number(pen->text, "until", event->until);
}

static void write_schedule(struct pen *pen, const struct sellable_event *event)
{
    write_balance(pen, event);
    write_key(pen, "reference", event->reference);
    put_number(pen->text, "due", event->due);
}

static void write_receipt(struct pen *pen, const struct sellable_event *event)
{
    write_cell(pen, event);
    write_quantity(pen, event);
    write_key(pen, "reference", event->reference);
    write_key(pen, "held", event->held);
}

static void write_transfer_ship(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "transfer", event->reference);
    write_item(pen, "item", event->item, event->item_key);
    write_location(pen, "from", event->location, event->location_key);
    write_location(pen, "to", event->to, event->to_key);
    write_quantity(pen, event);
    put_number(pen->text, "due", event->due);
}

static void write_transfer_receive(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "transfer", event->reference);
    write_quantity(pen, event);
}

static void write_return_receive(struct pen *pen, const struct sellable_event *event)
{
    write_cell(pen, event);
    write_quantity(pen, event);
    write_key(pen, "order", event->order_key);
}

static void write_return_disposition(struct pen *pen, const struct sellable_event *event)
{
    static const char *const outcomes[] = {NULL, "restock", "scrap", "damage"};
    write_cell(pen, event);
    write_quantity(pen, event);
    if (event->outcome > 0 && event->outcome <= SELLABLE_TO_DAMAGE)
        put_string(pen->text, "outcome", outcomes[event->outcome]);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void write_line(struct pen *pen, const struct sellable_line *line)
{
    put_open(pen->text, NULL, '{');
    write_item(pen, "item", line->item, line->item_key);
    put_number(pen->text, "quantity", line->quantity);
    write_key(pen, "unit", line->unit);
    write_location(pen, "location", line->location, line->location_key);
    if (line->substitute_count > 0)
        put_open(pen->text, "substitutes", '[');
    for (uint32_t i = 0; i < line->substitute_count; i++)
        write_item(pen, NULL, line->substitutes[i].item, line->substitutes[i].item_key);
    if (line->substitute_count > 0)
        put_close(pen->text, ']');
    if (line->at_least != 0)
        put_number(pen->text, "at_least", line->at_least);
    put_close(pen->text, '}');
}

static void write_lines(struct pen *pen, const struct sellable_order *order)
{
    put_open(pen->text, "lines", '[');
    for (uint32_t i = 0; i < order->line_count; i++)
        write_line(pen, &order->lines[i]);
    put_close(pen->text, ']');
}

static void write_date(struct pen *pen, const struct sellable_order *order)
{
    if (order->has_date)
        put_number(pen->text, "date", order->date);
}

static void write_reserve(struct pen *pen, const struct sellable_event *event)
{
    const struct sellable_order *order = event->order;
    if (order == NULL)
        return;
    write_key(pen, "order", order->key);
    write_channel(pen, order->channel, order->channel_key);
    write_lines(pen, order);
    if (order->mode == SELLABLE_PARTIAL)
        put_string(pen->text, "mode", "partial");
    if (order->expires_at != 0)
        put_number(pen->text, "expires_at", order->expires_at);
    write_date(pen, order);
    if (order->has_precedence)
        put_number(pen->text, "precedence", order->precedence);
}

static void write_amend(struct pen *pen, const struct sellable_event *event)
{
    if (event->order == NULL)
        return;
    write_key(pen, "order", event->order->key);
    write_lines(pen, event->order);
    write_date(pen, event->order);
}

static void write_confirm(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "order", event->order_key);
}

static void write_extend(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "order", event->order_key);
    put_number(pen->text, "expires_at", event->expires_at);
}

static void write_part(struct pen *pen, const struct sellable_part *part)
{
    put_open(pen->text, NULL, '{');
    write_item(pen, "item", part->item, part->item_key);
    put_number(pen->text, "quantity", part->quantity);
    write_key(pen, "unit", part->unit);
    write_location(pen, "location", part->location, part->location_key);
    put_close(pen->text, '}');
}

static void write_parts_of_order(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "order", event->order_key);
    if (event->part_count == 0)
        return;
    put_open(pen->text, "lines", '[');
    for (uint32_t i = 0; i < event->part_count; i++)
        write_part(pen, &event->parts[i]);
    put_close(pen->text, ']');
}

static void write_release(struct pen *pen, const struct sellable_event *event)
{
    write_parts_of_order(pen, event);
    write_key(pen, "reason", event->reason);
}

static void write_resource(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "order", event->order_key);
    write_item(pen, "item", event->item, event->item_key);
    write_location(pen, "from", event->location, event->location_key);
    write_location(pen, "to", event->to, event->to_key);
    if (event->quantity != 0)
        put_number(pen->text, "quantity", event->quantity);
}

/* ---- masters --------------------------------------------------------------------------------- */

/* A setting that goes back to its default is null. True: it has a value, to be written. */
static bool is_set(struct pen *pen, const char *name, uint32_t bit, uint32_t set, uint32_t unset)
{
    if (unset & bit)
        put_null(pen->text, name);
    return (set & bit) != 0;
}

static void write_units(struct pen *pen, const struct sellable_item_settings *settings)
{
    put_open(pen->text, "units", '{');
    for (uint32_t i = 0; i < settings->unit_count; i++) {
        const struct sellable_unit *unit = &settings->units[i];
        put_open_of_key(pen->text, unit->key, '[');
        put_number(pen->text, NULL, unit->numerator);
        put_number(pen->text, NULL, unit->denominator);
        put_close(pen->text, ']');
    }
    put_close(pen->text, '}');
}

static void write_components(struct pen *pen, const struct sellable_item_settings *settings)
{
    put_open(pen->text, "components", '{');
    for (uint32_t i = 0; i < settings->component_count; i++) {
        const struct sellable_component *component = &settings->components[i];
        struct sellable_key key = key_of_item(pen, component->item, component->item_key);
        pen->whole = pen->whole && is_given(key);
        put_number_of_key(pen->text, key, component->number);
    }
    put_close(pen->text, '}');
}

static void write_item_settings(struct pen *pen, const struct sellable_event *event)
{
    const struct sellable_item_settings *settings = event->item_settings;
    write_item(pen, "item", event->item, event->item_key);
    if (settings == NULL)
        return;
    uint32_t set = settings->set, unset = settings->unset;
    if (is_set(pen, "unit", SELLABLE_ITEM_UNIT, set, unset))
        put_key(pen->text, "unit", settings->unit);
    if (is_set(pen, "units", SELLABLE_ITEM_UNITS, set, unset))
        write_units(pen, settings);
    if (is_set(pen, "tracked", SELLABLE_ITEM_TRACKED, set, unset))
        put_flag(pen->text, "tracked", settings->tracked != 0);
    if (is_set(pen, "components", SELLABLE_ITEM_COMPONENTS, set, unset))
        write_components(pen, settings);
}

static void write_location_settings(struct pen *pen, const struct sellable_event *event)
{
    const struct sellable_location_settings *settings = event->location_settings;
    write_location(pen, "location", event->location, event->location_key);
    if (settings == NULL)
        return;
    uint32_t set = settings->set, unset = settings->unset;
    if (is_set(pen, "region", SELLABLE_LOCATION_REGION, set, unset))
        put_key(pen->text, "region", settings->region);
    if (is_set(pen, "active", SELLABLE_LOCATION_ACTIVE, set, unset))
        put_flag(pen->text, "active", settings->active != 0);
}

static void write_locations(struct pen *pen, const struct sellable_policy *policy)
{
    put_open(pen->text, "locations", '[');
    for (uint32_t i = 0; i < policy->location_count; i++)
        write_location(pen, NULL, policy->locations[i], (struct sellable_key){NULL, 0});
    put_close(pen->text, ']');
}

static void write_settings(struct pen *pen, const struct sellable_policy *policy)
{
    static const char *const sourcings[] = {"split", "most", "single"};
    if (policy == NULL)
        return;
#define IS_SET(NAME, name)                                                                         \
    is_set(pen, name, SELLABLE_SETTING_##NAME, policy->set, policy->unset)
#define NUMBER(NAME, member)                                                                       \
    if (IS_SET(NAME, #member))                                                                     \
    put_number(pen->text, #member, policy->member)
#define FLAG(NAME, member)                                                                         \
    if (IS_SET(NAME, #member))                                                                     \
    put_flag(pen->text, #member, policy->member != 0)
    if (IS_SET(LOCATIONS, "locations"))
        write_locations(pen, policy);
    if (IS_SET(SOURCING, "sourcing"))
        put_string(pen->text, "sourcing", sourcings[policy->sourcing % 3]);
    NUMBER(SHARE, share);
    NUMBER(BUFFER, buffer);
    NUMBER(BACKORDER, backorder);
    NUMBER(HORIZON, horizon);
    if (IS_SET(UNIT, "unit"))
        put_key(pen->text, "unit", policy->unit);
    NUMBER(CAP, cap);
    NUMBER(MINIMUM, minimum);
    NUMBER(LOW, low);
    NUMBER(PRECEDENCE, precedence);
    FLAG(CLOSED, closed);
    FLAG(PAUSED, paused);
    NUMBER(INTERVAL, interval);
    NUMBER(STEP, step);
#undef FLAG
#undef NUMBER
#undef IS_SET
}

static void write_channel_settings(struct pen *pen, const struct sellable_event *event)
{
    write_channel(pen, event->channel, event->channel_key);
    write_settings(pen, event->policy);
}

static void write_policy(struct pen *pen, const struct sellable_event *event)
{
    write_channel(pen, event->channel, event->channel_key);
    write_item(pen, "item", event->item, event->item_key);
    write_settings(pen, event->policy);
}

static void write_hold(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "reason", event->reason);
}

static void write_owners(struct pen *pen, const struct sellable_ownership *ownership)
{
    const struct sellable_owner *owners = ownership->owners;
    if (ownership->owner_count == 1) {
        write_source(pen, "source", owners->source, owners->source_key);
        return;
    }
    put_open(pen->text, "source", '[');
    for (uint32_t i = 0; i < ownership->owner_count; i++)
        write_source(pen, NULL, owners[i].source, owners[i].source_key);
    put_close(pen->text, ']');
}

static void write_owner(struct pen *pen, const struct sellable_event *event)
{
    static const char *const quantities[SELLABLE_OWNED_END] = {
#define OWNED(NAME, NUMBER, JSON, TEXT) [NUMBER] = JSON,
        SELLABLE_OWNED(OWNED)
#undef OWNED
    };
    const struct sellable_ownership *ownership = event->ownership;
    if (ownership == NULL)
        return;
    bool of_quantity = ownership->owned > 0 && ownership->owned < SELLABLE_OWNED_END;
    put_string(pen->text, "quantity",
               of_quantity ? quantities[ownership->owned]
                           : sellable_event_name((int)ownership->type));
    write_location(pen, "location", ownership->location, ownership->location_key);
    if (ownership->unset)
        put_null(pen->text, "source");
    else
        write_owners(pen, ownership);
}

static void write_declared(struct pen *pen, const struct sellable_event *event)
{
    write_key(pen, "source", event->declares);
    if (event->max_lag_given && event->max_lag == -1)
        put_null(pen->text, "max_lag");
    else if (event->max_lag_given)
        put_number(pen->text, "max_lag", event->max_lag);
}

/* ---- all of it ------------------------------------------------------------------------------- */

typedef void write_function(struct pen *pen, const struct sellable_event *event);

static write_function *const forms[SELLABLE_EVENT_TYPES_END] = {
    [SELLABLE_ON_HAND_SET] = write_on_hand_set,
    [SELLABLE_ON_HAND_ADJUST] = write_on_hand_adjust,
    [SELLABLE_HOLD_PLACE] = write_held,
    [SELLABLE_HOLD_RELEASE] = write_held,
    [SELLABLE_HOLD_SCRAP] = write_held,
    [SELLABLE_ALLOCATION_SET] = write_balance,
    [SELLABLE_ALLOCATION_ADJUST] = write_balance,
    [SELLABLE_SAFETY_STOCK_SET] = write_balance,
    [SELLABLE_RING_FENCE_SET] = write_ring_fence,
    [SELLABLE_SCHEDULE_SET] = write_schedule,
    [SELLABLE_RECEIPT] = write_receipt,
    [SELLABLE_TRANSFER_SHIP] = write_transfer_ship,
    [SELLABLE_TRANSFER_RECEIVE] = write_transfer_receive,
    [SELLABLE_RETURN_RECEIVE] = write_return_receive,
    [SELLABLE_RETURN_DISPOSITION] = write_return_disposition,
    [SELLABLE_RESERVE] = write_reserve,
    [SELLABLE_AMEND] = write_amend,
    [SELLABLE_CONFIRM] = write_confirm,
    [SELLABLE_EXTEND] = write_extend,
    [SELLABLE_RELEASE] = write_release,
    [SELLABLE_ALLOCATE] = write_parts_of_order,
    [SELLABLE_DEALLOCATE] = write_parts_of_order,
    [SELLABLE_SHIP] = write_parts_of_order,
    [SELLABLE_RESOURCE] = write_resource,
    [SELLABLE_ITEM] = write_item_settings,
    [SELLABLE_LOCATION] = write_location_settings,
    [SELLABLE_CHANNEL] = write_channel_settings,
    [SELLABLE_POLICY] = write_policy,
    [SELLABLE_HOLD] = write_hold,
    [SELLABLE_OWNER] = write_owner,
    [SELLABLE_SOURCE] = write_declared,
};

/* `source` and `owner` come from nobody, and the member of that name is one of their own. */
static void write_origin(struct pen *pen, const struct sellable_event *event, bool with_seq)
{
    if (event->type != SELLABLE_OWNER && event->type != SELLABLE_SOURCE)
        write_source(pen, "source", event->source, event->source_key);
    write_key(pen, "id", event->id);
    if (event->has_seq && with_seq)
        put_number(pen->text, "seq", event->seq);
    if (event->has_at)
        put_number(pen->text, "at", event->at);
    write_key(pen, "correlation", event->correlation);
}

bool put_event(struct text *text, const struct names *names, const struct sellable_event *event,
               bool with_seq)
{
    struct pen pen = {text, names, true};
    if (event->type == 0 || event->type >= SELLABLE_EVENT_TYPES_END) {
        put_null(text, "type");
        return false;
    }
    put_string(text, "type", sellable_event_name((int)event->type));
    forms[event->type](&pen, event);
    write_origin(&pen, event, with_seq);
    return pen.whole;
}

/* ---- the names that an engine knows ---------------------------------------------------------- */

static struct sellable_key item_of(const void *context, struct sellable_item item)
{
    return sellable_item_key(context, item);
}

/* Of a region the library tells no key: it is that of a location in it. */
static struct sellable_key location_of(const void *context, struct sellable_location location)
{
    const struct sellable *engine = context;
    struct sellable_key key = sellable_location_key(engine, location);
    struct sellable_location place = {0}, region;
    while (!is_given(key) && (place = sellable_location_next(engine, place)).id != 0) {
        struct sellable_location_view view;
        if (sellable_location_look(engine, place, &view) == SELLABLE_OK && is_given(view.region) &&
            sellable_region_find(engine, view.region, &region) == SELLABLE_OK &&
            region.id == location.id)
            key = view.region;
    }
    return key;
}

static struct sellable_key channel_of(const void *context, struct sellable_channel channel)
{
    return sellable_channel_key(context, channel);
}

static struct sellable_key source_of(const void *context, struct sellable_source source)
{
    return sellable_source_key(context, source);
}

struct names names_of(const struct sellable *engine)
{
    return (struct names){engine, item_of, location_of, channel_of, source_of};
}
