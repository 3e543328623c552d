/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a new value of a row; see row.h. What is read of a row that has changed meanwhile may be
 * any words: sizes are bounded by what is really there, and the attempt will be aborted. */
#include "edit.h"

static uint32_t group_location(const uint64_t *group, uint32_t cell) {
    return (uint32_t)(group[SBL_GROUP_LOCATIONS + cell / 4] >> (16 * (cell % 4))) & 0xffff;
}

/* ---- drafts ---- */

/* Words being made into a blob: so many; from word `from` on the figures, the balances and the wide
 * figures; then the rest. */
struct draft {
    uint64_t *word;
    uint32_t words;
    uint32_t from;
    uint32_t figures, balances, wide;
};

static void counts_of(struct draft *draft, uint64_t head) {
    draft->figures = sbl_head_figures(head);
    draft->balances = sbl_head_balances(head);
    draft->wide = sbl_head_wide(head);
}

/* Its head: with so many groups, or cells. */
static void head_is(const struct draft *draft, uint32_t count) {
    draft->word[0] = sbl_head_of(draft->figures, draft->balances, draft->wide, count);
}

static uint64_t *figures_in(const struct draft *draft) { return draft->word + draft->from; }
static uint64_t *balances_in(const struct draft *draft) {
    return figures_in(draft) + draft->figures;
}
static uint64_t *wide_in(const struct draft *draft) {
    return balances_in(draft) + draft->balances;
}

/* Where a tag is, or belongs, of figures of `words` words each; *there: that one is it. */
static uint64_t *place_of(const struct draft *draft, uint64_t tag, uint32_t words, bool *there) {
    uint64_t *at = words == 1 ? figures_in(draft) : wide_in(draft);
    const uint64_t *end = words == 1 ? balances_in(draft) : at + 2 * draft->wide;
    while (at < end && at[0] < tag)
        at += words;
    *there = at < end && (words == 1 ? (at[0] ^ tag) >> SBL_FIGURE_BITS == 0 : at[0] == tag);
    return at;
}

static uint32_t words_of(enum sbl_kind_of_figure kind) { return kind < SBL_FENCE ? 1 : 2; }

/* So many words at a place give way to so many others. */
static void splice(struct draft *draft, uint64_t *at, uint32_t old, uint32_t new) {
    size_t after = (size_t)(draft->word + draft->words - at) - old;
    memmove(at + new, at + old, after * sizeof *at);
    draft->words += new - old;
}

static int64_t get_balance(const struct draft *draft, uint32_t cell) {
    const uint64_t *at = balances_in(draft);
    for (uint32_t i = 0; i < draft->balances; i++)
        if ((at[i] & sbl_balance_cell(cell)) != 0)
            return sbl_balance_as_of(at[i]);
    return 0;
}

static int64_t get_figure(const struct draft *draft, uint32_t cell, enum sbl_kind_of_figure kind,
                          uint32_t detail) {
    bool there;
    if (kind == SBL_AS_OF)
        return get_balance(draft, cell);
    const uint64_t *at =
        place_of(draft, sbl_figure_tag(cell, kind, detail), words_of(kind), &there);
    if (!there)
        return 0;
    return words_of(kind) == 1 ? sbl_figure_value(at[0]) : (int64_t)at[1];
}

/* The cell leaves the balance that it is in, and joins those of that instant; 0: none. */
static void set_balance(struct draft *draft, uint32_t cell, int64_t as_of) {
    uint64_t *at = balances_in(draft), bit = sbl_balance_cell(cell);
    uint32_t i = 0;
    while (i < draft->balances && (at[i] & bit) == 0)
        i++;
    if (i < draft->balances && ((at[i] &= ~bit) >> SBL_BALANCE_BITS) == 0) {
        splice(draft, &at[i], 1, 0);
        draft->balances--;
    }
    if (as_of == 0)
        return;
    for (i = 0; i < draft->balances && sbl_balance_as_of(at[i]) != as_of; i++)
        continue;
    if (i == draft->balances && i < 2 * SBL_GROUP_CELLS - 1) { /* more only if it was torn */
        splice(draft, &at[i], 0, 1);
        draft->balances++;
        at[i] = (uint64_t)sbl_balance_as_of((uint64_t)as_of);
    }
    if (i < draft->balances)
        at[i] |= bit;
}

static void set_figure(struct draft *draft, uint32_t cell, enum sbl_kind_of_figure kind,
                       uint32_t detail, int64_t value) {
    uint64_t tag = sbl_figure_tag(cell, kind, detail);
    uint32_t words = words_of(kind);
    bool there, stays = value != 0;
    uint32_t *count = words == 1 ? &draft->figures : &draft->wide;
    if (kind == SBL_AS_OF) {
        set_balance(draft, cell, value);
        return;
    }
    uint64_t *at = place_of(draft, tag, words, &there);
    if (!there && words == 1 && *count == UINT8_MAX)
        return; /* only if it was torn */
    splice(draft, at, there ? words : 0, stays ? words : 0);
    *count = *count - there + stays;
    if (!stays)
        return;
    at[0] = words == 1 ? sbl_figure_word(tag, value) : tag;
    if (words == 2)
        at[1] = (uint64_t)value;
}

enum {
    FIGURES_OF_CELL = 4 + SELLABLE_HOLD_REASONS_MAX, /* and a fence for each channel */
    ROOM = FIGURES_OF_CELL + 4 + SBL_TAIL_WORDS + 1 + 2 * SBL_MOVED_IN_ROOT
};

/* All figures of a cell but its fences, in one go. */
static void set_figures(struct draft *draft, uint32_t number, const struct sbl_cell *cell) {
    uint64_t *from = figures_in(draft), *end = balances_in(draft), *to;
    uint64_t word[FIGURES_OF_CELL], *at = word;
    const struct {
        enum sbl_kind_of_figure kind;
        int64_t value;
    } before[] = {{SBL_ON_HAND, cell->on_hand},
                  {SBL_ALLOCATED, cell->allocated},
                  {SBL_SAFETY_STOCK, cell->safety_stock}};
    for (int i = 0; i < 3; i++)
        if (before[i].value != 0)
            *at++ = sbl_figure_word(sbl_figure_tag(number, before[i].kind, 0), before[i].value);
    for (uint32_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        if (cell->held[i] != 0)
            *at++ = sbl_figure_word(sbl_figure_tag(number, SBL_HELD, i), cell->held[i]);
    if (cell->backordered != 0)
        *at++ = sbl_figure_word(sbl_figure_tag(number, SBL_BACKORDERED, 0), cell->backordered);
    while (from < end && from[0] >> SBL_FIGURE_CELL < number)
        from++;
    for (to = from; to < end && to[0] >> SBL_FIGURE_CELL == number; to++)
        continue;
    uint32_t old = (uint32_t)(to - from), new = (uint32_t)(at - word);
    if (draft->figures - old + new > UINT8_MAX)
        return; /* only if it was torn */
    splice(draft, from, old, new);
    memcpy(from, word, new * sizeof *from);
    draft->figures += new - old;
}

/* Room for a cell and a group more than these words, a tail, and what moved. */
static size_t bytes_for(size_t words) { return (words + ROOM) * sizeof(uint64_t); }

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

/* The root, as a draft without its tail and what moved. */
static bool root_of(struct sbl_edit *edit, struct draft *root) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    uint64_t head = 0;
    root->from = 1;
    if (edit->loaded) {
        struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_ROOT];
        head = *(const uint64_t *)scratch->bytes;
        counts_of(root, head);
        root->words = sbl_root_tail(head);
        if (!sbl_buffer_reserve(memory, scratch, bytes_for(root->words)))
            return false;
        root->word = scratch->bytes;
        return true;
    }
    sbl_blob_copy(memory, edit->old_root, 0, &head, 1);
    size_t words = sbl_root_tail(head);
    if (sbl_words_in(memory, edit->old_root, words) != words)
        head = 0, words = 1;
    counts_of(root, head);
    root->words = (uint32_t)words;
    root->word = load(edit, SBL_SCRATCH_ROOT, edit->old_root, words);
    if (root->word == NULL)
        return false;
    head_is(root, sbl_head_groups(head));
    edit->loaded = true;
    return true;
}

static void root_is(struct sbl_edit *edit, const struct draft *root, uint32_t groups) {
    head_is(root, groups);
    edit->changed = true;
}

void sbl_edit_begin(struct sbl_edit *edit, struct sbl_worker *worker,
                    const struct sbl_image *image) {
    edit->worker = worker;
    edit->image = *image;
    edit->old_root = sbl_high(image->word[SBL_ROW_FORM]);
    edit->tail_read = edit->moves_read = false;
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

/* `cell`: its number in the draft. */
static void change_figures(struct draft *draft, uint32_t cell, const struct change *change) {
    if (change->whole != NULL)
        set_figures(draft, cell, change->whole);
    else if (change->kind != SBL_NET)
        set_figure(draft, cell, change->kind, change->detail,
                   sbl_add(get_figure(draft, cell, change->kind, change->detail),
                           change->amount));
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

/* Room for a cell at place `at`: those behind it move up, and their figures with them. */
static void open_group(struct draft *group, uint32_t at) {
    uint32_t cells = sbl_head_cells(group->word[0]);
    uint64_t *figure = figures_in(group), *balance = balances_in(group), *wide = wide_in(group);
    for (uint32_t i = cells; i > at; i--)
        set_group_cell(group->word, i, group_location(group->word, i - 1),
                       (int64_t)group->word[SBL_GROUP_NET + i - 1]);
    for (uint32_t i = 0; i < group->figures; i++)
        if (figure[i] >> SBL_FIGURE_CELL >= at)
            figure[i] += UINT64_C(1) << SBL_FIGURE_CELL;
    for (uint32_t i = 0; i < group->balances; i++) {
        uint64_t below = sbl_balance_cell(at) - 1;
        balance[i] = (balance[i] & below) | (balance[i] & ~below) << 1;
    }
    for (uint32_t i = 0; i < group->wide; i++)
        if (wide[2 * i] >> SBL_FIGURE_CELL >= at)
            wide[2 * i] += UINT64_C(1) << SBL_FIGURE_CELL;
    head_is(group, cells + 1);
}

enum { HALF = SBL_GROUP_CELLS / 2 };

/* The figures of the cells from `first` on, half a group, become those of `to`, which may be the
 * same. */
static void take_half(struct draft *to, const struct draft *group, uint32_t first) {
    const uint64_t *figure = figures_in(group), *balance = balances_in(group);
    const uint64_t *wide = wide_in(group);
    const struct draft old = *group;
    uint64_t less = (uint64_t)first << SBL_FIGURE_CELL, *at = to->word + to->from;
    to->figures = to->balances = to->wide = 0;
    for (uint32_t i = 0; i < old.figures; i++)
        if ((figure[i] >> SBL_FIGURE_CELL) / HALF == first / HALF) {
            *at++ = figure[i] - less;
            to->figures++;
        }
    for (uint32_t i = 0; i < old.balances; i++) {
        uint64_t cells = balance[i] >> (SBL_BALANCE_BITS + first) & ((1u << HALF) - 1);
        if (cells != 0) {
            *at++ = cells << SBL_BALANCE_BITS | (uint64_t)sbl_balance_as_of(balance[i]);
            to->balances++;
        }
    }
    for (uint32_t i = 0; i < old.wide; i++)
        if ((wide[2 * i] >> SBL_FIGURE_CELL) / HALF == first / HALF) {
            *at++ = wide[2 * i] - less;
            *at++ = wide[2 * i + 1];
            to->wide++;
        }
    to->words = (uint32_t)(at - to->word);
    head_is(to, HALF);
}

/* The upper half of a full group's cells and figures moves to `upper`. */
static void halve(struct draft *group, struct draft *upper) {
    memset(upper->word, 0, SBL_GROUP_FIGURES * sizeof *upper->word);
    for (uint32_t i = 0; i < HALF; i++) {
        set_group_cell(upper->word, i, group_location(group->word, HALF + i),
                       (int64_t)group->word[SBL_GROUP_NET + HALF + i]);
        set_group_cell(group->word, HALF + i, 0, 0);
    }
    take_half(upper, group, HALF);
    take_half(group, group, 0);
}

/* The number of the group that has a location, or would. */
static uint32_t group_number(const uint64_t *directory, uint32_t groups, uint32_t location) {
    uint32_t number = 0;
    while (number + 1 < groups && sbl_high(directory[number + 1]) <= location)
        number++;
    return number;
}

/* A group as a draft. */
static bool load_group(struct sbl_edit *edit, uint32_t blob, struct draft *group) {
    const struct sbl_memory *memory = edit->worker->commit->memory;
    uint64_t head = 0;
    sbl_blob_copy(memory, blob, 0, &head, 1);
    size_t words = SBL_GROUP_FIGURES + (size_t)sbl_head_parts(head);
    bool whole = sbl_words_in(memory, blob, words) == words &&
                 sbl_head_cells(head) <= SBL_GROUP_CELLS;
    if (!whole)
        head = 0;
    counts_of(group, head);
    group->from = SBL_GROUP_FIGURES;
    group->words = SBL_GROUP_FIGURES + sbl_head_parts(head);
    group->word = load(edit, SBL_SCRATCH_GROUP, whole ? blob : 0, group->words);
    if (group->word != NULL)
        head_is(group, sbl_head_cells(head));
    return group->word != NULL;
}

/* Two groups out of a full one. */
static bool split_group(struct sbl_edit *edit, struct draft *root, uint32_t number,
                        struct draft *group) {
    struct draft upper = {.from = SBL_GROUP_FIGURES};
    uint32_t groups = sbl_head_groups(root->word[0]);
    uint64_t *directory = root->word + sbl_root_groups(root->word[0]), entry[2];
    upper.word = load(edit, SBL_SCRATCH_UPPER, 0, group->words);
    if (upper.word == NULL)
        return false;
    halve(group, &upper);
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
    while (at < sbl_head_cells(group[0]) && group_location(group, at) < location)
        at++;
    return at;
}

/* Change a cell in one of the groups. */
static bool edit_group(struct sbl_edit *edit, const struct change *change) {
    struct draft root, group;
    if (!root_of(edit, &root))
        return false;
    uint32_t groups = sbl_head_groups(root.word[0]);
    uint64_t *directory = root.word + sbl_root_groups(root.word[0]);
    uint32_t number = group_number(directory, groups, change->location);
    uint32_t blob = groups == 0 ? 0 : sbl_low(directory[number]);
    if (!load_group(edit, blob, &group))
        return false;
    uint32_t cells = sbl_head_cells(group.word[0]), at = cell_in(group.word, change->location);
    bool there = at < cells && group_location(group.word, at) == change->location;
    if (!there && cells == SBL_GROUP_CELLS)
        return split_group(edit, &root, number, &group) && edit_group(edit, change);
    if (!there)
        open_group(&group, at);
    set_group_cell(group.word, at, change->location,
                   changed_net(change, there ? (int64_t)group.word[SBL_GROUP_NET + at] : 0));
    change_figures(&group, at, change);
    head_is(&group, sbl_head_cells(group.word[0]));
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
    change_figures(&root, (uint32_t)place, change);
    root_is(edit, &root, sbl_head_groups(root.word[0]));
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
    uint32_t cell = (uint32_t)place;
    if (place == SBL_ROW_CELLS) {
        uint32_t groups = sbl_head_groups(draft.word[0]);
        const uint64_t *directory = draft.word + sbl_root_groups(draft.word[0]);
        if (groups == 0)
            return 0;
        if (!load_group(edit, sbl_low(directory[group_number(directory, groups, location)]),
                        &draft)) {
            edit->failed = true;
            return 0;
        }
        cell = cell_in(draft.word, location);
        if (cell == sbl_head_cells(draft.word[0]) || group_location(draft.word, cell) != location)
            return 0;
        if (kind == SBL_NET)
            return (int64_t)draft.word[SBL_GROUP_NET + cell];
    }
    return get_figure(&draft, cell, kind, detail);
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
    const uint64_t *figure = figures_in(root);
    bool any = root->wide != 0;
    for (uint32_t i = 0; i < root->figures; i++)
        any |= sbl_figure_kind(figure[i]) == SBL_BACKORDERED;
    return any;
}

/* The tail, and what moved, go behind the draft of the root. */
static bool put_tail(struct sbl_edit *edit, struct draft *root) {
    const struct sbl_tail *tail = sbl_edit_tail(edit);
    const struct sbl_moves *moves = sbl_edit_moves(edit);
    const uint64_t word[SBL_TAIL_WORDS] = {sbl_pair(tail->references, tail->dates),
                                           sbl_pair(tail->policies, tail->own),
                                           sbl_pair(tail->kits, moves->older)};
    uint64_t there = 0;
    for (uint32_t i = 0; i < SBL_TAIL_WORDS; i++)
        if (word[i] != 0) {
            root->word[root->words++] = word[i];
            there |= UINT64_C(1) << (SBL_HEAD_TAIL + i);
        }
    if (moves->any) {
        there |= SBL_HEAD_MOVED | (uint64_t)moves->count << SBL_HEAD_MOVES;
        root->word[root->words++] = (uint64_t)moves->check;
        memcpy(root->word + root->words, moves->word, 2 * moves->count * sizeof *moves->word);
        root->words += 2 * moves->count;
    }
    root->word[0] |= there | SBL_HEAD_ROOT;
    return there != 0;
}

/* The root with its tail becomes a blob, and the form tells of both. */
static bool put_root(struct sbl_edit *edit) {
    struct draft root;
    if (!root_of(edit, &root) || !sbl_transaction_replaces(edit->worker, edit->old_root))
        return false;
    uint64_t form = edit->image.word[SBL_ROW_FORM] & ~(SBL_ROW_TAIL | SBL_ROW_DATES);
    if ((form & (SBL_ROW_CLAIMS | SBL_ROW_GROUPS)) == SBL_ROW_CLAIMS && !any_claims(&root))
        form &= ~SBL_ROW_CLAIMS;
    if (put_tail(edit, &root))
        form |= SBL_ROW_TAIL | (sbl_edit_tail(edit)->dates != 0 ? SBL_ROW_DATES : 0);
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
