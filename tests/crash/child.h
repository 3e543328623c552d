/* SPDX-License-Identifier: Apache-2.0
 *
 * Work in a child process, which may die of it: of a crash, or because it does not end. */
#ifndef SELLABLE_TESTS_CRASH_CHILD_H
#define SELLABLE_TESTS_CRASH_CHILD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum { CHILD_WORDS = 400, CHILD_FIGURES = 16 };

/* What a child tells; shared with it. */
struct child {
    char doing[CHILD_WORDS]; /* what it was at, told if it dies */
    char wrong[CHILD_WORDS]; /* "": nothing */
    uint64_t figures[CHILD_FIGURES];
};

/* In the child: from now on it is at this, and has so many seconds for it. */
void child_does(struct child *child, unsigned seconds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* In the child: that is wrong; only what is said first is kept. */
void child_is_wrong(struct child *child, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Do the work in a child and wait for it; false, and `wrong` is set: it died, or said that. */
bool child_run(struct child **child, void (*work)(struct child *, void *), void *context);
void child_free(struct child *child);

#endif
