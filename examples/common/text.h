/* SPDX-License-Identifier: Apache-2.0
 *
 * A text that grows, and JSON written into it. A comma goes before every value but the first of its
 * object or array: what comes right after an opening bracket is the first. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <sellable.h>

#include <stdbool.h>

struct text {
    char *bytes;
    size_t size;
    size_t capacity;
};

/* What the program is called in its messages: each program says it once. */
extern const char program_name[];

/* Say on stderr why the program cannot go on, and end with exit code 2. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* `array` with room for `count` elements, or the end of the program; *capacity is kept. */
void *grow(void *array, size_t count, size_t *capacity, size_t size);

/* Room for so many bytes more. */
void make_room(struct text *text, size_t size);

void put_bytes(struct text *text, const char *bytes, size_t size);

/* The bytes of a string. */
void put_words(struct text *text, const char *words);

/* Values. `name` is NULL within an array. */
void put_number(struct text *text, const char *name, int64_t number);
void put_null(struct text *text, const char *name);
void put_flag(struct text *text, const char *name, bool flag);
void put_key(struct text *text, const char *name, struct sellable_key key);
void put_string(struct text *text, const char *name, const char *string);
void put_open(struct text *text, const char *name, char bracket);
void put_close(struct text *text, char bracket);

/* What is JSON already. */
void put_json(struct text *text, const char *name, const char *json, size_t size);

/* A value under a name that is a key. */
void put_number_of_key(struct text *text, struct sellable_key name, int64_t number);
void put_open_of_key(struct text *text, struct sellable_key name, char bracket);

/* The hash of an audit, in hex digits. */
void put_hash(struct text *text, const char *name, const uint64_t hash[2]);

/* Write all of it to standard output, and empty it. */
void write_out(struct text *text);

#endif
