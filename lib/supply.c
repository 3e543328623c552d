/* SPDX-License-Identifier: Apache-2.0
 *
 * Supply: what ERP and WMS say of a cell. */
#include "engine.h"

static const char *const reasons[] = {"quality", "damage", "inspection", "blocked"};

/* The number of a hold reason; SELLABLE_HOLD_REASONS_MAX: there is none of that name. */
static uint32_t reason_number(struct sellable_key reason) {
    for (uint32_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (sbl_key_is(reason, reasons[i], strlen(reasons[i])))
            return i;
    return SELLABLE_HOLD_REASONS_MAX;
}

static bool is_hold(uint32_t type) {
    return type == SELLABLE_HOLD_PLACE || type == SELLABLE_HOLD_RELEASE ||
           type == SELLABLE_HOLD_SCRAP;
}

/* The kinds of fields: what can be wrong without looking at anything. */
static enum sellable_status event_fault(const struct sellable_event *event,
                                        struct sellable_answer *answer) {
    const char *field = NULL, *reason = NULL;
    if (event->type < SELLABLE_ON_HAND_SET || event->type >= SELLABLE_EVENT_TYPES_END) {
        field = "type";
        reason = "no such event";
    } else if (!sbl_is_quantity(event->quantity)) {
        field = "quantity";
        reason = "within +-10^15";
    } else if (is_hold(event->type) && event->quantity <= 0) {
        field = "quantity";
        reason = "more than 0";
    } else if ((event->type == SELLABLE_ALLOCATION_SET ||
                event->type == SELLABLE_SAFETY_STOCK_SET) &&
               event->quantity < 0) {
        field = "quantity";
        reason = "0 or more";
    } else if (event->has_expected > 1 || (event->has_expected != 0 && is_hold(event->type))) {
        field = "has_expected";
        reason = "0 or 1; 1 for a set or an adjust only";
    } else if (event->has_expected != 0 && !sbl_is_quantity(event->expected)) {
        field = "expected";
        reason = "within +-10^15";
    } else if (is_hold(event->type) &&
               reason_number(event->reason) == SELLABLE_HOLD_REASONS_MAX) {
        field = "reason";
        reason = "quality, damage, inspection or blocked";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

/* What the event makes of a cell. Pure. */
static enum sellable_status apply_to(struct sbl_cell *cell, const struct sellable_event *event,
                                     int64_t *actual) {
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
    case SELLABLE_EVENT_TYPES_END:
        held = quantity = &cell->held[reason_number(event->reason)];
        break;
    }
    if (event->has_expected != 0 && *quantity != event->expected) {
        *actual = *quantity;
        return SELLABLE_CONFLICT;
    }
    int64_t change = held != NULL && event->type != SELLABLE_HOLD_PLACE ? -event->quantity
                                                                         : event->quantity;
    *quantity = set ? change : sbl_add(*quantity, change);
    if (scrap)
        cell->on_hand = sbl_subtract(cell->on_hand, event->quantity);
    if (quantity != &cell->on_hand && *quantity < 0)
        return SELLABLE_WRONG_STATE;
    cell->net = sbl_add(cell->net, sbl_subtract(sbl_net_unreserved(cell), before));
    return sbl_is_quantity(*quantity) && sbl_is_quantity(cell->on_hand) &&
                   sbl_is_quantity(cell->net) && sbl_is_quantity(sbl_held(cell))
               ? SELLABLE_OK
               : SELLABLE_OVERFLOW;
}

/* One attempt; *status is set if the outcome is ACCEPTED. */
static enum sbl_outcome attempt_event(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sellable_event *event, uint32_t item,
                                      uint32_t location, struct sellable_answer *answer,
                                      enum sellable_status *status) {
    struct sbl_seen world, row;
    struct sbl_cell cell;
    struct sbl_edit edit;
    struct sbl_line *line = sbl_row_line(engine, item);
    int64_t actual = 0;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    if (line != NULL)
        sbl_line_settle(worker, line, &row);
    if (line == NULL || !sbl_row_exists(&row.image)) {
        sbl_transaction_drop(worker);
        *status = sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "item", "no such item", 0);
        return SBL_ACCEPTED;
    }
    if (location == 0 || location > sbl_location_count(&world.image)) {
        bool still = sbl_line_still(&engine->commit, &engine->commit.world, &world);
        sbl_transaction_drop(worker);
        *status = sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "location", "no such location", 0);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    sbl_row_cell(&engine->memory, &row.image, location, &cell);
    int64_t on_hand = cell.on_hand;
    *status = apply_to(&cell, event, &actual);
    if (*status != SELLABLE_OK) {
        bool still = sbl_line_still(&engine->commit, line, &row);
        sbl_transaction_drop(worker);
        if (answer != NULL)
            answer->actual = actual;
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    sbl_edit_begin(&edit, worker, &row.image);
    if (!sbl_edit_cell(&edit, &cell) || !sbl_edit_end(&edit, line, item, &row))
        return SBL_NO_MEMORY;
    if (answer != NULL)
        answer->variance = sbl_subtract(cell.on_hand, on_hand);
    return sbl_transaction_commit(worker, false);
}

static enum sellable_status apply(struct sellable *engine, struct sbl_worker *worker,
                                  const struct sellable_event *event,
                                  struct sellable_answer *answer) {
    enum sellable_status status;
    sbl_answer_clear(answer);
    status = event_fault(event, answer);
    if (status != SELLABLE_OK)
        return status;
    uint32_t item = event->item.id, location = event->location.id;
    if (item == 0)
        item = sbl_number_of(engine, &engine->items, event->item_key);
    if (location == 0)
        location = sbl_number_of(engine, &engine->locations, event->location_key);
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        sbl_answer_clear(answer);
        enum sbl_outcome outcome =
            attempt_event(engine, worker, event, item, location, answer, &status);
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
