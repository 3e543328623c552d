/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event of supply makes of the physical stock of a cell. Plain values in, plain values
 * out. */
#ifndef SBL_STOCK_H
#define SBL_STOCK_H

#include "cell.h"

enum { SBL_NO_HOLD = SELLABLE_HOLD_REASONS_MAX };

/* The difference that an event makes. */
struct sbl_stock {
    int64_t moves;      /* on_hand rises by it: a movement */
    uint32_t out, into; /* holds that fall, and rise, by `quantity`; SBL_NO_HOLD: none does */
    int64_t quantity;
    int64_t allocated;  /* rises by it */
    int64_t safety_stock;
};

/* Of an event whose names are known: `hold` is that of `reason` or `held`. `cell`: where it
 * happens. on_hand.set, fences and schedules alone are no such difference. */
static inline struct sbl_stock sbl_stock_of(const struct sellable_event *event, uint32_t hold,
                                            int64_t quantity, const struct sbl_cell *cell) {
    struct sbl_stock stock = {.out = SBL_NO_HOLD, .into = SBL_NO_HOLD, .quantity = quantity};
    switch ((enum sellable_event_type)event->type) {
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_TRANSFER_RECEIVE:
        stock.moves = quantity;
        break;
    case SELLABLE_TRANSFER_SHIP:
        stock.moves = sbl_subtract(0, quantity);
        break;
    case SELLABLE_RECEIPT:
        stock.moves = quantity;
        stock.into = hold;
        break;
    case SELLABLE_HOLD_PLACE:
        stock.into = hold;
        break;
    case SELLABLE_HOLD_RELEASE:
        stock.out = hold;
        break;
    case SELLABLE_HOLD_SCRAP:
        stock.out = hold;
        stock.moves = sbl_subtract(0, quantity);
        break;
    case SELLABLE_RETURN_RECEIVE:
        stock.moves = quantity;
        stock.into = SELLABLE_INSPECTION;
        break;
    case SELLABLE_RETURN_DISPOSITION:
        stock.out = SELLABLE_INSPECTION;
        if (event->outcome == SELLABLE_SCRAP)
            stock.moves = sbl_subtract(0, quantity);
        else if (event->outcome == SELLABLE_TO_DAMAGE)
            stock.into = SELLABLE_DAMAGE;
        break;
    case SELLABLE_ALLOCATION_SET:
        stock.allocated = sbl_subtract(quantity, cell->allocated);
        break;
    case SELLABLE_ALLOCATION_ADJUST:
        stock.allocated = quantity;
        break;
    case SELLABLE_SAFETY_STOCK_SET:
        stock.safety_stock = sbl_subtract(quantity, cell->safety_stock);
        break;
    default:
        break;
    }
    return stock;
}

/* The cell with the difference; `on_hand`: by how much that really rises. ok, wrong_state (a hold
 * or allocated below 0), overflow. */
static inline enum sellable_status sbl_stock_apply(struct sbl_cell *cell,
                                                   const struct sbl_stock *stock,
                                                   int64_t on_hand) {
    int64_t before = sbl_net_unreserved(cell);
    bool fits = true, below = false;
    cell->on_hand = sbl_add(cell->on_hand, on_hand);
    cell->allocated = sbl_add(cell->allocated, stock->allocated);
    cell->safety_stock = sbl_add(cell->safety_stock, stock->safety_stock);
    if (stock->out != SBL_NO_HOLD)
        cell->held[stock->out] = sbl_subtract(cell->held[stock->out], stock->quantity);
    if (stock->into != SBL_NO_HOLD)
        cell->held[stock->into] = sbl_add(cell->held[stock->into], stock->quantity);
    for (int i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++) {
        below = below || cell->held[i] < 0;
        fits = fits && sbl_is_quantity(cell->held[i]);
    }
    cell->net = sbl_add(cell->net, sbl_subtract(sbl_net_unreserved(cell), before));
    if (below || cell->allocated < 0)
        return SELLABLE_WRONG_STATE;
    return fits && sbl_is_quantity(cell->on_hand) && sbl_is_quantity(cell->allocated) &&
                   sbl_is_quantity(cell->safety_stock) && sbl_is_quantity(cell->net) &&
                   sbl_is_quantity(sbl_held(cell))
               ? SELLABLE_OK
               : SELLABLE_OVERFLOW;
}

#endif
