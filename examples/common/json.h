/* SPDX-License-Identifier: Apache-2.0
 *
 * A printer of JSON: commas, indentation and escapes. `name` is the name within an object, NULL
 * within an array. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <sellable.h>
#include <stdbool.h>
#include <stdio.h>

struct json {
    FILE *out;
    int depth;
    bool follows; /* something stands before on this level */
};

void json_begin(struct json *json, const char *name, char bracket); /* '{' or '[' */
void json_end(struct json *json, char bracket);                     /* '}' or ']' */
void json_number(struct json *json, const char *name, int64_t number);
void json_boolean(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
void json_text(struct json *json, const char *name, struct sellable_key text);
void json_string(struct json *json, const char *name, const char *string);

#endif
