/* SPDX-License-Identifier: Apache-2.0
 *
 * What the firm decided, and no file tells: who may say what, and how its channels sell. */
#ifndef FEED_RULES_H
#define FEED_RULES_H

#include "stream.h"

extern const char warehouse[]; /* the one location */

/* How far each channel may promise beyond stock, with all that waits. */
extern const int64_t beyond_stock;

/* One source owns a quantity, or an event type. */
struct rule {
    enum sellable_owned owned;     /* or 0, and then */
    enum sellable_event_type type;
    enum source source;
};
extern const struct rule rules[];
extern const size_t rule_count;

/* The settings of a channel. */
struct sellable_policy channel_policy(struct sellable_key channel, const struct history *history);

/* The settings of an item in all channels. */
struct sellable_policy item_policy(const struct item *item);

/* For which time an order is promised that comes on this day. */
int64_t promise_date(const struct history *history, int64_t day);

#endif
