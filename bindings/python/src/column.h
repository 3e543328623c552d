/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns that are handed in: whatever holds a value for each of some rows, read into one plain
 * form before anything is done with it. Lists, tuples and buffers (numpy, array, memoryview) are
 * read by column.c, columns of Arrow (pyarrow, polars, pandas, duckdb ...) by read_arrow.c, all
 * others are made lists first (sellable/columns.py).
 *
 * What is read stays where it is, if it can: 64-bit numbers, and the bytes of text. All memory, and
 * what keeps alive the rest, is the scratch's. */
#ifndef SELLABLE_PYTHON_COLUMN_H
#define SELLABLE_PYTHON_COLUMN_H

#include "native.h"

/* What a column is to hold. */
enum column_kind {
    COLUMN_KEY,    /* text */
    COLUMN_THING,  /* text, or handles */
    COLUMN_NUMBER, /* whole numbers */
    COLUMN_TIME    /* ms since the epoch, or datetimes that know their time zone */
};

struct column {
    const char *name; /* as exceptions call it; of a row "name[7]" */
    enum column_kind kind;
    enum sbl_thing thing; /* of COLUMN_THING */
    bool by_key;          /* of COLUMN_THING: handles are refused */
    Py_ssize_t rows;
    /* Of row i: nothing, if given is not NULL and given[i] is 0; else a key, if keys is not NULL
     * and keys[i].bytes is not; else the number. */
    uint8_t *given;
    struct sellable_key *keys;
    const int64_t *numbers;
};

/* Where columns are read: exceptions, memory. */
struct column_reader {
    struct sbl_state *state;
    struct sbl_scratch *scratch;
};

static inline bool column_given(const struct column *column, Py_ssize_t row)
{
    return column->given == NULL || column->given[row] != 0;
}

static inline bool column_is_key(const struct column *column, Py_ssize_t row)
{
    return column->keys != NULL && column->keys[row].bytes != NULL;
}

/* Whether a value holds several: it has a length, or speaks Arrow, and is no str, bytes or dict. */
bool column_is_many(PyObject *value);

/* Read `value` into `column`, of which name, kind, thing and by_key are set. 0, or -1 with a
 * TypeError or InvalidError that names the column and the row. */
int column_read(const struct column_reader *reader, PyObject *value, struct column *column);

/* ---- between the readers ---- */

/* Room for what a column of `rows` rows may need; 0, or -1. */
int column_need_keys(const struct column_reader *reader, struct column *column);
int64_t *column_need_numbers(const struct column_reader *reader, struct column *column);
int column_leave_out(const struct column_reader *reader, struct column *column, Py_ssize_t row);

/* -1, with a TypeError: the column is of something else; or an InvalidError of one row. */
int column_refuse(const struct column *column, const char *what);
int column_refuse_row(const struct column_reader *reader, const struct column *column,
                      Py_ssize_t row, const char *reason);

/* A key of a row, which must have 1 to 128 bytes. A float that is whole; NaN is nothing. */
int column_put_key(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                   const char *bytes, int64_t size);
int column_put_float(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                     double value);
int column_put_number(const struct column_reader *reader, struct column *column, Py_ssize_t row,
                      int64_t number);

/* read_arrow.c: whether a value speaks Arrow; one column of it; and all columns of a table. */
bool arrow_is_spoken(PyObject *value);
int arrow_read_column(const struct column_reader *reader, PyObject *value, struct column *column);

/* A table: its columns are read one by one. NULL: an exception is set. The scratch keeps it. */
struct arrow_frame;
struct arrow_frame *arrow_frame_open(const struct column_reader *reader, PyObject *value);
int64_t arrow_frame_count(const struct arrow_frame *frame);
const char *arrow_frame_name(const struct arrow_frame *frame, int64_t place);
int arrow_frame_read(const struct column_reader *reader, const struct arrow_frame *frame,
                     int64_t place, struct column *column);

#endif
