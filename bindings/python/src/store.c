/* SPDX-License-Identifier: Apache-2.0
 *
 * Options, and engines that keep what they did in a directory: opened, waited for, checkpointed. */
#include "manual.h"
#include "open.h"

/* ---- options --------------------------------------------------------------------------------- */

/* A seed that nobody outside knows. */
static int draw_seed(uint64_t *seed)
{
    PyObject *os = PyImport_ImportModule("os");
    PyObject *bytes = NULL;
    if (os != NULL)
        bytes = PyObject_CallMethod(os, "urandom", "i", (int)sizeof *seed);
    int result = bytes != NULL && PyBytes_Check(bytes) && PyBytes_GET_SIZE(bytes) == sizeof *seed
                     ? 0
                     : -1;
    if (result == 0)
        memcpy(seed, PyBytes_AS_STRING(bytes), sizeof *seed);
    Py_XDECREF(os);
    Py_XDECREF(bytes);
    return result;
}

static int to_seed(struct sbl_state *state, PyObject *value, uint64_t *seed)
{
    if (value == NULL || value == Py_None)
        return draw_seed(seed);
    PyObject *index = PyBool_Check(value) || !PyIndex_Check(value) ? NULL : PyNumber_Index(value);
    if (index == NULL)
        return PyErr_Occurred() ? -1 : sbl_refuse_type("seed", "an int or None", value);
    *seed = PyLong_AsUnsignedLongLong(index);
    Py_DECREF(index);
    if (*seed != UINT64_MAX || !PyErr_Occurred())
        return 0;
    if (!PyErr_ExceptionMatches(PyExc_OverflowError))
        return -1;
    PyErr_Clear();
    return sbl_refuse_value(state, "seed", "not from 0 to 2^64 - 1");
}

static int to_size(struct sbl_state *state, PyObject *value, const char *field, int64_t most,
                   uint64_t *size)
{
    int64_t number = 0;
    if (value != NULL && sbl_to_integer(state, value, field, 0, most, &number) < 0)
        return -1;
    *size = (uint64_t)number;
    return 0;
}

static int to_span(struct sbl_state *state, PyObject *value, const char *field, int64_t *span)
{
    if (value == NULL || value == Py_None)
        return 0;
    if (sbl_to_duration(state, value, field, span) < 0)
        return -1;
    return *span > 0 && *span <= SELLABLE_TIME_MAX
               ? 0
               : sbl_refuse_value(state, field, "not from 1 to 2^53 ms");
}

int sbl_to_options(struct sbl_state *state, PyObject *const *values,
                   struct sellable_options *options)
{
    static const int64_t most = INT64_C(1) << 31;
    return to_size(state, values[0], "items", most, &options->items) < 0 ||
                   to_size(state, values[1], "orders", most, &options->orders) < 0 ||
                   to_seed(state, values[2], &options->seed) < 0 ||
                   to_span(state, values[3], "retention", &options->retention) < 0 ||
                   to_size(state, values[4], "event_ids", most, &options->event_ids) < 0 ||
                   to_size(state, values[5], "exceptions", most, &options->exceptions) < 0 ||
                   to_span(state, values[6], "ahead", &options->ahead) < 0
               ? -1
               : 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* answering, linger, batch, queue. */
static int to_durability(struct sbl_state *state, PyObject *const *values,
                         struct sellable_durability *durability)
{
    static const char *const answering[] = {"durable", "decided"};
    if (values[0] != NULL && sbl_to_choice(state, values[0], "answering", answering, 2,
                                           &durability->answering) < 0)
        return -1;
    if (values[1] != NULL) {
        if (sbl_to_linger(state, values[1], "linger", &durability->linger) < 0)
            return -1;
        if (durability->linger < 0 || durability->linger > 1000000)
            return sbl_refuse_value(state, "linger", "not from 0 to 1,000,000 microseconds");
    }
    if (to_size(state, values[2], "batch", INT64_C(1) << 30, &durability->batch) < 0)
        return -1;
    return to_size(state, values[3], "queue", INT64_MAX, &durability->queue);
}

static PyObject *opened(struct sbl_state *state, PyObject *path, struct sellable *engine,
                        const struct sellable_recovery *recovery)
{
    PyObject *object = sbl_engine_wrap(state, state->engine, engine, true);
    if (object == NULL)
        return NULL;
    sbl_engine *self = (sbl_engine *)object;
    self->recovery = sbl_record(state, SBL_Recovery, "uuu", recovery->position,
                                recovery->checkpoint, recovery->replayed);
    self->directory = PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(path),
                                                       PyBytes_GET_SIZE(path));
    if (self->recovery == NULL || self->directory == NULL)
        Py_CLEAR(object);
    return object;
}

PyObject *sbl_store_open(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"directory", "answering", "linger", "batch", "queue",
                            SBL_OPTION_NAMES, NULL};
    struct sbl_state *state = PyModule_GetState(module);
    struct sellable_options options = {0};
    struct sellable_durability durability = {0};
    struct sellable_recovery recovery = {0};
    struct sellable *engine = NULL;
    PyObject *path, *v[4 + SBL_OPTIONS] = {NULL}, *result = NULL;
    enum sellable_status status;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$OOOOOOOOOOO:open", names,
                                     PyUnicode_FSConverter, &path, &v[0], &v[1], &v[2], &v[3],
                                     &v[4], &v[5], &v[6], &v[7], &v[8], &v[9], &v[10]))
        return NULL;
    if (to_durability(state, v, &durability) == 0 && sbl_to_options(state, v + 4, &options) == 0) {
        SBL_WAITING(true)
            status = sellable_store_open(PyBytes_AS_STRING(path), &options, &durability, &engine,
                                         &recovery);
        SBL_WAITED
        bool named = recovery.field != NULL && recovery.field[0] != '\0';
        result = status == SELLABLE_OK
                     ? opened(state, path, engine, &recovery)
                     : sbl_refuse(state, NULL, status, named ? recovery.field : NULL,
                                  named ? recovery.reason : NULL, NULL);
    }
    Py_DECREF(path);
    return result;
}

/* ---- positions ------------------------------------------------------------------------------- */

static PyObject *position_of(PyObject *object, uint64_t (*ask)(const struct sellable *))
{
    struct sbl_call call;
    struct sellable *engine = sbl_enter((sbl_engine *)object, &call);
    if (engine == NULL)
        return NULL;
    uint64_t position = ask(engine);
    sbl_leave(&call);
    return PyLong_FromUnsignedLongLong(position);
}

static PyObject *get_position(PyObject *self, void *unused)
{
    (void)unused;
    return position_of(self, sellable_position);
}

static PyObject *get_durable(PyObject *self, void *unused)
{
    (void)unused;
    return position_of(self, sellable_durable);
}

static PyObject *get_directory(PyObject *object, void *unused)
{
    PyObject *directory = ((sbl_engine *)object)->directory;
    (void)unused;
    return Py_NewRef(directory != NULL ? directory : Py_None);
}

static PyObject *get_recovery(PyObject *object, void *unused)
{
    PyObject *recovery = ((sbl_engine *)object)->recovery;
    (void)unused;
    return Py_NewRef(recovery != NULL ? recovery : Py_None);
}

PyGetSetDef sbl_store_members[] = {
    {"directory", get_directory, NULL, "Where a durable engine keeps its log; None: in memory.",
     NULL},
    {"recovery", get_recovery, NULL, "What was found when a durable engine was opened: Recovery.",
     NULL},
    {"position", get_position, NULL, "The last position in the log that was given; 0: none.", NULL},
    {"durable", get_durable, NULL, "The last position in the log that is durable; 0: none.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* ---- waiting --------------------------------------------------------------------------------- */

/* None, or the exception of a call that names no field. */
static PyObject *done(struct sbl_state *state, enum sellable_status status, const char *reason)
{
    if (status == SELLABLE_OK)
        Py_RETURN_NONE;
    return sbl_refuse(state, NULL, status, NULL, status == SELLABLE_INVALID ? reason : NULL, NULL);
}

static const char no_log[] = "the engine is in memory only";

static PyObject *durable_wait(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                              PyObject *keywords)
{
    static const struct sbl_signature signature = {"durable_wait", 1, 0, {"position"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    PyObject *value;
    int64_t position = 0;
    enum sellable_status status;
    if (sbl_arguments(&signature, arguments, count, keywords, &value) < 0 ||
        (value != NULL && value != Py_None &&
         sbl_to_integer(self->state, value, "position", 0, INT64_MAX, &position) < 0))
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = sellable_durable_wait(engine, (uint64_t)position);
    SBL_WAITED
    sbl_leave(&call);
    return done(self->state, status, NULL);
}

static PyObject *committer(PyObject *object, enum sellable_status (*act)(struct sellable *))
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    enum sellable_status status;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = act(engine);
    SBL_WAITED
    sbl_leave(&call);
    return done(self->state, status, no_log);
}

static PyObject *committer_start(PyObject *self, PyObject *unused)
{
    (void)unused;
    return committer(self, sellable_committer_start);
}

static PyObject *committer_stop(PyObject *self, PyObject *unused)
{
    (void)unused;
    return committer(self, sellable_committer_stop);
}

static PyObject *checkpoint(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                            PyObject *keywords)
{
    static const struct sbl_signature signature = {"checkpoint", 0, 0, {"keep_journal"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    PyObject *value;
    uint32_t keep = 0;
    enum sellable_status status;
    if (sbl_arguments(&signature, arguments, count, keywords, &value) < 0 ||
        (value != NULL && sbl_to_flag(self->state, value, "keep_journal", &keep) < 0))
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = sellable_checkpoint(engine, NULL, keep);
    SBL_WAITED
    sbl_leave(&call);
    return done(self->state, status, no_log);
}

PyMethodDef sbl_store_methods[] = {
    {"durable_wait", SBL_FAST(durable_wait), MANUAL_durable_wait},
    {"committer_start", committer_start, METH_NOARGS, MANUAL_committer_start},
    {"committer_stop", committer_stop, METH_NOARGS, MANUAL_committer_stop},
    {"checkpoint", SBL_FAST(checkpoint), MANUAL_checkpoint},
    {NULL, NULL, 0, NULL},
};
