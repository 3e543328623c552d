/* SPDX-License-Identifier: Apache-2.0
 *
 * Three accounts of the same promises have to agree: what the orders asked for, what the plans say,
 * what the engine keeps. What was there is taken from the files, not from the engine.
 *
 * Of the library: sellable_cell. */
#include "audit.h"

#include "support.h"

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

static void compare_cell(const struct sellable *engine, const struct folder *folder,
                         struct sellable_place place, struct audit *audit)
{
    const struct cell *cell = find_cell(folder, place.item, place.location);
    int64_t promised = cell != NULL ? cell->promised : 0;
    int64_t there = cell != NULL ? cell->on_hand - cell->safety_stock : 0;

    struct sellable_cell now;
    must(sellable_cell(engine, &place, &now), "sellable_cell");
    audit->cells++;
    audit->reserved = sum(audit->reserved, now.reserved);
    audit->differing += now.reserved != promised;
    audit->oversold += (promised > 0 && promised > there) || (now.reserved > 0 && now.net < 0);
}

void audit_promises(const struct sellable *engine, struct folder *folder,
                    const struct taken *taken, struct audit *audit)
{
    *audit = (struct audit){0};
    struct tally all;
    tally_orders(folder, taken, CHANNEL_COUNT, &all);
    audit->ordered = all.units_promised;
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
    audit->passed = audit->ordered == audit->planned && audit->planned == audit->reserved &&
                    audit->differing == 0 && audit->oversold == 0;
}
