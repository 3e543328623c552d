/* SPDX-License-Identifier: Apache-2.0
 *
 * See recent.h. */
#include "recent.h"

enum { TOP = SBL_RECENT_LEVELS - 1 };

static uint32_t shift_of(int level) { return SBL_RECENT_FAN_BITS * (uint32_t)level; }

static sbl_word *word_at(const struct sbl_recent *recent, int level, uint64_t group) {
    return sbl_array_at(&recent->level[level], group >> shift_of(level));
}

void sbl_recent_init(struct sbl_recent *recent, struct sbl_memory *memory) {
    for (int level = 0; level < SBL_RECENT_LEVELS; level++)
        sbl_array_init(&recent->level[level], memory, 3, 9);
}

void sbl_recent_fini(struct sbl_recent *recent) {
    for (int level = 0; level < SBL_RECENT_LEVELS; level++)
        sbl_array_fini(&recent->level[level]);
}

bool sbl_recent_grow(struct sbl_recent *recent, uint32_t item) {
    uint64_t group = (item - 1) >> SBL_RECENT_ROW_BITS;
    for (int level = 0; level < SBL_RECENT_LEVELS; level++)
        if (!sbl_array_grow(&recent->level[level], group >> shift_of(level)))
            return false;
    return true;
}

static void raise_to(sbl_word *word, uint32_t stamp) {
    uint64_t marked = sbl_load(word);
    while (marked < stamp && !sbl_cas(RECENT, word, &marked, stamp))
        ; /* somebody else has marked it */
}

/* No level is left out where the one below is marked already: whoever marked that may not have come
 * further yet. */
void sbl_recent_mark(struct sbl_recent *recent, uint32_t item, uint32_t stamp) {
    uint64_t group = (item - 1) >> SBL_RECENT_ROW_BITS;
    for (int level = 0; level < SBL_RECENT_LEVELS; level++)
        raise_to(word_at(recent, level, group), stamp);
}

void sbl_recent_mark_all(struct sbl_recent *recent, uint32_t stamp) {
    raise_to(&recent->all, stamp);
}

/* Is a word there, and marked? */
static bool is_marked(const struct sbl_recent *recent, int level, uint64_t group, uint32_t since) {
    const sbl_word *word = word_at(recent, level, group);
    return word != NULL && sbl_load(word) >= since;
}

bool sbl_recent_next(const struct sbl_recent *recent, uint32_t since, uint64_t last,
                     uint64_t *item) {
    uint64_t group = (*item - 1) >> SBL_RECENT_ROW_BITS;
    while (group << SBL_RECENT_ROW_BITS < last) {
        int level = 0;
        while (level < TOP && (group & ((UINT64_C(1) << shift_of(level + 1)) - 1)) == 0)
            level++; /* the largest subtree that begins here */
        while (level > 0 && is_marked(recent, level, group, since))
            level--;
        if (level == 0 && is_marked(recent, 0, group, since)) {
            *item = (group << SBL_RECENT_ROW_BITS) + 1;
            return true;
        }
        group = ((group >> shift_of(level)) + 1) << shift_of(level);
    }
    return false;
}

bool sbl_recent_any(const struct sbl_recent *recent, uint32_t since) {
    uint64_t item = 1;
    return sbl_recent_all(recent, since) ||
           sbl_recent_next(recent, since, UINT64_C(1) << 31, &item);
}
