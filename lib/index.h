/* SPDX-License-Identifier: Apache-2.0
 *
 * The index: from a key to the blob of what has that key. Items, locations, channels, orders,
 * names, sources, transfers and the ids of events each have one. It grows without a stop, and every
 * change of it is part of a transaction.
 *
 * A *bucket* is a line: word 1 says how deep it is, and where more entries are; words 2 to 6 are
 * entries. An *entry* is a blob's reference and 32 bits of the hash. The blob begins with the hash,
 * a word whose low byte is the key's size, and the key; what follows is its owner's.
 *
 *    a bucket of number n and depth d holds exactly the keys with hash mod 2^d = n
 *
 * Linear hashing (Litwin 1980): buckets split one after another, bucket n of depth d into n and
 * n + 2^d of depth d + 1, both in one transaction. How many there are is a hint only: a reader goes
 * up from a bucket that was not born, and down from one that is deeper than thought; the bucket it
 * ends with was the right one at the instant of reading.
 *
 * Cost of a look-up: the bucket's line, and the blob's where the key is there. About one entry a
 * bucket, or two; where more than five meet, the rest are in a blob of the bucket's. */
#ifndef SBL_INDEX_H
#define SBL_INDEX_H

#include "commit.h"
#include "keys.h"

struct sbl_index {
    struct sbl_commit *commit;
    struct sbl_array bucket;
    uint32_t number; /* of this index, in names of lines */
    uint32_t load;   /* entries a bucket, on average */
    sbl_word buckets SBL_ALIGNED(64);
    sbl_word entries;
};

/* Where a key is, or belongs. */
struct sbl_found {
    struct sbl_line *line;
    uint32_t bucket;
    uint32_t reference; /* of the blob that has the key; 0: none has */
    uint32_t place;     /* among the bucket's entries */
    struct sbl_seen seen;
};

enum {
    SBL_BUCKET_FORM = 1, /* depth + 1 (8 bits; 0: not born), entries beyond (24), their blob */
    SBL_BUCKET_FIRST = 2 /* the first entry's word */
};
enum { SBL_ENTRY_HASH = 0, SBL_ENTRY_SIZE = 1, SBL_ENTRY_KEY = 2 }; /* words of an entry's blob */

/* How full buckets get. Of what comes and goes, and is changed by many: one entry, and one bucket in
 * 1,700 has some beyond its line. Of what stays: two, one in 60. */
enum { SBL_LOAD_LIVELY = 1, SBL_LOAD_CALM = 2 };

/* false: no memory. `expected`: entries to make room for. */
bool sbl_index_init(struct sbl_index *index, struct sbl_commit *commit, uint32_t number,
                    uint32_t load, uint64_t expected);
void sbl_index_fini(struct sbl_index *index);

/* Fetch the line where a key will be looked for; to change it, or to read it only. */
void sbl_index_prefetch(const struct sbl_index *index, uint64_t hash);
void sbl_index_prefetch_to_read(const struct sbl_index *index, uint64_t hash);

/* With that line here: fetch the blob that a key with this hash would have. */
void sbl_index_prefetch_entry(const struct sbl_index *index, uint64_t hash);

/* Look a key up, at one instant: sbl_line_still(found->seen) tells whether that is past. */
void sbl_index_find(const struct sbl_index *index, const struct sbl_key *key,
                    struct sbl_found *found);

/* The same for an attempt to change something: nothing is undecided about the bucket. */
void sbl_index_settle(struct sbl_index *index, struct sbl_worker *worker, const struct sbl_key *key,
                      struct sbl_found *found);

/* Every blob whose key has this hash, as sbl_index_settle, one after another; from the beginning
 * again if the bucket has changed since the last, for then its entries may have moved. Begins as
 * {NULL}. false: no more. */
struct sbl_progress {
    const struct sbl_line *line;
    uint64_t header;
    uint32_t from;
};
bool sbl_index_with_hash(struct sbl_index *index, struct sbl_worker *worker, uint64_t hash,
                         struct sbl_progress *progress, struct sbl_found *found);

/* Walk over all entries, of now (each bucket at an instant of its own) or of a snapshot. What moves
 * meanwhile is met at least once; what comes or goes, perhaps. false: no more. Again: the bucket
 * has changed, begin with it once more. */
struct sbl_index_walk {
    uint64_t bucket;
    uint32_t place;
    bool read;
    struct sbl_seen seen;
};
bool sbl_index_walk(const struct sbl_index *index, uint32_t snapshot, struct sbl_index_walk *walk,
                    struct sbl_found *found);
void sbl_index_walk_again(struct sbl_index_walk *walk);

/* Plan that the entry found becomes `reference`: put in if none was found, taken out if that is 0.
 * The blob that was there is replaced. false: no memory. */
bool sbl_index_put(struct sbl_index *index, struct sbl_worker *worker, struct sbl_found *found,
                   uint64_t hash, uint32_t reference);

/* The bucket where a key will be looked for first, by the hint of how many there are. */
struct sbl_spot {
    struct sbl_line *line;
    uint32_t bucket;
};
static inline struct sbl_spot sbl_index_spot(const struct sbl_index *index, uint64_t hash) {
    uint64_t buckets = sbl_load_acquire(COUNT, &index->buckets);
    uint32_t mask = (uint32_t)(UINT64_MAX >> __builtin_clzll(buckets));
    uint32_t guess = (uint32_t)hash & mask;
    guess = guess < buckets ? guess : guess & (mask >> 1);
    return (struct sbl_spot){sbl_array_at_bits(&index->bucket, guess, SBL_LINE_BITS), guess};
}

/* For a key that is surely new: the word of that bucket's image where its entry can be put; 0: look
 * the key up, since it belongs into another bucket, or there is no room in the line, or an entry
 * with the same 32 bits of the hash. Pure. */
static inline int sbl_index_plain_place(const struct sbl_image *image, const struct sbl_spot *spot,
                                        uint64_t hash) {
    uint64_t form = image->word[SBL_BUCKET_FORM];
    uint32_t depth = (uint32_t)(form & 0xff) - 1, beyond = sbl_low(form) >> 8; /* as index.c has it */
    int place = 0;
    bool alike = false;
    SBL_UNROLL
    for (int i = SBL_BUCKET_FIRST; i < SBL_WORDS; i++) {
        place = image->word[i] == 0 ? i : place;
        alike |= sbl_high(image->word[i]) == (uint32_t)hash;
    }
    bool here = ((uint32_t)hash & (uint32_t)((UINT64_C(1) << (depth & 63)) - 1)) == spot->bucket;
    return SBL_LIKELY(here && !alike && beyond == 0 && (form & 0xff) != 0) ? place : 0;
}
static inline struct sbl_name sbl_index_name(const struct sbl_index *index, uint32_t bucket) {
    return (struct sbl_name){SBL_BUCKET + index->number, bucket};
}

/* The image of a bucket's line: how many entries it has. false: it was not born. Pure. */
bool sbl_bucket_count(const struct sbl_image *image, uint32_t *entries);

/* After entries came: split buckets until they are as many as they should be, or a few are
 * split. */
void sbl_index_grow(struct sbl_index *index, struct sbl_worker *worker);

/* The first words of a blob for a key: returns how many. */
static inline uint32_t sbl_entry_begin(uint64_t *word, const struct sbl_key *key) {
    word[SBL_ENTRY_HASH] = key->hash;
    word[SBL_ENTRY_SIZE] = key->size;
    memcpy(word + SBL_ENTRY_KEY, key->word, key->words * sizeof *key->word);
    return SBL_ENTRY_KEY + key->words;
}

/* The key's bytes in a blob that stays. */
struct sellable_key sbl_entry_key(const struct sbl_memory *memory, uint32_t reference);

#endif
