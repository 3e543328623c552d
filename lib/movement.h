/* SPDX-License-Identifier: Apache-2.0
 *
 * Movements: what came and went at the cells of an item, with its time, for as long as a balance
 * may yet be told of an instant before it.
 *
 * A chain of blobs that the row's tail leads to (row.h, `moved`). A node is
 *
 *   word 0   the node behind it (low half); how many nodes there are from here on (high half)
 *   word 1   of the first node: when what is past will be looked for (0: never)
 *   then     3 words a movement: location, time, by how much on_hand rose. In no order
 *
 * A movement more copies the first node, or puts one before it: so it costs the same however many
 * there are. Nodes behind the first are shared by old and new values of the row.
 *
 * Movements at one location and time, one after another, are one. What is read of a chain that has
 * changed meanwhile may be any words: the count of nodes falls with each, so every walk ends. */
#ifndef SBL_MOVEMENT_H
#define SBL_MOVEMENT_H

#include "row.h"

struct sbl_movement {
    uint32_t location;
    int64_t at;
    int64_t amount;
};

enum { SBL_MOVED_HEAD = 2, SBL_MOVEMENT_WORDS = 3, SBL_MOVEMENTS = 9 /* in a node */ };

/* Walk over them; cost: a blob for every 9. */
struct sbl_moved {
    const struct sbl_memory *memory;
    uint32_t next;  /* node */
    uint32_t nodes; /* there may be so many more */
    uint32_t at, words;
    uint64_t word[SBL_MOVED_HEAD + SBL_MOVEMENT_WORDS * SBL_MOVEMENTS];
};
void sbl_moved_begin(struct sbl_moved *moved, const struct sbl_memory *memory, uint32_t blob);
bool sbl_moved_next(struct sbl_moved *moved, struct sbl_movement *movement);

/* What moved at a location after an instant. */
int64_t sbl_moved_after(const struct sbl_memory *memory, uint32_t blob, uint32_t location,
                        int64_t after);

/* When will be looked for what is past? 0: never. */
int64_t sbl_moved_check(const struct sbl_memory *memory, uint32_t blob);

/* When a movement happened: at `at`, if that is given, else now; and how long it matters. */
struct sbl_moment {
    bool given;
    int64_t at;
    int64_t now;
    int64_t retention;
};

/* Is what happened then in the cell's last balance already? */
bool sbl_is_in_balance(struct sbl_edit *edit, uint32_t location, const struct sbl_moment *moment);

/* on_hand of a cell rose by so much at that moment: that is remembered, while it matters. false: no
 * memory. Who ends the edit puts a hint, if it is the first (sbl_edit_first_moved). */
bool sbl_edit_move(struct sbl_edit *edit, uint32_t location, int64_t amount,
                   const struct sbl_moment *moment);
static inline bool sbl_edit_first_moved(const struct sbl_edit *edit) {
    return edit->tail_read && edit->old_moved == 0 && edit->tail.moved != 0;
}

/* One more. `check`: if it is the first, when to look. false: no memory. */
bool sbl_edit_moved(struct sbl_edit *edit, const struct sbl_movement *movement, int64_t check);

/* Those up to `covered` at a location go, and those up to `past` wherever they were; `check`, if
 * not 0, is when to look for what is past. *left: some are. false: no memory. */
bool sbl_edit_forget_moved(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                           int64_t check, bool *left);

#endif
