/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine.available of several items: one call of the library for all of them, and three arrays.
 *
 * The arrays are made as bytearrays, which nobody else knows yet while they are filled; numpy then
 * takes them as they are (sellable/columns.py). */
#include <string.h>

#include "column.h"
#include "columns.h"

enum { CHUNK = 1024 }; /* questions at a time */

struct asking {
    const struct column *items;
    struct sellable_question question; /* what is the same for all */
    int64_t *promisable, *published;
    uint8_t *level;
};

static void ask_chunk(const struct asking *asking, Py_ssize_t from, size_t count,
                      struct sellable_question *questions)
{
    for (size_t i = 0; i < count; i++) {
        Py_ssize_t row = from + (Py_ssize_t)i;
        questions[i] = asking->question;
        if (column_is_key(asking->items, row))
            questions[i].item_key = asking->items->keys[row];
        else
            questions[i].item.id = (uint32_t)asking->items->numbers[row];
    }
}

/* The first row whose status is not ok; `rows` if there is none. */
static Py_ssize_t ask(const struct sellable *engine, const struct asking *asking,
                      enum sellable_status *status)
{
    struct sellable_question questions[CHUNK];
    struct sellable_availability answers[CHUNK];
    enum sellable_status statuses[CHUNK];
    Py_ssize_t rows = asking->items->rows;
    for (Py_ssize_t from = 0; from < rows; from += CHUNK) {
        size_t count = rows - from < CHUNK ? (size_t)(rows - from) : CHUNK;
        ask_chunk(asking, from, count, questions);
        sellable_available_batch(engine, questions, count, statuses, answers);
        for (size_t i = 0; i < count; i++) {
            if (statuses[i] != SELLABLE_OK) {
                *status = statuses[i];
                return from + (Py_ssize_t)i;
            }
            asking->promisable[from + (Py_ssize_t)i] = answers[i].promisable;
            asking->published[from + (Py_ssize_t)i] = answers[i].published;
            asking->level[from + (Py_ssize_t)i] = (uint8_t)answers[i].level;
        }
    }
    return rows;
}

static PyObject *refuse(struct sbl_state *state, enum sellable_status status, Py_ssize_t row)
{
    struct sellable_answer answer = {.line = (uint32_t)row};
    char field[32] = "date";
    if (status == SELLABLE_UNKNOWN_CHANNEL)
        strcpy(field, "channel");
    if (status == SELLABLE_UNKNOWN_ORDER)
        strcpy(field, "order");
    if (status == SELLABLE_UNKNOWN_ITEM) {
        PyOS_snprintf(field, sizeof field, "item[%zd]", row);
        answer.field = "item";
    }
    return sbl_refuse(state, NULL, status, field,
                      status == SELLABLE_INVALID ? "before now, or beyond the channel's horizon"
                                                 : NULL,
                      &answer);
}

/* What is asked of every item. */
static int read_question(struct sbl_state *state, PyObject *channel, PyObject *date,
                         PyObject *order, struct sellable_question *question)
{
    if (sbl_to_thing(state, channel, "channel", SBL_CHANNEL, &question->channel_key,
                     &question->channel.id) < 0)
        return -1;
    question->has_date = date != NULL && date != Py_None;
    if (question->has_date && sbl_to_time(state, date, "date", &question->date) < 0)
        return -1;
    if (order != NULL && order != Py_None)
        return sbl_to_key(state, order, "order", &question->order);
    return 0;
}

/* Handles of a column, or keys; each row has one. */
static int read_items(struct sbl_state *state, struct sbl_scratch *scratch, PyObject *items,
                      struct column *column)
{
    const struct column_reader reader = {state, scratch};
    if (column_read(&reader, items, column) < 0)
        return -1;
    for (Py_ssize_t row = 0; row < column->rows; row++)
        if (!column_given(column, row))
            return column_refuse_row(&reader, column, row, "it is missing");
    return 0;
}

/* The three arrays out of what was filled; they are given up. */
static PyObject *make_arrays(PyObject *const arrays[3])
{
    PyObject *module = PyImport_ImportModule("sellable.columns");
    PyObject *result = NULL;
    if (module != NULL)
        result = PyObject_CallMethod(module, "_availabilities", "OOO", arrays[0], arrays[1],
                                     arrays[2]);
    Py_XDECREF(module);
    return result;
}

static PyObject *answer(sbl_engine *self, struct asking *asking)
{
    Py_ssize_t rows = asking->items->rows, row = 0;
    enum sellable_status status = SELLABLE_OK;
    PyObject *arrays[3] = {PyByteArray_FromStringAndSize(NULL, rows * 8),
                           PyByteArray_FromStringAndSize(NULL, rows * 8),
                           PyByteArray_FromStringAndSize(NULL, rows)};
    PyObject *result = NULL;
    struct sbl_call call;
    if (arrays[0] != NULL && arrays[1] != NULL && arrays[2] != NULL) {
        asking->promisable = (int64_t *)(void *)PyByteArray_AS_STRING(arrays[0]);
        asking->published = (int64_t *)(void *)PyByteArray_AS_STRING(arrays[1]);
        asking->level = (uint8_t *)PyByteArray_AS_STRING(arrays[2]);
        const struct sellable *engine = sbl_enter(self, &call);
        if (engine != NULL) {
            SBL_WAITING(rows >= 64)
            row = ask(engine, asking, &status);
            SBL_WAITED
            sbl_leave(&call);
            result = row < rows ? refuse(self->state, status, row) : make_arrays(arrays);
        }
    }
    for (int i = 0; i < 3; i++)
        Py_XDECREF(arrays[i]);
    return result;
}

PyObject *sbl_available_columns(sbl_engine *self, PyObject *items, PyObject *channel,
                                PyObject *date, PyObject *order)
{
    struct column column = {.name = "item", .kind = COLUMN_THING, .thing = SBL_ITEM};
    struct asking asking = {.items = &column};
    struct sbl_scratch scratch;
    PyObject *result = NULL;
    sbl_scratch_open(&scratch);
    if (read_question(self->state, channel, date, order, &asking.question) == 0 &&
        read_items(self->state, &scratch, items, &column) == 0)
        result = answer(self, &asking);
    sbl_scratch_close(&scratch);
    return result;
}
