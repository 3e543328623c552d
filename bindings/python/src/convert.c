/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of Python as members of the library's records, and back (native.h). */
#include "native.h"

#include <datetime.h>

/* ---- keys, handles, names -------------------------------------------------------------------- */

int sbl_to_key(struct sbl_state *state, PyObject *value, const char *field,
               struct sellable_key *key)
{
    if (!PyUnicode_Check(value))
        return sbl_refuse_type(field, "a str", value);
    Py_ssize_t size;
    const char *bytes = PyUnicode_AsUTF8AndSize(value, &size);
    if (bytes == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return -1;
        PyErr_Clear();
        return sbl_refuse_value(state, field, "it cannot be written in UTF-8");
    }
    *key = (struct sellable_key){bytes, (uint64_t)size};
    return 0;
}

/* Of another kind of thing, and not even derived from this one. */
static bool is_other_handle(const struct sbl_state *state, PyObject *value, enum sbl_thing kind)
{
    if (PyLong_CheckExact(value) || Py_TYPE(value) == state->handles[kind])
        return false;
    for (int other = 0; other < SBL_THINGS; other++)
        if (other != (int)kind && PyObject_TypeCheck(value, state->handles[other]))
            return true;
    return false;
}

int sbl_to_thing(struct sbl_state *state, PyObject *value, const char *field, enum sbl_thing kind,
                 struct sellable_key *key, uint32_t *id)
{
    static const char *const wanted[SBL_THINGS] = {
        "a key (str) or the handle of an item", "a key (str) or the handle of a location",
        "a key (str) or the handle of a channel", "a key (str) or the handle of a source"};
    int64_t number;
    if (PyUnicode_Check(value))
        return sbl_to_key(state, value, field, key);
    if (!PyIndex_Check(value) || PyBool_Check(value) || is_other_handle(state, value, kind))
        return sbl_refuse_type(field, wanted[kind], value);
    if (sbl_to_integer(state, value, field, 1, UINT32_MAX, &number) < 0)
        return -1;
    *id = (uint32_t)number;
    return 0;
}

int sbl_to_optional(struct sbl_state *state, PyObject *value, const char *field,
                    enum sbl_thing kind, struct sellable_key *key, uint32_t *id)
{
    return value == NULL || value == Py_None ? 0 : sbl_to_thing(state, value, field, kind, key, id);
}

int sbl_to_choice(struct sbl_state *state, PyObject *value, const char *field,
                  const char *const *names, int count, uint32_t *place)
{
    char reason[256] = "none of";
    if (!PyUnicode_Check(value))
        return sbl_refuse_type(field, "a str", value);
    for (int i = 0; i < count; i++) {
        if (PyUnicode_CompareWithASCIIString(value, names[i]) == 0) {
            *place = (uint32_t)i;
            return 0;
        }
        size_t used = strlen(reason);
        PyOS_snprintf(reason + used, sizeof reason - used, "%s \"%s\"", i > 0 ? "," : "", names[i]);
    }
    return sbl_refuse_value(state, field, reason);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Whether it is one; *number is it, held within 64 bits. */
static int to_whole(PyObject *value, const char *field, int64_t *number, int *overflow)
{
    *number = 0;
    *overflow = 0;
    if (!PyIndex_Check(value) || PyBool_Check(value))
        return sbl_refuse_type(field, "an int", value);
    PyObject *index = PyNumber_Index(value);
    if (index == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) { /* an array of several, say */
        PyErr_Clear();
        return sbl_refuse_type(field, "an int", value);
    }
    if (index == NULL)
        return -1;
    *number = PyLong_AsLongLongAndOverflow(index, overflow);
    Py_DECREF(index);
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

int sbl_to_integer(struct sbl_state *state, PyObject *value, const char *field, int64_t least,
                   int64_t most, int64_t *number)
{
    int overflow;
    char reason[80] = "beyond 64 bits";
    if (to_whole(value, field, number, &overflow) < 0)
        return -1;
    if (overflow == 0 && *number >= least && *number <= most)
        return 0;
    if (least > INT64_MIN || most < INT64_MAX)
        PyOS_snprintf(reason, sizeof reason, "not from %lld to %lld", (long long)least,
                      (long long)most);
    return sbl_refuse_value(state, field, reason);
}

int sbl_to_flag(struct sbl_state *state, PyObject *value, const char *field, uint32_t *flag)
{
    int64_t number;
    if (PyBool_Check(value)) {
        *flag = value == Py_True;
        return 0;
    }
    if (!PyIndex_Check(value))
        return sbl_refuse_type(field, "a bool", value);
    if (sbl_to_integer(state, value, field, 0, 1, &number) < 0)
        return -1;
    *flag = (uint32_t)number;
    return 0;
}

static const char too_large[] = "beyond +-10^15"; /* which is all that a quantity can be */

/* The two parts of an as_integer_ratio, which is given up. */
static int to_parts(struct sbl_state *state, PyObject *ratio, const char *field,
                    int64_t *numerator, int64_t *denominator)
{
    int large = 0, fine = 0, result = -1;
    if (!PyTuple_Check(ratio) || PyTuple_GET_SIZE(ratio) != 2)
        (void)sbl_refuse_type(field, "a number", ratio);
    else if (to_whole(PyTuple_GET_ITEM(ratio, 0), field, numerator, &large) == 0 &&
             to_whole(PyTuple_GET_ITEM(ratio, 1), field, denominator, &fine) == 0)
        result = fine != 0    ? sbl_refuse_value(state, field, "it is not whole")
                 : large != 0 ? sbl_refuse_value(state, field, too_large)
                              : 0;
    Py_DECREF(ratio);
    return result;
}

static int to_single(struct sbl_state *state, PyObject *value, const char *field, int64_t *number)
{
    int overflow;
    if (to_whole(value, field, number, &overflow) < 0)
        return -1;
    return overflow ? sbl_refuse_value(state, field, too_large) : 0;
}

int sbl_to_ratio(struct sbl_state *state, PyObject *value, const char *field, int64_t *numerator,
                 int64_t *denominator)
{
    *denominator = 1;
    if (PyIndex_Check(value) && !PyBool_Check(value))
        return to_single(state, value, field, numerator);
    if (PyBool_Check(value) || PyUnicode_Check(value) ||
        !PyObject_HasAttrString(value, "as_integer_ratio"))
        return sbl_refuse_type(field, "an int, Decimal or Fraction", value);
    PyObject *ratio = PyObject_CallMethod(value, "as_integer_ratio", NULL);
    if (ratio == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError) &&
            !PyErr_ExceptionMatches(PyExc_OverflowError))
            return -1;
        PyErr_Clear();
        return sbl_refuse_value(state, field, "it is no finite number");
    }
    if (to_parts(state, ratio, field, numerator, denominator) < 0)
        return -1;
    if (*denominator > 1 && PyFloat_Check(value))
        return sbl_refuse_value(state, field,
                                "a float that is not whole; a Decimal or Fraction would be exact");
    return *denominator > 0 ? 0 : sbl_refuse_value(state, field, "its denominator is below 1");
}

/* ---- time ------------------------------------------------------------------------------------ */

/* PyDateTimeAPI is each file's own. */
static int need_datetime(void)
{
    if (PyDateTimeAPI == NULL)
        PyDateTime_IMPORT;
    return PyDateTimeAPI == NULL ? -1 : 0;
}

#define DAY_SECONDS INT64_C(86400)
#define SECOND INT64_C(1000000) /* in microseconds, as a timedelta counts */

/* Beyond 64 bits it is the last whole millisecond within them, which is beyond every range. */
static int64_t microseconds_of(PyObject *delta)
{
    int64_t number;
    int64_t seconds =
        PyDateTime_DELTA_GET_DAYS(delta) * DAY_SECONDS + PyDateTime_DELTA_GET_SECONDS(delta);
    if (__builtin_mul_overflow(seconds, SECOND, &number) ||
        __builtin_add_overflow(number, PyDateTime_DELTA_GET_MICROSECONDS(delta), &number))
        return (seconds < 0 ? INT64_MIN : INT64_MAX) / 1000 * 1000;
    return number;
}

/* Days since 1970-01-01 in the calendar of datetime. Years are counted from March, so that a leap
 * day is a year's last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static int64_t floor_thousandth(int64_t number)
{
    return number / 1000 - (number % 1000 < 0);
}

/* What a datetime is ahead of UTC, in microseconds. */
static int offset_of(struct sbl_state *state, PyObject *value, const char *field, int64_t *offset)
{
    PyObject *delta = PyObject_CallMethod(value, "utcoffset", NULL);
    if (delta == NULL)
        return -1;
    int result = 0;
    if (PyDelta_Check(delta))
        *offset = microseconds_of(delta);
    else
        result = sbl_refuse_value(state, field,
                                  "a datetime without a time zone; say which, perhaps "
                                  "tzinfo=timezone.utc");
    Py_DECREF(delta);
    return result;
}

int sbl_to_time(struct sbl_state *state, PyObject *value, const char *field, int64_t *time)
{
    int64_t offset = 0;
    int overflow;
    if (need_datetime() < 0)
        return -1;
    if (!PyDateTime_Check(value)) {
        if (!PyIndex_Check(value) || PyBool_Check(value))
            return sbl_refuse_type(field, "a datetime, or an int (ms since the epoch)", value);
        if (to_whole(value, field, time, &overflow) < 0)
            return -1;
        return overflow ? sbl_refuse_value(state, field, "beyond +-2^53 ms") : 0;
    }
    if (offset_of(state, value, field, &offset) < 0)
        return -1;
    int64_t seconds = days_of(PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value),
                              PyDateTime_GET_DAY(value)) *
                          DAY_SECONDS +
                      PyDateTime_DATE_GET_HOUR(value) * 3600 +
                      PyDateTime_DATE_GET_MINUTE(value) * 60 + PyDateTime_DATE_GET_SECOND(value);
    *time = floor_thousandth(seconds * SECOND + PyDateTime_DATE_GET_MICROSECOND(value) - offset);
    return 0;
}

/* A timedelta in microseconds, or an int in units of `unit` microseconds. */
static int to_microseconds(struct sbl_state *state, PyObject *value, const char *field,
                           int64_t *number, bool *is_delta)
{
    if (need_datetime() < 0)
        return -1;
    *is_delta = PyDelta_Check(value);
    if (*is_delta) {
        *number = microseconds_of(value);
        return 0;
    }
    if (!PyIndex_Check(value) || PyBool_Check(value))
        return sbl_refuse_type(field, "a timedelta or an int", value);
    return sbl_to_integer(state, value, field, INT64_MIN, INT64_MAX, number);
}

int sbl_to_duration(struct sbl_state *state, PyObject *value, const char *field, int64_t *duration)
{
    bool is_delta;
    if (to_microseconds(state, value, field, duration, &is_delta) < 0)
        return -1;
    if (is_delta && *duration % 1000 != 0)
        return sbl_refuse_value(state, field, "a timedelta of no whole milliseconds");
    if (is_delta)
        *duration /= 1000;
    return 0;
}

int sbl_to_linger(struct sbl_state *state, PyObject *value, const char *field, int64_t *linger)
{
    bool is_delta;
    return to_microseconds(state, value, field, linger, &is_delta);
}

/* ---- to Python ------------------------------------------------------------------------------- */

PyObject *sbl_from_key(struct sellable_key key)
{
    if (key.bytes == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(key.bytes, (Py_ssize_t)key.size, "replace");
}

PyObject *sbl_from_item(const struct sellable *engine, struct sellable_item item)
{
    return sbl_from_key(sellable_item_key(engine, item));
}

PyObject *sbl_from_location(const struct sellable *engine, struct sellable_location location)
{
    return sbl_from_key(sellable_location_key(engine, location));
}

PyObject *sbl_from_channel(const struct sellable *engine, struct sellable_channel channel)
{
    return sbl_from_key(sellable_channel_key(engine, channel));
}

PyObject *sbl_from_source(const struct sellable *engine, struct sellable_source source)
{
    return sbl_from_key(sellable_source_key(engine, source));
}

PyObject *sbl_from_handle(struct sbl_state *state, enum sbl_thing kind, uint32_t id)
{
    PyObject *number = PyLong_FromUnsignedLong(id);
    if (number == NULL)
        return NULL;
    PyObject *handle = PyObject_CallOneArg((PyObject *)state->handles[kind], number);
    Py_DECREF(number);
    return handle;
}

PyObject *sbl_from_words(const char *words)
{
    if (words == NULL || words[0] == '\0')
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(words, (Py_ssize_t)strlen(words), "replace");
}

PyObject *sbl_from_integer_or(int64_t number, bool given)
{
    if (!given)
        Py_RETURN_NONE;
    return PyLong_FromLongLong(number);
}

/* ---- scratch --------------------------------------------------------------------------------- */

/* References are kept in entries of the same list as memory. */
struct sbl_block {
    struct sbl_block *next;
    PyObject *kept; /* or NULL: memory follows */
    _Alignas(16) char bytes[];
};

void sbl_scratch_open(struct sbl_scratch *scratch)
{
    scratch->blocks = NULL;
    scratch->used = 0;
}

void sbl_scratch_close(struct sbl_scratch *scratch)
{
    while (scratch->blocks != NULL) {
        struct sbl_block *block = scratch->blocks;
        scratch->blocks = block->next;
        Py_XDECREF(block->kept);
        if ((char *)block < scratch->room || (char *)block >= scratch->room + sizeof scratch->room)
            PyMem_Free(block);
    }
}

static void *take(struct sbl_scratch *scratch, size_t bytes)
{
    bytes = (bytes + 15) / 16 * 16;
    if (bytes > sizeof scratch->room - scratch->used)
        return NULL;
    void *memory = scratch->room + scratch->used;
    scratch->used += bytes;
    return memory;
}

void *sbl_scratch_take(struct sbl_scratch *scratch, size_t count, size_t size)
{
    if (count > (SIZE_MAX / 2 - sizeof(struct sbl_block)) / size) {
        PyErr_NoMemory();
        return NULL;
    }
    void *memory = take(scratch, count * size);
    if (memory != NULL)
        return memset(memory, 0, count * size);
    struct sbl_block *block = PyMem_Calloc(1, sizeof *block + count * size);
    if (block == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    block->next = scratch->blocks;
    scratch->blocks = block;
    return block->bytes;
}

PyObject *sbl_scratch_keep(struct sbl_scratch *scratch, PyObject *stolen)
{
    if (stolen == NULL)
        return NULL;
    struct sbl_block *block = take(scratch, sizeof *block);
    if (block == NULL)
        block = PyMem_Malloc(sizeof *block);
    if (block == NULL) {
        Py_DECREF(stolen);
        PyErr_NoMemory();
        return NULL;
    }
    block->next = scratch->blocks;
    block->kept = stolen;
    scratch->blocks = block;
    return stolen;
}

PyObject *sbl_scratch_share(struct sbl_scratch *scratch, PyObject *borrowed)
{
    Py_XINCREF(borrowed);
    return sbl_scratch_keep(scratch, borrowed);
}
