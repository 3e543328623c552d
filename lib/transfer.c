/* SPDX-License-Identifier: Apache-2.0
 *
 * See transfer.h. */
#include "transfer.h"

enum { AT_ONCE = SBL_ENTRY_KEY + SBL_KEY_WORDS + SBL_TRANSFER_WORDS };

static struct sbl_transfer transfer_of(const uint64_t *word) {
    return (struct sbl_transfer){sbl_high(word[0]), sbl_low(word[0]), sbl_low(word[1]),
                                 (int64_t)word[2]};
}

struct sbl_transfer sbl_transfer_read(const struct sellable *engine, const struct sbl_key *key,
                                      uint32_t reference) {
    uint64_t word[SBL_TRANSFER_WORDS] = {0};
    sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_KEY + key->words, word,
                  SBL_TRANSFER_WORDS);
    return transfer_of(word);
}

/* The blob, found or new, becomes this. */
static bool put(struct sellable *engine, struct sbl_worker *worker, uint64_t *word,
                uint32_t key_words, struct sbl_found *found,
                const struct sbl_transfer *transfer) {
    uint64_t hash = word[SBL_ENTRY_HASH], *at = word + SBL_ENTRY_KEY + key_words;
    at[0] = sbl_pair(transfer->item, transfer->from);
    at[1] = transfer->to;
    at[2] = (uint64_t)transfer->check;
    uint32_t blob =
        sbl_transaction_blob(worker, word, SBL_ENTRY_KEY + key_words + SBL_TRANSFER_WORDS);
    return blob != 0 && sbl_index_put(&engine->transfers, worker, found, hash, blob);
}

bool sbl_transfer_put(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_key *key, struct sbl_found *found,
                      const struct sbl_transfer *transfer) {
    uint64_t word[AT_ONCE];
    sbl_entry_begin(word, key);
    return put(engine, worker, word, key->words, found, transfer);
}

/* ---- has it come? ---- */

/* Is something on its way? *row: as it was looked at. */
static bool is_on_its_way(struct sbl_worker *worker, struct sellable *engine,
                          const struct sbl_transfer *transfer, struct sellable_key key,
                          struct sbl_seen *row, bool *room) {
    struct sbl_line *line = sbl_row_line(engine, transfer->item);
    struct sbl_edit edit;
    int64_t left = 0, due = 0;
    uint32_t entries;
    *room = true;
    if (line == NULL) /* torn */
        return false;
    sbl_line_settle(worker, line, row);
    sbl_edit_begin(&edit, worker, &row->image);
    *room = sbl_edit_find_scheduled(&edit, transfer->to, key, &left, &due, &entries);
    return left > 0;
}

/* One transfer of the bucket. *looked: it was due, and looked at; *gone: and forgotten. */
static enum sbl_outcome look_at(struct sellable *engine, struct sbl_worker *worker,
                                const struct sbl_image *world, struct sbl_found *found,
                                uint64_t hash, int64_t by, struct sbl_hinted *hinted,
                                bool *looked, bool *gone) {
    struct sbl_seen row;
    bool room;
    uint64_t word[AT_ONCE] = {0};
    uint32_t words = sbl_blob_copy(&engine->memory, found->reference, 0, word, AT_ONCE);
    uint64_t size = word[SBL_ENTRY_SIZE] & 0xff;
    uint32_t key_words = (uint32_t)(size + 7) / 8;
    if (!sbl_line_still(&engine->commit, found->line, &found->seen))
        return SBL_ABORTED;
    struct sbl_transfer transfer = transfer_of(word + SBL_ENTRY_KEY + key_words);
    *looked = words == SBL_ENTRY_KEY + key_words + SBL_TRANSFER_WORDS &&
              word[SBL_ENTRY_HASH] == hash && transfer.check <= by;
    if (!*looked)
        return SBL_ACCEPTED;
    struct sellable_key key = {(const char *)&word[SBL_ENTRY_KEY], size};
    bool stays = is_on_its_way(worker, engine, &transfer, key, &row, &room);
    if (!room)
        return SBL_NO_MEMORY;
    int64_t late = (sbl_now_of(world) - transfer.check) / engine->retention;
    transfer.check += engine->retention * (late + 1); /* looked at once for all that has passed */
    room = stays ? put(engine, worker, word, key_words, found, &transfer) &&
                       sbl_hint(engine, worker, world, transfer.check, SBL_DUE_TRANSFER, hash,
                                hinted)
                 : sbl_index_put(&engine->transfers, worker, found, hash, 0);
    /* What is on its way is of the same instant. */
    if (!room || !sbl_transaction_add(worker, sbl_row_line(engine, transfer.item),
                                      (struct sbl_name){SBL_ROW, transfer.item}, &row, &row.image))
        return SBL_NO_MEMORY;
    *gone = !stays;
    return sbl_transaction_commit(worker, false);
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker, uint64_t hash,
                                int64_t by, struct sbl_hinted *hinted, bool *looked, bool *gone) {
    struct sbl_seen world;
    struct sbl_found found;
    struct sbl_progress progress = {NULL, 0, 0};
    *looked = *gone = false;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    by = sbl_min(by, sbl_now_of(&world.image));
    while (sbl_index_with_hash(&engine->transfers, worker, hash, &progress, &found)) {
        enum sbl_outcome outcome = look_at(engine, worker, &world.image, &found, hash, by, hinted,
                                           looked, gone);
        if (outcome == SBL_ABORTED)
            sbl_transaction_drop(worker);
        if (outcome != SBL_ACCEPTED || *looked)
            return outcome;
    }
    bool still = sbl_line_still(&engine->commit, found.line, &found.seen);
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

enum sellable_status sbl_transfers_look(struct sellable *engine, struct sbl_worker *worker,
                                        uint64_t hash, int64_t by) {
    struct sbl_hinted hinted = {-1, 0, 0};
    bool looked = true, gone;
    while (looked) {
        enum sbl_outcome outcome;
        SBL_UNTIL_DONE(outcome, worker,
                       attempt(engine, worker, hash, by, &hinted, &looked, &gone));
        if (outcome == SBL_NO_MEMORY)
            return SELLABLE_NO_MEMORY;
        if (gone)
            sbl_count(&engine->transfers.entries, (uint64_t)-1);
        hinted = (struct sbl_hinted){-1, 0, 0};
    }
    return SELLABLE_OK;
}
