/* SPDX-License-Identifier: Apache-2.0
 *
 * See row.h. */
#include "row.h"

enum quantity { ON_HAND = 1, ALLOCATED = 2, SAFETY_STOCK = 3, HELD = 4 };

static uint64_t tag_of(uint32_t location, enum quantity quantity, uint32_t reason) {
    return (uint64_t)location << 48 | (uint64_t)quantity << 40 | (uint64_t)reason << 24;
}
static uint32_t tag_location(uint64_t tag) { return (uint32_t)(tag >> 48); }

static uint32_t group_location(const uint64_t *group, uint32_t cell) {
    return (uint32_t)(group[SBL_GROUP_LOCATIONS + cell / 4] >> (16 * (cell % 4))) & 0xffff;
}

/* ---- reading ---- */

void sbl_walk_begin(struct sbl_walk *walk, const struct sbl_memory *memory,
                    const struct sbl_image *image) {
    uint64_t head = 0;
    walk->memory = memory;
    walk->image = image;
    walk->root = sbl_high(image->word[SBL_ROW_FORM]);
    if (SBL_UNLIKELY(sbl_row_has_groups(image)))
        sbl_blob_copy(memory, walk->root, 0, &head, 1);
    walk->figures = sbl_low(head);
    walk->groups = sbl_high(head);
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
        if (group >= walk->groups || group >= SELLABLE_LOCATIONS_MAX ||
            sbl_blob_copy(walk->memory, walk->root, 1 + 2 * walk->figures + group, &entry, 1) != 1 ||
            sbl_blob_copy(walk->memory, sbl_low(entry), 0, walk->group, SBL_GROUP_FIGURES) !=
                SBL_GROUP_FIGURES)
            return false;
        walk->cell = 0;
        walk->cells = sbl_low(walk->group[0]);
        if (walk->cells > SBL_GROUP_CELLS)
            return false;
    }
    *location = group_location(walk->group, walk->cell);
    *net = (int64_t)walk->group[SBL_GROUP_NET + walk->cell++];
    return true;
}

/* One figure of a cell. */
static void read_figure(struct sbl_cell *cell, uint64_t tag, uint64_t value) {
    switch ((enum quantity)(tag >> 40 & 0xff)) {
    case ON_HAND:
        cell->on_hand = (int64_t)value;
        break;
    case ALLOCATED:
        cell->allocated = (int64_t)value;
        break;
    case SAFETY_STOCK:
        cell->safety_stock = (int64_t)value;
        break;
    case HELD:
        cell->held[(tag >> 24) % SELLABLE_HOLD_REASONS_MAX] = (int64_t)value;
        break;
    }
}

static void read_figures(const struct sbl_memory *memory, uint32_t blob, uint32_t from,
                         uint32_t count, struct sbl_cell *cell) {
    enum { AT_ONCE = 32 };
    uint64_t figure[2 * AT_ONCE];
    for (uint32_t done = 0; done < count; done += AT_ONCE) {
        uint32_t words = sbl_blob_copy(memory, blob, from + 2 * done, figure,
                                       2 * (count - done < AT_ONCE ? count - done : AT_ONCE));
        for (uint32_t i = 0; i + 1 < words; i += 2)
            if (tag_location(figure[i]) == cell->location)
                read_figure(cell, figure[i], figure[i + 1]);
        if (words < 2 * AT_ONCE)
            return;
    }
}

/* The group that holds a location, or would. `entry` is its word in the root. */
static uint32_t find_group(const struct sbl_memory *memory, uint32_t root, uint32_t figures,
                           uint32_t groups, uint32_t location, uint64_t *entry) {
    uint32_t low = 0, high = groups < SELLABLE_LOCATIONS_MAX ? groups : SELLABLE_LOCATIONS_MAX;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        *entry = 0;
        sbl_blob_copy(memory, root, 1 + 2 * figures + middle, entry, 1);
        if (sbl_high(*entry) <= location)
            low = middle;
        else
            high = middle;
    }
    *entry = 0;
    sbl_blob_copy(memory, root, 1 + 2 * figures + low, entry, 1);
    return low;
}

void sbl_row_cell(const struct sbl_memory *memory, const struct sbl_image *image, uint32_t location,
                  struct sbl_cell *cell) {
    uint32_t root = sbl_high(image->word[SBL_ROW_FORM]);
    uint64_t head = 0, entry, group[SBL_GROUP_FIGURES];
    memset(cell, 0, sizeof *cell);
    cell->location = location;
    sbl_blob_copy(memory, root, 0, &head, 1);
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        if (sbl_row_location(image, i) == location) {
            cell->net = sbl_row_net(image, i);
            read_figures(memory, root, 1, sbl_low(head), cell);
            return;
        }
    }
    if (sbl_high(head) == 0)
        return;
    find_group(memory, root, sbl_low(head), sbl_high(head), location, &entry);
    if (sbl_blob_copy(memory, sbl_low(entry), 0, group, SBL_GROUP_FIGURES) != SBL_GROUP_FIGURES)
        return;
    for (uint32_t i = 0; i < sbl_low(group[0]) && i < SBL_GROUP_CELLS; i++) {
        if (group_location(group, i) == location) {
            cell->net = (int64_t)group[SBL_GROUP_NET + i];
            read_figures(memory, sbl_low(entry), SBL_GROUP_FIGURES, sbl_high(group[0]), cell);
            return;
        }
    }
}

/* ---- editing ---- */

/* Words being made into a blob: so many, then `count` figures from word `from` on, then the
 * rest. */
struct draft {
    uint64_t *word;
    uint32_t words;
    uint32_t from;
    uint32_t count;
};

static void set_figure(struct draft *draft, uint64_t tag, int64_t value) {
    uint64_t *figure = draft->word + draft->from;
    uint32_t at = 0;
    while (at < draft->count && figure[2 * at] < tag)
        at++;
    bool there = at < draft->count && figure[2 * at] == tag;
    size_t after = draft->words - draft->from - 2 * at;
    if (there && value != 0) {
        figure[2 * at + 1] = (uint64_t)value;
    } else if (there) {
        memmove(figure + 2 * at, figure + 2 * at + 2, (after - 2) * sizeof *figure);
        draft->count--;
        draft->words -= 2;
    } else if (value != 0) {
        memmove(figure + 2 * at + 2, figure + 2 * at, after * sizeof *figure);
        figure[2 * at] = tag;
        figure[2 * at + 1] = (uint64_t)value;
        draft->count++;
        draft->words += 2;
    }
}

enum { FIGURES_OF_CELL = 3 + SELLABLE_HOLD_REASONS_MAX };

static void set_figures(struct draft *draft, const struct sbl_cell *cell) {
    set_figure(draft, tag_of(cell->location, ON_HAND, 0), cell->on_hand);
    set_figure(draft, tag_of(cell->location, ALLOCATED, 0), cell->allocated);
    set_figure(draft, tag_of(cell->location, SAFETY_STOCK, 0), cell->safety_stock);
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        set_figure(draft, tag_of(cell->location, HELD, i), cell->held[i]);
}

/* Room for a cell and a group more than these words. */
static size_t bytes_for(uint32_t words) {
    return ((size_t)words + 2 * FIGURES_OF_CELL + 8) * sizeof(uint64_t);
}

/* A blob's words into a scratch. */
static uint64_t *load(struct sbl_edit *edit, int which, uint32_t blob, uint32_t words) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[which];
    if (!sbl_buffer_reserve(memory, scratch, bytes_for(words)))
        return NULL;
    uint64_t *word = scratch->bytes;
    uint32_t copied = sbl_blob_copy(memory, blob, 0, word, words);
    memset(word + copied, 0, ((size_t)words - copied) * sizeof *word);
    return word;
}

/* The root, as a draft; `words` follows from its head. */
static bool root_of(struct sbl_edit *edit, struct draft *root) {
    uint64_t head = 0;
    root->from = 1;
    if (edit->loaded) {
        struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_ROOT];
        head = *(const uint64_t *)scratch->bytes;
        root->count = sbl_low(head);
        root->words = 1 + 2 * root->count + sbl_high(head);
        if (!sbl_buffer_reserve(edit->worker->commit->memory, scratch, bytes_for(root->words)))
            return false;
        root->word = scratch->bytes;
        return true;
    }
    sbl_blob_copy(edit->worker->commit->memory, edit->old_root, 0, &head, 1);
    /* A torn head asks for no more than a row can have. */
    uint32_t figures = sbl_low(head), groups = sbl_high(head) & 0xffff;
    if (figures > SBL_ROW_CELLS * FIGURES_OF_CELL)
        figures = 0;
    root->count = figures;
    root->words = 1 + 2 * figures + groups;
    root->word = load(edit, SBL_SCRATCH_ROOT, edit->old_root, root->words);
    if (root->word == NULL)
        return false;
    root->word[0] = sbl_pair(groups, figures);
    edit->loaded = true;
    return true;
}

static void root_is(struct sbl_edit *edit, const struct draft *root, uint32_t groups) {
    root->word[0] = sbl_pair(groups, root->count);
    edit->changed = true;
}

void sbl_edit_begin(struct sbl_edit *edit, struct sbl_worker *worker,
                    const struct sbl_image *image) {
    edit->worker = worker;
    edit->image = *image;
    edit->old_root = sbl_high(image->word[SBL_ROW_FORM]);
    edit->loaded = edit->changed = false;
}

/* A group's words become a blob; its word in the root with it. */
static bool put_group(struct sbl_edit *edit, const struct draft *group, uint64_t *entry,
                      uint32_t replaced) {
    uint32_t blob = sbl_transaction_blob(edit->worker, group->word, group->words);
    *entry = sbl_pair(group_location(group->word, 0), blob);
    return blob != 0 && sbl_transaction_replaces(edit->worker, replaced);
}

static void set_group_cell(uint64_t *group, uint32_t at, uint32_t location, int64_t net) {
    uint32_t shift = 16 * (at % 4);
    uint64_t *locations = &group[SBL_GROUP_LOCATIONS + at / 4];
    *locations = (*locations & ~(UINT64_C(0xffff) << shift)) | (uint64_t)location << shift;
    group[SBL_GROUP_NET + at] = (uint64_t)net;
}

/* Room for a cell at place `at`: those behind it move up. */
static void open_group(uint64_t *group, uint32_t at) {
    for (uint32_t i = sbl_low(group[0]); i > at; i--)
        set_group_cell(group, i, group_location(group, i - 1),
                       (int64_t)group[SBL_GROUP_NET + i - 1]);
    group[0]++;
}

/* The upper half of a full group's cells and figures moves to `upper`. */
static void halve(struct draft *group, struct draft *upper) {
    uint32_t half = SBL_GROUP_CELLS / 2;
    uint32_t first = group_location(group->word, half), stay = 0;
    memset(upper->word, 0, SBL_GROUP_FIGURES * sizeof *upper->word);
    for (uint32_t i = 0; i < half; i++) {
        set_group_cell(upper->word, i, group_location(group->word, half + i),
                       (int64_t)group->word[SBL_GROUP_NET + half + i]);
        set_group_cell(group->word, half + i, 0, 0);
    }
    while (stay < group->count && tag_location(group->word[group->from + 2 * stay]) < first)
        stay++;
    upper->count = group->count - stay;
    upper->words = upper->from + 2 * upper->count;
    memcpy(upper->word + upper->from, group->word + group->from + 2 * stay,
           2 * (size_t)upper->count * sizeof *upper->word);
    group->count = stay;
    group->words = group->from + 2 * stay;
    upper->word[0] = group->word[0] = half;
}

/* Store a cell in one of the groups; `figures`: with what it is made of. */
static bool edit_group(struct sbl_edit *edit, const struct sbl_cell *cell, bool figures,
                       int64_t amount) {
    struct draft root, group = {.from = SBL_GROUP_FIGURES}, upper = {.from = SBL_GROUP_FIGURES};
    if (!root_of(edit, &root))
        return false;
    uint32_t groups = sbl_high(root.word[0]), at = 0;
    uint64_t *directory = root.word + 1 + 2 * root.count;
    uint32_t number = 0;
    while (number + 1 < groups && sbl_high(directory[number + 1]) <= cell->location)
        number++;
    uint64_t head = 0;
    uint32_t blob = groups == 0 ? 0 : sbl_low(directory[number]);
    sbl_blob_copy(edit->worker->commit->memory, blob, 0, &head, 1);
    group.count = sbl_high(head);
    if (group.count > SBL_GROUP_CELLS * FIGURES_OF_CELL)
        group.count = 0;
    group.words = SBL_GROUP_FIGURES + 2 * group.count;
    group.word = load(edit, SBL_SCRATCH_GROUP, blob, group.words);
    if (group.word == NULL)
        return false;
    uint32_t cells = sbl_low(group.word[0]);
    cells = cells > SBL_GROUP_CELLS ? 0 : cells; /* torn: the attempt will be aborted */
    group.word[0] = cells;
    while (at < cells && group_location(group.word, at) < cell->location)
        at++;
    bool there = at < cells && group_location(group.word, at) == cell->location;
    if (!there && cells == SBL_GROUP_CELLS) { /* two groups, and once more */
        uint64_t entry[2];
        upper.word = load(edit, SBL_SCRATCH_UPPER, 0, group.words);
        if (upper.word == NULL)
            return false;
        halve(&group, &upper);
        group.word[0] = sbl_pair(group.count, sbl_low(group.word[0]));
        upper.word[0] = sbl_pair(upper.count, sbl_low(upper.word[0]));
        if (!put_group(edit, &group, &entry[0], blob) || !put_group(edit, &upper, &entry[1], 0))
            return false;
        memmove(directory + number + 2, directory + number + 1,
                (groups - number - 1) * sizeof *directory);
        memcpy(directory + number, entry, sizeof entry);
        root_is(edit, &root, groups + 1);
        return edit_group(edit, cell, figures, amount);
    }
    if (!there)
        open_group(group.word, at);
    int64_t net = !there ? 0 : (int64_t)group.word[SBL_GROUP_NET + at];
    set_group_cell(group.word, at, cell->location, figures ? cell->net : sbl_add(net, amount));
    if (figures)
        set_figures(&group, cell);
    group.word[0] = sbl_pair(group.count, sbl_low(group.word[0]));
    if (!put_group(edit, &group, &directory[number], blob))
        return false;
    root_is(edit, &root, groups == 0 ? 1 : groups);
    edit->image.word[SBL_ROW_FORM] |= SBL_ROW_GROUPS;
    return true;
}

/* The place of a location among the line's cells; SBL_ROW_CELLS if it is not there. */
static int place_in_line(const struct sbl_image *image, uint32_t location) {
    int place = 0;
    while (place < SBL_ROW_CELLS && sbl_row_location(image, place) != location)
        place++;
    return place;
}

bool sbl_edit_net(struct sbl_edit *edit, uint32_t location, int64_t amount) {
    int place = place_in_line(&edit->image, location);
    if (SBL_UNLIKELY(place == SBL_ROW_CELLS)) {
        struct sbl_cell cell = {.location = location};
        return edit_group(edit, &cell, false, amount);
    }
    edit->image.word[SBL_ROW_NET + place] =
        (uint64_t)sbl_add(sbl_row_net(&edit->image, place), amount);
    return true;
}

bool sbl_edit_cell(struct sbl_edit *edit, const struct sbl_cell *cell) {
    int place = place_in_line(&edit->image, cell->location);
    if (place == SBL_ROW_CELLS && !sbl_row_has_groups(&edit->image))
        place = place_in_line(&edit->image, 0);
    if (place == SBL_ROW_CELLS)
        return edit_group(edit, cell, true, 0);
    struct draft root;
    if (!root_of(edit, &root))
        return false;
    edit->image.word[SBL_ROW_LOCATIONS] |= (uint64_t)cell->location << (16 * place);
    edit->image.word[SBL_ROW_NET + place] = (uint64_t)cell->net;
    set_figures(&root, cell);
    root_is(edit, &root, sbl_high(root.word[0]));
    return true;
}

bool sbl_edit_end(struct sbl_edit *edit, struct sbl_line *line, uint32_t item,
                  const struct sbl_seen *seen) {
    if (edit->changed) {
        struct draft root;
        if (!root_of(edit, &root) || !sbl_transaction_replaces(edit->worker, edit->old_root))
            return false;
        uint32_t blob = sbl_transaction_blob(edit->worker, root.word, root.words);
        if (blob == 0)
            return false;
        edit->image.word[SBL_ROW_FORM] =
            sbl_pair(blob, sbl_low(edit->image.word[SBL_ROW_FORM]));
    }
    return sbl_transaction_add(edit->worker, line, (struct sbl_name){SBL_ROW, item}, seen,
                               &edit->image);
}
