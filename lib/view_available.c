/* SPDX-License-Identifier: Apache-2.0
 *
 * What channels may promise, of a view, in columns.
 *
 * Rows are read once, a hundred or so at a time; each channel then works on all of them, so that
 * what it writes stands together. What a plain row's figure depends on beside the row - which
 * locations the channel has, its share, its terms - is read once a call. A row with more than that
 * (dated stock, fences, what waits, settings of its own, a kit, more locations than its line has),
 * or a channel that sells in a unit, is looked at as any question is, in a sight of the snapshot.
 *
 * Channels beyond the first few dozen take a further pass over the rows: nothing here asks for
 * memory. */
#include "instant.h"

enum {
    CHANNELS = 32, /* at once, */
    ROWS = 128,    /* and so of rows */
    MASKED = 64    /* locations that a channel's mask speaks of */
};

/* A channel, as it asks for plain rows. */
struct asker {
    uint32_t channel;
    struct sbl_image image;
    struct sbl_terms terms;
    uint64_t mask; /* which of the first locations it has */
    bool anywhere; /* it has any active location */
    bool simple;   /* a plain row is all that it asks for */
    bool as_seen;  /* what it sees it may promise, neither more nor less */
};

/* Some rows, cell by cell; what is free in one that is not plain stands as 0. */
struct rows {
    uint32_t count;
    bool others; /* not all are plain */
    bool alike;  /* all have the locations of the first, in this order */
    bool large;  /* perhaps a sum of theirs is beyond 10^15 */
    bool plain[ROWS];
    uint32_t item[ROWS];
    uint64_t locations[ROWS]; /* as in a row's line */
    int64_t free[SBL_ROW_CELLS][ROWS];
};

struct walk {
    struct sbl_instant at;
    struct sbl_image world;
    int64_t now;
    uint64_t items; /* the last number */
    struct rows rows;
    uint32_t askers;
    bool others; /* not all of them are simple */
    struct asker asker[CHANNELS];
};

static uint32_t location_in(uint64_t locations, int cell) {
    return (uint32_t)(locations >> (16 * cell)) & 0xffff;
}

/* ---- channels ---- */

static void read_asker(const struct walk *walk, uint32_t channel, struct asker *asker) {
    struct sbl_layer layer;
    asker->channel = channel;
    asker->image = sbl_image_at(&walk->at, sbl_channel_line(walk->at.engine, channel));
    sbl_layers(walk->at.engine, 0, channel, &asker->image, &layer);
    const struct sbl_terms terms = asker->terms = sbl_terms_of(&layer);
    asker->mask = asker->image.word[SBL_CHANNEL_MASK];
    asker->anywhere = sbl_ranks_of(&walk->at.engine->memory,
                                   sbl_route_of(&walk->world, &asker->image))
                          .first != 0;
    asker->simple = (layer.set & SELLABLE_SETTING_UNIT) == 0;
    asker->as_seen = !terms.closed && terms.buffer == 0 && terms.backorder == 0;
}

/* ---- rows ---- */

/* Do all four locations show in a mask? A location is 16 bits, of which those from 7 on have to be
 * 0, with 63 added too. */
static bool are_masked(uint64_t locations) {
    const uint64_t high = UINT64_C(0xff80ff80ff80ff80), rest = UINT64_C(0x003f003f003f003f);
    static_assert(MASKED == 0x80 - 0x3f - 1, "the highest that stays below 128 with 63 added");
    return ((locations | (locations + rest)) & high) == 0;
}

/* What is free of a cell of the next row. */
static inline void put_free(struct rows *rows, int cell, int64_t net) {
    enum { LARGE = 47 }; /* four numbers of so many bits are less than 10^15 */
    int64_t free = sbl_free(net);
    rows->free[cell][rows->count] = free;
    rows->large |= free >> LARGE != 0;
}

/* Read a plain row that has not changed since. false: it is none, or has. */
static inline bool read_plainly(const struct sbl_line *line, uint32_t snapshot,
                                struct rows *rows) {
    uint32_t place = rows->count;
    int64_t net[SBL_ROW_CELLS];
    uint64_t header = sbl_load_acquire(HEADER, &line->header);
    uint64_t stamp = sbl_load_acquire(WORD, &line->word[SBL_STAMP]);
    uint64_t form = sbl_load_acquire(WORD, &line->word[SBL_ROW_FORM]);
    uint64_t locations = sbl_load_acquire(WORD, &line->word[SBL_ROW_LOCATIONS]);
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        net[i] = (int64_t)sbl_load_acquire(WORD, &line->word[SBL_ROW_NET + i]);
    bool same = sbl_load(&line->header) == header;
    if (SBL_UNLIKELY(!same || (header & SBL_MARK) != 0 || sbl_high(stamp) >= snapshot ||
                     (form & (SBL_ROW_EXISTS | SBL_ROW_GENERAL)) != SBL_ROW_EXISTS ||
                     !are_masked(locations)))
        return false;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        put_free(rows, i, net[i]);
    rows->locations[place] = locations;
    rows->plain[place] = true;
    return true;
}

/* Read any row. false: there was none. */
static SBL_NOINLINE bool read_row(const struct walk *walk, const struct sbl_line *line,
                                  uint32_t item, struct rows *rows) {
    uint32_t place = rows->count;
    struct sbl_image row;
    if (line == NULL)
        return false;
    sbl_row_at(&walk->at, line, &row);
    if (!sbl_row_exists(&row))
        return false;
    bool plain = sbl_row_is_plain(&row) && are_masked(row.word[SBL_ROW_LOCATIONS]);
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        put_free(rows, i, plain ? sbl_row_net(&row, i) : 0);
    rows->locations[place] = plain ? row.word[SBL_ROW_LOCATIONS] : rows->locations[0];
    rows->plain[place] = plain;
    rows->others |= !plain;
    if (!plain)
        sbl_prefetch_root(&walk->at, item);
    return true;
}

/* The next rows behind *next, at most `most`. */
static void read_rows(struct walk *walk, uint64_t *next, uint64_t most) {
    struct rows *rows = &walk->rows;
    uint64_t differs = 0;
    rows->count = 0;
    rows->locations[0] = 0;
    rows->others = rows->large = false;
    while (*next < walk->items && rows->count < ROWS && rows->count < most) {
        uint32_t item = (uint32_t)++*next;
        const struct sbl_line *line = sbl_row_line(walk->at.engine, item);
        sbl_prefetch_to_read((const void *)((uintptr_t)line + SBL_ROWS_AHEAD * sizeof *line));
        if ((line == NULL || !read_plainly(line, walk->at.snapshot, rows)) &&
            !read_row(walk, line, item, rows))
            continue;
        rows->item[rows->count] = item;
        differs |= rows->locations[rows->count++] ^ rows->locations[0];
    }
    rows->alike = differs == 0;
}

/* ---- plain rows ---- */

/* The part of what is free that a channel sees; of what one cell can have, the product fits. */
static inline int64_t part_of(int64_t free, int64_t share) {
    static_assert(SELLABLE_QUANTITY_MAX <= UINT64_MAX / SELLABLE_SHARE_ALL, "it fits");
    return (int64_t)((uint64_t)free * (uint64_t)share / SELLABLE_SHARE_ALL);
}

/* Of the locations of a row those that a channel has: all bits, or none. */
static inline void choose(uint64_t locations, uint64_t mask, uint64_t chosen[SBL_ROW_CELLS]) {
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = location_in(locations, i);
        bool has = location != 0 && (mask >> ((location - 1) % MASKED) & 1) != 0;
        chosen[i] = has ? UINT64_MAX : 0;
    }
}

/* What a channel sees of each row. */
static inline void see(const struct rows *rows, const struct asker *asker, bool alike, bool single,
                       bool part, int64_t *pool) {
    const int64_t share = asker->terms.share;
    const uint64_t mask = asker->mask;
    uint64_t chosen[SBL_ROW_CELLS];
    choose(rows->locations[0], mask, chosen);
    for (uint32_t r = 0; r < rows->count; r++) {
        int64_t sum = 0;
        if (!alike)
            choose(rows->locations[r], mask, chosen);
        SBL_UNROLL
        for (int i = 0; i < SBL_ROW_CELLS; i++) {
            int64_t free = (int64_t)((uint64_t)rows->free[i][r] & chosen[i]);
            int64_t seen = part ? part_of(free, share) : free;
            sum = single ? sbl_max(sum, seen) : sum + seen;
        }
        pool[r] = sum;
    }
}

static void see_all(const struct rows *rows, const struct asker *asker, int64_t *pool) {
    bool single = asker->terms.sourcing == SELLABLE_SINGLE;
    bool part = asker->terms.share != SELLABLE_SHARE_ALL;
    if (rows->alike && !single && !part)
        see(rows, asker, true, false, false, pool);
    else if (rows->alike && !single)
        see(rows, asker, true, false, true, pool);
    else if (rows->alike)
        see(rows, asker, true, true, true, pool);
    else if (!single && !part)
        see(rows, asker, false, false, false, pool);
    else if (!single)
        see(rows, asker, false, false, true, pool);
    else
        see(rows, asker, false, true, true, pool);
}

/* ---- any row ---- */

/* A component of a kit. */
struct part {
    uint32_t item;
    int64_t number;
    struct sbl_image row;
};

struct other {
    const struct walk *walk;
    uint32_t item;
    const struct sbl_image *row;
    uint32_t parts;
    struct part part[SELLABLE_COMPONENTS_MAX];
};

static void read_other(const struct walk *walk, uint32_t item, const struct sbl_image *row,
                       struct other *other) {
    const struct sbl_memory *memory = &walk->at.engine->memory;
    const struct sbl_own own = sbl_own_of(memory, sbl_row_tail(memory, row).own);
    other->walk = walk;
    other->item = item;
    other->row = row;
    other->parts = own.components;
    for (uint32_t i = 0; i < own.components; i++) {
        const struct sbl_component component = sbl_component_at(memory, &own, i);
        other->part[i].item = component.item;
        other->part[i].number = component.number;
        other->part[i].row =
            sbl_image_at(&walk->at, sbl_row_line(walk->at.engine, component.item));
    }
}

static void sight_of(const struct walk *walk, const struct asker *asker, uint32_t item,
                     const struct sbl_image *row, struct sbl_sight *sight) {
    sbl_sight_begin_at(sight, walk->at.snapshot, walk->at.engine, &walk->world, asker->channel,
                       &asker->image, item, row);
}

/* Of a kit: the least over its components, at now + the smallest horizon of them. */
static int64_t promisable_of_parts(const struct other *other, const struct asker *asker) {
    struct sbl_sight sight;
    struct sbl_total total;
    int64_t horizon = INT64_MAX, least = SELLABLE_QUANTITY_MAX;
    for (uint32_t i = 0; i < other->parts; i++) {
        sight_of(other->walk, asker, other->part[i].item, &other->part[i].row, &sight);
        horizon = sbl_min(horizon, sight.terms.horizon);
    }
    for (uint32_t i = 0; i < other->parts; i++) {
        sight_of(other->walk, asker, other->part[i].item, &other->part[i].row, &sight);
        sbl_sight_total(&sight, sbl_add(other->walk->now, horizon), &total);
        least = sbl_min(least, total.promisable / other->part[i].number);
    }
    return least;
}

static int64_t promisable_of(const struct other *other, const struct asker *asker,
                             struct sbl_terms *terms) {
    struct sbl_sight sight;
    struct sbl_total total;
    sight_of(other->walk, asker, other->item, other->row, &sight);
    *terms = sight.terms;
    if (other->parts != 0)
        return sight.terms.closed ? 0 : promisable_of_parts(other, asker);
    sbl_sight_total(&sight, sbl_add(sight.now, sight.terms.horizon), &total);
    return total.promisable;
}

/* ---- columns ---- */

static void put(const struct sellable_availability_columns *columns, uint64_t at,
                const struct sbl_terms *terms, int64_t promisable) {
    int64_t published = sbl_published(terms, promisable);
    if (columns->promisable != NULL)
        columns->promisable[at] = promisable;
    if (columns->published != NULL)
        columns->published[at] = published;
    if (columns->level != NULL)
        columns->level[at] = (uint8_t)sbl_level(terms, published);
}

/* The same of many, column by column: in words of its own, which no column can be. */
static void put_plain(const struct rows *rows, const struct asker *asker,
                      const struct sellable_availability_columns *columns, uint64_t at) {
    const struct sbl_terms terms = asker->terms;
    const uint32_t count = rows->count;
    const int64_t room = sbl_room(&terms, 0);
    int64_t figure[ROWS];
    uint8_t level[ROWS];
    see_all(rows, asker, figure);
    if (!asker->as_seen || rows->large)
        for (uint32_t r = 0; r < count; r++)
            figure[r] = sbl_promisable(&terms, asker->anywhere, figure[r], room);
    if (columns->promisable != NULL)
        memcpy(columns->promisable + at, figure, count * sizeof *figure);
    if (terms.minimum != 0 || terms.cap != SELLABLE_QUANTITY_MAX)
        for (uint32_t r = 0; r < count; r++)
            figure[r] = sbl_published(&terms, figure[r]);
    if (columns->published != NULL)
        memcpy(columns->published + at, figure, count * sizeof *figure);
    if (columns->level == NULL)
        return;
    for (uint32_t r = 0; r < count; r++)
        level[r] = (uint8_t)sbl_level(&terms, figure[r]);
    memcpy(columns->level + at, level, count);
}

/* A row that is not plain, or an asker that is not simple: each such pair. */
static void put_other(const struct walk *walk, uint32_t place,
                      const struct sellable_availability_columns *columns, uint64_t at) {
    const struct rows *rows = &walk->rows;
    struct sbl_image row;
    struct other other;
    sbl_row_at(&walk->at, sbl_row_line(walk->at.engine, rows->item[place]), &row);
    read_other(walk, rows->item[place], &row, &other);
    for (uint32_t c = 0; c < walk->askers; c++, at += columns->capacity) {
        const struct asker *asker = &walk->asker[c];
        struct sbl_terms terms;
        if (rows->plain[place] && asker->simple)
            continue;
        int64_t promisable = promisable_of(&other, asker, &terms);
        put(columns, at, &terms, promisable);
    }
}

/* The rows for all askers; `first`: the place of their first among the channels. */
static void put_rows(const struct walk *walk,
                     const struct sellable_availability_columns *columns, uint32_t first) {
    const struct rows *rows = &walk->rows;
    uint64_t at = first * columns->capacity + columns->count;
    for (uint32_t c = 0; c < walk->askers; c++)
        put_plain(rows, &walk->asker[c], columns, at + c * columns->capacity);
    if (!rows->others && !walk->others)
        return;
    for (uint32_t place = 0; place < rows->count; place++)
        if (!rows->plain[place] || walk->others)
            put_other(walk, place, columns, at + place);
}

/* All rows behind *next there is room for. */
static void fill(struct walk *walk, struct sellable_availability_columns *columns, uint32_t first,
                 uint64_t *next) {
    const struct rows *rows = &walk->rows;
    columns->count = 0;
    while (columns->count < columns->capacity) {
        read_rows(walk, next, columns->capacity - columns->count);
        if (rows->count == 0)
            break;
        put_rows(walk, columns, first);
        if (columns->item != NULL)
            memcpy(columns->item + columns->count, rows->item, rows->count * sizeof *rows->item);
        columns->count += rows->count;
    }
}

static bool are_channels(const struct sbl_instant *at, const struct sellable_channel *channels,
                         uint32_t count) {
    for (uint32_t c = 0; c < count; c++) {
        const struct sbl_image image =
            sbl_image_at(at, sbl_channel_line(at->engine, channels[c].id));
        if (!sbl_channel_exists(&image))
            return false;
    }
    return true;
}

enum sellable_status sellable_view_availability(const struct sellable_view *view,
                                                const struct sellable_channel *channels,
                                                uint32_t channel_count,
                                                struct sellable_cursor *cursor,
                                                struct sellable_availability_columns *columns) {
    struct walk walk;
    uint64_t next = 0;
    uint32_t first = 0;
    columns->count = 0;
    if (view->snapshot == 0 || columns->capacity == 0 || (channels == NULL && channel_count != 0))
        return SELLABLE_INVALID;
    walk.at = (struct sbl_instant){view->engine, view->snapshot};
    walk.items = view->items;
    walk.now = view->now;
    if (!are_channels(&walk.at, channels, channel_count))
        return SELLABLE_UNKNOWN_CHANNEL;
    walk.world = sbl_image_at(&walk.at, &walk.at.engine->commit.world);
    do { /* once even of no channels */
        walk.others = false;
        for (walk.askers = 0; walk.askers < CHANNELS && first + walk.askers < channel_count;
             walk.askers++) {
            read_asker(&walk, channels[first + walk.askers].id, &walk.asker[walk.askers]);
            walk.others |= !walk.asker[walk.askers].simple;
        }
        next = cursor->next;
        fill(&walk, columns, first, &next);
        first += walk.askers;
    } while (first < channel_count);
    cursor->next = next;
    return SELLABLE_OK;
}
