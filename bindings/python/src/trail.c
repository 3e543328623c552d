/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit trail of a directory: an iterator over what its journal says, change by change. Used by
 * one thread at a time: a second one that comes meanwhile is told so. */
#include "draft.h"

#include <sys/stat.h>

typedef struct {
    PyObject_HEAD
    struct sbl_state *state;
    struct sellable_trail *trail; /* NULL: closed */
    struct sellable_log journal, checkpoints;
    bool busy;
} trail_object;

/* ---- opening --------------------------------------------------------------------------------- */

static void close_log(struct sellable_log *log)
{
    if (log->close != NULL)
        log->close(log->context);
    *log = (struct sellable_log){0};
}

static void give_back(trail_object *self)
{
    struct sellable_trail *trail = self->trail;
    self->trail = NULL;
    SBL_WAITING(true)
        sellable_trail_close(trail);
        close_log(&self->journal);
        close_log(&self->checkpoints);
    SBL_WAITED
}

/* A log of a directory, which must be there: looking makes none. */
static enum sellable_status open_log(const char *directory, const char *name,
                                     struct sellable_log *log, const char **reason)
{
    struct stat found;
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = PyMem_RawMalloc(size);
    enum sellable_status status = SELLABLE_INVALID;
    if (path == NULL)
        return SELLABLE_NO_MEMORY;
    snprintf(path, size, "%s/%s", directory, name);
    *reason = "it is not there";
    if (stat(path, &found) == 0)
        status = sellable_lmdb_open(path, 0, log, reason);
    PyMem_RawFree(path);
    return status;
}

/* Without the interpreter's lock. */
static enum sellable_status open_all(trail_object *self, const char *directory, uint32_t salvage,
                                     struct sellable_recovery *recovery)
{
    recovery->field = "journal";
    enum sellable_status status = open_log(directory, "journal", &self->journal, &recovery->reason);
    if (status != SELLABLE_OK)
        return status;
    recovery->field = "checkpoint";
    status = open_log(directory, "checkpoints", &self->checkpoints, &recovery->reason);
    if (status != SELLABLE_OK && !salvage)
        return status;
    return sellable_trail_open(&self->journal,
                               self->checkpoints.read != NULL ? &self->checkpoints : NULL, salvage,
                               &self->trail, recovery);
}

PyObject *sbl_trail_open(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"directory", "salvage", NULL};
    struct sbl_state *state = PyModule_GetState(module);
    struct sellable_recovery recovery = {0};
    PyObject *path, *flag = Py_False;
    uint32_t salvage;
    enum sellable_status status;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$O:trail", names, PyUnicode_FSConverter,
                                     &path, &flag))
        return NULL;
    trail_object *self = sbl_to_flag(state, flag, "salvage", &salvage) < 0
                             ? NULL
                             : (trail_object *)state->trail->tp_alloc(state->trail, 0);
    if (self == NULL) {
        Py_DECREF(path);
        return NULL;
    }
    self->state = state;
    SBL_WAITING(true)
        status = open_all(self, PyBytes_AS_STRING(path), salvage, &recovery);
    SBL_WAITED
    Py_DECREF(path);
    if (status == SELLABLE_OK)
        return (PyObject *)self;
    sbl_refuse(state, NULL, status, status == SELLABLE_NO_MEMORY ? NULL : recovery.field,
               status == SELLABLE_NO_MEMORY ? NULL : recovery.reason, NULL);
    Py_DECREF(self);
    return NULL;
}

/* ---- entries --------------------------------------------------------------------------------- */

struct inside {
    struct sbl_state *state;
    const struct sellable *engine; /* NULL: there are no keys to be had */
};

static PyObject *figures_of(struct sbl_state *state, const struct sellable_trail_figures *figures)
{
    return sbl_record(state, SBL_Figures, "iiiiiiii", figures->on_hand, figures->held,
                      figures->allocated, figures->reserved, figures->backordered,
                      figures->safety_stock, figures->promised, figures->net);
}

static PyObject *make_cell(const void *entry, void *context)
{
    const struct sellable_trail_cell *cell = entry;
    const struct inside *inside = context;
    bool named = inside->engine != NULL;
    return sbl_record(inside->state, SBL_TrailCell, "OOOO",
                      named ? sbl_from_item(inside->engine, cell->item) : Py_NewRef(Py_None),
                      named ? sbl_from_location(inside->engine, cell->location)
                            : Py_NewRef(Py_None),
                      figures_of(inside->state, &cell->before),
                      figures_of(inside->state, &cell->after));
}

static const char *did_of(uint32_t did)
{
    static const char *const names[] = {"advance", "due", "tell", "refuse", "grow", "lost"};
    return did >= SELLABLE_DID_ADVANCE && did <= SELLABLE_DID_LOST
               ? names[did - SELLABLE_DID_ADVANCE]
               : NULL;
}

static PyObject *entry_of(struct sbl_state *state, const struct sellable_trail *trail,
                          const struct sellable_trail_entry *entry)
{
    struct inside inside = {state, sellable_trail_engine(trail)};
    bool named = inside.engine != NULL;
    return sbl_record(
        state, SBL_TrailEntry, "uiOsOkOsu", entry->position, entry->now,
        entry->event != NULL && named ? sbl_event_dict(state, inside.engine, entry->event)
                                      : Py_NewRef(Py_None),
        did_of(entry->did),
        named ? sbl_from_channel(inside.engine, entry->channel) : Py_NewRef(Py_None), entry->order,
        sbl_tuple(entry->cells, entry->cell_count, sizeof *entry->cells, make_cell, &inside),
        entry->reason, entry->lost);
}

/* It is open, and nobody else's; or an exception is set. */
static bool claim(trail_object *self)
{
    if (self->busy)
        PyErr_SetString(PyExc_RuntimeError, "the trail is used by another thread");
    else if (self->trail == NULL)
        PyErr_SetString(self->state->closed, "the trail is closed");
    else
        self->busy = true;
    return PyErr_Occurred() == NULL;
}

static PyObject *next(PyObject *object)
{
    trail_object *self = (trail_object *)object;
    struct sellable_trail_entry entry = {0};
    PyObject *result = NULL;
    enum sellable_status status;
    if (!claim(self))
        return NULL;
    SBL_WAITING(true)
        status = sellable_trail_next(self->trail, &entry);
    SBL_WAITED
    if (status != SELLABLE_OK)
        sbl_refuse(self->state, NULL, status, NULL, NULL, NULL);
    else if (entry.position != 0)
        result = entry_of(self->state, self->trail, &entry);
    self->busy = false;
    return result;
}

/* ---- the type -------------------------------------------------------------------------------- */

static PyObject *close_trail(PyObject *object, PyObject *unused)
{
    trail_object *self = (trail_object *)object;
    (void)unused;
    if (self->trail == NULL && !self->busy)
        Py_RETURN_NONE;
    if (!claim(self))
        return NULL;
    give_back(self);
    self->busy = false;
    Py_RETURN_NONE;
}

static PyObject *enter(PyObject *object, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(object);
}

static PyObject *leave(PyObject *object, PyObject *args)
{
    (void)args;
    return close_trail(object, NULL);
}

static void dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    give_back((trail_object *)object);
    type->tp_free(object);
    Py_DECREF(type);
}

static int traverse(PyObject *object, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(object));
    return 0;
}

static PyMethodDef methods[] = {
    {"close", close_trail, METH_NOARGS,
     "close($self)\n--\n\nGive back what it holds; a second time it does nothing."},
    {"__enter__", enter, METH_NOARGS, "__enter__($self)\n--\n\nThe trail itself."},
    {"__exit__", leave, METH_VARARGS,
     "__exit__($self, type, value, traceback, /)\n--\n\nClose the trail."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "The audit trail of a directory: an iterator of TrailEntry, in the order of the\n"
                "log. Made by trail(); a context manager. One thread at a time."},
    {Py_tp_dealloc, (void *)dealloc},
    {Py_tp_traverse, (void *)traverse},
    {Py_tp_iter, (void *)PyObject_SelfIter},
    {Py_tp_iternext, (void *)next},
    {Py_tp_methods, methods},
    {0, NULL},
};

PyType_Spec sbl_trail_spec = {
    .name = "sellable.Trail",
    .basicsize = sizeof(trail_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
