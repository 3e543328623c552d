/* SPDX-License-Identifier: Apache-2.0
 *
 * What a change of an order does to its rows; see change.h. */
#include "change.h"

#include "claim.h"

bool sbl_order_copy(struct sbl_worker *worker, struct sbl_hand *hand, struct sbl_order *before) {
    struct sbl_memory *memory = worker->commit->memory;
    struct sbl_buffer *old = &worker->scratch[SBL_SCRATCH_BEFORE];
    struct sbl_buffer *own = &worker->scratch[SBL_SCRATCH_HAND];
    size_t count = hand->order.placement_count;
    if (!sbl_buffer_reserve(memory, own, (count + 1) * sizeof(struct sbl_placement)) ||
        !sbl_buffer_reserve(memory, old, (count + 1) * sizeof(struct sbl_placement)))
        return false;
    hand->order.placement = own->bytes;
    *before = hand->order;
    before->placement = old->bytes;
    memcpy(before->placement, hand->order.placement, count * sizeof(struct sbl_placement));
    return true;
}

/* The placement of an item at a location; NULL: there is none. `hint`: where it may well be. */
static const struct sbl_placement *placement_at(const struct sbl_order *order, uint32_t item,
                                                uint32_t location, uint32_t hint) {
    if (hint < order->placement_count && order->placement[hint].item == item &&
        order->placement[hint].location == location)
        return &order->placement[hint];
    for (uint32_t i = 0; i < order->placement_count; i++)
        if (order->placement[i].item == item && order->placement[i].location == location)
            return &order->placement[i];
    return NULL;
}

static bool is_same(const struct sbl_placement *a, const struct sbl_placement *b) {
    return a->quantity == b->quantity && a->allocated == b->allocated &&
           a->shipped == b->shipped && a->released == b->released && a->fenced == b->fenced &&
           a->beyond == b->beyond;
}

/* Both sides of a change. */
struct sides {
    const struct sbl_order *before, *after;
    bool all; /* the promises move from dated to reserved: every one changes */
};

/* Does anything change of placement `i` of `order`? */
static bool changes(const struct sides *sides, const struct sbl_order *order, uint32_t i) {
    const struct sbl_placement *placement = &order->placement[i];
    const struct sbl_order *other = order == sides->before ? sides->after : sides->before;
    const struct sbl_placement *same =
        placement_at(other, placement->item, placement->location, i);
    return sides->all || same == NULL || !is_same(placement, same);
}

/* The next item above `item` of which something changes; 0: there is none. */
static uint32_t next_item(const struct sides *sides, uint32_t item) {
    const struct sbl_order *orders[] = {sides->before, sides->after};
    /* An order of one placement, which stays where it is, was looked at because it changes. */
    if (sides->before->placement_count == 1 && sides->after->placement_count == 1) {
        uint32_t only = sides->before->placement[0].item;
        if (only == sides->after->placement[0].item)
            return item == 0 ? only : 0;
    }
    uint32_t next = 0;
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < orders[side]->placement_count; i++) {
            uint32_t other = orders[side]->placement[i].item;
            if (other > item && (next == 0 || other < next) && changes(sides, orders[side], i))
                next = other;
        }
    return next;
}

static struct sbl_stand stand_of(const struct sbl_order *order,
                                 const struct sbl_placement *placement) {
    return (struct sbl_stand){placement, (order->flags & SBL_ORDER_DATED) != 0, order->date};
}

/* One row. */
static enum sellable_status change_row(struct sellable *engine, struct sbl_worker *worker,
                                       const struct sbl_image *world, const struct sides *sides,
                                       uint32_t item, const struct sbl_moment *moment) {
    struct sbl_hinted hinted = {-1, 0, 0};
    struct sbl_line *line = sbl_row_line(engine, item);
    enum sbl_claimed claimed = SBL_CLAIMED;
    struct sbl_seen seen;
    struct sbl_edit edit;
    sbl_line_settle(worker, line, &seen);
    sbl_edit_begin(&edit, worker, &seen.image);
    bool tracked = !sbl_row_has(&seen.image, SBL_ROW_OWN) ||
                   !sbl_own_of(&engine->memory, sbl_edit_tail(&edit)->own).untracked;
    for (uint32_t i = 0; i < sides->before->placement_count && tracked; i++) {
        const struct sbl_placement *old = &sides->before->placement[i];
        if (old->item != item || !changes(sides, sides->before, i) || claimed != SBL_CLAIMED)
            continue;
        const struct sbl_stand was = stand_of(sides->before, old);
        const struct sbl_stand is =
            stand_of(sides->after, placement_at(sides->after, item, old->location, i));
        claimed = sbl_claim(&edit, sides->before->channel, &was, &is, moment != NULL, moment);
    }
    for (uint32_t i = 0; i < sides->after->placement_count && tracked; i++) {
        const struct sbl_placement *new = &sides->after->placement[i];
        if (new->item != item || claimed != SBL_CLAIMED ||
            placement_at(sides->before, item, new->location, i) != NULL)
            continue;
        const struct sbl_stand was = {NULL, false, 0}, is = stand_of(sides->after, new);
        claimed = sbl_claim(&edit, sides->before->channel, &was, &is, moment != NULL, moment);
    }
    if (claimed == SBL_CLAIM_OVERFLOW) /* or the row has changed, and what was read is torn */
        return sbl_line_still(&engine->commit, line, &seen) ? SELLABLE_OVERFLOW : SELLABLE_STALE;
    if (sbl_edit_first_moved(&edit) &&
        !sbl_hint(engine, worker, world, moment->now + engine->retention, SBL_DUE_MOVED, item,
                  &hinted))
        return SELLABLE_NO_MEMORY;
    return claimed == SBL_CLAIMED && sbl_edit_end(&edit, line, item, &seen) ? SELLABLE_OK
                                                                            : SELLABLE_NO_MEMORY;
}

enum sellable_status sbl_order_change(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_image *world,
                                      const struct sbl_order *before, struct sbl_hand *hand,
                                      enum sellable_order_state closed,
                                      const struct sbl_moment *moment,
                                      struct sbl_hinted *hinted) {
    struct sbl_order *after = &hand->order;
    const struct sides sides = {before, after,
                                ((before->flags ^ after->flags) & SBL_ORDER_DATED) != 0};
    int64_t now = sbl_now_of(world);
    after->state = sbl_order_state_of(after, closed);
    bool closes = after->state != SELLABLE_RESERVED && after->state != SELLABLE_ALLOCATED;
    if (closes)
        after->time = now;
    if (!sbl_record_put(engine, worker, after, &hand->found))
        return SELLABLE_NO_MEMORY;
    for (uint32_t item = 0; (item = next_item(&sides, item)) != 0;) {
        enum sellable_status status = change_row(engine, worker, world, &sides, item, moment);
        if (status != SELLABLE_OK)
            return status;
    }
    if (closes && !sbl_hint(engine, worker, world, now + engine->retention, SBL_DUE_ORDER,
                            after->hash, hinted))
        return SELLABLE_NO_MEMORY;
    return SELLABLE_OK;
}
