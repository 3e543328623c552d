/* SPDX-License-Identifier: Apache-2.0
 *
 * The text and the JSON in it, by hand: most of the program's time would else be spent here. */
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count <= *capacity)
        return array;
    size_t wanted = *capacity < 16 ? 16 : *capacity;
    while (wanted < count)
        wanted = wanted <= SIZE_MAX / 2 ? 2 * wanted : count;
    void *memory = wanted > SIZE_MAX / size ? NULL : realloc(array, wanted * size);
    if (memory == NULL)
        fail("out of memory");
    *capacity = wanted;
    return memory;
}

void make_room(struct text *text, size_t size)
{
    text->bytes = grow(text->bytes, text->size + size, &text->capacity, 1);
}

void put_bytes(struct text *text, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    make_room(text, size);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

void put_words(struct text *text, const char *words)
{
    put_bytes(text, words, strlen(words));
}

static const char hexadecimal[] = "0123456789abcdef";

static void put_quoted(struct text *text, struct sellable_key key)
{
    make_room(text, 6 * key.size + 2);
    char *out = text->bytes + text->size;
    *out++ = '"';
    for (size_t i = 0; i < key.size; i++) {
        unsigned char byte = (unsigned char)key.bytes[i];
        if (byte < 0x20) {
            const char escaped[] = {'\\', 'u', '0', '0', hexadecimal[byte >> 4],
                                    hexadecimal[byte & 15]};
            memcpy(out, escaped, sizeof escaped);
            out += sizeof escaped;
            continue;
        }
        if (byte == '"' || byte == '\\')
            *out++ = '\\';
        *out++ = key.bytes[i];
    }
    *out++ = '"';
    text->size = (size_t)(out - text->bytes);
}

static void put_comma(struct text *text)
{
    if (text->size == 0)
        return;
    char last = text->bytes[text->size - 1];
    if (last != '{' && last != '[' && last != '\n')
        put_bytes(text, ",", 1);
}

static void put_name(struct text *text, const char *name)
{
    put_comma(text);
    if (name == NULL)
        return;
    put_bytes(text, "\"", 1);
    put_words(text, name);
    put_bytes(text, "\":", 2);
}

static void put_digits(struct text *text, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = "0123456789"[rest % 10];
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        digits[--at] = '-';
    put_bytes(text, digits + at, sizeof digits - at);
}

void put_number(struct text *text, const char *name, int64_t number)
{
    put_name(text, name);
    put_digits(text, number);
}

static void put_name_of_key(struct text *text, struct sellable_key name)
{
    put_comma(text);
    put_quoted(text, name);
    put_bytes(text, ":", 1);
}

void put_number_of_key(struct text *text, struct sellable_key name, int64_t number)
{
    put_name_of_key(text, name);
    put_digits(text, number);
}

void put_open_of_key(struct text *text, struct sellable_key name, char bracket)
{
    put_name_of_key(text, name);
    put_bytes(text, &bracket, 1);
}

void put_null(struct text *text, const char *name)
{
    put_name(text, name);
    put_bytes(text, "null", 4);
}

void put_flag(struct text *text, const char *name, bool flag)
{
    put_name(text, name);
    put_bytes(text, flag ? "true" : "false", flag ? 4 : 5);
}

void put_json(struct text *text, const char *name, const char *json, size_t size)
{
    put_name(text, name);
    put_bytes(text, json, size);
}

void put_key(struct text *text, const char *name, struct sellable_key key)
{
    put_name(text, name);
    put_quoted(text, key);
}

void put_string(struct text *text, const char *name, const char *string)
{
    put_key(text, name, (struct sellable_key){string, strlen(string)});
}

void put_open(struct text *text, const char *name, char bracket)
{
    put_name(text, name);
    put_bytes(text, &bracket, 1);
}

void put_close(struct text *text, char bracket)
{
    put_bytes(text, &bracket, 1);
}

void put_hash(struct text *text, const char *name, const uint64_t hash[2])
{
    char digits[2 * 16 + 1];
    snprintf(digits, sizeof digits, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
    put_string(text, name, digits);
}

void write_out(struct text *text)
{
    for (size_t written = 0; written < text->size;) {
        ssize_t count = write(STDOUT_FILENO, text->bytes + written, text->size - written);
        if (count < 0 && errno != EINTR)
            fail("standard output: %s", strerror(errno));
        written += count > 0 ? (size_t)count : 0;
    }
    text->size = 0;
}
