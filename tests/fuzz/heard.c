/* SPDX-License-Identifier: Apache-2.0
 *
 * See heard.h. */
#include "heard.h"

#include <stdlib.h>
#include <string.h>

static bool is_kept(struct sellable_channel channel, struct sellable_item item) {
    return channel.id - 1 < HEARD_CHANNELS && item.id - 1 < HEARD_ITEMS;
}

void heard_note(struct heard *heard, struct sellable_channel channel, struct sellable_item item,
                int64_t published, uint32_t level) {
    if (!is_kept(channel, item))
        return;
    heard->of[channel.id - 1][item.id - 1].published = published;
    heard->of[channel.id - 1][item.id - 1].level = level;
}

/* ---- one answer ------------------------------------------------------------------------------ */

/* Is a before b, as bytes? */
static bool is_before(struct sellable_key a, struct sellable_key b) {
    int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);
    return order != 0 ? order < 0 : a.size < b.size;
}

static struct sellable_policy settings_of(const struct sellable *engine,
                                          struct sellable_channel channel,
                                          struct sellable_item item) {
    const struct sellable_scope scope = {.item = item, .channel = channel};
    struct sellable_policy policy;
    must_be(sellable_policy_find(engine, &scope, &policy, NULL, 0), ==, SELLABLE_OK);
    return policy;
}

static struct sellable_availability figure_of(const struct sellable *engine,
                                              struct sellable_channel channel,
                                              struct sellable_item item) {
    const struct sellable_question question = {.item = item, .channel = channel};
    struct sellable_availability figure;
    must_be(sellable_available(engine, &question, &figure), ==, SELLABLE_OK);
    return figure;
}

/* It is the figure that an asker gets, and news, unless it is told again. */
static void change_is_right(const struct heard *heard, const struct sellable *engine,
                            struct sellable_channel channel,
                            const struct sellable_change *change) {
    struct sellable_availability figure = figure_of(engine, channel, change->item);
    must_be(change->published, ==, figure.published);
    must_be(change->promisable, ==, figure.promisable);
    must_be(change->level, ==, figure.level);
    must_be(change->level == SELLABLE_LEVEL_NONE, ==, change->published == 0);
    must(!settings_of(engine, channel, change->item).paused);
    if (is_kept(channel, change->item) && !heard->may_be_owed[channel.id - 1])
        must(heard->of[channel.id - 1][change->item.id - 1].published != change->published ||
             heard->of[channel.id - 1][change->item.id - 1].level != change->level);
}

/* First what is told again, then the rest; each by the items' keys. */
static void order_is_right(const struct sellable *engine, const struct sellable_changes *answer) {
    uint32_t begins = 1;
    for (uint64_t i = 1; i < answer->count; i++) {
        struct sellable_key before = sellable_item_key(engine, answer->changes[i - 1].item);
        begins += !is_before(before, sellable_item_key(engine, answer->changes[i].item));
    }
    must_be(begins, <=, 2);
}

static struct sellable_channel channel_of(const struct sellable *engine,
                                          const struct sellable_changes *answer) {
    struct sellable_channel channel = answer->channel;
    if (channel.id == 0)
        must_be(sellable_channel_find(engine, answer->channel_key, &channel), ==, SELLABLE_OK);
    return channel;
}

void heard_answer(struct heard *heard, const struct sellable *engine,
                  const struct sellable_changes *answer) {
    struct sellable_channel channel = channel_of(engine, answer);
    must_be(answer->count, <=, answer->capacity);
    must(answer->more == 0 || (answer->more == 1 && answer->count == answer->capacity));
    must(answer->position >= answer->count);
    order_is_right(engine, answer);
    if (channel.id <= HEARD_CHANNELS) {
        uint64_t *position = &heard->position[channel.id - 1];
        if (answer->has_after && answer->after < *position)
            heard->may_be_owed[channel.id - 1] = true;
        must_be(answer->position, ==, *position + answer->count);
        *position = answer->position;
    }
    for (uint64_t i = 0; i < answer->count; i++)
        change_is_right(heard, engine, channel, &answer->changes[i]);
    for (uint64_t i = 0; i < answer->count; i++)
        heard_note(heard, channel, answer->changes[i].item, answer->changes[i].published,
                   answer->changes[i].level);
}

/* ---- at the end ------------------------------------------------------------------------------ */

static void ask_until_quiet(struct heard *heard, struct sellable *engine,
                            struct sellable_channel channel) {
    enum { ROOM = 16 };
    struct sellable_change changes[ROOM];
    struct sellable_changes answer = {.channel = channel, .changes = changes, .capacity = ROOM};
    do {
        must_be(sellable_changes(engine, NULL, &answer), ==, SELLABLE_OK);
        heard_answer(heard, engine, &answer);
    } while (answer.more);
}

/* Another figure than it was told: it is paused, or its interval runs, or the step is larger. */
static void is_heard(const struct heard *heard, const struct sellable *engine,
                     struct sellable_channel channel, struct sellable_item item) {
    struct sellable_availability figure = figure_of(engine, channel, item);
    int64_t published = heard->of[channel.id - 1][item.id - 1].published;
    uint32_t level = heard->of[channel.id - 1][item.id - 1].level;
    if (figure.published == published && figure.level == level)
        return;
    struct sellable_policy settings = settings_of(engine, channel, item);
    bool small = published != 0 && figure.level == level &&
                 llabs(figure.published - published) < settings.step;
    must(settings.paused || (figure.published != 0 && (settings.interval > 0 || small)));
}

void heard_all(struct heard *heard, struct sellable *engine) {
    struct sellable_channel channel = {0};
    while ((channel = sellable_channel_next(engine, channel)).id != 0) {
        struct sellable_item item = {0};
        ask_until_quiet(heard, engine, channel);
        while ((item = sellable_item_next(engine, item)).id != 0)
            if (is_kept(channel, item))
                is_heard(heard, engine, channel, item);
    }
}
