/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be promised of a row, worked out in one pass over what is behind it: its fences, what
 * is dated, settings of its own. For rows whose cells are all in their line, and for terms that
 * need no more than their cells; for the others there is a sight (sight.h), which says the same.
 *
 * Callers guarantee what those of a sight do. Blobs are read where they are, as far as they go:
 * what is read counts if the row and the world are still the same afterwards. */
#ifndef SBL_GLANCE_H
#define SBL_GLANCE_H

#include "engine.h"

struct sbl_glance {
    const struct sellable *engine;
    const struct sbl_image *world, *channel_image, *row;
    uint32_t channel;
    bool has_date;
    int64_t date; /* if it has one */
    struct sbl_terms terms;
    int64_t promisable;
    int64_t pool;
    int64_t seen[SBL_ROW_CELLS]; /* of a cell that the channel has; else 0 */
    bool fenced;                 /* some of that is from its own fences */
};

/* terms and what follows, of what is above them. false: look at it in a sight. */
bool sbl_glance(struct sbl_glance *glance);

/* With a row's line here: fetch its root; with its root here: fetch what that leads to. */
void sbl_glance_fetch_root(const struct sbl_memory *memory, const struct sbl_line *row);
void sbl_glance_fetch(const struct sbl_memory *memory, const struct sbl_line *row);

#endif
