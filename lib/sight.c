/* SPDX-License-Identifier: Apache-2.0
 *
 * See sight.h. */
#include "sight.h"

/* ---- settings ---- */

void sbl_layers(const struct sellable *engine, uint32_t policies, uint32_t channel,
                const struct sbl_image *channel_image, struct sbl_layer *layer) {
    struct sbl_layer lower;
    uint32_t place;
    *layer = (struct sbl_layer){.set = 0};
    if (policies != 0) {
        if (sbl_layer_find(&engine->memory, policies, channel, &lower, &place))
            sbl_layer_over(layer, &lower);
        if (sbl_layer_find(&engine->memory, policies, 0, &lower, &place))
            sbl_layer_over(layer, &lower);
    }
    uint32_t blob = sbl_low(channel_image->word[SBL_CHANNEL_LAYER]);
    if (blob != 0) {
        sbl_layer_read(&engine->memory, blob, 0, &lower);
        sbl_layer_over(layer, &lower);
    }
}

/* A word of a channel's or location's line; NULL: one that never was. */
static uint64_t word_of(const struct sbl_sight *sight, const struct sbl_line *line, int word) {
    struct sbl_seen seen;
    if (line == NULL)
        return 0;
    if (sight->snapshot != 0)
        sbl_snapshot_read(&sight->engine->commit, sight->snapshot, line, &seen.image);
    else
        sbl_line_read(&sight->engine->commit, line, &seen);
    return seen.image.word[word];
}

static uint32_t region_of(const struct sbl_sight *sight, uint32_t location) {
    return sbl_high(
        word_of(sight, sbl_location_line(sight->engine, location), SBL_LOCATION_PLACE));
}

/* The rank among all active locations; 0: inactive. */
static uint32_t rank_of_all(const struct sbl_sight *sight, uint32_t location) {
    return sbl_rank_in(&sight->ranks, location);
}

/* The first in key order of a region's active locations; 0: there is none. */
static uint32_t first_of_region(const struct sbl_sight *sight, uint32_t region) {
    uint32_t best = 0, best_rank = UINT32_MAX;
    for (uint32_t location = 1; location <= sight->ranks.highest; location++) {
        uint32_t rank = rank_of_all(sight, location);
        if (rank != 0 && rank < best_rank && region_of(sight, location) == region) {
            best = location;
            best_rank = rank;
        }
    }
    return best;
}

static uint32_t listed_at(const struct sbl_sight *sight, uint32_t i) {
    return sbl_layer_location(&sight->engine->memory, &sight->layer, i);
}

/* Where a list has a location: its place in the list, then in key order; 0: nowhere. */
static uint64_t rank_in_list(const struct sbl_sight *sight, uint32_t location) {
    uint32_t among_all = rank_of_all(sight, location), region = 0;
    if (among_all == 0)
        return 0;
    for (uint32_t i = 0; i < sight->layer.count && i < SELLABLE_LOCATIONS_MAX; i++) {
        uint32_t entry = listed_at(sight, i);
        if (entry == location)
            return sbl_pair(i + 1, 0);
        if ((entry & SBL_REGION) != 0 && region == 0)
            region = region_of(sight, location) | SBL_REGION;
        if ((entry & SBL_REGION) != 0 && entry == region)
            return sbl_pair(i + 1, among_all);
    }
    return 0;
}

static uint32_t first_in_list(const struct sbl_sight *sight) {
    for (uint32_t i = 0; i < sight->layer.count && i < SELLABLE_LOCATIONS_MAX; i++) {
        uint32_t entry = listed_at(sight, i);
        uint32_t first = (entry & SBL_REGION) != 0 ? first_of_region(sight, entry & ~SBL_REGION)
                         : rank_of_all(sight, entry) != 0 ? entry
                                                          : 0;
        if (first != 0)
            return first;
    }
    return 0;
}

uint64_t sbl_sight_rank(const struct sbl_sight *sight, uint32_t location) {
    return SBL_UNLIKELY(sight->listed) ? rank_in_list(sight, location)
                                       : sbl_rank_in(&sight->ranks, location);
}

void sbl_sight_begin_at(struct sbl_sight *sight, uint32_t snapshot, const struct sellable *engine,
                        const struct sbl_image *world, uint32_t channel,
                        const struct sbl_image *channel_image, uint32_t item,
                        const struct sbl_image *row) {
    const struct sbl_memory *memory = &engine->memory;
    struct sbl_unit unit;
    sight->engine = engine;
    sight->snapshot = snapshot;
    sight->world = world;
    sight->row = row;
    sight->item = item;
    sight->channel = channel;
    sight->now = sbl_now_of(world);
    sight->tail = sbl_row_tail(memory, row);
    sight->own = sbl_own_of(memory, sight->tail.own);
    sbl_layers(engine, sight->tail.policies, channel, channel_image, &sight->layer);
    sight->terms = sbl_terms_of(&sight->layer);
    if ((sight->layer.set & SELLABLE_SETTING_UNIT) != 0 && sight->own.components == 0 &&
        sbl_unit_find(memory, &sight->own, (uint32_t)sight->layer.value[SBL_UNIT], &unit))
        sight->terms.unit = unit.numerator;
    sight->listed = (sight->layer.set & SELLABLE_SETTING_LOCATIONS) != 0 &&
                    sight->layer.blob != sbl_low(channel_image->word[SBL_CHANNEL_LAYER]);
    uint32_t all = sbl_low(world->word[SBL_WORLD_ROUTE]);
    sight->ranks = sbl_ranks_of(memory, sight->listed ? all : sbl_route_of(world, channel_image));
    sight->first = sight->listed ? first_in_list(sight) : sight->ranks.first;
    sight->credit = NULL;
    sight->credits = 0;
    sight->credit_channel = 0;
}

void sbl_sight_begin(struct sbl_sight *sight, const struct sellable *engine,
                     const struct sbl_image *world, uint32_t channel,
                     const struct sbl_image *channel_image, uint32_t item,
                     const struct sbl_image *row) {
    sbl_sight_begin_at(sight, 0, engine, world, channel, channel_image, item, row);
}

/* ---- a cell ---- */

static int32_t precedence_of(const struct sbl_sight *sight, uint32_t channel) {
    struct sbl_layer layer;
    uint32_t place;
    for (int all = 0; all < 2 && sight->tail.policies != 0; all++)
        if (sbl_layer_find(&sight->engine->memory, sight->tail.policies, all ? 0 : channel, &layer,
                           &place) &&
            (layer.set & SELLABLE_SETTING_PRECEDENCE) != 0)
            return (int32_t)layer.value[SBL_PRECEDENCE];
    return (int32_t)sbl_high(
        word_of(sight, sbl_channel_line(sight->engine, channel), SBL_CHANNEL_FORM));
}

/* Is another channel's fence served before this channel's? */
static bool served_before(const struct sbl_sight *sight, uint32_t other) {
    int32_t precedence = precedence_of(sight, other);
    if (precedence != sight->terms.precedence)
        return precedence > sight->terms.precedence;
    struct sellable_key a = sellable_channel_key(sight->engine, (struct sellable_channel){other});
    struct sellable_key b =
        sellable_channel_key(sight->engine, (struct sellable_channel){sight->channel});
    return a.bytes != NULL && b.bytes != NULL && sbl_key_compare(a, b) < 0;
}

/* What is claimed of a cell. */
struct claims {
    int64_t backordered;
    int64_t fenced;
    int64_t fence;  /* of the channel */
    int64_t before; /* of those that are served before */
};

static void add_fence(const struct sbl_sight *sight, struct claims *claims, uint32_t channel,
                      int64_t quantity) {
    if (quantity <= 0)
        return;
    claims->fenced = sbl_add(claims->fenced, quantity);
    if (channel == sight->channel)
        claims->fence = sbl_add(claims->fence, quantity);
    else if (served_before(sight, channel))
        claims->before = sbl_add(claims->before, quantity);
}

static void read_claims(const struct sbl_sight *sight, uint32_t location,
                        const struct sbl_credit *credit, struct claims *claims) {
    struct sbl_figures figures;
    struct sbl_figure figure;
    int64_t left = 0; /* of the credit's fence */
    *claims = (struct claims){0};
    if (!sbl_row_has(sight->row, SBL_ROW_CLAIMS))
        return;
    sbl_figures_begin(&figures, &sight->engine->memory, sight->row, location);
    while (sbl_figures_next(&figures, &figure)) {
        if (figure.kind == SBL_BACKORDERED)
            claims->backordered = figure.value;
        if (figure.kind == SBL_FENCE)
            add_fence(sight, claims, figure.detail, figure.value);
        if (credit == NULL || figure.detail != sight->credit_channel)
            continue;
        if (figure.kind == SBL_FENCE)
            left = figure.value;
        if (figure.kind == SBL_UNTIL) /* in force: what was drawn goes back */
            add_fence(sight, claims, figure.detail,
                      sbl_min(credit->drawn, SELLABLE_QUANTITY_MAX - left));
    }
}

static const struct sbl_credit *credit_at(const struct sbl_sight *sight, uint32_t location) {
    for (uint32_t i = 0; i < sight->credits; i++)
        if (sight->credit[i].item == sight->item && sight->credit[i].location == location)
            return &sight->credit[i];
    return NULL;
}

/* P and low, at the date and now. */
static void project(const struct sbl_sight *sight, uint32_t location, int64_t net,
                    const struct sbl_credit *credit, struct sbl_projection *at,
                    struct sbl_projection *now, int64_t date) {
    struct sbl_dates dates;
    struct sbl_dated dated;
    sbl_projection_begin(at, sight->now, date, net);
    sbl_projection_begin(now, sight->now, sight->now, net);
    if (!sbl_row_has(sight->row, SBL_ROW_DATES))
        return;
    sbl_dates_begin(&dates, &sight->engine->memory, sight->tail.dates, location);
    while (sbl_dates_next(&dates, &dated)) {
        bool promised = dated.kind == SBL_PROMISED;
        if (promised && credit != NULL && credit->due == dated.due)
            dated.quantity = sbl_subtract(dated.quantity, credit->dated);
        sbl_projection_add(at, dated.due, dated.quantity, promised);
        sbl_projection_add(now, dated.due, dated.quantity, promised);
    }
    sbl_projection_end(at);
    sbl_projection_end(now);
}

static int64_t net_at(const struct sbl_sight *sight, uint32_t location) {
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        if (sbl_row_location(sight->row, i) == location)
            return sbl_row_net(sight->row, i);
    if (!sbl_row_has(sight->row, SBL_ROW_GROUPS))
        return 0;
    struct sbl_figures figures;
    sbl_figures_begin(&figures, &sight->engine->memory, sight->row, location);
    return figures.net;
}

void sbl_sight_facts(const struct sbl_sight *sight, uint32_t location, int64_t date,
                     struct sbl_facts *facts) {
    const struct sbl_credit *credit = credit_at(sight, location);
    struct sbl_projection at, now;
    struct claims claims;
    struct sellable_term *term = &facts->term;
    int64_t net = net_at(sight, location);
    read_claims(sight, location, credit, &claims);
    if (credit != NULL) {
        net = sbl_add(net, credit->firm);
        claims.backordered = sbl_subtract(claims.backordered, credit->waiting);
    }
    project(sight, location, net, credit, &at, &now, date);
    *term = (struct sellable_term){
        .location = {location},
        .net = net,
        .supply = at.supply,
        .demand = at.demand,
        .promised = at.promised,
        .projected = at.projected,
        .low = at.low,
        .free = sbl_free(at.low),
        .fenced = claims.fenced,
        .backordered = claims.backordered,
        .fence = claims.fence,
    };
    term->shared = sbl_shared(term->free, claims.fenced, claims.backordered);
    term->own = sbl_own(claims.fence, term->free, claims.before);
    term->seen = sbl_add(sbl_part(term->shared, sight->terms.share), term->own);
    term->waiting = sbl_uncovered(claims.backordered, sbl_free(now.low), claims.fenced);
    facts->now_low = now.low;
    facts->end = now.sum;
    facts->before = claims.before;
}

/* ---- all cells ---- */

void sbl_sight_total(const struct sbl_sight *sight, int64_t date, struct sbl_total *total) {
    int64_t uncovered = 0;
    struct sbl_walk walk;
    struct sbl_facts facts;
    uint32_t location;
    uint64_t rank;
    *total = (struct sbl_total){0, 0, 0};
    if (sight->own.untracked) {
        bool open = !sight->terms.closed && sight->first != 0;
        total->promisable = total->pool = open ? SELLABLE_QUANTITY_MAX : 0;
        return;
    }
    sbl_walk_begin(&walk, &sight->engine->memory, sight->row);
    while (sbl_sight_next(sight, &walk, &location, &rank)) {
        sbl_sight_facts(sight, location, date, &facts);
        total->pool = sbl_pool_with(&sight->terms, total->pool, facts.term.seen);
        uncovered = sbl_add(uncovered, facts.term.waiting);
    }
    total->room = sbl_room(&sight->terms, uncovered);
    total->promisable =
        sbl_promisable(&sight->terms, sight->first != 0, total->pool, total->room);
}
