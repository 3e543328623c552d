/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions: they read, and write nothing that another thread reads.
 *
 * Each reads the lines it needs, works out the answer, and gives it if those lines are still the
 * same: then there is an instant at which all of them were so. Blobs are copied before that is
 * looked at.
 *
 * Cache lines of `available` by handle: the world's and the channel's (hot), the row's first. */
#include "engine.h"

/* ---- available ---- */

/* What a channel sees of a row, over its locations. */
static inline int64_t pool_of(const struct sbl_memory *memory, const struct sbl_image *channel,
                              const struct sbl_image *row, int64_t share) {
    int64_t pool = 0;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(row, i);
        if (location != 0 && sbl_ships_from(memory, channel, location))
            pool += sbl_seen_of(sbl_row_net(row, i), share); /* 4 * 10^15 at most */
    }
    if (SBL_UNLIKELY(sbl_row_has_groups(row))) {
        struct sbl_walk walk;
        uint32_t location;
        int64_t net;
        sbl_walk_begin(&walk, memory, row);
        walk.next = SBL_ROW_CELLS;
        while (sbl_walk_next(&walk, &location, &net))
            if (location != 0 && sbl_ships_from(memory, channel, location))
                pool = sbl_add(pool, sbl_seen_of(net, share));
    }
    return pool;
}

static SBL_NOINLINE enum sellable_status available_in_general(
    const struct sellable *engine, uint32_t item, uint32_t channel,
    struct sellable_availability *availability) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    struct sbl_seen world, settings, seen;
    *availability = (struct sellable_availability){0, 0};
    for (;;) {
        sbl_line_read(commit, &commit->world, &world);
        if (SBL_UNLIKELY(row == NULL))
            return SELLABLE_UNKNOWN_ITEM;
        if (SBL_UNLIKELY(line == NULL))
            return SELLABLE_UNKNOWN_CHANNEL;
        sbl_line_read(commit, line, &settings);
        sbl_line_read(commit, row, &seen);
        struct sbl_terms terms = sbl_terms_of(&settings.image);
        int64_t pool = pool_of(&engine->memory, &settings.image, &seen.image, terms.share);
        if (SBL_UNLIKELY(!sbl_line_still(commit, row, &seen) ||
                         !sbl_line_still(commit, &commit->world, &world)))
            continue;
        if (SBL_UNLIKELY(!sbl_row_exists(&seen.image)))
            return SELLABLE_UNKNOWN_ITEM;
        if (SBL_UNLIKELY(!sbl_channel_exists(&settings.image)))
            return SELLABLE_UNKNOWN_CHANNEL;
        availability->promisable = sbl_promisable(pool, &terms);
        availability->published = sbl_published(availability->promisable);
        return SELLABLE_OK;
    }
}

/* The plain case: no marks, and a row of one line with locations among the first 64. The settings
 * are read while the row is on its way; the row's header is looked at before and after, so that
 * there is an instant of all. false: not so, look in general. */
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
        pool += ships != 0 ? sbl_seen_of(net[i], settings.terms.share) : 0;
    }
    availability->promisable = sbl_promisable(pool, &settings.terms);
    availability->published = sbl_published(availability->promisable);
    return near && (form & (SBL_ROW_EXISTS | SBL_ROW_GROUPS)) == SBL_ROW_EXISTS &&
           (header & SBL_MARK) == 0 && sbl_load(&row->header) == header;
}

static inline enum sellable_status available(const struct sellable *engine, uint32_t item,
                                             uint32_t channel,
                                             struct sellable_availability *availability) {
    if (SBL_LIKELY(available_plainly(engine, sbl_channel_line(engine, channel),
                                     sbl_row_line(engine, item), availability)))
        return SELLABLE_OK;
    return available_in_general(engine, item, channel, availability);
}

static uint32_t item_of(const struct sellable *engine, struct sellable_item item,
                        struct sellable_key key) {
    return item.id != 0 ? item.id : sbl_number_of(engine, &engine->items, key);
}
static uint32_t channel_of(const struct sellable *engine, const struct sellable_question *question) {
    return question->channel.id != 0
               ? question->channel.id
               : sbl_number_of(engine, &engine->channels, question->channel_key);
}

enum sellable_status sellable_available(const struct sellable *engine,
                                        const struct sellable_question *question,
                                        struct sellable_availability *availability) {
    return available(engine, item_of(engine, question->item, question->item_key),
                     channel_of(engine, question), availability);
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
                                      channel_of(engine, &questions[now]), &availabilities[now]);
        }
    }
}

/* ---- explain ---- */

/* The terms of one location. */
static struct sellable_term term_of(const struct sbl_cell *cell, int64_t share) {
    struct sellable_term term = {.location = {cell->location},
                                 .on_hand = cell->on_hand,
                                 .held = sbl_held(cell),
                                 .allocated = cell->allocated,
                                 .reserved = sbl_reserved(cell),
                                 .safety_stock = cell->safety_stock,
                                 .net = cell->net,
                                 .free = sbl_free(cell->net),
                                 .shared = sbl_free(cell->net),
                                 .seen = sbl_seen_of(cell->net, share)};
    return term;
}

static void add_term(struct sbl_reason *reason, const struct sellable_term *term) {
    reason->locations++;
    reason->on_hand = sbl_add(reason->on_hand, term->on_hand);
    reason->held = sbl_add(reason->held, term->held);
    reason->allocated = sbl_add(reason->allocated, term->allocated);
    reason->reserved = sbl_add(reason->reserved, term->reserved);
    reason->safety_stock = sbl_add(reason->safety_stock, term->safety_stock);
    reason->free = sbl_add(reason->free, term->free);
    reason->seen = sbl_add(reason->seen, term->seen);
    reason->shortfall = sbl_add(reason->shortfall, sbl_subtract(term->free, term->net));
}

/* Keep the terms that come first in the channel's order, in that order; `reserved_` is the rank. */
static void keep_term(struct sellable_explanation *explanation, const struct sellable_term *term) {
    uint32_t kept = explanation->term_count < explanation->term_capacity
                        ? explanation->term_count
                        : explanation->term_capacity;
    uint32_t place = kept;
    explanation->term_count++;
    if (explanation->terms == NULL || explanation->term_capacity == 0)
        return;
    while (place > 0 && explanation->terms[place - 1].reserved_ > term->reserved_) {
        if (place < explanation->term_capacity)
            explanation->terms[place] = explanation->terms[place - 1];
        place--;
    }
    if (place < explanation->term_capacity)
        explanation->terms[place] = *term;
}

/* false: something changed while it was read. */
static bool explain(const struct sellable *engine, uint32_t item, uint32_t channel,
                    struct sellable_explanation *explanation, enum sellable_status *status) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    struct sbl_seen world, settings = {0}, seen = {0};
    struct sbl_reason reason = {0};
    struct sbl_walk walk;
    uint32_t location;
    int64_t net;
    sbl_line_read(commit, &commit->world, &world);
    if (line != NULL)
        sbl_line_read(commit, line, &settings);
    if (row != NULL)
        sbl_line_read(commit, row, &seen);
    *status = !sbl_row_exists(&seen.image)
                  ? SELLABLE_UNKNOWN_ITEM
                  : (sbl_channel_exists(&settings.image) ? SELLABLE_OK
                                                         : SELLABLE_UNKNOWN_CHANNEL);
    if (*status != SELLABLE_OK)
        return true;
    reason.terms = sbl_terms_of(&settings.image);
    const struct sbl_ranks ranks =
        sbl_ranks_of(&engine->memory, sbl_route_of(&world.image, &settings.image));
    sbl_walk_begin(&walk, &engine->memory, &seen.image);
    while (sbl_walk_next(&walk, &location, &net)) {
        struct sbl_cell cell;
        uint32_t rank = location == 0 ? 0 : sbl_rank_in(&ranks, location);
        if (rank == 0)
            continue;
        sbl_row_cell(&engine->memory, &seen.image, location, &cell);
        struct sellable_term term = term_of(&cell, reason.terms.share);
        term.reserved_ = rank;
        add_term(&reason, &term);
        keep_term(explanation, &term);
    }
    for (uint32_t i = 0; i < explanation->term_count && i < explanation->term_capacity; i++)
        if (explanation->terms != NULL)
            explanation->terms[i].reserved_ = 0;
    reason.pool = sbl_min(reason.seen, SELLABLE_QUANTITY_MAX);
    reason.promisable = sbl_promisable(reason.pool, &reason.terms);
    explanation->item.id = item;
    explanation->channel.id = channel;
    explanation->now = sbl_now_of(&world.image);
    explanation->share = reason.terms.share;
    explanation->closed = reason.terms.closed;
    explanation->pool = reason.pool;
    explanation->buffer = reason.terms.buffer;
    explanation->promisable = reason.promisable;
    explanation->published = sbl_published(reason.promisable);
    explanation->because_size =
        sbl_because(&reason, explanation->because, explanation->because_capacity);
    return sbl_line_still(commit, row, &seen) &&
           sbl_line_still(commit, &commit->world, &world);
}

enum sellable_status sellable_explain(const struct sellable *engine,
                                      const struct sellable_question *question,
                                      struct sellable_explanation *explanation) {
    uint32_t item = item_of(engine, question->item, question->item_key);
    uint32_t channel = channel_of(engine, question);
    enum sellable_status status;
    do {
        *explanation =
            (struct sellable_explanation){.terms = explanation->terms,
                                          .because = explanation->because,
                                          .term_capacity = explanation->term_capacity,
                                          .because_capacity = explanation->because_capacity};
        if (explanation->because == NULL)
            explanation->because_capacity = 0;
        else if (explanation->because_capacity != 0)
            explanation->because[0] = 0;
    } while (!explain(engine, item, channel, explanation, &status));
    return status;
}

/* ---- cell ---- */

enum sellable_status sellable_cell(const struct sellable *engine,
                                   const struct sellable_place *place,
                                   struct sellable_cell *cell) {
    const struct sbl_commit *commit = &engine->commit;
    uint32_t item = item_of(engine, place->item, place->item_key);
    uint32_t location = place->location.id != 0
                            ? place->location.id
                            : sbl_number_of(engine, &engine->locations, place->location_key);
    const struct sbl_line *row = sbl_row_line(engine, item);
    struct sbl_seen seen = {0}, world;
    struct sbl_cell one;
    *cell = (struct sellable_cell){0};
    sbl_line_read(commit, &commit->world, &world);
    do {
        if (row != NULL)
            sbl_line_read(commit, row, &seen);
        if (!sbl_row_exists(&seen.image))
            return SELLABLE_UNKNOWN_ITEM;
        if (location == 0 || location > sbl_location_count(&world.image))
            return SELLABLE_UNKNOWN_LOCATION;
        sbl_row_cell(&engine->memory, &seen.image, location, &one);
    } while (!sbl_line_still(commit, row, &seen));
    cell->on_hand = one.on_hand;
    memcpy(cell->held, one.held, sizeof cell->held);
    cell->allocated = one.allocated;
    cell->reserved = sbl_reserved(&one);
    cell->safety_stock = one.safety_stock;
    cell->net = one.net;
    cell->free = sbl_free(one.net);
    cell->shared = cell->free;
    cell->short_ = sbl_short(&one);
    return SELLABLE_OK;
}

/* ---- order ---- */

/* One placement of a blob; false at its end. */
static bool placement_from(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                           uint32_t i, struct sbl_placement *placement) {
    uint64_t word[SBL_PLACEMENT_WORDS];
    if (sbl_blob_copy(memory, blob, from + SBL_ORDER_PLACEMENTS + i * SBL_PLACEMENT_WORDS, word,
                      SBL_PLACEMENT_WORDS) != SBL_PLACEMENT_WORDS)
        return false;
    *placement = sbl_placement_of(word);
    return true;
}

enum sellable_status sellable_order(const struct sellable *engine, struct sellable_key from,
                                    struct sellable_order_view *view) {
    const struct sbl_memory *memory = &engine->memory;
    struct sbl_key key;
    struct sbl_found found;
    *view = (struct sellable_order_view){.lines = view->lines,
                                         .line_capacity = view->line_capacity};
    if (!sbl_key_make(&key, from, engine->seed))
        return SELLABLE_INVALID;
    do {
        uint64_t meta = 0, fixed[SBL_ORDER_PLACEMENTS] = {0};
        uint32_t first = SBL_ENTRY_KEY + key.words;
        sbl_index_find(&engine->orders, &key, &found);
        if (found.reference == 0)
            return SELLABLE_UNKNOWN_ORDER;
        sbl_blob_copy(memory, found.reference, SBL_ENTRY_SIZE, &meta, 1);
        sbl_blob_copy(memory, found.reference, first, fixed, SBL_ORDER_PLACEMENTS);
        view->state = sbl_order_state(meta);
        view->channel.id = sbl_order_channel(meta);
        view->line_count = sbl_order_count(meta);
        view->date = (int64_t)fixed[SBL_ORDER_DATE];
        view->expires_at =
            view->state == SELLABLE_RESERVED ? (int64_t)fixed[SBL_ORDER_TIME] : 0;
        for (uint32_t i = 0; view->lines != NULL && i < view->line_count && i < view->line_capacity;
             i++) {
            struct sbl_placement placement;
            if (!placement_from(memory, found.reference, first, i, &placement))
                break;
            view->lines[i] = (struct sellable_order_line){{placement.item},
                                                          {placement.location},
                                                          sbl_placement_reserved(&placement),
                                                          placement.allocated,
                                                          placement.shipped,
                                                          placement.released};
        }
    } while (!sbl_line_still(&engine->commit, found.line, &found.seen));
    return SELLABLE_OK;
}
