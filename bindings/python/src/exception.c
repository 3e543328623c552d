/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of refused events: kept, replayed, discarded, counted. */
#include "change.h"
#include "manual.h"

/* ---- replayed, discarded --------------------------------------------------------------------- */

static const char none_such[] = "there is none of this number";

static int to_number(struct sbl_state *state, PyObject *value, uint64_t *number)
{
    int64_t given;
    if (sbl_to_integer(state, value, "number", INT64_MIN, INT64_MAX, &given) < 0)
        return -1;
    *number = (uint64_t)given;
    return given > 0 ? 0 : sbl_refuse_value(state, "number", none_such);
}

/* What the library calls `exception` is here the argument `number`. */
static PyObject *refuse(struct sbl_state *state, const struct sellable *engine,
                        enum sellable_status status, const struct sellable_answer *answer)
{
    bool numbered = answer->field != NULL && strcmp(answer->field, "exception") == 0;
    return sbl_refuse(state, engine, status, numbered ? "number" : answer->field, answer->reason,
                      answer);
}

static PyObject *replay_as_kept(struct sbl_change *change)
{
    struct sellable_answer answer = {0};
    enum sellable_status status;
    SBL_WAITING(sbl_core_durable(change->self->core))
        status = sellable_exception_replay(change->engine, NULL, change->exception, NULL, &answer);
    SBL_WAITED
    if (status == SELLABLE_OK || status == SELLABLE_DUPLICATE)
        return sbl_record(change->state, SBL_Answer, "OOnnu",
                          Py_NewRef(change->state->statuses[status]),
                          Py_NewRef(change->state->nothing), answer.position);
    return refuse(change->state, change->engine, status, &answer);
}

static PyObject *replay_mended(struct sbl_change *change, PyObject *event)
{
    struct sbl_draft draft;
    const struct sbl_reading reading = {change->state, change->engine, change->scratch};
    if (!PyMapping_Check(event) || !PyObject_HasAttrString(event, "items")) {
        (void)sbl_refuse_type("event", "a mapping", event);
        return NULL;
    }
    PyObject *name = PyMapping_GetItemString(event, "type");
    if (name == NULL) {
        if (PyErr_ExceptionMatches(PyExc_KeyError))
            PyErr_SetString(PyExc_TypeError, "the field 'type' is missing");
        return NULL;
    }
    uint32_t type = sbl_to_type(change->state, name);
    Py_DECREF(name);
    if (type == 0)
        return NULL;
    sbl_draft_open(&draft, type);
    if (sbl_draft_of_mapping(&reading, &draft, event) < 0)
        return NULL;
    change->draft = &draft;
    PyObject *result = sbl_change(change);
    change->draft = NULL;
    return result;
}

static PyObject *exception_replay(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                                  PyObject *keywords)
{
    static const struct sbl_signature signature = {"exception_replay", 2, 1, {"number", "event"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_scratch scratch;
    struct sbl_call call;
    PyObject *values[2];
    struct sbl_change change = {
        .self = self, .state = self->state, .scratch = &scratch, .how = SBL_REPLAY};
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        to_number(self->state, values[0], &change.exception) < 0)
        return NULL;
    change.engine = sbl_enter(self, &call);
    if (change.engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = values[1] == NULL || values[1] == Py_None
                           ? replay_as_kept(&change)
                           : replay_mended(&change, values[1]);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

static PyObject *exception_discard(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                                   PyObject *keywords)
{
    static const struct sbl_signature signature = {"exception_discard", 1, 1, {"number"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_answer answer = {0};
    struct sbl_call call;
    PyObject *value, *result = NULL;
    uint64_t number;
    enum sellable_status status;
    if (sbl_arguments(&signature, arguments, count, keywords, &value) < 0 ||
        to_number(self->state, value, &number) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(sbl_core_durable(self->core))
        status = sellable_exception_discard(engine, NULL, number, &answer);
    SBL_WAITED
    if (status == SELLABLE_OK)
        result = sbl_plain_answer(self->state, &answer);
    else
        refuse(self->state, engine, status, &answer);
    sbl_leave(&call);
    return result;
}

/* ---- kept ------------------------------------------------------------------------------------ */

/* What the arguments of exception_put are beside the fields of the event. */
struct kept {
    struct sellable_event event;
    uint32_t type;
    enum sellable_status status;
    const char *field, *reason;
};

static int to_text(struct sbl_state *state, PyObject *value, const char *name, const char **text)
{
    struct sellable_key key;
    if (value == Py_None)
        return 0;
    if (sbl_to_key(state, value, name, &key) < 0)
        return -1;
    if (strlen(key.bytes) != key.size)
        return sbl_refuse_value(state, name, "it has a 0 in it");
    *text = key.bytes;
    return 0;
}

static int to_status(struct sbl_state *state, PyObject *value, enum sellable_status *status)
{
    static const char *const names[] = {
#define STATUS_NAME(NAME, NUMBER, JSON, TEXT) [NUMBER] = JSON,
        SELLABLE_STATUSES(STATUS_NAME)
#undef STATUS_NAME
    };
    uint32_t place;
    if (sbl_to_choice(state, value, "status", names, SELLABLE_STATUS_COUNT, &place) < 0)
        return -1;
    *status = (enum sellable_status)place;
    return 0;
}

/* One argument: 1, if it is none of these but a field of the event. */
static int read_argument(struct sbl_state *state, struct kept *kept, PyObject *name,
                         PyObject *value)
{
    if (PyUnicode_CompareWithASCIIString(name, "type") == 0) {
        kept->type = value == Py_None ? 0 : sbl_to_type(state, value);
        return value != Py_None && kept->type == 0 ? -1 : 0;
    }
    if (PyUnicode_CompareWithASCIIString(name, "status") == 0)
        return to_status(state, value, &kept->status);
    if (PyUnicode_CompareWithASCIIString(name, "field") == 0)
        return to_text(state, value, "field", &kept->field);
    if (PyUnicode_CompareWithASCIIString(name, "reason") == 0)
        return to_text(state, value, "reason", &kept->reason);
    return 1;
}

static int read_kept(const struct sbl_reading *reading, struct kept *kept,
                     PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    struct sbl_draft draft;
    Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    sbl_draft_open(&draft, 0);
    if (count > 1) {
        PyErr_SetString(PyExc_TypeError, "exception_put takes a type, and fields by their names");
        return -1;
    }
    if (count == 1 && arguments[0] != Py_None) {
        kept->type = sbl_to_type(reading->state, arguments[0]);
        if (kept->type == 0)
            return -1;
    }
    for (Py_ssize_t i = 0; i < named; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i), *value = arguments[count + i];
        int read = read_argument(reading->state, kept, name, value);
        if (read < 0 || (read > 0 && sbl_draft_set(reading, &draft, name, value) < 0))
            return -1;
    }
    kept->event = draft.event;
    kept->event.type = kept->type;
    return 0;
}

static PyObject *exception_put(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                               PyObject *names)
{
    sbl_engine *self = (sbl_engine *)object;
    struct kept kept = {.status = SELLABLE_INVALID};
    struct sellable_answer answer = {0};
    struct sbl_scratch scratch;
    struct sbl_call call;
    PyObject *result = NULL;
    enum sellable_status status;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    const struct sbl_reading reading = {self->state, engine, &scratch};
    if (read_kept(&reading, &kept, arguments, count, names) == 0) {
        SBL_WAITING(sbl_core_durable(self->core))
            status = sellable_exception_put(engine, NULL, &kept.event, kept.status, kept.field,
                                            kept.reason, &answer);
        SBL_WAITED
        if (status == SELLABLE_OK)
            result = PyLong_FromUnsignedLongLong(answer.exception);
        else
            refuse(self->state, engine, status, &answer);
    }
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

static PyObject *exception_counts(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_exception_counts counts;
    struct sbl_call call;
    (void)unused;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sellable_exception_counts(engine, &counts);
    sbl_leave(&call);
    return sbl_record(self->state, SBL_ExceptionCounts, "uuu", counts.kept, counts.last,
                      counts.lost);
}

PyMethodDef sbl_exception_methods[] = {
    {"exception_counts", exception_counts, METH_NOARGS, MANUAL_exception_counts},
    {"exception_put", SBL_FAST(exception_put), MANUAL_exception_put},
    {"exception_replay", SBL_FAST(exception_replay), MANUAL_exception_replay},
    {"exception_discard", SBL_FAST(exception_discard), MANUAL_exception_discard},
    {NULL, NULL, 0, NULL},
};
