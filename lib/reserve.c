/* SPDX-License-Identifier: Apache-2.0
 *
 * Promising an order, and amending it: every line fits at one instant, or nothing happens.
 *
 * An attempt reads the world, the key's bucket, the channel and the rows; plans; and carries the
 * plan out as one transaction over the bucket and the rows, of which some may stay as they are. A
 * refusal changes nothing: it is the answer if all that was read is still so when the last of it
 * has been read, for then there is an instant at which all of it was so together. */
#include "reserve.h"

#include "claim.h"
#include "hand.h"
#include "kinds.h"
#include "origin.h"
#include "plan.h"
#include "simple.h"
#include "tally.h"

/* ---- the key is known ---- */

static void tell_plan(struct sellable_answer *answer, uint32_t item, uint32_t location,
                      int64_t quantity, int64_t backordered) {
    if (answer->plan_count < answer->plan_capacity && answer->plan != NULL)
        answer->plan[answer->plan_count] =
            (struct sellable_placement){{item}, {location}, quantity, backordered};
    answer->plan_count++;
}

static void tell_placements(struct sellable_answer *answer, const struct sbl_placement *placement,
                            uint32_t count, int64_t date) {
    if (answer == NULL)
        return;
    answer->date = date;
    for (uint32_t i = 0; i < count; i++)
        tell_plan(answer, placement[i].item, placement[i].location, placement[i].quantity,
                  placement[i].beyond);
}

/* The first answer again, or a conflict. */
static enum sellable_status answer_again(const struct sbl_request *request,
                                         const struct sbl_order *order,
                                         struct sellable_answer *answer) {
    sbl_answer_clear(answer);
    if (order->asked[0] != request->asked[0] || order->asked[1] != request->asked[1])
        return SELLABLE_CONFLICT;
    if (order->first_words == 0) {
        tell_placements(answer, order->placement, order->placement_count, order->date);
    } else if (answer != NULL) {
        answer->date = (int64_t)order->first[0];
        for (const uint64_t *word = order->first + 1; word < order->first + order->first_words;
             word += SBL_FIRST_WORDS)
            tell_plan(answer, sbl_high(word[0]), sbl_low(word[0]), (int64_t)word[1],
                      (int64_t)word[2]);
    }
    return SELLABLE_DUPLICATE;
}

/* ---- carrying out ---- */

/* The new value of an item's row: what was placed there goes back, if it was, and the new is taken.
 * ok, overflow, or no_memory. */
static enum sellable_status put_row(struct sbl_worker *worker, const struct sbl_plan *plan,
                                    const struct sbl_need *need, const struct sbl_order *old) {
    struct sbl_edit edit;
    enum sbl_claimed claimed = SBL_CLAIMED;
    const struct sbl_stand none = {NULL, false, 0};
    uint32_t channel = plan->request->channel;
    sbl_edit_begin(&edit, worker, &need->seen.image);
    if (!need->sight.own.untracked) {
        for (uint32_t i = 0; old != NULL && i < old->placement_count && claimed == SBL_CLAIMED;
             i++) {
            const struct sbl_stand was = {&old->placement[i],
                                          (old->flags & SBL_ORDER_DATED) != 0, old->date};
            struct sbl_placement gone = old->placement[i];
            gone.released = gone.quantity - gone.allocated - gone.shipped;
            const struct sbl_stand is = {&gone, false, 0};
            if (gone.item == need->item)
                claimed = sbl_claim(&edit, channel, &was, &is, false, NULL);
        }
        for (uint32_t i = 0; i < need->placements && claimed == SBL_CLAIMED; i++) {
            const struct sbl_stand is = {&plan->placement[need->placed + i],
                                         plan->date > plan->now, plan->date};
            claimed = sbl_claim(&edit, channel, &none, &is, true, NULL);
        }
    }
    if (claimed == SBL_CLAIM_OVERFLOW)
        return SELLABLE_OVERFLOW;
    return claimed == SBL_CLAIMED && sbl_edit_end(&edit, need->row, need->item, &need->seen)
               ? SELLABLE_OK
               : SELLABLE_NO_MEMORY;
}

/* What the order's record becomes. */
static struct sbl_order record_of(const struct sbl_plan *plan, const struct sbl_order *old) {
    const struct sellable_order *asked = plan->request->order;
    const struct sbl_key *key = plan->request->key;
    struct sbl_order record;
    if (old != NULL) {
        record = *old;
    } else {
        record = (struct sbl_order){.hash = key->hash,
                                    .key_size = key->size,
                                    .key_words = key->words,
                                    .key = key->word,
                                    .channel = plan->request->channel,
                                    .asked = {plan->request->asked[0], plan->request->asked[1]},
                                    .time = asked->expires_at};
        if (asked->has_precedence != 0) {
            record.flags |= SBL_ORDER_PRECEDENCE;
            record.precedence = asked->precedence;
        }
    }
    record.state = SELLABLE_RESERVED;
    record.flags &= ~(uint32_t)SBL_ORDER_DATED;
    record.flags |= plan->date > plan->now ? SBL_ORDER_DATED : 0;
    record.date = plan->date;
    record.placement = plan->placement;
    record.placement_count = plan->placed;
    record.kits = plan->kits;
    record.kit_words = plan->kit_words;
    return record;
}

/* ---- one attempt ---- */

/* Is there an instant at which all that was looked at was so? */
static bool all_still(const struct sbl_plan *plan, const struct sbl_seen *world,
                      const struct sbl_found *found) {
    const struct sbl_commit *commit = &plan->engine->commit;
    return sbl_plan_still(plan) && sbl_line_still(commit, &commit->world, world) &&
           sbl_line_still(commit, found->line, &found->seen);
}

/* What stands against the order before any figure is looked at. */
static enum sellable_status unknowns(const struct sbl_plan *plan, struct sellable_answer *answer) {
    const struct sbl_request *request = plan->request;
    const struct sellable_order *order = request->order;
    uint32_t locations = sbl_location_count(plan->world);
    if (plan->too_many)
        return sbl_fault(answer, SELLABLE_INVALID, "line_count",
                         "more than 8,000 items with all substitutes", 0);
    if (!sbl_channel_exists(plan->channel))
        return sbl_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", "no such channel", 0);
    for (uint32_t i = 0; i < order->line_count; i++) {
        for (uint32_t k = 0; k < request->wish[i].items; k++) {
            uint32_t item = request->item[request->wish[i].item + k];
            const struct sbl_need *need = sbl_plan_need(plan, item);
            if (need == NULL || !sbl_row_exists(&need->seen.image))
                return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM,
                                 k == 0 ? "lines.item" : "lines.substitutes", "no such item", i);
        }
    }
    for (uint32_t i = 0; i < order->line_count; i++)
        if (request->wish[i].location > locations)
            return sbl_fault(answer, SELLABLE_UNKNOWN_LOCATION, "lines.location",
                             "no such location", i);
    return SELLABLE_OK;
}

static enum sbl_outcome refuse(struct sbl_worker *worker, const struct sbl_plan *plan,
                               const struct sbl_seen *world, const struct sbl_found *found) {
    bool still = all_still(plan, world, found);
    sbl_transaction_drop(worker);
    return still ? SBL_ACCEPTED : SBL_ABORTED;
}

/* Over all placements: at most 256 lines of up to 10^15, or what kits make of that. */
static int64_t units_of(const struct sbl_plan *plan) {
    int64_t units = 0;
    for (uint32_t i = 0; i < plan->placed; i++)
        units = sbl_add(units, plan->placement[i].quantity);
    return units;
}

/* Plan, and carry it out; the bucket is found, `old` is the order that is amended or NULL. *status
 * is set if the outcome is ACCEPTED. `hinted`: see sbl_hint, for the date and the timeout. */
static enum sbl_outcome carry_out(struct sbl_plan *plan, const struct sbl_seen *world,
                                  struct sbl_found *found, const struct sbl_order *old,
                                  struct sellable_answer *answer, struct sbl_hinted hinted[2],
                                  enum sellable_status *status) {
    struct sellable *engine = plan->engine;
    struct sbl_worker *worker = plan->worker;
    bool room;
    worker->noted.channel = plan->request->channel;
    *status = unknowns(plan, answer);
    if (*status != SELLABLE_OK)
        return refuse(worker, plan, world, found);
    *status = sbl_plan_make(plan, answer, &room);
    if (!room)
        return SBL_NO_MEMORY;
    if (*status != SELLABLE_OK)
        return refuse(worker, plan, world, found);
    const struct sbl_order record = record_of(plan, old);
    if (!sbl_record_put(engine, worker, &record, found))
        return SBL_NO_MEMORY;
    for (uint32_t i = 0; i < plan->needs; i++) {
        *status = put_row(worker, plan, &plan->need[i], old);
        if (*status == SELLABLE_OVERFLOW)
            return refuse(worker, plan, world, found);
        if (*status != SELLABLE_OK)
            return SBL_NO_MEMORY;
    }
    if (record.time != 0 && old == NULL &&
        !sbl_hint(engine, worker, &world->image, record.time, SBL_DUE_ORDER, record.hash,
                  &hinted[0]))
        return SBL_NO_MEMORY;
    if ((record.flags & SBL_ORDER_DATED) != 0 &&
        !sbl_hint(engine, worker, &world->image, record.date, SBL_DUE_ORDER, record.hash,
                  &hinted[1]))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, false);
    if (outcome != SBL_ACCEPTED)
        return outcome;
    worker->noted.units = old == NULL ? units_of(plan) : 0; /* promised already */
    tell_placements(answer, plan->placement, plan->placed, plan->date);
    return outcome;
}

static void read_channel(struct sellable *engine, uint32_t channel, struct sbl_seen *seen) {
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    *seen = (struct sbl_seen){0};
    if (line != NULL)
        sbl_line_read(&engine->commit, line, seen);
}

/* Is the order an event that replays an exception, and may be? */
static bool replays(const struct sbl_worker *worker) {
    const struct sbl_origin *origin = worker->origin;
    return origin != NULL && origin->exception != 0 && origin->refuses == SELLABLE_OK;
}

static enum sbl_outcome attempt_order(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_request *request,
                                      struct sellable_answer *answer, struct sbl_hinted hinted[2],
                                      enum sellable_status *status) {
    struct sbl_seen world, channel;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    struct sbl_plan plan = {.engine = engine,
                            .worker = worker,
                            .request = request,
                            .world = &world.image,
                            .channel = &channel.image,
                            .partial = request->order->mode == SELLABLE_PARTIAL};
    sbl_index_settle(&engine->orders, worker, request->key, &found);
    if (found.reference != 0) {
        struct sbl_hand hand;
        enum sbl_got got = sbl_hand_take(engine, worker, &found, &hand);
        if (got == SBL_GOT)
            *status = answer_again(request, &hand.order, answer);
        if (got == SBL_GOT && *status == SELLABLE_DUPLICATE && replays(worker))
            return sbl_origin_known(worker, &found);
        sbl_transaction_drop(worker);
        return got == SBL_GOT ? SBL_ACCEPTED : got == SBL_CHANGED ? SBL_ABORTED : SBL_NO_MEMORY;
    }
    int64_t expires_at = request->order->expires_at;
    if (expires_at != 0 && expires_at <= sbl_now_of(&world.image)) {
        *status = sbl_fault(answer, SELLABLE_INVALID, "expires_at", "not later than now", 0);
        return refuse(worker, &plan, &world, &found);
    }
    read_channel(engine, request->channel, &channel);
    if (!sbl_plan_rows(&plan, NULL, 0))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = carry_out(&plan, &world, &found, NULL, answer, hinted, status);
    if (outcome == SBL_ACCEPTED && *status == SELLABLE_OK) {
        sbl_orders_count(engine, worker, 1);
        sbl_tally_open(worker, 1);
    }
    return outcome;
}

/* ---- amending ---- */

/* What the order has, as if it were free; and its items. false: no memory. */
static bool credits_of(struct sbl_plan *plan, const struct sbl_order *old, uint32_t **items) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_BEFORE];
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                            (old->placement_count + 1) *
                                (sizeof(struct sbl_credit) + sizeof(uint32_t))))
        return false;
    struct sbl_credit *credit = scratch->bytes;
    *items = (uint32_t *)(credit + old->placement_count);
    for (uint32_t i = 0; i < old->placement_count; i++) {
        credit[i] = sbl_credit_of(old, &old->placement[i]);
        (*items)[i] = old->placement[i].item;
    }
    plan->credit = credit;
    plan->credits = old->placement_count;
    return true;
}

static bool is_untouched(const struct sbl_order *order) {
    for (uint32_t i = 0; i < order->placement_count; i++)
        if ((order->placement[i].allocated | order->placement[i].shipped) != 0)
            return false;
    return order->state == SELLABLE_RESERVED;
}

static enum sbl_outcome attempt_amend(struct sellable *engine, struct sbl_worker *worker,
                                      const struct sbl_request *asked,
                                      struct sellable_answer *answer, struct sbl_hinted hinted[2],
                                      enum sellable_status *status) {
    struct sbl_seen world, channel;
    struct sbl_found found;
    struct sbl_hand hand;
    uint32_t *items;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    struct sellable_order order = *asked->order;
    struct sbl_request request = *asked;
    struct sbl_plan plan = {.engine = engine,
                            .worker = worker,
                            .request = &request,
                            .world = &world.image,
                            .channel = &channel.image,
                            .amends = true};
    sbl_index_settle(&engine->orders, worker, request.key, &found);
    if (found.reference == 0) {
        *status = sbl_fault(answer, SELLABLE_UNKNOWN_ORDER, "key", "no order has this key", 0);
        return refuse(worker, &plan, &world, &found);
    }
    enum sbl_got got = sbl_hand_take(engine, worker, &found, &hand);
    if (got == SBL_CHANGED) {
        sbl_transaction_drop(worker);
        return SBL_ABORTED;
    }
    if (got == SBL_NO_ROOM || !sbl_hand_keep_first(worker, &hand) ||
        !credits_of(&plan, &hand.order, &items))
        return SBL_NO_MEMORY;
    if (!is_untouched(&hand.order)) {
        *status = SELLABLE_WRONG_STATE;
        return refuse(worker, &plan, &world, &found);
    }
    if (order.has_date == 0) {
        order.has_date = 1;
        order.date = sbl_max(hand.order.date, sbl_now_of(&world.image));
    }
    request.order = &order;
    request.channel = hand.order.channel;
    read_channel(engine, request.channel, &channel);
    if (!sbl_plan_rows(&plan, items, plan.credits))
        return SBL_NO_MEMORY;
    return carry_out(&plan, &world, &found, &hand.order, answer, hinted, status);
}

/* ---- the calls ---- */

static uint32_t channel_of(const struct sellable *engine, const struct sellable_order *order) {
    return sbl_channel_number(engine, order->channel, order->channel_key);
}

/* Make the request ready and try until it is done. */
static enum sellable_status decide(struct sellable *engine, struct sbl_worker *worker,
                                   const struct sellable_order *order, const struct sbl_key *key,
                                   struct sellable_answer *answer, bool amends) {
    enum sellable_status status = SELLABLE_NO_MEMORY;
    enum sbl_outcome outcome;
    struct sbl_hinted hinted[2] = {{-1, 0, 0}, {-1, 0, 0}};
    struct sbl_request request;
    for (uint32_t attempt = 0;; attempt++) {
        uint32_t channel = amends ? 1 : channel_of(engine, order);
        sbl_back_off(attempt);
        sbl_answer_clear(answer);
        outcome = SBL_NO_MEMORY;
        bool ready = sbl_request_make(engine, worker, order, key, channel, &request);
        if (ready && !amends && sbl_simple_order(engine, worker, &request, answer, &hinted[0]))
            return SELLABLE_OK;
        if (ready)
            outcome = amends ? attempt_amend(engine, worker, &request, answer, hinted, &status)
                             : attempt_order(engine, worker, &request, answer, hinted, &status);
        /* Nothing that was made ever goes: what is absent now was absent at the instant of the
         * answer. What is there by now may have been there: look again. */
        uint32_t absent = request.absent;
        if (outcome == SBL_ACCEPTED && absent != 0 && status != SELLABLE_DUPLICATE) {
            channel = amends ? 1 : channel_of(engine, order);
            if (!sbl_request_make(engine, worker, order, key, channel, &request))
                outcome = SBL_NO_MEMORY;
            else if (request.absent != absent)
                continue;
        }
        if (outcome != SBL_ABORTED)
            break;
    }
    if (outcome == SBL_ACCEPTED)
        return status;
    sbl_transaction_drop(worker);
    sbl_answer_clear(answer);
    return SELLABLE_NO_MEMORY;
}

static enum sellable_status order_fault(const struct sellable_order *order, bool amends,
                                        struct sellable_answer *answer) {
    const char *field = NULL, *reason = NULL;
    enum sellable_status status = sbl_request_fault(order, answer);
    if (status != SELLABLE_OK || amends)
        return status;
    if (!sbl_is_time(order->expires_at)) {
        field = "expires_at";
        reason = "within +-2^53";
    } else if (order->mode > SELLABLE_PARTIAL) {
        field = "mode";
        reason = "no such mode";
    } else if (order->has_precedence > 1) {
        field = "has_precedence";
        reason = "0 or 1";
    } else if (order->has_precedence != 0 && (order->precedence < -SELLABLE_PRECEDENCE_MAX ||
                                              order->precedence > SELLABLE_PRECEDENCE_MAX)) {
        field = "precedence";
        reason = "within +-1,000,000";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

enum sellable_status sbl_order_kinds(const struct sellable_order *order, bool amends,
                                     struct sellable_answer *answer) {
    if (order == NULL)
        return sbl_fault(answer, SELLABLE_INVALID, "order", "there is none", 0);
    enum sellable_status status = sbl_key_kinds(order->key, answer);
    return status != SELLABLE_OK ? status : order_fault(order, amends, answer);
}

/* An order of one line, with its keys looked up; what nothing has stays a key, for its turn. */
static const struct sellable_order *by_handle(const struct sellable *engine,
                                              const struct sellable_order *order,
                                              struct sellable_order *named,
                                              struct sellable_line *line) {
    *named = *order;
    *line = order->lines[0];
    named->lines = line;
    line->item.id = sbl_item_number(engine, line->item, line->item_key);
    named->channel.id = sbl_channel_number(engine, named->channel, named->channel_key);
    return named;
}

enum sellable_status sbl_reserve_in_general(struct sellable *engine, struct sbl_worker *worker,
                                            const struct sellable_order *order,
                                            const struct sbl_start *start,
                                            struct sellable_answer *answer) {
    sbl_answer_clear(answer);
    if (!start->is_key)
        return sbl_fault(answer, SELLABLE_INVALID, "key", SBL_NOT_A_KEY, 0);
    enum sellable_status status = order_fault(order, false, answer);
    if (status != SELLABLE_OK)
        return status;
    struct sellable_order named;
    struct sellable_line line;
    if (order->line_count == 1 && (order->lines[0].item.id == 0 || order->channel.id == 0)) {
        order = by_handle(engine, order, &named, &line);
        if (sbl_is_plain(order) && worker->origin == NULL &&
            sbl_plain_order(engine, worker, order, start, answer))
            return SELLABLE_OK;
    }
    return decide(engine, worker, order, &start->key, answer, false);
}

enum sellable_status sellable_reserve(struct sellable *engine, struct sellable_worker *held,
                                      const struct sellable_order *order,
                                      struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_start start;
    if (!sbl_call_begin(engine, held, &call)) {
        sbl_answer_clear(answer);
        return sbl_call_refused(engine);
    }
    sbl_say_order(engine, call.worker, SELLABLE_RESERVE, order);
    const struct sbl_line *row =
        order->line_count == 1 && order->lines != NULL
            ? sbl_row_line(engine, order->lines[0].item.id)
            : NULL;
    if (row != NULL)
        sbl_prefetch(row); /* on its way while the key is made ready */
    sbl_start_make(&start, engine, order->key);
    enum sellable_status status = sbl_reserve(engine, call.worker, order, &start, answer);
    sbl_tally_order(engine, call.worker, SELLABLE_RESERVE, status);
    return sbl_call_done(&call, status, answer);
}

enum sellable_status sellable_amend(struct sellable *engine, struct sellable_worker *held,
                                    const struct sellable_order *order,
                                    struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    /* The rest of the record does not matter. */
    const struct sellable_order amended = {.key = order->key,
                                           .lines = order->lines,
                                           .line_count = order->line_count,
                                           .date = order->date,
                                           .has_date = order->has_date};
    sbl_answer_clear(answer);
    enum sellable_status status = sbl_order_kinds(&amended, true, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_AMEND, status);
    sbl_key_make(&key, order->key, engine->seed);
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    sbl_say_order(engine, call.worker, SELLABLE_AMEND, &amended);
    status = decide(engine, call.worker, &amended, &key, answer, true);
    sbl_tally_order(engine, call.worker, SELLABLE_AMEND, status);
    return sbl_call_done(&call, status, answer);
}
