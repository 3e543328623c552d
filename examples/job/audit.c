/* SPDX-License-Identifier: Apache-2.0
 *
 * Three accounts of the same promises have to agree: what the orders asked for, what the plans say,
 * what the engine keeps. What was there, and what is to come, is taken from the files, not from the
 * engine.
 *
 * Of the library: sellable_cell. */
#include "audit.h"

#include "support.h"

#include <stdlib.h>

/* ---- do the plans add up to what the engine keeps? ------------------------------------------- */

static void add_up_plans(struct folder *folder, const struct taken *taken, struct audit *audit)
{
    for (size_t t = 0; t < taken->threads; t++) {
        for (size_t i = 0; i < taken->plans[t].count; i++) {
            const struct sellable_placement *placement = &taken->plans[t].placements[i];
            struct cell *cell = find_cell(folder, placement->item, placement->location);
            if (cell == NULL) /* no file has anything there: oversold, as will be found */
                cell = add_cell(folder, placement->item, placement->location);
            cell->promised = sum(cell->promised, placement->quantity);
            audit->planned = sum(audit->planned, placement->quantity);
        }
    }
}

static void add_up_orders(const struct folder *folder, const struct taken *taken,
                          struct audit *audit)
{
    for (size_t i = 0; i < folder->promise_count; i++) {
        const struct sellable_order *request = &folder->promises[i].request;
        for (size_t k = 0; k < request->line_count && is_promised(taken->outcomes[i].status); k++)
            audit->ordered = sum(audit->ordered, request->lines[k].quantity);
    }
}

static void compare_cell(const struct sellable *engine, const struct folder *folder,
                         struct sellable_place place, struct audit *audit)
{
    const struct cell *cell = find_cell(folder, place.item, place.location);
    struct sellable_cell now = {0};
    must(sellable_cell(engine, &place, &now), "sellable_cell");
    int64_t dated = 0;
    if (now.promised_count > 0) { /* now that it is known how many there are */
        now.promised = allocate(now.promised_count, sizeof *now.promised);
        now.promised_capacity = now.promised_count;
        must(sellable_cell(engine, &place, &now), "sellable_cell");
        for (uint32_t i = 0; i < now.promised_count; i++)
            dated = sum(dated, now.promised[i].quantity);
        free(now.promised);
    }
    audit->cells++;
    audit->dated = sum(audit->dated, dated);
    audit->kept = sum(audit->kept, sum(now.reserved, dated));
    audit->differing += sum(now.reserved, dated) != (cell != NULL ? cell->promised : 0);
}

/* ---- was it there? --------------------------------------------------------------------------- */

/* What comes, and what was promised, of one item at one location. */
struct movement {
    struct cell *cell;
    int64_t date;
    int64_t quantity; /* < 0: promised */
};

/* By item, then date; what comes on a day can be promised for it. */
static int item_then_date(const void *left, const void *right)
{
    const struct movement *a = left, *b = right;
    if (a->cell->item.id != b->cell->item.id)
        return a->cell->item.id < b->cell->item.id ? -1 : 1;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return (a->quantity < b->quantity) - (a->quantity > b->quantity);
}

static struct movement *list_movements(const struct folder *folder, const struct taken *taken,
                                       size_t *count)
{
    size_t most = folder->supply_count;
    for (size_t t = 0; t < taken->threads; t++)
        most += taken->plans[t].count;
    struct movement *movements = allocate(most, sizeof *movements);
    *count = 0;
    for (size_t i = 0; i < folder->supply_count; i++) {
        const struct supply *supply = &folder->supplies[i];
        movements[(*count)++] = (struct movement){supply->cell, supply->due, supply->quantity};
    }
    for (size_t i = 0; i < folder->promise_count; i++) {
        const struct outcome *outcome = &taken->outcomes[i];
        for (size_t k = 0; k < outcome->plan_count; k++) {
            const struct sellable_placement *placement = &plan_of(taken, outcome)[k];
            movements[(*count)++] =
                (struct movement){find_cell(folder, placement->item, placement->location),
                                  outcome->date, -placement->quantity};
        }
    }
    qsort(movements, *count, sizeof *movements, item_then_date);
    return movements;
}

/* Of an item over all locations, as far as it is more than nothing. */
static int64_t left_of_item(const struct folder *folder, struct sellable_item item)
{
    int64_t left = 0;
    for (size_t l = 0; l < folder->locations_end; l++) {
        const struct cell *cell = find_cell(folder, item, folder->locations[l].handle);
        if (cell != NULL && cell->left > 0)
            left = sum(left, cell->left);
    }
    return left;
}

/* One item's movements. After the last date for which any of it was promised, only more comes:
 * there its safety stock has to be left. */
static void walk_item(const struct folder *folder, const struct movement *movements, size_t count,
                      enum safety safety, struct audit *audit)
{
    while (count > 0 && movements[count - 1].quantity > 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = movements[i].cell;
        cell->left = sum(cell->left, movements[i].quantity);
        if (movements[i].quantity < 0 && cell->left < 0 && !cell->oversold) {
            cell->oversold = true;
            audit->oversold++;
        }
    }
    if (count == 0 || safety != SAFETY_BUFFER)
        return;
    const struct item *item = &folder->items[movements->cell->item.id];
    audit->unsafe += left_of_item(folder, item->handle) < item->safety_stock;
}

static void walk(const struct folder *folder, const struct taken *taken, enum safety safety,
                 struct audit *audit)
{
    for (struct cell *cell = folder->cells; cell != NULL; cell = cell->hh.next)
        cell->left = cell->on_hand - cell->safety_stock;
    size_t count, begin = 0;
    struct movement *movements = list_movements(folder, taken, &count);
    for (size_t end = 1; end <= count; end++) {
        if (end < count && movements[end].cell->item.id == movements[begin].cell->item.id)
            continue;
        walk_item(folder, movements + begin, end - begin, safety, audit);
        begin = end;
    }
    free(movements);
}

/* ---- all of it ------------------------------------------------------------------------------- */

void audit_promises(const struct sellable *engine, struct folder *folder,
                    const struct taken *taken, const struct options *options,
                    struct audit *audit)
{
    *audit = (struct audit){0};
    add_up_orders(folder, taken, audit);
    add_up_plans(folder, taken, audit);
    for (size_t i = 0; i < folder->items_end; i++) {
        if (folder->items[i].handle.id == 0)
            continue;
        for (size_t l = 0; l < folder->locations_end; l++)
            if (folder->locations[l].handle.id != 0)
                compare_cell(engine, folder,
                             (struct sellable_place){.item = folder->items[i].handle,
                                                     .location = folder->locations[l].handle},
                             audit);
    }
    walk(folder, taken, options->safety, audit);
    bool ordered_is_planned = options->partial ? audit->planned <= audit->ordered
                                               : audit->planned == audit->ordered;
    audit->passed = ordered_is_planned && audit->planned == audit->kept &&
                    audit->differing == 0 && audit->oversold == 0 && audit->unsafe == 0;
}
