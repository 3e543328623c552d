/* SPDX-License-Identifier: Apache-2.0
 *
 * What edit.c, dated.c and movement.c, which make new values of rows, have in common. */
#ifndef SBL_EDIT_H
#define SBL_EDIT_H

#include "row.h"

/* So many words of a blob if it has them, else none: a count that was torn asks for no memory. */
size_t sbl_words_in(const struct sbl_memory *memory, uint32_t blob, size_t words);

/* A member of the tail becomes a blob of these words, or none of 0 words. false: no memory. */
bool sbl_edit_blob(struct sbl_edit *edit, uint32_t *member, const uint64_t *word, uint32_t words);

/* What moved, as it is by now; read when somebody asks. */
struct sbl_moves *sbl_edit_moves(struct sbl_edit *edit);

/* What is dated, if it has changed, becomes the tail's. false: no memory. */
bool sbl_edit_put_dates(struct sbl_edit *edit);

#endif
