/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: one record for all that comes in. Its kinds of fields are looked at, then its origin
 * (origin.h), then the call of its type does the rest; what is refused is kept (exception.h). */
#include "ahead.h"
#include "change.h"
#include "content.h"
#include "exception.h"
#include "kinds.h"
#include "origin.h"
#include "owner.h"
#include "plain_event.h"
#include "source.h"
#include "supply.h"
#include "tally.h"

/* ---- names ---- */

const char *sellable_event_name(int type) {
    switch (type) {
#define NAME_OF(NAME, NUMBER, JSON, TEXT)                                                          \
    case NUMBER:                                                                                   \
        return JSON;
        SELLABLE_EVENTS(NAME_OF)
#undef NAME_OF
    default:
        return "unknown";
    }
}

uint32_t sellable_event_of(struct sellable_key name) {
    for (uint32_t type = 1; type < SELLABLE_EVENT_TYPES_END; type++) {
        const char *known = sellable_event_name((int)type);
        if (sbl_key_is(name, known, strlen(known)))
            return type;
    }
    return 0;
}

/* ---- the kinds of fields ---- */

static bool is_supply(uint32_t type) { return type <= SELLABLE_RETURN_DISPOSITION; }

static struct sellable_scope scope_of(const struct sellable_event *event) {
    return (struct sellable_scope){event->item_key, event->channel_key, event->item,
                                   event->channel};
}

static struct sellable_move move_of(const struct sellable_event *event) {
    return (struct sellable_move){.order = event->order_key,
                                  .item_key = event->item_key,
                                  .from_key = event->location_key,
                                  .to_key = event->to_key,
                                  .item = event->item,
                                  .from = event->location,
                                  .to = event->to,
                                  .quantity = event->quantity};
}

/* The keys of what a master makes or changes: that of its handle, if one is given. */
static struct sellable_key item_of(const struct sellable *engine,
                                   const struct sellable_event *event) {
    return event->item.id != 0 ? sellable_item_key(engine, event->item) : event->item_key;
}
static struct sellable_key location_of(const struct sellable *engine,
                                       const struct sellable_event *event) {
    return event->location.id != 0 ? sellable_location_key(engine, event->location)
                                   : event->location_key;
}
static struct sellable_key channel_of(const struct sellable *engine,
                                      const struct sellable_event *event) {
    return event->channel.id != 0 ? sellable_channel_key(engine, event->channel)
                                  : event->channel_key;
}

/* Of the type's own fields, other than supply. */
static enum sellable_status own_kinds(const struct sellable *engine,
                                      const struct sellable_event *event,
                                      struct sellable_answer *answer) {
    const struct sellable_scope scope = scope_of(event);
    const struct sellable_move move = move_of(event);
    const int64_t *max_lag = event->max_lag_given != 0 ? &event->max_lag : NULL;
    switch ((enum sellable_event_type)event->type) {
    case SELLABLE_RESERVE:
    case SELLABLE_AMEND:
        return sbl_order_kinds(event->order, event->type == SELLABLE_AMEND, answer);
    case SELLABLE_CONFIRM:
        return sbl_key_kinds(event->order_key, answer);
    case SELLABLE_EXTEND:
        return sbl_extend_kinds(event->order_key, event->expires_at, answer);
    case SELLABLE_RELEASE:
    case SELLABLE_ALLOCATE:
    case SELLABLE_DEALLOCATE:
    case SELLABLE_SHIP:
        return sbl_parts_kinds(event->order_key, event->parts, event->part_count, answer);
    case SELLABLE_RESOURCE:
        return sbl_move_kinds(&move, answer);
    case SELLABLE_ITEM:
        return sbl_item_kinds(item_of(engine, event), event->item_settings, answer);
    case SELLABLE_LOCATION:
        return sbl_location_kinds(location_of(engine, event), event->location_settings,
                                  answer);
    case SELLABLE_CHANNEL:
        return sbl_channel_kinds(channel_of(engine, event), event->policy, answer);
    case SELLABLE_POLICY:
        return sbl_policy_kinds(&scope, event->policy, answer);
    case SELLABLE_HOLD:
        return sbl_key_kinds(event->reason, answer);
    case SELLABLE_OWNER:
        return event->ownership != NULL
                   ? sbl_owner_kinds(event->ownership, answer)
                   : sbl_fault(answer, SELLABLE_INVALID, "ownership", "there is none", 0);
    case SELLABLE_SOURCE:
        return sbl_source_kinds(event->declares, max_lag, answer);
    default:
        return SELLABLE_OK;
    }
}

/* Of what any event has. */
static enum sellable_status origin_kinds(const struct sellable_event *event,
                                         struct sellable_answer *answer) {
    const char *field = NULL, *reason = "0 or 1";
    struct sbl_key key;
    if (event->has_seq > 1) {
        field = "has_seq";
    } else if (event->has_at > 1) {
        field = "has_at";
    } else if (event->has_at != 0 && !sbl_is_time(event->at)) {
        field = "at";
        reason = "within +-2^53";
    } else if (sbl_is_given(event->id) && !sbl_key_make(&key, event->id, 0)) {
        field = "id";
        reason = SBL_NOT_A_KEY;
    } else if (sbl_is_given(event->correlation) && !sbl_key_make(&key, event->correlation, 0)) {
        field = "correlation";
        reason = SBL_NOT_A_KEY;
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

static enum sellable_status kinds_fault(const struct sellable *engine,
                                        const struct sellable_event *event,
                                        struct sellable_answer *answer) {
    if (!sbl_is_event(event->type))
        return sbl_fault(answer, SELLABLE_INVALID, "type", "no such event", 0);
    enum sellable_status status = is_supply(event->type) ? sbl_supply_kinds(event, answer)
                                                         : own_kinds(engine, event, answer);
    return status == SELLABLE_OK ? origin_kinds(event, answer) : status;
}

/* ---- the call of a type ---- */

static enum sellable_status call_other(struct sellable *engine, struct sbl_worker *own,
                                       const struct sellable_event *event,
                                       struct sellable_answer *answer) {
    static const struct sellable_policy nothing;
    struct sellable_worker *worker = (struct sellable_worker *)own;
    const struct sellable_scope scope = scope_of(event);
    const struct sellable_move move = move_of(event);
    const int64_t *max_lag = event->max_lag_given != 0 ? &event->max_lag : NULL;
    switch ((enum sellable_event_type)event->type) {
    case SELLABLE_RESERVE:
        return sellable_reserve(engine, worker, event->order, answer);
    case SELLABLE_AMEND:
        return sellable_amend(engine, worker, event->order, answer);
    case SELLABLE_CONFIRM:
        return sellable_confirm(engine, worker, event->order_key, answer);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, worker, event->order_key, event->expires_at, answer);
    case SELLABLE_RELEASE:
        return sellable_release(engine, worker, event->order_key, event->parts,
                                event->part_count, answer);
    case SELLABLE_ALLOCATE:
        return sellable_allocate(engine, worker, event->order_key, event->parts,
                                 event->part_count, answer);
    case SELLABLE_DEALLOCATE:
        return sellable_deallocate(engine, worker, event->order_key, event->parts,
                                   event->part_count, answer);
    case SELLABLE_SHIP:
        return sbl_shipped(engine, worker, event, answer);
    case SELLABLE_RESOURCE:
        return sellable_resource(engine, worker, &move, answer);
    case SELLABLE_ITEM:
        return sellable_item_put(engine, worker, item_of(engine, event), event->item_settings,
                                 NULL, answer);
    case SELLABLE_LOCATION:
        return sellable_location_put(engine, worker, location_of(engine, event),
                                     event->location_settings, NULL, answer);
    case SELLABLE_CHANNEL:
        return sellable_channel_put(engine, worker, channel_of(engine, event), event->policy,
                                    NULL, answer);
    case SELLABLE_POLICY:
        return sellable_policy_put(engine, worker, &scope,
                                   event->policy != NULL ? event->policy : &nothing, answer);
    case SELLABLE_HOLD:
        return sellable_hold_put(engine, worker, event->reason, NULL, answer);
    case SELLABLE_OWNER:
        return sellable_owner_put(engine, worker, event->ownership, answer);
    case SELLABLE_SOURCE:
        return sellable_source_put(engine, worker, event->declares, max_lag, NULL, answer);
    default:
        return SELLABLE_INVALID; /* its kind was looked at */
    }
}

static enum sellable_status call(struct sellable *engine, struct sbl_worker *worker,
                                 const struct sellable_event *event, uint32_t source,
                                 struct sellable_answer *answer) {
    return is_supply(event->type) ? sbl_supply(engine, worker, event, source, answer)
                                  : call_other(engine, worker, event, answer);
}

/* ---- with its origin ---- */

/* What stands against an event that its own call does not look for: of supply that is its
 * attempt's matter, here it is everybody else's. */
static void judge(struct sbl_origin *origin) {
    const struct sellable_event *event = origin->event;
    const struct sbl_image *world = &origin->world.image;
    origin->refuses = SELLABLE_OK;
    if (is_supply(event->type))
        return;
    if (!sbl_may_write(origin->engine, world, event->type, 0, origin->source)) {
        origin->refuses = SELLABLE_NOT_OWNER;
        origin->field = NULL;
        origin->reason = SBL_OF_ANOTHER;
    } else if (event->has_at != 0 && !sbl_is_in_time(origin->engine, world, event->at)) {
        origin->refuses = SELLABLE_INVALID;
        origin->field = "at";
        origin->reason = SBL_FROM_THE_FUTURE;
    }
}

/* Is it a fault that is named before that of the owner, and of time? */
static bool goes_before(enum sellable_status status) {
    switch (status) {
    case SELLABLE_INVALID:
    case SELLABLE_UNKNOWN_ITEM:
    case SELLABLE_UNKNOWN_LOCATION:
    case SELLABLE_UNKNOWN_CHANNEL:
    case SELLABLE_UNKNOWN_SOURCE:
    case SELLABLE_UNKNOWN_ORDER:
        return true;
    default:
        return false;
    }
}

/* It came to nothing. What was judged counts now, unless the call found what goes before; and all
 * of it if the origin is still as it was looked at. */
static bool refuse(const struct sbl_origin *origin, struct sellable_answer *answer,
                   enum sellable_status *status) {
    const char *field = origin->field, *reason = origin->reason;
    enum sellable_status refuses = origin->refuses;
    if (refuses == SELLABLE_OK && origin->full && origin->reached) {
        refuses = SELLABLE_NO_MEMORY;
        field = NULL;
        reason = "as many ids are remembered as options.event_ids allows";
    }
    if (refuses != SELLABLE_OK && !goes_before(*status)) {
        sbl_answer_clear(answer);
        *status = sbl_fault(answer, refuses, field, reason, 0);
    }
    return sbl_origin_still(origin);
}

/* It was in order, and nothing had to change. */
static bool let_alone(struct sbl_origin *origin, struct sbl_worker *worker,
                      struct sellable_answer *answer, enum sellable_status *status) {
    worker->origin = origin;
    enum sbl_outcome outcome = sbl_origin_alone(origin, worker);
    worker->origin = NULL;
    if (outcome == SBL_NO_MEMORY)
        sbl_transaction_drop(worker);
    if (outcome == SBL_ACCEPTED || outcome == SBL_ABORTED || origin->spoiled)
        return outcome == SBL_ACCEPTED;
    *status = SELLABLE_NO_MEMORY;
    return !origin->reached || refuse(origin, answer, status);
}

/* It replays an exception, and its id is known. */
static bool leave_known(struct sbl_origin *origin, struct sbl_worker *worker,
                        enum sellable_status *status) {
    struct sbl_seen world;
    worker->origin = origin;
    enum sbl_outcome outcome = sbl_transaction_begin(worker, &world)
                                   ? sbl_origin_known(worker, NULL)
                                   : SBL_NO_MEMORY;
    worker->origin = NULL;
    if (outcome != SBL_NO_MEMORY)
        return outcome == SBL_ACCEPTED;
    sbl_transaction_drop(worker);
    *status = SELLABLE_NO_MEMORY;
    return !origin->spoiled;
}

/* One try. false: something of its origin has changed meanwhile, try again. */
static bool try_event(struct sbl_origin *origin, struct sbl_worker *worker,
                      struct sellable_answer *answer, enum sellable_status *status) {
    struct sellable *engine = origin->engine;
    sbl_answer_clear(answer);
    *status = sbl_origin_look(origin, worker, answer);
    if (*status == SELLABLE_DUPLICATE && origin->exception != 0)
        return leave_known(origin, worker, status);
    if (*status != SELLABLE_OK)
        return sbl_origin_still(origin);
    judge(origin);
    worker->origin = origin;
    *status = call(engine, worker, origin->event, origin->source, answer);
    worker->origin = NULL;
    if (origin->done || origin->left || origin->spoiled)
        return !origin->spoiled;
    if (*status == SELLABLE_NO_MEMORY && !origin->reached)
        return true;
    if (*status == SELLABLE_OK && origin->refuses == SELLABLE_OK)
        return let_alone(origin, worker, answer, status);
    return refuse(origin, answer, status);
}

/* Does anything go along with it, or stand against it, that its call does not know of? Of supply
 * the call itself looks at the owner and at the time. */
static bool has_origin(const struct sbl_origin *origin) {
    const struct sellable_event *event = origin->event;
    return !is_supply(event->type) || origin->identified || origin->numbered ||
           origin->exception != 0 || event->source.id != 0 || sbl_is_given(event->source_key);
}

static enum sellable_status no_exception(struct sellable_answer *answer) {
    return sbl_fault(answer, SELLABLE_INVALID, "exception", "there is none of this number", 0);
}

/* Apply an event whose kinds of fields are in order; `exception`: the one that it replays. */
static enum sellable_status apply(struct sellable *engine, struct sbl_worker *worker,
                                  const struct sellable_event *event, uint64_t exception,
                                  struct sellable_answer *answer) {
    struct sbl_origin origin = {.engine = engine,
                                .event = event,
                                .exception = exception,
                                .hinted = {-1, 0, 0}};
    enum sellable_status status = SELLABLE_OK;
    bool sent = sbl_is_sent(event->type);
    if (sent)
        worker->noted.source = origin.source =
            sbl_source_number(engine, event->source, event->source_key);
    origin.numbered = sent && event->has_seq != 0 && origin.source != 0 && exception == 0;
    origin.identified = sbl_is_given(event->id);
    if (!has_origin(&origin))
        return call(engine, worker, event, origin.source, answer);
    if (origin.identified) {
        sbl_key_within(&origin.id, origin.source, event->id, engine->seed);
        if (!sbl_content_of(engine, worker, event, &origin.content))
            return SELLABLE_NO_MEMORY;
    }
    for (uint32_t tries = 0; !try_event(&origin, worker, answer, &status); tries++) {
        sbl_back_off(tries);
        if (exception != 0 && !sbl_exception_is_there(engine, exception))
            break;
    }
    worker->noted.at = event->has_at != 0 ? event->at : sbl_now_of(&origin.world.image);
    if (origin.done && origin.identified)
        sbl_ids_count(engine, worker, 1);
    if (origin.done || origin.left || exception == 0 || sbl_exception_is_there(engine, exception))
        return status;
    sbl_answer_clear(answer); /* somebody else has replayed it meanwhile */
    return no_exception(answer);
}

/* ---- the calls ---- */

static SBL_NOINLINE enum sellable_status apply_any(struct sellable *engine,
                                                   struct sbl_worker *worker,
                                                   const struct sellable_event *event,
                                                   struct sellable_answer *answer) {
    struct sellable_answer none = {0};
    uint64_t number;
    if (answer == NULL)
        answer = &none;
    sbl_answer_clear(answer);
    enum sellable_status status = kinds_fault(engine, event, answer);
    if (status == SELLABLE_OK)
        status = apply(engine, worker, event, 0, answer);
    sbl_tally_event(engine, worker, event, false, status, answer->variance);
    if (SBL_UNLIKELY(sbl_is_kept(status)) && sbl_is_event(event->type) &&
        sbl_exception_keep(engine, worker, event, sbl_says(event->type), true, status,
                           answer->field, answer->reason, &number) == SELLABLE_OK)
        answer->exception = number;
    return status;
}

static inline enum sellable_status apply_or_keep(struct sellable *engine,
                                                 struct sbl_worker *worker,
                                                 const struct sellable_event *event,
                                                 struct sellable_answer *answer) {
    worker->noted.source = 0;
    sbl_say_event(engine, worker, event);
    if (!sbl_is_plain_event(event) || !sbl_plain_event(engine, worker, event))
        return apply_any(engine, worker, event, answer);
    if (answer != NULL) {
        sbl_answer_clear(answer);
        answer->variance = event->quantity;
    }
    return SELLABLE_OK;
}

enum sellable_status sellable_apply(struct sellable *engine, struct sellable_worker *held,
                                    const struct sellable_event *event,
                                    struct sellable_answer *answer) {
    struct sbl_call begun;
    if (!sbl_call_begin(engine, held, &begun)) {
        sbl_answer_clear(answer);
        return sbl_call_refused(engine);
    }
    enum sellable_status status = apply_or_keep(engine, begun.worker, event, answer);
    return sbl_call_done(&begun, status, answer);
}

/* A batch looks ahead, in steps of some events each (ahead.h). */
enum { STEP = 6, AHEAD = 4 * STEP, RING = 32 };

static void apply_all(struct sellable *engine, struct sbl_worker *worker,
                      const struct sellable_event *events, size_t count,
                      enum sellable_status *statuses, struct sellable_answer *answers) {
    struct sbl_ahead ahead[RING];
    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i < count)
            sbl_ahead_first(engine, &events[i], &ahead[i % RING]);
        if (i >= STEP && i - STEP < count)
            sbl_ahead_second(engine, &ahead[(i - STEP) % RING]);
        if (i >= 2 * STEP && i - 2 * STEP < count)
            sbl_ahead_third(engine, &ahead[(i - 2 * STEP) % RING]);
        if (i >= 3 * STEP && i - 3 * STEP < count)
            sbl_ahead_fourth(engine, &events[i - 3 * STEP], &ahead[(i - 3 * STEP) % RING]);
        if (i < AHEAD)
            continue;
        size_t turn = i - AHEAD;
        struct sellable_answer *answer = answers == NULL ? NULL : &answers[turn];
        statuses[turn] = apply_or_keep(engine, worker, &events[turn], answer);
        if (SBL_UNLIKELY(engine->journal != NULL))
            sbl_call_each(engine, worker, &statuses[turn], answer);
    }
}

enum sellable_status sellable_apply_batch(struct sellable *engine, struct sellable_worker *held,
                                          const struct sellable_event *events, size_t count,
                                          enum sellable_status *statuses,
                                          struct sellable_answer *answers) {
    struct sbl_call begun;
    if (sbl_call_begin(engine, held, &begun)) {
        apply_all(engine, begun.worker, events, count, statuses, answers);
        return sbl_call_all_done(&begun, statuses, count);
    }
    for (size_t i = 0; i < count; i++) {
        if (answers != NULL)
            sbl_answer_clear(&answers[i]);
        statuses[i] = sbl_call_refused(engine);
    }
    return sbl_call_refused(engine);
}

/* ---- exceptions ---- */

enum sellable_status sellable_exception_put(struct sellable *engine, struct sellable_worker *held,
                                            const struct sellable_event *event,
                                            enum sellable_status status, const char *field,
                                            const char *reason, struct sellable_answer *answer) {
    struct sbl_call begun;
    uint64_t number;
    sbl_answer_clear(answer);
    if (!sbl_is_kept(status))
        return sbl_fault(answer, SELLABLE_INVALID, "status", "no event is kept for it", 0);
    if (!sbl_call_begin(engine, held, &begun))
        return sbl_call_refused(engine);
    enum sellable_status kept =
        sbl_exception_keep(engine, begun.worker, event,
                           SBL_SAYS_ITEM | SBL_SAYS_LOCATION | SBL_SAYS_TO | SBL_SAYS_ORDER_KEY,
                           false, status, field, reason, &number);
    if (answer != NULL && kept == SELLABLE_OK)
        answer->exception = number;
    return sbl_call_done(&begun, kept, answer);
}

/* Apply it with the exception leaving at the same instant. One that was applied before has nothing
 * left to do: then the exception alone leaves. *given NULL: it becomes the record that was kept. */
static enum sellable_status replay(struct sellable *engine, struct sbl_worker *worker,
                                   uint64_t number, const struct sellable_event **given,
                                   struct sellable_answer *answer) {
    bool there, room;
    const struct sellable_event *kept =
        sbl_exception_record(engine, worker, number, &there, &room);
    if (!room)
        return SELLABLE_NO_MEMORY;
    if (!there)
        return no_exception(answer);
    if (*given == NULL)
        *given = kept;
    const struct sellable_event *event = *given;
    if (event == NULL)
        return sbl_fault(answer, SELLABLE_INVALID, "event", "its record was not kept", 0);
    struct sellable_event *said = sbl_say(engine, worker, event->type);
    if (said != NULL) {
        *said = *event;
        said->has_seq = 0; /* it is not looked at */
    }
    enum sellable_status status = kinds_fault(engine, event, answer);
    return status == SELLABLE_OK ? apply(engine, worker, event, number, answer) : status;
}

enum sellable_status sellable_exception_replay(struct sellable *engine,
                                               struct sellable_worker *held, uint64_t number,
                                               const struct sellable_event *event,
                                               struct sellable_answer *answer) {
    struct sellable_answer none = {0};
    struct sbl_call begun;
    sbl_answer_clear(answer);
    if (answer == NULL)
        answer = &none;
    if (!sbl_call_begin(engine, held, &begun))
        return sbl_call_refused(engine);
    begun.worker->noted.source = 0;
    enum sellable_status status = replay(engine, begun.worker, number, &event, answer);
    sbl_tally_event(engine, begun.worker, event, true, status, answer->variance);
    return sbl_call_done(&begun, status, answer);
}

enum sellable_status sellable_exception_discard(struct sellable *engine,
                                                struct sellable_worker *held, uint64_t number,
                                                struct sellable_answer *answer) {
    struct sbl_call begun;
    sbl_answer_clear(answer);
    if (!sbl_call_begin(engine, held, &begun))
        return sbl_call_refused(engine);
    begun.worker->did = SELLABLE_DID_REFUSE;
    enum sellable_status status =
        sbl_call_done(&begun, sbl_exception_drop(engine, begun.worker, number), answer);
    return status == SELLABLE_INVALID ? no_exception(answer) : status;
}
