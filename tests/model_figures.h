/* SPDX-License-Identifier: Apache-2.0
 *
 * The formulas of the reference model. First those of one cell, in pure functions of a ledger; then
 * what a channel may promise of one item (an offer), put together from them. */
#ifndef SELLABLE_TESTS_MODEL_FIGURES_H
#define SELLABLE_TESTS_MODEL_FIGURES_H

#include "model_kept.h"

/* ---- promises -------------------------------------------------------------------------------- */

int64_t promise_reserved(const struct promise *promise);
int64_t promise_waits(const struct promise *promise);
int64_t promise_drawn(const struct promise *promise);
/* Of what is drawn from the fence, what releasing all that is reserved gives back. */
int64_t promise_returns(const struct promise *promise);

/* ---- a cell ---------------------------------------------------------------------------------- */

enum entry_kind { ENTRY_SUPPLY, ENTRY_DEMAND, ENTRY_PROMISED };

struct entry {
    enum entry_kind kind;
    int64_t due;
    int64_t quantity; /* > 0 */
};

/* All that the formulas need of one cell, at one instant. */
struct ledger {
    int64_t now;
    int64_t on_hand;
    int64_t held;
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
    int64_t backordered;
    int64_t fences[MODEL_CHANNELS + 1];
    uint32_t entry_count;
    struct entry entries[SELLABLE_SCHEDULE_MAX + MODEL_ORDERS];
};

/* `without`: an order whose promise counts as given back; or NULL. */
void ledger_read(struct ledger *ledger, const struct model *model, uint32_t item,
                 uint32_t location, const struct order *without);

int64_t ledger_net(const struct ledger *ledger);
/* Σ of one kind due by t; of supply, due after now. */
int64_t ledger_due(const struct ledger *ledger, enum entry_kind kind, int64_t t);
int64_t ledger_projected(const struct ledger *ledger, int64_t t);
int64_t ledger_low(const struct ledger *ledger, int64_t t);
int64_t ledger_free(const struct ledger *ledger, int64_t t);
int64_t ledger_fenced(const struct ledger *ledger);
int64_t ledger_shared(const struct ledger *ledger, int64_t t);
/* served[]: channels served before; served[0] of them. */
int64_t ledger_own(const struct ledger *ledger, uint32_t channel, const uint32_t *served,
                   int64_t t);
int64_t ledger_part(const struct ledger *ledger, int64_t share, int64_t t);
int64_t ledger_covered(const struct ledger *ledger); /* max(0, free - fenced), of now */
int64_t ledger_waiting(const struct ledger *ledger);
int64_t ledger_short(const struct ledger *ledger);
/* A sum that is kept goes beyond the limit. */
bool ledger_overflows(const struct ledger *ledger);

/* What returns to a fence of the cell, up to its limit. */
void fence_return(const struct model *model, struct cell *cell, uint32_t channel,
                  int64_t quantity);

/* ---- a channel ------------------------------------------------------------------------------- */

/* The settings in force for an item (0: none) in a channel. */
struct settings settings_of(const struct model *model, uint32_t item, uint32_t channel);
int64_t precedence_in(const struct model *model, uint32_t item, uint32_t channel);

struct places {
    uint32_t count;
    uint32_t list[MODEL_LOCATIONS];
};
/* The channel's active locations, in order of preference. */
struct places places_of(const struct model *model, const struct settings *settings);

/* ledger_own needs who is served before the channel, for the item. */
void served_before(const struct model *model, uint32_t item, uint32_t channel, uint32_t *served);

/* ---- an offer -------------------------------------------------------------------------------- */

/* What a channel may promise of an item that is no kit, at a date. */
struct offer {
    struct settings settings;
    struct places places;
    bool tracked;
    int64_t own[MODEL_LOCATIONS];  /* by place */
    int64_t part[MODEL_LOCATIONS]; /* of the shared stock */
    int64_t pool;
    int64_t room;
    int64_t unit; /* promisable is a multiple of it */
    int64_t promisable;
};

struct offer offer_of(const struct model *model, uint32_t item, uint32_t channel, int64_t t,
                      const struct order *without);
int64_t offer_seen(const struct offer *offer, uint32_t place);
/* The place of a location among the channel's active ones; places.count if it is none. */
uint32_t place_of(const struct places *places, uint32_t location);
/* The most that is promisable with so much room; and the least room for a quantity. */
int64_t offer_with_room(const struct offer *offer, int64_t room);
int64_t offer_need(const struct offer *offer, int64_t quantity);

/* Of an item, or of a kit. */
int64_t promisable_of(const struct model *model, uint32_t item, uint32_t channel, int64_t t,
                      const struct order *without);
/* The end of the horizon: of a kit the smallest of its components. */
int64_t horizon_end(const struct model *model, uint32_t item, uint32_t channel);

struct sellable_availability shown(const struct model *model, uint32_t item, uint32_t channel,
                                   int64_t promisable);

#endif
