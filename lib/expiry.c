/* SPDX-License-Identifier: Apache-2.0
 *
 * See expiry.h. A hint is a block of three words: the one below it in its slot (low half) and its
 * kind, its time, its hash.
 * */
#include "expiry.h"

enum { BELOW = 1, AT = 2, HASH = 3, HINT_WORDS = 3 };

/* A slot's word: its top hint; how often something was put on it, and how often it was taken off.
 * */
#define TAKEN_OFF (UINT64_C(1) << 48)

static uint64_t after_put(uint64_t top, uint32_t hint) {
    uint32_t puts = (sbl_high(top) + 1) & 0xffff;
    return sbl_pair((sbl_high(top) & 0xffff0000) | puts, hint);
}
static uint64_t after_taking(uint64_t top) { return (top & ~(uint64_t)UINT32_MAX) + TAKEN_OFF; }
static bool same_chain(uint64_t a, uint64_t b) { return a / TAKEN_OFF == b / TAKEN_OFF; }

static uint32_t level_of(int64_t base, int64_t at) {
    return (63u - (uint32_t)__builtin_clzll((uint64_t)(base ^ at))) / 6;
}
static uint32_t slot_of(int64_t at, uint32_t level) {
    return (uint32_t)((uint64_t)at >> (6 * level)) % SBL_WHEEL_SLOTS;
}
static sbl_word *place_of(struct sbl_wheel *wheel, int64_t base, int64_t at) {
    uint32_t level = level_of(base, at);
    return &wheel->slot[level][slot_of(at, level)];
}

bool sbl_wheel_put(struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t now, int64_t at,
                   enum sbl_due_kind kind, uint64_t hash) {
    sbl_word *block, *slot = place_of(wheel, now, at);
    uint32_t hint =
        sbl_block_take_small(worker->commit->memory, &worker->cache, 0, HINT_WORDS, &block);
    if (hint == 0)
        return false;
    sbl_store_release(BLOCK, &block[AT], (uint64_t)at);
    sbl_store_release(BLOCK, &block[HASH], hash);
    uint64_t top = sbl_load(slot);
    do
        sbl_store_release(BLOCK, &block[BELOW], sbl_pair(kind, sbl_low(top)));
    while (!sbl_cas(TIMER, slot, &top, after_put(top, hint)));
    return true;
}

/* One step down a chain; false at its end. *again: it was taken off. */
static bool walk(const struct sbl_memory *memory, const sbl_word *slot, uint64_t top,
                 uint32_t *hint, struct sbl_due *due, bool *again) {
    uint32_t limit;
    if (*hint == 0)
        return false;
    const sbl_word *block = sbl_block(memory, *hint, &limit);
    uint32_t below = 0;
    if (block != NULL && limit > HASH) {
        uint64_t word = sbl_load_acquire(BLOCK, &block[BELOW]);
        below = sbl_low(word);
        due->kind = (enum sbl_due_kind)sbl_high(word);
        due->at = (int64_t)sbl_load_acquire(BLOCK, &block[AT]);
        due->hash = sbl_load_acquire(BLOCK, &block[HASH]);
    }
    *hint = below;
    *again = !same_chain(sbl_load(slot), top);
    return !*again;
}

/* The slots that are passed on the way from base to now, one after another, the highest level
 * first: a hint is only ever moved down, so whoever goes this way meets it, before it is moved or
 * after. */
struct path {
    uint32_t level, slot, end; /* of the level: the next slot, and the one after the last */
};

static struct path path_between(int64_t base, int64_t now) {
    uint32_t top = level_of(base, now);
    return (struct path){top, slot_of(base, top) + 1, slot_of(now, top) + 1};
}

static bool next_slot(struct path *path, uint32_t *level, uint32_t *slot) {
    if (path->slot == path->end) {
        if (path->level == 0)
            return false;
        path->level--;
        path->slot = 0;
        path->end = SBL_WHEEL_SLOTS;
    }
    *level = path->level;
    *slot = path->slot++;
    return true;
}

bool sbl_wheel_due(const struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t base,
                   int64_t now, uint32_t *count) {
    struct sbl_memory *memory = worker->commit->memory;
    struct sbl_buffer *list = &worker->scratch[SBL_SCRATCH_DUE];
    struct path path = path_between(base, now);
    uint32_t level, number;
    *count = 0;
    while (next_slot(&path, &level, &number)) {
        const sbl_word *slot = &wheel->slot[level][number];
        uint32_t before = *count;
        bool again;
        do {
            uint64_t top = sbl_load_acquire(TIMER, slot);
            uint32_t hint = sbl_low(top);
            struct sbl_due due = {0};
            again = false;
            *count = before;
            while (walk(memory, slot, top, &hint, &due, &again)) {
                if (due.at > now)
                    continue;
                if (!sbl_buffer_reserve(memory, list, (*count + 1) * sizeof due))
                    return false;
                ((struct sbl_due *)list->bytes)[(*count)++] = due;
            }
        } while (again);
    }
    return true;
}

static void give_chain(struct sbl_memory *memory, struct sbl_worker *worker, uint32_t hint) {
    while (hint != 0) {
        uint32_t below = sbl_low(sbl_load(&sbl_block_given(memory, hint)[BELOW]));
        sbl_blob_give(memory, &worker->cache, hint);
        hint = below;
    }
}

/* A hint on top of a chain that nobody else sees. false: no memory. */
static bool chain(struct sbl_worker *worker, const struct sbl_due *due, uint32_t *top) {
    sbl_word *block;
    uint32_t hint =
        sbl_block_take_small(worker->commit->memory, &worker->cache, 0, HINT_WORDS, &block);
    if (hint == 0)
        return false;
    sbl_store_release(BLOCK, &block[BELOW], sbl_pair(due->kind, *top));
    sbl_store_release(BLOCK, &block[AT], (uint64_t)due->at);
    sbl_store_release(BLOCK, &block[HASH], due->hash);
    *top = hint;
    return true;
}

/* Does a hint stay where it is? If it is there for `now`; or if it is not where base would have put
 * it: then it was put there for a time between, or after now, and is not for this drain to move. */
static bool stays(struct sbl_wheel *wheel, const sbl_word *slot, int64_t base, int64_t now,
                  int64_t at) {
    return place_of(wheel, now, at) == slot || place_of(wheel, base, at) != slot;
}

/* What is done goes; what is due later is filed for `now`, and stays as well if it stays. */
static bool clear_slot(struct sbl_wheel *wheel, struct sbl_worker *worker, sbl_word *slot,
                       int64_t base, int64_t now) {
    struct sbl_memory *memory = worker->commit->memory;
    for (;;) {
        uint64_t top = sbl_load_acquire(TIMER, slot);
        uint32_t hint = sbl_low(top), staying = 0;
        struct sbl_due due = {0};
        bool again = false, room = true, goes = false;
        while (room && walk(memory, slot, top, &hint, &due, &again)) {
            if (due.at > now && place_of(wheel, now, due.at) != slot)
                room = sbl_wheel_put(wheel, worker, now, due.at, due.kind, due.hash);
            if (due.at > now && stays(wheel, slot, base, now, due.at))
                room = room && chain(worker, &due, &staying);
            else
                goes = true;
        }
        if (!room || again || !goes) {
            give_chain(memory, worker, staying);
            if (again)
                continue;
            return room;
        }
        if (sbl_cas(TIMER, slot, &top, after_taking(top) | staying)) {
            give_chain(memory, worker, sbl_low(top));
            return true;
        }
        give_chain(memory, worker, staying);
    }
}

bool sbl_wheel_turn(struct sbl_wheel *wheel, struct sbl_worker *worker, int64_t base, int64_t now) {
    struct path path = path_between(base, now);
    uint32_t level, number;
    while (next_slot(&path, &level, &number) && sbl_wheel_base(wheel) == base)
        if (!clear_slot(wheel, worker, &wheel->slot[level][number], base, now))
            return false;
    uint64_t expected = (uint64_t)base;
    sbl_cas(TIMER, &wheel->base, &expected, (uint64_t)now);
    return true;
}
