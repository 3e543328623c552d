/* SPDX-License-Identifier: Apache-2.0
 *
 * See content.h. */
#include "content.h"

uint32_t sbl_says(uint32_t type) {
    enum {
        CELL = SBL_SAYS_ITEM | SBL_SAYS_LOCATION | SBL_SAYS_QUANTITY | SBL_SAYS_UNIT,
        PARTS = SBL_SAYS_ORDER_KEY | SBL_SAYS_PARTS
    };
    static const uint32_t says[SELLABLE_EVENT_TYPES_END] = {
        [SELLABLE_ON_HAND_SET] = CELL | SBL_SAYS_EXPECTED | SBL_SAYS_AS_OF,
        [SELLABLE_ON_HAND_ADJUST] = CELL | SBL_SAYS_EXPECTED | SBL_SAYS_REASON,
        [SELLABLE_HOLD_PLACE] = CELL | SBL_SAYS_REASON,
        [SELLABLE_HOLD_RELEASE] = CELL | SBL_SAYS_REASON,
        [SELLABLE_HOLD_SCRAP] = CELL | SBL_SAYS_REASON,
        [SELLABLE_ALLOCATION_SET] = CELL | SBL_SAYS_EXPECTED,
        [SELLABLE_ALLOCATION_ADJUST] = CELL | SBL_SAYS_EXPECTED,
        [SELLABLE_SAFETY_STOCK_SET] = CELL | SBL_SAYS_EXPECTED,
        [SELLABLE_RING_FENCE_SET] =
            CELL | SBL_SAYS_EXPECTED | SBL_SAYS_CHANNEL | SBL_SAYS_UNTIL,
        [SELLABLE_SCHEDULE_SET] =
            CELL | SBL_SAYS_EXPECTED | SBL_SAYS_REFERENCE | SBL_SAYS_DUE,
        [SELLABLE_RECEIPT] = CELL | SBL_SAYS_REFERENCE | SBL_SAYS_HELD,
        [SELLABLE_TRANSFER_SHIP] = CELL | SBL_SAYS_REFERENCE | SBL_SAYS_TO | SBL_SAYS_DUE,
        [SELLABLE_TRANSFER_RECEIVE] = SBL_SAYS_QUANTITY | SBL_SAYS_UNIT | SBL_SAYS_REFERENCE,
        [SELLABLE_RETURN_RECEIVE] = CELL | SBL_SAYS_ORDER_KEY,
        [SELLABLE_RETURN_DISPOSITION] = CELL | SBL_SAYS_OUTCOME,
        [SELLABLE_RESERVE] = SBL_SAYS_ORDER,
        [SELLABLE_AMEND] = SBL_SAYS_ORDER,
        [SELLABLE_CONFIRM] = SBL_SAYS_ORDER_KEY,
        [SELLABLE_EXTEND] = SBL_SAYS_ORDER_KEY | SBL_SAYS_EXPIRES,
        [SELLABLE_RELEASE] = PARTS | SBL_SAYS_REASON,
        [SELLABLE_ALLOCATE] = PARTS,
        [SELLABLE_DEALLOCATE] = PARTS,
        [SELLABLE_SHIP] = PARTS,
        [SELLABLE_RESOURCE] = SBL_SAYS_ORDER_KEY | SBL_SAYS_ITEM | SBL_SAYS_LOCATION |
                              SBL_SAYS_TO | SBL_SAYS_QUANTITY,
        [SELLABLE_ITEM] = SBL_SAYS_ITEM | SBL_SAYS_ITEM_SETTINGS,
        [SELLABLE_LOCATION] = SBL_SAYS_LOCATION | SBL_SAYS_LOCATION_SETTINGS,
        [SELLABLE_CHANNEL] = SBL_SAYS_CHANNEL | SBL_SAYS_POLICY,
        [SELLABLE_POLICY] = SBL_SAYS_CHANNEL | SBL_SAYS_ITEM | SBL_SAYS_POLICY,
        [SELLABLE_HOLD] = SBL_SAYS_REASON,
        [SELLABLE_OWNER] = SBL_SAYS_OWNERSHIP,
        [SELLABLE_SOURCE] = SBL_SAYS_DECLARES};
    return sbl_is_event(type) ? says[type] : 0;
}

/* A reason is a key where it names a hold; elsewhere it is any words. */
static uint64_t reason_most(uint32_t type) {
    return type == SELLABLE_ON_HAND_ADJUST || type == SELLABLE_RELEASE ? SELLABLE_CONTENT_MAX
                                                                       : SELLABLE_KEY_MAX;
}

/* ---- the fingerprint ---- */

/* Words that are written one after another into the scratch. */
struct ink {
    struct sellable *engine;
    struct sbl_worker *worker;
    uint32_t words;
    bool room;
};

static void write_word(struct ink *ink, uint64_t word) {
    struct sbl_buffer *scratch = &ink->worker->scratch[SBL_SCRATCH_CONTENT];
    ink->room = ink->room && sbl_buffer_reserve(&ink->engine->memory, scratch,
                                                (ink->words + 1) * sizeof word);
    if (ink->room)
        ((uint64_t *)scratch->bytes)[ink->words++] = word;
}

/* Of what is longer than `most`, how it begins. */
static void write_bytes(struct ink *ink, struct sellable_key key, uint64_t most) {
    uint64_t size = key.size < most ? key.size : most;
    write_word(ink, key.bytes == NULL ? 0 : size + 1);
    for (uint64_t at = 0; key.bytes != NULL && at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, key.bytes + at, size - at < 8 ? size - at : 8);
        write_word(ink, word);
    }
}

static void write_key(struct ink *ink, struct sellable_key key) {
    write_bytes(ink, key, SELLABLE_KEY_MAX);
}

/* A thing by its key, which it has whether it is there yet or not; or a handle that was never
 * given. */
static void write_thing(struct ink *ink, uint32_t handle, struct sellable_key key) {
    write_word(ink, key.bytes == NULL ? handle : 0);
    write_key(ink, key);
}

static void write_item(struct ink *ink, struct sellable_item item, struct sellable_key key) {
    write_thing(ink, item.id, item.id != 0 ? sellable_item_key(ink->engine, item) : key);
}
static void write_location(struct ink *ink, struct sellable_location location,
                           struct sellable_key key) {
    write_thing(ink, location.id,
                location.id != 0 ? sellable_location_key(ink->engine, location) : key);
}
static void write_channel(struct ink *ink, struct sellable_channel channel,
                          struct sellable_key key) {
    write_thing(ink, channel.id,
                channel.id != 0 ? sellable_channel_key(ink->engine, channel) : key);
}

/* A number that may be given or not. */
static void write_given(struct ink *ink, uint32_t given, int64_t value) {
    write_word(ink, given);
    if (given != 0)
        write_word(ink, (uint64_t)value);
}

static void write_order(struct ink *ink, const struct sellable_order *order, bool amends) {
    write_key(ink, order->key);
    write_given(ink, order->has_date, order->date);
    if (!amends) {
        write_channel(ink, order->channel, order->channel_key);
        write_word(ink, (uint64_t)order->expires_at);
        write_word(ink, order->mode);
        write_given(ink, order->has_precedence, order->precedence);
    }
    write_word(ink, order->line_count);
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_line *line = &order->lines[i];
        write_item(ink, line->item, line->item_key);
        write_location(ink, line->location, line->location_key);
        write_word(ink, (uint64_t)line->quantity);
        write_key(ink, line->unit);
        write_word(ink, (uint64_t)(amends ? 0 : line->at_least));
        write_word(ink, line->substitute_count);
        for (uint32_t k = 0; k < line->substitute_count; k++)
            write_item(ink, line->substitutes[k].item, line->substitutes[k].item_key);
    }
}

static void write_parts(struct ink *ink, const struct sellable_event *event) {
    write_word(ink, event->part_count);
    for (uint32_t i = 0; i < event->part_count; i++) {
        const struct sellable_part *part = &event->parts[i];
        write_item(ink, part->item, part->item_key);
        write_location(ink, part->location, part->location_key);
        write_word(ink, (uint64_t)part->quantity);
        write_key(ink, part->unit);
    }
}

static void write_item_settings(struct ink *ink, const struct sellable_item_settings *settings) {
    write_word(ink, sbl_pair(settings->unset, settings->set));
    if ((settings->set & SELLABLE_ITEM_UNIT) != 0)
        write_key(ink, settings->unit);
    if ((settings->set & SELLABLE_ITEM_TRACKED) != 0)
        write_word(ink, settings->tracked);
    bool units = (settings->set & SELLABLE_ITEM_UNITS) != 0;
    write_word(ink, units ? settings->unit_count : 0);
    for (uint32_t i = 0; units && i < settings->unit_count; i++) {
        write_key(ink, settings->units[i].key);
        write_word(ink, (uint64_t)settings->units[i].numerator);
        write_word(ink, (uint64_t)settings->units[i].denominator);
    }
    bool kit = (settings->set & SELLABLE_ITEM_COMPONENTS) != 0;
    write_word(ink, kit ? settings->component_count : 0);
    for (uint32_t i = 0; kit && i < settings->component_count; i++) {
        write_item(ink, settings->components[i].item, settings->components[i].item_key);
        write_word(ink, (uint64_t)settings->components[i].number);
    }
}

static void write_policy(struct ink *ink, const struct sellable_policy *policy) {
    uint32_t set = policy->set;
    const struct {
        uint32_t setting;
        int64_t value;
    } number[] = {{SELLABLE_SETTING_SOURCING, policy->sourcing},
                  {SELLABLE_SETTING_BUFFER, policy->buffer},
                  {SELLABLE_SETTING_SHARE, policy->share},
                  {SELLABLE_SETTING_PRECEDENCE, policy->precedence},
                  {SELLABLE_SETTING_CLOSED, policy->closed},
                  {SELLABLE_SETTING_PAUSED, policy->paused},
                  {SELLABLE_SETTING_BACKORDER, policy->backorder},
                  {SELLABLE_SETTING_HORIZON, policy->horizon},
                  {SELLABLE_SETTING_CAP, policy->cap},
                  {SELLABLE_SETTING_MINIMUM, policy->minimum},
                  {SELLABLE_SETTING_LOW, policy->low},
                  {SELLABLE_SETTING_INTERVAL, policy->interval},
                  {SELLABLE_SETTING_STEP, policy->step}};
    write_word(ink, sbl_pair(policy->unset, set));
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        if ((set & number[i].setting) != 0)
            write_word(ink, (uint64_t)number[i].value);
    if ((set & SELLABLE_SETTING_UNIT) != 0)
        write_key(ink, policy->unit);
    bool locations = (set & SELLABLE_SETTING_LOCATIONS) != 0;
    write_word(ink, locations ? policy->location_count : 0);
    for (uint32_t i = 0; locations && i < policy->location_count; i++)
        write_word(ink, policy->locations[i].id);
}

static void write_ownership(struct ink *ink, const struct sellable_ownership *ownership) {
    write_word(ink, sbl_pair(ownership->owned, ownership->type));
    write_location(ink, ownership->location, ownership->location_key);
    write_word(ink, sbl_pair(ownership->unset, ownership->unset != 0 ? 0 : ownership->owner_count));
    for (uint32_t i = 0; ownership->unset == 0 && i < ownership->owner_count; i++) {
        const struct sellable_owner *owner = &ownership->owners[i];
        write_thing(ink, owner->source.id,
                    owner->source.id != 0 ? sellable_source_key(ink->engine, owner->source)
                                          : owner->source_key);
    }
}

static void write_supply(struct ink *ink, const struct sellable_event *event, uint32_t says) {
    if ((says & SBL_SAYS_ITEM) != 0)
        write_item(ink, event->item, event->item_key);
    if ((says & SBL_SAYS_LOCATION) != 0)
        write_location(ink, event->location, event->location_key);
    if ((says & SBL_SAYS_CHANNEL) != 0)
        write_channel(ink, event->channel, event->channel_key);
    if ((says & SBL_SAYS_TO) != 0)
        write_location(ink, event->to, event->to_key);
    if ((says & SBL_SAYS_QUANTITY) != 0)
        write_word(ink, (uint64_t)event->quantity);
    if ((says & SBL_SAYS_UNIT) != 0)
        write_key(ink, event->unit);
    if ((says & SBL_SAYS_EXPECTED) != 0)
        write_given(ink, event->has_expected, event->expected);
    if ((says & SBL_SAYS_AS_OF) != 0)
        write_given(ink, event->has_as_of, event->as_of);
    if ((says & SBL_SAYS_UNTIL) != 0)
        write_word(ink, (uint64_t)event->until);
    if ((says & SBL_SAYS_DUE) != 0)
        write_word(ink, (uint64_t)event->due);
    if ((says & SBL_SAYS_OUTCOME) != 0)
        write_word(ink, event->outcome);
    if ((says & SBL_SAYS_EXPIRES) != 0)
        write_word(ink, (uint64_t)event->expires_at);
    if ((says & SBL_SAYS_REASON) != 0)
        write_bytes(ink, event->reason, reason_most(event->type));
    if ((says & SBL_SAYS_REFERENCE) != 0)
        write_key(ink, event->reference);
    if ((says & SBL_SAYS_HELD) != 0)
        write_key(ink, event->held);
    if ((says & SBL_SAYS_ORDER_KEY) != 0)
        write_key(ink, event->order_key);
}

bool sbl_content_of(struct sellable *engine, struct sbl_worker *worker,
                    const struct sellable_event *event, uint64_t *content) {
    static const struct sellable_item_settings no_item_settings;
    static const struct sellable_location_settings no_location_settings;
    static const struct sellable_policy no_policy;
    struct ink ink = {engine, worker, 0, true};
    uint32_t says = sbl_says(event->type);
    uint64_t fingerprint[2];
    write_word(&ink, event->type);
    write_given(&ink, event->has_at, event->at);
    write_supply(&ink, event, says);
    if ((says & SBL_SAYS_ORDER) != 0)
        write_order(&ink, event->order, event->type == SELLABLE_AMEND);
    if ((says & SBL_SAYS_PARTS) != 0)
        write_parts(&ink, event);
    if ((says & SBL_SAYS_ITEM_SETTINGS) != 0)
        write_item_settings(&ink, event->item_settings != NULL ? event->item_settings
                                                               : &no_item_settings);
    if ((says & SBL_SAYS_LOCATION_SETTINGS) != 0) {
        const struct sellable_location_settings *settings =
            event->location_settings != NULL ? event->location_settings : &no_location_settings;
        write_word(&ink, sbl_pair(settings->unset, settings->set));
        if ((settings->set & SELLABLE_LOCATION_ACTIVE) != 0)
            write_word(&ink, settings->active);
        if ((settings->set & SELLABLE_LOCATION_REGION) != 0)
            write_key(&ink, settings->region);
    }
    if ((says & SBL_SAYS_POLICY) != 0)
        write_policy(&ink, event->policy != NULL ? event->policy : &no_policy);
    if ((says & SBL_SAYS_OWNERSHIP) != 0)
        write_ownership(&ink, event->ownership);
    if ((says & SBL_SAYS_DECLARES) != 0) {
        write_key(&ink, event->declares);
        write_given(&ink, event->max_lag_given, event->max_lag);
    }
    if (!ink.room)
        return false;
    sbl_fingerprint(worker->scratch[SBL_SCRATCH_CONTENT].bytes, ink.words, engine->seed,
                    fingerprint);
    *content = fingerprint[0];
    return true;
}

/* ---- packing ---- */

/* One walk over all that a record leads to, for both ends: to copy it behind the record, and to
 * find it there again. What a pointer of the copy holds is an offset into the piece, until it is
 * found; NULL stays NULL. Everything is named by its offset, since the piece may move while it
 * grows. */
struct pack {
    struct sbl_memory *memory;
    struct sbl_buffer *buffer; /* NULL: to find */
    size_t from;               /* where the piece begins in the buffer */
    char *piece;
    size_t used;
    bool room;
};

static size_t aligned(size_t bytes) { return (bytes + 7) & ~(size_t)7; }

/* So many bytes more. false: no memory. */
static bool extend(struct pack *pack, size_t bytes) {
    size_t used = pack->used + aligned(bytes);
    pack->room = pack->room && sbl_buffer_reserve(pack->memory, pack->buffer, pack->from + used);
    if (!pack->room)
        return false;
    pack->piece = (char *)pack->buffer->bytes + pack->from;
    memset(pack->piece + pack->used, 0, used - pack->used);
    pack->used = used;
    return true;
}

/* What the pointer at `slot` leads to: `bytes` of it. Returns its offset; 0: nothing is there. */
static size_t follow(struct pack *pack, size_t slot, size_t bytes) {
    const void *pointer;
    size_t at = pack->used;
    memcpy(&pointer, pack->piece + slot, sizeof pointer);
    if (pointer == NULL)
        return 0;
    if (pack->buffer == NULL) {
        at = (size_t)(uintptr_t)pointer;
        pointer = pack->piece + at;
    } else if (extend(pack, bytes == 0 ? 1 : bytes)) { /* none is not nothing */
        if (bytes != 0)
            memcpy(pack->piece + at, pointer, bytes);
        pointer = (const void *)(uintptr_t)at;
    } else {
        return 0;
    }
    memcpy(pack->piece + slot, &pointer, sizeof pointer);
    return at;
}

static void follow_bytes(struct pack *pack, size_t at, uint64_t most) {
    struct sellable_key *key = (struct sellable_key *)(void *)(pack->piece + at);
    if (key->size > most)
        key->size = most;
    follow(pack, at + offsetof(struct sellable_key, bytes), key->size);
}

/* One that is too long stays so. */
static void follow_key(struct pack *pack, size_t at) {
    follow_bytes(pack, at, SELLABLE_KEY_MAX + 1);
}

/* A member that does not count is cleared. */
static void clear(struct pack *pack, size_t at, size_t bytes) {
    memset(pack->piece + at, 0, bytes);
}

/* The key of a thing, which nobody looks at where its handle is given. */
static void follow_thing(struct pack *pack, size_t handle_at, size_t key_at) {
    uint32_t handle;
    memcpy(&handle, pack->piece + handle_at, sizeof handle);
    if (handle != 0)
        clear(pack, key_at, sizeof(struct sellable_key));
    follow_key(pack, key_at);
}

/* An array of at most `most`. One that is said to be longer is left out: nobody looks at it but for
 * its count, and it may not be there. */
static size_t follow_array(struct pack *pack, size_t slot, size_t count_at, uint32_t most,
                           size_t size, uint32_t *count) {
    memcpy(count, pack->piece + count_at, sizeof *count);
    if (*count > most)
        memset(pack->piece + slot, 0, sizeof(void *));
    size_t at = follow(pack, slot, *count * size);
    if (at == 0)
        *count = 0; /* to go on with; what the record says stays */
    return at;
}

#define AT(base, type, member) ((base) + offsetof(struct type, member))
#define THING(base, type, thing)                                                                   \
    follow_thing(pack, AT(base, type, thing), AT(base, type, thing##_key))
#define ARRAY(base, type, member, counted, most, element)                                          \
    follow_array(pack, AT(base, type, member), AT(base, type, counted), most,                      \
                 sizeof(struct element), &count)

/* Is a bit set in the word at an offset? What is not set may be anything. */
static bool is_set(const struct pack *pack, size_t at, uint32_t bit) {
    uint32_t set;
    memcpy(&set, pack->piece + at, sizeof set);
    return (set & bit) != 0;
}

#define CLEAR(base, type, member)                                                                  \
    clear(pack, AT(base, type, member), sizeof(((struct type *)0)->member))
#define CLEAR_ARRAY(base, type, member, counted)                                                   \
    (CLEAR(base, type, member), CLEAR(base, type, counted))

/* Is the record of this type? */
static bool is_of(const struct pack *pack, uint32_t type) {
    uint32_t its;
    memcpy(&its, pack->piece + offsetof(struct sellable_event, type), sizeof its);
    return its == type;
}

static void follow_line(struct pack *pack, size_t line) {
    uint32_t count;
    THING(line, sellable_line, item);
    THING(line, sellable_line, location);
    follow_key(pack, AT(line, sellable_line, unit));
    size_t substitutes = ARRAY(line, sellable_line, substitutes, substitute_count,
                               SELLABLE_SUBSTITUTES_MAX, sellable_substitute);
    for (uint32_t i = 0; i < count && pack->room; i++)
        THING(substitutes + i * sizeof(struct sellable_substitute), sellable_substitute, item);
}

static void follow_order(struct pack *pack, size_t slot) {
    uint32_t count;
    size_t order = follow(pack, slot, sizeof(struct sellable_order));
    if (order == 0)
        return;
    follow_key(pack, AT(order, sellable_order, key));
    if (is_of(pack, SELLABLE_AMEND))
        CLEAR(order, sellable_order, channel_key);
    THING(order, sellable_order, channel);
    size_t lines = ARRAY(order, sellable_order, lines, line_count, SELLABLE_LINES_MAX,
                         sellable_line);
    for (uint32_t i = 0; i < count && pack->room; i++)
        follow_line(pack, lines + i * sizeof(struct sellable_line));
}

static void follow_parts(struct pack *pack, size_t event) {
    uint32_t count;
    size_t parts = ARRAY(event, sellable_event, parts, part_count, SELLABLE_LINES_MAX,
                         sellable_part);
    for (uint32_t i = 0; i < count && pack->room; i++) {
        size_t part = parts + i * sizeof(struct sellable_part);
        THING(part, sellable_part, item);
        THING(part, sellable_part, location);
        follow_key(pack, AT(part, sellable_part, unit));
    }
}

static void follow_item_settings(struct pack *pack, size_t slot) {
    uint32_t count;
    size_t settings = follow(pack, slot, sizeof(struct sellable_item_settings));
    if (settings == 0)
        return;
    size_t set = AT(settings, sellable_item_settings, set);
    if (!is_set(pack, set, SELLABLE_ITEM_UNIT))
        CLEAR(settings, sellable_item_settings, unit);
    if (!is_set(pack, set, SELLABLE_ITEM_UNITS))
        CLEAR_ARRAY(settings, sellable_item_settings, units, unit_count);
    if (!is_set(pack, set, SELLABLE_ITEM_COMPONENTS))
        CLEAR_ARRAY(settings, sellable_item_settings, components, component_count);
    follow_key(pack, AT(settings, sellable_item_settings, unit));
    size_t units = ARRAY(settings, sellable_item_settings, units, unit_count, SELLABLE_UNITS_MAX,
                         sellable_unit);
    for (uint32_t i = 0; i < count && pack->room; i++)
        follow_key(pack, AT(units + i * sizeof(struct sellable_unit), sellable_unit, key));
    size_t components = ARRAY(settings, sellable_item_settings, components, component_count,
                              SELLABLE_COMPONENTS_MAX, sellable_component);
    for (uint32_t i = 0; i < count && pack->room; i++)
        THING(components + i * sizeof(struct sellable_component), sellable_component, item);
}

static void follow_location_settings(struct pack *pack, size_t slot) {
    size_t settings = follow(pack, slot, sizeof(struct sellable_location_settings));
    if (settings == 0)
        return;
    if (!is_set(pack, AT(settings, sellable_location_settings, set), SELLABLE_LOCATION_REGION))
        CLEAR(settings, sellable_location_settings, region);
    follow_key(pack, AT(settings, sellable_location_settings, region));
}

static void follow_policy(struct pack *pack, size_t slot) {
    uint32_t count;
    size_t policy = follow(pack, slot, sizeof(struct sellable_policy));
    if (policy == 0)
        return;
    size_t set = AT(policy, sellable_policy, set);
    if (!is_set(pack, set, SELLABLE_SETTING_LOCATIONS))
        CLEAR_ARRAY(policy, sellable_policy, locations, location_count);
    if (!is_set(pack, set, SELLABLE_SETTING_UNIT))
        CLEAR(policy, sellable_policy, unit);
    follow_key(pack, AT(policy, sellable_policy, unit));
    ARRAY(policy, sellable_policy, locations, location_count, SELLABLE_LOCATIONS_MAX,
          sellable_location);
}

static void follow_ownership(struct pack *pack, size_t slot) {
    enum { OWNERS_MAX = 65535 };
    uint32_t count;
    size_t ownership = follow(pack, slot, sizeof(struct sellable_ownership));
    if (ownership == 0)
        return;
    THING(ownership, sellable_ownership, location);
    if (is_set(pack, AT(ownership, sellable_ownership, unset), UINT32_MAX))
        CLEAR_ARRAY(ownership, sellable_ownership, owners, owner_count);
    size_t owners = ARRAY(ownership, sellable_ownership, owners, owner_count, OWNERS_MAX,
                          sellable_owner);
    for (uint32_t i = 0; i < count && pack->room; i++)
        THING(owners + i * sizeof(struct sellable_owner), sellable_owner, source);
}

/* Keys of the record itself: the fields that they belong to (0: to any event), and the handle that
 * goes before them (NO_HANDLE: none does). */
#define NO_HANDLE SIZE_MAX
static const struct {
    uint32_t says;
    size_t at, handle;
} keys[] = {{SBL_SAYS_ITEM, AT(0, sellable_event, item_key), AT(0, sellable_event, item)},
            {SBL_SAYS_LOCATION, AT(0, sellable_event, location_key),
             AT(0, sellable_event, location)},
            {SBL_SAYS_UNIT, AT(0, sellable_event, unit), NO_HANDLE},
            {SBL_SAYS_CHANNEL, AT(0, sellable_event, channel_key), AT(0, sellable_event, channel)},
            {SBL_SAYS_REFERENCE, AT(0, sellable_event, reference), NO_HANDLE},
            {SBL_SAYS_TO, AT(0, sellable_event, to_key), AT(0, sellable_event, to)},
            {SBL_SAYS_HELD, AT(0, sellable_event, held), NO_HANDLE},
            {SBL_SAYS_ORDER_KEY, AT(0, sellable_event, order_key), NO_HANDLE},
            {SBL_SAYS_DECLARES, AT(0, sellable_event, declares), NO_HANDLE},
            {0, AT(0, sellable_event, source_key), AT(0, sellable_event, source)},
            {0, AT(0, sellable_event, id), NO_HANDLE},
            {0, AT(0, sellable_event, correlation), NO_HANDLE}};

static void follow_event(struct pack *pack) {
    uint32_t type;
    memcpy(&type, pack->piece + AT(0, sellable_event, type), sizeof type);
    uint32_t says = sbl_says(type);
    for (size_t i = 0; i < sizeof keys / sizeof *keys && pack->room; i++) {
        if (keys[i].says != 0 && (says & keys[i].says) == 0)
            clear(pack, keys[i].at, sizeof(struct sellable_key));
        if (keys[i].handle != NO_HANDLE)
            follow_thing(pack, keys[i].handle, keys[i].at);
        else
            follow_key(pack, keys[i].at);
    }
    if ((says & SBL_SAYS_REASON) == 0)
        CLEAR(0, sellable_event, reason);
    if (reason_most(type) == SELLABLE_KEY_MAX)
        follow_key(pack, AT(0, sellable_event, reason));
    else
        follow_bytes(pack, AT(0, sellable_event, reason), reason_most(type));
    static const struct {
        uint32_t says;
        size_t at;
        void (*follow)(struct pack *pack, size_t at);
    } lists[] = {
        {SBL_SAYS_ORDER, AT(0, sellable_event, order), follow_order},
        {SBL_SAYS_ITEM_SETTINGS, AT(0, sellable_event, item_settings), follow_item_settings},
        {SBL_SAYS_LOCATION_SETTINGS, AT(0, sellable_event, location_settings),
         follow_location_settings},
        {SBL_SAYS_POLICY, AT(0, sellable_event, policy), follow_policy},
        {SBL_SAYS_OWNERSHIP, AT(0, sellable_event, ownership), follow_ownership}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists && pack->room; i++) {
        if ((says & lists[i].says) == 0)
            clear(pack, lists[i].at, sizeof(void *));
        else
            lists[i].follow(pack, lists[i].at);
    }
    if ((says & SBL_SAYS_PARTS) == 0)
        CLEAR_ARRAY(0, sellable_event, parts, part_count);
    if (pack->room)
        follow_parts(pack, 0);
}

bool sbl_pack(struct sbl_memory *memory, struct sbl_buffer *buffer, size_t from,
              const struct sellable_event *event, size_t *bytes) {
    struct pack pack = {.memory = memory, .buffer = buffer, .from = from, .room = true};
    if (extend(&pack, sizeof *event)) {
        memcpy(pack.piece, event, sizeof *event);
        clear(&pack, AT(0, sellable_event, content), sizeof event->content);
        clear(&pack, AT(0, sellable_event, content_size), sizeof event->content_size);
        follow_event(&pack);
    }
    *bytes = pack.used;
    return pack.room;
}

const struct sellable_event *sbl_unpack(void *piece) {
    struct pack pack = {.piece = piece, .room = true};
    follow_event(&pack);
    return piece;
}
