/* SPDX-License-Identifier: Apache-2.0
 *
 * See keys.h. UTF-8 as in RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF. */
#include "keys.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static bool is_utf8(const unsigned char *bytes, uint64_t size) {
    for (uint64_t i = 0; i < size;) {
        unsigned char first = bytes[i++];
        if (first < 0x80)
            continue;
        unsigned low = 0x80, high = 0xbf;
        int more;
        if (first >= 0xc2 && first <= 0xdf) {
            more = 1;
        } else if (first >= 0xe0 && first <= 0xef) {
            more = 2;
            low = first == 0xe0 ? 0xa0 : low;
            high = first == 0xed ? 0x9f : high;
        } else if (first >= 0xf0 && first <= 0xf4) {
            more = 3;
            low = first == 0xf0 ? 0x90 : low;
            high = first == 0xf4 ? 0x8f : high;
        } else {
            return false;
        }
        for (; more > 0; more--, low = 0x80, high = 0xbf)
            if (i == size || bytes[i] < low || bytes[i++] > high)
                return false;
    }
    return true;
}

static const bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

/* A key's bytes behind `before` words that are there already. false: it is no key. */
static inline bool put_bytes(struct sbl_key *key, uint32_t before, struct sellable_key from) {
    if (from.bytes == NULL || from.size == 0 || from.size > SELLABLE_KEY_MAX)
        return false;
    key->size = before * 8 + (uint32_t)from.size;
    key->words = (key->size + 7) / 8;
    uint64_t high_bits = 0;
    if (SBL_LIKELY(from.size > 8 && from.size <= 16) && little_endian) {
        uint64_t *word = key->word + before; /* two loads, which may overlap */
        memcpy(&word[0], from.bytes, 8);
        memcpy(&word[1], from.bytes + from.size - 8, 8);
        high_bits = word[0] | word[1];
        word[1] >>= 8 * (16 - from.size);
    } else {
        key->word[key->words - 1] = 0;
        memcpy(key->word + before, from.bytes, from.size);
        for (uint32_t i = before; i < key->words; i++)
            high_bits |= key->word[i];
    }
    return SBL_LIKELY((high_bits & UINT64_C(0x8080808080808080)) == 0) ||
           is_utf8((const unsigned char *)from.bytes, from.size);
}

bool sbl_key_make(struct sbl_key *key, struct sellable_key from, uint64_t seed) {
    if (!put_bytes(key, 0, from))
        return false;
    key->hash = XXH3_64bits_withSeed(from.bytes, from.size, seed);
    return true;
}

bool sbl_key_within(struct sbl_key *key, uint64_t within, struct sellable_key from,
                    uint64_t seed) {
    key->word[0] = within;
    if (!put_bytes(key, 1, from))
        return false;
    key->hash = XXH3_64bits_withSeed(key->word, key->size, seed);
    return true;
}

void sbl_fingerprint(const uint64_t *words, uint32_t count, uint64_t seed, uint64_t out[2]) {
    XXH128_hash_t hash = XXH3_128bits_withSeed(words, count * sizeof *words, seed);
    out[0] = hash.low64;
    out[1] = hash.high64;
}
