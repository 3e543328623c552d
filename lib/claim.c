/* SPDX-License-Identifier: Apache-2.0
 *
 * See claim.h. */
#include "claim.h"

/* What a promise holds of its cell. */
struct holding {
    int64_t firm, dated, waiting, allocated, shipped, drawn;
};

static struct holding holding_of(const struct sbl_stand *stand) {
    const struct sbl_placement *placement = stand->placement;
    if (placement == NULL)
        return (struct holding){0};
    int64_t firm = sbl_placement_firm(placement);
    return (struct holding){stand->dated ? 0 : firm,          stand->dated ? firm : 0,
                            sbl_placement_waiting(placement), placement->allocated,
                            placement->shipped,               sbl_placement_drawn(placement)};
}

/* A fence falls, or what was drawn goes back to it. */
static bool move_fence(struct sbl_edit *edit, uint32_t location, uint32_t channel, int64_t drawn) {
    if (drawn == 0)
        return true;
    if (sbl_edit_figure(edit, location, SBL_UNTIL, channel) == 0)
        return true;
    int64_t left = sbl_edit_figure(edit, location, SBL_FENCE, channel);
    int64_t change = sbl_max(sbl_subtract(0, left),
                             sbl_min(-drawn, sbl_subtract(SELLABLE_QUANTITY_MAX, left)));
    return sbl_edit_add(edit, location, SBL_FENCE, channel, change);
}

/* What is promised for one date there goes, and for another comes. */
static bool move_dated(struct sbl_edit *edit, uint32_t location, const struct sbl_stand *before,
                       int64_t taken, const struct sbl_stand *after, int64_t given) {
    return (taken == 0 || sbl_edit_promised(edit, location, before->date, -taken)) &&
           (given == 0 || sbl_edit_promised(edit, location, after->date, given));
}

/* What was reserved out of plain stock goes back, and nothing else: net rises by it. */
static bool is_plain_release(const struct sbl_stand *before, const struct sbl_stand *after) {
    const struct sbl_placement *old = before->placement, *new = after->placement;
    return old != NULL && new != NULL && !before->dated && !after->dated &&
           (old->fenced | old->beyond | new->fenced | new->beyond) == 0 &&
           old->allocated == new->allocated && old->shipped == new->shipped &&
           old->quantity == new->quantity;
}

enum sbl_claimed sbl_claim(struct sbl_edit *edit, uint32_t channel, const struct sbl_stand *before,
                           const struct sbl_stand *after, bool checked,
                           const struct sbl_moment *moment) {
    if (SBL_LIKELY(is_plain_release(before, after)))
        return sbl_edit_add(edit, after->placement->location, SBL_NET, 0,
                            after->placement->released - before->placement->released)
                   ? SBL_CLAIMED
                   : SBL_CLAIM_NO_MEMORY;
    const struct sbl_placement *any = after->placement != NULL ? after->placement
                                                               : before->placement;
    const struct holding old = holding_of(before), new = holding_of(after);
    uint32_t location = any->location;
    int64_t shipped = new.shipped - old.shipped, allocated = new.allocated - old.allocated;
    bool room = true;
    if (shipped != 0 && sbl_is_in_balance(edit, location, moment))
        shipped = 0;
    int64_t net = old.firm - new.firm - shipped;
    if (allocated != 0) {
        int64_t there = sbl_edit_figure(edit, location, SBL_ALLOCATED, 0);
        int64_t then = sbl_max(0, sbl_add(there, allocated));
        if (edit->failed)
            return SBL_CLAIM_NO_MEMORY;
        if (checked && then > SELLABLE_QUANTITY_MAX)
            return SBL_CLAIM_OVERFLOW;
        allocated = sbl_subtract(then, there);
        net = sbl_subtract(net, allocated);
        room = sbl_edit_add(edit, location, SBL_ALLOCATED, 0, allocated);
    }
    if (shipped != 0)
        room = room && sbl_edit_add(edit, location, SBL_ON_HAND, 0, -shipped) &&
               sbl_edit_move(edit, location, -shipped, moment);
    if (new.waiting != old.waiting)
        room = room &&
               sbl_edit_add(edit, location, SBL_BACKORDERED, 0, new.waiting - old.waiting);
    if (new.dated != 0 || old.dated != 0)
        room = room && move_dated(edit, location, before, old.dated, after, new.dated);
    room = room && move_fence(edit, location, channel, new.drawn - old.drawn);
    if (net != 0)
        room = room && sbl_edit_add(edit, location, SBL_NET, 0, net);
    if (!room)
        return SBL_CLAIM_NO_MEMORY;
    if (!checked)
        return SBL_CLAIMED;
    bool fits = sbl_is_quantity(sbl_edit_figure(edit, location, SBL_NET, 0));
    if (shipped != 0)
        fits = fits && sbl_is_quantity(sbl_edit_figure(edit, location, SBL_ON_HAND, 0));
    if (new.waiting > old.waiting)
        fits = fits && sbl_is_quantity(sbl_edit_figure(edit, location, SBL_BACKORDERED, 0));
    if (new.dated > old.dated)
        fits = fits && sbl_is_quantity(sbl_edit_promised_sum(edit, location));
    if (edit->failed)
        return SBL_CLAIM_NO_MEMORY;
    return fits ? SBL_CLAIMED : SBL_CLAIM_OVERFLOW;
}
