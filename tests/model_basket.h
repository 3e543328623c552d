/* SPDX-License-Identifier: Apache-2.0
 *
 * What an order asks of each item (a basket), whether that fits, and where it is placed; for the
 * reference model. */
#ifndef SELLABLE_TESTS_MODEL_BASKET_H
#define SELLABLE_TESTS_MODEL_BASKET_H

#include "model_figures.h"

/* Lines added up, kits taken apart: a kit stands here with its number, and its components. */
struct basket {
    uint32_t count;
    uint32_t items[MODEL_ITEMS];  /* in the order in which they came up */
    int64_t sum[MODEL_ITEMS + 1]; /* by item */
    uint32_t located_count[MODEL_ITEMS + 1];
    uint32_t located_at[MODEL_ITEMS + 1][MODEL_LOCATIONS]; /* in that order, too */
    int64_t located[MODEL_ITEMS + 1][MODEL_LOCATIONS + 1]; /* of sum, by location */
    uint32_t torn; /* the number, from 1, of a line that no candidate takes, and whose item stands
                      at several locations then, with sourcing single; else 0 */
};

/* For whom it is asked, and when. */
struct asker {
    const struct model *model;
    uint32_t channel;
    int64_t latest;              /* what fits, and what takes a line, is settled for this */
    const struct order *without; /* an order whose promise counts as given back; or NULL */
    bool paused_too;             /* a paused substitute may be taken */
    struct offer offers[MODEL_ITEMS + 1]; /* for `latest`, once asked for */
    bool has_offer[MODEL_ITEMS + 1];
};

/* A line, resolved: candidates[0] is the item itself, then come its substitutes. */
struct wanted {
    uint32_t location;
    uint32_t count;
    uint32_t candidates[1 + SELLABLE_SUBSTITUTES_MAX];
    int64_t quantity[1 + SELLABLE_SUBSTITUTES_MAX]; /* in the smallest unit of each */
    int64_t step;     /* of the item itself: multiples of this are whole units of the line */
    int64_t at_least; /* of the item itself */
};

/* False if a sum would go beyond the limit. location 0: anywhere. */
bool basket_add(const struct model *model, struct basket *basket, uint32_t item, int64_t quantity,
                uint32_t location);
/* With sourcing single, lines of an item (of the kit's components) name several locations. */
bool basket_is_torn(const struct asker *asker, const struct basket *basket, uint32_t item);
bool basket_fits(struct asker *asker, const struct basket *basket, uint32_t item);

bool is_paused(const struct model *model, uint32_t item, uint32_t channel);

/* Which candidate takes each line, and how much of it; partly: what it can, else all of it. False:
 * a sum goes beyond the limit. */
bool basket_choose(struct asker *asker, const struct wanted *lines, uint32_t count, bool partly,
                   struct basket *basket);

/* Every item that does not fit; their number. */
uint32_t basket_misfits(struct asker *asker, const struct basket *basket,
                        struct sellable_misfit *misfits, uint32_t capacity);

/* The earliest date from now to the latest that needs no more room than the latest. */
int64_t basket_date(struct asker *asker, const struct basket *basket);

/* Where it is placed, promised for a date. */
void basket_place(const struct asker *asker, const struct basket *basket, int64_t date,
                  struct promises *promises);

/* So many more of an item at a location; a promise is added where there is none yet. */
void promises_add(struct promises *promises, uint32_t item, uint32_t location, int64_t quantity,
                  int64_t fenced, int64_t beyond);

#endif
