/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of a view that are worked out one by one: from the row's outlook, where that has all
 * there is; else in a sight of the snapshot, as any question is. */
#include "view_walk.h"

/* ---- in a sight ---- */

/* A component of a kit. */
struct part {
    uint32_t item;
    int64_t number;
    struct sbl_image row;
};

static void sight_of(const struct sbl_view_walk *walk, const struct sbl_view_asker *asker,
                     uint32_t item, const struct sbl_image *row, struct sbl_sight *sight) {
    sbl_sight_begin_at(sight, walk->at.snapshot, walk->at.engine, &walk->world, asker->channel,
                       &asker->image, item, row);
}

/* Of a kit: the least over its components, at now + the smallest horizon of them. */
static int64_t promisable_of_parts(const struct sbl_view_walk *walk,
                                   const struct sbl_view_asker *asker,
                                   const struct sbl_own *own) {
    const struct sellable *engine = walk->at.engine;
    struct part part[SELLABLE_COMPONENTS_MAX];
    struct sbl_sight sight;
    struct sbl_total total;
    int64_t horizon = INT64_MAX, least = SELLABLE_QUANTITY_MAX;
    for (uint32_t i = 0; i < own->components; i++) {
        const struct sbl_component component = sbl_component_at(&engine->memory, own, i);
        part[i].item = component.item;
        part[i].number = component.number;
        part[i].row = sbl_image_at(&walk->at, sbl_row_line(engine, component.item));
        sight_of(walk, asker, part[i].item, &part[i].row, &sight);
        horizon = sbl_min(horizon, sight.terms.horizon);
    }
    for (uint32_t i = 0; i < own->components; i++) {
        sight_of(walk, asker, part[i].item, &part[i].row, &sight);
        sbl_sight_total(&sight, sbl_add(walk->now, horizon), &total);
        least = sbl_min(least, total.promisable / part[i].number);
    }
    return least;
}

static int64_t promisable_in_sight(const struct sbl_view_walk *walk, const struct sbl_other *other,
                                   const struct sbl_view_asker *asker, struct sbl_terms *terms) {
    struct sbl_sight sight;
    struct sbl_total total;
    sight_of(walk, asker, other->item, &other->row, &sight);
    *terms = sight.terms;
    if (sight.own.components != 0)
        return sight.terms.closed ? 0 : promisable_of_parts(walk, asker, &sight.own);
    sbl_sight_total(&sight, sbl_add(sight.now, sight.terms.horizon), &total);
    return total.promisable;
}

/* ---- from an outlook ---- */

/* A channel with a fence, kept for the next that asks for it. */
static const struct sbl_rival *rival_of(struct sbl_view_walk *walk, uint32_t channel) {
    const struct sellable *engine = walk->at.engine;
    struct sbl_rival *rival = &walk->rival[channel % SBL_VIEW_RIVALS];
    if (rival->channel != channel) {
        const struct sbl_image image =
            sbl_image_at(&walk->at, sbl_channel_line(engine, channel));
        *rival = (struct sbl_rival){
            channel, (int32_t)sbl_high(image.word[SBL_CHANNEL_FORM]),
            sellable_channel_key(engine, (struct sellable_channel){channel})};
    }
    return rival;
}

/* Is that channel's fence served before the asker's? */
static bool served_before(struct sbl_view_walk *walk, const struct sbl_other *other,
                          const struct sbl_view_asker *asker, int32_t precedence, uint32_t fenced) {
    const struct sbl_rival *rival = rival_of(walk, fenced);
    int32_t theirs = rival->precedence;
    uint32_t next = 0, channel, place;
    while (sbl_outlook_layer(&other->outlook, &next, &channel, &place)) {
        struct sbl_layer layer;
        if (channel != 0 && channel != fenced)
            continue; /* its own comes after that for all, and counts */
        sbl_layer_read(&walk->at.engine->memory, other->outlook.tail.policies, place, &layer);
        if ((layer.set & SELLABLE_SETTING_PRECEDENCE) != 0)
            theirs = (int32_t)layer.value[SBL_PRECEDENCE];
    }
    return theirs != precedence ? theirs > precedence
                                : sbl_key_compare(rival->key, asker->key) < 0;
}

/* What the channel's own fence at a cell gives. */
static int64_t own_of(struct sbl_view_walk *walk, const struct sbl_other *other,
                      const struct sbl_view_asker *asker, const struct sbl_terms *terms,
                      uint32_t cell, int64_t free) {
    const struct sbl_outlook *outlook = &other->outlook;
    int64_t fence = 0, before = 0;
    for (uint32_t i = 0; i < outlook->fences; i++)
        if (outlook->fence[i].cell == cell && outlook->fence[i].channel == asker->channel)
            fence = sbl_add(fence, outlook->fence[i].quantity);
    for (uint32_t i = 0; i < outlook->fences && fence != 0; i++)
        if (outlook->fence[i].cell == cell && outlook->fence[i].channel != asker->channel &&
            served_before(walk, other, asker, terms->precedence, outlook->fence[i].channel))
            before = sbl_add(before, outlook->fence[i].quantity);
    return sbl_own(fence, free, before);
}

static int64_t promisable_apart(struct sbl_view_walk *walk, const struct sbl_other *other,
                                const struct sbl_view_asker *asker, const struct sbl_terms *terms) {
    const struct sbl_outlook *outlook = &other->outlook;
    const int64_t date = sbl_add(walk->now, terms->horizon);
    int64_t pool = 0, uncovered = 0;
    for (uint32_t i = 0; i < SBL_ROW_CELLS; i++) {
        const struct sbl_prospect *at = &outlook->cell[i];
        if (!sbl_view_asker_has(asker, at->location))
            continue;
        int64_t free = sbl_free(sbl_outlook_low(outlook, i, walk->now, date));
        int64_t shared = sbl_shared(free, at->fenced, at->backordered);
        int64_t own = at->fenced == 0 ? 0 : own_of(walk, other, asker, terms, i, free);
        pool = sbl_pool_with(terms, pool, sbl_add(sbl_part(shared, terms->share), own));
        if (at->backordered != 0)
            uncovered = sbl_add(
                uncovered,
                sbl_uncovered(at->backordered,
                              sbl_free(sbl_outlook_low(outlook, i, walk->now, walk->now)),
                              at->fenced));
    }
    return sbl_promisable(terms, asker->ranks.first != 0, pool, sbl_room(terms, uncovered));
}

/* The layers of an item in an asker's channel, all in one: as sbl_layers, but that the channel's
 * own was read before. */
static void layers_of(const struct sbl_view_walk *walk, const struct sbl_outlook *outlook,
                      const struct sbl_view_asker *asker, struct sbl_layer *layer) {
    const struct sbl_memory *memory = &walk->at.engine->memory;
    struct sbl_layer of_all;
    uint32_t next = 0, channel, place;
    layer->set = of_all.set = 0;
    while (sbl_outlook_layer(outlook, &next, &channel, &place))
        if (channel == 0 || channel == asker->channel)
            sbl_layer_read(memory, outlook->tail.policies, place,
                           channel == 0 ? &of_all : layer);
    sbl_layer_over(layer, &of_all);
    sbl_layer_over(layer, &asker->layer);
}

/* The terms of an asker for an item. false: they name locations of their own. */
static bool terms_of(const struct sbl_view_walk *walk, const struct sbl_other *other,
                     const struct sbl_view_asker *asker, struct sbl_terms *terms) {
    const struct sbl_tail *tail = &other->outlook.tail;
    struct sbl_layer own_layer;
    const struct sbl_layer *layer = &asker->layer;
    struct sbl_unit unit;
    if (tail->policies == 0) {
        *terms = asker->terms;
    } else {
        layers_of(walk, &other->outlook, asker, &own_layer);
        layer = &own_layer;
        *terms = sbl_terms_of(layer);
    }
    if ((layer->set & SELLABLE_SETTING_UNIT) != 0) {
        const struct sbl_own own = sbl_own_of(&walk->at.engine->memory, tail->own);
        if (sbl_unit_find(&walk->at.engine->memory, &own, (uint32_t)layer->value[SBL_UNIT], &unit))
            terms->unit = unit.numerator;
    }
    return (layer->set & SELLABLE_SETTING_LOCATIONS) == 0 ||
           layer->blob == sbl_low(asker->image.word[SBL_CHANNEL_LAYER]);
}

int64_t sbl_view_apart(struct sbl_view_walk *walk, const struct sbl_other *other,
                       const struct sbl_view_asker *asker, struct sbl_terms *terms) {
    return other->read && terms_of(walk, other, asker, terms)
               ? promisable_apart(walk, other, asker, terms)
               : promisable_in_sight(walk, other, asker, terms);
}
