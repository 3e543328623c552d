/* SPDX-License-Identifier: Apache-2.0
 *
 * Visiting orders, as they are at one instant: of a snapshot that is open meanwhile. What it sees
 * stays until it closes, so records can be read, sorted and told at leisure. */
#include "look.h"
#include "names.h"
#include "sight.h"
#include "sort.h"

/* A visit: what is looked for, and in which snapshot. */
struct visit {
    struct sellable *engine;
    struct sbl_call call;
    uint32_t snapshot;
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
    if (!sbl_call_begin(engine, worker, &visit->call))
        return SELLABLE_NO_MEMORY;
    if (sbl_snapshot_open(visit->call.worker, &visit->snapshot) == SBL_ACCEPTED)
        return SELLABLE_OK;
    sbl_call_end(&visit->call);
    return SELLABLE_NO_MEMORY;
}

static void end(struct visit *visit) {
    enum sbl_outcome outcome;
    /* What a failure leaves is a snapshot too many: the next change of a line keeps its old value
     * once more. */
    SBL_UNTIL_DONE(outcome, visit->call.worker,
                   sbl_snapshot_close(visit->call.worker, visit->snapshot));
    (void)outcome;
    sbl_call_end(&visit->call);
}

static struct sellable_key order_key(const struct sellable *engine, uint32_t reference) {
    return sbl_entry_key(&engine->memory, reference);
}

/* The next placement of a record; *at begins with 0. */
static bool next_placement(const struct sellable *engine, uint32_t reference, uint64_t meta,
                           uint32_t *at, struct sbl_placement *placement) {
    uint32_t from = SBL_ENTRY_KEY + sbl_order_key_words(meta) + SBL_ORDER_PLACEMENTS;
    return *at < sbl_order_count(meta) &&
           sbl_placement_at(&engine->memory, reference, from, sbl_order_flags(meta), (*at)++,
                            placement);
}

/* Is the order among those that are looked for? */
static bool is_selected(const struct visit *visit, uint32_t reference) {
    uint64_t meta = 0;
    uint32_t at = 0;
    struct sbl_placement placement;
    sbl_blob_copy(&visit->engine->memory, reference, SBL_ENTRY_SIZE, &meta, 1);
    if (!sbl_order_is_open(meta))
        return visit->closed;
    if (visit->item == 0 && visit->location == 0)
        return true;
    while (next_placement(visit->engine, reference, meta, &at, &placement))
        if ((visit->item == 0 || placement.item == visit->item) &&
            (visit->location == 0 || placement.location == visit->location) &&
            (sbl_placement_reserved(&placement) != 0 || placement.allocated != 0))
            return true;
    return false;
}

/* ---- orders ---- */

static bool key_before(const void *context, const void *a, const void *b) {
    const struct sellable *engine = context;
    return sbl_key_compare(order_key(engine, *(const uint32_t *)a),
                           order_key(engine, *(const uint32_t *)b)) < 0;
}

/* The records that are looked for, into a private buffer. false: no memory. */
static bool collect(const struct visit *visit, struct sbl_buffer *list, size_t *count) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    *count = 0;
    while (sbl_index_walk(&visit->engine->orders, visit->snapshot, &walk, &found)) {
        if (!is_selected(visit, found.reference))
            continue;
        if (!sbl_buffer_reserve(&visit->engine->memory, list, (*count + 1) * sizeof(uint32_t)))
            return false;
        ((uint32_t *)list->bytes)[(*count)++] = found.reference;
    }
    return true;
}

/* Tell the collected orders. false: no memory. */
static bool tell_orders(const struct visit *visit, const uint32_t *list, size_t count,
                        struct sbl_buffer *lines,
                        int (*visitor)(void *context, const struct sellable_order_view *order),
                        void *context) {
    for (size_t i = 0; i < count; i++) {
        uint64_t meta = 0;
        sbl_blob_copy(&visit->engine->memory, list[i], SBL_ENTRY_SIZE, &meta, 1);
        if (!sbl_buffer_reserve(&visit->engine->memory, lines,
                                (sbl_order_count(meta) + 1) * sizeof(struct sellable_order_line)))
            return false;
        struct sellable_order_view view = {.lines = lines->bytes,
                                           .line_capacity = sbl_order_count(meta),
                                           .key = order_key(visit->engine, list[i])};
        sbl_view_order(visit->engine, list[i], &view);
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
        sbl_sort(list.bytes, sizeof(uint32_t), count, key_before, engine);
        if (!tell_orders(&visit, list.bytes, count, &lines, visitor, context))
            status = SELLABLE_NO_MEMORY;
    } else {
        status = SELLABLE_NO_MEMORY;
    }
    end(&visit);
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

/* As they were at the snapshot's instant. */
static struct sbl_image image_of(const struct visit *visit, const struct sbl_line *line) {
    struct sbl_image image = {{0}};
    if (line != NULL)
        sbl_snapshot_read(&visit->engine->commit, visit->snapshot, line, &image);
    return image;
}

static int32_t precedence_of(const struct visit *visit, const struct sbl_image *row,
                             uint32_t reference, uint64_t meta) {
    const struct sellable *engine = visit->engine;
    struct sellable_order_view view = {0};
    struct sbl_layer layer;
    sbl_view_order(engine, reference, &view);
    if (view.has_precedence != 0)
        return view.precedence;
    uint32_t channel = sbl_order_channel(meta);
    const struct sbl_image image = image_of(visit, sbl_channel_line(engine, channel));
    sbl_layers(engine, sbl_row_tail(&engine->memory, row).policies, channel, &image, &layer);
    return sbl_terms_of(&layer).precedence;
}

/* Every placement that waits. false: no memory. */
static bool collect_claims(const struct visit *visit, const struct sbl_image *row,
                           struct sbl_buffer *list, size_t *count) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    *count = 0;
    while (sbl_index_walk(&visit->engine->orders, visit->snapshot, &walk, &found)) {
        uint64_t meta = 0;
        uint32_t at = 0;
        struct sbl_placement placement;
        sbl_blob_copy(&visit->engine->memory, found.reference, SBL_ENTRY_SIZE, &meta, 1);
        if (!sbl_order_is_open(meta))
            continue;
        while (next_placement(visit->engine, found.reference, meta, &at, &placement)) {
            if (placement.item != visit->item || sbl_placement_waiting(&placement) == 0 ||
                (visit->location != 0 && placement.location != visit->location))
                continue;
            if (!sbl_buffer_reserve(&visit->engine->memory, list,
                                    (*count + 1) * sizeof(struct claim)))
                return false;
            ((struct claim *)list->bytes)[(*count)++] =
                (struct claim){found.reference, placement.location,
                               precedence_of(visit, row, found.reference, meta), placement.since,
                               sbl_placement_waiting(&placement)};
        }
    }
    return true;
}

/* What stock covers of all that waits at a location. */
static int64_t covered_at(const struct visit *visit, const struct sbl_image *world,
                          const struct sbl_image *row, uint32_t location) {
    struct sbl_tail tail = sbl_row_tail(&visit->engine->memory, row);
    struct sbl_projection projection;
    struct sbl_dates dates;
    struct sbl_dated dated;
    struct sbl_cell cell;
    int64_t now = sbl_now_of(world);
    sbl_row_cell(&visit->engine->memory, row, location, &cell);
    sbl_projection_begin(&projection, now, now, cell.net);
    sbl_dates_begin(&dates, &visit->engine->memory, tail.dates, location);
    while (sbl_dates_next(&dates, &dated))
        sbl_projection_add(&projection, dated.due, dated.quantity, dated.kind == SBL_PROMISED);
    sbl_projection_end(&projection);
    return sbl_max(0, sbl_subtract(sbl_free(projection.low), cell.fenced));
}

/* What each could have, given in their order. */
static void serve(const struct visit *visit, const struct sbl_image *row, struct claim *claim,
                  size_t count) {
    const struct sbl_image world = image_of(visit, &visit->engine->commit.world);
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
    const struct sbl_image row = image_of(&visit, sbl_row_line(engine, visit.item));
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
    end(&visit);
    sbl_buffer_fini(&engine->memory, &list);
    return status;
}
