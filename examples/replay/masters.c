/* SPDX-License-Identifier: Apache-2.0
 *
 * Items, locations, channels, settings, reasons for holds, sources and what they own. What a line
 * does not name stays, null takes a setting back.
 *
 * Of the library: sellable_item_settings, sellable_location_settings, sellable_policy,
 * sellable_ownership (records), and the fields of sellable_event that belong to these types;
 * sellable_location_find, sellable_region_find. */
#include "replay.h"

#include <stdio.h>
#include <string.h>

static struct sellable_key key_of(const char *string)
{
    return (struct sellable_key){string, strlen(string)};
}

/* ---- items ----------------------------------------------------------------------------------- */

static uint32_t read_units(struct replay *replay, const struct fields *in, json_t *units)
{
    uint32_t count = 0;
    const char *name;
    json_t *factor;
    json_object_foreach (units, name, factor) {
        if (count == UNITS_ROOM)
            break;
        const json_t *numerator = json_array_get(factor, 0);
        const json_t *denominator = json_array_get(factor, 1);
        if (name[0] == '\0' || strlen(name) > SELLABLE_KEY_MAX)
            blame(in, "units", "a name does not have 1 to 128 bytes");
        else if (json_array_size(factor) != 2 || !json_is_integer(numerator) ||
                 !json_is_integer(denominator))
            blame(in, "units", "a factor is no array of two whole numbers");
        replay->arrays.units[count++] = (struct sellable_unit){
            .key = key_of(name),
            .numerator = json_integer_value(numerator),
            .denominator = json_integer_value(denominator),
        };
    }
    return count;
}

static uint32_t read_components(struct replay *replay, const struct fields *in,
                                json_t *components)
{
    uint32_t count = 0;
    const char *name;
    json_t *number;
    json_object_foreach (components, name, number) {
        if (count == COMPONENTS_ROOM)
            break;
        if (name[0] == '\0' || strlen(name) > SELLABLE_KEY_MAX)
            blame(in, "components", "a key does not have 1 to 128 bytes");
        else if (!json_is_integer(number))
            blame(in, "components", "a number is no whole number");
        replay->arrays.components[count++] = (struct sellable_component){
            .item_key = key_of(name),
            .number = json_integer_value(number),
        };
    }
    return count;
}

void answer_item_refusal(struct replay *replay, enum sellable_status status,
                         const struct sellable_answer *answer)
{
    const struct sellable_item_settings *settings = &replay->arrays.item_settings;
    const char *field = answer->field != NULL ? answer->field : "";
    struct sellable_key name = {NULL, 0};
    if (strncmp(field, "units.", 6) == 0 && answer->line < settings->unit_count)
        name = settings->units[answer->line].key;
    if (strncmp(field, "components.", 11) == 0 && answer->line < settings->component_count)
        name = settings->components[answer->line].item_key;
    if (name.size == 0) {
        answer_refusal(replay, status, answer, "item");
        return;
    }
    char path[SELLABLE_KEY_MAX + 32];
    snprintf(path, sizeof path, "%.*s.%.*s%s", (int)(strchr(field, '.') - field), field,
             (int)name.size, name.bytes,
             strcmp(field, "units.numerator") == 0     ? "[0]"
             : strcmp(field, "units.denominator") == 0 ? "[1]"
                                                       : "");
    answer_field(replay, status, path, answer->reason);
}

void read_item(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    struct sellable_item_settings *settings = &replay->arrays.item_settings;
    *settings = (struct sellable_item_settings){.units = replay->arrays.units,
                                                .components = replay->arrays.components};
    uint32_t *set = &settings->set, *unset = &settings->unset;
    event->item_key = required_key(in, "item");
    settings->unit = as_key(in, "unit", setting(in, "unit", SELLABLE_ITEM_UNIT, set, unset));
    json_t *units = setting(in, "units", SELLABLE_ITEM_UNITS, set, unset);
    settings->unit_count = read_units(replay, in, as_object(in, "units", units));
    const json_t *tracked = setting(in, "tracked", SELLABLE_ITEM_TRACKED, set, unset);
    settings->tracked = as_flag(in, "tracked", tracked);
    json_t *components = setting(in, "components", SELLABLE_ITEM_COMPONENTS, set, unset);
    settings->component_count =
        read_components(replay, in, as_object(in, "components", components));
    event->item_settings = settings;
}

/* ---- locations, reasons ---------------------------------------------------------------------- */

void read_location(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    struct sellable_location_settings *settings = &replay->arrays.location_settings;
    *settings = (struct sellable_location_settings){0};
    uint32_t *set = &settings->set, *unset = &settings->unset;
    event->location_key = required_key(in, "location");
    const json_t *region = setting(in, "region", SELLABLE_LOCATION_REGION, set, unset);
    settings->region = as_key(in, "region", region);
    const json_t *active = setting(in, "active", SELLABLE_LOCATION_ACTIVE, set, unset);
    settings->active = as_flag(in, "active", active);
    event->location_settings = settings;
}

void read_hold(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    event->reason = required_key(in, "reason");
}

/* ---- channels and policies ------------------------------------------------------------------- */

/* Locations, else regions, by their names. For a name that is neither stands a handle that the
 * library never gave, another for each: so the library says whether it is the first fault. */
static uint32_t read_locations(struct replay *replay, const struct fields *in,
                               const json_t *names)
{
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(names) && i < LOCATIONS_ROOM; i++) {
        char path[32];
        snprintf(path, sizeof path, "locations[%zu]", i);
        struct sellable_key key = as_key(in, path, json_array_get(names, i));
        struct sellable_location *location = &replay->arrays.locations[count];
        if (sellable_location_find(replay->engine, key, location) != SELLABLE_OK &&
            sellable_region_find(replay->engine, key, location) != SELLABLE_OK)
            location->id = (uint32_t)INT32_MAX - count;
        count++;
    }
    return count;
}

static const struct sellable_policy *read_settings(struct replay *replay, const struct fields *in)
{
    static const char *const sourcings[] = {"split", "most", "single"};
    struct sellable_policy *policy = &replay->arrays.policy;
    *policy = (struct sellable_policy){.locations = replay->arrays.locations};
    uint32_t *set = &policy->set, *unset = &policy->unset;
#define VALUE(NAME, name) setting(in, name, SELLABLE_SETTING_##NAME, set, unset)
#define NUMBER(NAME, name) as_number(in, name, VALUE(NAME, name))
    json_t *locations = as_array(in, "locations", VALUE(LOCATIONS, "locations"));
    policy->location_count = read_locations(replay, in, locations);
    policy->sourcing = as_choice(in, "sourcing", VALUE(SOURCING, "sourcing"), sourcings, 3);
    policy->share = to_32_bits(NUMBER(SHARE, "share"));
    policy->buffer = NUMBER(BUFFER, "buffer");
    policy->backorder = NUMBER(BACKORDER, "backorder");
    policy->horizon = NUMBER(HORIZON, "horizon");
    policy->unit = as_key(in, "unit", VALUE(UNIT, "unit"));
    policy->cap = NUMBER(CAP, "cap");
    policy->minimum = NUMBER(MINIMUM, "minimum");
    policy->low = NUMBER(LOW, "low");
    policy->precedence = to_32_bits(NUMBER(PRECEDENCE, "precedence"));
    policy->closed = as_flag(in, "closed", VALUE(CLOSED, "closed"));
    policy->paused = as_flag(in, "paused", VALUE(PAUSED, "paused"));
    policy->interval = NUMBER(INTERVAL, "interval");
    policy->step = NUMBER(STEP, "step");
#undef NUMBER
#undef VALUE
    return policy;
}

void read_channel(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    event->channel_key = required_key(in, "channel");
    event->policy = read_settings(replay, in);
}

void read_policy(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    event->channel_key = optional_key(in, "channel");
    event->item_key = optional_key(in, "item");
    event->policy = read_settings(replay, in);
}

/* ---- sources and what they own --------------------------------------------------------------- */

void read_source(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    (void)replay;
    uint32_t set = 0, unset = 0;
    event->declares = required_key(in, "source");
    event->max_lag = as_number(in, "max_lag", setting(in, "max_lag", 1, &set, &unset));
    event->max_lag_given = set | unset;
    if (unset)
        event->max_lag = -1;
    else if (event->max_lag < 0)
        event->max_lag = INT64_MIN; /* -1 would be "none" */
}

/* A quantity or a type of events, by its name. */
static void read_owned(const struct fields *in, struct sellable_ownership *ownership)
{
    static const struct {
        const char *name;
        uint32_t owned;
    } quantities[] = {
#define OWNED(NAME, NUMBER, JSON, TEXT) {JSON, SELLABLE_OWNED_##NAME},
        SELLABLE_OWNED(OWNED)
#undef OWNED
    };
    struct sellable_key name = required_key(in, "quantity");
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++)
        if (compare_keys(name, key_of(quantities[i].name)) == 0)
            ownership->owned = quantities[i].owned;
    if (ownership->owned == 0)
        ownership->type = sellable_event_of(name);
    if (ownership->owned == 0 && ownership->type == 0)
        blame(in, "quantity", "it is neither a quantity nor a type of events");
}

/* One source, or several; null: the rule is taken back. */
static uint32_t read_owners(struct replay *replay, const struct fields *in)
{
    struct sellable_owner *owners = replay->arrays.owners;
    const json_t *source = optional(in, "source");
    if (!json_is_array(source)) {
        owners[0] = (struct sellable_owner){.source_key = as_key(in, "source", source)};
        return 1;
    }
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(source) && i < OWNERS_ROOM; i++) {
        char path[32];
        snprintf(path, sizeof path, "source[%zu]", i);
        owners[count++] =
            (struct sellable_owner){.source_key = as_key(in, path, json_array_get(source, i))};
    }
    return count;
}

void read_owner(struct replay *replay, const struct fields *in, struct sellable_event *event)
{
    struct sellable_ownership *ownership = &replay->arrays.ownership;
    uint32_t set = 0;
    *ownership = (struct sellable_ownership){.owners = replay->arrays.owners};
    read_owned(in, ownership);
    ownership->location_key = optional_key(in, "location");
    required(in, "source");
    setting(in, "source", 1, &set, &ownership->unset);
    ownership->owner_count = set ? read_owners(replay, in) : 0;
    event->ownership = ownership;
}
