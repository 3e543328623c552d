/* SPDX-License-Identifier: Apache-2.0
 *
 * What channels may promise, of a view, in columns.
 *
 * Rows are read once, some hundred at a time, and what is shared of their cells goes into columns
 * (columns.h); each channel's figures then follow for all of them at once, and what it writes
 * stands together. What they depend on beside the rows - which locations the channel has, its
 * share, its terms - is read once a call.
 *
 * A row that is not plain is read once for all channels, too (outlook.h), in two steps, each for
 * all such rows, so that what a step reads was fetched by the one before. What is shared of its
 * cells goes into the same columns, as it is at each date that channels look ahead to. So a channel
 * that has neither a fence there, nor settings for this item, nor room that what waits uses up,
 * needs nothing more. The others' figures are *apart*: worked out one by one (view_apart.c).
 *
 * What is left - kits, items not tracked, more locations than a line has, quantities beyond what
 * columns hold - is apart for all channels.
 *
 * Channels beyond the first few take a further pass over the rows: nothing here asks for memory.
 *
 * Cache lines, of a plain row: its own, one after the other; of one that is not: the root's first
 * and that of its tail (claims: all of it), and one or two of what is dated, or of its settings. */
#include "view_walk.h"

static uint32_t bit_of(uint32_t place) { return UINT32_C(1) << place; }
static uint64_t least_of(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Forget which columns there are. */
static void clear_columns(struct sbl_view_walk *walk) {
    struct sbl_rows *rows = &walk->rows;
    rows->count = 0;
    rows->locations = 0;
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        rows->column[i] = rows->columns.shared[SBL_COLUMN_NONE];
    for (uint32_t c = 0; c < walk->askers; c++)
        walk->asker[c].chosen = 0;
}

/* ---- channels ---- */

static void read_asker(const struct sbl_view_walk *walk, uint32_t channel,
                       struct sbl_view_asker *asker) {
    asker->channel = channel;
    asker->image = sbl_image_at(&walk->at, sbl_channel_line(walk->at.engine, channel));
    sbl_layers(walk->at.engine, 0, channel, &asker->image, &asker->layer);
    asker->terms = sbl_terms_of(&asker->layer);
    asker->ranks =
        sbl_ranks_of(&walk->at.engine->memory, sbl_route_of(&walk->world, &asker->image));
    asker->narrow = sbl_narrow_of(&asker->terms, asker->ranks.first != 0);
    asker->in_unit = (asker->layer.set & SELLABLE_SETTING_UNIT) != 0;
    asker->key = sellable_channel_key(walk->at.engine, (struct sellable_channel){channel});
}

/* One more horizon, among those that there are, which ascend. false: there is no place left. */
static bool add_horizon(struct sbl_view_walk *walk, int64_t horizon) {
    const int64_t date = sbl_add(walk->now, horizon);
    uint32_t place = 0;
    while (place < walk->horizons && walk->date[place] < date)
        place++;
    if (place < walk->horizons && walk->date[place] == date)
        return true;
    if (walk->horizons == SBL_VIEW_HORIZONS)
        return false;
    memmove(walk->date + place + 1, walk->date + place,
            (walk->horizons++ - place) * sizeof *walk->date);
    walk->date[place] = date;
    return true;
}

static uint32_t place_of_horizon(const struct sbl_view_walk *walk, int64_t horizon) {
    const int64_t date = sbl_add(walk->now, horizon);
    uint32_t place = 0;
    while (walk->date[place] != date)
        place++;
    return place;
}

/* As many of the channels as go together. */
static void read_askers(struct sbl_view_walk *walk, const struct sellable_channel *channels,
                        uint32_t count) {
    walk->askers = walk->horizons = 0;
    walk->backordering = walk->in_units = 0;
    for (; walk->askers < count && walk->askers < SBL_VIEW_CHANNELS; walk->askers++) {
        struct sbl_view_asker *asker = &walk->asker[walk->askers];
        read_asker(walk, channels[walk->askers].id, asker);
        if (!add_horizon(walk, asker->terms.horizon))
            break;
        if (asker->terms.backorder != 0)
            walk->backordering |= bit_of(walk->askers);
        if (asker->in_unit)
            walk->in_units |= bit_of(walk->askers);
    }
    for (uint32_t c = 0; c < walk->askers; c++)
        walk->asker[c].horizon = place_of_horizon(walk, walk->asker[c].terms.horizon);
    walk->plain = SBL_ROW_EXISTS | SBL_ROW_GENERAL;
    if (walk->in_units != 0)
        walk->plain |= SBL_ROW_TAIL; /* where units are */
    clear_columns(walk);
}

static uint32_t all_askers(const struct sbl_view_walk *walk) {
    return (uint32_t)((UINT64_C(1) << walk->askers) - 1);
}

/* ---- rows ---- */

/* The column of a location, made if need be; SBL_COLUMN_NONE: there are too many. */
static uint32_t column_of(struct sbl_view_walk *walk, uint32_t location) {
    struct sbl_rows *rows = &walk->rows;
    uint32_t column = 0;
    while (column < rows->count && rows->location[column] != location)
        column++;
    if (column < rows->count || column == SBL_COLUMNS)
        return column;
    rows->location[rows->count++] = location;
    memset(rows->columns.shared[column], 0, sizeof rows->columns.shared[column]);
    for (uint32_t c = 0; c < walk->askers; c++)
        if (sbl_view_asker_has(&walk->asker[c], location))
            walk->asker[c].chosen |= bit_of(column);
    return column;
}

/* Where the cells of a row stand that has other locations than the one before. false: there are too
 * many columns. */
static SBL_NOINLINE bool choose_columns(struct sbl_view_walk *walk, uint64_t locations) {
    struct sbl_rows *rows = &walk->rows;
    int32_t *column[SBL_ROW_CELLS];
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = (uint32_t)(locations >> (16 * i)) & 0xffff;
        uint32_t place = location == 0 ? SBL_COLUMN_NONE : column_of(walk, location);
        if (location != 0 && place == SBL_COLUMN_NONE)
            return false;
        column[i] = rows->columns.shared[place];
    }
    memcpy(rows->column, column, sizeof column);
    rows->locations = locations;
    return true;
}

/* What is shared of a plain row's cells, into the columns; false: it does not fit. */
static inline bool put_plainly(struct sbl_view_walk *walk, uint64_t locations,
                               const int64_t net[SBL_ROW_CELLS], uint32_t place) {
    struct sbl_rows *rows = &walk->rows;
    int64_t shared[SBL_ROW_CELLS], all = 0;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        all |= shared[i] = sbl_free(net[i]);
    if (SBL_UNLIKELY(all >> SBL_COLUMN_BITS != 0) ||
        (SBL_UNLIKELY(locations != rows->locations) && !choose_columns(walk, locations)))
        return false;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        rows->column[i][place] = (int32_t)shared[i];
    return true;
}

/* Read a plain row that has not changed since. false: it is none, or has. */
static inline bool read_plainly(struct sbl_view_walk *walk, const struct sbl_line *line,
                                uint32_t place) {
    int64_t net[SBL_ROW_CELLS];
    uint64_t header = sbl_load_acquire(HEADER, &line->header);
    uint64_t stamp = sbl_load_acquire(WORD, &line->word[SBL_STAMP]);
    uint64_t form = sbl_load_acquire(WORD, &line->word[SBL_ROW_FORM]);
    uint64_t locations = sbl_load_acquire(WORD, &line->word[SBL_ROW_LOCATIONS]);
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        net[i] = (int64_t)sbl_load_acquire(WORD, &line->word[SBL_ROW_NET + i]);
    bool same = sbl_load(&line->header) == header;
    return SBL_LIKELY(same && (header & SBL_MARK) == 0 && sbl_high(stamp) < walk->at.snapshot) &&
           (form & walk->plain) == SBL_ROW_EXISTS && put_plainly(walk, locations, net, place);
}

/* Read any row. false: there was none. */
static SBL_NOINLINE bool read_row(struct sbl_view_walk *walk, const struct sbl_line *line,
                                  uint64_t item, uint32_t place) {
    struct sbl_rows *rows = &walk->rows;
    struct sbl_other *other = &rows->other[rows->others];
    sbl_row_at(&walk->at, line, &other->row);
    if (!sbl_row_exists(&other->row))
        return false;
    if ((other->row.word[SBL_ROW_FORM] & walk->plain) == SBL_ROW_EXISTS &&
        put_plainly(walk, other->row.word[SBL_ROW_LOCATIONS],
                    (const int64_t *)&other->row.word[SBL_ROW_NET], place))
        return true;
    other->place = place;
    other->item = (uint32_t)item;
    sbl_outlook_fetch(&walk->at.engine->memory, &other->row, walk->tail);
    rows->others++;
    return true;
}

/* Rows whose lines stand side by side, up to that of item `end` less 1; as long as there is room:
 * returns the item behind the last. */
static uint64_t read_run(struct sbl_view_walk *walk, const struct sbl_line *line, uint64_t item,
                         uint64_t end, uint32_t most) {
    struct sbl_rows *rows = &walk->rows;
    uint32_t place = rows->columns.rows;
    for (; item < end && place < most; item++, line++) {
        sbl_prefetch_to_read((const void *)((uintptr_t)line + SBL_ROWS_AHEAD * sizeof *line));
        rows->item[place] = (uint32_t)item;
        if (SBL_LIKELY(read_plainly(walk, line, place))) {
            place++;
            continue;
        }
        if (rows->others == SBL_VIEW_OTHERS)
            break;
        place += read_row(walk, line, item, place);
    }
    rows->columns.rows = place;
    return item;
}

/* How many rows' lines stand side by side from this on, of at most so many. */
static uint64_t run_of(const struct sbl_view_walk *walk, const struct sbl_line *line, uint64_t item,
                       uint64_t most) {
    const struct sbl_line *last = sbl_row_line(walk->at.engine, (uint32_t)(item + most - 1));
    /* A segment is longer than that: there is one border between them at most. */
    return last == line + (most - 1) ? most : 1;
}

/* The next rows behind *next, at most `most`. */
static void read_rows(struct sbl_view_walk *walk, uint64_t *next, uint64_t most) {
    struct sbl_rows *rows = &walk->rows;
    uint64_t end = *next + 1;
    rows->columns.rows = rows->others = 0;
    if (rows->count == SBL_COLUMNS)
        clear_columns(walk); /* perhaps others do better */
    for (uint32_t i = 0; i < rows->count; i++)
        memset(rows->columns.shared[i], 0, sizeof rows->columns.shared[i]);
    most = least_of(most, SBL_COLUMN_ROWS);
    while (*next + 1 == end && *next < walk->items && rows->columns.rows < most) {
        uint64_t left = least_of(most, walk->items - *next);
        const struct sbl_line *line = sbl_row_line(walk->at.engine, (uint32_t)end);
        if (line == NULL) { /* a number that no item got */
            *next = end++;
            continue;
        }
        uint64_t item = end;
        end += run_of(walk, line, item, left);
        *next = read_run(walk, line, item, end, (uint32_t)most) - 1;
    }
}

/* ---- rows that are not plain ---- */

/* The askers for a channel. */
static uint32_t places_of(const struct sbl_view_walk *walk, uint32_t channel) {
    uint32_t places = 0;
    for (uint32_t c = 0; c < walk->askers; c++)
        places |= walk->asker[c].channel == channel ? bit_of(c) : 0;
    return places;
}

/* The askers that an item has settings for. */
static uint32_t with_settings(const struct sbl_view_walk *walk, const struct sbl_outlook *outlook) {
    uint32_t next = 0, channel, layer, apart = 0;
    while (sbl_outlook_layer(outlook, &next, &channel, &layer))
        apart |= channel == 0 ? all_askers(walk) : places_of(walk, channel);
    return apart;
}

/* The askers whose figures do not follow from what is shared. */
static uint32_t find_apart(const struct sbl_view_walk *walk, const struct sbl_outlook *outlook) {
    uint32_t apart = with_settings(walk, outlook);
    if (outlook->waits)
        apart |= walk->backordering;
    if (outlook->tail.own != 0)
        apart |= walk->in_units;
    for (uint32_t i = 0; i < outlook->fences; i++)
        apart |= places_of(walk, outlook->fence[i].channel);
    return apart;
}

/* What is shared of a cell at a time, from then on. */
static inline int64_t shared_of(const struct sbl_prospect *at, int64_t low) {
    return sbl_shared(sbl_free(low), at->fenced, at->backordered);
}

/* What is shared of a cell with dates, for each horizon. false: it does not fit. */
static bool share_out_dated(const struct sbl_view_walk *walk, struct sbl_other *other,
                            uint32_t cell) {
    int64_t low[SBL_VIEW_HORIZONS], all = 0;
    sbl_outlook_lows(&other->outlook, cell, walk->now, walk->date, walk->horizons, low);
    for (uint32_t h = 0; h < walk->horizons; h++) {
        int64_t shared = shared_of(&other->outlook.cell[cell], low[h]);
        all |= shared;
        other->shared[h][cell] = (int32_t)shared;
    }
    return all >> SBL_COLUMN_BITS == 0;
}

/* The same of all cells. */
static bool share_out(struct sbl_view_walk *walk, struct sbl_other *other) {
    const struct sbl_prospect *cell = other->outlook.cell;
    const uint64_t locations = other->row.word[SBL_ROW_LOCATIONS];
    int64_t all = 0;
    other->dated = other->outlook.dates.count != 0;
    if (locations != walk->rows.locations && !choose_columns(walk, locations))
        return false;
    memcpy(other->column, walk->rows.column, sizeof other->column);
    for (uint32_t i = 0; i < SBL_ROW_CELLS; i++) {
        int64_t shared = shared_of(&cell[i], cell[i].net);
        all |= cell[i].dated == cell[i].dated_end ? shared : 0;
        other->shared[0][i] = (int32_t)shared;
    }
    for (uint32_t h = 1; h < walk->horizons && other->dated; h++)
        memcpy(other->shared[h], other->shared[0], sizeof *other->shared);
    for (uint32_t i = 0; i < SBL_ROW_CELLS; i++)
        if (cell[i].dated != cell[i].dated_end && !share_out_dated(walk, other, i))
            return false;
    return all >> SBL_COLUMN_BITS == 0;
}

/* Read them, step by step. */
static void read_others(struct sbl_view_walk *walk) {
    const struct sbl_memory *memory = &walk->at.engine->memory;
    struct sbl_other *const other = walk->rows.other;
    const uint32_t count = walk->rows.others;
    for (uint32_t i = 0; i < count; i++)
        sbl_outlook_begin(&other[i].outlook, memory, &other[i].row, &walk->tail);
    for (uint32_t i = 0; i < count; i++) {
        other[i].read = sbl_outlook_read(memory, &other[i].row, &other[i].outlook);
        other[i].in_columns = other[i].read && share_out(walk, &other[i]);
        other[i].apart =
            other[i].in_columns ? find_apart(walk, &other[i].outlook) : all_askers(walk);
    }
}

/* ---- into the caller's columns ---- */

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

/* What is apart of a row; `at`: its place for the first asker. */
static void put_apart(struct sbl_view_walk *walk, const struct sbl_other *other,
                      const struct sellable_availability_columns *columns, uint64_t at) {
    for (uint32_t left = other->apart; left != 0; left &= left - 1) {
        uint32_t c = (uint32_t)__builtin_ctz(left);
        const struct sbl_view_asker *asker = &walk->asker[c];
        struct sbl_terms terms;
        int64_t promisable = sbl_view_apart(walk, other, asker, &terms);
        put(columns, at + c * columns->capacity, &terms, promisable);
    }
}

/* What is shared of rows that are not plain, ahead to a horizon. */
static void look_ahead(struct sbl_rows *rows, uint32_t horizon) {
    for (uint32_t i = 0; i < rows->others; i++) {
        const struct sbl_other *other = &rows->other[i];
        if (!other->in_columns || (horizon != 0 && !other->dated))
            continue;
        for (uint32_t cell = 0; cell < SBL_ROW_CELLS; cell++)
            other->column[cell][other->place] = other->shared[horizon][cell];
    }
}

static void *from(void *column, size_t size, uint64_t at) {
    return column == NULL ? NULL : (unsigned char *)column + at * size;
}

/* The rows for all askers; `first`: the place of their first among the channels. */
static void put_rows(struct sbl_view_walk *walk,
                     const struct sellable_availability_columns *columns, uint32_t first) {
    const uint64_t start = first * columns->capacity + columns->count;
    for (uint32_t h = 0; h < walk->horizons; h++) {
        look_ahead(&walk->rows, h);
        for (uint32_t c = 0; c < walk->askers; c++) {
            const struct sbl_view_asker *asker = &walk->asker[c];
            const uint64_t at = start + c * columns->capacity;
            if (asker->horizon == h)
                sbl_columns_figures(&walk->rows.columns, asker->chosen, &asker->terms,
                                    &asker->narrow,
                                    from(columns->promisable, sizeof *columns->promisable, at),
                                    from(columns->published, sizeof *columns->published, at),
                                    from(columns->level, sizeof *columns->level, at));
        }
    }
    for (uint32_t i = 0; i < walk->rows.others; i++)
        put_apart(walk, &walk->rows.other[i], columns, start + walk->rows.other[i].place);
}

/* All rows behind *next there is room for. */
static void fill(struct sbl_view_walk *walk, struct sellable_availability_columns *columns,
                 uint32_t first, uint64_t *next) {
    const struct sbl_rows *rows = &walk->rows;
    columns->count = 0;
    while (columns->count < columns->capacity) {
        read_rows(walk, next, columns->capacity - columns->count);
        if (rows->columns.rows == 0)
            break;
        read_others(walk);
        put_rows(walk, columns, first);
        if (columns->item != NULL)
            memcpy(columns->item + columns->count, rows->item,
                   rows->columns.rows * sizeof *rows->item);
        columns->count += rows->columns.rows;
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
    struct sbl_view_walk walk;
    uint64_t next = 0;
    uint32_t first = 0;
    if (view->engine != NULL && sbl_is_away(view->engine))
        return SELLABLE_NOT_DURABLE;
    columns->count = 0;
    if (view->snapshot == 0 || columns->capacity == 0 || (channels == NULL && channel_count != 0))
        return SELLABLE_INVALID;
    walk.at = (struct sbl_instant){view->engine, view->snapshot};
    walk.items = view->items;
    walk.now = view->now;
    if (!are_channels(&walk.at, channels, channel_count))
        return SELLABLE_UNKNOWN_CHANNEL;
    walk.world = sbl_image_at(&walk.at, &walk.at.engine->commit.world);
    memset(walk.rival, 0, sizeof walk.rival);
    walk.tail = 0;
    do { /* once even of no channels */
        read_askers(&walk, first == 0 ? channels : channels + first, channel_count - first);
        next = cursor->next;
        fill(&walk, columns, first, &next);
        first += walk.askers;
    } while (first < channel_count);
    cursor->next = next;
    return SELLABLE_OK;
}
