/* SPDX-License-Identifier: Apache-2.0
 *
 * See movement.h. */
#include "edit.h"
#include "movement.h"

void sbl_moved_begin(struct sbl_moved *moved, const struct sbl_memory *memory, uint32_t blob) {
    moved->memory = memory;
    moved->next = blob;
    moved->nodes = UINT32_MAX;
    moved->at = moved->words = 0;
}

static uint32_t words_of(uint32_t movements) {
    return SBL_MOVEMENT_WORDS *
           (movements < SBL_MOVED_IN_ROOT ? movements : (uint32_t)SBL_MOVED_IN_ROOT);
}

/* The node with the movements before those in a root. */
static uint32_t older_of(const struct sbl_memory *memory, uint32_t root, uint64_t head) {
    uint64_t word = 0;
    if (sbl_head_tail(head) >> (SBL_TAIL_WORDS - 1) != 0) /* the tail's last word */
        sbl_blob_copy(memory, root, sbl_root_moved(head) - 1, &word, 1);
    return sbl_low(word);
}

/* The root's, or those of the next node; a node that has not fewer behind it than the one before is
 * torn. */
static bool next_node(struct sbl_moved *moved) {
    uint64_t head = 0;
    uint32_t blob = moved->next;
    if (blob == 0)
        return false;
    sbl_blob_copy(moved->memory, blob, 0, &head, 1);
    moved->at = 0;
    if ((head & SBL_HEAD_ROOT) != 0) {
        moved->words = sbl_blob_copy(moved->memory, blob, sbl_root_moved(head) + 1, moved->word,
                                     words_of(sbl_head_moves(head)));
        moved->next = moved->nodes == UINT32_MAX ? older_of(moved->memory, blob, head) : 0;
        moved->nodes = UINT32_MAX - 1;
        return true;
    }
    moved->words = 0;
    moved->next = sbl_high(head) < moved->nodes ? sbl_low(head) : 0;
    if (sbl_high(head) < moved->nodes)
        moved->words = sbl_blob_copy(moved->memory, blob, SBL_MOVED_HEAD, moved->word,
                                     words_of(SBL_MOVED_IN_ROOT));
    moved->nodes = sbl_high(head);
    return moved->words != 0;
}

bool sbl_moved_next(struct sbl_moved *moved, struct sbl_movement *movement) {
    while (moved->at + SBL_MOVEMENT_WORDS > moved->words)
        if (!next_node(moved))
            return false;
    const uint64_t *word = &moved->word[moved->at];
    const uint64_t time = (UINT64_C(1) << SBL_MOVEMENT_BITS) - 1;
    *movement = (struct sbl_movement){
        (uint32_t)(word[0] >> SBL_MOVEMENT_BITS << 8 | word[1] >> SBL_MOVEMENT_BITS),
        (int64_t)(word[0] & time) - SELLABLE_TIME_MAX, sbl_movement_rise(word[1])};
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
    uint64_t head = 0, check = 0;
    sbl_blob_copy(memory, blob, 0, &head, 1);
    sbl_blob_copy(memory, blob, sbl_root_moved(head), &check, 1);
    return (int64_t)check;
}

/* ---- changing ---- */

struct sbl_moves *sbl_edit_moves(struct sbl_edit *edit) {
    const struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_moves *moves = &edit->moves;
    uint32_t root = sbl_edit_tail(edit)->moved;
    uint64_t head = 0;
    if (edit->moves_read)
        return moves;
    edit->moves_read = true;
    moves->any = root != 0;
    moves->count = moves->older = 0;
    moves->check = 0;
    if (!moves->any)
        return moves;
    sbl_blob_copy(memory, root, 0, &head, 1);
    moves->check = sbl_moved_check(memory, root);
    moves->older = older_of(memory, root, head);
    moves->count = sbl_blob_copy(memory, root, sbl_root_moved(head) + 1, moves->word,
                                 words_of(sbl_head_moves(head))) /
                   SBL_MOVEMENT_WORDS;
    return moves;
}

/* So many movements become a node before the older ones. false: no memory. */
static bool put_node(struct sbl_edit *edit, const uint64_t *from, uint32_t count) {
    struct sbl_moves *moves = sbl_edit_moves(edit);
    uint64_t word[SBL_NODE_WORDS], older = 0;
    sbl_blob_copy(edit->worker->commit->memory, moves->older, 0, &older, 1);
    word[0] = sbl_pair(sbl_high(older) + 1, moves->older);
    memcpy(word + SBL_MOVED_HEAD, from, SBL_MOVEMENT_WORDS * count * sizeof *word);
    moves->older = sbl_transaction_blob(edit->worker, word,
                                        SBL_MOVED_HEAD + SBL_MOVEMENT_WORDS * count);
    return moves->older != 0;
}

bool sbl_edit_moved(struct sbl_edit *edit, const struct sbl_movement *movement, int64_t check) {
    struct sbl_moves *moves = sbl_edit_moves(edit);
    int64_t sum = 0;
    uint32_t at = 0;
    while (at < moves->count &&
           !sbl_movement_joins(moves->word[SBL_MOVEMENT_WORDS * at],
                               moves->word[SBL_MOVEMENT_WORDS * at + 1], movement->location,
                               movement->at, movement->amount, &sum))
        at++;
    if (at == SBL_MOVED_IN_ROOT) {
        if (!put_node(edit, moves->word, moves->count))
            return false;
        at = moves->count = 0;
    }
    if (at == moves->count) {
        moves->count++;
        sum = movement->amount;
    }
    if (!moves->any)
        moves->check = check;
    uint64_t *word = &moves->word[SBL_MOVEMENT_WORDS * at];
    word[0] = sbl_movement_time(movement->location, movement->at);
    word[1] = sbl_movement_amount(movement->location, sum);
    moves->any = edit->changed = true;
    return true;
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

/* What stays, as words in the scratch: 2 a movement. false: no memory. */
static bool collect(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                    uint32_t *kept, bool *any) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_MOVED];
    const struct sbl_moves *moves = sbl_edit_moves(edit);
    struct sbl_moved moved;
    struct sbl_movement movement;
    *kept = 0;
    *any = false;
    sbl_moved_begin(&moved, memory, moves->older);
    moved.words = SBL_MOVEMENT_WORDS * moves->count;
    memcpy(moved.word, moves->word, moved.words * sizeof *moved.word);
    while (sbl_moved_next(&moved, &movement)) {
        if (movement.at <= past || (movement.location == location && movement.at <= covered)) {
            *any = true;
            continue;
        }
        if (!sbl_buffer_reserve(memory, scratch,
                                ((size_t)*kept + 1) * SBL_MOVEMENT_WORDS * sizeof(uint64_t)))
            return false;
        uint64_t *word = (uint64_t *)scratch->bytes + SBL_MOVEMENT_WORDS * (size_t)*kept;
        word[0] = sbl_movement_time(movement.location, movement.at);
        word[1] = sbl_movement_amount(movement.location, movement.amount);
        ++*kept;
    }
    return true;
}

/* Every node goes. false: no memory. */
static bool replace_all(struct sbl_edit *edit) {
    struct sbl_moved moved;
    sbl_moved_begin(&moved, edit->worker->commit->memory, sbl_edit_moves(edit)->older);
    for (uint32_t node = moved.next; next_node(&moved); node = moved.next)
        if (!sbl_transaction_replaces(edit->worker, node))
            return false;
    return true;
}

bool sbl_edit_forget_moved(struct sbl_edit *edit, uint32_t location, int64_t covered, int64_t past,
                           int64_t check, bool *left) {
    struct sbl_moves *moves = sbl_edit_moves(edit);
    uint32_t kept, put = 0;
    bool any;
    *left = false;
    if (!moves->any)
        return true;
    int64_t then = check != 0 ? check : moves->check;
    if (!collect(edit, location, covered, past, &kept, &any))
        return false;
    *left = kept != 0;
    if (!any && then == moves->check)
        return true;
    edit->changed = true;
    moves->check = kept != 0 ? then : 0;
    moves->any = kept != 0;
    if (!any)
        return true;
    if (!replace_all(edit))
        return false;
    moves->older = 0;
    const uint64_t *from = edit->worker->scratch[SBL_SCRATCH_MOVED].bytes;
    for (; kept - put > SBL_MOVED_IN_ROOT; put += SBL_MOVED_IN_ROOT)
        if (!put_node(edit, from + SBL_MOVEMENT_WORDS * (size_t)put, SBL_MOVED_IN_ROOT))
            return false;
    moves->count = kept - put;
    if (moves->count != 0)
        memcpy(moves->word, from + SBL_MOVEMENT_WORDS * (size_t)put,
               SBL_MOVEMENT_WORDS * moves->count * sizeof *from);
    return true;
}
