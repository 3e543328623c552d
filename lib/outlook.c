/* SPDX-License-Identifier: Apache-2.0
 *
 * See outlook.h. */
#include "outlook.h"

enum {
    LINE_WORDS = 8,
    TAIL_WORDS = 3,
    AHEAD_MOST = 64 /* words of claims that are fetched */
};

/* Nothing, if it has several blocks. */
static struct sbl_words words_of(const struct sbl_memory *memory, uint32_t reference) {
    uint32_t limit;
    const sbl_word *block = reference == 0 ? NULL : sbl_block(memory, reference, &limit);
    if (block == NULL)
        return (struct sbl_words){NULL, 0};
    uint32_t count = sbl_head_words(sbl_load_acquire(BLOCK, block));
    return (struct sbl_words){block + 1, count < SBL_BLOCK_WORDS_MAX && count < limit ? count : 0};
}

static uint32_t root_of(const struct sbl_image *row) { return sbl_high(row->word[SBL_ROW_FORM]); }

/* Where the tail begins; 0: there is no root. */
static uint32_t tail_from(const struct sbl_words *root) {
    return root->count == 0 ? 0 : sbl_root_tail(sbl_word_at(root, 0));
}

/* ---- ahead of time ---- */

/* The line that a word of a block is in. */
static inline void fetch_word(const sbl_word *block, uint32_t word) {
    sbl_prefetch_to_read((const void *)((uintptr_t)block + word * sizeof *block));
}

/* The same of a blob. */
static inline void fetch(const struct sbl_memory *memory, uint32_t reference, uint32_t word) {
    uint32_t limit;
    const sbl_word *block = reference == 0 ? NULL : sbl_block(memory, reference, &limit);
    if (block != NULL)
        fetch_word(block, 1 + word);
}

void sbl_outlook_fetch(const struct sbl_memory *memory, const struct sbl_image *row,
                       uint32_t tail) {
    uint32_t limit, reference = root_of(row);
    const sbl_word *block = reference == 0 ? NULL : sbl_block(memory, reference, &limit);
    if (block == NULL)
        return;
    fetch_word(block, 0);
    if (sbl_row_has(row, SBL_ROW_TAIL)) {
        fetch_word(block, 1 + tail);
        fetch_word(block, tail + TAIL_WORDS);
    }
    if (!sbl_row_has(row, SBL_ROW_CLAIMS))
        return;
    for (uint32_t i = LINE_WORDS; i <= tail && i < AHEAD_MOST; i += LINE_WORDS)
        fetch_word(block, i);
}

void sbl_outlook_begin(struct sbl_outlook *outlook, const struct sbl_memory *memory,
                       const struct sbl_image *row, uint32_t *tail) {
    const struct sbl_words root = outlook->root = words_of(memory, root_of(row));
    const uint32_t from = *tail = tail_from(&root);
    outlook->tail = (struct sbl_tail){0};
    if (!sbl_row_has(row, SBL_ROW_TAIL) || from == 0 ||
        sbl_root_words(sbl_word_at(&root, 0)) > root.count)
        return;
    const uint32_t there = sbl_head_tail(sbl_word_at(&root, 0));
    const uint64_t dates = (there & 1) != 0 ? sbl_word_at(&root, from) : 0;
    const uint64_t own = (there & 2) != 0 ? sbl_word_at(&root, from + (there & 1)) : 0;
    outlook->tail.dates = sbl_low(dates);
    outlook->tail.own = sbl_low(own);
    outlook->tail.policies = sbl_high(own);
    if (sbl_row_has(row, SBL_ROW_DATES)) {
        fetch(memory, outlook->tail.dates, 0);
        fetch(memory, outlook->tail.dates, LINE_WORDS);
    }
    fetch(memory, outlook->tail.own, 0);
    fetch(memory, outlook->tail.policies, 0);
}

/* ---- reading ---- */

/* SBL_ROW_CELLS: it has none. */
static uint32_t cell_of(const struct sbl_outlook *outlook, uint32_t location) {
    uint32_t cell = 0;
    while (cell < SBL_ROW_CELLS && outlook->cell[cell].location != location)
        cell++;
    return cell;
}

/* A wide figure of the root. false: that is one fence too many. */
static bool add_fence(struct sbl_outlook *outlook, uint64_t tag, int64_t value) {
    const uint32_t cell = (uint32_t)(tag >> SBL_FIGURE_CELL);
    if (sbl_figure_kind(tag) != SBL_FENCE || cell >= SBL_ROW_CELLS || value <= 0)
        return true;
    if (outlook->fences == SBL_OUTLOOK_FENCES)
        return false;
    outlook->cell[cell].fenced = sbl_add(outlook->cell[cell].fenced, value);
    outlook->fence[outlook->fences++] = (struct sbl_fence){cell, (uint32_t)tag & 0xffff, value};
    return true;
}

static bool read_claims(struct sbl_outlook *outlook) {
    const struct sbl_words root = outlook->root;
    const uint64_t head = root.count == 0 ? 0 : sbl_word_at(&root, 0);
    const uint32_t figures = 1 + sbl_head_figures(head), end = sbl_root_groups(head);
    if (root.count == 0 || end > root.count)
        return false;
    for (uint32_t i = 1; i < figures; i++) {
        const uint64_t figure = sbl_word_at(&root, i);
        const uint32_t cell = (uint32_t)(figure >> SBL_FIGURE_CELL);
        const int64_t value = sbl_figure_value(figure);
        if (sbl_figure_kind(figure) != SBL_BACKORDERED || cell >= SBL_ROW_CELLS || value <= 0)
            continue;
        outlook->cell[cell].backordered = value;
        outlook->waits = true;
    }
    for (uint32_t i = figures + sbl_head_balances(head); i + 1 < end; i += 2)
        if (!add_fence(outlook, sbl_word_at(&root, i), (int64_t)sbl_word_at(&root, i + 1)))
            return false;
    return true;
}

/* An entry's words (row.h): location and kind, due, quantity. */
static inline uint64_t dated_word(const sbl_word *entry, int word) {
    return sbl_load_acquire(BLOCK, &entry[word]);
}
static inline uint32_t dated_location(const sbl_word *entry) {
    return (uint32_t)(dated_word(entry, 0) >> 48);
}
static inline const sbl_word *entry_at(const struct sbl_outlook *outlook, uint32_t entry) {
    return outlook->dates.word + 1 + SBL_DATED_WORDS * (size_t)entry;
}

/* Which of the entries are whose. */
static bool read_dates(const struct sbl_memory *memory, struct sbl_outlook *outlook) {
    outlook->dates = words_of(memory, outlook->tail.dates);
    uint32_t count = outlook->dates.count == 0 ? 0 : sbl_low(sbl_word_at(&outlook->dates, 0));
    if (count == 0 || 1 + SBL_DATED_WORDS * (uint64_t)count > outlook->dates.count)
        return false;
    for (uint32_t i = 0, end; i < count; i = end) {
        const uint32_t location = dated_location(entry_at(outlook, i));
        const uint32_t cell = cell_of(outlook, location);
        for (end = i + 1; end < count && dated_location(entry_at(outlook, end)) == location; end++)
            ;
        if (cell == SBL_ROW_CELLS)
            continue;
        outlook->cell[cell].dated = i;
        outlook->cell[cell].dated_end = end;
    }
    return true;
}

/* A kit, or not tracked? */
static bool is_of_its_own_kind(const struct sbl_memory *memory, uint32_t blob) {
    if (blob == 0)
        return false;
    const struct sbl_own own = sbl_own_of(memory, blob);
    return own.untracked || own.components != 0;
}

bool sbl_outlook_read(const struct sbl_memory *memory, const struct sbl_image *row,
                      struct sbl_outlook *outlook) {
    outlook->policies = words_of(memory, outlook->tail.policies);
    outlook->dates = (struct sbl_words){NULL, 0};
    outlook->fences = 0;
    outlook->waits = false;
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        outlook->cell[i] = (struct sbl_prospect){.location = sbl_row_location(row, i),
                                                 .net = sbl_row_net(row, i)};
    return !sbl_row_has(row, SBL_ROW_GROUPS) &&
           (!sbl_row_has(row, SBL_ROW_TAIL) || outlook->root.count != 0) &&
           (outlook->tail.policies == 0 || outlook->policies.count != 0) &&
           !is_of_its_own_kind(memory, outlook->tail.own) &&
           (!sbl_row_has(row, SBL_ROW_CLAIMS) || read_claims(outlook)) &&
           (!sbl_row_has(row, SBL_ROW_DATES) || read_dates(memory, outlook));
}

/* ---- dates ---- */

/* What an entry adds to P, once it is due: overdue supply nothing. */
static inline int64_t counted(const sbl_word *entry, int64_t now) {
    const bool promised = (dated_word(entry, 0) >> 40 & 0xff) == SBL_PROMISED;
    const int64_t due = (int64_t)dated_word(entry, 1), quantity = (int64_t)dated_word(entry, 2);
    if (promised)
        return sbl_subtract(0, quantity);
    return quantity > 0 && due <= now ? 0 : quantity;
}

/* From the last entry back: P after each time is looked at before the entries of that time are
 * taken off, and so is in the least of every date that is not later than they. */
void sbl_outlook_lows(const struct sbl_outlook *outlook, uint32_t cell, int64_t now,
                      const int64_t *date, uint32_t dates, int64_t *low) {
    const struct sbl_prospect *at = &outlook->cell[cell];
    const sbl_word *const first = entry_at(outlook, at->dated);
    const sbl_word *const end = entry_at(outlook, at->dated_end), *entry;
    int64_t sum = at->net, least = INT64_MAX, later = INT64_MAX;
    for (entry = first; entry < end; entry += SBL_DATED_WORDS)
        sum = sbl_add(sum, counted(entry, now));
    for (; entry > first && dates > 0; entry -= SBL_DATED_WORDS) {
        const sbl_word *const last = entry - SBL_DATED_WORDS;
        const int64_t due = (int64_t)dated_word(last, 1);
        if (due != later)
            least = sbl_min(least, sum);
        for (; dates > 0 && date[dates - 1] >= due; dates--)
            low[dates - 1] = least;
        sum = sbl_subtract(sum, counted(last, now));
        later = due;
    }
    for (least = sbl_min(least, sum); dates > 0; dates--)
        low[dates - 1] = least;
}
