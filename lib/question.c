/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions: they read, and write nothing that another thread reads.
 *
 * Each reads the lines it needs, works out the answer, and gives it if those lines are still the
 * same: then there is an instant at which all of them were so. Blobs are copied before that is
 * looked at.
 *
 * Cache lines of `available` by handle: the world's and the channel's (hot), the row's first. */
#include "ask.h"

/* The one line of an item with nothing but cells, in a channel with nothing but the settings in its
 * line. */
static inline bool available_plainly(const struct sellable *engine, const struct sbl_line *channel,
                                     const struct sbl_line *row,
                                     struct sellable_availability *availability) {
    struct sbl_settings settings;
    int64_t net[SBL_ROW_CELLS], pool = 0;
    if (row == NULL || channel == NULL)
        return false;
    uint64_t header = sbl_load_acquire(HEADER, &row->header);
    uint64_t form = sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]);
    uint64_t locations = sbl_load_acquire(WORD, &row->word[SBL_ROW_LOCATIONS]);
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        net[i] = (int64_t)sbl_load_acquire(WORD, &row->word[SBL_ROW_NET + i]);
    if (!sbl_settings_read(&engine->commit.world, channel, &settings))
        return false;
    bool near = true;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint64_t location = locations >> (16 * i) & 0xffff;
        uint64_t ships = location != 0 ? settings.mask >> ((location - 1) & 63) & 1 : 0;
        near &= location <= 64;
        pool += ships != 0 ? sbl_part(sbl_free(net[i]), settings.share) : 0;
    }
    int64_t left = sbl_max(0, sbl_min(pool, SELLABLE_QUANTITY_MAX) - settings.buffer);
    availability->promisable = (settings.form & SBL_CHANNEL_CLOSED) != 0 ? 0 : left;
    availability->published = availability->promisable;
    availability->level =
        availability->published == 0 ? SELLABLE_LEVEL_NONE : SELLABLE_LEVEL_OK;
    availability->reserved = 0;
    return near && (settings.form & SBL_CHANNEL_ASKS) == 0 &&
           (form & (SBL_ROW_EXISTS | SBL_ROW_GENERAL)) == SBL_ROW_EXISTS &&
           (header & SBL_MARK) == 0 && sbl_load(&row->header) == header;
}

static SBL_NOINLINE enum sellable_status available_in_general(
    const struct sellable *engine, uint32_t item, uint32_t channel,
    const struct sellable_question *question, struct sellable_availability *availability) {
    struct sbl_ask ask;
    int64_t published = 0;
    enum sellable_level level = SELLABLE_LEVEL_NONE;
    enum sellable_status status;
    do {
        *availability = (struct sellable_availability){0};
        status = sbl_ask_begin(&ask, engine, item, channel, question);
        if (status == SELLABLE_OK)
            availability->promisable = sbl_ask_promisable(&ask, NULL);
        published = sbl_published(&ask.sight.terms, availability->promisable);
        level = sbl_level(&ask.sight.terms, published);
    } while (!sbl_ask_still(&ask));
    if (status != SELLABLE_OK)
        return status;
    availability->published = published;
    availability->level = level;
    return SELLABLE_OK;
}

static inline enum sellable_status available(const struct sellable *engine, uint32_t item,
                                             uint32_t channel,
                                             const struct sellable_question *question,
                                             struct sellable_availability *availability) {
    if (SBL_LIKELY(question->has_date == 0 && question->order.bytes == NULL) &&
        SBL_LIKELY(available_plainly(engine, sbl_channel_line(engine, channel),
                                     sbl_row_line(engine, item), availability)))
        return SELLABLE_OK;
    return available_in_general(engine, item, channel, question, availability);
}

enum sellable_status sellable_available(const struct sellable *engine,
                                        const struct sellable_question *question,
                                        struct sellable_availability *availability) {
    uint32_t item = sbl_item_number(engine, question->item, question->item_key);
    uint32_t channel = sbl_channel_number(engine, question->channel, question->channel_key);
    return available(engine, item, channel, question, availability);
}

/* A batch by key goes in four steps, each some questions behind the one before: the key's bucket is
 * fetched; then the blob that its entry leads to; then the row that the blob names; then it is
 * read. */
enum { STEP = 8, RING = 4 * STEP };

struct ahead {
    struct sbl_key key[RING];
    bool is_key[RING];
    uint32_t item[RING];
};

static void step_key(const struct sellable *engine, const struct sellable_question *question,
                     struct ahead *ahead, size_t i) {
    ahead->item[i % RING] = question->item.id;
    ahead->is_key[i % RING] =
        question->item.id == 0 &&
        sbl_key_make(&ahead->key[i % RING], question->item_key, engine->seed);
    if (ahead->is_key[i % RING])
        sbl_index_prefetch_to_read(&engine->items, ahead->key[i % RING].hash);
}

static void step_row(const struct sellable *engine, struct ahead *ahead, size_t i) {
    uint32_t *item = &ahead->item[i % RING];
    if (ahead->is_key[i % RING])
        *item = sbl_number_for(engine, &engine->items, &ahead->key[i % RING]);
    const struct sbl_line *row = sbl_row_line(engine, *item);
    if (row != NULL)
        sbl_prefetch_to_read(row);
}

void sellable_available_batch(const struct sellable *engine,
                              const struct sellable_question *questions, size_t count,
                              enum sellable_status *statuses,
                              struct sellable_availability *availabilities) {
    struct ahead ahead;
    for (size_t i = 0; i < count + 3 * STEP; i++) {
        if (i < count)
            step_key(engine, &questions[i], &ahead, i);
        if (i >= STEP && i - STEP < count && ahead.is_key[(i - STEP) % RING])
            sbl_index_prefetch_entry(&engine->items, ahead.key[(i - STEP) % RING].hash);
        if (i >= 2 * STEP && i - 2 * STEP < count)
            step_row(engine, &ahead, i - 2 * STEP);
        if (i >= 3 * STEP) {
            size_t now = i - 3 * STEP;
            if (SBL_UNLIKELY(ahead.is_key[now % RING] && ahead.item[now % RING] == 0))
                step_row(engine, &ahead, now); /* not there then: perhaps it is by now */
            statuses[now] = available(engine, ahead.item[now % RING],
                                      sbl_channel_number(engine, questions[now].channel,
                                                         questions[now].channel_key),
                                      &questions[now], &availabilities[now]);
        }
    }
}
