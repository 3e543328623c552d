/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the audit share: the snapshot that they look at, and the hash they make of it.
 *
 * THE HASH. The state is taken apart into *things*: an item, one setting, one figure of a cell, one
 * placement of an order. Each is written down as words, with keys where the engine has handles,
 * and begins with what kind of thing it is; the hash of the state is the sum, modulo 2^128, of
 * the 128-bit hashes (XXH3, always with the same seed) of all its things. A sum does not ask in
 * which order they came, so nothing is sorted and no memory is taken for it, and handles, seeds and
 * the places in tables show nowhere.
 *
 * Why that is enough. Each thing names whose it is, so each is there once (exceptions that are
 * alike but for their numbers: as often as there are); two states differ in some things, and have
 * one hash only if the hashes of those on the one side have the same sum as of those on the other.
 * The hashes of different words are as good as drawn by chance, and then so is the difference of
 * the sums: it is 0 once in 2^128. (Exclusive or instead of the sum would lose what is there
 * twice.) Where the order of things counts - the placements of an order, a list of locations, the
 * components of a kit - each carries its place in it. The hash finds faults; it is no proof against
 * somebody who makes two states to have one, and neither would be XXH3 over all of it in one sorted
 * stream.
 *
 * What belongs to it: all that shows in an answer, now or later. Not what is left over of the past
 * (a cell whose figures are 0 again, a region without locations); nor what tells only which of two
 * independent things came first (`since` of a placement, the numbers of exceptions); nor what an
 * order or an id was asked with beyond what became of it (those fingerprints depend on the seed).
 *
 * Everything is read as the snapshot has it, and stays while that is open. Keys never change. */
#ifndef SBL_AUDIT_H
#define SBL_AUDIT_H

#include "names.h"

/* Kinds of things. The numbers are part of the hash: they stay as they are. */
enum sbl_thing_kind {
    SBL_THING_LOCATION = 1,
    SBL_THING_CHANNEL = 2,
    SBL_THING_SETTING = 3,
    SBL_THING_LISTED = 4, /* in a setting's list of locations */
    SBL_THING_HOLD = 5,
    SBL_THING_ITEM = 6,
    SBL_THING_UNIT = 7,
    SBL_THING_COMPONENT = 8,
    SBL_THING_FIGURE = 9,
    SBL_THING_SCHEDULED = 10,
    SBL_THING_PROMISED = 11,
    SBL_THING_ORDER = 12,
    SBL_THING_PLACEMENT = 13,
    SBL_THING_KIT = 14,   /* of an order, with its components as they were accepted */
    SBL_THING_FIRST = 15, /* of the first answer to an order, where it is no longer that */
    SBL_THING_SOURCE = 16,
    SBL_THING_RULE = 17, /* of ownership */
    SBL_THING_OWNER = 18,
    /* In `full` alone. */
    SBL_THING_NOW = 32,
    SBL_THING_ID = 33,
    SBL_THING_SEQUENCE = 34,
    SBL_THING_AS_OF = 35,
    SBL_THING_MOVED = 36,
    SBL_THING_TRANSFER = 37,
    SBL_THING_EXCEPTION = 38,
    SBL_THING_EXCEPTIONS = 39, /* how many there were */
    SBL_THING_FEED = 40,       /* how much a channel was told, */
    SBL_THING_TOLD = 41        /* and of an item */
};

/* A thing in the making: up to three keys, and some numbers; more are folded (sbl_thing_fold). */
enum { SBL_THING_WORDS = 3 * (1 + SBL_KEY_WORDS) + 13 };
struct sbl_thing {
    uint32_t words;
    uint64_t word[SBL_THING_WORDS];
};

/* A sum of things, modulo 2^128. */
struct sbl_digest {
    uint64_t low, high;
};
void sbl_digest_add(struct sbl_digest *digest, const struct sbl_thing *thing);

/* What the orders make of the cells; audit.c. */
struct sbl_tally {
    struct sbl_counted *counted; /* a hash table */
    uint64_t room, used;
};

struct sbl_audit {
    struct sellable *engine;
    struct sbl_worker *worker;
    uint32_t snapshot;
    struct sbl_image world;
    struct sbl_digest state; /* masters, cells and orders; */
    struct sbl_digest rest;  /* what is remembered beside them */
    struct sbl_tally tally;
    struct sellable_audit told;
};

/* ---- things ---- */

/* Numbers as bytes from the least on, so that every machine has the same hash. */
static inline uint64_t sbl_little(uint64_t number) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? number : __builtin_bswap64(number);
}

static inline void sbl_thing_number(struct sbl_thing *thing, uint64_t number) {
    assert(thing->words < SBL_THING_WORDS);
    thing->word[thing->words++] = sbl_little(number);
}

/* {NULL, 0} is a key of no bytes. */
static inline void sbl_thing_key(struct sbl_thing *thing, struct sellable_key key) {
    uint32_t words = ((uint32_t)key.size + 7) / 8;
    sbl_thing_number(thing, key.size);
    assert(thing->words + words <= SBL_THING_WORDS);
    if (words == 0)
        return;
    thing->word[thing->words + words - 1] = 0;
    memcpy(&thing->word[thing->words], key.bytes, key.size);
    thing->words += words;
}

/* A new one; or another one that goes on like this one's first words. */
static inline void sbl_thing_begin(struct sbl_thing *thing, enum sbl_thing_kind kind) {
    thing->words = 0;
    sbl_thing_number(thing, kind);
}
static inline void sbl_thing_again(struct sbl_thing *thing, enum sbl_thing_kind kind,
                                   uint32_t words) {
    thing->words = words;
    thing->word[0] = sbl_little(kind);
}

/* The words so far become the hash of them: a thing may have any number of words. */
void sbl_thing_fold(struct sbl_thing *thing);
/* It goes on with bytes, which end with zeroes up to a whole word. */
void sbl_thing_bytes(struct sbl_thing *thing, const void *bytes, uint32_t size);

/* ---- reading ---- */

/* A line as the snapshot has it; NULL: one that never was. */
static inline struct sbl_image sbl_audit_image(const struct sbl_audit *audit,
                                               const struct sbl_line *line) {
    struct sbl_image image = {{0}};
    if (line != NULL)
        sbl_snapshot_read(&audit->engine->commit, audit->snapshot, line, &image);
    return image;
}

/* Keys of what is there in the snapshot; {NULL, 0} of number 0. */
static inline struct sellable_key sbl_audit_item_key(const struct sbl_audit *audit,
                                                     uint32_t item) {
    return sbl_item_key(audit->engine, item);
}
static inline struct sellable_key sbl_audit_location_key(const struct sbl_audit *audit,
                                                         uint32_t location) {
    return sellable_location_key(audit->engine, (struct sellable_location){location});
}
static inline struct sellable_key sbl_audit_channel_key(const struct sbl_audit *audit,
                                                        uint32_t channel) {
    return sellable_channel_key(audit->engine, (struct sellable_channel){channel});
}
static inline struct sellable_key sbl_audit_source_key(const struct sbl_audit *audit,
                                                       uint32_t source) {
    return sellable_source_key(audit->engine, (struct sellable_source){source});
}

/* ---- what is hashed ---- */

/* audit_masters.c: locations, channels, reasons for holds, sources, ownership; one item, with its
 * policies. */
void sbl_audit_masters(struct sbl_audit *audit);
void sbl_audit_item(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row);

/* audit_stock.c: one item's cells; one order. */
void sbl_audit_cells(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row);
void sbl_audit_order(struct sbl_audit *audit, const struct sbl_order *order);

/* audit_rest.c: what is remembered of one item's cells; and of all else. false: no memory. */
bool sbl_audit_remembered(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row);
bool sbl_audit_rest(struct sbl_audit *audit);

/* audit_record.c: the thing goes on with what a record says, which may be wrong in any way but its
 * pointers. */
void sbl_audit_record(const struct sbl_audit *audit, struct sbl_thing *thing,
                      const struct sellable_event *event);

#endif
