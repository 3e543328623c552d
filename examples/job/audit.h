/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit: what was promised equals what the engine keeps, cell by cell; at no date is anything
 * oversold; and safety stock is left. */
#ifndef JOB_AUDIT_H
#define JOB_AUDIT_H

#include "tally.h"

struct audit {
    bool passed;
    int64_t cells;     /* every item at every location */
    int64_t ordered;   /* units, over the lines of the accepted orders */
    int64_t planned;   /* units, over the plans that the engine answered with */
    int64_t kept;      /* units, over the cells: reserved, or promised for a later date */
    int64_t dated;     /* of those: promised for a later date */
    int64_t differing; /* cells whose plans do not add up to what the engine keeps */
    int64_t oversold;  /* cells with more promised for some date than was there by then */
    int64_t unsafe;    /* items with less than their safety stock left */
};

void audit_promises(const struct sellable *engine, struct folder *folder,
                    const struct taken *taken, const struct options *options,
                    struct audit *audit);

#endif
