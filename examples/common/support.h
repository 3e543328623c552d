/* SPDX-License-Identifier: Apache-2.0
 *
 * What every part of the examples needs and no part is about: giving up with a message, memory,
 * and texts and numbers as people read them. */
#ifndef COMMON_SUPPORT_H
#define COMMON_SUPPORT_H

#include <sellable.h>
#include <stdio.h>

/* How the program ends. */
enum exit_code {
    EXIT_ALL_WELL = 0,
    EXIT_AUDIT_FAILED = 1,
    EXIT_BAD_INPUT = 2 /* options, files, memory */
};

/* What the program is called in its messages: each program says it once. */
extern const char program_name[];

/* Say on stderr why the program cannot go on, and end with EXIT_BAD_INPUT. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same if a call that has no reason to fail did; says what was tried, and why in words. */
void must(enum sellable_status status, const char *tried);

/* Memory, zeroed, or the end of the program. The caller frees it. */
void *allocate(size_t count, size_t size);

/* `array` with room for at least `count` + 1 elements; *capacity is kept. */
void *grow(void *array, size_t count, size_t *capacity, size_t size);

/* A key of a 0-terminated text, which has to outlive it. */
struct sellable_key key_of(const char *text);

/* The same bytes in memory of the caller's. */
struct sellable_key copy_text(struct sellable_key text);

/* a + b, but never beyond what 64 bits hold: a sum over a broken file must not wrap around. */
int64_t sum(int64_t a, int64_t b);

/* The bytes of the UTF-8 character that `bytes` begins with; 0 if it begins with none. */
size_t utf8_character(const char *bytes, size_t size);

/* A text in a column: cut or filled up to so many characters; 0: as it is. What would move the
 * cursor or is no UTF-8 is shown as a question mark. */
void print_text(FILE *out, struct sellable_key text, size_t width);

/* A number with thousands separators. */
enum { GROUPED_SIZE = 32 };
const char *grouped(int64_t number, char buffer[GROUPED_SIZE]);
#define GROUPED(number) grouped((int64_t)(number), (char[GROUPED_SIZE]){0})

#endif
