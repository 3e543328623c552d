/* SPDX-License-Identifier: Apache-2.0
 *
 * Views: opening one is opening a snapshot, closing it closes that. Reading them:
 * view_available.c, view_cells.c, view_orders.c.
 *
 * A view's words are its caller's, so reading it takes no worker and nothing of what others read is
 * written. Only the list of its orders is memory of its own; it goes back with the view. */
#include "instant.h"

enum sellable_status sellable_view_open(struct sellable *engine, struct sellable_worker *worker,
                                        struct sellable_view *view) {
    struct sbl_instant at = {engine, 0};
    struct sbl_call call;
    *view = (struct sellable_view){.engine = NULL};
    if (!sbl_call_begin(engine, worker, &call))
        return SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome = sbl_snapshot_open(call.worker, &at.snapshot);
    sbl_call_end(&call);
    if (outcome != SBL_ACCEPTED)
        return SELLABLE_NO_MEMORY;
    const struct sbl_image world = sbl_image_at(&at, &engine->commit.world);
    *view = (struct sellable_view){.engine = engine,
                                   .now = sbl_now_of(&world),
                                   .items = sbl_items_at(&at),
                                   .locations = sbl_location_count(&world),
                                   .channels = sbl_channel_count(&world),
                                   .snapshot = at.snapshot};
    return SELLABLE_OK;
}

enum sellable_status sellable_view_close(struct sellable_worker *worker,
                                         struct sellable_view *view) {
    struct sbl_call call;
    if (view->snapshot == 0)
        return SELLABLE_OK;
    if (!sbl_call_begin(view->engine, worker, &call))
        return SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome = sbl_snapshot_close(call.worker, view->snapshot);
    sbl_call_end(&call);
    if (outcome != SBL_ACCEPTED)
        return SELLABLE_NO_MEMORY;
    struct sbl_buffer list = {view->list, (size_t)view->list_bytes};
    sbl_buffer_fini(&view->engine->memory, &list);
    *view = (struct sellable_view){.engine = NULL};
    return SELLABLE_OK;
}
