/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading columns (column.h) out of what speaks the Arrow PyCapsule interface: pyarrow, polars,
 * pandas, duckdb and others. What is drawn is kept, with its memory, until the call is over: text
 * stays where it is. */
#include "arrow.h"

#include <math.h>
#include <stdlib.h>

#include "column.h"

/* ---- drawn: batches of one schema ---- */

struct arrow_frame {
    const char *name; /* what it is called: "frame", or its column's name */
    struct ArrowSchema schema;
    struct ArrowArray *batches;
    size_t count, room;
    int64_t rows;
};

static void frame_free(PyObject *capsule)
{
    struct arrow_frame *frame = PyCapsule_GetPointer(capsule, NULL);
    for (size_t i = 0; i < frame->count; i++)
        frame->batches[i].release(&frame->batches[i]);
    if (frame->schema.release != NULL)
        frame->schema.release(&frame->schema);
    free(frame->batches);
    free(frame);
}

/* One that the scratch gives back. */
static struct arrow_frame *frame_new(const struct column_reader *reader, const char *name)
{
    struct arrow_frame *frame = calloc(1, sizeof *frame);
    if (frame == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(frame, NULL, frame_free);
    if (capsule == NULL) {
        free(frame);
        return NULL;
    }
    frame->name = name;
    return sbl_scratch_keep(reader->scratch, capsule) == NULL ? NULL : frame;
}

/* Takes the batch over, in any case. */
static int frame_add(struct arrow_frame *frame, struct ArrowArray *batch)
{
    if (frame->count == frame->room) {
        size_t room = frame->room == 0 ? 8 : 2 * frame->room;
        struct ArrowArray *batches = realloc(frame->batches, room * sizeof *batches);
        if (batches == NULL) {
            batch->release(batch);
            PyErr_NoMemory();
            return -1;
        }
        frame->batches = batches;
        frame->room = room;
    }
    frame->rows += batch->length;
    frame->batches[frame->count++] = *batch;
    return 0;
}

/* ---- drawing ---- */

bool arrow_is_spoken(PyObject *value)
{
    PyObject *type = (PyObject *)Py_TYPE(value);
    return PyObject_HasAttrString(type, "__arrow_c_stream__") ||
           PyObject_HasAttrString(type, "__arrow_c_array__");
}

/* Others may need the interpreter's lock to give their batches. */
static int draw_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    int error;
    *batch = (struct ArrowArray){.release = NULL};
    Py_BEGIN_ALLOW_THREADS
    error = stream->get_next(stream, batch);
    Py_END_ALLOW_THREADS
    return error;
}

static int refuse_stream(const struct arrow_frame *frame, struct ArrowArrayStream *stream,
                         int error)
{
    const char *why = stream->get_last_error(stream);
    PyErr_Format(PyExc_ValueError, "%s: its columns could not be drawn: %s", frame->name,
                 why != NULL ? why : strerror(error));
    return -1;
}

/* What a consumer has taken before is empty. */
static int refuse_drawn(const struct arrow_frame *frame)
{
    PyErr_Format(PyExc_ValueError, "%s: its columns were drawn already", frame->name);
    return -1;
}

/* To the end: the stream is given back, whether its capsule is or not. */
static int draw_stream(struct arrow_frame *frame, PyObject *capsule)
{
    struct ArrowArray batch;
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream == NULL)
        return -1;
    if (stream->release == NULL)
        return refuse_drawn(frame);
    int result = 0, error = stream->get_schema(stream, &frame->schema);
    while (error == 0 && result == 0 && (error = draw_next(stream, &batch)) == 0 &&
           batch.release != NULL)
        result = frame_add(frame, &batch);
    if (error != 0)
        result = refuse_stream(frame, stream, error);
    stream->release(stream);
    return result;
}

static int draw_array(struct arrow_frame *frame, PyObject *capsules)
{
    if (!PyTuple_Check(capsules) || PyTuple_GET_SIZE(capsules) != 2) {
        PyErr_SetString(PyExc_TypeError, "__arrow_c_array__ gave no pair of capsules");
        return -1;
    }
    struct ArrowSchema *schema =
        PyCapsule_GetPointer(PyTuple_GET_ITEM(capsules, 0), "arrow_schema");
    struct ArrowArray *array =
        schema == NULL ? NULL : PyCapsule_GetPointer(PyTuple_GET_ITEM(capsules, 1), "arrow_array");
    if (array == NULL)
        return -1;
    if (schema->release == NULL || array->release == NULL)
        return refuse_drawn(frame);
    struct ArrowArray taken = *array;
    frame->schema = *schema;
    schema->release = NULL;
    array->release = NULL;
    return frame_add(frame, &taken);
}

static struct arrow_frame *draw(const struct column_reader *reader, PyObject *value,
                                const char *name)
{
    bool one = PyObject_HasAttrString((PyObject *)Py_TYPE(value), "__arrow_c_array__");
    PyObject *capsules =
        PyObject_CallMethod(value, one ? "__arrow_c_array__" : "__arrow_c_stream__", NULL);
    struct arrow_frame *frame = capsules == NULL ? NULL : frame_new(reader, name);
    int result = -1;
    if (frame != NULL)
        result = one ? draw_array(frame, capsules) : draw_stream(frame, capsules);
    Py_XDECREF(capsules);
    return result == 0 ? frame : NULL;
}

/* ---- one column of them ---- */

/* A run of values: an array, of which `offset` values are another's. */
struct run {
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    int64_t offset;
    Py_ssize_t row; /* of the column, of the first one */
};

static bool is_there(const struct run *run, int64_t i)
{
    const uint8_t *valid = run->array->n_buffers > 0 ? run->array->buffers[0] : NULL;
    int64_t place = run->offset + i;
    return valid == NULL || (valid[place / 8] >> place % 8 & 1) != 0;
}

static const void *values_of(const struct run *run, int64_t i, size_t size)
{
    return (const char *)run->array->buffers[1] + (size_t)(run->offset + i) * size;
}

/* What a view of text is: its size, and its bytes or where they are. */
struct text_view {
    int32_t size;
    union {
        char inlined[12];
        struct {
            char prefix[4];
            int32_t buffer, offset;
        } elsewhere;
    } at;
};

static struct sellable_key text_at(const struct run *run, int64_t i)
{
    const void *const *buffers = run->array->buffers;
    int64_t place = run->offset + i;
    if (run->schema->format[0] == 'u') {
        const int32_t *offsets = buffers[1];
        int64_t size = offsets[place + 1] - offsets[place];
        return (struct sellable_key){(const char *)buffers[2] + offsets[place], (uint64_t)size};
    }
    if (run->schema->format[0] == 'U') {
        const int64_t *offsets = buffers[1];
        int64_t size = offsets[place + 1] - offsets[place];
        return (struct sellable_key){(const char *)buffers[2] + offsets[place], (uint64_t)size};
    }
    const struct text_view *view = (const struct text_view *)buffers[1] + place;
    const char *bytes = view->size <= (int32_t)sizeof view->at.inlined
                            ? view->at.inlined
                            : (const char *)buffers[2 + view->at.elsewhere.buffer] +
                                  view->at.elsewhere.offset;
    return (struct sellable_key){bytes, (uint64_t)view->size};
}

static bool is_text(const char *format)
{
    return strcmp(format, "u") == 0 || strcmp(format, "U") == 0 || strcmp(format, "vu") == 0;
}

static int read_text(const struct column_reader *reader, const struct run *run,
                     struct column *column, int64_t i)
{
    struct sellable_key key = text_at(run, i);
    return column_put_key(reader, column, run->row + (Py_ssize_t)i, key.bytes, (int64_t)key.size);
}

/* A whole number, of any width; false: it is beyond 64 bits. */
static bool whole_at(const struct run *run, int64_t i, int64_t *number)
{
    switch (run->schema->format[0]) {
    case 'c':
        *number = *(const int8_t *)values_of(run, i, 1);
        return true;
    case 'C':
        *number = *(const uint8_t *)values_of(run, i, 1);
        return true;
    case 's':
        *number = *(const int16_t *)values_of(run, i, 2);
        return true;
    case 'S':
        *number = *(const uint16_t *)values_of(run, i, 2);
        return true;
    case 'i':
        *number = *(const int32_t *)values_of(run, i, 4);
        return true;
    case 'I':
        *number = *(const uint32_t *)values_of(run, i, 4);
        return true;
    default: /* 'l', and 'L', which may be larger than it */
        *number = *(const int64_t *)values_of(run, i, 8);
        return *number >= 0 || run->schema->format[0] == 'l';
    }
}

static int read_whole(const struct column_reader *reader, const struct run *run,
                      struct column *column, int64_t i)
{
    int64_t number;
    Py_ssize_t row = run->row + (Py_ssize_t)i;
    if (!whole_at(run, i, &number))
        return column_refuse_row(reader, column, row, "it is beyond 64 bits");
    return column_put_number(reader, column, row, number);
}

static int read_floating(const struct column_reader *reader, const struct run *run,
                         struct column *column, int64_t i)
{
    double value = run->schema->format[0] == 'f' ? (double)*(const float *)values_of(run, i, 4)
                                                 : *(const double *)values_of(run, i, 8);
    return column_put_float(reader, column, run->row + (Py_ssize_t)i, value);
}

/* "d:digits,scale", and after one more comma how many bits each has, if those are not 128. */
static bool is_decimal(const char *format)
{
    const char *comma = strchr(format, ',');
    const char *bits = comma == NULL ? NULL : strchr(comma + 1, ',');
    return strncmp(format, "d:", 2) == 0 && (bits == NULL || strcmp(bits, ",128") == 0);
}

/* number / 10^scale. */
static int read_decimal(const struct column_reader *reader, const struct run *run,
                        struct column *column, int64_t i)
{
    Py_ssize_t row = run->row + (Py_ssize_t)i;
    const char *comma = strchr(run->schema->format, ',');
    __int128 number;
    memcpy(&number, values_of(run, i, sizeof number), sizeof number);
    for (long scale = comma == NULL ? 0 : strtol(comma + 1, NULL, 10); scale != 0;) {
        if (scale > 0 && number % 10 != 0)
            return column_refuse_row(reader, column, row, "it is not whole");
        if (scale < 0 && (number > INT64_MAX || number < INT64_MIN))
            break;
        number = scale > 0 ? number / 10 : number * 10;
        scale += scale > 0 ? -1 : 1;
    }
    if (number > INT64_MAX || number < INT64_MIN)
        return column_refuse_row(reader, column, row, "it is beyond 64 bits");
    return column_put_number(reader, column, row, (int64_t)number);
}

/* Ticks since the epoch, so many to a millisecond, or milliseconds to a tick. */
static int read_instant(const struct column_reader *reader, const struct run *run,
                        struct column *column, int64_t i)
{
    Py_ssize_t row = run->row + (Py_ssize_t)i;
    int64_t ticks = *(const int64_t *)values_of(run, i, 8), time = ticks;
    int64_t divisor = run->schema->format[2] == 'n'   ? 1000000
                      : run->schema->format[2] == 'u' ? 1000
                                                      : 1;
    if (run->schema->format[2] == 's' && __builtin_mul_overflow(ticks, 1000, &time))
        return column_refuse_row(reader, column, row, "it is beyond 64 bits");
    return column_put_number(reader, column, row, time / divisor - (time % divisor < 0));
}

typedef int read_one(const struct column_reader *reader, const struct run *run,
                     struct column *column, int64_t i);

/* How values of this format become what the column is to hold; NULL: an exception is set. */
static read_one *reader_of(const struct run *run, const struct column *column)
{
    const char *format = run->schema->format;
    bool text = column->kind == COLUMN_KEY || column->kind == COLUMN_THING;
    bool whole = format[0] != '\0' && format[1] == '\0' && strchr("cCsSiIlL", format[0]) != NULL;
    if (is_text(format) && text)
        return read_text;
    if (whole && column->kind != COLUMN_KEY && !(column->kind == COLUMN_THING && column->by_key))
        return read_whole;
    if (column->kind == COLUMN_NUMBER && (strcmp(format, "f") == 0 || strcmp(format, "g") == 0))
        return read_floating;
    if (column->kind == COLUMN_NUMBER && is_decimal(format))
        return read_decimal;
    if (column->kind == COLUMN_TIME && strncmp(format, "ts", 2) == 0) {
        if (strlen(format) > 4)
            return read_instant;
        column_refuse(column, "datetimes without a time zone; say which, perhaps UTC");
        return NULL;
    }
    const char *found = is_text(format) ? "text" : whole ? "numbers" : "something else";
    char what[96];
    if (format[0] == 'e' || format[0] == 'f' || format[0] == 'g')
        found = "floats";
    PyOS_snprintf(what, sizeof what, "%s (Arrow's \"%.40s\")", found, format);
    column_refuse(column, what);
    return NULL;
}

/* Numbers that stand for words. What a row has is read as if it stood there itself. */
static int read_coded(const struct column_reader *reader, const struct run *run,
                      struct column *column, int64_t count)
{
    const struct ArrowArray *dictionary = run->array->dictionary;
    struct run words = {run->schema->dictionary, dictionary, dictionary->offset, 0};
    read_one *read = reader_of(&words, column);
    int result = read == NULL ? -1 : 0;
    for (int64_t i = 0; i < count && result == 0; i++) {
        int64_t place = -1;
        words.row = run->row + (Py_ssize_t)i;
        bool there = is_there(run, i) && whole_at(run, i, &place) && place >= 0 &&
                     place < dictionary->length && is_there(&words, place);
        words.row -= (Py_ssize_t)place;
        result = there ? read(reader, &words, column, place)
                       : column_leave_out(reader, column, run->row + (Py_ssize_t)i);
    }
    return result;
}

static int read_run(const struct column_reader *reader, const struct run *run,
                    struct column *column, int64_t count)
{
    if (run->schema->dictionary != NULL)
        return read_coded(reader, run, column, count);
    bool nothing = strcmp(run->schema->format, "n") == 0;
    read_one *read = nothing ? NULL : reader_of(run, column);
    int result = read == NULL && !nothing ? -1 : 0;
    for (int64_t i = 0; i < count && result == 0; i++)
        result = !nothing && is_there(run, i)
                     ? read(reader, run, column, i)
                     : column_leave_out(reader, column, run->row + (Py_ssize_t)i);
    return result;
}

/* ---- columns, and tables ---- */

int arrow_read_column(const struct column_reader *reader, PyObject *value, struct column *column)
{
    const struct arrow_frame *frame = draw(reader, value, column->name);
    if (frame == NULL)
        return -1;
    struct run run = {.schema = &frame->schema};
    column->rows = (Py_ssize_t)frame->rows;
    for (size_t i = 0; i < frame->count; i++) {
        run.array = &frame->batches[i];
        run.offset = run.array->offset;
        if (read_run(reader, &run, column, run.array->length) < 0)
            return -1;
        run.row += (Py_ssize_t)run.array->length;
    }
    return 0;
}

/* How many there are need not be said: -1. */
static bool has_null_rows(const struct ArrowArray *batch)
{
    const struct run rows = {.array = batch, .offset = batch->offset};
    int64_t i = 0;
    while (i < batch->length && is_there(&rows, i))
        i++;
    return i < batch->length;
}

struct arrow_frame *arrow_frame_open(const struct column_reader *reader, PyObject *value)
{
    struct arrow_frame *frame = draw(reader, value, "frame");
    if (frame == NULL)
        return NULL;
    if (strcmp(frame->schema.format, "+s") != 0) {
        PyErr_SetString(PyExc_TypeError, "frame: a table with columns is wanted");
        return NULL;
    }
    for (size_t i = 0; i < frame->count; i++)
        if (frame->batches[i].null_count != 0 && has_null_rows(&frame->batches[i])) {
            PyErr_SetString(PyExc_ValueError, "frame: it has rows that are null");
            return NULL;
        }
    return frame;
}

int64_t arrow_frame_count(const struct arrow_frame *frame)
{
    return frame->schema.n_children;
}

const char *arrow_frame_name(const struct arrow_frame *frame, int64_t place)
{
    const char *name = frame->schema.children[place]->name;
    return name != NULL ? name : "";
}

int arrow_frame_read(const struct column_reader *reader, const struct arrow_frame *frame,
                     int64_t place, struct column *column)
{
    struct run run = {.schema = frame->schema.children[place]};
    column->rows = (Py_ssize_t)frame->rows;
    for (size_t i = 0; i < frame->count; i++) {
        const struct ArrowArray *batch = &frame->batches[i];
        run.array = batch->children[place];
        run.offset = run.array->offset + batch->offset;
        if (read_run(reader, &run, column, batch->length) < 0)
            return -1;
        run.row += (Py_ssize_t)batch->length;
    }
    return 0;
}
