/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of an input line, each of its kind, and the first fault among them. After a fault the
 * reading goes on, and hands out zeros: a reader looks for a fault once, at the end. */
#ifndef REPLAY_FIELDS_H
#define REPLAY_FIELDS_H

#include "text.h"

#include <jansson.h>
#include <stdbool.h>

/* Which field, as a path ("lines[0].quantity"), and why; reason NULL: none. */
struct fault {
    struct text field;
    const char *reason;
};

/* An object whose fields are read: the line itself, or an element of an array in it. */
struct fields {
    json_t *object;
    struct fault *fault;
    const char *array; /* NULL: the line itself */
    size_t index;
};

/* Note a fault, unless one is noted. */
void blame(const struct fields *in, const char *name, const char *reason);

/* Finding a value. What is missing is NULL; of a required one it is a fault. An optional one that
 * is null is missing. A setting is noted in `set` if it is there, and in `unset` if it is null
 * (then it is NULL here, too). */
json_t *required(const struct fields *in, const char *name);
json_t *optional(const struct fields *in, const char *name);
json_t *setting(const struct fields *in, const char *name, uint32_t bit, uint32_t *set,
                uint32_t *unset);

/* Of its kind, or a fault; zeros for NULL. A key has 1 to 128 bytes, words have any number; the
 * bytes are the value's. */
struct sellable_key as_key(const struct fields *in, const char *name, const json_t *value);
struct sellable_key as_words(const struct fields *in, const char *name, const json_t *value);
int64_t as_number(const struct fields *in, const char *name, const json_t *value);
uint32_t as_flag(const struct fields *in, const char *name, const json_t *value);
json_t *as_array(const struct fields *in, const char *name, json_t *value);
json_t *as_object(const struct fields *in, const char *name, json_t *value);

/* The place of a name among `count`. */
uint32_t as_choice(const struct fields *in, const char *name, const json_t *value,
                   const char *const *choices, uint32_t count);

/* The usual two in one. */
struct sellable_key required_key(const struct fields *in, const char *name);
struct sellable_key optional_key(const struct fields *in, const char *name);
int64_t required_number(const struct fields *in, const char *name);

/* Where the library takes 0 for "not given", a 0 that is given is -1, which is as wrong. *given
 * (may be NULL) tells whether it is there. */
int64_t optional_number(const struct fields *in, const char *name, bool *given);
int64_t never_zero(int64_t number, bool given);

/* Beyond 32 bits: the largest or least of them, which is as wrong where the library takes 32. */
int32_t to_32_bits(int64_t number);

/* A line as an object, or NULL and a fault. `scratch` is room that the parsing may need. */
json_t *parse_line(const char *bytes, size_t size, struct text *scratch, struct fault *fault);

/* The text of a line that was parsed, without what JSON does not look at: the blanks. */
void put_compact(struct text *text, const char *bytes, size_t size);

#endif
