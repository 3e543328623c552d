/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds: what channels are told of changes. A channel's feed is a line, from its first question on:
 *
 *   word 1   the stamp at which the next question begins to look (low half; 0: the channel never
 *            asked); the height of its tree (high half)
 *   word 2   its position: how many items it was told
 *   word 3   what it was told (told.h), a blob (low half)
 *   word 4   the engine's time of its last question
 *   word 5   since when something waits for want of room, or is owed, plus 1; 0: nothing does */
#ifndef SBL_FEED_H
#define SBL_FEED_H

#include "engine.h"
#include "told.h"

enum {
    SBL_FEED_SINCE = 1,
    SBL_FEED_POSITION = 2,
    SBL_FEED_TREE = 3,
    SBL_FEED_ASKED = 4,
    SBL_FEED_WAITS = 5
};

static inline struct sbl_line *sbl_feed_line(const struct sellable *engine, uint32_t channel) {
    return channel == 0 || channel > SELLABLE_CHANNELS_MAX
               ? NULL
               : sbl_array_at(&engine->feed, channel - 1);
}
static inline uint32_t sbl_feed_since(const struct sbl_image *feed) {
    return sbl_low(feed->word[SBL_FEED_SINCE]);
}
static inline struct sbl_told_tree sbl_feed_tree(const struct sbl_image *feed) {
    return (struct sbl_told_tree){sbl_low(feed->word[SBL_FEED_TREE]),
                                  sbl_high(feed->word[SBL_FEED_SINCE])};
}

/* What figures for operations say of it: listens, told, untold. */
void sbl_feed_look(const struct sellable *engine, uint32_t channel,
                   struct sellable_channel_stats *stats);

#endif
