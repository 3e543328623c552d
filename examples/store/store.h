/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands of the tool share. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "text.h"

/* How the program ends. */
enum exit_code {
    EXIT_WHOLE = 0,
    EXIT_DAMAGED = 1, /* the store, or a part of it, cannot be trusted */
    EXIT_UNREADABLE = 2 /* options; there is no store, or it is in use */
};

/* Why it could not be opened, on standard error; and the exit code for that. */
int tell_why_not(const char *directory, enum sellable_status status,
                 const struct sellable_recovery *recovery);

/* Each writes to standard output, and answers with the exit code. */
int check_store(const char *directory);
int print_trail(const char *directory);
int salvage_store(const char *directory);

#endif
