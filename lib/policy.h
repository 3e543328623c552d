/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: what a channel and an item say, layer over layer, and in which order locations are
 * preferred.
 *
 * A *layer* is what was set at one place, as words: the settings that are set (low half), how many
 * locations are listed (high half); the value of each setting that is set but the locations, in
 * their order; the locations, two a word. For an item in a channel there are up to three: the
 * item's in that channel, the item's in all, the channel's; setting by setting the first that has
 * it counts.
 *
 *   an item's policies   number of layers; for each its channel (0: all) and words (high half), and
 *                        the layer. Ascending by channel
 *   a channel's line
 *     word 1   bit 0 the channel exists, bit 1 closed, bit 2 it names its locations, bits 3 to 6
 *              see below; bits 8-15 sourcing; bits 16-31 share; high half: precedence
 *     word 2   buffer
 *     word 3   its route (low half), if it names its locations
 *     word 4   bit L - 1: location L is on its route, for L up to 64
 *     word 5   the share as a factor: asker.h; 0 if it is closed
 *     word 6   its layer, a blob (low half), with words behind it that follow from it, as words 1
 *              to 5 do: what questions ask, see below. High half: the blob with its key
 *   a location's line
 *     word 1   the blob with its key (low half)
 *     word 2   bit 0 it is inactive; high half: its region, the number of a name
 *
 * A *route* is a blob: the highest location it speaks of (low half) and the first in the order of
 * preference (high half), then for each location 16 bits: its rank from 1 in that order, 0: not on
 * it, or inactive. The world has one for all locations, in key order.
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
    SBL_CHANNEL_PART = 5,
    SBL_CHANNEL_LAYER = 6,
    SBL_LOCATION_ENTRY = 1,
    SBL_LOCATION_PLACE = 2,
    SBL_SETTINGS = 15
};

/* The last words of the blob with a channel's layer. */
enum {
    SBL_ASKED_LESS = 0,    /* buffer less backorder */
    SBL_ASKED_CAP = 1,
    SBL_ASKED_MINIMUM = 2,
    SBL_ASKED_LOW = 3,
    SBL_ASKED_WORDS = 4
};

#define SBL_CHANNEL_EXISTS UINT64_C(1)
#define SBL_CHANNEL_CLOSED UINT64_C(2)
#define SBL_CHANNEL_NAMES_LOCATIONS UINT64_C(4)
#define SBL_CHANNEL_ASKS UINT64_C(8)   /* a question needs the terms behind the layer, too */
#define SBL_CHANNEL_AHEAD UINT64_C(16) /* its horizon is not now */
#define SBL_CHANNEL_TAKES UINT64_C(32) /* an order needs more than the line has */
#define SBL_CHANNEL_UNIT UINT64_C(64)  /* it sells in a unit: so does a question */
#define SBL_LOCATION_INACTIVE UINT64_C(1)

/* In a list of locations: a region, the number of its name. */
#define SBL_REGION (UINT32_C(1) << 31)

/* The blob with its key. */
static inline uint32_t sbl_channel_entry(const struct sbl_image *channel) {
    return sbl_high(channel->word[SBL_CHANNEL_LAYER]);
}

static inline bool sbl_channel_exists(const struct sbl_image *channel) {
    return (channel->word[SBL_CHANNEL_FORM] & SBL_CHANNEL_EXISTS) != 0;
}

/* The number of a setting's bit. */
#define SBL_NUMBER_OF_SETTING(NAME, NUMBER, JSON, TEXT) SBL_##NAME = NUMBER,
enum sbl_setting { SELLABLE_SETTINGS(SBL_NUMBER_OF_SETTING) };
#undef SBL_NUMBER_OF_SETTING

struct sbl_layer {
    uint32_t set;
    uint32_t words; /* all of it */
    uint32_t blob, from, count; /* its list of locations: in a blob, from a word on */
    int64_t value[SBL_SETTINGS];
};

/* Read a layer from a word of a blob on. */
void sbl_layer_read(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                    struct sbl_layer *layer);
/* The layer of an item for a channel, or for all (0); false: there is none. `policies`: the
 * item's. *place: its head's word there, or where one would be put. */
bool sbl_layer_find(const struct sbl_memory *memory, uint32_t policies, uint32_t channel,
                    struct sbl_layer *layer, uint32_t *place);
/* What is not set in `upper` comes from `lower`. */
void sbl_layer_over(struct sbl_layer *upper, const struct sbl_layer *lower);
/* A location, or a region, of its list. */
uint32_t sbl_layer_location(const struct sbl_memory *memory, const struct sbl_layer *layer,
                            uint32_t i);

/* What a policy makes of a layer: pure. `unit` is the number of the policy's unit. The list stays
 * that of `layer` unless the policy has its locations set or unset. */
void sbl_layer_change(struct sbl_layer *layer, const struct sellable_policy *policy,
                      uint32_t unit);
/* Its words, the list as it is given. Returns how many. */
static inline uint32_t sbl_layer_words(uint32_t set, uint32_t locations) {
    return 1 + (uint32_t)__builtin_popcount(set & ~(uint32_t)SELLABLE_SETTING_LOCATIONS) +
           (locations + 1) / 2;
}
uint32_t sbl_layer_put(const struct sbl_layer *layer, uint64_t *word);

/* What the layers come to; `unit` is still to be looked up: terms.unit is 1. */
struct sbl_terms sbl_terms_of(const struct sbl_layer *layer);

static inline uint32_t sbl_route_of(const struct sbl_image *world,
                                    const struct sbl_image *channel) {
    bool names = (channel->word[SBL_CHANNEL_FORM] & SBL_CHANNEL_NAMES_LOCATIONS) != 0;
    return sbl_low(names ? channel->word[SBL_CHANNEL_ROUTE] : world->word[SBL_WORLD_ROUTE]);
}

/* A route, where it is read; `highest` 0: it is none. */
struct sbl_ranks {
    const sbl_word *word;
    uint64_t highest;
    uint32_t first; /* of the order; 0: there is none */
};

static inline struct sbl_ranks sbl_ranks_of(const struct sbl_memory *memory, uint32_t route) {
    uint32_t limit;
    const sbl_word *block = route == 0 ? NULL : sbl_block(memory, route, &limit);
    if (block == NULL)
        return (struct sbl_ranks){NULL, 0, 0};
    uint64_t head = sbl_load_acquire(BLOCK, &block[1]);
    uint64_t highest = sbl_low(head);
    return (struct sbl_ranks){block + 2, highest <= 4 * ((uint64_t)limit - 2) ? highest : 0,
                              sbl_high(head)};
}

/* The rank of a location on a route; 0: not on it. */
static inline uint32_t sbl_rank_in(const struct sbl_ranks *ranks, uint32_t location) {
    if (location - UINT64_C(1) >= ranks->highest)
        return 0;
    return (uint32_t)(sbl_load_acquire(BLOCK, &ranks->word[(location - 1) / 4]) >>
                      (16 * ((location - 1) % 4))) &
           0xffff;
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
    uint64_t form;
    int64_t share;
    int64_t buffer;
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
    settings->route = sbl_low((form & SBL_CHANNEL_NAMES_LOCATIONS) != 0 ? named : all);
    settings->form = form;
    settings->share = (int64_t)(form >> 16 & 0xffff);
    settings->buffer = (int64_t)buffer;
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

/* A channel's image with another layer, a blob, and the route and mask that follow from it.
 * Pure. */
struct sbl_image sbl_channel_with(const struct sbl_image *channel, const struct sbl_layer *layer,
                                  uint32_t blob, uint32_t route, uint64_t mask);

/* What questions ask of a layer. Pure. */
void sbl_layer_asked(const struct sbl_layer *layer, uint64_t word[SBL_ASKED_WORDS]);

/* The field of a policy that is out of range, and why; NULL: none is. `locations` are looked at
 * elsewhere. Pure. */
const char *sbl_policy_fault(const struct sellable_policy *policy, const char **reason);

#endif
