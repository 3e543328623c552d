/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain event: on_hand of one cell rises or falls, item and location by handle, without an
 * origin, while nobody owns anything, no snapshot is open, and nobody else is at the same row. It
 * is applied as supply.c does it, with every general case left out: where one turns up, or a fault,
 * false is the answer, nothing was done, and supply.c takes over.
 *
 * Cache lines: the world's and the worker's own (hot); the row's first; then its root, 2 of an item
 * with stock, a hold and safety stock in four cells, 3 or 4 with its movements; the new root's, a
 * block that was given back a short while ago (hot). The first movement puts a hint (2). */
#include "plain_event.h"

#include "carry.h"
#include "owner.h"
#include "raise.h"
#include "tally.h"

enum { ROOT_LINES = 4 }; /* at most, of an item with few cells: fetched at once */

/* The world, if it has no mark, no open snapshot, and no rules of who may write what. */
static inline bool read_world(const struct sellable *engine, struct sbl_seen *world) {
    return sbl_line_clean(&engine->commit.world, world) &&
           world->image.word[SBL_WORLD_SNAPSHOT] == 0 && sbl_owners_of(&world->image) == 0;
}

/* The cell of the line that the event is about; -1: not a plain one. */
static inline int find_cell(const struct sellable *engine, const struct sbl_image *row,
                            uint32_t location) {
    int cell = SBL_ROW_CELLS - 1;
    if (!sbl_row_exists(row) || sbl_low(row->word[SBL_STAMP]) != 0 ||
        (sbl_row_has(row, SBL_ROW_OWN) && sbl_row_tail(&engine->memory, row).own != 0))
        return -1;
    while (cell >= 0 && sbl_row_location(row, cell) != location)
        cell--;
    return cell;
}

/* It is counted as sbl_tally_event does. */
static inline void count(struct sellable *engine, struct sbl_worker *worker, uint32_t type) {
    struct sbl_counters *tally = sbl_tally_of(engine, worker);
    sbl_tally_call(engine, worker, type, SELLABLE_OK);
    if (SBL_UNLIKELY(tally == NULL))
        return;
    sbl_tally_add(&tally->events, 1);
    sbl_tally_add(&tally->applied, 1);
}

bool sbl_plain_event(struct sellable *engine, struct sbl_worker *worker,
                     const struct sellable_event *event) {
    const uint32_t item = event->item.id;
    struct sbl_line *line = sbl_row_line(engine, item);
    struct sbl_hinted hinted = {-1, 0, 0};
    struct sbl_seen world, row;
    struct sbl_raised raised;
    if (line == NULL)
        return false;
    sbl_prefetch(line);
    uint64_t status = sbl_transaction_status(worker); /* before the world is read */
    if (status == SBL_NO_STATUS || !read_world(engine, &world) ||
        event->location.id > sbl_location_count(&world.image) || !sbl_line_clean(line, &row))
        return false;
    sbl_row_fetch_root(&engine->memory, line, ROOT_LINES);
    int cell = find_cell(engine, &row.image, event->location.id);
    int64_t net = cell < 0 ? 0 : sbl_add(sbl_row_net(&row.image, cell), event->quantity);
    if (cell < 0 || !sbl_is_quantity(net))
        return false;
    int64_t now = sbl_now_of(&world.image), check = now + engine->retention;
    uint32_t stamp = sbl_low(world.image.word[SBL_WORLD_STAMP]);
    if (!sbl_raise_on_hand(worker, stamp, &row.image, cell, event->quantity, now, check, &raised))
        return false;
    const struct sbl_single single = {line,
                                      {SBL_ROW, item},
                                      &row,
                                      {SBL_ROW_FORM, SBL_ROW_NET + cell},
                                      {raised.form, (uint64_t)net}};
    bool done = (!raised.first || sbl_hint(engine, worker, &world.image, check, SBL_DUE_MOVED, item,
                                           &hinted)) &&
                sbl_transaction_one(worker, status, stamp, &single) == SBL_ACCEPTED;
    sbl_raise_end(worker, &raised, done);
    if (done)
        count(engine, worker, event->type);
    return done;
}
