/* SPDX-License-Identifier: Apache-2.0
 *
 * From where an order is filled, once it is known what and for when; see plan.h. */
#include "plan.h"

const struct sbl_located *sbl_located_next(const struct sbl_plan *plan,
                                           const struct sbl_need *need, uint32_t turn) {
    const struct sbl_located *next = NULL;
    for (uint32_t i = need->located; i != 0; i = sbl_located_at(plan, i)->next) {
        const struct sbl_located *located = sbl_located_at(plan, i);
        if (located->asked != 0 && located->turn > turn &&
            (next == NULL || located->turn < next->turn))
            next = located;
    }
    return next;
}

/* The channel's locations with what is seen at the date. NULL: no memory. */
static struct sbl_source *sources_of(struct sbl_plan *plan, const struct sbl_need *need,
                                     uint32_t *count) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_SOURCES];
    const struct sbl_sight *sight = &need->sight;
    struct sbl_walk walk;
    uint32_t location, named = need->located;
    uint64_t rank;
    bool first = false, more = true;
    *count = 0;
    sbl_walk_begin(&walk, &plan->engine->memory, sight->row);
    while (more) {
        struct sbl_facts facts;
        if (sight->own.untracked || !sbl_sight_next(sight, &walk, &location, &rank)) {
            /* Beyond the cells: the first location, and those that lines name. */
            location = named != 0 ? sbl_located_at(plan, named)->location : sight->first;
            more = named != 0;
            named = named != 0 ? sbl_located_at(plan, named)->next : 0;
            rank = location == 0 ? 0 : sbl_sight_rank(sight, location);
            bool known = rank == 0 || (location == sight->first && first);
            for (uint32_t i = 0; i < *count && !known; i++)
                known = ((struct sbl_source *)scratch->bytes)[i].location == location;
            if (known)
                continue;
        }
        first |= location == sight->first;
        if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                                (*count + 1) * sizeof(struct sbl_source)))
            return NULL;
        struct sbl_source *source = (struct sbl_source *)scratch->bytes + (*count)++;
        *source = (struct sbl_source){.rank = rank, .location = location};
        if (sight->own.untracked) {
            source->seen = 2 * SELLABLE_QUANTITY_MAX;
            continue;
        }
        sbl_sight_facts(sight, location, plan->date, &facts);
        source->seen = facts.term.seen;
        source->own = facts.term.own;
    }
    return sbl_buffer_reserve(&plan->engine->memory, scratch, sizeof(struct sbl_source))
               ? scratch->bytes
               : NULL;
}

/* The locations that lines name, in their order, and what is asked there. NULL: no memory. */
static uint32_t *named_of(struct sbl_plan *plan, const struct sbl_need *need,
                          struct sbl_source *source, uint32_t count, uint32_t *named) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_TIMES];
    const struct sbl_located *located = NULL;
    *named = 0;
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch, sizeof(uint32_t)))
        return NULL;
    while ((located = sbl_located_next(plan, need, located == NULL ? 0 : located->turn)) != NULL) {
        if (!sbl_buffer_reserve(&plan->engine->memory, scratch, (*named + 1) * sizeof(uint32_t)))
            return NULL;
        ((uint32_t *)scratch->bytes)[(*named)++] = located->location;
        for (uint32_t i = 0; i < count; i++)
            if (source[i].location == located->location)
                source[i].asked = located->asked;
    }
    return scratch->bytes;
}

bool sbl_plan_place(struct sbl_plan *plan, struct sbl_need *need) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_PLACED];
    uint32_t count, named;
    struct sbl_source *source = sources_of(plan, need, &count);
    const uint32_t *order = source == NULL ? NULL : named_of(plan, need, source, count, &named);
    if (order == NULL ||
        !sbl_buffer_reserve(&plan->engine->memory, scratch,
                            ((size_t)plan->placed + count + 1) * sizeof(struct sbl_placement)))
        return false;
    plan->placement = scratch->bytes;
    sbl_place(&need->sight.terms, source, count, order, named, need->sight.first, need->asked);
    need->placed = plan->placed;
    for (uint32_t i = 0; i < count && source[i].turn != 0; i++)
        plan->placement[plan->placed++] =
            (struct sbl_placement){.item = need->item,
                                   .location = source[i].location,
                                   .quantity = source[i].taken,
                                   .fenced = source[i].fenced,
                                   .beyond = source[i].beyond,
                                   .since = sbl_header_tag(need->seen.header)};
    need->placements = plan->placed - need->placed;
    return true;
}
