/* SPDX-License-Identifier: Apache-2.0
 *
 * See bytes.h. Which values are usual is a matter of what makes calls interesting together: few
 * keys, small quantities, times within some days. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_TOO_LONG = SELLABLE_KEY_MAX + 1 };

#define HOUR INT64_C(3600000)

uint8_t bytes_one(struct bytes *bytes) {
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->at++;
}

uint64_t bytes_raw(struct bytes *bytes, size_t size) {
    uint64_t raw = 0;
    for (size_t i = 0; i < size; i++)
        raw = raw << 8 | bytes_one(bytes);
    return raw;
}

uint32_t bytes_below(struct bytes *bytes, uint32_t count) {
    return bytes_one(bytes) % count;
}

bool bytes_chance(struct bytes *bytes, uint32_t cases) {
    return bytes_one(bytes) >= 256 - cases;
}

/* ---- memory ---------------------------------------------------------------------------------- */

struct piece {
    struct piece *next;
    void *memory;
};
static struct piece *pieces;

void *bytes_memory(size_t size) {
    struct piece *piece = malloc(sizeof *piece);
    must(piece != NULL);
    piece->memory = calloc(1, size != 0 ? size : 1);
    must(piece->memory != NULL);
    piece->next = pieces;
    pieces = piece;
    return piece->memory;
}

void bytes_forget(void) {
    while (pieces != NULL) {
        struct piece *piece = pieces;
        pieces = piece->next;
        free(piece->memory);
        free(piece);
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

int64_t bytes_quantity(struct bytes *bytes) {
    static const int64_t edges[] = {
        SELLABLE_QUANTITY_MAX,     SELLABLE_QUANTITY_MAX - 1,  SELLABLE_QUANTITY_MAX + 1,
        SELLABLE_QUANTITY_MAX / 2, -SELLABLE_QUANTITY_MAX,     -SELLABLE_QUANTITY_MAX - 1,
        INT64_MAX,                 INT64_MIN,                  INT64_MIN + 1,
        INT64_C(1) << 32,          SELLABLE_QUANTITY_MAX - 10, -SELLABLE_QUANTITY_MAX / 2,
    };
    uint8_t kind = bytes_one(bytes);
    if (kind < 216)
        return kind % 24;
    if (kind < 240)
        return -(int64_t)(kind % 8);
    if (kind < 252)
        return edges[bytes_below(bytes, sizeof edges / sizeof *edges)];
    return (int64_t)bytes_raw(bytes, 8);
}

int64_t bytes_time(struct bytes *bytes) {
    static const int64_t edges[] = {
        SELLABLE_TIME_MAX, -SELLABLE_TIME_MAX, SELLABLE_TIME_MAX + 1, -SELLABLE_TIME_MAX - 1,
        INT64_MAX,         INT64_MIN,          SELLABLE_TIME_MAX - 1, 1,
    };
    uint8_t kind = bytes_one(bytes);
    if (kind < 128) /* hours ahead, up to some days */
        return bytes->now + kind % 64 * 2 * HOUR;
    if (kind < 192)
        return bytes->now - kind % 32 * 8 * HOUR;
    if (kind < 208)
        return bytes->now + kind % 4;
    if (kind < 224)
        return bytes->now + kind % 16 * SELLABLE_DAY;
    if (kind < 240)
        return kind % 16;
    if (kind < 252)
        return edges[bytes_below(bytes, sizeof edges / sizeof *edges)];
    return (int64_t)bytes_raw(bytes, 8);
}

int64_t bytes_number(struct bytes *bytes) {
    static const int64_t usual[] = {0, 1, 2, 3, 5, 10, 100, SELLABLE_SHARE_ALL};
    uint8_t kind = bytes_one(bytes);
    return kind < 224 ? usual[kind % 8] : bytes_quantity(bytes);
}

uint32_t bytes_flag(struct bytes *bytes) {
    uint8_t kind = bytes_one(bytes);
    return kind < 254 ? kind % 2 : (uint32_t)bytes_raw(bytes, 4);
}

uint32_t bytes_choice(struct bytes *bytes, uint32_t first, uint32_t end) {
    uint8_t kind = bytes_one(bytes);
    if (kind < 250)
        return first + kind % (end - first);
    return kind < 254 ? kind % 4 * end : (uint32_t)bytes_raw(bytes, 4);
}

uint32_t bytes_handle(struct bytes *bytes) {
    static const uint32_t edges[] = {UINT32_MAX,
                                     REGION_BIT,
                                     REGION_BIT + 1,
                                     REGION_BIT - 1,
                                     SELLABLE_LOCATIONS_MAX + 1,
                                     SELLABLE_CHANNELS_MAX + 1};
    uint8_t kind = bytes_one(bytes);
    if (kind < 176)
        return 0;
    if (kind < 248)
        return 1 + kind % 8;
    uint32_t handle = kind < 252 ? edges[bytes_below(bytes, sizeof edges / sizeof *edges)]
                                 : (uint32_t)bytes_raw(bytes, 4);
    return bytes->regions != NULL ? handle & ~REGION_BIT : handle;
}

uint32_t bytes_count(struct bytes *bytes, uint32_t limit) {
    uint8_t kind = bytes_one(bytes);
    if (kind < 160)
        return 1;
    if (kind < 248)
        return kind % 4;
    return kind < 252 ? kind % 16 : limit + kind % 2;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct sellable_key copied(const char *bytes, size_t size) {
    return (struct sellable_key){memcpy(bytes_memory(size), bytes, size), size};
}

/* What is no key, or the longest that is one. */
static struct sellable_key odd_key(struct bytes *bytes) {
    static const char *const wrong[] = {
        "\xff",             "a\x80",            "\xc3",         "\xe2\x82", "\xc0\x80",
        "\xe0\x80\x80",     "\xf0\x80\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\x7f",
    };
    enum { WRONG = sizeof wrong / sizeof *wrong };
    uint32_t kind = bytes_below(bytes, WRONG + 5);
    char *long_key;
    switch (kind) {
    case WRONG:
        return (struct sellable_key){NULL, 3};
    case WRONG + 1:
        return copied("", 0);
    case WRONG + 2:
        return copied("a\0b", 3);
    case WRONG + 3:
    case WRONG + 4:
        long_key = bytes_memory(KEY_TOO_LONG);
        memset(long_key, 'k', KEY_TOO_LONG);
        return (struct sellable_key){long_key, KEY_TOO_LONG - kind % 2};
    default:
        return copied(wrong[kind], strlen(wrong[kind]));
    }
}

static struct sellable_key raw_key(struct bytes *bytes) {
    size_t size = bytes_one(bytes);
    char *raw = bytes_memory(size);
    for (size_t i = 0; i < size; i++)
        raw[i] = (char)bytes_one(bytes);
    return (struct sellable_key){raw, size};
}

struct sellable_key bytes_key(struct bytes *bytes, const char *const *usual) {
    uint32_t count = 1; /* a list names one thing at least */
    while (usual[count] != NULL)
        count++;
    uint8_t kind = bytes_one(bytes);
    if (kind < 228)
        return copied(usual[kind % count], strlen(usual[kind % count]));
    if (kind < 236)
        return (struct sellable_key){NULL, 0};
    if (kind < 248) /* a new one */
        return copied((const char[]){'n', (char)('0' + bytes_below(bytes, 10))}, 2);
    return kind < 253 ? odd_key(bytes) : raw_key(bytes);
}
