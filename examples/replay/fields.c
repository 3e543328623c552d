/* SPDX-License-Identifier: Apache-2.0
 *
 * jansson's values, taken apart. */
#include "fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void blame(const struct fields *in, const char *name, const char *reason)
{
    struct fault *fault = in->fault;
    if (fault->reason != NULL)
        return;
    fault->reason = reason;
    fault->field.size = 0;
    if (in->array != NULL) {
        char index[32];
        snprintf(index, sizeof index, "[%zu]%s", in->index, name[0] != '\0' ? "." : "");
        put_bytes(&fault->field, in->array, strlen(in->array));
        put_bytes(&fault->field, index, strlen(index));
    }
    put_bytes(&fault->field, name, strlen(name));
}

json_t *optional(const struct fields *in, const char *name)
{
    json_t *value = json_object_get(in->object, name);
    return json_is_null(value) ? NULL : value;
}

json_t *required(const struct fields *in, const char *name)
{
    json_t *value = json_object_get(in->object, name);
    if (value == NULL)
        blame(in, name, "it is missing");
    return value;
}

json_t *setting(const struct fields *in, const char *name, uint32_t bit, uint32_t *set,
                uint32_t *unset)
{
    json_t *value = json_object_get(in->object, name);
    if (value == NULL)
        return NULL;
    bool back = json_is_null(value);
    *(back ? unset : set) |= bit;
    return back ? NULL : value;
}

struct sellable_key as_words(const struct fields *in, const char *name, const json_t *value)
{
    if (value != NULL && !json_is_string(value))
        blame(in, name, "it is no string");
    return (struct sellable_key){json_string_value(value), json_string_length(value)};
}

struct sellable_key as_key(const struct fields *in, const char *name, const json_t *value)
{
    struct sellable_key key = as_words(in, name, value);
    if (key.bytes != NULL && (key.size == 0 || key.size > SELLABLE_KEY_MAX))
        blame(in, name, "it does not have 1 to 128 bytes");
    return key;
}

int64_t as_number(const struct fields *in, const char *name, const json_t *value)
{
    if (value != NULL && !json_is_integer(value))
        blame(in, name, "it is no whole number of 64 bits, without fraction and exponent");
    return json_integer_value(value);
}

uint32_t as_flag(const struct fields *in, const char *name, const json_t *value)
{
    if (value != NULL && !json_is_boolean(value))
        blame(in, name, "it is neither true nor false");
    return json_is_true(value);
}

json_t *as_array(const struct fields *in, const char *name, json_t *value)
{
    if (value != NULL && !json_is_array(value))
        blame(in, name, "it is no array");
    return json_is_array(value) ? value : NULL;
}

json_t *as_object(const struct fields *in, const char *name, json_t *value)
{
    if (value != NULL && !json_is_object(value))
        blame(in, name, "it is no object");
    return json_is_object(value) ? value : NULL;
}

uint32_t as_choice(const struct fields *in, const char *name, const json_t *value,
                   const char *const *choices, uint32_t count)
{
    if (value == NULL)
        return 0;
    struct sellable_key given = {json_string_value(value), json_string_length(value)};
    for (uint32_t i = 0; i < count; i++)
        if (given.size == strlen(choices[i]) && memcmp(given.bytes, choices[i], given.size) == 0)
            return i;
    blame(in, name, "it is none of the words that can stand here");
    return 0;
}

struct sellable_key required_key(const struct fields *in, const char *name)
{
    return as_key(in, name, required(in, name));
}

struct sellable_key optional_key(const struct fields *in, const char *name)
{
    return as_key(in, name, optional(in, name));
}

int64_t required_number(const struct fields *in, const char *name)
{
    return as_number(in, name, required(in, name));
}

int64_t optional_number(const struct fields *in, const char *name, bool *given)
{
    const json_t *value = optional(in, name);
    if (given != NULL)
        *given = value != NULL;
    return as_number(in, name, value);
}

int64_t never_zero(int64_t number, bool given)
{
    return given && number == 0 ? -1 : number;
}

int32_t to_32_bits(int64_t number)
{
    return number > INT32_MAX ? INT32_MAX : number < INT32_MIN ? INT32_MIN : (int32_t)number;
}

/* ---- parsing --------------------------------------------------------------------------------- */

static size_t digits(const char *bytes, size_t size)
{
    size_t count = 0;
    while (count < size && bytes[count] >= '0' && bytes[count] <= '9')
        count++;
    return count;
}

/* The length of the JSON number that `bytes` begins with; 0 if it begins with none. */
static size_t number_length(const char *bytes, size_t size)
{
    size_t at = size > 0 && bytes[0] == '-';
    size_t whole = digits(bytes + at, size - at);
    if (whole == 0 || (whole > 1 && bytes[at] == '0'))
        return 0;
    at += whole;
    if (at < size && bytes[at] == '.') {
        size_t fraction = digits(bytes + at + 1, size - at - 1);
        if (fraction == 0)
            return 0;
        at += 1 + fraction;
    }
    if (at < size && (bytes[at] == 'e' || bytes[at] == 'E')) {
        at++;
        if (at < size && (bytes[at] == '+' || bytes[at] == '-'))
            at++;
        size_t exponent = digits(bytes + at, size - at);
        if (exponent == 0)
            return 0;
        at += exponent;
    }
    return at;
}

/* jansson gives up a whole line for a number beyond its types. It is JSON all the same, and only
 * its field is wrong, if it is looked at. So such numbers (more than 18 digits, or an exponent) are
 * written as 0e00... of the same length, which are as wrong wherever a number counts, and whatever
 * stands behind one that is no JSON is none behind these either. */
static void shorten_numbers(char *bytes, size_t size)
{
    bool quoted = false;
    for (size_t at = 0; at < size; at++) {
        if (bytes[at] == '"')
            quoted = !quoted;
        if (quoted) {
            at += bytes[at] == '\\';
            continue;
        }
        size_t length = number_length(bytes + at, size - at);
        if (length == 0)
            continue;
        bool exponent =
            memchr(bytes + at, 'e', length) != NULL || memchr(bytes + at, 'E', length) != NULL;
        if (exponent || length > 18) {
            memset(bytes + at, '0', length);
            bytes[at + 1] = 'e';
        }
        at += length - 1;
    }
}

json_t *parse_line(const char *bytes, size_t size, struct text *scratch, struct fault *fault)
{
    const struct fields whole = {.fault = fault};
    json_error_t error;
    /* No JSON has a byte of 0; but the parser passes over one behind a number. */
    bool is_text = memchr(bytes, 0, size) == NULL;
    json_t *object = is_text ? json_loadb(bytes, size, JSON_ALLOW_NUL, &error) : NULL;
    if (is_text && object == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        scratch->size = 0;
        put_bytes(scratch, bytes, size);
        shorten_numbers(scratch->bytes, size);
        object = json_loadb(scratch->bytes, size, JSON_ALLOW_NUL, &error);
    }
    if (object == NULL || !json_is_object(object)) {
        json_decref(object);
        blame(&whole, "", "the line is no JSON object");
        return NULL;
    }
    return object;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

void put_compact(struct text *text, const char *bytes, size_t size)
{
    make_room(text, size);
    char *out = text->bytes + text->size;
    bool quoted = false;
    for (size_t at = 0; at < size; at++) {
        if (bytes[at] == '"')
            quoted = !quoted;
        else if (!quoted && is_blank(bytes[at]))
            continue;
        *out++ = bytes[at];
        if (quoted && bytes[at] == '\\')
            *out++ = bytes[++at];
    }
    text->size = (size_t)(out - text->bytes);
}
