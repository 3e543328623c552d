/* SPDX-License-Identifier: Apache-2.0
 *
 * The row: all cells of one item, the unit of consistency. It is a line with blobs behind it.
 *
 *   word 0   stamp (commit.h)
 *   word 1   low half: bit 0 the item exists, bit 1 there are groups; high half: the root blob
 *   word 2   locations of four cells, 16 bits each; 0: none
 *   words 3-6  net of those four cells
 *
 *   root     number of figures (low half), of groups (high half); the figures of those four cells;
 *            one word a group: its first location (high half), its blob (low half); ascending
 *   group    number of cells (low half), of figures (high half); 8 locations of 16 bits; net of 8
 *            cells; their figures. Cells ascend by location
 *   figure   two words: location << 48 | quantity << 40 | reason << 24, and a value. Ascending; a
 *            value of 0 has none
 *
 * So a question about an item with up to four locations, and a promise, need the first line alone:
 * net is all they look at or change. What net is made of is read where it is told or changed. */
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
    SBL_GROUP_FIGURES = 11
};

#define SBL_ROW_EXISTS UINT64_C(1)
#define SBL_ROW_GROUPS UINT64_C(2)

static inline bool sbl_row_exists(const struct sbl_image *image) {
    return (image->word[SBL_ROW_FORM] & SBL_ROW_EXISTS) != 0;
}
static inline bool sbl_row_has_groups(const struct sbl_image *image) {
    return (image->word[SBL_ROW_FORM] & SBL_ROW_GROUPS) != 0;
}
static inline uint32_t sbl_row_location(const struct sbl_image *image, int cell) {
    return (uint32_t)(image->word[SBL_ROW_LOCATIONS] >> (16 * cell)) & 0xffff;
}
static inline int64_t sbl_row_net(const struct sbl_image *image, int cell) {
    return (int64_t)image->word[SBL_ROW_NET + cell];
}

/* Walk over the location and net of every cell. What is read from blobs counts only if the line is
 * still the same afterwards. */
struct sbl_walk {
    const struct sbl_memory *memory;
    const struct sbl_image *image;
    uint32_t root, figures, groups; /* of the root */
    uint32_t next;                  /* cell of the line, then group */
    uint32_t cell, cells;           /* of the group */
    uint64_t group[SBL_GROUP_FIGURES];
};
void sbl_walk_begin(struct sbl_walk *walk, const struct sbl_memory *memory,
                    const struct sbl_image *image);
bool sbl_walk_next(struct sbl_walk *walk, uint32_t *location, int64_t *net);

/* Everything of one cell; all 0 (but the location) if the row has none there. */
void sbl_row_cell(const struct sbl_memory *memory, const struct sbl_image *image, uint32_t location,
                  struct sbl_cell *cell);

/* A new value of a row in the making, for one attempt. */
struct sbl_edit {
    struct sbl_worker *worker;
    struct sbl_image image;
    uint32_t old_root;
    bool loaded;  /* the root is in the worker's scratch */
    bool changed; /* and differs */
};
void sbl_edit_begin(struct sbl_edit *edit, struct sbl_worker *worker,
                    const struct sbl_image *image);
/* net of a cell that exists rises by `amount`. false: no memory. */
bool sbl_edit_net(struct sbl_edit *edit, uint32_t location, int64_t amount);
/* A cell becomes this one; made if it was not there. false: no memory. */
bool sbl_edit_cell(struct sbl_edit *edit, const struct sbl_cell *cell);
/* Add the row to the transaction. false: no memory. */
bool sbl_edit_end(struct sbl_edit *edit, struct sbl_line *line, uint32_t item,
                  const struct sbl_seen *seen);

#endif
