/* SPDX-License-Identifier: Apache-2.0
 *
 * A damaged store's two files: their batches, looked for byte by byte. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "file.h"

/* Of all that is found in a journal, what can be trusted; standard error says how much that is, and
 * what is left out. `follows`: the file leads to all that it has (list_batches is ok): then nothing
 * else is taken than that, or a copy of it. Or the end of the program. */
void salvage_journal(struct file *file, bool follows);

/* The newest checkpoint that is whole, and belongs to the journal. *newest: the position of the
 * batch of the journal that it stands behind. */
enum salvaged {
    SALVAGED_NONE,    /* there was none */
    SALVAGED_NOTHING, /* there was one, and now there is none; standard error says so */
    SALVAGED
};
enum salvaged salvage_checkpoint(struct file *file, const struct file *journal, uint64_t *newest);

#endif
