/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys: 1 to 128 bytes of valid UTF-8, looked up by a hash of 64 bits and compared in full. */
#ifndef SBL_KEYS_H
#define SBL_KEYS_H

#include "base.h"

enum { SBL_KEY_WORDS = SELLABLE_KEY_MAX / 8 };

/* A key made ready: its words end with zeroes. */
struct sbl_key {
    uint64_t hash;
    uint32_t size; /* bytes */
    uint32_t words;
    uint64_t word[SBL_KEY_WORDS + 1];
};

/* false: it is no key, and `key` is not to be used. Cost: one pass, and XXH3 of it. */
bool sbl_key_make(struct sbl_key *key, struct sellable_key from, uint64_t seed);

/* The same for a key that counts within something else only: `within` is its first word. */
bool sbl_key_within(struct sbl_key *key, uint64_t within, struct sellable_key from, uint64_t seed);

/* The bytes of one that was made by sbl_key_make; good while it is. */
static inline struct sellable_key sbl_key_bytes(const struct sbl_key *key) {
    return (struct sellable_key){(const char *)key->word, key->size};
}

/* 128 bits of what words say, by XXH3; for contents that are compared by it alone. */
void sbl_fingerprint(const uint64_t *words, uint32_t count, uint64_t seed, uint64_t out[2]);

/* The same bytes? */
static inline bool sbl_key_is(struct sellable_key key, const char *bytes, size_t size) {
    return key.size == size && key.bytes != NULL && memcmp(key.bytes, bytes, size) == 0;
}

#endif
