/* SPDX-License-Identifier: Apache-2.0
 *
 * View and Table, the types by which Python holds views and tables, and the methods of Engine that
 * make them. Both are handles around what view.c and table.c count. */
#include "columns.h"

#include <errno.h>
#include <stdlib.h>

#include "column.h"
#include "table.h"

/* What the module keeps for this file (sbl_state.columns, a tuple). */
enum { VIEW_TYPE, TABLE_TYPE, TYPES };

typedef struct {
    PyObject_HEAD
    struct sbl_state *state;
    struct view *view; /* a reference */
} view_object;

typedef struct {
    PyObject_HEAD
    struct sbl_state *state;
    struct table *table; /* a reference */
} table_object;

static PyObject *raise_closed(struct sbl_state *state, const char *why)
{
    PyErr_SetString(state->closed, why);
    return NULL;
}

static void free_object(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *self_of(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

/* ---- tables: made ---- */

static PyObject *make_table(struct sbl_state *state, const struct table_kind *kind,
                            struct view *view, const struct table_wish *wish)
{
    int error;
    PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(state->columns, TABLE_TYPE);
    struct table *table = table_open(kind, view, wish, &error);
    if (table == NULL)
        return error == EBADF ? raise_closed(state, "the view is closed")
                              : sbl_refuse_question(state, SELLABLE_NO_MEMORY);
    table_object *self = (table_object *)type->tp_alloc(type, 0);
    if (self == NULL) {
        table_unref(table);
        return NULL;
    }
    self->state = state;
    self->table = table;
    return (PyObject *)self;
}

/* A channel as it is asked for; of a key the handle is found later. */
struct asked_channel {
    struct sellable_key key;
    struct sellable_channel channel;
};

static void name_channel(char field[32], Py_ssize_t place)
{
    PyOS_snprintf(field, 32, "channels[%zd]", place);
}

/* What is asked for may be any object, whose methods may do anything: so no view is entered. */
static struct asked_channel *read_channels(struct sbl_state *state, PyObject *list)
{
    char field[32];
    Py_ssize_t count = PyTuple_GET_SIZE(list);
    if (count > SELLABLE_CHANNELS_MAX) {
        sbl_refuse_value(state, "channels", "more than 4,096");
        return NULL;
    }
    struct asked_channel *asked = PyMem_Calloc((size_t)count + 1, sizeof *asked);
    if (asked == NULL)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; asked != NULL && i < count; i++) {
        name_channel(field, i);
        if (sbl_to_thing(state, PyTuple_GET_ITEM(list, i), field, SBL_CHANNEL, &asked[i].key,
                         &asked[i].channel.id) < 0) {
            PyMem_Free(asked);
            asked = NULL;
        }
    }
    return asked;
}

/* Each is one there was at the view's instant, and stands there once. */
static int find_channels(struct sbl_state *state, const struct sellable_view *view,
                         const struct asked_channel *asked, uint32_t count,
                         struct sellable_channel *channels)
{
    bool seen[SELLABLE_CHANNELS_MAX + 1] = {false};
    char field[32];
    for (uint32_t i = 0; i < count; i++) {
        enum sellable_status status = SELLABLE_OK;
        channels[i] = asked[i].channel;
        if (channels[i].id == 0)
            status = sellable_channel_find(view->engine, asked[i].key, &channels[i]);
        name_channel(field, (Py_ssize_t)i);
        if (status != SELLABLE_OK || channels[i].id > view->channels) {
            (void)!sbl_refuse(state, NULL, SELLABLE_UNKNOWN_CHANNEL, field, NULL, NULL);
            return -1;
        }
        if (seen[channels[i].id])
            return sbl_refuse_value(state, field, "it is named twice");
        seen[channels[i].id] = true;
    }
    return 0;
}

/* Those that are asked for, or (NULL) all there were. */
static int choose_channels(struct sbl_state *state, struct view *view,
                           const struct asked_channel *asked, struct sellable_channel *channels,
                           uint32_t *count)
{
    struct view_reader reader;
    const char *why;
    int result = 0;
    const struct sellable_view *columns = view_enter(view, false, &reader, &why);
    if (columns == NULL) {
        (void)!raise_closed(state, why);
        return -1;
    }
    if (asked != NULL) {
        result = find_channels(state, columns, asked, *count, channels);
    } else {
        *count = columns->channels;
        for (uint32_t i = 0; i < *count; i++)
            channels[i].id = i + 1;
    }
    view_leave(&reader);
    return result;
}

/* A tuple of one channel or of several. */
static PyObject *list_channels(PyObject *channels)
{
    if (PyUnicode_Check(channels) || (PyIndex_Check(channels) && !column_is_many(channels)))
        return PyTuple_Pack(1, channels);
    if (!PyIter_Check(channels) && Py_TYPE(channels)->tp_iter == NULL &&
        !PySequence_Check(channels)) {
        sbl_refuse_type("channels", "a channel, or several of them,", channels);
        return NULL;
    }
    return PySequence_Tuple(channels);
}

static PyObject *make_availability(struct sbl_state *state, struct view *view,
                                   PyObject *channels)
{
    struct sellable_channel chosen[SELLABLE_CHANNELS_MAX];
    struct table_wish wish = {.channels = chosen};
    struct asked_channel *asked = NULL;
    PyObject *list = NULL, *table = NULL;
    if (channels != Py_None) {
        list = list_channels(channels);
        asked = list == NULL ? NULL : read_channels(state, list);
        if (asked == NULL) {
            Py_XDECREF(list);
            return NULL;
        }
        wish.channel_count = (uint32_t)PyTuple_GET_SIZE(list);
    }
    if (choose_channels(state, view, asked, chosen, &wish.channel_count) == 0)
        table = make_table(state, &table_availability, view, &wish);
    PyMem_Free(asked);
    Py_XDECREF(list);
    return table;
}

/* ---- tables: asked ---- */

static void stream_capsule_free(PyObject *capsule)
{
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream->release != NULL)
        stream->release(stream);
    free(stream);
}

static void schema_capsule_free(PyObject *capsule)
{
    struct ArrowSchema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema->release != NULL)
        schema->release(schema);
    free(schema);
}

PyDoc_STRVAR(table_stream_doc,
             "__arrow_c_stream__($self, /, requested_schema=None)\n--\n\n"
             "The rows, as the Arrow PyCapsule interface has them; each call begins anew, with\n"
             "the same rows. Columns come as they are, whatever schema is requested. A stream\n"
             "whose view or engine is closed answers with an error; batches that were drawn\n"
             "stay good.");

static PyObject *table_stream(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"requested_schema", NULL};
    PyObject *requested = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:__arrow_c_stream__", names, &requested))
        return NULL;
    struct ArrowArrayStream *stream = calloc(1, sizeof *stream);
    PyObject *capsule =
        stream == NULL ? PyErr_NoMemory()
                       : PyCapsule_New(stream, "arrow_array_stream", stream_capsule_free);
    if (capsule == NULL) {
        free(stream);
        return NULL;
    }
    if (stream_open(((table_object *)self)->table, stream) == 0)
        return capsule;
    Py_DECREF(capsule);
    return PyErr_NoMemory();
}

PyDoc_STRVAR(table_schema_doc,
             "__arrow_c_schema__($self, /)\n--\n\n"
             "The columns, as the Arrow PyCapsule interface has them.");

static PyObject *table_schema(PyObject *self, PyObject *unused)
{
    (void)unused;
    const struct table *table = ((table_object *)self)->table;
    struct ArrowSchema *schema = calloc(1, sizeof *schema);
    PyObject *capsule = schema == NULL
                            ? PyErr_NoMemory()
                            : PyCapsule_New(schema, "arrow_schema", schema_capsule_free);
    if (capsule == NULL) {
        free(schema);
        return NULL;
    }
    if (arrow_schema_make(schema, table->fields, table->field_count) == 0)
        return capsule;
    Py_DECREF(capsule);
    return PyErr_NoMemory();
}

static PyObject *table_columns(PyObject *self, void *unused)
{
    (void)unused;
    const struct table *table = ((table_object *)self)->table;
    PyObject *names = PyTuple_New((Py_ssize_t)table->field_count);
    for (size_t i = 0; names != NULL && i < table->field_count; i++) {
        PyObject *name = PyUnicode_DecodeUTF8(table->fields[i].name,
                                              (Py_ssize_t)strlen(table->fields[i].name), NULL);
        if (name == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, (Py_ssize_t)i, name);
    }
    return names;
}

static PyObject *table_now(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromLongLong(view_now(((table_object *)self)->table->view));
}

static PyObject *table_repr(PyObject *self)
{
    const struct table *table = ((table_object *)self)->table;
    PyObject *names = table_columns(self, NULL), *comma = PyUnicode_FromString(", ");
    PyObject *joined = names == NULL || comma == NULL ? NULL : PyUnicode_Join(comma, names);
    PyObject *repr = joined == NULL
                         ? NULL
                         : PyUnicode_FromFormat("<sellable.Table %s at %lld: %U%s>",
                                                table->kind->name,
                                                (long long)view_now(table->view), joined,
                                                view_is_closed(table->view) ? "; closed" : "");
    Py_XDECREF(names);
    Py_XDECREF(comma);
    Py_XDECREF(joined);
    return repr;
}

/* With pyarrow, which is not needed for anything else. */
PyDoc_STRVAR(table_to_pandas_doc,
             "to_pandas($self, /)\n--\n\n"
             "A pandas.DataFrame of the rows; dictionaries become categories. Needs the packages\n"
             "pandas and pyarrow (pip install sellable[pandas]). The same as\n"
             "pyarrow.table(table).to_pandas().");

static PyObject *table_to_pandas(PyObject *self, PyObject *unused)
{
    (void)unused;
    PyObject *module = PyImport_ImportModule("sellable.columns");
    PyObject *frame =
        module == NULL ? NULL : PyObject_CallMethod(module, "_to_pandas", "O", self);
    Py_XDECREF(module);
    return frame;
}

static void table_dealloc(PyObject *self)
{
    table_unref(((table_object *)self)->table);
    free_object(self);
}

static PyMethodDef table_methods[] = {
    {"__arrow_c_stream__", (PyCFunction)(void (*)(void))table_stream,
     METH_VARARGS | METH_KEYWORDS, table_stream_doc},
    {"__arrow_c_schema__", table_schema, METH_NOARGS, table_schema_doc},
    {"to_pandas", table_to_pandas, METH_NOARGS, table_to_pandas_doc},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef table_getset[] = {
    {"columns", table_columns, NULL, "The names of the columns, in their order.", NULL},
    {"now", table_now, NULL, "The engine's time at the instant of the table (ms).", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

PyDoc_STRVAR(table_doc,
             "Rows and columns of an engine, all of one instant: of Engine.availability, .cells,\n"
             ".order_lines, or those of a View.\n\n"
             "Whatever reads the Arrow PyCapsule interface reads it:\n\n"
             "    pyarrow.table(table)            polars.DataFrame(table)\n"
             "    duckdb.sql('from table')        pandas.DataFrame.from_arrow(table)\n\n"
             "The figures are worked out as rows are drawn, up to 65,536 at a time, on the\n"
             "reader's thread, while other threads of Python go on; each is written once, where\n"
             "it stays. What was drawn needs neither the table nor the engine any more. May be\n"
             "read again and again, and by several threads at once.");

static PyType_Slot table_slots[] = {{Py_tp_doc, (void *)table_doc},
                                    {Py_tp_dealloc, table_dealloc},
                                    {Py_tp_repr, table_repr},
                                    {Py_tp_methods, table_methods},
                                    {Py_tp_getset, table_getset},
                                    {0, NULL}};
static PyType_Spec table_spec = {"sellable.Table", sizeof(table_object), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
                                     Py_TPFLAGS_IMMUTABLETYPE,
                                 table_slots};

/* ---- views ---- */

static PyObject *make_view(sbl_engine *engine)
{
    struct sbl_call call;
    struct view *view;
    PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(engine->state->columns, VIEW_TYPE);
    if (sbl_enter(engine, &call) == NULL)
        return NULL;
    SBL_WAITING(true)
    view = view_open(&call);
    SBL_WAITED
    sbl_leave(&call);
    if (view == NULL)
        return sbl_refuse_question(engine->state, SELLABLE_NO_MEMORY);
    view_object *self = (view_object *)type->tp_alloc(type, 0);
    if (self == NULL) {
        view_unref(view);
        return NULL;
    }
    self->state = engine->state;
    self->view = view;
    return (PyObject *)self;
}

PyObject *sbl_engine_view(PyObject *self, PyObject *unused)
{
    (void)unused;
    return make_view((sbl_engine *)self);
}

static PyObject *view_availability(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"channels", NULL};
    PyObject *channels = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:availability", names, &channels))
        return NULL;
    view_object *view = (view_object *)self;
    return make_availability(view->state, view->view, channels);
}

static PyObject *view_cells(PyObject *self, PyObject *unused)
{
    (void)unused;
    view_object *view = (view_object *)self;
    return make_table(view->state, &table_cells, view->view, &(struct table_wish){NULL, 0, 0});
}

static PyObject *view_order_lines(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"closed", NULL};
    int closed = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:order_lines", names, &closed))
        return NULL;
    view_object *view = (view_object *)self;
    return make_table(view->state, &table_order_lines, view->view,
                      &(struct table_wish){.closed = (uint32_t)closed});
}

PyDoc_STRVAR(view_close_doc,
             "close($self, /)\n--\n\n"
             "Close it; its tables and their streams answer ClosedError, or an error, from then\n"
             "on. Closing it again does nothing.");

static PyObject *view_close_method(PyObject *self, PyObject *unused)
{
    (void)unused;
    SBL_WAITING(true)
    view_close(((view_object *)self)->view);
    SBL_WAITED
    Py_RETURN_NONE;
}

static PyObject *view_exit(PyObject *self, PyObject *args)
{
    (void)args;
    return view_close_method(self, NULL);
}

static PyObject *view_now_get(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromLongLong(view_now(((view_object *)self)->view));
}

static PyObject *view_closed_get(PyObject *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(view_is_closed(((view_object *)self)->view));
}

static PyObject *view_repr(PyObject *self)
{
    struct view *view = ((view_object *)self)->view;
    return PyUnicode_FromFormat("<sellable.View at %lld%s>", (long long)view_now(view),
                                view_is_closed(view) ? ", closed" : "");
}

static void view_dealloc(PyObject *self)
{
    view_unref(((view_object *)self)->view);
    free_object(self);
}

static PyMethodDef view_methods[] = {
    {"availability", (PyCFunction)(void (*)(void))view_availability, METH_VARARGS | METH_KEYWORDS,
     sbl_availability_doc},
    {"cells", view_cells, METH_NOARGS, sbl_cells_doc},
    {"order_lines", (PyCFunction)(void (*)(void))view_order_lines, METH_VARARGS | METH_KEYWORDS,
     sbl_order_lines_doc},
    {"close", view_close_method, METH_NOARGS, view_close_doc},
    {"__enter__", self_of, METH_NOARGS, "The view itself."},
    {"__exit__", view_exit, METH_VARARGS, "Closes it."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef view_getset[] = {
    {"now", view_now_get, NULL, "The engine's time at the instant of the view (ms).", NULL},
    {"closed", view_closed_get, NULL, "Whether it, or its engine, was closed.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

PyDoc_STRVAR(view_doc,
             "An engine as it was at one instant, while others go on changing it.\n\n"
             "Engine.view() opens it. Its tables are all of that instant. It closes at the end\n"
             "of a with statement, by close(), with its engine, or when neither it nor one of its\n"
             "tables is left.");

static PyType_Slot view_slots[] = {{Py_tp_doc, (void *)view_doc},
                                   {Py_tp_dealloc, view_dealloc},
                                   {Py_tp_repr, view_repr},
                                   {Py_tp_methods, view_methods},
                                   {Py_tp_getset, view_getset},
                                   {0, NULL}};
static PyType_Spec view_spec = {"sellable.View", sizeof(view_object), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
                                    Py_TPFLAGS_IMMUTABLETYPE,
                                view_slots};

/* ---- the same of an engine: of a view of its own ---- */

typedef PyObject *method_of_view(PyObject *view, PyObject *args, PyObject *kwargs);

static PyObject *of_new_view(PyObject *engine, method_of_view *method, PyObject *args,
                             PyObject *kwargs)
{
    PyObject *view = make_view((sbl_engine *)engine);
    PyObject *table = view == NULL ? NULL : method(view, args, kwargs);
    Py_XDECREF(view);
    return table;
}

PyObject *sbl_engine_availability(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return of_new_view(self, view_availability, args, kwargs);
}

PyObject *sbl_engine_order_lines(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return of_new_view(self, view_order_lines, args, kwargs);
}

PyObject *sbl_engine_cells(PyObject *self, PyObject *unused)
{
    PyObject *view = make_view((sbl_engine *)self);
    PyObject *table = view == NULL ? NULL : view_cells(view, unused);
    Py_XDECREF(view);
    return table;
}

/* ---- the module ---- */

int sbl_columns_exec(PyObject *module)
{
    struct sbl_state *state = PyModule_GetState(module);
    PyType_Spec *const specs[TYPES] = {[VIEW_TYPE] = &view_spec, [TABLE_TYPE] = &table_spec};
    PyObject *types = PyTuple_New(TYPES);
    for (Py_ssize_t i = 0; types != NULL && i < TYPES; i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (type == NULL || PyModule_AddType(module, (PyTypeObject *)type) < 0) {
            Py_XDECREF(type);
            Py_CLEAR(types);
        } else {
            PyTuple_SET_ITEM(types, i, type);
        }
    }
    state->columns = types;
    return types == NULL ? -1 : 0;
}
