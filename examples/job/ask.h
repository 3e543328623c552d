/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the engine: what may be sold, and why not more. */
#ifndef JOB_ASK_H
#define JOB_ASK_H

#include "load.h"

/* One of the most wanted items, and what each channel may sell of it. */
struct wanted {
    const struct item *item;
    struct sellable_availability availability[CHANNEL_COUNT];
};

/* An answer of sellable_explain with the room it needs. */
struct explained {
    struct sellable_explanation explanation;
    char because[512];
};

/* The `top` items of which most is ordered (or fewer; equals by key), the most wanted first. The
 * caller frees the answer. */
struct wanted *ask_wanted(const struct sellable *engine, const struct folder *folder, size_t top,
                          size_t *count);

/* Explain one figure: of the most wanted item that is anywhere, for the last channel. The caller
 * frees explained->explanation.terms. */
void ask_why(const struct sellable *engine, const struct folder *folder,
             const struct wanted *wanted, size_t count, struct explained *explained);

#endif
