/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: what is said of a cell, or of two. See model.h. */
#include "model_figures.h"

#include <stdlib.h>
#include <string.h>

/* An event with its names resolved, and its quantity in the smallest unit. */
struct said {
    const struct sellable_event *event;
    uint32_t type;
    uint32_t item;
    uint32_t location; /* of transfer.receive the one where it arrives; 0: it is not known */
    uint32_t to;       /* of transfer.ship */
    uint32_t channel;
    uint32_t reason; /* a place in held[]: of a hold, of what is received into one */
    int64_t quantity;
    struct text reference;
    struct transfer *transfer; /* that is known by the reference */
};

static bool is_hold(uint32_t type) {
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

static bool is_transfer(uint32_t type) {
    return type == SELLABLE_TRANSFER_SHIP || type == SELLABLE_TRANSFER_RECEIVE;
}

static bool is_return(uint32_t type) {
    return type == SELLABLE_RETURN_RECEIVE || type == SELLABLE_RETURN_DISPOSITION;
}

/* Something comes, goes, or changes its condition: there is no less than one of it. */
static bool is_of_pieces(uint32_t type) {
    return is_hold(type) || is_transfer(type) || is_return(type) || type == SELLABLE_RECEIPT;
}

/* ---- the kinds of fields --------------------------------------------------------------------- */

static const char *fault_of_quantity(const struct sellable_event *event) {
    uint32_t type = event->type;
    bool not_below_0 = type == SELLABLE_ALLOCATION_SET || type == SELLABLE_SAFETY_STOCK_SET ||
                       type == SELLABLE_RING_FENCE_SET;
    if (model_beyond(event->quantity) || (is_of_pieces(type) && event->quantity <= 0) ||
        (not_below_0 && event->quantity < 0)) {
        return "quantity";
    }
    if (event->has_expected > 1 || (is_of_pieces(type) && event->has_expected)) {
        return "has_expected";
    }
    return event->has_expected && model_beyond(event->expected) ? "expected" : NULL;
}

static const char *fault_of_dates(const struct sellable_event *event) {
    uint32_t type = event->type;
    bool has_due = type == SELLABLE_SCHEDULE_SET || type == SELLABLE_TRANSFER_SHIP;
    if (type == SELLABLE_RING_FENCE_SET && model_beyond_time(event->until)) {
        return "until";
    }
    if (type == SELLABLE_ON_HAND_SET && event->has_as_of > 1) {
        return "has_as_of";
    }
    if (type == SELLABLE_ON_HAND_SET && event->has_as_of && model_beyond_time(event->as_of)) {
        return "as_of";
    }
    return has_due && model_beyond_time(event->due) ? "due" : NULL;
}

static const char *fault_of_names(const struct sellable_event *event) {
    uint32_t type = event->type;
    bool given = model_is_given(0, event->reference), key = model_is_key(event->reference);
    if (type == SELLABLE_SCHEDULE_SET || type == SELLABLE_RECEIPT) {
        return (given || type == SELLABLE_SCHEDULE_SET) && !key ? "reference" : NULL;
    }
    if (is_transfer(type)) {
        return key ? NULL : "transfer";
    }
    if (type == SELLABLE_RETURN_RECEIVE) {
        bool order = model_is_given(0, event->order_key);
        return order && !model_is_key(event->order_key) ? "order" : NULL;
    }
    bool outcome = event->outcome >= SELLABLE_RESTOCK && event->outcome <= SELLABLE_TO_DAMAGE;
    return type == SELLABLE_RETURN_DISPOSITION && !outcome ? "outcome" : NULL;
}

static enum sellable_status judge_fields(const struct sellable_event *event,
                                         struct sellable_answer *answer) {
    const char *fault = fault_of_quantity(event);
    fault = fault ? fault : fault_of_dates(event);
    fault = fault ? fault : fault_of_names(event);
    return fault ? model_fault(answer, SELLABLE_INVALID, fault, 0) : SELLABLE_OK;
}

/* ---- what it names, and what that allows ----------------------------------------------------- */

static enum sellable_status judge_reason(const struct model *model, struct said *said,
                                         struct sellable_answer *answer) {
    const struct sellable_event *event = said->event;
    bool held = said->type == SELLABLE_RECEIPT && model_is_given(0, event->held);
    uint32_t reason = model_find(&model->reason_names, held ? event->held : event->reason);
    said->reason = is_return(said->type) ? SELLABLE_INSPECTION : reason - 1;
    if (reason == 0 && (held || is_hold(said->type))) {
        return model_fault(answer, SELLABLE_INVALID, held ? "held" : "reason", 0);
    }
    return SELLABLE_OK;
}

static enum sellable_status judge_places(const struct model *model, struct said *said,
                                         struct sellable_answer *answer) {
    const struct sellable_event *event = said->event;
    said->item = model_resolve(&model->item_names, event->item.id, event->item_key);
    said->location =
        model_resolve(&model->location_names, event->location.id, event->location_key);
    if (said->item == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", 0);
    }
    if (said->location == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", 0);
    }
    if (said->type == SELLABLE_TRANSFER_SHIP) {
        said->to = model_resolve(&model->location_names, event->to.id, event->to_key);
        if (said->to == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_LOCATION, "to", 0);
        }
        if (said->to == said->location) {
            return model_fault(answer, SELLABLE_INVALID, "to", 0);
        }
    }
    return SELLABLE_OK;
}

static enum sellable_status judge_fence(const struct model *model, struct said *said,
                                        struct sellable_answer *answer) {
    const struct sellable_event *event = said->event;
    if (said->type != SELLABLE_RING_FENCE_SET) {
        return SELLABLE_OK;
    }
    said->channel = model_resolve(&model->channel_names, event->channel.id, event->channel_key);
    if (said->channel == 0) {
        return model_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", 0);
    }
    if (event->until != 0 && event->until <= model->now) {
        return model_fault(answer, SELLABLE_INVALID, "until", 0);
    }
    return SELLABLE_OK;
}

/* Of an item that has stock of its own, in whole ones of its smallest unit. */
static enum sellable_status judge_item(const struct model *model, struct said *said,
                                       struct sellable_answer *answer) {
    struct text unit = model_text(said->event->unit);
    bool no_name = model_is_given(0, said->event->unit) && unit.size == 0;
    enum conversion conversion =
        no_name ? NO_UNIT
                : model_convert(model, said->item, &unit, said->event->quantity, &said->quantity);
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

/* A transfer is known with its item and where it goes; of one that is not there is nothing. */
static enum sellable_status judge_names(struct model *model, struct said *said,
                                        struct sellable_answer *answer) {
    said->reference = model_text(said->event->reference);
    said->transfer = is_transfer(said->type) ? model_transfer(model, &said->reference) : NULL;
    if (said->type == SELLABLE_TRANSFER_RECEIVE) {
        said->item = said->transfer ? said->transfer->item : 0;
        said->location = said->transfer ? said->transfer->to : 0;
        return said->transfer ? judge_item(model, said, answer) : SELLABLE_OK;
    }
    enum sellable_status status = judge_reason(model, said, answer);
    status = status == SELLABLE_OK ? judge_places(model, said, answer) : status;
    status = status == SELLABLE_OK ? judge_fence(model, said, answer) : status;
    return status == SELLABLE_OK ? judge_item(model, said, answer) : status;
}

/* ---- who says it, what is expected, and when it was ------------------------------------------ */

/* Which quantity it writes. */
static uint32_t owned_by(uint32_t type) {
    switch (type) {
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
    case SELLABLE_RETURN_DISPOSITION:
        return SELLABLE_OWNED_HELD;
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        return SELLABLE_OWNED_ALLOCATED;
    case SELLABLE_SAFETY_STOCK_SET:
        return SELLABLE_OWNED_SAFETY_STOCK;
    case SELLABLE_RING_FENCE_SET:
        return SELLABLE_OWNED_RING_FENCE;
    case SELLABLE_SCHEDULE_SET:
        return SELLABLE_OWNED_SCHEDULE;
    default:
        return SELLABLE_OWNED_ON_HAND;
    }
}

/* The quantity that a set or an adjust is about, as it is now. */
static int64_t quantity_now(struct cell *cell, const struct said *said) {
    const struct scheduled *entry;
    switch (said->type) {
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        return cell->allocated;
    case SELLABLE_SAFETY_STOCK_SET:
        return cell->safety_stock;
    case SELLABLE_RING_FENCE_SET:
        return cell->fences[said->channel].quantity;
    case SELLABLE_SCHEDULE_SET:
        entry = cell_entry(cell, &said->reference);
        return entry ? entry->quantity : 0;
    default:
        return cell->on_hand;
    }
}

static int64_t as_of_of(const struct model *model, const struct sellable_event *event) {
    return event->has_as_of ? event->as_of : event->has_at ? event->at : model->now;
}

static enum sellable_status judge_balance(const struct model *model, const struct cell *cell,
                                          const struct sellable_event *event,
                                          struct sellable_answer *answer) {
    int64_t as_of = as_of_of(model, event);
    bool stale = cell->has_as_of && as_of < cell->as_of;
    bool old = as_of < model->now - model->retention;
    model_saw(model, MODEL_RULE_AS_OF_STALE, stale && !old);
    model_saw(model, MODEL_RULE_AS_OF_OLD, old && !stale);
    if (stale || old) {
        return model_fault(answer, SELLABLE_STALE, "as_of", 0);
    }
    if (event->has_as_of && model_is_ahead(model, event->as_of)) {
        model_saw(model, MODEL_RULE_AS_OF_AHEAD, true);
        return model_fault(answer, SELLABLE_INVALID, "as_of", 0);
    }
    model_saw(model, MODEL_RULE_BALANCE_BY_AT, !event->has_as_of && event->has_at);
    model_saw(model, MODEL_RULE_BALANCE_OF_NOW, !event->has_as_of && !event->has_at);
    return SELLABLE_OK;
}

static enum sellable_status judge_origin(const struct model *model, const struct said *said,
                                         struct cell *cell, struct sellable_answer *answer) {
    const struct sellable_event *event = said->event;
    if (!model_is_owner(model, said->type, owned_by(said->type), said->location)) {
        return SELLABLE_NOT_OWNER;
    }
    int64_t actual = event->has_expected ? quantity_now(cell, said) : 0;
    model_saw(model, MODEL_RULE_EXPECTED_MET, event->has_expected && event->expected == actual);
    if (event->has_expected && event->expected != actual) {
        model_saw(model, MODEL_RULE_EXPECTED, true);
        answer->actual = actual;
        return SELLABLE_CONFLICT;
    }
    if (said->type == SELLABLE_ON_HAND_SET) {
        enum sellable_status status = judge_balance(model, cell, event, answer);
        if (status != SELLABLE_OK) {
            return status;
        }
    }
    if (event->has_at && model_is_ahead(model, event->at)) {
        model_saw(model, MODEL_RULE_AT_AHEAD, true);
        return model_fault(answer, SELLABLE_INVALID, "at", 0);
    }
    return SELLABLE_OK;
}

/* ---- what it changes ------------------------------------------------------------------------- */

/* Sets, adjusts and holds of one cell. */
static void change_figures(struct model *model, struct cell *cell, const struct said *said) {
    int64_t quantity = said->quantity;
    switch (said->type) {
    case SELLABLE_ON_HAND_SET:
        cell_balance(model, cell, quantity, as_of_of(model, said->event));
        break;
    case SELLABLE_ON_HAND_ADJUST:
        cell_move(model, cell, quantity);
        break;
    case SELLABLE_HOLD_PLACE:
        cell->held[said->reason] += quantity;
        break;
    case SELLABLE_HOLD_SCRAP:
        cell->held[said->reason] -= quantity;
        cell_move(model, cell, -quantity);
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
    default: /* ring_fence.set */
        cell->fences[said->channel] = quantity > 0
                                          ? (struct fence){true, quantity, said->event->until}
                                          : (struct fence){false, 0, 0};
    }
}

static void receive(struct model *model, struct cell *cell, const struct said *said) {
    if (said->reference.size > 0) {
        cell_arrive(model, cell, &said->reference, said->quantity);
    }
    if (model_is_given(0, said->event->held)) {
        model_saw(model, MODEL_RULE_RECEIPT_HELD, true);
        cell->held[said->reason] += said->quantity;
    }
    cell_move(model, cell, said->quantity);
}

static enum sellable_status ship_transfer(struct model *model, struct cell *from, struct cell *to,
                                          const struct said *said,
                                          struct sellable_answer *answer) {
    if (said->transfer) {
        model_saw(model, MODEL_RULE_TRANSFER_KNOWN, true);
        return SELLABLE_CONFLICT;
    }
    model_saw(model, MODEL_RULE_TRANSFER_REPLACES, cell_entry(to, &said->reference));
    cell_move(model, from, -said->quantity);
    return cell_schedule(to, &said->reference, said->event->due, said->quantity)
               ? SELLABLE_OK
               : model_fault(answer, SELLABLE_INVALID, "transfer", 0);
}

static enum sellable_status receive_transfer(struct model *model, struct cell *cell,
                                             const struct said *said) {
    const struct scheduled *entry = cell_entry(cell, &said->reference);
    if (!entry || entry->quantity <= 0) {
        model_saw(model, MODEL_RULE_TRANSFER_DONE, true);
        return SELLABLE_WRONG_STATE;
    }
    model_saw(model, MODEL_RULE_TRANSFER_PART, said->quantity < entry->quantity);
    model_saw(model, MODEL_RULE_TRANSFER_BEYOND, said->quantity > entry->quantity);
    cell_arrive(model, cell, &said->reference, said->quantity);
    cell_move(model, cell, said->quantity);
    return SELLABLE_OK;
}

static void handle_return(struct model *model, struct cell *cell, const struct said *said) {
    bool received = said->type == SELLABLE_RETURN_RECEIVE;
    uint32_t outcome = received ? 0 : said->event->outcome;
    cell->held[SELLABLE_INSPECTION] += received ? said->quantity : -said->quantity;
    if (received || outcome == SELLABLE_SCRAP) {
        cell_move(model, cell, received ? said->quantity : -said->quantity);
    } else if (outcome == SELLABLE_TO_DAMAGE) {
        cell->held[SELLABLE_DAMAGE] += said->quantity;
    }
    model_saw(model, MODEL_RULE_RETURN_MORE, cell->held[SELLABLE_INSPECTION] < 0);
}

/* What it makes of a cell, or of two; wrong_state, conflict or invalid, where that cannot be. */
static enum sellable_status change(struct model *model, struct cell *cell, struct cell *to,
                                   const struct said *said, struct sellable_answer *answer) {
    enum sellable_status status = SELLABLE_OK;
    switch (said->type) {
    case SELLABLE_SCHEDULE_SET:
        if (!cell_schedule(cell, &said->reference, said->event->due, said->quantity)) {
            status = model_fault(answer, SELLABLE_INVALID, "reference", 0);
        }
        break;
    case SELLABLE_RECEIPT:
        receive(model, cell, said);
        break;
    case SELLABLE_TRANSFER_SHIP:
        status = ship_transfer(model, cell, to, said, answer);
        break;
    case SELLABLE_TRANSFER_RECEIVE:
        status = receive_transfer(model, cell, said);
        break;
    case SELLABLE_RETURN_RECEIVE:
    case SELLABLE_RETURN_DISPOSITION:
        handle_return(model, cell, said);
        break;
    default:
        change_figures(model, cell, said);
    }
    bool holds = is_hold(said->type) || is_return(said->type);
    bool below_0 = cell->allocated < 0 || (holds && cell->held[said->reason] < 0);
    return status == SELLABLE_OK && below_0 ? SELLABLE_WRONG_STATE : status;
}

/* A sum that is kept in a cell of the item. */
static bool overflows(const struct model *model, uint32_t item, uint32_t location, bool fences) {
    struct ledger ledger;
    ledger_read(&ledger, model, item, location, NULL);
    return (fences && model_beyond(ledger_fenced(&ledger))) || ledger_overflows(&ledger) ||
           cell_schedule_overflows(&model->items[item].cells[location]);
}

/* ---- transfers ------------------------------------------------------------------------------- */

struct transfer *model_transfer(struct model *model, const struct text *key) {
    for (uint32_t i = 0; i < model->transfer_count; i++) {
        if (model_is_same(&model->transfers[i].key, key)) {
            return &model->transfers[i];
        }
    }
    return NULL;
}

static void remember_transfer(struct model *model, const struct said *said) {
    struct transfer *transfer = said->transfer;
    if (!transfer) {
        if (model->transfer_count == MODEL_TRANSFERS) {
            model_too_small("transfers");
        }
        transfer = &model->transfers[model->transfer_count++];
        *transfer =
            (struct transfer){.key = said->reference, .item = said->item, .to = said->to};
    }
    transfer->check = model->now + model->retention;
}

void model_forget_transfers(struct model *model) {
    for (uint32_t i = model->transfer_count; i > 0; i--) {
        struct transfer *transfer = &model->transfers[i - 1];
        struct cell *cell = &model->items[transfer->item].cells[transfer->to];
        const struct scheduled *entry = cell_entry(cell, &transfer->key);
        bool on_its_way = entry && entry->quantity > 0;
        bool due = transfer->check <= model->now;
        model_saw(model, MODEL_RULE_TRANSFER_CHECKED, due && on_its_way);
        model_saw(model, MODEL_RULE_TRANSFER_FORGOTTEN, due && !on_its_way);
        if (due && on_its_way) {
            int64_t times = (model->now - transfer->check) / model->retention;
            transfer->check += (times + 1) * model->retention;
        } else if (due) {
            *transfer = model->transfers[--model->transfer_count];
        }
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Tried on the cells themselves, and taken back if it cannot be. */
static enum sellable_status try(struct model *model, const struct said *said,
                                struct sellable_answer *answer) {
    struct cell *cell = &model->items[said->item].cells[said->location];
    struct cell *to = &model->items[said->item].cells[said->to];
    struct cell before = cell_copy(cell), to_before = cell_copy(to);
    enum sellable_status status = change(model, cell, to, said, answer);
    bool fences = said->type == SELLABLE_RING_FENCE_SET;
    bool ships = said->type == SELLABLE_TRANSFER_SHIP;
    if (status == SELLABLE_OK && (overflows(model, said->item, said->location, fences) ||
                                  (ships && overflows(model, said->item, said->to, false)))) {
        status = SELLABLE_OVERFLOW;
    }
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status != SELLABLE_OK) {
        struct cell tried = *cell, to_tried = *to;
        *cell = before;
        *to = to_before;
        before = tried;
        to_before = to_tried;
    } else {
        answer->variance = cell->on_hand - before.on_hand;
    }
    cell_drop(&before);
    cell_drop(&to_before);
    return status;
}

enum sellable_status model_supply(struct model *model, const struct sellable_event *event,
                                  struct sellable_answer *answer) {
    struct said said = {.event = event, .type = event->type};
    enum sellable_status status = judge_fields(event, answer);
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    status = status == SELLABLE_OK ? judge_names(model, &said, answer) : status;
    struct cell *cell = &model->items[said.item].cells[said.location];
    status = status == SELLABLE_OK ? judge_origin(model, &said, cell, answer) : status;
    if (status == SELLABLE_OK && said.location == 0) {
        model_saw(model, MODEL_RULE_TRANSFER_UNKNOWN, true);
        status = SELLABLE_WRONG_STATE;
    }
    status = status == SELLABLE_OK ? try(model, &said, answer) : status;
    if (status == SELLABLE_OK && is_transfer(said.type)) {
        remember_transfer(model, &said);
    }
    return status;
}
