/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of an accepted order: confirm, release, ship, and what time does to it. Each is one
 * change of the order's record and of the rows that it touches. */
#include "engine.h"

enum transition { CONFIRM, RELEASE, SHIP, EXPIRE, FORGET };

/* An order at hand: its bucket, and its words in the worker's scratch. */
struct at_hand {
    struct sbl_found found;
    uint64_t *word;
    uint64_t *fixed; /* the words after the key */
    uint32_t words;
    uint32_t placements;
};

enum got { GOT, CHANGED, NO_ROOM };

/* Copy the order that was found. CHANGED: it was another by then. */
static enum got take_in_hand(struct sellable *engine, struct sbl_worker *worker,
                             struct at_hand *order) {
    uint64_t head[2] = {0};
    sbl_blob_copy(&engine->memory, order->found.reference, 0, head, 2);
    if (!sbl_line_still(&engine->commit, order->found.line, &order->found.seen))
        return CHANGED;
    uint32_t fixed = SBL_ENTRY_KEY + sbl_order_key_words(head[SBL_ENTRY_SIZE]);
    order->placements = sbl_order_count(head[SBL_ENTRY_SIZE]);
    order->words = fixed + SBL_ORDER_PLACEMENTS + order->placements * SBL_PLACEMENT_WORDS;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ORDER];
    if (!sbl_buffer_reserve(&engine->memory, scratch, (size_t)order->words * sizeof(uint64_t)))
        return NO_ROOM;
    order->word = scratch->bytes;
    order->fixed = order->word + fixed;
    sbl_blob_copy(&engine->memory, order->found.reference, 0, order->word, order->words);
    return sbl_line_still(&engine->commit, order->found.line, &order->found.seen) ? GOT : CHANGED;
}

static uint64_t *placement_at(const struct at_hand *order, uint32_t i) {
    return order->fixed + SBL_ORDER_PLACEMENTS + (size_t)i * SBL_PLACEMENT_WORDS;
}

/* May this be done now? ok, or what stands against it; *nothing: done, and nothing changes. */
static enum sellable_status may(const struct sellable *engine, enum transition transition,
                                const struct at_hand *order, int64_t now, bool *nothing) {
    bool open = sbl_order_state(order->word[SBL_ENTRY_SIZE]) == SELLABLE_RESERVED;
    int64_t time = (int64_t)order->fixed[SBL_ORDER_TIME];
    *nothing = false;
    switch (transition) {
    case CONFIRM:
        *nothing = open && time == 0;
        return open && (time == 0 || time > now) ? SELLABLE_OK : SELLABLE_WRONG_STATE;
    case RELEASE:
    case SHIP:
        return open ? SELLABLE_OK : SELLABLE_WRONG_STATE;
    case EXPIRE:
        return open && time != 0 && time <= now ? SELLABLE_OK : SELLABLE_WRONG_STATE;
    case FORGET:
        return !open && now - engine->retention >= time ? SELLABLE_OK : SELLABLE_WRONG_STATE;
    }
    return SELLABLE_WRONG_STATE;
}

/* ---- rows ---- */

/* The placements of one item. */
struct part {
    uint32_t item;
    uint32_t first, count;
};

/* The parts of an order, by item number: the order in which rows are changed. NULL: no memory. */
static struct part *parts_of(struct sbl_worker *worker, const struct at_hand *order,
                             uint32_t *count) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    struct part *part;
    *count = 0;
    for (uint32_t i = 0; i < order->placements; i++) {
        uint32_t item = sbl_placement_of(placement_at(order, i)).item;
        part = scratch->bytes;
        if (*count != 0 && part[*count - 1].item == item) {
            part[*count - 1].count++;
            continue;
        }
        if (!sbl_buffer_reserve(worker->commit->memory, scratch, (*count + 1) * sizeof *part))
            return NULL;
        part = scratch->bytes;
        part[(*count)++] = (struct part){item, i, 1};
    }
    part = scratch->bytes;
    for (uint32_t i = 1; i < *count; i++) { /* at most 256 */
        struct part one = part[i];
        uint32_t place = i;
        for (; place > 0 && part[place - 1].item > one.item; place--)
            part[place] = part[place - 1];
        part[place] = one;
    }
    return part;
}

/* What was reserved of one item goes back to its cells, or leaves them. false: no memory. */
static bool change_row(struct sellable *engine, struct sbl_worker *worker,
                       enum transition transition, const struct at_hand *order,
                       const int64_t *reserved, const struct part *part) {
    struct sbl_line *line = sbl_row_line(engine, part->item);
    struct sbl_seen seen;
    struct sbl_edit edit;
    sbl_line_settle(worker, line, &seen);
    sbl_edit_begin(&edit, worker, &seen.image);
    for (uint32_t i = part->first; i < part->first + part->count; i++) {
        uint32_t location = sbl_placement_of(placement_at(order, i)).location;
        if (transition == SHIP) {
            struct sbl_cell cell;
            sbl_row_cell(&engine->memory, &seen.image, location, &cell);
            /* net stays: as much less is reserved. And on_hand >= net + reserved stays a
             * quantity. */
            cell.on_hand = sbl_subtract(cell.on_hand, reserved[i]);
            if (!sbl_edit_cell(&edit, &cell))
                return false;
        } else if (!sbl_edit_net(&edit, location, reserved[i])) {
            return false;
        }
    }
    return sbl_edit_end(&edit, line, part->item, &seen);
}

/* ---- one attempt ---- */

/* Write the record anew, and put it where it was. Comes before the rows: buckets come before
 * rows. */
static bool put_record(struct sellable *engine, struct sbl_worker *worker, struct at_hand *order) {
    uint32_t blob = sbl_transaction_blob(worker, order->word, order->words);
    return blob != 0 && sbl_index_put(&engine->orders, worker, &order->found,
                                      order->word[SBL_ENTRY_HASH], blob);
}

/* All that is reserved goes: the record says so, and how much it was. NULL: no memory. */
static const int64_t *close_order(struct sbl_worker *worker, struct at_hand *order,
                                  enum transition transition, int64_t now) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_PLACED];
    if (!sbl_buffer_reserve(worker->commit->memory, scratch,
                            (size_t)order->placements * sizeof(int64_t)))
        return NULL;
    int64_t *reserved = scratch->bytes;
    uint64_t meta = order->word[SBL_ENTRY_SIZE];
    for (uint32_t i = 0; i < order->placements; i++) {
        struct sbl_placement placement = sbl_placement_of(placement_at(order, i));
        reserved[i] = sbl_placement_reserved(&placement);
        *(transition == SHIP ? &placement.shipped : &placement.released) += reserved[i];
        sbl_placement_put(placement_at(order, i), &placement);
    }
    enum sellable_order_state state =
        transition == SHIP ? SELLABLE_SHIPPED
                           : (transition == EXPIRE ? SELLABLE_EXPIRED : SELLABLE_RELEASED);
    order->word[SBL_ENTRY_SIZE] =
        sbl_order_meta(meta & 0xff, state, sbl_order_channel(meta), order->placements);
    order->fixed[SBL_ORDER_TIME] = (uint64_t)now;
    return reserved;
}

/* With the order in hand. *status is set if the outcome is ACCEPTED. `hinted`: see sbl_hint. */
static enum sbl_outcome carry_out(struct sellable *engine, struct sbl_worker *worker,
                                  enum transition transition, struct at_hand *order,
                                  const struct sbl_seen *world, int64_t *hinted,
                                  enum sellable_status *status) {
    int64_t now = sbl_now_of(&world->image);
    uint32_t parts;
    bool nothing;
    *status = may(engine, transition, order, now, &nothing);
    if (*status != SELLABLE_OK || nothing) {
        bool still = sbl_line_still(&engine->commit, &engine->commit.world, world) &&
                     sbl_line_still(&engine->commit, order->found.line, &order->found.seen);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    if (transition == FORGET) {
        if (!sbl_index_put(&engine->orders, worker, &order->found, order->word[SBL_ENTRY_HASH], 0))
            return SBL_NO_MEMORY;
        return sbl_transaction_commit(worker, false);
    }
    if (transition == CONFIRM) {
        order->fixed[SBL_ORDER_TIME] = 0;
        return put_record(engine, worker, order) ? sbl_transaction_commit(worker, false)
                                                 : SBL_NO_MEMORY;
    }
    const int64_t *reserved = close_order(worker, order, transition, now);
    const struct part *part = parts_of(worker, order, &parts);
    if (reserved == NULL || part == NULL || !put_record(engine, worker, order))
        return SBL_NO_MEMORY;
    for (uint32_t i = 0; i < parts; i++)
        if (!change_row(engine, worker, transition, order, reserved, &part[i]))
            return SBL_NO_MEMORY;
    if (!sbl_hint(engine, worker, &world->image, now + engine->retention,
                  order->word[SBL_ENTRY_HASH], hinted))
        return SBL_NO_MEMORY;
    return sbl_transaction_commit(worker, false);
}

/* ---- by key ---- */

static enum sbl_outcome attempt_by_key(struct sellable *engine, struct sbl_worker *worker,
                                       enum transition transition, const struct sbl_key *key,
                                       int64_t *hinted, enum sellable_status *status) {
    struct sbl_seen world;
    struct at_hand order;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->orders, worker, key, &order.found);
    enum got got = NO_ROOM;
    if (order.found.reference != 0)
        got = take_in_hand(engine, worker, &order);
    if (order.found.reference == 0 || got == CHANGED) {
        sbl_transaction_drop(worker);
        *status = SELLABLE_UNKNOWN_ORDER;
        return order.found.reference == 0 ? SBL_ACCEPTED : SBL_ABORTED;
    }
    return got == NO_ROOM ? SBL_NO_MEMORY
                          : carry_out(engine, worker, transition, &order, &world, hinted, status);
}

static enum sellable_status change(struct sellable *engine, struct sellable_worker *held,
                                   enum transition transition, struct sellable_key from,
                                   struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    enum sellable_status status = SELLABLE_OK;
    int64_t hinted = -1;
    sbl_answer_clear(answer);
    if (!sbl_key_make(&key, from, engine->seed))
        return sbl_fault(answer, SELLABLE_INVALID, "key", "1 to 128 bytes of valid UTF-8", 0);
    if (!sbl_call_begin(engine, held, &call))
        return SELLABLE_NO_MEMORY;
    for (uint32_t attempt = 0;; attempt++) {
        sbl_back_off(attempt);
        enum sbl_outcome outcome =
            attempt_by_key(engine, call.worker, transition, &key, &hinted, &status);
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(call.worker);
            status = SELLABLE_NO_MEMORY;
        }
        if (outcome != SBL_ABORTED)
            break;
    }
    sbl_call_end(&call);
    if (status == SELLABLE_UNKNOWN_ORDER)
        return sbl_fault(answer, status, "key", "no order has this key", 0);
    return status;
}

enum sellable_status sellable_confirm(struct sellable *engine, struct sellable_worker *worker,
                                      struct sellable_key order, struct sellable_answer *answer) {
    return change(engine, worker, CONFIRM, order, answer);
}

enum sellable_status sellable_release(struct sellable *engine, struct sellable_worker *worker,
                                      struct sellable_key order, struct sellable_answer *answer) {
    return change(engine, worker, RELEASE, order, answer);
}

enum sellable_status sellable_ship(struct sellable *engine, struct sellable_worker *worker,
                                   struct sellable_key order, struct sellable_answer *answer) {
    return change(engine, worker, SHIP, order, answer);
}

/* ---- by what is due ---- */

/* How far a walk through a bucket has come; a place counts only while the bucket is the same. */
struct progress {
    const struct sbl_line *line;
    uint64_t header;
    uint32_t from;
};

/* The next order with the hash in its bucket. *any: there was one. */
static enum sbl_outcome attempt_due(struct sellable *engine, struct sbl_worker *worker,
                                    const struct sbl_due *due, struct progress *progress,
                                    int64_t *hinted, bool *any, bool *forgotten) {
    uint64_t hash = due->hash;
    struct sbl_seen world;
    uint32_t from = progress->from;
    struct at_hand order;
    enum sellable_status status;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    *any = sbl_index_with_hash(&engine->orders, worker, hash, &from, &order.found);
    if (progress->from != 0 && (order.found.line != progress->line ||
                                order.found.seen.header != progress->header)) {
        from = 0;
        *any = sbl_index_with_hash(&engine->orders, worker, hash, &from, &order.found);
    }
    *progress = (struct progress){order.found.line, order.found.seen.header, from};
    enum got got = *any ? take_in_hand(engine, worker, &order) : CHANGED;
    if (got == NO_ROOM)
        return SBL_NO_MEMORY;
    if (!*any || got == CHANGED) {
        bool still = !*any && sbl_line_still(&engine->commit, order.found.line, &order.found.seen);
        *any = true; /* as far as is known */
        sbl_transaction_drop(worker);
        if (!still)
            return SBL_ABORTED;
        *any = false;
        return SBL_ACCEPTED;
    }
    bool open = sbl_order_state(order.word[SBL_ENTRY_SIZE]) == SELLABLE_RESERVED;
    int64_t at = (int64_t)order.fixed[SBL_ORDER_TIME] + (open ? 0 : engine->retention);
    /* Alike in 32 bits only; or its turn comes with a later hint: all goes by time. */
    if (order.word[SBL_ENTRY_HASH] != hash || at > due->at) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    enum sbl_outcome outcome = carry_out(engine, worker, open ? EXPIRE : FORGET, &order, &world,
                                         hinted, &status);
    *forgotten = outcome == SBL_ACCEPTED && status == SELLABLE_OK && !open;
    return outcome;
}

enum sellable_status sbl_order_due(struct sellable *engine, struct sbl_worker *worker,
                                   const struct sbl_due *due) {
    int64_t hinted = -1;
    struct progress progress = {NULL, 0, 0};
    int64_t gone = 0; /* counted at the end: counting may split the bucket that is walked */
    bool any = true;
    for (uint32_t attempt = 0; any;) {
        struct progress next = progress;
        bool forgotten = false;
        sbl_back_off(attempt++);
        enum sbl_outcome outcome =
            attempt_due(engine, worker, due, &next, &hinted, &any, &forgotten);
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_orders_count(engine, worker, -gone);
            return SELLABLE_NO_MEMORY;
        }
        gone += forgotten;
        if (outcome == SBL_ACCEPTED) {
            attempt = 0;
            progress = next;
            hinted = -1;
        }
    }
    sbl_orders_count(engine, worker, -gone);
    return SELLABLE_OK;
}
