/* SPDX-License-Identifier: Apache-2.0
 *
 * The row: all cells of one item, the unit of consistency. It is a line with blobs behind it.
 *
 *   word 0   stamp (commit.h)
 *   word 1   low half: the form; high half: the root blob
 *   word 2   locations of four cells, 16 bits each; 0: none
 *   words 3-6  net of those four cells
 *
 *   form     bits 0-6: what the row has, see below; 8-15: which channels its own settings touch;
 *            16-31: how early what is dated begins to show (both: form.h)
 *   root     head: how many there are of each, see below; the figures of those four cells, 54 bits
 *            each; their balances; their wide figures; one word a group: its first location (high
 *            half), its blob (low half), ascending; then the tail, and what moved
 *   tail     those of three words that are not 0: dated stock, its references; the item's own
 *            settings, its policies; older movements (movement.h), the kits that it was ever a
 *            component of: blobs, the first of each two in the low half
 *   moved    if anything did: when what is past will be looked for (0: never); the newest movements
 *   group    head; 8 locations of 16 bits; net of 8 cells; their figures, balances, wide figures.
 *            Cells ascend by location
 *   figure   cell << 61 | kind << 58 | detail << 54, and a value of 54 bits. Ascending; a value of
 *            0 has none. The cell is its place in the line, or in the group
 *   balance  which cells' last balance was of an instant (a bit each, from bit 56 on), and that
 *   wide     two words, of a fence: cell << 61 | kind << 58 | channel, ascending; and a value: what
 *            is left, or until when it is in force
 *   dated    the number of entries; three words each: location << 48 | kind << 40, due, quantity.
 *            Ascending by location, due, kind
 *   references   the number of words; then for each scheduled entry, in their order, the key's
 *            size, and the key. Entries of one location and due ascend by it
 *
 * So a question about an item with up to four locations, and a promise, need the first line alone:
 * net is all they look at or change. What net is made of is read where it is told or changed; and
 * the form says whether there is more to look at. The root of an item with stock, a hold and safety
 * stock in four cells has 14 words: with its block's head two lines. */
#ifndef SBL_ROW_H
#define SBL_ROW_H

#include "cell.h"
#include "commit.h"

enum {
    SBL_ROW_FORM = 1,
    SBL_ROW_LOCATIONS = 2,
    SBL_ROW_NET = 3,
    SBL_ROW_CELLS = 4, /* in the line */
    SBL_GROUP_CELLS = 8,
    SBL_GROUP_LOCATIONS = 1,
    SBL_GROUP_NET = 3,
    SBL_GROUP_FIGURES = 11,
    SBL_DATED_WORDS = 3,
    SBL_TAIL_WORDS = 3,
    SBL_MOVED_IN_ROOT = 7 /* movements, of two words */
};

/* The head of a root, or of a group: bits 0-7 figures, 8-11 balances, 12-35 wide figures, 36-51
 * groups of the root or cells of the group; of a root: 52-55 movements in it, 56-58 which words of
 * the tail there are, 59: something moved, 63. */
#define SBL_HEAD_MOVED (UINT64_C(1) << 59)
#define SBL_HEAD_ROOT (UINT64_C(1) << 63)

enum { SBL_HEAD_MOVES = 52, SBL_HEAD_TAIL = 56 };

static inline uint32_t sbl_head_figures(uint64_t head) { return head & 0xff; }
static inline uint32_t sbl_head_balances(uint64_t head) { return head >> 8 & 0xf; }
static inline uint32_t sbl_head_wide(uint64_t head) { return head >> 12 & 0xffffff; }
static inline uint32_t sbl_head_groups(uint64_t head) { return head >> 36 & 0xffff; }
static inline uint32_t sbl_head_cells(uint64_t head) { return sbl_head_groups(head); }
static inline uint32_t sbl_head_moves(uint64_t head) { return head >> SBL_HEAD_MOVES & 0xf; }
static inline uint32_t sbl_head_tail(uint64_t head) { return head >> SBL_HEAD_TAIL & 7; }
static inline uint64_t sbl_head_of(uint32_t figures, uint32_t balances, uint32_t wide,
                                   uint32_t groups) {
    return figures | (uint64_t)balances << 8 | (uint64_t)wide << 12 | (uint64_t)groups << 36;
}

/* The words of all figures. */
static inline uint32_t sbl_head_parts(uint64_t head) {
    return sbl_head_figures(head) + sbl_head_balances(head) + 2 * sbl_head_wide(head);
}
/* Where in a root its groups begin, its tail, and what moved; and its words in all. */
static inline uint32_t sbl_root_groups(uint64_t head) { return 1 + sbl_head_parts(head); }
static inline uint32_t sbl_root_tail(uint64_t head) {
    return sbl_root_groups(head) + sbl_head_groups(head);
}
static inline uint32_t sbl_root_moved(uint64_t head) {
    uint32_t tail = sbl_head_tail(head);
    return sbl_root_tail(head) + (tail & 1) + (tail >> 1 & 1) + (tail >> 2);
}
static inline uint32_t sbl_root_words(uint64_t head) {
    return sbl_root_moved(head) + ((head & SBL_HEAD_MOVED) != 0 ? 1 + 2 * sbl_head_moves(head) : 0);
}

/* The form, but for what form.h has of it. A plain row has the first bit alone, of those below
 * SBL_ROW_TAIL. */
#define SBL_ROW_EXISTS UINT64_C(1)
#define SBL_ROW_GROUPS UINT64_C(2)
#define SBL_ROW_OWN UINT64_C(4)     /* a kit, or not tracked, or has policies of its own */
#define SBL_ROW_CLAIMS UINT64_C(8)  /* perhaps a fence or something that waits */
#define SBL_ROW_DATES UINT64_C(16)  /* dated stock */
#define SBL_ROW_TAIL UINT64_C(32)
#define SBL_ROW_PART UINT64_C(64)   /* it was a component of a kit, or is */
#define SBL_ROW_GENERAL (SBL_ROW_GROUPS | SBL_ROW_OWN | SBL_ROW_CLAIMS | SBL_ROW_DATES)

static inline bool sbl_row_exists(const struct sbl_image *image) {
    return (image->word[SBL_ROW_FORM] & SBL_ROW_EXISTS) != 0;
}
static inline bool sbl_row_is_plain(const struct sbl_image *image) {
    return (image->word[SBL_ROW_FORM] & (SBL_ROW_EXISTS | SBL_ROW_GENERAL)) == SBL_ROW_EXISTS;
}
static inline bool sbl_row_has(const struct sbl_image *image, uint64_t form) {
    return (image->word[SBL_ROW_FORM] & form) != 0;
}
static inline uint32_t sbl_row_location(const struct sbl_image *image, int cell) {
    return (uint32_t)(image->word[SBL_ROW_LOCATIONS] >> (16 * cell)) & 0xffff;
}
static inline int64_t sbl_row_net(const struct sbl_image *image, int cell) {
    return (int64_t)image->word[SBL_ROW_NET + cell];
}

/* Fetch what is behind a row: so many lines of its root. */
static inline void sbl_row_fetch_root(const struct sbl_memory *memory, const struct sbl_line *row,
                                      uintptr_t lines) {
    uint32_t limit;
    const sbl_word *root =
        sbl_block(memory, sbl_high(sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM])), &limit);
    for (uintptr_t l = 0; root != NULL && l < lines; l++)
        sbl_prefetch_to_read((const void *)((uintptr_t)root + l * sizeof(struct sbl_line)));
}

/* ---- reading. What is read from blobs counts only if the line is still the same afterwards
 * ---- */

/* Walk over the location and net of every cell. */
struct sbl_walk {
    const struct sbl_memory *memory;
    const struct sbl_image *image;
    uint32_t root, directory, groups; /* of the root: where those begin, how many there are */
    uint32_t next;                  /* cell of the line, then group */
    uint32_t cell, cells;           /* of the group */
    uint64_t group[SBL_GROUP_FIGURES];
};
void sbl_walk_begin(struct sbl_walk *walk, const struct sbl_memory *memory,
                    const struct sbl_image *image);
bool sbl_walk_next(struct sbl_walk *walk, uint32_t *location, int64_t *net);

/* Walk over the figures of one cell; net comes from the start. */
enum sbl_kind_of_figure {
    SBL_NET = 0,
    SBL_ON_HAND = 1,
    SBL_ALLOCATED = 2,
    SBL_SAFETY_STOCK = 3,
    SBL_HELD = 4,        /* detail: the reason */
    SBL_BACKORDERED = 5,
    SBL_FENCE = 6,       /* detail: the channel */
    SBL_UNTIL = 7,       /* the same: sbl_until_value; there exactly while the fence is in force */
    SBL_AS_OF = 8        /* of the last balance: sbl_as_of_value; memory, no quantity */
};
struct sbl_figures {
    const struct sbl_memory *memory;
    uint32_t cell;                 /* its place */
    uint32_t blob, from;           /* its root or group, and where the figures begin there */
    uint32_t wide, end;            /* behind them: where the balances end, and the last figure */
    uint32_t balances;             /* where those begin */
    uint32_t next;                 /* to be looked at */
    uint32_t copied, words;        /* of these there is a copy */
    bool found;                    /* the row has the cell */
    int64_t net;
    uint64_t word[32];
};
struct sbl_figure {
    enum sbl_kind_of_figure kind;
    uint32_t detail;
    int64_t value;
};
void sbl_figures_begin(struct sbl_figures *figures, const struct sbl_memory *memory,
                       const struct sbl_image *image, uint32_t location);
bool sbl_figures_next(struct sbl_figures *figures, struct sbl_figure *figure);

/* ---- figures as words ---- */

enum {
    SBL_FIGURE_BITS = 54,  /* of the value, with its sign */
    SBL_BALANCE_BITS = 56, /* of the instant */
    SBL_FIGURE_KIND = 58,
    SBL_FIGURE_CELL = 61
};

/* The tag of a figure: what is above the value, or the first word of a wide one. */
static inline uint64_t sbl_figure_tag(uint32_t cell, enum sbl_kind_of_figure kind,
                                      uint32_t detail) {
    return (uint64_t)cell << SBL_FIGURE_CELL | (uint64_t)kind << SBL_FIGURE_KIND |
           (kind < SBL_FENCE ? (uint64_t)detail << SBL_FIGURE_BITS : detail);
}
static inline enum sbl_kind_of_figure sbl_figure_kind(uint64_t word) {
    return (enum sbl_kind_of_figure)(word >> SBL_FIGURE_KIND & SBL_UNTIL);
}
static inline int64_t sbl_figure_value(uint64_t word) {
    return (int64_t)(word << (64 - SBL_FIGURE_BITS)) >> (64 - SBL_FIGURE_BITS);
}
static inline uint64_t sbl_figure_word(uint64_t tag, int64_t value) {
    return tag | (uint64_t)value << (64 - SBL_FIGURE_BITS) >> (64 - SBL_FIGURE_BITS);
}
/* A balance's cells, and its instant (sbl_as_of_value). */
static inline uint64_t sbl_balance_cell(uint32_t cell) {
    return UINT64_C(1) << (SBL_BALANCE_BITS + cell);
}
static inline int64_t sbl_balance_as_of(uint64_t word) {
    return (int64_t)(word & ((UINT64_C(1) << SBL_BALANCE_BITS) - 1));
}

/* A fence's end as a figure, which is never 0. */
static inline int64_t sbl_until_value(int64_t until) { return until == 0 ? INT64_MAX : until; }
static inline int64_t sbl_until_of(int64_t value) { return value == INT64_MAX ? 0 : value; }

/* A balance's instant as a figure, which is never 0. */
static inline int64_t sbl_as_of_value(int64_t as_of) { return as_of + SELLABLE_TIME_MAX + 1; }
static inline int64_t sbl_as_of_of(int64_t value) { return value - SELLABLE_TIME_MAX - 1; }

/* The figures of one cell, all 0 (but the location) if the row has none there. */
void sbl_row_cell(const struct sbl_memory *memory, const struct sbl_image *image, uint32_t location,
                  struct sbl_cell *cell);

/* What is behind the cells; all 0 if there is nothing. */
struct sbl_tail {
    uint32_t dates, references, own, policies; /* blobs */
    uint32_t moved;                            /* the root, if anything moved: movement.h */
    uint32_t kits;                             /* numbers of items */
};
struct sbl_tail sbl_row_tail(const struct sbl_memory *memory, const struct sbl_image *image);

/* Walk over what is dated at one location, by due. */
struct sbl_dates {
    const struct sbl_memory *memory;
    uint32_t blob, location;
    uint32_t next, count, at, words;
    uint64_t word[8 * SBL_DATED_WORDS];
};
enum sbl_kind_of_date { SBL_SCHEDULED = 0, SBL_PROMISED = 1 };
struct sbl_dated {
    uint32_t location;
    enum sbl_kind_of_date kind;
    int64_t due;
    int64_t quantity;
};
void sbl_dates_begin(struct sbl_dates *dates, const struct sbl_memory *memory, uint32_t blob,
                     uint32_t location);
bool sbl_dates_next(struct sbl_dates *dates, struct sbl_dated *dated);
/* All entries of all locations: entry i; false: there are not so many. */
bool sbl_dated_at(const struct sbl_memory *memory, uint32_t blob, uint32_t i,
                  struct sbl_dated *dated);
/* How many scheduled entries stand before the first of a location; and the key of the scheduled
 * entry that comes next in a walk from *word on, which begins with 1. */
uint32_t sbl_scheduled_before(const struct sbl_memory *memory, uint32_t blob, uint32_t location);
uint32_t sbl_reference_at(const struct sbl_memory *memory, uint32_t blob, uint32_t *word,
                          uint64_t key[SELLABLE_KEY_MAX / 8]);

/* Is anything kept: a figure, a net that is not 0, something dated? */
bool sbl_row_keeps(const struct sbl_memory *memory, const struct sbl_image *image);

/* ---- a new value of a row in the making, for one attempt ---- */

/* What moved, as it is by now. */
struct sbl_moves {
    bool any;
    uint32_t count;  /* of those in the root */
    uint32_t older;  /* the node with those before */
    int64_t check;
    uint64_t word[2 * SBL_MOVED_IN_ROOT];
};

struct sbl_edit {
    struct sbl_worker *worker;
    struct sbl_image image;
    uint32_t old_root, old_moved;
    struct sbl_tail tail;    /* sbl_edit_tail; but what moved is */
    struct sbl_moves moves;  /* here, once it is read */
    uint32_t dated;          /* entries, once they are loaded */
    uint32_t reference_words;
    bool tail_read, moves_read;
    bool loaded;             /* the root is in the worker's scratch */
    bool changed;            /* and differs */
    bool dates_loaded, dates_changed, references_loaded;
    bool failed;             /* a figure could not be read: there was no memory */
};
void sbl_edit_begin(struct sbl_edit *edit, struct sbl_worker *worker,
                    const struct sbl_image *image);

/* The tail as it is by now; read when somebody asks, since a promise needs none of it. */
static inline struct sbl_tail *sbl_edit_tail(struct sbl_edit *edit) {
    if (!edit->tail_read) {
        edit->tail = sbl_row_tail(edit->worker->commit->memory, &edit->image);
        edit->old_moved = edit->tail.moved;
        edit->tail_read = true;
    }
    return &edit->tail;
}

/* A figure of a cell as it is by now. Without memory it is 0, and the edit has failed: nothing that
 * rests on it counts. */
int64_t sbl_edit_figure(struct sbl_edit *edit, uint32_t location, enum sbl_kind_of_figure kind,
                        uint32_t detail);
/* It rises by `amount`; the cell is made if it was not there. false: no memory. */
bool sbl_edit_add(struct sbl_edit *edit, uint32_t location, enum sbl_kind_of_figure kind,
                  uint32_t detail, int64_t amount);
/* The figures of a cell, but not its fences, become these. false: no memory. */
bool sbl_edit_cell(struct sbl_edit *edit, const struct sbl_cell *cell);

/* What is promised at a location for a date rises by `amount`. false: no memory. */
bool sbl_edit_promised(struct sbl_edit *edit, uint32_t location, int64_t due, int64_t amount);

/* What is promised there for all dates; the same. */
int64_t sbl_edit_promised_sum(struct sbl_edit *edit, uint32_t location);

/* A scheduled entry is replaced; quantity 0 takes it away. false: no memory. */
bool sbl_edit_scheduled(struct sbl_edit *edit, uint32_t location, struct sellable_key reference,
                        int64_t due, int64_t quantity);
/* Its quantity as it is by now, 0 if there is none, and when it is due; and how many the location
 * has. false: no memory. */
bool sbl_edit_find_scheduled(struct sbl_edit *edit, uint32_t location,
                             struct sellable_key reference, int64_t *quantity, int64_t *due,
                             uint32_t *entries);

/* The item's own settings, or its policies, become another blob, made for this attempt. */
bool sbl_edit_settings(struct sbl_edit *edit, uint32_t *member, uint32_t blob);

/* Add the row to the transaction. false: no memory. */
bool sbl_edit_end(struct sbl_edit *edit, struct sbl_line *line, uint32_t item,
                  const struct sbl_seen *seen);

#endif
