/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an order of one line is filled from, on a row with dated stock, fences or settings of its
 * own, or in a channel with settings of any kind: if nothing it needs comes from a fence, nothing
 * is promised beyond stock, and one location has it all, one cell's net is all that changes. Why no
 * other date than now matters is said in simple.c.
 *
 * Cache lines: those of a question about the same row (sight.h), in the middle of a promise. */
#include "direct.h"

#include "sight.h"

/* The better of two cells, by the channel's sourcing. */
struct chosen {
    uint32_t cell;
    uint64_t rank;
    int64_t seen;
};
static inline void choose(struct chosen *chosen, const struct sbl_terms *terms, uint32_t cell,
                          uint64_t rank, int64_t seen, int64_t asked) {
    bool most = terms->sourcing == SELLABLE_MOST && seen != chosen->seen;
    if (seen == 0 || (terms->sourcing == SELLABLE_SINGLE && seen < asked))
        return;
    if (chosen->cell == SBL_ROW_CELLS || (most ? seen > chosen->seen : rank < chosen->rank))
        *chosen = (struct chosen){cell, rank, seen};
}

uint32_t sbl_direct_cell(const struct sellable *engine, uint32_t channel, uint32_t item,
                         const struct sbl_image *row, int64_t asked) {
    struct sbl_seen world, settings;
    struct sbl_sight sight;
    struct sbl_facts facts;
    struct chosen chosen = {SBL_ROW_CELLS, 0, 0};
    int64_t pool = 0;
    bool bare = !sbl_row_has(row, SBL_ROW_CLAIMS | SBL_ROW_DATES);
    if (!sbl_row_exists(row) || sbl_row_has(row, SBL_ROW_GROUPS) ||
        !sbl_line_clean(&engine->commit.world, &world) ||
        !sbl_line_clean(sbl_channel_line(engine, channel), &settings))
        return SBL_ROW_CELLS;
    sbl_sight_begin(&sight, engine, &world.image, channel, &settings.image, item, row);
    if (sight.own.untracked || sight.own.components != 0 || sight.terms.paused)
        return SBL_ROW_CELLS;
    for (uint32_t i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(row, (int)i);
        uint64_t rank = location == 0 ? 0 : sbl_sight_rank(&sight, location);
        if (rank == 0)
            continue;
        int64_t seen = sbl_part(sbl_free(sbl_row_net(row, (int)i)), sight.terms.share);
        if (!bare) {
            sbl_sight_facts(&sight, location, sight.now, &facts);
            seen = facts.term.seen;
            if (facts.term.own != 0)
                return SBL_ROW_CELLS;
        }
        pool = sbl_pool_with(&sight.terms, pool, seen);
        choose(&chosen, &sight.terms, i, rank, seen, asked);
    }
    bool fits = asked <= sbl_promisable(&sight.terms, sight.first != 0, pool, 0);
    return fits && asked <= chosen.seen ? chosen.cell : SBL_ROW_CELLS;
}
