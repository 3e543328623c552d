/* SPDX-License-Identifier: Apache-2.0
 *
 * See columns.h. Loops here are such that a compiler makes them steps of several rows at a time:
 * one kind of number at a time, no branch within, nothing that could be the same memory. */
#include "columns.h"

enum { FAR = 1 << 30 };

/* All of it is compiled twice where a processor may have wider steps: for any, and for those. */
#define EACH_WAY static inline __attribute__((always_inline))

struct sbl_narrow sbl_narrow_of(const struct sbl_terms *terms, bool anywhere) {
    const int64_t more = sbl_subtract(sbl_room(terms, 0), terms->buffer);
    const bool none = terms->closed || !anywhere;
    return (struct sbl_narrow){
        .more = none ? -FAR : (int32_t)sbl_max(-FAR, sbl_min(more, FAR)),
        .minimum = (int32_t)sbl_min(terms->minimum, INT32_MAX),
        .cap = (int32_t)sbl_min(terms->cap, INT32_MAX),
        .low = (int32_t)sbl_min(terms->low, INT32_MAX),
        .share = (double)terms->share / SELLABLE_SHARE_ALL,
        .single = terms->sourcing == SELLABLE_SINGLE,
        .all = terms->share == SELLABLE_SHARE_ALL,
        .plain = terms->minimum == 0 && terms->cap >= INT32_MAX,
        .wide = !none && more > FAR,
    };
}

/* ---- pools ---- */

EACH_WAY int32_t part_of(int32_t shared, double share) {
    return (int32_t)((double)shared * share + 0.5 / SELLABLE_SHARE_ALL);
}

/* One more column. */
EACH_WAY void see(const int32_t *restrict shared, uint32_t rows, double share, bool all,
                       bool single, int32_t *restrict pool) {
    for (uint32_t r = 0; r < rows; r++) {
        int32_t seen = all ? shared[r] : part_of(shared[r], share);
        pool[r] = !single ? pool[r] + seen : seen > pool[r] ? seen : pool[r];
    }
}

EACH_WAY void pools_of(const struct sbl_columns *columns, uint32_t chosen,
                            const struct sbl_narrow *narrow, int32_t *pool) {
    const uint32_t rows = columns->rows;
    memset(pool, 0, rows * sizeof *pool);
    for (uint32_t left = chosen; left != 0; left &= left - 1) {
        const int32_t *shared = columns->shared[__builtin_ctz(left)];
        if (narrow->single)
            see(shared, rows, narrow->share, false, true, pool);
        else if (narrow->all)
            see(shared, rows, narrow->share, true, false, pool);
        else
            see(shared, rows, narrow->share, false, false, pool);
    }
}

/* ---- figures ---- */

EACH_WAY void promise(int32_t *figure, uint32_t rows, int32_t more) {
    for (uint32_t r = 0; r < rows; r++) {
        int32_t sum = figure[r] + more;
        figure[r] = sum > 0 ? sum : 0;
    }
}

EACH_WAY void publish(int32_t *figure, uint32_t rows, int32_t minimum, int32_t cap) {
    for (uint32_t r = 0; r < rows; r++) {
        int32_t most = figure[r] < cap ? figure[r] : cap;
        figure[r] = figure[r] < minimum ? 0 : most;
    }
}

/* No figure is below 0. */
EACH_WAY void put_figures(const int32_t *restrict figure, uint32_t rows,
                               int64_t *restrict out) {
    for (uint32_t r = 0; r < rows; r++)
        out[r] = (int64_t)(uint32_t)figure[r];
}

EACH_WAY void put_levels(const int32_t *restrict figure, uint32_t rows, int32_t low,
                              uint8_t *restrict out) {
    static_assert(SELLABLE_LEVEL_NONE == 0 && SELLABLE_LEVEL_LOW == 1 && SELLABLE_LEVEL_OK == 2,
                  "a level counts the bounds that a figure is above of");
    for (uint32_t r = 0; r < rows; r++)
        out[r] = (uint8_t)((figure[r] > 0) + (figure[r] > low));
}

/* A channel whose figures may be large. */
EACH_WAY void put_wide(const int32_t *pool, uint32_t rows, const struct sbl_terms *terms,
                     int64_t *promisable, int64_t *published, uint8_t *level) {
    const int64_t room = sbl_room(terms, 0);
    for (uint32_t r = 0; r < rows; r++) {
        int64_t figure = sbl_promisable(terms, true, pool[r], room);
        int64_t told = sbl_published(terms, figure);
        if (promisable != NULL)
            promisable[r] = figure;
        if (published != NULL)
            published[r] = told;
        if (level != NULL)
            level[r] = (uint8_t)sbl_level(terms, told);
    }
}

EACH_WAY void figures(const struct sbl_columns *columns, uint32_t chosen,
                      const struct sbl_terms *terms, const struct sbl_narrow *narrow,
                         int64_t *promisable, int64_t *published, uint8_t *level) {
    int32_t figure[SBL_COLUMN_ROWS] SBL_ALIGNED(64);
    const uint32_t rows = columns->rows;
    pools_of(columns, chosen, narrow, figure);
    if (narrow->wide) {
        struct sbl_terms whole = *terms;
        whole.unit = 1;
        put_wide(figure, rows, &whole, promisable, published, level);
        return;
    }
    promise(figure, rows, narrow->more);
    if (promisable != NULL)
        put_figures(figure, rows, promisable);
    if (!narrow->plain)
        publish(figure, rows, narrow->minimum, narrow->cap);
    if (published != NULL)
        put_figures(figure, rows, published);
    if (level != NULL)
        put_levels(figure, rows, narrow->low, level);
}

#if defined(__x86_64__)
#define WIDER __attribute__((target("avx2")))
WIDER static void wider_figures(const struct sbl_columns *columns, uint32_t chosen,
                                const struct sbl_terms *terms, const struct sbl_narrow *narrow,
                                int64_t *promisable, int64_t *published, uint8_t *level) {
    figures(columns, chosen, terms, narrow, promisable, published, level);
}
static bool is_wider(void) { return __builtin_cpu_supports("avx2") != 0; }
#else
#define wider_figures figures
static bool is_wider(void) { return false; }
#endif

void sbl_columns_figures(const struct sbl_columns *columns, uint32_t chosen,
                         const struct sbl_terms *terms, const struct sbl_narrow *narrow,
                         int64_t *promisable, int64_t *published, uint8_t *level) {
    if (is_wider())
        wider_figures(columns, chosen, terms, narrow, promisable, published, level);
    else
        figures(columns, chosen, terms, narrow, promisable, published, level);
}
