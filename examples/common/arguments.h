/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of the command line's options. What is wrong with one ends the program with a message that
 * names the option. */
#ifndef COMMON_ARGUMENTS_H
#define COMMON_ARGUMENTS_H

#include <stdint.h>

/* A whole number from `least` to `most`, within +-10^15. */
int64_t read_number(const char *name, const char *text, int64_t least, int64_t most);

/* Which of two or three words. */
unsigned read_word(const char *name, const char *text, const char *const *words, unsigned count);

/* A day YYYY-MM-DD from 1970 on: its first instant. */
int64_t read_day(const char *name, const char *text);

#endif
