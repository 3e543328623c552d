/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk over the rows of a view for some channels: what view_available.c, which has the rows side
 * by side, and view_apart.c, which has some of them one by one, have in common. */
#ifndef SBL_VIEW_WALK_H
#define SBL_VIEW_WALK_H

#include "columns.h"
#include "instant.h"
#include "outlook.h"

enum {
    SBL_VIEW_CHANNELS = 16, /* at once, */
    SBL_VIEW_HORIZONS = 6,  /* with so many different horizons; */
    SBL_VIEW_OTHERS = 96,   /* and rows that are not plain */
    SBL_VIEW_RIVALS = 16
};

/* A channel that asks. */
struct sbl_view_asker {
    uint32_t channel;
    uint32_t horizon; /* its place among those of all */
    uint32_t chosen;  /* the columns of its locations: bits */
    bool in_unit;     /* it sells in one */
    struct sbl_image image;
    struct sbl_layer layer;
    struct sbl_terms terms;
    struct sbl_narrow narrow;
    struct sbl_ranks ranks;
    struct sellable_key key;
};

/* A channel with a fence somewhere, as it is served. */
struct sbl_rival {
    uint32_t channel; /* 0: none yet */
    int32_t precedence;
    struct sellable_key key;
};

/* A row that is not plain. */
struct sbl_other {
    uint32_t place, item;
    uint32_t apart;    /* askers whose figures are worked out one by one: bits */
    bool read;         /* its outlook has all there is */
    bool in_columns;
    bool dated;
    int32_t *column[SBL_ROW_CELLS]; /* of each of its cells */
    struct sbl_image row;
    struct sbl_outlook outlook;
    int32_t shared[SBL_VIEW_HORIZONS][SBL_ROW_CELLS];
};

/* Some rows. */
struct sbl_rows {
    struct sbl_columns columns;
    uint32_t others;
    uint64_t locations;             /* of the last row, as in its line, */
    int32_t *column[SBL_ROW_CELLS]; /* and where they stand */
    uint32_t count;                 /* of columns, and whose they are */
    uint32_t location[SBL_COLUMNS];
    uint32_t item[SBL_COLUMN_ROWS];
    struct sbl_other other[SBL_VIEW_OTHERS];
};

struct sbl_view_walk {
    struct sbl_instant at;
    struct sbl_image world;
    int64_t now;
    uint64_t items; /* the last number */
    uint32_t tail;  /* where the last row's was, in its root */
    uint64_t plain; /* the bits of a form of which a plain row has the first alone */
    uint32_t askers, horizons;
    uint32_t backordering, in_units; /* which of the askers: bits */
    int64_t date[SBL_VIEW_HORIZONS]; /* now + each horizon, ascending */
    struct sbl_view_asker asker[SBL_VIEW_CHANNELS];
    struct sbl_rival rival[SBL_VIEW_RIVALS];
    struct sbl_rows rows;
};

static inline bool sbl_view_asker_has(const struct sbl_view_asker *asker, uint32_t location) {
    return sbl_rank_in(&asker->ranks, location) != 0;
}

/* What an asker may promise of a row that is not plain, worked out by itself; *terms: its own for
 * that item. */
int64_t sbl_view_apart(struct sbl_view_walk *walk, const struct sbl_other *other,
                       const struct sbl_view_asker *asker, struct sbl_terms *terms);

#endif
