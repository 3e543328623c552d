/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a new value of a row; see row.h. What is read of a row that has changed meanwhile may be
 * any words: sizes are bounded by what is really there, and the attempt will be aborted. */
#include "edit.h"

#define TAIL_IN_HEAD (UINT64_C(1) << 63)

static uint64_t tag_of(uint32_t location, enum sbl_kind_of_figure kind, uint32_t detail) {
    return (uint64_t)location << 48 | (uint64_t)kind << 40 | (uint64_t)detail << 24;
}
static uint32_t tag_location(uint64_t tag) { return (uint32_t)(tag >> 48); }

static uint32_t group_location(const uint64_t *group, uint32_t cell) {
    return (uint32_t)(group[SBL_GROUP_LOCATIONS + cell / 4] >> (16 * (cell % 4))) & 0xffff;
}

/* ---- drafts ---- */

/* Words being made into a blob: so many, then `count` figures from word `from` on, then the
 * rest. */
struct draft {
    uint64_t *word;
    uint32_t words;
    uint32_t from;
    uint32_t count;
};

static uint64_t *place_of(const struct draft *draft, uint64_t tag, bool *there) {
    uint64_t *figure = draft->word + draft->from;
    uint32_t at = 0;
    while (at < draft->count && figure[2 * at] < tag)
        at++;
    *there = at < draft->count && figure[2 * at] == tag;
    return figure + 2 * at;
}

static int64_t get_figure(const struct draft *draft, uint64_t tag) {
    bool there;
    const uint64_t *figure = place_of(draft, tag, &there);
    return there ? (int64_t)figure[1] : 0;
}

static void set_figure(struct draft *draft, uint64_t tag, int64_t value) {
    bool there;
    uint64_t *figure = place_of(draft, tag, &there);
    size_t after = (size_t)(draft->word + draft->words - figure);
    if (there && value != 0) {
        figure[1] = (uint64_t)value;
    } else if (there) {
        memmove(figure, figure + 2, (after - 2) * sizeof *figure);
        draft->count--;
        draft->words -= 2;
    } else if (value != 0) {
        memmove(figure + 2, figure, after * sizeof *figure);
        figure[0] = tag;
        figure[1] = (uint64_t)value;
        draft->count++;
        draft->words += 2;
    }
}

enum { FIGURES_OF_CELL = 4 + SELLABLE_HOLD_REASONS_MAX }; /* and a fence for each channel */

/* All figures of a cell but its fences, in one go. */
static void set_figures(struct draft *draft, const struct sbl_cell *cell) {
    uint64_t *from = draft->word + draft->from, *end = from + 2 * draft->count, *to;
    uint64_t word[2 * FIGURES_OF_CELL], *at = word;
    const uint64_t first = tag_of(cell->location, SBL_ON_HAND, 0);
    const uint64_t beyond = tag_of(cell->location, SBL_FENCE, 0);
    const struct {
        enum sbl_kind_of_figure kind;
        int64_t value;
    } before[] = {{SBL_ON_HAND, cell->on_hand},
                  {SBL_ALLOCATED, cell->allocated},
                  {SBL_SAFETY_STOCK, cell->safety_stock}};
    for (int i = 0; i < 3; i++)
        if (before[i].value != 0) {
            *at++ = tag_of(cell->location, before[i].kind, 0);
            *at++ = (uint64_t)before[i].value;
        }
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        if (cell->held[i] != 0) {
            *at++ = tag_of(cell->location, SBL_HELD, i);
            *at++ = (uint64_t)cell->held[i];
        }
    if (cell->backordered != 0) {
        *at++ = tag_of(cell->location, SBL_BACKORDERED, 0);
        *at++ = (uint64_t)cell->backordered;
    }
    while (from < end && from[0] < first)
        from += 2;
    for (to = from; to < end && to[0] < beyond; to += 2)
        continue;
    uint32_t old = (uint32_t)(to - from), new = (uint32_t)(at - word);
    memmove(from + new, to, (size_t)(draft->word + draft->words - to) * sizeof *from);
    memcpy(from, word, new * sizeof *from);
    draft->words += new - old;
    draft->count += new / 2 - old / 2;
}

/* Room for a cell and a group more than these words, and a tail. */
static size_t bytes_for(size_t words) {
    return (words + 2 * FIGURES_OF_CELL + 8) * sizeof(uint64_t);
}

size_t sbl_words_in(const struct sbl_memory *memory, uint32_t blob, size_t words) {
    uint64_t last;
    return words != 0 && words <= UINT32_MAX &&
                   sbl_blob_copy(memory, blob, (uint32_t)words - 1, &last, 1) == 1
               ? words
               : 0;
}

/* A blob's words into a scratch. */
static uint64_t *load(struct sbl_edit *edit, int which, uint32_t blob, size_t words) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[which];
    if (!sbl_buffer_reserve(memory, scratch, bytes_for(words)))
        return NULL;
    uint64_t *word = scratch->bytes;
    uint32_t copied = sbl_blob_copy(memory, blob, 0, word, (uint32_t)words);
    memset(word + copied, 0, (words - copied) * sizeof *word);
    return word;
}

static uint32_t groups_of(uint64_t head) { return sbl_high(head) & 0xffff; }

/* The root, as a draft without its tail; `words` follows from its head. */
static bool root_of(struct sbl_edit *edit, struct draft *root) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    uint64_t head = 0;
    root->from = 1;
    if (edit->loaded) {
        struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_ROOT];
        head = *(const uint64_t *)scratch->bytes;
        root->count = sbl_low(head);
        root->words = 1 + 2 * root->count + groups_of(head);
        if (!sbl_buffer_reserve(memory, scratch, bytes_for(root->words)))
            return false;
        root->word = scratch->bytes;
        return true;
    }
    sbl_blob_copy(memory, edit->old_root, 0, &head, 1);
    size_t words = 1 + 2 * (size_t)sbl_low(head) + groups_of(head);
    if (sbl_words_in(memory, edit->old_root, words) != words)
        head = 0, words = 1;
    root->count = sbl_low(head);
    root->words = (uint32_t)words;
    root->word = load(edit, SBL_SCRATCH_ROOT, edit->old_root, words);
    if (root->word == NULL)
        return false;
    root->word[0] = sbl_pair(groups_of(head), root->count);
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
    edit->tail_read = false;
    edit->loaded = edit->changed = edit->failed = false;
    edit->dates_loaded = edit->dates_changed = edit->references_loaded = false;
}

/* ---- groups ---- */

/* What becomes of a cell: it is this whole one, or one figure of it rises. */
struct change {
    uint32_t location;
    const struct sbl_cell *whole;
    enum sbl_kind_of_figure kind;
    uint32_t detail;
    int64_t amount;
};

static void change_figures(struct draft *draft, const struct change *change) {
    if (change->whole != NULL) {
        set_figures(draft, change->whole);
    } else if (change->kind != SBL_NET) {
        uint64_t tag = tag_of(change->location, change->kind, change->detail);
        set_figure(draft, tag, sbl_add(get_figure(draft, tag), change->amount));
    }
}

static int64_t changed_net(const struct change *change, int64_t net) {
    if (change->whole != NULL)
        return change->whole->net;
    return change->kind == SBL_NET ? sbl_add(net, change->amount) : net;
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

/* The number of the group that has a location, or would. */
static uint32_t group_number(const uint64_t *directory, uint32_t groups, uint32_t location) {
    uint32_t number = 0;
    while (number + 1 < groups && sbl_high(directory[number + 1]) <= location)
        number++;
    return number;
}

/* A group as a draft; `cells` are in the low half of its head, which has no more by now. */
static bool load_group(struct sbl_edit *edit, uint32_t blob, struct draft *group) {
    uint64_t head = 0;
    sbl_blob_copy(edit->worker->commit->memory, blob, 0, &head, 1);
    size_t words = SBL_GROUP_FIGURES + 2 * (size_t)sbl_high(head);
    bool whole = sbl_words_in(edit->worker->commit->memory, blob, words) == words &&
                 sbl_low(head) <= SBL_GROUP_CELLS;
    group->from = SBL_GROUP_FIGURES;
    group->count = whole ? sbl_high(head) : 0;
    group->words = SBL_GROUP_FIGURES + 2 * group->count;
    group->word = load(edit, SBL_SCRATCH_GROUP, whole ? blob : 0, group->words);
    if (group->word != NULL)
        group->word[0] = whole ? sbl_low(head) : 0;
    return group->word != NULL;
}

/* Two groups out of a full one. */
static bool split_group(struct sbl_edit *edit, struct draft *root, uint32_t number,
                        struct draft *group) {
    struct draft upper = {.from = SBL_GROUP_FIGURES};
    uint32_t groups = groups_of(root->word[0]);
    uint64_t *directory = root->word + 1 + 2 * root->count, entry[2];
    upper.word = load(edit, SBL_SCRATCH_UPPER, 0, group->words);
    if (upper.word == NULL)
        return false;
    halve(group, &upper);
    group->word[0] = sbl_pair(group->count, sbl_low(group->word[0]));
    upper.word[0] = sbl_pair(upper.count, sbl_low(upper.word[0]));
    if (!put_group(edit, group, &entry[0], sbl_low(directory[number])) ||
        !put_group(edit, &upper, &entry[1], 0))
        return false;
    memmove(directory + number + 2, directory + number + 1,
            (groups - number - 1) * sizeof *directory);
    memcpy(directory + number, entry, sizeof entry);
    root_is(edit, root, groups + 1);
    return true;
}

static uint32_t cell_in(const uint64_t *group, uint32_t location) {
    uint32_t at = 0;
    while (at < sbl_low(group[0]) && group_location(group, at) < location)
        at++;
    return at;
}

/* Change a cell in one of the groups. */
static bool edit_group(struct sbl_edit *edit, const struct change *change) {
    struct draft root, group;
    if (!root_of(edit, &root))
        return false;
    uint32_t groups = groups_of(root.word[0]);
    uint64_t *directory = root.word + 1 + 2 * root.count;
    uint32_t number = group_number(directory, groups, change->location);
    uint32_t blob = groups == 0 ? 0 : sbl_low(directory[number]);
    if (!load_group(edit, blob, &group))
        return false;
    uint32_t cells = sbl_low(group.word[0]), at = cell_in(group.word, change->location);
    bool there = at < cells && group_location(group.word, at) == change->location;
    if (!there && cells == SBL_GROUP_CELLS)
        return split_group(edit, &root, number, &group) && edit_group(edit, change);
    if (!there)
        open_group(group.word, at);
    set_group_cell(group.word, at, change->location,
                   changed_net(change, there ? (int64_t)group.word[SBL_GROUP_NET + at] : 0));
    change_figures(&group, change);
    group.word[0] = sbl_pair(group.count, sbl_low(group.word[0]));
    if (!put_group(edit, &group, &directory[number], blob))
        return false;
    root_is(edit, &root, groups == 0 ? 1 : groups);
    edit->image.word[SBL_ROW_FORM] |= SBL_ROW_GROUPS;
    return true;
}

/* ---- cells ---- */

/* The place of a location among the line's cells; SBL_ROW_CELLS if it is not there. */
static int place_in_line(const struct sbl_image *image, uint32_t location) {
    int place = 0;
    while (place < SBL_ROW_CELLS && sbl_row_location(image, place) != location)
        place++;
    return place;
}

static bool change_cell(struct sbl_edit *edit, const struct change *change) {
    int place = place_in_line(&edit->image, change->location);
    if (place == SBL_ROW_CELLS && !sbl_row_has(&edit->image, SBL_ROW_GROUPS))
        place = place_in_line(&edit->image, 0);
    if (place == SBL_ROW_CELLS)
        return edit_group(edit, change);
    edit->image.word[SBL_ROW_LOCATIONS] |= (uint64_t)change->location << (16 * place);
    edit->image.word[SBL_ROW_NET + place] =
        (uint64_t)changed_net(change, sbl_row_net(&edit->image, place));
    if (change->whole == NULL && change->kind == SBL_NET)
        return true;
    struct draft root;
    if (!root_of(edit, &root))
        return false;
    change_figures(&root, change);
    root_is(edit, &root, groups_of(root.word[0]));
    return true;
}

static bool is_claim(enum sbl_kind_of_figure kind) {
    return kind == SBL_BACKORDERED || kind == SBL_FENCE || kind == SBL_UNTIL;
}

bool sbl_edit_add(struct sbl_edit *edit, uint32_t location, enum sbl_kind_of_figure kind,
                  uint32_t detail, int64_t amount) {
    const struct change change = {location, NULL, kind, detail, amount};
    if (is_claim(kind))
        edit->image.word[SBL_ROW_FORM] |= SBL_ROW_CLAIMS;
    return change_cell(edit, &change);
}

bool sbl_edit_cell(struct sbl_edit *edit, const struct sbl_cell *cell) {
    const struct change change = {.location = cell->location, .whole = cell};
    return change_cell(edit, &change);
}

int64_t sbl_edit_figure(struct sbl_edit *edit, uint32_t location, enum sbl_kind_of_figure kind,
                        uint32_t detail) {
    int place = place_in_line(&edit->image, location);
    struct draft draft;
    if (place != SBL_ROW_CELLS && kind == SBL_NET)
        return sbl_row_net(&edit->image, place);
    if (!root_of(edit, &draft)) {
        edit->failed = true;
        return 0;
    }
    if (place == SBL_ROW_CELLS) {
        uint32_t groups = groups_of(draft.word[0]);
        const uint64_t *directory = draft.word + 1 + 2 * draft.count;
        if (groups == 0)
            return 0;
        if (!load_group(edit, sbl_low(directory[group_number(directory, groups, location)]),
                        &draft)) {
            edit->failed = true;
            return 0;
        }
        uint32_t at = cell_in(draft.word, location);
        if (at == sbl_low(draft.word[0]) || group_location(draft.word, at) != location)
            return 0;
        if (kind == SBL_NET)
            return (int64_t)draft.word[SBL_GROUP_NET + at];
    }
    return get_figure(&draft, tag_of(location, kind, detail));
}

/* ---- the end ---- */

bool sbl_edit_settings(struct sbl_edit *edit, uint32_t *member, uint32_t blob) {
    struct draft root;
    uint32_t old = *member;
    *member = blob;
    edit->changed = true;
    return root_of(edit, &root) && sbl_transaction_replaces(edit->worker, old);
}

bool sbl_edit_blob(struct sbl_edit *edit, uint32_t *member, const uint64_t *word,
                   uint32_t words) {
    uint32_t old = *member;
    *member = words == 0 ? 0 : sbl_transaction_blob(edit->worker, word, words);
    return (words == 0 || *member != 0) && sbl_transaction_replaces(edit->worker, old);
}

static bool any_claims(const struct draft *root) {
    for (uint32_t i = 0; i < root->count; i++)
        if (is_claim((enum sbl_kind_of_figure)(root->word[root->from + 2 * i] >> 40 & 0xff)))
            return true;
    return false;
}

/* The root with its tail becomes a blob, and the form tells of both. */
static bool put_root(struct sbl_edit *edit) {
    struct draft root;
    if (!root_of(edit, &root) || !sbl_transaction_replaces(edit->worker, edit->old_root))
        return false;
    const struct sbl_tail *tail = sbl_edit_tail(edit);
    uint64_t form = edit->image.word[SBL_ROW_FORM] & ~(SBL_ROW_TAIL | SBL_ROW_DATES);
    if ((form & (SBL_ROW_CLAIMS | SBL_ROW_GROUPS)) == SBL_ROW_CLAIMS && !any_claims(&root))
        form &= ~SBL_ROW_CLAIMS;
    if ((tail->dates | tail->own | tail->policies | tail->moved | tail->kits) != 0) {
        form |= SBL_ROW_TAIL | (tail->dates != 0 ? SBL_ROW_DATES : 0);
        root.word[0] |= TAIL_IN_HEAD;
        root.word[root.words++] = sbl_pair(tail->references, tail->dates);
        root.word[root.words++] = sbl_pair(tail->policies, tail->own);
        root.word[root.words++] = sbl_pair(tail->kits, tail->moved);
    }
    uint32_t blob = sbl_transaction_blob(edit->worker, root.word, root.words);
    edit->image.word[SBL_ROW_FORM] = sbl_pair(blob, sbl_low(form));
    return blob != 0;
}

bool sbl_edit_end(struct sbl_edit *edit, struct sbl_line *line, uint32_t item,
                  const struct sbl_seen *seen) {
    if (edit->failed || (edit->dates_changed && !sbl_edit_put_dates(edit)))
        return false;
    if ((edit->changed || edit->dates_changed) && !put_root(edit))
        return false;
    return sbl_transaction_add(edit->worker, line, (struct sbl_name){SBL_ROW, item}, seen,
                               &edit->image);
}
