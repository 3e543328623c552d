/* SPDX-License-Identifier: Apache-2.0
 *
 * See resource.h. */
#include "resource.h"

#include "names.h"
#include "sight.h"

enum sellable_status sbl_resource_places(struct sellable *engine, struct sbl_worker *worker,
                                         const struct sbl_image *world,
                                         const struct sellable_move *move,
                                         struct sbl_resourced *asked, struct sbl_seen *row,
                                         struct sellable_answer *answer) {
    asked->item = sbl_item_number(engine, move->item, move->item_key);
    asked->from = sbl_location_number(engine, move->from, move->from_key);
    asked->to = sbl_location_number(engine, move->to, move->to_key);
    asked->quantity = move->quantity;
    struct sbl_line *line = sbl_row_line(engine, asked->item);
    uint32_t locations = sbl_location_count(world);
    if (line != NULL)
        sbl_line_settle(worker, line, row);
    if (line == NULL || !sbl_row_exists(&row->image))
        return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", "no such item", 0);
    if (asked->from == 0 || asked->from > locations)
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "from", "no such location", 0);
    if (asked->to == 0 || asked->to > locations)
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "to", "no such location", 0);
    return asked->from != asked->to
               ? SELLABLE_OK
               : sbl_fault(answer, SELLABLE_INVALID, "to", "it is where it comes from", 0);
}

static void remove_placement(struct sbl_order *order, uint32_t at) {
    struct sbl_placement *placement = &order->placement[at];
    order->placement_count--;
    memmove(placement, placement + 1, (order->placement_count - at) * sizeof *placement);
}

/* The first placement of an item at a location, or the count; `after`: behind the last of the
 * item. */
static uint32_t find_placement(const struct sbl_order *order, uint32_t item, uint32_t location,
                               uint32_t *after) {
    uint32_t at = order->placement_count;
    *after = 0;
    for (uint32_t i = 0; i < order->placement_count; i++) {
        if (order->placement[i].item != item)
            continue;
        *after = i + 1;
        if (order->placement[i].location == location && at == order->placement_count)
            at = i;
    }
    return at;
}

/* So many leave a placement as if they were released, and were never there. */
static void give_up(struct sbl_placement *placement, int64_t quantity) {
    placement->quantity -= quantity;
    placement->beyond = sbl_max(0, placement->beyond - quantity);
    placement->fenced = sbl_min(placement->fenced, placement->quantity - placement->released);
}

enum sellable_status sbl_resource(struct sellable *engine, const struct sbl_image *world,
                                  const struct sbl_resourced *asked, struct sbl_hand *hand,
                                  const struct sbl_seen *row, struct sellable_answer *answer) {
    struct sbl_order *order = &hand->order;
    struct sbl_seen channel;
    struct sbl_sight sight;
    struct sbl_facts facts = {0};
    uint32_t after;
    uint32_t from = find_placement(order, asked->item, asked->from, &after);
    if (from == order->placement_count)
        return SELLABLE_WRONG_STATE;
    int64_t there = sbl_placement_reserved(&order->placement[from]);
    int64_t quantity = asked->quantity == 0 ? there : asked->quantity;
    if (quantity == 0 || quantity > there)
        return SELLABLE_WRONG_STATE;
    sbl_line_read(&engine->commit, sbl_channel_line(engine, order->channel), &channel);
    sbl_sight_begin(&sight, engine, world, order->channel, &channel.image, asked->item,
                    &row->image);
    int64_t seen = 0, own = 0;
    if (sbl_sight_rank(&sight, asked->to) != 0 && sight.own.untracked) {
        seen = quantity;
    } else if (sbl_sight_rank(&sight, asked->to) != 0) {
        sbl_sight_facts(&sight, asked->to, sbl_max(order->date, sbl_now_of(world)), &facts);
        seen = facts.term.seen;
        own = facts.term.own;
    }
    if (quantity > seen) {
        if (answer != NULL && answer->misfits != NULL && answer->misfit_capacity != 0)
            answer->misfits[0] =
                (struct sellable_misfit){{asked->item}, {asked->to}, quantity, seen};
        if (answer != NULL)
            answer->misfit_count = 1;
        return SELLABLE_INSUFFICIENT;
    }
    uint64_t since = order->placement[from].since;
    give_up(&order->placement[from], quantity);
    uint32_t to = find_placement(order, asked->item, asked->to, &after);
    if (to == order->placement_count) {
        to = after;
        memmove(&order->placement[to + 1], &order->placement[to],
                (order->placement_count - to) * sizeof *order->placement);
        order->placement_count++;
        order->placement[to] = (struct sbl_placement){
            .item = asked->item, .location = asked->to, .since = since};
    }
    struct sbl_placement *placement = &order->placement[to];
    int64_t waiting = sbl_placement_waiting(placement);
    placement->fenced = sbl_placement_drawn(placement) + sbl_min(own, quantity);
    placement->quantity += quantity;
    if (sbl_placement_waiting(placement) != waiting) /* what comes is there, and does not wait */
        placement->beyond = placement->released + waiting;
    if (order->placement[from].quantity == 0)
        remove_placement(order, from);
    return SELLABLE_OK;
}
