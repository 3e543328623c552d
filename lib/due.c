/* SPDX-License-Identifier: Apache-2.0
 *
 * What time does: orders expire, dated promises become reserved, fences end; closed orders, ids of
 * events, transfers that have come and movements are forgotten. */
#include "change.h"
#include "origin.h"
#include "tally.h"
#include "transfer.h"

/* ---- an order ---- */

enum event { NOTHING, EXPIRES, ARRIVES, IS_FORGOTTEN };

/* What is due of it by a time, which is not later than now. What is due later has a hint of its
 * own: all goes by time. */
static enum event due_of(const struct sellable *engine, const struct sbl_order *order, int64_t by) {
    bool open = order->state == SELLABLE_RESERVED || order->state == SELLABLE_ALLOCATED;
    if (!open)
        return order->time + engine->retention <= by ? IS_FORGOTTEN : NOTHING;
    if (order->time != 0 && order->time <= by)
        return EXPIRES;
    return (order->flags & SBL_ORDER_DATED) != 0 && order->date <= by ? ARRIVES : NOTHING;
}

/* With the order in hand. */
static enum sbl_outcome carry_out(struct sellable *engine, struct sbl_worker *worker,
                                  enum event event, struct sbl_hand *hand,
                                  const struct sbl_image *world, struct sbl_hinted *hinted) {
    struct sbl_order before;
    struct sellable_event *said = sbl_say(engine, worker, SELLABLE_CONFIRM); /* any with a key */
    if (said != NULL)
        said->order_key =
            (struct sellable_key){(const char *)hand->order.key, hand->order.key_size};
    if (event == IS_FORGOTTEN)
        return sbl_index_put(&engine->orders, worker, &hand->found, hand->order.hash, 0)
                   ? sbl_transaction_commit(worker, false)
                   : SBL_NO_MEMORY;
    if (!sbl_order_copy(worker, hand, &before))
        return SBL_NO_MEMORY;
    if (event == ARRIVES)
        hand->order.flags &= ~(uint32_t)SBL_ORDER_DATED;
    for (uint32_t i = 0; event == EXPIRES && i < hand->order.placement_count; i++) {
        struct sbl_placement *placement = &hand->order.placement[i];
        placement->released += sbl_placement_reserved(placement);
    }
    if (event == EXPIRES)
        hand->order.time = 0;
    return sbl_order_change(engine, worker, world, &before, hand, SELLABLE_EXPIRED, NULL,
                            hinted) == SELLABLE_OK
               ? sbl_transaction_commit(worker, false)
               : SBL_NO_MEMORY;
}

/* An order that was open has had its turn. */
static void count(struct sellable *engine, struct sbl_worker *worker, enum event event,
                  const struct sbl_order *after) {
    if (event == EXPIRES)
        sbl_tally_expired(engine, worker);
    if (after->state != SELLABLE_RESERVED && after->state != SELLABLE_ALLOCATED)
        sbl_tally_open(worker, -1);
}

/* The next order with the hash in its bucket. *any: there was one. */
static enum sbl_outcome attempt_order(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_due *due, struct sbl_progress *progress,
                                      struct sbl_hinted *hinted, bool *any, bool *forgotten) {
    uint64_t hash = due->hash;
    struct sbl_seen world;
    struct sbl_found found;
    struct sbl_hand hand;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    *any = sbl_index_with_hash(&engine->orders, worker, hash, progress, &found);
    enum sbl_got got = *any ? sbl_hand_take(engine, worker, &found, &hand) : SBL_CHANGED;
    if (got == SBL_NO_ROOM)
        return SBL_NO_MEMORY;
    if (got == SBL_CHANGED) {
        bool still = !*any && sbl_line_still(&engine->commit, found.line, &found.seen);
        sbl_transaction_drop(worker);
        *any = !still; /* as far as is known */
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    /* Two hashes may be alike in the bits that the bucket has. */
    enum event event = hand.order.hash == hash
                           ? due_of(engine, &hand.order,
                                    sbl_min(due->at, sbl_now_of(&world.image)))
                           : NOTHING;
    if (event == NOTHING) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    enum sbl_outcome outcome =
        carry_out(engine, worker, event, &hand, &world.image, hinted);
    worker->said = NULL;
    *forgotten = outcome == SBL_ACCEPTED && event == IS_FORGOTTEN;
    if (outcome == SBL_ACCEPTED && event != IS_FORGOTTEN)
        count(engine, worker, event, &hand.order);
    return outcome;
}

static enum sellable_status orders_due(struct sellable *engine, struct sbl_worker *worker,
                                       const struct sbl_due *due) {
    struct sbl_hinted hinted = {-1, 0, 0};
    struct sbl_progress progress = {NULL, 0, 0};
    int64_t gone = 0; /* counted at the end: counting may split the bucket that is walked */
    bool any = true;
    for (uint32_t tries = 0; any;) {
        struct sbl_progress next = progress;
        bool forgotten = false;
        sbl_back_off(tries++);
        enum sbl_outcome outcome =
            attempt_order(engine, worker, due, &next, &hinted, &any, &forgotten);
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_orders_count(engine, worker, -gone);
            return SELLABLE_NO_MEMORY;
        }
        gone += forgotten;
        if (outcome == SBL_ACCEPTED) {
            tries = 0;
            progress = next;
            hinted = (struct sbl_hinted){-1, 0, 0};
        }
    }
    sbl_orders_count(engine, worker, -gone);
    return SELLABLE_OK;
}

/* ---- fences ---- */

/* End the fences of one cell whose time has come. false: no memory. */
static bool end_fences(struct sbl_edit *edit, const struct sbl_memory *memory,
                       const struct sbl_image *row, uint32_t location, int64_t by) {
    struct sbl_figures figures;
    struct sbl_figure figure;
    sbl_figures_begin(&figures, memory, row, location);
    while (sbl_figures_next(&figures, &figure)) {
        if (figure.kind != SBL_UNTIL || figure.value > by)
            continue;
        int64_t left = sbl_edit_figure(edit, location, SBL_FENCE, figure.detail);
        if (!sbl_edit_add(edit, location, SBL_FENCE, figure.detail,
                          sbl_subtract(0, left)) ||
            !sbl_edit_add(edit, location, SBL_UNTIL, figure.detail,
                          sbl_subtract(0, figure.value)))
            return false;
    }
    return true;
}

static enum sbl_outcome attempt_fences(struct sellable *engine, struct sbl_worker *worker,
                                       const struct sbl_due *due) {
    uint32_t item = (uint32_t)due->hash, location;
    struct sbl_line *line = sbl_row_line(engine, item);
    struct sbl_seen world, row;
    struct sbl_edit edit;
    struct sbl_walk walk;
    int64_t net;
    if (line == NULL)
        return SBL_ACCEPTED;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    int64_t by = sbl_min(due->at, sbl_now_of(&world.image));
    sbl_line_settle(worker, line, &row);
    sbl_edit_begin(&edit, worker, &row.image);
    sbl_walk_begin(&walk, &engine->memory, &row.image);
    while (sbl_walk_next(&walk, &location, &net))
        if (location != 0 && !end_fences(&edit, &engine->memory, &row.image, location, by))
            return SBL_NO_MEMORY;
    if (!edit.changed) {
        bool still = sbl_line_still(&engine->commit, line, &row);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    return sbl_edit_end(&edit, line, item, &row) ? sbl_transaction_commit(worker, false)
                                                 : SBL_NO_MEMORY;
}

/* ---- movements ---- */

/* Those that are past go; if others are left, they are looked at again before long: so that what is
 * kept beyond the retention is an eighth at most, and each look has something to do. */
static enum sbl_outcome attempt_moved(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_due *due) {
    uint32_t item = (uint32_t)due->hash;
    struct sbl_line *line = sbl_row_line(engine, item);
    struct sbl_hinted hinted = {-1, 0, 0};
    struct sbl_seen world, row;
    struct sbl_edit edit;
    bool left;
    if (line == NULL)
        return SBL_ACCEPTED;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    int64_t now = sbl_now_of(&world.image);
    int64_t check = now + engine->retention / 8 + 1;
    sbl_line_settle(worker, line, &row);
    sbl_edit_begin(&edit, worker, &row.image);
    if (sbl_edit_tail(&edit)->moved == 0 ||
        sbl_moved_check(&engine->memory, sbl_edit_tail(&edit)->moved) != due->at) {
        bool still = sbl_line_still(&engine->commit, line, &row);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    if (!sbl_edit_forget_moved(&edit, 0, 0, sbl_subtract(now, engine->retention), check, &left) ||
        (left && !sbl_hint(engine, worker, &world.image, check, SBL_DUE_MOVED, item, &hinted)))
        return SBL_NO_MEMORY;
    return sbl_edit_end(&edit, line, item, &row) ? sbl_transaction_commit(worker, false)
                                                 : SBL_NO_MEMORY;
}

enum sellable_status sbl_due_do(struct sellable *engine, struct sbl_worker *worker,
                                const struct sbl_due *due) {
    enum sbl_outcome outcome = SBL_ACCEPTED;
    switch (due->kind) {
    case SBL_DUE_ORDER:
        return orders_due(engine, worker, due);
    case SBL_DUE_ID:
        return sbl_ids_forget(engine, worker, due->hash, due->at);
    case SBL_DUE_TRANSFER:
        return sbl_transfers_look(engine, worker, due->hash, due->at);
    case SBL_DUE_FENCES:
        SBL_UNTIL_DONE(outcome, worker, attempt_fences(engine, worker, due));
        break;
    case SBL_DUE_MOVED:
        SBL_UNTIL_DONE(outcome, worker, attempt_moved(engine, worker, due));
        break;
    }
    return outcome == SBL_ACCEPTED ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}
