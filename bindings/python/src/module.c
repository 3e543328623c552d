/* SPDX-License-Identifier: Apache-2.0
 *
 * The module sellable._sellable: made of the other files, checked against the library that it is
 * linked with. It keeps nothing outside its state, so that each interpreter has one of its own. */
#include <assert.h>
#include <stddef.h>

#include "columns.h"
#include "draft.h"
#include "open.h"
#include "tables.h"

/* What the files here rely on, of the records' layout. */
static_assert(sizeof(struct sellable_key) == 16, "a key is 16 bytes");
static_assert(sizeof(struct sellable_item) == 4 && sizeof(struct sellable_location) == 4 &&
                  sizeof(struct sellable_channel) == 4 && sizeof(struct sellable_source) == 4,
              "a handle is 4 bytes");
static_assert(sizeof(enum sellable_status) == 4, "a status is 4 bytes");
static_assert(sizeof(struct sellable_placement) == 24 && sizeof(struct sellable_misfit) == 24,
              "placements and misfits have no padding");

struct sbl_state *sbl_state_of(PyTypeObject *type)
{
    return PyType_GetModuleState(type); /* no type here can be derived from */
}

/* ---- the state ------------------------------------------------------------------------------- */

static int check_version(void)
{
    if (strcmp(sellable_version(), SELLABLE_VERSION) == 0)
        return 0;
    PyErr_Format(PyExc_ImportError, "sellable: built for version %s, linked with %s",
                 SELLABLE_VERSION, sellable_version());
    return -1;
}

/* One exception for each status, of the number that the header gives it. */
static int load_errors(struct sbl_state *state)
{
    static const struct {
        int status;
        const char *name;
    } errors[] = {
#define ERROR_OF(NAME, NUMBER, CLASS, TEXT) {SELLABLE_##NAME, CLASS},
        STATUS_ERRORS(ERROR_OF)
#undef ERROR_OF
    };
    PyObject *base = PyImport_ImportModule("sellable._error");
    PyObject *classes = PyImport_ImportModule("sellable._errors");
    int result = base == NULL || classes == NULL ? -1 : 0;
    if (result == 0) {
        state->error = PyObject_GetAttrString(base, "Error");
        state->closed = PyObject_GetAttrString(base, "ClosedError");
        result = state->error == NULL || state->closed == NULL ? -1 : 0;
    }
    for (size_t i = 0; i < sizeof errors / sizeof *errors && result == 0; i++) {
        state->errors[errors[i].status] = PyObject_GetAttrString(classes, errors[i].name);
        result = state->errors[errors[i].status] == NULL ? -1 : 0;
    }
    Py_XDECREF(base);
    Py_XDECREF(classes);
    return result;
}

static int load_handles(struct sbl_state *state)
{
    static const char *const names[SBL_THINGS] = {"Item", "Location", "Channel", "Source"};
    PyObject *module = PyImport_ImportModule("sellable._handles");
    int result = module == NULL ? -1 : 0;
    for (int i = 0; i < SBL_THINGS && result == 0; i++) {
        state->handles[i] = (PyTypeObject *)PyObject_GetAttrString(module, names[i]);
        result = state->handles[i] == NULL ? -1 : 0;
    }
    Py_XDECREF(module);
    return result;
}

static int load_names(struct sbl_state *state)
{
    for (int i = 0; i < SELLABLE_STATUS_COUNT; i++)
        if ((state->statuses[i] = PyUnicode_InternFromString(sellable_status_name(i))) == NULL)
            return -1;
    for (int i = 1; i < SELLABLE_EVENT_TYPES_END; i++)
        if ((state->types[i] = PyUnicode_InternFromString(sellable_event_name(i))) == NULL)
            return -1;
    for (int i = 0; i < 3; i++)
        if ((state->levels[i] = PyUnicode_InternFromString(sellable_level_name(i))) == NULL)
            return -1;
    state->nothing = PyTuple_New(0);
    return state->nothing == NULL ? -1 : sbl_drafts_load(state);
}

static int load_fraction(struct sbl_state *state)
{
    PyObject *module = PyImport_ImportModule("fractions");
    if (module != NULL)
        state->fraction = PyObject_GetAttrString(module, "Fraction");
    Py_XDECREF(module);
    return state->fraction == NULL ? -1 : 0;
}

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type == NULL ? -1 : PyModule_AddType(module, *type);
}

static int add_fields(PyObject *module, const char *name, bool required)
{
    PyObject *dict = sbl_event_fields(required);
    PyObject *view = dict == NULL ? NULL : PyDictProxy_New(dict);
    int result = view == NULL ? -1 : PyModule_AddObjectRef(module, name, view);
    Py_XDECREF(dict);
    Py_XDECREF(view);
    return result;
}

static int exec(PyObject *module)
{
    struct sbl_state *state = PyModule_GetState(module);
    return check_version() < 0 || load_errors(state) < 0 || load_handles(state) < 0 ||
                   load_names(state) < 0 || load_fraction(state) < 0 ||
                   sbl_records_load(state) < 0 ||
                   add_type(module, &sbl_engine_spec, &state->engine) < 0 ||
                   sbl_engine_complete(state->engine) < 0 ||
                   add_type(module, &sbl_trail_spec, &state->trail) < 0 ||
                   sbl_columns_exec(module) < 0 || add_fields(module, "EVENT_FIELDS", false) < 0 ||
                   add_fields(module, "REQUIRED_FIELDS", true) < 0 ||
                   PyModule_AddStringConstant(module, "__version__", SELLABLE_VERSION) < 0
               ? -1
               : 0;
}

/* All that is in the state are references, one after another. */
static_assert(sizeof(struct sbl_state) % sizeof(PyObject *) == 0, "references only");

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    PyObject **references = PyModule_GetState(module);
    for (size_t i = 0; i < sizeof(struct sbl_state) / sizeof *references; i++)
        Py_VISIT(references[i]);
    return 0;
}

static int clear(PyObject *module)
{
    PyObject **references = PyModule_GetState(module);
    for (size_t i = 0; i < sizeof(struct sbl_state) / sizeof *references; i++)
        Py_CLEAR(references[i]);
    return 0;
}

static void give_back(void *module)
{
    (void)clear(module);
}

/* ---- functions ------------------------------------------------------------------------------- */

static PyObject *to_milliseconds(PyObject *module, PyObject *value)
{
    int64_t time;
    if (sbl_to_time(PyModule_GetState(module), value, "time", &time) < 0)
        return NULL;
    return PyLong_FromLongLong(time);
}

#define KEYWORDS(FUNCTION) (PyCFunction)(void (*)(void))FUNCTION, METH_VARARGS | METH_KEYWORDS

static PyMethodDef functions[] = {
    {"to_milliseconds", to_milliseconds, METH_O,
     "to_milliseconds(time, /)\n--\n\n"
     "A datetime that knows its time zone as milliseconds since the Unix epoch, cut off to whole\n"
     "ones; an int stays as it is. InvalidError: it knows none."},
    {"open", KEYWORDS(sbl_store_open),
     "open(directory, *, answering='durable', linger=0, batch=0, queue=0, " SBL_OPTION_SIGNATURE
     ")\n--\n\n"
     "Open an engine that keeps what it does in a directory, made if it is not there: it is what\n"
     "the directory holds. One process at a time.\n\n"
     "answering      \"durable\": a call that changes something returns once that "
     "survives a crash;\n"
     "               \"decided\": at once, and answer.position is what to wait for (durable_wait)\n"
     "linger         microseconds (or a timedelta) that a commit waits for more to share it, at\n"
     "               most a second\n"
     "batch          bytes at which it waits no longer; 0: 1 MiB\n"
     "queue          bytes that may be decided and not yet written; 0: 64 MiB\n" MANUAL_OPTIONS
     "\nengine.recovery tells what was found. InvalidError: an option; or the directory (field\n"
     "\"directory\", \"journal\", \"checkpoint\") is in use, is none of ours, or is "
     "damaged: nothing\n"
     "was changed in it then. NotDurableError: the disk failed. NoMemoryError."},
    {"trail", KEYWORDS(sbl_trail_open),
     "trail(directory, *, salvage=False)\n--\n\n"
     "The audit trail of a directory that no engine has open: an iterator of "
     "TrailEntry, change by\n"
     "change: what was said, by whom, and what it did. salvage: damage is passed over, "
     "and what can\n"
     "be read behind it is read. InvalidError (field \"journal\", \"checkpoint\"): it "
     "is not there, or\n"
     "is damaged; NotDurableError, NoMemoryError. Cost: two engines' memory."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    /* A build without the interpreter's lock takes it again for this module. */
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
    {0, NULL},
};

struct PyModuleDef sbl_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "sellable._sellable",
    .m_doc = "The library, for Python; what it has is to be had from the package sellable.",
    .m_size = sizeof(struct sbl_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = give_back,
};

PyMODINIT_FUNC PyInit__sellable(void)
{
    return PyModuleDef_Init(&sbl_module);
}
