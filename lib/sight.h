/* SPDX-License-Identifier: Apache-2.0
 *
 * What a channel sees of an item: the facts, read together, that the formulas need.
 *
 * A sight is of one row and one channel in one world, as they were seen. It reads blobs that those
 * lead to, and lines that only exclusive transactions change (the channels and locations): what it
 * tells counts if the row and the world are still the same afterwards.
 *
 * Callers guarantee: row, channel and world were read in that order or within one attempt. Nothing
 * here writes, or takes memory.
 *
 * A sight of a snapshot reads those lines as that shows them: then all of it stays as it is. */
#ifndef SBL_SIGHT_H
#define SBL_SIGHT_H

#include "engine.h"

/* What an order has at a cell, and what would be free there without it. */
struct sbl_credit {
    uint32_t item;
    uint32_t location;
    int64_t firm;    /* in reserved, */
    int64_t dated;   /* or promised for `due` */
    int64_t due;
    int64_t waiting;
    int64_t drawn;   /* from the fence of its channel, and not for what is allocated */
};

struct sbl_sight {
    const struct sellable *engine;
    const struct sbl_image *world, *row;
    uint32_t snapshot; /* 0: of now */
    uint32_t item, channel;
    int64_t now;
    struct sbl_tail tail;
    struct sbl_own own;
    struct sbl_layer layer; /* all layers in one */
    struct sbl_terms terms;
    struct sbl_ranks ranks; /* of all active locations, or of the channel's */
    bool listed;            /* by the item: the layer's list, */
    uint32_t first;         /* the first location in the order of preference; 0: there is none */
    const struct sbl_credit *credit;
    uint32_t credits;
    uint32_t credit_channel;
};

void sbl_sight_begin(struct sbl_sight *sight, const struct sellable *engine,
                     const struct sbl_image *world, uint32_t channel,
                     const struct sbl_image *channel_image, uint32_t item,
                     const struct sbl_image *row);

/* The same of a snapshot, which shows world, channel and row so. */
void sbl_sight_begin_at(struct sbl_sight *sight, uint32_t snapshot, const struct sellable *engine,
                        const struct sbl_image *world, uint32_t channel,
                        const struct sbl_image *channel_image, uint32_t item,
                        const struct sbl_image *row);

/* The layers of an item in a channel, all in one; `policies`: the item's. */
void sbl_layers(const struct sellable *engine, uint32_t policies, uint32_t channel,
                const struct sbl_image *channel_image, struct sbl_layer *layer);

/* The place of a location in the channel's order; 0: it is not among its active ones. */
uint64_t sbl_sight_rank(const struct sbl_sight *sight, uint32_t location);

/* All that the formulas say of a cell at a date. */
struct sbl_facts {
    struct sellable_term term; /* but on_hand, held, allocated, reserved, safety_stock */
    int64_t now_low;           /* low(now) */
    int64_t end;               /* P after the last date */
    int64_t before;            /* fences of those that are served before */
};
void sbl_sight_facts(const struct sbl_sight *sight, uint32_t location, int64_t date,
                     struct sbl_facts *facts);

/* The next of the row's cells that the channel has; false: there is none. */
static inline bool sbl_sight_next(const struct sbl_sight *sight, struct sbl_walk *walk,
                                  uint32_t *location, uint64_t *rank) {
    int64_t net;
    while (sbl_walk_next(walk, location, &net))
        if (*location != 0 && (*rank = sbl_sight_rank(sight, *location)) != 0)
            return true;
    return false;
}

/* Pool and room over all of its locations at a date. */
struct sbl_total {
    int64_t pool;
    int64_t room;
    int64_t promisable;
};
void sbl_sight_total(const struct sbl_sight *sight, int64_t date, struct sbl_total *total);

#endif
