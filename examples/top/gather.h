/* SPDX-License-Identifier: Apache-2.0
 *
 * What a frame shows of the engine: asked of it by the display's thread with a worker of its own,
 * while the feeder changes it. */
#ifndef TOP_GATHER_H
#define TOP_GATHER_H

#include "history.h"

/* The largest are kept; no screen shows more. */
enum { SHORTAGES_KEPT = 200 };

struct short_cell {
    const struct item *item;
    int64_t units;
    uint64_t orders; /* at risk */
};

struct figures {
    const struct history *history;
    struct sellable *engine;
    struct sellable_worker *worker;
    struct sellable_stats stats; /* with its arrays */
    struct short_cell shortages[SHORTAGES_KEPT]; /* the largest first */
    size_t shortage_count;       /* of these */
    uint64_t short_cells;        /* in all */
    struct sellable_audit audit; /* if audited */
    bool audited;
};

void figures_begin(struct figures *figures, struct sellable *engine,
                   const struct history *history);
void figures_free(struct figures *figures);

/* Ask anew; for the audit, which looks at everything, only if it is wanted. */
void figures_take(struct figures *figures, bool with_audit);

#endif
