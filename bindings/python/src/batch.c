/* SPDX-License-Identifier: Apache-2.0
 *
 * Several changes in one call: apply, apply_many, reserve_many. Rows are read a run at a time, put
 * into effect with one call of the library, and answered each for itself. A row that rests on what
 * the engine knows (a region, a fraction of a unit) ends the run before it. */
#include "change.h"
#include "manual.h"

enum { RUN = 256, WORTH_WAITING = 64 };

struct batch {
    sbl_engine *self;
    struct sellable *engine;
    enum sbl_how how;
    uint32_t type; /* of all rows; 0: each says it */
    PyObject *results;
    struct sbl_scratch scratch; /* of the run */
    Py_ssize_t count;           /* rows of the run */
    struct sbl_draft *drafts;   /* RUN of each */
    Py_ssize_t *places;         /* of their results */
    struct sellable_event *events;
    struct sellable_order *orders;
    struct sellable_answer *answers;
    enum sellable_status statuses[RUN];
};

/* ---- results --------------------------------------------------------------------------------- */

/* The exception that is set, if it is one of a row; else NULL, and it stays. */
static PyObject *take_exception(void)
{
    PyObject *type, *value, *traceback;
    if (!PyErr_ExceptionMatches(PyExc_Exception))
        return NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL && value != NULL)
        (void)PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

static struct sbl_change change_of(struct batch *batch, Py_ssize_t row)
{
    return (struct sbl_change){.self = batch->self,
                               .state = batch->self->state,
                               .engine = batch->engine,
                               .scratch = &batch->scratch,
                               .draft = &batch->drafts[row],
                               .how = batch->how};
}

static int answer_row(struct batch *batch, Py_ssize_t row)
{
    bool refused;
    struct sbl_change change = change_of(batch, row);
    int status = sbl_change_complete(&change, (int)batch->statuses[row], &batch->answers[row]);
    if (status < 0)
        return -1;
    PyObject *result = sbl_change_result(&change, (enum sellable_status)status,
                                         &batch->answers[row], &refused);
    return result == NULL ? -1 : PyList_SetItem(batch->results, batch->places[row], result);
}

/* ---- a run ----------------------------------------------------------------------------------- */

static int act(struct batch *batch)
{
    enum sellable_status done;
    size_t count = (size_t)batch->count;
    for (size_t i = 0; i < count; i++) {
        batch->events[i] = batch->drafts[i].event;
        batch->orders[i] = batch->drafts[i].order;
    }
    SBL_WAITING(count >= WORTH_WAITING || sbl_core_durable(batch->self->core))
        done = batch->how == SBL_EVENT
                   ? sellable_apply_batch(batch->engine, NULL, batch->events, count,
                                          batch->statuses, batch->answers)
                   : sellable_reserve_batch(batch->engine, NULL, batch->orders, count,
                                            batch->statuses, batch->answers);
    SBL_WAITED
    (void)done; /* then every status says so */
    return 0;
}

static int flush(struct batch *batch)
{
    int result = 0;
    for (Py_ssize_t i = 0; i < batch->count && result == 0; i++) {
        const struct sbl_change change = change_of(batch, i);
        result = sbl_answer_room(&change, &batch->answers[i]);
    }
    if (result == 0 && batch->count > 0)
        result = act(batch);
    for (Py_ssize_t i = 0; i < batch->count && result == 0; i++)
        result = answer_row(batch, i);
    sbl_scratch_close(&batch->scratch);
    sbl_scratch_open(&batch->scratch);
    batch->count = 0;
    return result;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static uint32_t type_of(struct sbl_state *state, PyObject *row)
{
    PyObject *name = PyMapping_GetItemString(row, "type");
    if (name == NULL) {
        if (PyErr_ExceptionMatches(PyExc_KeyError))
            PyErr_SetString(PyExc_TypeError, "the field 'type' is missing");
        return 0;
    }
    uint32_t type = sbl_to_type(state, name);
    Py_DECREF(name);
    return type;
}

static int read_row(struct batch *batch, PyObject *row)
{
    struct sbl_draft *draft = &batch->drafts[batch->count];
    const struct sbl_reading reading = {batch->self->state, batch->engine, &batch->scratch};
    if (!PyMapping_Check(row) || !PyObject_HasAttrString(row, "items"))
        return sbl_refuse_type("an event", "a mapping", row);
    uint32_t type = batch->type != 0 ? batch->type : type_of(batch->self->state, row);
    if (type == 0)
        return -1;
    sbl_draft_open(draft, type);
    draft->direct = batch->how == SBL_DIRECT;
    return sbl_draft_of_mapping(&reading, draft, row);
}

/* Its result is None until it is there. */
static int add_row(struct batch *batch, PyObject *row)
{
    if (PyList_Append(batch->results, Py_None) < 0)
        return -1;
    Py_ssize_t place = PyList_GET_SIZE(batch->results) - 1;
    int read = read_row(batch, row);
    if (batch->drafts[batch->count].looked && batch->count > 0) {
        if (read < 0 && !PyErr_ExceptionMatches(PyExc_Exception))
            return -1;
        PyErr_Clear();
        if (flush(batch) < 0 || sbl_scratch_share(&batch->scratch, row) == NULL)
            return -1;
        read = read_row(batch, row);
    }
    if (read < 0) {
        PyObject *error = take_exception();
        return error == NULL ? -1 : PyList_SetItem(batch->results, place, error);
    }
    batch->places[batch->count++] = place;
    return batch->count == RUN ? flush(batch) : 0;
}

static int add_rows(struct batch *batch, PyObject *rows)
{
    if (PyUnicode_Check(rows) || PyBytes_Check(rows) || PyDict_Check(rows))
        return sbl_refuse_type(batch->how == SBL_DIRECT ? "orders" : "events",
                               "an iterable of mappings", rows);
    PyObject *iterator = PyObject_GetIter(rows), *row;
    int result = iterator == NULL ? -1 : 0;
    while (result == 0 && (row = PyIter_Next(iterator)) != NULL) {
        result = sbl_scratch_share(&batch->scratch, row) == NULL ? -1 : add_row(batch, row);
        Py_DECREF(row);
    }
    Py_XDECREF(iterator);
    if (result == 0 && PyErr_Occurred())
        result = -1;
    return result < 0 ? -1 : flush(batch);
}

static int open_batch(struct batch *batch)
{
    batch->results = PyList_New(0);
    batch->drafts = PyMem_Calloc(RUN, sizeof *batch->drafts);
    batch->places = PyMem_Calloc(RUN, sizeof *batch->places);
    batch->events = PyMem_Calloc(RUN, sizeof *batch->events);
    batch->orders = PyMem_Calloc(RUN, sizeof *batch->orders);
    batch->answers = PyMem_Calloc(RUN, sizeof *batch->answers);
    if (batch->drafts == NULL || batch->places == NULL || batch->events == NULL ||
        batch->orders == NULL || batch->answers == NULL)
        PyErr_NoMemory();
    return PyErr_Occurred() ? -1 : 0;
}

/* What was applied before an iterator fails stays applied. */
static PyObject *many(sbl_engine *self, PyObject *rows, uint32_t type, enum sbl_how how)
{
    struct sbl_call call;
    struct batch batch = {.self = self, .how = how, .type = type};
    batch.engine = sbl_enter(self, &call);
    if (batch.engine == NULL)
        return NULL;
    sbl_scratch_open(&batch.scratch);
    if (open_batch(&batch) < 0 || add_rows(&batch, rows) < 0)
        Py_CLEAR(batch.results);
    sbl_scratch_close(&batch.scratch);
    PyMem_Free(batch.drafts);
    PyMem_Free(batch.places);
    PyMem_Free(batch.events);
    PyMem_Free(batch.orders);
    PyMem_Free(batch.answers);
    sbl_leave(&call);
    return batch.results;
}

static PyObject *apply_many(PyObject *self, PyObject *events)
{
    return many((sbl_engine *)self, events, 0, SBL_EVENT);
}

static PyObject *reserve_many(PyObject *self, PyObject *orders)
{
    return many((sbl_engine *)self, orders, SELLABLE_RESERVE, SBL_DIRECT);
}

/* ---- one ------------------------------------------------------------------------------------- */

/* Where "type" stands among the arguments: the first, or a keyword; -1: nowhere. */
static Py_ssize_t place_of_type(Py_ssize_t count, PyObject *names)
{
    if (count > 0)
        return 0;
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "type") == 0)
            return i;
    return -1;
}

static int read_arguments(const struct sbl_reading *reading, struct sbl_draft *draft,
                          PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    Py_ssize_t at = place_of_type(count, names);
    Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    if (at < 0 || count > 1) {
        PyErr_SetString(PyExc_TypeError, "apply takes a type, and fields by their names");
        return -1;
    }
    uint32_t type = sbl_to_type(reading->state, arguments[at]);
    if (type == 0)
        return -1;
    sbl_draft_open(draft, type);
    for (Py_ssize_t i = 0; i < named; i++)
        if ((count > 0 || i != at) &&
            sbl_draft_set(reading, draft, PyTuple_GET_ITEM(names, i), arguments[count + i]) < 0)
            return -1;
    return sbl_draft_finish(reading, draft);
}

static PyObject *apply(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                       PyObject *names)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sbl_scratch scratch;
    struct sbl_draft draft;
    PyObject *result = NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    const struct sbl_reading reading = {self->state, engine, &scratch};
    if (read_arguments(&reading, &draft, arguments, count, names) == 0) {
        struct sbl_change change = {.self = self,
                                    .state = self->state,
                                    .engine = engine,
                                    .scratch = &scratch,
                                    .draft = &draft,
                                    .how = SBL_EVENT};
        result = sbl_change(&change);
    }
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

PyMethodDef sbl_batch_methods[] = {
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL | METH_KEYWORDS, MANUAL_apply},
    {"apply_many", apply_many, METH_O, MANUAL_apply_many},
    {"reserve_many", reserve_many, METH_O, MANUAL_reserve_many},
    {NULL, NULL, 0, NULL},
};
