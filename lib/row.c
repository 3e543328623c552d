/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a row; see row.h. edit.c makes new ones. */
#include "row.h"

static uint32_t tag_location(uint64_t tag) { return (uint32_t)(tag >> 48); }

static uint32_t group_location(const uint64_t *group, uint32_t cell) {
    return (uint32_t)(group[SBL_GROUP_LOCATIONS + cell / 4] >> (16 * (cell % 4))) & 0xffff;
}

static uint32_t root_of(const struct sbl_image *image) {
    return sbl_high(image->word[SBL_ROW_FORM]);
}

/* ---- cells ---- */

void sbl_walk_begin(struct sbl_walk *walk, const struct sbl_memory *memory,
                    const struct sbl_image *image) {
    uint64_t head = 0;
    walk->memory = memory;
    walk->image = image;
    walk->root = root_of(image);
    if (SBL_UNLIKELY(sbl_row_has(image, SBL_ROW_GROUPS)))
        sbl_blob_copy(memory, walk->root, 0, &head, 1);
    walk->directory = sbl_root_groups(head);
    walk->groups = sbl_head_groups(head);
    walk->next = walk->cell = walk->cells = 0;
}

bool sbl_walk_next(struct sbl_walk *walk, uint32_t *location, int64_t *net) {
    while (walk->next < SBL_ROW_CELLS) {
        *location = sbl_row_location(walk->image, (int)walk->next);
        *net = sbl_row_net(walk->image, (int)walk->next++);
        if (*location != 0)
            return true;
    }
    while (walk->cell == walk->cells) {
        uint32_t group = walk->next++ - SBL_ROW_CELLS;
        uint64_t entry = 0;
        if (group >= walk->groups ||
            sbl_blob_copy(walk->memory, walk->root, walk->directory + group, &entry, 1) != 1 ||
            sbl_blob_copy(walk->memory, sbl_low(entry), 0, walk->group, SBL_GROUP_FIGURES) !=
                SBL_GROUP_FIGURES)
            return false;
        walk->cell = 0;
        walk->cells = sbl_head_cells(walk->group[0]);
        if (walk->cells > SBL_GROUP_CELLS) { /* torn: the walk is over, also if it is asked again */
            walk->cells = walk->groups = 0;
            return false;
        }
    }
    *location = group_location(walk->group, walk->cell);
    *net = (int64_t)walk->group[SBL_GROUP_NET + walk->cell++];
    return true;
}

/* ---- figures ---- */

/* The group that holds a location, or would: its word in the root. */
static uint64_t find_group(const struct sbl_memory *memory, uint32_t root, uint64_t head,
                           uint32_t location) {
    uint32_t low = 0, high = sbl_head_groups(head), directory = sbl_root_groups(head);
    uint64_t entry = 0;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        entry = 0;
        sbl_blob_copy(memory, root, directory + middle, &entry, 1);
        if (sbl_high(entry) <= location)
            low = middle;
        else
            high = middle;
    }
    entry = 0;
    sbl_blob_copy(memory, root, directory + low, &entry, 1);
    return entry;
}

/* The cell is at this place of that root or group. */
static void cell_is(struct sbl_figures *figures, uint32_t blob, uint64_t head, uint32_t from,
                    uint32_t cell, int64_t net) {
    figures->found = true;
    figures->cell = cell;
    figures->net = net;
    figures->blob = blob;
    figures->from = from;
    figures->balances = sbl_head_figures(head);
    figures->wide = figures->balances + sbl_head_balances(head);
    figures->end = sbl_head_parts(head);
}

static void in_group(struct sbl_figures *figures, uint32_t root, uint64_t head,
                     uint32_t location) {
    uint64_t group[SBL_GROUP_FIGURES];
    uint32_t blob = sbl_low(find_group(figures->memory, root, head, location));
    if (sbl_blob_copy(figures->memory, blob, 0, group, SBL_GROUP_FIGURES) != SBL_GROUP_FIGURES)
        return;
    for (uint32_t i = 0; i < sbl_head_cells(group[0]) && i < SBL_GROUP_CELLS; i++)
        if (group_location(group, i) == location)
            cell_is(figures, blob, group[0], SBL_GROUP_FIGURES, i,
                    (int64_t)group[SBL_GROUP_NET + i]);
}

void sbl_figures_begin(struct sbl_figures *figures, const struct sbl_memory *memory,
                       const struct sbl_image *image, uint32_t location) {
    uint32_t root = root_of(image);
    uint64_t head = 0;
    figures->memory = memory;
    figures->next = figures->end = figures->copied = figures->words = 0;
    figures->found = false;
    figures->net = 0;
    sbl_blob_copy(memory, root, 0, &head, 1);
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        if (sbl_row_location(image, i) == location)
            cell_is(figures, root, head, 1, (uint32_t)i, sbl_row_net(image, i));
    if (!figures->found && sbl_head_groups(head) != 0)
        in_group(figures, root, head, location);
}

/* So many words from place `at` of the figures on; NULL: they are not there. */
static const uint64_t *figure_at(struct sbl_figures *figures, uint32_t at, uint32_t words) {
    enum { AT_ONCE = sizeof figures->word / sizeof *figures->word };
    if (at + words > figures->copied + figures->words) {
        uint32_t left = figures->end - at;
        figures->copied = at;
        figures->words = sbl_blob_copy(figures->memory, figures->blob, figures->from + at,
                                       figures->word, left < AT_ONCE ? left : AT_ONCE);
    }
    return words <= figures->words ? figures->word + (at - figures->copied) : NULL;
}

bool sbl_figures_next(struct sbl_figures *figures, struct sbl_figure *figure) {
    while (figures->next < figures->end) {
        uint32_t at = figures->next, words = at >= figures->wide ? 2 : 1;
        const uint64_t *word = figure_at(figures, at, words);
        if (word == NULL)
            break;
        uint32_t cell = (uint32_t)(word[0] >> SBL_FIGURE_CELL);
        figures->next = at + words;
        if (at >= figures->balances && words == 1) {
            if ((word[0] & sbl_balance_cell(figures->cell)) == 0)
                continue;
            *figure = (struct sbl_figure){SBL_AS_OF, 0, sbl_balance_as_of(word[0])};
            return true;
        }
        if (cell > figures->cell)
            figures->next = words == 1 ? figures->balances : figures->end;
        if (cell != figures->cell)
            continue;
        enum sbl_kind_of_figure kind = sbl_figure_kind(word[0]);
        *figure = words == 1 ? (struct sbl_figure){kind, word[0] >> SBL_FIGURE_BITS & 0xf,
                                                   sbl_figure_value(word[0])}
                             : (struct sbl_figure){kind, word[0] & 0xffff, (int64_t)word[1]};
        return true;
    }
    figures->next = figures->end;
    return false;
}

void sbl_row_cell(const struct sbl_memory *memory, const struct sbl_image *image, uint32_t location,
                  struct sbl_cell *cell) {
    struct sbl_figures figures;
    struct sbl_figure figure;
    sbl_figures_begin(&figures, memory, image, location);
    memset(cell, 0, sizeof *cell);
    cell->location = location;
    cell->net = figures.net;
    while (sbl_figures_next(&figures, &figure)) {
        switch (figure.kind) {
        case SBL_ON_HAND:
            cell->on_hand = figure.value;
            break;
        case SBL_ALLOCATED:
            cell->allocated = figure.value;
            break;
        case SBL_SAFETY_STOCK:
            cell->safety_stock = figure.value;
            break;
        case SBL_HELD:
            cell->held[figure.detail % SELLABLE_HOLD_REASONS_MAX] = figure.value;
            break;
        case SBL_BACKORDERED:
            cell->backordered = figure.value;
            break;
        case SBL_FENCE:
            cell->fenced = sbl_add(cell->fenced, figure.value);
            break;
        case SBL_NET:
        case SBL_UNTIL:
        case SBL_AS_OF:
            break;
        }
    }
}

/* ---- behind the cells ---- */

struct sbl_tail sbl_row_tail(const struct sbl_memory *memory, const struct sbl_image *image) {
    uint64_t head = 0, there[SBL_TAIL_WORDS] = {0}, word[SBL_TAIL_WORDS] = {0};
    if (!sbl_row_has(image, SBL_ROW_TAIL))
        return (struct sbl_tail){0};
    sbl_blob_copy(memory, root_of(image), 0, &head, 1);
    if (sbl_head_tail(head) != 0)
        sbl_blob_copy(memory, root_of(image), sbl_root_tail(head), there, SBL_TAIL_WORDS);
    for (uint32_t i = 0, at = 0; i < SBL_TAIL_WORDS; i++)
        if ((sbl_head_tail(head) >> i & 1) != 0)
            word[i] = there[at++];
    return (struct sbl_tail){sbl_low(word[0]), sbl_high(word[0]),
                             sbl_low(word[1]), sbl_high(word[1]),
                             (head & SBL_HEAD_MOVED) != 0 ? root_of(image) : 0,
                             sbl_high(word[2])};
}

static uint64_t dated_from(uint32_t location) { return (uint64_t)location << 48; }

/* The first entry of a location, or where it would be. */
static uint32_t first_dated(const struct sbl_memory *memory, uint32_t blob, uint32_t count,
                            uint32_t location) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t tag = 0;
        if (sbl_blob_copy(memory, blob, 1 + SBL_DATED_WORDS * middle, &tag, 1) != 1)
            return count;
        if (tag < dated_from(location))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t dated_count(const struct sbl_memory *memory, uint32_t blob) {
    uint64_t count = 0;
    sbl_blob_copy(memory, blob, 0, &count, 1);
    return count <= UINT32_MAX / 4 ? (uint32_t)count : 0;
}

static struct sbl_dated dated_of(const uint64_t *word) {
    return (struct sbl_dated){tag_location(word[0]),
                              (enum sbl_kind_of_date)(word[0] >> 40 & 0xff), (int64_t)word[1],
                              (int64_t)word[2]};
}

void sbl_dates_begin(struct sbl_dates *dates, const struct sbl_memory *memory, uint32_t blob,
                     uint32_t location) {
    dates->memory = memory;
    dates->blob = blob;
    dates->location = location;
    dates->at = dates->words = 0;
    dates->count = dated_count(memory, blob);
    dates->next = first_dated(memory, blob, dates->count, location);
}

bool sbl_dates_next(struct sbl_dates *dates, struct sbl_dated *dated) {
    enum { AT_ONCE = sizeof dates->word / sizeof *dates->word / SBL_DATED_WORDS };
    if (dates->at + SBL_DATED_WORDS > dates->words) {
        if (dates->next >= dates->count)
            return false;
        uint32_t left = dates->count - dates->next;
        uint32_t few = left < AT_ONCE ? left : AT_ONCE;
        dates->words = sbl_blob_copy(dates->memory, dates->blob, 1 + SBL_DATED_WORDS * dates->next,
                                     dates->word, SBL_DATED_WORDS * few);
        dates->at = 0;
        dates->next += few;
        if (dates->words < SBL_DATED_WORDS)
            return false;
    }
    *dated = dated_of(dates->word + dates->at);
    dates->at += SBL_DATED_WORDS;
    if (dated->location == dates->location)
        return true;
    dates->next = dates->count;
    dates->words = 0;
    return false;
}

bool sbl_dated_at(const struct sbl_memory *memory, uint32_t blob, uint32_t i,
                  struct sbl_dated *dated) {
    uint64_t word[SBL_DATED_WORDS];
    if (i >= dated_count(memory, blob) ||
        sbl_blob_copy(memory, blob, 1 + SBL_DATED_WORDS * i, word, SBL_DATED_WORDS) !=
            SBL_DATED_WORDS)
        return false;
    *dated = dated_of(word);
    return true;
}

uint32_t sbl_scheduled_before(const struct sbl_memory *memory, uint32_t blob, uint32_t location) {
    struct sbl_dated dated;
    uint32_t number = 0;
    for (uint32_t i = 0; sbl_dated_at(memory, blob, i, &dated) && dated.location < location; i++)
        number += dated.kind == SBL_SCHEDULED;
    return number;
}

uint32_t sbl_reference_at(const struct sbl_memory *memory, uint32_t blob, uint32_t *word,
                          uint64_t key[SELLABLE_KEY_MAX / 8]) {
    uint64_t size = 0;
    sbl_blob_copy(memory, blob, *word, &size, 1);
    if (size > SELLABLE_KEY_MAX)
        size = 0;
    uint32_t words = ((uint32_t)size + 7) / 8;
    sbl_blob_copy(memory, blob, *word + 1, key, words);
    *word += 1 + words;
    return (uint32_t)size;
}

bool sbl_row_keeps(const struct sbl_memory *memory, const struct sbl_image *image) {
    struct sbl_walk walk;
    uint32_t location;
    int64_t net;
    struct sbl_tail tail = sbl_row_tail(memory, image);
    sbl_walk_begin(&walk, memory, image);
    while (sbl_walk_next(&walk, &location, &net)) {
        struct sbl_figures figures;
        struct sbl_figure figure;
        sbl_figures_begin(&figures, memory, image, location);
        if (net != 0)
            return true;
        while (sbl_figures_next(&figures, &figure))
            if (figure.kind != SBL_AS_OF)
                return true;
    }
    return tail.dates != 0;
}
