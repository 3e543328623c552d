/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_available_batch, sellable_explain, sellable_item_key. */
#include "ask.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

/* For the order of equals: qsort hands on no context. */
struct candidate {
    const struct item *item;
    struct sellable_key key;
};

static int most_wanted_first(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->item->wanted != b->item->wanted)
        return a->item->wanted > b->item->wanted ? -1 : 1;
    size_t common = a->key.size < b->key.size ? a->key.size : b->key.size;
    int order = memcmp(a->key.bytes, b->key.bytes, common);
    return order != 0 ? order : (a->key.size > b->key.size) - (a->key.size < b->key.size);
}

struct wanted *ask_wanted(const struct sellable *engine, const struct folder *folder, size_t top,
                          size_t *count)
{
    struct candidate *candidates = allocate(folder->item_count, sizeof *candidates);
    size_t candidate_count = 0;
    for (size_t id = 0; id < folder->items_end; id++) {
        const struct item *item = &folder->items[id];
        if (item->wanted > 0)
            candidates[candidate_count++] =
                (struct candidate){item, sellable_item_key(engine, item->handle)};
    }
    qsort(candidates, candidate_count, sizeof *candidates, most_wanted_first);
    *count = candidate_count < top ? candidate_count : top;

    /* All questions in one call: item by item, for each channel. */
    size_t question_count = *count * CHANNEL_COUNT;
    struct sellable_question *questions = allocate(question_count, sizeof *questions);
    enum sellable_status *statuses = allocate(question_count, sizeof *statuses);
    struct sellable_availability *answers = allocate(question_count, sizeof *answers);
    for (size_t i = 0; i < question_count; i++) {
        questions[i].item = candidates[i / CHANNEL_COUNT].item->handle;
        questions[i].channel = folder->channels[i % CHANNEL_COUNT];
    }
    sellable_available_batch(engine, questions, question_count, statuses, answers);

    struct wanted *wanted = allocate(*count, sizeof *wanted);
    for (size_t i = 0; i < question_count; i++) {
        must(statuses[i], "sellable_available_batch");
        wanted[i / CHANNEL_COUNT].item = candidates[i / CHANNEL_COUNT].item;
        wanted[i / CHANNEL_COUNT].availability[i % CHANNEL_COUNT] = answers[i];
    }
    free(candidates);
    free(questions);
    free(statuses);
    free(answers);
    return wanted;
}

void ask_why(const struct sellable *engine, const struct folder *folder,
             const struct wanted *wanted, size_t count, struct explained *explained)
{
    memset(explained, 0, sizeof *explained);
    if (count == 0)
        return;
    size_t chosen = 0;
    while (chosen + 1 < count && wanted[chosen].item->fullest == NULL)
        chosen++;
    const struct item *item = wanted[wanted[chosen].item->fullest != NULL ? chosen : 0].item;

    struct sellable_question question = {.item = item->handle,
                                         .channel = folder->channels[CHANNEL_COUNT - 1]};
    struct sellable_explanation *explanation = &explained->explanation;
    explanation->terms = allocate(folder->location_count, sizeof *explanation->terms);
    explanation->term_capacity = (uint32_t)folder->location_count;
    explanation->because = explained->because;
    explanation->because_capacity = sizeof explained->because;
    must(sellable_explain(engine, &question, explanation), "sellable_explain");
}
