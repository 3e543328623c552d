/* SPDX-License-Identifier: Apache-2.0
 *
 * See route.h. */
#include "route.h"

static uint32_t rank_in(const uint64_t *route, uint32_t location) {
    if (location == 0 || location > sbl_low(route[0]))
        return 0;
    return (uint32_t)(route[1 + (location - 1) / 4] >> (16 * ((location - 1) % 4))) & 0xffff;
}

static struct sellable_key key_of(const struct sellable *engine, uint32_t location) {
    return sellable_location_key(engine, (struct sellable_location){location});
}

uint64_t *sbl_route_with(const struct sellable *engine, struct sbl_worker *worker,
                         const struct sbl_image *world, uint32_t location, bool in,
                         struct sellable_key key) {
    uint32_t old = sbl_low(world->word[SBL_WORLD_ROUTE]), first = 0;
    uint64_t head = 0;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    sbl_blob_copy(&engine->memory, old, 0, &head, 1);
    uint32_t count = sbl_location_count(world), most = count > location ? count : location;
    uint32_t highest = sbl_low(head) > location ? sbl_low(head) : location;
    if (highest > most)
        highest = most; /* torn: the attempt will be aborted */
    uint32_t words = sbl_route_words(highest);
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return NULL;
    uint64_t *route = scratch->bytes;
    memset(route, 0, words * sizeof *route);
    sbl_blob_copy(&engine->memory, old, 0, route, words);
    route[0] = highest;
    uint32_t was = rank_in(route, location), rank = 1;
    sbl_route_set(route, location, 0);
    for (uint32_t other = 1; other <= highest; other++) {
        uint32_t other_rank = rank_in(route, other);
        if (other_rank == 0)
            continue;
        if (was != 0 && other_rank > was)
            other_rank--;
        if (in && sbl_key_compare(key_of(engine, other), key) < 0)
            rank++;
        else if (in)
            other_rank++;
        sbl_route_set(route, other, other_rank);
        first = other_rank == 1 ? other : first;
    }
    if (in)
        sbl_route_set(route, location, rank);
    route[0] = sbl_pair(in && rank == 1 ? location : first, highest);
    return route;
}

bool sbl_places_read(struct sbl_places *places, const struct sbl_image *world, uint64_t *all,
                     uint32_t location, uint32_t region) {
    const struct sellable *engine = places->engine;
    struct sbl_buffer *scratch = &places->worker->scratch[SBL_SCRATCH_SETTINGS];
    uint32_t blob = sbl_low(world->word[SBL_WORLD_ROUTE]);
    places->count = sbl_location_count(world);
    if (location > places->count)
        places->count = location;
    size_t words = sbl_route_words(places->count) + (size_t)places->count + 2;
    if (!sbl_buffer_reserve(places->worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return false;
    uint64_t *copy = scratch->bytes;
    uint32_t route_words = sbl_route_words(places->count);
    memset(copy, 0, words * sizeof *copy);
    if (all != NULL)
        memcpy(copy, all, sbl_route_words(sbl_low(all[0])) * sizeof *copy);
    else
        sbl_blob_copy(&engine->memory, blob, 0, copy, route_words);
    if (sbl_low(copy[0]) > places->count)
        copy[0] = 0; /* torn */
    places->all = copy;
    places->region = (uint32_t *)(copy + route_words);
    places->at = places->region + places->count + 1;
    places->active = 0;
    for (uint32_t i = 1; i <= places->count; i++) {
        struct sbl_seen seen = {0};
        const struct sbl_line *line = sbl_location_line(engine, i);
        if (line != NULL)
            sbl_line_read(&engine->commit, line, &seen);
        places->region[i] =
            i == location ? region : sbl_high(seen.image.word[SBL_LOCATION_PLACE]);
        uint32_t rank = rank_in(copy, i);
        if (rank == 0 || rank > places->count)
            continue;
        places->at[rank] = i;
        places->active = rank > places->active ? rank : places->active;
    }
    return true;
}

uint64_t sbl_places_mask(const struct sbl_places *places) {
    uint64_t mask = UINT64_MAX;
    for (uint32_t i = 1; i <= places->count && i <= 64; i++)
        if (rank_in(places->all, i) == 0)
            mask &= ~(UINT64_C(1) << (i - 1));
    return mask;
}

/* A route being written. */
struct draft {
    uint64_t *route;
    uint32_t rank, first;
    uint64_t mask;
};

static void append(struct draft *draft, uint32_t location) {
    if (location == 0 || location > sbl_low(draft->route[0]) ||
        rank_in(draft->route, location) != 0)
        return;
    sbl_route_set(draft->route, location, ++draft->rank);
    draft->first = draft->first == 0 ? location : draft->first;
    if (location <= 64)
        draft->mask |= UINT64_C(1) << (location - 1);
}

bool sbl_route_of_list(const struct sbl_places *places, const struct sbl_layer *layer,
                       const struct sellable_location *list, uint32_t *blob, uint64_t *mask) {
    struct sbl_buffer *scratch = &places->worker->scratch[SBL_SCRATCH_NUMBERS];
    uint32_t words = sbl_route_words(places->count);
    if (!sbl_buffer_reserve(places->worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return false;
    struct draft draft = {scratch->bytes, 0, 0, 0};
    memset(draft.route, 0, words * sizeof *draft.route);
    draft.route[0] = places->count;
    for (uint32_t i = 0; i < layer->count; i++) {
        uint32_t entry = list != NULL
                             ? list[i].id
                             : sbl_layer_location(&places->engine->memory, layer, i);
        if ((entry & SBL_REGION) == 0 && rank_in(places->all, entry) != 0)
            append(&draft, entry);
        for (uint32_t rank = 1; (entry & SBL_REGION) != 0 && rank <= places->active; rank++)
            if (places->region[places->at[rank]] == (entry & ~SBL_REGION))
                append(&draft, places->at[rank]);
    }
    draft.route[0] = sbl_pair(draft.first, places->count);
    *mask = draft.mask;
    *blob = sbl_transaction_blob(places->worker, draft.route, words);
    return *blob != 0;
}
