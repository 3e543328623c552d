/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit: what was promised equals what is reserved, cell by cell, and nothing is oversold. */
#ifndef JOB_AUDIT_H
#define JOB_AUDIT_H

#include "take.h"

struct audit {
    bool passed;
    int64_t cells;     /* every item at every location */
    int64_t ordered;   /* units, over the lines of the accepted orders */
    int64_t planned;   /* units, over the plans that the engine answered with */
    int64_t reserved;  /* units, over the cells as the engine keeps them */
    int64_t differing; /* cells whose plans do not add up to what is reserved */
    int64_t oversold;  /* cells with more promised than there was, or short now */
};

void audit_promises(const struct sellable *engine, struct folder *folder,
                    const struct taken *taken, struct audit *audit);

#endif
