/* SPDX-License-Identifier: Apache-2.0
 *
 * Names: units, regions and reasons of holds are known by a number that stands for their key.
 *
 *   a name's line   word 1 the blob with its key (low half); word 2 bit 0: it is a region
 *   the catalog     a line: word 1 how many names there are; word 2 the reasons that were declared,
 *                   a blob of the numbers of their names, two a word (low half), and how many (high
 *                   half)
 *
 * A name that was made stays; one that nothing uses does no harm. */
#ifndef SBL_NAMES_H
#define SBL_NAMES_H

#include "engine.h"

enum {
    SBL_NAME_ENTRY = 1,
    SBL_NAME_USE = 2,
    SBL_CATALOG_NAMES = 1,
    SBL_CATALOG_HOLDS = 2
};
#define SBL_NAME_IS_REGION UINT64_C(1)

static inline struct sbl_line *sbl_name_line(const struct sellable *engine, uint32_t name) {
    return name == 0 ? NULL : sbl_array_at(&engine->name, name - 1);
}

/* The number of a name; made if need be, but not for an event that will not be applied: then 0.
 * false: no memory. In a transaction of its own: not within an attempt. */
bool sbl_name_make(struct sellable *engine, struct sbl_worker *worker, const struct sbl_key *key,
                   uint32_t *name);

/* The number of a name; 0: there is none. */
static inline uint32_t sbl_name_find(const struct sellable *engine, struct sellable_key key) {
    return sbl_number_of(engine, &engine->names, key);
}

/* Was a location ever put into it? */
bool sbl_is_region(const struct sellable *engine, uint32_t name);

/* Its key; {NULL, 0} if there is none of that number. */
struct sellable_key sbl_name_key(const struct sellable *engine, uint32_t name);

/* The number of a reason for holds; SELLABLE_HOLD_REASONS_MAX: there is none of that name. */
uint32_t sbl_hold_find(const struct sellable *engine, struct sellable_key key);

#endif
