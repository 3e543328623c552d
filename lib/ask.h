/* SPDX-License-Identifier: Apache-2.0
 *
 * A question in general: an item, or a kit with its components, in a channel, at a date, perhaps
 * for an order. It reads the lines it needs; its answer counts if they are still the same. */
#ifndef SBL_ASK_H
#define SBL_ASK_H

#include "sight.h"

struct sbl_ask {
    const struct sellable *engine;
    uint32_t item, channel;
    struct sbl_seen world, settings, row;
    struct sbl_sight sight;
    int64_t date;
    int64_t latest; /* now + the (smallest) horizon */
    uint32_t parts; /* of a kit */
    struct sbl_seen part[SELLABLE_COMPONENTS_MAX];
    bool ordered;   /* for an order, which was found */
    struct sbl_found found;
    uint32_t order_from, order_flags, order_count, order_channel;
    int64_t order_date;
};

/* ok, or what stands against the question. */
enum sellable_status sbl_ask_begin(struct sbl_ask *ask, const struct sellable *engine,
                                   uint32_t item, uint32_t channel,
                                   const struct sellable_question *question);

/* What may be promised; *component: of a kit the part that it is short of. */
int64_t sbl_ask_promisable(struct sbl_ask *ask, uint32_t *component);

/* The sight of the item, or of a component of a kit, with what the order gives back at a
 * location (0: nothing yet). */
void sbl_ask_sight(const struct sbl_ask *ask, uint32_t item, const struct sbl_image *row,
                   struct sbl_sight *sight);
void sbl_ask_facts(const struct sbl_ask *ask, struct sbl_sight *sight, uint32_t location,
                   struct sbl_facts *facts);

/* Pool and room of an item, with what the order gives back. */
void sbl_ask_total(const struct sbl_ask *ask, struct sbl_sight *sight, struct sbl_total *total);

bool sbl_ask_still(const struct sbl_ask *ask);

#endif
