/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions of one thing: available, explain, cell, order, changes. */
#include "column.h"
#include "columns.h"
#include "manual.h"
#include "tables.h"

/* ---- how much, and why ----------------------------------------------------------------------- */

static const struct sbl_signature asks = {"available", 4, 2, {"item", "channel", "date", "order"}};

static int to_question(struct sbl_state *state, PyObject *const *values,
                       struct sellable_question *question)
{
    if (sbl_to_thing(state, values[0], "item", SBL_ITEM, &question->item_key,
                     &question->item.id) < 0 ||
        sbl_to_thing(state, values[1], "channel", SBL_CHANNEL, &question->channel_key,
                     &question->channel.id) < 0)
        return -1;
    if (values[2] != NULL && values[2] != Py_None) {
        question->has_date = 1;
        if (sbl_to_time(state, values[2], "date", &question->date) < 0)
            return -1;
    }
    if (values[3] != NULL && values[3] != Py_None)
        return sbl_to_key(state, values[3], "order", &question->order);
    return 0;
}

static PyObject *available(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                           PyObject *keywords)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_question question = {0};
    struct sellable_availability found;
    struct sbl_call call;
    PyObject *values[4];
    if (sbl_arguments(&asks, arguments, count, keywords, values) < 0)
        return NULL;
    if (!PyUnicode_Check(values[0]) && !PyLong_Check(values[0]) && column_is_many(values[0]))
        return sbl_available_columns(self, values[0], values[1], values[2], values[3]);
    if (to_question(self->state, values, &question) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    enum sellable_status status = sellable_available(engine, &question, &found);
    sbl_leave(&call);
    if (status != SELLABLE_OK)
        return sbl_refuse_question(self->state, status);
    return sbl_record(self->state, SBL_Availability, "iiO", found.promisable, found.published,
                      Py_NewRef(self->state->levels[found.level]));
}

struct inside {
    struct sbl_state *state;
    const struct sellable *engine;
};

static PyObject *make_term(const void *entry, void *context)
{
    const struct sellable_term *term = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_Term, "Oiiiiiiiiiiiiiiiiiii",
                      sbl_from_location(inside->engine, term->location), term->on_hand, term->held,
                      term->allocated, term->reserved, term->safety_stock, term->net, term->supply,
                      term->demand, term->promised, term->projected, term->low, term->free,
                      term->fenced, term->backordered, term->shared, term->fence, term->own,
                      term->seen, term->waiting);
}

static PyObject *explanation_of(struct inside *inside, const struct sellable_explanation *why)
{
#define NAME_OF(NAME, NUMBER, JSON) [NUMBER] = JSON,
    static const char *const sourcings[] = {ENUM_SOURCING(NAME_OF)};
    static const char *const bindings[] = {ENUM_BINDING(NAME_OF)};
#undef NAME_OF
    const struct sellable *engine = inside->engine;
    return sbl_record(
        inside->state, SBL_Explanation, "OOiiibbsiiiiiiiOiOsOOisO",
        sbl_from_item(engine, why->item), sbl_from_channel(engine, why->channel), why->now,
        why->date, why->share, (int)why->closed, (int)why->paused, sourcings[why->sourcing],
        why->pool, why->buffer, why->backorder, why->room, why->unit, why->promisable,
        why->minimum, sbl_from_integer_or(why->cap, why->cap < SELLABLE_QUANTITY_MAX),
        why->published, Py_NewRef(inside->state->levels[why->level]), bindings[why->binds],
        sbl_from_item(engine, why->component), sbl_from_location(engine, why->location),
        why->missing, why->because,
        sbl_tuple(why->terms, why->term_count, sizeof *why->terms, make_term, inside));
}

/* As often as it takes until there is room for all of it. */
static PyObject *explain_in(struct inside *inside, const struct sellable_question *question,
                            struct sbl_scratch *scratch)
{
    struct sellable_explanation why;
    uint32_t terms = 8, words = 1024;
    do {
        why = (struct sellable_explanation){.term_capacity = terms, .because_capacity = words};
        why.terms = sbl_scratch_take(scratch, terms, sizeof *why.terms);
        why.because = sbl_scratch_take(scratch, words, 1);
        if (why.terms == NULL || why.because == NULL)
            return NULL;
        enum sellable_status status = sellable_explain(inside->engine, question, &why);
        if (status != SELLABLE_OK)
            return sbl_refuse_question(inside->state, status);
        terms = why.term_count;
        words = why.because_size + 1;
    } while (terms > why.term_capacity || words > why.because_capacity);
    return explanation_of(inside, &why);
}

static PyObject *explain(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                         PyObject *keywords)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_signature signature = asks;
    struct sellable_question question = {0};
    struct sbl_scratch scratch;
    struct sbl_call call;
    PyObject *values[4];
    signature.method = "explain";
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        to_question(self->state, values, &question) < 0)
        return NULL;
    struct inside inside = {self->state, sbl_enter(self, &call)};
    if (inside.engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = explain_in(&inside, &question, &scratch);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static PyObject *make_fence(const void *entry, void *context)
{
    const struct sellable_fence *fence = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_Fence, "OiO",
                      sbl_from_channel(inside->engine, fence->channel), fence->quantity,
                      sbl_from_integer_or(fence->until, fence->until != 0));
}

static PyObject *make_scheduled(const void *entry, void *context)
{
    const struct sellable_scheduled *scheduled = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_Scheduled, "kii",
                      (struct sellable_key){scheduled->reference, scheduled->reference_size},
                      scheduled->due, scheduled->quantity);
}

static PyObject *make_promised(const void *entry, void *context)
{
    const struct sellable_promised *promised = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_Promised, "ii", promised->due, promised->quantity);
}

static PyObject *held_of(const struct sellable *engine, const int64_t *held)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict != NULL && i < SELLABLE_HOLD_REASONS_MAX; i++) {
        if (held[i] == 0)
            continue;
        PyObject *reason = sbl_from_key(sellable_hold_key(engine, i));
        PyObject *quantity = PyLong_FromLongLong(held[i]);
        if (reason == NULL || quantity == NULL || PyDict_SetItem(dict, reason, quantity) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(reason);
        Py_XDECREF(quantity);
    }
    return dict;
}

static PyObject *cell_of(struct inside *inside, const struct sellable_place *place,
                         const struct sellable_cell *cell)
{
    const struct sellable *engine = inside->engine;
    return sbl_record(
        inside->state, SBL_Cell, "OOiOiiiiiiiiOOO",
        place->item.id != 0 ? sbl_from_item(engine, place->item) : sbl_from_key(place->item_key),
        place->location.id != 0 ? sbl_from_location(engine, place->location)
                                : sbl_from_key(place->location_key),
        cell->on_hand, held_of(engine, cell->held), cell->allocated, cell->reserved,
        cell->backordered, cell->safety_stock, cell->net, cell->free, cell->shared, cell->short_,
        sbl_tuple(cell->fences, cell->fence_count, sizeof *cell->fences, make_fence, inside),
        sbl_tuple(cell->schedule, cell->schedule_count, sizeof *cell->schedule, make_scheduled,
                  inside),
        sbl_tuple(cell->promised, cell->promised_count, sizeof *cell->promised, make_promised,
                  inside));
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static PyObject *cell_in(struct inside *inside, const struct sellable_place *place,
                         struct sbl_scratch *scratch)
{
    struct sellable_cell cell;
    uint32_t room = 4;
    for (;;) {
        cell = (struct sellable_cell){.fence_capacity = room,
                                      .schedule_capacity = room,
                                      .promised_capacity = room};
        cell.fences = sbl_scratch_take(scratch, room, sizeof *cell.fences);
        cell.schedule = sbl_scratch_take(scratch, room, sizeof *cell.schedule);
        cell.promised = sbl_scratch_take(scratch, room, sizeof *cell.promised);
        if (cell.fences == NULL || cell.schedule == NULL || cell.promised == NULL)
            return NULL;
        enum sellable_status status = sellable_cell(inside->engine, place, &cell);
        if (status != SELLABLE_OK)
            return sbl_refuse_question(inside->state, status);
        uint32_t needed = larger(cell.fence_count,
                                 larger(cell.schedule_count, cell.promised_count));
        if (needed <= room)
            return cell_of(inside, place, &cell);
        room = needed;
    }
}

static PyObject *cell(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                      PyObject *keywords)
{
    static const struct sbl_signature signature = {"cell", 2, 2, {"item", "location"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_place place = {0};
    struct sbl_scratch scratch;
    struct sbl_call call;
    PyObject *values[2];
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        sbl_to_thing(self->state, values[0], "item", SBL_ITEM, &place.item_key, &place.item.id) <
            0 ||
        sbl_to_thing(self->state, values[1], "location", SBL_LOCATION, &place.location_key,
                     &place.location.id) < 0)
        return NULL;
    struct inside inside = {self->state, sbl_enter(self, &call)};
    if (inside.engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = cell_in(&inside, &place, &scratch);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

/* ---- changes --------------------------------------------------------------------------------- */

static PyObject *make_change(const void *entry, void *context)
{
    const struct sellable_change *change = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_Change, "OiiO",
                      sbl_from_item(inside->engine, change->item), change->published,
                      change->promisable, Py_NewRef(inside->state->levels[change->level]));
}

/* Room for what may be told: no item is told twice in one answer. */
static PyObject *changes_in(struct inside *inside, struct sellable *engine,
                            struct sellable_changes *changes)
{
    struct sellable_memory memory;
    enum sellable_status status;
    sellable_memory(engine, &memory);
    if (changes->capacity > memory.items)
        changes->capacity = memory.items;
    changes->changes = PyMem_Calloc(changes->capacity + 1, sizeof *changes->changes);
    if (changes->changes == NULL)
        return PyErr_NoMemory();
    SBL_WAITING(true)
        status = sellable_changes(engine, NULL, changes);
    SBL_WAITED
    PyObject *result =
        status != SELLABLE_OK
            ? sbl_refuse_question(inside->state, status)
            : sbl_record(inside->state, SBL_Changes, "Oub",
                         sbl_tuple(changes->changes, changes->count, sizeof *changes->changes,
                                   make_change, inside),
                         changes->position, (int)changes->more);
    PyMem_Free(changes->changes);
    return result;
}

static int to_count(struct sbl_state *state, PyObject *value, const char *field, uint64_t *count)
{
    int64_t number;
    if (sbl_to_integer(state, value, field, 0, INT64_MAX, &number) < 0)
        return -1;
    *count = (uint64_t)number;
    return 0;
}

static PyObject *changes(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                         PyObject *keywords)
{
    static const struct sbl_signature signature = {"changes", 1, 1, {"channel", "after", "limit"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_changes changes = {.capacity = UINT64_MAX};
    struct sbl_call call;
    PyObject *values[3];
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        sbl_to_thing(self->state, values[0], "channel", SBL_CHANNEL, &changes.channel_key,
                     &changes.channel.id) < 0)
        return NULL;
    changes.has_after = values[1] != NULL && values[1] != Py_None;
    if ((changes.has_after && to_count(self->state, values[1], "after", &changes.after) < 0) ||
        (values[2] != NULL && values[2] != Py_None &&
         to_count(self->state, values[2], "limit", &changes.capacity) < 0))
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    struct inside inside = {self->state, engine};
    PyObject *result = changes_in(&inside, engine, &changes);
    sbl_leave(&call);
    return result;
}

PyMethodDef sbl_question_methods[] = {
    {"available", SBL_FAST(available), MANUAL_available},
    {"explain", SBL_FAST(explain), MANUAL_explain},
    {"cell", SBL_FAST(cell), MANUAL_cell},
    {"changes", SBL_FAST(changes), MANUAL_changes},
    {NULL, NULL, 0, NULL},
};
