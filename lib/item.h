/* SPDX-License-Identifier: Apache-2.0
 *
 * What an item says of itself: its units, whether it is tracked, what a kit is made of.
 *
 * A blob that the row's tail leads to (row.h, `own`); none: no units, tracked, no kit.
 *
 *   word 0   bit 0 not tracked; bits 8-15 number of units, 16-23 of components; high half: the
 *            name of the smallest unit
 *   then     3 words a unit: its name, numerator and denominator in lowest terms; 2 words a
 *            component: item, number
 *
 * Names of units are numbers (engine.h). It changes by exclusive transactions only. */
#ifndef SBL_ITEM_H
#define SBL_ITEM_H

#include "memory.h"

enum {
    SBL_UNIT_WORDS = 3,
    SBL_COMPONENT_WORDS = 2,
    SBL_OWN_WORDS = 1 + SBL_UNIT_WORDS * SELLABLE_UNITS_MAX +
                    SBL_COMPONENT_WORDS * SELLABLE_COMPONENTS_MAX
};

struct sbl_own {
    uint32_t blob;
    uint32_t units, components, unit;
    bool untracked;
};
struct sbl_unit {
    uint32_t name;
    int64_t numerator, denominator;
};
struct sbl_component {
    uint32_t item;
    int64_t number;
};

static inline uint64_t sbl_own_head(const struct sbl_own *own) {
    return sbl_pair(own->unit, (own->untracked ? 1u : 0) | own->units << 8 | own->components << 16);
}
static inline struct sbl_own sbl_own_of(const struct sbl_memory *memory, uint32_t blob) {
    uint64_t head = 0;
    sbl_blob_copy(memory, blob, 0, &head, 1);
    uint32_t units = (uint32_t)(head >> 8) & 0xff, components = (uint32_t)(head >> 16) & 0xff;
    /* Torn words ask for no more than there can be. */
    return (struct sbl_own){blob, units < SELLABLE_UNITS_MAX ? units : SELLABLE_UNITS_MAX,
                            components < SELLABLE_COMPONENTS_MAX ? components
                                                                 : SELLABLE_COMPONENTS_MAX,
                            sbl_high(head), (head & 1) != 0};
}

static inline struct sbl_unit sbl_unit_at(const struct sbl_memory *memory,
                                          const struct sbl_own *own, uint32_t i) {
    uint64_t word[SBL_UNIT_WORDS] = {0, 1, 1};
    sbl_blob_copy(memory, own->blob, 1 + SBL_UNIT_WORDS * i, word, SBL_UNIT_WORDS);
    return (struct sbl_unit){(uint32_t)word[0], (int64_t)word[1], (int64_t)word[2]};
}
static inline struct sbl_component sbl_component_at(const struct sbl_memory *memory,
                                                    const struct sbl_own *own, uint32_t i) {
    uint64_t word[SBL_COMPONENT_WORDS] = {0, 1};
    sbl_blob_copy(memory, own->blob, 1 + SBL_UNIT_WORDS * own->units + SBL_COMPONENT_WORDS * i,
                  word, SBL_COMPONENT_WORDS);
    return (struct sbl_component){(uint32_t)word[0], sbl_max(1, (int64_t)word[1])};
}

/* The unit of that name: the smallest for its name and for none (0). false: it has none such. */
static inline bool sbl_unit_find(const struct sbl_memory *memory, const struct sbl_own *own,
                                 uint32_t name, struct sbl_unit *unit) {
    *unit = (struct sbl_unit){name, 1, 1};
    if (name == 0 || name == own->unit)
        return true;
    for (uint32_t i = 0; i < own->units; i++) {
        *unit = sbl_unit_at(memory, own, i);
        if (unit->name == name) {
            unit->numerator = sbl_max(1, unit->numerator); /* torn words divide nothing by 0 */
            unit->denominator = sbl_max(1, unit->denominator);
            return true;
        }
    }
    return false;
}

/* So many of a unit in the smallest one; false: not whole, or beyond 10^15. Pure. */
static inline bool sbl_in_smallest(const struct sbl_unit *unit, int64_t quantity, int64_t *out) {
    if (quantity % unit->denominator != 0)
        return false;
    *out = sbl_multiply(quantity / unit->denominator, unit->numerator);
    return sbl_is_quantity(*out);
}

#endif
