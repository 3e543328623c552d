/* SPDX-License-Identifier: Apache-2.0
 *
 * Movements: what came and went at the cells of an item, with its time, for as long as a balance
 * may yet be told of an instant before it.
 *
 * The newest are in the row's root (row.h), up to 7; when these are full, they become a *node*, a
 * blob with 7 more in a chain:
 *
 *   word 0   the node behind it (low half); how many nodes there are from here on (high half)
 *   then     the movements, in no order
 *
 * A *movement* is two words: the time, and by how much on_hand rose, 56 bits each; above them the
 * upper and the lower byte of the location. So one more costs the same however many there are, and
 * no memory but the root's, six times in seven. Nodes are shared by old and new values of the row.
 *
 * Movements at one location and time, one after another, are one, unless their sum leaves 56 bits.
 * What is read of a chain that has changed meanwhile may be any words: the count of nodes falls
 * with each, so every walk ends. */
#ifndef SBL_MOVEMENT_H
#define SBL_MOVEMENT_H

#include "row.h"

struct sbl_movement {
    uint32_t location;
    int64_t at;
    int64_t amount;
};

enum {
    SBL_MOVEMENT_WORDS = 2,
    SBL_MOVEMENT_BITS = 56,
    SBL_MOVED_HEAD = 1, /* words of a node before its movements */
    SBL_NODE_WORDS = SBL_MOVED_HEAD + SBL_MOVEMENT_WORDS * SBL_MOVED_IN_ROOT
};

/* A movement as words, and back. */
static inline uint64_t sbl_movement_time(uint32_t location, int64_t at) {
    return (uint64_t)(location >> 8) << SBL_MOVEMENT_BITS | (uint64_t)(at + SELLABLE_TIME_MAX);
}
static inline uint64_t sbl_movement_amount(uint32_t location, int64_t amount) {
    return (uint64_t)location << SBL_MOVEMENT_BITS |
           (uint64_t)amount << (64 - SBL_MOVEMENT_BITS) >> (64 - SBL_MOVEMENT_BITS);
}
static inline int64_t sbl_movement_rise(uint64_t amount) {
    return (int64_t)(amount << (64 - SBL_MOVEMENT_BITS)) >> (64 - SBL_MOVEMENT_BITS);
}
static inline bool sbl_movement_fits(int64_t amount) {
    return sbl_movement_rise((uint64_t)amount) == amount;
}

/* Does one more join the movement with these words, at the same place and time? Then *sum. */
static inline bool sbl_movement_joins(uint64_t time, uint64_t amount, uint32_t location, int64_t at,
                                      int64_t more, int64_t *sum) {
    if (time != sbl_movement_time(location, at) ||
        amount >> SBL_MOVEMENT_BITS != (location & 0xff))
        return false;
    *sum = sbl_add(sbl_movement_rise(amount), more);
    return sbl_movement_fits(*sum);
}

/* Walk over them, from what a row's tail says; cost: a blob for every 7. */
struct sbl_moved {
    const struct sbl_memory *memory;
    uint32_t next;  /* the root, or a node */
    uint32_t nodes; /* there may be so many more */
    uint32_t at, words;
    uint64_t word[SBL_MOVEMENT_WORDS * SBL_MOVED_IN_ROOT];
};
void sbl_moved_begin(struct sbl_moved *moved, const struct sbl_memory *memory, uint32_t blob);
bool sbl_moved_next(struct sbl_moved *moved, struct sbl_movement *movement);

/* What moved at a location after an instant, of a row's tail. */
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
    return edit->moves_read && edit->old_moved == 0 && edit->moves.any;
}

/* One more. `check`: if it is the first, when to look. false: no memory. */
bool sbl_edit_moved(struct sbl_edit *edit, const struct sbl_movement *movement, int64_t check);

/* Those up to `covered` at a location go, and those up to `past` wherever they were; `check`, if
 * not 0, is when to look for what is past. *left: some are. false: no memory. */
bool sbl_edit_forget_moved(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                           int64_t check, bool *left);

#endif
