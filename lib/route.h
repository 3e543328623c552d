/* SPDX-License-Identifier: Apache-2.0
 *
 * Routes in the making: in which order channels prefer locations, worked out anew where a location
 * or a list changes. Within one exclusive attempt. */
#ifndef SBL_ROUTE_H
#define SBL_ROUTE_H

#include "engine.h"

/* The locations as they will be: read from the world, with one of them changed. */
struct sbl_places {
    struct sellable *engine;
    struct sbl_worker *worker;
    uint32_t count;         /* locations */
    uint64_t *all;          /* the route over all that are active, as words */
    uint32_t *region;       /* by location; 0: none */
    uint32_t *at;           /* the location of each rank, from 1 */
    uint32_t active;        /* how many ranks */
};

/* The route over all, with a location put in by its key, or taken out; as words in the worker's
 * scratch. NULL: no memory. */
uint64_t *sbl_route_with(const struct sellable *engine, struct sbl_worker *worker,
                         const struct sbl_image *world, uint32_t location, bool in,
                         struct sellable_key key);

/* `all`: as above, or NULL if it stays. `location`: one whose region will be another; 0: none.
 * false: no memory. */
bool sbl_places_read(struct sbl_places *places, const struct sbl_image *world, uint64_t *all,
                     uint32_t location, uint32_t region);

/* Bit L - 1 for each of the first 64 locations that is not inactive. */
uint64_t sbl_places_mask(const struct sbl_places *places);

/* The route of a list, as a blob, and its mask. `list` if it is given, else the layer's own.
 * false: no memory. */
bool sbl_route_of_list(const struct sbl_places *places, const struct sbl_layer *layer,
                       const struct sellable_location *list, uint32_t *blob, uint64_t *mask);

#endif
