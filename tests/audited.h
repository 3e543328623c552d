/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of the audit: asking for it, telling hashes apart, and masters to begin with. */
#ifndef SELLABLE_TESTS_AUDITED_H
#define SELLABLE_TESTS_AUDITED_H

#include "scene.h"

#include <stdbool.h>

/* The audit of an engine that is consistent. */
static inline struct sellable_audit audited_at(struct sellable *engine, const char *file,
                                               int line) {
    struct sellable_audit audit;
    memset(&audit, 0xa5, sizeof audit);
    expect_at((int)sellable_audit(engine, NULL, &audit), SELLABLE_OK, "sellable_audit", file,
              line);
    equal_at(audit.consistent, 1, "consistent", file, line);
    equal_at(audit.item.id | audit.location.id | audit.reserved, 0, "what is not consistent", file,
             line);
    return audit;
}
#define audited(engine) audited_at(engine, __FILE__, __LINE__)

static inline bool equal_hash(const uint64_t a[2], const uint64_t b[2]) {
    return a[0] == b[0] && a[1] == b[1];
}

/* The hash is what it was. */
static inline void is_back_at(struct sellable *engine, const uint64_t hash[2], const char *what,
                              const char *file, int line) {
    const struct sellable_audit audit = audited_at(engine, file, line);
    if (!equal_hash(audit.hash, hash)) {
        print_error("the hash is another one: %s\n", what);
        _fail(file, line);
    }
}
#define is_back(engine, hash, what) is_back_at(engine, hash, what, __FILE__, __LINE__)

/* Both engines have one hash. */
static inline void are_alike_at(struct sellable *a, struct sellable *b, const char *what,
                                const char *file, int line) {
    const struct sellable_audit audit = audited_at(a, file, line);
    is_back_at(b, audit.hash, what, file, line);
}
#define are_alike(a, b, what) are_alike_at(a, b, what, __FILE__, __LINE__)

/* Hashes of states of which no two are equal. */
enum { DISTINCT_MOST = 400 };
struct distinct {
    uint32_t count;
    uint64_t hash[DISTINCT_MOST][2];
    const char *what[DISTINCT_MOST];
    uint32_t number[DISTINCT_MOST];
};

/* One more: of what, and which of them. */
static inline void is_distinct_at(struct distinct *seen, const uint64_t hash[2], const char *what,
                                  uint32_t number, const char *file, int line) {
    for (uint32_t i = 0; i < seen->count; i++) {
        if (equal_hash(seen->hash[i], hash)) {
            print_error("one hash: %s (%u) and %s (%u)\n", seen->what[i], seen->number[i], what,
                        number);
            _fail(file, line);
        }
    }
    assert_in_range(seen->count, 0, DISTINCT_MOST - 1);
    memcpy(seen->hash[seen->count], hash, sizeof seen->hash[0]);
    seen->what[seen->count] = what;
    seen->number[seen->count++] = number;
}
#define is_distinct(seen, hash, what, number)                                                      \
    is_distinct_at(seen, hash, what, number, __FILE__, __LINE__)

/* ---- a scene --------------------------------------------------------------------------------- */

static inline void declare_hold(struct sellable *engine, const char *reason) {
    expect(sellable_hold_put(engine, NULL, key_of(reason), NULL, NULL), OK);
}

/* A region: its locations are put into it. */
static inline void located_in(struct sellable *engine, const char *location, const char *region) {
    location_with(engine, location,
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of(region)});
}

/* Masters without settings. */
static inline struct sellable *bare(void) {
    struct sellable *engine = open_engine();
    located_in(engine, "east", "us");
    located_in(engine, "west", "us");
    item_of(engine, "A");
    item_of(engine, "B");
    item_of(engine, "K");
    channel_of(engine, "web");
    channel_of(engine, "vip");
    return engine;
}

#endif
