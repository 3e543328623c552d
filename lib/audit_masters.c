/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of the masters; see audit.h. */
#include "audit.h"
#include "owner.h"
#include "source.h"

/* ---- policies ---- */

static void add_locations(struct sbl_audit *audit, struct sbl_thing *thing,
                          const struct sbl_layer *layer) {
    const struct sellable *engine = audit->engine;
    uint32_t whose = thing->words;
    for (uint32_t i = 0; i < layer->count; i++) {
        uint32_t listed = sbl_layer_location(&engine->memory, layer, i);
        bool region = (listed & SBL_REGION) != 0;
        sbl_thing_again(thing, SBL_THING_LISTED, whose);
        sbl_thing_number(thing, i);
        sbl_thing_number(thing, region);
        sbl_thing_key(thing, region ? sbl_name_key(engine, listed & ~SBL_REGION)
                                    : sbl_audit_location_key(audit, listed));
        sbl_digest_add(&audit->state, thing);
    }
    thing->words = whose;
}

/* A layer, setting by setting; one of no item, or no channel, has an empty key. */
static void add_layer(struct sbl_audit *audit, struct sellable_key item,
                      struct sellable_key channel, const struct sbl_layer *layer) {
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_SETTING);
    sbl_thing_key(&thing, item);
    sbl_thing_key(&thing, channel);
    uint32_t whose = thing.words;
    for (uint32_t setting = 0; setting < SBL_SETTINGS; setting++) {
        if ((layer->set >> setting & 1) == 0)
            continue;
        sbl_thing_again(&thing, SBL_THING_SETTING, whose);
        sbl_thing_number(&thing, setting);
        if (setting == SBL_LOCATIONS)
            sbl_thing_number(&thing, layer->count);
        else if (setting == SBL_UNIT)
            sbl_thing_key(&thing, sbl_name_key(audit->engine, (uint32_t)layer->value[setting]));
        else
            sbl_thing_number(&thing, (uint64_t)layer->value[setting]);
        sbl_digest_add(&audit->state, &thing);
    }
    thing.words = whose;
    add_locations(audit, &thing, layer);
}

static void add_policies(struct sbl_audit *audit, struct sellable_key item, uint32_t policies) {
    const struct sbl_memory *memory = &audit->engine->memory;
    const uint32_t words = sbl_blob_words(memory, policies);
    for (uint32_t place = 1; place < words;) {
        struct sbl_layer layer;
        uint64_t head = 0;
        sbl_blob_copy(memory, policies, place, &head, 1);
        sbl_layer_read(memory, policies, place + 1, &layer);
        add_layer(audit, item, sbl_audit_channel_key(audit, sbl_low(head)), &layer);
        place += 1 + sbl_high(head);
    }
}

/* ---- items ---- */

/* Further units are known by their names alone; components are placed in their order. */
static void add_units(struct sbl_audit *audit, struct sellable_key item,
                      const struct sbl_own *own) {
    const struct sellable *engine = audit->engine;
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_UNIT);
    sbl_thing_key(&thing, item);
    uint32_t whose = thing.words;
    for (uint32_t i = 0; i < own->units; i++) {
        struct sbl_unit unit = sbl_unit_at(&engine->memory, own, i);
        sbl_thing_again(&thing, SBL_THING_UNIT, whose);
        sbl_thing_key(&thing, sbl_name_key(engine, unit.name));
        sbl_thing_number(&thing, (uint64_t)unit.numerator);
        sbl_thing_number(&thing, (uint64_t)unit.denominator);
        sbl_digest_add(&audit->state, &thing);
    }
    for (uint32_t i = 0; i < own->components; i++) {
        struct sbl_component component = sbl_component_at(&engine->memory, own, i);
        sbl_thing_again(&thing, SBL_THING_COMPONENT, whose);
        sbl_thing_number(&thing, i);
        sbl_thing_key(&thing, sbl_audit_item_key(audit, component.item));
        sbl_thing_number(&thing, (uint64_t)component.number);
        sbl_digest_add(&audit->state, &thing);
    }
}

void sbl_audit_item(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row) {
    const struct sellable *engine = audit->engine;
    const struct sbl_tail tail = sbl_row_tail(&engine->memory, row);
    const struct sbl_own own = sbl_own_of(&engine->memory, tail.own);
    struct sellable_key key = sbl_audit_item_key(audit, item);
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_ITEM);
    sbl_thing_key(&thing, key);
    sbl_thing_key(&thing, sbl_name_key(engine, own.unit));
    sbl_thing_number(&thing, own.untracked);
    sbl_digest_add(&audit->state, &thing);
    add_units(audit, key, &own);
    add_policies(audit, key, tail.policies);
}

/* ---- all others ---- */

static void add_location(struct sbl_audit *audit, uint32_t location) {
    struct sbl_image image =
        sbl_audit_image(audit, sbl_location_line(audit->engine, location));
    uint64_t place = image.word[SBL_LOCATION_PLACE];
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_LOCATION);
    sbl_thing_key(&thing, sbl_audit_location_key(audit, location));
    sbl_thing_key(&thing, sbl_name_key(audit->engine, sbl_high(place)));
    sbl_thing_number(&thing, place & SBL_LOCATION_INACTIVE);
    sbl_digest_add(&audit->state, &thing);
}

static void add_channel(struct sbl_audit *audit, uint32_t channel) {
    struct sbl_image image = sbl_audit_image(audit, sbl_channel_line(audit->engine, channel));
    uint32_t blob = sbl_low(image.word[SBL_CHANNEL_LAYER]);
    struct sellable_key key = sbl_audit_channel_key(audit, channel);
    struct sbl_layer layer;
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_CHANNEL);
    sbl_thing_key(&thing, key);
    sbl_digest_add(&audit->state, &thing);
    sbl_layer_read(&audit->engine->memory, blob, 0, &layer);
    if (blob != 0)
        add_layer(audit, (struct sellable_key){NULL, 0}, key, &layer);
}

/* Those that were declared; the others are known to every engine. */
static void add_holds(struct sbl_audit *audit) {
    struct sbl_image catalog = sbl_audit_image(audit, &audit->engine->catalog);
    uint32_t declared = sbl_high(catalog.word[SBL_CATALOG_HOLDS]);
    for (uint32_t i = 0; i < declared; i++) {
        struct sbl_thing thing;
        sbl_thing_begin(&thing, SBL_THING_HOLD);
        sbl_thing_key(&thing, sellable_hold_key(audit->engine, SELLABLE_BLOCKED + 1 + i));
        sbl_digest_add(&audit->state, &thing);
    }
}

static void add_source(struct sbl_audit *audit, uint32_t source) {
    struct sbl_image image = sbl_audit_image(audit, sbl_source_line(audit->engine, source));
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_SOURCE);
    sbl_thing_key(&thing, sbl_audit_source_key(audit, source));
    sbl_thing_number(&thing, image.word[SBL_SOURCE_LAG]);
    sbl_digest_add(&audit->state, &thing);
}

/* The rules of ownership, as they lie in their blob (owner.h): one that names nobody is a rule,
 * too. */
static void add_rules(struct sbl_audit *audit) {
    const struct sbl_memory *memory = &audit->engine->memory;
    uint32_t blob = sbl_owners_of(&audit->world);
    uint64_t count = 0, rule[2];
    sbl_blob_copy(memory, blob, 0, &count, 1);
    for (uint32_t i = 0; i < sbl_low(count); i++) {
        struct sbl_thing thing;
        sbl_blob_copy(memory, blob, 1 + 2 * i, rule, 2);
        uint32_t owners = sbl_low(rule[1]), from = sbl_high(rule[1]);
        sbl_thing_begin(&thing, SBL_THING_RULE);
        sbl_thing_number(&thing, sbl_high(rule[0]));
        sbl_thing_key(&thing, sbl_audit_location_key(audit, sbl_low(rule[0])));
        sbl_digest_add(&audit->state, &thing);
        uint32_t whose = thing.words;
        for (uint32_t k = 0; k < owners; k++) {
            uint64_t source = 0;
            sbl_blob_copy(memory, blob, from + k, &source, 1);
            sbl_thing_again(&thing, SBL_THING_OWNER, whose);
            sbl_thing_key(&thing, sbl_audit_source_key(audit, (uint32_t)source));
            sbl_digest_add(&audit->state, &thing);
        }
    }
}

void sbl_audit_masters(struct sbl_audit *audit) {
    for (uint32_t i = 1; i <= sbl_location_count(&audit->world); i++)
        add_location(audit, i);
    for (uint32_t i = 1; i <= sbl_channel_count(&audit->world); i++)
        add_channel(audit, i);
    for (uint32_t i = 1; i <= sbl_source_count(&audit->world); i++)
        add_source(audit, i);
    add_rules(audit);
    add_holds(audit);
}
