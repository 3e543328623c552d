/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal whose file cannot be opened any more: its batches, looked for byte by byte. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <sellable.h>

/* A log to be read of what is found in a file (NULL: of nothing); *count: how many batches. Or the
 * end of the program. */
struct sellable_log scan_journal(const char *path, uint64_t *count);

#endif
