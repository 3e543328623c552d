/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: what channels are told. See model.h.
 *
 * Each question works out the figure of every item there is, and compares it with the last one that
 * was told. */
#include "model_figures.h"

#include <stdlib.h>

/* One item, as it is for a channel now. */
struct news {
    uint32_t item;
    struct settings settings;
    struct sellable_availability now;
    struct told *told;
};

static struct news news_of(struct model *model, uint32_t channel, uint32_t item) {
    int64_t end = horizon_end(model, item, channel);
    int64_t promisable = promisable_of(model, item, channel, end, NULL);
    return (struct news){.item = item,
                         .settings = settings_of(model, item, channel),
                         .now = shown(model, item, channel, promisable),
                         .told = &model->listeners[channel].told[item]};
}

static bool differs(const struct news *news) {
    return news->now.published != news->told->published || news->now.level != news->told->level;
}

static bool is_within_interval(const struct model *model, const struct news *news) {
    return news->told->ever && model->now - news->told->told_at < news->settings.interval;
}

static bool is_a_step(const struct news *news) {
    return llabs(news->now.published - news->told->published) >= news->settings.step;
}

/* Whether it is to be told that is not owed. */
static bool is_to_be_told(const struct model *model, const struct news *news) {
    bool within = is_within_interval(model, news), step = is_a_step(news);
    bool from_0 = news->told->published == 0, level = news->now.level != news->told->level;
    if (news->settings.paused || !differs(news)) {
        return false;
    }
    if (news->now.published == 0) {
        model_saw(model, MODEL_RULE_TOLD_TO_0, within || !step);
        return true;
    }
    model_saw(model, MODEL_RULE_TOLD_INTERVAL, within);
    if (within) {
        return false;
    }
    model_saw(model, MODEL_RULE_TOLD_FROM_0, from_0 && !step);
    model_saw(model, MODEL_RULE_TOLD_LEVEL, level && !from_0 && !step);
    model_saw(model, MODEL_RULE_TOLD_STEP, !from_0 && !level && !step);
    return from_0 || level || step;
}

/* What was told after that position was not heard. */
static void lose(const struct model *model, struct listener *listener, uint64_t after) {
    model_saw(model, MODEL_RULE_OWED_NOTHING, after >= listener->position);
    for (uint32_t item = 1; item <= MODEL_ITEMS; item++) {
        struct told *told = &listener->told[item];
        bool lost = told->ever && told->number > after;
        model_saw(model, MODEL_RULE_OWED, lost);
        told->owed = told->owed || lost;
    }
}

static void saw_telling(const struct model *model, const struct listener *listener,
                        const struct news *news, bool lost_now) {
    const struct told *told = news->told;
    const struct item *item = &model->items[news->item];
    bool within = is_within_interval(model, news), step = is_a_step(news);
    bool by_time = told->ever && !told->held_back && listener->asked_at == model->changes;
    model_saw(model, MODEL_RULE_TOLD_FIRST, !told->ever);
    model_saw(model, MODEL_RULE_TOLD_AGAIN, told->ever && differs(news));
    model_saw(model, MODEL_RULE_TOLD_BY_TIME, by_time && !told->owed);
    model_saw(model, MODEL_RULE_TOLD_AT_LAST, told->held_back && !told->owed);
    model_saw(model, MODEL_RULE_TOLD_CLOSED, news->settings.closed && differs(news));
    model_saw(model, MODEL_RULE_TOLD_KIT, item->component_count > 0);
    model_saw(model, MODEL_RULE_TOLD_UNTRACKED, !item->tracked);
    model_saw(model, MODEL_RULE_OWED_UNCHANGED, told->owed && !differs(news));
    model_saw(model, MODEL_RULE_OWED_HELD_BACK,
              told->owed && differs(news) && (within || !step) && news->now.published != 0);
    model_saw(model, MODEL_RULE_OWED_LEFT, told->owed && !lost_now);
}

static void tell(const struct model *model, struct listener *listener, const struct news *news,
                 struct sellable_changes *changes) {
    changes->changes[changes->count++] = (struct sellable_change){.item = {news->item},
                                                                  .level = news->now.level,
                                                                  .published = news->now.published,
                                                                  .promisable =
                                                                      news->now.promisable};
    *news->told = (struct told){.ever = true,
                                .published = news->now.published,
                                .level = news->now.level,
                                .told_at = model->now,
                                .number = ++listener->position};
}

/* Those that are owed, or the others, as far as there is room. */
static void tell_some(struct model *model, uint32_t channel, bool owed, const uint32_t *items,
                      uint32_t count, struct sellable_changes *changes) {
    struct listener *listener = &model->listeners[channel];
    bool lost = changes->has_after && changes->after < listener->position;
    for (uint32_t i = 0; i < count; i++) {
        struct news news = news_of(model, channel, items[i]);
        if (news.told->owed != owed) {
            continue;
        }
        model_saw(model, MODEL_RULE_OWED_PAUSED, owed && news.settings.paused);
        model_saw(model, MODEL_RULE_TOLD_PAUSED, !owed && news.settings.paused && differs(&news));
        bool tells = owed ? !news.settings.paused : is_to_be_told(model, &news);
        if (tells && changes->count < changes->capacity) {
            saw_telling(model, listener, &news, lost);
            tell(model, listener, &news, changes);
        } else if (tells) {
            changes->more = 1;
        } else {
            bool back = news.told->held_back && !differs(&news);
            model_saw(model, MODEL_RULE_TOLD_CAME_BACK, back);
            news.told->held_back = differs(&news) && !news.settings.paused;
            news.told->untold = false;
        }
    }
}

static void saw_order(const struct model *model, const struct sellable_changes *changes) {
    const struct text *text = model->item_names.text;
    for (uint64_t i = 1; i < changes->count; i++) {
        const struct text *before = &text[changes->changes[i - 1].item.id];
        model_saw(model, MODEL_RULE_OWED_BEFORE,
                  model_compare(before, &text[changes->changes[i].item.id]) > 0);
    }
    model_saw(model, MODEL_RULE_TOLD_MORE, changes->more);
}

enum sellable_status model_changes(struct model *model, struct sellable_changes *changes) {
    uint32_t items[MODEL_ITEMS];
    changes->count = changes->position = 0;
    changes->more = 0;
    if (changes->has_after > 1 || (changes->capacity > 0 && !changes->changes)) {
        return SELLABLE_INVALID;
    }
    uint32_t channel =
        model_resolve(&model->channel_names, changes->channel.id, changes->channel_key);
    if (channel == 0) {
        return SELLABLE_UNKNOWN_CHANNEL;
    }
    struct listener *listener = &model->listeners[channel];
    uint32_t count = model_in_order(&model->item_names, items);
    listener->listens = true;
    if (changes->has_after) {
        lose(model, listener, changes->after);
    }
    tell_some(model, channel, true, items, count, changes);
    tell_some(model, channel, false, items, count, changes);
    saw_order(model, changes);
    changes->position = listener->position;
    listener->asked_at = changes->more ? UINT64_MAX : model->changes;
    return SELLABLE_OK;
}

uint64_t model_told_sum(const struct model *model) {
    uint64_t sum = 0;
    for (uint32_t channel = 1; channel <= MODEL_CHANNELS; channel++) {
        const struct listener *listener = &model->listeners[channel];
        sum = sum * 31 + listener->position;
        for (uint32_t item = 1; item <= MODEL_ITEMS; item++) {
            const struct told *told = &listener->told[item];
            const uint64_t parts[] = {told->ever,  told->owed,
                                      told->level, (uint64_t)told->published,
                                      told->number, (uint64_t)told->told_at};
            for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
                sum = (sum ^ parts[i]) * UINT64_C(0x100000001b3);
            }
        }
    }
    return sum;
}

bool model_has_untold(struct model *model, struct sellable_channel channel, int64_t *since) {
    uint64_t *rules = model->rules;
    bool untold = false;
    model->rules = NULL;
    *since = model->now;
    for (uint32_t item = 1; item <= model->item_names.count; item++) {
        struct news news = news_of(model, channel.id, item);
        struct told *told = news.told;
        bool owed = told->owed && !news.settings.paused;
        bool now = owed || is_to_be_told(model, &news);
        told->untold_at = now && told->untold ? told->untold_at : model->now;
        told->untold = now;
        untold = untold || now;
        *since = now ? model_least(*since, told->untold_at) : *since;
    }
    model->rules = rules;
    return untold;
}
