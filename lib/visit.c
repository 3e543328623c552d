/* SPDX-License-Identifier: Apache-2.0
 *
 * Visiting orders, as they are at one instant: of a snapshot that is open meanwhile. What it sees
 * stays until it closes, so records can be read, sorted and told at leisure. */
#include "cell_now.h"
#include "instant.h"
#include "look.h"
#include "sort.h"

/* A visit: what is looked for, and in which snapshot. */
struct visit {
    struct sellable *engine;
    struct sbl_visit open;
    uint32_t item, location;
    bool closed;
};

static enum sellable_status begin(struct visit *visit, struct sellable *engine,
                                  struct sellable_worker *worker,
                                  const struct sellable_selection *selection) {
    bool item = selection->item.id != 0 || sbl_is_given(selection->item_key);
    bool location = selection->location.id != 0 || sbl_is_given(selection->location_key);
    struct sbl_seen world;
    *visit = (struct visit){.engine = engine, .closed = selection->closed != 0};
    if (selection->closed > 1 || (visit->closed && (item || location)))
        return SELLABLE_INVALID;
    visit->item = sbl_item_number(engine, selection->item, selection->item_key);
    visit->location = sbl_location_number(engine, selection->location, selection->location_key);
    sbl_line_read(&engine->commit, &engine->commit.world, &world);
    if (item && sellable_item_key(engine, (struct sellable_item){visit->item}).bytes == NULL)
        return SELLABLE_UNKNOWN_ITEM;
    if (location &&
        (visit->location == 0 || visit->location > sbl_location_count(&world.image)))
        return SELLABLE_UNKNOWN_LOCATION;
    return sbl_visit_begin(&visit->open, engine, worker);
}

static struct sellable_key order_key(const struct sellable *engine, uint32_t reference) {
    return sbl_entry_key(&engine->memory, reference);
}

/* Is the order among those that are looked for? */
static bool is_selected(const struct visit *visit, uint32_t reference) {
    const struct sbl_instant *at = &visit->open.at;
    uint64_t meta = sbl_order_meta_at(at, reference);
    uint32_t next = 0;
    struct sbl_placement placement;
    if (!sbl_order_is_open(meta))
        return visit->closed;
    if (visit->item == 0 && visit->location == 0)
        return true;
    while (sbl_placement_next(at, reference, meta, &next, &placement))
        if ((visit->item == 0 || placement.item == visit->item) &&
            (visit->location == 0 || placement.location == visit->location) &&
            (sbl_placement_reserved(&placement) != 0 || placement.allocated != 0))
            return true;
    return false;
}

/* ---- orders ---- */

/* The records that are looked for, into a private buffer. false: no memory. */
static bool collect(const struct visit *visit, struct sbl_buffer *list, size_t *count) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    *count = 0;
    while (sbl_index_walk(&visit->engine->orders, visit->open.at.snapshot, &walk, &found))
        if (is_selected(visit, found.reference) &&
            !sbl_listed_add(&visit->open.at, list, count, found.reference))
            return false;
    return true;
}

/* Tell the collected orders. false: no memory. */
static bool tell_orders(const struct visit *visit, const struct sbl_listed *list, size_t count,
                        struct sbl_buffer *lines,
                        int (*visitor)(void *context, const struct sellable_order_view *order),
                        void *context) {
    for (size_t i = 0; i < count; i++) {
        uint32_t reference = list[i].reference;
        uint64_t meta = sbl_order_meta_at(&visit->open.at, reference);
        if (!sbl_buffer_reserve(&visit->engine->memory, lines,
                                (sbl_order_count(meta) + 1) * sizeof(struct sellable_order_line)))
            return false;
        struct sellable_order_view view = {.lines = lines->bytes,
                                           .line_capacity = sbl_order_count(meta),
                                           .key = order_key(visit->engine, reference)};
        sbl_view_order(visit->engine, reference, &view);
        if (visitor(context, &view) != 0)
            break;
    }
    return true;
}

enum sellable_status sellable_orders(struct sellable *engine, struct sellable_worker *worker,
                                     const struct sellable_selection *selection,
                                     int (*visitor)(void *context,
                                                    const struct sellable_order_view *order),
                                     void *context) {
    struct visit visit;
    struct sbl_buffer list = {0}, lines = {0};
    size_t count;
    enum sellable_status status = begin(&visit, engine, worker, selection);
    if (status != SELLABLE_OK)
        return status;
    if (collect(&visit, &list, &count)) {
        sbl_listed_sort(&visit.open.at, list.bytes, count);
        if (!tell_orders(&visit, list.bytes, count, &lines, visitor, context))
            status = SELLABLE_NO_MEMORY;
    } else {
        status = SELLABLE_NO_MEMORY;
    }
    sbl_visit_end(&visit.open);
    sbl_buffer_fini(&engine->memory, &list);
    sbl_buffer_fini(&engine->memory, &lines);
    return status;
}

/* ---- what waits ---- */

struct claim {
    uint32_t reference;
    uint32_t location;
    int32_t precedence;
    uint64_t since;
    int64_t quantity; /* first what waits, then what of it could go */
};

/* Who is served first: higher precedence, the earlier order, the location's key. */
static bool served_before(const void *context, const void *a, const void *b) {
    const struct claim *first = a, *second = b;
    if (first->precedence != second->precedence)
        return first->precedence > second->precedence;
    if (first->since != second->since)
        return first->since < second->since;
    return sbl_key_compare(
               sellable_location_key(context, (struct sellable_location){first->location}),
               sellable_location_key(context, (struct sellable_location){second->location})) < 0;
}

/* Every placement that waits. false: no memory. */
static bool collect_claims(const struct visit *visit, const struct sbl_image *row,
                           struct sbl_buffer *list, size_t *count) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    *count = 0;
    const struct sbl_instant *at = &visit->open.at;
    while (sbl_index_walk(&visit->engine->orders, at->snapshot, &walk, &found)) {
        uint64_t meta = sbl_order_meta_at(at, found.reference);
        uint32_t next = 0;
        struct sbl_placement placement;
        if (!sbl_order_is_open(meta))
            continue;
        while (sbl_placement_next(at, found.reference, meta, &next, &placement)) {
            if (placement.item != visit->item || sbl_placement_waiting(&placement) == 0 ||
                (visit->location != 0 && placement.location != visit->location))
                continue;
            if (!sbl_buffer_reserve(&visit->engine->memory, list,
                                    (*count + 1) * sizeof(struct claim)))
                return false;
            ((struct claim *)list->bytes)[(*count)++] =
                (struct claim){found.reference, placement.location,
                               sbl_precedence_at(at, row, found.reference, meta), placement.since,
                               sbl_placement_waiting(&placement)};
        }
    }
    return true;
}

/* What stock covers of all that waits at a location. */
static int64_t covered_at(const struct visit *visit, const struct sbl_image *world,
                          const struct sbl_image *row, uint32_t location) {
    const struct sbl_memory *memory = &visit->engine->memory;
    const struct sbl_tail tail = sbl_row_tail(memory, row);
    struct sbl_cell_now now;
    sbl_cell_now(memory, row, &tail, location, sbl_now_of(world), &now);
    return sbl_max(0, sbl_subtract(now.free, now.cell.fenced));
}

/* What each could have, given in their order. */
static void serve(const struct visit *visit, const struct sbl_image *row, struct claim *claim,
                  size_t count) {
    const struct sbl_image world =
        sbl_image_at(&visit->open.at, &visit->engine->commit.world);
    for (size_t i = 0; i < count; i++) {
        int64_t left = covered_at(visit, &world, row, claim[i].location);
        for (size_t k = 0; k < i; k++)
            if (claim[k].location == claim[i].location)
                left = sbl_subtract(left, claim[k].quantity);
        claim[i].quantity = sbl_max(0, sbl_min(claim[i].quantity, left));
    }
}

enum sellable_status sellable_waiting(struct sellable *engine, struct sellable_worker *worker,
                                      const struct sellable_selection *selection,
                                      int (*visitor)(void *context,
                                                     const struct sellable_waiting *waiting),
                                      void *context) {
    struct visit visit;
    struct sbl_buffer list = {0};
    size_t count;
    if (selection->closed != 0 ||
        (selection->item.id == 0 && !sbl_is_given(selection->item_key)))
        return SELLABLE_INVALID;
    enum sellable_status status = begin(&visit, engine, worker, selection);
    if (status != SELLABLE_OK)
        return status;
    const struct sbl_image row =
        sbl_image_at(&visit.open.at, sbl_row_line(engine, visit.item));
    if (!collect_claims(&visit, &row, &list, &count)) {
        status = SELLABLE_NO_MEMORY;
        count = 0;
    }
    struct claim *claim = list.bytes;
    sbl_sort(claim, sizeof *claim, count, served_before, engine);
    serve(&visit, &row, claim, count);
    for (size_t i = 0; i < count; i++) {
        const struct sellable_waiting waiting = {order_key(engine, claim[i].reference),
                                                 {visit.item},
                                                 {claim[i].location},
                                                 claim[i].quantity};
        if (waiting.quantity != 0 && visitor(context, &waiting) != 0)
            break;
    }
    sbl_visit_end(&visit.open);
    sbl_buffer_fini(&engine->memory, &list);
    return status;
}
