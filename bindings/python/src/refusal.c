/* SPDX-License-Identifier: Apache-2.0
 *
 * Statuses as exceptions, with all they have to say as attributes (native.h, _error.py). */
#include "native.h"

#include <stdlib.h>

int sbl_refuse_type(const char *field, const char *wanted, PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s: %s is wanted, not %.100s", field, wanted,
                 Py_TYPE(value)->tp_name);
    return -1;
}

int sbl_refuse_value(struct sbl_state *state, const char *field, const char *reason)
{
    (void)!sbl_refuse(state, NULL, SELLABLE_INVALID, field, reason, NULL);
    return -1;
}

/* ---- the message ----------------------------------------------------------------------------- */

/* "A: asked 9, promisable 5; ..." */
static PyObject *misfit_text(const struct sellable *engine, const struct sellable_misfit *misfit)
{
    PyObject *item = sbl_from_item(engine, misfit->item);
    PyObject *location = sbl_from_location(engine, misfit->location);
    PyObject *text = NULL;
    if (item != NULL && location != NULL)
        text = PyUnicode_FromFormat("%S%s%V: asked %lld, promisable %lld", item,
                                    location != Py_None ? " at " : "",
                                    location != Py_None ? location : NULL, "",
                                    (long long)misfit->asked, (long long)misfit->promisable);
    Py_XDECREF(item);
    Py_XDECREF(location);
    return text;
}

static uint32_t misfits_there(const struct sellable_answer *answer)
{
    return answer->misfit_count < answer->misfit_capacity ? answer->misfit_count
                                                          : answer->misfit_capacity;
}

/* The items that do not fit; the first of them, if there are many. */
static PyObject *insufficient_text(const struct sellable *engine,
                                   const struct sellable_answer *answer)
{
    enum { SHOWN = 3 };
    PyObject *text = PyUnicode_FromString(sellable_status_text(SELLABLE_INSUFFICIENT));
    for (uint32_t i = 0; text != NULL && i < misfits_there(answer) && i < SHOWN; i++) {
        PyObject *before = text, *misfit = misfit_text(engine, &answer->misfits[i]);
        text = NULL;
        if (misfit != NULL)
            text = PyUnicode_FromFormat("%S%s%S", before, i == 0 ? ": " : "; ", misfit);
        Py_DECREF(before);
        Py_XDECREF(misfit);
    }
    if (text != NULL && answer->misfit_count > SHOWN) {
        PyObject *before = text;
        text = PyUnicode_FromFormat("%S; and %u more", before, answer->misfit_count - SHOWN);
        Py_DECREF(before);
    }
    return text;
}

static PyObject *message_of(const struct sellable *engine, enum sellable_status status,
                            const char *field, const char *reason,
                            const struct sellable_answer *answer)
{
    if (status == SELLABLE_INSUFFICIENT && answer != NULL)
        return insufficient_text(engine, answer);
    if (reason == NULL)
        reason = sellable_status_text((int)status);
    if (field == NULL)
        return PyUnicode_FromString(reason);
    return PyUnicode_FromFormat("%s: %s", field, reason);
}

/* ---- the attributes -------------------------------------------------------------------------- */

/* Takes `value` over. */
static int set(PyObject *error, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PyObject_SetAttrString(error, name, value);
    Py_XDECREF(value);
    return result;
}

struct asked {
    struct sbl_state *state;
    const struct sellable *engine;
};

static PyObject *make_misfit(const void *entry, void *context)
{
    const struct sellable_misfit *misfit = entry;
    const struct asked *asked = context;
    return sbl_record(asked->state, SBL_Misfit, "OOii", sbl_from_item(asked->engine, misfit->item),
                      sbl_from_location(asked->engine, misfit->location), misfit->asked,
                      misfit->promisable);
}

/* Which of several: as the field's name says, or else the library. */
static int set_line(PyObject *error, const char *field, const struct sellable_answer *answer)
{
    size_t plain = strcspn(field, ".[");
    if (field[plain] == '[')
        return set(error, "line", PyLong_FromUnsignedLong(strtoul(field + plain + 1, NULL, 10)));
    if (answer != NULL &&
        (strncmp(field, "units.", 6) == 0 || strncmp(field, "components.", 11) == 0))
        return set(error, "line", PyLong_FromUnsignedLong(answer->line));
    return 0;
}

static int describe(PyObject *error, struct sbl_state *state, const struct sellable *engine,
                    enum sellable_status status, const struct sellable_answer *answer)
{
    const char *field = answer->field == NULL ? "" : answer->field;
    struct asked asked = {state, engine};
    if (answer->exception != 0 &&
        set(error, "exception", PyLong_FromUnsignedLongLong(answer->exception)) < 0)
        return -1;
    if (status == SELLABLE_CONFLICT && strcmp(field, "expected") == 0 &&
        set(error, "actual", PyLong_FromLongLong(answer->actual)) < 0)
        return -1;
    if (status == SELLABLE_INSUFFICIENT &&
        set(error, "lines",
            sbl_tuple(answer->misfits, misfits_there(answer), sizeof *answer->misfits, make_misfit,
                      &asked)) < 0)
        return -1;
    return 0;
}

PyObject *sbl_refusal(struct sbl_state *state, const struct sellable *engine,
                      enum sellable_status status, const char *field, const char *reason,
                      const struct sellable_answer *answer)
{
    PyObject *message = message_of(engine, status, field, reason, answer);
    if (message == NULL)
        return NULL;
    PyObject *error = PyObject_CallOneArg(state->errors[status], message);
    Py_DECREF(message);
    if (error == NULL)
        return NULL;
    if ((field != NULL && (set(error, "field", sbl_from_words(field)) < 0 ||
                           set_line(error, field, answer) < 0)) ||
        (reason != NULL && set(error, "reason", PyUnicode_FromString(reason)) < 0) ||
        (answer != NULL && describe(error, state, engine, status, answer) < 0))
        Py_CLEAR(error);
    return error;
}

PyObject *sbl_refuse(struct sbl_state *state, const struct sellable *engine,
                     enum sellable_status status, const char *field, const char *reason,
                     const struct sellable_answer *answer)
{
    PyObject *error = sbl_refusal(state, engine, status, field, reason, answer);
    if (error != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_DECREF(error);
    }
    return NULL;
}

PyObject *sbl_refuse_question(struct sbl_state *state, enum sellable_status status)
{
    static const char *const fields[SELLABLE_STATUS_COUNT] = {
        [SELLABLE_UNKNOWN_ITEM] = "item",       [SELLABLE_UNKNOWN_LOCATION] = "location",
        [SELLABLE_UNKNOWN_CHANNEL] = "channel", [SELLABLE_UNKNOWN_SOURCE] = "source",
        [SELLABLE_UNKNOWN_ORDER] = "order",     [SELLABLE_INVALID] = "date",
    };
    const char *reason = status == SELLABLE_INVALID ? "it is before now, or beyond the horizon"
                                                    : sellable_status_text((int)status);
    return sbl_refuse(state, NULL, status, fields[status], reason, NULL);
}
