/* SPDX-License-Identifier: Apache-2.0
 *
 * Supply: what ERP and WMS say of a cell. */
#include "names.h"

static bool is_hold(uint32_t type) {
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

static bool is_at_least_0(uint32_t type) {
    return type == SELLABLE_ALLOCATION_SET || type == SELLABLE_SAFETY_STOCK_SET ||
           type == SELLABLE_RING_FENCE_SET;
}

/* The kinds of fields: what can be wrong without looking at anything. */
static enum sellable_status event_fault(const struct sellable_event *event,
                                        struct sellable_answer *answer) {
    const char *field = NULL, *reason = NULL;
    struct sbl_key key;
    if (event->type < SELLABLE_ON_HAND_SET || event->type >= SELLABLE_EVENT_TYPES_END) {
        field = "type";
        reason = "no such event";
    } else if (!sbl_is_quantity(event->quantity)) {
        field = "quantity";
        reason = "within +-10^15";
    } else if (is_hold(event->type) && event->quantity <= 0) {
        field = "quantity";
        reason = "more than 0";
    } else if (is_at_least_0(event->type) && event->quantity < 0) {
        field = "quantity";
        reason = "0 or more";
    } else if (event->has_expected > 1 || (event->has_expected != 0 && is_hold(event->type))) {
        field = "has_expected";
        reason = "0 or 1; 1 for a set or an adjust only";
    } else if (event->has_expected != 0 && !sbl_is_quantity(event->expected)) {
        field = "expected";
        reason = "within +-10^15";
    } else if (event->type == SELLABLE_RING_FENCE_SET && !sbl_is_time(event->until)) {
        field = "until";
        reason = "within +-2^53";
    } else if (event->type == SELLABLE_SCHEDULE_SET && !sbl_is_time(event->due)) {
        field = "due";
        reason = "within +-2^53";
    } else if (event->type == SELLABLE_SCHEDULE_SET &&
               !sbl_key_make(&key, event->reference, 0)) {
        field = "reference";
        reason = SBL_NOT_A_KEY;
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

/* An event with its names looked up, and its quantity in the smallest unit. */
struct asked {
    const struct sellable_event *event;
    uint32_t item, location, channel, reason;
    int64_t quantity;
    int64_t actual; /* if it is not what was expected */
};

/* Does the quantity differ from what was expected? Then that is told. */
static bool differs(struct asked *asked, int64_t quantity) {
    asked->actual = quantity;
    return asked->event->has_expected != 0 && quantity != asked->event->expected;
}

/* What the event makes of a cell. Pure. */
static enum sellable_status apply_to(struct sbl_cell *cell, struct asked *asked) {
    const struct sellable_event *event = asked->event;
    int64_t before = sbl_net_unreserved(cell), *quantity = NULL, *held = NULL;
    bool set = false, scrap = event->type == SELLABLE_HOLD_SCRAP;
    switch ((enum sellable_event_type)event->type) {
    case SELLABLE_ON_HAND_SET:
    case SELLABLE_ON_HAND_ADJUST:
        quantity = &cell->on_hand;
        set = event->type == SELLABLE_ON_HAND_SET;
        break;
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
        quantity = &cell->allocated;
        set = event->type == SELLABLE_ALLOCATION_SET;
        break;
    case SELLABLE_SAFETY_STOCK_SET:
        quantity = &cell->safety_stock;
        set = true;
        break;
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
    case SELLABLE_RING_FENCE_SET:
    case SELLABLE_SCHEDULE_SET:
    case SELLABLE_EVENT_TYPES_END:
        held = quantity = &cell->held[asked->reason];
        break;
    }
    if (differs(asked, *quantity))
        return SELLABLE_CONFLICT;
    int64_t change = held != NULL && event->type != SELLABLE_HOLD_PLACE ? -asked->quantity
                                                                         : asked->quantity;
    *quantity = set ? change : sbl_add(*quantity, change);
    if (scrap)
        cell->on_hand = sbl_subtract(cell->on_hand, asked->quantity);
    if (quantity != &cell->on_hand && *quantity < 0)
        return SELLABLE_WRONG_STATE;
    cell->net = sbl_add(cell->net, sbl_subtract(sbl_net_unreserved(cell), before));
    return sbl_is_quantity(*quantity) && sbl_is_quantity(cell->on_hand) &&
                   sbl_is_quantity(cell->net) && sbl_is_quantity(sbl_held(cell))
               ? SELLABLE_OK
               : SELLABLE_OVERFLOW;
}

/* ---- fences and schedules ---- */

/* What is left for a channel, from now on. */
static enum sellable_status set_fence(struct asked *asked, struct sbl_edit *edit,
                                      const struct sbl_cell *cell, bool *room) {
    uint32_t location = asked->location, channel = asked->channel;
    int64_t old = sbl_edit_figure(edit, location, SBL_FENCE, channel);
    int64_t old_until = sbl_edit_figure(edit, location, SBL_UNTIL, channel);
    int64_t until = asked->quantity == 0 ? 0 : sbl_until_value(asked->event->until);
    if (differs(asked, old))
        return SELLABLE_CONFLICT;
    if (!sbl_is_quantity(sbl_add(sbl_subtract(cell->fenced, old), asked->quantity)))
        return SELLABLE_OVERFLOW;
    *room = sbl_edit_add(edit, location, SBL_FENCE, channel,
                         sbl_subtract(asked->quantity, old)) &&
            sbl_edit_add(edit, location, SBL_UNTIL, channel, sbl_subtract(0, old_until)) &&
            sbl_edit_add(edit, location, SBL_UNTIL, channel, until);
    return SELLABLE_OK;
}

/* The sums of a location's schedule: supply and demand. */
static void schedule_sums(const struct sbl_memory *memory, const struct sbl_edit *edit,
                          uint32_t location, int64_t *supply, int64_t *demand) {
    struct sbl_dates dates;
    struct sbl_dated dated;
    *supply = *demand = 0;
    sbl_dates_begin(&dates, memory, edit->tail.dates, location);
    while (sbl_dates_next(&dates, &dated)) {
        if (dated.kind == SBL_SCHEDULED && dated.quantity > 0)
            *supply = sbl_add(*supply, dated.quantity);
        else if (dated.kind == SBL_SCHEDULED)
            *demand = sbl_subtract(*demand, dated.quantity);
    }
}

static enum sellable_status set_schedule(struct sellable *engine, struct asked *asked,
                                         struct sbl_edit *edit, struct sellable_answer *answer,
                                         bool *room) {
    const struct sellable_event *event = asked->event;
    int64_t old = 0, supply, demand, quantity = asked->quantity;
    uint32_t entries = 0;
    *room = sbl_edit_find_scheduled(edit, asked->location, event->reference, &old, &entries);
    if (!*room)
        return SELLABLE_NO_MEMORY;
    if (differs(asked, old))
        return SELLABLE_CONFLICT;
    if (old == 0 && quantity != 0 && entries >= SELLABLE_SCHEDULE_MAX)
        return sbl_fault(answer, SELLABLE_INVALID, "reference", "the cell has 1,024 already", 0);
    schedule_sums(&engine->memory, edit, asked->location, &supply, &demand);
    supply = sbl_add(supply, sbl_subtract(sbl_max(0, quantity), sbl_max(0, old)));
    demand = sbl_add(demand, sbl_subtract(sbl_min(0, old), sbl_min(0, quantity)));
    if (!sbl_is_quantity(supply) || !sbl_is_quantity(demand))
        return SELLABLE_OVERFLOW;
    /* The cell is there from now on, if only with what is to come. */
    *room = (quantity == 0 || sbl_edit_add(edit, asked->location, SBL_NET, 0, 0)) &&
            (quantity == old && quantity == 0
                 ? true
                 : sbl_edit_scheduled(edit, asked->location, event->reference, event->due,
                                      quantity));
    return SELLABLE_OK;
}

/* ---- one attempt ---- */

/* Things that are not there, or not such that the event can be. */
static enum sellable_status things_fault(struct sellable *engine, struct asked *asked,
                                         const struct sbl_image *world,
                                         const struct sbl_image *row,
                                         struct sellable_answer *answer) {
    const struct sellable_event *event = asked->event;
    bool fence = event->type == SELLABLE_RING_FENCE_SET;
    if (row == NULL || !sbl_row_exists(row))
        return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", "no such item", 0);
    if (asked->location == 0 || asked->location > sbl_location_count(world))
        return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", "no such location", 0);
    if (fence && (asked->channel == 0 || asked->channel > sbl_channel_count(world)))
        return sbl_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", "no such channel", 0);
    if (fence && event->until != 0 && event->until <= sbl_now_of(world))
        return sbl_fault(answer, SELLABLE_INVALID, "until", "not later than now", 0);
    asked->quantity = event->quantity;
    if (sbl_row_has(row, SBL_ROW_TAIL)) {
        struct sbl_own own =
            sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, row).own);
        struct sbl_unit unit = {0, 1, 1};
        uint32_t name = sbl_is_given(event->unit) ? sbl_name_find(engine, event->unit) : 0;
        if (sbl_is_given(event->unit) &&
            (name == 0 || !sbl_unit_find(&engine->memory, &own, name, &unit)))
            return sbl_fault(answer, SELLABLE_INVALID, "unit", "the item has no such unit", 0);
        if (!sbl_in_smallest(&unit, event->quantity, &asked->quantity))
            return sbl_fault(answer, SELLABLE_INVALID, "quantity",
                             "not whole in the smallest unit, or beyond 10^15", 0);
        if (own.components != 0 || own.untracked)
            return sbl_fault(answer, SELLABLE_INVALID, "item",
                             "a kit, or not tracked: it has no stock of its own", 0);
    } else if (sbl_is_given(event->unit)) {
        return sbl_fault(answer, SELLABLE_INVALID, "unit", "the item has no such unit", 0);
    }
    return SELLABLE_OK;
}

/* The row with the event applied, in the making. */
static enum sellable_status apply_to_row(struct sellable *engine, struct asked *asked,
                                         const struct sbl_image *row, struct sbl_edit *edit,
                                         struct sellable_answer *answer, bool *room) {
    struct sbl_cell cell;
    enum sellable_status status;
    *room = true;
    sbl_row_cell(&engine->memory, row, asked->location, &cell);
    if (asked->event->type == SELLABLE_RING_FENCE_SET)
        return set_fence(asked, edit, &cell, room);
    if (asked->event->type == SELLABLE_SCHEDULE_SET)
        return set_schedule(engine, asked, edit, answer, room);
    int64_t on_hand = cell.on_hand;
    status = apply_to(&cell, asked);
    if (status != SELLABLE_OK)
        return status;
    if (answer != NULL)
        answer->variance = sbl_subtract(cell.on_hand, on_hand);
    *room = sbl_edit_cell(edit, &cell);
    return SELLABLE_OK;
}

/* One attempt; *status is set if the outcome is ACCEPTED. */
static enum sbl_outcome attempt_event(struct sellable *engine, struct sbl_worker *worker,
                                      struct asked *asked, struct sellable_answer *answer,
                                      struct sbl_hinted *hinted, enum sellable_status *status) {
    struct sbl_seen world, row;
    struct sbl_edit edit;
    struct sbl_line *line = sbl_row_line(engine, asked->item);
    const struct sellable_event *event = asked->event;
    bool room = true, row_read = false;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    if (line != NULL)
        sbl_line_settle(worker, line, &row);
    *status = things_fault(engine, asked, &world.image, line == NULL ? NULL : &row.image, answer);
    if (*status == SELLABLE_OK) {
        sbl_edit_begin(&edit, worker, &row.image);
        row_read = true;
        *status = apply_to_row(engine, asked, &row.image, &edit, answer, &room);
    }
    if (!room || (row_read && edit.failed))
        return SBL_NO_MEMORY;
    if (*status != SELLABLE_OK) {
        bool still = (line == NULL || sbl_line_still(&engine->commit, line, &row)) &&
                     sbl_line_still(&engine->commit, &engine->commit.world, &world);
        sbl_transaction_drop(worker);
        if (answer != NULL && *status == SELLABLE_CONFLICT)
            answer->actual = asked->actual;
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    if (event->type == SELLABLE_RING_FENCE_SET && event->until != 0 && asked->quantity != 0 &&
        !sbl_hint(engine, worker, &world.image, event->until, SBL_DUE_FENCES, asked->item, hinted))
        return SBL_NO_MEMORY;
    return sbl_edit_end(&edit, line, asked->item, &row) ? sbl_transaction_commit(worker, false)
                                                        : SBL_NO_MEMORY;
}

static enum sellable_status apply(struct sellable *engine, struct sbl_worker *worker,
                                  const struct sellable_event *event,
                                  struct sellable_answer *answer) {
    struct sbl_hinted hinted = {-1, 0};
    sbl_answer_clear(answer);
    enum sellable_status status = event_fault(event, answer);
    if (status != SELLABLE_OK)
        return status;
    struct asked asked = {.event = event, .item = event->item.id, .location = event->location.id};
    if (asked.item == 0)
        asked.item = sbl_number_of(engine, &engine->items, event->item_key);
    if (asked.location == 0)
        asked.location = sbl_number_of(engine, &engine->locations, event->location_key);
    if (event->type == SELLABLE_RING_FENCE_SET)
        asked.channel = sbl_channel_number(engine, event->channel, event->channel_key);
    if (is_hold(event->type)) {
        asked.reason = sbl_hold_find(engine, event->reason);
        if (asked.reason == SELLABLE_HOLD_REASONS_MAX)
            return sbl_fault(answer, SELLABLE_INVALID, "reason", "no reason has this name", 0);
    }
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        sbl_answer_clear(answer);
        enum sbl_outcome outcome =
            attempt_event(engine, worker, &asked, answer, &hinted, &status);
        if (outcome == SBL_ACCEPTED)
            return status;
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_answer_clear(answer);
            return SELLABLE_NO_MEMORY;
        }
    }
}

enum sellable_status sellable_apply(struct sellable *engine, struct sellable_worker *held,
                                    const struct sellable_event *event,
                                    struct sellable_answer *answer) {
    struct sbl_call call;
    if (!sbl_call_begin(engine, held, &call)) {
        sbl_answer_clear(answer);
        return SELLABLE_NO_MEMORY;
    }
    enum sellable_status status = apply(engine, call.worker, event, answer);
    sbl_call_end(&call);
    return status;
}

/* Fetch what event `i` will need: far ahead its row, nearer what is behind the row. */
static void fetch(const struct sellable *engine, const struct sellable_event *events, size_t count,
                  size_t i) {
    enum { FAR = 16, NEAR = 8 };
    const struct sbl_line *line;
    if (i + FAR < count && (line = sbl_row_line(engine, events[i + FAR].item.id)) != NULL)
        sbl_prefetch(line);
    if (i + NEAR < count && (line = sbl_row_line(engine, events[i + NEAR].item.id)) != NULL) {
        uint32_t limit;
        const sbl_word *root = sbl_block(
            &engine->memory, sbl_high(sbl_load_acquire(WORD, &line->word[SBL_ROW_FORM])), &limit);
        for (int l = 0; root != NULL && l < 3; l++)
            sbl_prefetch((const void *)((uintptr_t)root + (uintptr_t)l * 64));
    }
}

enum sellable_status sellable_apply_batch(struct sellable *engine, struct sellable_worker *held,
                                          const struct sellable_event *events, size_t count,
                                          enum sellable_status *statuses,
                                          struct sellable_answer *answers) {
    struct sbl_call call;
    bool begun = sbl_call_begin(engine, held, &call);
    for (size_t i = 0; i < count; i++) {
        if (begun)
            fetch(engine, events, count, i);
        if (!begun && answers != NULL)
            sbl_answer_clear(&answers[i]);
        statuses[i] = begun ? apply(engine, call.worker, &events[i],
                                    answers == NULL ? NULL : &answers[i])
                            : SELLABLE_NO_MEMORY;
    }
    if (begun)
        sbl_call_end(&call);
    return begun ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}
