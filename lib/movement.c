/* SPDX-License-Identifier: Apache-2.0
 *
 * See movement.h. */
#include "movement.h"

enum { NEXT = 0, CHECK = 1, NODE_WORDS = SBL_MOVED_HEAD + SBL_MOVEMENT_WORDS * SBL_MOVEMENTS };

void sbl_moved_begin(struct sbl_moved *moved, const struct sbl_memory *memory, uint32_t blob) {
    moved->memory = memory;
    moved->next = blob;
    moved->nodes = UINT32_MAX;
    moved->at = moved->words = 0;
}

/* The next node; one that has not fewer behind it than the one before is torn. */
static bool next_node(struct sbl_moved *moved) {
    if (moved->next == 0)
        return false;
    moved->words = sbl_blob_copy(moved->memory, moved->next, 0, moved->word, NODE_WORDS);
    moved->at = SBL_MOVED_HEAD;
    if (moved->words < SBL_MOVED_HEAD || sbl_high(moved->word[NEXT]) >= moved->nodes) {
        moved->next = moved->words = 0;
        return false;
    }
    moved->nodes = sbl_high(moved->word[NEXT]);
    moved->next = sbl_low(moved->word[NEXT]);
    return true;
}

bool sbl_moved_next(struct sbl_moved *moved, struct sbl_movement *movement) {
    while (moved->at + SBL_MOVEMENT_WORDS > moved->words)
        if (!next_node(moved))
            return false;
    const uint64_t *word = &moved->word[moved->at];
    *movement = (struct sbl_movement){(uint32_t)word[0], (int64_t)word[1], (int64_t)word[2]};
    moved->at += SBL_MOVEMENT_WORDS;
    return true;
}

int64_t sbl_moved_after(const struct sbl_memory *memory, uint32_t blob, uint32_t location,
                        int64_t after) {
    struct sbl_moved moved;
    struct sbl_movement movement;
    int64_t sum = 0;
    if (blob == 0)
        return 0;
    sbl_moved_begin(&moved, memory, blob);
    while (sbl_moved_next(&moved, &movement))
        if (movement.location == location && movement.at > after)
            sum = sbl_add(sum, movement.amount);
    return sum;
}

int64_t sbl_moved_check(const struct sbl_memory *memory, uint32_t blob) {
    uint64_t check = 0;
    sbl_blob_copy(memory, blob, CHECK, &check, 1);
    return (int64_t)check;
}

/* ---- changing ---- */

/* The words of a first node become the row's chain. false: no memory. */
static bool put_node(struct sbl_edit *edit, const uint64_t *word, uint32_t words) {
    uint32_t blob = sbl_transaction_blob(edit->worker, word, words);
    sbl_edit_tail(edit)->moved = blob;
    edit->changed = true;
    return blob != 0;
}

/* The place of a movement of the same cell and time in a node; `words`: there is none. */
static uint32_t place_in(const uint64_t *word, uint32_t words,
                         const struct sbl_movement *movement) {
    uint32_t at = SBL_MOVED_HEAD;
    while (at < words && (word[at] != movement->location || (int64_t)word[at + 1] != movement->at))
        at += SBL_MOVEMENT_WORDS;
    return at;
}

bool sbl_edit_moved(struct sbl_edit *edit, const struct sbl_movement *movement, int64_t check) {
    const struct sbl_memory *memory = edit->worker->commit->memory;
    uint64_t word[NODE_WORDS];
    uint32_t old = sbl_edit_tail(edit)->moved;
    uint32_t words = sbl_blob_copy(memory, old, 0, word, NODE_WORDS);
    if (words < SBL_MOVED_HEAD ||
        (words - SBL_MOVED_HEAD) % SBL_MOVEMENT_WORDS != 0) { /* none, or torn */
        old = 0;
        words = SBL_MOVED_HEAD;
        word[NEXT] = sbl_pair(1, 0);
        word[CHECK] = (uint64_t)check;
    }
    uint32_t at = place_in(word, words, movement);
    if (at == NODE_WORDS) { /* full: one before it */
        word[NEXT] = sbl_pair(sbl_high(word[NEXT]) + 1, old);
        old = 0;
        words = at = SBL_MOVED_HEAD;
    }
    if (at == words) {
        words += SBL_MOVEMENT_WORDS;
        word[at] = movement->location;
        word[at + 1] = (uint64_t)movement->at;
        word[at + 2] = 0;
    }
    word[at + 2] = (uint64_t)sbl_add((int64_t)word[at + 2], movement->amount);
    return put_node(edit, word, words) && sbl_transaction_replaces(edit->worker, old);
}

bool sbl_is_in_balance(struct sbl_edit *edit, uint32_t location,
                       const struct sbl_moment *moment) {
    if (!moment->given)
        return false;
    int64_t as_of = sbl_edit_figure(edit, location, SBL_AS_OF, 0);
    return as_of != 0 && moment->at <= sbl_as_of_of(as_of);
}

bool sbl_edit_move(struct sbl_edit *edit, uint32_t location, int64_t amount,
                   const struct sbl_moment *moment) {
    const struct sbl_movement movement = {location, moment->given ? moment->at : moment->now,
                                          amount};
    if (amount == 0 || movement.at <= sbl_subtract(moment->now, moment->retention))
        return true;
    return sbl_edit_moved(edit, &movement, moment->now + moment->retention);
}

/* What stays of a chain, as words in the scratch: 3 a movement. false: no memory. */
static bool collect(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                    size_t *kept, bool *any) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_MOVED];
    struct sbl_moved moved;
    struct sbl_movement movement;
    *kept = 0;
    *any = false;
    sbl_moved_begin(&moved, memory, sbl_edit_tail(edit)->moved);
    while (sbl_moved_next(&moved, &movement)) {
        if (movement.at <= past || (movement.location == location && movement.at <= covered)) {
            *any = true;
            continue;
        }
        if (!sbl_buffer_reserve(memory, scratch,
                                (*kept + SBL_MOVEMENT_WORDS) * sizeof(uint64_t)))
            return false;
        uint64_t *word = (uint64_t *)scratch->bytes + *kept;
        word[0] = movement.location;
        word[1] = (uint64_t)movement.at;
        word[2] = (uint64_t)movement.amount;
        *kept += SBL_MOVEMENT_WORDS;
    }
    return true;
}

/* Every node of the old chain goes. false: no memory. */
static bool replace_all(struct sbl_edit *edit) {
    struct sbl_moved moved;
    sbl_moved_begin(&moved, edit->worker->commit->memory, sbl_edit_tail(edit)->moved);
    for (uint32_t node = moved.next; next_node(&moved); node = moved.next)
        if (!sbl_transaction_replaces(edit->worker, node))
            return false;
    return true;
}

bool sbl_edit_forget_moved(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                           int64_t check, bool *left) {
    const struct sbl_memory *memory = edit->worker->commit->memory;
    size_t kept;
    bool any;
    *left = false;
    if (sbl_edit_tail(edit)->moved == 0)
        return true;
    int64_t then = check != 0 ? check : sbl_moved_check(memory, sbl_edit_tail(edit)->moved);
    if (!collect(edit, location, covered, past, &kept, &any))
        return false;
    *left = kept != 0;
    if (!any && then == sbl_moved_check(memory, sbl_edit_tail(edit)->moved))
        return true;
    if (!replace_all(edit))
        return false;
    sbl_edit_tail(edit)->moved = 0;
    edit->changed = true;
    const uint64_t *from = edit->worker->scratch[SBL_SCRATCH_MOVED].bytes;
    for (size_t i = 0; i < kept; i += SBL_MOVEMENT_WORDS * SBL_MOVEMENTS) {
        uint64_t word[NODE_WORDS] = {0};
        size_t words = kept - i;
        if (words > SBL_MOVEMENT_WORDS * SBL_MOVEMENTS)
            words = SBL_MOVEMENT_WORDS * SBL_MOVEMENTS;
        word[NEXT] = sbl_pair((uint32_t)(i / (SBL_MOVEMENT_WORDS * SBL_MOVEMENTS)) + 1,
                              sbl_edit_tail(edit)->moved);
        word[CHECK] = (uint64_t)then;
        memcpy(word + SBL_MOVED_HEAD, from + i, words * sizeof *word);
        if (!put_node(edit, word, SBL_MOVED_HEAD + (uint32_t)words))
            return false;
    }
    return true;
}
