/* SPDX-License-Identifier: Apache-2.0
 *
 * The Engine itself: opened, closed, forked, told the time. Its other methods are in other files;
 * sbl_engine_complete brings them together. */
#include "change.h"

#include <stddef.h>
#include <structmember.h>

#include "columns.h"
#include "manual.h"
#include "open.h"

/* ---- inside ---------------------------------------------------------------------------------- */

struct sellable *sbl_enter(sbl_engine *self, struct sbl_call *call)
{
    struct sellable *engine = sbl_core_enter(self->core, call);
    if (engine == NULL)
        PyErr_SetString(self->state->closed, "the engine is closed, or another process's");
    return engine;
}

/* The last one to leave may have to close: that takes its time. */
void sbl_leave(struct sbl_call *call)
{
    SBL_WAITING(sbl_core_closed(call->core))
        sbl_core_leave(call);
    SBL_WAITED
}

int sbl_arguments(const struct sbl_signature *signature, PyObject *const *arguments,
                  Py_ssize_t count, PyObject *keywords, PyObject **values)
{
    Py_ssize_t named = keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords);
    int known = 0;
    while (known < 8 && signature->names[known] != NULL)
        values[known++] = NULL;
    if (count > signature->positional) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %d arguments without a name, not %zd",
                     signature->method, signature->positional, count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        values[i] = arguments[i];
    for (Py_ssize_t i = 0; i < named; i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        int at = 0;
        while (at < known && PyUnicode_CompareWithASCIIString(name, signature->names[at]) != 0)
            at++;
        if (at == known || values[at] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() %s '%U'", signature->method,
                         at == known ? "has no argument" : "is given twice the argument", name);
            return -1;
        }
        values[at] = arguments[count + i];
    }
    for (int i = 0; i < signature->required; i++)
        if (values[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%s() misses the argument '%s'", signature->method,
                         signature->names[i]);
            return -1;
        }
    return 0;
}

/* ---- making ---------------------------------------------------------------------------------- */

PyObject *sbl_engine_wrap(struct sbl_state *state, PyTypeObject *type, struct sellable *engine,
                          bool durable)
{
    struct sbl_core *core = sbl_core_create(engine, durable);
    if (core == NULL) {
        sellable_close(engine);
        return PyErr_NoMemory();
    }
    sbl_engine *self = (sbl_engine *)type->tp_alloc(type, 0);
    if (self == NULL) {
        sbl_core_drop(core);
        return NULL;
    }
    self->core = core;
    self->state = state;
    return (PyObject *)self;
}

static PyObject *new_engine(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {SBL_OPTION_NAMES, NULL};
    struct sbl_state *state = sbl_state_of(type);
    struct sellable_options options = {0};
    struct sellable *engine;
    PyObject *values[SBL_OPTIONS] = {NULL};
    enum sellable_status status;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOOOOO:Engine", names, &values[0],
                                     &values[1], &values[2], &values[3], &values[4], &values[5],
                                     &values[6]) ||
        sbl_to_options(state, values, &options) < 0)
        return NULL;
    SBL_WAITING(true)
        status = sellable_open(&options, &engine);
    SBL_WAITED
    if (status != SELLABLE_OK)
        return sbl_refuse(state, NULL, status, NULL, NULL, NULL);
    return sbl_engine_wrap(state, type, engine, false);
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    sbl_engine *self = (sbl_engine *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->directory);
    Py_VISIT(self->recovery);
    return 0;
}

static int clear(PyObject *object)
{
    sbl_engine *self = (sbl_engine *)object;
    Py_CLEAR(self->directory);
    Py_CLEAR(self->recovery);
    return 0;
}

/* As a file that was left open: what it holds on disk is locked meanwhile. */
static void finalize(PyObject *object)
{
    sbl_engine *self = (sbl_engine *)object;
    if (self->directory == NULL || self->core == NULL || sbl_core_closed(self->core))
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning(object, 1, "unclosed engine %R", object) < 0)
        PyErr_WriteUnraisable(object);
    PyErr_Restore(type, value, traceback);
}

static void dealloc(PyObject *object)
{
    sbl_engine *self = (sbl_engine *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (PyObject_CallFinalizerFromDealloc(object) < 0)
        return;
    PyObject_GC_UnTrack(object);
    if (self->weak != NULL)
        PyObject_ClearWeakRefs(object);
    SBL_WAITING(true)
        sbl_core_drop(self->core);
    SBL_WAITED
    clear(object);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *represent(PyObject *object)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable *engine = sbl_core_enter(self->core, &call);
    if (engine == NULL)
        return PyUnicode_FromString("<sellable.Engine, closed>");
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    PyObject *text = PyUnicode_FromFormat(
        "<sellable.Engine%s%V: %llu items, %llu orders, now %lld>",
        self->directory != NULL ? " " : "", self->directory, "", (unsigned long long)memory.items,
        (unsigned long long)memory.orders, (long long)sellable_now(engine));
    sbl_leave(&call);
    return text;
}

/* ---- closing --------------------------------------------------------------------------------- */

static PyObject *close_engine(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    enum { PATIENCE = 50 }; /* ms between two looks for a Ctrl-C */
    bool done = false;
    (void)unused;
    while (!done) {
        SBL_WAITING(true)
            done = sbl_core_close(self->core, PATIENCE);
        SBL_WAITED
        if (!done && PyErr_CheckSignals() < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *enter(PyObject *object, PyObject *unused)
{
    struct sbl_call call;
    (void)unused;
    if (sbl_enter((sbl_engine *)object, &call) == NULL)
        return NULL;
    sbl_leave(&call);
    return Py_NewRef(object);
}

static PyObject *leave(PyObject *object, PyObject *args)
{
    (void)args;
    return close_engine(object, NULL);
}

/* ---- time, forks ----------------------------------------------------------------------------- */

static PyObject *advance(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                         PyObject *keywords)
{
    static const struct sbl_signature signature = {"advance", 1, 1, {"now"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_answer answer = {0};
    struct sbl_call call;
    PyObject *value, *result = NULL;
    int64_t now;
    enum sellable_status status;
    if (sbl_arguments(&signature, arguments, count, keywords, &value) < 0 ||
        sbl_to_time(self->state, value, "now", &now) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = sellable_advance(engine, NULL, now, &answer);
    SBL_WAITED
    if (status == SELLABLE_OK)
        result = sbl_plain_answer(self->state, &answer);
    else
        sbl_refuse(self->state, engine, status, answer.field, answer.reason, &answer);
    sbl_leave(&call);
    return result;
}

static PyObject *fork_engine(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable *fork = NULL;
    enum sellable_status status;
    (void)unused;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = sellable_fork(engine, NULL, NULL, &fork);
    SBL_WAITED
    sbl_leave(&call);
    if (status != SELLABLE_OK)
        return sbl_refuse(self->state, NULL, status, NULL, NULL, NULL);
    return sbl_engine_wrap(self->state, Py_TYPE(object), fork, false);
}

/* ---- the type -------------------------------------------------------------------------------- */

static PyObject *get_closed(PyObject *object, void *unused)
{
    (void)unused;
    return PyBool_FromLong(sbl_core_closed(((sbl_engine *)object)->core));
}

static PyObject *get_now(PyObject *object, void *unused)
{
    struct sbl_call call;
    (void)unused;
    struct sellable *engine = sbl_enter((sbl_engine *)object, &call);
    if (engine == NULL)
        return NULL;
    int64_t now = sellable_now(engine);
    sbl_leave(&call);
    return PyLong_FromLongLong(now);
}

static PyMethodDef methods[] = {
    {"close", close_engine, METH_NOARGS, MANUAL_close},
    {"__enter__", enter, METH_NOARGS, "__enter__($self)\n--\n\nThe engine itself."},
    {"__exit__", leave, METH_VARARGS,
     "__exit__($self, type, value, traceback, /)\n--\n\nClose the engine."},
    {"fork", fork_engine, METH_NOARGS, MANUAL_fork},
    {"advance", SBL_FAST(advance), MANUAL_advance},
    SBL_COLUMN_METHODS,
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef members[] = {
    {"closed", get_closed, NULL, "Whether it is closed.", NULL},
    {"now", get_now, NULL,
     "The engine's time in ms since the epoch: the latest given to advance, 0 before the first.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef weak_list[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(sbl_engine, weak), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)MANUAL_Engine},
    {Py_tp_new, (void *)new_engine},
    {Py_tp_dealloc, (void *)dealloc},
    {Py_tp_finalize, (void *)finalize},
    {Py_tp_traverse, (void *)traverse},
    {Py_tp_clear, (void *)clear},
    {Py_tp_repr, (void *)represent},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {Py_tp_members, weak_list},
    {0, NULL},
};

PyType_Spec sbl_engine_spec = {
    .name = "sellable.Engine",
    .basicsize = sizeof(sbl_engine),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};

static int add_method(PyTypeObject *type, PyMethodDef *method)
{
    PyObject *descriptor = PyDescr_NewMethod(type, method);
    if (descriptor == NULL)
        return -1;
    int result = PyObject_SetAttrString((PyObject *)type, method->ml_name, descriptor);
    Py_DECREF(descriptor);
    return result;
}

static int add_member(PyTypeObject *type, PyGetSetDef *member)
{
    PyObject *descriptor = PyDescr_NewGetSet(type, member);
    if (descriptor == NULL)
        return -1;
    int result = PyObject_SetAttrString((PyObject *)type, member->name, descriptor);
    Py_DECREF(descriptor);
    return result;
}

int sbl_engine_complete(PyTypeObject *type)
{
    PyMethodDef *const tables[] = {sbl_change_methods,   sbl_batch_methods,  sbl_master_methods,
                                   sbl_question_methods, sbl_visit_methods,  sbl_exception_methods,
                                   sbl_figure_methods,   sbl_store_methods};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (PyMethodDef *method = tables[i]; method->ml_name != NULL; method++)
            if (add_method(type, method) < 0)
                return -1;
    for (PyGetSetDef *member = sbl_store_members; member->name != NULL; member++)
        if (add_member(type, member) < 0)
            return -1;
    type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE; /* complete: nobody changes it from now on */
    PyType_Modified(type);
    return 0;
}
