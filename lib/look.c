/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking at one cell, and at one order. */
#include "look.h"

#include "names.h"

/* ---- a cell ---- */

/* All of a cell that its figures tell. */
static void tell_figures(const struct sellable *engine, const struct sbl_image *row,
                         uint32_t location, struct sellable_cell *cell) {
    struct sbl_figures figures;
    struct sbl_figure figure;
    sbl_figures_begin(&figures, &engine->memory, row, location);
    while (sbl_figures_next(&figures, &figure)) {
        struct sellable_fence *fence;
        if (figure.kind == SBL_FENCE) {
            if (cell->fences != NULL && cell->fence_count < cell->fence_capacity)
                cell->fences[cell->fence_count] =
                    (struct sellable_fence){{figure.detail}, 0, figure.value, 0};
            cell->fence_count++;
        }
        for (uint32_t i = 0; figure.kind == SBL_UNTIL && cell->fences != NULL &&
                             i < cell->fence_count && i < cell->fence_capacity;
             i++) {
            fence = &cell->fences[i];
            if (fence->channel.id == figure.detail)
                fence->until = sbl_until_of(figure.value);
        }
    }
}

/* And what is dated there. */
static void tell_dates(const struct sellable *engine, const struct sbl_tail *tail,
                       uint32_t location, struct sbl_projection *projection,
                       struct sellable_cell *cell) {
    const struct sbl_memory *memory = &engine->memory;
    struct sbl_dates dates;
    struct sbl_dated dated;
    uint64_t key[SELLABLE_KEY_MAX / 8];
    uint32_t word = 1;
    for (uint32_t before = sbl_scheduled_before(memory, tail->dates, location); before > 0;
         before--)
        sbl_reference_at(memory, tail->references, &word, key);
    sbl_dates_begin(&dates, memory, tail->dates, location);
    while (sbl_dates_next(&dates, &dated)) {
        bool promised = dated.kind == SBL_PROMISED;
        sbl_projection_add(projection, dated.due, dated.quantity, promised);
        if (promised) {
            if (cell->promised != NULL && cell->promised_count < cell->promised_capacity)
                cell->promised[cell->promised_count] =
                    (struct sellable_promised){dated.due, dated.quantity};
            cell->promised_count++;
            continue;
        }
        uint32_t size = sbl_reference_at(memory, tail->references, &word, key);
        if (cell->schedule != NULL && cell->schedule_count < cell->schedule_capacity) {
            struct sellable_scheduled *scheduled = &cell->schedule[cell->schedule_count];
            scheduled->due = dated.due;
            scheduled->quantity = dated.quantity;
            scheduled->reference_size = size;
            memcpy(scheduled->reference, key, size);
        }
        cell->schedule_count++;
    }
    sbl_projection_end(projection);
}

static void tell_cell(const struct sellable *engine, const struct sbl_image *world,
                      const struct sbl_image *row, uint32_t location,
                      struct sellable_cell *cell) {
    struct sbl_tail tail = sbl_row_tail(&engine->memory, row);
    struct sbl_projection projection;
    struct sbl_cell one;
    int64_t now = sbl_now_of(world);
    sbl_row_cell(&engine->memory, row, location, &one);
    sbl_projection_begin(&projection, now, now, one.net);
    tell_figures(engine, row, location, cell);
    tell_dates(engine, &tail, location, &projection, cell);
    cell->on_hand = one.on_hand;
    memcpy(cell->held, one.held, sizeof cell->held);
    cell->allocated = one.allocated;
    cell->reserved = sbl_reserved(&one);
    cell->backordered = one.backordered;
    cell->safety_stock = one.safety_stock;
    cell->net = one.net;
    cell->free = sbl_free(projection.low);
    cell->shared = sbl_shared(cell->free, one.fenced, one.backordered);
    cell->short_ = sbl_short(projection.low, projection.sum, one.backordered, one.safety_stock);
}

enum sellable_status sellable_cell(const struct sellable *engine,
                                   const struct sellable_place *place,
                                   struct sellable_cell *cell) {
    const struct sbl_commit *commit = &engine->commit;
    uint32_t item = sbl_item_number(engine, place->item, place->item_key);
    uint32_t location = sbl_location_number(engine, place->location, place->location_key);
    const struct sbl_line *row = sbl_row_line(engine, item);
    struct sbl_seen seen = {0}, world;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    do {
        *cell = (struct sellable_cell){.fences = cell->fences,
                                       .schedule = cell->schedule,
                                       .promised = cell->promised,
                                       .fence_capacity = cell->fence_capacity,
                                       .schedule_capacity = cell->schedule_capacity,
                                       .promised_capacity = cell->promised_capacity};
        sbl_line_read(commit, &commit->world, &world);
        if (row != NULL)
            sbl_line_read(commit, row, &seen);
        if (!sbl_row_exists(&seen.image))
            return SELLABLE_UNKNOWN_ITEM;
        if (location == 0 || location > sbl_location_count(&world.image))
            return SELLABLE_UNKNOWN_LOCATION;
        tell_cell(engine, &world.image, &seen.image, location, cell);
    } while (!sbl_line_still(commit, row, &seen) ||
             !sbl_line_still(commit, &commit->world, &world));
    return SELLABLE_OK;
}

/* ---- an order ---- */

void sbl_view_order(const struct sellable *engine, uint32_t reference,
                    struct sellable_order_view *view) {
    const struct sbl_memory *memory = &engine->memory;
    uint64_t meta = 0, fixed[SBL_ORDER_PLACEMENTS] = {0}, precedence = 0;
    sbl_blob_copy(memory, reference, SBL_ENTRY_SIZE, &meta, 1);
    uint32_t flags = sbl_order_flags(meta), first = SBL_ENTRY_KEY + sbl_order_key_words(meta);
    sbl_blob_copy(memory, reference, first, fixed, SBL_ORDER_PLACEMENTS);
    first += SBL_ORDER_PLACEMENTS;
    view->state = sbl_order_state(meta);
    view->channel.id = sbl_order_channel(meta);
    view->line_count = sbl_order_count(meta);
    view->date = (int64_t)fixed[SBL_ORDER_DATE];
    view->expires_at = sbl_order_is_open(meta) ? (int64_t)fixed[SBL_ORDER_TIME] : 0;
    view->has_precedence = (flags & SBL_ORDER_PRECEDENCE) != 0;
    if (view->has_precedence != 0)
        sbl_blob_copy(memory, reference, first + view->line_count * sbl_placement_words(flags),
                      &precedence, 1);
    view->precedence = (int32_t)precedence;
    for (uint32_t i = 0; view->lines != NULL && i < view->line_count && i < view->line_capacity;
         i++) {
        struct sbl_placement placement;
        if (!sbl_placement_at(memory, reference, first, flags, i, &placement))
            break;
        view->lines[i] = (struct sellable_order_line){
            {placement.item},
            {placement.location},
            sbl_placement_reserved(&placement),
            placement.allocated,
            placement.shipped,
            placement.released,
            (flags & SBL_ORDER_DATED) != 0 ? sbl_placement_firm(&placement) : 0,
            sbl_placement_waiting(&placement)};
    }
}

enum sellable_status sellable_order(const struct sellable *engine, struct sellable_key from,
                                    struct sellable_order_view *view) {
    struct sbl_key key;
    struct sbl_found found;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    *view = (struct sellable_order_view){
        .lines = view->lines, .line_capacity = view->line_capacity, .key = from};
    if (!sbl_key_make(&key, from, engine->seed))
        return SELLABLE_INVALID;
    do {
        sbl_index_find(&engine->orders, &key, &found);
        if (found.reference == 0)
            return SELLABLE_UNKNOWN_ORDER;
        sbl_view_order(engine, found.reference, view);
    } while (!sbl_line_still(&engine->commit, found.line, &found.seen));
    return SELLABLE_OK;
}
