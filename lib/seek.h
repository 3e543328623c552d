/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking up many keys of what stays for ever once it is there (items, channels, locations), in
 * three steps: each reads one line of memory that the step before it has fetched. In between, the
 * caller does the steps of other keys.
 *
 * What is found is so: a word of a bucket's line was stored there by an accepted transaction only
 * (commit.h), the blob that it leads to stays as it is, and its key is compared in full. So no
 * header is looked at. What is not found in this way has to be looked up in the other
 * (sbl_index_find): it may be beyond the line, or in a bucket that has split, or under a mark. */
#ifndef SBL_SEEK_H
#define SBL_SEEK_H

#include "index.h"

struct sbl_sought {
    struct sbl_key key;
    const struct sbl_line *bucket; /* NULL: it is no key */
    const sbl_word *block;         /* its entry's; NULL: not found */
    uint32_t words;                /* that can be read there */
};

/* The key, and where its bucket's line is. */
static inline void sbl_seek(const struct sbl_index *index, struct sellable_key from, uint64_t seed,
                            struct sbl_sought *sought) {
    sought->bucket = NULL;
    if (!sbl_key_make(&sought->key, from, seed))
        return;
    sought->bucket = sbl_index_spot(index, sought->key.hash).line;
    sbl_prefetch_to_read(sought->bucket);
}

/* With that line here: where its entry's blob is. */
static inline void sbl_seek_entry(const struct sbl_memory *memory, struct sbl_sought *sought) {
    uint32_t reference = 0;
    SBL_UNROLL
    for (int i = SBL_BUCKET_FIRST; i < SBL_WORDS; i++) {
        uint64_t entry = sbl_load_acquire(WORD, &sought->bucket->word[i]);
        reference = sbl_high(entry) == (uint32_t)sought->key.hash ? sbl_low(entry) : reference;
    }
    sought->block = reference == 0 ? NULL : sbl_block(memory, reference, &sought->words);
    if (SBL_UNLIKELY(sought->block == NULL))
        return;
    sbl_prefetch_to_read(sought->block);
    sbl_prefetch_to_read(sought->block + 1 + SBL_ENTRY_KEY + sought->key.words);
}

/* With that blob here: the number behind the key. 0: look it up in the other way. */
static inline uint32_t sbl_seek_number(const struct sbl_sought *sought) {
    const struct sbl_key *key = &sought->key;
    const sbl_word *word;
    uint64_t differs;
    if (sought->block == NULL || sought->words < 1 + SBL_ENTRY_KEY + key->words + 1)
        return 0;
    word = sought->block + 1;
    differs = sbl_load_acquire(BLOCK, &word[SBL_ENTRY_HASH]) ^ key->hash;
    differs |= (sbl_load_acquire(BLOCK, &word[SBL_ENTRY_SIZE]) & 0xff) ^ key->size;
    for (uint32_t i = 0; i < key->words; i++)
        differs |= sbl_load_acquire(BLOCK, &word[SBL_ENTRY_KEY + i]) ^ key->word[i];
    uint64_t number = sbl_load_acquire(BLOCK, &word[SBL_ENTRY_KEY + key->words]);
    return differs == 0 ? (uint32_t)number : 0;
}

#endif
