/* SPDX-License-Identifier: Apache-2.0
 *
 * The printer of JSON. */
#include "json.h"

#include "support.h"

#include <inttypes.h>
#include <string.h>

static void put_text(FILE *out, struct sellable_key text)
{
    fputc('"', out);
    for (size_t at = 0; at < text.size;) {
        const char *bytes = text.bytes + at;
        size_t length = utf8_character(bytes, text.size - at);
        if (length == 0) {
            fputs("\\ufffd", out); /* JSON is UTF-8; a path need not be */
            length = 1;
        } else if (*bytes == '"' || *bytes == '\\') {
            fprintf(out, "\\%c", *bytes);
        } else if (length == 1 && *bytes < 0x20) {
            fprintf(out, "\\u%04x", (unsigned)*bytes);
        } else {
            fwrite(bytes, 1, length, out);
        }
        at += length;
    }
    fputc('"', out);
}

/* What comes before every value: a comma, a new line, its name. */
static void begin_value(struct json *json, const char *name)
{
    if (json->depth > 0)
        fprintf(json->out, "%s\n%*s", json->follows ? "," : "", 2 * json->depth, "");
    if (name != NULL)
        fprintf(json->out, "\"%s\": ", name);
    json->follows = true;
}

void json_begin(struct json *json, const char *name, char bracket)
{
    begin_value(json, name);
    fputc(bracket, json->out);
    json->depth++;
    json->follows = false;
}

void json_end(struct json *json, char bracket)
{
    json->depth--;
    if (json->follows)
        fprintf(json->out, "\n%*s", 2 * json->depth, "");
    fputc(bracket, json->out);
    json->follows = true;
    if (json->depth == 0)
        fputc('\n', json->out);
}

void json_number(struct json *json, const char *name, int64_t number)
{
    begin_value(json, name);
    fprintf(json->out, "%" PRId64, number);
}

void json_boolean(struct json *json, const char *name, bool value)
{
    begin_value(json, name);
    fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *name)
{
    begin_value(json, name);
    fputs("null", json->out);
}

void json_text(struct json *json, const char *name, struct sellable_key text)
{
    begin_value(json, name);
    put_text(json->out, text);
}

void json_string(struct json *json, const char *name, const char *string)
{
    json_text(json, name, (struct sellable_key){string, strlen(string)});
}
