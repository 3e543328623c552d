/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask.h. */
#include "ask.h"

#include "hand.h"

/* Find the order; false: there is none. */
static bool find_order(struct sbl_ask *ask, struct sellable_key from) {
    const struct sellable *engine = ask->engine;
    struct sbl_key key;
    uint64_t meta = 0, date = 0;
    if (!sbl_key_make(&key, from, engine->seed))
        return false;
    sbl_index_find(&engine->orders, &key, &ask->found);
    ask->ordered = true; /* that there is none is of this instant, too */
    if (ask->found.reference == 0)
        return false;
    sbl_blob_copy(&engine->memory, ask->found.reference, SBL_ENTRY_SIZE, &meta, 1);
    uint32_t fixed = SBL_ENTRY_KEY + key.words;
    sbl_blob_copy(&engine->memory, ask->found.reference, fixed + SBL_ORDER_DATE, &date, 1);
    ask->order_from = fixed + SBL_ORDER_PLACEMENTS;
    ask->order_flags = sbl_order_flags(meta);
    ask->order_count = sbl_order_is_open(meta) ? sbl_order_count(meta) : 0;
    ask->order_channel = sbl_order_channel(meta);
    ask->order_date = (int64_t)date;
    return true;
}

/* What the order has of an item at a location. false: nothing. */
static bool credit_of(const struct sbl_ask *ask, uint32_t item, uint32_t location,
                      struct sbl_credit *credit) {
    struct sbl_placement placement;
    for (uint32_t i = 0; i < ask->order_count; i++) {
        if (!sbl_placement_at(&ask->engine->memory, ask->found.reference, ask->order_from,
                              ask->order_flags, i, &placement))
            return false;
        if (placement.item == item && placement.location == location) {
            const struct sbl_order order = {.flags = ask->order_flags, .date = ask->order_date};
            *credit = sbl_credit_of(&order, &placement);
            return true;
        }
    }
    return false;
}

void sbl_ask_sight(const struct sbl_ask *ask, uint32_t item, const struct sbl_image *row,
                   struct sbl_sight *sight) {
    sbl_sight_begin(sight, ask->engine, &ask->world.image, ask->channel, &ask->settings.image,
                    item, row);
}

void sbl_ask_facts(const struct sbl_ask *ask, struct sbl_sight *sight, uint32_t location,
                   struct sbl_facts *facts) {
    struct sbl_credit credit;
    if (ask->order_count != 0 && credit_of(ask, sight->item, location, &credit)) {
        sight->credit = &credit;
        sight->credits = 1;
        sight->credit_channel = ask->order_channel;
    }
    sbl_sight_facts(sight, location, ask->date, facts);
    sight->credit = NULL;
    sight->credits = 0;
}

void sbl_ask_total(const struct sbl_ask *ask, struct sbl_sight *sight, struct sbl_total *total) {
    struct sbl_walk walk;
    struct sbl_facts facts;
    uint32_t location;
    uint64_t rank;
    int64_t uncovered = 0;
    if (ask->order_count == 0 || sight->own.untracked) {
        sbl_sight_total(sight, ask->date, total);
        return;
    }
    *total = (struct sbl_total){0, 0, 0};
    sbl_walk_begin(&walk, &ask->engine->memory, sight->row);
    while (sbl_sight_next(sight, &walk, &location, &rank)) {
        sbl_ask_facts(ask, sight, location, &facts);
        total->pool = sbl_pool_with(&sight->terms, total->pool, facts.term.seen);
        uncovered = sbl_add(uncovered, facts.term.waiting);
    }
    total->room = sbl_room(&sight->terms, uncovered);
    total->promisable =
        sbl_promisable(&sight->terms, sight->first != 0, total->pool, total->room);
}

/* The components of a kit, and the smallest of their horizons. false: one of them is not there,
 * which a kit that is as it was read never shows. */
static bool read_parts(struct sbl_ask *ask, int64_t *horizon) {
    const struct sellable *engine = ask->engine;
    const struct sbl_own *own = &ask->sight.own;
    *horizon = INT64_MAX;
    ask->parts = 0;
    for (uint32_t i = 0; i < own->components && i < SELLABLE_COMPONENTS_MAX; i++) {
        struct sbl_sight sight;
        struct sbl_component component = sbl_component_at(&engine->memory, own, i);
        const struct sbl_line *row = sbl_row_line(engine, component.item);
        if (row == NULL)
            return false;
        sbl_line_read(&engine->commit, row, &ask->part[i]);
        ask->parts++;
        sbl_ask_sight(ask, component.item, &ask->part[i].image, &sight);
        *horizon = sbl_min(*horizon, sight.terms.horizon);
    }
    return true;
}

enum sellable_status sbl_ask_begin(struct sbl_ask *ask, const struct sellable *engine,
                                   uint32_t item, uint32_t channel,
                                   const struct sellable_question *question) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    static const struct sbl_seen nothing;
    bool known = true;
    ask->engine = engine;
    ask->item = item;
    ask->channel = channel;
    ask->parts = ask->order_count = 0;
    ask->ordered = false;
    ask->settings = ask->row = nothing;
    ask->sight.terms = (struct sbl_terms){0};
    sbl_line_read(commit, &commit->world, &ask->world);
    if (sbl_is_given(question->order))
        known = find_order(ask, question->order);
    if (line != NULL)
        sbl_line_read(commit, line, &ask->settings);
    if (row != NULL)
        sbl_line_read(commit, row, &ask->row);
    if (question->has_date > 1 || (question->has_date != 0 && !sbl_is_time(question->date)))
        return SELLABLE_INVALID;
    if (!sbl_row_exists(&ask->row.image))
        return SELLABLE_UNKNOWN_ITEM;
    if (!sbl_channel_exists(&ask->settings.image))
        return SELLABLE_UNKNOWN_CHANNEL;
    if (!known)
        return SELLABLE_UNKNOWN_ORDER;
    sbl_ask_sight(ask, item, &ask->row.image, &ask->sight);
    int64_t horizon = ask->sight.terms.horizon, now = ask->sight.now;
    if (ask->sight.own.components != 0)
        read_parts(ask, &horizon);
    ask->date = ask->latest = sbl_add(now, horizon);
    if (question->has_date == 0)
        return SELLABLE_OK;
    if (question->date < now || question->date > ask->latest)
        return SELLABLE_INVALID;
    ask->date = question->date;
    return SELLABLE_OK;
}

int64_t sbl_ask_promisable(struct sbl_ask *ask, uint32_t *component) {
    struct sbl_total total;
    int64_t least = SELLABLE_QUANTITY_MAX;
    if (ask->sight.own.components == 0) {
        sbl_ask_total(ask, &ask->sight, &total);
        return total.promisable;
    }
    for (uint32_t i = 0; i < ask->parts; i++) {
        struct sbl_sight sight;
        struct sbl_component part =
            sbl_component_at(&ask->engine->memory, &ask->sight.own, i);
        sbl_ask_sight(ask, part.item, &ask->part[i].image, &sight);
        sbl_ask_total(ask, &sight, &total);
        int64_t kits = total.promisable / part.number;
        if (component != NULL && (i == 0 || kits < least))
            *component = part.item;
        least = sbl_min(least, kits);
    }
    return ask->sight.terms.closed ? 0 : least;
}

bool sbl_ask_still(const struct sbl_ask *ask) {
    const struct sbl_commit *commit = &ask->engine->commit;
    const struct sbl_line *row = sbl_row_line(ask->engine, ask->item);
    for (uint32_t i = 0; i < ask->parts; i++) {
        uint32_t item = sbl_component_at(&ask->engine->memory, &ask->sight.own, i).item;
        const struct sbl_line *part = sbl_row_line(ask->engine, item);
        if (part == NULL || !sbl_line_still(commit, part, &ask->part[i]))
            return false;
    }
    if (ask->ordered && !sbl_line_still(commit, ask->found.line, &ask->found.seen))
        return false;
    return (row == NULL || sbl_line_still(commit, row, &ask->row)) &&
           sbl_line_still(commit, &commit->world, &ask->world);
}
