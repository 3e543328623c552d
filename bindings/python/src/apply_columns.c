/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine.apply_columns: an event for each row of some columns.
 *
 * One draft holds what is the same in all rows, read as Engine.apply reads it. Where the value of a
 * column goes in a draft is its slot. All columns are read before the first event is applied, so
 * that nothing has changed if one cannot be. Then the rows go through the engine in parts, each a
 * copy of the draft with the values of its columns. */
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "columns.h"
#include "draft.h"

enum { PART = 256, COLUMNS_MAX = 32 };

struct source {
    struct sbl_slot slot;
    struct column column;
};

/* A row that was refused. */
struct refusal {
    Py_ssize_t row;
    enum sellable_status status;
    struct sellable_answer answer;
};

struct load {
    sbl_engine *self;
    struct sbl_reading reading;
    struct sbl_draft draft;
    struct source sources[COLUMNS_MAX];
    size_t source_count;
    Py_ssize_t rows; /* -1: no column yet */
    const char *rows_of;

    /* What comes out. */
    uint8_t *statuses;
    int64_t *variances;
    uint64_t position; /* the last, of an engine with a log */
    struct refusal *refusals;
    size_t refusal_count, refusal_room;
};

/* ---- reading --------------------------------------------------------------------------------- */

static int check_rows(struct load *load, const struct source *source)
{
    const struct column_reader reader = {load->reading.state, load->reading.scratch};
    const struct column *column = &source->column;
    char reason[128];
    if (load->rows >= 0 && column->rows != load->rows) {
        PyOS_snprintf(reason, sizeof reason, "it has %zd rows, %.64s has %zd", column->rows,
                      load->rows_of, load->rows);
        return sbl_refuse_value(load->reading.state, column->name, reason);
    }
    load->rows = column->rows;
    load->rows_of = column->name;
    for (Py_ssize_t row = 0; source->slot.required && row < column->rows; row++)
        if (!column_given(column, row))
            return column_refuse_row(&reader, column, row, "it is missing");
    return 0;
}

static enum column_kind kind_of(const struct sbl_slot *slot)
{
    switch (slot->kind) {
    case SBL_SLOT_KEY:
        return COLUMN_KEY;
    case SBL_SLOT_THING:
        return COLUMN_THING;
    case SBL_SLOT_TIME:
        return COLUMN_TIME;
    default:
        return COLUMN_NUMBER;
    }
}

/* A column of that name; NULL: an exception is set. */
static struct source *add_source(struct load *load, PyObject *name, bool by_key)
{
    struct source *source = &load->sources[load->source_count];
    const char *type = sellable_event_name((int)load->draft.event.type);
    if (load->source_count == COLUMNS_MAX) {
        PyErr_Format(PyExc_TypeError, "%s: too many columns", type);
        return NULL;
    }
    if (sbl_draft_slot(load->reading.state, &load->draft, name, &source->slot) < 0)
        return NULL;
    if (source->slot.kind == SBL_SLOT_NONE) {
        PyErr_Format(PyExc_TypeError, "%s: '%U' is no field for a column: one value for all rows",
                     type, name);
        return NULL;
    }
    source->column = (struct column){.name = source->slot.name,
                                     .kind = kind_of(&source->slot),
                                     .thing = source->slot.thing,
                                     .by_key = by_key};
    load->source_count++;
    if (strcmp(source->slot.name, "quantity") == 0)
        load->draft.event.quantity = 1; /* not the 0 that goes without some fields */
    return source;
}

/* Whether a field takes a list as its one value. */
static bool is_list_of_its_own(PyObject *name)
{
    static const char *const lists[] = {"lines", "locations", "units", "components"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (PyUnicode_CompareWithASCIIString(name, lists[i]) == 0)
            return true;
    return false;
}

static int read_field(struct load *load, PyObject *name, PyObject *value, bool by_key)
{
    const struct column_reader reader = {load->reading.state, load->reading.scratch};
    if (!column_is_many(value) || is_list_of_its_own(name))
        return sbl_draft_set(&load->reading, &load->draft, name, value);
    struct source *source = add_source(load, name, by_key);
    if (source == NULL || column_read(&reader, value, &source->column) < 0)
        return -1;
    return check_rows(load, source);
}

/* Columns by name, of a dict; `but`: what is given there, too, is not read. */
static int read_fields(struct load *load, PyObject *fields, PyObject *but, bool by_key)
{
    PyObject *name, *value;
    for (Py_ssize_t at = 0; PyDict_Next(fields, &at, &name, &value);) {
        if (but != NULL && PyDict_Contains(but, name) != 0) {
            if (PyErr_Occurred())
                return -1;
            continue;
        }
        if (!PyUnicode_Check(name)) {
            PyErr_Format(PyExc_TypeError, "frame: names of columns are str, not %.100s",
                         Py_TYPE(name)->tp_name);
            return -1;
        }
        if (read_field(load, name, value, by_key) < 0)
            return -1;
    }
    return 0;
}

static int read_arrow_frame(struct load *load, PyObject *frame, PyObject *but)
{
    const struct column_reader reader = {load->reading.state, load->reading.scratch};
    const struct arrow_frame *arrow = arrow_frame_open(&reader, frame);
    for (int64_t i = 0; arrow != NULL && i < arrow_frame_count(arrow); i++) {
        PyObject *name = sbl_scratch_keep(load->reading.scratch,
                                          PyUnicode_FromString(arrow_frame_name(arrow, i)));
        int known = name == NULL ? -1 : but == NULL ? 0 : PyDict_Contains(but, name);
        if (known < 0)
            return -1;
        if (known)
            continue;
        struct source *source = add_source(load, name, true);
        if (source == NULL || arrow_frame_read(&reader, arrow, i, &source->column) < 0 ||
            check_rows(load, source) < 0)
            return -1;
    }
    return arrow == NULL ? -1 : 0;
}

/* A table of Arrow's is read as it is; of anything else sellable.columns makes a dict. */
static int read_frame(struct load *load, PyObject *frame, PyObject *but)
{
    PyObject *module = PyImport_ImportModule("sellable.columns");
    PyObject *plain = module == NULL ? NULL : PyObject_CallMethod(module, "_frame", "O", frame);
    Py_XDECREF(module);
    if (sbl_scratch_keep(load->reading.scratch, plain) == NULL)
        return -1;
    return PyDict_Check(plain) ? read_fields(load, plain, but, true)
                               : read_arrow_frame(load, plain, but);
}

static int read_all(struct load *load, PyObject *frame, PyObject *columns)
{
    if (frame != Py_None && read_frame(load, frame, columns) < 0)
        return -1;
    if (columns != NULL && read_fields(load, columns, NULL, false) < 0)
        return -1;
    if (load->rows < 0) {
        PyErr_Format(PyExc_TypeError, "%s: no column is given, only values for all rows",
                     sellable_event_name((int)load->draft.event.type));
        return -1;
    }
    return sbl_draft_finish(&load->reading, &load->draft);
}

/* ---- applying -------------------------------------------------------------------------------- */

/* The value of a column, in a draft or in the event that it begins with. */
static void put(char *draft, const struct source *source, Py_ssize_t row)
{
    const struct sbl_slot *slot = &source->slot;
    const struct column *column = &source->column;
    if (!column_given(column, row))
        return;
    if (column_is_key(column, row)) {
        memcpy(draft + slot->at, &column->keys[row], sizeof column->keys[row]);
    } else if (slot->kind == SBL_SLOT_THING) {
        uint32_t handle = (uint32_t)column->numbers[row];
        memcpy(draft + slot->other, &handle, sizeof handle);
    } else {
        int64_t number = column->numbers[row];
        if (number == 0 && slot->never_zero)
            number = -1;
        memcpy(draft + slot->at, &number, sizeof number);
        if (slot->other != 0)
            *(uint32_t *)(void *)(draft + slot->other) = 1;
    }
    if (slot->set != 0)
        *(uint32_t *)(void *)(draft + slot->set) |= slot->bit;
}

/* Some rows at a time. */
struct part {
    struct sellable_event events[PART];
    struct sbl_draft drafts[PART]; /* used if events lead to more than themselves */
    struct sellable_answer answers[PART];
    enum sellable_status statuses[PART];
};

static bool is_nested(const struct sellable_event *event)
{
    return event->order != NULL || event->item_settings != NULL ||
           event->location_settings != NULL || event->policy != NULL || event->ownership != NULL;
}

/* The event of a copied draft, which leads to what the copy has. */
static struct sellable_event event_within(struct sbl_draft *draft)
{
    struct sellable_event event = draft->event;
    draft->order.key = event.order_key;
    event.order = event.order != NULL ? &draft->order : NULL;
    event.item_settings = event.item_settings != NULL ? &draft->item : NULL;
    event.location_settings = event.location_settings != NULL ? &draft->location : NULL;
    event.policy = event.policy != NULL ? &draft->policy : NULL;
    event.ownership = event.ownership != NULL ? &draft->ownership : NULL;
    return event;
}

static void fill_part(const struct load *load, struct part *part, Py_ssize_t from, size_t count)
{
    bool nested = is_nested(&load->draft.event);
    for (size_t i = 0; i < count; i++) {
        char *base = (char *)&part->events[i];
        part->events[i] = load->draft.event;
        part->answers[i] = (struct sellable_answer){.plan = NULL};
        if (nested) {
            part->drafts[i] = load->draft;
            base = (char *)&part->drafts[i];
        }
        for (size_t c = 0; c < load->source_count; c++)
            put(base, &load->sources[c], from + (Py_ssize_t)i);
        if (nested)
            part->events[i] = event_within(&part->drafts[i]);
    }
}

static bool is_done(enum sellable_status status)
{
    return status == SELLABLE_OK || status == SELLABLE_DUPLICATE;
}

/* What there is to say of a refused row; without memory its status has to do. */
static void keep_refusal(struct load *load, Py_ssize_t row, enum sellable_status status,
                         const struct sellable_answer *answer)
{
    if (load->refusal_count == load->refusal_room) {
        size_t room = load->refusal_room == 0 ? 64 : 2 * load->refusal_room;
        struct refusal *refusals = realloc(load->refusals, room * sizeof *refusals);
        if (refusals == NULL)
            return;
        load->refusals = refusals;
        load->refusal_room = room;
    }
    load->refusals[load->refusal_count++] = (struct refusal){row, status, *answer};
}

static void take_answers(struct load *load, const struct part *part, Py_ssize_t from,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Py_ssize_t row = from + (Py_ssize_t)i;
        const struct sellable_answer *answer = &part->answers[i];
        enum sellable_status status = part->statuses[i];
        load->statuses[row] = (uint8_t)status;
        load->variances[row] = status == SELLABLE_OK ? answer->variance : 0;
        if (answer->position > load->position)
            load->position = answer->position;
        if (!is_done(status))
            keep_refusal(load, row, status, answer);
    }
}

static void apply_rows(struct load *load, struct sellable *engine, struct part *part)
{
    for (Py_ssize_t from = 0; from < load->rows; from += PART) {
        size_t count = load->rows - from < PART ? (size_t)(load->rows - from) : PART;
        fill_part(load, part, from, count);
        (void)!sellable_apply_batch(engine, NULL, part->events, count, part->statuses,
                                    part->answers);
        take_answers(load, part, from, count);
    }
}

/* ---- the result ------------------------------------------------------------------------------ */

/* (row, status, field, reason, actual, exception): sellable.columns.RefusedRow. */
static PyObject *make_refusal(const void *entry, void *context)
{
    const struct load *load = context;
    const struct refusal *refusal = entry;
    const struct sellable_answer *answer = &refusal->answer;
    char path[SBL_PATH_MAX];
    const char *field = sbl_draft_path(&load->draft, answer, path);
    bool compared = refusal->status == SELLABLE_CONFLICT && field != NULL &&
                    strcmp(field, "expected") == 0;
    return Py_BuildValue("(nsNNNN)", refusal->row, sellable_status_name((int)refusal->status),
                         sbl_from_words(field), sbl_from_words(answer->reason),
                         sbl_from_integer_or(answer->actual, compared),
                         sbl_from_integer_or((int64_t)answer->exception, answer->exception != 0));
}

static PyObject *make_result(struct load *load, PyObject *statuses, PyObject *variances)
{
    PyObject *module = PyImport_ImportModule("sellable.columns");
    PyObject *refusals = sbl_tuple(load->refusals, load->refusal_count, sizeof *load->refusals,
                                   make_refusal, load);
    PyObject *result = NULL;
    if (module != NULL && refusals != NULL)
        result = PyObject_CallMethod(module, "_applied", "OOOK", statuses, variances, refusals,
                                     (unsigned long long)load->position);
    Py_XDECREF(module);
    Py_XDECREF(refusals);
    return result;
}

static PyObject *apply_all(struct load *load, struct sellable *engine)
{
    PyObject *statuses = PyByteArray_FromStringAndSize(NULL, load->rows);
    PyObject *variances = PyByteArray_FromStringAndSize(NULL, load->rows * 8);
    struct part *part = malloc(sizeof *part);
    PyObject *result = NULL;
    if (part == NULL)
        PyErr_NoMemory();
    if (part != NULL && statuses != NULL && variances != NULL) {
        load->statuses = (uint8_t *)PyByteArray_AS_STRING(statuses);
        load->variances = (int64_t *)(void *)PyByteArray_AS_STRING(variances);
        SBL_WAITING(load->rows >= 64 || sbl_core_durable(load->self->core))
        apply_rows(load, engine, part);
        SBL_WAITED
        result = make_result(load, statuses, variances);
    }
    free(load->refusals);
    free(part);
    Py_XDECREF(statuses);
    Py_XDECREF(variances);
    return result;
}

/* ---- the methods ----------------------------------------------------------------------------- */

static PyObject *apply_columns(sbl_engine *self, uint32_t type, PyObject *frame,
                               PyObject *columns)
{
    struct sbl_call call;
    struct sbl_scratch scratch;
    PyObject *result = NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    struct load *load = PyMem_Calloc(1, sizeof *load);
    if (load == NULL) {
        sbl_leave(&call);
        return PyErr_NoMemory();
    }
    sbl_scratch_open(&scratch);
    load->self = self;
    load->rows = -1;
    load->reading = (struct sbl_reading){self->state, engine, &scratch};
    sbl_draft_open(&load->draft, type);
    if (read_all(load, frame, columns) == 0)
        result = apply_all(load, engine);
    sbl_leave(&call);
    sbl_scratch_close(&scratch);
    PyMem_Free(load);
    return result;
}

PyObject *sbl_engine_apply_columns(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *name, *frame = Py_None;
    if (!PyArg_ParseTuple(args, "O|O:apply_columns", &name, &frame))
        return NULL;
    uint32_t type = sbl_to_type(((sbl_engine *)self)->state, name);
    return type == 0 ? NULL : apply_columns((sbl_engine *)self, type, frame, kwargs);
}

static PyObject *load(PyObject *self, const char *name, PyObject *args, PyObject *kwargs)
{
    PyObject *frame = Py_None;
    if (!PyArg_ParseTuple(args, "|O", &frame))
        return NULL;
    const struct sellable_key key = {name, strlen(name)};
    return apply_columns((sbl_engine *)self, sellable_event_of(key), frame, kwargs);
}

#define LOAD(NAME, TYPE, TEXT)                                                                     \
    PyObject *sbl_engine_##NAME(PyObject *self, PyObject *args, PyObject *kwargs) {                \
        return load(self, TYPE, args, kwargs);                                                     \
    }
SBL_LOADS(LOAD)
