/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: what moves, is counted and is scheduled at a cell. See model.h. */
#include "model_kept.h"

#include <stdlib.h>

/* ---- cells ----------------------------------------------------------------------------------- */

struct cell cell_copy(const struct cell *cell) {
    struct cell copy = *cell;
    copy.schedule = model_copy(cell->schedule, cell->schedule_count, sizeof *cell->schedule);
    copy.movements = model_copy(cell->movements, cell->movement_count, sizeof *cell->movements);
    return copy;
}

void cell_drop(struct cell *cell) {
    free(cell->schedule);
    free(cell->movements);
}

/* ---- movements, and balances ----------------------------------------------------------------- */

void cell_move(const struct model *model, struct cell *cell, int64_t quantity) {
    bool given = model->event && model->event->has_at;
    int64_t time = given ? model->event->at : model->now;
    bool balanced = given && cell->has_as_of;
    model_saw(model, MODEL_RULE_MOVEMENT_AT_AS_OF, balanced && time == cell->as_of);
    if (balanced && time <= cell->as_of) {
        model_saw(model, MODEL_RULE_MOVEMENT_IN_BALANCE, true);
        return;
    }
    model_saw(model, MODEL_RULE_MOVEMENT_SENT_LATE, balanced && time < model->now);
    cell->on_hand += quantity;
    cell->movements =
        model_room(cell->movements, cell->movement_count + 1, sizeof *cell->movements);
    cell->movements[cell->movement_count++] = (struct movement){time, quantity};
}

void cell_balance(const struct model *model, struct cell *cell, int64_t quantity, int64_t as_of) {
    uint32_t left = 0;
    cell->on_hand = quantity;
    for (uint32_t i = 0; i < cell->movement_count; i++) {
        if (cell->movements[i].time > as_of) {
            cell->on_hand += cell->movements[i].quantity;
            cell->movements[left++] = cell->movements[i];
        }
    }
    model_saw(model, MODEL_RULE_MOVEMENT_ON_TOP, left > 0);
    model_saw(model, MODEL_RULE_MOVEMENT_COVERED, left < cell->movement_count);
    model_saw(model, MODEL_RULE_AS_OF_EQUAL, cell->has_as_of && as_of == cell->as_of);
    cell->movement_count = left;
    cell->has_as_of = true;
    cell->as_of = as_of;
}

/* ---- what is scheduled ----------------------------------------------------------------------- */

struct scheduled *cell_entry(struct cell *cell, const struct text *reference) {
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        if (model_is_same(&cell->schedule[i].reference, reference)) {
            return &cell->schedule[i];
        }
    }
    return NULL;
}

bool cell_schedule(struct cell *cell, const struct text *reference, int64_t due, int64_t quantity) {
    struct scheduled *entry = cell_entry(cell, reference);
    if (!entry && quantity == 0) {
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
    *entry = (struct scheduled){*reference, due, quantity};
    if (quantity == 0) {
        *entry = cell->schedule[--cell->schedule_count];
    }
    return true;
}

void cell_arrive(const struct model *model, struct cell *cell, const struct text *reference,
                 int64_t quantity) {
    const struct scheduled *entry = cell_entry(cell, reference);
    model_saw(model, MODEL_RULE_ENTRY_NONE, !entry);
    model_saw(model, MODEL_RULE_ENTRY_DEMAND, entry && entry->quantity < 0);
    if (!entry || entry->quantity < 0) {
        return;
    }
    int64_t left = model_most(0, entry->quantity - quantity);
    struct text name = *reference;
    model_saw(model, MODEL_RULE_ENTRY_LOWERED, left > 0);
    model_saw(model, MODEL_RULE_ENTRY_TO_NOTHING, entry->quantity == quantity);
    model_saw(model, MODEL_RULE_ENTRY_BEYOND, entry->quantity < quantity);
    (void)cell_schedule(cell, &name, entry->due, left);
}

bool cell_schedule_overflows(const struct cell *cell) {
    int64_t supply = 0, demand = 0;
    for (uint32_t i = 0; i < cell->schedule_count; i++) {
        int64_t quantity = cell->schedule[i].quantity;
        *(quantity > 0 ? &supply : &demand) += quantity;
    }
    return model_beyond(supply) || model_beyond(demand);
}
