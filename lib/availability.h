/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be promised, where it is placed, and why. Pure: plain values in, plain values out.
 *
 *    pool       = sum of seen over the channel's active locations (single: the largest), at most
 *                 10^15
 *    room       = max(0, backorder - sum of what waits there beyond stock)
 *    promisable = 0 if closed or without a location, else max(0, pool - buffer + room) rounded down
 *                 to whole units, at most 10^15
 *    published  = 0 if promisable < minimum, else min(cap, promisable)
 *
 * The room that a sum *needs* at a date is the least room with which it is at most promisable, and
 * what is asked of single locations fits. */
#ifndef SBL_AVAILABILITY_H
#define SBL_AVAILABILITY_H

#include "cell.h"

/* The settings that decide. */
struct sbl_terms {
    int64_t share;
    int64_t buffer;
    int64_t backorder;
    int64_t horizon; /* ms */
    int64_t unit;    /* promisable is a multiple of it */
    int64_t cap;
    int64_t minimum;
    int64_t low;
    int32_t precedence;
    uint32_t sourcing;
    bool closed;
    bool paused;
};

/* One of the channel's active locations: rank is its place in the order of `locations`. */
struct sbl_source {
    uint64_t rank;
    uint32_t location;
    uint32_t turn;  /* when it was first filled from: 1, 2 ...; 0: not */
    int64_t seen;   /* of it, */
    int64_t own;    /* from the channel's fence */
    int64_t asked;  /* by lines that name it */
    int64_t taken;  /* in all, of it: */
    int64_t fenced; /* drawn from the fence */
    int64_t beyond; /* beyond what is seen */
};

/* Pools and rooms are added up location by location. */
static inline int64_t sbl_pool_with(const struct sbl_terms *terms, int64_t pool, int64_t seen) {
    return terms->sourcing == SELLABLE_SINGLE
               ? sbl_max(pool, sbl_min(seen, SELLABLE_QUANTITY_MAX))
               : sbl_min(sbl_add(pool, seen), SELLABLE_QUANTITY_MAX);
}

static inline int64_t sbl_room(const struct sbl_terms *terms, int64_t uncovered) {
    return sbl_max(0, sbl_subtract(terms->backorder, uncovered));
}

static inline int64_t sbl_promisable(const struct sbl_terms *terms, bool anywhere, int64_t pool,
                                     int64_t room) {
    if (terms->closed || !anywhere)
        return 0;
    int64_t sum = sbl_add(sbl_subtract(sbl_min(pool, SELLABLE_QUANTITY_MAX), terms->buffer), room);
    sum = sbl_max(0, sbl_min(sum, SELLABLE_QUANTITY_MAX));
    return terms->unit == 1 ? sum : sum - sum % terms->unit;
}

/* The room that a sum over all locations needs: asked <= promisable with it. */
static inline int64_t sbl_room_needed(const struct sbl_terms *terms, int64_t pool, int64_t asked) {
    int64_t units = asked % terms->unit == 0 ? asked
                                             : sbl_add(asked, terms->unit - asked % terms->unit);
    return asked == 0 ? 0 : sbl_max(0, sbl_subtract(sbl_add(units, terms->buffer), pool));
}

static inline int64_t sbl_published(const struct sbl_terms *terms, int64_t promisable) {
    return promisable < terms->minimum ? 0 : sbl_min(terms->cap, promisable);
}

static inline enum sellable_level sbl_level(const struct sbl_terms *terms, int64_t published) {
    if (published == 0)
        return SELLABLE_LEVEL_NONE;
    return published <= terms->low ? SELLABLE_LEVEL_LOW : SELLABLE_LEVEL_OK;
}

/* Fill `asked` of an item from sources, of which those in `order` name a location first: what such
 * lines ask (source.asked) is taken there before the others. `first` is the channel's first
 * location; what goes beyond all that is seen waits there. Puts the sources into the order of their
 * turns, those without one last. The sum must fit. */
void sbl_place(const struct sbl_terms *terms, struct sbl_source *source, uint32_t count,
               const uint32_t *order, uint32_t named, uint32_t first, int64_t asked);

/* In words: what keeps the figure from being more. Writes at most `capacity` bytes with a 0 at the
 * end, returns the length of all of it. */
uint32_t sbl_because(const struct sellable_explanation *explanation,
                     const struct sellable_term *sum, const char *const names[2],
                     const uint64_t sizes[2], char *text, uint32_t capacity);

#endif
