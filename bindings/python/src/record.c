/* SPDX-License-Identifier: Apache-2.0
 *
 * The named tuples of _records.py, filled in (native.h). */
#include "native.h"

#include <stdarg.h>

/* How many fields C fills in, and of which class. */
static const struct {
    const char *name;
    Py_ssize_t count;
} records[SBL_RECORD_COUNT] = {
#define SBL_RECORD(NAME, COUNT) {#NAME, COUNT},
    SBL_RECORDS(SBL_RECORD)
#undef SBL_RECORD
};

static int load(struct sbl_state *state, PyObject *module, int record)
{
    PyObject *type = PyObject_GetAttrString(module, records[record].name);
    if (type == NULL)
        return -1;
    state->records[record] = (PyTypeObject *)type;
    PyObject *fields = PyObject_GetAttrString(type, "_fields");
    if (fields == NULL)
        return -1;
    bool fits = PyType_Check(type) && PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type) &&
                PyTuple_Check(fields) && PyTuple_GET_SIZE(fields) == records[record].count;
    Py_DECREF(fields);
    if (!fits)
        PyErr_Format(PyExc_ImportError, "sellable: %s has other fields than the extension knows",
                     records[record].name);
    return fits ? 0 : -1;
}

int sbl_records_load(struct sbl_state *state)
{
    PyObject *module = PyImport_ImportModule("sellable._records");
    int result = module == NULL ? -1 : 0;
    for (int record = 0; record < SBL_RECORD_COUNT && result == 0; record++)
        result = load(state, module, record);
    Py_XDECREF(module);
    return result;
}

/* One field; NULL: an exception is set. */
static PyObject *field_of(char letter, va_list *values)
{
    switch (letter) {
    case 'i':
        return PyLong_FromLongLong(va_arg(*values, int64_t));
    case 'u':
        return PyLong_FromUnsignedLongLong(va_arg(*values, uint64_t));
    case 'b':
        return PyBool_FromLong(va_arg(*values, int));
    case 's':
        return sbl_from_words(va_arg(*values, const char *));
    case 'k':
        return sbl_from_key(va_arg(*values, struct sellable_key));
    case 'O':
        return va_arg(*values, PyObject *);
    default:
        assert(letter == 'n');
        Py_RETURN_NONE;
    }
}

/* What leads to nothing that could lead back needs no look by the collector of cycles. */
static void untrack(PyObject *tuple)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
        if (PyObject_IS_GC(PyTuple_GET_ITEM(tuple, i)) &&
            PyObject_GC_IsTracked(PyTuple_GET_ITEM(tuple, i)))
            return;
    PyObject_GC_UnTrack(tuple);
}

PyObject *sbl_record(struct sbl_state *state, enum sbl_record record, const char *letters, ...)
{
    PyTypeObject *type = state->records[record];
    Py_ssize_t count = records[record].count;
    PyObject *tuple = type->tp_alloc(type, count);
    bool failed = tuple == NULL;
    va_list values;
    va_start(values, letters);
    assert((Py_ssize_t)strlen(letters) == count);
    /* All are taken, even after a failure: some are references to be given up. */
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *field = field_of(letters[i], &values);
        failed = failed || field == NULL;
        if (tuple != NULL)
            PyTuple_SET_ITEM(tuple, i, field);
        else
            Py_XDECREF(field);
    }
    va_end(values);
    if (failed)
        Py_CLEAR(tuple);
    else
        untrack(tuple);
    return tuple;
}

PyObject *sbl_tuple(const void *entries, size_t count, size_t size, sbl_make *make, void *context)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *made = make((const char *)entries + i * size, context);
        if (made == NULL)
            Py_CLEAR(tuple);
        else
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, made);
    }
    if (tuple != NULL && count > 0)
        untrack(tuple);
    return tuple;
}
