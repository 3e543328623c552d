/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps are drawn beforehand, with what follows on what: so the timed part fills in records
 * and calls. A thing's key (of an order, a reference, a transfer) is the id of the event that made
 * it. */
#include "mix.h"

/* What is announced is due so long after the engine's time, which does not come. */
#define DUE_AHEAD (INT64_C(1) << 40)

/* ---- drawing --------------------------------------------------------------------------------- */

static const struct part {
    uint32_t type;
    uint32_t parts;   /* of a hundred */
    uint32_t follows; /* the type that has to be there before; 0: none */
} parts_of_mix[] = {
    {SELLABLE_ON_HAND_ADJUST, 45, 0},
    {SELLABLE_RESERVE, 15, 0},
    {SELLABLE_SHIP, 12, SELLABLE_RESERVE},
    {SELLABLE_RECEIPT, 8, SELLABLE_SCHEDULE_SET},
    {SELLABLE_SCHEDULE_SET, 8, 0},
    {SELLABLE_HOLD_PLACE, 3, 0},
    {SELLABLE_HOLD_RELEASE, 2, SELLABLE_HOLD_PLACE},
    {SELLABLE_TRANSFER_SHIP, 2, 0},
    {SELLABLE_TRANSFER_RECEIVE, 2, SELLABLE_TRANSFER_SHIP},
    {SELLABLE_ON_HAND_SET, 3, 0},
};
enum { PARTS = sizeof parts_of_mix / sizeof *parts_of_mix };

static const struct part *draw_part(uint64_t *random)
{
    uint32_t drawn = (uint32_t)(workload_random(random) % 100);
    const struct part *part = parts_of_mix;
    while (drawn >= part->parts)
        drawn -= part++->parts;
    return part;
}

/* The oldest step of a type that nothing follows on yet: `from` is where to look, by type. */
static bool find_open(const struct mix_step *steps, size_t end, uint32_t type, size_t *from)
{
    while (*from < end && (steps[*from].type != type || steps[*from].followed))
        ++*from;
    return *from < end;
}

void mix_draw(struct mix_step *steps, size_t count)
{
    size_t from[SELLABLE_EVENT_TYPES_END] = {0};
    uint64_t random = 7;
    for (size_t i = 0; i < count; i++) {
        const struct part *part = draw_part(&random);
        size_t *open = &from[part->follows];
        steps[i] = (struct mix_step){.type = part->type, .of = (uint32_t)i};
        if (part->follows && find_open(steps, i, part->follows, open)) {
            steps[i].of = (uint32_t)*open;
            steps[*open].followed = true;
        } else if (part->follows) { /* nothing is there yet to follow on */
            steps[i].type = SELLABLE_ON_HAND_ADJUST;
        }
    }
}

/* ---- records --------------------------------------------------------------------------------- */

static inline struct sellable_location place_of(const struct share *share, size_t call,
                                                const struct sellable_location *locations,
                                                uint32_t further)
{
    return locations[(share->requests[call].slot + further) % LOCATIONS];
}

static void fill_order(struct sellable_order *order, struct sellable_line *line,
                       const struct share *share, size_t call, struct sellable_item item)
{
    *line = (struct sellable_line){.item = item, .quantity = 1};
    *order = (struct sellable_order){.key = text_key(&share->order_keys[call]),
                                     .channel = share->requests[call].channel,
                                     .lines = line,
                                     .line_count = 1};
}

void mix_fill(struct sellable_event *event, struct sellable_order *order,
              struct sellable_line *line, const struct mix_step *step,
              const struct share *share, const struct sellable_location *locations, uint64_t zero)
{
    const size_t of = step->of + zero;
    const struct sellable_key made = text_key(&share->order_keys[of]);
    *event = (struct sellable_event){
        .type = step->type,
        .item = share->requests[of].item,
        .location = place_of(share, of, locations, 0),
        .quantity = 1,
    };
    switch (step->type) {
    case SELLABLE_RESERVE:
        fill_order(order, line, share, of, event->item);
        event->order = order;
        break;
    case SELLABLE_SHIP:
        event->order_key = made;
        break;
    case SELLABLE_RECEIPT:
    case SELLABLE_SCHEDULE_SET:
        event->quantity = MIX_UNITS;
        event->reference = made;
        event->due = DUE_AHEAD;
        break;
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
        event->reason = (struct sellable_key){"damage", 6};
        break;
    case SELLABLE_TRANSFER_SHIP:
        event->to = place_of(share, of, locations, 1);
        event->due = DUE_AHEAD;
        event->reference = made;
        break;
    case SELLABLE_TRANSFER_RECEIVE:
        event->reference = made;
        break;
    case SELLABLE_ON_HAND_SET:
        event->quantity = CELL_ON_HAND;
        break;
    default:
        break;
    }
}

bool mix_undo(struct sellable_event *event, const struct mix_step *step, size_t call,
              const struct share *share, const struct sellable_location *locations)
{
    struct mix_step undo = {.of = (uint32_t)call};
    struct sellable_order order; /* not needed: nothing is reserved again */
    struct sellable_line line;
    if (step->followed)
        return false;
    switch (step->type) {
    case SELLABLE_RESERVE:
        undo.type = SELLABLE_SHIP;
        break;
    case SELLABLE_SCHEDULE_SET:
        undo.type = SELLABLE_RECEIPT;
        break;
    case SELLABLE_HOLD_PLACE:
        undo.type = SELLABLE_HOLD_RELEASE;
        break;
    case SELLABLE_TRANSFER_SHIP:
        undo.type = SELLABLE_TRANSFER_RECEIVE;
        break;
    default:
        return false;
    }
    mix_fill(event, &order, &line, &undo, share, locations, 0);
    return true;
}
