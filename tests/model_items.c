/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: items, their units and components. See model.h. */
#include "model_figures.h"

#include <string.h>

__extension__ typedef __int128 wide;

/* ---- units ----------------------------------------------------------------------------------- */

const struct unit *model_unit(const struct item *item, const struct text *name,
                              struct unit *smallest) {
    *smallest = (struct unit){.name = item->unit, .numerator = 1, .denominator = 1};
    if (name->size == 0 || model_is_same(name, &item->unit)) {
        return smallest;
    }
    for (uint32_t i = 0; i < item->unit_count; i++) {
        if (model_is_same(name, &item->units[i].name)) {
            return &item->units[i];
        }
    }
    return NULL;
}

static bool is_further_unit(const struct item *item, const struct text *name) {
    for (uint32_t i = 0; i < item->unit_count; i++) {
        if (model_is_same(name, &item->units[i].name)) {
            return true;
        }
    }
    return false;
}

enum conversion model_convert(const struct model *model, uint32_t item, const struct text *name,
                              int64_t quantity, int64_t *smallest) {
    struct unit base;
    const struct unit *unit = model_unit(&model->items[item], name, &base);
    if (!unit) {
        return NO_UNIT;
    }
    model_saw(model, MODEL_RULE_LINE_UNIT, unit != &base);
    wide parts = (wide)quantity * unit->numerator;
    if (parts % unit->denominator != 0) {
        model_saw(model, MODEL_RULE_NOT_WHOLE, true);
        return NOT_WHOLE;
    }
    parts /= unit->denominator;
    if (parts > SELLABLE_QUANTITY_MAX || parts < -SELLABLE_QUANTITY_MAX) {
        return TOO_MUCH;
    }
    *smallest = (int64_t)parts;
    return CONVERTED;
}

static int64_t common_divisor(int64_t a, int64_t b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

static bool is_factor(int64_t number) {
    return number >= 1 && number <= SELLABLE_QUANTITY_MAX;
}

/* ---- what is kept for an item, and who holds it ---------------------------------------------- */

static bool is_component(const struct model *model, uint32_t item) {
    for (uint32_t kit = 1; kit <= model->item_names.count; kit++) {
        for (uint32_t i = 0; i < model->items[kit].component_count; i++) {
            if (model->items[kit].components[i].item == item) {
                return true;
            }
        }
    }
    return false;
}

static bool is_held_by_an_open_order(const struct model *model, uint32_t item) {
    for (uint32_t i = 0; i < model->order_count; i++) {
        const struct order *order = model->orders[i];
        for (uint32_t k = 0; !order->closed && k < order->now.count; k++) {
            if (order->now.list[k].item == item) {
                return true;
            }
        }
        for (uint32_t k = 0; !order->closed && k < order->now.kit_count; k++) {
            if (order->now.kits[k].item == item) {
                return true;
            }
        }
    }
    return false;
}

static bool is_anything_kept(const struct model *model, uint32_t item) {
    for (uint32_t location = 1; location <= model->location_names.count; location++) {
        const struct cell *cell = &model->items[item].cells[location];
        bool kept = cell->on_hand || cell->allocated || cell->safety_stock || cell->schedule_count;
        for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
            kept = kept || cell->held[reason];
        }
        for (uint32_t channel = 1; channel <= MODEL_CHANNELS; channel++) {
            kept = kept || cell->fences[channel].in_force;
        }
        if (kept) {
            return true;
        }
    }
    return false;
}

/* ---- changing an item ------------------------------------------------------------------------ */

static enum sellable_status read_units(const struct sellable_item_settings *settings,
                                       struct item *item, struct sellable_answer *answer) {
    item->unit_count = 0;
    if (settings->unit_count > SELLABLE_UNITS_MAX || (settings->unit_count && !settings->units)) {
        return model_fault(answer, SELLABLE_INVALID, "units", 0);
    }
    for (uint32_t i = 0; i < settings->unit_count; i++) {
        const struct sellable_unit *given = &settings->units[i];
        struct text name = model_text(given->key);
        bool is_smallest =
            (settings->set & SELLABLE_ITEM_UNIT) && model_is_same(&name, &item->unit);
        if (name.size == 0) {
            return model_fault(answer, SELLABLE_INVALID, "units.key", i);
        }
        if (!is_factor(given->numerator) || !is_factor(given->denominator)) {
            return model_fault(answer, SELLABLE_INVALID,
                               is_factor(given->numerator) ? "units.denominator"
                                                           : "units.numerator",
                               i);
        }
        if (is_smallest || is_further_unit(item, &name)) {
            return model_fault(answer, SELLABLE_INVALID, "units.key", i);
        }
        int64_t divisor = common_divisor(given->numerator, given->denominator);
        item->units[item->unit_count++] =
            (struct unit){name, given->numerator / divisor, given->denominator / divisor};
    }
    return SELLABLE_OK;
}

static enum sellable_status judge_components(const struct sellable_item_settings *settings,
                                             struct sellable_answer *answer) {
    if (settings->component_count == 0 || settings->component_count > SELLABLE_COMPONENTS_MAX ||
        !settings->components) {
        return model_fault(answer, SELLABLE_INVALID, "components", 0);
    }
    for (uint32_t i = 0; i < settings->component_count; i++) {
        if (!is_factor(settings->components[i].number)) {
            return model_fault(answer, SELLABLE_INVALID, "components.number", i);
        }
    }
    return SELLABLE_OK;
}

static enum sellable_status read_components(const struct model *model, uint32_t id,
                                            const struct sellable_item_settings *settings,
                                            struct item *item, struct sellable_answer *answer) {
    for (uint32_t i = 0; i < settings->component_count; i++) {
        const struct sellable_component *given = &settings->components[i];
        uint32_t part = model_resolve(&model->item_names, given->item.id, given->item_key);
        if (part == 0) {
            return model_fault(answer, SELLABLE_UNKNOWN_ITEM, "components.item", i);
        }
        if (part == id || model->items[part].component_count > 0) {
            return model_fault(answer, SELLABLE_INVALID, "components.item", i);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (item->components[k].item == part) {
                return model_fault(answer, SELLABLE_INVALID, "components", i);
            }
        }
        item->components[item->component_count++] = (struct component){part, given->number};
    }
    return SELLABLE_OK;
}

/* The settings alone, as they would be: the item's cells are left out of it. */
static enum sellable_status change(const struct model *model, uint32_t id,
                                   const struct sellable_item_settings *settings,
                                   struct item *item, struct sellable_answer *answer) {
    const uint32_t all = SELLABLE_ITEM_SETTINGS_ALL;
    uint32_t set = settings->set, changed = settings->set | settings->unset;
    enum sellable_status status = SELLABLE_OK;
    bool was_kit = item->component_count > 0, was_tracked = item->tracked;
    if (set & ~all) {
        return model_fault(answer, SELLABLE_INVALID, "set", 0);
    }
    if ((settings->unset & ~all) || (settings->unset & set)) {
        return model_fault(answer, SELLABLE_INVALID, "unset", 0);
    }
    if (changed & SELLABLE_ITEM_UNITS) {
        item->unit_count = 0;
    }
    if (changed & SELLABLE_ITEM_UNIT) {
        item->unit.size = 0;
        if (set & SELLABLE_ITEM_UNIT) {
            item->unit = model_text(settings->unit);
        }
        if ((set & SELLABLE_ITEM_UNIT) && item->unit.size == 0) {
            return model_fault(answer, SELLABLE_INVALID, "unit", 0);
        }
    }
    if (set & SELLABLE_ITEM_UNITS) {
        status = read_units(settings, item, answer);
        if (status != SELLABLE_OK) {
            return status;
        }
    }
    if (changed & SELLABLE_ITEM_TRACKED) {
        if ((set & SELLABLE_ITEM_TRACKED) && settings->tracked > 1) {
            return model_fault(answer, SELLABLE_INVALID, "tracked", 0);
        }
        item->tracked = !(set & SELLABLE_ITEM_TRACKED) || settings->tracked;
    }
    if (changed & SELLABLE_ITEM_COMPONENTS) {
        item->component_count = 0;
        if (set & SELLABLE_ITEM_COMPONENTS) {
            status = judge_components(settings, answer);
        }
    }
    status = status == SELLABLE_OK ? model_enter(model, answer) : status;
    if (status == SELLABLE_OK && (set & SELLABLE_ITEM_COMPONENTS)) {
        status = read_components(model, id, settings, item, answer);
    }
    if (status != SELLABLE_OK) {
        return status;
    }
    for (uint32_t i = 0; i < item->unit_count && item->unit.size != 0; i++) {
        if (model_is_same(&item->units[i].name, &item->unit)) {
            bool units = (set & SELLABLE_ITEM_UNITS) != 0;
            return model_fault(answer, SELLABLE_INVALID, units ? "units.key" : "unit",
                               units ? i : 0);
        }
    }
    bool is_kit = item->component_count > 0;
    if (is_kit && !item->tracked) {
        return model_fault(answer, SELLABLE_INVALID, "tracked", 0);
    }
    bool turns = was_kit != is_kit, moves = was_tracked != item->tracked;
    if (is_kit && is_component(model, id)) {
        return model_fault(answer, SELLABLE_INVALID, "components", 0);
    }
    status = model_admit(model, answer);
    if (status != SELLABLE_OK) {
        return status;
    }
    bool kept = turns && is_anything_kept(model, id);
    bool held = (turns || moves) && is_held_by_an_open_order(model, id);
    return kept || held ? SELLABLE_WRONG_STATE : SELLABLE_OK;
}

static enum sellable_status put_item(struct model *model, struct sellable_key key,
                                     const struct sellable_item_settings *settings,
                                     struct sellable_item *item, struct sellable_answer *answer) {
    model_clear_answer(answer);
    if (item) {
        item->id = 0;
    }
    if (!model_is_key(key)) {
        return model_fault(answer, SELLABLE_INVALID, "key", 0);
    }
    uint32_t id = model_find(&model->item_names, key);
    struct item changed = {.tracked = true};
    if (id != 0) {
        changed = model->items[id];
    }
    struct sellable_item_settings none = {0};
    enum sellable_status status = change(model, id, settings ? settings : &none, &changed, answer);
    status = status == SELLABLE_OK ? model_remember(model) : status;
    if (status != SELLABLE_OK) {
        return status;
    }
    id = id ? id : model_add(&model->item_names, key);
    model->items[id] = changed;
    if (item) {
        item->id = id;
    }
    return SELLABLE_OK;
}

enum sellable_status model_item_put(struct model *model, struct sellable_key key,
                                    const struct sellable_item_settings *settings,
                                    struct sellable_item *item, struct sellable_answer *answer) {
    return model_counted(model, SELLABLE_ITEM, put_item(model, key, settings, item, answer));
}

enum sellable_status model_item_look(const struct model *model, struct sellable_item item,
                                     struct sellable_item_view *view) {
    view->unit_count = view->component_count = view->tracked = view->reserved = 0;
    view->unit = (struct sellable_key){NULL, 0};
    if (item.id == 0 || item.id > model->item_names.count) {
        return SELLABLE_UNKNOWN_ITEM;
    }
    const struct item *kept = &model->items[item.id];
    for (uint32_t i = 0; i < kept->unit_count && i < view->unit_capacity; i++) {
        view->units[i] = (struct sellable_unit){model_key(&kept->units[i].name),
                                                kept->units[i].numerator,
                                                kept->units[i].denominator};
    }
    for (uint32_t i = 0; i < kept->component_count && i < view->component_capacity; i++) {
        struct component part = kept->components[i];
        view->components[i] = (struct sellable_component){
            .item_key = model_key(&model->item_names.text[part.item]),
            .item = {part.item},
            .number = part.number};
    }
    view->unit_count = kept->unit_count;
    view->component_count = kept->component_count;
    view->unit = model_key(&kept->unit);
    view->tracked = kept->tracked;
    return SELLABLE_OK;
}
