/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores: an engine on a directory, and why there is none. */
#ifndef COMMON_OPENING_H
#define COMMON_OPENING_H

#include <sellable.h>

/* "DIRECTORY: journal: what is wrong with it", as far as it fits. */
enum { OPENING_SIZE = 1024 };
const char *why_not_open(const char *directory, enum sellable_status status,
                         const struct sellable_recovery *recovery, char buffer[OPENING_SIZE]);
#define WHY_NOT_OPEN(directory, status, recovery)                                                  \
    why_not_open(directory, status, recovery, (char[OPENING_SIZE]){0})

#endif
