/* SPDX-License-Identifier: Apache-2.0
 *
 * The two logs of a store, opened to be read. */
#ifndef STORE_LOGS_H
#define STORE_LOGS_H

#include <sellable.h>

#include <stdbool.h>

struct logs {
    struct sellable_log journal, checkpoints;
    bool damaged; /* one of them cannot be opened; told on standard error */
};

/* Or the end of the program. With `salvage` a journal that cannot be opened is looked through for
 * what is left of it, and checkpoints that cannot be are as if there were none. */
void open_logs(struct logs *logs, const char *directory, bool salvage);
void close_logs(struct logs *logs);

#endif
