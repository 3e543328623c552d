/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of a record that was refused: what of its fields belongs to its type
 * (content.h), with keys where there are handles. Anything in it may be wrong; but its pointers
 * lead to as many as the counts beside them say, or are NULL. */
#include "audit.h"
#include "content.h"

/* A record is hashed piece by piece. */
struct ink {
    const struct sbl_audit *audit;
    struct sbl_thing *thing;
};

static void write_number(const struct ink *ink, uint64_t number) {
    if (ink->thing->words == SBL_THING_WORDS)
        sbl_thing_fold(ink->thing);
    sbl_thing_number(ink->thing, number);
}

/* One that is none may have a byte too much; and not given is not empty. */
static void write_key(const struct ink *ink, struct sellable_key key) {
    enum { MOST_WORDS = 1 + (SELLABLE_KEY_MAX + 8) / 8 };
    write_number(ink, sbl_is_given(key));
    if (!sbl_is_given(key))
        return;
    if (ink->thing->words + MOST_WORDS > SBL_THING_WORDS)
        sbl_thing_fold(ink->thing);
    sbl_thing_key(ink->thing, key);
}

/* Words of any length; they end with zeroes up to a whole word, as everything in a packed
 * record. */
static void write_text(const struct ink *ink, struct sellable_key text) {
    enum { WORDS = 3 };
    write_number(ink, sbl_is_given(text));
    if (!sbl_is_given(text))
        return;
    if (ink->thing->words + WORDS > SBL_THING_WORDS)
        sbl_thing_fold(ink->thing);
    sbl_thing_bytes(ink->thing, text.bytes, (uint32_t)text.size);
}

/* A number that counts only if it is given. */
static void write_given(const struct ink *ink, uint32_t given, int64_t number) {
    write_number(ink, given);
    if (given != 0)
        write_number(ink, (uint64_t)number);
}

/* ---- things: by handle, else by key; a handle that the snapshot does not know is a number ---- */

static void write_thing(const struct ink *ink, uint32_t handle, struct sellable_key of_handle,
                        struct sellable_key key) {
    bool known = handle == 0 || sbl_is_given(of_handle);
    write_number(ink, known ? 0 : handle);
    write_key(ink, handle == 0 ? key : of_handle);
}

static void write_item(const struct ink *ink, struct sellable_item item,
                       struct sellable_key key) {
    const struct sbl_image row =
        sbl_audit_image(ink->audit, sbl_row_line(ink->audit->engine, item.id));
    write_thing(ink, item.id,
                sbl_row_exists(&row) ? sbl_audit_item_key(ink->audit, item.id)
                                     : (struct sellable_key){NULL, 0},
                key);
}

static void write_location(const struct ink *ink, struct sellable_location location,
                           struct sellable_key key) {
    bool region = (location.id & SBL_REGION) != 0 &&
                  sbl_is_region(ink->audit->engine, location.id & ~SBL_REGION);
    bool known = location.id <= sbl_location_count(&ink->audit->world);
    write_number(ink, region);
    write_thing(ink, location.id,
                region  ? sbl_name_key(ink->audit->engine, location.id & ~SBL_REGION)
                : known ? sbl_audit_location_key(ink->audit, location.id)
                        : (struct sellable_key){NULL, 0},
                key);
}

static void write_channel(const struct ink *ink, struct sellable_channel channel,
                          struct sellable_key key) {
    bool known = channel.id <= sbl_channel_count(&ink->audit->world);
    write_thing(ink, channel.id,
                known ? sbl_audit_channel_key(ink->audit, channel.id)
                      : (struct sellable_key){NULL, 0},
                key);
}

static void write_source(const struct ink *ink, struct sellable_source source,
                         struct sellable_key key) {
    bool known = source.id <= sbl_source_count(&ink->audit->world);
    write_thing(ink, source.id,
                known ? sbl_audit_source_key(ink->audit, source.id)
                      : (struct sellable_key){NULL, 0},
                key);
}

/* ---- what a record leads to ---- */

static void write_order(const struct ink *ink, const struct sellable_order *order) {
    write_key(ink, order->key);
    write_channel(ink, order->channel, order->channel_key);
    write_number(ink, (uint64_t)order->expires_at);
    write_number(ink, order->mode);
    write_given(ink, order->has_date, order->date);
    write_given(ink, order->has_precedence, order->precedence);
    write_number(ink, order->line_count);
    for (uint32_t i = 0; order->lines != NULL && i < order->line_count; i++) {
        const struct sellable_line *line = &order->lines[i];
        write_item(ink, line->item, line->item_key);
        write_location(ink, line->location, line->location_key);
        write_number(ink, (uint64_t)line->quantity);
        write_key(ink, line->unit);
        write_number(ink, (uint64_t)line->at_least);
        write_number(ink, line->substitute_count);
        for (uint32_t k = 0; line->substitutes != NULL && k < line->substitute_count; k++)
            write_item(ink, line->substitutes[k].item, line->substitutes[k].item_key);
    }
}

static void write_parts(const struct ink *ink, const struct sellable_event *event) {
    write_number(ink, event->part_count);
    for (uint32_t i = 0; event->parts != NULL && i < event->part_count; i++) {
        const struct sellable_part *part = &event->parts[i];
        write_item(ink, part->item, part->item_key);
        write_location(ink, part->location, part->location_key);
        write_number(ink, (uint64_t)part->quantity);
        write_key(ink, part->unit);
    }
}

static void write_item_settings(const struct ink *ink,
                                const struct sellable_item_settings *settings) {
    uint32_t set = settings->set;
    write_number(ink, sbl_pair(settings->unset, set));
    if ((set & SELLABLE_ITEM_UNIT) != 0)
        write_key(ink, settings->unit);
    write_given(ink, set & SELLABLE_ITEM_TRACKED, settings->tracked);
    write_given(ink, set & SELLABLE_ITEM_UNITS, settings->unit_count);
    for (uint32_t i = 0; settings->units != NULL && i < settings->unit_count; i++) {
        write_key(ink, settings->units[i].key);
        write_number(ink, (uint64_t)settings->units[i].numerator);
        write_number(ink, (uint64_t)settings->units[i].denominator);
    }
    write_given(ink, set & SELLABLE_ITEM_COMPONENTS, settings->component_count);
    for (uint32_t i = 0; settings->components != NULL && i < settings->component_count; i++) {
        write_item(ink, settings->components[i].item, settings->components[i].item_key);
        write_number(ink, (uint64_t)settings->components[i].number);
    }
}

static void write_location_settings(const struct ink *ink,
                                    const struct sellable_location_settings *settings) {
    write_number(ink, sbl_pair(settings->unset, settings->set));
    if ((settings->set & SELLABLE_LOCATION_REGION) != 0)
        write_key(ink, settings->region);
    write_given(ink, settings->set & SELLABLE_LOCATION_ACTIVE, settings->active);
}

static void write_policy(const struct ink *ink, const struct sellable_policy *policy) {
    uint32_t set = policy->set;
    write_number(ink, sbl_pair(policy->unset, set));
    write_given(ink, set & SELLABLE_SETTING_LOCATIONS, policy->location_count);
    for (uint32_t i = 0; policy->locations != NULL && i < policy->location_count; i++)
        write_location(ink, policy->locations[i], (struct sellable_key){NULL, 0});
    write_given(ink, set & SELLABLE_SETTING_SOURCING, policy->sourcing);
    write_given(ink, set & SELLABLE_SETTING_SHARE, policy->share);
    write_given(ink, set & SELLABLE_SETTING_BUFFER, policy->buffer);
    write_given(ink, set & SELLABLE_SETTING_PRECEDENCE, policy->precedence);
    write_given(ink, set & SELLABLE_SETTING_CLOSED, policy->closed);
    write_given(ink, set & SELLABLE_SETTING_BACKORDER, policy->backorder);
    write_given(ink, set & SELLABLE_SETTING_HORIZON, policy->horizon);
    if ((set & SELLABLE_SETTING_UNIT) != 0)
        write_key(ink, policy->unit);
    write_given(ink, set & SELLABLE_SETTING_CAP, policy->cap);
    write_given(ink, set & SELLABLE_SETTING_MINIMUM, policy->minimum);
    write_given(ink, set & SELLABLE_SETTING_LOW, policy->low);
    write_given(ink, set & SELLABLE_SETTING_PAUSED, policy->paused);
    write_given(ink, set & SELLABLE_SETTING_INTERVAL, policy->interval);
    write_given(ink, set & SELLABLE_SETTING_STEP, policy->step);
}

static void write_ownership(const struct ink *ink, const struct sellable_ownership *ownership) {
    write_number(ink, sbl_pair(ownership->owned, ownership->type));
    write_location(ink, ownership->location, ownership->location_key);
    write_number(ink, sbl_pair(ownership->unset, ownership->owner_count));
    for (uint32_t i = 0; ownership->owners != NULL && i < ownership->owner_count; i++)
        write_source(ink, ownership->owners[i].source, ownership->owners[i].source_key);
}

/* ---- the record ---- */

static void write_names(const struct ink *ink, const struct sellable_event *event, uint32_t says) {
    if ((says & SBL_SAYS_ITEM) != 0)
        write_item(ink, event->item, event->item_key);
    if ((says & SBL_SAYS_LOCATION) != 0)
        write_location(ink, event->location, event->location_key);
    if ((says & SBL_SAYS_CHANNEL) != 0)
        write_channel(ink, event->channel, event->channel_key);
    if ((says & SBL_SAYS_TO) != 0)
        write_location(ink, event->to, event->to_key);
    if ((says & SBL_SAYS_REASON) != 0)
        write_text(ink, event->reason);
    if ((says & SBL_SAYS_REFERENCE) != 0)
        write_key(ink, event->reference);
    if ((says & SBL_SAYS_HELD) != 0)
        write_key(ink, event->held);
    if ((says & SBL_SAYS_ORDER_KEY) != 0)
        write_key(ink, event->order_key);
    if ((says & SBL_SAYS_DECLARES) != 0)
        write_key(ink, event->declares);
    if ((says & SBL_SAYS_QUANTITY) != 0)
        write_key(ink, event->unit);
}

static void write_numbers(const struct ink *ink, const struct sellable_event *event,
                          uint32_t says) {
    const struct {
        uint32_t says, given;
        int64_t number;
    } numbers[] = {{SBL_SAYS_QUANTITY, 1, event->quantity},
                   {SBL_SAYS_EXPECTED, event->has_expected, event->expected},
                   {SBL_SAYS_AS_OF, event->has_as_of, event->as_of},
                   {SBL_SAYS_UNTIL, 1, event->until},
                   {SBL_SAYS_DUE, 1, event->due},
                   {SBL_SAYS_OUTCOME, 1, event->outcome},
                   {SBL_SAYS_EXPIRES, 1, event->expires_at},
                   {SBL_SAYS_DECLARES, event->max_lag_given, event->max_lag}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if ((says & numbers[i].says) != 0)
            write_given(ink, numbers[i].given, numbers[i].number);
    write_given(ink, event->has_at, event->at);
    write_given(ink, event->has_seq, event->seq);
}

void sbl_audit_record(const struct sbl_audit *audit, struct sbl_thing *thing,
                      const struct sellable_event *event) {
    const struct ink ink = {audit, thing};
    uint32_t says = sbl_says(event->type);
    write_names(&ink, event, says);
    write_numbers(&ink, event, says);
    if ((says & SBL_SAYS_PARTS) != 0)
        write_parts(&ink, event);
    /* What is not there differs from what is empty by its number of words. */
    if ((says & SBL_SAYS_ORDER) != 0 && event->order != NULL)
        write_order(&ink, event->order);
    if ((says & SBL_SAYS_ITEM_SETTINGS) != 0 && event->item_settings != NULL)
        write_item_settings(&ink, event->item_settings);
    if ((says & SBL_SAYS_LOCATION_SETTINGS) != 0 && event->location_settings != NULL)
        write_location_settings(&ink, event->location_settings);
    if ((says & SBL_SAYS_POLICY) != 0 && event->policy != NULL)
        write_policy(&ink, event->policy);
    if ((says & SBL_SAYS_OWNERSHIP) != 0 && event->ownership != NULL)
        write_ownership(&ink, event->ownership);
}
