/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells that are short, with the orders at risk; all of one instant, that of a snapshot that is
 * open meanwhile.
 *
 * One pass over the rows finds the cells that are short. If there are any, one pass over the orders
 * finds what each holds there; those are put in order cell by cell, and told. */
#include "cell_now.h"
#include "instant.h"
#include "sort.h"

/* A cell that is short. */
struct cell {
    uint64_t where; /* item, location */
    int64_t short_;
    size_t told; /* its place by key */
};

/* What an order holds at one of them. */
struct claim {
    size_t told; /* the cell's */
    uint32_t reference;
    int32_t precedence;
    uint64_t since;
    int64_t quantity;
};

struct shortages {
    struct sbl_visit open;
    struct sbl_buffer cell, claim, at_risk;
    size_t cells, claims;
};

static struct sellable_item item_in(const struct cell *cell) {
    return (struct sellable_item){sbl_high(cell->where)};
}
static struct sellable_location location_in(const struct cell *cell) {
    return (struct sellable_location){sbl_low(cell->where)};
}

/* ---- cells ---- */

static bool add_cell(struct shortages *shortages, uint32_t item, uint32_t location,
                     int64_t short_) {
    struct sbl_memory *memory = &shortages->open.at.engine->memory;
    if (!sbl_buffer_reserve(memory, &shortages->cell,
                            (shortages->cells + 1) * sizeof(struct cell)))
        return false;
    ((struct cell *)shortages->cell.bytes)[shortages->cells++] =
        (struct cell){sbl_pair(item, location), short_, 0};
    return true;
}

/* Without claims and dates a cell is short only if its net is below 0. */
static bool may_be_short(const struct sbl_image *row) {
    bool below = false;
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        below |= sbl_row_net(row, i) < 0;
    return below || sbl_row_has(row, SBL_ROW_GROUPS | SBL_ROW_CLAIMS | SBL_ROW_DATES);
}

/* The cells of a row that are short. false: no memory. */
static bool look_at_row(struct shortages *shortages, uint32_t item, const struct sbl_image *row,
                        int64_t now) {
    const struct sbl_memory *memory = &shortages->open.at.engine->memory;
    const struct sbl_tail tail = sbl_row_tail(memory, row);
    bool more = sbl_row_has(row, SBL_ROW_CLAIMS | SBL_ROW_DATES);
    struct sbl_walk walk;
    struct sbl_cell_now cell;
    uint32_t location;
    int64_t net;
    if (sbl_own_of(memory, tail.own).untracked)
        return true;
    sbl_walk_begin(&walk, memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        if (net >= 0 && !more)
            continue;
        sbl_cell_now(memory, row, &tail, location, now, &cell);
        if (cell.short_ > 0 && !add_cell(shortages, item, location, cell.short_))
            return false;
    }
    return true;
}

static bool look_at_rows(struct shortages *shortages) {
    const struct sbl_instant *at = &shortages->open.at;
    const struct sbl_image world = sbl_image_at(at, &at->engine->commit.world);
    uint32_t last = sbl_items_at(at);
    for (uint32_t item = 1; item <= last; item++) {
        const struct sbl_line *line = sbl_row_line(at->engine, item);
        struct sbl_image row;
        sbl_prefetch_row(at, item + SBL_ROWS_AHEAD);
        if (line == NULL)
            continue;
        sbl_row_at(at, line, &row);
        if (sbl_row_exists(&row) && may_be_short(&row) &&
            !look_at_row(shortages, item, &row, sbl_now_of(&world)))
            return false;
    }
    return true;
}

static bool told_before(const void *context, const void *a, const void *b) {
    const struct cell *first = a, *second = b;
    int order = sbl_key_compare(sellable_item_key(context, item_in(first)),
                                sellable_item_key(context, item_in(second)));
    if (order == 0)
        order = sbl_key_compare(sellable_location_key(context, location_in(first)),
                                sellable_location_key(context, location_in(second)));
    return order < 0;
}

static bool stands_before(const void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct cell *)a)->where < ((const struct cell *)b)->where;
}

/* Give each its place by key, and put them where an order finds them. */
static void order_cells(struct shortages *shortages) {
    struct cell *cell = shortages->cell.bytes;
    sbl_sort(cell, sizeof *cell, shortages->cells, told_before, shortages->open.at.engine);
    for (size_t i = 0; i < shortages->cells; i++)
        cell[i].told = i;
    sbl_sort(cell, sizeof *cell, shortages->cells, stands_before, NULL);
}

/* NULL: that cell is not short. */
static const struct cell *find_cell(const struct shortages *shortages, uint64_t where) {
    const struct cell *cell = shortages->cell.bytes;
    size_t low = 0, high = shortages->cells;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cell[middle].where == where)
            return &cell[middle];
        if (cell[middle].where < where)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- orders ---- */

static bool add_claim(struct shortages *shortages, const struct cell *cell, uint32_t reference,
                      uint64_t meta, const struct sbl_placement *placement, int64_t quantity) {
    const struct sbl_instant *at = &shortages->open.at;
    if (!sbl_buffer_reserve(&at->engine->memory, &shortages->claim,
                            (shortages->claims + 1) * sizeof(struct claim)))
        return false;
    const struct sbl_image row = sbl_image_at(at, sbl_row_line(at->engine, placement->item));
    ((struct claim *)shortages->claim.bytes)[shortages->claims++] =
        (struct claim){cell->told, reference, sbl_precedence_at(at, &row, reference, meta),
                       placement->since, quantity};
    return true;
}

static bool look_at_orders(struct shortages *shortages) {
    const struct sbl_instant *at = &shortages->open.at;
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    while (sbl_index_walk(&at->engine->orders, at->snapshot, &walk, &found)) {
        uint64_t meta = sbl_order_meta_at(at, found.reference);
        struct sbl_placement placement;
        uint32_t next = 0;
        if (!sbl_order_is_open(meta))
            continue;
        while (sbl_placement_next(at, found.reference, meta, &next, &placement)) {
            int64_t quantity = sbl_placement_reserved(&placement) + placement.allocated;
            const struct cell *cell =
                quantity == 0 ? NULL
                              : find_cell(shortages, sbl_pair(placement.item, placement.location));
            if (cell != NULL &&
                !add_claim(shortages, cell, found.reference, meta, &placement, quantity))
                return false;
        }
    }
    return true;
}

/* By cell; then who is at risk first: lowest precedence, the latest. */
static bool at_risk_before(const void *context, const void *a, const void *b) {
    const struct claim *first = a, *second = b;
    (void)context;
    if (first->told != second->told)
        return first->told < second->told;
    if (first->precedence != second->precedence)
        return first->precedence < second->precedence;
    return first->since > second->since;
}

/* ---- telling ---- */

/* As many of a cell's claims, from *next on, as cover it; *next goes behind the last of them. How
 * many there are is *count. false: no memory. */
static bool orders_at_risk(struct shortages *shortages, const struct cell *cell, size_t *next,
                           uint64_t *count) {
    const struct sbl_instant *at = &shortages->open.at;
    const struct claim *claim = shortages->claim.bytes;
    int64_t covered = 0;
    *count = 0;
    for (; *next < shortages->claims && claim[*next].told == cell->told; ++*next) {
        if (covered >= cell->short_)
            continue;
        if (!sbl_buffer_reserve(&at->engine->memory, &shortages->at_risk,
                                (*count + 1) * sizeof(struct sellable_at_risk)))
            return false;
        ((struct sellable_at_risk *)shortages->at_risk.bytes)[(*count)++] =
            (struct sellable_at_risk){
                sbl_entry_key(&at->engine->memory, claim[*next].reference), claim[*next].quantity};
        covered = sbl_add(covered, claim[*next].quantity);
    }
    return true;
}

/* false: no memory. */
static bool tell(struct shortages *shortages,
                 int (*visit)(void *context, const struct sellable_shortage *shortage),
                 void *context) {
    struct cell *cell = shortages->cell.bytes;
    size_t next = 0;
    sbl_sort(cell, sizeof *cell, shortages->cells, told_before, shortages->open.at.engine);
    sbl_sort(shortages->claim.bytes, sizeof(struct claim), shortages->claims, at_risk_before, NULL);
    for (size_t i = 0; i < shortages->cells; i++) {
        struct sellable_shortage shortage = {.item = item_in(&cell[i]),
                                             .location = location_in(&cell[i]),
                                             .short_ = cell[i].short_};
        if (!orders_at_risk(shortages, &cell[i], &next, &shortage.order_count))
            return false;
        shortage.orders = shortages->at_risk.bytes;
        if (visit(context, &shortage) != 0)
            break;
    }
    return true;
}

enum sellable_status sellable_shortages(struct sellable *engine, struct sellable_worker *worker,
                                        int (*visit)(void *context,
                                                     const struct sellable_shortage *shortage),
                                        void *context) {
    struct shortages shortages = {.cells = 0};
    bool done = false;
    if (sbl_visit_begin(&shortages.open, engine, worker) != SELLABLE_OK)
        return SELLABLE_NO_MEMORY;
    if (look_at_rows(&shortages)) {
        order_cells(&shortages);
        done = shortages.cells == 0 ||
               (look_at_orders(&shortages) && tell(&shortages, visit, context));
    }
    sbl_visit_end(&shortages.open);
    sbl_buffer_fini(&engine->memory, &shortages.cell);
    sbl_buffer_fini(&engine->memory, &shortages.claim);
    sbl_buffer_fini(&engine->memory, &shortages.at_risk);
    return done ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}
