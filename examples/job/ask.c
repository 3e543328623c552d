/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_available_batch, sellable_explain, sellable_item_key, sellable_now. */
#include "ask.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

static int most_wanted_first(const void *left, const void *right)
{
    const struct promisable *a = left, *b = right;
    if (a->item->wanted != b->item->wanted)
        return a->item->wanted > b->item->wanted ? -1 : 1;
    size_t common = a->key.size < b->key.size ? a->key.size : b->key.size;
    int order = memcmp(a->key.bytes, b->key.bytes, common);
    return order != 0 ? order : (a->key.size > b->key.size) - (a->key.size < b->key.size);
}

/* All items in the order in which they are shown, and what is to come of each. */
static void list_items(const struct sellable *engine, const struct folder *folder,
                       struct forecast *forecast)
{
    int64_t *coming = allocate(folder->items_end, sizeof *coming);
    for (size_t i = 0; i < folder->supply_count; i++) {
        const struct supply *supply = &folder->supplies[i];
        if (supply->due <= forecast->dates[DATE_COUNT - 1])
            coming[supply->cell->item.id] = sum(coming[supply->cell->item.id], supply->quantity);
    }
    forecast->items = allocate(folder->item_count, sizeof *forecast->items);
    for (size_t id = 0; id < folder->items_end; id++) {
        const struct item *item = &folder->items[id];
        if (item->handle.id != 0)
            forecast->items[forecast->count++] =
                (struct promisable){.item = item,
                                    .key = sellable_item_key(engine, item->handle),
                                    .coming = coming[id]};
    }
    qsort(forecast->items, forecast->count, sizeof *forecast->items, most_wanted_first);
    free(coming);
}

/* A channel's answers: without a date, then for each of them. */
static void read_answers(const enum sellable_status *statuses,
                         const struct sellable_availability *answers,
                         struct promisable *promisable, size_t channel, struct total *total)
{
    struct figure *figure = &promisable->channels[channel];
    must(statuses[0], "sellable_available_batch");
    figure->most = answers[0];
    for (size_t d = 0; d < DATE_COUNT; d++) {
        /* The engine does not answer for a date that the channel may not promise for. */
        figure->beyond[d] = statuses[d + 1] == SELLABLE_INVALID;
        total->beyond[d] = figure->beyond[d];
        if (figure->beyond[d])
            continue;
        must(statuses[d + 1], "sellable_available_batch");
        figure->at[d] = answers[d + 1];
        total->items[d] += figure->at[d].promisable > 0;
        total->units[d] = sum(total->units[d], figure->at[d].promisable);
        promisable->changes = promisable->changes ||
                              figure->at[d].promisable != figure->at[0].promisable;
    }
}

void ask_all(const struct sellable *engine, const struct folder *folder, int64_t ahead,
             struct forecast *forecast)
{
    enum { OF_CHANNEL = 1 + DATE_COUNT, OF_ITEM = CHANNEL_COUNT * OF_CHANNEL };
    *forecast = (struct forecast){.days = {0, (ahead + 1) / 2, ahead}};
    for (size_t d = 0; d < DATE_COUNT; d++)
        forecast->dates[d] = sellable_now(engine) + forecast->days[d] * SELLABLE_DAY;
    list_items(engine, folder, forecast);

    /* All questions in one call: item by item, for each channel, for each date. */
    size_t count = forecast->count * OF_ITEM;
    struct sellable_question *questions = allocate(count, sizeof *questions);
    enum sellable_status *statuses = allocate(count, sizeof *statuses);
    struct sellable_availability *answers = allocate(count, sizeof *answers);
    for (size_t i = 0; i < count; i++) {
        size_t date = i % OF_CHANNEL;
        questions[i].item = forecast->items[i / OF_ITEM].item->handle;
        questions[i].channel = folder->channels[i % OF_ITEM / OF_CHANNEL];
        questions[i].has_date = date > 0;
        questions[i].date = date > 0 ? forecast->dates[date - 1] : 0;
    }
    sellable_available_batch(engine, questions, count, statuses, answers);

    for (size_t i = 0; i < count; i += OF_CHANNEL) {
        size_t channel = i % OF_ITEM / OF_CHANNEL;
        read_answers(&statuses[i], &answers[i], &forecast->items[i / OF_ITEM], channel,
                     &forecast->totals[channel]);
    }
    free(questions);
    free(statuses);
    free(answers);
}

void forecast_free(struct forecast *forecast)
{
    free(forecast->items);
}

static const struct promisable *choose(const struct forecast *forecast)
{
    const struct promisable *chosen = NULL;
    for (size_t i = 0; i < forecast->count && forecast->items[i].item->wanted > 0; i++) {
        if (forecast->items[i].changes)
            return &forecast->items[i];
        if (chosen == NULL && forecast->items[i].item->fullest != NULL)
            chosen = &forecast->items[i];
    }
    return chosen != NULL || forecast->count == 0 ? chosen : &forecast->items[0];
}

void ask_why(const struct sellable *engine, const struct folder *folder,
             const struct forecast *forecast, struct explained *explained)
{
    memset(explained, 0, sizeof *explained);
    const struct promisable *chosen = choose(forecast);
    if (chosen == NULL)
        return;
    struct sellable_question question = {.item = chosen->item->handle,
                                         .channel = folder->channels[CHANNEL_COUNT - 1]};
    struct sellable_explanation *explanation = &explained->explanation;
    explanation->terms = allocate(folder->location_count, sizeof *explanation->terms);
    explanation->term_capacity = (uint32_t)folder->location_count;
    explanation->because = explained->because;
    explanation->because_capacity = sizeof explained->because;
    must(sellable_explain(engine, &question, explanation), "sellable_explain");
}
