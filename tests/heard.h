/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of changes: what was told, answer by answer, as those who asked heard it; and what must
 * hold of it once all answers for a channel are put together: they add up to the position without
 * holes or overlaps, and what was told last is what there is. */
#ifndef SELLABLE_TESTS_HEARD_H
#define SELLABLE_TESTS_HEARD_H

#include "scene.h"

#include <stdbool.h>
#include <stdlib.h>

/* One answer. */
struct heard_answer {
    uint64_t position, count;
    uint64_t first;              /* its changes begin here, in the list of all */
    int64_t now_before, now_after; /* the engine's time before the question and after it */
    bool has_after, more;
    uint64_t after, capacity;
};

/* All that one has heard, in its order. */
struct heard {
    struct heard_answer *answer;
    struct sellable_change *change;
    uint64_t answers, answer_room, changes, change_room;
};

static inline void heard_free(struct heard *heard) {
    free(heard->answer);
    free(heard->change);
    memset(heard, 0, sizeof *heard);
}

static inline void heard_make_room(struct heard *heard, uint64_t capacity) {
    if (heard->answers == heard->answer_room) {
        heard->answer_room = 2 * heard->answer_room + 64;
        heard->answer = realloc(heard->answer, heard->answer_room * sizeof *heard->answer);
    }
    if (heard->changes + capacity > heard->change_room) {
        heard->change_room = 2 * (heard->changes + capacity);
        heard->change = realloc(heard->change, heard->change_room * sizeof *heard->change);
    }
    if (heard->answer == NULL || heard->change == NULL)
        abort();
}

/* Ask once; what is told is kept. Asserts nothing: any thread may ask. */
static inline enum sellable_status hear(struct sellable *engine, struct sellable_worker *worker,
                                        struct sellable_channel channel, const uint64_t *after,
                                        uint64_t capacity, struct heard *heard) {
    heard_make_room(heard, capacity);
    struct sellable_changes asked = {.channel = channel,
                                     .has_after = after != NULL,
                                     .after = after != NULL ? *after : 0,
                                     .changes = heard->change + heard->changes,
                                     .capacity = capacity};
    int64_t now_before = sellable_now(engine);
    enum sellable_status status = sellable_changes(engine, worker, &asked);
    if (status != SELLABLE_OK || asked.count > capacity)
        return status != SELLABLE_OK ? status : SELLABLE_OVERFLOW;
    heard->answer[heard->answers++] = (struct heard_answer){.position = asked.position,
                                                            .count = asked.count,
                                                            .first = heard->changes,
                                                            .now_before = now_before,
                                                            .now_after = sellable_now(engine),
                                                            .has_after = after != NULL,
                                                            .more = asked.more != 0,
                                                            .after = asked.after,
                                                            .capacity = capacity};
    heard->changes += asked.count;
    return status;
}

/* The last answer. */
static inline const struct heard_answer *heard_last(const struct heard *heard) {
    return &heard->answer[heard->answers - 1];
}

/* ---- put together ---------------------------------------------------------------------------- */

/* The tellings of a channel by number, from 1: number n stands at n - 1. */
struct tellings {
    uint64_t count;
    const struct sellable_change **told;
    const struct heard_answer **answer; /* that it stood in */
};

static inline void tellings_free(struct tellings *tellings) {
    free(tellings->told);
    free(tellings->answer);
}

/* Each answer holds the numbers from its position - count + 1 to its position: together all, each
 * once. */
static inline struct tellings tellings_of_at(const struct heard *heard, size_t count,
                                             const char *file, int line) {
    struct tellings all = {.count = 0};
    for (size_t i = 0; i < count; i++)
        for (uint64_t a = 0; a < heard[i].answers; a++)
            if (heard[i].answer[a].position > all.count)
                all.count = heard[i].answer[a].position;
    all.told = calloc(all.count + 1, sizeof *all.told);
    all.answer = calloc(all.count + 1, sizeof *all.answer);
    assert_non_null(all.told);
    assert_non_null(all.answer);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t a = 0; a < heard[i].answers; a++) {
            const struct heard_answer *answer = &heard[i].answer[a];
            if (answer->count > answer->position) {
                print_error("an answer of %llu ends at position %llu\n",
                            (unsigned long long)answer->count,
                            (unsigned long long)answer->position);
                _fail(file, line);
            }
            for (uint64_t n = 0; n < answer->count; n++) {
                uint64_t place = answer->position - answer->count + n;
                if (all.told[place] != NULL) {
                    print_error("telling %llu is in two answers\n", (unsigned long long)place + 1);
                    _fail(file, line);
                }
                all.told[place] = &heard[i].change[answer->first + n];
                all.answer[place] = answer;
            }
        }
    }
    for (uint64_t place = 0; place < all.count; place++) {
        if (all.told[place] == NULL) {
            print_error("telling %llu is in no answer\n", (unsigned long long)place + 1);
            _fail(file, line);
        }
    }
    return all;
}
#define tellings_of(heard, count) tellings_of_at(heard, count, __FILE__, __LINE__)

static inline bool same_told(const struct sellable_change *a, const struct sellable_change *b) {
    return a->published == b->published && a->level == b->level;
}

/* May that be told, if this was told last (never: 0, none)? As sellable.h says of `step`. */
static inline bool step_allows(const struct sellable_change *last,
                               const struct sellable_change *next, int64_t step) {
    int64_t difference = next->published > last->published ? next->published - last->published
                                                           : last->published - next->published;
    if (same_told(last, next))
        return false;
    return next->published == 0 || last->published == 0 || next->level != last->level ||
           difference >= step;
}

/* Each telling differs enough from the one before of the same item. `intervals` of 0: none. */
static inline void tellings_differ_at(const struct tellings *tellings, uint32_t items,
                                      int64_t step, int64_t interval, const char *file,
                                      int line) {
    uint64_t *last = calloc((size_t)items + 1, sizeof *last); /* number of the telling */
    assert_non_null(last);
    for (uint64_t place = 0; place < tellings->count; place++) {
        static const struct sellable_change never = {.level = SELLABLE_LEVEL_NONE};
        const struct sellable_change *told = tellings->told[place], *before = &never;
        assert_in_range(told->item.id, 1, items);
        if (last[told->item.id] != 0)
            before = tellings->told[last[told->item.id] - 1];
        if (!step_allows(before, told, step)) {
            print_error("telling %llu: item %u is told %lld %s after %lld %s\n",
                        (unsigned long long)place + 1, told->item.id, (long long)told->published,
                        sellable_level_name((int)told->level), (long long)before->published,
                        sellable_level_name((int)before->level));
            _fail(file, line);
        }
        if (last[told->item.id] != 0 && told->published != 0 &&
            tellings->answer[place]->now_after -
                    tellings->answer[last[told->item.id] - 1]->now_before <
                interval) {
            print_error("telling %llu: item %u is told again within its interval\n",
                        (unsigned long long)place + 1, told->item.id);
            _fail(file, line);
        }
        last[told->item.id] = place + 1;
    }
    free(last);
}
#define tellings_differ(tellings, items, step, interval)                                           \
    tellings_differ_at(tellings, items, step, interval, __FILE__, __LINE__)

/* What was told last of each item is what the channel sees now, or (step > 1) too near to it to be
 * told. */
static inline void told_is_seen_at(const struct sellable *engine, struct sellable_channel channel,
                                   const struct tellings *tellings, uint32_t items, int64_t step,
                                   const char *file, int line) {
    struct sellable_change *last = calloc((size_t)items + 1, sizeof *last);
    int64_t told = 0, seen = 0;
    assert_non_null(last);
    for (uint64_t place = 0; place < tellings->count; place++)
        last[tellings->told[place]->item.id] = *tellings->told[place];
    for (uint32_t item = 1; item <= items; item++) {
        const struct sellable_question question = {.item = {item}, .channel = channel};
        struct sellable_availability now;
        if (sellable_available(engine, &question, &now) == SELLABLE_UNKNOWN_ITEM)
            continue;
        const struct sellable_change wanted = {.level = now.level, .published = now.published};
        if (step_allows(&last[item], &wanted, step)) {
            print_error("of item %u channel %u was told %lld %s, and sees %lld %s\n", item,
                        channel.id, (long long)last[item].published,
                        sellable_level_name((int)last[item].level), (long long)now.published,
                        sellable_level_name((int)now.level));
            _fail(file, line);
        }
        told += last[item].published;
        seen += now.published;
    }
    if (step <= 1)
        equal_at(told, seen, "the sum of what was told", file, line);
    free(last);
}
#define told_is_seen(engine, channel, tellings, items, step)                                       \
    told_is_seen_at(engine, channel, tellings, items, step, __FILE__, __LINE__)

#endif
