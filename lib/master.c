/* SPDX-License-Identifier: Apache-2.0
 *
 * Items: making and finding them, their units, kits, and whether they are tracked. */
#include "edit.h"
#include "form.h"
#include "names.h"
#include "kinds.h"
#include "origin.h"
#include "tally.h"

/* ---- what is asked ---- */

struct asked {
    const struct sbl_key *key;
    const struct sellable_item_settings *settings;
    uint32_t unit;                       /* the numbers of their names */
    uint32_t units[SELLABLE_UNITS_MAX];
    uint32_t components[SELLABLE_COMPONENTS_MAX]; /* items; 0: there is none */
    uint32_t number;
    enum sellable_status status;
    const char *field, *reason;
    uint32_t at;
};

static enum sellable_status fault(struct asked *asked, enum sellable_status status,
                                  const char *field, const char *reason, uint32_t at) {
    asked->status = status;
    asked->field = field;
    asked->reason = reason;
    asked->at = at;
    return status;
}

static bool same_key(struct sellable_key a, struct sellable_key b) {
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static enum sellable_status units_fault(struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    static const char range[] = "1 to 10^15", twice[] = "named twice";
    struct sbl_key key;
    if (settings->unit_count > SELLABLE_UNITS_MAX ||
        (settings->unit_count != 0 && settings->units == NULL))
        return fault(asked, SELLABLE_INVALID, "units", "at most 32, and where they are", 0);
    for (uint32_t i = 0; i < settings->unit_count; i++) {
        const struct sellable_unit *unit = &settings->units[i];
        if (!sbl_key_make(&key, unit->key, 0))
            return fault(asked, SELLABLE_INVALID, "units.key", SBL_NOT_A_KEY, i);
        if (unit->numerator < 1 || unit->numerator > SELLABLE_QUANTITY_MAX)
            return fault(asked, SELLABLE_INVALID, "units.numerator", range, i);
        if (unit->denominator < 1 || unit->denominator > SELLABLE_QUANTITY_MAX)
            return fault(asked, SELLABLE_INVALID, "units.denominator", range, i);
        for (uint32_t k = 0; k < i; k++)
            if (same_key(unit->key, settings->units[k].key))
                return fault(asked, SELLABLE_INVALID, "units.key", twice, i);
        if ((settings->set & SELLABLE_ITEM_UNIT) != 0 && same_key(unit->key, settings->unit))
            return fault(asked, SELLABLE_INVALID, "units.key", "it is the smallest", i);
    }
    return SELLABLE_OK;
}

static enum sellable_status components_fault(struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    if (settings->component_count < 1 || settings->component_count > SELLABLE_COMPONENTS_MAX ||
        settings->components == NULL)
        return fault(asked, SELLABLE_INVALID, "components", "1 to 64, and where they are", 0);
    for (uint32_t i = 0; i < settings->component_count; i++)
        if (settings->components[i].number < 1 ||
            settings->components[i].number > SELLABLE_QUANTITY_MAX)
            return fault(asked, SELLABLE_INVALID, "components.number", "1 to 10^15", i);
    return SELLABLE_OK;
}

/* What can be wrong without looking at anything. */
static enum sellable_status settings_fault(struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    uint32_t set = settings->set;
    struct sbl_key key;
    if ((set & ~(uint32_t)SELLABLE_ITEM_SETTINGS_ALL) != 0)
        return fault(asked, SELLABLE_INVALID, "set", "a bit is no setting", 0);
    if ((settings->unset & (~(uint32_t)SELLABLE_ITEM_SETTINGS_ALL | set)) != 0)
        return fault(asked, SELLABLE_INVALID, "unset", "a bit is no setting, or is set as well",
                     0);
    if ((set & SELLABLE_ITEM_UNIT) != 0 && !sbl_key_make(&key, settings->unit, 0))
        return fault(asked, SELLABLE_INVALID, "unit", SBL_NOT_A_KEY, 0);
    if ((set & SELLABLE_ITEM_UNITS) != 0 && units_fault(asked) != SELLABLE_OK)
        return asked->status;
    if ((set & SELLABLE_ITEM_TRACKED) != 0 && settings->tracked > 1)
        return fault(asked, SELLABLE_INVALID, "tracked", "0 or 1", 0);
    if ((set & SELLABLE_ITEM_COMPONENTS) != 0 && components_fault(asked) != SELLABLE_OK)
        return asked->status;
    return SELLABLE_OK;
}

/* Names become numbers. false: no memory. */
static bool name_units(struct sellable *engine, struct sbl_worker *worker, struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    struct sbl_key key;
    if ((settings->set & SELLABLE_ITEM_UNIT) != 0) {
        sbl_key_make(&key, settings->unit, engine->seed);
        if (!sbl_name_make(engine, worker, &key, &asked->unit))
            return false;
    }
    for (uint32_t i = 0;
         (settings->set & SELLABLE_ITEM_UNITS) != 0 && i < settings->unit_count; i++) {
        sbl_key_make(&key, settings->units[i].key, engine->seed);
        if (!sbl_name_make(engine, worker, &key, &asked->units[i]))
            return false;
    }
    return true;
}

/* ---- what an item says of itself ---- */

static int64_t common_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Its words: as they were, with what is set and unset. Pure, but that the old blob is read. Returns
 * how many; 0: nothing is left to say. */
static uint32_t own_words(const struct sbl_memory *memory, const struct asked *asked,
                          const struct sbl_own *old, struct sbl_own *own, uint64_t *word) {
    const struct sellable_item_settings *settings = asked->settings;
    uint32_t set = settings->set, both = set | settings->unset, at = 1;
    *own = *old;
    if ((both & SELLABLE_ITEM_UNIT) != 0)
        own->unit = (set & SELLABLE_ITEM_UNIT) != 0 ? asked->unit : 0;
    if ((both & SELLABLE_ITEM_TRACKED) != 0)
        own->untracked = (set & SELLABLE_ITEM_TRACKED) != 0 && settings->tracked == 0;
    if ((both & SELLABLE_ITEM_UNITS) != 0)
        own->units = (set & SELLABLE_ITEM_UNITS) != 0 ? settings->unit_count : 0;
    if ((both & SELLABLE_ITEM_COMPONENTS) != 0)
        own->components = (set & SELLABLE_ITEM_COMPONENTS) != 0 ? settings->component_count : 0;
    for (uint32_t i = 0; i < own->units && i < SELLABLE_UNITS_MAX; i++) {
        struct sbl_unit unit;
        if ((both & SELLABLE_ITEM_UNITS) == 0) {
            unit = sbl_unit_at(memory, old, i);
        } else {
            const struct sellable_unit *given = &settings->units[i];
            int64_t divisor = common_divisor(given->numerator, given->denominator);
            unit = (struct sbl_unit){asked->units[i], given->numerator / divisor,
                                     given->denominator / divisor};
        }
        word[at++] = unit.name;
        word[at++] = (uint64_t)unit.numerator;
        word[at++] = (uint64_t)unit.denominator;
    }
    for (uint32_t i = 0; i < own->components && i < SELLABLE_COMPONENTS_MAX; i++) {
        struct sbl_component component;
        if ((both & SELLABLE_ITEM_COMPONENTS) == 0)
            component = sbl_component_at(memory, old, i);
        else
            component = (struct sbl_component){asked->components[i],
                                               settings->components[i].number};
        word[at++] = component.item;
        word[at++] = (uint64_t)component.number;
    }
    word[0] = sbl_own_head(own);
    return word[0] == 0 ? 0 : at;
}

/* ---- may it be? ---- */

/* Is one of its units called as the smallest? */
static bool named_twice(struct asked *asked, const struct sbl_own *own, const uint64_t *word) {
    bool units = (asked->settings->set & SELLABLE_ITEM_UNITS) != 0;
    for (uint32_t i = 0; i < own->units && own->unit != 0; i++)
        if (word[1 + SBL_UNIT_WORDS * i] == own->unit) {
            fault(asked, SELLABLE_INVALID, units ? "units.key" : "unit",
                  "a unit and the smallest have one name", units ? i : 0);
            return true;
        }
    return false;
}

static struct sbl_own own_now(const struct sellable *engine, uint32_t item, struct sbl_seen *seen) {
    const struct sbl_line *row = sbl_row_line(engine, item);
    struct sbl_own own;
    *seen = (struct sbl_seen){0};
    if (row == NULL)
        return (struct sbl_own){0};
    do {
        sbl_line_read(&engine->commit, row, seen);
        own = sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, &seen->image).own);
    } while (!sbl_line_still(&engine->commit, row, seen));
    return own;
}

/* Is it a component of a kit, as its row says it may be? Kits change by exclusive transactions
 * only. */
static bool is_component(const struct sellable *engine, uint32_t item,
                         const struct sbl_image *row) {
    if (!sbl_row_has(row, SBL_ROW_PART))
        return false;
    uint64_t items = sbl_load_acquire(COUNT, &engine->item_numbers);
    for (uint32_t kit = 1; kit <= items; kit++) {
        struct sbl_seen seen;
        bool found = false;
        struct sbl_own own = own_now(engine, kit, &seen);
        for (uint32_t i = 0; i < own.components && !found; i++)
            found = sbl_component_at(&engine->memory, &own, i).item == item;
        /* A kit whose row has changed may still be one: its settings go only with the world. */
        if (found && sbl_line_still(&engine->commit, sbl_row_line(engine, kit), &seen))
            return true;
        if (own.components != 0 &&
            !sbl_line_still(&engine->commit, sbl_row_line(engine, kit), &seen))
            kit--;
    }
    return false;
}

/* Does an open order hold the item, as a component or as a kit? Each order is looked at at an
 * instant of its own; one that comes or goes meanwhile changes the item's row, too. */
static bool is_held(const struct sellable *engine, struct sbl_worker *worker, uint32_t item,
                    bool *room) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_VISIT];
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    while (sbl_index_walk(&engine->orders, 0, &walk, &found)) {
        uint32_t words = sbl_blob_words(&engine->memory, found.reference);
        if (!sbl_buffer_reserve(worker->commit->memory, scratch,
                                (size_t)words * sizeof(uint64_t)))
            return *room = false, true;
        uint64_t *word = scratch->bytes;
        if (sbl_blob_copy(&engine->memory, found.reference, 0, word, words) != words ||
            !sbl_line_still(&engine->commit, found.line, &found.seen)) {
            sbl_index_walk_again(&walk);
            continue;
        }
        if (sbl_order_is_open(word[SBL_ENTRY_SIZE]) &&
            sbl_order_names(word, words, item))
            return true;
    }
    return false;
}

/* The components are items that are no kits, each once. */
static enum sellable_status kit_fault(const struct sellable *engine, struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    for (uint32_t i = 0; i < settings->component_count; i++) {
        struct sbl_seen seen;
        uint32_t item = sbl_item_number(engine, settings->components[i].item,
                                        settings->components[i].item_key);
        struct sbl_own own = own_now(engine, item, &seen);
        asked->components[i] = item;
        if (!sbl_row_exists(&seen.image))
            return fault(asked, SELLABLE_UNKNOWN_ITEM, "components.item", "no such item", i);
        if (own.components != 0 || item == asked->number)
            return fault(asked, SELLABLE_INVALID, "components.item",
                         "a kit is not made of kits", i);
        for (uint32_t k = 0; k < i; k++)
            if (asked->components[k] == item)
                return fault(asked, SELLABLE_INVALID, "components", "named twice", i);
    }
    return SELLABLE_OK;
}

/* What it is to become against what it is. */
static enum sellable_status change_fault(const struct sellable *engine, struct sbl_worker *worker,
                                         struct asked *asked, const struct sbl_own *old,
                                         const struct sbl_own *new, const struct sbl_seen *row,
                                         bool *room, bool *past) {
    bool kit = new->components != 0, was_kit = old->components != 0;
    if (kit && new->untracked)
        return fault(asked, SELLABLE_INVALID, "tracked", "a kit is tracked by its components", 0);
    bool keeps = kit != was_kit && sbl_row_keeps(&engine->memory, &row->image);
    *past = !sbl_line_still(&engine->commit, sbl_row_line(engine, asked->number), row);
    if (*past) /* what was read of the row may be torn; what follows rests on it no more */
        return fault(asked, SELLABLE_WRONG_STATE, NULL, NULL, 0);
    if (kit && !was_kit && is_component(engine, asked->number, &row->image))
        return fault(asked, SELLABLE_INVALID, "components", "it is a component of a kit", 0);
    if (keeps)
        return fault(asked, SELLABLE_WRONG_STATE, NULL, NULL, 0);
    if ((kit != was_kit || new->untracked != old->untracked) &&
        is_held(engine, worker, asked->number, room))
        return fault(asked, SELLABLE_WRONG_STATE, NULL, NULL, 0);
    return SELLABLE_OK;
}

/* ---- one attempt ---- */

/* A number for a new item: one that was left over, or the next. 0: no memory. */
static uint32_t item_number(struct sellable *engine, struct sbl_worker *worker) {
    if (worker->spare_item == 0) {
        uint64_t number = sbl_load_acquire(COUNT, &engine->item_numbers);
        do {
            if (number >= UINT32_MAX / 2 || !sbl_array_grow(&engine->row, number) ||
                !sbl_array_grow(&engine->item_entry, number) ||
                !sbl_recent_grow(&engine->commit.recent, (uint32_t)number + 1))
                return 0;
        } while (!sbl_cas(COUNT, &engine->item_numbers, &number, number + 1));
        worker->spare_item = (uint32_t)number + 1;
    }
    return worker->spare_item;
}

/* The kits of a component with one more, in the worker's scratch; *count 0: it is among them.
 * NULL: no memory. */
static uint64_t *kits_with(struct sbl_worker *worker, uint32_t kits, uint32_t kit,
                           uint32_t *count) {
    struct sbl_memory *memory = worker->commit->memory;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_SETTINGS];
    size_t words = kits == 0 ? 0 : sbl_words_in(memory, kits, sbl_blob_words(memory, kits));
    if (!sbl_buffer_reserve(memory, scratch, (words + 1) * sizeof(uint64_t)))
        return NULL;
    uint64_t *word = scratch->bytes;
    *count = sbl_blob_copy(memory, kits, 0, word, (uint32_t)words);
    for (uint32_t i = 0; i < *count; i++)
        if (word[i] == kit) {
            *count = 0;
            return word;
        }
    word[(*count)++] = kit;
    return word;
}

/* The row of a component gets the kit's number, unless it has it; one that it is no component of
 * any more stays. false: no memory. */
static bool join_kit(struct sellable *engine, struct sbl_worker *worker, uint32_t item,
                     uint32_t kit) {
    struct sbl_line *line = sbl_row_line(engine, item);
    struct sbl_seen row;
    struct sbl_edit edit;
    const uint64_t *word;
    uint32_t *kits, count;
    do {
        sbl_line_settle(worker, line, &row);
        sbl_edit_begin(&edit, worker, &row.image);
        kits = &sbl_edit_tail(&edit)->kits;
        word = kits_with(worker, *kits, kit, &count);
        if (word == NULL)
            return false;
    } while (count == 0 && !sbl_line_still(&engine->commit, line, &row)); /* it was torn */
    if (count == 0)
        return true;
    uint32_t blob = sbl_transaction_blob(worker, word, count);
    edit.image.word[SBL_ROW_FORM] |= SBL_ROW_PART;
    return blob != 0 && sbl_edit_settings(&edit, kits, blob) &&
           sbl_edit_end(&edit, line, item, &row);
}

/* The same of all components that are to be set and have a number between; ascending, as lines are
 * added. */
static bool join_between(struct sellable *engine, struct sbl_worker *worker,
                         const struct asked *asked, uint32_t above, uint32_t below) {
    const struct sellable_item_settings *settings = asked->settings;
    bool set = (settings->set & SELLABLE_ITEM_COMPONENTS) != 0;
    uint32_t count = set ? settings->component_count : 0;
    for (uint32_t last = above;;) {
        uint32_t next = below;
        for (uint32_t i = 0; i < count; i++)
            if (asked->components[i] > last && asked->components[i] < next)
                next = asked->components[i];
        if (next == below)
            return true;
        if (!join_kit(engine, worker, next, asked->number))
            return false;
        last = next;
    }
}

/* The answer holds if the world, and the row if it rests on that (not NULL), are still so. */
static enum sbl_outcome leave(struct sellable *engine, struct sbl_worker *worker,
                              const struct sbl_seen *world, const struct sbl_line *line,
                              const struct sbl_seen *row) {
    bool still = sbl_line_still(&engine->commit, &engine->commit.world, world) &&
                 (row == NULL || sbl_line_still(&engine->commit, line, row));
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker,
                                struct asked *asked) {
    const struct sellable_item_settings *settings = asked->settings;
    bool exclusive = (settings->set | settings->unset) != 0, room = true, past = false;
    uint64_t word[SBL_OWN_WORDS];
    struct sbl_seen world, row;
    struct sbl_found found;
    struct sbl_own own;
    struct sbl_edit edit;
    uint32_t entry = 0;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    asked->status = SELLABLE_OK;
    sbl_index_settle(&engine->items, worker, asked->key, &found);
    bool is_new = found.reference == 0;
    asked->number = is_new ? item_number(engine, worker)
                           : sbl_entry_number(engine, asked->key, found.reference);
    if (asked->number == 0)
        return SBL_NO_MEMORY;
    if (!is_new && !exclusive) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    struct sbl_line *line = sbl_row_line(engine, asked->number);
    sbl_line_settle(worker, line, &row);
    sbl_edit_begin(&edit, worker, &row.image);
    edit.image.word[SBL_ROW_FORM] |= SBL_ROW_EXISTS;
    if ((settings->set & SELLABLE_ITEM_COMPONENTS) != 0 &&
        kit_fault(engine, asked) != SELLABLE_OK)
        return leave(engine, worker, &world, line, NULL);
    const struct sbl_own old = sbl_own_of(&engine->memory, sbl_edit_tail(&edit)->own);
    uint32_t words = own_words(&engine->memory, asked, &old, &own, word);
    if (named_twice(asked, &own, word))
        return leave(engine, worker, &world, line, &row);
    if (!is_new &&
        change_fault(engine, worker, asked, &old, &own, &row, &room, &past) != SELLABLE_OK) {
        if (!room)
            return SBL_NO_MEMORY;
        return leave(engine, worker, &world, line, past ? &row : NULL);
    }
    if (is_new && own.components != 0 && own.untracked) {
        fault(asked, SELLABLE_INVALID, "tracked", "a kit is tracked by its components", 0);
        return leave(engine, worker, &world, line, &row);
    }
    if (is_new) {
        entry = sbl_entry_blob(worker, asked->key, asked->number);
        if (entry == 0)
            return SBL_NO_MEMORY;
        /* Nobody else knows the number before this is accepted. */
        sbl_store_release(BLOCK, (sbl_word *)sbl_array_at(&engine->item_entry, asked->number - 1),
                          entry);
    }
    uint32_t blob = words == 0 ? 0 : sbl_transaction_blob(worker, word, words);
    if ((words != 0 && blob == 0) ||
        (exclusive && !sbl_transaction_add(worker, &engine->commit.world,
                                           (struct sbl_name){SBL_WORLD, 0}, &world,
                                           &world.image)) ||
        (is_new && !sbl_index_put(&engine->items, worker, &found, asked->key->hash, entry)) ||
        !join_between(engine, worker, asked, 0, asked->number))
        return SBL_NO_MEMORY;
    if (exclusive && !sbl_edit_settings(&edit, &sbl_edit_tail(&edit)->own, blob))
        return SBL_NO_MEMORY;
    uint64_t *form = &edit.image.word[SBL_ROW_FORM];
    *form &= ~SBL_ROW_OWN;
    if (own.untracked || own.components != 0)
        *form |= SBL_ROW_OWN | SBL_FORM_TOUCHED;
    else if (sbl_edit_tail(&edit)->policies != 0)
        *form |= SBL_ROW_OWN;
    else
        *form &= ~SBL_FORM_TOUCHED;
    if (!sbl_edit_end(&edit, line, asked->number, &row) ||
        !join_between(engine, worker, asked, asked->number, UINT32_MAX))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, exclusive);
    if (outcome == SBL_ACCEPTED && is_new) {
        worker->spare_item = 0;
        sbl_count(&engine->items.entries, 1);
        sbl_index_grow(&engine->items, worker);
    }
    return outcome;
}

/* ---- the calls ---- */

enum sellable_status sbl_item_kinds(struct sellable_key key,
                                    const struct sellable_item_settings *settings,
                                    struct sellable_answer *answer) {
    struct asked asked = {.settings = settings};
    enum sellable_status status = sbl_key_kinds(key, answer);
    if (status != SELLABLE_OK || settings == NULL || settings_fault(&asked) == SELLABLE_OK)
        return status;
    return sbl_fault(answer, asked.status, asked.field, asked.reason, asked.at);
}

enum sellable_status sellable_item_put(struct sellable *engine, struct sellable_worker *held,
                                       struct sellable_key from,
                                       const struct sellable_item_settings *settings,
                                       struct sellable_item *item,
                                       struct sellable_answer *answer) {
    static const struct sellable_item_settings none;
    struct asked asked = {.settings = settings == NULL ? &none : settings};
    struct sbl_call call;
    struct sbl_key key;
    enum sbl_outcome outcome = SBL_NO_MEMORY;
    sbl_answer_clear(answer);
    if (item != NULL)
        item->id = 0;
    enum sellable_status status = sbl_item_kinds(from, settings, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_ITEM, status);
    sbl_key_make(&key, from, engine->seed);
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    struct sellable_event *said = sbl_say(engine, call.worker, SELLABLE_ITEM);
    if (said != NULL) {
        said->item_key = from;
        said->item_settings = settings;
    }
    asked.key = &key;
    if (name_units(engine, call.worker, &asked))
        SBL_UNTIL_DONE(outcome, call.worker, attempt(engine, call.worker, &asked));
    status = outcome == SBL_NO_MEMORY ? SELLABLE_NO_MEMORY : asked.status;
    sbl_tally_call(engine, call.worker, SELLABLE_ITEM, status);
    status = sbl_call_done(&call, status, answer);
    if (status == SELLABLE_OK && item != NULL)
        item->id = asked.number;
    return status == SELLABLE_OK || status == SELLABLE_NO_MEMORY ||
                   status == SELLABLE_NOT_DURABLE || asked.field == NULL
               ? status
               : sbl_fault(answer, status, asked.field, asked.reason, asked.at);
}

enum sellable_status sellable_item_find(const struct sellable *engine, struct sellable_key key,
                                        struct sellable_item *item) {
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    item->id = sbl_number_of(engine, &engine->items, key);
    return item->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_ITEM;
}

struct sellable_key sellable_item_key(const struct sellable *engine, struct sellable_item item) {
    return sbl_item_exists(engine, item.id) ? sbl_item_key(engine, item.id)
                                            : (struct sellable_key){NULL, 0};
}

struct sellable_item sellable_item_next(const struct sellable *engine,
                                        struct sellable_item after) {
    uint64_t last = sbl_load_acquire(COUNT, &engine->item_numbers);
    for (uint64_t next = (uint64_t)after.id + 1; next <= last; next++)
        if (sbl_item_exists(engine, (uint32_t)next))
            return (struct sellable_item){(uint32_t)next};
    return (struct sellable_item){0};
}

enum sellable_status sellable_item_look(const struct sellable *engine, struct sellable_item item,
                                        struct sellable_item_view *view) {
    const struct sbl_memory *memory = &engine->memory;
    struct sbl_seen seen;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    do {
        struct sbl_own own = own_now(engine, item.id, &seen);
        *view = (struct sellable_item_view){.units = view->units,
                                            .components = view->components,
                                            .unit_capacity = view->unit_capacity,
                                            .component_capacity = view->component_capacity};
        if (!sbl_row_exists(&seen.image))
            return SELLABLE_UNKNOWN_ITEM;
        view->tracked = !own.untracked;
        view->unit = sbl_name_key(engine, own.unit);
        view->unit_count = own.units;
        view->component_count = own.components;
        for (uint32_t i = 0; view->units != NULL && i < own.units && i < view->unit_capacity;
             i++) {
            struct sbl_unit unit = sbl_unit_at(memory, &own, i);
            view->units[i] = (struct sellable_unit){sbl_name_key(engine, unit.name),
                                                    unit.numerator, unit.denominator};
        }
        for (uint32_t i = 0; view->components != NULL && i < own.components &&
                             i < view->component_capacity;
             i++) {
            struct sbl_component component = sbl_component_at(memory, &own, i);
            view->components[i] = (struct sellable_component){
                .item_key = sellable_item_key(engine, (struct sellable_item){component.item}),
                .item = {component.item},
                .number = component.number};
        }
    } while (!sbl_line_still(&engine->commit, sbl_row_line(engine, item.id), &seen));
    return SELLABLE_OK;
}
