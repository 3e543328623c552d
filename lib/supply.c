/* SPDX-License-Identifier: Apache-2.0
 *
 * Supply: what ERP and WMS say of a cell, or of the two cells of a transfer, which are of one row.
 *
 * An attempt reads the world, the transfer's bucket and the row, looks for faults in the order of
 * the model, and makes a new row of it. */
#include "supply.h"

#include "content.h"
#include "kinds.h"
#include "movement.h"
#include "names.h"
#include "origin.h"
#include "owner.h"
#include "stock.h"
#include "transfer.h"

/* ---- the kinds of fields ---- */

static bool is_hold(uint32_t type) {
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

static bool is_transfer(uint32_t type) {
    return type == SELLABLE_TRANSFER_SHIP || type == SELLABLE_TRANSFER_RECEIVE;
}

static bool is_more_than_0(uint32_t type) {
    return is_hold(type) || is_transfer(type) || type == SELLABLE_RECEIPT ||
           type == SELLABLE_RETURN_RECEIVE || type == SELLABLE_RETURN_DISPOSITION;
}

static bool is_at_least_0(uint32_t type) {
    return type == SELLABLE_ALLOCATION_SET || type == SELLABLE_SAFETY_STOCK_SET ||
           type == SELLABLE_RING_FENCE_SET;
}

static bool is_key(struct sellable_key from) {
    struct sbl_key key;
    return sbl_key_make(&key, from, 0);
}

static const char *reference_field(uint32_t type) {
    return is_transfer(type) ? "transfer" : "reference";
}

enum sellable_status sbl_supply_kinds(const struct sellable_event *event,
                                      struct sellable_answer *answer) {
    const char *field = NULL, *reason = "within +-2^53";
    uint32_t type = event->type, says = sbl_says(type);
    bool referred = (says & SBL_SAYS_REFERENCE) != 0 &&
                    (type != SELLABLE_RECEIPT || sbl_is_given(event->reference));
    if (!sbl_is_quantity(event->quantity)) {
        field = "quantity";
        reason = "within +-10^15";
    } else if (is_more_than_0(type) && event->quantity <= 0) {
        field = "quantity";
        reason = "more than 0";
    } else if (is_at_least_0(type) && event->quantity < 0) {
        field = "quantity";
        reason = "0 or more";
    } else if (event->has_expected > 1 ||
               (event->has_expected != 0 && (says & SBL_SAYS_EXPECTED) == 0)) {
        field = "has_expected";
        reason = "0 or 1; 1 for a set or an adjust only";
    } else if (event->has_expected != 0 && !sbl_is_quantity(event->expected)) {
        field = "expected";
        reason = "within +-10^15";
    } else if ((says & SBL_SAYS_UNTIL) != 0 && !sbl_is_time(event->until)) {
        field = "until";
    } else if ((says & SBL_SAYS_DUE) != 0 && !sbl_is_time(event->due)) {
        field = "due";
    } else if (referred && !is_key(event->reference)) {
        field = reference_field(type);
        reason = SBL_NOT_A_KEY;
    } else if ((says & SBL_SAYS_AS_OF) != 0 && event->has_as_of > 1) {
        field = "has_as_of";
        reason = "0 or 1";
    } else if ((says & SBL_SAYS_AS_OF) != 0 && event->has_as_of != 0 &&
               !sbl_is_time(event->as_of)) {
        field = "as_of";
    } else if ((says & SBL_SAYS_ORDER_KEY) != 0 && sbl_is_given(event->order_key) &&
               !is_key(event->order_key)) {
        field = "order";
        reason = SBL_NOT_A_KEY;
    } else if ((says & SBL_SAYS_OUTCOME) != 0 &&
               (event->outcome < SELLABLE_RESTOCK || event->outcome > SELLABLE_TO_DAMAGE)) {
        field = "outcome";
        reason = "no such outcome";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

/* ---- what is asked ---- */

/* An event with its names looked up, and its quantity in the smallest unit. */
struct asked {
    const struct sellable_event *event;
    uint32_t source;
    uint32_t item, location, to, channel, hold;
    int64_t quantity;
    int64_t actual;       /* if it is not what was expected */
    struct sbl_key key;   /* of a transfer: */
    struct sbl_found found;
    struct sbl_transfer transfer;
    struct sbl_moment moment;
};

/* The row of one attempt, with the event applied to it in the making. */
struct making {
    struct sellable *engine;
    struct asked *asked;
    struct sbl_edit edit;
    struct sbl_cell cell; /* where it happens */
    struct sellable_answer *answer;
    bool room;
};

/* Does the quantity differ from what was expected? Then that is told. */
static bool differs(struct asked *asked, int64_t quantity) {
    asked->actual = quantity;
    return asked->event->has_expected != 0 && quantity != asked->event->expected;
}

/* The quantity that an event sets or adjusts. */
static int64_t quantity_now(const struct making *making, uint32_t type) {
    switch (type) {
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        return making->cell.allocated;
    case SELLABLE_SAFETY_STOCK_SET:
        return making->cell.safety_stock;
    default:
        return making->cell.on_hand;
    }
}

/* ---- fences ---- */

/* What is left for a channel, from now on. */
static enum sellable_status set_fence(struct making *making) {
    const struct asked *asked = making->asked;
    struct sbl_edit *edit = &making->edit;
    uint32_t location = asked->location, channel = asked->channel;
    int64_t old = sbl_edit_figure(edit, location, SBL_FENCE, channel);
    int64_t old_until = sbl_edit_figure(edit, location, SBL_UNTIL, channel);
    int64_t until = asked->quantity == 0 ? 0 : sbl_until_value(asked->event->until);
    if (!sbl_is_quantity(sbl_add(sbl_subtract(making->cell.fenced, old), asked->quantity)))
        return SELLABLE_OVERFLOW;
    making->room = sbl_edit_add(edit, location, SBL_FENCE, channel,
                                sbl_subtract(asked->quantity, old)) &&
                   sbl_edit_add(edit, location, SBL_UNTIL, channel,
                                sbl_subtract(0, old_until)) &&
                   sbl_edit_add(edit, location, SBL_UNTIL, channel, until);
    return SELLABLE_OK;
}

/* ---- schedules ---- */

/* The sums of a location's schedule: supply and demand. */
static void schedule_sums(const struct sbl_memory *memory, struct sbl_edit *edit,
                          uint32_t location, int64_t *supply, int64_t *demand) {
    struct sbl_dates dates;
    struct sbl_dated dated;
    *supply = *demand = 0;
    sbl_dates_begin(&dates, memory, sbl_edit_tail(edit)->dates, location);
    while (sbl_dates_next(&dates, &dated)) {
        if (dated.kind == SBL_SCHEDULED && dated.quantity > 0)
            *supply = sbl_add(*supply, dated.quantity);
        else if (dated.kind == SBL_SCHEDULED)
            *demand = sbl_subtract(*demand, dated.quantity);
    }
}

/* An entry of the schedule as it is by now. */
struct entry {
    int64_t quantity, due;
    uint32_t entries; /* of the location */
};

static bool find_entry(struct making *making, uint32_t location, struct entry *entry) {
    making->room = sbl_edit_find_scheduled(&making->edit, location,
                                           making->asked->event->reference, &entry->quantity,
                                           &entry->due, &entry->entries);
    return making->room;
}

/* It becomes `quantity`, at `due`. */
static enum sellable_status set_entry(struct making *making, uint32_t location,
                                      const struct entry *old, int64_t quantity, int64_t due) {
    const struct sellable_event *event = making->asked->event;
    struct sbl_edit *edit = &making->edit;
    int64_t supply, demand;
    if (old->quantity == 0 && quantity != 0 && old->entries >= SELLABLE_SCHEDULE_MAX)
        return sbl_fault(making->answer, SELLABLE_INVALID, reference_field(event->type),
                         "the cell has 1,024 already", 0);
    schedule_sums(&making->engine->memory, edit, location, &supply, &demand);
    supply = sbl_add(supply, sbl_subtract(sbl_max(0, quantity), sbl_max(0, old->quantity)));
    demand = sbl_add(demand, sbl_subtract(sbl_min(0, old->quantity), sbl_min(0, quantity)));
    if (!sbl_is_quantity(supply) || !sbl_is_quantity(demand))
        return SELLABLE_OVERFLOW;
    /* The cell is there from now on, if only with what is to come. */
    making->room = (quantity == 0 || sbl_edit_add(edit, location, SBL_NET, 0, 0)) &&
                   ((quantity == 0 && old->quantity == 0) ||
                    sbl_edit_scheduled(edit, location, event->reference, due, quantity));
    return SELLABLE_OK;
}

/* What has come lowers its entry, at most to nothing. */
static enum sellable_status lower_entry(struct making *making) {
    const struct asked *asked = making->asked;
    struct entry entry;
    if (!find_entry(making, asked->location, &entry))
        return SELLABLE_NO_MEMORY;
    if (entry.quantity <= 0) /* none, or demand */
        return asked->event->type == SELLABLE_TRANSFER_RECEIVE
                   ? sbl_fault(making->answer, SELLABLE_WRONG_STATE, NULL,
                               "nothing of it is on its way", 0)
                   : SELLABLE_OK;
    int64_t left = sbl_max(0, sbl_subtract(entry.quantity, asked->quantity));
    return set_entry(making, asked->location, &entry, left, entry.due);
}

/* ---- stock ---- */

/* The cell becomes what it is in the making, its fences apart; `moved`: what a movement was. */
static enum sellable_status put_cell(struct making *making, int64_t moved) {
    const struct asked *asked = making->asked;
    making->room = sbl_edit_cell(&making->edit, &making->cell) &&
                   sbl_edit_move(&making->edit, asked->location, moved, &asked->moment);
    return SELLABLE_OK;
}

/* A balance as it was at an instant: what moved since stays on top of it. */
static enum sellable_status set_balance(struct making *making, int64_t as_of, int64_t last) {
    const struct asked *asked = making->asked;
    struct sbl_edit *edit = &making->edit;
    uint32_t location = asked->location;
    int64_t past = sbl_subtract(asked->moment.now, asked->moment.retention);
    int64_t since = sbl_moved_after(&making->engine->memory, sbl_edit_tail(edit)->moved,
                                    location, as_of);
    bool left;
    const struct sbl_stock none = {.out = SBL_NO_HOLD, .into = SBL_NO_HOLD};
    int64_t on_hand = sbl_add(asked->quantity, since);
    enum sellable_status status =
        sbl_stock_apply(&making->cell, &none, sbl_subtract(on_hand, making->cell.on_hand));
    if (status != SELLABLE_OK)
        return status;
    put_cell(making, 0);
    making->room =
        making->room &&
        sbl_edit_add(edit, location, SBL_AS_OF, 0, sbl_subtract(sbl_as_of_value(as_of), last)) &&
        sbl_edit_forget_moved(edit, location, as_of, past, 0, &left);
    return SELLABLE_OK;
}

/* Anything that is a difference of physical stock. */
static enum sellable_status change_stock(struct making *making) {
    const struct asked *asked = making->asked;
    const struct sbl_stock stock =
        sbl_stock_of(asked->event, asked->hold, asked->quantity, &making->cell);
    int64_t moved = stock.moves;
    if (moved != 0 && sbl_is_in_balance(&making->edit, asked->location, &asked->moment))
        moved = 0;
    enum sellable_status status = sbl_stock_apply(&making->cell, &stock, moved);
    return status == SELLABLE_OK ? put_cell(making, moved) : status;
}

/* What is left at one end of a transfer comes to the other. */
static enum sellable_status ship_transfer(struct making *making) {
    const struct asked *asked = making->asked;
    struct entry entry;
    if (asked->found.reference != 0)
        return sbl_fault(making->answer, SELLABLE_CONFLICT, "transfer", "it is known already", 0);
    enum sellable_status status = change_stock(making);
    if (status != SELLABLE_OK || !making->room || !find_entry(making, asked->to, &entry))
        return status;
    return set_entry(making, asked->to, &entry, asked->quantity, asked->event->due);
}

/* What the event does, when nothing stands against it but the state of things. */
static enum sellable_status apply_to_row(struct making *making, int64_t as_of, int64_t last) {
    const struct asked *asked = making->asked;
    const struct sellable_event *event = asked->event;
    enum sellable_status status = SELLABLE_OK;
    struct entry entry;
    switch (event->type) {
    case SELLABLE_ON_HAND_SET:
        return set_balance(making, as_of, last);
    case SELLABLE_RING_FENCE_SET:
        return set_fence(making);
    case SELLABLE_SCHEDULE_SET:
        return find_entry(making, asked->location, &entry)
                   ? set_entry(making, asked->location, &entry, asked->quantity, event->due)
                   : SELLABLE_NO_MEMORY;
    case SELLABLE_TRANSFER_SHIP:
        return ship_transfer(making);
    case SELLABLE_RECEIPT:
    case SELLABLE_TRANSFER_RECEIVE:
        if (sbl_is_given(event->reference))
            status = lower_entry(making);
        return status == SELLABLE_OK && making->room ? change_stock(making) : status;
    default:
        return change_stock(making);
    }
}

/* ---- faults ---- */

/* How many in the smallest unit, of an item that has stock of its own. */
static enum sellable_status item_fault(struct sellable *engine, struct asked *asked,
                                       const struct sbl_image *row,
                                       struct sellable_answer *answer) {
    const struct sellable_event *event = asked->event;
    struct sbl_own own = {0};
    struct sbl_unit unit = {0, 1, 1};
    bool named = sbl_is_given(event->unit);
    asked->quantity = event->quantity;
    if (sbl_row_has(row, SBL_ROW_TAIL))
        own = sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, row).own);
    uint32_t name = named ? sbl_name_find(engine, event->unit) : 0;
    if (named && (name == 0 || !sbl_unit_find(&engine->memory, &own, name, &unit)))
        return sbl_fault(answer, SELLABLE_INVALID, "unit", "the item has no such unit", 0);
    if (!sbl_in_smallest(&unit, event->quantity, &asked->quantity))
        return sbl_fault(answer, SELLABLE_INVALID, "quantity",
                         "not whole in the smallest unit, or beyond 10^15", 0);
    if (own.components != 0 || own.untracked)
        return sbl_fault(answer, SELLABLE_INVALID, "item",
                         "a kit, or not tracked: it has no stock of its own", 0);
    return SELLABLE_OK;
}

/* Things that are not there, or not such that the event can be. */
static enum sellable_status things_fault(struct sellable *engine, struct asked *asked,
                                         const struct sbl_image *world,
                                         const struct sbl_image *row,
                                         struct sellable_answer *answer) {
    const struct sellable_event *event = asked->event;
    uint32_t locations = sbl_location_count(world);
    bool fence = event->type == SELLABLE_RING_FENCE_SET;
    bool ships = event->type == SELLABLE_TRANSFER_SHIP;
    if (asked->hold > SBL_NO_HOLD)
        return sbl_fault(answer, SELLABLE_INVALID,
                         event->type == SELLABLE_RECEIPT ? "held" : "reason",
                         "no reason has this name", 0);
    if (row == NULL || !sbl_row_exists(row))
        return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", "no such item", 0);
    if (asked->location == 0 || asked->location > locations)
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", "no such location", 0);
    if (ships && (asked->to == 0 || asked->to > locations))
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "to", "no such location", 0);
    if (ships && asked->to == asked->location)
        return sbl_fault(answer, SELLABLE_INVALID, "to", "it is where it comes from", 0);
    if (fence && (asked->channel == 0 || asked->channel > sbl_channel_count(world)))
        return sbl_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", "no such channel", 0);
    if (fence && event->until != 0 && event->until <= sbl_now_of(world))
        return sbl_fault(answer, SELLABLE_INVALID, "until", "not later than now", 0);
    return item_fault(engine, asked, row, answer);
}

/* May it be that time? *as_of: of a balance; *last: that of the last, as a figure. */
static enum sellable_status time_fault(struct making *making, const struct sbl_image *world,
                                       int64_t *as_of, int64_t *last) {
    const struct sellable_event *event = making->asked->event;
    const struct sbl_moment *moment = &making->asked->moment;
    bool sets = event->type == SELLABLE_ON_HAND_SET, claims = sets && event->has_as_of != 0;
    *as_of = *last = 0;
    if (sets) {
        *as_of = claims ? event->as_of : moment->given ? moment->at : moment->now;
        *last = sbl_edit_figure(&making->edit, making->asked->location, SBL_AS_OF, 0);
    }
    if (sets && ((*last != 0 && *as_of < sbl_as_of_of(*last)) ||
                 *as_of < sbl_subtract(moment->now, moment->retention)))
        return sbl_fault(making->answer, SELLABLE_STALE, "as_of",
                         "older than the cell's last, or than the retention", 0);
    if (claims && !sbl_is_in_time(making->engine, world, event->as_of))
        return sbl_fault(making->answer, SELLABLE_INVALID, "as_of", SBL_FROM_THE_FUTURE, 0);
    if (moment->given && !sbl_is_in_time(making->engine, world, moment->at))
        return sbl_fault(making->answer, SELLABLE_INVALID, "at", SBL_FROM_THE_FUTURE, 0);
    return SELLABLE_OK;
}

/* Is the quantity what the event expects? */
static enum sellable_status expected_fault(struct making *making) {
    struct asked *asked = making->asked;
    const struct sellable_event *event = asked->event;
    struct entry entry;
    int64_t quantity;
    if (event->has_expected == 0)
        return SELLABLE_OK;
    if (event->type == SELLABLE_RING_FENCE_SET) {
        quantity = sbl_edit_figure(&making->edit, asked->location, SBL_FENCE, asked->channel);
    } else if (event->type == SELLABLE_SCHEDULE_SET) {
        if (!find_entry(making, asked->location, &entry))
            return SELLABLE_NO_MEMORY;
        quantity = entry.quantity;
    } else {
        quantity = quantity_now(making, event->type);
    }
    return differs(asked, quantity)
               ? sbl_fault(making->answer, SELLABLE_CONFLICT, "expected", "it is another", 0)
               : SELLABLE_OK;
}

/* Everything about the row, and it in the making. */
static enum sellable_status make_row(struct making *making, const struct sbl_image *world,
                                     const struct sbl_image *row) {
    const struct asked *asked = making->asked;
    int64_t as_of, last;
    sbl_row_cell(&making->engine->memory, row, asked->location, &making->cell);
    int64_t on_hand = making->cell.on_hand;
    if (!sbl_may_write(making->engine, world, asked->event->type, asked->location, asked->source))
        return sbl_fault(making->answer, SELLABLE_NOT_OWNER, NULL, SBL_OF_ANOTHER, 0);
    enum sellable_status status = expected_fault(making);
    if (status == SELLABLE_OK)
        status = time_fault(making, world, &as_of, &last);
    if (status == SELLABLE_OK)
        status = apply_to_row(making, as_of, last);
    if (making->answer != NULL && status == SELLABLE_OK)
        making->answer->variance = sbl_subtract(making->cell.on_hand, on_hand);
    return status;
}

/* ---- one attempt ---- */

/* Which item comes where, of a transfer that is known. false: it is not. */
static bool find_transfer(struct sellable *engine, struct sbl_worker *worker,
                          struct asked *asked) {
    sbl_index_settle(&engine->transfers, worker, &asked->key, &asked->found);
    if (asked->event->type == SELLABLE_TRANSFER_SHIP)
        return true;
    asked->item = asked->location = 0;
    if (asked->found.reference == 0)
        return false;
    asked->transfer = sbl_transfer_read(engine, &asked->key, asked->found.reference);
    asked->item = asked->transfer.item;
    asked->location = asked->transfer.to;
    return true;
}

static enum sellable_status no_transfer(struct sellable *engine, const struct sbl_image *world,
                                        const struct asked *asked,
                                        struct sellable_answer *answer) {
    if (!sbl_may_write(engine, world, asked->event->type, 0, asked->source))
        return sbl_fault(answer, SELLABLE_NOT_OWNER, NULL, SBL_OF_ANOTHER, 0);
    if (asked->moment.given && !sbl_is_in_time(engine, world, asked->moment.at))
        return sbl_fault(answer, SELLABLE_INVALID, "at", SBL_FROM_THE_FUTURE, 0);
    return sbl_fault(answer, SELLABLE_WRONG_STATE, NULL, "no such transfer", 0);
}

/* The transfer's line, which comes before the row's. */
static bool put_transfer(struct making *making, struct sbl_worker *worker) {
    struct asked *asked = making->asked;
    if (asked->event->type == SELLABLE_TRANSFER_SHIP)
        asked->transfer = (struct sbl_transfer){asked->item, asked->location, asked->to, 0};
    asked->transfer.check = asked->moment.now + asked->moment.retention;
    return sbl_transfer_put(making->engine, worker, &asked->key, &asked->found,
                            &asked->transfer);
}

/* What the wheel has to know of an event. */
enum hint { OF_TRANSFER, OF_FENCE, OF_MOVED, HINTS };

/* The row's line, and its hints. */
static bool put_row(struct making *making, struct sbl_worker *worker,
                    const struct sbl_image *world, const struct sbl_seen *row,
                    struct sbl_hinted hinted[HINTS]) {
    struct sellable *engine = making->engine;
    struct asked *asked = making->asked;
    const struct sellable_event *event = asked->event;
    if (is_transfer(event->type) &&
        !sbl_hint(engine, worker, world, asked->transfer.check, SBL_DUE_TRANSFER,
                  asked->key.hash, &hinted[OF_TRANSFER]))
        return false;
    if (event->type == SELLABLE_RING_FENCE_SET && event->until != 0 && asked->quantity != 0 &&
        !sbl_hint(engine, worker, world, event->until, SBL_DUE_FENCES, asked->item,
                  &hinted[OF_FENCE]))
        return false;
    if (sbl_edit_first_moved(&making->edit) &&
        !sbl_hint(engine, worker, world, asked->moment.now + engine->retention, SBL_DUE_MOVED,
                  asked->item, &hinted[OF_MOVED]))
        return false;
    return sbl_edit_end(&making->edit, sbl_row_line(engine, asked->item), asked->item, row);
}

/* A refusal holds if all that it rests on is still so. `row`: of the item, if there is one. */
static enum sbl_outcome refuse(struct sellable *engine, struct sbl_worker *worker,
                               const struct asked *asked, const struct sbl_seen *world,
                               const struct sbl_seen *row, enum sellable_status status,
                               struct sellable_answer *answer) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *line = sbl_row_line(engine, asked->item);
    bool still = (line == NULL || sbl_line_still(commit, line, row)) &&
                 (!is_transfer(asked->event->type) ||
                  sbl_line_still(commit, asked->found.line, &asked->found.seen)) &&
                 sbl_line_still(commit, &commit->world, world);
    sbl_transaction_drop(worker);
    if (answer != NULL && status == SELLABLE_CONFLICT && asked->event->has_expected != 0)
        answer->actual = asked->actual;
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

/* One attempt; *status is set if the outcome is ACCEPTED. */
static enum sbl_outcome attempt_event(struct sellable *engine, struct sbl_worker *worker,
                                      struct asked *asked, struct sellable_answer *answer,
                                      struct sbl_hinted hinted[HINTS],
                                      enum sellable_status *status) {
    struct sbl_seen world, row;
    struct making making; /* large, and the row is read into it */
    const struct sellable_event *event = asked->event;
    bool known = true;
    making.engine = engine;
    making.asked = asked;
    making.answer = answer;
    making.room = true;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    asked->moment = (struct sbl_moment){event->has_at != 0, event->at, sbl_now_of(&world.image),
                                        engine->retention};
    if (is_transfer(event->type))
        known = find_transfer(engine, worker, asked);
    struct sbl_line *line = sbl_row_line(engine, asked->item);
    if (line != NULL)
        sbl_line_settle(worker, line, &row);
    *status = known ? things_fault(engine, asked, &world.image, line == NULL ? NULL : &row.image,
                                   answer)
                    : no_transfer(engine, &world.image, asked, answer);
    making.edit.failed = false;
    if (*status == SELLABLE_OK) {
        making.room = !is_transfer(event->type) || put_transfer(&making, worker);
        if (!making.room)
            return SBL_NO_MEMORY;
        sbl_edit_begin(&making.edit, worker, &row.image);
        *status = make_row(&making, &world.image, &row.image);
    }
    if (!making.room || making.edit.failed)
        return SBL_NO_MEMORY;
    if (*status != SELLABLE_OK)
        return refuse(engine, worker, asked, &world, &row, *status, answer);
    if (!put_row(&making, worker, &world.image, &row, hinted))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, false);
    if (outcome == SBL_ACCEPTED && event->type == SELLABLE_TRANSFER_SHIP) {
        sbl_count(&engine->transfers.entries, 1);
        sbl_index_grow(&engine->transfers, worker);
    }
    return outcome;
}

/* What the event names, looked up in the order in which what is absent is told: what is made
 * meanwhile may be there for the later ones, never only for the earlier. */
static void name_all(const struct sellable *engine, struct asked *asked) {
    const struct sellable_event *event = asked->event;
    asked->hold = SBL_NO_HOLD;
    asked->item = asked->location = asked->to = asked->channel = 0;
    const struct sellable_key hold = is_hold(event->type) ? event->reason : event->held;
    if (is_hold(event->type) || (event->type == SELLABLE_RECEIPT && sbl_is_given(hold))) {
        asked->hold = sbl_hold_find(engine, hold);
        if (asked->hold == SELLABLE_HOLD_REASONS_MAX)
            asked->hold = SBL_NO_HOLD + 1; /* none such */
    }
    if (event->type != SELLABLE_TRANSFER_RECEIVE) {
        asked->item = sbl_item_number(engine, event->item, event->item_key);
        asked->location = sbl_location_number(engine, event->location, event->location_key);
    }
    if (event->type == SELLABLE_TRANSFER_SHIP)
        asked->to = sbl_location_number(engine, event->to, event->to_key);
    if (is_transfer(event->type))
        sbl_key_make(&asked->key, event->reference, engine->seed);
    if (event->type == SELLABLE_RING_FENCE_SET)
        asked->channel = sbl_channel_number(engine, event->channel, event->channel_key);
}

enum sellable_status sbl_supply(struct sellable *engine, struct sbl_worker *worker,
                                const struct sellable_event *event, uint32_t source,
                                struct sellable_answer *answer) {
    struct sbl_hinted hinted[HINTS] = {{-1, 0, 0}, {-1, 0, 0}, {-1, 0, 0}};
    enum sellable_status status = SELLABLE_OK;
    struct asked asked; /* large, and most of it is a transfer's */
    asked.event = event;
    asked.source = source;
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        name_all(engine, &asked);
        sbl_answer_clear(answer);
        enum sbl_outcome outcome =
            attempt_event(engine, worker, &asked, answer, hinted, &status);
        if (outcome == SBL_ACCEPTED)
            return status;
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_answer_clear(answer);
            return SELLABLE_NO_MEMORY;
        }
    }
}
