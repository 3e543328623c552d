/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an order of one line is filled from, on a row with dated stock, fences or settings of its
 * own, or in a channel with settings of any kind: if nothing it needs comes from a fence, nothing
 * is promised beyond stock, and one location has it all, one cell's net is all that changes. Why no
 * other date than now matters is said in simple.c.
 *
 * Cache lines: those of a question about the same row (glance.c), in the middle of a promise. */
#include "direct.h"

#include "glance.h"

/* The better of two cells, by the channel's sourcing. */
struct chosen {
    uint32_t cell;
    uint64_t rank;
    int64_t seen;
};
static inline void choose(struct chosen *chosen, const struct sbl_terms *terms, uint32_t cell,
                          uint64_t rank, int64_t seen, int64_t asked) {
    bool most = terms->sourcing == SELLABLE_MOST && seen != chosen->seen;
    if (terms->sourcing == SELLABLE_SINGLE && seen < asked)
        return;
    if (chosen->cell == SBL_ROW_CELLS || (most ? seen > chosen->seen : rank < chosen->rank))
        *chosen = (struct chosen){cell, rank, seen};
}

uint32_t sbl_direct_cell(const struct sellable *engine, uint32_t channel,
                         const struct sbl_image *row, int64_t asked) {
    struct sbl_seen world, settings;
    struct chosen chosen = {SBL_ROW_CELLS, 0, 0};
    if (!sbl_row_exists(row) || !sbl_line_clean(&engine->commit.world, &world) ||
        !sbl_line_clean(sbl_channel_line(engine, channel), &settings))
        return SBL_ROW_CELLS;
    struct sbl_glance glance = {.engine = engine,
                                .world = &world.image,
                                .channel_image = &settings.image,
                                .row = row,
                                .channel = channel,
                                .has_date = true,
                                .date = sbl_now_of(&world.image)};
    if (!sbl_glance(&glance) || glance.fenced || glance.terms.paused ||
        asked > sbl_promisable(&glance.terms, true, glance.pool, 0))
        return SBL_ROW_CELLS;
    const struct sbl_ranks ranks =
        sbl_ranks_of(&engine->memory, sbl_route_of(&world.image, &settings.image));
    for (uint32_t i = 0; i < SBL_ROW_CELLS; i++)
        if (glance.seen[i] > 0)
            choose(&chosen, &glance.terms, i,
                   sbl_rank_in(&ranks, sbl_row_location(row, (int)i)) - UINT64_C(1),
                   glance.seen[i], asked);
    return asked <= chosen.seen ? chosen.cell : SBL_ROW_CELLS;
}
