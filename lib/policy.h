/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: what a channel's line says, and in which order locations are preferred.
 *
 *   word 1   bit 0 the channel exists, bit 1 closed, bit 2 it names its locations; bits 8-15
 *   sourcing;
 *            bits 16-31 share; high half: precedence
 *   word 2   buffer
 *   word 3   its route (low half), if it names its locations
 *   word 4   bit L - 1: location L is on the route, for L up to 64
 *   word 5   the blob with its key (low half)
 *
 * and a location's line: word 1 the blob with its key (low half).
 *
 * A *route* is a blob: the highest location it speaks of, then for each location 16 bits: its rank
 * from 1 in the order of preference, 0: not on it. The world has one for all locations, in key
 * order.
 *
 * All of it changes by exclusive transactions only (commit.h): what was read with the world still
 * the same at the end is of one instant. */
#ifndef SBL_POLICY_H
#define SBL_POLICY_H

#include "availability.h"
#include "commit.h"

enum {
    SBL_CHANNEL_FORM = 1,
    SBL_CHANNEL_BUFFER = 2,
    SBL_CHANNEL_ROUTE = 3,
    SBL_CHANNEL_MASK = 4,
    SBL_CHANNEL_ENTRY = 5,
    SBL_LOCATION_ENTRY = 1
};

#define SBL_CHANNEL_EXISTS UINT64_C(1)
#define SBL_CHANNEL_CLOSED UINT64_C(2)
#define SBL_CHANNEL_NAMES_LOCATIONS UINT64_C(4)

static inline bool sbl_channel_exists(const struct sbl_image *channel) {
    return (channel->word[SBL_CHANNEL_FORM] & SBL_CHANNEL_EXISTS) != 0;
}

static inline struct sbl_terms sbl_terms_of(const struct sbl_image *channel) {
    uint64_t form = channel->word[SBL_CHANNEL_FORM];
    return (struct sbl_terms){(int64_t)(form >> 16 & 0xffff),
                              (int64_t)channel->word[SBL_CHANNEL_BUFFER],
                              (form & SBL_CHANNEL_CLOSED) != 0};
}

static inline uint32_t sbl_route_of(const struct sbl_image *world,
                                    const struct sbl_image *channel) {
    bool names = (channel->word[SBL_CHANNEL_FORM] & SBL_CHANNEL_NAMES_LOCATIONS) != 0;
    return sbl_low(names ? channel->word[SBL_CHANNEL_ROUTE] : world->word[SBL_WORLD_ROUTE]);
}

/* A route, where it is read; `highest` 0: it is none. */
struct sbl_ranks {
    const sbl_word *word;
    uint64_t highest;
};

static inline struct sbl_ranks sbl_ranks_of(const struct sbl_memory *memory, uint32_t route) {
    uint32_t limit;
    const sbl_word *block = route == 0 ? NULL : sbl_block(memory, route, &limit);
    if (block == NULL)
        return (struct sbl_ranks){NULL, 0};
    uint64_t highest = sbl_load_acquire(BLOCK, &block[1]);
    return (struct sbl_ranks){block + 2, highest <= 4 * ((uint64_t)limit - 2) ? highest : 0};
}

/* The rank of a location on a route; 0: not on it. */
static inline uint32_t sbl_rank_in(const struct sbl_ranks *ranks, uint32_t location) {
    if (location - UINT64_C(1) >= ranks->highest)
        return 0;
    return (uint32_t)(sbl_load_acquire(BLOCK, &ranks->word[(location - 1) / 4]) >>
                      (16 * ((location - 1) % 4))) &
           0xffff;
}
static inline uint32_t sbl_rank(const struct sbl_memory *memory, uint32_t route,
                                uint32_t location) {
    struct sbl_ranks ranks = sbl_ranks_of(memory, route);
    return sbl_rank_in(&ranks, location);
}

/* Does the channel ship from there? Cheaper than the rank, for the first 64 locations. */
static inline bool sbl_ships_from(const struct sbl_memory *memory, const struct sbl_image *channel,
                                  uint32_t location) {
    if (SBL_LIKELY(location <= 64))
        return (channel->word[SBL_CHANNEL_MASK] >> (location - 1) & 1) != 0;
    return (channel->word[SBL_CHANNEL_FORM] & SBL_CHANNEL_NAMES_LOCATIONS) == 0 ||
           sbl_rank(memory, sbl_low(channel->word[SBL_CHANNEL_ROUTE]), location) != 0;
}

/* What calls need of the world and of a channel, read together while neither has a mark: few
 * words. */
struct sbl_settings {
    uint64_t world_header;
    int64_t now;
    uint32_t stamp;
    uint32_t route;
    uint64_t snapshot;
    uint64_t mask;
    bool names; /* its locations */
    struct sbl_terms terms;
};

/* false: there is a mark, or something changed, or there is no such channel: read the lines
 * themselves. Both lines are read as sbl_line_clean does it. */
static inline bool sbl_settings_read(const struct sbl_line *world, const struct sbl_line *channel,
                                     struct sbl_settings *settings) {
    uint64_t world_header = sbl_load_acquire(HEADER, &world->header);
    uint64_t header = sbl_load_acquire(HEADER, &channel->header);
    settings->now = (int64_t)sbl_load_acquire(WORD, &world->word[SBL_WORLD_NOW]);
    settings->stamp = sbl_low(sbl_load_acquire(WORD, &world->word[SBL_WORLD_STAMP]));
    settings->snapshot = sbl_load_acquire(WORD, &world->word[SBL_WORLD_SNAPSHOT]);
    uint64_t all = sbl_load_acquire(WORD, &world->word[SBL_WORLD_ROUTE]);
    uint64_t form = sbl_load_acquire(WORD, &channel->word[SBL_CHANNEL_FORM]);
    uint64_t buffer = sbl_load_acquire(WORD, &channel->word[SBL_CHANNEL_BUFFER]);
    uint64_t named = sbl_load_acquire(WORD, &channel->word[SBL_CHANNEL_ROUTE]);
    settings->mask = sbl_load_acquire(WORD, &channel->word[SBL_CHANNEL_MASK]);
    settings->world_header = world_header;
    settings->names = (form & SBL_CHANNEL_NAMES_LOCATIONS) != 0;
    settings->route = sbl_low(settings->names ? named : all);
    settings->terms = (struct sbl_terms){(int64_t)(form >> 16 & 0xffff), (int64_t)buffer,
                                         (form & SBL_CHANNEL_CLOSED) != 0};
    return ((world_header | header) & SBL_MARK) == 0 && (form & SBL_CHANNEL_EXISTS) != 0 &&
           sbl_load(&channel->header) == header && sbl_load(&world->header) == world_header;
}

/* Words of a route that speaks of locations up to `highest`. */
static inline uint32_t sbl_route_words(uint32_t highest) { return 1 + (highest + 3) / 4; }
static inline void sbl_route_set(uint64_t *route, uint32_t location, uint32_t rank) {
    uint32_t shift = 16 * ((location - 1) % 4);
    uint64_t *word = &route[1 + (location - 1) / 4];
    *word = (*word & ~(UINT64_C(0xffff) << shift)) | (uint64_t)rank << shift;
}

/* A channel's image with the changes of a policy that was found valid; `route` is the blob of its
 * named locations, if it names them now, `mask` the first 64 of them. Pure. */
struct sbl_image sbl_channel_with(const struct sbl_image *channel,
                                  const struct sellable_policy *policy, uint32_t route,
                                  uint64_t mask);

/* The field of a policy that is out of range, and why; NULL: none is. `locations` are looked at
 * elsewhere. Pure. */
const char *sbl_policy_fault(const struct sellable_policy *policy, const char **reason);

#endif
