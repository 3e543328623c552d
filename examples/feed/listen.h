/* SPDX-License-Identifier: Apache-2.0
 *
 * The channels listen: each asks at the end of every day what has changed for it, and keeps the
 * last figure that it heard of each item. In the end those figures have to be what the engine
 * answers when it is asked of each item alone.
 *
 * A channel asks from the position that it heard last. So if an answer is lost on its way, its next
 * question says so, and what was told in vain is told again. */
#ifndef FEED_LISTEN_H
#define FEED_LISTEN_H

#include "stream.h"

enum { LEVELS = SELLABLE_LEVEL_OK + 1, TELLINGS_KEPT = 3 };

/* What a channel heard of an item, once. */
struct telling {
    const struct item *item;
    int64_t at;        /* the engine's now */
    int64_t published;
    uint32_t level;    /* enum sellable_level */
};

/* What a channel knows of an item. */
struct known {
    int64_t published;
    uint32_t level;
    bool heard;      /* of the item, ever */
    int64_t changes; /* of the item, up to then */
};

struct listener {
    struct sellable_channel channel;
    uint64_t position; /* of the last answer that it heard */
    struct known *known; /* by item number */
    int64_t asked, lost; /* questions; answers that were lost of these */
    int64_t heard;       /* items in the answers that it heard */
    int64_t distinct;    /* different ones among these */
    int64_t coalesced;   /* changes that it did not hear of one by one; see listeners_note */
    int64_t levels[LEVELS]; /* items by the level that it heard last; never: none */
    struct telling last[TELLINGS_KEPT]; /* a ring: the one numbered n (of `heard`) is at
                                           n % TELLINGS_KEPT */
    int64_t wrong;              /* items that it knows another figure or level of than there is */
    const struct item *wrong_at; /* the first of them */
};

struct listeners {
    struct sellable *engine;
    const struct disorder *disorder; /* NULL: no answer is lost */
    struct listener *listeners;      /* as the history's channels */
    size_t count;
    size_t item_count;
    const struct item **items;       /* by handle */
    struct sellable_item *handles;   /* by item number */
    int64_t *changes;                /* of each item, by number, so far */
    uint64_t questions;
    int64_t nanoseconds;             /* within sellable_changes */
};

/* The engine knows all items and channels of the history. */
void listeners_begin(struct listeners *listeners, struct sellable *engine,
                     const struct history *history, const struct disorder *disorder);
void listeners_free(struct listeners *listeners);

/* An event was applied. Each one that changes what there is of an item, or what is owed, counts as
 * a change of it: an estimate, since not each of them changes every channel's figure. What happened
 * between two tellings of an item, beyond the one change that a telling is, was coalesced. */
void listeners_note(struct listeners *listeners, const struct message *message);

/* Each channel asks until it is told that there is no more, or an answer is lost. */
void listeners_ask(struct listeners *listeners);

/* Each channel asks until it has heard all; then what it knows is compared with what there is. */
void listeners_ask_to_the_end(struct listeners *listeners);

#endif
