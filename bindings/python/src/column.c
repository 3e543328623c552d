/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading columns (column.h) out of lists, tuples and buffers. */
#include "column.h"

#include <math.h>

/* ---- what the readers share ---- */

int column_need_keys(const struct column_reader *reader, struct column *column)
{
    if (column->keys == NULL)
        column->keys =
            sbl_scratch_take(reader->scratch, (size_t)column->rows + 1, sizeof *column->keys);
    return column->keys == NULL ? -1 : 0;
}

int64_t *column_need_numbers(const struct column_reader *reader, struct column *column)
{
    if (column->numbers == NULL)
        column->numbers =
            sbl_scratch_take(reader->scratch, (size_t)column->rows + 1, sizeof *column->numbers);
    return (int64_t *)column->numbers;
}

int column_leave_out(const struct column_reader *reader, struct column *column, Py_ssize_t row)
{
    if (column->given == NULL) {
        column->given = sbl_scratch_take(reader->scratch, (size_t)column->rows + 1, 1);
        if (column->given == NULL)
            return -1;
        memset(column->given, 1, (size_t)column->rows);
    }
    column->given[row] = 0;
    return 0;
}

static const char *wanted_of(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_KEY:
        return "text";
    case COLUMN_THING:
        return column->by_key ? "keys (text)" : "keys (text) or handles";
    case COLUMN_TIME:
        return "times (datetimes with a time zone, or ms since the epoch)";
    default:
        return "whole numbers";
    }
}

int column_refuse(const struct column *column, const char *what)
{
    PyErr_Format(PyExc_TypeError, "%s: a column of %s is wanted, not of %s", column->name,
                 wanted_of(column), what);
    return -1;
}

static void name_row(const struct column *column, Py_ssize_t row, char field[96])
{
    PyOS_snprintf(field, 96, "%.64s[%zd]", column->name, row);
}

int column_refuse_row(const struct column_reader *reader, const struct column *column,
                      Py_ssize_t row, const char *reason)
{
    char field[96];
    name_row(column, row, field);
    return sbl_refuse_value(reader->state, field, reason);
}

int column_put_key(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                   const char *bytes, int64_t size)
{
    if (column_need_keys(reader, column) < 0)
        return -1;
    if (size == 0)
        return column_refuse_row(reader, column, row, "it is empty; None is 'not given'");
    column->keys[row] = (struct sellable_key){bytes, (uint64_t)size};
    return 0;
}

int column_put_number(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                      int64_t number)
{
    int64_t *numbers = column_need_numbers(reader, column);
    if (numbers == NULL)
        return -1;
    if (column->kind == COLUMN_THING && (number < 1 || number > UINT32_MAX))
        return column_refuse_row(reader, column, row, "no handle: not from 1 to 4294967295");
    numbers[row] = number;
    return 0;
}

int column_put_float(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                     double value)
{
    if (isnan(value))
        return column_leave_out(reader, column, row);
    if (isinf(value))
        return column_refuse_row(reader, column, row, "it is no finite number");
    if (!(fabs(value) < 0x1p63))
        return column_refuse_row(reader, column, row, "it is beyond 64 bits");
    if (value != floor(value))
        return column_refuse_row(reader, column, row, "it is not whole");
    return column_put_number(reader, column, row, (int64_t)value);
}

bool column_is_many(PyObject *value)
{
    const PyTypeObject *type = Py_TYPE(value);
    if (PyUnicode_Check(value) || PyBytes_Check(value) || PyByteArray_Check(value) ||
        PyDict_Check(value))
        return false;
    return (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL) ||
           (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) ||
           arrow_is_spoken(value);
}

/* ---- lists and tuples ---- */

/* A value that is none of the plainest. */
static int read_any(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                    PyObject *value)
{
    char field[96];
    struct sellable_key key = {NULL, 0};
    int64_t number = 0, denominator;
    uint32_t handle = 0;
    int result = -1;
    name_row(column, row, field);
    switch (column->kind) {
    case COLUMN_KEY:
        result = sbl_to_key(reader->state, value, field, &key);
        break;
    case COLUMN_THING:
        if (column->by_key)
            result = sbl_to_key(reader->state, value, field, &key);
        else
            result = sbl_to_thing(reader->state, value, field, column->thing, &key, &handle);
        number = handle;
        break;
    case COLUMN_TIME:
        result = sbl_to_time(reader->state, value, field, &number);
        break;
    case COLUMN_NUMBER:
        result = sbl_to_ratio(reader->state, value, field, &number, &denominator);
        if (result == 0 && denominator != 1)
            result = column_refuse_row(reader, column, row, "it is not whole");
        break;
    }
    if (result < 0)
        return -1;
    return key.bytes != NULL
               ? column_put_key(reader, column, row, key.bytes, (int64_t)key.size)
               : column_put_number(reader, column, row, number);
}

static int read_value(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                      PyObject *value)
{
    if (value == Py_None)
        return column_leave_out(reader, column, row);
    if (PyFloat_Check(value) && (column->kind == COLUMN_NUMBER ||
                                 isnan(PyFloat_AS_DOUBLE(value))))
        return column_put_float(reader, column, row, PyFloat_AS_DOUBLE(value));
    if (PyUnicode_CheckExact(value) &&
        (column->kind == COLUMN_KEY || column->kind == COLUMN_THING)) {
        Py_ssize_t size;
        const char *bytes = PyUnicode_AsUTF8AndSize(value, &size);
        if (bytes != NULL)
            return column_put_key(reader, column, row, bytes, size);
        PyErr_Clear();
    }
    return read_any(reader, column, row, value);
}

/* A tuple of its own: what is in it stays, whatever becomes of a list meanwhile. */
static int read_sequence(const struct column_reader *reader, PyObject *value,
                         struct column *column)
{
    PyObject *values = sbl_scratch_keep(reader->scratch, PySequence_Tuple(value));
    if (values == NULL)
        return -1;
    column->rows = PyTuple_GET_SIZE(values);
    for (Py_ssize_t row = 0; row < column->rows; row++)
        if (read_value(reader, column, row, PyTuple_GET_ITEM(values, row)) < 0)
            return -1;
    return 0;
}

/* ---- buffers ---- */

/* The format of a number in the machine's own order, as struct has it; else 0. */
static char number_format(const Py_buffer *buffer)
{
    const char *format = buffer->format != NULL ? buffer->format : "B";
    if (format[0] == '@' || format[0] == '=' || (PY_LITTLE_ENDIAN && format[0] == '<'))
        format++;
    if (format[0] == '\0' || format[1] != '\0' || strchr("bBhHiIlLqQnNfd", format[0]) == NULL)
        return '\0';
    return format[0];
}

static int read_float(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                      const char *at, Py_ssize_t size)
{
    float narrow;
    double wide;
    if (size == (Py_ssize_t)sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        wide = (double)narrow;
    } else {
        memcpy(&wide, at, sizeof wide);
    }
    return column_put_float(reader, column, row, wide);
}

static int read_integer(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                        const char *at, Py_ssize_t size, bool is_signed)
{
    uint64_t bits = 0;
    memcpy((char *)&bits + (PY_LITTLE_ENDIAN ? 0 : 8 - size), at, (size_t)size);
    if (is_signed) {
        unsigned unused = 64 - 8 * (unsigned)size;
        return column_put_number(reader, column, row, (int64_t)(bits << unused) >> unused);
    }
    if (bits > INT64_MAX)
        return column_refuse_row(reader, column, row, "it is beyond 64 bits");
    return column_put_number(reader, column, row, (int64_t)bits);
}

/* As they lie there, if they are what is wanted. */
static bool read_in_place(const Py_buffer *buffer, char format, struct column *column)
{
    if (column->kind == COLUMN_THING || buffer->itemsize != 8 ||
        strchr("lqn", format) == NULL || buffer->strides[0] != 8 ||
        (uintptr_t)buffer->buf % _Alignof(int64_t) != 0)
        return false;
    column->numbers = buffer->buf;
    return true;
}

static int read_buffer(const struct column_reader *reader, const Py_buffer *buffer, char format,
                       struct column *column)
{
    const char *at = buffer->buf;
    bool is_float = format == 'f' || format == 'd';
    column->rows = buffer->shape[0];
    if (is_float && column->kind != COLUMN_NUMBER)
        return column_refuse(column, "floats");
    if (column->kind == COLUMN_KEY || (column->kind == COLUMN_THING && column->by_key))
        return column_refuse(column, "numbers");
    if (read_in_place(buffer, format, column))
        return 0;
    if (column_need_numbers(reader, column) == NULL)
        return -1;
    for (Py_ssize_t row = 0; row < column->rows; row++, at += buffer->strides[0]) {
        int result = is_float ? read_float(reader, column, row, at, buffer->itemsize)
                              : read_integer(reader, column, row, at, buffer->itemsize,
                                             Py_ISLOWER(format));
        if (result < 0)
            return -1;
    }
    return 0;
}

/* A NaT of numpy, in a column of times. */
static int leave_out_no_times(const struct column_reader *reader, struct column *column)
{
    for (Py_ssize_t row = 0; column->kind == COLUMN_TIME && row < column->rows; row++)
        if (column->numbers[row] == INT64_MIN && column_leave_out(reader, column, row) < 0)
            return -1;
    return 0;
}

/* ---- all of them ---- */

/* A list or a buffer of what is neither. */
static PyObject *make_plain(const struct column_reader *reader, const struct column *column,
                            PyObject *value)
{
    PyObject *module = PyImport_ImportModule("sellable.columns");
    PyObject *plain =
        module == NULL ? NULL : PyObject_CallMethod(module, "_plain", "sO", column->name, value);
    Py_XDECREF(module);
    return sbl_scratch_keep(reader->scratch, plain);
}

/* 1: it was; 0: it is no buffer of numbers; nor is one some of which are masked. */
static int try_buffer(const struct column_reader *reader, PyObject *value, struct column *column)
{
    if (!PyObject_CheckBuffer(value) || PyObject_HasAttrString(value, "mask"))
        return 0;
    PyObject *view = PyMemoryView_FromObject(value);
    if (view == NULL) {
        PyErr_Clear(); /* datetimes, say: a buffer has no word for them */
        return 0;
    }
    (void)!sbl_scratch_keep(reader->scratch, view);
    if (PyErr_Occurred())
        return -1;
    const Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    char format = '\0';
    if (buffer->ndim == 1)
        format = number_format(buffer);
    if (format == '\0')
        return 0;
    if (read_buffer(reader, buffer, format, column) < 0 ||
        leave_out_no_times(reader, column) < 0)
        return -1;
    return 1;
}

int column_read(const struct column_reader *reader, PyObject *value, struct column *column)
{
    for (bool plain = false;; plain = true) {
        if (PyList_Check(value) || PyTuple_Check(value))
            return read_sequence(reader, value, column);
        int result = try_buffer(reader, value, column);
        if (result != 0)
            return result < 0 ? -1 : 0;
        if (!plain && arrow_is_spoken(value)) {
            if (arrow_read_column(reader, value, column) == 0)
                return 0;
            if (!PyErr_ExceptionMatches(PyExc_ImportError))
                return -1;
            PyErr_Clear(); /* pandas speaks Arrow by another package only */
        }
        if (plain)
            return column_refuse(column, Py_TYPE(value)->tp_name);
        value = make_plain(reader, column, value);
        if (value == NULL)
            return -1;
    }
}
