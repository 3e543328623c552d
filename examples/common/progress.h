/* SPDX-License-Identifier: Apache-2.0
 *
 * A progress bar on stderr, drawn on a terminal only. */
#ifndef COMMON_PROGRESS_H
#define COMMON_PROGRESS_H

#include <stddef.h>

/* Zero-initialise it. */
struct progress {
    int drawn; /* the percentage that is on the screen, plus one; 0: nothing is */
};

/* So much of all is done. It is drawn anew only where a percentage more is. */
void progress_show(struct progress *progress, const char *label, size_t done, size_t all);

/* Take the bar off the screen. */
void progress_clear(void);

#endif
