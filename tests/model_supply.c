/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: what is said of a cell. See model.h. */
#include "model_figures.h"

#include <stdlib.h>
#include <string.h>

/* An event with its names resolved, and its quantity in the smallest unit. */
struct said {
    uint32_t type;
    uint32_t item;
    uint32_t location;
    uint32_t channel;
    uint32_t reason; /* a place in held[] */
    int64_t quantity;
    int64_t until;
    int64_t due;
    struct text reference;
};

static bool is_hold(uint32_t type) {
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

/* ---- what may be said ------------------------------------------------------------------------ */

/* The fields, each by itself. */
static enum sellable_status judge_fields(const struct model *model,
                                         const struct sellable_event *event, struct said *said,
                                         struct sellable_answer *answer) {
    uint32_t type = event->type;
    const char *fault = NULL;
    bool not_below_0 = type == SELLABLE_ALLOCATION_SET || type == SELLABLE_SAFETY_STOCK_SET ||
                       type == SELLABLE_RING_FENCE_SET;
    if (type < SELLABLE_ON_HAND_SET || type >= SELLABLE_EVENT_TYPES_END) {
        return model_fault(answer, SELLABLE_INVALID, "type", 0);
    }
    uint32_t reason = model_find(&model->reason_names, event->reason);
    said->type = type;
    said->reason = reason - 1;
    said->until = event->until;
    said->due = event->due;
    said->reference = model_text(event->reference);
    if (model_beyond(event->quantity) || (is_hold(type) && event->quantity <= 0) ||
        (not_below_0 && event->quantity < 0)) {
        fault = "quantity";
    } else if (event->has_expected > 1 || (is_hold(type) && event->has_expected)) {
        fault = "has_expected";
    } else if (event->has_expected && model_beyond(event->expected)) {
        fault = "expected";
    } else if (type == SELLABLE_RING_FENCE_SET && model_beyond_time(event->until)) {
        fault = "until";
    } else if (type == SELLABLE_SCHEDULE_SET && model_beyond_time(event->due)) {
        fault = "due";
    } else if (type == SELLABLE_SCHEDULE_SET && said->reference.size == 0) {
        fault = "reference";
    } else if (is_hold(type) && reason == 0) {
        fault = "reason";
    }
    return fault ? model_fault(answer, SELLABLE_INVALID, fault, 0) : SELLABLE_OK;
}

/* What it names, and what that allows. */
static enum sellable_status judge_names(const struct model *model,
                                        const struct sellable_event *event, struct said *said,
                                        struct sellable_answer *answer) {
    said->item = model_resolve(&model->item_names, event->item.id, event->item_key);
    said->location =
        model_resolve(&model->location_names, event->location.id, event->location_key);
    if (said->item == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", 0);
    }
    if (said->location == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", 0);
    }
    if (said->type == SELLABLE_RING_FENCE_SET) {
        said->channel =
            model_resolve(&model->channel_names, event->channel.id, event->channel_key);
        if (said->channel == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", 0);
        }
        if (event->until != 0 && event->until <= model->now) {
            return model_fault(answer, SELLABLE_INVALID, "until", 0);
        }
    }
    struct text unit = model_text(event->unit);
    bool no_name = model_is_given(0, event->unit) && unit.size == 0;
    enum conversion conversion =
        no_name ? NO_UNIT
                : model_convert(model, said->item, &unit, event->quantity, &said->quantity);
    if (conversion != CONVERTED) {
        return model_fault(answer, SELLABLE_INVALID, conversion == NO_UNIT ? "unit" : "quantity",
                           0);
    }
    const struct item *item = &model->items[said->item];
    if (item->component_count > 0 || !item->tracked) {
        return model_fault(answer, SELLABLE_INVALID, "item", 0);
    }
    return SELLABLE_OK;
}

/* ---- what it changes ------------------------------------------------------------------------- */

static struct scheduled *find_entry(struct cell *cell, const struct text *reference) {
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        if (model_is_same(&cell->schedule[i].reference, reference)) {
            return &cell->schedule[i];
        }
    }
    return NULL;
}

/* The quantity that the event is about, as it is now. */
static int64_t quantity_now(struct cell *cell, const struct said *said) {
    const struct scheduled *entry;
    switch (said->type) {
    case SELLABLE_ON_HAND_SET:
    case SELLABLE_ON_HAND_ADJUST:
        return cell->on_hand;
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        return cell->allocated;
    case SELLABLE_SAFETY_STOCK_SET:
        return cell->safety_stock;
    case SELLABLE_RING_FENCE_SET:
        return cell->fences[said->channel].quantity;
    case SELLABLE_SCHEDULE_SET:
        entry = find_entry(cell, &said->reference);
        return entry ? entry->quantity : 0;
    default:
        return cell->held[said->reason];
    }
}

/* An entry replaced, taken away or added; false: there are too many. */
static bool set_entry(struct cell *cell, const struct said *said) {
    struct scheduled *entry = find_entry(cell, &said->reference);
    if (!entry && said->quantity == 0) {
        return true;
    }
    if (!entry) {
        if (cell->schedule_count == SELLABLE_SCHEDULE_MAX) {
            return false;
        }
        cell->schedule =
            model_room(cell->schedule, cell->schedule_count + 1, sizeof *cell->schedule);
        entry = &cell->schedule[cell->schedule_count++];
    }
    *entry = (struct scheduled){said->reference, said->due, said->quantity};
    if (said->quantity == 0) {
        *entry = cell->schedule[--cell->schedule_count];
    }
    return true;
}

/* What it makes of a cell; wrong_state or invalid, where that cannot be. */
static enum sellable_status change(struct cell *cell, const struct said *said,
                                   struct sellable_answer *answer) {
    int64_t quantity = said->quantity;
    switch (said->type) {
    case SELLABLE_ON_HAND_SET:
        cell->on_hand = quantity;
        break;
    case SELLABLE_ON_HAND_ADJUST:
        cell->on_hand += quantity;
        break;
    case SELLABLE_HOLD_PLACE:
        cell->held[said->reason] += quantity;
        break;
    case SELLABLE_HOLD_SCRAP:
        cell->on_hand -= quantity;
        cell->held[said->reason] -= quantity;
        break;
    case SELLABLE_HOLD_RELEASE:
        cell->held[said->reason] -= quantity;
        break;
    case SELLABLE_ALLOCATION_SET:
        cell->allocated = quantity;
        break;
    case SELLABLE_ALLOCATION_ADJUST:
        cell->allocated += quantity;
        break;
    case SELLABLE_SAFETY_STOCK_SET:
        cell->safety_stock = quantity;
        break;
    case SELLABLE_RING_FENCE_SET:
        cell->fences[said->channel] = quantity > 0 ? (struct fence){true, quantity, said->until}
                                                   : (struct fence){false, 0, 0};
        break;
    case SELLABLE_SCHEDULE_SET:
        if (!set_entry(cell, said)) {
            return model_fault(answer, SELLABLE_INVALID, "reference", 0);
        }
        break;
    }
    bool below_0 = cell->allocated < 0 || (is_hold(said->type) && cell->held[said->reason] < 0);
    return below_0 ? SELLABLE_WRONG_STATE : SELLABLE_OK;
}

/* Sums of what is scheduled; a single quantity is within them. */
static bool schedule_overflows(const struct cell *cell) {
    int64_t supply = 0, demand = 0;
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        int64_t quantity = cell->schedule[i].quantity;
        *(quantity > 0 ? &supply : &demand) += quantity;
    }
    return model_beyond(supply) || model_beyond(demand);
}

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    struct said said = {0};
    model_clear_answer(answer);
    enum sellable_status status = judge_fields(model, event, &said, answer);
    if (status == SELLABLE_OK) {
        status = judge_names(model, event, &said, answer);
    }
    if (status != SELLABLE_OK) {
        return status;
    }
    struct cell *cell = &model->items[said.item].cells[said.location], before = *cell;
    int64_t actual = quantity_now(cell, &said);
    if (event->has_expected && event->expected != actual) {
        if (answer) {
            answer->actual = actual;
        }
        return SELLABLE_CONFLICT;
    }
    /* tried on the cell itself, and taken back if it cannot be */
    before.schedule = model_room(NULL, before.schedule_count, sizeof *before.schedule);
    if (before.schedule_count > 0) {
        memcpy(before.schedule, cell->schedule, before.schedule_count * sizeof *before.schedule);
    }
    status = change(cell, &said, answer);
    struct ledger ledger;
    ledger_read(&ledger, model, said.item, said.location, NULL);
    bool fences = said.type == SELLABLE_RING_FENCE_SET && model_beyond(ledger_fenced(&ledger));
    if (status == SELLABLE_OK &&
        (fences || ledger_overflows(&ledger) || schedule_overflows(cell))) {
        status = SELLABLE_OVERFLOW;
    }
    struct cell unused = before;
    if (status == SELLABLE_OK) {
        if (answer) {
            answer->variance = cell->on_hand - before.on_hand;
        }
    } else {
        unused = *cell;
        *cell = before;
    }
    free(unused.schedule);
    return status;
}
